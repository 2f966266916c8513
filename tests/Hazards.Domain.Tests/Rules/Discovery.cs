using Hazards.Domain.Codes;
using static Hazards.Domain.Tests.Rules.World;

namespace Hazards.Domain.Tests.Rules;

/// <summary>发现: reporting, verifying, grading, rejecting, merging, fixing on the spot.</summary>
public sealed class Discovery
{
    private static readonly ReportHazard Report = new(ReportSource.Hotline, Wudu, Gas, " 漏气 ", " 调压箱漏气 ", Category: " ");

    [Fact]
    public void A_report_begins_a_hazard()
    {
        var story = new Story().When(As(Hotline), Report)
            .Then(
                new HazardReported(ReportSource.Hotline, HazardKind.Safety, Wudu, Gas, null, "漏气", "调压箱漏气", null, null, null, null, null));
        story.Then.Stage.ShouldBe(Stage.Reported);
        story.Then.Version.ShouldBe(1);
        story.Then.ReportedBy.ShouldBe(Hotline.Id);
        story.Clocks.ShouldHaveSingleItem().Kind.ShouldBe(ClockKind.Verify);
    }

    [Fact]
    public void What_is_found_long_before_it_is_entered_is_a_late_entry()
    {
        var late = new Story().When(As(Hotline), Report, Start.AddHours(-25)).ThenItHappens();
        late.Then.LateEntry.ShouldBeTrue();
        new Story().When(As(Hotline), Report, Start.AddHours(-24)).ThenItHappens().Then.LateEntry.ShouldBeFalse();
    }

    [Fact]
    public void The_same_number_of_the_same_system_is_one_hazard()
    {
        var report = Report with { Reference = new ExternalReference("12345", "LN-1") };
        report.IdentityAt(Start, "hotline/12345").ShouldBe(report.IdentityAt(Start.AddYears(1), "hotline/12345"));
        report.IdentityAt(Start, "hotline/12345").ShouldNotBe(report.IdentityAt(Start, "hotline/video"), "a number is its sender's");
        var next = report with { Reference = new ExternalReference("12345", "LN-2") };
        report.IdentityAt(Start, "hotline/12345").ShouldNotBe(next.IdentityAt(Start, "hotline/12345"));
        Report.IdentityAt(Start, "hotline/12345").ShouldNotBe(Report.IdentityAt(Start, "hotline/12345"));
        Stories.Reported.When(As(Hotline), report).ThenRefused(HazardRefusals.ReportedBefore, "reference");
    }

    public static TheoryData<string, ReportHazard, string> BadReports => new()
    {
        { "input.missing", Report with { Title = " " }, "title" },
        { "input.missing", Report with { Description = null! }, "description" },
        { "input.too_long", Report with { Title = new string('长', 201) }, "title" },
        { "input.too_long", Report with { Description = new string('长', 8001) }, "description" },
        { "input.too_long", Report with { Category = new string('长', 101) }, "category" },
        { "input.too_long", Report with { FoundBy = new string('长', 401) }, "foundBy" },
        { "input.too_long", Report with { ReportedLevel = new string('长', 61) }, "reportedLevel" },
        { "input.control_characters", Report with { Title = "两\n行" }, "title" },
        { "input.control_characters", Report with { Description = "\ud800" }, "description" },
        { "input.missing", Report with { Enterprise = new Enterprise("") }, "enterprise.name" },
        { "input.too_long", Report with { Enterprise = new Enterprise(new string('长', 10_000)) }, "enterprise.name" },
        { "input.missing", Report with { Place = new Place("") }, "place.text" },
        { "input.out_of_range", Report with { Place = new Place("东江", 181, 0) }, "place.longitude" },
        { "input.out_of_range", Report with { Place = new Place("东江", 0, -91) }, "place.latitude" },
        { "input.missing", Report with { Place = new Place("东江", 104) }, "place.latitude" },
        { "input.missing", Report with { Place = new Place("东江", null, 33) }, "place.longitude" },
        { "input.missing", Report with { Reference = new ExternalReference("", "1") }, "reference.system" },
        { "input.too_long", Report with { Reference = new ExternalReference("12345", new string('1', 121)) }, "reference.id" },
        { "input.control_characters", Report with { Reference = new ExternalReference("12345", "1\n2") }, "reference.id" },
        { "region.unknown", Report with { Region = RegionCode.Parse("621299") }, "region" },
        { "sector.unknown", Report with { Sector = SectorCode.Parse("astrology") }, "sector" },
    };

