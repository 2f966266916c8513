using System.Text;
using Hazards.Domain.Codes;
using Hazards.Domain.Tests.Rules;
using static Hazards.Domain.Tests.Rules.World;

namespace Hazards.Domain.Tests.Calendars;

/// <summary>The State Council's notices, year by year; and what may be added to them.</summary>
public sealed class WorkingDays
{
    private static readonly Actor Keeper = As(StateOffice, Role.Administrator);

    [Theory, InlineData(2024, 10, 251), InlineData(2025, 9, 248), InlineData(2026, 10, 248)]
    public void The_shipped_years_have_the_working_days_of_their_notice(int year, int mostHolidays, int days)
    {
        var calendar = WorkCalendar.Shipped;
        calendar.Years[year].Source.Number.ShouldStartWith("国办发明电");
        calendar.Years[year].Holidays.Length.ShouldBeLessThan(mostHolidays);
        Enumerable.Range(0, DateTime.IsLeapYear(year) ? 366 : 365).Count(n => calendar.IsWorked(new DateOnly(year, 1, 1).AddDays(n)))
            .ShouldBe(days);
        Check(Encoding.UTF8.GetString(DomainJson.Write(calendar.Years[year]))).ShouldBeEmpty();
    }

    /// <summary>“元旦：2022年12月31日至2023年1月2日放假调休” (国办发明电〔2022〕16号): a range may begin in the December before.</summary>
    [Fact]
    public void New_Year_may_begin_in_December()
    {
        var calendar = WorkCalendar.Shipped.With(Year("""
            { "year": 2027, "source": { "title": "通知" }, "holidays": [{ "name": "元旦", "from": "2026-12-31", "to": "2027-01-02" }], "worked": ["2026-12-27"] }
            """));
        calendar.IsWorked(new DateOnly(2026, 12, 31)).ShouldBeFalse();
        calendar.IsWorked(new DateOnly(2026, 12, 27)).ShouldBeTrue();
        calendar.Add(new DateOnly(2026, 12, 30), 1, DayCount.Working).ShouldBe(new DueDate(new DateOnly(2027, 1, 4), false));
        WorkCalendar.Shipped.Add(new DateOnly(2026, 12, 30), 2, DayCount.Working).ShouldBe(new DueDate(new DateOnly(2027, 1, 1), true));
        calendar.At(0).IsWorked(new DateOnly(2026, 12, 31)).ShouldBeTrue();
        calendar.DifferenceFrom(WorkCalendar.Shipped).ShouldBe((new DateOnly(2026, 12, 27), new DateOnly(2027, 12, 31)));
        calendar.DifferenceFrom(calendar).ShouldBeNull();
    }

    [Theory]
    [InlineData("2019", "2019-01-01", "2019-01-01", "\"2019-01-05\"", "calendar.year")]
    [InlineData("2027", "2027-01-03", "2027-01-01", "", "calendar.holiday_backwards")]
    [InlineData("2027", "2026-11-30", "2027-01-01", "", "calendar.day_outside_year calendar.holiday_too_long")]
    [InlineData("2027", "2027-01-01", "2028-01-01", "", "calendar.day_outside_year calendar.holiday_too_long calendar.holidays_overlap")]
    [InlineData("2027", "2027-01-01", "2027-01-03", "\"2027-01-09\", \"2027-01-09\"", "calendar.day_twice")]
    [InlineData("2027", "2027-01-01", "2027-01-03", "\"2027-01-11\"", "calendar.worked_weekday")]
    [InlineData("2027", "2027-01-01", "2027-01-03", "\"2027-01-02\"", "calendar.worked_holiday")]
    [InlineData("2027", "2027-01-01", "2027-01-03", "\"2028-01-08\"", "calendar.day_outside_year")]
    [InlineData("2027", "2027-01-01", "2027-02-31", "", "file.date")]
    [InlineData("2027", "2027-10-01", "2027-10-07", "", "calendar.holidays_overlap")]
    public void A_wrong_year_is_refused(string year, string from, string to, string worked, string codes)
    {
        var text = $$"""
            { "year": {{year}}, "source": { "title": "通知" },
              "holidays": [
                { "name": "国庆节", "from": "{{year}}-10-05", "to": "{{year}}-10-08" },
                { "name": "元旦", "from": "{{from}}", "to": "{{to}}" }
              ],
              "worked": [{{worked}}] }
            """;
        Check(text).Select(f => f.Code).ShouldBe(codes.Split(' '), ignoreOrder: true);
        new SetCalendarYear(text).Decide(WorkCalendar.Shipped, Keeper).Refusal!.Reason.ShouldBe(CalendarRefusals.Wrong);
    }

    [Fact]
    public void A_year_is_announced_once_and_amended_for_a_reason()
    {
        const string text = """{ "year": 2027, "source": { "title": "通知" }, "holidays": [{ "name": "元旦", "from": "2027-01-01", "to": "2027-01-03" }], "worked": [] }""";
        var (added, none) = new SetCalendarYear(text).Decide(WorkCalendar.Shipped, Keeper);
        none.ShouldBeNull();
        var calendar = WorkCalendar.Shipped.With(added.ShouldBeOfType<CalendarYearAdded>().Year);
        calendar.Edition.ShouldBe(1);
        new SetCalendarYear(text).Decide(calendar, Keeper).Refusal!.Reason.ShouldBe(CalendarRefusals.Announced);
        new SetCalendarYear(text, "没有变化").Decide(calendar, Keeper).Refusal!.Reason.ShouldBe(CalendarRefusals.NothingChanges);
        new SetCalendarYear(text, " ").Decide(calendar, Keeper).Refusal!.Reason.ShouldBe(InputRefusals.Missing);
        new SetCalendarYear(text, "x").Decide(WorkCalendar.Shipped, Keeper).Refusal!.Reason.ShouldBe(CalendarRefusals.NotAnnounced);
        new SetCalendarYear(text.Replace("01-03", "01-04", StringComparison.Ordinal), "延长一天")
            .Decide(calendar, Keeper).Event.ShouldBeOfType<CalendarYearAmended>();
        new SetCalendarYear(text)
            .Decide(WorkCalendar.Shipped, Keeper with { Jurisdiction = Gansu }).Refusal!.Reason.ShouldBe(CalendarRefusals.Forbidden);
        new SetCalendarYear(text)
            .Decide(WorkCalendar.Shipped, As(StateOffice, Role.Coordinator)).Refusal!.Reason.ShouldBe(CalendarRefusals.Forbidden);
    }

    private static CalendarYear Year(string text) => CalendarCheck.Of(Encoding.UTF8.GetBytes(text)).Year.ShouldNotBeNull();

    private static System.Collections.Immutable.ImmutableArray<Finding> Check(string text) =>
        CalendarCheck.Of(Encoding.UTF8.GetBytes(text)).Findings;
}
