using JasperFx.Events;
using Marten;
using Marten.Events.Projections;
using Npgsql;

namespace Hazards.Projections.Store.Appending;

/// <summary>
/// The rows as a Marten projection that runs with the append: the rows that the events of a batch bring with them
/// (<see cref="EventHeaders.Row"/>), written set-wise, once a batch.
/// </summary>
internal sealed class InlineRows(IRowWriter rows) : IProjection
{
    public Task ApplyAsync(IDocumentOperations operations, IReadOnlyList<IEvent> events, CancellationToken cancellation)
    {
        var pending = new List<PendingRow>(events.Count);
        foreach (var e in events)
            if (e.Headers is EventHeaders { Row: { } row })
                pending.Add(row);
        if (pending.Count == 0)
            return Task.CompletedTask;
        using var statements = new NpgsqlBatch();
        rows.AddTo(statements, pending);
        foreach (var statement in statements.BatchCommands)
            operations.QueueOperation(Statement.Of((NpgsqlBatchCommand)statement));
        return Task.CompletedTask;
    }
}
