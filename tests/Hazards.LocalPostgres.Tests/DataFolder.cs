using System.Globalization;
using System.Security.Cryptography;
using Npgsql;

namespace Hazards.LocalPostgres.Tests;

/// <summary>A place for a cluster that must survive its host, deleted after the test.</summary>
internal sealed class DataFolder : IDisposable
{
    public string Parent { get; } = Directory.CreateDirectory(
        System.IO.Path.Combine("/tmp", "hazards-it-" + RandomNumberGenerator.GetHexString(8, lowercase: true)),
        (UnixFileMode)0b111_101_101).FullName;

    public string Path => System.IO.Path.Combine(Parent, "db");
    public string Cluster => System.IO.Path.Combine(Path, "cluster");

    public LocalClusterOptions Options(PostgresSource source = PostgresSource.Auto) =>
        new() { DataDirectory = Path, Source = source, SharedBuffers = "16MB" };

    public async Task<int> ServerPidAsync() =>
        int.Parse((await File.ReadAllLinesAsync(System.IO.Path.Combine(Cluster, "postmaster.pid")))[0], CultureInfo.InvariantCulture);

    public void Dispose()
    {
        if (new DirectoryInfo(Path).LinkTarget is { } elsewhere) Directory.Delete(elsewhere, recursive: true);
        Directory.Delete(Parent, recursive: true);
    }
}

internal static class Sql
{
    public static async Task<T> ScalarAsync<T>(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public static Task<long> ScalarAsync(string connectionString, string sql) => ScalarAsync<long>(connectionString, sql);

    /// <summary>Asks again while the server is away.</summary>
    public static async Task<long> ScalarOnceBackAsync(string connectionString, string sql)
    {
        while (true)
            try
            {
                return await ScalarAsync(connectionString, sql);
            }
            catch (NpgsqlException)
            {
                await Processes.AMoment();
            }
    }
}
