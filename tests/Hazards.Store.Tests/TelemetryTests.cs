using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Hazards.Store.Tests;

public sealed class TelemetryTests(LogDatabase database) : IClassFixture<LogDatabase>
{
    [Fact]
    public async Task A_commit_is_a_span_of_its_own_that_links_to_the_appends_it_carried()
    {
        var ended = new ConcurrentBag<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == EventLogTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = ended.Add,
        };
        ActivitySource.AddActivityListener(listener);
        await using var log = database.Open();
        using var request = new Activity("request").Start();

        await log.CommitAsync(Some.Append(Guid.CreateVersion7(), events: 2));

        var append = ended.Single(a => a.OperationName == "log append" && a.TraceId == request.TraceId);
        append.ParentSpanId.ShouldBe(request.SpanId);
        append.GetTagItem("hazards.log.outcome").ShouldBe("Committed");
        var commit = ended.Single(a => a.OperationName == "log commit" && a.Links.Any(l => l.Context.SpanId == append.SpanId));
        commit.GetTagItem("hazards.log.batch.size").ShouldBe(1);
        commit.GetTagItem("hazards.log.batch.events").ShouldBe(2);
    }

    [Fact]
    public async Task Every_answer_is_counted_by_its_outcome()
    {
        var mine = $"test-{Guid.NewGuid():n}";
        var counted = new ConcurrentDictionary<string, long>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Name == "hazards.log.appends")
                    l.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, n, tags, _) =>
            counted.AddOrUpdate((string)tags[0].Value!, n, (_, sum) => sum + n));
        listener.Start();
        await using var log = database.Open();
        var stream = Guid.CreateVersion7();

        await log.CommitAsync(Some.Append(stream) with { Key = Some.Key(mine) });
        await log.AppendAsync(Some.Append(stream) with { Key = Some.Key(mine) });
        await log.AppendAsync(Some.Append(stream) with { Key = Some.Key(mine, "other") });
        await log.AppendAsync(Some.Append(stream));
        await Should.ThrowAsync<AppendRejectedException>(() =>
            log.AppendAsync(new Append([new StreamAppend(Guid.CreateVersion7(), "hazard", 0, [Some.Event("no json")])])));

        counted.Keys.ShouldBeSubsetOf(["Committed", "Repeated", "KeyReused", "Conflict", "Rejected"]);
        counted.Keys.Count.ShouldBe(5);
    }
}
