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
    public DateOnly? Due(ClockKind kind, Level? level, DateTimeOffset since) =>
        Clock(kind, level) is { } rule ? ChinaTime.DateAt(since).AddDays(rule.Days) : null;

    /// <summary>The parts a plan must hold for a level.</summary>
    public ImmutableArray<PlanPart> PartsFor(Level level) =>
        PlanParts.FirstOrDefault(p => p.Level == level)?.Parts ?? [];

    /// <summary>The step to take next for something overdue by so many days, after the steps taken; null when none is due.</summary>
    public SupervisionStep? NextStep(int daysOverdue, IReadOnlySet<SupervisionStep> taken)
    {
        ArgumentNullException.ThrowIfNull(taken);
        foreach (var step in Ladder)
            if (step.DaysOverdue <= daysOverdue && !taken.Contains(step.Step))
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

/// <summary>A paper a policy rests on.</summary>
/// <param name="Title">Its title.</param>
/// <param name="Number">Its document number, if it has one.</param>
/// <param name="Clause">The clause.</param>
public sealed record PolicySource(string Title, string? Number = null, string? Clause = null);

/// <summary>How long a duty may take.</summary>
/// <param name="Kind">The duty.</param>
/// <param name="Days">Calendar days after the day on which it began; the deadline is the end of that day.</param>
/// <param name="Source">Where the figure comes from.</param>
/// <param name="Level">For hazards of this level only; for all when left out.</param>
public sealed record ClockRule(ClockKind Kind, int Days, string Source, Level? Level = null);

/// <summary>What a plan must hold for a level.</summary>
public sealed record PlanRule(Level Level, ImmutableArray<PlanPart> Parts, string Source);

/// <summary>Who may list at a level.</summary>
/// <param name="Level">The listing level.</param>
/// <param name="Regions">The administrative level of the region of a body that may.</param>
/// <param name="Kinds">The kinds of body that may.</param>
/// <param name="Source">Where the rule comes from.</param>
public sealed record ListingRule(ListingLevel Level, RegionLevel Regions, ImmutableArray<BodyKind> Kinds, string Source);

/// <summary>When and how often an extension may be had.</summary>
/// <param name="RequestDaysBefore">Latest request: so many calendar days before the deadline (0: on the deadline's day at the latest).</param>
/// <param name="MostTimes">At most so many are granted for one leg.</param>
/// <param name="MostDays">The new deadline lies at most so many calendar days after the old one.</param>
/// <param name="Source">Where the rule comes from.</param>
public sealed record ExtensionRule(int RequestDaysBefore, int MostTimes, int MostDays, string Source);

/// <summary>A rung of the ladder of supervision.</summary>
public sealed record LadderStep(int DaysOverdue, SupervisionStep Step);

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
