using System.IO.Compression;
using System.Text;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;

namespace Hazards.Ledgers.Tests;

/// <summary>Writes the workbooks that tests read. Styles: 0 general, 1 yyyy/m/d, 2 m"月"d"日", 3 yyyy-mm-dd hh:mm:ss.</summary>
internal sealed class Workbook
{
    private readonly List<(string Name, SheetData Rows, List<string> Merges, bool Hidden,
        List<(uint First, uint Last)> HiddenColumns)> _sheets = [];
    private readonly List<SharedStringItem> _strings = [];

    public bool Date1904 { get; init; }

    public Workbook Sheet(string name, bool hidden = false)
    {
        _sheets.Add((name, new SheetData(), [], hidden, []));
        return this;
    }

    /// <summary>A row: strings become shared strings, numbers numbers, a DateOnly or DateTime a styled serial, a Cell itself.</summary>
    public Workbook Row(int number, params object?[] values) => Row(number, false, values);

    public Workbook HiddenRow(int number, params object?[] values) => Row(number, true, values);

    private Workbook Row(int number, bool hidden, object?[] values)
    {
        var row = new Row { RowIndex = (uint)number };
        if (hidden) row.Hidden = true;
        for (var i = 0; i < values.Length; i++)
            if (values[i] is { } value)
                row.Append(Make(value, CellAddress.Of(i + 1, number)));
        _sheets[^1].Rows.Append(row);
        return this;
    }

    public Workbook Merge(params string[] ranges)
    {
        _sheets[^1].Merges.AddRange(ranges);
        return this;
    }

    public Workbook HideColumns(uint first, uint last)
    {
        _sheets[^1].HiddenColumns.Add((first, last));
        return this;
    }

    public static Cell Formula(string formula, string cached) =>
        new() { CellFormula = new(formula), CellValue = new(cached), DataType = CellValues.String };

    public static SharedStringItem Rich(params string[] runs) =>
        new([.. runs.Select(r => new Run(new Text(r) { Space = SpaceProcessingModeValues.Preserve })), new PhoneticRun(new Text("pīnyīn")) { BaseTextStartIndex = 0, EndingBaseIndex = 1 }]);

    public byte[] ToBytes()
    {
        using var stream = new MemoryStream();
        using (var document = SpreadsheetDocument.Create(stream, SpreadsheetDocumentType.Workbook))
        {
            var workbook = document.AddWorkbookPart();
            workbook.Workbook = new(new WorkbookProperties { Date1904 = Date1904 ? true : null }, new Sheets());
            workbook.AddNewPart<WorkbookStylesPart>().Stylesheet = Styles();
            workbook.AddNewPart<SharedStringTablePart>().SharedStringTable = new(_strings.Select(s => (OpenXmlElement)s.CloneNode(true)));
            for (var i = 0; i < _sheets.Count; i++) AddSheet(workbook, _sheets[i], (uint)i + 1);
        }
        return stream.ToArray();
    }

    private static void AddSheet(
        WorkbookPart workbook,
        (string Name, SheetData Rows, List<string> Merges, bool Hidden, List<(uint First, uint Last)> HiddenColumns) sheet, uint id)
    {
        var part = workbook.AddNewPart<WorksheetPart>();
        part.Worksheet = new();
        if (sheet.HiddenColumns.Count > 0)
            part.Worksheet.Append(new Columns(sheet.HiddenColumns.Select(c => new Column { Min = c.First, Max = c.Last, Hidden = true })));
        part.Worksheet.Append((SheetData)sheet.Rows.CloneNode(true));
        if (sheet.Merges.Count > 0) part.Worksheet.Append(new MergeCells(sheet.Merges.Select(m => new MergeCell { Reference = m })));
        workbook.Workbook.Sheets!.Append(new Sheet
        {
            Name = sheet.Name,
            SheetId = id,
            Id = workbook.GetIdOfPart(part),
            State = sheet.Hidden ? SheetStateValues.Hidden : null,
        });
    }

    private Cell Make(object value, string reference)
    {
        var cell = value switch
        {
            Cell given => (Cell)given.CloneNode(true),
            SharedStringItem item => Shared(item),
            string text => Shared(new(new Text(text) { Space = SpaceProcessingModeValues.Preserve })),
            DateOnly day => new()
            {
                CellValue = new(day.ToDateTime(default).ToOADate().ToString(System.Globalization.CultureInfo.InvariantCulture)),
                StyleIndex = 1,
            },
            DateTime clock =>
                new() { CellValue = new(clock.ToOADate().ToString(System.Globalization.CultureInfo.InvariantCulture)), StyleIndex = 3 },
            bool yes => new() { CellValue = new(yes ? "1" : "0"), DataType = CellValues.Boolean },
            _ => new Cell { CellValue = new(Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture)!) },
        };
        cell.CellReference = reference;
        return cell;
    }

    private Cell Shared(SharedStringItem item)
    {
        _strings.Add(item);
        return new()
        {
            CellValue = new((_strings.Count - 1).ToString(System.Globalization.CultureInfo.InvariantCulture)),
            DataType = CellValues.SharedString,
        };
    }

    private static Stylesheet Styles() => new(
        new NumberingFormats(
            new NumberingFormat { NumberFormatId = 176, FormatCode = "m\"月\"d\"日\";@" },
            new NumberingFormat { NumberFormatId = 177, FormatCode = "yyyy\\-mm\\-dd\\ hh:mm:ss" }),
        new Fonts(new Font()), new Fills(new Fill()), new Borders(new Border()), new CellStyleFormats(new CellFormat()),
        new CellFormats(
            new CellFormat(),
            new CellFormat { NumberFormatId = 14, ApplyNumberFormat = true },
            new CellFormat { NumberFormatId = 176, ApplyNumberFormat = true },
            new CellFormat { NumberFormatId = 177, ApplyNumberFormat = true }));

    /// <summary>Replaces text in one part of a package: the way to files that no library would write.</summary>
    public static byte[] Tamper(byte[] package, string part, Func<string, string> change)
    {
        using var stream = new MemoryStream();
        stream.Write(package);
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Update, leaveOpen: true))
        {
            var entry = archive.GetEntry(part);
            var text = "";
            if (entry is not null)
            {
                using (var reader = new StreamReader(entry.Open())) text = reader.ReadToEnd();
                entry.Delete();
            }
            using var writer = new StreamWriter(archive.CreateEntry(part).Open(), new UTF8Encoding(false));
            writer.Write(change(text));
        }
        return stream.ToArray();
    }
}
