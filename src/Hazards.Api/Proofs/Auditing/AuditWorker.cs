using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Projections.Store;

namespace Hazards.Api.Proofs.Auditing;

/// <summary>
/// Audits the log when it is time. When the last audit was is in the log, so that a restart or another node does not begin
/// anew.
/// </summary>
[LogCategory("Hazards.Api.Auditing.AuditWorker")]
internal sealed partial class AuditWorker(
    AuditDesk desk, LogKeys keys, IEventLog log, AuditTelemetry telemetry, ServiceOptions options, TimeProvider clock, IHostApplicationLifetime life, ILogger<AuditWorker> logger) : IDisposable
{
    private readonly SemaphoreSlim turn = new(1);
    private readonly Lock asking = new();
    private long version;
    private DateTimeOffset? lastAt;

    /// <summary>Since when an audit that was asked for runs here; null when none does.</summary>
    public DateTimeOffset? RunningSince { get; private set; }

    /// <summary>Begins an audit that somebody asks for, unless one runs already; its result goes on record as that of any other.</summary>
    public DateTimeOffset AuditNow()
    {
        lock (asking)
        {
            if (RunningSince is { } since)
                return since;
            var now = clock.GetUtcNow();
            RunningSince = now;
            _ = Task.Run(() => AuditAskedAsync(life.ApplicationStopping), CancellationToken.None);
            return now;
        }
    }

    private async Task AuditAskedAsync(CancellationToken cancellationToken)
    {
        try
        {
            await AuditAsync([], whole: true, cancellationToken);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Nobody waits for it; whoever asked sees that there is no result, and asks again.
            LogNotAudited(e);
        }
        finally
        {
            RunningSince = null;
        }
    }

    /// <summary>Audits if it is time; false when it is not, or another node was quicker.</summary>
    public async Task<bool> AuditIfDueAsync(CancellationToken cancellationToken)
    {
        await LookAsync(cancellationToken);
        if (options.AuditEvery is not { } every || lastAt + every > clock.GetUtcNow())
            return false;
        // The first of a week compares everything.
        return await AuditAsync([], lastAt is not { } last || WeekOf(last) != WeekOf(clock.GetUtcNow()), cancellationToken);
    }

    /// <summary>
    /// Looks at some of it. What it finds and is not on record yet is put there, with what an audit of everything finds; true then.
    /// </summary>
    public async Task<bool> SampleAsync(CancellationToken cancellationToken)
    {
        await LookAsync(cancellationToken);
        var found = await desk.SampleAsync(cancellationToken);
        if (found.IsEmpty || (telemetry.Last is { Audit: var last } && found.All(f => IsNoted(last, f))))
            return false;
        return await AuditAsync(found, whole: true, cancellationToken);
    }

    /// <summary>Where an audit found more than it keeps, somebody is looking at the database anyway.</summary>
    private static bool IsNoted(AuditCompleted audit, AuditFinding found) =>
        audit.Count > audit.Findings.Length || audit.Findings.Any(n => n.Code == found.Code && n.Stream == found.Stream);

    private static int WeekOf(DateTimeOffset at) => (int)((at - DateTimeOffset.UnixEpoch).TotalDays / 7);

    /// <param name="sampled">What a sample found: it may have been put back since, and stays on record.</param>
    /// <param name="whole">Whether everything is compared.</param>
    /// <param name="cancellationToken">Gives up.</param>
    private async Task<bool> AuditAsync(ImmutableArray<AuditFinding> sampled, bool whole, CancellationToken cancellationToken)
    {
        await LookAsync(cancellationToken);
        // One reader: the service's callers come first.
        var report = await desk.RunAsync(AuditOrder.Full with { Whole = whole }, readers: 1, null, cancellationToken);
        report = report with
        {
            Findings = [.. sampled.Where(s => !report.Findings.Any(f => f.Code == s.Code && f.English == s.English)), .. report.Findings],
        };
        foreach (var finding in report.Findings)
            LogFinding(finding.Code, finding.Chinese, finding.English);
        telemetry.Found(AuditDesk.Event(report));
        // A node that was taken for dead may have gone on.
        var before = lastAt;
        await LookAsync(cancellationToken);
        if (lastAt != before)
            return false;
        await AuditDesk.RecordAsync(keys, report, cancellationToken);
        await LookAsync(cancellationToken);
        return true;
    }

    /// <summary>Reads which audits there were, whichever node ran them.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            await ReadOnAsync(cancellationToken);
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose() => turn.Dispose();

    private async Task ReadOnAsync(CancellationToken cancellationToken)
    {
        foreach (var e in await log.FetchAsync(LogStream.Id, fromVersion: version + 1, cancellationToken: cancellationToken))
        {
            version = e.Version;
            if (e.Data is IdentityContradicted contradicted)
                telemetry.Note(contradicted, e.Sequence, e.Timestamp);
            if (e.Data is not AuditCompleted completed)
                continue;
            lastAt = e.Timestamp;
            telemetry.Note(completed, e.Timestamp);
        }
    }

    [LoggerMessage(1, LogLevel.Error, "审计发现异常 audit finding {Code}: {Chinese} · {English}")]
    private partial void LogFinding(string code, string chinese, string english);

    [LoggerMessage(2, LogLevel.Error, "审计未能完成 the audit that was asked for did not end")]
    private partial void LogNotAudited(Exception exception);
}
