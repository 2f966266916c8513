using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Hazards.Domain;

/// <summary>
/// 统一社会信用代码: 18 characters by GB 32100-2015, the last one a check character (modulus 31 by GB/T 17710),
/// positions 3 to 8 the region that registered it, positions 9 to 17 the organisation code with its own check
/// character (GB 11714).
/// </summary>
[JsonConverter(typeof(ValueJsonConverter<CreditCode>))]
public readonly record struct CreditCode : IValue<CreditCode>
{
    // The alphabet leaves out I, O, S, V and Z (GB 32100-2015, table 4).
    private const string Alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    private static ReadOnlySpan<int> Weights => [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

    private readonly string? _value;

    private CreditCode(string value) => _value = value;

    /// <inheritdoc />
    public string Value => _value ?? "";

    /// <summary>The check character that belongs behind 17 characters; null when one is not of the alphabet.</summary>
    public static char? CheckCharacter(ReadOnlySpan<char> first17)
    {
        var sum = 0;
        for (var i = 0; i < 17; i++)
        {
            var digit = Alphabet.IndexOf(first17[i], StringComparison.Ordinal);
            if (digit < 0)
                return null;
            sum += digit * Weights[i];
        }
        return Alphabet[(31 - sum % 31) % 31];
    }

    /// <summary>Parses a code; throws on a wrong one. For constants and tests.</summary>
    public static CreditCode Parse(string text) =>
        TryParse(text, out var value, out var refusal) ? value : throw new FormatException(refusal.English);

    /// <inheritdoc />
    public static bool TryParse(string? text, out CreditCode value, [NotNullWhen(false)] out Refusal? refusal)
    {
        value = default;
        refusal = null;
        var code = (text ?? "").Trim().ToUpperInvariant();
        if (code.Length != 18 || CheckCharacter(code.AsSpan(0, 17)) is not { } check || !Alphabet.Contains(
            code[17], StringComparison.Ordinal))
        {
            refusal = InputRefusals.CreditCode.Because(null, ("value", Texts.Excerpt(text)));
            return false;
        }
        if (code[17] != check)
        {
            refusal = InputRefusals.CreditCodeCheck.Because(null, ("value", code), ("expected", check), ("found", code[17]));
            return false;
        }
        value = new CreditCode(code);
        return true;
    }

    /// <inheritdoc />
    public override string ToString() => Value;
}
