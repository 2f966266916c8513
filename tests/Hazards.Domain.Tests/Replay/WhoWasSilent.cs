using Hazards.Domain.Codes;
using Hazards.Domain.Tests.Rules;
using static Hazards.Domain.Tests.Rules.World;

namespace Hazards.Domain.Tests.Replay;

/// <summary>沉默: who did not act although a rule gave a day for it; who was told and never looked.</summary>
public sealed class WhoWasSilent
{
    private static readonly Docket Reported = new Docket().On("03-02", Hotline, Stories.Report);
    private static readonly Docket Verified = Reported.Opened("03-02 10:00", CountyOffice)
        .On("03-03", CountyOffice, new HazardVerified(Level.General, null, null));
    private static readonly Docket Dual = Verified.On("03-03 10:00", CountyOffice, new HazardAssigned([Territorial(), Sectoral()]));

    [Fact]
    public void Nobody_is_silent_while_the_day_has_not_ended()
    {
        Duties(Reported.AsOf("03-05 23:59")).ShouldBeEmpty();
        Duties(Reported.AsOf("03-06 00:00")).ShouldBeEmpty("a deadline is the end of its day: three days to verify end on 5 March");
    }

    [Fact]
    public void An_office_that_lets_the_day_pass_is_silent_from_its_end_and_until_it_acts()
    {
        var open = Duties(Reported.AsOf("03-08")).ShouldHaveSingleItem();
        open.ShouldSatisfyAllConditions(
            s => s.Kind.ShouldBe(SilenceKind.DutyMissed), s => s.Duty.ShouldBe(ClockKind.Verify), s => s.Body.ShouldBeNull(),
            s => s.Office.ShouldBe(Wudu),
            s => s.From.ShouldBe(Docket.When("03-06 00:00")), s => s.Until.ShouldBeNull(), s => s.Days.ShouldBe(3),
            s => s.Positions.ShouldBe([10L]),
            s => s.Rule!.Policy.ShouldBe("national-baseline@2"), s => s.Rule!.Clause.ShouldBe("产品默认值"), s => s.Rule!.Days.ShouldBe(3));
        var ended = Duties(Reported.Ringing("03-06 00:05").On("03-09", CountyOffice, new HazardVerified(Level.General, null, null))
            .AsOf("03-10")).ShouldHaveSingleItem();
        ended.Until.ShouldBe(Docket.When("03-09"));
        ended.Noticed!.Position.ShouldBe(20);
        ended.Ended!.Type.ShouldBe("hazard_verified");
        ended.Positions.ShouldBe([10L, 20L, ended.Ended.Position]);
    }

    [Fact]
    public void A_leg_is_silent_while_the_other_acts_and_its_silence_is_not_hidden()
    {
        var docket = Dual.On("03-04", CountyGovernment, new AssignmentAcknowledged(Leg.Territorial, null))
            .On("03-10", CountyGovernment, new ProgressReported(Leg.Territorial, 30, null, "已开挖"));
        var leg = Silences.Of(docket.AsOf("03-20")).Single(s => s.Kind == SilenceKind.LegSilent);
        leg.ShouldSatisfyAllConditions(
            s => s.Leg.ShouldBe(Leg.Sectoral), s => s.Body.ShouldBe(GasRegulator.Id), s => s.From.ShouldBe(Docket.When("03-05 00:00")),
            s => s.Until.ShouldBeNull(),
            s => s.Positions.ShouldBe([30L, docket.Last], "the assignment, and what the other leg did meanwhile"));
        Silences.Of(docket.AsOf("03-08"))
            .ShouldNotContain(s => s.Kind == SilenceKind.LegSilent, "up to then the other leg had done nothing since the day passed");
    }

    [Fact]
    public void A_leg_that_is_late_with_one_duty_but_does_another_is_not_silent_from_then_on()
    {
        var docket = Dual
            .On("03-04", CountyGovernment, new AssignmentAcknowledged(Leg.Territorial, null))
            .On("03-08", CountyGovernment, new ProgressReported(Leg.Territorial, 30, null, "已开挖"))
            .On("03-09", GasRegulator, new InterimMeasuresTaken(Leg.Sectoral, "设置警戒"))
            .On("03-12", CountyGovernment, new ProgressReported(Leg.Territorial, 60, null, "已更换"));
        var leg = Silences.Of(docket.AsOf("03-20")).Single(s => s.Kind == SilenceKind.LegSilent);
        leg.Until.ShouldBe(Docket.When("03-09"));
        leg.Positions.ShouldBe([30L, 50L, 60L]);
    }

