using Hazards.EventLog;
using Npgsql;

namespace Hazards.Projections;

/// <summary>The read side's own migrations: schema <c>rows</c>. They need the log's (<see cref="LogMigrations"/>) first.</summary>
public static class ProjectionMigrations
{
    /// <summary>What the resource names of the files begin with.</summary>
    internal const string Prefix = "Hazards.Projections.Schema.";

    /// <summary>Creates the tables and functions, or brings them up to date.</summary>
    /// <exception cref="MigrationException">See <see cref="Migrations"/>.</exception>
    public static Task<IReadOnlyList<string>> RunAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken = default) =>
        Migrations.RunAsync(dataSource, "rows", typeof(ProjectionMigrations).Assembly, Prefix, cancellationToken);
}
