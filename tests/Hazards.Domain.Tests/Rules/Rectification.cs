using System.Collections.Immutable;
using Hazards.Domain.Codes;
using static Hazards.Domain.Tests.Rules.World;

namespace Hazards.Domain.Tests.Rules;

/// <summary>整改与验收: plan, progress, stop of production, extension, declaration, re-inspection.</summary>
public sealed class Rectification
{
    private static readonly PlanReviewed Passed = new(Leg.Sole, Verdict.Pass, null);

    [Fact]
    public void A_major_hazards_plan_has_six_parts_and_a_general_ones_five()
    {
        Stories.MajorRectifying.When(GasCompany, new SubmitPlan(Leg.Sole)).ThenRefused(HazardRefusals.PlanParts, "parts").Facts["parts"]
            .ShouldBe("goals,measures,funds,responsible,timeLimits,emergency");
        foreach (var part in Enum.GetValues<PlanPart>())
        {
            Stories.MajorRectifying.When(GasCompany, new SubmitPlan(Leg.Sole, SixParts.Remove(part))).ThenRefused(HazardRefusals.PlanParts);
            Stories.MajorRectifying.When(GasCompany, new SubmitPlan(Leg.Sole, SixParts.SetItem(part, " ")))
                .ThenRefused(InputRefusals.Missing, $"parts.{CodeList.Code(part)}");
            var five = Stories.Rectifying.When(GasCompany, new SubmitPlan(Leg.Sole, SixParts.Remove(part)));
            if (part == PlanPart.Goals)
                five.ThenItHappens();
            else
                five.ThenRefused(HazardRefusals.PlanParts, "parts");
        }
    }

    [Fact]
    public void Only_a_general_hazards_plan_may_be_kept_elsewhere()
    {
        Stories.Rectifying.When(GasCompany, new SubmitPlan(Leg.Sole, null, 5, "档案室"))
            .Then(new PlanSubmitted(Leg.Sole, ImmutableSortedDictionary<PlanPart, string>.Empty, 5, "档案室"));
        Stories.MajorRectifying.When(GasCompany, new SubmitPlan(Leg.Sole, SixParts, 5, "档案室"))
            .ThenRefused(HazardRefusals.PlanKeptElsewhere, "keptElsewhere");
    }

    [Theory, InlineData(-0.01), InlineData(100_000_000.01), InlineData(0.0000001)]
    public void Money_is_not_negative_not_absurd_and_not_finer_than_a_fen(double sum)
    {
        var money = (decimal)sum;
        Stories.Rectifying.When(GasCompany, new SubmitPlan(Leg.Sole, SixParts, money)).ThenRefused(InputRefusals.OutOfRange, "funds");
        Stories.Rectifying.When(GasCompany, new ReportProgress(Leg.Sole, 1, "x", money)).ThenRefused(InputRefusals.OutOfRange, "spent");
        Stories.Rectifying.When(GasCompany, new DeclareCompletion(Leg.Sole, "x", money)).ThenRefused(InputRefusals.OutOfRange, "spent");
        Stories.Rectifying.When(Emergency, new ImposePenalty("公司", "罚款", money)).ThenRefused(InputRefusals.OutOfRange, "fine");
    }

    [Fact]
    public void A_major_hazard_is_not_declared_done_without_a_plan_that_passed()
    {
        var done = new DeclareCompletion(Leg.Sole, "已更换");
        Stories.MajorRectifying.When(GasCompany, done).ThenRefused(HazardRefusals.PlanRequired);
        Stories.MajorPlanned.When(GasCompany, done).ThenRefused(HazardRefusals.PlanRequired);
        Stories.MajorPlanned.And(new PlanReviewed(Leg.Sole, Verdict.Fail, "不可行")).When(GasCompany, done)
            .ThenRefused(HazardRefusals.PlanRequired);
        var passed = Stories.MajorPlanned.And(Passed);
        passed.When(GasCompany, done).Then(new CompletionDeclared(Leg.Sole, "已更换", null)).Then.Stage.ShouldBe(Stage.AwaitingAcceptance);
        passed.And(GasCompany, new PlanSubmitted(Leg.Sole, SixParts, null, null)).When(GasCompany, done)
            .ThenRefused(HazardRefusals.PlanRequired);
    }

