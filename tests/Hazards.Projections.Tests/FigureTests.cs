using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections.Store;

namespace Hazards.Projections.Tests;

/// <summary>
/// Every figure equals a naive recount: all events recorded up to the instant are folded, and the states looked through one by
/// one.
/// </summary>
public sealed class FigureTests(LongLives history) : IClassFixture<LongLives>
{
    private static readonly string[] Periods = ["2026", "2026Q1", "2026Q2", "2026-02", "2026-05", "2026-03a", "2026-03b"];
    private static readonly ListChoice[] Choices =
    [
        new(Level.Major, false, false), new(null, true, false), new(null, false, true), new(Level.Major, false, true),
        new(null, false, false, AsNow: true), new(null, false, true, AsNow: true),
    ];

    private static readonly RegionCode[] Regions = [RegionCode.Nation, Town.Prefecture, Town.County, Town.Places[1]];

    private FigureQueries Figures => new(history.DataSource);

    [Fact]
    public async Task The_monthly_table_is_what_a_recount_says_now_and_as_known_then()
    {
        var (seen, differ) = (MonthlyLine.Empty(MonthlyLine.Total), 0L);
        foreach (var instant in history.Instants().Take(7))
        {
            var replay = await Replay.UpToAsync(history.Log, instant);
            foreach (var period in Periods)
                foreach (var region in Regions)
                    foreach (var breakdown in Enum.GetValues<Breakdown>())
                    {
                        var scope = Scope(region, period, instant);
                        var expected = Recount.Monthly(replay, scope, breakdown);
                        // And as templates before the sixth did, by what is in force alone: what was frozen by those is made again.
                        var before = scope with { InForceAlone = true };
                        (await Figures.MonthlyTableAsync(before, breakdown)).Lines.ShouldBe(Recount.Monthly(replay, before, breakdown));
                        var table = await Figures.MonthlyTableAsync(scope, breakdown);
                        table.Lines.ShouldBe(expected, false, $"{period} {region} {breakdown} {instant}");
                        differ += table.Total.RectifiedMajor + table.Total.RectifiedGeneral
                            - Recount.Monthly(replay, before, breakdown).Sum(l => l.RectifiedMajor + l.RectifiedGeneral);
                        table.Position.ShouldBe(replay.Position);
                        table.Total.FoundMajor.ShouldBe(expected.Sum(l => l.FoundMajor));
                        seen = seen.Plus(table.Total);
                    }
        }
        (seen is { FoundGeneral: > 0, RectifiedGeneral: > 0, RectifiedMajor: > 0, Planned: > 0, FiveInPlace: > 0, Listed: > 0, Funds: > 0, OnTheSpot: > 0, Ungraded: > 0 })
            .ShouldBeTrue($"the stories must be rich enough to test anything: {seen}");
        differ.ShouldBeGreaterThan(0, "some must have been reopened after the period in which they were closed");
    }

    /// <summary>What was found and not rectified by the end was open at the end: the lists have what the tables leave.</summary>
    [Fact]
    public async Task Found_is_rectified_and_open()
    {
        foreach (var instant in history.Instants().Take(7))
            foreach (var period in Periods)
                foreach (var region in Regions)
                {
                    var scope = Scope(region, period, instant);
                    var total = (await Figures.MonthlyTableAsync(scope, Breakdown.Sector)).Total;
                    var open = await AllAsync(scope, new ListChoice(null, FoundInPeriod: true, OpenAtEnd: true));
                    var ungraded = await CellAsync(scope, MonthlyColumn.Ungraded);
                    (total.FoundGeneral + total.FoundMajor).ShouldBe(
                        total.RectifiedGeneral + total.RectifiedMajor + open.Except(ungraded).Count(), $"{period} {region} {instant}");
                    open.Intersect(await CellAsync(scope, MonthlyColumn.RectifiedMajor)).ShouldBeEmpty();
                }

        async Task<HashSet<HazardId>> CellAsync(FigureScope scope, MonthlyColumn column) =>
            [.. (await Figures.CountedAsync(scope, Breakdown.Sector, column, null, null, 10_000)).Items];

        async Task<HashSet<HazardId>> AllAsync(FigureScope scope, ListChoice choice) =>
            [.. (await Figures.HazardsAsync(scope, choice, null, 10_000)).Items];
    }

