using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Projections;

/// <summary>Whose committee office a body is.</summary>
public static class Offices
{
    /// <summary>
    /// 安委办: a body with the regions whose committee office it is, at an instant or now. A region without one of its own is that of the
    /// next wider region that has: what is owed there by nobody in particular is not owed by nobody.
    /// </summary>
    public static async Task<Body> WithOfficesAsync(
        this IRegistryQueries registry, Body body, DateTimeOffset? asOf, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        // A county's is that of its county alone, and what is no office is none: nothing to look up.
        return body.OfficeOf is not { Level: > RegionLevel.County } ? body : body with
        {
            OfficeFor = await registry.OfficesForAsync([body], asOf, cancellationToken),
        };
    }

    /// <summary>The same of several bodies together.</summary>
    public static async Task<ImmutableArray<RegionCode>> OfficesForAsync(
        this IRegistryQueries registry, IEnumerable<Body> bodies, DateTimeOffset? asOf, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(registry);
        var own = bodies.Select(b => b.OfficeOf).OfType<RegionCode>().ToHashSet();
        var wide = own.Where(r => r.Level > RegionLevel.County).ToArray();
        if (wide.Length == 0)
            return [.. own];
        var there = await registry.OfficeRegionsAsync(wide, asOf, cancellationToken);
        return [.. own.Union(Regions.All.Select(r => r.Code).Where(IsLeft))];

        bool IsLeft(RegionCode region) => region.Level >= RegionLevel.County
            && Authority.Wider(region).Prepend(region).FirstOrDefault(r => there.Contains(r) || own.Contains(r)) is var next
            && wide.Contains(next);
    }
}
