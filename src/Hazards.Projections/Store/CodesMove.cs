using Npgsql;

namespace Hazards.Projections.Store;

/// <summary>
/// Moves the codes of events out of <c>mt_events.mac</c>, which Marten would drop (Schema/Upgrades/0009_event_codes.sql): part by
/// part, each its own transaction, while nodes of the version before go on appending. Interrupted, it goes on where it was.
/// </summary>
internal static class CodesMove
{
    /// <summary>The file that drops the column, once all codes have left it.</summary>
    public const string Before = "0009_marten.sql";

    /// <summary>Positions a transaction: about a second's work.</summary>
    public const long Part = 100_000;

    private const string PartSql = """
        with part as (
          insert into log.event_codes (position, code)
          select e.seq_id, e.mac from log.mt_events e
          where e.seq_id > $1 and e.seq_id <= $2 and e.mac is not null
          order by e.seq_id)
        select coalesce(max(e.seq_id), 0) from log.mt_events e
        """;

    /// <summary>
    /// Moves what there is. Codes are moved in the order of the positions, which become visible in order: the last moved says
    /// where to go on.
    /// </summary>
    public static async Task RunAsync(NpgsqlConnection connection, long part, CancellationToken cancellationToken)
    {
        var moved = await PositionAsync(connection, "select coalesce(max(c.position), 0) from log.event_codes c", cancellationToken);
        var head = await PositionAsync(connection, "select coalesce(max(e.seq_id), 0) from log.mt_events e", cancellationToken);
        while (moved < head)
        {
            // Not beyond the head as it was: the part's end must not pass events that are not there yet.
            var upTo = Math.Min(moved + part, head);
            head = await PositionAsync(connection, PartSql, cancellationToken, moved, upTo);
            moved = upTo;
        }
    }

    private static async Task<long> PositionAsync(
        NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params long[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = value });
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
