using System.Collections.Immutable;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>How much a step that may be taken is asked for.</summary>
public enum StepUrgency
{
    /// <summary>应办.</summary>
    [Label("应由本单位办理", "A duty of the caller's own body, or a step the ladder asks that body for")] Due,

    /// <summary>他人应办.</summary>
    [Label("应由其他单位办理", "A duty of another body, or asked of another; the caller may take it as well")] Asked,

    /// <summary>可办.</summary>
    [Label("可以办理", "Allowed, and asked for by nothing")] Possible,
}

/// <summary>An open duty, with the rule that sets it.</summary>
/// <param name="Clock">The duty.</param>
/// <param name="Rule">The policy and the clause, by the policy in force when the duty began.</param>
/// <param name="Next">The ladder's next step against whoever is late; null when none is due.</param>
/// <param name="SoonDays">So many days before its due date it counts as due soon.</param>
/// <param name="Own">Whether the caller's own body owes it.</param>
public sealed record StepDuty(Clock Clock, RuleCited Rule, SupervisionStep? Next, int SoonDays, bool Own);

/// <summary>A supervision step that the ladder asks a person for.</summary>
/// <param name="Step">The step.</param>
/// <param name="Missed">The duty that was missed.</param>
/// <param name="Asked">Who is asked; null: the committee office of the region.</param>
/// <param name="Rule">The rule that set the missed duty.</param>
public sealed record ProposedStep(SupervisionStep Step, MissedClock Missed, BodyId? Asked, RuleCited Rule);

/// <summary>A command that a caller may give now.</summary>
/// <param name="Rule">Its line in the table.</param>
/// <param name="Leg">The leg it is given on, where it is given on one.</param>
/// <param name="Role">The role under which it would be allowed.</param>
/// <param name="Urgency">How much it is asked for.</param>
/// <param name="Duty">The duty that asks for it.</param>
/// <param name="Proposed">The proposal that asks for it, or that it declines.</param>
public sealed record OpenStep(
    CommandRule Rule, Leg? Leg, Role Role, StepUrgency Urgency, StepDuty? Duty = null, ProposedStep? Proposed = null)
{
    /// <summary>The step of the ladder that it takes; null where a duty itself asks for it, or nothing does.</summary>
    public SupervisionStep? Ladder { get; init; }

    /// <summary>The last day of the duty that asks for it, or was missed.</summary>
    internal DateOnly? Due => Duty?.Clock.Due ?? Proposed?.Missed.Due;
}

