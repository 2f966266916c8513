using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace Hazards.Api.Tests;

/// <summary>Campaigns, inspections and special periods over REST.</summary>
[Trait("Server", "any")]
public sealed class CampaignTests(Service service) : IClassFixture<Service>
{
    private static string Today => Some.InDays(0);

    [Fact]
    public async Task A_campaign_counts_its_visits_and_what_they_found_with_the_spot_fixed_apart()
    {
        var id = (await service.Office.PostAsync("campaigns", Campaign())).Require(HttpStatusCode.Created)["id"];
        var one = await VisitAsync("巍山燃气公司", id);
        await VisitAsync("巍山 燃气公司", id);
        await VisitAsync("南诏镇中学", id);
        var spot = await FoundAsync(one);
        var open = await FoundAsync(one);
        (await service.Office.PostAsync($"hazards/{spot}/on-the-spot-fix", new() { ["measures"] = "当场关阀" })).Require(HttpStatusCode.OK);

        var figures = (await service.Office.GetAsync($"campaigns/{id}/figures")).Require(HttpStatusCode.OK).Json["figures"]!["total"]!;
        (Number(figures["visits"]!, "visits"), Number(figures["visits"]!, "units"), Number(figures["visits"]!, "withoutHazards"))
            .ShouldBe((3, 2, 2));
        (Number(figures["hazards"]!, "found"), Number(figures["hazards"]!, "onTheSpot"), Number(figures["hazards"]!, "ownChecks"), Number(
            figures["hazards"]!, "byDeadline")).ShouldBe((1, 1, 0, 0));

        (await service.Office.PostAsync($"hazards/{open}/verification", new() { ["level"] = "general" })).Require(HttpStatusCode.OK);
        (await service.Office.PostAsync($"hazards/{open}/assignments", Some.DualAssignment())).Require(HttpStatusCode.OK);
        var after = (await service.Office.GetAsync($"campaigns/{id}/figures")).Json["figures"]!;
        Number(after["total"]!["hazards"]!, "byDeadline").ShouldBe(1);
        // The list of campaigns has the same sum, now and as of an instant.
        foreach (var at in new[] { "", $"?asOf={Uri.EscapeDataString(DateTimeOffset.UtcNow.ToString("O", CultureInfo.InvariantCulture))}" })
            (await service.Office.GetAsync($"campaigns/figures{at}")).Require(HttpStatusCode.OK).Json["items"]!.AsArray()
                .Single(i => i!["campaign"]!["id"]!.ToString() == id)!["total"]!.ToJsonString()
                .ShouldBe(after["total"]!.ToJsonString());
        after["bySector"]!.AsArray().ShouldHaveSingleItem()!["sector"]!.ToString().ShouldBe("city_gas");

        var details = (await service.Office.GetAsync($"inspections/{one}")).Require(HttpStatusCode.OK);
        details.Json["hazards"]!.AsArray().Select(h => h!["id"]!.ToString()).ShouldBe([spot, open]);
        (await service.Office.GetAsync($"hazards?campaign={id}")).Json["items"]!.AsArray().Count.ShouldBe(
            2, "the visit's campaign is the hazard's");
        (await service.Office.GetAsync($"hazards?inspection={one}")).Json["items"]!.AsArray().Count.ShouldBe(2);
        (await service.Elsewhere.GetAsync($"campaigns/{id}")).Refused(HttpStatusCode.NotFound, "campaign.not_found");
        (await service.Elsewhere.GetAsync($"inspections/{one}")).Refused(HttpStatusCode.NotFound, "inspection.not_found");
    }

