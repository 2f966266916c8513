using System.Collections.Immutable;
using Hazards.Domain.Codes;
using static Hazards.Domain.Tests.Rules.World;

namespace Hazards.Domain.Tests.Rules;

/// <summary>What a policy's sections allow and refuse: 双重交办, 挂牌, 分级, 延期, 验收, 停产顺延, 同一媒体公布.</summary>
public sealed class RulesOfThePolicy
{
    private static readonly Policy Base = Policy.NationalBaseline;

    [Fact]
    public void Where_the_policy_asks_for_double_assignment_a_sole_one_is_refused()
    {
        var verified = Stories.Verified.Under(
            Base with { Assignment = [new AssignmentRule(Level.General, Dual: true, Supervised: true, "陇南市2019")] });
        verified.When(CountyOffice, new AssignHazard([Sole() with { Supervisor = Supervision.Id }]))
            .ThenRefused(HazardRefusals.DualRequired, "legs").Chinese.ShouldContain("陇南市2019");
        verified.When(CountyOffice, new AssignHazard([Territorial(), Sectoral() with { Supervisor = null }]))
            .ThenRefused(HazardRefusals.SupervisorRequired, "legs[1].supervisor");
        verified.When(CountyOffice, new AssignHazard([Territorial(), Sectoral()])).ThenItHappens();
        Stories.VerifiedMajor.Under(verified.Policy).When(CountyOffice, new AssignHazard([Sole()])).ThenItHappens();
        Stories.Closed.Under(verified.Policy).When(CountyOffice, new ReopenHazard("反弹", [Sole() with { Supervisor = Supervision.Id }]))
            .ThenRefused(HazardRefusals.DualRequired, "legs");
    }

    [Fact]
    public void A_grade_is_one_of_the_policys_and_stands_for_the_level()
    {
        var graded = Stories.Reported.Under(Base with { Grades = [new GradeRule(2, "二级", Level.Major, ListingLevel.Province, "湖北省2010"), new GradeRule(4, "四级", Level.General, ListingLevel.County, "湖北省2010")] });
        Stories.Reported.When(CountyOffice, new VerifyHazard(Level.General, Grade: 4)).ThenRefused(HazardRefusals.NoGrades, "grade");
        graded.When(CountyOffice, new VerifyHazard(Level.General, Grade: 3)).ThenRefused(HazardRefusals.UnknownGrade, "grade");
        graded.When(CountyOffice, new VerifyHazard(Level.General, Grade: 2)).ThenRefused(HazardRefusals.GradeLevel, "grade");
        var second = graded.When(CountyOffice, new VerifyHazard(Level.Major, "第五条", Grade: 2))
            .Then(new HazardVerified(Level.Major, "第五条", null) { Grade = 2 });
        second.When(CityOffice, new ListHazard(ListingLevel.Prefecture, Deadline, "限期整改"))
            .ThenRefused(HazardRefusals.ListingBelowGrade, "level");
        second.When(ProvinceOffice, new ListHazard(ListingLevel.Province, Deadline, "限期整改")).ThenItHappens();
        second.When(CountyOffice, new RegradeHazard(Level.General, "复核", Grade: 4))
            .Then(new HazardRegraded(Level.Major, Level.General, null, "复核") { Grade = 4 });
        second.When(CountyOffice, new RegradeHazard(Level.Major, "复核", "第五条", 2)).ThenRefused(HazardRefusals.NothingChanges);
    }

    [Fact]
    public void A_listing_lasts_no_longer_than_the_policy_allows()
    {
        var within = Base with { Listing = [.. Base.Listing.Select(r => r with { MostDays = 30 })] };
        Stories.Rectifying.Under(within).When(CityOffice, new ListHazard(ListingLevel.Prefecture, new DateOnly(2026, 4, 2), "限期整改"))
            .ThenRefused(HazardRefusals.ListingTooLong, "deadline");
        Stories.Rectifying.Under(within).When(CityOffice, new ListHazard(ListingLevel.Prefecture, new DateOnly(2026, 4, 1), "限期整改"))
            .ThenItHappens();
    }

    [Fact]
    public void Qingdao_an_extension_is_asked_for_twenty_working_days_before_the_deadline()
    {
        var qingdao = Stories.Rectifying.Under(
            Base with { Extension = Base.Extension with { RequestDaysBefore = 20, Count = DayCount.Working } });
        // Twenty working days before 30 April 2026, with Qingming on 4 to 6 April, is 1 April.
        var latest = WorkCalendar.Shipped.Add(Deadline, -20, DayCount.Working).Date;
        latest.ShouldBe(new DateOnly(2026, 4, 1));
        var days = latest.DayNumber - new DateOnly(2026, 3, 2).DayNumber;
        qingdao.AfterDays(days).When(GasCompany, new RequestExtension(Leg.Sole, Deadline.AddDays(20), "材料未到")).ThenItHappens();
        qingdao.AfterDays(days + 1).When(GasCompany, new RequestExtension(Leg.Sole, Deadline.AddDays(20), "材料未到"))
            .ThenRefused(HazardRefusals.ExtensionLate);
    }

