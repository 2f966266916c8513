using Hazards.Projections.Store.Appending;

namespace Hazards.Projections.Store;

/// <summary>
/// What this process committed, in canonical form, for a tree that is grown beside it: so that events need not be read
/// back from the database. Bounded: what does not fit is left out, and read.
/// </summary>
public sealed class CommitFeed
{
    private const long MostBytes = 16 * 1024 * 1024;

    private readonly Lock gate = new();
    private readonly Queue<Item> items = new();
    private long bytes;

    /// <summary>Takes the events that follow a position without a gap, at most so many; lets go of those before it.</summary>
    /// <returns>The events, data and headers canonical; none when the next one is not here.</returns>
    internal List<RecordedEvent> TakeAfter(long position, int most)
    {
        var taken = new List<RecordedEvent>();
        lock (gate)
        {
            while (items.TryPeek(out var next) && next.First <= position + taken.Count + 1 && taken.Count < most)
            {
                items.Dequeue();
                bytes -= next.Append.Bytes;
                // Begun already, by this process's reading or by another node.
                if (next.First == position + taken.Count + 1)
                    AddTo(taken, next);
            }
        }

        return taken;
    }

    /// <summary>What the writer committed, and is in the log exactly as it was given.</summary>
    internal void Offer(PendingAppend append, long first, Func<long, DateTime> recordedAt)
    {
        lock (gate)
        {
            if (bytes + append.Bytes > MostBytes)
                return;
            bytes += append.Bytes;
            items.Enqueue(new Item(append, first, recordedAt));
        }
    }

    private static void AddTo(List<RecordedEvent> taken, Item item)
    {
        var (position, n) = (item.First, 0);
        foreach (var stream in item.Append.Append.Streams)
        {
            for (var v = 0; v < stream.Events.Count; v++, n++, position++)
            {
                var (e, canonical) = (stream.Events[v], item.Append.Canonical![n]);
                taken.Add(new RecordedEvent(
                    position, e.Id, stream.StreamId, stream.StreamType, stream.ExpectedVersion + v + 1, e.Type, e.DotnetType,
                    canonical.Data, canonical.Headers, item.RecordedAt(position), e.CorrelationId, e.CausationId));
            }
        }
    }

    private sealed record Item(PendingAppend Append, long First, Func<long, DateTime> RecordedAt);
}
