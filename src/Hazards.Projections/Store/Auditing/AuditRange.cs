using System.Text.Json;
using Hazards.Evidence.Proof;
using Npgsql;
using NpgsqlTypes;

namespace Hazards.Projections.Store.Auditing;

/// <summary>A checkpoint to compare with, wherever it was kept.</summary>
/// <param name="Size">How many events it covers.</param>
/// <param name="Root">The root it says.</param>
/// <param name="Where">Where it was kept; null for those in the database.</param>
/// <param name="SignedAt">When it was signed.</param>
/// <param name="Wrong">What is wrong with it itself; null when nothing is.</param>
internal readonly record struct Said(long Size, Digest Root, string? Where, DateTimeOffset? SignedAt, string? Wrong);

/// <summary>The subtrees of a range that come before a checkpoint's size: of the events, and of the stored leaves.</summary>
internal sealed record Within(Said Said, IReadOnlyList<(int Level, Digest Root)> Events, IReadOnlyList<(int Level, Digest Root)> Tiles);

/// <summary>What one tree looks like in a range.</summary>
internal sealed record TreePart(
    IReadOnlyList<(int Level, Digest Root)> Events, IReadOnlyList<(int Level, Digest Root)> Tiles, Digest[] TileRoots,
    List<Within> Checkpoints, List<long> Differing, List<long> Untiled);

/// <summary>What was found in a range.</summary>
internal sealed record RangeFound(
    int Index, TreePart[] Trees, ulong Tally, long Events, DateTime FirstTime, DateTime LastTime, List<long> Missing, List<long> Unreadable,
    List<long> Uncoded, List<long> Miscoded, List<long> Backwards);

