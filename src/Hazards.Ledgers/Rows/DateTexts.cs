using System.Globalization;
using System.Text.RegularExpressions;

namespace Hazards.Ledgers;

/// <summary>What a table tells about its dates: the year, and the month up to which it reports, that its title names.</summary>
/// <param name="Year">截至2026年3月: dates without a year are of it.</param>
/// <param name="Month">The month, where the title names one.</param>
internal readonly partial record struct DateContext(int? Year, int? Month)
{
    /// <summary>What titles, sheet and file say; the first of them that names exactly one year.</summary>
    public static DateContext Of(params IEnumerable<string> texts)
    {
        foreach (var text in texts)
        {
            var found = Years().Matches(Words.HalfWidth(text)).ToList();
            var years = found.Select(m => m.Groups["y"].Value).Distinct().ToList();
            if (years.Count != 1) continue;
            var month = found.Select(m => m.Groups["M"].Value).LastOrDefault(m => m.Length > 0);
            return new(
                int.Parse(years[0], CultureInfo.InvariantCulture),
                int.TryParse(month, out var number) && number is >= 1 and <= 12 ? number : null);
        }
        return default;
    }

    [GeneratedRegex(@"(?<![0-9])(?<y>20[0-9]{2})(?:\s*年(?:\s*(?<M>[0-9]{1,2})\s*月)?"
        + @"|[-_./](?<M>[0-9]{1,2})(?![0-9]))", RegexOptions.CultureInvariant)]
    private static partial Regex Years();
}

/// <summary>Reads the dates that people type.</summary>
internal static partial class DateTexts
{
    /// <summary>Nothing longer is a date; it keeps the patterns away from long texts.</summary>
    private const int Longest = 40;

    /// <summary>Serials from 1954 to 2119; smaller and larger numbers in a date column are something else.</summary>
    private const double FirstSerial = 20_000, LastSerial = 80_000;

    /// <summary>Whether a cell is a date beyond doubt. A bare serial is not: it could be any number.</summary>
    public static bool LooksLikeDate(SheetCell cell) => cell.Kind == CellKind.Date || TryRead(cell.Text, [], out _);

    /// <summary>The date of a date cell or of a text in any of the usual ways of writing it, the year included.</summary>
    public static bool TryRead(SheetCell cell, IReadOnlyList<string> formats, out LedgerDate date)
    {
        return cell.Date is { } clock ? TryOfClock(clock, out date) : TryRead(cell.Text, formats, out date);
    }

    /// <summary>A number without a date format that lies where the serials of our times lie, in the workbook's own date system.</summary>
    public static bool TryReadSerial(SheetCell cell, out LedgerDate date)
    {
        date = default;
        if (!double.TryParse(cell.Text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var serial)) return false;
        return serial is >= FirstSerial and <= LastSerial && ExcelDate.FromSerial(serial, cell.Date1904) is { } clock
            && TryOfClock(clock, out date);
    }

    /// <summary>3月5日, 3-5 or 3.15 under a title that names the year; 24.3.5. The caller says how it was read.</summary>
    /// <param name="cell">The cell of a column of dates.</param>
    /// <param name="context">What the title says.</param>
    /// <param name="isDeadline">A deadline may lie after the month the title names; what has happened cannot.</param>
    /// <param name="date">The date.</param>
    public static bool TryReadShort(SheetCell cell, DateContext context, bool isDeadline, out LedgerDate date)
    {
        date = default;
        if (cell.Kind != CellKind.Text || cell.Text.Length > Longest) return false;
        var text = Plain(cell.Text);
        if (ShortYear().Match(text) is { Success: true } two) return TryRead(two, out date, 2000 + Number(two, "y"));
        if (context.Year is not { } year || MonthDay().Match(text) is not { Success: true } day) return false;
        var month = Number(day, "M");
        // 12月28日 in a report up to January was found last year.
        if (!isDeadline && context.Month is { } last && month > last) year--;
        return TryRead(day, out date, year);
    }

    /// <summary>2026年3月8日-3月9日, 2026.3.5至2026.3.10, 3月8日、9日: the first and the last day of what is written as several.</summary>
    public static bool TryReadRange(SheetCell cell, DateContext context, bool isDeadline, out LedgerDate first, out LedgerDate last)
    {
        (first, last) = (default, default);
        if (cell.Kind != CellKind.Text || cell.Text.Length > Longest) return false;
        var text = Plain(cell.Text);
        foreach (Match between in Between().Matches(text))
        {
            if (!TryReadAny(text[..between.Index], context, isDeadline, out first)) continue;
            var end = text[(between.Index + between.Length)..].Trim();
            var completed = DayAlone().Match(end) is { Success: true } day ? $"{first.Day.Month}月{day.Value}" : end;
            if (TryReadAny(completed, new(first.Day.Year, null), isDeadline: true, out last) && last.Day >= first.Day) return true;
        }
        return false;
    }

