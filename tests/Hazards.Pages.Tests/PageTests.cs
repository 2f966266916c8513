using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using Hazards.Api.Http;
using Hazards.Api.Http.Pages;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace Hazards.Pages.Tests;

/// <summary>What holds of every page, in Chinese.</summary>
[Trait("Server", "any")]
public sealed class ChinesePages() : PageTests("zh");

/// <summary>And in English.</summary>
[Trait("Server", "any")]
public sealed class EnglishPages() : PageTests("en");

/// <summary>What holds of every page: it works at a desk and on a phone, for everybody who uses it, and breaks no rule.</summary>
public abstract class PageTests(string language)
{
    private const int MostBytes = 150 * 1024;
    // Half of what is held to be good (0.1). On a busy machine a long table is painted before its last rows have come.
    private const double MostMoved = 0.05;

    public static TheoryData<string> Pages() => new(Addresses.All.Select(a => a.ToString()));

    [Theory, MemberData(nameof(Pages))]
    public async Task IsWhole(string address)
    {
        var site = await Site.OpenAsync();
        var page = Array.Find(Addresses.All, a => a.ToString() == address)!;
        var path = await page.PathAsync(site);
        var wrong = new List<string>();
        await using var watch = await Watch.OpenAsync(await site.SharedWindowAsync(language, signedIn: !page.Open));
        // At a desk in Chinese, on a phone in English; each in both while pictures are taken. The rest differs in its words only,
        // and whether those fit is looked at below.
        foreach (var width in new[] { Widths.Desk, Widths.Phone }.Where(w => Screenshots.AreTaken || (language == "zh") == (w == Widths.Desk)))
        {
            wrong.AddRange((await LoadedAsync(watch, path, width)).Select(w => $"{width}: {w}"));
            await Screenshots.TakeAsync(watch.Page, address, width, language);
        }

        if (language == "zh")
            wrong.AddRange(await DeadEndsAsync(watch.Page));
        foreach (var width in new[] { Widths.SmallestPhone, Widths.Phone, Widths.Zoomed })
            if (await watch.OverflowAsync(width) is > 0 and var over)
                wrong.Add($"{width}: scrolls sideways by {over} px{await WidestAsync(watch.Page)}");
        wrong.ShouldBeEmpty(path);
    }

    /// <summary>A panel is a block with room within, whatever else its classes are used for.</summary>
    private static Task<string[]> ClashesAsync(IPage page) => page.EvaluateAsync<string[]>("""
        () => [...document.querySelectorAll('.panel')].filter(e => e.checkVisibility()).map(e => [e, getComputedStyle(e)])
            .filter(([, s]) => parseFloat(s.paddingLeft) < 4 || s.display.includes('flex'))
            .map(([e, s]) => `.${e.className.replaceAll(' ', '.')} is ${s.display} with ${s.paddingLeft} at its side`)
        """);

    private static async Task<List<string>> LoadedAsync(Watch watch, string path, int width)
    {
        var wrong = new List<string>();
        var answer = await watch.GoAsync(path, width);
        if (answer.Status != 200)
            wrong.Add($"status {answer.Status}");
        if ((await answer.BodyAsync()).Length is > MostBytes and var bytes)
            wrong.Add($"{bytes / 1024} KB of HTML");
        if (await watch.MovedAsync() is >= MostMoved and var moved)
            wrong.Add(string.Create(CultureInfo.InvariantCulture, $"what was painted moves: {moved:F3}"));
        if (await watch.OverflowAsync(width) is > 0 and var over)
            wrong.Add($"scrolls sideways by {over} px{await WidestAsync(watch.Page)}");
        wrong.AddRange(await ClashesAsync(watch.Page));
        wrong.AddRange(await KeyboardAsync(watch.Page));
        wrong.AddRange(await Axe.ViolationsAsync(watch.Page));
        wrong.AddRange(await watch.TroublesAsync());
        return wrong;
    }

