using System.Net;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Hazards.Api.Tests;

/// <summary>Commands that race, and a database that goes away.</summary>
public sealed class RaceTests(Service service) : IClassFixture<Service>
{
    [Fact]
    public async Task Of_two_closing_acts_exactly_one_happens()
    {
        foreach (var id in await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => service.HazardAsync())))
        {
            var answers = await Task.WhenAll(
                service.Office.PostAsync($"hazards/{id}/rejection", new() { ["reason"] = "不属实" }),
                service.Office.PostAsync($"hazards/{id}/on-the-spot-fix", new() { ["measures"] = "当场整改" }));
            answers.Count(a => a.Status == HttpStatusCode.OK).ShouldBe(1);
            answers.Single(a => a.Status != HttpStatusCode.OK).Refused(HttpStatusCode.Conflict, "hazard.not_open");
        }
    }

    [Fact]
    public async Task Acts_that_do_not_exclude_each_other_all_happen_in_order()
    {
        var id = await service.HazardAsync();
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 40).Select(i => service.Office.PostAsync($"hazards/{id}/comments", new() { ["text"] = $"第{i}条" })));
        answers.ShouldAllBe(a => a.Status == HttpStatusCode.OK);
        var versions = (await service.Office.GetAsync($"hazards/{id}/events")).Json["events"]!.AsArray().Select(e => (long)e!["version"]!);
        versions.ShouldBe(Enumerable.Range(1, 41).Select(v => (long)v));
    }

    [Fact]
    public async Task Two_nodes_racing_lose_no_event()
    {
        var other = new Service();
        await other.StartAsync(service.ConnectionString);
        try
        {
            var id = await service.HazardAsync();
            var second = other.ClientOf(await SecretAsync());
            var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(i =>
                (i % 2 == 0 ? service.Office : second).PostAsync($"hazards/{id}/comments", new() { ["text"] = $"{i}" })));
            var done = answers.Count(a => a.Status == HttpStatusCode.OK);
            answers.Where(a => a.Status != HttpStatusCode.OK).ShouldAllBe(a => a["code"] == "request.contended");
            (await service.Office.GetAsync($"hazards/{id}/events")).Json["events"]!.AsArray().Count.ShouldBe(done + 1);
            done.ShouldBeGreaterThan(15);
        }
        finally
        {
            await other.StopAsync();
        }
    }

    [Fact]
    public async Task The_same_request_sent_many_times_at_once_happens_once()
    {
        var head = await service.HeadAsync();
        var key = ("Idempotency-Key", Guid.NewGuid().ToString());
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => service.Office.PostAsync("hazards", Some.Report(), key)));
        answers.ShouldAllBe(a => a.Status == HttpStatusCode.Created);
        answers.Select(a => a["id"]).Distinct().Count().ShouldBe(1);
        answers.Count(a => !a.Headers.Contains("Idempotency-Replayed")).ShouldBe(1);
        var ids = (await service.Office.GetAsync($"events?after={head}&limit=500")).Json["events"]!.AsArray()
            .Count(e => e!["streamId"]!.ToString() == answers[0]["id"]);
        ids.ShouldBe(1);
    }

    [Fact]
    public async Task A_merge_writes_both_hazards_or_neither()
    {
        var (one, other) = (await service.HazardAsync(), await service.HazardAsync());
        var answers = await Task.WhenAll(
            service.Office.PostAsync($"hazards/{one}/merge", new() { ["into"] = other, ["reason"] = "同一处" }),
            service.Office.PostAsync($"hazards/{other}/merge", new() { ["into"] = one, ["reason"] = "同一处" }));
        answers.Count(a => a.Status == HttpStatusCode.OK).ShouldBe(1);
        var store = service.Services.GetRequiredService<HazardStore>();
        var both = await Task.WhenAll(new[] { one, other }.Select(id => store.LoadAsync(HazardId.Parse(id))));
        both.Count(h => h!.Stage == Stage.Merged).ShouldBe(1);
        both.Sum(h => h!.Absorbed.Length).ShouldBe(1);
    }

    [Fact]
    public async Task Backends_that_are_ended_lose_nothing_that_was_acknowledged()
    {
        var database = new NpgsqlConnectionStringBuilder(service.ConnectionString).Database;
        var sending = Task.WhenAll(Enumerable.Range(0, 8).Select(async w =>
        {
            var acknowledged = new List<string>();
            for (var i = 0; i < 15; i++)
            {
                var answer = await service.Office.PostAsync(
                    "hazards", Some.Report(), ("Idempotency-Key", $"end-{w}-{i}-{Guid.NewGuid():n}"));
                if (answer.Status == HttpStatusCode.Created)
                    acknowledged.Add(answer["id"]);
                else
                    answer.Refused(HttpStatusCode.ServiceUnavailable, "log.unavailable").Headers.RetryAfter.ShouldNotBeNull();
            }

            return acknowledged;
        }));
        while (!sending.IsCompleted)
        {
            await SharedServer.ExecuteAsync(
                $"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{database}' and pid <> pg_backend_pid()");
            await Task.WhenAny(sending, Task.Delay(100));
        }

        foreach (var id in (await sending).SelectMany(ids => ids))
            (await Again(() => service.Office.GetAsync($"hazards/{id}"))).Require(HttpStatusCode.OK);
        (await Again(() => service.Office.PostAsync("hazards", Some.Report()))).Require(HttpStatusCode.Created);
        (await Again(() => service.Office.GetAsync("/health/ready"))).Require(HttpStatusCode.OK);
    }

    /// <summary>Pooled connections that were ended answer 503 once each; the next try gets a new one.</summary>
    private static async Task<Answer> Again(Func<Task<Answer>> send)
    {
        Answer answer;
        do
            answer = await send();
        while (answer.Status == HttpStatusCode.ServiceUnavailable);
        return answer;
    }

    private async Task<string> SecretAsync()
    {
        var answer = await service.Admin.PostAsync("api-keys", new()
        {
            ["client"] = "second", ["body"] = "ws-awb", ["region"] = Service.County,
            ["roles"] = new System.Text.Json.Nodes.JsonArray("coordinator"),
        });
        return answer["secret"];
    }
}

