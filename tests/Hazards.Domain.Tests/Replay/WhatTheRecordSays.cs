using Hazards.Domain.Codes;
using Hazards.Domain.Tests.Rules;
using static Hazards.Domain.Tests.Rules.World;

namespace Hazards.Domain.Tests.Replay;

/// <summary>时间线、责任、知情、变动: what is said of a hazard's record.</summary>
public sealed class WhatTheRecordSays
{
    private static readonly Docket Assigned = new Docket()
        .On("03-02", Hotline, Stories.Report).Opened("03-02 09:30", CountyOffice)
        .On("03-03", CountyOffice, new HazardVerified(Level.General, null, null))
        .On("03-03 10:00", CountyOffice, new HazardAssigned([Sole() with { Supervisor = Supervision.Id }]));

    [Fact]
    public void A_row_sets_told_opened_and_acted_beside_the_event()
    {
        var docket = Assigned.Opened("03-03 15:00", GasCompany).On("03-04 08:00", GasCompany, new AssignmentAcknowledged(Leg.Sole, "王某"));
        var rows = Timeline.Of(docket.AsOf("03-05"));
        var report = rows[0].Told.ShouldHaveSingleItem();
        report.To.Address.ShouldBe("office:621202");
        report.Openings.ShouldHaveSingleItem().OpenedAt.ShouldBe(Docket.When("03-02 09:30"));
        report.Acted!.Event.Position.ShouldBe(20);
        var company = rows[2].Told.Single(t => t.To.Body == GasCompany.Id);
        company.Asked.ShouldBeTrue();
        company.Acted!.Event.Type.ShouldBe("assignment_acknowledged");
        rows[2].Told.Single(t => t.To.Body == Supervision.Id)
            .ShouldSatisfyAllConditions(t => t.Asked.ShouldBeFalse(), t => t.Acted.ShouldBeNull(), t => t.Openings.ShouldBeEmpty());
    }

    [Fact]
    public void An_act_answers_only_what_asked_for_it()
    {
        var docket = Assigned
            .On("03-04", GasCompany, new AssignmentAcknowledged(Leg.Sole, null))
            .On("03-10", Supervision, new LegUrged(Leg.Sole, "请抓紧"))
            .On("03-11", GasCompany, new CommentAdded("收到"))
            .On("03-12", GasCompany, new ProgressReported(Leg.Sole, 20, null, "已开挖"));
        var urged = Timeline.Of(docket.AsOf("03-20"))[4];
        urged.Told.Single(t => t.To.Body == GasCompany.Id).Acted!.Event.Type.ShouldBe("progress_reported", "a comment answers nothing");
        urged.Told.Single(t => t.To.Body == CountyOffice.Id).Acted.ShouldBeNull("it was told for information");
    }

    [Fact]
    public void Late_entries_corrections_and_what_is_out_of_order_are_flagged()
    {
        var docket = Assigned
            .On("03-08", GasCompany, new AssignmentAcknowledged(Leg.Sole, null))
            .On("03-05", GasCompany, new InterimMeasuresTaken(Leg.Sole, "设置警戒"), recorded: "03-10 12:00")
            .On("03-11", CountyOffice, new HazardCorrected(CorrectableField.Title, "调压箱漏气", "调压柜漏气", "名称有误"));
        var rows = Timeline.Of(docket.AsOf("03-12"));
        rows[4].Late.ShouldBe(new LateEntry(Docket.When("03-10 12:00") - Docket.When("03-05"), 24, "national-baseline@2"));
        rows[4].Late!.By.ShouldBe(TimeSpan.FromHours(4 * 24 + 3));
        rows[4].OccurredBefore!.Position.ShouldBe(40);
        rows[5].Correction.ShouldBe(new CorrectionMade(CorrectableField.Title, "调压箱漏气", "调压柜漏气", "名称有误"));
        rows.Where(r => r.ByClock).ShouldBeEmpty();
    }

    [Fact]
    public void Accountability_passes_from_the_office_to_the_leg_and_back_with_a_return()
    {
        var docket = Assigned.On("03-04", GasCompany, new AssignmentReturned(Leg.Sole, "不属本单位"))
            .On("03-05", CountyOffice, new LegReassigned(GasCompany.Id, Sole(GasRegulator), "由主管部门牵头"));
        var main = Accountability.Of(docket.AsOf("03-06"))
            .Where(a => a.For is Charge.Verifying or Charge.Assigning or Charge.Rectifying or Charge.Reassigning)
            .Select(a => (a.For, a.Body?.Value ?? a.Office?.Value, a.From.Position, a.To?.Position));
        main.ShouldBe(
        [
            (Charge.Verifying, "621202", 10, 20), (Charge.Assigning, "621202", 20, 30), (Charge.Rectifying, "gas-company", 30, 40),
            (Charge.Reassigning, "wudu-office", 40, 50), (Charge.Rectifying, "wudu-housing", 50, null),
        ]);
        var duty = Accountability.Of(docket.AsOf("03-06")).First(a => a.Duty == ClockKind.Acknowledge);
        (duty.Body, duty.Policy, duty.Calendar, duty.Due, duty.To!.Position)
            .ShouldBe((GasCompany.Id, "national-baseline@2", 0, new DateOnly(2026, 3, 4), 40));
        Accountability.Of(docket.AsOf("03-06")).Where(a => a.HeldAt(Docket.When("03-04 12:00")) && a.For == Charge.Rectifying)
            .ShouldBeEmpty();
    }

