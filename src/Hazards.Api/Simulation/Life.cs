using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Api.Simulation;

/// <summary>What somebody does next to a generated hazard, and when.</summary>
internal readonly record struct NextAct(DateTimeOffset At, Body By, Role Role, IHazardCommand Command, DocumentNumber? Document = null);

/// <summary>
/// In what proportions things happen to hazards. As they stand they follow the field's published figures: about 96 in 100
/// rectified, 3 in 1,000 major, two in five of the major ones listed, nearly half fixed on the spot.
/// </summary>
internal sealed record LifeShares
{
    public double Major { get; init; } = 0.006;

    /// <summary>Of the major ones.</summary>
    public double Listed { get; init; } = 0.41;

    /// <summary>Of the listed ones: by the county, the others by the prefecture.</summary>
    public double ListedByCounty { get; init; }

    public double OnTheSpot { get; init; } = 0.45;

    public double Dual { get; init; } = 0.20;

    public double NeverRectified { get; init; } = 0.03;

    public double Unfounded { get; init; } = 0.015;

    /// <summary>Handled by the prefecture's office instead of the county's.</summary>
    public double HandledAbove { get; init; }

    public double FailedReinspection { get; init; } = 0.07;

    /// <summary>Of the general ones; the major ones are all looked back at.</summary>
    public double LookedBack { get; init; } = 0.02;

    public double LookbackDays { get; init; } = 60;

    public double Recurred { get; init; } = 0.06;

    /// <summary>The shortest time for a major one, in days, and how many more at most.</summary>
    public (int Least, int More) MajorDays { get; init; } = (90, 60);

    public (int Least, int More) Days { get; init; } = (12, 25);

    /// <summary>Whether supervisors act by themselves; not: they are asked by the ladder.</summary>
    public bool Supervised { get; init; } = true;

    /// <summary>A leg from which nothing is heard once it has been assigned.</summary>
    public Leg? Silent { get; init; }

    /// <summary>Where it is found: a county or a registered township; null: anywhere.</summary>
    public RegionCode? In { get; init; }

    /// <summary>行业领域; null: any.</summary>
    public SectorCode? Sector { get; init; }

    /// <summary>Multiplies every delay.</summary>
    public double Slowness { get; init; } = 1;

    /// <summary>The same where there are two legs, which act one after the other.</summary>
    public double DualSlowness { get; init; } = 1;
}

/// <summary>
/// The life of one generated hazard: looks at its state and says who does what next, in the proportions of
/// <see cref="LifeShares"/>; some bodies are slow, some re-inspections fail, some closed hazards come back.
/// </summary>
internal sealed class Life
{
    private readonly LifeShares _shares;
    private readonly Prefecture _prefecture;
    private readonly County _county;
    private readonly Body _office;
    private readonly Body _supervision;
    private readonly Random _random;
    private readonly bool _major;
    private readonly bool _dual;
    private readonly bool _onTheSpot;
    private readonly bool _stuck;
    private readonly bool _unfounded;
    private readonly double _pace;
    private Body? _township;
    private Body? _owner;
    private int _listed;
    private bool _commented;

    public Life(Prefecture prefecture, int seed, int index, LifeShares? shares = null)
    {
        _shares = shares ?? new LifeShares();
        _prefecture = prefecture;
        _random = new Random(HashCode(seed, index));
        _county = _shares.In is { } place ? prefecture.Counties.First(c => c.Region.Contains(place)) : PickCounty();
        _major = Chance(_shares.Major);
        _dual = _major || Chance(_shares.Dual);
        _onTheSpot = !_major && Chance(_shares.OnTheSpot);
        _stuck = Chance(_shares.NeverRectified);
        _unfounded = Chance(_shares.Unfounded);
        _pace = _shares.Slowness * (_dual ? _shares.DualSlowness : 1) * (0.5 + _random.NextDouble()) / _county.Diligence;
        var above = _shares.HandledAbove > 0 && Chance(_shares.HandledAbove);
        (_office, _supervision) = above ? (prefecture.Office, prefecture.Supervision) : (_county.Office, _county.Supervision);
    }

