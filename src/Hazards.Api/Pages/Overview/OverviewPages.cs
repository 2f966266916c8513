namespace Hazards.Api.Pages.Overview;

/// <summary>总览.</summary>
internal static class OverviewPages
{
    public static void Map(IEndpointRouteBuilder pages)
    {
        pages.PageGet("/", page => Task.FromResult(Results.Redirect("/overview")));
        pages.Page<OverviewPage>("/overview");
    }
}
