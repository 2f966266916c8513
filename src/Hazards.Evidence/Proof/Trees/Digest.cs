using System.Diagnostics.CodeAnalysis;

namespace Hazards.Evidence.Proof;

/// <summary>A hash of 32 bytes: SHA-256 and SM3 both give one.</summary>
public readonly struct Digest : IEquatable<Digest>
{
    /// <summary>How many bytes.</summary>
    public const int Size = 32;

    private readonly ulong _a, _b, _c, _d;

    /// <summary>Takes the 32 bytes.</summary>
    /// <exception cref="ArgumentException">There are not 32.</exception>
    public Digest(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
            throw new ArgumentException($"A digest has {Size} bytes, not {bytes.Length}.", nameof(bytes));
        _a = BitConverter.ToUInt64(bytes);
        _b = BitConverter.ToUInt64(bytes[8..]);
        _c = BitConverter.ToUInt64(bytes[16..]);
        _d = BitConverter.ToUInt64(bytes[24..]);
    }

    /// <summary>Writes the 32 bytes.</summary>
    public void CopyTo(Span<byte> bytes)
    {
        BitConverter.TryWriteBytes(bytes, _a);
        BitConverter.TryWriteBytes(bytes[8..], _b);
        BitConverter.TryWriteBytes(bytes[16..], _c);
        BitConverter.TryWriteBytes(bytes[24..], _d);
    }

    /// <summary>The 32 bytes.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>Reads base64; false when it is not base64 of 32 bytes in canonical form.</summary>
    public static bool TryParse([NotNullWhen(true)] string? base64, out Digest digest)
    {
        digest = default;
        var bytes = new byte[Size + 2];
        if (base64 is not { Length: 44 } || !Convert.TryFromBase64String(base64, bytes, out var length) || length != Size)
            return false;
        digest = new Digest(bytes.AsSpan(0, Size));
        return digest.ToString() == base64;
    }

    /// <summary>Base64, as checkpoints and proofs write it.</summary>
    public override string ToString() => Convert.ToBase64String(ToArray());

    /// <summary>Lower-case hexadecimal.</summary>
    public string ToHex() => Convert.ToHexStringLower(ToArray());

    /// <inheritdoc />
    public bool Equals(Digest other) => _a == other._a && _b == other._b && _c == other._c && _d == other._d;

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is Digest other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() => _a.GetHashCode();

    /// <summary>Whether two digests are the same bytes.</summary>
    public static bool operator ==(Digest left, Digest right) => left.Equals(right);

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(Digest left, Digest right) => !left.Equals(right);
}
