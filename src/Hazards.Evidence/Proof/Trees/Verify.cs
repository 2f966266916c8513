using System.Numerics;

namespace Hazards.Evidence.Proof;

/// <summary>Checks proofs (RFC 9162, sections 2.1.3.2 and 2.1.4.2). Needs nothing but what it is given.</summary>
public static class Verify
{
    /// <summary>Whether the proof shows that a leaf with this hash is at the index in the tree with this root.</summary>
    public static bool Inclusion(TreeHash hash, long index, long size, Digest leaf, IReadOnlyList<Digest> proof, Digest root)
    {
        ArgumentNullException.ThrowIfNull(hash);
        ArgumentNullException.ThrowIfNull(proof);
        if (index < 0 || index >= size)
            return false;
        var (position, last) = (index, size - 1);
        var result = leaf;
        foreach (var sibling in proof)
        {
            if (last == 0)
                return false;
            if ((position & 1) == 1 || position == last)
            {
                result = hash.Node(sibling, result);
                while ((position & 1) == 0 && position != 0)
                    (position, last) = (position >> 1, last >> 1);
            }
            else
            {
                result = hash.Node(result, sibling);
            }
            (position, last) = (position >> 1, last >> 1);
        }
        return last == 0 && result == root;
    }

    /// <summary>
    /// Whether the proof shows that the tree of <paramref name="size"/> leaves begins with that of <paramref name="earlier"/>.
    /// </summary>
    public static bool Consistency(TreeHash hash, long earlier, long size, IReadOnlyList<Digest> proof, Digest earlierRoot, Digest root)
    {
        ArgumentNullException.ThrowIfNull(hash);
        ArgumentNullException.ThrowIfNull(proof);
        if (earlier < 0 || size < earlier)
            return false;
        if (earlier == size)
            return proof.Count == 0 && earlierRoot == root;
        // Every tree begins with the empty one: there is nothing to prove, and a proof that claims to is refused.
        if (earlier == 0 || proof.Count == 0)
            return false;

        // When the earlier tree is a complete subtree its root begins the path and the proof need not repeat it.
        var repeats = BitOperations.IsPow2(earlier) ? 0 : 1;
        var (position, last) = (earlier - 1, size - 1);
        while ((position & 1) == 1)
            (position, last) = (position >> 1, last >> 1);
        var first = repeats == 0 ? earlierRoot : proof[0];
        var (old, now) = (first, first);
        for (var i = repeats; i < proof.Count; i++)
        {
            if (last == 0)
                return false;
            if ((position & 1) == 1 || position == last)
            {
                old = hash.Node(proof[i], old);
                now = hash.Node(proof[i], now);
                while ((position & 1) == 0 && position != 0)
                    (position, last) = (position >> 1, last >> 1);
            }
            else
            {
                now = hash.Node(now, proof[i]);
            }
            (position, last) = (position >> 1, last >> 1);
        }
        return last == 0 && old == earlierRoot && now == root;
    }
}
