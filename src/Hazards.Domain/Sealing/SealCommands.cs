using System.Collections.Immutable;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>Who may seal and unseal. Documentation and OpenAPI are made from it.</summary>
public static class SealRules
{
#pragma warning disable CS1591 // each line says what it is
    public static readonly CommandRule Seal = Rule("seal_records", "封存档案", "Seal an enterprise's records", Relation.SealedRegion);
    public static readonly CommandRule Lift = Rule("lift_seal", "解除封存", "Lift a seal", Relation.Sealer);
#pragma warning restore CS1591

    /// <summary>Every line.</summary>
    public static ImmutableArray<CommandRule> All { get; } = [Seal, Lift];

    private static CommandRule Rule(string name, string chinese, string english, Relation relation) =>
        new(name, chinese, english, [Role.Investigator, Role.Administrator], relation, [], []);
}

/// <summary>What may be ordered about a seal.</summary>
public interface ISealCommand
{
    /// <summary>Who may give it.</summary>
    CommandRule Rule { get; }

    /// <summary>Decides on the seal's present state; null when it does not exist.</summary>
    Decision<ISealEvent> Decide(Seal? seal, Act act);
}

/// <summary>封存档案: freezes an enterprise's records. The order's 文号 is the act's <c>documentNumber</c>.</summary>
/// <param name="Enterprise">The enterprise: its exact name and, where it has one, its credit code.</param>
/// <param name="Region">Hazards of this region and everything in it; it must lie within the caller's jurisdiction.</param>
/// <param name="Reason">Why: the accident, the case.</param>
/// <param name="Since">From when on, as the order says; now when left out.</param>
/// <param name="Authority">决定封存的单位, as the order names it; the caller's body when left out.</param>
public sealed record SealRecords(Enterprise Enterprise, RegionCode Region, string Reason, DateTimeOffset? Since = null, [property: Longest(Texts.NameLength)] string? Authority = null) : ISealCommand
{
    /// <inheritdoc />
    public CommandRule Rule => SealRules.Seal;

    /// <inheritdoc />
    public Decision<ISealEvent> Decide(Seal? seal, Act act)
    {
        ArgumentNullException.ThrowIfNull(act);
        if ((Acting.Check(Rule, act, out var role) ?? Check(act)) is { } no)
            return Acting.Refuse<ISealEvent>(no);
        if (seal is not null)
            return Acting.Refuse<ISealEvent>(
                SealRefusals.SealedBefore.Because("documentNumber", ("id", seal.Id), ("document", act.Document)));
        var enterprise = Enterprise with { Name = Enterprise.Name.Trim() };
        var authority = string.IsNullOrWhiteSpace(Authority) ? act.By.Body.Name : Authority.Trim();
        return Acting.Happened<ISealEvent>(role, new RecordsSealed(
            Seal.IdOf(enterprise, Region, act.By.Body.Id, act.Document), enterprise, Region, Reason.Trim(), authority,
            Since ?? act.OccurredAt, act.Now));
    }

    private Refusal? Check(Act act) =>
        Texts.Name("enterprise.name", Enterprise.Name)
        ?? Texts.Required("reason", Reason)
        ?? Texts.Check("authority", Authority, 0, Texts.NameLength, multiline: false)
        ?? Checks.Document(act, Rule)
        ?? ReportHazard.CheckRegion("region", Region, act)
        ?? (Since > act.Now + Decider.ClockTolerance ? HazardRefusals.Future.Because("since", ("value", Since), ("now", act.Now)) : null)
        ?? (Since is { } since && ChinaTime.DateAt(since) < Decider.Earliest ? HazardRefusals.TooEarly.Because(
            "since", ("value", since), ("earliest", Decider.Earliest)) : null);
}

/// <summary>解除封存: by the body that sealed, or one of a wider region above it. The paper's 文号 is the act's <c>documentNumber</c>.</summary>
/// <param name="Reason">Why.</param>
public sealed record LiftSeal(string Reason) : ISealCommand
{
    /// <inheritdoc />
    public CommandRule Rule => SealRules.Lift;

