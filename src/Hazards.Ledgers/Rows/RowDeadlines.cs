namespace Hazards.Ledgers;

/// <summary>
/// 整改期限: the day that stands there, or the extended one. Whatever else on the row may be a deadline and was not read (an unmapped
/// column, a day of completion of what is not done, a remark) is a question, so that no day is assumed in its place.
/// </summary>
internal sealed class RowDeadlines(CellReader reader, IReadOnlyList<ResolvedColumn> columns, IReadOnlyList<LedgerColumn> unmapped)
{
    private const int LongestClue = 60;

    private readonly bool _has = columns.Any(c => c.Field == LedgerField.Deadline);
    // What is called another date is not looked at.
    private readonly Dictionary<int, LedgerColumn> _clues = unmapped.Where(c => HeaderWords.SoundsLikeDeadline(c.Header)
        || !HeaderWords.IsOtherDate(c.Header)).ToDictionary(c => c.Number);

    private readonly LedgerColumn? _isExtended = unmapped.FirstOrDefault(c => HeaderWords.AsksForExtension(c.Header));

    /// <summary>What the columns of deadlines say. The last extension is the deadline, where it is a day after the one before it.</summary>
    public UnderstoodRow Read(UnderstoodRow row, IReadOnlyList<MeantCell> cells, List<LedgerNote> notes)
    {
        if (!_has) return row;
        foreach (var cell in cells.Where(c => c.Column.Field == LedgerField.Deadline && !IsExtension(c)))
        {
            var day = reader.Deadline(cell, row.FoundAt, notes);
            row = row with { Deadline = day ?? row.Deadline, DeadlineText = day is null ? cell.Text : row.DeadlineText };
        }
        foreach (var cell in cells.Where(c => c.Column.Field == LedgerField.Deadline && IsExtension(c)))
        {
            if (CellReader.YesOrNo(cell.Text) == false) continue;
            // Counted days would count from the discovery, which an extension does not.
            row = Extend(
                row, cell, reader.DateIn(ExtendedTo(cell.Text), row.FoundAt) ?? reader.Deadline(cell, null, notes), cell.Text, notes);
        }
        return row;
    }

    /// <summary>Asks about what may be the deadline, where none was read.</summary>
    public UnderstoodRow Ask(UnderstoodRow row, IReadOnlyList<MeantCell> cells, SheetRow all, List<LedgerNote> notes)
    {
        foreach (var remark in cells.Where(c => c.Column.Field == LedgerField.Remark))
        {
            if (RemarkWords.Extended(remark.Text) is var (said, date, isDoubtful))
                row = Extend(row, remark, isDoubtful || date.Length == 0 ? null : reader.DateIn(date, row.FoundAt), said, notes);
            else if (RemarkWords.Due(remark.Text) is { } due && !SaysTheSame(due, row))
                row = Doubt(row, remark, due, notes);
        }
        if (_isExtended is not null && all.At(_isExtended.Number) is { } answer && CellReader.YesOrNo(answer.Text) == true
            && !notes.Exists(n => n.Code == NoteKinds.DeadlineExtended.Code || n.Code == NoteKinds.DeadlineExtensionDoubtful.Code))
            row = Extend(row, new(new(_isExtended, LedgerField.Deadline, null), answer), null, answer.Text, notes);
        if (row.Deadline is not null || row.DeadlineText is not null) return row;
        foreach (var cell in cells)
            if (cell.Column.Field == LedgerField.CompletedAt && IsDue(row, cell)
                || cell.Column.Field == LedgerField.Result && !IsDone(row) && RemarkWords.Due(cell.Text) is not null)
                row = Doubt(row, cell, cell.Cell.Display.Trim(), notes);
        if (_clues.Count == 0) return row;
        foreach (var cell in all.Cells)
            if (!cell.IsBlank && _clues.TryGetValue(cell.Column, out var column) && MayBeDeadline(row, column.Header, cell))
                row = Doubt(row, new(new(column, LedgerField.Deadline, null), cell), cell.Display.Trim(), notes);
        return row;
    }

