using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Npgsql;
using NpgsqlTypes;

namespace Hazards.Projections.Reading;

/// <summary>
/// The hazards that stood otherwise at the later of two instants, or of which something was recorded between them. Besides
/// those that changed, only a hazard whose due date passed between the two can have: it became overdue by itself.
/// </summary>
internal sealed class ChangesQuery(NpgsqlDataSource dataSource, Interval interval, ChangeFilter filter)
{
    private static readonly ImmutableArray<(BoardList List, string Holds)> Lists =
    [
        (BoardList.Open, "v.stage not in ('closed', 'rejected', 'merged')"),
        (BoardList.Overdue, "v.next_due < {day}"),
        (BoardList.Major, "v.level = 'major' and v.stage not in ('closed', 'rejected', 'merged')"),
        (BoardList.Listed, "v.listing_deadline is not null"),
        (BoardList.Dual, "v.dual and v.stage not in ('closed', 'rejected', 'merged')"),
        (BoardList.Closed, "v.stage = 'closed'"),
    ];

    private readonly Conditions where = new();

    public async Task<Page<ChangedHazard>> PageAsync(PageCursor? after, int limit, Func<long, HazardId, string> cursorAfter, CancellationToken cancellationToken)
    {
        if (Begin() is not { } sides)
            return new Page<ChangedHazard>([], null);
        var beyond = after is { } cursor
            ? $" and (s.position, s.hazard_id) < ({where.Parameter(cursor.Key, NpgsqlDbType.Bigint)}, {where.Parameter(cursor.HazardId, NpgsqlDbType.Uuid)})"
            : "";
        await using var command = dataSource.CreateCommand($"""
            {sides}
            select s.hazard_id, s.position, s.was_stage, s.is_stage, s.was_level, s.is_level, s.was_on, s.is_on
            from sides s
            where {Chosen()}{beyond}
            order by s.position desc, s.hazard_id desc
            limit {limit + 1}
            """);
        where.AddTo(command);
        var found = ImmutableArray.CreateBuilder<ChangedHazard>();
        long last = 0;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (found.Count == limit)
                return new Page<ChangedHazard>(found.ToImmutable(), cursorAfter(last, found[^1].Hazard));
            last = reader.GetInt64(1);
            var (was, now) = (reader.GetFieldValue<bool[]>(6), reader.GetFieldValue<bool[]>(7));
            found.Add(new ChangedHazard(
                new HazardId(reader.GetGuid(0)), Stage(reader, 2), Stage(reader, 3), Level(reader, 4), Level(reader, 5),
                [.. Lists.Where((_, i) => now[i] && !was[i]).Select(l => l.List)], [.. Lists.Where((_, i) => was[i] && !now[i]).Select(l => l.List)]));
        }
        return new Page<ChangedHazard>(found.ToImmutable(), null);
    }

    public async Task<ChangeCounts> CountsAsync(CancellationToken cancellationToken)
    {
        if (Begin() is not { } sides)
            return new ChangeCounts(0, 0, 0, []);
        var columns = string.Join(",\n", Lists.Select((_, i) =>
            $"(count(*) filter (where s.is_on[{i + 1}] and not s.was_on[{i + 1}]))::int, (count(*) filter (where s.was_on[{i + 1}] and not s.is_on[{i + 1}]))::int"));
        await using var command = dataSource.CreateCommand($"""
            {sides}
            select count(*)::int, (count(*) filter (where s.was_stage is null))::int, (count(*) filter (where {Late}))::int,
            {columns}
            from sides s
            """);
        where.AddTo(command);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new ChangeCounts(
            reader.GetInt32(0), reader.GetInt32(1), reader.GetInt32(2), [.. Lists.Select((l, i) => new ListMoves(l.List, reader.GetInt32(3 + 2 * i), reader.GetInt32(4 + 2 * i)))]);
    }

    private string Chosen()
    {
        var chosen = "true";
        if (filter.List is { } list)
        {
            var at = Lists.Select(l => l.List).ToList().IndexOf(list) + 1;
            chosen = filter.Move switch
            {
                ListMove.Entered => $"s.is_on[{at}] and not s.was_on[{at}]",
                ListMove.Left => $"s.was_on[{at}] and not s.is_on[{at}]",
                _ => $"s.was_on[{at}] <> s.is_on[{at}]",
            };
        }
        if (filter.New == true)
            chosen += " and s.was_stage is null";
        if (filter.Late == true)
            chosen += $" and {Late}";
        return chosen;
    }

    /// <summary>By the log's (stream, version). What the service noticed late was not entered by anybody.</summary>
    private const string Late = """
        exists (select from range r join log.mt_events e on e.stream_id = s.hazard_id and e.seq_id > r.after and e.seq_id <= r.up_to where e.headers ->> 'entry' = 'late' and e.headers ->> 'role' <> 'clock')
        """;

    private string? Begin()
    {
        where.Within(new Scope(interval.Jurisdiction, null, default), filter.Region);
        if (!where.Possible)
            return null;
        var region = where.Sql;
        var from = where.Instant(interval.From);
        var to = interval.To is { } known ? where.Instant(known) : null;
        var (fromDay, toDay) = (where.Date(ChinaTime.DateAt(interval.From)), where.Date(interval.Today));
        var later = new Scope(interval.Jurisdiction, interval.To, interval.Today);
        var passed = string.Join("\n  union\n  ", Sources.Of(later, where, liveOnly: true).Select(s =>
            $"select h.hazard_id from {s.Table} h where {region} and {s.InForce} and h.next_due >= {fromDay} and h.next_due < {toDay} and h.next_due < 'infinity'"));
        return $"""
            with range as materialized (
              select rows.position_at({from}) as after, {(to is null ? "9223372036854775807" : $"rows.position_at({to})")}::bigint as up_to
            ),
            touched as materialized (
              {Touched(from, to)}
              union
              {passed}
            ),
            sides as (
              select t.hazard_id, coalesce(a.position, b.position) as position, b.stage as was_stage, a.stage as is_stage, b.level as was_level, a.level as is_level,
                     array[{Holds("b", fromDay)}] as was_on, array[{Holds("a", toDay)}] as is_on
              from touched t
              left join lateral ({Version(region, from)}) b on true
              left join lateral ({Version(region, to)}) a on true
              where a.hazard_id is not null or b.hazard_id is not null
            )
            """;
    }

    /// <summary>
    /// Until now by hazards_by_changed. Until an instant of the past by the
    /// log's positions, for much may have been recorded since.
    /// </summary>
    private static string Touched(string from, string? to) => to is null
        ? $"select h.hazard_id from rows.hazards h where h.recorded_from > {from}"
        : "select e.stream_id as hazard_id from range r join log.mt_events e on e.seq_id > r.after and e.seq_id <= r.up_to";

    private static string Holds(string side, string day) => string.Join(", ", Lists.Select(l =>
        $"coalesce({l.Holds.Replace("v.", $"{side}.", StringComparison.Ordinal).Replace("{day}", day, StringComparison.Ordinal)}, false)"));

    /// <summary>A hazard as it stood, where it lay in the region then. By the primary key and history_by_hazard; of copies any one will do.</summary>
    private static string Version(string region, string? at)
    {
        const string columns = "h.hazard_id, h.position, h.stage, h.level, h.next_due, h.listing_deadline, h.dual, h.region";
        return at is null
            ? $"select {columns} from rows.hazards h where h.hazard_id = t.hazard_id and {region}"
            : $"""
                select {columns} from rows.hazards h where h.hazard_id = t.hazard_id and {region} and h.recorded_from <= {at}
                union all
                select {columns} from rows.hazard_history h where h.hazard_id = t.hazard_id and {region} and h.recorded_from <= {at} and h.recorded_to > {at}
                limit 1
                """;
    }

    private static Stage? Stage(NpgsqlDataReader reader, int at) => reader.IsDBNull(at) ? null : Codes.Read<Stage>(reader.GetString(at));

    private static Level? Level(NpgsqlDataReader reader, int at) => reader.IsDBNull(at) ? null : Codes.Read<Level>(reader.GetString(at));
}
