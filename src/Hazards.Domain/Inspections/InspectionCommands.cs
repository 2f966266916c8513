using System.Collections.Immutable;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>What may be ordered about an inspection.</summary>
public interface IInspectionCommand
{
    /// <summary>Who may give it.</summary>
    CommandRule Rule { get; }

    /// <summary>The campaign it names: it must be known while deciding (<see cref="Act.Campaign"/>).</summary>
    Guid? NamedCampaign => null;

    /// <summary>Decides on the inspection's present state; null when it does not exist.</summary>
    Decision<IInspectionEvent> Decide(Inspection? inspection, Act act);
}

/// <summary>登记检查: enters a visit to a unit, 1 户次, with or without hazards found.</summary>
/// <param name="Unit">The unit.</param>
/// <param name="Region">Where, by GB/T 2260.</param>
/// <param name="Sector">行业领域.</param>
/// <param name="On">The day. Later entries are kept and shown as late.</param>
/// <param name="Source">Who inspected.</param>
/// <param name="Inspectors">Who, in words.</param>
/// <param name="Findings">What was found, in words.</param>
/// <param name="HazardsClaimed">How many hazards the inspectors say they found, 0 to 10,000.</param>
/// <param name="Campaign">The campaign it was made in.</param>
/// <param name="Reference">The entering system's own number: one inspection per (system, id).</param>
public sealed record MakeInspection(
    Enterprise Unit, RegionCode Region, SectorCode Sector, DateOnly On, InspectionSource Source = InspectionSource.Inspection,
    [property: Longest(400)] string? Inspectors = null, string? Findings = null, int? HazardsClaimed = null, Guid? Campaign = null, ExternalReference? Reference = null) : IInspectionCommand
{
    /// <summary>The identity it gets: known by the sender's reference, or new. Its sender gives it.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <inheritdoc />
    public CommandRule Rule => CampaignRules.Inspect;

    /// <inheritdoc />
    [System.Text.Json.Serialization.JsonIgnore]
    public Guid? NamedCampaign => Campaign;

    /// <summary>When the visit happened, if nobody says more than the day: now, or the day's last second.</summary>
    public DateTimeOffset OccurredBy(DateTimeOffset now)
    {
        // The calendar ends on this day; what lies so far off is refused as future anyway.
        if (On == DateOnly.MaxValue)
            return DateTimeOffset.MaxValue;
        var end = ChinaTime.EndOf(On).AddSeconds(-1);
        return end < now || On > ChinaTime.DateAt(now) ? end : now;
    }

    /// <inheritdoc />
    public Decision<IInspectionEvent> Decide(Inspection? inspection, Act act)
    {
        ArgumentNullException.ThrowIfNull(act);
        if (On < Decider.Earliest)
            return Acting.Refuse<IInspectionEvent>(HazardRefusals.TooEarly.Because("on", ("value", On), ("earliest", Decider.Earliest)));
        if (On > ChinaTime.DateAt(act.Now))
            return Acting.Refuse<IInspectionEvent>(
                InspectionRefusals.Future.Because("on", ("value", On), ("date", ChinaTime.DateAt(act.Now))));
        if (Acting.Check(Rule, act, out var role) is { } no)
            return Acting.Refuse<IInspectionEvent>(no);
        if (inspection is not null)
            return Acting.Refuse<IInspectionEvent>(InspectionRefusals.EnteredBefore.Because("reference", ("id", inspection.Id), ("system", Reference?.System), ("number", Reference?.Id)));
        if (act.Date != On)
            return Acting.Refuse<IInspectionEvent>(
                InspectionRefusals.DateDiffers.Because("occurredAt", ("value", act.OccurredAt), ("on", On)));
        var made = new InspectionMade(Id, Unit, Region, Sector, On, Source, Inspectors, Findings, HazardsClaimed, Campaign, Reference);
        return Refusal.All(Reference?.Check("reference"),
            InspectionChecks.Check(Unit, Region, Sector, On, Inspectors, Findings, HazardsClaimed, Campaign, act)) is { } wrong
            ? Acting.Refuse<IInspectionEvent>(wrong)
            : Sealing.Check(act) is { } tooLate
            ? Acting.Refuse<IInspectionEvent>(tooLate with { Field = "on" })
            : Acting.Happened<IInspectionEvent>(role, made);
    }
}