    [Fact]
    public void A_plan_is_reviewed_once_with_comments_when_it_fails()
    {
        Stories.MajorRectifying.When(CountyOffice, new ReviewPlan(Leg.Sole, Verdict.Pass)).ThenRefused(HazardRefusals.NoPlan);
        Stories.MajorPlanned.When(CountyOffice, new ReviewPlan(Leg.Sole, Verdict.Fail)).ThenRefused(InputRefusals.Missing, "comments");
        Stories.MajorPlanned.And(Passed).When(CountyOffice, new ReviewPlan(Leg.Sole, Verdict.Pass)).ThenRefused(HazardRefusals.NoPlan);
        Stories.MajorPlanned.When(As(CountyOffice), new ReviewPlan(Leg.Sole, Verdict.Pass), Start)
            .ThenRefused(HazardRefusals.BeforePrevious);
    }

    [Fact]
    public void Progress_lies_between_0_and_100_and_goes_back_only_after_a_failed_reinspection()
    {
        var half = Stories.Rectifying.When(GasCompany, new ReportProgress(Leg.Sole, 50, "过半"))
            .Then(new ProgressReported(Leg.Sole, 50, null, "过半"));
        half.When(GasCompany, new ReportProgress(Leg.Sole, 49, "x")).ThenRefused(HazardRefusals.ProgressBackwards, "percent");
        half.When(GasCompany, new ReportProgress(Leg.Sole, 101, "x")).ThenRefused(InputRefusals.OutOfRange, "percent");
        half.When(GasCompany, new ReportProgress(Leg.Sole, -1, "x")).ThenRefused(InputRefusals.OutOfRange, "percent");
        half.When(GasCompany, new ReportProgress(Leg.Sole, 50, "仍是一半")).ThenItHappens();
        Stories.Declared.And(Emergency, new ReinspectionFailed(Leg.Sole, "仍漏气", null, Deadline))
            .When(GasCompany, new ReportProgress(Leg.Sole, 60, "返工")).ThenItHappens();
    }

    [Fact]
    public void A_stop_of_production_is_lifted_on_written_application_after_a_review_by_another()
    {
        var stopped = Stories.Rectifying.When(Emergency, new SuspendProduction(true, "全部")).Then(new ProductionSuspended(true, "全部"));
        stopped.When(Emergency, new SuspendProduction(false, "部分")).ThenRefused(HazardRefusals.AlreadySuspended);
        stopped.When(Emergency, new ReviewResumption(Verdict.Pass, "合格")).ThenRefused(HazardRefusals.NotRequested);
        Stories.Rectifying.When(GasCompany, new RequestResumption(Leg.Sole, "x")).ThenRefused(HazardRefusals.NotSuspended);
        Stories.Rectifying.When(Emergency, new ReviewResumption(Verdict.Pass, "x")).ThenRefused(HazardRefusals.NotSuspended);
        var asked = stopped.When(GasCompany, new RequestResumption(Leg.Sole, "已检测")).Then(new ResumptionRequested(Leg.Sole, "已检测"));
        asked.Clocks.ShouldContain(
            c => c.Kind == ClockKind.ReviewResumption && c.Body == Emergency.Id && c.Due == new DateOnly(2026, 3, 12));
        asked.When(GasCompany, new RequestResumption(Leg.Sole, "再次")).ThenRefused(HazardRefusals.AlreadyRequested);
        asked.When(As(GasCompany), new ReviewResumption(Verdict.Pass, "自查合格")).ThenRefused(HazardRefusals.OwnLeg);
        var failed = asked.When(Emergency, new ReviewResumption(Verdict.Fail, "仍漏")).Then(new ResumptionReviewed(Verdict.Fail, "仍漏"));
        failed.Then.Suspension.ShouldNotBeNull().RequestedAt.ShouldBeNull();
        asked.When(Emergency, new ReviewResumption(Verdict.Pass, "合格")).ThenItHappens().Then.Suspension.ShouldBeNull();
    }

    [Fact]
    public void Before_anybody_can_apply_the_enforcer_lifts_the_stop_itself() =>
        Stories.Reported.And(Emergency, new ProductionSuspended(true, "全部")).When(Emergency, new ReviewResumption(Verdict.Pass, "查无此事"))
            .ThenItHappens().When(CountyOffice, new RejectHazard("不属实")).ThenItHappens();

