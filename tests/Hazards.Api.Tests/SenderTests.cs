using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Hazards.Api.Administration.Registry;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Microsoft.Extensions.DependencyInjection;

namespace Hazards.Api.Tests;

/// <summary>What is a sender's own: its numbers, what it put in, and the outcomes of its requests as far as each key's rights go.</summary>
[Trait("Server", "any")]
public sealed class SenderTests(Service service) : IClassFixture<Service>
{
    private static int made;

    [Fact]
    public async Task The_same_number_of_another_sender_is_another_hazard_and_nothing_is_heard_of_it()
    {
        var (one, other) = (await KeyAsync("hotline", "reporter"), await KeyAsync("video", "reporter"));
        var first = (await one.PostAsync("hazards", Numbered("LN-1"))).Require(HttpStatusCode.Created)["id"];
        var second = (await other.PostAsync("hazards", Numbered("LN-1"))).Require(HttpStatusCode.Created);
        second["id"].ShouldNotBe(first);
        second.Text.ShouldNotContain(first);
        (await one.PostAsync("hazards", Numbered("LN-1")))
            .Refused(HttpStatusCode.Conflict, "hazard.reported_before").Json["facts"]!["id"]!.ToString().ShouldBe(first);
        (await other.PostAsync("hazards", Numbered("LN-1")))
            .Refused(HttpStatusCode.Conflict, "hazard.reported_before").Text.ShouldNotContain(first);
    }

    [Fact]
    public async Task So_it_is_for_inspections()
    {
        var (one, other) = (await KeyAsync("enforcement", "inspector"), await KeyAsync("grid", "inspector"));
        var first = (await one.PostAsync("inspections", Visit("V-1"))).Require(HttpStatusCode.Created)["id"];
        var second = (await other.PostAsync("inspections", Visit("V-1"))).Require(HttpStatusCode.Created);
        second["id"].ShouldNotBe(first);
        (await one.PostAsync("inspections", Visit("V-1")))
            .Refused(HttpStatusCode.Conflict, "inspection.entered_before").Text.ShouldContain(first);
        (await other.PostAsync("inspections", Visit("V-1")))
            .Refused(HttpStatusCode.Conflict, "inspection.entered_before").Text.ShouldNotContain(first);
    }

