using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Hazards.Api.Administration.Webhooks;
using Hazards.Api.Investigation.Packages;
using Hazards.Api.Proofs;
using Hazards.Api.Proofs.Auditing;
using Hazards.Domain.Codes;
using Hazards.Evidence;
using Hazards.Evidence.Proof;
using Hazards.Evidence.Tests.Proof;
using Hazards.Projections.Store;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hazards.Api.Tests;

/// <summary>Timestamps of checkpoints by an authority outside, which is openssl behind a small listener.</summary>
public sealed class TimestampTests : IAsyncLifetime
{
    private TestAuthority authority = null!;
    private WebApplication listener = null!;
    private Service service = null!;
    private Func<byte[], HttpContext, Task<byte[]>> answer = null!;

    public async Task InitializeAsync()
    {
        if (!TestAuthority.IsThere)
            return;
        authority = await TestAuthority.CreateAsync();
        answer = (request, _) => authority.ReplyAsync(request);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        listener = builder.Build();
        listener.Run(async http =>
        {
            using var request = new MemoryStream();
            await http.Request.Body.CopyToAsync(request);
            http.Request.ContentType.ShouldBe("application/timestamp-query");
            http.Response.ContentType = "application/timestamp-reply";
            await http.Response.Body.WriteAsync(await answer(request.ToArray(), http));
        });
        await listener.StartAsync();
        var address = new Uri(
            listener.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First());
        service = new Service
        {
            Options = o => o with
            {
                // What jobs do is done here.
                Jobs = false, Webhooks = new() { Private = true },
                Timestamps = new TimestampOptions(address, TimestampTrust.Read(authority.Ca)!)
                {
                    Every = TimeSpan.FromDays(1), Timeout = TimeSpan.FromSeconds(2),
                },
            },
        };
        await service.InitializeAsync();
    }

    public async Task DisposeAsync()
    {
        if (service is null)
            return;
        await service.DisposeAsync();
        await listener.DisposeAsync();
        authority.Dispose();
    }

    [OpenSslFact]
    public async Task The_newest_checkpoint_is_timestamped_and_shown()
    {
        var signed = await SignedAsync();
        (await PassAsync()).ShouldBe(1);
        var size = signed["size"];
        var shown = (await service.Elsewhere.GetAsync($"log/checkpoints/{size}")).Require(HttpStatusCode.OK);
        shown.Json["timestamp"]!["authority"]!.ToString().ShouldBe("O=国家授时 test authority");
        shown.Json["timestamp"]!["note"]!.ToString().ShouldBe(signed["note"]);
        var (reply, message) = await service.Elsewhere.BytesAsync(shown.Json["links"]!["timestamp"]!.ToString()["/api/v1/".Length..]);
        message.ShouldBe("application/timestamp-reply");
        (await authority.VerifyAsync(reply, Encoding.UTF8.GetBytes(signed["note"]))).ShouldContain("Verification: OK");
        (await service.Admin.GetAsync("log")).Require(HttpStatusCode.OK).Json["trees"]![0]!["timestamps"]!["size"]!.ToString()
            .ShouldBe(size);
        (await TextAsync($"log/checkpoints/{size}/sheet")).ShouldContain("时间戳 timestamp");

        // One a day is asked for, and no second one of the same.
        var next = await SignedAsync();
        (await PassAsync()).ShouldBe(0);
        (await service.Elsewhere.GetAsync($"log/checkpoints/{next["size"]}/timestamp"))
            .Refused(HttpStatusCode.NotFound, "proof.no_timestamp");
        (await service.Admin.GetAsync("/health/ready")).Require(HttpStatusCode.OK).Json["time"].ShouldBeNull();
    }

