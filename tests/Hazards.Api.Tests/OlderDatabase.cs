using System.IO.Compression;
using System.Text.Json.Nodes;
using Npgsql;

namespace Hazards.Api.Tests;

/// <summary>
/// The databases that versions before wrote (Upgrade/README.md). Each is restored once; a test gets a copy of its own, with a
/// copy of its keys.
/// </summary>
public sealed class OlderDatabases : IAsyncLifetime
{
    private readonly Dictionary<string, Lazy<Task<string>>> restored = new(StringComparer.Ordinal)
    {
        ["last_landing"] = new(() => RestoreAsync("last_landing")),
        ["first_landing"] = new(() => RestoreAsync("first_landing")),
    };

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var used in restored.Values.Where(r => r.IsValueCreated))
            await TestServer.DropDatabaseAsync(await used.Value);
    }

    public async Task<OlderDatabase> CopyAsync(string name)
    {
        var template = new NpgsqlConnectionStringBuilder(await restored[name].Value);
        var copy = new NpgsqlConnectionStringBuilder(template.ConnectionString) { Database = $"api_{Guid.NewGuid():n}" };
        await SharedServer.ExecuteAsync($"create database {copy.Database} template {template.Database}");
        var keys = Directory.CreateDirectory(TestServer.KeysOf(copy.ConnectionString)).FullName;
        foreach (var key in Directory.GetFiles(Path.Combine(FolderOf(name), "keys")))
            File.Copy(key, Path.Combine(keys, Path.GetFileName(key)));
        return new OlderDatabase(
            copy.ConnectionString, JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(FolderOf(name), "expected.json")))!);
    }

    private static string FolderOf(string name) => Path.Combine(AppContext.BaseDirectory, "Upgrade", name);

    private static async Task<string> RestoreAsync(string name)
    {
        var connectionString = await TestServer.CreateEmptyDatabaseAsync();
        using var dump = new StreamReader(
            new GZipStream(File.OpenRead(Path.Combine(FolderOf(name), "dump.sql.gz")), CompressionMode.Decompress));
        // Of no pool: a template must have no session.
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var restore = new NpgsqlCommand(await dump.ReadToEndAsync(), connection) { CommandTimeout = 300 };
        await restore.ExecuteNonQueryAsync();
        return connectionString;
    }
}

/// <summary>A copy of such a database, and what the version that wrote it kept and answered.</summary>
public sealed class OlderDatabase(string connectionString, JsonNode expected) : IAsyncDisposable
{
    public string ConnectionString => connectionString;

    /// <summary>As the role that owns nothing.</summary>
    public string OfTheService => TestServer.LoginsOf(connectionString).Service;

    public JsonNode Expected => expected;

    public NpgsqlDataSource Owner { get; } = Database.Open(connectionString);

    public long Head => expected["head"]!.GetValue<long>();

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = Owner.CreateCommand(sql);
        command.CommandTimeout = 120;
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Owner.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Every event, code, stream, key, tile, checkpoint, file and person's key is there as it was written.</summary>
    public async Task KeepsEverythingAsync()
    {
        // As the digests were made (the driver sets neither for its connections).
        await using var connection = await Owner.OpenConnectionAsync();
        await using var command = new NpgsqlCommand("set timezone = 'UTC'; set datestyle = 'ISO, MDY'",
            connection) { CommandTimeout = 120 };
        await command.ExecuteNonQueryAsync();
        foreach (var (what, digest) in expected["digests"]!.AsObject())
        {
            command.CommandText = digest!["sql"]!.ToString();
            (await command.ExecuteScalarAsync() as string ?? "").ShouldBe(digest["sha256"]!.ToString(), what);
        }

        command.CommandText = "select count(*) from log.event_codes";
        (await command.ExecuteScalarAsync()).ShouldBe(expected["withAppendCode"]!.GetValue<long>());
        command.CommandText = "select count(*) from log.mt_events";
        (await command.ExecuteScalarAsync()).ShouldBe(expected["events"]!.GetValue<long>());
        command.CommandText = "select case when is_called then last_value else last_value - 1 end from log.mt_events_sequence";
        (await command.ExecuteScalarAsync()).ShouldBe(Head);
    }

    public async ValueTask DisposeAsync()
    {
        await Owner.DisposeAsync();
        await TestServer.DropDatabaseAsync(connectionString);
    }
}
