using static Hazards.Ledgers.Tests.Samples;

namespace Hazards.Ledgers.Tests;

public class TableFacts
{
    private static async Task<LedgerTable> Find(byte[] bytes, LedgerMapping? mapping = null)
    {
        using var file = await File_(bytes, "x.csv");
        var table = LedgerTable.Find(file.Sheets[0], mapping);
        table.Refusal.ShouldBeNull();
        return table.Value!;
    }

    private static string[] Headers(LedgerTable table) => [.. table.Columns.Select(c => c.Header)];

    [Fact]
    public async Task Merged_cells_make_a_two_row_header()
    {
        var table = await Find(Construction());
        (table.HeaderFirst, table.HeaderLast).ShouldBe((1, 2));
        Headers(table).ShouldContain("整改责任单位/监理");
        table.Columns[^1].ShouldBe(new LedgerColumn(18, table.Columns[^1].Path, false));
    }

    [Fact]
    public async Task A_title_above_is_no_header()
    {
        var table = await Find(new Workbook().Sheet("a")
            .Row(1, "某县重大事故隐患排查治理台账").Row(2, "填报单位：某局", null, null, "填报时间：2031年3月")
            .Row(4, "序号", "隐患内容", "责任单位", "整改时限").Row(5, 1, "x", "y", "2031.3.4").Merge("A1:D1").ToBytes());
        table.HeaderFirst.ShouldBe(4);
        table.Titles.ShouldBe(["某县重大事故隐患排查治理台账", "填报单位：某局", "填报时间：2031年3月"]);
    }

    [Fact]
    public async Task Groups_over_several_columns_are_the_first_part_of_the_path()
    {
        var table = await Find(new Workbook().Sheet("a")
            .Row(1, "台账").Row(2, "序号", "检查情况", null, "整改情况", null)
            .Row(3, null, "时间", "存在问题", "责任人", "完成时间").Merge("A1:E1", "A2:A3", "B2:C2", "D2:E2").ToBytes());
        Headers(table).ShouldBe(["序号", "检查情况/时间", "检查情况/存在问题", "整改情况/责任人", "整改情况/完成时间"]);
        MappingGuesser.Guess(table).Columns.Select(c => c.Field).ShouldBe(
            [LedgerField.ExternalId, LedgerField.FoundAt, LedgerField.Description, LedgerField.ResponsiblePerson, LedgerField.CompletedAt]);
    }

    [Fact]
    public async Task A_csv_without_merged_cells_can_have_two_rows_of_header_too()
    {
        var table = await Find(Utf8("序号,隐患内容,整改责任单位,,,责任人\n,,建设,施工,监理,\n1,无护栏,甲,乙,丙,丁\n"));
        Headers(table).ShouldBe(["序号", "隐患内容", "整改责任单位/建设", "整改责任单位/施工", "整改责任单位/监理", "责任人"]);
    }

    [Fact]
    public async Task A_first_row_of_data_is_no_sub_header()
    {
        var table = await Find(Utf8("序号,隐患内容,责任单位,责任人\n1,无护栏,甲队,丁某\n"));
        table.HeaderLast.ShouldBe(1);
    }

    [Fact]
    public async Task A_header_broken_over_lines_is_one_word() =>
        Headers(await Find(Utf8("序号,\"隐患\n内容\",\"整改\r\n期限\"\n1,x,y"))).ShouldBe(["序号", "隐患内容", "整改期限"]);

    [Fact]
    public async Task A_mapping_can_say_where_the_header_is_and_use_its_own_words()
    {
        var mapping = LedgerMapping.Parse(
            """{"headerRow":2,"columns":[{"field":"description","header":"What"},{"field":"place","column":"B"}]}""").Value!;
        var rows = await Rows(Utf8("x,y\nWhat,\nno railing,bridge\n"), mapping);
        rows[^1].Understood!.Description.ShouldBe("no railing");
        rows[^1].Understood!.Place.ShouldBe("bridge");
    }

    [Fact]
    public async Task A_mappings_own_words_find_the_header_without_being_told_the_row()
    {
        var mapping = LedgerMapping.Parse(
            """{"columns":[{"field":"description","header":"What is wrong"},{"field":"place","header":"Where"}]}""").Value!;
        (await Find(Utf8("List,of\nWhat is wrong,Where\nno railing,bridge\n"), mapping)).HeaderFirst.ShouldBe(2);
    }