    [Fact]
    public void What_is_accepted_and_still_stopped_is_its_reviewers_until_production_goes_on()
    {
        var stopped = Stories.Declared.And(Emergency, new ProductionSuspended(true, "全部")).AfterDays(3)
            .And(CountyOffice, new LegAccepted(Leg.Sole, "合格", null)).AfterDays(1);
        var accepted = ChinaTime.DateAt(stopped.Then.Legs[Leg.Sole].Since);
        Owed(stopped).ShouldBe([(ClockKind.ReviewResumption, Emergency.Id, accepted.AddDays(10))]);
        stopped.When(As(Emergency), new ReviewResumption(Verdict.Pass, "现场"), stopped.Now.AddDays(-2))
            .ThenRefused(HazardRefusals.BeforePrevious, "occurredAt");
        var asked = stopped.And(GasCompany, new ResumptionRequested(Leg.Sole, "已检测"));
        Owed(asked).ShouldBe([(ClockKind.ReviewResumption, Emergency.Id, accepted.AddDays(11))]);
        var failed = stopped.When(Emergency, new ReviewResumption(Verdict.Fail, "仍不具备条件")).ThenItHappens().AfterDays(2);
        Owed(failed).ShouldBe([(ClockKind.ReviewResumption, Emergency.Id, accepted.AddDays(11))]);
        var resumed = failed.When(Emergency, new ReviewResumption(Verdict.Pass, "具备条件")).ThenItHappens();
        var (kind, owner, due) = Owed(resumed).ShouldHaveSingleItem();
        (kind, owner).ShouldBe((ClockKind.Close, CountyOffice.Id));
        due.ShouldBe(Owed(Stories.Declared.AfterDays(6).And(CountyOffice, new LegAccepted(Leg.Sole, "合格", null))).Single().Item3);
        resumed.When(CountyOffice, new CloseHazard()).ThenItHappens();

        static (ClockKind, BodyId?, DateOnly)[] Owed(Story story) => [.. story.Clocks.Select(c => (c.Kind, c.Body, c.Due))];
    }

    [Fact]
    public void A_stop_is_lifted_before_the_leg_is_acknowledged_and_after_it_was_given_back()
    {
        var assigned = Stories.Assigned.And(Emergency, new ProductionSuspended(true, "全部"));
        assigned.When(Emergency, new ReviewResumption(Verdict.Pass, "误停")).ThenRefused(HazardRefusals.NotRequested);
        assigned.When(GasCompany, new RequestResumption(Leg.Sole, "本不应停")).ThenItHappens()
            .When(Emergency, new ReviewResumption(Verdict.Pass, "误停")).ThenItHappens();
        assigned.And(GasCompany, new AssignmentReturned(Leg.Sole, "不属本单位"))
            .When(Emergency, new ReviewResumption(Verdict.Pass, "误停")).ThenItHappens();
    }

    [Fact]
    public void A_stopped_hazard_is_closed_only_with_the_unit()
    {
        var stopped = Stories.Accepted.And(Emergency, new ProductionSuspended(true, "全部"));
        stopped.When(CountyOffice, new CloseHazard()).ThenRefused(HazardRefusals.StillSuspended);
        stopped.When(CountyOffice, new CloseHazard("关闭", UnitClosed: true)).Then(new HazardClosed(ClosureGround.UnitClosed, "关闭"));
    }

    [Fact]
    public void An_extension_is_asked_for_by_the_deadline_and_moves_it_when_granted()
    {
        var to = Deadline.AddDays(20);
        var asked = Stories.Rectifying.When(GasCompany, new RequestExtension(Leg.Sole, to, "材料未到"))
            .Then(new ExtensionRequested(Leg.Sole, Deadline, to, "材料未到"));
        asked.Clocks.ShouldContain(c => c.Kind == ClockKind.DecideExtension && c.Body == CountyOffice.Id);
        asked.When(GasCompany, new RequestExtension(Leg.Sole, to, "再次")).ThenRefused(HazardRefusals.ExtensionPending);
        var granted = asked.When(CountyOffice, new DecideExtension(Leg.Sole, true))
            .Then(new ExtensionGranted(Leg.Sole, Deadline, to, null));
        granted.Then.Legs[Leg.Sole]
            .ShouldSatisfyAllConditions(
                l => l.Deadline.ShouldBe(to), l => l.FirstDeadline.ShouldBe(Deadline), l => l.Extensions.ShouldBe(1));
        granted.Clocks.Single().Due.ShouldBe(to);
        asked.When(CountyOffice, new DecideExtension(Leg.Sole, false)).ThenRefused(InputRefusals.Missing, "comments");
        asked.When(CountyOffice, new DecideExtension(Leg.Sole, false, null, "理由不足"))
            .Then(new ExtensionRefused(Leg.Sole, "理由不足")).Then.Legs[Leg.Sole].Deadline.ShouldBe(Deadline);
        asked.When(CountyOffice, new DecideExtension(Leg.Sole, true, Deadline.AddDays(10)))
            .Then(new ExtensionGranted(Leg.Sole, Deadline, Deadline.AddDays(10), null));
    }

