using System.Collections.Immutable;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>What the organiser of a campaign may order.</summary>
public interface ICampaignCommand
{
    /// <summary>Who may give it.</summary>
    CommandRule Rule { get; }

    /// <summary>Decides on the campaign's present state; null when it does not exist.</summary>
    Decision<ICampaignEvent> Decide(Campaign? campaign, Act act);
}

/// <summary>部署专项行动: opens a campaign or declares a special period.</summary>
/// <param name="Name">Its name.</param>
/// <param name="From">Its first day.</param>
/// <param name="To">Its last day.</param>
/// <param name="Regions">Its regions; the body's own when left out.</param>
/// <param name="Sectors">Its sectors; all when left out.</param>
/// <param name="Kind">A drive, or a special period whose hazards are watched apart.</param>
/// <param name="Requirements">What is required.</param>
public sealed record OpenCampaign(
    [property: Longest(Texts.NameLength)] string Name, DateOnly From, DateOnly To, ImmutableArray<RegionCode> Regions = default, ImmutableArray<SectorCode> Sectors = default,
    CampaignKind Kind = CampaignKind.Campaign, string? Requirements = null) : ICampaignCommand
{
    /// <summary>The identity it gets; chosen by whoever gives the command.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <inheritdoc />
    public CommandRule Rule => CampaignRules.Open;

    /// <inheritdoc />
    public Decision<ICampaignEvent> Decide(Campaign? campaign, Act act)
    {
        ArgumentNullException.ThrowIfNull(act);
        if (Acting.Check(Rule, act, out var role) is { } no)
            return Acting.Refuse<ICampaignEvent>(no);
        if (act.By.Body.Kind is not (BodyKind.CommitteeOffice or BodyKind.Government or BodyKind.Regulator))
            return Acting.Refuse<ICampaignEvent>(CampaignRefusals.Organiser.Because(null, ("body", act.By.Body.Id)));
        var opened = new CampaignOpened(
            Id, Name?.Trim() ?? "", Kind, From, To, Sectors.IsDefault ? [] : Sectors, Regions.IsDefault ? [act.By.Body.Region] : Regions,
            act.By.Body.Id, Requirements);
        return CampaignChecks.Check(opened.Name, From, To, opened.Sectors, opened.Regions, Requirements, act) is { } wrong
            ? Acting.Refuse<ICampaignEvent>(wrong)
            : Acting.Happened<ICampaignEvent>(role, opened);
    }
}

/// <summary>调整专项行动; what is left out stays.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Name">Its name from now on.</param>
/// <param name="From">Its first day.</param>
/// <param name="To">Its last day.</param>
/// <param name="Regions">Its regions.</param>
/// <param name="Sectors">Its sectors; empty means all.</param>
/// <param name="Requirements">What is required.</param>
public sealed record ChangeCampaign(
    string Reason, [property: Longest(Texts.NameLength)] string? Name = null, DateOnly? From = null, DateOnly? To = null,
    ImmutableArray<RegionCode>? Regions = null, ImmutableArray<SectorCode>? Sectors = null, string? Requirements = null) : ICampaignCommand
{
    /// <inheritdoc />
    public CommandRule Rule => CampaignRules.Change;

    /// <inheritdoc />
    public Decision<ICampaignEvent> Decide(Campaign? campaign, Act act)
    {
        ArgumentNullException.ThrowIfNull(act);
        if (CampaignChecks.Running(Rule, campaign, act, out var role) is { } no)
            return Acting.Refuse<ICampaignEvent>(no);
        var before = campaign!;
        var changed = new CampaignChanged(
            Name?.Trim() ?? before.Name, From ?? before.From, To ?? before.To,
            Sectors is { IsDefault: false } sectors ? sectors : before.Sectors,
            Regions is { IsDefault: false } regions ? regions : before.Regions,
            Requirements ?? before.Requirements, Reason);
        if (Refusal.All(Texts.Required("reason", Reason),
            CampaignChecks.Check(changed.Name, changed.From, changed.To, changed.Sectors, changed.Regions, changed.Requirements,
                act)) is { } wrong)
            return Acting.Refuse<ICampaignEvent>(wrong);
        return Same(before, changed)
            ? Acting.Refuse<ICampaignEvent>(HazardRefusals.NothingChanges.Because())
            : Acting.Happened<ICampaignEvent>(role, changed);
    }

    private static bool Same(Campaign before, CampaignChanged changed) =>
        (changed.Name, changed.From, changed.To, changed.Requirements) == (before.Name, before.From, before.To, before.Requirements)
        && changed.Sectors.SequenceEqual(before.Sectors) && changed.Regions.SequenceEqual(before.Regions);
}

