using Hazards.Domain;

namespace Hazards.Projections.Reading;

/// <summary>
/// The order of a list: by a column, then by the hazard. Rows without a value come last in either direction, as a
/// segment of their own.
/// </summary>
/// <param name="Column">The column.</param>
/// <param name="IsDate">A date; else an instant.</param>
/// <param name="Descending">The direction.</param>
/// <param name="Segments">The condition of each segment, in order; the first has the column's values, a second has none.</param>
internal sealed record ListOrder(string Column, bool IsDate, bool Descending, params string[] Segments)
{
    /// <summary>Whether a segment has live hazards only: what has a due date or a listing is live.</summary>
    public bool LiveOnly(int segment) => segment == 0 && IsDate;

    // Served by hazards_by_recorded, history_by_recorded and quiet_by_recorded.
    private static ListOrder Recorded(bool descending) => new("first_recorded_at", false, descending, "true");

    // Served by hazards_by_found.
    private static ListOrder Found(bool descending) => new("found_at", false, descending, "true");

    // Served by hazards_by_changed.
    private static ListOrder Changed(bool descending) => new("recorded_from", false, descending, "true");

    // Served by hazards_by_due and history_by_due; the second segment by the primary key.
    private static ListOrder Due(bool descending) => new("next_due", true, descending, "h.next_due < 'infinity'", "h.next_due = 'infinity'");

    /// <summary>The longest overdue first: hazards_by_due, history_by_due.</summary>
    public static readonly ListOrder Overdue = new("next_due", true, false, "h.next_due < 'infinity'");

    /// <summary>The fewest days left first: hazards_by_listing, history_by_listing.</summary>
    public static readonly ListOrder Listed = new("listing_deadline", true, false, "h.listing_deadline is not null");

    public static ListOrder Of(LedgerSort sort, bool descending) => sort switch
    {
        LedgerSort.Recorded => Recorded(descending),
        LedgerSort.Found => Found(descending),
        LedgerSort.Changed => Changed(descending),
        LedgerSort.Due => Due(descending),
        _ => throw new ArgumentOutOfRangeException(nameof(sort), sort, null),
    };
}
