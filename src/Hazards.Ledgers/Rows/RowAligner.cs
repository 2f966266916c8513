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
    private readonly char _delimiter;
    private readonly int[] _pointsOfBlank;
    private readonly CellReader _cells;
    private readonly IReadOnlyList<ResolvedColumn> _columns;
    private readonly Dictionary<int, HashSet<string>> _seen;

    public RowAligner(LedgerTable table, IReadOnlyList<ResolvedColumn> columns, CellReader cells, char delimiter)
    {
        _delimiter = delimiter;
        _width = WidthOf(table);
        _columns = columns;
        _cells = cells;
        // A description or a date of discovery is never blank in a record; where one would be, the place is wrong.
        _pointsOfBlank = [.. columns.Select(c => c.Field is LedgerField.Description or LedgerField.FoundAt ? -6 : 0)];
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

        var scores = new Scores(this, fields);
        List<Candidate> best = [];
        var score = int.MinValue;
        foreach (var candidate in Candidates(fields))
        {
            var points = scores.Of(candidate.Spans);
            if (points < score) continue;
            if (points > score) best.Clear();
            score = points;
            best.Add(candidate);
        }
        if (score < 0) return Unaligned(row);
        // The end of a line is where programs drop empty fields or add them; when it is as good as any place, it is the one.
        if (best.Find(c => c.Changes.TrueForAll(change => change.AtEnd)) is { } atEnd)
            return new(Under(row, scores, atEnd), fields.Count < _width ? Note(NoteKinds.RowShort, row) : null);
        if (best.Exists(c => !scores.SameContent(c, best[0]))) return Unaligned(row);
        return new(
            Under(row, scores, best[0]), Note(NoteKinds.RowRealigned, row, Describe(best[0], zh: true), Describe(best[0], zh: false)));
    }

    /// <summary>Fields of the line that together make one field of the record; none of them for a blank that was put in.</summary>
    private readonly record struct Span(int Start, int Length);

    private enum ChangeKind { Missing, Superfluous, CutInTwo }

    /// <summary>What is wrong with the line at a place, counted in fields of the record.</summary>
    private readonly record struct Change(ChangeKind Kind, int At, bool AtEnd);

    private sealed record Candidate(List<Span> Spans, List<Change> Changes);

    private static List<SheetCell?> Fields(SheetRow row)
    {
        var fields = new List<SheetCell?>(new SheetCell?[row.Width]);
        foreach (var cell in row.Cells) fields[cell.Column - 1] = cell;
        return fields;
    }

    private IEnumerable<Candidate> Candidates(List<SheetCell?> fields)
    {
        IEnumerable<Candidate> candidates = [new([.. Enumerable.Range(0, fields.Count).Select(i => new Span(i, 1))], [])];
        for (var off = fields.Count - _width; off != 0; off -= Math.Sign(off))
            candidates = off < 0 ? candidates.SelectMany(Lengthened) : candidates.SelectMany(c => Shortened(c, fields));
        return candidates;
    }

    /// <summary>Every way of putting in a blank where a field is missing, from left to right.</summary>
    private static IEnumerable<Candidate> Lengthened(Candidate line)
    {
        var first = line.Changes.Count == 0 ? 0 : line.Changes[^1].At + 1;
        for (var at = first; at <= line.Spans.Count; at++)
            yield return new(
                [.. line.Spans[..at], new(at < line.Spans.Count ? line.Spans[at].Start : line.Spans.Count, 0), .. line.Spans[at..]],
                [.. line.Changes, new(ChangeKind.Missing, at, line.Spans[at..].TrueForAll(s => s.Length == 0))]);
    }

    /// <summary>Every way of leaving out a blank, or of joining two fields that an unquoted delimiter cut apart.</summary>
    private static IEnumerable<Candidate> Shortened(Candidate line, List<SheetCell?> fields)
    {
        var spans = line.Spans;
        for (var at = line.Changes.Count == 0 ? 0 : line.Changes[^1].At; at < spans.Count; at++)
        {
            if (IsBlank(spans[at]))
                yield return new([.. spans[..at], .. spans[(at + 1)..]],
                    [.. line.Changes, new(ChangeKind.Superfluous, at, fields.Skip(spans[at].Start).All(f => f is null))]);
            else if (at + 1 < spans.Count && !IsBlank(spans[at + 1]))
                yield return new([.. spans[..at], new(spans[at].Start, spans[at].Length + spans[at + 1].Length), .. spans[(at + 2)..]],
                    [.. line.Changes, new(ChangeKind.CutInTwo, at, AtEnd: false)]);
        }

        bool IsBlank(Span span) => span.Length == 1 && fields[span.Start] is null;
    }

    /// <summary>What each possible field of a line counts for in each column, worked out once a line.</summary>
    private sealed class Scores(RowAligner aligner, List<SheetCell?> fields)
    {
        /// <summary>A value that cannot be in its column weighs as much as three that can.</summary>
        private const int Fitting = 2, Misfit = -6;

        private readonly Dictionary<Span, (SheetCell? Cell, int[] Points)> _known = [];

        public int Of(List<Span> spans)
        {
            var score = 0;
            for (var i = 0; i < aligner._columns.Count; i++)
            {
                var at = aligner._columns[i].Column.Number - 1;
                if (at < spans.Count) score += Look(spans[at]).Points[i];
            }
            return score;
        }

        public SheetCell? Cell(Span span) => Look(span).Cell;

        public bool SameContent(Candidate a, Candidate b) =>
            a.Spans.Select(s => Cell(s)?.Text).SequenceEqual(b.Spans.Select(s => Cell(s)?.Text), StringComparer.Ordinal);

        private (SheetCell? Cell, int[] Points) Look(Span span)
        {
            var key = span.Length == 0 ? default : span;
            if (_known.TryGetValue(key, out var known)) return known;
            var cell = Joined(span);
            return _known[key] = (cell, cell is null ? aligner._pointsOfBlank : Points(cell));
        }

        private SheetCell? Joined(Span span) => span.Length switch
        {
            0 => null,
            1 => fields[span.Start],
            _ => fields[span.Start]! with
            {
                Text = string.Join(aligner._delimiter, fields.Skip(span.Start).Take(span.Length).Select(f => f!.Text)),
            },
        };

        private int[] Points(SheetCell cell)
        {
            var look = aligner._cells.LookAt(cell);
            return [.. aligner._columns.Select(column =>
            {
                var fit = CellReader.Fit(column.Field, look);
                return (fit < 0 ? Misfit : fit * Fitting) + (aligner._seen[column.Column.Number].Contains(cell.Text) ? Fitting : 0);
            })];
        }
    }

    /// <summary>The row as if its fields stood where they belong. Each still knows its address in the file.</summary>
    private static SheetRow Under(SheetRow row, Scores scores, Candidate candidate)
    {
        var cells = new List<SheetCell>();
        for (var i = 0; i < candidate.Spans.Count; i++)
            if (scores.Cell(candidate.Spans[i]) is { } cell)
                cells.Add(cell with { Column = i + 1, Source = cell.Address });
        return row with { Cells = cells, Width = candidate.Spans.Count };
    }

    private string Describe(Candidate candidate, bool zh) => string.Join(zh ? "，" : ", ", candidate.Changes.Select(change => (change.Kind, zh) switch
    {
        (ChangeKind.Missing, true) => $"缺“{Header(change.At)}”",
        (ChangeKind.Missing, false) => $"“{Header(change.At)}” is missing",
        (ChangeKind.Superfluous, true) => $"“{Header(change.At)}”处多一空格",
        (ChangeKind.Superfluous, false) => $"a blank too many at “{Header(change.At)}”",
        (_, true) => $"“{Header(change.At)}”被分隔符断成两格",
        _ => $"“{Header(change.At)}” was cut in two by a delimiter",
    }));

    private string Header(int index) =>
        _columns.FirstOrDefault(c => c.Column.Number == index + 1)?.Column.Label ?? CellAddress.Letters(index + 1);

    private Alignment Unaligned(SheetRow row) => new(null, Note(NoteKinds.RowNotAligned, row));

    private LedgerNote Note(NoteKind kind, SheetRow row, params object[] more) =>
        kind.About(
            null, CellAddress.Of(1, row.Number), null,
            [row.Width.ToString(CultureInfo.InvariantCulture), _width.ToString(CultureInfo.InvariantCulture), .. more]);
}
