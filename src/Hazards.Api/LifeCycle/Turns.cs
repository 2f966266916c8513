namespace Hazards.Api.LifeCycle;

/// <summary>Whoever acts on a stream waits for those who act on the same one, and for nobody else.</summary>
internal sealed class Turns
{
    private readonly Dictionary<Guid, Turn> taken = [];

    /// <summary>Waits for one's turn; it ends when what is returned is disposed of.</summary>
    public async Task<IDisposable> TakeAsync(Guid stream, CancellationToken cancellationToken) =>
        (await TakeAsync(stream, Timeout.InfiniteTimeSpan, cancellationToken))!;

    /// <summary>The same, and no longer than so long; null when it did not come.</summary>
    public async Task<IDisposable?> TakeAsync(Guid stream, TimeSpan longest, CancellationToken cancellationToken)
    {
        Turn? turn;
        lock (taken)
        {
            if (!taken.TryGetValue(stream, out turn))
                taken[stream] = turn = new Turn(this, stream);
            turn.Wanted++;
        }

        try
        {
            if (await turn.Gate.WaitAsync(longest, cancellationToken))
                return turn;
            Forget(turn);
            return null;
        }
        catch
        {
            Forget(turn);
            throw;
        }
    }

    private void Forget(Turn turn)
    {
        lock (taken)
            if (--turn.Wanted == 0)
                taken.Remove(turn.Stream);
    }

    private sealed class Turn(Turns turns, Guid stream) : IDisposable
    {
        public Guid Stream => stream;

        /// <summary>How many have it or wait for it.</summary>
        public int Wanted { get; set; }

        public SemaphoreSlim Gate { get; } = new(1);

        public void Dispose()
        {
            Gate.Release();
            turns.Forget(this);
        }
    }
}
