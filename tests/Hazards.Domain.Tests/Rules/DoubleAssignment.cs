using System.Collections.Immutable;
using Hazards.Domain.Codes;
using static Hazards.Domain.Tests.Rules.World;

namespace Hazards.Domain.Tests.Rules;

/// <summary>双重交办: two legs in one act, each accountable on its own.</summary>
public sealed class DoubleAssignment
{
    [Fact]
    public void Both_legs_are_named_in_one_act()
    {
        ImmutableArray<LegOrder> orders = [Territorial(), Sectoral()];
        var story = Stories.Verified.When(CountyOffice, new AssignHazard(orders)).Then(new HazardAssigned(orders));
        story.Then.IsDual.ShouldBeTrue();
        story.Then.Stage.ShouldBe(Stage.Assigned);
        story.Clocks.Where(c => c.Kind == ClockKind.Acknowledge).Select(c => c.Body).ShouldBe([CountyGovernment.Id, GasRegulator.Id]);
    }

    public static TheoryData<string, string, LegOrder[]> Wrong => new()
    {
        { "input.missing", "legs", [] },
        { "assignment.legs", "legs", [Territorial()] },
        { "assignment.legs", "legs", [Sectoral()] },
        { "assignment.legs", "legs", [Sole(), Territorial()] },
        { "assignment.legs", "legs", [Sole(), Sole()] },
        { "assignment.legs", "legs", [Territorial(), Territorial()] },
        { "assignment.legs", "legs", [Territorial(), Sectoral(), Sole()] },
        { "assignment.not_territorial", "legs[0].body", [Territorial(CityOffice), Sectoral()] },
        { "assignment.not_territorial", "legs[0].body", [Territorial(NextGovernment), Sectoral()] },
        { "assignment.not_sectoral", "legs[1].body", [Territorial(), Sectoral(OtherRegulator)] },
        { "assignment.not_sectoral", "legs[1].body", [Territorial(), Sectoral(NextRegulator)] },
        { "assignment.not_sectoral", "legs[1].body", [Territorial(), Sectoral(GasCompany)] },
        { "assignment.supervisor_is_leg", "legs[0].supervisor", [Territorial() with { Supervisor = CountyGovernment.Id }, Sectoral()] },
        { "assignment.supervisor_is_leg", "legs", [Territorial() with { Supervisor = GasRegulator.Id }, Sectoral()] },
        { "assignment.same_supervisor", "legs", [Territorial(), Sectoral() with { Supervisor = CountyOffice.Id }] },
        { "body.unknown", "legs[0].body", [Sole() with { Body = Unregistered }] },
        { "body.unknown", "legs[0].supervisor", [Sole() with { Supervisor = Unregistered }] },
        { "body.dissolved", "legs[0].body", [Sole(Gone)] },
        { "body.dissolved", "legs[1].supervisor", [Territorial(), Sectoral() with { Supervisor = Gone.Id }] },
        { "body.outside_region", "legs[0].body", [Sole(NextGovernment)] },
        { "body.outside_region", "legs[0].body", [Sole(NextRegulator)] },
        { "deadline.past", "legs[0].deadline", [Sole() with { Deadline = new DateOnly(2026, 3, 1) }] },
        { "deadline.too_far", "legs[0].deadline", [Sole() with { Deadline = new DateOnly(2036, 3, 3) }] },
        { "deadline.too_far", "legs[0].deadline", [Sole() with { Deadline = DateOnly.MaxValue }] },
        { "input.missing", "legs[0].instructions", [Sole() with { Instructions = "" }] },
        { "input.too_long", "legs[0].responsiblePerson", [Sole() with { ResponsiblePerson = new string('长', 201) }] },
    };

