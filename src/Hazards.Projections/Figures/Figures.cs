using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Projections;

/// <summary>What is counted, and from which point of knowledge.</summary>
/// <param name="Region">Hazards in this region; the caller has made sure that it lies within the jurisdiction.</param>
/// <param name="Period">The time the figures are about.</param>
/// <param name="KnownAt">As it was recorded at this instant; null for now.</param>
/// <param name="Today">The date in China of that instant: what lies after it has not happened.</param>
/// <param name="Kind">Of this kind only.</param>
/// <param name="Campaign">Found in this campaign only.</param>
public sealed record FigureScope(
    RegionCode Region, Period Period, DateTimeOffset? KnownAt, DateOnly Today, HazardKind? Kind = null, Guid? Campaign = null)
{
    /// <summary>The first day counted.</summary>
    public DateOnly First { get; init; } = Period.First;

    /// <summary>
    /// Goes by the closures and plans in force alone, whatever was closed or planned by the end of the period: as was done before.
    /// </summary>
    public bool InForceAlone { get; init; }

    /// <summary>The last day counted.</summary>
    public DateOnly Last => Period.Last;

    /// <summary>The same, cumulated since 1 January.</summary>
    public FigureScope Cumulated() => this with { First = Period.YearBegin };
}

/// <summary>What the lines of a table stand for.</summary>
public enum Breakdown
{
    /// <summary>行业.</summary>
    [Label("行业领域", "By sector")] Sector,

    /// <summary>区划.</summary>
    [Label("行政区划", "By region, one level below")] Region,
}

/// <summary>A column of the official monthly table.</summary>
public enum MonthlyColumn
{
    /// <summary>1.</summary>
    [Label("排查治理隐患企业", "Units inspected")] Inspected,

    /// <summary>2.</summary>
    [Label("一般隐患排查数", "General hazards found")] FoundGeneral,

    /// <summary>3.</summary>
    [Label("一般隐患整改数", "General hazards rectified")] RectifiedGeneral,

    /// <summary>5.</summary>
    [Label("重大隐患排查数", "Major hazards found")] FoundMajor,

    /// <summary>6.</summary>
    [Label("重大隐患整改销号数", "Major hazards rectified and closed")] RectifiedMajor,

    /// <summary>8.</summary>
    [Label("列入治理计划", "Major hazards, not rectified, in a rectification plan")] Planned,

    /// <summary>9.</summary>
    [Label("其中达到五到位", "Of those, with all five in place")] FiveInPlace,

    /// <summary>10.</summary>
    [Label("挂牌督办", "Major hazards listed")] Listed,

    /// <summary>11.</summary>
    [Label("其中省级挂牌", "Of those, by the province or the State")] ListedByProvince,

    /// <summary>12.</summary>
    [Label("累计落实治理资金", "Funds committed since 1 January, 10,000 yuan")] Funds,

    /// <summary>另计.</summary>
    [Label("立行立改（另计）", "Fixed on the spot, counted apart")] OnTheSpot,

    /// <summary>自查自改.</summary>
    [Label("自查自改（另计）", "Found and fixed by the enterprise itself, counted apart")] OwnChecks,

    /// <summary>另计.</summary>
    [Label("尚未定级（另计）", "Not graded yet, counted apart")] Ungraded,
}

