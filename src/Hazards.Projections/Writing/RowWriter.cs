using Hazards.Projections.Store;
using Hazards.Projections.Writing;
using Npgsql;

namespace Hazards.Projections;

/// <summary>
/// Writes the rows with their events: one statement for all hazards of a batch, and one each for what is rarer
/// (words, bodies, keys). What the statements do stands in <c>Schema/*.functions.sql</c>.
/// </summary>
public sealed class RowWriter : IRowWriter
{
    private readonly RowStatements statements = new("rows");

    /// <inheritdoc />
    /// <exception cref="ArgumentException">A row is no <see cref="PendingState"/>.</exception>
    public void AddTo(NpgsqlBatch batch, IReadOnlyList<PendingRow> rows)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(rows);
        statements.AddTo(batch, rows);
    }
}
