using System.Collections.Immutable;
using System.Numerics;

namespace Hazards.Evidence.Proof;

/// <summary>
/// Makes inclusion and consistency proofs (RFC 9162, sections 2.1.3.1 and 2.1.4.1) from stored subtrees: first the ranges
/// of leaves whose hashes the proof lists, as pure arithmetic; then one look-up of all subtrees that cover them.
/// <code>
///                 7 leaves, proof that leaf 2 is among them:  [3]  [0,2)  [4,7)
///            root
///          /      \
///       [0,4)     [4,7)            [4,7) is not complete: it is made of [4,6) and [6].
///       /   \     /   \
///    [0,2) [2,4) [4,6) 6
///          /  \
///         2    3
/// </code>
/// </summary>
public static class TreeProofs
{
    /// <summary>The root of the first <paramref name="size"/> leaves.</summary>
    public static async ValueTask<Digest> RootAsync(
        TreeHash hash, long size, SubtreeReader reader, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(hash);
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        return size == 0 ? hash.Empty : (await HashesAsync(hash, [(0, size)], reader, cancellationToken))[0];
    }

    /// <summary>Proof that leaf <paramref name="index"/> is in the tree of <paramref name="size"/> leaves.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The tree has no such leaf.</exception>
    public static ValueTask<ImmutableArray<Digest>> InclusionAsync(
        TreeHash hash, long index, long size, SubtreeReader reader, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);
        return HashesAsync(hash, Inclusion(index, 0, size), reader, cancellationToken);
    }

    /// <summary>Proof that the tree of <paramref name="size"/> leaves begins with the tree of <paramref name="earlier"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The earlier tree is empty or larger.</exception>
    public static ValueTask<ImmutableArray<Digest>> ConsistencyAsync(
        TreeHash hash, long earlier, long size, SubtreeReader reader, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(earlier);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(earlier, size);
        return HashesAsync(hash, Consistency(earlier, 0, size, known: true), reader, cancellationToken);
    }

    // PATH(m, D[n]): the sibling at every turn, the lowest first.
    private static List<(long Start, long End)> Inclusion(long index, long start, long end)
    {
        var path = new List<(long, long)>();
        while (end - start > 1)
        {
            var middle = start + Split(end - start);
            path.Add(index < middle ? (middle, end) : (start, middle));
            (start, end) = index < middle ? (start, middle) : (middle, end);
        }
        path.Reverse();
        return path;
    }

    // SUBPROOF(m, D[n], b): where the earlier tree ends inside, its own part must be shown, unless it is the whole.
    private static List<(long Start, long End)> Consistency(long earlier, long start, long end, bool known)
    {
        if (earlier == end)
            return known ? [] : [(start, end)];
        var middle = start + Split(end - start);
        List<(long, long)> path;
        if (earlier <= middle)
        {
            path = Consistency(earlier, start, middle, known);
            path.Add((middle, end));
        }
        else
        {
            path = Consistency(earlier, middle, end, known: false);
            path.Add((start, middle));
        }
        return path;
    }

    private static async ValueTask<ImmutableArray<Digest>> HashesAsync(
        TreeHash hash, List<(long Start, long End)> ranges, SubtreeReader reader, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var covers = ranges.ConvertAll(r => Subtree.Covering(r.Start, r.End).ToArray());
        var found = ranges.Count == 0 ? [] : await reader([.. covers.SelectMany(c => c)], cancellationToken);
        var hashes = ImmutableArray.CreateBuilder<Digest>(ranges.Count);
        var at = 0;
        foreach (var cover in covers)
        {
            // Right to left: the smaller subtrees on the right are gathered under the larger ones.
            var gathered = found[at + cover.Length - 1];
            for (var i = at + cover.Length - 2; i >= at; i--)
                gathered = hash.Node(found[i], gathered);
            hashes.Add(gathered);
            at += cover.Length;
        }
        return hashes.MoveToImmutable();
    }

    /// <summary>The largest power of two smaller than a number of leaves.</summary>
    internal static long Split(long count) => 1L << BitOperations.Log2((ulong)(count - 1));
}
