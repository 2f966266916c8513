using System.Globalization;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Api.Simulation.Demo;

/// <summary>The campaigns and the special period of the demonstration: one ended, one going on.</summary>
internal sealed class DemoDrives(DemoStores stores, DemoPlan plan)
{
    private static readonly (string Name, int Month, int Day, int Days)[] Periods =
        [("元旦特殊时段", 12, 30, 5), ("春节特殊时段", 2, 10, 15), ("全国两会特殊时段", 3, 3, 11), ("清明节特殊时段", 4, 3, 4), ("五一假期特殊时段", 4, 29, 7), ("端午节特殊时段",
            6, 8, 5), ("暑期旅游特殊时段", 7, 20, 15), ("国庆节特殊时段", 9, 28, 11)];

    private readonly List<(OpenCampaign Open, bool Opened)> _drives = [];

    /// <summary>The campaign that a visit on this day is made in.</summary>
    public Guid? CampaignOf(SectorCode sector, DateOnly day)
    {
        lock (_drives)
            foreach (var (open, opened) in _drives)
                if (opened && open.Kind == CampaignKind.Campaign && open.From <= day && day <= open.To && open.Sectors.Contains(sector))
                    return open.Id;
        return null;
    }

    public IEnumerable<(DemoAct Act, DateTimeOffset At)> All()
    {
        var (begin, middle, last) = (plan.First.AddDays(1), plan.First.AddDays(plan.Days / 2), plan.Last);
        foreach (var (open, number) in new[]
        {
            Campaign("城镇燃气和消防安全专项整治行动", CampaignKind.Campaign, begin, middle.AddDays(-1), "city_gas", "fire_safety", "crowded_places"),
            Campaign("建筑施工和道路交通安全百日攻坚行动", CampaignKind.Campaign, middle, middle.AddDays(100), "construction", "road_traffic"),
            Period(begin.AddDays(3), last.AddDays(-3)),
        }.Select((c, i) => (c, i + 3)))
        {
            var at = _drives.Count;
            _drives.Add((open, false));
            yield return (new DemoDeed((now, stop) => OpenAsync(at, number, now, stop)), Morning(open.From > begin
                ? open.From.AddDays(-1) : plan.First, 30 + number));
            if (open.To < last)
                yield return (new DemoDeed((now, stop) => EndAsync(open, now, stop)), Morning(open.To.AddDays(1), 40));
        }
    }

    private static DateTimeOffset Morning(DateOnly day, int minutes) => ChinaTime.StartOf(day).AddHours(8).AddMinutes(minutes);

    private OpenCampaign Campaign(string name, CampaignKind kind, DateOnly from, DateOnly to, params string[] sectors) => new(
        name, from, to, [stores.Prefecture.Region], [.. sectors.Select(SectorCode.Parse)], kind, "突出重点，逐户检查；能立即整改的立即整改，不能立即整改的限期整改并落实防范措施");

    /// <summary>The first of the year's that lies within; else one without a feast.</summary>
    private OpenCampaign Period(DateOnly from, DateOnly to)
    {
        foreach (var year in new[] { from.Year, to.Year })
            foreach (var (name, month, day, days) in Periods)
                if (new DateOnly(year, month, day) is var first && first >= from && first.AddDays(days) <= to)
                    return Campaign(name, CampaignKind.SpecialPeriod, first, first.AddDays(days - 1));
        return Campaign("重要活动安全防范特殊时段", CampaignKind.SpecialPeriod, from.AddDays(plan.Days / 4), from.AddDays((plan.Days / 4) + 6));
    }

    private async Task OpenAsync(int drive, int number, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var (open, _) = _drives[drive];
        var paper = string.Create(CultureInfo.InvariantCulture, $"州安委〔{open.From.Year}〕{number}号");
        DemoStores.Require(await stores.Campaigns.OpenAsync(open, Given(at) with { Document = DocumentNumber.Parse(paper) },
            DemoStores.TermsAt(at), cancellationToken));
        lock (_drives)
            _drives[drive] = (open, true);
    }

    private async Task EndAsync(OpenCampaign open, DateTimeOffset at, CancellationToken cancellationToken) =>
        DemoStores.Require(await stores.Campaigns.ExecuteAsync(
            open.Id, new EndCampaign("行动期间查出的隐患已全部交办，未办结的转入日常督办", open.To), Given(at), DemoStores.TermsAt(at), cancellationToken));

    private Given Given(DateTimeOffset at) => new(Demo.ActorOf(stores.Prefecture.Office, Role.Coordinator)) { OccurredAt = at };
}

/// <summary>The inspectors of the counties: visits that find something, and those that do not.</summary>
internal sealed class DemoInspectors(DemoStores stores, DemoDrives drives, DemoPlan plan)
{
    private const double RoutineVisitsPerHazard = 0.22;

    private int _visits;

    /// <summary>户次 so far.</summary>
    public int Visits => _visits;

    /// <summary>Enters the visit that found a hazard, where it was found by one; its id.</summary>
    public async Task<Guid?> FoundAsync(Body by, ReportHazard report, DateTimeOffset found, DateTimeOffset at,
        CancellationToken cancellationToken)
    {
        if (Year.Inspectors.SourceOf(report.Source) is not { } source || report.Enterprise is not { } unit)
            return null;
        return await EnterAsync(by, new MakeInspection(unit, report.Region, report.Sector, ChinaTime.DateAt(found), source, "检查组",
            "查出隐患，见隐患清单", 1), found, at, cancellationToken);
    }

    /// <summary>The visits that find nothing, entered in the afternoon; some days later now and then.</summary>
    public IEnumerable<(DemoAct Act, DateTimeOffset At)> Routine()
    {
        var random = new Random(plan.Seed + 3);
        var (begin, count) = (ChinaTime.StartOf(plan.First), (int)(plan.Hazards * RoutineVisitsPerHazard));
        for (var i = 0; i < count; i++)
        {
            var found = OfficeHours.In(begin + ((plan.Until - begin) * ((i + random.NextDouble()) / count)), random);
            var county = stores.Prefecture.Counties[random.Next(stores.Prefecture.Counties.Length)];
            var sector = stores.Prefecture.PickSector(random);
            var visit = new MakeInspection(
                county.PickEnterprise(sector, random), county.Region, sector, ChinaTime.DateAt(found), (InspectionSource)random.Next(4),
                    "检查组", "未发现隐患", 0);
            yield return (
                new DemoDeed((at, stop) => EnterAsync(county.Office, visit, found, at, stop)),
                random.NextDouble() < 0.05 ? found.AddDays(random.Next(2, 6)) : found);
        }
    }

    private async Task<Guid> EnterAsync(Body by, MakeInspection visit, DateTimeOffset found, DateTimeOffset at,
        CancellationToken cancellationToken)
    {
        visit = visit with { Campaign = drives.CampaignOf(visit.Sector, visit.On) };
        var given = new Given(Demo.ActorOf(by, Role.Inspector)) { OccurredAt = found };
        var made = DemoStores.Require(await stores.Inspections.EnterAsync(visit, given, DemoStores.TermsAt(at), cancellationToken));
        Interlocked.Increment(ref _visits);
        return made.Id;
    }
}
