using System.Collections.Immutable;
using System.Globalization;
using Hazards.Domain;
using Npgsql;

namespace Hazards.Bench;

/// <summary>A list as its readers feel it: many at once, by HTTP, with key, jurisdiction and names.</summary>
/// <param name="Name">Which list.</param>
/// <param name="Now">As it is.</param>
/// <param name="AsOf">As of instants of the second half of the past.</param>
internal sealed record ReadCost(string Name, Cost Now, Cost AsOf);

/// <summary>How lists are asked for.</summary>
/// <param name="Clients">By how many at once.</param>
/// <param name="Only">Only the lists whose name has this.</param>
/// <param name="Time">Each for so long.</param>
/// <param name="Statements">How many of the dearest statements of each are said.</param>
internal sealed record Asking(int Clients, string Only, TimeSpan Time, int Statements);

/// <summary>
/// Every list, board, search and hazard by HTTP on a seeded database of a prefecture, of another county, word or hazard each time.
/// A commit between two questions is what keeps answers from being kept: so there is one every while.
/// </summary>
internal sealed class ScaleBench(NpgsqlDataSource dataSource, Served served) : IAsyncDisposable
{
    private const string Prefecture = "4331";
    private static readonly TimeSpan BetweenCommits = TimeSpan.FromMilliseconds(200);

    private readonly Processor processor = new(dataSource);

    /// <summary>Asks each for so long.</summary>
    public async Task<IReadOnlyList<ReadCost>> RunAsync(Asking asking, CancellationToken stop)
    {
        var places = Regions.All.Where(r => r.Code.Value.StartsWith(Prefecture, StringComparison.Ordinal)).Select(r => r.Code.Value)
            .ToImmutableArray();
        var (ids, instants) = (await ReadBench.IdsAsync(dataSource, 500, stop), await ReadBench.InstantsAsync(dataSource, 64, stop));
        var month = instants[0].AddMonths(-1).ToString("yyyy-MM", CultureInfo.InvariantCulture);
        (string Name, Func<int, string> Path)[] lists =
        [
            ("board 闭环看板", i => $"boards/closed-loop?region={places[i % places.Length]}"),
            ("overdue 超期清单", i => $"lists/overdue?region={places[i % places.Length]}&limit=50"),
            ("overdue by body 超期统计", i => $"lists/overdue/counts?region={places[i % places.Length]}"),
            ("listed 挂牌督办", i => $"lists/listed?region={places[i % places.Length]}&limit=50"),
            ("ledger 台账", i => $"hazards?region={places[i % places.Length]}&limit=50"),
            ("ledger, stage and sector 筛选",
                i => $"hazards?region={places[i % places.Length]}&stage=rectifying&limit=50"
                    + $"&sector={(i % 2 == 0 ? "construction" : "fire_safety")}"),
            ("search 检索", i => $"hazards?region={places[i % places.Length]}&q={ReadBench.Words[i % ReadBench.Words.Length]}&limit=50"),
            ("clocks 时限", i => $"clocks?region={places[i % places.Length]}&limit=50"),
            ("hazard 隐患", i => $"hazards/{ids[i % ids.Length]}"),
            ("timeline 履历", i => $"replay/hazards/{ids[i % ids.Length]}/timeline"),
            ("monthly table 月报表", i => $"figures/monthly-table?region={places[i % places.Length]}&period={month}"),
            ("ranking 部门排名", i => $"figures/body-ranking?region={Prefecture}&period={month}"),
        ];
        await GrownAsync(stop);
        using var committing = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var commits = CommitAsync(places, committing.Token);
        var results = new List<ReadCost>();
        foreach (var (name, path) in lists.Where(l => l.Name.Contains(asking.Only, StringComparison.Ordinal)))
        {
            Console.Error.WriteLine($"  {name}");
            results.Add(new ReadCost(name, await CostAsync(name, path, asking, stop), await CostAsync($"{name}, as of", i =>
            {
                var whole = path(i);
                var and = whole.Contains('?', StringComparison.Ordinal) ? '&' : '?';
                return $"{whole}{and}asOf={Instant(instants[i % instants.Length])}";
            }, asking, stop)));
        }

        const string next = "overdue, next page 超期清单下一页";
        if (next.Contains(asking.Only, StringComparison.Ordinal))
        {
            // Of now: as of when the first was read. 50 pages, read again and again.
            string Overdue(int i) => $"lists/overdue?region={places[i % places.Length]}&limit=10";
            var now = await NextAsync(Overdue);
            var then = await NextAsync(i => $"{Overdue(i)}&asOf={Instant(instants[i % instants.Length])}");
            results.Add(new ReadCost(
                next, await CostAsync(next, i => now[i % now.Length], asking, stop),
                await CostAsync($"{next}, as of", i => then[i % then.Length], asking, stop)));
        }

        await committing.CancelAsync();
        await commits.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return results;
    }

