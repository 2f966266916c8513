using System.Collections.Immutable;
using System.Text.Json;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>A day on which something falls due.</summary>
/// <param name="Date">The day, in China; the deadline is its end.</param>
/// <param name="Provisional">True when it was counted through a year whose holidays were not announced yet.</param>
public readonly record struct DueDate(DateOnly Date, bool Provisional);

/// <summary>A public holiday of a year: its first and last day off.</summary>
/// <param name="Name">Its name.</param>
/// <param name="From">First day off.</param>
/// <param name="To">Last day off.</param>
public sealed record Holiday(string Name, DateOnly From, DateOnly To);

/// <summary>The working days of one year, as the State Council's notice sets them.</summary>
/// <param name="Year">The year.</param>
/// <param name="Source">The notice.</param>
/// <param name="Holidays">Days off, weekends among them or not. The first may begin in the December before, as in 2023.</param>
/// <param name="Worked">调休: Saturdays and Sundays that are worked in exchange, of this year or of the December before.</param>
public sealed record CalendarYear(int Year, PolicySource Source, ImmutableArray<Holiday> Holidays, ImmutableArray<DateOnly> Worked)
{
    /// <summary>Whether the day is worked, by this notice alone.</summary>
    public bool IsWorked(DateOnly day) =>
        Worked.Contains(day)
            || (day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday) && !Holidays.Any(h => h.From <= day && day <= h.To));
}

/// <summary>
/// The working days of China, year by year. In a year that has not been announced, Monday to Friday stand in and what is
/// counted through it is provisional. Every change makes a new edition; the earlier ones stay readable, so that a deadline
/// can be counted again as it was counted then.
/// </summary>
public sealed class WorkCalendar
{
    private readonly ImmutableSortedDictionary<int, ImmutableArray<bool>> _worked;
    private readonly ImmutableSortedDictionary<DateOnly, bool> _december;
    private readonly WorkCalendar? _earlier;

    /// <summary>The one stream that all changes are in; its version is the edition.</summary>
    public static readonly Guid StreamId = StreamIds.Named("calendar", "working-days");

    private WorkCalendar(int edition, ImmutableSortedDictionary<int, CalendarYear> years, WorkCalendar? earlier)
    {
        Edition = edition;
        Years = years;
        _earlier = earlier;
        _worked = years.ToImmutableSortedDictionary(y => y.Key, y => Days(y.Value));
        _december = December(years.Values);
    }

    /// <summary>The years that come with the product. Never changed: a deployment adds years as events.</summary>
    public static WorkCalendar Shipped { get; } = new(0, Load([2024, 2025, 2026]), null);

    /// <summary>0 for what comes with the product, one more with every change since.</summary>
    public int Edition { get; }

    /// <summary>The announced years.</summary>
    public ImmutableSortedDictionary<int, CalendarYear> Years { get; }

    /// <summary>The next edition: with this year added, or put in the place of what was announced before.</summary>
    public WorkCalendar With(CalendarYear year)
    {
        ArgumentNullException.ThrowIfNull(year);
        return new WorkCalendar(Edition + 1, Years.SetItem(year.Year, year), this);
    }

    /// <summary>The calendar as it was at an edition; this one when the edition is not known here yet.</summary>
    public WorkCalendar At(int edition)
    {
        var calendar = this;
        while (calendar.Edition > edition && calendar._earlier is { } earlier)
            calendar = earlier;
        return calendar;
    }

    /// <summary>Whether the year's holidays are known.</summary>
    public bool Knows(int year) => _worked.ContainsKey(year);

    /// <summary>Whether a day is worked; by weekday alone in a year that is not known.</summary>
    public bool IsWorked(DateOnly day) =>
        _december.TryGetValue(day, out var inExchange) ? inExchange
        : _worked.TryGetValue(day.Year, out var days) ? days[day.DayOfYear - 1]
        : day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday);

    /// <summary>
    /// The first and the last day that this edition knows otherwise than another: worked or not, announced or not. Null when
    /// there is none.
    /// </summary>
    public (DateOnly First, DateOnly Last)? DifferenceFrom(WorkCalendar other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var years = Years.Keys.Union(other.Years.Keys).SelectMany(y => new[] { y - 1, y }).Distinct().Order().ToArray();
        (DateOnly First, DateOnly Last)? found = null;
        foreach (var year in years)
            for (var day = new DateOnly(year, 1, 1); day.Year == year; day = day.AddDays(1))
                if (IsWorked(day) != other.IsWorked(day) || Knows(year) != other.Knows(year))
                    found = (found?.First ?? day, day);
        return found;
    }

    /// <summary>The day so many days after another; negative: before it. The day itself is not counted.</summary>
    public DueDate Add(DateOnly from, int days, DayCount count)
    {
        if (count == DayCount.Calendar)
            return new DueDate(from.AddDays(days), false);
        var day = from;
        var provisional = false;
        for (var left = Math.Abs(days); left > 0;)
        {
            day = day.AddDays(Math.Sign(days));
            provisional |= !Knows(day.Year);
            if (IsWorked(day))
                left--;
        }
        return new DueDate(day, provisional);
    }

    // What a year's notice says of the December before, it says later than that December's own.
    private static ImmutableSortedDictionary<DateOnly, bool> December(IEnumerable<CalendarYear> years)
    {
        var days = ImmutableSortedDictionary.CreateBuilder<DateOnly, bool>();
        foreach (var year in years)
        {
            foreach (var holiday in year.Holidays)
                for (var day = holiday.From; day.Year < year.Year; day = day.AddDays(1))
                    days[day] = false;
            foreach (var day in year.Worked)
                if (day.Year < year.Year)
                    days[day] = true;
        }
        return days.ToImmutable();
    }

    private static ImmutableArray<bool> Days(CalendarYear year)
    {
        var first = new DateOnly(year.Year, 1, 1);
        var count = DateTime.IsLeapYear(year.Year) ? 366 : 365;
        return [.. Enumerable.Range(0, count).Select(n => year.IsWorked(first.AddDays(n)))];
    }

    private static ImmutableSortedDictionary<int, CalendarYear> Load(ReadOnlySpan<int> years)
    {
        var found = ImmutableSortedDictionary.CreateBuilder<int, CalendarYear>();
        foreach (var year in years)
        {
            var resource = $"Hazards.Domain.Calendars.china-{year}.json";
            using var stream = typeof(WorkCalendar).Assembly.GetManifestResourceStream(resource)
                ?? throw new InvalidOperationException($"{resource} is not in the assembly");
            found.Add(year, JsonSerializer.Deserialize<CalendarYear>(stream, DomainJson.Strict)!);
        }
        return found.ToImmutable();
    }
}
