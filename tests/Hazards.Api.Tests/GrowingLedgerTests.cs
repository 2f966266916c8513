using System.Globalization;
using System.Net;
using Hazards.Api.Reports;

namespace Hazards.Api.Tests;

/// <summary>同一本台账: one ledger sent every day under changing titles stays one ledger, and its rows one hazard each.</summary>
[Trait("Server", "any")]
public sealed class GrowingLedgerTests(Service service) : IClassFixture<Service>
{
    private const string Header = "序号,检查时间,企业名称,隐患描述,隐患等级,整改责任单位,整改时限,是否完成整改\n";

    [Fact]
    public async Task A_month_of_one_ledger_ends_with_as_many_hazards_as_it_has_rows()
    {
        for (var day = 1; day <= 30; day++)
        {
            // Titles and file names change, rows are typed a little differently, and are put right one after another.
            var title = (day % 3) switch { 0 => $"云岭县2026年3月{day}日隐患排查清单\n", 1 => $"附件{day}\n", _ => "" };
            var text = title + Header + string.Concat(Enumerable.Range(1, day).Select(n => Row(n, day, day >= n + 10 ? "是" : "否")));
            var report = await ImportAsync($"台账{(day % 2 == 0 ? "汇总" : "日报")}-{day:00}.csv", text, "140724");
            Finished(report, "entered").ShouldBe(1, $"day {day}");
            (Finished(report, "entered") + Finished(report, "updated") + Finished(report, "unchanged")).ShouldBe(day);
        }

        var hazards = (await service.Admin.GetAsync("hazards?region=140724&limit=200")).Require(HttpStatusCode.OK).Json["items"]!.AsArray();
        hazards.Count.ShouldBe(30);
        hazards.Count(h => h!["stage"]!.ToString() == "awaitingAcceptance").ShouldBe(20);

        static string Row(int n, int day, string done) => string.Create(CultureInfo.InvariantCulture,
            $"{n},{(day % 2 == 0 ? $"2026-03-{n:00}" : $"2026年3月{n}日")},第{n}机械厂,第{n}号冲压机光幕失效{(day % 5 == 0 ? "。" : "")},一般,第{n}机械厂,2026-04-{n:00},{done}\n");
    }

    [Fact]
    public async Task The_clerk_is_told_which_ledger_it_seems_to_be_and_can_say_otherwise()
    {
        var text = Header + "1,2026-03-02,青石建材厂,破碎机皮带轮无防护罩,一般,青石建材厂,2026-03-20,否\n2,2026-03-02,红桥加油站,卸油口接地夹失效,一般,红桥加油站,2026-03-10,否\n";
        await ImportAsync("三月.csv", "云岭县三月台账\n" + text, "140728");
        var again = await ImportAsync("四月.csv", "问题清单汇总\n" + text, "140728");
        (again["ledger"], Finished(again, "unchanged")).ShouldBe(("云岭县三月台账", 2));
        again.Json["notes"]!.ToJsonString(Plain).ShouldContain("import.ledger_recognised");
        (await ImportAsync("四月.csv", text, "140728", "另一本")).Json["finished"]!["entered"]!.GetValue<int>().ShouldBe(2);
    }

    [Fact]
    public async Task An_edited_row_is_the_same_hazard_and_a_person_is_asked()
    {
        var first = await ImportAsync("a.csv", Header + "YL-2026-001,2026-03-02,青石建材厂,破碎机皮带轮无防护罩,一般,青石建材厂,2026-03-20,否\n", "140727", "改写");
        var second = await ImportAsync(
            "b.csv", Header + "YL-2026-001,2026-03-02,青石建材厂,破碎机皮带轮缺少防护罩，存在机械伤害风险,一般,青石建材厂,2026-03-20,否\n", "140727", "改写");
        (Finished(second, "entered"), Finished(second, "updated")).ShouldBe((0, 1));
        HazardsOf(second).ShouldBe(HazardsOf(first));
        second.Json["rows"]!.ToJsonString(Plain).ShouldContain("import.row_edited");
        (await service.Admin.GetAsync($"hazards/{HazardsOf(first)[0]}")).Json["hazard"]!["description"]!.ToString().ShouldContain("机械伤害");
    }

