using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Hazards.Domain.Codes;

namespace Hazards.Api.Tests;

/// <summary>Bad input gets a 4xx problem with a stable code, and nothing is written.</summary>
[Trait("Server", "any")]
public sealed class BadInputTests(Service service) : IClassFixture<Service>
{
    [Theory]
    [InlineData("region", "\"5329271\"", 400, "region.malformed")]
    [InlineData("region", "\"999999\"", 403, "region.outside_jurisdiction")]
    [InlineData("region", "\"110101\"", 403, "region.outside_jurisdiction")]
    [InlineData("region", "532927", 400, "input.not_text")]
    [InlineData("sector", "\"no_such_sector\"", 422, "sector.unknown")]
    [InlineData("sector", "\"没有的行业\"", 400, "sector.malformed")]
    [InlineData("source", "\"rumour\"", 400, "input.unknown_code")]
    [InlineData("source", "\"Hotline\"", 400, "input.unknown_code")]
    [InlineData("source", "0", 400, "input.malformed")]
    [InlineData("title", "null", 400, "input.malformed")]
    [InlineData("title", "\"\"", 400, "input.missing")]
    [InlineData("title", "\"a\\u0000b\"", 400, "input.control_characters")]
    [InlineData("title", "\"\\ud800\"", 400, "input.control_characters")]
    [InlineData("title", "\"\\u200b\\u2060\"", 400, "input.missing")]
    [InlineData("title", "\"\\u3164\\u034f\\u180b\\ufe0f\\uffff\"", 400, "input.missing")]
    [InlineData("description", "\" \\u00ad\\ufeff\"", 400, "input.missing")]
    [InlineData("title", "\"出口\\u202e闭锁\"", 400, "input.control_characters")]
    [InlineData("title", "[\"x\"]", 400, "input.malformed")]
    [InlineData("enterprise", "{\"name\":\"某公司\",\"creditCode\":\"911100001000005631\"}", 400, "credit_code.check_character")]
    [InlineData("enterprise", "{\"name\":\"某公司\",\"creditCode\":\"91\"}", 400, "credit_code.malformed")]
    [InlineData("enterprise", "{\"name\":\"某公司\",\"tel\":\"1\"}", 400, "request.unknown_field")]
    [InlineData("place", "{\"text\":\"南门\",\"longitude\":200,\"latitude\":10}", 400, "input.out_of_range")]
    [InlineData("occurredAt", "\"2099-01-01T00:00:00+08:00\"", 422, "occurred_at.future")]
    [InlineData("occurredAt", "\"1950-01-01T00:00:00+08:00\"", 422, "occurred_at.too_early")]
    [InlineData("occurredAt", "\"2026-01-01T00:00:00\"", 400, "instant.malformed")]
    [InlineData("occurredAt", "\"yesterday\"", 400, "instant.malformed")]
    [InlineData("documentNumber", "\"x\"", 400, "document_number.malformed")]
    [InlineData("attachments", "[{\"digest\":\"abc\"}]", 400, "digest.malformed")]
    [InlineData("attachments", "[{}]", 400, "input.missing")]
    [InlineData("actor", "\"a\\nb\"", 400, "input.control_characters")]
    [InlineData("wholly_unknown", "1", 400, "request.unknown_field")]
    public async Task A_wrong_field_of_a_report(string field, string json, int status, string code)
    {
        var body = Some.Report();
        body[field] = null;
        var text = body.ToJsonString().Replace($"\"{field}\":null", $"\"{field}\":{json}", StringComparison.Ordinal);
        var answer = await Refused(() => service.Office.PostTextAsync("hazards", text), status, code);
        if (code == "input.control_characters")
            answer.Json["field"].ShouldNotBeNull();
        if (code != "occurred_at.future" && answer.Json["field"] is { } named)
            named.ToString().ShouldStartWith(field);
    }

