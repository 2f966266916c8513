using System.Collections.Immutable;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>A fact about a report of a region for a period.</summary>
public interface IReportEvent : IDomainEvent
{
    /// <summary>The report.</summary>
    ReportKind Kind { get; }

    /// <summary>Whose.</summary>
    RegionCode Region { get; }

    /// <summary>For which time.</summary>
    Period Period { get; }
}

/// <summary>
/// 报表定稿: a report was frozen. What it says is in the files; the same position gives the same bytes for ever. The calendar's
/// edition stands in the context.
/// </summary>
/// <param name="Kind">The report.</param>
/// <param name="Region">Whose.</param>
/// <param name="Period">For which time.</param>
/// <param name="Edition">1, and one more for every later edition.</param>
/// <param name="KnownAt">Everything recorded up to this instant went into it.</param>
/// <param name="Position">The log's last event then.</param>
/// <param name="Policy">The policy whose formulas it follows.</param>
/// <param name="Template">Version of the layout.</param>
/// <param name="Json">SHA-256 of its JSON.</param>
/// <param name="Sheet">SHA-256 of its xlsx, if it has one.</param>
/// <param name="Reason">Why there is a further edition.</param>
[EventType("report_frozen", "报表定稿", "Report frozen")]
public sealed record ReportFrozen(
    ReportKind Kind, RegionCode Region, Period Period, int Edition, DateTimeOffset KnownAt, long Position, string Policy, int Template,
    Sha256Digest Json, Sha256Digest? Sheet, string? Reason) : IReportEvent;

/// <summary>
/// 报表逾期: the day a report was due has passed and it is not frozen. Once for every report; it occurred when the day ended.
/// </summary>
/// <param name="Kind">The report.</param>
/// <param name="Region">Who owes it.</param>
/// <param name="Period">For which time.</param>
/// <param name="Due">The last day for it.</param>
/// <param name="NoticedAt">When the service noticed.</param>
[EventType("report_deadline_missed", "报表逾期", "Report overdue")]
public sealed record ReportDeadlineMissed(ReportKind Kind, RegionCode Region, Period Period, DateOnly Due,
    DateTimeOffset NoticedAt) : IReportEvent;

/// <summary>A report of a region for a period, as its events leave it.</summary>
/// <param name="Kind">The report.</param>
/// <param name="Region">Whose.</param>
/// <param name="Period">For which time.</param>
/// <param name="Entries">All that happened to it, in order: element n is the stream's version n + 1.</param>
public sealed record Report(ReportKind Kind, RegionCode Region, Period Period, ImmutableArray<IReportEvent> Entries)
{
    /// <summary>The type of its stream.</summary>
    public const string StreamType = "report";

    /// <summary>Number of events.</summary>
    public long Version => Entries.Length;

    /// <summary>Its editions, the newest last.</summary>
    public IEnumerable<ReportFrozen> Editions => Entries.OfType<ReportFrozen>();

    /// <summary>The record of its having been late, if it was.</summary>
    public ReportDeadlineMissed? Missed => Entries.OfType<ReportDeadlineMissed>().FirstOrDefault();

    /// <summary>The stream of a report: the same report is the same stream on every node.</summary>
    public static Guid StreamOf(ReportKind kind, RegionCode region, Period period) =>
        StreamIds.Named(StreamType, $"{CodeList.Code(kind)}\n{region.Value}\n{period.Value}");

    /// <summary>Folds one event.</summary>
    public static Report Apply(Report? report, IReportEvent happened)
    {
        ArgumentNullException.ThrowIfNull(happened);
        return report is null
            ? new Report(happened.Kind, happened.Region, happened.Period, [happened])
            : report with { Entries = report.Entries.Add(happened) };
    }
}
