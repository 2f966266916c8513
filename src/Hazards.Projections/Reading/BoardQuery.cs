using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Npgsql;

namespace Hazards.Projections.Reading;

/// <summary>
/// The board: counts of cells from the last sum before the instant and the changes since, now and as of any instant
/// alike; and, of the hazards with a clock, those that are overdue or due soon on the scope's day.
/// </summary>
internal sealed class BoardQuery(NpgsqlDataSource dataSource, Scope scope, RegionCode region, int dueSoonDays)
{
    private const int TownshipDigits = 9;
    private readonly Conditions where = new();

    public async Task<Board> RunAsync(CancellationToken cancellationToken)
    {
        if (!where.Within(scope, region).Possible)
            where.And("false");
        await using var command = dataSource.CreateCommand(Sql());
        where.AddTo(command);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var cells = ImmutableArray.CreateBuilder<BoardCell>();
        long position = 0;
        while (await reader.ReadAsync(cancellationToken))
        {
            position = reader.GetInt64(0);
            if (!reader.IsDBNull(1))
                cells.Add(Cell(reader));
        }

        return new Board(region, scope.AsOf, scope.Today, position, cells.DrainToImmutable());
    }

    private static BoardCell Cell(NpgsqlDataReader reader) => new(
        RegionCode.Parse(reader.GetString(1)), SectorCode.Parse(reader.GetString(2)), Codes.Read<Stage>(reader.GetString(3)),
        reader.IsDBNull(4) ? null : Codes.Read<Level>(reader.GetString(4)), reader.GetInt32(5), reader.GetInt32(6), reader.GetInt32(7));

    /// <summary>How many digits the regions have that a board gathers under: one level below its own.</summary>
    private int Digits => region.Level switch
    {
        RegionLevel.Nation => 2,
        RegionLevel.Province => 4,
        RegionLevel.Prefecture => 6,
        RegionLevel.County => TownshipDigits,
        _ => 12,
    };

    private string Sql()
    {
        var head = scope.AsOf is { } asOf
            ? $"rows.position_at({where.Instant(asOf)})"
            : "coalesce((select max(e.seq_id) from log.mt_events e), 0)";
        return $"""
            with head as materialized (select {head} as position), -- once, and not for every cell
            cells as (
              select left(region, {Digits}) as region, sector, stage, level,
                     sum(n)::int as n, sum(overdue)::int as overdue, sum(soon)::int as soon
              from (
                {(Digits > TownshipDigits ? CountedSql() : SummedSql())}
                union all
                {DueSql()}) c
              group by 1, 2, 3, 4
              having sum(n) <> 0
            )
            select head.position, cells.*
            from head
            left join cells on true
            order by cells.region, cells.sector, cells.stage, cells.level
            """;
    }

    /// <summary>By totals_by_checkpoint and the primary key of board_changes.</summary>
    private string SummedSql()
    {
        var (checkpoints, changes) = ("true", "true");
        if (scope.AsOf is { } asOf)
        {
            var instant = where.Instant(asOf);
            checkpoints = $"b.recorded_at <= {instant}";
            // The next sum ends the range of positions: no change behind it was recorded before the instant.
            changes = $"""
                h.recorded_at <= {instant}
                  and h.position <= (select coalesce(min(b.position), 9223372036854775807) from rows.board_checkpoints b where b.recorded_at > {instant})
                """;
        }

        var from = $"(select b.position from rows.board_checkpoints b where {checkpoints} order by b.position desc limit 1)";
        return $"""
            select h.region, h.sector, h.stage, h.level, h.n::int as n, 0 as overdue, 0 as soon
            from rows.board_totals h
            where {where.Sql} and h.checkpoint = {from}
            union all
            select h.region, h.sector, h.stage, h.level, 1, 0, 0
            from rows.board_changes h
            where {where.Sql} and h.position > {from} and {changes}
            union all
            select h.region, h.sector, h.stage, h.level, -1, 0, 0
            from (
              select position, recorded_at, was_region as region, was_sector as sector, was_stage as stage, was_level as level
              from rows.board_changes where was_region is not null) h
            where {where.Sql} and h.position > {from} and {changes}
            """;
    }

    /// <summary>Within a township the sums are too coarse and the hazards few: they are counted, by hazards_by_region.</summary>
    private string CountedSql() => Rows("1 as n, 0 as overdue, 0 as soon", "true", liveOnly: false);

    /// <summary>
    /// By hazards_by_due and history_by_due, or in a part of what there is by hazards_by_place and history_by_place: they have all it
    /// reads.
    /// </summary>
    private string DueSql()
    {
        var today = where.Date(scope.Today);
        var soon = where.Date(scope.Today.AddDays(dueSoonDays));
        return Rows(
            $"0, (h.next_due < {today})::int, (h.next_due >= {today})::int", $"h.next_due <= {soon} and h.next_due < 'infinity'",
            liveOnly: true);
    }

    private string Rows(string counts, string condition, bool liveOnly) => string.Join("\nunion all\n", Sources.Of(scope, where, liveOnly).Select(s =>
        $"select h.region, h.sector, h.stage, h.level, {counts} from {s.Table} h where {where.Sql} and {s.InForce} and {condition}"));
}
