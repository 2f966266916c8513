using Hazards.Domain;

namespace Hazards.Projections;

/// <summary>
/// What an append was decided without: seals on these records that are newer than a position. The append is refused by
/// the database (<see cref="Broken"/>) when there is one by then, and must be decided again.
/// </summary>
/// <param name="Enterprise">The enterprise whose records are changed.</param>
/// <param name="Region">Where they are.</param>
/// <param name="Seen">The newest seal that was known to the decision: its position; 0 when there was none.</param>
public sealed record SealGuard(Enterprise Enterprise, RegionCode Region, long Seen)
{
    /// <summary>The SQLSTATE of an append that a seal overtook.</summary>
    public const string Broken = "SL001";
}
