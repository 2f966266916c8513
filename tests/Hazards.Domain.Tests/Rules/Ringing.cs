using System.Collections.Immutable;
using Hazards.Domain.Codes;
using static Hazards.Domain.Tests.Rules.World;

namespace Hazards.Domain.Tests.Rules;

/// <summary>Deadlines that pass are noticed once, and the ladder is climbed: by the service, or by a person who is asked.</summary>
public sealed class Ringing
{
    private static readonly Policy Automatic = Policy.NationalBaseline with
    {
        Ladder =
        [
            new LadderStep(1, SupervisionStep.Urge, StepMode.Automatic),
            new LadderStep(3, SupervisionStep.Notice, StepMode.Automatic),
            new LadderStep(7, SupervisionStep.Interview, StepMode.Automatic),
            new LadderStep(15, SupervisionStep.Criticism, StepMode.Automatic),
            new LadderStep(30, SupervisionStep.Escalation, StepMode.Automatic),
        ],
    };

    /// <summary>The baseline's ladder with every rung put to a person; the baseline itself urges by the service.</summary>
    private static readonly Policy Asking = Policy.NationalBaseline with
    {
        Ladder = [.. Policy.NationalBaseline.Ladder.Select(l => l with { Mode = StepMode.Proposed })],
    };

    [Fact]
    public void Nothing_rings_on_the_last_day_and_the_miss_is_dated_to_its_end()
    {
        On(Stories.Rectifying, Deadline).Events.ShouldBeEmpty();
        Ring.NextRing(Stories.Rectifying.Then, Rulebook.Baseline).ShouldBe(Deadline.AddDays(1));
        var (events, after) = On(Stories.Rectifying, Deadline.AddDays(1));
        var since = Stories.Assigned.Then.Legs[Leg.Sole].AssignedAt;
        Facts(events).ShouldBe(
        [
            new DeadlineMissed(ClockKind.Rectify, Leg.Sole, GasCompany.Id, since, Deadline, ChinaTime.StartOf(Deadline.AddDays(1))),
            new StepProposed(SupervisionStep.Urge, ClockKind.Rectify, Leg.Sole, Deadline, 1, CountyOffice.Id),
        ]);
        events[0].Context.ShouldSatisfyAllConditions(
            c => c.OccurredAt.ShouldBe(ChinaTime.EndOf(Deadline)), c => c.Entry.ShouldBe(Entry.Prompt), c => c.Role.ShouldBe(Role.Clock),
            c => c.Body.ShouldBe(Clockwork.Body.Id));
        Ring.NextRing(after, Rulebook.Baseline).ShouldBe(Deadline.AddDays(3));
    }

    [Fact]
    public void Who_was_down_for_a_week_says_when_it_noticed_and_climbs_every_rung_that_is_due()
    {
        var (events, after) = On(Stories.Rectifying, Deadline.AddDays(8), Automatic);
        Facts(events).Select(e => e.GetType())
            .ShouldBe([typeof(DeadlineMissed), typeof(LegUrged), typeof(SupervisionNoticeIssued), typeof(StepProposed)]);
        events[0].Context.Entry.ShouldBe(Entry.Late);
        events[0].Event.ShouldBeOfType<DeadlineMissed>().NoticedAt.ShouldBe(ChinaTime.StartOf(Deadline.AddDays(8)));
        events[1].Event.ShouldBeOfType<LegUrged>().Message.ShouldBe("武都燃气公司应于2026年4月30日前完成“完成整改”，已超期8天。请抓紧办理。");
        events[3].Event.ShouldBeOfType<StepProposed>().Step.ShouldBe(SupervisionStep.Interview, "an interview is never the service's own");
        Ring.NextRing(after, Of(Automatic)).ShouldBe(Deadline.AddDays(15));
    }

    [Fact]
    public void Two_duties_of_one_leg_are_urged_once_and_the_other_leg_for_itself()
    {
        var (events, _) = On(Stories.Dual, Deadline.AddDays(6), Automatic);
        Facts(events).OfType<DeadlineMissed>().Count().ShouldBe(4);
        Facts(events).OfType<LegUrged>().Select(u => (u.Leg, u.Duties!.Value.Length)).ShouldBe([(Leg.Territorial, 2), (Leg.Sectoral, 2)]);
        Facts(events).OfType<SupervisionNoticeIssued>().Count().ShouldBe(2);
    }