    [Fact]
    public void Who_gave_a_leg_back_overdue_was_late_with_it_and_its_assigner_only_with_the_reassignment()
    {
        var overdue = Dual.On("03-04", GasRegulator, new AssignmentAcknowledged(Leg.Sectoral, null)).Ringing("05-20");
        var due = overdue.State!.DeadlineOf(overdue.State.Legs[Leg.Sectoral]);
        var back = overdue.On("05-21", GasRegulator, new AssignmentReturned(Leg.Sectoral, "不属本单位"));
        var late = Rectifying(back.AsOf("07-20")).ShouldHaveSingleItem();
        late.Body.ShouldBe(GasRegulator.Id);
        late.Until.ShouldBe(Docket.When("05-21"));
        Duties(back.AsOf("07-20")).Where(s => s.Duty == ClockKind.Reassign).ShouldHaveSingleItem().Body.ShouldBe(CountyOffice.Id);

        // What fell due while it lay with the assigner is that one's to reassign, and not a second neglect.
        var before = Dual.On("03-04", GasRegulator, new AssignmentReturned(Leg.Sectoral, "不属本单位"));
        foreach (var docket in new[] { before, before.Ringing("05-20") })
        {
            Rectifying(docket.AsOf("07-20")).ShouldBeEmpty();
            Duties(docket.AsOf("07-20")).Where(s => s.Leg == Leg.Sectoral).ShouldHaveSingleItem().Duty.ShouldBe(ClockKind.Reassign);
        }

        Silence[] Rectifying(CaseFile file) =>
            [.. Duties(file).Where(s => s.Duty == ClockKind.Rectify && s.Leg == Leg.Sectoral && s.Due == due)];
    }

    [Fact]
    public void A_supervisor_is_silent_beyond_the_interval_of_the_policy_and_each_act_begins_it_anew()
    {
        var policy = Policy.NationalBaseline with
        {
            Supervision = [new SupervisionRule(Level.General, 10, "某市双重督办办法第六条", DayCount.Working)],
        };
        var docket = (Dual with { Policy = policy }).On("03-10", Supervision, new LegUrged(Leg.Sectoral, "请抓紧"), role: Role.Supervisor);
        Supervisors(docket.AsOf("03-24"))
            .ShouldHaveSingleItem().Body.ShouldBe(
                CountyOffice.Id, "ten working days from 3 March end on the 17th; the other supervisor has urged on the 10th");
        var both = Supervisors(docket.AsOf("04-30"));
        both.Length.ShouldBe(2);
        both[1].ShouldSatisfyAllConditions(
            s => s.Body.ShouldBe(Supervision.Id), s => s.Due.ShouldBe(new DateOnly(2026, 3, 24)),
            s => s.Rule!.Clause.ShouldBe("某市双重督办办法第六条"),
            s => s.Rule!.Days.ShouldBe(10), s => s.Rule!.Count.ShouldBe(DayCount.Working), s => s.Began.Type.ShouldBe("leg_urged"));
    }

    [Fact]
    public void Who_was_told_and_never_opened_nor_acted_is_silent_since_it_was_told()
    {
        var never = Unopened(Dual.AsOf("03-04"));
        never.Select(s => (s.Body!.Value.Value, s.As, s.Positions.Length))
            .ShouldBe([("hotline", TellAs.Notice, 1), ("wudu-gov", TellAs.Todo, 1), ("wudu-housing", TellAs.Todo, 1), ("wudu-supervision", TellAs.Notice, 1)], ignoreOrder: true);
        Unopened(Dual.Opened("03-03 11:00", CountyGovernment).AsOf("03-04")).ShouldNotContain(s => s.Body == CountyGovernment.Id);
        Unopened(Dual.Opened("03-05", CountyGovernment).AsOf("03-04"))
            .ShouldContain(s => s.Body == CountyGovernment.Id, "as of the 4th it had not opened it");
        Unopened(Dual.On("03-04", CountyGovernment, new AssignmentAcknowledged(Leg.Territorial, null)).AsOf("03-05"))
            .ShouldNotContain(s => s.Body == CountyGovernment.Id, "who acknowledges knows");
    }

    [Fact]
    public void An_office_is_found_by_its_region_when_no_body_is_named()
    {
        Unopened(Reported.AsOf("03-03")).ShouldHaveSingleItem().Office.ShouldBe(Wudu);
        Unopened(Reported.Opened("03-02 10:00", CountyOffice).AsOf("03-03")).ShouldBeEmpty();
        Unopened(Reported.On("03-02 11:00", CountyOffice, new HazardVerified(Level.General, null, null)).AsOf("03-03"))
            .ShouldNotContain(s => s.Office == Wudu);
    }

