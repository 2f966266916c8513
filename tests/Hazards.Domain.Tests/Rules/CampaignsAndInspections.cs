using System.Collections.Immutable;
using Hazards.Domain.Codes;
using static Hazards.Domain.Tests.Rules.World;

namespace Hazards.Domain.Tests.Rules;

/// <summary>专项行动、检查（户次）、特殊时段: what may be opened, entered, corrected, and what hazards say they were found in.</summary>
public sealed class CampaignsAndInspections
{
    private static readonly DateOnly First = new(2026, 2, 20);
    private static readonly DateOnly Last = new(2026, 3, 31);
    private static readonly DateOnly Today = new(2026, 3, 2);
    private static readonly Enterprise Unit = new("武都燃气公司");
    private static readonly SectorCode Schools = SectorCode.Parse("education");
    private static readonly OpenCampaign Gases = new("燃气安全专项行动", First, Last, [Wudu], [Gas], Requirements: "逐户检查");
    private static readonly MakeInspection Visit = new(Unit, Wudu, Gas, Today, Inspectors: "李工", Findings: "未发现隐患");

    // ---- Campaigns ----

    [Fact]
    public void A_committee_office_opens_a_campaign_in_its_own_region()
    {
        var opened = Open(CountyOffice, Gases);
        (opened.Name, opened.Kind, opened.From, opened.Last, opened.Organiser, opened.Version)
            .ShouldBe(("燃气安全专项行动", CampaignKind.Campaign, First, Last, CountyOffice.Id, 1));
        opened.Covers(RegionCode.Parse("621202101"), Gas, First).ShouldBeTrue();
        opened.Covers(Wudu, Gas, Last).ShouldBeTrue();
        opened.Covers(Wudu, Gas, Last.AddDays(1)).ShouldBeFalse();
        opened.Covers(Wudu, Schools, First).ShouldBeFalse();
        opened.Covers(Wenxian, Gas, First).ShouldBeFalse();
    }

    [Fact]
    public void Left_out_regions_are_the_bodys_own_and_left_out_sectors_are_all()
    {
        var opened = Open(CityOffice, Gases with { Regions = default, Sectors = default });
        opened.Regions.ShouldBe([Longnan]);
        opened.Covers(Wenxian, Schools, First).ShouldBeTrue();
    }

    [Fact]
    public void Only_offices_governments_and_regulators_open_campaigns_and_only_as_coordinators_or_supervisors()
    {
        Open(CountyGovernment, Gases);
        Open(Emergency, Gases);
        Refused(Supervision, Gases, CampaignRefusals.Organiser);
        Refused(GasCompany, Gases, CampaignRefusals.Organiser);
        foreach (var role in Enum.GetValues<Role>())
        {
            var decision = Gases.Decide(null, ActOf(As(CountyOffice, role)));
            if (role is Role.Coordinator or Role.Supervisor)
                decision.Role.ShouldBe(role);
            else
                decision.Refusal?.Reason.ShouldBe(HazardRefusals.Role);
        }
        Refused(CountyOffice with { Dissolved = true }, Gases, BodyRefusals.Dissolved);
    }

    [Fact]
    public void A_campaign_that_contradicts_itself_is_refused_with_the_place()
    {
        Refused(CountyOffice, Gases with { To = First.AddDays(-1) }, CampaignRefusals.Backwards, "to");
        Refused(CountyOffice, Gases with { To = First.AddYears(11) }, CampaignRefusals.TooLong, "to");
        Refused(CountyOffice, Gases with { From = new DateOnly(1999, 1, 1) }, HazardRefusals.TooEarly, "from");
        Refused(CountyOffice, Gases with { Name = " " }, InputRefusals.Missing, "name");
        Refused(CountyOffice, Gases with { Regions = [Wudu, Wenxian] }, CampaignRefusals.RegionOutside, "regions[1]");
        Refused(CountyOffice, Gases with { Regions = [Longnan] }, CampaignRefusals.RegionOutside, "regions[0]");
        Refused(CountyOffice, Gases with { Regions = [RegionCode.Parse("621299")] }, InputRefusals.RegionUnknown, "regions[0]");
        Refused(CountyOffice, Gases with { Regions = [Wudu, Wudu] }, InputRefusals.Duplicate, "regions");
        Refused(CountyOffice, Gases with { Regions = [] }, InputRefusals.Missing, "regions");
        Refused(CountyOffice, Gases with { Sectors = [Gas, SectorCode.Parse("magic")] }, InputRefusals.SectorUnknown, "sectors[1]");
        Refused(CountyOffice, Gases with { Sectors = [Gas, Gas] }, InputRefusals.Duplicate, "sectors");
    }

