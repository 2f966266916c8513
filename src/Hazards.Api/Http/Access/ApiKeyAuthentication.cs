using System.Text.Encodings.Web;
using Hazards.Api.Administration.Registry;
using Hazards.Domain;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Hazards.Api.Http.Access;

/// <summary>How keys are sent and looked up.</summary>
internal sealed class ApiKeyOptions : AuthenticationSchemeOptions
{
    /// <summary>The header that has a key, where <c>Authorization: Bearer</c> does not.</summary>
    public string Header { get; set; } = "X-Api-Key";

    public const int LongestSecret = 200;

    /// <summary>How long a caller is looked up: where the database does not answer, he hears it after this.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>What a request opens the door with; null where nothing.</summary>
    public string? SecretOf(HttpRequest request)
    {
        if (request.Headers.TryGetValue(Header, out var own) && own.Count == 1)
            return own[0];
        return request.Headers.TryGetValue(HeaderNames.Authorization, out var header) && header.Count == 1
            && header[0] is { } text && text.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
            ? text["Bearer ".Length..].Trim()
            : null;
    }
}

/// <summary>Systems call by their keys. Nobody is asked for one where none is needed.</summary>
internal sealed class ApiKeyAuthentication(
    IOptionsMonitor<ApiKeyOptions> options, ILoggerFactory loggers, UrlEncoder encoder, Identities identities, WrongKeys wrong,
    HangUps hangUps, TimeProvider clock)
    : AuthenticationHandler<ApiKeyOptions>(options, loggers, encoder)
{
    public const string Name = "key";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Operation.Of(Context) is not { Open: false })
            return AuthenticateResult.NoResult();
        if (Options.SecretOf(Request) is not { Length: > 0 } secret)
            return CallerPrincipal.Answer(null, AccessRefusals.Missing.Because(), Name);
        var (caller, refusal) = await hangUps.WithinAsync(
            ApiKeyOptions.Patience, stop => CallerOfAsync(secret, Limits.AddressOf(Context), stop), Context.RequestAborted);
        return CallerPrincipal.Answer(caller, refusal, Name);
    }

    private async Task<(Caller? Caller, Refusal? Refusal)> CallerOfAsync(string secret, string address, CancellationToken stop)
    {
        if (secret.Length > ApiKeyOptions.LongestSecret)
            return (null, AccessRefusals.Unknown.Because());
        var digest = KeyStore.DigestOf(secret);
        if (wrong.Locked(address, digest) is { } locked)
            return (null, locked);
        var (key, body, refusal) = await identities.KeyAsync(digest, clock.GetUtcNow(), stop);
        if (key is null)
            wrong.Note(address);
        else
            wrong.Remember(digest);
        return key is not null && body is not null
            ? (new Caller(key, body) { Again = again => CallerOfAsync(secret, address, again) }, null)
            : (null, refusal ?? AccessRefusals.Unknown.Because());
    }
}
