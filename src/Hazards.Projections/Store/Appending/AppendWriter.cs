using System.Diagnostics;
using JasperFx.Events;
using Marten;
using Marten.Services;
using Npgsql;

namespace Hazards.Projections.Store.Appending;

/// <summary>
/// The one writer of a process: takes all appends that wait, has Marten write them in one session, and answers every
/// caller. It owns one connection, reconnects by itself, and sends again what got no answer: what is in the log already is
/// known by its events' identities, so nothing is written twice.
/// </summary>
internal sealed class AppendWriter : IAsyncDisposable
{
    private static readonly TimeSpan FirstReconnectDelay = TimeSpan.FromMilliseconds(50);

    private readonly IDocumentStore store;
    private readonly IEventRegistry events;
    private readonly NpgsqlDataSource dataSource;
    private readonly EventLogOptions options;
    private readonly AppendQueue queue;
    private readonly EventLogTelemetry telemetry;
    private readonly Action<LogHead> committed;
    private readonly Func<IReadOnlyList<CommitFeed>> feeds;
    private readonly Action<int> connected;
    private readonly Task loop;
    private NpgsqlConnection? connection;
    private Exception? trouble;
    private List<PendingAppend> sent = [];

    public AppendWriter(
        IDocumentStore store,
        NpgsqlDataSource dataSource,
        EventLogOptions options,
        AppendQueue queue,
        EventLogTelemetry telemetry,
        Action<LogHead> committed,
        Func<IReadOnlyList<CommitFeed>> feeds,
        Action<int> connected)
    {
        this.connected = connected;
        this.feeds = feeds;
        this.store = store;
        this.dataSource = dataSource;
        this.options = options;
        events = (IEventRegistry)store.Options.Events;
        this.queue = queue;
        this.telemetry = telemetry;
        this.committed = committed;
        // The loop serves all callers: it must not run in the context (trace, culture) of whoever opens the log.
        using (ExecutionContext.SuppressFlow())
            loop = Task.Run(RunAsync);
    }

    /// <summary>Why the database cannot be reached just now; null when it can.</summary>
    public Exception? Trouble => Volatile.Read(ref trouble);

    public bool IsRunning => !loop.IsCompleted;

    private async Task RunAsync()
    {
        var delay = FirstReconnectDelay;
        var batch = new List<PendingAppend>();
        while (await queue.WaitAsync())
        {
            // Behind the callers who have just been answered: what they append next shares this commit. Measured at 64
            // callers: batches of 12 without it.
            await Task.Yield();
            queue.TakeInto(batch, options.MaxBatchAppends, options.MaxBatchBytes);
            if (batch.Count == 0)
                continue;
            if (await TryWriteAsync(batch))
            {
                delay = FirstReconnectDelay;
            }
            else
            {
                await Task.Delay(delay);
                delay = delay * 2 < options.MaxReconnectDelay ? delay * 2 : options.MaxReconnectDelay;
            }

            batch.Clear();
        }
    }

    /// <summary>Writes the batch and answers its callers; false when the database is unwell and the rest was put back.</summary>
    private async Task<bool> TryWriteAsync(List<PendingAppend> batch)
    {
        try
        {
            await WriteAsync(batch);
            Volatile.Write(ref trouble, null);
            return true;
        }
        catch (Exception e)
        {
            Volatile.Write(ref trouble, e);
            telemetry.Retried(batch.Count, e);
            await LoseConnectionAsync();
            queue.PutBack(batch);
            return false;
        }
    }

    /// <summary>Writes the batch; where it holds data that the database refuses, by halves, so that only that append fails.</summary>
    private async Task WriteAsync(List<PendingAppend> batch)
    {
        try
        {
            await CommitAsync(batch);
        }
        catch (Exception e) when (!DatabaseTrouble.IsTheDatabases(e))
        {
            await LoseConnectionIfBrokenAsync();
            queue.NotWritten(sent);
            if (batch.Count == 1)
            {
                Reject(batch[0], new AppendRejectedException($"The append was refused: {e.Message}", DatabaseTrouble.Of(e)));
                return;
            }

            var half = batch.Count / 2;
            await WriteAsync([.. batch.Take(half)]);
            await WriteAsync([.. batch.Skip(half)]);
        }
    }

