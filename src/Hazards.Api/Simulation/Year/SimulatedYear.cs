using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Hazards.Api.Supervision;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections.Store;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Hazards.Api.Simulation.Year;

/// <summary>What to simulate.</summary>
/// <param name="Hazards">How many hazards are found in the year.</param>
/// <param name="Seed">The same seed gives the same year.</param>
/// <param name="Year">The calendar year.</param>
/// <param name="Out">The folder for tables and figures.</param>
internal sealed record YearPlan(int Hazards, int Seed, int Year, string Out)
{
    /// <summary>The day before, when bodies are registered and the year's policy is adopted: a policy is for days to come.</summary>
    public DateTimeOffset Eve => Begin.AddHours(-15);

    public DateTimeOffset Begin => ChinaTime.StartOf(new DateOnly(Year, 1, 1));

    public DateTimeOffset End => ChinaTime.StartOf(new DateOnly(Year + 1, 1, 1));
}

/// <summary>
/// One year of a prefecture, day by day, through the service's own REST API on a clock that the simulation moves: bodies
/// and keys, campaigns, inspections, reports and all that follows. Everything is recorded at the simulated time.
/// </summary>
internal sealed class SimulatedYear : IAsyncDisposable
{
    // When the offices enter what has happened since: what happened at half past nine is recorded at noon.
    private static readonly ImmutableArray<int> Hours = [9, 12, 15, 18, 24];

    // More than the share of the field: with some thousands of hazards, the quotas and listings of eight counties would
    // otherwise stay empty.
    private static readonly LifeShares Shares = new() { Major = 0.04 };

    // 湘西州“一单四制”.
    private const string Policy = "xiangxi-one-list@1";

    private readonly YearPlan _plan;
    private readonly SimulatedClock _clock;
    private readonly WebApplication _service;
    private readonly Prefecture _prefecture;
    private HttpClient? _http;

    private SimulatedYear(YearPlan plan, SimulatedClock clock, WebApplication service)
    {
        (_plan, _clock, _service) = (plan, clock, service);
        _prefecture = Prefecture.Create(plan.Seed);
    }

    /// <summary>
    /// Builds the service on an empty database, prepared (<see cref="Database.PrepareAsync"/>), and starts it on a free port of
    /// this machine.
    /// </summary>
    /// <exception cref="InvalidOperationException">The database is not empty: recorded times never run backwards.</exception>
    public static async Task<SimulatedYear> StartAsync(
        string connectionString, string keys, YearPlan plan, CancellationToken cancellationToken)
    {
        var clock = new SimulatedClock(plan.Eve);
        var service = HazardsService.Build(new ServiceOptions(connectionString)
        {
            Urls = "http://127.0.0.1:0", JsonLogs = true, Keys = keys, Limits = LimitOptions.None, Clock = clock, Log = new EventLogOptions
            {
                AllowGivenTimes = true, Clock = clock,
            },
        });
        var year = new SimulatedYear(plan, clock, service);
        try
        {
            if ((await service.Services.GetRequiredService<IEventLog>().HeadAsync(cancellationToken)).Position > 0)
                throw new InvalidOperationException("数据库不是空的：请用 --data 指定一个新目录 · the database is not empty: give --data a new folder");
            await service.StartAsync(cancellationToken);
            var address =
                service.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First();
            year._http = new HttpClient { BaseAddress = new Uri(address) };
            return year;
        }
        catch
        {
            await year.DisposeAsync();
            throw;
        }
    }

    /// <summary>The log of the year.</summary>
    public IEventLog Log => _service.Services.GetRequiredService<IEventLog>();

