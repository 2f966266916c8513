using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;

namespace Hazards.Api.Investigation.Replay;

/// <summary>两个时刻之间: what changed on the boards of a region, who changed it, and what was entered late.</summary>
internal static class BoardChanges
{
    private static readonly QueryParameter From = new(
        "from", typeof(DateTimeOffset), "先前的时刻（必填），按登记时间", "The earlier instant (required), by recorded time");
    private static readonly QueryParameter To = new("to", typeof(DateTimeOffset), "后来的时刻；默认现在", "The later one; now when left out");

    public static void Map(IEndpointRouteBuilder api)
    {
        api.Get(
            "/boards/changes",
            new Operation(
                Tag.Lists, "两个时刻之间变动的隐患：逐项变动、谁办理的、补录的；最近变动的在前",
                "Hazards that changed between two instants: field by field, by whom, and what was entered late; the last to change first")
        {
            Query =
            [
                Parameters.Region, From, To,
                new("list", typeof(BoardList), "只看进出这一清单的", "Only those that entered or left this list"),
                new("move", typeof(ListMove), "新进或退出（与 list 同用）", "Entered or left, with list"),
                new("new", typeof(bool), "true：只看先前尚未登记的", "true: only those not on record at the earlier instant"),
                new("late", typeof(bool), "true：只看其间有补录的", "true: only those with something entered late"),
                Parameters.Cursor, Parameters.Limit,
            ],
            Answer = typeof(BoardChangePage),
        }, ListAsync);
        api.Get(
            "/boards/changes/counts",
            new Operation(Tag.Lists, "两个时刻之间的变动数：各清单新进、退出", "The same in figures: how many entered and left each list")
        {
            Query = [Parameters.Region, From, To], Answer = typeof(BoardChangeCounts),
        }, CountsAsync);
    }

    private static async Task<IResult> ListAsync(Call call, ChangeQueries changes, CaseFiles files)
    {
        var query = call.Query;
        var filter = new ChangeFilter
        {
            Region = query.Region(), List = query.Code<BoardList>("list"), Move = query.Code<ListMove>("move"), New = query.Flag("new"),
            Late = query.Flag("late"),
        };
        var (cursor, limit) = Parameters.ReadPage(query);
        var interval = Read(call);
        if (query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        var page = await changes.ChangesAsync(interval, filter, cursor, limit, call.Stop);
        var to = interval.To ?? call.Now;
        var open = await files.OpenAsync([.. page.Items.Select(i => i.Hazard.StreamId)], interval.To, call.Stop);
        return Call.Json(new BoardChangePage(
            filter.Region ?? interval.Jurisdiction, interval.From, to,
            [.. page.Items.Where(i => open.ContainsKey(i.Hazard)).Select(i => BoardChange.Of(i, open[i.Hazard], interval.From, interval.To ?? open[i.Hazard].AsOf, interval.Jurisdiction))],
            page.Next, NamesOf(open.Values)));
    }

    private static async Task<IResult> CountsAsync(Call call, ChangeQueries changes, KeptAnswers kept)
    {
        var region = call.Query.Region();
        var interval = Read(call);
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        // Of a hazard that left, what was entered late since is counted too, wherever it is now.
        var counts = await kept.GetAsync(
            (interval.Jurisdiction, interval.From, interval.Today, region), interval.To, RegionCode.Nation,
            stop => changes.CountsAsync(interval, region, stop), c => c.Lists.Length, call.Stop);
        return Call.Json(new BoardChangeCounts(
            region ?? interval.Jurisdiction, interval.From, interval.To ?? call.Now, counts.Hazards, counts.New, counts.Late,
            [.. counts.Lists.Select(l => new ListChange(Labels.Of(l.List), l.Entered, l.Left))]));
    }

    private static Interval Read(Call call)
    {
        var (from, to) = call.Period();
        if (from is null)
            call.Query.Refuse(InputRefusals.Missing.Because("from"));
        return new Interval(call.Caller.Jurisdiction, from ?? default, to, ChinaTime.DateAt(to ?? call.Now));
    }

    private static SortedDictionary<string, string> NamesOf(IEnumerable<CaseFile> open)
    {
        var names = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in open)
            foreach (var (id, name) in file.Names())
                names[id] = name;
        return names;
    }
}

