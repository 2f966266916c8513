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
        var mentioned = events.ToDictionary(e => e.Key, e => Mentioned.In(e.Value, openings[e.Key], asOf));
        var (bodies, offices) = await BodiesAsync(mentioned.Values, asOf, cancellationToken);
        var rulebook = await rules.NowAsync(
            events.Values.SelectMany(e => e).Select(e => e.Context.Calendar).DefaultIfEmpty().Max(), cancellationToken);
        var files = new Dictionary<HazardId, CaseFile>();
        foreach (var (id, own) in events)
            if (CaseFile.Of(
                id, own, openings[id], rulebook, mentioned[id].Of(bodies, offices), asOf ?? Now(own, openings[id])) is { } file)
                files[id] = file;
        return files;
    }

    /// <summary>The database's clock may be a little ahead of this process's: what has been recorded was recorded by now.</summary>
    private DateTimeOffset Now(ImmutableArray<RecordedHappening> events, IEnumerable<RecordedOpening> openings) =>
        openings.Select(o => o.OpenedAt).Append(events[^1].RecordedAt).Append(clock.GetUtcNow()).Max();

    // Who is named by one hazard only is no business of who asks for another.
    private async Task<(IReadOnlyDictionary<BodyId, Body> Bodies, ILookup<RegionCode, Body> Offices)> BodiesAsync(
        IReadOnlyCollection<Mentioned> mentioned, DateTimeOffset? asOf, CancellationToken cancellationToken)
    {
        var bodies = await registry.BodiesAsync([.. mentioned.SelectMany(m => m.Bodies).Distinct()], asOf, cancellationToken);
        var offices = await registry.OfficesAsync([.. mentioned.SelectMany(m => m.Offices).Distinct()], asOf, cancellationToken);
        return (bodies, offices.ToLookup(o => o.Region));
    }

    private sealed record Mentioned(IReadOnlySet<BodyId> Bodies, IReadOnlySet<RegionCode> Offices)
    {
        /// <summary>By what was on record at an instant, or is now.</summary>
        public static Mentioned In(
            ImmutableArray<RecordedHappening> events, IEnumerable<RecordedOpening> openings, DateTimeOffset? asOf)
        {
            var known = events.Where(e => !(e.RecordedAt > asOf)).ToArray();
            return new Mentioned(
                known.SelectMany(e => NamedBodies.In(e.Happening))
                    .Concat(openings.Where(o => !(o.OpenedAt > asOf)).Select(o => o.Body)).ToHashSet(),
                known.Select(e => e.Event).OfType<HazardReported>().Select(r => r.Region.At(RegionLevel.County))
                    .Concat(known.SelectMany(e => e.Context.Told).Select(t => t.Office).OfType<RegionCode>()).ToHashSet());
        }

        public Dictionary<BodyId, Body> Of(IReadOnlyDictionary<BodyId, Body> bodies, ILookup<RegionCode, Body> offices)
        {
            var own = new Dictionary<BodyId, Body> { [Clockwork.Body.Id] = Clockwork.Body };
            foreach (var body in Bodies.Select(b => bodies.GetValueOrDefault(b)).OfType<Body>().Concat(Offices.SelectMany(o => offices[o])))
                own[body.Id] = body;
            return own;
        }
    }
}
