using Hazards.Domain.Codes;
using static Hazards.Domain.Tests.Rules.World;

namespace Hazards.Domain.Tests.Rules;

/// <summary>What may go wrong between two steps, and how it is put right with its trace left.</summary>
public sealed class TheGaps
{
    [Fact]
    public void An_accepted_leg_that_goes_bad_is_rectified_again_and_the_other_is_left_alone()
    {
        var story = Stories.DualOneAccepted.When(As(Emergency), new WithdrawAcceptance(Leg.Territorial, "验收后又漏气"))
            .Then(new AcceptanceWithdrawn(Leg.Territorial, "验收后又漏气", Deadline));
        var leg = story.Then.Legs[Leg.Territorial];
        (leg.Stage, leg.AcceptedAt, leg.AcceptedBy, leg.DeclaredAt, leg.Failed).ShouldBe((LegStage.Rectifying, null, null, null, 1));
        leg.Percent.ShouldBeLessThan(100);
        story.Then.Legs[Leg.Sectoral].ShouldBe(Stories.DualOneAccepted.Then.Legs[Leg.Sectoral]);
        story.Clocks.ShouldContain(c => c.Kind == ClockKind.Rectify && c.Leg == Leg.Territorial && c.Due == Deadline);

        var declared = story.When(CountyGovernment, new DeclareCompletion(Leg.Territorial, "再次整改")).ThenItHappens();
        declared.When(Emergency, new Reinspect(Leg.Territorial, Verdict.Pass, "合格"))
            .ThenItHappens().Then.Legs[Leg.Territorial].Stage.ShouldBe(LegStage.Accepted);
    }

    [Fact]
    public void An_acceptance_is_withdrawn_by_who_may_accept_while_the_hazard_is_open()
    {
        var withdraw = new WithdrawAcceptance(Leg.Sole, "又坏了");
        Stories.Accepted.When(GasCompany, withdraw).Decision.Refusal.ShouldNotBeNull();
        Stories.Declared.When(Emergency, withdraw).ThenRefused(HazardRefusals.LegStageForbids);
        Stories.Closed.When(Emergency, withdraw).ThenRefused(HazardRefusals.NotOpen);
        var refusal = Stories.Accepted.When(Emergency, new WithdrawAcceptance(Leg.Sole, " ", new DateOnly(2020, 1, 1)))
            .ThenRefused(InputRefusals.Missing, "reason");
        refusal.Others.Select(o => (o.Code, o.Field))
            .ShouldBe([(HazardRefusals.DeadlinePast.Code, "deadline")], "all that is wrong is told at once");
        Stories.Accepted.When(As(CountyOffice), new CloseHazard()).ThenItHappens();
        Stories.Accepted.When(Emergency, withdraw).ThenItHappens().When(CountyOffice, new CloseHazard())
            .ThenRefused(HazardRefusals.StageForbids);
    }

    [Fact]
    public void A_level_raised_after_the_acceptance_asks_for_what_it_needs_before_the_closure()
    {
        var raised = Stories.Accepted.When(CountyOffice, new RegradeHazard(Level.Major, "专家复核", "判定标准第五条")).ThenItHappens();
        var refusal = raised.When(CountyOffice, new CloseHazard()).ThenRefused(HazardRefusals.LevelRaised);
        refusal.Facts["code"].ShouldBe(HazardRefusals.PlanRequired.Code);

        var again = raised.When(Emergency, new WithdrawAcceptance(Leg.Sole, "升级为重大，补报方案")).ThenItHappens();
        again.When(GasCompany, new DeclareCompletion(Leg.Sole, "完成")).ThenRefused(HazardRefusals.PlanRequired);
        var planned = again.When(GasCompany, new SubmitPlan(Leg.Sole, SixParts, 30m)).ThenItHappens()
            .When(CountyOffice, new ReviewPlan(Leg.Sole, Verdict.Pass)).ThenItHappens();
        var accepted = planned.When(GasCompany, new DeclareCompletion(Leg.Sole, "完成")).ThenItHappens()
            .When(Emergency, new Reinspect(Leg.Sole, Verdict.Pass, "合格", "李工")).ThenItHappens();
        accepted.When(CountyOffice, new CloseHazard()).ThenItHappens().Then.Stage.ShouldBe(Stage.Closed);
    }

    [Fact]
    public void What_the_new_level_asks_of_an_acceptance_is_asked_too()
    {
        var strict = Policy.NationalBaseline with
        {
            PlanRequired = [], Acceptance = [new AcceptanceRule("县规定", Level.Major, Inspectors: true)],
        };
        var raised = Stories.Accepted.Under(strict).When(CountyOffice, new RegradeHazard(Level.Major, "专家复核", "判定标准第五条")).ThenItHappens();
        raised.When(CountyOffice, new CloseHazard()).ThenRefused(HazardRefusals.LevelRaised).Facts["code"]
            .ShouldBe(HazardRefusals.AcceptanceInspectors.Code);
        var lowered = raised.When(CountyOffice, new RegradeHazard(Level.General, "复核有误")).ThenItHappens();
        lowered.When(CountyOffice, new CloseHazard()).ThenItHappens();
    }

