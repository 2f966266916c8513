using Npgsql;
using NpgsqlTypes;

namespace Hazards.Projections.Store.Appending;

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

    private const string ByEventsSql = """
        select s.append, count(*)::int, min(e.seq_id - s.events + 1)
        from unnest($1, $2, $3, $4, $5) s (append, stream_id, version, last_event, events)
        join log.mt_events e on e.stream_id = s.stream_id and e.version = s.version and e.id = s.last_event
        group by s.append
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

    /// <summary>
    /// The positions of those appends that are in the log; null for one that shares events with the log but is not the
    /// same append.
    /// </summary>
    public static async Task<Dictionary<PendingAppend, (long First, long Last)?>> ByEventsAsync(
        NpgsqlConnection connection, IReadOnlyList<PendingAppend> appends, CancellationToken cancellationToken)
    {
        var streams = appends.SelectMany((a, n) => a.Append.Streams.Select(s => (N: n, Stream: s))).ToList();
        await using var command = new NpgsqlCommand(ByEventsSql, connection);
        Add(command, NpgsqlDbType.Integer, streams.Select(s => s.N));
        Add(command, NpgsqlDbType.Uuid, streams.Select(s => s.Stream.StreamId));
        Add(command, NpgsqlDbType.Bigint, streams.Select(s => s.Stream.ExpectedVersion + s.Stream.Events.Count));
        Add(command, NpgsqlDbType.Uuid, streams.Select(s => s.Stream.Events[^1].Id));
        Add(command, NpgsqlDbType.Integer, streams.Select(s => s.Stream.Events.Count));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new Dictionary<PendingAppend, (long, long)?>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var append = appends[reader.GetInt32(0)];
            var whole = reader.GetInt32(1) == append.Append.Streams.Count;
            found[append] = whole ? (reader.GetInt64(2), reader.GetInt64(2) + append.Events - 1) : null;
        }

        return found;
    }

    private static void Add<T>(NpgsqlCommand command, NpgsqlDbType element, IEnumerable<T> column) =>
        command.Parameters.Add(new NpgsqlParameter<T[]> { TypedValue = [.. column], NpgsqlDbType = NpgsqlDbType.Array | element });
}
