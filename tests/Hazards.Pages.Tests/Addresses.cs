using System.Globalization;
using Hazards.Domain.Codes;

namespace Hazards.Pages.Tests;

/// <summary>A page that is looked at.</summary>
/// <param name="Pattern">As it is mapped.</param>
/// <param name="Query">Its query, without the question mark; <c>{aMonthAgo}</c> stands for that date.</param>
public sealed record Address(string Pattern, string Query = "")
{
    /// <summary>For everybody: looked at without being signed in.</summary>
    public bool Open { get; init; }

    /// <summary>Values of the pattern's variables, as the seeded prefecture has them.</summary>
    internal Func<Site, Task<string>>? Path { get; init; }

    internal async Task<string> PathAsync(Site site) =>
        (Path is null ? Pattern : await Path(site))
            + (Query.Length > 0 ? "?" + Query.Replace(
                "{aMonthAgo}", Site.Today.AddDays(-30).ToString("O", CultureInfo.InvariantCulture), StringComparison.Ordinal) : "");

    /// <inheritdoc />
    public override string ToString() => Query.Length > 0 ? $"{Pattern}?{Query}" : Pattern;
}

/// <summary>
/// All pages. Add a page here with its first commit: a page that is mapped and does not stand here fails
/// <see cref="EveryPage"/>; what stands here is looked at in both languages at every width, and is in the screenshots.
/// </summary>
internal static class Addresses
{
    private const string Region = "433101";

    public static readonly Address[] All =
    [
        new("/sign-in") { Open = true },
        new("/sign-out") { Open = true },
        new("/account"),
        new("/overview"),
        new("/overview", "asOf={aMonthAgo}"),
        new("/overdue"),
        new("/overdue", "within=7"),
        new("/listed"),
        new("/dual"),
        new("/chains"),
        new("/hazards"),
        new("/hazards", "asOf={aMonthAgo}"),
        new("/hazards", "q=nothing-is-called-this"),
        new("/hazards/{id}") { Path = Hazard(Stage.Rectifying, "/hazards/{0}") },
        new("/hazards/{id}", "asOf={aMonthAgo}") { Path = Hazard(Stage.Closed, "/hazards/{0}") },
        new("/bodies/{id}") { Path = Of($"/bodies/seed-{Region}-housing") },
        new("/inbox"),
        new("/figures"),
        new("/figures/heat"),
        new("/figures/rankings"),
        new("/figures/quotas"),
        new("/figures/bulletin"),
        new("/figures/reports"),
        new("/figures/campaigns"),
        new("/leader"),
        new("/compare", "from={aMonthAgo}"),
        new("/field"),
        new("/field/shell"),
        new("/imports"),
        new("/investigation"),
        new("/investigation/hazard/{id}") { Path = Hazard(Stage.Rectifying, "/investigation/hazard/{0}") },
        new("/investigation/body/{id}") { Path = Of($"/investigation/body/seed-{Region}-housing") },
        new("/investigation/region/{id}") { Path = Of($"/investigation/region/{Region}") },
        new("/investigation/evidence"),
        new("/investigation/access"),
        new("/investigation/seals"),
        new("/investigation/log"),
        new("/investigation/verification"),
        new("/admin/accounts"),
        new("/admin/bodies"),
        new("/admin/bodies/{id}") { Path = Of($"/admin/bodies/seed-{Region}-housing") },
        new("/admin/keys"),
        new("/admin/authority"),
        new("/admin/webhooks"),
        new("/admin/policies"),
        new("/admin/policies/{version}") { Path = Of("/admin/policies/xiangxi-one-list@1") },
        new("/admin/calendar"),
    ];

    /// <summary>What pages ask for, and is none; and pages that need what only their own tests make.</summary>
    public static readonly string[] Parts =
    [
        "/", "/admin", "/live", "/overview/trend", "/field/token", "/hazards/{id}/photos", "/overdue/act", "/sign-in/next", "/admin/jobs",
        "/admin/accounts/{id}",
        "/admin/webhooks/{id}",
        "/figures/difference", "/figures/rows", "/figures/reports/{id}", "/figures/campaigns/{id}", "/imports/{id}", "/imports/drafts/{id}",
        "/imports/drafts/{id}/rows",
        "/investigation/enterprise/{id}", "/investigation/evidence/{id}", "/investigation/person", "/investigation/seals/{id}",
    ];

    private static Func<Site, Task<string>> Of(string path) => _ => Task.FromResult(path);

    /// <summary>The page of one hazard, at a stage: <c>/hazards/{0}</c>.</summary>
    public static Func<Site, Task<string>> Hazard(Stage stage, string format) =>
        async site => string.Format(null, format, await site.HazardAsync(stage));
}
