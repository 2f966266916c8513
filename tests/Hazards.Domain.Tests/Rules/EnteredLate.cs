using System.Collections.Immutable;
using Hazards.Domain.Codes;
using static Hazards.Domain.Tests.Rules.World;

namespace Hazards.Domain.Tests.Rules;

/// <summary>补录不追责: what an act that is entered late asks of others is asked from its entry; nobody owes what nobody told him.</summary>
public sealed class EnteredLate
{
    private const int Days = 40;

    public static TheoryData<string> Commands => Examples.Names;

    [Fact]
    public void A_report_is_to_be_verified_from_the_day_on_which_it_came()
    {
        var report = new ReportHazard(ReportSource.Hotline, Wudu, Gas, "漏气", "调压箱漏气");
        var reported = (new Story { Now = Start.AddDays(Days) }).When(As(Hotline), report, Start).ThenItHappens();
        Clocks.Open(reported.Then, Rulebook.Baseline).ShouldHaveSingleItem()
            .Due.ShouldBe(ChinaTime.DateAt(Start).AddDays(Days + 3));
    }

    /// <summary>Of every command, entered forty days late: no duty that it begins for another was due before it was entered.</summary>
    [Theory, MemberData(nameof(Commands))]
    public void No_duty_of_another_is_overdue_when_it_is_entered(string name)
    {
        var (given, by, command) = Examples.ByRule[name];
        var entered = given with { Now = given.Now.AddDays(Days) };
        var made = entered.When(As(by), command, given.Now);
        if (made.Decision.Refusal is not null)
            return;
        var (before, after) = (given.Then, made.ThenItHappens().Then);
        foreach (var clock in Clocks.Open(after, Rulebook.Baseline))
            if (clock.Kind != ClockKind.Rectify && !Clocks.IsOwedBy(clock.Body, after.Region, by.Id, by.Offices)
                && !Clocks.Open(before, Rulebook.Baseline).Any(c => (c.Kind, c.Leg, c.Body) == (clock.Kind, clock.Leg, clock.Body)))
                clock.Due.ShouldBeGreaterThanOrEqualTo(ChinaTime.DateAt(entered.Now), $"{name}: {clock}");
    }

    [Fact]
    public void What_an_office_enters_late_costs_itself_the_days()
    {
        var verified = (Stories.Reported with { Now = Start.AddDays(Days) })
            .When(As(CountyOffice), new VerifyHazard(Level.General, null, "属实"), Start.AddHours(1)).ThenItHappens();
        Clocks.Open(verified.Then, Rulebook.Baseline).ShouldHaveSingleItem().Due.ShouldBe(ChinaTime.DateAt(Start).AddDays(2));
    }

    /// <summary>Whether it is the office's own entry is asked of the office, and not of the role it acts in.</summary>
    [Theory]
    [InlineData(Role.Reporter)]
    [InlineData(Role.Coordinator)]
    public void An_office_gets_no_days_by_its_own_late_report_and_all_of_them_by_another_s(Role role)
    {
        var report = new ReportHazard(ReportSource.Hotline, Wudu, Gas, "漏气", "调压箱漏气");
        var late = new Story { Now = Start.AddDays(Days) };
        DateOnly Due(Body by) => Clocks.Open(late.When(As(by, role), report, Start).ThenItHappens().Then, Rulebook.Baseline)
            .ShouldHaveSingleItem().Due;
        Due(CountyOffice).ShouldBe(ChinaTime.DateAt(Start).AddDays(3));
        Due(CityOffice).ShouldBe(ChinaTime.DateAt(Start).AddDays(Days + 3));
    }

    /// <summary>Each with who does it late, and whose duty begins with it.</summary>
    private static readonly Dictionary<string, (Story Given, Body By, IHazardCommand Command, ClockKind Duty)> Others = new()
    {
        ["the city takes a fix back"] = (Stories.FixedOnTheSpot, CityOffice, new WithdrawFix("误登"), ClockKind.Verify),
        ["the city reopens"] = (Stories.Rejected, CityOffice, new ReopenHazard("属实"), ClockKind.Verify),
        ["the city verifies"] = (Stories.Reported, CityOffice, new VerifyHazard(Level.General, null, "属实"), ClockKind.Assign),
        ["production may go on"] = (
            Stories.Accepted.And(Emergency, new ProductionSuspended(true, "全部")), Emergency, new ReviewResumption(Verdict.Pass, "合格"),
            ClockKind.Close),
        ["accepted, and still stopped"] = (
            Stories.Declared.And(Emergency, new ProductionSuspended(true, "全部")), CountyOffice,
            new Reinspect(Leg.Sole, Verdict.Pass, "合格", "李工"), ClockKind.ReviewResumption),
        ["delisted by another"] = (
            Stories.Accepted.And(CityOffice, new HazardListed(ListingLevel.Prefecture, Deadline, "限期整改", null)), CityOffice,
            new DelistHazard(DelistingGround.Accepted, "验收合格"), ClockKind.Close),
    };

