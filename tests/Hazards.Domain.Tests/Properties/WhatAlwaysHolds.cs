using System.Text;
using Hazards.Domain.Codes;
using Hazards.Domain.Tests.Rules;
using static Hazards.Domain.Tests.Rules.World;

namespace Hazards.Domain.Tests.Properties;

/// <summary>What holds after every sequence of orders, given by whomever, in whatever order.</summary>
public sealed class WhatAlwaysHolds
{
    private static readonly Type[] AcceptanceUndone = [
        typeof(ReinspectionFailed), typeof(LegReassigned), typeof(HazardReopened), typeof(HazardAssigned)];

    private static readonly string[] OnEnded = [
        "withdraw_fix", "record_ledger_row", "withdraw_imported", "look_back", "reopen", "correct", "comment", "record_witness", "urge",
        "publish_delisting", "decline_step"];

    [Fact]
    public void Every_life_reaches_every_stage_and_every_event_somewhere()
    {
        // Not a rule of the field but of these tests: a generator that never closes a hazard proves nothing about closure.
        var unseen = EventTypes.All.Values.Where(t => t.IsAssignableTo(typeof(IHazardEvent))).ToHashSet();
        unseen.ExceptWith([typeof(HazardReported), typeof(DuplicateAbsorbed)]);
        unseen.ExceptWith([typeof(DeadlinesRecounted), typeof(PaperIssued)]);
        // Nobody goes away in them: WhatIsPassedOn tells of that.
        unseen.ExceptWith([typeof(LegVacated), typeof(DutiesPassed)]);
        // No life begins with an enterprise's own report, and few take back what was done: TheGaps tells of those.
        unseen.ExceptWith([typeof(HazardFixedByOwnCheck), typeof(FixWithdrawn), typeof(AcceptanceWithdrawn)]);
        var unreached = Enum.GetValues<Stage>().ToHashSet();
        for (var life = 0; life < 3000 && unseen.Count + unreached.Count > 0; life++)
        {
            var lived = Life.Of([.. Enumerable.Range(life * 1000, 80)]);
            unreached.ExceptWith(lived.Orders.Select(o => o.After.Stage));
            unseen.ExceptWith(lived.Story.Select(h => h.Event.GetType()));
        }
        unseen.ShouldBeEmpty();
        unreached.ShouldBeEmpty();
    }

    [Fact]
    public void Nothing_is_closed_unaccepted() => ForEveryLife(life =>
    {
        foreach (var order in life.Orders)
        {
            if (order.Before.Stage == Stage.Closed || order.After.Stage != Stage.Closed)
                continue;
            if (order.After.Closure!.Ground == ClosureGround.FixedOnTheSpot)
            {
                order.Decision.Events.ShouldContain(e => e is HazardFixedOnTheSpot);
                continue;
            }
            order.After.Legs.ShouldNotBeEmpty();
            var before = life.Story.Take((int)order.Before.Version).Select(h => h.Event).ToArray();
            foreach (var (leg, state) in order.After.Legs)
            {
                state.Stage.ShouldBe(LegStage.Accepted);
                var accepted = Array.FindLastIndex(before, e => e is LegAccepted a && a.Leg == leg);
                accepted.ShouldBeGreaterThanOrEqualTo(0);
                before[accepted..].ShouldNotContain(e => AcceptanceUndone.Contains(e.GetType()) && (LegOf(e) == null || LegOf(e) == leg));
            }
        }
    });

    [Fact]
    public void One_leg_cannot_answer_for_the_other() => ForEveryLife(life =>
    {
        foreach (var order in life.Orders)
            foreach (var happened in order.Decision.Events)
            {
                if (LegOf(happened) is not { } leg)
                    continue;
                foreach (var other in order.Before.Legs.Values.Where(l => l.Leg != leg && order.Decision.Events.Length == 1))
                    Canonical(order.After.Legs[other.Leg]).ShouldBe(Canonical(other), EventTypes.NameOf(happened));
                if (order.Command.Rule.Relation == Relation.LegBody && order.Decision.Role != Role.Importer)
                    order.Act.By.Body.Id.ShouldBe(order.Before.Legs[leg].Body);
                if (happened is LegAccepted or ReinspectionFailed or PlanReviewed && order.Decision.Role != Role.Importer)
                    order.Act.By.Body.Id.ShouldNotBe(order.Before.Legs[leg].Body);
            }
    });

