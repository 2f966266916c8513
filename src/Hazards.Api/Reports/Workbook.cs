using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Hazards.Api.Reports;

/// <summary>How a cell looks.</summary>
internal enum CellStyle
{
    Plain, Title, Caption, Head, Text, Number, Rate, Amount, Total, TotalNumber, TotalRate, TotalAmount, Note,
}

/// <summary>A cell: a text, a number or nothing.</summary>
internal readonly record struct SheetCell(object? Value, CellStyle Style);

/// <summary>
/// Writes xlsx so that the same content is the same bytes on every machine and in every year: parts in a fixed order,
/// stored and not compressed (what a compressor writes changes with its version), no clock, no random name.
/// </summary>
internal sealed class Workbook
{
    private static readonly DateTimeOffset Epoch = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly List<Sheet> sheets = [];

    /// <summary>A further sheet.</summary>
    public Sheet Add(string name, params ReadOnlySpan<double> widths)
    {
        var sheet = new Sheet(name, [.. widths]);
        sheets.Add(sheet);
        return sheet;
    }

    public byte[] ToBytes()
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            Frame(zip);
            for (var n = 1; n <= sheets.Count; n++)
                Part(zip, $"xl/worksheets/sheet{n}.xml", sheets[n - 1].ToXml());
        }
        return stream.ToArray();
    }

    /// <summary>
    /// Writes its only sheet with further rows behind its own, as they were taken from another (<see cref="Sheet.TakeRows"/>).
    /// </summary>
    public async Task WriteAsync(Stream target, Stream rows, CancellationToken cancellationToken)
    {
        using var zip = new ZipArchive(target, ZipArchiveMode.Create, leaveOpen: true);
        Frame(zip);
        var entry = zip.CreateEntry("xl/worksheets/sheet1.xml", CompressionLevel.NoCompression);
        entry.LastWriteTime = Epoch;
        await using var stream = entry.Open();
        await stream.WriteAsync(Encoding.UTF8.GetBytes(sheets[0].Opening()), cancellationToken);
        await rows.CopyToAsync(stream, cancellationToken);
        await stream.WriteAsync(Encoding.UTF8.GetBytes(sheets[0].Ending()), cancellationToken);
    }

    private void Frame(ZipArchive zip)
    {
        Part(zip, "[Content_Types].xml", $"""
            <?xml version="1.0" encoding="UTF-8" standalone="yes"?>
            <Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>{Each(n => $"<Override PartName=\"/xl/worksheets/sheet{n}.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>")}</Types>
            """);
        Part(zip, "_rels/.rels", """
            <?xml version="1.0" encoding="UTF-8" standalone="yes"?>
            <Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>
            """);
        Part(zip, "xl/workbook.xml", $"""
            <?xml version="1.0" encoding="UTF-8" standalone="yes"?>
            <workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>{Each(n => $"<sheet name=\"{Escape(sheets[n - 1].Name)}\" sheetId=\"{n}\" r:id=\"rId{n}\"/>")}</sheets></workbook>
            """);
        Part(zip, "xl/_rels/workbook.xml.rels", $"""
            <?xml version="1.0" encoding="UTF-8" standalone="yes"?>
            <Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{Each(n => $"<Relationship Id=\"rId{n}\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet{n}.xml\"/>")}<Relationship Id="rId{sheets.Count + 1}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>
            """);
        Part(zip, "xl/styles.xml", Styles);
    }

    private string Each(Func<int, string> one) => string.Concat(Enumerable.Range(1, sheets.Count).Select(one));

    private static void Part(ZipArchive zip, string name, string xml)
    {
        var entry = zip.CreateEntry(name, CompressionLevel.NoCompression);
        entry.LastWriteTime = Epoch;
        using var stream = entry.Open();
        stream.Write(Encoding.UTF8.GetBytes(xml.ReplaceLineEndings("\n")));
    }

    internal static string Escape(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var c in text)
            clean.Append(c switch
            {
                '&' => "&amp;",
                '<' => "&lt;",
                '>' => "&gt;",
                '"' => "&quot;",
                '\n' or '\t' => c.ToString(),
                < ' ' or '\uFFFE' or '\uFFFF' => "",
                _ => c.ToString(),
            });
        return clean.ToString();
    }

    // The cell formats stand in the order of CellStyle.
    private const string Styles = """
        <?xml version="1.0" encoding="UTF-8" standalone="yes"?>
        <styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="2"><numFmt numFmtId="164" formatCode="0.0"/><numFmt numFmtId="165" formatCode="0.00"/></numFmts><fonts count="4"><font><sz val="11"/><name val="宋体"/></font><font><b/><sz val="16"/><name val="黑体"/></font><font><b/><sz val="11"/><name val="宋体"/></font><font><sz val="9"/><name val="宋体"/></font></fonts><fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid"><fgColor rgb="FFEDEDED"/><bgColor indexed="64"/></patternFill></fill></fills><borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border><border><left style="thin"><color auto="1"/></left><right style="thin"><color auto="1"/></right><top style="thin"><color auto="1"/></top><bottom style="thin"><color auto="1"/></bottom><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="13"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1" applyAlignment="1"><alignment horizontal="center" vertical="center"/></xf><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" applyAlignment="1"><alignment vertical="center"/></xf><xf numFmtId="0" fontId="2" fillId="2" borderId="1" xfId="0" applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1"><alignment horizontal="center" vertical="center" wrapText="1"/></xf><xf numFmtId="0" fontId="0" fillId="0" borderId="1" xfId="0" applyBorder="1" applyAlignment="1"><alignment vertical="center" wrapText="1"/></xf><xf numFmtId="1" fontId="0" fillId="0" borderId="1" xfId="0" applyNumberFormat="1" applyBorder="1" applyAlignment="1"><alignment horizontal="right" vertical="center"/></xf><xf numFmtId="164" fontId="0" fillId="0" borderId="1" xfId="0" applyNumberFormat="1" applyBorder="1" applyAlignment="1"><alignment horizontal="right" vertical="center"/></xf><xf numFmtId="165" fontId="0" fillId="0" borderId="1" xfId="0" applyNumberFormat="1" applyBorder="1" applyAlignment="1"><alignment horizontal="right" vertical="center"/></xf><xf numFmtId="0" fontId="2" fillId="0" borderId="1" xfId="0" applyFont="1" applyBorder="1" applyAlignment="1"><alignment horizontal="center" vertical="center"/></xf><xf numFmtId="1" fontId="2" fillId="0" borderId="1" xfId="0" applyNumberFormat="1" applyFont="1" applyBorder="1" applyAlignment="1"><alignment horizontal="right" vertical="center"/></xf><xf numFmtId="164" fontId="2" fillId="0" borderId="1" xfId="0" applyNumberFormat="1" applyFont="1" applyBorder="1" applyAlignment="1"><alignment horizontal="right" vertical="center"/></xf><xf numFmtId="165" fontId="2" fillId="0" borderId="1" xfId="0" applyNumberFormat="1" applyFont="1" applyBorder="1" applyAlignment="1"><alignment horizontal="right" vertical="center"/></xf><xf numFmtId="0" fontId="3" fillId="0" borderId="0" xfId="0" applyFont="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf></cellXfs></styleSheet>
        """;
}

