using System.Net;
using System.Text.Json.Nodes;
using Hazards.Domain;

namespace Hazards.Api.Tests;

/// <summary>查阅留痕: who looked at what, when and why; nothing an investigator sees goes unrecorded.</summary>
[Trait("Server", "any")]
public sealed class AccessTests(Service service) : IClassFixture<Service>
{
    private static readonly (string, string) Case = ("X-Purpose", Uri.EscapeDataString("“3·2”事故调查 调查字〔2026〕1号"));

    [Fact]
    public async Task An_investigator_s_reading_of_a_hazard_is_on_record_with_who_when_and_why()
    {
        var id = await service.HazardAsync();
        var investigator = await service.KeyAsync("ws-duc", Service.County, "investigator");
        (await investigator.GetAsync($"hazards/{id}", Case, ("X-Actor", Uri.EscapeDataString("调查员李某")))).Require(HttpStatusCode.OK);
        var look = (await LooksAsync(id)).ShouldHaveSingleItem()!;
        look["event"]!["code"]!.ToString().ShouldBe("records_read");
        look["purpose"]!.ToString().ShouldBe("“3·2”事故调查 调查字〔2026〕1号");
        look["actor"]!.ToString().ShouldBe("调查员李某");
        look["body"]!.ToString().ShouldBe("ws-duc");
        look["role"]!["code"]!.ToString().ShouldBe("investigator");
        look["refused"]!.GetValue<bool>().ShouldBeFalse();
        var asked = look["data"]!["looked"]!["asked"]!;
        asked["route"]!.ToString().ShouldBe("/api/v1/hazards/{id}");
        asked["path"]!.ToString().ShouldBe($"/api/v1/hazards/{id}");
        asked["status"]!.GetValue<int>().ShouldBe(200);
        look["data"]!["looked"]!["region"]!.ToString().ShouldBe(Service.County);
    }

    [Theory]
    [InlineData("hazards")]
    [InlineData("boards/closed-loop")]
    [InlineData("lists/overdue")]
    [InlineData("lists/overdue/counts")]
    [InlineData("figures/monthly-table?period=2026-01")]
    [InlineData("inbox")]
    [InlineData("bodies")]
    [InlineData("events?limit=5")]
    [InlineData("campaigns")]
    [InlineData("seals")]
    [InlineData("access")]
    public async Task So_is_every_list_board_and_figure(string path)
    {
        var investigator = await service.KeyAsync("ws-duc", Service.County, "investigator");
        var head = await service.HeadAsync();
        (await investigator.GetAsync(path)).Require(HttpStatusCode.OK);
        (await service.HeadAsync()).ShouldBe(head + 1);
        (await investigator.GetAsync("codes")).Require(HttpStatusCode.OK);
        (await investigator.GetAsync("me")).Require(HttpStatusCode.OK);
        (await service.HeadAsync()).ShouldBe(head + 1, "codes and one's own key are no records");
    }

    [Fact]
    public async Task A_list_says_which_hazards_it_showed()
    {
        var id = await service.HazardAsync();
        var investigator = await service.KeyAsync("ws-duc", Service.County, "investigator");
        (await investigator.GetAsync("hazards?limit=3")).Require(HttpStatusCode.OK);
        var look = (await LooksAsync(id)).ShouldHaveSingleItem()!;
        look["data"]!["looked"]!["asked"]!["records"]!.GetValue<int>().ShouldBe(look["hazards"]!.GetValue<int>());
        look["data"]!["looked"]!["asked"]!["query"]!.ToString().ShouldBe("limit=3");
        look["data"]!["looked"]!["hazards"]!.AsArray().ShouldHaveSingleItem()!.ToString()
            .ShouldBe(id, "the others are nobody's business here");
    }

    [Fact]
    public async Task A_poll_of_the_feed_is_one_look_with_the_positions_it_handed_out()
    {
        var before = await service.HeadAsync();
        var id = await service.HazardAsync(Domain.Codes.Stage.Verified);
        var investigator = await service.KeyAsync("ws-duc", Service.County, "investigator");
        var page = (await investigator.GetAsync($"events?after={before}&wait=5")).Require(HttpStatusCode.OK).Json["events"]!.AsArray();
        var asked = (await LooksAsync(id)).ShouldHaveSingleItem()!["data"]!["looked"]!["asked"]!;
        asked["firstPosition"]!.ToString().ShouldBe(page[0]!["position"]!.ToString());
        asked["lastPosition"]!.ToString().ShouldBe(page[^1]!["position"]!.ToString());
        asked["records"]!.GetValue<int>().ShouldBe(page.Count);
    }

    [Fact]
    public async Task Attempts_that_were_refused_are_on_record_too()
    {
        var id = await service.HazardAsync();
        var stranger = await service.KeyAsync("bj-awb", "110101", "investigator");
        (await stranger.GetAsync($"hazards/{id}", Case)).Refused(HttpStatusCode.NotFound, "hazard.not_found");
        var look = (await LooksAsync(id)).ShouldHaveSingleItem()!;
        look["refused"]!.GetValue<bool>().ShouldBeTrue();
        look["data"]!["looked"]!["asked"]!["refusal"]!.ToString().ShouldBe("hazard.not_found");
        look["region"]!.ToString().ShouldBe("110101");
    }

