using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Hazards.Api.Administration.Webhooks;
using Hazards.Domain.Codes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Npgsql;
using StandardWebhooks;
using StandardWebhooks.Diagnostics;

namespace Hazards.Api.Tests;

/// <summary>A service that sends to this machine and tries again soon, and other systems to send to.</summary>
public sealed class WebhookService : IAsyncLifetime
{
    internal static readonly WebhookOptions Soon = new()
    {
        Private = true, Every = TimeSpan.FromMilliseconds(100), Timeout = TimeSpan.FromSeconds(3),
        Delays = [TimeSpan.FromMilliseconds(200)],
    };

    public Service Service { get; } = new()
    {
        Options = o => o with { Webhooks = Soon, Daemon = false, JobPoll = TimeSpan.FromMilliseconds(500) },
    };

    public WebhookReceiver Receiver { get; } = new();

    public async Task InitializeAsync()
    {
        await Receiver.InitializeAsync();
        await Service.InitializeAsync();
    }

    public async Task DisposeAsync()
    {
        await Service.DisposeAsync();
        await Receiver.DisposeAsync();
    }
}

/// <summary>推送: other systems are told what happens in their region: signed, in order, at least once, and nothing else.</summary>
public sealed class WebhookTests(WebhookService own) : IClassFixture<WebhookService>
{
    private Service Service => own.Service;

    private WebhookReceiver Receiver => own.Receiver;

    [Fact]
    public async Task A_webhook_is_registered_changed_paused_resumed_and_removed_and_every_act_is_an_event()
    {
        var to = Receiver.Open();
        var answer = (await Service.Admin.PostAsync("webhooks", Order(to, note: "热线平台"))).Require(HttpStatusCode.Created);
        var path = $"webhooks/{answer["id"]}";
        (answer.Headers.CacheControl!.NoStore, answer.Headers.Location!.ToString()).ShouldBe((true, $"/api/v1/{path}"));
        answer["secret"].ShouldStartWith("whsec_");
        answer.Json["events"]!.AsArray().Select(e => e!["type"]!.ToString()).ShouldBe(["webhook_registered"]);

        var found = (await Service.Admin.GetAsync(path)).Require(HttpStatusCode.OK);
        (found["address"], found["body"], found["region"], found["note"], found.ETag)
            .ShouldBe((to, "ws-awb", Service.County, "热线平台", "\"1\""));
        (found.Text.Contains("whsec", StringComparison.Ordinal), found.Json["paused"]).ShouldBe((false, null));
        (await Service.Admin.GetAsync("webhooks")).Json["items"]!.AsArray().ShouldContain(w => w!["id"]!.ToString() == answer["id"]);

        await Refused(Service.Admin.PostAsync($"{path}/changes", []), 409, "webhook.nothing_changes");
        await Refused(Service.Admin.PostAsync($"{path}/changes", new() { ["note"] = "x" }, ("If-Match", "\"9\"")), 412, "request.stale");
        var change = new JsonObject { ["types"] = new JsonArray("hazard_closed", "hazard_assigned"), ["note"] = "" };
        var changed = (await Service.Admin.PostAsync($"{path}/changes", change)).Require(HttpStatusCode.OK);
        changed.Json["webhook"]!["types"]!.AsArray().Select(t => t!.ToString()).ShouldBe(["hazard_assigned", "hazard_closed"]);
        (changed.Json["webhook"]!["note"], changed.Json["webhook"]!["address"]!.ToString(), changed.Json["secret"])
            .ShouldBe((null, to, null));

        await Refused(Service.Admin.PostAsync($"{path}/resumption", []), 409, "webhook.not_paused");
        var paused = (await Service.Admin.PostAsync($"{path}/pause", Why("对方升级"))).Require(HttpStatusCode.OK);
        paused.Json["webhook"]!["paused"]!["code"]!.ToString().ShouldBe("administrator");
        await Refused(Service.Admin.PostAsync($"{path}/pause", Why("again")), 409, "webhook.already_paused");
        (await Service.Admin.PostAsync($"{path}/resumption", [])).Require(HttpStatusCode.OK).Json["webhook"]!["paused"].ShouldBeNull();
        var rotated = (await Service.Admin.PostAsync($"{path}/secret-rotation", [])).Require(HttpStatusCode.OK);
        (rotated["secret"] == answer["secret"], rotated["secret"][..6]).ShouldBe((false, "whsec_"));

        var removed = (await Service.Admin.PostAsync($"{path}/removal", Why("停用"))).Require(HttpStatusCode.OK);
        removed.Json["webhook"]!["removed"]!.GetValue<bool>().ShouldBeTrue();
        foreach (var act in new[] { "changes", "pause", "resumption", "secret-rotation", "removal", "test" })
            await Refused(Service.Admin.PostAsync($"{path}/{act}", act is "pause" or "removal" ? Why("x") : []), 409, "webhook.removed");
        (await Service.Admin.GetAsync("webhooks")).Json["items"]!.AsArray().ShouldNotContain(w => w!["id"]!.ToString() == answer["id"]);
        (await Service.Admin.GetAsync("webhooks?removed=true")).Json["items"]!.AsArray()
            .ShouldContain(w => w!["id"]!.ToString() == answer["id"]);

        var history = (await Service.Admin.GetAsync($"{path}/events")).Require(HttpStatusCode.OK);
        history.Json["events"]!.AsArray().Select(e => e!["type"]!.ToString())
            .ShouldBe([
                "webhook_registered", "webhook_changed", "webhook_paused", "webhook_resumed", "webhook_secret_rotated", "webhook_removed",
            ]);
        history.Json["events"]!.AsArray().ShouldAllBe(e => e!["client"]!.ToString().Length > 0 && e["recordedAt"] != null);
        history.Text.ShouldNotContain(answer["secret"][6..]);
        (await OneAsync($"select 'found' from webhooks.secrets where webhook = '{answer["id"]}'"))
            .ShouldBeNull("a removed webhook has no secret");
    }

