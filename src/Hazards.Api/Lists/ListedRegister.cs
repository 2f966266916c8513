using System.Collections.Immutable;
using System.Globalization;
using Hazards.Api.Administration.Policies;
using Hazards.Api.Http.Pages;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;

namespace Hazards.Api.Lists;

/// <summary>挂牌督办清单: countdown, plan, publication, filing, and who is ready to be delisted.</summary>
internal static class ListedRegister
{
    /// <summary>Its columns: those of published lists (单位、隐患、属地、挂牌级别、整改期限、责任单位), then how far it is.</summary>
    public static readonly ImmutableArray<ListColumn<ListedItem>> Columns =
    [
        new("title", "隐患", "Hazard", 40, (i, _) => i.Hazard.Title),
        new("enterprise", "单位", "Enterprise", 28, (i, _) => i.Hazard.EnterpriseName),
        new("region", "属地", "Region", 14, (i, _) => ListWords.Region(i.Hazard.Region)),
        new("sector", "隐患类别", "Sector", 14, (i, w) => w.Sector(i.Hazard.Sector)),
        new("level", "挂牌级别", "Listed at", 12, (i, w) => w.T(i.Level)),
        new("by", "挂牌单位", "Listed by", 24, (i, w) => w.BodyIf(i.Hazard.ListedBy)),
        new("listed", "挂牌时间", "Listed on", 12, (i, _) => i.Hazard.ListedAt is { } at ? ChinaTime.DateAt(at) : null),
        new("document", "挂牌文号", "Document", 22, (i, _) => i.Hazard.ListingDocument?.Value),
        new("bodies", "整改责任单位", "Responsible", 30, (i, _) => i.Legs.IsEmpty ? null : string.Join('、', i.Legs.Select(l => l.Body.Name))),
        new("deadline", "整改期限", "Deadline", 12, (i, _) => i.Hazard.ListingDeadline),
        new("days", "倒计时", "Days", 12, (i, w) => i.DaysLeft is { } left ? w.Days(left) : null),
        new("plan", "整改方案", "Plan", 20, (i, w) => string.Join('\n', i.Plans.Select(p => PlanOf(p, w)))),
        new(
            "progress", "整改进度", "Progress", 30,
            (i, w) => i.Legs.IsEmpty
                ? null
                : string.Join(
                    '\n',
                    i.Legs.Select(l => $"{(w.Leg(l.Leg) is { } leg ? $"{leg} " : "")}{l.Percent.ToString(CultureInfo.InvariantCulture)}% {w.T(l.Stage)}"))),
        new("publication", "公布", "Published", 24, (i, w) => Of(i.Publication, i.Hazard.Listing?.PublishedIn, w)),
        new("filing", "备案", "Filed", 24, (i, w) => Of(i.Filing, w.BodyIf(i.Hazard.Listing?.FiledWith), w)),
        new("ready", "可摘牌", "Ready", 10, (i, w) => i.Ready ? w.T("可摘牌", "ready") : null),
        new("id", "编号", "Id", 38, (i, _) => i.Hazard.Id.ToString(), Usual: false),
    ];

    private static readonly QueryParameter ListedBy = new("listedBy", typeof(BodyId), "挂牌单位", "The body that listed it");
    private static readonly QueryParameter Passed = new(
        "listingOverdue", typeof(bool), "挂牌期限是否已过", "Whether the listing's own deadline has passed");

    public static void Map(IEndpointRouteBuilder api)
    {
        api.Get("/lists/listed", new Operation(Tag.Lists,
            "挂牌督办清单：按剩余天数；方案、公布、备案、是否可摘牌；可按 Accept 或 format 给出 csv、xlsx",
            "Hazards listed for supervision, those with the fewest days left first, with plan, publication, filing and whether they are ready to be delisted; as csv or xlsx by Accept or format")
        {
            Query = [.. Parameters.Filter, ListedBy, Passed, .. ListFiles.Parameters(Columns.Select(c => c.Name)), .. Parameters.Page],
            Answer = typeof(ListedPage),
        }, ListAsync);
        api.Get(
            "/lists/listed/counts", new Operation(Tag.Lists, "挂牌督办数：按层级、挂牌单位和县", "Listed hazards in figures, by level, lister and county")
        {
            Query = [Parameters.Region, Parameters.AsOf], Answer = typeof(ListedCounts),
        }, CountsAsync);
    }

    private static string PlanOf(LegPlan plan, ListWords w)
    {
        var due = plan.Due is { } day ? $" {day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}" : "";
        return $"{(w.Leg(plan.Leg) is { } leg ? $"{leg}：" : "")}{w.T(plan.State)}{due}";
    }

