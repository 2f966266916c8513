using Hazards.Domain.Codes;
using static Hazards.Domain.Tests.Rules.World;

namespace Hazards.Domain.Tests.Rules;

/// <summary>
/// Of several things that are wrong the one is told that comes first: who acts, when, with what papers, whether the records are sealed, and
/// last what must stand before. And which of several clocks comes first.
/// </summary>
public sealed class WhichComesFirst
{
    private static readonly Enterprise Company = Stories.Reported.Then.Enterprise!;

    private static readonly ReportHazard Report = new(
        ReportSource.Hotline, Wudu, Gas, "阀门漏气", "阀门漏气", Enterprise: Company) { Seal = Story.Seal };

    private static readonly Story Reported = Stories.Reported.AfterDays(3);

    [Fact]
    public void Of_a_report()
    {
        string? Code(Body body, bool future = false, bool nameless = false) =>
            Decider.Decide(Report, null, Given(body, future ? 24 : -60, nameless, paper: false)).Refusal?.Code;

        Code(CountyOffice).ShouldBe(SealRefusals.SealedPast.Code);
        var nameless = Code(CountyOffice, nameless: true).ShouldNotBeNull();
        nameless.ShouldNotBe(SealRefusals.SealedPast.Code);
        Code(CountyOffice, future: true, nameless: true).ShouldBe(HazardRefusals.Future.Code);
        Code(Gone, future: true, nameless: true).ShouldBe(BodyRefusals.Dissolved.Code);
    }

    [Fact]
    public void Of_a_command()
    {
        string? Code(bool future = false, bool nameless = false) =>
            Decider.Decide(new RejectHazard("不属实"), Reported.Then, Given(CountyOffice, future ? 24 : 0, nameless, paper: true))
                .Refusal?.Code;

        Code().ShouldBe(SealRefusals.Sealed.Code);
        var nameless = Code(nameless: true).ShouldNotBeNull();
        nameless.ShouldNotBe(SealRefusals.Sealed.Code);
        Code(future: true, nameless: true).ShouldBe(HazardRefusals.Future.Code);
    }

    /// <summary>An act some hours from now, about an enterprise whose records were sealed an hour ago.</summary>
    private static Act Given(Body body, int hours, bool nameless, bool paper)
    {
        var by = As(body);
        return Reported.Act(nameless ? by with { Name = "" } : by, Reported.Now.AddHours(hours), paper) with
        {
            Seals =
            [
                new(
                    Guid.Empty, Company, Wudu, "事故调查", "武都区事故调查组", Reported.Now.AddHours(-1), Reported.Now.AddHours(-1),
                    CountyOffice.Id, "张工", Paper, null, 1),
            ],
        };
    }

    [Fact]
    public void A_role_is_told_before_anything_else()
    {
        var by = As(GasCompany, Role.Reporter);
        Decider.CheckRole(CommandRules.Close, by).ShouldNotBeNull().Facts.Keys.ShouldBe(["command", "roles"], ignoreOrder: true);
        Decider.CheckRole(CommandRules.Close, As(CountyOffice)).ShouldBeNull();
        foreach (var rule in CommandRules.All)
            foreach (var role in Enum.GetValues<Role>())
                (Decider.CheckRole(rule, As(CountyOffice, role)) is null).ShouldBe(rule.Roles.Contains(role), $"{rule.Name} {role}");
    }

    [Fact]
    public void Nothing_is_no_argument()
    {
        var (hazard, act, rules) = (Stories.Rectifying.Then, Stories.Rectifying.Act(As(CountyOffice)), Rulebook.Baseline);
        var delist = new DelistHazard(DelistingGround.ListedInError, "误挂");
        var list = new ListHazard(ListingLevel.Prefecture, Deadline, "限期整改", "陇南日报");
        foreach (var call in (Action[])
        [
            () => Decider.Decide((ReportHazard)null!, null, act), () => Decider.Decide(Report, null, null!),
            () => Decider.Decide((IHazardCommand)null!, hazard, act), () => Decider.Decide(delist, hazard, null!),
            () => Decider.WhyNot(null!, null, hazard, act, out _), () => Decider.WhyNot(CommandRules.Close, null, null!, act, out _),
            () => Decider.WhyNot(CommandRules.Close, null, hazard, null!, out _),
            () => Decider.CheckRole(null!, act.By), () => Decider.CheckRole(CommandRules.Close, null!),
            () => Hazards.Domain.Clocks.Open(null!, rules), () => Hazards.Domain.Clocks.Open(hazard, null!),
            () => Hazards.Domain.Clocks.Open(null!, rules, rules.Calendar), () => Hazards.Domain.Clocks.Open(hazard, null!, rules.Calendar),
            () => list.Decide(null!, act), () => list.Decide(hazard, null!), () => delist.Decide(null!, act), () => delist.Decide(hazard, null!),
        ])
            Should.Throw<ArgumentNullException>(call);
    }

