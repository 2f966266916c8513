using System.Collections.Immutable;
using Hazards.Api.Administration.Registry;
using Hazards.Api.LifeCycle.Files;
using Hazards.Api.Supervision.Campaigns;
using Hazards.Domain;
using Hazards.Projections;
using Hazards.Projections.Store;

namespace Hazards.Api.Investigation;

/// <summary>封存: made and lifted. A stream for each order.</summary>
internal sealed class SealStore(IEventLog log, IRegistryQueries registry, Circumstances circumstances, FileStore files, TimeProvider clock)
{
    private readonly RecordStore<Seal, ISealEvent> records = new("seal", log, Seal.Apply, s => new PendingState.OfSeal(s));

    public Task<Outcome<Seal>> SealAsync(SealRecords command, Given given, Terms terms, CancellationToken cancellationToken) =>
        records.RunAsync(
            Seal.IdOf(command.Enterprise, command.Region, given.By.Body.Id, given.Document), isNew: false, terms, Hears(command, given.By),
            Decide(command, given, terms), cancellationToken)
            .HoldingAsync(files, given, s => [s.Region], cancellationToken);

    public Task<Outcome<Seal>> LiftAsync(Guid id, LiftSeal command, Given given, Terms terms, CancellationToken cancellationToken) =>
        records.RunAsync(id, isNew: false, terms, Hears(command, given.By), Decide(command, given, terms), cancellationToken)
            .HoldingAsync(files, given, s => [s.Region], cancellationToken);

    public Task<(Seal State, IReadOnlyList<HistoryEvent> Events)?> HistoryAsync(Guid id, DateTimeOffset? asOf, CancellationToken cancellationToken) =>
        records.HistoryAsync(id, asOf, cancellationToken);

    private static Func<Seal, Refusal?> Hears(ISealCommand command, Actor by) =>
        seal => by.Jurisdiction.Contains(seal.Region) ? Decider.CheckRole(command.Rule, by) : SealRefusals.NotFound.Because("id");

    private Func<Seal?, CancellationToken, Task<(Decision<ISealEvent>, Act)>> Decide(ISealCommand command, Given given, Terms terms) =>
        async (before, stop) =>
        {
            var act = circumstances.Of(given, terms, previous: before?.Since);
            if (before is not null && before.By != given.By.Body.Id)
                act = act with { Bodies = await BodiesAsync(before.By, given.By.Body.Id, stop) };
            return (command.Decide(before, act), act);
        };

    /// <summary>Both bodies, and what the one that sealed stands for.</summary>
    private async Task<IReadOnlyDictionary<BodyId, Body>> BodiesAsync(BodyId sealer, BodyId caller, CancellationToken cancellationToken)
    {
        var bodies = await registry.BodiesAsync([sealer, caller], cancellationToken);
        return bodies.TryGetValue(sealer, out var body)
            ? bodies.ToImmutableDictionary().SetItem(sealer, await registry.WithReachAsync(body, clock, cancellationToken))
            : bodies;
    }
}
