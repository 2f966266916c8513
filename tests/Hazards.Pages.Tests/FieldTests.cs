using System.Text.Json;
using Hazards.Api.Http;
using Hazards.Api.LifeCycle;
using Hazards.Api.LifeCycle.Field;
using Hazards.Api.LifeCycle.Files;
using Hazards.Domain;
using Hazards.Projections;
using Hazards.Projections.Store;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace Hazards.Pages.Tests;

/// <summary>现场上报: written with or without a network, sent once, never lost.</summary>
[Trait("Server", "any")]
public sealed class FieldTests
{
    // A red dot.
    private static readonly byte[] Photo = Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==");

    private static readonly BrowserNewContextOptions Phone = new()
    {
        ViewportSize = new() { Width = 390, Height = 844 }, IsMobile = true, HasTouch = true,
        Geolocation = new() { Longitude = 109.738f, Latitude = 28.311f, Accuracy = 12 }, Permissions = ["geolocation"],
    };

    [Fact]
    public async Task APhotoASentenceAndAPlaceAreAReport()
    {
        var (site, window, page, said) = await OpenAsync();
        await using var _ = window;
        await page.Locator("[data-photos]").First.SetInputFilesAsync(PhotoFile("通道.png"));
        await page.Locator("[data-shots] img").WaitForAsync();
        await page.FillAsync("#what", said + "。门口堆放纸箱");
        await page.SelectOptionAsync("#region", "433101");
        await page.TapAsync("[data-locate]");
        await page.Locator("[data-located]", new() { HasText = "12" }).WaitForAsync();
        await page.TapAsync("button.send");
        await page.Locator("#mine", new() { HasText = said }).WaitForAsync();

        var item = (await site.FindAsync(said)).ShouldHaveSingleItem();
        item.Title.ShouldBe(said);
        item.Place.ShouldNotBeNull();
        var hazard = (await site.Services.GetRequiredService<HazardStore>().LoadAsync(item.Id)).ShouldNotBeNull();
        hazard.Place!.Longitude.ShouldBe(109.738m);
        hazard.Place.Latitude.ShouldBe(28.311m);
        var photo = (await AttachmentsAsync(site, item.Id)).ShouldHaveSingleItem();
        photo.Digest.ShouldBe(Sha256Digest.Of(Photo));
        await WaitForEmptyQueueAsync(page);
        (await page.Locator("#mine li", new() { HasText = said }).InnerTextAsync()).ShouldContain("待");
    }

    [Fact]
    public async Task ItOpensWithoutANetworkAndSendsOnceThereIsOne()
    {
        var (site, window, page, said) = await OpenAsync();
        await using var _ = window;
        await page.EvaluateAsync("() => navigator.serviceWorker.ready.then(() => caches.match('/field/shell')).then(kept => { if (!kept) throw 'no page is kept'; })");
        await window.SetOfflineAsync(true);
        await page.ReloadAsync();
        await ReadyAsync(page);
        await page.Locator("[data-photos]").First.SetInputFilesAsync([PhotoFile("1.png"), PhotoFile("2.png")]);
        await page.Locator("[data-shots] img").Nth(1).WaitForAsync();
        await WriteAsync(page, said);
        var before = DateTimeOffset.UtcNow;
        await page.TapAsync("button.send");
        await Waiting(page, said).WaitForAsync();

        await Screenshots.TakeAsync(page, "field waiting", Widths.Phone, "zh");

        // The phone is put away and taken out again, twice.
        await page.ReloadAsync();
        await ReadyAsync(page);
        await Waiting(page, said).WaitForAsync();
        await page.CloseAsync();
        (await site.FindAsync(said)).ShouldBeEmpty();
        await window.SetOfflineAsync(false);
        page = await window.NewPageAsync();
        await page.GotoAsync("/field");
        await page.Locator("#mine", new() { HasText = said }).WaitForAsync();
        await WaitForEmptyQueueAsync(page);

        var item = (await site.FindAsync(said)).ShouldHaveSingleItem();
        item.FoundAt.ShouldBeInRange(before.AddSeconds(-1), before.AddSeconds(10));
        (await AttachmentsAsync(site, item.Id)).Length.ShouldBe(2);
    }

