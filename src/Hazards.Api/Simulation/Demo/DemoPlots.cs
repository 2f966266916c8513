using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Api.Simulation.Demo;

/// <summary>A turn in a hazard's life: who does what, if its time has come.</summary>
internal delegate NextAct? Turn(Hazard hazard, DemoScene scene);

/// <summary>What makes a demonstration's hazard other than most: how its life goes, and turns, each taken once and in order.</summary>
internal sealed record DemoPlot(string Name, LifeShares Shares, params ImmutableArray<Turn> Turns)
{
    /// <summary>补录: reported days after it was found.</summary>
    public bool Late { get; init; }

    /// <summary>In every other round only: what stays overdue for months is rare.</summary>
    public bool Rare { get; init; }

    /// <summary>A title as long as lists have them now and then.</summary>
    public bool LongTitle { get; init; }
}

/// <summary>Where a hazard's turns take place.</summary>
/// <param name="Prefecture">The prefecture.</param>
/// <param name="Random">The hazard's own chance.</param>
/// <param name="Other">An open hazard of a county with much still to be done, other than this one.</param>
internal sealed record DemoScene(Prefecture Prefecture, Random Random, Func<RegionCode, HazardId, HazardId?> Other)
{
    public County CountyOf(Hazard hazard) => Prefecture.Counties.First(c => c.Region.Contains(hazard.Region));

    /// <summary>A regulator that answers for none of the hazard's legs: it may enforce.</summary>
    public Body EnforcerOf(Hazard hazard) =>
        CountyOf(hazard).Regulators.Values.OrderBy(r => r.Id.Value, StringComparer.Ordinal).First(r => hazard.Legs.Values.All(l =>
            l.Body != r.Id));

    public NextAct At(Hazard hazard, double days, Body by, Role role, IHazardCommand command, string? paper = null)
    {
        var at = hazard.LatestOccurredAt + TimeSpan.FromMinutes(10) + TimeSpan.FromDays(days * (0.5 + Random.NextDouble()));
        var number = paper is null ? default(DocumentNumber?)
            : DocumentNumber.Parse($"{paper}〔{ChinaTime.DateAt(at).Year}〕{Random.Next(1, 200)}号");
        return new NextAct(at, by, role, command, number);
    }
}

/// <summary>The plots of a demonstration: among any hundred and fifty hazards in a row each happens at least once.</summary>
internal static class DemoPlots
{
    private const int Cycle = 150;

    private static readonly LifeShares Usual = new()
    {
        Major = 0.03, Listed = 0.5, ListedByCounty = 0.5, OnTheSpot = 0.3, NeverRectified = 0.005, HandledAbove = 0.06,
        LookedBack = 0.1, LookbackDays = 18, Recurred = 0.12, MajorDays = (40, 60), Days = (28, 40), Supervised = false, Slowness = 1,
            DualSlowness = 0.55,
    };

    private static readonly LifeShares Lasting = Usual with { OnTheSpot = 0, Unfounded = 0, NeverRectified = 0 };
    private static readonly LifeShares Major = Lasting with { Major = 1, Listed = 0 };
    private static readonly RegionCode Jishou = RegionCode.Parse("433101");
    private static readonly RegionCode Aizhai = RegionCode.Parse("433101100");

    private static readonly DemoPlot Ordinary = new("ordinary", Usual);

    // Overdue by days.
    private static readonly DemoPlot Behind = new("behind", Lasting with { Days = (9, 8), Slowness = 1.1, Dual = 0.5 });

