using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Hazards.Api.Tests;

/// <summary>改了的行: what a ledger now says otherwise becomes the act that it implies, or a question; what people decided stays.</summary>
[Trait("Server", "any")]
public sealed class ChangedRowTests(Service service) : IClassFixture<Service>
{
    private const string Header = "序号,检查时间,企业名称,隐患描述,隐患等级,判定依据,整改责任单位,整改时限,状态,销号时间\n";
    private static int ledgers;

    private readonly string _ledger = $"变更{Interlocked.Increment(ref ledgers)}";

    [Theory, InlineData("未整改"), InlineData("整改中"), InlineData("待整改"), InlineData("")]
    public async Task A_later_deadline_is_an_extension_that_was_granted(string state)
    {
        var id = await FirstAsync(Row(deadline: Day(20), state: state));
        var again = await ImportAsync(Row(deadline: Day(40), state: state));
        (await LegAsync(id))["deadline"]!.ToString().ShouldBe(Day(40));
        (await TypesAsync(id)).ShouldContain("extension_granted");
        Said(again).ShouldContain($"import.deadline_changed: 台账的整改期限由“{Day(20)}”改为“{Day(40)}”");
        // Once: the same ledger once more changes nothing.
        Finished(await ImportAsync(Row(deadline: Day(40), state: state)), "unchanged").ShouldBe(1);
    }

    [Fact]
    public async Task An_earlier_deadline_and_one_that_a_rule_refuses_are_questions()
    {
        var id = await FirstAsync(Row(deadline: Day(20)));
        Said(await ImportAsync(Row(deadline: Day(10)))).ShouldContain($"import.deadline_differs: 台账的整改期限由 {Day(20)} 提前到 {Day(10)}");
        (await LegAsync(id))["deadline"]!.ToString().ShouldBe(Day(20));
        // Further than an extension may go.
        Said(await ImportAsync(Row(deadline: Day(2000)))).ShouldContain("deadline.too_far");
        // What was put right since: it says what the hazard says again.
        Said(await ImportAsync(Row(deadline: Day(20)))).ShouldNotContain("import.deadline");
        (await TypesAsync(id)).ShouldNotContain("extension_requested");
    }

    [Theory, InlineData("2026-03-30"), InlineData("2026-04-30")]
    public async Task What_was_overdue_already_is_not_put_off_by_a_ledger(string later)
    {
        var id = await FirstAsync(Row(deadline: "2026-03-20"));
        Said(await ImportAsync(Row(deadline: later)))
            .ShouldContain($"import.deadline_differs: 台账的整改期限由“2026-03-20”改为“{later}”，没有改动登记的（extension.too_late");
        (await LegAsync(id))["deadline"]!.ToString().ShouldBe("2026-03-20");
        (await LegAsync(id))["request"].ShouldBeNull("not half of it either");
    }

    [Theory, InlineData("未整改"), InlineData("已整改")]
    public async Task Another_unit_is_a_reassignment_and_back_again(string state)
    {
        var id = await FirstAsync(Row(unit: "甲机械厂", state: state));
        var first = (await LegAsync(id))["body"]!.ToString();
        Said(await ImportAsync(Row(unit: "乙机械厂", deadline: Day(30), state: state)))
            .ShouldContain("import.unit_changed: 台账的责任单位由“甲机械厂”改为“乙机械厂”");
        var leg = await LegAsync(id);
        (leg["body"]!.ToString() != first, leg["deadline"]!.ToString()).ShouldBe((true, Day(30)));
        await ImportAsync(Row(unit: "甲机械厂", deadline: Day(30), state: state));
        (await LegAsync(id))["body"]!.ToString().ShouldBe(first);
        (await TypesAsync(id)).Count(t => t == "leg_reassigned").ShouldBe(2);
        // The ledger's state is told of whoever answers now.
        (await service.Admin.GetAsync($"hazards/{id}")).Json["stage"]!["code"]!.ToString()
            .ShouldBe(state == "已整改" ? "awaitingAcceptance" : "rectifying");
    }

    [Theory, InlineData("验收合格"), InlineData("已销号")]
    public async Task What_was_accepted_is_not_reassigned_nor_put_off(string state)
    {
        var id = await FirstAsync(Row(unit: "甲机械厂", state: state));
        var before = (await TypesAsync(id)).Length;
        var said = Said(await ImportAsync(Row(unit: "乙机械厂", deadline: Day(40), level: "重大", basis: "判定标准第五条", state: state)));
        said.ShouldContain("import.unit_differs: 台账的责任单位由“甲机械厂”改为“乙机械厂”，没有改动登记的");
        said.ShouldContain("import.deadline_differs");
        if (state == "已销号")
            said.ShouldContain("import.level_differs: 台账的隐患等级由“一般隐患”改为“重大隐患”");
        (await TypesAsync(id)).Skip(before)
            .ShouldAllBe(t => t == "ledger_row_recorded" || t == "hazard_regraded" || t == "deadline_missed");
    }