    [Fact]
    public async Task The_year_cumulates_since_January()
    {
        var month = await Figures.MonthlyTableAsync(Scope(RegionCode.Nation, "2026-03", null).Cumulated(), Breakdown.Sector);
        var quarter = await Figures.MonthlyTableAsync(Scope(RegionCode.Nation, "2026Q1", null), Breakdown.Sector);
        month.Lines.AsEnumerable().ShouldBe(quarter.Lines);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_ranking_counts_what_a_recount_counts(bool bodies)
    {
        var differ = 0L;
        foreach (var instant in history.Instants().Take(7))
        {
            var replay = await Replay.UpToAsync(history.Log, instant);
            foreach (var period in Periods)
            {
                var scope = Scope(RegionCode.Nation, period, instant);
                // And as templates before the fourth did, by the present deadline alone: what was frozen by those is made again.
                foreach (var present in new[] { false, true })
                {
                    var found = await Figures.TalliesAsync(scope, bodies, present);
                    var expected = Recount.Tallies(replay, scope, bodies, present).ToArray();
                    found.SelectMany(f => f.Value.Tallies, (f, t) => (f.Key, t)).OrderBy(t => t.Key, StringComparer.Ordinal)
                        .ThenBy(t => t.t.Measure)
                        .ShouldBe(expected, false, $"{period} {instant} {present}");
                    differ += present ? -expected.Sum(Late) : expected.Sum(Late);
                }
            }
        }
        differ.ShouldBeGreaterThan(0, "deadlines must have been missed before later ones were set");
        static long Late((string, Tally Tally) t) => t.Tally.Measure == RankingMeasure.OverdueDays ? t.Tally.Numerator : 0;
        (await Figures.TalliesAsync(Scope(RegionCode.Nation, "2026", null), bodies)).SelectMany(f => f.Value.Tallies).Select(t => t.Measure)
            .Distinct()
            .ShouldBe(Enum.GetValues<RankingMeasure>(), ignoreOrder: true);
    }

    /// <summary>And as templates before the third did, each listing by itself: what was frozen by those is made again.</summary>
    [Fact]
    public async Task A_hazard_that_was_listed_in_the_quarter_is_counted_once_even_after_it_was_delisted()
    {
        foreach (var instant in history.Instants().Take(6))
        {
            var replay = await Replay.UpToAsync(history.Log, instant);
            foreach (var period in Periods)
            {
                var scope = Scope(RegionCode.Nation, period, instant);
                (await Figures.ListingsAsync(scope)).ShouldBe(
                    from h in replay.All
                    where h.Level == Level.Major && h.Rejection is null && h.MergedInto is null
                    let listed = h.Listings.Where(l => l.Counts && scope.Period.Contains(ChinaTime.DateAt(l.At))).ToArray()
                    where listed.Length > 0
                    group h by (Region: h.Region.At(RegionLevel.County), h.Sector, h.Kind, Level: listed.Max(l => l.Level)) into g
                    select new ListingCount(g.Key.Region, g.Key.Sector, g.Key.Kind, g.Key.Level, g.Count()), ignoreOrder: true);
                (await Figures.ListingsAsync(scope, eachListing: true)).ShouldBe(
                    from h in replay.All
                    from l in h.Listings
                    where l.Counts && scope.Period.Contains(ChinaTime.DateAt(l.At))
                    group l by (Region: h.Region.At(RegionLevel.County), h.Sector, h.Kind, l.Level) into g
                    select new ListingCount(g.Key.Region, g.Key.Sector, g.Key.Kind, g.Key.Level, g.Count()), ignoreOrder: true);
            }
        }
    }

    [Fact]
    public async Task The_overdue_are_named_the_longest_first()
    {
        foreach (var instant in history.Instants().Take(6))
        {
            var replay = await Replay.UpToAsync(history.Log, instant);
            foreach (var period in Periods)
            {
                var scope = Scope(RegionCode.Nation, period, instant);
                var (longest, all) = await Figures.OverdueAsync(scope, 10_000);
                longest.ShouldBe(Recount.Overdue(replay, scope, dueDayIsOver: false, presentDeadline: false), ignoreOrder: true);
                (await Figures.OverdueAsync(scope, 10_000, fromLastDay: true)).Longest.ShouldBe(
                    Recount.Overdue(replay, scope, dueDayIsOver: false, presentDeadline: false, fromLastDay: true), ignoreOrder: true);
                longest.Select(o => o.Days).ShouldBeInOrder(SortDirection.Descending);
                longest.ShouldAllBe(o => o.Days > 0);
                all.ShouldBe(longest.Length);
                // As templates before the fourth did, and before the third.
                foreach (var over in new[] { false, true })
                    (await Figures.OverdueAsync(scope, 10_000, over, presentDeadline: true)).Longest.ShouldBe(
                        Recount.Overdue(replay, scope, over, presentDeadline: true), ignoreOrder: true);
            }
        }
    }

    [Fact]
    public async Task A_list_has_the_hazards_of_its_period_page_by_page()
    {
        foreach (var instant in history.Instants().Take(4))
        {
            var replay = await Replay.UpToAsync(history.Log, instant);
            foreach (var (choice, before) in Choices.SelectMany(c => new[] { (c, false), (c, true) }))
            {
                var scope = Scope(Town.Prefecture, "2026-03", instant) with { InForceAlone = before };
                var ids = new List<HazardId>();
                string? cursor = null;
                do
                {
                    var page = await Figures.HazardsAsync(scope, choice, cursor, 7);
                    ids.AddRange(page.Items);
                    cursor = page.Next;
                }
                while (cursor is not null);
                ids.ShouldBe(
                    replay.All.Where(h => Recount.IsChosen(h, replay.TurnsOf(h), scope, choice)).Select(h => h.Id), ignoreOrder: true);
                ids.ShouldBeUnique();
            }
        }
    }

    [Fact]
    public async Task A_difference_is_explained_to_the_last_hazard()
    {
        var instants = history.Instants().OfType<DateTimeOffset>().Order().ToArray();
        foreach (var (from, to) in instants.Zip(instants.Skip(3)))
            foreach (var period in new[] { "2026", "2026-02", "2026Q2" })
                foreach (var breakdown in Enum.GetValues<Breakdown>())
                {
                    var scope = Scope(RegionCode.Nation, period, to);
                    var (before, after) = (await Figures.MonthlyTableAsync(scope with { KnownAt = from }, breakdown),
                        await Figures.MonthlyTableAsync(scope, breakdown));
                    var sums = await Figures.DifferenceAsync(scope, breakdown, from, to);
                    sums.ShouldBe(Recount.Changes(before, after), ignoreOrder: true);

                    var changes = new List<HazardChange>();
                    string? cursor = null;
                    do
                    {
                        var page = await Figures.ChangesAsync(scope, breakdown, from, to, null, null, cursor, 9);
                        changes.AddRange(page.Items);
                        cursor = page.Next;
                    }
                    while (cursor is not null);
                    changes.Select(c => c.Hazard).ShouldBeUnique();
                    changes.ShouldAllBe(c => !c.Causes.IsEmpty && !c.Cells.IsEmpty);
                    changes.SelectMany(c => c.Cells).GroupBy(c => (c.Line, c.Column))
                        .Select(g => new CellChange(g.Key.Line, g.Key.Column, g.Sum(c => c.Change))).Where(c => c.Change != 0)
                        .ShouldBe(sums, ignoreOrder: true);
                }
    }

    private FigureScope Scope(RegionCode region, string period, DateTimeOffset? instant) =>
        new(region, Period.Parse(period), instant, ChinaTime.DateAt(instant ?? history.End));
}

/// <summary>A database with hazards that go far: many acts each, so that they are accepted, closed, looked back at and reopened.</summary>
public sealed class LongLives : RowsDatabase
{
    private readonly Random random = new(5);
    private MartenEventLog? log;

