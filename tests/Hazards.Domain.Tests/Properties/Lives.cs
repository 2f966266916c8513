using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Hazards.Domain.Codes;
using Hazards.Domain.Tests.Rules;
using static Hazards.Domain.Tests.Rules.World;

namespace Hazards.Domain.Tests.Properties;

/// <summary>One order in a life: what was asked, what came of it, and the hazard before and after.</summary>
internal sealed record Order(IHazardCommand Command, Act Act, Hazard Before, Decision Decision, Hazard After);

/// <summary>What the clock rang for in a life, and when.</summary>
internal sealed record Rang(DateTimeOffset At, Hazard Before, ImmutableArray<Happening> Events, Hazard After);

/// <summary>Under what and how a life is lived.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Amended">The calendar from the middle of the life on; before, it is the shipped one.</param>
/// <param name="LateOneIn">One act in so many is entered late.</param>
/// <param name="RegradeOneIn">One order in so many is a regrading, besides those among all others; 0: none is.</param>
internal sealed record Manner(Policy Policy, WorkCalendar Amended, int LateOneIn, int RegradeOneIn)
{
    /// <summary>A policy with every rule that moves or makes a clock, and a ladder the service climbs in part by itself.</summary>
    private static readonly Policy Lively = Policy.NationalBaseline with
    {
        Version = "lively@1",
        Clocks =
        [
            .. Policy.NationalBaseline.Clocks,
            new ClockRule(ClockKind.Publish, 5, "x", null, DayCount.Working),
            new ClockRule(ClockKind.File, 3, "x", null, DayCount.Working),
            new ClockRule(ClockKind.PublishDelisting, 5, "x", null, DayCount.Working),
        ],
        Publication = new PublicationRule(true, "x"),
        Stop = new StopRule(true, "x"),
        Supervision = [new SupervisionRule(Level.General, 10, "x", DayCount.Working), new SupervisionRule(Level.Major, 7, "x")],
        Ladder =
        [
            new LadderStep(1, SupervisionStep.Urge, StepMode.Automatic),
            new LadderStep(3, SupervisionStep.Notice, StepMode.Automatic) { Clocks = [ClockKind.Rectify, ClockKind.Acknowledge] },
            new LadderStep(5, SupervisionStep.Visit),
            new LadderStep(7, SupervisionStep.Interview, StepMode.Automatic, Count: DayCount.Working),
            new LadderStep(15, SupervisionStep.Criticism, StepMode.Automatic),
            new LadderStep(20, SupervisionStep.Escalation, StepMode.Automatic),
        ],
    };

    /// <summary>As most lives are.</summary>
    public static readonly Manner Usual = new(Lively, WorkCalendar.Shipped, 6, 0);

    /// <summary>
    /// Where what is due moves time and again, also to a day that has passed, and half of what is done is entered late: every duty's days
    /// depend on the level, regradings are frequent, and an amendment takes the holidays of 2026 away, so that working days pass sooner.
    /// </summary>
    public static readonly Manner Slovenly = new(
        Lively with
        {
            Version = "slovenly@1",
            Clocks =
            [
                .. Lively.Clocks,
                .. Lively.Clocks.Where(c => c.Level is null)
                .Select(c => c with { Level = Level.Major, Days = c.Days * 2, Count = DayCount.Working }),
            ],
        },
        WorkCalendar.Shipped.With(new CalendarYear(2026, new PolicySource("x"), [], [])), LateOneIn: 2, RegradeOneIn: 6);

    /// <summary>The rulebook before the calendar is amended.</summary>
    public Rulebook Before { get; } = new([new Adopted(Policy, RegionCode.Nation, DateOnly.MinValue, null)], WorkCalendar.Shipped);

    /// <summary>The rulebook in the end.</summary>
    public Rulebook Rules => Before with { Calendar = Amended };
}

/// <summary>A hazard's life under random orders by random callers, while the clock rings now and then.</summary>
internal sealed record Life(ImmutableArray<Happening> Story, ImmutableArray<Order> Orders)
{
    /// <summary>Every time the clock rang, or looked and found nothing.</summary>
    public ImmutableArray<Rang> Rings { get; init; } = [];

