using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.EventLog;
using Hazards.Projections;

namespace Hazards.Api;

/// <summary>
/// What is being added to a hazard, and to the other one when two are merged: events as the log keeps them, the state
/// after them and the row that goes with it. The one place where decisions become appends.
/// </summary>
/// <param name="id">The hazard.</param>
/// <param name="before">Its state; null when it begins here.</param>
/// <param name="rules">The rules its clocks are counted by.</param>
/// <param name="terms">Where its events come from.</param>
public sealed class HazardStory(HazardId id, Hazard? before, Rulebook rules, Terms terms)
{
    private readonly List<NewEvent> _events = [];
    private Hazard? _now;
    private StreamAppend? _elsewhere;

    /// <summary>Its state after what was added so far.</summary>
    public Hazard? After => _now ?? before;

    /// <summary>How many events were added.</summary>
    public int Count => _events.Count;

    /// <summary>Adds what a decision says; refused ones have nothing to add.</summary>
    public void Add(Decision decision, Act act, Hazard? other = null)
    {
        ArgumentNullException.ThrowIfNull(act);
        if (decision.Events.IsEmpty)
            return;
        Recount(act.Now);
        var context = act.Context(decision.Role);
        foreach (var happened in decision.Events)
            Add(happened, context);
        if (decision.Elsewhere is not { } also || other is null)
            return;
        var after = Hazard.Apply(other.Id, other, new Happening(also.Event, context));
        _elsewhere = new StreamAppend(other.Id.StreamId, HazardStore.StreamType, other.Version, [Facts.Of(also.Event, context, terms)], new PendingState.OfHazard(other, after, rules));
    }

    /// <summary>Adds an event with its circumstances.</summary>
    public void Add(IHazardEvent happened, EventContext context)
    {
        _now = Hazard.Apply(id, After, new Happening(happened, context));
        _events.Add(Facts.Of(happened, context, terms));
    }

    /// <summary>Due dates counted by an older calendar are counted anew, and the change recorded, before anything else.</summary>
    public void Recount(DateTimeOffset now)
    {
        if (After is { } hazard && Clockwork.Recount(hazard, rules) is { } recounted)
            Add(recounted, Clockwork.Context(now, Entry.Prompt, rules.PolicyAt(hazard.Region, now), rules.Calendar));
    }

    /// <summary>The append that writes it all, hazard first.</summary>
    public StreamAppend[] Appends()
    {
        var own = new StreamAppend(id.StreamId, HazardStore.StreamType, before?.Version ?? 0, _events, new PendingState.OfHazard(before, After!, rules));
        return _elsewhere is null ? [own] : [own, _elsewhere];
    }
}
