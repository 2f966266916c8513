using System.Text.Encodings.Web;
using System.Text.Unicode;
using Hazards.Api.Administration.Pages;
using Hazards.Api.Http.Pages.Shared;
using Hazards.Api.Http.Pages.SigningIn;
using Hazards.Api.Import.Pages;
using Hazards.Api.Investigation.Pages;
using Hazards.Api.LifeCycle.Field;
using Hazards.Api.LifeCycle.Pages;
using Hazards.Api.Lists.Pages;
using Hazards.Api.Reports.Pages;
using Hazards.Api.Supervision.Pages;
using Hazards.Domain;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.HttpOverrides;

namespace Hazards.Api.Http.Pages;

/// <summary>The pages for people: services, headers, addresses.</summary>
internal static class PageSite
{
    public static void Add(IServiceCollection services, IConfiguration configuration, ServiceOptions options)
    {
        SigningIn.SiteSignOn.Add(services, options.SignOn ?? SigningIn.SignOnOptions.Of(configuration));
        services.AddRazorComponents();
        services.AddAntiforgery(o =>
        {
            o.Cookie.Name = "hazards_form";
            o.Cookie.SameSite = SameSiteMode.Lax;
            o.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            o.FormFieldName = "_form";
            o.HeaderName = "X-Form";
            o.SuppressXFrameOptionsHeader = true;
        });
        // Every node reads what another has sealed: the keys are in the deployment's key folder.
        var protection = services.AddDataProtection().SetApplicationName("hazards");
        if (options.Keys is { Length: > 0 } keys)
            protection.PersistKeysToFileSystem(new DirectoryInfo(Path.Combine(keys, "page-forms")));
        services.AddResponseCompression(o =>
        {
            o.EnableForHttps = false; // a reverse proxy that ends TLS compresses as it sees fit
            o.MimeTypes = ["text/html", "text/css", "text/javascript", "application/javascript", "image/svg+xml"];
        });
        services.AddSingleton(HtmlEncoder.Create(UnicodeRanges.All));
        services.AddSingleton<InProcess>();
        services.AddScoped<PageCall>();
        services.AddSingleton<LiveHub>();
    }

    /// <summary>Before routing: who asks through which proxy, and files.</summary>
    public static void Use(WebApplication app)
    {
        app.UseForwardedHeaders(Proxies(app.Configuration));
        app.UseResponseCompression();
        SiteFiles.Use(app);
    }

    // Who signs in from where, and whether over TLS, a proxy says: one on this machine, or those that HAZARDS_PROXIES names
    // (addresses and networks, with commas between). Nobody else is believed.
    private static ForwardedHeadersOptions Proxies(IConfiguration configuration)
    {
        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto };
        foreach (var proxy in (configuration["HAZARDS_PROXIES"] ?? "").Split(
            ',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            if (System.Net.IPNetwork.TryParse(proxy, out var network))
                options.KnownIPNetworks.Add(network);
            else
                options.KnownProxies.Add(System.Net.IPAddress.Parse(proxy));
        return options;
    }

    public static void Map(WebApplication app)
    {
        app.MapGet("/language/{language}", (HttpContext http, string language, string? to) =>
        {
            http.Response.Cookies.Append(
                PageCookies.Language, language == "en" ? "en" : "zh", PageCookies.Options(http, TimeSpan.FromDays(365)));
            return Results.Redirect(PageRoutes.Safe(to));
        }).ExcludeFromDescription();
        SignInPages.Map(app);
        SiteSignOn.Map(app);
        OverviewPages.Map(app);
        LedgerPages.Map(app);
        InboxPages.Map(app);
        AdminPages.Map(app);
        FieldPages.Map(app);
        ListPages.Map(app);
        ViewPages.Map(app);
        FigurePages.Map(app);
        LeaderPages.Map(app);
        ComparePages.Map(app);
        InvestigationPages.Map(app);
        ImportPages.Map(app);
        HazardPages.Map(app);
        BodyPages.Map(app);
    }

    /// <summary>Whether a person asked, and not a program: what goes wrong is then shown as a page.</summary>
    public static bool IsForPeople(HttpContext http) =>
        !http.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal)
            && !http.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal)
        && http.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);

    /// <summary>Shows a refusal as a page.</summary>
    public static Task ShowAsync(HttpContext http, Refusal refusal)
    {
        var page = http.RequestServices.GetRequiredService<PageCall>();
        page.Refuse(http, refusal);
        return PageRoutes.Show<Shared.ErrorPage>(page).ExecuteAsync(http);
    }
}
