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
    /// <summary>例: a form's filled-in example, or what is to be written in each column.</summary>
    Example,
    /// <summary>A second table under a header of its own: statistics, contacts.</summary>
    OtherTable,
}

/// <summary>Tells rows of data from everything else in a sheet. Whatever has a description of its own is data.</summary>
internal sealed partial class RowSorter(LedgerTable table, IReadOnlyList<ResolvedColumn> columns)
{
    /// <summary>A cell merged over this share of the table is no cell of a record.</summary>
    private const double WideShare = 0.6;

    private readonly int _description = columns.First(c => c.Field == LedgerField.Description).Column.Number;
    private readonly int _externalId = columns.FirstOrDefault(c => c.Field == LedgerField.ExternalId)?.Column.Number ?? 0;
    private readonly int _counter = table.Columns.FirstOrDefault(c => HeaderWords.IsCounter(c))?.Number ?? 0;
    private readonly List<(int Top, int Bottom)> _wide = WideRows(table);
    private bool _inFooter;
    private bool _inOther;

    /// <summary>Whether the second table that the sorter is in lists hazards itself.</summary>
    public bool OtherListsHazards { get; private set; }

    /// <summary>Why the row is no data; null when it is. Rows must come in order: a footer's further lines follow its first.</summary>
    public LedgerSkip? Sort(SheetRow row)
    {
        if (row.Number < table.HeaderFirst) return row.IsBlank ? LedgerSkip.Blank : LedgerSkip.Title;
        if (row.Number <= table.HeaderLast) return LedgerSkip.Header;
        if (row.IsBlank) return LedgerSkip.Blank;
        var cells = row.Cells.Where(c => !c.IsBlank).ToList();
        if (IsHeader(cells))
        {
            _inOther = false;
            return LedgerSkip.HeaderRepeated;
        }
        if (IsNumbering(cells)) return LedgerSkip.HeaderRepeated;
        if (IsOtherHeader(cells))
        {
            (_inOther, OtherListsHazards) = (true, cells.Exists(
                c => HeaderWords.IsKnown(c.Text) && HeaderWords.Find([c.Text])?.Field == LedgerField.Description));
            return LedgerSkip.Header;
        }
        if (_inOther) return cells.Count == 1 ? LedgerSkip.Section : LedgerSkip.OtherTable;
        if (IsExample(row, cells)) return LedgerSkip.Example;
        var skip = SortByContent(row, cells);
        _inFooter = skip is LedgerSkip.Footer;
        return skip;
    }

