using System.Collections.Immutable;
using Hazards.Api.Administration.Accounts;
using Hazards.Api.Administration.Jobs;
using Hazards.Api.Administration.Persons;
using Hazards.Api.Administration.Policies;
using Hazards.Api.Administration.Registry;
using Hazards.Api.Administration.Webhooks;
using Hazards.Api.Http.OpenApi;
using Hazards.Api.Http.Pages;
using Hazards.Api.Http.Pages.SigningIn;
using Hazards.Api.Import;
using Hazards.Api.Investigation;
using Hazards.Api.Investigation.Packages;
using Hazards.Api.Investigation.Replay;
using Hazards.Api.LifeCycle.Files;
using Hazards.Api.LifeCycle.Papers;
using Hazards.Api.Lists;
using Hazards.Api.Proofs;
using Hazards.Api.Proofs.Auditing;
using Hazards.Api.Reports;
using Hazards.Api.Simulation;
using Hazards.Api.Simulation.Year;
using Hazards.Api.Supervision;
using Hazards.Api.Supervision.Campaigns;
using Hazards.Domain;
using Hazards.Evidence.Proof;
using Hazards.Projections;
using Hazards.Projections.Store;
using JasperFx.OpenTelemetry;
using Marten;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Npgsql;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Hazards.Api.Running;

/// <summary>How the service runs.</summary>
/// <param name="ConnectionString">The database, an Npgsql connection string.</param>
internal sealed record ServiceOptions(string ConnectionString)
{
    /// <summary>Where it listens, addresses separated by semicolons.</summary>
    public string Urls { get; init; } = "http://127.0.0.1:5080";

    /// <summary>Logs as JSON, a line each, for machines; otherwise for people.</summary>
    public bool JsonLogs { get; init; }

    /// <summary>How the log batches and waits.</summary>
    public EventLogOptions Log { get; init; } = new();

    /// <summary>The policies and the calendar before the deployment has adopted any of its own.</summary>
    public Rulebook Rules { get; init; } = Rulebook.Baseline;

    /// <summary>How often this node looks whether a deadline has passed; null: never, another node does.</summary>
    public TimeSpan? RingEvery { get; init; }