    [Fact]
    public void An_extension_too_late_too_short_too_long_or_once_too_often_is_refused()
    {
        RequestExtension Ask(int days) => new(Leg.Sole, Deadline.AddDays(days), "材料未到");
        Stories.Rectifying.When(GasCompany, Ask(0)).ThenRefused(HazardRefusals.ExtensionNotLater, "to");
        Stories.Rectifying.When(GasCompany, Ask(366)).ThenRefused(HazardRefusals.DeadlineFar, "to");
        Stories.Rectifying.When(CountyOffice, new DecideExtension(Leg.Sole, true)).ThenRefused(HazardRefusals.ExtensionNone);
        var lastDay = Stories.Rectifying with { Now = ChinaTime.EndOf(Deadline).AddTicks(-1) };
        lastDay.When(GasCompany, Ask(20)).ThenItHappens();
        (lastDay with { Now = ChinaTime.EndOf(Deadline) }).When(GasCompany, Ask(20)).ThenRefused(HazardRefusals.ExtensionLate);
        var early = Policy.NationalBaseline with { Extension = Policy.NationalBaseline.Extension with { RequestDaysBefore = 20 } };
        lastDay.Under(early).When(GasCompany, Ask(20)).ThenRefused(HazardRefusals.ExtensionLate);
        var twice = Stories.Rectifying.And(
            new ExtensionGranted(Leg.Sole, Deadline, Deadline.AddDays(1), null),
            new ExtensionGranted(Leg.Sole, Deadline.AddDays(1), Deadline.AddDays(2), null));
        twice.When(GasCompany, Ask(20)).ThenRefused(HazardRefusals.ExtensionTooMany);
        var asked = Stories.Rectifying.And(GasCompany, new ExtensionRequested(Leg.Sole, Deadline, Deadline.AddDays(5), "x"));
        asked.AfterDays(100).When(CountyOffice, new DecideExtension(Leg.Sole, true)).ThenRefused(HazardRefusals.DeadlinePast, "to");
        asked.When(As(CountyOffice), new DecideExtension(Leg.Sole, true), Start).ThenRefused(HazardRefusals.BeforePrevious);
        Stories.Verified.And(CountyOffice, new HazardAssigned([Sole(CountyOffice)]))
            .And(
                CountyOffice, new AssignmentAcknowledged(Leg.Sole, null),
                new ExtensionRequested(Leg.Sole, Deadline, Deadline.AddDays(5), "x"))
            .When(CountyOffice, new DecideExtension(Leg.Sole, true)).ThenRefused(HazardRefusals.OwnLeg, "leg");
    }

    [Theory]
    [InlineData(60, 60)]
    [InlineData(100, 99)]
    public void After_a_failed_reinspection_the_progress_is_what_was_reported_and_never_all(int reported, int after)
    {
        var declared = Stories.Rectifying.And(
            GasCompany, new ProgressReported(Leg.Sole, reported, null, "进度"), new CompletionDeclared(Leg.Sole, "已更换", null));
        declared.Then.Legs[Leg.Sole].Percent.ShouldBe(100);
        declared.And(Emergency, new ReinspectionFailed(Leg.Sole, "仍漏气", null, Deadline)).Then.Legs[Leg.Sole].Percent.ShouldBe(after);
    }

    [Fact]
    public void Failing_reinspection_gives_no_time_unless_the_inspector_does()
    {
        var late = Stories.Declared with { Now = ChinaTime.EndOf(Deadline).AddDays(5) };
        var failed = late.When(Emergency, new Reinspect(Leg.Sole, Verdict.Fail, "仍漏"))
            .Then(new ReinspectionFailed(Leg.Sole, "仍漏", null, Deadline));
        failed.Clocks.Single(c => c.Kind == ClockKind.Rectify).DaysOverdue(ChinaTime.DateAt(late.Now)).ShouldBe(6);
        late.When(Emergency, new Reinspect(Leg.Sole, Verdict.Fail, "仍漏", null, Deadline.AddDays(30)))
            .ThenItHappens().Then.Legs[Leg.Sole].Deadline.ShouldBe(Deadline.AddDays(30));
        late.When(Emergency, new Reinspect(Leg.Sole, Verdict.Fail, "仍漏", null, Deadline))
            .ThenRefused(HazardRefusals.DeadlinePast, "deadline");
        late.When(As(Emergency), new Reinspect(Leg.Sole, Verdict.Pass, "合格"), Start).ThenRefused(HazardRefusals.BeforePrevious);
        failed.When(GasCompany, new DeclareCompletion(Leg.Sole, "已返工")).ThenItHappens()
            .When(Emergency, new Reinspect(Leg.Sole, Verdict.Pass, "合格")).ThenItHappens();
    }
}
