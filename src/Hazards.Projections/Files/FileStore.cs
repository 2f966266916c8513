using Hazards.Domain;
using Hazards.Projections.Reading;
using Npgsql;
using NpgsqlTypes;

namespace Hazards.Projections;

/// <summary>A file with its bytes.</summary>
/// <param name="Digest">SHA-256 of its bytes.</param>
/// <param name="MediaType">Its media type.</param>
/// <param name="Bytes">Its bytes, which have this digest.</param>
public sealed record StoredFile(Sha256Digest Digest, string MediaType, byte[] Bytes);

/// <summary>Who asks for a file.</summary>
/// <param name="Sender">Whose uploads are its own (<see cref="Actor.Sender"/>).</param>
/// <param name="Scope">The hazards that are there for it.</param>
public sealed record FileReader(string Sender, Scope Scope);

/// <summary>
/// Files known by their digest: papers, reports, uploads. A file never changes and is stored once, however often it is
/// put. What is read is compared with its digest first: a file that was altered is not handed out.
/// </summary>
/// <param name="dataSource">The database.</param>
public sealed class FileStore(NpgsqlDataSource dataSource)
{
    private const int MostPurged = 1000;

    /// <summary>Stores a file; nothing happens when it is there already.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="mediaType">Its media type.</param>
    /// <param name="owner">
    /// Who has jurisdiction over this region may read it; null when an event that names it decides that: it goes unless one soon does.
    /// </param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>Its digest.</returns>
    public async Task<Sha256Digest> PutAsync(
        ReadOnlyMemory<byte> bytes, string mediaType, RegionCode? owner = null, CancellationToken cancellationToken = default)
    {
        var digest = Sha256Digest.Of(bytes.Span);
        await using var content = new MemoryStream(bytes.ToArray(), writable: false);
        await PutAsync(digest, content, mediaType, owner, cancellationToken);
        return digest;
    }