    /// <summary>The first key leads past the navigation, and everything that can be used can be reached.</summary>
    private static async Task<List<string>> KeyboardAsync(IPage page)
    {
        var wrong = new List<string>();
        if (!await page.EvaluateAsync<bool>("() => document.activeElement === document.body"))
        {
            // The page itself leads to what matters: a form's refusal, say.
            return wrong;
        }

        await page.Keyboard.PressAsync("Tab");
        if (!await page.EvaluateAsync<bool>("() => document.activeElement.matches('a.skip')"))
            wrong.Add("the first key does not lead to the skip link");
        await page.Keyboard.PressAsync("Enter");
        if (!await page.EvaluateAsync<bool>("() => document.activeElement.id === 'content'"))
            wrong.Add("the skip link does not lead to the content");
        wrong.AddRange(await page.EvaluateAsync<string[]>("""
            () => [...document.querySelectorAll('a[href], area[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex], [contenteditable]')]
              .filter(e => !e.disabled && e.tabIndex !== -1 || e.matches('a[href], button, input, select, textarea'))
              .filter(e => !e.disabled && e.checkVisibility({ visibilityProperty: true }))
              .filter(e => { e.focus({ preventScroll: true }); return document.activeElement !== e || e.tabIndex < 0; })
              .map(e => `cannot be reached by keys: ${e.outerHTML.slice(0, 120)}`)
            """));
        await page.EvaluateAsync("() => { document.activeElement.blur(); scrollTo(0, 0); history.replaceState(null, '', location.pathname + location.search); }");
        return wrong;
    }

    /// <summary>
    /// Where the page leads that does not lead anywhere: its forms that ask, sent as they are shown, and its links, one of each kind.
    /// </summary>
    private static async Task<List<string>> DeadEndsAsync(IPage page)
    {
        var wrong = new List<string>();
        var addresses = await page.EvaluateAsync<string[]>("""
            () => [...document.forms].filter(f => f.method === 'get' && f.checkValidity())
              .map(f => { const to = new URL(f.action); to.search = new URLSearchParams(new FormData(f)); return to.href; })
              .concat([...document.querySelectorAll('a[href]')].map(a => a.href.split('#')[0]))
              .filter(a => a.startsWith(location.origin + '/'))
            """);
        foreach (var address in addresses)
            if (Led.TryAdd(KindOf(address), true) && await page.Context.APIRequest.GetAsync(address) is { Status: >= 400 } answer)
                wrong.Add($"leads to {answer.Status}: {address}");
        return wrong;
    }

    // Where it leads, by names: any hazard stands for all.
    private static readonly ConcurrentDictionary<string, bool> Led = [];

    private static string KindOf(string address)
    {
        var uri = new Uri(address);
        var names = uri.Query.TrimStart('?').Split('&').Select(p => p.Split('=')).Where(p => p is [_, not ""]).Select(p => p[0]);
        var path = Regex.Replace(uri.AbsolutePath, "[0-9a-f-]{8,}|[0-9]{4,}", "*");
        return $"{path}?{string.Join('&', names.Order(StringComparer.Ordinal))}";
    }

    /// <summary>What sticks out.</summary>
    private static Task<string> WidestAsync(IPage page) => page.EvaluateAsync<string>("""
        () => [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1 && !e.closest('.scroll, nav ul'))
          .slice(0, 3).map(e => ` ${e.tagName.toLowerCase()}.${e.className}`).join('')
        """);
}

/// <summary>What judges the pages judges.</summary>
[Trait("Server", "any")]
public sealed class Judges
{
    [Fact]
    public async Task FindWhatIsWrong()
    {
        var site = await Site.OpenAsync();
        await using var window = await site.WindowAsync();
        var page = await window.NewPageAsync();
        await page.SetContentAsync(
            "<html lang=zh-CN><title>x</title><main><h1>x</h1><input><p style='color:#999'>隐患不消除不销号 too pale</p></main></html>");
        (await Axe.ViolationsAsync(page)).Select(v => v.Split(':')[0]).ShouldBe(["axe color-contrast", "axe label"], ignoreOrder: true);
    }
}

/// <summary>No page is forgotten.</summary>
[Trait("Server", "any")]
public sealed class EveryPage
{
    [Fact]
    public async Task IsLookedAt()
    {
        var site = await Site.OpenAsync();
        var mapped = site.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.Metadata.GetMetadata<PageMark>() is not null
                && e.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods.Contains("GET"))
            .Select(e => e.RoutePattern.RawText!);
        mapped.Except(Addresses.All.Select(a => a.Pattern)).Except(Addresses.Parts)
            .ShouldBeEmpty("pages that do not stand in Addresses.cs");
    }
}
