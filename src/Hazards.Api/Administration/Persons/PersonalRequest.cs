using System.Text.Json;
using Hazards.Domain;

namespace Hazards.Api.Administration.Persons;

/// <summary>
/// Requests that may hold personal data. A plain hash of one, kept for its Idempotency-Key, would let whoever reads the
/// database try names and numbers on it, long after the person was erased; so it is a keyed one.
/// </summary>
internal static class PersonalRequest
{
    public static bool Holds<T>(JsonElement body) =>
        typeof(T) == typeof(RecordWitness) || (typeof(T) == typeof(ReportHazard) && OfReport(body))
            || (typeof(T) == typeof(HazardEntry) && OfEntry(body))
        || (typeof(T) == typeof(UnreadEntries) && body.TryGetProperty("items", out var items) && items.ValueKind == JsonValueKind.Array
            && items.EnumerateArray().Any(OfEntry));

    private static bool OfEntry(JsonElement entry) =>
        entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty("report", out var report)
            && report.ValueKind == JsonValueKind.Object && OfReport(report);

    private static bool OfReport(JsonElement report) => report.TryGetProperty("reporter", out _) || report.TryGetProperty("foundBy", out _);
}
