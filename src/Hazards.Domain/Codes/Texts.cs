using System.Globalization;
using System.Text;

namespace Hazards.Domain;

/// <summary>Checks of free text. Text is kept as it was written; only what no store could keep or no page could show is refused.</summary>
public static class Texts
{
    /// <summary>Longest name of a body, an enterprise or a person, in UTF-16 units.</summary>
    public const int NameLength = 200;

    /// <summary>Longest free text (descriptions, findings, reasons), in UTF-16 units.</summary>
    public const int LongLength = 8000;

    /// <summary>
    /// Whether the text has neither control characters (but line breaks and tabs when <paramref name="multiline"/>), nor broken
    /// surrogates, nor what turns the order of the characters after it round (U+202D, U+202E), so that it reads otherwise than it is.
    /// </summary>
    public static bool IsClean(string text, bool multiline)
    {
        ArgumentNullException.ThrowIfNull(text);
        return IsKeepable(text) && !text.Any(
            c => c is '\u202D' or '\u202E' || char.IsControl(c) && !(multiline && c is '\n' or '\r' or '\t'));
    }

    /// <summary>Whether there is nothing to see: blanks, and characters that show nothing.</summary>
    public static bool IsBlank(string? text) => text is null || text.EnumerateRunes().All(IsInvisible);

    // The fillers are letters, and the blanks of braille and of music symbols, that show nothing; marks show nothing by themselves.
    private static bool IsInvisible(Rune rune) => Rune.IsWhiteSpace(rune)
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark
            or UnicodeCategory.OtherNotAssigned
        || rune.Value is 0x115F or 0x1160 or 0x3164 or 0xFFA0 or 0x2800 or 0x1D159;

    /// <summary>Whether a store can keep the text as it is: neither NUL (jsonb has none) nor broken surrogates (UTF-8 has none).</summary>
    internal static bool IsKeepable(string text)
    {
        for (var i = 0; i < text.Length; i++)
            if (text[i] == '\0' || char.IsSurrogate(text[i]) && !(i + 1 < text.Length && char.IsSurrogatePair(text[i], text[++i])))
                return false;
        return true;
    }

    /// <summary>A refusal when the text is missing, blank, too long or not clean.</summary>
    public static Refusal? Check(string field, string? text, int min, int max, bool multiline = true)
    {
        if (text?.Length > max)
            return InputRefusals.TooLong.Because(field, ("length", text.Length), ("max", max));
        if (IsBlank(text))
            return min == 0 ? null : InputRefusals.Missing.Because(field);
        if (text!.Trim().Length < min)
            return InputRefusals.TooShort.Because(field, ("min", min));
        return IsClean(text, multiline) ? null : InputRefusals.NotClean.Because(field);
    }

    /// <summary>A required name.</summary>
    public static Refusal? Name(string field, string? text) => Check(field, text, 1, NameLength, multiline: false);

    /// <summary>A required long text.</summary>
    public static Refusal? Required(string field, string? text) => Check(field, text, 1, LongLength);

    /// <summary>An optional long text.</summary>
    public static Refusal? Optional(string field, string? text) => Check(field, text, 0, LongLength);

    /// <summary>The beginning of a text, safe to repeat in a message.</summary>
    public static string Excerpt(string? text)
    {
        if (text is null)
            return "null";
        var clean = new string([.. text.Take(40).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c)]);
        return text.Length > 40 ? string.Create(CultureInfo.InvariantCulture, $"{clean}…({text.Length})") : clean;
    }
}
