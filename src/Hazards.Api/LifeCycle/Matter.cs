using System.Collections.Immutable;
using Hazards.Domain;

namespace Hazards.Api.LifeCycle;

/// <summary>
/// 同一事项: a hazard, with what it goes on as and all that was merged into that, each with the instant until which it was so. A seal on
/// the records of one holds them all: whoever writes in one of them writes of the same thing; and none is let out of a seal by its being
/// reopened.
/// </summary>
/// <param name="All">The hazard first, then the others as they were found.</param>
internal sealed record Matter(ImmutableArray<(Hazard Hazard, DateTimeOffset? Until)> All)
{
    /// <summary>What the hazard shares the fate of now, by way of how many others it may be; null where it is not merged.</summary>
    public Hazard? Survivor => Chain(All[0].Hazard).LastOrDefault();

    /// <summary>What was merged into the hazard and still is, also by way of another.</summary>
    public ImmutableArray<Hazard> Merged =>
        [.. All.Skip(1).Select(a => a.Hazard).Where(h => Chain(h).Any(into => into.Id == All[0].Hazard.Id))];

    /// <summary>A matter of one.</summary>
    public static Matter Of(Hazard hazard) => new([(hazard, null)]);

    private IEnumerable<Hazard> Chain(Hazard hazard)
    {
        for (var i = 1; i < All.Length; i++)
            if (All.FirstOrDefault(a => a.Hazard.Id == hazard.MergedInto).Hazard is not { } into)
                yield break;
            else
                yield return hazard = into;
    }
}
