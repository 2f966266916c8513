using System.Diagnostics;
using System.Security.Cryptography;
using Hazards.Api.Http;
using Hazards.Api.Proofs;
using Hazards.Api.Running;
using Hazards.Domain;
using Hazards.Evidence.Proof;
using Hazards.Projections;
using Hazards.Projections.Store;
using Hazards.Projections.Store.Auditing;
using Npgsql;

namespace Hazards.Bench;

/// <summary>
/// What proof costs: appends with codes and with a tree growing beside them; proofs on a long log, against reading the same
/// event plainly.
/// </summary>
internal sealed class ProofBench(NpgsqlDataSource dataSource)
{
    private const int Writers = 64;
    private const int Chunk = 50_000;

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    /// <summary>Appends as before there were proofs.</summary>
    public Task<Measured> PlainAsync(TimeSpan time, CancellationToken cancellationToken) =>
        AppendAsync(null, null, time, cancellationToken);

    /// <summary>Appends with a code each.</summary>
    public Task<Measured> AuthenticatedAsync(TimeSpan time, CancellationToken cancellationToken) =>
        AppendAsync(_key, null, time, cancellationToken);

    /// <summary>The same with a tree that grows beside them, as the service does it.</summary>
    public async Task<Measured> GrownAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        await new TreeGrower(dataSource, TreeHash.Sha256).CatchUpAsync(cancellationToken);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task? growing = null;
        var measured = await AppendAsync(_key, log => growing ??= GrowAsync(log, over.Token), time, cancellationToken, over);
        await growing!;
        return measured;
    }

    /// <summary>Events as a service would have written them, set-wise; then the tree over them.</summary>
    /// <returns>How long the tree took.</returns>
    public async Task<TimeSpan> FillAsync(int events, Action<long> progress, CancellationToken cancellationToken)
    {
        for (var at = 0L; at < events; at += Chunk)
        {
            await ExecuteAsync(FillSql, at, Math.Min(Chunk, events - at), cancellationToken);
            progress(at);
        }

        await using (var analyze = dataSource.CreateCommand("select setval('log.mt_events_sequence', (select max(e.seq_id) from log.mt_events e)); analyze log.mt_events; analyze log.mt_streams"))
        {
            analyze.CommandTimeout = 600;
            await analyze.ExecuteNonQueryAsync(cancellationToken);
        }

        var began = Stopwatch.StartNew();
        await new TreeGrower(dataSource, TreeHash.Sha256).CatchUpAsync(cancellationToken);
        return began.Elapsed;
    }

    /// <summary>Latencies on the log as it is.</summary>
    public async Task<IReadOnlyList<Measured>> ProofsAsync(int times, CancellationToken cancellationToken)
    {
        var store = new TreeStore(dataSource, TreeHash.Sha256);
        await using var log = MartenEventLog.Open(dataSource);
        var size = (await store.HeadAsync(cancellationToken)).Size;
        var random = new Random(1);
        long Any() => random.NextInt64(1, size + 1);
        return
        [
            await Measure.TimesAsync("plain read of one event", times, async _ =>
            {
                var position = Any();
                await foreach (var e in log.ReadAllAsync(position - 1, position, cancellationToken))
                    GC.KeepAlive(e);
            }),
            await Measure.TimesAsync("inclusion proof", times, async _ => await store.InclusionAsync(Any(), size, cancellationToken)),
            await Measure.TimesAsync("inclusion proof in an earlier tree", times, async _ =>
            {
                var earlier = Any();
                await store.InclusionAsync(random.NextInt64(1, earlier + 1), earlier, cancellationToken);
            }),
            await Measure.TimesAsync("consistency proof", times, async _ => await store.ConsistencyAsync(Any(), size, cancellationToken)),
        ];
    }

    /// <summary>Everything recomputed, as <c>hazards audit</c> does it.</summary>
    public static Task<AuditReport> AuditAsync(string connectionString, CancellationToken cancellationToken) =>
        LogAudit.RunAsync(connectionString, new AuditQuestion(), null, cancellationToken);

    /// <summary>The columns an audit reads, over as many connections, looked at and dropped.</summary>
    public async Task<TimeSpan> ReadPlainlyAsync(string connectionString, CancellationToken cancellationToken)
    {
        var readers = new AuditQuestion().Readers;
        var size = (await new TreeStore(dataSource, TreeHash.Sha256).HeadAsync(cancellationToken)).Size;
        await using var source = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(connectionString) { CommandTimeout = 0, ReadBufferSize = 64 * 1024 }.ConnectionString);
        var began = Stopwatch.StartNew();
        await Task.WhenAll(
            Enumerable.Range(0, readers).Select(n => ReadAsync(source, size * n / readers, size * (n + 1) / readers, cancellationToken)));
        return began.Elapsed;
    }

    private static async Task ReadAsync(NpgsqlDataSource source, long after, long upTo, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand("""
            select e.seq_id, e.id, e.stream_id, e.version, e.data, e.type, e."timestamp", e.mt_dotnet_type, e.correlation_id, e.causation_id, e.headers, c.code
            from log.mt_events e where e.seq_id > $1 and e.seq_id <= $2 order by e.seq_id
            """);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = upTo });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            GC.KeepAlive(reader.GetFieldValue<byte[]>(4).Length + reader.GetFieldValue<byte[]>(10).Length);
    }

    private async Task<Measured> AppendAsync(
        byte[]? key, Action<MartenEventLog>? opened, TimeSpan time, CancellationToken cancellationToken,
        CancellationTokenSource? over = null)
    {
        var bench = new AppendBench(dataSource, Rulebook.Baseline, (source, options) =>
        {
            // What is measured is how much gets through, however slow the machine.
            var patient = options with { AppendTimeout = TimeSpan.FromMinutes(5), AppendKey = key is null ? null : key.AsMemory() };
            var log = MartenEventLog.Open(source, patient, new RowWriter());
            opened?.Invoke(log);
            return log;
        });
        try
        {
            return await bench.GroupCommitAsync(Writers, time, cancellationToken);
        }
        finally
        {
            if (over is not null)
                await over.CancelAsync();
        }
    }

    /// <summary>What the service's TreeKeeper does, without signing.</summary>
    private async Task GrowAsync(MartenEventLog log, CancellationToken over)
    {
        var grower = new TreeGrower(dataSource, TreeHash.Sha256, log.Feed());
        try
        {
            while (!over.IsCancellationRequested)
            {
                var covered = await grower.CatchUpAsync(over);
                await log.WaitBeyondAsync(covered, over);
                await Task.Delay(new ServiceOptions("").GrowEvery, over);
            }
        }
        catch (OperationCanceledException)
        {
            // Measured.
        }
    }

    private const string FillSql = """
        with numbered as (
          select n, md5('stream ' || (n - 1) / 8)::uuid as stream, (n - 1) % 8 + 1 as version
          from generate_series($1 + 1, $1 + $2) n),
        streams as (
          insert into log.mt_streams (id, type, version) select distinct n.stream, 'hazard', 8 from numbered n on conflict do nothing)
        insert into log.mt_events (seq_id, id, stream_id, version, data, type, "timestamp", mt_dotnet_type, correlation_id, headers)
        select n.n, md5('event ' || n.n)::uuid, n.stream, n.version,
               jsonb_build_object('leg', 'sole', 'percent', n.n % 100, 'note', '按方案推进，已完成防护栏杆安装，编号' || n.n, 'investment', 1.5),
               'progress_reported', timestamptz '2026-01-01 00:00:00+00' + n.n * interval '1 second', 'Hazards.Domain.ProgressReported, Hazards.Domain', md5(n.n::text),
               jsonb_build_object('occurredAt', '2026-01-01T08:00:00+08:00', 'entry', 'prompt', 'actor', '张工', 'body', 'seed-433101-regulator', 'role', 'responsible',
                                  'client', '住建局系统', 'policy', 'national-baseline@2', 'attachments', '[]'::jsonb)
        from numbered n order by n.n
        """;

    private async Task ExecuteAsync(string sql, long first, long count, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(sql);
        command.CommandTimeout = 300;
        command.Parameters.AddWithValue(first);
        command.Parameters.AddWithValue(count);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
