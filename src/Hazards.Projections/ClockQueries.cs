using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections.Reading;
using Npgsql;
using NpgsqlTypes;

namespace Hazards.Projections;

/// <summary>A deadline that was noticed as missed.</summary>
/// <param name="Hazard">The hazard, as of the scope's instant.</param>
/// <param name="Clock">The duty.</param>
/// <param name="Leg">The leg, if one.</param>
/// <param name="Body">Who owed it; null: the committee office of the region.</param>
/// <param name="Since">When the duty began.</param>
/// <param name="Due">Its last day.</param>
/// <param name="NoticedAt">When the service noticed.</param>
/// <param name="RecordedAt">When that was recorded.</param>
/// <param name="Office">Where nobody was named: the committee office that it fell to then; null if there was none.</param>
public sealed record MissedItem(
    HazardItem Hazard, ClockKind Clock, Leg? Leg, BodyId? Body, DateTimeOffset Since, DateOnly Due, DateTimeOffset NoticedAt,
    DateTimeOffset RecordedAt, BodyId? Office);

/// <summary>A step that a person is asked to decide.</summary>
/// <param name="Hazard">The hazard, as of the scope's instant.</param>
/// <param name="Step">The step.</param>
/// <param name="Clock">The missed duty.</param>
/// <param name="Leg">The leg, if one.</param>
/// <param name="Due">The duty's last day.</param>
/// <param name="DaysOverdue">Days since, at the scope's date.</param>
/// <param name="Asked">Who is asked; null: the committee office of the region.</param>
/// <param name="ProposedAt">When it was proposed.</param>
public sealed record ProposalItem(
    HazardItem Hazard, SupervisionStep Step, ClockKind Clock, Leg? Leg, DateOnly Due, int DaysOverdue, BodyId? Asked,
    DateTimeOffset ProposedAt);

/// <summary>A hazard with two legs, and since when the most silent unaccepted one has been silent.</summary>
public sealed record DualItem(HazardItem Hazard, DateTimeOffset SilentSince);

/// <summary>What the lists of clocks can be narrowed by.</summary>
public sealed record ClockFilter
{
    /// <summary>Hazards in this region.</summary>
    public RegionCode? Region { get; init; }

    /// <summary>In this sector.</summary>
    public SectorCode? Sector { get; init; }

    /// <summary>Who owed the duty; of proposals, who is asked; of the watch over both legs, a supervisor.</summary>
    public BodyId? Body { get; init; }

    /// <summary>
    /// With <see cref="Body"/>, of proposals: or nobody is named, and the committee office of one of these regions is meant. What was
    /// missed is who owed it then's, whoever is the office since.
    /// </summary>
    public ImmutableArray<RegionCode> BodyAsOffice { get; init; } = [];

    /// <summary>Duties of this kind.</summary>
    public ClockKind? Duty { get; init; }

    /// <summary>Due on this date or later.</summary>
    public DateOnly? From { get; init; }

    /// <summary>Due on this date or earlier.</summary>
    public DateOnly? To { get; init; }
}

/// <summary>A hazard that has something to ring for.</summary>
/// <param name="Id">The hazard.</param>
/// <param name="Day">Since which day; the beginning of time for a row that was written before days were.</param>
public readonly record struct DueRing(HazardId Id, DateOnly Day);

/// <summary>What clocks left behind, now and as of any instant; and which hazards ring. Schema/clocks.sql names the indexes.</summary>
/// <param name="dataSource">The database.</param>
/// <param name="rules">The policies in force.</param>
public sealed class ClockQueries(NpgsqlDataSource dataSource, Func<Rulebook> rules)
{
    private const int LongestPage = 200;

    /// <summary>逾期记录: missed deadlines, the newest due date first.</summary>
    /// <exception cref="BadCursorException">The cursor is not one of this query.</exception>
    public Task<Page<MissedItem>> MissedAsync(
        Scope scope, ClockFilter filter, string? cursor, int limit, CancellationToken cancellationToken = default)
    {
        Conditions Where(Scope scope)
        {
            var where = Narrowed(scope, filter, null);
            if (filter.Body is { } body)
                where.And(where.WasOf(body));
            return scope.AsOf is { } asOf ? where.And($"h.recorded_at <= {where.Instant(asOf)}") : where;
        }

        // By missed_by_due, or missed_by_body.
        var list = new List(
            "missed", "rows.missed_clocks", "h.due", true, true, ["h.clock", "h.leg"],
            $"p.body, p.since, p.noticed_at, p.recorded_at, case when p.body is null then {Conditions.OfficeThen} end");
        return ReadAsync(list, scope, filter, Where, cursor, limit, (item, r, parts) => new MissedItem(
            item, Codes.Read<ClockKind>(parts[0]), LegOf(parts[1]), BodyOf(r, 9),
            r.GetFieldValue<DateTimeOffset>(10), r.GetFieldValue<DateOnly>(6), r.GetFieldValue<DateTimeOffset>(11),
            r.GetFieldValue<DateTimeOffset>(12), BodyOf(r, 13)), cancellationToken);
    }