    [Fact]
    public void An_open_hazard_never_drops_off_the_lists() => ForEveryLife(life =>
    {
        foreach (var order in life.Orders)
        {
            var hazard = order.After;
            var clocks = Clocks.Open(hazard, Rulebook.Baseline);
            if (!hazard.IsOpen)
            {
                clocks.All(c => c.Kind == ClockKind.Lookback && hazard.Stage == Stage.Closed).ShouldBeTrue();
                hazard.Listing.ShouldBeNull("an ended hazard cannot be delisted any more");
                continue;
            }
            clocks.ShouldNotBeEmpty($"{hazard.Stage} after {order.Command}");
            clocks.Select(c => c.Due).ShouldBeInOrder();
            // Plain predicates: Shouldly compiles an expression tree at every call, which cost this test 19 of its 20 seconds.
            foreach (var leg in hazard.Legs.Values.Where(l => l.Stage != LegStage.Accepted))
                clocks.Any(c => c.Leg == leg.Leg).ShouldBeTrue($"{leg.Leg} is {leg.Stage} and nothing runs for it");
            foreach (var leg in hazard.Legs.Values.Where(l => l.Stage < LegStage.Declared))
                clocks.Any(c => c.Leg == leg.Leg && c.Kind == ClockKind.Rectify && c.Due <= leg.Deadline).ShouldBeTrue();
        }
    });

    [Fact]
    public void A_deadline_is_missed_once_and_only_when_its_day_has_passed() => ForEveryLife(life =>
    {
        foreach (var rang in life.Rings)
            foreach (var (happened, context) in rang.Events)
            {
                context.Body.ShouldBe(Clockwork.Body.Id);
                context.OccurredAt.ShouldBeLessThanOrEqualTo(rang.At);
                if (happened is DeadlineMissed missed)
                    context.OccurredAt.ShouldBe(ChinaTime.EndOf(missed.Due));
            }
        var all = life.Story.Select(h => h.Event).OfType<DeadlineMissed>().Select(m => (m.Clock, m.Leg, m.Since, m.Due)).ToArray();
        all.ShouldBeUnique();
    });

    [Fact]
    public void What_is_entered_late_never_makes_a_last_act_earlier() => ForEveryLife(life =>
    {
        foreach (var order in life.Orders.Where(o => !o.Decision.Events.Any(e => e is SupervisorNamed)))
            foreach (var (leg, after) in order.After.Legs)
                if (order.Before.Legs.GetValueOrDefault(leg) is { } before && (before.Body, before.AssignedAt) == (after.Body, after.AssignedAt))
                {
                    (after.SupervisedAt < before.SupervisedAt).ShouldBeFalse();
                    (after.LastHeardAt < before.LastHeardAt).ShouldBeFalse();
                }
    });

    [Fact]
    public void After_ringing_nothing_is_left_to_ring_for_that_day() => ForEveryLife(life =>
    {
        foreach (var rang in life.Rings)
        {
            var today = ChinaTime.DateAt(rang.At);
            Ring.On(rang.After, Manner.Usual.Rules, today, rang.At, Bodies).ShouldBeEmpty();
            rang.Events.IsEmpty.ShouldBe(
                !(Ring.NextRing(rang.Before, Manner.Usual.Rules) <= today), "the next ring is the first day with something to do");
            (Ring.NextRing(rang.After, Manner.Usual.Rules) <= today).ShouldBeFalse();
            if (Ring.NextRing(rang.After, Manner.Usual.Rules) is not { } next || next.Year > 2100)
                continue;
            Ring.On(rang.After, Manner.Usual.Rules, next.AddDays(-1), rang.At, Bodies).ShouldBeEmpty();
            Ring.On(rang.After, Manner.Usual.Rules, next, ChinaTime.StartOf(next), Bodies).ShouldNotBeEmpty();
        }
    });

