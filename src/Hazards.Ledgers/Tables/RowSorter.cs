using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Hazards.Ledgers;

/// <summary>Why a row holds no hazard. Its cells are kept in the report all the same.</summary>
[JsonConverter(typeof(LedgerEnumConverter<LedgerSkip>))]
public enum LedgerSkip
{
    /// <summary>Above the header.</summary>
    Title,
    /// <summary>The header.</summary>
    Header,
    /// <summary>The header again, as it stands on every printed page.</summary>
    HeaderRepeated,
    /// <summary>Nothing in it.</summary>
    Blank,
    /// <summary>Only a number, in a form whose lines were numbered beforehand.</summary>
    NumberOnly,
    /// <summary>A heading across the table: 一、施工一标.</summary>
    Section,
    /// <summary>Instructions, totals and signatures below the table.</summary>
    Footer,
}

/// <summary>Tells rows of data from everything else in a sheet. Whatever has a description of its own is data.</summary>
internal sealed partial class RowSorter(LedgerTable table, IReadOnlyList<ResolvedColumn> columns)
{
    /// <summary>A cell merged over this share of the table is no cell of a record.</summary>
    private const double WideShare = 0.6;

    private readonly int _description = columns.First(c => c.Field == LedgerField.Description).Column.Number;
    private readonly int _externalId = columns.FirstOrDefault(c => c.Field == LedgerField.ExternalId)?.Column.Number ?? 0;
    private readonly List<(int Top, int Bottom)> _wide = WideRows(table);
    private bool _inFooter;

    /// <summary>Why the row is no data; null when it is. Rows must come in order: a footer's further lines follow its first.</summary>
    public LedgerSkip? Sort(SheetRow row)
    {
        if (row.Number < table.HeaderFirst) return row.IsBlank ? LedgerSkip.Blank : LedgerSkip.Title;
        if (row.Number <= table.HeaderLast) return LedgerSkip.Header;
        if (row.IsBlank) return LedgerSkip.Blank;
        var cells = row.Cells.Where(c => !c.IsBlank).ToList();
        if (IsHeader(cells)) return LedgerSkip.HeaderRepeated;
        var skip = SortByContent(row, cells);
        _inFooter = skip is LedgerSkip.Footer;
        return skip;
    }

    private LedgerSkip? SortByContent(SheetRow row, List<SheetCell> cells)
    {
        if (IsTotal(cells[0])) return LedgerSkip.Footer;
        var wide = cells.Count <= 2 && IsWide(row.Number);
        if (!wide && row.At(_description) is { IsBlank: false }) return null;
        if (FooterWords().IsMatch(cells[0].Text)) return LedgerSkip.Footer;
        if (wide) return _inFooter ? LedgerSkip.Footer : LedgerSkip.Section;
        if (_inFooter && cells.Count <= 2) return LedgerSkip.Footer;
        if (cells.Count > 1) return null;
        if (cells[0].Column == _externalId && cells[0].Text.Trim().All(char.IsAsciiLetterOrDigit)) return LedgerSkip.NumberOnly;
        return cells[0].Column == 1 && SectionWords().IsMatch(cells[0].Text) ? LedgerSkip.Section : null;
    }

    private bool IsHeader(List<SheetCell> cells) => cells.Count > 1 && table.HeaderRows.Any(words =>
        cells.Count(c => words.Contains(Words.Normalise(c.Text))) >= Math.Max(2, cells.Count * 0.8));

    private bool IsWide(int row)
    {
        int low = 0, high = _wide.Count - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (_wide[middle].Bottom < row) low = middle + 1;
            else if (_wide[middle].Top > row) high = middle - 1;
            else return true;
        }
        return false;
    }

    /// <summary>The rows that widely merged cells cover, as ranges that do not overlap: a hostile file may have any number of them.</summary>
    private static List<(int Top, int Bottom)> WideRows(LedgerTable table)
    {
        List<(int Top, int Bottom)> rows = [];
        foreach (var merge in table.Sheet.Merges)
        {
            if (merge.Width < Math.Max(2, table.Width * WideShare)) continue;
            if (rows.Count > 0 && merge.Top <= rows[^1].Bottom) rows[^1] = (rows[^1].Top, Math.Max(rows[^1].Bottom, merge.Bottom));
            else rows.Add((merge.Top, merge.Bottom));
        }
        return rows;
    }

    private static bool IsTotal(SheetCell first) => Words.Normalise(first.Text) is "合计" or "总计" or "小计" or "共计";

    [GeneratedRegex(@"^\s*(填写要求|填表要求|填表说明|填报说明|填写说明|填报要求|说明|备注|附注|注|合计|总计|小计|共计|制表人?|填表人?|填报人?|填报单位|审核人?|审批人?|批准人?|签字|签名|联系人|联系电话|填报日期|填报时间|制表日期|日期|(单位|部门)?(主要)?负责人(（?签[字名章]）?)?)\s*([:：]|\d*\s*$|[（(]|[1一]\s*[.、．])", RegexOptions.CultureInvariant)]
    private static partial Regex FooterWords();

    [GeneratedRegex(@"^\s*([一二三四五六七八九十]+\s*[、.．]|[（(][一二三四五六七八九十]+[)）]|第[一二三四五六七八九十\d]+)", RegexOptions.CultureInvariant)]
    private static partial Regex SectionWords();
}