    /// <summary>A compressed body is named for what it is, and not as one that is broken.</summary>
    [Theory]
    [InlineData("gzip"), InlineData("br"), InlineData("identity, gzip")]
    public async Task A_body_that_is_compressed_is_not_taken(string encoding)
    {
        var content = new StringContent(Some.Report().ToJsonString(), System.Text.Encoding.UTF8, "application/json");
        content.Headers.TryAddWithoutValidation("Content-Encoding", encoding);
        (await service.Office.SendAsync(HttpMethod.Post, "hazards", content))
            .Refused(HttpStatusCode.UnsupportedMediaType, "request.media_type")["field"].ShouldBe("Content-Encoding");
    }

    /// <summary>A mistyped code must not read as a place or a body where nothing is overdue.</summary>
    [Theory]
    [InlineData("lists/overdue?body=longnan-x", "body.name_unknown"), InlineData("lists/overdue?owes=nobody-such", "body.name_unknown")]
    [InlineData("hazards?body=longnan-x", "body.name_unknown"), InlineData("lists/listed?body=longnan-x", "body.name_unknown")]
    [InlineData("clocks?body=longnan-x", "body.name_unknown"), InlineData("missed?body=longnan-x", "body.name_unknown")]
    [InlineData("proposals?body=longnan-x", "body.name_unknown"), InlineData("lists/overdue?region=999999", "region.unknown")]
    [InlineData("lists/overdue?owes=nobody-such&overdue=false", "body.name_unknown")]
    [InlineData("lists/overdue/windows?owes=nobody-such", "body.name_unknown")]
    [InlineData("lists/overdue/windows?body=nobody-such&subordinates=true", "body.name_unknown")]
    [InlineData("lists/overdue?owes=nobody-such&format=csv", "body.name_unknown")]
    [InlineData("lists/listed?listedBy=nobody-such", "body.name_unknown")]
    [InlineData("lists/listed?listedBy=nobody-such&format=csv", "body.name_unknown")]
    [InlineData("hazards?body=nobody-such&format=csv", "body.name_unknown")]
    [InlineData("lists/notices?body=nobody-such", "body.name_unknown"), InlineData("lists/notices?sender=nobody-such", "body.name_unknown")]
    [InlineData("lists/notices?sender=nobody-such&format=csv", "body.name_unknown")]
    [InlineData("boards/dual?supervisor=nobody-such", "body.name_unknown")]
    [InlineData("hazards?region=999999", "region.unknown"), InlineData("boards/closed-loop?region=532999", "region.unknown")]
    [InlineData("lists/overdue/counts?region=99", "region.unknown"), InlineData("clocks?region=532999", "region.unknown")]
    [InlineData("figures/monthly-table?period=2026-01&region=999999", "region.unknown")]
    [InlineData("inspections?region=999999", "region.unknown")]
    [InlineData("figures/monthly-table/hazards?period=2026-01&column=foundGeneral&line=city_gaz", "report.no_such_line")]
    [InlineData("figures/monthly-table/hazards?period=2026-01&column=foundGeneral&breakdown=region&line=110101", "report.no_such_line")]
    [InlineData("figures/monthly-table/hazards?period=2026-01&column=foundGeneral&breakdown=region&line=city_gas", "report.no_such_line")]
    [InlineData("figures/monthly-table/difference?period=2026-01&from=2026-01-01T00:00:00Z&line=nowhere", "report.no_such_line")]
    public Task A_filter_by_what_there_is_not(string path, string code) => Refused(() => service.Office.GetAsync(path), 422, code);

    [Theory]
    [InlineData("{", 400, "request.malformed_json")]
    [InlineData("", 400, "request.malformed_json")]
    [InlineData("[]", 400, "request.not_object")]
    [InlineData("\"x\"", 400, "request.not_object")]
    [InlineData("{\"title\":\"a\",\"title\":\"b\"}", 400, "request.duplicate_field")]
    [InlineData("{\"source\":\"hotline\"}", 400, "input.missing")]
    [InlineData("{\"a\":1,}", 400, "request.malformed_json")]
    [InlineData("{/*x*/}", 400, "request.malformed_json")]
    public Task A_body_that_is_not_a_report(string body, int status, string code) =>
        Refused(() => service.Office.PostTextAsync("hazards", body), status, code);