/// <summary>更正检查; what is left out stays.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Unit">The unit.</param>
/// <param name="Region">Where.</param>
/// <param name="Sector">行业领域.</param>
/// <param name="On">The day.</param>
/// <param name="Source">Who inspected.</param>
/// <param name="Inspectors">Who, in words.</param>
/// <param name="Findings">What was found, in words.</param>
/// <param name="HazardsClaimed">How many hazards the inspectors say they found.</param>
/// <param name="Campaign">The campaign it was made in.</param>
/// <param name="NoCampaign">True: it was made in no campaign.</param>
public sealed record CorrectInspection(
    string Reason, Enterprise? Unit = null, RegionCode? Region = null, SectorCode? Sector = null, DateOnly? On = null,
    InspectionSource? Source = null,
    [property: Longest(400)] string? Inspectors = null, string? Findings = null, int? HazardsClaimed = null, Guid? Campaign = null, bool NoCampaign = false) : IInspectionCommand
{
    /// <inheritdoc />
    public CommandRule Rule => CampaignRules.CorrectInspection;

    /// <inheritdoc />
    [System.Text.Json.Serialization.JsonIgnore]
    public Guid? NamedCampaign => Campaign;

    /// <inheritdoc />
    public Decision<IInspectionEvent> Decide(Inspection? inspection, Act act)
    {
        ArgumentNullException.ThrowIfNull(act);
        if (InspectionChecks.Standing(Rule, inspection, act, out var role) is { } no)
            return Acting.Refuse<IInspectionEvent>(no);
        var before = inspection!;
        var e = new InspectionCorrected(
            Unit ?? before.Unit, Region ?? before.Region, Sector ?? before.Sector, On ?? before.On, Source ?? before.Source,
            Inspectors ?? before.Inspectors,
            Findings ?? before.Findings, HazardsClaimed ?? before.HazardsClaimed, NoCampaign ? null : Campaign ?? before.Campaign, Reason);
        if (Refusal.All(Texts.Required("reason", Reason),
            (NoCampaign && Campaign is not null ? InspectionRefusals.CampaignOrNone.Because("noCampaign") : null),
            InspectionChecks.Check(e.Unit, e.Region, e.Sector, e.On, e.Inspectors, e.Findings, e.HazardsClaimed, e.Campaign,
                act)) is { } wrong)
            return Acting.Refuse<IInspectionEvent>(wrong);
        if (e.On > ChinaTime.DateAt(act.Now))
            return Acting.Refuse<IInspectionEvent>(
                InspectionRefusals.Future.Because("on", ("value", e.On), ("date", ChinaTime.DateAt(act.Now))));
        if (act.Found is { } found && InspectionChecks.StillFound(before, e, found) is { } torn)
            return Acting.Refuse<IInspectionEvent>(torn);
        var same = (e.Unit, e.Region, e.Sector, e.On, e.Source, e.Inspectors, e.Findings, e.HazardsClaimed, e.Campaign)
            == (before.Unit, before.Region, before.Sector, before.On, before.Source, before.Inspectors, before.Findings,
                before.HazardsClaimed, before.Campaign);
        return same ? Acting.Refuse<IInspectionEvent>(HazardRefusals.NothingChanges.Because()) : Acting.Happened<IInspectionEvent>(role, e);
    }
}

/// <summary>What was found in an inspection: hazards reported in it that were not rejected or merged.</summary>
/// <param name="Earliest">The day on which the first of them was found.</param>
/// <param name="Regions">Where they are.</param>
public sealed record FoundInInspection(DateOnly Earliest, ImmutableArray<RegionCode> Regions);

/// <summary>作废检查: it was entered in error and counts no more. Hazards reported in it stay as they are.</summary>
/// <param name="Reason">Why.</param>
public sealed record VoidInspection(string Reason) : IInspectionCommand
{
    /// <inheritdoc />
    public CommandRule Rule => CampaignRules.VoidInspection;

