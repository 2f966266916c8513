using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Hazards.Domain;
using Hazards.Evidence.Proof;

namespace Hazards.Evidence;

/// <summary>Whether the manifest is signed by a key that counts, and which: before anything in it is believed.</summary>
internal sealed class ManifestCheck(PackageReader package, VerifyOptions options)
{
    /// <summary>The manifest, once its signature holds.</summary>
    public Manifest? Manifest { get; private set; }

    /// <summary>The keys that count.</summary>
    public TrustedKeys? Keys { get; private set; }

    /// <summary>How the tree hashes.</summary>
    public TreeHash? Hash { get; private set; }

    /// <summary>What is to be said when all holds.</summary>
    public ImmutableArray<Check> Said { get; private set; } = [];

    public Refusal? Run()
    {
        var (noteBytes, refusal) = package.Read(PackageNames.ManifestNote, 256 * 1024);
        if (noteBytes is null)
            return refusal;
        (var json, refusal) = package.Read(PackageNames.Manifest, 512 * 1024 * 1024);
        if (json is null)
            return refusal;
        if (!SignedNote.TryParse(noteBytes, out var note) || !Encoding.UTF8.GetBytes(note.ToString()).AsSpan().SequenceEqual(noteBytes))
            return EvidenceRefusals.NoteMalformed.Because();
        if (!ManifestNote.TryParse(note.Text, out var said))
            return note.Text.Split('\n')[0] is var format && format is Evidence.Manifest.FormatNow or Evidence.Manifest.FormatWithMore
                ? EvidenceRefusals.NoteMalformed.Because()
                : EvidenceRefusals.Format.Because(null, ("format", Excerpt(format)), ("known", Evidence.Manifest.Formats));
        // The manifest says which tree; it is believed only when its digest is the signed one, which is compared first.
        if (Sha256Digest.Of(json) != said.Manifest)
            return Signature(note, said, "sha256") ?? EvidenceRefusals.OtherManifest.Because(null, ("what", "SHA-256"));
        if (said.Sm3 is { } sm3 && sm3 != IncrementalSm3.Of(json))
            return Signature(note, said, "sm3") ?? EvidenceRefusals.OtherManifest.Because(null, ("what", "SM3"));
        return Read(json) ?? Signature(note, said, Manifest!.Hash) ?? Compare(said);
    }

    private Refusal? Read(byte[] json)
    {
        try
        {
            Manifest = Evidence.Manifest.Read(json);
        }
        catch (JsonException e)
        {
            return EvidenceRefusals.ManifestMalformed.Because(null, ("detail", e.Message));
        }
        Hash = Manifest.Hash switch { "sha256" => TreeHash.Sha256, "sm3" => TreeHash.Sm3, _ => null };
        return Hash is null ? EvidenceRefusals.ManifestMalformed.Because(null, ("detail", $"hash: {Excerpt(Manifest.Hash)}"))
            : Manifest.Instants.Zip(Manifest.Instants.Skip(1))
                .Any(p => p.First >= p.Second) ? EvidenceRefusals.ManifestMalformed.Because(null, ("detail", "instants: not ascending"))
            : Manifest.Instants.Any(i => i > Manifest.AsOf) ? EvidenceRefusals.ManifestMalformed.Because(
                null, ("detail", "instants: after asOf"))
            : Manifest.Streams.DistinctBy(s => s.Id)
                .Count() != Manifest.Streams.Length ? EvidenceRefusals.ManifestMalformed.Because(null, ("detail", "streams: one twice"))
            : null;
    }

    private Refusal? Signature(SignedNote note, ManifestNote said, string hash)
    {
        var (bytes, missing) = package.Read(PackageNames.Keys, 1024 * 1024);
        if (bytes is null)
            return missing;
        try
        {
            Keys = TrustedKeys.Of(options.Keys, LogKey.Read(bytes), said.Origin, hash);
        }
        catch (JsonException e)
        {
            return EvidenceRefusals.Keys.Because(null, ("detail", e.Message));
        }
        if (Keys.SignerOf(note) is { } signer && Keys.SignedAll(note))
        {
            // A log's key bears the log's name.
            if (signer.Name != said.Origin)
                return EvidenceRefusals.OtherLog.Because(null, ("origin", said.Origin), ("trusted", signer.Name));
            Said = [.. Sentences(said.Origin, signer)];
            return null;
        }
        var claimed = Keys.Trusted.FirstOrDefault(k => note.Signatures.Any(s => s.Name == k.Name && s.KeyId == k.Id));
        if (claimed is not null || !Keys.FromOutside)
            return EvidenceRefusals.Forged.Because(null, ("key", claimed?.ToString() ?? note.Signatures[0].Name));
        return Keys.Trusted.All(k => k.Name != said.Origin)
            ? EvidenceRefusals.OtherLog.Because(null, ("origin", said.Origin), ("trusted", Keys.Trusted[0].Name))
            : EvidenceRefusals.OtherKey.Because(
                null, ("key", FormattableString.Invariant($"{note.Signatures[0].Name}+{note.Signatures[0].KeyId:x8}")));
    }

    private Refusal? Compare(ManifestNote said)
    {
        var what = Manifest!.Format != said.Format ? "format"
            : Manifest.NamesBySm3 != said.Sm3.HasValue || Manifest.Entries.Any(e => e.Sm3.HasValue != said.Sm3.HasValue) ? "SM3"
            : Manifest.Origin != said.Origin ? "origin"
            : Manifest.Size != said.Size ? "size"
            : Manifest.Root != said.Root ? "root"
            : null;
        return what is null ? null : EvidenceRefusals.OtherManifest.Because(null, ("what", what));
    }

    private IEnumerable<Check> Sentences(string origin, NoteVerifier signer)
    {
        yield return Check.Holds("signature",
            $"清单由日志“{origin}”的公钥签名（{signer.Algorithm}）：{signer}",
            $"the manifest is signed by the key of the log “{origin}” ({signer.Algorithm}): {signer}");
        yield return !Keys!.FromOutside
            ? Check.NotMade("key",
                $"公钥取自包内，不能自证：请与另行保存的（打印件、其他机关留存的）逐字比对 {signer}（指纹，公钥的 SHA-256：{signer.Fingerprint}），或用 --key 给出后再核验；在此之前，什么都没有证明：只说明包与其自带的公钥相符，谁都能做出这样的包",
                $"the key comes from the package and cannot vouch for itself: compare it, letter by letter, with one kept elsewhere (on paper, by another body): {signer} (fingerprint, SHA-256 of the key: {signer.Fingerprint}); or give that with --key and check again; until then nothing is proved: all that is shown is that the package fits the key it brings along, and anybody can make one that does")
            : options.Keys.Contains(signer)
                ? Check.Holds("key", $"公钥是您给出的", $"the key is one that you gave")
                : Check.Holds("key",
                    $"公钥 {signer} 由您给出的公钥（或其继任者）背书而更换",
                    $"the key {signer} was vouched for by one that you gave, or by its successor");
    }

    private static string Excerpt(string text) => text.Length <= 60 ? text : text[..60] + "…";
}
