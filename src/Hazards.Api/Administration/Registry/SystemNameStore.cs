using Hazards.Api.Administration.Policies;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;
using Hazards.Projections.Store;

namespace Hazards.Api.Administration.Registry;

/// <summary>系统名归属: one stream of few events. What was read is kept; only what came after it is read before each use.</summary>
/// <param name="log">The log.</param>
/// <param name="registry">The bodies.</param>
/// <param name="rules">The policies in force.</param>
/// <param name="clock">Tells when it is.</param>
internal sealed class SystemNameStore(IEventLog log, IRegistryQueries registry, RulebookSource rules, TimeProvider clock)
{
    /// <summary>The type of the stream.</summary>
    public const string StreamType = "system_names";

    private readonly Deciding deciding = new(log);
    private volatile SystemNames known = SystemNames.None;

    /// <summary>To whom the names belong now.</summary>
    public async Task<SystemNames> NowAsync(CancellationToken cancellationToken = default)
    {
        var names = known;
        foreach (var e in await log.FetchAsync(SystemNames.StreamId, fromVersion: names.Version + 1, cancellationToken: cancellationToken))
            names = names.Apply((ISystemNameEvent)e.Data);
        // Two readers may have read the same: the newer is kept, whichever is last.
        if (names.Version > known.Version)
            known = names;
        return names;
    }

    /// <summary>Why a caller may not report under the name it gives; null when it may, or gives none.</summary>
    public async ValueTask<Refusal?> RefuseAsync(ExternalReference? reference, Actor by, CancellationToken cancellationToken = default) =>
        reference is null ? null : (await NowAsync(cancellationToken)).WhyNot(reference, by);

    /// <summary>Gives a name to a client.</summary>
    public Task<Outcome<SystemNames>> GrantAsync(GrantSystemName order, Given given, Terms terms, CancellationToken cancellationToken = default) =>
        RunAsync(given, terms, async (names, stop) =>
        {
            var body = (await registry.BodiesAsync([order.Body], stop)).GetValueOrDefault(order.Body);
            var (happened, refusal) = order.Decide(names, given.By, body is not null && given.By.Sees(body) ? body : null);
            return (happened, refusal);
        }, cancellationToken);

    /// <summary>Takes a name from its client.</summary>
    public Task<Outcome<SystemNames>> ReleaseAsync(ReleaseSystemName order, Given given, Terms terms, CancellationToken cancellationToken = default) =>
        RunAsync(given, terms, (names, _) =>
        {
            var (happened, refusal) = order.Decide(names, given.By);
            return Task.FromResult(((ISystemNameEvent?)happened, refusal));
        }, cancellationToken);

    private Task<Outcome<SystemNames>> RunAsync(
        Given given, Terms terms, Func<SystemNames, CancellationToken, Task<(ISystemNameEvent?, Refusal?)>> decide, CancellationToken cancellationToken) =>
        deciding.RunAsync(SystemNames.StreamId, terms, AtVersionAsync,
            _ => given.By.Roles.Contains(Role.Administrator) ? null : SystemNameRefusals.Forbidden.Because(), async (_, stop) =>
            {
                var before = await NowAsync(stop);
                var (happened, refusal) = await decide(before, stop);
                if ((refusal ?? Registering.CheckTime(given, terms, clock)) is { } wrong)
                    return Proposal<SystemNames>.Refuse(wrong);
                var context = await registry.TellAboveAsync(
                    Registering.Context(given, terms, rules, clock), given.By, happened!.Region, stop);
                return Proposal<SystemNames>.Append(before.Apply(happened),
                    new StreamAppend(SystemNames.StreamId, StreamType, before.Version, [Facts.Of(happened, context, terms)]));
            }, cancellationToken);

    private async Task<SystemNames> AtVersionAsync(Guid stream, long version, CancellationToken cancellationToken)
    {
        var names = SystemNames.None;
        foreach (var e in await log.FetchAsync(stream, version, cancellationToken: cancellationToken))
            names = names.Apply((ISystemNameEvent)e.Data);
        return names;
    }
}
