using System.Collections.Immutable;
using Hazards.Api.Http;
using Hazards.Api.LifeCycle;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;
using Hazards.Projections.Store;
using Npgsql;

namespace Hazards.Bench;

/// <summary>
/// Durable appends of one event with its row: progress reports on hazards in rectification. The same work three ways:
/// through the log (group commit), as one transaction per append (the same statements, one connection a writer), and as
/// the cluster's own limit: the same bytes, inserted 500 rows a commit into tables with the same indexes.
/// </summary>
internal sealed class AppendBench(NpgsqlDataSource dataSource, Rulebook rules, Func<NpgsqlDataSource, EventLogOptions, MartenEventLog> open)
{
    private const int HazardsPerWriter = 40;
    private readonly Body _body = new(
        BodyId.Parse("bench-regulator"), "基准测试局", BodyKind.Regulator, RegionCode.Parse("433101"), [], null, null, false, null, 1);
    private int _round;

    /// <summary>Whether each append has an idempotency key, as a request has.</summary>
    public bool Keyed { get; init; }

    public async Task<Measured> GroupCommitAsync(int writers, TimeSpan time, CancellationToken cancellationToken)
    {
        await using var log = open(dataSource, new EventLogOptions { AppendTimeout = TimeSpan.FromSeconds(60) });
        return await WriteAsync($"log, {writers} writers", writers, time, _ => log, cancellationToken);
    }

    public async Task<Measured> OneTransactionEachAsync(int writers, TimeSpan time, CancellationToken cancellationToken)
    {
        // A log of its own per writer: its batches hold one append, so every append is a transaction on its own connection.
        var logs = Enumerable.Range(0, writers).Select(_ => open(dataSource, new EventLogOptions { MaxBatchAppends = 1 })).ToArray();
        try
        {
            return await WriteAsync($"one transaction each, {writers} writers", writers, time, w => logs[w], cancellationToken);
        }
        finally
        {
            foreach (var log in logs)
                await log.DisposeAsync();
        }
    }

