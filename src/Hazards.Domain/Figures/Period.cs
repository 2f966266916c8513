using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Serialization;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>
/// A span of the calendar that figures are made for: <c>2026</c>, <c>2026Q3</c>, <c>2026-07</c>, and <c>2026-07a</c> and
/// <c>2026-07b</c> for the halves of a month (1st to 15th, 16th to the last). Years 2000 to 2099.
/// </summary>
[JsonConverter(typeof(ValueJsonConverter<Period>))]
public readonly record struct Period : IValue<Period>
{
    private const int MiddleOfMonth = 15;
    private static readonly DateOnly Earliest = new(2000, 1, 1);

    // 0 in a default value, which is then the first half of January 2000.
    private readonly int _day;

    private Period(PeriodKind kind, DateOnly first) => (Kind, _day) = (kind, first.DayNumber - Earliest.DayNumber);

    /// <summary>What span it is.</summary>
    public PeriodKind Kind { get; }

    /// <summary>Its first day.</summary>
    public DateOnly First => Earliest.AddDays(_day);

    /// <summary>Its last day.</summary>
    public DateOnly Last => Kind switch
    {
        PeriodKind.Year => First.AddYears(1).AddDays(-1),
        PeriodKind.Quarter => First.AddMonths(3).AddDays(-1),
        PeriodKind.HalfMonth when First.Day == 1 => First.AddDays(MiddleOfMonth - 1),
        _ => new DateOnly(First.Year, First.Month, 1).AddMonths(1).AddDays(-1),
    };

    /// <summary>The period of the same kind before it.</summary>
    public Period Previous => Of(Kind, First.AddDays(-1));

    /// <summary>The period of the same kind after it.</summary>
    public Period Next => Of(Kind, Last.AddDays(1));

    /// <summary>1 January of the year it lies in: where cumulative figures begin.</summary>
    public DateOnly YearBegin => new(First.Year, 1, 1);

    /// <inheritdoc />
    public string Value => Kind switch
    {
        PeriodKind.Year => First.ToString("yyyy", CultureInfo.InvariantCulture),
        PeriodKind.Quarter => string.Create(CultureInfo.InvariantCulture, $"{First.Year:D4}Q{(First.Month + 2) / 3}"),
        PeriodKind.Month => First.ToString("yyyy-MM", CultureInfo.InvariantCulture),
        _ => First.ToString("yyyy-MM", CultureInfo.InvariantCulture) + (First.Day == 1 ? "a" : "b"),
    };

    /// <summary>Its name: 2026年第三季度.</summary>
    public string Chinese => Kind switch
    {
        PeriodKind.Year => string.Create(CultureInfo.InvariantCulture, $"{First.Year}年"),
        PeriodKind.Quarter => string.Create(CultureInfo.InvariantCulture, $"{First.Year}年第{"一二三四"[(First.Month - 1) / 3]}季度"),
        PeriodKind.Month => string.Create(CultureInfo.InvariantCulture, $"{First.Year}年{First.Month}月"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{First.Year}年{First.Month}月{(First.Day == 1 ? "上" : "下")}半月"),
    };

    /// <summary>Whether a day lies in it.</summary>
    public bool Contains(DateOnly day) => First <= day && day <= Last;

    /// <summary>The period of a kind that a day lies in.</summary>
    public static Period Of(PeriodKind kind, DateOnly day) => new(kind, kind switch
    {
        PeriodKind.Year => new DateOnly(day.Year, 1, 1),
        PeriodKind.Quarter => new DateOnly(day.Year, (day.Month - 1) / 3 * 3 + 1, 1),
        PeriodKind.Month => new DateOnly(day.Year, day.Month, 1),
        _ => new DateOnly(day.Year, day.Month, day.Day <= MiddleOfMonth ? 1 : MiddleOfMonth + 1),
    });

    /// <summary>Parses a period; throws on a wrong one. For constants and tests.</summary>
    public static Period Parse(string text) =>
        TryParse(text, out var value, out var refusal) ? value : throw new FormatException(refusal.English);

    /// <inheritdoc />
    public static bool TryParse(string? text, out Period value, [NotNullWhen(false)] out Refusal? refusal)
    {
        var found = Read(text);
        value = found ?? default;
        refusal = found is null ? InputRefusals.Period.Because(null, ("value", Texts.Excerpt(text))) : null;
        return found is not null;
    }

    private static Period? Read(string? text)
    {
        if (text is not { Length: 4 or 6 or 7 or 8 } || !text.AsSpan(0, 4).ContainsOnlyDigits() || !text.StartsWith(
            "20", StringComparison.Ordinal))
            return null;
        var year = int.Parse(text.AsSpan(0, 4), CultureInfo.InvariantCulture);
        if (text.Length == 4)
            return Of(PeriodKind.Year, new DateOnly(year, 1, 1));
        if (text.Length == 6)
            return text[4] is 'Q' && text[5] is >= '1' and <= '4'
                ? Of(PeriodKind.Quarter, new DateOnly(year, (text[5] - '0') * 3, 1))
                : null;
        if (text[4] is not '-' || !text.AsSpan(5, 2).ContainsOnlyDigits()
            || int.Parse(text.AsSpan(5, 2), CultureInfo.InvariantCulture) is not (>= 1 and <= 12 and var month))
            return null;
        return text[7..] switch
        {
            "" => Of(PeriodKind.Month, new DateOnly(year, month, 1)),
            "a" => Of(PeriodKind.HalfMonth, new DateOnly(year, month, 1)),
            "b" => Of(PeriodKind.HalfMonth, new DateOnly(year, month, MiddleOfMonth + 1)),
            _ => null,
        };
    }

    /// <inheritdoc />
    public override string ToString() => Value;
}

internal static class Digits
{
    public static bool ContainsOnlyDigits(this ReadOnlySpan<char> text)
    {
        foreach (var c in text)
            if (!char.IsAsciiDigit(c))
                return false;
        return true;
    }
}
