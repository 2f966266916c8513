using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Api.Tests;

/// <summary>追溯: what was known, by whom, since when; who was told; who was silent.</summary>
[Trait("Server", "any")]
public sealed class ReplayTests(Service service) : IClassFixture<Service>
{
    private const string Code = "91532927MA6K0ABC09";

    [Fact]
    public async Task A_hazard_is_stepped_through_event_by_event()
    {
        var id = await service.HazardAsync(Stage.Rectifying);
        var step = (await service.Office.GetAsync($"replay/hazards/{id}?version=1")).Require(HttpStatusCode.OK);
        step.Json["links"]!["previous"].ShouldBeNull();
        var stages = new List<string>();
        while (true)
        {
            stages.Add(step.Json["state"]!["stage"]!.ToString());
            step.Json["event"]!["version"]!.ToString().ShouldBe(step["version"]);
            if (step.Json["links"]!["next"] is not { } next)
                break;
            step = (await service.Office.GetAsync(next.ToString())).Require(HttpStatusCode.OK);
        }
        stages.ShouldBe(["reported", "verified", "assigned", "assigned", "rectifying"]);
        step.Json["changed"]!.AsArray()
            .ShouldContain(c => c!["field"]!["name"]!.ToString() == "stage" && c["fromShown"]!.ToString() == "待签收"
                && c["field"]!["shown"]!.ToString() == "整改中");
        step.Json["accountable"]!.AsArray().Count(a => a!["for"]!["code"]!.ToString() == "rectifying").ShouldBe(2);
        var position = step.Json["event"]!["position"]!.ToString();
        (await service.Office.GetAsync($"replay/hazards/{id}?position={position}")).Require(HttpStatusCode.OK)["version"].ShouldBe("5");
    }

    [Fact]
    public async Task At_an_instant_only_what_was_recorded_is_state_and_the_rest_is_named_as_unrecorded()
    {
        var id = await service.HazardAsync(Stage.Assigned);
        var before = await RecordedAsync(id, 3);
        (await service.Gov.PostAsync($"hazards/{id}/legs/territorial/acknowledgement", new JsonObject { ["occurredAt"] = before }))
            .Require(HttpStatusCode.OK);
        var then = (await service.Office.GetAsync($"replay/hazards/{id}?at={Escape(before)}")).Require(HttpStatusCode.OK);
        then.Json["state"]!["legs"]!["territorial"]!["stage"]!.ToString().ShouldBe("assigned");
        then["version"].ShouldBe("3");
        then.Json["notYetRecorded"]!.AsArray().ShouldHaveSingleItem()!["event"]!["code"]!.ToString().ShouldBe("assignment_acknowledged");
        (await service.Office.GetAsync($"replay/hazards/{id}?at={Escape(before)}&knownAt={Escape(before)}")).Json["notYetRecorded"]!.AsArray().ShouldBeEmpty();
        var early = (await service.Office.GetAsync($"replay/hazards/{id}?at={Escape("2020-01-01T00:00:00+08:00")}"))
            .Require(HttpStatusCode.OK);
        early.Json["state"].ShouldBeNull();
        early["version"].ShouldBe("0");
    }

