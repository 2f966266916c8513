using System.Security.Cryptography;
using System.Text;

namespace Hazards.Api.Running;

/// <summary>
/// What is kept in the database encrypted under a key of the key folder (AES-256-GCM). Each secret is bound to what it belongs
/// to: copied to another row it opens nothing.
/// </summary>
/// <param name="folder">Where the key is.</param>
/// <param name="keyName">The key's file.</param>
/// <param name="damaged">What it means, in Chinese and English, that a secret cannot be read by the key.</param>
internal sealed class KeptSecret(KeyFolder folder, string keyName, string damaged)
{
    private const int NonceLength = 12;
    private const int TagLength = 16;

    /// <summary>Encrypts a secret.</summary>
    /// <param name="secret">The secret.</param>
    /// <param name="belongsTo">What it is, and whose.</param>
    /// <exception cref="KeyFolderException">There is no key folder, or it cannot be used.</exception>
    public byte[] Seal(byte[] secret, string belongsTo)
    {
        var kept = new byte[NonceLength + secret.Length + TagLength];
        RandomNumberGenerator.Fill(kept.AsSpan(0, NonceLength));
        using var cipher = new AesGcm(Key(), TagLength);
        var (encrypted, tag) = (kept.AsMemory(NonceLength, secret.Length), kept.AsMemory(NonceLength + secret.Length));
        cipher.Encrypt(kept.AsSpan(0, NonceLength), secret, encrypted.Span, tag.Span, Encoding.UTF8.GetBytes(belongsTo));
        return kept;
    }

    /// <summary>Decrypts one.</summary>
    /// <param name="kept">What <see cref="Seal"/> gave.</param>
    /// <param name="belongsTo">The same as then.</param>
    /// <exception cref="KeyFolderException">There is no key folder, it cannot be used, or its key is another one.</exception>
    public byte[] Open(byte[] kept, string belongsTo) =>
        TryOpen(kept, belongsTo) ?? throw KeyFolderException.Damaged($"{keyName} {damaged}");

    /// <summary>The same; null where it belongs to something else, or was encrypted under another key.</summary>
    /// <param name="kept">What <see cref="Seal"/> gave.</param>
    /// <param name="belongsTo">What it is, and whose.</param>
    /// <exception cref="KeyFolderException">There is no key folder, or it cannot be used.</exception>
    public byte[]? TryOpen(byte[] kept, string belongsTo)
    {
        var secret = new byte[kept.Length - NonceLength - TagLength];
        using var cipher = new AesGcm(Key(), TagLength);
        try
        {
            var (encrypted, tag) = (kept.AsMemory(NonceLength, secret.Length), kept.AsMemory(NonceLength + secret.Length));
            cipher.Decrypt(kept.AsSpan(0, NonceLength), encrypted.Span, tag.Span, secret, Encoding.UTF8.GetBytes(belongsTo));
            return secret;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    private byte[] Key() => folder.Exists ? folder.Secret(keyName, 32) : throw KeyFolderException.Missing();
}
