using System.Collections.Immutable;
using Hazards.Domain.Codes;
using Hazards.Domain.Tests.Rules;
using static Hazards.Domain.Tests.Rules.World;

namespace Hazards.Domain.Tests.Papers;

/// <summary>文书: which may be made when, what they say, how they are numbered.</summary>
public sealed class PapersOfAHazard
{
    [Fact]
    public void A_paper_on_request_goes_to_the_bodies_of_the_legs() =>
        Stories.Assigned.When(CountyOffice, new IssuePaper(PaperKind.AssignmentOrder)).Decision.Events.ShouldHaveSingleItem()
            .ShouldBeOfType<PaperIssued>().To.ShouldBe([GasCompany.Id]);

    [Fact]
    public void A_paper_is_not_made_before_what_it_is_about()
    {
        Refused(Stories.Verified, PaperKind.AssignmentOrder).ShouldBe("paper.too_early");
        Refused(Stories.Rectifying, PaperKind.ListingNotice).ShouldBe("paper.too_early");
        Refused(Stories.Rectifying, PaperKind.DelistingNotice).ShouldBe("paper.too_early");
        Refused(Stories.Rectifying, PaperKind.ClosureNotice).ShouldBe("paper.too_early");
        Refused(Stories.Closed, PaperKind.ClosureNotice).ShouldBeNull();
    }

    /// <summary>A paper is of who decided; nobody else states a decision that he did not take, nobody one that is past.</summary>
    [Fact]
    public void A_paper_is_made_by_who_did_what_it_is_about()
    {
        var delisted = Stories.Listed.And(CityOffice, new HazardDelisted(ListingLevel.Prefecture, DelistingGround.LevelChanged, "降级"));
        foreach (var (story, paper, by) in new[]
        {
            (Stories.Assigned, PaperKind.AssignmentOrder, CountyOffice), (Stories.Listed, PaperKind.ListingNotice, CityOffice),
            (delisted, PaperKind.DelistingNotice, CityOffice), (Stories.Closed, PaperKind.ClosureNotice, CountyOffice),
        })
        {
            story.When(by, new IssuePaper(paper)).ThenItHappens();
            story.When(Supervision, new IssuePaper(paper)).ThenRefused(HazardRefusals.PaperNotYours, "paper");
        }

        Stories.Assigned.When(Emergency, new IssuePaper(PaperKind.RectificationDirective)).ThenItHappens();
        Stories.Assigned.When(As(Supervision, Role.Supervisor), new IssuePaper(PaperKind.RectificationDirective))
            .ThenRefused(HazardRefusals.PaperNotYours, "paper");
        // Of who is gone, or makes no papers, the office of the place.
        var gone = Stories.Closed.Act(As(CityOffice)) with
        {
            Bodies = Bodies.SetItem(CountyOffice.Id, CountyOffice with { Dissolved = true }),
        };
        Decider.Decide(new IssuePaper(PaperKind.ClosureNotice), Stories.Closed.Then, gone).Refusal.ShouldBeNull();
        Stories.Closed.When(CityOffice, new IssuePaper(PaperKind.ClosureNotice)).ThenRefused(HazardRefusals.PaperNotYours, "paper");
        Stories.OwnReport.And(GasCompany, new HazardFixedByOwnCheck("自行整改", null), new HazardClosed(ClosureGround.OwnCheck, null))
            .When(CountyOffice, new IssuePaper(PaperKind.ClosureNotice)).ThenItHappens();
        Refused(Stories.Closed, PaperKind.AssignmentOrder).ShouldBe("paper.too_early");
        var returned = Stories.Dual.And(GasRegulator, new AssignmentReturned(Leg.Sectoral, "不属本单位"));
        returned.When(CountyOffice, new IssuePaper(PaperKind.AssignmentOrder, Leg.Sectoral))
            .ThenRefused(HazardRefusals.PaperTooEarly, "paper");
        returned.When(CountyOffice, new IssuePaper(PaperKind.AssignmentOrder)).Decision.Events.ShouldHaveSingleItem()
            .ShouldBeOfType<PaperIssued>().To.ShouldBe([CountyGovernment.Id]);
    }

