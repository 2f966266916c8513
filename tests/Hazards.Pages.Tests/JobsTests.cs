using System.Diagnostics;
using System.Globalization;
using Hazards.Domain;
using Hazards.Projections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Xunit.Abstractions;

namespace Hazards.Pages.Tests;

/// <summary>What a supervisor comes for, done by hand in a browser, at a desk and on a phone.</summary>
[Trait("Server", "any")]
public sealed class JobsTests(ITestOutputHelper output)
{
    /// <summary>From the door to an urging that is on record; a double click at the end urges once.</summary>
    [Theory, InlineData(Widths.Desk), InlineData(Widths.Phone)]
    public async Task AnOverdueHazardIsUrgedInFiveClicks(int width)
    {
        var site = await Site.OpenAsync();
        await using var window = await site.WindowAsync("zh", Sized(width));
        await Site.SignOutAsync(window);
        var page = await window.NewPageAsync();
        await page.GotoAsync("/overdue");
        var began = Stopwatch.GetTimestamp();
        var clicks = 0;
        await page.FillAsync("#login", Site.Login);
        await page.FillAsync("#password", Site.Password);
        await ClickAsync(page.Locator(".door button[type=submit]").First);
        // It leads to where one was going.
        await page.WaitForURLAsync("**/overdue");
        var row = page.Locator("table.overdue tbody tr").Nth(width == Widths.Desk ? 0 : 1);
        var id = (await row.Locator("a[href*='/hazards/']").First.GetAttributeAsync("href"))!.Split('/')[^1].Split('?')[0];
        await ClickAsync(row.Locator("input[type=checkbox]"));
        await ClickAsync(page.Locator("button[name=step][value=urge]"));
        await page.Locator("textarea[name=text]").WaitForAsync();
        var before = await UrgedAsync(site, id);
        clicks++;
        await page.Locator("button[name=go][value=do]").DblClickAsync();
        await page.Locator(".said", new() { HasText = "已办理 1 条，未办理 0 条" }).WaitForAsync();
        output.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"{width}: {clicks} clicks, {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s"));
        clicks.ShouldBeLessThanOrEqualTo(5);
        // An urging for each leg that has something overdue.
        var urged = await UrgedAsync(site, id);
        urged.ShouldBeGreaterThan(before);
        await page.ReloadAsync();
        (await UrgedAsync(site, id)).ShouldBe(urged);
        (urged - before).ShouldBeLessThanOrEqualTo(2);

        Task ClickAsync(ILocator what)
        {
            clicks++;
            return what.ClickAsync();
        }
    }

    /// <summary>Somebody writes, is called away, and comes back when the session has ended.</summary>
    [Fact]
    public async Task WhatWasTypedIsThereAfterSigningInAgain()
    {
        const string words = "请于本周五前报送整改方案，逾期将约谈。<b>不是标签</b>";
        var site = await Site.OpenAsync();
        await using var window = await site.WindowAsync();
        var page = await window.NewPageAsync();
        await page.GotoAsync("/overdue");
        await page.Locator("table.overdue tbody input[type=checkbox]").Last.CheckAsync();
        await page.ClickAsync("button[name=step][value=urge]");
        await page.FillAsync("textarea[name=text]", words);
        await Site.SignOutAsync(window);
        await page.ClickAsync("button[name=go][value=do]");
        await page.FillAsync("#login", Site.Login);
        await page.FillAsync("#password", Site.Password);
        await page.Locator(".door button[type=submit]").First.ClickAsync();
        await page.Locator("table.overdue tbody input[type=checkbox]").Last.CheckAsync();
        await page.ClickAsync("button[name=step][value=urge]");
        (await page.InputValueAsync("textarea[name=text]")).ShouldBe(words);
    }

    /// <summary>The past is marked, is read-only, and is as it was; playing forward leads back to now.</summary>
    [Theory, InlineData(Widths.Desk), InlineData(Widths.Phone)]
    public async Task ThePastIsMarkedAndCanOnlyBeRead(int width)
    {
        var site = await Site.OpenAsync();
        await using var window = await site.WindowAsync("zh", Sized(width));
        var page = await window.NewPageAsync();
        await page.GotoAsync("/overdue");
        (await page.Locator("button[name=step]").CountAsync()).ShouldBeGreaterThan(0);
        await page.FillAsync("input[name=asOf]", Site.Today.AddDays(-20).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) + "T09:00");
        await page.Locator(".time button[type=submit]").First.ClickAsync();
        await page.Locator(".then", new() { HasText = "正在查看" }).WaitForAsync();
        (await page.Locator("button[name=step]").CountAsync()).ShouldBe(0);
        // Whatever one opens from there is of the same instant.
        await page.Locator("table.overdue tbody a[href*='/hazards/']").First.ClickAsync();
        await page.Locator(".then").WaitForAsync();
        page.Url.ShouldContain("asOf=");
        (await page.Locator("form.step").CountAsync()).ShouldBe(0);
        await page.ClickAsync(".then a");
        await page.WaitForFunctionAsync("() => !document.querySelector('.then')");
        page.Url.ShouldNotContain("asOf=");
    }

    /// <summary>What the address asks for and is not there is said, not left out.</summary>
    [Theory, InlineData("/overdue?columns=nonsense"), InlineData("/listed?columns=nonsense"), InlineData("/hazards?sort=nonsense")]
    [InlineData("/overdue?asOf=yesterday")]
    public async Task AnAddressThatMeansNothingIsRefusedInWords(string path)
    {
        var site = await Site.OpenAsync();
        await using var watch = await Watch.OpenAsync(await site.SharedWindowAsync("zh", signedIn: true));
        (await watch.GoAsync(path, Widths.Desk)).Status.ShouldBe(400);
        (await watch.Page.Locator("[role=alert]").First.InnerTextAsync()).ShouldNotBeEmpty();
    }

    private static BrowserNewContextOptions Sized(int width) =>
        new() { ViewportSize = new() { Width = width, Height = Widths.HeightOf(width) } };

    private static async Task<int> UrgedAsync(Site site, string id) =>
        (await site.Services.GetRequiredService<Projections.Store.IEventLog>().FetchAsync(HazardId.Parse(id).StreamId))
            .Count(e => e.Data is LegUrged);
}
