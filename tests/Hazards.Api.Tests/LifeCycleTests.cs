using System.Net;
using System.Text.Json.Nodes;
using Hazards.Api.Supervision;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Microsoft.Extensions.DependencyInjection;

namespace Hazards.Api.Tests;

/// <summary>A hazard's life by REST, every endpoint at least once.</summary>
public sealed class LifeCycleTests(Service service) : IClassFixture<Service>
{
    [Fact]
    public async Task A_listed_major_hazard_goes_from_report_to_closure_and_comes_back()
    {
        var id = await service.HazardAsync(Stage.Rectifying, "major");
        await Ok(
            service.Office, id, "listing",
            new()
            {
                ["level"] = "county", ["deadline"] = Some.InDays(20), ["requirements"] = "限期整改", ["documentNumber"] = "巍安委办〔2026〕1号",
            }, "hazard_listed");
        await Ok(
            service.Enforcer, id, "production-suspension",
            new() { ["whole"] = false, ["scope"] = "南门调压站", ["documentNumber"] = "巍应急〔2026〕2号" }, "production_suspended");
        await Ok(service.Supervisor, id, "urgings", new() { ["message"] = "请抓紧", ["leg"] = "sectoral" }, "leg_urged");
        await Ok(
            service.Supervisor, id, "notices",
            new()
            {
                ["requirements"] = "三日内书面答复", ["documentNumber"] = "巍督〔2026〕3号", ["replyBy"] = Some.InDays(3),
            }, "supervision_notice_issued");
        await Ok(service.Supervisor, id, "visits", new() { ["findings"] = "现场已设警戒" }, "supervision_visit_made");
        await Ok(service.Supervisor, id, "interviews", new() { ["interviewed"] = "燃气公司负责人", ["summary"] = "承诺按期完成" }, "interview_held");
        await Ok(
            service.Supervisor, id, "criticisms", new() { ["text"] = "进度迟缓", ["documentNumber"] = "巍督〔2026〕4号" }, "criticism_circulated");
        await Ok(service.Supervisor, id, "exposures", new() { ["medium"] = "县融媒体中心", ["text"] = "公开曝光" }, "hazard_exposed");
        await Ok(service.Supervisor, id, "escalations", new() { ["to"] = "dali-awb", ["reason"] = "请州安委办关注" }, "supervision_escalated");
        await Ok(
            service.Enforcer, id, "penalties",
            new() { ["penalised"] = "燃气公司", ["measure"] = "罚款", ["fine"] = 2.5, ["documentNumber"] = "巍应急罚〔2026〕5号" }, "penalty_imposed");
        await Ok(
            service.Enforcer, id, "referrals", new() { ["to"] = "巍山县公安局", ["grounds"] = "涉嫌危险作业", ["documentNumber"] = "巍应急移〔2026〕6号" },
            "judicial_referral_made");

        foreach (var (client, leg) in new[] { (service.Gov, "territorial"), (service.Regulator, "sectoral") })
        {
            await Ok(client, id, $"legs/{leg}/interim-measures", new() { ["measures"] = "设警戒、停气" }, "interim_measures_taken");
            await Ok(client, id, $"legs/{leg}/plans", new() { ["parts"] = SixParts(), ["funds"] = 12.5 }, "plan_submitted");
            await Ok(service.Office, id, $"legs/{leg}/plan-reviews", new() { ["verdict"] = "pass" }, "plan_reviewed");
            await Ok(client, id, $"legs/{leg}/progress", new() { ["percent"] = 60, ["note"] = "更换阀门" }, "progress_reported");
        }

        await Ok(
            service.Gov, id, "legs/territorial/extension-requests", new() { ["to"] = Some.InDays(60), ["reason"] = "备件未到" },
            "extension_requested");
        await Ok(service.Office, id, "legs/territorial/extension-decisions", new() { ["grant"] = true }, "extension_granted");
        await Ok(service.Gov, id, "legs/territorial/completion", new() { ["results"] = "阀门已更换", ["spent"] = 11 }, "completion_declared");
        await Ok(
            service.Office, id, "legs/territorial/reinspections", new() { ["verdict"] = "fail", ["findings"] = "警示标志缺失" },
            "reinspection_failed");
        await Ok(service.Gov, id, "legs/territorial/completion", new() { ["results"] = "标志已补" }, "completion_declared");
        await Ok(service.Regulator, id, "legs/sectoral/completion", new() { ["results"] = "监管到位" }, "completion_declared");
        await Ok(service.Gov, id, "legs/territorial/resumption-requests", new() { ["grounds"] = "隐患已消除" }, "resumption_requested");
        await Ok(service.Enforcer, id, "resumption-reviews", new() { ["verdict"] = "pass", ["findings"] = "现场合格" }, "resumption_reviewed");
        foreach (var leg in new[] { "territorial", "sectoral" })
            await Ok(service.Office, id, $"legs/{leg}/reinspections", new() { ["verdict"] = "pass", ["findings"] = "合格" }, "leg_accepted");
        await Ok(
            service.Office, id, "delisting", new() { ["ground"] = "accepted", ["reason"] = "验收合格", ["documentNumber"] = "巍安委办〔2026〕7号" },
            "hazard_delisted");
        (await Ok(service.Office, id, "closure", [], "hazard_closed")).Json["stage"]!["code"]!.ToString().ShouldBe("closed");
        var back = await Ok(
            service.Office, id, "lookbacks", new() { ["result"] = "recurred", ["findings"] = "阀井再次泄漏" }, "lookback_made",
            "hazard_reopened");
        back.Json["stage"]!["code"]!.ToString().ShouldBe("verified");
        await Ok(service.Office, id, "regrading", new() { ["level"] = "general", ["reason"] = "已降级" }, "hazard_regraded");
        await Ok(
            service.Office, id, "corrections", new() { ["field"] = "title", ["to"] = "南门阀井泄漏", ["reason"] = "标题不准" }, "hazard_corrected");
        await Ok(service.Office, id, "comments", new() { ["text"] = "已通知值班" }, "comment_added");

        var history = (await service.Office.GetAsync($"hazards/{id}/events")).Require(HttpStatusCode.OK);
        var events = history.Json["events"]!.AsArray();
        events.Select((e, i) => ((long)e!["version"]!, (long)i + 1)).ShouldAllBe(p => p.Item1 == p.Item2);
        history.ETag.ShouldStartWith($"\"{events.Count}.");
        events.ShouldAllBe(e => e!["chinese"]!.ToString() != e["type"]!.ToString());
    }