    /// <summary>A paper made later says from which day on it is so, what was required and why, as the one made with the act.</summary>
    [Fact]
    public void A_paper_made_later_says_what_the_act_said()
    {
        var closed = Stories.Closed;
        Words(closed.AfterDays(9), PaperKind.ClosureNotice, CountyOffice)
            .ShouldContain($"自{PaperText.Day(ChinaTime.DateAt(closed.Then.Closure!.At))}起予以销号");
        var delisted = Stories.Listed.And(CityOffice, new HazardDelisted(ListingLevel.Prefecture, DelistingGround.LevelChanged, "复核后降级"));
        var said = Words(delisted.AfterDays(9), PaperKind.DelistingNotice, CityOffice);
        said.ShouldContain($"自{PaperText.Day(ChinaTime.DateAt(delisted.Then.Delisting!.At))}起予以摘牌");
        said.ShouldContain("复核后降级");
        Words(Stories.Listed.AfterDays(9), PaperKind.ListingNotice, CityOffice).ShouldContain(Stories.Listed.Then.Listing!.Requirements);
        Words(Stories.Assigned, PaperKind.AssignmentOrder, CountyOffice).ShouldContain("前签收");
        Words(Stories.Assigned.AfterDays(60), PaperKind.AssignmentOrder, CountyOffice).ShouldNotContain("前签收");

        static string Words(Story story, PaperKind paper, Body by)
        {
            var happened = story.When(by, new IssuePaper(paper)).Decision.Events.ShouldHaveSingleItem();
            var facts = new PaperFacts(paper, happened, story.Then, Letterhead.Usual(by), Paper, ChinaTime.DateAt(story.Now), story.Policy,
                SectorCatalogue.Usual, Bodies, WorkCalendar.Shipped, []);
            return string.Join('\n', facts.ToText().Body.Select(l => l.Text));
        }
    }

    [Fact]
    public void A_notice_and_a_criticism_are_made_with_their_own_acts_only()
    {
        Refused(Stories.Rectifying, PaperKind.SupervisionNotice).ShouldBe("paper.with_act");
        Refused(Stories.Rectifying, PaperKind.Criticism).ShouldBe("paper.with_act");
    }

    [Fact]
    public void A_letterhead_is_made_from_the_name_until_one_is_set()
    {
        var usual = Letterhead.Usual(CountyOffice);
        usual.Name.ShouldBe("武都区安委办文件");
        usual.PrefixOf(PaperKind.SupervisionNotice).ShouldBe("武都区安委办督");
        var set = Letterhead.Apply(
            usual, Set(new SetLetterhead(Code: "武安委办", Words: Letterhead.UsualWords.Clear().Add(PaperKind.SupervisionNotice, "督字"))));
        set.PrefixOf(PaperKind.SupervisionNotice).ShouldBe("武安委办督字");
        set.PrefixOf(PaperKind.ClosureNotice).ShouldBe("武安委办销");
        set.Version.ShouldBe(1);
    }

    [Fact]
    public void A_letterhead_that_no_number_could_begin_with_is_refused()
    {
        Decide(new SetLetterhead(Code: new string('长', 41))).Refusal!.Field.ShouldBe("code");
        Decide(new SetLetterhead(Words: Letterhead.UsualWords.Clear()
            .Add(PaperKind.Criticism, new string('通', 11)))).Refusal!.Field.ShouldBe("words.criticism");
        Decide(new SetLetterhead(Name: "")).Refusal!.Field.ShouldBe("name");
        new SetLetterhead().Decide(CountyOffice,
            new BodyAct(As(CountyOffice, Role.Coordinator), SectorCatalogue.Usual, Bodies)).Refusal!.Code.ShouldBe("body.forbidden");
        new SetLetterhead().Decide(null,
            new BodyAct(As(CountyOffice), SectorCatalogue.Usual, Bodies)).Refusal!.Code.ShouldBe("body.not_found");
    }

