using System.Text.Json;
using Hazards.Domain;

namespace Hazards.Api;

/// <summary>
/// Requests that may hold personal data. A plain hash of one, kept for its Idempotency-Key, would let whoever reads the
/// database try names and numbers on it, long after the person was erased; so it is a keyed one.
/// </summary>
internal static class PersonalRequest
{
    public static bool Holds<T>(JsonElement body) =>
        typeof(T) == typeof(RecordWitness) || (typeof(T) == typeof(ReportHazard) && (body.TryGetProperty("reporter", out _) || body.TryGetProperty("foundBy", out _)));
}