    [Fact]
    public async Task Other_ends_of_a_hazard()
    {
        var rejected = await service.HazardAsync();
        await Ok(service.Office, rejected, "rejection", new() { ["reason"] = "现场无此隐患" }, "hazard_rejected");
        await Ok(service.Office, rejected, "reopening", new() { ["reason"] = "再次举报" }, "hazard_reopened");

        var (one, other) = (await service.HazardAsync(), await service.HazardAsync());
        var merged = await Ok(
            service.Office, one, "merge", new() { ["into"] = other, ["reason"] = "同一阀井" }, "hazard_merged", "duplicate_absorbed");
        merged.Json["stage"]!["code"]!.ToString().ShouldBe("merged");
        (await service.Office.GetAsync($"hazards/{other}")).Json["hazard"]!["absorbed"]![0]!.ToString().ShouldBe(one);

        await Ok(
            service.Office, await service.HazardAsync(), "on-the-spot-fix", new() { ["measures"] = "当场拧紧" }, "hazard_fixed_on_the_spot",
            "hazard_closed");

        var returned = await service.HazardAsync(Stage.Assigned);
        await Ok(service.Gov, returned, "legs/territorial/return", new() { ["reason"] = "属镇政府" }, "assignment_returned");
        // Its deadline stands, and nobody is said to have failed to rectify it.
        foreach (var list in new[] { $"hazards/{returned}/steps", "clocks?limit=200" })
        {
            var answer = (await service.Office.GetAsync(list)).Require(HttpStatusCode.OK).Json;
            (answer["duties"] ?? answer["items"])!.AsArray().Where(d => d!["clock"]!["code"]!.ToString() == "rectify")
                .Where(d => d!["hazard"] is not { } of || of["id"]!.ToString() == returned)
                .Select(d => (d!["leg"]!["code"]!.ToString(), d["clock"]!["chinese"]!.ToString()))
                .ShouldBe([("territorial", "完成整改（已退回，待改派）"), ("sectoral", "完成整改")], ignoreOrder: true, list);
        }
        await Ok(
            service.Office, returned, "legs/territorial/reassignment",
            new()
            {
                ["body"] = "ws-gov", ["deadline"] = Some.InDays(10), ["instructions"] = "仍由县政府办理", ["reason"] = "研究决定",
            }, "leg_reassigned");
    }

    /// <summary>Names, days left and seals change without a version: who holds the version must hear of them all the same.</summary>
    [Theory, InlineData(""), InlineData("/events")]
    public async Task What_is_held_is_the_same_only_while_the_whole_answer_is(string part)
    {
        await service.BodyAsync($"ws-etag{part.Length}", "巍山县老城管局", "government", Service.County);
        var by = await service.KeyAsync($"ws-etag{part.Length}", Service.County, "reporter", "coordinator");
        var id = (await by.PostAsync("hazards", Some.Report())).Require(HttpStatusCode.Created)["id"];
        (await by.PostAsync($"hazards/{id}/verification", new() { ["level"] = "general" })).Require(HttpStatusCode.OK);
        (await by.PostAsync($"hazards/{id}/assignments", Some.DualAssignment())).Require(HttpStatusCode.OK);
        var held = (await by.GetAsync($"hazards/{id}{part}")).Require(HttpStatusCode.OK);
        (await by.GetAsync($"hazards/{id}{part}", ("If-None-Match", held.ETag))).Status.ShouldBe(HttpStatusCode.NotModified);
        (await service.Admin.PostAsync($"bodies/ws-etag{part.Length}/renaming", new() { ["name"] = "巍山县综合执法局", ["reason"] = "更名" }))
            .Require(HttpStatusCode.OK);
        var now = (await by.GetAsync($"hazards/{id}{part}", ("If-None-Match", held.ETag))).Require(HttpStatusCode.OK);
        now.Text.ShouldContain("综合执法局");
        // The version is the same, and either tag names it.
        foreach (var tag in new[] { held.ETag, now.ETag })
            (await by.PostAsync($"hazards/{id}/comments", new() { ["text"] = "已通知" }, ("If-Match", tag))).Status
                .ShouldBe(tag == held.ETag ? HttpStatusCode.OK : HttpStatusCode.PreconditionFailed);
    }

