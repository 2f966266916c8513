using System.Net;
using System.Text.Json.Nodes;
using Hazards.Api.Import;
using Hazards.Api.Reports;
using Hazards.Domain;

namespace Hazards.Api.Tests;

/// <summary>存疑: what a ledger leaves in doubt is a question on the row or a note of the whole; nothing is decided in silence.</summary>
[Trait("Server", "any")]
public sealed class ImportDoubtTests(Service service) : IClassFixture<Service>
{
    private const string Schools = "序号,检查日期,隐患内容,隐患等级,整改责任单位,整改期限,整改状态\n";
    private const string Persons = "序号,检查日期,地点,隐患内容,隐患等级,责任人,整改期限,整改状态\n";
    private static int regions;

    private static readonly System.Text.Json.JsonSerializerOptions Plain =
        new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A county that no other test of this class uses: ledgers of another's are not recognised.</summary>
    private readonly string _county = Counties[Interlocked.Increment(ref regions)];

    private static readonly string[] Counties =
        [.. Regions.All.Where(r => r.Code.Level == RegionLevel.County && r.Code.Value.StartsWith("13", StringComparison.Ordinal)).Select(r => r.Code.Value)];

    [Theory, InlineData("东关小学台账", "西关小学台账"), InlineData("隐患自查台账", "隐患自查台账"), InlineData("", "")]
    public async Task Another_schools_ledger_of_the_same_phrases_is_another_ledger(string firstTitle, string secondTitle)
    {
        var first = await ImportAsync(firstTitle + "\n" + Schools + School("东关小学", "整改中", "疏散指示标志缺失"));
        var text = secondTitle + "\n" + Schools + School("西关小学", "已整改", "食堂燃气报警器失灵");
        var second = await ImportAsync(text);
        (Finished(second, "entered"), Finished(second, "updated")).ShouldBe((3, 0));
        HazardsOf(second).Intersect(HazardsOf(first)).ShouldBeEmpty();
        Text(second, "notes").ShouldContain("import.ledger_resembles");
        Text(second, "notes").ShouldContain("ledger=");
        foreach (var id in HazardsOf(first))
            (await EventsAsync(id)).ShouldNotContain("leg_reassigned");
        // Each goes on as its own.
        var again = await ImportAsync(text);
        (Finished(again, "entered"), Finished(again, "unchanged")).ShouldBe((0, 3));
        HazardsOf(again).ShouldBe(HazardsOf(second));
        (await service.Admin.PostAsync($"imports/{second["id"]}/undoing", new JsonObject { ["reason"] = "试导" })).Require(HttpStatusCode.OK);

        static string School(string unit, string state, string own) =>
            $"1,2026-11-02,灭火器压力不足,一般,{unit},2026-12-20,整改中\n2,2026-11-02,应急照明灯损坏,一般,{unit},2026-12-20,{state}\n3,2026-11-02,{own},一般,{unit},2026-12-20,整改中\n";
    }

    [Theory, InlineData("王", "赵"), InlineData("", "")]
    public async Task Two_standard_phrases_without_a_unit_do_not_make_a_ledger(string one, string two)
    {
        var first = await ImportAsync(
            "一中自查\n" + Persons + "1,2026-11-04,一楼,灭火器压力不足,一般,张,2026-12-20,整改中\n2,2026-11-04,二楼,应急照明灯损坏,一般,李,2026-12-20,整改中\n");
        var second = await ImportAsync(
            "二中自查\n" + Persons + $"1,2026-11-04,一楼,灭火器压力不足,一般,{one},2026-12-20,整改中\n2,2026-11-04,二楼,应急照明灯损坏,一般,{two},2026-12-20,已整改\n");
        Finished(second, "entered").ShouldBe(2, second.Text);
        HazardsOf(second).Intersect(HazardsOf(first)).ShouldBeEmpty();
        Text(second, "notes").ShouldContain("import.ledger_resembles");
        // Whoever knows better says so.
        var same = await ImportAsync("二中自查\n" + Persons + "1,2026-11-04,一楼,灭火器压力不足,一般,张,2026-12-20,整改中\n", ledger: first["ledger"]);
        HazardsOf(same).ShouldBe([HazardsOf(first)[0]]);
    }

    [Fact]
    public async Task A_standard_phrase_of_two_units_in_one_ledger_keeps_to_its_unit()
    {
        const string East = "2026-11-02,灭火器压力不足,一般,东关小学,2026-12-20,整改中\n", West = "2026-11-02,灭火器压力不足,一般,西关小学,2026-12-20,整改中\n";
        var first = await ImportAsync(Schools + "1," + East + "2," + West, ledger: "汇总");
        var second = await ImportAsync(Schools + "1," + West, ledger: "汇总");
        HazardsOf(second).ShouldBe([HazardsOf(first)[1]]);
        var third = await ImportAsync(
            Schools + "1," + West + "2," + West.Replace("西关", "南关", StringComparison.Ordinal) + "3," + East, ledger: "汇总");
        Finished(third, "entered").ShouldBe(1);
        (HazardsOf(third)[0], HazardsOf(third)[2]).ShouldBe((HazardsOf(first)[1], HazardsOf(first)[0]));
        foreach (var id in HazardsOf(third))
            (await EventsAsync(id)).ShouldNotContain("leg_reassigned");
    }

    [Theory]
    [InlineData("重大", "现场处置"), InlineData("2", "即查即改"), InlineData("红", "立行立改"), InlineData("一般1级", "现场处置")]
    public async Task What_may_be_major_is_not_fixed_on_the_spot_by_a_ledger(string level, string state)
    {
        var report = await ImportAsync(Schools + $"1,2026-03-01,庚处缺陷,{level},庚厂,2026-12-20,{state}\n");
        (await StageAsync(HazardsOf(report)[0])).ShouldBe("reported");
        Text(report, "rows").ShouldContain("import.on_the_spot_doubtful");
    }

