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
