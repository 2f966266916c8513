using System.Collections.Immutable;
using Hazards.Domain.Codes;
using static Hazards.Domain.Tests.Rules.World;

namespace Hazards.Domain.Tests.Rules;

/// <summary>挂牌、督办、销号、回头看、重新开案.</summary>
public sealed class SupervisionAndClosure
{
    private static readonly DateOnly Soon = Deadline.AddDays(-20);

    [Theory]
    [InlineData(ListingLevel.County, "wudu-office", true)]
    [InlineData(ListingLevel.County, "wudu-gov", true)]
    [InlineData(ListingLevel.County, "longnan-office", false)]
    [InlineData(ListingLevel.County, "wudu-housing", false)]
    [InlineData(ListingLevel.Prefecture, "longnan-office", true)]
    [InlineData(ListingLevel.Prefecture, "longnan-gov", true)]
    [InlineData(ListingLevel.Prefecture, "longnan-supervision", false)]
    [InlineData(ListingLevel.Prefecture, "wudu-office", false)]
    [InlineData(ListingLevel.Province, "gansu-office", true)]
    [InlineData(ListingLevel.Province, "longnan-office", false)]
    [InlineData(ListingLevel.Nation, "state-office", true)]
    [InlineData(ListingLevel.Nation, "gansu-office", false)]
    public void A_hazard_is_listed_by_a_body_of_that_level(ListingLevel level, string body, bool may)
    {
        var outcome = Stories.Rectifying.When(Bodies[BodyId.Parse(body)], new ListHazard(level, Deadline, "限期整改"));
        if (may)
            outcome.Then(new HazardListed(level, Deadline, "限期整改", null)).Then.EverListed.ShouldBeTrue();
        else
            outcome.ThenRefused(HazardRefusals.MayNotList, "level");
    }

    [Fact]
    public void A_listing_has_a_deadline_and_stands_alone()
    {
        Stories.Listed.When(CityOffice, new ListHazard(ListingLevel.Prefecture, Deadline, "x")).ThenRefused(HazardRefusals.AlreadyListed);
        Stories.Rectifying.When(CityOffice, new ListHazard(ListingLevel.Prefecture, new DateOnly(2026, 3, 1), "x"))
            .ThenRefused(HazardRefusals.DeadlinePast, "deadline");
        Stories.Rectifying.Under(Policy.NationalBaseline with { Listing = [] })
            .When(CityOffice, new ListHazard(ListingLevel.Prefecture, Deadline, "x")).ThenRefused(HazardRefusals.MayNotList);
    }

    [Fact]
    public void The_listings_deadline_binds_until_an_extension_after_it()
    {
        var listing = Stories.CityListing with { Deadline = Soon };
        var listed = Stories.Rectifying.And(CityOffice, listing);
        listed.Clocks.Single().Due.ShouldBe(Soon);
        Stories.Rectifying.And(new ExtensionGranted(Leg.Sole, Deadline, Deadline.AddDays(9), null))
            .And(CityOffice, listing).Clocks.Single().Due.ShouldBe(Soon);
        var asked = listed.When(GasCompany, new RequestExtension(Leg.Sole, Soon.AddDays(5), "材料未到"))
            .Then(new ExtensionRequested(Leg.Sole, Soon, Soon.AddDays(5), "材料未到"));
        asked.Clocks.ShouldContain(c => c.Kind == ClockKind.DecideExtension && c.Body == CityOffice.Id);
        asked.When(CityOffice, new DecideExtension(Leg.Sole, true)).ThenItHappens().Clocks.Single().Due.ShouldBe(Soon.AddDays(5));
        listed.And(CityOffice,
            new HazardDelisted(ListingLevel.Prefecture, DelistingGround.ListedInError, "误")).Clocks.Single().Due.ShouldBe(Deadline);
    }

    /// <summary>Whoever lists again at another level sets a deadline; until then, what is overdue stays overdue.</summary>
    [Fact]
    public void Delisting_gives_nobody_days_unless_the_listing_was_an_error()
    {
        var listed = Stories.Rectifying.And(CityOffice, Stories.CityListing with { Deadline = Soon });
        var moved = listed.And(CityOffice, new HazardDelisted(ListingLevel.Prefecture, DelistingGround.LevelChanged, "降为一般"));
        moved.Clocks.Single(c => c.Kind == ClockKind.Rectify).Due.ShouldBe(Soon);
        moved.When(GasCompany, new RequestExtension(Leg.Sole, Soon.AddDays(5), "材料未到"))
            .Then(new ExtensionRequested(Leg.Sole, Soon, Soon.AddDays(5), "材料未到"));
        moved.And(ProvinceOffice, new HazardListed(ListingLevel.Province, Soon.AddDays(9), "省级挂牌", null))
            .Clocks.Single(c => c.Kind == ClockKind.Rectify).Due.ShouldBe(Soon.AddDays(9));
        // A new body's term is none that the listing saw.
        moved.And(GasCompany, new AssignmentReturned(Leg.Sole, "不属本单位"))
            .And(new LegReassigned(GasCompany.Id, Sole() with { Body = GasRegulator.Id }, "改派"))
            .Clocks.Single(c => c.Kind == ClockKind.Rectify).Due.ShouldBe(Deadline);
    }

