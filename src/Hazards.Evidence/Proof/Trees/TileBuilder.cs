using System.Numerics;

namespace Hazards.Evidence.Proof;

/// <summary>A tile with its hashes.</summary>
public sealed record FilledTile(Tile Tile, ReadOnlyMemory<Digest> Hashes);

/// <summary>
/// Grows a tree leaf by leaf, keeping only its right edge: one unfinished tile a level. Costs two hashes a leaf, and
/// little memory however large the tree.
/// </summary>
public sealed class TileBuilder
{
    private readonly TreeHash _hash;
    private readonly List<List<Digest>> _edge = [];
    private readonly List<FilledTile> _finished = [];
    private long _taken;

    /// <summary>An empty tree.</summary>
    public TileBuilder(TreeHash hash) => _hash = hash ?? throw new ArgumentNullException(nameof(hash));

    /// <summary>How many leaves there are.</summary>
    public long Size { get; private set; }

    /// <summary>Goes on with a tree of a size: needs its unfinished tiles, which <see cref="Edge"/> names.</summary>
    /// <exception cref="ArgumentException">A tile is missing or has another width.</exception>
    public static TileBuilder Resume(TreeHash hash, long size, IEnumerable<FilledTile> edge)
    {
        var builder = new TileBuilder(hash) { Size = size, _taken = size };
        var given = (edge ?? throw new ArgumentNullException(nameof(edge))).ToDictionary(t => t.Tile, t => t.Hashes);
        for (var level = 0; size >> (level * Tile.Height) > 0; level++)
        {
            var unfinished = new List<Digest>(Tile.FullWidth);
            if (UnfinishedAt(level, size) is { } tile)
                unfinished.AddRange(given.TryGetValue(tile, out var hashes) && hashes.Length == tile.Width
                    ? hashes.Span
                    : throw new ArgumentException($"The tree of {size} leaves needs {tile.Path}.", nameof(edge)));
            builder._edge.Add(unfinished);
        }
        return builder;
    }

    /// <summary>The unfinished tiles of a tree of a size.</summary>
    public static IEnumerable<Tile> Edge(long size)
    {
        for (var level = 0; size >> (level * Tile.Height) > 0; level++)
            if (UnfinishedAt(level, size) is { } tile)
                yield return tile;
    }

    /// <summary>Adds a leaf by its hash.</summary>
    public void Add(Digest leaf)
    {
        Size++;
        var rising = leaf;
        for (var level = 0; ; level++)
        {
            if (level == _edge.Count)
                _edge.Add(new List<Digest>(Tile.FullWidth));
            var tile = _edge[level];
            tile.Add(rising);
            if (tile.Count < Tile.FullWidth)
                return;
            var index = (Size >> ((level + 1) * Tile.Height)) - 1;
            var full = new FilledTile(new Tile(level, index), tile.ToArray());
            _finished.Add(full);
            rising = full.Tile.HashOf(new Subtree((level + 1) * Tile.Height, index), full.Hashes.Span, _hash);
            tile.Clear();
        }
    }

    /// <summary>The root of all leaves added.</summary>
    public Digest Root()
    {
        Digest? root = null;
        foreach (var tile in _edge)
        {
            // The edge of a lower level lies to the right of that of a higher one; within a tile the small subtrees do.
            for (var left = tile.Count; left > 0;)
            {
                var width = 1 << BitOperations.TrailingZeroCount(left);
                left -= width;
                var part = Gather(tile, left, width);
                root = root is { } right ? _hash.Node(part, right) : part;
            }
        }
        return root ?? _hash.Empty;
    }

    /// <summary>The tiles that are new, or wider, since the last call: finished ones once, and the edge as it stands.</summary>
    public IReadOnlyList<FilledTile> TakeChanged()
    {
        var changed = new List<FilledTile>(_finished);
        _finished.Clear();
        foreach (var tile in Edge(Size))
            if (Size >> (tile.Level * Tile.Height) > _taken >> (tile.Level * Tile.Height))
                changed.Add(new FilledTile(tile, _edge[tile.Level].ToArray()));
        _taken = Size;
        return changed;
    }

    private static Tile? UnfinishedAt(int level, long size)
    {
        var count = size >> (level * Tile.Height);
        var width = (int)(count & (Tile.FullWidth - 1));
        return width == 0 ? null : new Tile(level, count >> Tile.Height, width);
    }

    private Digest Gather(List<Digest> tile, int start, int width) =>
        width == 1 ? tile[start] : _hash.Node(Gather(tile, start, width / 2), Gather(tile, start + width / 2, width / 2));
}
