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
        (Path is null ? Pattern : await Path(site)) + (Query.Length > 0 ? "?" + Query.Replace("{aMonthAgo}", Site.Today.AddDays(-30).ToString("O", CultureInfo.InvariantCulture), StringComparison.Ordinal) : "");

    /// <inheritdoc />
    public override string ToString() => Query.Length > 0 ? $"{Pattern}?{Query}" : Pattern;
}

/// <summary>
/// All pages. Add a page here with its first commit: a page that is mapped and does not stand here fails
/// <see cref="EveryPage"/>; what stands here is looked at in both languages at every width, and is in the screenshots.
/// </summary>
internal static class Addresses
{
    public static readonly Address[] All =
    [
        new("/overview"),
        new("/overview", "asOf={aMonthAgo}"),
        new("/field"),
        new("/field/shell"),
    ];

    /// <summary>What pages ask for, and is none.</summary>
    public static readonly string[] Parts = ["/", "/field/token"];

    /// <summary>The page of one hazard, at a stage: <c>/hazards/{0}</c>.</summary>
    public static Func<Site, Task<string>> Hazard(Stage stage, string format) => async site => string.Format(null, format, await site.HazardAsync(stage));
}
