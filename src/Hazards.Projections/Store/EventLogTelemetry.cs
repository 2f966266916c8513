using System.Diagnostics;
using System.Diagnostics.Metrics;
using Hazards.Projections.Store.Appending;

namespace Hazards.Projections.Store;

/// <summary>
/// Traces and metrics of a log, under the one name <see cref="Name"/>: subscribe with
/// <c>AddSource(EventLogTelemetry.Name)</c> and <c>AddMeter(EventLogTelemetry.Name)</c>. docs/event-log.md lists them.
/// </summary>
public sealed class EventLogTelemetry : IDisposable
{
    /// <summary>The name of the ActivitySource and of the Meter.</summary>
    public const string Name = "Hazards.EventLog";

    private static readonly ActivitySource Source = new(Name);

    private readonly Meter meter = new(Name);
    private readonly Histogram<int> batchSize;
    private readonly Histogram<double> queueWait;
    private readonly Histogram<double> commitTime;
    private readonly Counter<long> appends;
    private readonly Counter<long> events;
    private readonly Counter<long> retries;
    private readonly Counter<long> unsent;

    internal EventLogTelemetry(Func<long> headPosition, Func<int> queueLength)
    {
        batchSize = meter.CreateHistogram<int>("hazards.log.batch.size", "{append}", "Appends in one commit.");
        queueWait = meter.CreateHistogram<double>("hazards.log.queue.wait", "s", "From asking to append to being sent.");
        commitTime = meter.CreateHistogram<double>("hazards.log.commit.duration", "s", "From sending a batch to its commit.");
        appends = meter.CreateCounter<long>("hazards.log.appends", "{append}", "Appends answered, by outcome.");
        events = meter.CreateCounter<long>("hazards.log.events", "{event}", "Events committed.");
        unsent = meter.CreateCounter<long>(
            "hazards.log.unsent", "{batch}", "Batches whose messages are kept and could not be sent at once.");
        retries = meter.CreateCounter<long>("hazards.log.retries", "{append}", "Appends to be sent again because the database was unwell.");
        meter.CreateObservableGauge("hazards.log.head", headPosition, "{event}", "The last position this process knows of.");
        meter.CreateObservableGauge("hazards.log.queue.length", queueLength, "{append}", "Appends waiting or being written.");
    }

    internal static Activity? AppendBegins() => Source.StartActivity("log append");

    internal Activity? BatchBegins(IReadOnlyList<PendingAppend> batch)
    {
        batchSize.Record(batch.Count);
        if (queueWait.Enabled)
        {
            foreach (var append in batch)
                queueWait.Record(Stopwatch.GetElapsedTime(append.QueuedAt).TotalSeconds);
        }

        return Source.HasListeners()
            ? Source.StartActivity(
                "log commit",
                ActivityKind.Client,
                default(ActivityContext),
                [new("hazards.log.batch.size", batch.Count)],
                batch.Where(a => a.Caller != default).Select(a => new ActivityLink(a.Caller)))
            : null;
    }

    internal void BatchEnded(IReadOnlyList<PendingAppend> batch, long began, Activity? activity)
    {
        commitTime.Record(Stopwatch.GetElapsedTime(began).TotalSeconds);
        activity?.SetTag("hazards.log.batch.events", batch.Sum(a => a.Events)).Stop();
    }

    internal void Answered(PendingAppend append, AppendResult result)
    {
        if (result is AppendResult.Committed)
            events.Add(append.Events);
        Count(result.GetType().Name);
    }

    internal void Rejected() => Count(nameof(Rejected));

    private void Count(string outcome) =>
        appends.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    internal void Retried(int count, Exception why) =>
        retries.Add(count, new KeyValuePair<string, object?>("error.type", why.GetType().Name));

    internal void NotSent(Exception why) =>
        unsent.Add(1, new KeyValuePair<string, object?>("error.type", why.GetType().Name));

    /// <inheritdoc />
    public void Dispose() => meter.Dispose();
}