    private async Task CommitAsync(List<PendingAppend> taken)
    {
        sent = [];
        var open = await ConnectAsync();
        if (queue.StillWanted(taken) is not { Count: > 0 } wanted)
            return;
        await using var transaction = await open.BeginTransactionAsync();
        var standing = await Standing.LookAsync(transaction, wanted, Seconds);
        // Who gave up while the batch waited for its turn is not in it any more; who is, may be in the log from here on.
        var batch = sent = queue.Send(wanted);
        if (batch.Count == 0)
            return;
        using var activity = telemetry.BatchBegins(batch);
        var began = Stopwatch.GetTimestamp();
        var appends = AppendBatch.Judge(batch, standing, options.AllowGivenTimes);
        if (appends.Losers is { Count: > 0 } losers)
            await SettleAsync(appends, losers, open);
        Func<Task>? send = null;
        if (appends.HasWinners)
            send = await SaveAsync(appends, standing, transaction);
        else
            await transaction.RollbackAsync();
        telemetry.BatchEnded(batch, began, activity);
        Feed(appends);
        await AnswerAsync(open, appends.Verdicts);
        await SendAsync(send, appends.Unsent);
    }

    /// <summary>
    /// One session of Marten: events, rows, keys and codes, and the commit. Only when that has returned is anything on disk.
    /// </summary>
    /// <returns>What sends the messages that were kept with the events; null when there are none.</returns>
    private async Task<Func<Task>?> SaveAsync(AppendBatch appends, Standing standing, NpgsqlTransaction transaction)
    {
        Func<Task>? send = null;
        await Tombstones.FillAsync(transaction, standing, options.AppendKey);
        await using (var session = store.LightweightSession(SessionOptions.ForTransaction(transaction)))
        {
            // Marten would take them from the trace of whoever woke this loop.
            (session.CorrelationId, session.CausationId) = (null, null);
            appends.WriteTo(session, events);
            if (options.Outbox is { } outbox && appends.Messages is { Count: > 0 } messages)
                send = await outbox.EnlistAsync(session, messages);
            await session.SaveChangesAsync();
        }

        await transaction.CommitAsync();
        return send;
    }

    /// <summary>
    /// Who lost may have won before: by an attempt whose answer was lost, or because its caller sent the same events twice.
    /// The former hears what that attempt would have said, the latter that it is a repetition.
    /// </summary>
    private static async Task SettleAsync(AppendBatch appends, IReadOnlyList<PendingAppend> losers, NpgsqlConnection open)
    {
        var found = await FirstOutcomes.ByEventsAsync(open, losers, CancellationToken.None);
        foreach (var (append, _) in found.Where(f => f.Value is null))
            appends.Settle(
                append,
                new Verdict(append, null)
                {
                    Rejected = new AppendRejectedException("The append has events that are in the log already, and others."),
                });
        var known = found.Where(f => f.Value is not null).Select(f => (Append: f.Key, Span: f.Value!.Value)).ToList();
        if (known.Count == 0)
            return;
        var outcomes = await FirstOutcomes.ByPositionsAsync(open, [.. known.Select(k => k.Span)], CancellationToken.None);
        for (var i = 0; i < known.Count; i++)
        {
            var (first, last, at, versions) = outcomes[i];
            appends.Settle(
                known[i].Append,
                new Verdict(known[i].Append, known[i].Append.Sent > 1 ? new AppendResult.Committed(first, last, at, versions) : outcomes[i])
                {
                    WasCommittedBefore = known[i].Append.Sent > 1,
                });
        }
    }

    /// <summary>
    /// The messages are on disk: whatever fails here, they are taken up when this node has gone. Those whose commit gave no
    /// answer are sent once more, which their handlers must bear.
    /// </summary>
    private async Task SendAsync(Func<Task>? send, IReadOnlyList<object> unsent)
    {
        try
        {
            if (send is not null)
                await send();
            if (unsent.Count > 0 && options.Outbox is { } outbox)
                await outbox.SendAsync(unsent);
        }
        catch (Exception e)
        {
            telemetry.NotSent(e);
        }
    }

    private int Seconds => Math.Max(1, (int)options.AppendTimeout.TotalSeconds);

