using Hazards.Api.Proving;
using Hazards.Domain;
using Hazards.Projections.Store;
using Npgsql;

namespace Hazards.Api.Auditing;

/// <summary>
/// Audits the log now and then: one node at a time, by a lock of its own; when the last audit was is in the log, so that a
/// restart or another node does not begin anew.
/// </summary>
internal sealed partial class AuditWorker(
    AuditDesk desk, LogKeys keys, IEventLog log, AuditTelemetry telemetry, ServiceOptions options, TimeProvider clock, ILogger<AuditWorker> logger) : BackgroundService
{
    // "audit" in ASCII.
    private const long LeaderLock = 0x61_75_64_69_74;

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private long version;
    private DateTimeOffset? lastAt;

    /// <summary>Audits if it is time; false when it is not, or another node is at it.</summary>
    public async Task<bool> AuditIfDueAsync(CancellationToken cancellationToken)
    {
        await LookAsync(cancellationToken);
        if (options.AuditEvery is not { } every || lastAt + every > clock.GetUtcNow())
            return false;
        // Not from the pool: its end must end the session and with it the lock.
        await using var alone = Hosts.Alone(options.ConnectionString, "hazards audit");
        await alone.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand($"select pg_try_advisory_lock({LeaderLock})", alone);
        if (await command.ExecuteScalarAsync(cancellationToken) is not true)
            return false;
        // Another may have finished while this one was asking.
        await LookAsync(cancellationToken);
        if (lastAt + every > clock.GetUtcNow())
            return false;
        // One reader: the service's callers come first.
        var report = await desk.RunAsync(AuditOrder.Full, readers: 1, null, cancellationToken);
        foreach (var finding in report.Findings)
            LogFinding(finding.Code, finding.Chinese, finding.English);
        telemetry.Found(AuditDesk.Event(report));
        await AuditDesk.RecordAsync(keys, report, cancellationToken);
        await LookAsync(cancellationToken);
        return true;
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.AuditEvery is { } every && every < Longest ? every : Longest);
        try
        {
            do
            {
                try
                {
                    await AuditIfDueAsync(stoppingToken);
                }
                catch (Exception e) when (!stoppingToken.IsCancellationRequested)
                {
                    LogGivenUp(e.GetType().Name, e.Message);
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops.
        }
    }

    /// <summary>Reads which audits there were, whichever node ran them.</summary>
    private async Task LookAsync(CancellationToken cancellationToken)
    {
        foreach (var e in await log.FetchAsync(LogStream.Id, fromVersion: version + 1, cancellationToken: cancellationToken))
        {
            version = e.Version;
            if (e.Data is not AuditCompleted completed)
                continue;
            lastAt = e.Timestamp;
            telemetry.Note(completed, e.Timestamp);
        }
    }

    [LoggerMessage(1, LogLevel.Error, "审计发现异常 audit finding {Code}: {Chinese} · {English}")]
    private partial void LogFinding(string code, string chinese, string english);

    [LoggerMessage(2, LogLevel.Warning, "审计未能完成，将重试 the audit was given up, will try again: {Error}: {Message}")]
    private partial void LogGivenUp(string error, string message);
}
