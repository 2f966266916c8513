using Hazards.Domain;
using Hazards.Projections.Reading;
using Hazards.Projections.Store;

namespace Hazards.Projections.Tests;

public sealed class CursorTests(RowsDatabase database) : IClassFixture<RowsDatabase>
{
    private static readonly DateTimeOffset Begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly HazardFilter Everything = new();

    private HazardQueries Queries => new(database.DataSource, () => Rulebook.Baseline);

    [Fact]
    public async Task A_cursor_opens_only_the_query_it_came_from()
    {
        var scope = await TellAsync();
        var cursor = (await Queries.LedgerAsync(scope, Everything, LedgerSort.Recorded, true, null, 2)).Next.ShouldNotBeNull();

        await Queries.LedgerAsync(scope, Everything, LedgerSort.Recorded, true, cursor, 5);
        await Queries.LedgerAsync(scope with { Today = scope.Today.AddDays(1) }, Everything, LedgerSort.Recorded, true, cursor, 5);
        await Should.ThrowAsync<BadCursorException>(Queries.LedgerAsync(scope, Everything, LedgerSort.Recorded, false, cursor, 5));
        await Should.ThrowAsync<BadCursorException>(Queries.LedgerAsync(scope, Everything, LedgerSort.Found, true, cursor, 5));
        await Should.ThrowAsync<BadCursorException>(
            Queries.LedgerAsync(scope, Everything with { Late = true }, LedgerSort.Recorded, true, cursor, 5));
        await Should.ThrowAsync<BadCursorException>(
            Queries.LedgerAsync(scope with { AsOf = Begin }, Everything, LedgerSort.Recorded, true, cursor, 5));
        await Should.ThrowAsync<BadCursorException>(
            Queries.LedgerAsync(scope with { Jurisdiction = Town.County }, Everything, LedgerSort.Recorded, true, cursor, 5));
        await Should.ThrowAsync<BadCursorException>(Queries.OverdueAsync(scope, Everything, cursor, 5));
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("'; drop table rows.hazards; --")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task What_is_no_cursor_is_refused(string cursor)
    {
        var scope = await TellAsync();
        await Should.ThrowAsync<BadCursorException>(Queries.LedgerAsync(scope, Everything, LedgerSort.Recorded, true, cursor, 5));
    }

    [Fact]
    public async Task Pages_as_of_an_instant_stay_while_the_log_grows()
    {
        await using var log = database.Open();
        var stories = new Stories(21, Begin.AddYears(1));
        for (var i = 0; i < 100; i++)
            await log.AppendAsync(stories.Next());
        var scope = new Scope(RegionCode.Nation, stories.Now, ChinaTime.DateAt(stories.Now));
        var before = await Pages.AllAsync((c, n) => Queries.LedgerAsync(scope, Everything, LedgerSort.Due, false, c, n), 200);

        var items = await Pages.AllAsync(async (c, n) =>
        {
            await log.AppendAsync(stories.Next());
            return await Queries.LedgerAsync(scope, Everything, LedgerSort.Due, false, c, n);
        }, 5);

        items.Select(i => (i.Id, i.Version)).ShouldBe(before.Select(i => (i.Id, i.Version)));
    }

    /// <summary>
    /// Where acts move hazards within the order, what moves ahead of the page that was read would be on none: the pages that follow are
    /// as of the first.
    /// </summary>
    [Fact]
    public async Task Nothing_is_passed_over_that_moves_while_a_list_is_read()
    {
        await using var log = database.Open();
        var stories = new Stories(22, Begin.AddYears(2));
        for (var i = 0; i < 400; i++)
            await log.AppendAsync(stories.Next());
        var scope = new Scope(RegionCode.Nation, null, ChinaTime.DateAt(stories.Now));
        foreach (var descending in new[] { false, true })
        {
            await HoldsAsync((c, n) => Queries.LedgerAsync(scope, Everything, LedgerSort.Due, descending, c, n));
            await HoldsAsync((c, n) => Queries.LedgerAsync(scope, Everything, LedgerSort.Changed, descending, c, n));
        }
        foreach (var sort in Enum.GetValues<DueSort>())
            await HoldsAsync((c, n) => Queries.DueAsync(scope, Everything, sort, c, n));
        await HoldsAsync((c, n) => Queries.OverdueAsync(scope, Everything, c, n));
        await HoldsAsync((c, n) => Queries.ListedAsync(scope, Everything, c, n), least: 1);
        var clocks = new ClockQueries(database.DataSource, () => Rulebook.Baseline);
        await HoldsAsync(
            async (c, n) => await clocks.DualAsync(scope, new ClockFilter(), c, n) is var page
                ? new Page<HazardItem>([.. page.Items.Select(i => i.Hazard)], page.Next)
                : null!, least: 3);

        async Task HoldsAsync(Func<string?, int, Task<Page<HazardItem>>> list, int least = 10)
        {
            var before = await Pages.AllAsync(list, 200);
            before.Count.ShouldBeGreaterThanOrEqualTo(least);
            var read = await Pages.AllAsync(async (c, n) =>
            {
                for (var i = 0; c is not null && i < 5; i++)
                    (await log.AppendAsync(stories.Next())).ShouldBeOfType<AppendResult.Committed>();
                return await list(c, n);
            }, 23);
            read.Select(i => (i.Id, i.Version)).ShouldBe(before.Select(i => (i.Id, i.Version)));
        }
    }

    /// <summary>In the order in which they were recorded nothing moves: such a list goes on as it stands, at the price of now.</summary>
    [Fact]
    public async Task A_list_whose_order_stays_goes_on_as_it_stands()
    {
        var scope = await TellAsync();
        var first = await Queries.LedgerAsync(scope, Everything, LedgerSort.Recorded, false, null, 5);
        await TellAsync();
        var rest = await Pages.AllAsync(
            (c, n) => Queries.LedgerAsync(scope, Everything, LedgerSort.Recorded, false, c ?? first.Next, n), 200);
        var all = await Pages.AllAsync((c, n) => Queries.LedgerAsync(scope, Everything, LedgerSort.Recorded, false, c, n), 200);
        first.Items.Concat(rest).Select(i => i.Id).ShouldBe(all.Select(i => i.Id));
    }

    [Fact]
    public void A_cursor_says_as_of_when_and_one_of_before_does_not()
    {
        var hash = PageCursor.HashOf("any");
        var at = new DateTimeOffset(2026, 11, 30, 8, 0, 0, TimeSpan.Zero).AddTicks(10);
        foreach (var cursor in new[]
        {
            new PageCursor(1, -5, "ab") { At = at }, new PageCursor(2, long.MaxValue, "") { At = at }, new PageCursor(1, 7, "cd"),
        })
            PageCursor.Read(cursor.Write(hash), hash).ShouldBe(cursor);
        var bytes = System.Buffers.Text.Base64Url.DecodeFromChars(new PageCursor(1, -5, "") { At = at }.Write(hash));
        Should.Throw<BadCursorException>(() => PageCursor.Read(System.Buffers.Text.Base64Url.EncodeToString(bytes.AsSpan(..^1)), hash));
        bytes[17] = 0xFF;
        Should.Throw<BadCursorException>(() => PageCursor.Read(System.Buffers.Text.Base64Url.EncodeToString(bytes), hash));
    }

    private async Task<Scope> TellAsync()
    {
        await using var log = database.Open();
        var stories = new Stories(Random.Shared.Next(), Begin);
        for (var i = 0; i < 12; i++)
            await log.AppendAsync(stories.Report());
        return new Scope(RegionCode.Nation, null, ChinaTime.DateAt(stories.Now));
    }
}