    /// <summary>移交: found in one county and said to be in another, it is owed by those who see it where it is.</summary>
    [Fact]
    public async Task A_hazard_that_is_moved_to_another_county_goes_to_its_bodies_in_the_same_act()
    {
        const string There = "532901";
        await service.BodyAsync("dlc-awb", "大理市安委办", "committeeOffice", There);
        await service.BodyAsync("dlc-gov", "大理市人民政府", "government", There);
        await service.BodyAsync("dlc-gas", "大理市住建局", "regulator", There, "city_gas", "road_traffic");
        var (prefecture, office, gov) = (await service.KeyAsync("dali-awb", "5329", "coordinator"),
            await service.KeyAsync("dlc-awb", There, "coordinator"), await service.KeyAsync("dlc-gov", There, "responsible"));
        var id = await service.HazardAsync(Stage.Rectifying);
        JsonObject Move(params JsonNode[] legs) => new()
        {
            ["field"] = "region", ["to"] = There, ["reason"] = "实属大理市", ["legs"] = new JsonArray(legs),
        };
        (await service.Office.PostAsync($"hazards/{id}/corrections", Move()))
            .Refused(HttpStatusCode.Forbidden, "correction.region_outside");
        (await prefecture.PostAsync($"hazards/{id}/corrections", Move())).Refused(HttpStatusCode.UnprocessableEntity, "correction.legs");
        (await prefecture.PostAsync($"hazards/{id}/corrections", Move(Some.Leg("territorial", "dlc-gov"))))
            .Refused(HttpStatusCode.UnprocessableEntity, "correction.legs");
        (await prefecture.PostAsync($"hazards/{id}/corrections", Move(Some.Leg("territorial", "ws-gov"), Some.Leg("sectoral", "dlc-gas"))))
            .Refused(HttpStatusCode.UnprocessableEntity, "assignment.not_territorial");
        (await service.Gov.GetAsync($"hazards/{id}")).Require(HttpStatusCode.OK);

        // By their names as well, as everywhere.
        var move = Move(Some.Leg("territorial", "大理市人民政府"), Some.Leg("sectoral", "dlc-gas"));
        (move["field"], move["to"]) = ("行政区划", "大理市");
        (await prefecture.PostAsync($"hazards/{id}/corrections", move)).Require(HttpStatusCode.OK);
        (await prefecture.PostAsync(
            $"hazards/{id}/corrections", new JsonObject { ["field"] = "sector", ["to"] = "道路交通", ["reason"] = "录错" }))
            .Require(HttpStatusCode.OK);
        (await prefecture.PostAsync(
            $"hazards/{id}/corrections", new JsonObject { ["field"] = "region", ["to"] = "无此县", ["reason"] = "录错" }))
            .Refused(HttpStatusCode.UnprocessableEntity, "region.name_unknown");
        (await service.Gov.GetAsync($"hazards/{id}")).Refused(HttpStatusCode.NotFound, "hazard.not_found");
        var duties = (await office.GetAsync($"hazards/{id}/steps")).Require(HttpStatusCode.OK).Json["duties"]!.AsArray();
        duties.Select(d => d!["body"]!["id"]!.ToString()).Distinct().ShouldBe(["dlc-gov", "dlc-gas"], ignoreOrder: true);
        foreach (var leg in new[] { "territorial", "sectoral" })
            (await prefecture.GetAsync($"hazards/{id}")).Json["hazard"]!["legs"]![leg]!["assignedBy"]!.ToString().ShouldBe("dali-awb");
        (await gov.PostAsync($"hazards/{id}/legs/territorial/acknowledgement", [])).Require(HttpStatusCode.OK);
        (await gov.GetAsync("inbox")).Require(HttpStatusCode.OK).Text.ShouldContain(id);
    }

    /// <summary>并案不消事: that the one it was merged into is unfounded says nothing of what was merged.</summary>
    [Fact]
    public async Task What_took_others_in_is_not_rejected_over_their_heads()
    {
        var (survivor, merged, other) = (await service.HazardAsync(), await service.HazardAsync(), await service.HazardAsync());
        foreach (var id in new[] { merged, other })
            (await service.Office.PostAsync($"hazards/{id}/merge", new() { ["into"] = survivor, ["reason"] = "同一处" }))
                .Require(HttpStatusCode.OK);
        var refused = (await service.Office.PostAsync($"hazards/{survivor}/rejection", new() { ["reason"] = "录入错误" }))
            .Refused(HttpStatusCode.Conflict, "rejection.merged");
        refused.Text.ShouldContain(merged);
        refused.Text.ShouldContain(other);
        // What was reopened goes its own way; the rest is said to be unfounded as well.
        (await service.Office.PostAsync($"hazards/{merged}/reopening", new() { ["reason"] = "不是同一处" })).Require(HttpStatusCode.OK);
        (await service.Office.PostAsync($"hazards/{survivor}/rejection", new() { ["reason"] = "录入错误" }))
            .Refused(HttpStatusCode.Conflict, "rejection.merged").Text.ShouldNotContain(merged);
        (await service.Office.PostAsync($"hazards/{survivor}/rejection", new() { ["reason"] = "录入错误", ["withMerged"] = true }))
            .Require(HttpStatusCode.OK);
        (await service.Office.GetAsync($"hazards/{merged}")).Json["stage"]!["code"]!.ToString().ShouldBe("reported");
        (await service.Office.GetAsync($"hazards/{merged}")).Json["clocks"]!.AsArray().ShouldNotBeEmpty();
    }

