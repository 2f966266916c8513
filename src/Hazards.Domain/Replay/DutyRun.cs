using System.Collections.Immutable;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>A duty from the event that began it to the one that ended it, as long as it was one body's and due on one day.</summary>
/// <param name="Kind">The duty.</param>
/// <param name="Leg">The leg it concerns, if one.</param>
/// <param name="Body">Who had to act; null: the committee office of <paramref name="Office"/>.</param>
/// <param name="Office">The county whose committee office had to act, where no body is named.</param>
/// <param name="Since">When the duty began, by its rule.</param>
/// <param name="Due">The last day for it.</param>
/// <param name="Provisional">Whether the day was counted through a year whose working days were not announced.</param>
/// <param name="Rule">The rule it is judged by.</param>
/// <param name="Began">The event since which it was so: it began the duty, moved its due date or gave it to this body.</param>
/// <param name="Ended">The event that ended it, moved it or gave it to another; null while it runs.</param>
/// <param name="Noticed">The event with which the service noticed that the day had passed, if it did.</param>
public sealed record DutyRun(
    ClockKind Kind, Leg? Leg, BodyId? Body, RegionCode? Office, DateTimeOffset Since, DateOnly Due, bool Provisional, RuleCited Rule,
    EventMark Began, EventMark? Ended, EventMark? Noticed)
{
    /// <summary>
    /// Whether it is the deadline of a leg that was given back, which stands with its assigner until it is reassigned: to do that is a
    /// duty of its own.
    /// </summary>
    internal bool GivenBack { get; init; }
}

/// <summary>The duties there ever were about a hazard.</summary>
public static class DutyRuns
{
    /// <summary>All of them, in the order in which they began.</summary>
    public static ImmutableArray<DutyRun> Of(CaseFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var ended = new List<DutyRun>();
        var running = new Dictionary<(ClockKind, Leg?, BodyId?, RegionCode?, DateTimeOffset, DateOnly), DutyRun>();
        for (var i = 0; i < file.Events.Length; i++)
        {
            var mark = EventMark.Of(file.Events[i]);
            // What nobody is named for is the committee office's of the county, and another's when the hazard turns out to lie elsewhere.
            var office = file.States[i].Region.At(RegionLevel.County);
            var open = file.ClocksAfter(i).ToDictionary(
                c => (c.Kind, c.Leg, c.Body, c.Body is null ? office : (RegionCode?)null, c.Since, c.Due));
            foreach (var (key, run) in running.Where(r => !open.ContainsKey(r.Key)).ToArray())
            {
                ended.Add(run with { Ended = mark });
                running.Remove(key);
            }
            foreach (var (key, clock) in open)
                if (!running.ContainsKey(key))
                    running[key] = Begin(clock, file, i, mark);
        }
        return [.. ended.Concat(running.Values).Select(r => r with { Noticed = NoticedBy(file, r) })
            .OrderBy(r => r.Began.Version).ThenBy(r => r.Kind).ThenBy(r => r.Leg)];
    }

    private static DutyRun Begin(Clock clock, CaseFile file, int index, EventMark mark)
    {
        var hazard = file.States[index];
        var office = clock.Body is null ? hazard.Region.At(RegionLevel.County) : (RegionCode?)null;
        return new DutyRun(
            clock.Kind, clock.Leg, clock.Body, office, clock.Since, clock.Due, clock.Provisional, RuleCited.Of(clock, hazard, file.Rules),
            mark, null, null)
        {
            GivenBack = Clocks.IsGivenBack(clock.Kind, clock.Leg, hazard),
        };
    }

    // A duty can be taken up again as it was (a regrading taken back): the service noticed it while it ran, not in the other runs.
    private static EventMark? NoticedBy(CaseFile file, DutyRun run)
    {
        foreach (var e in file.Events)
            if (e.Event is DeadlineMissed m && m.Clock == run.Kind && m.Leg == run.Leg && m.Since == run.Since && m.Due == run.Due
                && e.Version > run.Began.Version && !(e.Version > run.Ended?.Version))
                return EventMark.Of(e);
        return null;
    }
}
