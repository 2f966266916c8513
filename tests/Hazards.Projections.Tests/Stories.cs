using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections.Store;

namespace Hazards.Projections.Tests;

/// <summary>Tells random but valid stories: every event was decided by the domain. The same seed tells the same.</summary>
/// <param name="seed">The seed.</param>
/// <param name="begin">When the story begins.</param>
/// <param name="reportOneIn">One act in so many is a new report.</param>
/// <param name="eager">Half of the acts are what is due next, so that hazards come to their end.</param>
internal sealed class Stories(int seed, DateTimeOffset begin, int reportOneIn = 8, bool eager = false)
{
    private static readonly string[] Things = ["燃气管道阀门泄漏", "疏散通道堵塞", "尾矿库坝体渗水", "消防栓 CO2 失效", "配电箱100%过载", "宿舍_电线'老化'"];
    private readonly Random random = new(seed);
    private readonly Random goings = new(seed);
    private readonly List<HazardId> ids = [];

    public Dictionary<HazardId, Hazard> Hazards { get; } = [];

    /// <summary>The story's own clock: some hours pass with every step.</summary>
    public DateTimeOffset Now { get; private set; } = begin;

    /// <summary>The next append, with what it changes folded already.</summary>
    public Append Next()
    {
        Now = Now.AddMinutes(random.Next(10, 600));
        while (true)
        {
            if (Hazards.Count == 0 || random.Next(reportOneIn) == 0)
                return Report();
            var hazard = Hazards[ids[random.Next(ids.Count)]];
            if (Act(hazard) is { } append)
                return append;
        }
    }

    public Append Report(string? title = null, RegionCode? region = null)
    {
        var thing = Things[random.Next(Things.Length)];
        var report = new ReportHazard(
            One(Enum.GetValues<ReportSource>()), region ?? One([.. Town.Places]), One([.. Town.Sectors]),
            title ?? $"{thing}（{random.Next(1000)}）",
            $"{thing}，第{random.Next(100)}号，需要处理", One(Enum.GetValues<HazardKind>()),
            Place: Maybe() ? new Place("城关镇") : null, Enterprise: Maybe() ? new Enterprise("某燃气公司") : null);
        var id = new HazardId(new Guid(Bytes()));
        var act = Town.Act(Town.Offices[0], Now.AddHours(Maybe() ? -1 : -100), Now);
        return Take(null, id, Decider.Decide(report, null, act), act)!;
    }

    /// <summary>The hazard's region was wrong.</summary>
    public Append Corrected(HazardId id, RegionCode region)
    {
        var act = Town.Act(Town.Offices[0], Now, Now);
        var correct = new CorrectHazard(CorrectableField.Region, region.Value, "笔误");
        return Take(Hazards[id], id, Decider.Decide(correct, Hazards[id], act), act)!;
    }

    private byte[] Bytes()
    {
        var bytes = new byte[16];
        random.NextBytes(bytes);
        return bytes;
    }

    private Append? Act(Hazard hazard)
    {
        if (goings.Next(30) == 0 && Gone(hazard) is { } passed)
            return passed;
        if (goings.Next(15) == 0 && Rung(hazard) is { } rung)
            return rung;
        var leg = hazard.Legs.IsEmpty ? (Leg?)null : One([.. hazard.Legs.Keys]);
        if (eager && Maybe())
        {
            var (by, next) = Due(hazard, leg ?? Leg.Sole);
            var due = Town.Act(by, At(), Now);
            return Take(hazard, hazard.Id, Decider.Decide(next, hazard, due), due);
        }
        var ofLeg = random.Next(3) > 0 && leg is { } l ? hazard.Legs[l].Body : One([.. Town.Offices]);
        var act = Town.Act(ofLeg, At(), Now);
        var command = Command(hazard, leg ?? Leg.Sole);
        return Take(hazard, hazard.Id, Decider.Decide(command, hazard, act), act);
    }

    /// <summary>What had passed is noticed, and the ladder climbed; null when nothing had.</summary>
    public Append? Rung(Hazard hazard)
    {
        var events = Ring.On(hazard, Rulebook.Baseline, ChinaTime.DateAt(Now), Now, Town.Bodies);
        if (events.IsEmpty)
            return null;
        Hazards[hazard.Id] = events.Aggregate(hazard, (h, e) => Hazard.Apply(h.Id, h, e));
        return new Append([Told.Stream(hazard, Hazards[hazard.Id], events)], RecordedAt: Now);
    }

