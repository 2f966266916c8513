using Hazards.Api.Reports;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Api.Import;

/// <summary>The rows that were not understood, or not wholly, as a workbook: to be mended by hand and imported again.</summary>
internal static class KeptRows
{
    private const int LongestCell = 32_000;

    public static byte[] Write(ImportReport report)
    {
        var workbook = new Workbook();
        Kept(workbook, report);
        Doubtful(workbook, report);
        return workbook.ToBytes();
    }

    /// <summary>原文保留的行: their cells under their headers, as they stood.</summary>
    private static void Kept(Workbook workbook, ImportReport report)
    {
        var rows = report.Rows.Where(r => r.Outcome == RowOutcome.Kept).ToArray();
        string[] headers = [.. rows.SelectMany(r => r.Cells).Select(HeaderOf).Distinct(StringComparer.Ordinal)];
        var sheet = workbook.Add("原文保留", [12, 8, 40, .. headers.Select(_ => 18d)]);
        sheet.Row(CellStyle.Head, ["工作表", "行号", "原因", .. headers]);
        foreach (var row in rows)
            sheet.Row(
                CellStyle.Text,
                [row.Sheet, row.Row, Cut(string.Join('\n', row.NotUnderstood)), .. headers.Select(h => (object?)Cut(string.Join('\n', row.Cells.Where(c => HeaderOf(c) == h).Select(c => c.Text))))]);
    }

    /// <summary>已登记而有未读懂之处的行: the cells themselves are with their hazards.</summary>
    private static void Doubtful(Workbook workbook, ImportReport report)
    {
        var sheet = workbook.Add("部分读懂", 12, 8, 12, 12, 40, 60);
        sheet.Row(CellStyle.Head, "工作表", "行号", "结果", "环节", "隐患编号", "未读懂之处");
        foreach (var row in report.Rows.Where(r => r.Hazard is not null && !r.NotUnderstood.IsEmpty))
            sheet.Row(
                CellStyle.Text, row.Sheet, row.Row, CodeList.Chinese(row.Outcome), row.Stage is { } stage ? CodeList.Chinese(stage) : "",
                row.Hazard?.ToString(), Cut(string.Join('\n', row.NotUnderstood)));
    }

    private static string HeaderOf(LedgerCell cell) =>
        cell.Header.Length > 0 ? cell.Header : string.Concat(cell.Address.TakeWhile(char.IsAsciiLetter));

    private static string Cut(string text) => text.Length <= LongestCell ? text : text[..LongestCell] + "…";
}
