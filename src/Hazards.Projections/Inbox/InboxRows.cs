using System.Collections.Immutable;
using Npgsql;

namespace Hazards.Projections;

/// <summary>What is wrong with a row.</summary>
public enum RowFault
{
    /// <summary>The events have it, the table has not.</summary>
    Missing,

    /// <summary>No event says it.</summary>
    Unrecorded,

    /// <summary>Its columns say something else.</summary>
    Differs,
}

/// <summary>A row of the inbox that is not what the events say.</summary>
/// <param name="Opening">Whether it is an opening's row; otherwise a message's.</param>
/// <param name="Fault">What is wrong.</param>
/// <param name="Message">The message: its stream.</param>
/// <param name="Who">The addressee; of an opening, body and person.</param>
/// <param name="Position">The event's position: that which told, or the opening.</param>
/// <param name="Hazard">The hazard, where it is known.</param>
/// <param name="Columns">The columns that differ.</param>
public sealed record InboxRowFinding(
    bool Opening, RowFault Fault, Guid Message, string Who, long Position, Guid? Hazard, ImmutableArray<string> Columns);

/// <summary>
/// Compares the rows of the inbox and of openings with the events: one statement each, of one snapshot, over the whole log.
/// </summary>
/// <param name="dataSource">The database.</param>
public sealed class InboxRows(NpgsqlDataSource dataSource)
{
    private static readonly string Messages = $"""
        with told as materialized (
          select e.seq_id, e.stream_id, e."timestamp", t.addressee, t.told_as, {MessageSql.IdOf("e.id", "t.addressee")} as message_id
          from log.mt_events e
          join log.mt_streams s on s.id = e.stream_id and s.type = 'hazard'
          cross join lateral (
            select coalesce(t.told ->> 'body', 'office:' || (t.told ->> 'office')), t.told ->> 'as'
            from jsonb_array_elements(e.headers -> 'told') t (told)) t (addressee, told_as)
          where e.headers ? 'told'),
        opened as materialized (
          select distinct on (o.stream_id) o.stream_id, o.seq_id, o."timestamp"
          from log.mt_events o where o.type = '{MessageSql.Opened}' order by o.stream_id, o.seq_id)
        select case when i.message_id is null then 0 when t.message_id is null then 1 else 2 end,
               coalesce(t.message_id, i.message_id), coalesce(t.addressee, i.addressee), coalesce(t.seq_id, i.position), coalesce(t.stream_id, i.hazard_id),
               array_remove(array[
                 case when i.addressee <> t.addressee collate "C" then 'addressee' end, case when i.position <> t.seq_id then 'position' end,
                 case when i.told_at <> t."timestamp" then 'told_at' end, case when i.hazard_id <> t.stream_id then 'hazard_id' end,
                 case when i.told_as <> t.told_as collate "C" then 'told_as' end,
                 case when i.opened_position is distinct from o.seq_id then 'opened_position' end,
                 case when i.opened_at is distinct from o."timestamp" then 'opened_at' end], null)
        from told t
        full join rows.inbox i on i.message_id = t.message_id
        left join opened o on o.stream_id = t.message_id
        where t.message_id is null or i.message_id is null or i.addressee <> t.addressee collate "C" or i.position <> t.seq_id
           or i.told_at <> t."timestamp" or i.hazard_id <> t.stream_id or i.told_as <> t.told_as collate "C"
           or i.opened_position is distinct from o.seq_id or i.opened_at is distinct from o."timestamp"
        order by 4, 3 limit $1
        """;

    private static readonly string Openings = $"""
        with opened as materialized (
          select distinct on (e.stream_id, e.headers ->> 'body', e.headers ->> 'actor')
                 e.stream_id, e.headers ->> 'body' as body, e.headers ->> 'actor' as actor, e.seq_id, e."timestamp", (e.data ->> 'hazard')::uuid as hazard
          from log.mt_events e where e.type = '{MessageSql.Opened}'
          order by e.stream_id, e.headers ->> 'body', e.headers ->> 'actor', e.seq_id)
        select case when i.message_id is null then 0 when t.stream_id is null then 1 else 2 end,
               coalesce(t.stream_id, i.message_id), coalesce(t.body, i.body) || ' ' || coalesce(t.actor, i.actor), coalesce(t.seq_id, i.position), t.hazard,
               array_remove(array[
                 case when i.position <> t.seq_id then 'position' end, case when i.opened_at <> t."timestamp" then 'opened_at' end], null)
        from opened t
        full join rows.inbox_openings i on i.message_id = t.stream_id and i.body = t.body collate "C" and i.actor = t.actor collate "C"
        where t.stream_id is null or i.message_id is null or i.position <> t.seq_id or i.opened_at <> t."timestamp"
        order by 4, 3 limit $1
        """;

    /// <summary>
    /// The rows that are not what the events say, the first <paramref name="most"/> of messages and of openings, by position.
    /// </summary>
    public async Task<ImmutableArray<InboxRowFinding>> DifferencesAsync(int most, CancellationToken cancellationToken = default) =>
        [.. await ReadAsync(Messages, opening: false, most, cancellationToken), .. await ReadAsync(Openings, opening: true, most, cancellationToken)];

    private async Task<List<InboxRowFinding>> ReadAsync(string sql, bool opening, int most, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(sql);
        command.CommandTimeout = 0;
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = most });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<InboxRowFinding>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(new InboxRowFinding(
                opening, (RowFault)reader.GetInt32(0), reader.GetGuid(1), reader.GetString(2), reader.GetInt64(3),
                reader.IsDBNull(4) ? null : reader.GetGuid(4), [.. reader.GetFieldValue<string[]>(5)]));
        return found;
    }
}