    [Theory, MemberData(nameof(Wrong))]
    public void A_wrong_order_is_refused_wherever_legs_are_named(string code, string field, LegOrder[] orders)
    {
        IHazardCommand[] commands = [
            new AssignHazard([.. orders]), new ReopenHazard("反弹", [.. orders]),
            new LookBack(LookbackResult.Recurred, "反弹", null, [.. orders])];
        foreach (var command in orders.Length == 0 ? commands[..1] : commands)
        {
            var story = command is AssignHazard ? Stories.Verified : Stories.Closed;
            var refusal = story.When(As(CityOffice), command).Decision.Refusal.ShouldNotBeNull();
            (refusal.Code, refusal.Field).ShouldBe((code, field));
            refusal.ShouldSpeak();
        }
    }

    [Fact]
    public void The_last_day_of_a_deadline_is_today_and_the_furthest_is_ten_years_away()
    {
        Stories.Verified.When(CountyOffice, new AssignHazard([Sole() with { Deadline = new DateOnly(2026, 3, 2) }])).ThenItHappens();
        Stories.Verified.When(CountyOffice, new AssignHazard([Sole() with { Deadline = new DateOnly(2036, 3, 2) }])).ThenItHappens();
        Stories.Verified.When(As(CountyOffice), new AssignHazard([Sole()]), Start).ThenRefused(HazardRefusals.BeforePrevious, "occurredAt");
    }

    [Fact]
    public void The_same_body_cannot_be_both_legs()
    {
        var both = GasRegulator with { Kind = BodyKind.Government };
        var act = Stories.Verified.Act(As(CountyOffice)) with { Bodies = Bodies.SetItem(both.Id, both) };
        // A body has one kind, so an assignment meets this only as a wrong leg; a reassignment says it outright.
        Decider.Decide(new AssignHazard([Territorial(both), Sectoral(both)]), Stories.Verified.Then, act).Refusal!.Code.ShouldBe(
            HazardRefusals.NotSectoral.Code);
        Stories.Dual.When(CountyOffice, new ReassignLeg(Leg.Territorial, GasRegulator.Id, Deadline, "整改", "调整"))
            .ThenRefused(HazardRefusals.NotTerritorial, "body");
    }

    [Fact]
    public void One_leg_cannot_answer_for_the_other()
    {
        IHazardCommand[] answers = [
            new AcknowledgeAssignment(Leg.Sectoral), new ReturnAssignment(Leg.Sectoral, "x"), new TakeInterimMeasures(Leg.Sectoral, "x")];
        foreach (var answer in answers)
            Stories.Dual.When(CountyGovernment, answer).ThenRefused(HazardRefusals.NotYourLeg, "leg");
        var one = Stories.Dual.When(CountyGovernment, new AcknowledgeAssignment(Leg.Territorial))
            .Then(new AssignmentAcknowledged(Leg.Territorial, null));
        one.Then.Legs[Leg.Sectoral].Stage.ShouldBe(LegStage.Assigned);
        one.Then.Legs[Leg.Sectoral].LastHeardAt.ShouldBeNull();
        one.Then.Stage.ShouldBe(Stage.Assigned);
    }

    [Fact]
    public void The_bodies_of_the_two_legs_cannot_accept_each_other()
    {
        Stories.DualDeclared.When(As(GasRegulator, Role.Inspector), new Reinspect(Leg.Territorial, Verdict.Pass, "合格"))
            .ThenRefused(HazardRefusals.OwnLeg, "leg");
        Stories.DualDeclared.When(As(CountyGovernment, Role.Inspector), new Reinspect(Leg.Sectoral, Verdict.Pass, "合格"))
            .ThenRefused(HazardRefusals.OwnLeg, "leg");
    }

    [Fact]
    public void The_silence_of_one_leg_stays_visible_however_busy_the_other_is()
    {
        var story = Stories.DualOneAccepted.AfterDays(30);
        story.Then.Stage.ShouldBe(Stage.Assigned);
        story.Clocks.ShouldAllBe(c => c.Leg == Leg.Sectoral && c.Body == GasRegulator.Id);
        story.Clocks[0].Kind.ShouldBe(ClockKind.Acknowledge);
        story.Clocks[0].DaysOverdue(ChinaTime.DateAt(story.Now)).ShouldBe(29);
    }