    public (Body By, ReportHazard Report) Begin(int index)
    {
        var sector = _shares.Sector ?? _prefecture.PickSector(_random);
        var enterprise = _county.PickEnterprise(sector, _random);
        var (title, description, category) = Phrases.Pick(sector, _random);
        var source = Pick([ReportSource.SelfInspection, ReportSource.Inspection, ReportSource.Inspection, ReportSource.Enforcement, ReportSource.GridWorker, ReportSource.Hotline, ReportSource.Expert, ReportSource.Public]);
        _township = _county.Townships.IsEmpty
            ? null
            : _county.Townships.FirstOrDefault(t => t.Region == _shares.In) ?? Pick([.. _county.Townships]);
        var township = _township?.Region ?? RegionCode.Parse($"{_county.Region.Value}{100 + _random.Next(12):D3}");
        var report = new ReportHazard(
            source, township, sector, title, $"{enterprise.Name}：{description}",
            sector.Value is "forest_fire" or "flood_drought" or "geology" or "earthquake" ? HazardKind.NaturalDisaster : HazardKind.Safety,
            category, enterprise,
            new Place($"{(enterprise.Name.StartsWith(_county.Name, StringComparison.Ordinal) ? "" : _county.Name)}{enterprise.Name}{Pick(["一车间", "二车间", "仓库", "配电房", "储罐区", "施工现场", "宿舍楼", "调压站"])}"),
            new ExternalReference("seed", index.ToString("D8", System.Globalization.CultureInfo.InvariantCulture)),
            ReportedLevel: _major ? "重大" : Pick(["一般", "一般", "3级", "C"]));
        _owner = _county.Owners.FirstOrDefault(o => o.CreditCode == enterprise.CreditCode);
        return (ReporterOf(source), report);
    }

    /// <summary>Where townships and enterprises are registered they report for themselves.</summary>
    private Body ReporterOf(ReportSource source) => source switch
    {
        ReportSource.GridWorker when _township is { } township => township,
        ReportSource.SelfInspection when _owner is { } owner => owner,
        _ => _county.Office,
    };

    /// <summary>The next act on the hazard as it stands; null when nothing more happens to it.</summary>
    public NextAct? Next(Hazard hazard)
    {
        var after = hazard.LastOccurredAt;
        switch (hazard.Stage)
        {
            case Stage.Reported when _onTheSpot:
                return At(after, 0.05, _office, Role.Inspector, new FixOnTheSpot("检查人员在场监督，责任单位当场整改到位", "现场负责人"));
            case Stage.Reported when _unfounded:
                return At(after, 1, _office, Role.Coordinator, new RejectHazard("经现场核查，所报情况不存在"));
            case Stage.Reported:
                return At(
                    after, 0.7, _office, Role.Coordinator,
                    _major ? new VerifyHazard(Level.Major, "重大事故隐患判定标准第四条第二项", "现场核查属实") : new VerifyHazard(Level.General, null, "属实"));
            case Stage.Verified:
                return At(after, 0.6, _office, Role.Coordinator, at => new AssignHazard(Orders(hazard, at)));
            case Stage.Assigned or Stage.Rectifying or Stage.AwaitingAcceptance:
                return InHand(hazard, after);
            case Stage.AwaitingClosure when hazard.Listing is not null:
                return At(
                    after, 1.5, _prefecture.Find(hazard.Listing.By), Role.ListingAuthority,
                    new DelistHazard(DelistingGround.Accepted, "各责任方均已验收合格"), Paper("摘", after));
            case Stage.AwaitingClosure:
                return At(after, 0.8, _office, Role.Coordinator, new CloseHazard("验收合格，予以销号"));
            case Stage.Closed when hazard.Closure is { LookedBackAt: null, Ground: not ClosureGround.FixedOnTheSpot }
                && (_major || Chance(_shares.LookedBack)):
                return At(after, _shares.LookbackDays, _supervision, Role.Supervisor, at => Chance(_shares.Recurred) && hazard.Reopened == 0
                    ? new LookBack(LookbackResult.Recurred, "回头看发现隐患反弹", "督查组", Orders(hazard, at))
                    : new LookBack(LookbackResult.Holding, "未发现反弹", "督查组"));
            default:
                return null;
        }
    }