    [Fact]
    public void The_clock_takes_a_step_against_a_body_of_a_leg_once_a_day() => ForEveryLife(life =>
    {
        foreach (var rang in life.Rings)
        {
            var taken = rang.Events.Select(e => e.Event).Where(e => e is not DeadlineMissed)
                .Select(e => (e is StepProposed p ? p.Step.ToString() : e.GetType().Name, LegOf(e), (e as ISupervisionStep)?.Against));
            taken.ShouldBeUnique();
        }
    });

    [Fact]
    public void A_refusal_changes_nothing_and_speaks() => ForEveryLife(life =>
    {
        foreach (var order in life.Orders)
        {
            order.Decision.Events.IsEmpty.ShouldBe(order.Decision.Refusal is not null);
            if (order.Decision.Refusal is not { } refusal)
                continue;
            order.After.ShouldBeSameAs(order.Before);
            order.Decision.Elsewhere.ShouldBeNull();
            refusal.ShouldSpeak();
        }
    });

    [Fact]
    public void An_ended_hazard_takes_only_look_back_reopening_correction_comment_witness_and_ledger_row() => ForEveryLife(life =>
    {
        foreach (var order in life.Orders)
            if (!order.Before.IsOpen && order.Decision.Refusal is null)
                // What a ledger was wrongly imported as can be taken out at any stage (StagesOfImported).
                order.Command.Rule.Name.ShouldBeOneOf(
                    order.Before.LedgerRow is null ? OnEnded : [.. OnEnded, CommandRules.Reject.Name, CommandRules.Merge.Name]);
    });

    [Fact]
    public void Folding_is_deterministic_incremental_and_counts_every_event() => ForEveryLife(life =>
    {
        var last = life.Orders.IsEmpty ? Stories.Reported.Then : life.Orders[^1].After;
        var folded = Hazard.Fold(Id, life.Story).ShouldNotBeNull();
        Canonical(folded).ShouldBe(Canonical(last));
        folded.Version.ShouldBe(life.Story.Length);
        foreach (var order in life.Orders)
            order.After.Version.ShouldBe(order.Before.Version + order.Decision.Events.Length);
    });

    [Fact]
    public void Events_read_back_from_JSON_tell_the_same_story() => ForEveryLife(life =>
    {
        var read = life.Story.Select(h => new Happening(
            (IHazardEvent)DomainJson.ReadEvent(EventTypes.NameOf(h.Event), DomainJson.Write(h.Event)),
            DomainJson.ReadContext(DomainJson.Write(h.Context)))).ToArray();
        for (var i = 0; i < read.Length; i++)
        {
            Canonical(read[i].Event).ShouldBe(Canonical(life.Story[i].Event));
            Canonical(read[i].Context).ShouldBe(Canonical(life.Story[i].Context));
        }
        Canonical(Hazard.Fold(Id, read)!).ShouldBe(Canonical(Hazard.Fold(Id, life.Story)!));
    });

    [Fact]
    public void The_stage_is_that_of_the_slowest_leg() => ForEveryLife(life =>
    {
        foreach (var hazard in life.Orders.Select(o => o.After).Where(h => h.IsOpen && !h.Legs.IsEmpty))
            hazard.Stage.ShouldBe(hazard.Legs.Values.Min(l => l.Stage) switch
            {
                LegStage.Returned or LegStage.Assigned => Stage.Assigned,
                LegStage.Rectifying => Stage.Rectifying,
                LegStage.Declared => Stage.AwaitingAcceptance,
                _ => Stage.AwaitingClosure,
            });
    });

    private static void ForEveryLife(Action<Life> holds) =>
        Lives.Check(120, 100, seeds => holds(Life.Of(seeds)));

    private static Leg? LegOf(IHazardEvent happened) =>
        happened is LegReassigned reassigned ? reassigned.Order.Leg : happened.GetType().GetProperty("Leg")?.GetValue(happened) as Leg?;

    private static string Canonical(object value) => Encoding.UTF8.GetString(DomainJson.Write(value));
}
