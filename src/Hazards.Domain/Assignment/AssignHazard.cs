using System.Collections.Immutable;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>
/// 交办 / 双重交办: one leg (<c>sole</c>), or in one act two legs, <c>territorial</c> (属地) and <c>sectoral</c>
/// (行业主管部门), each with its own body, deadline, instructions and, for 双重督办, its own supervisor.
/// </summary>
/// <param name="Legs">One order or two.</param>
public sealed record AssignHazard(ImmutableArray<LegOrder> Legs) : IHazardCommand
{
    /// <inheritdoc />
    public CommandRule Rule => CommandRules.Assign;

    /// <inheritdoc />
    public IEnumerable<BodyId> Names => Checks.Named(Legs);

    /// <inheritdoc />
    public Decision Decide(Hazard hazard, Act act)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        ArgumentNullException.ThrowIfNull(act);
        if (Legs.IsDefaultOrEmpty)
            return InputRefusals.Missing.Because("legs");
        return Refusal.All(Checks.After(act, hazard.VerifiedAt ?? hazard.FoundAt, new Words("核实定级", "the grading")),
            Checks.AfterReopening(act, hazard),
            Checks.Orders("legs", Legs, hazard, act)) is { } wrong
            ? wrong
            : Decision.Of(new HazardAssigned(Legs));
    }
}

/// <summary>签收: the leg's body takes it on.</summary>
/// <param name="Leg">Which leg.</param>
/// <param name="ResponsiblePerson">整改责任人, in words.</param>
public sealed record AcknowledgeAssignment(Leg Leg, [property: Longest(Texts.NameLength)] string? ResponsiblePerson = null) : IHazardCommand
{
    /// <inheritdoc />
    public CommandRule Rule => CommandRules.Acknowledge;

    /// <inheritdoc />
    public Leg? ConcernedLeg => Leg;

    /// <inheritdoc />
    public Decision Decide(Hazard hazard, Act act)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        ArgumentNullException.ThrowIfNull(act);
        return Refusal.All(Checks.After(act, hazard.Legs[Leg].AssignedAt, new Words("交办", "the assignment")),
            Texts.Check("responsiblePerson", ResponsiblePerson, 0, Texts.NameLength, multiline: false)) is { } wrong
            ? wrong
            : Decision.Of(new AssignmentAcknowledged(Leg, ResponsiblePerson));
    }
}

/// <summary>退回: the leg's body gives it back; it must be reassigned. The other leg goes on.</summary>
/// <param name="Leg">Which leg.</param>
/// <param name="Reason">Why it is not for this body.</param>
public sealed record ReturnAssignment(Leg Leg, string Reason) : IHazardCommand
{
    /// <inheritdoc />
    public CommandRule Rule => CommandRules.Return;

    /// <inheritdoc />
    public Leg? ConcernedLeg => Leg;

    /// <inheritdoc />
    public Decision Decide(Hazard hazard, Act act)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        ArgumentNullException.ThrowIfNull(act);
        return Refusal.All(Checks.After(act, hazard.Legs[Leg].Since, new Words("上一步", "the step before")),
            Texts.Required("reason", Reason)) is { } wrong
            ? wrong
            : Decision.Of(new AssignmentReturned(Leg, Reason));
    }
}

/// <summary>改派: the leg goes to another body and begins anew there.</summary>
/// <param name="Leg">Which leg.</param>
/// <param name="Body">The body from now on.</param>
/// <param name="Deadline">整改期限.</param>
/// <param name="Instructions">What is to be done.</param>
/// <param name="Reason">Why.</param>
/// <param name="Supervisor">督办单位; the present one stays when left out.</param>
/// <param name="ResponsiblePerson">整改责任人, in words.</param>
public sealed record ReassignLeg(Leg Leg, BodyId Body, DateOnly Deadline, string Instructions, string Reason, BodyId? Supervisor = null, [property: Longest(Texts.NameLength)] string? ResponsiblePerson = null) : IHazardCommand
{
    /// <inheritdoc />
    public CommandRule Rule => CommandRules.Reassign;

    /// <inheritdoc />
    public Leg? ConcernedLeg => Leg;

    /// <inheritdoc />
    public IEnumerable<BodyId> Names => Supervisor is { } s ? [Body, s] : [Body];

    /// <inheritdoc />
    public Decision Decide(Hazard hazard, Act act)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        ArgumentNullException.ThrowIfNull(act);
        var leg = hazard.Legs[Leg];
        // One that is not there any more does not stay.
        var stays = leg.Supervisor is { } present && Succession.IsThere(present, hazard, act.Bodies) ? leg.Supervisor : null;
        var order = new LegOrder(Leg, Body, Deadline, Instructions, Supervisor ?? stays, ResponsiblePerson);
        if (Refusal.All(Checks.After(act, leg.Since, new Words("上一步", "the step before")),
            Texts.Required("reason", Reason),
            Checks.Order(order, hazard, act)) is { } wrong)
            return wrong;
        foreach (var (name, other) in hazard.Legs)
        {
            if (name == Leg)
                continue;
            if (other.Body == Body)
                return HazardRefusals.SameBody.Because("body", ("body", Body));
            if (order.Supervisor == other.Body || other.Supervisor == Body)
                return HazardRefusals.SupervisorIsLeg.Because("supervisor", ("body", order.Supervisor == other.Body ? other.Body : Body));
            if (order.Supervisor is { } supervisor && supervisor == other.Supervisor)
                return HazardRefusals.SameSupervisor.Because("supervisor", ("body", supervisor));
        }
        // A deadline that was only assumed gives way to one that is said, under the same body.
        return leg.Body == Body && leg.Stage != LegStage.Returned && (!leg.DeadlineAssumed || Deadline == leg.Deadline)
            ? HazardRefusals.NothingChanges.Because("body")
            : Decision.Of(new LegReassigned(leg.Body, order, Reason));
    }
}