    [Fact]
    public async Task The_secret_is_shown_once_and_kept_sealed()
    {
        (string, string) key = ("Idempotency-Key", Guid.NewGuid().ToString());
        var order = Order(Receiver.Open());
        var first = (await Service.Admin.PostAsync("webhooks", order, key)).Require(HttpStatusCode.Created);
        var second = (await Service.Admin.PostAsync("webhooks", order, key)).Require(HttpStatusCode.Created);
        (second["id"], second.Json["secret"], second.Headers.Contains("Idempotency-Replayed")).ShouldBe((first["id"], null, true));
        var bytes = Convert.FromBase64String(first["secret"][6..]);
        bytes.Length.ShouldBe(32);
        (await OneAsync($"select 'found' from webhooks.secrets where webhook = '{first["id"]}'")).ShouldBe("found");
        var hexadecimal = Convert.ToHexString(bytes);
        (await OneAsync($"select 'found' from webhooks.secrets where position('\\x{hexadecimal}'::bytea in secret) > 0")).ShouldBeNull();
        (await OneAsync($"select 'found' from log.mt_events where position('{first["secret"][6..]}' in data::text) > 0")).ShouldBeNull();
        await RemoveAsync(first["id"]);
    }

    [Fact]
    public async Task Messages_are_signed_thin_and_in_the_order_of_the_log()
    {
        var to = Receiver.Open();
        var (id, secret) = await RegisterAsync(to);
        var hazards = new List<string>();
        for (var i = 0; i < 3; i++)
            hazards.Add(await Service.HazardAsync(Stage.Assigned));
        var got = await Receiver.WaitAsync(to, 9);
        got.Select(m => m.Type).Take(3).ShouldBe(["hazard_reported", "hazard_verified", "hazard_assigned"]);
        got.Select(m => m.Data["position"]!.GetValue<long>()).ShouldBeInOrder();
        got.Select(m => m.Id).ShouldBeUnique();
        foreach (var message in got)
        {
            message.IsSignedBy(secret).ShouldBeTrue();
            new StandardWebhook(secret).Verify(message.Body, Headers(message));
            message.Body.ShouldNotContain("燃气");
            message.Data.AsObject().Select(m => m.Key).Order()
                .ShouldBe(["hazard", "id", "occurredAt", "position", "recordedAt", "region", "url", "version"]);
            hazards.ShouldContain(message.Data["hazard"]!.ToString());
            message.Data["region"]!.ToString().ShouldBe(Service.County);
            (await Service.Office.GetAsync(message.Data["url"]!.ToString())).Require(HttpStatusCode.OK);
        }

        var another = got[0].Body + " ";
        Should.Throw<WebhookVerificationException>(() => new StandardWebhook(secret).Verify(another, Headers(got[0])));
        await WebhookReceiver.Until(async () => (await DeliveriesAsync(id))["lag"]!.GetValue<long>() == 0, "it is up to date");
        var deliveries = await DeliveriesAsync(id);
        deliveries["items"]!.AsArray().Count.ShouldBe(9);
        foreach (var d in deliveries["items"]!.AsArray())
            ($"{d!["outcome"]!["code"]}", $"{d["status"]}", $"{d["attempts"]}").ShouldBe(("delivered", "204", "1"));
        await RemoveAsync(id);
    }

