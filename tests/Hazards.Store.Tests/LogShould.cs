namespace Hazards.Store.Tests;

/// <summary>What holds for every log at every time.</summary>
internal static class LogShould
{
    /// <summary>Positions from 1 without a gap, recorded times that strictly increase, versions without a gap in every stream.</summary>
    public static async Task<List<RecordedEvent>> BeWholeAsync(IEventLog log)
    {
        var events = await log.AllAsync();
        events.Select(e => e.Position).ShouldBe(Enumerable.Range(1, events.Count).Select(n => (long)n));
        events.Zip(events.Skip(1)).ShouldAllBe(pair => pair.First.RecordedAt < pair.Second.RecordedAt);
        foreach (var stream in events.GroupBy(e => e.StreamId))
            stream.Select(e => e.Version).ShouldBe(Enumerable.Range(1, stream.Count()).Select(n => (long)n));
        return events;
    }
}
