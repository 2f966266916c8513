using Hazards.Evidence.Proof;

namespace Hazards.Projections.Store.Auditing;

/// <summary>The left part of a tree as the roots of its complete subtrees, the largest first (a compact range).</summary>
internal sealed class Edge(TreeHash hash)
{
    private readonly List<(int Level, Digest Root)> subtrees = [];

    /// <summary>Adds the subtree to the right, which is no larger than the last.</summary>
    public void Push(int level, Digest root)
    {
        while (subtrees.Count > 0 && subtrees[^1].Level == level)
        {
            root = hash.Node(subtrees[^1].Root, root);
            subtrees.RemoveAt(subtrees.Count - 1);
            level++;
        }
        subtrees.Add((level, root));
    }

    /// <summary>The root of all there is, and of what follows to the right.</summary>
    public Digest Root(IReadOnlyList<(int Level, Digest Root)> further)
    {
        Digest? root = null;
        foreach (var part in further.Reverse().Concat(subtrees.AsEnumerable().Reverse()))
            root = root is { } right ? hash.Node(part.Root, right) : part.Root;
        return root ?? hash.Empty;
    }

    /// <summary>The subtrees there are.</summary>
    public IReadOnlyList<(int Level, Digest Root)> Subtrees => [.. subtrees];
}