/// <summary>A sheet, filled row by row; printed on A4 across, as wide as the page.</summary>
/// <param name="name">Its name.</param>
/// <param name="widths">The widths of its columns, in characters.</param>
/// <param name="before">How many rows stand before its first.</param>
internal sealed class Sheet(string name, IReadOnlyList<double> widths, int before = 0)
{
    private readonly StringBuilder rows = new();
    private readonly List<string> merges = [];
    private int row = before;

    public string Name => name;

    public int Columns => widths.Count;

    /// <summary>A row of cells of one style.</summary>
    public Sheet Row(CellStyle style, params ReadOnlySpan<object?> values) => Row(0, style, values);

    /// <summary>The same, of a given height in points.</summary>
    public Sheet Row(double height, CellStyle style, params ReadOnlySpan<object?> values)
    {
        var cells = new SheetCell[values.Length];
        for (var i = 0; i < cells.Length; i++)
            cells[i] = new SheetCell(values[i], style);
        return Row(height, cells);
    }

    public Sheet Row(double height, IReadOnlyList<SheetCell> cells)
    {
        row++;
        rows.Append(CultureInfo.InvariantCulture, $"<row r=\"{row}\"");
        if (height > 0)
            rows.Append(CultureInfo.InvariantCulture, $" ht=\"{height}\" customHeight=\"1\"");
        rows.Append('>');
        for (var i = 0; i < cells.Count; i++)
            Cell($"{Letter(i)}{row}", cells[i]);
        rows.Append("</row>");
        return this;
    }

