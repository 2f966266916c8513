using System.Collections.Immutable;
using System.Text.Json;
using Hazards.Api.Administration.Persons;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Api.Investigation.Replay;

/// <summary>An event that is cited.</summary>
/// <param name="Position">Its position in the log.</param>
/// <param name="Version">Its version in the hazard's stream.</param>
/// <param name="Event">What it is.</param>
/// <param name="OccurredAt">When it happened, as claimed.</param>
/// <param name="RecordedAt">When it was recorded.</param>
/// <param name="By">The body that acted.</param>
/// <param name="LateEntry">补录准予: by which policy it counts as of when it happened although it was entered on a later day.</param>
internal sealed record Cited(
    long Position, long Version, CodeEntry Event, DateTimeOffset OccurredAt, DateTimeOffset RecordedAt, BodyId By, LateEntryAllowed? LateEntry)
{
    public static Cited? Of(EventMark? mark) =>
        mark is null
            ? null
            : new(mark.Position, mark.Version, EventLabels.Of(mark.Type), mark.OccurredAt, mark.RecordedAt, mark.By, mark.LateEntry);
}

/// <summary>The next act of someone who was told that answers it.</summary>
internal sealed record AnsweredBy(Cited Event, string Actor);

/// <summary>An opening.</summary>
internal sealed record OpenedBy(BodyId Body, string Actor, DateTimeOffset OpenedAt, long Position);

/// <summary>One who was told.</summary>
/// <param name="Address">A body's id, or <c>office:REGION</c>.</param>
/// <param name="As">As what.</param>
/// <param name="ToldAt">When.</param>
/// <param name="Message">The message.</param>
/// <param name="Opened">Who opened it and when, the first first; empty: nobody did.</param>
/// <param name="Acted">Its next own act that answers it.</param>
/// <param name="Unanswered">Asked to act or warned, and no such act followed.</param>
internal sealed record ToldTo(
    string Address, CodeEntry As, DateTimeOffset ToldAt, Guid Message, ImmutableArray<OpenedBy> Opened, AnsweredBy? Acted, bool Unanswered)
{
    public static ToldTo Of(TimelineTelling t) => new(
        t.To.Address, Labels.Of(t.To.As), t.ToldAt, t.Message,
        [.. t.Openings.Select(o => new OpenedBy(o.Body, o.Actor, o.OpenedAt, o.Position))],
        t.Acted is { } a ? new AnsweredBy(Cited.Of(a.Event)!, a.Actor) : null, t.Asked && t.Acted is null);
}

/// <summary>补录.</summary>
/// <param name="HoursAfter">Hours from when it happened, as claimed, until it was recorded.</param>
/// <param name="HoursAllowed">Hours that the policy allows.</param>
/// <param name="HoursLate">By how many more.</param>
/// <param name="Policy">The policy.</param>
internal sealed record LateBy(double HoursAfter, int HoursAllowed, double HoursLate, string Policy)
{
    public static LateBy? Of(LateEntry? late) =>
        late is null ? null : new(Hours(late.After), late.AllowedHours, Hours(late.By), late.Policy);

    private static double Hours(TimeSpan span) => Math.Round(span.TotalHours, 1);
}

