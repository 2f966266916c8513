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

    public static Task<string> ConnectionStringAsync() => Started.Value;

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
    private string server = "";

    /// <summary>The database, as its owner.</summary>
    public NpgsqlDataSource DataSource { get; private set; } = null!;

    /// <summary>The database, as the service's role, which owns nothing.</summary>
    public NpgsqlDataSource Service { get; private set; } = null!;

    public virtual async Task InitializeAsync()
    {
        server = await TestServer.ConnectionStringAsync();
        await OnServerAsync($"create database {name} template template0 encoding 'UTF8' locale 'C.UTF-8'");
        var connection = new NpgsqlConnectionStringBuilder(server) { Database = name, Pooling = true, MaxPoolSize = 20 };
        ConnectionString = connection.ConnectionString;
        DataSource = NpgsqlDataSource.Create(ConnectionString);
        await LogMigrations.RunAsync(DataSource);
        await Migrations.RunAsync(DataSource, ProjectionMigrations.Rows);
        await ServiceRole.EnsureAsync(DataSource, "hazards_tests", new ServiceLogin("of the tests"));
        Service = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(ConnectionString) { Username = "hazards_tests", Password = "of the tests" }.ConnectionString);
    }

    public async Task DisposeAsync()
    {
        await Service.DisposeAsync();
        await DataSource.DisposeAsync();
        await OnServerAsync($"drop database if exists {name} with (force)");
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

    private async Task OnServerAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
