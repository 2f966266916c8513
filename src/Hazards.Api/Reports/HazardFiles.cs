using Hazards.Domain;
using Npgsql;
using NpgsqlTypes;

namespace Hazards.Api.Reports;

/// <summary>One thing that happened, with where the log has it.</summary>
internal readonly record struct Happened(long Position, DateTimeOffset RecordedAt, string Type, IHazardEvent Event, EventContext Context);

/// <summary>A hazard with its story.</summary>
internal sealed record HazardFile(Hazard Hazard, IReadOnlyList<Happened> Story);

/// <summary>
/// Reads the stories of the hazards of one page, by the log's index on streams: what lists show beyond figures (plans word
/// for word, findings, papers) is in no row.
/// </summary>
internal sealed class HazardFiles(NpgsqlDataSource dataSource)
{
    /// <summary>The hazards in the order asked for, as known at an instant.</summary>
    public async Task<IReadOnlyList<HazardFile>> ReadAsync(
        IReadOnlyCollection<HazardId> ids, DateTimeOffset? knownAt, CancellationToken cancellationToken)
    {
        var stories = new Dictionary<Guid, (Hazard? State, List<Happened> Story)>();
        await using var command = dataSource.CreateCommand("""
            select e.stream_id, e.seq_id, e."timestamp", e.type, e.data::text, e.headers::text
            from log.mt_events e
            where e.stream_id = any ($1) and e."timestamp" <= $2
            order by e.stream_id, e.version
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. ids.Select(i => i.StreamId)] });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = knownAt?.UtcDateTime
            ?? DateTime.MaxValue, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var id = reader.GetGuid(0);
            var type = reader.GetString(3);
            var happening = new Happening(
                (IHazardEvent)DomainJson.ReadEvent(type, reader.GetFieldValue<byte[]>(4)),
                DomainJson.ReadContext(reader.GetFieldValue<byte[]>(5)));
            var (state, story) = stories.TryGetValue(id, out var known) ? known : (null, []);
            story.Add(new Happened(reader.GetInt64(1), reader.GetFieldValue<DateTimeOffset>(2), type, happening.Event, happening.Context));
            stories[id] = (Hazard.Apply(new HazardId(id), state, happening), story);
        }
        return [.. ids.Where(i => stories.ContainsKey(i.StreamId))
            .Select(i => new HazardFile(stories[i.StreamId].State!, stories[i.StreamId].Story))];
    }
}