    /// <summary>Lives through the year.</summary>
    public async Task<YearOutcome> RunAsync(IProgress<YearProgress>? progress, CancellationToken cancellationToken)
    {
        var callers = new Callers(_http!, await AdministratorKeyAsync(cancellationToken), _prefecture.Region);
        var province = Prefecture.NewBody("seed-43-office", "湖南省安全生产委员会办公室", BodyKind.CommitteeOffice, RegionCode.Parse("43"));
        await RegisterAsync(callers, province, cancellationToken);
        await callers.AdministerAsync(
            "policies", new JsonObject { ["shipped"] = Policy, ["effectiveFrom"] = $"{_plan.Year}-01-01" }, cancellationToken);
        var random = new Random(_plan.Seed);
        var drives = new Drives(callers, _prefecture, _plan.Year);
        var inspectors = new Inspectors(callers, _prefecture, drives, _plan.Hazards, new Random(_plan.Seed + 1));
        var cases = new Caseload(callers, _service.Services.GetRequiredService<HazardStore>(), inspectors, _clock, random);
        Expect(cases, province, random);
        var midnight = new Midnight(_service.Services.GetRequiredService<ClockWorker>());
        for (var day = new DateOnly(_plan.Year, 1, 1); day.Year == _plan.Year; day = day.AddDays(1))
        {
            var start = ChinaTime.StartOf(day);
            _clock.MoveTo(start.AddMinutes(1));
            await midnight.WorkAsync(cancellationToken);
            foreach (var hour in Hours)
            {
                _clock.MoveTo(hour < 24 ? start.AddHours(hour) : start.AddHours(24).AddSeconds(-1));
                await cases.WorkAsync(_clock.GetUtcNow(), cancellationToken);
                if (hour == 9)
                    await drives.WorkAsync(day, cancellationToken);
                if (hour == 18)
                    await inspectors.EnterAsync(day, cancellationToken);
            }
            progress?.Report(new YearProgress(day, cases.Begun, callers.Requests));
        }
        _clock.MoveTo(_plan.End.AddMinutes(1));
        await midnight.WorkAsync(cancellationToken);
        return new YearOutcome(_plan, _prefecture, callers, drives, cases.Begun, inspectors.Visits, midnight.Events, cases.Refusals);
    }

    private void Expect(Caseload cases, Body province, Random random)
    {
        var bodies = _prefecture.Bodies.DistinctBy(b => b.Id).ToImmutableDictionary(b => b.Id);
        var days = (_plan.End - _plan.Begin).Days;
        for (var i = 0; i < _plan.Hazards; i++)
        {
            // Spread evenly over the days, found in working hours.
            var day = _plan.Begin.AddDays((int)((i + 0.5) / _plan.Hazards * days));
            var found = day.AddHours(8).AddMinutes(random.Next(10 * 60));
            cases.Expect(
                new Life(_prefecture, _plan.Seed, i, Shares), new Paperwork(_prefecture, bodies, province, _plan.Seed + i), i, found);
        }
    }

    private async Task RegisterAsync(Callers callers, Body province, CancellationToken cancellationToken)
    {
        foreach (var body in _prefecture.Bodies.DistinctBy(b => b.Id).Append(province))
            await callers.AdministerAsync("bodies", new JsonObject
            {
                ["id"] = body.Id.Value, ["name"] = body.Name, ["kind"] = CodeList.Code(body.Kind), ["region"] = body.Region.Value,
                ["sectors"] = new JsonArray([.. body.Sectors.Select(s => (JsonNode)s.Value)]),
            }, cancellationToken);
    }

    private async Task<string> AdministratorKeyAsync(CancellationToken cancellationToken)
    {
        var file = Path.Combine(Path.GetTempPath(), $"hazards-year-{Guid.NewGuid():n}");
        try
        {
            return await ActivatorUtilities.CreateInstance<FirstKey>(_service.Services)
                .EnsureAsync(file, BodyId.Parse("simulation"), "模拟系统管理", "simulation", cancellationToken);
        }
        finally
        {
            File.Delete(file);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _http?.Dispose();
        await _service.StopAsync();
        await _service.DisposeAsync();
    }
}

/// <summary>How far the year is.</summary>
internal readonly record struct YearProgress(DateOnly Day, int Hazards, long Requests);

/// <summary>What became of the year.</summary>
internal sealed record YearOutcome(
    YearPlan Plan, Prefecture Prefecture, Callers Callers, Drives Drives, int Hazards, int Visits, long Rung,
    IReadOnlyDictionary<string, int> Refusals);

/// <summary>What the service itself does when a day begins: it rings for the deadlines that have passed.</summary>
internal sealed class Midnight(ClockWorker clocks)
{
    /// <summary>Events written by the clock so far.</summary>
    public long Events { get; private set; }

    public async Task WorkAsync(CancellationToken cancellationToken)
    {
        var pass = await clocks.PassAsync(cancellationToken);
        if (pass.Failed > 0)
            throw new InvalidOperationException($"{pass.Today:yyyy-MM-dd}: {pass.Failed} hazards could not be rung");
        Events += pass.Events;
    }
}