    [Fact]
    public void What_was_known_is_what_was_recorded_and_the_rest_had_happened_unrecorded()
    {
        var docket = Assigned.On("03-05", GasCompany, new AssignmentAcknowledged(Leg.Sole, null), recorded: "03-10");
        var known = Knowledge.At(docket.AsOf("03-12"), Docket.When("03-06"));
        known.State!.Stage.ShouldBe(Stage.Assigned);
        known.NotYetRecorded.ShouldHaveSingleItem().Position.ShouldBe(40);
        known.Who.Single(w => w.Address == GasCompany.Id.Value)
            .ShouldSatisfyAllConditions(
                w => w.Told!.Position.ShouldBe(30), w => w.Since.ShouldBeNull("it can be shown only that it was told"));
        known.Who.Single(w => w.Address == "office:621202").Since.ShouldBe(Docket.When("03-02 09:30"));
        Knowledge.At(docket.AsOf("03-12"), Docket.When("03-01"))
            .ShouldSatisfyAllConditions(k => k.State.ShouldBeNull(), k => k.Version.ShouldBe(0));
        Knowledge.At(docket.AsOf("03-08"), Docket.When("03-06")).NotYetRecorded.ShouldBeEmpty("on the 8th nobody could say so");
    }

    [Fact]
    public void Changes_name_the_field_its_values_and_the_events_that_made_them()
    {
        var docket = Assigned.On("03-04", GasCompany, new AssignmentAcknowledged(Leg.Sole, "王某"))
            .On("03-10", CityOffice, Stories.CityListing);
        var changes = StateChanges.Between(docket.AsOf("03-12"), Docket.When("03-03 12:00"), Docket.When("03-11"))
            .ToDictionary(c => c.Field.Name);
        changes["stage"].ShouldSatisfyAllConditions(
            c => c.From.ShouldBe("assigned"), c => c.FromShown.ShouldBe("待签收"), c => c.Field.Shown.ShouldBe("整改中"),
            c => c.Events.ShouldHaveSingleItem().Position.ShouldBe(40));
        changes["legs.sole.responsiblePerson"].Field.Value.ShouldBe("王某");
        changes["clocks.acknowledge.sole"]
            .ShouldSatisfyAllConditions(c => c.From.ShouldBe("2026-03-04"), c => c.Field.Value.ShouldBeNull());
        changes["listing.level"].Events.ShouldHaveSingleItem().Position.ShouldBe(50);
        changes.ShouldNotContainKey("title");
        StateChanges.By(docket.AsOf("03-12"), 5).Select(c => c.Field.Name)
            .ShouldBe(["listing.level", "listing.by", "listing.deadline", "listing.publishedIn"]);
    }

    [Fact]
    public void How_it_ended_says_who_accepted_and_whether_it_came_back()
    {
        var docket = Assigned.On("03-04", GasCompany, new AssignmentAcknowledged(Leg.Sole, null))
            .On("03-06", GasCompany, new CompletionDeclared(Leg.Sole, "已更换", null))
            .On("03-07", Emergency, new LegAccepted(Leg.Sole, "合格", "李工"))
            .On("03-08", CountyOffice, new HazardClosed(ClosureGround.Rectified, null))
            .On("05-08", CountyOffice, new LookbackMade(LookbackResult.Recurred, "又漏气", null))
            .On("05-09", CountyOffice, new HazardReopened("反弹", [Sole()]));
        var ended = EndingsOf.Of(docket.Events);
        ended.Accepted.ShouldHaveSingleItem()
            .ShouldSatisfyAllConditions(
                a => a.By.ShouldBe(Emergency.Id), a => a.Inspectors.ShouldBe("李工"), a => a.Event.Position.ShouldBe(60));
        (ended.Closed.Length, ended.Ground, ended.Reopened.Length, ended.Reason, ended.Result)
            .ShouldBe((1, ClosureGround.Rectified, 1, "反弹", LookbackResult.Recurred));
    }
}