    [Theory, InlineData("一般", false), InlineData("", true)]
    public async Task What_is_general_or_not_said_is_fixed_on_the_spot(string level, bool isSaid)
    {
        var report = await ImportAsync(Schools + $"1,2026-03-01,庚处缺陷,{level},庚厂,2026-12-20,立行立改\n");
        (await StageAsync(HazardsOf(report)[0])).ShouldBe("closed");
        Text(report, "rows").Contains("import.level_assumed", StringComparison.Ordinal).ShouldBe(isSaid);
    }

    [Theory]
    [InlineData("已销号", "未整改", "closed", "已销号"), InlineData("验收合格", "未整改", "awaitingClosure", "已验收")]
    [InlineData("整改中", "不属实", "rectifying", "整改中")]
    [InlineData("不属实", "整改中", "rejected", "不属实"), InlineData("已整改", "整改中", "awaitingAcceptance", "待验收")]
    [InlineData("现场处置", "未整改", "closed", "已销号")]
    [InlineData("整改中", "已登记", "rectifying", "整改中"), InlineData("整改中", "待整改", "rectifying", "整改中")]
    [InlineData("已销号", "不属实", "closed", "已销号")]
    public async Task A_state_that_goes_back_or_sideways_is_said(string first, string then, string stage, string called)
    {
        var id = HazardsOf(await ImportAsync(Row(first)))[0];
        var again = await ImportAsync(Row(then));
        (await StageAsync(id)).ShouldBe(stage);
        Text(again, "rows").ShouldContain($"import.state_behind: 台账状态“{then}”");
        Text(again, "rows").ShouldContain($"登记的环节“{called}");

        string Row(string state) => Schools + $"1,2026-03-05,倒退处缺陷,一般,寅厂,2026-12-05,{state}\n";
    }

    /// <summary>The ledger goes on saying 整改中 of what was ended since, whatever else is said of the row.</summary>
    [Fact]
    public async Task A_row_that_does_not_know_of_the_end_is_named_every_time()
    {
        const string Rows = Schools + "1,2026-03-05,结案处缺陷,一般,寅厂,2026-12-05,整改中\n2,2026-03-05,在办处缺陷,一般,寅厂,2026-12-05,整改中\n";
        var id = HazardsOf(await ImportAsync(Rows))[0];
        (await service.Admin.PostAsync($"hazards/{id}/rejection", new() { ["reason"] = "录入错误" })).Require(HttpStatusCode.OK);
        for (var n = 0; n < 2; n++)
        {
            var again = await ImportAsync(Rows);
            Finished(again, "unchanged").ShouldBe(2);
            Text(again, "rows").Split("import.state_behind: 台账状态“整改中”不同于登记的环节“").Length.ShouldBe(2);
        }
    }

    [Theory, InlineData("未整改", "整改中"), InlineData("整改中", "已五定"), InlineData("整改中", "已整改"), InlineData("未处理", "已销号")]
    [InlineData("已整改", "已销号")]
    public async Task A_state_that_goes_on_is_told(string first, string then)
    {
        await ImportAsync(Schools + $"1,2026-03-05,前进处缺陷,一般,寅厂,2026-12-05,{first}\n");
        Text(await ImportAsync(Schools + $"1,2026-03-05,前进处缺陷,一般,寅厂,2026-12-05,{then}\n"), "rows").ShouldNotContain("import.state_behind");
    }

    [Theory, InlineData("巍山县"), InlineData("城关镇"), InlineData("620102")]
    public async Task A_unit_is_not_taken_from_the_next_county_where_the_region_is_unknown(string region)
    {
        const string Header = "序号,检查日期,县区,隐患内容,隐患等级,整改责任单位,整改期限,状态\n";
        var known = await ImportAsync(Header + "1,2026-03-01,武都区,木粉尘未清扫,一般," + region + "家具厂,2026-12-01,整改中\n", region: "6212");
        var unknown = await ImportAsync(Header + $"1,2026-03-01,{region},喷漆房无排风,一般,{region}家具厂,2026-12-01,整改中\n", region: "6212");
        Text(unknown, "rows").ShouldContain("import.region_unknown");
        Text(unknown, "rows").ShouldContain("import.unit_elsewhere");
        (await BodyAsync(unknown)).ShouldNotBe(await BodyAsync(known));

        async Task<string> BodyAsync(Answer report) =>
            (await service.Admin.GetAsync($"hazards/{HazardsOf(report)[0]}")).Json["hazard"]!["legs"]!["sole"]!["body"]!.ToString();
    }

    [Fact]
    public async Task The_same_hazard_under_two_numbers_of_one_sheet_is_asked_about()
    {
        var report = await ImportAsync("序号,检查日期,被检查单位,隐患内容,隐患等级,整改责任单位,整改期限,整改状态\n"
            + "1,2026-11-04,壬店,壬处问题,一般,壬店,2026-12-20,整改中\n2,2026-11-04,壬店,壬处问题,一般,壬店,2026-12-25,已整改\n3,2026-11-04,壬店,壬处问题,一般,癸店,2026-12-25,已整改\n");
        string[] rows = [.. report.Json["rows"]!.AsArray().Where(r => r!["hazard"] is not null).Select(r => r!.ToJsonString(Plain))];
        rows.Select(r => r.Contains("import.row_twice: 与第 2 行", StringComparison.Ordinal)).ShouldBe([false, true, false]);
    }

