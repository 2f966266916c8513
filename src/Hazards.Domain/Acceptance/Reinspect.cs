using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>复查验收: one leg is looked at by a body that does not answer for it. A pass accepts this leg only; a fail sends it back to rectification.</summary>
/// <param name="Leg">Which leg.</param>
/// <param name="Verdict">Pass or fail.</param>
/// <param name="Findings">What was found.</param>
/// <param name="Inspectors">Who looked, in words.</param>
/// <param name="Deadline">When it fails: the deadline from now on. The present one stays when left out, even if it has passed. Refused with a pass.</param>
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
        if ((Checks.After(act, leg.Since, "申报整改完成")
            ?? Texts.Required("findings", Findings)
            ?? Texts.Check("inspectors", Inspectors, 0, 400, multiline: false)) is { } wrong)
            return wrong;
        if (Verdict == Verdict.Pass)
            return (Deadline is null ? Requirements(hazard, act) : HazardRefusals.DeadlineWithPass.Because("deadline")) is { } lacking
                ? lacking
                : Decision.Of(new LegAccepted(Leg, Findings, Inspectors));
        if (Deadline is { } deadline && Checks.Deadline("deadline", deadline, act) is { } bad)
            return bad;
        // Without a new deadline the old one stands, even if it has passed: failing must not make overdue work punctual.
        return Decision.Of(new ReinspectionFailed(Leg, Findings, Inspectors, Deadline ?? leg.Deadline));
    }

    /// <summary>What the policy asks of an acceptance beside the inspector's word; every rule that fits must be met.</summary>
    private Refusal? Requirements(Hazard hazard, Act act)
    {
        foreach (var rule in act.Policy.Acceptance)
            if ((rule.Level is null || rule.Level == hazard.Level) && (rule.Leg is null || rule.Leg == Leg) && Lacking(rule, act) is { } lacking)
                return lacking;
        return null;
    }

    private Refusal? Lacking(AcceptanceRule rule, Act act)
    {
        var body = act.By.Body;
        if (!rule.AcceptedBy.IsEmpty && !rule.AcceptedBy.Contains(body.Kind))
            return HazardRefusals.AcceptanceBody.Because(null, ("leg", CodeList.Chinese(Leg)), ("kinds", string.Join('、', rule.AcceptedBy.Select(CodeList.Chinese))), ("body", body.Id), ("source", rule.Source));
        var attachments = act.Attachments.IsDefault ? 0 : act.Attachments.Length;
        if (attachments < rule.Attachments)
            return HazardRefusals.AcceptanceAttachments.Because("attachments", ("least", rule.Attachments), ("count", attachments), ("source", rule.Source));
        if (rule.Inspectors && string.IsNullOrWhiteSpace(Inspectors))
            return HazardRefusals.AcceptanceInspectors.Because("inspectors", ("source", rule.Source));
        return rule.Document && act.Document is null ? HazardRefusals.AcceptanceDocument.Because("documentNumber", ("source", rule.Source)) : null;
    }
}
