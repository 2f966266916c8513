using static Hazards.Ledgers.Tests.Samples;

namespace Hazards.Ledgers.Tests;

/// <summary>
/// What is no date of a ledger's years is a question on its row, in whatever column, and never an end of the whole ledger.
/// </summary>
public class ImpossibleDatesFacts
{
    private const string Header =
        "序号,检查时间,检查单位,检查人,地点,行业领域,县区,被检查单位,统一社会信用代码,隐患内容,隐患类型,隐患等级,是否重大,判定依据,整改措施,整改资金,整改期限,整改责任单位,责任人," +
        "整改结果,整改完成时间,复查时间,复查人,验收时间,验收人,销号时间,整改状态,备注";

    public static TheoryData<string> Impossible =>
    [
        "0001-01-01", "0001/1/1 0:00:00", "0001年1月1日", "0001-01-01T00:00:00Z", "00010101", "00010101000000", "1.1.1", "0000-01-01",
        "0000年0月0日", "00000000",
        "9999-12-31", "9999-12-31 23:59:59", "9999-12-31T23:59:59-14:00", "9999年12月31日24时", "99991231235959", "1899-12-31", "2958465",
        "2958466", "99999999999999999999",
        "-1", "1e308", "2026-02-30", "2026-13-01", "2026-3-5 25:00", "２０２６－１３－０１", "٢٠٢٦-٠٣-٠٥", "२०२६-०३-०५", "٣月٥日", "२६.३.५", "٣日内",
        "١٢月底",
        "0001-01-01T00:00+14:00",
    ];

    [Theory]
    [MemberData(nameof(Impossible))]
    public async Task In_any_column_it_costs_one_row_at_most(string written)
    {
        var headers = Header.Split(',');
        var lines = headers.Select((_, at) => string.Join(',', headers.Select((h, i) => i == at ? written : h switch
        {
            "序号" => $"{at + 1}", "检查时间" => "2026-03-05", "隐患内容" => "阀门渗漏严重", "隐患等级" => "一般", "整改责任单位" => "永昌化工厂", _ => "",
        })));
        var rows = await Records(Utf8($"云岭县2026年隐患台账\n{Header}\n{string.Join('\n', lines)}\n"));
        rows.Count.ShouldBe(headers.Length);
        for (var at = 0; at < headers.Length; at++)
            if (headers[at].EndsWith("时间", StringComparison.Ordinal) || headers[at] == "整改期限")
                rows[at].Notes.ShouldContain(n => n.Column == headers[at] && n.Code == "date.not_understood", headers[at]);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.5)]
    [InlineData(1.0)]
    [InlineData(60.0)]
    [InlineData(2958465.0)]
    [InlineData(2958465.99999999)]
    [InlineData(2958466.0)]
    [InlineData(-1.0)]
    [InlineData(1e300)]
    public async Task Serials_out_of_range_in_cells_formatted_as_dates(double serial)
    {
        foreach (var from1904 in new[] { false, true })
        {
            var cell = new DocumentFormat.OpenXml.Spreadsheet.Cell
            {
                CellValue = new(serial.ToString("R", System.Globalization.CultureInfo.InvariantCulture)), StyleIndex = 1,
            };
            var bytes = new Workbook { Date1904 = from1904 }.Sheet("a").Row(1, "序号", "检查时间", "隐患内容", "整改期限", "备注")
                .Row(2, 1, cell, "阀门渗漏", cell, cell).ToBytes();
            var row = (await Records(bytes, name: "a.xlsx")).Single();
            (row.Understood!.FoundAt, row.Understood.Deadline).ShouldBe((null, null));
            row.Codes().Count(c => c == "date.not_understood").ShouldBe(2);
        }
    }

    [Theory]
    [InlineData("0001-01-01T00:00:00")]
    [InlineData("9999-12-31T23:59:59.9999999")]
    [InlineData("0000-00-00")]
    public async Task Dates_that_a_program_wrote_for_none(string iso)
    {
        var cell = new DocumentFormat.OpenXml.Spreadsheet.Cell
        {
            CellValue = new(iso), DataType = DocumentFormat.OpenXml.Spreadsheet.CellValues.Date,
        };
        var row = (await Records(
            new Workbook().Sheet("a").Row(1, "序号", "检查时间", "隐患内容", "责任人").Row(2, 1, cell, "阀门渗漏", cell).ToBytes(),
            name: "a.xlsx")).Single();
        row.Understood!.FoundAt.ShouldBeNull();
        row.Codes().ShouldContain("date.not_understood");
    }

    [Theory]
    [InlineData("2026.2.30")]
    [InlineData("9999-12-31")]
    [InlineData("0001年1月1日")]
    [InlineData("1.1.1")]
    [InlineData("24:00")]
    [InlineData("∞")]
    [InlineData("3万元")]
    [InlineData("３５００元")]
    [InlineData("15天")]
    [InlineData("80%")]
    [InlineData("一般")]
    [InlineData("重大隐患")]
    [InlineData("二级（重大）")]
    [InlineData("√")]
    [InlineData("是")]
    [InlineData("已整改")]
    public async Task Nobody_is_called_by_what_belongs_in_another_column(string written)
    {
        var row = (await Records(Utf8($"序号,检查时间,检查单位,隐患内容,责任单位,责任人\n1,2026-03-05,{written},阀门渗漏严重,{written},{written}\n"))).Single();
        (row.Understood!.InspectionBody, row.Understood.ResponsibleUnit, row.Understood.ResponsiblePerson).ShouldBe((null, null, null));
        row.Notes.Count(n => n.Code.StartsWith("text.is_", StringComparison.Ordinal)).ShouldBe(3);
    }
}
