using System.Collections.Concurrent;
using Hazards.Api.Administration.Accounts;
using Hazards.Api.Http;
using Hazards.Api.Running;
using Hazards.Api.Simulation.Demo;
using Hazards.Api.Tests;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;
using Hazards.Projections.Store;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace Hazards.Pages.Tests;

/// <summary>The whole service on a simulated prefecture, and a browser: one of each for all tests, until this process ends.</summary>
internal sealed class Site
{
    /// <summary>The account of somebody who may do everything.</summary>
    public const string Login = "looks";

    public const string Password = "what the tests sign in with";

    // A small one: whoever looks at pages waits for it.
    private const int Hazards = 70;
    private const int Days = 45;

    private static readonly Lazy<Task<Site>> Started = new(StartAsync);

    private readonly ConcurrentDictionary<(string Language, bool SignedIn), Lazy<Task<IBrowserContext>>> shared = [];
    private readonly WebApplication app;
    private readonly IPlaywright driver;
    private readonly string database;
    private readonly string session;

    private Site(WebApplication app, string database, string session, IPlaywright driver, IBrowser browser)
    {
        (this.app, this.database, this.session, this.driver, Browser) = (app, database, session, driver, browser);
        Root = app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First();
    }

    public static Task<Site> OpenAsync() => Started.Value;

    public IBrowser Browser { get; }

    /// <summary>Where the service is.</summary>
    public string Root { get; }

    public IServiceProvider Services => app.Services;

    private IHazardQueries Rows => app.Services.GetRequiredService<IHazardQueries>();

    /// <summary>A browser's window of its own, signed in.</summary>
    /// <param name="language">zh or en.</param>
    /// <param name="options">How it is; the usual when left out.</param>
    public async Task<IBrowserContext> WindowAsync(string language = "zh", BrowserNewContextOptions? options = null)
    {
        options ??= new BrowserNewContextOptions();
        options.BaseURL = Root;
        options.ReducedMotion = ReducedMotion.Reduce;
        var window = await Browser.NewContextAsync(options);
        window.SetDefaultTimeout(30_000);
        await window.AddCookiesAsync([new() { Name = "hazards_language", Value = language, Url = Root }]);
        await SignInAsync(window);
        return window;
    }

    /// <summary>A window for looking only, which keeps what pages have in common: opening one costs more than most pages.</summary>
    public Task<IBrowserContext> SharedWindowAsync(string language, bool signedIn) => shared.GetOrAdd((language, signedIn), key => new(async () =>
    {
        var window = await WindowAsync(key.Language);
        if (!key.SignedIn)
            await SignOutAsync(window);
        return window;
    })).Value;

    /// <summary>The one place that knows how a person signs in.</summary>
    public Task SignInAsync(IBrowserContext window) =>
        window.AddCookiesAsync([new() { Name = SessionCookie.Name, Value = session, Url = Root }]);

    /// <summary>Ends the session.</summary>
    public static Task SignOutAsync(IBrowserContext window) => window.ClearCookiesAsync(new() { Name = SessionCookie.Name });

    /// <summary>Hazards whose words have these.</summary>
    public async Task<IReadOnlyList<HazardItem>> FindAsync(string text) =>
        (await Rows.LedgerAsync(Now, new HazardFilter { Text = text }, LedgerSort.Recorded, true, null, 50)).Items;

    /// <summary>The first that was recorded of those at a stage.</summary>
    public async Task<HazardId> HazardAsync(Stage stage) =>
        (await Rows.LedgerAsync(Now, new HazardFilter { Stages = [stage] }, LedgerSort.Recorded, false, null, 1)).Items[0].Id;

    /// <summary>The date in China.</summary>
    public static DateOnly Today => ChinaTime.DateAt(DateTimeOffset.UtcNow);

    private static Scope Now => new(RegionCode.Nation, null, Today);

    private static async Task<Site> StartAsync()
    {
        // First, since it says what is missing.
        var (driver, browser) = await Chromium.LaunchAsync();
        var database = await TestServer.CreateDatabaseAsync();
        var options = new ServiceOptions(await TestServer.PrepareAsync(database))
        {
            Keys = TestServer.KeysOf(database), Urls = "http://127.0.0.1:0", JsonLogs = true, RequireSecondFactor = false,
        };
        await using (var demo = await DemoMaker.OnAsync(
            options.ConnectionString, options.Keys, new DemoPlan(Hazards, Days, DateTimeOffset.UtcNow), default))
            await demo.RunAsync(null, default);
        var app = HazardsService.Build(options);
        await app.StartAsync();
        var site = new Site(app, database, await SignInAsync(app.Services), driver, browser);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => site.StopAsync().Wait(TimeSpan.FromSeconds(20));
        await WarmAsync(site.Root, site.session);
        return site;
    }

    /// <summary>What a process does once, when it is first asked, is no page's own doing.</summary>
    private static async Task WarmAsync(string root, string session)
    {
        using var client = new HttpClient { BaseAddress = new Uri(root), Timeout = TimeSpan.FromMinutes(3) };
        using var question = new HttpRequestMessage(HttpMethod.Get, "/field")
        {
            Headers = { { "Cookie", $"{SessionCookie.Name}={session}" } },
        };
        using var answer = await client.SendAsync(question);
    }

    /// <summary>Somebody who may do everything there.</summary>
    private static async Task<string> SignInAsync(IServiceProvider services)
    {
        await services.GetRequiredService<AccountStore>().EnsureDemoAsync(
            Login, Password, "龙志强", BodyId.Parse("seed-4331-office"), [.. Enum.GetValues<Role>().Where(r => r != Role.Clock)],
            RegionCode.Parse("4331"));
        var (opened, refusal) = await services.GetRequiredService<SignIn>().PasswordAsync(Login, Password, "127.0.0.1", "tests");
        return opened?.Token ?? throw new InvalidOperationException(refusal?.English);
    }

    private async Task StopAsync()
    {
        await Browser.CloseAsync();
        driver.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
        await TestServer.DropDatabaseAsync(database);
    }
}
