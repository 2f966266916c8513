using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Hazards.Api.Http.Pages;
using Hazards.Domain.Codes;

namespace Hazards.Api.Lists.Pages;

/// <summary>超期, 挂牌督办, 双重交办, 督办单: the lists a supervisor lives on.</summary>
internal static class ListPages
{
    public static void Map(IEndpointRouteBuilder pages)
    {
        pages.Page<OverdueBoard>("/overdue");
        pages.PageGet("/overdue/act", page => Task.FromResult(Results.Redirect(page.Link("/overdue"))));
        pages.PagePost("/overdue/act", page => Task.FromResult(PageRoutes.Show<ActPage>(page)));
        pages.Page<ListedBoard>("/listed");
        pages.Page<DualBoard>("/dual");
        pages.Page<ChainBoard>("/chains");
    }

    /// <summary>The address of a list in the interface, as the page shows it: for files.</summary>
    public static string File(
        PageCall page, string path, ListFormat format, IEnumerable<(string Name, object? Value)> query, IEnumerable<string> columns)
    {
        var address = new StringBuilder(Links.Root).Append(path).Append("?format=").Append(CodeList.Code(format)).Append("&lang=")
            .Append(page.English ? "en" : "zh");
        foreach (var (name, value) in query.Append(("columns", string.Join(',', columns))).Append(("asOf", page.AsOfText)))
            if (Convert.ToString(value, CultureInfo.InvariantCulture) is { Length: > 0 } text)
                address.Append('&').Append(name).Append('=').Append(Uri.EscapeDataString(text));
        return address.ToString();
    }

    /// <summary>The columns that a page is asked for, by name; the usual ones when none is.</summary>
    /// <exception cref="PageRefusedException">There is no such column.</exception>
    public static ImmutableArray<ListColumn<T>> Columns<T>(PageCall page, ImmutableArray<ListColumn<T>> all)
    {
        ImmutableArray<string> named =
        [
            .. page.QueryAll("columns").SelectMany(c => c.Split(',', StringSplitOptions.RemoveEmptyEntries))
                .Distinct(StringComparer.Ordinal),
        ];
        return Query.UnknownOf("columns", named, [.. all.Select(c => c.Name)]) is { } unknown
            ? throw new PageRefusedException(unknown)
            : ListFiles.ColumnsOf(all, named);
    }

    /// <summary>The hazards chosen in a form.</summary>
    /// <param name="page">The request.</param>
    /// <param name="asShown">
    /// Those ticked, only in the version they were shown with. Otherwise as they are, and those too that a preview found could
    /// not be done: what was typed since may have changed that.
    /// </param>
    public static JsonArray Chosen(PageCall page, bool asShown) =>
    [
        .. page.Form!["hazard"].Concat(asShown ? [] : page.Form["refused"]).OfType<string>().Select(h => h.Split(':'))
        .Where(h => h.Length == 2 && long.TryParse(h[1], NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .DistinctBy(h => h[0])
            .Select(h => asShown ? (JsonNode)new JsonObject { ["id"] = h[0], ["version"] = long.Parse(h[1], CultureInfo.InvariantCulture) } : new JsonObject { ["id"] = h[0] }),
    ];

    /// <summary>Red, amber or green, for a light's code.</summary>
    public static string Colour(string? light) => light switch { "overdue" or "red" => "red", "yellow" => "amber", _ => "green" };
}
