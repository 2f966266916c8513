using static Hazards.Ledgers.Tests.Samples;

namespace Hazards.Ledgers.Tests;

/// <summary>A deadline that stands somewhere on the row is read or asked about; no day is assumed in its place.</summary>
public class DeadlineDoubtFacts
{
    private const string Title = "云岭县2026年3月隐患台账\n";

    private static async Task<LedgerRow> One(string header, string row, string title = "") =>
        (await Records(Utf8($"{title}{header}\n{row}\n"))).Single();

    private static string? Day(LedgerDate? date) => date?.Day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);

    [Fact]
    public async Task A_weakly_named_column_is_a_deadline_though_its_words_are_not_all_read()
    {
        var rows = await Records(Utf8("序号,检查时间,隐患内容,责任单位,期限\n1,2026-03-01,阀门渗漏,甲厂,尽快\n2,2026-03-02,护栏缺失,甲厂,4月1日前\n"
            + "3,2026-03-03,线路老化,甲厂,月底\n4,2026-03-03,照明损坏,甲厂,\n"));
        rows.Select(r => r.Understood!.DeadlineText).ShouldBe(["尽快", "4月1日前", null, null]);
        Day(rows[2].Understood!.Deadline).ShouldBe("2026-03-31");
        rows.Select(r => r.Codes().Contains("date.not_understood")).ShouldBe([true, true, false, false]);
    }

    [Fact]
    public async Task So_is_a_weakly_named_date_of_discovery()
    {
        var rows = await Records(Utf8(Title + "序号,日期,隐患内容,责任单位,期限\n1,3月5日,阀门渗漏,甲厂,3月20日\n2,三月七日,护栏缺失,甲厂,4月1日前\n3,12月30日,线路老化,甲厂,月底\n"));
        rows.Select(r => Day(r.Understood!.FoundAt)).ShouldBe(["2026-03-05", null, "2025-12-30"]);
        rows[1].Codes().ShouldContain("date.not_understood");
        rows.Select(r => Day(r.Understood!.Deadline))
            .ShouldBe(["2026-03-20", "2026-04-01", "2025-12-31"], "the month's end of its discovery");
    }

    [Theory]
    [InlineData("整改截止日")]
    [InlineData("截止日期")]
    [InlineData("最迟完成日期")]
    [InlineData("限期整改日期")]
    [InlineData("隐患整改到期日")]
    [InlineData("整改预计完成时间")]
    [InlineData("目标完成日期")]
    [InlineData("期限")]
    public async Task Deadlines_go_by_many_headers(string header)
    {
        var rows = await Records(Utf8($"检查时间,隐患内容,责任单位,{header}\n2026-03-01,阀门渗漏,甲厂,2026-12-20\n2026-03-02,护栏缺失,甲厂,2026-12-21\n"
            + $"2026-03-02,线路老化,甲厂,2026-12-22\n"));
        rows.Select(r => Day(r.Understood!.Deadline)).ShouldBe(["2026-12-20", "2026-12-21", "2026-12-22"]);
    }

    [Theory]
    [InlineData("有效期限")]
    [InlineData("权限")]
    [InlineData("延期申请时间")]
    [InlineData("登记日期")]
    [InlineData("检定日期")]
    public async Task Other_dates_are_no_deadlines(string header)
    {
        var read = (await One($"检查时间,隐患内容,责任单位,整改期限,{header}", "2026-03-01,阀门渗漏,甲厂,2026-03-20,2026-12-20")).Understood!;
        (Day(read.FoundAt), Day(read.Deadline), read.DeadlineText).ShouldBe(("2026-03-01", "2026-03-20", null));
    }

    [Theory]
    [InlineData("整改时间", "整改中", "2026-03-20")]
    [InlineData("完成时间", "整改中", "2099-12-20")]
    [InlineData("整改完成时间", "未整改", "2026-03-20")]
    [InlineData("完成时间", "整改中", "3月底前")]
    [InlineData("完成时间", "", "2026-03-20")]
    [InlineData("完成时间", "未整改", "待定")]
    public async Task A_day_of_completion_of_what_is_not_done_may_be_the_deadline(string header, string state, string written)
    {
        var row = await One($"检查时间,隐患内容,责任单位,{header},整改状态", $"2026-03-01,阀门渗漏,甲厂,{written},{state}", Title);
        if (written == "待定") row.Understood!.DeadlineText.ShouldBeNull("it is read as blank: nothing was done on no day");
        else
        {
            row.Understood!.Deadline.ShouldBeNull();
            row.Understood.DeadlineText!.ShouldContain(written);
            row.Codes().ShouldContain("deadline.elsewhere");
            row.Understood.State?.Value.ShouldNotBe(LedgerState.Declared);
        }
    }

    [Theory]
    [InlineData("完成时间", "已整改", "2026-03-20")]
    [InlineData("实际完成时间", "整改中", "2026-03-20")]
    public async Task What_was_done_is_none(string header, string state, string written)
    {
        var row = await One($"检查时间,隐患内容,责任单位,{header},整改状态", $"2026-03-01,阀门渗漏,甲厂,{written},{state}");
        row.Understood!.DeadlineText.ShouldBeNull();
        row.Codes().ShouldNotContain("deadline.elsewhere");
    }

    [Theory]
    [InlineData("检查时间,隐患内容,责任单位,整改期限,延期后期限,整改状态", "2026-03-05,阀门渗漏,甲厂,2026-03-20,2026-12-20,整改中")]
    [InlineData("检查时间,隐患内容,责任单位,整改期限,延期至,整改状态", "2026-03-05,阀门渗漏,甲厂,2026-03-20,延期至2026年12月20日,整改中")]
    [InlineData("检查时间,隐患内容,责任单位,整改期限,调整后的整改期限,整改状态", "2026-03-05,阀门渗漏,甲厂,2026-03-20,2026.12.20,整改中")]
    [InlineData("检查时间,隐患内容,责任单位,延期后期限,整改状态", "2026-03-05,阀门渗漏,甲厂,2026-12-20,整改中")]
    [InlineData("检查时间,隐患内容,责任单位,整改期限,延期后期限,整改状态", "2026-03-05,阀门渗漏,甲厂,尽快,2026-12-20,整改中")]
    [InlineData("检查时间,隐患内容,责任单位,整改期限,整改状态,备注", "2026-03-05,阀门渗漏,甲厂,2026-03-20,整改中,经批准延期至2026-12-20")]
    [InlineData("检查时间,隐患内容,责任单位,整改期限,整改状态,备注", "2026-03-05,阀门渗漏,甲厂,2026-03-20,整改中,\"材料未到，同意顺延至2026年12月20日\"")]
    public async Task The_extended_deadline_is_the_deadline_and_that_is_said(string header, string written)
    {
        var row = await One(header, written);
        Day(row.Understood!.Deadline).ShouldBe("2026-12-20");
        row.Understood.DeadlineText.ShouldBeNull();
        row.Codes().ShouldContain("deadline.extended");
    }

    [Theory]
    [InlineData("待定", "")]
    [InlineData("1个月", "")]
    [InlineData("汛期后", "")]
    [InlineData("2026-03-10", "")]
    [InlineData("", "申请延期至2026-06-30")]
    [InlineData("", "延期一个月")]
    [InlineData("", "延期至2026-06-30，县局不同意")]
    [InlineData("", "建议延期至2026-06-30")]
    public async Task A_doubtful_extension_leaves_the_first_deadline_and_is_asked_about(string extended, string remark)
    {
        var row = await One("检查时间,隐患内容,责任单位,整改期限,延期后期限,整改状态,备注", $"2026-03-05,阀门渗漏,甲厂,2026-03-20,{extended},整改中,{remark}");
        Day(row.Understood!.Deadline).ShouldBe("2026-03-20");
        row.Codes().ShouldContain("deadline.extension_doubtful");
        row.Verdict.ShouldBe(RowVerdict.Partly);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("否")]
    [InlineData("2026-03-20")]
    public async Task No_extension_is_no_question(string extended)
    {
        var row = await One("检查时间,隐患内容,隐患等级,责任单位,整改期限,延期后期限,整改状态,备注", $"2026-03-05,阀门渗漏,一般,甲厂,2026-03-20,{extended},整改中,无需延期");
        Day(row.Understood!.Deadline).ShouldBe("2026-03-20");
        row.Verdict.ShouldBe(RowVerdict.Understood);
    }

    [Theory]
    [InlineData("待定")]
    [InlineData("未明确")]
    public async Task A_deadline_that_is_open_is_a_question_and_not_blank(string written)
    {
        var row = await One("检查时间,隐患内容,责任单位,整改期限", $"2026-03-05,阀门渗漏,甲厂,{written}");
        (row.Understood!.Deadline, row.Understood.DeadlineText).ShouldBe((null, written));
        row.Verdict.ShouldBe(RowVerdict.Partly);
    }

    [Theory]
    [InlineData("限3月20日前整改完毕")]
    [InlineData("要求15日内整改到位")]
    [InlineData("责令于4月底前完成")]
    [InlineData("整改期限：2026年4月1日")]
    [InlineData("3月20日前完成整改")]
    [InlineData("限三日")]
    [InlineData("计划6月30日前完成")]
    public async Task A_deadline_in_a_remark_is_asked_about(string remark)
    {
        foreach (var header in new[] { "检查时间,隐患内容,责任单位,整改期限,整改状态,备注", "检查时间,隐患内容,责任单位,整改期限,整改状态,情况说明", "检查时间,隐患内容,责任单位,整改状态,备注" })
        {
            var row = await One(
                header,
                header.Contains("整改期限", StringComparison.Ordinal)
                    ? $"2026-03-05,阀门渗漏,甲厂,,未整改,{remark}"
                    : $"2026-03-05,阀门渗漏,甲厂,未整改,{remark}");
            row.Understood!.DeadlineText!.ShouldContain(remark[..3]);
            row.Codes().ShouldContain("deadline.elsewhere");
        }
    }

    [Theory]
    [InlineData("限2026年3月20日前整改完毕", false)]
    [InlineData("限2026年4月20日前整改完毕", true)]
    public async Task It_is_held_against_the_column(string remark, bool asked)
    {
        var row = await One("检查时间,隐患内容,责任单位,整改期限,整改状态,备注", $"2026-03-05,阀门渗漏,甲厂,2026-03-20,未整改,{remark}");
        Day(row.Understood!.Deadline).ShouldBe("2026-03-20");
        row.Codes().Contains("deadline.elsewhere").ShouldBe(asked);
    }

    [Theory]
    [InlineData("限速牌缺失")]
    [InlineData("已通知企业负责人")]
    [InlineData("3月20日检查发现")]
    [InlineData("资金由县财政承担")]
    [InlineData("周边无居民")]
    public async Task Other_remarks_are_no_question(string remark)
    {
        var row = await One("检查时间,隐患内容,隐患等级,责任单位,整改期限,整改状态,备注", $"2026-03-05,阀门渗漏,一般,甲厂,,未整改,{remark}");
        row.Understood!.DeadlineText.ShouldBeNull();
        row.Verdict.ShouldBe(RowVerdict.Understood);
    }

    [Theory]
    [InlineData("办结时限要求", "30天")]
    [InlineData("预计完成", "2026-12-20")]
    [InlineData("整改起止时间", "2026-03-10至2026-04-10")]
    [InlineData("整改起止时间", "待定")]
    [InlineData("时间要求", "立即")]
    [InlineData("节点", "2026-12-20")]
    public async Task An_unmapped_column_that_may_be_the_deadline_is_asked_about(string header, string written)
    {
        var row = await One($"检查时间,隐患内容,隐患等级,责任单位,{header},整改状态", $"2026-03-05,阀门渗漏,一般,甲厂,{written},整改中");
        (row.Understood!.Deadline, row.Understood.DeadlineText).ShouldBe((null, $"{header}：{written}"));
        row.Codes().ShouldContain("deadline.elsewhere");
    }

    [Theory]
    [InlineData("合同到期日", "2027-01-01")]
    [InlineData("出生日期", "1980-01-01")]
    [InlineData("上报时间", "2026-03-09")]
    [InlineData("整改期限要求", "/")]
    public async Task One_that_is_something_else_is_not(string header, string written)
    {
        var row = await One($"检查时间,隐患内容,隐患等级,责任单位,{header},整改状态", $"2026-03-05,阀门渗漏,一般,甲厂,{written},整改中");
        (row.Understood!.Deadline, row.Understood.DeadlineText).ShouldBe((null, null));
    }

    [Fact]
    public async Task Extended_and_until_when_nobody_says_is_a_question()
    {
        const string Header = "检查时间,隐患内容,隐患等级,责任单位,整改期限,是否延期,延期时间,整改状态";
        (await One(Header, "2026-03-05,阀门渗漏,一般,甲厂,2026-03-20,是,,整改中")).Codes().ShouldContain("deadline.extension_doubtful");
        (await One(Header, "2026-03-05,阀门渗漏,一般,甲厂,2026-03-20,否,,整改中")).Verdict.ShouldBe(RowVerdict.Understood);
        (await One(Header, "2026-03-05,阀门渗漏,一般,甲厂,2026-03-20,是,2026-06-20,整改中")).Verdict.ShouldBe(RowVerdict.Understood);
    }

    [Fact]
    public async Task What_was_read_elsewhere_is_held_against_the_discovery_too()
    {
        var row = await One("检查时间,隐患内容,隐患等级,责任单位,备注", "2026-03-05,阀门渗漏,一般,甲厂,经批准延期至2026-02-20");
        row.Codes().ShouldContain("deadline.before_found");
        var rows = await Records(Utf8("检查时间,隐患内容,责任单位,整改情况\n2026-03-05,阀门渗漏处理,甲厂,更换阀门并试压合格后投用\n2026-03-05,线路老化严重,甲厂,已联系电工重新敷设线路\n"
            + "2026-03-05,护栏缺失两处,甲厂,已整改（2026-02-10）\n"));
        rows[2].Codes().ShouldContain("completedAt.before_found");
    }
}
