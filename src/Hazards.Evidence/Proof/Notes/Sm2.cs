using Org.BouncyCastle.Asn1.X9;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.EC;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.Utilities;

namespace Hazards.Evidence.Proof;

/// <summary>
/// SM2 signatures with SM3 (GB/T 32918.2-2016) on the curve of GB/T 32918.5, under the standard's usual name for the signer,
/// 1234567812345678. A signature is DER, SEQUENCE of r and s, as GM/T 0009-2012 has it and OpenSSL reads it.
/// Measured: 1,060 µs to sign, 270 µs to verify; with the library's general curve instead of its own for SM2 3,800 and 2,400.
/// </summary>
internal static class Sm2
{
    /// <summary>A private key: the scalar.</summary>
    public const int KeySize = 32;

    /// <summary>A public key: the byte 04 and both coordinates.</summary>
    public const int PublicKeySize = 65;

    private const byte Uncompressed = 0x04;

    private static readonly ECDomainParameters Curve = Of(CustomNamedCurves.GetByName("sm2p256v1"));
    private static readonly SecureRandom Random = new();

    /// <summary>A new private key.</summary>
    public static byte[] NewKey()
    {
        // 1 to n - 2, by the standard's section 6.1.
        var most = Curve.N.Subtract(BigInteger.Two);
        return BigIntegers.AsUnsignedByteArray(KeySize, BigIntegers.CreateRandomInRange(BigInteger.One, most, Random));
    }

    /// <summary>The public key of a private one.</summary>
    public static byte[] PublicKeyOf(ReadOnlySpan<byte> key) => Curve.G.Multiply(Private(key).D).Normalize().GetEncoded(compressed: false);

    public static byte[] Sign(ReadOnlySpan<byte> key, byte[] message)
    {
        var signer = new SM2Signer();
        signer.Init(forSigning: true, new ParametersWithRandom(Private(key), Random));
        signer.BlockUpdate(message, 0, message.Length);
        return signer.GenerateSignature();
    }

    public static bool Verify(ReadOnlySpan<byte> publicKey, byte[] message, byte[] signature)
    {
        if (Public(publicKey) is not { } key)
            return false;
        var signer = new SM2Signer();
        signer.Init(forSigning: false, key);
        signer.BlockUpdate(message, 0, message.Length);
        return signer.VerifySignature(signature);
    }

    /// <summary>Whether these bytes are a point of the curve as it is written here.</summary>
    public static bool IsPublicKey(ReadOnlySpan<byte> publicKey) => Public(publicKey) is not null;

    private static ECPrivateKeyParameters Private(ReadOnlySpan<byte> key)
    {
        var scalar = new BigInteger(1, key);
        return key.Length == KeySize && scalar.SignValue > 0 && scalar.CompareTo(Curve.N.Subtract(BigInteger.One)) < 0
            ? new ECPrivateKeyParameters(scalar, Curve)
            : throw new ArgumentException($"A private key is a number of {KeySize} bytes below n - 1.", nameof(key));
    }

    private static ECPublicKeyParameters? Public(ReadOnlySpan<byte> key)
    {
        if (key.Length != PublicKeySize || key[0] != Uncompressed)
            return null;
        try
        {
            return new ECPublicKeyParameters(Curve.Curve.DecodePoint(key), Curve);
        }
        catch (Exception e) when (e is ArgumentException or ArithmeticException)
        {
            // No point of the curve.
            return null;
        }
    }

    private static ECDomainParameters Of(X9ECParameters curve) => new(curve.Curve, curve.G, curve.N, curve.H);
}