    [Theory, MemberData(nameof(BadReports))]
    public void A_bad_report_is_refused(string code, ReportHazard report, string field)
    {
        var refusal = new Story().When(As(Hotline), report).Decision.Refusal.ShouldNotBeNull();
        (refusal.Code, refusal.Field).ShouldBe((code, field));
        refusal.ShouldSpeak();
    }

    [Fact]
    public void A_report_lies_in_the_callers_jurisdiction_and_in_the_past_and_comes_from_a_living_body()
    {
        new Story().When(As(Hotline) with { Jurisdiction = Wenxian }, Report).ThenRefused(DiscoveryRefusals.OutsideJurisdiction, "region");
        new Story().When(As(Hotline), Report, Start.AddMinutes(6)).ThenRefused(HazardRefusals.Future);
        new Story().When(As(Hotline), Report, new DateTimeOffset(1999, 12, 31, 0, 0, 0, TimeSpan.Zero))
            .ThenRefused(HazardRefusals.TooEarly);
        new Story().When(As(Gone), Report).ThenRefused(BodyRefusals.Dissolved);
    }

    [Fact]
    public void The_callers_name_and_the_attachments_are_checked()
    {
        Outcome With(Func<Act, Act> change)
        {
            var story = Stories.Reported;
            var act = change(story.Act(As(Hotline)));
            return new Outcome(story, act, Decider.Decide(new AddComment("批注"), story.Hazard, act));
        }

        var photo = new Attachment(Sha256Digest.Of("photo"u8), "照片.jpg", "image/jpeg", 10);
        With(a => a with { Attachments = [photo] }).ThenItHappens();
        With(a => a with { Attachments = default }).ThenItHappens().Events[^1].Context.Attachments.ShouldBeEmpty();
        With(a => a with { By = a.By with { Name = "" } }).ThenRefused(InputRefusals.Missing, "actor");
        With(a => a with { By = a.By with { Name = "\ud800" } }).ThenRefused(InputRefusals.NotClean, "actor");
        With(a => a with { Attachments = [photo, photo with { Name = new string('长', 10_000) }] })
            .ThenRefused(InputRefusals.TooLong, "attachments[1].name");
        With(a => a with { Attachments = [photo with { MediaType = "a\nb" }] })
            .ThenRefused(InputRefusals.NotClean, "attachments[0].mediaType");
        With(a => a with { Attachments = [photo with { Size = -1 }] }).ThenRefused(InputRefusals.OutOfRange, "attachments[0].size");
        With(a => a with { Attachments = [new Attachment(default)] }).ThenRefused(InputRefusals.Missing, "attachments[0].digest");
        With(a => a with { Attachments = [.. Enumerable.Repeat(photo, Attachment.Most + 1)] })
            .ThenRefused(InputRefusals.TooMany, "attachments");
    }

    [Fact]
    public void A_major_hazard_needs_its_grading_basis()
    {
        Stories.Reported.When(CountyOffice, new VerifyHazard(Level.Major)).ThenRefused(HazardRefusals.BasisRequired, "basis");
        Stories.Verified.When(CountyOffice, new RegradeHazard(Level.Major, "复核")).ThenRefused(HazardRefusals.BasisRequired, "basis");
        var verified = Stories.Reported.When(CountyOffice, new VerifyHazard(Level.Major, "判定标准第五条"))
            .Then(new HazardVerified(Level.Major, "判定标准第五条", null));
        verified.Then.Stage.ShouldBe(Stage.Verified);
        verified.Then.Level.ShouldBe(Level.Major);
    }

