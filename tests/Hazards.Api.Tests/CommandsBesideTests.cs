using Hazards.Api.Cli;
using Hazards.LocalPostgres;

namespace Hazards.Api.Tests;

/// <summary>Commands beside a running <c>hazards run</c>: they find its cluster and its keys in the data folder, and it goes on.</summary>
[Trait("Server", "any")]
public sealed class CommandsBesideTests : IAsyncLifetime
{
    private readonly string data = TestServer.OpenFolder("hazards-beside-");
    private readonly Service service;
    private LocalCluster cluster = null!;

    public CommandsBesideTests() => service = new() { Options = o => o with { Keys = Path.Combine(data, "keys") } };

    public async Task InitializeAsync()
    {
        cluster = await LocalCluster.StartAsync(
            new LocalClusterOptions { DataDirectory = Path.Combine(data, "postgres"), Durable = false, SharedBuffers = "32MB" });
        await service.StartAsync(cluster.ConnectionString);
    }

    public async Task DisposeAsync()
    {
        await service.StopAsync();
        await cluster.DisposeAsync();
        Directory.Delete(data, recursive: true);
    }

    [Fact]
    public async Task Each_works_on_the_same_database_and_leaves_it_running()
    {
        foreach (var command in new[]
        {
            "migrate", "audit", "audit --record", "rebuild --check", "rebuild", "checkpoint", "log-key show", "policy list",
            "replay body first-office", "persons rewrap", "log-key rotate --reason 定期轮换",
        })
        {
            (await CommandLine.RunAsync([.. command.Split(' '), "--data", data])).ShouldBe(0, command);
            (await service.Admin.PostAsync("hazards", Some.Report())).Require(System.Net.HttpStatusCode.Created);
        }

        (await service.Admin.GetAsync("log")).Json["trees"]![0]!["trouble"].ShouldBeNull();
        // It is the one run's own: a second one is refused.
        (await CommandLine.RunAsync(["run", "--data", data])).ShouldBe(1);
    }
}