    [Fact]
    public async Task Rows_that_are_no_records_are_told_apart()
    {
        var rows = await Rows(new Workbook().Sheet("a")
            .Row(1, "台账标题").Row(2, "序号", "隐患内容", "责任单位", "备注")
            .Row(3, "一、施工一标").Row(4, 1, "无护栏", "甲队").Row(5)
            .Row(6, "序号", "隐患内容", "责任单位", "备注").Row(7, 2, "无警示牌", "乙队").Row(8, 3).Row(9, "合计", "2条")
            .Row(10, "注：1.按月填报").Row(11, "2.不得漏项").Row(12, "制表人：甲", null, "审核人：乙").Row(13).Row(14)
            .Merge("A1:D1", "A3:D3").ToBytes());
        rows.Select(r => (r.Number, r.Skip)).ShouldBe(
        [
            (1, LedgerSkip.Title), (2, LedgerSkip.Header), (3, LedgerSkip.Section), (4, null), (5, LedgerSkip.Blank),
            (6, LedgerSkip.HeaderRepeated),
            (7, null), (8, LedgerSkip.NumberOnly), (9, LedgerSkip.Footer), (10, LedgerSkip.Footer), (11, LedgerSkip.Footer),
            (12, LedgerSkip.Footer),
        ]);
    }

    [Fact]
    public async Task A_row_below_a_footer_is_still_read()
    {
        var rows = await Rows(Utf8("序号,隐患内容,责任单位\n1,无护栏,甲队\n说明：以上为一月\n2,无警示牌,乙队\n"));
        rows.Select(r => r.Skip).ShouldBe([LedgerSkip.Header, null, LedgerSkip.Footer, null]);
    }

    [Fact]
    public async Task Every_visible_sheet_with_the_header_is_read_and_the_others_are_named()
    {
        var bytes = new Workbook()
            .Sheet("1月").Row(1, "序号", "隐患内容").Row(2, 1, "无护栏")
            .Sheet("2月").Row(1, "序号", "隐患内容").Row(2, 1, "无警示牌")
            .Sheet("说明").Row(1, "本表每月报送")
            .Sheet("选项", hidden: true).Row(1, "一般").ToBytes();
        (await Records(bytes)).Select(r => r.Key).ShouldBe(["1月/1", "2月/1"]);
        using var file = await File_(bytes);
        var reader = LedgerReader.Open(file, MappingGuesser.Guess(file).Value!.Mapping).Value!;
        reader.Notes.Select(n => (n.Code, n.Address)).ShouldBe([("sheet.no_table", "说明"), ("sheet.hidden", "选项")]);
    }

    [Fact]
    public async Task Cells_merged_downwards_lend_their_value_and_it_is_said()
    {
        var records = await Records(new Workbook().Sheet("a")
            .Row(1, "序号", "检查时间", "隐患内容", "责任单位").Row(2, 1, Day(3, 4), "无护栏", "甲队").Row(3, 2, null, "无警示牌", "乙队")
            .Row(4, 3, null, "无照明", "丙队")
            .Merge("B2:B3").ToBytes());
        records[1].Understood!.FoundAt!.Value.Day.ShouldBe(Day(3, 4));
        records[1].Notes.Single(n => n.Code == "cell.merged").Address.ShouldBe("B3");
        records[2].Understood!.FoundAt.ShouldBeNull();
        records[2].Codes().ShouldContain("foundAt.missing");
    }

    [Fact]
    public async Task Hidden_rows_and_columns_are_read_and_marked()
    {
        using var file = await File_(new Workbook().Sheet("a").HideColumns(3, 3)
            .Row(1, "序号", "隐患内容", "备注").HiddenRow(2, 1, "无护栏", "藏").ToBytes());
        var preview = (await LedgerPreview.CreateAsync(file)).Value!;
        preview.Rows.Single().Hidden.ShouldBeTrue();
        preview.Rows.Single().Understood!.Remark.ShouldBe("藏");
        preview.Sheets[0].Columns.Select(c => c.Hidden).ShouldBe([false, false, true]);
    }

