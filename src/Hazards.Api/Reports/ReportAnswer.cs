using System.Text.Json.Serialization;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;

namespace Hazards.Api.Reports;

/// <summary>A report: which sections it has depends on its kind.</summary>
/// <param name="Kind">The report.</param>
/// <param name="Title">Its title.</param>
/// <param name="Region">Whose.</param>
/// <param name="RegionName">Its name.</param>
/// <param name="Period">For which time.</param>
/// <param name="PeriodName">Its name.</param>
/// <param name="From">The first day counted.</param>
/// <param name="To">The last day counted.</param>
/// <param name="KnownAt">As it was recorded at this instant; absent for now.</param>
/// <param name="Position">The log's last event that was known.</param>
/// <param name="Provisional">True while the period has not ended.</param>
/// <param name="Policy">The policy whose rules it follows.</param>
internal sealed record ReportAnswer(
    CodeEntry Kind, string Title, RegionCode Region, string RegionName, Period Period, string PeriodName, DateOnly From, DateOnly To,
    DateTimeOffset? KnownAt, long Position, bool Provisional, string Policy)
{
    /// <summary>Which part alone it counts, as the title says it; absent where it counts all.</summary>
    public string? Narrowed { get; init; }

    /// <summary>The table.</summary>
    public TableSection? Table { get; init; }

    /// <summary>The period before, for comparison.</summary>
    public TableSection? Previous { get; init; }

    /// <summary>重大隐患: open at the period's end, with state and causes, harm and difficulty, and plan (总局令第16号第十四条).</summary>
    public IReadOnlyList<HazardCard>? OpenMajor { get; init; }

    /// <summary>隐患清单 or 一单四制台账.</summary>
    public IReadOnlyList<HazardCard>? Hazards { get; init; }

    /// <summary>措施清单.</summary>
    public IReadOnlyList<MeasureLine>? Measures { get; init; }

    /// <summary>超期点名.</summary>
    public OverdueSection? Overdue { get; init; }

    /// <summary>排名.</summary>
    public RankingSection? Ranking { get; init; }

    /// <summary>挂牌任务.</summary>
    public IReadOnlyList<QuotaLine>? Quotas { get; init; }

    /// <summary>Cursor of the next page of a list.</summary>
    public string? Next { get; init; }

    /// <summary>How the figures are defined.</summary>
    public IReadOnlyList<string>? Notes { get; init; }
}

/// <summary>The monthly table's lines.</summary>
/// <param name="Period">The period.</param>
/// <param name="Breakdown">What a line stands for.</param>
/// <param name="Lines">The lines, in the usual order.</param>
/// <param name="Total">The sum.</param>
internal sealed record TableSection(string Period, CodeEntry Breakdown, IReadOnlyList<TableLine> Lines, TableLine Total);

/// <summary>A line with its name and rates.</summary>
internal sealed record TableLine(
    string Key, string Name, long Inspected, long FoundGeneral, long RectifiedGeneral, decimal? GeneralRate, long FoundMajor,
    long RectifiedMajor, decimal? MajorRate,
    long Planned, long FiveInPlace, long Listed, long ListedByProvince, decimal Funds, long OnTheSpot, long Ungraded)
{
    /// <summary>自查自改, counted apart; absent where the layout is an earlier one, which counts them as 立行立改.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? OwnChecks { get; init; }

    public static TableLine Of(MonthlyLine l, bool ownChecksApart, string name) => new(
        l.Key, name, l.Inspected, l.FoundGeneral, l.RectifiedGeneral, l.GeneralRate, l.FoundMajor, l.RectifiedMajor, l.MajorRate,
        l.Planned, l.FiveInPlace, l.Listed, l.ListedByProvince, l.Funds,
        ownChecksApart ? l.OnTheSpot : l.OnTheSpot + l.OwnChecks, l.Ungraded)
    {
        OwnChecks = ownChecksApart ? l.OwnChecks : null,
    };
}