/// <summary>结束专项行动.</summary>
/// <param name="Summary">What came of it.</param>
/// <param name="On">Its last day; the day of the act when left out. A later day than the planned one changes nothing.</param>
public sealed record EndCampaign(string Summary, DateOnly? On = null) : ICampaignCommand
{
    /// <inheritdoc />
    public CommandRule Rule => CampaignRules.End;

    /// <inheritdoc />
    public Decision<ICampaignEvent> Decide(Campaign? campaign, Act act)
    {
        ArgumentNullException.ThrowIfNull(act);
        if (CampaignChecks.Running(Rule, campaign, act, out var role) is { } no)
            return Acting.Refuse<ICampaignEvent>(no);
        var on = On ?? act.Date;
        if (Texts.Required("summary", Summary) is { } wrong)
            return Acting.Refuse<ICampaignEvent>(wrong);
        if (on < campaign!.From)
            return Acting.Refuse<ICampaignEvent>(CampaignRefusals.EndsBeforeItBegins.Because("on", ("value", on), ("from", campaign.From)));
        return on > act.Date
            ? Acting.Refuse<ICampaignEvent>(CampaignRefusals.EndsInFuture.Because("on", ("value", on), ("date", act.Date)))
            : Acting.Happened<ICampaignEvent>(role, new CampaignEnded(on, Summary));
    }
}

/// <summary>Refusals about campaigns.</summary>
public static class CampaignRefusals
{
#pragma warning disable CS1591 // each code says in both languages what it means
    public static readonly RefusalCode NotFound = new(
        "campaign.not_found", RefusalKind.NotFound, "没有这个专项行动，或不在您的管辖范围内",
        "There is no such campaign, or it lies outside your jurisdiction");
    public static readonly RefusalCode Unknown = new(
        "campaign.unknown", RefusalKind.Unprocessable, "{field} 所指的专项行动 {id} 不存在，请先部署",
        "{field} names the campaign {id}, which does not exist; open it first");
    public static readonly RefusalCode Organiser = new(
        "campaign.organiser", RefusalKind.Forbidden, "只有安委办、人民政府和行业主管部门可以部署专项行动，{body} 不是",
        "Only a committee office, government or regulator may open a campaign; {body} is none");
    public static readonly RefusalCode NotYours = new(
        "campaign.not_yours", RefusalKind.Forbidden, "专项行动由 {organiser} 组织；只有它，或行政区划包含行动全部区划的安委办、人民政府可以办理，{caller} 不是",
        "{organiser} organises the campaign; only it, or a committee office or government whose region holds all of the campaign's, may do this; {caller} is none");
    public static readonly RefusalCode Backwards = new(
        "campaign.dates_backwards", RefusalKind.Unprocessable, "结束日期 {to} 早于开始日期 {from}",
        "The last day {to} lies before the first, {from}");
    public static readonly RefusalCode TooLong = new(
        "campaign.too_long", RefusalKind.Unprocessable, "起止日期 {from} 至 {to} 超过 {years} 年，请核对",
        "From {from} to {to} is more than {years} years; check the dates");
    public static readonly RefusalCode RegionOutside = new(
        "campaign.region_outside", RefusalKind.Forbidden, "区划 {region} 不在单位 {body} 的行政区划 {own} 内",
        "Region {region} lies outside the region {own} of the body {body}");
    public static readonly RefusalCode Ended = new(
        "campaign.ended", RefusalKind.Conflict, "专项行动已于 {on} 结束，不能再调整", "The campaign ended on {on} and cannot be changed");
    public static readonly RefusalCode EndsBeforeItBegins = new(
        "campaign.ends_before_it_begins", RefusalKind.Unprocessable, "结束日期 {value} 早于开始日期 {from}",
        "It cannot end on {value}: it begins on {from}");
    public static readonly RefusalCode EndsInFuture = new(
        "campaign.ends_in_future", RefusalKind.Unprocessable, "结束日期 {value} 晚于办理日期 {date}；要改变计划的结束日期，请调整专项行动",
        "It cannot be ended on {value}, after the day of the act, {date}; to move its planned last day, change it");
    public static readonly RefusalCode NotInTime = new(
        "campaign.not_in_time", RefusalKind.Unprocessable, "日期 {date} 不在专项行动“{name}”的时间 {from} 至 {to} 内",
        "{date} does not lie within the campaign “{name}”, {from} to {to}");
    public static readonly RefusalCode NotInSector = new(
        "campaign.not_in_sector", RefusalKind.Unprocessable, "专项行动“{name}”不含行业领域 {sector}",
        "The campaign “{name}” does not hold the sector {sector}");
    public static readonly RefusalCode NotInRegion = new(
        "campaign.not_in_region", RefusalKind.Unprocessable, "专项行动“{name}”不含行政区划 {region}",
        "The campaign “{name}” does not hold the region {region}");
#pragma warning restore CS1591
}

