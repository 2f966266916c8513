using System.Globalization;
using System.Text.RegularExpressions;

namespace Hazards.Ledgers;

/// <summary>
/// Counts the numbered items of a description: 1. 2. · 1、2、 · (1)(2) · ⑴⑵ · ①② · 一是二是 · 一、二、. A cell with
/// several may hold several hazards; whether it does is for a person to say.
/// </summary>
internal static partial class ItemCounter
{
    /// <summary>The longest run 1, 2, 3 … of any one way of numbering; 1 when there is none.</summary>
    public static int Count(string text)
    {
        // Whatever numbers items numbers a second one.
        if (!text.AsSpan().ContainsAny("2２二②⑵")) return 1;
        var most = Math.Max(
            Math.Max(Run(AtLineStart().Matches(text), Arabic), Run(Inline().Matches(text), Arabic)),
            Math.Max(Run(Bracketed().Matches(text), Arabic), Run(Chinese().Matches(text), ChineseNumber)));
        most = Math.Max(most, Run(ChineseIs().Matches(text), ChineseNumber));
        most = Math.Max(most, Math.Max(RunOfSigns(text, '⑴'), RunOfSigns(text, '①')));
        return Math.Max(most, 1);
    }

    private static int Run(MatchCollection matches, Func<string, int> number)
    {
        var run = 0;
        foreach (Match match in matches)
            if (number(match.Groups[1].Value) == run + 1)
                run++;
        return run;
    }

    private static int RunOfSigns(string text, char first)
    {
        var run = 0;
        foreach (var c in text)
            if (c == first + run && run < 20)
                run++;
        return run;
    }

    private static int Arabic(string digits) => int.Parse(Words.HalfWidth(digits), CultureInfo.InvariantCulture);

    private static int ChineseNumber(string numeral) => "一二三四五六七八九十".IndexOf(numeral, StringComparison.Ordinal) + 1;

    [GeneratedRegex(@"(?:^|\n)\s*([0-9０-９]{1,2})\s*[.．、,，)）]", RegexOptions.CultureInvariant)]
    private static partial Regex AtLineStart();

    /// <summary>Within a line a number must not go on as a decimal: 高度1.5米 is no item.</summary>
    [GeneratedRegex(@"(?:^|[\s；;。：:，,])([0-9０-９]{1,2})\s*[.．、](?![0-9０-９])", RegexOptions.CultureInvariant)]
    private static partial Regex Inline();

    [GeneratedRegex(@"[(（]([0-9０-９]{1,2})[)）]", RegexOptions.CultureInvariant)]
    private static partial Regex Bracketed();

    [GeneratedRegex(@"(?:^|[\s；;。：:])([一二三四五六七八九十])[、.．]", RegexOptions.CultureInvariant)]
    private static partial Regex Chinese();

    [GeneratedRegex(@"([一二三四五六七八九十])是", RegexOptions.CultureInvariant)]
    private static partial Regex ChineseIs();
}