    [Fact]
    public async Task A_campaign_is_changed_ended_and_then_stays_as_it_is()
    {
        var opened = (await service.Office.PostAsync("campaigns", Campaign())).Require(HttpStatusCode.Created);
        var id = opened["id"];
        opened.Headers.Location!.ToString().ShouldBe($"/api/v1/campaigns/{id}");
        var changed = (await service.Office.PostAsync(
            $"campaigns/{id}/changes", new() { ["to"] = Some.InDays(60), ["reason"] = "延长" },
            ("If-Match", opened.ETag))).Require(HttpStatusCode.OK);
        (await service.Office.PostAsync(
            $"campaigns/{id}/changes", new() { ["to"] = Some.InDays(70), ["reason"] = "再延" },
            ("If-Match", opened.ETag))).Refused(HttpStatusCode.PreconditionFailed, "request.stale");
        (await service.Office.PostAsync($"campaigns/{id}/end", new() { ["summary"] = "检查3户次" }, ("If-Match", changed.ETag)))
            .Require(HttpStatusCode.OK);
        (await service.Office.PostAsync($"campaigns/{id}/end", new() { ["summary"] = "再结束" }))
            .Refused(HttpStatusCode.Conflict, "campaign.ended");
        (await service.Office.GetAsync($"campaigns/{id}/events")).Json["events"]!.AsArray().Select(e => e!["type"]!.ToString())
            .ShouldBe(["campaign_opened", "campaign_changed", "campaign_ended"]);
        (await service.Office.GetAsync($"campaigns?on={Today}")).Json["items"]!.AsArray().Select(c => c!["id"]!.ToString())
            .ShouldContain(id);
        (await service.Office.GetAsync($"campaigns/{id}", ("If-None-Match", "\"3\""))).Status.ShouldBe(HttpStatusCode.NotModified);
    }

    [Fact]
    public async Task Bad_campaigns_and_visits_are_refused_with_the_place()
    {
        (await service.Office.PostAsync("campaigns", With(Campaign(), "to", Some.InDays(-40))))
            .Refused(HttpStatusCode.UnprocessableEntity, "campaign.dates_backwards")["field"].ShouldBe("to");
        (await service.Office.PostAsync("campaigns", With(Campaign(), "regions", new JsonArray("5329"))))
            .Refused(HttpStatusCode.Forbidden, "region.outside_jurisdiction")["field"].ShouldBe("regions[0]");
        (await service.Office.PostAsync("campaigns", With(Campaign(), "sectors", new JsonArray("magic"))))
            .Refused(HttpStatusCode.UnprocessableEntity, "sector.unknown");
        (await service.Office.PostAsync("campaigns", new() { ["from"] = Today, ["to"] = Today }))
            .Refused(HttpStatusCode.BadRequest, "input.missing")["field"].ShouldBe("name");
        (await service.Gov.PostAsync("campaigns", Campaign())).Refused(HttpStatusCode.Forbidden, "role.forbidden");
        (await service.Supervisor.PostAsync("campaigns", Campaign())).Refused(HttpStatusCode.Forbidden, "campaign.organiser");
        (await service.Office.GetAsync("campaigns/none")).Refused(HttpStatusCode.NotFound, "campaign.not_found");
        (await service.Office.GetAsync("inspections?campaign=none")).Refused(HttpStatusCode.BadRequest, "query.malformed");

        var id = (await service.Office.PostAsync("campaigns", Campaign())).Require(HttpStatusCode.Created)["id"];
        (await service.Office.PostAsync("inspections", Visit("甲", id, Some.InDays(-30))))
            .Refused(HttpStatusCode.UnprocessableEntity, "campaign.not_in_time");
        (await service.Office.PostAsync("inspections", With(Visit("甲", id), "sector", "education")))
            .Refused(HttpStatusCode.UnprocessableEntity, "campaign.not_in_sector");
        (await service.Office.PostAsync("inspections", Visit("甲", Guid.NewGuid().ToString())))
            .Refused(HttpStatusCode.UnprocessableEntity, "campaign.unknown");
        (await service.Office.PostAsync("inspections", Visit("甲", null, Some.InDays(1))))
            .Refused(HttpStatusCode.UnprocessableEntity, "inspection.future");
        (await service.Office.PostAsync("inspections", Visit("", null))).Refused(HttpStatusCode.BadRequest, "input.missing")["field"]
            .ShouldBe("unit.name");
        (await service.Office.PostAsync("hazards", With(Some.Report(), "inspection", Guid.NewGuid().ToString())))
            .Refused(HttpStatusCode.UnprocessableEntity, "inspection.unknown");
        (await service.Office.PostAsync("hazards", With(With(Some.Report(), "campaign", id), "sector", "education")))
            .Refused(HttpStatusCode.UnprocessableEntity, "campaign.not_in_sector");
        (await service.Office.PostAsync("hazards", With(Some.Report(), "campaign", "none")))
            .Refused(HttpStatusCode.BadRequest, "input.malformed");
    }

