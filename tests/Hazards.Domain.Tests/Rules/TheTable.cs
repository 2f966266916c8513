using System.Collections.Immutable;
using System.Reflection;
using Hazards.Domain.Codes;
using static Hazards.Domain.Tests.Rules.World;

namespace Hazards.Domain.Tests.Rules;

/// <summary>The table of who may do what, when: every line holds, for every role, stage and relation.</summary>
public sealed class TheTable
{
    public static TheoryData<string> Commands => Examples.Names;

    public static IEnumerable<object[]> CommandsAndStages =>
        Examples.ByRule.Keys.Order(StringComparer.Ordinal)
            .SelectMany(_ => Enum.GetValues<Stage>(), (name, stage) => new object[] { name, stage });

    public static IEnumerable<object[]> CommandsAndRoles =>
        Examples.ByRule.Keys.Order(StringComparer.Ordinal)
            .SelectMany(_ => Enum.GetValues<Role>(), (name, role) => new object[] { name, role });

    public static TheoryData<Role> Roles => [.. Enum.GetValues<Role>()];

    [Fact]
    public void Every_command_type_has_its_line_and_its_example()
    {
        var commands = typeof(IHazardCommand).Assembly.GetTypes()
            .Where(t => t is { IsClass: true } && t.IsAssignableTo(typeof(IHazardCommand))).Select(t => t.Name).Order();
        Examples.ByRule.Values.Select(e => e.Command.GetType().Name).Order().ShouldBe(commands);
        Examples.ByRule.Keys.Append(CommandRules.Report.Name).Order(StringComparer.Ordinal)
            .ShouldBe(CommandRules.All.Select(r => r.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_line_is_in_the_list_once()
    {
        var fields = typeof(CommandRules).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(f => f.FieldType == typeof(CommandRule)).Select(f => (CommandRule)f.GetValue(null)!);
        CommandRules.All.ShouldBe(fields, ignoreOrder: true);
        CommandRules.All.Select(r => r.Name).ShouldBeUnique();
        CommandRules.All.Select(r => r.Chinese).ShouldBeUnique();
    }

    [Theory, MemberData(nameof(Commands))]
    public void The_example_happens(string name)
    {
        var (given, by, command) = Examples.ByRule[name];
        given.When(RoleHolder(by, command.Rule), command).ThenItHappens();
    }

    [Theory, MemberData(nameof(CommandsAndStages))]
    public void Outside_its_stages_a_command_is_refused(string name, Stage stage)
    {
        var (_, by, command) = Examples.ByRule[name];
        var story = Stories.At(stage);
        story.Then.Stage.ShouldBe(stage);
        var outcome = story.When(RoleHolder(by, command.Rule), command);
        if (!command.Rule.Stages.Contains(stage))
            outcome.ThenRefused(story.Then.IsOpen ? HazardRefusals.StageForbids : HazardRefusals.NotOpen);
        else if (outcome.Decision.Refusal?.Field != "legs") // reopening an ungraded hazard cannot assign it in the same act
            outcome.Decision.Refusal?.Code.ShouldNotBeOneOf(HazardRefusals.StageForbids.Code, HazardRefusals.NotOpen.Code);
    }

    [Theory, MemberData(nameof(CommandsAndRoles))]
    public void Each_role_of_the_line_may_and_no_other(string name, Role role)
    {
        var (given, by, command) = Examples.ByRule[name];
        var outcome = given.When(As(by, role), command);
        if (command.Rule.Roles.Contains(role))
        {
            outcome.ThenItHappens();
            outcome.Decision.Role.ShouldBe(role);
        }
        else
        {
            outcome.ThenRefused(HazardRefusals.Role);
        }
    }

    [Theory, MemberData(nameof(Roles))]
    public void Reporting_takes_one_of_its_roles(Role role)
    {
        var outcome = new Story().When(As(Hotline, role), new ReportHazard(ReportSource.Hotline, Wudu, Gas, "漏气", "调压箱漏气"));
        if (CommandRules.Report.Roles.Contains(role))
            outcome.ThenItHappens();
        else
            outcome.ThenRefused(HazardRefusals.Role);
    }

    [Theory, MemberData(nameof(Commands))]
    public void Nobody_without_a_role_may(string name)
    {
        var (given, by, command) = Examples.ByRule[name];
        given.When(As(by) with { Roles = [] }, command).ThenRefused(HazardRefusals.Role);
    }

    [Theory, MemberData(nameof(Commands))]
    public void Outside_the_keys_jurisdiction_there_is_no_such_hazard(string name)
    {
        var (given, by, command) = Examples.ByRule[name];
        given.When(As(by) with { Jurisdiction = Wenxian }, command).ThenRefused(HazardRefusals.NotFound);
        new Story().When(by, command).ThenRefused(HazardRefusals.NotFound);
    }

    [Theory, MemberData(nameof(Commands))]
    public void The_body_stands_in_the_relation_the_line_asks_for(string name)
    {
        var (given, by, command) = Examples.ByRule[name];
        if (command.Rule.Roles is [Role.Importer])
            return;
        var (stranger, refusal) = command.Rule.Relation switch
        {
            Relation.OwnRegion => (NextOffice, HazardRefusals.OutsideRegion),
            Relation.LegBody => (CountyOffice, HazardRefusals.NotYourLeg),
            Relation.Independent => (GasCompany, HazardRefusals.OwnLeg),
            Relation.Assigner => (NextOffice, HazardRefusals.NotAssigner),
            Relation.Lister => (CountyOffice, HazardRefusals.NotLister),
            _ => (Gone, BodyRefusals.Dissolved),
        };
        given.When(stranger, command).ThenRefused(refusal);
        if (command.Rule.Relation == Relation.Independent)
            given.When(NextOffice, command).ThenRefused(HazardRefusals.OutsideRegion);
        if (command.Rule.Relation is Relation.Assigner or Relation.Lister)
            given.When(ProvinceOffice, command).ThenItHappens();
        by.Dissolved.ShouldBeFalse();
    }

    [Fact]
    public void A_leg_that_another_reassigned_is_that_ones_to_reassign()
    {
        var reassigned = Stories.Assigned.And(CityOffice, new LegReassigned(GasCompany.Id, Sole(GasRegulator), "责任调整"));
        var again = new ReassignLeg(Leg.Sole, GasCompany.Id, Deadline, "整改", "再次调整");
        reassigned.When(CountyOffice, again).ThenRefused(HazardRefusals.NotAssigner).Facts["body"].ShouldBe(CityOffice.Id.Value);
        reassigned.When(CityOffice, again).ThenItHappens();
    }

    [Theory, MemberData(nameof(Commands))]
    public void A_dissolved_body_acts_no_more(string name)
    {
        var (given, by, command) = Examples.ByRule[name];
        given.When(RoleHolder(by with { Dissolved = true }, command.Rule), command).ThenRefused(BodyRefusals.Dissolved);
    }

    [Theory, MemberData(nameof(Commands))]
    public void An_importer_enters_a_ledger_on_behalf_of_any_body(string name)
    {
        var (given, _, command) = Examples.ByRule[name];
        if (command.Rule.Roles.Contains(Role.Importer))
            given.When(As(CityOffice, Role.Importer), command).ThenItHappens();
        else
            given.When(As(CityOffice, Role.Importer), command).ThenRefused(HazardRefusals.Role);
    }

    /// <summary>A ledger says what others have done; a key that may import is no key to everybody's acts.</summary>
    [Theory, MemberData(nameof(Commands))]
    public void An_importer_does_nothing_in_the_place_of_others_by_a_call_of_its_own(string name)
    {
        var (given, _, command) = Examples.ByRule[name];
        var called = given.When(As(CityOffice, Role.Importer) with { OnBehalf = false }, command);
        if (command.Rule.Roles.Contains(Role.Importer) && command.Rule.Relation == Relation.Jurisdiction)
            called.ThenItHappens();
        else
            called.ThenRefused(HazardRefusals.Role);
    }

    [Theory, MemberData(nameof(Commands))]
    public void Time_runs_forward(string name)
    {
        var (given, by, command) = Examples.ByRule[name];
        var actor = RoleHolder(by, command.Rule);
        given.When(actor, command, given.Now + Decider.ClockTolerance + TimeSpan.FromTicks(1))
            .ThenRefused(HazardRefusals.Future, "occurredAt");
        given.When(actor, command, DateTimeOffset.MaxValue).ThenRefused(HazardRefusals.Future, "occurredAt");
        given.When(actor, command, Start.AddTicks(-1)).ThenRefused(HazardRefusals.BeforeFound, "occurredAt");
        given.When(actor, command, new DateTimeOffset(1999, 12, 31, 15, 59, 59, TimeSpan.Zero))
            .ThenRefused(HazardRefusals.TooEarly, "occurredAt");
        given.When(actor, command, ChinaTime.StartOf(Decider.Earliest)).ThenRefused(HazardRefusals.BeforeFound, "occurredAt");
        given.When(actor, command, DateTimeOffset.MinValue).ThenRefused(HazardRefusals.TooEarly, "occurredAt");
        given.When(actor, command, given.Now + Decider.ClockTolerance).ThenItHappens();
    }

    [Theory, MemberData(nameof(Commands))]
    public void A_leg_that_is_not_there_cannot_be_acted_on(string name)
    {
        var (given, by, command) = Examples.ByRule[name];
        if (command.ConcernedLeg is null)
            return;
        given.When(RoleHolder(by, command.Rule), command.With("Leg", Leg.Sectoral)).ThenRefused(HazardRefusals.NoSuchLeg, "leg");
    }

    [Theory, MemberData(nameof(Commands))]
    public void A_leg_is_acted_on_only_in_its_own_stages(string name)
    {
        var (_, by, command) = Examples.ByRule[name];
        if (command.Rule.LegStages.IsEmpty)
            return;
        var returned = Stories.Assigned.And(GasCompany, new AssignmentReturned(Leg.Sole, "不属本单位"));
        foreach (var story in new[] { returned, Stories.Assigned, Stories.Rectifying, Stories.Declared, Stories.Accepted })
            if (!command.Rule.LegStages.Contains(story.Then.Legs[Leg.Sole].Stage))
                story.When(RoleHolder(by, command.Rule), command).ThenRefused(HazardRefusals.LegStageForbids, "leg");
    }

    [Theory, MemberData(nameof(Commands))]
    public void Acts_with_a_paper_need_its_number(string name)
    {
        string[] withPaper = ["suspend_production", "list", "delist", "issue_notice", "criticise", "penalise", "refer", "issue_paper"];
        var (given, by, command) = Examples.ByRule[name];
        var outcome = given.When(RoleHolder(by, command.Rule), command, paper: false);
        if (withPaper.Contains(name))
            outcome.ThenRefused(HazardRefusals.DocumentRequired, "documentNumber");
        else
            outcome.ThenItHappens();
    }

    [Fact]
    public void Of_several_roles_the_first_whose_relation_holds_is_taken()
    {
        var both = Stories.Assigned.When(As(CityOffice, Role.Responsible, Role.Importer), new AcknowledgeAssignment(Leg.Sole));
        both.ThenItHappens();
        both.Decision.Role.ShouldBe(Role.Importer);
        Stories.Assigned.When(As(CityOffice, Role.Responsible, Role.Coordinator), new AcknowledgeAssignment(Leg.Sole))
            .ThenRefused(HazardRefusals.NotYourLeg);
    }

    private static Actor RoleHolder(Body body, CommandRule rule) =>
        rule.Roles is [Role.Importer] ? As(body, Role.Importer) : As(body);
}