    /// <summary>Stores a file from a stream whose digest was computed while it came in; the database checks it again.</summary>
    /// <exception cref="InvalidDataException">The content does not have this digest.</exception>
    public async Task PutAsync(
        Sha256Digest digest, Stream content, string mediaType, RegionCode? owner = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentException.ThrowIfNullOrEmpty(mediaType);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // Before it is looked for: files.purge has either taken it away by then, or sees that somebody wants it again.
        if (owner is null)
        {
            await using var leave = new NpgsqlCommand(
                "insert into files.leaving (digest) values ($1) on conflict (digest) do update set since = clock_timestamp()", connection);
            leave.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = Bytes(digest) });
            await leave.ExecuteNonQueryAsync(cancellationToken);
        }

        if (!await ExistsAsync(connection, digest, cancellationToken))
            await InsertAsync(connection, digest, content, mediaType, cancellationToken);
        if (owner is { } region)
        {
            await using var own = new NpgsqlCommand(
                "insert into files.owners (digest, region) values ($1, $2) on conflict do nothing", connection);
            own.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = Bytes(digest) });
            own.Parameters.Add(new NpgsqlParameter<string> { TypedValue = region.Value });
            await own.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>A whole file; null when there is none.</summary>
    /// <exception cref="AlteredFileException">What is stored does not have this digest any more.</exception>
    public async Task<StoredFile?> GetAsync(Sha256Digest digest, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("select media_type, bytes from files.blobs where digest = $1");
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = Bytes(digest) });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            return null;
        var bytes = reader.GetFieldValue<byte[]>(1);
        return Sha256Digest.Of(bytes) == digest ? new StoredFile(digest, reader.GetString(0), bytes) : throw Altered(digest);
    }

    /// <summary>A file's media type and size; null when there is none.</summary>
    public async Task<(string MediaType, long Size)?> HeadAsync(Sha256Digest digest, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("select media_type, size from files.blobs where digest = $1");
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = Bytes(digest) });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (reader.GetString(0), reader.GetInt64(1)) : null;
    }

    /// <summary>
    /// Opens a file for streaming, compared with its digest by the database before the first byte; null when there is none.
    /// </summary>
    /// <exception cref="AlteredFileException">What is stored does not have this digest any more.</exception>
    public async Task<FileReading?> OpenAsync(Sha256Digest digest, CancellationToken cancellationToken = default)
    {
        var command = dataSource.CreateCommand("select media_type, size, sha256(bytes) = digest, bytes from files.blobs where digest = $1");
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = Bytes(digest) });
        NpgsqlDataReader? reader = null;
        try
        {
            reader = await command.ExecuteReaderAsync(System.Data.CommandBehavior.SequentialAccess, cancellationToken);
            if (!await reader.ReadAsync(cancellationToken))
            {
                await reader.DisposeAsync();
                await command.DisposeAsync();
                return null;
            }

            var (mediaType, size) = (reader.GetString(0), reader.GetInt64(1));
            return reader.GetBoolean(2)
                ? new FileReading(command, reader, mediaType, size, await reader.GetStreamAsync(3, cancellationToken))
                : throw Altered(digest);
        }
        catch
        {
            if (reader is not null)
                await reader.DisposeAsync();
            await command.DisposeAsync();
            throw;
        }
    }

    /// <summary>Notes that a sender put in a file that is there: it may open and attach it.</summary>
    public async Task NoteUploadAsync(Sha256Digest digest, string sender, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand(
            "insert into files.uploads (digest, sender) values ($1, $2) on conflict do nothing");
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = Bytes(digest) });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = sender });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>How much a sender has put in on a day.</summary>
    public async Task<(long Files, long Bytes)> PutInAsync(string sender, DateOnly day, CancellationToken cancellationToken = default)
    {
        // By the primary key.
        await using var command = dataSource.CreateCommand(
            "select q.files, q.bytes from files.quotas q where q.sender = $1 and q.day = $2");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = sender });
        command.Parameters.Add(new NpgsqlParameter<DateOnly> { TypedValue = day });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (reader.GetInt64(0), reader.GetInt64(1)) : default;
    }

    /// <summary>Counts a file that a sender puts in; false where it would be more than it may, however many it sends at once.</summary>
    public async Task<bool> CountAsync(
        string sender, DateOnly day, long bytes, long mostFiles, long mostBytes, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("""
            insert into files.quotas as q (sender, day, files, bytes) select $1, $2, 1, $3 where $4 > 0 and $3 <= $5
            on conflict (sender, day) do update set files = q.files + 1, bytes = q.bytes + excluded.bytes
            where q.files < $4 and q.bytes + excluded.bytes <= $5
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = sender });
        command.Parameters.Add(new NpgsqlParameter<DateOnly> { TypedValue = day });
        foreach (var number in new[] { bytes, mostFiles, mostBytes })
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = number });
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    /// <summary>
    /// Takes away what nothing refers to (<c>files.purge</c>): a paper whose event never came, a day later; what was put in, after a long
    /// time, when at first nobody can attach it any more, and a day later it is gone.
    /// </summary>
    /// <param name="olderThan">How long ago.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>How many files are gone.</returns>
    public async Task<int> PurgeAsync(TimeSpan olderThan, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("select files.purge($1, $2)");
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = olderThan });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = MostPurged });
        // It may read the whole log.
        command.CommandTimeout = 0;
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>A record of a region that is no hazard holds these files: who has jurisdiction there may read them.</summary>
    public async Task HoldAsync(IReadOnlyCollection<Sha256Digest> digests, RegionCode region, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(digests);
        if (digests.Count == 0)
            return;
        await using var command = dataSource.CreateCommand("""
            insert into files.owners (digest, region)
            select b.digest, $2 from files.blobs b where b.digest = any ($1)
            on conflict do nothing
            """);
        command.Parameters.Add(new NpgsqlParameter<byte[][]> { TypedValue = [.. digests.Select(Bytes)] });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = region.Value });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Whether somebody may read a file: a record that is there for it holds it, or it put the file in itself.</summary>
    public async Task<bool> MaySeeAsync(Sha256Digest digest, FileReader reader, CancellationToken cancellationToken = default) =>
        (await HiddenAsync([digest], reader, cancellationToken)).Count == 0;

    /// <summary>Those of the files that are not there for somebody, or for nobody.</summary>
    public async Task<IReadOnlyList<Sha256Digest>> HiddenAsync(
        IReadOnlyCollection<Sha256Digest> digests, FileReader reader, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(digests);
        ArgumentNullException.ThrowIfNull(reader);
        var where = new Conditions().Within(reader.Scope.Jurisdiction).Own(reader.Scope);
        var asked = where.Parameter(digests.Select(Bytes).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Bytea);
        // The region of an owner is nothing to an enterprise.
        var owned = reader.Scope.Own is not null
            ? "false"
            : $"exists (select from files.owners o where o.digest = d.digest and starts_with(o.region, {where.Text(reader.Scope.Jurisdiction.Prefix)}))";
        // By the primary keys.
        await using var command = dataSource.CreateCommand($"""
            select encode(d.digest, 'hex') from unnest({asked}) d (digest)
            where not exists (select from files.uploads u where u.digest = d.digest and u.sender = {where.Text(reader.Sender)})
              and not {owned}
              and not exists (
                select from rows.hazard_files f join rows.hazards h on h.hazard_id = f.hazard_id
                where f.digest = encode(d.digest, 'hex') and {where.Sql})
            """);
        where.AddTo(command);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var hidden = new List<Sha256Digest>();
        while (await rows.ReadAsync(cancellationToken))
            hidden.Add(digests.First(d => d.Value == rows.GetString(0)));
        return hidden;
    }

    /// <summary>Hazards that name a file and are there for somebody; at most 50.</summary>
    public async Task<IReadOnlyList<HazardId>> HazardsAsync(Sha256Digest digest, Scope scope, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        var where = new Conditions().Within(scope.Jurisdiction).Own(scope);
        // By the primary keys.
        await using var command = dataSource.CreateCommand($"""
            select distinct f.hazard_id from rows.hazard_files f join rows.hazards h on h.hazard_id = f.hazard_id
            where f.digest = {where.Text(digest.Value)} and {where.Sql} limit 50
            """);
        where.AddTo(command);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<HazardId>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(new HazardId(reader.GetGuid(0)));
        return found;
    }

    private static async Task<bool> ExistsAsync(NpgsqlConnection connection, Sha256Digest digest, CancellationToken cancellationToken)
    {
        await using var find = new NpgsqlCommand("select exists (select from files.blobs where digest = $1)", connection);
        find.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = Bytes(digest) });
        return (bool)(await find.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task InsertAsync(
        NpgsqlConnection connection, Sha256Digest digest, Stream content, string mediaType, CancellationToken cancellationToken)
    {
        await using var insert = new NpgsqlCommand(
            "insert into files.blobs (digest, media_type, size, bytes) values ($1, $2, $3, $4) on conflict do nothing returning sha256(bytes) = digest", connection);
        insert.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = Bytes(digest) });
        insert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = mediaType });
        insert.Parameters.Add(new NpgsqlParameter<long> { TypedValue = content.Length });
        insert.Parameters.Add(new NpgsqlParameter { Value = content, NpgsqlDbType = NpgsqlDbType.Bytea });
        if (await insert.ExecuteScalarAsync(cancellationToken) is false)
            throw new InvalidDataException($"The content does not have the digest {digest}.");
    }

    private static byte[] Bytes(Sha256Digest digest) => Convert.FromHexString(digest.Value);

    private static AlteredFileException Altered(Sha256Digest digest) => new(digest);
}

/// <summary>
/// What is stored of a file has not its digest any more: it was altered behind the service's back, and is not handed out.
/// </summary>
/// <param name="digest">The digest it had.</param>
public sealed class AlteredFileException(Sha256Digest digest) : Exception($"The file {digest} was altered: it has another digest now.")
{
    /// <summary>The digest it had.</summary>
    public Sha256Digest Digest { get; } = digest;
}

/// <summary>A file being read.</summary>
public sealed class FileReading(NpgsqlCommand command, NpgsqlDataReader reader, string mediaType, long size, Stream content) : IAsyncDisposable
{
    /// <summary>Its media type.</summary>
    public string MediaType => mediaType;

    /// <summary>Its size in bytes.</summary>
    public long Size => size;

    /// <summary>Its bytes, from the first.</summary>
    public Stream Content => content;

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await content.DisposeAsync();
        await reader.DisposeAsync();
        await command.DisposeAsync();
    }
}