    [Fact]
    public async Task What_lies_outside_its_region_or_is_not_asked_for_is_never_sent()
    {
        var (county, beijing, some) = (Receiver.Open(), Receiver.Open(), Receiver.Open());
        var ids = new[]
        {
            (await RegisterAsync(county)).Id, (await RegisterAsync(beijing, "110101", "bj-awb")).Id,
            (await RegisterAsync(some, types: ["hazard_assigned"])).Id,
        };
        var ours = await Service.HazardAsync(Stage.Assigned);
        var report = Some.Report();
        report["region"] = "110101";
        var theirs = (await Service.Elsewhere.PostAsync("hazards", report)).Require(HttpStatusCode.Created)["id"];
        await Receiver.WaitAsync(county, 3);
        await Receiver.WaitAsync(beijing, 1);
        await Receiver.WaitAsync(some, 1);
        foreach (var id in ids)
            await WebhookReceiver.Until(async () => (await DeliveriesAsync(id))["lag"]!.GetValue<long>() == 0, "it is up to date");
        Receiver.At(county).ShouldAllBe(m => m.Data["hazard"]!.ToString() == ours);
        Receiver.At(beijing).Select(m => (m.Data["hazard"]!.ToString(), m.Data["region"]!.ToString())).ShouldBe([(theirs, "110101")]);
        Receiver.At(some).Select(m => m.Type).ShouldBe(["hazard_assigned"]);
        foreach (var id in ids)
            await RemoveAsync(id);
    }

    /// <summary>移出辖区: who follows is told the last thing there, and nothing of what happens elsewhere.</summary>
    [Fact]
    public async Task That_a_hazard_left_is_the_last_that_is_said_of_it()
    {
        var (county, township) = (Receiver.Open(), Receiver.Open());
        var ids = new[] { (await RegisterAsync(county)).Id, (await RegisterAsync(township, "532927100")).Id };
        var before = (await Service.Office.GetAsync("events?after=0&limit=1&wait=0")).Require(HttpStatusCode.OK);
        var moved = await Service.HazardAsync();
        foreach (var to in new[] { "532927100", "532923" })
            (await Service.Admin.PostAsync(
                $"hazards/{moved}/corrections", new JsonObject { ["field"] = "region", ["to"] = to, ["reason"] = "登记有误" }))
                .Require(HttpStatusCode.OK);
        (await Service.Admin.PostAsync($"hazards/{moved}/comments", new JsonObject { ["text"] = "他县的事" })).Require(HttpStatusCode.OK);
        var stays = await Service.HazardAsync();

        await WebhookReceiver.Until(
            () => Task.FromResult(Receiver.At(county).Any(m => m.Data["hazard"]!.ToString() == stays)), "it is told of both");
        // What came before may have been told while it was there.
        Receiver.At(county).Select(m => (m.Type, m.Data["hazard"]!.ToString(), m.Data["region"]!.ToString())).TakeLast(2).ShouldBe(
            [("hazard_corrected", moved, "532927100"), ("hazard_reported", stays, Service.County)]);
        Receiver.At(county).Count(m => m.Type == "comment_added").ShouldBe(0);
        var last = (await Receiver.WaitAsync(township, 1))[^1];
        (last.Type, last.Data["region"]!.ToString()).ShouldBe(("hazard_corrected", "532927100"));
        var feed = new List<string>();
        for (var after = long.Parse(before["next"], CultureInfo.InvariantCulture); ;)
        {
            var page = (await Service.Office.GetAsync($"events?after={after}&limit=500")).Require(HttpStatusCode.OK).Json;
            feed.AddRange(page["events"]!.AsArray().Where(e => e!["streamId"]!.ToString() == moved)
                .Select(e => $"{e!["type"]} {e["data"]!["to"]}"));
            if (page["next"]!.GetValue<long>() == after)
                break;
            after = page["next"]!.GetValue<long>();
        }

        feed.ShouldBe(["hazard_corrected 532923"]);
        (await Service.Office.GetAsync($"hazards/{moved}")).Refused(HttpStatusCode.NotFound, "hazard.not_found");
        foreach (var id in ids)
            await RemoveAsync(id);
    }

