using System.Collections.Immutable;
using Hazards.Evidence.Proof;

namespace Hazards.Evidence;

/// <summary>
/// Whose signatures count: keys had from elsewhere, and those that one of them vouched for; or, without any, those in the
/// package.
/// </summary>
/// <param name="Known">All keys of the log that are known, trusted or not: a signature that claims to be by one must be.</param>
/// <param name="Trusted">Those whose signatures count.</param>
/// <param name="FromOutside">Whether trust comes from elsewhere.</param>
internal sealed record TrustedKeys(ImmutableArray<NoteVerifier> Known, ImmutableArray<NoteVerifier> Trusted, bool FromOutside)
{
    /// <summary>From what the reader gave and what the package says of the log's keys.</summary>
    /// <exception cref="System.Text.Json.JsonException">A key in the package is none.</exception>
    public static TrustedKeys Of(ImmutableArray<NoteVerifier> given, IEnumerable<LogKey> said, string origin, string hash)
    {
        var keys = said.Select(k => (Verifier: Parse(k.Vkey), k.Endorsement)).ToArray();
        ImmutableArray<NoteVerifier> own = [.. keys.Select(k => k.Verifier)];
        if (given.IsEmpty)
            return new TrustedKeys(own, own, false);
        var trusted = given.ToList();
        // The oldest first: one that was vouched for may vouch for the next.
        foreach (var (verifier, endorsement) in keys)
            if (endorsement is not null && SignedNote.TryParse(endorsement, out var note)
                && note.Text == LogKey.EndorsementText(origin, hash, verifier) && trusted.Any(t => note.VerifiedBy(t) is not null))
                trusted.Add(verifier);
        return new TrustedKeys([.. own.Union(given)], [.. trusted.Distinct()], true);
    }

    /// <summary>The key that counts and signed a note; null when none did, or when a signature on it is false.</summary>
    public NoteVerifier? SignerOf(SignedNote note) =>
        Known.Any(note.IsForged) ? null : Trusted.FirstOrDefault(k => note.VerifiedBy(k) is not null);

    /// <summary>Whether every signature on a note is one of a known key and right.</summary>
    public bool SignedAll(SignedNote note) =>
        note.Signatures.All(s => Known.Any(k => k.Name == s.Name && k.Id == s.KeyId && note.VerifiedBy(k) == s));

    private static NoteVerifier Parse(string vkey) =>
        NoteVerifier.TryParse(vkey, out var verifier) ? verifier : throw new System.Text.Json.JsonException($"“{vkey}”");
}
