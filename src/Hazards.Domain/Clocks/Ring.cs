using System.Collections.Immutable;
using System.Globalization;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>
/// What the clocks of a hazard ring for: deadlines that passed, each once, and the rungs of the ladder whose days have
/// passed since. Pure: the hazard's own events say what was noticed before, so ringing twice is ringing once.
/// </summary>
/// <remarks>
/// The ladder is that of the policy in force on the day after the deadline. A policy is adopted for days to come only, so
/// the day on which a hazard next rings follows from its events alone and never changes behind its back.
/// </remarks>
public static class Ring
{
    /// <summary>The steps the service may take itself; every other is a person's.</summary>
    private static readonly ImmutableArray<SupervisionStep> Own = [
        SupervisionStep.Urge, SupervisionStep.Notice, SupervisionStep.Criticism, SupervisionStep.Escalation];

    /// <summary>The first day on which there will be something to ring for; null when nothing is left.</summary>
    public static DateOnly? NextRing(Hazard hazard, Rulebook rules) => NextRing(hazard, Clocks.Open(hazard, rules), rules);

    /// <summary>The same, when the open clocks are known.</summary>
    public static DateOnly? NextRing(Hazard hazard, ImmutableArray<Clock> open, Rulebook rules)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        ArgumentNullException.ThrowIfNull(rules);
        DateOnly? next = null;
        foreach (var clock in open)
        {
            var day = hazard.MissedOf(clock) is { } missed
                ? Rungs(hazard, open, missed, rules).Select(r => (DateOnly?)r.From).Min()
                : Clocks.IsGivenBack(clock.Kind, clock.Leg, hazard) ? null : Later(clock.Due, hazard.EnteredOn).AddDays(1);
            if (day < (next ?? DateOnly.MaxValue))
                next = day;
        }
        return next;
    }

    /// <summary>What there is to notice and to do today; empty when nothing is.</summary>
    /// <param name="hazard">The hazard, its due dates counted anew already (<see cref="Clockwork.Recount"/>).</param>
    /// <param name="rules">The policies and the calendar.</param>
    /// <param name="today">The date in China.</param>
    /// <param name="noticedAt">When the service looks.</param>
    /// <param name="bodies">The bodies the hazard names, for the texts; and the committee offices of wider regions.</param>
    public static ImmutableArray<Happening> On(
        Hazard hazard, Rulebook rules, DateOnly today, DateTimeOffset noticedAt, IReadOnlyDictionary<BodyId, Body> bodies)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentNullException.ThrowIfNull(bodies);
        var round = new Round(hazard, rules, today, noticedAt, bodies);
        round.Notice();
        round.Climb();
        return round.Happened;
    }

    /// <summary>
    /// What had passed unnoticed on the day on which an act counts (<see cref="Act.InTimeOn"/>). It is noticed before the act: neither a
    /// date that is claimed nor being quicker than the clock's next look makes a deadline unmissed, however long nobody looked. What
    /// had passed when the hazard was last entered is not awaited on that day: a history that is entered afterwards is no row of misses.
    /// </summary>
    public static ImmutableArray<Happening> Before(Act act, Hazard hazard, Rulebook rules)
    {
        ArgumentNullException.ThrowIfNull(act);
        return Passed(hazard, rules, act.InTimeOn, act.Now);
    }

    /// <summary>The same, before duties pass to another: who had them has missed what passed before.</summary>
    /// <param name="hazard">The hazard.</param>
    /// <param name="rules">The policies and the calendar.</param>
    /// <param name="today">The date in China.</param>
    /// <param name="noticedAt">When the service looks.</param>
    public static ImmutableArray<Happening> Passed(Hazard hazard, Rulebook rules, DateOnly today, DateTimeOffset noticedAt)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        var round = new Round(hazard, rules, today, noticedAt, ImmutableDictionary<BodyId, Body>.Empty);
        round.Notice();
        return round.Happened;
    }

    /// <summary>
    /// Whether <see cref="On"/> needs the offices of the hazard's region and of wider ones: the ladder may have the service itself
    /// escalate the hazard, or somebody has to be asked for a step against an office, or against who stands over its legs.
    /// </summary>
    public static bool NeedsOffices(Hazard hazard, Rulebook rules)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        ArgumentNullException.ThrowIfNull(rules);
        return Clocks.Open(hazard, rules).Any(c => c.Leg is not { } leg || c.Body != hazard.Legs[leg].Body
            || LadderOf(hazard, c.Due, rules).Any(s => s is { Step: SupervisionStep.Escalation, Mode: StepMode.Automatic }));
    }

    private static ImmutableArray<LadderStep> LadderOf(Hazard hazard, DateOnly due, Rulebook rules) =>
        rules.PolicyOn(hazard.Region, due.AddDays(1)).Ladder;

    /// <summary>The rungs a missed duty has not climbed, each with the day from which it is due.</summary>
    private static IEnumerable<(LadderStep Rung, DateOnly From)> Rungs(
        Hazard hazard, ImmutableArray<Clock> open, MissedClock missed, Rulebook rules)
    {
        var calendar = rules.Calendar.At(hazard.Calendar);
        var from = LateFrom(missed.Kind, missed.Leg, missed.Due, hazard);
        if (from == DateOnly.MaxValue)
            yield break;
        var seen = new HashSet<SupervisionStep>();
        foreach (var rung in LadderOf(hazard, missed.Due, rules))
        {
            // What is ended can be urged; every other step is against somebody who still has something to put right. Nor is a step
            // proposed that nobody may take yet.
            if (!rung.IsFor(missed.Kind, hazard.Level) || missed.Rungs.Contains(rung.Step)
                || (hazard.IsOpen
                    ? OpenSteps.TakenBy(rung.Step)?.Stages.Contains(hazard.Stage) == false
                    : rung.Step != SupervisionStep.Urge))
                continue;
            if (!IsProposed(hazard, open, missed.Leg, rung.Step) && seen.Add(rung.Step))
                yield return (rung, Later(calendar.Add(from, rung.DaysOverdue, rung.Count).Date, from.AddDays(1)));
        }
    }

    /// <summary>
    /// The day from which an overdue duty climbs the ladder: its last; of a rectification, the last before the body is late with it as it
    /// is owed now: it was assigned, or a deadline entered, after the deadline had passed, or what was declared came back. Never (the end
    /// of time) the rectification of a leg that was given back: to reassign it is a duty of its own (退回的由交办单位改派), and for what
    /// its body was late with nobody else is urged.
    /// </summary>
    /// <param name="kind">The duty.</param>
    /// <param name="leg">The leg, if one.</param>
    /// <param name="due">Its last day.</param>
    /// <param name="hazard">The hazard.</param>
    public static DateOnly LateFrom(ClockKind kind, Leg? leg, DateOnly due, Hazard hazard)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        if (kind != ClockKind.Rectify || leg is not { } name || !hazard.Legs.TryGetValue(name, out var of))
            return due;
        return Clocks.IsGivenBack(kind, leg, hazard) ? DateOnly.MaxValue : of.FirstLate(due).AddDays(-1);
    }

    /// <summary>
    /// Whether a person is being asked for this step already: against the leg for whichever of its duties, or against the
    /// hazard as a whole.
    /// </summary>
    private static bool IsProposed(Hazard hazard, ImmutableArray<Clock> open, Leg? leg, SupervisionStep step)
    {
        var whole = step is SupervisionStep.Escalation or SupervisionStep.Exposure or SupervisionStep.Penalty or SupervisionStep.Referral;
        foreach (var clock in open)
            if ((whole || clock.Leg == leg) && hazard.MissedOf(clock) is { } missed && missed.Proposed.Contains(step))
                return true;
        return false;
    }

    private static DateOnly Later(DateOnly one, DateOnly other) => one > other ? one : other;

    /// <summary>
    /// Who decides on a step against whoever owes a duty: the leg's supervisor, else who assigned it, else the committee office of the
    /// region (null); whoever of them is there. Never the one that owes it, nor, unless it is the leg's own body that does, one of a lower
    /// level: then the next office above it.
    /// </summary>
    /// <param name="clock">The duty.</param>
    /// <param name="hazard">The hazard.</param>
    /// <param name="bodies">The bodies it names, and the committee offices of its regions.</param>
    internal static BodyId? Asked(Clock clock, Hazard hazard, IReadOnlyDictionary<BodyId, Body> bodies)
    {
        var leg = clock.Leg is { } name ? hazard.Legs[name] : null;
        var offices = Succession.Offices(hazard, bodies);
        var debtor = clock.Body is { } owner ? bodies.GetValueOrDefault(owner) : offices.FirstOrDefault();
        var level = debtor?.Region.Level ?? RegionLevel.Village;
        var legsOwn = leg is not null && leg.Body == clock.Body;
        foreach (var body in new[] { leg?.Supervisor, leg?.AssignedBy ?? hazard.AssignedBy })
            if (body is { } one && one != clock.Body && one != debtor?.Id && Succession.IsThere(one, hazard, bodies)
                && (legsOwn || !bodies.TryGetValue(one, out var known) || known.Region.Level >= level))
                return one;
        return offices is [var own, ..] && own.Id != debtor?.Id && own.Region.Level >= level
            ? null
            : offices.FirstOrDefault(IsAbove)?.Id;

        bool IsAbove(Body office) => office.Id != debtor?.Id
            && (office.Region.Level > level || office.Region.Level == level && debtor?.Kind != BodyKind.CommitteeOffice);
    }

    private sealed class Round(
        Hazard before, Rulebook rules, DateOnly today, DateTimeOffset noticedAt, IReadOnlyDictionary<BodyId, Body> bodies)
    {
        private readonly ImmutableArray<Happening>.Builder happened = ImmutableArray.CreateBuilder<Happening>();
        private readonly ImmutableArray<Clock> open = Clocks.Open(before, rules);
        private Hazard hazard = before;

        public ImmutableArray<Happening> Happened => happened.ToImmutable();

        /// <summary>
        /// Deadlines that passed, the earliest first. They occurred when their day ended, however late they are noticed. What had passed
        /// when something was entered, is not missed on that day yet.
        /// </summary>
        public void Notice()
        {
            var from = hazard.EnteredOn < today ? default : hazard.EnteredOn;
            foreach (var clock in open)
                if (clock.Due >= from && clock.Due < today && hazard.MissedOf(clock) is null
                    && !Clocks.IsGivenBack(clock.Kind, clock.Leg, hazard))
                    Add(
                        new DeadlineMissed(clock.Kind, clock.Leg, clock.Body, clock.Since, clock.Due, noticedAt),
                        ChinaTime.EndOf(clock.Due));
        }

        /// <summary>
        /// The rungs that are due, leg by leg and mildest first: one step for all missed duties of a body and a leg that call for it.
        /// </summary>
        public void Climb()
        {
            foreach (var duties in open.Where(c => c.Due < today).GroupBy(c => (c.Leg, c.Body)).OrderBy(g => g.Key.Leg))
                foreach (var step in LadderSteps(duties))
                {
                    var calling = duties.Select(c => (Clock: c, Rung: DueRung(c, step))).Where(c => c.Rung is not null).ToArray();
                    if (calling.Length == 0)
                        continue;
                    var clocks = calling.Select(c => c.Clock).ToArray();
                    var automatic = calling.Any(c => c.Rung!.Mode == StepMode.Automatic) && Own.Contains(step);
                    Add((automatic ? Taken(step, duties.Key.Leg, clocks) : null) ?? Proposed(step, clocks[0]), noticedAt);
                }
        }

        private SupervisionStep[] LadderSteps(IEnumerable<Clock> duties) =>
            [.. duties.SelectMany(c => LadderOf(hazard, c.Due, rules)).OrderBy(r => r.DaysOverdue).Select(r => r.Step).Distinct()];

        private LadderStep? DueRung(Clock clock, SupervisionStep step)
        {
            if (hazard.MissedOf(clock) is { } missed)
                foreach (var (rung, from) in Rungs(hazard, open, missed, rules))
                    if (rung.Step == step && from <= today)
                        return rung;
            return null;
        }

        /// <summary>The step's own event, in the clockwork's name; null when it needs a person after all.</summary>
        private IHazardEvent? Taken(SupervisionStep step, Leg? leg, Clock[] clocks)
        {
            ImmutableArray<ClockKind> kinds = [.. clocks.Select(c => c.Kind).Distinct()];
            var against = Clocks.LegsOwing(clocks, hazard).IsEmpty ? clocks[0].Body : null;
            var text = $"{string.Join('；', clocks.Select(Say))}。";
            return step switch
            {
                SupervisionStep.Urge => new LegUrged(leg, $"{text}请抓紧办理。") { Duties = kinds, Against = against },
                SupervisionStep.Notice =>
                    new SupervisionNoticeIssued(leg, $"{text}请立即办理并报告结果。", null) { Duties = kinds, Against = against },
                SupervisionStep.Criticism => new CriticismCirculated(leg, $"{text}现予通报批评。") { Duties = kinds, Against = against },
                SupervisionStep.Escalation when Above() is { } office =>
                    new SupervisionEscalated(office, $"{text}按制度提级督办。") { Against = against },
                _ => null,
            };
        }

        private StepProposed Proposed(SupervisionStep step, Clock clock) =>
            new(step, clock.Kind, clock.Leg, clock.Due, DaysLate(clock), Asked(clock, hazard, bodies));

        /// <summary>
        /// The committee office of the next wider region than that of whoever deals with the hazard now; null when there
        /// is none, or more than one, or it was escalated before: then a person decides where to.
        /// </summary>
        private BodyId? Above()
        {
            if (hazard.EscalatedTo is not null)
                return null;
            var level = hazard.Region.Level > RegionLevel.County ? hazard.Region.Level : RegionLevel.County;
            foreach (var dealing in new[] { hazard.AssignedBy, hazard.Listing?.By })
                if (dealing is { } id && bodies.TryGetValue(id, out var body) && body.Region.Level > level
                    && body.Region.Contains(hazard.Region))
                    level = body.Region.Level;
            if (level >= RegionLevel.Nation)
                return null;
            var wider = hazard.Region.At(level + 1);
            var offices = bodies.Values.Where(b => b.OfficeOf == wider).Take(2)
                .ToArray();
            return offices is [var only] ? only.Id : null;
        }

        private string Say(Clock clock) => string.Create(CultureInfo.InvariantCulture,
            $"{Who(clock)}应于{clock.Due:yyyy年M月d日}前完成“{CodeList.Chinese(clock.Kind)}”，已超期{DaysLate(clock)}天{Since(clock)}");

        private string Who(Clock clock) =>
            $"{Name(clock.Body)}{(clock.Leg is { } leg and not Leg.Sole ? $"（{CodeList.Chinese(leg)}）" : "")}";

        // It was not late from its last day on: since when, is said.
        private string Since(Clock clock) => From(clock) is var from && from > clock.Due ? $"（自{from.AddDays(1):yyyy年M月d日}起计）" : "";

        // Of a duty that a rung is due for.
        private int DaysLate(Clock clock) => today.DayNumber - From(clock).DayNumber;

        private DateOnly From(Clock clock) => LateFrom(clock.Kind, clock.Leg, clock.Due, hazard);

        private string Name(BodyId? body) => body is not { } id ? "安委办" : bodies.TryGetValue(id, out var known) ? known.Name : id.Value;

        private void Add(IHazardEvent what, DateTimeOffset at)
        {
            var policy = rules.PolicyAt(hazard.Region, at);
            var entry = noticedAt - at > TimeSpan.FromHours(policy.PromptEntryHours) ? Entry.Late : Entry.Prompt;
            var happening = new Happening(what, Clockwork.Context(at, entry, policy, rules.Calendar.At(hazard.Calendar)));
            hazard = Hazard.Apply(hazard.Id, hazard, happening);
            happened.Add(happening);
        }
    }
}
