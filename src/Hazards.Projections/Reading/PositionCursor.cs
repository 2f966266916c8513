namespace Hazards.Projections.Reading;

/// <summary>
/// Where a page ended, in a list that is walked by a number: a position of the log, a version, how many rows were passed over. Bound to
/// its query like every other cursor.
/// </summary>
public static class PositionCursor
{
    /// <summary>Where the next page begins, for the answer.</summary>
    /// <param name="at">The number.</param>
    /// <param name="query">What was asked: the list, and all that narrows it.</param>
    public static string Write(long at, params object?[] query) => new PageCursor(0, at, "").Write(PageCursor.HashOf(query));

    /// <summary>The number that a cursor holds; null for none.</summary>
    /// <exception cref="BadCursorException">It is not a cursor of this query.</exception>
    public static long? Read(string? cursor, params object?[] query) =>
        PageCursor.Read(cursor, PageCursor.HashOf(query)) is { } read ? read.Key : null;
}
