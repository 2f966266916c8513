using System.Collections.Immutable;
using System.Data;
using Hazards.Domain;
using Hazards.Projections.Store;
using JasperFx.Events;
using Npgsql;

namespace Hazards.Projections;

/// <summary>A row that is not what the log says.</summary>
/// <param name="Table">Its table.</param>
/// <param name="Fault">What is wrong with it.</param>
/// <param name="Key">Its key, as JSON.</param>
/// <param name="Stream">The stream it is of: the hazard, where it is one's.</param>
/// <param name="Columns">The columns that differ; empty where the row is missing or unrecorded.</param>
public sealed record RowDifference(string Table, RowFault Fault, string Key, Guid? Stream, ImmutableArray<string> Columns);

/// <summary>
/// Makes the rows of some streams anew, in tables that only this connection sees, by the statements that write the live ones,
/// and compares the two, column by column, in one snapshot. Nothing waits for it and it leaves nothing behind; whoever may make
/// temporary tables may do it. Rows that say who somebody is are the identity audit's.
/// </summary>
public sealed class RowsSample : IAsyncDisposable
{
    private const string Schema = "pg_temp";

    private const int RowsInBatch = 500;

    /// <summary>How rows are kept and not what they say; and what other streams write into them.</summary>
    private static readonly string[] Aside = ["epoch", "opened_position", "opened_at"];

    private static readonly string[] OfPositions = ["hazard_items", "looks", "look_hazards"];

    private const string BoardChanges = "board_changes";

    private static readonly string[] StreamColumns = ["hazard_id", "campaign_id", "inspection_id", "report_id", "webhook_id", "seal_id"];

    private readonly NpgsqlConnection connection;
    private readonly IEventLog log;
    private readonly Rulebook rules;
    private readonly Writing.RowStatements statements = new(Schema);
    private readonly List<Guid> unreadable = [];
    private ImmutableArray<Table> tables = [];

    private RowsSample(NpgsqlConnection connection, IEventLog log, Rulebook rules) =>
        (this.connection, this.log, this.rules) = (connection, log, rules);

    /// <summary>The kinds of streams whose rows are compared.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["hazard", "campaign", "inspection", "report", "webhook", "seal", "access"];

    /// <summary>
    /// The streams of the last comparison whose events are none that can follow each other: their rows were not compared.
    /// </summary>
    public IReadOnlyList<Guid> Unreadable => unreadable;

    /// <summary>Makes the tables; null where this login may not.</summary>
    public static async Task<RowsSample?> OpenAsync(
        NpgsqlDataSource dataSource, IEventLog log, Rulebook rules, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var sample = new RowsSample(connection, log, rules);
        try
        {
            await using var may = new NpgsqlCommand("""
                select not pg_is_in_recovery() and has_database_privilege(current_database(), 'temporary')
                   and to_regnamespace('rows') is not null and has_schema_privilege('rows', 'usage')
                   and not exists (select from pg_class c where c.relnamespace = 'rows'::regnamespace and c.relkind in ('r', 'p') and not has_table_privilege(c.oid, 'select'))
                """, connection);
            if (await may.ExecuteScalarAsync(cancellationToken) is not true)
            {
                await sample.DisposeAsync();
                return null;
            }

            await using var make = new NpgsqlCommand(ProjectionMigrations.SqlFor(Schema), connection) { CommandTimeout = 0 };
            await make.ExecuteNonQueryAsync(cancellationToken);
            sample.tables = await sample.TablesAsync(cancellationToken);
            return sample;
        }
        catch
        {
            await sample.DisposeAsync();
            throw;
        }
    }

