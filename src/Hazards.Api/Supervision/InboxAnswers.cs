using System.Collections.Immutable;
using System.Text.Json;
using Hazards.Api.Investigation;
using Hazards.Api.Lists;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;

namespace Hazards.Api.Supervision;

/// <summary>A page of an inbox.</summary>
/// <param name="Body">Whose inbox.</param>
/// <param name="Items">The messages, the newest first.</param>
/// <param name="Next">Cursor of the next page; absent on the last.</param>
/// <param name="AsOf">The instant looked from; absent for now.</param>
/// <param name="Counts">How much is unread, counted up to 1000.</param>
/// <param name="Authority">权限变更: how much it was told of keys, accounts and policies (<c>/authority/changes</c>) that nobody of
/// it has opened; 0 for whom that list is not.</param>
/// <param name="Names">Names of the bodies mentioned.</param>
internal sealed record InboxPage(
    BodyId Body, ImmutableArray<MessageView> Items, string? Next, DateTimeOffset? AsOf, InboxCounts Counts, int Authority,
    IReadOnlyDictionary<string, string> Names) : IShowsHazards
{
    IEnumerable<HazardId> IShowsHazards.Shown => Items.Select(i => i.Hazard);
}

/// <summary>A message.</summary>
/// <param name="Id">Its identity.</param>
/// <param name="Address">Whom it was told: a body, or <c>office:REGION</c>, the committee office there.</param>
/// <param name="As">As what.</param>
/// <param name="Hazard">The hazard.</param>
/// <param name="Title">Its title.</param>
/// <param name="Region">Its region.</param>
/// <param name="Event">What happened.</param>
/// <param name="Position">The event's position in the log.</param>
/// <param name="OccurredAt">When it happened, as claimed.</param>
/// <param name="ToldAt">When it was recorded; from then on it could be read.</param>
/// <param name="By">The body that acted.</param>
/// <param name="Actor">The person who acted.</param>
/// <param name="DocumentNumber">文号.</param>
/// <param name="Attachments">Files by digest.</param>
/// <param name="Data">The facts.</param>
/// <param name="Openings">Who opened it, the first first.</param>
/// <param name="Links">Where to go from here.</param>
internal sealed record MessageView(
    Guid Id, string Address, CodeEntry As, HazardId Hazard, string Title, RegionCode Region, CodeEntry Event, long Position,
    DateTimeOffset OccurredAt, DateTimeOffset ToldAt, BodyId By, string Actor, DocumentNumber? DocumentNumber,
    ImmutableArray<Attachment> Attachments,
    JsonElement Data, ImmutableArray<InboxOpening> Openings, IReadOnlyDictionary<string, string> Links) : IShowsHazards
{
    IEnumerable<HazardId> IShowsHazards.Shown => [Hazard];

    public static MessageView Of(InboxItem i) => new(
        i.Id, i.Address, Labels.Of(i.As), i.Hazard, i.Title, i.Region, EventLabels.Of(i.Type), i.Position,
        i.Context.OccurredAt, i.ToldAt, i.Context.Body, i.Context.Actor, i.Context.Document, i.Context.Attachments,
        i.Data, i.Openings, new Dictionary<string, string>
        {
            ["self"] = $"{LifeCycle.Links.Root}/inbox/{i.Id:D}",
            ["opening"] = $"{LifeCycle.Links.Root}/inbox/{i.Id:D}/opening",
            ["hazard"] = LifeCycle.Links.Hazard(i.Hazard),
        });
}

/// <summary>An opening.</summary>
/// <param name="Message">The message.</param>
/// <param name="Actor">The person.</param>
/// <param name="Body">The person's body.</param>
/// <param name="OpenedAt">When the person opened it first.</param>
/// <param name="First">Whether that was now.</param>
internal sealed record OpeningAnswer(Guid Message, string Actor, BodyId Body, DateTimeOffset OpenedAt, bool First);

/// <summary>What a body owes, the earliest due first.</summary>
internal sealed record InboxDuties(
    BodyId Body, ImmutableArray<InboxDuty> Items, string? Next, DateTimeOffset? AsOf, DateOnly Today, Names Names);

