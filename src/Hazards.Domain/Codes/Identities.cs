using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace Hazards.Domain;

/// <summary>Identity of a hazard and of its stream in the log.</summary>
/// <param name="StreamId">The stream in the log.</param>
[JsonConverter(typeof(ValueJsonConverter<HazardId>))]
public readonly record struct HazardId(Guid StreamId) : IValue<HazardId>
{
    /// <inheritdoc />
    public string Value => StreamId.ToString("D");

    /// <summary>A new identity, ordered by time (UUID version 7).</summary>
    public static HazardId New(DateTimeOffset now) => new(Guid.CreateVersion7(now));

    /// <summary>
    /// The identity of the hazard that a sender knows under its own number: the same always gives the same hazard, so a report
    /// sent twice meets its own stream instead of making a second one. Another sender's same number is another hazard's.
    /// </summary>
    /// <param name="sender">Whose number it is (<see cref="Actor.Sender"/>).</param>
    /// <param name="reference">The number.</param>
    public static HazardId For(string sender, ExternalReference reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        return new(StreamIds.Named("hazard of", $"{sender}\n{reference.System}\n{reference.Id}"));
    }

    /// <summary>
    /// The identity of the hazard that a client reports in these words of this place on a day, and gives no number of its own: two that
    /// come at once are one.
    /// </summary>
    /// <param name="client">Who sends it.</param>
    /// <param name="day">The day, in China.</param>
    /// <param name="words">What is said, and of which place.</param>
    public static HazardId Said(string client, DateOnly day, IEnumerable<string?> words) =>
        new(StreamIds.Named("hazard said", string.Create(CultureInfo.InvariantCulture, $"{client}\n{day:yyyy-MM-dd}\n{string.Join('\n', words.Select(w => w is null ? "-" : $"+{w.Length} {w}"))}")));

    /// <summary>
    /// The same before numbers were per sender; whose it was the hazard's first event says. Rows of ledgers are still known so:
    /// whoever enters the same ledger again meets the same hazards.
    /// </summary>
    public static HazardId Shared(ExternalReference reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        return new(StreamIds.Named("hazard", reference.System + "\n" + reference.Id));
    }

    /// <summary>Parses an identity; throws on a wrong one. For constants and tests.</summary>
    public static HazardId Parse(string text) =>
        TryParse(text, out var value, out var refusal) ? value : throw new FormatException(refusal.English);

    /// <inheritdoc />
    public static bool TryParse(string? text, out HazardId value, [NotNullWhen(false)] out Refusal? refusal)
    {
        refusal = null;
        value = default;
        if (Guid.TryParseExact(text, "D", out var guid))
        {
            value = new HazardId(guid);
            return true;
        }
        refusal = InputRefusals.HazardIdentity.Because(null, ("value", Texts.Excerpt(text)));
        return false;
    }

    /// <inheritdoc />
    public override string ToString() => Value;
}

/// <summary>Identity of a body (organisation): 2 to 40 lower-case letters, digits and hyphens, chosen when it is registered.</summary>
[JsonConverter(typeof(ValueJsonConverter<BodyId>))]
public readonly record struct BodyId : IValue<BodyId>
{
    private readonly string? _value;

    private BodyId(string value) => _value = value;

    /// <inheritdoc />
    public string Value => _value ?? "";

    /// <summary>The stream that tells this body's story.</summary>
    public Guid StreamId => StreamIds.Named("body", Value);

    /// <summary>Parses an identity; throws on a wrong one. For constants and tests.</summary>
    public static BodyId Parse(string text) =>
        TryParse(text, out var value, out var refusal) ? value : throw new FormatException(refusal.English);

    /// <inheritdoc />
    public static bool TryParse(string? text, out BodyId value, [NotNullWhen(false)] out Refusal? refusal)
    {
        value = default;
        refusal = null;
        if (text is { Length: >= 2 and <= 40 } && text[0] != '-' && text[^1] != '-'
            && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
        {
            value = new BodyId(text);
            return true;
        }
        refusal = InputRefusals.BodyIdentity.Because(null, ("value", Texts.Excerpt(text)));
        return false;
    }

    /// <inheritdoc />
    public override string ToString() => Value;
}

/// <summary>文号, such as <c>陇安委办督〔2026〕12号</c>: 2 to 80 characters without control characters.</summary>
[JsonConverter(typeof(ValueJsonConverter<DocumentNumber>))]
public readonly record struct DocumentNumber : IValue<DocumentNumber>
{
    private readonly string? _value;

    private DocumentNumber(string value) => _value = value;

    /// <inheritdoc />
    public string Value => _value ?? "";

    /// <summary>Parses a number; throws on a wrong one. For constants and tests.</summary>
    public static DocumentNumber Parse(string text) =>
        TryParse(text, out var value, out var refusal) ? value : throw new FormatException(refusal.English);

    /// <inheritdoc />
    public static bool TryParse(string? text, out DocumentNumber value, [NotNullWhen(false)] out Refusal? refusal)
    {
        value = default;
        refusal = null;
        var number = text?.Trim() ?? "";
        if (number.Length is < 2 or > 80 || !Texts.IsClean(number, multiline: false))
        {
            refusal = InputRefusals.Document.Because(null, ("value", Texts.Excerpt(text)));
            return false;
        }
        value = new DocumentNumber(number);
        return true;
    }

    /// <inheritdoc />
    public override string ToString() => Value;
}

/// <summary>SHA-256 of a file: 64 lower-case hexadecimal digits. Photos and papers are known by it.</summary>
[JsonConverter(typeof(ValueJsonConverter<Sha256Digest>))]
public readonly record struct Sha256Digest : IValue<Sha256Digest>
{
    private readonly string? _value;

    private Sha256Digest(string value) => _value = value;

    /// <inheritdoc />
    public string Value => _value ?? "";

    /// <summary>The digest of some bytes.</summary>
    public static Sha256Digest OfHash(ReadOnlySpan<byte> hash) => new(Convert.ToHexStringLower(hash));

    /// <summary>The digest of bytes.</summary>
    public static Sha256Digest Of(ReadOnlySpan<byte> bytes) => new(Convert.ToHexStringLower(SHA256.HashData(bytes)));

    /// <inheritdoc />
    public static bool TryParse(string? text, out Sha256Digest value, [NotNullWhen(false)] out Refusal? refusal)
    {
        value = default;
        refusal = null;
        if (text is { Length: 64 } && text.All(char.IsAsciiHexDigit))
        {
            value = new Sha256Digest(text.ToLowerInvariant());
            return true;
        }
        refusal = InputRefusals.Digest.Because(null, ("value", Texts.Excerpt(text)));
        return false;
    }

    /// <inheritdoc />
    public override string ToString() => Value;
}

/// <summary>The number under which another system knows the record. Unique for each sender: one hazard per (system, id).</summary>
/// <param name="System">The system's name, 1 to 60 characters.</param>
/// <param name="Id">Its number there, 1 to 120 characters.</param>
public sealed record ExternalReference([property: Longest(60)] string System, [property: Longest(120)] string Id)
{
    internal Refusal? Check(string field) =>
        Texts.Check($"{field}.system", System, 1, 60, multiline: false) ?? Texts.Check($"{field}.id", Id, 1, 120, multiline: false);
}

/// <summary>Identities of streams that are known by a name.</summary>
public static class StreamIds
{
    /// <summary>
    /// A UUID made from a kind and a name (version 8: the first 16 bytes of the SHA-256 of both, with version and
    /// variant bits set). The same name always gives the same stream.
    /// </summary>
    public static Guid Named(string kind, string name)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes($"hazards:{kind}\n{name}"), hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
