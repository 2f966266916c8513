using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Data;
using System.Diagnostics;
using Hazards.Evidence.Proof;
using Npgsql;

namespace Hazards.Projections.Store.Auditing;

/// <summary>
/// 审计: recomputes every leaf from the tables, every tile from the leaves, and the root at the size of every checkpoint,
/// and says what does not hold. Only reads; goes as far as the log went when it began, so that appends do not disturb it.
/// </summary>
/// <remarks>
/// Ranges of 65,536 events are read side by side, each by one connection; what of a range matters for the whole tree is a
/// handful of hashes, put together in order. Memory: a few ranges, and 32 bytes for each 65,536 events.
/// <code>
///   log.mt_events   │ range 0 │ range 1 │ range 2 …      COPY, canonical JSON, leaf hashes
///   log.tiles       │ 256 tiles …                          compared leaf by leaf
///                        └──────┬──────┘
///                     the left edge of the tree → roots at the checkpoints' sizes → log.checkpoints, kept ones
/// </code>
/// </remarks>
public sealed class LogAudit
{
    private readonly NpgsqlDataSource dataSource;
    private readonly AuditQuestion question;
    private readonly IProgress<AuditProgress>? progress;
    private readonly StreamTally tally = new();
    private readonly AuditNotes notes;
    private StreamTypes? types;
    private Dictionary<string, (long Size, Digest Root)> heads = [];

    private LogAudit(NpgsqlDataSource dataSource, AuditQuestion question, IProgress<AuditProgress>? progress)
    {
        (this.dataSource, this.question, this.progress) = (dataSource, question, progress);
        notes = new AuditNotes(question);
    }

