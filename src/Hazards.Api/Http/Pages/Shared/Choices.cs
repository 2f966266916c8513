using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Api.Http.Pages.Shared;

/// <summary>What can be chosen in a filter or a form: value and words.</summary>
internal static class Choices
{
    /// <summary>The terms of a code list.</summary>
    public static IEnumerable<(string Value, string Text)> Of<T>(PageCall page) where T : struct, Enum =>
        CodeList.Of<T>().Select(e => (e.Code, page.T(e)));

    /// <summary>Yes or no.</summary>
    public static IEnumerable<(string Value, string Text)> YesNo(PageCall page) =>
        [("true", page.T("是", "Yes")), ("false", page.T("否", "No"))];

    /// <summary>The sectors the deployment knows.</summary>
    public static IEnumerable<(string Value, string Text)> Sectors(PageCall page) =>
        page.Http.RequestServices.GetRequiredService<SectorCatalogue>().Entries.Select(s => (s.Code, page.T(s)));

    /// <summary>The region itself and those one level below it.</summary>
    public static IEnumerable<(string Value, string Text)> Regions(PageCall page)
    {
        var own = page.Caller.Jurisdiction;
        yield return (own.Value, Domain.Regions.NameOf(own));
        foreach (var below in Domain.Regions.All)
            if (below.Code.Level == Below(own.Level) && own.Contains(below.Code))
                yield return (below.Code.Value, below.Name);
    }

    private static RegionLevel Below(RegionLevel level) => level switch
    {
        RegionLevel.Nation => RegionLevel.Province,
        RegionLevel.Province => RegionLevel.Prefecture,
        _ => RegionLevel.County,
    };
}