    [Fact]
    public async Task What_fails_is_sent_again_and_nothing_passes_it()
    {
        var to = Receiver.Open(times => times <= 3 ? 503 : 200);
        var (id, secret) = await RegisterAsync(to);
        await Service.HazardAsync(Stage.Verified);
        var got = await Receiver.WaitAsync(to, 5);
        got.Take(4).Select(m => m.Id).Distinct().Count().ShouldBe(1, "a repeat has the same identity");
        got.Select(m => m.Type).ShouldBe([.. Enumerable.Repeat("hazard_reported", 4), "hazard_verified"]);
        got.ShouldAllBe(m => m.IsSignedBy(secret));
        await WebhookReceiver.Until(async () => (await DeliveriesAsync(id))["items"]!.AsArray().Count == 2, "both are kept");
        var deliveries = await DeliveriesAsync(id);
        deliveries["items"]!.AsArray().Select(d => (d!["type"]!["code"]!.ToString(), d["attempts"]!.GetValue<int>()))
            .ShouldBe([("hazard_verified", 1), ("hazard_reported", 4)]);
        (deliveries["attempts"]!.GetValue<int>(), deliveries["failingSince"], deliveries["nextAt"]).ShouldBe((0, null, null));
        await RemoveAsync(id);
    }

    [Fact]
    public async Task Receivers_that_do_not_answer_hold_up_nobody_else()
    {
        var ids = new List<string>();
        for (var i = 0; i < 10; i++)
            ids.Add((await RegisterAsync(Receiver.OpenSilent())).Id);
        var to = Receiver.Open();
        ids.Add((await RegisterAsync(to)).Id);
        await Service.HazardAsync();
        await WebhookReceiver.Until(
            async () => (await DeliveriesAsync(ids[0]))["attempts"]!.GetValue<int>() > 0, "the silent one has failed");
        (await DeliveriesAsync(ids[0]))["items"]![0]!["outcome"]!["code"]!.ToString().ShouldBe("timedOut");
        var began = Environment.TickCount64;
        await Service.HazardAsync(Stage.Assigned);
        await Receiver.WaitAsync(to, 4);
        (Environment.TickCount64 - began).ShouldBeLessThan(20_000);
        (await DeliveriesAsync(ids[0]))["lag"]!.GetValue<long>().ShouldBeGreaterThan(0);
        foreach (var id in ids)
            await RemoveAsync(id);
    }

    [Fact]
    public async Task A_receiver_that_is_gone_is_paused_and_goes_on_where_it_stopped_when_it_is_resumed()
    {
        var to = Receiver.Open(times => times == 1 ? 410 : 204);
        var (id, _) = await RegisterAsync(to);
        await Service.HazardAsync();
        await WebhookReceiver.Until(async () => await PausedAsync(id) == "gone", "it is paused");
        var paused = (await Service.Admin.GetAsync($"webhooks/{id}/events")).Json["events"]!.AsArray()[^1]!;
        (paused["type"]!.ToString(), paused["client"]!.ToString()).ShouldBe(("webhook_paused", "clockwork"));
        await Service.HazardAsync();
        Receiver.At(to).Count.ShouldBe(1);
        (await Service.Admin.PostAsync($"webhooks/{id}/resumption", [])).Require(HttpStatusCode.OK);
        var got = await Receiver.WaitAsync(to, 3);
        (got[1].Id, got[2].Id == got[0].Id).ShouldBe((got[0].Id, false));
        await RemoveAsync(id);
    }

