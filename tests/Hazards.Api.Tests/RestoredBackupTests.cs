using System.Net;
using Hazards.Domain;
using Hazards.Projections;
using Hazards.Projections.Store;
using Npgsql;

namespace Hazards.Api.Tests;

/// <summary>An older backup is put in the place of the database: whoever asks is told, and nobody follows it without knowing.</summary>
[Trait("Server", "any")]
public sealed class RestoredBackupTests : IAsyncLifetime
{
    private readonly Service service = new() { Options = o => o with { CheckpointEvery = TimeSpan.FromMilliseconds(50) } };

    public Task InitializeAsync() => service.InitializeAsync();

    public Task DisposeAsync() => service.DisposeAsync();

    [Fact]
    public async Task A_node_that_signed_more_than_there_is_is_not_ready_and_says_why()
    {
        await service.HazardAsync();
        (await service.Admin.SendAsync(HttpMethod.Post, "log/checkpoints", null)).Require(HttpStatusCode.OK);
        (await service.Admin.GetAsync("/health/ready")).Require(HttpStatusCode.OK).Json["log"].ShouldBeNull();
        await service.StopAsync();
        await RestoreAsync(before: 3);

        await service.StartAsync(service.ConnectionString);

        await SaysAsync("proof.rolled_back");
        // Nor does it come to terms with it by itself, once it has grown beyond what was signed.
        for (var i = 0; i < 5; i++)
            (await service.Admin.PostAsync("hazards", Some.Report())).Require(HttpStatusCode.Created);
        await SaysAsync("proof.rewritten");
    }

    /// <summary>Exchanged under a node that lives: what was committed after the last checkpoint was told all the same.</summary>
    [Fact]
    public async Task A_node_that_told_of_more_than_there_is_is_not_ready_either()
    {
        await service.HazardAsync();
        await RestoreAsync(before: 1, andWhatWasSigned: false);
        await SaysAsync("proof.log_shorter");
    }

    [Fact]
    public async Task Who_follows_the_feed_beyond_its_end_is_told_where_it_ends()
    {
        await service.HazardAsync();
        var head = await service.HeadAsync();
        foreach (var client in new[] { service.Office, service.Elsewhere })
        {
            (await client.GetAsync($"events?after={head}")).Require(HttpStatusCode.OK)["next"].ShouldBe($"{head}");
            foreach (var beyond in new[] { $"{head + 1}", $"{head + 1}&wait=30", $"{long.MaxValue}" })
            {
                var refused = (await client.GetAsync($"events?after={beyond}"))
                    .Refused(HttpStatusCode.UnprocessableEntity, "feed.beyond_head");
                refused.Json["field"]!.ToString().ShouldBe("after");
                refused.Json["facts"]!["head"]!.ToString().ShouldBe($"{head}");
            }
        }

        (await service.ClientOf(null).GetAsync("events?after=999999")).Refused(HttpStatusCode.Unauthorized, "key.missing");
    }

    private async Task SaysAsync(string code)
    {
        var ready = await service.Admin.GetAsync("/health/ready");
        // The tree follows what is written a moment later.
        for (var until = DateTime.UtcNow.AddSeconds(20); ready.Json["missing"]?.ToString() != code && DateTime.UtcNow < until; ready = await service.Admin.GetAsync("/health/ready"))
            await Task.Delay(100);
        ready.Status.ShouldBe(HttpStatusCode.ServiceUnavailable, ready.Text);
        ready["missing"].ShouldBe(code);
        ready.Json["log"]!["chinese"]!.ToString().ShouldNotBeNullOrWhiteSpace();
        ready.Json["log"]!["english"]!.ToString().ShouldNotContain("{");
        (await service.Admin.GetAsync("log")).Require(HttpStatusCode.OK).Json["trees"]![0]!["trouble"]!["code"]!.ToString().ShouldBe(code);
    }

    /// <summary>The database as it was so many events ago.</summary>
    private async Task RestoreAsync(int before, bool andWhatWasSigned = true)
    {
        await using var source = NpgsqlDataSource.Create(service.ConnectionString);
        await using var command = source.CreateCommand($"""
            alter table log.mt_events disable trigger all; alter table log.checkpoints disable trigger all;
            alter table log.trees disable trigger all; alter table log.tiles disable trigger all;
            alter table log.event_codes disable trigger all;
            delete from log.mt_events where seq_id > (select max(seq_id) from log.mt_events) - {before};
            {(andWhatWasSigned ? "delete from log.checkpoints; delete from log.trees; delete from log.tiles;" : "")}
            delete from log.event_codes where position > (select max(seq_id) from log.mt_events);
            alter table log.event_codes enable trigger all;
            alter table log.mt_events enable trigger all; alter table log.checkpoints enable trigger all;
            alter table log.trees enable trigger all; alter table log.tiles enable trigger all;
            select setval('log.mt_events_sequence', max(seq_id)) from log.mt_events
            """);
        await command.ExecuteNonQueryAsync();
        await using var log = MartenEventLog.Open(source);
        await Rebuild.RunAsync(source, log, Rulebook.Baseline);
    }
}
