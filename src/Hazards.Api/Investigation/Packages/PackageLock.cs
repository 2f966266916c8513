using Hazards.Domain;
using Hazards.Evidence;
using Npgsql;
using NpgsqlTypes;

namespace Hazards.Api.Investigation.Packages;

/// <summary>
/// The right to make a package: a lock that belongs to this connection. Everything of the package is written through the
/// same connection, so that a maker whose lock is lost can write nothing any more, and whoever comes next goes on with
/// what was committed.
/// </summary>
internal sealed class PackageLock : IAsyncDisposable
{
    // pg_try_advisory_lock(int, int): "evid" in ASCII, then the package's number.
    private const int LockClass = 0x65_76_69_64;

    private readonly NpgsqlConnection connection;
    private readonly Guid package;

    private PackageLock(NpgsqlConnection connection, Guid package) => (this.connection, this.package) = (connection, package);

    /// <summary>Takes it; null while another makes the package.</summary>
    public static async Task<PackageLock?> TakeAsync(string connectionString, ShelvedPackage package, CancellationToken cancellationToken)
    {
        // Not from the pool: its end must end the session and with it the lock.
        var connection = Hosts.Alone(connectionString, "hazards evidence");
        try
        {
            await connection.OpenAsync(cancellationToken);
            await using var command = new NpgsqlCommand($"select pg_try_advisory_lock({LockClass}, $1)", connection);
            command.Parameters.Add(PackageShelf.Of(package.Number));
            if (await command.ExecuteScalarAsync(cancellationToken) is true)
                return new PackageLock(connection, package.Id);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        await connection.DisposeAsync();
        return null;
    }

    /// <summary>Writes what the checkpoint is, for good.</summary>
    public Task FixAsync(string checkpoint, long treeSize, DateTimeOffset asOf, CancellationToken cancellationToken) => ExecuteAsync(
        "update evidence.packages set checkpoint = $2, tree_size = $3, as_of = $4, trouble = null where id = $1 and checkpoint is null",
        cancellationToken,
        PackageShelf.Of(checkpoint), PackageShelf.Of(treeSize), PackageShelf.Of(asOf.UtcDateTime, NpgsqlDbType.TimestampTz));

    /// <summary>The zip is complete and has this digest.</summary>
    public Task CompleteAsync(Sha256Digest digest, long size, CancellationToken cancellationToken) => ExecuteAsync(
        "update evidence.packages set digest = $2, size = $3, trouble = null where id = $1", cancellationToken,
        PackageShelf.Of(Convert.FromHexString(digest.Value)), PackageShelf.Of(size));

    /// <summary>Its end is in the log.</summary>
    public Task EndAsync(DateTimeOffset at, string? failure, CancellationToken cancellationToken) => ExecuteAsync(
        "update evidence.packages set ended_at = $2, failure = $3 where id = $1", cancellationToken,
        PackageShelf.Of(at.UtcDateTime, NpgsqlDbType.TimestampTz), new NpgsqlParameter
        {
            Value = (object?)failure ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text,
        });

    /// <summary>Drops parts: drafts that were used, or what a maker that died left half done.</summary>
    public async Task DropAsync(long from, long to, CancellationToken cancellationToken)
    {
        foreach (var table in new[] { "chunks", "parts" })
            await ExecuteAsync(
                $"delete from evidence.{table} where package = $1 and number >= $2 and number < $3", cancellationToken,
                PackageShelf.Of(from), PackageShelf.Of(to));
    }

    /// <summary>Writes gathered parts, all or nothing.</summary>
    public async Task WriteAsync(PartBatch batch, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var parts = await connection.BeginBinaryImportAsync(
            "copy evidence.parts (package, number, name, size, sha256, crc32, file, stream, stream_type, events) from stdin (format binary)", cancellationToken))
        {
            foreach (var part in batch.Parts)
                await WriteAsync(parts, part, cancellationToken);
            await parts.CompleteAsync(cancellationToken);
        }

        await using (var chunks = await connection.BeginBinaryImportAsync("copy evidence.chunks (package, number, n, bytes) from stdin (format binary)", cancellationToken))
        {
            foreach (var (number, n, bytes) in batch.Chunks)
            {
                await chunks.StartRowAsync(cancellationToken);
                await chunks.WriteAsync(package, NpgsqlDbType.Uuid, cancellationToken);
                await chunks.WriteAsync(number, NpgsqlDbType.Bigint, cancellationToken);
                await chunks.WriteAsync(n, NpgsqlDbType.Integer, cancellationToken);
                await chunks.WriteAsync(bytes, NpgsqlDbType.Bytea, cancellationToken);
            }

            await chunks.CompleteAsync(cancellationToken);
        }

        foreach (var (digest, reason) in batch.Withheld)
            await ExecuteAsync(
                "insert into evidence.withheld (package, digest, reason) values ($1, $2, $3) on conflict do nothing", cancellationToken,
                PackageShelf.Of(Convert.FromHexString(digest.Value)), PackageShelf.Of(reason));
        foreach (var g in batch.Gathered)
            await ExecuteAsync("insert into evidence.gathered (package, ordinal, events, policies, editions, bodies, summary) values ($1, $2, $3, $4, $5, $6, $7::json)", cancellationToken,
                PackageShelf.Of(g.Ordinal), PackageShelf.Of(g.Events), PackageShelf.Of(g.Policies.ToArray()),
                PackageShelf.Of(g.Editions.ToArray()), PackageShelf.Of(g.Bodies.ToArray()), PackageShelf.Of(g.Summary));
        if (batch.Gathered.Count > 0)
            await ExecuteAsync(
                "update evidence.packages set done = $2 where id = $1", cancellationToken, PackageShelf.Of(batch.Gathered[^1].Ordinal + 1));
        await transaction.CommitAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private async Task WriteAsync(NpgsqlBinaryImporter parts, ShelvedPart part, CancellationToken cancellationToken)
    {
        await parts.StartRowAsync(cancellationToken);
        await parts.WriteAsync(package, NpgsqlDbType.Uuid, cancellationToken);
        await parts.WriteAsync(part.Number, NpgsqlDbType.Bigint, cancellationToken);
        await parts.WriteAsync(part.Name, NpgsqlDbType.Text, cancellationToken);
        await parts.WriteAsync(part.Size, NpgsqlDbType.Bigint, cancellationToken);
        await parts.WriteAsync(Convert.FromHexString(part.Sha256.Value), NpgsqlDbType.Bytea, cancellationToken);
        await parts.WriteAsync((long)part.Crc32, NpgsqlDbType.Bigint, cancellationToken);
        await parts.WriteAsync(part.IsFile, NpgsqlDbType.Boolean, cancellationToken);
        if (part.Stream is { } stream)
        {
            await parts.WriteAsync(stream.Id, NpgsqlDbType.Uuid, cancellationToken);
            await parts.WriteAsync(stream.Type, NpgsqlDbType.Text, cancellationToken);
            await parts.WriteAsync(stream.Events, NpgsqlDbType.Bigint, cancellationToken);
            return;
        }

        for (var i = 0; i < 3; i++)
            await parts.WriteNullAsync(cancellationToken);
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 120 };
        command.Parameters.Add(PackageShelf.Of(package));
        command.Parameters.AddRange(parameters);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

/// <summary>Parts on their way to the shelf.</summary>
internal sealed class PartBatch
{
    public const int ChunkSize = 64 * 1024;

    public List<ShelvedPart> Parts { get; } = [];

    public List<(long Number, int N, ReadOnlyMemory<byte> Bytes)> Chunks { get; } = [];

    public List<GatheredHazard> Gathered { get; } = [];

    public List<(Sha256Digest Digest, string Reason)> Withheld { get; } = [];

    /// <summary>Bytes waiting.</summary>
    public long Size { get; private set; }

    public bool IsEmpty => Parts.Count == 0 && Chunks.Count == 0 && Gathered.Count == 0 && Withheld.Count == 0;

    /// <summary>A part that is in memory.</summary>
    /// <param name="number">Its place.</param>
    /// <param name="name">Its name.</param>
    /// <param name="bytes">Its bytes.</param>
    /// <param name="stream">The stream whose events it holds.</param>
    /// <param name="sealing">Seals its pieces for the shelf, where they are not to lie there in clear.</param>
    public void Add(
        long number, string name, ReadOnlyMemory<byte> bytes, ManifestStream? stream = null,
        Func<int, ReadOnlyMemory<byte>, ReadOnlyMemory<byte>>? sealing = null)
    {
        using var meter = new ContentMeter();
        meter.Append(bytes.Span);
        Parts.Add(new ShelvedPart(number, name, meter.Size, meter.Sha256, meter.Crc32, IsFile: false, stream));
        for (var n = 0; n * ChunkSize < bytes.Length; n++)
        {
            var piece = bytes.Slice(n * ChunkSize, Math.Min(ChunkSize, bytes.Length - n * ChunkSize));
            AddChunk(number, n, sealing is null ? piece : sealing(n, piece));
        }
    }

    /// <summary>A piece of a part that is added when its last piece is.</summary>
    public void AddChunk(long number, int n, ReadOnlyMemory<byte> bytes)
    {
        Chunks.Add((number, n, bytes));
        Size += bytes.Length;
    }

    public void Clear()
    {
        Parts.Clear();
        Chunks.Clear();
        Gathered.Clear();
        Withheld.Clear();
        Size = 0;
    }
}
