using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections.Reading;
using Npgsql;
using NpgsqlTypes;

namespace Hazards.Projections;

/// <summary>What the list of notices can be narrowed by.</summary>
public sealed record NoticeFilter
{
    /// <summary>Hazards in this region, as they lie at the scope's instant, wherever they were when the notice was sent.</summary>
    public RegionCode? Region { get; init; }

    /// <summary>In this sector.</summary>
    public SectorCode? Sector { get; init; }

    /// <summary>Sent to this body.</summary>
    public BodyId? Body { get; init; }

    /// <summary>Sent by this body.</summary>
    public BodyId? Sender { get; init; }

    /// <summary>Still waiting for an answer, or not.</summary>
    public bool? Silent { get; init; }
}

/// <summary>A 督办通知书 as one body was sent it.</summary>
/// <param name="Hazard">The hazard, as of the scope's instant.</param>
/// <param name="Position">The notice's position in the log.</param>
/// <param name="Leg">The leg, if one.</param>
/// <param name="Body">Who was sent it; null where nobody is named.</param>
/// <param name="Notice">What it says.</param>
/// <param name="Context">Its circumstances: who, when, 文号, files.</param>
/// <param name="SentAt">When it was recorded.</param>
/// <param name="OpenedAt">When somebody of the body first opened it; null while nobody has.</param>
/// <param name="SettledAt">When its silence ended; null while it lasts.</param>
/// <param name="SettledOccurredAt">When that happened, as claimed.</param>
/// <param name="Answered">Whether it ended by an act of the body's own.</param>
/// <param name="SettledBy">The alias of the event that ended it.</param>
/// <param name="Urged">How often it was urged again while silent.</param>
/// <param name="UrgedAt">When last.</param>
public sealed record NoticeItem(
    HazardItem Hazard, long Position, Leg? Leg, BodyId? Body, SupervisionNoticeIssued Notice, EventContext Context, DateTimeOffset SentAt,
    DateTimeOffset? OpenedAt, DateTimeOffset? SettledAt, DateTimeOffset? SettledOccurredAt, bool Answered, string? SettledBy, int Urged,
    DateTimeOffset? UrgedAt);

/// <summary>督办单: every notice with its answer, now and as of any instant. Schema/notices.sql names the indexes.</summary>
/// <param name="dataSource">The database.</param>
/// <param name="rules">The policies in force.</param>
public sealed class NoticeQueries(NpgsqlDataSource dataSource, Func<Rulebook> rules)
{
    private const int LongestPage = 200;