    /// <summary>摘牌以验收合格为据: without the acceptance nothing takes a major hazard off the list.</summary>
    [Fact]
    public void A_hazard_whose_acceptance_is_withdrawn_after_it_was_delisted_is_listed_again()
    {
        var published = Policy.NationalBaseline with
        {
            Publication = new PublicationRule(SameMedia: true, "青岛市2012"),
            Clocks =
            [
                .. Policy.NationalBaseline.Clocks,
                .. new[] { ClockKind.Publish, ClockKind.PublishDelisting }
                    .Select(k => new ClockRule(k, 5, "青岛市2012", null, DayCount.Working)),
            ],
        };
        var listed = Stories.Accepted.And(CityOffice, Stories.CityListing);
        var withdraw = new WithdrawAcceptance(Leg.Sole, "又漏气");
        foreach (var ground in Enum.GetValues<DelistingGround>())
        {
            var delisted = listed.Under(published).And(CityOffice, new HazardDelisted(ListingLevel.Prefecture, ground, "摘牌"));
            var after = delisted.When(Emergency, withdraw).ThenItHappens();
            if (ground != DelistingGround.Accepted)
            {
                after.Then.Listing.ShouldBeNull();
                continue;
            }
            after.Then.Listing.ShouldBe(listed.Then.Listing);
            after.Then.Listings.ShouldBe(listed.Then.Listings);
            after.Then.Delisting.ShouldBeNull();
            after.Clocks.ShouldNotContain(c => c.Kind == ClockKind.Publish || c.Kind == ClockKind.PublishDelisting);
            after.When(CityOffice, new ListHazard(ListingLevel.Prefecture, Deadline, "再次挂牌")).ThenRefused(HazardRefusals.AlreadyListed);

            // One that was made in error meanwhile, ended before or after the withdrawal, takes nothing off the list.
            var error = Stories.CityListing with { Level = ListingLevel.Province };
            var ended = new HazardDelisted(ListingLevel.Province, DelistingGround.ListedInError, "误");
            delisted.And(ProvinceOffice, error).And(ProvinceOffice, ended).When(Emergency, withdraw).ThenItHappens()
                .Then.Listing!.By.ShouldBe(CityOffice.Id);
            delisted.And(ProvinceOffice, error).And(Emergency, new AcceptanceWithdrawn(Leg.Sole, "又漏气", Deadline))
                .And(ProvinceOffice, ended).Then.Listing!.By.ShouldBe(CityOffice.Id);
            // One of before a closure stood on what was accepted then.
            delisted.And(new HazardClosed(ClosureGround.Rectified, null)).And(new HazardReopened("反弹", [Sole()]))
                .And(GasCompany, new AssignmentAcknowledged(Leg.Sole, null), new CompletionDeclared(Leg.Sole, "好了", null))
                .And(Emergency, new LegAccepted(Leg.Sole, "合格", null)).When(Emergency, withdraw).ThenItHappens()
                .Then.Listing.ShouldBeNull();

            // Its end was made public: so is that it did not last.
            var told = delisted.And(CityOffice, new DelistingPublished(ListingLevel.Prefecture, "陇南日报", ChinaTime.DateAt(delisted.Now)))
                .When(Emergency, withdraw).ThenItHappens();
            told.Clocks.Single(c => c.Kind == ClockKind.Publish).Since.ShouldBe(told.Then.LatestOccurredAt);
            told.When(CityOffice, new PublishListing("陇南日报", ChinaTime.DateAt(told.Then.LatestOccurredAt).AddDays(-1)))
                .ThenRefused(HazardRefusals.ActDate, "on");
            told.When(CityOffice, new PublishListing("陇南日报")).ThenItHappens().Then.Listing!.PublishedIn.ShouldBe("陇南日报");
        }
    }

