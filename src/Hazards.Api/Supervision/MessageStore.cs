using Hazards.Api.Administration.Policies;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;
using Hazards.Projections.Store;

namespace Hazards.Api.Supervision;

/// <summary>Records who opened a message: for each person the first time, and no other.</summary>
/// <param name="log">The log.</param>
/// <param name="rules">The policies in force.</param>
/// <param name="clock">Tells when it is.</param>
internal sealed class MessageStore(IEventLog log, RulebookSource rules, TimeProvider clock)
{
    /// <summary>The type of a message's stream.</summary>
    public const string StreamType = "message";

    private const int MostTries = 12;

    /// <summary>A person opens a message.</summary>
    /// <param name="message">The message, which this person's body may read as its own.</param>
    /// <param name="by">The person.</param>
    /// <param name="terms">Where the request comes from.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>When the person first opened it, and whether that was now; a refusal when too many open it at once.</returns>
    public async Task<(DateTimeOffset OpenedAt, bool Now, Refusal? Refusal)> OpenAsync(
        InboxItem message, Actor by, Terms terms, CancellationToken cancellationToken = default)
    {
        return await OpenAsync(message.Id, by, version => Append(message, by, terms, version), terms, cancellationToken);
    }

    /// <summary>A person opens what its body was told of a change of authority.</summary>
    /// <param name="change">The change.</param>
    /// <param name="told">The body's part of whom it was told.</param>
    /// <param name="by">The person.</param>
    /// <param name="terms">Where the request comes from.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>As for a message.</returns>
    public Task<(DateTimeOffset OpenedAt, bool Now, Refusal? Refusal)> OpenAsync(
        AuthorityEntry change, Told told, Actor by, Terms terms, CancellationToken cancellationToken = default)
    {
        var message = Messages.IdOf(change.EventId, told.Address);
        return OpenAsync(message, by, version =>
        {
            var opened = Facts.Of(new AuthorityChangeOpened(change.EventId, told.Address), Context(change.Region, by, terms), terms);
            return new Append([new StreamAppend(message, StreamType, version, [opened])], null, terms.RecordedAt) { Relies = terms.Relies };
        }, terms, cancellationToken);
    }

    private async Task<(DateTimeOffset OpenedAt, bool Now, Refusal? Refusal)> OpenAsync(
        Guid message, Actor by, Func<long, Append> append, Terms terms, CancellationToken cancellationToken)
    {
        for (var tries = 0; tries < MostTries; tries++)
        {
            var version = 0L;
            foreach (var e in await log.FetchAsync(message, cancellationToken: cancellationToken))
            {
                var earlier = e.Context();
                if (earlier.Actor == by.Name && earlier.Body == by.Body.Id)
                    return (e.Timestamp, false, null);
                version = e.Version;
            }

            switch (await log.AppendAsync(append(version), cancellationToken))
            {
                case AppendResult.Committed done:
                    return (done.RecordedAt, true, null);
                case AppendResult.Conflict conflict when await terms.OvertakenAsync(conflict, cancellationToken) is { } unfounded:
                    return (default, false, unfounded);
            }
        }

        return (default, false, AppendRefusals.Contended.Because());
    }

    /// <summary>A person opens several messages at once which nobody can have opened before: for simulations.</summary>
    internal async Task OpenNewAsync(IEnumerable<InboxItem> messages, Actor by, Terms terms, CancellationToken cancellationToken)
    {
        var append = new Append([.. messages.SelectMany(m => Append(m, by, terms, 0).Streams)], null, terms.RecordedAt);
        if (await log.AppendAsync(append, cancellationToken) is not AppendResult.Committed)
            throw new InvalidOperationException("a message was opened before");
    }

    private Append Append(InboxItem message, Actor by, Terms terms, long version)
    {
        var opened = Facts.Of(
            new MessageOpened(message.Hazard, message.EventId, message.Address), Context(message.Region, by, terms), terms);
        var row = new PendingState.OfOpenings([new Opening(opened.Id, message.Id, version + 1, by.Body.Id, by.Name)]);
        return new Append([new StreamAppend(message.Id, StreamType, version, [opened], row)], null,
            terms.RecordedAt) { Relies = terms.Relies };
    }

    private EventContext Context(RegionCode region, Actor by, Terms terms)
    {
        var now = terms.RecordedAt ?? clock.GetUtcNow();
        // Any role may read; the first is as good as another.
        return new EventContext(
            now, Entry.Prompt, by.Name, by.Body.Id, by.Roles.Order().FirstOrDefault(), by.Client,
            rules.Current.PolicyAt(region, now).Version, null, []);
    }
}
