using static Hazards.Ledgers.Tests.Samples;

namespace Hazards.Ledgers.Tests;

/// <summary>
/// A mine's csv with a byte order mark, lines with a field too few or too many, a number used twice, totals and signatures.
/// </summary>
public class CoalLedgerFacts
{
    private static async Task<LedgerRow> Row(int number) => (await Rows(Fixture("coal.csv"))).Single(r => r.Number == number);

    [Fact]
    public async Task Every_row_has_its_verdict()
    {
        var rows = await Rows(Fixture("coal.csv"));
        rows.Select(r => (r.Number, r.Verdict)).ShouldBe(
        [
            (1, RowVerdict.Skipped), (2, RowVerdict.Understood), (3, RowVerdict.Partly), (4, RowVerdict.Understood), (5, RowVerdict.Partly),
            (6, RowVerdict.Understood), (7, RowVerdict.Understood), (8, RowVerdict.Understood), (9, RowVerdict.Partly),
            (10, RowVerdict.Partly),
            (11, RowVerdict.Understood), (12, RowVerdict.Kept), (13, RowVerdict.Kept), (14, RowVerdict.Skipped), (15, RowVerdict.Skipped),
        ]);
    }

    [Fact]
    public async Task The_same_file_in_GB18030_says_the_same() =>
        (await Rows(Fixture("coal-gb18030.csv"))).Select(r => (r.Key, r.Fingerprint))
            .ShouldBe((await Rows(Fixture("coal.csv"))).Select(r => (r.Key, r.Fingerprint)));

    [Fact]
    public async Task Times_are_China_Standard_Time_to_the_second() =>
        (await Row(2)).Understood!.FoundAt.ShouldBe(
            new LedgerDate(new(2031, 2, 10, 0, 10, 47, TimeSpan.FromHours(8)), DatePrecision.Second));

    [Fact]
    public async Task A_missing_field_is_found_by_contents()
    {
        var row = await Row(9);
        row.Understood!.InspectionBody.ShouldBeNull();
        row.Understood.Place.ShouldBe("2201运输顺槽");
        row.Understood.State!.Value.ShouldBe(LedgerState.Planned);
        row.Notes.Single().Zh.ShouldBe("本行有 12 格，表头有 13 格；按内容对齐：缺“检查单位”。");
        row.Cells.Single(c => c.Header == "地点").Address.ShouldBe("E9");
    }

    [Fact]
    public async Task A_text_cut_by_an_unquoted_comma_is_put_together()
    {
        var row = await Row(10);
        row.Understood!.Description.ShouldBe("轨道巷电缆吊挂乱,应及时整理");
        row.Codes().ShouldBe(["row.realigned"]);
        row.Cells.Count.ShouldBe(13, "both halves are kept as the file has them");
    }

    [Theory]
    [InlineData("1,2031.1.1,周某、郑某,县煤炭局,总回风巷,总回风巷风门无语音报警装置,C,通风科,王某,已五定", "")]
    [InlineData("1,2031.1.1,周某、郑某,总回风巷,总回风巷风门无语音报警装置,C,通风科,王某,已五定", "检查单位")]
    [InlineData("1,2031.1.1,县煤炭局,总回风巷,总回风巷风门无语音报警装置,C,通风科,王某,已五定", "检查人")]
    [InlineData("1,2031.1.1,周某、郑某,县煤炭局,总回风巷,总回风巷风门无语音报警装置,通风科,王某,已五定", "隐患等级")]
    [InlineData("2031.1.1,周某、郑某,县煤炭局,总回风巷,总回风巷风门无语音报警装置,C,通风科,王某,已五定", "编号")]
    [InlineData("2031.1.1,周某、郑某,县煤炭局,总回风巷,总回风巷风门无语音报警装置,通风科,王某,已五定", "编号 隐患等级")]
    public async Task Missing_fields_are_found_wherever_they_are(string line, string missing)
    {
        var row = (await Records(Utf8("编号,发现时间,检查人,检查单位,地点,隐患内容,隐患等级,责任单位,责任人,状态\n" + line + "\n"))).Single();
        foreach (var header in missing.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            row.Notes.Single(n => n.Code == "row.realigned").Zh.ShouldContain($"缺“{header}”");
        row.Understood!.Description.ShouldBe("总回风巷风门无语音报警装置");
        row.Understood.State!.Value.ShouldBe(LedgerState.Planned);
    }

    [Fact]
    public async Task A_field_left_out_at_the_end_is_blank() => (await Row(11)).Codes().ShouldBe(["row.short"]);

    [Fact]
    public async Task A_line_that_cannot_be_aligned_is_kept()
    {
        var row = await Row(12);
        row.Understood.ShouldBeNull();
        row.Codes().ShouldBe(["row.not_aligned", "externalId.missing"]);
        row.Cells.Select(c => c.Text).ShouldBe(["310", "2031-02-13", "捌点班"]);
    }

    [Fact]
    public async Task What_the_state_column_says_is_read_on_the_safe_side() =>
        (await Records(Fixture("coal.csv"))).Where(r => r.Understood?.State is not null).Select(r => (r.Understood!.State!.Text, r.Understood.State.Value)).Distinct().ShouldBe(
        [
            ("已现场处理", LedgerState.FixedOnTheSpot), ("已五定", LedgerState.Planned), ("未五定", LedgerState.Assigned),
            ("已复查", LedgerState.Accepted), ("已整改", LedgerState.Declared), ("已销号", LedgerState.Closed), ("待定", null),
        ]);

    [Fact]
    public async Task A_preview_sums_it_up()
    {
        using var file = await File_(Fixture("coal.csv"), "煤矿.csv");
        var preview = (await LedgerPreview.CreateAsync(file, rows: 3)).Value!;
        (preview.FileName, preview.Format, preview.EncodingName, preview.Delimiter).ShouldBe(("煤矿.csv", LedgerFormat.Csv, "utf-8", ','));
        preview.Rows.Count.ShouldBe(3);
        preview.Verdicts.Values.Sum().ShouldBe(15);
        preview.NoteCounts["row.realigned"].ShouldBe(2);
        preview.NoteCounts["externalId.repeated"].ShouldBe(2);
        preview.Skipped.Select(r => r.Cells[0].Text).ShouldBe(["合计", "制表人：褚某"]);
    }
}