    [Fact]
    public async Task Visits_entered_days_later_are_late_and_the_past_stays_as_it_was_known()
    {
        var id = (await service.Office.PostAsync("campaigns", Campaign())).Require(HttpStatusCode.Created)["id"];
        await VisitAsync("甲", id);
        var before = DateTimeOffset.UtcNow.ToString("O", CultureInfo.InvariantCulture);
        var late = (await service.Office.PostAsync("inspections", Visit("乙", id, Some.InDays(-9)))).Require(HttpStatusCode.Created);
        late.Json["record"]!["late"]!.GetValue<bool>().ShouldBeTrue();
        (await service.Office.GetAsync($"inspections?campaign={id}&late=true")).Json["items"]!.AsArray().ShouldHaveSingleItem();
        Number((await service.Office.GetAsync($"campaigns/{id}/figures")).Json["figures"]!["total"]!["visits"]!, "visits").ShouldBe(2);
        Number((await service.Office.GetAsync($"campaigns/{id}/figures?asOf={Uri.EscapeDataString(before)}")).Json["figures"]!["total"]!["visits"]!, "visits").ShouldBe(1);
    }

    [Fact]
    public async Task A_visit_is_corrected_and_voided_and_then_counts_no_more()
    {
        var id = (await service.Office.PostAsync("campaigns", Campaign())).Require(HttpStatusCode.Created)["id"];
        var visit = await VisitAsync("甲", id);
        (await service.Office.PostAsync($"inspections/{visit}/corrections", new() { ["hazardsClaimed"] = 2, ["reason"] = "漏录" }))
            .Require(HttpStatusCode.OK).Json["record"]!["hazardsClaimed"]!.GetValue<int>().ShouldBe(2);
        (await service.Supervisor.PostAsync($"inspections/{visit}/voiding", new() { ["reason"] = "误" }))
            .Refused(HttpStatusCode.Forbidden, "inspection.not_yours");
        (await service.Office.PostAsync($"inspections/{visit}/voiding", new() { ["reason"] = "重复录入" })).Require(HttpStatusCode.OK);
        (await service.Office.PostAsync($"inspections/{visit}/voiding", new() { ["reason"] = "再作废" }))
            .Refused(HttpStatusCode.Conflict, "inspection.voided");
        (await service.Office.PostAsync("hazards", With(Some.Report(), "inspection", visit)))
            .Refused(HttpStatusCode.Conflict, "inspection.voided");
        Number((await service.Office.GetAsync($"campaigns/{id}/figures")).Json["figures"]!["total"]!["visits"]!, "visits").ShouldBe(0);
        (await service.Office.GetAsync($"inspections/{visit}/events")).Json["events"]!.AsArray().Count.ShouldBe(3);
    }

    /// <summary>What was found in a visit was found on its day or after it, in its place, also after the visit is corrected.</summary>
    [Fact]
    public async Task A_visit_is_not_corrected_away_from_what_was_found_in_it()
    {
        var entered = await service.Office.PostAsync("inspections", Visit("丙", null, Some.InDays(-5)));
        var visit = entered.Require(HttpStatusCode.Created)["id"];
        var report = With(Some.Report(), "inspection", visit);
        report["occurredAt"] = Some.InDays(-3) + "T10:00:00+08:00";
        var hazard = (await service.Office.PostAsync("hazards", report)).Require(HttpStatusCode.Created)["id"];
        var prefecture = await service.KeyAsync("dali-awb", "5329", "coordinator");
        await CorrectedAsync("on", Some.InDays(-3));
        (await CorrectAsync("on", Some.InDays(-2))).Refused(HttpStatusCode.Conflict, "inspection.found_before_it")
            .Json["facts"]!["date"]!.ToString().ShouldBe(Some.InDays(-3));
        await CorrectedAsync("region", "5329");
        await CorrectedAsync("region", Service.County);
        (await CorrectAsync("region", "532922")).Refused(HttpStatusCode.Conflict, "inspection.found_elsewhere")
            .Json["facts"]!["region"]!.ToString().ShouldBe(Service.County);
        // What was no hazard was not found.
        (await service.Office.PostAsync($"hazards/{hazard}/rejection", new() { ["reason"] = "录入错误", ["actor"] = "核查员" }))
            .Require(HttpStatusCode.OK);
        await CorrectedAsync("on", Some.InDays(-2));
        await CorrectedAsync("region", "532922");
        (await ContradictingAsync()).ShouldBeEmpty();
        // It turned out to be one after all: no hazard is kept from being dealt with by what a visit says; what does not fit is said.
        (await service.Office.PostAsync($"hazards/{hazard}/reopening", new() { ["reason"] = "属实" }))
            .Require(HttpStatusCode.OK);
        (await ContradictingAsync()).ShouldBe([hazard]);

        async Task<string[]> ContradictingAsync() =>
            [.. (await prefecture.GetAsync($"inspections/{visit}")).Require(HttpStatusCode.OK).Json["contradicting"]!.AsArray()
                .Select(h => h!.ToString())];

        async Task CorrectedAsync(string field, string value) => (await CorrectAsync(field, value)).Require(HttpStatusCode.OK);

        Task<Answer> CorrectAsync(string field, string value) =>
            prefecture.PostAsync($"inspections/{visit}/corrections", new() { [field] = value, ["reason"] = "登记有误" });
    }

