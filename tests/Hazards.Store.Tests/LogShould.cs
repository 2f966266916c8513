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
        // What fills the numbers of a batch that came to nothing bears its position for a version.
        events.Where(e => e.Type == "tombstone").ShouldAllBe(e => e.Version == e.Position && e.Data.Text() == "{}");
        foreach (var stream in events.Where(e => e.Type != "tombstone").GroupBy(e => e.StreamId))
            stream.Select(e => e.Version).ShouldBe(Enumerable.Range(1, stream.Count()).Select(n => (long)n));
        return events;
    }
}
