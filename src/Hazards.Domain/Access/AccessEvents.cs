using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Hazards.Domain;

/// <summary>
/// 查阅留痕: somebody looked at records, took them out, or tried what a seal forbids. Who, when and under which role stand
/// in the <see cref="EventContext"/>. Each look is a stream of its own (type <c>access</c>, one event), so that any number
/// of looks at once never meet.
/// </summary>
public interface IAccessEvent : IDomainEvent
{
    /// <summary>What was looked at, and why.</summary>
    Looked Looked { get; }
}

/// <summary>What a look was at. Holds no secret: neither keys nor what was read.</summary>
/// <param name="Region">The region looked at: that of the hazard or report, the one asked for, else the caller's jurisdiction.</param>
/// <param name="Hazards">The hazards that were handed out or asked for; empty for figures and registers.</param>
public sealed record Looked(RegionCode Region, ImmutableArray<HazardId> Hazards)
{
    /// <summary>The hazards that were handed out or asked for; never default.</summary>
    public ImmutableArray<HazardId> Hazards { get; init; } = Hazards.IsDefault ? [] : Hazards;

    /// <summary>The enterprise asked for, or that of the hazard looked at.</summary>
    public CreditCode? Enterprise { get; init; }

    /// <summary>The body asked for (its inbox, its duties, its history).</summary>
    public BodyId? Body { get; init; }

    /// <summary>查阅事由: why, or the number of the case, as the caller says.</summary>
    public string? Purpose { get; init; }

    /// <summary>The API key that was used.</summary>
    public Guid? Key { get; init; }

    /// <summary>The request, where it came by REST.</summary>
    public AskedFor? Asked { get; init; }
}

/// <summary>A request and what was answered.</summary>
/// <param name="Method">GET or POST.</param>
/// <param name="Route">The address with its variables (<c>/api/v1/hazards/{id}</c>).</param>
/// <param name="Path">The address as it was called.</param>
/// <param name="Status">The HTTP status of the answer.</param>
public sealed record AskedFor(string Method, string Route, string Path, int Status)
{
    /// <summary>The query, as it was called.</summary>
    public string? Query { get; init; }

    /// <summary>The code of the refusal, when it was refused.</summary>
    public string? Refusal { get; init; }

    /// <summary>How many records were handed out, where that can be told.</summary>
    public int? Records { get; init; }

    /// <summary>The first position of the log that was handed out, for the feed.</summary>
    public long? FirstPosition { get; init; }

    /// <summary>The last position of the log that was handed out, for the feed.</summary>
    public long? LastPosition { get; init; }

    /// <summary>Whether nothing was handed out.</summary>
    [JsonIgnore]
    public bool Refused => Status >= 400;
}

/// <summary>查阅: records were read by an investigator, or under a stated purpose; refused attempts too.</summary>
/// <param name="Looked">What.</param>
[EventType("records_read", "查阅档案", "Records read")]
public sealed record RecordsRead(Looked Looked) : IAccessEvent;

/// <summary>导出: records left the system as a file, whoever took them.</summary>
/// <param name="Looked">What.</param>
/// <param name="MediaType">The kind of file.</param>
/// <param name="FileName">Its name, if it has one.</param>
/// <param name="Size">Its size in bytes, where known.</param>
/// <param name="Digest">SHA-256 of its bytes, where known.</param>
[EventType("records_exported", "导出档案", "Records exported")]
public sealed record RecordsExported(Looked Looked, string MediaType, string? FileName, long? Size, Sha256Digest? Digest) : IAccessEvent;

/// <summary>
/// 取走证据包: an evidence package was given to somebody, whole or in part. The package's own stream tells the rest of its story.
/// </summary>
/// <param name="Looked">What it holds.</param>
/// <param name="Package">The package.</param>
/// <param name="From">The first byte given, from 0.</param>
/// <param name="Length">How many bytes were asked for.</param>
[EventType("evidence_taken", "取走证据包", "Evidence package taken")]
public sealed record EvidenceTaken(Looked Looked, Guid Package, long? From, long? Length) : IAccessEvent;

/// <summary>查看个人信息: somebody saw who a reporter, whistle-blower or witness is; refused attempts too.</summary>
/// <param name="Looked">The hazards the person stands in.</param>
/// <param name="Person">The person, by identity only.</param>
/// <param name="Parts">Which parts were shown (<c>name</c>, <c>phone</c>); empty when it was refused.</param>
[EventType("personal_data_viewed", "查看个人信息", "Personal data viewed")]
public sealed record PersonalDataViewed(Looked Looked, Guid Person, ImmutableArray<string> Parts) : IAccessEvent;

/// <summary>封存期间的变更尝试: somebody tried what a seal forbids, and was refused.</summary>
/// <param name="Looked">On which hazard, if there is one already.</param>
/// <param name="Command">The command, by its stable name.</param>
/// <param name="Refusal">The code it was refused with.</param>
/// <param name="Seals">The seals that forbid it.</param>
/// <param name="ClaimedAt">When it was said to have happened.</param>
/// <param name="Attempt">What it would have changed, in short, where that can be said.</param>
[EventType("sealed_attempt_refused", "封存期间的变更尝试", "Attempt on sealed records refused")]
public sealed record SealedAttemptRefused(
    Looked Looked, string Command, string Refusal, ImmutableArray<Guid> Seals, DateTimeOffset ClaimedAt, string? Attempt) : IAccessEvent;
