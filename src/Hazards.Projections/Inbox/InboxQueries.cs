using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections.Reading;
using Npgsql;
using NpgsqlTypes;

namespace Hazards.Projections;

/// <summary>What a list of messages can be narrowed by.</summary>
public sealed record InboxFilter
{
    /// <summary>Not opened by anyone of the addressee, or opened.</summary>
    public bool? Unread { get; init; }

    /// <summary>Told as this.</summary>
    public TellAs? As { get; init; }

    /// <summary>About this hazard.</summary>
    public HazardId? Hazard { get; init; }
}

/// <summary>A message.</summary>
/// <param name="Id">Its identity.</param>
/// <param name="Address">Whom it was told: a body, or <c>office:REGION</c>.</param>
/// <param name="As">As what.</param>
/// <param name="Hazard">The hazard it is about.</param>
/// <param name="Title">The hazard's title today.</param>
/// <param name="Region">The hazard's region then.</param>
/// <param name="Position">The event's position in the log.</param>
/// <param name="EventId">The event.</param>
/// <param name="Type">The event's alias.</param>
/// <param name="ToldAt">When it was recorded: from then on it could be opened.</param>
/// <param name="Context">The event's circumstances.</param>
/// <param name="Data">The event's facts.</param>
/// <param name="Openings">Who opened it, the first first.</param>
public sealed record InboxItem(
    Guid Id, string Address, TellAs As, HazardId Hazard, string Title, RegionCode Region, long Position, Guid EventId, string Type,
    DateTimeOffset ToldAt, EventContext Context, JsonElement Data, ImmutableArray<InboxOpening> Openings);

/// <summary>The first opening of a message by a person.</summary>
public sealed record InboxOpening(BodyId Body, string Actor, DateTimeOffset OpenedAt);

/// <summary>How much waits in an inbox; each counted up to <see cref="Most"/>.</summary>
/// <param name="Unread">Messages nobody of the addressee has opened.</param>
/// <param name="Todo">Of those, to be acted on.</param>
public sealed record InboxCounts(int Unread, int Todo)
{
    /// <summary>Counting ends here: whoever has so many unread needs no exact number.</summary>
    public const int Most = 1000;
}

/// <summary>The read side of the inbox.</summary>
/// <param name="dataSource">The database, or a replica of it.</param>
public sealed class InboxQueries(NpgsqlDataSource dataSource)
{
    private const int LongestPage = 200;

