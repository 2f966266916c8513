using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;

namespace Hazards.Api.Http;

/// <summary>The query parameters there are, each defined once.</summary>
internal static class Parameters
{
    public const int LongestPage = 200;

    /// <summary>So many rows at a time are read for a file.</summary>
    public const int FilePage = 1000;

    public const int UsualPage = 50;
    public const int LongestSearch = 200;
    public const int LongestCursor = 2000;

    public static readonly QueryParameter AsOf = new(
        "asOf", typeof(DateTimeOffset), "看当时登记的情况：RFC 3339 时间，须带时区；或日期，指中国时间该日终了（今天：现在）",
        "As it was recorded at this instant: RFC 3339 with its offset; or a date: at the end of that day in China (today: now)");
    public static readonly QueryParameter Limit = new("limit", typeof(int), "每页条数，1–200，默认 50", "Items a page, 1 to 200; 50 when left out")
    {
        Least = 1, Most = LongestPage,
    };
    public static readonly QueryParameter Cursor = new("cursor", typeof(string),
        "上一页返回的 next；排序会随办理而变的清单（按到期、变动、沉默），以后各页是第一页那一刻的，不会漏掉排到前面去的",
        "The next of the page before. Where acts move hazards within the order (by due date, change or silence), the pages after the first "
        + "are as of the first: what moves ahead is not passed over")
    {
        Longest = LongestCursor,
    };
    public static readonly QueryParameter Region = new(
        "region", typeof(RegionCode), "行政区划；默认为密钥的管辖范围", "The region; the key's jurisdiction when left out");

    public static readonly ImmutableArray<QueryParameter> Filter =
    [
        Region,
        new("sector", typeof(SectorCode), "行业领域，可多个", "Sectors, one or more", Many: true),
        new("stage", typeof(Stage), "环节，可多个", "Stages, one or more", Many: true),
        new("level", typeof(Level), "隐患等级", "The level"),
        new("kind", typeof(HazardKind), "安全生产或自然灾害", "Work safety or natural disaster"),
        new("source", typeof(ReportSource), "来源，可多个", "Sources, one or more", Many: true),
        new("listed", typeof(bool), "是否挂牌", "Whether it is listed"),
        new("listingLevel", typeof(ListingLevel), "挂牌层级", "The listing level"),
        new("body", typeof(BodyId), "责任单位", "The body that answers for a leg"),
        new(
            "owes", typeof(BodyId), "应由该单位办理下一步；安委办的，含本地尚无具体单位的时限（如核实）",
            "The body that must act next; of a committee office also what nobody is named for yet in its region"),
        new(
            "subordinates", typeof(bool), "body、owes 是否包括其下属单位，默认 false",
            "Whether body and owes include what belongs to them; false when left out"),
        new("system", typeof(string), "来源系统的名称", "Name of the system that reported it") { Longest = 100 },
        new("reference", typeof(string), "来源系统的编号，须完全一致", "The number of the reporting system, all of it") { Longest = 200 },
        new("enterprise", typeof(CreditCode), "单位的统一社会信用代码", "Credit code of the enterprise"),
        new("inspection", typeof(Guid), "在这次检查中查出", "Found in this inspection"),
        new("campaign", typeof(Guid), "在这个专项行动中查出", "Found in this campaign"),
        new("foundFrom", typeof(DateOnly), "发现日期不早于", "Found on this date or later"),
        new("foundTo", typeof(DateOnly), "发现日期不晚于", "Found on this date or earlier"),
        new("overdue", typeof(bool), "是否超期；指定 owes、duty 的，看该单位、该事项是否超期",
            "Whether anything is overdue; with owes or duty, anything of those"),
        new("dueBy", typeof(DateOnly), "有时限在该日或之前到期", "A duty is due on this date or earlier"),
        new("duty", typeof(ClockKind), "有这项时限在办", "A duty of this kind is open"),
        new("reopened", typeof(bool), "是否重新开过案", "Whether it was ever reopened"),
        new("late", typeof(bool), "是否补录", "Whether its report was entered late"),
        new("dual", typeof(bool), "是否双重交办", "Whether it was handed over to two legs"),
        new("q", typeof(string), "全文检索：标题、描述、地点、单位、编号",
            "Full text: title, description, place, enterprise, reference") { Longest = LongestSearch },
    ];

    public static readonly ImmutableArray<QueryParameter> Page = [Cursor, Limit, AsOf];

