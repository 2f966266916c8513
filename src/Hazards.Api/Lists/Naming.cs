using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Hazards.Api.Investigation;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;

namespace Hazards.Api.Lists;

/// <summary>Names of bodies, regions and sectors that an answer mentions, by their codes.</summary>
internal sealed record Names(
    IReadOnlyDictionary<string, string> Bodies, IReadOnlyDictionary<string, string> Regions, IReadOnlyDictionary<string, CodeEntry> Sectors)
{
    /// <summary>封存: those of the hazards whose records are sealed, by their identity; absent when none is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, ImmutableArray<SealNotice>>? Sealed { get; init; }

    /// <summary>The hazards of the answer.</summary>
    [JsonIgnore]
    public ImmutableArray<HazardId> Shown { get; init; } = [];
}

/// <summary>Looks names up: one query for all bodies of an answer.</summary>
internal sealed class Naming(IRegistryQueries registry, SealQueries seals, SectorCatalogue sectors)
{
    /// <summary>What bodies are called, or were at an instant.</summary>
    public async Task<IReadOnlyDictionary<string, string>> OfBodiesAsync(
        IEnumerable<BodyId?> ids, DateTimeOffset? asOf, CancellationToken cancellationToken)
    {
        var wanted = ids.OfType<BodyId>().ToHashSet();
        var names = await registry.NamesOfBodiesAsync(wanted, asOf, cancellationToken);
        if (wanted.Contains(Clockwork.Body.Id))
            names[Clockwork.Body.Id.Value] = Clockwork.Body.Name;
        if (wanted.Contains(Discretion.Withheld))
            names[Discretion.Withheld.Value] = Discretion.Said;
        return names;
    }

    public Task<IReadOnlyDictionary<string, string>> OfBodiesAsync(
        IEnumerable<BodyId> ids, DateTimeOffset? asOf, CancellationToken cancellationToken) =>
        OfBodiesAsync(ids.Select(id => (BodyId?)id), asOf, cancellationToken);

    /// <summary>Names of what the items mention, and which of them are sealed as of an instant, or now.</summary>
    public Task<Names> OfAsync(IReadOnlyCollection<HazardItem> items, DateTimeOffset? asOf, CancellationToken cancellationToken) =>
        OfAsync(items, [], asOf, cancellationToken);

    /// <summary>The same, with names of more bodies.</summary>
    public async Task<Names> OfAsync(
        IReadOnlyCollection<HazardItem> items, IEnumerable<BodyId?> more, DateTimeOffset? asOf, CancellationToken cancellationToken)
    {
        var bodies = more.Concat(items.SelectMany(i => i.Legs.SelectMany(l => new[] { l.Body, l.Supervisor })
            .Concat(i.Clocks.Select(c => c.Body)).Concat([i.ListedBy, i.ReportedBy, i.AssignedBy, i.EscalatedTo])));
        var named = OfBodiesAsync(bodies, asOf, cancellationToken);
        var sealing = await seals.OfItemsAsync(items, asOf, cancellationToken);
        return new Names(
            await named, Regions(items.Select(i => i.Region)), Sectors(items.Select(i => i.Sector)))
        {
            Sealed = sealing.Count == 0
                ? null
                : new SortedDictionary<string, ImmutableArray<SealNotice>>(
                    sealing.ToDictionary(s => s.Key.Value, s => SealNotice.Of(s.Value)!.Value), StringComparer.Ordinal),
            Shown = [.. items.Select(i => i.Id)],
        };
    }

    public async Task<Names> OfAsync(
        Hazard hazard, ImmutableArray<Clock> clocks, DateTimeOffset? asOf, CancellationToken cancellationToken)
    {
        var bodies = hazard.Legs.Values.SelectMany(l => new[] { l.Body, l.AssignedBy, l.OrderedBy, l.Supervisor, l.AcceptedBy })
            .Concat(clocks.Select(c => c.Body))
            .Concat([hazard.ReportedBy, hazard.AssignedBy, hazard.Listing?.By, hazard.EscalatedTo, hazard.Closure?.By, hazard.Suspension?.By, hazard.Rejection?.By]);
        return new Names(await OfBodiesAsync(bodies, asOf, cancellationToken), Regions([hazard.Region]), Sectors([hazard.Sector]));
    }

    public static SortedDictionary<string, string> Regions(IEnumerable<RegionCode> regions) =>
        new(regions.Distinct().ToDictionary(r => r.Value, Domain.Regions.FullNameOf), StringComparer.Ordinal);

    public SortedDictionary<string, CodeEntry> Sectors(IEnumerable<SectorCode> codes) =>
        new(codes.Distinct().ToDictionary(s => s.Value, sectors.Find), StringComparer.Ordinal);
}
