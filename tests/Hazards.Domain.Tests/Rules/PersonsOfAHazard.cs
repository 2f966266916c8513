using System.Text;
using Hazards.Domain.Codes;
using static Hazards.Domain.Tests.Rules.World;

namespace Hazards.Domain.Tests.Rules;

/// <summary>报告人、举报人、证人: kept, but only sealed.</summary>
public sealed class PersonsOfAHazard
{
    private static readonly ReportHazard Report = new(ReportSource.Public, Wudu, Gas, "漏气", "调压箱漏气");

    [Fact]
    public void A_reporter_is_in_the_event_sealed_and_not_otherwise()
    {
        var report = Report with { Reporter = new ReporterGiven(" 李某 ", "13900001111", Secret: false) };
        var story = new Story().When(As(Hotline), report).ThenItHappens();
        var reporter = story.Then.Reporter.ShouldNotBeNull();
        reporter.Kind.ShouldBe(PersonKind.Reporter);
        reporter.Open(Id, Story.Seal.Key, out var data).ShouldBe(PersonOpening.Opened);
        data.ShouldBe(new PersonData("李某", "13900001111"));
        InClear(story).ShouldNotContain("李某");
        InClear(story).ShouldNotContain("13900001111");
    }

    [Theory]
    [InlineData(ReportSource.Public, null, PersonKind.WhistleBlower)]
    [InlineData(ReportSource.Public, false, PersonKind.Reporter)]
    [InlineData(ReportSource.Hotline, null, PersonKind.Reporter)]
    [InlineData(ReportSource.Hotline, true, PersonKind.WhistleBlower)]
    [InlineData(ReportSource.SelfInspection, true, PersonKind.WhistleBlower)]
    public void Who_reports_as_one_of_the_public_is_a_whistle_blower_unless_said_otherwise(ReportSource source, bool? secret, PersonKind kind) =>
        new Story().When(As(Hotline), Report with { Source = source, Reporter = new ReporterGiven("李某", Secret: secret) }).ThenItHappens()
            .Then.Reporter!.Kind.ShouldBe(kind);

    [Theory]
    [InlineData(ReportSource.Public, PersonKind.WhistleBlower)]
    [InlineData(ReportSource.Hotline, PersonKind.Reporter)]
    public void Who_found_it_is_a_person_where_the_public_reports(ReportSource source, PersonKind kind)
    {
        var story = new Story().When(As(Hotline), Report with { Source = source, FoundBy = " 李某 " }).ThenItHappens();
        story.Then.FoundBy.ShouldBeNull();
        var reporter = story.Then.Reporter.ShouldNotBeNull();
        reporter.Kind.ShouldBe(kind);
        reporter.Open(Id, Story.Seal.Key, out var data);
        data.ShouldBe(new PersonData("李某"));
    }

    [Fact]
    public void Elsewhere_it_is_an_official_and_stays_as_written()
    {
        var story = new Story().When(As(Hotline), Report with { Source = ReportSource.GridWorker, FoundBy = "网格员李某" }).ThenItHappens();
        (story.Then.FoundBy, story.Then.Reporter).ShouldBe(("网格员李某", null));
    }

    [Fact]
    public void Two_names_for_one_reporter_are_both_kept()
    {
        var story = new Story().When(As(Hotline), Report with { FoundBy = "李大爷", Reporter = new ReporterGiven("李某", Other: "晚上打") })
            .ThenItHappens();
        story.Then.Reporter!.Open(Id, Story.Seal.Key, out var data);
        data.ShouldBe(new PersonData("李某", Other: "李大爷；晚上打"));
        new Story().When(As(Hotline), Report with { FoundBy = "李某", Reporter = new ReporterGiven("李某") }).ThenItHappens()
            .Then.Reporter!.Open(Id, Story.Seal.Key, out data);
        data.ShouldBe(new PersonData("李某"));
    }

    [Fact]
    public void An_anonymous_report_has_no_person() =>
        new Story().When(As(Hotline), Report).ThenItHappens().Then.Reporter.ShouldBeNull();

    [Fact]
    public void A_reporter_of_whom_nothing_is_known_is_refused() =>
        new Story().When(As(Hotline), Report with { Reporter = new ReporterGiven(" ") })
            .ThenRefused(PersonRefusals.NothingGiven, "reporter");

