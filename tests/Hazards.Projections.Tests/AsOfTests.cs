using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Projections.Tests;

/// <summary>Everything the read side says equals what folding all events up to the instant says.</summary>
[Trait("Server", "any")]
public sealed partial class AsOfTests(History history) : IClassFixture<History>
{
    private static readonly HazardFilter Everything = new();

    [Fact]
    public async Task Every_hazard_is_found_as_it_stood()
    {
        foreach (var instant in history.Instants())
        {
            var replay = await Replay.UpToAsync(history.Log, instant);
            foreach (var hazard in replay.All.Take(60))
                ShouldBeAsFolded(
                    (await history.Queries.FindAsync(history.At(instant), hazard.Id)).ShouldNotBeNull(), hazard, replay,
                    history.At(instant).Today);
        }
    }

    [Fact]
    public async Task What_had_been_found_and_was_recorded_later_is_counted()
    {
        var items = await Pages.AllAsync(
            (cursor, limit) => history.Queries.LedgerAsync(history.At(null), Everything, LedgerSort.Recorded, true, cursor, limit), 200);
        var day = TimeSpan.FromHours(24);
        items.ShouldContain(i => i.FirstRecordedAt - i.FoundAt > day);
        items.ShouldContain(i => i.FirstRecordedAt > i.FoundAt && i.FirstRecordedAt - i.FoundAt < day);
        // The very instants at which one begins or ceases to count, too.
        var edges = items.Take(20).SelectMany(i => new DateTimeOffset?[]
        {
            i.FoundAt, i.FirstRecordedAt, i.FirstRecordedAt.AddTicks(-10), i.FirstRecordedAt - day, i.FoundAt + day,
        });
        foreach (var instant in history.Instants().Skip(1).Concat(edges))
        {
            var late = items.Where(i => i.FoundAt <= instant && i.FirstRecordedAt > instant).ToList();
            (await history.Queries.KnownLaterAsync(history.At(instant), Everything)).ShouldBe(late.Count, $"{instant:O}");
            var sector = Town.Sectors[0];
            (await history.Queries.KnownLaterAsync(history.At(instant), Everything with { Sectors = [sector], Stages = [Stage.Closed] }))
                .ShouldBe(late.Count(i => i.Sector == sector), $"{instant:O}: in which stage they are now says nothing");
        }
    }

    [Fact]
    public async Task What_is_open_is_found_by_its_stage_and_sector()
    {
        Stage[][] asked =
        [
            [Stage.Rectifying], [Stage.Reported, Stage.Verified], [Stage.AwaitingAcceptance, Stage.AwaitingClosure],
            [Stage.Assigned, Stage.Closed],
        ];
        var seen = 0;
        foreach (var instant in history.Instants())
        {
            var replay = await Replay.UpToAsync(history.Log, instant);
            foreach (var stages in asked)
                foreach (var sort in Enum.GetValues<LedgerSort>())
                {
                    var filter = Everything with { Stages = [.. stages], Sectors = [Town.Sectors[0]] };
                    var items = await Pages.AllAsync(
                        (cursor, limit) => history.Queries.LedgerAsync(history.At(instant), filter, sort, true, cursor, limit), 20);
                    items.Select(i => i.Id).ShouldBe(
                        replay.All.Where(h => stages.Contains(h.Stage) && h.Sector == Town.Sectors[0]).Select(h => h.Id), ignoreOrder: true);
                    seen += items.Count;
                }
        }
        seen.ShouldBeGreaterThan(100);
    }

    [Theory]
    [MemberData(nameof(Sorts))]
    public async Task The_ledger_is_whole_and_in_order(LedgerSort sort, bool descending)
    {
        foreach (var instant in history.Instants())
        {
            var replay = await Replay.UpToAsync(history.Log, instant);
            var items = await Pages.AllAsync(
                (cursor, limit) => history.Queries.LedgerAsync(history.At(instant), Everything, sort, descending, cursor, limit), 37);

            items.Select(i => i.Id).ShouldBe(replay.All.Select(h => h.Id), ignoreOrder: true);
            var keys = items.Select(i => Key(i, sort)).ToList();
            var withKey = keys.Where(k => k is not null).ToList();
            keys.Take(withKey.Count).ShouldAllBe(k => k != null);
            withKey.ShouldBe(descending ? withKey.OrderByDescending(k => k) : withKey.Order());
        }
    }

