using System.Collections.Immutable;
using Hazards.Domain;

namespace Hazards.Projections;

/// <summary>检查户次.</summary>
/// <param name="Visits">户次: visits that count.</param>
/// <param name="Units">家: distinct units.</param>
/// <param name="WithoutHazards">Visits that found nothing: no hazard on record and none claimed.</param>
/// <param name="Late">Visits entered late (补录).</param>
/// <param name="Claimed">Hazards the inspectors say they found.</param>
public sealed record VisitCounts(int Visits, int Units, int WithoutHazards, int Late, int Claimed);

/// <summary>
/// What was found. Hazards rejected as unfounded or merged into another do not count; those fixed at once are in no figure but
/// their own.
/// </summary>
/// <param name="Found">查出隐患, without those fixed on the spot or by an own check.</param>
/// <param name="OnTheSpot">立行立改: fixed before an inspector's eyes.</param>
/// <param name="OwnChecks">自查自改: found and fixed by the enterprise itself.</param>
/// <param name="ByDeadline">限期整改: handed over with a deadline.</param>
/// <param name="Rectified">Of those found, closed after acceptance.</param>
/// <param name="Major">Of those found, major.</param>
/// <param name="MajorRectified">Of the major ones, closed after acceptance.</param>
/// <param name="Open">Of those found, not closed.</param>
/// <param name="Overdue">Of the open ones, with a duty past its date.</param>
public sealed record FoundCounts(
    int Found, int OnTheSpot, int OwnChecks, int ByDeadline, int Rectified, int Major, int MajorRectified, int Open, int Overdue)
{
    internal static readonly FoundCounts None = new(0, 0, 0, 0, 0, 0, 0, 0, 0);


    /// <summary>整改率, per cent with one decimal; null when nothing was found.</summary>
    public decimal? Rate => Found == 0 ? null : Math.Round(100m * Rectified / Found, 1, MidpointRounding.AwayFromZero);
}

/// <summary>One line of the figures: the total, a region or a sector.</summary>
/// <param name="Region">The region; null in the total and in lines by sector.</param>
/// <param name="Sector">The sector; null in the total and in lines by region.</param>
/// <param name="Visits">The visits; null where hazards are asked for by themselves.</param>
/// <param name="Hazards">What was found.</param>
public sealed record FigureLine(RegionCode? Region, SectorCode? Sector, VisitCounts? Visits, FoundCounts Hazards);

/// <summary>A campaign or a special period in figures.</summary>
/// <param name="Total">All of it.</param>
/// <param name="ByRegion">By region, one administrative level below the widest; by code.</param>
/// <param name="BySector">By sector; by code.</param>
public sealed record InspectionFigures(FigureLine Total, ImmutableArray<FigureLine> ByRegion, ImmutableArray<FigureLine> BySector);
