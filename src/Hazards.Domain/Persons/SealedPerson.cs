using System.Security.Cryptography;
using System.Text;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>
/// 已封存的个人信息: a person as an event holds it. Whoever has the person's own key can open it and see that it is what the
/// event has held from the beginning; once that key is destroyed nobody can, and the event, its leaf in the tree and every
/// proof stay as they are.
/// </summary>
/// <param name="Person">The person's number: random, says nothing about her. The same human being in another hazard has another.</param>
/// <param name="Kind">In what capacity.</param>
/// <param name="Sealed">The sealed <see cref="PersonData"/>, Base64; its form: <see cref="PersonCipher"/>.</param>
public sealed record SealedPerson(Guid Person, PersonKind Kind, string Sealed)
{
    /// <summary>Seals a person's data under her key for one hazard.</summary>
    public static SealedPerson Of(Guid person, PersonKind kind, HazardId hazard, PersonData data, ReadOnlySpan<byte> key)
    {
        ArgumentNullException.ThrowIfNull(data);
        return new(person, kind, PersonCipher.Seal(new(person, kind, hazard, PersonCipher.Identity), data.ToJson(), key));
    }

    /// <summary>Opens it with the person's key, as part of this hazard's stream.</summary>
    /// <param name="hazard">The hazard in whose stream the event stands.</param>
    /// <param name="key">The person's key.</param>
    /// <param name="data">What was sealed; null when it could not be opened.</param>
    public PersonOpening Open(HazardId hazard, ReadOnlySpan<byte> key, out PersonData? data)
    {
        var opening = PersonCipher.Open(new(Person, Kind, hazard, PersonCipher.Identity), Sealed, key, out var plain);
        data = opening == PersonOpening.Opened ? PersonData.FromJson(plain) : null;
        return opening == PersonOpening.Opened && data is null ? PersonOpening.Malformed : opening;
    }

    /// <summary>Seals what the person said (询问记录、证言) under the same key.</summary>
    public string SealStatement(HazardId hazard, string statement, ReadOnlySpan<byte> key) =>
        PersonCipher.Seal(new(Person, Kind, hazard, PersonCipher.Statement), Encoding.UTF8.GetBytes(statement), key);

    /// <summary>Opens what the person said.</summary>
    /// <param name="hazard">The hazard in whose stream the event stands.</param>
    /// <param name="sealedStatement">The sealed statement, Base64.</param>
    /// <param name="key">The person's key.</param>
    /// <param name="statement">The statement; null when it could not be opened.</param>
    public PersonOpening OpenStatement(HazardId hazard, string sealedStatement, ReadOnlySpan<byte> key, out string? statement)
    {
        var opening = PersonCipher.Open(new(Person, Kind, hazard, PersonCipher.Statement), sealedStatement, key, out var plain);
        statement = opening == PersonOpening.Opened ? Encoding.UTF8.GetString(plain).TrimEnd('\0') : null;
        return opening;
    }
}

/// <summary>A contact of a ledger's row as a hazard holds it.</summary>
/// <param name="Person">The person.</param>
/// <param name="Cells">The cells that held a telephone number, as they stood; sealed under the same key.</param>
public sealed record SealedContact(SealedPerson Person, string? Cells);

/// <summary>What came of an attempt to open sealed data.</summary>
public enum PersonOpening
{
    /// <summary>Opened: this is what was sealed.</summary>
    Opened,

    /// <summary>The key is another one than it was sealed under.</summary>
    WrongKey,

    /// <summary>The key is right, but the sealed data were altered or belong to another person, capacity or hazard.</summary>
    Altered,

    /// <summary>This is no sealed data, or of a form this program does not know.</summary>
    Malformed,
}