    /// <summary>How often a running service reads what others have adopted and announced.</summary>
    public TimeSpan RulesInterval { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>The folder of the deployment's secrets (<see cref="KeyFolder"/>); null: whatever needs one fails.</summary>
    public string? Keys { get; init; }

    /// <summary>
    /// Whether this node does work outside of requests (<see cref="Messaging"/>). Off in tests that do it themselves: then its
    /// messages go nowhere.
    /// </summary>
    public bool Jobs { get; init; } = true;

    /// <summary>How often what is scheduled, or was left by a node that died, is looked for.</summary>
    public TimeSpan JobPoll { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>After which pauses a job that failed is tried again; then it is a dead letter.</summary>
    public ImmutableArray<TimeSpan> JobRetries { get; init; } = [
        TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10)];

    /// <summary>The trees grown over the log; the first is meant where none is named.</summary>
    public ImmutableArray<TreeHash> Trees { get; init; } = [TreeHash.Sha256];

    /// <summary>By which algorithms the log is signed; Ed25519 always is one.</summary>
    public ImmutableArray<NoteSignatureType> Signatures { get; init; } = [NoteSignatureType.Ed25519];

    /// <summary>At most so often a checkpoint is signed while the log grows.</summary>
    public TimeSpan CheckpointEvery { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long events are gathered before the trees cover them together.</summary>
    public TimeSpan GrowEvery { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Whether this node runs Marten's daemon, which grows the trees; not: another node does.</summary>
    public bool Daemon { get; init; } = true;

    /// <summary>How often checkpoints are sent to the witnesses that have an address.</summary>
    public TimeSpan PushEvery { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The authority that timestamps checkpoints; null: what the environment says, if anything.</summary>
    public TimestampOptions? Timestamps { get; init; }

    /// <summary>How long Marten's daemon may be ill before this node says that it is not ready; it says what is wrong at once.</summary>
    public TimeSpan DaemonPatience { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How often the whole log is audited by one of the nodes; null: not by this one.</summary>
    public TimeSpan? AuditEvery { get; init; }

    /// <summary>
    /// Whether accounts whose roles ask for a second factor (<see cref="Account.NeedsSecondFactor"/>) must set one before they
    /// can do anything. Whoever has set one always gives it.
    /// </summary>
    public bool RequireSecondFactor { get; init; } = true;

    /// <summary>
    /// How often a minute passwords and codes are tried from one address, before it must wait: a whole office may share one.
    /// </summary>
    public int SignInAttemptsAMinute { get; init; } = 30;

    /// <summary>Longest a request may take; what is long by its nature (files, imports, the feed's long poll) has its own.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How much a node does for one caller, and at once; null: what the environment says, if anything.</summary>
    public LimitOptions? Limits { get; init; }

    /// <summary>A site's own sign-on; null: what the environment says, if anything.</summary>
    public SignOnOptions? SignOn { get; init; }

    /// <summary>Tokens of another authority, by which systems call; null: what the environment says, if anything.</summary>
    public TokenOptions? Tokens { get; init; }

    /// <summary>How messages are sent to other systems.</summary>
    public WebhookOptions Webhooks { get; init; } = new();

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>An exporter of spans beside that of the environment (<see cref="Telemetry"/>).</summary>
    public Action<TracerProviderBuilder>? Traces { get; init; }

    /// <summary>An exporter of metrics beside that of the environment.</summary>
    public Action<MeterProviderBuilder>? Metrics { get; init; }
}

/// <summary>Puts the service together. Nothing here connects: migrate first (<see cref="Database"/>).</summary>
internal static class HazardsService
{
    /// <summary>Larger than any body an endpoint takes: the rest of a refused one is read, so that its sender hears the refusal.</summary>
    private const long MostBodyBytes = 64 * 1024 * 1024;

    /// <summary>Builds the service, ready to start.</summary>
    public static WebApplication Build(ServiceOptions options)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        options = options with { Timestamps = options.Timestamps ?? TimestampOptions.Of(builder.Configuration) };
        builder.WebHost.UseUrls(options.Urls);
        builder.WebHost.ConfigureKestrel(Limit);
        Logs.Configure(builder.Logging, options.JsonLogs);
        Telemetry.Add(builder.Services, builder.Configuration, options);
        var marten = AddStore(builder.Services, options);
        if (options.Jobs)
            Messaging.Add(builder.Services, marten, options);
        AddWeb(builder.Services, options);
        Pipeline.Add(builder.Services, options.Tokens ?? TokenOptions.Of(builder.Configuration));
        PageSite.Add(builder.Services, builder.Configuration, options);
        foreach (var module in Modules.All)
            module.AddServices(builder.Services);
        var app = builder.Build();
        Map(app);
        return app;
    }

    /// <summary>What commands without a web server need as well.</summary>
    public static IServiceCollection AddCore(IServiceCollection services, ServiceOptions options)
    {
        AddStore(services, options);
        return services;
    }

    private static MartenServiceCollectionExtensions.MartenConfigurationExpression AddStore(
        IServiceCollection services, ServiceOptions options)
    {
        var folder = new KeyFolder(options.Keys);
        // Without a key folder events are not authenticated; whoever asks for a signature is told why there is none.
        if (options.Keys is not null && options.Log.AppendKey is null)
            options = options with { Log = options.Log with { AppendKey = folder.Secret(LogKeys.AppendKeyName, LogKeys.AppendKeySize) } };
        services.AddSingleton(options);
        services.AddSingleton(folder);
        services.AddSingleton<LogKeys>();
        services.AddSingleton<SignedMemory>();
        services.AddSingleton<CheckpointDesk>();
        services.AddSingleton<AuditDesk>();
        services.AddSingleton<KeyRotation>();
        services.AddSingleton<Cosignatures>();
        services.AddSingleton<Witnessing>();
        services.AddSingleton<RulebookSource>();
        services.AddSingleton(SectorCatalogue.Usual);
        services.AddSingleton(options.Clock);
        services.AddSingleton(_ => Database.Open(options.ConnectionString));
        services.AddSingleton(_ => new Questions(Database.OpenForQuestions(options.ConnectionString)));
        services.AddSingleton<RowWriter>();
        var marten = services.AddMarten(s =>
        {
            var store = new StoreOptions();
            HazardsStore.Configure(store, s.GetRequiredService<NpgsqlDataSource>(), s.GetRequiredService<RowWriter>());
            // A span a session and a counter of events by type, where somebody looks.
            if (s.GetService<TracerProvider>() is not null)
                store.OpenTelemetry.TrackConnections = TrackLevel.Normal;
            if (s.GetService<MeterProvider>() is not null)
                store.OpenTelemetry.TrackEventCounters();
            return store;
        });
        EventDaemon.Add(services, marten);
        services.AddSingleton(s => MartenEventLog.On(
            s.GetRequiredService<IDocumentStore>(), s.GetRequiredService<NpgsqlDataSource>(), options.Log with
            {
                Outbox = s.GetService<IOutbox>(),
            },
            s.GetRequiredService<Questions>().Source));
        services.AddSingleton<IEventLog>(s => s.GetRequiredService<MartenEventLog>());
        services.AddSingleton(s => new KeptAnswers(s.GetRequiredService<NpgsqlDataSource>()));
        services.AddSingleton<KeptPages>();
        services.AddSingleton<IHazardQueries>(
            s => new HazardQueries(s.GetRequiredService<NpgsqlDataSource>(), () => s.GetRequiredService<RulebookSource>().Current));
        services.AddSingleton<IRegistryQueries>(s => new RegistryQueries(s.GetRequiredService<Questions>().Source));
        services.AddSingleton<FileStore>();
        services.AddSingleton(s => new SealQueries(s.GetRequiredService<Questions>().Source));
        services.AddSingleton<KnownSeals>();
        services.AddSingleton<KnownBodies>();
        services.AddSingleton<AccessRecorder>();
        services.AddSingleton<PersonKeyRows>();
        services.AddSingleton<PersonKeys>();
        services.AddSingleton<PersonDesk>();
        services.AddSingleton<InspectionQueries>(s => new InspectionQueries(s.GetRequiredService<NpgsqlDataSource>()));
        services.AddSingleton<LetterheadStore>();
        services.AddSingleton<PaperNumbers>();
        services.AddSingleton<PaperDesk>();
        services.AddSingleton<HazardStore>();
        services.AddSingleton<SaidInWords>();
        services.AddSingleton<BodyStore>();
        services.AddSingleton<KeyStore>();
        services.AddSingleton<PolicyStore>();
        services.AddSingleton<SystemNameStore>();
        services.AddSingleton<CalendarStore>();
        return marten;
    }

    private static void AddWeb(IServiceCollection services, ServiceOptions options)
    {
        services.AddSingleton<HangUps>();
        services.AddSingleton<IdentityTelemetry>();
        services.AddSingleton<Identities>();
        services.AddSingleton(s => new Limits(
            s.GetRequiredService<ServiceOptions>().Limits ?? LimitOptions.Of(s.GetRequiredService<IConfiguration>())));
        services.AddSingleton<WrongKeys>();
        services.AddSingleton<Naming>();
        services.AddSingleton<Discretion>();
        services.AddSingleton<CodeLists>();
        services.AddSingleton<Readiness>();
        services.AddSingleton<WarmUp>();
        services.AddSingleton<NewerDatabase>();
        services.AddHostedService(s => s.GetRequiredService<NewerDatabase>());
        services.AddHostedService<MemoryReturn>();
        ApiDocument.Add(services);
        services.AddRequestTimeouts(o => o.DefaultPolicy = new RequestTimeoutPolicy { Timeout = options.RequestTimeout });
    }

    private static void Limit(KestrelServerOptions server)
    {
        server.AddServerHeader = false;
        server.Limits.MaxRequestBodySize = MostBodyBytes;
        server.Limits.MaxRequestHeaderCount = 60;
        server.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        server.Limits.MaxRequestLineSize = 8 * 1024;
        server.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        server.Limits.MinRequestBodyDataRate = new MinDataRate(240, TimeSpan.FromSeconds(5));
        server.Limits.MaxConcurrentConnections = 10_000;
        server.ConfigureEndpointDefaults(HttpRefusals.Explain);
    }

    private static void Map(WebApplication app)
    {
        WarmUp.Use(app);
        Pipeline.Use(app);
        var api = app.MapGroup(Links.Root);
        HazardEndpoints.Map(api);
        HazardReads.Map(api);
        ListEndpoints.Map(api);
        FeedEndpoints.Map(api);
        RegistryEndpoints.Map(api);
        CodeEndpoints.Map(api);
        foreach (var module in Modules.All)
            module.Map(api);
        CodeEndpoints.MapProblems(app);
        PageSite.Map(app);
        Health.Map(app);
        ApiDocument.Map(app);
    }
}

/// <summary>A part of the product that joins the host from outside: services, endpoints under <c>/api/v1</c>, commands.</summary>
internal interface IModule
{
    /// <summary>Adds what it needs.</summary>
    void AddServices(IServiceCollection services);

    /// <summary>Adds its endpoints.</summary>
    void Map(IEndpointRouteBuilder api);

    /// <summary>Its commands.</summary>
    IEnumerable<System.CommandLine.Command> Commands();
}

/// <summary>The modules there are.</summary>
internal static class Modules
{
    public static readonly IReadOnlyList<IModule> All =
    [
        new ImportModule(), new CampaignModule(), new SeedModule(), new SimulateModule(),
        new FileModule(), new InboxModule(), new ClockModule(), new FigureModule(),
        new ReplayModule(), new StepModule(),
        new RulesModule(), new PaperModule(), new ProofModule(), new AuditModule(), new EvidenceModule(), new PersonModule(),
        new SealModule(), new AccessModule(), new JobModule(), new AccountModule(),
        new WebhookModule(),
    ];
}

/// <summary>Something done once, when a service of its own data folder starts for the first time (sample ledgers).</summary>
internal interface IFirstStart
{
    /// <summary>What it does, Chinese and English in one line.</summary>
    string Description { get; }

    /// <summary>Does it; may be called again after it was interrupted.</summary>
    Task RunAsync(CancellationToken cancellationToken);
}