    /// <inheritdoc />
    public Decision<IInspectionEvent> Decide(Inspection? inspection, Act act)
    {
        ArgumentNullException.ThrowIfNull(act);
        return Refusal.All(InspectionChecks.Standing(Rule, inspection, act, out var role), Texts.Required("reason", Reason)) is { } no
            ? Acting.Refuse<IInspectionEvent>(no)
            : Acting.Happened<IInspectionEvent>(role, new InspectionVoided(Reason));
    }
}

/// <summary>Refusals about inspections.</summary>
public static class InspectionRefusals
{
#pragma warning disable CS1591 // each code says in both languages what it means
    public static readonly RefusalCode NotFound = new(
        "inspection.not_found", RefusalKind.NotFound, "没有这次检查，或不在您的管辖范围内",
        "There is no such inspection, or it lies outside your jurisdiction");
    public static readonly RefusalCode Unknown = new(
        "inspection.unknown", RefusalKind.Unprocessable, "{field} 所指的检查 {id} 不存在，请先登记",
        "{field} names the inspection {id}, which does not exist; enter it first");
    public static readonly RefusalCode EnteredBefore = new(
        "inspection.entered_before", RefusalKind.Conflict, "来源系统 {system} 的编号 {number} 已登记为检查 {id}",
        "The system {system} has entered its number {number} before, as inspection {id}");
    public static readonly RefusalCode NotYours = new(
        "inspection.not_yours", RefusalKind.Forbidden, "检查由 {by} 登记；只有它，或行政区划包含检查地的安委办、人民政府可以更正或作废，{caller} 不是",
        "{by} entered the inspection; only it, or a committee office or government whose region holds the place, may correct or void it; {caller} is none");
    public static readonly RefusalCode Voided = new(
        "inspection.voided", RefusalKind.Conflict, "检查 {id} 已作废", "The inspection {id} was voided");
    public static readonly RefusalCode Future = new(
        "inspection.future", RefusalKind.Unprocessable, "检查日期 {value} 晚于今天 {date}",
        "The day of the inspection, {value}, lies after today, {date}");
    public static readonly RefusalCode DateDiffers = new(
        "inspection.date_differs", RefusalKind.Unprocessable, "发生时间 {value} 与检查日期 {on} 不是同一天",
        "occurredAt {value} is not on the day of the inspection, {on}");
    public static readonly RefusalCode CampaignOrNone = new(
        "inspection.campaign_or_none", RefusalKind.Unprocessable, "campaign 与 noCampaign 不能同时给出",
        "Give either campaign or noCampaign, not both");
    public static readonly RefusalCode OtherCampaign = new(
        "inspection.other_campaign", RefusalKind.Unprocessable, "检查属于专项行动 {campaign}，与所给的 {given} 不同",
        "The inspection was made in the campaign {campaign}, not in {given}");
    public static readonly RefusalCode OtherPlace = new(
        "inspection.other_place", RefusalKind.Unprocessable, "隐患所在区划 {region} 与检查地 {inspected} 互不包含",
        "The hazard's region {region} and that of the inspection, {inspected}, do not hold one another");
    public static readonly RefusalCode FoundBefore = new(
        "inspection.found_before", RefusalKind.Unprocessable, "隐患发现日期 {date} 早于检查日期 {on}",
        "The hazard was found on {date}, before the inspection on {on}");
    public static readonly RefusalCode FoundBeforeIt = new(
        "inspection.found_before_it", RefusalKind.Conflict,
        "{date} 已有隐患记在这次检查中，检查日期不能改到其后的 {on}：检查确在其后的，请作废本次检查并另行登记",
        "A hazard was found in it on {date}, so it was not on {on}: if it was, void this inspection and enter another");
    public static readonly RefusalCode FoundElsewhere = new(
        "inspection.found_elsewhere", RefusalKind.Conflict,
        "这次检查查出的隐患在 {region}，检查地不能改到与之互不包含的 {inspected}：请先更正隐患的区划，或作废本次检查并另行登记",
        "A hazard found in it lies in {region}, which {inspected} neither holds nor lies in: correct that first, or void this inspection");
#pragma warning restore CS1591
}

internal static class InspectionChecks
{
    private const int MostHazards = 10_000;

