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

    /// <summary>The national baseline that ships with the product.</summary>
    public static Policy NationalBaseline { get; } = Load("Hazards.Domain.Policies.national-baseline.json");

    /// <summary>Reads a policy from JSON; throws <see cref="JsonException"/> when it is malformed or lacks an indispensable clock.</summary>
    public static Policy Read(Stream json) =>
        (JsonSerializer.Deserialize<Policy>(json, DomainJson.Strict) ?? throw new JsonException("the policy is null")).Complete();

    /// <summary>The duties without whose clock an open hazard could drop off every list.</summary>
    private static ImmutableArray<ClockKind> Indispensable =>
        [ClockKind.Verify, ClockKind.Assign, ClockKind.Reassign, ClockKind.Acknowledge, ClockKind.Reinspect, ClockKind.Close];

    private Policy Complete()
    {
        Level?[] levels = [null, .. Enum.GetValues<Level>()];
        foreach (var kind in Indispensable)
            foreach (var level in kind == ClockKind.Verify ? levels : levels[1..])
                if (Clock(kind, level) is null)
                    throw new JsonException($"the policy {Version} sets no clock for {CodeList.Code(kind)} ({CodeList.Chinese(kind)})");
        if (Clocks.FirstOrDefault(c => c.Days is < 0 or > 3660) is { } wrong)
            throw new JsonException($"the clock {CodeList.Code(wrong.Kind)} of the policy {Version} has {wrong.Days} days: 0 to 3660 are possible");
        return this;
    }

    /// <summary>How long a duty may take for a hazard of this level; null when the policy sets no such clock.</summary>
    public ClockRule? Clock(ClockKind kind, Level? level) =>
        Clocks.FirstOrDefault(c => c.Kind == kind && c.Level is not null && c.Level == level)
        ?? Clocks.FirstOrDefault(c => c.Kind == kind && c.Level is null);

    /// <summary>The date on which a duty that began at an instant falls due; null when the policy sets no such clock.</summary>
    public DueDate? Due(ClockKind kind, Level? level, DateTimeOffset since, WorkCalendar calendar)
    {
        ArgumentNullException.ThrowIfNull(calendar);
        if (Clock(kind, level) is not { } rule)
            return null;
        var due = calendar.Add(ChinaTime.DateAt(since), rule.Days, rule.Count);
        return rule.By is { } by ? due with { Date = by.OnOrAfter(due.Date) } : due;
    }

    /// <summary>The parts a plan must hold for a level.</summary>
    public ImmutableArray<PlanPart> PartsFor(Level level) =>
        PlanParts.FirstOrDefault(p => p.Level == level)?.Parts ?? [];

    /// <summary>The step to take next for something overdue by so many days, after the steps taken; null when none is due.</summary>
    public SupervisionStep? NextStep(ClockKind kind, Level? level, int daysOverdue, IReadOnlySet<SupervisionStep> taken)
    {
        ArgumentNullException.ThrowIfNull(taken);
        foreach (var step in Ladder)
            if (step.DaysOverdue <= daysOverdue && step.IsFor(kind, level) && !taken.Contains(step.Step))
                return step.Step;
        return null;
    }

    private static Policy Load(string resource)
    {
        using var stream = typeof(Policy).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"{resource} is not in the assembly");
        return Read(stream);
    }
}