/// <summary>An event of the timeline: occurred, recorded, told, opened and acted side by side.</summary>
/// <param name="Position">Its position in the log.</param>
/// <param name="Version">Its version in the hazard's stream.</param>
/// <param name="Hazard">The hazard.</param>
/// <param name="Event">What happened.</param>
/// <param name="Words">The same in a line of Chinese.</param>
/// <param name="WordsEnglish">The same in a line of English; what people wrote stands as they wrote it.</param>
/// <param name="OccurredAt">When it happened, as claimed.</param>
/// <param name="RecordedAt">When it was recorded.</param>
/// <param name="By">The body whose act it is.</param>
/// <param name="Actor">The person.</param>
/// <param name="Role">The role under which it was allowed.</param>
/// <param name="Leg">The leg it concerns, if one.</param>
/// <param name="Stage">Where the hazard stands after it.</param>
/// <param name="Policy">The policy version that applied.</param>
/// <param name="Calendar">The edition of the working calendar.</param>
/// <param name="DocumentNumber">文号.</param>
/// <param name="Attachments">Files by digest.</param>
/// <param name="Told">Whom it was told, when they opened it, and what they did.</param>
/// <param name="Late">补录: how late it was entered.</param>
/// <param name="LateEntry">补录准予: by which policy it counts as of when it happened although it was entered on a later day.</param>
/// <param name="Correction">更正: the field, what it was and what it is.</param>
/// <param name="OccurredBefore">Out of order: something recorded earlier that occurred later.</param>
/// <param name="ByClock">The service's own clock noticed or did it.</param>
/// <param name="Data">The facts.</param>
internal sealed record TimelineEntry(
    long Position, long Version, HazardId Hazard, CodeEntry Event, string Words, string WordsEnglish, DateTimeOffset OccurredAt,
    DateTimeOffset RecordedAt, BodyId By, string Actor, CodeEntry Role,
    CodeEntry? Leg, CodeEntry Stage, string Policy, int Calendar, DocumentNumber? DocumentNumber, ImmutableArray<Attachment> Attachments,
    ImmutableArray<ToldTo> Told, LateBy? Late, LateEntryAllowed? LateEntry, CorrectionMade? Correction, Cited? OccurredBefore, bool ByClock, JsonElement Data)
{
    public static TimelineEntry Of(CaseFile file, TimelineRow row)
    {
        var (e, context) = (row.Event, row.Event.Context);
        return new TimelineEntry(
            e.Position, e.Version, file.Id, EventLabels.Of(EventTypes.NameOf(e.Event)), EventWords.Line(e.Event, b => file.NameOf(b)),
            EnglishWords.Line(e.Event, b => file.NameOf(b)),
            context.OccurredAt, e.RecordedAt, row.By, context.Actor, Labels.Of(context.Role),
            Labels.Of(row.Leg), Labels.Of(row.Stage), context.Policy, context.Calendar, context.Document, context.Attachments,
            [.. row.Told.Select(ToldTo.Of)], LateBy.Of(row.Late), context.LateEntry, row.Correction, Cited.Of(row.OccurredBefore), row.ByClock, SealedView.Of(EventTypes.NameOf(e.Event), DomainJson.Write(e.Event)));
    }
}

/// <summary>The timeline of a hazard.</summary>
/// <param name="Hazard">The hazard.</param>
/// <param name="Title">Its title.</param>
/// <param name="AsOf">The instant looked from; absent for now.</param>
/// <param name="From">Recorded at this instant or later; absent: from the beginning.</param>
/// <param name="To">Recorded at this instant or earlier.</param>
/// <param name="Items">Every event once, in the order of the log.</param>
/// <param name="Names">Names of the bodies mentioned.</param>
internal sealed record TimelineAnswer(
    HazardId Hazard, string Title, DateTimeOffset? AsOf, DateTimeOffset? From, DateTimeOffset? To, ImmutableArray<TimelineEntry> Items,
    IReadOnlyDictionary<string, string> Names);

/// <summary>A silence longer than a rule allows.</summary>
/// <param name="Hazard">The hazard.</param>
/// <param name="Kind">In what way.</param>
/// <param name="Body">Who was silent; absent: the committee office of <paramref name="Office"/>.</param>
/// <param name="Office">The county whose committee office was silent.</param>
/// <param name="Leg">The leg, if one.</param>
/// <param name="Duty">The duty that ran.</param>
/// <param name="Due">Its last day.</param>
/// <param name="As">As what it was told, for messages nobody opened.</param>
/// <param name="From">Since when it was longer than allowed.</param>
/// <param name="Until">When it ended; absent while it lasts.</param>
/// <param name="Days">How long, in days begun.</param>
/// <param name="Rule">The rule: policy version, clause, days.</param>
/// <param name="Began">The event that began the duty, or told.</param>
/// <param name="Ended">The event that ended it.</param>
/// <param name="Noticed">The event with which the service noticed.</param>
/// <param name="Positions">Every event cited.</param>
internal sealed record SilenceEntry(
    HazardId Hazard, CodeEntry Kind, BodyId? Body, RegionCode? Office, CodeEntry? Leg, CodeEntry? Duty, DateOnly? Due, CodeEntry? As,
    DateTimeOffset From, DateTimeOffset? Until, int Days,
    RuleCited? Rule, Cited Began, Cited? Ended, Cited? Noticed, ImmutableArray<long> Positions)
{
    public static SilenceEntry Of(HazardId hazard, Silence s) => new(
        hazard, Labels.Of(s.Kind), s.Body, s.Office, Labels.Of(s.Leg), Labels.Of(s.Duty), s.Due, Labels.Of(s.As), s.From, s.Until, s.Days,
        s.Rule, Cited.Of(s.Began)!, Cited.Of(s.Ended), Cited.Of(s.Noticed), s.Positions);
}

/// <summary>The silences of a hazard.</summary>
internal sealed record SilencesAnswer(
    HazardId Hazard, string Title, DateTimeOffset? AsOf, ImmutableArray<SilenceEntry> Items, IReadOnlyDictionary<string, string> Names);

