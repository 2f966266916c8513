using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Projections.Store;
using JasperFx.Events;

namespace Hazards.Projections;

/// <summary>A stream's state before and after the events that make one version.</summary>
internal readonly record struct Folded(IEvent Event, object? Before, object? After, ImmutableList<EventNotice> Notices)
{
    /// <summary>With one more event of the same version.</summary>
    public Folded And(IEvent e)
    {
        var after = StreamStates.Apply(After, e);
        return new Folded(e, Before, after, Notices.AddRange(NoticesOf(e, after)));
    }

    /// <summary>What an event tells, from its own headers.</summary>
    public static ImmutableList<EventNotice> NoticesOf(IEvent e, object? after) =>
        after is Hazard hazard && e.Data is IHazardEvent happened ? [EventNotice.Of(e.Id, happened, hazard, e.Context())] : [];

    /// <summary>The row, as the service hands it to the log; null for a stream that has none.</summary>
    public PendingRow? ToRow(Rulebook rules)
    {
        PendingState? state = After switch
        {
            Hazard hazard => new PendingState.OfHazard((Hazard?)Before, hazard, rules) { Notices = [.. Notices] },
            ImmutableList<Opening> openings =>
                new PendingState.OfOpenings([.. openings.Skip(((ImmutableList<Opening>?)Before)?.Count ?? 0)]),
            Body body => new PendingState.OfBody(body),
            ApiKey key => new PendingState.OfKey(key),
            Account account => new PendingState.OfAccount(account),
            Webhook webhook => new PendingState.OfWebhook(webhook),
            Campaign campaign => new PendingState.OfCampaign(campaign),
            Inspection inspection => new PendingState.OfInspection(inspection),
            Report report => new PendingState.OfReport(report),
            PendingState.OfLook look => look,
            Seal seal => new PendingState.OfSeal(seal),
            _ => null,
        };
        return state is null ? null : new PendingRow(Event.StreamId, Event.Version, Event.Id, state);
    }
}

/// <summary>
/// The states of streams while all events are folded in the order of the log. The states needed longest ago are let
/// go when there are too many, and read again from their streams if they are needed after all.
/// </summary>
internal sealed class StreamStates(IEventLog log)
{
    // Some 3 KB each.
    private const int Most = 100_000;

    private readonly Dictionary<Guid, LinkedListNode<(Guid Stream, object? State)>> known = [];
    private readonly LinkedList<(Guid Stream, object? State)> byUse = new();

    /// <summary>The state after an event, with that before it.</summary>
    public async Task<Folded> FoldAsync(IEvent e, CancellationToken cancellationToken)
    {
        var before = e.Version == 1 ? null : await StateAsync(e.StreamId, e.Version - 1, cancellationToken);
        var after = Apply(before, e);
        return new Folded(e, before, after, Folded.NoticesOf(e, after));
    }

    /// <summary>Folds an event onto a state; null for events that make no rows.</summary>
    public static object? Apply(object? before, IEvent e) => e.Data switch
    {
        IHazardEvent happened => Hazard.Apply(new HazardId(e.StreamId), (Hazard?)before, new Happening(happened, e.Context())),
        IBodyEvent happened => Body.Apply((Body?)before, happened),
        IReportEvent happened => Report.Apply((Report?)before, happened),
        IApiKeyEvent happened => ApiKey.Apply((ApiKey?)before, happened),
        IAccountEvent happened => Account.Apply((Account?)before, happened),
        IWebhookEvent happened => Webhook.Apply((Webhook?)before, happened),
        ICampaignEvent happened => Campaign.Apply((Campaign?)before, happened, e.Context()),
        IInspectionEvent happened => Inspection.Apply((Inspection?)before, happened, e.Context()),
        IAccessEvent happened => new PendingState.OfLook(happened, e.Context()),
        ISealEvent happened => Seal.Apply((Seal?)before, happened, e.Context()),
        MessageOpened => ((ImmutableList<Opening>?)before ?? []).Add(OpeningOf(e)),
        _ => before,
    };

    private static Opening OpeningOf(IEvent e)
    {
        var context = e.Context();
        return new Opening(e.Id, e.StreamId, e.Version, context.Body, context.Actor);
    }

    public void Keep(Folded folded)
    {
        var stream = folded.Event.StreamId;
        if (known.Remove(stream, out var old))
            byUse.Remove(old);
        known[stream] = byUse.AddLast((stream, folded.After));
        if (known.Count <= Most)
            return;
        known.Remove(byUse.First!.Value.Stream);
        byUse.RemoveFirst();
    }

    public void Clear()
    {
        known.Clear();
        byUse.Clear();
    }

    private async Task<object?> StateAsync(Guid stream, long version, CancellationToken cancellationToken)
    {
        if (known.TryGetValue(stream, out var node))
            return node.Value.State;
        object? state = null;
        foreach (var e in await log.FetchAsync(stream, version, cancellationToken: cancellationToken))
            state = Apply(state, e);

        return state;
    }
}