    [Theory]
    [InlineData("13900001111", false, true)]
    [InlineData("13900001111", true, true)]
    [InlineData("李某某", true, true)]
    [InlineData("李某某", false, false)]
    public void What_is_sealed_may_not_stand_in_clear_beside_it(string trace, bool secret, bool refused)
    {
        var report = Report with { Reporter = new ReporterGiven("李某某", "13900001111", Secret: secret) };
        foreach (var (field, varied) in new (string, ReportHazard)[]
        {
            ("title", report with { Title = $"{trace}反映漏气" }),
            ("description", report with { Description = $"请联系{trace}" }),
            ("place.text", report with { Place = new Place($"{trace}家门口") }),
        })
        {
            var outcome = new Story().When(As(Hotline), varied);
            if (refused)
                outcome.ThenRefused(PersonRefusals.InClear, field);
            else
                outcome.ThenItHappens();
        }
        var named = new Story().When(As(Hotline) with { Name = trace }, report);
        if (refused)
            named.ThenRefused(PersonRefusals.InClear, "actor");
        else
            named.ThenItHappens();
    }

    [Fact]
    public void A_refusal_does_not_repeat_what_it_refuses()
    {
        var refusal = new Story()
            .When(As(Hotline),
                Report with { Reporter = new ReporterGiven("李\n某", new string('1', 61)) }).Decision.Refusal.ShouldNotBeNull();
        refusal.ToString().ShouldNotContain("李");
        new Story().When(As(Hotline), Report with { Reporter = new ReporterGiven(Phone: new string('1', 61)) }).Decision.Refusal!.ToString()
            .ShouldNotContain("111111");
    }

    [Fact]
    public void Nothing_is_decided_about_a_person_in_clear() =>
        Should.Throw<InvalidOperationException>(
            () => Decider.Decide(Report with { FoundBy = "李某" }, null, new Story().Act(As(Hotline), paper: false)));

    [Fact]
    public void A_witness_and_what_the_witness_says_are_sealed()
    {
        var story = Stories.Rectifying.When(Emergency, new RecordWitness("孙某某", Phone: "13800002222", Statement: " 当晚闻到气味 "))
            .ThenItHappens();
        var (witness, statement) = story.Then.Witnesses.ShouldHaveSingleItem();
        witness.Open(Id, Story.Seal.Key, out var data);
        data.ShouldBe(new PersonData("孙某某", "13800002222"));
        witness.OpenStatement(Id, statement.ShouldNotBeNull(), Story.Seal.Key, out var said);
        said.ShouldBe("当晚闻到气味");
        InClear(story).ShouldNotContain("孙某某");
        InClear(story).ShouldNotContain("气味");
        Stories.Rectifying.When(Emergency, new RecordWitness(Statement: "当晚闻到气味")).ThenRefused(PersonRefusals.NothingGiven);
        Stories.Rectifying.When(As(Emergency) with { Name = "孙某某" }, new RecordWitness("孙某某")).ThenRefused(PersonRefusals.InClear, "actor");
    }

    [Fact]
    public void A_witness_is_told_to_nobody()
    {
        var before = Stories.Rectifying.Then;
        var outcome = Stories.Rectifying.When(Emergency, new RecordWitness("孙某某"));
        var after = outcome.ThenItHappens();
        Telling.Of(outcome.Decision.Events[0], before, after.Then, after.Events[^1].Context, Emergency).ShouldBeEmpty();
    }

    [Fact]
    public void A_shown_state_has_no_sealed_data()
    {
        var story = new Story().When(As(Hotline), Report with { FoundBy = "李某" }).ThenItHappens();
        Encoding.UTF8.GetString(DomainJson.Write(story.Then)).ShouldNotContain(story.Then.Reporter!.Sealed[..40]);
    }

    [Fact]
    public void A_person_is_erased_once()
    {
        var context = new Story().Act(As(Emergency)).Context(Role.Administrator);
        var once = Person.Apply(null, new PersonErased(Id, PersonKind.Reporter, "本人申请"), context);
        once.ShouldBe(new Person(context.OccurredAt, 1));
        Person.Apply(
            once, new PersonErased(Id, PersonKind.Reporter, "从备份恢复后再次删除"),
            context with { OccurredAt = context.OccurredAt.AddDays(1) }).ShouldBe(new Person(context.OccurredAt, 2));
    }

    private static string InClear(Story story) =>
        string.Concat(story.Events.Select(e => Encoding.UTF8.GetString(DomainJson.Write(e.Event)))) + story.Then;
}
