using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Evidence;
using Npgsql;
using NpgsqlTypes;

namespace Hazards.Api.Investigation.Packages;

/// <summary>A package as the shelf has it.</summary>
/// <param name="Id">Its identity.</param>
/// <param name="Number">Names its lock.</param>
/// <param name="Request">What was asked for.</param>
/// <param name="Asked">By whom, when, by which order.</param>
/// <param name="Position">The position of the event that asked; null until it is known to be in the log.</param>
/// <param name="RequestedAt">When that was recorded.</param>
internal sealed record ShelvedPackage(
    Guid Id, int Number, EvidenceRequested Request, EventContext Asked, long? Position, DateTimeOffset? RequestedAt)
{
    /// <summary>The signed checkpoint it stands on.</summary>
    public string? Checkpoint { get; init; }

    /// <summary>How many events that covers.</summary>
    public long? TreeSize { get; init; }

    /// <summary>When the last of them was recorded.</summary>
    public DateTimeOffset? AsOf { get; init; }

    /// <summary>Hazards gathered.</summary>
    public int Done { get; init; }

    /// <summary>Why it does not go on for the moment.</summary>
    public string? Trouble { get; init; }

    /// <summary>Tries that failed.</summary>
    public int Tries { get; init; }

    /// <summary>SHA-256 of the zip.</summary>
    public Sha256Digest? Digest { get; init; }

    /// <summary>Its bytes.</summary>
    public long? Size { get; init; }

    /// <summary>When its end was recorded.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Why it ended without a package.</summary>
    public string? Failure { get; init; }
}

/// <summary>A part of a package that is kept.</summary>
/// <param name="Number">Its place: see <see cref="PartNumber"/>.</param>
/// <param name="Name">Its name in the zip.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Sha256">Of its bytes.</param>
/// <param name="Crc32">Of its bytes.</param>
/// <param name="IsFile">Its bytes are those of a stored file.</param>
/// <param name="Stream">The stream whose events it holds, with its type and how many.</param>
internal sealed record ShelvedPart(
    long Number, string Name, long Size, Sha256Digest Sha256, uint Crc32, bool IsFile, ManifestStream? Stream);

/// <summary>What was gathered of one hazard.</summary>
internal sealed record GatheredHazard(
    int Ordinal, long Events, ImmutableArray<string> Policies, ImmutableArray<int> Editions, ImmutableArray<string> Bodies, string Summary);

/// <summary>Where a part stands in the zip: by section, then by number within it.</summary>
internal static class PartNumber
{
    public const long Head = 0, Checkpoint = 1, Events = 2, Proofs = 3, States = 4, Policies = 5, Calendar = 6, Notices = 7,
    Attachments = 8, Persons = 9, Report = 10;

    /// <summary>Drafts of the report: no entries of the zip.</summary>
    public const long DraftHtml = 20, DraftDocx = 21;

    private const long Section = 1_000_000_000_000;
    private const long Group = 1_000_000;

    /// <summary>Where drafts begin.</summary>
    public const long FirstDraft = DraftHtml * Section;

    public static long Of(long section, long group = 0, long item = 0) => section * Section + group * Group + item;
}

/// <summary>The tables of packages (schema <c>evidence</c>).</summary>
internal sealed class PackageShelf(NpgsqlDataSource dataSource, DisclosedPieces disclosed)
{
    private const string Columns = """
        p.id, p.number, p.request::text, p.asked::text, p.position, p.requested_at, p.checkpoint, p.tree_size, p.as_of,
        p.done, p.trouble, p.tries, p.digest, p.size, p.ended_at, p.failure
        """;

