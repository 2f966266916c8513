using System.Runtime.InteropServices;

namespace Hazards.Proof;

/// <summary>Ed25519 (RFC 8032) by OpenSSL's libcrypto, version 1.1.1 or later: .NET itself has no such signatures.</summary>
internal static partial class Ed25519
{
    public const int KeySize = 32;
    public const int SignatureSize = 64;

    private const string Library = "libcrypto";
    private const int KeyType = 1087; // NID_ED25519 in OpenSSL's obj_mac.h, for ever

    static Ed25519() => NativeLibrary.SetDllImportResolver(typeof(Ed25519).Assembly, static (name, _, _) => name == Library ? Find() : 0);

    /// <summary>The public key of a private one (its 32-byte seed).</summary>
    public static byte[] PublicKeyOf(ReadOnlySpan<byte> seed)
    {
        var key = PrivateKey(seed);
        try
        {
            var bytes = new byte[KeySize];
            nint length = KeySize;
            Require(EVP_PKEY_get_raw_public_key(key, bytes, ref length) == 1);
            return bytes;
        }
        finally
        {
            EVP_PKEY_free(key);
        }
    }

    public static byte[] Sign(ReadOnlySpan<byte> seed, byte[] message)
    {
        var key = PrivateKey(seed);
        var context = EVP_MD_CTX_new();
        try
        {
            var signature = new byte[SignatureSize];
            nint length = SignatureSize;
            Require(EVP_DigestSignInit(context, 0, 0, 0, key) == 1);
            Require(EVP_DigestSign(context, signature, ref length, message, message.Length) == 1);
            return signature;
        }
        finally
        {
            EVP_MD_CTX_free(context);
            EVP_PKEY_free(key);
        }
    }

    public static bool Verify(ReadOnlySpan<byte> publicKey, byte[] message, byte[] signature)
    {
        if (publicKey.Length != KeySize || signature.Length != SignatureSize)
            return false;
        var key = EVP_PKEY_new_raw_public_key(KeyType, 0, publicKey.ToArray(), KeySize);
        if (key == 0)
            return false;
        var context = EVP_MD_CTX_new();
        try
        {
            Require(EVP_DigestVerifyInit(context, 0, 0, 0, key) == 1);
            return EVP_DigestVerify(context, signature, SignatureSize, message, message.Length) == 1;
        }
        finally
        {
            EVP_MD_CTX_free(context);
            EVP_PKEY_free(key);
        }
    }

    private static nint PrivateKey(ReadOnlySpan<byte> seed)
    {
        if (seed.Length != KeySize)
            throw new ArgumentException($"A private key has {KeySize} bytes.", nameof(seed));
        var key = EVP_PKEY_new_raw_private_key(KeyType, 0, seed.ToArray(), KeySize);
        Require(key != 0);
        return key;
    }

    private static void Require(bool done)
    {
        if (!done)
            throw new InvalidOperationException("OpenSSL's libcrypto refused an Ed25519 operation.");
    }

    private static string[] Names =>
        OperatingSystem.IsWindows() ? ["libcrypto-3-x64", "libcrypto-3", "libcrypto-1_1-x64"]
        : OperatingSystem.IsMacOS() ? ["libcrypto.3.dylib", "libcrypto.dylib"]
        : ["libcrypto.so.3", "libcrypto.so.1.1", "libcrypto.so"];

    /// <summary>Whether this machine has the library.</summary>
    public static bool IsSupported => TryFind() != 0;

    private static nint Find() =>
        TryFind() is not 0 and var handle ? handle
        : throw new DllNotFoundException($"OpenSSL's libcrypto was not found (looked for {string.Join(", ", Names)}): install OpenSSL 1.1.1 or later.");

    private static nint TryFind()
    {
        foreach (var name in Names)
            if (NativeLibrary.TryLoad(name, out var handle))
                return handle;
        return 0;
    }

#pragma warning disable SYSLIB1054, CA5392, IDE1006, CA2101 // plain imports need no unsafe code; the resolver above says where to look
    [DllImport(Library)] private static extern nint EVP_PKEY_new_raw_private_key(int type, nint engine, byte[] key, nint length);
    [DllImport(Library)] private static extern nint EVP_PKEY_new_raw_public_key(int type, nint engine, byte[] key, nint length);
    [DllImport(Library)] private static extern int EVP_PKEY_get_raw_public_key(nint key, byte[] bytes, ref nint length);
    [DllImport(Library)] private static extern void EVP_PKEY_free(nint key);
    [DllImport(Library)] private static extern nint EVP_MD_CTX_new();
    [DllImport(Library)] private static extern void EVP_MD_CTX_free(nint context);
    [DllImport(Library)] private static extern int EVP_DigestSignInit(nint context, nint keyContext, nint digest, nint engine, nint key);
    [DllImport(Library)] private static extern int EVP_DigestSign(nint context, byte[] signature, ref nint length, byte[] message, nint messageLength);
    [DllImport(Library)] private static extern int EVP_DigestVerifyInit(nint context, nint keyContext, nint digest, nint engine, nint key);
    [DllImport(Library)] private static extern int EVP_DigestVerify(nint context, byte[] signature, nint length, byte[] message, nint messageLength);
#pragma warning restore SYSLIB1054, CA5392, IDE1006, CA2101
}
