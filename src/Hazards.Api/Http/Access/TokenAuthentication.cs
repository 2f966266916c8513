using Hazards.Domain;
using Hazards.Domain.Codes;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Hazards.Api.Http.Access;

/// <summary>
/// Systems call by tokens of an authority of the site's own (JWT), where one is configured. It says which key it stands for, by the
/// key's identity: what that may do, for which body, and whether it was revoked stands in the log, as of every key. A token may say
/// that it stands for less, never for more.
/// </summary>
internal static class TokenAuthentication
{
    public const string Name = "token";

    private static readonly TimeSpan ClocksDiffer = TimeSpan.FromSeconds(30);

    // None by a secret that both would have to know.
    private static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512, SecurityAlgorithms.RsaSsaPssSha256,
        SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512, SecurityAlgorithms.EcdsaSha256,
        SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    /// <summary>Whether what was sent as a key is a token: no key has a full stop.</summary>
    public static bool IsToken(string secret) => secret.AsSpan().Count('.') == 2;

    public static void Add(AuthenticationBuilder schemes, TokenOptions tokens)
    {
        schemes.AddJwtBearer(Name, o =>
        {
            (o.Authority, o.MapInboundClaims, o.SaveToken) = (tokens.Authority, false, false);
            o.BackchannelTimeout = ApiKeyOptions.Patience;
            o.RequireHttpsMetadata = tokens.Authority is { } authority && !new Uri(authority).IsLoopback;
            o.TokenValidationParameters = new TokenValidationParameters
            {
                ValidAudience = tokens.Audience, ValidIssuer = tokens.Issuer, IssuerSigningKeys = tokens.SigningKeys(),
                ValidAlgorithms = Algorithms,
            };
            o.Events = new JwtBearerEvents
            {
                OnTokenValidated = context => AdmitAsync(context, tokens), OnAuthenticationFailed = FailAsync,
            };
        });
        // It is over when the service's own clock says so.
        schemes.Services.AddOptions<JwtBearerOptions>(Name).PostConfigure<TimeProvider>((o, clock) =>
            o.TokenValidationParameters.LifetimeValidator = (from, until, _, _) =>
                until is { } end && !IsOver(end, clock) && !(from - ClocksDiffer > clock.GetUtcNow().UtcDateTime)
                    ? true
                    : throw new SecurityTokenExpiredException { Expires = until ?? default });
    }

    private static bool IsOver(DateTime end, TimeProvider clock) => clock.GetUtcNow().UtcDateTime >= end + ClocksDiffer;

    private static async Task AdmitAsync(TokenValidatedContext context, TokenOptions tokens)
    {
        var (caller, refusal) = await CallerOfAsync(
            context.HttpContext.RequestServices, tokens, (JsonWebToken)context.SecurityToken, context.HttpContext.RequestAborted);
        if (caller is null)
            context.Fail(new Unauthenticated(refusal ?? AccessRefusals.Unknown.Because()));
        else
            context.Principal = new CallerPrincipal(caller, Name);
    }

    private static async Task<(Caller? Caller, Refusal? Refusal)> CallerOfAsync(
        IServiceProvider services, TokenOptions tokens, JsonWebToken token, CancellationToken stop)
    {
        var clock = services.GetRequiredService<TimeProvider>();
        if (IsOver(token.ValidTo, clock))
            return (null, TokenRefusals.Expired.Because(null, ("at", Instant(token.ValidTo))));
        var said = Text(token, tokens.KeyClaim);
        var unknown = TokenRefusals.Key.Because(null, ("claim", tokens.KeyClaim), ("value", Texts.Excerpt(said)));
        if (!Guid.TryParseExact(said, "D", out var id))
            return (null, unknown);
        var (key, body, refusal) = await services.GetRequiredService<HangUps>().WithinAsync(
            ApiKeyOptions.Patience, s => services.GetRequiredService<Identities>().KeyAsync(id, clock.GetUtcNow(), s), stop);
        if (key is null || body is null)
            return (null, refusal ?? unknown);
        if (tokens.BodyClaim is { } claim && Text(token, claim) is var named && named != key.Body.Value)
            return (null, TokenRefusals.Body.Because(null, ("claim", claim), ("value", Texts.Excerpt(named)), ("body", key.Body)));
        var (granted, wrong) = tokens.RolesClaim is { } roles ? Narrowed(key, token, roles) : (key, null);
        return granted is not null
            ? (new Caller(granted, body) { Again = again => CallerOfAsync(services, tokens, token, again) }, null)
            : (null, wrong);
    }