/// <summary>
/// 现在可以办理的事项: the commands that a caller may give on a hazard now, each with what asks for it. Decided by the same
/// function that a given command passes first (<see cref="Decider.WhyNot"/>), so what is listed is not refused for role,
/// stage, leg or relation, and what is not listed is refused.
/// </summary>
public static class OpenSteps
{
    /// <summary>The open duties of a hazard, the earliest due first.</summary>
    /// <param name="hazard">The hazard.</param>
    /// <param name="caller">Who looks.</param>
    /// <param name="rules">The policies and the calendar.</param>
    /// <param name="today">The date in China.</param>
    public static ImmutableArray<StepDuty> Duties(Hazard hazard, Body caller, Rulebook rules, DateOnly today)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(rules);
        var soon = rules.PolicyOn(hazard.Region, today).DueSoonDays;
        return
        [
            .. Clocks.Open(hazard, rules).Select(clock => new StepDuty(
                clock, RuleCited.Of(clock, hazard, rules), Next(clock, hazard, rules, today), soon,
                Clocks.IsOwedBy(clock.Body, hazard.Region, caller.Id, caller.Offices))),
        ];
    }

    /// <summary>
    /// The steps the caller of an act may take now: what is due first, the mildest step of the ladder before the graver, then in the
    /// order of the life cycle.
    /// </summary>
    /// <param name="hazard">The hazard.</param>
    /// <param name="act">The caller and the circumstances, now.</param>
    /// <param name="duties">Its open duties, as the caller sees them.</param>
    /// <param name="rules">The policies and the calendar.</param>
    public static ImmutableArray<OpenStep> Of(Hazard hazard, Act act, ImmutableArray<StepDuty> duties, Rulebook rules)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        ArgumentNullException.ThrowIfNull(act);
        var proposals = Proposals(hazard, rules);
        var open = new List<OpenStep>();
        foreach (var rule in CommandRules.All.Where(r => r != CommandRules.Report))
            foreach (var leg in rule.LegStages.IsEmpty ? [null] : hazard.Legs.Keys.Select(l => (Leg?)l))
                if (Decider.WhyNot(rule, leg, hazard, act, out var role) is null)
                    open.AddRange(rule == CommandRules.DeclineStep
                        ? Declinable(proposals, hazard, act, role)
                        : [Asked(new OpenStep(rule, leg, role, StepUrgency.Possible), hazard, act, duties, proposals)]);
        return
        [
            .. open.OrderBy(s => s.Urgency)
                .ThenBy(s => s.Urgency == StepUrgency.Possible ? DateOnly.MaxValue : s.Due ?? DateOnly.MaxValue)
                .ThenBy(s => s.Ladder),
        ];
    }

    private static IEnumerable<OpenStep> Declinable(ImmutableArray<ProposedStep> proposals, Hazard hazard, Act act, Role role) =>
        from proposed in proposals
        where DeclineStep.WhyNot(proposed.Missed, proposed.Step, hazard, act) is null
        select new OpenStep(CommandRules.DeclineStep, null, role, StepUrgency.Possible, null, proposed) { Ladder = proposed.Step };

    /// <summary>
    /// A step with what asks for it: a duty of the caller's own, else a proposal, else a duty of another, else what the ladder
    /// will ask next.
    /// </summary>
    private static OpenStep Asked(
        OpenStep step, Hazard hazard, Act act, ImmutableArray<StepDuty> duties, ImmutableArray<ProposedStep> proposals)
    {
        var onLegs = !step.Rule.LegStages.IsEmpty;
        var duty = duties.Where(d => DoneBy(d.Clock.Kind).Contains(step.Rule) && (!onLegs || d.Clock.Leg == step.Leg))
            .OrderByDescending(d => d.Own).FirstOrDefault();
        if (duty is { Own: true })
            return step with { Urgency = StepUrgency.Due, Duty = duty };
        var proposed = proposals.Where(p => TakenBy(p.Step) == step.Rule).OrderByDescending(Mine).ThenBy(p => p.Missed.Due)
            .FirstOrDefault();
        if (proposed is not null)
            return step with
            {
                Urgency = Mine(proposed) ? StepUrgency.Due : StepUrgency.Asked, Proposed = proposed, Ladder = proposed.Step,
            };
        if (duty is not null)
            return step with { Urgency = StepUrgency.Asked, Duty = duty };
        // The clock has not come round to asking for it yet.
        return duties.FirstOrDefault(d => d.Next is { } next && TakenBy(next) == step.Rule) is { } late
            ? step with { Urgency = StepUrgency.Asked, Duty = late, Ladder = late.Next }
            : step;

        bool Mine(ProposedStep p) => DeclineStep.WhyNot(p.Missed, p.Step, hazard, act) is null;
    }

    private static ImmutableArray<ProposedStep> Proposals(Hazard hazard, Rulebook rules) =>
    [
        .. from missed in hazard.Missed
           from step in missed.Proposed
           let duty = new Clock(missed.Kind, missed.Leg, missed.Body, missed.Since, missed.Due)
           select new ProposedStep(step, missed, missed.AskedFor(step), RuleCited.Of(duty, hazard, rules)),
    ];

    private static SupervisionStep? Next(Clock clock, Hazard hazard, Rulebook rules, DateOnly today)
    {
        var taken = hazard.MissedOf(clock)?.Rungs ?? [];
        var policy = rules.PolicyOn(hazard.Region, clock.Due.AddDays(1));
        var from = Ring.LateFrom(clock.Kind, clock.Leg, clock.Due, hazard);
        return policy.NextStep(clock.Kind, hazard.Level, from, today, rules.Calendar.At(hazard.Calendar), taken);
    }

    /// <summary>The commands that do a duty, or begin to.</summary>
    private static ImmutableArray<CommandRule> DoneBy(ClockKind duty) => duty switch
    {
        ClockKind.Verify => [CommandRules.Verify],
        ClockKind.Assign => [CommandRules.Assign],
        ClockKind.Reassign => [CommandRules.Reassign],
        ClockKind.Acknowledge => [CommandRules.Acknowledge],
        ClockKind.Plan => [CommandRules.SubmitPlan],
        ClockKind.ReviewPlan => [CommandRules.ReviewPlan],
        ClockKind.Rectify => [CommandRules.ReportProgress, CommandRules.DeclareCompletion],
        ClockKind.DecideExtension => [CommandRules.DecideExtension],
        ClockKind.Reinspect => [CommandRules.Reinspect],
        ClockKind.ReviewResumption => [CommandRules.ReviewResumption],
        ClockKind.Close => [CommandRules.Close],
        ClockKind.Lookback => [CommandRules.Lookback],
        ClockKind.Publish => [CommandRules.PublishListing],
        ClockKind.File => [CommandRules.FileListing],
        ClockKind.PublishDelisting => [CommandRules.PublishDelisting],
        ClockKind.Reply => [CommandRules.AnswerNotice],
        ClockKind.Supervise => [CommandRules.Urge, CommandRules.Visit],
        _ => throw new NotSupportedException($"what does {duty} was not said"),
    };

    /// <summary>The command that takes a step of the ladder.</summary>
    internal static CommandRule? TakenBy(SupervisionStep step) => step switch
    {
        SupervisionStep.Urge => CommandRules.Urge,
        SupervisionStep.Notice => CommandRules.IssueNotice,
        SupervisionStep.Visit => CommandRules.Visit,
        SupervisionStep.Interview => CommandRules.Interview,
        SupervisionStep.Criticism => CommandRules.Criticise,
        SupervisionStep.Exposure => CommandRules.Expose,
        SupervisionStep.Escalation => CommandRules.Escalate,
        SupervisionStep.Penalty => CommandRules.Penalise,
        SupervisionStep.Referral => CommandRules.Refer,
        _ => null,
    };
}
