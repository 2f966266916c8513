using static Hazards.Ledgers.Tests.Samples;

namespace Hazards.Ledgers.Tests;

public class RowFacts
{
    private const string Header = "编号,发现时间,整改期限,隐患内容,隐患等级,责任单位,责任人,整改完成日期,状态,整改资金,统一社会信用代码\n";

    /// <summary>One record; the fields left out at the end are blank.</summary>
    private static async Task<LedgerRow> One(string row, LedgerMapping? mapping = null)
    {
        var missing = row.Contains('"', StringComparison.Ordinal) ? 1 : Header.Count(c => c == ',') - row.Count(c => c == ',');
        return (await Records(Utf8(Header + row + new string(',', missing) + "\n"), mapping)).Single();
    }

    [Theory]
    [InlineData("2031.7.17", "2031-07-17T00:00:00", DatePrecision.Day)]
    [InlineData("2031-7-17", "2031-07-17T00:00:00", DatePrecision.Day)]
    [InlineData("2031/07/17", "2031-07-17T00:00:00", DatePrecision.Day)]
    [InlineData("2031年7月17日", "2031-07-17T00:00:00", DatePrecision.Day)]
    [InlineData("２０３１．７．１７", "2031-07-17T00:00:00", DatePrecision.Day)]
    [InlineData("2031。7。17", "2031-07-17T00:00:00", DatePrecision.Day)]
    [InlineData("20310717", "2031-07-17T00:00:00", DatePrecision.Day)]
    [InlineData(" 2031.7.17 ", "2031-07-17T00:00:00", DatePrecision.Day)]
    [InlineData("2031.7.17前", "2031-07-17T00:00:00", DatePrecision.Day)]
    [InlineData("2031-07-17 09:30", "2031-07-17T09:30:00", DatePrecision.Minute)]
    [InlineData("2031年7月17日9时30分", "2031-07-17T09:30:00", DatePrecision.Minute)]
    [InlineData("2031-12-10 00:10:47", "2031-12-10T00:10:47", DatePrecision.Second)]
    [InlineData("2031-07-17T01:30:06Z", "2031-07-17T09:30:06", DatePrecision.Second)]
    [InlineData("2031-07-17T09:30:06.123+08:00", "2031-07-17T09:30:06", DatePrecision.Second)]
    public void Dates_people_type(string text, string clock, DatePrecision precision)
    {
        DateTexts.TryRead(new SheetCell(1, 1, text, CellKind.Text), [], out var date).ShouldBeTrue();
        date.At.ToString("yyyy-MM-ddTHH:mm:ss").ShouldBe(clock);
        date.At.Offset.ShouldBe(TimeSpan.FromHours(8));
        date.Precision.ShouldBe(precision);
    }

    [Theory]
    [InlineData("2031.2.30")]
    [InlineData("2031.13.1")]
    [InlineData("0031.1.1")]
    [InlineData("31.7.17")]
    [InlineData("7月17日")]
    [InlineData("2031.7.1-7.5")]
    [InlineData("立即整改")]
    [InlineData("2031-07-17 25:00")]
    [InlineData("3113")]
    [InlineData("1.2.3")]
    public async Task What_is_no_date_is_said(string text)
    {
        var row = await One($"1,{text},,x无护栏,C,甲,,,已五定");
        row.Understood!.FoundAt.ShouldBeNull();
        var note = row.Notes.Single(n => n.Code == "date.not_understood");
        (note.Address, note.Original, note.Column).ShouldBe(("B2", text, "发现时间"));
        row.Verdict.ShouldBe(RowVerdict.Partly);
    }

    [Fact]
    public async Task A_bare_serial_in_a_date_column_is_read_and_said()
    {
        var row = await One("1,45660,,x,C,甲,,,已五定");
        row.Understood!.FoundAt!.Value.Day.ShouldBe(new DateOnly(2025, 1, 3));
        row.Codes().ShouldBe(["date.serial"]);
    }

    [Fact]
    public async Task A_mapping_can_add_date_formats()
    {
        using var file = await File_(Utf8(Header + "1,17.07.2031,,x,C,甲,,,已五定\n"), "x.csv");
        var mapping = MappingGuesser.Guess(file).Value!.Mapping with { DateFormats = ["dd.MM.yyyy"] };
        (await One("1,17.07.2031,,x,C,甲,,,已五定", mapping)).Understood!.FoundAt!.Value.Day.ShouldBe(Day(7, 17));
    }