    /// <summary>Rows that a ledger of one hazard is followed by, none of which is a hazard.</summary>
    public static TheoryData<string, string> Followers => new()
    {
        { "单位,隐患数量,已整改,未整改", "甲子厂,5,3,2" },
        { "乡镇,一般隐患,重大隐患,整改率", "城关镇,5,0,58%" },
        { "单位,已整改,未整改", "甲子厂,3,2" },
        { "序号,处罚日期,单位,违法事实,罚款金额,文书号", "1,2026-02-20,大桥饭店,未按期整改燃气隐患,2万元,康应急罚〔2026〕1号" },
        { "序号,姓名,职务,电话", "1,张三,局长,13800000001" },
        { "编号,会议名称,参会人员,会议内容,主持人", "1,例会,全体人员,研究部署安全生产工作,李四" },
    };

    [Theory]
    [MemberData(nameof(Followers))]
    public async Task A_second_table_lists_no_hazards(string header, string row)
    {
        var rows = await Rows(Utf8($"序号,检查日期,被检查单位,隐患内容,隐患级别,整改责任单位,整改状态\n1,2026-03-01,甲子厂,护栏缺失两处,一般,甲子厂,整改中\n\n汇总表\n{header}\n{row}\n"));
        rows.Where(r => r.Verdict != RowVerdict.Skipped).Select(r => r.Number).ShouldBe([2]);
        rows[^1].Skip.ShouldBe(LedgerSkip.OtherTable);
    }

    [Theory]
    [InlineData("填报单位（盖章）：甲子厂")]
    [InlineData("填表人：张三")]
    [InlineData("审核人（签字）：")]
    [InlineData("填报日期：2026年3月1日")]
    [InlineData("单位负责人签字：")]
    public async Task A_signature_alone_signs_in_whatever_column(string signature)
    {
        for (var column = 0; column < 4; column++)
        {
            var rows = await Rows(
                Utf8($"序号,检查日期,隐患内容,整改责任单位\n1,2026-03-01,护栏缺失两处,甲子厂\n{new string(',', column)}{signature}{new string(',', 3 - column)}\n"));
            rows[^1].Skip.ShouldBe(LedgerSkip.Footer);
        }
    }

    [Theory]
    [InlineData("无", "description.none")]
    [InlineData("/", "description.none")]
    [InlineData("—", "description.none")]
    [InlineData("暂无。", "description.none")]
    [InlineData("无隐患", "description.none")]
    [InlineData("未发现隐患", "description.none")]
    [InlineData("未发现安全隐患。", "description.none")]
    [InlineData("经检查未发现问题", "description.none")]
    [InlineData("本次检查未发现重大事故隐患", "description.none")]
    [InlineData("一切正常", "description.none")]
    [InlineData("待定", "description.none")]
    [InlineData("〃", "description.ditto")]
    [InlineData("同上", "description.ditto")]
    [InlineData("同上。", "description.ditto")]
    [InlineData("“", "description.ditto")]
    public async Task What_says_that_there_is_no_hazard_or_which_one_is_kept_and_entered_nowhere(string written, string code)
    {
        var row = (await Records(Utf8($"序号,检查日期,隐患内容,隐患级别,整改责任单位\n1,2026-03-01,护栏缺失两处,一般,甲子厂\n2,2026-03-01,{written},一般,甲子厂\n")))[1];
        (row.Verdict, row.Cells.Any(c => c.Text == written)).ShouldBe((RowVerdict.Kept, true));
        row.Codes().ShouldContain(code);
    }

    [Theory]
    [InlineData("无护栏")]
    [InlineData("未发现责任制上墙")]
    [InlineData("安全出口未保持正常")]
    [InlineData("无证上岗问题")]
    [InlineData("同上一次检查的问题仍未整改")]
    public async Task What_only_begins_like_that_is_a_hazard(string written) =>
        (await Records(Utf8($"序号,检查日期,隐患内容,隐患级别,整改责任单位\n1,2026-03-01,{written},一般,甲子厂\n"))).Single().Verdict.ShouldNotBe(RowVerdict.Kept);
}
