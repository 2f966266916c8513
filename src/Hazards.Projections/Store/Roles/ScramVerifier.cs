using System.Security.Cryptography;
using System.Text;

namespace Hazards.Projections.Store;

/// <summary>
/// A password in the form that PostgreSQL keeps (RFC 5803), so that the password itself is in no statement, which a server
/// may log.
/// </summary>
internal static class ScramVerifier
{
    // PostgreSQL's own defaults.
    private const int Iterations = 4096, SaltSize = 16;

    public static string Of(string password) => Of(password, RandomNumberGenerator.GetBytes(SaltSize));

    internal static string Of(string password, byte[] salt)
    {
        // As Npgsql sends it.
        var salted = Rfc2898DeriveBytes.Pbkdf2(
            Encoding.UTF8.GetBytes(password.Normalize(NormalizationForm.FormKC)), salt, Iterations, HashAlgorithmName.SHA256,
            SHA256.HashSizeInBytes);
        var stored = SHA256.HashData(HMACSHA256.HashData(salted, "Client Key"u8));
        var server = HMACSHA256.HashData(salted, "Server Key"u8);
        return $"SCRAM-SHA-256${Iterations}:{Convert.ToBase64String(salt)}${Convert.ToBase64String(stored)}:{Convert.ToBase64String(server)}";
    }
}