    /// <summary>What differs in the rows of these streams.</summary>
    /// <param name="streams">Some hundreds at most: their states are in memory.</param>
    /// <param name="most">So many differences of each table are named.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<ImmutableArray<RowDifference>> CompareAsync(
        IReadOnlyCollection<Guid> streams, int most, CancellationToken cancellationToken = default)
    {
        // What is made is rolled back: the tables are empty for the next streams.
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var versions = new Dictionary<Guid, long>();
        await using (var command = new NpgsqlCommand("select s.id, s.version from log.mt_streams s where s.id = any ($1)", connection))
        {
            command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. streams] });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
                versions[reader.GetGuid(0)] = reader.GetInt64(1);
        }

        unreadable.Clear();
        await MakeAsync(versions, cancellationToken);
        var positions = await PositionsAsync([.. versions.Keys.Except(unreadable)], cancellationToken);
        var found = ImmutableArray.CreateBuilder<RowDifference>();
        foreach (var table in tables)
            found.AddRange(await CompareAsync(table, [.. streams.Except(unreadable)], positions, most, cancellationToken));
        await transaction.RollbackAsync(cancellationToken);
        return found.ToImmutable();
    }

    /// <summary>Rows of streams, or of positions, that the log has not: comparing stream by stream does not meet them.</summary>
    public async Task<ImmutableArray<RowDifference>> OfNothingAsync(int most, CancellationToken cancellationToken = default)
    {
        var found = ImmutableArray.CreateBuilder<RowDifference>();
        foreach (var table in tables)
        {
            var (source, key) = table.OfPositions || table.Name == BoardChanges
                ? ("log.mt_events o where o.seq_id = t.position", "t.position")
                : ($"log.mt_streams o where o.id = t.{table.StreamColumn}", string.Join(", ", table.Key.Select(c => $"t.{c}")));
            await using var command = new NpgsqlCommand($"""
                select jsonb_build_array({key})::text
                from rows.{table.Name} t where not exists (select from {source}) limit $1
                """, connection) { CommandTimeout = 0 };
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = most });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
                found.Add(new RowDifference(table.Name, RowFault.Unrecorded, reader.GetString(0), null, []));
        }

        return found.ToImmutable();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await using (connection)
        {
            if (connection.State != ConnectionState.Open)
                return;
            await using var discard = new NpgsqlCommand("discard temp", connection);
            await discard.ExecuteNonQueryAsync();
        }
    }

    private async Task MakeAsync(Dictionary<Guid, long> versions, CancellationToken cancellationToken)
    {
        // The versions of a stream are written one after the other, those of several streams together.
        var waiting = new List<Queue<PendingRow>>();
        foreach (var (stream, version) in versions)
        {
            try
            {
                waiting.Add(Versions(await log.FetchAsync(stream, version, cancellationToken: cancellationToken)));
            }
            catch (Exception e) when (e is not (OperationCanceledException or NpgsqlException or OutOfMemoryException))
            {
                // An event of it was altered, or is passed over: the rows of all others are compared nevertheless.
                unreadable.Add(stream);
            }
        }

        while (waiting.RemoveAll(w => w.Count == 0) >= 0 && waiting.Count > 0)
            foreach (var rows in waiting.Select(w => w.Dequeue()).Chunk(RowsInBatch))
            {
                await using var batch = new NpgsqlBatch(connection);
                statements.AddTo(batch, rows);
                if (batch.BatchCommands.Count > 0)
                    await batch.ExecuteNonQueryAsync(cancellationToken);
            }
    }

    private Queue<PendingRow> Versions(IReadOnlyList<IEvent> events)
    {
        var rows = new Queue<PendingRow>();
        Folded? last = null;
        foreach (var e in events)
        {
            if (last is { } same && RowsCopy.Together(same.Event, e))
            {
                last = same.And(e);
                continue;
            }

            Take(last);
            var before = last?.After;
            var after = StreamStates.Apply(before, e);
            last = new Folded(e, before, after, Folded.NoticesOf(e, after));
        }

        Take(last);
        return rows;

        void Take(Folded? folded)
        {
            if (folded?.ToRow(rules) is { } row)
                rows.Enqueue(row);
        }
    }

    private async Task<long[]> PositionsAsync(IReadOnlyCollection<Guid> streams, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select e.seq_id from log.mt_events e where e.stream_id = any ($1)", connection);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. streams] });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var positions = new List<long>();
        while (await reader.ReadAsync(cancellationToken))
            positions.Add(reader.GetInt64(0));
        return [.. positions];
    }

    private async Task<List<RowDifference>> CompareAsync(
        Table table, Guid[] streams, long[] positions, int most, CancellationToken cancellationToken)
    {
        var key = string.Join(", ", table.Key.Select(c => $"t.{c}"));
        var stream = table.OfPositions
            ? "(select e.stream_id from log.mt_events e where e.seq_id = (coalesce(l.j, m.j) ->> 'position')::bigint)"
            : $"(coalesce(l.j, m.j) ->> '{table.StreamColumn}')::uuid";
        await using var command = new NpgsqlCommand($"""
            with l as (select distinct to_jsonb(t) - $3 as j, jsonb_build_array({key}) as k from {Said("rows", table)}),
                 m as (select distinct to_jsonb(t) - $3 as j, jsonb_build_array({key}) as k from {Said(Schema, table)})
            select case when l.j is null then 0 when m.j is null then 1 else 2 end, coalesce(l.k, m.k)::text, {stream},
                   array(select c.key from jsonb_each(m.j) c where l.j is not null and l.j -> c.key is distinct from c.value order by 1)
            from l full join m on m.k = l.k
            where l.j is distinct from m.j
            order by 2 limit $4
            """, connection) { CommandTimeout = 0 };
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = streams });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = positions });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = Aside });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = most });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<RowDifference>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(new RowDifference(
                table.Name, (RowFault)reader.GetInt32(0), reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetGuid(2),
                [.. reader.GetFieldValue<string[]>(3)]));
        return found;
    }

    /// <summary>
    /// What a table says of the streams ($1) and their positions ($2). Acts that came in one commit one after the other are one
    /// version when rows are made again, and were written one by one: so it is said which cells a hazard entered and left in all,
    /// and of the items those that a version shows.
    /// </summary>
    private static string Said(string schema, Table table) => table.Name switch
    {
        BoardChanges => $"""
            (select e.stream_id, c.recorded_at, c.region, c.sector, c.stage, c.level, sum(c.n) as n
             from (
               select position, recorded_at, region, sector, stage, level, 1 as n from {schema}.board_changes where position = any ($2)
               union all
               select position, recorded_at, was_region, was_sector, was_stage, was_level, -1
               from {schema}.board_changes where position = any ($2) and was_region is not null) c
             join log.mt_events e on e.seq_id = c.position
             group by 1, 2, 3, 4, 5, 6 having sum(c.n) <> 0) t
            """,
        "hazard_items" => $"""
            {schema}.hazard_items t where t.position in (
              select h.position from {schema}.hazards h where h.hazard_id = any ($1)
              union select h.position from {schema}.hazard_history h where h.hazard_id = any ($1))
            """,
        _ => $"{schema}.{table.Name} t where {(table.OfPositions ? "t.position = any ($2)" : $"t.{table.StreamColumn} = any ($1)")}",
    };

    /// <summary>The tables as the migrations have just made them, with their keys.</summary>
    private async Task<ImmutableArray<Table>> TablesAsync(CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("""
            select c.relname::text,
                   array(select a.attname::text from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped),
                   array(select a.attname::text from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = any (i.indkey::int2[])
                         where i.indrelid = c.oid and i.indisprimary)
            from pg_class c where c.relnamespace = pg_my_temp_schema() and c.relkind = 'r' order by 1
            """, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = ImmutableArray.CreateBuilder<Table>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var (name, columns, key) = (reader.GetString(0), reader.GetFieldValue<string[]>(1), reader.GetFieldValue<string[]>(2));
            if (name == BoardChanges)
            {
                found.Add(
                    new Table(name, OfPositions: false, "stream_id", ["stream_id", "recorded_at", "region", "sector", "stage", "level"]));
                continue;
            }
            var ofPositions = OfPositions.Contains(name);
            var streamColumn = columns.Contains("hazard_id") ? "hazard_id" : key.FirstOrDefault(StreamColumns.Contains);
            if (!ofPositions && streamColumn is null)
                continue;
            // A version of the history stands there once an epoch.
            string[] unique = key.Length > 0 ? key : ["hazard_id", "recorded_from"];
            found.Add(new Table(name, ofPositions, streamColumn ?? "position", [.. unique.Except(Aside)]));
        }

        return found.ToImmutable();
    }

    private sealed record Table(string Name, bool OfPositions, string StreamColumn, ImmutableArray<string> Key);
}