    [Fact]
    public async Task An_import_that_updated_cannot_be_undone_whole_and_says_what_can_be()
    {
        await ImportAsync(Schools + "1,2026-03-05,撤销处一,一般,寅厂,2026-12-05,整改中\n", ledger: "撤销");
        var second = await ImportAsync(
            Schools + "1,2026-03-05,撤销处一,一般,寅厂,2026-12-05,已整改\n2,2026-03-05,撤销处二,一般,寅厂,2026-12-05,整改中\n", ledger: "撤销");
        var refused = (await service.Admin.PostAsync($"imports/{second["id"]}/undoing", new JsonObject { ["reason"] = "错了" }))
            .Refused(HttpStatusCode.Conflict, "import.updated_others");
        refused["detail"].ShouldContain(HazardsOf(second)[0]);
        refused["detail"].ShouldContain("hazards");
    }

    // A major hazard is not declared put right without a plan: that is said, and asked again.
    [Theory, InlineData("整改中", "rectifying", 0), InlineData("待整改", "assigned", 0), InlineData("已整改", "rectifying", 1)]
    [InlineData("现场处置", "rectifying", 1)]
    public async Task What_was_only_graded_since_goes_on_as_the_same_row_says(string state, string stage, int asked)
    {
        var row = Schools + $"1,2026-11-20,批量处{state}变压器漏油,重大,未厂,2026-12-25,{state}\n";
        var first = await ImportAsync(row, "批量" + state, Service.County);
        var id = HazardsOf(first)[0];
        // Not answered yet: asked again, and counted.
        var again = await ImportAsync(row, "批量" + state, Service.County);
        (Finished(again, "unchanged"), Finished(again, "partly")).ShouldBe((1, 1));
        (await service.Office.PostAsync("hazards/batch", new JsonObject
        {
            ["grading"] = new JsonObject { ["level"] = "major", ["basis"] = "判定标准第五条" }, ["text"] = "经核实", ["actor"] = "核查员",
            ["hazards"] = new JsonArray(new JsonObject { ["id"] = id }),
        })).Require(HttpStatusCode.OK);
        (await StageAsync(id)).ShouldBe("verified");
        var third = await ImportAsync(row, "批量" + state, Service.County);
        Finished(third, "updated").ShouldBe(1, third.Text);
        (await StageAsync(id)).ShouldBe(stage, third.Text);
        (await service.Admin.GetAsync($"hazards/{id}")).Json["hazard"]!["legs"]!["sole"]!["deadline"]!.ToString().ShouldBe("2026-12-25");
        var fourth = await ImportAsync(row, "批量" + state, Service.County);
        (Finished(fourth, "unchanged"), Finished(fourth, "partly")).ShouldBe((1, asked), fourth.Text);
    }

    [Theory]
    [InlineData("甲,2026-12-05,加装护栏,整改中", "乙,2026-12-05,加装护栏,整改中", "import.person_changed: [责任人] 由“甲”改为“乙”")]
    [InlineData("甲,2026-12-05,加装护栏,整改中", "甲,,加装护栏,整改中", "import.cell_emptied: [整改期限] 上次为“2026-12-05”")]
    [InlineData("甲,2026-12-05,加装护栏,整改中", "甲,2026-12-05,加装护栏,", "import.cell_emptied: [整改状态]")]
    [InlineData("甲,2026-12-05,加装护栏,整改中", ",2026-12-05,加装护栏,整改中", "import.cell_emptied: [责任人]")]
    [InlineData("甲,2026-12-05,加装护栏,整改中", "甲,2026-12-05,换成钢板,整改中", "import.cell_changed: [整改措施] 由“加装护栏”改为“换成钢板”")]
    public async Task A_changed_cell_that_is_no_act_is_said(string before, string after, string said)
    {
        const string Header = "序号,检查日期,隐患内容,隐患等级,整改责任单位,责任人,整改期限,整改措施,整改状态\n";
        await ImportAsync(Header + $"1,2026-03-05,改变处一,一般,卯厂,{before}\n", ledger: "改变");
        Text(await ImportAsync(Header + $"1,2026-03-05,改变处一,一般,卯厂,{after}\n", ledger: "改变"), "rows").ShouldContain(said);
    }

    [Fact]
    public async Task Rows_that_the_new_version_has_no_more_are_named()
    {
        string Row(int n) => $"{n},2026-03-05,第{n}处护栏缺失,一般,卯厂,2026-12-05,整改中\n";
        var first = await ImportAsync(Schools + Row(1) + Row(2) + Row(3), ledger: "缺行");
        var second = await ImportAsync(Schools + Row(1) + Row(3), ledger: "缺行");
        Text(second, "notes").ShouldContain($"import.rows_missing: 上次有、这次没有 1 条，登记的不变：编号 2 {HazardsOf(first)[1]}");
        Text(await ImportAsync(Schools + Row(1) + Row(3), ledger: "缺行"), "notes").ShouldNotContain("import.rows_missing");
    }

