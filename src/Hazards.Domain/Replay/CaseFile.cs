using System.Collections.Immutable;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>An event of a hazard as the log holds it.</summary>
/// <param name="Position">Its position in the log.</param>
/// <param name="Version">Its version in the hazard's stream, from 1.</param>
/// <param name="Id">Its identity.</param>
/// <param name="RecordedAt">When it was recorded.</param>
/// <param name="Happening">What happened, and the circumstances.</param>
public sealed record RecordedHappening(long Position, long Version, Guid Id, DateTimeOffset RecordedAt, Happening Happening)
{
    /// <summary>What happened.</summary>
    public IHazardEvent Event => Happening.Event;

    /// <summary>Who, when (as claimed), under which policy, and who was told.</summary>
    public EventContext Context => Happening.Context;
}

/// <summary>The first opening of a message by a person.</summary>
/// <param name="Message">The message (<see cref="Messages.IdOf"/>).</param>
/// <param name="Body">The person's body.</param>
/// <param name="Actor">The person.</param>
/// <param name="OpenedAt">When; an opening is recorded as it happens.</param>
/// <param name="Position">The opening's own position in the log.</param>
public sealed record RecordedOpening(Guid Message, BodyId Body, string Actor, DateTimeOffset OpenedAt, long Position);

/// <summary>An event that is cited: where it stands, when it happened and when it was recorded.</summary>
/// <param name="Position">Its position in the log.</param>
/// <param name="Version">Its version in the hazard's stream.</param>
/// <param name="Type">Its alias.</param>
/// <param name="OccurredAt">When it happened, as claimed.</param>
/// <param name="RecordedAt">When it was recorded.</param>
/// <param name="By">The body that acted.</param>
public sealed record EventMark(long Position, long Version, string Type, DateTimeOffset OccurredAt, DateTimeOffset RecordedAt, BodyId By)
{
    internal static EventMark Of(RecordedHappening e) =>
        new(e.Position, e.Version, EventTypes.NameOf(e.Event), e.Context.OccurredAt, e.RecordedAt, e.Context.Body)
        {
            LateEntry = e.Context.LateEntry, BindsLate = e.Context.BindsFrom is not null && !Hazard.IsImported(e.Context),
        };

    /// <summary>Why it counts as of when it happened although it was entered on a later day; null where nothing was asked of it.</summary>
    public LateEntryAllowed? LateEntry { get; init; }

    /// <summary>Whether what it asks of others is asked of them from its entry only.</summary>
    internal bool BindsLate { get; init; }
}

/// <summary>
/// 案卷: all that is on record of one hazard as of an instant, with the state after every event. What was recorded later
/// is not in it, so nothing that is said from it can be influenced by what came to light afterwards.
/// </summary>
public sealed class CaseFile
{
    private readonly Lazy<ImmutableArray<ImmutableArray<Clock>>> _clocks;
    private readonly ImmutableArray<RecordedHappening> _all;
    private readonly ImmutableArray<RecordedOpening> _allOpenings;

    private CaseFile(
        HazardId id, ImmutableArray<RecordedHappening> all, ImmutableArray<RecordedOpening> allOpenings,
        Rulebook rules, IReadOnlyDictionary<BodyId, Body> bodies, DateTimeOffset asOf)
    {
        (Id, Rules, Bodies, AsOf, _all, _allOpenings) = (id, rules, bodies, asOf, all, allOpenings);
        Events = [.. all.TakeWhile(e => e.RecordedAt <= asOf)];
        Openings = allOpenings.Where(o => o.OpenedAt <= asOf).OrderBy(o => o.Position).ToLookup(o => o.Message);
        States = Fold(id, Events);
        _clocks = new(() => [.. States.Select(s => Clocks.Open(s, rules))]);
    }

    /// <summary>The hazard.</summary>
    public HazardId Id { get; }