    private static string Of(ListingStep step, string? where, ListWords w) => step switch
    {
        { DoneAt: { } at } => $"{PageTimes.Day(at)} {where}".TrimEnd(),
        { Due: { } due } => $"{w.T("未办", "not yet")}，{w.Days(due.DayNumber - w.Today.DayNumber)}",
        _ => w.T("未办", "not yet"),
    };

    private static async Task<IResult> ListAsync(
        Call call, IHazardQueries hazards, IRegistryQueries registry, RulebookSource rules, Naming naming, KeptPages pages)
    {
        var scope = call.Scope();
        var filter = Parameters.ReadFilter(call.Query) with
        {
            ListedBy = call.Query.Value<BodyId>("listedBy"), ListingOverdue = call.Query.Flag("listingOverdue"),
        };
        filter = await Parameters.WithSubordinatesAsync(filter, call.Query, registry, call.Stop);
        var asked = ListFiles.Read(call, Columns);
        var (cursor, limit) = Parameters.ReadPage(call.Query);
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        if (asked.IsFile)
            return await ListFiles.OfAsync(
                call, registry, asked, ("listed", "挂牌督办清单", "Listed for supervision"), scope, filter.Region ?? call.Caller.Jurisdiction,
                i => i.Hazard.Id,
                async c => await RowsAsync(await hazards.ListedAsync(scope, filter, c, Parameters.FilePage, call.Stop), call.Stop));
        return await pages.JsonAsync(call, scope, filter.Region, async stop =>
        {
            var page = await RowsAsync(await hazards.ListedAsync(scope, filter, cursor, limit, stop), stop);
            return new ListedPage([.. page.Items], page.Next, scope.AsOf, scope.Today, page.Names)
            {
                KnownLater = await KnownLater.OfAsync(hazards, scope, filter with { Listed = true }, cursor, stop),
            };
        }, page => Parameters.NobodyAsync(call, cursor, page.Items.IsEmpty, registry));

        async Task<ListRows<ListedItem>> RowsAsync(Page<HazardItem> found, CancellationToken stop)
        {
            var names = await naming.OfAsync(found.Items, found.Items.Select(i => i.Listing?.FiledWith), scope.AsOf, stop);
            return new ListRows<ListedItem>(
                [.. found.Items.Select(i => ListedItem.Of(i, scope.Today, names, rules.Current))], found.Next, names);
        }
    }

    private static async Task<IResult> CountsAsync(Call call, IHazardQueries hazards, Naming naming)
    {
        var (scope, region) = (call.Scope(), call.Query.Region() ?? call.Caller.Jurisdiction);
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        var groups = await hazards.ListedGroupsAsync(scope, region, call.Stop);
        var names = await naming.OfBodiesAsync(groups.Select(g => g.By), scope.AsOf, call.Stop);
        return Call.Json(new ListedCounts(region, scope.AsOf, scope.Today,
            [.. groups.GroupBy(g => g.Level).OrderBy(g => g.Key).Select(g => new LevelCount(Labels.Of(g.Key), g.Sum(x => x.Count), g.Sum(x => x.Overdue)) { Ready = g.Sum(x => x.Ready) })])
        {
            Listers = [.. groups.GroupBy(g => g.By).Select(g => new ListerCount(NamedBody.Of(g.Key, names), g.Sum(x => x.Count), g.Sum(x => x.Overdue), g.Sum(x => x.Ready))).OrderByDescending(c => c.Count)],
            Counties = [.. groups.GroupBy(g => g.County)
                .Select(g => new CountyCount(g.Key, Regions.NameOf(g.Key), g.Sum(x => x.Count), g.Sum(x => x.Overdue), g.Sum(x => x.Ready)))
                .OrderByDescending(c => c.Count)],
        });
    }
}

/// <summary>A page of listed hazards.</summary>
internal sealed record ListedPage(ImmutableArray<ListedItem> Items, string? Next, DateTimeOffset? AsOf, DateOnly Today, Names Names)
{
    /// <summary>Of a first page as of an instant: how many such hazards had been found by then and were put on record later.</summary>
    public int? KnownLater { get; init; }
}

/// <summary>A listed hazard.</summary>
/// <param name="Hazard">The hazard.</param>
/// <param name="Level">At which level it is listed.</param>
/// <param name="DaysLeft">Days left until the listing's deadline; negative when it has passed.</param>
internal sealed record ListedItem(HazardItem Hazard, CodeEntry? Level, int? DaysLeft)
{
    /// <summary>红黄绿 of the listing's deadline.</summary>
    public CodeEntry? Light { get; init; }

    /// <summary>公布: done, or owed until when.</summary>
    public required ListingStep Publication { get; init; }

    /// <summary>备案: done, or owed until when.</summary>
    public required ListingStep Filing { get; init; }

    /// <summary>Where it was made public.</summary>
    public string? PublishedIn { get; init; }

    /// <summary>With whom it was filed.</summary>
    public NamedBody? FiledWith { get; init; }

