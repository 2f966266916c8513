using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections.Store;
using Npgsql;

namespace Hazards.Projections.Writing;

/// <summary>The statements that write campaigns, inspections, and what was found in them (Schema/inspections.sql).</summary>
internal sealed class InspectionStatements(string schema)
{
    private readonly WriteStatement<(PendingRow Row, Campaign Campaign)> writeCampaigns =
        new(schema, "write_campaigns", c => EventKey.Of(c.Row))
        {
            { "kind", c => CodeList.Code(c.Campaign.Kind) },
            { "from_date", c => c.Campaign.From },
            { "last_date", c => c.Campaign.Last },
            { "regions", c => string.Join(',', c.Campaign.Regions.Select(r => r.Value)) },
            { "sectors", c => string.Join(',', c.Campaign.Sectors.Select(s => s.Value)) },
            { "item", c => DomainJson.Write(c.Campaign) },
        };

    private readonly WriteStatement<(PendingRow Row, Inspection Inspection)> writeInspections =
        new(schema, "write_inspections", i => EventKey.Of(i.Row))
        {
            { "unit_key", i => i.Inspection.UnitKey },
            { "unit_name", i => i.Inspection.Unit.Name },
            { "region", i => i.Inspection.Region.Value },
            { "sector", i => i.Inspection.Sector.Value },
            { "on_date", i => i.Inspection.On },
            { "campaign", i => i.Inspection.Campaign },
            { "voided", i => i.Inspection.Voided },
            { "late", i => i.Inspection.Late },
            { "claimed", i => i.Inspection.HazardsClaimed },
            { "item", i => DomainJson.Write(i.Inspection) },
        };

    private readonly WriteStatement<(PendingRow Row, Hazard Hazard)> writeOrigins = new(schema, "write_origins", o => EventKey.Of(o.Row))
    {
        { "inspection", o => o.Hazard.Inspection },
        { "campaign", o => o.Hazard.Campaign },
    };

    private readonly WriteStatement<(PendingRow Row, Guid Reporter)> writeFieldReports =
        new(schema, "write_field_reports", r => EventKey.Of(r.Row))
        {
            { "reporter", r => r.Reporter },
        };

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

        writeCampaigns.AddTo(batch, campaigns);
        writeInspections.AddTo(batch, inspections);
        writeOrigins.AddTo(batch, origins);
        writeFieldReports.AddTo(batch, fieldReports);
    }
}
