using System.Collections.Immutable;
using System.Text.Json;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections.Figures;
using Hazards.Projections.Reading;
using Npgsql;
using NpgsqlTypes;

namespace Hazards.Projections;

/// <summary>Which hazards of a period a list has.</summary>
/// <param name="Level">Of this level; of any when null.</param>
/// <param name="FoundInPeriod">Only those found in it; otherwise all that were open on a day of it.</param>
/// <param name="OpenAtEnd">Only those still open at its end.</param>
/// <param name="AsNow">Whatever was reopened is open for all time: as was done before.</param>
public sealed record ListChoice(Level? Level, bool FoundInPeriod, bool OpenAtEnd, bool AsNow = false);

/// <summary>
/// Figures and reports, counted by the database from the tables of facts; now and as known at any instant.
/// <c>docs/figures.md</c> defines every figure.
/// </summary>
/// <param name="dataSource">The database, or a replica of it.</param>
public sealed class FigureQueries(NpgsqlDataSource dataSource)
{
    private const int LongestPage = 200;

    /// <summary>The official monthly table, for any period.</summary>
    public Task<MonthlyTable> MonthlyTableAsync(FigureScope scope, Breakdown breakdown, CancellationToken cancellationToken = default) =>
        new MonthlyTableQuery(dataSource, scope, breakdown).RunAsync(cancellationToken);

    /// <summary>The position of the last event known at an instant; of the last there is when null.</summary>
    public async Task<long> PositionAsync(DateTimeOffset? knownAt, CancellationToken cancellationToken = default)
    {
        var where = new Conditions();
        await using var command = dataSource.CreateCommand($"select {FactSource.Position(where, knownAt)}");
        where.AddTo(command);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>When the newest event was recorded.</summary>
    public async Task<DateTimeOffset> NewestAsync(CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand(
            """select coalesce((select e."timestamp" from log.mt_events e order by e.seq_id desc limit 1), now())""");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return await reader.GetFieldValueAsync<DateTimeOffset>(0, cancellationToken);
    }

    /// <summary>What the measures of a ranking count, by body or by county.</summary>
    /// <param name="scope">Where and when.</param>
    /// <param name="bodies">By body; otherwise by county.</param>
    /// <param name="presentDeadline">Goes by the present deadline alone, whatever was missed before it was set: as was done before.</param>
    /// <param name="cancellationToken">Stops.</param>
    public Task<Dictionary<string, (long Legs, List<Tally> Tallies)>> TalliesAsync(
        FigureScope scope, bool bodies, bool presentDeadline = false, CancellationToken cancellationToken = default) =>
        new RankingQuery(dataSource, scope, bodies, presentDeadline).RunAsync(cancellationToken);

    /// <summary>The change of every cell of a table between two instants of knowledge.</summary>
    public Task<ImmutableArray<CellChange>> DifferenceAsync(FigureScope scope, Breakdown breakdown, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken = default) =>
        new DifferenceQuery(dataSource, scope, breakdown, from, to, null, null).SumsAsync(cancellationToken);

    /// <summary>The hazards behind it, a page at a time (1 to 200).</summary>
    /// <exception cref="BadCursorException">The cursor is not one of this query.</exception>
    public async Task<Page<HazardChange>> ChangesAsync(
        FigureScope scope, Breakdown breakdown, DateTimeOffset from, DateTimeOffset to, MonthlyColumn? column, string? line, string? cursor, int limit, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, LongestPage);
        var hash = PageCursor.HashOf(
            "difference", scope.Region, scope.Period, scope.First, scope.Kind, scope.Campaign, breakdown, from, to, column, line);
        var after = PageCursor.Read(cursor, hash);
        var found = await new DifferenceQuery(dataSource, scope, breakdown, from, to, column, line)
            .PageAsync(after?.HazardId, limit + 1, cancellationToken);
        return found.Count <= limit
            ? new Page<HazardChange>([.. found], null)
            : new Page<HazardChange>(
                [.. found.Take(limit)], new PageCursor(0, 0, found[limit - 1].Hazard.StreamId.ToString("N")).Write(hash));
    }

