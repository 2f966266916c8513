using System.Collections.Immutable;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>A committee office as the registry had it from one instant to another, by recorded time.</summary>
/// <param name="Body">The body.</param>
/// <param name="Region">Whose office it was.</param>
/// <param name="From">Since when.</param>
/// <param name="To">Until when; null while it is.</param>
public sealed record OfficeHeld(BodyId Body, RegionCode Region, DateTimeOffset From, DateTimeOffset? To);

/// <summary>
/// 安委办之任期: what nobody is named for in a region fell to a body from one instant to another. It is that of the office of the region
/// itself; where there is none, of the next wider region that has one (<see cref="Clocks.IsOwedBy"/>). Where a region has two, it is
/// both's.
/// </summary>
/// <param name="Region">The region.</param>
/// <param name="From">Since when, by recorded time.</param>
/// <param name="To">Until when; null while it does.</param>
public sealed record OfficeTerm(RegionCode Region, DateTimeOffset From, DateTimeOffset? To)
{
    /// <summary>Whether it did at an instant.</summary>
    public bool Holds(DateTimeOffset at) => From <= at && !(To <= at);

    /// <summary>A body's terms in all regions that it was the office of, or stood in for.</summary>
    /// <param name="body">The body.</param>
    /// <param name="all">Every office of its regions, of those within them and of wider ones.</param>
    public static ImmutableArray<OfficeTerm> Of(BodyId body, IReadOnlyCollection<OfficeHeld> all)
    {
        ArgumentNullException.ThrowIfNull(all);
        var own = all.Where(h => h.Body == body).Select(h => h.Region).ToHashSet();
        // A township's office reads what is put before it, and stands in for nobody.
        var wide = own.Where(r => r.Level >= RegionLevel.County).ToArray();
        var regions = wide.Length == 0 ? own
            : own.Union(Regions.All.Select(r => r.Code).Where(r => r.Level >= RegionLevel.County && wide.Any(w => w.Contains(r))));
        var held = all.ToLookup(h => h.Region);
        return [.. regions.SelectMany(r => Of(body, r, held)).OrderBy(t => t.From).ThenBy(t => t.Region.Value, StringComparer.Ordinal)];
    }

    private static List<OfficeTerm> Of(BodyId body, RegionCode region, ILookup<RegionCode, OfficeHeld> held)
    {
        var nearest = Authority.Wider(region).Prepend(region)
            .SelectMany((r, steps) => held[r].Select(h => (Steps: steps, Held: h))).ToArray();
        var terms = new List<OfficeTerm>();
        if (!nearest.Any(n => n.Held.Body == body))
            return terms;
        var turns = nearest.SelectMany(n => new[] { n.Held.From, n.Held.To }).OfType<DateTimeOffset>().Distinct().Order().ToArray();
        for (var i = 0; i < turns.Length; i++)
        {
            var there = nearest.Where(n => n.Held.From <= turns[i] && !(n.Held.To <= turns[i])).ToArray();
            if (!there.Any(n => n.Held.Body == body && n.Steps == there.Min(t => t.Steps)))
                continue;
            var until = i + 1 < turns.Length ? turns[i + 1] : default(DateTimeOffset?);
            if (terms is [.., { To: { } ended } last] && ended == turns[i])
                terms[^1] = last with { To = until };
            else
                terms.Add(new OfficeTerm(region, turns[i], until));
        }
        return terms;
    }
}
