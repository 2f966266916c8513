using System.Collections.Concurrent;
using System.Diagnostics;
using Hazards.Domain;
using Hazards.Projections;

namespace Hazards.Api.Administration.Registry;

/// <summary>
/// Bodies as this process read them last, for decisions: the log takes what was decided on one only while that is at the version
/// it was known at.
/// </summary>
/// <param name="registry">Reads them.</param>
internal sealed class KnownBodies(IRegistryQueries registry)
{
    // Some 1 KB each. Beyond that all are read anew, each when it comes.
    private const int Most = 20_000;

    private static readonly TimeSpan Oldest = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<BodyId, (Body Body, long At)> known = new();

    /// <summary>The bodies with these ids; those that nobody registered are left out.</summary>
    /// <param name="ids">Their ids.</param>
    /// <param name="anew">They are read now.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async ValueTask<IReadOnlyCollection<Body>> OfAsync(IReadOnlySet<BodyId> ids, bool anew, CancellationToken cancellationToken)
    {
        var found = new List<Body>(ids.Count);
        if (!anew)
            foreach (var id in ids)
                if (known.TryGetValue(id, out var one) && Stopwatch.GetElapsedTime(one.At) < Oldest)
                    found.Add(one.Body);
        if (found.Count == ids.Count)
            return found;
        if (known.Count + ids.Count > Most)
            known.Clear();
        var read = await registry.BodiesAsync([.. ids], cancellationToken);
        // Whether a part of something sees more than its own, what it is part of says.
        Body[] parts = [.. read.Values.Where(b => b.Parent is not null && Body.Parts.Contains(b.Kind))];
        var wholes = parts.Length == 0
            ? read
            : await registry.BodiesAsync(parts.Select(b => b.Parent!.Value).ToHashSet(), cancellationToken);
        var bodies = read.ToDictionary();
        foreach (var part in parts)
            bodies[part.Id] = await part.PlacedAsync(FindAsync);
        foreach (var (id, body) in bodies)
            known[id] = (body, Stopwatch.GetTimestamp());
        return bodies.Values;

        async Task<Body?> FindAsync(BodyId id) =>
            wholes.GetValueOrDefault(id) ?? (await registry.BodiesAsync([id], cancellationToken)).GetValueOrDefault(id);
    }
}
