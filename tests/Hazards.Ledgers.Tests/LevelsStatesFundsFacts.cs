using static Hazards.Ledgers.Tests.Samples;

namespace Hazards.Ledgers.Tests;

/// <summary>Levels, states and money as clerks write them: what is doubtful is a question, what is dropped is said.</summary>
public class LevelsStatesFundsFacts
{
    private static async Task<LedgerRow> One(string header, string row) => (await Records(Utf8($"{header}\n{row}\n"))).Single();

    [Theory]
    [InlineData("重大事故隐患", "√", LedgerLevel.Major)]
    [InlineData("重大事故隐患", "×", LedgerLevel.General)]
    [InlineData("是否重大事故隐患", "是", LedgerLevel.Major)]
    [InlineData("是否为重大隐患", "否", LedgerLevel.General)]
    [InlineData("是否构成重大隐患", "重大", LedgerLevel.Major)]
    [InlineData("隐患等级（1重大 2一般）", "2", LedgerLevel.General)]
    [InlineData("隐患等级（1：一般；2：重大）", "2", LedgerLevel.Major)]
    [InlineData("隐患等级（0-一般，1-重大）", "1", LedgerLevel.Major)]
    [InlineData("隐患级别", "三级", LedgerLevel.General)]
    public async Task Levels_by_their_own_header(string header, string written, LedgerLevel level) =>
        (await One($"隐患内容,{header.Replace("，", "、", StringComparison.Ordinal)},责任单位", $"阀门渗漏,{written},永昌化工厂")).Understood!.Level!.Value.ShouldBe(level);

    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    [InlineData("0")]
    public async Task A_code_alone_is_a_question(string code)
    {
        var row = await One("隐患内容,隐患等级", $"阀门渗漏,{code}");
        row.Understood!.Level!.Value.ShouldBeNull();
        row.Codes().ShouldContain("level.code");
    }

    [Theory]
    [InlineData("是", LedgerLevel.Major)]
    [InlineData("重大隐患（一级）", LedgerLevel.Major)]
    [InlineData("非重大", null)]
    [InlineData("Ⅰ级重大", null)]
    [InlineData("二级（重大）", null)]
    [InlineData("二级", null)]
    [InlineData("一般/重大", null)]
    [InlineData("不确定", null)]
    [InlineData("待定", null)]
    [InlineData("是？", null)]
    [InlineData("1", null)]
    [InlineData("疑似", null)]
    [InlineData("#REF!", null)]
    public async Task What_is_said_of_being_major_is_understood_or_leaves_the_level_open(string written, LedgerLevel? alone)
    {
        foreach (var beside in new[] { "一般", "重大", "" })
        {
            var row = await One("隐患内容,隐患等级,是否重大,责任单位", $"阀门渗漏,{beside},{written},甲厂");
            LedgerLevel? level = alone is null && written != "非重大" ? null : beside == "一般" && written == "非重大" ? LedgerLevel.General
                : beside == "" ? alone ?? LedgerLevel.General : beside == "重大" ? alone : null;
            row.Understood!.Level!.Value.ShouldBe(level, $"{written} beside {beside}");
            if (level is null) row.Codes().ShouldContain(c => c == "level.unknown" || c == "level.contradictory" || c == "cell.error");
        }
    }

    [Theory]
    [InlineData("√", "", LedgerLevel.General)]
    [InlineData("", "√", LedgerLevel.Major)]
    [InlineData("×", "√", LedgerLevel.Major)]
    [InlineData("√", "×", LedgerLevel.General)]
    [InlineData("", "", null)]
    [InlineData("√", "√", null)]
    [InlineData("是", "是", null)]
    [InlineData("×", "", null)]
    public async Task Two_columns_to_tick(string general, string major, LedgerLevel? level)
    {
        var row = (await Records(Utf8($"隐患内容,一般隐患,重大隐患,责任单位\n护栏缺失,√,,甲厂\n阀门渗漏,{general},{major},甲厂\n")))[1];
        row.Understood!.Level?.Value.ShouldBe(level);
        if (level is null) row.Verdict.ShouldBe(RowVerdict.Partly);
        if (general.Length > 0 && general == major) row.Codes().ShouldContain("level.contradictory");
    }