    [Fact]
    public async Task Of_many_at_once_with_the_same_number_one_is_the_hazard()
    {
        var sender = await KeyAsync("at-once", "reporter");
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => sender.PostAsync("hazards", Numbered("AT-ONCE"))));
        var id = answers.Single(a => a.Status == HttpStatusCode.Created)["id"];
        foreach (var answer in answers.Where(a => a.Status != HttpStatusCode.Created))
            answer.Refused(HttpStatusCode.Conflict, "hazard.reported_before").Text.ShouldContain(id);
    }

    [Fact]
    public async Task A_number_given_before_numbers_were_per_sender_is_still_its_sender_s_and_nobody_else_s()
    {
        var (one, other) = (await KeyAsync("old-hotline", "reporter"), await KeyAsync("newcomer", "reporter"));
        var reference = new ExternalReference("12345", "OLD-1");
        var office = (await service.Services.GetRequiredService<BodyStore>().LoadAsync(BodyId.Parse("ws-awb")))!;
        var report = new ReportHazard(
            ReportSource.Hotline, RegionCode.Parse(Service.County), SectorCode.Parse("city_gas"), "泄漏", "阀井泄漏", Reference: reference)
            {
                Identity = HazardId.Shared(reference),
            };
        var by = new Actor("x", office, [Role.Reporter], "old-hotline", RegionCode.Parse(Service.County));
        var old = (await service.Services.GetRequiredService<HazardStore>().ReportAsync(report, new Given(by)))
            .ShouldBeOfType<Outcome<Hazard>.Done>().After.Id;
        (await one.PostAsync("hazards", Numbered("OLD-1")))
            .Refused(HttpStatusCode.Conflict, "hazard.reported_before").Text.ShouldContain(old.Value);
        (await other.PostAsync("hazards", Numbered("OLD-1"))).Require(HttpStatusCode.Created).Text.ShouldNotContain(old.Value);
    }

    [Fact]
    public async Task A_repeated_request_is_answered_as_far_as_the_key_that_repeats_it_may_see_and_do()
    {
        var first = await KeyAsync("shared", "reporter", "coordinator");
        var same = await KeyAsync("shared", "reporter", "coordinator");
        var looks = await KeyAsync("shared", "investigator");
        var narrower = await KeyOfAsync("shared", "532927100", "reporter", "coordinator");
        var report = Some.Report();
        var id = (await first.PostAsync("hazards", report, ("Idempotency-Key", "r-1"))).Require(HttpStatusCode.Created)["id"];
        await AskedAgainAsync("hazards", report, "r-1", id);
        var verification = new JsonObject { ["level"] = "general" };
        (await first.PostAsync($"hazards/{id}/verification", verification, ("Idempotency-Key", "v-1"))).Require(HttpStatusCode.OK);
        await AskedAgainAsync($"hazards/{id}/verification", verification, "v-1", id);
        var campaign = new JsonObject
        {
            ["name"] = "专项", ["from"] = Some.InDays(-2), ["to"] = Some.InDays(3), ["regions"] = new JsonArray(Service.County),
            ["sectors"] = new JsonArray("city_gas"),
        };
        var opened = (await first.PostAsync("campaigns", campaign, ("Idempotency-Key", "c-1"))).Require(HttpStatusCode.Created)["id"];
        (await looks.PostAsync("campaigns", campaign, ("Idempotency-Key", "c-1")))
            .Refused(HttpStatusCode.Forbidden, "role.forbidden").Text.ShouldNotContain(opened);

        async Task AskedAgainAsync(string path, JsonObject body, string key, string secret)
        {
            (await same.PostAsync(path, body, ("Idempotency-Key", key))).Headers.Contains("Idempotency-Replayed").ShouldBeTrue();
            (await looks.PostAsync(path, body, ("Idempotency-Key", key)))
                .Refused(HttpStatusCode.Forbidden, "role.forbidden").Text.ShouldNotContain(secret);
            (await narrower.PostAsync(path, body, ("Idempotency-Key", key)))
                .Refused(HttpStatusCode.NotFound, "hazard.not_found").Text.ShouldNotContain(secret);
        }
    }

    [Fact]
    public async Task A_file_opens_to_who_put_it_in_and_then_to_who_may_read_the_record_that_holds_it()
    {
        var (sender, colleague) = (await KeyAsync("photos", "reporter"), await KeyAsync("other-system", "reporter"));
        var digest = (await sender.SendAsync(HttpMethod.Post, "files", new StringContent($"照片{++made}", Encoding.UTF8, "text/plain")))
            .Require(HttpStatusCode.Created)["digest"];
        var unknown = Sha256Digest.Of("没有上传过"u8).Value;
        (await sender.GetAsync($"files/{digest}")).Require(HttpStatusCode.OK);
        foreach (var reader in new[] { colleague, service.Gov, service.Elsewhere })
            foreach (var path in new[] { "", "/details", "/thumbnail" })
                (await reader.GetAsync($"files/{digest}{path}")).Refused(HttpStatusCode.NotFound, "file.not_found");

        // Attaching it would open it: to whoever put in none of it, it is as unknown as one that nobody did.
        foreach (var attacher in new[] { colleague, service.Elsewhere })
        {
            var (taken, invented) = (await AttachAsync(attacher, digest), await AttachAsync(attacher, unknown));
            taken.Refused(HttpStatusCode.UnprocessableEntity, "file.not_attachable");
            Without(taken, digest).ShouldBe(Without(invented, unknown));
        }

        (await AttachAsync(sender, digest)).Require(HttpStatusCode.Created);
        (await colleague.GetAsync($"files/{digest}")).Require(HttpStatusCode.OK);
        (await AttachAsync(service.Office, digest)).Require(HttpStatusCode.Created);
        (await service.Elsewhere.GetAsync($"files/{digest}")).Refused(HttpStatusCode.NotFound, "file.not_found");
        (await AttachAsync(service.Elsewhere, digest)).Refused(HttpStatusCode.UnprocessableEntity, "file.not_attachable");
    }

    [Fact]
    public async Task What_an_inspection_holds_is_read_by_who_may_read_the_inspection()
    {
        var sender = await KeyAsync("visits", "inspector");
        var digest = (await sender.SendAsync(HttpMethod.Post, "files", new StringContent($"检查表{++made}", Encoding.UTF8, "text/plain")))
            .Require(HttpStatusCode.Created)["digest"];
        var visit = Visit($"F-{made}");
        visit["attachments"] = new JsonArray(new JsonObject { ["digest"] = digest });
        (await service.Gov.GetAsync($"files/{digest}")).Refused(HttpStatusCode.NotFound, "file.not_found");
        (await sender.PostAsync("inspections", visit)).Require(HttpStatusCode.Created);
        (await service.Gov.GetAsync($"files/{digest}")).Require(HttpStatusCode.OK);
        (await service.Elsewhere.GetAsync($"files/{digest}")).Refused(HttpStatusCode.NotFound, "file.not_found");
    }

    private static async Task<Answer> AttachAsync(Client by, string digest)
    {
        var report = Some.Report();
        report["attachments"] = new JsonArray(new JsonObject { ["digest"] = digest });
        return await by.PostAsync("hazards", report);
    }

    private static string Without(Answer answer, string digest)
    {
        var json = answer.Json.AsObject();
        json.Remove("traceId");
        return $"{answer.Status} {json.ToJsonString().Replace(digest, "∎", StringComparison.Ordinal)}";
    }

    private Task<Client> KeyAsync(string client, params string[] roles) =>
        KeyOfAsync(client, Service.County, roles);

    private async Task<Client> KeyOfAsync(string client, string region, params string[] roles) =>
        service.ClientOf((await service.Admin.PostAsync("api-keys", new JsonObject
        {
            ["client"] = client, ["body"] = "ws-awb", ["region"] = region, ["roles"] = new JsonArray([.. roles.Select(r => (JsonNode)r)]),
        })).Require(HttpStatusCode.Created)["secret"]);

    private static JsonObject Numbered(string number)
    {
        var report = Some.Report();
        report["reference"] = new JsonObject { ["system"] = "12345", ["id"] = number };
        return report;
    }

    private static JsonObject Visit(string number) => new()
    {
        ["unit"] = new JsonObject { ["name"] = "某公司" }, ["region"] = Service.County, ["sector"] = "city_gas", ["on"] = Some.InDays(0),
        ["reference"] = new JsonObject { ["system"] = "执法", ["id"] = number },
    };
}