    [Fact]
    public void Delisting_as_accepted_needs_every_leg_accepted()
    {
        Stories.Rectifying.When(CityOffice, new DelistHazard(DelistingGround.Accepted, "合格")).ThenRefused(HazardRefusals.NotListed);
        Stories.Listed.When(CityOffice, new DelistHazard(DelistingGround.Accepted, "合格"))
            .ThenRefused(HazardRefusals.DelistUnaccepted, "ground");
        Stories.Listed.When(As(CityOffice), new DelistHazard(DelistingGround.LevelChanged, "升级"), Start)
            .ThenRefused(HazardRefusals.BeforePrevious);
        Stories.Listed.When(CityOffice, new DelistHazard(DelistingGround.LevelChanged, "升级")).ThenItHappens()
            .When(ProvinceOffice, new ListHazard(ListingLevel.Province, Deadline, "省级挂牌")).ThenItHappens();
        Stories.Accepted.And(CityOffice, Stories.CityListing).When(CityOffice, new DelistHazard(DelistingGround.Accepted, "合格"))
            .Then(new HazardDelisted(ListingLevel.Prefecture, DelistingGround.Accepted, "合格")).Then.Listing.ShouldBeNull();
    }

    [Fact]
    public void A_listed_hazard_is_closed_by_its_lister_with_the_delisting()
    {
        var listed = Stories.Accepted.And(CityOffice, Stories.CityListing);
        listed.When(CountyOffice, new CloseHazard()).ThenRefused(HazardRefusals.StillListed);
        listed.When(As(CityOffice, Role.Coordinator), new CloseHazard()).ThenRefused(HazardRefusals.StillListed);
        listed.When(As(CityOffice), new CloseHazard(), paper: false).ThenRefused(HazardRefusals.DocumentRequired);
        listed.When(As(CityOffice), new CloseHazard(), listed.Now.AddHours(-1).AddTicks(-1)).ThenRefused(HazardRefusals.BeforePrevious);
        listed.When(CityOffice, new CloseHazard("到位"))
            .Then(
                new HazardDelisted(ListingLevel.Prefecture, DelistingGround.Accepted, "到位"),
                new HazardClosed(ClosureGround.Rectified, "到位"));
    }

    /// <summary>Each step lies behind what it follows: nobody lists, delists or closes what was not so then.</summary>
    [Fact]
    public void No_listing_delisting_or_closure_is_dated_before_what_it_follows()
    {
        var accepted = Stories.Accepted.And(CityOffice, Stories.CityListing);
        var (acceptedAt, listedAt) = (Stories.Accepted.Now.AddHours(-1), accepted.Now.AddHours(-1));
        var delist = new DelistHazard(DelistingGround.Accepted, "合格");
        accepted.When(As(CityOffice), delist, listedAt).ThenItHappens();
        // Listed first, accepted afterwards: the acceptance is what the delisting follows.
        var listedFirst = Stories.Rectifying.And(CityOffice, Stories.CityListing)
            .And(GasCompany, new CompletionDeclared(Leg.Sole, "已换阀", null)).And(Emergency, new LegAccepted(Leg.Sole, "合格", null));
        listedFirst.When(As(CityOffice), delist, listedFirst.Now.AddHours(-1)).ThenItHappens();
        listedFirst.When(As(CityOffice), delist, listedFirst.Now.AddHours(-1).AddTicks(-1)).ThenRefused(HazardRefusals.BeforePrevious);

        var delisted = accepted.And(CityOffice, new HazardDelisted(ListingLevel.Prefecture, DelistingGround.Accepted, "合格"));
        var delistedAt = delisted.Now.AddHours(-1);
        delisted.When(As(CountyOffice), new CloseHazard(), delistedAt).ThenItHappens();
        delisted.When(As(CountyOffice), new CloseHazard(), delistedAt.AddTicks(-1)).ThenRefused(HazardRefusals.BeforePrevious);

        var list = new ListHazard(ListingLevel.Prefecture, Deadline, "再次挂牌");
        delisted.When(As(CityOffice), list, delistedAt).ThenItHappens();
        delisted.When(As(CityOffice), list, delistedAt.AddTicks(-1)).ThenRefused(HazardRefusals.BeforePrevious);
        Stories.VerifiedMajor.When(As(CityOffice), list, Stories.VerifiedMajor.Then.VerifiedAt!.Value).ThenItHappens();
        Stories.VerifiedMajor.When(As(CityOffice), list, Stories.VerifiedMajor.Then.VerifiedAt!.Value.AddTicks(-1))
            .ThenRefused(HazardRefusals.BeforePrevious);
        acceptedAt.ShouldBeLessThan(listedAt);
    }

