using Hazards.Evidence.Proof;
using Npgsql;
using NpgsqlTypes;

namespace Hazards.Projections.Store;

/// <summary>A checkpoint that an authority timestamped.</summary>
/// <param name="Hash">Which tree.</param>
/// <param name="Size">How many events it covers.</param>
/// <param name="Note">The signed note as it was then: what the timestamp is of.</param>
/// <param name="Reply">The authority's reply (RFC 3161), verbatim.</param>
/// <param name="Time">The instant that it says.</param>
/// <param name="KeptAt">When it was kept, by the database's clock.</param>
public sealed record StoredTimestamp(
    string Hash, long Size, string Note, ReadOnlyMemory<byte> Reply, DateTimeOffset Time, DateTimeOffset KeptAt)
{
    /// <summary>What the timestamp is of.</summary>
    public byte[] NoteBytes => System.Text.Encoding.UTF8.GetBytes(Note);
}

/// <summary>How it stands with the authority.</summary>
/// <param name="Attempts">Failed attempts since the last that succeeded.</param>
/// <param name="TriedAt">The last attempt.</param>
/// <param name="NextAt">Not tried again before.</param>
/// <param name="Trouble">What the last attempt met, if anything.</param>
public sealed record TimestampingState(int Attempts, DateTimeOffset? TriedAt, DateTimeOffset? NextAt, string? Trouble);

/// <summary>The timestamps of one tree's checkpoints.</summary>
public sealed class TimestampStore(NpgsqlDataSource dataSource, TreeHash hash)
{
    private const string Columns = "t.size, t.note, t.reply, t.stamped_at, t.kept_at";

    // By primary key, backwards.
    private const string NewestSql =
        $"select {Columns} from log.timestamps t where t.hash = $1 and t.size <= $2 order by t.size desc limit 1";
    private const string AmongSql = $"select {Columns} from log.timestamps t where t.hash = $1 and t.size = any ($2)";
    private const string KeepSql = """
        insert into log.timestamps (hash, size, note, reply, stamped_at) values ($1, $2, $3, $4, $5)
        on conflict (hash, size) do nothing
        """;

    private const string StateSql = "select s.attempts, s.tried_at, s.next_at, s.trouble from log.timestamping s where s.hash = $1";
    private const string KeepStateSql = """
        insert into log.timestamping as s (hash, attempts, tried_at, next_at, trouble) values ($1, $2, $3, $4, $5)
        on conflict (hash) do update
          set attempts = excluded.attempts, tried_at = excluded.tried_at, next_at = excluded.next_at, trouble = excluded.trouble
        """;

    /// <summary>The newest over at most so many events; null when there is none.</summary>
    public async Task<StoredTimestamp?> NewestAsync(long size = long.MaxValue, CancellationToken cancellationToken = default) =>
        (await ReadAsync(NewestSql, size, NpgsqlDbType.Bigint, cancellationToken)).SingleOrDefault();

    /// <summary>Those of some checkpoints, by size.</summary>
    public async Task<IReadOnlyDictionary<long, StoredTimestamp>> AmongAsync(IEnumerable<long> sizes, CancellationToken cancellationToken = default) =>
        (await ReadAsync(AmongSql, sizes.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Bigint, cancellationToken)).ToDictionary(t => t.Size);

    /// <summary>That of a checkpoint; null when there is none.</summary>
    public async Task<StoredTimestamp?> FindAsync(long size, CancellationToken cancellationToken = default) =>
        (await AmongAsync([size], cancellationToken)).GetValueOrDefault(size);

    /// <summary>Keeps one, unless there is one of this checkpoint.</summary>
    public async Task KeepAsync(
        long size, string note, ReadOnlyMemory<byte> reply, DateTimeOffset time, CancellationToken cancellationToken = default)
    {
        await using var command = Command(KeepSql);
        command.Parameters.AddWithValue(size);
        command.Parameters.AddWithValue(note);
        command.Parameters.AddWithValue(reply.ToArray());
        command.Parameters.Add(At(time));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>How it stands with the authority.</summary>
    public async Task<TimestampingState> StateAsync(CancellationToken cancellationToken = default)
    {
        await using var command = Command(StateSql);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        DateTimeOffset? Time(int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetFieldValue<DateTimeOffset>(ordinal);
        return await reader.ReadAsync(cancellationToken)
            ? new TimestampingState(reader.GetInt32(0), Time(1), Time(2), reader.IsDBNull(3) ? null : reader.GetString(3))
            : new TimestampingState(0, null, null, null);
    }

    /// <summary>Keeps how an attempt went.</summary>
    public async Task KeepAsync(TimestampingState state, CancellationToken cancellationToken = default)
    {
        await using var command = Command(KeepStateSql);
        command.Parameters.AddWithValue(state.Attempts);
        command.Parameters.Add(At(state.TriedAt));
        command.Parameters.Add(At(state.NextAt));
        command.Parameters.Add(new NpgsqlParameter { Value = state.Trouble ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<List<StoredTimestamp>> ReadAsync(string sql, object value, NpgsqlDbType type, CancellationToken cancellationToken)
    {
        await using var command = Command(sql);
        command.Parameters.Add(new NpgsqlParameter { Value = value, NpgsqlDbType = type });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<StoredTimestamp>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(new StoredTimestamp(
                hash.Name, reader.GetInt64(0), reader.GetString(1), reader.GetFieldValue<byte[]>(2),
                reader.GetFieldValue<DateTimeOffset>(3), reader.GetFieldValue<DateTimeOffset>(4)));
        return found;
    }

    private NpgsqlCommand Command(string sql)
    {
        var command = dataSource.CreateCommand(sql);
        command.Parameters.AddWithValue(hash.Name);
        return command;
    }

    private static NpgsqlParameter At(DateTimeOffset? time) =>
        new() { Value = time?.UtcDateTime ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz };
}
