using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>A fact about a package of evidence.</summary>
public interface IEvidenceEvent : IDomainEvent;

/// <summary>What becomes of files in a package.</summary>
public enum AttachmentChoice
{
    /// <summary>随包提供.</summary>
    [Label("随包提供", "The files are in the package")] Include,

    /// <summary>只列摘要.</summary>
    [Label("只列摘要", "Only their digests are")] Withhold,
}

/// <summary>The hash of the tree that a package's proofs are in.</summary>
public enum TreeChoice
{
    /// <summary>SHA-256.</summary>
    [Label("SHA-256", "SHA-256, which verifiers everywhere know")] Sha256,

    /// <summary>SM3.</summary>
    [Label("SM3", "SM3 (GB/T 32905-2016), for sites whose rules ask for Chinese algorithms")] Sm3,
}

/// <summary>
/// Which hazards a package is about, where they are not named one by one; all that is given must hold. What was merged into them comes
/// with them, and what they were merged into.
/// </summary>
/// <param name="Enterprise">Of this enterprise, or once recorded as its own.</param>
/// <param name="Region">In this region, or once recorded there.</param>
/// <param name="Body">This body answers for a leg, or once did.</param>
/// <param name="FoundFrom">Found on this date or later.</param>
/// <param name="FoundTo">Found on this date or earlier.</param>
/// <param name="RecordedFrom">First recorded on this date or later.</param>
/// <param name="RecordedTo">First recorded on this date or earlier.</param>
public sealed record EvidenceFilter(
    CreditCode? Enterprise = null, RegionCode? Region = null, BodyId? Body = null,
    DateOnly? FoundFrom = null, DateOnly? FoundTo = null, DateOnly? RecordedFrom = null, DateOnly? RecordedTo = null);

/// <summary>申请证据包: someone asked for a package. Who and by which order (文号) stand in the context.</summary>
/// <param name="Reason">The case, or the purpose.</param>
/// <param name="Jurisdiction">That of whoever asked: others see the package if theirs contains it.</param>
/// <param name="Hazards">The hazards, in the order in which they were first recorded.</param>
/// <param name="Filter">How they were chosen, where not by name.</param>
/// <param name="From">The first day looked into, if a period was named.</param>
/// <param name="To">The last.</param>
/// <param name="Instants">The recorded instants whose states are in the package.</param>
/// <param name="Attachments">What becomes of the files.</param>
/// <param name="Hash">The tree.</param>
/// <param name="Disclose">The persons whose data is disclosed.</param>
[EventType("evidence_requested", "申请证据包", "Evidence requested")]
public sealed record EvidenceRequested(
    string Reason, RegionCode Jurisdiction, ImmutableArray<HazardId> Hazards, EvidenceFilter? Filter, DateOnly? From, DateOnly? To,
    ImmutableArray<DateTimeOffset> Instants, AttachmentChoice Attachments, TreeChoice Hash, ImmutableArray<Guid> Disclose) : IEvidenceEvent
{
    /// <summary>
    /// Whether an <see cref="EvidenceCounted"/> follows: a package that has none is not whole. Requests of before say nothing.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Counts { get; init; }

    /// <summary>The roles by which persons are disclosed, where some are. Requests of before say nothing: by that of the context.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableArray<Role>? DiscloseBy { get; init; }
}

/// <summary>
/// 清点: how much there was of everything that the package is to hold, before its checkpoint was signed. A tree proves what is in
/// it, not what is not; with this a package shows by the tree alone that nothing was left out of it.
/// </summary>
/// <param name="UpTo">What stands at this position of the log and before it was counted.</param>
/// <param name="Streams">The hazards, and the streams that they rest on.</param>
[EventType("evidence_counted", "清点证据", "Evidence counted")]
public sealed record EvidenceCounted(long UpTo, ImmutableArray<CountedStream> Streams) : IEvidenceEvent;

/// <summary>A stream that was counted.</summary>
/// <param name="Id">The stream.</param>
/// <param name="Events">How many events it had: versions 1 to this.</param>
/// <param name="Openings">Of a hazard: how often the messages that it told had been opened.</param>
public sealed record CountedStream(
    Guid Id, long Events, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] long Openings = 0);

/// <summary>证据包制成: the package is as these bytes, and never changes.</summary>
/// <param name="Digest">SHA-256 of the zip.</param>
/// <param name="Size">Its bytes.</param>
/// <param name="TreeSize">How many events the checkpoint it stands on covers: nothing later is in it.</param>
/// <param name="Root">The checkpoint's root, base64.</param>
/// <param name="Events">How many events are in it.</param>
[EventType("evidence_made", "证据包制成", "Evidence package made")]
public sealed record EvidenceMade(Sha256Digest Digest, long Size, long TreeSize, string Root, long Events) : IEvidenceEvent;

/// <summary>
/// 证据包未能制成: it cannot be made, however often one tries; or as often as one may was not enough, and it is made after all
/// when somebody has it done again.
/// </summary>
/// <param name="Error">What stands in the way.</param>
[EventType("evidence_failed", "证据包未能制成", "Evidence package could not be made")]
public sealed record EvidenceFailed(string Error) : IEvidenceEvent;

/// <summary>下载证据包: someone was given the package, or a part of it.</summary>
/// <param name="Digest">SHA-256 of the whole.</param>
/// <param name="From">The first byte given, from 0.</param>
/// <param name="Length">How many bytes were asked for.</param>
[EventType("evidence_downloaded", "下载证据包", "Evidence package downloaded")]
public sealed record EvidenceDownloaded(Sha256Digest Digest, long From, long Length) : IEvidenceEvent;

/// <summary>A package of evidence, as its events leave it.</summary>
/// <param name="Id">Its identity, and its stream's.</param>
/// <param name="Request">What was asked for.</param>
/// <param name="Asked">Who asked, when, by which order.</param>
public sealed record EvidencePackage(Guid Id, EvidenceRequested Request, EventContext Asked)
{
    /// <summary>The type of its stream.</summary>
    public const string StreamType = "evidence";

    /// <summary>Number of events.</summary>
    public long Version { get; init; } = 1;

    /// <summary>How much there was of what it is to hold.</summary>
    public EvidenceCounted? Counted { get; init; }

    /// <summary>The finished package.</summary>
    public EvidenceMade? Made { get; init; }

    /// <summary>Why it cannot be made.</summary>
    public EvidenceFailed? Failed { get; init; }

    /// <summary>How often it was given to someone, whole or in part.</summary>
    public int Downloads { get; init; }

    /// <summary>Who was given it, as body and person.</summary>
    public ImmutableHashSet<(BodyId Body, string Actor)> TakenBy { get; init; } = [];

    /// <summary>Folds one event.</summary>
    public static EvidencePackage Apply(Guid id, EvidencePackage? before, IEvidenceEvent happened, EventContext context) => (before, happened) switch
    {
        (null, EvidenceRequested e) => new EvidencePackage(id, e, context),
        ({ } package, EvidenceCounted e) => package with { Version = package.Version + 1, Counted = e },
        ({ } package, EvidenceMade e) => package with { Version = package.Version + 1, Made = e },
        ({ } package, EvidenceFailed e) => package with { Version = package.Version + 1, Failed = e },
        ({ } package, EvidenceDownloaded) =>
            package with
            {
                Version = package.Version + 1, Downloads = package.Downloads + 1,
                TakenBy = package.TakenBy.Add((context.Body, context.Actor)),
            },
        _ => throw new InvalidOperationException($"{happened?.GetType().Name} cannot happen here: the stream is damaged"),
    };
}
