using System.Collections.Concurrent;
using Hazards.Domain;
using JasperFx.Events;

namespace Hazards.Api.LifeCycle;

/// <summary>
/// Hazards as this process folded them last: one with two thousand events is not read from its beginning at every command.
/// What is kept is believed only while the stream still has the event that it ends with; else the stream is read anew.
/// </summary>
/// <param name="fetch">A stream's events from a version on.</param>
internal sealed class FoldedHazards(Func<Guid, long, CancellationToken, Task<IReadOnlyList<IEvent>>> fetch)
{
    // Some 10 KB each. Beyond that all are read anew, each when it comes.
    private const int Most = 2_000;

    private readonly ConcurrentDictionary<HazardId, Folded> kept = new();

    /// <summary>
    /// A hazard as it was folded last, and the event that it ends with; null where none is remembered. It may have moved on.
    /// </summary>
    public Folded? Remembered(HazardId id) => kept.TryGetValue(id, out var known) ? known : null;

    /// <summary>Remembers what an append led to.</summary>
    public void Keep(Hazard after, Guid last)
    {
        if (kept.Count >= Most)
            kept.Clear();
        // Of two that end at once the later may be told first.
        kept.AddOrUpdate(
            after.Id, static (_, now) => now, static (_, before, now) => before.State.Version > now.State.Version ? before : now,
            new Folded(after, last));
    }

    /// <summary>A hazard as it is now; null when there is none.</summary>
    public async Task<Hazard?> NowAsync(HazardId id, CancellationToken cancellationToken)
    {
        var (before, last) = kept.TryGetValue(id, out var known) ? known : default;
        var events = await fetch(id.StreamId, before?.Version ?? 0, cancellationToken);
        if (before is not null && (events.Count == 0 || events[0].Id != last))
        {
            // A database of an earlier day was put in this one's place.
            kept.TryRemove(id, out _);
            return await NowAsync(id, cancellationToken);
        }

        var now = before;
        foreach (var lived in LivedEvent.Of(id, before, events.Skip(before is null ? 0 : 1)))
            now = lived.After;
        if (now is null || ReferenceEquals(now, before))
            return now;
        Keep(now, events[^1].Id);
        return now;
    }

    /// <summary>A state and the event that led to it.</summary>
    public readonly record struct Folded(Hazard State, Guid Last);
}