    [Fact]
    public void A_person_asked_is_the_legs_supervisor_then_the_assigner_never_who_missed_it()
    {
        var (events, _) = On(Stories.Dual, new DateOnly(2026, 3, 4));
        Facts(events).OfType<StepProposed>().Select(p => (p.Leg, p.To))
            .ShouldBe([(Leg.Territorial, (BodyId?)CountyOffice.Id), (Leg.Sectoral, Supervision.Id)]);
        var returned = Stories.Assigned.And(GasCompany, new AssignmentReturned(Leg.Sole, "不属本单位"));
        AskedOf(returned, new DateOnly(2026, 3, 4)).ShouldBe(CityOffice.Id, "the assigner owes the reassignment");
    }

    /// <summary>退回: what a body had earned by being late is not for whom the leg goes back to; that one owes the reassignment.</summary>
    [Fact]
    public void Nobody_is_pursued_for_what_the_body_was_late_with_that_gave_its_leg_back()
    {
        var (late, pursued) = On(Stories.Rectifying, Deadline.AddDays(12));
        Facts(late).OfType<StepProposed>().ShouldNotBeEmpty();
        pursued.Missed.Single().Proposed.ShouldNotBeEmpty();
        var returned = Stories.Rectifying with
        {
            Events = [.. Stories.Rectifying.Events, .. late], Now = ChinaTime.StartOf(Deadline.AddDays(12)),
        };
        returned = returned.And(GasCompany, new AssignmentReturned(Leg.Sole, "不属本单位职责"));
        returned.Then.Missed.Single().ShouldSatisfyAllConditions(
            m => m.Body.ShouldBe(GasCompany.Id), m => m.Proposed.ShouldBeEmpty(), m => m.Asked.ShouldBeEmpty());
        Clocks.Open(returned.Then, Rulebook.Baseline).Single(c => c.Kind == ClockKind.Rectify).Due.ShouldBe(Deadline, "it stays overdue");
        Succession.Next(returned.Then, Rulebook.Baseline, Bodies, Deadline.AddDays(12)).ShouldBeNull();
        On(returned, Deadline.AddDays(13)).Events.ShouldBeEmpty();
        var (events, _) = On(returned, Deadline.AddDays(14));
        Facts(events).OfType<DeadlineMissed>().Single().ShouldSatisfyAllConditions(
            m => m.Clock.ShouldBe(ClockKind.Reassign), m => m.Body.ShouldBe(CountyOffice.Id));
        Facts(events).OfType<StepProposed>().ShouldAllBe(p => p.Clock == ClockKind.Reassign);
        Facts(On(returned, Deadline.AddDays(60)).Events).OfType<StepProposed>().ShouldAllBe(p => p.Clock == ClockKind.Reassign);
        // What is put to the leg now is put to who has to reassign it.
        var warned = returned.When(Supervision, new IssueNotice("请立即改派", Leg.Sole, Deadline.AddDays(30))).ThenItHappens();
        var notice = warned.Events[^1].Event.ShouldBeOfType<SupervisionNoticeIssued>();
        (notice.Against, notice.ReplyOwed, warned.Then.Legs[Leg.Sole].Notices.Length).ShouldBe((CountyOffice.Id, null, 0));
        var reassigned = returned.And(new LegReassigned(
            GasCompany.Id, Sole(OtherRegulator) with { Deadline = Deadline.AddDays(40) }, "改派"));
        On(reassigned, Deadline.AddDays(13)).Events.ShouldNotContain(h => h.Event is StepProposed);
    }

