using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Hazards.Projections;

/// <summary>Traces and metrics of the rows, for hosts that listen: add the source and the meter <see cref="Name"/>.</summary>
public static class RowsTelemetry
{
    /// <summary>The name of the activity source and of the meter.</summary>
    public const string Name = "Hazards.Projections";

    private static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);
    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(
        "hazards.rows.question.duration", "s", "How long an answer took, by question, now or as of an instant");
    private static readonly Counter<long> Rebuilt = Meter.CreateCounter<long>("hazards.rows.rebuilt", "{row}", "Rows written by rebuilds");

    /// <summary>A question is asked; it is answered when this is disposed.</summary>
    internal static Question Ask(string question, Scope scope) => new(question, scope.AsOf is not null);

    /// <summary>A rebuild wrote some rows.</summary>
    internal static void Fold(long rows) => Rebuilt.Add(rows);

    internal readonly struct Question(string name, bool asOf) : IDisposable
    {
        private readonly Activity? _activity = Source.StartActivity($"rows {name}");
        private readonly long _began = Stopwatch.GetTimestamp();

        public void Dispose()
        {
            Duration.Record(Stopwatch.GetElapsedTime(_began).TotalSeconds,
                new KeyValuePair<string, object?>("question", name), new KeyValuePair<string, object?>("as_of", asOf));
            _activity?.Dispose();
        }
    }
}
