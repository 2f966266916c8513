using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections.Store;
using Npgsql;
using NpgsqlTypes;

namespace Hazards.Projections.Writing;

/// <summary>The statements that write facts, for those hazards only whose facts changed; after the hazards' rows.</summary>
internal sealed class FactStatements(string schema)
{
    private readonly string writeFacts = RowStatements.Call(schema, "write_facts", 20);
    private readonly string writeLegs = RowStatements.Call(schema, "write_leg_facts", 24);
    private readonly string writeListings = RowStatements.Call(schema, "write_listing_facts", 12);
    private readonly string writeReports = RowStatements.Call(schema, "write_reports", 10);

    public void AddTo(NpgsqlBatch batch, List<(PendingRow Row, ChangedFacts Facts)> changed)
    {
        var hazards = changed.Where(c => c.Facts.Hazard is not null).Select(c => (c.Row, Facts: c.Facts.Hazard!)).ToList();
        if (hazards.Count > 0)
            AddHazards(batch, hazards);
        var legs = changed.SelectMany(c => c.Facts.Legs, (c, l) => (c.Row, Facts: l)).ToList();
        if (legs.Count > 0)
            AddLegs(batch, legs);
        var listings = changed.SelectMany(c => c.Facts.Listings, (c, l) => (c.Row, Facts: l)).ToList();
        if (listings.Count > 0)
            AddListings(batch, listings);
    }

    private void AddHazards(NpgsqlBatch batch, List<(PendingRow Row, HazardFacts Facts)> rows)
    {
        var command = Begin(writeFacts, rows, r => r.Row);
        command.AddColumn(NpgsqlDbType.Date, rows, r => r.Facts.FoundOn);
        command.AddColumn(NpgsqlDbType.Text, rows, r => r.Facts.Region.Value);
        command.AddColumn(NpgsqlDbType.Text, rows, r => r.Facts.Sector.Value);
        command.AddColumn(NpgsqlDbType.Text, rows, r => CodeList.Code(r.Facts.Kind));
        command.AddColumn(NpgsqlDbType.Text, rows, r => r.Facts.Level is { } level ? CodeList.Code(level) : null);
        command.AddColumn(NpgsqlDbType.Boolean, rows, r => r.Facts.Late);
        command.AddColumn(NpgsqlDbType.Boolean, rows, r => r.Facts.OnTheSpot);
        command.AddColumn(NpgsqlDbType.Boolean, rows, r => r.Facts.Dismissed);
        command.AddColumn(NpgsqlDbType.Date, rows, r => r.Facts.ClosedOn);
        command.AddColumn(NpgsqlDbType.Text, rows, r => r.Facts.Ground is { } ground ? CodeList.Code(ground) : null);
        command.AddColumn(NpgsqlDbType.Date, rows, r => r.Facts.PlanOn);
        command.AddColumn(NpgsqlDbType.Date, rows, r => r.Facts.FiveOn);
        command.AddColumn(NpgsqlDbType.Date, rows, r => r.Facts.ListedOn);
        command.AddColumn(NpgsqlDbType.Date, rows, r => r.Facts.ProvinceOn);
        command.AddColumn(NpgsqlDbType.Integer, rows, r => r.Facts.Reopened);
        command.AddColumn(NpgsqlDbType.Uuid, rows, r => r.Facts.Campaign);
        command.AddColumn(NpgsqlDbType.Uuid, rows, r => r.Facts.Inspection);
        batch.BatchCommands.Add(command);
    }

