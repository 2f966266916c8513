using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections.Store;

namespace Hazards.Api.LifeCycle;

/// <summary>
/// 移出辖区: the event by which a hazard left a jurisdiction is the last that who follows it there is told: it would else keep the hazard
/// open for ever. What happens to it afterwards is the next one's.
/// </summary>
internal static class Departure
{
    private static readonly string Corrected = EventTypes.NameOf(typeof(HazardCorrected));

    /// <summary>Where in a jurisdiction the hazard was until this event; null where it does not leave it.</summary>
    public static RegionCode? From(RecordedEvent e, RegionCode jurisdiction) =>
        e.Type == Corrected && DomainJson.ReadEvent(e.Type, e.Data.Span)
                is HazardCorrected { Field: CorrectableField.Region, From: { } from, To: { } to }
            && RegionCode.Parse(from) is var left && jurisdiction.Contains(left) && !jurisdiction.Contains(RegionCode.Parse(to))
            ? left
            : null;
}
