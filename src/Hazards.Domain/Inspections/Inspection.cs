using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>A fact about an inspection: a unit inspected once, 1 户次.</summary>
public interface IInspectionEvent : IDomainEvent;

/// <summary>Who inspects.</summary>
public enum InspectionSource
{
    /// <summary>行业部门检查.</summary>
    [Label("监督检查", "A public body's safety inspection")] Inspection,

    /// <summary>执法检查.</summary>
    [Label("执法检查", "An enforcement inspection")] Enforcement,

    /// <summary>专家会诊.</summary>
    [Label("专家会诊", "Hired experts")] Expert,

    /// <summary>网格员巡查.</summary>
    [Label("网格员巡查", "A grid worker's round")] GridWorker,

    /// <summary>督查暗访.</summary>
    [Label("督查暗访", "A supervision group, announced or not")] Supervision,

    /// <summary>企业自查.</summary>
    [Label("企业自查", "The unit's own inspection")] SelfInspection,

    /// <summary>其他.</summary>
    [Label("其他", "Another kind")] Other,
}

/// <summary>登记检查: a unit was inspected, with or without hazards found.</summary>
/// <param name="Id">Its identity.</param>
/// <param name="Unit">The unit.</param>
/// <param name="Region">Where, by GB/T 2260.</param>
/// <param name="Sector">行业领域.</param>
/// <param name="On">The day.</param>
/// <param name="Source">Who inspected.</param>
/// <param name="Inspectors">Who, in words.</param>
/// <param name="Findings">What was found, in words.</param>
/// <param name="HazardsClaimed">How many hazards the inspectors say they found; those reported are counted by themselves.</param>
/// <param name="Campaign">The campaign it was made in.</param>
/// <param name="Reference">The entering system's number, if any.</param>
[EventType("inspection_made", "登记检查", "Inspection entered")]
public sealed record InspectionMade(
    Guid Id, Enterprise Unit, RegionCode Region, SectorCode Sector, DateOnly On, InspectionSource Source,
    string? Inspectors, string? Findings, int? HazardsClaimed, Guid? Campaign, ExternalReference? Reference) : IInspectionEvent;

/// <summary>更正检查: the facts are these. What stood before stays in the log.</summary>
[EventType("inspection_corrected", "更正检查", "Inspection corrected")]
public sealed record InspectionCorrected(
    Enterprise Unit, RegionCode Region, SectorCode Sector, DateOnly On, InspectionSource Source,
    string? Inspectors, string? Findings, int? HazardsClaimed, Guid? Campaign, string Reason) : IInspectionEvent;

/// <summary>作废检查: it was entered in error and counts no more.</summary>
[EventType("inspection_voided", "作废检查", "Inspection voided")]
public sealed record InspectionVoided(string Reason) : IInspectionEvent;

/// <summary>
/// An inspection as its events leave it. Its body is the one that entered it; late (补录): later than the policy allows for a
/// prompt entry.
/// </summary>
public sealed record Inspection(
    Guid Id, Enterprise Unit, RegionCode Region, SectorCode Sector, DateOnly On, InspectionSource Source,
    string? Inspectors, string? Findings, int? HazardsClaimed, Guid? Campaign, ExternalReference? Reference,
    BodyId By, bool Late, bool Voided, long Version)
{
    /// <summary>
    /// What makes two visits visits to the same unit: its credit code; without one, its name, whatever its width, case and
    /// blanks.
    /// </summary>
    [JsonIgnore]
    public string UnitKey => Unit.CreditCode?.Value ?? KeyOf(Unit.Name);

    /// <summary>The key of a unit by its credit code or name.</summary>
    public static string KeyOf(string unit)
    {
        ArgumentNullException.ThrowIfNull(unit);
        return new string([.. unit.Where(c => !char.IsWhiteSpace(c)).Select(c => char.ToUpperInvariant(Narrow(c)))]);
    }

    // The full-width forms of ASCII that Chinese input methods produce; brackets come in both widths in registers of units.
    private static char Narrow(char c) => c is >= '！' and <= '～' ? (char)(c - '！' + '!') : c;

    /// <summary>
    /// Whether a hazard cannot have been found in it, by what stands on record: it was found before its day, or its place is another.
    /// Either may be wrong, or have been corrected since.
    /// </summary>
    /// <param name="foundOn">The day on which the hazard was found.</param>
    /// <param name="region">Where it is.</param>
    public bool IsContradictedBy(DateOnly foundOn, RegionCode region) => foundOn < On || !InspectionChecks.AreOfOnePlace(Region, region);

    /// <summary>
    /// The identity of an inspection that a sender (<see cref="Actor.Sender"/>) knows under its own number; a new one for any
    /// other.
    /// </summary>
    public static Guid IdentityOf(string sender, ExternalReference? reference) =>
        reference is null ? Guid.CreateVersion7() : StreamIds.Named("inspection of", $"{sender}\n{reference.System}\n{reference.Id}");

    /// <summary>The same before numbers were per sender; whose it was the inspection's first event says.</summary>
    public static Guid Shared(ExternalReference reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        return StreamIds.Named("inspection", reference.System + "\n" + reference.Id);
    }

    /// <summary>Folds one event.</summary>
    public static Inspection Apply(Inspection? inspection, IInspectionEvent happened, EventContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return happened switch
        {
            InspectionMade e => new Inspection(
                e.Id, e.Unit, e.Region, e.Sector, e.On, e.Source, e.Inspectors, e.Findings, e.HazardsClaimed, e.Campaign, e.Reference,
                context.Body, context.Entry == Entry.Late, false, 1),
            InspectionCorrected e when inspection is not null => inspection with
            {
                Unit = e.Unit, Region = e.Region, Sector = e.Sector, On = e.On, Source = e.Source, Inspectors = e.Inspectors,
                Findings = e.Findings,
                HazardsClaimed = e.HazardsClaimed, Campaign = e.Campaign, Version = inspection.Version + 1,
            },
            InspectionVoided when inspection is not null => inspection with { Voided = true, Version = inspection.Version + 1 },
            _ => throw new InvalidOperationException($"{happened?.GetType().Name} cannot happen to this inspection"),
        };
    }
}
