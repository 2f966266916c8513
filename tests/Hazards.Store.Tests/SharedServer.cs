using Hazards.LocalPostgres;
using Npgsql;

namespace Hazards.Store.Tests;

/// <summary>
/// The PostgreSQL that all tests of a suite share: the one HAZARDS_TEST_POSTGRES names, where databases may be created, or a
/// private cluster, which ends with this process.
/// </summary>
internal static class SharedServer
{
    private static readonly Lazy<Task<string>> Started = new(StartAsync);

    public static Task<string> ConnectionStringAsync() => Started.Value;

    /// <summary>Makes a database with nothing in it.</summary>
    public static Task CreateAsync(string name) =>
        ExecuteAsync($"create database {name} template template0 encoding 'UTF8' locale 'C.UTF-8'");

    /// <summary>
    /// Makes a database that is to be copied (a migration takes long, a copy of its result does not), which nobody can enter any more.
    /// </summary>
    /// <param name="prefix">What its name begins with.</param>
    /// <param name="migrate">Fills it; takes how its owner enters it.</param>
    /// <returns>Its name.</returns>
    public static async Task<string> TemplateAsync(string prefix, Func<string, Task> migrate)
    {
        var name = $"{prefix}_{Guid.NewGuid():n}";
        await CreateAsync(name);
        await migrate(new NpgsqlConnectionStringBuilder(await ConnectionStringAsync()) { Database = name }.ConnectionString);
        // Nobody may be in it while it is copied; a worker of the server itself may still be leaving.
        await ExecuteAsync($"alter database {name} allow_connections false");
        await ExecuteAsync($"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'");
        return name;
    }

    /// <summary>Runs a statement in the server's own database.</summary>
    public static async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(await ConnectionStringAsync());
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 120 };
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>
    /// Waits for a server that was killed to take new sessions: one that outlived it for a moment may have answered meanwhile.
    /// </summary>
    public static async Task UntilEnteredAsync(string connectionString)
    {
        while (true)
            try
            {
                await using var connection = new NpgsqlConnection(
                    new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
                await connection.OpenAsync();
                return;
            }
            catch (NpgsqlException)
            {
                await Task.Delay(20);
            }
    }

    private static async Task<string> StartAsync()
    {
        if (Environment.GetEnvironmentVariable("HAZARDS_TEST_POSTGRES") is { Length: > 0 } given)
            return given;
        var cluster = await LocalCluster.StartAsync(new LocalClusterOptions { Durable = false, SharedBuffers = "128MB" });
        AppDomain.CurrentDomain.ProcessExit += (_, _) => cluster.DisposeAsync().AsTask().Wait(TimeSpan.FromSeconds(10));
        return cluster.ConnectionString;
    }
}
