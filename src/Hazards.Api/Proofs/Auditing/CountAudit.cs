using System.Collections.Immutable;
using System.Data;
using System.Text.Json;
using Hazards.Projections.Store;
using Hazards.Projections.Store.Appending;
using Npgsql;

namespace Hazards.Api.Proofs.Auditing;

/// <summary>
/// Counts the rows of every table once by reading the table and once by each of its B-trees, in one snapshot: an index that was
/// altered or is broken hides rows from those who ask by it. Names events and streams that are marked as archived, of a tenant or
/// as having binary data: the service marks none but the <see cref="Tombstones"/>, and readers pass them over.
/// </summary>
internal sealed class CountAudit(NpgsqlDataSource dataSource)
{
    private const int Named = 20;

    private const string TablesSql = """
        select format('%I.%I', n.nspname, c.relname)
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname in ('log', 'rows', 'files', 'persons', 'evidence', 'accounts') and c.relkind = 'r'
          and has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')
        order by 1
        """;

    // Columns in the order of the index, so that reading by it spares the sort.
    private const string IndexesSql = """
        select c.relname::text, pg_get_expr(i.indpred, i.indrelid),
               (select string_agg(pg_get_indexdef(i.indexrelid, k.n, false)
                        || case when i.indoption[k.n - 1] & 1 = 1 then ' desc' else '' end
                        || case when i.indoption[k.n - 1] & 2 = 2 then ' nulls first' else ' nulls last' end, ', ' order by k.n)
                from generate_series(1, i.indnkeyatts) k (n))
        from pg_index i join pg_class c on c.oid = i.indexrelid join pg_am a on a.oid = c.relam and a.amname = 'btree'
        where i.indrelid = to_regclass($1) and i.indisvalid
        order by 1
        """;

    /// <summary>What differs.</summary>
    /// <param name="all">Whether rows are counted; not: only marks are looked for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<ImmutableArray<AuditFinding>> RunAsync(bool all, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var still = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var findings = new List<AuditFinding>();
        var tables = await ListAsync(connection, TablesSql, r => r.GetString(0), cancellationToken);
        foreach (var table in all ? tables : [])
            findings.AddRange(await TableAsync(connection, table, cancellationToken));
        if (tables.Contains("log.mt_events") && await MarkedAsync<long>(
            connection, "seq_id", "mt_events", $"t.stream_id = '{Tombstones.Stream:D}'", "or t.bdata is not null", cancellationToken)
            is { Length: > 0 } events)
            findings.Add(new AuditFinding("event_marked",
                $"位置 {string.Join(", ", events.Take(Named))} 的事件被标为已归档、属于租户或带有二进制数据：服务从不如此，读取时会跳过",
                $"the events at {string.Join(", ", events.Take(Named))} are marked as archived, of a tenant or with binary data: the service marks none, and readers pass them over")
            { First = events[0], Last = events[^1], Count = events.Length, Positions = [.. events.Take(Named)] });
        if (tables.Contains("log.mt_streams"))
            findings.AddRange(from stream in await MarkedAsync<Guid>(connection, "id", "mt_streams", "false", "", cancellationToken) ?? []
                              select new AuditFinding(
                                  "stream_marked", $"流 {stream:D} 被标为已归档或属于租户：服务从不如此",
                                  $"stream {stream:D} is marked as archived or of a tenant: the service marks none") { Stream = stream });
        return [.. findings];
    }

    private static async Task<List<AuditFinding>> TableAsync(NpgsqlConnection connection, string table, CancellationToken cancellationToken)
    {
        var indexes = await ListAsync(
            connection, IndexesSql, r => (Name: r.GetString(0), Where: r.IsDBNull(1) ? "true" : r.GetString(1), Keys: r.GetString(2)),
            cancellationToken, table);
        if (indexes.Count == 0)
            return [];
        await PlanAsync(connection, byIndex: false, cancellationToken);
        // Every condition of a partial index is counted in the one pass.
        var rows = await ListAsync(
            connection, $"select {string.Join(", ", indexes.Select(i => $"count(*) filter (where {i.Where})"))} from {table}",
            r => Enumerable.Range(0, indexes.Count).Select(r.GetInt64).ToArray(), cancellationToken);
        await PlanAsync(connection, byIndex: true, cancellationToken);
        var findings = new List<AuditFinding>();
        foreach (var (index, n) in indexes.Zip(rows[0]))
        {
            var sql = $"select count(*) from (select from {table} where {index.Where} order by {index.Keys} offset 0) x";
            // Where the planner has a better one for the same order, that one is counted and this one is not.
            if (!(await ListAsync(connection, $"explain (format json) {sql}", r => r.GetString(0), cancellationToken))[0].Contains(
                $"\"Index Name\": {JsonSerializer.Serialize(index.Name)}", StringComparison.Ordinal))
                continue;
            var counted = (await ListAsync(connection, sql, r => r.GetInt64(0), cancellationToken))[0];
            if (counted != n)
                findings.Add(new AuditFinding("index_differs",
                    $"索引 {index.Name} 与表 {table} 不一致：表中 {n} 行，按索引 {counted} 行：有行被隐藏或索引损坏",
                    $"the index {index.Name} and its table {table} disagree: {n} rows in the table, {counted} by the index: it hides rows, or is broken")
                { Count = Math.Abs(n - counted) });
        }

        return findings;
    }

    // What is switched off costs so much that PostgreSQL would compile each statement.
    private static async Task PlanAsync(NpgsqlConnection connection, bool byIndex, CancellationToken cancellationToken)
    {
        var (index, other) = byIndex ? ("on", "off") : ("off", "on");
        await using var command = new NpgsqlCommand($"""
            set local jit = off; set local max_parallel_workers_per_gather = 0; set local enable_bitmapscan = off;
            set local enable_seqscan = {other}; set local enable_sort = {other}; set local enable_incremental_sort = {other};
            set local enable_indexscan = {index}; set local enable_indexonlyscan = {index}
            """, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<T[]?> MarkedAsync<T>(
        NpgsqlConnection connection, string key, string table, string archived, string more, CancellationToken cancellationToken)
    {
        await PlanAsync(connection, byIndex: false, cancellationToken);
        await using var command = new NpgsqlCommand($"""
            select array_agg(m.{key} order by m.{key}) from (
              select t.{key} from log.{table} t
              where t.is_archived is distinct from ({archived}) or t.tenant_id is distinct from '*DEFAULT*' {more}
              limit 1000) m
            """, connection) { CommandTimeout = 0 };
        return await command.ExecuteScalarAsync(cancellationToken) as T[];
    }

    private static async Task<List<T>> ListAsync<T>(
        NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken, string? given = null)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        if (given is not null)
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = given });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(read(reader));
        return found;
    }
}