/// <summary>
/// How personal data are sealed: AES-256-GCM under a random key of the person's own. Form 1, in bytes:
/// <c>0x01 · commitment (32) · nonce (12) · ciphertext · tag (16)</c>.
/// <list type="bullet">
/// <item>The commitment is SHA-256 over <c>hazards person key v1⏎person⏎</c> and the key. GCM alone does not bind a
/// ciphertext to one key (two keys can be made to open one ciphertext to different names); with it in the proved event
/// only one key can ever be shown for it. It says nothing about the key, which is 256 random bits.</item>
/// <item>The associated data are the lines <c>hazards person v1</c>, person, kind, hazard and part (<c>identity</c> or
/// <c>statement</c>), each ended by a line feed: moved to another hazard, person or part it does not open.</item>
/// <item>The plain text is filled up to a multiple of 256 bytes (spaces after JSON, NUL after a statement), so that the
/// length does not give a name away.</item>
/// </list>
/// </summary>
public static class PersonCipher
{
    /// <summary>Length of a person's key in bytes.</summary>
    public const int KeyLength = 32;

    internal const string Identity = "identity";
    internal const string Statement = "statement";

    private const byte Form = 1;
    private const int CommitmentLength = SHA256.HashSizeInBytes;
    private const int NonceLength = 12;
    private const int TagLength = 16;
    private const int HeadLength = 1 + CommitmentLength + NonceLength;
    private const int Block = 256;

    /// <summary>A new random key.</summary>
    public static byte[] NewKey() => RandomNumberGenerator.GetBytes(KeyLength);

    internal static string Seal(PersonBinding binding, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> key)
    {
        var filled = Filled(plain, binding.Part == Identity ? (byte)' ' : (byte)0);
        var all = new byte[HeadLength + filled.Length + TagLength];
        all[0] = Form;
        Commit(binding.Person, key).CopyTo(all.AsSpan(1));
        var nonce = all.AsSpan(1 + CommitmentLength, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        using var cipher = new AesGcm(key, TagLength);
        cipher.Encrypt(nonce, filled, all.AsSpan(HeadLength, filled.Length), all.AsSpan(HeadLength + filled.Length), binding.ToBytes());
        return Convert.ToBase64String(all);
    }

    internal static PersonOpening Open(PersonBinding binding, string text, ReadOnlySpan<byte> key, out byte[] plain)
    {
        plain = [];
        var all = new byte[(text?.Length ?? 0) / 4 * 3 + 3];
        if (key.Length != KeyLength || !Convert.TryFromBase64String(text ?? "", all, out var length) || length < HeadLength + TagLength
            || all[0] != Form)
            return PersonOpening.Malformed;
        var given = all.AsSpan(0, length);
        if (!CryptographicOperations.FixedTimeEquals(given.Slice(1, CommitmentLength), Commit(binding.Person, key)))
            return PersonOpening.WrongKey;
        var opened = new byte[length - HeadLength - TagLength];
        try
        {
            using var cipher = new AesGcm(key, TagLength);
            cipher.Decrypt(
                given.Slice(1 + CommitmentLength, NonceLength), given.Slice(HeadLength, opened.Length), given[^TagLength..], opened,
                binding.ToBytes());
        }
        catch (AuthenticationTagMismatchException)
        {
            return PersonOpening.Altered;
        }
        plain = opened;
        return PersonOpening.Opened;
    }

    private static byte[] Commit(Guid person, ReadOnlySpan<byte> key) =>
        SHA256.HashData([.. Encoding.UTF8.GetBytes($"hazards person key v1\n{person:D}\n"), .. key]);

    private static byte[] Filled(ReadOnlySpan<byte> plain, byte with)
    {
        var filled = new byte[Math.Max(1, (plain.Length + Block - 1) / Block) * Block];
        Array.Fill(filled, with);
        plain.CopyTo(filled);
        return filled;
    }
}

/// <summary>What sealed data belong to.</summary>
internal readonly record struct PersonBinding(Guid Person, PersonKind Kind, HazardId Hazard, string Part)
{
    public byte[] ToBytes() => Encoding.UTF8.GetBytes($"hazards person v1\n{Person:D}\n{CodeList.Code(Kind)}\n{Hazard.Value}\n{Part}\n");
}
