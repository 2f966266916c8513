using System.Text.Json;
using Hazards.Projections.Store;

namespace Hazards.Api.Simulation.Year;

/// <summary>
/// A naive recount: reads every event of the log as plain JSON and keeps what it needs in dictionaries. Shares no code
/// with the domain's folding, the rows or the figures, which it is there to check.
/// </summary>
internal sealed class Recount
{
    private readonly Dictionary<Guid, Hazard> _hazards = [];
    private readonly Dictionary<Guid, Visit> _visits = [];

    public sealed class Hazard
    {
        public DateOnly Found;
        public string Region = "";
        public string Sector = "";
        public string? Level;
        public string? Campaign;
        public bool Unfounded;
        public bool Closed;
        public DateOnly ClosedOn;
        public bool OnTheSpot;
        public bool Assigned;
    }

    public sealed class Visit
    {
        public string Unit = "";
        public string Sector = "";
        public DateOnly On;
        public string? Campaign;
        public bool Voided;
    }

    public IEnumerable<Hazard> Hazards => _hazards.Values.Where(h => !h.Unfounded);

    public IEnumerable<Visit> Visits => _visits.Values.Where(v => !v.Voided);

    /// <summary>Events read.</summary>
    public long Events { get; private set; }

    public static async Task<Recount> OfAsync(IEventLog log, CancellationToken cancellationToken)
    {
        var recount = new Recount();
        await foreach (var e in log.ReadAllAsync(0, null, cancellationToken))
            recount.Take(e);
        return recount;
    }

    private void Take(RecordedEvent e)
    {
        Events++;
        if (e.StreamType is not ("hazard" or "inspection"))
            return;
        using var data = JsonDocument.Parse(e.Data);
        using var headers = JsonDocument.Parse(e.Headers);
        var day = DateOnly.FromDateTime(
            headers.RootElement.GetProperty("occurredAt").GetDateTimeOffset().ToOffset(TimeSpan.FromHours(8)).DateTime);
        if (e.StreamType == "hazard")
            OnHazard(e, data.RootElement, day);
        else
            OnVisit(e, data.RootElement);
    }

    private void OnHazard(RecordedEvent e, JsonElement data, DateOnly day)
    {
        if (e.Type == "hazard_reported")
            _hazards[e.StreamId] = new Hazard
            {
                Found = day, Region = Text(data, "region")!, Sector = Text(data, "sector")!, Campaign = Text(data, "campaign"),
            };
        var hazard = _hazards[e.StreamId];
        switch (e.Type)
        {
            case "hazard_verified": hazard.Level = Text(data, "level"); break;
            case "hazard_regraded": hazard.Level = Text(data, "to"); break;
            case "hazard_rejected" or "hazard_withdrawn" or "hazard_merged": hazard.Unfounded = true; break;
            case "hazard_fixed_on_the_spot": hazard.OnTheSpot = true; break;
            case "hazard_assigned": hazard.Assigned = true; break;
            case "hazard_closed": (hazard.Closed, hazard.ClosedOn) = (true, day); break;
            case "hazard_reopened": (hazard.Closed, hazard.OnTheSpot, hazard.Unfounded) = (false, false, false); break;
        }
    }

    private void OnVisit(RecordedEvent e, JsonElement data)
    {
        if (e.Type == "inspection_made")
            _visits[e.StreamId] = new Visit
            {
                Unit = UnitOf(data.GetProperty("unit")), Sector = Text(data, "sector")!,
                On = DateOnly.Parse(Text(data, "on")!, System.Globalization.CultureInfo.InvariantCulture),
                Campaign = Text(data, "campaign"),
            };
        else if (e.Type == "inspection_voided")
            _visits[e.StreamId].Voided = true;
    }

    private static string UnitOf(JsonElement unit) => Text(unit, "creditCode") ?? Text(unit, "name")!;

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() : null;
}
