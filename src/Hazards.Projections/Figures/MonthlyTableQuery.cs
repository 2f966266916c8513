using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Projections.Reading;
using Npgsql;

namespace Hazards.Projections.Figures;

/// <summary>
/// The official monthly table, for any period. One statement: the period's hazards by hazard_facts_now (and
/// hazard_facts_past), the year's funds by leg_facts_funds_now (and leg_facts_funds_past), the units inspected by inspections_by_date.
/// </summary>
internal sealed class MonthlyTableQuery(NpgsqlDataSource dataSource, FigureScope scope, Breakdown breakdown)
{
    private readonly Conditions where = new();

    public async Task<MonthlyTable> RunAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Sql());
        where.AddTo(command);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var lines = ImmutableArray.CreateBuilder<MonthlyLine>();
        var (position, total) = (0L, MonthlyLine.Empty(MonthlyLine.Total));
        while (await reader.ReadAsync(cancellationToken))
        {
            position = reader.GetInt64(0);
            if (reader.IsDBNull(1))
                continue;
            var line = Line(reader);
            if (line.Key == MonthlyLine.Total)
            {
                total = total with { Inspected = line.Inspected };
                continue;
            }
            lines.Add(line);
            total = total.Plus(line);
        }
        return new MonthlyTable(position, lines.ToImmutable(), total);
    }

    private static MonthlyLine Line(NpgsqlDataReader r) => new(
        r.GetString(1), r.GetInt64(13), r.GetInt64(2), r.GetInt64(3), r.GetInt64(4), r.GetInt64(5), r.GetInt64(6), r.GetInt64(7),
        r.GetInt64(8), r.GetInt64(9),
        r.GetDecimal(12), r.GetInt64(10), r.GetInt64(11)) { OwnChecks = r.GetInt64(14) };

    private string Sql()
    {
        var key = KeyOf(breakdown, scope.Region);
        var (first, last) = (where.Date(scope.First), where.Date(scope.Last));
        var found = FactSource.Days("f.found_on", where, scope.First, scope.Last, scope.Region);
        var funded = FactSource.Days("f.funds_on", where, scope.Period.YearBegin, scope.Last, scope.Region);
        var hazards = FactSource.Of(
            $"{key} as line, f.level, f.on_the_spot, f.ground, {FactSource.Closed(scope, last)} as rectified,"
                + $" {FactSource.Planned(scope, last)} as planned, {FactSource.FiveInPlace(scope, last)} as five,"
                + $" f.listed_on <= {last} as listed, f.province_on <= {last} as province",
            "hazard_facts", where, $"{found} and {FactSource.Within(where, scope, ofHazards: true)}", scope.KnownAt);
        // Funds of a body that gave the leg back or lost it are not committed; those spent before a reopening were.
        var funds = FactSource.Of(
            $"{key} as line, f.funds", "leg_facts", where,
            $"f.funds is not null and {funded} and (f.ended_on is null or f.reopened_on is not null)"
            + $" and {FactSource.Within(where, scope, ofHazards: false)}", scope.KnownAt);
        return $"""
            with position as materialized (select {FactSource.Position(where, scope.KnownAt)} as position),
            counted as (
              select line,
                     count(*) filter (where level = 'general' and not on_the_spot) as found_general,
                     count(*) filter (where level = 'general' and not on_the_spot and rectified) as rectified_general,
                     count(*) filter (where level = 'major' and not on_the_spot) as found_major,
                     count(*) filter (where level = 'major' and not on_the_spot and rectified) as rectified_major,
                     count(*) filter (where level = 'major' and not on_the_spot and not rectified and planned) as planned,
                     count(*) filter (where level = 'major' and not on_the_spot and not rectified and planned and five) as five,
                     count(*) filter (where level = 'major' and not on_the_spot and listed) as listed,
                     count(*) filter (where level = 'major' and not on_the_spot and province) as province,
                     count(*) filter (where on_the_spot and ground is distinct from 'ownCheck') as on_the_spot,
                     count(*) filter (where level is null and not on_the_spot) as ungraded,
                     0 as funds,
                     count(*) filter (where on_the_spot and ground = 'ownCheck') as own_checks
              from ({hazards}) h
              group by line
              union all
              select line, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, sum(funds), 0 from ({funds}) l group by line
            ),
            inspected as ({Inspected(key, first, last)}),
            lines as (
              select line, sum(found_general)::bigint, sum(rectified_general)::bigint, sum(found_major)::bigint, sum(rectified_major)::bigint,
                     sum(planned)::bigint, sum(five)::bigint, sum(listed)::bigint, sum(province)::bigint, sum(on_the_spot)::bigint,
                     sum(ungraded)::bigint, sum(funds), max(units), sum(own_checks)::bigint
              from (
                select counted.*, 0 as units from counted
                union all
                select coalesce(line, '{MonthlyLine.Total}'), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, units from inspected) c
              group by line
            )
            select position.position, lines.* from position left join lines on true order by line
            """;
    }

    /// <summary>A unit inspected for two sectors is one unit in the sum. By inspections_by_date.</summary>
    private string Inspected(string key, string first, string last)
    {
        var condition = $"f.on_date between {first} and {last} and not f.voided";
        if (!scope.Region.IsNation)
            condition += $" and f.region >= {where.Text(scope.Region.Prefix)} and f.region < {where.Text(scope.Region.Prefix + ":")}";
        if (scope.Campaign is { } campaign)
            condition += $" and f.campaign = {where.Parameter(campaign, NpgsqlTypes.NpgsqlDbType.Uuid)}";
        var visits = FactSource.Of($"{key} as line, f.unit_key", "inspections", where, condition, scope.KnownAt);
        return $"""
            with units as materialized (select line, unit_key from ({visits}) v group by line, unit_key)
            select line, count(*) as units from units group by line
            union all
            select null, count(*) from (select from units group by unit_key) u
            """;
    }

    /// <summary>What a line is known by, over alias f.</summary>
    public static string KeyOf(Breakdown breakdown, RegionCode region) =>
        breakdown == Breakdown.Sector ? "f.sector" : $"left(f.region, {DigitsBelow(region)})";

    /// <summary>How many digits the regions one level below have.</summary>
    public static int DigitsBelow(RegionCode region) => region.Level switch
    {
        RegionLevel.Nation => 2,
        RegionLevel.Province => 4,
        RegionLevel.Prefecture => 6,
        RegionLevel.County => 9,
        _ => 12,
    };
}