    /// <summary>One row with a small payload, one commit: what the disk and the protocol cost.</summary>
    public async Task<Measured> BareCommitAsync(int writers, TimeSpan time, CancellationToken cancellationToken)
    {
        await ExecuteAsync(
            "create table if not exists public.bench_bare (id bigint generated always as identity primary key, data jsonb not null)",
            cancellationToken);
        var connections = new NpgsqlConnection[writers];
        for (var i = 0; i < writers; i++)
            connections[i] = await dataSource.OpenConnectionAsync(cancellationToken);
        var commands = connections.Select(c =>
        {
            var command = new NpgsqlCommand("insert into public.bench_bare (data) values ($1)", c);
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = "{\"leg\":\"sole\",\"percent\":40,\"note\":\"按方案推进\"}", NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Jsonb });
            command.Prepare();
            return command;
        }).ToArray();
        try
        {
            return await Measure.ForAsync(
                $"bare one-row commit, {writers} writers", writers, time, (w, _) => commands[w].ExecuteNonQueryAsync(cancellationToken),
                cancellationToken);
        }
        finally
        {
            foreach (var connection in connections)
                await connection.DisposeAsync();
        }
    }

    /// <summary>
    /// The events and row versions that the runs before wrote, inserted again into tables of the same shape with the
    /// same indexes, 500 events with their rows a commit: nothing is looked up, nothing updated, nothing decided.
    /// </summary>
    public async Task<Measured> SetWiseAsync(CancellationToken cancellationToken)
    {
        await ExecuteAsync(
            """
            drop schema if exists bench_limit cascade;
            create schema bench_limit;
            create table bench_limit.events (like log.mt_events including all);
            create table bench_limit.versions (like rows.hazard_history including all);
            create table bench_limit.items (like rows.hazard_items including all);
            create table bench_limit.source_events as select * from log.mt_events order by seq_id desc limit 60000;
            create table bench_limit.source_versions as
              select distinct on (h.position) h.* from rows.hazard_history h join bench_limit.source_events e on e.seq_id = h.position;
            create table bench_limit.source_items as
              select i.* from rows.hazard_items i join bench_limit.source_events e on e.seq_id = i.position;
            create index on bench_limit.source_events (seq_id);
            create index on bench_limit.source_versions (position);
            create index on bench_limit.source_items (position);
            analyze bench_limit.source_events; analyze bench_limit.source_versions; analyze bench_limit.source_items;
            """, cancellationToken);
        var (first, last) = await RangeAsync(cancellationToken);
        string[] tables = ["events", "versions", "items"];
        // The client has every row's text at hand before the clock starts, as a loader would.
        var chunks = new List<string[][]>();
        for (var at = first; at + 500 <= last + 1; at += 500)
            chunks.Add(await Task.WhenAll(tables.Select(t => TextsAsync(t, at, cancellationToken))));
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        foreach (var table in tables)
        {
            var command = new NpgsqlBatchCommand(
                $"insert into bench_limit.{table} select (x.r).* from (select t::bench_limit.{table} as r from unnest($1) t offset 0) x");
            command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [] });
            batch.BatchCommands.Add(command);
        }
        await batch.PrepareAsync(cancellationToken);
        var latencies = new List<double>();
        var wall = System.Diagnostics.Stopwatch.StartNew();
        foreach (var chunk in chunks)
        {
            for (var i = 0; i < tables.Length; i++)
                ((NpgsqlParameter<string[]>)batch.BatchCommands[i].Parameters[0]).TypedValue = chunk[i];
            var began = System.Diagnostics.Stopwatch.GetTimestamp();
            await batch.ExecuteNonQueryAsync(cancellationToken);
            latencies.Add(System.Diagnostics.Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }
        var commits = Measured.From("set-wise limit, 500 a commit", [.. latencies], wall.Elapsed);
        await ExecuteAsync("drop schema bench_limit cascade", cancellationToken);
        return commits with { PerSecond = commits.PerSecond * 500, Count = commits.Count * 500 };
    }

    private async Task<Measured> WriteAsync(
        string name, int writers, TimeSpan time, Func<int, MartenEventLog> logOf, CancellationToken cancellationToken)
    {
        var own = await PrepareAsync(writers, cancellationToken);
        var next = new int[writers];
        return await Measure.ForAsync(name, writers, time, async (writer, _) =>
        {
            var slot = next[writer]++ % HazardsPerWriter;
            var before = own[writer][slot];
            own[writer][slot] = await AppendAsync(logOf(writer), before, cancellationToken);
        }, cancellationToken);
    }

    /// <summary>Hazards in rectification, those of each writer its own: no two writers meet.</summary>
    private async Task<Hazard[][]> PrepareAsync(int writers, CancellationToken cancellationToken)
    {
        var round = _round++;
        await using var log = open(dataSource, new EventLogOptions { AppendTimeout = TimeSpan.FromSeconds(60) });
        var found = DateTimeOffset.UtcNow.AddDays(-20);
        var all = await Task.WhenAll(Enumerable.Range(0, writers * HazardsPerWriter).Select(async i =>
        {
            var id = HazardId.For("bench", new ExternalReference("bench", $"{Environment.ProcessId}-{found.Ticks}-{round}-{i}"));
            var order = new LegOrder(Leg.Sole, _body.Id, ChinaTime.DateAt(found).AddDays(40), "按期整改");
            ImmutableArray<IHazardEvent> story =
            [
                new HazardReported(
                    ReportSource.Inspection, HazardKind.Safety, RegionCode.Parse("433101100"), SectorCode.Parse("construction"), "临边防护",
                    "深基坑临边防护缺失", "深基坑临边防护栏杆缺失，存在人员坠落危险", new Enterprise("基准建筑有限公司"), new Place("一号基坑"), null, "检查组", "一般"),
                new HazardVerified(Level.General, null, "属实"),
                new HazardAssigned([order]),
                new AssignmentAcknowledged(Leg.Sole, "负责人"),
            ];
            return await AppendAsync(log, id, null, story, found, cancellationToken);
        }));
        return [.. all.Chunk(HazardsPerWriter)];
    }

    private Task<Hazard> AppendAsync(MartenEventLog log, Hazard before, CancellationToken cancellationToken) =>
        AppendAsync(
            log, before.Id, before, [new ProgressReported(Leg.Sole, 40, 1.5m, "按方案推进，已完成防护栏杆安装")], before.FoundAt.AddDays(1),
            cancellationToken);

    private async Task<Hazard> AppendAsync(
        MartenEventLog log, HazardId id, Hazard? before, ImmutableArray<IHazardEvent> story, DateTimeOffset at,
        CancellationToken cancellationToken)
    {
        var context = new EventContext(
            at, Entry.Late, "bench", _body.Id, Role.Responsible, "bench", rules.PolicyAt(_body.Region, at).Version, null, []);
        var added = new HazardStory(id, before, rules, Terms.None);
        foreach (var happened in story)
            added.Add(happened, context);
        var key = Keyed ? new AppendKey("bench", Guid.CreateVersion7().ToString("n"), new byte[32]) : null;
        var result = await log.AppendAsync(new Append(added.Appends(), key), cancellationToken);
        return result is AppendResult.Committed ? added.After! : throw new InvalidOperationException($"append: {result}");
    }

    private async Task<string[]> TextsAsync(string table, long from, CancellationToken cancellationToken)
    {
        var position = table == "events" ? "seq_id" : "position";
        await using var command = dataSource.CreateCommand($"select array_agg(t::text order by t.{position}) from bench_limit.source_{table} t where t.{position} >= $1 and t.{position} < $1 + 500");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = from });
        return await command.ExecuteScalarAsync(cancellationToken) as string[] ?? [];
    }

    private async Task<(long First, long Last)> RangeAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("select min(seq_id), max(seq_id) from bench_limit.source_events");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetInt64(0), reader.GetInt64(1));
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(sql);
        command.CommandTimeout = 300;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
