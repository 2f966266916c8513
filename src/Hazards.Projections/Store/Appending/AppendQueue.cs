using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace Hazards.Projections.Store.Appending;

/// <summary>
/// Appends waiting for the writer, first come first served. A list rather than a channel, because a caller that gives
/// up takes its append out of the middle, and the writer puts back what it could not send.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "The semaphore's wait handle, its only resource, is never made.")]
internal sealed class AppendQueue(int capacity)
{
    private readonly Lock gate = new();
    private readonly LinkedList<PendingAppend> waiting = new();
    private readonly SemaphoreSlim room = new(capacity, capacity);
    private readonly Channel<bool> signal =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private bool closed;

    public int Count => capacity - room.CurrentCount;

    /// <summary>Waits for a free place; false when there was none in time.</summary>
    public Task<bool> ReserveAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        room.WaitAsync(timeout, cancellationToken);

    /// <summary>Queues into a reserved place; false when the queue is closed.</summary>
    public bool TryAdd(PendingAppend append)
    {
        lock (gate)
        {
            if (closed)
            {
                room.Release();
                return false;
            }

            append.Place = waiting.AddLast(append);
        }

        signal.Writer.TryWrite(true);
        return true;
    }

    /// <summary>Takes what waits, up to the bounds but at least one, unless nothing waits.</summary>
    public void TakeInto(List<PendingAppend> batch, int maxAppends, long maxBytes)
    {
        lock (gate)
        {
            long bytes = 0;
            while (batch.Count < maxAppends && waiting.First is { } first)
            {
                bytes += first.Value.Bytes;
                if (batch.Count > 0 && bytes > maxBytes)
                    return;
                waiting.RemoveFirst();
                first.Value.Place = null;
                batch.Add(first.Value);
            }
        }
    }

    /// <summary>Those whose callers still wait.</summary>
    public List<PendingAppend> StillWanted(List<PendingAppend> batch)
    {
        lock (gate)
        {
            DropAbandoned(batch);
            return batch.FindAll(a => !a.Outcome.IsCompleted);
        }
    }

    /// <summary>The moment of sending: those whose callers still wait. From here on they may be in the log.</summary>
    public List<PendingAppend> Send(List<PendingAppend> batch)
    {
        lock (gate)
        {
            DropAbandoned(batch);
            var sending = batch.FindAll(a => !a.Outcome.IsCompleted);
            foreach (var append in sending)
                append.Sent++;
            return sending;
        }
    }

    /// <summary>The last sending is known to have written nothing of these.</summary>
    public void NotWritten(List<PendingAppend> batch)
    {
        lock (gate)
        {
            foreach (var append in batch)
                append.Sent -= append.Sent > 0 ? 1 : 0;
        }
    }

    /// <summary>Puts back, in front and in their order, those whose callers still wait for an answer.</summary>
    public void PutBack(List<PendingAppend> batch)
    {
        lock (gate)
        {
            DropAbandoned(batch);
            for (var i = batch.Count - 1; i >= 0; i--)
            {
                if (!batch[i].Outcome.IsCompleted)
                    batch[i].Place = waiting.AddFirst(batch[i]);
            }
        }

        signal.Writer.TryWrite(true);
    }

    private void DropAbandoned(List<PendingAppend> batch)
    {
        foreach (var append in batch)
        {
            if (!append.Abandoned || append.Outcome.IsCompleted)
                continue;
            append.Drop();
            room.Release();
        }
    }

    /// <summary>The writer has answered a taken append: its place is free.</summary>
    public void Release() => room.Release();

    /// <summary>The caller gives up. True when the append is not in the log and never will be.</summary>
    public bool Abandon(PendingAppend append)
    {
        lock (gate)
        {
            append.Abandoned = true;
            if (append.Place is { } place)
            {
                waiting.Remove(place);
                append.Place = null;
                room.Release();
            }

            return append.Sent == 0;
        }
    }

    /// <summary>Returns when something may be waiting; false when the queue is closed and empty.</summary>
    public async ValueTask<bool> WaitAsync()
    {
        while (true)
        {
            lock (gate)
            {
                if (waiting.Count > 0)
                    return true;
                if (closed)
                    return false;
            }

            await signal.Reader.ReadAsync();
        }
    }

    /// <summary>Takes in no more; what waits is still written.</summary>
    public void Close()
    {
        lock (gate)
            closed = true;

        signal.Writer.TryWrite(true);
    }
}