    /// <summary>并案不消事: what goes off a county's lists by a merger, also by way of another hazard, goes off them knowingly.</summary>
    [Fact]
    public async Task What_was_merged_does_not_leave_the_lists_of_its_county_unsaid()
    {
        await service.BodyAsync("dl-merging", "大理州安委办", "committeeOffice", "5329");
        var prefecture = await service.KeyAsync("dl-merging", "5329", "coordinator");
        var (survivor, merged, first) = (await service.HazardAsync(), await service.HazardAsync(), await service.HazardAsync());
        foreach (var (from, into) in new[] { (first, merged), (merged, survivor) })
            (await service.Office.PostAsync($"hazards/{from}/merge", new() { ["into"] = into, ["reason"] = "同一处" }))
                .Require(HttpStatusCode.OK);
        var away = new JsonObject { ["field"] = "region", ["to"] = "532930", ["reason"] = "实属洱源县" };
        var refused = (await prefecture.PostAsync($"hazards/{survivor}/corrections", away))
            .Refused(HttpStatusCode.Conflict, "correction.merged");
        refused.Text.ShouldContain(merged);
        refused.Text.ShouldContain(first);
        away["withMerged"] = true;
        (await prefecture.PostAsync($"hazards/{survivor}/corrections", away)).Require(HttpStatusCode.OK);
        // Who answers for it now is told what was reported of it, though he does not see the reports.
        await service.BodyAsync("ey-merging", "洱源县安委办", "committeeOffice", "532930");
        var receiving = await service.KeyAsync("ey-merging", "532930", "coordinator");
        var reports = (await receiving.GetAsync($"hazards/{survivor}")).Require(HttpStatusCode.OK).Json["merged"]!.AsArray();
        reports.Select(r => (r!["id"]!.ToString(), (bool)r["visible"]!)).ShouldBe([(merged, false), (first, false)], ignoreOrder: true);
        reports.ShouldAllBe(r => r!["description"]!.ToString().Length > 0);

        var own = await service.HazardAsync();
        var merge = new JsonObject { ["into"] = survivor, ["reason"] = "同一处" };
        (await prefecture.PostAsync($"hazards/{own}/merge", merge)).Refused(HttpStatusCode.Conflict, "merge.region").Text
            .ShouldContain("532930");
        merge["inOtherRegion"] = true;
        (await prefecture.PostAsync($"hazards/{own}/merge", merge)).Require(HttpStatusCode.OK);
        (await service.Office.GetAsync($"inbox?hazard={own}")).Require(HttpStatusCode.OK).Text.ShouldContain("hazard_merged");

        // The county that found it sees what became of it, though not where; the prefecture sees both.
        var before = DateTimeOffset.UtcNow;
        (await prefecture.PostAsync($"hazards/{survivor}/rejection", new() { ["reason"] = "录入错误", ["withMerged"] = true }))
            .Require(HttpStatusCode.OK);
        (await service.Office.GetAsync($"hazards/{survivor}")).Status.ShouldBe(HttpStatusCode.NotFound);
        foreach (var found in new[] { own, first })
            foreach (var (caller, sees) in new[] { (service.Office, false), (prefecture, true) })
            {
                var fate = (await caller.GetAsync($"hazards/{found}")).Json["survivor"]!;
                (fate["id"]!.ToString(), (bool)fate["visible"]!, fate["stage"]!["code"]!.ToString()).ShouldBe((survivor, sees, "rejected"));
                fate["endedAt"].ShouldNotBeNull();
                (await caller.GetAsync($"hazards/{found}?asOf={Uri.EscapeDataString($"{before:O}")}"))
                    .Json["survivor"]!["stage"]!["code"]!.ToString().ShouldBe("reported");
            }
    }

    /// <summary>并案不消事: what took major hazards in is not graded lower over their heads, whichever way it comes to its level.</summary>
    [Theory, InlineData(true), InlineData(false)]
    public async Task What_took_major_hazards_in_is_not_graded_lower(bool graded)
    {
        var report = Some.Report();
        report["reportedLevel"] = "重大";
        var (survivor, merged) = (await ReportedAsync(), await ReportedAsync());
        var major = new JsonObject { ["level"] = "major", ["basis"] = "判定标准第五条" };
        if (graded)
            (await service.Office.PostAsync($"hazards/{survivor}/verification", major)).Require(HttpStatusCode.OK);
        (await service.Office.PostAsync($"hazards/{merged}/merge", new() { ["into"] = survivor, ["reason"] = "同一处" }))
            .Require(HttpStatusCode.OK);
        var (noun, lower) = graded
            ? ("regrading", new JsonObject { ["level"] = "general", ["reason"] = "降级" })
            : ("verification", new JsonObject { ["level"] = "general" });
        (await service.Office.PostAsync($"hazards/{survivor}/{noun}", lower)).Refused(HttpStatusCode.Conflict, "grading.merged")
            .Text.ShouldContain(merged);
        lower["withMerged"] = true;
        (await service.Office.PostAsync($"hazards/{survivor}/{noun}", lower)).Require(HttpStatusCode.OK);

        async Task<string> ReportedAsync() =>
            (await service.Office.PostAsync("hazards", report)).Require(HttpStatusCode.Created)["id"];
    }

    /// <summary>责任移交: the clock urges nobody who is gone, however shortly, and puts nothing to him.</summary>
    [Fact]
    public async Task A_ring_knows_who_is_gone()
    {
        foreach (var (id, kind) in new[] { ("xz-gov", "government"), ("xz-dc", "supervisionOffice") })
            await service.BodyAsync(id, id, kind, Service.County);
        var hazard = await service.HazardAsync();
        (await service.Office.PostAsync($"hazards/{hazard}/verification", new() { ["level"] = "general" })).Require(HttpStatusCode.OK);
        var sectoral = Some.Leg("sectoral", "ws-gas");
        sectoral["supervisor"] = "xz-dc";
        (await service.Office.PostAsync(
            $"hazards/{hazard}/assignments", new() { ["legs"] = new JsonArray(Some.Leg("territorial", "xz-gov"), sectoral) }))
            .Require(HttpStatusCode.OK);
        var today = ChinaTime.DateAt(DateTimeOffset.UtcNow);
        await RingAsync(today);
        foreach (var id in new[] { "xz-gov", "xz-dc" })
            (await service.Admin.PostAsync($"bodies/{id}/dissolution", new() { ["reason"] = "机构改革" })).Require(HttpStatusCode.OK);
        (await RingAsync(today.AddDays(60))).ShouldBeOfType<Outcome<Hazard>.Done>();
        var events = (await service.Office.GetAsync($"hazards/{hazard}/events")).Json["events"]!.AsArray();
        var rung = events.SkipWhile(e => e!["type"]!.ToString() != "leg_vacated").ToArray();
        rung.ShouldNotBeEmpty();
        rung.Where(e => e!["type"]!.ToString() == "step_proposed").ShouldNotBeEmpty();
        foreach (var e in rung.Where(e => e!["type"]!.ToString() is "leg_urged" or "step_proposed" or "deadline_missed"))
            e!["data"]!.ToJsonString().ShouldNotContain("\"xz-");

        Task<Outcome<Hazard>> RingAsync(DateOnly on) => service.Services.GetRequiredService<HazardStore>().RingAsync(
            HazardId.Parse(hazard), on, DateTimeOffset.UtcNow, new Terms { CausationId = "clock" });
    }

