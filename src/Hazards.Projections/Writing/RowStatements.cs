using System.Globalization;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections.Store;
using Npgsql;

namespace Hazards.Projections.Writing;

/// <summary>The statements that write rows, into a schema: the live one, or that of a rebuild. Hazards are the first.</summary>
internal sealed class RowStatements(string schema)
{
    // How many rows pass between two looks at whether it is time for an epoch or a sum of the board.
    private const int RowsBetweenLooks = 1024;

    // How the statement reads a body that is null; no body has this name.
    private const string NoBody = "-";

    private readonly WriteStatement<NewHazard> writeHazards = new(schema, "write_hazards", h => EventKey.Of(h.Pending))
    {
        { "live", h => h.Row.Live },
        { "region", h => h.Hazard.Region.Value },
        { "sector", h => h.Hazard.Sector.Value },
        { "stage", h => CodeList.Code(h.Hazard.Stage) },
        { "level", h => h.Hazard.Level is { } level ? CodeList.Code(level) : null },
        { "kind", h => CodeList.Code(h.Hazard.Kind) },
        { "source", h => CodeList.Code(h.Hazard.Source) },
        { "found_at", h => h.Hazard.FoundAt.UtcDateTime },
        { "late", h => h.Hazard.LateEntry },
        { "dual", h => h.Hazard.IsDual },
        { "reopened", h => h.Hazard.Reopened },
        { "enterprise", h => h.Hazard.Enterprise?.CreditCode?.Value },
        { "listing_level", h => h.Hazard.Listing is { } listing ? CodeList.Code(listing.Level) : null },
        { "listed_by", h => h.Hazard.Listing?.By.Value },
        { "listing_deadline", h => h.Hazard.Listing?.Deadline },
        { "leg_bodies", h => string.Join(',', h.Hazard.Legs.Values.Select(l => l.Body.Value)) },
        { "next_due", h => h.Row.NextDue },
        { "clock_kinds", h => string.Join(',', h.Row.Clocks.Select(c => CodeList.Code(c.Kind))) },
        { "clock_bodies", h => string.Join(',', h.Row.Clocks.Select(c => c.Body?.Value ?? NoBody)) },
        { "clock_dues", h => string.Join(',', h.Row.Clocks.Select(c => c.Due.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))) },
        { "closed_at", h => h.Hazard.Closure?.At.UtcDateTime },
        { "next_ring", h => h.Row.NextRing },
        { "item", h => h.Row.Item },
    };

    private readonly WriteStatement<NewText> writeTexts = new(schema, "write_texts", t => EventKey.Of(t.Pending))
    {
        { "words", t => t.Words },
        { "all_grams", texts => texts.SelectMany(t => t.Grams).ToArray() },
        { "grams", t => t.Grams.Length },
    };

    private readonly RegistryStatements registry = new(schema);
    private readonly InspectionStatements inspections = new(schema);
    private readonly InboxStatements inbox = new(schema);
    private readonly NoticeStatements noticeStatements = new(schema);
    private readonly FactStatements facts = new(schema);
    private readonly ClockStatements clocks = new(schema);
    private readonly AccessStatements access = new(schema);
    private int rowsUntilLook;

    public void AddTo(NpgsqlBatch batch, IReadOnlyList<PendingRow> rows)
    {
        var hazards = new List<NewHazard>(rows.Count);
        var texts = new List<NewText>();
        var notices = new List<EventNotice>(rows.Count);
        var openings = new List<Opening>();
        foreach (var row in rows)
            switch (row.Row)
            {
                case PendingState.OfHazard h:
                    hazards.Add(new NewHazard(row, h.Row));
                    if (NewText.Of(row, h) is { } text)
                        texts.Add(text);
                    notices.AddRange(h.Notices);
                    break;
                case PendingState.OfOpenings o:
                    openings.AddRange(o.Openings);
                    break;
                case PendingState:
                    break;
                default:
                    throw new ArgumentException($"A row must be a {nameof(PendingState)}, not a {row.Row.GetType().Name}.", nameof(rows));
            }

        writeHazards.AddTo(batch, hazards);
        Keep(batch, hazards.Count);
        writeTexts.AddTo(batch, texts);
        registry.AddTo(batch, rows);
        inspections.AddTo(batch, rows);
        inbox.AddTo(batch, notices, openings);
        noticeStatements.AddTo(batch, notices);
        facts.AddTo(batch, rows);
        clocks.AddTo(batch, rows);
        access.AddTo(batch, rows);
    }

    private void Keep(NpgsqlBatch batch, int rows)
    {
        rowsUntilLook -= rows;
        if (rows == 0 || rowsUntilLook > 0)
            return;
        rowsUntilLook = RowsBetweenLooks;
        batch.BatchCommands.Add(new NpgsqlBatchCommand($"select {schema}.keep()"));
    }

    private readonly record struct NewHazard(PendingRow Pending, HazardRow Row)
    {
        public Hazard Hazard => Row.Hazard;
    }

    /// <summary>The words of a hazard, when they or its region differ from those before.</summary>
    private readonly record struct NewText(PendingRow Pending, string Words, int[] Grams)
    {
        public static NewText? Of(PendingRow pending, PendingState.OfHazard state)
        {
            var words = HazardRow.Words(state.After);
            if (state.Before is { } before && before.Region == state.After.Region && HazardRow.Words(before) == words)
                return null;
            var normalized = Search.Grams.Normalize(words);
            return new NewText(pending, normalized, Search.Grams.Of(normalized, state.After.Region));
        }
    }
}