    [Fact]
    public void What_is_entered_after_the_day_and_claims_to_have_been_in_time_is_named()
    {
        var docket = Reported.Ringing("03-06 00:05")
            .On("03-04", CountyOffice, new HazardVerified(Level.General, null, null), recorded: "03-20");
        Silences.Of(docket.AsOf("03-19"))
            .ShouldContain(s => s.Kind == SilenceKind.DutyMissed && s.Until == null, "nothing was known of it on the 19th");
        var claimed = Silences.Of(docket.AsOf("03-21")).Single(s => s.Duty == ClockKind.Verify);
        claimed.Kind.ShouldBe(SilenceKind.EnteredAfterwards);
        claimed.From.ShouldBe(Docket.When("03-06 00:00"));
        claimed.Until.ShouldBe(Docket.When("03-20"));
    }

    [Fact]
    public void A_ledger_entered_at_once_makes_nobody_silent_on_record_who_acted_in_time()
    {
        var docket = new Docket()
            .On("03-02", CountyOffice, Stories.Report, "06-01", Role.Importer)
            .On("03-03", CountyOffice, new HazardVerified(Level.General, null, null), "06-01", Role.Importer)
            .On("03-03", CountyOffice, new HazardAssigned([Sole()]), "06-01", Role.Importer)
            .On("03-04", CountyOffice, new AssignmentAcknowledged(Leg.Sole, null), "06-01", Role.Importer)
            .On("03-20", CountyOffice, new CompletionDeclared(Leg.Sole, "已更换", null), "06-01", Role.Importer);
        Silences.Of(docket.AsOf("06-01")).Where(s => s.Duty != null && s.Duty != ClockKind.Reinspect).ShouldBeEmpty();
        Timeline.Of(docket.AsOf("06-01"))[3].By.ShouldBe(GasCompany.Id, "what the importer enters of the leg's acts is the leg's");
    }

    [Fact]
    public void A_deadline_put_off_after_it_passed_leaves_the_silence_before_it()
    {
        var docket = Verified.On("03-03 10:00", CountyOffice, new HazardAssigned([Sole() with { Deadline = new DateOnly(2026, 3, 10) }]))
            .On("03-04", GasCompany, new AssignmentAcknowledged(Leg.Sole, null))
            .On("03-10", GasCompany, new ExtensionRequested(Leg.Sole, new DateOnly(2026, 3, 10), new DateOnly(2026, 4, 1), "材料未到"))
            .On("03-14", CountyOffice, new ExtensionGranted(Leg.Sole, new DateOnly(2026, 3, 10), new DateOnly(2026, 4, 1), null));
        var silence = Duties(docket.AsOf("03-20")).ShouldHaveSingleItem();
        (silence.Duty, silence.From, silence.Until).ShouldBe((ClockKind.Rectify, Docket.When("03-11 00:00"), Docket.When("03-14")));
        silence.Ended!.Type.ShouldBe("extension_granted");
    }

    [Fact]
    public void A_supervisors_silence_is_not_hidden_by_a_visit_entered_afterwards_that_claims_to_lie_before_the_regrading()
    {
        // Found by chance: the visit ended the duty before the regrading had made it due, so that nothing was left of the silence.
        var regraded = (Dual with { Policy = OftenerWhenMajor })
            .On("03-12", CountyOffice, new LegUrged(Leg.Territorial, "请抓紧"))
            .On("03-16", CountyOffice, new HazardRegraded(Level.General, Level.Major, "判定标准第五条", "复核"))
            .Ringing("03-17");
        var notice = regraded.Events.Single(e => e.Event is DeadlineMissed { Clock: ClockKind.Supervise, Leg: Leg.Sectoral }).Position;
        var docket = regraded.On(
            "03-15", Supervision, new SupervisionVisitMade(Leg.Sectoral, "已到现场", null), recorded: "03-20", role: Role.Supervisor);

        var before = SilencesOf(Supervision, docket.AsOf("03-19"));
        before.Select(s => (s.Kind, s.Due, s.From, s.Until)).ShouldBe(
        [
            (SilenceKind.SupervisorSilent, new DateOnly(2026, 3, 13), Docket.When("03-14 00:00"), Docket.When("03-16")),
            (SilenceKind.SupervisorSilent, new DateOnly(2026, 3, 10), Docket.When("03-16"), null),
        ]);
        var after = SilencesOf(Supervision, docket.AsOf("03-21"));
        after[0].ShouldSatisfyAllConditions(
            s => s.Kind.ShouldBe(SilenceKind.SupervisorSilent), s => s.Until.ShouldBe(Docket.When("03-16")));
        after[1].ShouldSatisfyAllConditions(
            s => s.Kind.ShouldBe(SilenceKind.EnteredAfterwards), s => s.Due.ShouldBe(new DateOnly(2026, 3, 10)), s => s.Days.ShouldBe(4),
            s => s.From.ShouldBe(Docket.When("03-16")), s => s.Until.ShouldBe(Docket.When("03-20"), "until then nothing was on record"),
            s => s.Began.Type.ShouldBe("hazard_regraded"), s => s.Noticed!.Position.ShouldBe(notice),
            s => s.Ended!.Position.ShouldBe(docket.Last));
        after.Length.ShouldBe(2);
    }