    /// <summary>编号: of rows alike to the letter, each is the one of its number, in whatever order, and whichever are missing.</summary>
    [Fact]
    public async Task Rows_alike_to_the_letter_are_closed_by_their_numbers()
    {
        string Ledger(params (int Number, string State)[] rows) => "编号,发现时间,地点,隐患内容,隐患等级,责任单位,整改期限,状态\n"
            + string.Concat(rows.Select(r => $"{r.Number},2026-03-05,仓库六层,灭火器压力不足,一般,综采队,2026-12-20,{r.State}\n"));
        var first = await ImportAsync("a.csv", Ledger((1, "未整改"), (2, "未整改"), (3, "未整改")), "140781", "六层");
        var ids = HazardsOf(first);
        var second = await ImportAsync("b.csv", Ledger((1, "未整改"), (3, "已销号")), "140781", "六层");
        (await StagesAsync()).ShouldBe(["rectifying", "rectifying", "closed"]);
        second.Json["notes"]!.ToJsonString(Plain).ShouldContain(ids[1]);
        var third = await ImportAsync("c.csv", Ledger((3, "已销号"), (2, "未整改"), (4, "未整改"), (1, "已销号")), "140781", "六层");
        (await StagesAsync()).ShouldBe(["closed", "rectifying", "closed"]);
        (Finished(third, "entered"), Finished(third, "updated")).ShouldBe((1, 1));

        async Task<string[]> StagesAsync() => await Task.WhenAll(ids.Select(
            async h => (await service.Admin.GetAsync($"hazards/{h}")).Json["stage"]!["code"]!.ToString()));
    }

    /// <summary>What another place, another side, another number says is another hazard, and never done because the first was.</summary>
    [Theory]
    [InlineData("3113面", "东侧护栏缺失", "西侧护栏缺失")]
    [InlineData("选煤厂", "一号门常开未锁闭", "二号门常开未锁闭")]
    [InlineData("变电所", "配电柜A相接线松动", "配电柜B相接线松动")]
    [InlineData("破碎站", "破碎机皮带轮无防护罩", "破碎机皮带轮防护罩缺失")]
    public async Task What_is_open_is_not_taken_for_what_is_closed(string place, string closed, string open)
    {
        string Ledger(string description, string state) => "编号,发现时间,地点,隐患内容,隐患等级,责任单位,整改期限,状态\n"
            + $"1,2026-03-05,{place},{description},一般,综采队,2026-12-20,{state}\n2,2026-03-06,{place}外,瓦斯传感器未校,一般,综采队,2026-12-20,未整改\n";
        var first = await ImportAsync("a.csv", Ledger(closed, "已销号"), "140729", place);
        var second = await ImportAsync("b.csv", Ledger(open, "未整改"), "140729", place);
        (Finished(second, "entered"), Finished(second, "unchanged")).ShouldBe((1, 1));
        var row = second.Json["rows"]!.AsArray()[1]!;
        row["stage"]!.ToString().ShouldBe("rectifying");
        row.ToJsonString(Plain).ShouldContain("import.row_resembles");
        row.ToJsonString(Plain).ShouldContain(HazardsOf(first)[0]);
        second.Json["notes"]!.ToJsonString(Plain).ShouldContain("import.rows_missing");
        // Again, it is the one that was entered.
        Finished(await ImportAsync("c.csv", Ledger(open, "未整改"), "140729", place), "unchanged").ShouldBe(2);
    }