    [Fact]
    public void An_older_act_entered_late_does_not_undo_that_the_body_has_acted_since()
    {
        var policy = Policy.NationalBaseline with { Supervision = [new SupervisionRule(Level.General, 10, "x")] };
        var story = Stories.Dual.Under(policy).AfterDays(20).When(Supervision, new RecordVisit("已到现场", Leg.Sectoral)).ThenItHappens()
            .When(GasRegulator, new TakeInterimMeasures(Leg.Sectoral, "警戒")).ThenItHappens();
        var due = Supervise(story);
        due.Due.ShouldBe(ChinaTime.DateAt(story.Now).AddDays(10));
        var late = story.When(As(Supervision), new Urge("请抓紧", Leg.Sectoral), story.Now.AddDays(-15)).ThenItHappens()
            .When(As(GasRegulator), new TakeInterimMeasures(Leg.Sectoral, "设置警示牌"), story.Now.AddDays(-10)).ThenItHappens();
        Supervise(late).ShouldBe(due);
        late.Then.Legs[Leg.Sectoral].LastHeardAt.ShouldBe(story.Then.Legs[Leg.Sectoral].LastHeardAt);
    }

    [Fact]
    public void An_act_before_the_assignment_entered_late_does_not_begin_the_supervisors_interval_before_it()
    {
        var policy = Policy.NationalBaseline with { Supervision = [new SupervisionRule(Level.General, 10, "x")] };
        var story = Stories.Verified.AfterDays(5).And(new HazardAssigned([Territorial(), Sectoral()])).Under(policy);
        Supervise(story.When(As(Supervision), new RecordVisit("现场", Leg.Sectoral), story.Now.AddDays(-4)).ThenItHappens())
            .ShouldBe(Supervise(story));
        story.When(As(Supervision), new Urge("请抓紧", Leg.Sectoral), story.Now.AddDays(-4))
            .ThenRefused(HazardRefusals.BeforePrevious, "occurredAt");
    }

    private static Clock Supervise(Story story) => story.Clocks.Single(c => c.Kind == ClockKind.Supervise && c.Leg == Leg.Sectoral);

    [Fact]
    public void It_is_closed_only_when_both_legs_are_accepted()
    {
        Stories.DualOneAccepted.When(CountyOffice, new CloseHazard()).ThenRefused(HazardRefusals.StageForbids);
        var one = Stories.DualDeclared.When(Emergency, new Reinspect(Leg.Territorial, Verdict.Pass, "合格"))
            .Then(new LegAccepted(Leg.Territorial, "合格", null));
        one.Then.Stage.ShouldBe(Stage.AwaitingAcceptance);
        one.When(CountyOffice, new CloseHazard()).ThenRefused(HazardRefusals.StageForbids);
        var both = one.When(Emergency, new Reinspect(Leg.Sectoral, Verdict.Pass, "合格")).ThenItHappens();
        both.Then.Stage.ShouldBe(Stage.AwaitingClosure);
        both.When(CountyOffice, new CloseHazard("到位"))
            .Then(new HazardClosed(ClosureGround.Rectified, "到位")).Then.Stage.ShouldBe(Stage.Closed);
    }

    [Fact]
    public void A_failed_reinspection_sends_only_that_leg_back()
    {
        var story = Stories.DualDeclared.When(Emergency, new Reinspect(Leg.Sectoral, Verdict.Fail, "仍漏气", "李工"))
            .Then(new ReinspectionFailed(Leg.Sectoral, "仍漏气", "李工", Deadline.AddDays(5)));
        story.Then.Legs[Leg.Sectoral]
            .ShouldSatisfyAllConditions(
                l => l.Stage.ShouldBe(LegStage.Rectifying), l => l.Failed.ShouldBe(1), l => l.DeclaredAt.ShouldBeNull());
        story.Then.Legs[Leg.Territorial].Stage.ShouldBe(LegStage.Declared);
        story.Then.Stage.ShouldBe(Stage.Rectifying);
    }

