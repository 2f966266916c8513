using System.Collections.Immutable;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>An order on a hazard.</summary>
public interface IHazardCommand
{
    /// <summary>Who may give it, and when.</summary>
    CommandRule Rule { get; }

    /// <summary>The leg it concerns, if one.</summary>
    Leg? ConcernedLeg => null;

    /// <summary>
    /// Whether it is frozen while the hazard's records are sealed: its line in the table says so, or, where that says “in
    /// part”, the command itself.
    /// </summary>
    bool FrozenWhenSealed(Hazard hazard) => Rule.WhenSealed == WhenSealed.Frozen;

    /// <summary>The bodies it names: they must be known while deciding.</summary>
    IEnumerable<BodyId> Names => [];

    /// <summary>Decides, after role, relation and stage have been checked. A hazard that must exist does.</summary>
    Decision Decide(Hazard hazard, Act act);
}

/// <summary>An order that is decided on what was merged into the hazard as well: what befalls that hazard befalls them (并案不消事).</summary>
public interface IOverMerged : IHazardCommand
{
    /// <summary>The same with the hazards that were merged into it and still are.</summary>
    IHazardCommand Over(ImmutableArray<Hazard> merged);
}

/// <summary>What follows from a command: events, or why not. Never both.</summary>
public readonly record struct Decision
{
    private Decision(ImmutableArray<IHazardEvent> events, Refusal? refusal, Role role)
    {
        Events = events;
        Refusal = refusal;
        Role = role;
    }

    /// <summary>What happened, in order; empty when refused.</summary>
    public ImmutableArray<IHazardEvent> Events { get; }

    /// <summary>Why not; null when it happened.</summary>
    public Refusal? Refusal { get; }

    /// <summary>The role under which it was allowed.</summary>
    public Role Role { get; }

    /// <summary>What follows on another hazard (并案), committed in the same append.</summary>
    public (HazardId Hazard, IHazardEvent Event)? Elsewhere { get; init; }

    /// <summary>It happened.</summary>
    public static Decision Of(params ImmutableArray<IHazardEvent> events) => new(events, null, default);

    /// <summary>It did not.</summary>
    public static Decision FromRefusal(Refusal refusal) => new([], refusal, default);

    /// <summary>It did not.</summary>
    public static implicit operator Decision(Refusal refusal) => FromRefusal(refusal);

    internal Decision Under(Role role) => new(Events, Refusal, role) { Elsewhere = Elsewhere };
}

/// <summary>The one door by which commands reach a hazard.</summary>
public static class Decider
{
    /// <summary>The furthest an act may lie in the future: clocks of calling systems differ.</summary>
    public static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(5);

    /// <summary>No act of this system lies before this date.</summary>
    public static readonly DateOnly Earliest = new(2000, 1, 1);