/// <summary>Recomputes ranges of 65,536 events, each a whole tile of the first level. One reader's; reused from range to range.</summary>
internal sealed class AuditRange(
    NpgsqlConnection connection, AuditQuestion question, StreamTypes? types, StreamTally tally, IReadOnlyDictionary<string, long> stored,
    ILookup<string, KeptCheckpoint> kept, Action<long> advanced)
{
    public const int Size = Tile.FullWidth * Tile.FullWidth;

    private const int Step = 4096;

    private const string TilesSql =
        "select t.index, t.hashes from log.tiles t where t.hash = $1 and t.level = 0 and t.index between $2 and $3";

    private const string CheckpointsSql = """
        select c.size, c.root, c.note, c.signed_at from log.checkpoints c
        where c.hash = $1 and c.size > $2 and c.size <= $3 order by c.size
        """;

    private readonly EventScan scan = new(connection, types);
    private readonly EventWriter writer = new();
    private readonly Digest[][] leaves = [.. question.Trees.Select(_ => new Digest[Size])];
    private readonly bool[] present = new bool[Size];
    private readonly DateTime[] times = new DateTime[Size];

    /// <summary>Recomputes the events of a range up to the head.</summary>
    public async Task<RangeFound> RunAsync(int index, long head, CancellationToken cancellationToken)
    {
        var before = (long)index * Size;
        var count = (int)Math.Min(Size, head - before);
        Array.Clear(present);
        var (sum, read) = (0UL, 0);
        List<long> unreadable = [], uncoded = [], miscoded = [];
        await scan.ReadAsync(before + 1, before + count, (in EventBytes e) =>
        {
            sum += tally.OfEvent(e.Stream, e.Version);
            Take(e, (int)(e.Position - before - 1), unreadable, uncoded, miscoded);
            if (++read % Step == 0)
                advanced(Step);
        }, cancellationToken);
        advanced(read % Step);
        List<long> missing = [], backwards = [];
        var (first, last) = (default(DateTime), default(DateTime));
        for (var i = 0; i < count; i++)
        {
            if (!present[i])
            {
                missing.Add(before + i + 1);
                foreach (var tree in leaves)
                    tree[i] = default;
                continue;
            }
            if (first == default)
                first = times[i];
            else if (times[i] <= last)
                backwards.Add(before + i + 1);
            last = times[i];
        }
        var trees = new TreePart[question.Trees.Length];
        for (var t = 0; t < trees.Length; t++)
            trees[t] = await TreeAsync(question.Trees[t], leaves[t], before, count, cancellationToken);
        return new RangeFound(index, trees, sum, read, first, last, missing, unreadable, uncoded, miscoded, backwards);
    }

    private void Take(in EventBytes e, int at, List<long> unreadable, List<long> uncoded, List<long> miscoded)
    {
        present[at] = true;
        times[at] = e.RecordedAt;
        try
        {
            var envelope = writer.Envelope(e);
            for (var t = 0; t < leaves.Length; t++)
                leaves[t][at] = question.Trees[t].Leaf(envelope);
        }
        catch (JsonException)
        {
            unreadable.Add(e.Position);
            foreach (var tree in leaves)
                tree[at] = default;
            return;
        }
        if (question.AppendKey is not { } key)
            return;
        if (e.Code.IsEmpty && e.Position > question.AppendKeySince)
            uncoded.Add(e.Position);
        else if (!e.Code.IsEmpty && !writer.IsCoded(e, key.Span))
            miscoded.Add(e.Position);
    }

    private async Task<TreePart> TreeAsync(TreeHash hash, Digest[] own, long before, int count, CancellationToken cancellationToken)
    {
        List<long> differing = [], untiled = [];
        var tiles = await LeavesAsync(hash, own, before, count, differing, untiled, cancellationToken);
        var sizes = await CheckpointsAsync(hash, before, before + count, cancellationToken);
        var events = Parts(hash, own, before, count, sizes);
        var asStored = tiles is null ? events : Parts(hash, tiles, before, count, sizes);
        return new TreePart(
            events.All, asStored.All, asStored.Roots, [.. sizes.Select((s, i) => new Within(s, events.At[i], asStored.At[i]))], differing,
            untiled);
    }

    /// <summary>The stored leaves where they are there, else those of the events; null when they are the same.</summary>
    private async Task<Digest[]?> LeavesAsync(
        TreeHash hash, Digest[] own, long before, int count, List<long> differing, List<long> untiled, CancellationToken cancellationToken)
    {
        var until = (int)Math.Clamp(stored[hash.Name] - before, 0, count);
        var found = new bool[until];
        Digest[]? tiles = null;
        await using var command = new NpgsqlCommand(TilesSql, connection) { CommandTimeout = 0 };
        command.Parameters.AddWithValue(hash.Name);
        command.Parameters.AddWithValue(NpgsqlDbType.Bigint, before / Tile.FullWidth);
        command.Parameters.AddWithValue(NpgsqlDbType.Bigint, (before + count - 1) / Tile.FullWidth);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var first = (int)(reader.GetInt64(0) * Tile.FullWidth - before);
            var hashes = reader.GetFieldValue<byte[]>(1);
            for (var i = 0; i < hashes.Length / Digest.Size && first + i < until; i++)
            {
                found[first + i] = true;
                var leaf = new Digest(hashes.AsSpan(i * Digest.Size, Digest.Size));
                if (leaf == own[first + i] && present[first + i])
                    continue;
                tiles ??= [.. own];
                tiles[first + i] = leaf;
                if (present[first + i])
                    differing.Add(before + first + i + 1);
            }
        }
        differing.Sort();
        for (var i = 0; i < until; i++)
            if (!found[i])
                untiled.Add(before + i + 1);
        return tiles;
    }

    private async Task<List<Said>> CheckpointsAsync(TreeHash hash, long after, long upTo, CancellationToken cancellationToken)
    {
        var sizes = kept[hash.Name].Where(k => k.Size > after && k.Size <= upTo).Select(k => new Said(k.Size, k.Root, k.Where, null, null))
            .ToList();
        await using var command = new NpgsqlCommand(CheckpointsSql, connection) { CommandTimeout = 0 };
        command.Parameters.AddWithValue(hash.Name);
        command.Parameters.AddWithValue(NpgsqlDbType.Bigint, after);
        command.Parameters.AddWithValue(NpgsqlDbType.Bigint, upTo);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            sizes.Add(Judge(hash, reader.GetInt64(0), reader.GetFieldValue<byte[]>(1), reader.GetString(2), reader.GetFieldValue<DateTimeOffset>(3)));
        sizes.Sort((one, other) => one.Size.CompareTo(other.Size));
        return sizes;
    }

    private Said Judge(TreeHash hash, long size, byte[] root, string text, DateTimeOffset signedAt)
    {
        if (root.Length != Digest.Size || !SignedNote.TryParse(text, out var note) || !Checkpoint.TryParse(note.Text, out var checkpoint))
            return new Said(size, default, null, signedAt, "malformed");
        var said = new Said(size, checkpoint.Root, null, signedAt, null);
        if (checkpoint.Size != size || checkpoint.Root != new Digest(root))
            return said with { Wrong = "row" };
        var keys = question.Keys.Where(k => k.Hash == hash.Name).Select(k => k.Verifier).ToArray();
        if (keys.Length == 0)
            return said;
        if (keys.All(k => k.Name != checkpoint.Origin))
            return said with { Wrong = "origin" };
        if (keys.Any(note.IsForged))
            return said with { Wrong = "forged" };
        return keys.Any(k => note.VerifiedBy(k) is not null) ? said : said with { Wrong = "key" };
    }

    /// <summary>The subtrees of the range: all of them, and those before each size; the sizes are in order.</summary>
    private static (IReadOnlyList<(int, Digest)> All, List<IReadOnlyList<(int, Digest)>> At, Digest[] Roots) Parts(
        TreeHash hash, Digest[] leaves, long before, int count, List<Said> sizes)
    {
        var edge = new Edge(hash);
        var roots = new Digest[count / Tile.FullWidth];
        var at = new List<IReadOnlyList<(int, Digest)>>(sizes.Count);
        var next = 0;
        for (var start = 0; start < count; start += Tile.FullWidth)
        {
            var width = Math.Min(Tile.FullWidth, count - start);
            var inner = new Edge(hash);
            var pushed = 0;
            // Only where somebody asks for a size inside of it is a tile taken leaf by leaf.
            for (; next < sizes.Count && sizes[next].Size - before < start + width; next++)
            {
                for (; pushed < sizes[next].Size - before - start; pushed++)
                    inner.Push(0, leaves[start + pushed]);
                at.Add([.. edge.Subtrees, .. inner.Subtrees]);
            }
            if (width == Tile.FullWidth)
            {
                roots[start / Tile.FullWidth] = new Tile(0, 0).HashOf(new Subtree(Tile.Height, 0), leaves.AsSpan(start, width), hash);
                edge.Push(Tile.Height, roots[start / Tile.FullWidth]);
            }
            else
            {
                for (; pushed < width; pushed++)
                    inner.Push(0, leaves[start + pushed]);
                foreach (var (level, root) in inner.Subtrees)
                    edge.Push(level, root);
            }
        }
        for (; next < sizes.Count; next++)
            at.Add(edge.Subtrees);
        return (edge.Subtrees, at, roots);
    }
}
