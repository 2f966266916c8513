using System.Collections.Immutable;
using Hazards.Api.LifeCycle.Papers;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;
using Hazards.Projections.Store;

namespace Hazards.Api.LifeCycle;

/// <summary>
/// What is being added to a hazard, and to the other one when two are merged: events as the log keeps them, the state
/// after them and the row that goes with it. The one place where decisions become appends.
/// </summary>
/// <param name="id">The hazard.</param>
/// <param name="before">Its state; null when it begins here.</param>
/// <param name="rules">The rules its clocks are counted by.</param>
/// <param name="terms">Where its events come from.</param>
internal sealed class HazardStory(HazardId id, Hazard? before, Rulebook rules, Terms terms)
{
    private readonly List<NewEvent> _events = [];
    private readonly List<EventNotice> _notices = [];
    private readonly Dictionary<Guid, StreamAppend> _numbers = [];
    private Hazard? _now;
    private StreamAppend? _elsewhere;

    /// <summary>Its state after what was added so far.</summary>
    public Hazard? After => _now ?? before;

    /// <summary>How many events were added.</summary>
    public int Count => _events.Count;

    /// <summary>Adds what a decision says; refused ones have nothing to add.</summary>
    public void Add(Decision decision, Act act, Hazard? other = null)
    {
        var context = act.Context(decision.Role);
        Add(decision, [.. decision.Events.Select(e => new Papered(e, context, null))], act, other);
    }

    /// <summary>The same, with the papers that were made for it.</summary>
    public void Add(Decision decision, IReadOnlyList<Papered> prepared, Act act, Hazard? other = null)
    {
        if (prepared.Count == 0)
            return;
        Recount(act.Now);
        if (before is not null && Count == 0)
            foreach (var (missed, noticed) in Ring.Before(act with { Under = decision.Role }, After!, rules))
                Add(missed, noticed);
        foreach (var papered in prepared)
            Add(papered, act.By.Body);
        var context = act.Context(decision.Role);
        if (decision.Elsewhere is not { } also || other is null)
            return;
        var there = new HazardStory(other.Id, other, rules, terms);
        there.Recount(act.Now);
        there.Add(also.Event, context, act.By.Body);
        _elsewhere = there.Appends()[0];
    }

    /// <summary>Adds an event with its circumstances, which from here on say whom it was told.</summary>
    /// <returns>The event's identity.</returns>
    public Guid Add(IHazardEvent happened, EventContext context, Body? by = null)
    {
        context = context.EnteredBy(by, happened is HazardReported report ? report.Region : After!.Region);
        var after = Hazard.Apply(id, After, new Happening(happened, context));
        var told = context with { Told = Telling.Of(happened, After, after, context, by) };
        var added = Facts.Of(happened, told, terms);
        _now = after;
        _events.Add(added);
        _notices.Add(EventNotice.Of(added.Id, happened, after, told));
        return added.Id;
    }

    /// <summary>Adds an event and, if a paper was made for it, takes the paper's number in the same append.</summary>
    public Guid Add(Papered papered, Body? by = null)
    {
        var added = Add(papered.Event, papered.Context, by);
        if (papered.Paper is { } paper)
            Take(
                paper, new PaperNumbered(paper.Kind, After!.Id, added, paper.Document),
                papered.Context with { Attachments = [], Told = [] });
        return added;
    }

    private void Take(NumberedPaper paper, PaperNumbered numbered, EventContext context)
    {
        var stream = paper.Series.StreamId;
        if (!_numbers.TryGetValue(stream, out var series))
            _numbers[stream] = series = new StreamAppend(stream, PaperNumbers.StreamType, paper.Number - 1, []);
        if (series.ExpectedVersion + series.Events.Count + 1 != paper.Number)
            throw new InvalidOperationException($"{paper.Document} does not follow the number before it.");
        _numbers[stream] = series with { Events = [.. series.Events, Facts.Of(numbered, context, terms)] };
    }

    /// <summary>责任移交: what is owed by who cannot do it passes to who can, one body after the other.</summary>
    /// <param name="now">When.</param>
    /// <param name="bodies">The bodies it names, and those that may take over.</param>
    public void PassOn(DateTimeOffset now, IReadOnlyDictionary<BodyId, Body> bodies)
    {
        Recount(now);
        // Who had it has missed what passed before, whoever looks first.
        if (Succession.Next(After!, rules, bodies, ChinaTime.DateAt(now)) is not null)
            foreach (var (missed, noticed) in Ring.Passed(After!, rules, ChinaTime.DateAt(now), now))
                Add(missed, noticed);
        while (Succession.Next(After!, rules, bodies, ChinaTime.DateAt(now)) is { } passed)
            Add(passed, Clockwork.Context(now, Entry.Prompt, rules.PolicyAt(After!.Region, now), rules.Calendar));
    }

    /// <summary>Due dates counted by an older calendar are counted anew, and the change recorded, before anything else.</summary>
    public void Recount(DateTimeOffset now)
    {
        if (After is { } hazard && Clockwork.Recount(hazard, rules, ChinaTime.DateAt(now)) is { } recounted)
            Add(recounted, Clockwork.Context(now, Entry.Prompt, rules.PolicyAt(hazard.Region, now), rules.Calendar));
    }

    /// <summary>The last event of the hazard before the story, where that is remembered and was not read.</summary>
    public Guid? Last { get; init; }

    /// <summary>The append that writes it all, hazard first.</summary>
    /// <param name="guards">The seals it was decided without.</param>
    public StreamAppend[] Appends(params ImmutableArray<SealGuard> guards)
    {
        var row = new PendingState.OfHazard(before, After!, rules) { Notices = [.. _notices], Guards = guards };
        var own = new StreamAppend(id.StreamId, HazardStore.StreamType, before?.Version ?? 0, _events, row) { After = Last };
        return _elsewhere is null ? [own, .. _numbers.Values] : [own, _elsewhere, .. _numbers.Values];
    }
}
