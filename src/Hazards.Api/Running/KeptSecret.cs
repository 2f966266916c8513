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
    /// <summary>Encrypts a secret.</summary>
    /// <param name="secret">The secret.</param>
    /// <param name="belongsTo">What it is, and whose.</param>
    /// <exception cref="KeyFolderException">There is no key folder, or it cannot be used.</exception>
    public byte[] Seal(byte[] secret, string belongsTo) => SealedBytes.Seal(Key(), secret, Encoding.UTF8.GetBytes(belongsTo));

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
    public byte[]? TryOpen(byte[] kept, string belongsTo) => SealedBytes.TryOpen(Key(), kept, Encoding.UTF8.GetBytes(belongsTo));

    private byte[] Key() => folder.Exists ? folder.Secret(keyName, 32) : throw KeyFolderException.Missing();
}
