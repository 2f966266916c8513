using Hazards.Projections;

namespace Hazards.Api.Lists;

/// <summary>What a list as of an instant could not know yet.</summary>
internal static class KnownLater
{
    /// <summary>
    /// Of a first page as of an instant: how many such hazards had been found by then and were put on record later. Null for
    /// now, and on further pages.
    /// </summary>
    public static async Task<int?> OfAsync(
        IHazardQueries hazards, Scope scope, HazardFilter filter, string? cursor, CancellationToken cancellationToken) =>
        scope.AsOf is null || cursor is not null ? null : await hazards.KnownLaterAsync(scope, filter, cancellationToken);
}
