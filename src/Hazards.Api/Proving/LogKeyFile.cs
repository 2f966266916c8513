using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using Hazards.Proof;

namespace Hazards.Api.Proving;

/// <summary>
/// The private keys the log is signed with, and the log's name: one file in the key folder. Two keys while one takes over
/// from the other; the last is the newest.
/// </summary>
/// <param name="Origin">The log's name.</param>
/// <param name="Seeds">The keys, 32 bytes each in Base64.</param>
internal sealed record LogKeyFile(string Origin, ImmutableArray<string> Seeds)
{
    /// <summary>The file's name.</summary>
    public const string Name = "log-signing-key.json";

    private const int SeedSize = 32;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>A new name and a first key.</summary>
    public static LogKeyFile Create() => new($"hazards/{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}", [NewSeed()]);

    /// <summary>With a further key.</summary>
    public LogKeyFile WithNewKey() => this with { Seeds = Seeds.Add(NewSeed()) };

    /// <summary>What is in the folder; null when there is no such file.</summary>
    /// <exception cref="KeyFolderException">The file is damaged, or cannot be read.</exception>
    public static LogKeyFile? Load(KeyFolder folder)
    {
        if (folder.Read(Name) is not { } text)
            return null;
        try
        {
            var file = JsonSerializer.Deserialize<LogKeyFile>(text, Json);
            if (file is { Origin.Length: > 0, Seeds: { IsDefaultOrEmpty: false } seeds } && NoteVerifier.IsName(file.Origin) && seeds.All(s => Convert.FromBase64String(s).Length == SeedSize))
                return file;
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            // Said below.
        }

        throw KeyFolderException.Damaged($"签名密钥文件 {folder.PathOf(Name)} 已损坏，请从备份恢复 · the file of the log's signing key is damaged; restore it from its backup");
    }

    /// <summary>What is written to the folder.</summary>
    public string Text() => JsonSerializer.Serialize(this, Json) + "\n";

    /// <summary>A tree's name.</summary>
    public string OriginOf(TreeHash hash) => hash == TreeHash.Sha256 ? Origin : $"{Origin}/{hash.Name}";

    /// <summary>The keys of a tree.</summary>
    public IEnumerable<NoteSigner> SignersOf(TreeHash hash) => Seeds.Select(seed => new NoteSigner(OriginOf(hash), Convert.FromBase64String(seed)));

    private static string NewSeed() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(SeedSize));
}
