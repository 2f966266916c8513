namespace Hazards.Ledgers;

/// <summary>One reading of one table.</summary>
internal sealed class TableReader
{
    private readonly LedgerTable _table;
    private readonly List<ResolvedColumn> _columns;
    private readonly Dictionary<int, string> _headers;
    private readonly RowReader _rows;
    private readonly RowAligner? _aligner;
    private readonly int _beside;
    private readonly Dictionary<string, int> _timesNumbered = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _timesKeyed = new(StringComparer.Ordinal);
    // What a row says that may be 同上 of one above; texts that say 无 or — as such.
    private static readonly LedgerField[] OfItsOwn = [LedgerField.ExternalId, LedgerField.Description];
    private static readonly LedgerField[] Prose = [
        LedgerField.ExternalId, LedgerField.Description, LedgerField.Measures, LedgerField.Result, LedgerField.Remark, LedgerField.State];

    // 待定 is no level or deadline, and not the absence of one either: it leaves them open.
    private static readonly LedgerField[] Open = [LedgerField.Level, LedgerField.IsMajor, LedgerField.Deadline];

    // When it was found, who found it and who must act: blank, the import itself would stand in, or nobody.
    private static readonly LedgerField[] Whose = [LedgerField.FoundAt, LedgerField.InspectionBody, LedgerField.ResponsibleUnit];

    private readonly Dictionary<int, SheetCell> _above = [];
    private readonly MergedAnchors _anchors;
    private RowSorter _sorter;

    public TableReader(LedgerTable table, LedgerMapping mapping, char? delimiter, string fileName = "")
    {
        _table = table;
        _columns = ColumnResolver.Resolve(table, mapping).Found;
        _headers = table.Columns.Concat(table.Beside).ToDictionary(c => c.Number, c => c.Header);
        // A mapping that names its columns reads it.
        _beside = table.Beside.Count > 0 && !_columns.Exists(c => c.Column.Number >= table.Beside[0].Number)
            ? table.Beside[0].Number
            : int.MaxValue;
        _rows = new RowReader(
            mapping, _columns, table.Columns,
            DateContext.Of([.. table.Titles, table.Sheet.Name, Path.GetFileNameWithoutExtension(fileName)]));
        _aligner = delimiter is { } d ? new RowAligner(table, _columns, _rows.Cells, d) : null;
        _anchors = new MergedAnchors(table.Sheet.Merges, table.HeaderLast);
        _sorter = new RowSorter(table, _columns);
    }

    public IEnumerable<LedgerRow> Rows()
    {
        CountNumbers();
        // Blank rows matter between rows; the thousands of formatted ones below a table do not.
        List<SheetRow> blank = [];
        foreach (var (row, skip) in Sorted())
        {
            if (skip == LedgerSkip.Blank)
            {
                blank.Add(row);
                continue;
            }
            foreach (var earlier in blank) yield return Skipped(earlier, LedgerSkip.Blank);
            blank.Clear();
            yield return skip is LedgerSkip.OtherTable && _sorter.OtherListsHazards || skip is null && IsBeside(row) ? OfOtherTable(row)
                : skip is { } reason ? Skipped(row, reason)
                : Record(row);
        }
    }

    /// <summary>Whether all of a row stands in the second table to the right.</summary>
    private bool IsBeside(SheetRow row) => _beside < int.MaxValue && row.Cells.All(c => c.IsBlank || c.Column >= _beside);

    /// <summary>What the second table to the right holds on this row is no part of its hazard, and is said.</summary>
    private void SayBeside(SheetRow row, List<LedgerNote> notes)
    {
        if (_beside < int.MaxValue && row.Cells.Where(c => c.Column >= _beside && !c.IsBlank).ToList() is [var first, ..] cells)
        {
            var said = string.Join(' ', cells.Select(c => c.Display.Trim()));
            notes.Add(NoteKinds.RowBesideTable.About(null, first.Address, null, CellAddress.Letters(_beside), said));
        }
    }

    private IEnumerable<(SheetRow Row, LedgerSkip? Skip)> Sorted()
    {
        _sorter = new RowSorter(_table, _columns);
        foreach (var row in _table.Sheet.ReadRows()) yield return (row, _sorter.Sort(row));
    }

    /// <summary>The first pass: how often each number occurs, and what the columns of a csv usually hold.</summary>
    private void CountNumbers()
    {
        foreach (var (row, skip) in Sorted())
        {
            if (skip is not null) continue;
            _aligner?.Learn(row);
            _anchors.Learn(row);
            if (NumberOf(row) is { } number) _timesNumbered[number] = _timesNumbered.GetValueOrDefault(number) + 1;
        }
    }