    /// <summary>督办建议: steps that persons are asked to decide, the longest overdue first.</summary>
    /// <exception cref="BadCursorException">The cursor is not one of this query.</exception>
    public Task<Page<ProposalItem>> ProposalsAsync(
        Scope scope, ClockFilter filter, string? cursor, int limit, CancellationToken cancellationToken = default)
    {
        Conditions Where(Scope scope)
        {
            var where = Narrowed(scope, filter, "h.asked");
            return where.And(InForce(where, scope));
        }

        // By proposals_by_due, proposals_by_body, proposals_of_past.
        var list = new List(
            "proposals", "rows.proposals", "h.due", true, false, ["h.clock", "h.leg", "h.step"], "p.asked, p.recorded_from");
        return ReadAsync(list, scope, filter, Where, cursor, limit, (item, r, parts) => new ProposalItem(
            item, Codes.Read<SupervisionStep>(parts[2]), Codes.Read<ClockKind>(parts[0]), LegOf(parts[1]), r.GetFieldValue<DateOnly>(6),
            scope.Today.DayNumber - r.GetFieldValue<DateOnly>(6).DayNumber, BodyOf(r, 10), r.GetFieldValue<DateTimeOffset>(11)),
            cancellationToken);
    }

    /// <summary>双重督办看板: hazards with two legs, the one whose unaccepted leg has been silent longest first.</summary>
    /// <exception cref="BadCursorException">The cursor is not one of this query.</exception>
    public Task<Page<DualItem>> DualAsync(
        Scope scope, ClockFilter filter, string? cursor, int limit, CancellationToken cancellationToken = default)
    {
        Conditions Where(Scope scope)
        {
            var where = Narrowed(scope, filter, null);
            if (filter.Body is { } supervisor)
                where.And($"{where.Text(supervisor.Value)} = any (h.supervisors)");
            return where.And(InForce(where, scope));
        }

        // By dual_by_silence, dual_of_past.
        var list = new List("dual", "rows.dual_watch", "h.silent_since", false, false, [], "p.region") { Moves = true };
        return ReadAsync(
            list, scope, filter, Where, cursor, limit, (item, r, _) => new DualItem(item, r.GetFieldValue<DateTimeOffset>(6)),
            cancellationToken);
    }

