using System.Buffers;
using System.Security.Cryptography;

namespace Hazards.Evidence.Proof;

/// <summary>
/// How a tree hashes: leaves and inner nodes with different first bytes, so that no leaf can pass for a node (RFC 9162,
/// section 2.1.1; the same as RFC 6962). SHA-256 is what outside verifiers know; SM3 (GB/T 32905-2016) is for sites whose
/// rules ask for Chinese algorithms.
/// </summary>
public sealed class TreeHash
{
    private const byte LeafPrefix = 0x00;
    private const byte NodePrefix = 0x01;

    private readonly HashInto _hash;

    private TreeHash(string name, HashInto hash)
    {
        Name = name;
        _hash = hash;
        Span<byte> empty = stackalloc byte[Digest.Size];
        hash([], empty);
        Empty = new Digest(empty);
    }

    private delegate void HashInto(ReadOnlySpan<byte> data, Span<byte> digest);

    /// <summary>SHA-256.</summary>
    public static TreeHash Sha256 { get; } = new("sha256", static (data, digest) => SHA256.HashData(data, digest));

    /// <summary>SM3.</summary>
    public static TreeHash Sm3 { get; } = new("sm3", Proof.Sm3.HashData);

    /// <summary><c>sha256</c> or <c>sm3</c>.</summary>
    public string Name { get; }

    /// <summary>The root of a tree without leaves.</summary>
    public Digest Empty { get; }

    /// <summary>The hash of a leaf.</summary>
    public Digest Leaf(ReadOnlySpan<byte> data)
    {
        const int MostOnStack = 2048;
        Span<byte> digest = stackalloc byte[Digest.Size];
        var rented = data.Length < MostOnStack ? null : ArrayPool<byte>.Shared.Rent(data.Length + 1);
        var input = rented is null ? stackalloc byte[data.Length + 1] : rented.AsSpan(0, data.Length + 1);
        input[0] = LeafPrefix;
        data.CopyTo(input[1..]);
        _hash(input, digest);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
        return new Digest(digest);
    }

    /// <summary>The hash of a node over its two children.</summary>
    public Digest Node(Digest left, Digest right)
    {
        Span<byte> input = stackalloc byte[1 + 2 * Digest.Size];
        Span<byte> digest = stackalloc byte[Digest.Size];
        input[0] = NodePrefix;
        left.CopyTo(input[1..]);
        right.CopyTo(input[(1 + Digest.Size)..]);
        _hash(input, digest);
        return new Digest(digest);
    }

    /// <inheritdoc />
    public override string ToString() => Name;
}
