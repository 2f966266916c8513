using System.Collections.Immutable;
using Hazards.Domain.Codes;
using static Hazards.Domain.Tests.Rules.World;

namespace Hazards.Domain.Tests.Rules;

/// <summary>督办通知书: a notice with a reply date is a clock of every body that it addresses, and only the reply ends it.</summary>
public sealed class RepliesToNotices
{
    private static readonly AnswerNotice Reply = new(Leg.Sole, "已更换管道");

    /// <summary>What was assigned to nobody can be asked about, and nobody could reply in a leg's name.</summary>
    [Fact]
    public void Before_it_is_assigned_nobody_is_asked_to_reply()
    {
        foreach (var story in new[] { Stories.Reported, Stories.Verified })
        {
            story.When(CityOffice, new IssueNotice("尽快交办", null, Stories.ReplyBy)).ThenRefused(HazardRefusals.NoticeNobody, "replyBy");
            story.When(CityOffice, new IssueNotice("尽快交办")).ThenItHappens().Then.Steps[SupervisionStep.Notice].ShouldBe(1);
        }
    }

    [Fact]
    public void A_notice_with_a_reply_date_is_a_clock_of_the_body_it_addresses()
    {
        var noticed = Stories.Rectifying.When(Supervision, new IssueNotice("五日内书面回复", Leg.Sole, Stories.ReplyBy))
            .Then(new SupervisionNoticeIssued(Leg.Sole, "五日内书面回复", Stories.ReplyBy) { ReplyOwed = true });
        Replies(noticed).ShouldBe([new Clock(ClockKind.Reply, Leg.Sole, GasCompany.Id, Stories.Rectifying.Now, Stories.ReplyBy)]);
        var duty = OpenSteps.Duties(noticed.Then, GasCompany, Rulebook.Baseline, ChinaTime.DateAt(Start))
            .Single(d => d.Clock.Kind == ClockKind.Reply);
        (duty.Own, duty.Rule.Clause).ShouldBe((true, "回复期限以督办通知书写明的为准"));
    }

    [Fact]
    public void Without_a_leg_it_addresses_all_and_each_replies_for_itself()
    {
        var noticed = Stories.Dual.When(Supervision, new IssueNotice("书面回复", null, Stories.ReplyBy)).ThenItHappens();
        Replies(noticed).Select(c => c.Body).ShouldBe([CountyGovernment.Id, GasRegulator.Id]);
        var one = noticed.When(CountyGovernment, new AnswerNotice(Leg.Territorial, "已督促")).ThenItHappens();
        Replies(one).Select(c => c.Body).ShouldBe([GasRegulator.Id]);
        one.When(CountyGovernment, new AnswerNotice(Leg.Sectoral, "代为回复")).ThenRefused(HazardRefusals.NotYourLeg);
    }

    /// <summary>退回的不再答复: what is asked of all is not asked of who gave its leg back; where all did, of who has to reassign.</summary>
    [Fact]
    public void Who_gave_its_leg_back_is_not_asked_for_what_is_asked_of_all()
    {
        var back = Stories.Dual.And(GasRegulator, new AssignmentReturned(Leg.Sectoral, "不属本单位"));
        var noticed = back.When(Supervision, new IssueNotice("书面回复", null, Stories.ReplyBy)).ThenItHappens();
        Replies(noticed).Select(c => c.Body).ShouldBe([CountyGovernment.Id]);
        As(noticed).ShouldBe(
            [(CountyGovernment.Id, TellAs.Todo), (GasRegulator.Id, TellAs.Notice), (CountyOffice.Id, TellAs.Todo)], ignoreOrder: true);
        noticed.When(GasRegulator, new AnswerNotice(Leg.Sectoral, "已退回")).ThenRefused(HazardRefusals.NoticeNone);

        var both = back.And(CountyGovernment, new AssignmentReturned(Leg.Territorial, "不属本级"))
            .When(Supervision, new IssueNotice("请改派", null, Stories.ReplyBy)).ThenItHappens();
        Replies(both).ShouldBeEmpty();
        both.Events[^1].Event.ShouldBeOfType<SupervisionNoticeIssued>()
            .ShouldSatisfyAllConditions(n => n.Against.ShouldBe(CountyOffice.Id), n => n.Duties!.Value.ShouldBe([ClockKind.Reassign]));
        As(both).ShouldBe(
            [(CountyGovernment.Id, TellAs.Notice), (GasRegulator.Id, TellAs.Notice), (CountyOffice.Id, TellAs.Todo)], ignoreOrder: true);

        // Two assigners: nobody could reply, and both are told to act.
        var apart = back.And(CityOffice, new LegReassigned(GasRegulator.Id, Sectoral() with { Supervisor = null }, "改派"))
            .And(GasRegulator, new AssignmentReturned(Leg.Sectoral, "仍不属"))
            .And(CountyGovernment, new AssignmentReturned(Leg.Territorial, "不属本级"))
            .When(Supervision, new IssueNotice("请改派", null, Stories.ReplyBy)).ThenItHappens();
        Replies(apart).ShouldBeEmpty();
        apart.Events[^1].Event.ShouldBeOfType<SupervisionNoticeIssued>().ReplyOwed.ShouldBeNull();
        As(apart).Where(t => t.As == TellAs.Todo).Select(t => t.Body).ShouldBe([CountyOffice.Id, CityOffice.Id], ignoreOrder: true);
        As(apart.When(Supervision, new HoldInterview("张三", "限期改派")).ThenItHappens()).Where(t => t.As == TellAs.Warning)
            .Select(t => t.Body).ShouldBe([CountyOffice.Id, CityOffice.Id], ignoreOrder: true);

        static (BodyId Body, TellAs As)[] As(Story story) =>
        [
            .. Telling.Of(
                story.Events[^1].Event, (story with { Events = story.Events[..^1] }).Then, story.Then, story.Events[^1].Context)
                .Where(t => t.Body is { } body && body != Supervision.Id).Select(t => (t.Body!.Value, t.As)),
        ];
    }

