using System.Collections.Immutable;
using System.Text.Json;
using Hazards.Domain.Codes;

namespace Hazards.Domain.Tests.Values;

/// <summary>Periods of the calendar, and the formula of a ranking.</summary>
public sealed class PeriodsAndRankings
{
    [Theory]
    [InlineData("2026", PeriodKind.Year, "2026-01-01", "2026-12-31", "2026年")]
    [InlineData("2026Q1", PeriodKind.Quarter, "2026-01-01", "2026-03-31", "2026年第一季度")]
    [InlineData("2026Q4", PeriodKind.Quarter, "2026-10-01", "2026-12-31", "2026年第四季度")]
    [InlineData("2026-07", PeriodKind.Month, "2026-07-01", "2026-07-31", "2026年7月")]
    [InlineData("2024-02", PeriodKind.Month, "2024-02-01", "2024-02-29", "2024年2月")]
    [InlineData("2026-07a", PeriodKind.HalfMonth, "2026-07-01", "2026-07-15", "2026年7月上半月")]
    [InlineData("2026-02b", PeriodKind.HalfMonth, "2026-02-16", "2026-02-28", "2026年2月下半月")]
    public void A_period_has_its_days_and_its_name(string text, PeriodKind kind, string first, string last, string name)
    {
        var period = Period.Parse(text);
        period.Kind.ShouldBe(kind);
        (period.First, period.Last).ShouldBe((DateOnly.Parse(first, null), DateOnly.Parse(last, null)));
        period.Chinese.ShouldBe(name);
        period.Value.ShouldBe(text);
        JsonSerializer.Deserialize<Period>(JsonSerializer.Serialize(period, DomainJson.Options), DomainJson.Options).ShouldBe(period);
        Period.Of(kind, period.First).ShouldBe(period);
        Period.Of(kind, period.Last).ShouldBe(period);
        period.Next.Previous.ShouldBe(period);
        period.Next.First.ShouldBe(period.Last.AddDays(1));
        period.Contains(period.Last.AddDays(1)).ShouldBeFalse();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("26")]
    [InlineData("1999")]
    [InlineData("2100")]
    [InlineData("2026-13")]
    [InlineData("2026-00")]
    [InlineData("2026-7")]
    [InlineData("2026-07c")]
    [InlineData("2026Q0")]
    [InlineData("2026Q5")]
    [InlineData("2026q1")]
    [InlineData("2026-H3")]
    [InlineData("2026-07-01")]
    [InlineData(" 2026")]
    [InlineData("２０２６")]
    public void What_is_no_period_is_refused_with_the_forms_there_are(string? text)
    {
        Period.TryParse(text, out _, out var refusal).ShouldBeFalse();
        refusal!.Code.ShouldBe("period.malformed");
        refusal.Chinese.ShouldContain("2026Q3");
    }

    [Fact]
    public void A_period_that_was_never_given_is_still_a_period() =>
        Period.Parse(default(Period).Value).Last.ShouldBe(default(Period).Last);

    [Fact]
    public void A_year_is_its_halves_of_months_without_a_gap()
    {
        var half = Period.Parse("2028-01a");
        for (var n = 0; n < 24; n++, half = half.Next)
            half.First.Year.ShouldBe(2028);
        half.ShouldBe(Period.Parse("2029-01a"));
    }

    [Fact]
    public void Scores_are_weighted_and_equal_ones_share_a_rank()
    {
        var rule = Rule((RankingMeasure.OnTimeRate, 60), (RankingMeasure.RectificationRate, 40));
        var lines = Ranking.Rank(rule,
        [
            ("slow", 4, [new(RankingMeasure.OnTimeRate, 1, 4), new(RankingMeasure.RectificationRate, 2, 4)]),
            ("good-b", 3, [new(RankingMeasure.OnTimeRate, 3, 4), new(RankingMeasure.RectificationRate, 3, 3)]),
            ("good-a", 2, [new(RankingMeasure.OnTimeRate, 3, 4), new(RankingMeasure.RectificationRate, 2, 2)]),
            ("idle", 0, []),
        ]);
        lines.Select(l => (l.Key, l.Rank, l.Score))
            .ShouldBe([("good-a", 1, 85m), ("good-b", 1, 85m), ("slow", 3, 35m), ("idle", null, null)]);
        lines[0].Measures.Select(m => (m.Measure, m.Weight, m.Numerator, m.Denominator, m.Value)).ShouldBe(
            [(RankingMeasure.OnTimeRate, 60m, 3L, 4L, 75m), (RankingMeasure.RectificationRate, 40m, 2L, 2L, 100m)]);
    }

    [Fact]
    public void A_measure_without_a_case_leaves_its_weight_to_the_others() =>
        Ranking.Rank(
            Rule((RankingMeasure.OnTimeRate, 75), (RankingMeasure.NoRecurrence, 25)),
            [("a", 1, [new Tally(RankingMeasure.OnTimeRate, 1, 3)])])[0].Score.ShouldBe(33.33m);

    [Theory]
    [InlineData(0, 4, 100)]
    [InlineData(10, 4, 95)]
    [InlineData(400, 4, 0)]
    public void A_day_overdue_costs_what_the_policy_says_and_never_more_than_all(long days, long legs, double value) =>
        Ranking.ValueOf(Rule((RankingMeasure.OverdueDays, 100)), new Tally(RankingMeasure.OverdueDays, days, legs))
            .ShouldBe((decimal)value);

    [Fact]
    public void Who_had_too_few_legs_is_shown_and_not_ranked()
    {
        var rule = Rule((RankingMeasure.RectificationRate, 100)) with { LeastLegs = 3 };
        var lines = Ranking.Rank(
            rule, [("few", 2, [new(RankingMeasure.RectificationRate, 2, 2)]), ("many", 9, [new(RankingMeasure.RectificationRate, 1, 9)])]);
        lines.Select(l => (l.Key, l.Rank)).ShouldBe([("many", 1), ("few", null)]);
        lines[1].Score.ShouldBe(100);
    }

    private static RankingRule Rule(params (RankingMeasure Measure, decimal Weight)[] weights) =>
        new(ReportKind.BodyRanking, PeriodKind.Quarter, weights.ToImmutableSortedDictionary(w => w.Measure, w => w.Weight), "测试");
}
