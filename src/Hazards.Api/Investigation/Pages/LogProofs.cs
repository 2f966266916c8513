using Hazards.Api.Proofs;
using Hazards.Evidence.Proof;

namespace Hazards.Api.Investigation.Pages;

/// <summary>Checks the proofs that a page shows, as a reader of them would.</summary>
internal static class LogProofs
{
    /// <summary>Whether an event is where the proof says.</summary>
    public static bool Holds(InclusionView proof) =>
        Digest.TryParse(proof.Leaf, out var leaf) && Digest.TryParse(proof.Root, out var root) && Read(proof.Path) is { } path
        && Verify.Inclusion(Tree(proof.Hash), proof.Index, proof.Size, leaf, path, root);

    /// <summary>Whether the later tree continues the earlier one.</summary>
    public static bool Holds(ConsistencyView proof) =>
        Digest.TryParse(proof.FromRoot, out var from) && Digest.TryParse(proof.ToRoot, out var to) && Read(proof.Path) is { } path
        && Verify.Consistency(Tree(proof.Hash), proof.From, proof.To, path, from, to);

    /// <summary>Whether a root as somebody kept it, in Base64 or hexadecimal with any blanks, is this one.</summary>
    public static bool SameRoot(string kept, string root)
    {
        var text = string.Concat(kept.Where(c => !char.IsWhiteSpace(c)));
        return text == root || Digest.TryParse(root, out var digest)
            && string.Equals(text, digest.ToHex(), StringComparison.OrdinalIgnoreCase);
    }

    private static TreeHash Tree(string name) => name == TreeHash.Sm3.Name ? TreeHash.Sm3 : TreeHash.Sha256;

    private static Digest[]? Read(IEnumerable<string> path)
    {
        var read = new List<Digest>();
        foreach (var text in path)
            if (Digest.TryParse(text, out var digest))
                read.Add(digest);
            else
                return null;
        return [.. read];
    }
}