    /// <summary>
    /// 整改时间 over a day, where nothing says that it is done and no other column is the deadline: no state follows from it.
    /// </summary>
    public bool MayBeDue(UnderstoodRow row, IReadOnlyList<MeantCell> cells) => row.Deadline is null && row.DeadlineText is null
        && cells.FirstOrDefault(c => c.Column.Field == LedgerField.CompletedAt) is { Column: not null } cell
        && (SaysDue(cell.Text) || !_has && HeaderWords.MayBeDoneOrDue(cell.Column.Column));

    private static UnderstoodRow Extend(UnderstoodRow row, MeantCell cell, LedgerDate? day, string said, List<LedgerNote> notes)
    {
        if (day is { } extended && (row.Deadline is not { } first || extended.Day > first.Day))
        {
            var before = row.Deadline is { } known ? CellReader.Day(known) : row.DeadlineText ?? "—";
            notes.Add(CellReader.About(NoteKinds.DeadlineExtended, cell, Quoted(said), CellReader.Day(extended), before));
            return row with { Deadline = extended, DeadlineText = null };
        }
        if (day is { } same && row.Deadline?.Day == same.Day) return row;
        notes.Add(CellReader.About(NoteKinds.DeadlineExtensionDoubtful, cell, cell.Label, Quoted(said)));
        return row.Deadline is null ? row with { DeadlineText = row.DeadlineText ?? Clue(cell, said) } : row;
    }

    private static UnderstoodRow Doubt(UnderstoodRow row, MeantCell cell, string said, List<LedgerNote> notes)
    {
        notes.Add(CellReader.About(NoteKinds.DeadlineElsewhere, cell, cell.Label, Quoted(said)));
        return row.Deadline is null ? row with { DeadlineText = row.DeadlineText ?? Clue(cell, said) } : row;
    }

    private static string Clue(MeantCell cell, string said) => $"{cell.Label}：{Quoted(said)}";

    private static string Quoted(string said) => said.Trim() is { Length: > LongestClue } text ? text[..LongestClue] + "…" : said.Trim();

    private bool SaysTheSame(string due, UnderstoodRow row) =>
        row.Deadline is { } known && HarmlessAdditions.Dates().Match(due) is { Success: true } date
            && reader.DateIn(date.Value, row.FoundAt)?.Day == known.Day;

    private static bool IsDue(UnderstoodRow row, MeantCell cell) =>
        row.CompletedAt is null ? SaysDue(cell.Text) || !IsDone(row) && DateTexts.IsDateLike(cell.Text)
        : !IsDone(row) && !cell.Label.Contains("实际", StringComparison.Ordinal);

    private static bool SaysDue(string text) =>
        text.Length <= LongestClue && (text.AsSpan().ContainsAny("前内底限拟")
            || text.Contains("计划", StringComparison.Ordinal) || text.Contains("预计", StringComparison.Ordinal));

    private static bool IsDone(UnderstoodRow row) => row.State?.Value >= LedgerState.Declared;

    private static bool MayBeDeadline(UnderstoodRow row, string header, SheetCell cell)
    {
        if (Words.IsPlaceholder(cell.Text) && !Words.IsUndecided(cell.Text) || CellReader.YesOrNo(cell.Text) is not null) return false;
        if (HeaderWords.SoundsLikeDeadline(header)) return true;
        if (DateTexts.TryRead(cell, [], out var date)) return row.FoundAt is not { } found || date.Day > found.Day;
        return header.AsSpan().ContainsAny("日期时") && (Words.IsUndecided(cell.Text) || DateTexts.IsDateLike(cell.Text));
    }

    private static bool IsExtension(MeantCell cell) => HeaderWords.IsExtension(cell.Column.Column);

    /// <summary>延期至2026年6月30日 in a column of extensions: the day.</summary>
    private static string ExtendedTo(string text) =>
        HarmlessAdditions.Dates().Matches(Words.HalfWidth(text)) is { Count: 1 } dates
            && RemarkWords.Extended(text) is { IsDoubtful: false }
            ? dates[0].Value
            : text;
}
