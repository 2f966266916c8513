using System.Collections.Immutable;
using Hazards.Domain.Codes;
using static Hazards.Domain.Tests.Rules.World;

namespace Hazards.Domain.Tests.Replay;

/// <summary>A record as it is being made: what happened when, when it was entered, whom it was told and who opened it.</summary>
internal sealed record Docket
{
    public ImmutableArray<RecordedHappening> Events { get; private init; } = [];

    public ImmutableArray<RecordedOpening> Openings { get; private init; } = [];

    public Policy Policy { get; init; } = Policy.NationalBaseline;

    public WorkCalendar Calendar { get; init; } = WorkCalendar.Shipped;

    public Rulebook Rules => new([new Adopted(Policy, RegionCode.Nation, DateOnly.MinValue, null)], Calendar);

    public Hazard? State { get; private init; }

    /// <summary>The position of the newest event; every event's is ten times its version.</summary>
    public long Last => Events[^1].Position;

    /// <summary>On this day of 2026 (MM-dd, or MM-dd HH:mm), this body did that; it was recorded then, or when it says.</summary>
    public Docket On(string day, Body by, IHazardEvent happened, string? recorded = null, Role role = Role.Coordinator)
    {
        var (occurred, at) = (When(day), When(recorded ?? day));
        var entry = at - occurred > TimeSpan.FromHours(Policy.PromptEntryHours) ? Entry.Late : Entry.Prompt;
        var context = new EventContext(occurred, entry, "张工", by.Id, role, "tests", Policy.Version, null, []);
        return Add(new Happening(happened, context), at, by);
    }

    /// <summary>What the service noticed when it looked on this day.</summary>
    public Docket Ringing(string day) =>
        Ring.On(State!, Rules, ChinaTime.DateAt(When(day)), When(day), Bodies).Aggregate(this, (d, h) => d.Add(h, When(day), null));

    /// <summary>What was due by an older calendar was counted anew on this day.</summary>
    public Docket Recounted(string day) =>
        Add(
            new Happening(
                Clockwork.Recount(State!, Rules, ChinaTime.DateAt(When(day))).ShouldNotBeNull(),
                Clockwork.Context(When(day), Entry.Prompt, Policy, Calendar)),
            When(day), null);

    public Docket Add(Happening happening, DateTimeOffset recordedAt, Body? by)
    {
        var before = State;
        var after = Hazard.Apply(Id, before, happening);
        var told = happening.Context with { Told = Telling.Of(happening.Event, before, after, happening.Context, by) };
        var version = Events.Length + 1;
        return this with
        {
            State = after,
            Events = Events.Add(new RecordedHappening(version * 10, version, new Guid(version, 0, 0, new byte[8]), recordedAt, happening with { Context = told })),
        };
    }

    /// <summary>On this day a person of the body opened what the newest event told it.</summary>
    public Docket Opened(string day, Body by, long? position = null) => Opened(When(day), by, Told.AddressesOf(by), position ?? Last);

    public Docket Opened(DateTimeOffset at, Body by, string[] addresses, long position)
    {
        var e = Events.Single(e => e.Position == position);
        var told = e.Context.Told.First(t => addresses.Contains(t.Address));
        return this with
        {
            Openings = Openings.Add(
                new RecordedOpening(Messages.IdOf(e.Id, told.Address), by.Id, "值班员", at, position + 1 + Openings.Length % 9)),
        };
    }

    /// <summary>The file as it is looked at on a day.</summary>
    public CaseFile AsOf(string day) => AsOf(When(day));

    public CaseFile AsOf(DateTimeOffset instant) => CaseFile.Of(Id, Events, Openings, Rules, Bodies, instant).ShouldNotBeNull();

    public static DateTimeOffset When(string day)
    {
        var parts = day.Split(' ');
        var date = DateOnly.ParseExact($"2026-{parts[0]}", "yyyy-MM-dd", null);
        var time = parts.Length > 1 ? TimeOnly.ParseExact(parts[1], "HH:mm", null) : new TimeOnly(9, 0);
        return new DateTimeOffset(date.ToDateTime(time), ChinaTime.Offset);
    }
}