    [Fact]
    public async Task A_preview_asks_what_the_import_asks()
    {
        string[] asked = ["import.level_needed", "import.region_unknown", "import.unit_needed"];
        const string Text = "序号,检查日期,县区,隐患内容,隐患等级,整改责任单位,整改期限,状态\n"
            + "1,2026-03-01,,甲处护栏缺失,红,丙厂,2026-12-01,整改中\n2,2026-03-01,城关镇,乙处护栏缺失,一般,,2026-12-01,整改中\n";
        var before = (await PreviewAsync(Text)).Json;
        foreach (var code in asked)
            before["rows"]!.ToJsonString(Plain).ShouldContain(code);
        before["rows"]!.ToJsonString(Plain).ShouldContain("The ledger names no responsible unit");
        before["notes"]!.ToJsonString(Plain).ShouldNotContain("import.ledger_recognised");
        const string Known = Schools + "1,2026-03-01,丙处护栏缺失,一般,丙厂,2026-12-01,整改中\n2,2026-03-01,丁处护栏缺失,一般,丙厂,2026-12-01,整改中\n";
        await ImportAsync("原来的名称\n" + Known);
        var head = await service.HeadAsync();
        var notes = (await PreviewAsync("另一个标题\n" + Known)).Json["notes"]!.AsArray();
        var note = notes.Single(n => n!["code"]!.ToString() == "import.ledger_recognised")!;
        note["zh"]!.ToString().ShouldContain("原来的名称");
        note["en"]!.ToString().ShouldContain("rows are those of the ledger");
        (await service.HeadAsync()).ShouldBe(head);

        async Task<Answer> PreviewAsync(string text) =>
            (await service.Admin.SendAsync(HttpMethod.Post, $"imports/preview?fileName=a.csv&region={_county}", Some.Csv(text)))
                .Require(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_import_in_the_background_says_which_ledger_it_was_taken_for()
    {
        const string Known = Schools + "1,2026-03-01,丙处护栏缺失,一般,丙厂,2026-12-01,整改中\n2,2026-03-01,丁处护栏缺失,一般,丙厂,2026-12-01,整改中\n";
        await ImportAsync("原来的名称\n" + Known);
        var begun = (await service.Admin.SendAsync(
            HttpMethod.Post, $"imports?background=true&fileName=a.csv&region={_county}",
            Some.Csv("另一个标题\n" + Known))).Require(HttpStatusCode.Accepted);
        Text(await ImportTests.FinishedAsync(service.Admin, begun["id"]), "notes").ShouldContain("import.ledger_recognised");
    }

    /// <summary>What stands there as the deadline and is none is a question, never the policy's thirty days.</summary>
    [Theory]
    [InlineData("尽快"), InlineData("长期坚持"), InlineData("5个工作日内"), InlineData("2026-02-31"), InlineData("2025-12-01"), InlineData("下次检查前")]
    [InlineData("#REF!")]
    public async Task A_deadline_that_is_none_waits_for_a_person(string deadline)
    {
        var row = Schools + $"1,2026-03-01,期限处{deadline}护栏缺失,一般,辰厂,{deadline},整改中\n";
        var report = await ImportAsync(row, "期限" + deadline, Service.County);
        var id = HazardsOf(report)[0];
        (await StageAsync(id)).ShouldBe("verified");
        Text(report, "rows").ShouldContain("import.deadline_needed");
        Text(report, "rows").ShouldNotContain("import.deadline_assumed");
        // Asked until it is answered, by a person or by the ledger.
        Text(await ImportAsync(row, "期限" + deadline, Service.County), "rows").ShouldContain("import.deadline_needed");
        var mended = await ImportAsync(
            row.Replace($"辰厂,{deadline}", "辰厂,2026-12-01", StringComparison.Ordinal), "期限" + deadline, Service.County);
        HazardsOf(mended).ShouldBe([id]);
        (await StageAsync(id)).ShouldBe("rectifying", mended.Text);
        var leg = (await service.Admin.GetAsync($"hazards/{id}")).Json["hazard"]!["legs"]!["sole"]!;
        (leg["deadline"]!.ToString(), leg["deadlineAssumed"]!.GetValue<bool>()).ShouldBe(("2026-12-01", false));
    }

    [Theory, InlineData("已销号", "closed"), InlineData("已整改", "awaitingAcceptance")]
    public async Task What_was_done_is_not_held_up_by_a_deadline_that_is_none(string state, string stage)
    {
        var report = await ImportAsync(Schools + $"1,2026-03-01,期限处{state}护栏缺失,一般,辰厂,尽快,{state}\n");
        (await StageAsync(HazardsOf(report)[0])).ShouldBe(stage, report.Text);
        report.Json["rows"]!.AsArray().Last(r => r!["hazard"] is not null)!["notUnderstood"]!.ToJsonString(Plain)
            .ShouldContain("import.deadline_assumed: 整改期限“尽快”");
    }

    [Theory, InlineData(""), InlineData("/"), InlineData("无")]
    public async Task A_deadline_that_nobody_gave_is_the_policys_and_marked_so(string deadline)
    {
        var report = await ImportAsync(Schools + $"1,2026-03-01,无期限处{deadline}护栏缺失,一般,辰厂,{deadline},整改中\n");
        var leg = (await service.Admin.GetAsync($"hazards/{HazardsOf(report)[0]}")).Json["hazard"]!["legs"]!["sole"]!;
        leg["deadlineAssumed"]!.GetValue<bool>().ShouldBeTrue(report.Text);
    }

    [Theory, InlineData("2030-03-01", "2026-11-20", "2026-11-20"), InlineData("2030-03-01", "2030-04-01", null)]
    public async Task A_discovery_after_the_import_is_said_to_be_one(string found, string deadline, string? takenFor)
    {
        var report = await ImportAsync(Schools + $"1,{found},来日{deadline}护栏缺失,一般,辰厂,{deadline},整改中\n");
        Text(report, "rows").ShouldContain($"import.found_at_ahead: 台账的发现时间 {found} 在导入之后");
        Text(report, "rows").ShouldNotContain("import.found_at_unknown");
        var hazard = (await service.Admin.GetAsync($"hazards/{HazardsOf(report)[0]}")).Json["hazard"]!;
        hazard["legs"]!["sole"]!["deadline"]!.ToString().ShouldBe(deadline);
        if (takenFor is not null)
            hazard["foundAt"]!.ToString().ShouldStartWith(takenFor);
    }

    /// <summary>Entered under the wrong county first: the second import says so, row by row, and touches nothing there.</summary>
    [Fact]
    public async Task The_same_rows_in_another_county_are_named()
    {
        const string Rows = Schools + "1,2026-03-01,甲处护栏缺失,一般,巳厂,2026-12-01,整改中\n2,2026-03-01,乙处护栏缺失,一般,巳厂,2026-12-01,整改中\n";
        var wrong = await ImportAsync(Rows, ledger: "错县", region: Counties[^1]);
        var right = await ImportAsync(Rows, ledger: "错县", region: Counties[^2]);
        Finished(right, "entered").ShouldBe(2, right.Text);
        HazardsOf(right).Intersect(HazardsOf(wrong)).ShouldBeEmpty();
        foreach (var (row, id) in right.Json["rows"]!.AsArray().Where(r => r!["hazard"] is not null).Zip(HazardsOf(wrong)))
            row!["notUnderstood"]!.ToJsonString(Plain).ShouldContain($"同名台账的同一行（{id}）");
        // What was withdrawn there is nobody's any more.
        (await service.Admin.PostAsync($"imports/{wrong["id"]}/undoing", new JsonObject { ["reason"] = "地区错了" }))
            .Require(HttpStatusCode.OK);
        Text(await ImportAsync(Rows, ledger: "错县", region: Counties[^3]), "rows").ShouldNotContain("import.row_elsewhere");
    }

    [Fact]
    public void Every_note_of_an_import_has_its_english()
    {
        var said = new System.Text.RegularExpressions.Regex("\"(import\\.[a-z_]+): ");
        var codes = Directory.GetFiles(Path.Combine(JobTests.Root(), "src", "Hazards.Api", "Import"), "*.cs")
            .SelectMany(f => said.Matches(File.ReadAllText(f))).Select(m => m.Groups[1].Value).Distinct().ToList();
        codes.Count.ShouldBeGreaterThan(25);
        codes.Where(c => ImportNotes.English(c).StartsWith("A rule (", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    /// <summary>Each town's 灭火器过期, and each school's, is a hazard of its own, whatever sheet it stands on.</summary>
    [Theory, InlineData("张", "李"), InlineData("", "")]
    public async Task The_same_phrase_on_the_sheets_of_two_towns_is_two_hazards(string one, string two)
    {
        var workbook = new Workbook();
        foreach (var (town, person) in new[] { ("城关镇", one), ("两水镇", two), ("安化镇", "王") })
        {
            var sheet = workbook.Add(town, 8, 12, 20, 10, 10, 10);
            sheet.Row(CellStyle.Head, "序号", "检查日期", "隐患内容", "隐患等级", "责任人", "整改状态");
            sheet.Row(CellStyle.Text, "1", "2026-03-05", "灭火器过期", "一般", person, "未整改");
        }

        var report = await ImportBookAsync(workbook);
        (Finished(report, "entered"), HazardsOf(report).Distinct().Count()).ShouldBe((3, 3), report.Text);
        // Whoever could be the same is asked about.
        Text(report, "rows").Contains("import.row_twice: 与工作表“城关镇”第 2 行", StringComparison.Ordinal).ShouldBe(one.Length == 0);
        var again = await ImportBookAsync(workbook);
        HazardsOf(again).ShouldBe(HazardsOf(report));
        Finished(again, "unchanged").ShouldBe(3, again.Text);
    }

    [Fact]
    public async Task A_ledgers_major_is_not_made_general_by_its_next_version()
    {
        static string Row(string level) => Schools + $"1,2026-11-02,降级处变压器漏油,{level},辰厂,2026-12-20,整改中\n";
        var first = await ImportAsync(Row("重大"), "降级");
        (await StageAsync(HazardsOf(first)[0])).ShouldBe("reported");
        var second = await ImportAsync(Row("一般"), "降级");
        HazardsOf(second).ShouldBe(HazardsOf(first));
        (await StageAsync(HazardsOf(first)[0])).ShouldBe("reported");
        Text(second, "rows").ShouldContain("import.level_differs: 台账的隐患等级由“重大”改为“一般”");
        Text(await ImportAsync(Row("一般"), "降级"), "rows").ShouldContain("import.level_differs");
    }

    /// <summary>
    /// What was assumed gives way to what is said, later or earlier, overdue or not; it was no promise that is now extended.
    /// </summary>
    [Theory]
    [InlineData("2026-03-01", "2027-03-01"), InlineData("2026-03-01", "2026-03-20"), InlineData("2026-11-20", "2026-12-01")]
    [InlineData("2026-11-20", "2027-05-01")]
    public async Task A_deadline_that_the_ledger_fills_in_takes_the_place_of_the_assumed_one(string found, string deadline)
    {
        string Row(string until) => Schools + $"1,{found},补期处{deadline}护栏缺失,一般,辰厂,{until},整改中\n";
        var first = await ImportAsync(Row(""), "补期" + found + deadline);
        var second = await ImportAsync(Row(deadline), "补期" + found + deadline);
        var hazard = (await service.Admin.GetAsync($"hazards/{HazardsOf(first)[0]}")).Json["hazard"]!;
        var leg = hazard["legs"]!["sole"]!;
        (leg["deadline"]!.ToString(), leg["deadlineAssumed"]!.GetValue<bool>(), leg["stage"]!.ToString())
            .ShouldBe((deadline, false, "rectifying"), second.Text);
        leg["extensions"]!.GetValue<int>().ShouldBe(0);
        Text(second, "rows").ShouldContain($"import.deadline_changed: 台账补填了整改期限 {deadline}");
        Finished(await ImportAsync(Row(deadline), "补期" + found + deadline), "unchanged").ShouldBe(1);
    }

    [Fact]
    public async Task A_discovery_that_the_ledger_fills_in_is_asked_about()
    {
        static string Row(string found) => Schools + $"7,{found},补日处护栏缺失七号,一般,辰厂,2026-12-20,整改中\n";
        await ImportAsync(Row(""), "补日");
        Text(await ImportAsync(Row("2026-11-06"), "补日"), "rows").ShouldContain("import.found_at_differs: 台账的发现时间为 2026-11-06");
    }

    [Fact]
    public async Task What_still_differs_is_asked_again()
    {
        static string Row(string person) => Persons + $"1,2026-11-04,一楼,再问处灭火器压力不足,一般,{person},2026-12-20,整改中\n";
        await ImportAsync(Row("张三"), "再问");
        var changed = await ImportAsync(Row("李四"), "再问");
        Text(changed, "rows").ShouldContain("import.person_changed");
        var again = await ImportAsync(Row("李四"), "再问");
        Text(again, "rows").ShouldContain("import.person_changed", customMessage: changed.Text + again.Text);
    }

    [Fact]
    public async Task A_row_that_a_later_import_only_met_can_be_withdrawn()
    {
        static string Row(string person) => Persons + $"1,2026-11-04,一楼,撤回处灭火器压力不足,一般,{person},2026-12-20,整改中\n";
        var first = await ImportAsync(Row("张三"), "撤回", Service.County);
        await ImportAsync(Row("李四"), "撤回", Service.County);
        (await service.Admin.PostAsync(
            $"imports/{first["id"]}/undoing",
            new JsonObject { ["reason"] = "错行", ["hazards"] = new JsonArray(HazardsOf(first)[0]) })).Require(HttpStatusCode.OK);
        (await StageAsync(HazardsOf(first)[0])).ShouldBe("rejected");
        // What people did stands in the way, and the way out is named.
        var second = await ImportAsync(Row("王五"), "撤回", Service.County);
        (await service.Office.PostAsync($"hazards/{HazardsOf(second)[0]}/comments", new JsonObject { ["text"] = "已到场", ["actor"] = "核查员" }))
            .Require(HttpStatusCode.OK);
        (await service.Admin.PostAsync(
            $"imports/{second["id"]}/undoing", new JsonObject { ["reason"] = "错行", ["hazards"] = new JsonArray(HazardsOf(second)[0]) }))
            .Refused(HttpStatusCode.Conflict, "import.built_upon")["detail"].ShouldContain("录入错误");
    }

    [Fact]
    public async Task The_same_ledger_of_another_county_is_named_whatever_it_is_called()
    {
        const string Rows = Schools + "1,2026-03-01,异县甲处护栏缺失,一般,巳厂,2026-12-01,整改中\n2,2026-03-01,异县乙处护栏缺失,一般,巳厂,2026-12-01,整改中\n";
        await ImportAsync("错投的台账\n" + Rows, region: Counties[^5]);
        var right = await ImportAsync("另一个名字\n" + Rows, region: Counties[^6]);
        Finished(right, "entered").ShouldBe(2);
        Text(right, "notes").ShouldContain("import.ledger_elsewhere");
        Text(right, "notes").ShouldContain("错投的台账");
    }

    /// <summary>A prefecture's ledger has its counties' rows: whoever imports them there finds them, and so does it again.</summary>
    [Fact]
    public async Task A_ledger_of_a_wider_place_is_known_to_the_county_whose_rows_it_has()
    {
        const string county = "621225";
        await service.BodyAsync("xh-import", "西和县安委办", "committeeOffice", county);
        var importer = await service.KeyAsync("xh-import", county, "importer");
        const string Head = "序号,检查日期,县区,隐患内容,隐患等级,整改责任单位,整改期限,状态\n";
        static string Row(int n, string region, string state = "整改中") => $"{n},2026-03-01,{region},上级第{n}处护栏缺失,一般,上级厂,2026-12-01,{state}\n";
        var wide = await ImportAsync(Head + Row(1, "西和县") + Row(2, "西和县") + Row(3, "西和县") + Row(4, "礼县"), "全市台账", "6212");
        Finished(wide, "entered").ShouldBe(4);
        var own = await CountyAsync(Head + Row(1, "西和县") + Row(2, "西和县") + Row(3, "西和县"));
        (Finished(own, "entered"), Finished(own, "unchanged")).ShouldBe((0, 3));
        Text(own, "notes").ShouldContain("import.ledger_recognised");
        Text(own, "notes").ShouldNotContain("import.rows_missing");
        HazardsOf(own).ShouldBe(HazardsOf(wide)[..3]);
        var changed = await CountyAsync(Head + Row(1, "西和县", "已整改") + Row(2, "西和县") + Row(3, "西和县"));
        (Finished(changed, "entered"), Finished(changed, "updated")).ShouldBe((0, 1));
        var again = await ImportAsync(
            Head + Row(1, "西和县", "已整改") + Row(2, "西和县") + Row(3, "西和县") + Row(4, "礼县"), "全市台账", "6212");
        (Finished(again, "entered"), HazardsOf(again).Length).ShouldBe((0, 4));
        HazardsOf(again).ShouldBe(HazardsOf(wide));

        async Task<Answer> CountyAsync(string text) =>
            (await importer.SendAsync(HttpMethod.Post, $"imports?fileName=本县.csv&region={county}", Some.Csv(text)))
            .Require(HttpStatusCode.Created);
    }

    /// <summary>Once taken for another ledger's, files of a name are that one's, however retyped; and another form is known.</summary>
    [Fact]
    public async Task A_ledger_is_known_again_by_the_name_it_came_under_and_in_another_form()
    {
        const string Head = "序号,检查日期,检查地点,隐患内容,隐患等级,整改责任单位,整改期限,状态\n";
        static string Row(int n, string place) => $"{n},2026-03-{n:00},{place}{n},别名第{n}处应急照明损坏,一般,别名厂,2026-12-01,整改中\n";
        string Rows(string place) => string.Concat(Enumerable.Range(1, 4).Select(n => Row(n, place)));
        var first = await ImportAsync(Head + Rows("车间"), "原来的台账");
        var known = await CalledAsync("县里的表.csv", Head + Rows("车间"));
        (Finished(known, "unchanged"), Finished(known, "entered")).ShouldBe((4, 0));
        var retyped = await CalledAsync("县里的表.csv", Head + Rows("生产车间"));
        Text(retyped, "notes").ShouldContain("import.ledger_recognised");
        (Finished(retyped, "entered"), Finished(retyped, "updated")).ShouldBe((0, 4));
        HazardsOf(retyped).ShouldBe(HazardsOf(first));

        var form = await CalledAsync("另一种表.csv", "编号,问题描述,整改单位,检查时间,部位,完成情况,限期\n" + string.Concat(Enumerable.Range(1, 4)
            .Select(n => $"{n + 20},别名第{n}处应急照明损坏。,别名厂,2026-03-{n:00},生产车间{n},整改中,2026-12-01\n")));
        Text(form, "notes").ShouldContain("import.ledger_recognised");
        Finished(form, "entered").ShouldBe(0);
        HazardsOf(form).ShouldBe(HazardsOf(first));

        // Places that may be others: another hazard each, and it is said which one it resembles.
        var moved = await CalledAsync("县里的表.csv", Head + Rows("库房"));
        Text(moved, "notes").ShouldContain("同名的文件此前认作台账“原来的台账”");
        moved.Json["rows"]!.AsArray().Count(r => r!.ToJsonString(Plain).Contains("import.row_resembles", StringComparison.Ordinal))
            .ShouldBe(4);

        async Task<Answer> CalledAsync(string file, string text) =>
            (await service.Admin.SendAsync(
                HttpMethod.Post, $"imports?fileName={Uri.EscapeDataString(file)}&region={_county}", Some.Csv(text)))
            .Require(HttpStatusCode.Created);
    }

    /// <summary>A row whose enterprise or place is called otherwise stays its hazard; what may be another is said to resemble it.</summary>
    [Fact]
    public async Task A_row_at_a_place_called_otherwise_is_no_second_hazard_unsaid()
    {
        const string Head = "序号,检查日期,企业名称,检查地点,隐患内容,隐患等级,整改责任单位,整改期限,状态\n";
        static string Row(int n, string enterprise, string place) =>
            $"{n},2026-03-01,{enterprise},{place},第{n}处消火栓无水,一般,改名镇政府,2026-12-01,整改中\n";
        var first = await ImportAsync(Head + Row(1, "商铺", "东街一楼") + Row(2, "百货公司", "") + Row(3, "粮店", "西街") + Row(4, "加油站", "北街"), "改名");
        var second = await ImportAsync(
            Head + Row(1, "商铺有限公司", "东街一楼") + Row(2, "", "") + Row(3, "粮店", "西街三号") + Row(4, "某某小学", "南门外"), "改名");
        (Finished(second, "entered"), Finished(second, "updated")).ShouldBe((1, 3));
        HazardsOf(second)[..3].ShouldBe(HazardsOf(first)[..3]);
        var rows = second.Json["rows"]!.AsArray().Where(r => r!["hazard"] is not null).Select(r => r!.ToJsonString(Plain)).ToArray();
        rows[..3].ShouldAllBe(r => r.Contains("import.row_edited", StringComparison.Ordinal));
        rows[1].ShouldContain("import.cell_emptied");
        rows[3].ShouldContain("import.row_resembles");
        rows[3].ShouldContain(HazardsOf(first)[3]);
    }

    /// <summary>并案: a row done with in the ledger is not done with where it goes on, and what changed of it is said.</summary>
    [Fact]
    public async Task A_merged_row_says_what_differs_where_it_goes_on()
    {
        static string Row(string unit, string deadline, string state) =>
            Schools + $"1,{Some.InDays(0)},并案处护栏缺失,红,{unit},{deadline},{state}\n";
        var first = await ImportAsync(Row("并案厂", "2026-12-05", "整改中"), "并案", Service.County);
        var survivor = await service.HazardAsync();
        (await service.Office.PostAsync($"hazards/{HazardsOf(first)[0]}/merge", new JsonObject { ["into"] = survivor, ["reason"] = "同一处" }))
            .Require(HttpStatusCode.OK);
        var closed = Row("并案二厂", "2026-12-20", "已销号");
        foreach (var _ in new[] { "once", "and again" })
            Text(await ImportAsync(closed, "并案", Service.County), "rows")
                .ShouldContain("台账状态“已销号”不同于登记的环节“已并案，所并入的隐患现为待核实”");
        var changed = Text(await ImportAsync(Row("并案厂", "2026-12-06", "整改中"), "并案", Service.County), "rows");
        changed.ShouldContain("由“2026-12-20”改为“2026-12-06”，该隐患登记为“已并案”");
        changed.ShouldContain("由“并案二厂”改为“并案厂”");
        (await service.Office.PostAsync($"hazards/{survivor}/rejection", new JsonObject { ["reason"] = "不属实", ["withMerged"] = true }))
            .Require(HttpStatusCode.OK);
        Text(await ImportAsync(closed, "并案", Service.County), "rows").ShouldNotContain("import.state_behind");
    }

    /// <summary>What one enters the other finds: the same ledger sent twice at once, under two names, is entered once.</summary>
    [Theory, InlineData(false), InlineData(true)]
    public async Task The_same_ledger_twice_at_once_is_entered_once(bool background)
    {
        var county = Counties[background ? ^8 : ^7];
        var rows = Schools + string.Concat(Enumerable.Range(1, 40).Select(n => $"{n},2026-03-05,第{n}处护栏缺失,一般,卯厂,2026-12-05,整改中\n"));
        var answers = await Task.WhenAll(Enumerable.Range(1, 4).Select(n => service.Admin.SendAsync(
            HttpMethod.Post, $"imports?fileName=第{n}份.csv&region={county}&background={(background ? "true" : "false")}", Some.Csv(rows))));
        answers.Count(a => a.Status is HttpStatusCode.Created or HttpStatusCode.Accepted).ShouldBeGreaterThan(0);
        foreach (var refused in answers.Where(a => a.Status is not (HttpStatusCode.Created or HttpStatusCode.Accepted)))
            refused.Refused(HttpStatusCode.Conflict, "import.another_running");
        foreach (var begun in answers.Where(a => a.Status == HttpStatusCode.Accepted))
            await ImportTests.FinishedAsync(service.Admin, begun["id"]);
        (await service.Admin.GetAsync($"hazards?region={county}&limit=100")).Json["items"]!.AsArray().Count.ShouldBe(40);
        // Whoever was to ask again is told which one it is.
        var again = await service.Admin.SendAsync(HttpMethod.Post, $"imports?fileName=第九份.csv&region={county}", Some.Csv(rows));
        Finished(again.Require(HttpStatusCode.Created), "unchanged").ShouldBe(40);
    }

    [Theory]
    [InlineData("成县、徽县"), InlineData("文县、宕昌县、康县"), InlineData("西和县和礼县"), InlineData("康县、武都区等"), InlineData("武都、康县"), InlineData("两当县/徽县")]
    public async Task Two_regions_in_a_cell_are_none(string region)
    {
        var report = await ImportAsync(
            $"序号,检查日期,县区,隐患内容,隐患等级,整改责任单位,整改期限,状态\n1,2026-03-01,{region},两地处{region}缺陷,一般,午厂,2026-12-01,整改中\n", region: "6212");
        Text(report, "rows").ShouldContain($"import.region_unknown: 地区“{region}”");
    }

    [Theory]
    [InlineData("武都区", "621202"), InlineData("陇南市武都区", "621202"), InlineData("武都区城关镇", "621202"), InlineData("武都", "621202")]
    [InlineData("西和", "621225"), InlineData("西和县大桥镇", "621225")]
    public async Task One_region_in_a_cell_is_found(string region, string code)
    {
        var report = await ImportAsync(
            $"序号,检查日期,县区,隐患内容,隐患等级,整改责任单位,整改期限,状态\n1,2026-03-01,{region},一地处{region}缺陷,一般,午厂,2026-12-01,整改中\n", region: "6212");
        Text(report, "rows").ShouldNotContain("import.region_unknown");
        (await service.Admin.GetAsync($"hazards/{HazardsOf(report)[0]}")).Json["hazard"]!["region"]!.ToString().ShouldStartWith(code);
    }

    [Theory]
    [InlineData("特种设备/消防"), InlineData("煤矿和非煤矿山"), InlineData("交通运输（水上）"), InlineData("矿山"), InlineData("教育、卫生健康")]
    public async Task Two_sectors_in_a_cell_are_none(string sector)
    {
        var report = await SectorAsync(sector);
        Text(report, "rows").ShouldContain($"import.sector_unknown: 行业“{sector}”");
    }

    [Theory]
    [InlineData("消防", "fire_safety"), InlineData("煤矿", "coal_mine"), InlineData("非煤矿山", "non_coal_mine")]
    [InlineData("道路交通运输", "road_traffic"), InlineData("化工、危化品", "hazardous_chemicals"), InlineData("建筑施工", "construction")]
    public async Task One_sector_in_a_cell_is_found(string sector, string code)
    {
        var report = await SectorAsync(sector);
        Text(report, "rows").ShouldNotContain("import.sector_unknown");
        (await service.Admin.GetAsync($"hazards/{HazardsOf(report)[0]}")).Json["hazard"]!["sector"]!.ToString().ShouldBe(code);
    }

    private Task<Answer> SectorAsync(string sector) =>
        ImportAsync(
            $"序号,检查日期,行业领域,隐患内容,隐患等级,整改责任单位,整改期限,状态\n1,2026-03-01,{sector},行业处{sector}缺陷,一般,午厂,2026-12-01,整改中\n",
            "行业" + sector.Replace('/', '-'));

    private async Task<Answer> ImportBookAsync(Workbook workbook)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(workbook.ToBytes()), "file", "各镇.xlsx" },
            { new StringContent(_county), "region" } };
        return (await service.Admin.SendAsync(HttpMethod.Post, "imports", form)).Require(HttpStatusCode.Created);
    }

    private async Task<Answer> ImportAsync(string text, string? ledger = null, string? region = null)
    {
        using var form = new MultipartFormDataContent { { Some.Csv(text), "file", "台账.csv" },
            { new StringContent(region ?? _county), "region" } };
        if (ledger is not null)
            form.Add(new StringContent(ledger), "ledger");
        return (await service.Admin.SendAsync(HttpMethod.Post, "imports", form)).Require(HttpStatusCode.Created);
    }

    private async Task<string[]> EventsAsync(string id) =>
        [.. (await service.Admin.GetAsync($"hazards/{id}/events")).Require(HttpStatusCode.OK).Json["events"]!.AsArray().Select(e => e!["type"]!.ToString())];

    private async Task<string> StageAsync(string id) => (await service.Admin.GetAsync($"hazards/{id}")).Json["stage"]!["code"]!.ToString();

    private static int Finished(Answer report, string what) => (int)report.Json["finished"]![what]!;

    private static string Text(Answer report, string what) => report.Json[what]!.ToJsonString(Plain);

    private static string[] HazardsOf(Answer report) =>
        [.. report.Json["rows"]!.AsArray().Where(r => r!["hazard"] is not null).Select(r => r!["hazard"]!.ToString())];
}