    /// <summary>Audits a log.</summary>
    /// <param name="connectionString">The database, or a replica; the right to read the schema <c>log</c> is enough.</param>
    /// <param name="question">What to compare with.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<AuditReport> RunAsync(
        string connectionString, AuditQuestion question, IProgress<AuditProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(question);
        // Long reads on connections of their own; the larger buffer saves the client a third of its calls. Nothing in it tells the
        // server that somebody audits: it is named, and reads, as whoever gave the connection string does.
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            CommandTimeout = 0, Pooling = true, MaxPoolSize = question.Readers + 4, ReadBufferSize = 64 * 1024, MaxAutoPrepare = 0,
        };
        await using var dataSource = NpgsqlDataSource.Create(settings.ConnectionString);
        return await new LogAudit(dataSource, question, progress).RunAsync(cancellationToken);
    }

    private async Task<AuditReport> RunAsync(CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        var head = await BeginAsync(cancellationToken);
        var first = (int)(Math.Clamp(question.After, 0, head.Position) / AuditRange.Size);
        var trees = question.Trees.Select(t => new AuditedEdge(t)).ToArray();
        if (first > 0)
            foreach (var tree in trees)
                await tree.ResumeAsync(new TreeStore(dataSource, tree.Hash), (long)first * AuditRange.Size, cancellationToken);
        foreach (var tree in trees)
            notes.Begin(tree.Hash.Name, head);
        await RangesAsync(first, head.Position, trees, cancellationToken);
        foreach (var tree in trees)
            await FinishAsync(tree, first, head, cancellationToken);
        if (first == 0 && !tally.IsEven)
            await notes.StreamsAsync(dataSource, cancellationToken);
        var findings = await notes.FindingsAsync(dataSource, cancellationToken);
        var covered = new List<AuditedTree>();
        foreach (var tree in trees)
            covered.Add(await DescribeAsync(tree, head, cancellationToken));
        var begin = (long)first * AuditRange.Size;
        return new AuditReport(
            head.Position, head.Position == 0 ? null : head.RecordedAt, begin + 1, notes.Events, [.. covered], findings,
            Stopwatch.GetElapsedTime(began));
    }

    /// <summary>One look at everything that goes on changing, so that head, trees and streams belong together.</summary>
    private async Task<LogHead> BeginAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var still = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var head = new LogHead(0, DateTimeOffset.MinValue);
        await using (var command = new NpgsqlCommand(
            """select e.seq_id, e."timestamp" from log.mt_events e order by e.seq_id desc limit 1""", connection))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
            if (await reader.ReadAsync(cancellationToken))
                head = new LogHead(reader.GetInt64(0), reader.GetFieldValue<DateTimeOffset>(1));
        heads = question.Trees.ToDictionary(t => t.Name, t => (0L, t.Empty));
        await using (var command = new NpgsqlCommand("select t.hash, t.size, t.root from log.trees t", connection))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
            while (await reader.ReadAsync(cancellationToken))
                if (heads.ContainsKey(reader.GetString(0)))
                    heads[reader.GetString(0)] = (reader.GetInt64(1),
                        reader.GetFieldValue<byte[]>(2) is { Length: Digest.Size } root ? new Digest(root) : default);
        await using (var command = new NpgsqlCommand(
            "select c.hash, c.size, c.signed_at from log.checkpoints c where c.size > $1 order by c.size", connection))
        {
            command.Parameters.AddWithValue(head.Position);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
                notes.CheckpointBeyond(reader.GetString(0), reader.GetInt64(1), head);
        }
        if (question.After < AuditRange.Size)
            (types, _) = await StreamTypes.ReadAsync(connection, tally, cancellationToken);
        return head;
    }

    private async Task RangesAsync(int first, long head, AuditedEdge[] trees, CancellationToken cancellationToken)
    {
        var ranges = (int)((head + AuditRange.Size - 1) / AuditRange.Size);
        var (done, next) = (0L, first - 1);
        var stored = heads.ToDictionary(h => h.Key, h => h.Value.Size);
        var kept = question.Kept.Concat(heads.Select(h => new KeptCheckpoint(AuditNotes.StoredHead, h.Key, h.Value.Size, h.Value.Root)))
            .ToLookup(k => k.Hash);
        void Advanced(long events) =>
            progress?.Report(new AuditProgress(Interlocked.Add(ref done, events), head - (long)first * AuditRange.Size));
        // So far ahead of the slowest may a reader be.
        using var ahead = new SemaphoreSlim(question.Readers * 2);
        var found = new ConcurrentDictionary<int, TaskCompletionSource<RangeFound>>();
        TaskCompletionSource<RangeFound> Of(int index) =>
            found.GetOrAdd(index, _ => new TaskCompletionSource<RangeFound>(TaskCreationOptions.RunContinuationsAsynchronously));
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        async Task ReadAsync()
        {
            await using var connection = await dataSource.OpenConnectionAsync(failed.Token);
            var range = new AuditRange(connection, question, types, tally, stored, kept, Advanced);
            while (true)
            {
                await ahead.WaitAsync(failed.Token);
                var index = Interlocked.Increment(ref next);
                if (index >= ranges)
                    return;
                Of(index).SetResult(await range.RunAsync(index, head, failed.Token));
            }
        }
        async Task GatherAsync()
        {
            for (var index = first; index < ranges; index++)
            {
                notes.Take(await Of(index).Task.WaitAsync(failed.Token), trees, tally);
                found.TryRemove(index, out _);
                ahead.Release();
            }
            ahead.Release(question.Readers);
        }
        async Task OrFailAsync(Func<Task> work)
        {
            try
            {
                await Task.Run(work, failed.Token);
            }
            catch
            {
                await failed.CancelAsync();
                throw;
            }
        }
        var all = Enumerable.Range(0, question.Readers).Select(_ => OrFailAsync(ReadAsync)).Append(OrFailAsync(GatherAsync)).ToArray();
        try
        {
            await Task.WhenAll(all);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // What failed first is the reason; the others were told to stop.
            throw all.Where(t => t.IsFaulted).Select(t => t.Exception!.InnerException!)
                .FirstOrDefault() ?? new InvalidOperationException("The audit was given up.");
        }
    }

    /// <summary>The stored tiles of the upper levels, against what the leaves give.</summary>
    private async Task FinishAsync(AuditedEdge tree, int first, LogHead head, CancellationToken cancellationToken)
    {
        var (size, _) = heads[tree.Hash.Name];
        if (size > head.Position)
            notes.Add(Findings.TreeBeyond(tree.Hash.Name, size, head.Position));
        if (first > 0)
            return;
        // A level's hashes from the one below, as far as the stored tree goes.
        var below = tree.TileRoots;
        for (var level = 1; below.Count > 0 && size >> (level * Tile.Height) > 0; level++)
        {
            var complete = (int)Math.Min(below.Count, size >> (level * Tile.Height));
            var above = new List<Digest>();
            for (var index = 0; index * Tile.FullWidth < complete; index++)
            {
                var width = Math.Min(Tile.FullWidth, complete - index * Tile.FullWidth);
                var own = below.GetRange(index * Tile.FullWidth, width).ToArray();
                var found = await new TreeStore(dataSource, tree.Hash).TileAsync(new Tile(level, index, width), cancellationToken);
                if (found is not { } tile || !tile.Span.SequenceEqual(own))
                    notes.Add(Findings.UpperTiles(level, index, tree.Hash.Name));
                if (width == Tile.FullWidth)
                    above.Add(new Tile(0, 0).HashOf(new Subtree(Tile.Height, 0), own, tree.Hash));
            }
            below = above;
        }
    }

    private async Task<AuditedTree> DescribeAsync(AuditedEdge tree, LogHead head, CancellationToken cancellationToken)
    {
        var (count, last, signedAt) = notes.CheckpointsOf(tree.Hash.Name);
        DateTimeOffset? since = null;
        if (last < head.Position)
        {
            await using var command = dataSource.CreateCommand(
                """select e."timestamp" from log.mt_events e where e.seq_id > $1 order by e.seq_id limit 1""");
            command.Parameters.AddWithValue(last);
            since = await command.ExecuteScalarAsync(cancellationToken) is DateTime at ? new DateTimeOffset(at) : null;
        }
        return new AuditedTree(
            tree.Hash.Name, tree.Events.Root([]), heads[tree.Hash.Name].Size, count, last, signedAt, head.Position - last, since);
    }
}

/// <summary>The left edge of a tree as the ranges come in: as the events give it, and as the stored leaves do.</summary>
internal sealed class AuditedEdge(TreeHash hash)
{
    public TreeHash Hash => hash;

    public Edge Events { get; } = new(hash);

    public Edge Tiles { get; } = new(hash);

    /// <summary>
    /// The roots of all complete tiles of leaves as they are stored. 32 bytes for 256 events: an eighth of a byte an event.
    /// </summary>
    public List<Digest> TileRoots { get; } = [];

    /// <summary>Begins in the middle, at the end of a complete range: from the stored tree.</summary>
    public async Task ResumeAsync(TreeStore store, long size, CancellationToken cancellationToken)
    {
        foreach (var subtree in Subtree.Covering(0, size))
        {
            var tile = Tile.Holding(subtree, size);
            var hashes = await store.TileAsync(tile, cancellationToken)
                ?? throw new InvalidDataException($"The stored {hash} tree lacks {tile.Path}: audit the whole log.");
            var root = tile.HashOf(subtree, hashes.Span, hash);
            Events.Push(subtree.Level, root);
            Tiles.Push(subtree.Level, root);
        }
    }

    public void Take(TreePart part)
    {
        foreach (var (level, root) in part.Events)
            Events.Push(level, root);
        foreach (var (level, root) in part.Tiles)
            Tiles.Push(level, root);
        TileRoots.AddRange(part.TileRoots);
    }
}
