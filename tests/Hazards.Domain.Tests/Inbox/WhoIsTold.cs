using System.Collections.Immutable;
using Hazards.Domain.Codes;
using Hazards.Domain.Tests.Rules;
using static Hazards.Domain.Tests.Rules.World;

namespace Hazards.Domain.Tests.Inbox;

/// <summary>告知: who is put in the picture by what.</summary>
public sealed class WhoIsTold
{
    private static readonly HazardReported Report = new(
        ReportSource.Hotline, HazardKind.Safety, Wudu, Gas, null, "燃气泄漏", "阀井漏气", null, null, null, null, null);
    private static readonly Story Dual = new Story().And(Hotline, Report)
        .And(new HazardVerified(Level.Major, "判定标准第五条", null), new HazardAssigned([Territorial(), Sectoral()]));
    private static readonly Story Acknowledged = Dual.And(CountyGovernment, new AssignmentAcknowledged(Leg.Territorial, null))
        .And(GasRegulator, new AssignmentAcknowledged(Leg.Sectoral, null));
    private static readonly Story Listed = Acknowledged.And(CityOffice, new HazardListed(ListingLevel.Prefecture, Deadline, "限期整改", null));

    [Fact]
    public void A_report_is_put_before_the_committee_office_of_its_county_to_verify()
    {
        Tell(new Story(), Hotline, Report).ShouldBe(["todo office:621202"]);
        Tell(new Story(), Hotline, Report with { Region = RegionCode.Parse("621202101201") }).ShouldBe(["todo office:621202"]);
        Tell(new Story(), CountyOffice, Report).ShouldBeEmpty("the office knows what it reported itself");
        Tell(new Story(), CityOffice, Report).ShouldBe(["todo office:621202"]);
    }

    /// <summary>What a county has no longer on its lists, or from now on, is put before its office when another did it.</summary>
    [Fact]
    public void What_leaves_or_comes_to_the_lists_of_a_county_is_put_before_its_office()
    {
        var reported = new Story().And(Hotline, Report);
        foreach (var end in new IHazardEvent[] { new HazardRejected("不属实"), new HazardMerged(OtherId, "同一处") })
        {
            Tell(reported, CityOffice, end).ShouldBe(["notice hotline", "notice office:621202"]);
            Tell(reported, CountyOffice, end).ShouldBe(["notice hotline"]);
        }
        var moved = new HazardCorrected(CorrectableField.Region, "621202", "621222", "录错");
        Tell(reported, CityOffice, moved).ShouldBe(["todo office:621222", "notice office:621202"], "it was to verify it");
        Tell(Dual, CityOffice, moved).ShouldBe(["notice office:621202", "notice office:621222"]);
        Tell(reported, CountyOffice, moved).ShouldBe(["todo office:621222"], "it moved it itself");
        Tell(reported, CityOffice, moved with { To = "621202101" }).ShouldBeEmpty();
    }

    [Fact]
    public void An_assignment_is_put_before_each_leg_and_its_supervisor() =>
        Tell(
            new Story().And(Hotline, Report).And(new HazardVerified(Level.General, null, null)), CountyOffice,
            new HazardAssigned([Territorial(), Sectoral()]))
            .ShouldBe(["todo wudu-gov", "todo wudu-housing", "notice wudu-supervision"]);

    [Fact]
    public void What_a_leg_asks_is_put_before_who_decides_and_the_lister_hears_of_it()
    {
        Tell(Acknowledged, GasRegulator, new CompletionDeclared(Leg.Sectoral, "已整改", null))
            .ShouldBe(["todo wudu-office", "notice wudu-supervision"]);
        Tell(Listed, GasRegulator, new CompletionDeclared(Leg.Sectoral, "已整改", null))
            .ShouldBe(["todo wudu-office", "notice longnan-office", "notice wudu-supervision"]);
        Tell(Listed, GasRegulator, new ExtensionRequested(Leg.Sectoral, Deadline, Deadline.AddDays(20), "材料未到"))
            .ShouldBe(
                ["todo longnan-office", "notice wudu-office", "notice wudu-supervision"],
                "a listed hazard's extension is decided by the lister");
        foreach (var decided in new IHazardEvent[]
        {
            new ExtensionGranted(Leg.Sectoral, Deadline, Deadline.AddDays(20), null), new ExtensionRefused(Leg.Sectoral, "材料不全"),
        })
            Tell(Listed, CountyOffice, decided).ShouldContain("notice longnan-office", "it was its to decide");
        Tell(Dual, GasRegulator, new AssignmentReturned(Leg.Sectoral, "不归我管")).ShouldBe(["todo wudu-office", "notice wudu-supervision"]);
        Tell(Dual, Clockwork.Body, new LegVacated(Leg.Sectoral, GasRegulator.Id, PassingCause.Dissolved, OtherRegulator.Id)).ShouldBe(
            ["todo wudu-office", "notice wudu-education", "notice wudu-housing", "notice wudu-supervision"]);
        Tell(Dual, Clockwork.Body, new DutiesPassed(CountyOffice.Id, CityOffice.Id, PassingCause.Elsewhere))
            .ShouldBe(["todo longnan-office", "notice wudu-office"]);
    }

