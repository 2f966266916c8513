using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Hazards.Proof;

/// <summary>What a signature in a note is by (C2SP signed-note, “Signature types”).</summary>
public enum NoteSignatureType
{
    /// <summary>Ed25519 over the note's text: what the log itself signs with.</summary>
    Ed25519 = 0x01,

    /// <summary>Ed25519 over the text with a time (C2SP tlog-cosignature): what a witness signs with.</summary>
    Cosignature = 0x04,
}

/// <summary>验证公钥: checks the signatures of one key in notes. Its text is what other bodies keep (vkey).</summary>
/// <param name="Name">The key's name, such as <c>hazards.example/xiangxi</c>: no spaces, no plus.</param>
/// <param name="Type">What it signs.</param>
/// <param name="PublicKey">32 bytes.</param>
public sealed record NoteVerifier(string Name, NoteSignatureType Type, ReadOnlyMemory<byte> PublicKey)
{
    /// <summary>Whether this machine can check signatures at all: it takes OpenSSL's libcrypto, 1.1.1 or later.</summary>
    public static bool IsSupported => Ed25519.IsSupported;

    /// <summary>Tells keys of one name apart; short, and no proof of anything.</summary>
    public uint Id
    {
        get
        {
            byte[] input = [.. Encoding.UTF8.GetBytes(Name), (byte)'\n', (byte)Type, .. PublicKey.Span];
            return BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(input));
        }
    }

    /// <summary>指纹: SHA-256 of the 32 bytes, in groups of four to be read aloud.</summary>
    public string Fingerprint => string.Join(' ', Convert.ToHexStringLower(SHA256.HashData(PublicKey.Span)).Chunk(4).Select(g => new string(g)));

    /// <summary>The key as text: <c>name+id+base64</c>.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Name}+{Id:x8}+{Convert.ToBase64String([(byte)Type, .. PublicKey.Span])}");

    /// <summary>Reads a key's text; false when it is malformed, of another type, or its id is not its own.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out NoteVerifier? verifier)
    {
        verifier = null;
        // The name holds no plus; base64 may.
        if (text?.Split('+', 3) is not [var name, { Length: 8 } id, var key] || !IsName(name))
            return false;
        var bytes = new byte[key.Length];
        if (!Convert.TryFromBase64String(key, bytes, out var length) || length != 1 + Ed25519.KeySize || !Enum.IsDefined((NoteSignatureType)bytes[0]))
            return false;
        var found = new NoteVerifier(name, (NoteSignatureType)bytes[0], bytes.AsMemory(1, Ed25519.KeySize));
        if (found.Id.ToString("x8", CultureInfo.InvariantCulture) != id)
            return false;
        verifier = found;
        return true;
    }

    /// <summary>Whether a text may name a key.</summary>
    public static bool IsName([NotNullWhen(true)] string? name) =>
        name is { Length: > 0 } && !name.Contains('+', StringComparison.Ordinal) && !name.Any(c => char.IsWhiteSpace(c) || char.IsControl(c));

    internal bool Verifies(string text, ReadOnlySpan<byte> signature)
    {
        if (Type == NoteSignatureType.Ed25519)
            return Ed25519.Verify(PublicKey.Span, Encoding.UTF8.GetBytes(text), signature.ToArray());
        if (signature.Length != sizeof(ulong) + Ed25519.SignatureSize)
            return false;
        var time = BinaryPrimitives.ReadUInt64BigEndian(signature);
        return Ed25519.Verify(PublicKey.Span, NoteSigner.Cosigned(text, time), signature[sizeof(ulong)..].ToArray());
    }

    /// <inheritdoc />
    public bool Equals(NoteVerifier? other) =>
        other is not null && Name == other.Name && Type == other.Type && PublicKey.Span.SequenceEqual(other.PublicKey.Span);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Name, Type, PublicKey.Span[0]);
}

/// <summary>签名私钥: signs notes. Keep it where only the service can read it.</summary>
public sealed class NoteSigner
{
    private readonly byte[] _seed;

    /// <summary>Takes a private key.</summary>
    /// <param name="name">The key's name.</param>
    /// <param name="seed">32 bytes.</param>
    /// <param name="type">What it signs.</param>
    public NoteSigner(string name, ReadOnlySpan<byte> seed, NoteSignatureType type = NoteSignatureType.Ed25519)
    {
        if (!NoteVerifier.IsName(name))
            throw new ArgumentException("A key's name is not empty and has neither spaces nor a plus.", nameof(name));
        _seed = seed.ToArray();
        Verifier = new NoteVerifier(name, type, Ed25519.PublicKeyOf(seed));
    }

    /// <summary>A new key.</summary>
    public static NoteSigner Create(string name, NoteSignatureType type = NoteSignatureType.Ed25519) =>
        new(name, RandomNumberGenerator.GetBytes(Ed25519.KeySize), type);

    /// <summary>What checks its signatures.</summary>
    public NoteVerifier Verifier { get; }

    /// <summary>The private key's 32 bytes, to be stored.</summary>
    public byte[] ExportSeed() => [.. _seed];

    /// <summary>Signs a text.</summary>
    /// <param name="text">Ends with a newline.</param>
    /// <param name="at">When; a cosignature carries it.</param>
    internal byte[] Sign(string text, DateTimeOffset at)
    {
        if (Verifier.Type == NoteSignatureType.Ed25519)
            return Ed25519.Sign(_seed, Encoding.UTF8.GetBytes(text));
        var time = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(time, (ulong)at.ToUnixTimeSeconds());
        return [.. time, .. Ed25519.Sign(_seed, Cosigned(text, (ulong)at.ToUnixTimeSeconds()))];
    }

    /// <summary>What a witness signs: the time, then the checkpoint (C2SP tlog-cosignature).</summary>
    internal static byte[] Cosigned(string text, ulong time) =>
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"cosignature/v1\ntime {time}\n{text}"));
}
