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

    private Conditions where = new();

    public async Task<Page<ChangedHazard>> PageAsync(
        PageCursor? after, int limit, Func<long, HazardId, string> cursorAfter, CancellationToken cancellationToken)
    {
        // All that changed, until now: the last to change are looked at alone, and only where too few of them are in the
        // region, everything.
        if (interval.To is null && Chosen() == "true"
            && await ReadAsync(after, limit, limit * 4, cursorAfter, cancellationToken) is { Next: not null } newest)
            return newest;
        where = new Conditions();
        return await ReadAsync(after, limit, null, cursorAfter, cancellationToken);
    }

    /// <param name="after">Where the page begins.</param>
    /// <param name="limit">How many.</param>
    /// <param name="newest">Of those that changed, so many of the last; null for all.</param>
    /// <param name="cursorAfter">Makes the cursor.</param>
    /// <param name="cancellationToken">Stops.</param>
    private async Task<Page<ChangedHazard>> ReadAsync(
        PageCursor? after, int limit, int? newest, Func<long, HazardId, string> cursorAfter, CancellationToken cancellationToken)
    {
        var key = after is { } cursor ? where.Parameter(cursor.Key, NpgsqlDbType.Bigint) : null;
        if (Begin(newest, key) is not { } sides)
            return new Page<ChangedHazard>([], null);
        var beyond = after is { } last
            ? $" and (s.position, s.hazard_id) < ({key}, {where.Parameter(last.HazardId, NpgsqlDbType.Uuid)})"
            : "";
        // Every hazard that changed after the earliest of the newest is among them: positions and times go up together.
        var among = newest is null ? "" : " and s.position >= (select min(n.position) from newest n)";
        await using var command = dataSource.CreateCommand($"""
            {sides}
            select s.hazard_id, s.position, s.was_stage, s.is_stage, s.was_level, s.is_level, s.was_on, s.is_on
            from sides s
            where {Chosen()}{beyond}{among}
            order by s.position desc, s.hazard_id desc
            limit {limit + 1}
            """);
        where.AddTo(command);
        return await PageAsync(command, limit, cursorAfter, cancellationToken);
    }

    private static async Task<Page<ChangedHazard>> PageAsync(
        NpgsqlCommand command, int limit, Func<long, HazardId, string> cursorAfter, CancellationToken cancellationToken)
    {
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
            return new ChangeCounts(0, 0, 0, [.. Lists.Select(l => new ListMoves(l.List, 0, 0))]);
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
            reader.GetInt32(0), reader.GetInt32(1), reader.GetInt32(2),
            [.. Lists.Select((l, i) => new ListMoves(l.List, reader.GetInt32(3 + 2 * i), reader.GetInt32(4 + 2 * i)))]);
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

    /// <summary>What the service noticed late was not entered by anybody.</summary>
    private const string Late = "s.hazard_id in (select l.stream_id from late l)";

    private string? Begin(int? newest = null, string? before = null)
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
            ),{Newest(newest, from, before)}
            touched as materialized (
              {(newest is null ? Touched(from, to) : "select n.hazard_id from newest n")}
              union
              {passed}
            ),
            late as materialized ( -- by mt_events_late
              select e.stream_id from range r join log.mt_events e on e.seq_id > r.after and e.seq_id <= r.up_to
              where e.headers ->> 'entry' = 'late' and e.headers ->> 'role' <> 'clock'
            ),
            sides as (
              select t.hazard_id, coalesce(a.position, b.position) as position, b.stage as was_stage, a.stage as is_stage, b.level as was_level, a.level as is_level,
                     array[{Holds("b", fromDay)}] as was_on, array[{Holds("a", toDay)}] as is_on
              from touched t
              join rows.hazards h on h.hazard_id = t.hazard_id
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

    /// <summary>By hazards_by_changed, from its end; whatever was recorded with the last of them besides.</summary>
    private static string Newest(int? count, string from, string? before) => count is null ? "" : $"""

            newest as materialized (
              select h.hazard_id, h.position from rows.hazards h
              where h.recorded_from > {from}{(before is null ? "" : $" and h.position <= {before}")}
              order by h.recorded_from desc
              fetch first {count} rows with ties
            ),
        """;

    private static string Holds(string side, string day) => string.Join(", ", Lists.Select(l =>
        $"coalesce({l.Holds.Replace("v.", $"{side}.", StringComparison.Ordinal).Replace("{day}", day, StringComparison.Ordinal)}, false)"));

    /// <summary>
    /// A hazard as it stood, where it lay in the region then: the version in force now, which is read already (h), or an earlier
    /// one by history_by_hazard, the newest first: the first that is looked at. Of copies any one will do.
    /// </summary>
    private static string Version(string region, string? at)
    {
        static string Columns(string of) =>
            $"{of}.hazard_id, {of}.position, {of}.stage, {of}.level, {of}.next_due, {of}.listing_deadline, {of}.dual";
        return at is null
            ? $"select {Columns("h")} where {region}"
            : $"""
                select {Columns("h")} where {region} and h.recorded_from <= {at}
                union all
                (select {Columns("v")} from rows.hazard_history v
                 where v.hazard_id = t.hazard_id and h.recorded_from > {at} and {region.Replace("h.", "v.", StringComparison.Ordinal)} and v.recorded_from <= {at} and v.recorded_to > {at}
                 order by v.recorded_from desc limit 1)
                limit 1
                """;
    }

    private static Stage? Stage(NpgsqlDataReader reader, int at) => reader.IsDBNull(at) ? null : Codes.Read<Stage>(reader.GetString(at));

    private static Level? Level(NpgsqlDataReader reader, int at) => reader.IsDBNull(at) ? null : Codes.Read<Level>(reader.GetString(at));
}
