using Microsoft.Playwright;

namespace Hazards.Pages.Tests;

/// <summary>A page that is being looked at, and what it did that a page must not do.</summary>
internal sealed class Watch : IAsyncDisposable
{
    // Runs before anything of the page: what moves after it was painted, and what the content policy stops.
    private const string Before = """
        window.moved = 0; window.stopped = [];
        new PerformanceObserver(list => { for (const e of list.getEntries()) if (!e.hadRecentInput) window.moved += e.value; }).observe({ type: 'layout-shift', buffered: true });
        document.addEventListener('securitypolicyviolation', e => window.stopped.push(`${e.violatedDirective} ${e.blockedURI}`));
        """;

    private readonly List<string> errors = [];

    private Watch(IPage page)
    {
        Page = page;
        page.Console += (_, said) =>
        {
            if (said.Type == "error")
                errors.Add($"console: {said.Text} ({said.Location})");
        };
        page.PageError += (_, error) => errors.Add($"script: {error}");
    }

    public IPage Page { get; }

    public static async Task<Watch> OpenAsync(IBrowserContext window)
    {
        var page = await window.NewPageAsync();
        await page.AddInitScriptAsync(Before);
        return new Watch(page);
    }

    /// <summary>Opens an address at a width; waits until it is drawn.</summary>
    public async Task<IResponse> GoAsync(string path, int width)
    {
        errors.Clear();
        await Page.SetViewportSizeAsync(width, Widths.HeightOf(width));
        var answer = await Page.GotoAsync(path, new() { WaitUntil = WaitUntilState.Load })
            ?? throw new InvalidOperationException($"{path}: no answer");
        // Charts are drawn by a script that is loaded with the page, and hidden by it where there is nothing to draw.
        await Page.WaitForFunctionAsync(
            "() => [...document.querySelectorAll('[data-chart]:not([hidden]) .chart')].every(c => c.querySelector('canvas, svg'))");
        // What a page asks for by itself belongs to it.
        await Page.WaitForFunctionAsync("() => !document.querySelector('.htmx-request')");
        await SettleAsync();
        return answer;
    }

    public async Task SettleAsync() =>
        await Page.EvaluateAsync(
            "() => document.fonts.ready.then(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))))");

    public async ValueTask DisposeAsync() => await Page.CloseAsync();

    /// <summary>What went wrong since the page was opened.</summary>
    public async Task<IReadOnlyList<string>> TroublesAsync() =>
        [.. errors, .. (await Page.EvaluateAsync<string[]>("() => window.stopped")).Select(s => $"content policy: {s}")];

    /// <summary>How much has moved that was painted already (cumulative layout shift).</summary>
    public Task<double> MovedAsync() => Page.EvaluateAsync<double>("() => window.moved");

    /// <summary>How many pixels the document is wider than the window.</summary>
    public async Task<int> OverflowAsync(int width)
    {
        await Page.SetViewportSizeAsync(width, Widths.HeightOf(width));
        await SettleAsync();
        return await Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - document.documentElement.clientWidth");
    }
}

/// <summary>The widths at which pages are looked at.</summary>
internal static class Widths
{
    public const int Desk = 1440;
    public const int Phone = 390;
    public const int SmallestPhone = 320;

    /// <summary>A desk's window at 200 %.</summary>
    public const int Zoomed = Desk / 2;

    public static int HeightOf(int width) => width < 600 ? 844 : 900;
}
