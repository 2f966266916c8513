namespace Hazards.Ledgers;

/// <summary>
/// Finds the header: of the first rows, the one (or the few, where cells are merged or grouped) in which most different
/// fields are recognised. Fewer rows win over more when both say the same.
/// </summary>
internal sealed class TableFinder
{
    public const int RowsLookedAt = 40;
    private const int SampleRows = 60;
    private const int DeepestHeader = 5;
    private const int LongestSubHeader = 20;
    private const int MergesLookedAt = 2_000;

    private readonly LedgerSheet _sheet;
    private readonly LedgerMapping? _mapping;
    private readonly List<SheetRow> _head;
    private readonly Dictionary<int, SheetRow> _byNumber;
    private readonly List<MergedRange> _merges;
    private readonly int _lastColumn;

    public TableFinder(LedgerSheet sheet, LedgerMapping? mapping)
    {
        _sheet = sheet;
        _mapping = mapping;
        _head = [.. sheet.ReadRows().Where(r => !r.IsBlank).Take(RowsLookedAt + SampleRows)];
        _byNumber = _head.DistinctBy(r => r.Number).ToDictionary(r => r.Number);
        var last = _head.Count == 0 ? 0 : _head.Max(r => r.Number);
        _merges = [.. sheet.Merges.TakeWhile(m => m.Top <= last).Take(MergesLookedAt)];
        _lastColumn =
            _head.Take(RowsLookedAt).SelectMany(r => r.Cells).Where(c => !c.IsBlank).Select(c => c.Column).DefaultIfEmpty(0).Max();
    }

    private sealed record Candidate(int First, int Last, List<LedgerColumn> Columns, int Meanings, double Score);

    public LedgerTable? Find()
    {
        var best = _mapping?.HeaderRow is { } row
            ? Build(row, row + (_mapping.HeaderRows ?? MergedDepth(row)) - 1)
            : _head.Take(RowsLookedAt).Where(CanStart).Select(r => Build(r.Number, r.Number + Depth(r.Number) - 1)).Where(HasDescription)
                .OrderByDescending(c => c.Score).ThenBy(c => c.Last - c.First).ThenBy(c => c.First).FirstOrDefault();
        if (best is null || best.Columns.Count == 0) return null;
        var own = OwnColumns(best.Columns);
        return new(_sheet, best.First, best.Last, WidthOf(best), best.Columns[..own],
            [.. _head.Where(r => r.Number < best.First).SelectMany(r => r.Cells).Where(c => !c.IsBlank).Select(c => c.Text)],
            [.. Enumerable.Range(best.First, best.Last - best.First + 1).Select(WordsOf).Where(w => w.Count > 1)],
            [.. _head.Where(r => r.Number > best.Last).Take(SampleRows)], best.Columns[own..]);
    }

    /// <summary>
    /// How many of the columns are this table's: where the headers begin again, the description with them, a second table stands beside it.
    /// </summary>
    private static int OwnColumns(List<LedgerColumn> columns)
    {
        var names = columns.ConvertAll(c => Words.Normalise(c.Path[^1]));
        for (var at = 2; at + 3 <= names.Count; at++)
        {
            var (left, right) = (names[..at], names[at..]);
            if (left.Contains(names[at]) && right.Count(left.Contains) >= 0.6 * right.Count && right.Exists(
                n => left.Contains(n) && HeaderWords.Find([n])?.Field == LedgerField.Description))
                return at;
        }
        return names.Count;
    }

    private int WidthOf(Candidate header) =>
        _head.Where(r => r.Number >= header.First && r.Number <= header.Last).Select(r => r.Width).DefaultIfEmpty(0).Max();

    /// <summary>A header has two words at least (a title has one) and does not begin in the middle of merged cells.</summary>
    private bool CanStart(SheetRow row) =>
        row.Cells.Count(c => !c.IsBlank) >= 2
        && !_merges.Exists(m => m.Top < row.Number && m.Bottom >= row.Number && TextAt(m.Top, m.Left) is not null);

    private bool HasDescription(Candidate candidate) => candidate.Meanings >= 2
        && candidate.Columns.Exists(c => IsMapped(c, LedgerField.Description) || HeaderWords.Find(c.Path)?.Field switch
        {
            LedgerField.Description => true,
            // 重大事故隐患 over sentences; over √ it says which are major.
            LedgerField.IsMajor => PlainText(candidate.Last + 1, c.Number) is { Length: >= 8 },
            LedgerField.Level when HeaderWords.IsGeneralTick(c) => PlainText(candidate.Last + 1, c.Number) is { Length: >= 8 },
            _ => false,
        });

