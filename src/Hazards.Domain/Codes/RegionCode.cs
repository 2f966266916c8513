using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Hazards.Domain;

/// <summary>
/// 行政区划代码 by GB/T 2260 and GB/T 10114: province 2 digits, prefecture 4, county 6, township 9, village 12.
/// A code is the prefix of every code inside it, so jurisdiction is a prefix test. The whole country is <c>0</c>.
/// </summary>
/// <remarks>
/// Forms padded with zeros are accepted and shortened: six digits (<c>620000</c>, <c>621200</c>), as GB/T 2260 prints
/// provinces and prefectures, and nine or twelve (<c>621202000000</c>), as the statistical codes are written.
/// </remarks>
[JsonConverter(typeof(ValueJsonConverter<RegionCode>))]
public readonly record struct RegionCode : IValue<RegionCode>
{
    /// <summary>The whole country.</summary>
    public static readonly RegionCode Nation = new("0");

    private readonly string? _value;

    private RegionCode(string value) => _value = value;

    /// <inheritdoc />
    public string Value => _value ?? "0";

    /// <summary>What an SQL prefix test compares with; empty for the nation.</summary>
    public string Prefix => IsNation ? "" : Value;

    /// <summary>Whether this is the whole country.</summary>
    public bool IsNation => Value == "0";

    /// <summary>The administrative level of the region itself.</summary>
    public RegionLevel Level => Value.Length switch
    {
        1 => RegionLevel.Nation,
        2 => RegionLevel.Province,
        4 => RegionLevel.Prefecture,
        6 => RegionLevel.County,
        9 => RegionLevel.Township,
        _ => RegionLevel.Village,
    };

    /// <summary>Whether <paramref name="other"/> is this region or lies inside it.</summary>
    public bool Contains(RegionCode other) => other.Value.StartsWith(Prefix, StringComparison.Ordinal) && !(other.IsNation && !IsNation);

    /// <summary>The region of the given level that this one lies in; itself when it is already as wide.</summary>
    public RegionCode At(RegionLevel level)
    {
        var length = level switch
        {
            RegionLevel.Nation => 1,
            RegionLevel.Province => 2,
            RegionLevel.Prefecture => 4,
            RegionLevel.County => 6,
            RegionLevel.Township => 9,
            _ => 12,
        };
        return length == 1 ? Nation : Value.Length <= length ? this : new RegionCode(Value[..length]);
    }

    /// <summary>Parses a code; throws on a wrong one. For constants and tests.</summary>
    public static RegionCode Parse(string text) =>
        TryParse(text, out var value, out var refusal) ? value : throw new FormatException(refusal.English);

    /// <inheritdoc />
    public static bool TryParse(string? text, out RegionCode value, [NotNullWhen(false)] out Refusal? refusal)
    {
        value = default;
        refusal = null;
        var code = text ?? "";
        if (code == "0")
        {
            value = Nation;
            return true;
        }
        if (code.Length is not (2 or 4 or 6 or 9 or 12) || !code.All(char.IsAsciiDigit) || code[0] is '0')
        {
            refusal = InputRefusals.Region.Because(null, ("value", Texts.Excerpt(text)));
            return false;
        }
        while (code.Length > 6 && code.EndsWith("000", StringComparison.Ordinal))
            code = code[..^3];
        if (code.Length == 6 && code.EndsWith("00", StringComparison.Ordinal))
            code = code.EndsWith("0000", StringComparison.Ordinal) ? code[..2] : code[..4];
        value = new RegionCode(code);
        return true;
    }

    /// <inheritdoc />
    public override string ToString() => Value;
}

/// <summary>Administrative levels, widest last.</summary>
public enum RegionLevel
{
    /// <summary>村.</summary>
    Village,

    /// <summary>乡镇.</summary>
    Township,

    /// <summary>县.</summary>
    County,

    /// <summary>市（州）.</summary>
    Prefecture,

    /// <summary>省.</summary>
    Province,

    /// <summary>国家.</summary>
    Nation,
}