    [Fact]
    public async Task Another_level_is_a_regrading_with_its_basis_and_a_question_without()
    {
        var id = await FirstAsync(Row(level: "一般"));
        Said(await ImportAsync(Row(level: "重大"))).ShouldContain("grading.basis_required");
        (await LevelAsync(id)).ShouldBe("general");
        Said(await ImportAsync(Row(level: "重大", basis: "判定标准第五条"))).ShouldContain("import.level_changed: 台账的隐患等级由“一般隐患”改为“重大隐患”");
        (await LevelAsync(id)).ShouldBe("major");
        await ImportAsync(Row(level: "一般"));
        (await LevelAsync(id)).ShouldBe("general");
    }

    [Fact]
    public async Task What_people_decided_since_stays_and_it_is_said()
    {
        var id = await FirstAsync(Row());
        (await service.Admin.PostAsync(
            $"hazards/{id}/regrading",
            new JsonObject { ["level"] = "major", ["basis"] = "判定标准第五条", ["reason"] = "专家复核" })).Require(HttpStatusCode.OK);
        (await service.Admin.PostAsync($"hazards/{id}/legs/sole/reassignment", new JsonObject
        {
            ["body"] = "ws-gas", ["deadline"] = Day(15), ["instructions"] = "尽快整改", ["reason"] = "属该单位",
        })).Require(HttpStatusCode.OK);
        var said = Said(await ImportAsync(Row(unit: "乙机械厂", deadline: Day(40), level: "一般")));
        said.Split("import.kept").Length.ShouldBe(4, said);
        var leg = await LegAsync(id);
        (leg["body"]!.ToString(), leg["deadline"]!.ToString(), await LevelAsync(id)).ShouldBe(("ws-gas", Day(15), "major"));
    }

    [Fact]
    public async Task A_preview_says_what_the_import_then_does()
    {
        var id = await FirstAsync(Row());
        var text = Encoding.UTF8.GetBytes(Header + Row(deadline: Day(40)));
        var draft = (await service.Admin.SendAsync(
            HttpMethod.Post, $"imports/drafts?fileName=a.csv&region={Service.County}&ledger={_ledger}",
            Some.Csv(text))).Require(HttpStatusCode.Created);
        var row = (await service.Admin.GetAsync($"imports/drafts/{draft["id"]}/rows")).Json["items"]!.AsArray().ShouldHaveSingleItem()!;
        row.ToJsonString(Plain).ShouldContain("import.deadline_changed");
        row["outcome"]!["code"]!.ToString().ShouldBe("updated");
        (await TypesAsync(id)).ShouldNotContain("extension_granted");
        row["events"]!.GetValue<int>().ShouldBe((int)(await ImportAsync(Row(deadline: Day(40)))).Json["finished"]!["events"]!);
    }

    [Fact]
    public async Task A_double_that_two_ledgers_entered_is_merged_and_counts_once()
    {
        var first = await FirstAsync(Row(state: "已销号", closed: "2026-03-10"));
        var twin = await ImportAsync(Row(state: "已销号", closed: "2026-03-10"), "另一本" + _ledger);
        var closed = HazardOf(twin);
        closed.ShouldNotBe(first);
        var figures = await CountedAsync();
        (await service.Office.PostAsync($"hazards/{closed}/merge", new JsonObject { ["into"] = first, ["reason"] = "两本台账重复登记" }))
            .Require(HttpStatusCode.OK);
        (await service.Admin.GetAsync($"hazards/{closed}")).Json["stage"]!["code"]!.ToString().ShouldBe("merged");
        (await CountedAsync()).ShouldBe((figures.Found - 1, figures.Closed - 1));
        (await service.Admin.GetAsync($"hazards?region={Service.County}&stage=closed&limit=200")).Json["items"]!.AsArray()
            .Select(h => h!["id"]!.ToString()).ShouldNotContain(closed);
        // Somebody acted on the one it went into: that one is no double any more.
        (await service.Office.PostAsync($"hazards/{first}/merge", new JsonObject { ["into"] = closed, ["reason"] = "反过来" }))
            .Refused(HttpStatusCode.Conflict, "hazard.not_open");
    }

