using System.Globalization;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Hazards.Ledgers;

/// <summary>How exactly a date was written.</summary>
[JsonConverter(typeof(LedgerEnumConverter<DatePrecision>))]
public enum DatePrecision
{
    /// <summary>A day; the time of <see cref="LedgerDate.At"/> is midnight and means nothing.</summary>
    Day,
    /// <summary>To the minute.</summary>
    Minute,
    /// <summary>To the second.</summary>
    Second,
}

/// <summary>A date of a ledger, in China Standard Time (+08:00).</summary>
/// <param name="At">The instant; midnight for a day.</param>
/// <param name="Precision">How exactly it was written.</param>
public readonly record struct LedgerDate(DateTimeOffset At, DatePrecision Precision)
{
    /// <summary>China Standard Time, without summer time since 1991.</summary>
    internal static readonly TimeSpan China = TimeSpan.FromHours(8);

    /// <summary>The day in China.</summary>
    public DateOnly Day => DateOnly.FromDateTime(At.DateTime);

    internal static LedgerDate Of(DateTime clock, DatePrecision precision) => new(new(clock, China), precision);
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

    /// <summary>The date of a date cell or of a text in any of the usual ways of writing it.</summary>
    public static bool TryRead(SheetCell cell, IReadOnlyList<string> formats, out LedgerDate date)
    {
        if (cell.Date is not { } clock) return TryRead(cell.Text, formats, out date);
        date = LedgerDate.Of(clock, clock.TimeOfDay == default ? DatePrecision.Day : DatePrecision.Second);
        return IsPlausible(date);
    }

    /// <summary>A number without a date format that lies where the serials of our times lie.</summary>
    public static bool TryReadSerial(SheetCell cell, out LedgerDate date)
    {
        date = default;
        if (!double.TryParse(cell.Text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var serial)) return false;
        if (serial is < FirstSerial or > LastSerial || ExcelDate.FromSerial(serial, date1904: false) is not { } clock) return false;
        date = LedgerDate.Of(clock, clock.TimeOfDay == default ? DatePrecision.Day : DatePrecision.Second);
        return true;
    }

    private static bool TryRead(string original, IReadOnlyList<string> formats, out LedgerDate date)
    {
        date = default;
        // Most cells that are asked are names; every date has a digit.
        if (original.Length > Longest || !original.AsSpan().ContainsAnyInRange('0', '9') && !original.AsSpan().ContainsAnyInRange('０', '９')) return false;
        var text = Words.HalfWidth(original).Replace('。', '.').Trim();
        foreach (var format in formats)
            if (TryReadExact(text, format, out date))
                return IsPlausible(date);
        if (Usual().Match(text) is { Success: true } usual) return TryRead(usual, out date) && IsPlausible(date);
        if (text.Length == 8 && TryReadExact(text, "yyyyMMdd", out date)) return IsPlausible(date);
        return text.Length == 14 && TryReadExact(text, "yyyyMMddHHmmss", out date) && IsPlausible(date);
    }

    private static bool TryReadExact(string text, string format, out LedgerDate date)
    {
        date = default;
        if (!DateTime.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.AllowWhiteSpaces, out var clock)) return false;
        var precision = format.Contains('s', StringComparison.Ordinal) ? DatePrecision.Second
            : format.Contains('H', StringComparison.OrdinalIgnoreCase) ? DatePrecision.Minute
            : DatePrecision.Day;
        date = LedgerDate.Of(DateTime.SpecifyKind(clock, DateTimeKind.Unspecified), precision);
        return true;
    }

    private static bool TryRead(Match match, out LedgerDate date)
    {
        date = default;
        var (year, month, day) = (Number(match, "y"), Number(match, "M"), Number(match, "d"));
        var (hour, minute, second) = (Number(match, "h"), Number(match, "m"), Number(match, "s"));
        if (month is < 1 or > 12 || year < 1 || day < 1 || day > DateTime.DaysInMonth(year, month)) return false;
        if (hour > 23 || minute > 59 || second > 59) return false;
        var clock = new DateTime(year, month, day, hour, minute, second);
        var precision = match.Groups["s"].Success ? DatePrecision.Second
            : match.Groups["h"].Success ? DatePrecision.Minute
            : DatePrecision.Day;
        date = LedgerDate.Of(clock, precision);
        if (match.Groups["z"] is { Success: true, Value: var zone }) date = new(new DateTimeOffset(clock, Offset(zone)).ToOffset(LedgerDate.China), precision);
        return true;
    }

    private static int Number(Match match, string group) =>
        match.Groups[group] is { Success: true, ValueSpan: var digits } ? int.Parse(digits, CultureInfo.InvariantCulture) : 0;

    private static TimeSpan Offset(string zone)
    {
        if (zone is "Z" or "z") return TimeSpan.Zero;
        var offset = new TimeSpan(int.Parse(zone.AsSpan(1, 2), CultureInfo.InvariantCulture), int.Parse(zone.AsSpan(zone.Length - 2), CultureInfo.InvariantCulture), 0);
        if (offset > TimeSpan.FromHours(14)) offset = LedgerDate.China;
        return zone[0] == '-' ? -offset : offset;
    }

    /// <summary>A safety ledger holds nothing from before 1980 and nothing due after 2100: such a date is a slip.</summary>
    private static bool IsPlausible(LedgerDate date) => date.At.Year is >= 1980 and <= 2100;

    /// <summary>2025.7.17 · 2025-07-17 09:30:06 · 2025年7月17日9时30分 · 2025/7/17 · 2025.7.17前 · 2025-07-17T09:30:06Z</summary>
    [GeneratedRegex(@"^(?<y>\d{4})\s*[-./年、]\s*(?<M>\d{1,2})\s*[-./月、]\s*(?<d>\d{1,2})\s*[日号]?(?:[T\s]*(?<h>\d{1,2})\s*[:时点]\s*(?:(?<m>\d{1,2})\s*(?:分|(?=\s|$|[:Z+-]))(?:\s*:?\s*(?<s>\d{1,2})(?:\.\d{1,7})?秒?)?)?)?\s*(?<z>Z|[+-]\d\d:?\d\d)?\s*(?:之?前|止)?\.?$", RegexOptions.CultureInvariant)]
    private static partial Regex Usual();
}
