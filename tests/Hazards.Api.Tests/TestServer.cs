using System.Collections.Concurrent;
using Npgsql;

namespace Hazards.Api.Tests;

/// <summary>Databases of the shared server (<see cref="SharedServer"/>), and how the service enters them.</summary>
internal static class TestServer
{
    // Some forty migrations take seconds; a copy of their result takes a tenth of one.
    private static readonly Lazy<Task<string>> Template =
        new(() => SharedServer.TemplateAsync("api", owner => Database.PrepareAsync(LoginsOf(owner))));

    // Migrated, and not entered since.
    private static readonly ConcurrentDictionary<string, bool> Fresh = [];

    /// <summary>A database as the service's tables stand in it, and nothing else.</summary>
    public static async Task<string> CreateDatabaseAsync()
    {
        var template = await Template.Value;
        var (name, connectionString) = await NewAsync();
        await SharedServer.ExecuteAsync($"create database {name} template {template}");
        Fresh[name] = true;
        return connectionString;
    }

    /// <summary>A database with nothing in it.</summary>
    public static async Task<string> CreateEmptyDatabaseAsync()
    {
        var (name, connectionString) = await NewAsync();
        await SharedServer.CreateAsync(name);
        return connectionString;
    }

    private static async Task<(string Name, string ConnectionString)> NewAsync()
    {
        var name = $"api_{Guid.NewGuid():n}";
        return (name,
            new NpgsqlConnectionStringBuilder(await SharedServer.ConnectionStringAsync()) { Database = name, MaxPoolSize = 30 }.ConnectionString);
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
        return SharedServer.ExecuteAsync($"drop database if exists {new NpgsqlConnectionStringBuilder(connectionString).Database} with (force)");
    }
}