    private NextAct? InHand(Hazard hazard, DateTimeOffset after)
    {
        if (_major && hazard.Listing is null && _listed == 0 && hazard.Stage == Stage.Rectifying)
        {
            _listed = Chance(_shares.Listed) ? 1 : 2;
            var county = _shares.ListedByCounty > 0 && Chance(_shares.ListedByCounty);
            if (_listed == 1)
                return At(after, 2, county ? _county.Office : _prefecture.Office, Role.ListingAuthority,
                    at => new ListHazard(
                        county ? ListingLevel.County : ListingLevel.Prefecture, ChinaTime.DateAt(at).AddDays(120), "限期整改到位，按月报告进度",
                        "州政府门户网站"), Paper("挂", after));
        }
        var today = ChinaTime.DateAt(after);
        if (_shares.Supervised && hazard.Legs.Values.FirstOrDefault(l => l.Deadline < today && l.Stage < LegStage.Declared) is { } late
            && Supervise(late, after) is { } step)
            return step;
        // What waits for the office first; then the leg that is behind, and of two the one that has waited longest.
        foreach (var leg in hazard.Legs.Values.OrderByDescending(AwaitsOffice).ThenBy(l => l.Stage).ThenBy(l => l.Percent)
            .ThenBy(l => l.Since))
            if (leg.Leg != _shares.Silent && OnLeg(hazard, leg, after) is { } act)
                return act;
        return null;
    }

    private static bool AwaitsOffice(LegState leg) =>
        leg is { Stage: LegStage.Declared } or { Stage: LegStage.Rectifying, Plan.Verdict: null };

    private NextAct? Supervise(LegState late, DateTimeOffset after)
    {
        if (!late.Steps.ContainsKey(SupervisionStep.Urge))
            return At(after, 2, _supervision, Role.Supervisor, new Urge("整改已超期，请立即办理", late.Leg));
        if (!late.Steps.ContainsKey(SupervisionStep.Notice) && Chance(0.6))
            return At(after, 4, _supervision, Role.Supervisor, new IssueNotice("限七日内整改到位并书面报告", late.Leg), Paper("督", after));
        return !late.Steps.ContainsKey(SupervisionStep.Interview) && Chance(0.3)
            ? At(after, 7, _supervision, Role.Supervisor, new HoldInterview("主要负责人", "约谈要求立即整改", late.Leg))
            : null;
    }