    /// <summary>A text over the whole width.</summary>
    public Sheet Across(CellStyle style, string text, double height)
    {
        Row(height, style, text);
        if (Columns > 1)
            Merge(0, row, Columns - 1, row);
        return this;
    }

    /// <summary>Merges cells, rows counted from 1 and columns from 0.</summary>
    public Sheet Merge(int fromColumn, int fromRow, int toColumn, int toRow)
    {
        merges.Add($"{Letter(fromColumn)}{fromRow}:{Letter(toColumn)}{toRow}");
        return this;
    }

    /// <summary>The number of the last row.</summary>
    public int LastRow => row;

    private void Cell(string address, SheetCell cell)
    {
        var style = (int)cell.Style;
        switch (cell.Value)
        {
            case null:
                rows.Append(CultureInfo.InvariantCulture, $"<c r=\"{address}\" s=\"{style}\"/>");
                break;
            case string text:
                rows.Append(CultureInfo.InvariantCulture, $"<c r=\"{address}\" s=\"{style}\" t=\"inlineStr\">")
                    .Append(CultureInfo.InvariantCulture, $"<is><t xml:space=\"preserve\">{Workbook.Escape(Fit(text))}</t></is></c>");
                break;
            case DateOnly date:
                Cell(address, cell with { Value = date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) });
                break;
            default:
                rows.Append(CultureInfo.InvariantCulture, $"<c r=\"{address}\" s=\"{style}\"><v>{cell.Value}</v></c>");
                break;
        }
    }

    /// <summary>What a cell may hold (ECMA-376 and Excel: 32,767 characters); a file with more would have to be repaired.</summary>
    private const int MostCharacters = 32_767;

    private static string Fit(string text)
    {
        if (text.Length <= MostCharacters)
            return text;
        var note = string.Create(
            CultureInfo.InvariantCulture, $"……（共 {text.Length} 字，单元格放不下，全文见接口 · cut: of {text.Length} characters; the API has them all）");
        var kept = MostCharacters - note.Length;
        return text[..(char.IsHighSurrogate(text[kept - 1]) ? kept - 1 : kept)] + note;
    }

    public string ToXml() => Opening() + Ending();

    /// <summary>The rows so far, as they stand in the sheet; they are not held any longer.</summary>
    public string TakeRows()
    {
        var taken = rows.ToString();
        rows.Clear();
        return taken;
    }

    /// <summary>The sheet up to its last row.</summary>
    public string Opening()
    {
        var columns = string.Concat(widths.Select((w, i) => string.Create(CultureInfo.InvariantCulture, $"<col min=\"{i + 1}\" max=\"{i + 1}\" width=\"{w}\" customWidth=\"1\"/>")));
        return $"<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetPr><pageSetUpPr fitToPage=\"1\"/></sheetPr><cols>{columns}</cols><sheetData>{rows}";
    }

    /// <summary>What stands behind its rows.</summary>
    public string Ending()
    {
        var merged = merges.Count == 0
            ? ""
            : $"<mergeCells count=\"{merges.Count.ToString(CultureInfo.InvariantCulture)}\">{string.Concat(merges.Select(m => $"<mergeCell ref=\"{m}\"/>"))}</mergeCells>";
        return $"</sheetData>{merged}<pageMargins left=\"0.4\" right=\"0.4\" top=\"0.5\" bottom=\"0.5\" header=\"0.3\" footer=\"0.3\"/><pageSetup paperSize=\"9\" orientation=\"landscape\" fitToWidth=\"1\" fitToHeight=\"0\"/></worksheet>";
    }

    private static string Letter(int column) =>
        column < 26 ? ((char)('A' + column)).ToString() : $"{(char)('A' + column / 26 - 1)}{(char)('A' + column % 26)}";
}
