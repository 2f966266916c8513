using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections.Store;
using Npgsql;

namespace Hazards.Projections.Writing;

/// <summary>
/// The statements that write facts, for those hazards only whose facts changed; after the hazards' rows (Schema/facts.sql).
/// </summary>
internal sealed class FactStatements(string schema)
{
    private readonly WriteStatement<(PendingRow Row, HazardFacts Facts)> writeHazards = new(schema, "write_facts", f => EventKey.Of(f.Row))
    {
        { "found_on", f => f.Facts.FoundOn },
        { "region", f => f.Facts.Region.Value },
        { "sector", f => f.Facts.Sector.Value },
        { "kind", f => CodeList.Code(f.Facts.Kind) },
        { "level", f => f.Facts.Level is { } level ? CodeList.Code(level) : null },
        { "late", f => f.Facts.Late },
        { "on_the_spot", f => f.Facts.OnTheSpot },
        { "dismissed", f => f.Facts.Dismissed },
        { "closed_on", f => f.Facts.ClosedOn },
        { "ground", f => f.Facts.Ground is { } ground ? CodeList.Code(ground) : null },
        { "plan_on", f => f.Facts.PlanOn },
        { "five_on", f => f.Facts.FiveOn },
        { "listed_on", f => f.Facts.ListedOn },
        { "province_on", f => f.Facts.ProvinceOn },
        { "reopened", f => f.Facts.Reopened },
        { "campaign", f => f.Facts.Campaign },
        { "inspection", f => f.Facts.Inspection },
        { "rested", f => f.Facts.Rested },
        { "closed_before", f => f.Facts.ClosedBefore },
        { "plan_before", f => f.Facts.PlanBefore },
        { "five_days", f => f.Facts.FiveDays },
    };

    private readonly WriteStatement<(PendingRow Row, LegFacts Facts)> writeLegs = new(schema, "write_leg_facts", f => EventKey.Of(f.Row))
    {
        { "leg", f => CodeList.Code(f.Facts.Leg) },
        { "term", f => f.Facts.Term },
        { "body", f => f.Facts.Body.Value },
        { "region", f => f.Facts.Region.Value },
        { "sector", f => f.Facts.Sector.Value },
        { "kind", f => CodeList.Code(f.Facts.Kind) },
        { "level", f => f.Facts.Level is { } level ? CodeList.Code(level) : null },
        { "dismissed", f => f.Facts.Dismissed },
        { "assigned_on", f => f.Facts.AssignedOn },
        { "ack_due", f => f.Facts.AckDue },
        { "acknowledged_on", f => f.Facts.AcknowledgedOn },
        { "deadline", f => f.Facts.Deadline },
        { "declared_on", f => f.Facts.DeclaredOn },
        { "accepted_on", f => f.Facts.AcceptedOn },
        { "ended_on", f => f.Facts.EndedOn },
        { "finished_on", f => f.Facts.FinishedOn },
        { "failed", f => f.Facts.Failed },
        { "looked_on", f => f.Facts.LookedOn },
        { "reopened_on", f => f.Facts.ReopenedOn },
        { "funds", f => f.Facts.Funds },
        { "funds_on", f => f.Facts.FundsOn },
        { "late", f => f.Facts.Late },
        { "late_due", f => f.Facts.LateDue },
        { "resumed_on", f => f.Facts.ResumedOn },
        { "owed_until", f => f.Facts.OwedUntil },
    };

    private readonly WriteStatement<(PendingRow Row, ListingFacts Facts)> writeListings =
        new(schema, "write_listing_facts", f => EventKey.Of(f.Row))
        {
            { "term", f => f.Facts.Term },
            { "region", f => f.Facts.Region.Value },
            { "sector", f => f.Facts.Sector.Value },
            { "kind", f => CodeList.Code(f.Facts.Kind) },
            { "level", f => CodeList.Code(f.Facts.Level) },
            { "listed_by", f => f.Facts.By.Value },
            { "listed_on", f => f.Facts.ListedOn },
            { "ended_on", f => f.Facts.EndedOn },
            { "counts", f => f.Facts.Counts },
        };

    private readonly WriteStatement<(PendingRow Row, long Entry, IReportEvent Event)> writeReports =
        new(schema, "write_reports", r => EventKey.Of(r.Row))
        {
            { "entry", r => r.Entry },
            { "kind", r => CodeList.Code(r.Event.Kind) },
            { "region", r => r.Event.Region.Value },
            { "period", r => r.Event.Period.Value },
            { "last_day", r => r.Event.Period.Last },
            { "frozen", r => r.Event is ReportFrozen },
            { "body", r => DomainJson.Write(r.Event) },
        };

    public void AddTo(NpgsqlBatch batch, IReadOnlyList<PendingRow> rows)
    {
        var hazards = new List<(PendingRow Row, HazardFacts Facts)>(rows.Count);
        var legs = new List<(PendingRow Row, LegFacts Facts)>();
        var listings = new List<(PendingRow Row, ListingFacts Facts)>();
        var reports = new List<(PendingRow Row, long Entry, IReportEvent Event)>();
        foreach (var row in rows)
            if (row.Row is PendingState.OfHazard { Facts: { } changed })
            {
                if (changed.Hazard is { } facts)
                    hazards.Add((row, facts));
                legs.AddRange(changed.Legs.Select(l => (row, l)));
                listings.AddRange(changed.Listings.Select(l => (row, l)));
            }
            else if (row.Row is PendingState.OfReport report)
            {
                reports.AddRange(report.After.Entries.Select((e, i) => (row, i + 1L, e)));
            }

        writeHazards.AddTo(batch, hazards);
        writeLegs.AddTo(batch, legs);
        writeListings.AddTo(batch, listings);
        writeReports.AddTo(batch, reports);
    }
}
