namespace Hazards.Api.Running;

/// <summary>
/// Cancels what is asked of the database on threads of its own. Npgsql cancels a statement by another connection, which it
/// opens and waits for on the thread that cancels: when the database is silent that is seconds, and a few dozen callers who
/// hang up, or whose patience ends, would stop every thread of the process.
/// </summary>
internal sealed class HangUps
{
    // More than a pool has connections to be stuck on, so that none waits for another until Npgsql's own patience ends on a
    // thread of the process; one that waits, with a small stack, costs next to nothing.
    private const int MostThreads = 128;
    private const int Stack = 256 * 1024;

    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(30);

    private readonly object gate = new();
    private readonly Queue<CancellationTokenSource> waiting = new();
    private int threads;
    private int idle;

    /// <summary>Cancels soon, and returns at once.</summary>
    public void Cancel(CancellationTokenSource source)
    {
        lock (gate)
        {
            waiting.Enqueue(source);
            if (waiting.Count <= idle)
                Monitor.Pulse(gate);
            else if (threads < MostThreads)
                Begin();
        }
    }

    /// <summary>What is under way when a caller hangs up, or the time for a request is over, is cancelled from here.</summary>
    public async Task FollowAsync(HttpContext http, RequestDelegate next)
    {
        var given = http.RequestAborted;
        // Never disposed, as it may be waiting to be cancelled: it has neither a timer nor a handle that needed it.
        var own = new CancellationTokenSource();
        http.RequestAborted = own.Token;
        try
        {
            await using (given.UnsafeRegister(_ => Cancel(own), null))
                await next(http);
        }
        finally
        {
            http.RequestAborted = given;
        }
    }

    /// <summary>Asks the database something small, and waits for the answer so long and no longer.</summary>
    /// <exception cref="TimeoutException">There was none in time. What was asked is cancelled, which may take the database's
    /// connection a while.</exception>
    public async Task<T> WithinAsync<T>(TimeSpan patience, Func<CancellationToken, Task<T>> ask, CancellationToken stop)
    {
        var asking = new CancellationTokenSource();
        var asked = ask(asking.Token);
        try
        {
            return await asked.WaitAsync(patience, stop);
        }
        finally
        {
            if (!asked.IsCompleted)
            {
                Cancel(asking);
                // Nobody listens any more.
                _ = asked.ContinueWith(
                    static done => done.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously,
                    TaskScheduler.Default);
            }
        }
    }

    private void Begin()
    {
        threads++;
        new Thread(Work, Stack) { IsBackground = true, Name = "hang-ups" }.Start();
    }

    private void Work()
    {
        while (Next() is { } source)
            try
            {
                source.Cancel();
            }
            catch (AggregateException)
            {
                // What was to stop failed in stopping, of which its own caller hears.
            }
    }

    private CancellationTokenSource? Next()
    {
        lock (gate)
        {
            while (waiting.Count == 0)
            {
                idle++;
                var woken = Monitor.Wait(gate, Idle);
                idle--;
                if (woken || waiting.Count > 0)
                    continue;
                threads--;
                return null;
            }

            return waiting.Dequeue();
        }
    }
}
