using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>
/// 复查验收: one leg is looked at by a body that does not answer for it. A pass accepts this leg only; a fail sends it back to
/// rectification.
/// </summary>
/// <param name="Leg">Which leg.</param>
/// <param name="Verdict">Pass or fail.</param>
/// <param name="Findings">What was found.</param>
/// <param name="Inspectors">Who looked, in words.</param>
/// <param name="Deadline">When it fails: the deadline from now on. The present one stays when left out, even if it has passed.
/// Refused with a pass.</param>
public sealed record Reinspect(Leg Leg, Verdict Verdict, string Findings, [property: Longest(400)] string? Inspectors = null, DateOnly? Deadline = null) : IHazardCommand
{
    /// <inheritdoc />
    public CommandRule Rule => CommandRules.Reinspect;

    /// <inheritdoc />
    public Leg? ConcernedLeg => Leg;

    /// <inheritdoc />
    public Decision Decide(Hazard hazard, Act act)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        ArgumentNullException.ThrowIfNull(act);
        var leg = hazard.Legs[Leg];
        var passes = Verdict == Verdict.Pass;
        if (Refusal.All(Checks.After(act, leg.Since, new Words("申报整改完成", "the declaration of completion")),
            Texts.Required("findings", Findings),
            Texts.Check("inspectors", Inspectors, 0, 400, multiline: false),
            Deadline is not { } deadline ? null : passes ? HazardRefusals.DeadlineWithPass.Because("deadline") : Checks.Deadline(
                "deadline", deadline, act),
            passes ? Requirements(hazard, act) : null) is { } wrong)
            return wrong;
        // Without a new deadline the old one stands, even if it has passed: failing must not make overdue work punctual.
        return passes
            ? Decision.Of(new LegAccepted(Leg, Findings, Inspectors))
            : Decision.Of(new ReinspectionFailed(Leg, Findings, Inspectors, Deadline ?? leg.Deadline));
    }

    /// <summary>What the policy asks of an acceptance beside the inspector's word; every rule that fits must be met.</summary>
    private Refusal? Requirements(Hazard hazard, Act act) => AcceptanceRules.Lacking(
        hazard, Leg, act.By.Body,
        new Acceptance(
            hazard.Level, act.Attachments.IsDefault ? 0 : act.Attachments.Length, !string.IsNullOrWhiteSpace(Inspectors),
            act.Document is not null), act);
}

/// <summary>
/// 撤销验收: an accepted leg went bad, or was accepted in error, before the hazard was closed. The acceptance stays in the log; the
/// leg is rectified again.
/// </summary>
/// <param name="Leg">Which leg.</param>
/// <param name="Reason">What was found.</param>
/// <param name="Deadline">The deadline from now on. The present one stays when left out, even if it has passed.</param>
public sealed record WithdrawAcceptance(Leg Leg, string Reason, DateOnly? Deadline = null) : IHazardCommand
{
    /// <inheritdoc />
    public CommandRule Rule => CommandRules.WithdrawAcceptance;

    /// <inheritdoc />
    public Leg? ConcernedLeg => Leg;

    /// <inheritdoc />
    public Decision Decide(Hazard hazard, Act act)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        ArgumentNullException.ThrowIfNull(act);
        var leg = hazard.Legs[Leg];
        return Refusal.All(Checks.After(act, leg.Since, new Words("验收", "the acceptance")),
            Texts.Required("reason", Reason),
            (Deadline is { } deadline ? Checks.Deadline("deadline", deadline, act) : null)) is { } wrong
            ? wrong
            : Decision.Of(new AcceptanceWithdrawn(Leg, Reason, Deadline ?? leg.Deadline));
    }
}

/// <summary>What the policy asks of acceptances.</summary>
internal static class AcceptanceRules
{
    /// <summary>What an acceptance lacks at the hazard's present level; null when nothing.</summary>
    /// <param name="hazard">The hazard.</param>
    /// <param name="leg">The leg.</param>
    /// <param name="by">Who accepts; null where that is not known any more.</param>
    /// <param name="given">What the acceptance has with it.</param>
    /// <param name="act">The circumstances.</param>
    public static Refusal? Lacking(Hazard hazard, Leg leg, Body? by, Acceptance given, Act act) => Refusal.All(
    [
        .. act.Policy.Acceptance.Where(r => (r.Level is null || r.Level == hazard.Level) && (r.Leg is null || r.Leg == leg))
            .Select(r => Lacking(r, leg, by, given)),
    ]);

    /// <summary>Accepted legs whose hazard has become graver since need what an acceptance at the present level needs.</summary>
    public static Refusal? Outgrown(Hazard hazard, Act act) =>
        Refusal.All([.. hazard.Legs.Values.Select(leg => Outgrown(hazard, leg, act))]);

    private static Refusal? Outgrown(Hazard hazard, LegState leg, Act act)
    {
        if (leg is not { Stage: LegStage.Accepted, Acceptance: { Level: { } before } given } || before >= hazard.Level)
            return null;
        var by = leg.AcceptedBy is { } body ? act.Bodies.GetValueOrDefault(body) : null;
        return Refusal.All(Unplanned(hazard, leg, act), Lacking(hazard, leg.Leg, by, given, act)) is not { } lacking
            ? null
            : HazardRefusals.LevelRaised.Because(null,
                ("leg", Words.Of(leg.Leg)), ("before", Words.Of(before)), ("level", Words.Of(hazard.Level!.Value)),
                ("lacking", Words.Join([Words.Of(lacking), .. lacking.Others.Select(Words.Of)])), ("code", lacking.Code),
                ("source", lacking.Facts.GetValueOrDefault("source")));
    }

    private static Refusal? Unplanned(Hazard hazard, LegState leg, Act act) =>
        act.Policy.PlanRequired.Contains(hazard.Level!.Value) && leg.Plan is not { Verdict: Verdict.Pass }
            ? HazardRefusals.PlanRequired.Because()
            : null;

    private static Refusal? Lacking(AcceptanceRule rule, Leg leg, Body? by, Acceptance given) => Refusal.All(
        by is { } body && !rule.AcceptedBy.IsEmpty && !rule.AcceptedBy.Contains(body.Kind)
            ? HazardRefusals.AcceptanceBody.Because(
                null, ("leg", Words.Of(leg)), ("kinds", Words.Of(rule.AcceptedBy)), ("body", body.Id), ("source", rule.Source))
            : null,
        given.Attachments < rule.Attachments
            ? HazardRefusals.AcceptanceAttachments.Because(
                "attachments", ("least", rule.Attachments), ("count", given.Attachments), ("source", rule.Source))
            : null,
        rule.Inspectors && !given.Inspectors ? HazardRefusals.AcceptanceInspectors.Because("inspectors", ("source", rule.Source)) : null,
        rule.Document && !given.Document ? HazardRefusals.AcceptanceDocument.Because("documentNumber", ("source", rule.Source)) : null);
}