    /// <summary>The key with the roles that a token says, all of which it must have.</summary>
    private static (ApiKey? Key, Refusal? Refusal) Narrowed(ApiKey key, JsonWebToken token, string claim)
    {
        var said = token.Claims.Where(c => c.Type == claim).SelectMany(c => c.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Distinct(StringComparer.Ordinal).ToArray();
        var roles = said.Where(s => CodeList.TryParse<Role>(s, out var role) && key.Roles.Contains(role)).ToArray();
        return said.Length > 0 && roles.Length == said.Length
            ? (key with { Roles = [.. key.Roles.Where(r => said.Contains(CodeList.Code(r)))] }, null)
            : (null, TokenRefusals.Roles.Because(
                null, ("claim", claim), ("value", Texts.Excerpt(string.Join(' ', said.Except(roles)))), ("roles", Words.Of(key.Roles))));
    }

    private static string? Text(JsonWebToken token, string claim) => token.TryGetPayloadValue<string>(claim, out var text) ? text : null;

    private static DateTimeOffset Instant(DateTime utc) => new(DateTime.SpecifyKind(utc, DateTimeKind.Utc));

    private static async Task FailAsync(AuthenticationFailedContext context)
    {
        Refusal? refusal = context.Exception switch
        {
            SecurityTokenException when !await IsReachableAsync(context) => TokenRefusals.Unreachable.Because(),
            SecurityTokenExpiredException e => TokenRefusals.Expired.Because(null, ("at", Instant(e.Expires))),
            SecurityTokenInvalidAudienceException => Invalid("并非发给本系统（aud）", "it is not for this service (aud)"),
            SecurityTokenInvalidIssuerException => Invalid("签发者不是约定的一方（iss）", "its issuer is not the one agreed on (iss)"),
            SecurityTokenInvalidSignatureException or SecurityTokenSignatureKeyNotFoundException
                or SecurityTokenInvalidAlgorithmException => Invalid("签名不对", "its signature is wrong"),
            SecurityTokenException or ArgumentException => Invalid("格式不对", "it is malformed"),
            _ => null,
        };
        if (refusal is not null)
            context.Fail(new Unauthenticated(refusal));
    }

    /// <summary>Whether what tokens are held against is known: not, where the authority could not be asked for it yet.</summary>
    private static async Task<bool> IsReachableAsync(AuthenticationFailedContext context)
    {
        try
        {
            return context.Options.ConfigurationManager is not { } authority
                || await authority.GetConfigurationAsync(context.HttpContext.RequestAborted) is not null;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static Refusal Invalid(string chinese, string english) =>
        TokenRefusals.Invalid.Because(null, ("detail", new Words(chinese, english)));
}

/// <summary>Refusals of tokens.</summary>
internal static class TokenRefusals
{
#pragma warning disable CS1591 // each code says in both languages what it means
    public static readonly RefusalCode Invalid = new(
        "token.invalid", RefusalKind.Unauthenticated, "令牌无效：{detail}", "The token is not valid: {detail}");
    public static readonly RefusalCode Expired = new(
        "token.expired", RefusalKind.Unauthenticated, "令牌不在有效期内（至 {at}），请重新获取",
        "The token is not valid now (until {at}); fetch another");
    public static readonly RefusalCode Key = new(
        "token.key_unknown", RefusalKind.Unauthenticated,
        "令牌的 {claim}（“{value}”）不是本系统签发的密钥编号：请由管理员签发密钥，并将其编号写入令牌",
        "The token's {claim} (“{value}”) is no id of a key that was issued here: an administrator issues one, and its id goes into the "
        + "token");
    public static readonly RefusalCode Body = new(
        "token.body", RefusalKind.Unauthenticated, "令牌的 {claim}（“{value}”）不是密钥所属单位 {body}",
        "The token's {claim} (“{value}”) is not the key's body, {body}");
    public static readonly RefusalCode Roles = new(
        "token.roles", RefusalKind.Unauthenticated, "令牌的 {claim} 须是密钥所有的角色（{roles}），不能是“{value}”",
        "The token's {claim} must be roles that its key has ({roles}), not “{value}”");
    public static readonly RefusalCode Unreachable = new(
        "token.authority_unreachable", RefusalKind.Unavailable, "暂时取不到令牌签发方的公钥，请稍后再试",
        "The keys of the tokens' authority cannot be read now; try again in a moment");
#pragma warning restore CS1591
}
