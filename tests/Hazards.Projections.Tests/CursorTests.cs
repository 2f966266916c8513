using Hazards.Domain;
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

    private async Task<Scope> TellAsync()
    {
        await using var log = database.Open();
        var stories = new Stories(Random.Shared.Next(), Begin);
        for (var i = 0; i < 12; i++)
            await log.AppendAsync(stories.Report());
        return new Scope(RegionCode.Nation, null, ChinaTime.DateAt(stories.Now));
    }
}
