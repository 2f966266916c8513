using System.Collections.Immutable;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>
/// 认定不属实: there is no such hazard. It stays on record and can be reopened. What a ledger was wrongly imported as (录入错误) can be
/// rejected at any stage, also after somebody has acted on it.
/// </summary>
/// <param name="Reason">Why, with what was checked.</param>
/// <param name="WithMerged">一并不属实: that what was merged into it is unfounded as well, whose fate it then shares.</param>
public sealed record RejectHazard(string Reason, bool WithMerged = false) : IOverMerged
{
    private ImmutableArray<Hazard> Merged { get; init; } = [];

    /// <inheritdoc />
    public IHazardCommand Over(ImmutableArray<Hazard> merged) => this with { Merged = merged };

    /// <inheritdoc />
    public CommandRule Rule => CommandRules.Reject;

    /// <inheritdoc />
    public Decision Decide(Hazard hazard, Act act)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        ArgumentNullException.ThrowIfNull(act);
        if (Refusal.All(Texts.Required("reason", Reason), Checks.AfterReopening(act, hazard),
            Checks.AfterEntry(act, hazard)) is { } wrong)
            return wrong;
        if (Checks.AfterMergers(act, Merged) is { } before)
            return before;
        // 并案不消事: that this report is wrong says nothing of the others.
        return Checks.Merged(HazardRefusals.RejectionMerged, Merged, WithMerged, act) is { } merged
            ? merged
            : Decision.Of(new HazardRejected(Reason));
    }
}

/// <summary>
/// 并案: the same hazard was reported twice; this one shares the other's fate. What an import entered twice is merged at any stage
/// while nobody has acted on it.
/// </summary>
/// <param name="Into">The hazard that goes on; it must be open, or closed as this one is.</param>
/// <param name="Reason">Why they are the same.</param>
/// <param name="InOtherRegion">并入外地: that it goes into one of another county, whose lists alone will have it.</param>
public sealed record MergeHazard(HazardId Into, string Reason, bool InOtherRegion = false) : IHazardCommand
{
    /// <summary>The other hazard as it stands, found by the caller of the decision; null when not found.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public Hazard? Target { get; init; }

    /// <summary>What each of the two owes now, found by the caller of the decision.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public (ImmutableArray<Clock> This, ImmutableArray<Clock> Target) Owed { get; init; } = ([], []);

    /// <inheritdoc />
    public CommandRule Rule => CommandRules.Merge;

    /// <inheritdoc />
    public Decision Decide(Hazard hazard, Act act)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        ArgumentNullException.ThrowIfNull(act);
        if (Refusal.All(Texts.Required("reason", Reason), Checks.AfterReopening(act, hazard), Checks.AfterEntry(act, hazard)) is { } wrong)
            return wrong;
        if (Into == hazard.Id)
            return HazardRefusals.MergeItself.Because("into");
        if (Target is null || Target.Id != Into || !act.By.Sees(Target))
            return HazardRefusals.MergeTarget.Because("into", ("id", Into));
        if (!Target.IsOpen && (Target.Stage, hazard.Stage) is not (Stage.Closed, Stage.Closed))
            return HazardRefusals.MergeTargetEnded.Because("into", ("id", Into), ("stage", Words.Of(Target.Stage)));
        if ((Checks.After(act, Target.FoundAt, new Words("目标隐患的发现", "the finding of the target"))
            ?? Checks.AfterReopening(act, Target)) is { } early)
            return early;
        if (hazard.IsMajor && !Target.IsMajor)
            return HazardRefusals.MergeLower.Because("into", ("id", Into));
        if (!InOtherRegion && !hazard.Region.At(RegionLevel.County).Contains(Target.Region))
            return HazardRefusals.MergeRegion.Because(
                "inOtherRegion", ("id", Into), ("region", Target.Region), ("own", hazard.Region.At(RegionLevel.County)));
        return Lost(hazard, act.RecordedOn) is { } lost
            ? HazardRefusals.MergeOverdue.Because("into", ("duty", Words.Of(lost.Kind)), ("due", lost.Due), ("id", Into))
            : Decision.Of(new HazardMerged(Into, Reason)) with { Elsewhere = (Into, new DuplicateAbsorbed(hazard.Id, Reason)) };
    }

    /// <summary>
    /// The longest overdue duty that nobody would owe any more: the target is no further on, and owes nothing as old.
    /// </summary>
    private Clock? Lost(Hazard hazard, DateOnly today) =>
        hazard.IsOpen && Target!.Stage <= hazard.Stage && Owed.This.FirstOrDefault(c => c.DaysOverdue(today) > 0) is { } overdue
        && !Owed.Target.Any(c => c.Due <= overdue.Due)
            ? overdue
            : null;
}

