using System.Globalization;

namespace Hazards.Ledgers;

/// <summary>
/// Puts the fields of a csv line under the right headers when there is one too few or too many. Every place where a
/// field may be missing, superfluous or cut in two is tried; contents say which is right. If two places are as good,
/// nobody can tell, and the row is left alone.
/// </summary>
internal sealed class RowAligner
{
    /// <summary>Lines further off than this are not records of this table.</summary>
    private const int MostFieldsOff = 2;

    /// <summary>Different values of a column that are remembered: units, shifts and places repeat, descriptions do not.</summary>
    private const int RememberedValues = 200;

    private readonly int _width;
    private readonly CellReader _cells;
    private readonly IReadOnlyList<ResolvedColumn> _columns;
    private readonly Dictionary<int, HashSet<string>> _seen;

    public RowAligner(LedgerTable table, IReadOnlyList<ResolvedColumn> columns, CellReader cells)
    {
        _width = WidthOf(table);
        _columns = columns;
        _cells = cells;
        _seen = columns.Select(c => c.Column.Number).Distinct().ToDictionary(n => n, _ => new HashSet<string>(StringComparer.Ordinal));
    }

    /// <summary>The header's fields; or, where nearly all lines agree on more, what they agree on: the header lacks a name then.</summary>
    private static int WidthOf(LedgerTable table)
    {
        if (table.Samples.Count == 0) return table.HeaderWidth;
        var common = table.Samples.GroupBy(r => r.Width).OrderByDescending(g => g.Count()).First();
        return common.Key > table.HeaderWidth && common.Count() >= table.Samples.Count * 0.8 ? common.Key : table.HeaderWidth;
    }

    /// <summary>What came of a row: the row under the right headers, and a note unless nothing had to be done.</summary>
    internal readonly record struct Alignment(SheetRow? Row, LedgerNote? Note);

    /// <summary>Remembers what columns usually hold, from a row of the right width.</summary>
    public void Learn(SheetRow row)
    {
        if (row.Width != _width) return;
        foreach (var (column, seen) in _seen)
            if (seen.Count < RememberedValues && row.At(column) is { } cell)
                seen.Add(cell.Text);
    }

    public Alignment Align(SheetRow row)
    {
        var fields = Fields(row);
        if (fields.Count == _width) return new(row, null);
        while (fields.Count > _width + MostFieldsOff && fields[^1] is null) fields.RemoveAt(fields.Count - 1);
        if (Math.Abs(fields.Count - _width) > MostFieldsOff) return Unaligned(row);

        var candidates = fields.Count < _width ? Lengthened(fields) : Shortened(fields);
        var scored = candidates.Select(c => (Candidate: c, Score: Score(c.Fields))).OrderByDescending(c => c.Score).ToList();
        var (best, score) = scored[0];
        var rivals = scored.Where(c => c.Score == score).Select(c => c.Candidate).ToList();
        if (score < 0) return Unaligned(row);
        // The end of a line is where programs drop empty fields or add them; when it is as good as any place, it is the one.
        if (rivals.Find(c => c.AtEnd) is { } atEnd)
            return new(Under(row, atEnd.Fields), fields.Count < _width ? Note(NoteKinds.RowShort, row) : null);
        if (rivals.Exists(c => !SameContent(c.Fields, best.Fields))) return Unaligned(row);
        return new(Under(row, best.Fields), Note(NoteKinds.RowRealigned, row, best.Zh, best.En));
    }

    private sealed record Candidate(List<SheetCell?> Fields, string Zh, string En, bool AtEnd = false);

    private static List<SheetCell?> Fields(SheetRow row)
    {
        var fields = new List<SheetCell?>(new SheetCell?[row.Width]);
        foreach (var cell in row.Cells) fields[cell.Column - 1] = cell;
        return fields;
    }

