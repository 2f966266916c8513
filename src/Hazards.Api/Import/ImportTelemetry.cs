using System.Diagnostics;
using System.Diagnostics.Metrics;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Api.Import;

/// <summary>Traces and metrics of imports, under the name <c>Hazards.Import</c>.</summary>
internal sealed class ImportTelemetry : IDisposable
{
    private const string Name = "Hazards.Import";

    private static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);
    private static readonly Counter<long> Rows = Meter.CreateCounter<long>("hazards.import.rows", "{row}", "Rows of ledgers, by outcome");
    private static readonly Counter<long> Events = Meter.CreateCounter<long>(
        "hazards.import.events", "{event}", "Events written for hazards of ledgers");
    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(
        "hazards.import.duration", "s", "How long an import took");

    private readonly Activity? _activity;
    private readonly long _began = Stopwatch.GetTimestamp();

    private ImportTelemetry(Activity? activity) => _activity = activity;

    /// <summary>An import begins.</summary>
    public static ImportTelemetry Begin(string ledger) => new(Source.StartActivity("import ledger")?.SetTag("hazards.ledger", ledger));

    /// <summary>It came to its end.</summary>
    public void End(IReadOnlyCollection<ImportedRow> rows, int events)
    {
        foreach (var outcome in rows.GroupBy(r => r.Outcome))
            Rows.Add(outcome.Count(), new KeyValuePair<string, object?>("outcome", CodeList.Code(outcome.Key)));
        Events.Add(events);
        Duration.Record(Stopwatch.GetElapsedTime(_began).TotalSeconds);
        _activity?.SetTag("hazards.import.rows", rows.Count).SetTag("hazards.import.events", events);
    }

    public void Dispose() => _activity?.Dispose();
}
