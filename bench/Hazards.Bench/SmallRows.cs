using Hazards.Projections.Store;
using Npgsql;
using NpgsqlTypes;

namespace Hazards.Bench;

/// <summary>The least that a command brings with its event: one upserted row of 27 columns and the row that it supersedes.</summary>
internal sealed class SmallRows : IRowWriter
{
    public const string Tables = """
        create schema if not exists bench_small;
        create table if not exists bench_small.current (
          id uuid primary key, version bigint not null, position bigint not null, recorded timestamptz not null, first_recorded timestamptz not null,
          epoch int not null, live boolean not null, region text not null collate "C", sector text not null collate "C", stage text not null collate "C",
          level text collate "C", kind text not null, source text not null, found_at timestamptz not null, late boolean not null, dual boolean not null,
          reopened int not null, enterprise text, listing_level text, listed_by text, leg_bodies text[] not null, next_due date not null,
          clock_kinds text[] not null, clock_bodies text[] not null, clock_dues date[] not null, closed_at timestamptz, item jsonb not null);
        create index if not exists current_due on bench_small.current (next_due, id, recorded, region);
        create index if not exists current_changed on bench_small.current (recorded, id, region);
        create table if not exists bench_small.history (like bench_small.current, recorded_to timestamptz not null);
        create index if not exists history_id on bench_small.history (id, recorded);
        """;

    /// <summary>In one statement, as the product's rows are: what is superseded, then what is now.</summary>
    private const string Sql = """
        with given as (select * from unnest($1, $2, $3, $4) g (id, version, due, item)),
        won as materialized (
          select g.*, e.seq_id, e."timestamp" as at from given g join log.mt_events e on e.stream_id = g.id and e.version = g.version),
        superseded as (insert into bench_small.history select c.*, w.at from won w join bench_small.current c on c.id = w.id)
        insert into bench_small.current as c
        select w.id, w.version, w.seq_id, w.at, w.at, 1, true, '433101100', 'construction', 'rectifying', 'general', 'safety', 'inspection', w.at, false, false,
               0, '91433101MA4L0000', null, null, array['a', 'b'], w.due, array['rectify'], array['a'], array[w.due], null, w.item
        from won w
        on conflict (id) do update set
          version = excluded.version, position = excluded.position, recorded = excluded.recorded, stage = excluded.stage, region = excluded.region,
          next_due = excluded.next_due, clock_dues = excluded.clock_dues, item = excluded.item
        """;

    private const string Item = """{"title":"临边防护","where":"一号基坑","enterprise":"基准建筑有限公司","description":"深基坑临边防护栏杆缺失，存在人员坠落危险","percent":40,"legs":[{"body":"bench-regulator","due":"2026-12-01"}]}""";

    public void AddTo(NpgsqlBatch batch, IReadOnlyList<PendingRow> rows)
    {
        var command = new NpgsqlBatchCommand(Sql);
        Add(command, NpgsqlDbType.Uuid, [.. rows.Select(r => r.StreamId)]);
        Add(command, NpgsqlDbType.Bigint, [.. rows.Select(r => r.Version)]);
        Add(command, NpgsqlDbType.Date, [.. rows.Select(r => new DateOnly(2026, 12, 1).AddDays((int)(r.Version % 60)))]);
        Add(command, NpgsqlDbType.Jsonb, [.. rows.Select(_ => Item)]);
        batch.BatchCommands.Add(command);
    }

    private static void Add<T>(NpgsqlBatchCommand command, NpgsqlDbType element, T[] column) =>
        command.Parameters.Add(new NpgsqlParameter<T[]> { TypedValue = column, NpgsqlDbType = NpgsqlDbType.Array | element });
}
