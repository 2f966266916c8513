using JasperFx;
using Npgsql;

namespace Hazards.Projections.Store;

/// <summary>The migrations of the schema <c>log</c>: our own files, then what Marten has to change of its own tables.</summary>
public static class LogMigrations
{
    /// <summary>Creates the log's tables and functions, or brings them up to date.</summary>
    /// <exception cref="MigrationException">See <see cref="Migrations"/>.</exception>
    public static async Task<IReadOnlyList<string>> RunAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken = default)
    {
        var applied = await Migrations.RunAsync(dataSource, "log", typeof(LogMigrations).Assembly, "Hazards.Projections.Store.Schema.", cancellationToken);
        using var store = HazardsStore.Open(dataSource);
        await store.Storage.Database.ApplyAllConfiguredChangesToDatabaseAsync(AutoCreate.CreateOrUpdate, ct: cancellationToken);
        return applied;
    }
}
