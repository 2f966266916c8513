using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections.Store;
using Npgsql;
using NpgsqlTypes;

namespace Hazards.Projections.Writing;

/// <summary>The statements that write campaigns, inspections, and what was found in them (Schema/0009_campaigns.sql).</summary>
internal sealed class InspectionStatements(string schema)
{
    private readonly string writeCampaigns = RowStatements.Call(schema, "write_campaigns", 9);
    private readonly string writeInspections = RowStatements.Call(schema, "write_inspections", 13);
    private readonly string writeOrigins = RowStatements.Call(schema, "write_origins", 5);
    private readonly string writeFieldReports = RowStatements.Call(schema, "write_field_reports", 4);

    /// <summary>Adds what the rows need; after the hazards, whose rows the origins look at.</summary>
    public void AddTo(NpgsqlBatch batch, IReadOnlyList<PendingRow> rows)
    {
        var campaigns = new List<(PendingRow Row, Campaign Campaign)>();
        var inspections = new List<(PendingRow Row, Inspection Inspection)>();
        var origins = new List<(PendingRow Row, Hazard Hazard)>();
        var fieldReports = new List<(PendingRow Row, Guid Reporter)>();
        foreach (var row in rows)
        {
            if (row.Row is PendingState.OfCampaign c)
                campaigns.Add((row, c.After));
            else if (row.Row is PendingState.OfInspection i)
                inspections.Add((row, i.After));
            else if (row.Row is PendingState.OfHazard { Before: null, After: { } h })
            {
                if ((h.Inspection ?? h.Campaign) is not null)
                    origins.Add((row, h));
                if (FieldReport.ReporterOf(h.Reference) is { } reporter)
                    fieldReports.Add((row, reporter));
            }
        }

        if (campaigns.Count > 0)
            AddCampaigns(batch, campaigns);
        if (inspections.Count > 0)
            AddInspections(batch, inspections);
        if (origins.Count > 0)
            AddOrigins(batch, origins);
        if (fieldReports.Count > 0)
            AddFieldReports(batch, fieldReports);
    }

    private void AddCampaigns(NpgsqlBatch batch, List<(PendingRow Row, Campaign Campaign)> campaigns)
    {
        var command = Begin(writeCampaigns, campaigns, c => c.Row);
        command.AddColumn(NpgsqlDbType.Text, campaigns, c => CodeList.Code(c.Campaign.Kind));
        command.AddColumn(NpgsqlDbType.Date, campaigns, c => c.Campaign.From);
        command.AddColumn(NpgsqlDbType.Date, campaigns, c => c.Campaign.Last);
        command.AddColumn(NpgsqlDbType.Text, campaigns, c => string.Join(',', c.Campaign.Regions.Select(r => r.Value)));
        command.AddColumn(NpgsqlDbType.Text, campaigns, c => string.Join(',', c.Campaign.Sectors.Select(s => s.Value)));
        command.AddColumn(NpgsqlDbType.Json, campaigns, c => (ReadOnlyMemory<byte>)DomainJson.Write(c.Campaign));
        batch.BatchCommands.Add(command);
    }

    private void AddInspections(NpgsqlBatch batch, List<(PendingRow Row, Inspection Inspection)> inspections)
    {
        var command = Begin(writeInspections, inspections, i => i.Row);
        command.AddColumn(NpgsqlDbType.Text, inspections, i => i.Inspection.UnitKey);
        command.AddColumn(NpgsqlDbType.Text, inspections, i => i.Inspection.Unit.Name);
        command.AddColumn(NpgsqlDbType.Text, inspections, i => i.Inspection.Region.Value);
        command.AddColumn(NpgsqlDbType.Text, inspections, i => i.Inspection.Sector.Value);
        command.AddColumn(NpgsqlDbType.Date, inspections, i => i.Inspection.On);
        command.AddColumn(NpgsqlDbType.Uuid, inspections, i => i.Inspection.Campaign);
        command.AddColumn(NpgsqlDbType.Boolean, inspections, i => i.Inspection.Voided);
        command.AddColumn(NpgsqlDbType.Boolean, inspections, i => i.Inspection.Late);
        command.AddColumn(NpgsqlDbType.Integer, inspections, i => i.Inspection.HazardsClaimed);
        command.AddColumn(NpgsqlDbType.Json, inspections, i => (ReadOnlyMemory<byte>)DomainJson.Write(i.Inspection));
        batch.BatchCommands.Add(command);
    }

    private void AddOrigins(NpgsqlBatch batch, List<(PendingRow Row, Hazard Hazard)> origins)
    {
        var command = Begin(writeOrigins, origins, o => o.Row);
        command.AddColumn(NpgsqlDbType.Uuid, origins, o => o.Hazard.Inspection);
        command.AddColumn(NpgsqlDbType.Uuid, origins, o => o.Hazard.Campaign);
        batch.BatchCommands.Add(command);
    }

    private void AddFieldReports(NpgsqlBatch batch, List<(PendingRow Row, Guid Reporter)> reports)
    {
        var command = Begin(writeFieldReports, reports, r => r.Row);
        command.AddColumn(NpgsqlDbType.Uuid, reports, r => (Guid?)r.Reporter);
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