    private static bool TryReadAny(string text, DateContext context, bool isDeadline, out LedgerDate date)
    {
        var cell = new SheetCell(1, 1, text.Trim(), CellKind.Text);
        return TryRead(cell, [], out date) || TryReadShort(cell, context, isDeadline, out date);
    }

    /// <summary>3.5, 三月七日, 月底, 4月1日前: what nobody writes but for a date, whether or not it can be read.</summary>
    public static bool IsDateLike(string text) => text.Length <= Longest && DateLike().IsMatch(Words.HalfWidth(text).Trim());

    [GeneratedRegex(@"^(?:20)?[0-9]{2,4}[-./年]|^[0-9]{1,2}[-./][0-9]{1,2}(?![0-9])|[0-9〇零一二三四五六七八九十]\s*(?:月|日|号|天|周|年|个月|小时|旬)|[月年季]底"
        + @"|[上中下]旬|[本下当次](?:周|月|季|年)|季度|日内|之?前$|^(?:立即|立刻|即[时日刻]|马上|尽快|限期|长期|当场)", RegexOptions.CultureInvariant)]
    private static partial Regex DateLike();

    /// <summary>2026年3月, 3月上旬: a month without a day.</summary>
    public static bool LacksDay(string text) => text.Length <= Longest && MonthAlone().IsMatch(Words.HalfWidth(text).Trim());

    private static bool TryOfClock(DateTime clock, out LedgerDate date) =>
        LedgerDate.TryOf(clock, clock.TimeOfDay == default ? DatePrecision.Day : DatePrecision.Second, out date);

    private static bool TryRead(string original, IReadOnlyList<string> formats, out LedgerDate date)
    {
        date = default;
        // Most cells that are asked are names; every date has a digit.
        if (original.Length > Longest || !original.AsSpan().ContainsAnyInRange('0', '9') && !original.AsSpan()
            .ContainsAnyInRange('０', '９')) return false;
        // Written out, a date begins with its year; other forms are the mapping's.
        if (formats.Count == 0 && original.AsSpan().TrimStart() is var start
            && (start.Length == 0 || !char.IsDigit(start[0]))) return false;
        var text = Plain(original);
        foreach (var format in formats)
            if (TryReadExact(text, format, out date))
                return true;
        if (Usual().Match(text) is { Success: true } usual) return TryRead(usual, out date);
        if (text.Length == 8 && TryReadExact(text, "yyyyMMdd", out date)) return true;
        return text.Length == 14 && TryReadExact(text, "yyyyMMddHHmmss", out date);
    }

    /// <summary>Half-width, one kind of stroke, without the day of the week.</summary>
    private static string Plain(string original)
    {
        var text = Words.HalfWidth(original).Replace('。', '.').Replace('—', '-').Replace('–', '-');
        return (text.AsSpan().ContainsAny('周', '期', '拜') ? Weekday().Replace(text, " ") : text).Trim();
    }