    [Fact]
    public async Task A_header_of_general_hazards_over_sentences_is_the_description() =>
        (await One("序号,一般隐患,责任单位", "1,储罐区可燃气体报警停用,油库")).Understood!.Description.ShouldBe("储罐区可燃气体报警停用");

    [Theory]
    [InlineData("-5%")]
    [InlineData("-3")]
    [InlineData("5%")]
    [InlineData("一般？")]
    [InlineData("重大?")]
    [InlineData("待定")]
    [InlineData("3级?")]
    public async Task What_is_no_level_or_not_sure_of_it_is_a_question(string written)
    {
        var row = await One("隐患内容,隐患等级,责任单位", $"阀门渗漏,{written},甲厂");
        row.Understood!.Level!.Value.ShouldBeNull();
        row.Codes().ShouldContain("level.unknown");
    }

    [Fact]
    public async Task What_is_not_marked_as_major_is_general_and_that_is_said()
    {
        var rows = await Records(Utf8("隐患内容,重大事故隐患\n阀门渗漏,√\n护栏缺失,\n"));
        rows.Select(r => r.Understood!.Level!.Value).ShouldBe([LedgerLevel.Major, LedgerLevel.General]);
        rows[1].Codes().ShouldContain("level.unmarked");
    }

    [Fact]
    public async Task A_level_ticked_under_one_of_two_headers()
    {
        var bytes = new Workbook().Sheet("a").Row(1, "序号", "隐患内容", "隐患等级", null, "责任单位").Row(2, null, null, "一般", "重大")
            .Row(3, 1, "阀门渗漏处理不当", "√", null, "甲厂").Row(4, 2, "护栏缺失两处以上", null, "√", "甲厂").Merge("A1:A2", "B1:B2", "C1:D1", "E1:E2")
            .ToBytes();
        (await Records(bytes, name: "a.xlsx")).Select(r => r.Understood!.Level!.Value).ShouldBe([LedgerLevel.General, LedgerLevel.Major]);
    }

    [Fact]
    public async Task A_header_of_major_hazards_over_sentences_is_the_description() =>
        (await One("序号,重大事故隐患,责任单位", "1,储罐区可燃气体报警停用,油库")).Understood!.Description.ShouldBe("储罐区可燃气体报警停用");

    [Theory]
    [InlineData("整改情况", "超期未整改", LedgerState.Rectifying)]
    [InlineData("整改情况", "已整改待验收", LedgerState.Declared)]
    [InlineData("整改情况", "100%", LedgerState.Declared)]
    [InlineData("整改进度情况", "60%", LedgerState.Rectifying)]
    [InlineData("整改进度", "√", LedgerState.Declared)]
    [InlineData("整改进度", "×", LedgerState.Assigned)]
    [InlineData("整改进度", "是", LedgerState.Declared)]
    [InlineData("整改进度", "否", LedgerState.Assigned)]
    [InlineData("整改进度", "100%", LedgerState.Declared)]
    [InlineData("整改进度", "整改率80%", LedgerState.Rectifying)]
    [InlineData("整改情况", "√", LedgerState.Declared)]
    [InlineData("完成情况", "60%", LedgerState.Rectifying)]
    [InlineData("是否完成整改", "√", LedgerState.Declared)]
    [InlineData("是否完成整改", "×", LedgerState.Assigned)]
    [InlineData("是否销号", "√", LedgerState.Closed)]
    [InlineData("整改状态", "现场处置", LedgerState.FixedOnTheSpot)]
    [InlineData("整改状态", "已闭环", LedgerState.Closed)]
    [InlineData("整改状态", "已整改，加装了护罩", LedgerState.Declared)]
    [InlineData("整改状态", "未整改，已约谈负责人", LedgerState.Rectifying)]
    [InlineData("整改状态", "部分整改，剩余4月完成", LedgerState.Rectifying)]
    [InlineData("验收情况", "√", LedgerState.Accepted)]
    public async Task States(string header, string written, LedgerState? state) =>
        (await One($"隐患内容,责任单位,{header}", $"阀门渗漏,永昌化工厂,{written}")).Understood!.State!.Value.ShouldBe(state);

