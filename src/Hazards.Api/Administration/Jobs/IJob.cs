using Hazards.Domain;

namespace Hazards.Api.Administration.Jobs;

/// <summary>
/// Work that a message asks for, outside of any request. It may be begun more than once (a node dies, an answer is lost), so
/// that it must find out itself what is done already. What it throws decides whether it is tried again: <see cref="Messaging"/>.
/// </summary>
/// <remarks>Public, as the messages and their handlers are: the code that Wolverine generates in advance is.</remarks>
/// <typeparam name="TMessage">What asks for it.</typeparam>
public interface IJob<in TMessage>
{
    /// <summary>Does it, or goes on with it.</summary>
    Task RunAsync(TMessage message, CancellationToken cancellationToken);
}

/// <summary>It cannot be done now, for a reason that is nobody's fault: it is tried again for as long as it takes.</summary>
internal class NotNowException(string message) : Exception(message)
{
    /// <summary>For a refusal.</summary>
    public NotNowException(Refusal refusal) : this($"{refusal.Chinese} · {refusal.English}") { }
}

/// <summary>A job that is a call.</summary>
internal sealed class Job<TMessage>(Func<TMessage, CancellationToken, Task> run) : IJob<TMessage>
{
    public Task RunAsync(TMessage message, CancellationToken cancellationToken) => run(message, cancellationToken);
}

/// <summary>
/// Work that one node does again and again (<see cref="Schedule"/>). It asks the log what is due, so that nothing is lost with
/// a turn.
/// </summary>
/// <param name="Job">Which.</param>
/// <param name="Every">How often; null: not in this deployment.</param>
/// <param name="Run">Does what is due.</param>
internal sealed record ScheduledJob(JobKind Job, TimeSpan? Every, Func<CancellationToken, Task> Run)
{
    // Long enough for a start to be over: the first callers come first.
    private static readonly TimeSpan Start = TimeSpan.FromMinutes(1);

    /// <summary>Takes long, and nobody waits for it: not at once after a start.</summary>
    public bool Heavy { get; init; }

    /// <summary>How long the first turn waits.</summary>
    public TimeSpan After => Heavy && Every is { } every ? (every < Start ? every : Start) : TimeSpan.Zero;
}

/// <summary>Names jobs.</summary>
internal static class JobServices
{
    /// <summary>What is done when a message asks for it.</summary>
    public static void AddJob<TMessage>(this IServiceCollection services, Func<IServiceProvider, TMessage, CancellationToken, Task> run) =>
        services.AddSingleton<IJob<TMessage>>(s => new Job<TMessage>((message, stop) => run(s, message, stop)));

    /// <summary>What is done again and again.</summary>
    public static void AddScheduled(
        this IServiceCollection services, JobKind job, Func<ServiceOptions, TimeSpan?> every,
        Func<IServiceProvider, CancellationToken, Task> run, bool heavy = false) =>
        services.AddSingleton(
            s => new ScheduledJob(job, every(s.GetRequiredService<ServiceOptions>()), stop => run(s, stop)) { Heavy = heavy });
}