    /// <summary>不能自己督办自己: what a committee office missed is for the next office above it to decide on; whoever is there.</summary>
    [Fact]
    public void What_an_office_missed_is_decided_above_it()
    {
        var late = new DateOnly(2026, 3, 6);
        AskedOf(Stories.Reported, late).ShouldBe(CityOffice.Id);
        AskedOf(Stories.Reported, late, CityOffice).ShouldBe(ProvinceOffice.Id);
        AskedOf(Stories.Reported, late, CountyOffice).ShouldBe(ProvinceOffice.Id, "the city's stands in for the county's");
        AskedOf(Stories.Reported, late, CityOffice, ProvinceOffice, StateOffice).ShouldBeNull("nobody is above it");
        AskedOf(Stories.Verified, late).ShouldBe(CityOffice.Id);
        var filing = Asking with { Clocks = [.. Asking.Clocks, new ClockRule(ClockKind.File, 3, "x", null, DayCount.Calendar)] };
        var listed = Clocks.Open(Stories.Listed.Then, Of(filing)).Single(c => c.Kind == ClockKind.File);
        Facts(On(Stories.Listed, listed.Due.AddDays(1), filing).Events).OfType<StepProposed>()
            .Single(p => p.Clock == ClockKind.File).To.ShouldBe(ProvinceOffice.Id, "the city's missed it, and the county's is below it");
        // What it owes of a leg, too: neither the leg's supervisor nor its assigner stands above it.
        var asking = Stories.Dual.And(
            GasRegulator, new AssignmentAcknowledged(Leg.Sectoral, null),
            new ExtensionRequested(Leg.Sectoral, Deadline, Deadline.AddDays(20), "材料未到"));
        Undecided(asking).ShouldBe(Supervision.Id);
        Undecided(asking.And(CityOffice, new HazardListed(ListingLevel.Prefecture, Deadline, "限期整改", "陇南日报")))
            .ShouldBe(ProvinceOffice.Id);

        BodyId? Undecided(Story story) => Facts(On(story, Deadline).Events).OfType<StepProposed>()
            .First(p => p.Clock == ClockKind.DecideExtension).To;
    }

    [Fact]
    public void Nobody_is_asked_who_is_not_there_any_more()
    {
        var sectoral = Stories.Dual.Then.Legs[Leg.Sectoral];
        (sectoral.Supervisor, sectoral.AssignedBy).ShouldBe((Supervision.Id, CountyOffice.Id));
        Body Dissolved(Body body) => body with { Dissolved = true };
        Body Away(Body body) => body with { Region = Wenxian };
        foreach (var gone in new[] { Dissolved(Supervision), Away(Supervision) })
            Asked(Bodies.SetItem(gone.Id, gone)).ShouldBe(CountyOffice.Id);
        // Another office is the county's then.
        Asked(Bodies.SetItem(Supervision.Id, Dissolved(Supervision)).SetItem(CountyOffice.Id, Dissolved(CountyOffice))).ShouldBeNull();

        BodyId? Asked(ImmutableDictionary<BodyId, Body> bodies) => Facts(On(Stories.Dual, new DateOnly(2026, 3, 4), null, bodies).Events)
            .OfType<StepProposed>().Single(p => p.Leg == Leg.Sectoral).To;
    }

    /// <summary>What the clock does about a duty of who decides on a leg is against him, and on nobody else's record.</summary>
    [Fact]
    public void The_clock_holds_no_leg_to_what_another_owes()
    {
        var declared = Stories.Dual.And(
            GasRegulator, new AssignmentAcknowledged(Leg.Sectoral, null), new CompletionDeclared(Leg.Sectoral, "完成", null));
        var due = declared.Clocks.Single(c => c is { Leg: Leg.Sectoral, Kind: ClockKind.Reinspect });
        var (events, after) = On(declared, due.Due.AddDays(9), Automatic);
        foreach (var step in Facts(events).OfType<ISupervisionStep>())
            step.Against.ShouldBe(step.Leg == Leg.Sectoral ? CountyOffice.Id : null, step.ToString());
        Facts(events).OfType<SupervisionNoticeIssued>().Select(n => n.Leg).ShouldBe([Leg.Territorial, Leg.Sectoral], ignoreOrder: true);
        after.Legs[Leg.Sectoral].Steps.ShouldBe(declared.Then.Legs[Leg.Sectoral].Steps);
        after.Legs[Leg.Territorial].Steps[SupervisionStep.Urge].ShouldBe(1);
        after.Missed.Single(m => m.Kind == ClockKind.Reinspect).Rungs.ShouldContain(SupervisionStep.Urge);
    }