    [Theory]
    [InlineData("已整改，但未验收合格前暂停")]
    [InlineData("正在走采购程序")]
    public async Task What_is_taken_back_or_unknown_is_a_question(string written) =>
        (await One("隐患内容,责任单位,整改状态", $"阀门渗漏,永昌化工厂,{written}")).Codes().ShouldContain("state.unknown");

    public static TheoryData<string, string> TakenBack
    {
        get
        {
            var data = new TheoryData<string, string>();
            string[] done = ["已整改", "已完成", "整改完成", "已验收", "验收合格", "已销号", "已闭环", "已办结", "已现场整改", "立行立改", "不属实"];
            string[] but = [
                "部分", "待再次复查", "假", "未验收合格", "未整改到位", "复查不合格", "待验收人签字", "50%", "２/３处", "基本完成", "尚需观察", "临时", "又反弹", "？", "退回", "整改中",
                "存疑", "除西侧外仍未改"];
            foreach (var state in done)
                foreach (var addition in but)
                    data.Add(state, addition);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(TakenBack))]
    public async Task Whatever_takes_a_state_back_makes_it_a_question(string state, string addition)
    {
        foreach (var written in new[] { $"{state}（{addition}）", $"{state}({addition})", $"{state}【{addition}】", $"{state}、{addition}", $"{state} {addition}" })
        {
            var row = await One("隐患内容,责任单位,整改状态", $"阀门渗漏,永昌化工厂,{written}");
            row.Understood!.State!.Value.ShouldBeNull(written);
            row.Codes().ShouldContain("state.unknown", written);
        }
    }

    [Theory]
    [InlineData("（误）")]
    [InlineData(" 误")]
    [InlineData("[误]")]
    [InlineData("×")]
    [InlineData("*")]
    [InlineData("(口头)")]
    [InlineData("（企业自述）")]
    [InlineData("（转下月）")]
    [InlineData("（有条件）")]
    [InlineData("（看情况）")]
    [InlineData("，领导说的")]
    [InlineData("（抽烟）")]
    [InlineData("（县局要求）")]
    [InlineData("（移交应急局）")]
    [InlineData("（3月20日前）")]
    [InlineData("（挂牌）")]
    [InlineData("（更换中）")]
    [InlineData("（采购合同）")]
    [InlineData("（建议更换阀门）")]
    [InlineData("（转县应急局）")]
    [InlineData("（张三说）")]
    [InlineData("（据企业反映已更换）")]
    [InlineData("...")]
    [InlineData("-误")]
    public async Task Whatever_is_not_known_to_be_harmless_is_a_question(string addition)
    {
        foreach (var state in new[] { "已整改", "已销号", "验收合格", "已办结", "立行立改" })
        {
            var row = await One("隐患内容,责任单位,整改状态", $"阀门渗漏,永昌化工厂,{state}{addition}");
            row.Understood!.State!.Value.ShouldBeNull(state);
            row.Codes().ShouldContain("state.unknown", state);
        }
    }

    [Theory]
    [InlineData("（3月20日）")]
    [InlineData("（2026年3月20日验收）")]
    [InlineData("（详见附件）")]
    [InlineData("，见照片")]
    [InlineData("（附整改报告）")]
    [InlineData("（县应急局）")]
    [InlineData("（由县应急局复查合格）")]
    [InlineData("（验收人：张三）")]
    [InlineData("（张三）")]
    [InlineData("（李某某）")]
    [InlineData("（已更换阀门，并张贴标识）")]
    [InlineData("，对线路进行了更换")]
    [InlineData("（灭火器已更换）")]
    [InlineData("（100%）")]
    [InlineData("（附照片2张）")]
    [InlineData("，已上传照片")]
    [InlineData("，效果良好")]
    [InlineData("（资料齐全）")]
    [InlineData("，已按要求加装漏电保护器，并张贴警示标识。")]
    [InlineData("（已整改）")]
    [InlineData("。")]
    [InlineData("！")]
    [InlineData("√")]
    public async Task What_is_harmless_leaves_a_state_as_it_is(string addition)
    {
        foreach (var (state, read) in new[] { ("已整改", LedgerState.Declared), ("已销号", LedgerState.Closed), ("验收合格", LedgerState.Accepted) })
            (await One("隐患内容,责任单位,整改状态", $"阀门渗漏,永昌化工厂,{state}{addition}")).Understood!.State!.Value.ShouldBe(read, state);
    }