    internal MartenEventLog Log => log!;

    public DateTimeOffset Begin { get; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public DateTimeOffset End { get; private set; }

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        log = Open();
        var stories = new Stories(23, Begin, reportOneIn: 12, eager: true);
        for (var i = 0; i < 2500; i++)
            (await log.AppendAsync(stories.Next())).ShouldBeOfType<AppendResult.Committed>();
        End = stories.Now;
    }

    /// <summary>Now, and some instants of the past.</summary>
    public IEnumerable<DateTimeOffset?> Instants()
    {
        yield return null;
        yield return Begin;
        for (var i = 0; i < 12; i++)
            yield return Begin + (End - Begin) * random.NextDouble();
    }
}

/// <summary>The figures, counted the slow way from folded states; no SQL and no facts.</summary>
internal static class Recount
{
    public static MonthlyLine[] Monthly(Replay replay, FigureScope scope, Breakdown breakdown)
    {
        string Key(Hazard h) => breakdown == Breakdown.Sector ? h.Sector.Value : h.Region.At(Below(scope.Region)).Value;
        var hazards = replay.All.Where(h => scope.Region.Contains(h.Region) && h.Rejection is null && h.MergedInto is null).ToArray();
        var found = hazards.Where(h => scope.First <= Day(h.FoundAt) && Day(h.FoundAt) <= scope.Last).ToArray();
        var funds = hazards.SelectMany(h => Terms(h), (h, t) => (Key: Key(h), t.Leg, t.Past))
            .Where(t => t.Leg.FundsAt is { } at && Day(at) >= scope.Period.YearBegin && Day(at) <= scope.Last)
            .Where(t => t.Past is null ? t.Leg.Stage != LegStage.Returned : t.Past.Recurred).ToArray();
        return
        [
            .. found.Select(Key).Concat(funds.Select(f => f.Key)).Distinct().Order(StringComparer.Ordinal).Select(key =>
            {
                var all = found.Where(h => Key(h) == key).ToArray();
                var (general, major) = (Graded(all, Level.General), Graded(all, Level.Major));
                var planned = major.Where(h => !Rectified(h) && Plans(h).Length > 0).ToArray();
                return new MonthlyLine(
                    key, 0, general.Length, general.Count(Rectified), major.Length, major.Count(Rectified), planned.Length,
                    planned.Count(FiveInPlace),
                    major.Count(h => h.Listings.Any(l => l.Counts && Day(l.At) <= scope.Last)),
                    major.Count(h => h.Listings.Any(l => l.Counts && l.Level >= ListingLevel.Province && Day(l.At) <= scope.Last)),
                    funds.Where(f => f.Key == key).Sum(f => f.Leg.Funds!.Value),
                    all.Count(h => OnTheSpot(h) && h.Closure!.Ground == ClosureGround.FixedOnTheSpot),
                    all.Count(h => h.Level is null && !OnTheSpot(h)))
                {
                    OwnChecks = all.Count(h => h.Closure?.Ground == ClosureGround.OwnCheck),
                };
            }),
        ];

        Hazard[] Graded(Hazard[] all, Level level) => [.. all.Where(h => h.Level == level && !OnTheSpot(h))];
        bool Rectified(Hazard h) => h.Closure is { } closure && Day(closure.At) <= scope.Last
            || !scope.InForceAlone && Rests(replay.TurnsOf(h), closedAlone: true).Any(r => r.Since <= scope.Last && scope.Last < r.Until);
        // The plans that were, at the end of the period; as templates before the sixth did, the present legs' that no review failed.
        DateOnly?[] Plans(Hazard h) => scope.InForceAlone
            ? [
                .. h.Legs.Values.Where(l => l.PlannedAt is { } p && Day(p) <= scope.Last)
                    .Select(l => l.FiveAt is { } f ? Day(f) : (DateOnly?)null),
            ]
            : [.. PlansOf(replay.TurnsOf(h)).Where(p => p.Planned <= scope.Last && scope.Last < p.Until).Select(p => p.Five)];
        // Where no plan has ended, one that is to come lacks all five.
        bool FiveInPlace(Hazard h) => (scope.InForceAlone || PlansOf(replay.TurnsOf(h)).All(p => p.Until == DateOnly.MaxValue)
            ? h.Legs.Values.Where(l => l.PlannedAt is not null).Select(l => l.FiveAt is { } f ? Day(f) : (DateOnly?)null)
            : Plans(h)).All(f => f <= scope.Last);
    }