internal static class CampaignChecks
{
    private const int MostYears = 10;
    private const int MostRegions = 200;
    private const int MostSectors = 100;

    /// <summary>Exists, is the caller's, goes on; with the role under which the caller acts.</summary>
    public static Refusal? Running(CommandRule rule, Campaign? campaign, Act act, out Role role)
    {
        if (Acting.Check(rule, act, out role) is { } no)
            return no;
        if (campaign is null || !campaign.Touches(act.By.Jurisdiction))
            return CampaignRefusals.NotFound.Because();
        var body = act.By.Body;
        if (body.Id != campaign.Organiser && !(Relations.Leads(body) && campaign.Regions.All(body.Region.Contains)))
            return CampaignRefusals.NotYours.Because(null, ("organiser", campaign.Organiser), ("caller", body.Id));
        return campaign.EndedOn is { } on ? CampaignRefusals.Ended.Because(null, ("on", on)) : null;
    }

    /// <summary>What a campaign says of itself.</summary>
    public static Refusal? Check(
        string name, DateOnly from, DateOnly to, ImmutableArray<SectorCode> sectors, ImmutableArray<RegionCode> regions, string? requirements, Act act) =>
        Texts.Name("name", name) ?? Texts.Optional("requirements", requirements) ?? Dates(from, to) ?? Sectors(sectors, act)
            ?? Regions(regions, act);

    /// <summary>Whether what was found in a region and sector on a day lies in the campaign; if not, why not.</summary>
    public static Refusal? Covers(Campaign campaign, RegionCode region, SectorCode sector, DateOnly day)
    {
        if (!campaign.InTime(day))
            return CampaignRefusals.NotInTime.Because(
                "campaign", ("date", day), ("name", campaign.Name), ("from", campaign.From), ("to", campaign.Last));
        if (!campaign.InSector(sector))
            return CampaignRefusals.NotInSector.Because("campaign", ("sector", sector), ("name", campaign.Name));
        return campaign.InRegion(region)
            ? null
            : CampaignRefusals.NotInRegion.Because("campaign", ("region", region), ("name", campaign.Name));
    }

    private static Refusal? Dates(DateOnly from, DateOnly to)
    {
        if (from < Decider.Earliest)
            return HazardRefusals.TooEarly.Because("from", ("value", from), ("earliest", Decider.Earliest));
        if (to < from)
            return CampaignRefusals.Backwards.Because("to", ("from", from), ("to", to));
        return to.Year - from.Year > MostYears
            ? CampaignRefusals.TooLong.Because("to", ("from", from), ("to", to), ("years", MostYears))
            : null;
    }

    private static Refusal? Sectors(ImmutableArray<SectorCode> sectors, Act act)
    {
        if (sectors.Length > MostSectors)
            return InputRefusals.TooMany.Because("sectors", ("count", sectors.Length), ("max", MostSectors));
        for (var i = 0; i < sectors.Length; i++)
        {
            if (!act.Sectors.Knows(sectors[i]))
                return InputRefusals.SectorUnknown.Because($"sectors[{i}]", ("value", sectors[i]));
            if (sectors.IndexOf(sectors[i]) != i)
                return InputRefusals.Duplicate.Because("sectors", ("value", sectors[i]));
        }
        return null;
    }

    private static Refusal? Regions(ImmutableArray<RegionCode> regions, Act act)
    {
        if (regions.Length is 0 or > MostRegions)
            return regions.Length == 0
                ? InputRefusals.Missing.Because("regions")
                : InputRefusals.TooMany.Because("regions", ("count", regions.Length), ("max", MostRegions));
        for (var i = 0; i < regions.Length; i++)
        {
            var field = $"regions[{i}]";
            if (ReportHazard.CheckRegion(field, regions[i], act) is { } wrong)
                return wrong;
            if (!act.By.Body.Region.Contains(regions[i]))
                return CampaignRefusals.RegionOutside.Because(
                    field, ("region", regions[i]), ("body", act.By.Body.Id), ("own", act.By.Body.Region));
            if (regions.IndexOf(regions[i]) != i)
                return InputRefusals.Duplicate.Because("regions", ("value", regions[i]));
        }
        return null;
    }
}
