using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Hazards.Api.Investigation.Packages;
using Hazards.Api.Proofs;
using Hazards.Api.Proofs.Auditing;
using Hazards.Domain.Codes;
using Hazards.Evidence.Proof;
using Hazards.Projections.Store;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Hazards.Api.Tests;

/// <summary>证据包: asked for, made in the background, complete, always the same bytes, only for who may have it.</summary>
[Trait("Server", "any")]
public sealed partial class EvidenceTests(Service service) : IClassFixture<Service>
{
    [Fact]
    public async Task A_life_with_everything_in_it_is_in_the_package_complete_and_proved()
    {
        var lived = await LiveAsync();
        var investigator = await service.KeyAsync("dali-awb", "5329", "investigator");
        var made = await MadeAsync(investigator, Ask(lived.Hazard, r => r["documentNumber"] = "州调〔2026〕1号"));
        made["digest"].ShouldBe(Convert.ToHexStringLower(SHA256.HashData(lived.Package = await PackageAsync(investigator, made["id"]))));
        using var zip = new ZipArchive(new MemoryStream(lived.Package));
        var manifest = JsonNode.Parse(Text(zip, "manifest.json"))!;
        manifest["made"]!["purpose"]!.ToString().ShouldBe("“11·20”事故调查");
        manifest["made"]!["document"]!.ToString().ShouldBe("州调〔2026〕1号");
        var (checkpoint, tree) = CheckpointIn(zip);
        tree.Size.ShouldBe(long.Parse(manifest["size"]!.ToString(), System.Globalization.CultureInfo.InvariantCulture));
        checkpoint["position"]!.GetValue<long>().ShouldBeLessThanOrEqualTo(tree.Size);

        // Every event of the hazard, without a gap, and its proof.
        var lines = Text(zip, $"events/{lived.Hazard}.jsonl").TrimEnd('\n').Split('\n');
        var history = (await service.Office.GetAsync($"hazards/{lived.Hazard}/events")).Json["events"]!.AsArray();
        lines.Select(l => JsonNode.Parse(l)!["id"]!.ToString()).ShouldBe(history.Select(e => e!["id"]!.ToString()));
        lines.Select(l => JsonNode.Parse(l)!["version"]!.GetValue<int>()).ShouldBe(Enumerable.Range(1, lines.Length));
        foreach (var stream in manifest["streams"]!.AsArray().Select(s => s!["id"]!.ToString()))
            Proved(zip, stream, tree);

        // The state now, as the service has it; whom it was told and who opened it; files by their digest.
        var instants = manifest["instants"]!.AsArray();
        instants.Count.ShouldBe(1);
        var state = JsonNode.Parse(
            Text(zip, zip.Entries.Single(e => e.FullName.StartsWith("states/", StringComparison.Ordinal)).FullName))!;
        state["version"]!.GetValue<int>().ShouldBe(lines.Length);
        manifest["streams"]!.AsArray().Select(s => s!["type"]!.ToString()).ShouldContain("message");
        zip.GetEntry($"attachments/{lived.Photo}.txt").ShouldNotBeNull();
        Text(zip, $"attachments/{lived.Photo}.txt").ShouldBe("现场照片");
        zip.Entries.ShouldContain(
            e => e.FullName.StartsWith("notices/", StringComparison.Ordinal) && e.FullName.EndsWith(".docx", StringComparison.Ordinal));
        zip.GetEntry("policies/national-baseline@2.json").ShouldNotBeNull();
        zip.GetEntry("calendar/0.json").ShouldNotBeNull();
        manifest["withheld"]!.AsArray().Select(w => w!["sha256"]!.ToString()).ShouldBe([lived.Missing]);

        Verified(lived.Package);

        // The sums hold, as sha256sum would check them.
        foreach (var sum in Text(zip, "SHA256SUMS").TrimEnd('\n').Split('\n').Select(l => l.Split("  ")))
            Convert.ToHexStringLower(SHA256.HashData(Bytes(zip, sum[1]))).ShouldBe(sum[0], sum[1]);
    }

    [Fact]
    public async Task The_report_cites_events_and_marks_late_entries_corrections_silence_and_what_is_missing()
    {
        var lived = await LiveAsync();
        var made = await MadeAsync(service.Supervisor, Ask(lived.Hazard));
        using var zip = new ZipArchive(new MemoryStream(await PackageAsync(service.Supervisor, made["id"])));
        var html = ReportOf(zip);
        foreach (var words in new[]
        {
            "隐患闭环管理证据报告", "“11·20”事故调查", "燃气阀井泄漏（古城南门）", "双重交办", "【补录：", "【更正：", "更正标题", "从未打开", "李科长", "未存入本系统", lived.Photo,
            lived.Missing,
            $"〔事件 {made.Json["position"]}〕", "如何核验", "指纹", made.Json["checkpoint"]!["root"]!.ToString(),
        })
            html.ShouldContain(WebUtility.HtmlEncode(words), Case.Sensitive, words);
        html.ShouldNotContain("<script");
        var docx = new ZipArchive(new MemoryStream(Bytes(zip, "report/report.docx")));
        var document = System.Xml.Linq.XDocument.Load(docx.GetEntry("word/document.xml")!.Open());
        document.Root!.Value.ShouldContain("燃气阀井泄漏（古城南门）");
        foreach (var part in docx.Entries)
            System.Xml.Linq.XDocument.Load(part.Open());
    }

    [Fact]
    public async Task What_was_reported_is_cited_as_it_was_reported_and_what_was_corrected_as_a_correction()
    {
        var lived = await LiveAsync();
        var made = await MadeAsync(service.Supervisor, Ask(lived.Hazard));
        using var zip = new ZipArchive(new MemoryStream(await PackageAsync(service.Supervisor, made["id"])));
        var (html, lines) = (ReportOf(zip),
            Text(zip, $"events/{lived.Hazard}.jsonl").TrimEnd('\n').Split('\n').Select(l => JsonNode.Parse(l)!).ToArray());
        long At(string type) => lines.Last(l => l["type"]!.ToString() == type)["position"]!.GetValue<long>();
        var (reported, corrected) = (At("hazard_reported"), At("hazard_corrected"));
        html.ShouldContain($"<td>燃气阀井泄漏〔事件 {reported}〕<br>更正标题：“燃气阀井泄漏”改为“燃气阀井泄漏（古城南门）”〔事件 {corrected}〕</td>");
        html.ShouldContain($"<td>一般隐患〔事件 {At("hazard_verified")}〕</td>");
        html.ShouldContain($"燃气阀井泄漏（古城南门）〔事件 {corrected}〕</a>");
        html.ShouldNotContain($"燃气阀井泄漏（古城南门）〔事件 {reported}〕");
    }