    /// <summary>Hands on what is in the log exactly as it was given. Before the head moves: who is woken by that finds it.</summary>
    private void Feed(AppendBatch appends)
    {
        foreach (var feed in feeds())
            foreach (var verdict in appends.Verdicts)
                if (verdict is { IsAsGiven: true, Result: AppendResult.Committed won, Append.Canonical: not null })
                    feed.Offer(verdict.Append, won.FirstPosition, appends.RecordedAt);
    }

    private async Task AnswerAsync(NpgsqlConnection open, IReadOnlyList<Verdict> verdicts)
    {
        foreach (var verdict in verdicts)
        {
            if (verdict.Rejected is { } rejected)
                Reject(verdict.Append, rejected);
            if (verdict.Result is AppendResult.Committed c)
                committed(new LogHead(c.LastPosition, c.RecordedAt));
            if (verdict.Result is not null)
                Answer(verdict.Append, verdict.Result);
        }

        await AnswerRepeatedAsync(open, [.. verdicts.Where(v => v.Repeats is not null).Select(v => (v.Append, v.Repeats!.Value))]);
        var again = verdicts.Where(v => v is { Result: null, Repeats: null, Rejected: null }).Select(v => v.Append).ToList();
        queue.NotWritten(again);
        queue.PutBack(again);
    }

    private async Task AnswerRepeatedAsync(NpgsqlConnection open, List<(PendingAppend Append, (long, long) Span)> repeated)
    {
        if (repeated.Count == 0)
            return;
        var outcomes = await FirstOutcomes.ByPositionsAsync(open, [.. repeated.Select(r => r.Span)], CancellationToken.None);
        for (var i = 0; i < repeated.Count; i++)
            Answer(repeated[i].Append, outcomes[i]);
    }

    private void Answer(PendingAppend append, AppendResult result)
    {
        if (append.Outcome.IsCompleted)
            return;
        telemetry.Answered(append, result);
        queue.Release();
        append.Answer(result);
    }

    private void Reject(PendingAppend append, AppendRejectedException exception)
    {
        if (append.Outcome.IsCompleted)
            return;
        telemetry.Rejected();
        queue.Release();
        append.Fail(exception);
    }

    private async ValueTask<NpgsqlConnection> ConnectAsync()
    {
        if (connection is { State: System.Data.ConnectionState.Open })
            return connection;
        await LoseConnectionAsync();
        NpgsqlConnection? opening = null;
        try
        {
            opening = await dataSource.OpenConnectionAsync();
            await PrepareSessionAsync(opening);
            connected(opening.ProcessID);
            return connection = opening;
        }
        catch (Exception e)
        {
            if (opening is not null)
                await opening.DisposeAsync();
            throw new LogUnavailableException($"The log's database cannot be reached: {e.Message}", e);
        }
    }

    /// <summary>
    /// What an acknowledgement means must not hang on a site's defaults: an append is on disk, and each statement after
    /// the lock sees what the lock waited for. And every look-up in a batch, the row writer's too, is by a key: a
    /// plan made while the tables were small (a scan and a hash) must not be kept when they have grown. Measured: such
    /// a plan of a row writer's join with mt_events cost four fifths of the throughput at 100,000 events. The
    /// keep-alives let the server notice within half a minute that a writer's machine is gone, and free its lock.
    /// </summary>
    private static async Task PrepareSessionAsync(NpgsqlConnection opening)
    {
        await using var command = new NpgsqlCommand("""
            select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off';
            set session characteristics as transaction isolation level read committed;
            set enable_seqscan = off;
            set enable_hashjoin = off;
            set enable_mergejoin = off;
            set plan_cache_mode = force_generic_plan;
            set time zone 'UTC';
            set jit = off;
            set tcp_keepalives_idle = 10;
            set tcp_keepalives_interval = 5;
            set tcp_keepalives_count = 4
            """, opening);
        await command.ExecuteNonQueryAsync();
    }

    private ValueTask LoseConnectionIfBrokenAsync() =>
        connection is { State: System.Data.ConnectionState.Open } ? ValueTask.CompletedTask : LoseConnectionAsync();

    private async ValueTask LoseConnectionAsync()
    {
        if (connection is not { } lost)
            return;
        connection = null;
        try
        {
            await lost.DisposeAsync();
        }
        catch (Exception e) when (DatabaseTrouble.IsTheDatabases(e))
        {
            // It was lost already.
        }
    }

    public async ValueTask DisposeAsync()
    {
        queue.Close();
        await loop;
        await LoseConnectionAsync();
    }
}
