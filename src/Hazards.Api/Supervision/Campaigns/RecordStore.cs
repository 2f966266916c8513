using System.Collections.Immutable;
using Hazards.Api.Administration.Policies;
using Hazards.Domain;
using Hazards.Projections;
using Hazards.Projections.Store;

namespace Hazards.Api.Supervision.Campaigns;

/// <summary>Records beside the hazards, event-sourced like them: loads, decides, appends with the row.</summary>
/// <param name="type">The type of their streams.</param>
/// <param name="log">The log.</param>
/// <param name="apply">Folds one event.</param>
/// <param name="row">What the read side writes for a state.</param>
internal sealed class RecordStore<TState, TEvent>(
    string type, IEventLog log, Func<TState?, TEvent, EventContext, TState> apply, Func<TState, PendingState> row)
    where TState : class
    where TEvent : class, IDomainEvent
{
    private readonly Deciding deciding = new(log);

    /// <summary>Decides on a record as it stands and appends what follows.</summary>
    /// <param name="id">The record.</param>
    /// <param name="isNew">Nothing else can have begun it: it is not looked for before the first try.</param>
    /// <param name="terms">Key and expected version.</param>
    /// <param name="mayHear">Why the caller may not hear the outcome of a repeated request; null when it may.</param>
    /// <param name="decide">Decides on the state; null when there is none.</param>
    /// <param name="cancellationToken">Cancels waiting.</param>
    /// <param name="guards">The seals the decision was made without.</param>
    public Task<Outcome<TState>> RunAsync(
        Guid id, bool isNew, Terms terms, Func<TState, Refusal?> mayHear,
        Func<TState?, CancellationToken, Task<(Decision<TEvent> Decision, Act Act)>> decide, CancellationToken cancellationToken,
        Func<ImmutableArray<SealGuard>>? guards = null) =>
        deciding.RunAsync(isNew ? null : id, terms, AtVersionAsync, mayHear, async (attempt, stop) =>
        {
            var (before, version) = isNew && attempt.Lost == 0 ? (null, 0) : await LoadAsync(id, null, long.MaxValue, stop);
            // Whoever may not hear of the record hears nothing of its version.
            if (before is not null && mayHear(before) is null && terms.IfVersion is { } expected && !expected.Contains(version))
                return Proposal<TState>.Refuse(AppendRefusals.StaleAt(expected, version));
            var (decision, act) = await decide(before, stop);
            if (decision.Refusal is { } refusal)
                return Proposal<TState>.Refuse(refusal);
            var context = act.Context(decision.Role);
            var after = decision.Events.Aggregate(before, (state, happened) => apply(state, happened, context))!;
            return Proposal<TState>
                .Append(
                    after,
                    new StreamAppend(
                        id, type, version, [.. decision.Events.Select(e => Facts.Of(e, context, terms))],
                        row(after) with { Guards = guards?.Invoke() ?? [] }));
        }, cancellationToken);

    /// <summary>Who began a record; null when there is none.</summary>
    public async Task<EventContext?> FirstAsync(Guid id, CancellationToken cancellationToken) =>
        await log.FetchAsync(id, 1, cancellationToken: cancellationToken) is [{ Data: TEvent } first, ..] ? first.Context() : null;

    /// <summary>A record's history; null when there is no such record.</summary>
    public async Task<(TState State, IReadOnlyList<HistoryEvent> Events)?> HistoryAsync(
        Guid id, DateTimeOffset? asOf, CancellationToken cancellationToken)
    {
        TState? state = null;
        var events = new List<HistoryEvent>();
        foreach (var e in await log.FetchAsync(id, 0, asOf, cancellationToken: cancellationToken))
        {
            if (e.Data is not TEvent happened)
                return null;
            state = apply(state, happened, e.Context());
            events.Add(HistoryEvent.Of(e));
        }

        return state is null ? null : (state, events);
    }

    private async Task<TState> AtVersionAsync(Guid stream, long version, CancellationToken cancellationToken) =>
        (await LoadAsync(stream, null, version, cancellationToken)).State
        ?? throw new InvalidOperationException($"The log remembers an append to {stream} but has no such stream.");

    private async Task<(TState? State, long Version)> LoadAsync(
        Guid id, DateTimeOffset? asOf, long upToVersion, CancellationToken cancellationToken)
    {
        TState? state = null;
        var version = 0L;
        foreach (var e in await log.FetchAsync(id, upToVersion, asOf, cancellationToken: cancellationToken))
        {
            // A stream of another kind is no such record, even when its identity is guessed.
            if (e.Data is not TEvent happened)
                return (null, 0);
            (state, version) = (apply(state, happened, e.Context()), e.Version);
        }

        return (state, version);
    }
}

/// <summary>The circumstances of an act that no hazard is part of.</summary>
internal sealed class Circumstances(RulebookSource rules, SectorCatalogue sectors, TimeProvider clock)
{
    public DateTimeOffset Now(Terms terms) => terms.RecordedAt ?? clock.GetUtcNow();

    public Act Of(Given given, Terms terms, DateTimeOffset? supposed = null, DateTimeOffset? previous = null)
    {
        var (occurred, now) = given.TimeAt(Now(terms), previous, supposed);
        var (rulebook, body) = (rules.Current, given.By.Body);
        var bodies = new Dictionary<BodyId, Body> { [body.Id] = body };
        return new Act(
            given.By, occurred, now, rulebook.PolicyAt(body.Region, occurred), sectors, bodies, given.Document, given.Attachments)
        {
            Calendar = rulebook.Calendar, PolicyNow = rulebook.PolicyAt(body.Region, now),
        };
    }
}
