using System.Text;

namespace Hazards.Ledgers;

/// <summary>Makes words comparable: how a header or a state is typed says nothing about what it means.</summary>
internal static class Words
{
    private static readonly HashSet<string> Dittos = ["同上", "上同", "同前", "〃", "″", "同上行", "”", "\"", "''"];
    private static readonly HashSet<string> Placeholders = ["/", "／", "\\", "-", "--", "—", "——", "－", "无", "暂无", "没有", "待定", "待明确", "待确定", "不详", "空", "N/A", "n/a", "NA"];

    /// <summary>Whether a text says that it is the same as the one above.</summary>
    public static bool IsDitto(string text) => Dittos.Contains(text.Trim());

    /// <summary>Whether a text says that there is nothing.</summary>
    public static bool IsPlaceholder(string text) => Placeholders.Contains(text.Trim());

    /// <summary>Without white space and punctuation, full-width letters and digits made half-width, Latin in upper case.</summary>
    public static string Normalise(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            var half = HalfWidth(c);
            if (char.IsLetterOrDigit(half)) plain.Append(char.ToUpperInvariant(half));
        }
        return plain.ToString();
    }

    /// <summary>The same for words that may be signs alone: √, ×.</summary>
    public static string Key(string text) => Normalise(text) is { Length: > 0 } plain ? plain : text.Trim();

    /// <summary>The text without what stands in brackets: 整改资金(万元) → 整改资金.</summary>
    public static string WithoutBrackets(string text) => Bracketed(text, inside: false);

    /// <summary>What stands in brackets: 已整改（部分） → 部分.</summary>
    public static string InBrackets(string text) => Bracketed(text, inside: true);

    private static string Bracketed(string text, bool inside)
    {
        var plain = new StringBuilder(text.Length);
        var depth = 0;
        foreach (var c in text)
        {
            if (c is '(' or '（' or '[' or '【' or '〔') depth++;
            else if (c is ')' or '）' or ']' or '】' or '〕') depth = Math.Max(0, depth - 1);
            else if (depth > 0 == inside) plain.Append(c);
        }
        return plain.ToString();
    }

    /// <summary>Half-width forms of letters, digits, space and ASCII punctuation.</summary>
    public static string HalfWidth(string text) => string.Create(text.Length, text, static (to, from) =>
    {
        for (var i = 0; i < from.Length; i++) to[i] = HalfWidth(from[i]);
    });

    private static char HalfWidth(char c) => c switch
    {
        >= '！' and <= '～' => (char)(c - '！' + '!'),
        '\u3000' or '\u00A0' => ' ',
        _ => c,
    };
}
