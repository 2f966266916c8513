using System.Collections;
using Hazards.Projections.Store;
using Npgsql;
using NpgsqlTypes;

namespace Hazards.Projections.Writing;

/// <summary>
/// One statement that writes many rows: <c>select rows.write_x(stream => $1, version => $2, …)</c>, an array a column. A column's
/// name here is that of the function's parameter; its type follows from the value's.
/// </summary>
/// <param name="schema">The live one, or that of a rebuild.</param>
/// <param name="function">What writes them (<c>Schema/*.functions.sql</c>).</param>
/// <param name="of">The event a row comes with: it is written only if that is in the log.</param>
internal sealed class WriteStatement<T>(string schema, string function, Func<T, EventKey> of) : IEnumerable
{
    private readonly List<string> names = [];
    private readonly List<Action<NpgsqlBatchCommand, IReadOnlyList<T>>> columns = [];
    private string? sql;

    /// <summary>A column, an element a row.</summary>
    public void Add<TValue>(string name, Func<T, TValue> value) =>
        Add(name, (command, rows) => command.AddColumn(ColumnType<TValue>.Element, rows, value));

    /// <summary>A column of JSON.</summary>
    public void Add(string name, Func<T, byte[]> json) => Add(name, r => (ReadOnlyMemory<byte>)json(r));

    /// <summary>An array that is of all rows together.</summary>
    public void Add(string name, Func<IReadOnlyList<T>, int[]> ofAll) =>
        Add(name, (command, rows) => command.AddArray(NpgsqlDbType.Integer, ofAll(rows)));

    /// <summary>Adds the statement to a batch, unless there is nothing to write.</summary>
    public void AddTo(NpgsqlBatch batch, IReadOnlyList<T> rows)
    {
        if (rows.Count == 0)
            return;
        sql ??= $"select {schema}.{function}(stream => $1, version => $2, event => $3"
            + $"{string.Concat(names.Select((name, i) => $", {name} => ${i + 4}"))})";
        var command = new NpgsqlBatchCommand(sql);
        command.AddColumn(NpgsqlDbType.Uuid, rows, r => of(r).Stream);
        command.AddColumn(NpgsqlDbType.Bigint, rows, r => of(r).Version);
        command.AddColumn(NpgsqlDbType.Uuid, rows, r => of(r).Event);
        foreach (var add in columns)
            add(command, rows);
        batch.BatchCommands.Add(command);
    }

    /// <summary>The names: what an initializer needs.</summary>
    IEnumerator IEnumerable.GetEnumerator() => names.GetEnumerator();

    private void Add(string name, Action<NpgsqlBatchCommand, IReadOnlyList<T>> column)
    {
        names.Add(name);
        columns.Add(column);
    }
}

/// <summary>Which event of the log a row comes with.</summary>
internal readonly record struct EventKey(Guid Stream, long Version, Guid Event)
{
    public static EventKey Of(PendingRow row) => new(row.StreamId, row.Version, row.LastEventId);

    public static EventKey Of(EventNotice notice) => new(notice.Hazard.StreamId, notice.Version, notice.EventId);
}

/// <summary>The type of a column with such values.</summary>
file static class ColumnType<TValue>
{
    public static readonly NpgsqlDbType Element = (Nullable.GetUnderlyingType(typeof(TValue)) ?? typeof(TValue)) switch
    {
        var t when t == typeof(string) => NpgsqlDbType.Text,
        var t when t == typeof(Guid) => NpgsqlDbType.Uuid,
        var t when t == typeof(bool) => NpgsqlDbType.Boolean,
        var t when t == typeof(int) => NpgsqlDbType.Integer,
        var t when t == typeof(long) => NpgsqlDbType.Bigint,
        var t when t == typeof(decimal) => NpgsqlDbType.Numeric,
        var t when t == typeof(DateOnly) => NpgsqlDbType.Date,
        var t when t == typeof(DateTime) => NpgsqlDbType.TimestampTz,
        var t when t == typeof(ReadOnlyMemory<byte>) => NpgsqlDbType.Json,
        var t => throw new NotSupportedException($"No column holds a {t}."),
    };
}