    [Fact]
    public void Steps_are_counted_for_the_leg_they_are_taken_against()
    {
        var story = Stories.Dual.When(Supervision, new Urge("抓紧", Leg.Sectoral)).ThenItHappens().When(Supervision, new Urge("都抓紧"))
            .ThenItHappens();
        story.Then.Steps[SupervisionStep.Urge].ShouldBe(2);
        story.Then.Legs[Leg.Sectoral].Steps[SupervisionStep.Urge].ShouldBe(2);
        story.Then.Legs[Leg.Territorial].Steps[SupervisionStep.Urge].ShouldBe(1);
        Stories.Reported.When(Supervision, new Urge("抓紧", Leg.Sole)).ThenRefused(HazardRefusals.NoSuchLeg, "leg");
        Stories.Rectifying.When(Supervision, new IssueNotice("整改", null, new DateOnly(2026, 3, 1)))
            .ThenRefused(HazardRefusals.DeadlinePast, "replyBy");
    }

    [Fact]
    public void Escalation_goes_up_to_a_living_body_around_the_hazard()
    {
        Stories.Rectifying.When(Supervision, new Escalate(CitySupervision.Id, "拖"))
            .Then(new SupervisionEscalated(CitySupervision.Id, "拖")).Then.EscalatedTo.ShouldBe(CitySupervision.Id);
        Stories.Rectifying.When(Supervision, new Escalate(CountyOffice.Id, "拖")).ThenRefused(HazardRefusals.EscalateUp, "to");
        Stories.Rectifying.When(CityOffice, new Escalate(CountyOffice.Id, "拖")).ThenRefused(HazardRefusals.EscalateUp, "to");
        Stories.Rectifying.When(Supervision, new Escalate(Unregistered, "拖")).ThenRefused(BodyRefusals.Unknown, "to");
        Stories.Rectifying.When(Supervision, new Escalate(Gone.Id, "拖")).ThenRefused(BodyRefusals.Dissolved, "to");
    }

    [Fact]
    public void A_look_back_that_holds_stops_its_clock()
    {
        var closed = Stories.VerifiedMajor.And(new HazardAssigned([Sole()]))
            .And(GasCompany, new AssignmentAcknowledged(Leg.Sole, null), new CompletionDeclared(Leg.Sole, "完成", null))
            .And(Emergency, new LegAccepted(Leg.Sole, "合格", null)).And(new HazardClosed(ClosureGround.Rectified, null));
        var clock = closed.Clocks.ShouldHaveSingleItem();
        (clock.Kind, clock.Body, clock.Due).ShouldBe((ClockKind.Lookback, CountyOffice.Id, new DateOnly(2026, 5, 31)));
        closed.When(CountyOffice, new LookBack(LookbackResult.Holding, "未反弹"))
            .Then(new LookbackMade(LookbackResult.Holding, "未反弹", null)).Clocks.ShouldBeEmpty();
        closed.When(GasCompany with { Region = Longnan }, new LookBack(LookbackResult.Holding, "自查")).ThenRefused(HazardRefusals.OwnLeg);
        closed.When(As(CountyOffice), new LookBack(LookbackResult.Holding, "未反弹"), Start).ThenRefused(HazardRefusals.BeforePrevious);
        Stories.Closed.Clocks.ShouldBeEmpty();
    }

    [Fact]
    public void A_look_back_that_finds_it_again_reopens_it()
    {
        var waiting = Stories.Closed.When(CountyOffice, new LookBack(LookbackResult.Recurred, "再漏"))
            .Then(new LookbackMade(LookbackResult.Recurred, "再漏", null), new HazardReopened("再漏", []));
        waiting.Then.ShouldSatisfyAllConditions(
            h => h.Stage.ShouldBe(Stage.Verified), h => h.Reopened.ShouldBe(1), h => h.Closure.ShouldBeNull(), h => h.Legs.ShouldBeEmpty());
        waiting.Clocks.ShouldHaveSingleItem().Kind.ShouldBe(ClockKind.Assign);
        Stories.Closed.When(CountyOffice, new LookBack(LookbackResult.Recurred, "再漏", null, [Sole()]))
            .ThenItHappens().Then.Stage.ShouldBe(Stage.Assigned);
    }

