using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;

namespace Hazards.Api;

/// <summary>The closed-loop board, the 挂牌督办 list and the overdue list.</summary>
internal static class ListEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.Get("/boards/closed-loop", new Operation(Tag.Lists, "闭环看板：环节 × 区划 × 行业，含超期和临期", "The closed-loop board: stage × region × sector, with overdue and due soon")
        {
            Query = [Parameters.Region, Parameters.AsOf], Answer = typeof(BoardAnswer),
        }, BoardAsync);
        api.Get("/lists/listed", new Operation(Tag.Lists, "挂牌督办清单：按剩余天数", "Hazards listed for supervision, those with the fewest days left first")
        {
            Query = [.. Parameters.Filter, .. Parameters.Page], Answer = typeof(ListedPage),
        }, ListedAsync);
        api.Get("/lists/listed/counts", new Operation(Tag.Lists, "挂牌督办数：按层级", "Listed hazards in figures, by level")
        {
            Query = [Parameters.Region, Parameters.AsOf], Answer = typeof(ListedCounts),
        }, ListedCountsAsync);
        api.Get("/lists/overdue", new Operation(Tag.Lists, "超期清单：哪项时限、哪个单位、超期几天、下一步", "Overdue: which clock, which body, how many days, what next")
        {
            Query = [.. Parameters.Filter, .. Parameters.Page], Answer = typeof(OverduePage),
        }, OverdueAsync);
        api.Get("/lists/overdue/counts", new Operation(Tag.Lists, "超期数：按单位和时限", "Overdue in figures, by body and duty")
        {
            Query = [Parameters.Region, Parameters.AsOf], Answer = typeof(OverdueCounts),
        }, OverdueCountsAsync);
    }

    private static async Task<IResult> BoardAsync(Call call, IHazardQueries hazards, RulebookSource rules, Naming naming)
    {
        var (scope, region) = (call.Scope(), call.Query.Value<RegionCode>("region") ?? call.Caller.Jurisdiction);
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        var soon = rules.Current.PolicyOn(region, scope.Today).DueSoonDays;
        return Call.Json(BoardAnswer.Of(await hazards.BoardAsync(scope, region, soon, call.Stop), soon, naming));
    }

    private static async Task<IResult> ListedAsync(Call call, IHazardQueries hazards, Naming naming)
    {
        var filter = Parameters.ReadFilter(call.Query);
        var (cursor, limit) = Parameters.ReadPage(call.Query);
        var scope = call.Scope();
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        var page = await hazards.ListedAsync(scope, filter, cursor, limit, call.Stop);
        return Call.Json(new ListedPage(
            [.. page.Items.Select(i => new ListedItem(i, Labels.Of(i.ListingLevel), i.ListingDeadline is { } d ? d.DayNumber - scope.Today.DayNumber : null))],
            page.Next, scope.AsOf, scope.Today, await naming.OfAsync(page.Items, scope.AsOf, call.Stop)));
    }

    private static async Task<IResult> ListedCountsAsync(Call call, IHazardQueries hazards)
    {
        var (scope, region) = (call.Scope(), call.Query.Value<RegionCode>("region") ?? call.Caller.Jurisdiction);
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        var counts = await hazards.ListedCountsAsync(scope, region, call.Stop);
        return Call.Json(new ListedCounts(region, scope.AsOf, scope.Today, [.. counts.Select(c => new LevelCount(Labels.Of(c.Level), c.Count, c.Overdue))]));
    }

    private static async Task<IResult> OverdueAsync(Call call, IHazardQueries hazards, Naming naming)
    {
        var filter = Parameters.ReadFilter(call.Query);
        var (cursor, limit) = Parameters.ReadPage(call.Query);
        var scope = call.Scope();
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        var page = await hazards.OverdueAsync(scope, filter, cursor, limit, call.Stop);
        var names = await naming.OfAsync(page.Items, scope.AsOf, call.Stop);
        return Call.Json(new OverduePage([.. page.Items.Select(i => OverdueItem.Of(i, names))], page.Next, scope.AsOf, scope.Today, names));
    }

    private static async Task<IResult> OverdueCountsAsync(Call call, IHazardQueries hazards, Naming naming)
    {
        var (scope, region) = (call.Scope(), call.Query.Value<RegionCode>("region") ?? call.Caller.Jurisdiction);
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        var counts = await hazards.OverdueCountsAsync(scope, region, call.Stop);
        var names = await naming.OfBodiesAsync(counts.Select(c => c.Body), call.Stop);
        return Call.Json(new OverdueCounts(region, scope.AsOf, scope.Today,
            [.. counts.Select(c => new DutyCount(NamedBody.Of(c.Body, names), Labels.Of(c.Kind), c.Count, c.MostDays))]));
    }
}

