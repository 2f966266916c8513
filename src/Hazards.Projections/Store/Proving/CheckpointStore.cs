using Hazards.Evidence.Proof;
using Npgsql;

namespace Hazards.Projections.Store;

/// <summary>A checkpoint that was signed.</summary>
/// <param name="Hash">Which tree.</param>
/// <param name="Size">How many events it covers.</param>
/// <param name="Root">The tree's root over them.</param>
/// <param name="Note">The signed note, with the cosignatures there are.</param>
/// <param name="SignedAt">When, by the database's clock.</param>
public sealed record StoredCheckpoint(string Hash, long Size, Digest Root, SignedNote Note, DateTimeOffset SignedAt);

/// <summary>The signed checkpoints of one tree.</summary>
public sealed class CheckpointStore(NpgsqlDataSource dataSource, TreeHash hash)
{
    private const string Columns = "c.size, c.root, c.note, c.signed_at";

    // By primary key, backwards where the newest is asked for.
    private const string LatestSql = $"select {Columns} from log.checkpoints c where c.hash = $1 order by c.size desc limit 1";
    private const string FindSql = $"select {Columns} from log.checkpoints c where c.hash = $1 and c.size = $2";
    private const string CoveringSql =
        $"select {Columns} from log.checkpoints c where c.hash = $1 and c.size >= $2 order by c.size limit 1";
    private const string ListSql =
        $"select {Columns} from log.checkpoints c where c.hash = $1 and c.size < $2 order by c.size desc limit $3";

    private const string AddSql = """
        insert into log.checkpoints (hash, size, root, note) values ($1, $2, $3, $4)
        on conflict (hash, size) do nothing
        """;

    private const string ReplaceSql = "update log.checkpoints c set note = $3 where c.hash = $1 and c.size = $2 and c.note = $4";

    /// <summary>The newest; null when none was signed.</summary>
    public Task<StoredCheckpoint?> LatestAsync(CancellationToken cancellationToken = default) => OneAsync(LatestSql, cancellationToken);

    /// <summary>That of a size.</summary>
    public Task<StoredCheckpoint?> FindAsync(long size, CancellationToken cancellationToken = default) =>
        OneAsync(FindSql, cancellationToken, size);

    /// <summary>The first that covers a position.</summary>
    public Task<StoredCheckpoint?> CoveringAsync(long position, CancellationToken cancellationToken = default) =>
        OneAsync(CoveringSql, cancellationToken, position);

    /// <summary>Those smaller than a size, the newest first.</summary>
    public async Task<IReadOnlyList<StoredCheckpoint>> ListAsync(long below, int most, CancellationToken cancellationToken = default)
    {
        await using var command = Command(ListSql, below, most);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<StoredCheckpoint>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(Read(reader));
        return found;
    }

    /// <summary>Keeps a signed checkpoint; false when there is one of this size.</summary>
    public async Task<bool> AddAsync(Checkpoint checkpoint, SignedNote note, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        ArgumentNullException.ThrowIfNull(note);
        await using var command = Command(AddSql, checkpoint.Size, checkpoint.Root.ToArray(), note.ToString());
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>Adds signatures to a checkpoint that has not gained any meanwhile; false when it has: read it again.</summary>
    public async Task<bool> ReplaceAsync(StoredCheckpoint before, SignedNote note, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(note);
        await using var command = Command(ReplaceSql, before.Size, note.ToString(), before.Note.ToString());
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    private async Task<StoredCheckpoint?> OneAsync(string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = Command(sql, values);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? Read(reader) : null;
    }

    private NpgsqlCommand Command(string sql, params object[] values)
    {
        var command = dataSource.CreateCommand(sql);
        command.Parameters.AddWithValue(hash.Name);
        foreach (var value in values)
            command.Parameters.AddWithValue(value);
        return command;
    }

    private StoredCheckpoint Read(NpgsqlDataReader reader) => new(
        hash.Name, reader.GetInt64(0), new Digest(reader.GetFieldValue<byte[]>(1)),
        SignedNote.TryParse(reader.GetString(2), out var note)
            ? note
            : throw new InvalidDataException($"log.checkpoints: the note of size {reader.GetInt64(0)} ({hash}) is malformed."),
        reader.GetFieldValue<DateTimeOffset>(3));
}