    /// <summary>The hazards of a list, in the order in which they were found, a page at a time.</summary>
    /// <remarks>By hazard_facts_now, and hazard_facts_major where only major ones are asked for.</remarks>
    /// <exception cref="BadCursorException">The cursor is not one of this query.</exception>
    public async Task<Page<HazardId>> HazardsAsync(
        FigureScope scope, ListChoice choice, string? cursor, int limit, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(choice);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        var hash = PageCursor.HashOf("figure list", scope.Region, scope.Period, scope.KnownAt, scope.Kind, scope.Campaign, choice);
        var where = new Conditions();
        var (first, last) = (where.Date(scope.First), where.Date(scope.Last));
        var condition = $"f.found_on <= {last} and not f.on_the_spot and {FactSource.Within(where, scope, ofHazards: true)}";
        if (choice.FoundInPeriod)
            condition += $" and f.found_on >= {first}";
        condition += choice.OpenAtEnd
            ? $" and (f.closed_on is null or f.closed_on > {last})"
            : $" and (f.closed_on is null or f.closed_on >= {first})";
        // What was reopened since may have been closed then: after the day of its closure, and before that of its reopening. What had been
        // rejected or merged stood undone, as is known now.
        var rested = scope.InForceAlone ? "f.rested" : "f.closed_before";
        if (!choice.AsNow)
            condition += $" and ({rested} is null or not exists (select from unnest({rested}) r where r @> {last} and "
                + (choice.OpenAtEnd ? "true))" : $"lower(r) < {first}))");
        if (choice.Level is { } level)
            condition += $" and f.level = '{CodeList.Code(level)}'";
        return await FoundAsync(where, condition, scope, hash, cursor, limit, cancellationToken);
    }

    /// <summary>The hazards that a cell of the monthly table counts, in the order in which they were found, a page at a time.</summary>
    /// <remarks>By hazard_facts_now.</remarks>
    /// <param name="scope">What the table is about.</param>
    /// <param name="breakdown">What its lines stand for.</param>
    /// <param name="column">The column; one that counts hazards.</param>
    /// <param name="line">The line; the sum when null.</param>
    /// <param name="cursor">The page.</param>
    /// <param name="limit">How many.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="BadCursorException">The cursor is not one of this query.</exception>
    public async Task<Page<HazardId>> CountedAsync(
        FigureScope scope, Breakdown breakdown, MonthlyColumn column, string? line, string? cursor, int limit, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        var hash = PageCursor.HashOf(
            "figure cell", scope.Region, scope.Period, scope.First, scope.KnownAt, scope.Kind, scope.Campaign, breakdown, column, line);
        var where = new Conditions();
        var (first, last) = (where.Date(scope.First), where.Date(scope.Last));
        var holds = DifferenceQuery.Counted(scope, last, "f").First(c => c.Column == column).Holds;
        var condition = $"f.found_on between {first} and {last} and {holds} and {FactSource.Within(where, scope, ofHazards: true)}";
        if (line is not null)
            condition += $" and {MonthlyTableQuery.KeyOf(breakdown, scope.Region)} = {where.Text(line)}";
        return await FoundAsync(where, condition, scope, hash, cursor, limit, cancellationToken);
    }

    private async Task<Page<HazardId>> FoundAsync(
        Conditions where, string condition, FigureScope scope, byte[] hash, string? cursor, int limit, CancellationToken cancellationToken)
    {
        if (PageCursor.Read(cursor, hash) is { } after)
            condition += $" and (f.found_on, f.hazard_id) > ({where.Date(DateOnly.FromDayNumber((int)after.Key))}, {where.Parameter(after.HazardId, NpgsqlDbType.Uuid)})";
        var rows = FactSource.Of("f.found_on, f.hazard_id", "hazard_facts", where, condition, scope.KnownAt);
        await using var command = dataSource.CreateCommand(
            $"select found_on, hazard_id from ({rows}) f order by found_on, hazard_id limit {limit + 1}");
        where.AddTo(command);
        var found = new List<(DateOnly Found, Guid Id)>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            found.Add((reader.GetFieldValue<DateOnly>(0), reader.GetGuid(1)));
        var page = found.Take(limit).Select(f => new HazardId(f.Id)).ToImmutableArray();
        return new Page<HazardId>(
            page,
            found.Count <= limit
                ? null
                : new PageCursor(0, found[limit - 1].Found.DayNumber, found[limit - 1].Id.ToString("N")).Write(hash));
    }

