using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Hazards.Api.Administration.Policies;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;
using Hazards.Projections.Store;

namespace Hazards.Api.Administration.Registry;

/// <summary>What a new key is for.</summary>
/// <param name="Client">The calling system's name, written on every event it causes.</param>
/// <param name="Body">The body on whose behalf it calls.</param>
/// <param name="Roles">What it may do.</param>
/// <param name="Region">Its jurisdiction.</param>
/// <param name="ExpiresAt">When it ends by itself, if ever.</param>
internal sealed record IssueKey(
    [property: Longest(60)] string Client, BodyId Body, ImmutableArray<Role> Roles, RegionCode Region, DateTimeOffset? ExpiresAt = null);

/// <summary>Takes a key out of use.</summary>
/// <param name="Reason">Why.</param>
internal sealed record RevokeKey(string Reason);

/// <summary>A key and, when it was made just now, the secret that is shown this once.</summary>
internal sealed record IssuedKey(ApiKey Key, string? Secret);

/// <summary>Refusals about keys.</summary>
internal static class KeyRefusals
{
#pragma warning disable CS1591 // each code says in both languages what it means
    public static readonly RefusalCode Forbidden = new(
        "api_key.forbidden", RefusalKind.Forbidden, "只有系统管理员可以管理密钥", "Only an administrator may manage keys");
    public static readonly RefusalCode Region = new(
        "api_key.region_outside", RefusalKind.Forbidden, "密钥的管辖范围 {value} 超出您的管辖范围 {jurisdiction}",
        "The key's region {value} lies outside your jurisdiction, {jurisdiction}");
    public static readonly RefusalCode ClockRole = new(
        "api_key.clock_role", RefusalKind.Unprocessable, "角色 clock 属于系统时钟本身，任何密钥都不能有",
        "The role clock is the service's own; no key can have it");
    public static readonly RefusalCode BodyOutside = new(
        "api_key.body_outside", RefusalKind.Forbidden, "单位 {body} 不在您的管辖范围 {jurisdiction} 内",
        "The body {body} lies outside your jurisdiction, {jurisdiction}");
    public static readonly RefusalCode Expiry = new(
        "api_key.expiry_past", RefusalKind.Unprocessable, "有效期 {value} 应晚于当前时间", "expiresAt {value} must lie in the future");
    public static readonly RefusalCode NotFound = new(
        "api_key.not_found", RefusalKind.NotFound, "没有这把密钥，或不在您的管辖范围内", "There is no such key, or it lies outside your jurisdiction");
    public static readonly RefusalCode Revoked = new(
        "api_key.already_revoked", RefusalKind.Conflict, "密钥已吊销", "The key is revoked already");
#pragma warning restore CS1591
}

/// <summary>The keys by which other systems call: 256 random bits, of which only the SHA-256 is kept.</summary>
internal sealed class KeyStore(IEventLog log, IRegistryQueries registry, RulebookSource rules, TimeProvider clock)
{
    /// <summary>The type of a key's stream.</summary>
    public const string StreamType = "api_key";

    private readonly Deciding deciding = new(log);

    /// <summary>The digest under which a key is known.</summary>
    public static Sha256Digest DigestOf(string secret) => Sha256Digest.Of(Encoding.UTF8.GetBytes(secret));

    /// <summary>A secret that nobody has.</summary>
    internal static string NewSecret() =>
        "hz_" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    /// <summary>Makes a key. The secret is in the answer and nowhere else; a repeat of the request does not have it.</summary>
    public Task<Outcome<IssuedKey>> IssueAsync(IssueKey order, Given given, Terms? terms = null, CancellationToken cancellationToken = default) =>
        IssueAsync(order, NewSecret(), [], given, terms, cancellationToken);

    /// <summary>The deployment's first key, with a secret that is kept already. It has every role: somebody must begin.</summary>
    internal Task<Outcome<IssuedKey>> IssueFirstAsync(IssueKey order, string secret, Given given, CancellationToken cancellationToken) =>
        IssueAsync(order, secret, order.Roles, given, null, cancellationToken);

    private async Task<Outcome<IssuedKey>> IssueAsync(
        IssueKey order, string secret, ImmutableArray<Role> together, Given given, Terms? terms, CancellationToken cancellationToken)
    {
        terms ??= Terms.None;
        var outcome = await deciding.RunAsync(null, terms, AtVersionAsync, key => MayHear(given.By, key), async (_, stop) =>
        {
            if (await CheckAsync(order, together, given, terms, stop) is { } refusal)
                return Proposal<ApiKey>.Refuse(refusal);
            var issued = new ApiKeyIssued(
                Guid.CreateVersion7(), DigestOf(secret), order.Client.Trim(), order.Body, order.Roles, order.Region, order.ExpiresAt);
            return await ProposeAsync(issued.Id, null, issued, given, terms, stop);
        }, cancellationToken);
        return outcome switch
        {
            Outcome<ApiKey>.Done done =>
                new Outcome<IssuedKey>
                    .Done(new IssuedKey(done.After, done.Repeated ? null : secret), done.Events, done.RecordedAt, done.Repeated),
            Outcome<ApiKey>.Refused refused => new Outcome<IssuedKey>.Refused(refused.Refusal),
            _ => throw new InvalidOperationException(),
        };
    }