    /// <summary>Whoever was asked and goes is followed by one who does not owe the duty himself, nor supervises both legs.</summary>
    [Fact]
    public void What_is_asked_of_who_goes_is_asked_of_another_than_who_owes_it()
    {
        var late = new DateOnly(2026, 3, 20);
        var declared = After(
            Stories.Dual.And(
                GasRegulator, new AssignmentAcknowledged(Leg.Sectoral, null), new CompletionDeclared(Leg.Sectoral, "完成", null)),
            late);
        var asked = declared.Then.Missed.Single(m => m.Kind == ClockKind.Reinspect);
        (asked.Body, asked.Asked[SupervisionStep.Urge]).ShouldBe((CountyOffice.Id, Supervision.Id));
        // The leg has done its part: what is overdue of it is the office's.
        declared.Clocks.ShouldContain(c => c.Leg == Leg.Sectoral && c.Due < late);
        Clocks.LegsOwing(declared.Clocks.Where(c => c.Due < late), declared.Then).ShouldBe([Leg.Territorial]);
        var bodies = Bodies.SetItem(Supervision.Id, Supervision with { Dissolved = true });
        var after = Passed(declared.Then, bodies);
        after.Missed.Single(m => m.Kind == ClockKind.Reinspect).Asked.Values.ShouldAllBe(b => b == CityOffice.Id);
        after.Legs.Values.Select(l => l.Supervisor).ShouldBeUnique();
        // The office is dissolved: what was asked of the one above, which owes it now, is asked above that; and is not its to decline.
        var reported = After(Stories.Reported, late);
        var gone = Bodies.SetItem(CountyOffice.Id, CountyOffice with { Dissolved = true });
        var passed = Passed(reported.Then, gone);
        passed.Missed.Single().Asked.Values.ShouldAllBe(b => b == ProvinceOffice.Id);
        var office = Passed(declared.Then, gone);
        var decline = new DeclineStep(SupervisionStep.Urge, ClockKind.Reinspect, asked.Due, "正在办", Leg.Sectoral);
        Decider.Decide(decline, office, declared.Act(As(CityOffice)) with { Bodies = gone }).Refusal!.Reason
            .ShouldBe(HazardRefusals.OwnMiss);

        Hazard Passed(Hazard hazard, IReadOnlyDictionary<BodyId, Body> known)
        {
            while (Succession.Next(hazard, Of(Asking), known, late) is { } next)
                hazard = Hazard.Apply(
                    Id, hazard,
                    new Happening(next, Clockwork.Context(ChinaTime.StartOf(late), Entry.Prompt, Asking, WorkCalendar.Shipped)));
            return hazard;
        }
    }

    /// <summary>Whatever is proposed, and whenever, may be taken at the stage at which the hazard stands.</summary>
    [Theory, MemberData(nameof(All))]
    public void Nothing_is_proposed_that_nobody_may_do(string name)
    {
        var story = (Story)typeof(Stories).GetProperty(name)!.GetValue(null)!;
        var everything = Policy.NationalBaseline with
        {
            Ladder =
            [
                .. Enum.GetValues<SupervisionStep>().Where(s => OpenSteps.TakenBy(s) is not null)
                    .Select((s, n) => Policy.NationalBaseline.Ladder[0] with { Step = s, DaysOverdue = n + 1, Mode = StepMode.Proposed }),
            ],
        };
        var late = story.Clocks.Select(c => c.Due).DefaultIfEmpty(Deadline).Max().AddDays(99);
        foreach (var proposed in Facts(On(story, late, everything).Events).OfType<StepProposed>())
            OpenSteps.TakenBy(proposed.Step)!.IsOpenTo(story.Then).ShouldBeTrue($"{proposed.Step} at {story.Then.Stage}");
    }

    public static TheoryData<string> All() =>
        new(typeof(Stories).GetProperties().Where(p => p.PropertyType == typeof(Story)).Select(p => p.Name));

    /// <summary>What an office missed, it may not decline to be held to; nor may the county's that the city's stands in for.</summary>
    [Fact]
    public void Nobody_declines_a_step_against_himself()
    {
        var late = After(Stories.Reported, new DateOnly(2026, 3, 6));
        var missed = late.Then.Missed.ShouldHaveSingleItem();
        var decline = new DeclineStep(SupervisionStep.Urge, missed.Kind, missed.Due, "正在核实");
        late.When(CountyOffice, decline).ThenRefused(HazardRefusals.OwnMiss);
        late.When(CityOffice, decline).ThenItHappens();
        var stands = CityOffice with { OfficeFor = [Longnan, Wudu] };
        late.When(stands, decline).ThenRefused(HazardRefusals.OwnMiss);
        // Of before: put to the office of the region, which is the one that missed it.
        var before = late with
        {
            Events = [.. late.Events.Select(e => e.Event is StepProposed p ? e with { Event = p with { To = null } } : e)],
        };
        before.When(CountyOffice, decline).ThenRefused(HazardRefusals.OwnMiss);
        before.When(CityOffice, decline).ThenItHappens();
    }