/// <summary>
/// 立行立改: fixed during the inspection, before the inspector's eyes. The inspector's presence is the acceptance, so it closes at
/// once.
/// </summary>
/// <param name="Measures">What was done.</param>
/// <param name="FixedBy">By whom, in words.</param>
public sealed record FixOnTheSpot(string Measures, [property: Longest(Texts.NameLength)] string? FixedBy = null) : IHazardCommand
{
    /// <inheritdoc />
    public CommandRule Rule => CommandRules.FixOnTheSpot;

    /// <inheritdoc />
    public Decision Decide(Hazard hazard, Act act)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        ArgumentNullException.ThrowIfNull(act);
        return Refusal.All(Texts.Required("measures", Measures),
            Texts.Check("fixedBy", FixedBy, 0, Texts.NameLength, multiline: false),
            Checks.AfterReopening(act, hazard)) is { } wrong
            ? wrong
            : Decision.Of(new HazardFixedOnTheSpot(Measures, FixedBy), new HazardClosed(ClosureGround.FixedOnTheSpot, null));
    }
}

/// <summary>自查自改: an enterprise that reported a hazard of its own says that it has fixed it. Counted apart from what others find.</summary>
/// <param name="Measures">What was done.</param>
/// <param name="FixedBy">By whom, in words.</param>
public sealed record FixByOwnCheck(string Measures, [property: Longest(Texts.NameLength)] string? FixedBy = null) : IOverMerged
{
    private ImmutableArray<Hazard> Merged { get; init; } = [];

    /// <inheritdoc />
    public IHazardCommand Over(ImmutableArray<Hazard> merged) => this with { Merged = merged };

    /// <inheritdoc />
    public CommandRule Rule => CommandRules.FixByOwnCheck;

    /// <inheritdoc />
    public Decision Decide(Hazard hazard, Act act)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        ArgumentNullException.ThrowIfNull(act);
        return Refusal.All(Texts.Required("measures", Measures),
            Texts.Check("fixedBy", FixedBy, 0, Texts.NameLength, multiline: false),
            Checks.AfterReopening(act, hazard), Checks.AfterMergers(act, Merged),
            // 并案不消事: what others found is for others to see.
            Merged.All(m => m.ReportedBy == act.By.Body.Id) ? null : HazardRefusals.OwnCheckMerged.Because()) is { } wrong
            ? wrong
            : Decision.Of(new HazardFixedByOwnCheck(Measures, FixedBy), new HazardClosed(ClosureGround.OwnCheck, null));
    }
}

/// <summary>
/// 撤销立行立改: the entry was wrong (another hazard, not fixed, a graver level). The hazard stands again as before it; that is no
/// recurrence.
/// </summary>
/// <param name="Reason">Why.</param>
public sealed record WithdrawFix(string Reason) : IHazardCommand
{
    /// <inheritdoc />
    public CommandRule Rule => CommandRules.WithdrawFix;

    /// <inheritdoc />
    public Decision Decide(Hazard hazard, Act act)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        ArgumentNullException.ThrowIfNull(act);
        return Refusal.All(Texts.Required("reason", Reason),
            Checks.After(act, hazard.Closure!.At, new Words("立行立改", "the fix"))) is { } wrong
            ? wrong
            : Decision.Of(new FixWithdrawn(Reason));
    }
}