    [Fact]
    public void Regrading_changes_the_level_after_it_was_given()
    {
        Stories.Verified.When(CountyOffice, new RegradeHazard(Level.Major, "复核", "第五条"))
            .Then(new HazardRegraded(Level.General, Level.Major, "第五条", "复核"))
            .Then.Level.ShouldBe(Level.Major);
        Stories.Verified.When(CountyOffice, new RegradeHazard(Level.General, "复核")).ThenRefused(HazardRefusals.NothingChanges, "level");
        Stories.Verified.When(As(CountyOffice), new RegradeHazard(Level.Major, "复核", "第五条"), Start)
            .ThenRefused(HazardRefusals.BeforePrevious);
    }

    [Fact]
    public void An_unfounded_report_is_rejected_and_has_no_clock()
    {
        var rejected = Stories.Verified.When(CountyOffice, new RejectHazard("不属实")).Then(new HazardRejected("不属实"));
        rejected.Then.Stage.ShouldBe(Stage.Rejected);
        rejected.Clocks.ShouldBeEmpty();
    }

    [Fact]
    public void Nothing_listed_or_stopped_ends_without_acceptance()
    {
        var merge = new MergeHazard(OtherId, "同一处") { Target = Stories.Reported.Then with { Id = OtherId } };
        IHazardCommand[] endings = [new RejectHazard("不属实"), merge, new FixOnTheSpot("当场")];
        foreach (var ending in endings)
        {
            Stories.Verified.And(CityOffice, Stories.CityListing).When(CountyOffice, ending).ThenRefused(HazardRefusals.StillListed);
            Stories.Verified.And(Emergency, new ProductionSuspended(true, "全部")).When(CountyOffice, ending)
                .ThenRefused(HazardRefusals.StillSuspended);
        }
    }

    [Fact]
    public void A_merger_is_told_on_both_hazards()
    {
        var target = Story.Given(Stories.Report).Then with { Id = OtherId };
        var outcome = Stories.Reported.When(CountyOffice, new MergeHazard(OtherId, "同一处") { Target = target });
        outcome.Then(new HazardMerged(OtherId, "同一处")).Then.ShouldSatisfyAllConditions(
            h => h.Stage.ShouldBe(Stage.Merged), h => h.MergedInto.ShouldBe(OtherId));
        var (other, absorbed) = outcome.Decision.Elsewhere.ShouldNotBeNull();
        other.ShouldBe(OtherId);
        absorbed.ShouldBe(new DuplicateAbsorbed(World.Id, "同一处"));
        Hazard.Apply(OtherId, target, new Happening(absorbed, outcome.Act.Context(Role.Coordinator))).Absorbed.ShouldBe([World.Id]);
    }

    [Fact]
    public void A_merger_needs_another_hazard_that_is_open_and_within_sight()
    {
        var target = Stories.Reported.Then with { Id = OtherId };
        var merge = new MergeHazard(OtherId, "同一处") { Target = target };
        Stories.Reported.When(CountyOffice, merge with { Into = World.Id }).ThenRefused(HazardRefusals.MergeItself, "into");
        Stories.Reported.When(CountyOffice, merge with { Target = null }).ThenRefused(HazardRefusals.MergeTarget, "into");
        Stories.Reported.When(CountyOffice, merge with { Target = Stories.Reported.Then }).ThenRefused(HazardRefusals.MergeTarget, "into");
        Stories.Reported.When(As(CountyOffice) with { Jurisdiction = Wudu }, merge with { Target = target with { Region = Wenxian } })
            .ThenRefused(HazardRefusals.MergeTarget, "into");
        foreach (var ended in new[] { Stories.Closed, Stories.Rejected, Stories.Merged })
            Stories.Reported.When(CountyOffice, merge with { Target = ended.Then with { Id = OtherId } })
                .ThenRefused(HazardRefusals.MergeTargetEnded, "into");
    }

