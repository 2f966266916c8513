using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Hazards.Domain.Codes;
using static Hazards.Domain.RefusalKind;

namespace Hazards.Domain;

/// <summary>A fact about the working calendar. Each makes the next edition.</summary>
public interface ICalendarEvent : IDomainEvent
{
    /// <summary>The year as it is from now on.</summary>
    CalendarYear Year { get; }
}

/// <summary>公布年度放假安排: a year's working days are known.</summary>
[EventType("calendar_year_added", "公布年度放假安排", "Calendar year added")]
public sealed record CalendarYearAdded(CalendarYear Year) : ICalendarEvent;

/// <summary>调整放假安排: a year that was known is another now (as in 2019 for Labour Day, in 2020 for the Spring Festival).</summary>
[EventType("calendar_year_amended", "调整年度放假安排", "Calendar year amended")]
public sealed record CalendarYearAmended(CalendarYear Year, string Reason) : ICalendarEvent;

/// <summary>What can be wrong with a year of the calendar.</summary>
public static class CalendarRefusals
{
#pragma warning disable CS1591 // each code says in both languages what it means
    public static readonly RefusalCode Year = new(
        "calendar.year", Unprocessable, "年份 {value} 应在 {min} 与 {max} 之间", "The year {value} must lie between {min} and {max}");
    public static readonly RefusalCode NoHolidays = new("calendar.no_holidays", Unprocessable, "没有任何节假日", "There is no holiday at all");
    public static readonly RefusalCode Backwards = new(
        "calendar.holiday_backwards", Unprocessable, "“{name}”的止日 {to} 早于起日 {from}", "“{name}” ends {to}, before it begins {from}");
    public static readonly RefusalCode Outside = new(
        "calendar.day_outside_year", Unprocessable, "{day} 不在 {year} 年：只有上年12月的日子可以写在本年（如2023年元旦自2022年12月31日起放假）",
        "{day} is not in {year}: of other years only the December before may stand here (New Year 2023 began on 2022-12-31)");
    public static readonly RefusalCode TooLong = new(
        "calendar.holiday_too_long", Unprocessable, "“{name}”放假 {days} 天，最多 {max} 天，请核对",
        "“{name}” lasts {days} days; {max} at most, check it");
    public static readonly RefusalCode Overlap = new(
        "calendar.holidays_overlap", Unprocessable, "“{name}”与“{other}”（第 {line} 行）的日期重叠", "“{name}” overlaps “{other}” (line {line})");
    public static readonly RefusalCode DayTwice = new(
        "calendar.day_twice", Unprocessable, "{day} 出现了两次，第一次在第 {line} 行", "{day} is there twice, first on line {line}");
    public static readonly RefusalCode NotWeekend = new(
        "calendar.worked_weekday", Unprocessable, "{day} 不是周末，本来就上班；调休上班日只能是周六、周日",
        "{day} is no weekend and worked anyway; only Saturdays and Sundays are worked in exchange");
    public static readonly RefusalCode WorkedHoliday = new(
        "calendar.worked_holiday", Unprocessable, "{day} 既放假（{name}，第 {line} 行）又上班", "{day} is both off ({name}, line {line}) and worked");
    public static readonly RefusalCode Wrong = new(
        "calendar.file_wrong", Unprocessable, "放假安排有 {count} 处错误，第一处在第 {line} 行第 {column} 列：{first}",
        "The year has {count} mistakes, the first on line {line}, column {column}: {first}");
    public static readonly RefusalCode Forbidden = new(
        "calendar.forbidden", RefusalKind.Forbidden, "工作日历全国统一：只有管辖范围为全国的系统管理员可以维护",
        "There is one calendar for the country: only an administrator with jurisdiction over all of it may keep it");
    public static readonly RefusalCode Announced = new(
        "calendar.announced_already", Conflict, "{year} 年的放假安排已有；如需调整，请写明原因（reason）",
        "The year {year} is known already; to change it, give a reason");
    public static readonly RefusalCode NotAnnounced = new(
        "calendar.not_announced", Conflict, "{year} 年的放假安排还没有，不能调整；请先公布（不写 reason）",
        "The year {year} is not known yet and cannot be amended; add it first (without a reason)");
    public static readonly RefusalCode NotFound = new(
        "calendar.not_found", RefusalKind.NotFound, "{year} 年的放假安排尚未公布；在此之前按周一至周五推算，结果为暂定",
        "The year {year} is not announced yet; until it is, Monday to Friday stand in and what is counted is provisional");
    public static readonly RefusalCode NothingChanges = new(
        "calendar.nothing_changes", Unprocessable, "与现有的 {year} 年放假安排相同，没有任何变更", "It is what {year} is already; nothing would change");
#pragma warning restore CS1591
}

/// <summary>What is to be said of a year's file: every mistake with its place, or the year.</summary>
public sealed record CalendarCheck(ImmutableArray<Finding> Findings, CalendarYear? Year)
{
    private const int MostBytes = 64 * 1024;
    private const int First = 2020;
    private const int Last = 2100;
    private const int LongestHoliday = 20;

