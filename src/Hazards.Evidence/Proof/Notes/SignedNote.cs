using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Hazards.Evidence.Proof;

/// <summary>A signature line of a note.</summary>
/// <param name="Name">The key's name.</param>
/// <param name="KeyId">The key's short id.</param>
/// <param name="Signature">What follows the id.</param>
public sealed record NoteSignature(string Name, uint KeyId, ReadOnlyMemory<byte> Signature)
{
    /// <summary>When a witness signed; null for the log's own signature.</summary>
    public DateTimeOffset? CosignedAt =>
        Signature.Length == sizeof(ulong) + Ed25519.SignatureSize
            && BinaryPrimitives.ReadInt64BigEndian(Signature.Span) is >= 0 and < 253402300800 and var time
            ? DateTimeOffset.FromUnixTimeSeconds(time)
            : null;

    /// <summary>The line as it stands in a note, with its newline.</summary>
    public string Line()
    {
        var bytes = new byte[sizeof(uint) + Signature.Length];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, KeyId);
        Signature.Span.CopyTo(bytes.AsSpan(sizeof(uint)));
        return $"— {Name} {Convert.ToBase64String(bytes)}\n";
    }
}

/// <summary>A text with signatures (C2SP signed-note). What it says counts only after <see cref="VerifiedBy"/>.</summary>
/// <param name="Text">The text; ends with a newline.</param>
/// <param name="Signatures">The signatures, of keys known or not.</param>
public sealed record SignedNote(string Text, ImmutableArray<NoteSignature> Signatures)
{
    private const int MostBytes = 256 * 1024;
    private const int MostSignatures = 64;

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>The note with one more signature, in the place of an earlier one of the same key.</summary>
    public SignedNote SignedBy(NoteSigner signer, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(signer);
        return With(new NoteSignature(signer.Verifier.Name, signer.Verifier.Id, signer.Sign(Text, at)));
    }

    /// <summary>The note with a signature made elsewhere, in the place of an earlier one of the same key.</summary>
    public SignedNote With(NoteSignature signature)
    {
        ArgumentNullException.ThrowIfNull(signature);
        return this with { Signatures = [.. Signatures.Where(s => s.Name != signature.Name || s.KeyId != signature.KeyId), signature] };
    }

    /// <summary>
    /// The note's signature by a key, if there is one and it is right; a wrong one by this key throws the whole note in doubt:
    /// see <see cref="IsForged"/>.
    /// </summary>
    public NoteSignature? VerifiedBy(NoteVerifier verifier) =>
        Of(verifier).FirstOrDefault(s => verifier.Verifies(Text, s.Signature.Span));

    /// <summary>Whether the note claims a signature by this key that the key did not make.</summary>
    public bool IsForged(NoteVerifier verifier) => Of(verifier).Any(s => !verifier.Verifies(Text, s.Signature.Span));

    /// <summary>The note as it is published.</summary>
    public override string ToString() => $"{Text}\n{string.Concat(Signatures.Select(s => s.Line()))}";

    /// <summary>Reads a note; false when it is malformed.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out SignedNote? note)
    {
        note = null;
        if (utf8.Length > MostBytes)
            return false;
        try
        {
            return TryParse(Strict.GetString(utf8), out note);
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    /// <summary>Reads a note; false when it is malformed.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out SignedNote? note)
    {
        ArgumentNullException.ThrowIfNull(text);
        note = null;
        var split = text.LastIndexOf("\n\n", StringComparison.Ordinal);
        if (split < 0 || !text.EndsWith('\n') || text.Any(c => c < ' ' && c != '\n'))
            return false;
        var lines = text[(split + 2)..].Split('\n')[..^1];
        if (lines.Length is 0 or > MostSignatures)
            return false;
        var signatures = ImmutableArray.CreateBuilder<NoteSignature>(lines.Length);
        foreach (var line in lines)
        {
            if (Signature(line) is not { } signature)
                return false;
            signatures.Add(signature);
        }
        note = new SignedNote(text[..(split + 1)], signatures.MoveToImmutable());
        return true;
    }

    private static NoteSignature? Signature(string line)
    {
        if (!line.StartsWith("— ", StringComparison.Ordinal) || line[2..].Split(' ') is not [var name, var base64]
            || !NoteVerifier.IsName(name))
            return null;
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var length) && length > sizeof(uint)
            ? new NoteSignature(name, BinaryPrimitives.ReadUInt32BigEndian(bytes), bytes.AsMemory(sizeof(uint), length - sizeof(uint)))
            : null;
    }

    private IEnumerable<NoteSignature> Of(NoteVerifier verifier)
    {
        ArgumentNullException.ThrowIfNull(verifier);
        var id = verifier.Id;
        return Signatures.Where(s => s.Name == verifier.Name && s.KeyId == id);
    }
}
