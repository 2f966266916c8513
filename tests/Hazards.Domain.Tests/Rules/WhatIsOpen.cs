using System.Collections.Immutable;
using Hazards.Domain.Codes;
using Hazards.Domain.Tests.Properties;
using static Hazards.Domain.Tests.Rules.World;

namespace Hazards.Domain.Tests.Rules;

/// <summary>What a caller is offered to do is what would be taken; what asks for it is said with its clause.</summary>
public sealed class WhatIsOpen
{
    // What a command is refused by before its own words are looked at. A field of its own says that it is the words.
    private static readonly ImmutableHashSet<string> NotAllowed =
    [
        HazardRefusals.Role.Code, HazardRefusals.StageForbids.Code, HazardRefusals.NotOpen.Code, HazardRefusals.LegStageForbids.Code,
        HazardRefusals.NotYourLeg.Code, HazardRefusals.OwnLeg.Code, HazardRefusals.NotAssigner.Code, HazardRefusals.NotLister.Code,
        HazardRefusals.OutsideRegion.Code,
        HazardRefusals.NotListed.Code, HazardRefusals.AlreadyListed.Code, HazardRefusals.AlreadyPublished.Code,
        HazardRefusals.AlreadyFiled.Code, HazardRefusals.NothingToPublish.Code,
        HazardRefusals.NoPlan.Code, HazardRefusals.NotSuspended.Code, HazardRefusals.AlreadySuspended.Code,
        HazardRefusals.NotRequested.Code, HazardRefusals.AlreadyRequested.Code,
        HazardRefusals.ExtensionNone.Code, HazardRefusals.ExtensionPending.Code, HazardRefusals.ExtensionTooMany.Code,
        HazardRefusals.ExtensionLate.Code,
        HazardRefusals.PlanRequired.Code, HazardRefusals.StillListed.Code, HazardRefusals.NotOnTheSpot.Code, BodyRefusals.Dissolved.Code,
    ];

    public static TheoryData<string> Commands => Examples.Names;

    [Theory, MemberData(nameof(Commands))]
    public void What_may_be_done_is_listed_for_who_may_do_it(string name)
    {
        var (given, by, command) = Examples.ByRule[name];
        var caller = command.Rule.Roles is [Role.Importer] ? As(by, Role.Importer) : As(by);
        Listed(given, caller, command).ShouldBeTrue();
        Listed(given, caller with { Roles = [] }, command).ShouldBeFalse();
        Listed(given, caller with { Body = by with { Dissolved = true } }, command).ShouldBeFalse();
    }

    [Theory, MemberData(nameof(Commands))]
    public void Whoever_is_not_offered_it_is_refused(string name)
    {
        var command = Examples.ByRule[name].Command;
        foreach (var stage in Enum.GetValues<Stage>())
            foreach (var body in Bodies.Values)
            {
                var (story, caller) = (Stories.At(stage), As(body));
                var outcome = story.When(caller, command);
                if (!Listed(story, caller, command))
                    outcome.Decision.Refusal.ShouldNotBeNull($"{stage} {body.Id}");
                else if (outcome.Decision.Refusal is { Field: null or "leg" } refusal)
                    NotAllowed.ShouldNotContain(refusal.Code, $"{stage} {body.Id}");
            }
    }

    [Fact]
    public void In_every_life_what_is_listed_is_taken_or_refused_for_its_words() => Lives.Check(60, 60, seeds =>
    {
        foreach (var order in Life.Of(seeds, Manner.Usual).Orders)
        {
            // A leg that there is not is a wrong word, where the leg is one.
            if (order.Decision.Refusal?.Reason == HazardRefusals.NoSuchLeg && order.Command.Rule.LegStages.IsEmpty)
                continue;
            var listed = Listed(order.Before, order.Act, order.Command);
            if (!listed)
                order.Decision.Refusal.ShouldNotBeNull(order.Command.ToString());
            else if (order.Decision.Refusal is { Field: null or "leg" } refusal)
                NotAllowed.ShouldNotContain(refusal.Code, order.Command.ToString());
        }
    });