    private void AddLegs(NpgsqlBatch batch, List<(PendingRow Row, LegFacts Facts)> rows)
    {
        var command = Begin(writeLegs, rows, r => r.Row);
        command.AddColumn(NpgsqlDbType.Text, rows, r => CodeList.Code(r.Facts.Leg));
        command.AddColumn(NpgsqlDbType.Integer, rows, r => r.Facts.Term);
        command.AddColumn(NpgsqlDbType.Text, rows, r => r.Facts.Body.Value);
        command.AddColumn(NpgsqlDbType.Text, rows, r => r.Facts.Region.Value);
        command.AddColumn(NpgsqlDbType.Text, rows, r => r.Facts.Sector.Value);
        command.AddColumn(NpgsqlDbType.Text, rows, r => CodeList.Code(r.Facts.Kind));
        command.AddColumn(NpgsqlDbType.Text, rows, r => r.Facts.Level is { } level ? CodeList.Code(level) : null);
        command.AddColumn(NpgsqlDbType.Boolean, rows, r => r.Facts.Dismissed);
        command.AddColumn(NpgsqlDbType.Date, rows, r => r.Facts.AssignedOn);
        command.AddColumn(NpgsqlDbType.Date, rows, r => r.Facts.AckDue);
        command.AddColumn(NpgsqlDbType.Date, rows, r => r.Facts.AcknowledgedOn);
        command.AddColumn(NpgsqlDbType.Date, rows, r => r.Facts.Deadline);
        command.AddColumn(NpgsqlDbType.Date, rows, r => r.Facts.DeclaredOn);
        command.AddColumn(NpgsqlDbType.Date, rows, r => r.Facts.AcceptedOn);
        command.AddColumn(NpgsqlDbType.Date, rows, r => r.Facts.EndedOn);
        command.AddColumn(NpgsqlDbType.Date, rows, r => r.Facts.FinishedOn);
        command.AddColumn(NpgsqlDbType.Integer, rows, r => r.Facts.Failed);
        command.AddColumn(NpgsqlDbType.Text, rows, r => r.Facts.LookedOn);
        command.AddColumn(NpgsqlDbType.Date, rows, r => r.Facts.ReopenedOn);
        command.AddColumn(NpgsqlDbType.Numeric, rows, r => r.Facts.Funds);
        command.AddColumn(NpgsqlDbType.Date, rows, r => r.Facts.FundsOn);
        batch.BatchCommands.Add(command);
    }

    private void AddListings(NpgsqlBatch batch, List<(PendingRow Row, ListingFacts Facts)> rows)
    {
        var command = Begin(writeListings, rows, r => r.Row);
        command.AddColumn(NpgsqlDbType.Integer, rows, r => r.Facts.Term);
        command.AddColumn(NpgsqlDbType.Text, rows, r => r.Facts.Region.Value);
        command.AddColumn(NpgsqlDbType.Text, rows, r => r.Facts.Sector.Value);
        command.AddColumn(NpgsqlDbType.Text, rows, r => CodeList.Code(r.Facts.Kind));
        command.AddColumn(NpgsqlDbType.Text, rows, r => CodeList.Code(r.Facts.Level));
        command.AddColumn(NpgsqlDbType.Text, rows, r => r.Facts.By.Value);
        command.AddColumn(NpgsqlDbType.Date, rows, r => r.Facts.ListedOn);
        command.AddColumn(NpgsqlDbType.Date, rows, r => r.Facts.EndedOn);
        command.AddColumn(NpgsqlDbType.Boolean, rows, r => r.Facts.Counts);
        batch.BatchCommands.Add(command);
    }

    public void AddReports(NpgsqlBatch batch, List<(PendingRow Row, Report Report)> reports)
    {
        var rows = reports.SelectMany(r => r.Report.Entries.Select((e, i) => (r.Row, Version: i + 1L, Event: e))).ToList();
        var command = new NpgsqlBatchCommand(writeReports);
        command.AddColumn(NpgsqlDbType.Uuid, rows, r => r.Row.StreamId);
        command.AddColumn(NpgsqlDbType.Bigint, rows, r => r.Version);
        command.AddColumn(NpgsqlDbType.Bigint, rows, r => r.Row.Version);
        command.AddColumn(NpgsqlDbType.Uuid, rows, r => r.Row.LastEventId);
        command.AddColumn(NpgsqlDbType.Text, rows, r => CodeList.Code(r.Event.Kind));
        command.AddColumn(NpgsqlDbType.Text, rows, r => r.Event.Region.Value);
        command.AddColumn(NpgsqlDbType.Text, rows, r => r.Event.Period.Value);
        command.AddColumn(NpgsqlDbType.Date, rows, r => r.Event.Period.Last);
        command.AddColumn(NpgsqlDbType.Boolean, rows, r => r.Event is ReportFrozen);
        command.AddColumn(NpgsqlDbType.Json, rows, r => (ReadOnlyMemory<byte>)DomainJson.Write(r.Event));
        batch.BatchCommands.Add(command);
    }

    private static NpgsqlBatchCommand Begin<T>(string sql, List<T> rows, Func<T, PendingRow> row)
    {
        var command = new NpgsqlBatchCommand(sql);
        command.AddColumn(NpgsqlDbType.Uuid, rows, r => row(r).StreamId);
        command.AddColumn(NpgsqlDbType.Bigint, rows, r => row(r).Version);
        command.AddColumn(NpgsqlDbType.Uuid, rows, r => row(r).LastEventId);
        return command;
    }
}