    [Fact]
    public void Escalation_goes_to_the_one_office_of_the_next_wider_region_or_to_a_person()
    {
        var late = Deadline.AddDays(31);
        Facts(On(Stories.Rectifying, late, Automatic).Events).OfType<SupervisionEscalated>().Single().To.ShouldBe(CityOffice.Id);
        var second = Make("longnan-second", CityOffice);
        Facts(On(Stories.Rectifying, late, Automatic, Bodies.Add(second.Id, second)).Events).OfType<StepProposed>().Select(p => p.Step)
            .ShouldContain(SupervisionStep.Escalation);
        Facts(On(Stories.Rectifying, late, Automatic, Bodies.Remove(CityOffice.Id)).Events).OfType<SupervisionEscalated>().ShouldBeEmpty();
        Facts(On(Stories.Listed, late, Automatic).Events).OfType<SupervisionEscalated>()
            .Single().To.ShouldBe(ProvinceOffice.Id, "the city lists it already");
    }

    [Fact]
    public void A_rung_taken_by_a_person_is_not_climbed_again_and_an_extension_makes_a_new_deadline()
    {
        var story = After(Stories.Rectifying, Deadline.AddDays(1));
        var urged = story.And(Supervision, new LegUrged(Leg.Sole, "抓紧"));
        On(urged, Deadline.AddDays(2)).Events.ShouldBeEmpty();
        var extended = urged.And(new ExtensionGranted(Leg.Sole, Deadline, Deadline.AddDays(20), null));
        Ring.NextRing(extended.Then, Rulebook.Baseline).ShouldBe(Deadline.AddDays(21));
        On(extended, Deadline.AddDays(20)).Events.ShouldBeEmpty();
        Facts(On(extended, Deadline.AddDays(21)).Events).OfType<DeadlineMissed>().Single().Due.ShouldBe(Deadline.AddDays(20));
    }

    [Fact]
    public void What_is_done_rings_no_more_and_what_is_ended_is_only_urged()
    {
        var declared = After(Stories.Rectifying, Deadline.AddDays(1)).And(GasCompany, new CompletionDeclared(Leg.Sole, "完成", null));
        Ring.NextRing(declared.Then, Rulebook.Baseline).ShouldNotBeNull().ShouldBeGreaterThan(Deadline);
        Ring.NextRing(Stories.Closed.Then, Rulebook.Baseline).ShouldBeNull();
        var major = Stories.Accepted.And(
            new HazardRegraded(Level.General, Level.Major, "第五条", "复核"), new HazardClosed(ClosureGround.Rectified, null));
        var lookback = major.Clocks.Single(c => c.Kind == ClockKind.Lookback).Due;
        Facts(On(major, lookback.AddDays(90), Automatic).Events).Select(e => e.GetType())
            .ShouldBe([typeof(DeadlineMissed), typeof(LegUrged)]);
    }

    [Fact]
    public void A_duty_that_began_after_the_reopening_as_claimed_goes_on_and_is_not_missed_again()
    {
        // Verified on the 9th and missed on the 12th; only then it is entered that it was fixed on the spot on the 3rd, and had
        // come back on the 5th.
        var story = After(Stories.Reported.AfterDays(7).And(new HazardVerified(Level.General, null, null)), new DateOnly(2026, 3, 12));
        story.Then.Missed.Select(m => m.Kind).ShouldBe([ClockKind.Assign], "the report was verified late, and nobody looked");
        var reopened = story
            .When(As(Emergency, Role.Inspector), new FixOnTheSpot("当场更换"), Start.AddDays(1)).ThenItHappens()
            .When(As(CountyOffice), new ReopenHazard("又漏气"), Start.AddDays(3)).ThenItHappens();
        var assign = reopened.Clocks.ShouldHaveSingleItem();
        (assign.Kind, assign.Since, assign.Due).ShouldBe((ClockKind.Assign, story.Then.VerifiedAt!.Value, new DateOnly(2026, 3, 11)));
        Facts(On(reopened, new DateOnly(2026, 3, 13)).Events).ShouldBeEmpty();
    }

