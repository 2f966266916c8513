using System.Globalization;
using System.IO.Packaging;
using System.Xml;

namespace Hazards.Ledgers;

/// <summary>One reading of a worksheet part, row by row. What precedes and follows the rows goes into the layout.</summary>
internal sealed class XlsxSheet(XlsxWorkbook workbook, PackagePart part, string name, Quota quota, SheetLayout layout)
{
    private int _row;
    private int _column;

    public IEnumerable<SheetRow> Rows()
    {
        using var xml = workbook.OpenXml(part);
        while (xml.Read())
        {
            if (xml.NodeType != XmlNodeType.Element) continue;
            switch (xml.LocalName)
            {
                case "row":
                    yield return ReadRow(xml);
                    break;
                case "col":
                    ReadColumn(xml);
                    break;
                case "mergeCell":
                    ReadMerge(xml);
                    break;
            }
        }
    }

    private SheetRow ReadRow(XmlReader xml)
    {
        // The row number is optional (ECMA-376 part 1, 18.3.1.73): without one, it is the next row.
        _row = xml.GetAttribute("r") is { } number ? ParseRow(number) : _row + 1;
        _column = 0;
        var hidden = IsTrue(xml.GetAttribute("hidden"));
        var cells = ReadCells(xml);
        if (cells.Count > 0) quota.Row(layout, CellAddress.Of(1, _row));
        return new(_row, cells, cells.Count == 0 ? 0 : cells[^1].Column, hidden);
    }

    private List<SheetCell> ReadCells(XmlReader xml)
    {
        List<SheetCell> cells = [];
        if (xml.IsEmptyElement) return cells;
        var depth = xml.Depth;
        while (xml.Read() && xml.Depth > depth)
        {
            if (xml.NodeType != XmlNodeType.Element || xml.LocalName != "c") continue;
            if (ReadCell(xml) is not { } cell) continue;
            quota.Cell(cell.Column, cell.Row, cell.Text.Length);
            cells.Add(cell);
        }
        return cells;
    }

    private SheetCell? ReadCell(XmlReader xml)
    {
        _column = xml.GetAttribute("r") is { } reference ? ParseColumn(reference) : _column + 1;
        var type = xml.GetAttribute("t");
        // A picture placed in a cell is rich data behind an error value ([MS-XLSX] 2.6.209, vm).
        int? image = type == "e" && xml.GetAttribute("vm") is { } vm
            ? int.TryParse(vm, NumberStyles.None, CultureInfo.InvariantCulture, out var v) ? v : 0
            : null;
        var style = int.TryParse(xml.GetAttribute("s"), NumberStyles.None, CultureInfo.InvariantCulture, out var s) ? s : 0;
        string? value = null, formula = null;
        if (!xml.IsEmptyElement)
        {
            var depth = xml.Depth;
            while (xml.Read() && xml.Depth > depth)
            {
                if (xml.NodeType != XmlNodeType.Element) continue;
                if (xml.LocalName == "v") value = XlsxText.ReadContent(xml, quota.Limits.CellCharacters);
                else if (xml.LocalName == "f") formula = XlsxText.ReadContent(xml, quota.Limits.CellCharacters);
                else if (xml.LocalName == "is") value = XlsxText.Read(xml, quota.Limits.CellCharacters);
            }
        }
        if (string.IsNullOrEmpty(value) && formula is null) return null;
        return Interpret(type, style, value ?? "") is { } cell ? cell with { Formula = formula, ImageValue = image } : null;
    }

    private SheetCell? Interpret(string? type, int style, string value) => type switch
    {
        "s" => SharedString(value) is { Length: > 0 } text ? Cell(text, CellKind.Text) : null,
        "inlineStr" => Cell(value, CellKind.Text),
        "str" => Cell(XlsxText.Unescape(value), CellKind.Text),
        "b" => Cell(value is "1" or "true" ? "TRUE" : "FALSE", CellKind.Boolean),
        "e" => Cell(value, CellKind.Error),
        "d" => IsoDate(value),
        _ => Number(value, style),
    };

    private SheetCell Cell(string text, CellKind kind) => new(_row, _column, text, kind);

    private SheetCell Number(string value, int style)
    {
        if (!double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            return Cell(value, CellKind.Text);
        return workbook.IsDateStyle(style) && workbook.DateOf(number) is { } date
            ? Cell(value, CellKind.Date) with { Date = date }
            : Cell(value, CellKind.Number) with { Date1904 = workbook.Date1904 };
    }

    private SheetCell IsoDate(string value) =>
        DateTime.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? Cell(value, CellKind.Date) with { Date = DateTime.SpecifyKind(date, DateTimeKind.Unspecified) }
            : Cell(value, CellKind.Text);

    private string SharedString(string index) =>
        int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out var i) && i < workbook.SharedStrings.Count
            ? workbook.SharedStrings[i]
            : throw Broken("shared string " + index);

    private void ReadColumn(XmlReader xml)
    {
        if (!IsTrue(xml.GetAttribute("hidden"))) return;
        if (int.TryParse(xml.GetAttribute("min"), out var first) && int.TryParse(xml.GetAttribute("max"), out var last))
            layout.HiddenColumns.Add((first, last));
    }

    private void ReadMerge(XmlReader xml)
    {
        var reference = xml.GetAttribute("ref") ?? "";
        if (!CellAddress.TryParseRange(reference, out var range)) throw Broken("merged range " + reference);
        if (layout.Merges.Count == quota.Limits.MergedRanges)
            throw new RefusedException(Refusals.TooManyMerges.At(name, quota.Limits.MergedRanges));
        layout.Merges.Add(range);
    }

    private int ParseRow(string text) =>
        CellAddress.TryParse("A" + text, out _, out var row) && row > 0 ? row : throw Broken("row " + text);

    private int ParseColumn(string text) =>
        CellAddress.TryParse(text, out var column, out _) ? column : throw Broken("cell " + text);

    private RefusedException Broken(string what) =>
        new(Refusals.XlsxBroken.At($"{name}!{CellAddress.Of(Math.Max(_column, 1), Math.Max(_row, 1))}", what));

    private static bool IsTrue(string? text) => text is "1" or "true";
}
