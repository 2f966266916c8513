using Hazards.Api.Administration.Accounts;
using Hazards.Domain;
using Microsoft.AspNetCore.Authentication;
using Microsoft.IdentityModel.Tokens;

namespace Hazards.Api.Http.Pages.SigningIn;

/// <summary>
/// 统一身份认证: a site's own sign-on by OpenID Connect, where one is configured (<c>HAZARDS_OIDC_AUTHORITY</c>, <c>_CLIENT</c>,
/// <c>_SECRET</c> or <c>_SECRET_FILE</c>, <c>_CLAIM</c>, <c>_NAME</c>). It says who somebody is; what he may do stands in the
/// account whose login is the claim's value, and nobody without an account gets in.
/// </summary>
/// <param name="DisplayName">What the button says; null: the usual words.</param>
internal sealed record SiteSignOn(string? DisplayName)
{
    private const string Scheme = "site";
    private const string Unused = "site-unused";

    /// <summary>What the button says.</summary>
    public string Name(PageCall page) => DisplayName ?? page.T("统一身份认证登录", "Sign in with your organisation");

    /// <summary>Adds it where it is configured.</summary>
    public static void Add(IServiceCollection services, SignOnOptions? options)
    {
        if (options is null)
            return;
        services.AddSingleton(new SiteSignOn(options.Name));
        services.AddAuthentication()
            // The handler wants a scheme to sign in with; sessions are ours, and it never comes to that.
            .AddCookie(Unused, o => o.Cookie.Name = "hazards_unused")
            .AddOpenIdConnect(Scheme, o =>
            {
                (o.Authority, o.ClientId, o.ClientSecret, o.SignInScheme) = (options.Authority, options.Client, options.Secret, Unused);
                o.ResponseType = "code";
                o.UsePkce = true;
                o.MapInboundClaims = false;
                o.CallbackPath = "/sign-in/site";
                o.RequireHttpsMetadata = !new Uri(options.Authority).IsLoopback;
                o.Scope.Clear();
                o.Scope.Add("openid");
                o.Scope.Add("profile");
                // http on this machine alone (a first try) has no Secure cookies; elsewhere a proxy ends TLS and says so.
                o.NonceCookie.SecurePolicy = o.CorrelationCookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
                o.NonceCookie.SameSite = o.CorrelationCookie.SameSite = SameSiteMode.Lax;
                o.ResponseMode = "query";
                // The handler takes an unsigned token from the provider's own address; http on this machine protects that by nothing.
                o.Events.OnTokenValidated = context =>
                {
                    if (context.SecurityToken.Header.Alg is null or SecurityAlgorithms.None)
                        context.Fail("the id_token is not signed");
                    return Task.CompletedTask;
                };
                o.Events.OnTicketReceived = context => EnterAsync(context, options.Claim);
                o.Events.OnRemoteFailure = FailAsync;
            });
    }

    /// <summary>Its addresses, where it is configured.</summary>
    public static void Map(WebApplication app)
    {
        if (app.Services.GetService<SiteSignOn>() is null)
            return;
        app.MapGet(
            "/sign-in/external",
            (string? to) =>
                Results.Challenge(new AuthenticationProperties { RedirectUri = PageRoutes.Safe(to) }, [Scheme])).ExcludeFromDescription();
    }

    private static async Task EnterAsync(TicketReceivedContext context, string claim)
    {
        var http = context.HttpContext;
        var login = context.Principal?.FindFirst(claim)?.Value ?? "";
        var (opened, refusal) = await http.RequestServices.GetRequiredService<SignIn>()
            .ExternalAsync(login, SignInPages.AddressOf(http), SignInPages.AgentOf(http), http.RequestAborted);
        context.HandleResponse();
        if (opened is null)
        {
            await PageSite.ShowAsync(http, refusal!);
            return;
        }

        SignInPages.SetCookie(http, opened.Token);
        http.Response.Redirect(PageRoutes.Safe(context.ReturnUri));
    }

    private static Task FailAsync(RemoteFailureContext context)
    {
        context.HandleResponse();
        return PageSite.ShowAsync(
            context.HttpContext, PageRefusals.SiteSignOn.Because(null, ("detail", Texts.Excerpt(context.Failure?.Message))));
    }
}

/// <summary>A site's own sign-on.</summary>
/// <param name="Authority">Where its provider is: the address under which its <c>.well-known/openid-configuration</c> stands.</param>
/// <param name="Client">The name by which it knows this service.</param>
internal sealed record SignOnOptions(string Authority, string Client)
{
    /// <summary>The secret that goes with the name, if there is one.</summary>
    public string? Secret { get; init; }

    /// <summary>The claim that holds the account's login.</summary>
    public string Claim { get; init; } = "preferred_username";

    /// <summary>What the button says; the usual words when null.</summary>
    public string? Name { get; init; }

    /// <summary>What the environment says; null when it names no provider.</summary>
    /// <exception cref="ArgumentException">It names a provider, and no client.</exception>
    public static SignOnOptions? Of(IConfiguration configuration)
    {
        string? Of(string name) => configuration[$"HAZARDS_OIDC_{name}"] is { Length: > 0 } value ? value : null;
        if (Of("AUTHORITY") is not { } authority)
            return null;
        var client = Of("CLIENT")
            ?? throw new ArgumentException("缺少 HAZARDS_OIDC_CLIENT · HAZARDS_OIDC_CLIENT is needed beside HAZARDS_OIDC_AUTHORITY");
        var options = new SignOnOptions(authority, client)
        {
            Secret = Of("SECRET") ?? (Of("SECRET_FILE") is { } file ? File.ReadAllText(file).Trim() : null), Name = Of("NAME"),
        };
        return Of("CLAIM") is { } claim ? options with { Claim = claim } : options;
    }
}