    /// <summary>不能自己督办自己: whoever comes to owe what he was asked to watch over is asked no more; the office above him is.</summary>
    [Fact]
    public async Task What_an_office_is_asked_and_comes_to_owe_is_asked_above_it()
    {
        const string There = "532932";
        await service.BodyAsync("hq-awb", "鹤庆县安委办", "committeeOffice", There);
        await service.BodyAsync("yn-awb", "云南省安委办", "committeeOffice", "53");
        var (prefecture, province) = (await service.KeyAsync("dali-awb", "5329", "coordinator", "supervisor"),
            await service.KeyAsync("yn-awb", "53", "coordinator", "supervisor"));
        var report = Some.Report();
        report["region"] = There;
        var id = (await prefecture.PostAsync("hazards", report)).Require(HttpStatusCode.Created)["id"];
        await service.Services.GetRequiredService<HazardStore>().RingAsync(
            HazardId.Parse(id), ChinaTime.DateAt(DateTimeOffset.UtcNow).AddDays(40), DateTimeOffset.UtcNow,
            new Terms { CausationId = "clock" });
        (await AskedAsync("dali-awb")).ShouldContain(id);

        var passing = service.Services.GetRequiredService<PassingOn>();
        await passing.RunAsync(default);
        (await service.Admin.PostAsync("bodies/hq-awb/dissolution", new() { ["reason"] = "机构改革" })).Require(HttpStatusCode.OK);
        await passing.RunAsync(default);
        (await AskedAsync("dali-awb")).ShouldNotContain(id);
        (await AskedAsync("yn-awb")).ShouldContain(id);
        (await province.GetAsync($"inbox?hazard={id}")).Text.ShouldContain("step_proposed");
        (await prefecture.GetAsync($"hazards/{id}/steps")).Require(HttpStatusCode.OK).Text.ShouldNotContain("decline_step");
        var missed = (await prefecture.GetAsync($"hazards/{id}")).Json["hazard"]!["missed"]!.AsArray()[0]!;
        var decline = new JsonObject
        {
            ["step"] = "interview", ["clock"] = "verify", ["due"] = missed["due"]!.ToString(), ["reason"] = "正在核实",
        };
        (await prefecture.PostAsync($"hazards/{id}/declined-steps", decline)).Refused(HttpStatusCode.Conflict, "step.own_miss");
        (await province.PostAsync($"hazards/{id}/declined-steps", decline)).Require(HttpStatusCode.OK);
        (await passing.RunAsync(default)).ShouldBe(0);

        async Task<string> AskedAsync(string body) =>
            (await service.Admin.GetAsync($"proposals?body={body}&limit=200")).Require(HttpStatusCode.OK).Text;
    }

    /// <summary>看不到的不交办: what became part of an enterprise sees its own only, and owes and supervises nothing else.</summary>
    [Fact]
    public async Task What_sees_its_own_only_owes_nothing_of_others()
    {
        const string There = "532928";
        foreach (var (body, kind) in new[]
        {
            ("yp-awb", "committeeOffice"), ("yp-gov", "government"), ("yp-gas", "regulator"), ("yp-zhan", "unit"), ("yp-ban", "unit"),
        })
            await service.BodyAsync(body, body, kind, There, kind == "regulator" ? ["city_gas"] : []);
        (await service.Admin.PostAsync("bodies/yp-zhan/changes", new() { ["parent"] = "yp-gov", ["reason"] = "政府内设机构" }))
            .Require(HttpStatusCode.OK);
        var office = await service.KeyAsync("yp-awb", There, "reporter", "coordinator", "inspector");
        var report = Some.Report();
        report["region"] = There;
        var reporter = await service.KeyAsync("dali-awb", "5329", "reporter", "coordinator");
        var id = (await reporter.PostAsync("hazards", report)).Require(HttpStatusCode.Created)["id"];
        (await office.PostAsync($"hazards/{id}/verification", new() { ["level"] = "general" })).Require(HttpStatusCode.OK);
        JsonObject Assignment(string supervisor)
        {
            var (one, other) = (Some.Leg("territorial", "yp-gov"), Some.Leg("sectoral", "yp-gas"));
            other["supervisor"] = supervisor;
            return new() { ["legs"] = new JsonArray(one, other) };
        }
        (await office.PostAsync($"hazards/{id}/assignments", Assignment("yp-ban")))
            .Refused(HttpStatusCode.UnprocessableEntity, "assignment.supervisor_blind");
        // A part of the government sees what the government sees.
        (await office.PostAsync($"hazards/{id}/assignments", Assignment("yp-zhan"))).Require(HttpStatusCode.OK);
        var gov = await service.KeyAsync("yp-gov", There, "responsible");
        (await gov.PostAsync($"hazards/{id}/legs/territorial/acknowledgement", [])).Require(HttpStatusCode.OK);
        (await gov.PostAsync($"hazards/{id}/legs/territorial/completion", new() { ["results"] = "已整改" })).Require(HttpStatusCode.OK);
        await service.BodyAsync("dali-second", "大理州安委办（二）", "committeeOffice", "5329");
        var passing = service.Services.GetRequiredService<PassingOn>();
        await passing.RunAsync(default);
        (await ReinspectsAsync()).ShouldBe("yp-awb");
        (await service.Admin.PostAsync("bodies/yp-awb/changes", new() { ["kind"] = "unit", ["reason"] = "并入园区公司" }))
            .Require(HttpStatusCode.OK);
        await passing.RunAsync(default);
        (await office.GetAsync($"hazards/{id}")).Refused(HttpStatusCode.NotFound, "hazard.not_found");
        (await ReinspectsAsync()).ShouldStartWith("dali-");

        async Task<string> ReinspectsAsync() => (await service.Admin.GetAsync($"clocks?region={There}&limit=200")).Json["items"]!.AsArray()
            .Single(c => c!["clock"]!["code"]!.ToString() == "reinspect")!["body"]!["id"]!.ToString();
    }