    [Fact]
    public async Task A_batch_answers_every_row_and_one_bad_row_harms_no_other()
    {
        var rows = new JsonArray(
            Visit("甲", null), With(Visit("乙", null), "sector", "magic"), "not a visit", With(Visit("丙", null), "colour", "red"),
            Visit("丁", null, Some.InDays(-20)));
        var key = ("Idempotency-Key", Guid.NewGuid().ToString());
        var first = (await service.Office.PostAsync("inspections/batch", new() { ["items"] = rows.DeepClone() }, key))
            .Require(HttpStatusCode.OK);
        (first["entered"], first["refused"]).ShouldBe(("2", "3"));
        first.Json["rows"]!.AsArray().Select(r => r!["status"]!.GetValue<int>()).ShouldBe([201, 422, 400, 400, 201]);
        first.Json["rows"]![1]!["problem"]!["code"]!.ToString().ShouldBe("sector.unknown");
        first.Json["rows"]![4]!["late"]!.GetValue<bool>().ShouldBeTrue();

        // Mended and sent again with the same key: only what was refused is entered now.
        rows[1] = Visit("乙", null);
        var head = await service.HeadAsync();
        var again = (await service.Office.PostAsync("inspections/batch", new() { ["items"] = rows.DeepClone() }, key))
            .Require(HttpStatusCode.OK);
        again["entered"].ShouldBe("3");
        again.Json["rows"]![0]!["id"]!.ToString().ShouldBe(first.Json["rows"]![0]!["id"]!.ToString());
        (await service.HeadAsync()).ShouldBe(head + 1);

        (await service.Office.PostAsync("inspections/batch", new() { ["items"] = new JsonArray() }))
            .Refused(HttpStatusCode.BadRequest, "input.missing");
        (await service.Office.PostAsync(
            "inspections/batch",
            new() { ["items"] = new JsonArray([.. Enumerable.Range(0, 501).Select(_ => (JsonNode)Visit("甲", null))]) })).Refused(
                HttpStatusCode.BadRequest, "input.too_many");
        (await service.Office.PostAsync("inspections/batch", new() { ["rows"] = new JsonArray() }))
            .Refused(HttpStatusCode.BadRequest, "request.unknown_field");
        (await service.Office.PostAsync("inspections/batch", new() { ["items"] = "x" }))
            .Refused(HttpStatusCode.BadRequest, "input.malformed");
    }

