using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections.Store;

namespace Hazards.Projections.Tests;

/// <summary>
/// What the read side must say, found the slow way: every event up to an instant is folded, and the states are looked
/// through one by one.
/// </summary>
internal sealed class Replay
{
    private readonly Dictionary<HazardId, (Hazard State, DateTimeOffset First)> states = [];

    private readonly Dictionary<HazardId, List<(Hazard Before, Happening Happening, Hazard After)>> turns = [];

    public long Position { get; private set; }

    public static async Task<Replay> UpToAsync(IEventLog log, DateTimeOffset? instant)
    {
        var replay = new Replay();
        await foreach (var e in log.ReadAllAsync(0))
        {
            if (e.RecordedAt > (instant ?? DateTimeOffset.MaxValue))
                break;
            replay.Take(e);
        }

        return replay;
    }

    private void Take(RecordedEvent e)
    {
        Position = e.Position;
        if (e.StreamType != "hazard")
            return;
        var id = new HazardId(e.StreamId);
        var happening = new Happening((IHazardEvent)DomainJson.ReadEvent(e.Type, e.Data.Span), DomainJson.ReadContext(e.Headers.Span));
        var (before, first) = states.GetValueOrDefault(id);
        var after = Hazard.Apply(id, before, happening);
        states[id] = (after, before is null ? e.RecordedAt : first);
        if (before is null)
            turns[id] = [];
        else
            turns[id].Add((before, happening, after));
    }

    public IEnumerable<Hazard> All => states.Values.Select(s => s.State);

    /// <summary>Every event after the report, between what was before and after it.</summary>
    public IReadOnlyList<(Hazard Before, Happening Happening, Hazard After)> TurnsOf(Hazard hazard) => turns[hazard.Id];

    public DateTimeOffset FirstRecorded(Hazard hazard) => states[hazard.Id].First;

    public static ImmutableArray<Clock> ClocksOf(Hazard hazard) => Clocks.Open(hazard, Rulebook.Baseline);

    public static bool IsOverdue(Hazard hazard, DateOnly today) => ClocksOf(hazard).Any(c => c.Due < today);

    public IEnumerable<BoardCell> Board(RegionCode region, RegionLevel under, DateOnly today, int soonDays) =>
        from h in All
        where region.Contains(h.Region)
        group h by (Region: h.Region.At(under), h.Sector, h.Stage, h.Level) into g
        select new BoardCell(
            g.Key.Region, g.Key.Sector, g.Key.Stage, g.Key.Level, g.Count(),
            g.Count(h => IsOverdue(h, today)),
            g.Count(h => !IsOverdue(h, today) && ClocksOf(h).Any(c => c.Due <= today.AddDays(soonDays))));
}