    private Candidate Build(int first, int last)
    {
        var columns = new List<LedgerColumn>();
        for (var column = 1; column <= _lastColumn; column++)
            if (PathOf(column, first, last) is { Count: > 0 } path)
                columns.Add(new(column, path, IsHidden(column)));
        var meanings = Meanings(columns);
        return new(first, last, columns, meanings.Count, meanings.Values.Sum());
    }

    /// <summary>The different meanings recognised and how surely; a mapping's own headers count like known words.</summary>
    private Dictionary<(LedgerField, string?), double> Meanings(List<LedgerColumn> columns)
    {
        var meanings = new Dictionary<(LedgerField, string?), double>();
        foreach (var column in columns)
        {
            var mapped = _mapping?.Columns.FirstOrDefault(m => ColumnResolver.Names(m, column));
            var match = mapped is not null ? new(mapped.Field, mapped.Role, 1) : HeaderWords.Find(column.Path);
            if (match is not { } found) continue;
            var key = (found.Field, found.Field == LedgerField.ResponsibleUnit ? found.Role : null);
            meanings[key] = Math.Max(meanings.GetValueOrDefault(key), found.Confidence);
        }
        return meanings;
    }

    private bool IsMapped(LedgerColumn column, LedgerField field) =>
        _mapping?.Columns.Any(m => m.Field == field && ColumnResolver.Names(m, column)) ?? false;

    private bool IsHidden(int column)
    {
        foreach (var (first, last) in _sheet.HiddenColumns)
            if (column >= first && column <= last)
                return true;
        return false;
    }

    /// <summary>How many rows a header that starts here has: as many as its merged cells, or two when there are sub-headers.</summary>
    private int Depth(int first) => MergedDepth(first) is var depth and > 1 ? depth : HasSubHeaders(first) ? 2 : 1;

    private int MergedDepth(int first)
    {
        var last = first;
        foreach (var merge in _merges)
            if (merge.Top == first && merge.Height <= DeepestHeader)
                last = Math.Max(last, merge.Bottom);
        return last - first + 1;
    }

    /// <summary>
    /// Whether the next row holds sub-headers: short words, and only under a group (a merged cell, or a word with an
    /// empty cell to its right), never under a header that stands alone, as data would.
    /// </summary>
    private bool HasSubHeaders(int first)
    {
        if (!_byNumber.TryGetValue(first + 1, out var row)) return false;
        var words = row.Cells.Where(c => !c.IsBlank).ToList();
        return words.Count >= 2 && words.TrueForAll(cell =>
            cell.Kind == CellKind.Text && cell.Text.Length <= LongestSubHeader && !DateTexts.LooksLikeDate(cell)
                && IsUnderGroup(first, cell.Column));
    }

    private bool IsUnderGroup(int first, int column)
    {
        if (_merges.Exists(m => m.Covers(first, column) && m.Width > 1 && m.Bottom == first)) return true;
        if (PlainText(first, column) is null) return LeftOf(first, column) is not null;
        return PlainText(first, column + 1) is null && PlainText(first + 1, column + 1) is not null;
    }

    private List<string> PathOf(int column, int first, int last)
    {
        var path = new List<string>();
        for (var row = first; row <= last; row++)
        {
            var text = TextAt(row, column);
            // A csv has no merged cells: the group's word stands over its first column only.
            if (text is null && row == first && last > first && PlainText(last, column) is not null && !_merges.Exists(m => m.Top == first))
                text = LeftOf(row, column);
            if (text is not null && (path.Count == 0 || path[^1] != text)) path.Add(text);
        }
        return path;
    }

    private string? LeftOf(int row, int column)
    {
        for (var left = column - 1; left > 0; left--)
            if (PlainText(row, left) is { } text)
                return text;
        return null;
    }

    private string? TextAt(int row, int column)
    {
        foreach (var merge in _merges)
            if (merge.Covers(row, column))
                return PlainText(merge.Top, merge.Left);
        return PlainText(row, column);
    }

    private string? PlainText(int row, int column) =>
        _byNumber.TryGetValue(row, out var found) && found.At(column) is { IsBlank: false } cell ? Clean(cell.Text) : null;

    private HashSet<string> WordsOf(int row) => _byNumber.TryGetValue(row, out var found)
        ? [.. found.Cells.Where(c => !c.IsBlank).Select(c => Words.Normalise(c.Text))]
        : [];

    /// <summary>A header broken over lines in a narrow column is one word.</summary>
    private static string Clean(string text) => text.ReplaceLineEndings("").Trim();
}