    /// <summary>整改方案 of each leg.</summary>
    public required ImmutableArray<LegPlan> Plans { get; init; }

    /// <summary>Its legs.</summary>
    public required ImmutableArray<LegLine> Legs { get; init; }

    /// <summary>可摘牌: every leg is accepted.</summary>
    public bool Ready { get; init; }

    public static ListedItem Of(HazardItem item, DateOnly today, Names names, Rulebook rules)
    {
        var listing = item.Listing;
        var left = item.ListingDeadline is { } d ? d.DayNumber - today.DayNumber : (int?)null;
        var warning = rules.PolicyAt(item.Region, item.ListedAt ?? item.FoundAt).Warning(ClockKind.Rectify);
        return new ListedItem(item, Labels.Of(item.ListingLevel), left)
        {
            Light = left is { } days ? Labels.Of(Lights.Of(days, warning)) : null,
            Publication = ListingStep.Of(listing?.PublishedAt, ClockKind.Publish, item),
            Filing = ListingStep.Of(listing?.FiledAt, ClockKind.File, item),
            PublishedIn = listing?.PublishedIn,
            FiledWith = listing?.FiledWith is { } with ? NamedBody.Of(with, names.Bodies) : null,
            Plans = [.. item.Legs.Select(l => LegPlan.Of(l, item, rules))],
            Legs = [.. item.Legs.Select(l => LegLine.Of(l, item, today, names, rules))],
            Ready = item.Stage == Stage.AwaitingClosure,
        };
    }
}

/// <summary>A step that follows a listing.</summary>
/// <param name="DoneAt">When it was done; absent while it was not.</param>
/// <param name="Due">The last day for it, where the policy sets one and it was not done.</param>
internal sealed record ListingStep(DateTimeOffset? DoneAt, DateOnly? Due)
{
    public static ListingStep Of(DateTimeOffset? doneAt, ClockKind clock, HazardItem item) =>
        new(doneAt, doneAt is null ? item.Clocks.FirstOrDefault(c => c.Kind == clock)?.Due : null);
}

/// <summary>How far a leg's plan is.</summary>
internal enum PlanProgress
{
    /// <summary>不需要.</summary>
    [Label("不需方案", "No plan is asked for, or the leg was not acknowledged yet")] NotDue,

    /// <summary>待报.</summary>
    [Label("待报方案", "To be submitted")] Owed,

    /// <summary>待审.</summary>
    [Label("待审方案", "Submitted, to be reviewed")] InReview,

    /// <summary>已审.</summary>
    [Label("方案已通过", "Passed its review")] Passed,
}

/// <summary>How far a leg's plan is.</summary>
/// <param name="Leg">Which leg.</param>
/// <param name="State">How far.</param>
/// <param name="Due">Until when it is to be submitted, or reviewed.</param>
internal sealed record LegPlan(CodeEntry Leg, CodeEntry State, DateOnly? Due)
{
    public static LegPlan Of(LegItem leg, HazardItem item, Rulebook rules)
    {
        var clock = item.Clocks.FirstOrDefault(c => c.Leg == leg.Leg && c.Kind is ClockKind.Plan or ClockKind.ReviewPlan);
        var required = item.Level is { } level && leg.Stage >= LegStage.Rectifying
            && rules.PolicyAt(item.Region, leg.AcknowledgedAt ?? leg.AssignedAt).PlanRequired.Contains(level);
        var state = clock switch
        {
            { Kind: ClockKind.Plan } => PlanProgress.Owed,
            { Kind: ClockKind.ReviewPlan } => PlanProgress.InReview,
            _ => required ? PlanProgress.Passed : PlanProgress.NotDue,
        };
        return new LegPlan(Labels.Of(leg.Leg), Labels.Of(state), clock?.Due);
    }
}

/// <summary>Listed hazards in figures.</summary>
internal sealed record ListedCounts(RegionCode Region, DateTimeOffset? AsOf, DateOnly Today, ImmutableArray<LevelCount> Levels)
{
    /// <summary>By the body that listed them.</summary>
    public ImmutableArray<ListerCount> Listers { get; init; } = [];

    /// <summary>By county.</summary>
    public ImmutableArray<CountyCount> Counties { get; init; } = [];
}

/// <summary>One listing level in figures.</summary>
internal sealed record LevelCount(CodeEntry Level, int Count, int Overdue)
{
    /// <summary>Of those, ready to be delisted.</summary>
    public int Ready { get; init; }
}

/// <summary>What one body has listed, in figures.</summary>
internal sealed record ListerCount(NamedBody By, int Count, int Overdue, int Ready);

/// <summary>What is listed in one county, in figures.</summary>
internal sealed record CountyCount(RegionCode County, string Name, int Count, int Overdue, int Ready);
