using System.Collections.Immutable;
using Hazards.Api.Administration.Policies;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;
using Hazards.Projections.Store;

namespace Hazards.Api.Administration.Registry;

/// <summary>The registry of bodies: event-sourced like the hazards.</summary>
internal sealed class BodyStore(IEventLog log, IRegistryQueries registry, RulebookSource rules, SectorCatalogue sectors, TimeProvider clock)
{
    /// <summary>The type of a body's stream.</summary>
    public const string StreamType = "body";

    private readonly Deciding deciding = new(log);

    /// <summary>Folds a body's stream; null when there is none.</summary>
    public Task<Body?> LoadAsync(BodyId id, DateTimeOffset? asOf = null, CancellationToken cancellationToken = default) =>
        LoadAsync(id.StreamId, asOf, long.MaxValue, cancellationToken);

    /// <summary>Decides a command on a body and appends what follows.</summary>
    public Task<Outcome<Body>> ExecuteAsync(
        BodyId id, IBodyCommand command, Given given, Terms? terms = null, CancellationToken cancellationToken = default)
    {
        terms ??= Terms.None;
        return deciding.RunAsync(id.StreamId, terms, AtVersionAsync, body => given.By.Sees(body) ? Registering.MayHear(given.By, body.Region, BodyRefusals.Forbidden) : BodyRefusals.NotFound.Because("id", ("id", id)), async (_, stop) =>
        {
            var before = await LoadAsync(id, null, stop);
            if (before is not null && given.By.Sees(before) && terms.IfVersion is { } expected && !expected.Contains(before.Version))
                return Proposal<Body>.Refuse(AppendRefusals.StaleAt(expected, before.Version));
            var reached = before is null ? null : await registry.WithReachAsync(before, clock, stop);
            var act = new BodyAct(given.By, sectors, await BodiesAsync(command, given.By, stop))
            {
                Below = command is ChangeBody { Parent: not null } ? await registry.WithSubordinatesAsync(id, stop) : [],
            };
            var decision = command.Decide(reached, act);
            return decision.Refusal is { } refusal ? Proposal<Body>.Refuse(refusal) : Propose(id, before, decision.Events, given, terms);
        }, cancellationToken);
    }

    private Proposal<Body> Propose(BodyId id, Body? before, ImmutableArray<IBodyEvent> events, Given given, Terms terms)
    {
        var context = Registering.Context(given, terms, rules, clock);
        if (Registering.CheckTime(given, terms, clock) is { } wrong)
            return Proposal<Body>.Refuse(wrong);
        var after = events.Aggregate(before, (body, happened) => Body.Apply(body, happened))!;
        return Proposal<Body>.Append(after, new StreamAppend(id.StreamId, StreamType, before?.Version ?? 0,
            [.. events.Select(e => Facts.Of(e, context, terms))], new PendingState.OfBody(after)));
    }

    // A body that is not there for the caller is as unknown as one that nobody registered.
    private async Task<IReadOnlyDictionary<BodyId, Body>> BodiesAsync(IBodyCommand command, Actor by, CancellationToken cancellationToken)
    {
        BodyId? named = command switch
        {
            RegisterBody c => c.Parent,
            ChangeBody c => c.Parent,
            DissolveBody c => c.Successor,
            _ => null,
        };
        return named is { } id && (await registry.BodiesAsync([id], cancellationToken)).GetValueOrDefault(id) is { } body && by.Sees(body)
            ? ImmutableDictionary<BodyId, Body>.Empty.Add(id, body)
            : ImmutableDictionary<BodyId, Body>.Empty;
    }

    private async Task<Body> AtVersionAsync(Guid stream, long version, CancellationToken cancellationToken) =>
        await LoadAsync(stream, null, version, cancellationToken)
        ?? throw new InvalidOperationException($"The log remembers an append to {stream} but has no such stream.");

    private async Task<Body?> LoadAsync(Guid stream, DateTimeOffset? asOf, long upToVersion, CancellationToken cancellationToken)
    {
        Body? body = null;
        foreach (var e in await log.FetchAsync(stream, upToVersion, asOf, cancellationToken: cancellationToken))
            body = Body.Apply(body, (IBodyEvent)e.Data);
        return body;
    }
}

/// <summary>What bodies and keys share: the circumstances of an administrator's act.</summary>
internal static class Registering
{
    public static EventContext Context(Given given, Terms terms, RulebookSource rules, TimeProvider clock)
    {
        var now = terms.RecordedAt ?? clock.GetUtcNow();
        var occurred = given.OccurredAt ?? now;
        var policy = rules.Current.PolicyAt(given.By.Body.Region, occurred);
        var entry = now - occurred > TimeSpan.FromHours(policy.PromptEntryHours) ? Entry.Late : Entry.Prompt;
        return new EventContext(
            occurred, entry, given.By.Name, given.By.Body.Id, Role.Administrator, given.By.Client, policy.Version, given.Document,
            given.Attachments);
    }

    /// <summary>Why the outcome of a repeated request is not for a caller: its own key could not have made it.</summary>
    public static Refusal? MayHear(Actor by, RegionCode region, RefusalCode forbidden) =>
        by.Roles.Contains(Role.Administrator) && by.Jurisdiction.Contains(region) ? null : forbidden.Because(null, ("region", region));

    public static Refusal? CheckTime(Given given, Terms terms, TimeProvider clock)
    {
        var now = terms.RecordedAt ?? clock.GetUtcNow();
        if (given.OccurredAt is not { } occurred)
            return null;
        if (occurred > now + Decider.ClockTolerance)
            return HazardRefusals.Future.Because("occurredAt", ("value", occurred), ("now", now));
        return ChinaTime.DateAt(occurred) < Decider.Earliest
            ? HazardRefusals.TooEarly.Because("occurredAt", ("value", occurred), ("earliest", Decider.Earliest))
            : null;
    }
}
