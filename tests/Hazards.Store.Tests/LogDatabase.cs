using Npgsql;

namespace Hazards.Store.Tests;

/// <summary>A database of a test class's own, with the log in it.</summary>
public sealed class LogDatabase : IAsyncLifetime
{
    private static readonly Lazy<Task<string>> Template = new(() => SharedServer.TemplateAsync("log", async owner =>
    {
        await using var source = NpgsqlDataSource.Create(owner);
        await LogMigrations.RunAsync(source);
        await ServiceRole.EnsureAsync(source, "hazards_tests", new ServiceLogin("of the tests"));
    }));

    private readonly string name = $"log_{Guid.NewGuid():n}";

    /// <summary>The database, as its owner.</summary>
    public NpgsqlDataSource DataSource { get; private set; } = null!;

    /// <summary>The database, as the service's role, which owns nothing.</summary>
    public NpgsqlDataSource Service { get; private set; } = null!;

    public string ConnectionString { get; private set; } = "";

    public string ServiceConnectionString { get; private set; } = "";

    public async Task InitializeAsync()
    {
        var server = await SharedServer.ConnectionStringAsync();
        await SharedServer.ExecuteAsync($"create database {name} template {await Template.Value}");
        ConnectionString = new NpgsqlConnectionStringBuilder(server) { Database = name, Pooling = true, MaxPoolSize = 20 }.ConnectionString;
        DataSource = NpgsqlDataSource.Create(ConnectionString);
        ServiceConnectionString = new NpgsqlConnectionStringBuilder(ConnectionString)
        {
            Username = "hazards_tests", Password = "of the tests",
        }.ConnectionString;
        Service = NpgsqlDataSource.Create(ServiceConnectionString);
    }

    public async Task DisposeAsync()
    {
        await Service.DisposeAsync();
        await DataSource.DisposeAsync();
        await SharedServer.ExecuteAsync($"drop database if exists {name} with (force)");
    }

    public string Name => name;

    public MartenEventLog Open(EventLogOptions? options = null, IRowWriter? rows = null) => Open(Service, options, rows);

    public static MartenEventLog Open(NpgsqlDataSource dataSource, EventLogOptions? options = null, IRowWriter? rows = null) =>
        MartenEventLog.Open(dataSource, options, rows, Map);

    /// <summary>The events of the tests beside the product's.</summary>
    public static void Map(Marten.StoreOptions options)
    {
        options.Events.MapEventType<SomethingNoted>("something_noted");
        options.Events.MapEventType<RefusedAtCommit>("refused_at_commit");
        options.Events.MapEventType<TooLong>(TooLong.Alias);
    }

    public async Task<int> ExecuteAsync(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        return await command.ExecuteNonQueryAsync();
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Waits until the query says true; for what another session is about to do.</summary>
    public async Task WaitForAsync(string query)
    {
        while (!await ScalarAsync<bool>(query))
            await Task.Yield();
    }

    /// <summary>Ends the backends whose last statement matches; returns how many there were.</summary>
    public Task<long> TerminateAsync(string queryLike) => ScalarAsync<long>($"""
        select count(pg_terminate_backend(pid)) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and query ilike '{queryLike}'
          and query not like '%pg_terminate_backend%' -- the one of the last time
        """);

    /// <summary>
    /// Holds the lock that orders appends: the writer stays in its first batch, and what is appended meanwhile waits
    /// together for the next.
    /// </summary>
    public async Task<IAsyncDisposable> HoldAppendsAsync()
    {
        var connection = await DataSource.OpenConnectionAsync();
        var transaction = await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand("select pg_advisory_xact_lock(7311142570156650343)", connection, transaction);
        await command.ExecuteNonQueryAsync();
        return new Held(connection, transaction);
    }

    private sealed class Held(NpgsqlConnection connection, NpgsqlTransaction transaction) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await transaction.DisposeAsync();
            await connection.DisposeAsync();
        }
    }
}