    [Fact]
    public void A_returned_leg_waits_for_another_body_while_the_other_goes_on()
    {
        var story = Stories.Dual.When(GasRegulator, new ReturnAssignment(Leg.Sectoral, "职能已划转"))
            .Then(new AssignmentReturned(Leg.Sectoral, "职能已划转"));
        story.Clocks.Where(c => c.Leg == Leg.Sectoral).Select(c => (c.Kind, c.Body))
            .ShouldBe([(ClockKind.Reassign, CountyOffice.Id), (ClockKind.Rectify, CountyOffice.Id)]);
        story.When(CountyGovernment, new AcknowledgeAssignment(Leg.Territorial)).ThenItHappens();
        var again = story.When(CountyOffice, new ReassignLeg(Leg.Sectoral, Emergency.Id, Deadline, "整改", "职能划转"))
            .Then(new LegReassigned(GasRegulator.Id, new LegOrder(Leg.Sectoral, Emergency.Id, Deadline, "整改", Supervision.Id), "职能划转"));
        again.Then.Legs[Leg.Sectoral]
            .ShouldSatisfyAllConditions(
                l => l.Body.ShouldBe(Emergency.Id), l => l.Stage.ShouldBe(LegStage.Assigned), l => l.ReturnReason.ShouldBeNull());
    }

    [Fact]
    public void A_reassignment_keeps_the_legs_and_the_supervisors_apart()
    {
        ReassignLeg To(Body body, Body? supervisor = null) => new(Leg.Sectoral, body.Id, Deadline, "整改", "调整", supervisor?.Id);
        Stories.Dual.When(CountyOffice, To(GasRegulator)).ThenRefused(HazardRefusals.NothingChanges, "body");
        Stories.Dual.When(CountyOffice, To(Emergency, CountyOffice)).ThenRefused(HazardRefusals.SameSupervisor, "supervisor");
        Stories.Dual.When(CountyOffice, To(Emergency, CountyGovernment)).ThenRefused(HazardRefusals.SupervisorIsLeg, "supervisor");
        Stories.Dual.When(CountyOffice, To(Emergency, Emergency)).ThenRefused(HazardRefusals.SupervisorIsLeg, "supervisor");
        Stories.Dual.When(CountyOffice, To(Gone)).ThenRefused(BodyRefusals.Dissolved, "body");
        Stories.Dual.When(CountyOffice, To(Emergency, GasCompany)).ThenRefused(HazardRefusals.SupervisorBlind, "supervisor");
        Stories.Dual.When(CountyOffice, new NameSupervisor(Leg.Sectoral, GasCompany.Id, "x"))
            .ThenRefused(HazardRefusals.SupervisorBlind, "body");
        Stories.Dual.When(CountyOffice, To(Emergency) with { Deadline = new DateOnly(2026, 1, 1) })
            .ThenRefused(HazardRefusals.DeadlinePast, "deadline");
    }

    [Fact]
    public void The_regions_office_stands_above_the_regulator_that_entered_a_ledger()
    {
        var entered = Stories.Verified.And(Emergency, new HazardAssigned([Sole()]));
        entered.When(CountyOffice, new ReassignLeg(Leg.Sole, GasRegulator.Id, Deadline, "整改", "调整")).ThenItHappens();
        entered.When(OtherRegulator, new ReassignLeg(Leg.Sole, GasRegulator.Id, Deadline, "整改", "调整"))
            .ThenRefused(HazardRefusals.NotAssigner);
        Stories.Assigned.When(CountyGovernment, new ReassignLeg(Leg.Sole, GasRegulator.Id, Deadline, "整改", "调整"))
            .ThenRefused(HazardRefusals.NotAssigner);
    }
}
