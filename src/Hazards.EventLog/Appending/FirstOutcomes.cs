using Npgsql;
using NpgsqlTypes;

namespace Hazards.EventLog.Appending;

/// <summary>
/// Looks up what an earlier commit of the same append wrote: by the positions its key remembers, or by its own
/// events' identities. What is found is a fact of the log and cannot change.
/// </summary>
internal static class FirstOutcomes
{
    private const string ByPositionsSql = """
        select k.n::int, e.stream_id, max(e.version), max(e."timestamp")
        from unnest($1, $2) with ordinality k (first, last, n)
        join log.mt_events e on e.seq_id between k.first and k.last
        group by k.n, e.stream_id
        order by k.n, min(e.seq_id)
        """;

    private const string ByKeySql = """
        select fingerprint = $3, first_position, last_position from log.append_keys where scope = $1 and key = $2
        """;

    private const string ByEventSql = """
        select k.n::int, e.seq_id
        from unnest($1, $2, $3) with ordinality k (stream_id, version, id, n)
        join log.mt_events e on e.stream_id = k.stream_id and e.version = k.version and e.id = k.id
        """;

    /// <summary>The outcome that a key remembers; null when it remembers none.</summary>
    public static async Task<AppendResult?> ByKeyAsync(NpgsqlDataSource dataSource, AppendKey key, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        (long First, long Last) span;
        await using (var command = new NpgsqlCommand(ByKeySql, connection))
        {
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = key.Scope });
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = key.Key });
            command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = key.Fingerprint.ToArray() });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            if (!await reader.ReadAsync(cancellationToken))
                return null;
            if (!reader.GetBoolean(0))
                return new AppendResult.KeyReused(key.Key);
            span = (reader.GetInt64(1), reader.GetInt64(2));
        }

        return (await ByPositionsAsync(connection, [span], cancellationToken))[0];
    }

    /// <summary>The outcome of each of these spans of positions, in their order.</summary>
    public static async Task<IReadOnlyList<AppendResult.Repeated>> ByPositionsAsync(
        NpgsqlConnection connection, IReadOnlyList<(long First, long Last)> spans, CancellationToken cancellationToken)
    {
        var versions = spans.Select(_ => new List<StreamVersion>()).ToList();
        var recorded = new DateTime[spans.Count];
        await using var command = new NpgsqlCommand(ByPositionsSql, connection);
        Add(command, NpgsqlDbType.Bigint, spans.Select(s => s.First));
        Add(command, NpgsqlDbType.Bigint, spans.Select(s => s.Last));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var n = reader.GetInt32(0) - 1;
            versions[n].Add(new StreamVersion(reader.GetGuid(1), reader.GetInt64(2)));
            recorded[n] = new DateTime(Math.Max(recorded[n].Ticks, reader.GetDateTime(3).Ticks), DateTimeKind.Utc);
        }

        return [.. spans.Select((s, n) => new AppendResult.Repeated(s.First, s.Last, recorded[n], versions[n]))];
    }

    /// <summary>For each append whose first event is in the log, the positions it has there.</summary>
    public static async Task<Dictionary<PendingAppend, (long First, long Last)>> ByEventAsync(
        NpgsqlConnection connection, IReadOnlyList<PendingAppend> appends, CancellationToken cancellationToken)
    {
        var found = new Dictionary<PendingAppend, (long, long)>();
        var streams = appends.Select(a => a.Append.Streams[0]).ToList();
        await using var command = new NpgsqlCommand(ByEventSql, connection);
        Add(command, NpgsqlDbType.Uuid, streams.Select(s => s.StreamId));
        Add(command, NpgsqlDbType.Bigint, streams.Select(s => s.ExpectedVersion + 1));
        Add(command, NpgsqlDbType.Uuid, streams.Select(s => s.Events[0].Id));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var append = appends[reader.GetInt32(0) - 1];
            var first = reader.GetInt64(1);
            found[append] = (first, first + append.Events - 1);
        }

        return found;
    }

    private static void Add<T>(NpgsqlCommand command, NpgsqlDbType element, IEnumerable<T> column) =>
        command.Parameters.Add(new NpgsqlParameter<T[]> { TypedValue = [.. column], NpgsqlDbType = NpgsqlDbType.Array | element });
}
