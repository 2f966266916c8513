using Hazards.EventLog;
using Hazards.Projections;
using Npgsql;

namespace Hazards.Api;

/// <summary>The database the service keeps everything in.</summary>
public static class Database
{
    /// <summary>A pool for the whole process. Connects when first used.</summary>
    public static NpgsqlDataSource Open(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = "hazards" };
        // Connecting is quick or does not happen: the caller of a request is waiting.
        if (!Gives(connectionString, "Timeout"))
            settings.Timeout = 5;
        if (!Gives(connectionString, "Command Timeout", "CommandTimeout"))
            settings.CommandTimeout = 20;
        if (!Gives(connectionString, "Max Auto Prepare", "MaxAutoPrepare"))
            settings.MaxAutoPrepare = 50;
        return new NpgsqlDataSourceBuilder(settings.ConnectionString).Build();
    }

    /// <summary>Brings the log's and the rows' tables up to date; returns what was applied.</summary>
    public static async Task<IReadOnlyList<string>> MigrateAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken = default)
    {
        var log = await LogMigrations.RunAsync(dataSource, cancellationToken);
        var rows = await ProjectionMigrations.RunAsync(dataSource, cancellationToken);
        return [.. log.Select(n => $"log/{n}"), .. rows.Select(n => $"rows/{n}")];
    }

    private static bool Gives(string connectionString, params ReadOnlySpan<string> names)
    {
        var given = new System.Data.Common.DbConnectionStringBuilder { ConnectionString = connectionString };
        foreach (var name in names)
            if (given.ContainsKey(name))
                return true;
        return false;
    }
}