    /// <summary>隶属: what a body belongs to does not belong to it, at whatever remove.</summary>
    [Fact]
    public async Task Nobody_is_his_own_grandfather()
    {
        string[] bodies = ["circle-a", "circle-b", "circle-c"];
        for (var i = 0; i < bodies.Length; i++)
            (await service.Admin.PostAsync("bodies", new()
            {
                ["id"] = bodies[i], ["name"] = bodies[i], ["kind"] = "unit", ["region"] = Service.County,
                ["parent"] = i == 0 ? "ws-gov" : bodies[i - 1],
            })).Require(HttpStatusCode.Created);
        foreach (var (body, parent, code) in new[]
        {
            ("circle-a", "circle-a", "body.itself"), ("circle-a", "circle-b", "body.circle"), ("circle-a", "circle-c", "body.circle"),
            ("ws-gov", "circle-c", "body.circle"),
        })
            (await service.Admin.PostAsync($"bodies/{body}/changes", new() { ["parent"] = parent, ["reason"] = "调整" }))
                .Refused(HttpStatusCode.UnprocessableEntity, code);
        (await service.Admin.PostAsync("bodies/circle-c/changes", new() { ["parent"] = "circle-a", ["reason"] = "调整" }))
            .Require(HttpStatusCode.OK);
    }

    [Fact]
    public Task Json_nested_without_end() =>
        Refused(
            () => service.Office.PostTextAsync("hazards", string.Concat(Enumerable.Repeat("{\"a\":", 5000)) + "1"), 400,
            "request.malformed_json");

    [Fact]
    public Task Broken_utf8()
    {
        var bytes = Encoding.UTF8.GetBytes(Some.Report().ToJsonString());
        bytes[^10] = 0xFF;
        return Refused(
            () => service.Office.SendAsync(HttpMethod.Post, "hazards", Json(new ByteArrayContent(bytes))), 400, "request.broken_utf8");
    }

    [Fact]
    public Task Another_media_type() =>
        Refused(() => service.Office.SendAsync(HttpMethod.Post, "hazards", new StringContent("a=1", Encoding.UTF8, "application/x-www-form-urlencoded")), 415, "request.media_type");

    [Fact]
    public Task Text_in_gbk() =>
        Refused(() => service.Office.SendAsync(HttpMethod.Post, "hazards", new StringContent("{}") { Headers = { ContentType = MediaTypeHeaderValue.Parse("application/json; charset=gbk") } }), 415, "request.media_type");

    [Fact]
    public Task Twenty_megabytes() =>
        Refused(() => service.Office.SendAsync(HttpMethod.Post, "hazards", Json(new ByteArrayContent(Huge()))), 413, "request.too_large");

    [Fact]
    public Task Twenty_megabytes_in_chunks() =>
        Refused(
            () => service.Office.SendAsync(HttpMethod.Post, "hazards", Json(new StreamContent(new Unsized(Huge())))), 413,
            "request.too_large");

    [Fact]
    public async Task A_name_of_10000_characters()
    {
        var body = Some.Report();
        body["enterprise"] = new JsonObject { ["name"] = new string('名', 10_000) };
        (await Refused(() => service.Office.PostAsync("hazards", body), 400, "input.too_long"))["field"].ShouldBe("enterprise.name");
    }

