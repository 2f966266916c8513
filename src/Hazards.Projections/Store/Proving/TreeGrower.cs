using System.Buffers;
using Hazards.Evidence.Proof;
using Hazards.Projections.Store.Reading;
using Npgsql;
using NpgsqlTypes;

namespace Hazards.Projections.Store;

/// <summary>
/// Grows a tree after the log: reads the events it does not cover yet, in order, and stores the tiles they change, a batch
/// a transaction. Appends do not wait for it. Any number of nodes may try; one at a time does it, and a crash loses
/// nothing but the batch, which the next one does again.
/// </summary>
public sealed class TreeGrower
{
    // Of about 1 KB each.
    private const int Batch = 8192;

    // pg_advisory_xact_lock: "tree" in ASCII, then the first letter of the hash's name.
    private const long Lock = 0x74_72_65_65_00;

    private const string HeadSql = "select t.size from log.trees t where t.hash = $1";

    private const string StoreSql = """
        insert into log.tiles as t (hash, level, index, hashes)
        select $1, w.level, w.index, w.hashes
        from unnest($2::smallint[], $3::bigint[], $4::bytea[]) w (level, index, hashes)
        on conflict (hash, level, index) do update set hashes = excluded.hashes
        """;

    private const string AdvanceSql = """
        insert into log.trees as t (hash, size, root) values ($1, $2, $3)
        on conflict (hash) do update set size = excluded.size, root = excluded.root
        """;

    private readonly NpgsqlDataSource _dataSource;
    private readonly TreeHash _hash;
    private readonly StoredEvents _events;
    private readonly CommitFeed? _feed;
    private TileBuilder? _tree;

    /// <summary>Grows the tree of a hash function in a database. One caller at a time.</summary>
    /// <param name="dataSource">The database.</param>
    /// <param name="hash">The hash function.</param>
    /// <param name="feed">What this process commits (<see cref="MartenEventLog.Feed"/>): not read back. Null: all is read.</param>
    public TreeGrower(NpgsqlDataSource dataSource, TreeHash hash, CommitFeed? feed = null)
    {
        _feed = feed;
        _dataSource = dataSource ?? throw new ArgumentNullException(nameof(dataSource));
        _hash = hash ?? throw new ArgumentNullException(nameof(hash));
        _events = new StoredEvents(dataSource, Batch);
    }

    /// <summary>Covers the next batch of events.</summary>
    /// <returns>How many were covered now; 0 when the tree is as long as the log, or another node is at it.</returns>
    public async Task<int> GrowAsync(CancellationToken cancellationToken = default) => (await GrowAsync(false, cancellationToken)).Added;

