using System.Collections.Immutable;
using Hazards.Domain;

namespace Hazards.Projections.Writing;

/// <summary>
/// The row of a hazard's version, made from its state and the policy and nothing else: the one place where state
/// becomes row. The clock of the machine has no say in it.
/// </summary>
internal sealed record HazardRow(Hazard Hazard, ImmutableArray<Clock> Clocks, DateOnly? NextRing, byte[] Item)
{
    public static HazardRow From(Hazard hazard, Rulebook rules)
    {
        var clocks = Domain.Clocks.Open(hazard, rules);
        return new HazardRow(hazard, clocks, Ring.NextRing(hazard, clocks, rules), StoredItem.From(hazard, clocks).ToJson());
    }

    /// <summary>Whether something may still become due; what is not live only rests in the ledger.</summary>
    public bool Live => Hazard.IsOpen || Hazard.Listing is not null || !Clocks.IsEmpty;

    /// <summary>The earliest due date; the end of time without a clock, so that a list by due date ends with it.</summary>
    public DateOnly NextDue => Clocks.IsEmpty ? DateOnly.MaxValue : Clocks[0].Due;

    /// <summary>The last day up to which working days were counted for it; null when none were.</summary>
    public DateOnly? CountedUntil => Clocks.Where(c => c.Working).Select(c => (DateOnly?)c.Due).Max();

    /// <summary>What full-text search looks in, a part a line.</summary>
    public static string Words(Hazard hazard) => string.Join('\n',
        hazard.Title, hazard.Description, hazard.Place?.Text, hazard.Enterprise?.Name, hazard.Enterprise?.CreditCode?.Value,
        hazard.Reference?.Id);
}
