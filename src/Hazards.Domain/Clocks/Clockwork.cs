using System.Collections.Immutable;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>系统时钟: the service itself, when it notices what nobody did. It has no key; its acts are decided like any other's.</summary>
public static class Clockwork
{
    /// <summary>The body in whose name the service notices; not in the registry.</summary>
    public static Body Body { get; } = new(
        BodyId.Parse("clockwork"), "系统时钟", BodyKind.System, RegionCode.Nation, [], null, null, false, null, 0);

    /// <summary>The actor of its acts.</summary>
    public static Actor Actor { get; } = new("系统时钟", Body, [Role.Clock], "clockwork", RegionCode.Nation);

    /// <summary>The circumstances of what it notices.</summary>
    public static EventContext Context(DateTimeOffset occurredAt, Entry entry, Policy policy, WorkCalendar calendar)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(calendar);
        return new EventContext(occurredAt, entry, Actor.Name, Body.Id, Role.Clock, Actor.Client, policy.Version, null,
            []) { Calendar = calendar.Edition };
    }

    /// <summary>
    /// The due dates that the newest calendar sets otherwise than the one the hazard was counted by; null when there are
    /// none. Whatever is next recorded of the hazard begins with this event, so no due date ever moves without one. None moves into the
    /// past (<see cref="DueMoved.Kept"/>).
    /// </summary>
    /// <param name="hazard">The hazard.</param>
    /// <param name="rules">With the newest calendar.</param>
    /// <param name="today">The day of the recount, in China.</param>
    public static DeadlinesRecounted? Recount(Hazard hazard, Rulebook rules, DateOnly today)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        ArgumentNullException.ThrowIfNull(rules);
        if (rules.Calendar.Edition <= hazard.Calendar)
            return null;
        var anew = Clocks.Open(hazard, rules, rules.Calendar).ToLookup(c => (c.Kind, c.Leg, c.Since));
        var moved = Clocks.Open(hazard, rules)
            .SelectMany(before => anew[(before.Kind, before.Leg, before.Since)].Take(1), (before, after) => (before, after))
            .Where(m => m.before.Due != m.after.Due || m.before.Provisional != m.after.Provisional)
            .Select(m => Moved(m.before, m.after))
            .ToImmutableArray();
        return moved.IsEmpty ? null : new DeadlinesRecounted(hazard.Calendar, moved);

        DueMoved Moved(Clock before, Clock after)
        {
            var next = after.Working ? rules.Calendar.Add(today, 1, DayCount.Working).Date : today.AddDays(1);
            var earliest = before.Due < next ? before.Due : next;
            var kept = after.Due < earliest;
            return new DueMoved(after.Kind, after.Leg, after.Since, before.Due, kept ? earliest : after.Due, after.Provisional)
            {
                Kept = kept ? true : null,
            };
        }
    }
}