    /// <summary>
    /// What a ledger says otherwise is applied or named: of what was merged, of another place or trade, against what people did.
    /// </summary>
    [Fact]
    public async Task What_is_not_applied_is_named()
    {
        string Ledger(string level, string region, string sector, string unit, string deadline) =>
            "编号,发现时间,区县,行业,地点,隐患内容,隐患等级,责任单位,整改期限,状态\n"
            + $"1,2026-03-05,{region},{sector},三采区,电缆漏电,一般,{unit},2026-12-20,未整改\n"
            + $"2,2026-03-06,{region},{sector},四采区,路面塌陷,{level},{unit},{deadline},未整改\n";
        var first = await ImportAsync("a.csv", Ledger("一般", "永顺县", "煤矿", "综采队", "2026-12-20"), "4331", "换样");
        var ids = HazardsOf(first);
        (await service.Admin.GetAsync($"hazards/{ids[1]}")).Json["hazard"]!["region"]!.ToString().ShouldBe("433127");
        var moved = RowsOf(await ImportAsync("b.csv", Ledger("一般", "龙山县", "消防", "综采队", "2026-12-20"), "4331", "换样"));
        foreach (var row in moved)
        {
            row.ShouldContain("import.region_differs");
            row.ShouldContain("import.sector_differs");
        }
        await service.BodyAsync("ys-awb", "永顺县安委办", "committeeOffice", "433127");
        var office = await service.KeyAsync("ys-awb", "433127", "coordinator", "inspector");
        // A hazard that was merged is on no list of its own: whatever its row says is said.
        (await office.PostAsync($"hazards/{ids[1]}/merge", new() { ["into"] = ids[0], ["reason"] = "同一处" })).Require(HttpStatusCode.OK);
        var merged = RowsOf(await ImportAsync("c.csv", Ledger("重大", "龙山县", "消防", "综采队", "2026-12-20"), "4331", "换样"))[1];
        merged.ShouldContain("import.state_behind");
        merged.ShouldContain("import.level_differs");
        // What was declared is not undone because another unit is named.
        var body = (await office.GetAsync($"hazards/{ids[0]}")).Json["hazard"]!["legs"]!["sole"]!["body"]!.ToString();
        var unit = await service.KeyAsync(body, "433127", "responsible");
        (await unit.PostAsync($"hazards/{ids[0]}/legs/sole/completion", new() { ["results"] = "已整改" })).Require(HttpStatusCode.OK);
        var named = RowsOf(await ImportAsync("d.csv", Ledger("重大", "龙山县", "消防", "掘进队", "2026-12-20"), "4331", "换样"))[0];
        named.ShouldContain("import.unit_differs");
        (await office.GetAsync($"hazards/{ids[0]}")).Json["hazard"]!["legs"]!["sole"]!["stage"]!.ToString().ShouldBe("declared");

        static string[] RowsOf(Answer report) =>
            [.. report.Json["rows"]!.AsArray().Where(r => r!["hazard"] is not null).Select(r => r!.ToJsonString(Plain))];
    }

    [Fact]
    public async Task A_corrected_mapping_reads_anew_what_was_misunderstood()
    {
        const string Text = "序号,检查时间,问题,单位,归口,整改时限\n1,2026-03-02,破碎机皮带轮无防护罩,青石建材厂,乙,2026-03-20\n";
        var wrong = await ImportAsync(
            "a.csv", Text, "140729", "映射", """{"columns":[{"field":"foundAt","header":"检查时间"},{"field":"description","header":"问题"}]}""");
        Stage(wrong).ShouldBe("reported");
        var right = await ImportAsync("a.csv", Text, "140729", "映射",
            """{"columns":[{"field":"foundAt","header":"检查时间"},{"field":"description","header":"问题"},{"field":"responsibleUnit","header":"单位"},{"field":"deadline","header":"整改时限"}],"defaultLevel":"general"}""");
        (Finished(right, "entered"), Finished(right, "updated")).ShouldBe((0, 1));
        (HazardsOf(right)[0], Stage(right)).ShouldBe((HazardsOf(wrong)[0], "assigned"));

        static string Stage(Answer report) => report.Json["rows"]!.AsArray().Last()!["stage"]!.ToString();
    }

    [Fact]
    public async Task A_deadline_and_a_completion_are_kept_where_the_discovery_was_not_written()
    {
        var report = await ImportAsync(
            "a.csv",
            "序号,企业名称,隐患描述,隐患等级,整改责任单位,整改时限,是否完成整改,销号时间\n1,永昌化工厂,液氯库探头失效,一般,永昌化工厂,2026-04-30,否,\n2,顺达客运公司,动态监控离线,一般,顺达客运公司,2026-04-10,是,2026-04-08\n", "140723");
        var legs = await Task.WhenAll(
            HazardsOf(report).Select(async h => (await service.Admin.GetAsync($"hazards/{h}")).Json.ToJsonString(Plain)));
        legs[0].ShouldContain("\"deadline\":\"2026-04-30\"");
        legs[1].ShouldContain("\"deadline\":\"2026-04-10\"");
        var history = (await service.Admin.GetAsync($"hazards/{HazardsOf(report)[1]}/events")).Json["events"]!.AsArray();
        history.Single(e => e!["type"]!.ToString() == "completion_declared")!["occurredAt"]!.ToString().ShouldStartWith("2026-04-0");
        report.Json["rows"]!.ToJsonString(Plain).ShouldContain("import.found_at_unknown");
    }