    [Fact]
    public async Task ItIsSentByItselfAsSoonAsThereIsANetwork()
    {
        var (site, window, page, said) = await OpenAsync();
        await using var _ = window;
        await window.SetOfflineAsync(true);
        await WriteAsync(page, said);
        await page.TapAsync("button.send");
        await Waiting(page, said).WaitForAsync();
        await window.SetOfflineAsync(false);
        await page.Locator("#mine", new() { HasText = said }).WaitForAsync();
        (await site.FindAsync(said)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task AnAnswerThatIsLostMakesNoSecondHazard()
    {
        var (site, window, page, said) = await OpenAsync();
        await using var _ = window;
        var arrived = 0;
        await page.RouteAsync("**/field/reports", async route =>
        {
            var answer = await route.FetchAsync();
            if (Interlocked.Increment(ref arrived) == 1)
                await route.AbortAsync("connectionreset");
            else
                await route.FulfillAsync(new() { Response = answer });
        });
        await WriteAsync(page, said);
        await page.TapAsync("button.send");
        while (Volatile.Read(ref arrived) == 0)
            await Task.Delay(20);
        (await site.FindAsync(said)).ShouldHaveSingleItem();
        await Waiting(page, said).WaitForAsync();
        await page.EvaluateAsync("() => dispatchEvent(new Event('online'))");
        await WaitForEmptyQueueAsync(page);
        (await site.FindAsync(said)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task WhatIsRefusedStaysUntilItIsMended()
    {
        var (site, window, page, said) = await OpenAsync();
        await using var _ = window;
        await page.Locator("[data-photos]").First.SetInputFilesAsync(PhotoFile("1.png"));
        await page.Locator("[data-shots] img").WaitForAsync();
        await WriteAsync(page, said);
        await page.EvaluateAsync(
            "() => { const f = document.querySelector('[data-field]').elements; f.longitude.value = '200'; f.latitude.value = '28'; }");
        await page.TapAsync("button.send");
        var refused = page.Locator("[data-queue-list] li", new() { HasText = said });
        await refused.Locator(".why").WaitForAsync();
        (await refused.InnerTextAsync()).ShouldContain("未被接收");
        await Screenshots.TakeAsync(page, "field refused", Widths.Phone, "zh");
        await page.ReloadAsync();
        await ReadyAsync(page);
        await refused.Locator("button.btn-primary").TapAsync();
        (await page.InputValueAsync("#what")).ShouldBe(said);
        await page.Locator("[data-shots] img").WaitForAsync();
        await page.EvaluateAsync(
            "() => { const f = document.querySelector('[data-field]').elements; f.longitude.value = f.latitude.value = ''; }");
        await page.TapAsync("button.send");
        await page.Locator("#mine", new() { HasText = said }).WaitForAsync();
        var item = (await site.FindAsync(said)).ShouldHaveSingleItem();
        (await AttachmentsAsync(site, item.Id)).ShouldHaveSingleItem();
        await WaitForEmptyQueueAsync(page);
    }

    [Fact]
    public async Task WhoseSessionEndedIsAskedToSignInAndLosesNothing()
    {
        var (site, window, page, said) = await OpenAsync();
        await using var _ = window;
        await Site.SignOutAsync(window);
        await WriteAsync(page, said);
        await page.TapAsync("button.send");
        await page.Locator("[data-state] a").WaitForAsync();
        await Waiting(page, said).WaitForAsync();
        (await site.FindAsync(said)).ShouldBeEmpty();
        await site.SignInAsync(window);
        await page.EvaluateAsync("() => dispatchEvent(new Event('online'))");
        await page.Locator("#mine", new() { HasText = said }).WaitForAsync();
        (await site.FindAsync(said)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task WhatAnotherWroteIsNotSentByMe()
    {
        var (site, window, page, said) = await OpenAsync();
        await using var _ = window;
        await page.EvaluateAsync("""
            said => FieldQueue.put({ id: FieldQueue.number(), account: crypto.randomUUID(), state: 'waiting', writtenAt: new Date().toISOString(), fields: { what: said, place: '南门' } })
            """, said);
        await page.ReloadAsync();
        await ReadyAsync(page);
        await page.Locator("[data-others]", new() { HasText = "1" }).WaitForAsync();
        (await page.EvaluateAsync<string>("() => FieldQueue.send().then(o => o.why)")).ShouldBe("other");
        (await site.FindAsync(said)).ShouldBeEmpty();
        // And the service would not take it either.
        var status = await page.EvaluateAsync<int>("""
            async said => {
              const session = await (await fetch('/field/token')).json(), form = new FormData();
              for (const [name, value] of Object.entries({ _form: session.token, account: crypto.randomUUID(), report: crypto.randomUUID(), writtenAt: session.now, what: said })) form.append(name, value);
              return (await fetch('/field/reports', { method: 'POST', body: form })).status;
            }
            """, said);
        status.ShouldBe(403);
    }

    [Fact]
    public async Task WhatWasBegunIsThereAgain()
    {
        var (_, window, page, said) = await OpenAsync();
        await using var _2 = window;
        await page.Locator("[data-photos]").First.SetInputFilesAsync(PhotoFile("1.png"));
        await page.Locator("[data-shots] img").WaitForAsync();
        await page.FillAsync("#what", said);
        await UntilAsync(page, "r => r.some(r => r.fields.what)");
        await page.CloseAsync();
        page = await window.NewPageAsync();
        await page.GotoAsync("/field");
        await ReadyAsync(page);
        (await page.InputValueAsync("#what")).ShouldBe(said);
        await page.Locator("[data-shots] img").WaitForAsync();
    }

    [Fact]
    public async Task ItWorksWithoutScripts()
    {
        var site = await Site.OpenAsync();
        await using var window = await site.WindowAsync("zh", new(Phone) { JavaScriptEnabled = false });
        var (page, said) = (await window.NewPageAsync(), Sentence());
        await page.GotoAsync("/field");
        await page.Locator("[data-photos]").First.SetInputFilesAsync(PhotoFile("1.png"));
        await WriteAsync(page, said);
        await page.ClickAsync("button.send");
        await page.Locator("#mine", new() { HasText = said }).WaitForAsync();
        var item = (await site.FindAsync(said)).ShouldHaveSingleItem();
        (await AttachmentsAsync(site, item.Id)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task ALargePhotoIsMadeSmallerAndThatIsSaid()
    {
        var (_, window, page, _) = await OpenAsync();
        await using var _2 = window;
        // Noise, which no format makes small.
        var large = Convert.FromBase64String(await page.EvaluateAsync<string>("""
            async () => {
              const canvas = new OffscreenCanvas(2400, 1800), context = canvas.getContext('2d'), picture = context.createImageData(2400, 1800);
              for (let i = 0; i < picture.data.length; i += 65536) crypto.getRandomValues(picture.data.subarray(i, i + 65536));
              context.putImageData(picture, 0, 0);
              const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/jpeg', quality: 1 })).arrayBuffer());
              let text = ''; for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
              return btoa(text);
            }
            """));
        large.Length.ShouldBeGreaterThan(4 * 1024 * 1024);
        await page.Locator("[data-photos]").First.SetInputFilesAsync(
            new FilePayload { Name = "large.jpg", MimeType = "image/jpeg", Buffer = large });
        await page.Locator("[data-photo-note]", new() { HasText = "1600" }).WaitForAsync();
        (await page.EvaluateAsync<int>("() => document.querySelector('[data-shots] img').naturalWidth")).ShouldBe(1600);
        // And no more than five.
        await page.Locator("[data-photos]").First.SetInputFilesAsync([.. Enumerable.Range(1, 5).Select(i => PhotoFile($"{i}.png"))]);
        await page.Locator("[data-photo-note]", new() { HasText = "最多 5 张" }).WaitForAsync();
        (await page.Locator("[data-shots] img").CountAsync()).ShouldBe(5);
    }

    [Theory]
    [InlineData("消防通道被堵塞。楼梯间堆放杂物", "消防通道被堵塞")]
    [InlineData("  配电箱没有门\n电线裸露", "配电箱没有门")]
    [InlineData("。", "。")]
    [InlineData("", "")]
    [InlineData("一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十多", "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五六七八九…")]
    public void TheTitleIsTheBeginningOfWhatWasSaid(string said, string title) => FieldSending.TitleOf(said.Trim()).ShouldBe(title);

    [Fact]
    public async Task EverythingIsLargeEnoughForAThumb()
    {
        var (_, window, page, _) = await OpenAsync();
        await using var _2 = window;
        await page.SetViewportSizeAsync(320, 640);
        (await page.EvaluateAsync<string[]>("""
            () => [...document.querySelectorAll('[data-field] button, [data-field] .shoot label, [data-field] input:not([type=hidden], [type=file]), [data-field] select, [data-field] textarea, [data-field] summary')]
              .filter(e => e.checkVisibility()).filter(e => { const box = e.getBoundingClientRect(); return box.height < 44 || box.width < 44; }).map(e => e.outerHTML)
            """)).ShouldBeEmpty();
    }

    private static async Task<(Site Site, IBrowserContext Window, IPage Page, string Said)> OpenAsync()
    {
        var site = await Site.OpenAsync();
        var window = await site.WindowAsync("zh", new(Phone));
        var page = await window.NewPageAsync();
        await page.GotoAsync("/field");
        await ReadyAsync(page);
        await page.EvaluateAsync("() => navigator.serviceWorker.ready.then(() => true)");
        return (site, window, page, Sentence());
    }

    /// <summary>A sentence that no other test writes.</summary>
    private static string Sentence() => $"消防通道被堵塞{Guid.NewGuid():n}"[..23];

    private static Task<IJSHandle> ReadyAsync(IPage page) => page.WaitForFunctionAsync("() => document.documentElement.dataset.fieldReady");

    private static async Task WriteAsync(IPage page, string said)
    {
        await page.FillAsync("#what", said);
        await page.FillAsync("#place", "南门市场二楼");
        if (await page.Locator("#region").CountAsync() > 0)
            await page.SelectOptionAsync("#region", "433101");
    }

    private static ILocator Waiting(IPage page, string said) =>
        page.Locator("[data-queue-list] li", new() { HasText = said }).Filter(new() { HasText = "待发送" });

    private static Task WaitForEmptyQueueAsync(IPage page) => UntilAsync(page, "r => r.length === 0");

    /// <summary>Waits until the reports on the phone are as said.</summary>
    private static async Task UntilAsync(IPage page, string reports)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await page.EvaluateAsync<bool>($"() => FieldQueue.all().then({reports})"))
            await Task.Delay(50, patience.Token);
    }

    private static FilePayload PhotoFile(string name) => new() { Name = name, MimeType = "image/png", Buffer = Photo };

    private static async Task<Attachment[]> AttachmentsAsync(Site site, HazardId id)
    {
        await foreach (var e in site.Services.GetRequiredService<IEventLog>().ReadStreamAsync(id.StreamId))
            return [.. DomainJson.ReadContext(e.Headers.Span).Attachments];
        return [];
    }
}
