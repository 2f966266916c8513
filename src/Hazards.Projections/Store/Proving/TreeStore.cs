using Hazards.Evidence.Proof;
using Npgsql;
using NpgsqlTypes;

namespace Hazards.Projections.Store;

/// <summary>How many events a tree covers, and its root over them.</summary>
public readonly record struct TreeHead(long Size, Digest Root);

/// <summary>The stored tree of one hash function: its head, its tiles, and the proofs made from them.</summary>
public sealed class TreeStore(NpgsqlDataSource dataSource, TreeHash hash)
{
    private const string HeadSql = "select t.size, t.root from log.trees t where t.hash = $1";

    // By primary key; a proof in a tree of n leaves asks for at most a few tiles of each of log256 n levels.
    private const string TilesSql = """
        select t.level, t.index, t.hashes
        from unnest($2::smallint[], $3::bigint[]) w (level, index)
        join log.tiles t on t.hash = $1 and t.level = w.level and t.index = w.index
        """;

    /// <summary>The hash function.</summary>
    public TreeHash Hash => hash;

    /// <summary>The tree as it stands.</summary>
    public async Task<TreeHead> HeadAsync(CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand(HeadSql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = hash.Name });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new TreeHead(reader.GetInt64(0), new Digest(reader.GetFieldValue<byte[]>(1)))
            : new TreeHead(0, hash.Empty);
    }

    /// <summary>The root over the first <paramref name="size"/> events, which the tree must cover.</summary>
    public ValueTask<Digest> RootAsync(long size, CancellationToken cancellationToken = default) =>
        TreeProofs.RootAsync(hash, size, ReaderFor(size), cancellationToken);

    /// <summary>Proof that the event at a position is among the first <paramref name="size"/>.</summary>
    public ValueTask<System.Collections.Immutable.ImmutableArray<Digest>> InclusionAsync(long position, long size, CancellationToken cancellationToken = default) =>
        TreeProofs.InclusionAsync(hash, position - 1, size, ReaderFor(size), cancellationToken);

    /// <summary>Proof that the tree of a size begins with an earlier one.</summary>
    public ValueTask<System.Collections.Immutable.ImmutableArray<Digest>> ConsistencyAsync(long earlier, long size, CancellationToken cancellationToken = default) =>
        TreeProofs.ConsistencyAsync(hash, earlier, size, ReaderFor(size), cancellationToken);

    /// <summary>A tile's hashes, or fewer where it has not grown so wide yet; null when it does not exist.</summary>
    public async Task<ReadOnlyMemory<Digest>?> TileAsync(Tile tile, CancellationToken cancellationToken = default)
    {
        var found = await TilesAsync([tile], cancellationToken);
        return found.TryGetValue((tile.Level, tile.Index), out var hashes) ? hashes.AsMemory(0, Math.Min(tile.Width, hashes.Length)) : null;
    }

    private SubtreeReader ReaderFor(long size) => async (subtrees, stop) =>
    {
        var tiles = subtrees.Select(s => Tile.Holding(s, size)).Distinct().ToArray();
        var found = await TilesAsync(tiles, stop);
        return [.. subtrees.Select(s => HashOf(s, Tile.Holding(s, size), found))];
    };

    private Digest HashOf(Subtree subtree, Tile tile, Dictionary<(int Level, long Index), Digest[]> found) =>
        found.TryGetValue((tile.Level, tile.Index), out var hashes) && hashes.Length >= tile.Width
            ? tile.HashOf(subtree, hashes, hash)
            : throw new InvalidOperationException($"The {hash} tree does not hold {tile.Path}.");

    internal async Task<Dictionary<(int Level, long Index), Digest[]>> TilesAsync(
        IReadOnlyCollection<Tile> tiles, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await TilesAsync(connection, hash, tiles, cancellationToken);
    }

    internal static async Task<Dictionary<(int Level, long Index), Digest[]>> TilesAsync(
        NpgsqlConnection connection, TreeHash hash, IReadOnlyCollection<Tile> tiles, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(TilesSql, connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = hash.Name });
        command.Parameters.Add(new NpgsqlParameter<short[]> { TypedValue = [.. tiles.Select(t => (short)t.Level)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Smallint });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. tiles.Select(t => t.Index)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new Dictionary<(int, long), Digest[]>();
        while (await reader.ReadAsync(cancellationToken))
            found[(reader.GetInt16(0), reader.GetInt64(1))] = Hashes(reader.GetFieldValue<byte[]>(2));
        return found;
    }

    internal static byte[] Bytes(ReadOnlySpan<Digest> hashes)
    {
        var bytes = new byte[hashes.Length * Digest.Size];
        for (var i = 0; i < hashes.Length; i++)
            hashes[i].CopyTo(bytes.AsSpan(i * Digest.Size));
        return bytes;
    }

    private static Digest[] Hashes(ReadOnlySpan<byte> bytes)
    {
        var hashes = new Digest[bytes.Length / Digest.Size];
        for (var i = 0; i < hashes.Length; i++)
            hashes[i] = new Digest(bytes.Slice(i * Digest.Size, Digest.Size));
        return hashes;
    }
}
