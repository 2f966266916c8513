using System.Collections.Immutable;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>A policy in force for a jurisdiction during a time.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Jurisdiction">For hazards in this region.</param>
/// <param name="From">The first day it applies.</param>
/// <param name="To">The last day it applies; null while it is not superseded.</param>
public sealed record Adopted(Policy Policy, RegionCode Jurisdiction, DateOnly From, DateOnly? To)
{
    /// <summary>Whether it applies in a region on a day.</summary>
    public bool Applies(RegionCode region, DateOnly day) => Jurisdiction.Contains(region) && From <= day && !(To < day);
}

/// <summary>
/// The policies a deployment has adopted and the calendar it counts by. A policy is adopted for days to come only, so
/// what applied at an instant never changes afterwards: a replay finds the policy that was in force then.
/// </summary>
/// <param name="Adopted">Every adoption there ever was, in the order of the log.</param>
/// <param name="Calendar">The newest edition; earlier ones are reached from it.</param>
public sealed record Rulebook(ImmutableArray<Adopted> Adopted, WorkCalendar Calendar)
{
    /// <summary>What applies before anything is adopted: the national baseline and the shipped calendar.</summary>
    public static Rulebook Baseline { get; } = new([], WorkCalendar.Shipped);

    /// <summary>Whether any policy there ever was counts a duty in working days: else no due date depends on the calendar.</summary>
    public bool CountsWorkingDays => Adopted.Select(a => a.Policy).Append(Policy.NationalBaseline)
        .Any(p => p.Clocks.Any(c => c.Count == DayCount.Working) || p.Supervision.Any(s => s.Count == DayCount.Working));

    /// <summary>Whether any policy there ever was has the service make papers with acts.</summary>
    public bool MakesPapers => Adopted.Select(a => a.Policy).Append(Policy.NationalBaseline).Any(p => !p.Papers.IsEmpty);

    /// <summary>The policy for a region on a day: that of the narrowest jurisdiction, else the national baseline.</summary>
    public Policy PolicyOn(RegionCode region, DateOnly day)
    {
        Adopted? best = null;
        foreach (var adopted in Adopted)
            if (adopted.Applies(region, day) && !(best?.Jurisdiction.Value.Length > adopted.Jurisdiction.Value.Length))
                best = adopted;
        return best?.Policy ?? Policy.NationalBaseline;
    }

    /// <summary>
    /// Who may see persons in a region at an instant: who may by the policy of the place and by every one above it. A lower level shows
    /// persons to fewer, never to more, also where a level above has narrowed it since.
    /// </summary>
    public PrivacyRule PrivacyAt(RegionCode region, DateTimeOffset instant) => Authority.Wider(region).Aggregate(
        PolicyAt(region, instant).Privacy, (own, wider) => own.Within(PolicyAt(wider, instant).Privacy));

    /// <summary>The policy for a region at an instant.</summary>
    public Policy PolicyAt(RegionCode region, DateTimeOffset instant) => PolicyOn(region, ChinaTime.DateAt(instant));
}
