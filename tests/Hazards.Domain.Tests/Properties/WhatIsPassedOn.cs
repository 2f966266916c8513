using System.Collections.Immutable;
using Hazards.Domain.Codes;
using Hazards.Domain.Tests.Rules;
using static Hazards.Domain.Tests.Rules.World;

namespace Hazards.Domain.Tests.Properties;

/// <summary>责任移交: whoever goes away, whatever he owed of a hazard is owed by somebody who can do it, and nothing is lost by it.</summary>
public sealed class WhatIsPassedOn
{
    private static readonly Rulebook Rules = Manner.Usual.Rules;
    private static readonly DateOnly Today = ChinaTime.DateAt(Start.AddYears(1));

    [Fact]
    public void Whoever_goes_leaves_no_duty_behind_and_takes_none_away() => Lives.Check(80, 40, seeds =>
    {
        foreach (var hazard in Life.Of(seeds).Orders.Select(o => o.After).Where((_, n) => n % 7 == 0))
            foreach (var gone in hazard.Known().ToHashSet())
                foreach (var body in new[]
                {
                    Bodies[gone] with { Dissolved = true }, Bodies[gone] with { Dissolved = true, Successor = NextOffice.Id },
                    Bodies[gone] with { Region = Wenxian }, Bodies[gone] with { Kind = BodyKind.Unit },
                })
                {
                    var bodies = Bodies.SetItem(gone, body);
                    var after = Passed(hazard, bodies);
                    Succession.IsNeeded(after, Rules, bodies).ShouldBeFalse();
                    var (clocks, before) = (Clocks.Open(after, Rules), Clocks.Open(hazard, Rules));
                    // Whoever is part of an enterprise sees its own all the same.
                    var stays = body.Kind == BodyKind.Unit && hazard.Concerns(body);
                    if (!stays)
                        foreach (var clock in clocks)
                            (clock.Body == gone).ShouldBeFalse($"{clock} of {gone}");
                    // Nor is anybody asked who is gone, or who owes it himself.
                    foreach (var (clock, missed) in clocks.Select(c => (c, after.MissedOf(c))).Where(c => c.Item2 is not null))
                        foreach (var step in missed!.Proposed)
                        {
                            var own = Succession.Offices(after, bodies)[0].Id;
                            var asked = missed.Asked.TryGetValue(step, out var named) ? named : own;
                            (asked == gone && !stays).ShouldBeFalse($"{step} of {clock} asked of {gone}, who is gone");
                            (asked == (clock.Body ?? own) && Ring.Asked(clock, after, bodies) is not null)
                                .ShouldBeFalse($"{step} of {clock} asked of {asked}");
                        }
                    // What a vacated leg's body owed is owed as a reassignment; every other duty is what it was, by the same day.
                    var left = hazard.Legs.Keys.Where(l => after.Legs[l].Stage != hazard.Legs[l].Stage).ToHashSet();
                    clocks.Where(c => c.Leg is not { } l || !left.Contains(l)).Select(Duty)
                        .ShouldBe(
                            before.Where(c => c.Leg is not { } l
                                    || !left.Contains(l) && !(c.Kind == ClockKind.Reply && c.Body == gone && !stays))
                                .Select(Duty), ignoreOrder: true);
                    foreach (var leg in left)
                        clocks.ShouldContain(c => c.Leg == leg && c.Kind == ClockKind.Reassign);
                    (after.Stage == hazard.Stage || left.Count > 0).ShouldBeTrue();
                    after.Listings.ShouldBe(hazard.Listings);
                    after.Missed.Select(m => (m.Kind, m.Leg, m.Due, m.Body))
                        .ShouldBe(hazard.Missed.Select(m => (m.Kind, m.Leg, m.Due, m.Body)));
                }

        static (ClockKind, Leg?, DateTimeOffset, DateOnly) Duty(Clock clock) => (clock.Kind, clock.Leg, clock.Since, clock.Due);
    });

    [Fact]
    public void Nothing_is_passed_on_while_everybody_is_there_but_what_is_ones_own() => Lives.Check(80, 40, seeds =>
    {
        foreach (var hazard in Life.Of(seeds).Orders.Select(o => o.After)
            .Where(h => h.Known().All(b => Bodies[b].Region.Contains(h.Region))))
            // What its own office would be asked of itself is asked above it.
            foreach (var passed in Steps(hazard, Bodies).Where(s => s is not StepProposed))
                passed.ShouldBeOfType<DutiesPassed>().Cause.ShouldBe(PassingCause.OwnLeg);
    });

