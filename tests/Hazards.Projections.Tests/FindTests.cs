using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections.Store;

namespace Hazards.Projections.Tests;

public sealed class FindTests(RowsDatabase database) : IClassFixture<RowsDatabase>
{
    private static readonly DateTimeOffset Begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private HazardQueries Queries => new(database.DataSource, () => Rulebook.Baseline);

    [Fact]
    public async Task Rows_are_there_when_the_append_is_acknowledged()
    {
        await using var log = database.Open();
        var stories = new Stories(1, Begin);
        for (var i = 0; i < 300; i++)
            (await log.AppendAsync(stories.Next())).ShouldBeOfType<AppendResult.Committed>();

        var scope = new Scope(RegionCode.Nation, null, ChinaTime.DateAt(stories.Now));
        foreach (var hazard in stories.Hazards.Values)
        {
            var item = (await Queries.FindAsync(scope, hazard.Id)).ShouldNotBeNull();
            item.Version.ShouldBe(hazard.Version);
            item.Stage.ShouldBe(hazard.Stage);
        }

        var page = await Queries.LedgerAsync(scope, new HazardFilter(), LedgerSort.Recorded, true, null, 200);
        page.Items.Length.ShouldBe(stories.Hazards.Count);
    }
}