    /// <summary>Exists, is the caller's, counts; with the role under which the caller acts.</summary>
    public static Refusal? Standing(CommandRule rule, Inspection? inspection, Act act, out Role role)
    {
        if (Acting.Check(rule, act, out role) is { } no)
            return no;
        if (inspection is null || !act.By.Jurisdiction.Contains(inspection.Region))
            return InspectionRefusals.NotFound.Because();
        var body = act.By.Body;
        if (body.Id != inspection.By && !(Relations.Leads(body) && body.Region.Contains(inspection.Region)))
            return InspectionRefusals.NotYours.Because(null, ("by", inspection.By), ("caller", body.Id));
        return inspection.Voided ? InspectionRefusals.Voided.Because(null, ("id", inspection.Id)) : Sealing.Check(rule, act);
    }

    /// <summary>What an inspection says of itself.</summary>
    public static Refusal? Check(
        Enterprise unit, RegionCode region, SectorCode sector, DateOnly on, string? inspectors, string? findings, int? hazards, Guid? campaign, Act act) =>
        Texts.Name("unit.name", unit.Name)
        ?? Texts.Check("inspectors", inspectors, 0, 400, multiline: false)
        ?? Texts.Optional("findings", findings)
        ?? (hazards is < 0 or > MostHazards ? InputRefusals.OutOfRange.Because(
            "hazardsClaimed", ("value", hazards), ("min", 0), ("max", MostHazards)) : null)
        ?? (on < Decider.Earliest ? HazardRefusals.TooEarly.Because("on", ("value", on), ("earliest", Decider.Earliest)) : null)
        ?? ReportHazard.CheckRegion("region", region, act)
        ?? (act.Sectors.Knows(sector) ? null : InputRefusals.SectorUnknown.Because("sector", ("value", sector)))
        ?? InCampaign(campaign, region, sector, on, act);

    /// <summary>A campaign that is named exists and holds region, sector and day.</summary>
    public static Refusal? InCampaign(Guid? named, RegionCode region, SectorCode sector, DateOnly on, Act act)
    {
        if (named is not { } id)
            return null;
        return act.Campaign is { } campaign && campaign.Id == id
            ? CampaignChecks.Covers(campaign, region, sector, on)
            : CampaignRefusals.Unknown.Because("campaign", ("id", id));
    }

    /// <summary>An inspection that a report names exists, counts and is of the place; its campaign is the report's.</summary>
    public static Refusal? FoundIn(Guid? named, Guid? campaign, RegionCode region, Act act)
    {
        if (named is not { } id)
            return null;
        if (act.Inspection is not { } inspection || inspection.Id != id)
            return InspectionRefusals.Unknown.Because("inspection", ("id", id));
        if (inspection.Voided)
            return InspectionRefusals.Voided.Because("inspection", ("id", id));
        if (!AreOfOnePlace(inspection.Region, region))
            return InspectionRefusals.OtherPlace.Because("inspection", ("region", region), ("inspected", inspection.Region));
        if (act.Date < inspection.On)
            return InspectionRefusals.FoundBefore.Because("inspection", ("date", act.Date), ("on", inspection.On));
        return campaign is { } given && inspection.Campaign is { } own && own != given
            ? InspectionRefusals.OtherCampaign.Because("campaign", ("campaign", own), ("given", given))
            : null;
    }

    /// <summary>
    /// That a correction does not move the inspection away from what was found in it: to a day after it was found, or to another place. Of
    /// a hazard that turned out to lie elsewhere already, nothing is asked.
    /// </summary>
    public static Refusal? StillFound(Inspection before, InspectionCorrected after, FoundInInspection found)
    {
        if (after.On > before.On && found.Earliest < after.On)
            return InspectionRefusals.FoundBeforeIt.Because("on", ("date", found.Earliest), ("on", after.On));
        foreach (var region in found.Regions)
            if (AreOfOnePlace(before.Region, region) && !AreOfOnePlace(after.Region, region))
                return InspectionRefusals.FoundElsewhere.Because("region", ("region", region), ("inspected", after.Region));
        return null;
    }

    public static bool AreOfOnePlace(RegionCode one, RegionCode other) => one.Contains(other) || other.Contains(one);
}