    /// <summary>The instant looked from: what was recorded later is left out.</summary>
    public DateTimeOffset AsOf { get; }

    /// <summary>The policies and the calendar, each found as of the time it applied.</summary>
    public Rulebook Rules { get; }

    /// <summary>Bodies as far as they are known: a committee office is found by its region among them.</summary>
    public IReadOnlyDictionary<BodyId, Body> Bodies { get; }

    /// <summary>The events, in the order of the log.</summary>
    public ImmutableArray<RecordedHappening> Events { get; }

    /// <summary>The openings of the messages that the events told, the first first.</summary>
    public ILookup<Guid, RecordedOpening> Openings { get; }

    /// <summary>The hazard after each event.</summary>
    public ImmutableArray<Hazard> States { get; }

    /// <summary>The hazard after the newest event.</summary>
    public Hazard Newest => States[^1];

    /// <summary>Opens a case file; null when nothing of the hazard was on record at that instant.</summary>
    /// <param name="id">The hazard.</param>
    /// <param name="events">Its events in order, from version 1.</param>
    /// <param name="openings">The openings of their messages.</param>
    /// <param name="rules">The policies and the calendar.</param>
    /// <param name="bodies">The bodies mentioned, as far as known.</param>
    /// <param name="asOf">The instant looked from.</param>
    public static CaseFile? Of(
        HazardId id, IEnumerable<RecordedHappening> events, IEnumerable<RecordedOpening> openings,
        Rulebook rules, IReadOnlyDictionary<BodyId, Body> bodies, DateTimeOffset asOf)
    {
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentNullException.ThrowIfNull(bodies);
        var file = new CaseFile(id, [.. events], [.. openings], rules, bodies, asOf);
        return file.Events.IsEmpty ? null : file;
    }

    /// <summary>
    /// The same file as it was at an earlier instant (or at a later one, as far as it was read); null when it was not begun
    /// yet.
    /// </summary>
    public CaseFile? At(DateTimeOffset instant)
    {
        var file = new CaseFile(Id, _all, _allOpenings, Rules, Bodies, instant);
        return file.Events.IsEmpty ? null : file;
    }

    /// <summary>The same file as it is shown to whom not everybody is named.</summary>
    /// <param name="change">How an event is shown.</param>
    /// <param name="bodies">The bodies that are named.</param>
    public CaseFile Shown(Func<RecordedHappening, RecordedHappening> change, IReadOnlyDictionary<BodyId, Body> bodies) =>
        new(Id, [.. _all.Select(change)], _allOpenings, Rules, bodies, AsOf);

    /// <summary>The hazard as it was recorded at an instant; null before its first event.</summary>
    public Hazard? StateAt(DateTimeOffset instant) => VersionAt(instant) is var version and > 0 ? States[version - 1] : null;

    /// <summary>How many of its events had been recorded at an instant.</summary>
    public int VersionAt(DateTimeOffset instant) => Events.Count(e => e.RecordedAt <= instant);

    /// <summary>The duties that ran after an event (its index, from 0).</summary>
    internal ImmutableArray<Clock> ClocksAfter(int index) => _clocks.Value[index];

    /// <summary>The state before an event (its index, from 0); null before the first.</summary>
    internal Hazard? Before(int index) => index == 0 ? null : States[index - 1];

    /// <summary>Whether a body reads what is put before an address.</summary>
    internal bool Reads(BodyId body, Told to) =>
        to.Body is { } own ? own == body : Bodies.TryGetValue(body, out var known) && Told.AddressesOf(known).Contains(to.Address);

    private static ImmutableArray<Hazard> Fold(HazardId id, ImmutableArray<RecordedHappening> events)
    {
        var states = ImmutableArray.CreateBuilder<Hazard>(events.Length);
        Hazard? state = null;
        foreach (var e in events)
            states.Add(state = Hazard.Apply(id, state, e.Happening));
        return states.ToImmutable();
    }
}