    private static string Instant(DateTimeOffset at) => at.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private async Task<string[]> NextAsync(Func<int, string> first)
    {
        var pages = new List<string>();
        for (var i = 0; i < 50; i++)
            if (await served.NextAsync(first(i)) is { } next)
                pages.Add(next);
        return [.. pages];
    }

    private async Task<Cost> CostAsync(string name, Func<int, string> path, Asking asking, CancellationToken stop)
    {
        var asked = 0;
        if (asking.Statements > 0)
            await Dearest.ForgetAsync(dataSource, stop);
        var cost = await processor.CostAsync(
            name, asking.Clients, asking.Time, (_, _) => served.ReadAsync(path(Interlocked.Increment(ref asked))), stop);
        if (asking.Statements > 0)
        {
            Console.Error.WriteLine($"    {name}: {asked} calls");
            await Dearest.SayAsync(dataSource, asking.Statements, asked, stop);
        }
        return cost;
    }

    // The tree over a log that was filled at once grows for a while, and would be measured as well.
    private async Task GrownAsync(CancellationToken stop)
    {
        await using var behind = dataSource.CreateCommand("""
            select coalesce((select max(p.last_seq_id) from log.mt_event_progression p where p.name like 'trees%'), 0)
                   < (select max(e.seq_id) from log.mt_events e)
            """);
        while (await behind.ExecuteScalarAsync(stop) is true)
            await Task.Delay(TimeSpan.FromSeconds(1), stop);
    }

    /// <summary>Hazards and events.</summary>
    public async Task<(long Hazards, long Events)> CountAsync(CancellationToken stop)
    {
        await using var command = dataSource.CreateCommand(
            "select (select count(*) from rows.hazards), coalesce((select max(e.seq_id) from log.mt_events e), 0)");
        await using var reader = await command.ExecuteReaderAsync(stop);
        await reader.ReadAsync(stop);
        return (reader.GetInt64(0), reader.GetInt64(1));
    }

    /// <summary>Bytes an event and a row version take, with their indexes, and of what the rest is.</summary>
    public async Task<IReadOnlyList<(string Table, long Rows, long Bytes)>> SizesAsync(CancellationToken stop)
    {
        await using var command = dataSource.CreateCommand("""
            select n.nspname || '.' || c.relname, greatest(c.reltuples, 0)::bigint, pg_total_relation_size(c.oid)
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.relkind = 'r' and n.nspname in ('log', 'rows') and pg_total_relation_size(c.oid) > 4 * 1024 * 1024
            order by 3 desc
            """);
        await using var reader = await command.ExecuteReaderAsync(stop);
        var sizes = new List<(string, long, long)>();
        while (await reader.ReadAsync(stop))
            sizes.Add((reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2)));
        return sizes;
    }

    // In one place after the other: what was asked last of it, and of what it lies in, is out of date.
    private async Task CommitAsync(ImmutableArray<string> places, CancellationToken stop)
    {
        for (var at = 0; !stop.IsCancellationRequested; at++, await Task.Delay(BetweenCommits, stop))
            await served.PostAsync(served.Key, "hazards?anew=true", Facts.Report(places[at % places.Length]));
    }

    public async ValueTask DisposeAsync()
    {
        await processor.DisposeAsync();
        await served.DisposeAsync();
    }
}