    /// <summary>
    /// Plans from when there was one until a review failed it, another with less followed or the leg ended; since when with all five.
    /// </summary>
    private static List<(DateOnly Planned, DateOnly? Five, DateOnly Until)> PlansOf(
        IReadOnlyList<(Hazard Before, Happening Happening, Hazard After)> turns)
    {
        var (found, open) = (new List<(DateOnly, DateOnly?, DateOnly)>(), new Dictionary<Leg, (DateOnly Planned, DateOnly? Five)>());
        foreach (var (before, happening, after) in turns)
        {
            var day = Day(happening.Context.OccurredAt);
            foreach (var (name, was) in before.Legs.Where(l => open.ContainsKey(l.Key)))
            {
                var gone = after.PastLegs.Skip(before.PastLegs.Length).Any(p => p.Leg.Leg == name);
                var less = !gone && (after.Legs[name].PlannedAt is null || was.FiveAt is not null && after.Legs[name].FiveAt is null);
                if (gone || less)
                    found.Add((open[name].Planned, open[name].Five, gone && was.Stage == LegStage.Returned ? Day(was.Since) : day));
                if (gone || less)
                    open.Remove(name);
                if (less && after.Legs[name].PlannedAt is { } since)
                    open[name] = (Day(since) > day ? Day(since) : day, null);
            }
            foreach (var leg in after.Legs.Values)
                if (leg.PlannedAt is { } planned)
                    open[leg.Leg] = (
                        open.TryGetValue(leg.Leg, out var of) ? of.Planned : Day(planned), leg.FiveAt is { } five ? Day(five) : null);
        }
        return [.. found, .. open.Values.Select(o => (o.Planned, o.Five, DateOnly.MaxValue))];
    }

