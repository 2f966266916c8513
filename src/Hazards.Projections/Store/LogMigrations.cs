using Npgsql;

namespace Hazards.Projections.Store;

/// <summary>The log's own migrations: schema <c>log</c>.</summary>
public static class LogMigrations
{
    /// <summary>Creates the log's tables and functions, or brings them up to date.</summary>
    /// <exception cref="MigrationException">See <see cref="Migrations"/>.</exception>
    public static Task<IReadOnlyList<string>> RunAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken = default) =>
        Migrations.RunAsync(dataSource, "log", typeof(LogMigrations).Assembly, "Hazards.Projections.Store.Schema.", cancellationToken);
}