    [Fact]
    public void Numbers_of_a_body_a_year_and_a_beginning_are_one_series()
    {
        var series = new PaperSeries(CountyOffice.Id, 2026, "武安委办督");
        series.At(12).Value.ShouldBe("武安委办督〔2026〕12号");
        series.StreamId.ShouldBe((series with { }).StreamId);
        series.StreamId.ShouldNotBe((series with { Year = 2027 }).StreamId);
        series.StreamId.ShouldNotBe((series with { Prefix = "武安委办改" }).StreamId);
        series.StreamId.ShouldNotBe((series with { Body = CityOffice.Id }).StreamId);
        new PaperSeries(CountyOffice.Id, 2026, new string('长', 50)).At(long.MaxValue).Value.Length.ShouldBeLessThanOrEqualTo(80);
    }

    [Fact]
    public void A_notice_says_what_where_who_until_when_and_on_what_grounds()
    {
        var story = new Story()
            .And(
                Hotline,
                new HazardReported(
                    ReportSource.Hotline, HazardKind.Safety, Wudu, Gas, null, "燃气泄漏", "阀井漏气。\n浓度超标", new Enterprise("武都燃气公司"),
                    new Place("城关镇南街"), null, null, null))
            .And(new HazardVerified(Level.Major, "判定标准第五条", null), new HazardAssigned([Territorial(), Sectoral()]));
        var notice = new SupervisionNoticeIssued(Leg.Sectoral, "十日内整改到位", Deadline);
        var text = new PaperFacts(
            PaperKind.SupervisionNotice, notice, story.Then, Letterhead.Usual(CountyOffice), Paper, new DateOnly(2026, 3, 9),
            Policy.NationalBaseline,
            SectorCatalogue.Usual, Bodies, WorkCalendar.Shipped, []).ToText();
        text.Title.ShouldBe("关于“燃气泄漏”隐患整改的督办通知书");
        text.To.ShouldBe(["武都区住建局"]);
        text.CopyTo.ShouldBe(["武都区政府督查室"]);
        var all = string.Concat(text.Body.Select(l => l.Text));
        foreach (var said in new[] { "武都燃气公司", "甘肃省陇南市武都区城关镇南街", "城镇燃气", "重大隐患（判定依据：判定标准第五条）", "2026年5月5日", "十日内整改到位。", "请于2026年4月30日前", "总局令第16号", "特此通知。", "阀井漏气。　浓度超标。" })
            all.ShouldContain(said);
        all.ShouldNotContain("。。");
        text.Body.Count(l => l.Heading == 1).ShouldBe(4);
    }

    [Fact]
    public void Every_paper_can_be_put_into_words_wherever_the_hazard_stands()
    {
        foreach (var story in new[] { Stories.Verified, Stories.Assigned, Stories.Listed, Stories.Closed })
            foreach (var kind in Enum.GetValues<PaperKind>())
            {
                var text = new PaperFacts(
                    kind, new PaperIssued(kind, null, []), story.Then, Letterhead.Usual(CountyOffice), Paper, new DateOnly(2026, 3, 9),
                    Policy.NationalBaseline,
                    SectorCatalogue.Usual, ImmutableDictionary<BodyId, Body>.Empty, WorkCalendar.Shipped, []).ToText();
                text.To.ShouldNotBeEmpty();
                text.Title.ShouldContain(story.Then.Title);
                text.Body.ShouldAllBe(l => l.Text.Length > 0);
            }
    }

    private static string? Refused(Story story, PaperKind paper) => story.When(CountyOffice, new IssuePaper(paper)).Decision.Refusal?.Code;

    private static LetterheadSet Set(SetLetterhead command) => Decide(command).Event.ShouldNotBeNull();

    private static (LetterheadSet? Event, Refusal? Refusal) Decide(SetLetterhead command) =>
        command.Decide(CountyOffice, new BodyAct(As(CountyOffice, Role.Administrator), SectorCatalogue.Usual, Bodies));
}
