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

    /// <summary>
    /// The date of a clock reading in a ledger's years. A safety ledger holds nothing from before 1980 and nothing due after 2100: such
    /// a date is a slip, or what a program writes for none (0001-01-01), for which there is not even an instant in China.
    /// </summary>
    internal static bool TryOf(DateTime clock, DatePrecision precision, out LedgerDate date)
    {
        date = default;
        if (clock.Year is < 1980 or > 2100) return false;
        date = Of(DateTime.SpecifyKind(clock, DateTimeKind.Unspecified), precision);
        return true;
    }
}
