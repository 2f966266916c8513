using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>落实临时防范措施: what keeps people safe until the hazard is gone.</summary>
/// <param name="Leg">Which leg.</param>
/// <param name="Measures">What was done.</param>
public sealed record TakeInterimMeasures(Leg Leg, string Measures) : IHazardCommand
{
    /// <inheritdoc />
    public CommandRule Rule => CommandRules.TakeInterimMeasures;

    /// <inheritdoc />
    public Leg? ConcernedLeg => Leg;

    /// <inheritdoc />
    public Decision Decide(Hazard hazard, Act act)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        ArgumentNullException.ThrowIfNull(act);
        return Refusal.All(Checks.After(act, hazard.Legs[Leg].AssignedAt, new Words("交办", "the assignment")),
            Texts.Required("measures", Measures)) is { } wrong
            ? wrong
            : Decision.Of(new InterimMeasuresTaken(Leg, Measures));
    }
}

/// <summary>报整改进度.</summary>
/// <param name="Leg">Which leg.</param>
/// <param name="Percent">0 to 100, in all; never less than before.</param>
/// <param name="Note">In words.</param>
/// <param name="Spent">Spent so far, 万元, in all.</param>
public sealed record ReportProgress(Leg Leg, int Percent, string Note, decimal? Spent = null) : IHazardCommand
{
    /// <inheritdoc />
    public CommandRule Rule => CommandRules.ReportProgress;

    /// <inheritdoc />
    public Leg? ConcernedLeg => Leg;

    /// <inheritdoc />
    public Decision Decide(Hazard hazard, Act act)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        ArgumentNullException.ThrowIfNull(act);
        var leg = hazard.Legs[Leg];
        if (Percent is < 0 or > LegState.Whole)
            return InputRefusals.OutOfRange.Because("percent", ("value", Percent), ("min", 0), ("max", LegState.Whole));
        if (Refusal.All(Checks.After(act, leg.Since, new Words("上一步", "the step before")),
            Texts.Required("note", Note),
            Checks.Money("spent", Spent)) is { } wrong)
            return wrong;
        // A failed re-inspection sends the leg back: what was 100 % is not any more.
        return Percent < leg.Percent && leg.Failed == 0
            ? HazardRefusals.ProgressBackwards.Because("percent", ("before", leg.Percent), ("after", Percent))
            : Decision.Of(new ProgressReported(Leg, Percent, Spent, Note));
    }
}

/// <summary>申报整改完成: the leg says it is done and asks for re-inspection.</summary>
/// <param name="Leg">Which leg.</param>
/// <param name="Results">What was done.</param>
/// <param name="Spent">Spent in all, 万元.</param>
public sealed record DeclareCompletion(Leg Leg, string Results, decimal? Spent = null) : IHazardCommand
{
    /// <inheritdoc />
    public CommandRule Rule => CommandRules.DeclareCompletion;

    /// <inheritdoc />
    public Leg? ConcernedLeg => Leg;

    /// <inheritdoc />
    public Decision Decide(Hazard hazard, Act act)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        ArgumentNullException.ThrowIfNull(act);
        var leg = hazard.Legs[Leg];
        return Refusal.All(Checks.After(act, leg.Since, new Words("上一步", "the step before")),
            // 重大隐患先有方案: it cannot have been done before it was approved how.
            hazard.Level is { } level && act.Policy.PlanRequired.Contains(level) && leg.Plan is { Verdict: Verdict.Pass } plan
                ? Checks.After(act, plan.Since, Words.Of(CommandRules.ReviewPlan))
                : null,
            Texts.Required("results", Results),
            Checks.Money("spent", Spent)) is { } wrong
            ? wrong
            : Decision.Of(new CompletionDeclared(Leg, Results, Spent));
    }
}
