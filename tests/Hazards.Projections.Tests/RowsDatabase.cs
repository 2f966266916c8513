using Hazards.Projections.Store;
using Npgsql;

namespace Hazards.Projections.Tests;

/// <summary>A database of a test class's own, with the log and the rows in it.</summary>
public class RowsDatabase : IAsyncLifetime
{
    private static readonly Lazy<Task<string>> Template = new(() => SharedServer.TemplateAsync("rows", async owner =>
    {
        await using var source = NpgsqlDataSource.Create(owner);
        await LogMigrations.RunAsync(source);
        await Migrations.RunAsync(source, ProjectionMigrations.Rows);
        await ServiceRole.EnsureAsync(source, "hazards_tests", new ServiceLogin("of the tests"));
    }));

    private readonly string name = $"rows_{Guid.NewGuid():n}";

    /// <summary>The database, as its owner.</summary>
    public NpgsqlDataSource DataSource { get; private set; } = null!;

    /// <summary>The database, as the service's role, which owns nothing.</summary>
    public NpgsqlDataSource Service { get; private set; } = null!;

    public virtual async Task InitializeAsync()
    {
        var server = await SharedServer.ConnectionStringAsync();
        await SharedServer.ExecuteAsync($"create database {name} template {await Template.Value}");
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
        await SharedServer.ExecuteAsync($"drop database if exists {name} with (force)");
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
