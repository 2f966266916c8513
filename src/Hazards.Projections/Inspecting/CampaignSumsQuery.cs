using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Projections.Reading;
using Npgsql;
using NpgsqlTypes;

namespace Hazards.Projections;

/// <summary>A page of campaigns in sum: two statements, whatever the number of campaigns.</summary>
internal sealed class CampaignSumsQuery(NpgsqlDataSource dataSource, Scope scope, IReadOnlyCollection<Guid> campaigns)
{
    public async Task<Dictionary<Guid, FigureLine>> RunAsync(CancellationToken cancellationToken)
    {
        using var question = RowsTelemetry.Ask("campaign sums", scope);
        if (campaigns.Count == 0)
            return [];
        var (visits, hazards) = (await VisitsAsync(cancellationToken), await HazardsAsync(cancellationToken));
        return campaigns.ToDictionary(c => c, c => new FigureLine(
            null, null, visits.GetValueOrDefault(c, new VisitCounts(0, 0, 0, 0, 0)), hazards.GetValueOrDefault(c, FoundCounts.None)));
    }

    /// <summary>By inspections_by_campaign and origins_by_inspection.</summary>
    private Task<Dictionary<Guid, VisitCounts>> VisitsAsync(CancellationToken cancellationToken)
    {
        var where = new Conditions().Within(scope.Jurisdiction);
        where.And($"h.campaign = any ({Asked(where)}) and not h.voided").And(InspectionQueries.InForce(where, scope));
        var known = scope.AsOf is { } asOf ? $" and o.recorded_from <= {where.Instant(asOf)}" : "";
        return ReadAsync(where, $"""
            select v.campaign, count(*)::int, count(distinct v.unit_key)::int,
                   (count(*) filter (where v.claimed = 0 and not v.found))::int, (count(*) filter (where v.late))::int, coalesce(sum(v.claimed), 0)::int
            from (
              select h.campaign, h.unit_key, h.late, coalesce(h.claimed, 0) as claimed,
                     exists (select 1 from rows.hazard_origins o where o.inspection = h.inspection_id{known}) as found
              from rows.inspections h
              where {where.Sql}) v
            group by v.campaign
            """, r => new VisitCounts(r.GetInt32(1), r.GetInt32(2), r.GetInt32(3), r.GetInt32(4), r.GetInt32(5)), cancellationToken);
    }

    /// <summary>By origins_by_campaign and the primary key; as of an instant also by history_by_hazard.</summary>
    private Task<Dictionary<Guid, FoundCounts>> HazardsAsync(CancellationToken cancellationToken)
    {
        const string columns = "h.hazard_id, h.stage, h.level, h.next_due, h.leg_bodies";
        var where = new Conditions().Within(scope.Jurisdiction);
        where.And("h.hazard_id = o.hazard_id and h.stage not in ('rejected', 'merged')");
        var (asked, today) = (Asked(where), where.Date(scope.Today));
        var rows = $"select {columns} from rows.hazards h where {where.Sql}";
        if (scope.AsOf is { } asOf)
        {
            var instant = where.Instant(asOf);
            rows = $"""
                {rows} and h.recorded_from <= {instant}
                union all
                select {columns} from rows.hazard_history h where {where.Sql} and h.recorded_from <= {instant} and h.recorded_to > {instant}
                limit 1
                """;
        }
        return ReadAsync(where, $"""
            select h.campaign,
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
              select o.campaign, h.stage = 'closed' as closed, cardinality(h.leg_bodies) > 0 as ordered,
                     h.stage = 'closed' and cardinality(h.leg_bodies) = 0 as spot, {FigureQuery.FixedByOwnCheck(scope, where)} as own,
                     coalesce(h.level = 'major', false) as major, h.next_due < {today} as overdue
              from rows.hazard_origins o cross join lateral ({rows}) h
              where o.campaign = any ({asked})) h
            group by h.campaign
            """, r => new FoundCounts(
            r.GetInt32(1), r.GetInt32(2), r.GetInt32(3), r.GetInt32(4), r.GetInt32(5), r.GetInt32(6), r.GetInt32(7), r.GetInt32(8),
            r.GetInt32(9)), cancellationToken);
    }

    private string Asked(Conditions where) => where.Parameter(campaigns.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Uuid);

    private async Task<Dictionary<Guid, T>> ReadAsync<T>(
        Conditions where, string sql, Func<NpgsqlDataReader, T> counts, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(sql);
        where.AddTo(command);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new Dictionary<Guid, T>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(reader.GetGuid(0), counts(reader));
        return found;
    }
}
