using System.Collections.Immutable;
using System.Text.Json;
using Hazards.Domain;

namespace Hazards.Evidence;

/// <summary>Folds a hazard's events and stops at instants on the way: at each, with what was on record then.</summary>
/// <param name="id">The hazard.</param>
/// <param name="instants">Where to stop, ascending.</param>
/// <param name="at">Told there what was on record; null: nothing yet.</param>
/// <param name="read">Told every event once it is read.</param>
internal sealed class Replay(
    HazardId id, ImmutableArray<DateTimeOffset> instants, Action<HazardId, DateTimeOffset, Hazard?> at,
    Action<EnvelopeLine, Happening> read)
{
    private Hazard? hazard;
    private int next;
    private bool broken;

    /// <summary>The next event; or why it cannot be folded, after which nothing more is.</summary>
    public Refusal? Add(EnvelopeLine e)
    {
        if (broken)
            return null;
        while (next < instants.Length && instants[next] < e.RecordedAt)
            at(id, instants[next++], hazard);
        broken = true;
        try
        {
            if (DomainJson.ReadEvent(e.Type, e.Data) is not IHazardEvent happened)
                return EvidenceRefusals.Impossible.Because(null, ("position", e.Position), ("type", e.Type));
            var happening = new Happening(happened, DomainJson.ReadContext(e.Headers));
            read(e, happening);
            hazard = Hazard.Apply(id, hazard, happening);
            broken = false;
            return null;
        }
        catch (JsonException problem)
        {
            return EvidenceRefusals.Unknown.Because(null, ("position", e.Position), ("type", e.Type), ("detail", problem.Message));
        }
        catch (Exception problem) when (problem is InvalidOperationException or NullReferenceException or KeyNotFoundException or ArgumentException or IndexOutOfRangeException or FormatException)
        {
            // The fold trusts that the service decided each event; a package may hold what nobody ever decided.
            return EvidenceRefusals.Impossible.Because(null, ("position", e.Position), ("type", e.Type));
        }
    }

    /// <summary>There are no more events.</summary>
    public void End()
    {
        while (!broken && next < instants.Length)
            at(id, instants[next++], hazard);
    }
}

/// <summary>Compares a state in a package with the one a replay gives.</summary>
internal static class StateComparison
{
    /// <summary>
    /// Whether everything the given state says, the replayed one says as well: a program of a later year may write members
    /// that the one which made the package did not know yet.
    /// </summary>
    public static bool IsOlderFormOf(ReadOnlyMemory<byte> given, ReadOnlyMemory<byte> replayed)
    {
        try
        {
            using var older = JsonDocument.Parse(given);
            using var newer = JsonDocument.Parse(replayed);
            return Says(newer.RootElement, older.RootElement);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool Says(JsonElement newer, JsonElement older) => (newer.ValueKind, older.ValueKind) switch
    {
        (JsonValueKind.Object, JsonValueKind.Object) =>
            older.EnumerateObject().All(m => newer.TryGetProperty(m.Name, out var value) && Says(value, m.Value)),
        (JsonValueKind.Array, JsonValueKind.Array) =>
            newer.GetArrayLength() == older.GetArrayLength()
                && newer.EnumerateArray().Zip(older.EnumerateArray()).All(p => Says(p.First, p.Second)),
        _ => JsonElement.DeepEquals(newer, older),
    };
}