/// <summary>What a body owes about one hazard.</summary>
/// <param name="Hazard">The hazard.</param>
/// <param name="Title">Its title.</param>
/// <param name="Region">Its region.</param>
/// <param name="Stage">Where it stands.</param>
/// <param name="Level">Its level.</param>
/// <param name="Clocks">The body's own clocks, the earliest due first.</param>
internal sealed record InboxDuty(
    HazardId Hazard, string Title, RegionCode Region, CodeEntry Stage, CodeEntry? Level, ImmutableArray<ClockItem> Clocks)
{
    public static InboxDuty Of(HazardItem item, Body body) => new(
        item.Id, item.Title, item.Region, Labels.Of(item.Stage), Labels.Of(item.Level),
        [.. item.Clocks.Where(c => Domain.Clocks.IsOwedBy(c.Body, item.Region, body.Id, body.Offices))]);
}

/// <summary>Who was told what of a hazard.</summary>
/// <param name="Hazard">The hazard.</param>
/// <param name="AsOf">The instant looked from; absent for now.</param>
/// <param name="Events">Every event that told anybody, in order.</param>
/// <param name="NeverOpened">Who never opened a message, and how many.</param>
/// <param name="Names">Names of the bodies mentioned.</param>
internal sealed record ToldAnswer(
    HazardId Hazard, DateTimeOffset? AsOf, ImmutableArray<ToldEvent> Events, ImmutableArray<Unopened> NeverOpened,
    IReadOnlyDictionary<string, string> Names)
{
    /// <summary>From the events of a case file, and from nothing else.</summary>
    public static ToldAnswer Of(CaseFile file, DateTimeOffset? asOf)
    {
        ImmutableArray<ToldEvent> events = [.. file.Events.Where(e => !e.Context.Told.IsEmpty).Select(e => ToldEvent.Of(file, e))];
        return new ToldAnswer(file.Id, asOf, events,
        [
            .. events.SelectMany(e => e.To.Select(to => (e.ToldAt, To: to))).Where(t => t.To.Openings.IsEmpty).GroupBy(t => t.To.Address)
                .Select(g => new Unopened(g.Key, g.Count(), g.Min(t => t.ToldAt))).OrderByDescending(u => u.Messages)
                .ThenBy(u => u.Address, StringComparer.Ordinal),
        ], ImmutableDictionary<string, string>.Empty);
    }

    /// <summary>The bodies that it names.</summary>
    internal IEnumerable<BodyId> Mentioned =>
        Events.SelectMany(e => e.To.SelectMany(to => to.Openings.Select(o => o.Body).Concat(BodyAt(to.Address))).Prepend(e.By));

    private static IEnumerable<BodyId> BodyAt(string address) => BodyId.TryParse(address, out var body, out _) ? [body] : [];
}

/// <summary>An event and whom it was told.</summary>
internal sealed record ToldEvent(
    long Position, CodeEntry Event, DateTimeOffset OccurredAt, DateTimeOffset ToldAt, BodyId By, string Actor,
    DocumentNumber? DocumentNumber, ImmutableArray<Addressee> To)
{
    public static ToldEvent Of(CaseFile file, RecordedHappening e) => new(
        e.Position, EventLabels.Of(EventTypes.NameOf(e.Event)), e.Context.OccurredAt, e.RecordedAt, e.Context.Body, e.Context.Actor,
        e.Context.Document,
        [.. e.Context.Told.OrderBy(t => t.Address, StringComparer.Ordinal).Select(t => (Told: t, Message: Messages.IdOf(e.Id, t.Address))).Select(t => new Addressee(
            t.Message, t.Told.Address, Labels.Of(t.Told.As),
            [.. file.Openings[t.Message].Select(o => new InboxOpening(o.Body, o.Actor, o.OpenedAt))]))]);
}

/// <summary>One who was told, and who opened it; nobody did while openings are empty.</summary>
internal sealed record Addressee(Guid Message, string Address, CodeEntry As, ImmutableArray<InboxOpening> Openings);

/// <summary>An addressee with messages nobody opened.</summary>
/// <param name="Address">The addressee.</param>
/// <param name="Messages">How many.</param>
/// <param name="Since">When the first of them was told.</param>
internal sealed record Unopened(string Address, int Messages, DateTimeOffset Since);