    public static IEnumerable<(string Key, Tally Tally)> Tallies(Replay replay, FigureScope scope, bool bodies, bool presentDeadline)
    {
        var (first, last) = (scope.First, scope.Today < scope.Last ? scope.Today : scope.Last);
        var legs = replay.All.Where(h => scope.Region.Contains(h.Region) && h.Rejection is null && h.MergedInto is null)
            .SelectMany(h => Terms(h), (h, t) => new Term(h, t.Leg, t.Past) { Turns = presentDeadline ? [] : replay.TurnsOf(h) }).ToArray();
        bool In(DateOnly? day) => day is { } d && first <= d && d <= last;
        return legs.GroupBy(l => bodies ? l.Leg.Body.Value : l.Hazard.Region.At(RegionLevel.County).Value).SelectMany(g =>
        {
            bool Missed(Term l) => l.Late.Any(m => In(m.Due) && m.Due >= l.Assigned);
            var due = g.Where(
                l => In(l.Deadline) && !(l.Declared is null && l.EndedAsCounts <= l.Deadline)
                    && (presentDeadline || l.Assigned <= l.Deadline)
                    || Missed(l)).ToArray();
            var acks = g.Where(l => In(l.AckDue) && !(l.Acknowledged is null && l.EndedAsCounts <= l.AckDue)).ToArray();
            var inHand = g.Where(l => l.Assigned <= last && !l.IsOver(first.AddDays(-1), presentDeadline)).ToArray();
            var accepted = g.Where(l => In(l.Accepted)).ToArray();
            var rechecked = g.Where(l => In(l.Reopened) || l.Looked.Any(d => In(d))).ToArray();
            return new[]
            {
                (g.Key, new Tally(
                    RankingMeasure.OnTimeRate, due.Count(l => l.Declared <= l.Deadline && !Missed(l)), due.Length)),
                (g.Key, new Tally(
                    RankingMeasure.RectificationRate, inHand.Count(l => l.Accepted is not null && l.IsOver(last, presentDeadline)),
                    inHand.Length)),
                (g.Key, new Tally(RankingMeasure.AcknowledgedInTime, acks.Count(l => l.Acknowledged <= l.AckDue), acks.Length)),
                (g.Key, new Tally(RankingMeasure.OverdueDays, inHand.Sum(l => l.DaysOverdue(first, last, presentDeadline)), inHand.Length)),
                (g.Key, new Tally(RankingMeasure.FirstPassRate, accepted.Count(l => l.Leg.Failed == 0), accepted.Length)),
                (g.Key, new Tally(RankingMeasure.NoRecurrence, rechecked.Count(l => !In(l.Reopened)), rechecked.Length)),
            }.Where(t => t.Item2.Denominator > 0);
        }).OrderBy(t => t.Key, StringComparer.Ordinal).ThenBy(t => t.Item2.Measure);
    }

