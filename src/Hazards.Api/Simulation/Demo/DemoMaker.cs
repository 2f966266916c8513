using System.Collections.Immutable;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Hazards.Api.Administration.Policies;
using Hazards.Api.Administration.Registry;
using Hazards.Api.Import;
using Hazards.Api.Simulation.Year;
using Hazards.Api.Supervision;
using Hazards.Api.Supervision.Campaigns;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;
using Hazards.Projections.Store;

namespace Hazards.Api.Simulation.Demo;

/// <summary>
/// Fills an empty log with some months of a prefecture, day by day: each act through the service's own stores, so that
/// papers, numbers and messages come as they do in service, recorded at the time at which it happens; each midnight the
/// clocks ring; messages are opened, or are not, and what the ladder proposes is done, declined or left.
/// </summary>
internal sealed class DemoMaker : IAsyncDisposable
{
    // One hazard never has two acts under way; enough of them share a commit, and none waits long for a connection.
    private const int InFlight = 32;

    private const string Policy = "xiangxi-one-list@1";

    private static readonly TimeSpan AnotherTry = TimeSpan.FromMinutes(3);

    private readonly DemoPlan _plan;
    private readonly SimulatedClock _clock;
    private readonly WebApplication _service;
    private readonly DemoStores _stores;
    private readonly PriorityQueue<DemoAct, DateTimeOffset> _due = new();
    private readonly Channel<(DemoAct Act, Exception? Error)> _landed = Channel.CreateUnbounded<(DemoAct, Exception?)>();
    private readonly DemoCases _cases;
    private int _flying;

    private DemoMaker(DemoPlan plan, SimulatedClock clock, WebApplication service)
    {
        (_plan, _clock, _service) = (plan, clock, service);
        _stores = DemoStores.Of(service.Services, DemoTown.Create(plan.Seed));
        _cases = new DemoCases(_stores, plan);
    }

    /// <summary>On an empty database, prepared (<see cref="Database.PrepareAsync"/>).</summary>
    /// <exception cref="InvalidOperationException">The database is not empty: recorded times never run backwards.</exception>
    public static async Task<DemoMaker> OnAsync(string connectionString, string keys, DemoPlan plan, CancellationToken cancellationToken)
    {
        var clock = new SimulatedClock(plan.Eve);
        // Never started: it listens to nobody, and nothing works beside it.
        var service = HazardsService.Build(new ServiceOptions(connectionString)
        {
            JsonLogs = true, Keys = keys, Jobs = false, Daemon = false, Clock = clock, Limits = LimitOptions.None,
                Log = new EventLogOptions { AllowGivenTimes = true, Clock = clock },
        });
        var maker = new DemoMaker(plan, clock, service);
        if ((await maker._stores.Log.HeadAsync(cancellationToken)).Position == 0)
            return maker;
        await maker.DisposeAsync();
        throw new InvalidOperationException("数据库不是空的，不能生成演示数据 · the database is not empty: no demonstration is made in it");
    }

    /// <summary>The log it is made in.</summary>
    public IEventLog Log => _stores.Log;

    /// <summary>The policies in force.</summary>
    public Rulebook Rules => _service.Services.GetRequiredService<RulebookSource>().Current;

    /// <summary>Makes it.</summary>
    public async Task<DemoOutcome> RunAsync(IProgress<DemoProgress>? progress, CancellationToken cancellationToken)
    {
        await BeginAsync(cancellationToken);
        var drives = new DemoDrives(_stores, _plan);
        var inspectors = new DemoInspectors(_stores, drives, _plan);
        var mail = new DemoMail(_stores, _plan);
        await _cases.PrepareAsync(inspectors, cancellationToken);
        foreach (var (act, at) in _cases.All().Concat(drives.All()).Concat(inspectors.Routine()))
            _due.Enqueue(act, at);
        var ledger = new DemoLedger(_stores, _plan);
        var (rung, rows) = (0, 0);
        for (var day = _plan.First; day <= _plan.Last; day = day.AddDays(1))
        {
            _clock.MoveTo(ChinaTime.StartOf(day).AddMinutes(1));
            rung += await RingAsync(cancellationToken);
            foreach (var (act, at) in await mail.SortAsync(_clock.GetUtcNow(), cancellationToken))
                _due.Enqueue(act, at);
            if (day == ledger.On)
                rows = await ledger.ImportAsync(_clock, cancellationToken);
            var end = ChinaTime.EndOf(day);
            await WorkAsync(end < _plan.Until ? end : _plan.Until, cancellationToken);
            progress?.Report(new DemoProgress(day, _cases.Begun));
        }
        return new DemoOutcome(
            _cases.Begun, rows, inspectors.Visits, rung, mail.Opened, (await _stores.Log.HeadAsync(cancellationToken)).Position,
                _stores.Refusals);
    }

