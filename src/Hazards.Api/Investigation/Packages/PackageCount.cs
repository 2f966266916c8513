using Hazards.Domain;
using Hazards.Evidence.Report;
using Hazards.Projections;
using Hazards.Projections.Store;
using Npgsql;

namespace Hazards.Api.Investigation.Packages;

/// <summary>
/// Counts what a package is to hold, as the log stands: every hazard's events and the openings of what they told, and the streams
/// that they rest on. Some hazards at a time; by the log's (stream, version).
/// </summary>
internal sealed class PackageCount(NpgsqlDataSource dataSource, IEventLog log)
{
    private const int AtOnce = 100;

    private readonly ReplayQueries replay = new(dataSource);

    /// <summary>Counts for a request of a body.</summary>
    public async Task<EvidenceCounted> OfAsync(EvidenceRequested request, BodyId asking, CancellationToken cancellationToken)
    {
        // Positions have no gaps and become visible in their order: whatever stands before this is there.
        var upTo = (await log.HeadAsync(cancellationToken)).Position;
        var (counted, bodies) = (new List<CountedStream>(), new HashSet<BodyId> { asking });
        foreach (var some in request.Hazards.Chunk(AtOnce))
        {
            var events = (await replay.EventsAsync([.. some.Select(h => h.StreamId)], cancellationToken))
                .ToDictionary(h => h.Key, h => h.Value.RemoveAll(e => e.Position > upTo));
            var openings = await replay.OpeningsAsync(events, cancellationToken);
            foreach (var hazard in some.Where(events.ContainsKey))
            {
                counted.Add(new CountedStream(hazard.StreamId, events[hazard].Length, openings[hazard].Count(o => o.Position <= upTo)));
                bodies.UnionWith(ReportForm.BodiesIn(events[hazard]));
            }
        }

        Guid[] shared = [
            LogStream.Id, PolicyRegister.StreamId, WorkCalendar.StreamId,
            .. bodies.OrderBy(b => b.Value, StringComparer.Ordinal).Select(b => b.StreamId)];
        var inAll = await EventsAsync(shared, upTo, cancellationToken);
        counted.AddRange(shared.Where(inAll.ContainsKey).Select(s => new CountedStream(s, inAll[s])));
        return new EvidenceCounted(upTo, [.. counted]);
    }

    private async Task<Dictionary<Guid, long>> EventsAsync(Guid[] streams, long upTo, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            "select e.stream_id, count(*) from log.mt_events e where e.stream_id = any ($1) and e.seq_id <= $2 group by e.stream_id");
        command.Parameters.Add(PackageShelf.Of(streams));
        command.Parameters.Add(PackageShelf.Of(upTo));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new Dictionary<Guid, long>();
        while (await reader.ReadAsync(cancellationToken))
            found[reader.GetGuid(0)] = reader.GetInt64(1);
        return found;
    }
}
