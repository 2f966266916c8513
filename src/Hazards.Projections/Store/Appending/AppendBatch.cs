using Npgsql;
using NpgsqlTypes;

namespace Hazards.Projections.Store.Appending;

/// <summary>
/// The appends of one commit as the columns <c>log.append</c> takes (see Schema/0005_append_mac.sql), and its answer read
/// back into their outcomes.
/// </summary>
internal sealed class AppendBatch
{
    private const string Sql =
        "select * from log.append($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,$21,$22,$23)";

    private readonly IReadOnlyList<PendingAppend> appends;
    private readonly bool[] mayWin;
    private readonly List<PendingRow> rows = [];

    public AppendBatch(IReadOnlyList<PendingAppend> appends)
    {
        this.appends = appends;
        mayWin = WhichMayWin(appends);
    }

    /// <summary>
    /// An append that shares a stream or a key with an earlier one of the batch cannot be judged before that one is:
    /// it is checked against the log, and if it would pass, it goes into the next batch.
    /// </summary>
    private static bool[] WhichMayWin(IReadOnlyList<PendingAppend> appends)
    {
        var may = new bool[appends.Count];
        if (appends.Count == 1)
        {
            may[0] = true;
            return may;
        }

        var streams = new HashSet<Guid>(appends.Count);
        var keys = new HashSet<(string, string)>();
        for (var i = 0; i < appends.Count; i++)
        {
            var append = appends[i].Append;
            may[i] = append.Key is null || keys.Add((append.Key.Scope, append.Key.Key));
            foreach (var stream in append.Streams)
                may[i] &= streams.Add(stream.StreamId);
        }

        return may;
    }

    public IReadOnlyList<bool> MayWin => mayWin;

    /// <summary>Builds the command: the append, then whatever the row writer adds.</summary>
    public NpgsqlBatch ToCommand(NpgsqlConnection connection, IRowWriter? rowWriter, bool allowGivenTimes)
    {
        var batch = new NpgsqlBatch(connection);
        var command = new NpgsqlBatchCommand(Sql);
        AddAppends(command);
        AddStreams(command);
        AddEvents(command, allowGivenTimes);
        batch.BatchCommands.Add(command);
        if (rowWriter is not null && rows.Count > 0)
            rowWriter.AddTo(batch, rows);
        return batch;
    }

    private void AddAppends(NpgsqlBatchCommand command)
    {
        var anyKey = appends.Any(a => a.Append.Key is not null);
        Add(command, NpgsqlDbType.Boolean, mayWin);
        Add(command, NpgsqlDbType.Integer, Column(a => a.Events));
        Add(command, NpgsqlDbType.Text, anyKey ? Column(a => a.Append.Key?.Scope) : null);
        Add(command, NpgsqlDbType.Text, anyKey ? Column(a => a.Append.Key?.Key) : null);
        Add(command, NpgsqlDbType.Bytea, anyKey ? Column(a => a.Append.Key?.Fingerprint.ToArray()) : null);
    }

    private T[] Column<T>(Func<PendingAppend, T> value)
    {
        var column = new T[appends.Count];
        for (var i = 0; i < column.Length; i++)
            column[i] = value(appends[i]);
        return column;
    }

    private void AddStreams(NpgsqlBatchCommand command)
    {
        var count = appends.Sum(a => a.Append.Streams.Count);
        var (append, id, type) = (new int[count], new Guid[count], new string[count]);
        var (expected, events, last) = (new long[count], new int[count], new Guid[count]);
        var n = 0;
        for (var i = 0; i < appends.Count; i++)
        {
            foreach (var stream in appends[i].Append.Streams)
            {
                append[n] = i + 1;
                id[n] = stream.StreamId;
                type[n] = stream.StreamType;
                expected[n] = stream.ExpectedVersion;
                events[n] = stream.Events.Count;
                last[n] = stream.Events[^1].Id;
                if (mayWin[i] && stream.Row is { } row)
                    rows.Add(new PendingRow(id[n], type[n], expected[n] + events[n], last[n], row));
                n++;
            }
        }

        Add(command, NpgsqlDbType.Integer, append);
        Add(command, NpgsqlDbType.Uuid, id);
        Add(command, NpgsqlDbType.Text, type);
        Add(command, NpgsqlDbType.Bigint, expected);
        Add(command, NpgsqlDbType.Integer, events);
        Add(command, NpgsqlDbType.Uuid, last);
    }

    private void AddEvents(NpgsqlBatchCommand command, bool allowGivenTimes)
    {
        var count = 0;
        var anyGiven = false;
        for (var i = 0; i < appends.Count; i++)
        {
            count += mayWin[i] ? appends[i].Events : 0;
            anyGiven |= allowGivenTimes && appends[i].Append.RecordedAt is not null;
        }

        var (append, id, stream, version) = (new int[count], new Guid[count], new Guid[count], new long[count]);
        var (type, dotnetType) = (new string[count], new string[count]);
        var (data, headers) = (new ReadOnlyMemory<byte>[count], new ReadOnlyMemory<byte>[count]);
        var (correlation, causation) = (new string?[count], new string?[count]);
        var given = anyGiven ? new DateTime?[count] : null;
        var mac = appends.Any(a => a.Canonical is [{ Code: not null }, ..]) ? new byte[]?[count] : null;
        var n = 0;
        for (var i = 0; i < appends.Count; i++)
        {
            if (!mayWin[i])
                continue;
            var own = 0;
            foreach (var gain in appends[i].Append.Streams)
            {
                for (var v = 0; v < gain.Events.Count; v++, n++, own++)
                {
                    var e = gain.Events[v];
                    append[n] = i + 1;
                    id[n] = e.Id;
                    stream[n] = gain.StreamId;
                    version[n] = gain.ExpectedVersion + v + 1;
                    type[n] = e.Type;
                    dotnetType[n] = e.DotnetType;
                    data[n] = e.Data;
                    headers[n] = e.Headers;
                    correlation[n] = e.CorrelationId;
                    causation[n] = e.CausationId;
                    if (mac is not null)
                        mac[n] = appends[i].Canonical?[own].Code;
                    if (given is not null)
                        given[n] = appends[i].Append.RecordedAt?.UtcDateTime;
                }
            }
        }

        Add(command, NpgsqlDbType.Integer, append);
        Add(command, NpgsqlDbType.Uuid, id);
        Add(command, NpgsqlDbType.Uuid, stream);
        Add(command, NpgsqlDbType.Bigint, version);
        Add(command, NpgsqlDbType.Text, type);
        Add(command, NpgsqlDbType.Text, dotnetType);
        Add(command, NpgsqlDbType.Jsonb, data);
        Add(command, NpgsqlDbType.Jsonb, headers);
        Add(command, NpgsqlDbType.Text, correlation);
        Add(command, NpgsqlDbType.Text, causation);
        Add(command, NpgsqlDbType.TimestampTz, given);
        Add(command, NpgsqlDbType.Bytea, mac);
    }

    private static void Add<T>(NpgsqlBatchCommand command, NpgsqlDbType element, T[]? column)
    {
        var type = NpgsqlDbType.Array | element;
        command.Parameters.Add(column is null
            ? new NpgsqlParameter { Value = DBNull.Value, NpgsqlDbType = type }
            : new NpgsqlParameter<T[]> { TypedValue = column, NpgsqlDbType = type });
    }
}