    /// <summary>Takes a key out of use, at once and for good.</summary>
    public Task<Outcome<ApiKey>> RevokeAsync(
        Guid id, RevokeKey order, Given given, Terms? terms = null, CancellationToken cancellationToken = default)
    {
        terms ??= Terms.None;
        return deciding.RunAsync(id, terms, AtVersionAsync, key => MayHear(given.By, key), async (_, stop) =>
        {
            if (!given.By.Roles.Contains(Role.Administrator))
                return Proposal<ApiKey>.Refuse(KeyRefusals.Forbidden.Because());
            var before = await LoadAsync(id, long.MaxValue, stop);
            if (before is null || !given.By.Jurisdiction.Contains(before.Region))
                return Proposal<ApiKey>.Refuse(KeyRefusals.NotFound.Because());
            if (await registry.OverBodyAsync(given.By, before.Body, clock, stop) is { } above)
                return Proposal<ApiKey>.Refuse(above);
            if (terms.IfVersion is { } expected && !expected.Contains(before.Version))
                return Proposal<ApiKey>.Refuse(AppendRefusals.StaleAt(expected, before.Version));
            if (before.Revoked)
                return Proposal<ApiKey>.Refuse(KeyRefusals.Revoked.Because());
            return (Texts.Required("reason", order.Reason) ?? Registering.CheckTime(given, terms, clock)) is { } wrong
                ? Proposal<ApiKey>.Refuse(wrong)
                : await ProposeAsync(id, before, new ApiKeyRevoked(order.Reason), given, terms, stop);
        }, cancellationToken);
    }

    private static Refusal? MayHear(Actor by, ApiKey key) =>
        !by.Roles.Contains(Role.Administrator) ? KeyRefusals.Forbidden.Because()
        : by.Jurisdiction.Contains(key.Region) ? null : KeyRefusals.NotFound.Because();

    private async Task<Refusal?> CheckAsync(
        IssueKey order, ImmutableArray<Role> together, Given given, Terms terms, CancellationToken cancellationToken)
    {
        if (!given.By.Roles.Contains(Role.Administrator))
            return KeyRefusals.Forbidden.Because();
        if ((Texts.Check("client", order.Client, 1, 60, multiline: false) ?? Registering.CheckTime(given, terms, clock)) is { } wrong)
            return wrong;
        return Granting.CheckShape(given.By, order.Roles, order.Region, GrantCodes.OfKeys)
            ?? (order.ExpiresAt is { } expiry && expiry <= clock.GetUtcNow()
                ? KeyRefusals.Expiry.Because("expiresAt", ("value", expiry))
                : null)
            ?? await new Granting(registry, rules, clock).CheckAsync(
                given.By, order.Body, order.Roles, order.Region, together, GrantCodes.OfKeys, cancellationToken);
    }

    private async Task<Proposal<ApiKey>> ProposeAsync(
        Guid id, ApiKey? before, IApiKeyEvent happened, Given given, Terms terms, CancellationToken cancellationToken)
    {
        var after = ApiKey.Apply(before, happened);
        var context = await registry.TellAboveAsync(
            Registering.Context(given, terms, rules, clock), given.By, after.Region, cancellationToken);
        return Proposal<ApiKey>
            .Append(
                after,
                new StreamAppend(
                    id, StreamType, before?.Version ?? 0, [Facts.Of(happened, context, terms)], new PendingState.OfKey(after)));
    }

    private async Task<ApiKey> AtVersionAsync(Guid stream, long version, CancellationToken cancellationToken) =>
        await LoadAsync(stream, version, cancellationToken)
        ?? throw new InvalidOperationException($"The log remembers an append to {stream} but has no such stream.");

    private async Task<ApiKey?> LoadAsync(Guid stream, long upToVersion, CancellationToken cancellationToken)
    {
        ApiKey? key = null;
        // A stream of another kind is no key, even when its identity is guessed.
        foreach (var e in await log.FetchAsync(stream, upToVersion, cancellationToken: cancellationToken))
            if (e.Data is IApiKeyEvent happened)
                key = ApiKey.Apply(key, happened);
        return key;
    }
}
