using System.Collections.Immutable;

namespace Hazards.Domain;

/// <summary>
/// 封存: what a seal freezes. A seal keeps the record as the accident found it; it never keeps a hazard from being fixed.
/// So what would change or take away what is on record is refused (更正, 再次登记台账, 并案, 认定不属实, 降级, 以“挂牌有误”摘牌),
/// and so is whatever is dated before the sealing; what is done now goes on.
/// </summary>
public static class Sealing
{
    /// <summary>Whether seals have anything to say about a command: only then must they be looked up.</summary>
    public static bool Concerns(IHazardCommand command, Hazard hazard, Act act)
    {
        ArgumentNullException.ThrowIfNull(command);
        return command.FrozenWhenSealed(hazard) || Backdated(act);
    }

    /// <summary>
    /// The same for a report: a hazard that is found must get in, so a report made as promptly as the policy asks is
    /// taken, and only 补录 is looked at.
    /// </summary>
    public static bool Concerns(Act act)
    {
        ArgumentNullException.ThrowIfNull(act);
        return act.Entry == Codes.Entry.Late;
    }

    /// <summary>Why a command cannot be given under these seals; null when it can.</summary>
    public static Refusal? Check(IHazardCommand command, Hazard hazard, Act act)
    {
        ArgumentNullException.ThrowIfNull(command);
        ArgumentNullException.ThrowIfNull(act);
        if (act.Seals.IsEmpty)
            return null;
        return command.FrozenWhenSealed(hazard) ? Frozen(command.Rule, act.Seals) : Backdated(act) ? Past(act) : null;
    }

    /// <summary>Why a report cannot be taken under these seals; null when it can.</summary>
    public static Refusal? Check(Act act)
    {
        ArgumentNullException.ThrowIfNull(act);
        return Concerns(act) ? Past(act) : null;
    }

    /// <summary>Why a command on what is no hazard (an inspection of the enterprise) cannot be given.</summary>
    internal static Refusal? Check(CommandRule rule, Act act) =>
        rule.WhenSealed == WhenSealed.Frozen && !act.Seals.IsEmpty ? Frozen(rule, act.Seals) : null;

    // What is said to happen now may be a few minutes off: clocks differ.
    private static bool Backdated(Act act) => act.OccurredAt < act.Now - Decider.ClockTolerance;

    private static Refusal Frozen(CommandRule rule, ImmutableArray<Seal> seals) =>
        SealRefusals.Sealed.Because(null, [("command", Words.Of(rule)), .. Facts(seals[0])]);

    private static Refusal? Past(Act act) =>
        act.Seals.FirstOrDefault(s => act.OccurredAt < s.SealedAt) is { } seal
            ? SealRefusals.SealedPast.Because("occurredAt", [("value", act.OccurredAt), ("sealedAt", seal.SealedAt), .. Facts(seal)])
            : null;

    private static (string, object?)[] Facts(Seal seal) =>
        [("enterprise", seal.Enterprise.Name), ("authority", seal.Authority), ("since", seal.Since), ("document", seal.Document), ("seal", seal.Id)];
}
