using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Hazards.Evidence.Proof;

namespace Hazards.Api.Proofs;

/// <summary>
/// The private keys of one algorithm that the log is signed with, and the log's name: a file in the key folder. Two keys while
/// one takes over from the other; the last is the newest.
/// </summary>
/// <param name="Origin">The log's name.</param>
/// <param name="Seeds">The keys, 32 bytes each in Base64: of SM2 the scalar.</param>
internal sealed record LogKeyFile(string Origin, ImmutableArray<string> Seeds)
{
    /// <summary>The name of the file of the Ed25519 keys, which every log has.</summary>
    public const string Name = "log-signing-key.json";

    /// <summary>The name of the file of the SM2 keys.</summary>
    public const string Sm2Name = "log-signing-key-sm2.json";

    private const int SeedSize = 32;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>What its keys sign by.</summary>
    [JsonIgnore]
    public NoteSignatureType Type { get; init; } = NoteSignatureType.Ed25519;

    /// <summary>A new name and a first key.</summary>
    public static LogKeyFile Create() =>
        new($"hazards/{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}", [NewSeed(NoteSignatureType.Ed25519)]);

    /// <summary>A first SM2 key of the same log.</summary>
    public LogKeyFile CreateSm2() => new(Origin, [NewSeed(NoteSignatureType.Sm2)]) { Type = NoteSignatureType.Sm2 };

    /// <summary>With a further key.</summary>
    public LogKeyFile WithNewKey() => this with { Seeds = Seeds.Add(NewSeed(Type)) };

    /// <summary>With the newest key only.</summary>
    public LogKeyFile WithNewestKey() => this with { Seeds = [Seeds[^1]] };

    /// <summary>The keys of both algorithms, Ed25519 first; none when there is no file.</summary>
    /// <exception cref="KeyFolderException">A file is damaged, or cannot be read.</exception>
    public static ImmutableArray<LogKeyFile> LoadAll(KeyFolder folder) =>
        [.. new[] { Load(folder), Load(folder, NoteSignatureType.Sm2) }.OfType<LogKeyFile>()];

    /// <summary>What is in the folder; null when there is no such file.</summary>
    /// <exception cref="KeyFolderException">The file is damaged, or cannot be read.</exception>
    public static LogKeyFile? Load(KeyFolder folder, NoteSignatureType type = NoteSignatureType.Ed25519)
    {
        var name = NameOf(type);
        if (folder.Read(name) is not { } text)
            return null;
        try
        {
            var file = JsonSerializer.Deserialize<LogKeyFile>(text, Json);
            if (file is { Origin.Length: > 0, Seeds: { IsDefaultOrEmpty: false } seeds } && NoteVerifier.IsName(file.Origin) && seeds.All(
                s => Convert.FromBase64String(s).Length == SeedSize))
                return file with { Type = type };
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            // Said below.
        }

        throw KeyFolderException.Damaged(
            $"签名密钥文件 {folder.PathOf(name)} 已损坏，请从备份恢复 · the file of the log's signing key is damaged; restore it from its backup");
    }

    /// <summary>Puts it into the folder, in place of what is there.</summary>
    public void ReplaceIn(KeyFolder folder) => folder.Replace(NameOf(Type), Text());

    /// <summary>Puts it into the folder, where there is none yet.</summary>
    public void CreateIn(KeyFolder folder) => folder.Create(NameOf(Type), Text());

    /// <summary>What is written to the folder.</summary>
    public string Text() => JsonSerializer.Serialize(this, Json) + "\n";

    /// <summary>A tree's name.</summary>
    public string OriginOf(TreeHash hash) => hash == TreeHash.Sha256 ? Origin : $"{Origin}/{hash.Name}";

    /// <summary>The keys of a tree.</summary>
    public IEnumerable<NoteSigner> SignersOf(TreeHash hash) =>
        Seeds.Select(seed => new NoteSigner(OriginOf(hash), Convert.FromBase64String(seed), Type));

    private static string NewSeed(NoteSignatureType type) => Convert.ToBase64String(NoteSigner.NewSeed(type));

    private static string NameOf(NoteSignatureType type) => type == NoteSignatureType.Sm2 ? Sm2Name : Name;
}
