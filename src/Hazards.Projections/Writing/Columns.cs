using Npgsql;
using NpgsqlTypes;

namespace Hazards.Projections.Writing;

/// <summary>Adds the columns of a set-wise statement: one array parameter each.</summary>
internal static class Columns
{
    public static void AddColumn<T, TValue>(
        this NpgsqlBatchCommand command, NpgsqlDbType element, IReadOnlyList<T> rows, Func<T, TValue> value)
    {
        var column = new TValue[rows.Count];
        for (var i = 0; i < column.Length; i++)
            column[i] = value(rows[i]);
        command.AddArray(element, column);
    }

    public static void AddArray<TValue>(this NpgsqlBatchCommand command, NpgsqlDbType element, TValue[] column) =>
        command.Parameters.Add(new NpgsqlParameter<TValue[]> { TypedValue = column, NpgsqlDbType = NpgsqlDbType.Array | element });
}