    /// <summary>Reads the filter of a list.</summary>
    public static HazardFilter ReadFilter(Query query)
    {
        var (foundFrom, foundTo) = query.DatePair("foundFrom", "foundTo");
        return new HazardFilter
        {
            Region = query.Region(),
            Sectors = query.Values<SectorCode>("sector"),
            Stages = query.Codes<Stage>("stage"),
            Level = query.Code<Level>("level"),
            Kind = query.Code<HazardKind>("kind"),
            Sources = query.Codes<ReportSource>("source"),
            Listed = query.Flag("listed"),
            ListingLevel = query.Code<ListingLevel>("listingLevel"),
            Body = query.Value<BodyId>("body"),
            Owes = query.Value<BodyId>("owes"),
            System = query.Text("system", 100),
            Reference = query.Text("reference", 200),
            Enterprise = query.Value<CreditCode>("enterprise"),
            Inspection = query.Id("inspection"),
            Campaign = query.Id("campaign"),
            FoundFrom = foundFrom,
            FoundTo = foundTo,
            Overdue = query.Flag("overdue"),
            DueBy = query.Date("dueBy"),
            Duty = query.Code<ClockKind>("duty"),
            Reopened = query.Flag("reopened"),
            Late = query.Flag("late"),
            Dual = query.Flag("dual"),
            Text = query.Text("q", LongestSearch),
        };
    }

    /// <summary>The same, with the bodies that belong to those it names, where that is asked.</summary>
    public static async Task<HazardFilter> WithSubordinatesAsync(
        HazardFilter filter, Query query, IRegistryQueries registry, CancellationToken cancellationToken)
    {
        if (query.Flag("subordinates") != true || query.Refusal is not null)
            return await WithOfficeAsync(filter, query.InstantOrDay(AsOf.Name), registry, cancellationToken);
        if (filter.Body is { } body)
            filter = filter with { Body = null, Bodies = await registry.WithSubordinatesAsync(body, cancellationToken) };
        if (filter.Owes is not { } owes)
            return filter;
        var owing = await registry.WithSubordinatesAsync(owes, cancellationToken);
        var bodies = await registry.BodiesAsync([.. owing], cancellationToken);
        return filter with
        {
            Owes = null, Owing = owing,
            OwesAsOffice = await registry.OfficesForAsync(bodies.Values, query.InstantOrDay(AsOf.Name), cancellationToken),
        };
    }

    private static readonly string[] BodyNames = ["body", "owes", "supervisor", "sender", "listedBy", "asked"];

    /// <summary>
    /// Of a first page with nothing on it: whether it asks about a body, a hazard or another record that nobody knows, or that has
    /// nothing to do with the caller's jurisdiction; both are answered alike. A mistyped id must not read as a body that owes nothing.
    /// </summary>
    public static async Task<Refusal?> NobodyAsync(Call call, string? cursor, bool isEmpty, IRegistryQueries registry)
    {
        if (!isEmpty || cursor is not null || call.Caller.Body.SeesOnlyItsOwn)
            return null;
        foreach (var name in BodyNames)
            if (call.Query.Value<BodyId>(name) is { } id && (await registry.BodyAsync(id, null, call.Stop) is not { } body
                || !body.Region.Contains(call.Caller.Jurisdiction) && !call.Caller.Jurisdiction.Contains(body.Region)))
                return InputRefusals.BodyName.Because(name, ("value", id));
        var services = call.Request.HttpContext.RequestServices;
        var records = services.GetRequiredService<InspectionQueries>();
        var scope = new Scope(call.Caller.Jurisdiction, null, ChinaTime.DateAt(call.Now));
        if (call.Query.AnyId("campaign") is { } campaign && await records.CampaignAsync(scope, campaign, call.Stop) is null)
            return CampaignRefusals.NotFound.Because("campaign");
        if (call.Query.Id("inspection") is { } inspection && await records.InspectionAsync(scope, inspection, call.Stop) is null)
            return InspectionRefusals.NotFound.Because("inspection");
        if (call.Query.Value<HazardId>("hazard") is { } hazard
            && await services.GetRequiredService<IHazardQueries>().FindAsync(scope, hazard, call.Stop) is null)
            return HazardRefusals.NotFound.Because("hazard");
        return null;
    }

    /// <summary>The same before a file or a figure is made: neither says that it is empty because of a name.</summary>
    public static Task<Refusal?> NobodyAsync(Call call, IRegistryQueries registry) => NobodyAsync(call, null, true, registry);

    /// <summary>A committee office owes what nobody is named for yet in its region as well.</summary>
    public static async Task<HazardFilter> WithOfficeAsync(
        HazardFilter filter, DateTimeOffset? asOf, IRegistryQueries registry, CancellationToken cancellationToken) =>
        filter with { OwesAsOffice = await OfficesOfAsync(filter.Owes, asOf, registry, cancellationToken) };

    /// <summary>The regions whose committee office a body is, or was.</summary>
    public static async Task<ImmutableArray<RegionCode>> OfficesOfAsync(
        BodyId? body, DateTimeOffset? asOf, IRegistryQueries registry, CancellationToken cancellationToken) =>
        body is { } id && await registry.BodyAsync(id, asOf, cancellationToken) is { } known
            ? (await registry.WithOfficesAsync(known, asOf, cancellationToken)).Offices
            : [];

    /// <summary>Reads where a page begins and how long it is.</summary>
    public static (string? Cursor, int Limit) ReadPage(Query query) =>
        (query.Text("cursor", LongestCursor), (int)(query.Number("limit", 1, LongestPage) ?? UsualPage));
}
