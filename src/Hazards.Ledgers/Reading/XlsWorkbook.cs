using System.Globalization;
using System.Text;
using ExcelDataReader;
using ExcelDataReader.Exceptions;

namespace Hazards.Ledgers;

/// <summary>
/// Binary workbooks of Excel 97–2003 ([MS-XLS]), among them the .et files of WPS that are the same inside. They are bounded by
/// the format itself (65,536 rows of 256 columns), so their rows are kept in memory.
/// </summary>
internal static class XlsWorkbook
{
    static XlsWorkbook() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    public static List<LedgerSheet> Read(byte[] bytes, LedgerLimits limits, CancellationToken ct)
    {
        try
        {
            // First: it refuses what would keep the reader busy for ever.
            var raw = new XlsCells(bytes);
            using var reader = ExcelReaderFactory.CreateBinaryReader(
                new MemoryStream(bytes, writable: false), new ExcelReaderConfiguration { FallbackEncoding = Encoding.GetEncoding(936) });
            var quota = new Quota(limits);
            List<LedgerSheet> sheets = [];
            do
            {
                if (sheets.Count == limits.Sheets) throw new RefusedException(Refusals.TooManySheets.At(null, limits.Sheets));
                sheets.Add(ReadSheet(reader, quota, raw.Of(sheets.Count, limits.Cells, ct), raw.Date1904, ct));
            }
            while (reader.NextResult());
            return sheets;
        }
        catch (InvalidPasswordException)
        {
            throw new RefusedException(Refusals.XlsxEncrypted.At(null));
        }
        // The reader throws a dozen kinds of exception on a file made to break it, as those of zip and XML do.
        catch (Exception e) when (e is not (RefusedException or OperationCanceledException or OutOfMemoryException))
        {
            throw new RefusedException(Refusals.XlsLegacy.At(null));
        }
    }

    private static LedgerSheet ReadSheet(
        IExcelDataReader reader, Quota quota, XlsCells.Sheet raw, bool date1904, CancellationToken ct)
    {
        var layout = new SheetLayout();
        List<SheetRow> rows = [];
        for (var number = 1; reader.Read(); number++)
        {
            ct.ThrowIfCancellationRequested();
            List<SheetCell> cells = [];
            for (var column = 0; column < reader.FieldCount; column++)
            {
                var held = raw.Cells.TryGetValue((number, column + 1), out var found) ? found : ((double, string?)?)null;
                if (Cell(reader, number, column, held, date1904) is not { } cell) continue;
                quota.Cell(cell.Column, cell.Row, cell.Text.Length);
                cells.Add(cell);
            }
            if (cells.Count > 0) quota.Row(layout, CellAddress.Of(1, number));
            var hidden = reader.RowHeight == 0 || raw.HiddenRows.Contains(number);
            rows.Add(new(number, cells, cells.Count == 0 ? 0 : cells[^1].Column, hidden));
        }
        foreach (var merge in reader.MergeCells ?? [])
        {
            if (layout.Merges.Count == quota.Limits.MergedRanges) throw new RefusedException(
                Refusals.TooManyMerges.At(reader.Name, quota.Limits.MergedRanges));
            layout.Merges.Add(new(merge.FromRow + 1, merge.FromColumn + 1, merge.ToRow + 1, merge.ToColumn + 1));
        }
        layout.Merges.Sort((a, b) => a.Top != b.Top ? a.Top.CompareTo(b.Top) : a.Left.CompareTo(b.Left));
        for (var column = 0; column < reader.FieldCount; column++)
            if (reader.GetColumnWidth(column) == 0)
                layout.HiddenColumns.Add((column + 1, column + 1));
        return new LedgerSheet(reader.Name, reader.VisibleState != "visible", layout, () => rows);
    }

    private static SheetCell? Cell(IExcelDataReader reader, int row, int column, (double Number, string? Error)? raw, bool date1904)
    {
        if (raw?.Error is { } error)
            return Make(error, CellKind.Error);
        return reader.GetValue(column) switch
        {
            null or "" => null,
            bool yes => Make(yes ? "TRUE" : "FALSE", CellKind.Boolean),
            string text => Make(text, CellKind.Text),
            DateTime or TimeSpan when raw is null => throw new InvalidDataException(),
            var number => Number(raw?.Number ?? Convert.ToDouble(number, CultureInfo.InvariantCulture)),
        };

        SheetCell Make(string text, CellKind kind) => new(row, column + 1, text, kind) { Date1904 = date1904 };

        // As an xlsx keeps and reads it: a serial, and a date where its format shows one.
        SheetCell Number(double serial)
        {
            var text = serial.ToString("R", CultureInfo.InvariantCulture);
            return NumberFormats.ShowsDate(reader.GetNumberFormatIndex(column), reader.GetNumberFormatString(column))
                && ExcelDate.FromSerial(serial, date1904) is { } date
                ? Make(text, CellKind.Date) with { Date = date }
                : Make(text, CellKind.Number);
        }
    }
}
