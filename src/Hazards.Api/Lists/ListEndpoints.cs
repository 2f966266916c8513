using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Hazards.Api.Administration.Policies;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;

namespace Hazards.Api.Lists;

/// <summary>The closed-loop board, and what is overdue in figures; the lists themselves are beside it.</summary>
internal static class ListEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.Get(
            "/boards/closed-loop",
            new Operation(
                Tag.Lists, "闭环看板：环节 × 区划 × 行业，含超期和临期", "The closed-loop board: stage × region × sector, with overdue and due soon")
        {
            Query = [Parameters.Region, Parameters.AsOf], Answer = typeof(BoardAnswer),
        }, BoardAsync);
        api.Get("/lists/overdue/counts", new Operation(Tag.Lists, "超期数：按单位和时限", "Overdue in figures, by body and duty")
        {
            Query = [Parameters.Region, Parameters.AsOf], Answer = typeof(OverdueCounts),
        }, OverdueCountsAsync);
        OverdueList.Map(api);
        ListedRegister.Map(api);
        NoticeList.Map(api);
    }

    private static async Task<IResult> BoardAsync(
        Call call, IHazardQueries hazards, KeptAnswers kept, RulebookSource rules, Naming naming, KeptPages pages)
    {
        var (scope, region) = (call.Scope(), call.Query.Region() ?? call.Caller.Jurisdiction);
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        var soon = rules.Current.PolicyOn(region, scope.Today).DueSoonDays;
        return await pages.JsonAsync(call, scope, region, async stop =>
        {
            var board = await kept.GetAsync(
                (scope with { AsOf = null }, region, soon), scope.AsOf, region, s => hazards.BoardAsync(scope, region, soon, s),
                b => b.Cells.Length, stop);
            return BoardAnswer.Of(board with { AsOf = scope.AsOf }, soon, naming);
        });
    }

    private static async Task<IResult> OverdueCountsAsync(Call call, IHazardQueries hazards, Naming naming, KeptPages pages)
    {
        var (scope, region) = (call.Scope(), call.Query.Region() ?? call.Caller.Jurisdiction);
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        return await pages.JsonAsync(call, scope, region, async stop =>
        {
            var counts = await hazards.OverdueCountsAsync(scope, region, stop);
            var names = await naming.OfBodiesAsync(counts.Select(c => c.Body), scope.AsOf, stop);
            return new OverdueCounts(region, scope.AsOf, scope.Today,
                [.. counts.Select(c => new DutyCount(NamedBody.Of(c.Body, names), Labels.Of(c.Kind), c.Count, c.MostDays))]);
        });
    }
}

/// <summary>A body with its name; the committee office of the region where none is named yet.</summary>
internal sealed record NamedBody(BodyId? Id, string Name)
{
    /// <summary>Its name on English pages and in English files.</summary>
    [JsonIgnore]
    public string NameInEnglish => Id is null ? "Committee office" : Name;

    public static NamedBody Of(BodyId? id, IReadOnlyDictionary<string, string> names) =>
        id is { } known ? new NamedBody(known, names.GetValueOrDefault(known.Value, known.Value)) : new NamedBody(null, "安委办");
}

/// <summary>The closed-loop board.</summary>
/// <param name="Region">The region looked at.</param>
/// <param name="RegionName">Its name.</param>
/// <param name="AsOf">The instant looked from; absent for now.</param>
/// <param name="Today">The date overdue is judged by.</param>
/// <param name="Position">The log's position the figures were counted at; what was recorded since concerns other regions.</param>
/// <param name="DueSoonDays">Within how many days a duty counts as due soon, by the policy; for the pages, and in no answer.</param>
/// <param name="Stages">Sums by stage.</param>
/// <param name="Cells">Every count.</param>
/// <param name="Regions">Names of the regions.</param>
/// <param name="Sectors">Terms of the sectors.</param>
internal sealed record BoardAnswer(
    RegionCode Region, string RegionName, DateTimeOffset? AsOf, DateOnly Today, long Position,
    [property: System.Text.Json.Serialization.JsonIgnore] int DueSoonDays, ImmutableArray<StageCount> Stages, ImmutableArray<BoardCell> Cells,
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

/// <summary>Overdue duties in figures.</summary>
internal sealed record OverdueCounts(RegionCode Region, DateTimeOffset? AsOf, DateOnly Today, ImmutableArray<DutyCount> Duties);

/// <summary>Overdue duties of one kind of one body.</summary>
internal sealed record DutyCount(NamedBody Body, CodeEntry Clock, int Count, int MostDays);
