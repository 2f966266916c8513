using Hazards.Domain;
using Hazards.Projections.Store;
using JasperFx.Events;
using Npgsql;

namespace Hazards.Projections;

/// <summary>Rows in a schema of their own, written from the log in its order by the statements that write the live ones.</summary>
internal sealed class RowsCopy(
    NpgsqlConnection connection, IEventLog log, Rulebook rules, string schema, IProgress<RebuildProgress>? progress)
{
    private const int RowsInBatch = 500;

    // Beyond this, appends have waited long enough for a reader that will not let go of a table.
    private const string PatienceWithReaders = "2s";

    // The lock that every append holds to its commit.
    private const long LogLock = Store.Appending.Standing.Lock;

    private static readonly TimeSpan Microsecond = TimeSpan.FromMicroseconds(1);

    private readonly Writing.RowStatements statements = new(schema);
    private readonly StreamStates states = new(log);
    private readonly List<PendingRow> rows = [];
    private readonly HashSet<Guid> streams = [];
    private long position;

    /// <summary>Folds what the log has; what is appended meanwhile is left for the end.</summary>
    public async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        var head = await log.HeadAsync(cancellationToken);
        while (position < head.Position)
        {
            await FoldAsync(head.Position, cancellationToken);
            head = await log.HeadAsync(cancellationToken);
        }
    }

    /// <summary>
    /// Folds the last events under the log's lock, does something while both kinds of rows are at the same position,
    /// and commits. False when a table could not be had in time; then nothing was done.
    /// </summary>
    public async Task<bool> WhileAppendsWaitAsync(Func<NpgsqlConnection, long, Task> then, CancellationToken cancellationToken)
    {
        await CatchUpAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var wait = new NpgsqlCommand(
            $"select pg_advisory_xact_lock({LogLock}); set local lock_timeout = '{PatienceWithReaders}'", connection))
            await wait.ExecuteNonQueryAsync(cancellationToken);
        var before = position;
        try
        {
            await FoldAsync((await log.HeadAsync(cancellationToken)).Position, cancellationToken);
            await then(connection, position);
            await transaction.CommitAsync(cancellationToken);
            return true;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            await transaction.RollbackAsync(cancellationToken);
            position = before;
            states.Clear();
            return false;
        }
    }

    private async Task FoldAsync(long upTo, CancellationToken cancellationToken)
    {
        Folded? last = null;
        await foreach (var e in log.FetchAllAsync(position, upTo, cancellationToken))
        {
            if (last is { } before && !Together(before.Event, e))
                await TakeAsync(before, upTo, cancellationToken);
            last = last is { } same && Together(same.Event, e)
                ? same.And(e)
                : await states.FoldAsync(e, cancellationToken);
        }

        if (last is { } end)
            await TakeAsync(end, upTo, cancellationToken);
        await FlushAsync(upTo, cancellationToken);
        position = Math.Max(position, upTo);
    }

    /// <summary>Whether two events are of one version: what Schema/hazards.functions.sql says, told from the log.</summary>
    public static bool Together(IEvent one, IEvent next) =>
        next.StreamId == one.StreamId && next.Sequence == one.Sequence + 1 && next.Timestamp == one.Timestamp + Microsecond;

    private async Task TakeAsync(Folded folded, long head, CancellationToken cancellationToken)
    {
        states.Keep(folded);
        if (folded.ToRow(rules) is not { } row)
            return;
        if (rows.Count == RowsInBatch || streams.Contains(row.StreamId))
            await FlushAsync(head, cancellationToken);
        streams.Add(row.StreamId);
        rows.Add(row);
        position = folded.Event.Sequence;
    }

    private async Task FlushAsync(long head, CancellationToken cancellationToken)
    {
        if (rows.Count > 0)
        {
            await using var batch = new NpgsqlBatch(connection);
            statements.AddTo(batch, rows);
            await batch.PrepareAsync(cancellationToken);
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }

        RowsTelemetry.Fold(rows.Count);
        rows.Clear();
        streams.Clear();
        progress?.Report(new RebuildProgress(position, head));
    }
}
