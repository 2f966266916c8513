using System.Collections.Immutable;
using Hazards.Api.Administration.Policies;
using Hazards.Api.Administration.Registry;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;
using Hazards.Projections.Store;

namespace Hazards.Api.LifeCycle.Papers;

/// <summary>The letterheads of bodies: a stream each, short, folded when a paper is made.</summary>
internal sealed class LetterheadStore(
    IEventLog log, IRegistryQueries registry, RulebookSource rules, SectorCatalogue sectors, TimeProvider clock)
{
    /// <summary>The type of a letterhead's stream.</summary>
    public const string StreamType = "letterhead";

    private readonly Deciding deciding = new(log);

    /// <summary>A body's letterhead; made from its name while it has set none.</summary>
    public Task<Letterhead> LoadAsync(Body body, DateTimeOffset? asOf = null, CancellationToken cancellationToken = default) =>
        LoadAsync(body, asOf, long.MaxValue, cancellationToken);

    /// <summary>Sets a letterhead.</summary>
    public Task<Outcome<Letterhead>> SetAsync(
        BodyId id, SetLetterhead command, Given given, Terms terms, CancellationToken cancellationToken = default)
    {
        var stream = Letterhead.StreamOf(id);
        return deciding.RunAsync(stream, terms, async (_, version, stop) => await LoadAsync(await BodyAsync(id, stop), null, version, stop),
            _ => given.By.Roles.Contains(Role.Administrator) || given.By.Body.Id == id ? null : BodyRefusals.NotFound.Because("id", ("id", id)), async (_, stop) =>
        {
            var body = (await registry.BodiesAsync([id], stop)).GetValueOrDefault(id);
            body = body is null ? null : await registry.WithReachAsync(body, clock, stop);
            var (happened, refusal) = command.Decide(body, new BodyAct(given.By, sectors, ImmutableDictionary<BodyId, Body>.Empty));
            if ((refusal ?? Registering.CheckTime(given, terms, clock)) is { } wrong)
                return Proposal<Letterhead>.Refuse(wrong);
            var before = await LoadAsync(body!, null, stop);
            if (terms.IfVersion is { } expected && !expected.Contains(before.Version))
                return Proposal<Letterhead>.Refuse(AppendRefusals.StaleAt(expected, before.Version));
            var context = Registering.Context(given, terms, rules, clock);
            return Proposal<Letterhead>
                .Append(
                    Letterhead.Apply(before, happened!),
                    new StreamAppend(stream, StreamType, before.Version, [Facts.Of(happened!, context, terms)]));
        }, cancellationToken);
    }

    private async Task<Letterhead> LoadAsync(Body body, DateTimeOffset? asOf, long upToVersion, CancellationToken cancellationToken)
    {
        var letterhead = Letterhead.Usual(body);
        foreach (var e in await log.FetchAsync(Letterhead.StreamOf(body.Id), upToVersion, asOf, cancellationToken: cancellationToken))
            letterhead = Letterhead.Apply(letterhead, (LetterheadSet)e.Data);
        return letterhead;
    }

    private async Task<Body> BodyAsync(BodyId id, CancellationToken cancellationToken) =>
        (await registry.BodiesAsync([id], cancellationToken))
            .GetValueOrDefault(id)
                ?? throw new InvalidOperationException($"The log knows a letterhead of {id}, the registry no such body.");
}
