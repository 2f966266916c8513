using System.Diagnostics;
using System.Runtime.CompilerServices;
using Hazards.Projections.Store.Appending;
using Hazards.Projections.Store.Reading;
using JasperFx.Events;
using Marten;
using Npgsql;

namespace Hazards.Projections.Store;

/// <summary>
/// The log: Marten's events, with group commit and positions without gaps in commit order.
/// One instance a process; several processes may append to one database. Run <see cref="LogMigrations"/> first.
/// </summary>
public sealed class MartenEventLog : IEventLog, IAsyncDisposable
{
    private readonly IDocumentStore store;
    private readonly bool ownsStore;
    private readonly NpgsqlDataSource questions;
    private readonly EventLogOptions options;
    private readonly StoredEvents reader;
    private readonly HeadWatch head;
    private readonly AppendQueue queue;
    private readonly AppendWriter writer;
    private readonly EventLogTelemetry telemetry;
    private string? closed;
    private volatile IReadOnlyList<CommitFeed> feeds = [];
    private int disposed;

    private MartenEventLog(
        IDocumentStore store, bool ownsStore, NpgsqlDataSource dataSource, EventLogOptions options, NpgsqlDataSource? questions = null)
    {
        this.store = store;
        this.ownsStore = ownsStore;
        this.questions = questions ?? dataSource;
        this.options = options;
        reader = new StoredEvents(dataSource, options.ReadPageSize);
        head = new HeadWatch(dataSource, options);
        queue = new AppendQueue(options.QueueCapacity);
        telemetry = new EventLogTelemetry(() => head.Position, () => queue.Count);
        writer = new AppendWriter(
            store, dataSource, options, queue, telemetry, h => head.Advance(h.Position, h.RecordedAt.UtcDateTime), () => feeds,
            head.IsWrittenBy);
    }

    /// <summary>The log of a store that the host has made. Connects only when first used.</summary>
    /// <param name="store">Marten, configured by <see cref="HazardsStore"/>.</param>
    /// <param name="dataSource">Its database. One connection is kept for writing and, with a subscription, one for listening.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="questions">A pool for single questions, where there is one of its own.</param>
    public static MartenEventLog On(
        IDocumentStore store, NpgsqlDataSource dataSource, EventLogOptions? options = null, NpgsqlDataSource? questions = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(dataSource);
        return new MartenEventLog(store, ownsStore: false, dataSource, options ?? new EventLogOptions(), questions);
    }