    [Fact]
    public void In_every_life_whoever_owes_a_duty_can_do_it() => Lives.Check(60, 100, seeds =>
    {
        foreach (var order in Life.Of(seeds, Manner.Usual).Orders)
        {
            var (hazard, rules) = (order.After, Manner.Usual.Rules);
            // What is passed on is another's in the same append.
            if (order.Decision.Refusal is not null || Succession.IsNeeded(hazard, rules, Bodies))
                continue;
            foreach (var clock in Clocks.Open(hazard, rules))
            {
                var owner = clock.Body is { } named ? Bodies[named] : CountyOffice;
                var act = order.Act with
                {
                    By = As(owner), OccurredAt = order.Act.Now, Document = Paper, Calendar = rules.Calendar,
                };
                // Past what is entered with a date that is still to come, and a listing's publication that is counted from a later day.
                var last = new[] { act.Now, hazard.LastOccurredAt, clock.Since }.Max();
                act = act with { Now = last, OccurredAt = last };
                var does = DoneBy(clock, hazard, act);
                if (Decider.Decide(does, hazard, act).Refusal is { Field: null or "leg" or "occurredAt" } refusal)
                    Assert.Fail($"{refusal.Code} to {owner.Id} for {does} on {clock}");
                OpenSteps.Of(hazard, act, OpenSteps.Duties(hazard, owner, rules, act.Date), rules)
                    .ShouldContain(
                        s => s.Urgency == StepUrgency.Due && s.Rule == does.Rule && (s.Leg ?? clock.Leg) == clock.Leg, clock.ToString());
            }
        }
    });

    private static IHazardCommand DoneBy(Clock clock, Hazard hazard, Act act)
    {
        var (leg, day) = (clock.Leg ?? Leg.Sole, act.Date.AddDays(30));
        return clock.Kind switch
        {
            ClockKind.Verify => new VerifyHazard(Level.Major, "判定标准第五条"),
            ClockKind.Assign => new AssignHazard([Sole() with { Deadline = day }]),
            ClockKind.Rectify when hazard.Legs[leg].Stage == LegStage.Returned => new ReassignLeg(leg, OtherRegulator.Id, day, "整改", "改派"),
            ClockKind.Reassign => new ReassignLeg(leg, OtherRegulator.Id, day, "整改", "改派"),
            ClockKind.Acknowledge => new AcknowledgeAssignment(leg),
            ClockKind.Rectify when hazard.Legs[leg].Stage == LegStage.Assigned => new AcknowledgeAssignment(leg),
            ClockKind.Rectify => new ReportProgress(leg, 100, "进展"),
            ClockKind.Plan => new SubmitPlan(leg, SixParts, 10),
            ClockKind.ReviewPlan => new ReviewPlan(leg, Verdict.Pass, "同意"),
            ClockKind.DecideExtension => new DecideExtension(leg, false, null, "不同意"),
            ClockKind.Reinspect => new Reinspect(leg, Verdict.Pass, "合格", "张工"),
            ClockKind.ReviewResumption => new ReviewResumption(Verdict.Pass, "合格"),
            ClockKind.Publish => new PublishListing("陇南日报"),
            ClockKind.File => new FileListing(StateOffice.Id),
            ClockKind.PublishDelisting => new PublishDelisting("陇南日报"),
            ClockKind.Close => new CloseHazard(),
            ClockKind.Lookback => new LookBack(LookbackResult.Holding, "未反弹"),
            ClockKind.Reply => new AnswerNotice(leg, "回复"),
            ClockKind.Supervise => new RecordVisit("督查", leg),
            _ => throw new NotSupportedException(clock.Kind.ToString()),
        };
    }