    private Append? Gone(Hazard hazard) =>
        hazard.Known().ToArray() is { Length: > 0 } parties ? Gone(hazard, parties[goings.Next(parties.Length)]) : null;

    /// <summary>
    /// One of its bodies is not there for it: what it owed passes on. Next time it may be another, and this one there again.
    /// </summary>
    public Append? Gone(Hazard hazard, BodyId gone)
    {
        var bodies = Town.Bodies.SetItem(gone, Town.Bodies[gone] with { Dissolved = true });
        var (after, events) = (hazard, new List<IHazardEvent>());
        var context = Clockwork.Context(Now, Entry.Prompt, Policy.NationalBaseline, WorkCalendar.Shipped);
        while (Succession.Next(after, Rulebook.Baseline, bodies, ChinaTime.DateAt(Now)) is { } next)
        {
            events.Add(next);
            after = Hazard.Apply(hazard.Id, after, new Happening(next, context));
        }
        if (events.Count == 0)
            return null;
        Hazards[hazard.Id] = after;
        return new Append([Told.Stream(hazard, after, events, context)], RecordedAt: Now);
    }

    private (BodyId By, IHazardCommand Command) Due(Hazard hazard, Leg leg)
    {
        var office = Town.Offices[0];
        return hazard.Stage switch
        {
            Stage.Reported => (office, Maybe() ? new VerifyHazard(Level.General) : new VerifyHazard(Level.Major, "判定标准第三条")),
            Stage.Verified => (office, new AssignHazard(Orders(hazard))),
            Stage.AwaitingClosure when hazard.Listing is not null => (hazard.Listing.By, new DelistHazard(DelistingGround.Accepted, "摘牌")),
            Stage.AwaitingClosure => (office, new CloseHazard()),
            Stage.Closed => (office, Maybe() ? new LookBack(LookbackResult.Holding, "看过") : new LookBack(
                LookbackResult.Recurred, "反弹", null, Orders(hazard))),
            Stage.Rejected or Stage.Merged => (office, new AddComment("批注")),
            _ => hazard.Legs[leg] switch
            {
                { Stage: LegStage.Returned } => (office, new ReassignLeg(leg, Order(hazard, leg).Body, Date(3, 40), "整改", "改派")),
                { Stage: LegStage.Assigned, Body: var body } => (body, new AcknowledgeAssignment(leg)),
                { Stage: LegStage.Rectifying, Plan: null, Body: var body } => (body, new SubmitPlan(
                    leg, Enum.GetValues<PlanPart>().ToImmutableSortedDictionary(p => p, p => "有"), random.Next(1, 300) / 10m)),
                { Stage: LegStage.Rectifying, Plan.Verdict: null } => (office, new ReviewPlan(leg, Verdict.Pass, "看过")),
                { Stage: LegStage.Rectifying, Body: var body } => (body, new DeclareCompletion(leg, "完成")),
                { Stage: LegStage.Declared, Failed: < 2 } when Maybe() => (office, Failing(leg)),
                _ => (office, new Reinspect(leg, Verdict.Pass, "看过")),
            },
        };
    }

    private IHazardCommand Command(Hazard hazard, Leg leg) => random.Next(31) switch
    {
        0 or 1 or 2 => Maybe() ? new VerifyHazard(Level.General) : new VerifyHazard(Level.Major, "判定标准第三条"),
        3 or 4 or 5 => new AssignHazard(Orders(hazard)),
        6 or 7 => new AcknowledgeAssignment(leg),
        8 => new SubmitPlan(leg, Enum.GetValues<PlanPart>().ToImmutableSortedDictionary(p => p, p => "有"), 1.50m),
        9 => new ReviewPlan(leg, Maybe() ? Verdict.Pass : Verdict.Fail, "看过"),
        10 or 11 => new DeclareCompletion(leg, "完成"),
        12 or 13 => random.Next(3) > 0 ? new Reinspect(leg, Verdict.Pass, "看过") : Failing(leg),
        14 or 15 => new CloseHazard(),
        16 => new LookBack(Maybe() ? LookbackResult.Holding : LookbackResult.Recurred, "看过", null, Maybe() ? Orders(hazard) : default),
        17 => new ListHazard(Maybe() ? ListingLevel.County : ListingLevel.Prefecture, Date(5, 60), "限期整改"),
        18 => new DelistHazard(One(Enum.GetValues<DelistingGround>()), "摘牌"),
        19 => new Urge("请抓紧", Maybe() && !hazard.Legs.IsEmpty ? leg : null),
        20 => new RequestExtension(leg, Date(30, 90), "雨季"),
        21 => new DecideExtension(leg, Maybe(), null, "看过"),
        22 => new ReturnAssignment(leg, "不属本单位"),
        23 => new ReassignLeg(leg, Order(hazard, leg).Body, Date(3, 40), "整改", "改派"),
        24 => new CorrectHazard(CorrectableField.Title, $"{One(Things)}更正{random.Next(100)}", "笔误"),
        25 => new CorrectHazard(CorrectableField.Region, One([.. Town.Places]).Value, "笔误"),
        26 => new FixOnTheSpot("当场处理"),
        27 => random.Next(4) == 0 ? new RejectHazard("不属实") : new AddComment("批注"),
        30 => new WithdrawAcceptance(leg, "又坏了", Maybe() ? Date(1, 30) : null),
        28 => Maybe() ? new SuspendProduction(true, "全部") : new RequestResumption(leg, "已处理"),
        _ => Maybe() ? new ReportProgress(leg, random.Next(101), "进展") : new ReopenHazard("反弹", Maybe() ? Orders(hazard) : default),
    };