    [Fact]
    public async Task Whose_reading_nobody_asks_about_leaves_no_trace_unless_it_says_why()
    {
        var id = await service.HazardAsync();
        var head = await service.HeadAsync();
        (await service.Office.GetAsync($"hazards/{id}")).Require(HttpStatusCode.OK);
        (await service.Admin.GetAsync($"hazards/{id}")).Require(HttpStatusCode.OK);
        (await service.HeadAsync())
            .ShouldBe(head, "neither an office nor the deployment's first key, which has every role, is an investigator");
        (await service.Office.GetAsync($"hazards/{id}", Case)).Require(HttpStatusCode.OK);
        (await service.Admin.GetAsync($"hazards/{id}", Case)).Require(HttpStatusCode.OK);
        (await service.HeadAsync()).ShouldBe(head + 2);
        (await service.Office.GetAsync($"hazards/{id}", ("X-Purpose", new string('x', 501))))
            .Refused(HttpStatusCode.BadRequest, "request.header_malformed");
        (await service.Office.GetAsync($"hazards/{id}", ("X-Purpose", "%0A")))
            .Refused(HttpStatusCode.BadRequest, "request.header_malformed");
    }

    [Fact]
    public async Task An_investigator_with_other_roles_is_one_all_the_same()
    {
        var id = await service.HazardAsync();
        var both = await service.KeyAsync("ws-duc", Service.County, "investigator", "supervisor", "enforcer");
        (await both.GetAsync($"hazards/{id}/events")).Require(HttpStatusCode.OK);
        (await LooksAsync(id)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_file_taken_out_is_an_export_whoever_takes_it()
    {
        var head = await service.HeadAsync();
        var (bytes, mediaType) = await service.Office.BytesAsync("figures/monthly-table/file?period=2026-01");
        (await service.HeadAsync()).ShouldBe(head + 1);
        var look = (await service.Admin.GetAsync($"access?kind=records_exported&body=ws-awb&limit=1"))
            .Require(HttpStatusCode.OK).Json["items"]!.AsArray().ShouldHaveSingleItem()!;
        look["data"]!["mediaType"]!.ToString().ShouldBe(mediaType);
        look["data"]!["digest"]!.ToString().ShouldBe(Sha256Digest.Of(bytes).Value);
        look["data"]!["size"]!.GetValue<long>().ShouldBe(bytes.Length);
        look["data"]!["fileName"]!.ToString().ShouldEndWith(".xlsx");
    }

    [Fact]
    public async Task An_attachment_an_investigator_opens_counts_as_a_look_at_its_hazard()
    {
        var content = new ByteArrayContent("现场照片"u8.ToArray());
        content.Headers.ContentType = new("text/plain");
        var digest = (await service.Office.SendAsync(HttpMethod.Post, "files", content)).Require(HttpStatusCode.Created)["digest"];
        var report = Some.Report();
        report["attachments"] = new JsonArray(new JsonObject { ["digest"] = digest });
        var id = (await service.Office.PostAsync("hazards", report)).Require(HttpStatusCode.Created)["id"];
        var investigator = await service.KeyAsync("ws-duc", Service.County, "investigator");
        (await investigator.BytesAsync($"files/{digest}")).Bytes.ShouldBe("现场照片"u8.ToArray());
        (await LooksAsync(id)).ShouldHaveSingleItem()!["data"]!["looked"]!["asked"]!["path"]!.ToString()
            .ShouldBe($"/api/v1/files/{digest}");
    }

    [Fact]
    public async Task Who_looked_can_be_asked_by_hazard_enterprise_body_client_and_time()
    {
        var report = Some.Report();
        report["enterprise"] = new JsonObject { ["name"] = "南诏燃气公司", ["creditCode"] = "91350100M000100Y43" };
        var id = (await service.Office.PostAsync("hazards", report)).Require(HttpStatusCode.Created)["id"];
        var investigator = await service.KeyAsync("ws-duc", Service.County, "investigator");
        (await investigator.GetAsync($"hazards/{id}/told")).Require(HttpStatusCode.OK);
        var between = Instant(DateTimeOffset.UtcNow);
        (await investigator.GetAsync($"hazards/{id}/events")).Require(HttpStatusCode.OK);
        (await service.Admin.GetAsync($"access?hazard={id}")).Json["items"]!.AsArray().Count.ShouldBe(2);
        var first = (await service.Admin.GetAsync($"access?hazard={id}&asOf={between}")).Json["items"]!.AsArray().ShouldHaveSingleItem()!;
        first["data"]!["looked"]!["asked"]!["route"]!.ToString().ShouldEndWith("/told");
        (await service.Admin.GetAsync($"access?hazard={id}&from={between}")).Json["items"]!.AsArray()
            .ShouldHaveSingleItem()!["data"]!["looked"]!["asked"]!["route"]!.ToString().ShouldEndWith("/events");
        (await service.Admin.GetAsync("access?enterprise=91350100M000100Y43")).Json["items"]!.AsArray().Count.ShouldBe(2);
        var client = first["client"]!.ToString();
        (await service.Admin.GetAsync($"access?client={client}&body=ws-duc&region={Service.County}")).Json["items"]!.AsArray().Count.ShouldBe(2);

        var page = (await service.Admin.GetAsync($"access?client={client}&limit=1")).Require(HttpStatusCode.OK);
        var next = (await service.Admin.GetAsync($"access?client={client}&limit=1&cursor={page["next"]}")).Require(HttpStatusCode.OK);
        next.Json["items"]![0]!["position"]!.GetValue<long>().ShouldBeLessThan(page.Json["items"]![0]!["position"]!.GetValue<long>());
        next.Json["next"].ShouldBeNull();
    }

    [Fact]
    public async Task Only_who_watches_may_ask_and_only_within_the_jurisdiction()
    {
        var id = await service.HazardAsync();
        (await service.Office.GetAsync("access")).Refused(HttpStatusCode.Forbidden, "access.forbidden");
        (await service.Gov.GetAsync($"hazards/{id}/access")).Refused(HttpStatusCode.Forbidden, "access.forbidden");
        (await service.Supervisor.GetAsync($"hazards/{id}/access")).Require(HttpStatusCode.OK);
        var stranger = await service.KeyAsync("bj-awb", "110101", "supervisor");
        (await stranger.GetAsync($"hazards/{id}/access")).Refused(HttpStatusCode.NotFound, "hazard.not_found");
        (await stranger.GetAsync($"access?hazard={id}")).Refused(HttpStatusCode.NotFound, "hazard.not_found");
        (await service.Supervisor.GetAsync("access?kind=nothing")).Refused(HttpStatusCode.BadRequest, "input.unknown_code");
        (await service.Supervisor.GetAsync("access?cursor=zzz")).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task An_investigator_changes_nothing()
    {
        var id = await service.HazardAsync();
        var investigator = await service.KeyAsync("ws-duc", Service.County, "investigator");
        (await investigator.PostAsync("hazards", Some.Report())).Refused(HttpStatusCode.Forbidden, "role.forbidden");
        (await investigator.PostAsync($"hazards/{id}/comments", new() { ["text"] = "批注" }))
            .Refused(HttpStatusCode.Forbidden, "role.forbidden");
        (await investigator.PostAsync($"hazards/{id}/corrections", new() { ["field"] = "title", ["to"] = "改", ["reason"] = "改" }))
            .Refused(HttpStatusCode.Forbidden, "role.forbidden");
    }

    [Fact]
    public async Task Looks_at_once_never_meet()
    {
        var id = await service.HazardAsync();
        var investigator = await service.KeyAsync("ws-duc", Service.County, "investigator");
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => investigator.GetAsync($"hazards/{id}")));
        answers.ShouldAllBe(a => a.Status == HttpStatusCode.OK);
        (await LooksAsync(id)).Count.ShouldBe(40);
    }

    private async Task<JsonArray> LooksAsync(string hazard) =>
        (await service.Admin.GetAsync($"hazards/{hazard}/access?limit=200")).Require(HttpStatusCode.OK).Json["items"]!.AsArray();

    private static string Instant(DateTimeOffset at) => Uri.EscapeDataString(at.ToString("O"));
}

/// <summary>查阅留痕 when the log cannot be written.</summary>
[Trait("Server", "any")]
public sealed class UnrecordedLookTests
{
    [Fact]
    public async Task What_cannot_be_recorded_is_not_handed_out()
    {
        var service = new Service();
        await service.InitializeAsync();
        try
        {
            var id = await service.HazardAsync();
            var investigator = await service.KeyAsync("ws-duc", Service.County, "investigator");
            (await investigator.GetAsync($"hazards/{id}")).Require(HttpStatusCode.OK);
            // Reading works, writing does not: as when the disk is full.
            await using (var locked = service.Owner.CreateCommand("""
                create function refuse_looks() returns trigger language plpgsql as $$ begin
                  raise exception 'no space left on device' using errcode = 'disk_full';
                end $$;
                create trigger refuse_looks before insert on log.mt_events for each statement execute function refuse_looks()
                """))
                await locked.ExecuteNonQueryAsync();
            foreach (var path in new[] { $"hazards/{id}", "hazards" })
            {
                var refused = (await investigator.GetAsync(path)).Refused(HttpStatusCode.ServiceUnavailable, "log.unavailable");
                refused.Text.ShouldNotContain("燃气阀井泄漏");
            }

            (await service.Office.GetAsync($"hazards/{id}")).Require(HttpStatusCode.OK);
        }
        finally
        {
            await service.DisposeAsync();
        }
    }
}
