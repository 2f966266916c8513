using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections.Reading;
using Npgsql;

namespace Hazards.Projections.Figures;

/// <summary>
/// Why a table as known at one instant is not the table as known at another: every hazard that entered or left a cell,
/// with what was known of it. Only hazards whose facts got a version between the two can have; they are found by the
/// period's range of hazard_facts and leg_facts, and looked up by key at both instants.
/// </summary>
internal sealed class DifferenceQuery(
    NpgsqlDataSource dataSource, FigureScope scope, Breakdown breakdown, DateTimeOffset from, DateTimeOffset to, MonthlyColumn? column,
    string? line)
{
    /// <summary>What holds of a hazard of the period that a column counts, over an alias.</summary>
    /// <param name="scope">The period.</param>
    /// <param name="last">Its last day, a parameter.</param>
    /// <param name="x">The alias of the facts.</param>
    internal static ImmutableArray<(MonthlyColumn Column, string Holds)> Counted(FigureScope scope, string last, string x)
    {
        var (closed, planned) = (FactSource.Closed(scope, last, x), FactSource.Planned(scope, last, x));
        var (general, major) = ($"{x}.level = 'general' and not {x}.on_the_spot", $"{x}.level = 'major' and not {x}.on_the_spot");
        var unmended = $"{major} and not {closed} and {planned}";
        return
        [
            (MonthlyColumn.FoundGeneral, general),
            (MonthlyColumn.RectifiedGeneral, $"{general} and {closed}"),
            (MonthlyColumn.FoundMajor, major),
            (MonthlyColumn.RectifiedMajor, $"{major} and {closed}"),
            (MonthlyColumn.Planned, unmended),
            (MonthlyColumn.FiveInPlace, $"{unmended} and {FactSource.FiveInPlace(scope, last, x)}"),
            (MonthlyColumn.Listed, $"{major} and {x}.listed_on <= {last}"),
            (MonthlyColumn.ListedByProvince, $"{major} and {x}.province_on <= {last}"),
            (MonthlyColumn.OnTheSpot, $"{x}.on_the_spot and {x}.ground is distinct from 'ownCheck'"),
            (MonthlyColumn.OwnChecks, $"{x}.on_the_spot and {x}.ground = 'ownCheck'"),
            (MonthlyColumn.Ungraded, $"{x}.level is null and not {x}.on_the_spot"),
        ];
    }

    private static readonly ImmutableArray<string> Shown =
        ["region", "sector", "level", "late", "on_the_spot", "dismissed", "closed_on", "plan_on", "five_on", "listed_on", "province_on", "reopened"];

    private readonly Conditions where = new();

    public async Task<List<HazardChange>> PageAsync(Guid? after, int limit, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(PageSql(after, limit));
        where.AddTo(command);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<HazardChange>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var id = new HazardId(reader.GetGuid(0));
            var cell = new CellChange(reader.GetString(1), Codes.Read<MonthlyColumn>(reader.GetString(2)), reader.GetDecimal(3));
            if (found.Count > 0 && found[^1].Hazard == id)
            {
                found[^1] = found[^1] with { Cells = found[^1].Cells.Add(cell) };
                continue;
            }
            var (before, then) = (Facts(reader, 4), Facts(reader, 17));
            found.Add(new HazardChange(id, before, then, Causes(before, then), [cell]));
        }
        return found;
    }

    /// <summary>The change of every cell in sum.</summary>
    public async Task<ImmutableArray<CellChange>> SumsAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            $"{Changes()} select line, col, sum(change) from changes group by line, col having sum(change) <> 0 order by line, col");
        where.AddTo(command);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = ImmutableArray.CreateBuilder<CellChange>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(new CellChange(reader.GetString(0), Codes.Read<MonthlyColumn>(reader.GetString(1)), reader.GetDecimal(2)));
        return found.ToImmutable();
    }

    private string PageSql(Guid? after, int limit)
    {
        var changes = Changes();
        var begin = after is { } id ? $"where hazard_id > {where.Parameter(id, NpgsqlTypes.NpgsqlDbType.Uuid)}" : "";
        return $"""
            {changes},
            page as (select distinct hazard_id from changes {begin} order by hazard_id limit {limit})
            select c.hazard_id, c.line, c.col, c.change,
                   {Columns("b")}, (select coalesce(sum(l.funds), 0) from ({Funds("p.hazard_id", from)}) l),
                   {Columns("a")}, (select coalesce(sum(l.funds), 0) from ({Funds("p.hazard_id", to)}) l)
            from page p
            join changes c on c.hazard_id = p.hazard_id
            left join lateral ({Known("p.hazard_id", from)}) b on true
            left join lateral ({Known("p.hazard_id", to)}) a on true
            order by c.hazard_id, c.line, c.col
            """;
    }

    private static string Columns(string of) => string.Join(", ", Shown.Select(c => $"{of}.{c}"));

    private string Changes()
    {
        var (first, last, year) = (where.Date(scope.First), where.Date(scope.Last), where.Date(scope.Period.YearBegin));
        var (t1, t2) = (where.Instant(from), where.Instant(to));
        var cells = string.Join(",\n", Counted(scope, last, "x").Select(c => $"('{CodeList.Code(c.Column)}', {c.Holds})"));
        var narrow = "";
        if (column is { } wanted)
            narrow += $" and col = '{CodeList.Code(wanted)}'";
        if (line is { } key)
            narrow += $" and line = {where.Text(key)}";
        return $"""
            with candidates as materialized (
              select distinct f.hazard_id from rows.hazard_facts f
              where f.found_on between {first} and {last} and f.recorded_from > {t1} and f.recorded_from <= {t2}
            ),
            funded as materialized (
              select f.hazard_id from rows.leg_facts f
              where f.recorded_to = 'infinity' and f.funds is not null and f.funds_on between {year} and {last}
                and f.recorded_from > {t1} and f.recorded_from <= {t2}
              union
              select f.hazard_id from rows.leg_facts f
              where f.recorded_to < 'infinity' and f.funds is not null and f.funds_on between {year} and {last}
                and (f.recorded_from > {t1} and f.recorded_from <= {t2} or f.recorded_to > {t1} and f.recorded_to <= {t2})
            ),
            sides as (
              select c.hazard_id, -1 as side, x.* from candidates c cross join lateral ({Known("c.hazard_id", from)}) x
              union all
              select c.hazard_id, 1, x.* from candidates c cross join lateral ({Known("c.hazard_id", to)}) x
            ),
            counted as (
              select x.hazard_id, x.line, cell.col, x.side::numeric as change
              from sides x
              cross join lateral (values {cells}) cell (col, holds)
              where cell.holds and {Within("x")}
              union all
              select l.hazard_id, l.line, '{CodeList.Code(MonthlyColumn.Funds)}', l.amount
              from (
                select c.hazard_id, x.line, -x.funds as amount from funded c cross join lateral ({Funds("c.hazard_id", from)}) x
                union all
                select c.hazard_id, x.line, x.funds from funded c cross join lateral ({Funds("c.hazard_id", to)}) x) l
            ),
            changes as materialized (
              select hazard_id, line, col, sum(change) as change from counted
              where true{narrow}
              group by hazard_id, line, col having sum(change) <> 0
            )
            """;
    }

    private string Known(string hazard, DateTimeOffset at) => $"""
        select {MonthlyTableQuery.KeyOf(breakdown, scope.Region)} as line, f.region, f.sector, f.kind, f.level, f.late, f.on_the_spot, f.dismissed, f.closed_on,
               f.plan_on, f.five_on, f.listed_on, f.province_on, f.reopened, f.campaign, f.ground,
               f.closed_before, f.plan_before, f.five_days
        from rows.hazard_facts f
        where f.hazard_id = {hazard} and f.recorded_from <= {where.Instant(at)} and f.recorded_to > {where.Instant(at)}
        """;

    private string Funds(string hazard, DateTimeOffset at) => $"""
        select {MonthlyTableQuery.KeyOf(breakdown, scope.Region)} as line, f.funds
        from rows.leg_facts f
        where f.hazard_id = {hazard} and f.recorded_from <= {where.Instant(at)} and f.recorded_to > {where.Instant(at)} and f.funds is not null
          and f.funds_on between {where.Date(scope.Period.YearBegin)} and {where.Date(scope.Last)} and (f.ended_on is null or f.reopened_on is not null)
          and {FactSource.Within(where, scope, ofHazards: false)}
        """;

    private string Within(string alias) =>
        FactSource.Within(where, scope, ofHazards: true).Replace("f.", $"{alias}.", StringComparison.Ordinal);

    private static KnownFacts? Facts(NpgsqlDataReader r, int at) => r.IsDBNull(at) ? null : new KnownFacts(
        RegionCode.Parse(r.GetString(at)), SectorCode.Parse(r.GetString(at + 1)),
        r.IsDBNull(at + 2) ? null : Codes.Read<Level>(r.GetString(at + 2)),
        r.GetBoolean(at + 3), r.GetBoolean(at + 4), r.GetBoolean(at + 5), Date(r, at + 6), Date(r, at + 7), Date(r, at + 8),
        Date(r, at + 9), Date(r, at + 10),
        r.GetInt32(at + 11), r.GetDecimal(at + 12));

    private static DateOnly? Date(NpgsqlDataReader r, int at) => r.IsDBNull(at) ? null : r.GetFieldValue<DateOnly>(at);

    private static ImmutableArray<ChangeCause> Causes(KnownFacts? before, KnownFacts? after)
    {
        if (before is null || after is null)
            return [after?.Late == true ? ChangeCause.LateEntry : ChangeCause.Entered];
        (bool Holds, ChangeCause Cause)[] all =
        [
            (before.Region != after.Region || before.Sector != after.Sector, ChangeCause.Corrected),
            (before.Level is null && after.Level is not null, ChangeCause.Graded),
            (before.Level is not null && before.Level != after.Level, ChangeCause.Regraded),
            (after.Reopened > before.Reopened, ChangeCause.Reopened),
            (after.ClosedOn is not null && before.ClosedOn != after.ClosedOn, ChangeCause.Closed),
            (after.Dismissed && !before.Dismissed, ChangeCause.Dismissed),
            (before.Dismissed && !after.Dismissed, ChangeCause.Restored),
            (before.PlanOn != after.PlanOn || before.FiveOn != after.FiveOn, ChangeCause.Planned),
            (before.ListedOn != after.ListedOn || before.ProvinceOn != after.ProvinceOn, ChangeCause.Listed),
            (before.Funds != after.Funds, ChangeCause.Funds),
        ];
        return [.. all.Where(c => c.Holds).Select(c => c.Cause)];
    }
}
