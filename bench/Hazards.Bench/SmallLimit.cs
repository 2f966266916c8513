using Hazards.Domain;
using Npgsql;
using NpgsqlTypes;

namespace Hazards.Bench;

/// <summary>What the small command costs where nothing is looked up, ordered or decided: its rows by set-wise INSERT.</summary>
internal sealed class SmallLimit(NpgsqlConnection connection, Func<long, IDomainEvent> fact)
{
    public const int Size = 500;

    public const string Tables = """
        drop schema if exists bench_limit cascade;
        create schema bench_limit;
        create table bench_limit.events (like log.mt_events including all);
        create table bench_limit.current (like bench_small.current including all);
        create table bench_limit.history (like bench_small.history including all);
        """;

    private const string EventsSql = """
        insert into bench_limit.events (seq_id, id, stream_id, version, data, type, mt_dotnet_type, headers)
        select g.position, g.id, g.stream, 1, g.data, 'progress_reported', 'Hazards.Domain.ProgressReported, Hazards.Domain', '{"by":"bench","body":"bench-regulator"}'
        from unnest($1, $2, $3, $4) g (position, id, stream, data)
        """;

    private const string Values = """
        g.stream, 1, g.position, now(), now(), 1, true, '433101100', 'construction', 'rectifying', 'general', 'safety', 'inspection', now(), false, false,
        0, '91433101MA4L0000', null, null, array['a', 'b'], date '2026-12-01', array['rectify'], array['a'], array[date '2026-12-01'], null, g.item
        """;

    private const string Item =
        """{"title":"临边防护","where":"一号基坑","enterprise":"基准建筑有限公司","description":"深基坑临边防护栏杆缺失，存在人员坠落危险","percent":40}""";

    private long position;

    public async Task RunAsync(int batches, CancellationToken stop)
    {
        for (var n = 0; n < batches; n++)
        {
            var streams = Enumerable.Range(0, Size).Select(_ => Guid.CreateVersion7()).ToArray();
            var positions = Enumerable.Range(0, Size).Select(_ => ++position).ToArray();
            await using var batch = new NpgsqlBatch(connection);
            var events = new NpgsqlBatchCommand(EventsSql);
            Add(events, NpgsqlDbType.Bigint, positions);
            Add(events, NpgsqlDbType.Uuid, [.. streams.Select(_ => Guid.CreateVersion7())]);
            Add(events, NpgsqlDbType.Uuid, streams);
            Add(events, NpgsqlDbType.Jsonb, [.. positions.Select(p => DomainJson.Write(fact(p)))]);
            batch.BatchCommands.Add(events);
            foreach (var (table, more) in new[] { ("current", ""), ("history", ", now()") })
            {
                var rows = new NpgsqlBatchCommand(
                    $"insert into bench_limit.{table} select {Values}{more} from unnest($1, $2, $3) g (stream, position, item)");
                Add(rows, NpgsqlDbType.Uuid, streams);
                Add(rows, NpgsqlDbType.Bigint, positions);
                Add(rows, NpgsqlDbType.Jsonb, [.. streams.Select(_ => Item)]);
                batch.BatchCommands.Add(rows);
            }

            await batch.ExecuteNonQueryAsync(stop);
        }
    }

    private static void Add<T>(NpgsqlBatchCommand command, NpgsqlDbType element, T[] column) =>
        command.Parameters.Add(new NpgsqlParameter<T[]> { TypedValue = column, NpgsqlDbType = NpgsqlDbType.Array | element });
}