/// <summary>A page of what changed between two instants.</summary>
/// <param name="Region">The region.</param>
/// <param name="From">The earlier instant.</param>
/// <param name="To">The later.</param>
/// <param name="Items">The hazards, the last to change first.</param>
/// <param name="Next">Cursor of the next page; absent on the last.</param>
/// <param name="Names">Names of the bodies mentioned.</param>
internal sealed record BoardChangePage(RegionCode Region, DateTimeOffset From, DateTimeOffset To, ImmutableArray<BoardChange> Items, string? Next, IReadOnlyDictionary<string, string> Names) : IShowsHazards
{
    IEnumerable<HazardId> IShowsHazards.Shown => Items.Select(i => i.Hazard);
}

/// <summary>A hazard that changed.</summary>
/// <param name="Hazard">The hazard.</param>
/// <param name="Title">Its title.</param>
/// <param name="Region">Its region.</param>
/// <param name="StageFrom">Its stage at the earlier instant; absent: it was not on record, or not in the region.</param>
/// <param name="StageTo">Its stage at the later.</param>
/// <param name="LevelFrom">Its level at the earlier.</param>
/// <param name="LevelTo">Its level at the later.</param>
/// <param name="Entered">The lists it entered.</param>
/// <param name="Left">The lists it left.</param>
/// <param name="Changes">Field by field; empty for a hazard that was moved out of the jurisdiction.</param>
/// <param name="Events">What was recorded of it between the two, in order; none where a due date passed by itself.</param>
internal sealed record BoardChange(
    HazardId Hazard, string Title, RegionCode Region, CodeEntry? StageFrom, CodeEntry? StageTo, CodeEntry? LevelFrom, CodeEntry? LevelTo,
    ImmutableArray<CodeEntry> Entered, ImmutableArray<CodeEntry> Left, ImmutableArray<ChangeEntry> Changes, ImmutableArray<RecordedChange> Events)
{
    public static BoardChange Of(ChangedHazard changed, CaseFile file, DateTimeOffset from, DateTimeOffset to, RegionCode jurisdiction)
    {
        var shown = jurisdiction.Contains(file.Newest.Region) ? file.Newest : file.StateAt(from) ?? file.Newest;
        var within = ReferenceEquals(shown, file.Newest);
        return new BoardChange(
            file.Id, shown.Title, shown.Region, Labels.Of(changed.StageFrom), Labels.Of(changed.StageTo), Labels.Of(changed.LevelFrom),
            Labels.Of(changed.LevelTo),
            [.. changed.Entered.Select(l => Labels.Of(l))], [.. changed.Left.Select(l => Labels.Of(l))],
            within ? [.. StateChanges.Between(file, from, to).Select(c => ChangeEntry.Of(file, c))] : [],
            within ? [.. file.Events.Where(e => e.RecordedAt > from && e.RecordedAt <= to).Select(RecordedChange.Of)] : []);
    }
}

/// <summary>An event recorded between the two instants.</summary>
/// <param name="Position">Its position in the log.</param>
/// <param name="Type">What happened.</param>
/// <param name="OccurredAt">When it happened, as claimed.</param>
/// <param name="RecordedAt">When it was recorded.</param>
/// <param name="Late">补录; what the service noticed late is not, for nobody entered it.</param>
/// <param name="By">The body that acted.</param>
/// <param name="Actor">The person.</param>
internal sealed record RecordedChange(
    long Position, CodeEntry Type, DateTimeOffset OccurredAt, DateTimeOffset RecordedAt, bool Late, BodyId By, string Actor)
{
    public static RecordedChange Of(RecordedHappening e) => new(
        e.Position, EventLabels.Of(EventTypes.NameOf(e.Event)), e.Context.OccurredAt, e.RecordedAt,
        e.Context.Entry == Entry.Late && e.Context.Role != Role.Clock, e.Context.Body, e.Context.Actor);
}

/// <summary>Changes between two instants in figures.</summary>
/// <param name="Region">The region.</param>
/// <param name="From">The earlier instant.</param>
/// <param name="To">The later.</param>
/// <param name="Hazards">Hazards that changed.</param>
/// <param name="New">Of those, not on record at the earlier instant.</param>
/// <param name="Late">Of those, with something entered late.</param>
/// <param name="Lists">List by list.</param>
internal sealed record BoardChangeCounts(
    RegionCode Region, DateTimeOffset From, DateTimeOffset To, int Hazards, int New, int Late, ImmutableArray<ListChange> Lists);

/// <summary>How many hazards entered and left a list.</summary>
internal sealed record ListChange(CodeEntry List, int Entered, int Left);