    /// <summary>Begins a hazard.</summary>
    public static Decision Decide(ReportHazard report, Hazard? existing, Act act)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(act);
        if (RoleFor(CommandRules.Report, act) is not { } role)
            return HazardRefusals.Role.Because(null, ("command", Words.Of(CommandRules.Report)), ("roles", RoleNames(CommandRules.Report)));
        if (existing is not null)
            return HazardRefusals.ReportedBefore.Because(
                "reference", ("id", existing.Id), ("system", report.Reference?.System), ("number", report.Reference?.Id));
        if ((Relations.Acting(act.By.Body) ?? CheckTime(act, null) ?? Checks.Papers(act) ?? Sealing.Check(act)) is { } wrong)
            return wrong;
        return report.Decide(act).Under(role);
    }

    /// <summary>Decides a command on a hazard: role, relation, stage and time first, then the command's own rule.</summary>
    public static Decision Decide(IHazardCommand command, Hazard? hazard, Act act)
    {
        ArgumentNullException.ThrowIfNull(command);
        ArgumentNullException.ThrowIfNull(act);
        if (hazard is null || !act.By.Sees(hazard))
            return HazardRefusals.NotFound.Because();
        if (ByTheTable(command.Rule, command.ConcernedLeg, hazard, act, out var leg, out var role) is { } notAllowed)
            return notAllowed;
        act = act with { Under = role };
        // The seal comes late, so that only who might have done it otherwise is on record as having tried.
        // Of papers, whether some can be made is no answer to who asks for one.
        return (CheckTime(act, hazard) ?? Resting(command.Rule, act, hazard) ?? Precedence.Check(command, hazard, act)
            ?? Checks.Papers(act) ?? Sealing.Check(command, hazard, act)
            ?? (command is IssuePaper ? null : Preconditions.Check(command.Rule, hazard, leg, act))) is { } wrong
            ? wrong
            : command.Decide(hazard, act).Under(role);
    }

    /// <summary>
    /// Why a command cannot be given now, whatever it says: role, stage, leg and relation as the table has them, a seal that
    /// freezes it, and what must stand before it. Null when only its own words can be wrong. This is what a command is
    /// refused by before its own rule, so what a form is offered for is what would be taken.
    /// </summary>
    /// <param name="rule">The command's line in the table.</param>
    /// <param name="concerned">The leg it concerns, if one.</param>
    /// <param name="hazard">The hazard.</param>
    /// <param name="act">The circumstances.</param>
    /// <param name="role">The role under which it would be allowed.</param>
    public static Refusal? WhyNot(CommandRule rule, Leg? concerned, Hazard hazard, Act act, out Role role)
    {
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentNullException.ThrowIfNull(hazard);
        ArgumentNullException.ThrowIfNull(act);
        return ByTheTable(rule, concerned, hazard, act, out var leg, out role) ?? Sealing.Check(rule, act)
            ?? Preconditions.Check(rule, hazard, leg, act with { Under = role });
    }

    private static Refusal? ByTheTable(CommandRule rule, Leg? concerned, Hazard hazard, Act act, out LegState? leg, out Role role)
    {
        (leg, role) = (null, default);
        if (RoleFor(rule, act) is null)
            return HazardRefusals.Role.Because(null, ("command", Words.Of(rule)), ("roles", RoleNames(rule)));
        if (!rule.IsOpenTo(hazard))
            return StageForbids(rule, hazard);
        if (concerned is { } named)
        {
            if (!hazard.Legs.TryGetValue(named, out leg))
                return HazardRefusals.NoSuchLeg.Because("leg", ("leg", Words.Of(named)), ("legs", Words.Of(hazard.Legs.Keys)));
            if (!rule.LegStages.IsEmpty && !rule.LegStages.Contains(leg.Stage))
                return HazardRefusals.LegStageForbids.Because(
                    "leg", ("leg", Words.Of(named)), ("stage", Words.Of(leg.Stage)), ("command", Words.Of(rule)),
                    ("allowed", Words.Of(rule.LegStages)));
        }
        return RelatedRole(rule, hazard, leg, act, out role);
    }

    private static Refusal StageForbids(CommandRule rule, Hazard hazard)
    {
        var code = hazard.IsOpen ? HazardRefusals.StageForbids : HazardRefusals.NotOpen;
        return code.Because(null, ("stage", Words.Of(hazard.Stage)), ("command", Words.Of(rule)), ("allowed", Words.Of(rule.Stages)));
    }

    /// <summary>Why a caller's roles do not allow a command; null when they do.</summary>
    public static Refusal? CheckRole(CommandRule rule, Actor by)
    {
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentNullException.ThrowIfNull(by);
        return rule.Roles.Any(by.Roles.Contains)
            ? null : HazardRefusals.Role.Because(null, ("command", Words.Of(rule)), ("roles", RoleNames(rule)));
    }

    internal static Role? RoleFor(CommandRule rule, Act act)
    {
        foreach (var role in rule.Roles)
            if (Counts(role, rule, act))
                return role;
        return null;
    }

    // 台账导入: a ledger says what others have done; who imports may not do it in their place by a call of his own.
    private static bool Counts(Role role, CommandRule rule, Act act) =>
        act.By.Roles.Contains(role) && (role != Role.Importer || act.By.OnBehalf || rule.Relation == Relation.Jurisdiction);

    // A caller with several roles acts under the first whose relation holds: who may import may also be a coordinator elsewhere.
    private static Refusal? RelatedRole(CommandRule rule, Hazard hazard, LegState? leg, Act act, out Role role)
    {
        Refusal? first = null;
        foreach (var candidate in rule.Roles.Where(r => Counts(r, rule, act)))
        {
            role = candidate;
            if (Relations.Check(rule.Relation, candidate, hazard, leg, act) is not { } refusal)
                return null;
            first ??= refusal;
        }
        role = default;
        return first;
    }

    internal static Words RoleNames(CommandRule rule) => Words.Of(rule.Roles);

    // What could not have been done while it was ended was not done then, though it is open again.
    private static Refusal? Resting(CommandRule rule, Act act, Hazard hazard) =>
        rule.Stages.Contains(Stage.Closed) ? null : hazard.Rests
            .Where(r => r.Since <= act.OccurredAt && act.OccurredAt < r.Until)
            .Select(r => Checks.After(act, r.Until, Words.Of(CommandRules.Reopen))).FirstOrDefault();

    internal static Refusal? CheckTime(Act act, Hazard? hazard)
    {
        if (act.OccurredAt > act.Now + ClockTolerance)
            return HazardRefusals.Future.Because("occurredAt", ("value", act.OccurredAt), ("now", act.Now));
        if (act.Date < Earliest)
            return HazardRefusals.TooEarly.Because("occurredAt", ("value", act.OccurredAt), ("earliest", Earliest));
        return hazard is not null && act.OccurredAt < hazard.FoundAt
            ? HazardRefusals.BeforeFound.Because("occurredAt", ("value", act.OccurredAt), ("found", hazard.FoundAt))
            : null;
    }
}