    /// <summary>
    /// Legs overdue on the period's last day (or today, if that comes first): to be acknowledged or rectified; the longest
    /// first.
    /// </summary>
    /// <remarks>
    /// Unfinished on that day: <see cref="FactSource.InHand"/>. Days are the body's, as in rankings: those after the last one; or, where it
    /// was told later or what it had declared came back later, after that. Before template 5 they were counted from the last day alone.
    /// </remarks>
    public async Task<(ImmutableArray<OverdueLeg> Longest, long All)> OverdueAsync(
        FigureScope scope, int limit, bool dueDayIsOver = false, bool presentDeadline = false, bool fromLastDay = false,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        var where = new Conditions();
        var on = scope.Today > scope.Last ? scope.Last : dueDayIsOver ? scope.Today.AddDays(-1) : scope.Today;
        var (day, past, more) = (where.Date(on), dueDayIsOver ? "<=" : "<", dueDayIsOver ? " + 1" : "");
        var open = FactSource.InHand(
            "f.hazard_id, f.leg, f.body, f.deadline, f.assigned_on, f.declared_on, f.ack_due, f.acknowledged_on, f.late, f.late_due,"
                + " f.resumed_on",
            where, where.Date(on.AddDays(1)), day, FactSource.Within(where, scope, ofHazards: false), scope.KnownAt, !presentDeadline);
        string Duty(ClockKind kind, string due, string done, string late) =>
            $"select hazard_id, leg, body, '{CodeList.Code(kind)}' as duty, {due} as due, {late} as late_from from unfinished"
            + $" where {late} {past} {day} and ({done} is null or {done} > {day})";
        var (late, lateBefore) = presentDeadline || fromLastDay ? ("deadline", "l.due") : (FactSource.LastInTime(), "lower(r) - 1");
        // A range of late days ends with the day on which completion was declared, or another deadline set.
        var (since, before) = presentDeadline ? ("", "") : ($" and (resumed_on is null or resumed_on <= {day})", $"""
            union all
            select hazard_id, leg, body, '{CodeList.Code(ClockKind.Rectify)}', l.due, {lateBefore}
            from (select * from unfinished where late is not null) u, unnest(u.late, u.late_due) l (r, due)
            where r @> daterange({day}, {day} + 1, '[]')
            """);
        await using var command = dataSource.CreateCommand($"""
            with unfinished as materialized ({open})
            select hazard_id, leg, body, duty, due, {day} - late_from{more}, count(*) over ()
            from (
              {Duty(ClockKind.Rectify, "deadline", "declared_on", late)}{since}
              union all
              {Duty(ClockKind.Acknowledge, "ack_due", "acknowledged_on", "ack_due")}
              {before}) o
            order by late_from, due, hazard_id, leg, duty
            limit {limit}
            """);
        where.AddTo(command);
        var found = ImmutableArray.CreateBuilder<OverdueLeg>();
        var all = 0L;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(new OverdueLeg(
                new HazardId(reader.GetGuid(0)), Codes.Read<Leg>(reader.GetString(1)), BodyId.Parse(reader.GetString(2)),
                Codes.Read<ClockKind>(reader.GetString(3)), reader.GetFieldValue<DateOnly>(4), reader.GetInt32(5)));
            all = reader.GetInt64(6);
        }
        return (found.ToImmutable(), all);
    }

    private static readonly string Standing =
        $"f.level = '{CodeList.Code(Level.Major)}' and not f.dismissed and f.hazard_id in (select l.hazard_id from listed l)";

    private static readonly string Levels =
        $"array[{string.Join(", ", Enum.GetValues<ListingLevel>().Order().Select(l => $"'{CodeList.Code(l)}'"))}]";

    /// <summary>
    /// Major hazards that were listed in the period, by county, sector, kind and the highest level: each once, however often it was listed,
    /// and none that turned out to be unfounded or was merged.
    /// </summary>
    /// <param name="scope">Where and when.</param>
    /// <param name="eachListing">Counts the listings themselves, whatever became of the hazard: as was done before.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task<ImmutableArray<ListingCount>> ListingsAsync(
        FigureScope scope, bool eachListing = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        var where = new Conditions();
        var within = scope.Region.IsNation
            ? "true"
            : $"f.region >= {where.Text(scope.Region.Prefix)} and f.region < {where.Text(scope.Region.Prefix + ":")}";
        if (scope.Campaign is { } campaign)
            within += $" and {FactSource.OfCampaign(where, campaign, ofHazards: false)}";
        // By listing_facts_by_date; few hazards are ever listed.
        var rows = FactSource.Of("f.hazard_id, f.region, f.sector, f.kind, f.level", "listing_facts", where,
            $"f.listed_on between {where.Date(scope.First)} and {where.Date(scope.Last)} and f.counts and {within}", scope.KnownAt);
        await using var command = dataSource.CreateCommand(
            eachListing
                ? $"select left(region, 6), sector, kind, level, count(*) from ({rows}) l group by 1, 2, 3, 4 order by 1, 2, 3, 4"
                : $"""
                with listed as materialized ({rows}),
                standing as ({FactSource.Of("f.hazard_id", "hazard_facts", where, Standing, scope.KnownAt)}),
                once as (
                  select distinct on (l.hazard_id) l.region, l.sector, l.kind, l.level
                  from listed l join standing s on s.hazard_id = l.hazard_id
                  order by l.hazard_id, array_position({Levels}, l.level::text) desc
                )
                select left(region, 6), sector, kind, level, count(*) from once group by 1, 2, 3, 4 order by 1, 2, 3, 4
                """);
        where.AddTo(command);
        var found = ImmutableArray.CreateBuilder<ListingCount>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            found.Add(new ListingCount(
                RegionCode.Parse(reader.GetString(0)), SectorCode.Parse(reader.GetString(1)), Codes.Read<HazardKind>(reader.GetString(2)),
                Codes.Read<ListingLevel>(reader.GetString(3)), reader.GetInt64(4)));
        return found.ToImmutable();
    }

    /// <summary>Bodies of some kinds within a region that had not been dissolved, as known at an instant; at most so many.</summary>
    public async Task<ImmutableArray<Body>> BodiesAsync(
        RegionCode region, ImmutableArray<BodyKind> kinds, DateTimeOffset? knownAt, int limit,
        CancellationToken cancellationToken = default)
    {
        var where = new Conditions().Within(region);
        where.And($"h.kind = any ({where.Parameter(kinds.Select(CodeList.Code).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text)}) and not h.dissolved");
        return await BodiesAsync(where, knownAt, limit, cancellationToken);
    }

    /// <summary>The names of bodies, as known at an instant: a frozen report keeps the names of its day.</summary>
    public async Task<IReadOnlyDictionary<string, string>> NamesAsync(
        IEnumerable<BodyId> bodies, DateTimeOffset? knownAt, CancellationToken cancellationToken = default) =>
        await BodyNames.ReadAsync(dataSource, bodies, knownAt, cancellationToken);

    private async Task<ImmutableArray<Body>> BodiesAsync(
        Conditions where, DateTimeOffset? knownAt, int limit, CancellationToken cancellationToken)
    {
        where.And(BodyNames.InForce(where, knownAt));
        await using var command = dataSource.CreateCommand(
            $"select h.body from rows.bodies h where {where.Sql} order by h.body_id limit {limit}");
        where.AddTo(command);
        var found = ImmutableArray.CreateBuilder<Body>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            found.Add(JsonSerializer.Deserialize<Body>(reader.GetFieldValue<byte[]>(0), DomainJson.Options)!);
        return found.ToImmutable();
    }

    /// <summary>
    /// What happened to the reports of a region and those in it, for periods that ended on these days; by day, region and kind.
    /// </summary>
    public async Task<ImmutableArray<ReportEntry>> ReportsAsync(
        RegionCode region, DateOnly from, DateOnly to, DateTimeOffset? asOf, int limit, CancellationToken cancellationToken = default)
    {
        // By report_facts_by_day.
        var where = new Conditions().Within(region);
        where.And($"h.last_day between {where.Date(from)} and {where.Date(to)}");
        if (asOf is { } known)
            where.And($"h.recorded_at <= {where.Instant(known)}");
        return await EntriesAsync(where, $"order by h.last_day, h.region, h.kind, h.version limit {limit}", cancellationToken);
    }

    /// <summary>What happened to one report, in order; nothing when there is none.</summary>
    public Task<ImmutableArray<ReportEntry>> ReportAsync(Guid id, CancellationToken cancellationToken = default)
    {
        var where = new Conditions();
        where.And($"h.report_id = {where.Parameter(id, NpgsqlDbType.Uuid)}");
        return EntriesAsync(where, "order by h.version", cancellationToken);
    }

    private async Task<ImmutableArray<ReportEntry>> EntriesAsync(Conditions where, string order, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand($"select h.report_id, h.version, h.position, h.recorded_at, h.frozen, h.event from rows.report_facts h where {where.Sql} {order}");
        where.AddTo(command);
        var found = ImmutableArray.CreateBuilder<ReportEntry>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var type = EventTypes.All.First(
                t => t.Value == (reader.GetBoolean(4) ? typeof(ReportFrozen) : typeof(ReportDeadlineMissed))).Key;
            var happened = (IReportEvent)DomainJson.ReadEvent(type, reader.GetFieldValue<byte[]>(5));
            found.Add(new ReportEntry(reader.GetGuid(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetFieldValue<DateTimeOffset>(3), happened));
        }
        return found.ToImmutable();
    }
}
