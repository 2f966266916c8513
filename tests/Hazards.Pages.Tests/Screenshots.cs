using Microsoft.Playwright;

namespace Hazards.Pages.Tests;

/// <summary>Pictures of every page that is looked at, where HAZARDS_SCREENSHOTS names a folder (<c>./hazards screenshots</c>).</summary>
internal static class Screenshots
{
    private static readonly string? Folder = Environment.GetEnvironmentVariable("HAZARDS_SCREENSHOTS") is { Length: > 0 } folder
        ? folder
        : null;

    /// <summary>Whether pictures are taken now.</summary>
    public static bool AreTaken => Folder is not null;

    public static async Task TakeAsync(IPage page, string address, int width, string language)
    {
        if (Folder is null)
            return;
        var name = string.Concat(address.Trim('/').Select(c => char.IsLetterOrDigit(c) || c == '-' ? c : '_'));
        await page.ScreenshotAsync(new() { Path = Path.Combine(Folder, $"{name}-{width}-{language}.png"), FullPage = true });
    }
}
