using System.Collections.Immutable;
using System.Diagnostics;
using Hazards.Domain;

namespace Hazards.Projections;

/// <summary>
/// 封存, as this process read them last: all that are in force, for there are few. What is decided on them is guarded by the newest that
/// was known (<see cref="SealGuard"/>), so that no newer one is passed; one that was lifted meanwhile must not refuse anybody before
/// it was read anew.
/// </summary>
/// <param name="queries">Reads them.</param>
public sealed class KnownSeals(SealQueries queries)
{
    // Beyond that each enterprise is asked for.
    private const int Most = 5_000;

    private static readonly TimeSpan Oldest = TimeSpan.FromSeconds(30);

    private volatile Read? known;

    /// <summary>The seals in force on an enterprise's records in a region.</summary>
    /// <param name="enterprise">The enterprise; null for records of none.</param>
    /// <param name="region">The region.</param>
    /// <param name="anew">They are read now.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async ValueTask<SealsFound> InForceAsync(
        Enterprise? enterprise, RegionCode region, bool anew, CancellationToken cancellationToken = default)
    {
        if (enterprise is null)
            return SealsFound.None;
        var now = known;
        if (anew)
        {
            var found = await queries.InForceAsync(enterprise, region, null, cancellationToken);
            if (now is not null && !SealsFound.Covering(now.Seals, enterprise, region).Seals.SequenceEqual(found.Seals))
                known = null;
            return found;
        }

        if (now is null || Stopwatch.GetElapsedTime(now.At) > Oldest)
            known = now = new Read(await queries.AllInForceAsync(Most + 1, cancellationToken), Stopwatch.GetTimestamp());
        return now.Seals.Length > Most
            ? await queries.InForceAsync(enterprise, region, null, cancellationToken)
            : SealsFound.Covering(now.Seals, enterprise, region);
    }

    private sealed record Read(ImmutableArray<(Seal Seal, long Position)> Seals, long At);
}