    /// <summary>Lives through one order per seed. Removing a seed or making it smaller gives a simpler life, so failures shrink.</summary>
    public static Life Of(int[] seeds) => Of(seeds, Manner.Usual);

    /// <summary>The same in another manner.</summary>
    public static Life Of(int[] seeds, Manner manner)
    {
        var story = Stories.Reported with { Policy = manner.Policy };
        var rules = manner.Before;
        var rings = ImmutableArray.CreateBuilder<Rang>();
        var orders = ImmutableArray.CreateBuilder<Order>();
        var hazard = story.Then;
        foreach (var (n, seed) in seeds.Index())
        {
            var dice = new Dice(seed, hazard, manner);
            story = story with { Now = story.Now.AddHours(dice.Next(72)) };
            if (n == seeds.Length / 2)
                rules = manner.Rules;
            if (Clockwork.Recount(hazard, rules, ChinaTime.DateAt(story.Now)) is { } recounted)
            {
                var happening = new Happening(recounted, Clockwork.Context(story.Now, Entry.Prompt, manner.Policy, rules.Calendar));
                story = story with { Events = story.Events.Add(happening) };
                hazard = Hazard.Apply(Id, hazard, happening);
                dice = dice.Before(hazard);
            }
            if (dice.Next(3) > 0)
            {
                var events = Ring.On(hazard, rules, ChinaTime.DateAt(story.Now), story.Now, Bodies);
                var rung = events.Aggregate(hazard, (h, e) => Hazard.Apply(Id, h, e));
                rings.Add(new Rang(story.Now, hazard, events, rung));
                story = story with { Events = story.Events.AddRange(events) };
                hazard = rung;
                dice = dice.Before(hazard);
            }
            var (by, command) = dice.Order(story.Now);
            var act = story.Act(by, dice.When(story.Now), paper: dice.Next(10) > 0) with { Calendar = rules.Calendar };
            var decision = Decider.Decide(command, hazard, act);
            var context = act.Context(decision.Role).EnteredBy(act.By.Body, hazard.Region);
            var after = decision.Events.Aggregate(hazard, (h, e) => Hazard.Apply(Id, h, new Happening(e, context)));
            orders.Add(new Order(command, act, hazard, decision, after));
            story = story.After(act, decision);
            hazard = after;
        }
        return new Life(story.Events, orders.ToImmutable()) { Rings = rings.ToImmutable() };
    }
}

/// <summary>Random lives for what must always hold.</summary>
internal static class Lives
{
    // As many lives as a quick suite can bear; more when asked: HAZARDS_LIVES=10000.
    private static readonly int? Asked = int.TryParse(Environment.GetEnvironmentVariable("HAZARDS_LIVES"), out var lives) ? lives : null;

    /// <summary>Checks it for so many lives of at most so many orders.</summary>
    public static void Check(int longest, int lives, Action<int[]> holds) =>
        Prop.ForAll(Seeds(longest), seeds =>
        {
            holds(seeds);
            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(Asked ?? lives));

    private static Arbitrary<int[]> Seeds(int longest) => Arb.From(
        Gen.Choose(1, longest).SelectMany(length => Gen.Choose(0, int.MaxValue - 1).ArrayOf(length)),
        seeds => seeds.Length == 0 ? [] : Shorter(seeds));

    // A failing life is made simpler by leaving out its end, its beginning and then single orders.
    private static IEnumerable<int[]> Shorter(int[] seeds)
    {
        yield return seeds[..(seeds.Length / 2)];
        yield return seeds[(seeds.Length / 2)..];
        for (var i = seeds.Length - 1; i >= 0 && seeds.Length > 1; i--)
            yield return [.. seeds[..i], .. seeds[(i + 1)..]];
    }
}

/// <summary>
/// Throws orders: mostly such as make sense where the hazard stands, by bodies that might give them, and often enough others.
/// </summary>
internal sealed class Dice(Random random, Hazard hazard, Manner manner)
{
    private static readonly Body[] Everybody = [.. Bodies.Values.OrderBy(b => b.Id.Value, StringComparer.Ordinal)];
    // Neighbouring seeds give Random much the same beginning; scattered ones do not.
    public Dice(int seed, Hazard hazard, Manner manner) : this(
        new Random(unchecked((int)((uint)(seed + 1) * 2654435761u))), hazard, manner) { }