    private NextAct? OnLeg(Hazard hazard, LegState leg, DateTimeOffset after)
    {
        var body = _prefecture.Find(leg.Body);
        switch (leg.Stage)
        {
            case LegStage.Assigned:
                return At(after, 0.5, body, Role.Responsible, new AcknowledgeAssignment(leg.Leg, "分管负责人"));
            case LegStage.Rectifying when leg.Plan is null && (_major || Chance(0.45)):
                return At(
                    after, 2.5, body, Role.Responsible, new SubmitPlan(leg.Leg, Phrases.Plan(_major), 0.5m + _random.Next(1, 400) / 10m));
            case LegStage.Rectifying when leg.Plan is { Verdict: null }:
                return At(after, 1.5, _office, Role.Coordinator, new ReviewPlan(leg.Leg, Verdict.Pass, "方案可行"));
            case LegStage.Rectifying when _stuck && leg.Percent >= 30:
                // Nothing more comes from this body; supervisors go on after the deadline, and then it stays overdue.
                var passed = ChinaTime.EndOf(leg.Deadline);
                return _shares.Supervised ? Supervise(leg, passed > after ? passed : after) : null;
            case LegStage.Rectifying when !_commented && Chance(0.1):
                _commented = true;
                return At(after, 1, _office, Role.Coordinator, new AddComment("已电话了解进展"));
            case LegStage.Rectifying when leg.Percent < 80:
                return At(
                    after, _major ? 18 : 4, body, Role.Responsible,
                    new ReportProgress(leg.Leg, Math.Min(100, leg.Percent + 30 + _random.Next(30)), "按方案推进", null));
            case LegStage.Rectifying:
                return At(
                    after, _major ? 10 : 3, body, Role.Responsible,
                    new DeclareCompletion(leg.Leg, "隐患部位已整改到位，附整改前后照片", 0.3m + _random.Next(1, 300) / 10m));
            case LegStage.Declared:
                return At(after, 2.5, _office, Role.Coordinator, at => leg.Failed < 2 && Chance(_shares.FailedReinspection)
                    ? new Reinspect(leg.Leg, Verdict.Fail, "整改不彻底，责令继续整改", "复查组", ChinaTime.DateAt(at).AddDays(25))
                    : new Reinspect(leg.Leg, Verdict.Pass, "整改到位", "复查组"));
            default:
                return null;
        }
    }

    private ImmutableArray<LegOrder> Orders(Hazard hazard, DateTimeOffset at)
    {
        var days = _major ? _shares.MajorDays : _shares.Days;
        var deadline = ChinaTime.DateAt(at).AddDays(days.Least + _random.Next(days.More));
        var regulator = _county.Regulators[hazard.Sector].Id;
        return _dual
            ?
            [
                new LegOrder(Leg.Territorial, (_township ?? _county.Government).Id, deadline, "属地政府督促企业按期整改", _supervision.Id),
                new LegOrder(Leg.Sectoral, regulator, deadline.AddDays(_random.Next(5)), "行业主管部门指导并监督整改", _office.Id),
            ]
            : [new LegOrder(Leg.Sole, _owner?.Id ?? regulator, deadline, "按期整改并报告", null, "科室负责人")];
    }

    private NextAct At(DateTimeOffset after, double days, Body by, Role role, IHazardCommand command, DocumentNumber? paper = null) =>
        At(after, days, by, role, _ => command, paper);

    /// <summary>The same for a command that names a deadline: it is counted from the act, not from the step before.</summary>
    private NextAct At(
        DateTimeOffset after, double days, Body by, Role role, Func<DateTimeOffset, IHazardCommand> command, DocumentNumber? paper = null)
    {
        // Delays are exponential around their mean, never under a minute.
        var delay = -Math.Log(1 - _random.NextDouble()) * days * _pace;
        var at = after + TimeSpan.FromMinutes(1) + TimeSpan.FromDays(Math.Min(delay, days * 6));
        return new NextAct(at, by, role, command(at), paper);
    }

    private DocumentNumber Paper(string kind, DateTimeOffset at) =>
        DocumentNumber.Parse($"州安委办{kind}〔{ChinaTime.DateAt(at).Year}〕{_random.Next(1, 10_000)}号");

    private County PickCounty()
    {
        var at = _random.NextDouble() * _prefecture.Counties.Sum(c => c.Weight);
        foreach (var county in _prefecture.Counties)
            if ((at -= county.Weight) <= 0)
                return county;
        return _prefecture.Counties[^1];
    }

    private bool Chance(double share) => _random.NextDouble() < share;

    private T Pick<T>(T[] from) => from[_random.Next(from.Length)];

    // Not System.HashCode: that one differs from process to process.
    private static int HashCode(int seed, int index) => unchecked((seed * 486187739 + index) * 16777619 ^ (index >> 7));
}
