using System.Globalization;
using System.Text;

namespace Hazards.Domain;

/// <summary>
/// 登录名: 3 to 60 characters out of Latin letters, digits, Chinese characters and <c>. _ @ -</c>, compared without regard to
/// case and kept in lower case. No character among them has a second spelling in Unicode, so a login is its own NFC form,
/// and nobody can pass for another by a letter that looks the same.
/// </summary>
public static class Logins
{
    /// <summary>Shortest.</summary>
    public const int Shortest = 3;

    /// <summary>Longest.</summary>
    public const int Longest = 60;

    /// <summary>Reads a login as it is kept.</summary>
    /// <param name="text">As it was typed.</param>
    /// <param name="login">As it is kept.</param>
    /// <returns>False when there can be no such login.</returns>
    public static bool TryRead(string? text, out string login)
    {
        login = text?.Trim().ToLowerInvariant() ?? "";
        return login.Length is >= Shortest and <= Longest && login.EnumerateRunes().All(IsAllowed);
    }

    /// <summary>A refusal when there can be no such login.</summary>
    public static Refusal? Check(string field, string? text) =>
        string.IsNullOrWhiteSpace(text) ? InputRefusals.Missing.Because(field)
        : TryRead(text, out _) ? null
        : AccountRefusals.Login.Because(field, ("value", Texts.Excerpt(text)), ("min", Shortest), ("max", Longest));

    // 〇 is a number to Unicode and a character to everybody else; compatibility ideographs (U+F900, U+2F800) are second spellings.
    private static bool IsAllowed(Rune rune) => rune.IsAscii
        ? Rune.IsLetterOrDigit(rune) || rune.Value is '.' or '_' or '@' or '-'
        : rune.Value is 0x3007 or (>= 0x3400 and <= 0x4DBF) or (>= 0x4E00 and <= 0x9FFF)
                or (>= 0x20000 and <= 0x2EBE0) or (>= 0x30000 and <= 0x323AF)
            && Rune.GetUnicodeCategory(rune) is UnicodeCategory.OtherLetter or UnicodeCategory.LetterNumber;
}