    [Theory]
    [InlineData("1,2031.7.17,2031.7.10,x,C,甲,,,已五定", "deadline.before_found", "C2")]
    [InlineData("1,2031.7.17,,x,C,甲,,2031.7.1,已整改", "completedAt.before_found", "H2")]
    [InlineData("1,2031.7.17,,x,C,甲,,已整改,已整改", "date.is_state", "H2")]
    [InlineData("1,2031.7.17,,x,C,甲,,2031.7.20,待整改", "state.contradicts_completion", "I2")]
    [InlineData("1,2031.7.17,,x,C,甲,,2031.7.20,2031.7.20", "state.is_date", "I2")]
    [InlineData("1,2031.7.17,,x,C,甲,,,研究中", "state.unknown", "I2")]
    [InlineData("1,2031.7.17,,x,C,甲,,,", "state.missing", "I2")]
    [InlineData("1,2031.7.17,,x,C,甲,2031.7.20,,已五定", "text.is_date", "G2")]
    [InlineData("1,2031.7.17,,x,C,已整改,乙,,已五定", "text.is_state", "F2")]
    [InlineData("1,2031.7.17,,x,C,甲,45660,,已五定", "text.is_number", "G2")]
    [InlineData("1,2031.7.17,,x,Z,甲,,,已五定", "level.unknown", "E2")]
    [InlineData("1,2031.7.17,,x,,甲,,,已五定", "level.missing", "E2")]
    [InlineData("1,2031.7.17,,x,一般1级,甲,,,已五定", "level.contradictory", "E2")]
    [InlineData("1,2031.7.17,,按《重大事故隐患判定标准》属于重大事故隐患,C,甲,,,已五定", "level.description_says_major", "E2")]
    [InlineData("1,2031.7.17,,x,C,,,,已五定", "responsibleUnit.missing", "F2")]
    [InlineData("1,,,x,C,甲,,,已五定", "foundAt.missing", "B2")]
    [InlineData("1,2031.7.17,,罐笼间隙 ...,C,甲,,,已五定", "text.truncated", "D2")]
    [InlineData("1,2031.7.17,,x,C,甲,,,已五定,约三万", "funds.not_understood", "J2")]
    [InlineData("1,2031.7.17,,x,C,甲,,,已五定,,9136010", "creditCode.not_understood", "K2")]
    public async Task Contradictions_and_strays_make_a_row_partly_understood(string row, string code, string address)
    {
        var read = await One(row);
        var note = read.Notes.Single(
            n => n.Severity == NoteSeverity.Warning && n.Code is not "state.date_dropped" and not "deadline.elsewhere");
        (note.Code, note.Address).ShouldBe((code, address));
        read.Verdict.ShouldBe(RowVerdict.Partly);
    }

    [Theory]
    [InlineData("判定标准：不构成重大事故隐患")]
    [InlineData("依据《工贸企业重大事故隐患判定标准》检查，未发现重大事故隐患")]
    [InlineData("未建立重大事故隐患排查制度")]
    public async Task A_description_that_only_mentions_major_hazards_says_nothing(string description) =>
        (await One($"1,2031.7.17,,{description},C,甲,,,已五定")).Codes().ShouldBeEmpty();

    [Fact]
    public async Task A_row_without_description_is_kept()
    {
        var row = await One("1,2031.7.17,,,C,甲,,,已五定");
        row.Verdict.ShouldBe(RowVerdict.Kept);
        row.Codes().ShouldBe(["description.missing"]);
        row.Cells.Count.ShouldBe(5);
    }

    [Theory]
    [InlineData("3", LedgerLevel.General)]
    [InlineData("3级", LedgerLevel.General)]
    [InlineData("3.0", LedgerLevel.General)]
    [InlineData("一般3级", LedgerLevel.General)]
    [InlineData("5级", LedgerLevel.General)]
    [InlineData("三级", LedgerLevel.General)]
    [InlineData("Ⅲ级", LedgerLevel.General)]
    [InlineData("III级", LedgerLevel.General)]
    [InlineData("C", LedgerLevel.General)]
    [InlineData("ｃ级", LedgerLevel.General)]
    [InlineData("B类", LedgerLevel.General)]
    [InlineData("一般", LedgerLevel.General)]
    [InlineData("一般事故隐患", LedgerLevel.General)]
    [InlineData("一般安全隐患（三级）", LedgerLevel.General)]
    [InlineData("2级", LedgerLevel.General)]
    [InlineData("较大", LedgerLevel.General)]
    [InlineData("1级", LedgerLevel.Major)]
    [InlineData("A", LedgerLevel.Major)]
    [InlineData("重大", LedgerLevel.Major)]
    [InlineData("重大事故隐患", LedgerLevel.Major)]
    [InlineData("重大1级", LedgerLevel.Major)]
    [InlineData("重大2级", null)]
    [InlineData("红色", null)]
    [InlineData("33", null)]
    [InlineData("隐患", null)]
    public void Levels_are_read(string text, LedgerLevel? level) => new Levels(new() { Columns = [] }).Read(text).Level.ShouldBe(level);

    [Fact]
    public async Task A_level_between_is_general_with_a_note_unless_the_mapping_decides()
    {
        var row = await One("1,2031.7.17,,x,2级,甲,,,已五定");
        row.Understood!.Level.ShouldBe(new("2级", LedgerLevel.General));
        row.Codes().ShouldBe(["level.between"]);
        row.Verdict.ShouldBe(RowVerdict.Understood);
        new Levels(new() { Columns = [], Levels = new Dictionary<string, LedgerLevel> { ["2"] = LedgerLevel.Major } }).Read("二级")
            .ShouldBe(new Levels.Reading(LedgerLevel.Major, false, false));
    }

