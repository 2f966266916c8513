using System.Security.Claims;
using Hazards.Domain;
using Microsoft.AspNetCore.Authentication;

namespace Hazards.Api.Http.Access;

/// <summary>Who calls, as the framework knows him: by the identity of his key or account, whatever scheme he came by.</summary>
internal sealed class CallerPrincipal(Caller caller, string scheme)
    : ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, caller.Key.Id.ToString())], scheme))
{
    public Caller Caller => caller;

    /// <summary>What a scheme answers.</summary>
    public static AuthenticateResult Answer(Caller? caller, Refusal? refusal, string scheme) => caller is not null
        ? AuthenticateResult.Success(new AuthenticationTicket(new CallerPrincipal(caller, scheme), scheme))
        : AuthenticateResult.Fail(new Unauthenticated(refusal ?? AccessRefusals.Unknown.Because()));
}

/// <summary>Why it is not known who calls, on its way through the framework.</summary>
internal sealed class Unauthenticated(Refusal refusal) : Exception(refusal.Code)
{
    public Refusal Refusal => refusal;

    /// <summary>Why it is not known who sent a request.</summary>
    public static async Task<Refusal> OfAsync(HttpContext http) =>
        ((await http.AuthenticateAsync()).Failure as Unauthenticated)?.Refusal ?? AccessRefusals.Missing.Because();
}