    [Fact]
    public void A_duty_goes_to_a_successor_of_the_same_kind_that_can_do_it_else_to_the_office_of_the_level_or_above()
    {
        var hazard = Stories.Assigned.When(GasCompany, new AcknowledgeAssignment(Leg.Sole)).ThenItHappens()
            .When(GasCompany, new DeclareCompletion(Leg.Sole, "完成")).ThenItHappens().Then;
        var heir = CountyOffice with { Id = BodyId.Parse("new-office"), Name = "武都区安委办（新）" };
        var second = heir with { Id = BodyId.Parse("newer-office") };
        To(null).ShouldBe(CityOffice.Id);
        To(heir, heir).ShouldBe(heir.Id);
        To(null, heir).ShouldBe(heir.Id);
        var gone = heir with { Dissolved = true, Successor = second.Id };
        To(gone, gone, second).ShouldBe(second.Id);
        To(heir, heir with { Dissolved = true, Successor = CountyOffice.Id }).ShouldBe(CityOffice.Id, "a ring of successors ends");
        To(GasRegulator).ShouldBe(CityOffice.Id, "a regulator is no office");
        To(NextOffice).ShouldBe(CityOffice.Id, "it does not see the hazard");
        To(GasCompany).ShouldBe(CityOffice.Id, "nobody accepts his own work");
        var alone = ImmutableDictionary<BodyId, Body>.Empty.Add(GasCompany.Id, GasCompany)
            .Add(CountyOffice.Id, CountyOffice with { Dissolved = true });
        Succession.Next(hazard, Rules, alone, Today).ShouldBeNull("nobody is there to take it");

        BodyId To(Body? successor, params Body[] others)
        {
            var bodies = Bodies.SetItem(CountyOffice.Id, CountyOffice with { Dissolved = true, Successor = successor?.Id })
                .SetItems(others.Select(o => KeyValuePair.Create(o.Id, o)));
            return Steps(hazard, bodies).ShouldHaveSingleItem().ShouldBeOfType<DutiesPassed>().To;
        }
    }

    [Fact]
    public void A_leg_whose_body_is_gone_waits_to_be_given_to_another_by_who_is_there()
    {
        var story = Stories.Assigned;
        var gone = GasCompany with { Dissolved = true, Successor = Hotline.Id };
        var bodies = Bodies.SetItem(gone.Id, gone).SetItem(CountyOffice.Id, CountyOffice with { Dissolved = true });
        var steps = Steps(story.Then, bodies).ToArray();
        steps[0].ShouldBe(new LegVacated(Leg.Sole, GasCompany.Id, PassingCause.Dissolved, Hotline.Id));
        steps[1].ShouldBe(new DutiesPassed(CountyOffice.Id, CityOffice.Id, PassingCause.Dissolved));
        var after = Passed(story.Then, bodies);
        after.Legs[Leg.Sole].Stage.ShouldBe(LegStage.Returned);
        after.Legs[Leg.Sole].LastHeardAt.ShouldBeNull("it did not act");
        Clocks.Open(after, Rules).Select(c => c.Body).ShouldAllBe(b => b == CityOffice.Id);
    }

    /// <summary>A reply that only the gone body could give is owed by nobody, whatever its leg waits for.</summary>
    [Fact]
    public void What_a_notice_asked_of_who_is_gone_is_asked_no_more()
    {
        var noticed = Stories.Noticed;
        var company = noticed.Then.Legs.Values.First(l => !l.Notices.IsEmpty);
        foreach (var story in new[]
        {
            noticed, noticed.And(Bodies[company.Body], new AssignmentReturned(company.Leg, "不属本单位")),
            noticed.And(Bodies[company.Body], new CompletionDeclared(company.Leg, "完成", null)),
        })
        {
            Clocks.Open(story.Then, Rules).ShouldContain(c => c.Kind == ClockKind.Reply && c.Body == company.Body);
            var after = Passed(story.Then, Bodies.SetItem(company.Body, Bodies[company.Body] with { Dissolved = true }));
            Clocks.Open(after, Rules).ShouldNotContain(c => c.Body == company.Body);
            var stage = story.Then.Legs[company.Leg].Stage;
            after.Legs[company.Leg].Stage.ShouldBe(stage is LegStage.Assigned or LegStage.Rectifying ? LegStage.Returned : stage);
        }
    }

