using Hazards.Api.Http.Pages;

namespace Hazards.Api.Lists.Pages;

/// <summary>领导一页.</summary>
internal static class LeaderPages
{
    public static void Map(IEndpointRouteBuilder pages) => pages.Page<LeaderPage>("/leader");
}
