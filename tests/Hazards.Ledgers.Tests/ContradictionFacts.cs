using static Hazards.Ledgers.Tests.Samples;

namespace Hazards.Ledgers.Tests;

/// <summary>What one cell says against another is asked about; nothing is closed or accepted over it.</summary>
public class ContradictionFacts
{
    private static async Task<LedgerRow> One(string header, string row) => (await Records(Utf8($"{header}\n{row}\n"))).Single();

    [Theory]
    [InlineData("已整改", "复查发现未整改到位")]
    [InlineData("已销号", "仍有渗漏")]
    [InlineData("已销号", "3月20日复查不合格，退回整改")]
    [InlineData("验收合格", "又出现裂缝")]
    [InlineData("已销号", "此条重复，作废")]
    [InlineData("已销号", "未整改到位，已移交执法")]
    [InlineData("立行立改", "实际未整改")]
    [InlineData("已验收", "待县局复查")]
    [InlineData("已销号", "待销号")]
    public async Task A_remark_against_a_finished_state_leaves_none(string state, string remark)
    {
        foreach (var header in new[] { "备注", "情况说明", "复查意见" })
        {
            var row = await One($"检查时间,隐患内容,隐患等级,责任单位,整改状态,{header}", $"2026-03-05,阀门渗漏,一般,甲厂,{state},{remark}");
            row.Understood!.State.ShouldBe(new(state, null), header);
            row.Codes().ShouldContain("state.doubted", header);
            row.Verdict.ShouldBe(RowVerdict.Partly);
        }
    }

    [Theory]
    [InlineData("已整改", "待复查")]
    [InlineData("已整改", "未造成人员伤亡")]
    [InlineData("已销号", "已更换阀门")]
    [InlineData("已销号", "2026-03-20复查合格")]
    [InlineData("已销号", "见附件3")]
    [InlineData("已整改", "罚款未缴纳")]
    [InlineData("已整改", "拆除不合格灭火器并更换")]
    [InlineData("整改中", "资金未落实")]
    [InlineData("未整改", "复查发现未整改到位")]
    public async Task Other_remarks_leave_the_state(string state, string remark)
    {
        var row = await One("检查时间,隐患内容,隐患等级,责任单位,整改状态,备注", $"2026-03-05,阀门渗漏,一般,甲厂,{state},{remark}");
        row.Understood!.State!.Value.ShouldNotBeNull();
        row.Verdict.ShouldBe(RowVerdict.Understood);
    }

    [Theory]
    [InlineData("整改中", "已于2026-03-15销号")]
    [InlineData("未整改", "此条重复，作废")]
    [InlineData("整改中", "误报")]
    [InlineData("", "已于2026-03-15销号")]
    public async Task A_remark_that_goes_further_is_not_taken_and_asked_about(string state, string remark)
    {
        var row = await One("检查时间,隐患内容,隐患等级,责任单位,整改状态,备注", $"2026-03-05,阀门渗漏,一般,甲厂,{state},{remark}");
        row.Understood!.State?.Value.ShouldBe(LedgerState.Rectifying);
        row.Codes().ShouldContain("state.remark_differs");
    }

    [Theory]
    [InlineData("市局认定为重大事故隐患")]
    [InlineData("构成重大事故隐患")]
    [InlineData("按重大隐患挂牌督办")]
    [InlineData("已升级为重大")]
    public async Task A_remark_that_says_major_leaves_the_level_to_a_person(string remark)
    {
        foreach (var state in new[] { "整改中", "已销号" })
        {
            var row = await One("检查时间,隐患内容,隐患等级,责任单位,整改状态,备注", $"2026-03-05,阀门渗漏,一般,甲厂,{state},{remark}");
            row.Understood!.Level.ShouldBe(new("一般", null));
            row.Codes().ShouldContain("level.remark_says_major");
        }
    }

    [Theory]
    [InlineData("不构成重大事故隐患")]
    [InlineData("依据《重大事故隐患判定标准》核对")]
    [InlineData("已列入重大事故隐患专项整治行动")]
    [InlineData("停产整改，重大危险源企业")]
    public async Task Other_mentions_of_major_leave_the_level(string remark) =>
        (await One("检查时间,隐患内容,隐患等级,责任单位,整改状态,备注", $"2026-03-05,阀门渗漏,一般,甲厂,整改中,{remark}"))
            .Understood!.Level!.Value.ShouldBe(LedgerLevel.General);

