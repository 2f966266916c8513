using System.Collections.Immutable;
using Hazards.Api.Administration.Accounts;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Api.Http.Access;

/// <summary>Refusals at the door.</summary>
internal static class AccessRefusals
{
#pragma warning disable CS1591 // each code says in both languages what it means
    public static readonly RefusalCode Missing = new(
        "key.missing", RefusalKind.Unauthenticated, "缺少密钥：请在 Authorization: Bearer 或 X-Api-Key 中提供",
        "No key: send it as Authorization: Bearer or X-Api-Key");
    public static readonly RefusalCode Unknown = new("key.unknown", RefusalKind.Unauthenticated, "密钥无效", "The key is not known");
    public static readonly RefusalCode Expired = new("key.expired", RefusalKind.Unauthenticated, "密钥已于 {at} 过期", "The key expired at {at}");
    public static readonly RefusalCode Revoked = new("key.revoked", RefusalKind.Unauthenticated, "密钥已吊销", "The key was revoked");
    public static readonly RefusalCode BodyDissolved = new(
        "caller.body_dissolved", RefusalKind.Forbidden, "密钥所属单位 {body}（{name}）已撤销，只能查询",
        "The key's body {body} ({name}) is dissolved; it may only read");
    public static readonly RefusalCode Enterprise = new("caller.enterprise", RefusalKind.Forbidden,
        "生产经营单位及其内设机构只能查询和办理本单位的隐患、告知和文书；机关的内设机构请在单位登记中写明上级单位",
        "An enterprise, and what belongs to it, may only see and act on its own hazards, what it was told and its papers; "
        + "a unit of a public body has that named as its parent in the registry");
    public static readonly RefusalCode NotAsRecorded = new("caller.not_as_recorded", RefusalKind.Unauthenticated,
        "数据库中的身份登记（{kind} {id}：{columns}）与日志不符，已拒绝并记入日志：请告知系统管理员，按 docs/audit.md 处置",
        "What the database says of who you are ({kind} {id}: {columns}) is not what the log says; you are refused, and that is on record: "
        + "tell the operator, who acts by docs/audit.md");
#pragma warning restore CS1591
}

/// <summary>
/// Who calls: the key and the body it is bound to; or a person who signed in, whose account stands in the place of a key.
/// </summary>
internal sealed record Caller(ApiKey Key, Body Body)
{
    private readonly ImmutableHashSet<Role> roles = [.. Key.Roles];

    /// <summary>The person's account; null when a system calls by its key.</summary>
    public Account? Account { get; private init; }

    /// <summary>The session by which the person calls.</summary>
    public Session? Session { get; private init; }

    /// <summary>Finds out again who it is, by what the request was sent with.</summary>
    public Func<CancellationToken, Task<(Caller? Caller, Refusal? Refusal)>> Again { get; init; } =
        _ => Task.FromResult<(Caller?, Refusal?)>((null, AccessRefusals.Unknown.Because()));

    /// <summary>Who sent a request; null where nobody was asked.</summary>
    public static Caller? Of(HttpContext http) => (http.User as CallerPrincipal)?.Caller;

    /// <summary>Whose idempotency keys these are: a rotated API key keeps them. No body's id has a colon.</summary>
    public string KeyScope => Account is { } own ? $"account:{own.Id:D}" : $"{Key.Body}/{Key.Client}";

    /// <summary>Whose numbers (<see cref="ExternalReference"/>) and uploads these are.</summary>
    public string Sender => Actor.SenderOf(Key.Body, Key.Client);

    public RegionCode Jurisdiction => Key.Region;

    /// <summary>Whether the hazard is there for the caller.</summary>
    public bool Sees(Hazard hazard) => As(null).Sees(hazard);

    /// <summary>Whether the body is there for the caller.</summary>
    public bool Sees(Body body) => As(null).Sees(body);

    /// <summary>Whether nothing has been granted or taken since another look at the same.</summary>
    public bool HasTheRightsOf(Caller before) =>
        Key.Id == before.Key.Id && Body.Id == before.Body.Id && Body.Version == before.Body.Version
        && (Account is { } own ? own.RightsVersion == before.Account?.RightsVersion : Key.Version == before.Key.Version);

    /// <summary>A person who signed in, with the rights of the account.</summary>
    /// <param name="who">The account and its session.</param>
    /// <param name="body">The account's body.</param>
    public static Caller Of(SignedInAs who, Body body)
    {
        var own = who.Account;
        // The digest is of no key: nothing looks an account up by it.
        var identity = new ApiKey(
            own.Id, Sha256Digest.Of(own.Id.ToByteArray()), AccountJournal.Client, own.Body, own.Roles, own.Region, null, own.Closed,
            own.Version);
        return new Caller(identity, body) { Account = own, Session = who.Session };
    }

    /// <summary>
    /// The caller as the domain sees it; the person's name as the calling system gives it, or by the account, whatever the
    /// request says.
    /// </summary>
    public Actor As(string? name) => new(Account?.Name ?? name ?? Key.Client, Body, roles, Key.Client, Key.Region);
}
