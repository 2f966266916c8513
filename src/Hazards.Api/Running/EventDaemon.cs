using Hazards.Api.Proofs;
using Hazards.Projections.Store;
using JasperFx;
using JasperFx.Events.Daemon;
using JasperFx.Events.Daemon.HighWater;
using Marten;
using Marten.Events.Daemon;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Hazards.Api.Running;

/// <summary>
/// Marten's daemon in the host: woken by the commits of all nodes (LISTEN/NOTIFY), each subscription on one node at a time,
/// and what is wrong with it in sight of whoever watches the service.
/// </summary>
internal static class EventDaemon
{
    /// <summary>Further behind than this, and not moving, is an illness.</summary>
    private const int MostEventsBehind = 1000;

    private static readonly TimeSpan Stuck = TimeSpan.FromSeconds(30);

    /// <summary>Adds the daemon, its subscriptions and its health checks to a host with Marten.</summary>
    public static void Add(IServiceCollection services, MartenServiceCollectionExtensions.MartenConfigurationExpression marten)
    {
        marten.AddSubscriptionWithServices<TreeSubscription>(ServiceLifetime.Singleton);
        marten.AddAsyncDaemon(DaemonMode.HotCold);
        // It is started and stopped by DaemonWatch.
        services.Remove(services.Last(s => s.ServiceType == typeof(IHostedService)));
        services.AddHealthChecks()
            .AddMartenAsyncDaemonHealthCheck(MostEventsBehind, Stuck)
            .AddMartenHighWaterHealthCheck(Stuck, autoRestart: true)
            .AddCheck<SubscriptionHealth>(nameof(SubscriptionHealth));
        services.AddSingleton<DaemonTrouble>();
        services.AddHostedService<DaemonWatch>();
    }
}

/// <summary>Whether what the daemon runs on this node is running: a subscription that died is paused, or has stopped by itself.</summary>
internal sealed class SubscriptionHealth(IProjectionCoordinator coordinator) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        foreach (var daemon in await coordinator.AllDaemonsAsync())
        {
            if (daemon.CurrentAgents().FirstOrDefault(a => a.Status != AgentStatus.Running) is { } dead)
                return HealthCheckResult.Unhealthy($"{dead.Name.Identity}: {dead.Status}, {dead.Failure?.Category}");
            if (daemon.IsHighWaterStale)
                return HealthCheckResult.Unhealthy($"the mark stands still; looked at {daemon.HighWaterLastPolledAt:O}");
        }

        return HealthCheckResult.Healthy();
    }
}

/// <summary>What the health checks find, and whether it has lasted.</summary>
internal sealed class DaemonTrouble(HealthCheckService checks, ServiceOptions options)
{
    private readonly Lock gate = new();
    private long? since;

    /// <summary>
    /// What is wrong; null when nothing is. A subscription that died is started again within seconds, and commands and lists
    /// need none: only what lasts is a reason to send callers elsewhere.
    /// </summary>
    public async Task<(string? What, bool Lasts)> LookAsync(CancellationToken cancellationToken)
    {
        var report = await checks.CheckHealthAsync(cancellationToken);
        var what = report.Entries.Where(e => e.Value.Status == HealthStatus.Unhealthy).Select(e => e.Value.Description).FirstOrDefault();
        lock (gate)
        {
            since = what is null ? null : since ?? Environment.TickCount64;
            return (what, since is { } began && Environment.TickCount64 - began >= options.DaemonPatience.TotalMilliseconds);
        }
    }
}

/// <summary>
/// Starts and stops the daemon, and starts again what it leaves lying. A subscription that failed is paused, and the daemon
/// starts it again. One whose progress another node had moved meanwhile (each thought that it led, while the database was
/// away) has stopped, and stays in the daemon's list, where it is never started again: it is taken out, and whoever leads starts it.
/// </summary>
[LogCategory("Hazards.Api.DaemonWatch")]
internal sealed partial class DaemonWatch(
    IProjectionCoordinator coordinator, IDocumentStore store, MartenEventLog log, ServiceOptions options, ILogger<DaemonWatch> logger)
    : BackgroundService, IAsyncDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    /// <summary>Longest the host waits for the daemon: what it has not finished, the next one does again.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(10);

    private bool running;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!options.Daemon)
            return;
        running = true;
        ((StoreOptions)store.Options).Projections.Wakeup = new CommitWakeup(log);
        await coordinator.StartAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <summary>
    /// Not longer than <see cref="Farewell"/>: the daemon waits without end for a look at the mark that never gets its answer
    /// (seen with connections ended by the server; Marten 9.59, Npgsql 10.0.3).
    /// </summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (!running)
            return;
        running = false;
        try
        {
            await coordinator.StopAsync(cancellationToken).WaitAsync(Farewell, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            LogLeft(Farewell.TotalSeconds);
            // Or the container, which stops it once more, waits without end.
            foreach (var daemon in await coordinator.AllDaemonsAsync())
                daemon.Dispose();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                foreach (var daemon in await coordinator.AllDaemonsAsync())
                    foreach (var stopped in daemon.CurrentAgents().Where(a => a.Status == AgentStatus.Stopped))
                        daemon.EjectPausedShard(stopped.Name.Identity);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    /// <summary>Stops, when nobody has.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        Dispose();
    }

    [LoggerMessage(1, LogLevel.Warning, "Marten 的后台程序未在 {Seconds} 秒内停止，不再等待 the daemon did not stop within {Seconds} s and is left")]
    private partial void LogLeft(double seconds);
}

/// <summary>
/// Wakes the daemon when something was committed, by whichever node, and not for every commit: looking at its mark and
/// loading one event cost the database as much as half a command.
/// </summary>
internal sealed class CommitWakeup(MartenEventLog log) : IDaemonWakeup
{
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(50);

    private long seen;

    public async Task WaitAsync(TimeSpan timeout, CancellationToken token)
    {
        await Task.Delay(Gathering, token);
        await log.WaitBeyondAsync(seen, token).WaitAsync(timeout, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        token.ThrowIfCancellationRequested();
        seen = log.KnownPosition;
    }

    public void Dispose()
    {
        // The log listens, and is not its own.
    }
}