    [Fact]
    public void The_organiser_or_an_office_above_it_changes_a_campaign_with_a_reason()
    {
        var campaign = Open(CountyOffice, Gases);
        var longer = new ChangeCampaign("春季延长", To: Last.AddDays(30));
        var changed = Then(campaign, CountyOffice, longer);
        (changed.To, changed.Name, changed.Version).ShouldBe((Last.AddDays(30), campaign.Name, 2));
        Then(campaign, CityOffice, longer);
        Refused(campaign, Emergency, longer, CampaignRefusals.NotYours);
        Refused(campaign, NextOffice, longer, CampaignRefusals.NotYours);
        Refused(campaign, CountyOffice, longer with { Reason = "" }, InputRefusals.Missing, "reason");
        Refused(campaign, CountyOffice, new ChangeCampaign("无"), HazardRefusals.NothingChanges);
        Refused(campaign, CountyOffice, new ChangeCampaign("误", To: First.AddDays(-1)), CampaignRefusals.Backwards, "to");
        new ChangeCampaign("改")
            .Decide(campaign, ActOf(As(CountyOffice) with { Jurisdiction = Wenxian })).Refusal!.Reason.ShouldBe(CampaignRefusals.NotFound);
        new ChangeCampaign("改").Decide(null, ActOf(As(CountyOffice))).Refusal!.Reason.ShouldBe(CampaignRefusals.NotFound);
    }

    [Fact]
    public void An_ended_campaign_covers_nothing_later_and_is_not_changed()
    {
        var campaign = Open(CountyOffice, Gases);
        var ended = Then(campaign, CountyOffice, new EndCampaign("检查120户"));
        (ended.Last, ended.Summary).ShouldBe((Today, "检查120户"));
        ended.InTime(Today).ShouldBeTrue();
        ended.InTime(Today.AddDays(1)).ShouldBeFalse();
        Refused(ended, CountyOffice, new ChangeCampaign("再改", Name: "新名"), CampaignRefusals.Ended);
        Refused(ended, CountyOffice, new EndCampaign("再结束"), CampaignRefusals.Ended);
        Refused(campaign, CountyOffice, new EndCampaign("早", First.AddDays(-1)), CampaignRefusals.EndsBeforeItBegins, "on");
        Refused(campaign, CountyOffice, new EndCampaign("晚", Today.AddDays(1)), CampaignRefusals.EndsInFuture, "on");
        Refused(campaign, CountyOffice, new EndCampaign(""), InputRefusals.Missing, "summary");
    }

    // ---- Inspections ----

    [Fact]
    public void A_unit_inspected_once_is_one_visit_with_or_without_hazards()
    {
        var visit = Enter(Emergency, Visit);
        (visit.Unit, visit.On, visit.By, visit.Late, visit.Voided, visit.HazardsClaimed)
            .ShouldBe((Unit, Today, Emergency.Id, false, false, (int?)null));
    }

    [Fact]
    public void A_unit_is_known_by_its_credit_code_or_by_its_name_whatever_its_blanks_and_width()
    {
        Key(" 武都 燃气公司").ShouldBe(Key("武都燃气公司"));
        Key("ＡＢＣ公司").ShouldBe(Key("abc公司"));
        Key("甲公司").ShouldNotBe(Key("乙公司"));
        Enter(Emergency,
            Visit with { Unit = new Enterprise("甲", CreditCode.Parse("91350100M000100Y43")) }).UnitKey.ShouldBe("91350100M000100Y43");

        static string Key(string name) => Enter(Emergency, Visit with { Unit = new Enterprise(name) }).UnitKey;
    }

