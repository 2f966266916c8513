using System.Collections.Immutable;
using System.Text;
using Org.BouncyCastle.OpenSsl;
using Org.BouncyCastle.Pkix;
using Org.BouncyCastle.Utilities.Collections;
using Org.BouncyCastle.X509;
using Org.BouncyCastle.X509.Store;

namespace Hazards.Evidence.Proof;

/// <summary>
/// Whose timestamps are believed: an authority's own certificates, or those of who certified it. Whether a certificate was
/// revoked is not asked: that needs a line to the outside.
/// </summary>
public sealed class TimestampTrust
{
    private const int MostCertificates = 20;

    private readonly ImmutableArray<X509Certificate> certificates;

    private TimestampTrust(ImmutableArray<X509Certificate> certificates) => this.certificates = certificates;

    /// <summary>The certificates' subjects, to be shown.</summary>
    public ImmutableArray<string> Subjects => [.. certificates.Select(c => c.SubjectDN.ToString())];

    /// <summary>The certificates of a PEM text; null when there is none in it, or one that cannot be read.</summary>
    public static TimestampTrust? Read(string pem)
    {
        ArgumentNullException.ThrowIfNull(pem);
        try
        {
            using var reader = new PemReader(new StringReader(pem));
            var found = ImmutableArray.CreateBuilder<X509Certificate>();
            while (reader.ReadObject() is { } item)
                if (item is X509Certificate certificate && found.Count < MostCertificates)
                    found.Add(certificate);
                else
                    return null;
            return found.Count > 0 ? new TimestampTrust(found.ToImmutable()) : null;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The parser throws whatever its innards throw.
            return null;
        }
    }

    /// <summary>The certificates that may be the signer's.</summary>
    internal IEnumerable<X509Certificate> Certificates => certificates;

    /// <summary>Whether a certificate is trusted, or certified by one that is, at an instant.</summary>
    internal bool Leads(X509Certificate signer, IEnumerable<X509Certificate> between, DateTime at)
    {
        if (certificates.Contains(signer))
            return true;
        try
        {
            var parameters = new PkixBuilderParameters(
                new HashSet<TrustAnchor>(certificates.Select(c => new TrustAnchor(c, null))),
                new X509CertStoreSelector { Certificate = signer })
            {
                IsRevocationEnabled = false, Date = at,
            };
            parameters.AddStoreCert(CollectionUtilities.CreateStore(between.Concat(certificates).Append(signer).ToList()));
            new PkixCertPathBuilder().Build(parameters);
            // An anchor is believed for itself, but it was valid then like the others.
            return true;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return false;
        }
    }
}
