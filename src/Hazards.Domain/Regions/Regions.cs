using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Hazards.Domain;

/// <summary>A region and its name.</summary>
/// <param name="Code">By GB/T 2260.</param>
/// <param name="Name">Its own name.</param>
public sealed record NamedRegion(RegionCode Code, string Name);

/// <summary>
/// Names of regions from province to county, by GB/T 2260. Townships and villages have no names here; they are valid where
/// their county is.
/// </summary>
public static class Regions
{
    private static readonly FrozenDictionary<string, string> Names = Load();

    /// <summary>All named regions, in order of their code.</summary>
    public static ImmutableArray<NamedRegion> All { get; } =
        [.. Names.OrderBy(p => p.Key, StringComparer.Ordinal)
            .Select(p => (p.Key, Region: new NamedRegion(RegionCode.Parse(p.Key), p.Value)))
            .Where(p => p.Key == p.Region.Code.Value)
            .Select(p => p.Region)];

    /// <summary>Whether the region, or the county it lies in, exists.</summary>
    public static bool Exists(RegionCode region) =>
        region.IsNation || Names.ContainsKey(region.At(RegionLevel.County).Value);

    /// <summary>The region's own name; for a township or village that of its county with the code behind it.</summary>
    public static string NameOf(RegionCode region)
    {
        if (region.IsNation)
            return "全国";
        if (Names.TryGetValue(region.Value, out var name))
            return name;
        return Names.TryGetValue(region.At(RegionLevel.County).Value, out var county) ? $"{county}（{region.Value}）" : region.Value;
    }

    /// <summary>The name with those of the regions around it: 甘肃省陇南市武都区.</summary>
    public static string FullNameOf(RegionCode region)
    {
        if (region.IsNation)
            return NameOf(region);
        var parts = new[] { RegionLevel.Province, RegionLevel.Prefecture, RegionLevel.County }
            .Select(region.At).Distinct().Where(r => Names.ContainsKey(r.Value)).Select(r => Names[r.Value]).Distinct().ToArray();
        return parts.Length == 0 ? region.Value : string.Concat(parts) + (region.Value.Length > 6 ? $"（{region.Value}）" : "");
    }

    private static FrozenDictionary<string, string> Load()
    {
        using var stream = typeof(Regions).Assembly.GetManifestResourceStream("Hazards.Domain.Regions.gb2260.csv")
            ?? throw new InvalidOperationException("gb2260.csv is not in the assembly");
        using var reader = new StreamReader(stream);
        reader.ReadLine();
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        while (reader.ReadLine() is { } line)
            if (line.IndexOf(',', StringComparison.Ordinal) is > 0 and var comma)
                names[line[..comma]] = line[(comma + 1)..];
        return names.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
