using System.Collections.Immutable;
using Hazards.Api.Http.Pages;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Api.Cli;

/// <summary>
/// Asks what the first callers will ask, so that these do not wait while the answers' code is compiled: of a region in which there is
/// nothing to find, with a report that is refused. Nothing is recorded.
/// </summary>
internal static partial class WarmUp
{
    // Macao: no ledger here reaches so far.
    private static readonly RegionCode Nowhere = RegionCode.Parse("820000");

    private static readonly Body Nobody = Clockwork.Body with { Region = Nowhere };

    private static readonly ImmutableArray<Asked> Questions =
    [
        new("GET", "/boards/closed-loop"), new("GET", "/hazards"), new("GET", "/lists/overdue"), new("GET", "/lists/listed"),
    ];

    /// <summary>Starts to serve, and says that it is ready once it has asked.</summary>
    public static async Task StartAsync(WebApplication app, CancellationToken stop)
    {
        var readiness = app.Services.GetRequiredService<Readiness>();
        readiness.Warming = true;
        await app.StartAsync(stop);
        await RunAsync(app.Services, app.Lifetime.ApplicationStopping);
        readiness.Warming = false;
    }

    /// <summary>Asks; what fails is somebody else's to report.</summary>
    private static async Task RunAsync(IServiceProvider services, CancellationToken stop)
    {
        try
        {
            await using var scope = services.CreateAsyncScope();
            await Task.WhenAll(AskAsync(scope.ServiceProvider, stop), ReportAsync(scope.ServiceProvider, stop));
        }
        catch (Exception e)
        {
            LogCold(services.GetRequiredService<ILoggerFactory>().CreateLogger(nameof(WarmUp)), e.Message);
        }
    }

    private static async Task AskAsync(IServiceProvider services, CancellationToken stop)
    {
        var key = new ApiKey(Guid.Empty, Sha256Digest.Of([]), "warm-up", Nobody.Id, [Role.Supervisor], Nowhere, null, false, 0);
        var caller = new Caller(key, Nobody);
        foreach (var asked in Questions)
        {
            var page = new DefaultHttpContext { RequestServices = services, RequestAborted = stop };
            if (await services.GetRequiredService<InProcess>().SendAsync(page, caller, asked) is ({ } answer, _, _))
                await answer.ExecuteAsync(page);
        }
    }

    private static async Task ReportAsync(IServiceProvider services, CancellationToken stop)
    {
        var by = new Actor(Nobody.Name, Nobody, [Role.Reporter], "warm-up", Nowhere);
        var report = new ReportHazard(ReportSource.Hotline, Nowhere, SectorCode.Parse("city_gas"), "—", "—");
        var tomorrow = services.GetRequiredService<TimeProvider>().GetUtcNow().AddDays(1);
        await services.GetRequiredService<HazardStore>().ReportAsync(report, new Given(by) { OccurredAt = tomorrow }, null, stop);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "未能预热 not warmed up: {Reason}")]
    private static partial void LogCold(ILogger logger, string reason);
}
