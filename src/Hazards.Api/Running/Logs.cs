using System.Reflection;
using Hazards.Api.Proofs;

namespace Hazards.Api.Running;

/// <summary>What is logged: no bodies, no names, no query texts; an event's own record is in the log of events.</summary>
internal static class Logs
{
    public static void Configure(ILoggingBuilder logging, bool json)
    {
        logging.ClearProviders();
        logging.Services.AddSingleton(typeof(ILogger<>), typeof(CategoryLogger<>));
        if (json)
            logging.AddJsonConsole(o =>
            {
                o.UseUtcTimestamp = true;
                o.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
                o.IncludeScopes = false;
            });
        else
            logging.AddSimpleConsole(o =>
            {
                o.SingleLine = true;
                o.TimestampFormat = "HH:mm:ss ";
            });
        logging.SetMinimumLevel(LogLevel.Information);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("Microsoft.Hosting.Lifetime", json ? LogLevel.Information : LogLevel.Warning);
        // What became of a request is said once, by its route (ErrorHandling); who was not known is no news.
        logging.AddFilter("Microsoft.AspNetCore.Http.Timeouts", LogLevel.Error);
        logging.AddFilter("Hazards.Api.Http.Access", LogLevel.Warning);
        logging.AddFilter("Npgsql", LogLevel.Error);
        // They say at the level of information that they have read a page.
        logging.AddFilter("Marten", LogLevel.Warning);
        logging.AddFilter("JasperFx", LogLevel.Warning);
        logging.AddFilter("Wolverine", LogLevel.Warning);
        // The keys of the pages' forms lie in the key folder like all others, readable by their owner only.
        logging.AddFilter("Microsoft.AspNetCore.DataProtection.KeyManagement.XmlKeyManager", LogLevel.Error);
        logging.AddFilter(typeof(TreeSubscription).FullName, LogLevel.Warning);
    }
}

/// <summary>What a type's messages are filtered by: it stays as deployments know it when the type moves.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class LogCategoryAttribute(string name) : Attribute
{
    public string Name => name;
}

/// <summary>Writes under the category that a type names, or under the type's own name.</summary>
internal sealed class CategoryLogger<T>(ILoggerFactory factory) : ILogger<T>
{
    private readonly ILogger logger = typeof(T).GetCustomAttribute<LogCategoryAttribute>() is { } category
        ? factory.CreateLogger(category.Name)
        : new Logger<T>(factory);

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => logger.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => logger.IsEnabled(logLevel);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        logger.Log(logLevel, eventId, state, exception, formatter);
}
