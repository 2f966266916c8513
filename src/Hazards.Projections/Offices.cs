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
        ArgumentNullException.ThrowIfNull(registry);
        ArgumentNullException.ThrowIfNull(body);
        if (body.OfficeOf is not { Level: > RegionLevel.County } own)
            return body;
        var there = await registry.OfficeRegionsAsync(own, asOf, cancellationToken);
        return body with { OfficeFor = [own, .. Regions.All.Select(r => r.Code).Where(IsLeftToIt)] };

        bool IsLeftToIt(RegionCode region)
        {
            if (region == own || region.Level < RegionLevel.County || !own.Contains(region))
                return false;
            for (var level = region.Level; level < own.Level; level++)
                if (there.Contains(region.At(level)))
                    return false;
            return true;
        }
    }
}
