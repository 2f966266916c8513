using System.Numerics;

namespace Hazards.Evidence.Proof;

/// <summary>
/// A complete subtree: 2^Level leaves that begin at Index × 2^Level. Its hash never changes once its leaves are there, so
/// it is what gets stored; every other hash of a tree is made from these.
/// </summary>
/// <param name="Level">0 for a leaf.</param>
/// <param name="Index">Its number among the subtrees of its level, from 0.</param>
public readonly record struct Subtree(int Level, long Index)
{
    /// <summary>Its first leaf.</summary>
    public long Start => Index << Level;

    /// <summary>The leaf after its last.</summary>
    public long End => (Index + 1) << Level;

    /// <summary>
    /// The complete subtrees that make up the leaves from <paramref name="start"/> to before <paramref name="end"/>, left
    /// to right: the largest first. <paramref name="start"/> must be a multiple of the largest, as it is for every range
    /// that a tree or a proof asks for.
    /// </summary>
    public static IEnumerable<Subtree> Covering(long start, long end)
    {
        while (start < end)
        {
            var level = BitOperations.Log2((ulong)(end - start));
            if ((start & ((1L << level) - 1)) != 0)
                throw new ArgumentException($"Leaf {start} does not begin a subtree of 2^{level} leaves.", nameof(start));
            yield return new Subtree(level, start >> level);
            start += 1L << level;
        }
    }
}

/// <summary>Looks up hashes of complete subtrees, in the order asked for.</summary>
public delegate ValueTask<IReadOnlyList<Digest>> SubtreeReader(IReadOnlyList<Subtree> subtrees, CancellationToken cancellationToken);