    public static IEnumerable<OverdueLeg> Overdue(
        Replay replay, FigureScope scope, bool dueDayIsOver, bool presentDeadline, bool fromLastDay = false)
    {
        fromLastDay |= presentDeadline;
        var day = scope.Today > scope.Last ? scope.Last : dueDayIsOver ? scope.Today.AddDays(-1) : scope.Today;
        var more = dueDayIsOver ? 1 : 0;
        foreach (var h in replay.All.Where(h => scope.Region.Contains(h.Region) && h.Rejection is null && h.MergedInto is null))
            foreach (var term in Terms(h).Select(
                t => new Term(h, t.Leg, t.Past) { Turns = presentDeadline ? [] : replay.TurnsOf(h) }).Where(
                t => t.Assigned <= day && !t.IsOver(day, presentDeadline)))
            {
                var last = fromLastDay ? term.Deadline : term.LastInTime;
                if (last < day.AddDays(more) && !(term.Declared <= day) && !(term.Resumed > day))
                    yield return new OverdueLeg(
                        h.Id, term.Leg.Leg, term.Leg.Body, ClockKind.Rectify, term.Deadline, day.DayNumber - last.DayNumber + more);
                foreach (var (due, first, _) in term.Late.Where(l => l.First <= day && day < l.Until))
                    yield return new OverdueLeg(
                        h.Id, term.Leg.Leg, term.Leg.Body, ClockKind.Rectify, due,
                        day.DayNumber - (fromLastDay ? due : first.AddDays(-1)).DayNumber);
                if (term.AckDue < day.AddDays(more) && !(term.Acknowledged <= day))
                    yield return new OverdueLeg(
                        h.Id, term.Leg.Leg, term.Leg.Body, ClockKind.Acknowledge, term.AckDue!.Value,
                        day.DayNumber - term.AckDue.Value.DayNumber + more);
            }
    }

    public static bool IsChosen(
        Hazard h, IReadOnlyList<(Hazard Before, Happening Happening, Hazard After)> turns, FigureScope scope, ListChoice choice)
    {
        var (found, closed) = (Day(h.FoundAt), h.Closure is null ? (DateOnly?)null : Day(h.Closure.At));
        return scope.Region.Contains(h.Region) && h.Rejection is null && h.MergedInto is null && !OnTheSpot(h) && found <= scope.Last
            && (!choice.FoundInPeriod || found >= scope.First) && (choice.Level is null || h.Level == choice.Level)
            && (closed is null || (choice.OpenAtEnd ? closed > scope.Last : closed >= scope.First))
            && (choice.AsNow || !Rests(turns, closedAlone: !scope.InForceAlone).Any(
                r => r.Until > scope.Last && (choice.OpenAtEnd ? r.Since <= scope.Last : r.Since < scope.First)));
    }

    /// <summary>From each act that ended it, or closed it, to the one that reopened it.</summary>
    private static IEnumerable<(DateOnly Since, DateOnly Until)> Rests(
        IReadOnlyList<(Hazard Before, Happening Happening, Hazard After)> turns, bool closedAlone)
    {
        DateOnly? since = null;
        foreach (var (before, happening, after) in turns)
        {
            if (before.IsOpen && !after.IsOpen)
                since = Day(happening.Context.OccurredAt);
            if (happening.Event is HazardReopened && since is { } ended && (before.Closure is not null || !closedAlone))
                yield return (ended, Day(happening.Context.OccurredAt));
        }
    }

