using System.Collections.Immutable;
using System.Text;
using Hazards.Domain;
using Hazards.Projections.Reading;
using Npgsql;
using NpgsqlTypes;

namespace Hazards.Projections;

/// <summary>What the record of looks can be narrowed by; all that is given must hold.</summary>
public sealed record AccessFilter
{
    /// <summary>In this region.</summary>
    public RegionCode? Region { get; init; }

    /// <summary>At this hazard, by whomever and wherever it was asked for.</summary>
    public HazardId? Hazard { get; init; }

    /// <summary>At this enterprise, or at one of its hazards.</summary>
    public CreditCode? Enterprise { get; init; }

    /// <summary>By callers of this body.</summary>
    public BodyId? Body { get; init; }

    /// <summary>Through this client.</summary>
    public string? Client { get; init; }

    /// <summary>At this body: its inbox, its duties.</summary>
    public BodyId? AskedBody { get; init; }

    /// <summary>Of this kind: the alias of an event.</summary>
    public string? Kind { get; init; }

    /// <summary>Recorded at this instant or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Recorded before this instant.</summary>
    public DateTimeOffset? To { get; init; }
}

/// <summary>A look on record.</summary>
/// <param name="Position">Its position in the log.</param>
/// <param name="Id">Its event.</param>
/// <param name="RecordedAt">When.</param>
/// <param name="Happened">What.</param>
/// <param name="Context">Who.</param>
public sealed record AccessEntry(long Position, Guid Id, DateTimeOffset RecordedAt, IAccessEvent Happened, EventContext Context);

/// <summary>谁看过: who looked at what, when, and why.</summary>
/// <param name="dataSource">The database.</param>
public sealed class AccessQueries(NpgsqlDataSource dataSource)
{
    private const int LongestPage = 200;

    /// <summary>
    /// Looks, the newest first. A hazard's looks are all of them, wherever the caller looked from: whoever may see the hazard
    /// may see who else did.
    /// </summary>
    /// <exception cref="BadCursorException">The cursor is not one of this query.</exception>
    public async Task<Page<AccessEntry>> ListAsync(
        Scope scope, AccessFilter filter, string? cursor, int limit, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, LongestPage);
        using var question = RowsTelemetry.Ask("looks", scope);
        var hash = PageCursor.HashOf("looks", scope.Jurisdiction, scope.AsOf, filter);
        var where = filter.Hazard is null ? new Conditions().Within(scope, filter.Region) : new Conditions();
        if (!where.Possible)
            return new Page<AccessEntry>([], null);
        Apply(where, scope, filter);
        if (scope.AsOf is { } asOf)
            where.And($"h.looked_at <= {where.Instant(asOf)}");
        if (PageCursor.Read(cursor, hash) is { } after)
            where.And($"h.position < {where.Parameter(after.Key, NpgsqlDbType.Bigint)}");
        // Backwards by the primary key, or by the index of what is asked for.
        var found = await ReadAsync($"""
            select h.position, e.id, h.looked_at, e.type, e.data::text, e.headers::text
            from rows.looks h join log.mt_events e on e.seq_id = h.position
            where {where.Sql}
            order by h.position desc limit {limit + 1}
            """, where, cancellationToken);
        return found.Count <= limit
            ? new Page<AccessEntry>([.. found], null)
            : new Page<AccessEntry>([.. found.Take(limit)], new PageCursor(0, found[limit - 1].Position, "").Write(hash));
    }

    private static void Apply(Conditions where, Scope scope, AccessFilter filter)
    {
        if (filter.Hazard is { } hazard)
            where.And($"h.position in (select l.position from rows.look_hazards l where l.hazard_id = {where.Parameter(hazard.StreamId, NpgsqlDbType.Uuid)})");
        if (filter.Enterprise is { } enterprise)
        {
            var code = where.Text(enterprise.Value);
            // Else an attempt at a hazard outside would tell whose it is.
            var prefix = where.Text(scope.Jurisdiction.Prefix);
            where.And($"""
                h.position in (
                  select s.position from rows.looks s where s.enterprise = {code}
                  union all
                  select l.position from rows.hazards z join rows.look_hazards l on l.hazard_id = z.hazard_id where z.enterprise = {code} and starts_with(z.region, {prefix}))
                """);
        }

        if (filter.Body is { } body)
            where.And($"h.body = {where.Text(body.Value)}");
        if (filter.Client is { } client)
            where.And($"h.client = {where.Text(client)}");
        if (filter.AskedBody is { } asked)
            where.And($"h.asked_body = {where.Text(asked.Value)}");
        if (filter.Kind is { } kind)
            where.And($"h.kind = {where.Text(kind)}");
        if (filter.From is { } from)
            where.And($"h.looked_at >= {where.Instant(from)}");
        if (filter.To is { } to)
            where.And($"h.looked_at < {where.Instant(to)}");
    }

    private async Task<List<AccessEntry>> ReadAsync(string sql, Conditions where, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(sql);
        where.AddTo(command);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<AccessEntry>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(new AccessEntry(
                reader.GetInt64(0), reader.GetGuid(1), new DateTimeOffset(DateTime.SpecifyKind(reader.GetDateTime(2), DateTimeKind.Utc)),
                (IAccessEvent)DomainJson.ReadEvent(reader.GetString(3), Encoding.UTF8.GetBytes(reader.GetString(4))),
                DomainJson.ReadContext(Encoding.UTF8.GetBytes(reader.GetString(5)))));
        return found;
    }
}
