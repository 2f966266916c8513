using Hazards.Domain;
using Hazards.Projections.Store;

namespace Hazards.Projections.Tests;

/// <summary>A database with a long random story in it, many epochs and sums of the board.</summary>
public sealed class History : RowsDatabase
{
    private readonly Random random = new(7);
    private MartenEventLog? log;

    public HazardQueries Queries => new(DataSource, () => Rulebook.Baseline);

    internal MartenEventLog Log => log!;

    public DateTimeOffset Begin { get; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public DateTimeOffset End { get; private set; }

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        // Thresholds of thousands would need a story of tens of thousands.
        await ExecuteAsync((await ScalarAsync<string>("select pg_get_functiondef('rows.keep'::regproc)"))
            .Replace("greatest(5000, now_in.live)", "40", StringComparison.Ordinal)
            .Replace("greatest(4096, summed.cells)", "30", StringComparison.Ordinal));
        log = Open();
        var stories = new Stories(11, Begin);
        for (var i = 0; i < 1500; i++)
        {
            (await log.AppendAsync(stories.Next())).ShouldBeOfType<AppendResult.Committed>();
            if (i % 50 == 0)
                await ExecuteAsync("select rows.keep()");
        }

        End = stories.Now;
        (await ScalarAsync<long>("select count(*) from rows.epochs")).ShouldBeGreaterThan(5);
        (await ScalarAsync<long>("select count(*) from rows.board_checkpoints")).ShouldBeGreaterThan(5);
    }

    /// <summary>Now, and some instants of the past.</summary>
    public IEnumerable<DateTimeOffset?> Instants()
    {
        yield return null;
        yield return Begin;
        for (var i = 0; i < 12; i++)
            yield return Begin + (End - Begin) * random.NextDouble();
    }

    public Scope At(DateTimeOffset? instant, RegionCode? jurisdiction = null) =>
        new(jurisdiction ?? RegionCode.Nation, instant, ChinaTime.DateAt(instant ?? End));
}
