using System.Collections.Concurrent;
using System.Net;
using System.Security.Claims;
using System.Security.Cryptography;
using Hazards.Api.Administration.Accounts;
using Hazards.Api.Http.Pages.SigningIn;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Hazards.Api.Tests;

/// <summary>统一身份认证: a provider of a site's own vouches for people over OpenID Connect.</summary>
[Trait("Server", "any")]
public sealed class SignOnTests(SignOnTests.WithProvider with) : IClassFixture<SignOnTests.WithProvider>
{
    private readonly Service service = with.Service;

    [Fact]
    public async Task Who_has_an_account_gets_in_and_it_is_on_record()
    {
        var account = await service.Services.GetRequiredService<AccountStore>().EnsureDemoAsync(
            "known", "never typed anywhere", "张经办", BodyId.Parse("first-office"), [Role.Supervisor], RegionCode.Nation);
        using var browser = new Browser(service.Address);
        var came = await browser.FollowAsync("/sign-in/external?to=%2Faccount", "login_hint=known");
        came.Path.ShouldBe("/account");
        came.Text.ShouldContain("张经办");
        (await service.Admin.GetAsync($"accounts/{account.Id}/events")).Require(HttpStatusCode.OK).Text.ShouldContain("\"oidc\"");
    }

    [Fact]
    public async Task Who_has_none_hears_so_and_gets_no_session()
    {
        using var browser = new Browser(service.Address);
        var came = await browser.FollowAsync("/sign-in/external", "login_hint=nobody");
        came.Text.ShouldContain("sign_in.no_account");
        (await browser.FollowAsync("/account", "")).Path.ShouldBe("/sign-in");
    }

    [Theory, InlineData("forged"), InlineData("unsigned")]
    public async Task What_the_provider_did_not_sign_opens_nothing(string how)
    {
        using var browser = new Browser(service.Address);
        var came = await browser.FollowAsync("/sign-in/external", $"login_hint=known&{how}=1");
        came.Text.ShouldContain("page.site_sign_on");
        (await browser.FollowAsync("/account", "")).Path.ShouldBe("/sign-in");
    }

    [Fact]
    public async Task An_answer_that_nobody_asked_for_opens_nothing()
    {
        using var browser = new Browser(service.Address);
        (await browser.FollowAsync("/sign-in/site?code=made-up&state=made-up", "")).Text.ShouldContain("page.site_sign_on");
    }

    /// <summary>Follows redirects from one site to the other, as a browser does; what is added goes to the provider.</summary>
    private sealed class Browser(string root) : IDisposable
    {
        private readonly HttpClient http = new(
            new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() });

        public async Task<(string Path, string Text)> FollowAsync(string path, string added)
        {
            var at = new Uri(new Uri(root), path);
            for (var steps = 0; steps < 10; steps++)
            {
                if (at.AbsolutePath == "/authorize" && added.Length > 0)
                    at = new Uri($"{at}&{added}");
                using var request = new HttpRequestMessage(HttpMethod.Get, at) { Headers = { { "Accept", "text/html" } } };
                using var response = await http.SendAsync(request);
                if (response.Headers.Location is not { } to)
                    return (at.AbsolutePath, await response.Content.ReadAsStringAsync());
                at = new Uri(at, to);
            }

            throw new InvalidOperationException("It goes round in circles.");
        }

        public void Dispose() => http.Dispose();
    }

    /// <summary>A service that knows a provider.</summary>
#pragma warning disable CA1001 // its end is that of the fixture: DisposeAsync
    public sealed class WithProvider : IAsyncLifetime
#pragma warning restore CA1001
    {
        private readonly Provider provider = new();

        public Service Service { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            await provider.StartAsync();
            Service = new Service
            {
                Options = o => o with { SignOn = new SignOnOptions(provider.Root, "hazards") { Secret = "told to both" } },
            };
            await Service.InitializeAsync();
        }

        public async Task DisposeAsync()
        {
            await Service.DisposeAsync();
            await provider.DisposeAsync();
        }
    }
}

/// <summary>A provider that vouches for whomever it is asked about.</summary>
internal sealed class Provider : IAsyncDisposable
{
    private readonly RSA key = RSA.Create(2048), other = RSA.Create(2048);
    private readonly ConcurrentDictionary<string, IQueryCollection> asked = new();
    private readonly WebApplication app;

    public Provider()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddLogging();
        app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.MapGet("/.well-known/openid-configuration", () => Results.Json(new Dictionary<string, object>
        {
            ["issuer"] = Root, ["authorization_endpoint"] = $"{Root}/authorize", ["token_endpoint"] = $"{Root}/token",
            ["jwks_uri"] = $"{Root}/keys",
            ["response_types_supported"] = new[] { "code" }, ["subject_types_supported"] = new[] { "public" },
            ["id_token_signing_alg_values_supported"] = new[] { "RS256" },
        }));
        app.MapGet("/keys", () => Results.Json(new { keys = new[] { Public() } }));
        app.MapGet("/authorize", (HttpRequest request) =>
        {
            var code = Guid.NewGuid().ToString("n");
            asked[code] = request.Query;
            return Results.Redirect(QueryHelpers.AddQueryString(
                request.Query["redirect_uri"]!, new Dictionary<string, string?> { ["code"] = code, ["state"] = request.Query["state"] }));
        });
        app.MapPost("/token", async (HttpRequest request) =>
        {
            var form = await request.ReadFormAsync();
            var about = asked[form["code"]!];
            return Results.Json(
                new Dictionary<string, object> { ["access_token"] = "unused", ["token_type"] = "Bearer", ["id_token"] = Token(about) });
        });
    }

    public string Root => app.Urls.First();

    public Task StartAsync() => app.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        key.Dispose();
        other.Dispose();
    }

    private object Public()
    {
        var parameters = key.ExportParameters(false);
        return new
        {
            kty = "RSA", use = "sig", alg = "RS256", kid = "one", n = Base64UrlEncoder.Encode(parameters.Modulus),
            e = Base64UrlEncoder.Encode(parameters.Exponent),
        };
    }

    private string Token(IQueryCollection about) => Token(
        about.ContainsKey("unsigned") ? null : about.ContainsKey("forged") ? other : key,
        [new Claim("sub", "1"), new Claim("nonce", about["nonce"]!), new Claim("preferred_username", about["login_hint"]!)]);

    public string Token(params Claim[] claims) => Token(key, claims);

    private string Token(RSA? by, Claim[] claims) => new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
    {
        Issuer = Root, Audience = "hazards", Expires = DateTime.UtcNow.AddMinutes(5), Subject = new ClaimsIdentity(claims),
        SigningCredentials = by is null ? null : new SigningCredentials(new RsaSecurityKey(by) { KeyId = "one" }, "RS256"),
    });
}
