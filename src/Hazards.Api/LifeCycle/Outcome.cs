using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Projections.Store;

namespace Hazards.Api.LifeCycle;

/// <summary>Who gives a command, and the circumstances it came with.</summary>
/// <param name="By">The caller.</param>
internal sealed record Given(Actor By)
{
    /// <summary>When it happened, as claimed; null for now.</summary>
    public DateTimeOffset? OccurredAt { get; init; }

    /// <summary>文号, where a paper goes with the act.</summary>
    public DocumentNumber? Document { get; init; }

    /// <summary>Photos and papers by digest.</summary>
    public ImmutableArray<Attachment> Attachments { get; init; } = [];

    /// <summary>
    /// When it happened, and the present by which that is judged. Where the caller did not say, it happens now, but not before
    /// what it follows: another node, whose clock was ahead, may have recorded that.
    /// </summary>
    /// <param name="now">This node's clock.</param>
    /// <param name="previous">When what it follows happened.</param>
    /// <param name="supposed">When it must have happened, by what the command says, where the caller did not say.</param>
    internal (DateTimeOffset OccurredAt, DateTimeOffset Now) TimeAt(
        DateTimeOffset now, DateTimeOffset? previous = null, DateTimeOffset? supposed = null)
    {
        if ((OccurredAt ?? supposed) is { } claimed)
            return (claimed, now);
        var after = previous > now ? previous.Value : now;
        return (after, after);
    }
}

/// <summary>On what terms something is appended.</summary>
internal sealed record Terms
{
    /// <summary>No terms: decided on whatever version stands, not idempotent.</summary>
    public static Terms None { get; } = new();

    /// <summary>If-Match: the stream must have one of these versions. Null: any, and a lost race is decided again.</summary>
    public ImmutableArray<long>? IfVersion { get; init; }

    /// <summary>Makes the request idempotent.</summary>
    public AppendKey? Key { get; init; }

    /// <summary>The trace or business process it belongs to.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>The request that caused it.</summary>
    public string? CausationId { get; init; }

    /// <summary>By whose authority, where the request came through the door: it must stand as it did there.</summary>
    internal Credential? Credential { get; init; }

    /// <summary>The streams that said who it is.</summary>
    internal IReadOnlyList<StreamVersion> Relies => Credential?.Relies ?? [];

    /// <summary>
    /// Why an append that came to nothing must not be tried again: by whose authority it was made has changed
    /// (<see cref="Credential.AgainAsync"/>).
    /// Null when it was overtaken by something else.
    /// </summary>
    internal async Task<Refusal?> OvertakenAsync(AppendResult.Conflict conflict, CancellationToken cancellationToken) =>
        Credential?.IsOvertaken(conflict) == true ? await Credential.AgainAsync(cancellationToken) : null;

    /// <summary>For simulations and seeding: the recorded time, honoured by a log opened with <c>AllowGivenTimes</c>.</summary>
    public DateTimeOffset? RecordedAt { get; init; }
}

/// <summary>One command of several that are decided one after the other and appended together.</summary>
internal sealed record Step(IHazardCommand Command, Given Given);

/// <summary>An event that was written.</summary>
/// <param name="StreamId">The stream it is in.</param>
/// <param name="Type">Its alias.</param>
/// <param name="Position">Its position in the log.</param>
/// <param name="Version">Its version in its stream.</param>
internal readonly record struct WrittenEvent(Guid StreamId, string Type, long Position, long Version);

/// <summary>What became of a command.</summary>
/// <typeparam name="TState">What the stream folds to.</typeparam>
internal abstract record Outcome<TState>
{
    private Outcome() { }

    /// <summary>It happened and is on disk.</summary>
    /// <param name="After">The state after it.</param>
    /// <param name="Events">What was written, in order.</param>
    /// <param name="RecordedAt">When the last of it was recorded.</param>
    /// <param name="Repeated">True when the same key was used before: this is the first outcome, and nothing was written now.</param>
    public sealed record Done(TState After, ImmutableArray<WrittenEvent> Events, DateTimeOffset RecordedAt,
        bool Repeated) : Outcome<TState>;

    /// <summary>It was refused; nothing was written.</summary>
    /// <param name="Refusal">Why.</param>
    /// <param name="Step">Which of several steps was refused, from 0.</param>
    public sealed record Refused(Refusal Refusal, int Step = 0) : Outcome<TState>;
}
