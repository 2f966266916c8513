using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.IdentityModel.Tokens;

namespace Hazards.Api.Http.Access;

/// <summary>Whose tokens are taken.</summary>
/// <param name="Audience">What they are for: the name by which their authority knows this service (<c>aud</c>).</param>
internal sealed record TokenOptions(string Audience)
{
    /// <summary>Where the authority is: the address under which its <c>.well-known/openid-configuration</c> stands.</summary>
    public string? Authority { get; init; }

    /// <summary>Where it has none: a file with its public key or certificate (PEM), or its keys (JWKS).</summary>
    public string? KeyFile { get; init; }

    /// <summary>Who issues them (<c>iss</c>); needed with a file, else the authority says it.</summary>
    public string? Issuer { get; init; }

    /// <summary>The claim that is the identity of the key that a token stands for.</summary>
    public string KeyClaim { get; init; } = "sub";

    /// <summary>A claim that must be the key's body, if there is one.</summary>
    public string? BodyClaim { get; init; }

    /// <summary>A claim that names the key's roles that a token has; without one it has all of them.</summary>
    public string? RolesClaim { get; init; }

    /// <summary>The keys in the file.</summary>
    /// <exception cref="ArgumentException">There is none that can be read.</exception>
    public IReadOnlyList<SecurityKey>? SigningKeys()
    {
        if (KeyFile is null)
            return null;
        var text = File.ReadAllText(KeyFile).Trim();
        try
        {
            IReadOnlyList<SecurityKey> keys = text.StartsWith('{') ? [.. new JsonWebKeySet(text).GetSigningKeys()] : [OfPem(text)];
            if (keys.Count > 0)
                return keys;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            // Said below.
        }

        throw new ArgumentException(
            $"HAZARDS_JWT_KEY_FILE 中没有公钥（PEM 或 JWKS）：{KeyFile} · there is no public key (PEM or JWKS) in {KeyFile}");
    }

    /// <summary>What the environment says; null when it names no authority and no key.</summary>
    /// <exception cref="ArgumentException">It says not enough.</exception>
    public static TokenOptions? Of(IConfiguration configuration)
    {
        string? Of(string name) => configuration[$"HAZARDS_JWT_{name}"] is { Length: > 0 } value ? value : null;
        string Needed(string name, string beside) => Of(name)
            ?? throw new ArgumentException($"缺少 HAZARDS_JWT_{name} · HAZARDS_JWT_{name} is needed beside HAZARDS_JWT_{beside}");
        var (authority, file) = (Of("AUTHORITY"), Of("KEY_FILE"));
        if (authority is null && file is null)
            return null;
        return new TokenOptions(Needed("AUDIENCE", authority is null ? "KEY_FILE" : "AUTHORITY"))
        {
            Authority = authority, KeyFile = file, Issuer = authority is null ? Needed("ISSUER", "KEY_FILE") : Of("ISSUER"),
            KeyClaim = Of("KEY_CLAIM") ?? "sub", BodyClaim = Of("BODY_CLAIM"), RolesClaim = Of("ROLES_CLAIM"),
        };
    }

    private static SecurityKey OfPem(string pem)
    {
        if (pem.Contains("CERTIFICATE", StringComparison.Ordinal))
            return new X509SecurityKey(X509Certificate2.CreateFromPem(pem));
        try
        {
            var rsa = RSA.Create();
            rsa.ImportFromPem(pem);
            return new RsaSecurityKey(rsa.ExportParameters(false));
        }
        catch (CryptographicException)
        {
            var curve = ECDsa.Create();
            curve.ImportFromPem(pem);
            return new ECDsaSecurityKey(curve);
        }
    }
}
