using System.Globalization;
using System.Text.RegularExpressions;

namespace Hazards.Ledgers;

/// <summary>
/// Reads deadlines in words: 月底前, 3月底, 2026年3月上旬, 立即整改, 15日内, 半个月. What ends with a period is due on its last day; what
/// counts days counts from the discovery. What needs a calendar of working days (5个工作日内), or names no end (长期坚持), is a
/// question.
/// </summary>
internal static partial class DeadlineWords
{
    /// <summary>The day; null when the words do not say one, or not without what is missing.</summary>
    public static DateOnly? Read(string original, DateOnly? found, DateContext context)
    {
        var text = Spaces().Replace(Words.HalfWidth(original).Replace("以前", "前", StringComparison.Ordinal), "");
        if (Period().Match(text) is { Success: true } period) return OfPeriod(period, found, context);
        if (found is not { } day) return null;
        if (AtOnce().IsMatch(text)) return day;
        return Within().Match(text) is { Success: true } within ? After(day, within) : null;
    }

    /// <summary>15日 alone, or 15日前, is a day of some month as well as a number of days, and is not read.</summary>
    private static DateOnly? After(DateOnly day, Match within)
    {
        var (unit, ends) = (within.Groups["unit"].Value, within.Groups["end"].Value);
        if (unit == "日" && !ends.EndsWith('内')) return null;
        if (within.Groups["n"].ValueSpan is "半")
            return unit switch { "天" or "日" => day, "个月" or "月" => day.AddDays(15), "年" => day.AddMonths(6), _ => null };
        if (Count(within.Groups["n"].Value) is not { } count) return null;
        return unit switch
        {
            "日" or "天" => day.AddDays(count),
            "周" or "个星期" or "星期" or "个周" => day.AddDays(7 * count),
            "个月" => day.AddMonths(count),
            "年" when count <= 10 => day.AddYears(count),
            "小时" or "个小时" => day.AddDays((count + 23) / 24),
            _ => null,
        };
    }

    private static DateOnly? OfPeriod(Match match, DateOnly? found, DateContext context)
    {
        if (match.Groups["next"].Success) return found?.AddMonths(1) is { } later ? EndOf(later.Year, later.Month) : null;
        if (match.Groups["this"].Success)
            return found is { } day ? match.Groups["this"].Value.Contains('年', StringComparison.Ordinal) ? new(day.Year, 12,
                31) : EndOf(day.Year, day.Month) : null;
        var year = match.Groups["y"] is { Success: true, ValueSpan: var digits }
            ? int.Parse(digits, CultureInfo.InvariantCulture)
            : context.Year ?? found?.Year;
        if (year is not { } known) return null;
        if (match.Groups["end"].Success) return new(known, 12, 31);
        if (match.Groups["q"].Success) return EndOf(known, 3 * ("一二三四".IndexOf(match.Groups["q"].Value, StringComparison.Ordinal) + 1));
        var month = int.Parse(match.Groups["M"].ValueSpan, CultureInfo.InvariantCulture);
        if (month is < 1 or > 12) return null;
        return match.Groups["part"].Value switch
        {
            "上旬" => new(known, month, 10),
            "中旬" => new(known, month, 20),
            _ => EndOf(known, month),
        };
    }

    private static DateOnly EndOf(int year, int month) => new(year, month, DateTime.DaysInMonth(year, month));

    /// <summary>15, 十五, 二十, 两; below a thousand.</summary>
    private static int? Count(string text)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return number is > 0 and < 1000 ? number : null;
        var ten = text.IndexOf('十', StringComparison.Ordinal);
        if (ten < 0) return text.Length == 1 ? Digit(text[0]) : null;
        if (ten > 1 || text.Length > ten + 2) return null;
        return (ten == 0 ? 1 : Digit(text[0])) * 10 + (ten + 1 == text.Length ? 0 : Digit(text[ten + 1]));
    }

    private static int? Digit(char numeral) =>
        numeral == '两' ? 2 : "一二三四五六七八九".IndexOf(numeral, StringComparison.Ordinal) is >= 0 and var at ? at + 1 : null;

    [GeneratedRegex(@"^(?:(?<next>(?:下个?月|次月)(?:底|末)?)|(?<this>本?月底|当月|本月|月末|本?年底|年内|本年|年末)|(?:(?<y>20[0-9][0-9])年)?(?:(?<M>[0-9]{1,2})月份?(?<part>上旬|中旬|下旬|底|末)?|第?(?<q>[一二三四])季度(?:末|底)?)|(?<y>20[0-9][0-9])年(?<end>底|末|内))(?:之?前|内)?(?:完成整改|整改完成|整改到位|完成)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Period();

    [GeneratedRegex(@"^(?:立即|立刻|即刻|即时|当即|即日|随即|当场|当日|当天|现场|立行立改|即查即改|马上)(?:整改|完成|改正|处理|治理)*(?:到位)?$", RegexOptions.CultureInvariant)]
    private static partial Regex AtOnce();

    [GeneratedRegex(@"^(?:限期?|在|于|须|请|务必|自?(?:发现|检查|通知|下达|收到|即)[^0-9一二两三四五六七八九十半]{0,8}起)*(?<n>[0-9]{1,3}|[一二两三四五六七八九十]{1,3}|半)(?<unit>日|天|周|个周|星期|个星期|个月|(?<=半)月|个?小时|年)(?<end>之内|以内|内|之前|前)?(?:完成整改|整改完成|整改到位|完成|整改)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Within();

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant)]
    private static partial Regex Spaces();
}
