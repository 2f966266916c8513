using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Npgsql;

namespace Hazards.Projections.Reading;

/// <summary>The lists in figures. They read the same rows as the lists do, by the same indexes.</summary>
internal sealed class CountQueries(NpgsqlDataSource dataSource, Scope scope, RegionCode region)
{
    private const int CountyDigits = 6;
    private readonly Conditions where = new Conditions().Within(scope, region);

    /// <summary>By hazards_by_listing and history_by_listing.</summary>
    public Task<ImmutableArray<ListedCount>> ListedAsync(CancellationToken cancellationToken)
    {
        where.And("h.listing_deadline is not null");
        var sql = $"""
            select listing_level, count(*)::int, (count(*) filter (where listing_deadline < {where.Date(scope.Today)}))::int
            from ({Rows("h.listing_level, h.listing_deadline")}) h
            group by 1
            """;
        return ReadAsync(
            sql, r => new ListedCount(Codes.Read<ListingLevel>(r.GetString(0)), r.GetInt32(1), r.GetInt32(2)),
            c => c.OrderBy(l => l.Level), cancellationToken);
    }

    /// <summary>By hazards_by_listing and history_by_listing: so many as are listed are read.</summary>
    public Task<ImmutableArray<ListedGroup>> ListedGroupsAsync(CancellationToken cancellationToken)
    {
        where.And("h.listing_deadline is not null");
        var sql = $"""
            select listing_level, listed_by, left(region, {CountyDigits}), count(*)::int,
                   (count(*) filter (where listing_deadline < {where.Date(scope.Today)}))::int,
                   (count(*) filter (where stage = '{CodeList.Code(Stage.AwaitingClosure)}'))::int
            from ({Rows("h.listing_level, h.listed_by, h.region, h.listing_deadline, h.stage")}) h
            group by 1, 2, 3
            """;
        return ReadAsync(sql,
            r => new ListedGroup(
                Codes.Read<ListingLevel>(r.GetString(0)), BodyId.Parse(r.GetString(1)), RegionCode.Parse(r.GetString(2)), r.GetInt32(3),
                r.GetInt32(4), r.GetInt32(5)),
            c => c.OrderByDescending(l => l.Level).ThenBy(l => l.By.Value, StringComparer.Ordinal).ThenBy(
                l => l.County.Value, StringComparer.Ordinal), cancellationToken);
    }

    /// <summary>By hazards_by_due and history_by_due. Counts clocks, not hazards.</summary>
    public Task<ImmutableArray<OverdueCount>> OverdueAsync(CancellationToken cancellationToken)
    {
        var today = where.Date(scope.Today);
        where.And($"h.next_due < {today} and h.next_due < 'infinity'");
        var sql = $"""
            select c.body, c.kind, count(*)::int, max({today} - c.due)::int
            from ({Rows("h.clock_kinds, h.clock_bodies, h.clock_dues")}) h
            cross join lateral unnest(h.clock_kinds, h.clock_bodies, h.clock_dues) c (kind, body, due)
            where c.due < {today}
            group by 1, 2
            """;
        return ReadAsync(sql, ReadOverdue,
            c => c.OrderByDescending(o => o.Count).ThenByDescending(o => o.MostDays).ThenBy(o => o.Body?.Value, StringComparer.Ordinal)
                .ThenBy(o => o.Kind),
            cancellationToken);
    }

    /// <summary>By hazards_by_due and history_by_due, each no further than the most that is counted.</summary>
    public static async Task<DueCounts> DueAsync(
        NpgsqlDataSource dataSource, Scope scope, HazardFilter filter, CancellationToken cancellationToken)
    {
        var where = new Conditions().Apply(scope, filter);
        if (!where.Possible)
            return new DueCounts(0, 0, 0, 0);
        var (today, three, seven) = (where.Date(scope.Today), where.Date(scope.Today.AddDays(3)), where.Date(scope.Today.AddDays(7)));
        var sources = Sources.Of(scope, where, liveOnly: true).ToArray();
        string Count(string condition) =>
            $"(select count(*)::int from ({string.Join("\n  union all\n  ", sources.Select(s => $"select 1 from (select 1 from {s.Table} h where {where.Sql} and {s.InForce} and {condition} limit {DueCounts.Most}) s"))} limit {DueCounts.Most}) h)";
        // Where one duty or one body's are asked for, it is that which is overdue or due.
        var overdue = $"h.next_due < {today}{(filter.AnyDuty ? "" : $" and {where.Late(scope, filter, overdue: true)}")}";
        string Soon(string last, int days) => filter.AnyDuty
            ? $"h.next_due >= {today} and h.next_due <= {last}"
            : $"h.next_due <= {last} and {where.Owed(filter with { DueBy = scope.Today.AddDays(days) })}"
                + $" and {where.Late(scope, filter, overdue: false)}";
        await using var command = dataSource.CreateCommand(
            $"select {Count(overdue)}, {Count(Soon(three, 3))}, {Count(Soon(seven, 7))}, {Count("h.next_due < 'infinity'")}");
        where.AddTo(command);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new DueCounts(reader.GetInt32(0), reader.GetInt32(1), reader.GetInt32(2), reader.GetInt32(3));
    }

    private static OverdueCount ReadOverdue(NpgsqlDataReader reader) => new(
        reader.IsDBNull(0) ? null : BodyId.Parse(reader.GetString(0)), Codes.Read<ClockKind>(reader.GetString(1)), reader.GetInt32(2),
        reader.GetInt32(3));

    private string Rows(string columns) =>
        string.Join(
            "\n  union all\n  ",
            Sources.Of(scope, where, liveOnly: true).Select(s => $"select {columns} from {s.Table} h where {where.Sql} and {s.InForce}"));

    private async Task<ImmutableArray<T>> ReadAsync<T>(
        string sql, Func<NpgsqlDataReader, T> read, Func<IEnumerable<T>, IEnumerable<T>> order, CancellationToken cancellationToken)
    {
        if (!where.Possible)
            return [];
        await using var command = dataSource.CreateCommand(sql);
        where.AddTo(command);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var counts = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
            counts.Add(read(reader));
        return [.. order(counts)];
    }
}
