using System.Text;
using Hazards.Domain;
using Hazards.Evidence.Proof;
using Hazards.Projections.Store;

namespace Hazards.Api.Proofs;

/// <summary>Takes in the cosignatures of registered witnesses (C2SP tlog-cosignature) and keeps them with the checkpoint.</summary>
internal sealed class Cosignatures(LogKeys keys, CheckpointDesk desk)
{
    /// <summary>Adds cosignatures to a checkpoint; one that is there already is not added twice.</summary>
    /// <param name="hash">Which tree.</param>
    /// <param name="size">Which checkpoint.</param>
    /// <param name="lines">Signature lines, as a witness answers them.</param>
    /// <param name="onlyOf">Takes this witness's only and passes over all others, as the witness protocol asks; null: any other
    /// is refused.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<Signing> TakeAsync(
        TreeHash hash, long size, string lines, NoteVerifier? onlyOf = null, CancellationToken cancellationToken = default)
    {
        var store = desk.Store(hash);
        var register = await keys.RegisterAsync(cancellationToken);
        while (true)
        {
            if (await store.FindAsync(size, cancellationToken) is not { } checkpoint)
                return new Signing(
                    null,
                    ProofRefusals.NoCheckpoint.Because(
                        "size", ("size", size), ("latest", (await store.LatestAsync(cancellationToken))?.Size)));
            var (note, refusal) = With(checkpoint, lines, register, onlyOf);
            if (refusal is not null)
                return new Signing(null, refusal);
            if (note!.Signatures.Length == checkpoint.Note.Signatures.Length || await store.ReplaceAsync(
                checkpoint, note, cancellationToken))
                return new Signing(checkpoint with { Note = note }, null);
        }
    }

    private static (SignedNote? Note, Refusal? Refusal) With(
        StoredCheckpoint checkpoint, string lines, LogRegister register, NoteVerifier? onlyOf)
    {
        if (!SignedNote.TryParse(Encoding.UTF8.GetBytes($"{checkpoint.Note.Text}\n{lines}"), out var given)
            || given.Text != checkpoint.Note.Text)
            return (null, ProofRefusals.CosignatureForm.Because());
        var note = checkpoint.Note;
        foreach (var signature in given.Signatures)
        {
            var witness = register.ActiveWitnesses.FirstOrDefault(
                w => w.Verifier.Name == signature.Name && w.Verifier.Id == signature.KeyId);
            if (onlyOf is not null && witness?.Verifier != onlyOf)
                continue;
            if (witness is null)
                return (null, ProofRefusals.WitnessUnknown.Because(
                    null, ("name", signature.Name),
                    ("id", signature.KeyId.ToString("x8", System.Globalization.CultureInfo.InvariantCulture))));
            if (new SignedNote(note.Text, [signature]).VerifiedBy(witness.Verifier) is null)
                return (null, ProofRefusals.CosignatureWrong.Because(null, ("name", witness.Name), ("size", checkpoint.Size)));
            if (note.VerifiedBy(witness.Verifier) is null)
                note = note.With(signature);
        }

        return (note, null);
    }
}