    public static TheoryData<string> WhatOthersDo => [.. Others.Keys];

    [Theory, MemberData(nameof(WhatOthersDo))]
    public void What_another_does_late_asks_something_from_its_entry(string name)
    {
        var (given, by, command, duty) = Others[name];
        var (entered, at) = (given with { Now = given.Now.AddDays(Days) }, given.Now);
        var after = entered.When(As(by), command, at).ThenItHappens();
        var due = Clocks.Open(after.Then, Rulebook.Baseline).Single(c => c.Kind == duty).Due;
        due.ShouldBeGreaterThan(ChinaTime.DateAt(entered.Now), name);
        // Given in time, it is asked from then on.
        Clocks.Open(given.When(As(by), command).ThenItHappens().Then, Rulebook.Baseline).Single(c => c.Kind == duty).Due
            .ShouldBe(due.AddDays(-Days), name);
    }

    /// <summary>挂牌的由挂牌单位销号: nobody else could close it before, and is not late with it when it is delisted.</summary>
    [Fact]
    public void Who_could_not_close_what_was_listed_owes_it_from_the_delisting()
    {
        var listed = Stories.Accepted.And(CityOffice, new HazardListed(ListingLevel.Prefecture, Deadline, "限期整改", null)).AfterDays(30);
        var close = Clocks.Open(listed.Then, Rulebook.Baseline).Single(c => c.Kind == ClockKind.Close);
        (close.Body, close.Due < ChinaTime.DateAt(listed.Now)).ShouldBe((CityOffice.Id, true));
        var delisted = listed.When(CityOffice, new DelistHazard(DelistingGround.Accepted, "验收合格")).ThenItHappens();
        var left = Clocks.Open(delisted.Then, Rulebook.Baseline).Single(c => c.Kind == ClockKind.Close);
        (left.Body, left.Due).ShouldBe((CountyOffice.Id, ChinaTime.DateAt(listed.Now).AddDays(3)));

        // Who lists it then owes it from then on; whoever owed it before owes it as before, when the listing is over.
        var overdue = Stories.Accepted.AfterDays(30);
        var taken = overdue.And(CityOffice, new HazardListed(ListingLevel.Prefecture, Deadline.AddDays(90), "限期整改", null));
        var city = Clocks.Open(taken.Then, Rulebook.Baseline).Single(c => c.Kind == ClockKind.Close);
        (city.Body, city.Due).ShouldBe((CityOffice.Id, ChinaTime.DateAt(overdue.Now).AddDays(3)));
        var back = taken.And(CityOffice, new HazardDelisted(ListingLevel.Prefecture, DelistingGround.ListedInError, "挂错"));
        Clocks.Open(back.Then, Rulebook.Baseline).Single(c => c.Kind == ClockKind.Close)
            .ShouldBe(Clocks.Open(overdue.Then, Rulebook.Baseline).Single(c => c.Kind == ClockKind.Close));

        // Who listed it itself could close it all the time.
        var own = Stories.Accepted.And(CountyOffice, new HazardListed(ListingLevel.County, Deadline, "限期整改", null)).AfterDays(30)
            .And(CountyOffice, new HazardDelisted(ListingLevel.County, DelistingGround.Accepted, "验收合格"));
        Clocks.Open(own.Then, Rulebook.Baseline).Single(c => c.Kind == ClockKind.Close).Due.ShouldBeLessThan(ChinaTime.DateAt(own.Now));
    }

    /// <summary>复查不合格: the days from the declaration to its failure are not the body's, and climb no ladder.</summary>
    [Fact]
    public void A_body_whose_work_was_refused_late_is_pursued_from_the_refusal()
    {
        var declared = Stories.Rectifying.And(GasCompany, new CompletionDeclared(Leg.Sole, "已更换", null));
        var late = declared with { Now = ChinaTime.StartOf(Deadline.AddDays(40)).AddHours(9) };
        var failed = late.When(Emergency, new Reinspect(Leg.Sole, Verdict.Fail, "仍漏气", "李工")).ThenItHappens();
        var bodies = new[] { GasCompany, CountyOffice, CityOffice }.ToDictionary(b => b.Id);
        var rung = Ring.On(failed.Then, Rulebook.Baseline, Deadline.AddDays(41), late.Now.AddDays(1), bodies);
        rung.Select(h => h.Event).OfType<DeadlineMissed>().ShouldContain(m => m.Clock == ClockKind.Rectify);
        var steps = rung.Select(h => h.Event)
            .Where(e => e is not DeadlineMissed && (e as StepProposed)?.Clock is null or ClockKind.Rectify).ToArray();
        steps.ShouldHaveSingleItem().ShouldBeOfType<LegUrged>().Message.ShouldContain("已超期2天（自2026年6月9日起计）");
    }

