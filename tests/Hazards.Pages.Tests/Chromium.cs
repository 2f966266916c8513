using Microsoft.Playwright;

namespace Hazards.Pages.Tests;

/// <summary>The distribution's own Chromium; nothing is downloaded.</summary>
internal static class Chromium
{
    // The first opens no window, and takes half the processor time of the others.
    private static readonly string[] Usual =
    [
        "/usr/bin/chromium-headless-shell",
        "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/snap/bin/chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium",
    ];

    private static readonly string[] Arguments =
    [
        // Its sandbox needs rights that a container does not give; it opens pages of the service under test and no others.
        "--no-sandbox",
        // A process for each window and none for drawing: a tenth of the processor time less (105 s, 94 s).
        "--disable-gpu", "--in-process-gpu", "--renderer-process-limit=1",
    ];

    public static async Task<(IPlaywright Driver, IBrowser Browser)> LaunchAsync()
    {
        var program = Environment.GetEnvironmentVariable("HAZARDS_TEST_CHROMIUM") is { Length: > 0 } given
            ? given
            : Array.Find(Usual, File.Exists);
        if (program is null || !File.Exists(program))
            throw new InvalidOperationException(
                "没有找到 Chromium，页面测试无法运行。请安装：Debian：apt-get install chromium-headless-shell fonts-noto-cjk；或用 HAZARDS_TEST_CHROMIUM 指定程序。"
                + " Chromium was not found, and the pages cannot be tested without it. Install it (Debian: apt-get install chromium-headless-shell fonts-noto-cjk),"
                + " or name the program in HAZARDS_TEST_CHROMIUM.");
        var driver = await Playwright.CreateAsync();
        var browser = await driver.Chromium.LaunchAsync(new() { ExecutablePath = program, Args = Arguments });
        return (driver, browser);
    }
}
