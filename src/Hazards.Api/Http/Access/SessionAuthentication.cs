using System.Text.Encodings.Web;
using Hazards.Api.Administration.Accounts;
using Hazards.Domain;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Hazards.Api.Http.Access;

/// <summary>People call by the session in which they signed in to the pages, with the rights of their accounts.</summary>
internal sealed class SessionAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, Sessions sessions,
    Identities identities, HangUps hangUps)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string Name = "session";

    /// <summary>
    /// Downloads from the pages. Only GET: browsers send cookies along with whatever another site makes them send, and such a
    /// request must not write anything. The pages have forms of their own that guard against it.
    /// </summary>
    public static bool MayRead(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) && request.Path.StartsWithSegments(Links.Root, StringComparison.Ordinal)
        && request.Cookies[SessionCookie.Name] is { Length: > 0 };

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Cookies[SessionCookie.Name] is not { Length: > 0 } token)
            return AuthenticateResult.NoResult();
        // The pages lead whoever has not finished signing in through the rest of it.
        var finished = Operation.Of(Context) is not null;
        var (caller, refusal) = await hangUps.WithinAsync(
            ApiKeyOptions.Patience, stop => CallerOfAsync(token, finished, stop), Context.RequestAborted);
        return CallerPrincipal.Answer(caller, refusal, Name);
    }

    private async Task<(Caller? Caller, Refusal? Refusal)> CallerOfAsync(string token, bool finished, CancellationToken stop)
    {
        if (await sessions.FindAsync(token, stop) is not { } who)
            return (null, AccountRefusals.Ended.Because());
        if (finished && who.Session.Step != SessionStep.Full)
            return (null, AccountRefusals.Unfinished.Because());
        var (body, refusal) = await identities.BodyAsync(who.Account.Body, stop);
        return body is not null
            ? (Caller.Of(who, body) with { Again = again => CallerOfAsync(token, finished: true, again) }, null)
            : (null, refusal);
    }
}