    [Fact]
    public async Task Sql_in_every_field_is_only_text()
    {
        const string sql = "'; drop table log.mt_events; -- \" \\ %_ $1 {0}";
        var body = Some.Report();
        foreach (var field in new[] { "title", "description", "category", "foundBy", "reportedLevel", "actor", "documentNumber" })
            body[field] = sql;
        body["enterprise"] = new JsonObject { ["name"] = sql };
        body["place"] = new JsonObject { ["text"] = sql };
        body["reference"] = new JsonObject { ["system"] = sql, ["id"] = sql };
        var id = (await service.Office.PostAsync("hazards", body, ("Idempotency-Key", "';drop--"), ("X-Correlation-Id", "';drop--")))
            .Require(HttpStatusCode.Created)["id"];
        var hazard = (await service.Office.GetAsync($"hazards/{id}")).Require(HttpStatusCode.OK).Json["hazard"]!;
        hazard["title"]!.ToString().ShouldBe(sql);
        (await service.Office.GetAsync($"hazards?q={Uri.EscapeDataString(sql)}")).Json["items"]!.AsArray()
            .ShouldContain(i => i!["id"]!.ToString() == id);
        foreach (var name in new[] { "region", "sector", "stage", "body", "enterprise", "foundFrom", "cursor", "limit", "asOf", "sort" })
            ((int)(await service.Office.GetAsync($"hazards?{name}={Uri.EscapeDataString(sql)}")).Status).ShouldBe(400, name);
        (await service.Office.GetAsync($"hazards/{Uri.EscapeDataString(sql)}")).Refused(HttpStatusCode.BadRequest, "hazard_id.malformed");
        (await service.Office.GetAsync($"bodies/{Uri.EscapeDataString(sql)}")).Refused(HttpStatusCode.BadRequest, "body_id.malformed");
        (await service.Office.GetAsync($"bodies?name={Uri.EscapeDataString(sql)}")).Require(HttpStatusCode.OK);
        (await service.Office.GetAsync($"regions?q={Uri.EscapeDataString(sql)}")).Require(HttpStatusCode.OK);
        (await service.ClientOf(sql).GetAsync("me")).Refused(HttpStatusCode.Unauthorized, "key.unknown");
    }

    [Theory]
    [InlineData("foo=1", "query.unknown_parameter")]
    [InlineData("limit=0", "input.out_of_range")]
    [InlineData("limit=1000", "input.out_of_range")]
    [InlineData("limit=ten", "query.malformed")]
    [InlineData("limit=1&limit=2", "query.repeated_parameter")]
    [InlineData("stage=nowhere", "input.unknown_code")]
    [InlineData("region=abc", "region.malformed")]
    [InlineData("region=", "region.malformed")]
    [InlineData("listed=yes", "query.malformed")]
    [InlineData("foundFrom=2026-02-30", "query.malformed")]
    [InlineData("asOf=2026-01-01T09:30:00", "instant.malformed")]
    [InlineData("asOf=2026-01-01T00:00:00", "instant.malformed")]
    [InlineData("cursor=abc", "cursor.invalid")]
    [InlineData("q=%00", "input.control_characters")]
    [InlineData("enterprise=911100001000005631", "credit_code.check_character")]
    public async Task A_wrong_query(string query, string code) =>
        (await service.Office.GetAsync($"hazards?{query}")).Refused(HttpStatusCode.BadRequest, code)["field"]
            .ShouldBe(query[..query.IndexOf('=', StringComparison.Ordinal)]);

    [Fact]
    public async Task The_future_cannot_be_looked_at() =>
        (await service.Office.GetAsync("boards/closed-loop?asOf=2099-01-01T00:00:00Z"))
            .Refused(HttpStatusCode.UnprocessableEntity, "as_of.future");

    [Fact]
    public async Task Routes_and_methods_that_do_not_exist()
    {
        (await service.Office.GetAsync("nothing")).Refused(HttpStatusCode.NotFound, "route.unknown");
        (await service.Office.SendAsync(HttpMethod.Delete, "hazards", null)).Refused(HttpStatusCode.MethodNotAllowed, "route.method");
        var responsible = await service.KeyAsync("ws-awb", Service.County, "responsible");
        (await responsible.PostAsync($"hazards/{Guid.NewGuid()}/legs/both/acknowledgement", []))
            .Refused(HttpStatusCode.BadRequest, "input.unknown_code");
        (await service.Office.GetAsync("codes/nothing")).Refused(HttpStatusCode.NotFound, "code_list.unknown");
    }

    [Fact]
    public async Task Errors_speak_the_callers_language()
    {
        (await service.Office.GetAsync("nothing"))["detail"].ShouldStartWith("没有");
        (await service.Office.GetAsync("nothing", ("Accept-Language", "en-GB,en;q=0.9,zh;q=0.1")))["detail"]
            .ShouldStartWith("There is nothing");
    }

    [Fact]
    public async Task No_key_a_wrong_key_an_expired_key()
    {
        (await service.ClientOf(null).GetAsync("me")).Refused(HttpStatusCode.Unauthorized, "key.missing");
        (await service.ClientOf("hz_wrong").GetAsync("me")).Refused(HttpStatusCode.Unauthorized, "key.unknown");
        (await service.ClientOf(null).PostAsync("hazards", Some.Report())).Refused(HttpStatusCode.Unauthorized, "key.missing");
    }