    private LedgerSkip? SortByContent(SheetRow row, List<SheetCell> cells)
    {
        if (IsTotal(row, cells) || IsSignature(cells)) return LedgerSkip.Footer;
        if (cells.Count == 1 && SignatureLine().IsMatch(cells[0].Text)) return LedgerSkip.Footer;
        var wide = cells.Count <= 2 && IsWide(row.Number);
        if (!wide && row.At(_description) is { IsBlank: false }) return null;
        if (FooterWords().IsMatch(cells[0].Text)) return LedgerSkip.Footer;
        if (wide) return _inFooter ? LedgerSkip.Footer : LedgerSkip.Section;
        if (_inFooter && cells.Count <= 2) return LedgerSkip.Footer;
        if (cells.Count > 1) return null;
        if ((cells[0].Column == _externalId || cells[0].Column == _counter) && cells[0].Text.Trim()
            .All(char.IsAsciiLetterOrDigit)) return LedgerSkip.NumberOnly;
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

    /// <summary>
    /// The rows that widely merged cells cover, as ranges that do not overlap: a hostile file may have any number of them.
    /// </summary>
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

    /// <summary>合计, 本页小计: in one of the first cells, and nothing described beside it but a count.</summary>
    private bool IsTotal(SheetRow row, List<SheetCell> cells) =>
        cells.Take(3).Any(c => c.Text.Contains('计', StringComparison.Ordinal) && Total().IsMatch(Words.Normalise(c.Text)))
        && (row.At(_description) is not { IsBlank: false } said || Total().IsMatch(Words.Normalise(said.Text)) || Count().IsMatch(
            Words.HalfWidth(said.Text).Trim()));

    /// <summary>填表人：某 | 审核人：某 | 日期：…: every cell signs or dates, whatever columns they stand in.</summary>
    private static bool IsSignature(List<SheetCell> cells) =>
        cells.Count is >= 2 and <= 6 && cells[0].Text.Length <= 30 && FooterWords().IsMatch(cells[0].Text)
        && cells.TrueForAll(c => FooterWords().IsMatch(c.Text) || DateTexts.LooksLikeDate(c) || c.Text.Trim().Length <= 4);

    /// <summary>1 2 3 4 … or (1) (2) (3) … under the header: its columns, numbered.</summary>
    private static bool IsNumbering(List<SheetCell> cells) =>
        cells.Count >= 4
            && cells.Select((c, i) => Words.Normalise(c.Text) == (cells[0].Column + i)
                .ToString(System.Globalization.CultureInfo.InvariantCulture)
                    || Words.Normalise(c.Text) == (i + 1).ToString(System.Globalization.CultureInfo.InvariantCulture)).All(same => same);

    /// <summary>
    /// At least three short words, of which the first numbers the rows (序号 is no row's number), or hardly any is not a header of
    /// ledgers, and not this table's own.
    /// </summary>
    private static bool IsOtherHeader(List<SheetCell> cells) =>
        cells.Count >= 3 && cells.TrueForAll(c => c.Kind == CellKind.Text && c.Text.Trim().Length <= 16 && !DateTexts.LooksLikeDate(c))
        && (HeaderWords.IsKnown(cells[0].Text) && HeaderWords.Find([cells[0].Text])?.Field == LedgerField.ExternalId
            || IsHeaderWord(cells[0]) && cells.Count(IsHeaderWord) >= Math.Max(3, cells.Count * 0.7));

    private static bool IsHeaderWord(SheetCell cell) =>
        cell.Kind == CellKind.Text && cell.Text.Length <= 20
            && (HeaderWords.IsKnown(cell.Text) || OtherHeaders().IsMatch(Words.Normalise(cell.Text)));

    private bool IsExample(SheetRow row, List<SheetCell> cells)
    {
        var said = row.At(_description)?.Text.Trim() ?? "";
        if (Example().IsMatch(cells[0].Text) || Example().IsMatch(said)) return true;
        if (cells.Count >= 3 && Instructions().IsMatch(cells[0].Text)) return true;
        return cells.Count >= 3 && said.Length > 0 && (said[0] is '（' or '(' || said.AsSpan().ContainsAny("填选写述"))
            && cells.Count(c => Instruction().IsMatch(c.Text)) * 2 > cells.Count;
    }

    [GeneratedRegex("^(本页|本月|本表|本年|累计|全县|全市|全区|以上)?(合计|总计|小计|共计|累计)([0-9]+[条项个处起]?)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Total();

    [GeneratedRegex(@"^[\d,.]+\s*[条项个处起]?$", RegexOptions.CultureInvariant)]
    private static partial Regex Count();

    [GeneratedRegex(@"^\s*[（(【\[]?\s*(填写)?(示例|样例|范例|举例|例如|例)\s*([:：）)】\]]|\d*\s*$)", RegexOptions.CultureInvariant)]
    private static partial Regex Example();

    /// <summary>填写说明 in the first cell, and what is to be written in each column beside it.</summary>
    [GeneratedRegex(@"^\s*[（(【\[]?\s*(填写|填报|填表|录入|编制)(说明|要求|提示|示范|规范|模板|须知|格式)\s*[)）】\]]?\s*$"
        + @"|^\s*[（(【\[]?\s*模板\s*[)）】\]]?\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex Instructions();

    [GeneratedRegex(@"^\s*[（(].{2,60}[)）]\s*$|填写|填报|必填|选填|下拉|格式[:：为]|^如[:：]|例如|限选|请选择"
        + @"|^[XxYy×〇○*\s\d_]*年[XxMm×〇○*\s_]*月[XxDd×〇○*\s_]*日?$|^[XxYy×]{2,4}[-./][XxMm×]{1,2}[-./][XxDd×]{1,2}$"
        + @"|^\s*(一般|重大|是|已?整改|已销号|整改中|未整改)\s*[/／或、|]\s*(一般|重大|否|未整改|整改中|未销号|已?整改|已销号)([/／或、|].{1,8})*\s*$|^\s*(单位|企业|姓名|部门)?(全称"
        + @"|简称)\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex Instruction();

    [GeneratedRegex("^(单位|乡镇|镇街|街道|县区|部门|指标|名称|合计|小计|总数|数量|隐患数量?|隐患总数|一般(隐患)?数?量?|重大(隐患)?数?量?|[已未](整改|销号|闭环|完成)数?量?|整改中|(整改|完成|闭环|销号)率"
        + "|检查家次|检查企业数|排查数量?|闭环数|处罚(日期|时间|金额|单位|决定)?|违法(事实|行为)|罚款(金额)?|文书号|文号|联系电话|联系人|姓名|职务|电话|手机)$", RegexOptions.CultureInvariant)]
    private static partial Regex OtherHeaders();

    [GeneratedRegex(@"^\s*(填写要求|填表要求|填表说明|填报说明|填写说明|填报要求|说明|备注|附注|注|合计|总计|小计|共计|制表人?|填表人?|填报人?|填报单位|审核人?|审批人?|批准人?|签字|签名|联系人|联系电话|填报日期"
        + @"|填报时间|填表日期|填表时间|制表时间|报送日期|报送时间|报送单位|报送人|分管领导|分管负责人|签发人|经办人|复核人|制表日期|日期|(单位|部门)?(主要)?负责人(（?签[字名章]）?)?)\s*([:：]|\d*\s*$|[（(]"
        + @"|[1一]\s*[.、．])", RegexOptions.CultureInvariant)]
    private static partial Regex FooterWords();

    /// <summary>填报单位（盖章）：甲厂, alone in its row: it signs, whatever column it stands in.</summary>
    [GeneratedRegex(@"^\s*(填报单位|报送单位|制表(单位|人)?|填表(单位|人)?|填报人?|审核人?|审批人|批准人|签发人|经办人|复核人|报送人|分管(领导|负责人)|(单位|部门)(主要)?负责人|(填报|填表|制表|报送)(日期"
        + @"|时间)|联系(人|电话))\s*([（(]?(盖章|公章|签字|签名|签章)[)）]?)?\s*([:：]|$)", RegexOptions.CultureInvariant)]
    private static partial Regex SignatureLine();

    [GeneratedRegex(@"^\s*([一二三四五六七八九十]+\s*[、.．]|[（(][一二三四五六七八九十]+[)）]|第[一二三四五六七八九十\d]+)|(汇总|统计|一览|明细|情况|台账)表?\s*$"
        + @"|表\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex SectionWords();
}
