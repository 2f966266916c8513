using System.Text;
using Hazards.Domain.Codes;

namespace Hazards.Domain.Tests.Policies;

/// <summary>The documents that ship say what the papers they cite say; the tests follow the papers' text.</summary>
public sealed class ShippedDocuments
{
    public static TheoryData<string> Versions => [.. ShippedPolicies.All.Select(t => t.Version.Value)];

    [Theory, MemberData(nameof(Versions))]
    public void Each_is_free_of_mistakes_and_names_its_sources(string version)
    {
        var text = ShippedPolicies.Find(PolicyVersion.Parse(version))!;
        var check = PolicyCheck.Of(Encoding.UTF8.GetBytes(text.Json));
        check.Findings.Select(f => f.Say(version)).ShouldBeEmpty();
        check.Document!.Sources.ShouldNotBeEmpty();
        check.Policy!.Version.ShouldBe(version);
        Regions.Exists(check.Document.Jurisdiction).ShouldBeTrue();
        check.Policy.Clocks.ShouldAllBe(c => c.Source.Length > 0);
    }

    [Fact]
    public void Those_of_the_places_in_the_table_are_there() =>
        ShippedPolicies.All.Select(t => t.Version.Value).ShouldBe(
            ["hubei-major@1", "hunan-one-list@1", "longnan-double@1", "national-baseline@2", "qingdao-3x@1", "xiangxi-one-list@1", "zhuzhou-one-list@1"], ignoreOrder: true);

    /// <summary>总局令第16号.</summary>
    [Fact]
    public void Order_16_asks_for_reports_by_the_15th_and_by_31_January_and_reviews_within_ten_days()
    {
        var policy = Of("national-baseline@2");
        var quarterly = policy.Reports.Single(r => r.Kind == ReportKind.QuarterlyReport);
        new DateOnly(2026, 3, 31).AddDays(quarterly.DueDays).ShouldBe(new DateOnly(2026, 4, 15));
        var annual = policy.Reports.Single(r => r.Kind == ReportKind.AnnualReport);
        new DateOnly(2026, 12, 31).AddDays(annual.DueDays).ShouldBe(new DateOnly(2027, 1, 31));
        policy.Clock(ClockKind.ReviewResumption, Level.Major)!.ShouldSatisfyAllConditions(
            c => c.Days.ShouldBe(10), c => c.Count.ShouldBe(DayCount.Calendar));
        policy.PartsFor(Level.Major).ShouldBe(Enum.GetValues<PlanPart>(), ignoreOrder: true);
        policy.PlanRequired.ShouldBe([Level.Major]);
        policy.Ladder[0].ShouldSatisfyAllConditions(l => l.Step.ShouldBe(SupervisionStep.Urge), l => l.Mode.ShouldBe(StepMode.Automatic));
        policy.Ladder.Single(l => l.Step == SupervisionStep.Interview).Mode.ShouldBe(StepMode.Proposed);
    }

    /// <summary>湘西州2023.</summary>
    [Fact]
    public void Xiangxi_lists_three_and_two_a_county_supervises_and_ranks_each_quarter_and_looks_back_at_all_major_hazards()
    {
        var policy = Of("xiangxi-one-list@1");
        policy.Quotas.Select(q => (q.Of, q.Listing, q.AtLeast, q.Kind)).ShouldBe(
            [(RegionLevel.County, ListingLevel.Prefecture, 3, HazardKind.Safety), (RegionLevel.County, ListingLevel.Prefecture, 2, HazardKind.NaturalDisaster)]);
        policy.Supervision.Single()
            .ShouldSatisfyAllConditions(s => s.Level.ShouldBe(Level.Major), s => s.Days.ShouldBeLessThanOrEqualTo(92));
        policy.Rankings.Select(r => (r.Kind, r.Every, r.Weights.Values.Sum()))
            .ShouldBe([(ReportKind.BodyRanking, PeriodKind.Quarter, 100m), (ReportKind.CountyRanking, PeriodKind.Quarter, 100m)]);
        policy.Lookbacks.Single().Level.ShouldBe(Level.Major);
        policy.Ladder.Select(l => l.Step).ShouldContain(SupervisionStep.Exposure);
        policy.Ladder.Select(l => l.Step).ShouldContain(SupervisionStep.Penalty);
    }