    [Fact]
    public async Task Nobody_is_told_in_the_name_of_a_body_that_is_dissolved()
    {
        await Service.BodyAsync("tz-gone", "停用单位", "government", Service.County);
        var to = Receiver.Open();
        var order = Order(to);
        order["body"] = "tz-gone";
        var id = (await Service.Admin.PostAsync("webhooks", order)).Require(HttpStatusCode.Created)["id"];
        await Service.HazardAsync();
        await Receiver.WaitAsync(to, 1);
        (await Service.Admin.PostAsync("bodies/tz-gone/dissolution", new() { ["reason"] = "机构改革" })).Require(HttpStatusCode.OK);
        await WebhookReceiver.Until(async () => await PausedAsync(id) == "dissolved", "it is paused");
        var told = Receiver.At(to).Count;
        await Service.HazardAsync();
        foreach (var act in new[] { "resumption", "secret-rotation", "test" })
            (await Service.Admin.PostAsync($"webhooks/{id}/{act}", [])).Refused(HttpStatusCode.Conflict, "body.dissolved");
        Receiver.At(to).Count.ShouldBe(told);
        await RemoveAsync(id);
    }

    [Fact]
    public async Task A_receiver_that_fails_for_days_is_paused()
    {
        var to = Receiver.Open(_ => 500);
        var (id, _) = await RegisterAsync(to);
        await Service.HazardAsync();
        await Receiver.WaitAsync(to, 2);
        (await PausedAsync(id)).ShouldBeNull();
        await WebhookReceiver.Until(async () =>
        {
            // The attempt that is under way writes down since when it knows that it fails, over what was put there meanwhile.
            await ExecuteAsync($"update webhooks.progress set failing_since = now() - interval '3 days' where webhook = '{id}'");
            return await PausedAsync(id) == "failing";
        }, "it is paused");
        await RemoveAsync(id);
    }

    [Fact]
    public async Task For_a_day_after_a_rotation_both_secrets_sign()
    {
        var to = Receiver.Open();
        var (id, old) = await RegisterAsync(to);
        var fresh = (await Service.Admin.PostAsync($"webhooks/{id}/secret-rotation", [])).Require(HttpStatusCode.OK)["secret"];
        await Service.HazardAsync();
        var both = (await Receiver.WaitAsync(to, 1))[0];
        (both.IsSignedBy(old), both.IsSignedBy(fresh), both.Signature.Split(' ').Length).ShouldBe((true, true, 2));
        await ExecuteAsync($"update webhooks.secrets set previous_until = previous_until - interval '24 hours' where webhook = '{id}'");
        await Service.HazardAsync();
        var one = (await Receiver.WaitAsync(to, 2))[1];
        (one.IsSignedBy(old), one.IsSignedBy(fresh)).ShouldBe((false, true));
        await RemoveAsync(id);
    }

    [Fact]
    public async Task A_webhook_is_tried_by_a_ping_and_redirects_are_not_followed()
    {
        var (to, other) = (Receiver.Open(), Receiver.Open());
        var (id, secret) = await RegisterAsync(to);
        var tried = (await Service.Admin.PostAsync($"webhooks/{id}/test", [])).Require(HttpStatusCode.OK);
        (tried.Json["outcome"]!["code"]!.ToString(), tried["status"]).ShouldBe(("delivered", "204"));
        Receiver.At(to).Single().ShouldSatisfyAllConditions(m => m.Type.ShouldBe("ping"), m => m.IsSignedBy(secret).ShouldBeTrue());

        var elsewhere = Receiver.Open(async (http, _) =>
        {
            http.Response.Redirect(other);
            await http.Response.WriteAsync("not for the administrator");
        });
        (await Service.Admin.PostAsync($"webhooks/{id}/changes", new() { ["address"] = elsewhere })).Require(HttpStatusCode.OK);
        tried = (await Service.Admin.PostAsync($"webhooks/{id}/test", [])).Require(HttpStatusCode.OK);
        (tried.Json["outcome"]!["code"]!.ToString(), tried["status"]).ShouldBe(("refused", "302"));
        tried.Text.ShouldNotContain("not for");
        Receiver.At(other).ShouldBeEmpty();

        (await Service.Admin.PostAsync($"webhooks/{id}/changes", new() { ["address"] = "http://127.0.0.1:1/" })).Require(HttpStatusCode.OK);
        (await Service.Admin.PostAsync($"webhooks/{id}/test", [])).Json["outcome"]!["code"]!.ToString().ShouldBe("unreachable");
        await RemoveAsync(id);
    }

