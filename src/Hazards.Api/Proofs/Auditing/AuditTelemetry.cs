using System.Diagnostics.Metrics;
using Hazards.Domain;

namespace Hazards.Api.Proofs.Auditing;

/// <summary>The last audit as metrics (<c>Hazards.Audit</c>) and for the health page.</summary>
internal sealed class AuditTelemetry : IDisposable
{
    private readonly Meter meter = new("Hazards.Audit");
    private readonly Counter<long> findings;
    private (AuditCompleted Audit, DateTimeOffset At)? last;
    private (IdentityContradicted Found, long Position, DateTimeOffset At)? contradicted;

    public AuditTelemetry(TimeProvider clock)
    {
        findings = meter.CreateCounter<long>("hazards.audit.findings", "{finding}", "Findings of audits this node ran, by code");
        meter.CreateObservableGauge(
            "hazards.audit.holds", () => Measured(l => l.Audit.Holds ? 1L : 0L), null,
            "1 when the last audit found nothing, 0 when it found something");
        meter.CreateObservableGauge(
            "hazards.audit.age", () => Measured(l => (clock.GetUtcNow() - l.At).TotalSeconds), "s", "Since the last audit");
        meter.CreateObservableGauge("hazards.audit.duration", () => Measured(l => l.Audit.Seconds), "s", "How long the last audit took");
        meter.CreateObservableGauge("hazards.audit.size", () => Measured(l => l.Audit.Size), "{event}", "The last position audited");
    }

    /// <summary>The last audit on record, and when that was; null before the first.</summary>
    public (AuditCompleted Audit, DateTimeOffset At)? Last => last;

    /// <summary>A line when the last audit found something, or a request since then met somebody who is not as recorded.</summary>
    public string? Failure => (Audited, Contradicted) switch
    {
        ({ } audited, { } met) => $"{met}; {audited}",
        var (audited, met) => audited ?? met,
    };

    private string? Audited => last is { Audit: { Holds: false } audit, At: var at }
        ? $"审计发现 {audit.Count} 项异常 {audit.Count} findings at {at:O}: {string.Join(", ", audit.Findings.Select(f => f.Code).Distinct())}"
        : null;

    private string? Contradicted => contradicted is { Found: var found, At: var at }
        ? $"身份与日志不符 identity_contradicted at {at:O}: {found.Kind} {found.Identity} ({string.Join(", ", found.Columns)})"
        : null;

    /// <summary>Notes an audit, whichever node ran it. It names what requests met before it.</summary>
    public void Note(AuditCompleted audit, DateTimeOffset at) =>
        (last, contradicted) = ((audit, at), contradicted is { } met && met.Position > audit.Size ? met : null);

    /// <summary>Notes that a request met somebody who is not as recorded, at whichever node.</summary>
    public void Note(IdentityContradicted found, long position, DateTimeOffset at) => contradicted = (found, position, at);

    /// <summary>Counts what this node found.</summary>
    public void Found(AuditCompleted audit)
    {
        foreach (var finding in audit.Findings)
            findings.Add(1, new KeyValuePair<string, object?>("code", finding.Code));
    }

    private IEnumerable<Measurement<T>> Measured<T>(Func<(AuditCompleted Audit, DateTimeOffset At), T> read) where T : struct =>
        last is { } known ? [new Measurement<T>(read(known))] : [];

    public void Dispose() => meter.Dispose();
}
