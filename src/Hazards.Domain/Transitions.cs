using System.Collections.Immutable;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>A change of a hazard's stage.</summary>
/// <param name="From">The stage before; null where the hazard begins.</param>
/// <param name="To">The stage after.</param>
/// <param name="By">The command that brings it about.</param>
/// <param name="Imported">Whether only what a ledger was imported as goes that way.</param>
public sealed record Transition(Stage? From, Stage To, CommandRule By, bool Imported = false);

/// <summary>A change of a leg's stage, or of who answers for it.</summary>
/// <param name="From">The stage before; null where the leg begins.</param>
/// <param name="To">The stage after.</param>
/// <param name="By">The command that brings it about.</param>
public sealed record LegTransition(LegStage? From, LegStage To, CommandRule By);

/// <summary>
/// 环节的流转: from where to where, by which command. Said here is only where a command leads. Where it may be given is its line in
/// <see cref="CommandRules"/>, and a hazard with legs stands where its slowest leg stands. What really comes of a command is folded
/// (<see cref="Hazard.Apply"/>); a test holds the two against each other, in generated lives and row by row.
/// </summary>
public static class Transitions
{
    /// <summary>Of legs.</summary>
    public static ImmutableArray<LegTransition> OfLegs { get; } =
    [
        .. from rule in new[] { CommandRules.Assign, CommandRules.Lookback, CommandRules.Reopen }
           select new LegTransition(null, LegStage.Assigned, rule),
        .. OfLeg(CommandRules.Acknowledge, LegStage.Rectifying),
        .. OfLeg(CommandRules.Return, LegStage.Returned),
        .. OfLeg(CommandRules.Reassign, LegStage.Assigned),
        .. OfLeg(CommandRules.DeclareCompletion, LegStage.Declared),
        .. OfLeg(CommandRules.Reinspect, LegStage.Accepted, LegStage.Rectifying),
        .. OfLeg(CommandRules.WithdrawAcceptance, LegStage.Rectifying),
    ];

    /// <summary>Of hazards, in the order of the life cycle. What leaves the stage as it is does not stand here.</summary>
    public static ImmutableArray<Transition> OfHazards { get; } =
    [
        new(null, Stage.Reported, CommandRules.Report),
        .. Whole(CommandRules.Verify, Stage.Verified),
        .. Whole(CommandRules.Reject, Stage.Rejected),
        .. Whole(CommandRules.Merge, Stage.Merged),
        .. Whole(CommandRules.FixOnTheSpot, Stage.Closed),
        .. Whole(CommandRules.FixByOwnCheck, Stage.Closed),
        .. Whole(CommandRules.WithdrawFix, Stage.Reported, Stage.Verified),
        .. Whole(CommandRules.Assign, Stage.Assigned),
        .. OfLegs.SelectMany(ByLeg).Distinct(),
        .. Whole(CommandRules.Close, Stage.Closed),
        .. Whole(CommandRules.Lookback, Stage.Verified, Stage.Assigned),
        // What was closed had its level.
        .. Whole(CommandRules.Reopen, Stage.Reported).Where(t => t.From != Stage.Closed),
        .. Whole(CommandRules.Reopen, Stage.Verified, Stage.Assigned),
        .. Whole(CommandRules.WithdrawImported, Stage.Rejected).Select(t => t with { Imported = true }),
    ];

    private static IEnumerable<LegTransition> OfLeg(CommandRule rule, params LegStage[] to) =>
        from before in rule.LegStages from after in to select new LegTransition(before, after, rule);

    private static IEnumerable<Transition> Whole(CommandRule rule, params Stage[] to) =>
        from after in to
        from before in rule.Stages.Select(s => (Stage: s, Imported: false))
            .Concat(rule.StagesOfImported.Select(s => (Stage: s, Imported: true)))
        where before.Stage != after
        select new Transition(before.Stage, after, rule, before.Imported);

    /// <summary>What a leg's change is to the hazard, wherever the other leg stands; a sole leg is as one beside an accepted one.</summary>
    private static IEnumerable<Transition> ByLeg(LegTransition leg) =>
        from before in leg.From is { } stage ? new[] { stage } : []
        from other in Enum.GetValues<LegStage>()
        let stages = (From: Hazard.StageOf(Slower(before, other)), To: Hazard.StageOf(Slower(leg.To, other)))
        where stages.From != stages.To
        select new Transition(stages.From, stages.To, leg.By);

    private static LegStage Slower(LegStage one, LegStage other) => one < other ? one : other;
}