    private string? NumberOf(SheetRow row)
    {
        var column = _columns.Find(c => c.Field == LedgerField.ExternalId);
        if (column is null) return null;
        var cell = row.At(column.Column.Number) is { IsBlank: false } own ? own : _anchors.Lent(row.Number, column.Column.Number)?.Cell;
        return cell is null ? null : CellReader.Number(new(column, cell));
    }

    private LedgerRow Skipped(SheetRow row, LedgerSkip reason)
    {
        var cells = Cells(row, row);
        return new()
        {
            Sheet = _table.Sheet.Name,
            Number = row.Number,
            Hidden = row.Hidden,
            Verdict = RowVerdict.Skipped,
            Skip = reason,
            Cells = cells,
            Fingerprint = RowKeys.Fingerprint(cells),
        };
    }

    /// <summary>A row of a second table that lists hazards too: kept with its cells, and said.</summary>
    private LedgerRow OfOtherTable(SheetRow row)
    {
        var cells = Cells(row, row);
        List<LedgerNote> notes = [NoteKinds.RowOtherTable.About(null, CellAddress.Of(1, row.Number), null)];
        var identity = RowKeys.Fingerprint(cells)[..32];
        return new()
        {
            Sheet = _table.Sheet.Name, Number = row.Number, Hidden = row.Hidden, Verdict = RowVerdict.Kept, Cells = cells,
            Key = KeyOf(row, null, identity, notes), Identity = identity, Fingerprint = RowKeys.Fingerprint(cells), Notes = notes,
        };
    }

    private LedgerRow Record(SheetRow row)
    {
        List<LedgerNote> notes = [];
        var (aligned, note) = _aligner?.Align(row) ?? new(row, null);
        if (note is not null) notes.Add(note);
        var cells = Cells(row, aligned ?? row);
        var meant = aligned is null ? [] : Meant(aligned, notes);
        var understood = aligned is null ? null : _rows.Read(meant, aligned, notes);
        var identity = aligned is null ? RowKeys.Fingerprint(cells)[..32] : RowKeys.Identity(meant);
        if (aligned is not null && note is null) AskAboutBlanks(aligned, meant, notes);
        SayBeside(row, notes);
        var pictures = Pictures(row, notes);
        if (row.Hidden) notes.Add(NoteKinds.RowHidden.About(null, CellAddress.Of(1, row.Number), null));
        var key = KeyOf(row, understood?.ExternalId, identity, notes);
        return new()
        {
            Sheet = _table.Sheet.Name,
            Number = row.Number,
            Hidden = row.Hidden,
            Verdict = VerdictOf(notes),
            Images = pictures,
            Cells = cells,
            Key = key,
            Identity = identity,
            Fingerprint = RowKeys.Fingerprint(cells, pictures),
            Understood = understood,
            Notes = notes,
        };
    }

    private static RowVerdict VerdictOf(List<LedgerNote> notes) =>
        notes.Exists(n => n.Severity == NoteSeverity.Error) ? RowVerdict.Kept
        : notes.Exists(n => n.Severity == NoteSeverity.Warning) ? RowVerdict.Partly
        : RowVerdict.Understood;

    private string KeyOf(SheetRow row, string? number, string identity, List<LedgerNote> notes)
    {
        var at = CellAddress.Of(1, row.Number);
        var unique = number is not null && _timesNumbered.GetValueOrDefault(number) <= 1;
        if (number is null) notes.Add(NoteKinds.IdMissing.About(null, at, null));
        else if (!unique) notes.Add(NoteKinds.IdRepeated.About(null, at, number, number));

        var key = RowKeys.Key(_table.Sheet.Name, number, unique, identity, 1);
        var occurrence = _timesKeyed[key] = _timesKeyed.GetValueOrDefault(key) + 1;
        if (occurrence == 1) return key;
        notes.Add(NoteKinds.RowTwice.About(null, at, number));
        return RowKeys.Key(_table.Sheet.Name, number, unique: false, identity, occurrence);
    }

    /// <summary>The cells that mean something, with those that merged cells above lend to this row.</summary>
    private List<MeantCell> Meant(SheetRow row, List<LedgerNote> notes)
    {
        List<MeantCell> cells = [];
        foreach (var column in _columns)
        {
            var cell = row.At(column.Column.Number);
            if (cell is { IsPicture: true }) continue;
            if (cell is null or { IsBlank: true })
            {
                if (_anchors.Lent(row.Number, column.Column.Number) is not var (lent, range)) continue;
                notes.Add(NoteKinds.CellMerged.About(column.Column.Label, CellAddress.Of(column.Column.Number, row.Number), lent.Text, range.ToString()));
                cell = lent;
            }
            if (Words.IsDitto(cell.Text) && !OfItsOwn.Contains(column.Field))
            {
                var above = _above.GetValueOrDefault(column.Column.Number);
                notes.Add((above is null ? NoteKinds.CellDittoOfNothing : NoteKinds.CellDitto)
                    .About(column.Column.Label, cell.SourceAddress, cell.Text, cell.Text.Trim(), above?.Display ?? ""));
                if (above is null) continue;
                cell = above;
            }
            else if (Words.IsPlaceholder(cell.Text) && !Prose.Contains(column.Field)
                && !(Words.IsUndecided(cell.Text) && Open.Contains(column.Field)))
            {
                notes.Add(NoteKinds.CellPlaceholder.About(column.Column.Label, cell.SourceAddress, cell.Text, cell.Text.Trim()));
                _above.Remove(column.Column.Number);
                continue;
            }
            _above[column.Column.Number] = cell;
            cells.Add(new(column, cell));
        }
        return cells;
    }

