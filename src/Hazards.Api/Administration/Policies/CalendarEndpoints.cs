using System.Collections.Immutable;
using System.Text.Json;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Api.Administration.Policies;

/// <summary>工作日历 by REST.</summary>
internal static class CalendarEndpoints
{
    private const int MostDays = 3000;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.Get("/calendar", new Operation(Tag.Codes, "工作日历：放假和调休上班", "The working calendar: days off, and weekend days worked in exchange")
        {
            Query = [
                new("year", typeof(int), "年份；默认全部", "The year; all of them when left out") { Least = 1900, Most = 9999 }, Parameters.AsOf],
            Answer = typeof(CalendarAnswer),
        }, FindAsync);
        api.Get(
            "/calendar/working-days",
            new Operation(Tag.Codes, "从某日起数若干个工作日是哪一天（当日不计）", "The day so many working days after another (which is not counted)")
        {
            Query =
            [
                new("from", typeof(DateOnly), "起算日，默认今天", "The day to count from; today when left out"),
                new("days", typeof(int), "工作日数；负数向前数", "Working days; negative: before") { Least = -MostDays, Most = MostDays },
                Parameters.AsOf,
            ],
            Answer = typeof(WorkingDayAnswer),
        }, CountAsync);
        api.Post(
            "/calendar/years",
            new Operation(
                Tag.Codes, "公布或调整年度放假安排（全国系统管理）：期限随之重算", "Add or amend a year (national administrators): due dates are counted anew")
        {
            Body = typeof(YearOrder), IsAct = true, Answer = typeof(YearAnswer), Success = 201, Versioned = true,
            Forbids = c =>
                c.Key.Roles.Contains(Role.Administrator) && c.Jurisdiction.IsNation ? null : CalendarRefusals.Forbidden.Because(),
        }, SetAsync);
    }

    private static async Task<IResult> FindAsync(Call call, CalendarStore store)
    {
        var year = (int?)call.Query.Number("year", 1900, 9999);
        var asOf = call.AsOf();
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        var calendar = await store.LoadAsync(asOf, call.Stop);
        return year is { } one && !calendar.Knows(one)
            ? Call.Refuse(CalendarRefusals.NotFound.Because("year", ("year", one)))
            : Call.Json(new CalendarAnswer(calendar.Edition, asOf, [.. calendar.Years.Values.Where(y => year is null || y.Year == year)]));
    }

    private static async Task<IResult> CountAsync(Call call, CalendarStore store, TimeProvider clock)
    {
        var from = call.Query.Date("from") ?? ChinaTime.DateAt(clock.GetUtcNow());
        var days = call.Query.Number("days", -MostDays, MostDays);
        var asOf = call.AsOf();
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        if (days is not { } count)
            return Call.Refuse(InputRefusals.Missing.Because("days"));
        if (from.Year is < 1950 or > 2150)
            return Call.Refuse(InputRefusals.OutOfRange.Because("from", ("value", from), ("min", "1950-01-01"), ("max", "2150-12-31")));
        var calendar = await store.LoadAsync(asOf, call.Stop);
        var due = calendar.Add(from, (int)count, DayCount.Working);
        return Call.Json(new WorkingDayAnswer(from, (int)count, due.Date, due.Provisional, calendar.Edition));
    }

    private static async Task<IResult> SetAsync(Call call, CalendarStore store)
    {
        var order = await call.ReadAsync<YearOrder>();
        if (order.Refusal is { } refusal)
            return Call.Refuse(refusal);
        var outcome = await store.ExecuteAsync(
            new SetCalendarYear(order.Command!.Document.GetRawText(), order.Command.Reason), order.Given!, order.Terms, call.Stop);
        if (outcome is not Outcome<WorkCalendar>.Done done)
            return Call.Refuse(((Outcome<WorkCalendar>.Refused)outcome).Refusal);
        call.Mark(done.Events[0].Version, done.Repeated);
        call.Response.Headers.Location = $"{Links.Root}/calendar";
        return Call.Json(new YearAnswer(done.After.Edition, EventAnswer.Of(done.Events), done.RecordedAt), 201);
    }
}

/// <summary>A year to add or to amend.</summary>
/// <param name="Document">The year, as in a calendar file.</param>
/// <param name="Reason">Why a known year is changed; left out for a new one.</param>
internal sealed record YearOrder(JsonElement Document, string? Reason = null);

/// <summary>The announced years.</summary>
internal sealed record CalendarAnswer(int Edition, DateTimeOffset? AsOf, ImmutableArray<CalendarYear> Years);

/// <summary>A working day found by counting.</summary>
/// <param name="From">Counted from.</param>
/// <param name="Days">So many.</param>
/// <param name="Date">The day.</param>
/// <param name="Provisional">Whether a year was passed that is not announced.</param>
/// <param name="Edition">The calendar's edition.</param>
internal sealed record WorkingDayAnswer(DateOnly From, int Days, DateOnly Date, bool Provisional, int Edition);

/// <summary>What adding a year answers.</summary>
internal sealed record YearAnswer(int Edition, ImmutableArray<EventAnswer> Events, DateTimeOffset RecordedAt);