    [Fact]
    public void What_is_closed_rejected_or_merged_can_be_reopened()
    {
        Stories.Closed.When(CountyOffice, new ReopenHazard("反弹", [Territorial(), Sectoral()])).ThenItHappens().Then.ShouldSatisfyAllConditions(
            h => h.Stage.ShouldBe(Stage.Assigned), h => h.Legs.Values.ShouldAllBe(l => l.AcceptedAt == null));
        Stories.Rejected.When(CountyOffice, new ReopenHazard("属实")).ThenItHappens().Then.Stage.ShouldBe(Stage.Reported);
        Stories.Merged.When(CountyOffice, new ReopenHazard("并错"))
            .ThenItHappens().Then.ShouldSatisfyAllConditions(h => h.Stage.ShouldBe(Stage.Reported), h => h.MergedInto.ShouldBeNull());
        Stories.Verified.And(new HazardRejected("误")).When(CountyOffice, new ReopenHazard("属实"))
            .ThenItHappens().Then.Stage.ShouldBe(Stage.Verified);
        Stories.Rejected.When(CountyOffice, new ReopenHazard("属实", [Sole()])).ThenRefused(HazardRefusals.StageForbids, "legs");
        foreach (var ended in new[] { Stories.Closed, Stories.Rejected, Stories.Merged })
            ended.When(As(CountyOffice), new ReopenHazard("早"), Start).ThenRefused(HazardRefusals.BeforePrevious);
    }

    [Fact]
    public void What_follows_a_reopening_cannot_lie_before_it()
    {
        var reported = Stories.Rejected.AfterDays(10).And(new HazardReopened("属实", []));
        reported.When(As(CountyOffice), new VerifyHazard(Level.General), Start.AddHours(3)).ThenRefused(HazardRefusals.BeforePrevious);
        reported.When(As(CountyOffice), new RejectHazard("x"), Start.AddHours(3)).ThenRefused(HazardRefusals.BeforePrevious);
        var verified = Stories.Closed.AfterDays(10).And(new HazardReopened("反弹", []));
        verified.When(As(CountyOffice), new AssignHazard([Sole()]), Start.AddHours(7)).ThenRefused(HazardRefusals.BeforePrevious);
        verified.When(As(Emergency), new FixOnTheSpot("当场"), Start.AddHours(7)).ThenRefused(HazardRefusals.BeforePrevious);
        verified.When(CountyOffice, new AssignHazard([Sole()])).ThenItHappens();
    }

    public static TheoryData<CorrectableField, string?, string> BadCorrections => new()
    {
        { CorrectableField.Title, null, "correction.required_value" },
        { CorrectableField.Title, new string('长', 201), "input.too_long" },
        { CorrectableField.Title, "调压箱漏气", "hazard.nothing_changes" },
        { CorrectableField.Description, " ", "correction.required_value" },
        { CorrectableField.Place, "东江镇", "hazard.nothing_changes" },
        { CorrectableField.Place, "两\n行", "input.control_characters" },
        { CorrectableField.EnterpriseName, "", "correction.required_value" },
        { CorrectableField.EnterpriseCreditCode, "91350100M000100Y44", "credit_code.check_character" },
        { CorrectableField.EnterpriseCreditCode, "1", "credit_code.malformed" },
        { CorrectableField.Region, "62120", "region.malformed" },
        { CorrectableField.Region, "621222", "correction.region_outside" },
        { CorrectableField.Region, "621202", "hazard.nothing_changes" },
        { CorrectableField.Sector, "No such", "sector.malformed" },
        { CorrectableField.Sector, "astrology", "sector.unknown" },
        { CorrectableField.Category, null, "hazard.nothing_changes" },
        { CorrectableField.Category, new string('长', 101), "input.too_long" },
    };

    [Theory, MemberData(nameof(BadCorrections))]
    public void A_wrong_correction_is_refused(CorrectableField field, string? to, string code)
    {
        var refusal = Stories.Reported.When(As(CountyOffice), new CorrectHazard(field, to, "更正")).Decision.Refusal.ShouldNotBeNull();
        refusal.Code.ShouldBe(code);
        refusal.ShouldSpeak();
    }

