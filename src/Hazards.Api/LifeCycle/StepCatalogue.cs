using System.Collections.Frozen;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Api.LifeCycle;

/// <summary>Where a command is given.</summary>
/// <param name="Rule">Its line in the table.</param>
/// <param name="Pattern">The endpoint below <c>/api/v1</c>, with its variables.</param>
/// <param name="Command">What its body is read as.</param>
internal sealed record StepEntry(CommandRule Rule, string Pattern, Type Command)
{
    /// <summary>Whether the leg stands in the address.</summary>
    public bool OnLeg => Pattern.Contains("{leg}", StringComparison.Ordinal);

    /// <summary>Where it is POSTed.</summary>
    public string AddressOf(HazardId id, Leg? leg)
    {
        var address = Links.Root + Pattern.Replace("{id}", id.ToString(), StringComparison.Ordinal);
        return leg is { } on ? address.Replace("{leg}", CodeList.Code(on), StringComparison.Ordinal) : address;
    }
}

/// <summary>The commands on a hazard that the interface takes, found among its endpoints.</summary>
internal sealed class StepCatalogue(EndpointDataSource endpoints)
{
    private readonly Lazy<FrozenDictionary<string, StepEntry>> entries = new(() => endpoints.Endpoints.OfType<RouteEndpoint>()
        .Select(e => (Pattern: e.RoutePattern.RawText!, Operation: e.Metadata.GetMetadata<Operation>()))
        .Where(e => e.Operation is { Rule: not null, Body: { } body } && body.IsAssignableTo(typeof(IHazardCommand)))
        .ToFrozenDictionary(e => e.Operation!.Rule!.Name, e =>
            new StepEntry(e.Operation!.Rule!, e.Pattern[Links.Root.Length..], e.Operation.Body!), StringComparer.Ordinal));

    /// <summary>Every command.</summary>
    public IEnumerable<StepEntry> All => entries.Value.Values;

    /// <summary>Where a command is given; null for those that come by other ways (the ledger's rows).</summary>
    public StepEntry? Find(CommandRule rule) => Find(rule.Name);

    /// <summary>The same by its name.</summary>
    public StepEntry? Find(string? name) => name is null ? null : entries.Value.GetValueOrDefault(name);
}