    public static IEnumerable<CellChange> Changes(MonthlyTable before, MonthlyTable after)
    {
        (MonthlyColumn Column, Func<MonthlyLine, decimal> Value)[] columns =
        [
            (MonthlyColumn.FoundGeneral, l => l.FoundGeneral), (MonthlyColumn.RectifiedGeneral, l => l.RectifiedGeneral),
            (MonthlyColumn.FoundMajor, l => l.FoundMajor),
            (MonthlyColumn.RectifiedMajor, l => l.RectifiedMajor), (MonthlyColumn.Planned, l => l.Planned),
            (MonthlyColumn.FiveInPlace, l => l.FiveInPlace),
            (MonthlyColumn.Listed, l => l.Listed), (MonthlyColumn.ListedByProvince, l => l.ListedByProvince),
            (MonthlyColumn.Funds, l => l.Funds),
            (MonthlyColumn.OnTheSpot, l => l.OnTheSpot), (MonthlyColumn.Ungraded, l => l.Ungraded),
            (MonthlyColumn.OwnChecks, l => l.OwnChecks),
        ];
        foreach (var key in before.Lines.Concat(after.Lines).Select(l => l.Key).Distinct())
            foreach (var (column, value) in columns)
            {
                var change = after.Lines.Where(l => l.Key == key).Sum(value) - before.Lines.Where(l => l.Key == key).Sum(value);
                if (change != 0)
                    yield return new CellChange(key, column, change);
            }
    }

    private static IEnumerable<(LegState Leg, PastLeg? Past)> Terms(Hazard h) =>
        h.PastLegs.Select(p => (p.Leg, (PastLeg?)p)).Concat(h.Legs.Values.Select(l => (l, (PastLeg?)null)));

    private static bool OnTheSpot(Hazard h) => h.Closure?.Ground is ClosureGround.FixedOnTheSpot or ClosureGround.OwnCheck;

    private static DateOnly Day(DateTimeOffset at) => ChinaTime.DateAt(at);

    private static RegionLevel Below(RegionCode region) => region.Level switch
    {
        RegionLevel.Nation => RegionLevel.Province,
        RegionLevel.Province => RegionLevel.Prefecture,
        RegionLevel.Prefecture => RegionLevel.County,
        RegionLevel.County => RegionLevel.Township,
        _ => RegionLevel.Village,
    };

    private sealed record Term(Hazard Hazard, LegState Leg, PastLeg? Past)
    {
        public DateOnly Assigned => Leg.EnteredOn ?? Day(Leg.AssignedAt);

        public DateOnly? Acknowledged => Leg.AcknowledgedOn;

        public DateOnly? AckDue =>
            Policy.NationalBaseline.Due(
                ClockKind.Acknowledge, Hazard.Level, Leg.EnteredOn is { } entered ? ChinaTime.StartOf(entered) : Leg.AssignedAt,
                WorkCalendar.Shipped)?.Date;

        public DateOnly? Declared => Leg.DeclaredOn;

        public DateOnly? Accepted => Leg.AcceptedAt is { } at ? Day(at) : null;

        public DateOnly? Ended => Past is { } past ? Day(past.EndedAt) : Leg.Stage == LegStage.Returned ? Day(Leg.Since) : null;

        public DateOnly? Reopened => Past is { Recurred: true } ? Day(Past.EndedAt) : null;

        public IEnumerable<DateOnly?> Looked => (Past?.LookedBack ?? Hazard.LookedBack).Select(l => (DateOnly?)Day(l));

        /// <summary>The hazard's story, where it matters.</summary>
        public IReadOnlyList<(Hazard Before, Happening Happening, Hazard After)> Turns { get; init; } = [];

        /// <summary>Deadlines that had been missed when what was declared came back, or a later one was set.</summary>
        public ImmutableArray<(DateOnly Due, DateOnly First, DateOnly Until)> Late =>
            [.. Rounds().Where(r => r.First <= r.Until).Select(r => (r.Due, r.First, r.Until))];

