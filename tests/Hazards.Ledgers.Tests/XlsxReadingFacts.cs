using DocumentFormat.OpenXml.Spreadsheet;
using static Hazards.Ledgers.Tests.Samples;

namespace Hazards.Ledgers.Tests;

public class XlsxReadingFacts
{
    private static async Task<List<SheetRow>> Read(Workbook workbook)
    {
        using var file = await File_(workbook.ToBytes());
        return [.. file.Sheets[0].ReadRows()];
    }

    [Fact]
    public async Task Texts_are_kept_to_the_last_space()
    {
        var rows = await Read(new Workbook().Sheet("a").Row(1, " 两头有空格 ", "换\n行\n", "制表\t符"));
        rows[0].Cells.Select(c => c.Text).ShouldBe([" 两头有空格 ", "换\n行\n", "制表\t符"]);
        rows[0].Cells[2].Address.ShouldBe("C1");
    }

    [Fact]
    public async Task Rich_text_is_joined_and_its_phonetic_guide_left_out()
    {
        var rows = await Read(new Workbook().Sheet("a").Row(1, Workbook.Rich("隐患", " 内容")));
        rows[0].Cells[0].Text.ShouldBe("隐患 内容");
    }

    [Fact]
    public async Task Inline_strings_booleans_errors_and_formulas_are_read()
    {
        var rows = await Read(new Workbook().Sheet("a").Row(1,
            new Cell { DataType = CellValues.InlineString, InlineString = new(new Text("内联")) },
            true,
            new Cell { DataType = CellValues.Error, CellValue = new("#REF!") },
            Workbook.Formula("A1&\"x\"", "内联x"),
            new Cell { CellFormula = new("NOW()") }));
        rows[0].Cells.Select(c => (c.Text, c.Kind)).ShouldBe(
        [
            ("内联", CellKind.Text), ("TRUE", CellKind.Boolean), ("#REF!", CellKind.Error), ("内联x", CellKind.Text), ("", CellKind.Text),
        ], ignoreOrder: false);
        rows[0].Cells[3].Formula.ShouldBe("A1&\"x\"");
        rows[0].Cells[4].Formula.ShouldBe("NOW()");
    }

    [Fact]
    public async Task A_number_is_a_date_only_if_its_format_shows_one()
    {
        var rows = await Read(new Workbook().Sheet("a").Row(1,
            45660, new Cell { CellValue = new("45660"), StyleIndex = 1 }, new Cell { CellValue = new("45660"), StyleIndex = 2 },
            new DateTime(2031, 3, 4, 9, 30, 6)));
        rows[0].Cells.Select(c => c.Date)
            .ShouldBe([null, new DateTime(2025, 1, 3), new DateTime(2025, 1, 3), new DateTime(2031, 3, 4, 9, 30, 6)]);
        rows[0].Cells[1].Text.ShouldBe("45660");
        rows[0].Cells[1].Display.ShouldBe("2025-01-03");
    }

    [Fact]
    public async Task The_1904_date_system_is_1462_days_later()
    {
        var rows = await Read(new Workbook { Date1904 = true }.Sheet("a").Row(1, new Cell { CellValue = new("44198"), StyleIndex = 1 }));
        rows[0].Cells[0].Date.ShouldBe(new DateTime(2025, 1, 3));
    }

    [Theory]
    [InlineData(1, "1900-01-01")]
    [InlineData(59, "1900-02-28")]
    [InlineData(61, "1900-03-01")]
    [InlineData(45660.5, "2025-01-03")]
    public void Serials_step_over_the_day_that_never_was(double serial, string day) =>
        ExcelDate.FromSerial(serial, date1904: false)!.Value.ToString("yyyy-MM-dd").ShouldBe(day);

