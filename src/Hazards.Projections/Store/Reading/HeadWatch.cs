using Hazards.Projections.Store.Appending;
using Marten.Events.Daemon.HighWater;
using Npgsql;

namespace Hazards.Projections.Store.Reading;

/// <summary>
/// Wakes readers: by commits of this process at once, by those of others through LISTEN on one shared connection, which is
/// opened for the first reader and opened anew whenever it dies. Every commit notifies on Marten's channel, and says no more
/// than that there was one; how far the log has got is read once for all that came in the meantime.
/// </summary>
internal sealed class HeadWatch(NpgsqlDataSource dataSource, EventLogOptions options) : IAsyncDisposable
{
    private const string HeadSql = """select seq_id, "timestamp" from log.mt_events order by seq_id desc limit 1 -- heard""";

    /// <summary>What the writer says with every commit. Marten's own way of saying it is compiled anew each time.</summary>
    public const string Notify = "notify " + PostgresqlListenWakeup.DefaultChannel;

    private readonly CancellationTokenSource stopping = new();
    private readonly Lock gate = new();
    private TaskCompletionSource changed = NewSignal();
    private Task? listening;
    private long position;
    private long recorded;
    private int writer;

    /// <summary>The newest position this process has heard of.</summary>
    public long Position => Volatile.Read(ref position);

    /// <summary>When the newest event that this process has heard of was recorded.</summary>
    public DateTime RecordedAt => new(Volatile.Read(ref recorded), DateTimeKind.Utc);

    /// <summary>
    /// Completes at the next commit. Take it before reading: then a commit that comes in during the read is not missed.
    /// </summary>
    public Task NextChange => Volatile.Read(ref changed).Task;

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Advance(long newPosition, DateTime recordedAt)
    {
        lock (gate)
        {
            if (newPosition <= position)
                return;
            position = newPosition;
            recorded = recordedAt.Ticks;
        }

        Wake();
    }

    /// <summary>
    /// The server process that commits for this process: its notifications come after <see cref="Advance"/> and say nothing
    /// new.
    /// </summary>
    public void IsWrittenBy(int serverProcess) => Volatile.Write(ref writer, serverProcess);

    private void Wake() => Interlocked.Exchange(ref changed, NewSignal()).TrySetResult();

    /// <summary>Starts listening, if it does not already.</summary>
    public void Listen()
    {
        lock (gate)
        {
            if (listening is not null)
                return;
            using (ExecutionContext.SuppressFlow())
                listening = Task.Run(() => ListenAsync(stopping.Token));
        }
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await ListenUntilLostAsync(cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (DatabaseTrouble.IsTheDatabases(e))
            {
                await Task.Delay(options.MaxReconnectDelay, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ListenUntilLostAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var heard = true;
        connection.Notification += (_, notification) => heard |= notification.PID != Volatile.Read(ref writer);
        await using (var listen = new NpgsqlCommand($"listen {PostgresqlListenWakeup.DefaultChannel}", connection))
            await listen.ExecuteNonQueryAsync(cancellationToken);
        // Whatever was committed while nobody listened.
        Wake();
        while (true)
        {
            // What is heard while the head is read is looked at again.
            while (heard)
            {
                heard = false;
                await using var head = new NpgsqlCommand(HeadSql, connection);
                await using var reader = await head.ExecuteReaderAsync(cancellationToken);
                if (await reader.ReadAsync(cancellationToken))
                    Advance(reader.GetInt64(0), reader.GetDateTime(1));
            }

            await connection.WaitAsync(cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        if (listening is not null)
            await listening;
        stopping.Dispose();
    }
}
