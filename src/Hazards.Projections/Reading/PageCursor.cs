using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Hazards.Domain;

namespace Hazards.Projections.Reading;

/// <summary>
/// Where a page ended: the sort key and identity of its last row, with a hash of the query, so that it opens no other.
/// In base64url: 8 bytes of hash, 1 of segment, 8 of key, then the identity.
/// </summary>
internal readonly record struct PageCursor(int Segment, long Key, string Id)
{
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
        var bytes = new byte[IdAt + Id.Length];
        query.CopyTo(bytes, 0);
        bytes[HashLength] = (byte)Segment;
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(KeyAt), Key);
        Encoding.ASCII.GetBytes(Id, bytes.AsSpan(IdAt));
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
        return new PageCursor(
            bytes[HashLength], BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(KeyAt)), Encoding.ASCII.GetString(bytes.AsSpan(IdAt)));
    }

    /// <summary>The identity of a hazard.</summary>
    /// <exception cref="BadCursorException">It is none.</exception>
    public Guid HazardId =>
        Id.Length >= GuidLength && Guid.TryParseExact(Id[..GuidLength], "N", out var id) ? id : throw new BadCursorException();

    /// <summary>What stands behind the hazard's identity: a text that the list is sorted by.</summary>
    public string Rest => Id[GuidLength..];
}
