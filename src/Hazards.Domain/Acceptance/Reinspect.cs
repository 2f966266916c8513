using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>复查验收: one leg is looked at by a body that does not answer for it. A pass accepts this leg only; a fail sends it back to rectification.</summary>
/// <param name="Leg">Which leg.</param>
/// <param name="Verdict">Pass or fail.</param>
/// <param name="Findings">What was found.</param>
/// <param name="Inspectors">Who looked, in words.</param>
/// <param name="Deadline">When it fails: the deadline from now on. The present one stays when left out, even if it has passed.</param>
public sealed record Reinspect(Leg Leg, Verdict Verdict, string Findings, string? Inspectors = null, DateOnly? Deadline = null) : IHazardCommand
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
            return Decision.Of(new LegAccepted(Leg, Findings, Inspectors));
        if (Deadline is { } deadline && Checks.Deadline("deadline", deadline, act) is { } bad)
            return bad;
        // Without a new deadline the old one stands, even if it has passed: failing must not make overdue work punctual.
        return Decision.Of(new ReinspectionFailed(Leg, Findings, Inspectors, Deadline ?? leg.Deadline));
    }
}
