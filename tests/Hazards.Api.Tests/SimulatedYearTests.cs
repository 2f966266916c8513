using Hazards.Api.Simulation.Year;
using Hazards.Domain;

namespace Hazards.Api.Tests;

/// <summary>A small year of the prefecture through the real API, and its figures counted again from the events.</summary>
[Trait("Server", "any")]
public sealed class SimulatedYearTests
{
    [Fact]
    public async Task Every_figure_of_the_year_is_what_a_recount_of_the_events_gives()
    {
        var database = await TestServer.CreateDatabaseAsync();
        var connection = await TestServer.PrepareAsync(database);
        var plan = new YearPlan(40, 7, 2026, Path.Combine(Path.GetTempPath(), $"hazards-year-{Guid.NewGuid():n}"));
        try
        {
            await using (var year = await SimulatedYear.StartAsync(connection, TestServer.KeysOf(connection), plan, default))
            {
                var outcome = await year.RunAsync(null, default);
                outcome.Hazards.ShouldBeGreaterThan(35);
                var figures = await new YearReport(outcome).WriteAsync(await Recount.OfAsync(year.Log, default), default);
                figures.ShouldAllBe(f => f.Same);
                figures.Count.ShouldBe(3);
                File.ReadAllText(Path.Combine(plan.Out, "README.md")).ShouldContain("随机核对");
                await RecordedWithinAsync(year, plan);
            }

            // Recorded times never run backwards: a year begins on an empty log or not at all.
            await Should.ThrowAsync<InvalidOperationException>(
                SimulatedYear.StartAsync(connection, TestServer.KeysOf(connection), plan, default));
        }
        finally
        {
            if (Directory.Exists(plan.Out))
                Directory.Delete(plan.Out, recursive: true);
            await TestServer.DropDatabaseAsync(database);
        }
    }

    private static async Task RecordedWithinAsync(SimulatedYear year, YearPlan plan)
    {
        var late = 0;
        await foreach (var e in year.Log.ReadAllAsync(0))
        {
            e.RecordedAt.ShouldBeInRange(plan.Eve, plan.End.AddHours(1), e.Type);
            late += DomainJson.ReadContext(e.Headers.Span).Entry == Domain.Codes.Entry.Late ? 1 : 0;
        }

        late.ShouldBeGreaterThan(0);
    }
}
