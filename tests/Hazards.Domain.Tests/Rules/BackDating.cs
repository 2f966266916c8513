using Hazards.Domain.Codes;
using static Hazards.Domain.Tests.Rules.World;

namespace Hazards.Domain.Tests.Rules;

/// <summary>补录: entering late with an earlier date is legal, and never buys what was too late.</summary>
public sealed class BackDating
{
    // What is judged by the date on the paper, and is no time limit: a deadline or a listing that had been set when it had yet to pass.
    private static readonly string[] OfThePaper = [HazardRefusals.DeadlinePast.Code];

    public static TheoryData<string> Commands => Examples.Names;

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(60)]
    public void An_extension_asked_for_too_late_is_refused_whatever_date_is_claimed(int late)
    {
        var ask = new RequestExtension(Leg.Sole, Deadline.AddDays(20), "材料未到");
        var story = Stories.Rectifying with { Now = ChinaTime.EndOf(Deadline).AddDays(late - 1) };
        story.When(GasCompany, ask).ThenRefused(HazardRefusals.ExtensionLate);
        for (var at = story.Now; at > Stories.Rectifying.Now; at = at.AddDays(-1))
            story.When(As(GasCompany), ask, at).ThenRefused(HazardRefusals.ExtensionLate);
        // In time, an hour or a day ago is as good as now.
        var lastDay = Stories.Rectifying with { Now = ChinaTime.EndOf(Deadline).AddTicks(-1) };
        lastDay.When(As(GasCompany), ask, lastDay.Now.AddDays(-1)).ThenItHappens();
    }

    [Fact]
    public void Days_of_notice_that_the_policy_asks_for_are_counted_from_when_it_is_entered()
    {
        var early = Policy.NationalBaseline with { Extension = Policy.NationalBaseline.Extension with { RequestDaysBefore = 5 } };
        var ask = new RequestExtension(Leg.Sole, Deadline.AddDays(20), "材料未到");
        var last = (Stories.Rectifying with { Now = ChinaTime.EndOf(Deadline.AddDays(-5)).AddTicks(-1) }).Under(early);
        last.When(GasCompany, ask).ThenItHappens();
        var late = last with { Now = last.Now.AddTicks(1) };
        late.When(As(GasCompany), ask, last.Now.AddDays(-7)).ThenRefused(HazardRefusals.ExtensionLate);
    }

    [Theory]
    [InlineData(20, true)]
    [InlineData(36, false)]
    public void A_policy_may_let_named_roles_enter_late_within_hours_and_the_event_says_so(int hours, bool counts)
    {
        var late = (Stories.Rectifying with { Now = ChinaTime.EndOf(Deadline).AddHours(hours - 2) }).Under(LetsEnterLate);
        var ask = new RequestExtension(Leg.Sole, Deadline.AddDays(20), "材料未到");
        late.When(GasCompany, ask).ThenRefused(HazardRefusals.ExtensionLate);
        var at = ChinaTime.EndOf(Deadline).AddHours(-2);
        if (!counts)
        {
            late.When(As(GasCompany), ask, at).ThenRefused(HazardRefusals.ExtensionLate);
            return;
        }

        var asked = late.When(As(GasCompany), ask, at).ThenItHappens();
        asked.Events[^1].Context.LateEntry.ShouldBe(new LateEntryAllowed(24, LetsEnterLate.Version, "第七条"));
        var others = LetsEnterLate with { LateEntry = LetsEnterLate.LateEntry! with { Roles = [Role.Coordinator] } };
        late.Under(others).When(As(GasCompany), ask, at).ThenRefused(HazardRefusals.ExtensionLate);
    }

    [Fact]
    public void What_is_entered_on_its_day_rests_on_no_late_entry()
    {
        var story = Stories.Rectifying.Under(LetsEnterLate);
        var asked = story.When(As(GasCompany), new RequestExtension(Leg.Sole, Deadline.AddDays(20), "材料未到"), story.Now.AddHours(-1))
            .ThenItHappens();
        asked.Events[^1].Context.LateEntry.ShouldBeNull();
    }

    [Fact]
    public void A_milder_policy_of_before_is_not_bought_with_its_date()
    {
        var stricter = Policy.NationalBaseline with { Extension = Policy.NationalBaseline.Extension with { RequestDaysBefore = 60 } };
        var story = Stories.Rectifying;
        var act = story.Act(As(GasCompany), story.Now.AddHours(-1), paper: true) with { PolicyNow = stricter };
        Decider.Decide(new RequestExtension(Leg.Sole, Deadline.AddDays(20), "材料未到"), story.Then, act).Refusal!.Code
            .ShouldBe(HazardRefusals.ExtensionLate.Code);
    }

    [Fact]
    public void An_order_to_stop_production_with_an_earlier_date_puts_off_no_deadline()
    {
        var moving = Policy.NationalBaseline with { Stop = new StopRule(true, "第五条") };
        var story = Stories.Rectifying.AfterDays(20).Under(moving);
        var stopped = story.When(As(Emergency), new SuspendProduction(true, "全部供气"), story.Now.AddDays(-19)).ThenItHappens();
        Moved(stopped).ShouldBe(Deadline, "ordered today, whatever the order says");
        Moved(stopped.AfterDays(3)).ShouldBe(Deadline.AddDays(3));
        Moved(story.When(Emergency, new SuspendProduction(true, "全部供气")).ThenItHappens().AfterDays(3)).ShouldBe(Deadline.AddDays(3));

        DateOnly Moved(Story s) => s.And(GasCompany, new ResumptionRequested(Leg.Sole, "已检测"))
            .When(Emergency, new ReviewResumption(Verdict.Pass, "合格")).ThenItHappens().Then.Legs[Leg.Sole].Deadline;
    }

    /// <summary>Each story's newest event is the step that the command rests on: nothing is dated before it.</summary>
    private static readonly Dictionary<string, (Story Given, Body By, IHazardCommand Command)> Resting = new()
    {
        ["close after production went on"] =
            (Stopped.And(Emergency, new ResumptionReviewed(Verdict.Pass, "合格")), CountyOffice, new CloseHazard()),
        ["close with the unit after the stop"] = (Stopped, CountyOffice, new CloseHazard("关闭", UnitClosed: true)),
        ["stop again after production went on"] =
            (Stopped.And(Emergency, new ResumptionReviewed(Verdict.Pass, "合格")), Emergency, new SuspendProduction(true, "全部")),
        ["apply after a failed review"] =
            (Stopped.And(Emergency, new ResumptionReviewed(Verdict.Fail, "不合格")), GasCompany, new RequestResumption(Leg.Sole, "已检测")),
        ["review after a failed review"] =
            (Stopped.And(Emergency, new ResumptionReviewed(Verdict.Fail, "不合格")), Emergency, new ReviewResumption(Verdict.Pass, "合格")),
        ["review after the application"] =
            (Stopped.And(GasCompany, new ResumptionRequested(Leg.Sole, "已检测")), Emergency, new ReviewResumption(Verdict.Pass, "合格")),
        ["stop after a reopening"] = (Reopened, Emergency, new SuspendProduction(true, "全部")),
        ["regrade after a reopening"] = (Reopened, CountyOffice, new RegradeHazard(Level.Major, "复核", "判定标准第五条")),
        ["list after a reopening"] = (Reopened, CityOffice, new ListHazard(ListingLevel.Prefecture, Deadline, "限期整改")),
        ["declare after the plan was approved"] = (
            Stories.MajorPlanned.And(CountyOffice, new PlanReviewed(Leg.Sole, Verdict.Pass, null)), GasCompany,
            new DeclareCompletion(Leg.Sole, "已更换")),
        ["a new plan after the one that failed"] = (
            Stories.MajorPlanned.And(CountyOffice, new PlanReviewed(Leg.Sole, Verdict.Fail, "不全")), GasCompany,
            new SubmitPlan(Leg.Sole, SixParts, 10)),
        ["ask for an extension after one was refused"] = (
            Stories.Rectifying.And(GasCompany, new ExtensionRequested(Leg.Sole, Deadline, Deadline.AddDays(5), "材料未到"))
                .And(CountyOffice, new ExtensionRefused(Leg.Sole, "不同意")), GasCompany,
            new RequestExtension(Leg.Sole, Deadline.AddDays(9), "材料未到")),
        ["grade after a fix was taken back"] = (Withdrawn, CountyOffice, new VerifyHazard(Level.General)),
        ["fix on the spot again after a fix was taken back"] = (Withdrawn, Emergency, new FixOnTheSpot("当场更换")),
        ["reject after the grading"] = (Stories.Verified, CountyOffice, new RejectHazard("不属实")),
        ["merge after the grading"] = (
            Stories.Verified, CountyOffice, new MergeHazard(OtherId, "同一处") { Target = Stories.Verified.Then with { Id = OtherId } }),
        ["penalise after the grading"] = (Stories.Verified, Emergency, new ImposePenalty("公司", "罚款", 5)),
        ["notice after the assignment"] = (Stories.Assigned, Supervision, new IssueNotice("整改", null, null)),
        ["interview after a reassignment"] = (
            Stories.Rectifying.And(new LegReassigned(GasCompany.Id, Sole(OtherRegulator), "改派")), Supervision,
            new HoldInterview("负责人", "约谈", Leg.Sole)),
        ["urge after the closure"] = (Stories.Closed, Supervision, new Urge("抓紧")),
        ["apply after the assignment"] = (
            Stories.Verified.And(Emergency, new ProductionSuspended(true, "全部")).And(new HazardAssigned([Sole()])), GasCompany,
            new RequestResumption(Leg.Sole, "已检测")),
        ["delist after the publication"] = (
            Stories.ListedQuietly.And(CityOffice, new ListingPublished(ListingLevel.Prefecture, "陇南日报", Deadline.AddDays(-50))), CityOffice,
            new DelistHazard(DelistingGround.LevelChanged, "降级")),
        ["delist after the filing"] = (
            Stories.Listed.And(CityOffice, new ListingFiled(ListingLevel.Prefecture, ProvinceOffice.Id, Deadline.AddDays(-50))), CityOffice,
            new DelistHazard(DelistingGround.LevelChanged, "降级")),
        ["list again after the end was published"] = (
            Stories.Listed.And(CityOffice, new HazardDelisted(ListingLevel.Prefecture, DelistingGround.LevelChanged, "降级"),
                new DelistingPublished(ListingLevel.Prefecture, "陇南日报", Deadline.AddDays(-50))), CityOffice,
            new ListHazard(ListingLevel.Prefecture, Deadline, "限期整改")),
        ["withdraw an acceptance after the delisting on it"] = (
            Stories.Listed.And(GasCompany, new CompletionDeclared(Leg.Sole, "已更换", null))
                .And(Emergency, new LegAccepted(Leg.Sole, "合格", null))
                .And(CityOffice, new HazardDelisted(ListingLevel.Prefecture, DelistingGround.Accepted, "验收合格")), CountyOffice,
            new WithdrawAcceptance(Leg.Sole, "又坏了")),
        ["reopen after the look-back"] =
            (Stories.Closed.And(new LookbackMade(LookbackResult.Holding, "未反弹", null)), CountyOffice, new ReopenHazard("反弹")),
        ["look back after the look-back"] = (
            Stories.Closed.And(new LookbackMade(LookbackResult.Holding, "未反弹", null)), CountyOffice,
            new LookBack(LookbackResult.Holding, "未反弹")),
        ["reassign after an extension was granted"] = (
            Stories.Rectifying.And(GasCompany, new ExtensionRequested(Leg.Sole, Deadline, Deadline.AddDays(5), "材料未到"))
                .And(new ExtensionGranted(Leg.Sole, Deadline, Deadline.AddDays(5), null)), CountyOffice,
            new ReassignLeg(Leg.Sole, OtherRegulator.Id, Deadline.AddDays(9), "整改", "改派")),
        ["declare after progress that left something to be done"] = (
            Stories.Rectifying.And(GasCompany, new ProgressReported(Leg.Sole, 40, null, "已开挖")), GasCompany,
            new DeclareCompletion(Leg.Sole, "已更换")),
        ["return after progress"] = (
            Stories.Rectifying.And(GasCompany, new ProgressReported(Leg.Sole, 40, null, "已开挖")), GasCompany,
            new ReturnAssignment(Leg.Sole, "不属本单位")),
        ["reassign after the body acted"] = (
            Stories.Rectifying.And(GasCompany, new InterimMeasuresTaken(Leg.Sole, "设置警戒")), CountyOffice,
            new ReassignLeg(Leg.Sole, OtherRegulator.Id, Deadline.AddDays(9), "整改", "改派")),
        ["assign after the regrading"] = (
            Stories.Verified.And(new HazardRegraded(Level.General, Level.Major, "判定标准第五条", "复核")), CountyOffice,
            new AssignHazard([Sole()])),
        ["a closure's paper after the closure"] = (Stories.Closed, CountyOffice, new IssuePaper(PaperKind.ClosureNotice)),
        ["a delisting's paper after the delisting"] = (
            Stories.Listed.And(CityOffice, new HazardDelisted(ListingLevel.Prefecture, DelistingGround.LevelChanged, "降级")), CityOffice,
            new IssuePaper(PaperKind.DelistingNotice)),
        ["a listing's paper after the listing"] = (Stories.Listed, CityOffice, new IssuePaper(PaperKind.ListingNotice)),
        ["an assignment's paper after the assignment"] = (Stories.Assigned, CountyOffice, new IssuePaper(PaperKind.AssignmentOrder)),
    };

    private static Story Stopped => Stories.Accepted.And(Emergency, new ProductionSuspended(true, "全部"));

    private static Story Withdrawn => Stories.FixedOnTheSpot.AfterDays(3).And(new FixWithdrawn("误登"));

    private static Story Reopened => Stories.Closed.AfterDays(3).And(new HazardReopened("反弹", [Sole()]));

    public static TheoryData<string> WhatRests => [.. Resting.Keys];

    [Theory, MemberData(nameof(WhatRests))]
    public void Nothing_is_dated_before_the_step_that_it_rests_on(string name)
    {
        var (given, by, command) = Resting[name];
        var (story, last) = (given.AfterDays(2), given.Events[^1].Context.OccurredAt);
        story.When(As(by), command, last.AddMinutes(-1)).ThenRefused(HazardRefusals.BeforePrevious, "occurredAt");
        story.When(As(by), command, last).ThenItHappens();
    }

    /// <summary>What is merged goes into what was open by then; of a target that is out of sight nothing is said, nor since when.</summary>
    [Fact]
    public void A_merger_does_not_lie_before_its_target_was_open()
    {
        var (story, target) = (Stories.Reported.AfterDays(9), Reopened.Then with { Id = OtherId });
        story.When(As(CountyOffice), new MergeHazard(OtherId, "同一处") { Target = target }, target.OpenSince.AddMinutes(-1))
            .ThenRefused(HazardRefusals.BeforePrevious, "occurredAt");
        var away = target with { Region = Wenxian };
        var unseeing = As(CountyOffice) with { Jurisdiction = Wudu };
        story.When(unseeing, new MergeHazard(OtherId, "同一处") { Target = away }, target.OpenSince.AddMinutes(-1))
            .ThenRefused(HazardRefusals.MergeTarget, "into");
    }

    /// <summary>What may be done to an open hazard only was not done while it was ended, though it is open again.</summary>
    [Fact]
    public void Nothing_is_dated_while_it_was_ended_but_what_may_be_done_then()
    {
        var (story, closed) = (Reopened.AfterDays(2), Stories.Closed.Events[^1].Context.OccurredAt);
        foreach (var command in new IHazardCommand[]
        {
            new RecordVisit("督查"), new IssueNotice("整改", null, null), new HoldInterview("负责人", "约谈", null),
            new CirculateCriticism("通报", null),
        })
        {
            story.When(As(Supervision), command, closed.AddHours(30)).ThenRefused(HazardRefusals.BeforePrevious, "occurredAt");
            // Before that the place was visited; nothing was put to those who answer for it only since.
            var before = story.When(As(Supervision), command, closed.AddMinutes(-1));
            if (command is RecordVisit)
                before.ThenItHappens();
            else
                before.ThenRefused(HazardRefusals.BeforePrevious, "occurredAt");
            story.When(As(Supervision), command).ThenItHappens();
        }

        story.When(As(CountyOffice), new AddComment("批注"), closed.AddHours(30)).ThenItHappens();
    }

    [Fact]
    public void Who_declares_late_with_an_earlier_date_is_late_in_the_figures()
    {
        var late = Stories.Rectifying with { Now = ChinaTime.EndOf(Deadline).AddHours(10) };
        DateOnly? Counted(Story story, Actor by) =>
            story.When(by, new DeclareCompletion(Leg.Sole, "已更换"), Stories.Rectifying.Now).ThenItHappens().Then.Legs[Leg.Sole].DeclaredOn;
        Counted(late, As(GasCompany)).ShouldBe(Deadline.AddDays(1));
        Counted(late, As(CountyOffice, Role.Importer)).ShouldBe(ChinaTime.DateAt(Stories.Rectifying.Now), "a ledger stands as it is");
        var lets = LetsEnterLate with { LateEntry = LetsEnterLate.LateEntry! with { Hours = 8760 } };
        Counted(late.Under(lets), As(GasCompany)).ShouldBe(ChinaTime.DateAt(Stories.Rectifying.Now));
    }

    /// <summary>Of every command by which a duty is done, however late: whatever date it claims, the miss is on record.</summary>
    [Theory, MemberData(nameof(Commands))]
    public void What_is_overdue_is_missed_whatever_date_is_claimed(string name)
    {
        var (given, by, command) = Examples.ByRule[name];
        foreach (var late in new[] { 1, 10, 100, 400 })
        {
            var story = given.AfterDays(late);
            var overdue = story.Clocks.Where(c => c.Due >= given.Then.EnteredOn && c.Due < ChinaTime.DateAt(story.Now)).ToArray();
            for (var at = story.Now; at >= given.Now; at = at.AddDays(-Math.Max(1, late / 10)))
            {
                var outcome = story.When(As(by), command, at);
                if (outcome.Decision.Refusal is not null || ChinaTime.DateAt(at) == ChinaTime.DateAt(story.Now))
                    continue;
                var act = outcome.Act with { Under = outcome.Decision.Role };
                var noticed = Ring.Before(act, story.Then, Rulebook.Baseline).Aggregate(story.Then, (h, e) => Hazard.Apply(Id, h, e));
                overdue.ShouldAllBe(c => noticed.MissedOf(c) != null, $"{name} {late} days late, as of {at:O}");
                Ring.Before(act, noticed, Rulebook.Baseline).ShouldBeEmpty("each once");
            }
        }
    }

    [Fact]
    public void A_history_that_is_entered_afterwards_is_no_row_of_misses()
    {
        var found = Start.AddDays(-20);
        var reported = new Story { Now = found }.And(Stories.Report);
        var entered = reported with
        {
            Events = [reported.Events[0] with { Context = reported.Events[0].Context with { CountsFrom = ChinaTime.DateAt(Start) } }],
        };
        var act = (entered with { Now = Start }).Act(As(CountyOffice), found.AddHours(1), paper: true) with { Under = Role.Coordinator };
        Ring.Before(act, reported.Then, Rulebook.Baseline).Length.ShouldBe(1, "it stood there unverified for 20 days");
        Ring.Before(act, entered.Then, Rulebook.Baseline).ShouldBeEmpty();
    }

    private static readonly Policy LetsEnterLate = Policy.NationalBaseline with
    {
        LateEntry = new LateEntryRule([Role.Responsible], 24, "第七条"),
    };

    /// <summary>Of every command, however late: what is refused now is refused with any earlier date as well.</summary>
    [Theory, MemberData(nameof(Commands))]
    public void What_is_refused_now_is_refused_with_an_earlier_date(string name)
    {
        var (given, by, command) = Examples.ByRule[name];
        foreach (var late in new[] { 0, 1, 10, 30, 100, 400 })
        {
            var story = given.AfterDays(late);
            if (story.When(by, command).Decision.Refusal is not { } refused || OfThePaper.Contains(refused.Code))
                continue;
            for (var at = story.Now; at > given.Now; at = at.AddDays(-1))
                story.When(As(by), command, at).Decision.Refusal
                    .ShouldNotBeNull($"{name} {late} days late: {refused.Code}, but not as of {at:O}");
        }
    }
}
