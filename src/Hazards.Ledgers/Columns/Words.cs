using System.Text;

namespace Hazards.Ledgers;

/// <summary>Makes words comparable: how a header or a state is typed says nothing about what it means.</summary>
internal static class Words
{
    private static readonly HashSet<string> Dittos =
        ["同上", "上同", "同前", "〃", "″", "同上行", "同上一行", "同上条", "同上一条", "同上一项", "与上同", "”", "“", "〞", "〝", "＂", "\"", "''", "DITTO"];

    private static readonly HashSet<string> Placeholders = [
        "/", "／", "\\", "-", "--", "—", "——", "－", "无", "暂无", "没有", "空", "暂缺", "N/A", "NA", "NULL", "NONE"];

    private static readonly HashSet<string> Undecided =
        ["待定", "待明确", "待确定", "待确认", "待落实", "待核实", "待核定", "待补充", "待查", "待研究", "未定", "未明确", "未确定", "未确认", "未落实", "不详", "不明", "不明确", "不确定", "不清楚", "未知"];

    /// <summary>Whether a text says that it is the same as the one above.</summary>
    public static bool IsDitto(string text) => Dittos.Contains(Bare(text));

    /// <summary>Whether a text says that there is nothing, or nothing yet.</summary>
    public static bool IsPlaceholder(string text) => Placeholders.Contains(Bare(text)) || IsUndecided(text);

    /// <summary>待定, 未明确: there is an answer, and nobody has given it.</summary>
    public static bool IsUndecided(string text) => Undecided.Contains(Bare(text));

    // None of the words is long: what is costs nothing more.
    private static string Bare(string text)
    {
        var plain = text.AsSpan().Trim();
        if (plain.Length is 0 or >= 12) return "";
        return (plain.Length == 1 ? plain : plain.TrimEnd("。.．，,；;、")).ToString().ToUpperInvariant();
    }

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
