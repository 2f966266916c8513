using System.Net;
using Hazards.LocalPostgres;
using Npgsql;

namespace Hazards.Api.Tests;

/// <summary>A connection string with several hosts: whichever comes first, everything goes to the one that takes writes.</summary>
[Trait("Server", "any")]
public sealed class HostsTests : IAsyncLifetime
{
    private readonly string folder = TestServer.OpenFolder("hazards-standby-");
    private LocalCluster standby = null!;
    private NpgsqlConnectionStringBuilder primary = null!;

    public async Task InitializeAsync()
    {
        primary = new NpgsqlConnectionStringBuilder(await TestServer.CreateEmptyDatabaseAsync());
        standby = await StandbyAsync();
    }

    public async Task DisposeAsync()
    {
        await standby.DisposeAsync();
        await TestServer.DropDatabaseAsync(primary.ConnectionString);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_standby_or_a_dead_host_may_stand_before_or_behind_the_primary()
    {
        var second = new NpgsqlConnectionStringBuilder(standby.ConnectionString).Host!;
        foreach (var hosts in new[] { $"{second},{primary.Host}", $"{primary.Host},{second}", $"127.0.0.1:1,{primary.Host}", $"{primary.Host},127.0.0.1:1", $"127.0.0.1:1, {second}, {primary.Host}" })
            await WorksAsync(new NpgsqlConnectionStringBuilder(primary.ConnectionString) { Host = hosts }.ConnectionString);
    }

    /// <summary>Migrations, the pool, the log's writer, and the connections that hold a lock of their own.</summary>
    private async Task WorksAsync(string several)
    {
        var service = new Service
        {
            Options = o => o with
            {
                Keys = TestServer.KeysOf(primary.ConnectionString), RingEvery = TimeSpan.FromMilliseconds(50),
                AuditEvery = TimeSpan.FromDays(1),
            },
        };
        await service.StartAsync(several);
        try
        {
            (await service.Admin.GetAsync("/health/ready")).Require(HttpStatusCode.OK);
            foreach (var _ in Enumerable.Range(0, 3))
                (await service.Admin.PostAsync("hazards", Some.Report())).Require(HttpStatusCode.Created);
            (await service.Admin.SendAsync(HttpMethod.Post, "log/checkpoints", null)).Require(HttpStatusCode.OK);
            await using var alone = Hosts.Alone(several, "tests");
            await alone.OpenAsync();
            await using var asked = new NpgsqlCommand("select not pg_is_in_recovery()", alone);
            (await asked.ExecuteScalarAsync()).ShouldBe(true);
        }
        finally
        {
            await service.StopAsync();
        }
    }

    [Theory]
    [InlineData("Host=a", null)]
    [InlineData("Host=a,b", "read-write")]
    [InlineData("Host=a:5433,b;Target Session Attributes=primary", "primary")]
    public void Only_several_hosts_are_chosen_between_and_what_the_string_says_goes_first(string given, string? target) =>
        Hosts.Writable(given).TargetSessionAttributes.ShouldBe(target);

    /// <summary>A server that recovers for ever, with the tests' login: what a hot standby looks like to a client.</summary>
    private async Task<LocalCluster> StandbyAsync()
    {
        var options = new LocalClusterOptions { DataDirectory = Path.Combine(folder, "db"), Durable = false, SharedBuffers = "16MB" };
        await using (var first = await LocalCluster.StartAsync(options))
        {
            await ExecuteAsync(first.ConnectionString, $"create database {primary.Database}");
            await ExecuteAsync(first.ConnectionString, $"alter role {primary.Username} password '{primary.Password}'");
        }

        await File.WriteAllTextAsync(Path.Combine(options.DataDirectory, "cluster", "standby.signal"), "");
        await File.WriteAllTextAsync(Path.Combine(options.DataDirectory, "password"), primary.Password);
        return await LocalCluster.StartAsync(options);
    }

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
