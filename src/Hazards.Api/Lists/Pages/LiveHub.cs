using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Hazards.Projections.Store;

namespace Hazards.Api.Lists.Pages;

/// <summary>
/// Tells open pages that something was recorded. One reader of the log serves all of them, and only while there are any; a
/// page hears that there is something new, not what, and asks for what it may see.
/// </summary>
internal sealed class LiveHub(IEventLog log) : IDisposable
{
    private static readonly TimeSpan AtMostEvery = TimeSpan.FromSeconds(1);

    // A proxy that hears nothing for a minute hangs up.
    private static readonly TimeSpan SignOfLife = TimeSpan.FromSeconds(25);

    private readonly Lock gate = new();
    private TaskCompletionSource changed = New();
    private CancellationTokenSource? reading;
    private int watchers;

    /// <summary>What a page hears.</summary>
    public async IAsyncEnumerable<SseItem<string>> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Join();
        try
        {
            yield return new SseItem<string>("", "hello");
            while (!cancellationToken.IsCancellationRequested)
            {
                var next = Volatile.Read(ref changed).Task;
                var came = await Task.WhenAny(next, Task.Delay(SignOfLife, cancellationToken)) == next;
                if (cancellationToken.IsCancellationRequested)
                    yield break;
                yield return new SseItem<string>("", came ? "changed" : "alive");
            }
        }
        finally
        {
            Leave();
        }
    }

    private void Join()
    {
        lock (gate)
            if (++watchers == 1)
            {
                reading = new CancellationTokenSource();
                var stop = reading.Token;
                _ = Task.Run(() => ReadAsync(stop), stop);
            }
    }

    private void Leave()
    {
        lock (gate)
            if (--watchers == 0)
            {
                reading?.Cancel();
                reading?.Dispose();
                reading = null;
            }
    }

    private async Task ReadAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
            try
            {
                var head = await log.HeadAsync(stop);
                await foreach (var _ in log.SubscribeAsync(head.Position, stop))
                {
                    Interlocked.Exchange(ref changed, New()).TrySetResult();
                    break; // what comes meanwhile is one change
                }

                await Task.Delay(AtMostEvery, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (DatabaseTrouble.IsAway(e))
            {
                // The pages stand as they are until the database answers again.
                await Task.Delay(AtMostEvery, CancellationToken.None);
            }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Dispose()
    {
        lock (gate)
        {
            reading?.Cancel();
            reading?.Dispose();
            reading = null;
        }
    }
}
