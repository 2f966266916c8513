using System.Net;
using Hazards.Api.Proofs;
using Hazards.Evidence.Proof;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Hazards.Api.Tests;

/// <summary>What Marten's daemon does for the service goes on through whatever happens to it, and is seen while it does not.</summary>
public sealed class DaemonTests : IAsyncLifetime
{
    private readonly Service service = new()
    {
        Options = o =>
            o with { CheckpointEvery = TimeSpan.FromMilliseconds(50), GrowEvery = TimeSpan.Zero, DaemonPatience = TimeSpan.Zero },
    };

    private CheckpointDesk Desk => service.Services.GetRequiredService<CheckpointDesk>();

    public Task InitializeAsync() => service.InitializeAsync();

    public Task DisposeAsync() => service.DisposeAsync();

    /// <summary>A blip of the database: every connection of the service ends, those of the daemon too, once and again.</summary>
    [Fact]
    public async Task The_trees_and_checkpoints_go_on_after_every_connection_was_ended()
    {
        await ShouldCoverAsync(await HeadAsync());
        for (var n = 0; n < 3; n++)
        {
            (await EndConnectionsAsync()).ShouldBeGreaterThan(0);
            await ReportAsync();
            await ShouldCoverAsync(await HeadAsync());
        }

        await ShouldBeReadyAsync();
    }

    [Fact]
    public async Task A_subscription_that_died_is_seen_and_started_again()
    {
        await ShouldCoverAsync(await HeadAsync());
        await ExecuteAsync("alter table log.tiles rename to tiles_away");
        await ReportAsync();
        Answer ready;
        do
            ready = await service.Admin.GetAsync("/health/ready");
        while (ready.Status != HttpStatusCode.ServiceUnavailable);
        ready.Json["missing"]!.ToString().ShouldBe("daemon");
        ready.Json["daemon"]!.ToString().ShouldStartWith("trees:All");
        await ExecuteAsync("alter table log.tiles_away rename to tiles");
        await ShouldCoverAsync(await HeadAsync());
        await ShouldBeReadyAsync();
    }

    /// <summary>Who led before has its progress moved by another, stops, and is not left lying.</summary>
    [Fact]
    public async Task A_subscription_whose_progress_another_node_moved_is_taken_up_again()
    {
        await ShouldCoverAsync(await HeadAsync());
        // Back, as if another had begun anew: the next page of this one does not follow.
        await ExecuteAsync("update log.mt_event_progression set last_seq_id = 1 where name = 'trees:All'");
        await ReportAsync();
        var head = await HeadAsync();
        await ShouldCoverAsync(head);
        while (await ScalarAsync<long>("select last_seq_id from log.mt_event_progression where name = 'trees:All'") < head)
            await Task.Delay(50);
        await ShouldBeReadyAsync();
    }

    /// <summary>A pooled connection that was ended answers 503 once; the next try gets a new one.</summary>
    private async Task ReportAsync()
    {
        while ((await service.Office.PostAsync("hazards", Some.Report())).Status != HttpStatusCode.Created)
            await Task.Delay(50);
    }

    private async Task ShouldCoverAsync(long position)
    {
        while (await LatestAsync() < position)
            await Task.Delay(50);
    }

    private async Task<long> LatestAsync()
    {
        try
        {
            return (await Desk.LatestAsync(TreeHash.Sha256))?.Size ?? 0;
        }
        catch (NpgsqlException)
        {
            return 0;
        }
    }

    private async Task ShouldBeReadyAsync()
    {
        while ((await service.Admin.GetAsync("/health/ready")).Status != HttpStatusCode.OK)
            await Task.Delay(50);
    }

    private Task<long> HeadAsync() => ScalarAsync<long>("select max(seq_id) from log.mt_events");

    private Task<long> EndConnectionsAsync() => ScalarAsync<long>("""
        select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
        """);

    private async Task ExecuteAsync(string sql) => await ScalarAsync<long>($"{sql}; select 0::bigint");

    private async Task<T> ScalarAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(service.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }
}
