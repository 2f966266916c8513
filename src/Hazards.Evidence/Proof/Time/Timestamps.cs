using System.Collections.Immutable;
using System.Security.Cryptography;
using Org.BouncyCastle.Asn1;
using Org.BouncyCastle.Asn1.Cmp;
using Org.BouncyCastle.Cms;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.Tsp;
using Org.BouncyCastle.X509;

namespace Hazards.Evidence.Proof;

/// <summary>What is wrong with an authority's reply.</summary>
public enum TimestampFault
{
    /// <summary>It is no reply of RFC 3161.</summary>
    Malformed,

    /// <summary>The authority grants no timestamp.</summary>
    Rejected,

    /// <summary>It is of something else.</summary>
    Imprint,

    /// <summary>It answers another request.</summary>
    Nonce,

    /// <summary>It was given under another policy.</summary>
    Policy,

    /// <summary>Its signature is wrong, or of another certificate.</summary>
    Signature,

    /// <summary>The certificate is not one for timestamps alone, or was not valid then.</summary>
    Purpose,

    /// <summary>The certificate is none that is trusted.</summary>
    Authority,

    /// <summary>It says an impossible time.</summary>
    Time,
}

/// <summary>时间戳: that something existed before an instant, by the word of an authority.</summary>
/// <param name="Time">The instant.</param>
/// <param name="Authority">Whose certificate signed it: the subject.</param>
/// <param name="Policy">Under which policy: an object identifier.</param>
/// <param name="Hash">How what it is of was hashed.</param>
/// <param name="Serial">The authority's own number of it, in hexadecimal.</param>
public sealed record Timestamp(DateTimeOffset Time, string Authority, string Policy, string Hash, string Serial);

/// <summary>A request for a timestamp.</summary>
/// <param name="Bytes">What is sent.</param>
/// <param name="Nonce">What the reply must repeat.</param>
public sealed record TimestampRequest(byte[] Bytes, byte[] Nonce);

/// <summary>Timestamps of RFC 3161 (GB/T 20520).</summary>
public static class Timestamps
{
    /// <summary>The longest reply that is read.</summary>
    public const int MostBytes = 64 * 1024;

    /// <summary>How far two clocks may differ before one of them is not believed.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    private const int NonceSize = 8;

    private static readonly ImmutableArray<(string Name, string Id)> Known =
        [("sha256", TspAlgorithms.Sha256), ("sha384", TspAlgorithms.Sha384), ("sha512", TspAlgorithms.Sha512), ("sm3", TspAlgorithms.SM3)];

    /// <summary>How what is timestamped may be hashed.</summary>
    public static ImmutableArray<string> Hashes => [.. Known.Select(k => k.Name)];

    /// <summary>Whether a text is a policy's object identifier.</summary>
    public static bool IsPolicy(string text) => DerObjectIdentifier.TryFromID(text, out _);

    /// <summary>Asks for a timestamp of some bytes.</summary>
    /// <param name="data">The bytes; only their hash is sent.</param>
    /// <param name="hash">One of <see cref="Hashes"/>.</param>
    /// <param name="policy">Under which policy; null: the authority's own choice.</param>
    public static TimestampRequest Ask(ReadOnlySpan<byte> data, string hash, string? policy)
    {
        var id = Known.First(k => k.Name == hash).Id;
        var nonce = RandomNumberGenerator.GetBytes(NonceSize);
        nonce[0] = (byte)(nonce[0] & 0x7F | 0x40);
        var generator = new TimeStampRequestGenerator();
        generator.SetCertReq(true);
        if (policy is not null)
            generator.SetReqPolicy(new DerObjectIdentifier(policy));
        var digest = DigestUtilities.CalculateDigest(id, data.ToArray());
        return new TimestampRequest(generator.Generate(new DerObjectIdentifier(id), digest, new BigInteger(1, nonce)).GetEncoded(), nonce);
    }

    /// <summary>Checks a reply in everything that does not depend on when it is looked at.</summary>
    /// <param name="reply">The reply, with status and token.</param>
    /// <param name="data">What it must be of.</param>
    /// <param name="trust">Whose timestamps are believed; null: whoever's, and then it proves nothing but that it was not altered.</param>
    /// <param name="nonce">What it must repeat; null where the request is not at hand any more.</param>
    /// <param name="policy">The policy it must be given under; null: any.</param>
    public static (Timestamp? Timestamp, TimestampFault? Fault) Check(
        ReadOnlySpan<byte> reply, ReadOnlySpan<byte> data, TimestampTrust? trust, ReadOnlySpan<byte> nonce = default, string? policy = null)
    {
        if (reply.Length > MostBytes)
            return (null, TimestampFault.Malformed);
        try
        {
            var response = new TimeStampResponse(reply.ToArray());
            if (response.Status is not ((int)PkiStatus.Granted or (int)PkiStatus.GrantedWithMods))
                return (null, TimestampFault.Rejected);
            return response.TimeStampToken is { } token ? Check(token, data, trust, nonce, policy) : (null, TimestampFault.Malformed);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The parser throws whatever its innards throw.
            return (null, TimestampFault.Malformed);
        }
    }

    private static (Timestamp?, TimestampFault?) Check(
        TimeStampToken token, ReadOnlySpan<byte> data, TimestampTrust? trust, ReadOnlySpan<byte> nonce, string? policy)
    {
        var said = token.TimeStampInfo;
        var hash = Known.FirstOrDefault(k => k.Id == said.MessageImprintAlgOid).Name;
        if (hash is null)
            return (null, TimestampFault.Imprint);
        var digest = DigestUtilities.CalculateDigest(said.MessageImprintAlgOid, data.ToArray());
        if (!digest.AsSpan().SequenceEqual(said.GetMessageImprintDigest()))
            return (null, TimestampFault.Imprint);
        if (!nonce.IsEmpty && (said.Nonce is null || !said.Nonce.Equals(new BigInteger(1, nonce))))
            return (null, TimestampFault.Nonce);
        if (policy is not null && said.Policy != policy)
            return (null, TimestampFault.Policy);
        var brought = token.GetCertificates().EnumerateMatches(null).ToArray();
        if (brought.Concat(trust?.Certificates ?? []).FirstOrDefault(token.SignerID.Match) is not { } signer)
            return (null, TimestampFault.Signature);
        if (SignerFault(token, signer) is { } fault)
            return (null, fault);
        if (trust?.Leads(signer, brought, said.GenTime) == false)
            return (null, TimestampFault.Authority);
        var time = new DateTimeOffset(DateTime.SpecifyKind(said.GenTime, DateTimeKind.Utc));
        return (new Timestamp(time, signer.SubjectDN.ToString(), said.Policy, hash, said.SerialNumber.ToString(16)), null);
    }

    /// <summary>
    /// The signature, the certificate that it names, its validity then, and that it is for timestamps alone (RFC 3161, section 2.3).
    /// </summary>
    private static TimestampFault? SignerFault(TimeStampToken token, X509Certificate signer)
    {
        try
        {
            TspUtil.ValidateCertificate(signer);
            signer.CheckValidity(token.TimeStampInfo.GenTime);
        }
        catch (Exception e) when (e is TspValidationException or Org.BouncyCastle.Security.Certificates.CertificateException)
        {
            return TimestampFault.Purpose;
        }

        try
        {
            token.Validate(signer);
            return null;
        }
        catch (Exception e) when (e is TspException or CmsException or GeneralSecurityException)
        {
            return TimestampFault.Signature;
        }
    }
}