    public int Next(int below) => random.Next(below);

    /// <summary>The same dice, when something has happened meanwhile.</summary>
    public Dice Before(Hazard now) => new(random, now, manner);

    /// <summary>Now, or some days before: late entries are legal.</summary>
    public DateTimeOffset When(DateTimeOffset now) => Next(manner.LateOneIn) == 0 ? now.AddHours(-Next(500)) : now;

    public (Actor By, IHazardCommand Command) Order(DateTimeOffset now)
    {
        var command = Command(
            DateOnly.FromDateTime(now.Date), Pick(hazard.Legs.Keys.DefaultIfEmpty(Pick(Enum.GetValues<Leg>())).ToArray()));
        return (By(command), command);
    }

    private Actor By(IHazardCommand command)
    {
        var body = Next(4) == 0 ? Pick(Everybody) : command.Rule.Relation switch
        {
            Relation.LegBody when command.ConcernedLeg is { } leg && hazard.Legs.TryGetValue(leg, out var state) => Bodies[state.Body],
            Relation.Lister when hazard.Listing is { } listing => Bodies[listing.By],
            _ => Pick(CountyOffice, CityOffice, Emergency, CountyOffice),
        };
        return Next(5) switch
        {
            0 => As(body, Pick(Enum.GetValues<Role>())),
            1 => As(body, Role.Importer),
            _ => As(body, [.. OwnRoles]),
        };
    }