/// <summary>A body with its name; the committee office of the region where none is named yet.</summary>
internal sealed record NamedBody(BodyId? Id, string Name)
{
    public static NamedBody Of(BodyId? id, IReadOnlyDictionary<string, string> names) =>
        id is { } known ? new NamedBody(known, names.GetValueOrDefault(known.Value, known.Value)) : new NamedBody(null, "安委办");
}

/// <summary>The closed-loop board.</summary>
/// <param name="Region">The region looked at.</param>
/// <param name="RegionName">Its name.</param>
/// <param name="AsOf">The instant looked from; absent for now.</param>
/// <param name="Today">The date overdue is judged by.</param>
/// <param name="Position">The log's position the figures stand at.</param>
/// <param name="DueSoonDays">Within how many days a duty counts as due soon, by the policy.</param>
/// <param name="Stages">Sums by stage.</param>
/// <param name="Cells">Every count.</param>
/// <param name="Regions">Names of the regions.</param>
/// <param name="Sectors">Terms of the sectors.</param>
internal sealed record BoardAnswer(
    RegionCode Region, string RegionName, DateTimeOffset? AsOf, DateOnly Today, long Position, int DueSoonDays, ImmutableArray<StageCount> Stages, ImmutableArray<BoardCell> Cells,
    IReadOnlyDictionary<string, string> Regions, IReadOnlyDictionary<string, CodeEntry> Sectors)
{
    public static BoardAnswer Of(Board board, int dueSoonDays, Naming naming) => new(
        board.Region, Domain.Regions.FullNameOf(board.Region), board.AsOf, board.Today, board.Position, dueSoonDays,
        [.. Enum.GetValues<Stage>().Select(s => StageCount.Of(s, board.Cells.Where(c => c.Stage == s)))],
        board.Cells, Naming.Regions(board.Cells.Select(c => c.Region)), naming.Sectors(board.Cells.Select(c => c.Sector)));
}

/// <summary>One stage in sum.</summary>
internal sealed record StageCount(CodeEntry Stage, int Count, int Overdue, int DueSoon)
{
    public static StageCount Of(Stage stage, IEnumerable<BoardCell> cells)
    {
        var all = cells.ToArray();
        return new StageCount(Labels.Of(stage), all.Sum(c => c.Count), all.Sum(c => c.Overdue), all.Sum(c => c.DueSoon));
    }
}

/// <summary>A page of listed hazards.</summary>
internal sealed record ListedPage(ImmutableArray<ListedItem> Items, string? Next, DateTimeOffset? AsOf, DateOnly Today, Names Names);

/// <summary>A listed hazard.</summary>
/// <param name="Hazard">The hazard.</param>
/// <param name="Level">At which level it is listed.</param>
/// <param name="DaysLeft">Days left until the listing's deadline; negative when it has passed.</param>
internal sealed record ListedItem(HazardItem Hazard, CodeEntry? Level, int? DaysLeft);

/// <summary>Listed hazards in figures.</summary>
internal sealed record ListedCounts(RegionCode Region, DateTimeOffset? AsOf, DateOnly Today, ImmutableArray<LevelCount> Levels);

/// <summary>One listing level in figures.</summary>
internal sealed record LevelCount(CodeEntry Level, int Count, int Overdue);

/// <summary>A page of overdue hazards.</summary>
internal sealed record OverduePage(ImmutableArray<OverdueItem> Items, string? Next, DateTimeOffset? AsOf, DateOnly Today, Names Names);

/// <summary>An overdue hazard and its overdue duties, the longest overdue first.</summary>
internal sealed record OverdueItem(HazardItem Hazard, ImmutableArray<OverdueDuty> Overdue)
{
    public static OverdueItem Of(HazardItem item, Names names) => new(item,
        [.. item.Clocks.Where(c => c.DaysOverdue > 0).OrderByDescending(c => c.DaysOverdue)
            .Select(c => new OverdueDuty(Labels.Of(c.Kind), Labels.Of(c.Leg), NamedBody.Of(c.Body, names.Bodies), c.Since, c.Due, c.DaysOverdue, Labels.Of(c.Next)))]);
}

/// <summary>An overdue duty.</summary>
/// <param name="Clock">Which duty.</param>
/// <param name="Leg">Whose leg.</param>
/// <param name="Body">Who must act.</param>
/// <param name="Since">Since when.</param>
/// <param name="Due">The last day it had.</param>
/// <param name="DaysOverdue">Days since.</param>
/// <param name="Next">The supervision step that the policy asks for next.</param>
internal sealed record OverdueDuty(CodeEntry Clock, CodeEntry? Leg, NamedBody Body, DateTimeOffset Since, DateOnly Due, int DaysOverdue, CodeEntry? Next);

/// <summary>Overdue duties in figures.</summary>
internal sealed record OverdueCounts(RegionCode Region, DateTimeOffset? AsOf, DateOnly Today, ImmutableArray<DutyCount> Duties);

/// <summary>Overdue duties of one kind of one body.</summary>
internal sealed record DutyCount(NamedBody Body, CodeEntry Clock, int Count, int MostDays);
