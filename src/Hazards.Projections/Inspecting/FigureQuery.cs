using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Projections.Reading;
using Npgsql;
using NpgsqlTypes;

namespace Hazards.Projections;

/// <summary>Visits and hazards in figures: two statements, each in all, by region and by sector at once.</summary>
internal sealed class FigureQuery(NpgsqlDataSource dataSource, Scope scope, HazardFilter filter, Guid? campaign, RegionCode widest)
{
    private readonly record struct Line(string? Region, string? Sector);

    // Hazards that are closed without ever having had a leg were fixed at once: all others need every leg's acceptance.
    private const string Columns = "h.hazard_id, h.region, h.sector, h.stage, h.level, h.next_due, h.leg_bodies";

    public async Task<InspectionFigures> RunAsync(CancellationToken cancellationToken)
    {
        using var question = RowsTelemetry.Ask("inspection figures", scope);
        var hazards = await HazardsAsync(cancellationToken);
        var visits = campaign is null ? [] : await VisitsAsync(cancellationToken);
        var lines = hazards.Keys.Union(visits.Keys).Select(line => new FigureLine(
            line.Region is { } region ? RegionCode.Parse(region) : null,
            line.Sector is { } sector ? SectorCode.Parse(sector) : null,
            campaign is null ? null : visits.GetValueOrDefault(line, new VisitCounts(0, 0, 0, 0, 0)),
            hazards.GetValueOrDefault(line, FoundCounts.None))).ToArray();
        return new InspectionFigures(
            lines.Single(l => l.Region is null && l.Sector is null),
            [.. lines.Where(l => l.Region is not null).OrderBy(l => l.Region!.Value.Value, StringComparer.Ordinal)],
            [.. lines.Where(l => l.Sector is not null).OrderBy(l => l.Sector!.Value.Value, StringComparer.Ordinal)]);
    }

    /// <summary>
    /// By origins_by_campaign and the primary key, or by hazards_by_found; as of an instant also by history_by_hazard, or the
    /// instant's epoch.
    /// </summary>
    private async Task<Dictionary<Line, FoundCounts>> HazardsAsync(CancellationToken cancellationToken)
    {
        var where = new Conditions().Apply(scope, filter);
        if (!where.Possible)
            return new() { [default] = FoundCounts.None };
        where.And("h.stage not in ('rejected', 'merged')");
        var today = where.Date(scope.Today);
        var rows = string.Join(
            "\n  union all\n  ",
            Sources.Of(scope, where, liveOnly: false).Select(s => $"select {Columns} from {s.Table} h where {where.Sql} and {s.InForce}"));
        var sql = $"""
            select h.region, h.sector,
                   (count(*) filter (where not h.spot))::int,
                   (count(*) filter (where h.spot and not h.own))::int,
                   (count(*) filter (where h.own))::int,
                   (count(*) filter (where not h.spot and h.ordered))::int,
                   (count(*) filter (where not h.spot and h.closed))::int,
                   (count(*) filter (where not h.spot and h.major))::int,
                   (count(*) filter (where not h.spot and h.major and h.closed))::int,
                   (count(*) filter (where not h.closed))::int,
                   (count(*) filter (where not h.closed and h.overdue))::int
            from (
              select left(h.region, {Length}) as region, h.sector, h.stage = 'closed' as closed, cardinality(h.leg_bodies) > 0 as ordered,
                     h.stage = 'closed' and cardinality(h.leg_bodies) = 0 as spot, {FixedByOwnCheck(scope, where)} as own,
                     coalesce(h.level = 'major', false) as major, h.next_due < {today} as overdue
              from ({rows}) h) h
            group by grouping sets ((), (h.region), (h.sector))
            """;
        return await ReadAsync(sql, where, r => new FoundCounts(
            r.GetInt32(2), r.GetInt32(3), r.GetInt32(4), r.GetInt32(5), r.GetInt32(6), r.GetInt32(7), r.GetInt32(8), r.GetInt32(9),
            r.GetInt32(10)), cancellationToken);
    }

    /// <summary>
    /// Whether a hazard of a row h was found and fixed by the enterprise itself. By the facts' primary key, for those alone that were
    /// fixed at once.
    /// </summary>
    internal static string FixedByOwnCheck(Scope scope, Conditions where)
    {
        var inForce = scope.AsOf is { } asOf && where.Instant(asOf) is var instant
            ? $"f.recorded_from <= {instant} and f.recorded_to > {instant}"
            : "f.recorded_to = 'infinity'";
        return $"""
            (h.stage = 'closed' and cardinality(h.leg_bodies) = 0 and exists (
                       select from rows.hazard_facts f where f.hazard_id = h.hazard_id and f.ground = 'ownCheck' and {inForce}))
            """;
    }

    /// <summary>By inspections_by_campaign and origins_by_inspection.</summary>
    private Task<Dictionary<Line, VisitCounts>> VisitsAsync(CancellationToken cancellationToken)
    {
        var where = new Conditions().Within(scope.Jurisdiction);
        where.And($"h.campaign = {where.Parameter(campaign!.Value, NpgsqlDbType.Uuid)} and not h.voided")
            .And(InspectionQueries.InForce(where, scope));
        var known = scope.AsOf is { } asOf ? $" and o.recorded_from <= {where.Instant(asOf)}" : "";
        var sql = $"""
            select v.region, v.sector, count(*)::int, count(distinct v.unit_key)::int,
                   (count(*) filter (where v.claimed = 0 and not v.found))::int, (count(*) filter (where v.late))::int, coalesce(sum(v.claimed), 0)::int
            from (
              select left(h.region, {Length}) as region, h.sector, h.unit_key, h.late, coalesce(h.claimed, 0) as claimed,
                     exists (select 1 from rows.hazard_origins o where o.inspection = h.inspection_id{known}) as found
              from rows.inspections h
              where {where.Sql}) v
            group by grouping sets ((), (v.region), (v.sector))
            """;
        return ReadAsync(
            sql, where, r => new VisitCounts(r.GetInt32(2), r.GetInt32(3), r.GetInt32(4), r.GetInt32(5), r.GetInt32(6)), cancellationToken);
    }

    /// <summary>How many digits a region one level below the widest has.</summary>
    private int Length => widest.Level switch
    {
        RegionLevel.Nation => 2,
        RegionLevel.Province => 4,
        RegionLevel.Prefecture => 6,
        RegionLevel.County => 9,
        _ => 12,
    };

    private async Task<Dictionary<Line, T>> ReadAsync<T>(
        string sql, Conditions where, Func<NpgsqlDataReader, T> counts, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(sql);
        where.AddTo(command);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new Dictionary<Line, T>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(
                new Line(reader.IsDBNull(0) ? null : reader.GetString(0), reader.IsDBNull(1) ? null : reader.GetString(1)), counts(reader));
        return found;
    }
}