    /// <summary>Notes a package before its event is appended; nothing happens when it is there.</summary>
    public async Task AddAsync(Guid id, EvidenceRequested request, EventContext asked, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            "insert into evidence.packages (id, region, request, asked, hazards) values ($1, $2, $3::json, $4::json, $5) on conflict (id) do nothing");
        command.Parameters.Add(Of(id));
        command.Parameters.Add(Of(request.Jurisdiction.Value));
        command.Parameters.Add(Json(DomainJson.Write(request)));
        command.Parameters.Add(Json(DomainJson.Write(asked)));
        command.Parameters.Add(Of(request.Hazards.Length));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Its event is in the log.</summary>
    public async Task ConfirmAsync(
        Guid id, EvidenceRequested request, EventContext asked, long position, DateTimeOffset recordedAt,
        CancellationToken cancellationToken)
    {
        // What the log says counts: of two requests under one key the second may have been noted first.
        await using var command = dataSource.CreateCommand(
            "update evidence.packages set position = $2, requested_at = $3, request = $4::json, asked = $5::json, hazards = $6 where id = $1 and position is null");
        command.Parameters.Add(Of(id));
        command.Parameters.Add(Of(position));
        command.Parameters.Add(Of(recordedAt.UtcDateTime, NpgsqlDbType.TimestampTz));
        command.Parameters.Add(Json(DomainJson.Write(request)));
        command.Parameters.Add(Json(DomainJson.Write(asked)));
        command.Parameters.Add(Of(request.Hazards.Length));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Forgets a package that never came to be.</summary>
    public async Task ForgetAsync(Guid id, TimeSpan olderThan, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            "delete from evidence.packages where id = $1 and position is null and stored_at < clock_timestamp() - $2");
        command.Parameters.Add(Of(id));
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = olderThan });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Notes why it does not go on, and whether that was a try.</summary>
    public async Task TroubleAsync(Guid id, string why, bool isTry, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            "update evidence.packages set trouble = $2, tries = tries + $3 where id = $1 and ended_at is null");
        command.Parameters.Add(Of(id));
        command.Parameters.Add(Of(why));
        command.Parameters.Add(Of(isTry ? 1 : 0));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<ShelvedPackage?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand($"select {Columns} from evidence.packages p where p.id = $1");
        command.Parameters.Add(Of(id));
        return await ReadAsync(command, cancellationToken) is [var package] ? package : null;
    }

    /// <summary>Those that have not ended, the oldest first. By packages_unfinished.</summary>
    public async Task<IReadOnlyList<ShelvedPackage>> UnfinishedAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            $"select {Columns} from evidence.packages p where p.ended_at is null order by p.number limit 100");
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>
    /// Those that nobody seems to be making: asked for by a command line that was cut off, or by a program that kept no
    /// messages.
    /// </summary>
    public async Task<IReadOnlyList<MakePackage>> LeftAsync(TimeSpan olderThan, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("""
            select p.id from evidence.packages p
            where p.ended_at is null and p.tries = 0 and p.trouble is null and p.stored_at <= clock_timestamp() - $1
              and not exists (select from pg_locks l where l.locktype = 'advisory' and l.classid = x'65766964'::int::oid and l.objid = p.number::oid)
            order by p.number limit 100
            """);
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = olderThan });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var left = new List<MakePackage>();
        while (await reader.ReadAsync(cancellationToken))
            left.Add(new MakePackage(reader.GetGuid(0)));
        return left;
    }

    /// <summary>Those asked for within a jurisdiction before a position, the newest first. By packages_by_position, from its end.</summary>
    public async Task<IReadOnlyList<ShelvedPackage>> ListAsync(
        RegionCode jurisdiction, DateTimeOffset? asOf, long before, int most, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand($"""
            select {Columns} from evidence.packages p
            where p.position < $1 and starts_with(p.region, $2) and p.requested_at <= $3
            order by p.position desc limit $4
            """);
        command.Parameters.Add(Of(before));
        command.Parameters.Add(Of(jurisdiction.Prefix));
        command.Parameters.Add(Of(asOf?.UtcDateTime ?? DateTime.MaxValue, NpgsqlDbType.TimestampTz));
        command.Parameters.Add(Of(most));
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>The entries of a package, in order.</summary>
    public async Task<List<ShelvedPart>> PartsAsync(Guid package, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("""
            select p.number, p.name, p.size, p.sha256, p.crc32, p.file, p.stream, p.stream_type, p.events
            from evidence.parts p where p.package = $1 and p.number < $2 order by p.number
            """);
        command.Parameters.Add(Of(package));
        command.Parameters.Add(Of(PartNumber.FirstDraft));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var parts = new List<ShelvedPart>();
        while (await reader.ReadAsync(cancellationToken))
            parts.Add(new ShelvedPart(
                reader.GetInt64(0), reader.GetString(1), reader.GetInt64(2), Digest(reader.GetFieldValue<byte[]>(3)),
                (uint)reader.GetInt64(4), reader.GetBoolean(5),
                reader.IsDBNull(6) ? null : new ManifestStream(reader.GetGuid(6), reader.GetString(7), reader.GetInt64(8), Whole: true)));
        return parts;
    }

    /// <summary>Files that are not in the package.</summary>
    public async Task<IReadOnlyDictionary<Sha256Digest, string>> WithheldAsync(Guid package, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            "select w.digest, w.reason from evidence.withheld w where w.package = $1 order by w.digest");
        command.Parameters.Add(Of(package));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var withheld = new Dictionary<Sha256Digest, string>();
        while (await reader.ReadAsync(cancellationToken))
            withheld.Add(Digest(reader.GetFieldValue<byte[]>(0)), reader.GetString(1));
        return withheld;
    }

    /// <summary>What was gathered, in the order of the hazards.</summary>
    public async Task<IReadOnlyList<GatheredHazard>> GatheredAsync(Guid package, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("select g.ordinal, g.events, g.policies, g.editions, g.bodies, g.summary::text from evidence.gathered g where g.package = $1 order by g.ordinal");
        command.Parameters.Add(Of(package));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var gathered = new List<GatheredHazard>();
        while (await reader.ReadAsync(cancellationToken))
            gathered.Add(new GatheredHazard(
                reader.GetInt32(0), reader.GetInt64(1), [.. reader.GetFieldValue<string[]>(2)], [.. reader.GetFieldValue<int[]>(3)],
                [.. reader.GetFieldValue<string[]>(4)], reader.GetString(5)));
        return gathered;
    }

    /// <summary>Chunks from one on, in order, of this part and the next ones; what is disclosed of persons is opened.</summary>
    /// <exception cref="PersonGoneException">A person among them was erased.</exception>
    public async Task<IReadOnlyList<(long Number, int N, byte[] Bytes)>> ChunksAsync(
        Guid package, long number, int n, int most, CancellationToken cancellationToken)
    {
        // By primary key.
        await using var command = dataSource.CreateCommand("""
            select c.number, c.n, c.bytes from evidence.chunks c
            where c.package = $1 and (c.number, c.n) >= ($2, $3) order by c.number, c.n limit $4
            """);
        command.Parameters.Add(Of(package));
        command.Parameters.Add(Of(number));
        command.Parameters.Add(Of(n));
        command.Parameters.Add(Of(most));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var chunks = new List<(long, int, byte[])>();
        while (await reader.ReadAsync(cancellationToken))
            chunks.Add((reader.GetInt64(0), reader.GetInt32(1), reader.GetFieldValue<byte[]>(2)));
        for (var i = 0; i < chunks.Count; i++)
            if (new PiecePlace(package, chunks[i].Item1, chunks[i].Item2) is { IsOfPerson: true } place)
                chunks[i] = chunks[i] with { Item3 = await disclosed.OpenAsync(place, chunks[i].Item3, cancellationToken) };
        return chunks;
    }

    /// <summary>Bytes of a stored file.</summary>
    public async Task<byte[]> FileAsync(Sha256Digest digest, long from, int most, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            "select substring(b.bytes from $2 for $3) from files.blobs b where b.digest = $1");
        command.Parameters.Add(Of(Convert.FromHexString(digest.Value)));
        command.Parameters.Add(Of((int)from + 1));
        command.Parameters.Add(Of(most));
        return await command.ExecuteScalarAsync(cancellationToken) as byte[]
            ?? throw new InvalidDataException($"The file {digest} is gone.");
    }

    private static async Task<IReadOnlyList<ShelvedPackage>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<ShelvedPackage>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(Read(reader));
        return found;
    }

    private static ShelvedPackage Read(NpgsqlDataReader reader) => new(
        reader.GetGuid(0), reader.GetInt32(1),
        (EvidenceRequested)DomainJson.ReadEvent("evidence_requested", reader.GetFieldValue<byte[]>(2)),
        DomainJson.ReadContext(reader.GetFieldValue<byte[]>(3)),
        Value<long>(reader, 4), Value<DateTimeOffset>(reader, 5))
    {
        Checkpoint = reader.IsDBNull(6) ? null : reader.GetString(6),
        TreeSize = Value<long>(reader, 7),
        AsOf = Value<DateTimeOffset>(reader, 8),
        Done = reader.GetInt32(9),
        Trouble = reader.IsDBNull(10) ? null : reader.GetString(10),
        Tries = reader.GetInt32(11),
        Digest = reader.IsDBNull(12) ? null : Digest(reader.GetFieldValue<byte[]>(12)),
        Size = Value<long>(reader, 13),
        EndedAt = Value<DateTimeOffset>(reader, 14),
        Failure = reader.IsDBNull(15) ? null : reader.GetString(15),
    };

    private static T? Value<T>(NpgsqlDataReader reader, int ordinal) where T : struct =>
        reader.IsDBNull(ordinal) ? null : reader.GetFieldValue<T>(ordinal);

    internal static Sha256Digest Digest(byte[] bytes) =>
        Sha256Digest.TryParse(Convert.ToHexStringLower(bytes), out var digest, out _)
            ? digest
            : throw new InvalidDataException("A stored digest has not 32 bytes.");

    internal static NpgsqlParameter<T> Of<T>(T value) => new() { TypedValue = value };

    internal static NpgsqlParameter<T> Of<T>(T value, NpgsqlDbType type) => new() { TypedValue = value, NpgsqlDbType = type };

    internal static NpgsqlParameter<string> Json(ReadOnlySpan<byte> json) =>
        new() { TypedValue = System.Text.Encoding.UTF8.GetString(json) };
}