    /// <summary>Or what may not be fixed on the spot would be, under another name.</summary>
    [Fact]
    public void What_is_major_or_reported_so_goes_into_nothing_less()
    {
        var general = Stories.Verified.Then with { Id = OtherId };
        var major = Stories.VerifiedMajor.Then with { Id = OtherId };
        var reportedMajor = Story.Given(Stories.Report with { ReportedLevel = "重大" });
        MergeHazard Into(Hazard target) => new(OtherId, "同一处") { Target = target };

        Stories.VerifiedMajor.When(CountyOffice, Into(general)).ThenRefused(HazardRefusals.MergeLower, "into");
        Stories.VerifiedMajor.When(CountyOffice, Into(Stories.Reported.Then with { Id = OtherId }))
            .ThenRefused(HazardRefusals.MergeLower, "into");
        reportedMajor.When(CountyOffice, Into(general)).ThenRefused(HazardRefusals.MergeLower, "into");
        reportedMajor.When(CountyOffice, Into(Stories.Reported.Then with { Id = OtherId })).ThenRefused(HazardRefusals.MergeLower, "into");
        Stories.VerifiedMajor.When(CountyOffice, Into(major)).ThenItHappens();
        reportedMajor.When(CountyOffice, Into(major)).ThenItHappens();
        reportedMajor.When(CountyOffice, Into(reportedMajor.Then with { Id = OtherId })).ThenItHappens();
        Stories.Verified.When(CountyOffice, Into(major)).ThenItHappens();
    }

    /// <summary>并案不消事: what goes off the lists of a county goes there knowingly.</summary>
    [Theory]
    [InlineData("621202", "621202", true), InlineData("621202", "621202101", true), InlineData("621202101", "621202", true)]
    [InlineData("621202101", "621202102", true), InlineData("6212", "621222", true), InlineData("62", "621202", true)]
    [InlineData("621202", "621222", false), InlineData("621202101", "621222", false), InlineData("621202", "6212", false)]
    [InlineData("6212", "62", false)]
    public void A_merger_takes_nothing_out_of_its_county_unsaid(string own, string its, bool seen)
    {
        var story = Story.Given(Stories.Report with { Region = RegionCode.Parse(own) });
        var province = As(CityOffice with { Region = RegionCode.Parse("62") }) with { Jurisdiction = RegionCode.Parse("62") };
        var merge = new MergeHazard(OtherId, "同一处")
        {
            Target = Stories.Reported.Then with { Id = OtherId, Region = RegionCode.Parse(its) },
        };
        if (!seen)
            story.When(province, merge).ThenRefused(HazardRefusals.MergeRegion, "inOtherRegion");
        story.When(province, merge with { InOtherRegion = !seen }).ThenItHappens().Then.Stage.ShouldBe(Stage.Merged);
    }

    /// <summary>What is overdue leaves the lists only into a hazard that owes as much, or is further on.</summary>
    [Fact]
    public void Nothing_overdue_vanishes_into_what_owes_nothing_yet()
    {
        var target = Stories.Reported.Then with { Id = OtherId };
        Clock Due(int days) => new(ClockKind.Verify, null, null, World.Start, ChinaTime.DateAt(World.Start).AddDays(days));
        Outcome When(Hazard into, int[] own, int[] its) => Stories.Reported.When(
            CountyOffice, new MergeHazard(OtherId, "同一处") { Target = into, Owed = ([.. own.Select(Due)], [.. its.Select(Due)]) });

        When(target, [-200], [-199]).ThenRefused(HazardRefusals.MergeOverdue, "into");
        When(target, [-200, -1], []).ThenRefused(HazardRefusals.MergeOverdue, "into");
        When(target, [-200], [-200]).ThenItHappens();
        When(target, [-200], [-300]).ThenItHappens();
        When(target, [400], []).ThenItHappens();
        When(Stories.Rectifying.Then with { Id = OtherId }, [-200], [30]).ThenItHappens();
    }

    [Fact]
    public void Nothing_goes_into_what_was_not_found_yet()
    {
        var later = Stories.Reported.Then with { Id = OtherId, FoundAt = World.Start.AddYears(20) };
        Stories.Reported.When(CountyOffice, new MergeHazard(OtherId, "同一处") { Target = later })
            .ThenRefused(HazardRefusals.BeforePrevious, "occurredAt");
    }

