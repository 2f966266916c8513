using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Projections;
using Hazards.Projections.Store;
using Npgsql;

namespace Hazards.Api.Proofs.Auditing;

/// <summary>
/// Compares rows with what the log makes of them (<see cref="RowsSample"/>): some streams each hour, all in a full audit. The
/// ledger's rows are compared with the log's hazards, and the board with the ledger, each time: a row that was deleted or
/// inserted is noticed by that, whichever streams are drawn.
/// </summary>
internal sealed class RowsAudit(NpgsqlDataSource dataSource, IEventLog log)
{
    private const int StreamsAtOnce = 200;

    /// <summary>So many differences of each table are named for some streams, and so many in all.</summary>
    private const int Most = 50;

    private const int MostInAll = 500;

    /// <summary>What counting in working days by a newer edition of the calendar moves, until it is counted anew.</summary>
    private static readonly string[] Recounted = [
        "next_due", "next_ring", "clock_dues", "due", "item", "edition", "counted_until", "version"];

    private const string LedgerSql = """
        select coalesce(h.hazard_id, s.id), s.id is null
        from (select s.id from log.mt_streams s where s.type = 'hazard' and s.version > 0) s
        full join rows.hazards h on h.hazard_id = s.id
        where h.hazard_id is null or s.id is null
        limit 50
        """;

    private const string BoardSql = """
        with last as (select max(c.position) as position from rows.board_checkpoints c),
        board as (
          select region, sector, stage, coalesce(level, '') as level, sum(n) as n
          from (
            select t.region, t.sector, t.stage, t.level, t.n from rows.board_totals t join last on t.checkpoint = last.position
            union all
            select c.region, c.sector, c.stage, c.level, 1 from rows.board_changes c join last on c.position > last.position
            union all
            select c.was_region, c.was_sector, c.was_stage, c.was_level, -1
            from rows.board_changes c join last on c.position > last.position where c.was_region is not null) c
          group by 1, 2, 3, 4 having sum(n) <> 0),
        ledger as (
          select left(h.region, 9) as region, h.sector, h.stage, coalesce(h.level, '') as level, count(*) as n
          from rows.hazards h group by 1, 2, 3, 4)
        select coalesce(b.region, l.region), coalesce(b.sector, l.sector), coalesce(b.stage, l.stage), coalesce(b.level, l.level),
               coalesce(b.n, 0)::bigint, coalesce(l.n, 0)
        from board b full join ledger l
          on l.region = b.region and l.sector = b.sector and l.stage = b.stage and l.level = b.level
        where b.n is distinct from l.n
        order by 1, 2, 3, 4 limit 50
        """;

