using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Hazards.Domain;

namespace Hazards.Evidence;

/// <summary>What came of a check.</summary>
public enum CheckOutcome
{
    /// <summary>It holds.</summary>
    Holds,

    /// <summary>It does not: the package is refused.</summary>
    Fails,

    /// <summary>It holds, but the reader has something to do.</summary>
    Heed,

    /// <summary>It was not made, and why.</summary>
    NotMade,
}

/// <summary>One check and what came of it.</summary>
/// <param name="Name">Stable: <c>form</c>, <c>signature</c>, <c>proofs</c>, …</param>
/// <param name="Outcome">What came of it.</param>
/// <param name="Chinese">In a sentence.</param>
/// <param name="English">The same in English.</param>
/// <param name="Code">Where it fails: the stable code of the reason.</param>
/// <param name="Facts">The facts of the reason.</param>
public sealed record Check(
    string Name, CheckOutcome Outcome, string Chinese, string English,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Code = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ImmutableSortedDictionary<string, string?>? Facts = null)
{
    /// <summary>It holds.</summary>
    public static Check Holds(string name, FormattableString chinese, FormattableString english) =>
        new(name, CheckOutcome.Holds, FormattableString.Invariant(chinese), FormattableString.Invariant(english));

    /// <summary>It holds, but the reader has something to do.</summary>
    public static Check Heed(string name, FormattableString chinese, FormattableString english) =>
        new(name, CheckOutcome.Heed, FormattableString.Invariant(chinese), FormattableString.Invariant(english));

    /// <summary>It was not made.</summary>
    public static Check NotMade(string name, FormattableString chinese, FormattableString english) =>
        new(name, CheckOutcome.NotMade, FormattableString.Invariant(chinese), FormattableString.Invariant(english));

    /// <summary>It does not hold, for this reason.</summary>
    public static Check Fails(string name, Refusal refusal)
    {
        ArgumentNullException.ThrowIfNull(refusal);
        return new Check(name, CheckOutcome.Fails, refusal.Chinese, refusal.English, refusal.Code, refusal.Facts);
    }
}

/// <summary>What the checks of a package found.</summary>
/// <param name="Checks">Every check, in the order in which they were made.</param>
/// <param name="Contents">What the package holds; null where that could not be learnt.</param>
public sealed record Verification(ImmutableArray<Check> Checks, PackageContents? Contents)
{
    /// <summary>Whether the package is what it says, by a key that its reader named: nothing failed.</summary>
    public bool Holds => Fits && Checks.Any(c => c is { Name: "key", Outcome: CheckOutcome.Holds });

    /// <summary>Whether nothing failed; without a key from elsewhere this proves nothing.</summary>
    public bool Fits => Checks.All(c => c.Outcome != CheckOutcome.Fails);
}

/// <summary>What a package holds, as far as it was checked.</summary>
/// <param name="Package">Its number.</param>
/// <param name="Origin">The log.</param>
/// <param name="TreeSize">How many events the checkpoint covers.</param>
/// <param name="AsOf">The recorded time up to which the streams are whole.</param>
/// <param name="Purpose">What it was made for.</param>
/// <param name="Hazards">How many hazards.</param>
/// <param name="Events">How many events.</param>
/// <param name="FirstRecorded">When the first of them was recorded.</param>
/// <param name="LastRecorded">When the last was.</param>
/// <param name="States">How many states were compared with a replay.</param>
/// <param name="Files">How many files that events name are there.</param>
/// <param name="Withheld">How many are withheld.</param>
public sealed record PackageContents(
    Guid Package, string Origin, long TreeSize, DateTimeOffset AsOf, string Purpose,
    int Hazards, long Events, DateTimeOffset? FirstRecorded, DateTimeOffset? LastRecorded, long States, int Files, int Withheld);

/// <summary>What whoever checks a package trusts, and has from elsewhere.</summary>
public sealed record VerifyOptions
{
    /// <summary>
    /// Keys of the log that were had from elsewhere: on paper, from another body. Empty: those in the package stand in, and it
    /// does not hold.
    /// </summary>
    public ImmutableArray<Proof.NoteVerifier> Keys { get; init; } = [];

    /// <summary>Witnesses whose cosignatures the checkpoint must bear.</summary>
    public ImmutableArray<Proof.NoteVerifier> Witnesses { get; init; } = [];

    /// <summary>A checkpoint kept elsewhere: this log must be its continuation, or it this one's.</summary>
    public Proof.Checkpoint? Earlier { get; init; }

    /// <summary>The proof for that, where the package has none.</summary>
    public ImmutableArray<Proof.Digest>? Consistency { get; init; }

    /// <summary>The authority whose timestamp is believed; null: none is.</summary>
    public Proof.TimestampTrust? Authority { get; init; }
}
