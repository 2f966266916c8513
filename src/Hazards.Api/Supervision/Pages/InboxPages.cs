using Hazards.Api.Http.Pages;
using Hazards.Api.Http.Pages.Shared;

namespace Hazards.Api.Supervision.Pages;

/// <summary>收件箱: what the body was told; opening a message is on record.</summary>
internal static class InboxPages
{
    public static void Map(IEndpointRouteBuilder pages)
    {
        pages.Page<InboxListPage>("/inbox");
        pages.PagePost("/inbox/{id}/opening", OpenAsync);
    }

    private static async Task<IResult> OpenAsync(PageCall page)
    {
        var opened = await page.PostAsync<OpeningAnswer>("/inbox/{id}/opening", [], null, null, ("id", page.Route("id")));
        if (opened.Refusal is { } refusal)
        {
            page.Refusal = refusal;
            return PageRoutes.Show<ErrorPage>(page);
        }

        return page.Go(PageRoutes.Safe(page.Form!["to"]));
    }
}