    [Fact]
    public void Acceptance_needs_what_the_policy_says_of_the_leg()
    {
        Story Under(AcceptanceRule rule) => Stories.DualDeclared.Under(Base with { Acceptance = [rule] });
        Outcome Pass(Story story, Leg leg, string? inspectors = null, bool paper = true) =>
            story.When(As(Emergency), new Reinspect(leg, Verdict.Pass, "合格", inspectors), paper: paper);
        var byOffice = Under(new AcceptanceRule("x", Leg: Leg.Sectoral) { AcceptedBy = [BodyKind.CommitteeOffice] });
        Pass(byOffice, Leg.Sectoral).ThenRefused(HazardRefusals.AcceptanceBody);
        Pass(byOffice, Leg.Territorial).ThenItHappens();
        byOffice.When(CountyOffice, new Reinspect(Leg.Sectoral, Verdict.Pass, "合格")).ThenItHappens();
        byOffice.When(Emergency, new Reinspect(Leg.Sectoral, Verdict.Fail, "仍有泄漏")).ThenItHappens();
        Pass(Under(new AcceptanceRule("x", Attachments: 1)), Leg.Sectoral).ThenRefused(HazardRefusals.AcceptanceAttachments, "attachments");
        Pass(Under(new AcceptanceRule("x", Inspectors: true)), Leg.Sectoral).ThenRefused(HazardRefusals.AcceptanceInspectors, "inspectors");
        Pass(Under(new AcceptanceRule("x", Inspectors: true)), Leg.Sectoral, "李工").ThenItHappens();
        Pass(Under(new AcceptanceRule("x", Document: true)), Leg.Sectoral, paper: false)
            .ThenRefused(HazardRefusals.AcceptanceDocument, "documentNumber");
        Pass(Under(new AcceptanceRule("x", Level.Major, Document: true)), Leg.Sectoral, paper: false).ThenItHappens();
    }

    [Fact]
    public void What_is_given_and_has_no_meaning_is_refused()
    {
        Stories.Declared.When(Emergency, new Reinspect(Leg.Sole, Verdict.Pass, "合格", null, Deadline))
            .ThenRefused(HazardRefusals.DeadlineWithPass, "deadline");
        Stories.Closed.When(CountyOffice, new LookBack(LookbackResult.Holding, "未反弹", null, [Sole()]))
            .ThenRefused(HazardRefusals.LegsWithHolding, "legs");
    }

    [Fact]
    public void Days_of_standing_still_are_given_back_where_the_policy_says_so()
    {
        var stopped = Stories.Rectifying.And(Emergency, new ProductionSuspended(true, "供气")).AfterDays(12)
            .And(GasCompany, new ResumptionRequested(Leg.Sole, "已检测"));
        stopped.When(Emergency, new ReviewResumption(Verdict.Pass, "合格")).Then(new ResumptionReviewed(Verdict.Pass, "合格"));
        var giving = stopped.Under(Base with { Stop = new StopRule(true, "x") });
        giving.When(Emergency, new ReviewResumption(Verdict.Fail, "不合格")).Then(new ResumptionReviewed(Verdict.Fail, "不合格"));
        var moved = giving.When(Emergency, new ReviewResumption(Verdict.Pass, "合格")).ThenItHappens();
        moved.Events[^1].Event.ShouldBeOfType<DeadlineMoved>()
            .ShouldSatisfyAllConditions(m => m.From.ShouldBe(Deadline), m => m.To.ShouldBe(Deadline.AddDays(12)));
        moved.Clocks.Single(c => c.Kind == ClockKind.Rectify).Due.ShouldBe(Deadline.AddDays(12));
        var listed = Stories.Listed.Under(giving.Policy).And(Emergency, new ProductionSuspended(true, "供气")).AfterDays(3)
            .And(GasCompany, new ResumptionRequested(Leg.Sole, "已检测"));
        listed.When(Emergency, new ReviewResumption(Verdict.Pass, "合格"))
            .ThenItHappens().Clocks.Single(c => c.Kind == ClockKind.Rectify).Due.ShouldBe(
                Deadline.AddDays(3), "the listing's deadline stands aside too");
    }

