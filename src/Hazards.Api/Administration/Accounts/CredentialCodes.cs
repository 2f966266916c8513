using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Hazards.Api.Administration.Accounts;

/// <summary>
/// 凭据校验码: shows that a password's hash and a session were written by a holder of the append key, and for whom. They are
/// not in the log, and rightly; without a code, whoever can write to the database could put their own in their place.
/// HMAC-SHA256 under a key derived from the append key. A deployment without a key folder has none, and nothing is compared.
/// </summary>
internal sealed class CredentialCodes(ReadOnlyMemory<byte>? appendKey)
{
    private readonly byte[]? key = appendKey is { } own ? HMACSHA256.HashData(own.Span, "hazards credentials 1"u8) : null;

    /// <summary>Whether there is a key to make codes with.</summary>
    public bool Exist => key is not null;

    /// <summary>The code of a password's hash, as of the version of the account that set it: an older hash put back has another.</summary>
    public byte[]? OfPassword(Guid account, long version, string hash) =>
        Of(string.Create(CultureInfo.InvariantCulture, $"password\n{account:D}\n{version}\n{hash}"));

    /// <summary>
    /// The code of a session: whose it is, by which token, how far the sign-in is and until when. Not in it is what may change
    /// at any request (when it was last used, for what purpose).
    /// </summary>
    public byte[]? OfSession(Guid id, string digest, Guid account, long rightsVersion, SessionStep step, DateTimeOffset expiresAt) =>
        Of(string.Create(CultureInfo.InvariantCulture,
            $"session\n{id:D}\n{digest}\n{account:D}\n{rightsVersion}\n{step}\n{expiresAt.UtcTicks / TimeSpan.TicksPerMicrosecond}"));

    /// <summary>Whether a code is the one it must be; with no key, any is.</summary>
    public static bool Holds(byte[]? kept, byte[]? due) =>
        due is null || kept is not null && CryptographicOperations.FixedTimeEquals(kept, due);

    private byte[]? Of(string text) => key is null ? null : HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));
}
