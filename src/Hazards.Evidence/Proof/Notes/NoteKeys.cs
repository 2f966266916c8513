using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Hazards.Evidence.Proof;

/// <summary>What a signature in a note is by (C2SP signed-note, “Signature types”).</summary>
public enum NoteSignatureType
{
    /// <summary>Ed25519 over the note's text: what the log itself signs with.</summary>
    Ed25519 = 0x01,

    /// <summary>Ed25519 over the text with a time (C2SP tlog-cosignature): what a witness signs with.</summary>
    Cosignature = 0x04,

    /// <summary>SM2 with SM3 over the note's text: what the log signs with as well where the deployment says so.</summary>
    Sm2 = 0xFF,
}

/// <summary>验证公钥: checks the signatures of one key in notes. Its text is what other bodies keep (vkey).</summary>
/// <param name="Name">The key's name, such as <c>hazards.example/xiangxi</c>: no spaces, no plus.</param>
/// <param name="Type">What it signs.</param>
/// <param name="PublicKey">32 bytes; of SM2 65, the byte 04 and both coordinates.</param>
public sealed record NoteVerifier(string Name, NoteSignatureType Type, ReadOnlyMemory<byte> PublicKey)
{
    // 0xFF stands for every type that C2SP has given no number, with what tells it apart behind: here, in DER, the object
    // identifier of SM2 with SM3, 1.2.156.10197.1.501 (GM/T 0006).
    private static readonly byte[] Sm2Mark = [(byte)NoteSignatureType.Sm2, 0x06, 0x08, 0x2A, 0x81, 0x1C, 0xCF, 0x55, 0x01, 0x83, 0x75];

    /// <summary>Tells keys of one name apart; short, and no proof of anything.</summary>
    public uint Id
    {
        get
        {
            byte[] input = [.. Encoding.UTF8.GetBytes(Name), (byte)'\n', .. Mark, .. PublicKey.Span];
            return BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(input));
        }
    }

    /// <summary>指纹: SHA-256 of the key's bytes, in groups of four to be read aloud.</summary>
    public string Fingerprint =>
        string.Join(' ', Convert.ToHexStringLower(SHA256.HashData(PublicKey.Span)).Chunk(4).Select(g => new string(g)));

    /// <summary>The key as text: <c>name+id+base64</c>.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Name}+{Id:x8}+{Convert.ToBase64String([.. Mark, .. PublicKey.Span])}");

    /// <summary>Reads a key's text; false when it is malformed, of another type, or its id is not its own.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out NoteVerifier? verifier)
    {
        verifier = null;
        // The name holds no plus; base64 may.
        if (text?.Split('+', 3) is not [var name, { Length: 8 } id, var key] || !IsName(name))
            return false;
        var bytes = new byte[key.Length];
        if (!Convert.TryFromBase64String(key, bytes, out var length) || Read(name, bytes.AsMemory(0, length)) is not { } found)
            return false;
        if (found.Id.ToString("x8", CultureInfo.InvariantCulture) != id)
            return false;
        verifier = found;
        return true;
    }

    private ReadOnlySpan<byte> Mark => Type == NoteSignatureType.Sm2 ? Sm2Mark : new[] { (byte)Type };

    private static NoteVerifier? Read(string name, ReadOnlyMemory<byte> key) => key.Span switch
    {
        [(byte)NoteSignatureType.Ed25519 or (byte)NoteSignatureType.Cosignature, ..] when key.Length == 1 + Ed25519.KeySize =>
            new NoteVerifier(name, (NoteSignatureType)key.Span[0], key[1..]),
        _ when key.Span.StartsWith(Sm2Mark) && Sm2.IsPublicKey(key.Span[Sm2Mark.Length..]) =>
            new NoteVerifier(name, NoteSignatureType.Sm2, key[Sm2Mark.Length..]),
        _ => null,
    };

    /// <summary>Whether the log itself signs with keys of this type; witnesses have another.</summary>
    public bool IsOfALog => Type is NoteSignatureType.Ed25519 or NoteSignatureType.Sm2;

    /// <summary>What it signs by, as people call it.</summary>
    public string Algorithm => Type == NoteSignatureType.Sm2 ? "SM2" : "Ed25519";

    /// <summary>Whether a text may name a key.</summary>
    public static bool IsName([NotNullWhen(true)] string? name) =>
        name is { Length: > 0 } && !name.Contains('+', StringComparison.Ordinal)
            && !name.Any(c => char.IsWhiteSpace(c) || char.IsControl(c));

    internal bool Verifies(string text, ReadOnlySpan<byte> signature)
    {
        if (Type == NoteSignatureType.Ed25519)
            return Ed25519.Verify(PublicKey.Span, Encoding.UTF8.GetBytes(text), signature.ToArray());
        if (Type == NoteSignatureType.Sm2)
            return Sm2.Verify(PublicKey.Span, Encoding.UTF8.GetBytes(text), signature.ToArray());
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
        Verifier = new NoteVerifier(name, type, type == NoteSignatureType.Sm2 ? Sm2.PublicKeyOf(seed) : Ed25519.PublicKeyOf(seed));
    }

    /// <summary>A new key.</summary>
    public static NoteSigner Create(string name, NoteSignatureType type = NoteSignatureType.Ed25519) => new(name, NewSeed(type), type);

    /// <summary>A new private key's 32 bytes.</summary>
    public static byte[] NewSeed(NoteSignatureType type) =>
        type == NoteSignatureType.Sm2 ? Sm2.NewKey() : RandomNumberGenerator.GetBytes(Ed25519.KeySize);

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
        if (Verifier.Type == NoteSignatureType.Sm2)
            return Sm2.Sign(_seed, Encoding.UTF8.GetBytes(text));
        var time = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(time, (ulong)at.ToUnixTimeSeconds());
        return [.. time, .. Ed25519.Sign(_seed, Cosigned(text, (ulong)at.ToUnixTimeSeconds()))];
    }

    /// <summary>What a witness signs: the time, then the checkpoint (C2SP tlog-cosignature).</summary>
    internal static byte[] Cosigned(string text, ulong time) =>
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"cosignature/v1\ntime {time}\n{text}"));
}