/// <summary>A hazard as reports show it.</summary>
/// <param name="Id">The hazard.</param>
/// <param name="Region">Where, named.</param>
/// <param name="Sector">行业领域.</param>
/// <param name="Level">等级.</param>
/// <param name="FoundOn">发现日期.</param>
/// <param name="Title">隐患名称.</param>
/// <param name="State">隐患的现状及其产生原因.</param>
/// <param name="Harm">隐患的危害程度和整改难易程度分析: grounds of the grade and findings.</param>
/// <param name="Enterprise">单位.</param>
/// <param name="Place">地点.</param>
/// <param name="Stage">环节.</param>
/// <param name="Source">来源.</param>
/// <param name="Assigned">交办制.</param>
/// <param name="Ledger">台账制.</param>
/// <param name="Closed">销号制.</param>
/// <param name="Circulated">通报制.</param>
/// <param name="Plans">治理方案, by leg.</param>
internal sealed record HazardCard(
    HazardId Id, string Region, string Sector, string? Level, DateOnly FoundOn, string Title, string State, string? Harm,
    string? Enterprise, string? Place, string Stage, string Source,
    AssignmentColumn? Assigned, FiguresLedgerColumn Ledger, ClosureColumn Closed, CirculationColumn Circulated,
    IReadOnlyList<MeasureLine> Plans);

/// <summary>交办制: to whom, when, by when.</summary>
internal sealed record AssignmentColumn(DateOnly On, string By, IReadOnlyList<AssignedLeg> Legs);

/// <summary>A leg as assigned.</summary>
internal sealed record AssignedLeg(string Leg, string Body, string? Supervisor, DateOnly? AcknowledgedOn, DateOnly Deadline);

/// <summary>台账制: listing, progress, production, calendar of the plan.</summary>
internal sealed record FiguresLedgerColumn(
    string? Listing, DateOnly? ListedOn, string? Document, int? Percent, bool Suspended, DateOnly? Deadline);

/// <summary>销号制: acceptance, closure, look-backs.</summary>
internal sealed record ClosureColumn(DateOnly? AcceptedOn, DateOnly? ClosedOn, string? Ground, int Lookbacks, int Reopened);

/// <summary>通报制: what supervisors did, with the papers' numbers.</summary>
internal sealed record CirculationColumn(int Urged, int Notices, int Interviews, int Criticisms, IReadOnlyList<string> Documents);

/// <summary>措施清单: the plan of a leg.</summary>
internal sealed record MeasureLine(
    HazardId Hazard, string Title, string Leg, string Body, string? Responsible, IReadOnlyDictionary<string, string> Parts,
    string? KeptElsewhere,
    decimal? Funds, decimal? Spent, DateOnly Deadline, string? Review, int Percent);

/// <summary>The overdue, named.</summary>
/// <param name="All">How many duties are overdue.</param>
/// <param name="Named">The longest overdue.</param>
internal sealed record OverdueSection(long All, IReadOnlyList<OverdueLine> Named);

/// <summary>An overdue duty: who, of what, how long, and what was done about it.</summary>
internal sealed record OverdueLine(
    BodyId Body, string BodyName, HazardId Hazard, string Title, string? Level, string Leg, CodeEntry Duty, DateOnly Due, int Days,
    int Urged, int Notices, int Criticisms);

/// <summary>A ranking with its formula.</summary>
/// <param name="Formula">The weights and what each measure counts.</param>
/// <param name="Source">Where the formula comes from.</param>
/// <param name="LeastLegs">Who had fewer legs in hand is not ranked.</param>
/// <param name="Lines">The lines, the best first.</param>
internal sealed record RankingSection(IReadOnlyList<FormulaPart> Formula, string Source, int LeastLegs, IReadOnlyList<RankingLine> Lines);

/// <summary>A measure in the formula.</summary>
internal sealed record FormulaPart(CodeEntry Measure, decimal Weight);

/// <summary>One line of a ranking.</summary>
internal sealed record RankingLine(int? Rank, string Key, string Name, decimal? Score, long Legs, IReadOnlyList<MeasuredShare> Measures);

/// <summary>One quota of one region.</summary>
/// <param name="Region">Who owes it.</param>
/// <param name="RegionName">Its name.</param>
/// <param name="Listing">Listed at this level or a wider one.</param>
/// <param name="HazardKind">Of this kind only, if one.</param>
/// <param name="DifferentSectors">Hazards of one sector count once.</param>
/// <param name="Required">So many.</param>
/// <param name="Listed">So many were.</param>
/// <param name="Met">Whether it is met.</param>
/// <param name="Source">Where the rule comes from.</param>
internal sealed record QuotaLine(
    RegionCode Region, string RegionName, CodeEntry Listing, CodeEntry? HazardKind, bool DifferentSectors, int Required, long Listed,
    bool Met, string Source);