    [Fact]
    public void A_visit_entered_days_later_is_kept_and_shown_as_late()
    {
        Enter(Emergency, Visit with { On = Today.AddDays(-9) }).Late.ShouldBeTrue();
        Enter(Emergency, Visit with { On = Today }).Late.ShouldBeFalse();
        Refused(Emergency, Visit with { On = Today.AddDays(1) }, InspectionRefusals.Future, "on");
        Refused(Emergency, Visit with { On = DateOnly.MaxValue }, InspectionRefusals.Future, "on");
        Refused(Emergency, Visit with { On = DateOnly.MinValue }, HazardRefusals.TooEarly, "on");
        Visit.Decide(null, ActOf(As(Emergency), Start.AddDays(-1))).Refusal!.Reason.ShouldBe(InspectionRefusals.DateDiffers);
    }

    [Fact]
    public void A_visit_must_make_sense()
    {
        Refused(Emergency, Visit with { Unit = new Enterprise("") }, InputRefusals.Missing, "unit.name");
        Refused(Emergency, Visit with { HazardsClaimed = -1 }, InputRefusals.OutOfRange, "hazardsClaimed");
        Refused(Emergency, Visit with { Sector = SectorCode.Parse("magic") }, InputRefusals.SectorUnknown, "sector");
        Refused(Emergency, Visit with { Region = RegionCode.Parse("621299") }, InputRefusals.RegionUnknown, "region");
        Refused(Emergency, Visit with { Reference = new ExternalReference("", "1") }, InputRefusals.Missing, "reference.system");
        Visit.Decide(null, ActOf(As(Emergency) with { Jurisdiction = Wenxian })).Refusal!.Reason.ShouldBe(
            DiscoveryRefusals.OutsideJurisdiction);
        Visit.Decide(null, ActOf(As(Emergency, Role.Responsible))).Refusal!.Reason.ShouldBe(HazardRefusals.Role);
    }

    [Fact]
    public void The_same_reference_is_the_same_visit()
    {
        var referenced = Visit with { Reference = new ExternalReference("互联网+执法", "8") };
        Inspection.IdentityOf("a/b", referenced.Reference).ShouldBe(Inspection.IdentityOf("a/b", referenced.Reference));
        Inspection.IdentityOf("a/b", referenced.Reference).ShouldNotBe(Inspection.IdentityOf("a/c", referenced.Reference));
        referenced.Decide(Enter(Emergency, referenced), ActOf(As(Emergency))).Refusal!.Reason.ShouldBe(InspectionRefusals.EnteredBefore);
    }

    [Fact]
    public void A_visit_lies_within_the_campaign_it_names()
    {
        var campaign = Open(CountyOffice, Gases);
        var within = Visit with { Campaign = campaign.Id };
        Enter(Emergency, within, campaign).Campaign.ShouldBe(campaign.Id);
        Refused(Emergency, within with { On = First.AddDays(-1) }, CampaignRefusals.NotInTime, "campaign", campaign);
        Refused(Emergency, within with { Sector = Schools }, CampaignRefusals.NotInSector, "campaign", campaign);
        Refused(CityOffice, within with { Region = Wenxian }, CampaignRefusals.NotInRegion, "campaign", campaign);
        Refused(Emergency, within, CampaignRefusals.Unknown, "campaign");
    }

    [Fact]
    public void A_visit_is_corrected_and_voided_by_who_entered_it_or_an_office_above()
    {
        var campaign = Open(CountyOffice, Gases);
        var visit = Enter(Emergency, Visit with { Campaign = campaign.Id }, campaign);
        var corrected = Then(visit, Emergency, new CorrectInspection("漏录", HazardsClaimed: 2), campaign);
        (corrected.HazardsClaimed, corrected.Campaign, corrected.Version).ShouldBe((2, campaign.Id, 2));
        Then(visit, CityOffice, new CorrectInspection("不属行动", NoCampaign: true)).Campaign.ShouldBeNull();
        Refused(visit, OtherRegulator, new CorrectInspection("改", HazardsClaimed: 2), InspectionRefusals.NotYours);
        Refused(visit, Emergency, new CorrectInspection("改", On: First.AddDays(-1)), CampaignRefusals.NotInTime, "campaign", campaign);
        Refused(visit, Emergency, new CorrectInspection("改", On: Today.AddDays(3), NoCampaign: true), InspectionRefusals.Future, "on");
        Refused(
            visit, Emergency, new CorrectInspection("改", Campaign: campaign.Id, NoCampaign: true), InspectionRefusals.CampaignOrNone,
            "noCampaign", campaign);
        Refused(visit, Emergency, new CorrectInspection("无"), HazardRefusals.NothingChanges, null, campaign);
        Refused(visit, Emergency, new CorrectInspection(""), InputRefusals.Missing, "reason", campaign);

        var voided = Then(visit, Emergency, new VoidInspection("重复录入"));
        voided.Voided.ShouldBeTrue();
        Refused(voided, Emergency, new VoidInspection("再作废"), InspectionRefusals.Voided);
        Refused(visit, Emergency, new VoidInspection(" "), InputRefusals.Missing, "reason");
        Refused(null, Emergency, new VoidInspection("误"), InspectionRefusals.NotFound);
    }

