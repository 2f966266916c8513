using System.Net;
using System.Text.Json.Nodes;
using Hazards.Api.Import;
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
        var first = await ImportAsync("一中自查\n" + Persons + "1,2026-11-04,一楼,灭火器压力不足,一般,张,2026-12-20,整改中\n2,2026-11-04,二楼,应急照明灯损坏,一般,李,2026-12-20,整改中\n");
        var second = await ImportAsync("二中自查\n" + Persons + $"1,2026-11-04,一楼,灭火器压力不足,一般,{one},2026-12-20,整改中\n2,2026-11-04,二楼,应急照明灯损坏,一般,{two},2026-12-20,已整改\n");
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
        var third = await ImportAsync(Schools + "1," + West + "2," + West.Replace("西关", "南关", StringComparison.Ordinal) + "3," + East, ledger: "汇总");
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
    [InlineData("已销号", "未整改", "closed", "已销号"), InlineData("验收合格", "未整改", "awaitingClosure", "已验收"), InlineData("整改中", "不属实", "rectifying", "整改中")]
    [InlineData("不属实", "整改中", "rejected", "不属实"), InlineData("已整改", "整改中", "awaitingAcceptance", "待验收"), InlineData("现场处置", "未整改", "closed", "已销号")]
    [InlineData("整改中", "已登记", "rectifying", "整改中"), InlineData("整改中", "待整改", "rectifying", "整改中"), InlineData("已销号", "不属实", "closed", "已销号")]
    public async Task A_state_that_goes_back_or_sideways_is_said(string first, string then, string stage, string called)
    {
        var id = HazardsOf(await ImportAsync(Row(first)))[0];
        var again = await ImportAsync(Row(then));
        (await StageAsync(id)).ShouldBe(stage);
        Text(again, "rows").ShouldContain($"import.state_behind: 台账状态“{then}”");
        Text(again, "rows").ShouldContain($"登记的环节“{called}");

        string Row(string state) => Schools + $"1,2026-03-05,倒退处缺陷,一般,寅厂,2026-12-05,{state}\n";
    }

    [Theory, InlineData("未整改", "整改中"), InlineData("整改中", "已五定"), InlineData("整改中", "已整改"), InlineData("未处理", "已销号"), InlineData("已整改", "已销号")]
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
        var second = await ImportAsync(Schools + "1,2026-03-05,撤销处一,一般,寅厂,2026-12-05,已整改\n2,2026-03-05,撤销处二,一般,寅厂,2026-12-05,整改中\n", ledger: "撤销");
        var refused = (await service.Admin.PostAsync($"imports/{second["id"]}/undoing", new JsonObject { ["reason"] = "错了" })).Refused(HttpStatusCode.Conflict, "import.updated_others");
        refused["detail"].ShouldContain(HazardsOf(second)[0]);
        refused["detail"].ShouldContain("hazards");
    }

    // A major hazard is not declared put right without a plan: that is said, and asked again.
    [Theory, InlineData("整改中", "rectifying", 0), InlineData("待整改", "assigned", 0), InlineData("已整改", "rectifying", 1), InlineData("现场处置", "rectifying", 1)]
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
            (await service.Admin.SendAsync(HttpMethod.Post, $"imports/preview?fileName=a.csv&region={_county}", Some.Csv(text))).Require(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_import_in_the_background_says_which_ledger_it_was_taken_for()
    {
        const string Known = Schools + "1,2026-03-01,丙处护栏缺失,一般,丙厂,2026-12-01,整改中\n2,2026-03-01,丁处护栏缺失,一般,丙厂,2026-12-01,整改中\n";
        await ImportAsync("原来的名称\n" + Known);
        var begun = (await service.Admin.SendAsync(HttpMethod.Post, $"imports?background=true&fileName=a.csv&region={_county}", Some.Csv("另一个标题\n" + Known))).Require(HttpStatusCode.Accepted);
        Text(await ImportTests.FinishedAsync(service.Admin, begun["id"]), "notes").ShouldContain("import.ledger_recognised");
    }

    /// <summary>What stands there as the deadline and is none is a question, never the policy's thirty days.</summary>
    [Theory]
    [InlineData("尽快"), InlineData("长期坚持"), InlineData("5个工作日内"), InlineData("2026-02-31"), InlineData("2025-12-01"), InlineData("下次检查前"), InlineData("#REF!")]
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
        var mended = await ImportAsync(row.Replace($"辰厂,{deadline}", "辰厂,2026-12-01", StringComparison.Ordinal), "期限" + deadline, Service.County);
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
        report.Json["rows"]!.AsArray().Last(r => r!["hazard"] is not null)!["notUnderstood"]!.ToJsonString(Plain).ShouldContain("import.deadline_assumed: 整改期限“尽快”");
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
        (await service.Admin.PostAsync($"imports/{wrong["id"]}/undoing", new JsonObject { ["reason"] = "地区错了" })).Require(HttpStatusCode.OK);
        Text(await ImportAsync(Rows, ledger: "错县", region: Counties[^3]), "rows").ShouldNotContain("import.row_elsewhere");
    }

    [Fact]
    public void Every_note_of_an_import_has_its_english()
    {
        var said = new System.Text.RegularExpressions.Regex("\"(import\\.[a-z_]+): ");
        var codes = Directory.GetFiles(Path.Combine(JobTests.Root(), "src", "Hazards.Api", "Import"), "*.cs").SelectMany(f => said.Matches(File.ReadAllText(f))).Select(m => m.Groups[1].Value).Distinct().ToList();
        codes.Count.ShouldBeGreaterThan(25);
        codes.Where(c => ImportNotes.English(c).StartsWith("A rule (", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    private async Task<Answer> ImportAsync(string text, string? ledger = null, string? region = null)
    {
        using var form = new MultipartFormDataContent { { Some.Csv(text), "file", "台账.csv" }, { new StringContent(region ?? _county), "region" } };
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