    // The long ones first: in a short demonstration they have the most time.
    private static readonly ImmutableArray<DemoPlot> Told =
    [
        new("overdue", Lasting with { NeverRectified = 1, Days = (6, 3), Slowness = 0.5, HandledAbove = 0.4 }) { Rare = true },
        new("listed", Major with { Listed = 1, ListedByCounty = 0, Slowness = 0.6 }),
        new("silent", Lasting with { Dual = 1, Silent = Leg.Sectoral, Days = (8, 20) }) { Rare = true },
        new("suspended", Major with { Slowness = 0.4 }, Interim, Suspend, ApplyToResume, Resume),
        new("overdueMajor", Major with { NeverRectified = 1, MajorDays = (6, 6), Slowness = 0.5 }) { Rare = true },
        new("recurred", Lasting with { LookedBack = 1, LookbackDays = 4, Recurred = 1, Dual = 0, Slowness = 0.2 }),
        new("townsDesk", Lasting with { In = Aizhai, Dual = 1, Sector = SectorCode.Parse("construction"), Slowness = 1.5 }),
        new("failed", Lasting with { FailedReinspection = 1, Slowness = 0.4 }),
        new("listedByCounty", Major with { Listed = 1, ListedByCounty = 1, Slowness = 0.6 }),
        new("refused", Lasting with { Dual = 0, Days = (25, 10), Slowness = 0.5 }, AskForTime, RefuseTime),
        new("delisted", Major with { Listed = 1, Slowness = 0.12 }),
        new("granted", Lasting with { Dual = 0, Days = (20, 10), Slowness = 0.5 }, AskForTime, GrantTime),
        new("returned", Lasting with { Slowness = 0.5 }, Return, Reassign),
        new("planFailed", Major with { Slowness = 0.4 }, FailPlan, PlanAgain),
        new("silentTown", Lasting with { Dual = 1, Silent = Leg.Territorial, In = Aizhai, Slowness = 0.7 }) { Rare = true },
        new("penalised", Major with { MajorDays = (12, 20), Slowness = 0.9 }, Penalise, Expose, Refer) { Rare = true },
        new("visited", Lasting with { Dual = 0, Slowness = 0.6 }, NameSupervisor, Visit),
        new("enterprisesDesk", Lasting with { In = Jishou, Dual = 0, Sector = SectorCode.Parse("city_gas"), Slowness = 1.4 }),
        new("stillSuspended", Major with { Slowness = 1.2 }, Suspend, ApplyToResumeWhenDone, Resume),
        new("escalated", Lasting with { Dual = 1, Slowness = 0.8 }, Escalate),
        new("regraded", Major with { Slowness = 0.6 }, Regrade),
        new("regulatorsDesk", Lasting with { In = Jishou, Dual = 1, Sector = SectorCode.Parse("construction") }),
        new("corrected", Lasting with { Slowness = 0.6 }, Correct, Comment),
        new("flood", Lasting with { Sector = SectorCode.Parse("geology"), Dual = 1, Slowness = 0.6 }),
        new("held", Lasting with { LookedBack = 1, LookbackDays = 6, Recurred = 0, Slowness = 0.3 }),
        new("merged", Lasting with { Slowness = 0.4 }, Merge),
        new("rejected", Usual with { OnTheSpot = 0, Unfounded = 1, Slowness = 0.5 }),
        Behind, new("late", Usual) { Late = true }, Behind,
        new("above", Lasting with { HandledAbove = 1, Dual = 1 }),
        new("longTitle", Lasting) { LongTitle = true },
        new("lateAbove", Lasting with { HandledAbove = 1, Dual = 0 }) { Late = true },
        new("enterprisesDesk", Lasting with { In = Jishou, Dual = 0, Sector = SectorCode.Parse("city_gas"), Slowness = 1.4 }),
        new("townsDesk", Lasting with { In = Aizhai, Dual = 1, Slowness = 1.2 }),
    ];

    // What those who log in have on their desks at the end.
    private static readonly ImmutableArray<DemoPlot> Desks = [.. Told.Where(t =>
        t.Name is "townsDesk" or "enterprisesDesk" or "regulatorsDesk" or "above")];

    /// <summary>The plot of the hazard found as the nth of so many.</summary>
    public static DemoPlot Of(int index, int hazards)
    {
        if (hazards - index <= Math.Max(16, hazards / 20) && index % 2 == 0)
            return Desks[index / 2 % Desks.Length];
        var at = index % Cycle;
        // Two of three hazards have one, until all are told.
        var told = at / 3 * 2 + at % 3;
        return at % 3 < 2 && told < Told.Length && Told[told] is var plot && !(plot.Rare && index / Cycle % 2 == 1) ? plot : Ordinary;
    }

    private static LegState? LegAt(Hazard hazard, params ReadOnlySpan<LegStage> stages)
    {
        foreach (var leg in hazard.Legs.Values)
            if (stages.Contains(leg.Stage))
                return leg;
        return null;
    }

    private static NextAct? Interim(Hazard hazard, DemoScene scene) => LegAt(hazard, LegStage.Rectifying) is { } leg
        ? scene.At(hazard, 0.2, scene.Prefecture.Find(leg.Body), Role.Responsible, new TakeInterimMeasures(leg.Leg,
            "已设置警戒区域，安排专人值守，撤出危险区域人员"))
        : null;