    [Theory, InlineData("未整改"), InlineData("已整改"), InlineData("已销号")]
    public async Task A_wrong_row_is_taken_out_after_somebody_acted_and_comes_back_by_no_import(string state)
    {
        var id = await FirstAsync(Row(state: state));
        (await service.Office.PostAsync($"hazards/{id}/comments", new JsonObject { ["text"] = "现场没有该设备" })).Require(HttpStatusCode.OK);
        (await service.Office.PostAsync($"hazards/{id}/rejection", new JsonObject { ["reason"] = "录入错误：台账第 3 行误填" }))
            .Require(HttpStatusCode.OK);
        (await service.Admin.GetAsync($"hazards/{id}")).Json["stage"]!["code"]!.ToString().ShouldBe("rejected");
        (await TypesAsync(id)).Last().ShouldBe("hazard_rejected");
        await ImportAsync(Row(state: state, deadline: Day(60)));
        (await service.Admin.GetAsync($"hazards/{id}")).Json["stage"]!["code"]!.ToString().ShouldBe("rejected");
    }

    [Fact]
    public async Task Major_hazards_without_a_basis_are_a_duty_of_the_office_and_graded_together()
    {
        var ids = new[] { await FirstAsync(Row(level: "重大")), HazardOf(await ImportAsync(Row(level: "重大"), "又一本" + _ledger)) };
        foreach (var id in ids)
        {
            (await service.Admin.GetAsync($"hazards/{id}")).Json["stage"]!["code"]!.ToString().ShouldBe("reported");
            // 核实 has a clock of its own, owed by the committee office of the region; found in March, it is asked for from the import.
            var owed = (await service.Office.GetAsync("clocks?clock=verify&limit=200"))
                .Require(HttpStatusCode.OK).Json["items"]!.AsArray()
                .Single(d => d!["hazard"]!["id"]!.ToString() == id)!;
            owed["due"]!.ToString().ShouldBe(Some.InDays(3));
            (await service.Office.GetAsync("lists/overdue?within=7&limit=200")).Require(HttpStatusCode.OK).Text.ShouldContain(id);
        }

        JsonObject Batch(bool preview, string? basis = "判定标准第五条", string? step = null) => new()
        {
            ["grading"] = new JsonObject { ["level"] = "major", ["basis"] = basis }, ["text"] = "台账未附依据，经核实", ["preview"] = preview,
            ["step"] = step, ["actor"] = "核查员",
            ["hazards"] = new JsonArray([.. ids.Select(i => (JsonNode)new JsonObject { ["id"] = i })]),
        };
        string[] Outcomes(Answer answer) =>
            [.. answer.Require(HttpStatusCode.OK).Json["items"]!.AsArray().Select(i => i!["outcome"]!["code"]!.ToString())];
        Outcomes(await service.Office.PostAsync("hazards/batch", Batch(true))).ShouldBe(["possible", "possible"]);
        Outcomes(await service.Office.PostAsync("hazards/batch", Batch(true, null))).ShouldBe(["refused", "refused"]);
        (await service.Gov.PostAsync("hazards/batch", Batch(false))).Refused(HttpStatusCode.Forbidden, "role.forbidden");
        (await service.Office.PostAsync("hazards/batch", Batch(false, step: "urge"))).Refused(HttpStatusCode.BadRequest, "batch.one_step");
        var key = ("Idempotency-Key", $"grading-{Guid.NewGuid():n}");
        Outcomes(await service.Office.PostAsync("hazards/batch", Batch(false), key)).ShouldBe(["done", "done"]);
        Outcomes(await service.Office.PostAsync("hazards/batch", Batch(false), key)).ShouldBe(["repeated", "repeated"]);
        foreach (var id in ids)
            (await LevelAsync(id)).ShouldBe("major");
        // Graded ones are graded anew.
        var milder = Batch(false);
        milder["grading"] = new JsonObject { ["level"] = "general" };
        Outcomes(await service.Office.PostAsync("hazards/batch", milder)).ShouldBe(["done", "done"]);
        Outcomes(await service.Office.PostAsync("hazards/batch", milder)).ShouldBe(["refused", "refused"]);
    }