    private async Task<(int Added, long Size)> GrowAsync(bool wait, CancellationToken cancellationToken)
    {
        await using var connection = await _dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (!await AloneAsync(connection, wait, cancellationToken))
            return (0, await SizeAsync(connection, cancellationToken));
        var size = await SizeAsync(connection, cancellationToken);
        var (events, canonical) = await NextAsync(size, cancellationToken);
        if (events.Count == 0)
            return (0, size);
        // The edge is at hand unless another node, or another process, has been at it.
        var tree = _tree?.Size == size ? _tree : await ResumeAsync(connection, size, cancellationToken);
        _tree = null;
        Add(tree, events, canonical);
        await StoreAsync(connection, tree, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        _tree = tree;
        return (events.Count, tree.Size);
    }

    /// <summary>The events that follow: as they were committed here, or read.</summary>
    private async Task<(IReadOnlyList<RecordedEvent> Events, bool Canonical)> NextAsync(long size, CancellationToken cancellationToken)
    {
        if (_feed?.TakeAfter(size, Batch) is { Count: > 0 } fed)
            return (fed, true);
        return (await _events.ReadPageAsync(size, long.MaxValue, cancellationToken), false);
    }

    /// <summary>Covers all events there are, unless another node is at it.</summary>
    /// <returns>How many events are covered.</returns>
    public async Task<long> CatchUpAsync(CancellationToken cancellationToken = default)
    {
        while (true)
            if (await GrowAsync(false, cancellationToken) is (0, var size))
                return size;
    }

    /// <summary>Covers at least the events up to a position, or all when there are fewer; waits for another node that is at it.</summary>
    /// <returns>How many events are covered.</returns>
    public async Task<long> CoverAsync(long position, CancellationToken cancellationToken = default)
    {
        var covered = await SizeAsync(cancellationToken);
        while (covered < position)
        {
            (var added, covered) = await GrowAsync(true, cancellationToken);
            if (added == 0)
                break;
        }

        return covered;
    }

    /// <summary>
    /// Whether the log has events that are not covered. Numbers that a killed batch took are positions of nothing until the next append,
    /// however far the daemon's mark has passed them.
    /// </summary>
    public async Task<bool> IsBehindAsync(CancellationToken cancellationToken = default)
    {
        await using var connection = await _dataSource.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand("select exists (select from log.mt_events e where e.seq_id > $1)", connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = await SizeAsync(connection, cancellationToken) });
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    private async Task<bool> AloneAsync(NpgsqlConnection connection, bool wait, CancellationToken cancellationToken)
    {
        var key = Lock + _hash.Name[1];
        await using var alone = new NpgsqlCommand(
            wait ? $"select true from pg_advisory_xact_lock({key})" : $"select pg_try_advisory_xact_lock({key})", connection);
        return await alone.ExecuteScalarAsync(cancellationToken) is true;
    }

    private async Task<long> SizeAsync(CancellationToken cancellationToken)
    {
        await using var connection = await _dataSource.OpenConnectionAsync(cancellationToken);
        return await SizeAsync(connection, cancellationToken);
    }

    private async Task<long> SizeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(HeadSql, connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = _hash.Name });
        return await command.ExecuteScalarAsync(cancellationToken) as long? ?? 0;
    }

    private async Task<TileBuilder> ResumeAsync(NpgsqlConnection connection, long size, CancellationToken cancellationToken)
    {
        var edge = TileBuilder.Edge(size).ToArray();
        var stored = await TreeStore.TilesAsync(connection, _hash, edge, cancellationToken);
        return TileBuilder.Resume(_hash, size, edge
            .Where(t => stored.TryGetValue((t.Level, t.Index), out var hashes) && hashes.Length == t.Width)
            .Select(t => new FilledTile(t, stored[(t.Level, t.Index)])));
    }

    private void Add(TileBuilder tree, IReadOnlyList<RecordedEvent> events, bool canonical)
    {
        var envelope = new ArrayBufferWriter<byte>(4096);
        foreach (var recorded in events)
        {
            if (recorded.Position != tree.Size + 1)
                throw new InvalidOperationException(
                    $"The event at position {tree.Size + 1} is missing: the log has a gap before {recorded.Position}.");
            envelope.ResetWrittenCount();
            Envelope.Write(recorded, envelope, canonical);
            tree.Add(_hash.Leaf(envelope.WrittenSpan));
        }
    }

    private async Task StoreAsync(NpgsqlConnection connection, TileBuilder tree, CancellationToken cancellationToken)
    {
        var changed = tree.TakeChanged();
        await using var batch = new NpgsqlBatch(connection);
        var store = new NpgsqlBatchCommand(StoreSql);
        store.Parameters.Add(new NpgsqlParameter<string> { TypedValue = _hash.Name });
        store.Parameters.Add(new NpgsqlParameter<short[]> { TypedValue = [.. changed.Select(t => (short)t.Tile.Level)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Smallint });
        store.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. changed.Select(t => t.Tile.Index)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint });
        store.Parameters.Add(new NpgsqlParameter<byte[][]> { TypedValue = [.. changed.Select(t => TreeStore.Bytes(t.Hashes.Span))], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea });
        batch.BatchCommands.Add(store);
        var advance = new NpgsqlBatchCommand(AdvanceSql);
        advance.Parameters.Add(new NpgsqlParameter<string> { TypedValue = _hash.Name });
        advance.Parameters.Add(new NpgsqlParameter<long> { TypedValue = tree.Size });
        advance.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = tree.Root().ToArray() });
        batch.BatchCommands.Add(advance);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}