    /// <summary>Checks a file.</summary>
    public static CalendarCheck Of(ReadOnlyMemory<byte> file, CancellationToken cancellationToken = default)
    {
        var findings = new Findings(cancellationToken);
        if (JsonPart.Read(file, MostBytes, findings) is not { } root)
            return new CalendarCheck(findings.All, null);
        var shape = new JsonShape(findings);
        shape.CheckMembers(root, typeof(CalendarYear), ["holidays"]);
        var holidays = shape.Each<Holiday>(root["holidays"]);
        if (int.TryParse(root["year"]?.Text, CultureInfo.InvariantCulture, out var year))
            new Days(root, year, holidays, findings).Check();
        return findings.Count > 0
            ? new CalendarCheck(findings.All, null)
            : new CalendarCheck([], JsonSerializer.Deserialize<CalendarYear>(root.Raw.Span, DomainJson.Strict));
    }

    private sealed class Days(JsonPart root, int year, ImmutableArray<(JsonPart At, Holiday Rule)> holidays, Findings findings)
    {
        public void Check()
        {
            if (year is < First or > Last)
                findings.Add(root.Or("year"), CalendarRefusals.Year, ("value", year), ("min", First), ("max", Last));
            if (root["holidays"] is { Kind: JsonTokenType.StartArray, Items.Count: 0 } none)
                findings.Add(none, CalendarRefusals.NoHolidays);
            for (var i = 0; i < holidays.Length; i++)
                CheckHoliday(i);
            var seen = new Dictionary<DateOnly, JsonPart>();
            foreach (var item in root["worked"]?.Items ?? [])
                if (DateOnly.TryParseExact(item.Text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
                    CheckWorked(item, day, seen);
        }

        private void CheckHoliday(int i)
        {
            var (at, holiday) = holidays[i];
            var days = holiday.To.DayNumber - holiday.From.DayNumber + 1;
            Inside(at.Or("from"), holiday.From);
            if (holiday.To.Year != year)
                findings.Add(at.Or("to"), CalendarRefusals.Outside, ("day", holiday.To), ("year", year));
            if (days < 1)
                findings.Add(at.Or("to"), CalendarRefusals.Backwards, ("name", holiday.Name), ("from", holiday.From), ("to", holiday.To));
            if (days > LongestHoliday)
                findings.Add(at.Or("to"), CalendarRefusals.TooLong, ("name", holiday.Name), ("days", days), ("max", LongestHoliday));
            foreach (var (earlier, other) in holidays[..i])
                if (holiday.From <= other.To && other.From <= holiday.To)
                    findings.Add(at, CalendarRefusals.Overlap, ("name", holiday.Name), ("other", other.Name), ("line", earlier.Line));
        }

        private void CheckWorked(JsonPart at, DateOnly day, Dictionary<DateOnly, JsonPart> seen)
        {
            Inside(at, day);
            if (!seen.TryAdd(day, at))
                findings.Add(at, CalendarRefusals.DayTwice, ("day", day), ("line", seen[day].Line));
            if (day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday))
                findings.Add(at, CalendarRefusals.NotWeekend, ("day", day));
            foreach (var (off, holiday) in holidays)
                if (holiday.From <= day && day <= holiday.To)
                    findings.Add(at, CalendarRefusals.WorkedHoliday, ("day", day), ("name", holiday.Name), ("line", off.Line));
        }

        private void Inside(JsonPart at, DateOnly day)
        {
            if (day.Year != year && !(day.Year == year - 1 && day.Month == 12))
                findings.Add(at, CalendarRefusals.Outside, ("day", day), ("year", year));
        }
    }
}

/// <summary>Adds a year to the calendar, or changes one.</summary>
/// <param name="Document">The year as it is written in a file.</param>
/// <param name="Reason">Why a known year is changed; left out for a new one.</param>
public sealed record SetCalendarYear(string Document, string? Reason = null)
{
    /// <summary>The event, or why not.</summary>
    public (ICalendarEvent? Event, Refusal? Refusal) Decide(WorkCalendar calendar, Actor by)
    {
        ArgumentNullException.ThrowIfNull(calendar);
        ArgumentNullException.ThrowIfNull(by);
        if (!by.Roles.Contains(Role.Administrator) || !by.Jurisdiction.IsNation)
            return (null, CalendarRefusals.Forbidden.Because());
        var check = CalendarCheck.Of(System.Text.Encoding.UTF8.GetBytes(Document));
        if (check.Year is not { } year)
        {
            var first = check.Findings[0];
            return (null, CalendarRefusals.Wrong.Because(
                "document", ("count", check.Findings.Length), ("line", first.Line), ("column", first.Column),
                ("first", $"{first.Refusal.Chinese} · {first.Refusal.English}")));
        }
        var known = calendar.Years.GetValueOrDefault(year.Year);
        if (Reason is null)
            return known is null
                ? (new CalendarYearAdded(year), null)
                : (null, CalendarRefusals.Announced.Because("year", ("year", year.Year)));
        if (Texts.Required("reason", Reason) is { } wrong)
            return (null, wrong);
        if (known is null)
            return (null, CalendarRefusals.NotAnnounced.Because("year", ("year", year.Year)));
        return DomainJson.Write(known).AsSpan().SequenceEqual(DomainJson.Write(year))
            ? (null, CalendarRefusals.NothingChanges.Because("year", ("year", year.Year)))
            : (new CalendarYearAmended(year, Reason), null);
    }
}
