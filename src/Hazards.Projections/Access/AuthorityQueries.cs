using System.Collections.Immutable;
using System.Text;
using Hazards.Domain;
using Hazards.Projections.Reading;
using Npgsql;
using NpgsqlTypes;

namespace Hazards.Projections;

/// <summary>A change of who may do what.</summary>
/// <param name="Position">Its position in the log.</param>
/// <param name="Id">The key, account or stream of policies.</param>
/// <param name="RecordedAt">When.</param>
/// <param name="Region">The jurisdiction it is about.</param>
/// <param name="Happened">What.</param>
/// <param name="Context">Who, and whom it was told.</param>
/// <param name="EventId">The event.</param>
/// <param name="Openings">Who of those told has opened it, the first first.</param>
public sealed record AuthorityEntry(
    long Position, Guid Id, DateTimeOffset RecordedAt, RegionCode Region, IDomainEvent Happened, EventContext Context, Guid EventId,
    ImmutableArray<InboxOpening> Openings);

/// <summary>What changes of authority can be narrowed by.</summary>
public sealed record AuthorityFilter
{
    /// <summary>About this region.</summary>
    public RegionCode? Region { get; init; }

    /// <summary>Told to one of these addresses, and opened by nobody of them.</summary>
    public ImmutableArray<string> UnseenBy { get; init; } = [];

    /// <summary>At this position only.</summary>
    public long? Position { get; init; }
}

/// <summary>授权变动: what was granted and revoked, and which policies were adopted, for the levels above to see.</summary>
/// <param name="dataSource">The database.</param>
public sealed class AuthorityQueries(NpgsqlDataSource dataSource)
{
    private const int LongestPage = 200;

    /// <summary>The kinds of events that are told: the others of an account (signing in and out) change nobody's rights.</summary>
    public static ImmutableArray<string> Kinds { get; } =
    [
        .. new[]
        {
            typeof(ApiKeyIssued), typeof(ApiKeyRevoked), typeof(AccountOpened), typeof(AccountChanged), typeof(AccountClosed),
            typeof(AccountPasswordSet), typeof(AccountSecondFactorRemoved), typeof(PolicyAdopted), typeof(PolicyWithdrawn),
            typeof(SystemNameGranted), typeof(SystemNameReleased),
        }.Select(EventTypes.NameOf),
    ];