    private Reinspect Failing(Leg leg) => new(leg, Verdict.Fail, "不合格", null, Maybe() ? Date(1, 30) : null);

    private ImmutableArray<LegOrder> Orders(Hazard hazard) =>
        Maybe() ? [Order(hazard, Leg.Sole)] : [Order(hazard, Leg.Territorial), Order(hazard, Leg.Sectoral)];

    private LegOrder Order(Hazard hazard, Leg leg)
    {
        var home = Town.County.Contains(hazard.Region);
        var body = leg switch
        {
            Leg.Territorial => home ? "county-government" : "other-government",
            Leg.Sectoral => "regulator",
            _ => home ? "gas-company" : "middle-school",
        };
        return new LegOrder(leg, BodyId.Parse(body), Date(0, 40), "整改", leg == Leg.Territorial ? BodyId.Parse("watchers") : null);
    }

    private DateOnly Date(int from, int to) => ChinaTime.DateAt(Now).AddDays(random.Next(from, to));

    // Some things are entered later than they happened, or are said to have.
    private DateTimeOffset At() => random.Next(6) == 0 ? Now.AddDays(-random.Next(1, 25)) : Now;

    private bool Maybe() => random.Next(2) == 0;

    private T One<T>(T[] of) => of[random.Next(of.Length)];

    private Append? Take(Hazard? before, HazardId id, Decision decision, Act act)
    {
        if (decision.Refusal is not null)
            return null;
        var context = act.Context(decision.Role);
        var after = before;
        foreach (var happened in decision.Events)
            after = Hazard.Apply(id, after, new Happening(happened, context));
        if (before is null)
            ids.Add(id);
        Hazards[id] = after!;
        return new Append([Told.Stream(before, after!, decision.Events, context)], RecordedAt: Now);
    }
}

/// <summary>Events as the log takes them.</summary>
internal static class Told
{
    /// <summary>As the service writes it: every event says in its own circumstances whom it was told.</summary>
    public static StreamAppend Stream(Hazard? before, Hazard after, IEnumerable<IHazardEvent> events, EventContext context) =>
        Stream(before, after, events.Select(e => new Happening(e, context)));

    public static StreamAppend Stream(Hazard? before, Hazard after, IEnumerable<Happening> events)
    {
        var (now, written, notices) = (before, new List<NewEvent>(), ImmutableArray.CreateBuilder<EventNotice>());
        foreach (var (happened, context) in events)
        {
            var next = Hazard.Apply(after.Id, now, new Happening(happened, context));
            var told = context with { Told = Telling.Of(happened, now, next, context) };
            written.Add(Event(happened, DomainJson.Write(told)));
            notices.Add(EventNotice.Of(written[^1].Id, happened, next, told));
            now = next;
        }

        return new StreamAppend(
            after.Id.StreamId, "hazard", before?.Version ?? 0, written,
            new PendingState.OfHazard(before, after, Rulebook.Baseline) { Notices = notices.ToImmutable() });
    }

    public static NewEvent Event(IDomainEvent happened, byte[]? headers = null) =>
        new(Guid.CreateVersion7(), happened, new EventHeaders(headers ?? "{}"u8.ToArray()));
}