    [Theory]
    [InlineData("yyyy/m/d;@", true)]
    [InlineData("m\"月\"d\"日\";@", true)]
    [InlineData("[$-804]yyyy\"年\"m\"月\"", true)]
    [InlineData("[DBNum1][$-804]yyyy\"年\"m\"月\"d\"日\";@", true)]
    [InlineData("General", false)]
    [InlineData("0.00_ ", false)]
    [InlineData("0.00E+00", false)]
    [InlineData("h:mm:ss", false)]
    [InlineData("[Red]-0\"day\"", false)]
    [InlineData("#,##0\\d", false)]
    public void Formats_show_a_date_by_a_year_or_a_day(string format, bool isDate) => NumberFormats.ShowsDate(format).ShouldBe(isDate);

    [Fact]
    public async Task Hidden_rows_columns_and_sheets_are_flagged_and_read()
    {
        using var file = await File_(
            new Workbook().Sheet("甲").HideColumns(2, 3).Row(1, "a").HiddenRow(2, "b").Sheet("乙", hidden: true).Row(1, "c").ToBytes());
        file.Sheets.Select(s => (s.Name, s.Hidden)).ShouldBe([("甲", false), ("乙", true)]);
        file.Sheets[0].HiddenColumns.ShouldBe([(2, 3)]);
        file.Sheets[0].ReadRows().Select(r => r.Hidden).ShouldBe([false, true]);
        file.Sheets[1].ReadRows().Single().Cells[0].Text.ShouldBe("c");
    }

    [Fact]
    public async Task Merged_ranges_are_known()
    {
        using var file = await File_(Construction());
        file.Sheets[0].Merges.ShouldContain(new MergedRange(1, 12, 1, 15));
        file.Sheets[0].Merges.Single(m => m.Height == 3).ToString().ShouldBe("A10:R12");
    }

    [Fact]
    public async Task Escaped_characters_are_read_but_not_those_no_text_can_hold()
    {
        var rows = await Read(new Workbook().Sheet("a").Row(1, "一_x000D_\n二", "_x0000_", "_xD800_", "_x12_"));
        rows[0].Cells.Select(c => c.Text).ShouldBe(["一\r\n二", "_x0000_", "_xD800_", "_x12_"]);
    }

    [Fact]
    public async Task Sheets_can_be_read_again_and_again()
    {
        using var file = await File_(Construction());
        file.Sheets[0].ReadRows().Count().ShouldBe(file.Sheets[0].ReadRows().Count());
    }

    [Fact]
    public async Task A_malformed_hyperlink_does_not_spoil_the_workbook()
    {
        const string Rels = """<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink" Target="mailto:a b@@c,，http://[x" TargetMode="External"/></Relationships>""";
        var bytes = Workbook.Tamper(Construction(), "xl/worksheets/_rels/sheet1.xml.rels", _ => Rels);
        using var file = await File_(bytes);
        file.Sheets[0].RowCount.ShouldBe(9);
    }

    [Fact]
    public async Task Cells_and_rows_without_references_follow_one_another()
    {
        var bytes = Workbook.Tamper(new Workbook().Sheet("a").Row(1, "x").ToBytes(), "xl/worksheets/sheet1.xml",
            _ => """<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row><c><v>1</v></c><c><v>2</v></c></row><row><c t="d"><v>2031-03-04</v></c></row></sheetData></worksheet>""");
        using var file = await File_(bytes);
        var cells = file.Sheets[0].ReadRows().SelectMany(r => r.Cells).ToList();
        cells.Select(c => c.Address).ShouldBe(["A1", "B1", "A2"]);
        cells[2].Date.ShouldBe(new DateTime(2031, 3, 4));
    }

    [Fact]
    public async Task Strict_workbooks_are_read()
    {
        const string Transitional = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
        const string Strict = "http://purl.oclc.org/ooxml/spreadsheetml/main";
        var bytes = new Workbook().Sheet("a").Row(1, "严格").ToBytes();
        foreach (var part in (string[])["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "_rels/.rels", "xl/_rels/workbook.xml.rels"])
            bytes = Workbook.Tamper(bytes, part, xml => xml.Replace(Transitional, Strict, StringComparison.Ordinal)
                .Replace(
                    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
                    "http://purl.oclc.org/ooxml/officeDocument/relationships", StringComparison.Ordinal));
        using var file = await File_(bytes);
        file.Sheets[0].ReadRows().Single().Cells[0].Text.ShouldBe("严格");
    }
}
