using Hazards.Api.Http.Pages;

namespace Hazards.Api.Lists.Pages;

/// <summary>总览, and what tells it that something was recorded.</summary>
internal static class OverviewPages
{
    public static void Map(IEndpointRouteBuilder pages)
    {
        // An enterprise has no board: it begins with its hazards.
        pages.PageGet("/", page => Task.FromResult(Results.Redirect(page.Caller.Body.SeesOnlyItsOwn ? "/hazards" : "/overview")));
        pages.Page<OverviewPage>("/overview");
        pages.Page<TrendPart>("/overview/trend");
        pages.PageGet("/live", page => Task.FromResult<IResult>(
            TypedResults.ServerSentEvents(page.Http.RequestServices.GetRequiredService<LiveHub>().WatchAsync(page.Http.RequestAborted))))
                .DisableRequestTimeout().WithMetadata(new Waits());
    }
}
