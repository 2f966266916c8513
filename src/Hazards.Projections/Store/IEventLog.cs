using System.Security.Cryptography;
using System.Text;
using Hazards.Domain;
using JasperFx.Events;

namespace Hazards.Projections.Store;

/// <summary>
/// The append-only log: the one place where facts are kept.
/// </summary>
public interface IEventLog
{
    /// <summary>
    /// Appends events to one or more streams, all or nothing. When the task completes with
    /// <see cref="AppendResult.Committed"/> the events are on disk. A lost race is a value, not an exception.
    /// </summary>
    /// <exception cref="LogUnavailableException">
    /// The database could not be reached within the append timeout, or it is not known whether the commit happened.
    /// </exception>
    Task<AppendResult> AppendAsync(Append append, CancellationToken cancellationToken = default);

    /// <summary>
    /// What became of an append with this key: <see cref="AppendResult.Repeated"/> when the same request was committed,
    /// <see cref="AppendResult.KeyReused"/> when another one was, null when none was. Lets a caller answer a repeat
    /// before it decides anything on the newer state; a race between two is still settled by <see cref="AppendAsync"/>.
    /// </summary>
    Task<AppendResult?> FindAsync(AppendKey key, CancellationToken cancellationToken = default);

    /// <summary>
    /// A stream's events as Marten reads them, each in today's form; up to a version, or what had been recorded by an
    /// instant. Empty when there is none.
    /// </summary>
    /// <param name="streamId">The stream.</param>
    /// <param name="upToVersion">The last version wanted; 0 for all.</param>
    /// <param name="recordedUpTo">Leaves out what was recorded later.</param>
    /// <param name="fromVersion">The first version wanted.</param>
    /// <param name="cancellationToken">Cancels.</param>
    Task<IReadOnlyList<IEvent>> FetchAsync(
        Guid streamId, long upToVersion = 0, DateTimeOffset? recordedUpTo = null, long fromVersion = 0,
        CancellationToken cancellationToken = default);

    /// <summary>Every event after a position as Marten reads it, in commit order, streaming; tombstones too.</summary>
    IAsyncEnumerable<IEvent> FetchAllAsync(long afterPosition, long upToPosition, CancellationToken cancellationToken = default);

    /// <summary>The newest position this process has heard of; 0 before it heard of any.</summary>
    long KnownPosition { get; }

    /// <summary>
    /// When the newest event this process has heard of was recorded: later than its clock says, where that was set back.
    /// </summary>
    DateTimeOffset KnownRecordedAt { get; }

    /// <summary>
    /// Reads a stream in version order as it lies in the table, for what is shown or proved of it;
    /// <paramref name="recordedUpTo"/> leaves out what was recorded later.
    /// </summary>
    IAsyncEnumerable<RecordedEvent> ReadStreamAsync(
        Guid streamId,
        long fromVersion = 1,
        DateTimeOffset? recordedUpTo = null,
        CancellationToken cancellationToken = default);

    /// <summary>
    /// Reads every event with a position greater than <paramref name="afterPosition"/> as it lies in the table, in commit
    /// order, streaming.
    /// </summary>
    IAsyncEnumerable<RecordedEvent> ReadAllAsync(
        long afterPosition,
        long? upToPosition = null,
        CancellationToken cancellationToken = default);

    /// <summary>
    /// The same, and goes on: waits for new events until cancelled. Woken by commits of this process and of others
    /// (LISTEN/NOTIFY), with a slow poll as the safety net.
    /// </summary>
    IAsyncEnumerable<RecordedEvent> SubscribeAsync(long afterPosition, CancellationToken cancellationToken = default);

    /// <summary>The last committed position and its recorded time.</summary>
    Task<LogHead> HeadAsync(CancellationToken cancellationToken = default);
}

/// <summary>Position (0 when the log is empty) and recorded time of the newest event.</summary>
public readonly record struct LogHead(long Position, DateTimeOffset RecordedAt);

/// <summary>An event to be appended.</summary>
/// <param name="Id">Identity of the event, chosen by the caller; makes a commit of unknown outcome findable.</param>
/// <param name="Fact">What happened. Its type's alias (<see cref="EventTypeAttribute"/>) is the event's for ever.</param>
/// <param name="Headers">Who, when, through which client, under which policy.</param>
/// <param name="CorrelationId">The request that began it all.</param>
/// <param name="CausationId">The request or event that caused this one.</param>
public sealed record NewEvent(Guid Id, IDomainEvent Fact, EventHeaders Headers, string? CorrelationId = null, string? CausationId = null)
{
    private ReadOnlyMemory<byte>? _data;

    /// <summary>The snake_case alias.</summary>
    public string Type => EventTypes.NameOf(Fact);

    /// <summary><c>Namespace.Type, Assembly</c>, as Marten writes it.</summary>
    public string DotnetType => $"{Fact.GetType().FullName}, {Fact.GetType().Assembly.GetName().Name}";

