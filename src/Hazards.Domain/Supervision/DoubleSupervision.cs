using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>双重督办: a leg has this supervisor from now on; never the other leg's, never one that answers for a leg.</summary>
/// <param name="Leg">Which leg.</param>
/// <param name="Body">The supervisor from now on.</param>
/// <param name="Reason">Why.</param>
public sealed record NameSupervisor(Leg Leg, BodyId Body, string Reason) : IHazardCommand
{
    /// <inheritdoc />
    public CommandRule Rule => CommandRules.NameSupervisor;

    /// <inheritdoc />
    public Leg? ConcernedLeg => Leg;

    /// <inheritdoc />
    public IEnumerable<BodyId> Names => [Body];

    /// <inheritdoc />
    public Decision Decide(Hazard hazard, Act act)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        ArgumentNullException.ThrowIfNull(act);
        var leg = hazard.Legs[Leg];
        if (Refusal.All(Checks.After(act, leg.AssignedAt, Words.Of(CommandRules.Assign)),
            Texts.Required("reason", Reason),
            Checks.Living("body", Body, act) ?? Checks.Supervising("body", Body, hazard, act)) is { } wrong)
            return wrong;
        if (leg.Supervisor == Body)
            return HazardRefusals.NothingChanges.Because("body");
        foreach (var other in hazard.Legs.Values)
        {
            if (other.Body == Body)
                return HazardRefusals.SupervisorIsLeg.Because("body", ("body", Body));
            if (other.Leg != Leg && other.Supervisor == Body)
                return HazardRefusals.SameSupervisor.Because("body", ("body", Body));
        }
        return Decision.Of(new SupervisorNamed(Leg, leg.Supervisor, Body, Reason));
    }
}

/// <summary>不采纳督办建议: the body asked, or one above it, decides against a proposed step. Taking it is the step's own command.</summary>
/// <param name="Step">The step.</param>
/// <param name="Clock">The missed duty it was proposed for.</param>
/// <param name="Due">That duty's last day.</param>
/// <param name="Reason">Why not.</param>
/// <param name="Leg">The leg the duty concerns, if one.</param>
public sealed record DeclineStep(SupervisionStep Step, ClockKind Clock, DateOnly Due, string Reason, Leg? Leg = null) : IHazardCommand
{
    /// <inheritdoc />
    public CommandRule Rule => CommandRules.DeclineStep;

    /// <inheritdoc />
    public Leg? ConcernedLeg => Leg;

    /// <inheritdoc />
    public Decision Decide(Hazard hazard, Act act)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        ArgumentNullException.ThrowIfNull(act);
        if (hazard.Missed.FirstOrDefault(m => m.Kind == Clock && m.Leg == Leg && m.Due == Due
            && m.Proposed.Contains(Step)) is not { } missed)
            return HazardRefusals.NotProposed.Because("step", ("step", Words.Of(Step)), ("clock", Words.Of(Clock)), ("due", Due));
        if (Texts.Required("reason", Reason) is { } wrong)
            return wrong;
        return WhyNot(missed, Step, hazard, act) is { } notHis ? notHis : Decision.Of(new StepDeclined(Step, Clock, Leg, Due, Reason));
    }

    /// <summary>
    /// Why a proposed step is not the caller's to decide. Put to the committee office of the region without a name: it is for an office
    /// or government whose region holds the hazard. Never for who missed the duty, or owes it now.
    /// </summary>
    internal static Refusal? WhyNot(MissedClock missed, SupervisionStep step, Hazard hazard, Act act)
    {
        var caller = act.By.Body;
        if (Clocks.IsOwedBy(missed.Body, hazard.Region, caller.Id, caller.Offices)
            || Clocks.OwnerOf(missed.Kind, missed.Leg, hazard) == caller.Id)
            return HazardRefusals.OwnMiss.Because(null, ("clock", Words.Of(missed.Kind)), ("caller", caller.Id));
        var asked = missed.AskedFor(step);
        return (asked is { } one ? Relations.StandsOver(caller, hazard, one, act) : Relations.Leads(caller))
            ? null
            : HazardRefusals.NotAsked.Because(null, ("body", Words.OfOwner(asked)), ("caller", caller.Id));
    }
}