/// <summary>Who was accountable for what, from one event to another.</summary>
/// <param name="Hazard">The hazard.</param>
/// <param name="For">For what.</param>
/// <param name="Leg">The leg, if one.</param>
/// <param name="Duty">The duty, where it is one.</param>
/// <param name="Body">Who; absent: the committee office of <paramref name="Office"/>.</param>
/// <param name="Office">The county whose committee office was accountable.</param>
/// <param name="AssignedBy">Who had assigned it.</param>
/// <param name="Supervisor">Who supervised it.</param>
/// <param name="Due">The last day, for a duty.</param>
/// <param name="Policy">Under which policy version.</param>
/// <param name="Calendar">By which edition of the working calendar.</param>
/// <param name="From">The event that began it.</param>
/// <param name="To">The event that ended it; absent while it lasts.</param>
internal sealed record AccountableEntry(
    HazardId Hazard, CodeEntry For, CodeEntry? Leg, CodeEntry? Duty, BodyId? Body, RegionCode? Office, BodyId? AssignedBy, BodyId? Supervisor, DateOnly? Due, string Policy, int Calendar, Cited From, Cited? To)
{
    public static AccountableEntry Of(HazardId hazard, Accountable a) => new(
        hazard, Labels.Of(a.For), Labels.Of(a.Leg), Labels.Of(a.Duty), a.Body, a.Office, a.AssignedBy, a.Supervisor, a.Due, a.Policy,
        a.Calendar, Cited.Of(a.From)!, Cited.Of(a.To));
}

/// <summary>The intervals of accountability of a hazard.</summary>
internal sealed record AccountabilityAnswer(
    HazardId Hazard, string Title, DateTimeOffset? AsOf, DateTimeOffset? At, ImmutableArray<AccountableEntry> Items,
    IReadOnlyDictionary<string, string> Names);

/// <summary>A field of the state.</summary>
/// <param name="Name">Its path.</param>
/// <param name="Chinese">Its name.</param>
/// <param name="English">Its name.</param>
/// <param name="Value">Its value.</param>
/// <param name="Shown">The value as a reader is shown it.</param>
internal sealed record FieldEntry(string Name, string Chinese, string English, string? Value, string? Shown)
{
    /// <summary>Whether the value is the identity of a body; it is shown by its name in every language.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsBody { get; init; }

    public static FieldEntry Of(CaseFile file, StateField f) =>
        new(f.Name, f.Chinese, f.English, f.Value, file.Show(f, f.Shown)) { IsBody = f.IsBody };
}

/// <summary>A field that changed.</summary>
/// <param name="Field">The field, with its later value.</param>
/// <param name="From">Its earlier value.</param>
/// <param name="FromShown">The same as a reader is shown it.</param>
/// <param name="Events">The events that changed it.</param>
internal sealed record ChangeEntry(FieldEntry Field, string? From, string? FromShown, ImmutableArray<Cited> Events)
{
    public static ChangeEntry Of(CaseFile file, StateChange c) =>
        new(FieldEntry.Of(file, c.Field), c.From, file.Show(c.Field, c.FromShown), [.. c.Events.Select(e => Cited.Of(e)!)]);
}

/// <summary>What changed of a hazard between two instants.</summary>
internal sealed record ChangesAnswer(
    HazardId Hazard, string Title, DateTimeOffset From, DateTimeOffset To, int FromVersion, int ToVersion,
    ImmutableArray<ChangeEntry> Items, IReadOnlyDictionary<string, string> Names);

/// <summary>Who knew of a hazard, and since when.</summary>
/// <param name="Address">A body's id, or <c>office:REGION</c>.</param>
/// <param name="Since">Since when it can be shown to have known; absent: only that it was told.</param>
/// <param name="Told">The first event put before it.</param>
/// <param name="Opened">When a person of it first opened a message.</param>
/// <param name="Acted">Its own first act.</param>
internal sealed record KnewEntry(string Address, DateTimeOffset? Since, Cited? Told, OpenedBy? Opened, Cited? Acted)
{
    public static KnewEntry Of(WhoKnew w) => new(
        w.Address, w.Since, Cited.Of(w.Told), w.Opened is { } o ? new OpenedBy(o.Body, o.Actor, o.OpenedAt, o.Position) : null,
        Cited.Of(w.Acted));
}

