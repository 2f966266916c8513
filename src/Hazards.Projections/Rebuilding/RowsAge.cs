using Npgsql;

namespace Hazards.Projections;

/// <summary>
/// Whether the rows are as old as their tables: a migration that adds a column or a table leaves it empty for every event
/// of before, and a list made from it would lack them. After such a migration the rows are made anew from the log.
/// </summary>
public static class RowsAge
{
    // pg_advisory_lock: "rowsage" in ASCII. Several nodes may start at once; one makes the rows, the others wait for it.
    private const long Lock = 0x72_6F_77_73_61_67_65;

    /// <summary>A migration file says so in its first line when rows made before it lack nothing.</summary>
    private const string NothingNew = "-- Rows made before this lack nothing.";

    /// <summary>The newest migration that rows must have been made by.</summary>
    public static string Newest { get; } =
        ProjectionMigrations.Rows.Upgrades.Last(f => !f.Sql.StartsWith(NothingNew, StringComparison.Ordinal)).Name;

    /// <summary>Has the rows made anew when they are older than their tables. Needs the migrations first, and their owner.</summary>
    /// <param name="dataSource">The database.</param>
    /// <param name="rebuild">Makes the rows anew (<see cref="Rebuild.RunAsync"/>).</param>
    /// <param name="cancellationToken">Gives up; the next start goes on.</param>
    /// <returns>Whether they were.</returns>
    public static async Task<bool> EnsureAsync(
        NpgsqlDataSource dataSource, Func<CancellationToken, Task> rebuild, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        ArgumentNullException.ThrowIfNull(rebuild);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await ExecuteAsync(connection, $"select pg_advisory_lock({Lock})", cancellationToken);
        try
        {
            await ExecuteAsync(
                connection,
                "create table if not exists migrations.rows_made (one boolean not null primary key default true check (one), made_by text not null)", cancellationToken);
            if (await IsCurrentAsync(connection, cancellationToken))
                return false;
            var needed = await ScalarAsync(connection, "select exists (select from log.mt_events)", cancellationToken) is true;
            if (needed)
                await rebuild(cancellationToken);
            await ExecuteAsync(
                connection,
                $"insert into migrations.rows_made (made_by) values ('{Newest}') on conflict (one) do update set made_by = excluded.made_by", cancellationToken);
            return needed;
        }
        finally
        {
            await ExecuteAsync(connection, $"select pg_advisory_unlock({Lock})", CancellationToken.None);
        }
    }

    /// <summary>Whether the rows were made by the newest migration that matters to them.</summary>
    public static async Task<bool> IsCurrentAsync(NpgsqlConnection connection, CancellationToken cancellationToken = default)
    {
        var madeBy = await ScalarAsync(connection, "select made_by from migrations.rows_made", cancellationToken) as string;
        return string.CompareOrdinal(madeBy, Newest) >= 0;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(cancellationToken);
    }
}