    /// <inheritdoc />
    public Decision<ISealEvent> Decide(Seal? seal, Act act)
    {
        ArgumentNullException.ThrowIfNull(act);
        if (Acting.Check(Rule, act, out var role) is { } no)
            return Acting.Refuse<ISealEvent>(no);
        if (seal is null || !act.By.Jurisdiction.Contains(seal.Region))
            return Acting.Refuse<ISealEvent>(SealRefusals.NotFound.Because());
        if (!StandsOver(act.By.Body, seal, act))
            return Acting.Refuse<ISealEvent>(SealRefusals.NotYours.Because(null, ("body", seal.Authority), ("caller", act.By.Body.Id)));
        if (act.By.Body.Id != seal.By && Authority.OverBody(act.By, act.Bodies[seal.By]) is { } above)
            return Acting.Refuse<ISealEvent>(above);
        if (seal.Lifting is { } lifted)
            return Acting.Refuse<ISealEvent>(SealRefusals.Lifted.Because(null, ("at", lifted.At), ("document", lifted.Document)));
        return (Texts.Required("reason", Reason) ?? Checks.Document(act, Rule) ?? Checks.After(
            act, seal.Since, Words.Of(SealRules.Seal))) is { } wrong
            ? Acting.Refuse<ISealEvent>(wrong)
            : Acting.Happened<ISealEvent>(role, new RecordsUnsealed(Reason.Trim()));
    }

    // One above: whose region holds that of the body that sealed and is wider. A committee office of the same county is not.
    private static bool StandsOver(Body body, Seal seal, Act act) =>
        body.Id == seal.By
        || (act.Bodies.TryGetValue(seal.By, out var sealer) && body.Region != sealer.Region && body.Region.Contains(sealer.Region)
            && (Relations.Leads(body) || body.Kind == BodyKind.Investigation));
}

/// <summary>Refusals about seals.</summary>
public static class SealRefusals
{
#pragma warning disable CS1591 // each code says in both languages what it means
    public static readonly RefusalCode Sealed = new("enterprise.sealed", RefusalKind.Locked,
        "“{enterprise}”的档案自 {since} 起已由 {authority} 封存（{document}），封存期间不能“{command}”，本次尝试已记录；整改、督办、验收、销号照常办理，其他事宜请联系 {authority}",
        "The records of “{enterprise}” have been sealed by {authority} since {since} ({document}); this ({command}) cannot be done meanwhile, and the attempt is on record. Rectification, supervision, acceptance and closure go on; for anything else ask {authority}");
    public static readonly RefusalCode SealedPast = new("enterprise.sealed_past", RefusalKind.Locked,
        "“{enterprise}”的档案自 {since} 起已由 {authority} 封存（{document}），不能再登记封存（{sealedAt}）以前的事项（{value}），本次尝试已记录；正在办理的事项请按现在的时间登记，其他事宜请联系 {authority}",
        "The records of “{enterprise}” have been sealed by {authority} since {since} ({document}); nothing dated {value}, before the sealing at {sealedAt}, can be entered any more, and the attempt is on record. Enter what is being done under the present time; for anything else ask {authority}");
    public static readonly RefusalCode NotFound = new(
        "seal.not_found", RefusalKind.NotFound, "没有这项封存，或不在您的管辖范围内", "There is no such seal, or it lies outside your jurisdiction");
    public static readonly RefusalCode NotYours = new(
        "seal.not_yours", RefusalKind.Forbidden, "只有决定封存的单位（{body}）或其上级可以解除封存，{caller} 不是",
        "Only the body that sealed ({body}) or one above it may lift the seal; {caller} is neither");
    public static readonly RefusalCode Lifted = new(
        "seal.lifted", RefusalKind.Conflict, "封存已于 {at} 解除（{document}）", "The seal was lifted at {at} ({document})");
    public static readonly RefusalCode SealedBefore = new(
        "seal.sealed_before", RefusalKind.Conflict, "同一单位已按文号 {document} 登记过这项封存：{id}",
        "This order ({document}) is on record already: seal {id}");
#pragma warning restore CS1591

    /// <summary>Whether a refusal says that records are sealed.</summary>
    public static bool Tells(Refusal refusal)
    {
        ArgumentNullException.ThrowIfNull(refusal);
        return refusal.Reason == Sealed || refusal.Reason == SealedPast;
    }
}