    [Fact]
    public void What_is_fixed_on_the_spot_is_closed_at_once_and_counted_apart()
    {
        var fixedThere = Stories.Reported.When(Emergency, new FixOnTheSpot("当场关阀", "站长"))
            .Then(new HazardFixedOnTheSpot("当场关阀", "站长"), new HazardClosed(ClosureGround.FixedOnTheSpot, null));
        fixedThere.Then.ShouldSatisfyAllConditions(
            h => h.Stage.ShouldBe(Stage.Closed), h => h.Level.ShouldBe(Level.General),
            h => h.Closure!.Ground.ShouldBe(ClosureGround.FixedOnTheSpot));
        Stories.VerifiedMajor.When(Emergency, new FixOnTheSpot("当场")).ThenRefused(HazardRefusals.NotOnTheSpot);
    }

    /// <summary>What its reporter calls major is graded before it can be ended, whatever was done about it.</summary>
    [Theory]
    [InlineData("重大", true)]
    [InlineData("重大事故隐患", true)]
    [InlineData("Major", true)]
    [InlineData("一般", false)]
    [InlineData("3级", false)]
    [InlineData("非重大隐患", false)]
    [InlineData("不属于重大隐患", false)]
    [InlineData(null, false)]
    public void What_was_reported_as_major_is_not_ended_as_fixed_before_it_was_graded(string? said, bool major)
    {
        var onTheSpot = Story.Given(Stories.Report with { ReportedLevel = said }).When(Emergency, new FixOnTheSpot("当场关阀"));
        var own = new Story()
            .And(GasCompany, Stories.Report with { Source = ReportSource.SelfInspection, Reporter = null, ReportedLevel = said })
            .When(As(GasCompany, Role.Reporter), new FixByOwnCheck("更换软管"));
        foreach (var fixedAtOnce in new[] { onTheSpot, own })
            if (major)
                fixedAtOnce.ThenRefused(HazardRefusals.NotOnTheSpot);
            else
                fixedAtOnce.ThenItHappens();
    }

    [Fact]
    public void A_changed_ledger_row_is_recorded_again_and_the_same_one_is_not()
    {
        var row = (RecordLedgerRow)Examples.ByRule["record_ledger_row"].Command;
        var importer = As(CountyOffice, Role.Importer);
        var once = Stories.Closed.When(importer, row).ThenItHappens();
        once.Then.LedgerState.ShouldBe("已整改");
        once.When(importer, row).ThenRefused(HazardRefusals.NothingChanges, "fingerprint");
        once.When(importer, row with { Fingerprint = Sha256Digest.Of("另一行"u8) }).ThenItHappens();
        once.When(importer, row with { Row = 0 }).ThenRefused(InputRefusals.OutOfRange, "row");
        once.When(importer, row with { File = default }).ThenRefused(InputRefusals.Missing, "file");
        once.When(importer, row with { Fingerprint = default }).ThenRefused(InputRefusals.Missing, "fingerprint");
        var other = row with { Fingerprint = Sha256Digest.Of("x"u8) };
        once.When(importer, other with { Cells = [new("问题", "B3", "坏\0")] }).ThenRefused(InputRefusals.NotClean, "cells[0].text");
        once.When(importer, other with { Cells = [new("问题", "B3", new string('长', 40_000))] })
            .ThenRefused(InputRefusals.TooLong, "cells[0].text");
        once.When(importer, other with { Cells = [new("问题", null!, "")] }).ThenRefused(InputRefusals.Missing, "cells[0].address");
        once.When(importer, other with { NotUnderstood = ["\ud800"] }).ThenRefused(InputRefusals.NotClean, "notUnderstood[0]");
        once.When(importer, other with { Cells = [.. Enumerable.Repeat(new LedgerCell("", "", ""), 1001)] })
            .ThenRefused(InputRefusals.TooMany, "cells");
        once.When(importer, other with { Cells = [new("问题", "B3", "\a控制字符照原样保留")], NotUnderstood = default }).ThenItHappens();
    }
}