    [Fact]
    public void A_notice_without_a_date_or_of_before_there_were_replies_is_no_clock_and_may_be_replied_to()
    {
        foreach (var quiet in (SupervisionNoticeIssued[])[new(Leg.Sole, "抓紧整改", null), new(Leg.Sole, "五日内回复", Stories.ReplyBy)])
        {
            var noticed = Stories.Rectifying.And(Supervision, quiet);
            Replies(noticed).ShouldBeEmpty();
            noticed.When(GasCompany, Reply).Then(new SupervisionNoticeAnswered(Leg.Sole, Paper, "已更换管道"));
        }

        Stories.Rectifying.When(GasCompany, Reply).ThenRefused(HazardRefusals.NoticeNone);
    }

    [Fact]
    public void A_notice_entered_when_its_date_had_passed_began_no_clock()
    {
        var later = Stories.Rectifying.AfterDays(10);
        var entered = later.When(As(Supervision), new IssueNotice("书面回复", Leg.Sole, Stories.ReplyBy), later.Now.AddDays(-9))
            .ThenItHappens();
        Replies(entered).ShouldBeEmpty("nobody was told in time");
    }

    [Fact]
    public void Only_the_reply_ends_it_or_what_ends_every_duty_of_the_leg()
    {
        var busy = Stories.Noticed.And(
            GasCompany, new ProgressReported(Leg.Sole, 40, null, "已开挖"), new CompletionDeclared(Leg.Sole, "完成", null));
        Replies(busy).ShouldHaveSingleItem();
        Replies(busy.When(GasCompany, Reply).ThenItHappens()).ShouldBeEmpty();
        Replies(busy.And(Emergency, new LegAccepted(Leg.Sole, "合格", null))).ShouldBeEmpty();
        Replies(Stories.Noticed.And(new LegReassigned(GasCompany.Id, Sole(GasRegulator), "改派"))).ShouldBeEmpty();
        Replies(Stories.Noticed.And(GasCompany, new AssignmentReturned(Leg.Sole, "不属本单位")))
            .ShouldHaveSingleItem("giving the leg back is no reply");
    }

    [Fact]
    public void Passed_unanswered_it_is_one_miss_that_a_reply_with_an_earlier_date_does_not_undo()
    {
        var late = Stories.Noticed with { Now = ChinaTime.EndOf(Stories.ReplyBy) };
        var rung = Ring.On(late.Then, Rulebook.Baseline, Stories.ReplyBy.AddDays(1), late.Now, Bodies);
        var missed = rung.Select(h => h.Event).OfType<DeadlineMissed>().ShouldHaveSingleItem();
        (missed.Clock, missed.Leg, missed.Body, missed.Due).ShouldBe((ClockKind.Reply, Leg.Sole, GasCompany.Id, Stories.ReplyBy));
        var story = late with { Events = late.Events.AddRange(rung) };
        Ring.On(story.Then, Rulebook.Baseline, Stories.ReplyBy.AddDays(1), late.Now, Bodies).ShouldBeEmpty();
        var answered = story.When(As(GasCompany), Reply, Stories.Noticed.Now).ThenItHappens();
        Replies(answered).ShouldBeEmpty();
        answered.Then.Missed.ShouldContain(m => m.Kind == ClockKind.Reply);
        Stories.Noticed.When(As(GasCompany), Reply, Stories.Rectifying.Now.AddHours(-1)).ThenRefused(HazardRefusals.BeforePrevious);
    }

    [Fact]
    public void Of_two_notices_it_is_said_which_is_replied_to()
    {
        var other = DocumentNumber.Parse("武督〔2026〕9号");
        var both = Stories.Noticed.AfterDays(1);
        both = both with
        {
            Events = both.Events.Add(new Happening(
                new SupervisionNoticeIssued(null, "再报一次", Stories.ReplyBy.AddDays(3)) { ReplyOwed = true },
                new EventContext(both.Now, Entry.Prompt, "张工", Supervision.Id, Role.Supervisor, "tests", "x@1", other, []))),
        };
        Replies(both).Length.ShouldBe(2);
        both.When(GasCompany, Reply).ThenRefused(HazardRefusals.NoticeWhich);
        both.When(GasCompany, Reply with { Notice = DocumentNumber.Parse("武督〔2026〕10号") }).ThenRefused(HazardRefusals.NoticeUnknown);
        Replies(both.When(GasCompany, Reply with { Notice = Paper }).ThenItHappens())
            .ShouldHaveSingleItem().Due.ShouldBe(Stories.ReplyBy.AddDays(3));
    }

    private static ImmutableArray<Clock> Replies(Story story) => [.. story.Clocks.Where(c => c.Kind == ClockKind.Reply)];
}