    private static NextAct? Suspend(Hazard hazard, DemoScene scene) => hazard.Stage == Stage.Rectifying && hazard.Listing is null
        ? scene.At(hazard, 0.5, scene.EnforcerOf(hazard), Role.Enforcer, new SuspendProduction(false, "隐患所涉区域和设备停止使用，未经复查合格不得恢复"), "执法停")
        : null;

    private static NextAct? ApplyToResume(Hazard hazard, DemoScene scene) =>
        hazard.Suspension is not null && hazard.Legs.Values.FirstOrDefault(l => l.Percent >= 50
            && l.Stage >= LegStage.Rectifying) is { } leg ? ToResume(hazard, leg, scene) : null;

    private static NextAct? ApplyToResumeWhenDone(Hazard hazard, DemoScene scene) =>
        hazard.Suspension is not null && hazard.Stage == Stage.AwaitingClosure ? ToResume(hazard, hazard.Legs.Values.First(), scene) : null;

    private static NextAct ToResume(Hazard hazard, LegState leg, DemoScene scene) =>
        scene.At(hazard, 0.5, scene.Prefecture.Find(leg.Body), Role.Responsible, new RequestResumption(leg.Leg, "隐患部位已整改，自查合格，申请恢复生产经营"));

    private static NextAct? Resume(Hazard hazard, DemoScene scene) => hazard.Suspension is { RequestedAt: not null } suspension
        ? scene.At(hazard, 3, scene.Prefecture.Find(suspension.By), Role.Enforcer, new ReviewResumption(Verdict.Pass, "现场审查符合恢复条件"))
        : null;

    private static NextAct? AskForTime(Hazard hazard, DemoScene scene) =>
        LegAt(hazard, LegStage.Rectifying) is { Request: null, Percent: > 0 } leg
            && leg.Deadline >= ChinaTime.DateAt(hazard.LatestOccurredAt).AddDays(4)
            ? scene.At(hazard, 0.4, scene.Prefecture.Find(leg.Body), Role.Responsible, new RequestExtension(leg.Leg,
                leg.Deadline.AddDays(20), "施工图审查和设备采购周期较长，申请延期二十日"))
            : null;

    private static NextAct? GrantTime(Hazard hazard, DemoScene scene) => Decide(hazard, scene, grant: true);

    private static NextAct? RefuseTime(Hazard hazard, DemoScene scene) => Decide(hazard, scene, grant: false);

    private static NextAct? Decide(Hazard hazard, DemoScene scene, bool grant) => hazard.Legs.Values.FirstOrDefault(l =>
        l.Request is not null) is { } leg
        ? scene.At(hazard, 1.5, scene.Prefecture.Find(leg.AssignedBy), Role.Coordinator, new DecideExtension(leg.Leg, grant, grant
            ? leg.Request!.To : null, grant ? "同意延期，其间落实管控措施" : "理由不充分，按原期限整改"))
        : null;

    private static NextAct? Return(Hazard hazard, DemoScene scene) => LegAt(hazard, LegStage.Assigned) is { } leg
        ? scene.At(hazard, 0.4, scene.Prefecture.Find(leg.Body), Role.Responsible, new ReturnAssignment(leg.Leg, "经核对，该隐患不属本单位职责范围，建议改派"))
        : null;

    private static NextAct? Reassign(Hazard hazard, DemoScene scene)
    {
        if (LegAt(hazard, LegStage.Returned) is not { } leg)
            return null;
        var county = scene.CountyOf(hazard);
        var regulator = county.Regulators[hazard.Sector];
        var to = leg.Leg == Leg.Territorial || leg.Body == regulator.Id ? county.Government : regulator;
        return scene.At(hazard, 0.6, scene.Prefecture.Find(leg.AssignedBy), Role.Coordinator,
            new ReassignLeg(leg.Leg, to.Id, ChinaTime.DateAt(hazard.LatestOccurredAt).AddDays(25), "请立即组织整改", "经核定，由该单位负责整改"));
    }

    private static NextAct? FailPlan(Hazard hazard, DemoScene scene) => hazard.Legs.Values.FirstOrDefault(l =>
        l.Plan is { Verdict: null }) is { } leg
        ? scene.At(hazard, 1, scene.Prefecture.Find(leg.AssignedBy), Role.Coordinator, new ReviewPlan(leg.Leg, Verdict.Fail,
            "方案未明确整改期间的防范措施和应急预案，退回修改"))
        : null;