    [Theory]
    [InlineData("已现场处理", LedgerState.FixedOnTheSpot)]
    [InlineData("立行立改", LedgerState.FixedOnTheSpot)]
    [InlineData("已五定", LedgerState.Planned)]
    [InlineData("未五定", LedgerState.Assigned)]
    [InlineData("待整改", LedgerState.Assigned)]
    [InlineData("未整改", LedgerState.Rectifying)]
    [InlineData("整改中", LedgerState.Rectifying)]
    [InlineData("已整改", LedgerState.Declared)]
    [InlineData("整改完成", LedgerState.Declared)]
    [InlineData("待验收", LedgerState.Declared)]
    [InlineData("待销号", LedgerState.Declared)]
    [InlineData("已复查", LedgerState.Accepted)]
    [InlineData("验收合格", LedgerState.Accepted)]
    [InlineData("复查不合格", LedgerState.Rectifying)]
    [InlineData("已销号", LedgerState.Closed)]
    [InlineData(" 已闭环。", LedgerState.Closed)]
    [InlineData("未闭环", LedgerState.Rectifying)]
    [InlineData("已整改（3月5日）", LedgerState.Declared)]
    [InlineData("不属实", LedgerState.Unfounded)]
    [InlineData("已整改一半", null)]
    [InlineData("", null)]
    public void States_are_read_on_the_safe_side(string text, LedgerState? state) =>
        new States(new() { Columns = [] }).Read(text).State.ShouldBe(state);

    [Fact]
    public void A_mappings_states_win()
    {
        var states = new States(new() { Columns = [], States = new Dictionary<string, LedgerState> { ["已整改"] = LedgerState.Accepted, ["OK"] = LedgerState.Closed } });
        states.Read("已整改").State.ShouldBe(LedgerState.Accepted);
        states.Read("ok").State.ShouldBe(LedgerState.Closed);
    }

    [Theory]
    [InlineData("无护栏", 1)]
    [InlineData("1.甲\n2.乙\n3.丙", 3)]
    [InlineData("1.21号墩护筒低。\n2.21号墩无护栏。", 2)]
    [InlineData("问题如下：1、甲；2、乙。", 2)]
    [InlineData("一是甲；二是乙；三是丙；四是丁。", 4)]
    [InlineData("⑴甲⑵乙", 2)]
    [InlineData("①甲；②乙；③丙", 3)]
    [InlineData("（1）甲（2）乙", 2)]
    [InlineData("一、甲\n二、乙", 2)]
    [InlineData("1.甲，⑴子⑵丑\n2.乙", 2)]
    [InlineData("高度1.5米，间距2.5米", 1)]
    [InlineData("第2.3条、第3.1条", 1)]
    [InlineData("1.只有一条", 1)]
    public void Numbered_items_are_counted(string text, int count) => ItemCounter.Count(text).ShouldBe(count);

    [Theory]
    [InlineData("3.5", 3.5)]
    [InlineData("3.5万元", 3.5)]
    [InlineData("35000元", 3.5)]
    [InlineData("\"1,200万\"", 1200)]
    [InlineData("0.8亿元", 8000)]
    [InlineData("约3万元", 3)]
    public async Task Funds_are_in_ten_thousands(string text, double amount) =>
        (await One($"1,2031.7.17,,x,C,甲,,,已五定,{text}")).Understood!.Funds.ShouldBe((decimal)amount);

    [Fact]
    public async Task Persons_are_kept_as_written() =>
        (await One("1,2031.7.17,,x,C,甲,赵某、钱某，孙某,,已五定")).Understood!.ResponsiblePerson.ShouldBe("赵某、钱某，孙某");

    [Fact]
    public async Task Errors_and_formulas_without_a_result_are_said()
    {
        var row = (await Records(new Workbook().Sheet("a").Row(1, "序号", "隐患内容", "责任单位", "责任人").Row(2, 1, "x",
            new DocumentFormat.OpenXml.Spreadsheet.Cell
            {
                DataType = DocumentFormat.OpenXml.Spreadsheet.CellValues.Error, CellValue = new("#N/A"),
            },
            new DocumentFormat.OpenXml.Spreadsheet.Cell { CellFormula = new("A1") }).ToBytes())).Single();
        row.Codes().ShouldBe(
            ["cell.error", "cell.formula_without_value", "level.missing", "state.missing", "foundAt.missing"], ignoreOrder: true);
        row.Understood!.ResponsibleUnit.ShouldBeNull();
    }

    [Fact]
    public async Task Defaults_of_the_mapping_fill_blanks_and_say_so()
    {
        var mapping = LedgerMapping.Shipped("coal-mine") with
        {
            DefaultLevel = LedgerLevel.General, DefaultState = LedgerState.Reported, DefaultRegion = "410100",
        };
        var row = (await Records(Utf8("编号,发现时间,隐患内容,隐患等级,责任单位,状态\n1,2031.7.17,x,,甲,\n"), mapping)).Single();
        row.Codes().ShouldBe(["level.defaulted", "state.defaulted"]);
        (row.Understood!.RegionCode, row.Understood.Sector, row.Understood.Level!.Text).ShouldBe(("410100", "煤矿", ""));
    }
}
