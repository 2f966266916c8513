using Wolverine;
using Wolverine.Runtime;
using Wolverine.Runtime.Agents;

namespace Hazards.Api.Jobs;

/// <summary>
/// What is asked for again and again. It runs on one node, which Wolverine names; when that dies, another takes it over
/// within a minute. Nothing but the load depends on there being one: each job finds out itself what is done already.
/// </summary>
internal sealed class Schedule(IServiceProvider services, ServiceOptions options) : SingularAgent("schedule"), IDisposable
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private CancellationTokenSource? running;
    private Task[] ticking = [];

    /// <inheritdoc />
    protected override Task startAsync(CancellationToken cancellationToken)
    {
        running = new CancellationTokenSource();
        ticking = [.. Entries().Select(e => TickAsync(e.Message, e.Every, running.Token))];
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    protected override async Task stopAsync(CancellationToken cancellationToken)
    {
        if (running is not { } stop)
            return;
        await stop.CancelAsync();
        await Task.WhenAll(ticking);
        stop.Dispose();
        running = null;
    }

    /// <inheritdoc />
    public void Dispose() => running?.Dispose();

    private IEnumerable<(object Message, TimeSpan Every)> Entries()
    {
        if (options.RingEvery is { } ring)
        {
            yield return (new PassDeadlines(), ring);
            yield return (new NoticeOverdueReports(), ring);
        }

        // Whether it is due is decided by the log, so that a restart does not begin anew.
        if (options.AuditEvery is { } audit)
            yield return (new AuditWhenDue(), audit < Minute ? audit : Minute);
        yield return (new DeliverCheckpoints(), options.PushEvery);
        yield return (new RecountDueDates(0), Minute);
        yield return (new FindLeftPackages(), TimeSpan.FromMinutes(10));
        yield return (new EraseAgain(), TimeSpan.FromHours(1));
    }

    /// <summary>At once and then so often. What was not done when it is asked for again is not done twice.</summary>
    private async Task TickAsync(object message, TimeSpan every, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(every);
        var bus = new MessageBus(services.GetRequiredService<IWolverineRuntime>());
        var delivery = new DeliveryOptions { DeliverWithin = every < Minute ? Minute : every };
        try
        {
            do
                await SendAsync(bus, message, delivery);
            while (await timer.WaitForNextTickAsync(stop));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Another node goes on, or the service stops.
        }
    }

    private async Task SendAsync(MessageBus bus, object message, DeliveryOptions delivery)
    {
        try
        {
            await bus.PublishAsync(message, delivery);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            services.GetRequiredService<ILogger<Schedule>>().LogWarning("schedule: {Message} could not be sent and will be: {Error}: {Why}", message.GetType().Name, e.GetType().Name, e.Message);
        }
    }
}

/// <summary>A job that is a call.</summary>
internal sealed class Job<TMessage>(Func<TMessage, CancellationToken, Task> run) : IJob<TMessage>
{
    /// <inheritdoc />
    public Task RunAsync(TMessage message, CancellationToken cancellationToken) => run(message, cancellationToken);
}

/// <summary>Names jobs.</summary>
internal static class JobServices
{
    /// <summary>What is done when a message asks for it.</summary>
    public static void AddJob<TMessage>(this IServiceCollection services, Func<IServiceProvider, TMessage, CancellationToken, Task> run) =>
        services.AddSingleton<IJob<TMessage>>(s => new Job<TMessage>((message, stop) => run(s, message, stop)));
}
