using System.Collections.Immutable;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>
/// 责任移交: nothing is owed by who cannot do it. What a body owes of a hazard that was dissolved, that does not see the hazard any more,
/// or that would accept its own work, is passed on by the service itself: a leg goes back to be given to another body, every other duty to
/// the body's successor or to the committee office of its level. What is asked of who is gone, or of who owes the duty in question, is
/// asked of another. Pure; each step leaves less to be passed on.
/// </summary>
public static class Succession
{
    /// <summary>What a body that answers for a leg may not decide of the hazard.</summary>
    public static ImmutableArray<ClockKind> NotItsOwn { get; } =
        [ClockKind.ReviewPlan, ClockKind.Reinspect, ClockKind.DecideExtension, ClockKind.Lookback, ClockKind.ReviewResumption];

    private static readonly ImmutableArray<ClockKind> OfTheLeg =
        [ClockKind.Acknowledge, ClockKind.Plan, ClockKind.Rectify, ClockKind.Reply];

    /// <summary>Whether anything may have to be passed on: quick, and said more often than it must be.</summary>
    /// <param name="hazard">The hazard.</param>
    /// <param name="bodies">The bodies that it names.</param>
    public static bool MayConcern(Hazard hazard, IReadOnlyDictionary<BodyId, Body> bodies)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        ArgumentNullException.ThrowIfNull(bodies);
        return hazard.Parties().Any(p => WhyNot(p, hazard, bodies) is not null)
            || hazard.Legs.Values.Any(l => hazard.Parties(legs: false).Contains(l.Body))
            || hazard.Missed.Any(m => m.Asked.ContainsValue(Clocks.OwnerOf(m.Kind, m.Leg, hazard) ?? default));
    }

    /// <summary>Whether anything is to be passed on, if somebody is there to take it.</summary>
    /// <param name="hazard">The hazard.</param>
    /// <param name="rules">The policies and the calendar.</param>
    /// <param name="bodies">The bodies that it names.</param>
    public static bool IsNeeded(Hazard hazard, Rulebook rules, IReadOnlyDictionary<BodyId, Body> bodies)
    {
        var open = Clocks.Open(hazard, rules);
        return Vacated(hazard, open, bodies).Any() || Owners(hazard, open, bodies).Any()
            || Asked(hazard, open).Any(a => a.To is { } to && (to == a.Clock.Body || WhyNot(to, hazard, bodies) is not null));
    }

    /// <summary>The bodies that duties may pass to, beside the successors of those named: committee offices of these regions.</summary>
    public static IEnumerable<RegionCode> OfficesOf(Hazard hazard)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        var own = hazard.Region.At(RegionLevel.County);
        return Authority.Wider(own).Prepend(own);
    }

    /// <summary>The next thing to pass on; null when nothing is, or nobody is there to take it.</summary>
    /// <param name="hazard">The hazard.</param>
    /// <param name="rules">The policies and the calendar.</param>
    /// <param name="bodies">The bodies that it names, their successors, and the committee offices of its regions.</param>
    /// <param name="today">The date in China.</param>
    public static IHazardEvent? Next(Hazard hazard, Rulebook rules, IReadOnlyDictionary<BodyId, Body> bodies, DateOnly today)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        ArgumentNullException.ThrowIfNull(bodies);
        var open = Clocks.Open(hazard, rules);
        foreach (var (leg, body, cause) in Vacated(hazard, open, bodies))
            return new LegVacated(leg, body, cause, Heir(body, hazard, bodies)?.Id);
        foreach (var (owner, cause) in Owners(hazard, open, bodies))
            if (Taker(bodies[owner], hazard, bodies) is { } taker)
                return new DutiesPassed(owner, taker.Id, cause);
        // 不能自己督办自己, nor is anybody asked who is gone.
        var own = Offices(hazard, bodies).FirstOrDefault();
        foreach (var (clock, step, to) in Asked(hazard, open))
            if ((to ?? own?.Id) is not { } asked || asked == (clock.Body ?? own?.Id) || WhyNot(asked, hazard, bodies) is not null)
                if (Ring.Asked(clock, hazard, bodies) is var another && another != to)
                    return new StepProposed(step, clock.Kind, clock.Leg, clock.Due, clock.DaysOverdue(today), another);
        return null;
    }

    /// <summary>The committee offices of its regions, the nearest first: that one owes what nobody in particular does.</summary>
    /// <param name="hazard">The hazard.</param>
    /// <param name="bodies">The bodies that are known, these offices among them.</param>
    public static Body[] Offices(Hazard hazard, IReadOnlyDictionary<BodyId, Body> bodies)
    {
        ArgumentNullException.ThrowIfNull(bodies);
        return [.. OfficesOf(hazard).Select(r => OfficesIn(r, bodies).FirstOrDefault()).OfType<Body>()];
    }

    private static IEnumerable<Body> OfficesIn(RegionCode region, IReadOnlyDictionary<BodyId, Body> bodies) =>
        bodies.Values.Where(b => b.OfficeOf == region).OrderBy(b => b.Id.Value, StringComparer.Ordinal);

    private static IEnumerable<(Clock Clock, SupervisionStep Step, BodyId? To)> Asked(Hazard hazard, ImmutableArray<Clock> open)
    {
        foreach (var clock in open)
            if (hazard.MissedOf(clock) is { } missed)
                foreach (var step in missed.Proposed)
                    yield return (clock, step, missed.AskedFor(step));
    }

    private static IEnumerable<(Leg Leg, BodyId Body, PassingCause Cause)> Vacated(
        Hazard hazard, ImmutableArray<Clock> open, IReadOnlyDictionary<BodyId, Body> bodies)
    {
        foreach (var clock in open)
            if (clock is { Leg: { } leg, Body: { } body } && IsOfTheLeg(clock, hazard) && WhyNot(body, hazard, bodies) is { } cause)
                yield return (leg, body, cause);
    }

    private static IEnumerable<(BodyId Owner, PassingCause Cause)> Owners(
        Hazard hazard, ImmutableArray<Clock> open, IReadOnlyDictionary<BodyId, Body> bodies)
    {
        foreach (var clock in open)
        {
            if (clock.Body is not { } owner || IsOfTheLeg(clock, hazard) || !bodies.ContainsKey(owner))
                continue;
            if (WhyNot(owner, hazard, bodies) is { } cause)
                yield return (owner, cause);
            else if (IsNotItsOwn(clock, hazard) && hazard.Legs.Values.Any(l => l.Body == owner))
                yield return (owner, PassingCause.OwnLeg);
        }
    }

    // Who listed a hazard goes on listing it, though others decide on its own work.
    private static bool IsNotItsOwn(Clock clock, Hazard hazard) =>
        NotItsOwn.Contains(clock.Kind) && !(clock.Kind == ClockKind.DecideExtension && hazard.Listing is not null);

    private static bool IsOfTheLeg(Clock clock, Hazard hazard) =>
        OfTheLeg.Contains(clock.Kind) && clock.Leg is { } leg && hazard.Legs[leg] is var state && state.Body == clock.Body
            && (state.Stage != LegStage.Returned || clock.Kind == ClockKind.Reply);

    /// <summary>Whether a body can do something about a hazard, as far as is known.</summary>
    internal static bool IsThere(BodyId body, Hazard hazard, IReadOnlyDictionary<BodyId, Body> bodies) =>
        WhyNot(body, hazard, bodies) is null;

    /// <summary>Why a body can do nothing about a hazard; null when it can, or is not known.</summary>
    private static PassingCause? WhyNot(BodyId id, Hazard hazard, IReadOnlyDictionary<BodyId, Body> bodies)
    {
        if (!bodies.TryGetValue(id, out var body))
            return null;
        if (body.Dissolved)
            return PassingCause.Dissolved;
        // A ledger of a wide place names units that are somewhere in it.
        var named = hazard.Region.Contains(body.Region)
            && hazard.Legs.Values.Any(l => l.NamedByLedger && (l.Body == id || l.Supervisor == id));
        if (!body.Region.Contains(hazard.Region) && !named)
            return PassingCause.Elsewhere;
        return body.SeesOnlyItsOwn && !hazard.Concerns(body) ? PassingCause.Blind : null;
    }

    /// <summary>承继: who took over what the body was for, where it can do something about the hazard.</summary>
    private static Body? Heir(BodyId of, Hazard hazard, IReadOnlyDictionary<BodyId, Body> bodies)
    {
        var seen = new HashSet<BodyId>();
        var heir = bodies[of];
        while (heir is { Dissolved: true, Successor: { } next } && seen.Add(next) && bodies.TryGetValue(next, out var other))
            heir = other;
        return heir.Id != of && !heir.Dissolved && heir.Region.Contains(hazard.Region) ? heir : null;
    }

    /// <summary>
    /// The successor, if it is of the same kind; else the committee office of the body's own level, or of the listing's where that is
    /// higher, or of the next above that has one; where none has, of the next below. Nobody who answers for a leg, and who supervises the
    /// other leg already only where nobody else is there.
    /// </summary>
    private static Body? Taker(Body from, Hazard hazard, IReadOnlyDictionary<BodyId, Body> bodies)
    {
        if (Heir(from.Id, hazard, bodies) is { } heir && heir.Kind == from.Kind && IsFree(heir))
            return heir;
        var least = from.Region.Level;
        foreach (var listed in new[] { (hazard.Listing?.By, hazard.Listing?.Level), (hazard.Delisting?.By, hazard.Delisting?.Level) })
            if (listed is ({ } lister, { } level) && lister == from.Id && Relations.LevelOf(level) is var own && own > least)
                least = own;
        var regions = OfficesOf(hazard).ToArray();
        Body[] free = [.. regions.Where(r => r.Level >= least).Concat(regions.Where(r => r.Level < least).Reverse())
            .SelectMany(r => OfficesIn(r, bodies)).Where(IsFree)];
        var supervises = hazard.Legs.Values.Any(l => l.Supervisor == from.Id);
        return free.FirstOrDefault(b => !supervises || hazard.Legs.Values.All(l => l.Supervisor != b.Id)) ?? free.FirstOrDefault();

        bool IsFree(Body body) =>
            body.Id != from.Id && !body.Dissolved && body.Region.Contains(hazard.Region)
            && !hazard.Legs.Values.Any(l => l.Body == body.Id);
    }
}