    [OpenSslFact]
    public async Task What_is_no_timestamp_of_it_is_not_kept_and_said_and_does_no_harm()
    {
        await authority.CertifyAsync("server", "server");
        using var stranger = await TestAuthority.CreateAsync();
        await SignedAsync();
        var times = service.Services.GetRequiredService<Timestamping>();
        var n = 0;
        foreach (var (words, wrong) in new (string, Func<byte[], HttpContext, Task<byte[]>>)[]
        {
            ("something else", (_, _) => authority.ReplyAsync(Timestamps.Ask("else"u8, "sha256", null).Bytes)),
            ("its nonce differs", async (_, _) => await authority.ReplyAsync(
                Timestamps.Ask(Encoding.UTF8.GetBytes((await LatestAsync()).Note.ToString()), "sha256", null).Bytes)),
            ("not the configured authority's", (r, _) => stranger.ReplyAsync(r)),
            ("not one for timestamps alone", (r, _) => authority.OddReplyAsync(r, "server")),
            ("too far from this machine's", (r, _) => authority.OddReplyAsync(r, time: DateTimeOffset.UtcNow.AddHours(1))),
            ("granted none", (_, _) => Task.FromResult(TestAuthority.Rejection())),
            ("no reply of RFC 3161", (_, _) => Task.FromResult("<html>garbage"u8.ToArray())),
            ("no reply of RFC 3161", (_, _) => Task.FromResult<byte[]>([])),
            ("too long", (_, _) => Task.FromResult(new byte[10_000_000])),
            ("no answer in time", async (_, http) => { await Task.Delay(Timeout.Infinite, http.RequestAborted); return []; }),
            ("500", (_, http) => { http.Response.StatusCode = 500; return Task.FromResult("secret"u8.ToArray()); }),
            ("302",
                (_, http) => { http.Response.StatusCode = 302; http.Response.Headers.Location = "/elsewhere"; return Task.FromResult(Array.Empty<byte>()); }),
        })
        {
            answer = async (request, http) =>
            {
                try
                {
                    return await wrong(request, http);
                }
                catch (OperationCanceledException)
                {
                    return [];
                }
            };
            (await times.NowAsync(TreeHash.Sha256)).ShouldNotBeNull().ShouldContain(words, Case.Insensitive);
            (await times.FindAsync(default)).ShouldNotBeNull().ShouldContain(words);
            (await times.Store(TreeHash.Sha256).StateAsync()).Attempts.ShouldBe(++n);
            (await times.Store(TreeHash.Sha256).NewestAsync()).ShouldBeNull();
        }

        var ready = (await service.Admin.GetAsync("/health/ready")).Require(HttpStatusCode.OK);
        ready["time"].ShouldContain("302");
        (await service.Admin.GetAsync("log")).Require(HttpStatusCode.OK).Json["trees"]![0]!["timestamps"]!["trouble"]!.ToString()
            .ShouldContain("302");
        // It waits longer and longer, and an append waits for nothing.
        (await PassAsync()).ShouldBe(0);
        (await times.Store(TreeHash.Sha256).StateAsync()).Attempts.ShouldBe(n);
        answer = (request, _) => authority.ReplyAsync(request);
        (await times.NowAsync(TreeHash.Sha256)).ShouldBeNull();
        (await times.FindAsync(default)).ShouldBeNull();
    }

    [OpenSslFact]
    public async Task An_address_inside_is_not_connected_to_where_it_is_not_allowed()
    {
        await SignedAsync();
        var options = service.Services.GetRequiredService<ServiceOptions>() with { Webhooks = new() { Private = false } };
        using var times = new Timestamping(
            service.Services.GetRequiredService<Npgsql.NpgsqlDataSource>(), service.Services.GetRequiredService<CheckpointDesk>(), options,
            new WebhookAddresses(options, service.Services.GetRequiredService<Microsoft.Extensions.Configuration.IConfiguration>()),
            TimeProvider.System);
        (await times.NowAsync(TreeHash.Sha256)).ShouldNotBeNull().ShouldContain("no address that is allowed");
    }

    [OpenSslFact]
    public async Task A_package_proves_the_time_offline_and_says_what_is_later()
    {
        var before = await service.HazardAsync(Stage.Assigned);
        var stamped = await SignedAsync();
        (await PassAsync()).ShouldBe(1);
        var after = await service.HazardAsync(Stage.Assigned);
        var package = await PackageAsync(before, after);
        var verification = Checked(package, TimestampTrust.Read(authority.Certificate));
        verification.Holds.ShouldBeTrue(string.Join("\n", verification.Checks.Select(c => $"{c.Outcome} {c.Name} {c.Code} {c.English}")));
        var time = verification.Checks.Single(c => c.Name == "time");
        (time.Outcome, time.English.Contains($"first {stamped["size"]} events existed before", StringComparison.Ordinal),
            time.English.Contains("recorded after them", StringComparison.Ordinal))
            .ShouldBe((CheckOutcome.Holds, true, true), time.English);
        using var stranger = await TestAuthority.CreateAsync();
        Checked(package, TimestampTrust.Read(stranger.Ca)).Checks.ShouldContain(c => c.Code == "time.authority");
        Checked(package, null).Checks.Single(c => c.Name == "time").Outcome.ShouldBe(CheckOutcome.NotMade);
    }