    [Fact]
    public void A_listing_is_published_filed_and_its_end_published_in_the_same_medium()
    {
        var policy = Base with
        {
            Publication = new PublicationRule(SameMedia: true, "青岛市2012"),
            Clocks = [
                .. Base.Clocks,
                .. new[] { ClockKind.Publish,
                    ClockKind.PublishDelisting }.Select(k =>
                        new ClockRule(k, 5, "青岛市2012", null, DayCount.Working)), new ClockRule(ClockKind.File, 3, "青岛市2012", null,
                        DayCount.Working)],
        };
        var listed = Stories.ListedQuietly.Under(policy);
        listed.Clocks.Where(c => c.Leg is null).Select(c => (c.Kind, c.Body, c.Due)).ShouldBe(
            [(ClockKind.File, CityOffice.Id, new DateOnly(2026, 3, 5)), (ClockKind.Publish, (BodyId?)CityOffice.Id, new DateOnly(2026, 3, 9))]);
        listed.When(CityOffice, new FileListing(CountyOffice.Id)).ThenRefused(HazardRefusals.FileUp, "with");
        listed.When(CityOffice, new FileListing(Unregistered)).ThenRefused(BodyRefusals.Unknown, "with");
        listed.When(CityOffice, new PublishListing("陇南日报", new DateOnly(2026, 3, 1))).ThenRefused(HazardRefusals.ActDate, "on");
        var filed = listed.When(CityOffice, new FileListing(ProvinceOffice.Id))
            .Then(new ListingFiled(ListingLevel.Prefecture, ProvinceOffice.Id, new DateOnly(2026, 3, 2)));
        filed.When(CityOffice, new FileListing(ProvinceOffice.Id)).ThenRefused(HazardRefusals.AlreadyFiled);
        var published = filed.When(CityOffice, new PublishListing("陇南日报"))
            .Then(new ListingPublished(ListingLevel.Prefecture, "陇南日报", new DateOnly(2026, 3, 2)));
        published.When(CityOffice, new PublishListing("陇南日报")).ThenRefused(HazardRefusals.AlreadyPublished);
        published.Clocks.ShouldAllBe(c => c.Leg != null);
        var delisted = published.And(CityOffice, new HazardDelisted(ListingLevel.Prefecture, DelistingGround.ListedInError, "误"));
        delisted.Clocks.ShouldContain(c => c.Kind == ClockKind.PublishDelisting && c.Body == CityOffice.Id);
        delisted.When(CityOffice, new PublishDelisting("政府网站")).ThenRefused(HazardRefusals.OtherMedium, "medium");
        delisted.When(CityOffice, new PublishDelisting("陇南日报")).ThenItHappens().When(CityOffice, new PublishDelisting("陇南日报"))
            .ThenRefused(HazardRefusals.AlreadyPublished);
        Stories.Rectifying.When(CityOffice, new PublishDelisting("x")).ThenRefused(HazardRefusals.NothingToPublish);
        Stories.Rectifying.When(CityOffice, new PublishListing("x")).ThenRefused(HazardRefusals.NotListed);
        Stories.Rectifying.When(CityOffice, new FileListing(ProvinceOffice.Id)).ThenRefused(HazardRefusals.NotListed);
    }

    [Fact]
    public void The_two_supervisors_differ_and_neither_answers_for_a_leg()
    {
        Stories.Dual.When(CountyOffice, new NameSupervisor(Leg.Sectoral, CitySupervision.Id, "市级督办"))
            .Then(new SupervisorNamed(Leg.Sectoral, Supervision.Id, CitySupervision.Id, "市级督办")).Then.Legs[Leg.Sectoral].Supervisor.ShouldBe(CitySupervision.Id);
        Stories.Dual.When(CountyOffice, new NameSupervisor(Leg.Sectoral, CountyOffice.Id, "x"))
            .ThenRefused(HazardRefusals.SameSupervisor, "body");
        Stories.Dual.When(CountyOffice, new NameSupervisor(Leg.Sectoral, CountyGovernment.Id, "x"))
            .ThenRefused(HazardRefusals.SupervisorIsLeg, "body");
        Stories.Dual.When(CountyOffice, new NameSupervisor(Leg.Sectoral, Supervision.Id, "x"))
            .ThenRefused(HazardRefusals.NothingChanges, "body");
        Stories.Dual.When(CountyOffice, new NameSupervisor(Leg.Sectoral, Gone.Id, "x")).ThenRefused(BodyRefusals.Dissolved, "body");
    }

    [Fact]
    public void A_proposed_step_is_declined_by_whom_it_was_put_to_or_above()
    {
        var decline = new DeclineStep(SupervisionStep.Interview, ClockKind.Rectify, Deadline, "已有安排", Leg.Sole);
        Stories.Proposed.When(Supervision, decline).ThenRefused(HazardRefusals.NotAsked);
        Stories.Proposed.When(CityOffice, decline).ThenItHappens();
        var declined = Stories.Proposed.When(CountyOffice, decline)
            .Then(new StepDeclined(SupervisionStep.Interview, ClockKind.Rectify, Leg.Sole, Deadline, "已有安排"));
        declined.When(CountyOffice, decline).ThenRefused(HazardRefusals.NotProposed, "step");
        Stories.Proposed.When(CountyOffice, decline with { Step = SupervisionStep.Visit }).ThenRefused(HazardRefusals.NotProposed, "step");
        var taken = Stories.Proposed.When(Supervision, new HoldInterview("公司负责人", "限期整改", Leg.Sole)).ThenItHappens();
        taken.Then.Missed.Single()
            .ShouldSatisfyAllConditions(m => m.Proposed.ShouldBeEmpty(), m => m.Rungs.ShouldContain(SupervisionStep.Interview));
    }
}
