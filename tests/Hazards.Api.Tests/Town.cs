using System.Collections.Immutable;
using Hazards.Api.Administration.Registry;
using Hazards.Api.Supervision;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;
using Hazards.Projections.Store;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Hazards.Api.Tests;

/// <summary>A clock that stands where it is set.</summary>
public sealed class SetClock(DateTimeOffset now) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = now;

    public override DateTimeOffset GetUtcNow() => Now.ToUniversalTime();
}

/// <summary>A node of the service with a clock of its own, on a database that others may share; without its web server.</summary>
internal sealed class Node : IAsyncDisposable
{
    private readonly WebApplication app;

    private Node(WebApplication app, SetClock clock, string database)
    {
        this.app = app;
        Clock = clock;
        Owner = NpgsqlDataSource.Create(database);
    }

    public SetClock Clock { get; }

    public HazardStore Hazards => app.Services.GetRequiredService<HazardStore>();

    public ClockWorker Worker => app.Services.GetRequiredService<ClockWorker>();

    public ClockQueries Clocks => app.Services.GetRequiredService<ClockQueries>();

    public IEventLog Log => app.Services.GetRequiredService<IEventLog>();

    /// <summary>For what the service may not do.</summary>
    public NpgsqlDataSource Owner { get; }

    public BodyStore Bodies => app.Services.GetRequiredService<BodyStore>();

    public T Get<T>() where T : notnull => app.Services.GetRequiredService<T>();

    public IHazardQueries Rows => app.Services.GetRequiredService<IHazardQueries>();

    /// <param name="database">The database.</param>
    /// <param name="now">Where its clock stands.</param>
    /// <param name="rules">The rules; the baseline when left out.</param>
    /// <param name="ringEvery">Runs its worker, so often.</param>
    public static async Task<Node> StartAsync(string database, DateTimeOffset now, Rulebook? rules = null, TimeSpan? ringEvery = null)
    {
        var clock = new SetClock(now);
        var app = HazardsService.Build(new ServiceOptions(await TestServer.PrepareAsync(database))
        {
            Urls = "http://127.0.0.1:0", JsonLogs = true, Keys = TestServer.KeysOf(database), Clock = clock,
            Rules = rules ?? Rulebook.Baseline, Log = new EventLogOptions
            {
                AllowGivenTimes = true, AppendTimeout = TimeSpan.FromSeconds(10),
            },
            RingEvery = ringEvery, Daemon = false, JobPoll = TimeSpan.FromMilliseconds(500),
        });
        if (ringEvery is not null)
            await app.StartAsync();
        return new Node(app, clock, database);
    }

    /// <summary>Gives a command now, or at the time it is said to have happened.</summary>
    public async Task<Hazard> DoAsync(HazardId id, Body by, IHazardCommand command, bool paper = true) =>
        await DoAsync(id, by, command, null, paper);

    /// <inheritdoc cref="DoAsync(HazardId, Body, IHazardCommand, bool)"/>
    public async Task<Hazard> DoAsync(HazardId id, Body by, IHazardCommand command, DateTimeOffset? at, bool paper = true) =>
        (await Hazards.ExecuteAsync(id, command, Given(by, paper) with { OccurredAt = at }, new Terms { RecordedAt = Clock.Now }))
            .ShouldBeOfType<Outcome<Hazard>.Done>().After;

    /// <summary>Gives a command that is refused.</summary>
    public async Task<Outcome<Hazard>.Refused> TryAsync(HazardId id, Body by, IHazardCommand command, DateTimeOffset? at) =>
        (await Hazards.ExecuteAsync(id, command, Given(by, true) with { OccurredAt = at }, new Terms { RecordedAt = Clock.Now }))
            .ShouldBeOfType<Outcome<Hazard>.Refused>();