    [Theory]
    [InlineData("已销号", null)]
    [InlineData("验收合格", null)]
    [InlineData("立行立改", null)]
    [InlineData("整改中", LedgerLevel.General)]
    public async Task What_is_described_as_major_is_not_closed_as_general(string state, LedgerLevel? level)
    {
        var row = await One("检查时间,隐患内容,隐患等级,责任单位,整改状态", $"2026-03-05,存在重大事故隐患：可燃气体报警器未安装,一般,甲厂,{state}");
        row.Understood!.Level!.Value.ShouldBe(level);
        row.Codes().ShouldContain("level.description_says_major");
    }

    [Theory]
    [InlineData("复查合格", "验收时间", "不合格")]
    [InlineData("已销号", "验收时间", "未验收")]
    [InlineData("已销号", "复查时间", "复查未通过")]
    [InlineData("已销号", "销号时间", "未销号")]
    [InlineData("已整改", "整改完成时间", "未完成")]
    [InlineData("已整改", "验收时间", "不合格")]
    [InlineData("已验收", "验收时间", "×")]
    public async Task A_date_column_that_denies_the_state_leaves_none(string state, string header, string written)
    {
        var row = await One($"检查时间,隐患内容,隐患等级,责任单位,整改状态,{header}", $"2026-03-05,阀门渗漏,一般,甲厂,{state},{written}");
        row.Understood!.State.ShouldBe(new(state, null));
        row.Codes().ShouldContain("state.doubted");
    }

    [Theory]
    [InlineData("已整改", "验收时间", "未验收")]
    [InlineData("已整改", "销号时间", "未销号")]
    [InlineData("已验收", "销号时间", "待销号")]
    [InlineData("已销号", "整改完成时间", "已整改")]
    public async Task One_that_says_no_more_than_the_state_leaves_it(string state, string header, string written) =>
        (await One($"检查时间,隐患内容,隐患等级,责任单位,整改状态,{header}", $"2026-03-05,阀门渗漏,一般,甲厂,{state},{written}"))
            .Understood!.State!.Value.ShouldNotBeNull();

    [Theory]
    [InlineData("是否整改,是否销号", "是,否", LedgerState.Declared)]
    [InlineData("是否整改,是否销号", "是,是", LedgerState.Closed)]
    [InlineData("是否整改,是否销号", "否,否", LedgerState.Rectifying)]
    [InlineData("是否整改,是否销号", "是,", LedgerState.Declared)]
    [InlineData("是否整改,是否销号", ",是", LedgerState.Closed)]
    [InlineData("是否整改,是否销号", "否,是", null)]
    [InlineData("是否整改,是否复查合格,是否闭环", "√,√,×", LedgerState.Accepted)]
    [InlineData("是否整改,是否复查合格,是否闭环", "√,×,√", null)]
    [InlineData("整改状态,复查结果", "已整改,合格", LedgerState.Accepted)]
    [InlineData("整改状态,复查结果", "已整改,不合格", null)]
    [InlineData("整改状态,验收结果", "已销号,未通过", null)]
    [InlineData("整改状态,验收结果", "已整改,待验收", LedgerState.Declared)]
    [InlineData("整改状态,是否销号", "整改中,是", null)]
    [InlineData("隐患状态,是否整改", "已登记,是", LedgerState.Declared)]
    [InlineData("整改状态,是否销号", "已销号,待核", null)]
    public async Task Several_columns_of_states_say_the_furthest_that_none_denies(string headers, string written, LedgerState? state)
    {
        var row = await One($"检查时间,隐患内容,隐患等级,责任单位,{headers}", $"2026-03-05,阀门渗漏,一般,甲厂,{written}");
        row.Understood!.State!.Value.ShouldBe(state);
        if (state is null)
        {
            row.Codes().ShouldContain("state.contradictory");
            foreach (var word in written.Split(',')) row.Understood.State.Text.ShouldContain(word);
        }
        else row.Verdict.ShouldBe(RowVerdict.Understood);
    }

    [Fact]
    public async Task Which_of_several_was_taken_is_said()
    {
        var row = await One("检查时间,隐患内容,隐患等级,责任单位,是否整改,是否销号", "2026-03-05,阀门渗漏,一般,甲厂,是,是");
        row.Notes.Single(n => n.Code == "state.of_several").Zh.ShouldContain("是否销号：是");
    }

    [Theory]
    [InlineData("√")]
    [InlineData("验收中")]
    [InlineData("已整改未销号")]
    [InlineData("挂账")]
    [InlineData("已销号（误）")]
    public async Task Words_of_a_state_among_stories_are_quoted(string written)
    {
        var rows = await Records(Utf8($"检查时间,隐患内容,隐患等级,责任单位,整改情况\n2026-03-05,阀门渗漏处理,一般,甲厂,更换阀门并试压合格后投用\n"
            + $"2026-03-05,线路老化严重,一般,甲厂,已联系电工重新敷设线路\n2026-03-05,护栏缺失两处,一般,甲厂,{written}\n"));
        var note = rows[2].Notes.Single(n => n.Severity == NoteSeverity.Warning);
        (note.Code, note.Original).ShouldBe(("state.unknown", written));
        rows[2].Understood!.State.ShouldBe(new(written, null));
    }