        /// <summary>The first day of the round that is not over.</summary>
        public DateOnly? Resumed => Rounds().Where(r => r.Undone || r.First <= r.Until).Select(r => (DateOnly?)r.Next).LastOrDefault();

        private IEnumerable<(DateOnly Due, DateOnly First, DateOnly Until, bool Undone, DateOnly Next)> Rounds()
        {
            var (resumed, lateUntil) = (DateOnly.MinValue, DateOnly.MinValue);
            foreach (var (before, happening, after) in Turns)
            {
                if (happening.Event is not (ReinspectionFailed or AcceptanceWithdrawn or HazardListed)
                    || Of(before) is not { } was || Of(after) is not { } now)
                    continue;
                var undone = was.Declared is not null && now.Declared is null;
                if (!undone && now.Deadline <= was.Deadline)
                {
                    // Nobody is late by an earlier deadline before he was told of it.
                    if (happening.Context.CountsFrom is { } told && now.Deadline < was.Deadline && now.Deadline < told)
                    {
                        resumed = told.AddDays(1);
                        yield return (was.Deadline, DateOnly.MaxValue, DateOnly.MinValue, true, resumed);
                    }

                    continue;
                }

                var until = was.Declared ?? happening.Context.CountsOn;
                var next = undone ? happening.Context.CountsOn : until.AddDays(1);
                var first = new[] { was.Deadline.AddDays(1), Assigned.AddDays(1), resumed, lateUntil.AddDays(1) }.Max();
                yield return (was.Deadline, first, until, undone, next);
                if (first <= until)
                    lateUntil = until;
                if (undone || first <= until)
                    resumed = next;
            }
        }

        private Term? Of(Hazard then) =>
            then.Legs.GetValueOrDefault(Leg.Leg) is { } leg && leg.AssignedAt == Leg.AssignedAt && leg.Body == Leg.Body
                ? new Term(then, leg, null)
                : null;

        public DateOnly Deadline
        {
            get
            {
                var binding = Hazard.Listings.LastOrDefault(l => l.Counts && !(l.EndedAt < Leg.AssignedAt)
                    && !(Past is not null && l.At > Past.EndedAt) && !(Leg.Stage == LegStage.Returned && Past is null && l.At > Leg.Since));
                return binding is not null && binding.Deadline < Leg.Deadline && !(Leg.ExtendedAt >= binding.At)
                    ? binding.Deadline
                    : Leg.Deadline;
            }
        }

        /// <summary>The last day on which it was not late as it is owed now.</summary>
        public DateOnly LastInTime => new[]
        {
            Deadline, Assigned, Resumed?.AddDays(-1) ?? DateOnly.MinValue, Late.Select(l => l.Until).DefaultIfEmpty().Max(),
        }.Max();

        /// <summary>Whether the body had no more to do at a day's end: as is claimed, or as it counts.</summary>
        public bool IsOver(DateOnly day, bool asClaimed)
        {
            var end = Accepted ?? Ended;
            return end <= day && (asClaimed || !(Counted > day));
        }

        /// <summary>When it was given back or reassigned, by the day on which that counts: a claimed day unmisses nothing.</summary>
        public DateOnly? EndedAsCounts => Ended is { } ended ? Later(ended, Counted) ?? ended : null;

        private DateOnly? Counted => Declared ?? Past?.CountsOn ?? Leg.ReturnedOn;

        public int DaysOverdue(DateOnly first, DateOnly last, bool presentDeadline)
        {
            var days = 0;
            var end = (presentDeadline ? null : Later(Accepted ?? Ended, Counted)) ?? Declared ?? Ended ?? DateOnly.MaxValue;
            for (var day = first; day <= last; day = day.AddDays(1))
                if (day > Deadline && day <= end && !(Resumed > day) && (presentDeadline || day > Assigned)
                    || Late.Any(l => l.First <= day && day <= l.Until))
                    days++;
            return days;
        }

        private static DateOnly? Later(DateOnly? claimed, DateOnly? counted) => counted > claimed ? counted : null;
    }
}
