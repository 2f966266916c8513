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
/// <param name="Context">Who.</param>
public sealed record AuthorityEntry(
    long Position, Guid Id, DateTimeOffset RecordedAt, RegionCode Region, IDomainEvent Happened, EventContext Context);

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
        }.Select(EventTypes.NameOf),
    ];

    /// <summary>Changes within a jurisdiction, the newest first, a page at a time (1 to 200).</summary>
    /// <exception cref="BadCursorException">The cursor is not one of this query.</exception>
    public async Task<Page<AuthorityEntry>> ListAsync(
        Scope scope, RegionCode? region, string? cursor, int limit, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, LongestPage);
        var hash = PageCursor.HashOf("authority", scope.Jurisdiction, region);
        var where = new Conditions().Within(scope, region);
        if (!where.Possible)
            return new Page<AuthorityEntry>([], null);
        where.And($"h.type = any ({where.Parameter(Kinds.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text)})");
        // Who chose a password himself changed nobody's rights.
        where.And("not coalesce((h.data ->> 'bySelf')::boolean, false)");
        if (PageCursor.Read(cursor, hash) is { } after)
            where.And($"h.seq_id < {where.Parameter(after.Key, NpgsqlDbType.Bigint)}");
        var policies = where.Parameter(PolicyRegister.StreamId, NpgsqlDbType.Uuid);
        // By the log's (stream, version) for each key and account there is, and for the one stream of policies.
        await using var command = dataSource.CreateCommand($"""
            with policies as (
              select e.*, coalesce(e.data ->> 'jurisdiction', (
                select a.data ->> 'jurisdiction' from log.mt_events a
                where a.stream_id = e.stream_id and a.type = 'policy_adopted' and a.data -> 'policy' ->> 'version' = e.data ->> 'version'
                limit 1)) as region
              from log.mt_events e where e.stream_id = {policies}
            ),
            changes as (
              select e.seq_id, e.stream_id, e.timestamp, e.type, e.data, e.headers, k.region collate "C" as region
              from rows.api_keys k join log.mt_events e on e.stream_id = k.key_id
              union all
              select e.seq_id, e.stream_id, e.timestamp, e.type, e.data, e.headers, a.region collate "C"
              from rows.accounts a join log.mt_events e on e.stream_id = a.account_id
              union all
              select p.seq_id, p.stream_id, p.timestamp, p.type, p.data, p.headers, p.region collate "C" from policies p
            )
            select h.seq_id, h.stream_id, h.timestamp, h.region, h.type, h.data::text, h.headers::text
            from changes h
            where {where.Sql}
            order by h.seq_id desc limit {limit + 1}
            """);
        where.AddTo(command);
        var found = await ReadAsync(command, cancellationToken);
        return found.Count <= limit
            ? new Page<AuthorityEntry>([.. found], null)
            : new Page<AuthorityEntry>([.. found.Take(limit)], new PageCursor(0, found[limit - 1].Position, "").Write(hash));
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
                DomainJson.ReadContext(Encoding.UTF8.GetBytes(reader.GetString(6)))));
        return found;
    }
}
