using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Hazards.Domain;

namespace Hazards.Api.Tests;

/// <summary>A clerk's day with fewer calls: words as well as codes, all that is wrong at once, one request for what belongs together, lists as files.</summary>
[Trait("Server", "any")]
public sealed class DayTests(Service service) : IClassFixture<Service>
{
    private static readonly (string, string) English = ("Accept-Language", "en");

    [Fact]
    public async Task Words_are_understood_where_codes_are()
    {
        var report = Report();
        (report["source"], report["region"], report["sector"]) = ("12345热线", "巍山彝族回族自治县", "城镇燃气");
        var id = (await service.Office.PostAsync("hazards", report)).Require(HttpStatusCode.Created)["id"];
        (await service.Office.PostAsync($"hazards/{id}/verification", new JsonObject { ["level"] = "一般" })).Require(HttpStatusCode.OK);
        var legs = new JsonArray(Leg("属地", "巍山县人民政府"), Leg("行业", "巍山县住建局"));
        (await service.Office.PostAsync($"hazards/{id}/assignments", new JsonObject { ["legs"] = legs })).Require(HttpStatusCode.OK);
        var hazard = (await service.Office.GetAsync($"hazards/{id}")).Require(HttpStatusCode.OK).Json["hazard"]!;
        (hazard["source"]!.ToString(), hazard["region"]!.ToString(), hazard["sector"]!.ToString(), hazard["level"]!.ToString()).ShouldBe(("hotline", Service.County, "city_gas", "general"));
        hazard["legs"]!["sectoral"]!["body"]!.ToString().ShouldBe("ws-gas");

        var found = (await service.Office.GetAsync($"hazards?level={U("一般隐患")}&sector={U("城镇燃气")},fire_safety&body={U("巍山县住建局")}&limit=200")).Require(HttpStatusCode.OK);
        found.Json["items"]!.AsArray().Select(i => i!["id"]!.ToString()).ShouldContain(id);
    }

    [Theory]
    [InlineData("region", "火星县", "region.name_unknown")]
    [InlineData("region", "鼓楼区", "input.ambiguous")]
    [InlineData("sector", "道路交桶", "sector.malformed")]
    [InlineData("source", "道听途说", "input.unknown_code")]
    public async Task A_word_that_means_nothing_is_refused_with_what_would_do(string field, string word, string code)
    {
        var report = Report();
        report[field] = word;
        var refused = (await service.Office.PostAsync("hazards", report)).Refused(field is "region" ? HttpStatusCode.UnprocessableEntity : HttpStatusCode.BadRequest, code);
        refused["field"].ShouldBe(field);
        if (field is "region" or "source")
            (await service.Office.GetAsync($"hazards?{field}={U(word)}")).Refused(field is "region" ? HttpStatusCode.UnprocessableEntity : HttpStatusCode.BadRequest, code);
    }