    [Fact]
    public async Task The_timeline_sets_told_opened_and_acted_beside_each_event()
    {
        var id = await service.HazardAsync(Stage.Assigned);
        var message = (await service.Gov.GetAsync($"inbox?hazard={id}")).Json["items"]![0]!["id"]!.ToString();
        (await service.Gov.PostAsync($"inbox/{message}/opening", new JsonObject { ["actor"] = "李科长" })).Require(HttpStatusCode.OK);
        (await service.Gov.PostAsync($"hazards/{id}/legs/territorial/acknowledgement", new JsonObject { ["actor"] = "王主任" }))
            .Require(HttpStatusCode.OK);
        var rows = (await service.Supervisor.GetAsync($"replay/hazards/{id}/timeline")).Require(HttpStatusCode.OK).Json["items"]!.AsArray();
        rows.Select(r => r!["version"]!.GetValue<long>()).ShouldBe([1L, 2L, 3L, 4L]);
        var assigned = rows[2]!;
        assigned["words"]!.ToString().ShouldContain("巍山县人民政府");
        var gov = assigned["told"]!.AsArray().Single(t => t!["address"]!.ToString() == "ws-gov")!;
        gov["opened"]![0]!["actor"]!.ToString().ShouldBe("李科长");
        gov["acted"]!["actor"]!.ToString().ShouldBe("王主任");
        var regulator = assigned["told"]!.AsArray().Single(t => t!["address"]!.ToString() == "ws-gas")!;
        regulator["unanswered"]!.GetValue<bool>().ShouldBeTrue();
        var silences = (await service.Supervisor.GetAsync($"replay/hazards/{id}/silences"))
            .Require(HttpStatusCode.OK).Json["items"]!.AsArray();
        silences.ShouldContain(s => s!["kind"]!["code"]!.ToString() == "neverOpened" && s["body"]!.ToString() == "ws-gas");
        silences.ShouldNotContain(
            s => s!["kind"]!["code"]!.ToString() == "neverOpened" && s["body"] != null && s["body"]!.ToString() == "ws-gov");
        var asOf = await RecordedAsync(id, 3);
        (await service.Supervisor.GetAsync($"replay/hazards/{id}/timeline?asOf={Escape(asOf)}")).Json["items"]![2]!["told"]!.AsArray()
            .ShouldAllBe(t => t!["opened"]!.AsArray().Count == 0 && t["acted"] == null);
    }

    [Fact]
    public async Task Changes_and_accountability_cite_positions()
    {
        var id = await service.HazardAsync(Stage.Rectifying);
        var (from, to) = (await RecordedAsync(id, 2), await RecordedAsync(id, 5));
        var changes = (await service.Office.GetAsync($"replay/hazards/{id}/changes?from={Escape(from)}&to={Escape(to)}"))
            .Require(HttpStatusCode.OK);
        changes["fromVersion"].ShouldBe("2");
        changes.Json["items"]!.AsArray()
            .Single(c => c!["field"]!["name"]!.ToString() == "legs.territorial.body")!["field"]!["shown"]!.ToString().ShouldBe("巍山县人民政府");
        changes.Json["items"]!.AsArray().ShouldAllBe(c => c!["events"]!.AsArray().Count > 0);
        var all = (await service.Office.GetAsync($"replay/hazards/{id}/accountability"))
            .Require(HttpStatusCode.OK).Json["items"]!.AsArray();
        all.ShouldContain(a => a!["for"]!["code"]!.ToString() == "duty" && a["duty"]!["code"]!.ToString() == "acknowledge"
            && a["policy"]!.ToString() == "national-baseline@2" && a["to"] != null);
        var at = (await service.Office.GetAsync($"replay/hazards/{id}/accountability?at={Escape(from)}")).Json["items"]!.AsArray();
        at.Select(a => a!["for"]!["code"]!.ToString()).ShouldBe(["assigning", "duty"]);
    }