    /// <summary>责任移交: whoever is dissolved or sent elsewhere, what he owed is owed by who is there, and the new office may do it.</summary>
    [Fact]
    public async Task What_a_body_owes_that_is_gone_is_owed_by_who_is_there()
    {
        const string There = "532926";
        foreach (var (id, kind) in new[]
        {
            ("nj-awb", "committeeOffice"), ("nj-awb2", "committeeOffice"), ("nj-gov", "government"),
            ("nj-gas", "regulator"), ("nj-gas2", "regulator"),
        })
            await service.BodyAsync(id, id, kind, There, kind == "regulator" ? ["city_gas"] : []);
        var (old, heir, gov, gas) = (
            await service.KeyAsync("nj-awb", There, "reporter", "coordinator", "inspector"),
            await service.KeyAsync("nj-awb2", There, "coordinator", "inspector"),
            await service.KeyAsync("nj-gov", There, "responsible"), await service.KeyAsync("nj-gas", There, "responsible"));
        var (waiting, later) = (await AssignedAsync(), await AssignedAsync());
        var passing = service.Services.GetRequiredService<PassingOn>();
        await passing.RunAsync(default);
        (await passing.RunAsync(default)).ShouldBe(0, "no body has changed");

        // The regulator is dissolved: its legs wait to be given to another, and the office is asked.
        await DissolveAsync("nj-gas", "nj-gas2");
        await passing.RunAsync(default);
        foreach (var id in new[] { waiting, later })
        {
            var hazard = (await old.GetAsync($"hazards/{id}")).Json["hazard"]!;
            hazard["legs"]!["sectoral"]!["stage"]!.ToString().ShouldBe("returned");
            hazard["legs"]!["territorial"]!["stage"]!.ToString().ShouldBe("rectifying");
        }
        (await old.GetAsync("clocks?body=nj-awb&clock=reassign")).Json["items"]!.AsArray().Count.ShouldBe(2);
        (await old.GetAsync($"hazards/{waiting}/events")).Text.ShouldContain("nj-gas2");

        // So is the office: its successor owes it from now on, and is told; what was known before stays known.
        var before = (await old.GetAsync($"hazards/{waiting}/events")).Json["events"]!.AsArray()[^1]!["recordedAt"]!.ToString();
        (await heir.PostAsync($"hazards/{waiting}/legs/sectoral/reassignment", Reassignment()))
            .Refused(HttpStatusCode.Forbidden, "assignment.not_yours");
        await DissolveAsync("nj-awb", "nj-awb2");
        // At once, also before anybody has looked: an act finds it out itself.
        (await heir.PostAsync($"hazards/{later}/legs/sectoral/reassignment", Reassignment())).Require(HttpStatusCode.OK);
        var declared = (await gov.PostAsync($"hazards/{later}/legs/territorial/completion", new() { ["results"] = "已整改" }))
            .Require(HttpStatusCode.OK);
        declared.Json["events"]!.AsArray().Select(e => e!["type"]!.ToString()).ShouldBe(["completion_declared", "duties_passed"]);
        await passing.RunAsync(default);
        (await heir.GetAsync("clocks?body=nj-awb")).Json["items"]!.AsArray().ShouldBeEmpty();
        (await heir.GetAsync("clocks?body=nj-awb2")).Json["items"]!.AsArray().Select(i => i!["hazard"]!["id"]!.ToString()).Distinct()
            .ShouldBe([waiting, later], ignoreOrder: true);
        (await heir.GetAsync("inbox")).Text.ShouldContain(waiting);
        (await heir.GetAsync($"clocks?body=nj-awb&asOf={Uri.EscapeDataString(before)}")).Json["items"]!.AsArray().ShouldNotBeEmpty();
        (await heir.PostAsync($"hazards/{waiting}/legs/sectoral/reassignment", Reassignment())).Require(HttpStatusCode.OK);
        (await passing.RunAsync(default)).ShouldBe(0);

        // A body that is sent elsewhere is as good as gone, and a duty for which nobody is left in the county goes to the prefecture.
        (await service.Admin.PostAsync("bodies/nj-gov/changes", new() { ["region"] = "532901", ["reason"] = "登记有误" }))
            .Require(HttpStatusCode.OK);
        await DissolveAsync("nj-awb2", null);
        await passing.RunAsync(default);
        var prefecture = await service.KeyAsync("dali-awb", "5329", "coordinator", "inspector");
        var left = (await prefecture.GetAsync($"clocks?region={There}")).Json["items"]!.AsArray();
        left.Select(i => (i!["body"]!["id"]!.ToString(), i["clock"]!["code"]!.ToString())).Distinct().Order().ShouldBe(
            [
                ("dali-awb", "reassign"), ("dali-awb", "rectify"), ("dali-awb", "reinspect"), ("nj-gas2", "acknowledge"),
                ("nj-gas2", "rectify"),
            ],
            ignoreOrder: true);
        (await prefecture.PostAsync($"hazards/{later}/legs/territorial/reinspections", new() { ["verdict"] = "pass", ["findings"] = "合格" }))
            .Require(HttpStatusCode.OK);

        async Task<string> AssignedAsync()
        {
            var report = Some.Report();
            report["region"] = There;
            var id = (await old.PostAsync("hazards", report)).Require(HttpStatusCode.Created)["id"];
            (await old.PostAsync($"hazards/{id}/verification", new() { ["level"] = "general" })).Require(HttpStatusCode.OK);
            (await old.PostAsync(
                $"hazards/{id}/assignments",
                new() { ["legs"] = new JsonArray(Some.Leg("territorial", "nj-gov"), Some.Leg("sectoral", "nj-gas")) }))
                .Require(HttpStatusCode.OK);
            (await gov.PostAsync($"hazards/{id}/legs/territorial/acknowledgement", [])).Require(HttpStatusCode.OK);
            (await gas.PostAsync($"hazards/{id}/legs/sectoral/acknowledgement", [])).Require(HttpStatusCode.OK);
            return id;
        }

        async Task DissolveAsync(string id, string? successor) =>
            (await service.Admin.PostAsync($"bodies/{id}/dissolution", new() { ["reason"] = "机构改革", ["successor"] = successor }))
                .Require(HttpStatusCode.OK);

        static JsonObject Reassignment() => new()
        {
            ["body"] = "nj-gas2", ["deadline"] = Some.InDays(20), ["instructions"] = "限期整改", ["reason"] = "机构改革",
        };
    }

