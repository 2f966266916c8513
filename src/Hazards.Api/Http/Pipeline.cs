using Hazards.Api.Http.Pages;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;

namespace Hazards.Api.Http;

/// <summary>
/// What a request passes, in this order: who calls is counted before anything is done for him; what he may do is decided before
/// anything is named to him; and he waits for a place before his body is read.
/// </summary>
internal static class Pipeline
{
    public static void Add(IServiceCollection services, TokenOptions? tokens)
    {
        var schemes = services.AddAuthentication(ApiKeyAuthentication.Name)
            .AddScheme<ApiKeyOptions, ApiKeyAuthentication>(
                ApiKeyAuthentication.Name, o => o.ForwardDefaultSelector = http => OtherThanKey(http, o, tokens))
            .AddScheme<AuthenticationSchemeOptions, SessionAuthentication>(SessionAuthentication.Name, null);
        if (tokens is not null)
            TokenAuthentication.Add(schemes, tokens);
        services.AddAuthorization();
        services.AddSingleton<IAuthorizationHandler, OperationAuthorization>();
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, AuthorizationAnswer>();
        services.AddExceptionHandler<ErrorHandling>();
    }

    public static void Use(WebApplication app)
    {
        var limits = app.Services.GetRequiredService<Limits>();
        EveryAnswer.Use(app);
        PageSite.Use(app);
        app.UseRouting();
        app.Use(Spans.NameAsync);
        // Never asked: there is a handler for every exception.
        app.UseExceptionHandler(_ => { });
        app.UseStatusCodePages(ErrorHandling.ExplainAsync);
        app.UseRequestTimeouts();
        app.Use(app.Services.GetRequiredService<HangUps>().FollowAsync);
        app.Use(app.Services.GetRequiredService<NewerDatabase>().RefuseAsync);
        app.Use(limits.CountAddressAsync);
        app.UseAuthentication();
        app.Use(limits.CountCallerAsync);
        app.UseAuthorization();
        app.Use(Admission.EnterAsync);
        app.Use(limits.TakePlaceAsync);
    }

    /// <summary>The scheme of whoever has no key: a token of another's, or for reading the session of a person who signed in.</summary>
    private static string? OtherThanKey(HttpContext http, ApiKeyOptions options, TokenOptions? tokens) =>
        Operation.Of(http) is not { Open: false } ? null
        : options.SecretOf(http.Request) is not { Length: > 0 } secret
            ? SessionAuthentication.MayRead(http.Request) ? SessionAuthentication.Name : null
        : tokens is not null && TokenAuthentication.IsToken(secret) ? TokenAuthentication.Name : null;
}
