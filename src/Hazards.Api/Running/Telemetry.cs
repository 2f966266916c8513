using Npgsql;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Hazards.Api.Running;

/// <summary>
/// Traces and metrics over OTLP, when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>, or that of one signal
/// (<c>OTEL_EXPORTER_OTLP_TRACES_ENDPOINT</c>, <c>…_METRICS_…</c>), says where to. Otherwise nothing listens, and a span costs
/// the look whether somebody does.
/// </summary>
internal static partial class Telemetry
{
    private const string Traces = "TRACES", Metrics = "METRICS";

    /// <summary>Adds what is to be exported to a host.</summary>
    public static void Add(IServiceCollection services, IConfiguration configuration, ServiceOptions options)
    {
        var (traces, metrics) = (EndpointOf(configuration, Traces), EndpointOf(configuration, Metrics));
        var (tracing, measuring) = (traces is not null || options.Traces is not null, metrics is not null || options.Metrics is not null);
        if (!tracing && !measuring)
            return;
        var telemetry = services.AddOpenTelemetry().ConfigureResource(r => r
            .AddService(
                configuration["OTEL_SERVICE_NAME"] is { Length: > 0 } name ? name : "hazards",
                serviceVersion: typeof(Telemetry).Assembly.GetName().Version?.ToString(3)));
        if (tracing)
            telemetry.WithTracing(builder =>
            {
                Trace(builder);
                options.Traces?.Invoke(builder);
                if (traces is not null)
                    builder.AddOtlpExporter(o => Read(o, configuration, Traces));
            });
        if (measuring)
            telemetry.WithMetrics(builder =>
            {
                Measure(builder);
                options.Metrics?.Invoke(builder);
                if (metrics is not null)
                    builder.AddOtlpExporter(o => Read(o, configuration, Metrics));
            });
        services.AddHostedService<TelemetryEnd>();
    }

    /// <summary>Begins before the host starts: migrations are worth seeing too. Says when an address is none.</summary>
    public static void Begin(IServiceProvider services)
    {
        services.GetService<TracerProvider>();
        services.GetService<MeterProvider>();
        var (configuration, logger) = (services.GetRequiredService<IConfiguration>(),
            services.GetRequiredService<ILoggerFactory>().CreateLogger("Hazards.Api.Telemetry"));
        foreach (var name in new[] { Variable(null, "ENDPOINT"), Variable(Traces, "ENDPOINT"), Variable(Metrics, "ENDPOINT") })
            if (configuration[name] is { Length: > 0 } given && AddressOf(given) is null)
                LogNoAddress(logger, name, given);
    }

    private static void Trace(TracerProviderBuilder builder) => builder
        .AddAspNetCoreInstrumentation(o => o.Filter = request => !request.Request.Path.StartsWithSegments("/health"))
        .AddHttpClientInstrumentation()
        .AddNpgsql()
        .AddSource("Marten", "Wolverine", "Hazards.*");

    private static void Measure(MeterProviderBuilder builder) => builder
        .AddAspNetCoreInstrumentation()
        .AddHttpClientInstrumentation()
        .AddRuntimeInstrumentation()
        .AddNpgsqlInstrumentation()
        .AddMeter("Marten", "Wolverine*", "Hazards.*");

    private static string Variable(string? signal, string name) =>
        signal is null ? $"OTEL_EXPORTER_OTLP_{name}" : $"OTEL_EXPORTER_OTLP_{signal}_{name}";

    private static Uri? EndpointOf(IConfiguration configuration, string signal) =>
        AddressOf(configuration[Variable(signal, "ENDPOINT")]) ?? AddressOf(configuration[Variable(null, "ENDPOINT")]);

    private static Uri? AddressOf(string? given) =>
        Uri.TryCreate(given, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" ? address : null;

    /// <summary>The exporter reads the common variables itself, those of one signal not (its README, 1.20).</summary>
    private static void Read(OtlpExporterOptions options, IConfiguration configuration, string signal)
    {
        // To the letter: the path of a signal's own address is the caller's.
        if (AddressOf(configuration[Variable(signal, "ENDPOINT")]) is { } address)
            options.Endpoint = address;
        if (configuration[Variable(signal, "PROTOCOL")] is { Length: > 0 } protocol)
            options.Protocol = protocol == "http/protobuf" ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc;
        if (configuration[Variable(signal, "HEADERS")] is { Length: > 0 } headers)
            options.Headers = headers;
        if (int.TryParse(configuration[Variable(signal, "TIMEOUT")], out var milliseconds) && milliseconds > 0)
            options.TimeoutMilliseconds = milliseconds;
    }

    [LoggerMessage(1, LogLevel.Warning, "{Name} 不是 http(s) 地址，不作遥测导出 {Name} is no http(s) address; it is ignored: {Given}")]
    private static partial void LogNoAddress(ILogger logger, string name, string given);
}

/// <summary>
/// Sends what is left once everything else has stopped, and does not wait long for a collector that does not answer: left to
/// the container, that would be ten seconds.
/// </summary>
internal sealed class TelemetryEnd(IServiceProvider services) : IHostedLifecycleService
{
    private const int Milliseconds = 2000;

    public Task StoppedAsync(CancellationToken cancellationToken)
    {
        var (tracer, meter) = (services.GetService<TracerProvider>(), services.GetService<MeterProvider>());
        return Task.WhenAll(
            Task.Run(() => tracer?.Shutdown(Milliseconds), CancellationToken.None),
            Task.Run(() => meter?.Shutdown(Milliseconds), CancellationToken.None));
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
