using System.Collections.Immutable;
using System.Text.Json;
using Hazards.Evidence.Proof;

namespace Hazards.Evidence;

/// <summary>Proof that an event is in the tree that the checkpoint is of (RFC 9162, section 2.1.3).</summary>
/// <param name="Position">The event's position in the log, from 1: its leaf's index is one less.</param>
/// <param name="Leaf">Its leaf's hash: of a zero byte and the event's line without its newline.</param>
/// <param name="Path">The hashes beside the way to the root, the lowest first.</param>
public sealed record ProofLine(long Position, Digest Leaf, ImmutableArray<Digest> Path)
{
    /// <summary>The line without its newline.</summary>
    public byte[] ToBytes() => EvidenceJson.Write(this);

    /// <summary>Reads a line.</summary>
    /// <exception cref="JsonException">It is none, or not in canonical form.</exception>
    public static ProofLine Read(ReadOnlySpan<byte> json) => EvidenceJson.Read<ProofLine>(json);
}

/// <summary>Proof that the checkpoint's tree begins with an earlier one (RFC 9162, section 2.1.4).</summary>
/// <param name="From">The earlier tree's size.</param>
/// <param name="Path">The proof.</param>
public sealed record ConsistencyLine(long From, ImmutableArray<Digest> Path)
{
    /// <summary>The line without its newline.</summary>
    public byte[] ToBytes() => EvidenceJson.Write(this);

    /// <summary>Reads a line.</summary>
    /// <exception cref="JsonException">It is none, or not in canonical form.</exception>
    public static ConsistencyLine Read(ReadOnlySpan<byte> json) => EvidenceJson.Read<ConsistencyLine>(json);
}

/// <summary>A key of the log; <c>keys.json</c> is an array of them, the newest last.</summary>
/// <param name="Vkey">The key as text (C2SP signed-note).</param>
/// <param name="From">Since when the log signs with it.</param>
/// <param name="To">Until when; null: still.</param>
/// <param name="Endorsement">The signed note by which the key before it vouched for it, as the log's event has it; null for the
/// first.</param>
public sealed record LogKey(string Vkey, DateTimeOffset From, DateTimeOffset? To, string? Endorsement = null)
{
    /// <summary>What a key of the log signs to vouch for the next one.</summary>
    public static string EndorsementText(string origin, string hash, NoteVerifier next) => $"hazards log key\n{origin}\n{hash}\n{next}\n";

    /// <summary>The bytes of <c>keys.json</c>.</summary>
    public static byte[] ToBytes(IEnumerable<LogKey> keys) => EvidenceJson.Write(keys.ToArray());

    /// <summary>Reads <c>keys.json</c>.</summary>
    /// <exception cref="JsonException">It is no such list, or not in canonical form.</exception>
    public static ImmutableArray<LogKey> Read(ReadOnlySpan<byte> json) => [.. EvidenceJson.Read<LogKey[]>(json)];
}