    /// <summary>The bodies and the policy, on the eve.</summary>
    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        var given = new Given(new Actor("系统管理员", DemoTown.Province, [Role.Administrator], Demo.Client, RegionCode.Nation));
        var atOnce = new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(_stores.Bodies.Values, atOnce, async (body, stop) =>
        {
            var register = new RegisterBody(body.Id, body.Name, body.Kind, body.Region, body.Sectors, body.CreditCode);
            DemoStores.Require(await _stores.Registry.ExecuteAsync(body.Id, register, given, DemoStores.TermsAt(_plan.Eve), stop));
        });
        DemoStores.Require(await _stores.Policies.ExecuteAsync(new AdoptPolicy(PolicyText()), given, DemoStores.TermsAt(_plan.Eve),
            cancellationToken));
    }

    /// <summary>湘西州“一单四制” as it ships, with the papers numbered and made by the service.</summary>
    private string PolicyText()
    {
        PaperKind[] papers = [PaperKind.AssignmentOrder, PaperKind.SupervisionNotice, PaperKind.ListingNotice,
            PaperKind.DelistingNotice, PaperKind.ClosureNotice, PaperKind.Criticism];
        return new JsonObject
        {
            ["version"] = "xiangxi-demo@1",
            ["title"] = "湘西州重大风险“一单四制”（演示：文书由系统编号制发）",
            ["jurisdiction"] = _stores.Prefecture.Region.Value,
            ["effectiveFrom"] = _plan.First.ToString("yyyy-MM-dd", null),
            ["base"] = Policy,
            ["sources"] = new JsonArray(new JsonObject { ["title"] = "演示数据", ["clause"] = "在随产品提供的湘西州制度之上，文书由系统制发" }),
            ["papers"] = new JsonArray([.. papers.Select(p => (JsonNode)new JsonObject
            {
                ["paper"] = CodeList.Code(p), ["source"] = "演示数据：由系统编号制发",
                // Orders and closure notices of the major ones only, each by an act of its own.
                ["always"] = p is not (PaperKind.AssignmentOrder or PaperKind.ClosureNotice),
            })]),
        }.ToJsonString(DomainJson.Options);
    }

    private async Task<int> RingAsync(CancellationToken cancellationToken)
    {
        var pass = await _stores.Clocks.PassAsync(cancellationToken);
        return pass.Failed == 0 ? pass.Events
            : throw new InvalidOperationException($"{pass.Today:yyyy-MM-dd}: {pass.Failed} hazards could not be rung");
    }

    /// <summary>Does all that is due by an instant, and what follows from it by then.</summary>
    private async Task WorkAsync(DateTimeOffset upTo, CancellationToken cancellationToken)
    {
        while (true)
        {
            while (_landed.Reader.TryRead(out var landed))
                Land(landed);
            var due = _due.TryPeek(out var act, out var at) && at <= upTo;
            if (_flying == InFlight || (!due && _flying > 0))
            {
                Land(await _landed.Reader.ReadAsync(cancellationToken));
                continue;
            }
            if (!due)
                return;
            _due.Dequeue();
            if (act!.Case is { Busy: true })
            {
                _due.Enqueue(act, at + AnotherTry);
                continue;
            }
            if (act.Case is { } of)
                of.Busy = true;
            _clock.MoveTo(at);
            _flying++;
            _ = FlyAsync(act, at, cancellationToken);
        }
    }

    private async Task FlyAsync(DemoAct act, DateTimeOffset at, CancellationToken cancellationToken)
    {
        try
        {
            await act.DoAsync(at, cancellationToken);
            _landed.Writer.TryWrite((act, null));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            _landed.Writer.TryWrite((act, e));
        }
    }

    private void Land((DemoAct Act, Exception? Error) landed)
    {
        _flying--;
        if (landed.Error is { } error)
            throw new InvalidOperationException($"演示数据生成中断 the demonstration broke off: {error.Message}", error);
        if (landed.Act.Case is not { } of)
            return;
        of.Busy = false;
        if (landed.Act == of && of.NextAt is { } at)
            _due.Enqueue(of, at);
    }

    public ValueTask DisposeAsync() => _service.DisposeAsync();
}