    [Fact]
    public void A_decision_is_put_before_the_leg_and_its_supervisor()
    {
        var declared = Acknowledged.And(GasRegulator, new CompletionDeclared(Leg.Sectoral, "已整改", null));
        Tell(declared, Emergency, new ReinspectionFailed(Leg.Sectoral, "仍有泄漏", null, Deadline))
            .ShouldBe(["todo wudu-housing", "notice wudu-office", "notice wudu-supervision"]);
        Tell(declared, Emergency, new LegAccepted(Leg.Sectoral, "合格", null))
            .ShouldBe(["notice wudu-housing", "notice wudu-office", "notice wudu-supervision"]);
    }

    [Fact]
    public void When_the_last_leg_is_accepted_the_assigner_must_close()
    {
        var one = Dual.And(new LegAccepted(Leg.Sectoral, "合格", null));
        Tell(one, Emergency, new LegAccepted(Leg.Territorial, "合格", null)).ShouldBe(["todo wudu-office", "notice wudu-gov"]);
    }

    /// <summary>挂牌的由挂牌单位销号: it is his to close, and to be asked; nobody else could.</summary>
    [Fact]
    public void What_is_listed_is_its_listers_to_close()
    {
        var one = Listed.And(new LegAccepted(Leg.Sectoral, "合格", null));
        Tell(one, Emergency, new LegAccepted(Leg.Territorial, "合格", null))
            .ShouldBe(["todo longnan-office", "notice wudu-gov", "notice wudu-office"]);
        var accepted = one.And(Emergency, new LegAccepted(Leg.Territorial, "合格", null));
        accepted.Clocks.Single(c => c.Kind == ClockKind.Close).Body.ShouldBe(CityOffice.Id);
        accepted.When(CountyOffice, new CloseHazard(null)).ThenRefused(HazardRefusals.StillListed);
        accepted.When(CityOffice, new CloseHazard(null)).ThenItHappens();
        accepted.And(CityOffice, new HazardDelisted(ListingLevel.Prefecture, DelistingGround.Accepted, "验收合格"))
            .Clocks.Single(c => c.Kind == ClockKind.Close).Body.ShouldBe(CountyOffice.Id);
    }

    /// <summary>What the clock escalates is on the record of who was late.</summary>
    [Fact]
    public void An_escalation_warns_who_was_late() =>
        Tell(Dual, Clockwork.Body, new SupervisionEscalated(CityOffice.Id, "久不复查") { Against = CountyOffice.Id }).ShouldBe(
            ["todo longnan-office", "warning wudu-office", "notice wudu-gov", "notice wudu-housing", "notice wudu-supervision"]);

    [Fact]
    public void A_leg_that_is_urged_must_act_and_all_who_watch_hear_of_it()
    {
        Tell(Listed, CitySupervision, new LegUrged(Leg.Territorial, "请抓紧"))
            .ShouldBe(["todo wudu-gov", "notice longnan-office", "notice wudu-office"]);
        Tell(Listed, CitySupervision, new CriticismCirculated(null, "整改不力"))
            .ShouldBe(
                ["warning wudu-gov", "warning wudu-housing", "notice longnan-office", "notice wudu-office", "notice wudu-supervision"]);
        Tell(Dual, CountyOffice, new SupervisionEscalated(CitySupervision.Id, "久拖不决"))
            .ShouldBe(["todo longnan-supervision", "warning wudu-gov", "warning wudu-housing", "notice wudu-supervision"]);
    }

    /// <summary>What is late is put before whoever owes it; of what was assigned to nobody, before the office.</summary>
    [Fact]
    public void Who_is_late_is_told_so()
    {
        var reported = new Story().And(Hotline, Report);
        foreach (var urged in new[] { new LegUrged(null, "请核实"), new LegUrged(null, "请核实") { Duties = [ClockKind.Verify] } })
            Tell(reported, Clockwork.Body, urged).ShouldBe(["todo office:621202"]);
        Tell(reported, CityOffice, new CriticismCirculated(null, "久不核实")).ShouldBe(["warning office:621202"]);
        Tell(Dual, Clockwork.Body, new LegUrged(Leg.Sectoral, "请审查") { Duties = [ClockKind.ReviewPlan] })
            .ShouldBe(["todo wudu-office", "notice wudu-housing", "notice wudu-supervision"]);
    }

    [Fact]
    public void Listing_and_its_end_reach_the_legs_the_assigner_and_the_reporter()
    {
        Tell(Acknowledged, CityOffice, new HazardListed(ListingLevel.Prefecture, Deadline, "限期整改", null))
            .ShouldBe(["todo wudu-gov", "todo wudu-housing", "notice hotline", "notice wudu-office", "notice wudu-supervision"]);
        Tell(Listed, CityOffice, new HazardDelisted(ListingLevel.Prefecture, DelistingGround.Accepted, "验收合格"))
            .ShouldBe(["notice hotline", "notice wudu-gov", "notice wudu-housing", "notice wudu-office", "notice wudu-supervision"]);
    }