    [Theory, InlineData(""), InlineData("&background=true")]
    public async Task Nothing_goes_to_a_whole_prefecture_in_silence(string background)
    {
        var importer = await service.KeyAsync("dali-awb", "5329", "importer");
        var text = Encoding.UTF8.GetBytes(Header + Row());
        var refused = (await importer.SendAsync(HttpMethod.Post, $"imports?fileName=a.csv&ledger={_ledger}{background}", Some.Csv(text)))
            .Refused(HttpStatusCode.UnprocessableEntity, "import.region_needed");
        refused["detail"].ShouldContain("532927");
        // A preview asks the same, and refuses nothing.
        (await PreviewAsync(importer, "")).ShouldContain("import.region_needed");
        (await PreviewAsync(importer, "&region=5329")).ShouldNotContain("import.region");
        var draft = (await importer.SendAsync(HttpMethod.Post, $"imports/drafts?fileName=a.csv&ledger={_ledger}", Some.Csv(text)))
            .Require(HttpStatusCode.Created);
        draft.Json["notes"]!.ToJsonString(Plain).ShouldContain("import.region_needed");
        (await importer.PostAsync($"imports/drafts/{draft["id"]}/import", []))
            .Refused(HttpStatusCode.UnprocessableEntity, "import.region_needed");
        // Said by the rows, or by whoever imports it, also where it is the whole; within one county it goes there, and that is said.
        var own = Encoding.UTF8.GetBytes(
            Header.Replace("序号,", "序号,所属地区,", StringComparison.Ordinal) + Row().Replace("1,", "1,532927,", StringComparison.Ordinal));
        (await importer.SendAsync(HttpMethod.Post, $"imports?fileName=a.csv&ledger=自带{_ledger}{background}", Some.Csv(own))).Text.ShouldContain("\"ledger\"");
        (await importer.SendAsync(
            HttpMethod.Post, $"imports?fileName=a.csv&ledger=全州{_ledger}&region=5329{background}",
            Some.Csv(text))).Text.ShouldContain("\"ledger\"");
        var county = await service.KeyAsync("ws-awb", Service.County, "importer");
        (await PreviewAsync(county, "")).ShouldContain("import.region_assumed");
        (await county.SendAsync(HttpMethod.Post, $"imports?fileName=a.csv&ledger=本县{_ledger}", Some.Csv(text)))
            .Require(HttpStatusCode.Created)
            .Json["notes"]!.ToJsonString(Plain).ShouldContain("import.region_assumed");

        async Task<string> PreviewAsync(Client by, string query) =>
            (await by.SendAsync(HttpMethod.Post, $"imports/preview?fileName=a.csv{query}", Some.Csv(text)))
                .Require(HttpStatusCode.OK).Json["notes"]!.ToJsonString(Plain);
    }

    private static readonly System.Text.Json.JsonSerializerOptions Plain = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static string Day(int days) => Some.InDays(days);

    private string Row(string? deadline = null, string unit = "甲机械厂", string level = "一般", string basis = "", string state = "未整改", string closed = "") =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"1,2026-03-02,{_ledger}机械厂,{_ledger}冲压机光幕失效,{level},{basis},{unit},{deadline ?? Day(20)},{state},{closed}\n");

    private async Task<string> FirstAsync(string row) => HazardOf(await ImportAsync(row));

    private async Task<Answer> ImportAsync(string row, string? ledger = null) =>
        (await service.Admin.SendAsync(
            HttpMethod.Post, $"imports?fileName=a.csv&region={Service.County}&ledger={ledger ?? _ledger}",
            Some.Csv(Header + row))).Require(HttpStatusCode.Created);

    private static int Finished(Answer report, string what) => (int)report.Json["finished"]![what]!;

    private static string Said(Answer report) =>
        string.Join('\n', report.Json["rows"]!.AsArray().Where(r => r!["hazard"] is not null || r["outcome"]!.ToString() == "kept")
            .SelectMany(r => r!["notUnderstood"]!.AsArray().Concat(r["remarks"]!.AsArray())).Select(n => n!.ToString()));

    private static string HazardOf(Answer report) =>
        report.Json["rows"]!.AsArray().Single(r => r!["hazard"] is not null)!["hazard"]!.ToString();

    private async Task<JsonNode> LegAsync(string id) => (await service.Admin.GetAsync($"hazards/{id}")).Json["hazard"]!["legs"]!["sole"]!;

    private async Task<string> LevelAsync(string id) =>
        (await service.Admin.GetAsync($"hazards/{id}")).Json["hazard"]!["level"]!.ToString();

    private async Task<string[]> TypesAsync(string id) =>
        [.. (await service.Admin.GetAsync($"hazards/{id}/events")).Require(HttpStatusCode.OK).Json["events"]!.AsArray().Select(e => e!["type"]!.ToString())];

    /// <summary>排查一般隐患数 and 其中已整改 of March.</summary>
    private async Task<(int Found, int Closed)> CountedAsync()
    {
        var table = (await service.Admin.GetAsync($"figures/monthly-table?period=2026-03&region={Service.County}"))
            .Require(HttpStatusCode.OK).Json["table"]!["total"]!;
        return (int.Parse(table["foundGeneral"]!.ToString(), CultureInfo.InvariantCulture), int.Parse(
            table["rectifiedGeneral"]!.ToString(), CultureInfo.InvariantCulture));
    }
}