    [Fact]
    public void Nor_is_a_legs_whether_or_not_the_service_looked()
    {
        var docket = (Dual with { Policy = StricterWhenMajor(ClockKind.Acknowledge) })
            .On("03-06", CountyOffice, new HazardRegraded(Level.General, Level.Major, "判定标准第五条", "复核"))
            .On("03-05", GasRegulator, new AssignmentAcknowledged(Leg.Sectoral, null), recorded: "03-10");
        var silence = SilencesOf(GasRegulator, docket.AsOf("03-11")).Single(s => s.Duty == ClockKind.Acknowledge);
        silence.ShouldSatisfyAllConditions(
            s => s.Kind.ShouldBe(SilenceKind.EnteredAfterwards), s => s.Due.ShouldBe(new DateOnly(2026, 3, 4)),
            s => s.Noticed.ShouldBeNull(),
            s => s.From.ShouldBe(Docket.When("03-06")), s => s.Until.ShouldBe(Docket.When("03-10")));
    }

    [Fact]
    public void Nor_is_the_offices_before_there_are_legs()
    {
        var docket = (Verified with { Policy = StricterWhenMajor(ClockKind.Assign) })
            .On("03-06", CountyOffice, new HazardRegraded(Level.General, Level.Major, "判定标准第五条", "复核"))
            .On("03-05", CountyOffice, new HazardAssigned([Sole()]), recorded: "03-10");
        var silence = Silences.Of(docket.AsOf("03-11")).Single(s => s.Duty == ClockKind.Assign);
        (silence.Kind, silence.Office, silence.From, silence.Until)
            .ShouldBe((SilenceKind.EnteredAfterwards, Wudu, Docket.When("03-06"), Docket.When("03-10")));
    }

    [Fact]
    public void None_begins_with_a_recount_before_the_day_that_had_been_said()
    {
        var policy = Policy.NationalBaseline with { Supervision = [new SupervisionRule(Level.General, 10, "x", DayCount.Working)] };
        var calendar = WorkCalendar.Shipped.With(new CalendarYear(2026, new PolicySource("x"), [], []));
        var docket = (Dual with { Policy = policy, Calendar = calendar })
            .On("03-24", Supervision, new LegUrged(Leg.Sectoral, "请抓紧"), role: Role.Supervisor);
        docket.AsOf("04-08").Newest.Calendar.ShouldBe(0);
        var recounted = docket.Recounted("04-08 10:00");
        recounted.Events[^1].Event.ShouldBeOfType<DeadlinesRecounted>()
            .Moved.ShouldContain(m => m.Leg == Leg.Sectoral && m.From == new DateOnly(2026, 4, 8) && m.To == m.From && m.Kept == true);
        SilencesOf(Supervision, recounted.AsOf("04-08 23:59")).ShouldAllBe(s => s.Until < Docket.When("04-08"));
        var visit = new SupervisionVisitMade(Leg.Sectoral, "已到现场", null);
        var visited = recounted.On("04-08 09:00", Supervision, visit, recorded: "04-09 09:00", role: Role.Supervisor);
        var silence = SilencesOf(Supervision, visited.AsOf("04-10"))[^1];
        silence.ShouldSatisfyAllConditions(
            s => s.Kind.ShouldBe(SilenceKind.EnteredAfterwards), s => s.Due.ShouldBe(new DateOnly(2026, 4, 8)),
            s => s.From.ShouldBe(Docket.When("04-09 00:00")), s => s.Until.ShouldBe(Docket.When("04-09 09:00")));
    }

    [Fact]
    public void What_began_and_ended_at_once_on_record_is_no_silence()
    {
        var docket = (Dual with { Policy = StricterWhenMajor(ClockKind.Acknowledge) })
            .On("03-06", CountyOffice, new HazardRegraded(Level.General, Level.Major, "判定标准第五条", "复核"), recorded: "06-01")
            .On("03-05", GasRegulator, new AssignmentAcknowledged(Leg.Sectoral, null), recorded: "06-01");
        SilencesOf(GasRegulator, docket.AsOf("06-02"))
            .ShouldNotContain(s => s.Due == new DateOnly(2026, 3, 4), "it was due on the 4th for no time at all");
    }

