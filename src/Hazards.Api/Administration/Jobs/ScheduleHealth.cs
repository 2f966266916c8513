using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using Hazards.Domain.Codes;

namespace Hazards.Api.Administration.Jobs;

/// <summary>A scheduled job that keeps failing.</summary>
/// <param name="Since">The first of the failures.</param>
/// <param name="Times">How many in a row.</param>
/// <param name="Error">What kind of error the last one was.</param>
/// <param name="SaidAt">When the log of the service was last told.</param>
internal sealed record ScheduleFailure(DateTimeOffset Since, int Times, string Error, DateTimeOffset SaidAt)
{
    /// <summary>The log is told of the first, and then from time to time: a turn may come every second.</summary>
    public bool IsToBeSaid { get; init; }
}

/// <summary>Which scheduled jobs fail on the node that does them: as a metric (<c>Hazards.Jobs</c>) and on the health page.</summary>
internal sealed class ScheduleHealth : IDisposable
{
    private static readonly TimeSpan SaidAgain = TimeSpan.FromMinutes(10);

    private readonly TimeProvider clock;
    private readonly Meter meter = new("Hazards.Jobs");
    private readonly Counter<long> turns;
    private ImmutableDictionary<JobKind, ScheduleFailure> failing = ImmutableDictionary<JobKind, ScheduleFailure>.Empty;

    public ScheduleHealth(TimeProvider clock)
    {
        this.clock = clock;
        turns = meter.CreateCounter<long>("hazards.jobs.turns", "{turn}", "Turns of scheduled jobs on this node, by job and error.");
        meter.CreateObservableGauge(
            "hazards.jobs.failing", () => failing.Select(f => new Measurement<int>(f.Value.Times, Tag(f.Key))), "{turn}",
            "Failures in a row of the scheduled jobs that fail.");
    }

    /// <summary>A line for each that fails; null when none does.</summary>
    public string? Failure => failing.IsEmpty
        ? null
        : string.Join(
            "; ",
            failing.OrderBy(f => f.Key)
                .Select(f => $"{CodeList.Chinese(f.Key)} {CodeList.Code(f.Key)}: {f.Value.Times} × {f.Value.Error}, {f.Value.Since:O} 起 since"));

    /// <summary>A turn was done; returns the failure that ends with it, if any.</summary>
    public ScheduleFailure? Done(JobKind job)
    {
        turns.Add(1, Tag(job));
        var before = failing.GetValueOrDefault(job);
        if (before is not null)
            ImmutableInterlocked.TryRemove(ref failing, job, out _);
        return before;
    }

    /// <summary>A turn failed.</summary>
    public ScheduleFailure Failed(JobKind job, Exception why)
    {
        turns.Add(1, Tag(job), new KeyValuePair<string, object?>("error.type", why.GetType().Name));
        var now = clock.GetUtcNow();
        // Each job has one loop: nobody else notes anything of it.
        var next = failing.GetValueOrDefault(job) is not { } before
            ? new ScheduleFailure(now, 1, why.GetType().Name, now) { IsToBeSaid = true }
            : now - before.SaidAt >= SaidAgain
                ? before with { Times = before.Times + 1, Error = why.GetType().Name, SaidAt = now, IsToBeSaid = true }
                : before with { Times = before.Times + 1, Error = why.GetType().Name, IsToBeSaid = false };
        ImmutableInterlocked.AddOrUpdate(ref failing, job, next, (_, _) => next);
        return next;
    }

    /// <summary>Another node does them from now on.</summary>
    public void Clear() => Interlocked.Exchange(ref failing, ImmutableDictionary<JobKind, ScheduleFailure>.Empty);

    public void Dispose() => meter.Dispose();

    private static KeyValuePair<string, object?> Tag(JobKind job) => new("job", CodeList.Code(job));
}