    private IHazardCommand Command(DateOnly today, Leg leg)
    {
        if (hazard.Legs.Values.FirstOrDefault(l => l.Request is not null) is { } asking && Next(3) == 0)
            return new DecideExtension(asking.Leg, Next(2) > 0, null, "意见");
        if (manner.RegradeOneIn > 0 && Next(manner.RegradeOneIn) == 0)
            return new RegradeHazard(hazard.Level == Level.Major ? Level.General : Level.Major, "复核", "判定标准第五条");
        var names = Next(5) == 0 ? CommandRules.All : CommandRules.All.Where(r => r.Stages.Contains(hazard.Stage)).ToImmutableArray();
        var verdict = Pick(Verdict.Pass, Verdict.Pass, Verdict.Fail);
        var day = today.AddDays(Next(90) - 3);
        return Pick(names).Name switch
        {
            "record_ledger_row" => new RecordLedgerRow(
                "台账", Next(9) == 0 ? default : Sha256Digest.Of("台账"u8), "Sheet1", 1, Sha256Digest.Of([(byte)Next(3)]), "已整改",
                [new("序号", "A1", "1")], []),
            "withdraw_imported" when Next(5) == 0 => new WithdrawImported(Guid.Empty, "列映射有误"),
            "verify" => new VerifyHazard(Pick(Enum.GetValues<Level>()), "判定标准第五条"),
            "regrade" => new RegradeHazard(Pick(Enum.GetValues<Level>()), "复核", "判定标准第五条"),
            "reject" when Next(3) == 0 => new RejectHazard("不属实"),
            "merge" when Next(3) == 0 => new MergeHazard(OtherId, "同一处") { Target = Next(5) == 0 ? null : hazard with { Id = OtherId } },
            "fix_on_the_spot" when Next(3) == 0 => new FixOnTheSpot("当场整改"),
            "fix_by_own_check" when Next(3) == 0 => new FixByOwnCheck("自行整改"),
            "withdraw_fix" => new WithdrawFix("误登"),
            "withdraw_acceptance" when Next(3) == 0 => new WithdrawAcceptance(leg, "又坏了", Next(2) == 0 ? day : null),
            "assign" => new AssignHazard(Orders(day)),
            "acknowledge" => new AcknowledgeAssignment(leg),
            "return" when Next(2) == 0 => new ReturnAssignment(leg, "不属本单位"),
            "reassign" => new ReassignLeg(leg, Pick(Everybody).Id, day, "整改", "调整", Next(3) == 0 ? Pick(Everybody).Id : null),
            "submit_plan" => new SubmitPlan(leg, SixParts, 10, Next(5) == 0 ? "档案室" : null),
            "review_plan" => new ReviewPlan(leg, verdict, "意见"),
            "take_interim_measures" => new TakeInterimMeasures(leg, "警戒"),
            "suspend_production" => new SuspendProduction(Next(2) == 0, "供气"),
            "request_resumption" => new RequestResumption(leg, "已检测"),
            "review_resumption" => new ReviewResumption(verdict, "现场"),
            "report_progress" => new ReportProgress(leg, Next(110), "进展", Next(100)),
            "request_extension" => new RequestExtension(
                leg, (hazard.Legs.GetValueOrDefault(leg)?.Deadline ?? day).AddDays(Next(45)), "材料未到"),
            "decide_extension" => new DecideExtension(leg, Next(2) > 0, Next(2) == 0 ? day.AddDays(20) : null, "意见"),
            "declare_completion" or "return" => new DeclareCompletion(leg, "完成"),
            "reinspect" => new Reinspect(leg, verdict, "结果", null, Next(3) == 0 ? day : null),
            "list" => new ListHazard(Pick(Enum.GetValues<ListingLevel>()), day, "限期整改"),
            "delist" => new DelistHazard(Pick(Enum.GetValues<DelistingGround>()), "摘牌"),
            "publish_listing" => new PublishListing(Next(2) == 0 ? "陇南日报" : "政府网站"),
            "file_listing" => new FileListing(Pick(CityOffice, ProvinceOffice, StateOffice).Id),
            "publish_delisting" => new PublishDelisting(Next(2) == 0 ? "陇南日报" : "政府网站"),
            "name_supervisor" => new NameSupervisor(leg, Pick(Everybody).Id, "督办"),
            "decline_step" => Decline(),
            "urge" => new Urge("抓紧", Maybe(leg)),
            "issue_notice" => new IssueNotice("整改", Maybe(leg), Next(3) == 0 ? null : today.AddDays(Next(20) - 2)),
            "answer_notice" => new AnswerNotice(leg, "回复", Next(4) == 0 ? Paper : null),
            "visit" => new RecordVisit("督查", Maybe(leg)),
            "escalate" => new Escalate(Pick(Everybody).Id, "久拖不决"),
            "interview" => new HoldInterview("负责人", "约谈", Maybe(leg)),
            "criticise" => new CirculateCriticism("通报", Maybe(leg)),
            "expose" => new Expose("日报", "曝光"),
            "penalise" => new ImposePenalty("公司", "罚款", 5),
            "refer" => new ReferToJustice("公安", "移送"),
            "close" => new CloseHazard(null, Next(4) == 0),
            "look_back" => new LookBack(Pick(Enum.GetValues<LookbackResult>()), "回头看", null, Next(2) == 0 ? Orders(day) : default),
            "reopen" => new ReopenHazard("反弹", Next(2) == 0 ? Orders(day) : default),
            "correct" => new CorrectHazard(
                Pick(Enum.GetValues<CorrectableField>()), Pick(null, "更正后", "91620000MA73XXXX", "621202", "6212021", "city_gas"), "更正"),
            "record_witness" => new RecordWitness("孙某某") { Seal = Story.Seal },
            _ => new AddComment("批注"),
        };
    }

    private DeclineStep Decline()
    {
        var asked = hazard.Missed.Where(m => !m.Proposed.IsEmpty).ToArray();
        return asked.Length == 0
            ? new DeclineStep(SupervisionStep.Visit, ClockKind.Rectify, new DateOnly(2026, 4, 1), "不必")
            : Of(Pick(asked));

        static DeclineStep Of(MissedClock missed) => new(missed.Proposed[0], missed.Kind, missed.Due, "不必", missed.Leg);
    }

    private ImmutableArray<LegOrder> Orders(DateOnly day) => Next(6) switch
    {
        0 => [Sole() with { Deadline = day }],
        1 => [Sole(Pick(Everybody))],
        2 => [Territorial(Pick(Everybody)), Sectoral(Pick(Everybody)) with { Deadline = day }],
        _ => [Territorial() with { Deadline = day }, Sectoral()],
    };

    private Leg? Maybe(Leg leg) => Next(3) == 0 ? null : leg;

    private T Pick<T>(params IReadOnlyList<T> of) => of[Next(of.Count)];
}