    [Fact]
    public async Task What_the_mapping_says_of_an_addition_holds()
    {
        var mapping = new LedgerMapping
        {
            Columns = [new(LedgerField.Description) { Header = "隐患内容" }, new(LedgerField.State) { Header = "状态" }],
            States = new Dictionary<string, LedgerState> { ["已销号*"] = LedgerState.Closed, ["已销号（误）"] = LedgerState.Rectifying },
        };
        var rows = await Records(Utf8("隐患内容,状态\n阀门渗漏,已销号*\n阀门锈蚀,已销号（误）\n"), mapping);
        rows.Select(r => r.Understood!.State!.Value).ShouldBe([LedgerState.Closed, LedgerState.Rectifying]);
    }

    [Theory]
    [InlineData("3月10日已整改", "2026-03-10", null)]
    [InlineData("2026.3.10已销号", null, "2026-03-10")]
    public async Task A_date_before_a_state_is_its_date(string written, string? completed, string? closed)
    {
        var row = (await Records(Utf8($"云岭县2026年台账\n序号,检查时间,隐患内容,责任单位,整改状态\n1,2026-03-01,阀门渗漏,永昌化工厂,{written}\n"))).Single();
        (Day(row.Understood!.CompletedAt), Day(row.Understood.ClosedAt)).ShouldBe((completed, closed));

        static string? Day(LedgerDate? date) => date?.Day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
    }

    [Theory]
    [InlineData("是否整改", "是（部分）")]
    [InlineData("是否销号", "是（待复查）")]
    [InlineData("整改状态", "已销号（待复查）")]
    [InlineData("是否完成", "√（50%）")]
    [InlineData("是否整改", "否（已整改）")]
    [InlineData("整改状态", "未整改（已整改）")]
    [InlineData("整改状态", "整改中（已销号）")]
    [InlineData("整改状态", "已整改？")]
    [InlineData("整改状态", "已销号?")]
    [InlineData("整改状态", "不属实（已整改）")]
    public async Task So_does_what_says_two_things(string header, string written)
    {
        var row = await One($"隐患内容,责任单位,{header}", $"阀门渗漏,永昌化工厂,{written}");
        row.Understood!.State!.Value.ShouldBeNull();
        row.Codes().ShouldContain("state.unknown");
    }

    [Theory]
    [InlineData("已整改（更换阀门）", LedgerState.Declared)]
    [InlineData("已整改（复查合格）", LedgerState.Declared)]
    [InlineData("已整改（100%）", LedgerState.Declared)]
    [InlineData("已销号（见附件2）", LedgerState.Closed)]
    [InlineData("已整改（已拆除）", LedgerState.Declared)]
    [InlineData("未整改（资金未到位）", LedgerState.Rectifying)]
    public async Task What_adds_to_a_state_leaves_it(string written, LedgerState state) =>
        (await One("隐患内容,责任单位,整改状态", $"阀门渗漏,永昌化工厂,{written}")).Understood!.State!.Value.ShouldBe(state);

    [Theory]
    [InlineData("已整改（2026-03-15）", "2026-03-15", null)]
    [InlineData("已整改（3月15日完成）", "2026-03-15", null)]
    [InlineData("已整改，2026.3.15完成", "2026-03-15", null)]
    [InlineData("已整改 3月15日", "2026-03-15", null)]
    [InlineData("已销号（2026年3月20日）", null, "2026-03-20")]
    [InlineData("已闭环(20260320)", null, "2026-03-20")]
    public async Task A_date_beside_a_state_is_its_date(string written, string? completed, string? closed)
    {
        var row = (await Records(Utf8($"云岭县2026年台账\n序号,检查时间,隐患内容,责任单位,整改状态\n1,2026-03-01,阀门渗漏,永昌化工厂,{written}\n"))).Single();
        (Day(row.Understood!.CompletedAt), Day(row.Understood.ClosedAt)).ShouldBe((completed, closed));
        row.Codes().ShouldContain("state.date_taken");

        static string? Day(LedgerDate? date) => date?.Day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
    }