    /// <summary>What differs. Nothing where the role may not read the rows; streams only where it may make temporary tables.</summary>
    /// <param name="sample">How many streams are drawn; null: all are compared.</param>
    /// <param name="rules">Reads the rules that apply now.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<ImmutableArray<AuditFinding>> RunAsync(
        int? sample, Func<CancellationToken, Task<Rulebook>> rules, CancellationToken cancellationToken)
    {
        var findings = new List<AuditFinding>();
        await using (var may = dataSource.CreateCommand("""
            select has_schema_privilege(n.oid, 'usage') and not exists (
              select from pg_class c where c.relnamespace = n.oid and c.relkind in ('r', 'p') and not has_table_privilege(c.oid, 'select'))
            from pg_namespace n where n.nspname = 'rows'
            """))
            if (await may.ExecuteScalarAsync(cancellationToken) is not true)
                return [];
        findings.AddRange(await LedgerAsync(cancellationToken));
        findings.AddRange(await BoardAsync(cancellationToken));
        var drawn = sample is { } some ? await DrawAsync(some, cancellationToken) : null;
        if (drawn is [])
            return [.. findings];
        var book = await rules(cancellationToken);
        await using var made = await RowsSample.OpenAsync(dataSource, log, book, cancellationToken);
        if (made is null)
            return [.. findings];
        if (drawn is not null)
            findings.AddRange(await CompareAsync(made, book, drawn, cancellationToken));
        else
        {
            findings.AddRange((await made.OfNothingAsync(Most, cancellationToken)).Select(Finding));
            for (Guid[] page, last = [Guid.Empty]; (page = await NextAsync(last[^1], cancellationToken)).Length > 0 && findings.Count < MostInAll; last = page)
                findings.AddRange(await CompareAsync(made, book, page, cancellationToken));
        }

        return [.. findings.DistinctBy(f => (f.Code, f.English)).Take(MostInAll)];
    }

    private async Task<IEnumerable<AuditFinding>> CompareAsync(
        RowsSample made, Rulebook book, Guid[] streams, CancellationToken cancellationToken)
    {
        var differences = await made.CompareAsync(streams, Most, cancellationToken);
        var unreadable = made.Unreadable.Select(s => new AuditFinding("stream_unreadable",
            $"流 {s:D} 的事件不能依次读取：有事件被改动、标记或删除；它的行未核对",
            $"the events of stream {s:D} cannot follow each other: one was altered, marked or deleted; its rows were not compared") { Stream = s }).ToArray();
        if (differences.IsEmpty)
            return unreadable;
        var waiting = await ListAsync(
            "select c.hazard_id from rows.working_clocks c where c.edition < $1 and c.hazard_id = any ($2)", r => r.GetGuid(0),
            cancellationToken,
            new NpgsqlParameter<int> { TypedValue = book.Calendar.Edition }, new NpgsqlParameter<Guid[]> { TypedValue = streams });
        return unreadable.Concat(differences
            .Where(d => d.Fault != RowFault.Differs || d.Stream is not { } hazard || !waiting.Contains(hazard)
                || d.Columns.Except(Recounted).Any())
            .Select(Finding));
    }

    private static AuditFinding Finding(RowDifference d)
    {
        var (chinese, english) = d.Stream is not { } stream ? ("", "") : d.Table.StartsWith("hazard", StringComparison.Ordinal)
            ? ($"（隐患 {stream:D}）", $" of hazard {stream:D}") : ($"（流 {stream:D}）", $" of stream {stream:D}");
        var (code, what, said) = d.Fault switch
        {
            RowFault.Missing => ("row_missing", "被删除", "was deleted: the log makes it"),
            RowFault.Unrecorded => ("row_unrecorded", "没有依据，被插入", "was inserted: the log does not make it"),
            _ => ("row_differs", $"与日志不符：{string.Join("、", d.Columns)} 被改动",
                $"is not what the log makes: {string.Join(", ", d.Columns)} was altered"),
        };
        return new AuditFinding(
            code, $"rows.{d.Table} 的行 {d.Key}{chinese}{what}", $"the row {d.Key} of rows.{d.Table}{english} {said}") { Stream = d.Stream };
    }

    private async Task<List<AuditFinding>> LedgerAsync(CancellationToken cancellationToken) =>
        await ListAsync(LedgerSql, r =>
        {
            var (hazard, unrecorded) = (r.GetGuid(0), r.GetBoolean(1));
            return unrecorded
                ? new AuditFinding(
                    "row_unrecorded", $"rows.hazards 的行（隐患 {hazard:D}）没有依据，被插入",
                    $"the row of hazard {hazard:D} in rows.hazards was inserted: the log has no such hazard") { Stream = hazard }
                : new AuditFinding(
                    "row_missing", $"rows.hazards 的行（隐患 {hazard:D}）被删除：日志中有此隐患，台账和看板没有",
                    $"the row of hazard {hazard:D} in rows.hazards was deleted: the log has the hazard, ledger and lists have not") { Stream = hazard };
        }, cancellationToken);

    private async Task<List<AuditFinding>> BoardAsync(CancellationToken cancellationToken) =>
        await ListAsync(BoardSql, r =>
        {
            var cell = string.Join(' ', Enumerable.Range(0, 4).Select(r.GetString)).Trim();
            return new AuditFinding("board_differs",
                $"看板与台账不一致：{cell} 看板为 {r.GetInt64(4)}，台账为 {r.GetInt64(5)}",
                $"board and ledger disagree: {cell} has {r.GetInt64(4)} on the board and {r.GetInt64(5)} in the ledger");
        }, cancellationToken);

    /// <summary>Streams drawn by their events, so that what is much worked on is looked at more often; and by their rows.</summary>
    private async Task<Guid[]> DrawAsync(int some, CancellationToken cancellationToken)
    {
        var head = (await log.HeadAsync(cancellationToken)).Position;
        long[] positions = [.. Enumerable.Range(0, some).Select(_ => Random.Shared.NextInt64(1, Math.Max(2, head + 1)))];
        return [.. (await ListAsync("""
            select e.stream_id from log.mt_events e join log.mt_streams s on s.id = e.stream_id and s.type = any ($2) and s.version < 2000
            where e.seq_id = any ($1)
            """, r => r.GetGuid(0), cancellationToken,
            new NpgsqlParameter<long[]> { TypedValue = positions }, new NpgsqlParameter<string[]>
            {
                TypedValue = [.. RowsSample.Kinds],
            })).Distinct().Take(StreamsAtOnce)];
    }

    private async Task<Guid[]> NextAsync(Guid after, CancellationToken cancellationToken) =>
        [.. await ListAsync($"select s.id from log.mt_streams s where s.id > $1 and s.type = any ($2) order by s.id limit {StreamsAtOnce}", r => r.GetGuid(0), cancellationToken,
            new NpgsqlParameter<Guid> { TypedValue = after }, new NpgsqlParameter<string[]> { TypedValue = [.. RowsSample.Kinds] })];

    private async Task<List<T>> ListAsync<T>(
        string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await using var command = dataSource.CreateCommand(sql);
        command.CommandTimeout = 0;
        command.Parameters.AddRange(parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(read(reader));
        return found;
    }
}
