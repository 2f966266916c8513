using System.Collections.Immutable;
using Hazards.Api.Administration.Registry;
using Hazards.Api.Http.Pages;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Api.LifeCycle.Field;

/// <summary>
/// Where a report can lie: the townships of a county or prefecture, by the names of their governments; further out, the
/// counties.
/// </summary>
internal static class FieldRegions
{
    private const int Most = 200;
    private const int MostNamed = 500;

    /// <summary>Regions of one county (or prefecture), the county itself first: for when nobody knows the township.</summary>
    internal sealed record Group(string Name, ImmutableArray<(string Code, string Name)> Regions);

    /// <summary>None where the account's own region is the only one.</summary>
    public static async Task<ImmutableArray<Group>> OfAsync(PageCall page)
    {
        var own = page.Who.Account.Region;
        if (own.Level is RegionLevel.Township or RegionLevel.Village)
            return [];
        var within = (await page.GetAsync<RegionList>("/regions", [("prefix", own.IsNation ? null : own), ("limit", MostNamed)])).Items;
        if (own.Level is not (RegionLevel.County or RegionLevel.Prefecture))
            return Grouped(
                within.Where(r => r.Code.Level == (own.IsNation ? RegionLevel.Prefecture : RegionLevel.County)),
                own.IsNation ? RegionLevel.Province : RegionLevel.Prefecture);
        var townships = await TownshipsAsync(page, own);
        // A county whose townships have no body here: the report lies in the county, and there is nothing to choose.
        if (own.Level == RegionLevel.County && townships.Length == 0)
            return [];
        return
        [
            .. within.Where(r => r.Code.Level == RegionLevel.County).Select(county => new Group(county.Name,
            [
                (county.Code.Value, page.T($"{county.Name}（乡镇不详）", $"{county.Name} (township not known)")),
                .. townships.Where(t => county.Code.Contains(t.Region)).Select(t => (t.Region.Value, NameOf(t))),
            ])),
        ];
    }

    private static async Task<ImmutableArray<Body>> TownshipsAsync(PageCall page, RegionCode region)
    {
        var bodies = await page.GetAsync<BodyPage>(
            "/bodies", [("region", region), ("kind", CodeList.Code(BodyKind.Government)), ("limit", Most)]);
        // Of more than that nobody chooses from a list.
        return bodies.Next is null
            ? [.. bodies.Items.Where(b => b.Region.Level == RegionLevel.Township).OrderBy(b => b.Region.Value, StringComparer.Ordinal)]
            : [];
    }

    private static ImmutableArray<Group> Grouped(IEnumerable<RegionEntry> regions, RegionLevel by) =>
        [.. regions.GroupBy(r => r.Code.At(by)).Select(g => new Group(Domain.Regions.NameOf(g.Key), [.. g.Select(r => (r.Code.Value, r.Name))]))];

    /// <summary>南诏镇人民政府 → 南诏镇.</summary>
    private static string NameOf(Body government) =>
        government.Name is [.., '人', '民', '政', '府'] and { Length: > 4 } name ? name[..^4] : government.Name;
}
