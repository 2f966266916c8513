using System.Globalization;
using System.Text;
using Hazards.Api.Administration.Persons;
using Hazards.Api.Running;
using Hazards.Projections;
using Npgsql;

namespace Hazards.Api.Investigation.Packages;

/// <summary>A person whose data a package discloses cannot be opened any more: it was erased, or its key is not to be had here.</summary>
/// <param name="person">The person.</param>
internal sealed class PersonGoneException(Guid person) : Exception($"The key of the person {person:D} is not to be had.");

/// <summary>
/// What a package discloses of persons, as it lies on the shelf: each piece sealed with the person's own key (AES-256-GCM), so that whoever
/// has the database has no more of a person than the log gives away, and an erasure reaches the packages that are kept. In bytes:
/// <c>0x02 · person (16) · nonce (12) · ciphertext · tag (16)</c>, bound to the piece's place.
/// </summary>
internal sealed class DisclosedPieces(NpgsqlDataSource dataSource, PersonKeyRows rows, PersonKeys keys)
{
    // No JSON has it, and pieces of before were JSON.
    private const byte Form = 2;
    private const int HeadLength = 1 + 16;

    /// <summary>Seals a piece.</summary>
    public static byte[] Seal(Guid person, ReadOnlySpan<byte> key, PiecePlace place, ReadOnlySpan<byte> plain) =>
        [.. Head(person), .. SealedBytes.Seal(key, plain, place.Binding(person))];

    /// <summary>Opens a piece; one of before this was built is as it was.</summary>
    /// <exception cref="PersonGoneException">Its person was erased, or has no key here.</exception>
    /// <exception cref="InvalidDataException">It was altered.</exception>
    public async Task<byte[]> OpenAsync(PiecePlace place, byte[] piece, CancellationToken cancellationToken)
    {
        if (piece is not [Form, ..])
            return piece;
        if (piece.Length < HeadLength)
            throw new InvalidDataException("A piece about a person is cut short.");
        var person = new Guid(piece.AsSpan(1, HeadLength - 1), bigEndian: true);
        var key = await KeyAsync(person, cancellationToken) ?? throw new PersonGoneException(person);
        return SealedBytes.TryOpen(key, piece.AsSpan(HeadLength), place.Binding(person))
            ?? throw new InvalidDataException("A piece about a person was altered.");
    }

    /// <summary>Since when one of these persons is erased; null where none is.</summary>
    public async Task<DateTimeOffset?> ErasedAtAsync(IReadOnlyCollection<Guid> persons, CancellationToken cancellationToken)
    {
        var destroyed = await rows.DestroyedAsync(persons, cancellationToken);
        return persons.Select(p => destroyed.TryGetValue(p, out var at) ? at : keys.Remembers(p)).FirstOrDefault(at => at is not null);
    }

    /// <summary>
    /// Seals what packages of before hold in clear; of a person who was erased since, nothing stays. The packages that disclose somebody
    /// are few, and each is looked at by primary key.
    /// </summary>
    /// <returns>How many pieces were sealed or emptied.</returns>
    public async Task<int> SealLeftAsync(CancellationToken cancellationToken)
    {
        var left = new List<(PiecePlace Place, byte[] Bytes, Guid Person)>();
        await using (var command = dataSource.CreateCommand("""
            select c.package, c.number, c.n, c.bytes, substring(t.name from '^persons/(.{36})\.json$')::uuid
            from evidence.packages p
            join evidence.parts t on t.package = p.id and t.number >= $1 and t.number < $2
            join evidence.chunks c on c.package = t.package and c.number = t.number
            where p.request -> 'disclose' ->> 0 is not null and get_byte(c.bytes, 0) <> 2
            """))
        {
            command.Parameters.Add(PackageShelf.Of(PartNumber.Of(PartNumber.Persons)));
            command.Parameters.Add(PackageShelf.Of(PartNumber.Of(PartNumber.Persons + 1)));
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
                left.Add((new PiecePlace(reader.GetGuid(0), reader.GetInt64(1), reader.GetInt32(2)), reader.GetFieldValue<byte[]>(3),
                    reader.GetGuid(4)));
        }

        var done = 0;
        foreach (var (place, bytes, person) in left)
        {
            var key = await KeyAsync(person, cancellationToken);
            // Where its key is not to be had on this node, another will do it.
            if (key is null && await ErasedAtAsync([person], cancellationToken) is null)
                continue;
            var piece = key is null ? Head(person) : Seal(person, key, place, bytes);
            // The service may add and take away pieces, and change none. A batch is one transaction.
            await using var batch = dataSource.CreateBatch();
            batch.BatchCommands.Add(Placed("delete from evidence.chunks where package = $1 and number = $2 and n = $3", place));
            batch.BatchCommands.Add(Placed(
                "insert into evidence.chunks (package, number, n, bytes) values ($1, $2, $3, $4) on conflict do nothing", place));
            batch.BatchCommands[1].Parameters.Add(PackageShelf.Of(piece));
            await batch.ExecuteNonQueryAsync(cancellationToken);
            done++;
        }

        return done;
    }

    private static NpgsqlBatchCommand Placed(string sql, PiecePlace place) => new(sql)
    {
        Parameters = { PackageShelf.Of(place.Package), PackageShelf.Of(place.Number), PackageShelf.Of(place.N) },
    };

    private static byte[] Head(Guid person) => [Form, .. person.ToByteArray(bigEndian: true)];

    private async Task<byte[]?> KeyAsync(Guid person, CancellationToken cancellationToken) =>
        keys.Remembers(person) is null && await rows.FindAsync(person, cancellationToken) is { } row ? keys.Unwrap(row) : null;
}

/// <summary>Where a piece stands.</summary>
internal readonly record struct PiecePlace(Guid Package, long Number, int N)
{
    /// <summary>Whether it is of a part about a person.</summary>
    public bool IsOfPerson => Number >= PartNumber.Of(PartNumber.Persons) && Number < PartNumber.Of(PartNumber.Persons + 1);

    /// <summary>What a sealed piece is bound to.</summary>
    public byte[] Binding(Guid person) => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture, $"hazards evidence piece v1\n{person:D}\n{Package:D}\n{Number}\n{N}\n"));
}