    [Fact]
    public async Task A_report_answers_with_its_address_and_state()
    {
        var answer = (await service.Office.PostAsync("hazards", Some.Report())).Require(HttpStatusCode.Created);
        answer.Headers.Location!.ToString().ShouldBe($"/api/v1/hazards/{answer["id"]}");
        answer.ETag.ShouldBe("\"1\"");
        answer.Json["stage"]!["chinese"]!.ToString().ShouldBe("待核实");
        var found = (await service.Office.GetAsync(answer.Headers.Location.ToString())).Require(HttpStatusCode.OK);
        found.Json["names"]!["regions"]![Service.County]!.ToString().ShouldContain("巍山");
        (await service.Office.GetAsync($"hazards/{answer["id"]}", ("If-None-Match", found.ETag))).Status.ShouldBe(
            HttpStatusCode.NotModified);
    }

    [Fact]
    public async Task The_past_is_seen_as_it_was_recorded()
    {
        var answer = await service.Office.PostAsync("hazards", Some.Report());
        var id = answer["id"];
        var then = Uri.EscapeDataString(answer["recordedAt"]);
        await Ok(service.Office, id, "verification", new() { ["level"] = "general" }, "hazard_verified");
        var past = (await service.Office.GetAsync($"hazards/{id}?asOf={then}")).Require(HttpStatusCode.OK);
        past.Json["stage"]!["code"]!.ToString().ShouldBe("reported");
        (await service.Office.GetAsync($"hazards/{id}/events?asOf={then}")).Json["events"]!.AsArray().Count.ShouldBe(1);
        (await service.Office.GetAsync($"hazards?asOf={then}&stage=reported&q={Uri.EscapeDataString("阀井")}")).Json["items"]!.AsArray()
            .ShouldContain(i => i!["id"]!.ToString() == id);
        (await service.Office.GetAsync($"hazards?asOf={Uri.EscapeDataString("2020-01-01T00:00:00+08:00")}")).Json["items"]!.AsArray()
            .ShouldBeEmpty();
    }

    [Theory]
    [InlineData("boards/closed-loop")]
    [InlineData("boards/closed-loop?region=532927")]
    [InlineData("lists/listed?listingLevel=county")]
    [InlineData("lists/listed/counts")]
    [InlineData("lists/overdue")]
    [InlineData("lists/overdue/counts")]
    [InlineData("hazards?sort=due&order=asc&limit=5&sector=city_gas,fire_safety&stage=assigned&stage=rectifying&dual=true&overdue=false&late=false")]
    [InlineData("bodies?kind=government&name=%E6%94%BF%E5%BA%9C")]
    [InlineData("bodies/ws-gov")]
    [InlineData("bodies/ws-gov/events")]
    [InlineData("bodies/dali-awb")]
    [InlineData("codes")]
    [InlineData("codes/sectors")]
    [InlineData("codes/commands")]
    [InlineData("codes/refusals")]
    [InlineData("regions?prefix=5329&q=%E5%B7%8D%E5%B1%B1")]
    [InlineData("policy")]
    [InlineData("me")]
    [InlineData("events?after=0&limit=5")]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    [InlineData("/problems/hazard.not_found")]
    public async Task Reads(string path) => (await service.Office.GetAsync(path)).Require(HttpStatusCode.OK).Json.ShouldNotBeNull();

