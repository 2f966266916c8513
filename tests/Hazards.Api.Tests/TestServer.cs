using System.Collections.Concurrent;
using Hazards.LocalPostgres;
using Npgsql;

namespace Hazards.Api.Tests;

/// <summary>
/// The PostgreSQL that all tests share: the one HAZARDS_TEST_POSTGRES names, where databases may be created, or a
/// private cluster, which ends with this process.
/// </summary>
internal static class TestServer
{
    private static readonly Lazy<Task<string>> Started = new(StartAsync);

    // Some forty migrations take seconds; a copy of their result takes a tenth of one.
    private static readonly Lazy<Task<string>> Migrated = new(MigrateAsync);

    public static Task<string> ConnectionStringAsync() => Started.Value;

    // Migrated, and not entered since.
    private static readonly ConcurrentDictionary<string, bool> Fresh = [];

    /// <summary>A database as the service's tables stand in it, and nothing else.</summary>
    public static async Task<string> CreateDatabaseAsync()
    {
        var template = await Migrated.Value;
        var (name, connectionString) = await NewAsync();
        await ExecuteAsync($"create database {name} template {template}");
        Fresh[name] = true;
        return connectionString;
    }

    /// <summary>A database with nothing in it.</summary>
    public static async Task<string> CreateEmptyDatabaseAsync()
    {
        var (name, connectionString) = await NewAsync();
        await ExecuteAsync($"create database {name} template template0 encoding 'UTF8' locale 'C.UTF-8'");
        return connectionString;
    }

    private static async Task<(string Name, string ConnectionString)> NewAsync()
    {
        var name = $"api_{Guid.NewGuid():n}";
        return (name,
            new NpgsqlConnectionStringBuilder(await ConnectionStringAsync()) { Database = name, MaxPoolSize = 30 }.ConnectionString);
    }

    /// <summary>
    /// The tests' databases are entered as they are in service: their tables are the owner's, and the service runs as a role
    /// that owns nothing, one for the whole server.
    /// </summary>
    public static DatabaseLogins LoginsOf(string owner) =>
        DatabaseLogins.Of(
            new NpgsqlConnectionStringBuilder(owner) { Username = "hazards_tests", Password = "of the tests" }.ConnectionString, owner);

    /// <summary>Migrates a database and lets the service in.</summary>
    /// <returns>How the service enters it.</returns>
    public static async Task<string> PrepareAsync(string owner)
    {
        var logins = LoginsOf(owner);
        if (!Fresh.TryRemove(new NpgsqlConnectionStringBuilder(owner).Database!, out _))
            await Database.PrepareAsync(logins);
        return logins.Service;
    }

    /// <summary>A folder for the keys that belong to a database.</summary>
    public static string KeysOf(string connectionString) =>
        Path.Combine(Path.GetTempPath(), "hazards-test-keys", new NpgsqlConnectionStringBuilder(connectionString).Database!);

    /// <summary>A folder that the account which runs PostgreSQL can enter, whoever runs the tests.</summary>
    public static string OpenFolder(string prefix)
    {
        var folder = Directory.CreateTempSubdirectory(prefix).FullName;
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);
        return folder;
    }

    public static Task DropDatabaseAsync(string connectionString)
    {
        if (Directory.Exists(KeysOf(connectionString)))
            Directory.Delete(KeysOf(connectionString), recursive: true);
        return ExecuteAsync($"drop database if exists {new NpgsqlConnectionStringBuilder(connectionString).Database} with (force)");
    }

    private static async Task<string> MigrateAsync()
    {
        var connectionString = await CreateEmptyDatabaseAsync();
        await Database.PrepareAsync(LoginsOf(connectionString));
        var name = new NpgsqlConnectionStringBuilder(connectionString).Database!;
        // Nobody may be in it while it is copied; a worker of the server itself may still be leaving.
        await ExecuteAsync($"alter database {name} allow_connections false");
        await ExecuteAsync($"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'");
        return name;
    }

    public static async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(await ConnectionStringAsync());
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
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
