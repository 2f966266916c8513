using System.Reflection;
using Xunit.Sdk;

namespace Hazards.LocalPostgres.Tests;

/// <summary>Runs a theory on one kind of server; where it cannot be had, the case is skipped and says why.</summary>
public abstract class ServerAttribute : DataAttribute
{
    private readonly PostgresSource _source;

    protected ServerAttribute(PostgresSource source, string? missing) => (_source, Skip) = (source, missing!);

    public override IEnumerable<object[]> GetData(MethodInfo testMethod) => [[_source]];
}

[AttributeUsage(AttributeTargets.Method)]
public sealed class InstalledAttribute() : ServerAttribute(PostgresSource.Installed, Servers.InstalledMissing);

[AttributeUsage(AttributeTargets.Method)]
public sealed class EmbeddedAttribute() : ServerAttribute(PostgresSource.Embedded, Servers.EmbeddedMissing);

/// <summary>A fact for root only: what a lent account may and may not do.</summary>
public sealed class RootFactAttribute : FactAttribute
{
    public RootFactAttribute() => Skip = Environment.IsPrivilegedProcess ? null! : "only root lends an account";
}

internal static class Servers
{
    public static string? InstalledMissing => Installed.Value;
    public static string? EmbeddedMissing => Embedded.Value;

    // Asked while tests are discovered, where xunit offers nothing asynchronous.
    private static readonly Lazy<string?> Installed = new(() => Task.Run(async () =>
        (await InstalledServers.FindAsync(await Account.ChooseAsync(null, default), default)).Count > 0
            ? null : "no PostgreSQL 15 or newer is installed").GetAwaiter().GetResult());

    private static readonly Lazy<string?> Embedded = new(() => Task.Run(async () =>
    {
        try
        {
            await EmbeddedServer.GetAsync(new LocalClusterOptions(), await Account.ChooseAsync(null, default), default);
            return null;
        }
        catch (LocalClusterException problem)
        {
            return problem.Message.ReplaceLineEndings(" ");
        }
    }).GetAwaiter().GetResult());
}