    [Fact]
    public async Task The_same_reference_sent_by_two_at_once_is_one_visit()
    {
        var visit = With(Visit("甲", null), "reference", new JsonObject { ["system"] = "互联网+执法", ["id"] = Guid.NewGuid().ToString() });
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => service.Office.PostAsync("inspections", (JsonObject)visit.DeepClone())));
        var made = answers.Single(a => a.Status == HttpStatusCode.Created);
        foreach (var repeated in answers.Where(a => a.Status != HttpStatusCode.Created))
        {
            repeated.Refused(HttpStatusCode.Conflict, "inspection.entered_before");
            repeated.Headers.Location!.ToString().ShouldEndWith(made["id"]);
        }
        var batch = await service.Office.PostAsync("inspections/batch", new() { ["items"] = new JsonArray(visit.DeepClone()) });
        (batch.Json["rows"]![0]!["status"]!.GetValue<int>(), batch.Json["rows"]![0]!["id"]!.ToString()).ShouldBe((409, made["id"]));
    }

    [Fact]
    public async Task Of_two_that_end_a_campaign_at_once_one_does()
    {
        var id = (await service.Office.PostAsync("campaigns", Campaign())).Require(HttpStatusCode.Created)["id"];
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 6).Select(i => service.Office.PostAsync($"campaigns/{id}/end", new() { ["summary"] = $"第{i}份" })));
        answers.Count(a => a.Status == HttpStatusCode.OK).ShouldBe(1);
        foreach (var refused in answers.Where(a => a.Status != HttpStatusCode.OK))
            refused.Refused(HttpStatusCode.Conflict, "campaign.ended");
    }

    [Fact]
    public async Task What_is_found_in_a_special_period_is_watched_apart()
    {
        var period = Campaign();
        (period["kind"], period["name"], period["sectors"]) = ("specialPeriod", "两会期间", new JsonArray("education"));
        var id = (await service.Office.PostAsync("campaigns", period)).Require(HttpStatusCode.Created)["id"];
        var inside = (await service.Office.PostAsync("hazards", With(Some.Report(), "sector", "education")))
            .Require(HttpStatusCode.Created)["id"];
        await service.Office.PostAsync("hazards", Some.Report());

        (await service.Office.GetAsync("special-periods")).Json["items"]!.AsArray().Select(p => p!["id"]!.ToString()).ShouldContain(id);
        foreach (var name in new[] { id, Uri.EscapeDataString("两会期间") })
        {
            (await service.Office.GetAsync($"special-periods/{name}/hazards")).Require(HttpStatusCode.OK).Json["items"]!.AsArray()
                .Select(h => h!["id"]!.ToString()).ShouldBe([inside]);
            var hazards = (await service.Office.GetAsync($"special-periods/{name}/figures"))
                .Require(HttpStatusCode.OK).Json["figures"]!["total"]!["hazards"]!;
            (Number(hazards, "found"), Number(hazards, "open"), Number(hazards, "overdue")).ShouldBe((1, 1, 0));
        }
        (await service.Office.GetAsync($"special-periods/{id}/hazards?sector=city_gas")).Json["items"]!.AsArray().ShouldBeEmpty();
        (await service.Office.GetAsync("special-periods/none/hazards")).Refused(HttpStatusCode.NotFound, "special_period.not_found");
        (await service.Elsewhere.GetAsync($"special-periods/{id}/figures")).Refused(HttpStatusCode.NotFound, "special_period.not_found");
    }

    private static JsonObject Campaign() => new()
    {
        ["name"] = "燃气安全专项行动", ["from"] = Some.InDays(-20), ["to"] = Some.InDays(30), ["regions"] = new JsonArray(Service.County),
        ["sectors"] = new JsonArray("city_gas"),
        ["documentNumber"] = "巍安委办〔2026〕5号", ["requirements"] = "逐户检查",
    };

    private static JsonObject Visit(string unit, string? campaign, string? on = null) => new()
    {
        ["unit"] = new JsonObject { ["name"] = unit }, ["region"] = Service.County, ["sector"] = "city_gas", ["on"] = on ?? Today,
        ["source"] = "gridWorker", ["inspectors"] = "网格员张某", ["campaign"] = campaign,
    };

    private static JsonObject With(JsonObject body, string name, JsonNode value)
    {
        body[name] = value;
        return body;
    }

    private async Task<string> VisitAsync(string unit, string campaign) =>
        (await service.Office.PostAsync("inspections", Visit(unit, campaign))).Require(HttpStatusCode.Created)["id"];

    private async Task<string> FoundAsync(string visit) =>
        (await service.Office.PostAsync("hazards", With(Some.Report(), "inspection", visit))).Require(HttpStatusCode.Created)["id"];

    private static int Number(JsonNode node, string name) => node[name]!.GetValue<int>();
}