    [Fact]
    public async Task Keys_reach_no_further_than_their_maker()
    {
        var admin = await service.KeyAsync("ws-awb", Service.County, "administrator");
        JsonObject Key(string body, string region, params string[] roles) =>
            new()
            {
                ["client"] = "x", ["body"] = body, ["region"] = region, ["roles"] = new JsonArray([.. roles.Select(r => (JsonNode)r)]),
            };
        await Refused(() => admin.PostAsync("api-keys", Key("ws-awb", "5329", "reporter")), 403, "api_key.region_outside");
        await Refused(() => admin.PostAsync("api-keys", Key("bj-awb", Service.County, "reporter")), 422, "body.unknown");
        await Refused(() => service.Admin.PostAsync("api-keys", Key("ws-awb", Service.County, "clock")), 422, "api_key.clock_role");
        await Refused(() => admin.PostAsync("api-keys", Key("nobody", Service.County, "reporter")), 422, "body.unknown");
        await Refused(() => admin.PostAsync("api-keys", Key("ws-awb", Service.County)), 400, "input.missing");
        await Refused(() => service.Office.PostAsync("api-keys", Key("ws-awb", Service.County, "reporter")), 403, "api_key.forbidden");
        await Refused(() => service.Office.PostAsync("bodies", new() { ["id"] = "new-body", ["name"] = "x", ["kind"] = "unit", ["region"] = Service.County }), 403, "body.forbidden");
        (await service.Office.GetAsync("api-keys")).Refused(HttpStatusCode.Forbidden, "api_key.forbidden");
    }

    [Fact]
    public async Task What_lies_outside_the_jurisdiction_is_not_found()
    {
        var id = await service.HazardAsync(Stage.Verified);
        var unknown = (await service.Elsewhere.GetAsync($"hazards/{Guid.NewGuid()}")).Refused(HttpStatusCode.NotFound, "hazard.not_found");
        (await service.Elsewhere.GetAsync($"hazards/{id}")).Refused(HttpStatusCode.NotFound, "hazard.not_found")["detail"]
            .ShouldBe(unknown["detail"]);
        (await service.Elsewhere.GetAsync($"hazards/{id}/events")).Refused(HttpStatusCode.NotFound, "hazard.not_found");
        await Refused(() => service.Elsewhere.PostAsync($"hazards/{id}/rejection", new() { ["reason"] = "x" }), 404, "hazard.not_found");
        (await service.Elsewhere.GetAsync("hazards?region=532927")).Refused(HttpStatusCode.Forbidden, "region.outside_jurisdiction");
        (await service.Elsewhere.GetAsync("hazards")).Json["items"]!.AsArray().ShouldBeEmpty();
        (await service.Elsewhere.GetAsync("bodies/ws-gov")).Refused(HttpStatusCode.NotFound, "body.not_found");
    }

    [Fact]
    public async Task Who_may_not()
    {
        var id = await service.HazardAsync(Stage.Assigned);
        await Refused(() => service.Gov.PostAsync($"hazards/{id}/legs/sectoral/acknowledgement", []), 403, "leg.not_yours");
        await Refused(() => service.Gov.PostAsync($"hazards/{id}/closure", []), 403, "role.forbidden");
        await Refused(() => service.Office.PostAsync($"hazards/{id}/closure", []), 409, "hazard.stage_forbids");
        await Refused(() => service.Office.PostAsync($"hazards/{id}/listing", new() { ["level"] = "province", ["deadline"] = Some.InDays(9), ["requirements"] = "x", ["documentNumber"] = "文1" }), 403, "listing.body_may_not");
        await Refused(
            () => service.Office.PostAsync($"hazards/{id}/legs/sole/reinspections", new() { ["verdict"] = "pass", ["findings"] = "x" }),
            422, "leg.not_found");
        await Refused(
            () => service.Gov.PostAsync($"hazards/{id}/legs/territorial/acknowledgement", new() { ["leg"] = "sectoral" }), 400,
            "request.unknown_field");
    }