    /// <summary>一单四制 of Hunan, under that of Xiangxi and of Zhuzhou; the baseline under it.</summary>
    [Fact]
    public void What_a_prefecture_does_not_say_its_province_says_and_then_the_baseline()
    {
        var xiangxi = Of("xiangxi-one-list@1");
        xiangxi.Papers.Select(p => p.Paper).ShouldBe([PaperKind.AssignmentOrder, PaperKind.ClosureNotice]);
        xiangxi.Clocks.ShouldBe(Policy.NationalBaseline.Clocks);
        xiangxi.Sources.Select(s => s.Title).ShouldContain(t => t.Contains("湖南省"));
        Of("zhuzhou-one-list@1").Reports.Single(r => r.Kind == ReportKind.Bulletin).Every.ShouldBe(PeriodKind.HalfMonth);
    }

    /// <summary>陇南市2019.</summary>
    [Fact]
    public void Longnan_hands_over_to_two_legs_and_watches_both_with_two_supervisors()
    {
        var policy = Of("longnan-double@1");
        foreach (var level in Enum.GetValues<Level>())
            policy.Assignment.Single(a => a.Level == level)
                .ShouldSatisfyAllConditions(a => a.Dual.ShouldBeTrue(), a => a.Supervised.ShouldBeTrue());
        policy.SpecialPeriods.Select(p => p.Name).ShouldBe(["2019年春节", "2019年全国两会"]);
    }

    /// <summary>青岛市“3+X”, 2012.</summary>
    [Fact]
    public void Qingdao_counts_working_days()
    {
        var policy = Of("qingdao-3x@1");
        (ClockKind, int)[] expected = [
            (ClockKind.File, 3), (ClockKind.Publish, 5), (ClockKind.PublishDelisting, 5), (ClockKind.DecideExtension, 10)];
        foreach (var (kind, days) in expected)
            policy.Clock(kind, Level.Major)!.ShouldSatisfyAllConditions(
                c => c.Days.ShouldBe(days), c => c.Count.ShouldBe(DayCount.Working));
        policy.Publication!.SameMedia.ShouldBeTrue();
        policy.Extension.ShouldSatisfyAllConditions(e => e.RequestDaysBefore.ShouldBe(20), e => e.Count.ShouldBe(DayCount.Working));
        policy.Listing.Single(l => l.Level == ListingLevel.County).MostDays.ShouldBe(366);
        policy.Listing.Select(l => l.Level).ShouldBe(Enum.GetValues<ListingLevel>(), ignoreOrder: true);
        policy.Quotas.Single()
            .ShouldSatisfyAllConditions(
                q => q.AtLeast.ShouldBe(3), q => q.DifferentSectors.ShouldBeTrue(), q => q.Every.ShouldBe(PeriodKind.Quarter));
        policy.Papers.Single(p => p.Always).Paper.ShouldBe(PaperKind.RectificationDirective);
        // Friday, 25 September 2026, is the first day of the Mid-autumn holiday; Sunday the 20th is worked in exchange.
        policy.Due(ClockKind.File, Level.Major, new DateTimeOffset(2026, 9, 18, 9, 0, 0, ChinaTime.Offset),
            WorkCalendar.Shipped)!.Value.Date.ShouldBe(new DateOnly(2026, 9, 22));
        policy.Due(ClockKind.Publish, Level.Major, new DateTimeOffset(2026, 9, 18, 9, 0, 0, ChinaTime.Offset),
            WorkCalendar.Shipped)!.Value.Date.ShouldBe(new DateOnly(2026, 9, 24));
    }

    /// <summary>鄂安〔2010〕20号.</summary>
    [Fact]
    public void Hubei_lists_by_grade()
    {
        var policy = Of("hubei-major@1");
        policy.Grades.Select(g => (g.Grade, g.ListedAt)).ShouldBe(
            [(1, ListingLevel.Province), (2, ListingLevel.Province), (3, ListingLevel.Prefecture), (4, ListingLevel.County)]);
        policy.Grades.ShouldAllBe(g => g.Level == Level.Major);
        policy.Clock(ClockKind.Reinspect, Level.Major)!.Days.ShouldBe(10);
        policy.PartsFor(Level.Major).Length.ShouldBe(6);
        policy.Publication.ShouldNotBeNull();
    }

    private static Policy Of(string version) =>
        PolicyShelf.Shipped.Resolve(PolicyDocument.Read(ShippedPolicies.Find(PolicyVersion.Parse(version))!.Json));
}