    [Fact]
    public void A_duty_of_ones_own_is_due_with_its_clause()
    {
        var step = Open(Stories.Reported, As(CountyOffice)).First();
        (step.Rule, step.Urgency).ShouldBe((CommandRules.Verify, StepUrgency.Due));
        step.Duty.ShouldNotBeNull().Rule.Clause.ShouldBe("产品默认值");
        step.Duty.Clock.Due.ShouldBe(new DateOnly(2026, 3, 5));
    }

    [Fact]
    public void A_duty_of_another_body_may_be_done_but_is_not_due()
    {
        var step = Open(Stories.Reported, As(CityOffice)).Single(s => s.Rule == CommandRules.Verify);
        step.Urgency.ShouldBe(StepUrgency.Asked);
        step.Duty.ShouldNotBeNull().Own.ShouldBeFalse();
    }

    [Fact]
    public void Each_leg_has_its_own_steps()
    {
        Open(Stories.Dual, As(CountyGovernment)).Where(s => s.Rule == CommandRules.Acknowledge).Select(s => s.Leg)
            .ShouldBe([Leg.Territorial]);
        Open(Stories.Dual, As(GasRegulator)).Where(s => s.Rule == CommandRules.Acknowledge).Select(s => s.Leg).ShouldBe([Leg.Sectoral]);
        Open(Stories.DualDeclared, As(CountyOffice)).Where(s => s.Rule == CommandRules.Reinspect).Select(s => s.Leg)
            .ShouldBe([Leg.Territorial, Leg.Sectoral]);
    }

    [Fact]
    public void What_the_ladder_asks_for_is_due_and_may_be_declined()
    {
        var open = Open(Stories.Proposed, As(CountyOffice));
        var interview = open.Single(s => s.Rule == CommandRules.Interview);
        interview.Urgency.ShouldBe(StepUrgency.Due);
        interview.Proposed.ShouldNotBeNull().Missed.Due.ShouldBe(Deadline);
        open.Single(s => s.Rule == CommandRules.DeclineStep).Proposed.ShouldNotBeNull().Step.ShouldBe(SupervisionStep.Interview);
        Open(Stories.Proposed, As(Supervision)).ShouldNotContain(s => s.Rule == CommandRules.DeclineStep);
        Open(Stories.Proposed, As(Supervision)).Single(s => s.Rule == CommandRules.Interview).Urgency.ShouldBe(StepUrgency.Asked);
    }

    [Fact]
    public void A_seal_takes_what_it_freezes_off_the_list()
    {
        var (story, act) = (Stories.Reported, Stories.Reported.Act(As(CountyOffice)));
        var seal = new Seal(
            Guid.NewGuid(), new Enterprise("武都燃气公司"), Wudu, "燃爆事故调查", "调查组", story.Now, story.Now, CountyOffice.Id, "张工", null, null, 1);
        Rules(OpenSteps.Of(story.Then, act, [], Rulebook.Baseline)).ShouldContain(CommandRules.Reject);
        Rules(OpenSteps.Of(story.Then, act with { Seals = [seal] }, [], Rulebook.Baseline)).ShouldNotContain(CommandRules.Reject);
        Rules(OpenSteps.Of(story.Then, act with { Seals = [seal] }, [], Rulebook.Baseline)).ShouldContain(CommandRules.Verify);
    }

    private static IEnumerable<CommandRule> Rules(IEnumerable<OpenStep> steps) => steps.Select(s => s.Rule);

    private static ImmutableArray<OpenStep> Open(Story story, Actor caller)
    {
        var act = story.Act(caller);
        return OpenSteps.Of(story.Then, act, OpenSteps.Duties(story.Then, caller.Body, Rulebook.Baseline, act.Date), Rulebook.Baseline);
    }

    private static bool Listed(Story story, Actor caller, IHazardCommand command) => Listed(story.Then, story.Act(caller), command);

    private static bool Listed(Hazard hazard, Act act, IHazardCommand command) =>
        OpenSteps.Of(hazard, act, [], Rulebook.Baseline)
            .Any(s => s.Rule == command.Rule && (s.Leg is null || s.Leg == command.ConcernedLeg));
}
