using System.Collections.Immutable;
using System.Text.Json;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>
/// The rules a place has set for itself: deadlines, who may list, what a plan must hold. Data, never code; each
/// event records the version that applied.
/// </summary>
/// <param name="Version">Name and version, as events record it (<c>national-baseline@1</c>).</param>
/// <param name="Title">Its title, Chinese.</param>
/// <param name="Sources">The papers it rests on, with clause.</param>
/// <param name="PromptEntryHours">An event recorded more than this many hours after it occurred is a late entry (补录).</param>
/// <param name="Clocks">How long each duty may take.</param>
/// <param name="PlanParts">What a rectification plan must hold, by level.</param>
/// <param name="PlanRequired">The levels for which completion cannot be declared without a plan that passed its review.</param>
/// <param name="Listing">Who may list at which level.</param>
/// <param name="Extension">When and how often an extension may be had.</param>
/// <param name="Lookback">The levels whose closed hazards must be looked at again.</param>
/// <param name="DueSoonDays">How many days before its due date a duty counts as due soon.</param>
/// <param name="Ladder">What a supervisor does next, by days overdue; mildest first.</param>
/// <param name="OnTheSpotLevels">The levels that may be fixed on the spot.</param>
public sealed record Policy(
    string Version,
    string Title,
    ImmutableArray<PolicySource> Sources,
    int PromptEntryHours,
    ImmutableArray<ClockRule> Clocks,
    ImmutableArray<PlanRule> PlanParts,
    ImmutableArray<Level> PlanRequired,
    ImmutableArray<ListingRule> Listing,
    ExtensionRule Extension,
    ImmutableArray<Level> Lookback,
    int DueSoonDays,
    ImmutableArray<LadderStep> Ladder,
    ImmutableArray<Level> OnTheSpotLevels)
{
    /// <summary>The place's own grades, if it has any.</summary>
    public ImmutableArray<GradeRule> Grades { get; init; } = [];

    /// <summary>双重交办、双重督办, by level.</summary>
    public ImmutableArray<AssignmentRule> Assignment { get; init; } = [];

    /// <summary>How often a leg's supervisor must act, by level.</summary>
    public ImmutableArray<SupervisionRule> Supervision { get; init; } = [];

    /// <summary>Whether listings and delistings are made public.</summary>
    public PublicationRule? Publication { get; init; }

    /// <summary>What a stop of production does to deadlines.</summary>
    public StopRule? Stop { get; init; }

    /// <summary>Look-backs at intervals; where a level has none here, <see cref="Lookback"/> and its clock ask for one.</summary>
    public ImmutableArray<LookbackRule> Lookbacks { get; init; } = [];

    /// <summary>What acceptance needs.</summary>
    public ImmutableArray<AcceptanceRule> Acceptance { get; init; } = [];

    /// <summary>How many hazards must be listed.</summary>
    public ImmutableArray<QuotaRule> Quotas { get; init; } = [];

    /// <summary>Reports and bulletins that fall due.</summary>
    public ImmutableArray<ReportRule> Reports { get; init; } = [];

    /// <summary>Rankings.</summary>
    public ImmutableArray<RankingRule> Rankings { get; init; } = [];

    /// <summary>Special periods.</summary>
    public ImmutableArray<SpecialPeriodRule> SpecialPeriods { get; init; } = [];

    /// <summary>Papers that go with acts.</summary>
    public ImmutableArray<PaperRule> Papers { get; init; } = [];

    /// <summary>Who may have personal data opened.</summary>
    public PrivacyRule Privacy { get; init; } = PrivacyRule.ProductDefault;

    /// <summary>Whose late entries count as of when they happened; nobody's where there is none.</summary>
    public LateEntryRule? LateEntry { get; init; }

    /// <summary>Roles that may sit on one key or account although they are <see cref="Authority.Incompatible"/>.</summary>
    public ImmutableArray<TogetherRule> RolesTogether { get; init; } = [];

    /// <summary>预警: days to yellow and red, by duty.</summary>
    public ImmutableArray<WarningRule> Warnings { get; init; } = [];

    /// <summary>The national baseline that ships with the product: what applies where nothing was adopted.</summary>
    public static Policy NationalBaseline { get; } = PolicyShelf.Shipped.Resolve(
        PolicyDocument.Read(ShippedPolicies.Find(PolicyVersion.Parse("national-baseline@2"))!.Json));

    /// <summary>
    /// Reads a policy document that rests on nothing but what ships; throws <see cref="JsonException"/> with the first mistake.
    /// </summary>
    public static Policy Read(Stream json)
    {
        using var copy = new MemoryStream();
        json.CopyTo(copy);
        var check = PolicyCheck.Of(copy.ToArray());
        return check.Policy ?? throw new JsonException(string.Join('\n', check.Findings.Select(f => f.Say("policy"))));
    }

    /// <summary>How long a duty may take for a hazard of this level; null when the policy sets no such clock.</summary>
    public ClockRule? Clock(ClockKind kind, Level? level) =>
        Clocks.FirstOrDefault(c => c.Kind == kind && c.Level is not null && c.Level == level)
        ?? Clocks.FirstOrDefault(c => c.Kind == kind && c.Level is null);

    /// <summary>When a duty turns yellow and red: by its own rule, by that for all duties, or as the product sets it.</summary>
    public WarningRule Warning(ClockKind kind) =>
        Warnings.FirstOrDefault(w => w.Clock == kind) ?? Warnings.FirstOrDefault(w => w.Clock is null) ?? WarningRule.ProductDefault;

    /// <summary>The date on which a duty that began at an instant falls due; null when the policy sets no such clock.</summary>
    public DueDate? Due(ClockKind kind, Level? level, DateTimeOffset since, WorkCalendar calendar)
    {
        ArgumentNullException.ThrowIfNull(calendar);
        if (Clock(kind, level) is not { } rule)
            return null;
        var due = calendar.Add(ChinaTime.DateAt(since), rule.Days, rule.Count);
        return rule.By is { } by ? due with { Date = by.OnOrAfter(due.Date) } : due;
    }

    /// <summary>Whether two incompatible roles may sit on one key or account.</summary>
    public bool Allows(Role one, Role other) =>
        RolesTogether.Any(r => (r.Role == one && r.With == other) || (r.Role == other && r.With == one));

    /// <summary>The parts a plan must hold for a level.</summary>
    public ImmutableArray<PlanPart> PartsFor(Level level) =>
        PlanParts.FirstOrDefault(p => p.Level == level)?.Parts ?? [];

    /// <summary>
    /// The step to take next for a duty that was due on a day, after the steps taken; null when none is due. A rung's days are
    /// counted as it says.
    /// </summary>
    public SupervisionStep? NextStep(
        ClockKind kind, Level? level, DateOnly due, DateOnly today, WorkCalendar calendar, IReadOnlySet<SupervisionStep> taken)
    {
        ArgumentNullException.ThrowIfNull(calendar);
        ArgumentNullException.ThrowIfNull(taken);
        if (due >= today)
            return null;
        foreach (var step in Ladder)
            if (step.IsFor(kind, level) && !taken.Contains(step.Step) && calendar.Add(due, step.DaysOverdue, step.Count).Date <= today)
                return step.Step;
        return null;
    }
}
