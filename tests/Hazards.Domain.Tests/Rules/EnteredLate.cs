using System.Collections.Immutable;
using Hazards.Domain.Codes;
using static Hazards.Domain.Tests.Rules.World;

namespace Hazards.Domain.Tests.Rules;

/// <summary>补录不追责: an act that is entered late asks something of others from the day of its entry; nobody owes what nobody told him.</summary>
public sealed class EnteredLate
{
    private const int Days = 40;

    public static TheoryData<string> Commands => Examples.Names;

    [Fact]
    public void A_report_is_to_be_verified_from_the_day_on_which_it_came()
    {
        var report = new ReportHazard(ReportSource.Hotline, Wudu, Gas, "漏气", "调压箱漏气");
        var reported = (new Story { Now = Start.AddDays(Days) }).When(As(Hotline), report, Start).ThenItHappens();
        Clocks.Open(reported.Then, Rulebook.Baseline).ShouldHaveSingleItem()
            .Due.ShouldBe(ChinaTime.DateAt(Start).AddDays(Days + 3));
    }

    /// <summary>Of every command, entered forty days late: no duty that it begins for another was due before it was entered.</summary>
    [Theory, MemberData(nameof(Commands))]
    public void No_duty_of_another_is_overdue_when_it_is_entered(string name)
    {
        var (given, by, command) = Examples.ByRule[name];
        var entered = given with { Now = given.Now.AddDays(Days) };
        var made = entered.When(As(by), command, given.Now);
        if (made.Decision.Refusal is not null)
            return;
        var (before, after) = (given.Then, made.ThenItHappens().Then);
        foreach (var clock in Clocks.Open(after, Rulebook.Baseline))
            if (clock.Kind != ClockKind.Rectify && !Clocks.IsOwedBy(clock.Body, after.Region, by.Id, by.Offices)
                && !Clocks.Open(before, Rulebook.Baseline).Any(c => (c.Kind, c.Leg, c.Body) == (clock.Kind, clock.Leg, clock.Body)))
                clock.Due.ShouldBeGreaterThanOrEqualTo(ChinaTime.DateAt(entered.Now), $"{name}: {clock}");
    }

    [Fact]
    public void What_an_office_enters_late_costs_itself_the_days()
    {
        var verified = (Stories.Reported with { Now = Start.AddDays(Days) })
            .When(As(CountyOffice), new VerifyHazard(Level.General, null, "属实"), Start.AddHours(1)).ThenItHappens();
        Clocks.Open(verified.Then, Rulebook.Baseline).ShouldHaveSingleItem().Due.ShouldBe(ChinaTime.DateAt(Start).AddDays(2));
    }

    /// <summary>The deadline of a paper that was handed over in time stands; the ladder is climbed from the day of the entry.</summary>
    [Fact]
    public void A_deadline_that_had_passed_when_the_assignment_was_entered_is_overdue_and_nobodys_silence_before()
    {
        var entry = ChinaTime.StartOf(Deadline.AddDays(20)).AddHours(9);
        var assigned = (Stories.Verified with { Now = entry }).When(As(CountyOffice), new AssignHazard([Sole()]), Start.AddDays(1)).ThenItHappens();
        var leg = assigned.Then.Legs[Leg.Sole];
        leg.EnteredOn.ShouldBe(Deadline.AddDays(20));
        Clocks.Open(assigned.Then, Rulebook.Baseline).Single(c => c.Kind == ClockKind.Rectify).Due.ShouldBe(Deadline);
        Clocks.Open(assigned.Then, Rulebook.Baseline).Single(c => c.Kind == ClockKind.Acknowledge).Due.ShouldBe(Deadline.AddDays(21));

        var rung = Ring.On(
            assigned.Then, Rulebook.Baseline, Deadline.AddDays(21), entry.AddDays(1),
            new[] { GasCompany, CountyOffice, CityOffice }.ToDictionary(b => b.Id));
        rung.Select(h => h.Event).OfType<DeadlineMissed>().ShouldHaveSingleItem().Clock.ShouldBe(ClockKind.Rectify);
        var steps = rung.Where(h => h.Event is not DeadlineMissed).ToArray();
        steps.ShouldHaveSingleItem("the first rung only: it was told yesterday").Event.ShouldBeOfType<LegUrged>()
            .Message.ShouldContain("已超期21天（交办于2026年5月20日补录）");

        ImmutableArray<RecordedHappening> recorded =
        [
            .. assigned.Events.Select((h, i) => new RecordedHappening(
                i + 1, i + 1, new Guid(i + 1, 0, 0, new byte[8]), h.Event is HazardAssigned ? entry : h.Context.OccurredAt, h)),
        ];
        Ring.LateFrom(ClockKind.Rectify, Leg.Sole, Deadline, assigned.Then).ShouldBe(Deadline.AddDays(20), "so lists say what comes next");
        var silences = Silences.Of(CaseFile.Of(Id, recorded, [], Rulebook.Baseline, Bodies, entry.AddDays(3)).ShouldNotBeNull());
        silences.Single(s => s.Duty == ClockKind.Rectify).ShouldSatisfyAllConditions(
            s => s.Kind.ShouldBe(SilenceKind.DutyMissed), s => s.From.ShouldBe(entry));
        silences.ShouldNotContain(s => s.Duty == ClockKind.Acknowledge && s.From < entry);
    }

    /// <summary>Events recorded before there was this rule say nothing of it, and begin duties as they are claimed to.</summary>
    [Fact]
    public void Duties_of_older_events_begin_as_they_did()
    {
        var assigned = (Stories.Verified with { Now = Start.AddDays(Days) })
            .When(As(CountyOffice), new AssignHazard([Sole()]), Start.AddDays(1)).ThenItHappens();
        var older = assigned with
        {
            Events = [.. assigned.Events.Select(h => h with { Context = h.Context with { BindsFrom = null } })],
        };
        older.Then.Legs[Leg.Sole].EnteredOn.ShouldBeNull();
        Clocks.Open(older.Then, Rulebook.Baseline).Single(c => c.Kind == ClockKind.Acknowledge).Since.ShouldBe(Start.AddDays(1));
    }
}
