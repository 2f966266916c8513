using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Hazards.Domain;

/// <summary>A policy's name and its number in the row of its versions: <c>xiangxi-one-list@1</c>.</summary>
[JsonConverter(typeof(ValueJsonConverter<PolicyVersion>))]
public readonly partial record struct PolicyVersion : IValue<PolicyVersion>
{
    private PolicyVersion(string name, int number) => (Name, Number) = (name, number);

    /// <summary>The name all its versions share: 2 to 60 lower-case letters, digits and hyphens.</summary>
    public string Name { get; }

    /// <summary>1 for the first.</summary>
    public int Number { get; }

    /// <inheritdoc />
    public string Value => string.Create(CultureInfo.InvariantCulture, $"{Name}@{Number}");

    /// <summary>Parses; throws on a wrong one. For constants and tests.</summary>
    public static PolicyVersion Parse(string text) =>
        TryParse(text, out var value, out var refusal) ? value : throw new FormatException(refusal.English);

    /// <inheritdoc />
    public static bool TryParse(string? text, out PolicyVersion value, [NotNullWhen(false)] out Refusal? refusal)
    {
        var match = Form().Match(text ?? "");
        value = match.Success
            ? new PolicyVersion(match.Groups[1].Value, int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture))
            : default;
        refusal = match.Success ? null : PolicyRefusals.Version.Because(null, ("value", Texts.Excerpt(text)));
        return match.Success;
    }

    /// <inheritdoc />
    public override string ToString() => Value;

    [GeneratedRegex("^([a-z][a-z0-9-]{0,58}[a-z0-9])@([1-9][0-9]{0,4})$", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