/// <summary>A whole server that stops for a while.</summary>
[Trait("Server", "any")]
public sealed class OutageTests
{
    [Fact]
    public async Task Requests_fail_clearly_while_the_database_is_gone_and_the_service_recovers_by_itself()
    {
        await using var cluster = await LocalPostgres.LocalCluster.StartAsync(
            new LocalPostgres.LocalClusterOptions { SharedBuffers = "64MB" });
        var keys = Directory.CreateTempSubdirectory("hazards-keys-");
        var service = new Service { Options = o => o with { Keys = keys.FullName } };
        await service.StartAsync(cluster.ConnectionString);
        try
        {
            var events = await service.EventsAsync();
            var before = (await service.Admin.PostAsync("hazards", Some.Report())).Require(HttpStatusCode.Created)["id"];
            System.Diagnostics.Process.GetProcessById(cluster.ServerProcessId).Kill();
            var during = await service.Admin.PostAsync("hazards", Some.Report(), ("Idempotency-Key", "during"));
            if (during.Status != HttpStatusCode.Created)
                during.Refused(HttpStatusCode.ServiceUnavailable, "log.unavailable");
            Answer again;
            do
                again = await service.Admin.PostAsync("hazards", Some.Report(), ("Idempotency-Key", "during"));
            while (again.Status == HttpStatusCode.ServiceUnavailable);
            again.Require(HttpStatusCode.Created);
            await SharedServer.UntilEnteredAsync(cluster.ConnectionString);
            (await service.Admin.GetAsync($"hazards/{before}")).Require(HttpStatusCode.OK);
            (await service.EventsAsync()).ShouldBe(events + 2); // two reports; numbers that the crash has burnt are no events
        }
        finally
        {
            await service.StopAsync();
            keys.Delete(recursive: true);
        }
    }
}
