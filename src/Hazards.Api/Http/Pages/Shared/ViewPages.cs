using Hazards.Api.Administration.Accounts;
using Microsoft.AspNetCore.Http.Extensions;

namespace Hazards.Api.Http.Pages.Shared;

/// <summary>常用视图: saves and deletes what a page's address says, under a name of one's own.</summary>
internal static class ViewPages
{
    public static void Map(IEndpointRouteBuilder pages)
    {
        pages.PagePost("/views", async page =>
        {
            var (path, query, name) = Read(page);
            var refusal = await Views(page).SaveAsync(page.Who.Account.Id, path, name, query, page.Http.RequestAborted);
            return page.Go(
                AddressOf(page, path, query), refusal is null ? page.T($"已保存视图“{name}”", $"The view “{name}” was saved") : page.T(refusal));
        });
        pages.PagePost("/views/delete", async page =>
        {
            var (path, query, name) = Read(page);
            await Views(page).DeleteAsync(page.Who.Account.Id, path, name, page.Http.RequestAborted);
            return page.Go(AddressOf(page, path, query), page.T($"已删除视图“{name}”", $"The view “{name}” was deleted"));
        });
    }

    /// <summary>What the address of a page says, but for the instant, the page of the list and nothing.</summary>
    public static string QueryOf(PageCall page)
    {
        var query = new QueryBuilder();
        foreach (var (name, values) in page.Http.Request.Query.OrderBy(q => q.Key, StringComparer.Ordinal))
            if (name is not ("asOf" or "cursor"))
                query.Add(name, values.OfType<string>().Where(v => v.Length > 0));
        return query.ToString().TrimStart('?');
    }

    /// <summary>A page with a view, at the instant looked from.</summary>
    public static string AddressOf(PageCall page, string path, string query)
    {
        var instant = page.AsOfText is { } asOf ? $"asOf={Uri.EscapeDataString(asOf)}" : "";
        return $"{path}?{query}{(query.Length > 0 && instant.Length > 0 ? "&" : "")}{instant}".TrimEnd('?');
    }

    private static SavedViews Views(PageCall page) => page.Http.RequestServices.GetRequiredService<SavedViews>();

    private static (string Path, string Query, string Name) Read(PageCall page)
    {
        var form = page.Form!;
        return (PageRoutes.Safe(form["page"]).Split('?')[0], ((string?)form["query"] ?? "").Trim('?'),
            ((string?)form["name"] ?? "").Trim());
    }
}
