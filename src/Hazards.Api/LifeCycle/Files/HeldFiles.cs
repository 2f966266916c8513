using Hazards.Domain;
using Hazards.Projections;

namespace Hazards.Api.LifeCycle.Files;

/// <summary>Attachments of records that are no hazards: who may read the record may read them once it holds them.</summary>
internal static class HeldFiles
{
    /// <summary>Opens what an act attached to a record, when it was done, to who has jurisdiction over the record's regions.</summary>
    public static async Task<Outcome<TState>> HoldingAsync<TState>(
        this Task<Outcome<TState>> acting, FileStore files, Given given, Func<TState, IEnumerable<RegionCode>> regions, CancellationToken cancellationToken)
    {
        var outcome = await acting;
        if (!given.Attachments.IsDefaultOrEmpty && outcome is Outcome<TState>.Done done)
            foreach (var region in regions(done.After))
                await files.HoldAsync([.. given.Attachments.Select(a => a.Digest)], region, cancellationToken);
        return outcome;
    }
}
