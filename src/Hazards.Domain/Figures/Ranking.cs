using System.Collections.Immutable;

namespace Hazards.Domain;

/// <summary>What was counted for one measure of one participant.</summary>
/// <param name="Measure">The measure.</param>
/// <param name="Numerator">Cases that speak for it; for <see cref="RankingMeasure.OverdueDays"/> the days overdue in all.</param>
/// <param name="Denominator">All cases.</param>
public readonly record struct Tally(RankingMeasure Measure, long Numerator, long Denominator);

/// <summary>A measure with its share in the score.</summary>
/// <param name="Measure">The measure.</param>
/// <param name="Weight">Its weight in the policy.</param>
/// <param name="Numerator">See <see cref="Tally"/>.</param>
/// <param name="Denominator">See <see cref="Tally"/>.</param>
/// <param name="Value">0 to 100 with two decimals; null without a case, and then its weight goes to the others.</param>
public sealed record MeasuredShare(RankingMeasure Measure, decimal Weight, long Numerator, long Denominator, decimal? Value);

/// <summary>One line of a ranking.</summary>
/// <param name="Key">Who: the body's identity or the region's code.</param>
/// <param name="Rank">1 is the best; equal scores share a rank and the next one is skipped; null when not ranked.</param>
/// <param name="Score">0 to 100 with two decimals; null when no measure had a case.</param>
/// <param name="Legs">Legs in hand during the period.</param>
/// <param name="Measures">How the score came about.</param>
public sealed record RankedLine(string Key, int? Rank, decimal? Score, long Legs, ImmutableArray<MeasuredShare> Measures);

/// <summary>The formula of a ranking: every measure 0 to 100, weighted as the policy says.</summary>
public static class Ranking
{
    /// <summary>Ranks the participants, the best first; those not ranked at the end, by key.</summary>
    public static ImmutableArray<RankedLine> Rank(
        RankingRule rule, IEnumerable<(string Key, long Legs, IReadOnlyCollection<Tally> Tallies)> participants)
    {
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentNullException.ThrowIfNull(participants);
        var lines = participants.Select(p => Score(rule, p.Key, p.Legs, p.Tallies))
            .OrderByDescending(l => l.Score.HasValue && l.Legs >= rule.LeastLegs).ThenByDescending(l => l.Score)
            .ThenBy(l => l.Key, StringComparer.Ordinal).ToArray();
        var ranked = ImmutableArray.CreateBuilder<RankedLine>(lines.Length);
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i];
            if (line.Score is null || line.Legs < rule.LeastLegs)
                ranked.Add(line);
            else
                ranked.Add(line with { Rank = i > 0 && ranked[i - 1].Score == line.Score ? ranked[i - 1].Rank : i + 1 });
        }
        return ranked.MoveToImmutable();
    }

    /// <summary>The value of a measure, 0 to 100 with two decimals; null without a case.</summary>
    public static decimal? ValueOf(RankingRule rule, Tally tally)
    {
        ArgumentNullException.ThrowIfNull(rule);
        if (tally.Denominator == 0)
            return null;
        var value = tally.Measure == RankingMeasure.OverdueDays
            ? Math.Max(0, 100 - rule.CostOfDay * tally.Numerator / tally.Denominator)
            : 100m * tally.Numerator / tally.Denominator;
        return Math.Round(value, 2, MidpointRounding.AwayFromZero);
    }

    private static RankedLine Score(RankingRule rule, string key, long legs, IReadOnlyCollection<Tally> tallies)
    {
        var measures = ImmutableArray.CreateBuilder<MeasuredShare>();
        var (sum, weights) = (0m, 0m);
        foreach (var (measure, weight) in rule.Weights)
        {
            var tally = tallies.FirstOrDefault(t => t.Measure == measure) with { Measure = measure };
            var value = ValueOf(rule, tally);
            measures.Add(new MeasuredShare(measure, weight, tally.Numerator, tally.Denominator, value));
            if (value is not { } known)
                continue;
            sum += known * weight;
            weights += weight;
        }
        decimal? score = weights == 0 ? null : Math.Round(sum / weights, 2, MidpointRounding.AwayFromZero);
        return new RankedLine(key, null, score, legs, measures.ToImmutable());
    }
}
