using Hazards.Domain;
using Hazards.Projections.Writing;
using Npgsql;

namespace Hazards.Projections.Reading;

/// <summary>Reads what the lists select: hazard_id, version, position, first_recorded_at, recorded_last, item, …</summary>
internal static class HazardReader
{
    public static HazardItem Item(NpgsqlDataReader reader, DateOnly today, Rulebook rules) =>
        StoredItem.FromJson(reader.GetFieldValue<byte[]>(5)).ToItem(
            new HazardId(reader.GetGuid(0)), reader.GetInt64(1), reader.GetInt64(2),
            reader.GetFieldValue<DateTimeOffset>(3), reader.GetFieldValue<DateTimeOffset>(4), today, rules);

    /// <summary>A sort key as a number: days, or microseconds. 0 for none.</summary>
    public static long Key(NpgsqlDataReader reader, int ordinal, bool isDate)
    {
        if (reader.IsDBNull(ordinal))
            return 0;
        return isDate
            ? reader.GetFieldValue<DateOnly>(ordinal).DayNumber
            : reader.GetDateTime(ordinal).Ticks / TimeSpan.TicksPerMicrosecond;
    }

    /// <exception cref="BadCursorException">The number is no date or instant.</exception>
    public static string KeyParameter(Conditions where, long key, bool isDate)
    {
        if (key < 0 || key > (isDate ? DateOnly.MaxValue.DayNumber : DateTime.MaxValue.Ticks / TimeSpan.TicksPerMicrosecond))
            throw new BadCursorException();
        return isDate
            ? where.Date(DateOnly.FromDayNumber((int)key))
            : where.Instant(new DateTimeOffset(key * TimeSpan.TicksPerMicrosecond, TimeSpan.Zero));
    }
}
