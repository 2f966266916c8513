using System.Collections.Immutable;
using Hazards.Api.Http;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;
using Hazards.Projections.Store;
using Npgsql;

namespace Hazards.Bench;

/// <summary>
/// What supervisors ask, one after the other on a seeded database: now, and as of instants spread over the second half
/// of its past. Every call asks for another county, page or instant, so that nothing is answered twice.
/// </summary>
internal sealed class ReadBench(NpgsqlDataSource dataSource, IEventLog log, Rulebook rules)
{
    internal static readonly string[] Words = ["燃气", "边坡", "消火栓", "疏散通道", "塔吊", "瓦斯", "围堰", "用电"];

    private readonly HazardQueries _queries = new(dataSource, () => rules);

    public async Task<IReadOnlyList<(string Name, Measured Now, Measured AsOf)>> RunAsync(
        int times, Action<string> say, CancellationToken cancellationToken)
    {
        var places = Regions.All.Where(r => r.Code.Value.StartsWith("4331", StringComparison.Ordinal)).Select(r => r.Code)
            .ToImmutableArray();
        var instants = await InstantsAsync(dataSource, 64, cancellationToken);
        var ids = await IdsAsync(dataSource, 500, cancellationToken);
        var results = new List<(string, Measured, Measured)>();

        await AddAsync(
            "board 闭环看板",
            (scope, i) => _queries.BoardAsync(scope, places[i % places.Length], Policy.NationalBaseline.DueSoonDays, cancellationToken));
        await AddAsync(
            "overdue 超期清单",
            (scope, i) =>
                _queries.OverdueAsync(scope, new HazardFilter { Region = places[i % places.Length] }, null, 50, cancellationToken));
        await AddAsync(
            "overdue by body 超期统计", (scope, i) => _queries.OverdueCountsAsync(scope, places[i % places.Length], cancellationToken));
        await AddAsync(
            "listed 挂牌督办清单",
            (scope, i) =>
                _queries.ListedAsync(scope, new HazardFilter { Region = places[i % places.Length] }, null, 50, cancellationToken));
        await AddAsync(
            "ledger, newest 台账",
            (scope, i) => _queries.LedgerAsync(
                scope, new HazardFilter { Region = places[i % places.Length] }, LedgerSort.Recorded, true, null, 50, cancellationToken));
        await AddAsync(
            "ledger, stage and sector 筛选",
            (scope, i) => _queries.LedgerAsync(
                scope,
                new HazardFilter { Region = places[i % places.Length], Stages = [Stage.Rectifying], Sectors = [
                    SectorCode.Parse(i % 2 == 0 ? "construction" : "fire_safety")] }, LedgerSort.Due, false, null, 50, cancellationToken));
        await AddAsync(
            "search, Chinese words 检索",
            (scope, i) => _queries.LedgerAsync(
                scope, new HazardFilter { Region = places[i % places.Length], Text = Words[i % Words.Length] }, LedgerSort.Recorded, true,
                null, 50, cancellationToken));
        await AddAsync("hazard row 隐患", (scope, i) => _queries.FindAsync(scope, ids[i % ids.Length], cancellationToken));
        await AddAsync("hazard with its history 隐患履历", (scope, i) => FoldAsync(scope, ids[i % ids.Length], cancellationToken));
        return results;

        async Task AddAsync(string name, Func<Scope, int, Task> ask)
        {
            say(name);
            var nation = RegionCode.Nation;
            var today = ChinaTime.DateAt(DateTimeOffset.UtcNow);
            var now = await Measure.TimesAsync($"{name}, now", times, i => ask(new Scope(nation, null, today), i));
            var asOf = await Measure.TimesAsync($"{name}, as of", times, i =>
            {
                var instant = instants[i % instants.Length];
                return ask(new Scope(nation, instant, ChinaTime.DateAt(instant)), i);
            });
            results.Add((name, now, asOf));
        }
    }

    private async Task FoldAsync(Scope scope, HazardId id, CancellationToken cancellationToken)
    {
        Hazard? hazard = null;
        foreach (var e in await log.FetchAsync(id.StreamId, 0, scope.AsOf, cancellationToken: cancellationToken))
            hazard = Hazard.Apply(id, hazard, new Happening((IHazardEvent)e.Data, e.Context()));
    }

    /// <summary>Instants of the second half of the past.</summary>
    internal static async Task<ImmutableArray<DateTimeOffset>> InstantsAsync(
        NpgsqlDataSource dataSource, int count, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            """select min("timestamp"), max("timestamp") from log.mt_events where seq_id in (1, (select max(seq_id) from log.mt_events))""");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var (first, last) = (await reader.GetFieldValueAsync<DateTimeOffset>(0, cancellationToken),
            await reader.GetFieldValueAsync<DateTimeOffset>(1, cancellationToken));
        return [.. Enumerable.Range(0, count).Select(i => first + (last - first) * (0.5 + 0.49 * i / count))];
    }

    /// <summary>Hazards that are on record at all those instants, spread over the ledger, the same ones every time.</summary>
    internal static async Task<ImmutableArray<HazardId>> IdsAsync(
        NpgsqlDataSource dataSource, int count, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("""
            select hazard_id
            from (select hazard_id, row_number() over (order by first_recorded_at) n, count(*) over () total from rows.hazards) h
            where n <= total / 2 and n % greatest(1, total / 2 / $1) = 0
            limit $1
            """);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = count });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var ids = ImmutableArray.CreateBuilder<HazardId>();
        while (await reader.ReadAsync(cancellationToken))
            ids.Add(new HazardId(reader.GetGuid(0)));
        return ids.ToImmutable();
    }
}
