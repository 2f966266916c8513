using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;
using Microsoft.Net.Http.Headers;

namespace Hazards.Api;

/// <summary>Refusals at the door.</summary>
public static class AccessRefusals
{
#pragma warning disable CS1591 // each code says in both languages what it means
    public static readonly RefusalCode Missing = new("key.missing", RefusalKind.Unauthenticated, "缺少密钥：请在 Authorization: Bearer 或 X-Api-Key 中提供", "No key: send it as Authorization: Bearer or X-Api-Key");
    public static readonly RefusalCode Unknown = new("key.unknown", RefusalKind.Unauthenticated, "密钥无效", "The key is not known");
    public static readonly RefusalCode Expired = new("key.expired", RefusalKind.Unauthenticated, "密钥已于 {at} 过期", "The key expired at {at}");
    public static readonly RefusalCode Revoked = new("key.revoked", RefusalKind.Unauthenticated, "密钥已吊销", "The key was revoked");
    public static readonly RefusalCode BodyDissolved = new("caller.body_dissolved", RefusalKind.Forbidden, "密钥所属单位 {body}（{name}）已撤销，只能查询", "The key's body {body} ({name}) is dissolved; it may only read");
#pragma warning restore CS1591
}

/// <summary>Who calls: the key and the body it is bound to.</summary>
internal sealed record Caller(ApiKey Key, Body Body)
{
    private readonly ImmutableHashSet<Role> roles = [.. Key.Roles];

    /// <summary>Whose idempotency keys these are: a rotated API key keeps them.</summary>
    public string KeyScope => $"{Key.Body}/{Key.Client}";

    public static Caller Of(Accounts.SignedInAs who, Body body) => new(new ApiKey(who.Account.Id, Sha256Digest.Of([]), "pages", body.Id, who.Account.Roles, who.Account.Region, null, false, 1), body);

    public RegionCode Jurisdiction => Key.Region;

    /// <summary>The caller as the domain sees it; the person's name as the calling system gives it.</summary>
    public Actor As(string? name) => new(name ?? Key.Client, Body, roles, Key.Client, Key.Region);
}

/// <summary>Opens the door by key.</summary>
internal sealed class Doorkeeper(IRegistryQueries registry, TimeProvider clock)
{
    private const int LongestSecret = 200;

    public async Task<(Caller? Caller, Refusal? Refusal)> AdmitAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (SecretOf(request) is not { Length: > 0 } secret)
            return (null, AccessRefusals.Missing.Because());
        if (secret.Length > LongestSecret || await registry.KeyAsync(KeyStore.DigestOf(secret), cancellationToken) is not { } key)
            return (null, AccessRefusals.Unknown.Because());
        if (key.Revoked)
            return (null, AccessRefusals.Revoked.Because());
        if (key.ExpiresAt is { } end && end <= clock.GetUtcNow())
            return (null, AccessRefusals.Expired.Because(null, ("at", end)));
        var bodies = await registry.BodiesAsync([key.Body], cancellationToken);
        return bodies.TryGetValue(key.Body, out var body) ? (new Caller(key, body), null) : (null, AccessRefusals.Unknown.Because());
    }

    private static string? SecretOf(HttpRequest request)
    {
        if (request.Headers.TryGetValue("X-Api-Key", out var own) && own.Count == 1)
            return own[0];
        return request.Headers.TryGetValue(HeaderNames.Authorization, out var header) && header.Count == 1
            && header[0] is { } text && text.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
            ? text["Bearer ".Length..].Trim()
            : null;
    }
}