    [Theory]
    [InlineData("已整改（2026-03-15复查）", "")]
    [InlineData("已整改（2026-03-15）", "2026-03-16")]
    [InlineData("已整改（2026-02-30）", "")]
    [InlineData("已整改（2026-03-15、2026-03-18）", "")]
    [InlineData("整改中（2026-03-15）", "")]
    [InlineData("已现场整改（2026-03-15）", "")]
    public async Task A_date_beside_a_state_that_is_not_its_own_is_named(string written, string completed) =>
        (await One("检查时间,隐患内容,责任单位,整改完成时间,整改状态", $"2026-03-01,阀门渗漏,永昌化工厂,{completed},{written}")).Codes()
            .ShouldContain("state.date_unused");

    [Fact]
    public async Task Stories_and_states_in_one_column()
    {
        var rows = await Records(Utf8("隐患内容,责任单位,整改情况\n阀门渗漏处理,甲厂,更换阀门并试压合格后投用\n护栏缺失两处,甲厂,已整改\n线路老化严重,甲厂,已联系电工重新敷设线路\n"));
        rows[1].Understood!.State!.Value.ShouldBe(LedgerState.Declared);
        rows[1].Codes().ShouldContain("state.from_result");
        rows[0].Codes().ShouldContain("state.missing");
    }

    [Fact]
    public async Task Dates_tell_how_far_it_got_where_no_state_does()
    {
        var completed = await One("隐患内容,检查时间,责任单位,整改完成时间,销号时间", "阀门渗漏,2026-03-01,甲厂,2026-03-05,");
        (completed.Understood!.State!.Value, completed.Codes().Contains("state.from_dates")).ShouldBe((LedgerState.Declared, true));
        (await One("隐患内容,检查时间,责任单位,整改完成时间,销号时间", "阀门渗漏,2026-03-01,甲厂,2026-03-05,2026-03-09")).Understood!.State!.Value.ShouldBe(LedgerState.Closed);
        (await One("隐患内容,检查时间,责任单位,销号时间,状态", "阀门渗漏,2026-03-01,甲厂,2026-03-09,未整改")).Codes().ShouldContain("state.behind_dates");
        (await One("隐患内容,检查时间,责任单位,整改完成时间,状态", "阀门渗漏,2026-03-01,甲厂,2026-03-09,走程序")).Codes().ShouldContain("state.date_dropped");
    }

    [Theory]
    [InlineData("整改资金（元）", "3500", 0.35)]
    [InlineData("整改资金（元）", "0.5万", 0.5)]
    [InlineData("整改资金（元）", "\"128,000.00\"", 12.8)]
    [InlineData("整改资金（万元）", "3.5", 3.5)]
    [InlineData("整改资金", "35000元", 3.5)]
    [InlineData("整改资金", "3.5w", 3.5)]
    [InlineData("整改资金", "￥3500元", 0.35)]
    [InlineData("投入资金(元)", "2千元", 0.2)]
    [InlineData("整改资金", "3500", null)]
    [InlineData("整改资金（万元）", "35000", null)]
    [InlineData("整改资金（元）", "0.35", null)]
    [InlineData("整改资金", "3-5万元", null)]
    [InlineData("整改资金", "\"1,2,3万元\"", null)]
    [InlineData("整改资金", "\"1,2万元\"", null)]
    [InlineData("整改资金", "\"12,34元\"", null)]
    [InlineData("整改资金", "1，2，3万元", null)]
    [InlineData("整改资金", "\"1,234,567元\"", 123.4567)]
    public async Task Money_by_header_cell_and_plausibility(string header, string written, double? amount)
    {
        var row = await One($"隐患内容,{header}", $"阀门渗漏,{written}");
        if (amount is { } known) row.Understood!.Funds.ShouldBe((decimal)known);
        else
        {
            row.Understood!.Funds.ShouldBeNull();
            row.Codes().ShouldContain(code => code.StartsWith("funds.", StringComparison.Ordinal));
        }
    }
}
