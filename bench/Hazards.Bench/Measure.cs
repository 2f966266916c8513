using System.Diagnostics;
using System.Globalization;

namespace Hazards.Bench;

/// <summary>Latencies of one workload, in milliseconds, and what it did per second.</summary>
internal sealed record Measured(string Name, double PerSecond, double P50, double P99, long Count)
{
    public static Measured From(string name, double[] milliseconds, TimeSpan wall)
    {
        Array.Sort(milliseconds);
        return new Measured(
            name, milliseconds.Length / wall.TotalSeconds, At(milliseconds, 0.50), At(milliseconds, 0.99), milliseconds.LongLength);
    }

    public static string Show(double value) =>
        value.ToString(value < 10 ? "0.00" : value < 100 ? "0.0" : "#,0", CultureInfo.InvariantCulture);

    private static double At(double[] sorted, double share) =>
        sorted.Length == 0 ? 0 : sorted[Math.Min(sorted.Length - 1, (int)Math.Ceiling(share * sorted.Length) - 1)];
}

internal static class Measure
{
    /// <summary>Runs as many workers as asked for a time and takes the latency of every call.</summary>
    public static async Task<Measured> ForAsync(
        string name, int workers, TimeSpan time, Func<int, int, Task> call, CancellationToken cancellationToken)
    {
        var warmUp = TimeSpan.FromTicks(time.Ticks / 5);
        await RunAsync(workers, warmUp, call, 0, cancellationToken);
        var wall = Stopwatch.StartNew();
        var latencies = await RunAsync(workers, time, call, 1, cancellationToken);
        return Measured.From(name, latencies, wall.Elapsed);
    }

    /// <summary>Calls one after the other, a fixed number of times, after a tenth as many to warm up.</summary>
    public static async Task<Measured> TimesAsync(string name, int times, Func<int, Task> call)
    {
        for (var i = 0; i < Math.Max(5, times / 10); i++)
            await call(i);
        var latencies = new double[times];
        var wall = Stopwatch.StartNew();
        for (var i = 0; i < times; i++)
        {
            var began = Stopwatch.GetTimestamp();
            await call(i);
            latencies[i] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        }
        return Measured.From(name, latencies, wall.Elapsed);
    }

    private static async Task<double[]> RunAsync(
        int workers, TimeSpan time, Func<int, int, Task> call, int round, CancellationToken cancellationToken)
    {
        var end = Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);
        var runs = Enumerable.Range(0, workers).Select(worker => Task.Run(async () =>
        {
            var latencies = new List<double>();
            while (Stopwatch.GetTimestamp() < end)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var began = Stopwatch.GetTimestamp();
                await call(worker, round);
                latencies.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }
            return latencies;
        }, cancellationToken)).ToArray();
        return [.. (await Task.WhenAll(runs)).SelectMany(l => l)];
    }
}