    [Fact]
    public async Task The_list_of_commands_says_which_stages_are_open_to_imported_hazards_besides()
    {
        var commands = (await service.Office.GetAsync("codes/commands")).Require(HttpStatusCode.OK).Json["items"]!.AsArray();
        foreach (var rule in CommandRules.All)
        {
            var entry = commands.Single(c => c!["name"]!.ToString() == rule.Name)!;
            entry["stagesOfImported"]!.AsArray().Select(s => s!["code"]!.ToString())
                .ShouldBe(rule.StagesOfImported.Select(CodeList.Code), rule.Name);
            entry["onlyUntouched"]!.GetValue<bool>().ShouldBe(rule.OnlyUntouched, rule.Name);
        }

        commands.Single(c => c!["name"]!.ToString() == "merge")!["stagesOfImported"]!.AsArray().ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Overdue_says_which_clock_which_body_and_what_next()
    {
        var id = (await service.Office.PostAsync("hazards", With(Some.Report(), "occurredAt", Ago(40))))
            .Require(HttpStatusCode.Created)["id"];
        await Ok(service.Office, id, "verification", new() { ["level"] = "general", ["occurredAt"] = Ago(39) }, "hazard_verified");
        await Ok(service.Office, id, "assignments", With(Some.DualAssignment(Some.InDays(-20)), "occurredAt", Ago(38)), "hazard_assigned");
        var page = (await service.Office.GetAsync("lists/overdue?limit=200")).Require(HttpStatusCode.OK);
        var item = page.Json["items"]!.AsArray().Single(i => i!["hazard"]!["id"]!.ToString() == id)!;
        var duty = item["overdue"]!.AsArray()
            .First(d => d!["clock"]!["code"]!.ToString() == "rectify" && d["leg"]!["code"]!.ToString() == "territorial")!;
        duty["body"]!["name"]!.ToString().ShouldBe("巍山县人民政府");
        ((int)duty["daysOverdue"]!).ShouldBe(20);
        duty["next"].ShouldBeNull("it was entered today: nobody is pursued for the days before");
        item["legs"]!.AsArray().ShouldAllBe(l => l!["enteredOn"]!.ToString() == Some.InDays(0) && !l["silent"]!.GetValue<bool>());
        (await service.Office.GetAsync("lists/overdue/counts")).Json["duties"]!.AsArray().ShouldNotBeEmpty();
        (await service.Office.GetAsync($"hazards/{id}/events")).Json["events"]![0]!["late"]!.GetValue<bool>().ShouldBeTrue();
    }

    [Fact]
    public async Task The_feed_goes_on_where_it_was_left_and_waits_for_news()
    {
        var id = await service.HazardAsync();
        var head = await service.HeadAsync();
        var waiting = service.Office.GetAsync($"events?after={head}&wait=30");
        await Ok(service.Office, id, "comments", new() { ["text"] = "新的" }, "comment_added");
        var page = (await waiting).Require(HttpStatusCode.OK);
        page.Json["events"]!.AsArray().ShouldContain(e => e!["type"]!.ToString() == "comment_added");
        ((long)page.Json["next"]!).ShouldBeGreaterThan(head);
        (await service.Elsewhere.GetAsync("events?limit=500")).Json["events"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task Bodies_are_renamed_changed_and_dissolved()
    {
        var id = $"b-{Guid.NewGuid():n}"[..20];
        await service.BodyAsync(id, "某公司", "enterprise", Service.County);
        (await service.Admin.PostAsync($"bodies/{id}/renaming", new() { ["name"] = "某集团", ["reason"] = "更名" })).Require(HttpStatusCode.OK);
        (await service.Admin.PostAsync($"bodies/{id}/changes", new() { ["sectors"] = new JsonArray("fire_safety"), ["reason"] = "新增业务" }))
            .Require(HttpStatusCode.OK).ETag.ShouldBe("\"3\"");
        var key = await service.KeyAsync(id, Service.County, "reporter");
        (await service.Admin.PostAsync($"bodies/{id}/dissolution", new() { ["reason"] = "注销" })).Require(HttpStatusCode.OK);
        (await service.Admin.GetAsync($"bodies/{id}/events")).Json["events"]!.AsArray().Count.ShouldBe(4);
        (await key.GetAsync("me")).Require(HttpStatusCode.OK);
        (await key.PostAsync("hazards", Some.Report())).Refused(HttpStatusCode.Forbidden, "caller.body_dissolved");
    }

    [Fact]
    public async Task A_revoked_key_opens_nothing_at_once()
    {
        var answer = (await service.Admin.PostAsync(
            "api-keys",
            new()
            {
                ["client"] = "hotline", ["body"] = "ws-awb", ["region"] = Service.County, ["roles"] = new JsonArray("reporter"),
            })).Require(HttpStatusCode.Created);
        var client = service.ClientOf(answer["secret"]);
        (await client.GetAsync("me")).Require(HttpStatusCode.OK);
        (await service.Admin.GetAsync("api-keys")).Text.ShouldNotContain(answer["secret"]);
        (await service.Admin.PostAsync($"api-keys/{answer["id"]}/revocation", new() { ["reason"] = "泄露" })).Require(HttpStatusCode.OK);
        (await client.GetAsync("me")).Refused(HttpStatusCode.Unauthorized, "key.revoked").Headers.WwwAuthenticate.ShouldNotBeEmpty();
    }

    private static async Task<Answer> Ok(Client client, string id, string noun, JsonObject body, params string[] events)
    {
        var answer = (await client.PostAsync($"hazards/{id}/{noun}", body)).Require(HttpStatusCode.OK);
        answer.Json["events"]!.AsArray().Select(e => e!["type"]!.ToString()).ShouldBe(events);
        return answer;
    }

    private static JsonObject SixParts() => new()
    {
        ["goals"] = "消除泄漏", ["measures"] = "更换阀门", ["funds"] = "12.5万元", ["responsible"] = "公司总经理", ["timeLimits"] = "三十日",
        ["emergency"] = "停气疏散",
    };

    private static JsonObject With(JsonObject body, string name, string value)
    {
        body[name] = value;
        return body;
    }

    private static string Ago(int days) =>
        DateTimeOffset.UtcNow.AddDays(-days).ToString("yyyy-MM-dd'T'HH:mm:sszzz", System.Globalization.CultureInfo.InvariantCulture);
}
