using System.Collections.Immutable;

namespace Hazards.Domain;

/// <summary>A fact about the log itself: the keys it is signed with, the witnesses that cosign it, what audits found.</summary>
public interface ILogEvent : IDomainEvent;

/// <summary>The one stream in which the log's own facts are kept.</summary>
public static class LogStream
{
    /// <summary>The type of the stream.</summary>
    public const string Type = "log";

    /// <summary>Its identity, the same in every deployment: the last six bytes are “hazlog” in ASCII.</summary>
    public static readonly Guid Id = new("00000000-0000-8000-8000-68617a6c6f67");
}

/// <summary>启用签名密钥: from here on checkpoints are signed with this key.</summary>
/// <param name="Origin">The log's name, for ever (C2SP tlog-checkpoint); each tree has its own.</param>
/// <param name="Hash">Which tree: <c>sha256</c> or <c>sm3</c>.</param>
/// <param name="Verifier">What checks the key's signatures (C2SP vkey).</param>
/// <param name="Endorsement">A note that names the new key, signed by the one before it; none for the first.</param>
[EventType("log_key_introduced", "启用日志签名密钥", "Log key introduced")]
public sealed record LogKeyIntroduced(string Origin, string Hash, string Verifier, string? Endorsement = null) : ILogEvent;

/// <summary>停用签名密钥: nothing is signed with this key any more; what it signed before stays good.</summary>
/// <param name="Hash">Which tree: <c>sha256</c> or <c>sm3</c>.</param>
/// <param name="Verifier">The key (C2SP vkey).</param>
/// <param name="Reason">Why.</param>
[EventType("log_key_retired", "停用日志签名密钥", "Log key retired")]
public sealed record LogKeyRetired(string Hash, string Verifier, string Reason) : ILogEvent;

/// <summary>
/// 启用写入校验密钥: every event after this one carries a code that only the holder of the key can make (HMAC-SHA256, the column
/// <c>mac</c>).
/// </summary>
/// <param name="KeyId">The first eight bytes of the key's SHA-256, in hexadecimal.</param>
[EventType("append_key_introduced", "启用写入校验密钥", "Append key introduced")]
public sealed record AppendKeyIntroduced(string KeyId) : ILogEvent;

/// <summary>登记见证方: another body keeps checkpoints of this log and signs them as well.</summary>
/// <param name="Verifier">What checks its cosignatures (C2SP vkey of type 0x04).</param>
/// <param name="Witness">Who it is, as people call it.</param>
/// <param name="Url">Where checkpoints are sent to (C2SP tlog-witness); none when it comes for them itself.</param>
[EventType("witness_registered", "登记见证方", "Witness registered")]
public sealed record WitnessRegistered(string Verifier, string Witness, string? Url = null) : ILogEvent;

/// <summary>注销见证方: its cosignatures are not taken any more.</summary>
/// <param name="Verifier">The key (C2SP vkey).</param>
/// <param name="Reason">Why.</param>
[EventType("witness_retired", "注销见证方", "Witness retired")]
public sealed record WitnessRetired(string Verifier, string Reason) : ILogEvent;

/// <summary>受托见证: this deployment keeps and cosigns the checkpoints of another log.</summary>
/// <param name="Verifier">The other log's key (C2SP vkey); its name is the log's origin.</param>
/// <param name="Log">Whose log it is, as people call it.</param>
[EventType("witnessed_log_added", "受托见证", "Witnessing another log")]
public sealed record WitnessedLogAdded(string Verifier, string Log) : ILogEvent;

/// <summary>停止见证: this key of another log is not trusted any more.</summary>
/// <param name="Verifier">The key (C2SP vkey).</param>
/// <param name="Reason">Why.</param>
[EventType("witnessed_log_removed", "停止见证", "Witnessing another log ended")]
public sealed record WitnessedLogRemoved(string Verifier, string Reason) : ILogEvent;

/// <summary>完成审计: the whole log, or its newest part, was recomputed and compared with its checkpoints.</summary>
/// <param name="Holds">Whether everything holds.</param>
/// <param name="First">The first position recomputed; 1 for a full audit.</param>
/// <param name="Size">The last.</param>
/// <param name="Trees">The trees as recomputed.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Count">How many findings there are.</param>
/// <param name="Findings">The first of them.</param>
[EventType("audit_completed", "完成审计", "Audit completed")]
public sealed record AuditCompleted(bool Holds, long First, long Size, ImmutableArray<AuditedRoot> Trees, double Seconds, int Count, ImmutableArray<AuditNoted> Findings) : ILogEvent
{
    /// <summary>The trees as recomputed; never default.</summary>
    public ImmutableArray<AuditedRoot> Trees { get; init; } = Trees.IsDefault ? [] : Trees;

    /// <summary>The first findings; never default.</summary>
    public ImmutableArray<AuditNoted> Findings { get; init; } = Findings.IsDefault ? [] : Findings;
}

/// <summary>A tree's root as an audit recomputed it.</summary>
/// <param name="Hash">Which tree.</param>
/// <param name="Root">The root over all events audited, Base64.</param>
/// <param name="Checkpoint">The size of the newest checkpoint compared.</param>
public sealed record AuditedRoot(string Hash, string Root, long Checkpoint);

/// <summary>A finding of an audit; docs/audit.md lists the codes.</summary>
/// <param name="Code">What.</param>
/// <param name="First">The first position concerned.</param>
/// <param name="Last">The last.</param>
/// <param name="Count">How many events, tiles or checkpoints.</param>
/// <param name="Stream">The stream concerned.</param>
public sealed record AuditNoted(string Code, long? First, long? Last, long Count, Guid? Stream = null);

/// <summary>
/// 启用凭据校验: every password kept now carries a code that only the holder of the append key can make; one without opens
/// nothing from here on.
/// </summary>
/// <param name="Accounts">How many passwords were kept already and were given their code now.</param>
[EventType("credentials_bound", "启用凭据校验", "Credentials bound")]
public sealed record CredentialsBound(long Accounts) : ILogEvent;

/// <summary>身份与日志不符: a row that says who somebody is was not as the log has it; whoever came by it was refused.</summary>
/// <param name="Kind">Which row: <c>api_key</c>, <c>account</c>, <c>body</c>, <c>password</c>, <c>session</c>.</param>
/// <param name="Identity">Its stream in the log; of a password and a session, the account's.</param>
/// <param name="Columns">What differs, by name.</param>
[EventType("identity_contradicted", "身份与日志不符", "Identity contradicted")]
public sealed record IdentityContradicted(string Kind, Guid Identity, ImmutableArray<string> Columns) : ILogEvent
{
    /// <summary>What differs; never default.</summary>
    public ImmutableArray<string> Columns { get; init; } = Columns.IsDefault ? [] : Columns;
}
