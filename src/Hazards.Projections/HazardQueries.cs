using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Projections.Reading;
using Npgsql;

namespace Hazards.Projections;

/// <summary>The read side on PostgreSQL. Every answer is one statement; <c>docs/rows.md</c> says which index serves which.</summary>
/// <param name="dataSource">The database, or a replica of it.</param>
/// <param name="rules">The policies in force, whose ladders say what comes next for an overdue duty.</param>
public sealed class HazardQueries(NpgsqlDataSource dataSource, Func<Rulebook> rules) : IHazardQueries
{
    private const int LongestPage = 1000;
    private const int MostDueSoonDays = 3660;

    /// <inheritdoc />
    public Task<Page<HazardItem>> LedgerAsync(
        Scope scope, HazardFilter filter, LedgerSort sort, bool descending, string? cursor, int limit, CancellationToken cancellationToken = default) =>
        ListAsync("ledger", scope, filter, ListOrder.Of(sort, descending), cursor, limit, cancellationToken);

    /// <inheritdoc />
    public Task<Page<HazardItem>> ListedAsync(Scope scope, HazardFilter filter, string? cursor, int limit, CancellationToken cancellationToken = default) =>
        ListAsync("listed", scope, filter, ListOrder.Listed, cursor, limit, cancellationToken);

    /// <inheritdoc />
    public Task<Page<HazardItem>> OverdueAsync(
        Scope scope, HazardFilter filter, string? cursor, int limit, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return filter.Overdue == false
            ? Task.FromResult(new Page<HazardItem>([], null))
            : ListAsync("overdue", scope, filter with { Overdue = true }, ListOrder.Overdue, cursor, limit, cancellationToken);
    }

    /// <inheritdoc />
    public Task<Page<HazardItem>> DueAsync(Scope scope, HazardFilter filter, DueSort sort, string? cursor, int limit, CancellationToken cancellationToken = default) =>
        ListAsync("due", scope, filter, ListOrder.Of(sort), cursor, limit, cancellationToken);

    /// <inheritdoc />
    public async Task<DueCounts> DueCountsAsync(Scope scope, HazardFilter filter, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(filter);
        using var question = RowsTelemetry.Ask("due counts", scope);
        return await CountQueries.DueAsync(dataSource, scope, filter with { Overdue = null }, cancellationToken);
    }

    /// <inheritdoc />
    public async Task<int> KnownLaterAsync(Scope scope, HazardFilter filter, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(filter);
        if (scope.AsOf is not { } asOf)
            return 0;
        using var question = RowsTelemetry.Ask("known later", scope);
        var such = filter with
        {
            Overdue = null, DueBy = null, DueFrom = null, Duty = null, Owes = null, Owing = [], OwesAsOffice = [], Stages = [],
            ListingOverdue = null,
        };
        var where = new Conditions().Apply(scope with { AsOf = null }, such).Concerning(filter);
        if (!where.Possible)
            return 0;
        var instant = where.Instant(asOf);
        // By hazards_by_recorded no further than a day, and hazards_known_late.
        await using var command = dataSource.CreateCommand($"""
            select ((
              select count(*) from rows.hazards h
              where h.first_recorded_at > {instant} and h.first_recorded_at <= {instant} + interval '24:00:00'
                and h.found_at <= {instant} and h.first_recorded_at - h.found_at <= '24:00:00' and {where.Sql}
            ) + (
              select count(*) from rows.hazards h
              where tstzrange(h.found_at, h.first_recorded_at) @> {instant} and h.first_recorded_at - h.found_at > '24:00:00'
                and {where.Sql}
            ))::int
            """);
        where.AddTo(command);
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <inheritdoc />
    public async Task<HazardItem?> FindAsync(Scope scope, HazardId id, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        using var question = RowsTelemetry.Ask("hazard", scope);
        var where = new Conditions().Within(scope.Jurisdiction).Own(scope);
        where.And($"h.hazard_id = {where.Parameter(id.StreamId, NpgsqlTypes.NpgsqlDbType.Uuid)}");
        await using var command = dataSource.CreateCommand(FindSql(scope, where));
        where.AddTo(command);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? HazardReader.Item(reader, scope.Today, rules()) : null;
    }

    // By the primary keys, and history_by_hazard. A live version has copies, all the same: any one will do.
    private static string FindSql(Scope scope, Conditions where)
    {
        const string columns = "h.hazard_id, h.version, h.position, h.first_recorded_at, h.recorded_last";
        var versions = $"select {columns} from rows.hazards h where {where.Sql}";
        if (scope.AsOf is { } asOf)
        {
            var instant = where.Instant(asOf);
            versions += $"""
                 and h.recorded_from <= {instant}
                union all
                select {columns} from rows.hazard_history h where {where.Sql} and h.recorded_from <= {instant} and h.recorded_to > {instant}
                """;
        }

        return $"""
            select {columns}, i.item
            from ({versions} limit 1) h
            join rows.hazard_items i on i.position = h.position
            """;
    }

    /// <inheritdoc />
    public async Task<Board> BoardAsync(Scope scope, RegionCode region, int dueSoonDays, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentOutOfRangeException.ThrowIfNegative(dueSoonDays);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(dueSoonDays, MostDueSoonDays);
        using var question = RowsTelemetry.Ask("board", scope);
        return await new BoardQuery(dataSource, scope, region, dueSoonDays).RunAsync(cancellationToken);
    }

    /// <inheritdoc />
    public async Task<ImmutableArray<ListedCount>> ListedCountsAsync(
        Scope scope, RegionCode region, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        using var question = RowsTelemetry.Ask("listed counts", scope);
        return await new CountQueries(dataSource, scope, region).ListedAsync(cancellationToken);
    }

    /// <inheritdoc />
    public async Task<ImmutableArray<ListedGroup>> ListedGroupsAsync(
        Scope scope, RegionCode region, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        using var question = RowsTelemetry.Ask("listed groups", scope);
        return await new CountQueries(dataSource, scope, region).ListedGroupsAsync(cancellationToken);
    }

    /// <inheritdoc />
    public async Task<ImmutableArray<OverdueCount>> OverdueCountsAsync(
        Scope scope, RegionCode region, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        using var question = RowsTelemetry.Ask("overdue counts", scope);
        return await new CountQueries(dataSource, scope, region).OverdueAsync(cancellationToken);
    }

    private async Task<Page<HazardItem>> ListAsync(
        string list, Scope scope, HazardFilter filter, ListOrder order, string? cursor, int limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, LongestPage);
        using var question = RowsTelemetry.Ask(list, scope);
        var hash = PageCursor.HashOf(
            list, order.Lead, order.Column, order.Descending, order.Segments.Length, scope.Jurisdiction, scope.AsOf, filter);
        return await new ListQuery(dataSource, rules(), scope, filter, order, hash, cursor, limit).RunAsync(cancellationToken);
    }
}