    /// <summary>UTF-8 JSON of the facts, as Marten writes it.</summary>
    public ReadOnlyMemory<byte> Data => _data ??= DomainJson.Write(Fact);
}

/// <summary>What one stream gains in an <see cref="Append"/>.</summary>
/// <param name="StreamId">The stream.</param>
/// <param name="StreamType">The stream's alias (<c>hazard</c>, <c>body</c>); kept from its first append.</param>
/// <param name="ExpectedVersion">The version the decision was made on; 0 for a stream that must not exist yet.</param>
/// <param name="Events">One or more events.</param>
/// <param name="Row">
/// What the read side writes for this stream in the same transaction; opaque here, handed to the
/// <see cref="IRowWriter"/>. Null when there is nothing to write.
/// </param>
public sealed record StreamAppend(
    Guid StreamId,
    string StreamType,
    long ExpectedVersion,
    IReadOnlyList<NewEvent> Events,
    object? Row = null)
{
    /// <summary>
    /// The event that the decision knew as the stream's last, where it was remembered and not read: at the expected version there
    /// must be that one, and not another that took its place in a database that was put back.
    /// </summary>
    public Guid? After { get; init; }
}

/// <summary>
/// Makes an append idempotent: the same scope and key again, with the same fingerprint, gives the first outcome;
/// with another fingerprint it is refused.
/// </summary>
/// <param name="Scope">Whose key it is (the client).</param>
/// <param name="Key">The caller's Idempotency-Key.</param>
/// <param name="Fingerprint">SHA-256 of the request.</param>
public sealed record AppendKey(string Scope, string Key, ReadOnlyMemory<byte> Fingerprint)
{
    private const int PrefixLength = 32;

    /// <summary>The key of one of many that a request brings, made from the request's.</summary>
    /// <param name="part">Which one.</param>
    public AppendKey Of(string part) =>
        this with { Key = $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Key)))[..PrefixLength]}:{part}" };
}

/// <summary>One atomic append over one or more streams.</summary>
/// <param name="Streams">Each stream at most once.</param>
/// <param name="Key">Idempotency, if asked for.</param>
/// <param name="RecordedAt">
/// The recorded time to use instead of the database clock: honoured only by a log opened with
/// <c>AllowGivenTimes</c> (simulations and tests with a controlled clock). Recorded times never run backwards.
/// </param>
public sealed record Append(
    IReadOnlyList<StreamAppend> Streams,
    AppendKey? Key = null,
    DateTimeOffset? RecordedAt = null)
{
    /// <summary>
    /// What the decision relied on and does not change: who gave the command, the bodies it names, the policies. Each stream must
    /// still be at this version when the events are written; else it is an <see cref="AppendResult.Conflict"/>.
    /// </summary>
    public IReadOnlyList<StreamVersion> Relies { get; init; } = [];

    /// <summary>
    /// What is to be done because of these events, handed to the <see cref="IOutbox"/>: kept in the transaction of the events,
    /// and sent when that is committed.
    /// </summary>
    public IReadOnlyList<object> Messages { get; init; } = [];
}

/// <summary>What became of an append.</summary>
public abstract record AppendResult
{
    private AppendResult() { }

    /// <summary>On disk. Versions are those after the append, in the order of <see cref="Append.Streams"/>.</summary>
    public sealed record Committed(
        long FirstPosition, long LastPosition, DateTimeOffset RecordedAt, IReadOnlyList<StreamVersion> Versions) : AppendResult;

    /// <summary>The same key and fingerprint were committed before; this is the first outcome, nothing was written now.</summary>
    public sealed record Repeated(
        long FirstPosition, long LastPosition, DateTimeOffset RecordedAt, IReadOnlyList<StreamVersion> Versions) : AppendResult;

    /// <summary>A stream is not at the version that was expected or relied on; nothing was written.</summary>
    public sealed record Conflict(Guid StreamId, long ExpectedVersion, long ActualVersion) : AppendResult;

    /// <summary>The key was used before for another request; nothing was written.</summary>
    public sealed record KeyReused(string Key) : AppendResult;
}

/// <summary>A stream and the version it has.</summary>
public readonly record struct StreamVersion(Guid StreamId, long Version);

/// <summary>An event as the log holds it.</summary>
public sealed record RecordedEvent(
    long Position,
    Guid Id,
    Guid StreamId,
    string StreamType,
    long Version,
    string Type,
    string DotnetType,
    ReadOnlyMemory<byte> Data,
    ReadOnlyMemory<byte> Headers,
    DateTimeOffset RecordedAt,
    string? CorrelationId,
    string? CausationId);

/// <summary>The log cannot answer now. Nothing was acknowledged; the same request may be sent again with the same key.</summary>
public sealed class LogUnavailableException : Exception
{
    /// <summary>Creates the exception.</summary>
    public LogUnavailableException(string message, Exception? innerException = null) : base(message, innerException) { }

    /// <summary>Creates the exception.</summary>
    public LogUnavailableException() { }

    /// <summary>Creates the exception.</summary>
    public LogUnavailableException(string message) : base(message) { }
}
