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
            using var reader = ExcelReaderFactory.CreateBinaryReader(
                new MemoryStream(bytes, writable: false), new ExcelReaderConfiguration { FallbackEncoding = Encoding.GetEncoding(936) });
            var quota = new Quota(limits);
            List<LedgerSheet> sheets = [];
            do
            {
                if (sheets.Count == limits.Sheets) throw new RefusedException(Refusals.TooManySheets.At(null, limits.Sheets));
                sheets.Add(ReadSheet(reader, quota, ct));
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

    private static LedgerSheet ReadSheet(IExcelDataReader reader, Quota quota, CancellationToken ct)
    {
        var layout = new SheetLayout();
        List<SheetRow> rows = [];
        for (var number = 1; reader.Read(); number++)
        {
            ct.ThrowIfCancellationRequested();
            List<SheetCell> cells = [];
            for (var column = 0; column < reader.FieldCount; column++)
            {
                if (Cell(reader, number, column) is not { } cell) continue;
                quota.Cell(cell.Column, cell.Row, cell.Text.Length);
                cells.Add(cell);
            }
            if (cells.Count > 0) quota.Row(layout, CellAddress.Of(1, number));
            rows.Add(new(number, cells, cells.Count == 0 ? 0 : cells[^1].Column, Hidden: reader.RowHeight == 0));
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

    private static SheetCell? Cell(IExcelDataReader reader, int row, int column) => reader.GetValue(column) switch
    {
        null or "" => null,
        // The reader has turned the serial into a date; it is kept as a serial, as an xlsx keeps it.
        DateTime date => new(row, column + 1, date.ToOADate().ToString(CultureInfo.InvariantCulture), CellKind.Date)
        {
            Date = DateTime.SpecifyKind(date, DateTimeKind.Unspecified),
        },
        TimeSpan time => new(row, column + 1, time.ToString("c", CultureInfo.InvariantCulture), CellKind.Text),
        bool yes => new(row, column + 1, yes ? "TRUE" : "FALSE", CellKind.Boolean),
        string text => new(row, column + 1, text, CellKind.Text),
        IConvertible number => new(
            row, column + 1, Convert.ToDouble(number, CultureInfo.InvariantCulture).ToString("R", CultureInfo.InvariantCulture),
            CellKind.Number),
        var other => new(row, column + 1, Convert.ToString(other, CultureInfo.InvariantCulture) ?? "", CellKind.Text),
    };
}
