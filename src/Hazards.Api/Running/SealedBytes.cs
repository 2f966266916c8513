using System.Security.Cryptography;

namespace Hazards.Api.Running;

/// <summary>
/// How secrets of the service are kept: AES-256-GCM, as <c>nonce (12) · ciphertext · tag (16)</c>, bound to what they belong to, so that
/// one that is copied elsewhere opens nothing. What stands in events has a form of its own (<c>PersonCipher</c>).
/// </summary>
internal static class SealedBytes
{
    private const int NonceLength = 12, TagLength = 16;

    /// <summary>How much longer the sealed bytes are.</summary>
    public const int Overhead = NonceLength + TagLength;

    /// <summary>Seals bytes.</summary>
    /// <param name="key">The key, 32 bytes.</param>
    /// <param name="plain">The bytes.</param>
    /// <param name="binding">What they are, and whose.</param>
    public static byte[] Seal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> binding)
    {
        var kept = new byte[plain.Length + Overhead];
        var nonce = kept.AsSpan(0, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        using var cipher = new AesGcm(key, TagLength);
        cipher.Encrypt(nonce, plain, kept.AsSpan(NonceLength, plain.Length), kept.AsSpan(NonceLength + plain.Length), binding);
        return kept;
    }

    /// <summary>
    /// Opens them; null where they are cut short, were altered, belong to something else, or were sealed under another key.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <param name="kept">What <see cref="Seal"/> gave.</param>
    /// <param name="binding">The same as then.</param>
    public static byte[]? TryOpen(ReadOnlySpan<byte> key, ReadOnlySpan<byte> kept, ReadOnlySpan<byte> binding)
    {
        if (kept.Length < Overhead)
            return null;
        var plain = new byte[kept.Length - Overhead];
        using var cipher = new AesGcm(key, TagLength);
        try
        {
            cipher.Decrypt(kept[..NonceLength], kept[NonceLength..^TagLength], kept[^TagLength..], plain, binding);
            return plain;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }
}
