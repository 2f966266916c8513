using System.Security.Cryptography;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;
using Hazards.Projections.Store;
using JasperFx.Events;
using Marten;
using Npgsql;

namespace Hazards.Bench;

/// <summary>What a command costs, by the clock and in processor time.</summary>
internal sealed record Cost(Measured Measured, double Client, double Server)
{
    public double Together => Client + Server;
}

/// <summary>
/// The engine, beside what it is made of and what it is measured against, in turns on one database: a small command (one
/// event of 0.6 KB, one row, one row of history), the whole one (key, code, inbox, clocks, facts), a Marten session a
/// command with the same row, a bare commit.
/// </summary>
internal sealed class EngineBench(NpgsqlDataSource dataSource, Rulebook rules) : IAsyncDisposable
{
    private const int StreamsPerWriter = 8;
    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);
    private static readonly EventHeaders Headers = new("""{"by":"bench","body":"bench-regulator"}"""u8.ToArray());

    private readonly Processor processor = new(dataSource);

    private static ProgressReported Fact(long n) => new(Leg.Sole, (int)(n % 100), 1.5m,
        $"按方案推进，已完成防护栏杆安装，并对作业面临边洞口逐一检查，现场设置警示标志和夜间照明，安排专人值守，待监理复核后进入下一道工序；第{n}次进展。施工单位项目负责人王建国、专职安全员到场确认，附照片四张。");

    /// <summary>The small command through the group commit.</summary>
    public async Task<Cost> GroupCommitAsync(int writers, TimeSpan time, CancellationToken stop)
    {
        await using var log = MartenEventLog.Open(dataSource, rows: new SmallRows());
        return await StreamsAsync("engine", writers, time, async (stream, version) =>
        {
            var added = new NewEvent(Guid.CreateVersion7(), Fact(version), Headers);
            if (await log.AppendAsync(new Append([new StreamAppend(stream, "hazard", version, [added], Headers)]), stop) is not AppendResult.Committed)
                throw new InvalidOperationException("not committed");
        }, stop);
    }

    /// <summary>The small command by a Marten session of its own, as Marten is used: no lock, no order, no check.</summary>
    public async Task<Cost> PlainMartenAsync(int writers, TimeSpan time, CancellationToken stop)
    {
        using var store = HazardsStore.Open(dataSource, new SmallRows(), o =>
        {
            o.Events.AppendMode = EventAppendMode.QuickWithServerTimestamps;
            o.Events.UseListenNotifyForEventAppends = false;
        });
        return await StreamsAsync("plain Marten", writers, time, async (stream, version) =>
        {
            await using var session = store.LightweightSession();
            var id = Guid.CreateVersion7();
            var e = ((IEventRegistry)store.Options.Events).BuildEvent(Fact(version));
            e.Id = id;
            e.Headers = Headers.With(new PendingRow(stream, version + 1, id, Headers));
            session.Events.Append(stream, version + 1, e);
            await session.SaveChangesAsync(stop);
        }, stop);
    }

    /// <summary>The whole command: what the service does for a progress report, with key and code.</summary>
    public async Task<Cost> WholeCommandAsync(int writers, TimeSpan time, CancellationToken stop)
    {
        var bench = new AppendBench(
            dataSource, rules, (s, options) => MartenEventLog.Open(s, options with { AppendKey = Key }, new RowWriter())) { Keyed = true };
        return await CostAsync(() => bench.GroupCommitAsync(writers, time, stop), stop);
    }

    /// <summary>One small row, one commit.</summary>
    public Task<Cost> BareCommitAsync(int writers, TimeSpan time, CancellationToken stop) =>
        CostAsync(
            () => new AppendBench(dataSource, rules, (s, options) => MartenEventLog.Open(s, options)).BareCommitAsync(writers, time, stop),
            stop);

    /// <summary>The set-wise limit of the small command: 500 events with their rows a commit, one client, nothing looked up.</summary>
    public async Task<Cost> LimitAsync(int batches, CancellationToken stop)
    {
        await ExecuteAsync(SmallLimit.Tables, stop);
        await using var connection = await dataSource.OpenConnectionAsync(stop);
        var limit = new SmallLimit(connection, Fact);
        await limit.RunAsync(2, stop);
        var before = await processor.ReadAsync(stop);
        var wall = System.Diagnostics.Stopwatch.StartNew();
        await limit.RunAsync(batches, stop);
        var elapsed = wall.Elapsed;
        var (client, server) = Processor.Between(before, await processor.ReadAsync(stop), batches * SmallLimit.Size);
        return new Cost(
            new Measured("limit", batches * SmallLimit.Size / elapsed.TotalSeconds, 0, 0, batches * SmallLimit.Size), client, server);
    }

    /// <summary>The tables of the small command.</summary>
    public Task PrepareAsync(CancellationToken stop) => ExecuteAsync(SmallRows.Tables, stop);

    private async Task<Cost> StreamsAsync(string name, int writers, TimeSpan time, Func<Guid, long, Task> append, CancellationToken stop)
    {
        var streams = Enumerable.Range(0, writers * StreamsPerWriter).Select(_ => Guid.CreateVersion7()).ToArray();
        var versions = new long[streams.Length];
        var next = new int[writers];
        // Each stream exists before the clock starts.
        await Parallel.ForAsync(0, streams.Length, stop, async (i, _) => await append(streams[i], versions[i]++));
        return await CostAsync(() => Measure.ForAsync($"{name}, {writers} writers", writers, time, async (writer, _) =>
        {
            var slot = writer * StreamsPerWriter + next[writer]++ % StreamsPerWriter;
            await append(streams[slot], versions[slot]);
            versions[slot]++;
        }, stop), stop);
    }

    // The warm-up counts in processor time: a sixth as long as what is measured, and the same work.
    private async Task<Cost> CostAsync(Func<Task<Measured>> run, CancellationToken stop)
    {
        var before = await processor.ReadAsync(stop);
        var began = await HeadAsync(stop);
        var measured = await run();
        var commands = await HeadAsync(stop) - began;
        var (client, server) = Processor.Between(
            before, await processor.ReadAsync(stop), commands > measured.Count ? commands : measured.Count * 6 / 5);
        return new Cost(measured, client, server);
    }

    private async Task<long> HeadAsync(CancellationToken stop)
    {
        await using var command = dataSource.CreateCommand("select coalesce(max(seq_id), 0) from log.mt_events");
        return (long)(await command.ExecuteScalarAsync(stop))!;
    }

    private async Task ExecuteAsync(string sql, CancellationToken stop)
    {
        await using var command = dataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(stop);
    }

    public ValueTask DisposeAsync() => processor.DisposeAsync();
}
