using System.Diagnostics;
using System.Diagnostics.Metrics;
using Hazards.Domain;

namespace Hazards.Api.Supervision;

/// <summary>Traces and metrics of the clock worker, under the name <c>Hazards.Clocks</c>.</summary>
internal static class ClockTelemetry
{
    private const string Name = "Hazards.Clocks";

    private static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);
    private static readonly Counter<long> Rings = Meter.CreateCounter<long>(
        "hazards.clocks.rings", "{event}", "Events written by the clock worker, by type");
    private static readonly Counter<long> Failures = Meter.CreateCounter<long>(
        "hazards.clocks.failures", "{hazard}", "Hazards whose clocks could not be rung");
    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(
        "hazards.clocks.pass.duration", "s", "How long a pass took");
    private static long backlog;
    private static long lag;

    static ClockTelemetry()
    {
        Meter.CreateObservableGauge(
            "hazards.clocks.backlog", () => Volatile.Read(ref backlog), "{hazard}",
            "Hazards with something to ring for when the last pass began");
        Meter.CreateObservableGauge(
            "hazards.clocks.lag", () => Volatile.Read(ref lag), "d", "Days since the earliest of them should have rung");
    }

    public static Activity? Begin((long Count, DateOnly? Earliest) found, DateOnly today)
    {
        Volatile.Write(ref backlog, found.Count);
        Volatile.Write(ref lag, found.Earliest is { } day ? Math.Max(0, today.DayNumber - day.DayNumber) : 0);
        return Source.StartActivity("clocks pass")?.SetTag("hazards.clocks.backlog", found.Count);
    }

    public static void Rang(Outcome<Hazard>.Done done)
    {
        foreach (var e in done.Events)
            Rings.Add(1, new KeyValuePair<string, object?>("type", e.Type));
    }

    public static void Failed(Exception why) => Failures.Add(1, new KeyValuePair<string, object?>("error.type", why.GetType().Name));

    public static void End(long began) => Duration.Record(Stopwatch.GetElapsedTime(began).TotalSeconds);
}