    /// <summary>A listing that sets an earlier deadline is no reproach for the days before it was entered.</summary>
    [Fact]
    public void An_earlier_deadline_that_had_passed_when_it_was_entered_makes_nobody_late_before()
    {
        var entry = ChinaTime.StartOf(Deadline.AddDays(-5)).AddHours(9);
        var listed = (Stories.Rectifying with { Now = entry })
            .When(As(CityOffice), new ListHazard(ListingLevel.Prefecture, Deadline.AddDays(-20), "限期整改", "陇南日报"), Start.AddDays(2))
            .ThenItHappens();
        Ring.LateFrom(ClockKind.Rectify, Leg.Sole, Deadline.AddDays(-20), listed.Then).ShouldBe(Deadline.AddDays(-5));
    }

    /// <summary>移送他县: the office there owes it from then on, and the one before what it missed.</summary>
    [Fact]
    public void Another_county_owes_from_when_the_hazard_was_given_to_it()
    {
        var late = Stories.Reported.AfterDays(Days);
        var moved = late.When(CityOffice, new CorrectHazard(CorrectableField.Region, Wenxian.Value, "位置有误")).ThenItHappens();
        Clocks.Open(moved.Then, Rulebook.Baseline).Single().Due.ShouldBe(ChinaTime.DateAt(late.Now).AddDays(3));
        ImmutableArray<RecordedHappening> recorded =
        [
            .. moved.Events.Select(
                (h, i) => new RecordedHappening(i + 1, i + 1, new Guid(i + 1, 0, 0, new byte[8]), h.Context.OccurredAt, h)),
        ];
        var silences = Silences.Of(CaseFile.Of(Id, recorded, [], Rulebook.Baseline, Bodies, late.Now.AddDays(10)).ShouldNotBeNull())
            .Where(s => s.Duty == ClockKind.Verify).ToArray();
        silences.Select(s => (s.Office, s.Until is null)).ShouldBe([(Wudu, false), (Wenxian, true)]);
    }

    private static Story Rung(Story story) => story with
    {
        Events =
        [
            .. story.Events,
            .. Ring.On(story.Then, Rulebook.Baseline, ChinaTime.DateAt(story.Now), story.Now, Bodies)
                .Where(h => h.Event is DeadlineMissed),
        ],
    };