    private static bool TryReadExact(string text, string format, out LedgerDate date)
    {
        date = default;
        if (!DateTime.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.AllowWhiteSpaces, out var clock)) return false;
        var precision = format.Contains('s', StringComparison.Ordinal) ? DatePrecision.Second
            : format.Contains('H', StringComparison.OrdinalIgnoreCase) ? DatePrecision.Minute
            : DatePrecision.Day;
        return LedgerDate.TryOf(clock, precision, out date);
    }

    private static bool TryRead(Match match, out LedgerDate date, int? ofYear = null)
    {
        date = default;
        var (year, month, day) = (ofYear ?? Number(match, "y"), Number(match, "M"), Number(match, "d"));
        var (hour, minute, second) = (Number(match, "h"), Number(match, "m"), Number(match, "s"));
        if (month is < 1 or > 12 || year < 1 || day < 1 || day > DateTime.DaysInMonth(year, month)) return false;
        var half = match.Groups["half"].Value + match.Groups["ampm"].Value;
        if (hour is >= 1 and < 12 && half is "下午" or "晚上" or "PM" or "pm") hour += 12;
        if (hour == 12 && half is "上午" or "AM" or "am" or "凌晨") hour = 0;
        if (hour > 23 || minute > 59 || second > 59) return false;
        var clock = new DateTime(year, month, day, hour, minute, second);
        var precision = match.Groups["s"].Success ? DatePrecision.Second
            : match.Groups["h"].Success ? DatePrecision.Minute
            : DatePrecision.Day;
        if (!LedgerDate.TryOf(clock, precision, out date)) return false;
        if (match.Groups["z"] is { Success: true, Value: var zone }) date = new(
            new DateTimeOffset(clock, Offset(zone)).ToOffset(LedgerDate.China), precision);
        return true;
    }

    private static int Number(Match match, string group) =>
        match.Groups[group] is { Success: true, ValueSpan: var digits } ? int.Parse(digits, CultureInfo.InvariantCulture) : 0;

    private static TimeSpan Offset(string zone)
    {
        if (zone is "Z" or "z") return TimeSpan.Zero;
        var offset = new TimeSpan(
            int.Parse(zone.AsSpan(1, 2), CultureInfo.InvariantCulture),
            int.Parse(zone.AsSpan(zone.Length - 2), CultureInfo.InvariantCulture), 0);
        if (offset > TimeSpan.FromHours(14)) offset = LedgerDate.China;
        return zone[0] == '-' ? -offset : offset;
    }

    private const string Before = @"\s*(?:之?前(?:完成整改|整改完成|整改到位|完成)?|止|以前)?\.?$";

    private const string Clock =
        @"(?:[T\s]*(?<half>上午|下午|晚上|凌晨|中午)?\s*(?<h>[0-9]{1,2})\s*[:时点]\s*(?:(?<m>[0-9]{1,2})\s*(?:分|(?=\s|$|[:Z+-]|[AP]M))(?:\s*:?\s*(?<s>[0-9]{1,2})(?:\.[0-9]{1,7})?秒?)?)?\s*(?<ampm>[AP]M|[ap]m)?|\s*(?:上午|下午|晚上|中午))?";

    /// <summary>2025.7.17 · 2025-07-17 09:30:06 · 2025年7月17日下午3时30分 · 2025/7/17 · 2025.7.17前 · 2025-07-17T09:30:06Z</summary>
    [GeneratedRegex(@"^(?<y>[0-9]{4})\s*[-./年、,]\s*(?<M>[0-9]{1,2})\s*[-./月、,]\s*(?<d>[0-9]{1,2})\s*[日号]"
        + @"?" + Clock + @"\s*(?<z>Z|[+-][0-9][0-9]:?[0-9][0-9])?" + Before, RegexOptions.CultureInvariant)]
    private static partial Regex Usual();

    /// <summary>24.3.5 · 24年3月5日 · 24-03-05. From 15 on: smaller first numbers are clauses and days.</summary>
    [GeneratedRegex(@"^(?<y>1[5-9]|2[0-9])\s*[-./年]\s*(?<M>[0-9]{1,2})\s*[-./月]\s*(?<d>[0-9]{1,2})\s*[日号]"
        + @"?" + Clock + Before, RegexOptions.CultureInvariant)]
    private static partial Regex ShortYear();

    /// <summary>3月5日 · 3/5 · 3-5 · 3.15. Not 3.1, which may be what a spreadsheet left of 3.10.</summary>
    [GeneratedRegex(@"^(?<M>[0-9]{1,2})\s*(?:月\s*(?<d>[0-9]{1,2})\s*[日号]?|[-/]\s*(?<d>[0-9]{1,2})|\.(?<d>0[0-9]|1[1-9]|2[1-9]"
        + @"|3[01])[日号]?)" + Clock + Before, RegexOptions.CultureInvariant)]
    private static partial Regex MonthDay();

    [GeneratedRegex(@"至|到|~|-+|、|和|及", RegexOptions.CultureInvariant)]
    private static partial Regex Between();

    [GeneratedRegex(@"^[0-9]{1,2}[日号]$", RegexOptions.CultureInvariant)]
    private static partial Regex DayAlone();

    [GeneratedRegex(@"^(?:(?:20)?[0-9]{2}\s*[-./年]\s*)?(?:0?[1-9]|1[0-2])\s*月?份?(?:[上中下]旬|初|中|底|末)?(?<=[月份旬初中底末]"
        + @"|[0-9]{2}[-./][0-9]{1,2})$", RegexOptions.CultureInvariant)]
    private static partial Regex MonthAlone();

    [GeneratedRegex(@"\(?\s*(?:星期|周|礼拜)[一二三四五六日天]\s*\)?", RegexOptions.CultureInvariant)]
    private static partial Regex Weekday();
}
