using System.Text.Json;

namespace Hazards.Domain;

/// <summary>
/// 个人信息: what is known of a reporter or a witness. It is never in an event, a row or a log line as it stands here, only
/// sealed (<see cref="SealedPerson"/>); and it does not say itself when it is turned into text by accident.
/// </summary>
/// <param name="Name">姓名.</param>
/// <param name="Phone">联系电话.</param>
/// <param name="IdNumber">证件号码.</param>
/// <param name="Address">住址或单位.</param>
/// <param name="Other">其他联系方式, in words.</param>
public sealed record PersonData(
    string? Name = null, string? Phone = null, string? IdNumber = null, string? Address = null, string? Other = null)
{
    /// <summary>A number with fewer characters is no trace of a person.</summary>
    private const int ShortestTrace = 7;

    /// <inheritdoc />
    public override string ToString() => "（个人信息 personal data）";

    /// <summary>Whether nothing is given.</summary>
    internal bool IsEmpty => Name is null && Phone is null && IdNumber is null && Address is null && Other is null;

    /// <summary>Without blanks around it; what is blank is not given.</summary>
    internal PersonData Trimmed() => new(Blank(Name), Blank(Phone), Blank(IdNumber), Blank(Address), Blank(Other));

    /// <summary>Why it cannot be kept; the refusal names the field, never its value.</summary>
    /// <param name="field">The member of the request that holds it; empty when its members stand in the request itself.</param>
    internal Refusal? Check(string field)
    {
        var outer = field.Length == 0 ? "" : field + ".";
        return Texts.Check(outer + "name", Name, 0, 100, multiline: false)
            ?? Texts.Check(outer + "phone", Phone, 0, 60, multiline: false)
            ?? Texts.Check(outer + "idNumber", IdNumber, 0, 60, multiline: false)
            ?? Texts.Check(outer + "address", Address, 0, 300, multiline: false)
            ?? Texts.Check(outer + "other", Other, 0, 500)
            ?? (Trimmed().IsEmpty ? PersonRefusals.NothingGiven.Because(field.Length == 0 ? null : field) : null);
    }

    /// <summary>
    /// Whether a text that is kept in clear gives the person away: a number of hers always, her name when it must not be known.
    /// </summary>
    internal bool IsIn(string? text, bool secret) =>
        text is not null && (Holds(text, Phone, ShortestTrace) || Holds(text, IdNumber, ShortestTrace) || (secret && Holds(text, Name, 2)));

    private static bool Holds(string text, string? part, int shortest) =>
        part?.Trim() is { } trace && trace.Length >= shortest && text.Contains(trace, StringComparison.OrdinalIgnoreCase);

    internal byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, DomainJson.Options);

    internal static PersonData? FromJson(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize<PersonData>(json, DomainJson.Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Blank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