    [Fact]
    public void All_legs_and_all_that_they_lack_are_told_at_once()
    {
        var strict = Policy.NationalBaseline with
        {
            PlanRequired = [], Acceptance = [new AcceptanceRule("县规定", Level.Major, Attachments: 2, Inspectors: true, Document: true)],
        };
        var story = Stories.DualDeclared.Under(strict);
        foreach (var leg in new[] { Leg.Sectoral, Leg.Territorial })
            story = story.When(As(Emergency), new Reinspect(leg, Verdict.Pass, "合格")).ThenItHappens();
        var raised = story.When(CountyOffice, new RegradeHazard(Level.Major, "专家复核", "判定标准第五条")).ThenItHappens();
        var refusal = raised.When(CountyOffice, new CloseHazard()).ThenRefused(HazardRefusals.LevelRaised);
        Refusal[] all = [refusal, .. refusal.Others];
        all.Select(r => r.Facts["leg"]).ShouldBe([CodeList.Chinese(Leg.Sectoral), CodeList.Chinese(Leg.Territorial)], ignoreOrder: true);
        foreach (var lacking in new[] { HazardRefusals.AcceptanceAttachments, HazardRefusals.AcceptanceInspectors })
            all.ShouldAllBe(r => r.Chinese.Contains(lacking.Chinese.Split('{', StringSplitOptions.None)[0], StringComparison.Ordinal));
        var again = Stories.DualDeclared.Under(
            strict with { Acceptance = [new AcceptanceRule("x", Attachments: 2, Inspectors: true, Document: true)] })
            .When(As(Emergency), new Reinspect(Leg.Sectoral, Verdict.Pass, " "), paper: false)
            .ThenRefused(InputRefusals.Missing, "findings");
        again.Others.Select(o => o.Code).ShouldBe(
            [HazardRefusals.AcceptanceAttachments.Code, HazardRefusals.AcceptanceInspectors.Code, HazardRefusals.AcceptanceDocument.Code]);
    }

    [Fact]
    public void A_plan_of_a_general_hazard_asks_for_what_its_level_needs()
    {
        var five = SixParts.Remove(PlanPart.Goals);
        Stories.Rectifying.When(GasCompany, new SubmitPlan(Leg.Sole, five)).ThenItHappens();
        Stories.MajorRectifying.When(GasCompany, new SubmitPlan(Leg.Sole, five)).ThenRefused(HazardRefusals.PlanParts, "parts");
    }

    [Fact]
    public void A_wrong_entry_as_fixed_on_the_spot_is_put_right_and_is_no_recurrence()
    {
        var before = Stories.Reported.Then;
        var story = Stories.FixedOnTheSpot.AfterDays(3).When(CountyOffice, new WithdrawFix("误登，尚未整改")).Then(new FixWithdrawn("误登，尚未整改"));
        var after = story.Then;
        (after.Stage, after.Level, after.Closure, after.Reopened, after.VerifiedAt)
            .ShouldBe((Stage.Reported, null, null, before.Reopened, null));
        story.Clocks.Single(c => c.Kind == ClockKind.Verify).Due.ShouldBeGreaterThanOrEqualTo(
            ChinaTime.DateAt(story.Now), "nobody could verify it while it was closed");
        story.When(CountyOffice, new VerifyHazard(Level.Major, "判定标准第五条")).ThenItHappens();

        var graded = Stories.Verified.When(Emergency, new FixOnTheSpot("当场")).ThenItHappens().When(CountyOffice, new WithdrawFix("误登"))
            .ThenItHappens();
        (graded.Then.Stage, graded.Then.Level).ShouldBe((Stage.Verified, Level.General));
        Stories.Closed.When(CountyOffice, new WithdrawFix("误登")).ThenRefused(HazardRefusals.NoFix);
    }

    [Fact]
    public void An_enterprise_says_that_it_fixed_what_it_found_itself()
    {
        var story = Stories.OwnReport.When(As(GasCompany, Role.Reporter), new FixByOwnCheck("更换软管", "安全员"))
            .Then(new HazardFixedByOwnCheck("更换软管", "安全员"), new HazardClosed(ClosureGround.OwnCheck, null));
        (story.Then.Stage, story.Then.Closure!.Ground).ShouldBe((Stage.Closed, ClosureGround.OwnCheck));
        Stories.Reported.When(As(GasCompany, Role.Reporter), new FixByOwnCheck("更换")).ThenRefused(HazardRefusals.NotOwnCheck);
        // What others found does not end with it because it was merged into it.
        var own = Stories.OwnReport;
        own.When(As(GasCompany, Role.Reporter), new FixByOwnCheck("更换").Over([own.Then, Stories.Reported.Then]))
            .ThenRefused(HazardRefusals.OwnCheckMerged);
        own.When(As(GasCompany, Role.Reporter), new FixByOwnCheck("更换").Over([own.Then])).ThenItHappens();
        Stories.Reported.When(As(CountyOffice, Role.Reporter), new FixByOwnCheck("更换")).ThenRefused(HazardRefusals.NotOwnCheck);
        var others = new Story()
            .And(
                GasCompany,
                Stories.Report with { Source = ReportSource.SelfInspection, Reporter = null, Enterprise = new Enterprise("另一公司") });
        others.When(As(GasCompany, Role.Reporter), new FixByOwnCheck("更换")).ThenRefused(HazardRefusals.NotOwnCheck);
        story.When(CountyOffice, new WithdrawFix("现场没有更换")).ThenItHappens().Then.Stage.ShouldBe(Stage.Reported);
    }
}
