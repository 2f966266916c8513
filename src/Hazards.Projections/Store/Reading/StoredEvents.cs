using System.Runtime.CompilerServices;
using Npgsql;
using NpgsqlTypes;

namespace Hazards.Projections.Store.Reading;

/// <summary>
/// Reads events as they lie in the table, for whatever shows or proves them (the tree, the feed, packages of evidence):
/// what they mean is read by Marten. Page by page: memory is bounded by one page, and neither a connection nor a snapshot is held while
/// the consumer works.
/// </summary>
internal sealed class StoredEvents(NpgsqlDataSource dataSource, int pageSize)
{
    // The stream's type by a scalar look-up, so that no plan reads all streams for a page of events.
    private const string Columns = """
        e.seq_id, e.id, e.stream_id, (select s.type from log.mt_streams s where s.id = e.stream_id), e.version,
        e.type, e.mt_dotnet_type, e.data, e.headers, e."timestamp", e.correlation_id, e.causation_id
        """;

    private const string StreamSql = $"""
        select {Columns} from log.mt_events e
        where e.stream_id = $1 and e.version >= $2 and e."timestamp" <= $3
        order by e.version limit $4
        """;

    private const string AllSql = $"""
        select {Columns} from log.mt_events e
        where e.seq_id > $1 and e.seq_id <= $2
        order by e.seq_id limit $3
        """;

    private const string HeadSql = """
        select seq_id, "timestamp" from log.mt_events order by seq_id desc limit 1
        """;

    public async IAsyncEnumerable<RecordedEvent> ReadStreamAsync(
        Guid streamId, long fromVersion, DateTimeOffset? recordedUpTo, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var page = new List<RecordedEvent>();
        do
        {
            await ReadPageAsync(page, StreamSql, cancellationToken,
                Parameter(streamId), Parameter(fromVersion),
                Parameter(recordedUpTo?.UtcDateTime ?? DateTime.MaxValue, NpgsqlDbType.TimestampTz), Parameter(pageSize));
            foreach (var e in page)
            {
                yield return e;
                fromVersion = e.Version + 1;
            }
        }
        while (page.Count == pageSize);
    }

    public async IAsyncEnumerable<RecordedEvent> ReadAllAsync(
        long afterPosition, long upToPosition, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IReadOnlyList<RecordedEvent> page;
        do
        {
            page = await ReadPageAsync(afterPosition, upToPosition, cancellationToken);
            foreach (var e in page)
            {
                yield return e;
                afterPosition = e.Position;
            }
        }
        while (page.Count == pageSize);
    }

    /// <summary>The next events after a position; fewer than a page when there are no more.</summary>
    public async Task<IReadOnlyList<RecordedEvent>> ReadPageAsync(
        long afterPosition, long upToPosition, CancellationToken cancellationToken)
    {
        var page = new List<RecordedEvent>();
        await ReadPageAsync(page, AllSql, cancellationToken, Parameter(afterPosition), Parameter(upToPosition), Parameter(pageSize));
        return page;
    }

    private async Task ReadPageAsync(
        List<RecordedEvent> page, string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        page.Clear();
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddRange(parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            page.Add(ReadEvent(reader));
    }

    private static NpgsqlParameter<T> Parameter<T>(T value) => new() { TypedValue = value };

    private static NpgsqlParameter<T> Parameter<T>(T value, NpgsqlDbType type) => new() { TypedValue = value, NpgsqlDbType = type };

    private static RecordedEvent ReadEvent(NpgsqlDataReader reader) => new(
        Position: reader.GetInt64(0),
        Id: reader.GetGuid(1),
        StreamId: reader.GetGuid(2),
        StreamType: Text(reader, 3) ?? "",
        Version: reader.GetInt64(4),
        Type: reader.GetString(5),
        DotnetType: Text(reader, 6) ?? "",
        Data: reader.GetFieldValue<byte[]>(7),
        Headers: reader.IsDBNull(8) ? default(ReadOnlyMemory<byte>) : reader.GetFieldValue<byte[]>(8),
        RecordedAt: reader.GetDateTime(9),
        CorrelationId: Text(reader, 10),
        CausationId: Text(reader, 11));

    private static string? Text(NpgsqlDataReader reader, int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetString(ordinal);

    public async Task<LogHead> ReadHeadAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(HeadSql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new LogHead(reader.GetInt64(0), reader.GetDateTime(1))
            : new LogHead(0, DateTimeOffset.MinValue);
    }
}
