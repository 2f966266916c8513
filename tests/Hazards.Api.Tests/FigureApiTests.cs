using System.Collections.Immutable;
using System.IO.Compression;
using System.Net;
using System.Text.Json.Nodes;
using Hazards.Api.Reports;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Hazards.Api.Tests;

/// <summary>Figures and reports over REST: asked, frozen, found the same years later, and the difference explained.</summary>
[Trait("Server", "any")]
public sealed class FigureApiTests(Backdating own) : IClassFixture<Backdating>
{
    private readonly Service service = own.Service;

    private static readonly DateOnly Today = ChinaTime.DateAt(DateTimeOffset.UtcNow);
    private static readonly Period LastMonth = Period.Of(PeriodKind.Month, Today).Previous;
    private static readonly DateTimeOffset Then = ChinaTime.StartOf(LastMonth.First.AddDays(9)).AddHours(10);

    [Fact]
    public async Task A_frozen_report_is_the_same_byte_for_byte_years_later_and_the_difference_is_explained()
    {
        var general = await FoundAsync(Then, "general");
        var major = await FoundAsync(Then.AddDays(1), "major");
        var table = (await service.Office.GetAsync($"figures/monthly-table?period={LastMonth}")).Require(HttpStatusCode.OK).Json;
        Number(table["table"]!["total"]!["foundGeneral"]).ShouldBeGreaterThanOrEqualTo(1);
        var frozen = (await service.Office.PostAsync(
            "reports",
            new JsonObject
            {
                ["kind"] = "monthlyTable", ["region"] = Service.County, ["period"] = LastMonth.Value,
            })).Require(HttpStatusCode.Created);
        var id = frozen["id"];
        (await service.Office.GetAsync($"reports/{id}")).Require(HttpStatusCode.OK);
        var knownAt = frozen.Json["editions"]![0]!["knownAt"]!.ToString();

        // What is entered late afterwards changes today's figures and not the report.
        var late = await FoundAsync(Then.AddDays(2), "general");
        (await service.Office.PostAsync(
            $"hazards/{major}/corrections",
            new JsonObject { ["field"] = "sector", ["to"] = "education", ["reason"] = "录错行业" })).Require(HttpStatusCode.OK);
        var verification = (await service.Office.PostAsync($"reports/{id}/verification", [])).Require(HttpStatusCode.OK);
        verification["same"].ShouldBe("true", verification.Text);
        var now = (await service.Office.GetAsync($"figures/monthly-table?period={LastMonth}")).Require(HttpStatusCode.OK).Json;
        Number(now["table"]!["total"]!["foundGeneral"]).ShouldBe(Number(table["table"]!["total"]!["foundGeneral"]) + 1);
        var then = (await service.Office.GetAsync($"figures/monthly-table?period={LastMonth}&asOf={Uri.EscapeDataString(knownAt)}"))
            .Require(HttpStatusCode.OK).Json;
        then["table"]!.ToJsonString().ShouldBe(table["table"]!.ToJsonString());

        var difference = (await service.Office.GetAsync(
            $"figures/monthly-table/difference?period={LastMonth}&from={Uri.EscapeDataString(knownAt)}")).Require(HttpStatusCode.OK).Json;
        var changes = difference["hazards"]!.AsArray().ToDictionary(h => h!["id"]!.ToString(), h => h!);
        changes.Keys.ShouldBe([late, major], ignoreOrder: true);
        changes[late]["causes"]![0]!["code"]!.ToString().ShouldBe("lateEntry");
        changes[late]["events"]!.AsArray().Select(e => e!["type"]!["code"]!.ToString()).ShouldBe(["hazard_reported", "hazard_verified"]);
        changes[major]["causes"]![0]!["code"]!.ToString().ShouldBe("corrected");
        changes[major]["cells"]!.AsArray().Select(c => $"{c!["line"]} {c["column"]} {c["change"]}")
            .ShouldBe(["city_gas foundMajor -1", "education foundMajor 1"]);
        changes.Keys.ShouldNotContain(general);

        // Another program, five years on, with its own clock.
        await using var later = await StartAsync(new Later(TimeSpan.FromDays(5 * 365)), Rulebook.Baseline);
        var again = (await service.ClientAt(AddressOf(later)).PostAsync($"reports/{id}/verification", [])).Require(HttpStatusCode.OK);
        again["same"].ShouldBe("true", again.Text);
    }