    /// <summary>Changes within a jurisdiction, the newest first, a page at a time (1 to 200).</summary>
    /// <exception cref="BadCursorException">The cursor is not one of this query.</exception>
    public async Task<Page<AuthorityEntry>> ListAsync(
        Scope scope, AuthorityFilter filter, string? cursor, int limit, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, LongestPage);
        var hash = PageCursor.HashOf("authority", scope.Jurisdiction, filter);
        var where = Where(scope, filter);
        if (!where.Possible)
            return new Page<AuthorityEntry>([], null);
        if (PageCursor.Read(cursor, hash) is { } after)
            where.And($"h.seq_id < {where.Parameter(after.Key, NpgsqlDbType.Bigint)}");
        var changes = Changes(where);
        await using var command = dataSource.CreateCommand($"""
            {changes}
            select h.seq_id, h.stream_id, h.timestamp, h.region, h.type, h.data::text, h.headers::text, h.id, o.bodies, o.actors, o.times
            from (select h.* from changes h where {where.Sql} order by h.seq_id desc limit {limit + 1}) h
            cross join lateral (
              select array_agg(o.headers ->> 'body' order by o.seq_id) as bodies, array_agg(o.headers ->> 'actor' order by o.seq_id) as actors,
                     array_agg(o."timestamp" order by o.seq_id) as times
              from jsonb_array_elements(h.headers -> 'told') t (told)
              join log.mt_events o on o.stream_id = {MessageOf} and o.type = '{Opened}') o
            order by h.seq_id desc
            """);
        where.AddTo(command);
        var found = await ReadAsync(command, cancellationToken);
        return found.Count <= limit
            ? new Page<AuthorityEntry>([.. found], null)
            : new Page<AuthorityEntry>([.. found.Take(limit)], new PageCursor(0, found[limit - 1].Position, "").Write(hash));
    }

    /// <summary>
    /// How many changes these addresses were told that nobody of them has opened; counted up to <see cref="InboxCounts.Most"/>.
    /// </summary>
    public async Task<int> UnseenAsync(Scope scope, ImmutableArray<string> addresses, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        var where = Where(scope, new AuthorityFilter { UnseenBy = addresses });
        if (!where.Possible || addresses.IsEmpty)
            return 0;
        var changes = Changes(where);
        await using var command = dataSource.CreateCommand($"""
            {changes}
            select count(*)::int from (select from changes h where {where.Sql} limit {InboxCounts.Most}) h
            """);
        where.AddTo(command);
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private const string Address = "coalesce(t.told ->> 'body', 'office:' || (t.told ->> 'office'))";

    private static readonly string MessageOf = MessageSql.IdOf("h.id", Address);

    private static readonly string Opened = EventTypes.NameOf(typeof(AuthorityChangeOpened));

    private static Conditions Where(Scope scope, AuthorityFilter filter)
    {
        var where = new Conditions().Within(scope, filter.Region);
        where.And($"h.type = any ({where.Parameter(Kinds.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text)})");
        // Who chose a password himself changed nobody's rights.
        where.And("not coalesce((h.data ->> 'bySelf')::boolean, false)");
        if (filter.Position is { } position)
            where.And($"h.seq_id = {where.Parameter(position, NpgsqlDbType.Bigint)}");
        if (!filter.UnseenBy.IsEmpty)
            where.And($"""
                exists (
                  select from jsonb_array_elements(h.headers -> 'told') t (told)
                  where {Address} = any ({where.Parameter(filter.UnseenBy.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text)})
                    and not exists (select from log.mt_events o where o.stream_id = {MessageOf} and o.type = '{Opened}'))
                """);
        return where;
    }

    // By the log's (stream, version) for each key and account there is, and for the one stream of policies.
    private static string Changes(Conditions where)
    {
        var policies = where.Parameter(PolicyRegister.StreamId, NpgsqlDbType.Uuid);
        var systems = where.Parameter(SystemNames.StreamId, NpgsqlDbType.Uuid);
        return $"""
            with policies as (
              select e.*, coalesce(e.data ->> 'jurisdiction', (
                select a.data ->> 'jurisdiction' from log.mt_events a
                where a.stream_id = e.stream_id and a.type = 'policy_adopted' and a.data -> 'policy' ->> 'version' = e.data ->> 'version'
                limit 1)) as region
              from log.mt_events e where e.stream_id = {policies}
            ),
            changes as (
              select e.seq_id, e.id, e.stream_id, e.timestamp, e.type, e.data, e.headers, k.region collate "C" as region
              from rows.api_keys k join log.mt_events e on e.stream_id = k.key_id
              union all
              select e.seq_id, e.id, e.stream_id, e.timestamp, e.type, e.data, e.headers, a.region collate "C"
              from rows.accounts a join log.mt_events e on e.stream_id = a.account_id
              union all
              select p.seq_id, p.id, p.stream_id, p.timestamp, p.type, p.data, p.headers, p.region collate "C" from policies p
              union all
              select e.seq_id, e.id, e.stream_id, e.timestamp, e.type, e.data, e.headers, (e.data ->> 'region') collate "C"
              from log.mt_events e where e.stream_id = {systems}
            )
            """;
    }

    private static async Task<List<AuthorityEntry>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<AuthorityEntry>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(new AuthorityEntry(
                reader.GetInt64(0), reader.GetGuid(1), new DateTimeOffset(DateTime.SpecifyKind(reader.GetDateTime(2), DateTimeKind.Utc)),
                RegionCode.Parse(reader.GetString(3)),
                DomainJson.ReadEvent(reader.GetString(4), Encoding.UTF8.GetBytes(reader.GetString(5))),
                DomainJson.ReadContext(Encoding.UTF8.GetBytes(reader.GetString(6))), reader.GetGuid(7), InboxQueries.Openings(reader, 8)));
        return found;
    }
}