    [Fact]
    public void A_missed_deadline_warns_who_owed_it_and_tells_who_watches()
    {
        var missed = new DeadlineMissed(ClockKind.Acknowledge, Leg.Sectoral, GasRegulator.Id, Start, Deadline, Start.AddDays(60));
        Tell(Dual, Clockwork.Body, missed).ShouldBe(["warning wudu-housing", "notice wudu-office", "notice wudu-supervision"]);
        Tell(
            new Story().And(Hotline, Report), Clockwork.Body,
            new DeadlineMissed(ClockKind.Verify, null, null, Start, Deadline, Start.AddDays(60))).ShouldBe(["warning office:621202"]);
        Tell(
            Dual, Clockwork.Body,
            new StepProposed(SupervisionStep.Interview, ClockKind.Acknowledge, Leg.Sectoral, Deadline, 7, CitySupervision.Id))
                .ShouldBe(["todo longnan-supervision"]);
        Tell(Dual, Clockwork.Body, new StepProposed(SupervisionStep.Interview, ClockKind.Acknowledge, Leg.Sectoral, Deadline, 7, null))
            .ShouldBe(["todo office:621202"]);
    }

    [Fact]
    public void A_due_date_counted_anew_is_put_before_the_one_who_owes() =>
        Tell(
            Dual, Clockwork.Body,
            new DeadlinesRecounted(0, [new DueMoved(ClockKind.Acknowledge, Leg.Sectoral, Start, Deadline, Deadline.AddDays(1), false)]))
            .ShouldBe(["notice wudu-housing"]);

    [Fact]
    public void A_reopened_hazard_without_legs_goes_back_to_the_office() =>
        Tell(Dual.And(new HazardClosed(ClosureGround.Rectified, null)), Supervision, new HazardReopened("再次漏气", []))
            .ShouldBe(["todo office:621202", "notice hotline", "notice wudu-gov", "notice wudu-housing", "notice wudu-office"]);

    [Fact]
    public void A_ledger_entered_afterwards_asks_nobody_to_act()
    {
        var context = new EventContext(
            Start, Entry.Late, "台账", CountyOffice.Id, Role.Importer, "tests", Policy.NationalBaseline.Version, null, []);
        var before = new Story().And(Hotline, Report).And(new HazardVerified(Level.General, null, null)).Then;
        var assigned = new HazardAssigned([Territorial(), Sectoral()]);
        Telling.Of(assigned, before, Hazard.Apply(Id, before, new Happening(assigned, context)), context)
            .ShouldAllBe(t => t.As == TellAs.Notice);
    }

    [Fact]
    public void The_body_that_acted_is_never_told_nor_anybody_twice()
    {
        foreach (var (happening, before, after) in Steps(
            Listed.And(Supervision, new LegUrged(null, "抓紧"), new HazardReopened("反弹", [Territorial()]))))
        {
            var told = Telling.Of(happening.Event, before, after, happening.Context);
            told.ShouldNotContain(t => t.Body == happening.Context.Body);
            told.Select(t => t.Address).ShouldBeUnique();
            told.ShouldAllBe(t => t.Body == null ^ t.Office == null);
        }
    }

    [Fact]
    public void A_message_has_one_identity_wherever_it_is_made_and_a_committee_office_two_addresses()
    {
        var e = new Guid("0195f0a0-0000-7000-8000-00000000000b");
        Messages.IdOf(e, "wudu-gov").ShouldBe(Messages.IdOf(e, "wudu-gov"));
        Messages.IdOf(e, "wudu-gov").ShouldNotBe(Messages.IdOf(e, "wudu-housing"));
        Told.AddressesOf(CountyOffice).ShouldBe(["wudu-office", "office:621202"]);
        Told.AddressesOf(CountyGovernment).ShouldBe(["wudu-gov"]);
    }

    private static IEnumerable<(Happening Happening, Hazard? Before, Hazard After)> Steps(Story story)
    {
        Hazard? state = null;
        foreach (var happening in story.Events)
        {
            var after = Hazard.Apply(Id, state, happening);
            yield return (happening, state, after);
            state = after;
        }
    }

    private static string[] Tell(Story story, Body by, IHazardEvent happened)
    {
        var context = new EventContext(
            story.Now, Entry.Prompt, "张工", by.Id, Role.Coordinator, "tests", Policy.NationalBaseline.Version, Paper, []);
        return [.. Telling.Of(happened, story.Hazard, Hazard.Apply(Id, story.Hazard, new Happening(happened, context)), context, by)
            .Select(t => $"{CodeList.Code(t.As)} {t.Address}")];
    }
}
