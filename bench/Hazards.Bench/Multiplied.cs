using Npgsql;

namespace Hazards.Bench;

/// <summary>
/// Fills a database set-wise from one that was filled by events: every hazard is there so many times as often, with its events, rows
/// and figures, at its own positions, recorded when the first was. What is read is what as many events would have made; what
/// proves (codes, signatures) is only as long. Only for a database that nothing else has been recorded in.
/// </summary>
internal static class Multiplied
{
    private static readonly string[] Tables =
    [
        "log.mt_streams", "log.mt_events", "log.event_codes", "rows.hazards", "rows.hazard_history", "rows.hazard_items",
        "rows.hazard_texts", "rows.board_changes", "rows.inbox", "rows.leg_facts", "rows.hazard_facts", "rows.listing_facts",
        "rows.dual_watch", "rows.notices", "rows.missed_clocks", "rows.proposals", "rows.working_clocks",
    ];

    // The board is summed up as often as rows.keep does it, by what it does it with: the changes come as they would have come.
    private const string Summed = """
        create unlogged table public.bench_changes as table rows.board_changes;
        create index on public.bench_changes (position);
        truncate rows.board_totals, rows.board_changes;
        delete from rows.board_checkpoints where position > 0;
        do $$
        declare
          summed rows.board_checkpoints;
          come bigint;
        begin
          loop
            select * into summed from rows.board_checkpoints order by position desc limit 1;
            insert into rows.board_changes
            select * from public.bench_changes c
            where c.position > summed.position order by c.position limit greatest(4096, summed.cells) + 1;
            get diagnostics come = row_count;
            exit when come <= greatest(4096, summed.cells);
            perform rows.sum_board(summed.position);
          end loop;
        end $$;
        drop table public.bench_changes;
        """;

    private static readonly string[] Positions = ["position", "seq_id", "settled_position", "opened_position"];

    public static async Task RunAsync(NpgsqlDataSource source, int times, CancellationToken stop)
    {
        await using var connection = await source.OpenConnectionAsync(stop);
        // What has no hazard came first: the bodies.
        var before = await ScalarAsync<long>(connection, """
            select min(e.seq_id) - 1 from log.mt_events e join log.mt_streams s on s.id = e.stream_id where s.type = 'hazard'
            """, stop);
        // The log's triggers refuse what is done here.
        await RunAsync(connection, $"{Refusing("disable")} set maintenance_work_mem = '1GB'; set synchronous_commit = off", stop);
        foreach (var table in Tables)
        {
            Console.Error.WriteLine($"  {table}");
            await MultiplyAsync(connection, table, before, times, stop);
        }

        await RunAsync(connection, $"""
            {Summed}
            update rows.epochs set live = live * {times};
            select setval('log.mt_events_sequence', (select max(seq_id) from log.mt_events));
            {Refusing("enable always")}
            """, stop);
        await RunAsync(connection, "vacuum analyze", stop);
    }

    // Indexes are made anew, in one go, where they are not what keeps rows apart.
    private static async Task MultiplyAsync(NpgsqlConnection connection, string table, long before, int times, CancellationToken stop)
    {
        var columns = await ListAsync(connection, $"""
            select attname from pg_attribute
            where attrelid = '{table}'::regclass and attnum > 0 and not attisdropped and attgenerated = '' order by attnum
            """, stop);
        var indexes = await ListAsync(connection, $"""
            select i.indexrelid::regclass::text || E'\n' || pg_get_indexdef(i.indexrelid)
            from pg_index i where i.indrelid = '{table}'::regclass and not i.indisprimary and not i.indisunique
            """, stop);
        var isLog = table.StartsWith("log.", StringComparison.Ordinal);
        var position = columns.Find(c => c is "position" or "seq_id");
        var values = columns.Select(c => c switch
        {
            _ when Positions.Contains(c) => Copy($"o.{c}", before, times, "j"),
            "hazard_id" or "stream_id" or "message_id" => Identity(c),
            "id" when isLog => Identity(c),
            _ => $"o.{c}",
        });
        // Rows without a position stay as they are, and are copied; those with one all move.
        var copied = $"insert into {table} ({string.Join(", ", columns)}) select {string.Join(", ", values)} from";
        var copies = position is null
            ? $"""
              {copied} {table} o cross join generate_series(1, {times - 1}) j
              where {(table == "log.mt_streams" ? "o.type = 'hazard'" : "true")};
              """
            : $"""
              create unlogged table public.bench_originals as table {table};
              truncate {table};
              {copied} public.bench_originals o
              cross join lateral generate_series(0, case when o.{position} > {before} then {times - 1} else 0 end) j;
              drop table public.bench_originals;
              """;
        await RunAsync(connection, $"""
            {string.Concat(indexes.Select(i => $"drop index {i.Split('\n')[0]};"))}
            {copies}
            {string.Join(";\n", indexes.Select(i => i.Split('\n')[1]))};
            """, stop);
    }

    private static string Refusing(string how) => string.Concat(
        from table in new[] { "log.mt_events", "log.event_codes" }
        from trigger in new[] { "update", "delete", "truncate" }
        select $"alter table {table} {how} trigger refuse_{trigger};");

    private static string Copy(string position, long before, int times, string j) =>
        $"case when {position} > {before} then {before} + ({position} - {before} - 1) * {times} + {j} + 1 else {position} end";

    private static string Identity(string column) => $"case when j = 0 then o.{column} else md5(o.{column}::text || j)::uuid end";

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(stop);
    }

    private static async Task<T> ScalarAsync<T>(NpgsqlConnection connection, string sql, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        return (T)(await command.ExecuteScalarAsync(stop))!;
    }

    private static async Task<List<string>> ListAsync(NpgsqlConnection connection, string sql, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(stop);
        var found = new List<string>();
        while (await reader.ReadAsync(stop))
            found.Add(reader.GetString(0));
        return found;
    }
}