    [Fact]
    public void A_refused_delisting_names_the_legs_that_are_not_accepted_and_no_others()
    {
        var refused = Stories.DualOneAccepted.And(CityOffice, Stories.CityListing)
            .When(CityOffice, new DelistHazard(DelistingGround.Accepted, "验收合格")).ThenRefused(HazardRefusals.DelistUnaccepted);
        refused.Chinese.ShouldContain($"{CodeList.Chinese(Leg.Sectoral)}（");
        refused.Chinese.ShouldNotContain($"{CodeList.Chinese(Leg.Territorial)}（");
        refused.English.ShouldContain($"{CodeList.Code(Leg.Sectoral)} ({CodeList.Code(LegStage.Assigned)})");
        refused.English.ShouldNotContain(CodeList.Code(Leg.Territorial));
    }

    [Fact]
    public void What_lies_before_the_listing_is_said_to_lie_before_it()
    {
        var refused = Stories.Listed.When(As(CityOffice), new DelistHazard(DelistingGround.ListedInError, "误挂"), Start.AddHours(1))
            .ThenRefused(HazardRefusals.BeforePrevious);
        refused.Chinese.ShouldContain("挂牌");
        refused.English.ShouldContain("the listing");
    }

    [Fact]
    public void Closing_is_due_from_the_last_acceptance()
    {
        var one = Stories.DualDeclared.And(Emergency, new LegAccepted(Leg.Territorial, "合格", null));
        var both = one.AfterDays(10).And(Emergency, new LegAccepted(Leg.Sectoral, "合格", null));
        both.Then.Stage.ShouldBe(Stage.AwaitingClosure);
        both.Clocks.Single(c => c.Kind == ClockKind.Close).Since.ShouldBe(both.Then.Legs[Leg.Sectoral].Since);
    }

    [Fact]
    public void A_reply_is_owed_since_the_first_notice_that_asks_for_it_by_that_day()
    {
        var first = Stories.Noticed;
        var again = first.AfterDays(1).And(CountyOffice, [.. first.Events.Select(e => e.Event).OfType<SupervisionNoticeIssued>()]);
        again.Then.Legs[Leg.Sole].Notices.Count(n => n.ReplyBy == Stories.ReplyBy).ShouldBeGreaterThan(1);
        again.Clocks.Single(c => c.Kind == ClockKind.Reply).Since.ShouldBe(first.Clocks.Single(c => c.Kind == ClockKind.Reply).Since);
    }

    [Fact]
    public void Of_clocks_due_on_a_day_the_order_is_of_duty_and_leg()
    {
        foreach (var story in new[] { Stories.Dual, Stories.DualDeclared, Stories.MajorPlanned, Stories.ListedQuietly })
            story.Clocks.ShouldBe(story.Clocks.OrderBy(c => c.Due).ThenBy(c => (int)c.Kind).ThenBy(c => c.Leg));
        Stories.Dual.Clocks.GroupBy(c => (c.Due, c.Kind)).ShouldContain(g => g.Count() == 2);
    }

    [Fact]
    public void A_hazard_is_looked_at_again_as_often_as_the_policy_has_days_for()
    {
        var policy = Policy.NationalBaseline with { Lookbacks = [new(Level.Major, [7], "办法"), new(Level.General, [30, 90], "办法")] };
        var story = Stories.Closed.Under(policy);
        var closed = ChinaTime.DateAt(story.Then.Closure!.At);
        foreach (var days in new[] { 30, 90 })
        {
            var clock = story.Clocks.ShouldHaveSingleItem();
            (clock.Kind, clock.Due).ShouldBe((ClockKind.Lookback, closed.AddDays(days)));
            story = story.And(CountyOffice, new LookbackMade(LookbackResult.Holding, "未反弹", null));
        }
        story.Clocks.ShouldBeEmpty();
    }

    [Fact]
    public void An_accepted_leg_is_supervised_no_longer()
    {
        var policy = Policy.NationalBaseline with { Supervision = [new(Level.General, 7, "办法")] };
        Stories.Dual.Under(policy).Clocks.Count(c => c.Kind == ClockKind.Supervise).ShouldBe(2);
        Stories.DualOneAccepted.Under(policy).Clocks.Single(c => c.Kind == ClockKind.Supervise).Leg.ShouldBe(Leg.Sectoral);
    }

    [Theory]
    [InlineData(DayCount.Working, true)]
    [InlineData(DayCount.Calendar, false)]
    public void A_clock_says_whether_it_counts_working_days(DayCount count, bool working)
    {
        var policy = Policy.NationalBaseline with { Supervision = [new(Level.General, 7, "办法", count)] };
        Stories.Dual.Under(policy).Clocks.Where(c => c.Kind == ClockKind.Supervise).ShouldAllBe(c => c.Working == working);
    }
}
