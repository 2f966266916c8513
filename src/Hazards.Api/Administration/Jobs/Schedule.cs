using Wolverine.Runtime.Agents;

namespace Hazards.Api.Administration.Jobs;

/// <summary>
/// Does what is done again and again. It runs on one node, which Wolverine names; when that dies, another takes it over
/// within a minute. Nothing but the load depends on there being one: each job finds out itself what is done already.
/// </summary>
/// <remarks>
/// Called, not sent: a turn that was missed is made up for by the next, and a message for each would be rows that are written
/// on idle nodes and that outlive what they ask for. A loop each, so that an audit of hours holds up no deadline.
/// </remarks>
[LogCategory("Hazards.Api.Jobs.Schedule")]
internal sealed partial class Schedule(IEnumerable<ScheduledJob> jobs, ScheduleHealth health, ILogger<Schedule> logger) : SingularAgent("schedule"), IDisposable
{
    private CancellationTokenSource? running;
    private Task[] turning = [];

    protected override Task startAsync(CancellationToken cancellationToken)
    {
        running = new CancellationTokenSource();
        turning = [.. jobs.Where(j => j.Every is not null).Select(j => TurnAsync(j, j.Every!.Value, running.Token))];
        return Task.CompletedTask;
    }

    protected override async Task stopAsync(CancellationToken cancellationToken)
    {
        if (running is not { } stop)
            return;
        await stop.CancelAsync();
        await Task.WhenAll(turning);
        stop.Dispose();
        running = null;
        health.Clear();
    }

    public void Dispose() => running?.Dispose();

    /// <summary>At once (what is heavy, a little later), and then so often.</summary>
    private async Task TurnAsync(ScheduledJob job, TimeSpan every, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(every);
        try
        {
            await Task.Delay(job.After, stop);
            do
                await TryAsync(job, stop);
            while (await timer.WaitForNextTickAsync(stop));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Another node goes on, or the service stops.
        }
    }

    private async Task TryAsync(ScheduledJob job, CancellationToken stop)
    {
        try
        {
            // Not on the thread of whoever starts the agent.
            await Task.Run(() => job.Run(stop), stop);
            if (health.Done(job.Job) is { } before)
                LogWorksAgain(job.Job, before.Times);
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            if (health.Failed(job.Job, e) is { IsToBeSaid: true } failure)
                LogFailed(job.Job, failure.Times, e.GetType().Name, e.Message);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "定时任务 {Job} 未能完成，将重试 failed and will be tried again ({Times}): {Error}: {Why}")]
    private partial void LogFailed(JobKind job, int times, string error, string why);

    [LoggerMessage(2, LogLevel.Information, "定时任务 {Job} 恢复正常 works again after {Times} failures")]
    private partial void LogWorksAgain(JobKind job, int times);
}
