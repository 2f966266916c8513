using System.Globalization;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Projections.Tests;

/// <summary>Campaigns and visits as they are, as they were, and in figures.</summary>
public sealed class InspectionTests(RowsDatabase database) : IClassFixture<RowsDatabase>
{
    private static DateTimeOffset begin = new(2026, 1, 5, 1, 0, 0, TimeSpan.Zero);

    private InspectionQueries Queries => new(database.DataSource);

    [Fact]
    public async Task Visits_and_campaigns_are_read_as_they_are_and_as_they_were()
    {
        await using var log = database.Open();
        var at = Later();
        var (campaign, visits, found) = await new Visits(log).TellAsync(at);
        var (now, then) = (At(null, at.AddDays(9)), At(at.AddDays(1)));

        (await Queries.CampaignAsync(now, campaign.Id))!.EndedOn.ShouldBe(ChinaTime.DateAt(at.AddDays(4)));
        (await Queries.CampaignAsync(then, campaign.Id))!.EndedOn.ShouldBeNull();
        (await Queries.CampaignAsync(At(at.AddDays(-1)), campaign.Id)).ShouldBeNull();
        (await Queries.InspectionAsync(now, visits[1].Id))!.HazardsClaimed.ShouldBe(3);
        (await Queries.InspectionAsync(then, visits[1].Id))!.HazardsClaimed.ShouldBeNull();
        (await Queries.InspectionAsync(now with { Jurisdiction = Town.OtherCounty }, visits[1].Id)).ShouldBeNull();
        (await Queries.CampaignAsync(now with { Jurisdiction = Town.OtherCounty }, campaign.Id)).ShouldBeNull();
        (await Queries.CampaignAsync(now with { Jurisdiction = RegionCode.Parse("621202101") }, campaign.Id))
            .ShouldNotBeNull("a township sees what its county organises");

        var filter = new InspectionFilter { Campaign = campaign.Id };
        (await Queries.InspectionsAsync(now, filter, null, 10)).Items.Select(i => i.Id)
            .ShouldBe([visits[0].Id, visits[1].Id], ignoreOrder: true);
        (await Queries.InspectionsAsync(then, filter, null, 10)).Items.Length.ShouldBe(3);
        (await Queries.InspectionsAsync(now, filter with { Voided = true }, null, 10)).Items.Length.ShouldBe(3);
        (await Queries.InspectionsAsync(now, filter with { Unit = "武都燃气 公司" }, null, 10)).Items.Length.ShouldBe(2);
        (await Queries.InspectionsAsync(now, filter with { Region = Town.OtherCounty }, null, 10)).Items.ShouldBeEmpty();

        var ledger = new HazardQueries(database.DataSource, () => Rulebook.Baseline);
        foreach (var of in new[] { new HazardFilter { Campaign = campaign.Id }, new HazardFilter { Inspection = visits[0].Id } })
            (await ledger.LedgerAsync(now, of, LedgerSort.Recorded, true, null, 10)).Items.ShouldHaveSingleItem().Id.ShouldBe(found.Id);
        (await ledger.LedgerAsync(now, new HazardFilter { Inspection = visits[1].Id }, LedgerSort.Recorded, true, null, 10)).Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_somebody_reported_in_the_field_is_found_by_who_it_was()
    {
        await using var log = database.Open();
        var (at, visits, me, other) = (Later(), new Visits(log), Guid.NewGuid(), Guid.NewGuid());
        var mine = await visits.FindAsync(at, null, null, reference: FieldReport.ReferenceOf(me, Guid.NewGuid()));
        await visits.FindAsync(at.AddMinutes(1), null, null, reference: FieldReport.ReferenceOf(other, Guid.NewGuid()));
        await visits.FindAsync(at.AddMinutes(2), null, null, reference: new ExternalReference("field", "1"));
        await visits.FindAsync(at.AddMinutes(3), null, null, reference: new ExternalReference("12345", $"{me:N}/{Guid.NewGuid():N}"));

        var ledger = new HazardQueries(database.DataSource, () => Rulebook.Baseline);
        foreach (var scope in new[] { At(null, at.AddDays(1)), At(at.AddHours(1)) })
            (await ledger.LedgerAsync(scope, new HazardFilter { Reporter = me }, LedgerSort.Recorded, true, null, 10)).Items.ShouldHaveSingleItem().Id.ShouldBe(mine.Id);
        (await ledger.LedgerAsync(At(at.AddMinutes(-1)), new HazardFilter { Reporter = me }, LedgerSort.Recorded, true, null, 10)).Items.ShouldBeEmpty();
        var comparison = await Rebuild.CompareAsync(database.DataSource, log, Rulebook.Baseline);
        comparison.Rebuilt.ShouldBe(comparison.Live);
    }

    [Fact]
    public async Task Lists_go_on_from_a_cursor_without_gaps()
    {
        await using var log = database.Open();
        var at = Later();
        var visits = new Visits(log);
        var campaign = await visits.OpenAsync(at);
        var made = new List<Guid>();
        for (var i = 0; i < 7; i++)
            made.Add((await visits.VisitAsync(at.AddHours(i * 9), $"单位{i}", campaign)).Id);

        var pages = await Pages.AllAsync((cursor, limit) => Queries.InspectionsAsync(At(null, at.AddDays(9)), new InspectionFilter { Campaign = campaign.Id }, cursor, limit), 3);
        pages.Select(i => i.Id).ShouldBe(made, ignoreOrder: true);
        pages.Select(i => i.On).ShouldBe(pages.Select(i => i.On).OrderDescending());
        await Should.ThrowAsync<BadCursorException>(Queries.InspectionsAsync(At(null, at), new InspectionFilter(), "AAAA", 3));
        (await Queries.CampaignsAsync(
            At(null, at.AddDays(9)), Town.Prefecture, CampaignKind.Campaign, ChinaTime.DateAt(at.AddDays(3)), null,
            10)).Items.Select(c => c.Id).ShouldContain(campaign.Id);
        (await Queries.CampaignsAsync(At(null, at.AddDays(9)), Town.OtherCounty, null, null, null, 10)).Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task Figures_count_visits_units_and_hazards_with_those_fixed_on_the_spot_and_by_own_checks_apart()
    {
        await using var log = database.Open();
        var at = Later();
        var visits = new Visits(log);
        var campaign = await visits.OpenAsync(at);
        var one = await visits.VisitAsync(at.AddMinutes(1), "甲公司", campaign);
        var two = await visits.VisitAsync(at.AddMinutes(2), "甲 公司", campaign);
        var three = await visits.VisitAsync(at.AddMinutes(3), "乙公司", campaign, claimed: 1);
        await visits.VisitAsync(at.AddMinutes(4), "丙公司", campaign);

        var spot = await visits.FindAsync(at.AddMinutes(5), one, campaign);
        var general = await visits.FindAsync(at.AddMinutes(6), two, campaign);
        var major = await visits.FindAsync(at.AddMinutes(7), three, campaign);
        var unfounded = await visits.FindAsync(at.AddMinutes(8), three, campaign);
        await visits.ThenAsync(spot, at.AddHours(1), new FixOnTheSpot("当场整改"));
        await visits.ThenAsync(unfounded, at.AddHours(1), new RejectHazard("不属实"));
        await visits.FindAndFixAsync(at.AddHours(1), BodyId.Parse("gas-company"), campaign);
        major = await visits.ThenAsync(major, at.AddHours(1), new VerifyHazard(Level.Major, "判定标准第五条"));
        general = await visits.ThenAsync(general, at.AddHours(1), new VerifyHazard(Level.General));
        general = await visits.ThenAsync(
            general, at.AddHours(2),
            new AssignHazard([new LegOrder(Leg.Sole, BodyId.Parse("gas-company"), ChinaTime.DateAt(at).AddDays(9), "整改")]));
        general = await visits.ThenAsync(general, at.AddHours(3), new AcknowledgeAssignment(Leg.Sole), BodyId.Parse("gas-company"));
        general = await visits.ThenAsync(general, at.AddDays(1), new DeclareCompletion(Leg.Sole, "完成"), BodyId.Parse("gas-company"));
        general = await visits.ThenAsync(general, at.AddDays(2), new Reinspect(Leg.Sole, Verdict.Pass, "合格"));
        await visits.ThenAsync(general, at.AddDays(3), new CloseHazard());

        var figures = await Queries.FiguresAsync(At(null, at.AddDays(200)), campaign);
        figures.Total.Visits.ShouldBe(new VisitCounts(Visits: 4, Units: 3, WithoutHazards: 1, Late: 0, Claimed: 1));
        figures.Total.Hazards.ShouldBe(new FoundCounts(Found: 2, OnTheSpot: 1, OwnChecks: 1, ByDeadline: 1, Rectified: 1, Major: 1, MajorRectified: 0, Open: 1, Overdue: 1));
        figures.Total.Hazards.Rate.ShouldBe(50.0m);
        figures.BySector.ShouldHaveSingleItem().ShouldBe(figures.Total with { Sector = Visits.Gas });
        figures.ByRegion.ShouldHaveSingleItem().Region.ShouldBe(Town.County);

        (await Queries.SumsAsync(At(null, at.AddDays(200)), [campaign.Id])).Values.ShouldHaveSingleItem().Hazards.ShouldBe(figures.Total.Hazards);

        var before = await Queries.FiguresAsync(At(at.AddDays(1)), campaign);
        before.Total.Hazards.ShouldBe(new FoundCounts(2, 1, 1, 1, 0, 1, 0, 2, 0));
        (await Queries.FiguresAsync(At(at.AddMinutes(2)), campaign)).Total.Visits!.Visits.ShouldBe(2);
        (await Queries.FiguresAsync(At(null, at) with { Jurisdiction = Town.OtherCounty }, campaign)).Total.Visits!.Visits.ShouldBe(0);
    }

    [Fact]
    public async Task Hazards_of_a_time_region_and_sector_are_counted_as_a_replay_counts_them()
    {
        await using var log = database.Open();
        var at = Later();
        var stories = new Stories(11, at);
        for (var i = 0; i < 600; i++)
            await log.AppendAsync(stories.Next());
        begin = stories.Now.AddDays(1);
        foreach (var part in new[] { 0.3, 0.6, 1.0 })
        {
            var instant = at + (stories.Now - at) * part;
            var scope = At(instant);
            var replay = await Replay.UpToAsync(log, instant);
            var filter = new HazardFilter
            {
                Regions = [Town.County], Sectors = [Town.Sectors[0], Town.Sectors[1]], FoundFrom = ChinaTime.DateAt(at).AddDays(3),
                FoundTo = ChinaTime.DateAt(at).AddDays(60),
            };
            var expected = replay.All.Where(
                h => Town.County.Contains(h.Region) && filter.Sectors.Contains(h.Sector) && h.Stage is not (Stage.Rejected or Stage.Merged)
                && ChinaTime.DateAt(h.FoundAt) >= filter.FoundFrom && ChinaTime.DateAt(h.FoundAt) <= filter.FoundTo).ToArray();
            var (spot, rest) = (expected.Where(Spot).ToArray(), expected.Where(h => !Spot(h)).ToArray());
            var own = spot.Count(h => h.Closure!.Ground == ClosureGround.OwnCheck);
            var figures = await Queries.FiguresAsync(scope, filter, Town.County);
            figures.Total.Hazards.ShouldBe(new FoundCounts(
                rest.Length, spot.Length - own, own, rest.Count(h => !h.Legs.IsEmpty), rest.Count(h => h.Stage == Stage.Closed),
                rest.Count(h => h.Level == Level.Major),
                rest.Count(h => h.Level == Level.Major && h.Stage == Stage.Closed), rest.Count(h => h.IsOpen),
                rest.Count(h => h.IsOpen && Replay.IsOverdue(h, scope.Today))),
                part.ToString(CultureInfo.InvariantCulture));
            figures.ByRegion.Sum(l => l.Hazards.Found).ShouldBe(rest.Length);
            figures.BySector.Sum(l => l.Hazards.OnTheSpot).ShouldBe(spot.Length);
        }

        static bool Spot(Hazard h) =>
            h.Closure?.Ground is ClosureGround.FixedOnTheSpot or ClosureGround.OwnCheck && h.Stage == Stage.Closed;
    }

    [Fact]
    public async Task What_a_rebuild_makes_of_visits_is_the_same()
    {
        await using var log = database.Open();
        await new Visits(log).TellAsync(Later());
        var comparison = await Rebuild.CompareAsync(database.DataSource, log, Rulebook.Baseline);
        comparison.Rebuilt.ShouldBe(comparison.Live);
        comparison.Live.Inspections.ShouldNotBeEmpty();
    }

    // Recorded times never run backwards: each story begins after the one before.
    private static DateTimeOffset Later() => begin = begin.AddYears(1);

    private static Scope At(DateTimeOffset? asOf, DateTimeOffset? now = null) =>
        new(RegionCode.Nation, asOf, ChinaTime.DateAt(now ?? asOf!.Value));
}
