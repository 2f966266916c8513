using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Hazards.Domain;

namespace Hazards.Projections.Reading;

/// <summary>
/// Where a page ended: the sort key and identity of its last row, with a hash of the query, so that it opens no other.
/// In base64url: 8 bytes of hash, 1 of segment, 8 of key, 8 of the instant where there is one, then the identity.
/// </summary>
internal readonly record struct PageCursor(int Segment, long Key, string Id)
{
    private const byte HasInstant = 0x80;

    /// <summary>
    /// The recorded instant that the list is read as of from here on, where its order may change under who reads it: what moves ahead of
    /// the page would be on none.
    /// </summary>
    public DateTimeOffset? At { get; init; }

    private const int HashLength = 8;
    private const int KeyAt = HashLength + 1;
    private const int IdAt = KeyAt + sizeof(long);
    private const int GuidLength = 32;
    private const int LongestText = 160;

    /// <summary>What a cursor is bound to: all that the query was asked, but for the page and the day it is asked on.</summary>
    public static byte[] HashOf(params object?[] query) =>
        SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(query, DomainJson.Options))[..HashLength];

    public string Write(byte[] query)
    {
        var idAt = At is null ? IdAt : IdAt + sizeof(long);
        var bytes = new byte[idAt + Id.Length];
        query.CopyTo(bytes, 0);
        bytes[HashLength] = (byte)(At is null ? Segment : Segment | HasInstant);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(KeyAt), Key);
        if (At is { } at)
            BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(IdAt), at.UtcTicks);
        Encoding.ASCII.GetBytes(Id, bytes.AsSpan(idAt));
        return Base64Url.EncodeToString(bytes);
    }

    /// <exception cref="BadCursorException">It is not a cursor of this query.</exception>
    public static PageCursor? Read(string? text, byte[] query)
    {
        if (text is null)
            return null;
        if (text.Length > LongestText || !Base64Url.IsValid(text))
            throw new BadCursorException();
        var bytes = Base64Url.DecodeFromChars(text);
        if (bytes.Length < IdAt || !bytes.AsSpan(0, HashLength).SequenceEqual(query))
            throw new BadCursorException();
        var key = BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(KeyAt));
        if ((bytes[HashLength] & HasInstant) == 0)
            return new PageCursor(bytes[HashLength], key, Encoding.ASCII.GetString(bytes.AsSpan(IdAt)));
        if (bytes.Length < IdAt + sizeof(long)
            || BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(IdAt)) is var ticks && (ticks < 0 || ticks > DateTime.MaxValue.Ticks))
            throw new BadCursorException();
        return new PageCursor(bytes[HashLength] & ~HasInstant, key, Encoding.ASCII.GetString(bytes.AsSpan(IdAt + sizeof(long))))
        {
            At = new DateTimeOffset(ticks, TimeSpan.Zero),
        };
    }

    /// <summary>SQL of the newest instant in a statement's own view of the rows: what it finds is what was known then.</summary>
    public const string Newest = "(select max(newest.recorded_from) from rows.hazards newest)";

    /// <summary>The identity of a hazard.</summary>
    /// <exception cref="BadCursorException">It is none.</exception>
    public Guid HazardId =>
        Id.Length >= GuidLength && Guid.TryParseExact(Id[..GuidLength], "N", out var id) ? id : throw new BadCursorException();

    /// <summary>What stands behind the hazard's identity: a text that the list is sorted by.</summary>
    public string Rest => Id[GuidLength..];
}