    /// <summary>Messages to any of these addresses, the newest first.</summary>
    /// <exception cref="BadCursorException">The cursor is not one of this query.</exception>
    public async Task<Page<InboxItem>> ListAsync(
        Scope scope, IReadOnlyList<string> addresses, InboxFilter filter, string? cursor, int limit, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, LongestPage);
        using var question = RowsTelemetry.Ask("inbox", scope);
        var hash = PageCursor.HashOf("inbox", addresses, scope.Jurisdiction, scope.AsOf, filter);
        var where = Where(scope, addresses, filter);
        if (PageCursor.Read(cursor, hash) is { } after)
            where.And($"h.position < {where.Parameter(after.Key, NpgsqlDbType.Bigint)}");
        // By inbox_by_addressee, or inbox_unread, from its end. An event tells an address once, so the position is the key.
        var found = await ReadAsync(
            scope, where, $"order by h.position desc limit {(limit + 1).ToString(CultureInfo.InvariantCulture)}", cancellationToken);
        if (found.Length <= limit)
            return new Page<InboxItem>(found, null);
        // Two addresses of one body may have been told of the same event; both go with the page, whatever its length.
        var last = found[limit - 1].Position;
        return found[limit].Position == last
            ? new Page<InboxItem>(found, new PageCursor(0, last, "").Write(hash))
            : new Page<InboxItem>(found[..limit], new PageCursor(0, last, "").Write(hash));
    }

    /// <summary>How much is unread.</summary>
    public async Task<InboxCounts> CountAsync(Scope scope, IReadOnlyList<string> addresses, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        var where = Where(scope, addresses, new InboxFilter { Unread = true });
        await using var command = dataSource.CreateCommand($"""
            select count(*)::int, (count(*) filter (where told_as = 'todo'))::int
            from (select h.told_as from rows.inbox h where {where.Sql} limit {InboxCounts.Most}) h
            """);
        where.AddTo(command);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new InboxCounts(reader.GetInt32(0), reader.GetInt32(1));
    }

    /// <summary>One message; null when there was none in the jurisdiction at that instant.</summary>
    public async Task<InboxItem?> FindAsync(Scope scope, Guid message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        var where = new Conditions().Within(scope.Jurisdiction);
        where.And($"h.message_id = {where.Parameter(message, NpgsqlDbType.Uuid)}");
        AsOf(scope, where);
        return (await ReadAsync(scope, where, "", cancellationToken)).FirstOrDefault();
    }

    private static Conditions Where(Scope scope, IReadOnlyList<string> addresses, InboxFilter filter)
    {
        var where = new Conditions().Within(scope.Jurisdiction);
        where.And($"h.addressee = any ({where.Parameter<string[]>([.. addresses], NpgsqlDbType.Array | NpgsqlDbType.Text)})");
        AsOf(scope, where);
        if (filter.As is { } told)
            where.And($"h.told_as = {where.Text(CodeList.Code(told))}");
        if (filter.Hazard is { } hazard)
            where.And($"h.hazard_id = {where.Parameter(hazard.StreamId, NpgsqlDbType.Uuid)}");
        if (filter.Unread is { } unread)
            where.And((scope.AsOf, unread) switch
            {
                (null, true) => "h.opened_position is null",
                (null, false) => "h.opened_position is not null",
                ({ } instant, true) => $"(h.opened_at is null or h.opened_at > {where.Instant(instant)})",
                ({ } instant, false) => $"h.opened_at <= {where.Instant(instant)}",
            });
        return where;
    }

    private static void AsOf(Scope scope, Conditions where)
    {
        if (scope.AsOf is { } instant)
            where.And($"h.told_at <= {where.Instant(instant)}");
    }

    /// <summary>
    /// The messages of rows. A row only says where a message lies: what was told, as what and to whom, and who opened it, is
    /// read from the events, and a row that its event does not bear out is none (the audit names it).
    /// </summary>
    private async Task<ImmutableArray<InboxItem>> ReadAsync(
        Scope scope, Conditions where, string order, CancellationToken cancellationToken)
    {
        var opened = scope.AsOf is { } instant ? $" and o.\"timestamp\" <= {where.Instant(instant)}" : "";
        var version = Sources.VersionOf(scope, where);
        // The event, the title and the openings by their keys, once for each message of the page.
        await using var command = dataSource.CreateCommand($"""
            select p.message_id, p.addressee, p.told_as, p.hazard_id, i.item ->> 'title', p.region, p.position, e.id, e.type, e."timestamp",
                   e.headers::text, e.data::text, o.bodies, o.actors, o.times
            from (select * from rows.inbox h
                  where {where.Sql} and exists (select from log.mt_events e where {MessageSql.BearsOut}) {order}) p
            join log.mt_events e on e.seq_id = p.position
            cross join lateral ({version}) v
            join rows.hazard_items i on i.position = v.position
            cross join lateral (
              select array_agg(o.headers ->> 'body' order by o.version) as bodies, array_agg(o.headers ->> 'actor' order by o.version) as actors,
                     array_agg(o."timestamp" order by o.version) as times
              from log.mt_events o where o.stream_id = p.message_id and o.type = '{MessageSql.Opened}'{opened}) o
            {(order.Length == 0 ? "" : "order by p.position desc")}
            """);
        where.AddTo(command);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = ImmutableArray.CreateBuilder<InboxItem>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(Item(reader));
        return found.ToImmutable();
    }

    private static InboxItem Item(NpgsqlDataReader reader) => new(
            reader.GetGuid(0), reader.GetString(1), Codes.Read<TellAs>(reader.GetString(2)), new HazardId(reader.GetGuid(3)),
            reader.GetString(4), RegionCode.Parse(reader.GetString(5)),
            reader.GetInt64(6), reader.GetGuid(7), reader.GetString(8), At(reader.GetDateTime(9)),
            DomainJson.ReadContext(System.Text.Encoding.UTF8.GetBytes(reader.GetString(10))),
            JsonSerializer.Deserialize<JsonElement>(reader.GetString(11)),
            Openings(reader, 12));

    /// <summary>Openings from three columns: bodies, persons, instants.</summary>
    internal static ImmutableArray<InboxOpening> Openings(NpgsqlDataReader reader, int from)
    {
        if (reader.IsDBNull(from))
            return [];
        var (bodies, actors, times) = (reader.GetFieldValue<string[]>(from), reader.GetFieldValue<string[]>(from + 1),
            reader.GetFieldValue<DateTime[]>(from + 2));
        return [.. bodies.Select((body, n) => new InboxOpening(BodyId.Parse(body), actors[n], At(times[n])))];
    }

    private static DateTimeOffset At(DateTime utc) => new(DateTime.SpecifyKind(utc, DateTimeKind.Utc));
}
