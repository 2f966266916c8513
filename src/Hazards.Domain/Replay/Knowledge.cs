using System.Collections.Immutable;

namespace Hazards.Domain;

/// <summary>Since when somebody knew of a hazard: told, opened, acted; each the first time.</summary>
/// <param name="Address">A body's id, or <c>office:REGION</c>.</param>
/// <param name="Told">The first event that was put before it.</param>
/// <param name="Opened">When a person of it first opened a message.</param>
/// <param name="Acted">Its own first act.</param>
public sealed record WhoKnew(string Address, EventMark? Told, RecordedOpening? Opened, EventMark? Acted)
{
    /// <summary>Since when it can be shown to have known: it opened, or acted. Null: only that it was told.</summary>
    public DateTimeOffset? Since => (Opened?.OpenedAt, Acted?.RecordedAt) switch
    {
        ({ } opened, { } acted) => opened < acted ? opened : acted,
        var (opened, acted) => opened ?? acted,
    };
}

/// <summary>What was known of a hazard at an instant.</summary>
/// <param name="At">The instant.</param>
/// <param name="Version">How many of its events were recorded by then.</param>
/// <param name="State">The hazard as those leave it; null when nothing was recorded.</param>
/// <param name="NotYetRecorded">What had happened by then, as claimed later, and was recorded only afterwards.</param>
/// <param name="Who">Who knew, and since when.</param>
public sealed record KnownAt(
    DateTimeOffset At, int Version, Hazard? State, ImmutableArray<RecordedHappening> NotYetRecorded, ImmutableArray<WhoKnew> Who);

/// <summary>知情: what was on record at an instant, what had happened and was not, and who knew.</summary>
public static class Knowledge
{
    /// <summary>
    /// What was known at an instant; what came to light later is taken from the file, up to the instant it is looked from.
    /// </summary>
    public static KnownAt At(CaseFile file, DateTimeOffset instant)
    {
        ArgumentNullException.ThrowIfNull(file);
        var then = file.At(instant);
        return new KnownAt(
            instant, then?.Events.Length ?? 0, then?.Newest,
            [.. file.Events.Where(e => e.RecordedAt > instant && e.Context.OccurredAt <= instant)],
            then is null ? [] : Who(then));
    }

    private static ImmutableArray<WhoKnew> Who(CaseFile file)
    {
        var known = new SortedDictionary<string, WhoKnew>(StringComparer.Ordinal);
        WhoKnew Of(string address) => known.GetValueOrDefault(address) ?? new WhoKnew(address, null, null, null);
        for (var i = 0; i < file.Events.Length; i++)
        {
            var e = file.Events[i];
            var mark = EventMark.Of(e);
            if (e.Context.Role != Codes.Role.Clock)
            {
                var by = Of(Deeds.By(e.Happening, file.Before(i)).Value);
                known[by.Address] = by with { Acted = by.Acted ?? mark };
            }
            foreach (var told in e.Context.Told)
            {
                var one = Of(told.Address);
                var opened = file.Openings[Messages.IdOf(e.Id, told.Address)].FirstOrDefault();
                known[told.Address] = one with { Told = one.Told ?? mark, Opened = Earlier(one.Opened, opened) };
            }
        }
        return [.. known.Values.OrderBy(w => w.Since ?? DateTimeOffset.MaxValue).ThenBy(w => w.Address, StringComparer.Ordinal)];
    }

    private static RecordedOpening? Earlier(RecordedOpening? one, RecordedOpening? other) =>
        one is null || other?.Position < one.Position ? other : one;
}