    /// <summary>Notices: those without an answer first, the longest silent first; then the answered, the newest first.</summary>
    /// <exception cref="BadCursorException">The cursor is not one of this query.</exception>
    public async Task<Page<NoticeItem>> ListAsync(
        Scope scope, NoticeFilter filter, string? cursorText, int limit, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, LongestPage);
        using var question = RowsTelemetry.Ask("notices", scope);
        var hash = PageCursor.HashOf("notices", scope.Jurisdiction, scope.AsOf, filter);
        var cursor = PageCursor.Read(cursorText, hash);
        var items = ImmutableArray.CreateBuilder<NoticeItem>();
        PageCursor last = default;
        for (var segment = cursor?.Segment ?? 0; segment < 2; segment++)
        {
            var silent = segment == 0;
            if (filter.Silent is { } asked && asked != silent)
                continue;
            var where = Where(scope, filter, silent);
            if (!where.Possible)
                break;
            if (cursor is { } after && after.Segment == segment)
                where.And($"(h.position, h.leg) {(silent ? ">" : "<")} ({where.Parameter(after.Key, NpgsqlDbType.Bigint)}, {where.Text(after.Id)})");
            await using var command = dataSource.CreateCommand(Sql(scope, filter.Region, where, silent, limit + 1 - items.Count));
            where.AddTo(command);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                if (items.Count == limit)
                    return new Page<NoticeItem>(items.DrainToImmutable(), last.Write(hash));
                items.Add(Item(reader, scope));
                last = new PageCursor(segment, reader.GetInt64(6), reader.GetString(7));
            }
        }

        return new Page<NoticeItem>(items.DrainToImmutable(), null);
    }

    private static Conditions Where(Scope scope, NoticeFilter filter, bool silent)
    {
        var where = new Conditions();
        // The row says where the hazard lay then. Where it lies is looked up (In); few ever moved.
        if (where.RegionOf(scope, filter.Region) is { IsNation: false } region)
            where.And($"({where.InRegion(region)} or h.hazard_id = any (array({Moved.Away(CorrectableField.Region, "true")})))");
        if (filter.Sector is { } sector)
            where.And($"h.sector = {where.Text(sector.Value)}");
        if (filter.Body is { } body)
            where.And($"h.body = {where.Text(body.Value)}");
        if (filter.Sender is { } sender)
            where.And($"h.sender = {where.Text(sender.Value)}");
        if (scope.AsOf is { } asOf)
        {
            var instant = where.Instant(asOf);
            where.And($"h.sent_at <= {instant}");
            where.And(silent ? $"(h.settled_at is null or h.settled_at > {instant})" : $"h.settled_at <= {instant}");
        }
        else
            where.And(silent ? "h.settled_position is null" : "h.settled_position is not null");
        return where;
    }

    // The page by notices_silent, notices_by_body or the primary key; as of an instant, what was silent then also by
    // notices_by_end. What belongs to each of its rows by their keys: the event, the hazard's version, the opening's event, and the
    // urgings in the hazard's own stream.
    private static string Sql(Scope scope, RegionCode? asked, Conditions where, bool silent, int rows)
    {
        var direction = silent ? "asc" : "desc";
        var (opened, urged, settled) = ("", "", "p.settled_at is not null");
        if (scope.AsOf is { } asOf)
        {
            var instant = where.Instant(asOf);
            (opened, urged, settled) = ($" and o.\"timestamp\" <= {instant}", $" and u.\"timestamp\" <= {instant}",
                $"p.settled_at <= {instant}");
        }

        var version = Sources.VersionOf(scope, where);
        var there = where.RegionOf(scope, asked) is { IsNation: false } region
            ? $"where exists ({Sources.VersionOf(scope, where, where.InRegion(region))})"
            : "";
        return string.Create(CultureInfo.InvariantCulture, $"""
            select v.hazard_id, v.version, v.position, v.first_recorded_at, v.recorded_last, i.item,
                   p.position, p.leg, p.body, p.sent_at, e.data::text, e.headers::text, o.opened_at,
                   case when {settled} then p.settled_at end, case when {settled} then p.answered end, case when {settled} then s.type end, u.times, u.last, case when {settled} then s.headers::text end
            from (
              select p.* from (select h.* from rows.notices h where {where.Sql}) p {there}
              order by p.position {direction}, p.leg {direction} limit {rows}) p
            cross join lateral ({version}) v
            join rows.hazard_items i on i.position = v.position
            join log.mt_events e on e.seq_id = p.position
            left join log.mt_events s on s.seq_id = p.settled_position
            cross join lateral (
              select min(o."timestamp") as opened_at from log.mt_events o
              where o.stream_id = {MessageSql.IdOf("e.id", "p.body")} and o.type = '{MessageSql.Opened}'{opened}) o
            cross join lateral (
              select count(*)::int as times, max(u."timestamp") as last from log.mt_events u
              where u.stream_id = p.hazard_id and u.type = 'leg_urged' and u.seq_id > p.position and coalesce(u.data ->> 'leg', p.leg) = p.leg
                and (p.settled_position is null or u.seq_id < p.settled_position){urged}) u
            order by p.position {direction}, p.leg {direction}
            """);
    }

    private NoticeItem Item(NpgsqlDataReader reader, Scope scope)
    {
        var (leg, body) = (reader.GetString(7), reader.GetString(8));
        var notice = (SupervisionNoticeIssued)DomainJson.ReadEvent(
            "supervision_notice_issued", Encoding.UTF8.GetBytes(reader.GetString(10)));
        return new NoticeItem(
            HazardReader.Item(reader, scope.Today, rules()), reader.GetInt64(6),
            LegOf(leg), body.Length == 0 ? null : BodyId.Parse(body), notice,
            DomainJson.ReadContext(Encoding.UTF8.GetBytes(reader.GetString(11))), reader.GetFieldValue<DateTimeOffset>(9),
            At(reader, 12), At(reader, 13),
            reader.IsDBNull(18) ? null : DomainJson.ReadContext(Encoding.UTF8.GetBytes(reader.GetString(18))).OccurredAt,
            !reader.IsDBNull(14) && reader.GetBoolean(14), reader.IsDBNull(15) ? null : reader.GetString(15),
            reader.GetInt32(16), At(reader, 17));
    }

    private static Leg? LegOf(string key) =>
        key.TrimStart(NoticeMark.Against[0]).Split(':')[0] is { Length: > 0 } leg ? Codes.Read<Leg>(leg) : null;

    private static DateTimeOffset? At(NpgsqlDataReader reader, int ordinal) =>
        reader.IsDBNull(ordinal) ? null : reader.GetFieldValue<DateTimeOffset>(ordinal);
}