    [Fact]
    public void What_a_ledger_dates_the_day_after_the_last_is_late()
    {
        // A ledger's day is entered as its midnight: the first instant that is too late.
        var docket = new Docket()
            .On("03-02 00:00", CountyOffice, Stories.Report, "06-01", Role.Importer)
            .On("03-06 00:00", CountyOffice, new HazardVerified(Level.General, null, null), "06-01", Role.Importer);
        var silence = Duties(docket.AsOf("06-01")).Single(s => s.Duty == ClockKind.Verify);
        silence.ShouldSatisfyAllConditions(
            s => s.Due.ShouldBe(new DateOnly(2026, 3, 5)), s => s.From.ShouldBe(Docket.When("03-06 00:00")),
            s => s.Until.ShouldBe(Docket.When("03-06 00:00")), s => s.Days.ShouldBe(1));
    }

    [Fact]
    public void A_notice_is_cited_by_the_silence_that_lasted_when_it_was_noticed()
    {
        var docket = (Dual with { Policy = OftenerWhenMajor })
            .On("03-16 09:00", CountyOffice, new HazardRegraded(Level.General, Level.Major, "判定标准第五条", "复核"))
            .On("03-16 11:00", CountyOffice, new HazardRegraded(Level.Major, Level.General, "判定标准第五条", "改回"))
            .On("03-18", CountyOffice, new HazardRegraded(Level.General, Level.Major, "判定标准第五条", "再复核"))
            .Ringing("03-19");
        var major = SilencesOf(Supervision, docket.AsOf("03-20")).Where(s => s.Due == new DateOnly(2026, 3, 10)).ToArray();
        major.Select(s => (s.From, s.Until, Noticed: s.Noticed != null)).ShouldBe(
        [
            (Docket.When("03-16 09:00"), Docket.When("03-16 11:00"), false),
            (Docket.When("03-18"), (DateTimeOffset?)null, true),
        ]);
    }

    [Fact]
    public void A_legs_silence_that_goes_on_was_ended_by_nothing()
    {
        // The plan is due before the rectification and is no longer owed after the regrading; the leg is overdue all the same.
        var docket = Reported.On("03-03", CountyOffice, new HazardVerified(Level.Major, "判定标准第五条", null))
            .On("03-03 10:00", CountyOffice, new HazardAssigned([Territorial(), Sectoral() with { Deadline = new DateOnly(2026, 3, 15) }]))
            .On("03-04", GasRegulator, new AssignmentAcknowledged(Leg.Sectoral, null))
            .On("03-20", CountyOffice, new HazardRegraded(Level.Major, Level.General, "判定标准第五条", "复核"))
            .On("03-21", CountyGovernment, new AssignmentAcknowledged(Leg.Territorial, null));
        var leg = Silences.Of(docket.AsOf("03-25")).Single(s => s.Kind == SilenceKind.LegSilent && s.Leg == Leg.Sectoral);
        leg.ShouldSatisfyAllConditions(
            s => s.From.ShouldBe(Docket.When("03-12 00:00")), s => s.Until.ShouldBeNull(), s => s.Ended.ShouldBeNull());
    }

    private static Silence[] Duties(CaseFile file) => [.. Silences.Of(file).Where(s => s.Kind == SilenceKind.DutyMissed)];

    private static Silence[] SilencesOf(Body body, CaseFile file) => [.. Silences.Of(file).Where(s => s.Body == body.Id && s.Duty != null)];

    /// <summary>A supervisor acts every ten days on a general hazard, every seven on a major one.</summary>
    private static readonly Policy OftenerWhenMajor =
        Policy.NationalBaseline with
        {
            Supervision = [new SupervisionRule(Level.General, 10, "x"), new SupervisionRule(Level.Major, 7, "x")],
        };

    /// <summary>Five days for a general hazard, one for a major one.</summary>
    private static Policy StricterWhenMajor(ClockKind kind) => Policy.NationalBaseline with
    {
        Clocks = [new ClockRule(kind, 5, "x", Level.General), new ClockRule(kind, 1, "x", Level.Major), .. Policy.NationalBaseline.Clocks],
    };

    private static Silence[] Supervisors(CaseFile file) => [.. Silences.Of(file).Where(s => s.Kind == SilenceKind.SupervisorSilent)];

    private static Silence[] Unopened(CaseFile file) => [.. Silences.Of(file).Where(s => s.Kind == SilenceKind.NeverOpened)];
}