    [Fact]
    public void A_correction_does_not_move_a_visit_away_from_what_was_found_in_it()
    {
        var visit = Enter(Emergency, Visit with { On = First });
        var found = new FoundInInspection(visit.On.AddDays(1), [Wudu, Longnan]);
        Corrected(new CorrectInspection("改", On: visit.On.AddDays(1)), found).ShouldBeNull("it was found on the day");
        Corrected(new CorrectInspection("改", On: visit.On.AddDays(-1)), found).ShouldBeNull("and after it");
        var late = Corrected(new CorrectInspection("改", On: visit.On.AddDays(2)), found).ShouldNotBeNull();
        (late.Reason, late.Field).ShouldBe((InspectionRefusals.FoundBeforeIt, "on"));
        Corrected(new CorrectInspection("改", On: visit.On.AddDays(2)), null).ShouldBeNull("nothing was found in it");
        var away = Corrected(new CorrectInspection("改", Region: Wenxian), found, CityOffice).ShouldNotBeNull();
        (away.Reason, away.Field).ShouldBe((InspectionRefusals.FoundElsewhere, "region"));
        Corrected(new CorrectInspection("改", Region: Wudu.At(RegionLevel.Prefecture)), found, CityOffice).ShouldBeNull("it holds them");
        // What turned out to lie there, or elsewhere, is no reason against it.
        foreach (var turnedOut in new[] { Wenxian, RegionCode.Parse("621224") })
            Corrected(new CorrectInspection("改", Region: Wenxian), found with { Regions = [turnedOut] }, CityOffice).ShouldBeNull();

        Refusal? Corrected(CorrectInspection command, FoundInInspection? what, Body? by = null) =>
            command.Decide(visit, ActOf(As(by ?? Emergency)) with { Found = what }).Refusal;
    }

    // ---- Hazards found ----

    [Fact]
    public void A_hazard_says_which_visit_and_campaign_found_it()
    {
        var campaign = Open(CountyOffice, Gases);
        var visit = Enter(Emergency, Visit with { Campaign = campaign.Id }, campaign);
        Reported(Found(visit.Id, campaign.Id), campaign, visit).ShouldBe((visit.Id, campaign.Id));
        Reported(Found(visit.Id, null), campaign, visit).ShouldBe((visit.Id, campaign.Id), "the visit's campaign is the hazard's");
        Reported(Found(visit.Id, null) with { Sector = Schools }, campaign, visit)
            .ShouldBe((visit.Id, (Guid?)null), "unless the hazard lies outside it");
        Reported(Found(null, campaign.Id), campaign, null).ShouldBe(((Guid?)null, campaign.Id));
    }

    [Fact]
    public void A_hazard_is_found_only_in_what_exists_counts_and_lies_there()
    {
        var campaign = Open(CountyOffice, Gases);
        var visit = Enter(Emergency, Visit with { Campaign = campaign.Id }, campaign);
        RefusedReport(Found(visit.Id, null), null, null, InspectionRefusals.Unknown, "inspection");
        RefusedReport(Found(null, campaign.Id), null, null, CampaignRefusals.Unknown, "campaign");
        RefusedReport(Found(visit.Id, null), null, visit with { Voided = true }, InspectionRefusals.Voided, "inspection");
        RefusedReport(Found(visit.Id, null) with { Region = Wenxian }, campaign, visit, InspectionRefusals.OtherPlace, "inspection");
        RefusedReport(Found(visit.Id, null), campaign, visit with { On = Today.AddDays(1) }, InspectionRefusals.FoundBefore, "inspection");
        RefusedReport(
            Found(visit.Id, OtherId.StreamId), campaign with { Id = OtherId.StreamId }, visit, InspectionRefusals.OtherCampaign,
            "campaign");
        RefusedReport(Found(null, campaign.Id) with { Sector = Schools }, campaign, null, CampaignRefusals.NotInSector, "campaign");
        RefusedReport(Found(null, campaign.Id) with { Region = Wenxian }, campaign, null, CampaignRefusals.NotInRegion, "campaign");
        RefusedReport(Found(null, campaign.Id), campaign with { To = Today.AddDays(-1) }, null, CampaignRefusals.NotInTime, "campaign");
    }

