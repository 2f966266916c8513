using Hazards.Domain;
using Npgsql;
using NpgsqlTypes;

namespace Hazards.Projections;

/// <summary>A file with its bytes.</summary>
/// <param name="Digest">SHA-256 of its bytes.</param>
/// <param name="MediaType">Its media type.</param>
/// <param name="Bytes">Its bytes, which have this digest.</param>
public sealed record StoredFile(Sha256Digest Digest, string MediaType, byte[] Bytes);

/// <summary>
/// Files known by their digest: papers, reports, uploads. A file never changes and is stored once, however often it is
/// put. What is read is compared with its digest first: a file that was altered is not handed out.
/// </summary>
/// <param name="dataSource">The database.</param>
public sealed class FileStore(NpgsqlDataSource dataSource)
{
    /// <summary>Stores a file; nothing happens when it is there already.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="mediaType">Its media type.</param>
    /// <param name="owner">Who has jurisdiction over this region may read it; null when an event that names it decides that.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>Its digest.</returns>
    public async Task<Sha256Digest> PutAsync(ReadOnlyMemory<byte> bytes, string mediaType, RegionCode? owner = null, CancellationToken cancellationToken = default)
    {
        var digest = Sha256Digest.Of(bytes.Span);
        await using var content = new MemoryStream(bytes.ToArray(), writable: false);
        await PutAsync(digest, content, mediaType, owner, cancellationToken);
        return digest;
    }

    /// <summary>Stores a file from a stream whose digest was computed while it came in; the database checks it again.</summary>
    /// <exception cref="InvalidDataException">The content does not have this digest.</exception>
    public async Task PutAsync(Sha256Digest digest, Stream content, string mediaType, RegionCode? owner = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentException.ThrowIfNullOrEmpty(mediaType);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (!await ExistsAsync(connection, digest, cancellationToken))
            await InsertAsync(connection, digest, content, mediaType, cancellationToken);
        if (owner is { } region)
        {
            await using var own = new NpgsqlCommand("insert into files.owners (digest, region) values ($1, $2) on conflict do nothing", connection);
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

    /// <summary>Opens a file for streaming, compared with its digest by the database before the first byte; null when there is none.</summary>
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

    /// <summary>Whether someone with this jurisdiction may read a file: it was put in for a region within it, or a hazard within it names it.</summary>
    public async Task<bool> MaySeeAsync(Sha256Digest digest, RegionCode jurisdiction, CancellationToken cancellationToken = default)
    {
        // By the primary keys.
        await using var command = dataSource.CreateCommand("""
            select exists (select from files.owners where digest = $1 and starts_with(region, $2))
                or exists (
                  select from rows.hazard_files f join rows.hazards h on h.hazard_id = f.hazard_id
                  where f.digest = encode($1, 'hex') and starts_with(h.region, $2))
            """);
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = Bytes(digest) });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = jurisdiction.Prefix });
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Hazards within a jurisdiction that name a file; at most 50.</summary>
    public async Task<IReadOnlyList<HazardId>> HazardsAsync(Sha256Digest digest, RegionCode jurisdiction, CancellationToken cancellationToken = default)
    {
        // By the primary keys.
        await using var command = dataSource.CreateCommand("""
            select distinct f.hazard_id from rows.hazard_files f join rows.hazards h on h.hazard_id = f.hazard_id
            where f.digest = $1 and starts_with(h.region, $2) limit 50
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = digest.Value });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = jurisdiction.Prefix });
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

    private static async Task InsertAsync(NpgsqlConnection connection, Sha256Digest digest, Stream content, string mediaType, CancellationToken cancellationToken)
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

/// <summary>What is stored of a file has not its digest any more: it was altered behind the service's back, and is not handed out.</summary>
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
