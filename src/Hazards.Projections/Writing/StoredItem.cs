using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Projections.Writing;

/// <summary>
/// What a list shows of a version: a <see cref="HazardItem"/> but for what the log adds (position, recorded times) and
/// what depends on the day it is read (days overdue, next step).
/// </summary>
internal sealed record StoredItem(
    DateTimeOffset FoundAt, bool Late,
    RegionCode Region, SectorCode Sector, HazardKind Kind, ReportSource Source, string? Category, string Title, string? Place,
    string? EnterpriseName, CreditCode? EnterpriseCode, ExternalReference? Reference, string? ReportedLevel, string? LedgerState,
    Level? Level, Stage Stage, Listing? Listing,
    BodyId ReportedBy, BodyId? AssignedBy, ImmutableArray<LegItem> Legs, ImmutableArray<StoredClock> Clocks,
    bool Suspended, BodyId? EscalatedTo, Closure? Closure, int Reopened, HazardId? MergedInto)
{
    public static StoredItem From(Hazard hazard, ImmutableArray<Clock> clocks) => new(
        hazard.FoundAt, hazard.LateEntry,
        hazard.Region, hazard.Sector, hazard.Kind, hazard.Source, hazard.Category, hazard.Title, hazard.Place?.Text,
        hazard.Enterprise?.Name, hazard.Enterprise?.CreditCode, hazard.Reference, hazard.ReportedLevel, hazard.LedgerState,
        hazard.Level, hazard.Stage, hazard.Listing,
        hazard.ReportedBy, hazard.AssignedBy, [.. hazard.Legs.Values.Select(Leg)], [.. clocks.Select(c => Clock(c, hazard))],
        hazard.Suspension is not null, hazard.EscalatedTo, hazard.Closure, hazard.Reopened, hazard.MergedInto);

    private static LegItem Leg(LegState leg) => new(
        leg.Leg, leg.Body, leg.Stage, leg.Deadline, leg.DeadlineAssumed, leg.Supervisor, leg.ResponsiblePerson,
        leg.AssignedAt, leg.AcknowledgedAt, leg.LastHeardAt, leg.Percent, leg.Failed, leg.Extensions, leg.Request is not null,
        leg.Steps.GetValueOrDefault(SupervisionStep.Urge), leg.SupervisedAt)
    {
        EnteredOn = leg.EnteredOn,
    };

    private static StoredClock Clock(Clock clock, Hazard hazard)
    {
        var taken = clock.Leg is { } leg ? hazard.Legs[leg].Steps : hazard.Steps;
        return new StoredClock(
            clock.Kind, clock.Leg, clock.Body, clock.Since, clock.Due,
            [.. hazard.MissedOf(clock) is { } missed ? missed.Rungs : taken.Keys], clock.Provisional)
        {
            LateFrom = Ring.LateFrom(clock.Kind, clock.Leg, clock.Due, hazard) is var from && from > clock.Due ? from : null,
        };
    }

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, DomainJson.Options);

    public static StoredItem FromJson(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize<StoredItem>(json, DomainJson.Options) ?? throw new JsonException("an item is null");

    /// <summary>The item as it looks on a day.</summary>
    public HazardItem ToItem(HazardId id, long version, long position, DateTimeOffset firstRecorded, DateTimeOffset recorded, DateOnly today, Rulebook rules) => new(
        id, version, position, firstRecorded, recorded, FoundAt, Late,
        Region, Sector, Kind, Source, Category, Title, Place,
        EnterpriseName, EnterpriseCode, Reference, ReportedLevel, LedgerState,
        Level, Stage, Listing?.Level, Listing?.By, Listing?.At, Listing?.Deadline, Listing?.Document,
        ReportedBy, AssignedBy, Legs, [.. Clocks.Select(c => c.ToItem(today, rules, Region, Level))],
        Suspended, EscalatedTo, Closure?.Ground, Closure?.At, Closure?.Result, Reopened, MergedInto) { Listing = Listing };
}

/// <summary>An open clock, with the supervision steps taken against it: what <see cref="Policy.NextStep"/> asks for.</summary>
internal sealed record StoredClock(
    ClockKind Kind, Leg? Leg, BodyId? Body, DateTimeOffset Since, DateOnly Due, ImmutableArray<SupervisionStep> Taken,
    bool Provisional = false)
{
    /// <summary>The day from which it climbs the ladder, where that is not its last.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateOnly? LateFrom { get; init; }

    /// <summary>The clock on a day: the ladder is that of the day after the due date, the warning that of when the duty began.</summary>
    public ClockItem ToItem(DateOnly today, Rulebook rules, RegionCode region, Level? level)
    {
        var days = today.DayNumber - Due.DayNumber;
        var next = rules.PolicyOn(region, Due.AddDays(1)).NextStep(Kind, level, LateFrom ?? Due, today, rules.Calendar, Taken.ToHashSet());
        var (light, warning) = Lights.Of(Kind, -days, rules.PolicyAt(region, Since));
        return new ClockItem(Kind, Leg, Body, Since, Due, days, next, Provisional) { Light = light, Warning = warning };
    }
}
