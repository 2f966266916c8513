using Npgsql;
using NpgsqlTypes;

namespace Hazards.Projections.Store.Appending;

/// <summary>
/// The log as a batch finds it once it holds the lock: head and clock, the streams and keys that the batch names. One
/// round trip, which begins the transaction.
/// </summary>
internal sealed class Standing
{
    /// <summary>The lock that orders all appends of all nodes, let go by the commit; "eventlog" in ASCII.</summary>
    public const long Lock = 7311142570156650343;

    private static readonly string LockSql = $"select pg_advisory_xact_lock({Lock})";

    // Statements of their own after the lock: each sees what the lock waited for. The head is the last event itself:
    // nothing to keep in step, no row that every commit rewrites.
    private const string HeadSql = """
        select clock_timestamp(), case when q.is_called then q.last_value else q.last_value - 1 end, h.seq_id, h."timestamp"
        from log.mt_events_sequence q
        left join (select e.seq_id, e."timestamp" from log.mt_events e order by e.seq_id desc limit 1) h on true
        """;

    // The last event by the unique index of stream and version, only of those that were remembered.
    private const string StreamsSql = """
        select s.id, s.version, s.type,
               case when s.id = any($2) then (select e.id from log.mt_events e where e.stream_id = s.id and e.version = s.version) end
        from log.mt_streams s where s.id = any($1)
        """;

    private const string KeysSql = """
        select k.n::int, p.fingerprint = k.fingerprint, p.first_position, p.last_position
        from unnest($1, $2, $3) with ordinality k (scope, key, fingerprint, n)
        join log.append_keys p on p.scope = k.scope and p.key = k.key
        """;

    private readonly Dictionary<Guid, (long Version, string? Kind, Guid? Last)> streams = [];
    private readonly Dictionary<PendingAppend, (bool Same, long First, long Last)> keys = [];

    /// <summary>The database's clock.</summary>
    public DateTime Now { get; private set; }

    /// <summary>The last event; 0 when there is none.</summary>
    public long Position { get; private set; }

    /// <summary>When the last event was recorded.</summary>
    public DateTime RecordedAt { get; private set; } = DateTime.UnixEpoch;

    /// <summary>
    /// The last number that Marten's sequence gave out. Beyond <see cref="Position"/> they were burnt by batches that came to
    /// nothing.
    /// </summary>
    public long Numbered { get; private set; }

    /// <summary>A stream's version; 0 when there is none.</summary>
    public long VersionOf(Guid stream) => streams.GetValueOrDefault(stream).Version;

    /// <summary>The stream's last event; null where nobody asked for it.</summary>
    public Guid? LastOf(Guid stream) => streams.GetValueOrDefault(stream).Last;

    /// <summary>Whether a stream is kept as the kind that is given, or does not exist yet.</summary>
    public bool IsOfKind(Guid stream, string kind) => !streams.TryGetValue(stream, out var known) || known.Kind == kind;

    /// <summary>What the append's key led to before; null when it has none, or a new one.</summary>
    public (bool Same, long First, long Last)? Before(PendingAppend append) => keys.TryGetValue(append, out var first) ? first : null;

    /// <summary>Takes the lock and looks.</summary>
    public static async Task<Standing> LookAsync(NpgsqlTransaction transaction, IReadOnlyList<PendingAppend> batch, int timeoutSeconds)
    {
        var standing = new Standing();
        await using var look = new NpgsqlBatch(transaction.Connection, transaction) { Timeout = timeoutSeconds };
        look.BatchCommands.Add(new NpgsqlBatchCommand(LockSql));
        look.BatchCommands.Add(new NpgsqlBatchCommand(HeadSql));
        var named = batch.SelectMany(a => a.Append.Streams.Select(s => s.StreamId).Concat(a.Append.Relies.Select(r => r.StreamId)))
            .Distinct();
        var remembered = batch.SelectMany(a => a.Append.Streams).Where(s => s.After is not null).Select(s => s.StreamId);
        look.BatchCommands.Add(new NpgsqlBatchCommand(StreamsSql) { Parameters = { Ids(named), Ids(remembered) } });
        var keyed = batch.Where(a => a.Append.Key is not null).ToArray();
        if (keyed.Length > 0)
            look.BatchCommands.Add(new NpgsqlBatchCommand(KeysSql)
            {
                Parameters =
                {
                    new NpgsqlParameter<string[]>
                    {
                        TypedValue = [.. keyed.Select(a => a.Append.Key!.Scope)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
                    },
                    new NpgsqlParameter<string[]>
                    {
                        TypedValue = [.. keyed.Select(a => a.Append.Key!.Key)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
                    },
                    new NpgsqlParameter<byte[][]>
                    {
                        TypedValue = [.. keyed.Select(a => a.Append.Key!.Fingerprint.ToArray())],
                        NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea,
                    },
                },
            });
        await using var reader = await look.ExecuteReaderAsync();
        await reader.NextResultAsync();
        await standing.ReadHeadAsync(reader);
        await reader.NextResultAsync();
        while (await reader.ReadAsync())
            standing.streams[reader.GetGuid(0)] =
                (reader.GetInt64(1), reader.IsDBNull(2) ? null : reader.GetString(2), reader.IsDBNull(3) ? null : reader.GetGuid(3));
        if (keyed.Length > 0 && await reader.NextResultAsync())
            while (await reader.ReadAsync())
                standing.keys[keyed[reader.GetInt32(0) - 1]] = (reader.GetBoolean(1), reader.GetInt64(2), reader.GetInt64(3));
        return standing;
    }

    private static NpgsqlParameter<Guid[]> Ids(IEnumerable<Guid> ids) =>
        new() { TypedValue = [.. ids], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid };

    private async Task ReadHeadAsync(NpgsqlDataReader reader)
    {
        if (!await reader.ReadAsync())
            throw new LogUnavailableException("log.mt_events_sequence has no row.");
        Now = reader.GetDateTime(0);
        Numbered = reader.GetInt64(1);
        if (reader.IsDBNull(2))
            return;
        Position = reader.GetInt64(2);
        RecordedAt = reader.GetDateTime(3);
    }
}