    [Fact]
    public async Task Webhooks_reach_no_further_than_the_administrator_who_registers_them()
    {
        var county = await Service.KeyAsync("ws-awb", Service.County, "administrator");
        var elsewhere = await Service.KeyAsync("bj-awb", "110101", "administrator");
        var to = Receiver.Open();
        await Refused(Service.Office.PostAsync("webhooks", Order(to)), 403, "webhook.forbidden");
        await Refused(county.PostAsync("webhooks", Order(to, region: "5329")), 403, "webhook.region_outside");
        await Refused(county.PostAsync("webhooks", Order(to, body: "bj-awb")), 422, "body.unknown");
        var id = (await county.PostAsync("webhooks", Order(to))).Require(HttpStatusCode.Created)["id"];
        foreach (var part in new[] { "", "/events", "/deliveries" })
        {
            (await county.GetAsync($"webhooks/{id}{part}")).Require(HttpStatusCode.OK);
            await Refused(elsewhere.GetAsync($"webhooks/{id}{part}"), 404, "webhook.not_found");
            await Refused(Service.Office.GetAsync($"webhooks/{id}{part}"), 403, "webhook.forbidden");
        }

        await Refused(Service.Office.GetAsync("webhooks"), 403, "webhook.forbidden");
        (await elsewhere.GetAsync("webhooks")).Json["items"]!.AsArray().ShouldBeEmpty();
        foreach (var act in new[] { "changes", "pause", "resumption", "secret-rotation", "removal", "test" })
        {
            var order = act is "pause" or "removal" ? Why("x") : act == "changes" ? new() { ["note"] = "x" } : [];
            await Refused(elsewhere.PostAsync($"webhooks/{id}/{act}", order), 404, "webhook.not_found");
            await Refused(Service.Office.PostAsync($"webhooks/{id}/{act}", order), 403, "webhook.forbidden");
        }

        await Refused(county.PostAsync($"webhooks/{id}/changes", new() { ["region"] = "53" }), 403, "webhook.region_outside");
        await Refused(Service.Admin.GetAsync("webhooks/nothing"), 404, "webhook.not_found");
        await RemoveAsync(id);
    }

    [Theory]
    [InlineData("address", "", 400, "input.missing")]
    [InlineData("address", "receiver", 400, "webhook.address_malformed")]
    [InlineData("address", "/relative", 400, "webhook.address_malformed")]
    [InlineData("address", "ftp://receiver.example/", 422, "webhook.address_scheme")]
    [InlineData("address", "file:///etc/passwd", 400, "webhook.address_malformed")]
    [InlineData("address", "https://user:word@receiver.example/", 422, "webhook.address_user_info")]
    [InlineData("address", "https://receiver.example/#part", 422, "webhook.address_user_info")]
    [InlineData("address", "http://169.254.169.254/latest/meta-data", 422, "webhook.address_private")]
    [InlineData("types", "hazard_exploded", 422, "webhook.event_type_unknown")]
    [InlineData("types", "account_opened", 422, "webhook.event_type_unknown")]
    [InlineData("body", "nobody", 422, "body.unknown")]
    [InlineData("region", "999999", 422, "region.unknown")]
    [InlineData("region", "x", 400, "region.malformed")]
    [InlineData("secret", "whsec_mine", 400, "request.unknown_field")]
    public async Task What_cannot_be_is_refused(string field, string value, int status, string code)
    {
        var order = Order(Receiver.Open());
        order[field] = field == "types" ? new JsonArray(value) : value;
        var head = await Service.HeadAsync();
        await Refused(Service.Admin.PostAsync("webhooks", order), status, code);
        (await Service.HeadAsync()).ShouldBe(head);
    }

