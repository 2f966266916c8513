using System.Collections.Immutable;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>A leg's acceptance: by whom, and on what.</summary>
/// <param name="Leg">The leg.</param>
/// <param name="By">The body that accepted.</param>
/// <param name="Actor">The person.</param>
/// <param name="Inspectors">Who looked, in words.</param>
/// <param name="Findings">What they found.</param>
/// <param name="Attachments">How many files went with it.</param>
/// <param name="Event">The event.</param>
public sealed record AcceptanceGiven(
    Leg Leg, BodyId By, string Actor, string? Inspectors, string Findings, int Attachments, EventMark Event);

/// <summary>How a hazard was ended: who accepted and closed it, how often it came back, what a look-back found.</summary>
/// <param name="Closed">Every closure, in order.</param>
/// <param name="Ground">The ground of the last.</param>
/// <param name="Accepted">Every acceptance, in order.</param>
/// <param name="Reopened">Every reopening, in order.</param>
/// <param name="Reason">The reason of the last.</param>
/// <param name="Lookbacks">Every look-back, in order.</param>
/// <param name="Result">The result of the last.</param>
public sealed record EndingsOf(
    ImmutableArray<EventMark> Closed, ClosureGround? Ground, ImmutableArray<AcceptanceGiven> Accepted,
    ImmutableArray<EventMark> Reopened, string? Reason, ImmutableArray<EventMark> Lookbacks, LookbackResult? Result)
{
    /// <summary>Gathers them from a hazard's events.</summary>
    public static EndingsOf Of(IReadOnlyCollection<RecordedHappening> events) => new(
        [.. events.Where(e => e.Event is HazardClosed).Select(EventMark.Of)],
        events.Select(e => e.Event).OfType<HazardClosed>().LastOrDefault()?.Ground,
        [.. events.Where(e => e.Event is LegAccepted).Select(Accept)],
        [.. events.Where(e => e.Event is HazardReopened).Select(EventMark.Of)],
        events.Select(e => e.Event).OfType<HazardReopened>().LastOrDefault()?.Reason,
        [.. events.Where(e => e.Event is LookbackMade).Select(EventMark.Of)],
        events.Select(e => e.Event).OfType<LookbackMade>().LastOrDefault()?.Result);

    private static AcceptanceGiven Accept(RecordedHappening e)
    {
        var accepted = (LegAccepted)e.Event;
        return new AcceptanceGiven(
            accepted.Leg, e.Context.Body, e.Context.Actor, accepted.Inspectors, accepted.Findings, e.Context.Attachments.Length,
            EventMark.Of(e));
    }
}