    public static TheoryData<LedgerSort, bool> Sorts()
    {
        var sorts = new TheoryData<LedgerSort, bool>();
        foreach (var sort in Enum.GetValues<LedgerSort>())
        {
            sorts.Add(sort, false);
            sorts.Add(sort, true);
        }

        return sorts;
    }

    private static DateTimeOffset? Key(HazardItem item, LedgerSort sort) => sort switch
    {
        LedgerSort.Recorded => item.FirstRecordedAt,
        LedgerSort.Found => item.FoundAt,
        LedgerSort.Changed => item.RecordedAt,
        _ => item.Clocks is [var first, ..] ? ChinaTime.StartOf(first.Due) : null,
    };

    [Fact]
    public async Task The_overdue_list_is_what_has_an_overdue_clock_the_longest_first()
    {
        foreach (var instant in history.Instants())
        {
            var scope = history.At(instant);
            var replay = await Replay.UpToAsync(history.Log, instant);
            var items = await Pages.AllAsync((cursor, limit) => history.Queries.OverdueAsync(scope, Everything, cursor, limit), 20);

            items.Select(i => i.Id).ShouldBe(replay.All.Where(h => Replay.IsOverdue(h, scope.Today)).Select(h => h.Id), ignoreOrder: true);
            items.Select(i => i.Clocks[0].DaysOverdue).ShouldBeInOrder(SortDirection.Descending);
            (await history.Queries.OverdueCountsAsync(scope, RegionCode.Nation)).ShouldBe(
                from h in replay.All
                from c in Replay.ClocksOf(h)
                where c.Due < scope.Today
                group c by (c.Body, c.Kind) into g
                select new OverdueCount(g.Key.Body, g.Key.Kind, g.Count(), g.Max(c => c.DaysOverdue(scope.Today))),
                ignoreOrder: true);
        }
    }

