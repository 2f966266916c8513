using Npgsql;

namespace Hazards.Projections.Store;

/// <summary>
/// Writes the rows that describe streams after their events, in the same transaction as the events.
/// Called once per batch by the inline projection, under the log's lock: it adds set-wise statements, which Marten sends
/// after the events.
/// </summary>
/// <remarks>
/// Only rows of appends that win come here. The statements join <c>log.mt_events e on e.stream_id = row.stream_id and
/// e.version = row.version and e.id = row.last_event_id</c> all the same, and take <c>e.timestamp</c> as the recorded time
/// and <c>e.seq_id</c> as the position: a rebuild runs them as well, and no row is ever without its event.
/// <para>
/// Keep the SQL texts constant and the data in array parameters: the statements stay prepared on the writer's
/// connection. There the planner may use neither sequential scans nor hash and merge joins and keeps generic plans, so
/// every look-up should be by an index. An append that the rows' tables refuse fails alone, with
/// <see cref="AppendRejectedException"/>.
/// </para>
/// </remarks>
public interface IRowWriter
{
    /// <summary>Adds the statements for these rows; adds none when there is nothing to write.</summary>
    void AddTo(NpgsqlBatch batch, IReadOnlyList<PendingRow> rows);
}

/// <summary>A row waiting to be written with its events.</summary>
/// <param name="StreamId">The stream it describes.</param>
/// <param name="Version">The stream's version after the append, if it is accepted.</param>
/// <param name="LastEventId">Id of the append's last event on the stream.</param>
/// <param name="Row">What the caller gave as <see cref="StreamAppend.Row"/>.</param>
public readonly record struct PendingRow(Guid StreamId, long Version, Guid LastEventId, object Row);
