using System.Collections.Immutable;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>
/// 销号: only when every leg is accepted (“隐患不消除不销号”). A listed hazard is delisted by the body that listed it;
/// when that body closes it, the delisting goes with the closure.
/// </summary>
/// <param name="Remarks">In words.</param>
/// <param name="UnitClosed">True when the hazard is gone because the unit was closed down (关闭取缔).</param>
public sealed record CloseHazard(string? Remarks = null, bool UnitClosed = false) : IHazardCommand
{
    /// <inheritdoc />
    public CommandRule Rule => CommandRules.Close;

    /// <inheritdoc />
    public Decision Decide(Hazard hazard, Act act)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        ArgumentNullException.ThrowIfNull(act);
        if (Refusal.All(
            Checks.AfterAcceptance(act, hazard), Checks.AfterResumption(act, hazard), Checks.AfterStop(act, hazard),
            Texts.Optional("remarks", Remarks)) is { } wrong)
            return wrong;
        if (hazard.Suspension is not null && !UnitClosed)
            return HazardRefusals.StillSuspended.Because();
        var closed = new HazardClosed(UnitClosed ? ClosureGround.UnitClosed : ClosureGround.Rectified, Remarks);
        if (Checks.AfterDelisting(act, hazard) is { } stillListed)
            return stillListed;
        if (hazard.Listing is not { } listing)
            return Decision.Of(closed);
        if (Checks.After(act, listing.At, Words.Of(CommandRules.List)) is { } early)
            return early;
        return Checks.Document(act, CommandRules.Delist) is { } noPaper
            ? noPaper
            : Decision.Of(new HazardDelisted(listing.Level, DelistingGround.Accepted, Remarks ?? "验收合格，摘牌销号"), closed);
    }
}

/// <summary>回头看: a closed hazard is looked at again. Has it come back, it is reopened in the same act.</summary>
/// <param name="Result">Holding or recurred.</param>
/// <param name="Findings">What was found.</param>
/// <param name="Inspectors">Who looked, in words.</param>
/// <param name="Legs">When it recurred: who answers for it now; refused when it holds. Without it, it waits for a new assignment.</param>
public sealed record LookBack(LookbackResult Result, string Findings, [property: Longest(400)] string? Inspectors = null, ImmutableArray<LegOrder> Legs = default) : IHazardCommand
{
    /// <inheritdoc />
    public CommandRule Rule => CommandRules.Lookback;

    /// <inheritdoc />
    public IEnumerable<BodyId> Names => Checks.Named(Legs);

    /// <inheritdoc />
    public Decision Decide(Hazard hazard, Act act)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        ArgumentNullException.ThrowIfNull(act);
        if (Refusal.All(Checks.After(act, hazard.Closure!.At, new Words("销号", "the closure")),
            Texts.Required("findings", Findings),
            Texts.Check("inspectors", Inspectors, 0, 400, multiline: false)) is { } wrong)
            return wrong;
        var looked = new LookbackMade(Result, Findings, Inspectors);
        var legs = Legs.IsDefault ? [] : Legs;
        if (Result == LookbackResult.Holding)
            return legs.IsEmpty ? Decision.Of(looked) : HazardRefusals.LegsWithHolding.Because("legs");
        if (!legs.IsEmpty && Checks.Orders("legs", legs, hazard, act) is { } bad)
            return bad;
        return Decision.Of(looked, new HazardReopened(Findings, legs));
    }
}

/// <summary>重新开案: a closed, rejected or merged hazard is open again.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Legs">Who answers for it now; without it, it waits for verification or a new assignment.</param>
public sealed record ReopenHazard(string Reason, ImmutableArray<LegOrder> Legs = default) : IHazardCommand
{
    /// <inheritdoc />
    public CommandRule Rule => CommandRules.Reopen;

    /// <inheritdoc />
    public IEnumerable<BodyId> Names => Checks.Named(Legs);

    /// <inheritdoc />
    public Decision Decide(Hazard hazard, Act act)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        ArgumentNullException.ThrowIfNull(act);
        if (Texts.Required("reason", Reason) is { } wrong)
            return wrong;
        // What was closed may have been taken out since, as a wrong row of a ledger or a double of one.
        var ended = hazard.Rejection?.At ?? (hazard.MergedInto is null ? hazard.Closure?.At : null) ?? hazard.LastOccurredAt;
        if (Checks.After(act, ended, new Words("办结", "the end")) is { } early)
            return early;
        var legs = Legs.IsDefault ? [] : Legs;
        if (!legs.IsEmpty && hazard.Level is null)
            return HazardRefusals.StageForbids.Because(
                "legs", ("stage", Words.Of(Stage.Reported)), ("command", Words.Of(CommandRules.Assign)),
                ("allowed", Words.Of(Stage.Verified)));
        if (!legs.IsEmpty && Checks.Orders("legs", legs, hazard, act) is { } bad)
            return bad;
        return Decision.Of(new HazardReopened(Reason, legs));
    }
}