internal static class Relations
{
    public static Refusal? Check(Relation relation, Role role, Hazard hazard, LegState? leg, Act act)
    {
        var body = act.By.Body;
        if (Acting(body) is { } dissolved)
            return dissolved;
        // A ledger is entered on behalf of the bodies named in it; who acted for whom stands in the event's context.
        if (role == Role.Importer)
            return null;
        return relation switch
        {
            Relation.OwnRegion when !body.Region.Contains(hazard.Region) => Outside(body, hazard),
            Relation.LegBody when leg is not null && leg.Body != body.Id =>
                HazardRefusals.NotYourLeg.Because("leg", ("leg", Words.Of(leg.Leg)), ("body", leg.Body), ("caller", body.Id)),
            // Not of the other leg either: two bodies that answer for one hazard must not accept each other's work.
            Relation.Independent when hazard.Legs.Values.FirstOrDefault(l => l.Body == body.Id) is { } own =>
                HazardRefusals.OwnLeg.Because("leg", ("leg", Words.Of(own.Leg)), ("body", body.Id)),
            Relation.Independent when !body.Region.Contains(hazard.Region) => Outside(body, hazard),
            Relation.Assigner =>
                StandsOver(body, hazard, leg?.AssignedBy ?? hazard.AssignedBy, act)
                    || StandsOver(body, hazard, hazard.Listing?.By, act, hazard.Listing is { } listing ? LevelOf(listing.Level) : default)
                ? null
                : HazardRefusals.NotAssigner.Because(null, ("body", leg?.AssignedBy ?? hazard.AssignedBy), ("caller", body.Id)),
            Relation.Lister when (hazard.Listing?.By ?? hazard.Delisting?.By) is { } lister
                && !StandsOver(body, hazard, lister, act, LevelOf((hazard.Listing?.Level ?? hazard.Delisting?.Level)!.Value)) =>
                HazardRefusals.NotLister.Because(null, ("body", lister), ("caller", body.Id)),
            _ => null,
        };
    }

    /// <summary>A dissolved body acts no more.</summary>
    public static Refusal? Acting(Body body) =>
        body.Dissolved ? BodyRefusals.Dissolved.Because(null, ("id", body.Id), ("name", body.Name)) : null;

    private static Refusal Outside(Body body, Hazard hazard) =>
        HazardRefusals.OutsideRegion.Because(null, ("body", body.Id), ("region", body.Region), ("hazardRegion", hazard.Region));

    /// <summary>
    /// Whether a body is the one that acted, or a committee office or government above it: of a wider region, or of the
    /// same region when the other is neither (a regulator or a system that entered a ledger), or is dissolved or elsewhere now.
    /// </summary>
    /// <param name="body">The body.</param>
    /// <param name="hazard">The hazard.</param>
    /// <param name="actedBefore">The one that acted.</param>
    /// <param name="act">The circumstances.</param>
    /// <param name="least">Over one that is elsewhere now stands who is of this level, or wider.</param>
    public static bool StandsOver(Body body, Hazard hazard, BodyId? actedBefore, Act act, RegionLevel least = default)
    {
        if (actedBefore is not { } other)
            return false;
        if (other == body.Id)
            return body.Region.Contains(hazard.Region);
        return Leads(body)
            && body.Region.Contains(hazard.Region)
            && act.Bodies.TryGetValue(other, out var before)
            && (!before.Region.Contains(hazard.Region) && body.Region.Level >= least
                || body.Region.Contains(before.Region) && (body.Region != before.Region || !Leads(before) || before.Dissolved));
    }

    /// <summary>The level of those who list at a level.</summary>
    public static RegionLevel LevelOf(ListingLevel level) => level switch
    {
        ListingLevel.Nation => RegionLevel.Nation,
        ListingLevel.Province => RegionLevel.Province,
        ListingLevel.Prefecture => RegionLevel.Prefecture,
        _ => RegionLevel.County,
    };

    /// <summary>A committee office or a government.</summary>
    public static bool Leads(Body body) => body.Kind is BodyKind.CommitteeOffice or BodyKind.Government;
}
