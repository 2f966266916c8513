using System.Globalization;
using static Hazards.Ledgers.Tests.Samples;

namespace Hazards.Ledgers.Tests;

/// <summary>Several sheets and tables in one file; what stands among the rows and is none.</summary>
public class SheetsFacts
{
    private static async Task<string[]> Descriptions(byte[] bytes, string name = "a.xlsx") =>
        [.. (await Records(bytes, name: name)).Where(r => r.Verdict != RowVerdict.Kept).Select(r => r.Understood!.Description!)];

    [Theory]
    [InlineData("小计,,3,,\n")]
    [InlineData(",合计,共3条,,\n")]
    [InlineData("本页合计,,,,\n")]
    [InlineData("例：,2026-03-01,灭火器过期,一般,某某公司\n")]
    [InlineData("示例,2026-03-01,灭火器过期,一般,某某公司\n")]
    [InlineData("1,（按yyyy-mm-dd填写）,（写明部位和问题）,（一般、重大）,（填写全称）\n")]
    [InlineData("1,2,3,4,5\n")]
    [InlineData("序号,检查时间,隐患内容,隐患等级,责任单位\n")]
    [InlineData("填表人：张三,,审核人：李四,,日期：2026-03-31\n")]
    [InlineData("单位负责人：,,填表人：,,填表日期：\n")]
    public async Task What_is_no_hazard_never_becomes_one(string line)
    {
        const string Header = "序号,检查时间,隐患内容,隐患等级,责任单位\n", Row = "{0},2026-03-0{0},第{0}处护栏缺失,一般,甲厂\n";
        var text = Header + line
            + string.Concat(Enumerable.Range(1, 3).Select(n => string.Format(System.Globalization.CultureInfo.InvariantCulture, Row, n)))
            + line;
        (await Descriptions(Utf8(text), "a.csv")).ShouldBe(["第1处护栏缺失", "第2处护栏缺失", "第3处护栏缺失"]);
    }

    [Fact]
    public async Task A_second_table_with_other_columns_is_not_read_as_hazards()
    {
        var rows = await Rows(
            Utf8("序号,隐患内容,隐患等级,责任单位\n1,护栏缺失,一般,甲厂\n2,阀门渗漏,一般,乙厂\n\n责任单位,一般隐患,重大隐患,整改率\n甲厂,12,1,90%\n乙厂,7,0,100%\n"), name: "a.csv");
        rows.Where(r => r.Verdict is not RowVerdict.Skipped).Select(r => r.Understood!.Description).ShouldBe(["护栏缺失", "阀门渗漏"]);
        rows.Count(r => r.Skip == LedgerSkip.OtherTable).ShouldBe(2);
    }

    [Fact]
    public async Task A_second_table_that_lists_hazards_is_kept_and_said()
    {
        var rows = await Records(
            Utf8("序号,隐患内容,隐患等级,责任单位\n1,护栏缺失,一般,甲厂\n\n编号,检查时间,存在问题,整改期限\n1,2026-03-01,线路老化,2026-03-20\n"), name: "a.csv");
        rows[1].Verdict.ShouldBe(RowVerdict.Kept);
        rows[1].Codes().ShouldContain("row.other_table");
    }

    [Fact]
    public async Task A_statistics_sheet_is_said_and_a_sheet_with_other_words_is_read()
    {
        var bytes = new Workbook()
            .Sheet("统计").Row(1, "企业名称", "隐患", "备注").Row(2, "甲厂", 12, 10).Row(3, "乙厂", 7, 7)
            .Sheet("1月").Row(1, "序号", "检查时间", "隐患内容", "责任单位").Row(2, 1, "2026-01-05", "护栏缺失", "甲厂")
            .Sheet("2月").Row(1, "编号", "排查日期", "存在问题", "整改责任单位").Row(2, 1, "2026-02-05", "阀门渗漏", "乙厂").ToBytes();
        using var file = await File_(bytes);
        var reader = LedgerReader.Open(file, MappingGuesser.Guess(file).Value!.Mapping).Value!;
        reader.Notes.Select(n => n.Code).ShouldBe(["sheet.statistics", "sheet.own_columns"], ignoreOrder: true);
        (await Descriptions(bytes)).ShouldBe(["护栏缺失", "阀门渗漏"]);
    }

    [Fact]
    public async Task Hidden_rows_and_columns_are_read_and_marked()
    {
        var bytes = new Workbook().Sheet("a").Row(1, "序号", "隐患内容", "责任单位").Row(2, 1, "护栏缺失", "甲厂").HiddenRow(3, 2, "阀门渗漏", "乙厂")
            .HideColumns(3, 3).ToBytes();
        using var file = await File_(bytes);
        LedgerReader.Open(file, MappingGuesser.Guess(file).Value!.Mapping).Value!.Notes.ShouldContain(n => n.Code == "column.hidden");
        var rows = await Records(bytes, name: "a.xlsx");
        rows[1].Codes().ShouldContain("row.hidden");
        rows[1].Understood!.ResponsibleUnit!.Name.ShouldBe("乙厂");
    }