    public async Task<HazardId> ReportAsync(string title = "燃气阀井泄漏") =>
        (await Hazards.ReportAsync(
            new ReportHazard(ReportSource.Hotline, Town.County, Town.Gas, title, "检测浓度超标"), Given(Town.Office, false),
            new Terms { RecordedAt = Clock.Now }))
        .ShouldBeOfType<Outcome<Hazard>.Done>().After.Id;

    /// <summary>A hazard handed over to two legs, each with its own supervisor, due in so many days.</summary>
    public async Task<HazardId> AssignedAsync(int days = 30, string title = "燃气阀井泄漏")
    {
        var id = await ReportAsync(title);
        await DoAsync(id, Town.Office, new VerifyHazard(Level.General));
        var due = ChinaTime.DateAt(Clock.Now).AddDays(days);
        await DoAsync(id, Town.Office, new AssignHazard(
        [
            new LegOrder(Leg.Territorial, Town.Government.Id, due, "限期整改", Town.Office.Id),
            new LegOrder(Leg.Sectoral, Town.Regulator.Id, due, "限期整改", Town.Supervision.Id),
        ]));
        return id;
    }

    public async Task<Hazard> LoadAsync(HazardId id) => (await Hazards.LoadAsync(id)).ShouldNotBeNull();

    public async Task<List<(IHazardEvent Event, EventContext Context)>> StoryAsync(HazardId id)
    {
        var story = new List<(IHazardEvent, EventContext)>();
        await foreach (var e in Log.ReadStreamAsync(id.StreamId))
            story.Add(((IHazardEvent)DomainJson.ReadEvent(e.Type, e.Data.Span), DomainJson.ReadContext(e.Headers.Span)));
        return story;
    }

    public Scope Scope(DateTimeOffset? asOf = null) => new(Town.County, asOf, ChinaTime.DateAt(asOf ?? Clock.Now));

    public static Given Given(Body by, bool paper) =>
        new(new Actor("张工", by, [.. Enum.GetValues<Role>().Where(r => r is not (Role.Importer or Role.Clock))], "tests", RegionCode.Nation))
    {
        Document = paper ? DocumentNumber.Parse("巍安委办〔2026〕1号") : null,
    };

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        await Owner.DisposeAsync();
    }
}

/// <summary>The bodies of the tests' county.</summary>
internal static class Town
{
    public static readonly RegionCode County = RegionCode.Parse("532927");
    public static readonly SectorCode Gas = SectorCode.Parse("city_gas");
    public static readonly Body Office = Make("ws-awb", "巍山县安委办", BodyKind.CommitteeOffice, "532927");
    public static readonly Body Government = Make("ws-gov", "巍山县人民政府", BodyKind.Government, "532927");
    public static readonly Body Regulator = Make("ws-gas", "巍山县住建局", BodyKind.Regulator, "532927", Gas);
    public static readonly Body Supervision = Make("ws-duc", "巍山县政府督查室", BodyKind.SupervisionOffice, "532927");
    public static readonly Body CityOffice = Make("dali-awb", "大理州安委办", BodyKind.CommitteeOffice, "5329");

    public static async Task RegisterAsync(Node node)
    {
        var admin = new Given(new Actor("管理员", Office, [Role.Administrator], "tests", RegionCode.Nation));
        foreach (var body in new[] { Office, Government, Regulator, Supervision, CityOffice })
            (await node.Bodies.ExecuteAsync(
                body.Id, new RegisterBody(body.Id, body.Name, body.Kind, body.Region, body.Sectors), admin,
                new Terms { RecordedAt = node.Clock.Now }))
                .ShouldBeOfType<Outcome<Body>.Done>();
    }

    public static Rulebook Under(Policy policy) =>
        new([new Adopted(policy, RegionCode.Nation, DateOnly.MinValue, null)], WorkCalendar.Shipped);

    private static Body Make(string id, string name, BodyKind kind, string region, params ImmutableArray<SectorCode> sectors) =>
        new(BodyId.Parse(id), name, kind, RegionCode.Parse(region), sectors, null, null, false, null, 1);
}
