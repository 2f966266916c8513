using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>责令停产停业.</summary>
/// <param name="Whole">Whole (true) or partial stop.</param>
/// <param name="Scope">What is stopped.</param>
public sealed record SuspendProduction(bool Whole, string Scope) : IHazardCommand
{
    /// <inheritdoc />
    public CommandRule Rule => CommandRules.SuspendProduction;

    /// <inheritdoc />
    public Decision Decide(Hazard hazard, Act act)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        ArgumentNullException.ThrowIfNull(act);
        return Refusal.All(
            Checks.AfterReopening(act, hazard), Checks.AfterResumption(act, hazard), Checks.Document(act, Rule),
            Texts.Required("scope", Scope)) is { } wrong
            ? wrong
            : Decision.Of(new ProductionSuspended(Whole, Scope));
    }
}

/// <summary>申请恢复生产, in writing (Order 16, article 23).</summary>
/// <param name="Leg">The leg whose body applies.</param>
/// <param name="Grounds">Why production is safe again.</param>
public sealed record RequestResumption(Leg Leg, string Grounds) : IHazardCommand
{
    /// <inheritdoc />
    public CommandRule Rule => CommandRules.RequestResumption;

    /// <inheritdoc />
    public Leg? ConcernedLeg => Leg;

    /// <inheritdoc />
    public Decision Decide(Hazard hazard, Act act)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        ArgumentNullException.ThrowIfNull(act);
        return Refusal.All(Checks.AfterStop(act, hazard), Texts.Required("grounds", Grounds)) is { } wrong
            ? wrong
            : Decision.Of(new ResumptionRequested(Leg, Grounds));
    }
}

/// <summary>
/// 复产审查, on site, within ten days of the application (Order 16, article 23), or of the acceptance where all is accepted and nobody
/// applied. A failed one leaves production stopped.
/// </summary>
/// <param name="Verdict">Pass or fail.</param>
/// <param name="Findings">What was found on site.</param>
public sealed record ReviewResumption(Verdict Verdict, string Findings) : IHazardCommand
{
    /// <inheritdoc />
    public CommandRule Rule => CommandRules.ReviewResumption;

    /// <inheritdoc />
    public Decision Decide(Hazard hazard, Act act)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        ArgumentNullException.ThrowIfNull(act);
        var suspension = hazard.Suspension!;
        return Refusal.All(
            Checks.AfterStop(act, hazard),
            suspension.RequestedAt is { } requested ? Checks.After(act, requested, Words.Of(CommandRules.RequestResumption))
                : hazard.ResumptionOwedSince is null ? null : Checks.AfterAcceptance(act, hazard),
            Texts.Required("findings", Findings)) is { } wrong
            ? wrong
            : Decision.Of([new ResumptionReviewed(Verdict, Findings), .. Moved(hazard, suspension, act)]);
    }

    /// <summary>期限顺延: what the policy gives back of the time that production stood still, to the legs that are not done yet.</summary>
    private IEnumerable<DeadlineMoved> Moved(Hazard hazard, Suspension suspension, Act act)
    {
        if (Verdict != Verdict.Pass || act.Policy.Stop is not { MovesRectification: true } rule)
            yield break;
        foreach (var leg in hazard.Legs.Values.Where(l => l.Stage < LegStage.Declared))
        {
            var assigned = ChinaTime.DateAt(leg.AssignedAt);
            var days = act.Date.DayNumber - (suspension.CountsFrom > assigned ? suspension.CountsFrom : assigned).DayNumber;
            var deadline = hazard.DeadlineOf(leg);
            if (days > 0)
                yield return new DeadlineMoved(leg.Leg, deadline, deadline.AddDays(days), $"停产停业{days}日，整改期限顺延（{rule.Source}）");
        }
    }
}