    [Fact]
    public void A_correction_keeps_what_stood_before_in_the_log()
    {
        Stories.Closed.When(CountyOffice, new CorrectHazard(CorrectableField.EnterpriseCreditCode, "91350100m000100y43", "补录"))
            .Then(new HazardCorrected(CorrectableField.EnterpriseCreditCode, null, "91350100M000100Y43", "补录")).Then.Enterprise!.CreditCode!.Value.Value.ShouldBe("91350100M000100Y43");
        Stories.Reported.When(CountyOffice, new CorrectHazard(CorrectableField.Region, "621202101", "更正"))
            .Then(new HazardCorrected(CorrectableField.Region, "621202", "621202101", "更正"))
            .Then.Region.Value.ShouldBe("621202101");
        Stories.Reported.When(CountyOffice, new CorrectHazard(CorrectableField.Place, null, "更正"))
            .ThenItHappens().Then.Place.ShouldBeNull();
        Story.Given(Stories.Report with { Enterprise = null })
            .When(CountyOffice, new CorrectHazard(CorrectableField.EnterpriseCreditCode, "91350100M000100Y43", "x"))
            .ThenRefused(HazardRefusals.CorrectionEnterprise);
        Stories.Reported.When(CountyOffice, new CorrectHazard(CorrectableField.Region, "621299", "x"))
            .ThenRefused(HazardRefusals.CorrectionRegion);
    }

    /// <summary>Whoever answers for a leg, or watches over one, sees the hazard: any kind of body, by any command.</summary>
    [Fact]
    public void Nobody_is_given_what_he_cannot_see()
    {
        Refused(Stories.Verified, new AssignHazard([Sole(NextCompany)]), "legs[0].body");
        Refused(Stories.Verified, new AssignHazard([Sole() with { Supervisor = NextOffice.Id }]), "legs[0].supervisor");
        Refused(Stories.Verified, new AssignHazard([Territorial(), Sectoral() with { Supervisor = NextOffice.Id }]), "legs[1].supervisor");
        Refused(Stories.Rectifying, new ReassignLeg(Leg.Sole, NextCompany.Id, Deadline, "整改", "改派"), "body");
        Refused(Stories.Rectifying, new ReassignLeg(Leg.Sole, Emergency.Id, Deadline, "整改", "改派", NextOffice.Id), "supervisor");
        Refused(Stories.Dual, new NameSupervisor(Leg.Sectoral, NextOffice.Id, "x"), "body");
        Refused(Stories.Closed, new ReopenHazard("反弹", [Sole(NextCompany)]), "legs[0].body");
        Refused(Stories.Closed, new LookBack(LookbackResult.Recurred, "反弹", null, [Sole(NextCompany)]), "legs[0].body");

        // What a ledger of a wide place says of a unit somewhere in it is kept.
        var wide = Story.Given(Stories.Report with { Region = Longnan }).And(CityOffice, new HazardVerified(Level.General, null, "属实"));
        wide.When(As(CityOffice, Role.Importer), new AssignHazard([Sole()])).ThenItHappens();
        Refused(wide, new AssignHazard([Sole()]), "legs[0].body");
        // Whom an accepted leg is watched by may change, so that it can be moved without being done again.
        Stories.DualOneAccepted.When(CityOffice, new NameSupervisor(Leg.Territorial, CitySupervision.Id, "移交")).ThenItHappens();

        static void Refused(Story story, IHazardCommand command, string field) =>
            story.When(CityOffice, command).ThenRefused(HazardRefusals.OutsideRegion, field);
    }

    public static TheoryData<string> MovedStories =>
    [
        nameof(Stories.Reported), nameof(Stories.Verified), nameof(Stories.Assigned), nameof(Stories.Rectifying), nameof(Stories.Declared),
        nameof(Stories.Accepted), nameof(Stories.Closed), nameof(Stories.Rejected), nameof(Stories.Merged), nameof(Stories.Dual),
        nameof(Stories.DualOneAccepted), nameof(Stories.DualDeclared), nameof(Stories.MajorPlanned), nameof(Stories.Noticed),
        nameof(Stories.Proposed),
    ];