    [Fact]
    public async Task A_date_beside_a_state_among_stories_is_its_date()
    {
        var rows = await Records(Utf8("检查时间,隐患内容,责任单位,整改情况,整改完成时间\n2026-03-05,阀门渗漏处理,甲厂,更换阀门并试压合格后投用,\n"
            + "2026-03-05,线路老化严重,甲厂,已联系电工重新敷设线路,\n2026-03-05,护栏缺失两处,甲厂,已整改（2026年3月10日）,\n"));
        rows[2].Understood!.CompletedAt!.Value.Day.ShouldBe(new(2026, 3, 10));
        rows[2].Codes().ShouldContain("state.date_taken");
    }

    [Theory]
    [InlineData("填写说明,年月日,填写具体隐患,一般/重大,填写单位全称,年月日,已整改/未整改")]
    [InlineData("1,XXXX年XX月XX日,如实填写隐患内容,一般/重大,填写单位全称,YYYY-MM-DD,是/否")]
    [InlineData("填表要求,必填,描述隐患的部位和表现,下拉选择,单位全称,格式：2026-01-01,")]
    [InlineData("（样例）,2026-03-05,XX车间XX未XX,一般,XX公司,2027-01-20,整改中")]
    public async Task A_row_that_says_what_to_write_is_no_hazard(string template)
    {
        var rows = await Rows(Utf8($"序号,检查时间,隐患内容,隐患等级,责任单位,整改期限,整改情况\n{template}\n1,2026-03-05,阀门渗漏,一般,甲厂,2027-01-20,整改中\n"));
        rows.Select(r => r.Skip).ShouldBe([LedgerSkip.Header, LedgerSkip.Example, null]);
    }

    [Theory]
    [InlineData("1,2026-03-05,未按要求填写动火作业票,一般,甲厂,2027-01-20,整改中")]
    [InlineData("1,2026-03-05,说明牌缺失,一般,甲厂,2027-01-20,整改中")]
    [InlineData("1,年月日,应急预案选编不全,一般,甲厂,2027-01-20,整改中")]
    public async Task One_that_only_speaks_of_writing_is(string written) =>
        (await Records(Utf8($"序号,检查时间,隐患内容,隐患等级,责任单位,整改期限,整改情况\n{written}\n"))).Count.ShouldBe(1);

    [Fact]
    public async Task A_second_table_to_the_right_is_named_and_mixed_into_nothing()
    {
        var bytes = new Workbook().Sheet("a").Row(1, "序号", "检查时间", "隐患内容", "隐患等级", "责任单位", null, "序号", "检查时间", "隐患内容", "隐患等级", "责任单位")
            .Row(2, 1, "2026-03-05", "左表漏电", "一般", "左公司", null, 1, "2026-03-06", "右表漏气", "重大", "右公司")
            .Row(3, 2, "2026-03-05", "左表漏水", "一般", "左公司")
            .Row(4, null, null, null, null, null, null, 2, "2026-03-06", "右表漏油", "一般", "右公司").ToBytes();
        using var file = await File_(bytes, "a.xlsx");
        LedgerReader.Open(file, MappingGuesser.Guess(file).Value!.Mapping).Value!.Notes.Select(n => n.Code).ShouldContain("table.beside");
        var rows = await Records(bytes, name: "a.xlsx");
        rows.Select(r => r.Verdict == RowVerdict.Kept).ShouldBe([false, false, true]);
        rows[0].Understood!.ResponsibleUnits.ShouldBe([new(null, "左公司")]);
        rows[0].Notes.Single(n => n.Code == "row.beside_table").Zh.ShouldContain("右表漏气");
        rows[1].Codes().ShouldNotContain("row.beside_table");
        rows[2].Codes().ShouldContain("row.other_table");
        rows[0].Cells.Single(c => c.Text == "右公司").Header.ShouldBe("责任单位");
    }

    [Fact]
    public async Task Columns_that_share_a_name_are_no_second_table()
    {
        var row = (await Records(Utf8("序号,检查时间,隐患内容,责任单位,责任人,检查时间,责任单位,责任人\n1,2026-03-05,阀门渗漏,甲厂,张三,2026-03-06,乙厂,李四\n"))).Single();
        row.Understood!.ResponsibleUnits.Select(u => u.Name).ShouldBe(["甲厂", "乙厂"]);
    }
}