/// <summary>One line of the official monthly table.</summary>
/// <param name="Key">The sector's or region's code; <c>total</c> for the sum.</param>
/// <param name="Inspected">1 units inspected: a unit with several visits is one.</param>
/// <param name="FoundGeneral">2 general hazards found.</param>
/// <param name="RectifiedGeneral">3 of those, rectified.</param>
/// <param name="FoundMajor">5 major hazards found.</param>
/// <param name="RectifiedMajor">6 of those, rectified and closed.</param>
/// <param name="Planned">8 of those not rectified, in a rectification plan.</param>
/// <param name="FiveInPlace">9 of those, with all five in place.</param>
/// <param name="Listed">10 major hazards listed.</param>
/// <param name="ListedByProvince">11 of those, by the province or the State.</param>
/// <param name="Funds">12 funds committed since 1 January, 万元.</param>
/// <param name="OnTheSpot">Fixed on the spot, counted apart.</param>
/// <param name="Ungraded">Not graded yet, counted apart.</param>
public sealed record MonthlyLine(
    string Key, long Inspected, long FoundGeneral, long RectifiedGeneral, long FoundMajor, long RectifiedMajor, long Planned,
    long FiveInPlace,
    long Listed, long ListedByProvince, decimal Funds, long OnTheSpot, long Ungraded)
{
    /// <summary>The key of the sum.</summary>
    public const string Total = "total";

    /// <summary>Found and fixed by the enterprise itself, counted apart.</summary>
    public long OwnChecks { get; init; }

    /// <summary>4 整改率, % with one decimal; null when none was found.</summary>
    public decimal? GeneralRate => Rate(RectifiedGeneral, FoundGeneral);

    /// <summary>7 整改率, % with one decimal; null when none was found.</summary>
    public decimal? MajorRate => Rate(RectifiedMajor, FoundMajor);

    /// <summary>A line without anything.</summary>
    public static MonthlyLine Empty(string key) => new(key, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    internal static decimal? Rate(long part, long whole) =>
        whole == 0 ? null : Math.Round(100m * part / whole, 1, MidpointRounding.AwayFromZero);

    internal MonthlyLine Plus(MonthlyLine other) => new(
        Key, Inspected, FoundGeneral + other.FoundGeneral, RectifiedGeneral + other.RectifiedGeneral, FoundMajor + other.FoundMajor,
        RectifiedMajor + other.RectifiedMajor, Planned + other.Planned, FiveInPlace + other.FiveInPlace, Listed + other.Listed,
        ListedByProvince + other.ListedByProvince, Funds + other.Funds, OnTheSpot + other.OnTheSpot, Ungraded + other.Ungraded)
        {
            OwnChecks = OwnChecks + other.OwnChecks,
        };
}

/// <summary>The official monthly table.</summary>
/// <param name="Position">The log's last event that was known.</param>
/// <param name="Lines">Lines with anything in them, by key.</param>
/// <param name="Total">The sum; a unit inspected for two sectors is one unit here.</param>
public sealed record MonthlyTable(long Position, ImmutableArray<MonthlyLine> Lines, MonthlyLine Total);

/// <summary>A leg that was overdue on the last day of a period.</summary>
public sealed record OverdueLeg(HazardId Hazard, Leg Leg, BodyId Body, ClockKind Duty, DateOnly Due, int Days);

/// <summary>Listings made in a period.</summary>
public sealed record ListingCount(RegionCode County, SectorCode Sector, HazardKind Kind, ListingLevel Level, long Count);

/// <summary>What a hazard's facts are, as the explanation of a difference shows them.</summary>
public sealed record KnownFacts(
    RegionCode Region, SectorCode Sector, Level? Level, bool Late, bool OnTheSpot, bool Dismissed, DateOnly? ClosedOn, DateOnly? PlanOn,
    DateOnly? FiveOn,
    DateOnly? ListedOn, DateOnly? ProvinceOn, int Reopened, decimal Funds);

/// <summary>A cell that a hazard entered or left between two instants of knowledge.</summary>
/// <param name="Line">The line's key.</param>
/// <param name="Column">The column.</param>
/// <param name="Change">1 or -1; for funds the amount.</param>
public sealed record CellChange(string Line, MonthlyColumn Column, decimal Change);

/// <summary>Why a hazard changed cells.</summary>
public enum ChangeCause
{
    /// <summary>新登记.</summary>
    [Label("新登记", "Recorded in the meantime")] Entered,

    /// <summary>补录.</summary>
    [Label("补录", "Entered late in the meantime")] LateEntry,

    /// <summary>更正.</summary>
    [Label("更正区划或行业", "Region or sector corrected")] Corrected,

    /// <summary>定级.</summary>
    [Label("核实定级", "Graded in the meantime")] Graded,

    /// <summary>重新定级.</summary>
    [Label("重新定级", "Regraded")] Regraded,

    /// <summary>销号.</summary>
    [Label("销号", "Its closure was recorded in the meantime")] Closed,

    /// <summary>反弹重开.</summary>
    [Label("反弹重开", "Reopened")] Reopened,

    /// <summary>不属实或并案.</summary>
    [Label("不属实或并案", "Rejected or merged")] Dismissed,

    /// <summary>恢复办理.</summary>
    [Label("恢复办理", "No longer rejected or merged")] Restored,

    /// <summary>整改方案.</summary>
    [Label("整改方案", "A plan was submitted, replaced or failed")] Planned,

    /// <summary>挂牌.</summary>
    [Label("挂牌", "A listing was recorded or withdrawn")] Listed,

    /// <summary>资金.</summary>
    [Label("治理资金", "Committed funds changed")] Funds,
}

/// <summary>One hazard's part in a difference.</summary>
/// <param name="Hazard">The hazard.</param>
/// <param name="Before">What was known at the earlier instant; null when nothing was.</param>
/// <param name="After">What was known at the later one.</param>
/// <param name="Causes">Why it changed cells.</param>
/// <param name="Cells">The cells it entered or left.</param>
public sealed record HazardChange(
    HazardId Hazard, KnownFacts? Before, KnownFacts? After, ImmutableArray<ChangeCause> Causes, ImmutableArray<CellChange> Cells);

/// <summary>What happened to a report.</summary>
/// <param name="Id">The report.</param>
/// <param name="Version">The event's version in the report's stream.</param>
/// <param name="Position">The event's position in the log.</param>
/// <param name="RecordedAt">When it was recorded.</param>
/// <param name="Event">The event.</param>
public sealed record ReportEntry(Guid Id, long Version, long Position, DateTimeOffset RecordedAt, IReportEvent Event);