    /// <summary>Where a duty or a body is asked for, it is that which is overdue or due, and nothing else of the hazard.</summary>
    [Fact]
    public async Task The_windows_count_what_has_such_a_clock()
    {
        var owed = history.Queries.OverdueCountsAsync(history.At(null), RegionCode.Nation);
        var body = (await owed).First(o => o.Body is not null).Body;
        var differ = 0;
        foreach (var instant in history.Instants())
        {
            var scope = history.At(instant);
            var clocks = (await Replay.UpToAsync(history.Log, instant)).All.Select(h => Replay.ClocksOf(h)).ToArray();
            foreach (var filter in new[] { Everything, new HazardFilter { Owes = body } }
                .Concat(Enum.GetValues<ClockKind>().SelectMany(
                    k => new[] { new HazardFilter { Duty = k }, new HazardFilter { Duty = k, Owes = body } })))
            {
                DateOnly? First(IEnumerable<Clock> open) => open
                    .Where(c => (filter.Duty is null || c.Kind == filter.Duty) && (filter.Owes is null || c.Body == filter.Owes))
                    .Min(c => (DateOnly?)c.Due);
                int Due(int days, bool overdue) =>
                    clocks.Count(open => First(open) is { } due && due < scope.Today == overdue && due <= scope.Today.AddDays(days));
                var counts = await history.Queries.DueCountsAsync(scope, filter);
                counts.ShouldBe(new DueCounts(Due(-1, true), Due(3, false), Due(7, false), Due(99_999, true) + Due(99_999, false)));
                differ += counts.Overdue;
                // Each window's list has as many, and no other does.
                foreach (var (asked, count) in new[]
                {
                    (filter with { Overdue = true }, counts.Overdue),
                    (filter with { Overdue = false, DueBy = scope.Today.AddDays(3) }, counts.Within3),
                    (filter with { Overdue = false, DueBy = scope.Today.AddDays(7) }, counts.Within7),
                    (filter with { DueBy = scope.Today.AddDays(99_999) }, counts.All),
                })
                    (await Pages.AllAsync((cursor, limit) => history.Queries.DueAsync(scope, asked, DueSort.Due, cursor, limit), 200))
                        .Count.ShouldBe(count);
            }
        }
        differ.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task The_list_of_listed_hazards_has_the_fewest_days_left_first()
    {
        foreach (var instant in history.Instants())
        {
            var scope = history.At(instant);
            var replay = await Replay.UpToAsync(history.Log, instant);
            var items = await Pages.AllAsync((cursor, limit) => history.Queries.ListedAsync(scope, Everything, cursor, limit), 5);

            items.Select(i => i.Id).ShouldBe(replay.All.Where(h => h.Listing is not null).Select(h => h.Id), ignoreOrder: true);
            items.Select(i => i.ListingDeadline!.Value).ShouldBeInOrder();
            (await history.Queries.ListedCountsAsync(scope, RegionCode.Nation)).ShouldBe(
                from h in replay.All
                where h.Listing is not null
                group h by h.Listing!.Level into g
                orderby g.Key
                select new ListedCount(g.Key, g.Count(), g.Count(h => h.Listing!.Deadline < scope.Today)));
        }
    }

    [Theory]
    [InlineData("0", RegionLevel.Province)]
    [InlineData("62", RegionLevel.Prefecture)]
    [InlineData("6212", RegionLevel.County)]
    [InlineData("621202", RegionLevel.Township)]
    [InlineData("621202101", RegionLevel.Village)]
    [InlineData("621202101201", RegionLevel.Village)]
    public async Task The_board_counts_every_cell(string code, RegionLevel under)
    {
        var region = RegionCode.Parse(code);
        foreach (var instant in history.Instants())
        {
            var scope = history.At(instant);
            var replay = await Replay.UpToAsync(history.Log, instant);
            var board = await history.Queries.BoardAsync(scope, region, 7);
            board.Cells.ShouldBe(replay.Board(region, under, scope.Today, 7), ignoreOrder: true);
            board.Position.ShouldBe(replay.Position);
        }
    }

    [Fact]
    public async Task Filters_combine()
    {
        var filters = new (HazardFilter Filter, Func<Hazard, DateOnly, bool> Holds)[]
        {
            (new() { Region = Town.County }, (h, _) => Town.County.Contains(h.Region)),
            (new() { Sectors = [Town.Sectors[0], Town.Sectors[1]], Level = Level.Major },
                (h, _) => (h.Sector == Town.Sectors[0] || h.Sector == Town.Sectors[1]) && h.Level == Level.Major),
            (new() { Stages = [Stage.Closed, Stage.Reported], Kind = HazardKind.Safety },
                (h, _) => h.Stage is Stage.Closed or Stage.Reported && h.Kind == HazardKind.Safety),
            (new() { Sources = [ReportSource.Hotline, ReportSource.Expert], Late = true },
                (h, _) => h.Source is ReportSource.Hotline or ReportSource.Expert && h.LateEntry),
            (new() { Body = BodyId.Parse("regulator"), Dual = true }, (h, _) => h.IsDual && h.Legs.Values.Any(
                l => l.Body.Value == "regulator")),
            (new() { Owes = BodyId.Parse("county-government") }, (h, _) => Replay.ClocksOf(h).Any(
                c => c.Body?.Value == "county-government")),
            (new() { Overdue = true, Reopened = false }, (h, today) => Replay.IsOverdue(h, today) && h.Reopened == 0),
            (new() { Overdue = false, Listed = false }, (h, today) => !Replay.IsOverdue(h, today) && h.Listing is null),
            (new() { Listed = true, ListingLevel = ListingLevel.Prefecture }, (h, _) => h.Listing?.Level == ListingLevel.Prefecture),
            (new() { Reopened = true, Dual = false }, (h, _) => h.Reopened > 0 && !h.IsDual),
            (new() { FoundFrom = new(2026, 1, 20), FoundTo = new(2026, 3, 1) },
                (h, _) =>
                    ChinaTime.DateAt(h.FoundAt) >= new DateOnly(2026, 1, 20) && ChinaTime.DateAt(h.FoundAt) <= new DateOnly(2026, 3, 1)),
            (new() { Text = "消防 更正" },
                (h, _) => (h.Title + h.Description).Contains("消防", StringComparison.Ordinal)
                    && (h.Title + h.Description).Contains("更正", StringComparison.Ordinal)),
        };
        foreach (var instant in history.Instants().Take(5))
        {
            var scope = history.At(instant);
            var replay = await Replay.UpToAsync(history.Log, instant);
            foreach (var (filter, holds) in filters)
            {
                var items = await Pages.AllAsync(
                    (cursor, limit) => history.Queries.LedgerAsync(scope, filter, LedgerSort.Due, false, cursor, limit), 200);
                items.Select(i => i.Id)
                    .ShouldBe(replay.All.Where(h => holds(h, scope.Today)).Select(h => h.Id), ignoreOrder: true, filter.ToString());
            }
        }
    }

    [Fact]
    public async Task Nothing_outside_the_jurisdiction_is_found()
    {
        var (mine, other) = (Town.County, Town.OtherCounty);
        foreach (var instant in history.Instants().Take(4))
        {
            var scope = history.At(instant, mine);
            var replay = await Replay.UpToAsync(history.Log, instant);
            var inside = replay.All.Where(h => mine.Contains(h.Region)).ToList();

            var items = await Pages.AllAsync(
                (cursor, limit) => history.Queries.LedgerAsync(scope, Everything, LedgerSort.Recorded, true, cursor, limit), 200);
            items.Select(i => i.Id).ShouldBe(inside.Select(h => h.Id), ignoreOrder: true);
            (await history.Queries.LedgerAsync(scope, new HazardFilter { Region = other }, LedgerSort.Recorded, true, null, 200)).Items.ShouldBeEmpty();
            (await history.Queries.BoardAsync(scope, RegionCode.Nation, 7)).Cells.Sum(c => c.Count).ShouldBe(inside.Count);
            (await history.Queries.BoardAsync(scope, other, 7)).Cells.ShouldBeEmpty();
            (await history.Queries.OverdueCountsAsync(scope, other)).ShouldBeEmpty();
            foreach (var outside in replay.All.Where(h => !mine.Contains(h.Region)).Take(5))
                (await history.Queries.FindAsync(scope, outside.Id)).ShouldBeNull();
        }
    }

    private static void ShouldBeAsFolded(HazardItem item, Hazard hazard, Replay replay, DateOnly today)
    {
        item.Version.ShouldBe(hazard.Version);
        item.Stage.ShouldBe(hazard.Stage);
        item.Title.ShouldBe(hazard.Title);
        item.Region.ShouldBe(hazard.Region);
        item.FoundAt.ShouldBe(hazard.FoundAt);
        item.FirstRecordedAt.ShouldBe(replay.FirstRecorded(hazard));
        item.ListingDeadline.ShouldBe(hazard.Listing?.Deadline);
        item.ClosedAt.ShouldBe(hazard.Closure?.At);
        item.Legs.Select(l => (l.Leg, l.Body, l.Stage, l.Deadline, l.Percent))
            .ShouldBe(hazard.Legs.Values.Select(l => (l.Leg, l.Body, l.Stage, l.Deadline, l.Percent)));
        item.Clocks.Select(c => (c.Kind, c.Leg, c.Body, c.Due, c.DaysOverdue)).ShouldBe(
            Replay.ClocksOf(hazard).Select(c => (c.Kind, c.Leg, c.Body, c.Due, c.DaysOverdue(today))));
    }
}

internal static class Pages
{
    /// <summary>All items of a list, page by page.</summary>
    public static async Task<List<T>> AllAsync<T>(Func<string?, int, Task<Page<T>>> list, int limit)
    {
        var items = new List<T>();
        string? cursor = null;
        do
        {
            var page = await list(cursor, limit);
            page.Items.Length.ShouldBeLessThanOrEqualTo(limit);
            items.AddRange(page.Items);
            cursor = page.Next;
        }
        while (cursor is not null);
        return items;
    }
}