    [Fact]
    public async Task A_unit_of_that_name_in_another_county_is_not_taken()
    {
        const string Ledger = "序号,县区,检查时间,隐患描述,隐患等级,整改责任单位,整改时限,状态\n";
        var report = await ImportAsync(
            "a.csv",
            Ledger + "1,140721,2026-03-02,护栏缺失一处,一般,城关镇人民政府,2026-03-20,未整改\n2,140722,2026-03-02,护栏缺失二处,一般,城关镇人民政府,2026-03-20,未整改\n", "1407",
            "两县");
        var bodies = await Task.WhenAll(HazardsOf(report)
            .Select(async h => (await service.Admin.GetAsync($"hazards/{h}")).Json["hazard"]!["legs"]!["sole"]!["body"]!.ToString()));
        bodies.Distinct().Count().ShouldBe(2);
        report.Json["rows"]!.ToJsonString(Plain).ShouldContain("import.unit_elsewhere");
    }

    [Fact]
    public async Task A_total_sheet_and_a_years_sheet_that_repeat_hazards_enter_them_once()
    {
        var workbook = new Workbook();
        var total = workbook.Add("总表", 8, 12, 20, 30, 8, 20, 12, 10);
        total.Row(CellStyle.Head, "序号", "检查时间", "企业名称", "隐患描述", "隐患等级", "整改责任单位", "整改时限", "状态");
        total.Row(CellStyle.Text, "1", "2026-03-02", "青石建材厂", "破碎机皮带轮无防护罩", "一般", "青石建材厂", "2026-03-20", "未整改");
        total.Row(CellStyle.Text, "2", "2026-03-02", "红桥加油站", "卸油口接地夹失效", "一般", "红桥加油站", "2026-03-20", "未整改");
        var year = workbook.Add("2026年", 8, 12, 30, 12, 10);
        year.Row(CellStyle.Head, "编号", "排查时间", "存在问题", "整改期限", "整改情况");
        year.Row(CellStyle.Text, "1", "2026.3.2", "破碎机皮带轮无防护罩", "2026.3.20", "未整改");
        year.Row(CellStyle.Text, "2", "2026.3.2", "卸油口接地夹失效", "2026.3.31", "已整改");
        using var form = new MultipartFormDataContent { { new ByteArrayContent(workbook.ToBytes()), "file", "两张表.xlsx" },
            { new StringContent("140725"), "region" } };
        var report = (await service.Admin.SendAsync(HttpMethod.Post, "imports", form)).Require(HttpStatusCode.Created);
        (Finished(report, "entered"), HazardsOf(report).Distinct().Count()).ShouldBe((2, 2));
        var rows = report.Json["rows"]!.AsArray().Where(r => r!["sheet"]!.ToString() == "2026年" && r["hazard"] is not null)
            .Select(r => r!.ToJsonString(Plain)).ToArray();
        rows[0].ShouldContain("import.row_repeated");
        rows[1].ShouldContain("import.sheets_disagree");
        rows[1].ShouldContain("2026-03-20／2026-03-31");
        var again = (await service.Admin.GetAsync($"imports/{report["id"]}")).Require(HttpStatusCode.OK);
        again.Json["notes"]!.ToJsonString(Plain).ShouldContain("sheet.own_columns");
    }

    private static readonly System.Text.Json.JsonSerializerOptions Plain = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private async Task<Answer> ImportAsync(string name, string text, string region, string? ledger = null, string? mapping = null)
    {
        using var form = new MultipartFormDataContent
        {
            { Some.Csv(text), "file", name },
            { new StringContent(region), "region" },
        };
        if (ledger is not null)
            form.Add(new StringContent(ledger), "ledger");
        if (mapping is not null)
            form.Add(new StringContent(mapping), "mapping");
        return (await service.Admin.SendAsync(HttpMethod.Post, "imports", form)).Require(HttpStatusCode.Created);
    }

    private static int Finished(Answer report, string what) => (int)report.Json["finished"]![what]!;

    private static string[] HazardsOf(Answer report) =>
        [.. report.Json["rows"]!.AsArray().Where(r => r!["hazard"] is not null).Select(r => r!["hazard"]!.ToString())];
}
