using System.Collections.Immutable;
using Hazards.Api.Administration.Policies;
using Hazards.Domain;
using Hazards.Projections;

namespace Hazards.Api.Investigation.Replay;

/// <summary>Opens case files: events, openings, bodies and rules, for one hazard or for a page of them, in the same few queries.</summary>
/// <param name="replay">Reads the streams and the openings.</param>
/// <param name="registry">Knows the bodies.</param>
/// <param name="rules">The policies and the calendar.</param>
/// <param name="clock">Tells the time.</param>
internal sealed class CaseFiles(ReplayQueries replay, IRegistryQueries registry, RulebookSource rules, TimeProvider clock)
{
    /// <summary>One hazard's file; null when nothing of it was on record.</summary>
    /// <param name="id">The hazard.</param>
    /// <param name="asOf">The instant looked from; now when left out.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task<CaseFile?> OpenAsync(HazardId id, DateTimeOffset? asOf = null, CancellationToken cancellationToken = default) =>
        (await OpenAsync([id.StreamId], asOf, cancellationToken)).GetValueOrDefault(id);

    /// <summary>The files of many; a stream that is no hazard's, or had not begun, has none.</summary>
    public async Task<IReadOnlyDictionary<HazardId, CaseFile>> OpenAsync(
        IReadOnlyCollection<Guid> streams, DateTimeOffset? asOf, CancellationToken cancellationToken = default)
    {
        if (streams.Count == 0)
            return ImmutableDictionary<HazardId, CaseFile>.Empty;
        var events = await replay.EventsAsync(streams, cancellationToken);
        var openings = await replay.OpeningsAsync(events, cancellationToken);
        var all = events.Values.SelectMany(e => e).ToArray();
        var bodies = await BodiesAsync(all, openings.SelectMany(o => o), cancellationToken);
        var rulebook = await rules.NowAsync(all.Length == 0 ? 0 : all.Max(e => e.Context.Calendar), cancellationToken);
        var files = new Dictionary<HazardId, CaseFile>();
        foreach (var (id, own) in events)
            if (CaseFile.Of(id, own, openings[id], rulebook, bodies, asOf ?? Now(own, openings[id])) is { } file)
                files[id] = file;
        return files;
    }

    /// <summary>The database's clock may be a little ahead of this process's: what has been recorded was recorded by now.</summary>
    private DateTimeOffset Now(ImmutableArray<RecordedHappening> events, IEnumerable<RecordedOpening> openings) =>
        openings.Select(o => o.OpenedAt).Append(events[^1].RecordedAt).Append(clock.GetUtcNow()).Max();

    private async Task<IReadOnlyDictionary<BodyId, Body>> BodiesAsync(
        RecordedHappening[] events, IEnumerable<RecordedOpening> openings, CancellationToken cancellationToken)
    {
        var named = events.SelectMany(e => NamedBodies.In(e.Happening)).Concat(openings.Select(o => o.Body)).ToHashSet();
        var bodies = new Dictionary<BodyId, Body>(await registry.BodiesAsync(named, cancellationToken))
        {
            [Clockwork.Body.Id] = Clockwork.Body,
        };
        var regions = events.Select(e => e.Event).OfType<HazardReported>().Select(r => r.Region.At(RegionLevel.County))
            .Concat(events.SelectMany(e => e.Context.Told).Select(t => t.Office).OfType<RegionCode>()).ToHashSet();
        foreach (var office in await registry.OfficesAsync(regions, cancellationToken))
            bodies[office.Id] = office;
        return bodies;
    }
}
