using Hazards.Api.Http.Pages;

namespace Hazards.Api.Lists.Pages;

/// <summary>台账: every hazard, filtered, sorted, searched. Where every number of the other pages leads.</summary>
internal static class LedgerPages
{
    public static void Map(IEndpointRouteBuilder pages) => pages.Page<LedgerPage>("/hazards");
}