    /// <summary>Every way of putting in the missing fields as blanks.</summary>
    private IEnumerable<Candidate> Lengthened(List<SheetCell?> fields)
    {
        for (var first = 0; first <= fields.Count; first++)
        {
            var one = Insert(fields, first);
            if (one.Count == _width)
            {
                yield return new(one, $"缺“{Header(first)}”", $"“{Header(first)}” is missing", first == fields.Count);
                continue;
            }
            for (var second = first + 1; second <= one.Count; second++)
                yield return new(Insert(one, second), $"缺“{Header(first)}”和“{Header(second)}”",
                    $"“{Header(first)}” and “{Header(second)}” are missing", first == fields.Count);
        }
    }

    /// <summary>Every way of leaving out a blank, or of joining two fields that an unquoted delimiter cut apart.</summary>
    private IEnumerable<Candidate> Shortened(List<SheetCell?> fields)
    {
        foreach (var one in ShortenedOnce(fields))
        {
            if (one.Fields.Count == _width) yield return one;
            else
                foreach (var two in ShortenedOnce(one.Fields))
                    yield return two with { Zh = $"{one.Zh}，{two.Zh}", En = $"{one.En}, {two.En}", AtEnd = one.AtEnd && two.AtEnd };
        }
    }

    private IEnumerable<Candidate> ShortenedOnce(List<SheetCell?> fields)
    {
        for (var at = 0; at < fields.Count; at++)
        {
            var name = Header(Math.Min(at, _width - 1));
            if (fields[at] is not { } cell)
            {
                yield return new([.. fields[..at], .. fields[(at + 1)..]], $"“{name}”处多一空格", $"a blank too many at “{name}”", at + 1 == fields.Count);
                continue;
            }
            if (at + 1 == fields.Count || fields[at + 1] is not { } next) continue;
            var joined = cell with { Text = $"{cell.Text},{next.Text}" };
            yield return new([.. fields[..at], joined, .. fields[(at + 2)..]], $"“{name}”被分隔符断成两格", $"“{name}” was cut in two by a delimiter");
        }
    }

    private static List<SheetCell?> Insert(List<SheetCell?> fields, int at) => [.. fields[..at], null, .. fields[at..]];

    /// <summary>
    /// Contents that fit their column count for it, contents that cannot be there much more against it. A description
    /// or a date of discovery that would be blank counts against it as well, as they never are.
    /// </summary>
    private int Score(List<SheetCell?> fields)
    {
        var score = 0;
        foreach (var column in _columns)
        {
            if (column.Column.Number > fields.Count) continue;
            if (fields[column.Column.Number - 1] is not { } cell)
            {
                if (column.Field is LedgerField.Description or LedgerField.FoundAt) score -= 6;
                continue;
            }
            var fit = _cells.Fit(column.Field, cell);
            score += fit < 0 ? -6 : fit * 2;
            if (_seen[column.Column.Number].Contains(cell.Text)) score += 2;
        }
        return score;
    }

    private static bool SameContent(List<SheetCell?> a, List<SheetCell?> b) =>
        a.Select(c => c?.Text).SequenceEqual(b.Select(c => c?.Text), StringComparer.Ordinal);

    /// <summary>The row as if its fields stood where they belong. Each still knows its address in the file.</summary>
    private static SheetRow Under(SheetRow row, List<SheetCell?> fields)
    {
        var cells = new List<SheetCell>();
        for (var i = 0; i < fields.Count; i++)
            if (fields[i] is { } cell)
                cells.Add(cell with { Column = i + 1, Source = cell.Address });
        return row with { Cells = cells, Width = fields.Count };
    }

    private string Header(int index) =>
        _columns.FirstOrDefault(c => c.Column.Number == index + 1)?.Column.Label ?? CellAddress.Letters(index + 1);

    private Alignment Unaligned(SheetRow row) => new(null, Note(NoteKinds.RowNotAligned, row));

    private LedgerNote Note(NoteKind kind, SheetRow row, params object[] more) =>
        kind.About(null, CellAddress.Of(1, row.Number), null, [row.Width.ToString(CultureInfo.InvariantCulture), _width.ToString(CultureInfo.InvariantCulture), .. more]);
}