    /// <summary>Opens the log with a store of its own, for commands that have no host. Connects only when first used.</summary>
    /// <param name="dataSource">The database; stays the caller's.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="rows">Writes the read side's rows in the same transaction as the events.</param>
    /// <param name="more">What a caller adds to the store's configuration.</param>
    public static MartenEventLog Open(
        NpgsqlDataSource dataSource, EventLogOptions? options = null, IRowWriter? rows = null, Action<StoreOptions>? more = null)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        return new MartenEventLog(HazardsStore.Open(dataSource, rows, more), ownsStore: true, dataSource, options ?? new EventLogOptions());
    }

    /// <inheritdoc />
    /// <remarks>
    /// A cancelled append that still waits is never written; one that was sent already may be: look, or send it again
    /// with the same key or event ids.
    /// </remarks>
    /// <exception cref="ArgumentException">No streams, a stream twice or without events, a negative version, an empty key.</exception>
    /// <exception cref="AppendRejectedException">The database will always refuse this append.</exception>
    /// <exception cref="ObjectDisposedException">The log was closed.</exception>
    public async Task<AppendResult> AppendAsync(Append append, CancellationToken cancellationToken = default)
    {
        if (options is { AllowGivenTimes: true, Clock: { } clock } && append is { RecordedAt: null })
            append = append with { RecordedAt = clock.GetUtcNow() };
        AppendRules.Check(append);
        cancellationToken.ThrowIfCancellationRequested();
        if (Closed is { } why)
            throw new LogUnavailableException(why);
        using var activity = EventLogTelemetry.AppendBegins();
        var pending = new PendingAppend(append, Canonical(append));
        if (pending.Bytes > options.MaxAppendBytes)
            throw new AppendRejectedException($"The append has {pending.Bytes:N0} bytes; {options.MaxAppendBytes:N0} are allowed.");

        var began = Stopwatch.GetTimestamp();
        if (!await queue.ReserveAsync(options.AppendTimeout, cancellationToken))
            throw new LogUnavailableException("The log's queue is full.", writer.Trouble);
        ObjectDisposedException.ThrowIf(!queue.TryAdd(pending), this);
        var result = await WaitAsync(pending, options.AppendTimeout - Stopwatch.GetElapsedTime(began), cancellationToken);
        activity?.SetTag("hazards.log.outcome", result.GetType().Name);
        return result;
    }

    /// <summary>Here, on the caller's thread: the writer serves everybody.</summary>
    private CanonicalEvent[]? Canonical(Append append)
    {
        if (options.AppendKey is null && feeds.Count == 0)
            return null;
        try
        {
            return CanonicalEvent.Of(append, options.AppendKey);
        }
        catch (System.Text.Json.JsonException e)
        {
            throw new AppendRejectedException($"The append has no canonical form: {e.Message}", e);
        }
    }

    private async Task<AppendResult> WaitAsync(PendingAppend pending, TimeSpan timeout, CancellationToken cancellationToken)
    {
        try
        {
            return await pending.Outcome.WaitAsync(timeout > TimeSpan.Zero ? timeout : TimeSpan.Zero, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            queue.Abandon(pending);
            throw;
        }
        catch (TimeoutException)
        {
            var neverSent = queue.Abandon(pending);
            if (pending.Outcome is { IsCompleted: true, IsCanceled: false })
                return await pending.Outcome;
            throw new LogUnavailableException(
                neverSent
                    ? "The log's database did not answer in time. Nothing was written."
                    : "The log's database did not answer in time. It is not known whether the append was committed.",
                writer.Trouble);
        }
    }

    /// <inheritdoc />
    public Task<AppendResult?> FindAsync(AppendKey key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        return FirstOutcomes.ByKeyAsync(questions, key, cancellationToken);
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<IEvent>> FetchAsync(
        Guid streamId, long upToVersion = 0, DateTimeOffset? recordedUpTo = null, long fromVersion = 0, CancellationToken cancellationToken = default)
    {
        await using var session = store.QuerySession();
        return await session.Events.FetchStreamAsync(
            streamId, upToVersion, recordedUpTo?.ToUniversalTime(), fromVersion, cancellationToken);
    }

    /// <inheritdoc />
    public async IAsyncEnumerable<IEvent> FetchAllAsync(
        long afterPosition, long upToPosition, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        IReadOnlyList<IEvent> page;
        do
        {
            await using var session = store.QuerySession();
            var after = afterPosition;
            page = await session.Events.QueryAllRawEvents()
                .Where(e => e.Sequence > after && e.Sequence <= upToPosition).OrderBy(e => e.Sequence).Take(options.ReadPageSize)
                .ToListAsync(cancellationToken);
            foreach (var e in page)
            {
                yield return e;
                afterPosition = e.Sequence;
            }
        }
        while (page.Count == options.ReadPageSize);
    }

    /// <inheritdoc />
    public IAsyncEnumerable<RecordedEvent> ReadStreamAsync(
        Guid streamId, long fromVersion = 1, DateTimeOffset? recordedUpTo = null, CancellationToken cancellationToken = default) =>
        reader.ReadStreamAsync(streamId, fromVersion, recordedUpTo, cancellationToken);

    /// <inheritdoc />
    public IAsyncEnumerable<RecordedEvent> ReadAllAsync(
        long afterPosition, long? upToPosition = null, CancellationToken cancellationToken = default) =>
        reader.ReadAllAsync(afterPosition, upToPosition ?? long.MaxValue, cancellationToken);

    /// <inheritdoc />
    /// <remarks>A database that is gone for a while interrupts a subscription but does not end it.</remarks>
    public async IAsyncEnumerable<RecordedEvent> SubscribeAsync(
        long afterPosition, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        head.Listen();
        while (true)
        {
            var change = head.NextChange;
            var page = await NextPageAsync(afterPosition, cancellationToken);
            foreach (var e in page)
            {
                yield return e;
                afterPosition = e.Position;
            }

            if (page.Count > 0)
                continue;
            await change.WaitAsync(options.PollInterval, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Begins to hand on what this process commits, for a tree that is grown beside it.</summary>
    public CommitFeed Feed()
    {
        var feed = new CommitFeed();
        lock (queue)
            feeds = [.. feeds, feed];
        return feed;
    }

    /// <inheritdoc />
    public long KnownPosition => head.Position;

    /// <inheritdoc />
    public DateTimeOffset KnownRecordedAt => head.RecordedAt;

    /// <summary>
    /// Returns when there may be events beyond a position: at once when this process knows of some, else after the next commit
    /// of any process, or the poll interval.
    /// </summary>
    public async Task WaitBeyondAsync(long position, CancellationToken cancellationToken = default)
    {
        head.Listen();
        var change = head.NextChange;
        if (head.Position > position)
            return;
        await change.WaitAsync(options.PollInterval, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }

    private async Task<IReadOnlyList<RecordedEvent>> NextPageAsync(long afterPosition, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await reader.ReadPageAsync(afterPosition, long.MaxValue, cancellationToken);
            }
            catch (Exception e) when (DatabaseTrouble.IsTheDatabases(e) && !cancellationToken.IsCancellationRequested)
            {
                await Task.Delay(options.MaxReconnectDelay, cancellationToken);
            }
        }
    }

    /// <summary>Why nothing may be appended by this process just now, whoever asks; null when it may.</summary>
    public string? Closed
    {
        get => Volatile.Read(ref closed);
        set => Volatile.Write(ref closed, value);
    }

    /// <summary>Whether the writer is at work: it goes on through every outage and ends only when the log is closed.</summary>
    public bool IsWriting => writer.IsRunning;

    /// <inheritdoc />
    public Task<LogHead> HeadAsync(CancellationToken cancellationToken = default) => reader.ReadHeadAsync(cancellationToken);

    /// <summary>Takes in no more appends, writes those that wait (for at most the append timeout), and lets go of the database.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0)
            return;
        await writer.DisposeAsync();
        await head.DisposeAsync();
        telemetry.Dispose();
        if (ownsStore)
            store.Dispose();
    }
}