/// <summary>A hazard at an instant, or after one of its events.</summary>
/// <param name="Hazard">The hazard.</param>
/// <param name="At">The instant.</param>
/// <param name="KnownAt">The instant from which is looked back: what was recorded up to then is known.</param>
/// <param name="Version">How many of its events had been recorded at the instant; 0: none.</param>
/// <param name="Versions">How many were recorded by <paramref name="KnownAt"/>.</param>
/// <param name="Event">The event it stands after.</param>
/// <param name="State">Everything those events say; absent before the first.</param>
/// <param name="Fields">The same field by field, for reading.</param>
/// <param name="Clocks">Who had to do what until when.</param>
/// <param name="Changed">What the event changed.</param>
/// <param name="Accountable">Who was accountable.</param>
/// <param name="Who">Who knew, and since when.</param>
/// <param name="NotYetRecorded">What had happened by then, as claimed later, and was not recorded yet.</param>
/// <param name="Names">Names of the bodies mentioned.</param>
/// <param name="Links">Step by step: first, previous, next, last; and what else is said of it.</param>
internal sealed record ReplayAnswer(
    HazardId Hazard, DateTimeOffset At, DateTimeOffset KnownAt, int Version, int Versions, TimelineEntry? Event, Hazard? State,
    ImmutableArray<FieldEntry> Fields, ImmutableArray<Clock> Clocks,
    ImmutableArray<ChangeEntry> Changed, ImmutableArray<AccountableEntry> Accountable, ImmutableArray<KnewEntry> Who,
    ImmutableArray<TimelineEntry> NotYetRecorded,
    IReadOnlyDictionary<string, string> Names, IReadOnlyDictionary<string, string> Links)
{
    /// <param name="file">As it is known.</param>
    /// <param name="at">The instant.</param>
    /// <param name="version">The event it stands after, when that was asked for.</param>
    /// <param name="clocks">Counts the open duties.</param>
    public static ReplayAnswer Of(CaseFile file, DateTimeOffset at, int? version, Func<Hazard, ImmutableArray<Clock>> clocks)
    {
        var stands = version ?? file.VersionAt(at);
        // Events of one append share their instant: after the first of them, the others have not happened yet.
        var known = Knowledge.At(file, at);
        var timeline = Timeline.Of(file);
        var state = stands > 0 ? file.States[stands - 1] : null;
        var open = state is null ? [] : clocks(state);
        return new ReplayAnswer(
            file.Id, at, file.AsOf, stands, file.Events.Length, stands > 0 ? TimelineEntry.Of(file, timeline[stands - 1]) : null, state,
            state is null ? [] : [.. StateFields.Of(state, open).Select(f => FieldEntry.Of(file, f))], open,
            stands > 0 ? [.. StateChanges.By(file, stands).Select(c => ChangeEntry.Of(file, c))] : [],
            [.. Accountability.Of(file).Where(a => a.From.Version <= stands && !(a.To?.Version <= stands)).Select(a => AccountableEntry.Of(file.Id, a))],
            [.. known.Who.Select(KnewEntry.Of)],
            [.. known.NotYetRecorded.Select(e => TimelineEntry.Of(file, timeline[(int)e.Version - 1]))],
            file.Names(), LinksOf(file, stands));
    }

    private static SortedDictionary<string, string> LinksOf(CaseFile file, int version)
    {
        var self = $"{LifeCycle.Links.Root}/replay/hazards/{file.Id}";
        var links = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["self"] = self, ["first"] = $"{self}?version=1", ["last"] = $"{self}?version={file.Events.Length}", ["hazard"] = LifeCycle.Links.Hazard(file.Id),
            ["timeline"] = $"{self}/timeline", ["silences"] = $"{self}/silences", ["accountability"] = $"{self}/accountability", ["changes"] = $"{self}/changes", ["lookAlikes"] = $"{self}/look-alikes",
        };
        if (version > 1)
            links["previous"] = $"{self}?version={version - 1}";
        if (version < file.Events.Length)
            links["next"] = $"{self}?version={version + 1}";
        return links;
    }
}

/// <summary>Names in a case file.</summary>
internal static class CaseNames
{
    /// <summary>The name of a body; the committee office where none is named.</summary>
    public static string NameOf(this CaseFile file, BodyId? body) =>
        body is not { } id ? "安委办" : file.Bodies.TryGetValue(id, out var known) ? known.Name : id.Value;

    /// <summary>The name of one who was told, knew or was silent.</summary>
    public static string NameOf(this CaseFile file, BodyId? body, RegionCode? office) =>
        body is not null || office is not { } region ? file.NameOf(body)
        : file.Bodies.Values.FirstOrDefault(b => b.Kind == BodyKind.CommitteeOffice && b.Region == region)?.Name
            ?? $"{Regions.FullNameOf(region)}安委办";

    public static IReadOnlyDictionary<string, string> Names(this CaseFile file)
    {
        var names = new SortedDictionary<string, string>(
            file.Bodies.ToDictionary(b => b.Key.Value, b => b.Value.Name), StringComparer.Ordinal);
        foreach (var office in file.Events.SelectMany(e => e.Context.Told).Where(t => t.Office is not null))
            names[office.Address] = file.NameOf(null, office.Office);
        return names;
    }

    public static string? Show(this CaseFile file, StateField field, string? shown) =>
        field.IsBody && BodyId.TryParse(shown, out var body, out _) ? file.NameOf(body) : shown;
}