    [Fact]
    public async Task What_is_missing_given_twice_or_too_long_is_refused()
    {
        var to = Receiver.Open();
        foreach (var field in new[] { "address", "body", "region" })
        {
            var order = Order(to);
            order.Remove(field);
            await Refused(Service.Admin.PostAsync("webhooks", order), 400, "input.missing");
        }

        await Refused(Service.Admin.PostAsync("webhooks", Order(to, types: ["hazard_closed", "hazard_closed"])), 400, "input.duplicate");
        await Refused(Service.Admin.PostAsync("webhooks", Order(to, note: new string('x', 501))), 400, "input.too_long");
        var endless = $"https://receiver.example/{new string('x', 500)}";
        await Refused(Service.Admin.PostAsync("webhooks", Order(endless)), 400, "webhook.address_malformed");
        var none = Order(to);
        none["types"] = new JsonArray((JsonNode?)null);
        await Refused(Service.Admin.PostAsync("webhooks", none), 400, "input.malformed");
        await Refused(Service.Admin.GetAsync("webhooks?all=true"), 400, "query.unknown_parameter");
        var (id, _) = await RegisterAsync(to);
        await Refused(Service.Admin.PostAsync($"webhooks/{id}/pause", []), 400, "input.missing");
        await Refused(Service.Admin.PostAsync($"webhooks/{id}/removal", Why(" ")), 400, "input.missing");
        await Refused(Service.Admin.PostAsync($"webhooks/{id}/changes", new() { ["paused"] = true }), 400, "request.unknown_field");
        await Refused(Service.Admin.PostAsync($"webhooks/{id}/test?x=1", []), 400, "query.unknown_parameter");
        await RemoveAsync(id);
    }

    [Fact]
    public async Task Addresses_of_this_machine_and_private_networks_are_refused_and_names_that_lead_there()
    {
        var service = new Service { Options = o => o with { Jobs = false, Daemon = false } };
        await service.StartAsync(Service.ConnectionString);
        try
        {
            var admin = Service.ClientAt(service.Address);
            foreach (var host in new[]
            {
                "127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.5.4", "169.254.169.254", "100.64.0.1", "[::1]", "[fe80::1]", "[fd00::1]",
                "[::ffff:10.0.0.1]", "2130706433", "0x7f.1", "localhost", "x.LocalHost", "localhost.",
            })
                await Refused(admin.PostAsync("webhooks", Order($"https://{host}/")), 422, "webhook.address_private");
            await Refused(admin.PostAsync("webhooks", Order("http://receiver.example/")), 422, "webhook.address_scheme");

            // Names are looked at when they are connected to.
            var id = (await admin.PostAsync("webhooks", Order($"https://{Dns.GetHostName()}:1/"))).Require(HttpStatusCode.Created)["id"];
            var tried = (await admin.PostAsync($"webhooks/{id}/test", [])).Require(HttpStatusCode.OK);
            tried.Json["outcome"]!["code"]!.ToString().ShouldBe("addressRefused");
            await RemoveAsync(id);
        }
        finally
        {
            await service.StopAsync();
        }
    }

    [Theory]
    [InlineData("8.8.8.8", true, true)]
    [InlineData("2606:4700::1111", true, true)]
    [InlineData("127.0.0.1", false, true)]
    [InlineData("10.0.0.1", false, true)]
    [InlineData("172.31.255.255", false, true)]
    [InlineData("172.32.0.1", true, true)]
    [InlineData("192.168.1.1", false, true)]
    [InlineData("::1", false, true)]
    [InlineData("fd00::1", false, true)]
    [InlineData("::ffff:127.0.0.1", false, true)]
    [InlineData("64:ff9b::7f00:1", false, true)]
    [InlineData("2002:7f00:1::", false, true)]
    [InlineData("2001:db8::1", false, true)]
    [InlineData("0.0.0.0", false, false)]
    [InlineData("::", false, false)]
    [InlineData("169.254.169.254", false, false)]
    [InlineData("::ffff:169.254.169.254", false, false)]
    [InlineData("fe80::1", false, false)]
    [InlineData("224.0.0.1", false, false)]
    [InlineData("255.255.255.255", false, false)]
    [InlineData("ff02::1", false, false)]
    public void Which_addresses_may_be_connected_to(string address, bool always, bool inClosedNetworks)
    {
        Addresses(allow: false).Allows(IPAddress.Parse(address)).ShouldBe(always);
        Addresses(allow: true).Allows(IPAddress.Parse(address)).ShouldBe(inClosedNetworks);
    }