    /// <summary>移交: wherever a hazard is moved, whoever owes something of it sees it there; nobody's duty is left behind.</summary>
    [Theory, MemberData(nameof(MovedStories))]
    public void A_hazard_that_is_moved_leaves_nobodys_duty_behind(string name)
    {
        var begun = (Story)typeof(Stories).GetProperty(name)!.GetValue(null)!;
        var before = name == nameof(Stories.Rectifying) ? begun.And(GasRegulator, new ProductionSuspended(true, "全部")) : begun;
        // Accepted legs too: whoever withdrew the acceptance would hand them back to who sees nothing of it.
        var legs = before.Then.IsOpen ? before.Then.Legs.Keys.ToArray() : [];
        var orders = legs.Select(l => new LegOrder(
            l, (l == Leg.Territorial ? NextGovernment : NextRegulator).Id, Deadline.AddDays(60), "接办",
            l == Leg.Sectoral ? NextOffice.Id : null)).ToImmutableArray();
        var move = new CorrectHazard(CorrectableField.Region, Wenxian.Value, "实属文县", orders);
        var moved = before.When(CityOffice, move).ThenItHappens();

        moved.Then.Region.ShouldBe(Wenxian);
        moved.Then.Stage.ShouldBe(legs.Length > 0 ? Stage.Assigned : before.Then.Stage);
        foreach (var clock in moved.Clocks.Where(c => c.Body is not null))
            Bodies[clock.Body!.Value].Region.Contains(Wenxian).ShouldBeTrue($"{clock.Kind} {clock.Leg} {clock.Body}");
        moved.Clocks.Count(c => c.Kind == ClockKind.Rectify).ShouldBe(legs.Length);
        moved.Then.Missed.SelectMany(m => m.Asked.Values).ShouldAllBe(b => Bodies[b].Region.Contains(Wenxian));
        // Within the same county nothing of this is asked.
        before.When(CityOffice, new CorrectHazard(CorrectableField.Region, "621202101", "东江镇")).ThenItHappens().Then.Legs.Values
            .Select(l => (l.Leg, l.Body, l.Stage, l.AssignedBy))
            .ShouldBe(before.Then.Legs.Values.Select(l => (l.Leg, l.Body, l.Stage, l.AssignedBy)));

        if (legs.Length == 0)
        {
            before.When(CityOffice, move with { Legs = [Sole(NextRegulator)] }).ThenRefused(HazardRefusals.CorrectionLegs, "legs");
            return;
        }
        before.When(CityOffice, move with { Legs = default }).ThenRefused(HazardRefusals.CorrectionLegs, "legs");
        var stay = orders.Select(o => o with { Body = (o.Leg == Leg.Territorial ? CountyGovernment : GasRegulator).Id });
        before.When(CityOffice, move with { Legs = [.. stay] })
            .ThenRefused(orders[0].Leg switch
            {
                Leg.Territorial => HazardRefusals.NotTerritorial,
                Leg.Sectoral => HazardRefusals.NotSectoral,
                _ => HazardRefusals.OutsideRegion,
            }, "legs[0].body");
        before.When(CityOffice, move with { Field = CorrectableField.Title, To = "调压箱" })
            .ThenRefused(HazardRefusals.CorrectionLegs, "legs");
    }

    /// <summary>并案不消事: what was merged into it from the county that it leaves leaves that county's lists knowingly.</summary>
    [Fact]
    public void A_hazard_that_is_moved_takes_what_was_merged_into_it_along_knowingly()
    {
        Hazard At(string region) => Stories.Merged.Then with { Id = OtherId, Region = RegionCode.Parse(region) };
        IHazardCommand Move(string to, bool with, params Hazard[] merged) =>
            new CorrectHazard(CorrectableField.Region, to, "实属文县", [], with).Over([.. merged]);

        Stories.Reported.When(CityOffice, Move("621222", false, At("621202101"), At("621222")))
            .ThenRefused(HazardRefusals.CorrectionMerged, "withMerged").Facts["count"].ShouldBe("1");
        Stories.Reported.When(CityOffice, Move("621222", true, At("621202"))).ThenItHappens().Then.Region.ShouldBe(Wenxian);
        // It stays in their sight, or was out of it before.
        Stories.Reported.When(CityOffice, Move("621222", false, At("621222"), At("6212"))).ThenItHappens();
        Stories.Reported.When(CityOffice, Move("621202101", false, At("621202"), At("621202102"))).ThenItHappens();
        Stories.Reported.When(CityOffice, new CorrectHazard(CorrectableField.Title, "调压箱", "录错").Over([At("621222")])).ThenItHappens();
    }

    /// <summary>行业领域 is corrected: the sectoral leg goes to who covers it, also when it was accepted; no other leg moves.</summary>
    [Fact]
    public void A_leg_is_not_left_with_a_regulator_of_another_sector()
    {
        var schools = OtherRegulator.Sectors[0];
        var correct = new CorrectHazard(CorrectableField.Sector, schools.Value, "实属学校");
        var other = Sectoral(OtherRegulator);
        foreach (var story in new[] { Stories.Dual, Stories.DualDeclared })
        {
            story.When(CountyOffice, correct).ThenRefused(HazardRefusals.CorrectionLegs, "legs");
            story.When(CountyOffice, correct with { Legs = [other, Territorial(NextGovernment)] })
                .ThenRefused(HazardRefusals.CorrectionLegs, "legs");
            story.When(CountyOffice, correct with { Legs = [Sectoral()] }).ThenRefused(HazardRefusals.NotSectoral, "legs[0].body");
            var corrected = story.When(CountyOffice, correct with { Legs = [other] }).ThenItHappens().Then;
            (corrected.Sector, corrected.Legs[Leg.Sectoral].Body).ShouldBe((schools, OtherRegulator.Id));
            corrected.Legs[Leg.Territorial].ShouldBe(story.Then.Legs[Leg.Territorial]);
            // A ledger that is read again says what it is of, not whose.
            story.When(As(CountyOffice, Role.Importer), correct).ThenItHappens().Then.Legs.ShouldBe(story.Then.Legs);
        }
        // Whoever withdrew the acceptance would hand it back to who does not answer for it. A sole leg is no regulator's by its sector.
        var accepted = Stories.DualDeclared.And(CityOffice, new LegAccepted(Leg.Sectoral, "合格", null));
        accepted.When(CountyOffice, correct).ThenRefused(HazardRefusals.CorrectionLegs, "legs");
        Stories.Assigned.When(CountyOffice, correct).ThenItHappens();
    }