    [OpenSslFact]
    public async Task The_audit_names_a_timestamp_that_was_altered()
    {
        var signed = await SignedAsync();
        (await PassAsync()).ShouldBe(1);
        var audit = new TimestampAudit(service.Services.GetRequiredService<Npgsql.NpgsqlDataSource>(), TimestampTrust.Read(authority.Ca));
        (await audit.RunAsync(all: true, default)).ShouldBeEmpty();
        // Nobody may, not the owner either.
        foreach (var sql in new[] { "update log.timestamps set stamped_at = now()", "delete from log.timestamps", "truncate log.timestamps" })
            (await Should.ThrowAsync<Npgsql.PostgresException>(() => ExecuteAsync(sql))).MessageText.ShouldContain("append-only");
        using var stranger = await TestAuthority.CreateAsync();
        var bought = Convert.ToHexString(
            await stranger.ReplyAsync(Timestamps.Ask(Encoding.UTF8.GetBytes(signed["note"]), "sha256", null).Bytes));
        foreach (var (change, code) in new[]
        {
            ("stamped_at = stamped_at - interval '1 day'", "timestamp_altered"),
            ("reply = set_byte(reply, length(reply) - 30, get_byte(reply, length(reply) - 30) # 1)", "timestamp_altered"),
            ("reply = 'garbage'", "timestamp_altered"),
            ($"reply = '\\x{bought}'", "timestamp_of_another"),
            ("note = replace(note, 'hazards/', 'hazarts/')", "timestamp_unfounded"),
            ("size = size + 1", "timestamp_unfounded"),
        })
        {
            await ExecuteAsync(
                "alter table log.timestamps disable trigger refuse_update; create table kept as select * from log.timestamps");
            await ExecuteAsync($"update log.timestamps set {change}");
            (await audit.RunAsync(all: false, default)).ShouldHaveSingleItem(change).Code.ShouldBe(code, change);
            await ExecuteAsync("update log.timestamps t set size = k.size, note = k.note, reply = k.reply, stamped_at = k.stamped_at from kept k; drop table kept; alter table log.timestamps enable always trigger refuse_update");
        }

        (await audit.RunAsync(all: true, default)).ShouldBeEmpty();
        (await service.Services.GetRequiredService<AuditDesk>().RunAsync(AuditOrder.Full, null, null, default)).Findings.ShouldBeEmpty();
    }

    [OpenSslFact]
    public void Settings_that_cannot_be_are_refused_at_the_start()
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, authority.Ca);
        TimestampOptions? Of(params (string Name, string Value)[] set) =>
            TimestampOptions.Of(new Microsoft.Extensions.Configuration.ConfigurationManager().With(set));
        (string, string)[] good = [("URL", "http://tsa.example/tsr"), ("CERTIFICATES", file)];
        Of().ShouldBeNull();
        Of(good).ShouldNotBeNull().Every.ShouldBe(TimeSpan.FromHours(1));
        Of([.. good, ("MINUTES", "5"), ("HASH", "sm3"), ("POLICY", "1.2.3")]).ShouldNotBeNull().Hash.ShouldBe("sm3");
        foreach (var wrong in new[] { ("URL", "ftp://x"), ("URL", "http://a:b@x"), ("CERTIFICATES", "/nowhere"), ("CERTIFICATES", ""), ("MINUTES", "0"), ("HASH", "md5"), ("POLICY", "x") })
            Should.Throw<InvalidOperationException>(() => Of([.. good, wrong])).Message.ShouldContain($"HAZARDS_TSA_{wrong.Item1}");
        File.Delete(file);
    }

    private async Task<Answer> SignedAsync()
    {
        await service.HazardAsync();
        return (await service.Admin.PostAsync("log/checkpoints", [])).Require(HttpStatusCode.OK);
    }

    private async Task<StoredCheckpoint> LatestAsync() =>
        (await service.Services.GetRequiredService<CheckpointDesk>().LatestAsync(TreeHash.Sha256))!;

    private Task<int> PassAsync() => service.Services.GetRequiredService<Timestamping>().PassAsync();

    private async Task<string> TextAsync(string path) => Encoding.UTF8.GetString((await service.Admin.BytesAsync(path)).Bytes);

    private async Task ExecuteAsync(string sql)
    {
        await using var command = service.Owner.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<byte[]> PackageAsync(params string[] hazards)
    {
        var asked = (await service.Office.PostAsync(
            "evidence",
            new JsonObject
            {
                ["reason"] = "调查", ["actor"] = "赵某", ["hazards"] = new JsonArray([.. hazards.Select(h => (JsonNode)h)]),
            })).Require(HttpStatusCode.Accepted);
        (await service.Services.GetRequiredService<PackageMaker>().MakeAsync(Guid.Parse(asked["id"]), null, default)).ShouldBeTrue();
        return (await service.Office.BytesAsync($"evidence/{asked["id"]}/package")).Bytes;
    }

    private Verification Checked(byte[] package, TimestampTrust? trust)
    {
        var path = Path.Combine(Path.GetTempPath(), $"hazards-{Guid.NewGuid():n}.zip");
        try
        {
            File.WriteAllBytes(path, package);
            var key = service.Services.GetRequiredService<LogKeys>().RegisterAsync().GetAwaiter().GetResult().Keys[0].Verifier;
            return PackageVerifier.Verify(path, new VerifyOptions { Keys = [key], Authority = trust });
        }
        finally
        {
            File.Delete(path);
        }
    }
}

internal static class Settings
{
    public static Microsoft.Extensions.Configuration.ConfigurationManager With(
        this Microsoft.Extensions.Configuration.ConfigurationManager configuration, IEnumerable<(string Name, string Value)> set)
    {
        foreach (var (name, value) in set)
            configuration[$"HAZARDS_TSA_{name}"] = value;
        return configuration;
    }
}
