using Org.BouncyCastle.Crypto.Digests;

namespace Hazards.Proof;

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