    [Fact]
    public async Task Merged_headers_over_three_rows()
    {
        var bytes = new Workbook().Sheet("a").Row(1, "序号", "隐患情况", null, null, "整改情况", null, null)
            .Row(2, null, "检查时间", "隐患内容", "隐患等级", "责任落实", null, "是否完成整改").Row(3, null, null, null, null, "责任单位", "责任人", null)
            .Row(4, 1, "2026-03-01", "护栏缺失两处", "一般", "甲厂", "张三", "是")
            .Merge("A1:A3", "B1:D1", "E1:G1", "B2:B3", "C2:C3", "D2:D3", "E2:F2", "G2:G3").ToBytes();
        var row = (await Records(bytes, name: "a.xlsx")).Single().Understood!;
        (row.Description, row.ResponsibleUnit!.Name, row.ResponsiblePerson, row.State!.Value, row.FoundAt!.Value.Day)
            .ShouldBe(("护栏缺失两处", "甲厂", "张三", LedgerState.Declared, new DateOnly(2026, 3, 1)));
    }

    [Fact]
    public async Task Old_binary_workbooks_are_read_like_new_ones()
    {
        var bytes = new LegacyWorkbook().Sheet("排查台账").Row(1, "河东区2031年隐患排查台账")
            .Row(2, "序号", "检查时间", "企业名称", "隐患内容", "隐患等级", "整改责任单位", "整改期限", "整改情况")
            .Row(3, 1, Day(3, 3), "青石建材厂", "破碎机皮带轮无防护罩", "一般", "青石建材厂", Day(3, 20), "已整改")
            .Row(4, 2, null, "红桥加油站", "卸油口静电接地夹失效", "一般", "红桥加油站", "3月底前", "未整改").Merge(3, 4, 2, 2)
            .Sheet("字典", hidden: true).Row(1, "一般").ToBytes();
        foreach (var name in new[] { "旧台账.xls", "旧台账.et" })
        {
            using var file = await File_(bytes, name);
            file.Format.ShouldBe(LedgerFormat.Xls);
            file.Sheets.Select(s => (s.Name, s.Hidden)).ShouldBe([("排查台账", false), ("字典", true)]);
            var rows = await Records(bytes, name: name);
            rows.Select(r => r.Understood!.FoundAt!.Value.Day).ShouldBe([Day(3, 3), Day(3, 3)]);
            rows.Select(r => r.Understood!.Deadline!.Value.Day).ShouldBe([Day(3, 20), Day(3, 31)]);
            rows.Select(r => r.Understood!.State!.Value).ShouldBe([LedgerState.Declared, LedgerState.Rectifying]);
        }
    }

    /// <summary>No cell is lost, nor another than in the same sheet as an xlsx: errors, times, early days, what is no date.</summary>
    [Fact]
    public async Task What_a_cell_of_an_old_binary_workbook_holds_is_kept_as_it_stands()
    {
        (double Number, int Format)[] numbers =
        [
            (0.5, 20), (59, 14), (60, 14), (1, 14), (61, 14), (60.25, 22), (1.25, 46), (-1, 14), (46000.604166, 22),
            (46000.604166666664, 22), (45000, 31), (45000, 0), (0.1 + 0.2, 0), (2958465, 14), (9e6, 14),
        ];
        var errors = Enum.GetValues<LegacyWorkbook.Error>();
        using var old = await File_(
            new LegacyWorkbook().Sheet("一").Row(1, [.. numbers.Select(n => (object)n)]).Row(2, [.. errors.Select(e => (object)e)])
                .Sheet("二").Hide(7).Row(7, [.. errors.Select(e => (object)(e, 0))]).ToBytes(), "旧.xls");
        var rows = old.Sheets[0].ReadRows().ToArray();

        rows[0].Cells.Select(c => double.Parse(c.Text, CultureInfo.InvariantCulture)).ShouldBe(numbers.Select(n => n.Number));
        rows[0].Cells.Select(c => c.Date?.ToString("s")).ShouldBe(
            numbers.Select(n => n.Format is 14 or 22 or 31 ? ExcelDate.FromSerial(n.Number, false)?.ToString("s") : null));
        var shown = new[] { "#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A" }.Select(t => (t, CellKind.Error)).ToArray();
        rows[1].Cells.Select(c => (c.Text, c.Kind)).ShouldBe(shown);
        var hidden = old.Sheets[1].ReadRows().Single(r => r.Cells.Count > 0);
        (hidden.Number, hidden.Hidden, rows[0].Hidden).ShouldBe((7, true, false));
        hidden.Cells.Select(c => (c.Text, c.Kind)).ShouldBe(shown);

        // A deadline that is an error is none, and is never assumed.
        var bytes = new LegacyWorkbook().Sheet("排查台账")
            .Row(1, "序号", "检查时间", "企业名称", "隐患内容", "隐患等级", "整改责任单位", "整改期限", "整改情况", "整改资金（万元）")
            .Row(2, 1, Day(3, 3), "青石建材厂", "破碎机皮带轮无防护罩", "一般", "青石建材厂", LegacyWorkbook.Error.Value, "未整改", (0.1 + 0.2, 0))
            .Row(3, 2, Day(3, 3), "青石建材厂", LegacyWorkbook.Error.NotAvailable, "一般", "青石建材厂", Day(3, 20), "未整改", (1 / 3.0, 0)).ToBytes();
        var records = await Records(bytes, name: "旧.xls");
        foreach (var record in records)
            record.Codes().ShouldContain("cell.error");
        records.Select(r => r.Understood!.Funds).ShouldBe([0.3m, 0.333333m]);
        records[0].Understood!.Deadline.ShouldBeNull();
    }
}
