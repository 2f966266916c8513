using System.Collections.Immutable;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>报整改方案: 五落实 for a general hazard, six parts for a major one (which parts: the policy's).</summary>
/// <param name="Leg">Which leg.</param>
/// <param name="Parts">What the plan says on each part.</param>
/// <param name="Funds">Funds committed, 万元.</param>
/// <param name="KeptElsewhere">Where the plan is kept, when an old ledger says only that there is one; never for a major hazard.</param>
public sealed record SubmitPlan(Leg Leg, ImmutableSortedDictionary<PlanPart, string>? Parts = null, decimal? Funds = null, [property: Longest(500)] string? KeptElsewhere = null) : IHazardCommand
{
    /// <inheritdoc />
    public CommandRule Rule => CommandRules.SubmitPlan;

    /// <inheritdoc />
    public Leg? ConcernedLeg => Leg;

    /// <inheritdoc />
    public Decision Decide(Hazard hazard, Act act)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        ArgumentNullException.ThrowIfNull(act);
        var parts = Parts ?? ImmutableSortedDictionary<PlanPart, string>.Empty;
        var level = hazard.Level ?? Level.General;
        var leg = hazard.Legs[Leg];
        if (Refusal.All(Checks.After(act, leg.Since, new Words("签收", "the acknowledgement")),
            leg.Plan is { } before ? Checks.After(act, before.Since, new Words("上一份方案", "the plan before")) : null,
            Checks.Money("funds", Funds),
            Texts.Check("keptElsewhere", KeptElsewhere, 0, 500)) is { } wrong)
            return wrong;
        foreach (var (part, text) in parts)
            if (Texts.Required($"parts.{CodeList.Code(part)}", text) is { } bad)
                return bad;
        if (!string.IsNullOrWhiteSpace(KeptElsewhere))
        {
            if (level == Level.Major)
                return HazardRefusals.PlanKeptElsewhere.Because("keptElsewhere");
            return Decision.Of(new PlanSubmitted(Leg, parts, Funds, KeptElsewhere));
        }
        var missing = act.Policy.PartsFor(level).Where(p => !parts.ContainsKey(p)).ToArray();
        return missing.Length > 0
            ? HazardRefusals.PlanParts.Because("parts",
                ("missing", Words.Of(missing)),
                ("parts", string.Join(',', missing.Select(CodeList.Code))),
                ("source", act.Policy.PlanParts.First(p => p.Level == level).Source))
            : Decision.Of(new PlanSubmitted(Leg, parts, Funds, null));
    }
}

/// <summary>审查整改方案: by a body that does not answer for the leg.</summary>
/// <param name="Leg">Which leg.</param>
/// <param name="Verdict">Pass or fail.</param>
/// <param name="Comments">Required when it fails.</param>
public sealed record ReviewPlan(Leg Leg, Verdict Verdict, string? Comments = null) : IHazardCommand
{
    /// <inheritdoc />
    public CommandRule Rule => CommandRules.ReviewPlan;

    /// <inheritdoc />
    public Leg? ConcernedLeg => Leg;

    /// <inheritdoc />
    public Decision Decide(Hazard hazard, Act act)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        ArgumentNullException.ThrowIfNull(act);
        return Refusal.All(Checks.After(act, hazard.Legs[Leg].Plan!.Since, new Words("报整改方案", "the submission of the plan")),
            (Verdict == Verdict.Fail ? Texts.Required("comments", Comments) : Texts.Optional("comments", Comments))) is { } wrong
            ? wrong
            : Decision.Of(new PlanReviewed(Leg, Verdict, Comments));
    }
}
