using Hazards.Projections.Store;
using Hazards.LocalPostgres;
using Npgsql;

namespace Hazards.Projections.Tests;

/// <summary>
/// The PostgreSQL that all tests share: the one HAZARDS_TEST_POSTGRES names, where databases may be created, or a
/// private cluster, which ends with this process.
/// </summary>
internal static class TestServer
{
    private static readonly Lazy<Task<string>> Started = new(StartAsync);

    // A migration takes long; a copy of its result does not.
    private static readonly Lazy<Task<string>> Migrated = new(MigrateAsync);

    public static Task<string> ConnectionStringAsync() => Started.Value;

    /// <summary>A database with the log and the rows in it, which the service's role may enter; to be copied, for nobody can.</summary>
    public static Task<string> TemplateAsync() => Migrated.Value;

    /// <summary>Runs a statement in the server's own database.</summary>
    public static async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(await ConnectionStringAsync());
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<string> MigrateAsync()
    {
        var name = $"rows_{Guid.NewGuid():n}";
        await ExecuteAsync($"create database {name} template template0 encoding 'UTF8' locale 'C.UTF-8'");
        await using (var owner = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(await ConnectionStringAsync()) { Database = name }.ConnectionString))
        {
            await LogMigrations.RunAsync(owner);
            await Migrations.RunAsync(owner, ProjectionMigrations.Rows);
            await ServiceRole.EnsureAsync(owner, "hazards_tests", new ServiceLogin("of the tests"));
        }

        await ExecuteAsync($"alter database {name} allow_connections false");
        await ExecuteAsync($"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'");
        return name;
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

/// <summary>A database of a test class's own, with the log and the rows in it.</summary>
public class RowsDatabase : IAsyncLifetime
{
    private readonly string name = $"rows_{Guid.NewGuid():n}";

    /// <summary>The database, as its owner.</summary>
    public NpgsqlDataSource DataSource { get; private set; } = null!;

    /// <summary>The database, as the service's role, which owns nothing.</summary>
    public NpgsqlDataSource Service { get; private set; } = null!;

    public virtual async Task InitializeAsync()
    {
        var server = await TestServer.ConnectionStringAsync();
        await TestServer.ExecuteAsync($"create database {name} template {await TestServer.TemplateAsync()}");
        var connection = new NpgsqlConnectionStringBuilder(server) { Database = name, Pooling = true, MaxPoolSize = 20 };
        ConnectionString = connection.ConnectionString;
        DataSource = NpgsqlDataSource.Create(ConnectionString);
        Service = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(ConnectionString) { Username = "hazards_tests", Password = "of the tests" }.ConnectionString);
    }

    public async Task DisposeAsync()
    {
        await Service.DisposeAsync();
        await DataSource.DisposeAsync();
        await TestServer.ExecuteAsync($"drop database if exists {name} with (force)");
    }

    /// <summary>Opens a log that writes rows and takes the times it is given.</summary>
    internal MartenEventLog Open() => MartenEventLog.Open(Service, new EventLogOptions { AllowGivenTimes = true }, new RowWriter());

    /// <summary>The data source's own connection string, with the password.</summary>
    public string ConnectionString { get; private set; } = "";

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
