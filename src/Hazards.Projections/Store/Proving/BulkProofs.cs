using System.Collections.Immutable;
using Hazards.Evidence.Proof;

namespace Hazards.Projections.Store;

/// <summary>
/// Inclusion proofs of many events in one tree. Tiles are read together and kept, with all hashes of their subtrees, so
/// that each is read and hashed once for many proofs; memory is bounded.
/// </summary>
/// <param name="store">The stored tree.</param>
/// <param name="size">How many events the proofs are to lead to; the tree covers them.</param>
public sealed class BulkProofs(TreeStore store, long size)
{
    // Of 16 KB each.
    private const int MostTiles = 4096;

    private readonly Dictionary<(int Level, long Index), KnownTile> known = [];

    /// <summary>Proofs that the events at these positions are among the first <c>size</c>, in the order asked for.</summary>
    public async Task<IReadOnlyList<ImmutableArray<Digest>>> InclusionAsync(
        IReadOnlyList<long> positions, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(positions);
        await ReadAsync(positions, cancellationToken);
        var proofs = new List<ImmutableArray<Digest>>(positions.Count);
        foreach (var position in positions)
            proofs.Add(await TreeProofs.InclusionAsync(store.Hash, position - 1, size, LookUp, cancellationToken));
        return proofs;
    }

    /// <summary>Reads the tiles that all these proofs need and that are not known yet, in one query.</summary>
    private async Task ReadAsync(IReadOnlyList<long> positions, CancellationToken cancellationToken)
    {
        var needed = new HashSet<Tile>();
        foreach (var position in positions)
            await TreeProofs.InclusionAsync(store.Hash, position - 1, size, (subtrees, _) =>
            {
                foreach (var subtree in subtrees)
                    needed.Add(Tile.Holding(subtree, size));
                return new ValueTask<IReadOnlyList<Digest>>(new Digest[subtrees.Count]);
            }, cancellationToken);
        // The tiles of the leaves go when there are too many: each serves few proofs.
        if (known.Count + needed.Count > MostTiles)
            foreach (var leaves in known.Keys.Where(k => k.Level == 0).ToArray())
                known.Remove(leaves);
        needed.RemoveWhere(t => known.ContainsKey((t.Level, t.Index)));
        if (needed.Count == 0)
            return;
        foreach (var ((level, index), hashes) in await store.TilesAsync(needed, cancellationToken))
            known[(level, index)] = new KnownTile(hashes, store.Hash);
    }

    private ValueTask<IReadOnlyList<Digest>> LookUp(IReadOnlyList<Subtree> subtrees, CancellationToken cancellationToken)
    {
        var found = new Digest[subtrees.Count];
        for (var i = 0; i < found.Length; i++)
        {
            var tile = Tile.Holding(subtrees[i], size);
            found[i] = known.TryGetValue((tile.Level, tile.Index), out var hashes) && hashes.Width >= tile.Width
                ? hashes.HashOf(tile, subtrees[i])
                : throw new InvalidDataException($"The {store.Hash} tree does not hold {tile.Path}.");
        }

        return new ValueTask<IReadOnlyList<Digest>>(found);
    }

    /// <summary>A tile with the hashes of all complete subtrees in it: row n holds those of 2^n of its hashes.</summary>
    private sealed class KnownTile
    {
        private readonly List<Digest[]> rows;

        public KnownTile(Digest[] hashes, TreeHash hash)
        {
            rows = [hashes];
            while (rows[^1].Length > 1)
            {
                var below = rows[^1];
                var row = new Digest[below.Length / 2];
                for (var i = 0; i < row.Length; i++)
                    row[i] = hash.Node(below[2 * i], below[2 * i + 1]);
                rows.Add(row);
            }
        }

        public int Width => rows[0].Length;

        public Digest HashOf(Tile tile, Subtree subtree)
        {
            var within = subtree.Level - tile.Level * Tile.Height;
            return rows[within][(int)(subtree.Index - (tile.Index << Tile.Height >> within))];
        }
    }
}