    /// <summary>Who sees it in its new region as well goes on; what it needs is said.</summary>
    [Fact]
    public void Moving_a_hazard_takes_a_leg_from_nobody_who_sees_it_there()
    {
        var dual = Stories.Verified.And(CityOffice, new HazardAssigned(
            [Territorial() with { Supervisor = null }, Sectoral() with { Body = CityHousing.Id, Supervisor = CitySupervision.Id }]))
            .And(CityHousing, new AssignmentAcknowledged(Leg.Sectoral, null));
        var move = new CorrectHazard(
            CorrectableField.Region, Wenxian.Value, "实属文县", [Territorial(NextGovernment) with { Supervisor = NextOffice.Id }]);
        var moved = dual.When(CityOffice, move).Then(
            new HazardCorrected(CorrectableField.Region, "621202", "621222", "实属文县"),
            new LegReassigned(CountyGovernment.Id, move.Legs[0], "实属文县"));
        moved.Then.Legs[Leg.Sectoral].ShouldBe(dual.Then.Legs[Leg.Sectoral]);
        dual.When(CityOffice, move with { Legs = [.. move.Legs, Sectoral(NextRegulator)] })
            .ThenRefused(HazardRefusals.CorrectionLegs, "legs");
        dual.When(CityOffice, move with { Legs = [move.Legs[0] with { Supervisor = CitySupervision.Id }] })
            .ThenRefused(HazardRefusals.SameSupervisor, "legs");
        dual.When(As(CityOffice), move, dual.Then.Legs[Leg.Territorial].AssignedAt.AddTicks(-1))
            .ThenRefused(HazardRefusals.BeforePrevious, "legs[0].occurredAt");
        // A regulator that may correct has assigned nothing.
        dual.When(As(CityHousing, Role.Coordinator), move).ThenRefused(HazardRefusals.NotAssigner, "legs[0]");

        // A listing is its lister's: it ends it first. What was delisted as accepted would be listed again without the acceptance.
        var listed = Stories.Accepted.And(CountyOffice, Stories.CityListing with { Level = ListingLevel.County });
        var alone = move with { Legs = [Sole(NextRegulator)] };
        var accepted = new HazardDelisted(ListingLevel.County, DelistingGround.Accepted, "合格");
        listed.When(CityOffice, alone).ThenRefused(HazardRefusals.CorrectionListed, "to");
        listed.And(CountyOffice, accepted).When(CityOffice, alone).ThenRefused(HazardRefusals.CorrectionListed, "to");
        listed.And(CountyOffice, accepted, new HazardClosed(ClosureGround.Rectified, null)).When(CityOffice, alone with { Legs = default })
            .ThenItHappens();
        var listedAbove = Stories.Accepted.And(CityOffice, Stories.CityListing);
        listedAbove.When(CityOffice, alone).ThenItHappens().Then.Listing.ShouldNotBeNull();
        listedAbove.And(CityOffice, accepted with { Level = ListingLevel.Prefecture }).When(CityOffice, alone).ThenItHappens()
            .Then.Listing.ShouldBe(listedAbove.Then.Listing);
        // 不能自己验收自己: what the assigner owed would be the corrector's, who answers for a leg.
        Stories.Verified.And(new HazardAssigned([Sole(CityHousing)])).When(As(CityHousing, Role.Coordinator), alone with { Legs = default })
            .ThenRefused(HazardRefusals.OwnLeg);
        listed.And(CountyOffice, new HazardDelisted(ListingLevel.County, DelistingGround.ListedInError, "误"))
            .When(CityOffice, alone).ThenItHappens();
    }
}
