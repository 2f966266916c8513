using System.Collections.Immutable;
using Hazards.Domain;
using Npgsql;

namespace Hazards.Projections;

/// <summary>A hazard whose due dates may be others by a newer calendar.</summary>
public readonly record struct WorkingClock(HazardId Hazard, long Version, DateOnly CountedUntil);

/// <summary>Finds the hazards that a change of the calendar may concern.</summary>
public sealed class WorkingClocks(NpgsqlDataSource dataSource)
{
    private const string Sql = """
        select hazard_id, version, counted_until
        from rows.working_clocks
        where edition = $1 and (counted_until, hazard_id) > ($2, $3)
        order by counted_until, hazard_id
        limit $4
        """;

    /// <summary>Hazards counted by an edition up to a day or later, a page at a time, in order.</summary>
    /// <param name="edition">The edition.</param>
    /// <param name="from">Counted up to this day at least.</param>
    /// <param name="after">The last of the page before; null for the first.</param>
    /// <param name="limit">Length of a page.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task<ImmutableArray<WorkingClock>> FindAsync(
        int edition, DateOnly from, WorkingClock? after, int limit, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand(Sql);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = edition });
        command.Parameters.Add(new NpgsqlParameter<DateOnly> { TypedValue = after?.CountedUntil ?? from.AddDays(-1) });
        command.Parameters.Add(
            new NpgsqlParameter<Guid> { TypedValue = after?.Hazard.StreamId ?? new Guid("ffffffff-ffff-ffff-ffff-ffffffffffff") });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = ImmutableArray.CreateBuilder<WorkingClock>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(new WorkingClock(new HazardId(reader.GetGuid(0)), reader.GetInt64(1), reader.GetFieldValue<DateOnly>(2)));
        return found.ToImmutable();
    }
}
