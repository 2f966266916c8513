using System.Text.Json.Nodes;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Api.Simulation.Year;

/// <summary>
/// The inspectors of the counties: visits that find something are entered with what they find, the others in the evening.
/// </summary>
internal sealed class Inspectors(Callers callers, Prefecture prefecture, Drives drives, int hazards, Random random)
{
    // National fire campaign 2023: 1.85 million visits found 2.17 million hazards. Five of eight reports come from a visit.
    private const double VisitsPerHazard = 1.85 / 2.17;
    private const double ReportsFromVisits = 5.0 / 8;
    private const double LateShare = 0.05;
    private const int WorkingDays = 250;

    /// <summary>Visits entered so far.</summary>
    public int Visits { get; private set; }

    /// <summary>Enters the visit that found a hazard, where it was found by one; its id.</summary>
    public async Task<Guid?> FoundAsync(Body office, ReportHazard report, DateTimeOffset at, CancellationToken cancellationToken)
    {
        if (SourceOf(report.Source) is not { } source || report.Enterprise is not { } unit)
            return null;
        var day = ChinaTime.DateAt(at);
        var visit = Routes.BodyOf(
            new MakeInspection(unit, report.Region, report.Sector, day, source, "检查组", "查出隐患，见隐患清单", 1, CampaignOf(report.Sector, day)));
        visit["occurredAt"] = ChinaTime.Format(at.AddSeconds(-30));
        if (ChinaTime.DateAt(at.AddSeconds(-30)) != day)
            visit.Remove("occurredAt");
        var entered = Callers.Require(
            await callers.PostAsync(office, Role.Inspector, "inspections", visit, cancellationToken), "inspections");
        lock (random)
            Visits++;
        return Guid.Parse(entered.Json["id"]!.ToString());
    }

    /// <summary>The day's visits that found nothing, entered in the evening; some come late.</summary>
    public async Task EnterAsync(DateOnly day, CancellationToken cancellationToken)
    {
        if (!WorkCalendar.Shipped.IsWorked(day))
            return;
        foreach (var county in prefecture.Counties)
        {
            var items = new JsonArray();
            for (var expected = hazards * (VisitsPerHazard - ReportsFromVisits) / WorkingDays / prefecture.Counties.Length; expected > 0; expected--)
                if (random.NextDouble() < expected)
                    items.Add(Routine(county, day));
            if (items.Count == 0)
                continue;
            var answer = Callers.Require(await callers.PostAsync(county.Office, Role.Inspector, "inspections/batch", new JsonObject { ["items"] = items }, cancellationToken), "inspections/batch");
            if (answer.Json["refused"]!.GetValue<int>() > 0)
                throw new InvalidOperationException($"a visit was refused: {answer.Json}");
            lock (random)
                Visits += items.Count;
        }
    }

    private JsonObject Routine(County county, DateOnly day)
    {
        var on = random.NextDouble() < LateShare && day.DayOfYear > 20 ? day.AddDays(-random.Next(5, 13)) : day;
        var sector = prefecture.PickSector(random);
        var source = (InspectionSource)random.Next(4);
        return Routes.BodyOf(new MakeInspection(county.Enterprises[random.Next(county.Enterprises.Length)], county.Region, sector, on, source, "检查组", "未发现隐患", 0, CampaignOf(sector, on)));
    }

    private Guid? CampaignOf(SectorCode sector, DateOnly day) => drives.CampaignOf(sector, day) is { } id ? Guid.Parse(id) : null;

    internal static InspectionSource? SourceOf(ReportSource source) => source switch
    {
        ReportSource.Inspection => InspectionSource.Inspection,
        ReportSource.Enforcement => InspectionSource.Enforcement,
        ReportSource.GridWorker => InspectionSource.GridWorker,
        ReportSource.Expert => InspectionSource.Expert,
        _ => null,
    };
}