    [Theory]
    [InlineData("report/report.html", "从未打开", "已经打开")]
    [InlineData("report/report.html", "事故调查", "例行检查")]
    [InlineData("report/report.html", "如何核验", "不必核验")]
    [InlineData("word/document.xml", "从未打开", "已经打开")]
    [InlineData("word/styles.xml", "Cell", "Hide")]
    [InlineData("report/note.html", "", "一切都好")]
    public async Task Prose_that_the_holder_of_the_log_s_key_rewrote_is_found(string entry, string words, string instead)
    {
        var lived = await LiveAsync();
        var made = await MadeAsync(service.Supervisor, Ask(lived.Hazard));
        var package = await PackageAsync(service.Supervisor, made["id"]);
        using var zip = new ZipArchive(new MemoryStream(package));
        var forged = await ForgedAsync(
            zip,
            (name, bytes) =>
                name == entry ? Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bytes).Replace(words, instead, StringComparison.Ordinal))
            : name == "report/report.docx" && entry.StartsWith("word/", StringComparison.Ordinal)
            ? Docx(bytes, entry, words, instead)
            : bytes,
            entry == "report/note.html" ? (entry, Encoding.UTF8.GetBytes(instead)) : null);
        var verification = Checked(forged);
        var code = entry == "report/note.html" ? "package.unexpected" : "report.differs";
        verification.Checks.Where(c => c.Outcome == Hazards.Evidence.CheckOutcome.Fails)
            .ShouldHaveSingleItem().Code.ShouldBe(code, string.Join("\n", verification.Checks));
        Checked(await ForgedAsync(zip, (_, bytes) => bytes, null)).Fits.ShouldBeTrue();
    }

    /// <summary>A page that passes for one of another version is said not to be compared.</summary>
    [Fact]
    public async Task A_report_in_other_words_is_said_not_to_be_proved()
    {
        var made = await MadeAsync(service.Supervisor, Ask(await service.HazardAsync()));
        using var zip = new ZipArchive(new MemoryStream(await PackageAsync(service.Supervisor, made["id"])));
        var forged = await ForgedAsync(zip, (name, bytes) => name == "report/report.html" ? "<p>一切都好</p>"u8.ToArray() : bytes, null);
        Checked(forged).Checks.Single(c => c.Name == "report").Outcome.ShouldBe(Hazards.Evidence.CheckOutcome.NotMade);
    }

    [Fact]
    public async Task A_download_that_breaks_off_goes_on_where_it_stopped_and_gives_the_same_bytes()
    {
        var made = await MadeAsync(service.Office, Ask(await service.HazardAsync(Stage.Assigned)));
        var whole = await PackageAsync(service.Office, made["id"]);
        var path = $"evidence/{made["id"]}/package";
        var gathered = new MemoryStream();
        for (var from = 0; from < whole.Length; from += 7001)
        {
            var (part, bytes) = await RangeAsync(path, $"bytes={from}-{from + 7000}");
            part.StatusCode.ShouldBe(HttpStatusCode.PartialContent);
            part.Content.Headers.ContentRange!.Length.ShouldBe(whole.Length);
            gathered.Write(bytes);
        }

        gathered.ToArray().ShouldBe(whole);
        var tag = $"\"{made["digest"]}\"";
        (await RangeAsync(path, "bytes=-22")).Bytes.ShouldBe(whole[^22..]);
        (await RangeAsync(path, $"bytes={whole.Length - 5}-")).Bytes.ShouldBe(whole[^5..]);
        (await RangeAsync(path, "bytes=10-19", ("If-Range", tag))).Bytes.ShouldBe(whole[10..20]);
        // Another file than the one begun with, several ranges at once, other units: the whole.
        (await RangeAsync(path, "bytes=10-19", ("If-Range", "\"other\""))).Bytes.ShouldBe(whole);
        (await RangeAsync(path, "bytes=0-1,5-6")).Bytes.ShouldBe(whole);
        var answer = await service.Office.GetAsync(path, ("If-None-Match", tag));
        answer.Status.ShouldBe(HttpStatusCode.NotModified);
        answer.Headers.ETag!.Tag.ShouldBe(tag);
        var beyond = await service.Office.GetAsync(path, ("Range", $"bytes={whole.Length}-"));
        beyond.Refused(HttpStatusCode.RequestedRangeNotSatisfiable, "evidence.range").ContentHeaders.ContentRange!.ToString()
            .ShouldBe($"bytes */{whole.Length}");
        (await service.Office.GetAsync(path, ("Range", "bytes=9-3"))).Status.ShouldBe(HttpStatusCode.OK);
        // And every one of them is on record.
        var downloads = int.Parse(
            (await service.Office.GetAsync($"evidence/{made["id"]}"))["downloads"], System.Globalization.CultureInfo.InvariantCulture);
        downloads.ShouldBe(1 + (whole.Length + 7000) / 7001 + 6);
    }

    [Fact]
    public async Task Only_who_may_have_it_gets_it()
    {
        var id = await service.HazardAsync();
        (await service.Gov.PostAsync("evidence", Ask(id))).Refused(HttpStatusCode.Forbidden, "evidence.role");
        (await service.Elsewhere.PostAsync("evidence", Ask(id)))
            .Refused(HttpStatusCode.UnprocessableEntity, "evidence.hazards_unknown")["field"].ShouldBe("hazards");
        var prefecture = await service.KeyAsync("dali-awb", "5329", "investigator");
        var made = await MadeAsync(prefecture, Ask(id));
        // Asked for by the prefecture: the county does not hear of it, nor does another one.
        foreach (var other in new[] { service.Office, service.Elsewhere })
        {
            (await other.GetAsync($"evidence/{made["id"]}")).Refused(HttpStatusCode.NotFound, "evidence.not_found");
            (await other.GetAsync($"evidence/{made["id"]}/package")).Refused(HttpStatusCode.NotFound, "evidence.not_found");
            (await other.GetAsync("evidence")).Require(HttpStatusCode.OK).Text.ShouldNotContain(made["id"]);
        }

        (await service.Gov.GetAsync("evidence")).Refused(HttpStatusCode.Forbidden, "evidence.role");
        (await prefecture.GetAsync("evidence")).Require(HttpStatusCode.OK).Text.ShouldContain(made["id"]);
    }

    [Fact]
    public async Task Bad_requests_are_refused_with_what_where_and_how_to_mend()
    {
        var id = await service.HazardAsync();
        async Task Refused(string code, string field, Action<JsonObject> change, HttpStatusCode status = HttpStatusCode.UnprocessableEntity)
        {
            var ask = Ask(id);
            change(ask);
            (await service.Office.PostAsync("evidence", ask)).Refused(status, code)["field"].ShouldBe(field);
        }

        await Refused("input.missing", "reason", r => r.Remove("reason"), HttpStatusCode.BadRequest);
        await Refused("evidence.nothing_asked", "hazards", r => r.Remove("hazards"), HttpStatusCode.BadRequest);
        await Refused("evidence.filter_empty", "filter", r => r["filter"] = new JsonObject(), HttpStatusCode.BadRequest);
        await Refused("evidence.hazards_unknown", "hazards", r => r["hazards"] = new JsonArray(Guid.NewGuid().ToString("D")));
        await Refused("input.duplicate", "hazards", r => r["hazards"] = new JsonArray(id, id), HttpStatusCode.BadRequest);
        await Refused(
            "evidence.too_many_hazards", "hazards",
            r => r["hazards"] = new JsonArray(
                [.. Enumerable.Range(0, EvidenceDesk.MostHazards + 1).Select(_ => (JsonNode)Guid.NewGuid().ToString("D"))]));
        await Refused(
            "evidence.outside_jurisdiction", "filter.region", r => r["filter"] = new JsonObject { ["region"] = "1101" },
            HttpStatusCode.Forbidden);
        await Refused(
            "evidence.period_reversed", "from", r => (r["from"], r["to"]) = ("2026-03-02", "2026-03-01"), HttpStatusCode.BadRequest);
        await Refused(
            "evidence.period_reversed", "filter.foundFrom",
            r => r["filter"] = new JsonObject { ["foundFrom"] = "2026-03-02", ["foundTo"] = "2026-03-01" }, HttpStatusCode.BadRequest);
        await Refused("evidence.instant_future", "instants", r => r["instants"] = new JsonArray("2126-01-01T00:00:00+08:00"));
        await Refused("evidence.instant_before", "instants", r => r["instants"] = new JsonArray("1999-01-01T00:00:00+08:00"));
        await Refused("instant.malformed", "instants[0]", r => r["instants"] = new JsonArray("2026-01-01"), HttpStatusCode.BadRequest);
        await Refused("proof.no_tree", "hash", r => r["hash"] = "sm3", HttpStatusCode.NotFound);
        await Refused("request.unknown_field", "hazard", r => r["hazard"] = id, HttpStatusCode.BadRequest);
        await Refused("evidence.nothing_found", "filter", r =>
        {
            r.Remove("hazards");
            r["filter"] = new JsonObject { ["enterprise"] = "91350100M000100Y43" };
        });
        (await service.Office.GetAsync("evidence?cursor=nonsense")).Refused(HttpStatusCode.BadRequest, "cursor.invalid");
        (await service.Office.GetAsync($"evidence/{Guid.NewGuid()}")).Refused(HttpStatusCode.NotFound, "evidence.not_found");
        (await service.Office.GetAsync("evidence/abc/package")).Refused(HttpStatusCode.NotFound, "evidence.not_found");
    }

    [Fact]
    public async Task The_same_request_sent_twice_is_one_package_and_another_under_its_key_is_refused()
    {
        var id = await service.HazardAsync();
        var key = ("Idempotency-Key", Guid.NewGuid().ToString());
        var asked = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => service.Office.PostAsync("evidence", Ask(id), key)));
        asked.ShouldAllBe(a => a.Status == HttpStatusCode.Accepted);
        asked.Select(a => a["id"]).Distinct().ShouldHaveSingleItem();
        asked[0].Headers.Location!.ToString().ShouldBe($"/api/v1/evidence/{asked[0]["id"]}");
        (await service.Office.PostAsync("evidence", Ask(id, r => r["reason"] = "另一事由"), key))
            .Refused(HttpStatusCode.Conflict, "idempotency.key_reused");
        await ReadyAsync(service.Office, asked[0]["id"]);
        (await StoryAsync(asked[0]["id"])).ShouldBe(["evidence_requested", "evidence_counted", "evidence_made"]);
    }

    [Fact]
    public async Task Hazards_are_chosen_by_enterprise_body_and_dates_and_the_list_goes_on_page_by_page()
    {
        var report = Some.Report();
        report["enterprise"] = new JsonObject { ["name"] = "巍山燃气公司", ["creditCode"] = "91530000MA6K000034" };
        var code = CreditOf(report);
        var first = (await service.Office.PostAsync("hazards", report)).Require(HttpStatusCode.Created)["id"];
        var second = (await service.Office.PostAsync("hazards", report)).Require(HttpStatusCode.Created)["id"];
        var assigned = await service.HazardAsync(Stage.Assigned);
        var byEnterprise = await MadeAsync(
            service.Office, Ask(null, r => r["filter"] = new JsonObject { ["enterprise"] = code, ["recordedFrom"] = Some.InDays(0) }));
        byEnterprise.Json["hazardIds"]!.AsArray().Select(h => h!.ToString()).ShouldBe([first, second]);
        var byBody = await MadeAsync(
            service.Office,
            Ask(
                first,
                r => r["filter"] = new JsonObject { ["body"] = "ws-gas", ["foundFrom"] = Some.InDays(-1), ["foundTo"] = Some.InDays(0) }));
        byBody.Json["hazardIds"]!.AsArray().Select(h => h!.ToString()).ShouldContain(assigned);
        byBody.Json["hazardIds"]!.AsArray().Select(h => h!.ToString()).ShouldContain(first);
        var page = (await service.Office.GetAsync("evidence?limit=1")).Require(HttpStatusCode.OK);
        page.Json["items"]![0]!["id"]!.ToString().ShouldBe(byBody["id"]);
        var next = (await service.Office.GetAsync($"evidence?limit=1&cursor={page["next"]}")).Require(HttpStatusCode.OK);
        next.Json["items"]![0]!["id"]!.ToString().ShouldBe(byEnterprise["id"]);
        var before = DateTimeOffset.Parse(byBody["requestedAt"], System.Globalization.CultureInfo.InvariantCulture)
            .AddTicks(-10).UtcDateTime.ToString("O");
        (await service.Office.GetAsync($"evidence?limit=1&asOf={before}")).Json["items"]![0]!["id"]!.ToString()
            .ShouldBe(byEnterprise["id"]);
    }

    /// <summary>What once was the enterprise's or lay in the region, and what was merged with it, is evidence of it.</summary>
    [Fact]
    public async Task What_was_corrected_away_and_what_was_merged_is_in_the_package()
    {
        const string code = "91532927MA6K0ABG3N", other = "91532927MA6K0ABC09";
        await service.BodyAsync("zj-dl", "大理州安委办", "committeeOffice", "5329");
        var prefecture = await service.KeyAsync("zj-dl", "5329", "coordinator", "investigator");
        var report = Some.Report();
        report["enterprise"] = new JsonObject { ["name"] = "证据燃气公司", ["creditCode"] = code };
        var (own, corrected) = (await ReportedAsync(report), await ReportedAsync(report));
        report.Remove("enterprise");
        var (citizens, first, moved) = (await ReportedAsync(report), await ReportedAsync(report), await ReportedAsync(report));
        foreach (var (from, into) in new[] { (first, citizens), (citizens, own) })
            (await service.Office.PostAsync($"hazards/{from}/merge", new() { ["into"] = into, ["reason"] = "同一处" }))
                .Require(HttpStatusCode.OK);
        (await service.Office.PostAsync(
            $"hazards/{corrected}/corrections", new() { ["field"] = "enterpriseCreditCode", ["to"] = other, ["reason"] = "录错" }))
            .Require(HttpStatusCode.OK);
        (await prefecture.PostAsync(
            $"hazards/{moved}/corrections", new() { ["field"] = "region", ["to"] = "532930", ["reason"] = "录错" }))
            .Require(HttpStatusCode.OK);
        (await ChosenAsync(service.Office, new() { ["enterprise"] = code })).ShouldBe([own, corrected, citizens, first], ignoreOrder: true);
        (await ChosenAsync(service.Office, new() { ["enterprise"] = other })).ShouldBe([corrected]);
        var region = new JsonObject { ["region"] = Service.County, ["recordedFrom"] = Some.InDays(0) };
        (await ChosenAsync(prefecture, region)).ShouldContain(moved);
        (await ChosenAsync(service.Office, region)).ShouldNotContain(moved, "it is out of sight");
        (await ChosenAsync(prefecture, new() { ["region"] = "532930", ["recordedFrom"] = Some.InDays(0) })).ShouldBe([moved]);

        async Task<string> ReportedAsync(JsonObject of) =>
            (await service.Office.PostAsync("hazards", of)).Require(HttpStatusCode.Created)["id"];

        async Task<string[]> ChosenAsync(Client by, JsonObject filter) =>
            [.. (await MadeAsync(by, Ask(null, r => r["filter"] = filter.DeepClone())))
                .Json["hazardIds"]!.AsArray().Select(h => h!.ToString())];
    }

    [Fact]
    public async Task Personal_data_is_sealed_in_a_package_unless_its_disclosure_was_asked_for_by_right()
    {
        var report = Some.Report();
        report["reporter"] = new JsonObject { ["name"] = "钱某某", ["phone"] = "13812345678", ["secret"] = true };
        var id = (await service.Office.PostAsync("hazards", report, ("Idempotency-Key", Guid.NewGuid().ToString())))
            .Require(HttpStatusCode.Created)["id"];
        var investigator = await service.KeyAsync("ws-awb", Service.County, "investigator");
        var person = (await investigator.GetAsync($"hazards/{id}/persons"))
            .Require(HttpStatusCode.OK).Json["persons"]![0]!["person"]!.ToString();
        var made = await MadeAsync(investigator, Ask(id));
        var package = await PackageAsync(investigator, made["id"]);
        Encoding.UTF8.GetString(package).ShouldNotContain("钱某某");
        Encoding.UTF8.GetString(package).ShouldNotContain("13812345678");
        using (var without = new ZipArchive(new MemoryStream(package)))
            without.Entries.ShouldNotContain(e => e.FullName.StartsWith("persons/", StringComparison.Ordinal));
        Verified(package);
        // Who may not see the whistle-blower is not told that there is one.
        (await service.Supervisor.PostAsync("evidence", Ask(id, r => r["disclose"] = new JsonArray(person))))
            .Refused(HttpStatusCode.NotFound, "person.not_found")["field"].ShouldBe("disclose");
        (await investigator.PostAsync("evidence", Ask(id, r => r["disclose"] = new JsonArray(Guid.NewGuid().ToString("D")))))
            .Refused(HttpStatusCode.NotFound, "person.not_found");
        var open = await MadeAsync(investigator, Ask(id, r => r["disclose"] = new JsonArray(person)));
        using var with = new ZipArchive(new MemoryStream(await PackageAsync(investigator, open["id"])));
        JsonNode.Parse(Text(with, $"persons/{person}.json"))!["data"]!["name"]!.ToString().ShouldBe("钱某某");
        Text(with, "report/report.html").ShouldNotContain("钱某某");
    }

    /// <summary>What a package discloses is for who may see it when it is taken; nobody else knows of one with whistle-blowers.</summary>
    [Fact]
    public async Task A_package_that_discloses_persons_is_given_to_who_may_see_them_and_the_looks_are_on_record()
    {
        var (hazard, person) = await ToldAsync(secret: true);
        var investigator = await service.KeyAsync("ws-awb", Service.County, "investigator");
        var open = (await MadeAsync(investigator, Ask(hazard, r => r["disclose"] = new JsonArray(person))))["id"];
        foreach (var by in new[] { service.Supervisor, service.Office })
        {
            foreach (var path in new[] { $"evidence/{open}", $"evidence/{open}/package" })
                (await by.GetAsync(path)).Refused(HttpStatusCode.NotFound, "evidence.not_found");
            (await by.SendAsync(HttpMethod.Post, $"evidence/{open}/verification", null))
                .Refused(HttpStatusCode.NotFound, "evidence.not_found");
            (await by.GetAsync("evidence?limit=200")).Require(HttpStatusCode.OK).Text.ShouldNotContain(open);
        }

        (await investigator.GetAsync("evidence?limit=200")).Text.ShouldContain(open);
        async Task<int> LooksAsync() => (await investigator.GetAsync($"hazards/{hazard}/access?limit=200")).Require(HttpStatusCode.OK)
            .Json["items"]!.AsArray().Count(e => e!["event"]!["code"]!.ToString() == "personal_data_viewed");
        var before = await LooksAsync();
        await PackageAsync(investigator, open);
        (await LooksAsync()).ShouldBe(before + 1);

        // Of who is no whistle-blower, the role is told that is missing.
        (hazard, person) = await ToldAsync(secret: false);
        var enforcer = await service.KeyAsync("ws-awb", Service.County, "investigator", "enforcer");
        await WitnessAsync(hazard);
        var witness = (await enforcer.GetAsync($"hazards/{hazard}/persons")).Json["persons"]!.AsArray()
            .Single(p => p!["kind"]!["code"]!.ToString() == "witness")!["person"]!.ToString();
        open = (await MadeAsync(enforcer, Ask(hazard, r => r["disclose"] = new JsonArray(person, witness))))["id"];
        (await service.Supervisor.GetAsync($"evidence/{open}/package")).Refused(HttpStatusCode.Forbidden, "person.role");
    }

    /// <summary>By all roles of who asked: one may let him ask for packages, and another see the person.</summary>
    [Fact]
    public async Task Who_may_see_a_person_by_another_role_than_he_asks_by_has_the_person_disclosed()
    {
        var (hazard, person) = await ToldAsync(secret: true);
        var both = await service.KeyAsync("ws-awb", Service.County, "coordinator", "enforcer");
        var open = await MadeAsync(both, Ask(hazard, r => r["disclose"] = new JsonArray(person)));
        using var zip = new ZipArchive(new MemoryStream(await PackageAsync(both, open["id"])));
        JsonNode.Parse(Text(zip, $"persons/{person}.json"))!["data"]!["name"]!.ToString().ShouldBe("钱某某");
    }

    /// <summary>The shelf holds nothing of a person in clear; with the person's key the packages that are kept go, too.</summary>
    [Fact]
    public async Task What_is_disclosed_lies_sealed_on_the_shelf_and_is_gone_with_the_person()
    {
        var (hazard, person) = await ToldAsync(secret: false);
        var open = (await MadeAsync(service.Office, Ask(hazard, r => r["disclose"] = new JsonArray(person))))["id"];
        var package = await PackageAsync(service.Office, open);
        (await InClearAsync()).ShouldBe(0);
        Verified(package);

        // As one of before this was built left it: sealed by the next round, and the same bytes as ever.
        using (var zip = new ZipArchive(new MemoryStream(package)))
            await ExecuteAsync(
                "update evidence.chunks set bytes = $1 where package = $2 and number between 9000000000000 and 9999999999999",
                Encoding.UTF8.GetBytes(Text(zip, $"persons/{person}.json")), Guid.Parse(open));
        (await InClearAsync()).ShouldBe(1);
        (await PackageAsync(service.Office, open)).ShouldBe(package);
        var pieces = service.Services.GetRequiredService<DisclosedPieces>();
        (await pieces.SealLeftAsync(default)).ShouldBe(1);
        (await pieces.SealLeftAsync(default)).ShouldBe(0);
        (await InClearAsync()).ShouldBe(0);
        (await PackageAsync(service.Office, open)).ShouldBe(package);

        var erasure = new JsonObject { ["reason"] = "撤回同意", ["documentNumber"] = "武政办〔2026〕9号" };
        (await service.Admin.PostAsync($"persons/{person}/erasure", erasure)).Require(HttpStatusCode.OK);
        (await service.Office.GetAsync($"evidence/{open}/package")).Refused(HttpStatusCode.Gone, "person.erased");
        (await service.Office.GetAsync($"evidence/{open}/package", ("Range", "bytes=10-20"))).Refused(HttpStatusCode.Gone, "person.erased");
        (await service.Office.SendAsync(HttpMethod.Post, $"evidence/{open}/verification", null))
            .Refused(HttpStatusCode.Gone, "person.erased");
        (await service.Office.GetAsync($"evidence/{open}")).Require(HttpStatusCode.OK);
        (await service.Office.PostAsync("evidence", Ask(hazard, r => r["disclose"] = new JsonArray(person))))
            .Refused(HttpStatusCode.Gone, "person.erased")["field"].ShouldBe("disclose");
        var report = await service.Services.GetRequiredService<AuditDesk>().RunAsync(AuditOrder.Full, 1, null, default);
        report.Findings.ShouldNotContain(f => f.Stream == Guid.Parse(open), "what nobody can open any more was not altered");

        async Task<long> InClearAsync()
        {
            await using var command = service.Owner.CreateCommand(
                "select count(*) from evidence.chunks where position(convert_to('钱某某', 'UTF8') in bytes) > 0");
            return (long)(await command.ExecuteScalarAsync())!;
        }
    }

    private async Task ExecuteAsync(string sql, params object[] values)
    {
        await using var command = service.Owner.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        await command.ExecuteNonQueryAsync();
    }

    private async Task WitnessAsync(string hazard) => (await service.Enforcer.PostAsync(
        $"hazards/{hazard}/witnesses", new JsonObject { ["name"] = "孙某某", ["statement"] = "看见漏气" })).Require(HttpStatusCode.OK);

    /// <summary>A hazard with who told of it.</summary>
    private async Task<(string Hazard, string Person)> ToldAsync(bool secret)
    {
        var report = Some.Report();
        report["reporter"] = new JsonObject { ["name"] = "钱某某", ["phone"] = "13812345678", ["secret"] = secret };
        var id = (await service.Office.PostAsync("hazards", report, ("Idempotency-Key", Guid.NewGuid().ToString())))
            .Require(HttpStatusCode.Created)["id"];
        var investigator = await service.KeyAsync("ws-awb", Service.County, "investigator");
        return (id, (await investigator.GetAsync($"hazards/{id}/persons"))
            .Require(HttpStatusCode.OK).Json["persons"]![0]!["person"]!.ToString());
    }

    [Fact]
    public async Task Withheld_files_are_named_and_not_enclosed()
    {
        var lived = await LiveAsync();
        var made = await MadeAsync(service.Office, Ask(lived.Hazard, r => r["files"] = "withhold"));
        using var zip = new ZipArchive(new MemoryStream(await PackageAsync(service.Office, made["id"])));
        zip.Entries.ShouldNotContain(e => e.FullName.StartsWith("attachments/", StringComparison.Ordinal)
            || e.FullName.StartsWith("notices/", StringComparison.Ordinal));
        JsonNode.Parse(Text(zip, "manifest.json"))!["withheld"]!.AsArray().Select(w => w!["sha256"]!.ToString()).ShouldContain(lived.Photo);
    }

    [Fact]
    public async Task A_maker_that_dies_half_way_leaves_the_rest_to_the_next_and_the_package_is_whole()
    {
        await using var own = new OwnService(o => o with { Jobs = false });
        await own.InitializeAsync();
        await Task.WhenAll(Enumerable.Range(0, 130).Select(_ => own.Service.HazardAsync()));
        var asked = (await own.Service.Office.PostAsync(
            "evidence", Ask(null, r => r["filter"] = new JsonObject { ["region"] = Service.County }))).Require(HttpStatusCode.Accepted);
        asked.Json["state"]!["code"]!.ToString().ShouldBe("waiting");
        (await own.Service.Office.GetAsync($"evidence/{asked["id"]}/package")).Refused(HttpStatusCode.Conflict, "evidence.not_ready");
        var id = Guid.Parse(asked["id"]);

        // Stopped after the first batch; then its connection cut after the second, as a kill -9 does; then one goes on to the end.
        await using (var first = own.Maker())
            await Should.ThrowAsync<OperationCanceledException>(() => first.MakeAsync(id, (_, stop) => stop.Cancel()));
        var half = await own.Service.Office.GetAsync($"evidence/{id}");
        half.Json["state"]!["code"]!.ToString().ShouldBe("making");
        half.Json["progress"]!["done"]!.ToString().ShouldBe("50");
        await using (var second = own.Maker())
            await Should.ThrowAsync<Exception>(() => second.MakeAsync(id, (_, _) => own.CutAsync().GetAwaiter().GetResult()));
        (await own.Service.Office.GetAsync($"evidence/{id}")).Json["progress"]!["done"]!.ToString().ShouldBe("100");
        await using (var third = own.Maker())
            (await third.MakeAsync(id)).ShouldBeTrue();
        await ReadyAsync(own.Service.Office, asked["id"]);
        Verified(await PackageAsync(own.Service.Office, asked["id"]));
        await using (var late = own.Maker())
            (await late.MakeAsync(id)).ShouldBeFalse();
        (await own.StoryAsync(id)).ShouldBe(["evidence_requested", "evidence_counted", "evidence_made", "evidence_downloaded"]);
    }

    [Fact]
    public async Task However_many_nodes_are_at_it_a_package_is_made_once()
    {
        await using var own = new OwnService(o => o with { Jobs = false });
        await own.InitializeAsync();
        await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => own.Service.HazardAsync()));
        var asked = (await own.Service.Office.PostAsync(
            "evidence", Ask(null, r => r["filter"] = new JsonObject { ["region"] = Service.County }))).Require(HttpStatusCode.Accepted);
        var makers = Enumerable.Range(0, 4).Select(_ => own.Maker()).ToArray();
        var made = await Task.WhenAll(makers.Select(m => Task.Run(() => m.MakeAsync(Guid.Parse(asked["id"])))));
        made.Count(m => m).ShouldBe(1);
        foreach (var maker in makers)
            await maker.DisposeAsync();
        (await own.StoryAsync(Guid.Parse(asked["id"]))).ShouldBe(["evidence_requested", "evidence_counted", "evidence_made"]);
        Verified(await PackageAsync(own.Service.Office, asked["id"]));
    }

    [Fact]
    public async Task What_was_noted_and_never_came_to_be_is_forgotten_and_what_came_is_made()
    {
        await using var own = new OwnService(o => o with { Jobs = false });
        await own.InitializeAsync();
        var asked = (await own.Service.Office.PostAsync("evidence", Ask(await own.Service.HazardAsync()))).Require(HttpStatusCode.Accepted);
        // As if the process had died between the log and the shelf.
        await own.ExecuteAsync($"update evidence.packages set position = null, requested_at = null where id = '{asked["id"]}'");
        await own.ExecuteAsync($"insert into evidence.packages (id, region, request, asked, hazards, stored_at) select '{Guid.NewGuid()}', region, request, asked, hazards, now() - interval '1 day' from evidence.packages");
        foreach (var left in await own.Service.Services.GetRequiredService<PackageShelf>().LeftAsync(TimeSpan.Zero, CancellationToken.None))
            await own.Service.Services.GetRequiredService<IPackageJob>().RunAsync(left, 1, CancellationToken.None);
        await ReadyAsync(own.Service.Office, asked["id"]);
        (await own.Service.Office.GetAsync("evidence")).Json["items"]!.AsArray().Count.ShouldBe(1);
        (await own.Service.Services.GetRequiredService<PackageShelf>().UnfinishedAsync(CancellationToken.None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_was_altered_behind_the_service_s_back_is_not_packed_as_evidence()
    {
        await using var own = new OwnService();
        await own.InitializeAsync();
        var id = await own.Service.HazardAsync(Stage.Assigned);
        await MadeAsync(own.Service.Office, Ask(id));
        await using (var alter = own.Service.Owner.CreateCommand($"""
            alter table log.mt_events disable trigger user;
            update log.mt_events set data = jsonb_set(data, '{"{title}"}', '"无隐患"') where stream_id = '{id}' and version = 1
            """))
            await alter.ExecuteNonQueryAsync();
        var asked = (await own.Service.Office.PostAsync("evidence", Ask(id))).Require(HttpStatusCode.Accepted);
        var ended = await EndedAsync(own.Service.Office, asked["id"]);
        ended["state"].ShouldContain("failed");
        ended["failure"].ShouldContain("改动");
        (await own.Service.Office.GetAsync($"evidence/{asked["id"]}/package")).Refused(HttpStatusCode.Conflict, "evidence.failed");
    }

    [Fact]
    public async Task Bytes_that_were_altered_are_never_sent_and_said_to_be_by_a_code()
    {
        var content = Encoding.UTF8.GetBytes($"现场记录 {Guid.NewGuid()}");
        var digest = (await service.Office.SendAsync(
            HttpMethod.Post, "files",
            new ByteArrayContent(content) { Headers = { ContentType = new MediaTypeHeaderValue("text/plain") } }))
                .Require(HttpStatusCode.Created)["digest"];
        var report = Some.Report();
        report["attachments"] = new JsonArray(new JsonObject { ["digest"] = digest, ["name"] = "记录.txt", ["mediaType"] = "text/plain" });
        var id = (await service.Office.PostAsync("hazards", report)).Require(HttpStatusCode.Created)["id"];
        var (first, second) = (await MadeAsync(service.Office, Ask(id)), await MadeAsync(service.Office, Ask(id)));
        var path = $"evidence/{first["id"]}/package";
        var (answer, bytes) = await RangeAsync(path, "bytes=0-");
        answer.Headers.GetValues("Repr-Digest").ShouldHaveSingleItem()
            .ShouldBe($"sha-256=:{Convert.ToBase64String(SHA256.HashData(bytes))}:");

        // The digest of the bytes that lie there now, which is no longer that of the log; the other package was not looked at yet.
        await ExecuteAsync($"""
            alter table files.blobs disable trigger user;
            update files.blobs set bytes = set_byte(bytes, 0, 33) where digest = decode('{digest}', 'hex');
            alter table files.blobs enable trigger user
            """);
        var altered = (await service.Office.GetAsync($"evidence/{second["id"]}/package"))
            .Refused(HttpStatusCode.Conflict, "evidence.altered");
        altered.Json["facts"]!["name"]!.ToString().ShouldBe($"attachments/{digest}.txt");
        altered.Headers.Contains("Repr-Digest").ShouldBeFalse();
        // One that had been compared just before breaks off before its end.
        await Should.ThrowAsync<HttpRequestException>(() => PackageAsync(service.Office, first["id"]));
        (await service.Office.GetAsync($"files/{digest}")).Refused(HttpStatusCode.Conflict, "file.altered")["facts"].ShouldContain(digest);
        var third = await MadeAsync(service.Office, Ask(id));
        using var zip = new ZipArchive(new MemoryStream(await PackageAsync(service.Office, third["id"])));
        JsonNode.Parse(Text(zip, "manifest.json"))!["withheld"]!.AsArray()
            .Single(w => w!["sha256"]!.ToString() == digest)!["reason"]!.ToString().ShouldStartWith("file.altered");

        var fourth = await MadeAsync(service.Office, Ask(id));
        await ExecuteAsync($"update evidence.chunks set bytes = set_byte(bytes, 3, 33) where package = '{fourth["id"]}' and number = (select number from evidence.parts where package = '{fourth["id"]}' and name = 'report/report.html') and n = 0");
        (await service.Office.GetAsync($"evidence/{fourth["id"]}/package")).Refused(HttpStatusCode.Conflict, "evidence.altered")
            .Json["facts"]!["name"]!.ToString().ShouldBe("report/report.html");
    }

    // ---- helpers ----

    private async Task ExecuteAsync(string sql)
    {
        await using var command = service.Owner.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Signed anew by the log's own key, with whatever content.</summary>
    private async Task<byte[]> ForgedAsync(ZipArchive zip, Func<string, byte[], byte[]> change, (string Name, byte[] Bytes)? added)
    {
        var manifest = Hazards.Evidence.Manifest.Read(Bytes(zip, "manifest.json"));
        var parts = manifest.Entries.Skip(1).Select(e => Hazards.Evidence.PackagePart.Of(e.Name, change(e.Name, Bytes(zip, e.Name))))
            .ToList();
        if (added is var (name, bytes))
            parts.Add(Hazards.Evidence.PackagePart.Of(name, bytes));
        Hazards.Evidence.ManifestNote? text = null;
        Hazards.Evidence.PackageWriter.Assemble(manifest with { Entries = [] }, parts, note => (text = note).ToNote());
        var (signed, _) = await service.Services.GetRequiredService<CheckpointDesk>()
            .SignTextAsync(TreeHash.Sha256, text!.ToString(), default);
        using var output = new MemoryStream();
        await Hazards.Evidence.PackageWriter.Assemble(manifest with { Entries = [] }, parts, _ => signed!).WriteAsync(output);
        return output.ToArray();
    }

    private static byte[] Docx(byte[] docx, string entry, string words, string instead)
    {
        using var read = new ZipArchive(new MemoryStream(docx));
        using var copy = new MemoryStream();
        using (var write = new ZipArchive(copy, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var part in read.Entries)
            {
                using var content = write.CreateEntry(part.FullName).Open();
                var text = Text(read, part.FullName);
                content.Write(
                    Encoding.UTF8.GetBytes(part.FullName == entry ? text.Replace(words, instead, StringComparison.Ordinal) : text));
            }
        return copy.ToArray();
    }

    private static Hazards.Evidence.Verification Checked(byte[] package)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, package);
            return Hazards.Evidence.PackageVerifier.Verify(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>By the tool that whoever gets it uses.</summary>
    private static void Verified(byte[] package)
    {
        var verification = Checked(package);
        verification.Fits.ShouldBeTrue(string.Join("\n", verification.Checks));
        foreach (var proved in new[] { "request", "whole", "report" })
            verification.Checks.Single(c => c.Name == proved).Outcome.ShouldBe(Hazards.Evidence.CheckOutcome.Holds, proved);
    }

    private static JsonObject Ask(string? hazard, Action<JsonObject>? change = null)
    {
        var ask = new JsonObject { ["reason"] = "“11·20”事故调查", ["actor"] = "调查员 赵某" };
        if (hazard is not null)
            ask["hazards"] = new JsonArray(hazard);
        change?.Invoke(ask);
        return ask;
    }

    private static async Task<Answer> MadeAsync(Client client, JsonObject ask)
    {
        var asked = (await client.PostAsync("evidence", ask)).Require(HttpStatusCode.Accepted);
        return await ReadyAsync(client, asked["id"]);
    }

    private static async Task<Answer> ReadyAsync(Client client, string id)
    {
        var ended = await EndedAsync(client, id);
        ended.Json["state"]!["code"]!.ToString().ShouldBe("ready", ended.Text);
        ended.Json["progress"]!["done"]!.ToString().ShouldBe(ended.Json["progress"]!["total"]!.ToString());
        return ended;
    }

    private static async Task<Answer> EndedAsync(Client client, string id)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            var answer = (await client.GetAsync($"evidence/{id}")).Require(HttpStatusCode.OK);
            if (answer.Json["endedAt"] is not null)
                return answer;
            if (answer.Json["trouble"] is { } trouble)
                throw new InvalidOperationException(trouble.ToString());
            await Task.Delay(30, patience.Token);
        }
    }

    private static async Task<byte[]> PackageAsync(Client client, string id) => (await client.BytesAsync($"evidence/{id}/package")).Bytes;

    private async Task<(HttpResponseMessage Answer, byte[] Bytes)> RangeAsync(
        string path, string range, params (string Name, string Value)[] headers)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{service.Address}/api/v1/{path}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", service.Office.Key);
        request.Headers.TryAddWithoutValidation("Range", range);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        var answer = await http.SendAsync(request);
        return (answer, await answer.Content.ReadAsByteArrayAsync());
    }

    private async Task<List<string>> StoryAsync(string package)
    {
        var story = new List<string>();
        await foreach (var e in service.Services.GetRequiredService<IEventLog>().ReadStreamAsync(Guid.Parse(package)))
            story.Add(e.Type);
        return story;
    }

    /// <summary>
    /// A hazard with a double assignment, a message opened, an attachment kept and one not, a paper, a late entry, a
    /// correction.
    /// </summary>
    private async Task<Lived> LiveAsync()
    {
        var photo = Encoding.UTF8.GetBytes("现场照片");
        var content = new ByteArrayContent(photo) { Headers = { ContentType = new MediaTypeHeaderValue("text/plain") } };
        var digest = (await service.Office.SendAsync(HttpMethod.Post, "files", content)).Require(HttpStatusCode.Created)["digest"];
        var gone = new ByteArrayContent(Encoding.UTF8.GetBytes($"照片 {Guid.NewGuid()}"))
        {
            Headers = { ContentType = new MediaTypeHeaderValue("text/plain") },
        };
        var missing = (await service.Office.SendAsync(HttpMethod.Post, "files", gone)).Require(HttpStatusCode.Created)["digest"];
        var report = Some.Report();
        report["attachments"] = new JsonArray(
            new JsonObject { ["digest"] = digest, ["name"] = "现场.txt", ["mediaType"] = "text/plain" }, new JsonObject
            {
                ["digest"] = missing, ["name"] = "未上传.jpg",
            });
        report["occurredAt"] = DateTimeOffset.UtcNow.AddDays(-10)
            .ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        var id = (await service.Office.PostAsync("hazards", report)).Require(HttpStatusCode.Created)["id"];
        (await service.Office.PostAsync($"hazards/{id}/verification", new JsonObject { ["level"] = "general" })).Require(HttpStatusCode.OK);
        (await service.Office.PostAsync($"hazards/{id}/assignments", Some.DualAssignment())).Require(HttpStatusCode.OK);
        await using (var lose = service.Owner.CreateCommand($"""
            set session_replication_role = replica;
            delete from files.uploads where digest = '\x{missing}'; delete from files.blobs where digest = '\x{missing}';
            reset session_replication_role
            """))
            await lose.ExecuteNonQueryAsync();
        var message = (await service.Gov.GetAsync($"inbox?hazard={id}")).Json["items"]![0]!["id"]!.ToString();
        (await service.Gov.PostAsync($"inbox/{message}/opening", new JsonObject { ["actor"] = "李科长" })).Require(HttpStatusCode.OK);
        (await service.Gov.PostAsync($"hazards/{id}/legs/territorial/acknowledgement", [])).Require(HttpStatusCode.OK);
        (await service.Office.PostAsync(
            $"hazards/{id}/corrections",
            new JsonObject { ["field"] = "title", ["to"] = "燃气阀井泄漏（古城南门）", ["reason"] = "补全位置" })).Require(HttpStatusCode.OK);
        (await service.Office.PostAsync(
            $"hazards/{id}/papers",
            new JsonObject { ["paper"] = "rectificationDirective", ["leg"] = "sectoral" })).Require(HttpStatusCode.OK);
        return new Lived(id, digest, missing);
    }

    private static string CreditOf(JsonObject report) => report["enterprise"]!["creditCode"]!.ToString();

    private static void Proved(ZipArchive zip, string stream, Checkpoint checkpoint)
    {
        var events = Text(zip, $"events/{stream}.jsonl").TrimEnd('\n').Split('\n');
        var proofs = Text(zip, $"proofs/{stream}.jsonl").TrimEnd('\n').Split('\n');
        proofs.Length.ShouldBe(events.Length);
        foreach (var (line, proof) in events.Zip(proofs))
        {
            var said = JsonNode.Parse(proof)!;
            var leaf = TreeHash.Sha256.Leaf(Encoding.UTF8.GetBytes(line));
            said["leaf"]!.ToString().ShouldBe(leaf.ToString());
            Digest[] path = [.. said["path"]!.AsArray().Select(h => Digest.TryParse(h!.ToString(), out var d) ? d : default)];
            Verify.Inclusion(TreeHash.Sha256, said["position"]!.GetValue<long>() - 1, checkpoint.Size, leaf, path, checkpoint.Root)
                .ShouldBeTrue();
        }
    }

    private static (JsonNode Request, Checkpoint Tree) CheckpointIn(ZipArchive zip)
    {
        SignedNote.TryParse(Bytes(zip, "checkpoint.txt"), out var note).ShouldBeTrue();
        Checkpoint.TryParse(note!.Text, out var tree).ShouldBeTrue();
        var key = JsonNode.Parse(Text(zip, "keys.json"))![0]!["vkey"]!.ToString();
        NoteVerifier.TryParse(key, out var verifier).ShouldBeTrue();
        note.VerifiedBy(verifier!).ShouldNotBeNull();
        SignedNote.TryParse(Bytes(zip, "manifest.note"), out var manifest).ShouldBeTrue();
        manifest!.VerifiedBy(verifier!).ShouldNotBeNull();
        manifest.Text.ShouldContain(Convert.ToHexStringLower(SHA256.HashData(Bytes(zip, "manifest.json"))));
        var package = JsonNode.Parse(Text(zip, "manifest.json"))!["package"]!.ToString();
        return (JsonNode.Parse(Text(zip, $"events/{package}.jsonl").Split('\n')[0])!, tree!);
    }

    private static byte[] Bytes(ZipArchive zip, string name)
    {
        using var content = zip.GetEntry(name).ShouldNotBeNull(name).Open();
        using var copy = new MemoryStream();
        content.CopyTo(copy);
        return copy.ToArray();
    }

    /// <summary>The report's page, without what keeps a citation on one line.</summary>
    private static string ReportOf(ZipArchive zip) =>
        Citation().Replace(Text(zip, "report/report.html"), m => m.Groups[1].Value).Replace('\u00A0', ' ');

    [GeneratedRegex("<span class=\"cite\">(.*?)</span>")]
    private static partial Regex Citation();

    private static string Text(ZipArchive zip, string name) => Encoding.UTF8.GetString(Bytes(zip, name));

    private sealed record Lived(string Hazard, string Photo, string Missing)
    {
        public byte[] Package { get; set; } = [];
    }

    /// <summary>A service on a database of a test's own.</summary>
    private sealed class OwnService(Func<ServiceOptions, ServiceOptions>? change = null) : IAsyncDisposable
    {
        public Service Service { get; } = new() { Options = change ?? (o => o) };

        public Task InitializeAsync() => Service.InitializeAsync();

        /// <summary>Another node that makes packages.</summary>
        public Maker Maker() => new(Service.OfTheService);

        /// <summary>Ends the connections of whoever makes a package.</summary>
        public Task CutAsync() =>
            ExecuteAsync("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'hazards evidence' and datname = current_database()");

        public async Task ExecuteAsync(string sql)
        {
            await using var command = Service.Owner.CreateCommand(sql);
            await command.ExecuteNonQueryAsync();
        }

        public async Task<List<string>> StoryAsync(Guid package)
        {
            var story = new List<string>();
            await foreach (var e in Service.Services.GetRequiredService<IEventLog>().ReadStreamAsync(package))
                story.Add(e.Type);
            return story;
        }

        public async ValueTask DisposeAsync() => await Service.DisposeAsync();
    }

    private sealed class Maker : IAsyncDisposable
    {
        private readonly ServiceProvider provider;

        public Maker(string database)
        {
            var services = new ServiceCollection();
            HazardsService.AddCore(services, new ServiceOptions(database) { Keys = TestServer.KeysOf(database) });
            EvidenceModule.AddMaking(services);
            provider = services.BuildServiceProvider();
        }

        /// <summary>Makes a package; something may happen after the first batch.</summary>
        public async Task<bool> MakeAsync(Guid id, Action<EvidenceProgress, CancellationTokenSource>? after = null)
        {
            using var stop = new CancellationTokenSource();
            return await provider.GetRequiredService<PackageMaker>()
                .MakeAsync(id, after is null ? null : new Happens(p => after(p, stop)), stop.Token);
        }

        public ValueTask DisposeAsync() => provider.DisposeAsync();
    }

    private sealed class Happens(Action<EvidenceProgress> then) : IProgress<EvidenceProgress>
    {
        public void Report(EvidenceProgress value) => then(value);
    }
}