    /// <summary>Who answers for a leg loses its verdicts on that, and nothing else: it closes what it assigned.</summary>
    [Fact]
    public void Ones_own_leg_takes_no_more_than_the_verdict_on_it()
    {
        var own = Stories.Verified.And(new HazardAssigned([Sole(CountyOffice)]))
            .And(CountyOffice, new HazardListed(ListingLevel.County, Deadline, "限期整改", null))
            .And(CountyOffice, new AssignmentAcknowledged(Leg.Sole, null), new CompletionDeclared(Leg.Sole, "完成", null));
        var after = Passed(own.Then, Bodies);
        (after.Legs[Leg.Sole].AssignedBy, after.Legs[Leg.Sole].OrderedBy).ShouldBe((CityOffice.Id, CountyOffice.Id));
        (after.AssignedBy, after.Listing!.By).ShouldBe((CountyOffice.Id, CountyOffice.Id));
    }

    /// <summary>A prefecture's listing does not become a county's, whatever becomes of its lister.</summary>
    [Theory, InlineData(true), InlineData(false)]
    public void A_listing_stays_at_its_level(bool dissolved)
    {
        var listed = Stories.Assigned.And(CityGovernment, new HazardListed(ListingLevel.Prefecture, Deadline, "限期整改", null));
        var gone = dissolved ? CityGovernment with { Dissolved = true } : CityGovernment with { Region = Wenxian };
        var bodies = Bodies.SetItem(gone.Id, gone);
        Steps(listed.Then, bodies).OfType<DutiesPassed>().Where(p => p.From == gone.Id).ShouldAllBe(p => p.To == CityOffice.Id);
        foreach (var (office, may) in new[] { (CountyOffice, false), (CityOffice, true), (ProvinceOffice, true) })
        {
            var act = listed.Act(As(office)) with { Bodies = bodies };
            (Decider.Decide(new DelistHazard(DelistingGround.ListedInError, "有误"), listed.Then, act).Refusal is null)
                .ShouldBe(may, office.Name);
        }
    }

    /// <summary>复产: where nobody is there to apply, the enforcer lifts the order by his own review.</summary>
    [Fact]
    public void An_order_to_stop_is_lifted_though_who_would_apply_is_gone()
    {
        var stopped = Stories.Rectifying.And(Emergency, new ProductionSuspended(true, "全部"));
        var review = new ReviewResumption(Verdict.Pass, "已具备条件");
        stopped.When(Emergency, review).ThenRefused(HazardRefusals.NotRequested);
        var gone = Bodies[stopped.Then.Legs[Leg.Sole].Body] with { Dissolved = true };
        var act = stopped.Act(As(Emergency)) with { Bodies = Bodies.SetItem(gone.Id, gone) };
        Decider.Decide(review, stopped.Then, act).Refusal.ShouldBeNull();
    }

    /// <summary>A supervisor that is gone stays with no leg that is given to another.</summary>
    [Fact]
    public void A_supervisor_that_is_gone_does_not_stay_with_a_leg()
    {
        var story = Stories.Verified.And(new HazardAssigned([Sole() with { Supervisor = Supervision.Id }]));
        var order = new ReassignLeg(Leg.Sole, Hotline.Id, Deadline, "整改", "改派");
        var act = story.Act(As(CountyOffice));
        ((LegReassigned)Decider.Decide(order, story.Then, act).Events[0]).Order.Supervisor.ShouldBe(Supervision.Id);
        var without = act with { Bodies = Bodies.SetItem(Supervision.Id, Supervision with { Dissolved = true }) };
        ((LegReassigned)Decider.Decide(order, story.Then, without).Events[0]).Order.Supervisor.ShouldBeNull();
    }

    private static Hazard Passed(Hazard hazard, IReadOnlyDictionary<BodyId, Body> bodies) =>
        Steps(hazard, bodies).Aggregate(hazard, After);

    private static IEnumerable<IHazardEvent> Steps(Hazard hazard, IReadOnlyDictionary<BodyId, Body> bodies)
    {
        for (var n = 0; Succession.Next(hazard, Rules, bodies, Today) is { } next; n++)
        {
            n.ShouldBeLessThan(20, $"each step leaves less to be passed on: {next}");
            // What is asked of nobody in particular is looked at by who looks thoroughly.
            (Succession.MayConcern(hazard, bodies) || next is StepProposed).ShouldBeTrue();
            hazard = After(hazard, next);
            yield return next;
        }
    }

    private static Hazard After(Hazard hazard, IHazardEvent next) => Hazard.Apply(
        Id, hazard, new Happening(next, Clockwork.Context(Start.AddYears(1), Entry.Prompt, Manner.Usual.Policy, WorkCalendar.Shipped)));
}