    [Fact]
    public async Task A_deadline_in_the_past_names_its_field()
    {
        var id = await service.HazardAsync(Stage.Verified);
        (await Refused(
            () => service.Office.PostAsync($"hazards/{id}/assignments", Some.DualAssignment("2020-01-01")), 422,
            "deadline.past"))["field"].ShouldBe("legs[0].deadline");
    }

    [Fact]
    public async Task A_stale_if_match()
    {
        var id = await service.HazardAsync(Stage.Verified);
        JsonObject comment = new() { ["text"] = "x" };
        await Refused(() => service.Office.PostAsync($"hazards/{id}/comments", comment, ("If-Match", "\"1\"")), 412, "request.stale");
        await Refused(
            () => service.Office.PostAsync($"hazards/{id}/comments", comment, ("If-Match", "2")), 400, "request.if_match_malformed");
        await Refused(
            () => service.Office.PostAsync($"hazards/{id}/comments", comment, ("If-Match", "W/\"2\"")), 400, "request.if_match_malformed");
        (await service.Office.PostAsync($"hazards/{id}/comments", comment, ("If-Match", "\"2\""))).Require(HttpStatusCode.OK);
        (await service.Office.PostAsync($"hazards/{id}/comments", comment, ("If-Match", "*"))).Require(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_repeated_request_gets_the_first_outcome_and_a_reused_key_a_refusal()
    {
        var key = ("Idempotency-Key", Guid.NewGuid().ToString());
        var first = (await service.Office.PostAsync("hazards", Some.Report(), key)).Require(HttpStatusCode.Created);
        var verification = ("Idempotency-Key", Guid.NewGuid().ToString());
        var verified = await service.Office.PostAsync($"hazards/{first["id"]}/verification", new() { ["level"] = "general" }, verification);
        var head = await service.HeadAsync();

        var again = (await service.Office.PostAsync("hazards", Some.Report(), key)).Require(HttpStatusCode.Created);
        again.Text.ShouldBe(first.Text);
        again.ETag.ShouldBe(first.ETag);
        again.Headers.GetValues("Idempotency-Replayed").ShouldBe(["true"]);
        (await service.Office.PostAsync($"hazards/{first["id"]}/verification", new() { ["level"] = "general" }, verification)).Text.ShouldBe(verified.Text);
        (await service.HeadAsync()).ShouldBe(head);

        var other = Some.Report();
        other["title"] = "别的隐患";
        await Refused(() => service.Office.PostAsync("hazards", other, key), 409, "idempotency.key_reused");
        await Refused(() => service.Office.PostAsync("hazards", other, ("Idempotency-Key", "with space")), 400, "idempotency.malformed");
        (await service.Enforcer.GetAsync("me")).Require(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_reference_is_reported_once()
    {
        var body = Some.Report();
        body["reference"] = new JsonObject { ["system"] = "12345", ["id"] = Guid.NewGuid().ToString() };
        var first = (await service.Office.PostAsync("hazards", body)).Require(HttpStatusCode.Created);
        var again = await Refused(() => service.Office.PostAsync("hazards", body), 409, "hazard.reported_before");
        again.Headers.Location!.ToString().ShouldBe($"/api/v1/hazards/{first["id"]}");
        again.Json["facts"]!["id"]!.ToString().ShouldBe(first["id"]);
    }

    /// <summary>Refused with this code, and the log is where it was.</summary>
    private async Task<Answer> Refused(Func<Task<Answer>> send, int status, string code)
    {
        var head = await service.HeadAsync();
        var answer = (await send()).Refused((HttpStatusCode)status, code);
        (await service.HeadAsync()).ShouldBe(head);
        return answer;
    }

    private static byte[] Huge() => Encoding.UTF8.GetBytes($"{{\"title\":\"{new string('x', 20 * 1024 * 1024)}\"}}");

    private static HttpContent Json(HttpContent content)
    {
        content.Headers.ContentType = MediaTypeHeaderValue.Parse("application/json");
        return content;
    }

    /// <summary>A stream that does not tell its length, so that it is sent in chunks.</summary>
    private sealed class Unsized(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
