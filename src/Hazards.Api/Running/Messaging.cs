using Hazards.Api.Administration.Jobs;
using Hazards.Api.Administration.Persons;
using Hazards.Api.Administration.Policies;
using Hazards.Api.Import;
using Hazards.Api.Investigation.Packages;
using Hazards.Projections.Store;
using JasperFx;
using JasperFx.CodeGeneration;
using JasperFx.CodeGeneration.Model;
using Marten;
using Wolverine;
using Wolverine.ErrorHandling;
using Wolverine.Marten;
using Wolverine.Runtime;

namespace Hazards.Api.Running;

/// <summary>
/// Work outside of requests, by Wolverine: durable queues in the schema <c>wolverine</c>, retries, what failed for good
/// (<see cref="DeadLetters"/>), and which node leads.
/// </summary>
internal static class Messaging
{
    /// <summary>The schema of Wolverine's tables. The migration makes them, never the service.</summary>
    public const string Schema = "wolverine";

    /// <summary>Longest a job may run; a package of 2,000 hazards takes minutes.</summary>
    private static readonly TimeSpan LongestJob = TimeSpan.FromHours(12);

    /// <summary>
    /// After so many a node is taken for dead: half a minute. Taken for dead wrongly it comes back, and what both do is done
    /// once.
    /// </summary>
    private const int MissedHeartbeats = 6;

    /// <summary>The handlers there are: named here, not looked for.</summary>
    private static readonly Type[] Handlers = [
        typeof(MakePackageHandler), typeof(ImportLedgerHandler), typeof(RecountDueDatesHandler), typeof(EraseAgainHandler)];

    /// <summary>What would only do the same work twice at once.</summary>
    private static readonly Type[] OneAtATime = [typeof(RecountDueDates), typeof(EraseAgain)];

    /// <summary>Adds Wolverine to a host with Marten.</summary>
    public static void Add(
        IServiceCollection services, MartenServiceCollectionExtensions.MartenConfigurationExpression marten, ServiceOptions options)
    {
        marten.IntegrateWithWolverine(m =>
        {
            m.MessageStorageSchemaName = Schema;
            m.AutoCreate = AutoCreate.None;
        });
        services.AddSingleton<WolverineOutbox>();
        services.AddSingleton<IOutbox>(s => s.GetRequiredService<WolverineOutbox>());
        services.AddWolverine(ExtensionDiscovery.ManualOnly, wolverine => Configure(wolverine, options));
        services.AddSingularAgent<Schedule>();
        // Opened after Wolverine has started, and closed before it stops.
        services.AddHostedService(s => s.GetRequiredService<WolverineOutbox>());
    }

    private static void Configure(WolverineOptions wolverine, ServiceOptions options)
    {
        wolverine.ServiceName = "hazards";
        wolverine.ApplicationAssembly = typeof(Messaging).Assembly;
        wolverine.AutoBuildMessageStorageOnStartup = AutoCreate.None;
        wolverine.ServiceLocationPolicy = ServiceLocationPolicy.NotAllowed;
        wolverine.CodeGeneration.TypeLoadMode = TypeLoadMode.Static;
        wolverine.Discovery.DisableConventionalDiscovery();
        foreach (var handler in Handlers)
            wolverine.Discovery.IncludeType(handler);
        wolverine.Policies.UseDurableLocalQueues();
        foreach (var message in OneAtATime)
            wolverine.LocalQueueFor(message).Sequential();
        wolverine.DefaultExecutionTimeout = LongestJob;
        wolverine.Durability.Mode = DurabilityMode.Balanced;
        wolverine.Durability.ScheduledJobFirstExecution = options.JobPoll;
        wolverine.Durability.ScheduledJobPollingTime = options.JobPoll;
        wolverine.Durability.NodeReassignmentPollingTime = options.JobPoll;
        wolverine.Durability.OrphanedMessageSweepPollingTime = options.JobPoll;
        // Who leads, and with it who does what is scheduled, is settled with the first of these, not 13 s after the start.
        wolverine.Durability.FirstHealthCheckExecution = TimeSpan.Zero;
        wolverine.Durability.HealthCheckPollingTime = options.JobPoll;
        wolverine.Durability.StaleNodeTimeout = options.JobPoll * MissedHeartbeats;
        // Counts of the queues for Wolverine's own console, read from the tables every five seconds.
        wolverine.Durability.DurabilityMetricsEnabled = false;
        Retry(wolverine, options);
    }

    /// <summary>
    /// What is nobody's fault is tried until it works; anything else a few times, and then it waits for somebody to look.
    /// </summary>
    private static void Retry(WolverineOptions wolverine, ServiceOptions options)
    {
        TimeSpan[] patient = [options.JobPoll, options.JobPoll * 3, options.JobPoll * 12];
        wolverine.OnException<NotNowException>().ScheduleRetryIndefinitely(patient);
        wolverine.OnException(e => DatabaseTrouble.IsAway(e)).ScheduleRetryIndefinitely(patient);
        wolverine.OnAnyException().ScheduleRetry([.. options.JobRetries]).Then.MoveToErrorQueue();
    }
}

/// <summary>
/// Messages in the session of the events they follow from. In a host that was built and not started (commands, tests) they
/// go nowhere.
/// </summary>
internal sealed class WolverineOutbox(IServiceProvider services) : IOutbox, IHostedService
{
    private volatile bool open;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        open = true;
        // At the start of every node: the database may have come from a backup.
        return SendAsync([new EraseAgain()]);
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        open = false;
        return Task.CompletedTask;
    }

    public async Task<Func<Task>> EnlistAsync(IDocumentSession session, IReadOnlyList<object> messages)
    {
        if (!open)
            return () => Task.CompletedTask;
        var outbox = new MartenOutbox(services.GetRequiredService<IWolverineRuntime>(), session);
        // Its listener would send when the session has saved, which is before the log's writer commits.
        session.Listeners.RemoveAt(session.Listeners.Count - 1);
        foreach (var message in messages)
            await outbox.PublishAsync(message);
        return outbox.FlushOutgoingMessagesAsync;
    }

    public async Task SendAsync(IReadOnlyList<object> messages)
    {
        if (!open)
            return;
        var bus = new MessageBus(services.GetRequiredService<IWolverineRuntime>());
        foreach (var message in messages)
            await bus.PublishAsync(message);
    }
}