    private static NextAct? PlanAgain(Hazard hazard, DemoScene scene) => hazard.Legs.Values.FirstOrDefault(l =>
        l is { Stage: LegStage.Rectifying, Plan.Verdict: Verdict.Fail }) is { } leg
        ? scene.At(hazard, 2, scene.Prefecture.Find(leg.Body), Role.Responsible, new SubmitPlan(leg.Leg, Phrases.Plan(major: true), 12.8m))
        : null;

    private static NextAct? Penalise(Hazard hazard, DemoScene scene) => hazard.Stage == Stage.Rectifying
        ? scene.At(hazard, 3, scene.EnforcerOf(hazard), Role.Enforcer, new ImposePenalty(hazard.Enterprise?.Name ?? "责任单位",
            "未按规定消除事故隐患，责令改正并处罚款", 5m), "执法罚")
        : null;

    private static NextAct? Expose(Hazard hazard, DemoScene scene) => hazard.Stage == Stage.Rectifying
        ? scene.At(hazard, 2, scene.CountyOf(hazard).Supervision, Role.Supervisor, new Expose("团结报", "拒不整改重大事故隐患典型案例"))
        : null;

    private static NextAct? Refer(Hazard hazard, DemoScene scene) => hazard.Stage == Stage.Rectifying
        ? scene.At(hazard, 3, scene.EnforcerOf(hazard), Role.Enforcer, new ReferToJustice($"{scene.CountyOf(hazard).Name}公安局",
            "涉嫌危险作业罪，移送审查"), "执法移")
        : null;

    private static NextAct? NameSupervisor(Hazard hazard, DemoScene scene) => LegAt(hazard, LegStage.Rectifying) is { Supervisor: null } leg
        ? scene.At(hazard, 0.5, scene.Prefecture.Find(leg.AssignedBy), Role.Coordinator, new NameSupervisor(leg.Leg,
            scene.Prefecture.Supervision.Id, "列入州级重点督办"))
        : null;

    private static NextAct? Visit(Hazard hazard, DemoScene scene) => hazard.Stage == Stage.Rectifying
        ? scene.At(hazard, 1, scene.Prefecture.Supervision, Role.Supervisor, new RecordVisit("现场检查整改进度，要求倒排工期、落实防范措施", null, "州政府督查组"))
        : null;

    private static NextAct? Escalate(Hazard hazard, DemoScene scene) => hazard.Stage == Stage.Rectifying
        ? scene.At(hazard, 2, scene.CountyOf(hazard).Supervision, Role.Supervisor, new Escalate(scene.Prefecture.Office.Id,
            "涉及多个部门，县级协调困难，提请州级督办"))
        : null;

    private static NextAct? Regrade(Hazard hazard, DemoScene scene) => hazard is { Stage: Stage.Rectifying, Level: Level.Major,
        Listing: null }
        ? scene.At(hazard, 2, scene.CountyOf(hazard).Office, Role.Coordinator, new RegradeHazard(Level.General, "经专家论证，不符合重大事故隐患判定标准"))
        : null;

    private static NextAct? Correct(Hazard hazard, DemoScene scene) => hazard.Stage is Stage.Assigned or Stage.Rectifying
        ? scene.At(hazard, 0.5, scene.CountyOf(hazard).Office, Role.Coordinator, new CorrectHazard(CorrectableField.Title,
            $"{hazard.Title}（更正）", "上报时标题有误，经核对更正"))
        : null;

    private static NextAct? Comment(Hazard hazard, DemoScene scene) => hazard.IsOpen
        ? scene.At(hazard, 1, scene.CountyOf(hazard).Office, Role.Coordinator, new AddComment("已电话了解进展，要求本周内报送阶段性照片"))
        : null;

    private static NextAct? Merge(Hazard hazard, DemoScene scene)
    {
        var county = scene.CountyOf(hazard);
        return hazard.Stage is Stage.Reported or Stage.Verified && scene.Other(county.Region, hazard.Id) is { } other
            ? scene.At(hazard, 0.1, county.Office, Role.Coordinator, new MergeHazard(other, "与在办隐患为同一部位、同一问题，合并办理"))
            : null;
    }
}
