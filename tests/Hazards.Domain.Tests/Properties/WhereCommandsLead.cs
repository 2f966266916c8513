using System.Reflection;
using Hazards.Domain.Codes;
using Hazards.Domain.Tests.Rules;
using static Hazards.Domain.Tests.Rules.World;

namespace Hazards.Domain.Tests.Properties;

/// <summary>环节的流转: what happens stands in the table, and what stands in the table happens.</summary>
public sealed class WhereCommandsLead
{
    private static readonly LegOrder[] Anew = [Sole()];

    // Every story that the rules are tested from and some more, each also as a ledger would have told it.
    private static readonly Story[] Beginnings =
    [
        .. Told().Concat(
        [
            Stories.Verified.And(new HazardFixedOnTheSpot("当场关阀", null), new HazardClosed(ClosureGround.FixedOnTheSpot, null)),
            Stories.Verified.And(new HazardRejected("现场无此设施")),
            Stories.Verified.And(new HazardMerged(OtherId, "同一处")),
            Stories.Assigned.And(GasCompany, new AssignmentReturned(Leg.Sole, "不属本单位")),
            Stories.DualDeclared.And(Emergency, new LegAccepted(Leg.Territorial, "合格", null)),
        ]).SelectMany(s => new[] { s, ImportedHazards.Imported(s) }),
    ];

    public static TheoryData<int> Rows() => [.. Enumerable.Range(0, Transitions.OfHazards.Length)];

    public static TheoryData<int> LegRows() => [.. Enumerable.Range(0, Transitions.OfLegs.Length)];

    [Fact]
    public void Every_change_of_a_stage_in_a_life_stands_in_the_table() => Lives.Check(120, 60, seeds =>
    {
        var life = Life.Of(seeds);
        foreach (var order in life.Orders)
            ShouldStandInTheTable(order.Command.Rule, order.Before, order.After);
        foreach (var rang in life.Rings)
            rang.After.Stage.ShouldBe(rang.Before.Stage, "the clock moves nothing");
    });

    [Fact]
    public void Every_change_of_a_leg_in_a_life_stands_in_the_table() => Lives.Check(120, 60, seeds =>
    {
        foreach (var order in Life.Of(seeds).Orders)
            LegsShouldStandInTheTable(order.Command.Rule, order.Before, order.After);
    });

    // Lives are long, and seldom take back what was done; here every command is given wherever a story stands.
    [Fact]
    public void So_does_every_change_that_a_command_makes_of_a_story()
    {
        foreach (var story in Beginnings)
            foreach (var rule in CommandRules.All.Where(r => r != CommandRules.Report))
                foreach (var after in Outcomes(story, rule))
                {
                    ShouldStandInTheTable(rule, story.Then, after);
                    LegsShouldStandInTheTable(rule, story.Then, after);
                }
    }

    [Theory, MemberData(nameof(Rows))]
    public void Every_row_happens(int index)
    {
        var row = Transitions.OfHazards[index];
        if (row.From is not { } from)
            new Story().When(As(Hotline), new ReportHazard(ReportSource.Hotline, Wudu, Gas, "漏气", "调压箱漏气")).ThenItHappens()
                .Then.Stage.ShouldBe(row.To);
        else
            Beginnings.Where(s => s.Then.Stage == from && (!row.Imported || s.Then.LedgerRow is not null))
                .SelectMany(s => Outcomes(s, row.By)).ShouldContain(after => after.Stage == row.To, $"{row.By.Name}: {from} → {row.To}");
    }

    [Theory, MemberData(nameof(LegRows))]
    public void Every_row_of_legs_happens(int index)
    {
        var row = Transitions.OfLegs[index];
        var changed =
            from story in Beginnings
            from after in Outcomes(story, row.By)
            from leg in after.Legs.Values
            let before = story.Then.Legs.GetValueOrDefault(leg.Leg)
            where leg != before
            select (From: row.From is null ? null : before?.Stage, To: leg.Stage);
        changed.ShouldContain((row.From, row.To));
    }

    [Fact]
    public void A_command_leads_on_only_from_where_it_may_be_given()
    {
        foreach (var row in Transitions.OfHazards.Where(t => t.From is not null))
            (row.Imported ? row.By.Stages.Concat(row.By.StagesOfImported) : row.By.Stages).ShouldContain(row.From!.Value, row.By.Name);
        Transitions.OfHazards.ShouldBeUnique();
        Transitions.OfLegs.ShouldBeUnique();
    }

    private static void ShouldStandInTheTable(CommandRule rule, Hazard before, Hazard after)
    {
        if (before.Stage == after.Stage)
            return;
        var rows = Transitions.OfHazards.Where(t => (t.From, t.To, t.By) == (before.Stage, after.Stage, rule)).ToArray();
        rows.ShouldNotBeEmpty($"{rule.Name}: {before.Stage} → {after.Stage}");
        if (rows.All(r => r.Imported))
            before.LedgerRow.ShouldNotBeNull(rule.Name);
    }

    private static void LegsShouldStandInTheTable(CommandRule rule, Hazard before, Hazard after)
    {
        // Legs that begin anew, all at once.
        var anew = after.Reopened > before.Reopened;
        foreach (var (leg, state) in after.Legs)
        {
            LegStage? from = anew || !before.Legs.TryGetValue(leg, out var old) ? null : old.Stage;
            if (from != state.Stage)
                Transitions.OfLegs.Contains(new LegTransition(from, state.Stage, rule))
                    .ShouldBeTrue($"{rule.Name}: {from} → {state.Stage}");
        }
    }

    /// <summary>The states that a command leads to from a story, in whatever words and by whomever it may be given.</summary>
    private static IEnumerable<Hazard> Outcomes(Story given, CommandRule rule)
    {
        foreach (var command in Commands(given.Then, rule))
            foreach (var by in new[] { As(Examples.ByRule[rule.Name].By), As(CountyOffice), As(Emergency), As(CountyOffice, Role.Importer) }
                .Concat(given.Then.Legs.Values.Select(l => As(Bodies[l.Body]))).Append(As(GasCompany, Role.Reporter)))
                if (given.When(by, command) is { Decision.Refusal: null } outcome)
                    yield return outcome.ThenItHappens().Then;
    }

    private static IEnumerable<IHazardCommand> Commands(Hazard hazard, CommandRule rule) => Examples.ByRule[rule.Name].Command switch
    {
        Reinspect => from leg in hazard.Legs.Keys from verdict in Enum.GetValues<Verdict>() select new Reinspect(leg, verdict, "结果", "李工"),
        LookBack => [new LookBack(LookbackResult.Recurred, "反弹"), new LookBack(LookbackResult.Recurred, "反弹", null, [.. Anew])],
        ReopenHazard => [new ReopenHazard("再次举报"), new ReopenHazard("再次举报", [.. Anew])],
        MergeHazard merge =>
            from target in new[] { Stories.Reported, Stories.Closed } select merge with { Target = target.Then with { Id = OtherId } },
        { ConcernedLeg: not null } command => hazard.Legs.Keys.Select(l => command.With("Leg", l)),
        var command => [command],
    };

    private static IEnumerable<Story> Told() => typeof(Stories).GetProperties(BindingFlags.Public | BindingFlags.Static)
        .Where(p => p.PropertyType == typeof(Story)).Select(p => (Story)p.GetValue(null)!);
}
