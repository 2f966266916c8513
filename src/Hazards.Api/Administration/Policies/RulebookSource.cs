using System.Diagnostics;
using Hazards.Domain;
using Hazards.Projections.Store;

namespace Hazards.Api.Administration.Policies;

/// <summary>
/// The policies and the calendar as this process knows them: what the deployment began with, and what the log has added.
/// Read anew every few seconds. A policy is adopted at least ten minutes before it applies, so a process that has read
/// the log within half a minute decides by the same rules as every other; one that has not reads before it decides.
/// </summary>
internal sealed class RulebookSource(ServiceOptions options, IEventLog log) : IDisposable
{
    private static readonly TimeSpan OldestForDeciding = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim turn = new(1);
    private volatile Known known = new(options.Rules, PolicyRegister.Empty, 0, null);

    /// <summary>What applies now, and what applied before, as last read; what the deployment began with before the first reading.</summary>
    public Rulebook Current => known.Rules;

    /// <summary>For decisions: read within the last half minute, and with this edition of the calendar at least.</summary>
    public async ValueTask<Rulebook> NowAsync(int edition, CancellationToken cancellationToken)
    {
        var now = known;
        return now.ReadAt is { } at && Stopwatch.GetElapsedTime(at) < OldestForDeciding && now.Rules.Calendar.Edition >= edition
            ? now.Rules
            : await RefreshAsync(cancellationToken);
    }

    /// <summary>The same, with the streams that say so.</summary>
    /// <param name="edition">The least edition of the calendar.</param>
    /// <param name="anew">They are read now.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async ValueTask<(Rulebook Rules, IReadOnlyList<StreamVersion> Relies)> ReliedOnAsync(
        int edition, bool anew, CancellationToken cancellationToken)
    {
        _ = anew ? await RefreshAsync(cancellationToken) : await NowAsync(edition, cancellationToken);
        var now = known;
        return (now.Rules, now.Streams);
    }

    /// <summary>Reads what the log has added.</summary>
    public async Task<Rulebook> RefreshAsync(CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            var before = known;
            var readAt = Stopwatch.GetTimestamp();
            var (policies, calendar, changes) = (before.Policies, before.Rules.Calendar, before.CalendarChanges);
            foreach (var e in await log.FetchAsync(
                PolicyRegister.StreamId, fromVersion: policies.Stream + 1, cancellationToken: cancellationToken))
                policies = policies.Apply((IPolicyEvent)e.Data);
            foreach (var e in await log.FetchAsync(WorkCalendar.StreamId, fromVersion: changes + 1, cancellationToken: cancellationToken))
                (calendar, changes) = (calendar.With(((ICalendarEvent)e.Data).Year), e.Version);
            var rules = policies == before.Policies && calendar == before.Rules.Calendar
                ? before.Rules
                : new Rulebook([.. options.Rules.Adopted, .. policies.Adopted], calendar);
            known = new Known(rules, policies, changes, readAt);
            return rules;
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose() => turn.Dispose();

    private sealed record Known(Rulebook Rules, PolicyRegister Policies, long CalendarChanges, long? ReadAt)
    {
        public IReadOnlyList<StreamVersion> Streams { get; } =
            [new(PolicyRegister.StreamId, Policies.Stream), new(WorkCalendar.StreamId, CalendarChanges)];
    }
}

/// <summary>Keeps this node's copy of the rulebook fresh.</summary>
[LogCategory("Hazards.Api.RulebookWatch")]
internal sealed class RulebookWatch(RulebookSource rules, ServiceOptions options, ILogger<RulebookWatch> logger) : BackgroundService
{
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await TryAsync(rules.RefreshAsync, cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.RulesInterval);
        do
            await TryAsync(rules.RefreshAsync, stoppingToken);
        while (await WaitAsync(timer, stoppingToken));
    }

    private static async Task<bool> WaitAsync(PeriodicTimer timer, CancellationToken stop)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stop);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task TryAsync(Func<CancellationToken, Task> work, CancellationToken stop)
    {
        try
        {
            await work(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
#pragma warning disable CA1031 // whatever goes wrong now is tried again at the next tick; decisions read for themselves
        catch (Exception e)
#pragma warning restore CA1031
        {
            RulesLog.Failed(logger, e.Message);
        }
    }
}

internal static partial class RulesLog
{
    [LoggerMessage(1, LogLevel.Warning, "制度和日历未能更新，将重试 the rules could not be read and will be again: {Message}")]
    public static partial void Failed(ILogger logger, string message);

    [LoggerMessage(2, LogLevel.Information, "按第 {Edition} 版日历重算期限的隐患 hazards whose due dates calendar edition {Edition} moved: {Count}")]
    public static partial void Recounted(ILogger logger, int edition, int count);
}
