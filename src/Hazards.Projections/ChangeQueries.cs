using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections.Reading;
using Npgsql;

namespace Hazards.Projections;

/// <summary>A list that a hazard is on or not, at an instant.</summary>
public enum BoardList
{
    /// <summary>在办.</summary>
    [Label("在办", "Open")] Open,

    /// <summary>超期.</summary>
    [Label("超期", "With an overdue duty")] Overdue,

    /// <summary>重大在办.</summary>
    [Label("重大在办", "Major and open")] Major,

    /// <summary>挂牌督办.</summary>
    [Label("挂牌督办", "Listed")] Listed,

    /// <summary>双重交办.</summary>
    [Label("双重交办", "Handed over to two legs, and open")] Dual,

    /// <summary>已销号.</summary>
    [Label("已销号", "Closed")] Closed,
}

/// <summary>What a hazard did with a list.</summary>
public enum ListMove
{
    /// <summary>新进.</summary>
    [Label("新进", "Entered it")] Entered,

    /// <summary>退出.</summary>
    [Label("退出", "Left it")] Left,
}

/// <summary>Two instants of recorded time, and whose eyes look.</summary>
/// <param name="Jurisdiction">Nothing outside it is found.</param>
/// <param name="From">The earlier: what had been recorded by then.</param>
/// <param name="To">The later; null for now.</param>
/// <param name="Today">The date in China of the later.</param>
public sealed record Interval(RegionCode Jurisdiction, DateTimeOffset From, DateTimeOffset? To, DateOnly Today);

/// <summary>Which changes are asked for; all that is given must hold.</summary>
public sealed record ChangeFilter
{
    /// <summary>Of hazards in this region at either instant.</summary>
    public RegionCode? Region { get; init; }

    /// <summary>Of those that entered or left this list.</summary>
    public BoardList? List { get; init; }

    /// <summary>Which of the two.</summary>
    public ListMove? Move { get; init; }

    /// <summary>Of those that were not on record at the earlier instant.</summary>
    public bool? New { get; init; }

    /// <summary>Of those about which something was entered late (补录) between the two.</summary>
    public bool? Late { get; init; }
}

/// <summary>A hazard that stood otherwise at the later instant, or of which something was recorded between the two.</summary>
/// <param name="Hazard">The hazard.</param>
/// <param name="StageFrom">Its stage at the earlier instant; null: it was not on record, or not in the region.</param>
/// <param name="StageTo">Its stage at the later.</param>
/// <param name="LevelFrom">Its level at the earlier.</param>
/// <param name="LevelTo">Its level at the later.</param>
/// <param name="Entered">The lists it entered.</param>
/// <param name="Left">The lists it left.</param>
public sealed record ChangedHazard(
    HazardId Hazard, Stage? StageFrom, Stage? StageTo, Level? LevelFrom, Level? LevelTo, ImmutableArray<BoardList> Entered,
    ImmutableArray<BoardList> Left);

/// <summary>How many hazards entered and left a list.</summary>
public sealed record ListMoves(BoardList List, int Entered, int Left);

/// <summary>Changes in figures.</summary>
/// <param name="Hazards">Hazards that changed.</param>
/// <param name="New">Of those, not on record at the earlier instant.</param>
/// <param name="Late">Of those, with something entered late.</param>
/// <param name="Lists">List by list.</param>
public sealed record ChangeCounts(int Hazards, int New, int Late, ImmutableArray<ListMoves> Lists);

/// <summary>What changed between two instants, by hazard; from the rows, so that it costs what changed and not what there is.</summary>
/// <param name="dataSource">The database, or a replica of it.</param>
public sealed class ChangeQueries(NpgsqlDataSource dataSource)
{
    private const int LongestPage = 200;

    /// <summary>The hazards that changed, the last to change first, a page at a time (1 to 200).</summary>
    /// <exception cref="BadCursorException">The cursor is not one of this query.</exception>
    public Task<Page<ChangedHazard>> ChangesAsync(
        Interval interval, ChangeFilter filter, string? cursor, int limit, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(interval);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, LongestPage);
        var hash = PageCursor.HashOf("board changes", interval.Jurisdiction, interval.From, interval.To, filter);
        return new ChangesQuery(dataSource, interval, filter).PageAsync(
            PageCursor.Read(cursor, hash), limit, (position, id) => new PageCursor(0, position, id.StreamId.ToString("N")).Write(hash),
            cancellationToken);
    }

    /// <summary>The same in figures.</summary>
    public Task<ChangeCounts> CountsAsync(Interval interval, RegionCode? region, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(interval);
        return new ChangesQuery(dataSource, interval, new ChangeFilter { Region = region }).CountsAsync(cancellationToken);
    }
}