    [Fact]
    public async Task All_that_is_wrong_is_told_at_once_and_in_one_language()
    {
        var refused = await service.Office.PostAsync("hazards", new JsonObject { ["source"] = "nobody", ["regoin"] = "532927", ["place"] = new JsonObject { ["text"] = 5 } }, English);
        refused.Status.ShouldBe(HttpStatusCode.BadRequest);
        refused.Json["errors"]!.AsArray().Select(e => (e!["code"]!.ToString(), e["field"]!.ToString())).ShouldBe(
            [
                ("request.unknown_field", "regoin"), ("input.unknown_code", "source"), ("input.malformed", "place.text"), ("input.missing", "region"),
                ("input.missing", "sector"), ("input.missing", "title"), ("input.missing", "description"),
            ], ignoreOrder: true);
        refused.Json.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }).ShouldNotMatch("[\u4e00-\u9fff]");

        var report = Report();
        (report["title"], report["description"]) = (new string('长', 201), " ");
        (await service.Office.PostAsync("hazards", report)).Json["errors"]!.AsArray().Select(e => e!["field"]!.ToString()).ShouldBe(["title", "description"]);
        (await service.Office.GetAsync("lists/overdue?sort=nonsense&daysOverLeast=x&level=9")).Json["errors"]!.AsArray().Select(e => e!["field"]!.ToString())
            .ShouldBe(["sort", "daysOverLeast", "level"], ignoreOrder: true);
        (await service.Office.GetAsync("lists/overdue?nonsense=1&more=2")).Json["errors"]!.AsArray().Count.ShouldBe(2);
        (await service.Gov.PostAsync("hazards", Report(), English)).Json["detail"]!.ToString().ShouldNotMatch("[\u4e00-\u9fff]");
    }

    [Fact]
    public async Task One_request_reports_verifies_and_assigns_or_does_nothing()
    {
        var entry = new JsonObject { ["report"] = Report(), ["verification"] = new JsonObject { ["level"] = "general" }, ["assignment"] = Some.DualAssignment() };
        var done = (await service.Office.PostAsync("hazards/entries", entry)).Require(HttpStatusCode.Created);
        done.Json["events"]!.AsArray().Select(e => e!["type"]!.ToString()).ShouldBe(["hazard_reported", "hazard_verified", "hazard_assigned"]);
        var positions = done.Json["events"]!.AsArray().Select(e => e!["position"]!.GetValue<long>()).ToArray();
        (positions[2] - positions[0]).ShouldBe(2, "one append");

        var head = await service.HeadAsync();
        var wrong = new JsonObject { ["report"] = Report(), ["verification"] = new JsonObject { ["level"] = "major" } };
        (await service.Office.PostAsync("hazards/entries", wrong)).Refused(HttpStatusCode.UnprocessableEntity, "grading.basis_required")["field"].ShouldBe("verification.basis");
        (await service.HeadAsync()).ShouldBe(head, "all or nothing");
    }

    [Fact]
    public async Task A_probable_double_is_answered_with_the_one_that_exists()
    {
        var report = Report();
        var key = ("Idempotency-Key", $"double-{Guid.NewGuid():n}");
        var first = (await service.Office.PostAsync("hazards?anew=false", report.DeepClone().AsObject(), key)).Require(HttpStatusCode.Created)["id"];
        (await service.Office.PostAsync("hazards?anew=false", report.DeepClone().AsObject(), key)).Require(HttpStatusCode.Created)["id"].ShouldBe(first, "the same request again is no double");
        var refused = (await service.Office.PostAsync("hazards?anew=false", report.DeepClone().AsObject())).Refused(HttpStatusCode.Conflict, "hazard.probable_double");
        refused.Json["facts"]!["id"]!.ToString().ShouldBe(first);
        (await service.Office.PostAsync("hazards?anew=true", report.DeepClone().AsObject())).Require(HttpStatusCode.Created)["id"].ShouldNotBe(first);
        var elsewhere = report.DeepClone().AsObject();
        elsewhere["place"] = new JsonObject { ["text"] = "北门" };
        (await service.Office.PostAsync("hazards", elsewhere)).Require(HttpStatusCode.Created);
        var numbered = report.DeepClone().AsObject();
        numbered["reference"] = new JsonObject { ["system"] = "doubles", ["id"] = Guid.NewGuid().ToString() };
        (await service.Office.PostAsync("hazards", numbered)).Require(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_list_is_a_file_by_its_address_and_by_what_is_accepted()
    {
        var title = $"整份清单 {Guid.NewGuid():n}";
        for (var i = 0; i < 3; i++)
        {
            var report = Report();
            report["title"] = $"{title} {i}";
            (await service.Office.PostAsync("hazards", report)).Require(HttpStatusCode.Created);
        }

        var (csv, type) = await service.Office.BytesAsync($"hazards.csv?q={U(title)}&columns=title,id");
        type.ShouldBe("text/csv");
        csv.AsSpan().StartsWith(Encoding.UTF8.Preamble).ShouldBeTrue();
        Encoding.UTF8.GetString(csv).Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(4);
        var (xlsx, _) = await service.Office.BytesAsync($"hazards.xlsx?q={U(title)}&columns=title");
        using var zip = new ZipArchive(new MemoryStream(xlsx));
        using var sheet = new StreamReader(zip.GetEntry("xl/worksheets/sheet1.xml")!.Open());
        var xml = System.Xml.Linq.XDocument.Parse(await sheet.ReadToEndAsync());
        var rows = xml.Descendants().Where(e => e.Name.LocalName == "row").ToArray();
        rows.Length.ShouldBe(6);
        rows.Select(r => r.Attribute("r")!.Value).ShouldBe(["1", "2", "3", "4", "5", "6"]);

        foreach (var list in new[] { "bodies", "lists/overdue", "lists/listed", "lists/notices", "inbox", "campaigns", "inspections" })
        {
            (await service.Office.BytesAsync($"{list}.csv")).MediaType.ShouldBe("text/csv", list);
            (await service.Office.GetAsync(list, ("Accept", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))).Require(HttpStatusCode.OK);
        }

        Encoding.UTF8.GetString((await service.Office.BytesAsync("bodies.csv")).Bytes).ShouldContain("巍山县住建局");
        (await service.Office.GetAsync("hazards", ("Accept", "application/pdf"))).Refused(HttpStatusCode.NotAcceptable, "request.not_acceptable");
        (await service.Office.GetAsync("bodies.csv", ("Accept", "application/json"))).Refused(HttpStatusCode.NotAcceptable, "request.not_acceptable");
        (await service.Office.GetAsync("hazards?limit=1", ("Accept", "text/html, */*;q=0.1"))).Require(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_list_of_a_day_says_how_many_are_known_by_now()
    {
        var report = Report();
        report["occurredAt"] = ChinaTime.Format(DateTimeOffset.UtcNow.AddDays(-5));
        (await service.Office.PostAsync("hazards", report)).Require(HttpStatusCode.Created);
        var day = ChinaTime.DateAt(DateTimeOffset.UtcNow).AddDays(-3);
        foreach (var list in new[] { "hazards", "lists/overdue" })
        {
            var then = (await service.Office.GetAsync($"{list}?asOf={day:yyyy-MM-dd}")).Require(HttpStatusCode.OK);
            then["asOf"].ShouldStartWith($"{day:yyyy-MM-dd}T23:59:59.999999+08:00");
            then.Json["knownLater"]!.GetValue<int>().ShouldBeGreaterThan(0);
        }

        (await service.Office.GetAsync($"hazards?asOf={ChinaTime.DateAt(DateTimeOffset.UtcNow):yyyy-MM-dd}")).Require(HttpStatusCode.OK).Json["asOf"].ShouldBeNull("all of today is not known yet");
        (await service.Office.GetAsync($"hazards?asOf={ChinaTime.DateAt(DateTimeOffset.UtcNow).AddDays(2):yyyy-MM-dd}")).Refused(HttpStatusCode.UnprocessableEntity, "as_of.future");
    }

    [Fact]
    public async Task A_reporting_systems_number_finds_its_hazard()
    {
        var number = Guid.NewGuid().ToString();
        var report = Report();
        report["reference"] = new JsonObject { ["system"] = "day-tests", ["id"] = number };
        var id = (await service.Office.PostAsync("hazards", report)).Require(HttpStatusCode.Created)["id"];
        foreach (var query in new[] { $"system=day-tests&reference={number}", $"reference={number}", "system=day-tests" })
            (await service.Office.GetAsync($"hazards?{query}")).Require(HttpStatusCode.OK).Json["items"]!.AsArray().Single()!["id"]!.ToString().ShouldBe(id);
        (await service.Office.GetAsync($"hazards?system=other&reference={number}")).Require(HttpStatusCode.OK).Json["items"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task Overdue_is_narrowed_by_days_and_by_who_belongs_to_whom()
    {
        var late = await AssignedAsync(-10);
        async Task<string[]> Listed(string query) => [.. (await service.Office.GetAsync($"lists/overdue?duty=rectify&limit=200&{query}")).Require(HttpStatusCode.OK).Json["items"]!.AsArray()
            .Select(i => i!["hazard"]!["id"]!.ToString())];
        (await Listed("daysOverLeast=10&daysOverMost=10")).ShouldContain(late);
        (await Listed("daysOverLeast=11")).ShouldNotContain(late);
        (await Listed("daysOverMost=9")).ShouldNotContain(late);
        (await Listed("owes=ws-gov&subordinates=true")).ShouldContain(late);
        (await Listed("owes=ws-awb&subordinates=true")).ShouldNotContain(late);
        (await service.Office.GetAsync("lists/overdue?within=3&daysOverLeast=2")).Refused(HttpStatusCode.BadRequest, "query.malformed");
    }

    private async Task<string> AssignedAsync(int deadline)
    {
        var report = Report();
        report["occurredAt"] = ChinaTime.Format(DateTimeOffset.UtcNow.AddDays(-40));
        var id = (await service.Office.PostAsync("hazards", report)).Require(HttpStatusCode.Created)["id"];
        var then = ChinaTime.Format(DateTimeOffset.UtcNow.AddDays(-30));
        (await service.Office.PostAsync($"hazards/{id}/verification", new JsonObject { ["level"] = "general", ["occurredAt"] = then })).Require(HttpStatusCode.OK);
        var assignment = Some.DualAssignment(Some.InDays(deadline));
        assignment["occurredAt"] = then;
        (await service.Office.PostAsync($"hazards/{id}/assignments", assignment)).Require(HttpStatusCode.OK);
        return id;
    }

    /// <summary>A report in words that nobody used before.</summary>
    private static JsonObject Report()
    {
        var report = Some.Report();
        report["description"] = $"古城南门阀井有燃气味（{Guid.NewGuid():n}）";
        return report;
    }

    private static string U(string text) => Uri.EscapeDataString(text);

    private static JsonObject Leg(string leg, string body) => Some.Leg(leg, body);
}
