using Hazards.Projections.Store.Appending;
using Npgsql;

namespace Hazards.Projections.Store.Reading;

/// <summary>
/// Wakes subscriptions: by commits of this process at once, by those of others through LISTEN on one shared
/// connection, which is opened for the first subscription and opened anew whenever it dies.
/// </summary>
internal sealed class HeadWatch(NpgsqlDataSource dataSource, EventLogOptions options) : IAsyncDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private readonly Lock gate = new();
    private TaskCompletionSource changed = NewSignal();
    private Task? listening;
    private long position;

    /// <summary>The newest position this process has heard of.</summary>
    public long Position => Volatile.Read(ref position);

    /// <summary>
    /// Completes at the next commit. Take it before reading: then a commit that comes in during the read is not missed.
    /// </summary>
    public Task NextChange => Volatile.Read(ref changed).Task;

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Advance(long newPosition)
    {
        lock (gate)
        {
            if (newPosition <= position)
                return;
            position = newPosition;
        }

        Wake();
    }

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
        connection.Notification += (_, notification) =>
        {
            if (long.TryParse(notification.Payload, out var newPosition))
                Advance(newPosition);
        };
        await using (var listen = new NpgsqlCommand("listen log", connection))
            await listen.ExecuteNonQueryAsync(cancellationToken);
        // Whatever was committed while nobody listened.
        Wake();
        while (true)
            await connection.WaitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        if (listening is not null)
            await listening;
        stopping.Dispose();
    }
}
