namespace Hazards.Api.Pages.Leader;

/// <summary>领导一页.</summary>
internal static class LeaderPages
{
    public static void Map(IEndpointRouteBuilder pages) => pages.Page<LeaderPage>("/leader");
}
