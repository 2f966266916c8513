using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Evidence;
using Hazards.Evidence.Proof;
using Hazards.Projections.Store;
using JasperFx.Events;

namespace Hazards.Api.Proofs;

/// <summary>A key the log is, or was, signed with.</summary>
/// <param name="Verifier">What checks its signatures.</param>
/// <param name="Hash">Which tree: <c>sha256</c> or <c>sm3</c>.</param>
/// <param name="Origin">The tree's name in its checkpoints.</param>
/// <param name="IntroducedAt">The position of the event that introduced it.</param>
/// <param name="Since">When that was recorded.</param>
/// <param name="RetiredAt">The position of the event that retired it; null while it is in use.</param>
/// <param name="Until">When that was recorded.</param>
/// <param name="Endorsement">The note by which the key before it vouched for it; null for the first.</param>
internal sealed record LogKeyPeriod(
    NoteVerifier Verifier, string Hash, string Origin, long IntroducedAt, DateTimeOffset Since, long? RetiredAt, DateTimeOffset? Until,
    string? Endorsement);

/// <summary>Another body that keeps checkpoints of this log and signs them as well.</summary>
/// <param name="Verifier">What checks its cosignatures.</param>
/// <param name="Name">Who it is.</param>
/// <param name="Url">Where checkpoints are sent to; null when it comes for them itself.</param>
/// <param name="RegisteredAt">The position of the event that registered it.</param>
/// <param name="Since">When that was recorded.</param>
/// <param name="Until">When it was retired; null while it is in use.</param>
internal sealed record LogWitness(
    NoteVerifier Verifier, string Name, string? Url, long RegisteredAt, DateTimeOffset Since, DateTimeOffset? Until);

/// <summary>Another log that this deployment witnesses.</summary>
/// <param name="Verifier">A key of it that is trusted; its name is the log's origin.</param>
/// <param name="Name">Whose log it is.</param>
/// <param name="Since">When the key was added.</param>
internal sealed record WitnessedLog(NoteVerifier Verifier, string Name, DateTimeOffset Since);

/// <summary>What the log says of itself: its stream <see cref="LogStream"/> folded.</summary>
internal sealed record LogRegister
{
    /// <summary>Nothing was said yet.</summary>
    public static LogRegister Empty { get; } = new();

    /// <summary>The stream's version.</summary>
    public long Version { get; private init; }

    /// <summary>
    /// All keys there were, the oldest first. One that no key before it vouched for is not among them: see
    /// <see cref="Unendorsed"/>.
    /// </summary>
    public ImmutableArray<LogKeyPeriod> Keys { get; private init; } = [];

    /// <summary>Keys that somebody put into the log without the key in use having vouched for them: never trusted.</summary>
    public ImmutableArray<LogKeyPeriod> Unendorsed { get; private init; } = [];

    /// <summary>All witnesses there were, the oldest first.</summary>
    public ImmutableArray<LogWitness> Witnesses { get; private init; } = [];

    /// <summary>The keys of other logs that this deployment witnesses.</summary>
    public ImmutableArray<WitnessedLog> Witnessed { get; private init; } = [];

    /// <summary>
    /// The id of the key that new events are authenticated with, and the position from which on; null before there was one.
    /// </summary>
    public (string KeyId, long Position)? AppendKey { get; private init; }

    /// <summary>Whether passwords were given codes: one without opens nothing.</summary>
    public bool CredentialsBound { get; private init; }

    /// <summary>The keys a tree is signed with now: two while one takes over from the other.</summary>
    public IEnumerable<LogKeyPeriod> ActiveKeys(string hash) => Keys.Where(k => k.Hash == hash && k.RetiredAt is null);

    /// <summary>The witnesses whose cosignatures are taken.</summary>
    public IEnumerable<LogWitness> ActiveWitnesses => Witnesses.Where(w => w.Until is null);

    /// <summary>Reads on from where this ends.</summary>
    public async Task<LogRegister> ReadOnAsync(IEventLog log, CancellationToken cancellationToken = default)
    {
        var register = this;
        foreach (var e in await log.FetchAsync(LogStream.Id, fromVersion: Version + 1, cancellationToken: cancellationToken))
            register = register.With(e);
        return register;
    }

    /// <summary>What the key in use signs to vouch for the next one.</summary>
    public static string EndorsementText(string origin, string hash, NoteVerifier next) => LogKey.EndorsementText(origin, hash, next);

    private LogRegister With(IEvent e)
    {
        var next = this with { Version = e.Version };
        // What audits found is there as well.
        return e.Data switch
        {
            LogKeyIntroduced said when NoteVerifier.TryParse(said.Verifier, out var verifier) =>
                next.Introduced(new LogKeyPeriod(verifier, said.Hash, said.Origin, e.Sequence, e.Timestamp, null, null, said.Endorsement)),
            LogKeyRetired said => next with
            {
                Keys = [.. Keys.Select(k => k.RetiredAt is null && k.Hash == said.Hash
                    && k.Verifier.ToString() == said.Verifier ? k with { RetiredAt = e.Sequence, Until = e.Timestamp } : k)],
            },
            AppendKeyIntroduced said => next with { AppendKey = AppendKey ?? (said.KeyId, e.Sequence) },
            Domain.CredentialsBound => next with { CredentialsBound = true },
            WitnessRegistered said when NoteVerifier.TryParse(said.Verifier, out var verifier) => next with
            {
                Witnesses = [
                    .. Witnesses.Where(w => w.Until is not null || w.Verifier != verifier),
                    new LogWitness(verifier, said.Witness, said.Url, e.Sequence, e.Timestamp, null)],
            },
            WitnessRetired said => next with
            {
                Witnesses = [.. Witnesses.Select(w => w.Until is null
                    && w.Verifier.ToString() == said.Verifier ? w with { Until = e.Timestamp } : w)],
            },
            WitnessedLogAdded said when NoteVerifier.TryParse(said.Verifier, out var verifier) => next with
            {
                Witnessed = [.. Witnessed.Where(w => w.Verifier != verifier), new WitnessedLog(verifier, said.Log, e.Timestamp)],
            },
            WitnessedLogRemoved said => next with { Witnessed = Witnessed.RemoveAll(w => w.Verifier.ToString() == said.Verifier) },
            _ => next,
        };
    }

    private LogRegister Introduced(LogKeyPeriod key) =>
        Keys.All(k => k.Hash != key.Hash) || IsEndorsed(key) ? this with { Keys = Keys.Add(key) } : this with
        {
            Unendorsed = Unendorsed.Add(key),
        };

    private bool IsEndorsed(LogKeyPeriod key) =>
        key.Endorsement is { } text && SignedNote.TryParse(text, out var note)
        && note.Text == EndorsementText(key.Origin, key.Hash, key.Verifier)
        && ActiveKeys(key.Hash).Any(k => k.Origin == key.Origin && note.VerifiedBy(k.Verifier) is not null);
}
