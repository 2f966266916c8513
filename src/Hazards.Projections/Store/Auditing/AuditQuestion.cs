using System.Collections.Immutable;
using Hazards.Evidence.Proof;

namespace Hazards.Projections.Store;

/// <summary>A key whose signatures under a tree's checkpoints are right.</summary>
/// <param name="Hash">Which tree.</param>
/// <param name="Verifier">What checks them; its name is the tree's origin.</param>
public sealed record AuditKey(string Hash, NoteVerifier Verifier);

/// <summary>A checkpoint kept outside the database: in the key folder, by another body, on paper.</summary>
/// <param name="Where">Where it was kept, as people call it.</param>
/// <param name="Hash">Which tree.</param>
/// <param name="Size">How many events it covers.</param>
/// <param name="Root">The root over them.</param>
public sealed record KeptCheckpoint(string Where, string Hash, long Size, Digest Root);

/// <summary>What an audit compares the log with, and how much of the machine it takes.</summary>
public sealed record AuditQuestion
{
    /// <summary>The trees to recompute.</summary>
    public ImmutableArray<TreeHash> Trees { get; init; } = [TreeHash.Sha256];

    /// <summary>The keys that checkpoints may be signed with. Empty: signatures are not looked at.</summary>
    public ImmutableArray<AuditKey> Keys { get; init; } = [];

    /// <summary>Checkpoints kept elsewhere.</summary>
    public ImmutableArray<KeptCheckpoint> Kept { get; init; } = [];

    /// <summary>The key that events are authenticated with; null: their codes are not looked at.</summary>
    public ReadOnlyMemory<byte>? AppendKey { get; init; }

    /// <summary>The position after which every event must have a code; those before may.</summary>
    public long AppendKeySince { get; init; } = long.MaxValue;

    /// <summary>
    /// Reads only the events after this position or some before it: for a quick look between two full audits. What lies
    /// before is taken from the stored tiles, as the checkpoints bear it out; streams are not counted.
    /// </summary>
    public long After { get; init; }

    /// <summary>How many read at once, each with a connection of its own.</summary>
    public int Readers { get; init; } = Math.Max(1, Environment.ProcessorCount);
}

/// <summary>How far an audit is.</summary>
/// <param name="Done">Events recomputed.</param>
/// <param name="All">Events to recompute.</param>
public readonly record struct AuditProgress(long Done, long All);

/// <summary>A tree as recomputed.</summary>
/// <param name="Hash">Which.</param>
/// <param name="Root">The root over all events that were there when the audit began.</param>
/// <param name="Stored">How many events the stored tree covers.</param>
/// <param name="Checkpoints">How many checkpoints were compared.</param>
/// <param name="LastCheckpoint">The size of the newest.</param>
/// <param name="LastSignedAt">When it was signed.</param>
/// <param name="Uncovered">Events after the newest checkpoint: nothing signed speaks for them yet.</param>
/// <param name="UncoveredSince">When the first of them was recorded.</param>
public sealed record AuditedTree(
    string Hash, Digest Root, long Stored, long Checkpoints, long LastCheckpoint, DateTimeOffset? LastSignedAt, long Uncovered,
    DateTimeOffset? UncoveredSince);

/// <summary>What an audit found.</summary>
/// <param name="Size">The last position when it began; later events are not its subject.</param>
/// <param name="RecordedAt">When the event there was recorded.</param>
/// <param name="First">The first position recomputed: 1 for a full audit.</param>
/// <param name="Events">Events recomputed.</param>
/// <param name="Trees">The trees.</param>
/// <param name="Findings">What does not hold, the earliest position first; empty when all holds.</param>
/// <param name="Duration">How long it took.</param>
public sealed record AuditReport(
    long Size, DateTimeOffset? RecordedAt, long First, long Events, ImmutableArray<AuditedTree> Trees, ImmutableArray<AuditFinding> Findings, TimeSpan Duration)
{
    /// <summary>Whether everything holds.</summary>
    public bool Holds => Findings.IsEmpty;
}
