using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Api.Tests;

/// <summary>
/// A clerk's day with fewer calls: words as well as codes, all that is wrong at once, one request for what belongs together,
/// lists as files.
/// </summary>
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
        (hazard["source"]!.ToString(), hazard["region"]!.ToString(), hazard["sector"]!.ToString(), hazard["level"]!.ToString())
            .ShouldBe(("hotline", Service.County, "city_gas", "general"));
        hazard["legs"]!["sectoral"]!["body"]!.ToString().ShouldBe("ws-gas");

        var found = (await service.Office.GetAsync(
            $"hazards?level={U("一般隐患")}&sector={U("城镇燃气")},fire_safety&body={U("巍山县住建局")}&limit=200")).Require(HttpStatusCode.OK);
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
        var refused = (await service.Office.PostAsync("hazards", report))
            .Refused(field is "region" ? HttpStatusCode.UnprocessableEntity : HttpStatusCode.BadRequest, code);
        refused["field"].ShouldBe(field);
        if (field is "region" or "source")
            (await service.Office.GetAsync($"hazards?{field}={U(word)}"))
                .Refused(field is "region" ? HttpStatusCode.UnprocessableEntity : HttpStatusCode.BadRequest, code);
    }

    [Fact]
    public async Task All_that_is_wrong_is_told_at_once_and_in_one_language()
    {
        var refused = await service.Office.PostAsync(
            "hazards", new JsonObject { ["source"] = "nobody", ["regoin"] = "532927", ["place"] = new JsonObject { ["text"] = 5 } },
            English);
        refused.Status.ShouldBe(HttpStatusCode.BadRequest);
        refused.Json["errors"]!.AsArray().Select(e => (e!["code"]!.ToString(), e["field"]!.ToString())).ShouldBe(
            [
                ("request.unknown_field", "regoin"), ("input.unknown_code", "source"), ("input.malformed", "place.text"),
                ("input.missing", "region"),
                ("input.missing", "sector"), ("input.missing", "title"), ("input.missing", "description"),
            ], ignoreOrder: true);
        refused.Json.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping })
            .ShouldNotMatch("[\u4e00-\u9fff]");

        var report = Report();
        (report["title"], report["description"]) = (new string('长', 201), " ");
        (await service.Office.PostAsync("hazards", report)).Json["errors"]!.AsArray().Select(e => e!["field"]!.ToString())
            .ShouldBe(["title", "description"]);
        (await service.Office.GetAsync("lists/overdue?sort=nonsense&daysOverLeast=x&level=9")).Json["errors"]!.AsArray()
            .Select(e => e!["field"]!.ToString())
            .ShouldBe(["sort", "daysOverLeast", "level"], ignoreOrder: true);
        (await service.Office.GetAsync("lists/overdue?nonsense=1&more=2")).Json["errors"]!.AsArray().Count.ShouldBe(2);
        // Headers and the body; the query and what is uploaded.
        var both = await service.Office.PostAsync("hazards", report, ("Idempotency-Key", new string('k', 500)));
        both.Json["errors"]!.AsArray().Select(e => e!["field"]!.ToString()).ShouldBe(["Idempotency-Key", "title", "description"]);
        var upload = await service.Admin.SendAsync(
            HttpMethod.Post, "imports?background=perhaps&region=abc&mapping=none", Some.Csv("序号,隐患内容\n1,阀门渗漏\n"));
        upload.Json["errors"]!.AsArray().Select(e => e!["field"]!.ToString())
            .ShouldBe(["background", "mapping", "region"], ignoreOrder: true);
        (await service.Gov.PostAsync("hazards", Report(), English)).Json["detail"]!.ToString().ShouldNotMatch("[\u4e00-\u9fff]");
    }

    [Fact]
    public async Task One_request_reports_verifies_and_assigns_or_does_nothing()
    {
        var entry = new JsonObject
        {
            ["report"] = Report(), ["verification"] = new JsonObject { ["level"] = "general" }, ["assignment"] = Some.DualAssignment(),
        };
        var done = (await service.Office.PostAsync("hazards/entries", entry)).Require(HttpStatusCode.Created);
        done.Json["events"]!.AsArray().Select(e => e!["type"]!.ToString())
            .ShouldBe(["hazard_reported", "hazard_verified", "hazard_assigned"]);
        var positions = done.Json["events"]!.AsArray().Select(e => e!["position"]!.GetValue<long>()).ToArray();
        (positions[2] - positions[0]).ShouldBe(2, "one append");

        var head = await service.HeadAsync();
        var wrong = new JsonObject { ["report"] = Report(), ["verification"] = new JsonObject { ["level"] = "major" } };
        (await service.Office.PostAsync("hazards/entries", wrong))
            .Refused(HttpStatusCode.UnprocessableEntity, "grading.basis_required")["field"].ShouldBe("verification.basis");
        (await service.HeadAsync()).ShouldBe(head, "all or nothing");
    }

    [Fact]
    public async Task A_probable_double_is_answered_with_the_one_that_exists()
    {
        var report = Report();
        var key = ("Idempotency-Key", $"double-{Guid.NewGuid():n}");
        var first = (await service.Office.PostAsync("hazards?anew=false", report.DeepClone().AsObject(), key))
            .Require(HttpStatusCode.Created)["id"];
        (await service.Office.PostAsync("hazards?anew=false", report.DeepClone().AsObject(), key)).Require(HttpStatusCode.Created)["id"]
            .ShouldBe(first, "the same request again is no double");
        var refused = (await service.Office.PostAsync("hazards?anew=false", report.DeepClone().AsObject()))
            .Refused(HttpStatusCode.Conflict, "hazard.probable_double");
        refused.Json["facts"]!["id"]!.ToString().ShouldBe(first);
        (await service.Office.PostAsync("hazards?anew=true", report.DeepClone().AsObject())).Require(HttpStatusCode.Created)["id"]
            .ShouldNotBe(first);
        var elsewhere = report.DeepClone().AsObject();
        elsewhere["place"] = new JsonObject { ["text"] = "北门" };
        (await service.Office.PostAsync("hazards", elsewhere)).Require(HttpStatusCode.Created);
        foreach (var longitude in new[] { 100.301m, 100.302m })
        {
            var located = report.DeepClone().AsObject();
            located["place"] = new JsonObject { ["text"] = "北门", ["longitude"] = longitude, ["latitude"] = 25.2m };
            (await service.Office.PostAsync("hazards?anew=false", located)).Require(HttpStatusCode.Created);
        }

        var numbered = report.DeepClone().AsObject();
        numbered["reference"] = new JsonObject { ["system"] = "doubles", ["id"] = Guid.NewGuid().ToString() };
        (await service.Office.PostAsync("hazards", numbered)).Require(HttpStatusCode.Created);
    }

    /// <summary>A list of what does not exist would be an empty one, and read as good news.</summary>
    [Theory, InlineData("hazards"), InlineData("lists/overdue"), InlineData("lists/listed")]
    public async Task A_filter_by_a_sector_that_there_is_not_is_refused(string list) =>
        (await service.Office.GetAsync($"{list}?sector=city_gass")).Refused(HttpStatusCode.UnprocessableEntity, "sector.unknown")["field"]
            .ShouldBe("sector");

    /// <summary>What was found again after it had ended must not be lost as a double of what it was.</summary>
    [Fact]
    public async Task What_has_ended_is_in_no_new_reports_way()
    {
        var report = Report();
        var seen = new HashSet<string>();
        for (var time = 0; time < 3; time++)
        {
            var id = (await service.Office.PostAsync("hazards?anew=false", report.DeepClone().AsObject()))
                .Require(HttpStatusCode.Created)["id"];
            seen.Add(id).ShouldBeTrue("another hazard each time");
            (await service.Office.PostAsync("hazards?anew=false", report.DeepClone().AsObject()))
                .Refused(HttpStatusCode.Conflict, "hazard.probable_double")
                .Json["facts"]!["id"]!.ToString().ShouldBe(id, "the one that is open");
            (await service.Office.PostAsync($"hazards/{id}/rejection", new() { ["reason"] = "现场无此隐患" })).Require(HttpStatusCode.OK);
        }
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
            (await service.Office.GetAsync(list, ("Accept", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))
                .Require(HttpStatusCode.OK);
        }

        Encoding.UTF8.GetString((await service.Office.BytesAsync("bodies.csv")).Bytes).ShouldContain("巍山县住建局");
        (await service.Office.GetAsync("hazards", ("Accept", "application/pdf")))
            .Refused(HttpStatusCode.NotAcceptable, "request.not_acceptable");
        (await service.Office.GetAsync("bodies.csv", ("Accept", "application/json")))
            .Refused(HttpStatusCode.NotAcceptable, "request.not_acceptable");
        (await service.Office.GetAsync("hazards?limit=1", ("Accept", "text/html, */*;q=0.1")))
            .Require(HttpStatusCode.OK).ContentHeaders.ContentType!.MediaType.ShouldBe("application/json");
        foreach (var accepted in new[] { "text/*", "image/png, text/csv;q=0.5" })
            (await service.Office.GetAsync("hazards?limit=1", ("Accept", accepted)))
                .Require(HttpStatusCode.OK).ContentHeaders.ContentType!.MediaType.ShouldBe("text/csv", accepted);
    }

    [Fact]
    public async Task A_list_of_a_day_says_how_many_are_known_by_now()
    {
        var report = Report();
        report["occurredAt"] = ChinaTime.Format(DateTimeOffset.UtcNow.AddDays(-5));
        (await service.Office.PostAsync("hazards", report)).Require(HttpStatusCode.Created);
        var day = ChinaTime.DateAt(DateTimeOffset.UtcNow).AddDays(-3);
        foreach (var list in new[] { "hazards", "lists/overdue", "clocks", "missed", "proposals", "lists/notices" })
        {
            var then = (await service.Office.GetAsync($"{list}?asOf={day:yyyy-MM-dd}")).Require(HttpStatusCode.OK);
            then["asOf"].ShouldStartWith($"{day:yyyy-MM-dd}T23:59:59.999999+08:00");
            then.Json["knownLater"]!.GetValue<int>().ShouldBeGreaterThan(0);
        }

        // Lists of what few hazards are say so too, if only that there are none.
        foreach (var list in new[] { "lists/listed", "boards/dual" })
            (await service.Office.GetAsync($"{list}?asOf={day:yyyy-MM-dd}")).Require(HttpStatusCode.OK).Json["knownLater"]!.GetValue<int>()
                .ShouldBeGreaterThanOrEqualTo(0);
        (await service.Office.GetAsync("lists/listed")).Require(HttpStatusCode.OK).Json["knownLater"].ShouldBeNull();

        (await service.Office.GetAsync($"hazards?asOf={ChinaTime.DateAt(DateTimeOffset.UtcNow):yyyy-MM-dd}"))
            .Require(HttpStatusCode.OK).Json["asOf"].ShouldBeNull("all of today is not known yet");
        (await service.Office.GetAsync($"hazards?asOf={ChinaTime.DateAt(DateTimeOffset.UtcNow).AddDays(2):yyyy-MM-dd}"))
            .Refused(HttpStatusCode.UnprocessableEntity, "as_of.future");
    }

    [Fact]
    public async Task A_reporting_systems_number_finds_its_hazard()
    {
        var number = Guid.NewGuid().ToString();
        var report = Report();
        report["reference"] = new JsonObject { ["system"] = "day-tests", ["id"] = number };
        var id = (await service.Office.PostAsync("hazards", report)).Require(HttpStatusCode.Created)["id"];
        foreach (var query in new[] { $"system=day-tests&reference={number}", $"reference={number}", "system=day-tests" })
            (await service.Office.GetAsync($"hazards?{query}")).Require(HttpStatusCode.OK).Json["items"]!.AsArray()
                .Single()!["id"]!.ToString().ShouldBe(id);
        (await service.Office.GetAsync($"hazards?system=other&reference={number}")).Require(HttpStatusCode.OK).Json["items"]!.AsArray()
            .ShouldBeEmpty();
    }

    [Fact]
    public async Task Overdue_is_narrowed_by_days_and_by_who_belongs_to_whom()
    {
        var late = await AssignedAsync(-10);
        async Task<string[]> Listed(string query) =>
            [.. (await service.Office.GetAsync($"lists/overdue?duty=rectify&limit=200&{query}")).Require(HttpStatusCode.OK).Json["items"]!.AsArray()
            .Select(i => i!["hazard"]!["id"]!.ToString())];
        (await Listed("daysOverLeast=10&daysOverMost=10")).ShouldContain(late);
        (await Listed("daysOverLeast=11")).ShouldNotContain(late);
        (await Listed("daysOverMost=9")).ShouldNotContain(late);
        (await Listed("owes=ws-gov&subordinates=true")).ShouldContain(late);
        (await Listed("owes=ws-awb&subordinates=true")).ShouldNotContain(late);
        // Due by a day that was asked for besides, whatever else narrows the list.
        foreach (var besides in new[] { "", "&within=10", "&daysOverLeast=1", "&daysOverMost=3650" })
        {
            (await Listed($"dueBy={Some.InDays(-10)}{besides}")).ShouldContain(late);
            (await Listed($"dueBy={Some.InDays(-11)}{besides}")).ShouldNotContain(late);
        }
        (await service.Office.GetAsync("lists/overdue?within=3&daysOverLeast=2")).Refused(HttpStatusCode.BadRequest, "query.malformed");
    }

    [Fact]
    public async Task Words_are_understood_wherever_a_code_may_stand()
    {
        var id = await AssignedAsync(20);
        (await service.Gov.PostAsync($"hazards/{id}/legs/{U("属地")}/acknowledgement", new JsonObject())).Require(HttpStatusCode.OK);
        var plan = new JsonObject { ["parts"] = new JsonObject { [CodeList.Chinese(PlanPart.Measures)] = "更换", ["nonsense"] = "x" } };
        (await service.Gov.PostAsync($"hazards/{id}/legs/territorial/plans", plan))
            .Refused(HttpStatusCode.BadRequest, "input.unknown_code")["field"].ShouldBe("parts.nonsense");

        var twice = """{"source":"12345热线","source":"12345热线","region":"532927","sector":"city_gas","title":"a","description":"b"}""";
        (await service.Office.PostTextAsync("hazards", twice)).Refused(HttpStatusCode.BadRequest, "request.duplicate_field")["field"]
            .ShouldBe("source");
        (await service.Office.PostTextAsync("hazards", """{"source":"12345热线","title":"\ud800"}"""))
            .Refused(HttpStatusCode.BadRequest, "input.control_characters");

        var wrong =
            (await service.Office.GetAsync($"lists/overdue?body={U("没有的单位")}&nonsense=1&level=9", English)).Json["errors"]!.AsArray();
        wrong.Select(e => e!["field"]!.ToString()).ShouldBe(["body", "nonsense", "level"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_hotline_call_without_unit_and_place_is_compared_by_its_words_and_the_place_in_them()
    {
        async Task<string> CallAsync(string title, string description)
        {
            var report = With(With(Some.Report(), "title", title), "description", description);
            report.Remove("place");
            report.Remove("enterprise");
            return (await service.Office.PostAsync("hazards", report)).Require(HttpStatusCode.Created)["id"];
        }

        var one = await CallAsync("蒙化古街西口井盖缺失", "有人反映蒙化古街西口一处井盖缺失，夜间行人易坠落");
        var other = await CallAsync("加油站线路老化", "线路老化，存在安全隐患");
        var asked = await CallAsync("井盖没了", "来电称蒙化古街西口的井盖不见了，晚上容易掉下去");
        var found = (await service.Office.GetAsync($"replay/hazards/{asked}/look-alikes"))
            .Require(HttpStatusCode.OK).Json["items"]!.AsArray().Select(i => i!["hazard"]!.ToString()).ToArray();
        found.ShouldContain(one);
        found.ShouldNotContain(other);
    }

    [Fact]
    public async Task What_a_bodys_parts_owe_is_listed_with_it()
    {
        var (above, below) = ($"above-{Guid.NewGuid():n}"[..30], $"below-{Guid.NewGuid():n}"[..30]);
        foreach (var (id, parent) in new[] { (above, null), (below, above) })
            (await service.Admin.PostAsync(
                "bodies",
                new JsonObject
                {
                    ["id"] = id, ["name"] = id, ["kind"] = "government", ["region"] = Service.County, ["parent"] = parent,
                })).Require(HttpStatusCode.Created);
        var late = await AssignedAsync(-10, below);
        async Task<bool> ListedAsync(string query) =>
            (await service.Office.GetAsync($"{query}&limit=200")).Require(HttpStatusCode.OK).Json["items"]!.AsArray()
            .Any(i => (i!["hazard"]?["id"] ?? i["id"])!.ToString() == late);
        (await ListedAsync($"lists/overdue?owes={above}&subordinates=true&daysOverLeast=3&duty=rectify")).ShouldBeTrue();
        (await ListedAsync($"lists/overdue?owes={above}&daysOverLeast=3")).ShouldBeFalse();
        (await ListedAsync($"hazards?body={above}&subordinates=true")).ShouldBeTrue();
        (await ListedAsync($"hazards?body={above}")).ShouldBeFalse();
    }

    [Fact]
    public async Task The_same_words_at_once_are_one_hazard()
    {
        var report = Report();
        var key = ("Idempotency-Key", $"at-once-{Guid.NewGuid():n}");
        var keyed = Report();
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 6).Select(_ => service.Office.PostAsync("hazards?anew=false", report.DeepClone().AsObject())));
        answers.Count(a => a.Status == HttpStatusCode.Created).ShouldBe(1);
        var first = answers.Single(a => a.Status == HttpStatusCode.Created)["id"];
        foreach (var other in answers.Where(a => a.Status != HttpStatusCode.Created))
            other.Refused(HttpStatusCode.Conflict, "hazard.probable_double").Json["facts"]!["id"]!.ToString().ShouldBe(first);
        var same = await Task.WhenAll(
            Enumerable.Range(0, 6).Select(_ => service.Office.PostAsync("hazards?anew=false", keyed.DeepClone().AsObject(), key)));
        same.Select(a => a.Require(HttpStatusCode.Created)["id"]).Distinct().Count().ShouldBe(1, "the same request");
    }

    [Fact]
    public async Task An_enterprise_records_what_it_found_and_fixed_itself_and_that_is_counted_apart()
    {
        var (name, enterprise) = await EnterpriseAsync();
        JsonObject Own(string unit) => new()
        {
            ["report"] = With(With(With(Report(), "source", "selfInspection"), "enterprise", new JsonObject { ["name"] = unit }), "title", $"软管老化 {Guid.NewGuid():n}"),
            ["ownCheckFix"] = new JsonObject { ["measures"] = "更换软管" },
        };
        var before = await CountedAsync();
        var done = (await enterprise.PostAsync("hazards/entries", Own(name))).Require(HttpStatusCode.Created);
        done.Json["events"]!.AsArray().Select(e => e!["type"]!.ToString())
            .ShouldBe(["hazard_reported", "hazard_fixed_by_own_check", "hazard_closed"]);

        var broken = Own(name);
        broken["report"]!["title"] = " ";
        broken["report"]!["sector"] = "无此行业";
        var items = new JsonArray(Own(name), Own("别家公司"), broken, Own(name));
        var key = ("Idempotency-Key", $"own-{Guid.NewGuid():n}");
        var rows = (await enterprise.PostAsync("hazards/entries/batch", new JsonObject { ["items"] = items.DeepClone() }, key))
            .Require(HttpStatusCode.OK).Json["items"]!.AsArray();
        Said(rows).ShouldBe(["done", "refused own_check.not_own ownCheckFix", "refused sector.malformed report.sector", "done"]);
        rows[2]!["errors"]!.AsArray().Select(e => e!["field"]!.ToString()).ShouldBe(["report.sector", "report.title"], ignoreOrder: true);
        items[2] = Own(name);
        Said((await enterprise.PostAsync("hazards/entries/batch", new JsonObject { ["items"] = items }, key))
            .Require(HttpStatusCode.OK).Json["items"]!.AsArray())
            .ShouldBe(
                ["repeated", "refused own_check.not_own ownCheckFix", "done", "repeated"], "what was mended is entered, and nothing twice");
        var after = await CountedAsync();
        (after.Own - before.Own, after.Spot - before.Spot, after.Found - before.Found).ShouldBe((4, 0, 0));

        // What is entered as fixed ends at once; entered again it is the same, and not one more that was found and fixed.
        var twice = Own(name);
        var first = (await enterprise.PostAsync("hazards/entries", twice.DeepClone().AsObject())).Require(HttpStatusCode.Created)["id"];
        (await enterprise.PostAsync("hazards/entries", twice.DeepClone().AsObject()))
            .Refused(HttpStatusCode.Conflict, "hazard.probable_double")["detail"].ShouldContain(first);
        Said((await enterprise.PostAsync("hazards/entries/batch", new JsonObject { ["items"] = new JsonArray(twice.DeepClone(), twice.DeepClone()) })).Require(HttpStatusCode.OK).Json["items"]!.AsArray())
            .ShouldAllBe(said => said.StartsWith("refused hazard.probable_double", StringComparison.Ordinal));
        (await CountedAsync()).Own.ShouldBe(after.Own + 1);
        (await enterprise.PostAsync("hazards/entries?anew=true", twice.DeepClone().AsObject())).Require(HttpStatusCode.Created);
        after = await CountedAsync();
        var major = Own(name);
        foreach (var level in new[] { "重大", "Ⅰ级", "红色", "严重", "2级" })
        {
            major["report"]!["reportedLevel"] = level;
            (await enterprise.PostAsync("hazards/entries", major.DeepClone().AsObject()))
                .Refused(HttpStatusCode.UnprocessableEntity, "on_the_spot.level");
        }


        (await enterprise.PostAsync($"hazards/{done["id"]}/fix-withdrawal", new JsonObject { ["reason"] = "误登" }))
            .Refused(HttpStatusCode.Forbidden, "role.forbidden");
        (await service.Office.PostAsync($"hazards/{done["id"]}/fix-withdrawal", new JsonObject { ["reason"] = "没有更换" }))
            .Require(HttpStatusCode.OK).Json["stage"]!["code"]!.ToString().ShouldBe("reported");
        (await CountedAsync()).Own.ShouldBe(after.Own - 1);
        (await service.Office.PostAsync("hazards/entries", Own(name))).Refused(HttpStatusCode.Forbidden, "own_check.not_own");
    }

    [Fact]
    public async Task Every_list_is_a_file_whatever_its_rows_are_called_and_whole()
    {
        var id = await service.HazardAsync();
        foreach (var list in new[] { $"hazards/{id}/events", "codes/stages", "codes/commands", "codes/refusals", "reports", $"hazards/{id}/papers", $"figures/monthly-table/hazards?column=ungraded&provisional=true&period={ChinaTime.DateAt(DateTimeOffset.UtcNow):yyyy-MM}" })
        {
            var (path, query) = list.Split('?') is [var p, var q] ? (p, "?" + q) : (list, "");
            (await service.Office.BytesAsync($"{path}.csv{query}")).MediaType.ShouldBe("text/csv", list);
            (await service.Office.BytesAsync($"{path}.xlsx{query}")).MediaType.ShouldStartWith(
                "application/vnd.openxmlformats", Case.Sensitive, list);
        }

        Encoding.UTF8.GetString((await service.Office.BytesAsync("regions.csv")).Bytes)
            .Split("\r\n").Length.ShouldBeGreaterThan(Regions.All.Length, "more than a page");
        Encoding.UTF8.GetString((await service.Office.BytesAsync("bodies.csv")).Bytes).ShouldStartWith("\uFEFF编号,名称,类别");
    }

    private static JsonObject With(JsonObject report, string name, JsonNode value)
    {
        report[name] = value;
        return report;
    }

    private async Task<(string Name, Client Key)> EnterpriseAsync()
    {
        var (id, name) = ($"own-{Guid.NewGuid():n}"[..30], $"自查企业{Guid.NewGuid():n}");
        (await service.Admin.PostAsync(
            "bodies",
            new JsonObject
            {
                ["id"] = id, ["name"] = name, ["kind"] = "enterprise", ["region"] = Service.County,
            })).Require(HttpStatusCode.Created);
        return (name, await service.KeyAsync(id, Service.County, "reporter", "responsible"));
    }

    private static IEnumerable<string> Said(JsonArray rows) =>
        rows.Select(r => $"{r!["outcome"]!["code"]} {r["refusal"]?["code"]} {r["field"]}".Trim());

    private async Task<(long Own, long Spot, long Found)> CountedAsync()
    {
        var total = (await service.Office.GetAsync($"figures/monthly-table?period={ChinaTime.DateAt(DateTimeOffset.UtcNow):yyyy-MM}&provisional=true")).Require(HttpStatusCode.OK).Json["table"]!["total"]!;
        return (total["ownChecks"]!.GetValue<long>(), total["onTheSpot"]!.GetValue<long>(), total["foundGeneral"]!.GetValue<long>());
    }

    private async Task<string> AssignedAsync(int deadline, string territorial = "ws-gov")
    {
        var report = Report();
        report["occurredAt"] = ChinaTime.Format(DateTimeOffset.UtcNow.AddDays(-40));
        var id = (await service.Office.PostAsync("hazards", report)).Require(HttpStatusCode.Created)["id"];
        var then = ChinaTime.Format(DateTimeOffset.UtcNow.AddDays(-30));
        (await service.Office.PostAsync($"hazards/{id}/verification", new JsonObject { ["level"] = "general", ["occurredAt"] = then }))
            .Require(HttpStatusCode.OK);
        var assignment = Some.DualAssignment(Some.InDays(deadline));
        assignment["legs"]![0]!["body"] = territorial;
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