    [Fact]
    public async Task Where_each_has_got_survives_a_restart_and_what_is_not_known_to_be_delivered_is_sent_again()
    {
        var service = new Service { Options = own.Service.Options };
        await service.InitializeAsync();
        try
        {
            var to = Receiver.Open();
            var registered = (await service.Admin.PostAsync("webhooks", Order(to))).Require(HttpStatusCode.Created);
            var deliveries = $"webhooks/{registered["id"]}/deliveries";
            await service.HazardAsync(Stage.Verified);
            await Receiver.WaitAsync(to, 2);
            await WebhookReceiver.Until(async () => (await service.Admin.GetAsync(deliveries))["lag"] == "0", "it is up to date");
            await service.StopAsync();
            await service.StartAsync(service.ConnectionString);
            var office = await service.KeyAsync("ws-awb", Service.County, "reporter");
            var third = (await office.PostAsync("hazards", Some.Report())).Require(HttpStatusCode.Created)["id"];
            var got = await Receiver.WaitAsync(to, 3);
            got[2].Data["hazard"]!.ToString().ShouldBe(third);
            got.Select(m => m.Id).ShouldBeUnique();
            got.Select(m => m.Data["position"]!.GetValue<long>()).ShouldBeInOrder();

            // As after a kill between the answer and the note of it.
            await WebhookReceiver.Until(async () => (await service.Admin.GetAsync(deliveries))["lag"] == "0", "it is up to date");
            var before = got[^1].Data["position"]!.GetValue<long>() - 1;
            await ExecuteAsync(service.Owner, $"update webhooks.progress set position = {before} where webhook = '{registered["id"]}'");
            var repeated = (await Receiver.WaitAsync(to, got.Count + 1))[^1];
            (repeated.Id, repeated.Body).ShouldBe((got[^1].Id, got[^1].Body));
            repeated.IsSignedBy(registered["secret"]).ShouldBeTrue();
        }
        finally
        {
            await service.DisposeAsync();
        }
    }

    private static WebhookAddresses Addresses(bool allow) =>
        new(new ServiceOptions("") { Webhooks = new WebhookOptions { Private = allow } }, new ConfigurationBuilder().Build());

    private async Task<(string Id, string Secret)> RegisterAsync(
        string to, string region = Service.County, string body = "ws-awb", string[]? types = null)
    {
        var answer = (await Service.Admin.PostAsync("webhooks", Order(to, region, body, types))).Require(HttpStatusCode.Created);
        return (answer["id"], answer["secret"]);
    }

    private async Task RemoveAsync(string id) =>
        (await Service.Admin.PostAsync($"webhooks/{id}/removal", Why("the test is over"))).Require(HttpStatusCode.OK);

    private async Task<JsonNode> DeliveriesAsync(string id) =>
        (await Service.Admin.GetAsync($"webhooks/{id}/deliveries")).Require(HttpStatusCode.OK).Json;

    private async Task<string?> PausedAsync(string id) =>
        (await Service.Admin.GetAsync($"webhooks/{id}")).Json["paused"]?["code"]?.ToString();

    private static JsonObject Order(
        string to, string region = Service.County, string body = "ws-awb", string[]? types = null, string? note = null)
    {
        var order = new JsonObject { ["address"] = to, ["region"] = region, ["body"] = body };
        if (types is not null)
            order["types"] = new JsonArray([.. types.Select(t => (JsonNode)t)]);
        if (note is not null)
            order["note"] = note;
        return order;
    }

    private static JsonObject Why(string reason) => new() { ["reason"] = reason };

    private static async Task Refused(Task<Answer> sent, int status, string code) => (await sent).Refused((HttpStatusCode)status, code);

    private static HeaderDictionary Headers(Received message) => new()
    {
        ["webhook-id"] = message.Id, ["webhook-timestamp"] = message.Timestamp, ["webhook-signature"] = message.Signature,
    };

    private async Task<string?> OneAsync(string sql)
    {
        await using var command = Service.Owner.CreateCommand(sql);
        return (await command.ExecuteScalarAsync())?.ToString();
    }

    private Task ExecuteAsync(string sql) => ExecuteAsync(Service.Owner, sql);

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
