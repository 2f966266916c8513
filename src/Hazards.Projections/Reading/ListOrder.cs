using Hazards.Domain;

namespace Hazards.Projections.Reading;

/// <summary>
/// The order of a list: by a column, then by the hazard. Rows without a value come last in either direction, as a
/// segment of their own.
/// </summary>
/// <param name="Column">The column.</param>
/// <param name="IsDate">A date; else an instant.</param>
/// <param name="Descending">The direction.</param>
/// <param name="Segments">The condition of each segment, in order; the first has the column's values, a second has none, but
/// for <see cref="Keyed"/>.</param>
internal sealed record ListOrder(string Column, bool IsDate, bool Descending, params string[] Segments)
{
    private const string RecordedColumn = "first_recorded_at";
    private const string FoundColumn = "found_at";

    /// <summary>A text that the list is sorted by before the column; null for none.</summary>
    public string? Lead { get; init; }

    /// <summary>Whether it is the order in which hazards were recorded.</summary>
    public bool ByRecorded => Column == RecordedColumn;

    /// <summary>Whether an act may move a hazard within the order.</summary>
    public bool Moves => Column is not (RecordedColumn or FoundColumn);

    /// <summary>Whether every segment has the column's values: the segments are what the list is sorted by first.</summary>
    public bool Keyed { get; init; }

    /// <summary>Whether a segment has the column's values.</summary>
    public bool HasKey(int segment) => Keyed || segment == 0;

    /// <summary>Whether a segment has live hazards only: what has a due date or a listing is live.</summary>
    public bool LiveOnly(int segment) => HasKey(segment) && IsDate;

    // Served by hazards_by_recorded, history_by_recorded and quiet_by_recorded.
    private static ListOrder Recorded(bool descending) => new(RecordedColumn, false, descending, "true");

    // Served by hazards_by_found.
    private static ListOrder Found(bool descending) => new(FoundColumn, false, descending, "true");

    // Served by hazards_by_changed.
    private static ListOrder Changed(bool descending) => new("recorded_from", false, descending, "true");

    // Served by hazards_by_due and history_by_due; the second segment by the primary key.
    private static ListOrder Due(bool descending) =>
        new("next_due", true, descending, "h.next_due < 'infinity'", "h.next_due = 'infinity'");

    /// <summary>The longest overdue first: hazards_by_due, history_by_due.</summary>
    public static readonly ListOrder Overdue = new("next_due", true, false, "h.next_due < 'infinity'");

    /// <summary>The fewest days left first: hazards_by_listing, history_by_listing.</summary>
    public static readonly ListOrder Listed = new("listing_deadline", true, false, "h.listing_deadline is not null");

    /// <summary>
    /// What is due. Now each is served by the index named; as of an instant the hazards with a clock of one epoch are sorted,
    /// but for the order by due date (history_by_due).
    /// </summary>
    public static ListOrder Of(DueSort sort) => sort switch
    {
        DueSort.Due => Overdue,
        // hazards_by_level: a segment a level.
        DueSort.Level => new(
            "next_due", true, false, "h.level = 'major' and h.next_due < 'infinity'", "h.level = 'general' and h.next_due < 'infinity'",
            "h.level is null and h.next_due < 'infinity'") { Keyed = true },
        // hazards_by_place.
        DueSort.Region => Overdue with { Lead = "h.region" },
        // hazards_by_debtor. The clocks stand in the order of their due dates: the first is that of next_due.
        DueSort.Body => Overdue with { Lead = "coalesce(h.clock_bodies[1], '')" },
        _ => throw new ArgumentOutOfRangeException(nameof(sort), sort, null),
    };

    public static ListOrder Of(LedgerSort sort, bool descending) => sort switch
    {
        LedgerSort.Recorded => Recorded(descending),
        LedgerSort.Found => Found(descending),
        LedgerSort.Changed => Changed(descending),
        LedgerSort.Due => Due(descending),
        _ => throw new ArgumentOutOfRangeException(nameof(sort), sort, null),
    };
}