    [Fact]
    public async Task A_frozen_workbook_opens_and_has_the_table_in_its_layout()
    {
        await FoundAsync(Then, "general");
        var period = LastMonth.Previous;
        await FoundAsync(ChinaTime.StartOf(period.First.AddDays(3)), "general");
        var id = (await service.Office.PostAsync(
            "reports",
            new JsonObject { ["kind"] = "monthlyTable", ["region"] = Service.County, ["period"] = period.Value }))
                .Require(HttpStatusCode.Created)["id"];
        var (bytes, type) = await service.Office.BytesAsync($"reports/{id}/file");
        type.ShouldBe("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
        using var zip = new ZipArchive(new MemoryStream(bytes));
        using var sheet = new StreamReader(zip.GetEntry("xl/worksheets/sheet1.xml")!.Open());
        var text = await sheet.ReadToEndAsync();
        text.ShouldContain("事故隐患排查治理情况月报表");
        text.ShouldContain("<mergeCell ref=\"C3:E3\"/>");
        text.ShouldContain("填报单位：云南省大理白族自治州巍山彝族回族自治县");
        var (json, _) = await service.Office.BytesAsync($"reports/{id}/file?form=json");
        JsonNode.Parse(json)!["period"]!.ToString().ShouldBe(period.Value);

        // A further edition only with a reason.
        var order = new JsonObject { ["kind"] = "monthlyTable", ["region"] = Service.County, ["period"] = period.Value };
        (await service.Office.PostAsync("reports", order)).Refused(HttpStatusCode.Conflict, "report.frozen_before");
        order["reason"] = "补录后更正上报";
        (await service.Office.PostAsync("reports", order)).Require(HttpStatusCode.Created).Json["editions"]!.AsArray().Count.ShouldBe(2);
        (await service.Elsewhere.GetAsync($"reports/{id}")).Refused(HttpStatusCode.NotFound, "report.unknown");
    }

    [Fact]
    public async Task Two_who_freeze_at_once_make_one_edition()
    {
        var period = Period.Of(PeriodKind.Quarter, Today).Previous;
        var order = new JsonObject { ["kind"] = "quarterlyReport", ["region"] = Service.County, ["period"] = period.Value }.ToJsonString();
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => service.Office.PostTextAsync("reports", order)));
        answers.Count(a => a.Status == HttpStatusCode.Created).ShouldBe(1);
        answers.Where(a => a.Status != HttpStatusCode.Created).ShouldAllBe(a => a["code"] == "report.frozen_before");
        // The same request again, with its key, is the same outcome.
        var other = new JsonObject
        {
            ["kind"] = "quarterlyReport", ["region"] = Service.County, ["period"] = period.Previous.Value,
        }.ToJsonString();
        var first = (await service.Office.PostTextAsync("reports", other, ("Idempotency-Key", "freeze-1"))).Require(HttpStatusCode.Created);
        (await service.Office.PostTextAsync("reports", other, ("Idempotency-Key", "freeze-1")))
            .Require(HttpStatusCode.Created).Text.ShouldBe(first.Text);
    }

    [Theory]
    [InlineData("2026-13", "period.malformed")]
    [InlineData("2026Q5", "period.malformed")]
    [InlineData("2026-H3", "period.malformed")]
    [InlineData("2026-07c", "period.malformed")]
    [InlineData("1926", "period.malformed")]
    [InlineData("", "period.malformed")]
    [InlineData("2099", "report.period_open")]
    public async Task A_wrong_period_is_refused_with_what_it_should_be(string period, string code) =>
        (await service.Office.GetAsync($"figures/monthly-table?period={period}")).Json["code"]!.ToString().ShouldBe(code);

    [Fact]
    public async Task What_cannot_be_reported_is_refused()
    {
        var current = Period.Of(PeriodKind.Month, Today);
        (await service.Office.GetAsync("figures/monthly-table")).Refused(HttpStatusCode.BadRequest, "input.missing");
        (await service.Office.GetAsync($"figures/monthly-table?period={current}"))
            .Refused(HttpStatusCode.UnprocessableEntity, "report.period_open");
        (await service.Office.GetAsync($"figures/monthly-table?period={current}&provisional=true"))
            .Require(HttpStatusCode.OK)["provisional"].ShouldBe("true");
        (await service.Office.GetAsync($"figures/monthly-table?period={LastMonth}&region=110101"))
            .Refused(HttpStatusCode.Forbidden, "report.outside_jurisdiction");
        (await service.Office.GetAsync($"figures/quarterly-report?period={LastMonth}"))
            .Refused(HttpStatusCode.BadRequest, "report.period_kind");
        (await service.Office.GetAsync($"figures/county-ranking?period={Period.Of(PeriodKind.Quarter, Today).Previous}"))
            .Require(HttpStatusCode.OK).Json["ranking"]!["source"]!.ToString()
            .ShouldStartWith("产品默认值", Case.Sensitive, "the baseline has no ranking of its own");
        (await service.Office.GetAsync($"figures/monthly-table?period={LastMonth}&breakdown=colour"))
            .Refused(HttpStatusCode.BadRequest, "input.unknown_code");
        (await service.Office.GetAsync($"figures/two-lists?period={LastMonth}&cursor=abc"))
            .Refused(HttpStatusCode.BadRequest, "cursor.invalid");
        (await service.Office.GetAsync($"figures/monthly-table/difference?period={LastMonth}"))
            .Refused(HttpStatusCode.BadRequest, "input.missing");
        JsonObject Order(string kind, string period, string region) => new() { ["kind"] = kind, ["region"] = region, ["period"] = period };
        (await service.Office.PostAsync("reports", Order("monthlyTable", current.Value, Service.County)))
            .Refused(HttpStatusCode.UnprocessableEntity, "report.period_open");
        (await service.Office.PostAsync("reports", Order("monthlyTable", current.Next.Value, Service.County)))
            .Refused(HttpStatusCode.UnprocessableEntity, "report.period_open");
        (await service.Office.PostAsync("reports", Order("monthlyTable", "2026-13", Service.County)))
            .Refused(HttpStatusCode.BadRequest, "period.malformed");
        (await service.Office.PostAsync("reports", Order("annualReport", LastMonth.Value, Service.County)))
            .Refused(HttpStatusCode.BadRequest, "report.period_kind");
        (await service.Office.PostAsync("reports", Order("monthlyTable", LastMonth.Value, "110101")))
            .Refused(HttpStatusCode.Forbidden, "report.outside_jurisdiction");
        (await service.Gov.PostAsync("reports", Order("monthlyTable", LastMonth.Value, Service.County)))
            .Refused(HttpStatusCode.Forbidden, "report.role");
        (await service.Office.GetAsync($"reports/{Guid.NewGuid()}")).Refused(HttpStatusCode.NotFound, "report.unknown");
        (await service.Office.GetAsync("reports/nonsense")).Refused(HttpStatusCode.NotFound, "report.unknown");
    }

    [Fact]
    public async Task Lists_and_the_bulletin_have_what_is_recorded()
    {
        var id = await FoundAsync(Then, "major");
        (await service.Office.PostAsync($"hazards/{id}/assignments", With(Some.DualAssignment(Day(Then.AddDays(20))), Then.AddDays(1))))
            .Require(HttpStatusCode.OK);
        (await service.Gov.PostAsync($"hazards/{id}/legs/territorial/acknowledgement", With([], Then.AddDays(1.1))))
            .Require(HttpStatusCode.OK);
        var parts = new JsonObject
        {
            ["goals"] = "消除", ["measures"] = "更换阀门", ["funds"] = "自筹", ["responsible"] = "张某", ["timeLimits"] = "月底",
            ["emergency"] = "停气预案",
        };
        (await service.Gov.PostAsync(
            $"hazards/{id}/legs/territorial/plans",
            With(new JsonObject { ["parts"] = parts, ["funds"] = 12.5 }, Then.AddDays(2)))).Require(HttpStatusCode.OK);

        var lists = (await service.Office.GetAsync($"figures/two-lists?period={LastMonth}&limit=200")).Require(HttpStatusCode.OK).Json;
        lists["hazards"]!.AsArray().Select(h => h!["id"]!.ToString()).ShouldContain(id);
        var measure = lists["measures"]!.AsArray().First(m => m!["hazard"]!.ToString() == id && m["leg"]!.ToString() == "属地")!;
        measure["parts"]!["采取的方法和措施"]!.ToString().ShouldBe("更换阀门");
        measure["funds"]!.ToString().ShouldBe("12.5");
        var regimes = (await service.Office.GetAsync($"figures/four-regimes?period={LastMonth}&limit=200")).Require(HttpStatusCode.OK).Json;
        regimes["hazards"]!.AsArray().First(h => h!["id"]!.ToString() == id)!["assigned"]!["legs"]!.AsArray().Count.ShouldBe(2);
        foreach (var path in new[] { "two-lists", "four-regimes", "bulletin", "quotas", "monthly-table" })
            (await service.Office.BytesAsync($"figures/{path}/file?period={LastMonth}")).Bytes.Length.ShouldBeGreaterThan(1000);

        // The sectoral leg never acknowledged: it is named.
        var bulletin = (await service.Office.GetAsync($"figures/bulletin?period={LastMonth}b")).Require(HttpStatusCode.OK).Json;
        bulletin["overdue"]!["named"]!.AsArray()
            .Count(o => o!["hazard"]!.ToString() == id && o["duty"]!["code"]!.ToString() == "acknowledge"
                && o["bodyName"]!.ToString() == "巍山县住建局").ShouldBe(1);
        var page = await service.Office.GetAsync($"figures/bulletin/page?period={LastMonth}b");
        page.Text.ShouldContain("超期点名");
        page.Text.ShouldContain("巍山县住建局");
    }

    /// <summary>只计专项行动中发现的: no report of a campaign names anybody for what was found elsewhere.</summary>
    [Fact]
    public async Task Whatever_is_asked_of_a_campaign_counts_what_was_found_in_it_alone()
    {
        var campaign = (await service.Office.PostAsync("campaigns", new JsonObject
        {
            ["name"] = "燃气百日攻坚", ["from"] = Day(Then.AddDays(-5)), ["to"] = Some.InDays(30), ["regions"] = new JsonArray(Service.County),
            ["sectors"] = new JsonArray("city_gas"), ["documentNumber"] = "巍安委办〔2026〕6号", ["requirements"] = "逐户检查",
        })).Require(HttpStatusCode.Created)["id"];
        var outside = await FoundAsync(Then, "major");
        var report = Some.Report();
        report["campaign"] = campaign;
        var inside = (await service.Office.PostAsync("hazards", With(report, Then))).Require(HttpStatusCode.Created)["id"];
        (await service.Office.PostAsync(
            $"hazards/{inside}/verification", With(new JsonObject { ["level"] = "major", ["basis"] = "判定标准第五条" }, Then.AddHours(2))))
            .Require(HttpStatusCode.OK);
        foreach (var id in new[] { inside, outside })
        {
            (await service.Office.PostAsync($"hazards/{id}/assignments", With(Some.DualAssignment(Day(Then.AddDays(5))), Then.AddDays(1))))
                .Require(HttpStatusCode.OK);
            (await service.Office.PostAsync($"hazards/{id}/listing", With(
                new JsonObject
                {
                    ["level"] = "county", ["deadline"] = Day(Then.AddDays(5)), ["requirements"] = "限期整改",
                    ["documentNumber"] = "巍安委〔2026〕9号",
                }, Then.AddDays(2))))
                .Require(HttpStatusCode.OK);
        }

        async Task<JsonNode> AskAsync(string report, string of) =>
            (await service.Office.GetAsync($"figures/{report}?period={LastMonth}{of}")).Require(HttpStatusCode.OK).Json;
        var only = $"&campaign={campaign}";
        async Task<IEnumerable<string>> NamedAsync(string of) =>
            (await AskAsync("bulletin", of))["overdue"]!["named"]!.AsArray().Select(o => o!["hazard"]!.ToString()).Distinct();
        (await NamedAsync(only)).ShouldBe([inside]);
        (await NamedAsync("")).ShouldContain(outside);
        foreach (var ranking in new[] { "body-ranking", "county-ranking" })
        {
            var legs = (await AskAsync(ranking, only))["ranking"]!["lines"]!.AsArray().Sum(l => Number(l!["legs"]));
            legs.ShouldBe(ranking == "body-ranking" ? 1 : 2, "a government is not ranked");
            (await AskAsync(ranking, ""))["ranking"]!["lines"]!.AsArray().Sum(l => Number(l!["legs"])).ShouldBeGreaterThan(legs, ranking);
        }
        (await AskAsync("monthly-table", only))["table"]!["total"]!["foundMajor"]!.ToString().ShouldBe("1");
        foreach (var list in new[] { "bulletin", "body-ranking", "monthly-table", "two-lists" })
        {
            var part = await AskAsync(list, only);
            part["title"]!.ToString().ShouldEndWith("（只计专项行动“燃气百日攻坚”中发现的）", Case.Sensitive, list);
            part["narrowed"]!.ToString().ShouldBe("只计专项行动“燃气百日攻坚”中发现的");
            (await AskAsync(list, ""))["narrowed"].ShouldBeNull(list);
        }

        (await service.Office.GetAsync($"figures/bulletin/page?period={LastMonth}{only}")).Text.ShouldContain("燃气百日攻坚");
        var later = Uri.EscapeDataString(DateTimeOffset.UtcNow.ToString("O"));
        (await AskAsync("monthly-table/difference", $"{only}&from=2000-01-01T00:00:00Z&to={later}"))["hazards"]!.AsArray()
            .Select(h => h!["id"]!.ToString()).ShouldBe([inside]);
        foreach (var list in new[] { "two-lists", "four-regimes" })
            (await AskAsync(list, only))["hazards"]!.AsArray().Select(h => h!["id"]!.ToString()).ShouldBe([inside], list);
    }

    /// <summary>What happens afterwards takes nothing out of the figures of a period: they say what was overdue and open then.</summary>
    [Fact]
    public async Task What_was_missed_or_closed_in_a_period_counts_in_it_whatever_is_decided_later()
    {
        var due = Then.AddDays(5);
        var id = await FoundAsync(Then, "general");
        async Task DoneAsync(Client by, string command, JsonObject body, string? of = null) =>
            (await by.PostAsync($"hazards/{of ?? id}/{command}", body)).Require(HttpStatusCode.OK);
        async Task<JsonArray> BulletinAsync() => (await service.Office.GetAsync($"figures/bulletin?period={LastMonth}"))
            .Require(HttpStatusCode.OK).Json["overdue"]!["named"]!.AsArray();
        async Task<(long OnTime, long Days)> RankedAsync()
        {
            var lines = (await service.Office.GetAsync($"figures/body-ranking?period={LastMonth}")).Require(HttpStatusCode.OK)
                .Json["ranking"]!["lines"]!.AsArray();
            var measures = lines.Single(l => l!["key"]!.ToString() == "ws-gas")!["measures"]!.AsArray();
            return (Of("onTimeRate", "denominator"), Of("overdueDays", "numerator"));
            long Of(string measure, string part) => Number(measures.Single(m => m!["measure"]!.ToString() == measure)![part]);
        }
        string[] Of(JsonArray overdue) =>
        [
            .. overdue.Where(o => o!["hazard"]!.ToString() == id && o["duty"]!["code"]!.ToString() == "rectify")
                .Select(o => $"{o!["leg"]} {o["due"]} {o["days"]}"),
        ];

        await DoneAsync(service.Office, "assignments", With(Some.DualAssignment(Day(due)), Then.AddDays(1)));
        await DoneAsync(service.Regulator, "legs/sectoral/acknowledgement", With([], Then.AddDays(1.1)));
        var (before, ranked) = (Of(await BulletinAsync()), await RankedAsync());
        before.Length.ShouldBe(2, "both legs are overdue at the end of the month");
        await DoneAsync(service.Regulator, "legs/sectoral/completion", new JsonObject { ["results"] = "已更换" });
        await DoneAsync(
            service.Enforcer, "legs/sectoral/reinspections",
            new JsonObject { ["verdict"] = "fail", ["findings"] = "仍漏气", ["deadline"] = Some.InDays(20) });
        Of(await BulletinAsync()).ShouldBe(before);
        (await RankedAsync()).ShouldBe(ranked);

        // Closed before last month and reopened today: last month it was closed.
        var closedOn = ChinaTime.StartOf(LastMonth.Previous.First.AddDays(3)).AddHours(10);
        var other = await FoundAsync(closedOn.AddDays(-2), "general");
        async Task<bool[]> ListedAsync()
        {
            var found = new List<bool>();
            foreach (var period in new[] { LastMonth.Previous, LastMonth, LastMonth.Next })
                found.Add((await service.Office.GetAsync($"figures/two-lists?period={period}&limit=200&provisional=true"))
                    .Require(HttpStatusCode.OK).Json["hazards"]!.AsArray().Any(h => h!["id"]!.ToString() == other));
            return [.. found];
        }
        await DoneAsync(service.Office, "assignments", With(Some.DualAssignment(Day(closedOn)), closedOn.AddDays(-1)), other);
        foreach (var (leg, by) in new[] { ("territorial", service.Gov), ("sectoral", service.Regulator) })
        {
            await DoneAsync(by, $"legs/{leg}/acknowledgement", With([], closedOn.AddHours(-8)), other);
            await DoneAsync(by, $"legs/{leg}/completion", With(new JsonObject { ["results"] = "已整改" }, closedOn.AddHours(-7)), other);
            await DoneAsync(
                service.Enforcer, $"legs/{leg}/reinspections",
                With(new JsonObject { ["verdict"] = "pass", ["findings"] = "合格" }, closedOn.AddHours(-6)), other);
        }
        await DoneAsync(service.Office, "closure", With([], closedOn), other);
        (await ListedAsync()).ShouldBe([true, false, false]);
        await DoneAsync(service.Office, "reopening", new JsonObject { ["reason"] = "反弹" }, other);
        (await ListedAsync()).ShouldBe([true, false, true]);
    }

    [Fact]
    public async Task Reports_are_due_by_the_policy_and_a_passed_day_is_noticed_exactly_once()
    {
        var policy = Policy.NationalBaseline with
        {
            Version = "test-reports@1",
            Reports = [new ReportRule(ReportKind.MonthlyTable, PeriodKind.Month, 5, "测试", Of: RegionLevel.County)],
            Rankings = [new RankingRule(ReportKind.BodyRanking, PeriodKind.Month, ImmutableSortedDictionary<RankingMeasure, decimal>.Empty.Add(RankingMeasure.OnTimeRate, 100), "测试")],
            Quotas = [new QuotaRule(RegionLevel.County, PeriodKind.Month, ListingLevel.County, 3, "测试")],
        };
        var region = RegionCode.Parse("532901");
        var rules = new Rulebook([new Adopted(policy, region, LastMonth.Previous.First, null)], WorkCalendar.Shipped);
        await using var one = await StartAsync(TimeProvider.System, rules);
        await using var two = await StartAsync(TimeProvider.System, rules);
        var client = service.ClientAt(AddressOf(one));

        var on = LastMonth.Last.AddDays(8).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        var duties = (await client.GetAsync($"reports/duties?region=532901&on={on}")).Require(HttpStatusCode.OK).Json["duties"]!.AsArray();
        var owed = duties.Where(d => d!["kind"]!["code"]!.ToString() == "monthlyTable")
            .ToDictionary(d => d!["period"]!.ToString(), d => d!);
        owed[LastMonth.Value]["state"]!["code"]!.ToString().ShouldBe("overdue");
        owed[LastMonth.Value]["daysOverdue"]!.ToString().ShouldBe("3");
        owed[LastMonth.Next.Value]["state"]!["code"]!.ToString().ShouldBe("coming");

        var written = await Task.WhenAll(Enumerable.Range(0, 6)
            .Select(i => (i % 2 == 0 ? one : two).Services.GetRequiredService<ReportDuties>().NoticeMissedAsync(default)));
        var overdue = (await client.GetAsync("reports/duties?region=532901")).Json["duties"]!.AsArray()
            .Count(d => d!["state"]!["code"]!.ToString() == "overdue" && d["source"]!.ToString() == "测试");
        written.Sum().ShouldBe(overdue);
        (await one.Services.GetRequiredService<ReportDuties>().NoticeMissedAsync(default)).ShouldBe(0);
        (await client.GetAsync("reports?region=532901")).Require(HttpStatusCode.OK).Json["reports"]!.AsArray().Count.ShouldBe(overdue);

        var ranking = (await client.GetAsync($"figures/body-ranking?region=532901&period={LastMonth}")).Require(HttpStatusCode.OK).Json;
        ranking["ranking"]!["formula"]![0]!["weight"]!.ToString().ShouldBe("100");
        var quotas = (await client.GetAsync($"figures/quotas?region=532901&period={LastMonth}"))
            .Require(HttpStatusCode.OK).Json["quotas"]!.AsArray();
        quotas.Count.ShouldBe(1);
        quotas[0]!["met"]!.ToString().ShouldBe("false");
    }

    private async Task<string> FoundAsync(DateTimeOffset at, string level)
    {
        var id = (await service.Office.PostAsync("hazards", With(Some.Report(), at))).Require(HttpStatusCode.Created)["id"];
        (await service.Office.PostAsync(
            $"hazards/{id}/verification",
            With(new JsonObject { ["level"] = level, ["basis"] = level == "major" ? "判定标准第五条" : null }, at.AddHours(2))))
                .Require(HttpStatusCode.OK);
        return id;
    }

    private static JsonObject With(JsonObject body, DateTimeOffset at)
    {
        body["occurredAt"] = at.ToString("yyyy-MM-dd'T'HH:mm:sszzz", System.Globalization.CultureInfo.InvariantCulture);
        return body;
    }

    private static string Day(DateTimeOffset at) =>
        ChinaTime.DateAt(at).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);

    private static long Number(JsonNode? node) => node!.GetValue<long>();

    private async Task<WebApplication> StartAsync(TimeProvider clock, Rulebook rules)
    {
        var app = HazardsService.Build(new ServiceOptions(service.OfTheService) { Keys = TestServer.KeysOf(service.ConnectionString), Urls = "http://127.0.0.1:0", JsonLogs = true, Clock = clock, Rules = rules, RingEvery = null });
        await app.StartAsync();
        return app;
    }

    private static string AddressOf(WebApplication app) =>
        app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First();

    private sealed class Later(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UtcNow + by;
    }
}