    /// <summary>移送又退回的接着算: to whom it comes back, it is what it was, but for the days that it was away.</summary>
    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1, 0, 0)]
    [InlineData(1, 2, 2)]
    [InlineData(9, 0, 9)]
    [InlineData(9, 2, 11)]
    public void A_county_that_gets_back_what_it_gave_away_owes_it_as_before(int before, int away, int later)
    {
        foreach (var begun in new[] { Stories.Reported, Stories.Verified })
        {
            var due = begun.Clocks.Single().Due;
            var there = Rung(begun.AfterDays(before))
                .When(CityOffice, new CorrectHazard(CorrectableField.Region, Wenxian.Value, "位置有误")).ThenItHappens();
            var back = Rung(there.AfterDays(away))
                .When(CityOffice, new CorrectHazard(CorrectableField.Region, Wudu.Value, "位置无误")).ThenItHappens();
            var clock = back.Clocks.Single();
            clock.Due.ShouldBe(due.AddDays(later));
            var misses = back.Then.Missed.Count(m => m.Region == Wudu);
            misses.ShouldBe(before > 5 ? 1 : 0);
            // Who had missed it by then is not late with the days of the other.
            back.Then.MissedOf(clock).ShouldBeNull();
            // Where it was meanwhile, it had never been.
            there.Clocks.Single().Since.ShouldBe(there.Events[^1].Context.OccurredAt);
        }
    }

    /// <summary>Who lists a hazard decides from then on what was asked of another, who stays late with what he was late with.</summary>
    [Fact]
    public void An_extension_that_comes_to_a_lister_is_owed_from_the_listing()
    {
        var asked = Stories.Rectifying.When(GasCompany, new RequestExtension(Leg.Sole, Deadline.AddDays(20), "材料未到")).ThenItHappens();
        var late = Rung(asked.AfterDays(Owed(asked).Due.DayNumber - ChinaTime.DateAt(asked.Now).DayNumber + 2));
        var listed = late.When(CityOffice, new ListHazard(ListingLevel.Prefecture, Deadline, "限期整改", "陇南日报")).ThenItHappens();
        Owed(listed).ShouldSatisfyAllConditions(
            c => c.Body.ShouldBe(CityOffice.Id), c => c.Since.ShouldBe(listed.Events[^1].Context.OccurredAt),
            c => c.Due.ShouldBeGreaterThan(ChinaTime.DateAt(listed.Now)));
        listed.Then.Missed.ShouldContain(m => m.Kind == ClockKind.DecideExtension && m.Body == CountyOffice.Id);
        var delisted = listed.And(CityOffice, new HazardDelisted(ListingLevel.Prefecture, DelistingGround.ListedInError, "级别有误"))
            .AfterDays(1);
        Owed(delisted).ShouldBe(Owed(late));

        static Clock Owed(Story story) => story.Clocks.Single(c => c.Kind == ClockKind.DecideExtension);
    }

    /// <summary>The deadline of a paper that was handed over in time stands; the ladder is climbed from the day of the entry.</summary>
    [Fact]
    public void A_deadline_that_had_passed_when_the_assignment_was_entered_is_overdue_and_nobodys_silence_before()
    {
        var entry = ChinaTime.StartOf(Deadline.AddDays(20)).AddHours(9);
        var assigned = (Stories.Verified with { Now = entry })
            .When(As(CountyOffice), new AssignHazard([Sole()]), Start.AddDays(1)).ThenItHappens();
        var leg = assigned.Then.Legs[Leg.Sole];
        leg.EnteredOn.ShouldBe(Deadline.AddDays(20));
        Clocks.Open(assigned.Then, Rulebook.Baseline).Single(c => c.Kind == ClockKind.Rectify).Due.ShouldBe(Deadline);
        Clocks.Open(assigned.Then, Rulebook.Baseline).Single(c => c.Kind == ClockKind.Acknowledge).Due.ShouldBe(Deadline.AddDays(21));

        var rung = Ring.On(
            assigned.Then, Rulebook.Baseline, Deadline.AddDays(21), entry.AddDays(1),
            new[] { GasCompany, CountyOffice, CityOffice }.ToDictionary(b => b.Id));
        rung.Select(h => h.Event).OfType<DeadlineMissed>().ShouldHaveSingleItem().Clock.ShouldBe(ClockKind.Rectify);
        var steps = rung.Where(h => h.Event is not DeadlineMissed).ToArray();
        steps.ShouldHaveSingleItem("the first rung only: it was told yesterday").Event.ShouldBeOfType<LegUrged>()
            .Message.ShouldContain("已超期1天（自2026年5月21日起计）");

        ImmutableArray<RecordedHappening> recorded =
        [
            .. assigned.Events.Select((h, i) => new RecordedHappening(
                i + 1, i + 1, new Guid(i + 1, 0, 0, new byte[8]), h.Event is HazardAssigned ? entry : h.Context.OccurredAt, h)),
        ];
        Ring.LateFrom(ClockKind.Rectify, Leg.Sole, Deadline, assigned.Then).ShouldBe(Deadline.AddDays(20), "so lists say what comes next");
        var silences = Silences.Of(CaseFile.Of(Id, recorded, [], Rulebook.Baseline, Bodies, entry.AddDays(3)).ShouldNotBeNull());
        silences.Single(s => s.Duty == ClockKind.Rectify).ShouldSatisfyAllConditions(
            s => s.Kind.ShouldBe(SilenceKind.DutyMissed), s => s.From.ShouldBe(entry));
        silences.ShouldNotContain(s => s.Duty == ClockKind.Acknowledge && s.From < entry);
    }

    /// <summary>Events recorded before there was this rule say nothing of it, and begin duties as they are claimed to.</summary>
    [Fact]
    public void Duties_of_older_events_begin_as_they_did()
    {
        var assigned = (Stories.Verified with { Now = Start.AddDays(Days) })
            .When(As(CountyOffice), new AssignHazard([Sole()]), Start.AddDays(1)).ThenItHappens();
        var older = assigned with
        {
            Events = [.. assigned.Events.Select(h => h with { Context = h.Context with { BindsFrom = null } })],
        };
        older.Then.Legs[Leg.Sole].EnteredOn.ShouldBeNull();
        Clocks.Open(older.Then, Rulebook.Baseline).Single(c => c.Kind == ClockKind.Acknowledge).Since.ShouldBe(Start.AddDays(1));
    }
}