    [Fact]
    public void A_clock_set_back_rings_for_nothing()
    {
        var story = After(Stories.Rectifying, Deadline.AddDays(1));
        On(story, Deadline).Events.ShouldBeEmpty();
        On(story, Deadline.AddDays(1)).Events.ShouldBeEmpty();
    }

    [Fact]
    public void A_due_date_moved_by_the_calendar_is_missed_on_its_new_day()
    {
        var policy = Policy.NationalBaseline with
        {
            Clocks = [
                .. Policy.NationalBaseline.Clocks.Where(c => c.Kind != ClockKind.Verify),
                new ClockRule(ClockKind.Verify, 3, "x", null, DayCount.Working)],
        };
        var rules = Of(policy);
        var before = Stories.Reported.Then;
        Clocks.Open(before, rules).Single().Due.ShouldBe(new DateOnly(2026, 3, 5));
        var year = WorkCalendar.Shipped.Years[2026];
        var newer = rules with
        {
            Calendar = rules.Calendar.With(
                year with { Holidays = year.Holidays.Add(new Holiday("临时放假", new DateOnly(2026, 3, 4), new DateOnly(2026, 3, 4))) }),
        };
        var recounted = Clockwork.Recount(before, newer, new DateOnly(2026, 3, 6)).ShouldNotBeNull();
        var at = ChinaTime.StartOf(new DateOnly(2026, 3, 6));
        var after = Hazard.Apply(Id, before, new Happening(recounted, Clockwork.Context(at, Entry.Prompt, policy, newer.Calendar)));
        Ring.On(after, newer, new DateOnly(2026, 3, 6), at, Bodies).ShouldBeEmpty();
        Ring.NextRing(after, newer).ShouldBe(new DateOnly(2026, 3, 7));
    }

    /// <summary>更正日历不追责: a holiday that turns out to be none makes nobody late on days that had been announced as free.</summary>
    [Theory]
    [InlineData(11, 12)] // due the 17th, by the calendar the 5th: the day after the recount
    [InlineData(16, 17)]
    [InlineData(17, 17)]
    [InlineData(20, 17)] // overdue before: as it was
    [InlineData(4, 5)]   // not passed: as the calendar says
    [InlineData(3, 5)]
    public void A_recount_puts_no_due_date_into_the_past(int today, int due)
    {
        DateOnly March(int day) => new(2026, 3, day);
        var policy = Policy.NationalBaseline with
        {
            Clocks = [
                .. Policy.NationalBaseline.Clocks.Where(c => c.Kind is not (ClockKind.Verify or ClockKind.Acknowledge)),
                new ClockRule(ClockKind.Verify, 3, "x", null, DayCount.Working),
                new ClockRule(ClockKind.Acknowledge, 3, "x", null, DayCount.Working)],
        };
        var year = WorkCalendar.Shipped.Years[2026];
        var free = new Rulebook(
            [new Adopted(policy, RegionCode.Nation, DateOnly.MinValue, null)],
            WorkCalendar.Shipped.With(year with { Holidays = year.Holidays.Add(new Holiday("误录", March(3), March(12))) }));
        var corrected = free with { Calendar = free.Calendar.With(year) };
        foreach (var begun in new[] { Stories.Reported.Then, Stories.Assigned.Then })
        {
            var before = Counted(begun, free.Calendar, null);
            Working(before, free).Select(c => c.Due).Distinct().ShouldBe([March(17)]);
            var recounted = Clockwork.Recount(before, corrected, March(today)).ShouldNotBeNull();
            var after = Counted(before, corrected.Calendar, recounted);
            Working(after, corrected).Select(c => c.Due).Distinct().ShouldBe([March(due)]);
            recounted.Moved.Select(m => (m.Kept == true, m.From, m.To)).Distinct().ShouldBe([(due > 5, March(17), March(due))]);
            Clockwork.Recount(after, corrected, March(today)).ShouldBeNull();
            // Nobody who looks first decides whether something was missed, and a later calendar that frees the days frees them.
            Ring.Passed(after, corrected, March(today), ChinaTime.StartOf(March(today)).AddHours(9))
                .Select(h => h.Event).OfType<DeadlineMissed>().Any(m => m.Due == March(due)).ShouldBe(today > due);
            var again = corrected with { Calendar = corrected.Calendar.With(free.Calendar.Years[2026]) };
            Working(Counted(after, again.Calendar, Clockwork.Recount(after, again, March(today))), again)
                .Select(c => c.Due).Distinct().ShouldBe([March(17)]);
        }

        Hazard Counted(Hazard hazard, WorkCalendar calendar, DeadlinesRecounted? recounted) => Hazard.Apply(
            Id, hazard,
            new Happening(
                recounted ?? (IHazardEvent)new CommentAdded("x"),
                Clockwork.Context(hazard.LatestOccurredAt, Entry.Prompt, policy, calendar)));
        Clock[] Working(Hazard hazard, Rulebook rules) =>
            [.. Clocks.Open(hazard, rules).Where(c => c.Kind is ClockKind.Verify or ClockKind.Acknowledge)];
    }

