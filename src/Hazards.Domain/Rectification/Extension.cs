using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>申请延期: before the deadline, as early as the policy asks.</summary>
/// <param name="Leg">Which leg.</param>
/// <param name="To">The deadline asked for.</param>
/// <param name="Reason">Why.</param>
public sealed record RequestExtension(Leg Leg, DateOnly To, string Reason) : IHazardCommand
{
    /// <inheritdoc />
    public CommandRule Rule => CommandRules.RequestExtension;

    /// <inheritdoc />
    public Leg? ConcernedLeg => Leg;

    /// <inheritdoc />
    public Decision Decide(Hazard hazard, Act act)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        ArgumentNullException.ThrowIfNull(act);
        var leg = hazard.Legs[Leg];
        var deadline = hazard.DeadlineOf(leg);
        return Refusal.All(Checks.After(act, leg.Since, new Words("上一步", "the step before")),
            leg.ExtensionDecidedAt is { } decided ? Checks.After(act, decided, Words.Of(CommandRules.DecideExtension)) : null,
            Texts.Required("reason", Reason),
            Extensions.CheckNew(To, deadline, act.PolicyInTime.Extension)) is { } wrong
            ? wrong
            : Decision.Of(new ExtensionRequested(Leg, deadline, To, Reason));
    }
}

/// <summary>审批延期: by the body that assigned or listed the hazard, or one above it.</summary>
/// <param name="Leg">Which leg.</param>
/// <param name="Grant">Granted or not.</param>
/// <param name="To">The new deadline, when another than the one asked for.</param>
/// <param name="Comments">Required when refused.</param>
public sealed record DecideExtension(Leg Leg, bool Grant, DateOnly? To = null, string? Comments = null) : IHazardCommand
{
    /// <inheritdoc />
    public CommandRule Rule => CommandRules.DecideExtension;

    /// <inheritdoc />
    public Leg? ConcernedLeg => Leg;

    /// <inheritdoc />
    public Decision Decide(Hazard hazard, Act act)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        ArgumentNullException.ThrowIfNull(act);
        var leg = hazard.Legs[Leg];
        var request = leg.Request!;
        if (Checks.After(act, request.At, new Words("申请延期", "the request for an extension")) is { } early)
            return early;
        if (!Grant)
            return Texts.Required("comments", Comments) is { } missing ? missing : Decision.Of(new ExtensionRefused(Leg, Comments!));
        var to = To ?? request.To;
        var deadline = hazard.DeadlineOf(leg);
        return Refusal.All(Texts.Optional("comments", Comments),
            Checks.Deadline("to", to, act),
            Extensions.CheckNew(to, deadline, act.Policy.Extension)) is { } wrong
            ? wrong
            : Decision.Of(new ExtensionGranted(Leg, deadline, to, Comments));
    }
}

internal static class Extensions
{
    public static Refusal? CheckNew(DateOnly to, DateOnly deadline, ExtensionRule rule)
    {
        if (to <= deadline)
            return HazardRefusals.ExtensionNotLater.Because("to", ("value", to), ("deadline", deadline));
        var latest = deadline.AddDays(rule.MostDays);
        return to > latest ? HazardRefusals.DeadlineFar.Because("to", ("value", to), ("latest", latest)) : null;
    }
}