    [Fact]
    public void Every_line_of_the_table_is_in_the_list_once() =>
        CampaignRules.All.Concat(CommandRules.All).Select(r => r.Name).ShouldBeUnique();

    // ---- How it is told ----

    private static ReportHazard Found(Guid? visit, Guid? campaign) =>
        new(ReportSource.Inspection, Wudu, Gas, "漏气", "调压箱漏气", Inspection: visit, Campaign: campaign);

    private static (Guid? Inspection, Guid? Campaign) Reported(ReportHazard report, Campaign? campaign, Inspection? visit)
    {
        var decision = Decider.Decide(report, null, ActOf(As(CityOffice), null, campaign, visit));
        decision.Refusal.ShouldBeNull();
        var reported = (HazardReported)decision.Events.Single();
        return (reported.Inspection, reported.Campaign);
    }

    private static void RefusedReport(ReportHazard report, Campaign? campaign, Inspection? visit, RefusalCode code, string field)
    {
        var refusal = Decider.Decide(report, null, ActOf(As(CityOffice), null, campaign, visit)).Refusal;
        (refusal?.Reason, refusal?.Field).ShouldBe((code, field));
    }

    private static Campaign Open(Body by, OpenCampaign command)
    {
        var decision = command.Decide(null, ActOf(As(by)));
        decision.Refusal.ShouldBeNull();
        return Campaign.Apply(null, decision.Events.Single(), ActOf(As(by)).Context(decision.Role));
    }

    private static Campaign Then(Campaign campaign, Body by, ICampaignCommand command)
    {
        var decision = command.Decide(campaign, ActOf(As(by)));
        decision.Refusal.ShouldBeNull();
        return Campaign.Apply(campaign, decision.Events.Single(), ActOf(As(by)).Context(decision.Role));
    }

    private static Inspection Enter(Body by, MakeInspection command, Campaign? campaign = null)
    {
        var act = ActOf(As(by), command.OccurredBy(Start), campaign);
        var decision = command.Decide(null, act);
        decision.Refusal.ShouldBeNull();
        return Inspection.Apply(null, decision.Events.Single(), act.Context(decision.Role));
    }

    private static Inspection Then(Inspection visit, Body by, IInspectionCommand command, Campaign? campaign = null)
    {
        var decision = command.Decide(visit, ActOf(As(by), null, campaign));
        decision.Refusal.ShouldBeNull();
        return Inspection.Apply(visit, decision.Events.Single(), ActOf(As(by)).Context(decision.Role));
    }

    private static void Refused(Body by, ICampaignCommand command, RefusalCode code, string? field = null) =>
        Refused(null, by, command, code, field);

    private static void Refused(Campaign? campaign, Body by, ICampaignCommand command, RefusalCode code, string? field = null)
    {
        var refusal = command.Decide(campaign, ActOf(As(by))).Refusal;
        (refusal?.Reason, refusal?.Field).ShouldBe((code, field));
    }

    private static void Refused(Body by, MakeInspection command, RefusalCode code, string field, Campaign? campaign = null)
    {
        var refusal = command.Decide(null, ActOf(As(by), command.OccurredBy(Start), campaign)).Refusal;
        (refusal?.Reason, refusal?.Field).ShouldBe((code, field));
    }

    private static void Refused(
        Inspection? visit, Body by, IInspectionCommand command, RefusalCode code, string? field = null, Campaign? campaign = null)
    {
        var refusal = command.Decide(visit, ActOf(As(by), null, campaign)).Refusal;
        (refusal?.Reason, refusal?.Field).ShouldBe((code, field));
    }

    private static Act ActOf(Actor by, DateTimeOffset? occurred = null, Campaign? campaign = null, Inspection? visit = null) =>
        new(by, occurred ?? Start, Start, Policy.NationalBaseline, SectorCatalogue.Usual, Bodies, Paper, [])
        {
            Campaign = campaign, Inspection = visit,
        };
}
