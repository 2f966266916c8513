using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Serialization;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>A day of every year, <c>MM-dd</c>: deadlines such as “before the flood season” and the due dates of reports.</summary>
[JsonConverter(typeof(ValueJsonConverter<MonthDay>))]
public readonly record struct MonthDay : IValue<MonthDay>
{
    // A leap year, so that 02-29 can be said; in other years it means 02-28.
    private readonly DateOnly _day;

    private MonthDay(DateOnly day) => _day = day;

    /// <inheritdoc />
    public string Value => _day.ToString("MM-dd", CultureInfo.InvariantCulture);

    /// <summary>The day in a year.</summary>
    public DateOnly In(int year) => new(year, Month, Math.Min(_day.Day, DateTime.DaysInMonth(year, Month)));

    /// <summary>The first such day on or after a date.</summary>
    public DateOnly OnOrAfter(DateOnly date) => In(date.Year) >= date ? In(date.Year) : In(date.Year + 1);

    private int Month => _day.Month;

    /// <inheritdoc />
    public static bool TryParse(string? text, out MonthDay value, [NotNullWhen(false)] out Refusal? refusal)
    {
        var well = DateOnly.TryParseExact($"2024-{text}", "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day);
        value = well ? new MonthDay(day) : default;
        refusal = well ? null : InputRefusals.MonthDay.Because(null, ("value", Texts.Excerpt(text)));
        return well;
    }

    /// <inheritdoc />
    public override string ToString() => Value;
}

/// <summary>A paper a policy rests on.</summary>
/// <param name="Title">Its title.</param>
/// <param name="Number">Its document number, if it has one.</param>
/// <param name="Clause">The clause.</param>
public sealed record PolicySource(string Title, string? Number = null, string? Clause = null);

/// <summary>How long a duty may take.</summary>
/// <param name="Kind">The duty.</param>
/// <param name="Days">Days after the day on which it began; the deadline is the end of that day.</param>
/// <param name="Source">Where the figure comes from.</param>
/// <param name="Level">For hazards of this level only; for all when left out.</param>
/// <param name="Count">Calendar or working days.</param>
/// <param name="By">When given: the first such day of a year that lies at least <paramref name="Days"/> after the beginning.</param>
public sealed record ClockRule(
    ClockKind Kind, int Days, string Source, Level? Level = null, DayCount Count = DayCount.Calendar, MonthDay? By = null);

/// <summary>What a plan must hold for a level.</summary>
public sealed record PlanRule(Level Level, ImmutableArray<PlanPart> Parts, string Source);

/// <summary>A grade of a place's own, finer than general and major (Hubei's four).</summary>
/// <param name="Grade">1 is the gravest.</param>
/// <param name="Title">Its name.</param>
/// <param name="Level">The level it stands for.</param>
/// <param name="ListedAt">The listing level that lists hazards of this grade; a wider one may too.</param>
/// <param name="Source">Where the rule comes from.</param>
public sealed record GradeRule(int Grade, string Title, Level Level, ListingLevel? ListedAt, string Source);

/// <summary>How hazards of a level are handed over.</summary>
/// <param name="Level">The level.</param>
/// <param name="Dual">双重交办: to two legs, a sole one is refused.</param>
/// <param name="Supervised">双重督办: every leg must have a supervisor.</param>
/// <param name="Source">Where the rule comes from.</param>
public sealed record AssignmentRule(Level Level, bool Dual, bool Supervised, string Source);

/// <summary>双重督办: how often a leg's supervisor must act on it (urge, notice, visit, interview…) until it is accepted.</summary>
/// <param name="Level">For hazards of this level.</param>
/// <param name="Days">Days after the assignment or the supervisor's last act.</param>
/// <param name="Source">Where the rule comes from.</param>
/// <param name="Count">Calendar or working days.</param>
public sealed record SupervisionRule(Level Level, int Days, string Source, DayCount Count = DayCount.Calendar);

/// <summary>Who may list at a level.</summary>
/// <param name="Level">The listing level.</param>
/// <param name="Regions">The administrative level of the region of a body that may.</param>
/// <param name="Kinds">The kinds of body that may.</param>
/// <param name="Source">Where the rule comes from.</param>
/// <param name="MostDays">The listing's deadline lies at most so many calendar days ahead; no bound when left out.</param>
public sealed record ListingRule(
    ListingLevel Level, RegionLevel Regions, ImmutableArray<BodyKind> Kinds, string Source, int? MostDays = null)
{
    /// <summary>Whether a body may list at this level.</summary>
    public bool LetsList(Body body)
    {
        ArgumentNullException.ThrowIfNull(body);
        return body.Region.Level == Regions && Kinds.Contains(body.Kind);
    }
}

/// <summary>
/// Where and how soon a listing and its end must be made public. The clocks are <see cref="ClockKind.Publish"/> and
/// <see cref="ClockKind.PublishDelisting"/>.
/// </summary>
/// <param name="SameMedia">The delisting is published in the same media as the listing.</param>
/// <param name="Source">Where the rule comes from.</param>
public sealed record PublicationRule(bool SameMedia, string Source);

/// <summary>When and how often an extension may be had.</summary>
/// <param name="RequestDaysBefore">Latest request: so many days before the deadline (0: on the deadline's day at the latest).</param>
/// <param name="MostTimes">At most so many are granted for one leg.</param>
/// <param name="MostDays">The new deadline lies at most so many calendar days after the old one.</param>
/// <param name="Source">Where the rule comes from.</param>
/// <param name="Count">How <paramref name="RequestDaysBefore"/> is counted.</param>
public sealed record ExtensionRule(int RequestDaysBefore, int MostTimes, int MostDays, string Source, DayCount Count = DayCount.Calendar);

/// <summary>What a stop of production does to deadlines.</summary>
/// <param name="MovesRectification">The rectification deadlines of unfinished legs move by the days the stop lasted, when it ends.</param>
/// <param name="Source">Where the rule comes from.</param>
public sealed record StopRule(bool MovesRectification, string Source);

/// <summary>回头看: when closed hazards of a level are looked at again.</summary>
/// <param name="Level">The level.</param>
/// <param name="Days">Calendar days after the closure, one for each look-back, rising.</param>
/// <param name="Source">Where the rule comes from.</param>
public sealed record LookbackRule(Level Level, ImmutableArray<int> Days, string Source);

/// <summary>What a leg's acceptance needs beside the inspector's word.</summary>
/// <param name="Source">Where the rule comes from.</param>
/// <param name="Level">For hazards of this level; for all when left out.</param>
/// <param name="Leg">For this leg; for all when left out.</param>
/// <param name="Attachments">At least so many attachments (photos, expert opinions).</param>
/// <param name="Inspectors">The inspectors must be named.</param>
/// <param name="Document">The acceptance carries a document number.</param>
public sealed record AcceptanceRule(
    string Source, Level? Level = null, Leg? Leg = null, int Attachments = 0, bool Inspectors = false, bool Document = false)
{
    /// <summary>The kinds of body that may accept it; any when empty.</summary>
    public ImmutableArray<BodyKind> AcceptedBy { get; init; } = [];
}

/// <summary>A rung of the ladder of supervision.</summary>
/// <param name="DaysOverdue">Days after the due date, counted by <paramref name="Count"/>.</param>
/// <param name="Step">What is done.</param>
/// <param name="Mode">By the service itself, or proposed to a person. An interview or a visit can only be proposed.</param>
/// <param name="Level">For hazards of this level only; for all when left out.</param>
/// <param name="Count">Calendar or working days.</param>
public sealed record LadderStep(
    int DaysOverdue, SupervisionStep Step, StepMode Mode = StepMode.Proposed, Level? Level = null, DayCount Count = DayCount.Calendar)
{
    /// <summary>The duties it is for; all when empty.</summary>
    public ImmutableArray<ClockKind> Clocks { get; init; } = [];

    /// <summary>Whether it is for such a duty.</summary>
    public bool IsFor(ClockKind kind, Level? level) => (Clocks.IsEmpty || Clocks.Contains(kind)) && (Level is null || Level == level);
}

/// <summary>预警: how many days before its last day a duty turns yellow, and red.</summary>
/// <param name="YellowDays">Yellow when so many calendar days are left, or fewer.</param>
/// <param name="RedDays">Red when so many are left, or fewer.</param>
/// <param name="Source">Where the rule comes from.</param>
/// <param name="Clock">For this duty only; for all without a rule of their own when left out.</param>
public sealed record WarningRule(int YellowDays, int RedDays, string Source, ClockKind? Clock = null)
{
    /// <summary>
    /// What applies where no policy says otherwise. Cities warn at three days (西安); no paper was found that sets both figures
    /// for all duties.
    /// </summary>
    public static WarningRule ProductDefault { get; } = new(7, 3, "产品默认值");
}

/// <summary>How many hazards each region must have listed in every period.</summary>
/// <param name="Of">The level of the regions that owe it.</param>
/// <param name="Every">The period.</param>
/// <param name="Listing">Listed at this level, or a wider one.</param>
/// <param name="AtLeast">So many.</param>
/// <param name="Source">Where the rule comes from.</param>
/// <param name="Kind">Of this kind only.</param>
/// <param name="DifferentSectors">Hazards of one sector count once.</param>
public sealed record QuotaRule(
    RegionLevel Of, PeriodKind Every, ListingLevel Listing, int AtLeast, string Source, HazardKind? Kind = null,
    bool DifferentSectors = false);

/// <summary>A report that is due after every period.</summary>
/// <param name="Kind">The report.</param>
/// <param name="Every">The period it covers.</param>
/// <param name="Source">Where the rule comes from.</param>
/// <param name="DueDays">Days after the period's last day, counted by <paramref name="Count"/> (15 after a quarter: the 15th of
/// the month after it).</param>
/// <param name="Count">Calendar or working days.</param>
/// <param name="Of">The level of the regions whose committee office owes it.</param>
public sealed record ReportRule(
    ReportKind Kind, PeriodKind Every, int DueDays, string Source, DayCount Count = DayCount.Calendar, RegionLevel Of = RegionLevel.County);

/// <summary>Something a ranking measures, each 0 to 100, higher is better.</summary>
public enum RankingMeasure
{
    /// <summary>按期整改率.</summary>
    [Label("按期整改率", "Legs due in the period and declared by their deadline, of those due")] OnTimeRate,

    /// <summary>整改率.</summary>
    [Label("整改率", "Legs accepted by the period's end, of those in hand during it")] RectificationRate,

    /// <summary>按时签收率.</summary>
    [Label("按时签收率", "Legs acknowledged in time, of those whose acknowledgement was due in the period")] AcknowledgedInTime,

    /// <summary>超期天数.</summary>
    [Label("超期天数", "100 less a cost for each day that a leg in hand was overdue in the period, on average")] OverdueDays,

    /// <summary>一次验收合格率.</summary>
    [Label("一次验收合格率", "Legs accepted in the period without a failed re-inspection, of those accepted")] FirstPassRate,

    /// <summary>无反弹率.</summary>
    [Label("无反弹率", "Hazards not reopened, of those closed in or before the period and looked at again or reopened in it")] NoRecurrence,
}

/// <summary>A ranking, and its formula.</summary>
/// <param name="Kind"><see cref="ReportKind.BodyRanking"/> or <see cref="ReportKind.CountyRanking"/>.</param>
/// <param name="Every">The period.</param>
/// <param name="Weights">The share of each measure; they add up to 100.</param>
/// <param name="Source">Where the rule comes from.</param>
/// <param name="CostOfDay">What a day overdue costs in <see cref="RankingMeasure.OverdueDays"/>.</param>
/// <param name="DueDays">Circulated so many calendar days after the period.</param>
/// <param name="LeastLegs">Who had fewer legs in hand is shown but not ranked.</param>
public sealed record RankingRule(
    ReportKind Kind, PeriodKind Every, ImmutableSortedDictionary<RankingMeasure, decimal> Weights, string Source,
    decimal CostOfDay = 2, int DueDays = 15, int LeastLegs = 1)
{
    /// <summary>产品默认值: the formula where a policy says nothing of such a ranking. It binds nobody: no ranking is owed by it.</summary>
    public static RankingRule Default(ReportKind kind, PeriodKind every) => new(
        kind, every, ImmutableSortedDictionary<RankingMeasure, decimal>.Empty
            .Add(RankingMeasure.OnTimeRate, 40).Add(RankingMeasure.RectificationRate, 30)
            .Add(kind == ReportKind.BodyRanking ? RankingMeasure.AcknowledgedInTime : RankingMeasure.NoRecurrence, 20)
            .Add(RankingMeasure.OverdueDays, 10),
        "产品默认值：现行制度没有规定排名，本公式只供参考 (the product's default: the policy in force has no ranking)");

    /// <summary>For a ranking of bodies: these kinds.</summary>
    public ImmutableArray<BodyKind> Bodies { get; init; } = [BodyKind.Regulator];
}

/// <summary>特殊时段: hazards found in it are watched apart.</summary>
/// <param name="Name">Its name.</param>
/// <param name="From">First day.</param>
/// <param name="To">Last day.</param>
/// <param name="Source">Where the rule comes from.</param>
public sealed record SpecialPeriodRule(string Name, DateOnly From, DateOnly To, string Source);

/// <summary>A paper the service makes with an act when the caller brings no document number of its own.</summary>
/// <param name="Paper">The paper.</param>
/// <param name="Source">Where the rule comes from.</param>
/// <param name="Always">Made with every such act; otherwise on request.</param>
public sealed record PaperRule(PaperKind Paper, string Source, bool Always = true);

/// <summary>A part of a rectification plan.</summary>
public enum PlanPart
{
    /// <summary>目标和任务.</summary>
    [Label("治理的目标和任务", "Goals and tasks")] Goals,

    /// <summary>措施.</summary>
    [Label("采取的方法和措施", "Methods and measures")] Measures,

    /// <summary>资金.</summary>
    [Label("经费和物资的落实", "Funds and materials")] Funds,

    /// <summary>责任人.</summary>
    [Label("负责治理的机构和人员", "Body and persons responsible")] Responsible,

    /// <summary>时限.</summary>
    [Label("治理的时限和要求", "Time limits and requirements")] TimeLimits,

    /// <summary>预案.</summary>
    [Label("安全措施和应急预案", "Safety measures and emergency plan")] Emergency,
}

/// <summary>个人信息: who may have sealed personal data opened. Every look is recorded with its reason, refused ones too.</summary>
/// <param name="Reporter">Roles that may see a reporter, or a contact of a ledger.</param>
/// <param name="WhistleBlower">Roles that may see a whistle-blower, and that there is one at all.</param>
/// <param name="Witness">Roles that may see a witness and what the witness said.</param>
/// <param name="Erase">Roles that may have a person's data erased.</param>
/// <param name="Source">Where the rule comes from.</param>
public sealed record PrivacyRule(
    ImmutableArray<Role> Reporter, ImmutableArray<Role> WhistleBlower, ImmutableArray<Role> Witness, ImmutableArray<Role> Erase,
    string Source)
{
    /// <summary>
    /// What applies where no policy says otherwise. The papers demand that a whistle-blower stays unknown
    /// (安全生产领域举报奖励办法, 安监总财〔2018〕19号; 安全生产法) and that no more is seen than the purpose needs
    /// (个人信息保护法 第六条); none names roles of a system, so these are the product's.
    /// </summary>
    public static PrivacyRule ProductDefault { get; } = new(
        [Role.Coordinator, Role.Supervisor, Role.Enforcer, Role.Investigator],
        [Role.Enforcer, Role.Investigator],
        [Role.Enforcer, Role.Investigator],
        [Role.Administrator],
        "产品默认值");

    /// <summary>
    /// What is left of it under another: whom both name. Where nobody would be left who may erase, those of the other may.
    /// </summary>
    /// <param name="above">That of the level above.</param>
    public PrivacyRule Within(PrivacyRule above)
    {
        ArgumentNullException.ThrowIfNull(above);
        return this with
        {
            Reporter = Both(Reporter, above.Reporter), WhistleBlower = Both(WhistleBlower, above.WhistleBlower),
            Witness = Both(Witness, above.Witness), Erase = Both(Erase, above.Erase) is { IsEmpty: false } both ? both : above.Erase,
        };

        static ImmutableArray<Role> Both(ImmutableArray<Role> own, ImmutableArray<Role> above) => [.. own.Where(above.Contains)];
    }

    /// <summary>The roles that may see a person of a kind.</summary>
    public ImmutableArray<Role> For(PersonKind kind) => kind switch
    {
        PersonKind.Reporter or PersonKind.Contact => Reporter,
        PersonKind.WhistleBlower => WhistleBlower,
        _ => Witness,
    };
}

/// <summary>
/// 补录: where a rule asks for something in time, an act counts on the day on which it is entered. For these roles it counts on the
/// day on which it happened, when it is entered so many hours later at most; its event says so.
/// </summary>
/// <param name="Roles">The roles under which the act is done.</param>
/// <param name="Hours">From when it happened, as claimed, until it is recorded.</param>
/// <param name="Source">Where the rule comes from.</param>
public sealed record LateEntryRule(ImmutableArray<Role> Roles, int Hours, string Source);

/// <summary>兼任: two roles that are incompatible (<see cref="Authority.Incompatible"/>) may sit on one key or account after all.</summary>
/// <param name="Role">The one.</param>
/// <param name="With">The other.</param>
/// <param name="Source">Where the rule comes from.</param>
public sealed record TogetherRule(Role Role, Role With, string Source);
