using System.Collections.Immutable;
using System.Text.Json;
using Hazards.Domain;
using Hazards.Evidence.Proof;

namespace Hazards.Evidence;

/// <summary>The checkpoint, its witnesses, and one that was kept elsewhere.</summary>
internal sealed class CheckpointCheck(PackageReader package, Manifest manifest, TrustedKeys keys, VerifyOptions options)
{
    public IEnumerable<Check> Run()
    {
        var (bytes, refusal) = package.Read(PackageNames.Checkpoint, 256 * 1024);
        if (bytes is null || !SignedNote.TryParse(bytes, out var note) || !Checkpoint.TryParse(note.Text, out var checkpoint))
        {
            yield return Check.Fails(
                "checkpoint", refusal ?? EvidenceRefusals.CheckpointMalformed.Because(null, ("name", PackageNames.Checkpoint)));
            yield break;
        }
        refusal = Own(note, checkpoint);
        yield return refusal is null
            ? Check.Holds("checkpoint",
                $"检查点有日志的签名，与清单一致：{checkpoint.Size} 个事件，树根 {checkpoint.Root}（{manifest.Hash}）",
                $"the checkpoint is signed by the log and the one of the manifest: {checkpoint.Size} events, root {checkpoint.Root} ({manifest.Hash})")
            : Check.Fails("checkpoint", refusal);
        yield return Witnesses(note);
        yield return Earlier();
    }

    private Refusal? Own(SignedNote note, Checkpoint checkpoint) =>
        keys.SignerOf(note) is null ? EvidenceRefusals.CheckpointSignature.Because()
        : checkpoint.Origin != manifest.Origin ? EvidenceRefusals.CheckpointOther.Because(null, ("what", "origin"))
        : checkpoint.Size != manifest.Size ? EvidenceRefusals.CheckpointOther.Because(null, ("what", "size"))
        : checkpoint.Root != manifest.Root ? EvidenceRefusals.CheckpointOther.Because(null, ("what", "root"))
        : null;

    private Check Witnesses(SignedNote note)
    {
        var others = note.Signatures.Where(s => !keys.Known.Any(k => k.Name == s.Name && k.Id == s.KeyId)).Select(s => s.Name).ToArray();
        if (options.Witnesses.IsEmpty)
            return Check.NotMade("witnesses",
                $"见证人会签：检查点上有 {others.Length} 个{(others.Length == 0 ? "" : $"（{string.Join("、", others)}）")}，未给出见证人公钥（--witness），未核验",
                $"cosignatures of witnesses: there are {others.Length}{(others.Length == 0 ? "" : $" ({string.Join(", ", others)})")}; no key of a witness was given (--witness)");
        var absent = options.Witnesses.FirstOrDefault(w => note.VerifiedBy(w) is null);
        if (absent is not null)
            return Check.Fails("witnesses", EvidenceRefusals.NoCosignature.Because(null, ("witness", absent)));
        var signed = options.Witnesses.Select(w => $"{w.Name} {Time(note.VerifiedBy(w)!.CosignedAt)}").ToArray();
        return Check.Holds("witnesses", $"见证人会签有效：{string.Join("、", signed)}", $"cosigned by {string.Join(", ", signed)}");
    }

    private static string Time(DateTimeOffset? at) => at is { } instant ? ChinaTime.Format(instant) : "";

    private Check Earlier()
    {
        if (options.Earlier is not { } earlier)
            return Check.NotMade("earlier",
                $"与另存的检查点比对：未给出（--checkpoint）；掌握日志签名私钥的人可以另造一部日志，只有另存的检查点或见证人的会签能排除",
                $"comparison with a checkpoint kept elsewhere: none was given (--checkpoint); whoever holds the log's signing key can make up another log, which only a checkpoint kept elsewhere, or a witness's cosignature, excludes");
        if (earlier.Origin != manifest.Origin)
            return Check.Fails("earlier", EvidenceRefusals.EarlierOther.Because(null, ("origin", earlier.Origin)));
        var proof = earlier.Size == manifest.Size || earlier.Size == 0 ? [] : options.Consistency ?? ProofFrom(package, earlier.Size);
        if (proof is not { } path)
            return Check.Fails("earlier", EvidenceRefusals.EarlierUnproved.Because(null, ("from", earlier.Size), ("size", manifest.Size)));
        return Continues(manifest, earlier, path)
            ? Check.Holds("earlier",
                $"与另存的检查点（{earlier.Size} 个事件）一致：同一日志，其间只有追加",
                $"it agrees with the checkpoint kept elsewhere ({earlier.Size} events): one log, only appended to in between")
            : Check.Fails("earlier", EvidenceRefusals.Rewritten.Because(null, ("from", earlier.Size), ("size", manifest.Size)));
    }

    // Either may be the older one.
    internal static bool Continues(Manifest manifest, Checkpoint earlier, ImmutableArray<Digest> path)
    {
        var hash = manifest.Hash == TreeHash.Sm3.Name ? TreeHash.Sm3 : TreeHash.Sha256;
        return earlier.Size == 0 ? earlier.Root == hash.Empty
            : earlier.Size <= manifest.Size ? Verify.Consistency(hash, earlier.Size, manifest.Size, path, earlier.Root, manifest.Root)
            : Verify.Consistency(hash, manifest.Size, earlier.Size, path, manifest.Root, earlier.Root);
    }

    /// <summary>The package's own proof that its checkpoint continues one of a size; null when it has none.</summary>
    internal static ImmutableArray<Digest>? ProofFrom(PackageReader package, long size)
    {
        if (package.Find(PackageNames.Consistency) is not { } entry)
            return null;
        using var lines = new LineReader(package.Open(entry));
        try
        {
            while (lines.Next() is { } line)
                if (ConsistencyLine.Read(line.Span) is { } proof && proof.From == size)
                    return proof.Path;
        }
        catch (Exception e) when (e is JsonException or InvalidDataException)
        {
            // As good as none.
        }
        return null;
    }
}