    /// <summary>What was done in time stays so, and what was missed stays missed: no later calendar moves what is over.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_was_acknowledged_or_given_back_was_due_by_the_calendar_of_its_day(bool returned)
    {
        var policy = Policy.NationalBaseline with
        {
            Clocks = [
                .. Policy.NationalBaseline.Clocks.Where(c => c.Kind != ClockKind.Acknowledge),
                new ClockRule(ClockKind.Acknowledge, 3, "x", null, DayCount.Working)],
        };
        var year = WorkCalendar.Shipped.Years[2026];
        var rules = new Rulebook([new Adopted(policy, RegionCode.Nation, DateOnly.MinValue, null)], WorkCalendar.Shipped);
        var free = rules with
        {
            Calendar = rules.Calendar.With(
                year with { Holidays = year.Holidays.Add(new Holiday("临时放假", new DateOnly(2026, 3, 3), new DateOnly(2026, 3, 9))) }),
        };
        var over = Stories.Assigned.And(
            GasCompany, returned ? new AssignmentReturned(Leg.Sole, "不属本单位") : new AssignmentAcknowledged(Leg.Sole, null)).Then;
        var leg = over.Legs[Leg.Sole];
        var due = Clocks.AcknowledgeBy(leg, over, rules);
        var later = Hazard.Apply(
            Id, over, new Happening(new CommentAdded("x"), Clockwork.Context(over.LatestOccurredAt, Entry.Prompt, policy, free.Calendar)));
        later.Calendar.ShouldBe(1);
        Clocks.AcknowledgeBy(later.Legs[Leg.Sole], later, free).ShouldBe(due);
        // As long as it is owed, it moves.
        var open = Stories.Assigned.Then with { Calendar = 1 };
        Clocks.AcknowledgeBy(open.Legs[Leg.Sole], open, free).ShouldNotBeNull().ShouldBeGreaterThan(due!.Value);
    }

    private static (ImmutableArray<Happening> Events, Hazard After) On(
        Story story, DateOnly today, Policy? policy = null, ImmutableDictionary<BodyId, Body>? bodies = null)
    {
        var events = Ring.On(story.Then, Of(policy ?? Asking), today, ChinaTime.StartOf(today), bodies ?? Bodies);
        return (events, events.Aggregate(story.Then, (h, e) => Hazard.Apply(Id, h, e)));
    }

    private static BodyId? AskedOf(Story story, DateOnly today, params Body[] without) =>
        Facts(On(story, today, null, Bodies.RemoveRange(without.Select(b => b.Id))).Events).OfType<StepProposed>().Single().To;

    private static Story After(Story story, DateOnly today) =>
        story with { Events = [.. story.Events, .. On(story, today).Events], Now = ChinaTime.StartOf(today).AddHours(9) };

    private static Rulebook Of(Policy policy) =>
        new([new Adopted(policy, RegionCode.Nation, DateOnly.MinValue, null)], WorkCalendar.Shipped);

    private static IEnumerable<IHazardEvent> Facts(IEnumerable<Happening> events) => events.Select(e => e.Event);

    private static Body Make(string id, Body like) => like with { Id = BodyId.Parse(id) };
}
