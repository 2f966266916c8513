using Hazards.Domain;
using Hazards.Evidence.Proof;
using Hazards.Projections.Store;

namespace Hazards.Api.Proofs;

/// <summary>
/// What this machine remembers, outside the database, of the last checkpoint it signed: so that a database that was put
/// back to an older state is noticed, and never signed as if nothing had been.
/// </summary>
internal sealed class SignedMemory(KeyFolder folder)
{
    /// <summary>The file of a tree's last checkpoint: the signed note itself.</summary>
    public static string NameOf(TreeHash hash)
    {
        return $"last-checkpoint-{hash.Name}.txt";
    }

    /// <summary>The last checkpoint signed here; null when there was none, or there is no key folder.</summary>
    /// <exception cref="KeyFolderException">The file is damaged, or cannot be read.</exception>
    public (Checkpoint Checkpoint, SignedNote Note)? Last(TreeHash hash)
    {
        if (!folder.Exists || folder.Read(NameOf(hash)) is not { } text)
            return null;
        return SignedNote.TryParse(text, out var note) && Checkpoint.TryParse(note.Text, out var checkpoint)
            ? (checkpoint, note)
            : throw KeyFolderException.Damaged($"{folder.PathOf(NameOf(hash))} 已损坏：应为最近一次签名的检查点，请从备份或见证方恢复 · the file is damaged; it should hold the last signed checkpoint: restore it from its backup or from a witness");
    }

    /// <summary>Remembers a checkpoint that is about to be published.</summary>
    /// <exception cref="KeyFolderException">It cannot be written; what was remembered before still is.</exception>
    public void Remember(TreeHash hash, SignedNote note)
    {
        folder.Replace(NameOf(hash), note.ToString());
    }

    /// <summary>Why the tree as it stands in the database is not the one remembered, or null.</summary>
    /// <exception cref="KeyFolderException">The memory cannot be read.</exception>
    internal async Task<Refusal?> ContradictionAsync(TreeStore tree, CancellationToken cancellationToken)
    {
        // Before the tree is looked at, which may grow and be signed again meanwhile.
        if (Last(tree.Hash) is not var (remembered, _))
            return null;
        var head = await tree.HeadAsync(cancellationToken);
        if (remembered.Size > head.Size)
            return ProofRefusals.RolledBack.Because(
                null, ("size", head.Size), ("remembered", remembered.Size), ("file", NameOf(tree.Hash)));
        return remembered.Size > 0 && await tree.RootAsync(remembered.Size, cancellationToken) != remembered.Root
            ? ProofRefusals.Rewritten.Because(null, ("remembered", remembered.Size), ("where", folder.PathOf(NameOf(tree.Hash))))
            : null;
    }
}
