using System.Diagnostics;

namespace Hazards.Projections.Store.Appending;

/// <summary>An append on its way: queued, or taken by the writer, with its caller waiting for <see cref="Outcome"/>.</summary>
internal sealed class PendingAppend
{
    private readonly TaskCompletionSource<AppendResult> outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public PendingAppend(Append append, CanonicalEvent[]? canonical = null)
    {
        Append = append;
        Canonical = canonical;
        foreach (var stream in append.Streams)
        {
            Events += stream.Events.Count;
            foreach (var e in stream.Events)
                Bytes += e.Data.Length + e.Headers.Json.Length;
        }
    }

    public Append Append { get; }

    /// <summary>Its events in canonical form, where somebody wants them so.</summary>
    public CanonicalEvent[]? Canonical { get; }

    public int Events { get; }
    public long Bytes { get; }
    public long QueuedAt { get; } = Stopwatch.GetTimestamp();
    public ActivityContext Caller { get; } = Activity.Current?.Context ?? default;

    /// <summary>How often it was sent and may have been committed; zero when it is certainly not in the log.</summary>
    public int Sent { get; set; }

    /// <summary>The caller has gone; set under the queue's lock, and then it is not sent (again).</summary>
    public bool Abandoned { get; set; }

    /// <summary>Where it waits; null once taken. Guarded by the queue's lock.</summary>
    public LinkedListNode<PendingAppend>? Place { get; set; }

    public Task<AppendResult> Outcome => outcome.Task;

    public void Answer(AppendResult result) => outcome.SetResult(result);

    public void Drop() => outcome.SetCanceled();

    public void Fail(Exception exception) => outcome.SetException(exception);
}