    [Fact]
    public async Task What_makes_no_sense_is_refused()
    {
        var id = await service.HazardAsync();
        var future = Escape(DateTimeOffset.UtcNow.AddDays(1).ToString("o", CultureInfo.InvariantCulture));
        (await service.Office.GetAsync($"replay/hazards/{id}/timeline?from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z"))
            .Refused(HttpStatusCode.BadRequest, "replay.backwards");
        (await service.Office.GetAsync($"replay/hazards/{id}?at={future}")).Refused(HttpStatusCode.UnprocessableEntity, "replay.future");
        (await service.Office.GetAsync($"replay/hazards/{id}/look-alikes?before={future}"))
            .Refused(HttpStatusCode.UnprocessableEntity, "replay.future");
        (await service.Office.GetAsync($"replay/hazards/{id}/timeline?asOf={future}"))
            .Refused(HttpStatusCode.UnprocessableEntity, "as_of.future");
        (await service.Office.GetAsync($"replay/hazards/{id}?at=2026-03-02T00:00:00Z&knownAt=2026-03-01T00:00:00Z"))
            .Refused(HttpStatusCode.BadRequest, "replay.known_before");
        (await service.Office.GetAsync($"replay/hazards/{id}?at=2026-03-02T00:00:00Z&version=1"))
            .Refused(HttpStatusCode.BadRequest, "replay.one_of");
        (await service.Office.GetAsync($"replay/hazards/{id}?version=2")).Refused(HttpStatusCode.NotFound, "replay.no_such_event");
        (await service.Office.GetAsync($"replay/hazards/{id}?position=1")).Refused(HttpStatusCode.NotFound, "replay.no_such_event");
        (await service.Office.GetAsync($"replay/hazards/{id}?version=0")).Refused(HttpStatusCode.BadRequest, "input.out_of_range");
        (await service.Office.GetAsync($"replay/hazards/{id}?asOf=2026-03-02T00:00:00Z"))
            .Refused(HttpStatusCode.BadRequest, "query.unknown_parameter");
        (await service.Office.GetAsync($"replay/hazards/{Guid.NewGuid()}")).Refused(HttpStatusCode.NotFound, "hazard.not_found");
        (await service.Office.GetAsync("replay/hazards/nonsense/silences")).Refused(HttpStatusCode.BadRequest, "hazard_id.malformed");
        (await service.Elsewhere.GetAsync($"replay/hazards/{id}")).Refused(HttpStatusCode.NotFound, "hazard.not_found");
        (await service.Elsewhere.GetAsync($"replay/hazards/{id}/timeline")).Refused(HttpStatusCode.NotFound, "hazard.not_found");
        (await service.Elsewhere.GetAsync("replay/bodies/ws-gov")).Refused(HttpStatusCode.NotFound, "body.not_found");
        (await service.Elsewhere.GetAsync($"replay/regions/{Service.County}"))
            .Refused(HttpStatusCode.Forbidden, "replay.outside_jurisdiction");
        (await service.Office.GetAsync("replay/persons?body=ws-gov")).Refused(HttpStatusCode.BadRequest, "input.missing");
        (await service.Office.GetAsync("replay/bodies/ws-gov/changes")).Refused(HttpStatusCode.BadRequest, "input.missing");
        (await service.Office.GetAsync("replay/enterprises/123")).Refused(HttpStatusCode.BadRequest, "credit_code.malformed");
        (await service.Office.GetAsync("replay/bodies/ws-gov?cursor=AAAA")).Refused(HttpStatusCode.BadRequest, "cursor.invalid");
        (await service.Office.GetAsync($"replay/hazards/{id}/look-alikes")).Require(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_body_is_replayed_by_what_it_did_was_told_and_opened_a_page_at_a_time()
    {
        await service.BodyAsync("ws-one", "巍山县某局", "regulator", Service.County, "city_gas");
        var own = await service.KeyAsync("ws-one", Service.County, "responsible");
        var ids = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            var id = await service.HazardAsync(Stage.Verified);
            ids.Add(id);
            (await service.Office.PostAsync(
                $"hazards/{id}/assignments",
                new JsonObject { ["legs"] = new JsonArray(Some.Leg("sole", "ws-one")) })).Require(HttpStatusCode.OK);
        }
        var message = (await own.GetAsync($"inbox?hazard={ids[0]}")).Json["items"]![0]!["id"]!.ToString();
        (await own.PostAsync($"inbox/{message}/opening", new JsonObject { ["actor"] = "赵科长" })).Require(HttpStatusCode.OK);
        (await own.PostAsync($"hazards/{ids[0]}/legs/sole/acknowledgement", new JsonObject { ["actor"] = "赵科长" }))
            .Require(HttpStatusCode.OK);
        (await own.PostAsync($"hazards/{ids[1]}/legs/sole/acknowledgement", new JsonObject { ["actor"] = "钱科长" }))
            .Require(HttpStatusCode.OK);

        var all = await PagesAsync("replay/bodies/ws-one?limit=2");
        all.Select(e => e["how"]!["code"]!.ToString()).ShouldBe(["told", "told", "told", "opened", "acted", "acted"]);
        all[3]["opening"]!["actor"]!.ToString().ShouldBe("赵科长");
        all[3]["event"]!["event"]!["chinese"]!.ToString().ShouldBe("交办");
        var person = await PagesAsync($"replay/persons?body=ws-one&name={Uri.EscapeDataString("赵科长")}");
        person.Select(e => e["how"]!["code"]!.ToString()).ShouldBe(["opened", "acted"]);

        var silences = (await service.Supervisor.GetAsync("replay/bodies/ws-one/silences"))
            .Require(HttpStatusCode.OK).Json["items"]!.AsArray();
        silences.ShouldHaveSingleItem()!["hazard"]!.ToString().ShouldBe(ids[2]);
        var now = await PagesAsync("replay/bodies/ws-one/accountability?limit=1");
        now.Where(a => a["for"]!["code"]!.ToString() == "rectifying").Select(a => a["hazard"]!.ToString()).Order().ShouldBe(ids.Order());
        var early = (await service.Supervisor.GetAsync(
            $"replay/bodies/ws-one/accountability?at={Escape(await RecordedAsync(ids[0], 3))}")).Json["items"]!.AsArray();
        early.Select(a => a!["hazard"]!.ToString()).Distinct().ShouldBe([ids[0]]);

        var from = await RecordedAsync(ids[2], 3);
        var changes = (await service.Supervisor.GetAsync($"replay/bodies/ws-one/changes?from={Escape(from)}")).Require(HttpStatusCode.OK);
        changes.Json["items"]!.AsArray().Select(i => i!["hazard"]!.ToString()).Order().ShouldBe(ids.Take(2).Order());
        changes.Json["countsFrom"]!["stages"]!["assigned"]!.GetValue<int>().ShouldBe(3);
        changes.Json["countsTo"]!["stages"]!["rectifying"]!.GetValue<int>().ShouldBe(2);
    }

    /// <summary>安委办: what nobody is named for is that office's that was there then: above, new, or gone since.</summary>
    [Fact]
    public async Task What_an_office_was_told_and_owed_is_its_own_for_the_time_that_it_was_the_office()
    {
        const string there = "532931";
        var (above, own) = ("dali-awb", "jc-awb");
        var prefecture = await service.KeyAsync(above, "5329", "reporter", "coordinator");
        var first = await ReportedAsync();
        var before = Escape(ChinaTime.Format(DateTimeOffset.UtcNow));
        await service.BodyAsync(own, "剑川县安委办", "committeeOffice", there);
        var second = await ReportedAsync();
        var during = Escape(ChinaTime.Format(DateTimeOffset.UtcNow));
        (await service.Admin.PostAsync($"bodies/{own}/dissolution", new() { ["reason"] = "机构改革" })).Require(HttpStatusCode.OK);
        var third = await ReportedAsync();

        (await ToldAsync(above)).ShouldBe([first, third], ignoreOrder: true);
        (await ToldAsync(own)).ShouldBe([second]);
        (await AccountableAsync(above, before)).ShouldBe([first]);
        (await AccountableAsync(own, before)).ShouldBeEmpty();
        (await AccountableAsync(above, during)).ShouldBeEmpty();
        (await AccountableAsync(own, during)).ShouldBe([first, second], ignoreOrder: true);
        (await AccountableAsync(above, null)).ShouldBe([first, second, third], ignoreOrder: true);
        (await AccountableAsync(own, null)).ShouldBeEmpty("it is gone");
        // Missed forty days ago and known since: whose it was when it came to be known as missed, until it went.
        (await SilentAsync(above)).ShouldBe([first, third], ignoreOrder: true);
        var gone = await SilencesAsync(own);
        gone.Select(s => s["hazard"]!.ToString()).Distinct().ShouldBe([second]);
        gone.ShouldAllBe(s => s["until"] != null);

        async Task<string> ReportedAsync()
        {
            var report = Some.Report();
            (report["region"], report["title"]) = (there, $"阀井{Guid.NewGuid():n}");
            return (await prefecture.PostAsync("hazards", report)).Require(HttpStatusCode.Created)["id"];
        }

        async Task<string[]> ToldAsync(string body) =>
            [.. (await ItemsAsync($"replay/bodies/{body}")).Where(e => e["how"]!["code"]!.ToString() == "told")
                .Select(e => e["event"]!["hazard"]!.ToString()).Where(IsOurs).Distinct()];

        async Task<string[]> AccountableAsync(string body, string? at) =>
            [.. (await ItemsAsync($"replay/bodies/{body}/accountability{(at is null ? "" : $"?at={at}")}"))
                .Where(a => a["for"]!["code"]!.ToString() == "verifying").Select(a => a["hazard"]!.ToString()).Where(IsOurs).Distinct()];

        async Task<JsonNode[]> SilencesAsync(string body) =>
            [.. (await ItemsAsync($"replay/bodies/{body}/silences")).Where(s => IsOurs(s["hazard"]!.ToString()))];

        async Task<string[]> SilentAsync(string body) => [.. (await SilencesAsync(body)).Select(s => s["hazard"]!.ToString()).Distinct()];

        bool IsOurs(string hazard) => hazard == first || hazard == second || hazard == third;

        async Task<JsonNode[]> ItemsAsync(string path) =>
            [.. (await prefecture.GetAsync($"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}limit=200"))
                .Require(HttpStatusCode.OK).Json["items"]!.AsArray().Select(i => i!)];
    }

    [Fact]
    public async Task An_enterprise_and_a_region_are_replayed_by_their_hazards()
    {
        var code = "91532927MA6K0ABD96";
        var id = (await ReportAsync(code, "巍山一号液化气站", "储罐区阀门泄漏", "巍山县某路1号液化气站")).Json["id"]!.ToString();
        (await service.Office.PostAsync($"hazards/{id}/verification", new JsonObject { ["level"] = "general" })).Require(HttpStatusCode.OK);
        var entries = await PagesAsync($"replay/enterprises/{code}?limit=1");
        entries.Select(e => e["event"]!["event"]!["code"]!.ToString()).ShouldBe(["hazard_reported", "hazard_verified"]);
        (await service.Office.PostAsync(
            $"hazards/{id}/corrections",
            new JsonObject { ["field"] = "enterpriseCreditCode", ["to"] = Code, ["reason"] = "登记有误" })).Require(HttpStatusCode.OK);
        (await PagesAsync($"replay/enterprises/{code}")).Count.ShouldBe(3, "what once bore the code is still found by it");
        (await PagesAsync($"replay/enterprises/{Code}")).Select(e => e["event"]!["hazard"]!.ToString()).ShouldContain(id);
        var region = await PagesAsync($"replay/regions/{Service.County}?limit=50");
        region.Count(e => e["event"]!["hazard"]!.ToString() == id).ShouldBe(3);
        region.Select(e => e["position"]!.GetValue<long>()).ShouldBeInOrder();
        (await PagesAsync($"replay/regions/{Service.County}?from={Escape(await RecordedAsync(id, 2))}&to={Escape(await RecordedAsync(id, 2))}")).ShouldHaveSingleItem();
        (await service.Elsewhere.GetAsync($"replay/enterprises/{code}")).Require(HttpStatusCode.OK).Json["items"]!.AsArray()
            .ShouldBeEmpty();
    }

    /// <summary>What is said as of an instant is what was said then, whatever was corrected, renamed or moved since.</summary>
    [Fact]
    public async Task As_of_an_instant_a_subject_is_what_it_was()
    {
        const string county = "532925", other = "532926";
        foreach (var (id, kind, region) in new[]
        {
            ("rp-dl", "committeeOffice", "5329"), ("rp-office", "committeeOffice", county), ("rp-gov", "government", county),
            ("rp-gas", "regulator", county), ("rp-new", "government", other),
        })
            await service.BodyAsync(id, $"{id}旧名", kind, region, kind == "regulator" ? ["city_gas"] : []);
        var prefecture = await service.KeyAsync("rp-dl", "5329", "reporter", "coordinator", "supervisor", "investigator");
        var (code, name) = ("91532927MA6K0ABF5U", "追溯燃气公司");
        var (moved, stays) = (await AssignedAsync(), await AssignedAsync());
        string[] asked =
        [
            .. from subject in new[]
               {
                   $"regions/{county}", $"regions/{other}", $"regions/5329", $"enterprises/{code}", $"enterprises/{Code}", "bodies/rp-gov",
               }
               from what in new[] { "", "/silences", "/accountability" }
               select $"replay/{subject}{what}?limit=200",
            $"replay/hazards/{moved}/timeline", $"replay/hazards/{moved}/silences", $"replay/hazards/{moved}/accountability",
        ];
        var then = DateTimeOffset.UtcNow.ToString("O", CultureInfo.InvariantCulture);
        var live = new Dictionary<string, string>();
        foreach (var question in asked)
            live[question] = await SaidAsync(question, then);
        live[$"replay/regions/{county}/accountability?limit=200"].ShouldContain(moved);

        (await service.Admin.PostAsync("bodies/rp-gov/renaming", new() { ["name"] = "改名后的政府", ["reason"] = "改名" }))
            .Require(HttpStatusCode.OK);
        (await prefecture.PostAsync($"hazards/{moved}/corrections", new()
        {
            ["field"] = "region", ["to"] = other, ["reason"] = "实属外县",
            ["legs"] = new JsonArray(Some.Leg("sole", "rp-new")),
        })).Require(HttpStatusCode.OK);
        foreach (var hazard in new[] { moved, stays })
            (await prefecture.PostAsync(
                $"hazards/{hazard}/corrections", new() { ["field"] = "enterpriseCreditCode", ["to"] = Code, ["reason"] = "登记有误" }))
                .Require(HttpStatusCode.OK);
        var wrong = new List<string>();
        foreach (var question in asked)
            if (await SaidAsync(question, then) is var now && now != live[question])
                wrong.Add($"{question}\n{live[question]}\n{now}");
        wrong.ShouldBeEmpty();

        var later = Escape(DateTimeOffset.UtcNow.ToString("O", CultureInfo.InvariantCulture));
        (await prefecture.GetAsync($"replay/regions/{county}?limit=200&asOf={later}")).Text.ShouldNotContain(moved);
        (await prefecture.GetAsync($"replay/regions/{other}?limit=200&asOf={later}")).Text.ShouldContain(moved);
        foreach (var (region, entered) in new[] { (county, false), (other, true) })
        {
            var item = (await prefecture.GetAsync($"replay/regions/{region}/changes?from={Escape(then)}&limit=200"))
                .Require(HttpStatusCode.OK).Json["items"]!.AsArray().Single(i => i!["hazard"]!.ToString() == moved)!;
            (item["entered"]!.AsArray().Count > 0, item["left"]!.AsArray().Count > 0).ShouldBe((entered, !entered));
        }

        async Task<string> AssignedAsync()
        {
            var report = Some.Report();
            report["region"] = county;
            report["description"] = $"阀门泄漏{Guid.NewGuid():n}";
            report["enterprise"] = new JsonObject { ["name"] = name, ["creditCode"] = code };
            var id = (await prefecture.PostAsync("hazards", report)).Require(HttpStatusCode.Created)["id"];
            (await prefecture.PostAsync($"hazards/{id}/verification", new() { ["level"] = "general" })).Require(HttpStatusCode.OK);
            (await prefecture.PostAsync($"hazards/{id}/assignments", new() { ["legs"] = new JsonArray(Some.Leg("sole", "rp-gov")) }))
                .Require(HttpStatusCode.OK);
            return id;
        }

        async Task<string> SaidAsync(string question, string asOf) => (await prefecture.GetAsync(
            $"{question}{(question.Contains('?', StringComparison.Ordinal) ? '&' : '?')}asOf={Escape(asOf)}"))
            .Require(HttpStatusCode.OK).Text;
    }

    [Fact]
    public async Task Look_alikes_closed_before_an_accident_say_who_accepted_them_and_that_it_came_back()
    {
        var code = "91532927MA6K0ABEX5";
        var closed = (await ReportAsync(code, "巍山二号液化气站", "储罐区阀门泄漏", "巍山县某路2号液化气站")).Json["id"]!.ToString();
        (await service.Office.PostAsync($"hazards/{closed}/verification", new JsonObject { ["level"] = "general" }))
            .Require(HttpStatusCode.OK);
        (await service.Office.PostAsync(
            $"hazards/{closed}/assignments",
            new JsonObject { ["legs"] = new JsonArray(Some.Leg("sole", "ws-gas")) })).Require(HttpStatusCode.OK);
        (await service.Regulator.PostAsync($"hazards/{closed}/legs/sole/acknowledgement", [])).Require(HttpStatusCode.OK);
        (await service.Regulator.PostAsync($"hazards/{closed}/legs/sole/completion", new JsonObject { ["results"] = "已更换阀门" }))
            .Require(HttpStatusCode.OK);
        (await service.Enforcer.PostAsync(
            $"hazards/{closed}/legs/sole/reinspections",
            new JsonObject { ["verdict"] = "pass", ["findings"] = "不再泄漏", ["inspectors"] = "孙工" })).Require(HttpStatusCode.OK);
        (await service.Office.PostAsync($"hazards/{closed}/closure", [])).Require(HttpStatusCode.OK);
        var unlike = (await ReportAsync(code, "巍山二号液化气站", "安全出口堵塞", "办公楼三层东侧", "education")).Json["id"]!.ToString();
        var between = DateTimeOffset.UtcNow.ToString("o", CultureInfo.InvariantCulture);
        var own = (await ReportAsync(code, "巍山二号液化气站", "储罐区阀门又泄漏", "巍山县某路2号液化气站")).Json["id"]!.ToString();

        var answer = (await service.Supervisor.GetAsync($"replay/hazards/{own}/look-alikes")).Require(HttpStatusCode.OK);
        var one = answer.Json["items"]!.AsArray().ShouldHaveSingleItem()!;
        one["hazard"]!.ToString().ShouldBe(closed);
        one["hazard"]!.ToString().ShouldNotBe(unlike);
        one["sameEnterprise"]!.GetValue<bool>().ShouldBeTrue();
        one["samePlace"]!.GetValue<bool>().ShouldBeTrue();
        one["likeness"]!.GetValue<double>().ShouldBeGreaterThan(0.5);
        one["accepted"]![0]!["by"]!.ToString().ShouldBe("ws-awb");
        one["accepted"]![0]!["inspectors"]!.ToString().ShouldBe("孙工");
        one["repeatedBy"]![0]!.ToString().ShouldBe(own);
        (answer["closed"], answer["repeated"]).ShouldBe(("1", "1"));
        (await service.Supervisor.GetAsync($"replay/hazards/{own}/look-alikes?before={Escape(between)}")).Json["items"]![0]!["repeatedBy"]!.AsArray().ShouldBeEmpty("before that it had not been found again");
        (await service.Supervisor.GetAsync($"replay/hazards/{own}/look-alikes?before={Escape(await RecordedAsync(closed, 5))}")).Json["items"]![0]!["stage"]!["code"]!.ToString().ShouldBe("awaitingAcceptance");
    }

    private async Task<Answer> ReportAsync(string code, string enterprise, string title, string place, string sector = "city_gas")
    {
        var report = Some.Report();
        report["title"] = title;
        report["description"] = $"{title}，现场检查发现";
        report["sector"] = sector;
        report["enterprise"] = new JsonObject { ["name"] = enterprise, ["creditCode"] = code };
        report["place"] = new JsonObject { ["text"] = place };
        return (await service.Office.PostAsync("hazards", report)).Require(HttpStatusCode.Created);
    }

    private async Task<List<JsonNode>> PagesAsync(string path)
    {
        var found = new List<JsonNode>();
        string? cursor = null;
        do
        {
            var page = (await service.Supervisor.GetAsync(cursor is null ? path : $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}cursor={cursor}")).Require(HttpStatusCode.OK).Json;
            found.AddRange(page["items"]!.AsArray()!);
            cursor = page["next"]?.ToString();
        }
        while (cursor is not null);
        return found;
    }

    private async Task<string> RecordedAsync(string id, int version) =>
        (await service.Office.GetAsync($"replay/hazards/{id}?version={version}"))
            .Require(HttpStatusCode.OK).Json["event"]!["recordedAt"]!.ToString();

    private static string Escape(string instant) => Uri.EscapeDataString(instant);
}