    /// <summary>Hazards that have something to ring for by a day, in the order of their days; by hazards_by_ring.</summary>
    public async Task<ImmutableArray<DueRing>> DueAsync(
        DateOnly today, DueRing? after, int limit, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("""
            select h.hazard_id, h.next_ring from rows.hazards h
            where h.next_ring <= $1 and (h.next_ring, h.hazard_id) > ($2, $3)
            order by h.next_ring, h.hazard_id limit $4
            """);
        command.Parameters.Add(new NpgsqlParameter<DateOnly> { TypedValue = today, NpgsqlDbType = NpgsqlDbType.Date });
        command.Parameters.Add(
            new NpgsqlParameter<DateOnly> { TypedValue = after?.Day ?? DateOnly.MinValue, NpgsqlDbType = NpgsqlDbType.Date });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = after?.Id.StreamId ?? Guid.Empty });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = ImmutableArray.CreateBuilder<DueRing>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(new DueRing(new HazardId(reader.GetGuid(0)), reader.GetFieldValue<DateOnly>(1)));
        return found.ToImmutable();
    }

    /// <summary>How many hazards have something to ring for by a day, and the earliest day.</summary>
    public async Task<(long Count, DateOnly? Earliest)> BacklogAsync(DateOnly today, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("""
            select count(*), min(h.next_ring) filter (where h.next_ring > '-infinity') from rows.hazards h where h.next_ring <= $1
            """);
        command.Parameters.Add(new NpgsqlParameter<DateOnly> { TypedValue = today, NpgsqlDbType = NpgsqlDbType.Date });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetInt64(0), reader.IsDBNull(1) ? null : reader.GetFieldValue<DateOnly>(1));
    }

    /// <summary>Notes the day on which a version rings next, in a row that was written before days were.</summary>
    public async Task NoteRingAsync(HazardId id, long version, DateOnly? next, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("update rows.hazards set next_ring = $3 where hazard_id = $1 and version = $2");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id.StreamId });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = version });
        command.Parameters.Add(new NpgsqlParameter<DateOnly?> { TypedValue = next, NpgsqlDbType = NpgsqlDbType.Date });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static Conditions Narrowed(Scope scope, ClockFilter filter, string? body)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(filter);
        var where = new Conditions().Within(scope, filter.Region);
        if (filter.Sector is { } sector)
            where.And($"h.sector = {where.Text(sector.Value)}");
        if (body is not null && filter.Body is { } named)
            where.And(where.IsOf(body, named, filter.BodyAsOffice));
        if (filter.Duty is { } duty)
            where.And($"h.clock = {where.Text(CodeList.Code(duty))}");
        if (filter.From is { } from)
            where.And($"h.due >= {where.Date(from)}");
        if (filter.To is { } to)
            where.And($"h.due <= {where.Date(to)}");
        return where;
    }

    private static string InForce(Conditions where, Scope scope) =>
        scope.AsOf is { } asOf
            ? $"h.recorded_from <= {where.Instant(asOf)} and h.recorded_to > {where.Instant(asOf)}"
            : "h.recorded_to = 'infinity'";

    private async Task<Page<T>> ReadAsync<T>(
        List list, Scope scope, ClockFilter filter, Func<Scope, Conditions> narrowed, string? cursorText, int limit,
        Func<HazardItem, NpgsqlDataReader, string[], T> read, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, LongestPage);
        using var question = RowsTelemetry.Ask(list.Name, scope);
        var hash = PageCursor.HashOf(list.Name, scope.Jurisdiction, scope.AsOf, filter);
        var cursor = PageCursor.Read(cursorText, hash);
        scope = cursor?.At is { } at ? scope with { AsOf = at } : scope;
        var pins = list.Moves && scope.AsOf is null;
        var where = narrowed(scope);
        if (!where.Possible)
            return new Page<T>([], null);
        await using var command = dataSource.CreateCommand(list.Sql(scope, where, cursor, limit + 1, pins));
        where.AddTo(command);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var items = ImmutableArray.CreateBuilder<T>();
        PageCursor last = default;
        while (await reader.ReadAsync(cancellationToken))
        {
            if (items.Count == limit)
                return new Page<T>(items.DrainToImmutable(), last.Write(hash));
            var parts = list.Parts.Select((_, i) => reader.GetString(7 + i)).ToArray();
            items.Add(read(HazardReader.Item(reader, scope.Today, rules()), reader, parts));
            last = new PageCursor(
                0, HazardReader.Key(reader, 6, list.IsDate), string.Join('|', parts.Prepend(reader.GetGuid(0).ToString("N"))))
            {
                At = pins ? reader.GetFieldValue<DateTimeOffset>(reader.FieldCount - 1) : cursor?.At,
            };
        }

        return new Page<T>(items.DrainToImmutable(), null);
    }

    private static Leg? LegOf(string code) => code.Length == 0 ? null : Codes.Read<Leg>(code);

    private static BodyId? BodyOf(NpgsqlDataReader reader, int ordinal) =>
        reader.IsDBNull(ordinal) ? null : BodyId.Parse(reader.GetString(ordinal));

    /// <summary>A list in the order of a key, the hazard, and what tells the hazard's rows apart.</summary>
    private sealed record List(string Name, string Table, string Key, bool IsDate, bool Descending, string[] Parts, string Columns)
    {
        /// <summary>Whether an act may move a row within the order: then all pages after the first are as of the first.</summary>
        public bool Moves { get; init; }

        public string Sql(Scope scope, Conditions where, PageCursor? cursor, int rows, bool pins)
        {
            string[] order = [Key, "h.hazard_id", .. Parts];
            var direction = Descending ? "desc" : "asc";
            var sorted = string.Join(", ", order.Select(o => $"{o} {direction}"));
            if (cursor is { } after)
                where.And($"({string.Join(", ", order)}) {(Descending ? "<" : ">")} ({After(where, after)})");
            var version = Sources.VersionOf(scope, where);
            var columns = string.Join(", ", order.Where(o => o != "h.hazard_id").Append(Columns))
                .Replace("h.", "p.", StringComparison.Ordinal);
            var newest = pins ? $", {PageCursor.Newest}" : "";
            return $"""
                select v.hazard_id, v.version, v.position, v.first_recorded_at, v.recorded_last, i.item, {columns}{newest}
                from (select h.* from {Table} h where {where.Sql} order by {sorted} limit {rows}) p
                cross join lateral ({version}) v
                join rows.hazard_items i on i.position = v.position
                order by {sorted.Replace("h.", "p.", StringComparison.Ordinal)}
                """;
        }

        private string After(Conditions where, PageCursor after)
        {
            var id = after.Id.Split('|');
            if (id.Length != 1 + Parts.Length || !Guid.TryParseExact(id[0], "N", out var hazard))
                throw new BadCursorException();
            return string.Join(
                ", ",
                [HazardReader.KeyParameter(where, after.Key, IsDate), where.Parameter(hazard, NpgsqlDbType.Uuid), .. id.Skip(1).Select(where.Text)]);
        }
    }
}
