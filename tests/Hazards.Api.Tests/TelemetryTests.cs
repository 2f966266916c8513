using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Hazards.Api.Tests;

/// <summary>What the service tells of itself, and that telling it harms nothing.</summary>
[Trait("Server", "any")]
public sealed class TelemetryTests
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task A_request_is_a_trace_down_to_its_statements_and_the_log_is_measured()
    {
        var (spans, metrics) = (new Kept<Activity>(), new Kept<MetricSnapshot>());
        var service = new Service
        {
            Options = o => o with { Traces = b => b.AddInMemoryExporter(spans), Metrics = b => b.AddInMemoryExporter(metrics) },
        };
        await service.InitializeAsync();
        try
        {
            using var outer = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();
            outer.ActivityTraceFlags = ActivityTraceFlags.Recorded;
            (await service.Office.PostAsync("hazards", Some.Report(), ("traceparent", outer.Id!))).Require(HttpStatusCode.Created);
            await service.Admin.GetAsync("/health/ready", ("traceparent", outer.Id!));

            // Its span ends when the answer is out.
            var request = await spans.WaitForAsync(s => s.Source.Name == "Microsoft.AspNetCore" && s.TraceId == outer.TraceId);
            request.GetTagItem("http.route").ShouldBe("/api/v1/hazards");
            request.GetTagItem("http.response.status_code").ShouldBe(201);
            var append = await spans.WaitForAsync(s => s.OperationName == "log append" && s.TraceId == outer.TraceId);
            append.ParentSpanId.ShouldBe(request.SpanId);
            spans.All.ShouldContain(s => s.Source.Name == "Npgsql" && s.TraceId == outer.TraceId, "its key was looked up");
            // One commit serves many requests: a trace of its own, linked to those it carried.
            var commit = await spans.WaitForAsync(
                s => s.OperationName == "log commit" && s.Links.Any(l => l.Context.SpanId == append.SpanId));
            spans.All.ShouldContain(s => s.Source.Name == "Npgsql" && s.TraceId == commit.TraceId);
            spans.All.ShouldContain(s => s.Source.Name == "Marten");
            spans.All.ShouldNotContain(s => s.GetTagItem("url.path") as string == "/health/ready");

            service.Services.GetRequiredService<MeterProvider>().ForceFlush();
            foreach (var name in new[] { "hazards.log.appends", "http.server.request.duration", "db.client.operation.duration" })
                metrics.All.ShouldContain(m => m.Name == name, name);
            metrics.All.ShouldContain(m => m.MeterName == "Marten");
            metrics.All.ShouldContain(m => m.MeterName.StartsWith("Wolverine", StringComparison.Ordinal));
            metrics.All.ShouldContain(m => m.MeterName == "System.Runtime");
        }
        finally
        {
            await service.DisposeAsync();
        }
    }

    /// <summary>Nobody listens: nothing is made to be listened to.</summary>
    [Fact]
    public async Task Without_an_address_there_is_no_telemetry()
    {
        await using var app = HazardsService.Build(new ServiceOptions("Host=127.0.0.1;Database=d;Username=u"));
        app.Services.GetService<TracerProvider>().ShouldBeNull();
        app.Services.GetService<MeterProvider>().ShouldBeNull();
    }

    [Fact]
    public async Task It_goes_where_the_environment_says_by_its_name()
    {
        await using var collector = await Collector.StartAsync();
        await WithServeAsync(async (service, key) =>
        {
            (await new Client(service.Address, key).PostAsync("hazards", Some.Report())).Require(HttpStatusCode.Created);
            (await service.StopAsync()).ShouldBeLessThan(Longest);
        }, ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), ("OTEL_SERVICE_NAME",
        "hazards-of-the-test"));
        // The end of what was recorded as well: it is sent when all has stopped.
        collector.Received("/v1/traces")
            .ShouldContainAll("hazards-of-the-test", "service.name", "log append", "log commit", "Npgsql", "Marten");
        collector.Received("/v1/metrics")
            .ShouldContainAll("hazards-of-the-test", "hazards.log.appends", "Wolverine", "dotnet.gc.collections");
    }

    [Fact]
    public async Task A_signals_own_address_goes_first_and_the_other_signal_is_not_sent()
    {
        await using var collector = await Collector.StartAsync();
        await WithServeAsync(async (service, _) => await service.StopAsync(),
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", $"{collector.Address}/of/their/own"),
            ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/protobuf"));
        collector.Paths.ShouldBe(["/of/their/own"]);
    }

    /// <summary>A collector that takes connections and answers nothing, and one that is not there: each by each protocol.</summary>
    [Theory, InlineData("grpc", "http/protobuf"), InlineData("http/protobuf", "grpc")]
    public async Task A_dead_collector_harms_nothing_and_is_not_waited_for(string traces, string metrics)
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var gone = new TcpListener(IPAddress.Loopback, 0);
        gone.Start();
        var nobodys = Address(gone);
        gone.Stop();
        await WithServeAsync(async (service, key) =>
            {
                (await new Client(service.Address, key).PostAsync("hazards", Some.Report())).Require(HttpStatusCode.Created);
                (await service.StopAsync()).ShouldBeLessThan(Longest);
            },
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", Address(silent)), ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", traces),
            ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", nobodys), ("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", metrics),
            ("OTEL_METRIC_EXPORT_INTERVAL", "200"));

        static string Address(TcpListener listener) => $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
    }

    [Fact]
    public async Task What_is_no_address_is_said_and_ignored()
    {
        var said = "";
        await WithServeAsync(async (service, _) =>
        {
            await service.StopAsync();
            said = await service.SaidAsync();
        }, ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317"));
        said.ShouldContain("OTEL_EXPORTER_OTLP_ENDPOINT");
        said.ShouldContain("is ignored");
    }

    private static async Task WithServeAsync(Func<ServeCommandProcess, string, Task> work, params (string, string)[] environment)
    {
        var database = await TestServer.CreateDatabaseAsync();
        var folder = Directory.CreateTempSubdirectory("hazards-telemetry-");
        try
        {
            using var service = await ServeCommandProcess.StartAsync(database, folder.FullName, environment);
            await work(service, (await File.ReadAllTextAsync(Path.Combine(folder.FullName, "key"))).Trim());
        }
        finally
        {
            folder.Delete(recursive: true);
            await TestServer.DropDatabaseAsync(database);
        }
    }

    /// <summary>What an exporter was given. It gives from several threads.</summary>
    private sealed class Kept<T> : ICollection<T>
    {
        private readonly ConcurrentQueue<T> kept = new();

        public T[] All => [.. kept];

        public int Count => kept.Count;

        public bool IsReadOnly => false;

        public async Task<T> WaitForAsync(Func<T, bool> wanted)
        {
            for (var deadline = DateTime.UtcNow.AddSeconds(20); ; await Task.Delay(20))
                if (kept.FirstOrDefault(wanted) is { } found)
                    return found;
                else
                    DateTime.UtcNow.ShouldBeLessThan(deadline, "no such span");
        }

        public void Add(T item) => kept.Enqueue(item);

        public void Clear() => kept.Clear();

        public bool Contains(T item) => kept.Contains(item);

        public void CopyTo(T[] array, int arrayIndex) => kept.CopyTo(array, arrayIndex);

        public bool Remove(T item) => throw new NotSupportedException();

        public IEnumerator<T> GetEnumerator() => kept.GetEnumerator();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }

    /// <summary>Takes OTLP over HTTP and keeps the bytes: names stand in them as they are.</summary>
    private sealed class Collector(WebApplication app) : IAsyncDisposable
    {
        private readonly ConcurrentQueue<(string Path, string Body)> received = new();

        public string Address => app.Urls.First();

        public IEnumerable<string> Paths => received.Select(r => r.Path).Distinct();

        public static async Task<Collector> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            var app = builder.Build();
            var collector = new Collector(app);
            app.Run(async context =>
            {
                using var body = new MemoryStream();
                await context.Request.Body.CopyToAsync(body);
                collector.received.Enqueue((context.Request.Path, Encoding.Latin1.GetString(body.ToArray())));
            });
            await app.StartAsync();
            return collector;
        }

        public string Received(string path) => string.Concat(received.Where(r => r.Path == path).Select(r => r.Body));

        public async ValueTask DisposeAsync()
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }
    }
}

internal static class Containing
{
    public static void ShouldContainAll(this string text, params string[] parts)
    {
        foreach (var part in parts)
            text.Contains(part, StringComparison.Ordinal).ShouldBeTrue(part);
    }
}