    /// <summary>
    /// A csv has no merged cells, and a workbook may have lost them: a blank below a name or a day of discovery may be the same, or
    /// none. It is not carried down, and asked about.
    /// </summary>
    private void AskAboutBlanks(SheetRow row, List<MeantCell> meant, List<LedgerNote> notes)
    {
        foreach (var field in Whose.Where(f => !meant.Exists(c => c.Column.Field == f)))
            if (_columns.Find(c => c.Field == field && IsBlankBelow(row, c.Column.Number)) is { Column: var column })
                notes.Add(NoteKinds.CellBlankBelow.About(
                    column.Label, CellAddress.Of(column.Number, row.Number), null, column.Label, _above[column.Number].Display.Trim()));
    }

    private bool IsBlankBelow(SheetRow row, int column) => row.At(column) is null or { IsBlank: true } && _above.ContainsKey(column);

    /// <summary>The pictures of a row: in its cells, and floating over them.</summary>
    private List<LedgerPicture> Pictures(SheetRow row, List<LedgerNote> notes)
    {
        List<LedgerPicture> pictures =
        [
            .. row.Cells.Where(c => c.IsPicture && c.Column < _beside).Select(c => Picture(c.Column, row.Number, _table.Sheet.ImageIn(c))),
            .. _table.Sheet.FloatingAt(row.Number).Where(p => p.Column < _beside).Select(p => Picture(p.Column, row.Number, p.Image)),
        ];
        if (pictures.Count > 0) notes.Add(NoteKinds.RowPictures.About(null, pictures[0].Address, null, pictures.Count));
        return pictures;
    }

    private LedgerPicture Picture(int column, int row, SheetImage? image) =>
        new(_headers.GetValueOrDefault(column), CellAddress.Of(column, row)) { Image = image };

    /// <summary>Every cell of the file's row, under the header it belongs to once the row is aligned.</summary>
    private List<LedgerRowCell> Cells(SheetRow original, SheetRow aligned)
    {
        var headers = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var cell in aligned.Cells) headers.TryAdd(cell.SourceAddress, _headers.GetValueOrDefault(cell.Column));
        return [.. original.Cells.Select(c => new LedgerRowCell(headers.GetValueOrDefault(c.Address), c.Address, c.Text, c.Date is null ? null : c.Display))];
    }
}

/// <summary>
/// The values that merged cells hold for the rows below their first: one inspection merged over its five hazards. Only
/// cells merged downwards in a single column lend their value; ranges across columns are layout.
/// </summary>
internal sealed class MergedAnchors
{
    private readonly Dictionary<int, List<MergedRange>> _byColumn;
    private readonly Dictionary<(int Row, int Column), SheetCell> _anchors = [];

    public MergedAnchors(IReadOnlyList<MergedRange> merges, int headerLast) => _byColumn = merges
        .Where(m => m.Width == 1 && m.Height > 1 && m.Top > headerLast)
        .GroupBy(m => m.Left)
        .ToDictionary(g => g.Key, g => g.OrderBy(m => m.Top).ToList());

    public void Learn(SheetRow row)
    {
        if (_byColumn.Count == 0) return;
        foreach (var cell in row.Cells)
            if (!cell.IsBlank && RangeAt(cell.Row, cell.Column) is { } range && range.Top == cell.Row)
                _anchors[(cell.Row, cell.Column)] = cell;
    }

    public (SheetCell Cell, MergedRange Range)? Lent(int row, int column) =>
        RangeAt(row, column) is { } range && range.Top < row && _anchors.TryGetValue((range.Top, column), out var cell)
            ? (cell, range)
            : null;

    private MergedRange? RangeAt(int row, int column)
    {
        if (!_byColumn.TryGetValue(column, out var ranges)) return null;
        int low = 0, high = ranges.Count - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (ranges[middle].Bottom < row) low = middle + 1;
            else if (ranges[middle].Top > row) high = middle - 1;
            else return ranges[middle];
        }
        return null;
    }
}
