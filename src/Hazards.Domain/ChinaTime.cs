using System.Globalization;

namespace Hazards.Domain;

/// <summary>China Standard Time, UTC+8 without daylight saving: the field's dates are dates there.</summary>
public static class ChinaTime
{
    /// <summary>The offset from UTC.</summary>
    public static readonly TimeSpan Offset = TimeSpan.FromHours(8);

    /// <summary>The date in China at this instant.</summary>
    public static DateOnly DateAt(DateTimeOffset instant) => DateOnly.FromDateTime(In(instant).DateTime);

    /// <summary>The first instant of a date in China; of the first date there is, the first instant there is.</summary>
    public static DateTimeOffset StartOf(DateOnly date) =>
        date == DateOnly.MinValue ? DateTimeOffset.MinValue : new(date.ToDateTime(TimeOnly.MinValue), Offset);

    /// <summary>
    /// The instant at which a deadline on this date has passed: the start of the next day. A deadline is the end of its day. Of the last
    /// date there is, the last instant there is.
    /// </summary>
    public static DateTimeOffset EndOf(DateOnly date) => date == DateOnly.MaxValue ? DateTimeOffset.MaxValue : StartOf(date.AddDays(1));

    /// <summary>RFC 3339 with the offset of China, to the second or finer.</summary>
    public static string Format(DateTimeOffset instant) =>
        In(instant).ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", CultureInfo.InvariantCulture);

    // The calendar ends eight hours earlier in China than in UTC: an instant in those last hours stays as it is.
    private static DateTimeOffset In(DateTimeOffset instant) =>
        instant.UtcDateTime > DateTime.MaxValue - Offset ? instant : instant.ToOffset(Offset);
}