/// <summary>Something that happens in a demonstration at its time.</summary>
internal abstract class DemoAct
{
    /// <summary>The hazard it is about; one at a time does something to a hazard.</summary>
    public virtual DemoCase? Case => null;

    public abstract Task DoAsync(DateTimeOffset at, CancellationToken cancellationToken);
}

/// <summary>One that is told.</summary>
internal sealed class DemoDeed(Func<DateTimeOffset, CancellationToken, Task> deed, DemoCase? of = null) : DemoAct
{
    public override DemoCase? Case => of;

    public override Task DoAsync(DateTimeOffset at, CancellationToken cancellationToken) => deed(at, cancellationToken);
}

/// <summary>The service's own stores, and the prefecture they are filled with.</summary>
internal sealed record DemoStores(
    Prefecture Prefecture, IEventLog Log, HazardStore Hazards, BodyStore Registry, PolicyStore Policies, CampaignStore Campaigns,
        InspectionStore Inspections,
    MessageStore Messages, ClockWorker Clocks, FileStore Files, LedgerImport Ledgers)
{
    private readonly Dictionary<string, int> _refusals = [];

    /// <summary>Every body there is, the prefecture's first.</summary>
    public ImmutableSortedDictionary<BodyId, Body> Bodies { get; } =
        Prefecture.Bodies.Append(DemoTown.Investigation).Append(DemoTown.Province).DistinctBy(b => b.Id)
            .ToImmutableSortedDictionary(b => b.Id, b => b, Comparer<BodyId>.Create((one, other) => string.CompareOrdinal(one.Value,
                other.Value)));

    /// <summary>The hazard among those of the demonstration.</summary>
    public Func<HazardId, DemoCase?> CaseOf { get; set; } = _ => null;

    public IReadOnlyDictionary<string, int> Refusals => _refusals;

    public static DemoStores Of(IServiceProvider services, Prefecture prefecture) => new(
        prefecture, services.GetRequiredService<IEventLog>(), services.GetRequiredService<HazardStore>(),
            services.GetRequiredService<BodyStore>(),
        services.GetRequiredService<PolicyStore>(), services.GetRequiredService<CampaignStore>(),
            services.GetRequiredService<InspectionStore>(),
        services.GetRequiredService<MessageStore>(), services.GetRequiredService<ClockWorker>(),
            services.GetRequiredService<FileStore>(),
        services.GetRequiredService<LedgerImport>());

    public static Terms TermsAt(DateTimeOffset at) => new() { RecordedAt = at };

    public void Refused(string what, Refusal refusal)
    {
        lock (_refusals)
        {
            var name = $"{what}: {refusal.Code}";
            _refusals[name] = _refusals.GetValueOrDefault(name) + 1;
        }
    }

    public static T Require<T>(Outcome<T> outcome) => outcome switch
    {
        Outcome<T>.Done done => done.After,
        Outcome<T>.Refused refused => throw new InvalidOperationException($"{refused.Refusal.Code}: {refused.Refusal.English}"),
        _ => throw new InvalidOperationException(),
    };
}

/// <summary>The hours in which offices act.</summary>
internal static class OfficeHours
{
    private static readonly TimeSpan Opens = TimeSpan.FromHours(8.5);
    private static readonly TimeSpan Closes = TimeSpan.FromHours(18);

    /// <summary>The same instant in office hours; else early on the next day on which there are any, some minutes in.</summary>
    public static DateTimeOffset In(DateTimeOffset at, Random random)
    {
        var day = ChinaTime.DateAt(at);
        var time = at - ChinaTime.StartOf(day);
        if (time >= Opens && time < Closes)
            return at;
        return ChinaTime.StartOf(time < Opens ? day : day.AddDays(1)) + Opens + TimeSpan.FromMinutes(random.Next(150));
    }
}
