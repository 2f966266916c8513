using System.Text.RegularExpressions;

namespace Hazards.Ledgers;

/// <summary>
/// How far a hazard has got, by everything on its row that says so: the columns of states, the account of the repair, dates, remarks.
/// Where they contradict each other there is no state, and a question.
/// </summary>
internal sealed partial class RowStates(
    LedgerMapping mapping, CellReader reader, IReadOnlyList<ResolvedColumn> columns, RowDeadlines deadlines)
{
    /// <summary>The story of a repair is longer than a state.</summary>
    private const int LongestState = 40, ShortestStory = 7, LongestQuestion = 20;

    /// <summary>What one cell says.</summary>
    private readonly record struct Said(MeantCell Cell, Reading<LedgerState> Reading);

    public UnderstoodRow Read(UnderstoodRow row, IReadOnlyList<MeantCell> cells, int number, List<LedgerNote> notes)
    {
        List<Said> said = [];
        foreach (var cell in cells)
            if (cell.Column.Field == LedgerField.State && cell.Text.Length > 0 && cell.Cell.Kind != CellKind.Error)
                said.Add(new(cell, reader.State(cell, notes)));
        row = Combine(row, said, number, notes);
        if (said.Count == 0 && row.State is null) row = Fill(row, cells, said, number, notes);
        if (row.State?.Value is not null && said.Find(s => s.Reading == row.State).Cell is { Column: not null } source) row = TakeDate(row,
            source, notes);
        row = AgainstDates(row, cells, notes);
        return AgainstWords(row, cells, notes);
    }

    /// <summary>是否整改 beside 是否销号: the furthest that none denies.</summary>
    private UnderstoodRow Combine(UnderstoodRow row, List<Said> said, int number, List<LedgerNote> notes)
    {
        if (said.Count == 0) return row;
        if (said.Count == 1) return row with { State = said[0].Reading };
        var read = said.FindAll(s => s.Reading.Value is not null);
        var furthest = read.Count == 0 ? said[0] : read.MaxBy(s => s.Reading.Value);
        var all = string.Join('；', said.Select(s => $"{s.Cell.Label}：{s.Reading.Text}"));
        if (furthest.Reading.Value is { } state && IsDone(state) && said.Exists(s => Denies(s, state)))
        {
            notes.Add(About(NoteKinds.StateContradictory, LedgerField.State, number, all, all));
            return row with { State = new(all, null) };
        }
        if (read.Exists(s => s.Reading.Value != furthest.Reading.Value))
            notes.Add(CellReader.About(NoteKinds.StateOfSeveral, furthest.Cell, all, $"{furthest.Cell.Label}：{furthest.Reading.Text}"));
        return row with { State = furthest.Reading };
    }

    /// <summary>Whether a cell says that the hazard has not got so far.</summary>
    private static bool Denies(Said said, LedgerState state)
    {
        var (text, asked) = (said.Reading.Text, HeaderWords.AskedBy(said.Cell.Column.Column));
        if (said.Reading.Value is not { } value) return !HarmlessAdditions.Are(text);
        if (CellReader.YesOrNo(text) == false) return state >= (asked ?? LedgerState.Declared);
        if (value == LedgerState.Unfounded || state == LedgerState.Unfounded) return value != state;
        if (IsDone(value) || text.Contains("未销", StringComparison.Ordinal) || text.Contains("未闭", StringComparison.Ordinal)
            || text.Contains("未办", StringComparison.Ordinal))
            return DeniesMore(text, state);
        // 已交办, 已登记 are true of what is done as well.
        return value == LedgerState.Rectifying || text.AsSpan().ContainsAny("未待");
    }

    /// <summary>未验收, 待复查 deny that it is accepted, 待销号 and 未闭环 that it is closed, and neither that it is done.</summary>
    private static bool DeniesMore(string text, LedgerState state) => text.AsSpan().ContainsAny("未待")
        && (text.Contains('销', StringComparison.Ordinal) || text.Contains("闭环", StringComparison.Ordinal) || text.Contains(
            "办结", StringComparison.Ordinal)
            ? state >= LedgerState.Closed : state >= LedgerState.Accepted);

    /// <summary>Where no state is written: the account of the repair, or a date, says how far it has got.</summary>
    private UnderstoodRow Fill(UnderstoodRow row, IReadOnlyList<MeantCell> cells, List<Said> said, int number, List<LedgerNote> notes)
    {
        var account = cells.FirstOrDefault(c => c.Column.Field == LedgerField.Result);
        if (row.Result is { Length: <= LongestState } result && reader.StateOf(result) is { State: { } told, Shortened: var shortened })
        {
            notes.Add(CellReader.About(NoteKinds.StateFromResult, account, result));
            if (shortened) notes.Add(CellReader.About(NoteKinds.StateShortened, account, result));
            said.Add(new(account, new(result, told)));
            return row with { State = said[^1].Reading };
        }
        var byDates = mapping.DefaultState is null ? ByDates(deadlines.MayBeDue(row, cells) ? row with { CompletedAt = null } : row) : null;
        if (row.Result is { Length: > 0 } words && SoundsLikeState(words, account)
            && (byDates is null || States.TakesBack(words) || words.EndsWith('中')))
        {
            notes.Add(CellReader.About(NoteKinds.StateUnknown, account, words));
            return row with { State = new(words, null) };
        }
        if (byDates is var (field, date, reached, word))
        {
            notes.Add(About(NoteKinds.StateFromDates, field, number, null, Label(field), CellReader.Day(date), word));
            return row with { State = new("", reached) };
        }
        notes.Add(About(mapping.DefaultState is null ? NoteKinds.StateMissing : NoteKinds.StateDefaulted, LedgerField.State, number));
        return row with { State = mapping.DefaultState is { } state ? new("", state) : null };
    }

    /// <summary>√, 验收中, 已整改未销号 in a column that might hold states as well as stories.</summary>
    private static bool SoundsLikeState(string text, MeantCell account) =>
        account.Column is not null && HeaderWords.MayBeStateOrResult(account.Column.Column.Path[^1])
        && (text.Length < ShortestStory || text.Length <= LongestQuestion && StateWords().IsMatch(text));

    [GeneratedRegex("整改|销号|验收|复查|复核|核查|闭环|办结|核销|完成|移交|挂账|挂牌", RegexOptions.CultureInvariant)]
    private static partial Regex StateWords();

    /// <summary>Where no state is written: a date of closure, acceptance or completion says how far it has got, and no further.</summary>
    private static (LedgerField Field, LedgerDate Date, LedgerState State, string Word)? ByDates(UnderstoodRow row) =>
        row.ClosedAt is { } closed ? (LedgerField.ClosedAt, closed, LedgerState.Closed, "已销号")
        : row.AcceptedAt is { } accepted ? (LedgerField.AcceptedAt, accepted, LedgerState.Accepted, "已验收")
        : row.CompletedAt is { } completed ? (LedgerField.CompletedAt, completed, LedgerState.Declared, "已整改")
        : null;

    /// <summary>
    /// 已销号（3月20日） is its day of closure, 已整改（3月15日） that of completion, unless a column says so or the words say something
    /// else.
    /// </summary>
    private UnderstoodRow TakeDate(UnderstoodRow row, MeantCell cell, List<LedgerNote> notes)
    {
        if (row.State?.Value is not { } state || reader.DateBeside(cell) is not var (text, date, besides)) return row;
        var (field, known) = state switch
        {
            LedgerState.Declared => ("整改完成日期", row.CompletedAt),
            LedgerState.Accepted => ("验收日期", row.AcceptedAt),
            LedgerState.Closed => ("销号日期", row.ClosedAt),
            LedgerState.FixedOnTheSpot => (null, row.FoundAt),
            _ => (null, null),
        };
        if (date is { } same && known?.Day == same.Day) return row;
        if (date is not { } day || field is null || known is not null || !Finishes(state).IsMatch(besides))
        {
            notes.Add(CellReader.About(NoteKinds.StateDateUnused, cell, cell.Cell.Text, text));
            return row;
        }
        notes.Add(CellReader.About(NoteKinds.StateDateTaken, cell, cell.Cell.Text, CellReader.Day(day), field));
        return state switch
        {
            LedgerState.Declared => row with { CompletedAt = day },
            LedgerState.Accepted => row with { AcceptedAt = day },
            _ => row with { ClosedAt = day },
        };
    }

    private static Regex Finishes(LedgerState state) => state switch
    {
        LedgerState.Declared => Completes(),
        LedgerState.Accepted => Accepts(),
        _ => Closes(),
    };

    [GeneratedRegex("^[已于在]*(?:整改|治理|处理|完成|完毕|到位)*$", RegexOptions.CultureInvariant)]
    private static partial Regex Completes();

    [GeneratedRegex("^[已于在]*(?:验收|复查|核查|合格|通过|完成)*$", RegexOptions.CultureInvariant)]
    private static partial Regex Accepts();

    [GeneratedRegex("^[已于在]*(?:销号|闭环|核销|办结|归档|销案|完成)*$", RegexOptions.CultureInvariant)]
    private static partial Regex Closes();

    /// <summary>复查合格, and 不合格 where the date of acceptance should stand; 已整改, and 未完成 for the date of completion.</summary>
    private UnderstoodRow AgainstDates(UnderstoodRow row, IReadOnlyList<MeantCell> cells, List<LedgerNote> notes)
    {
        if (row.State is not { Value: { } state } || !IsDone(state)) return row;
        foreach (var cell in cells)
        {
            var least = cell.Column.Field switch
            {
                LedgerField.CompletedAt => LedgerState.Declared,
                LedgerField.ReinspectedAt or LedgerField.AcceptedAt => LedgerState.Accepted,
                LedgerField.ClosedAt => LedgerState.Closed,
                _ => LedgerState.Unfounded + 1,
            };
            if (least > LedgerState.Unfounded || DateTexts.TryRead(cell.Cell, mapping.DateFormats, out _)) continue;
            var failed = RemarkWords.NotDone(cell.Text, LedgerState.Declared) is not null && least != LedgerState.Closed;
            if (failed || state >= least && (CellReader.YesOrNo(cell.Text) == false || cell.Text.AsSpan().ContainsAny("未不待否拒")))
                return Doubt(row, cell, cell.Text, notes);
        }
        return row;
    }

    /// <summary>复查发现未整改到位 beside 已整改, 此条作废 beside anything: the words are asked about, and what is done is in doubt.</summary>
    private static UnderstoodRow AgainstWords(UnderstoodRow row, IReadOnlyList<MeantCell> cells, List<LedgerNote> notes)
    {
        foreach (var cell in cells)
        {
            if (cell.Column.Field is not (LedgerField.Remark or LedgerField.Result)) continue;
            if (cell.Text.Length < 2 || cell.Text == row.State?.Text) continue;
            var isRemark = cell.Column.Field == LedgerField.Remark;
            if (row.State is { Value: { } state } && IsDone(state) && state != LedgerState.Unfounded)
            {
                // An account tells what was done before it was accepted; only a remark speaks of now.
                if (RemarkWords.NotDone(cell.Text, isRemark ? state : LedgerState.Declared) is not null || isRemark
                    && RemarkWords.Void(cell.Text) is not null)
                    row = Doubt(row, cell, cell.Text, notes);
            }
            else if (isRemark && row.State?.Value != LedgerState.Unfounded && (RemarkWords.Void(cell.Text) ?? RemarkWords.Done(cell.Text)) is not null)
            {
                var text = row.State?.Text is { Length: > 0 } said ? said : "—";
                notes.Add(CellReader.About(NoteKinds.StateAgainstWords, cell, text, cell.Label, cell.Text));
            }
        }
        return row;
    }

    private static UnderstoodRow Doubt(UnderstoodRow row, MeantCell cell, string said, List<LedgerNote> notes)
    {
        notes.Add(CellReader.About(NoteKinds.StateDoubted, cell, row.State!.Text, cell.Label, said));
        return row with { State = row.State with { Value = null } };
    }

    /// <summary>What the state says against the dates.</summary>
    public void Compare(UnderstoodRow row, IReadOnlyList<MeantCell> cells, int number, List<LedgerNote> notes)
    {
        if (row.State is not { Value: { } state } reading)
        {
            if (row.State is not null && ByDates(row) is var (dropped, day, _, _))
                notes.Add(About(NoteKinds.DateWithoutState, dropped, number, null, Label(dropped), CellReader.Day(day)));
            return;
        }
        if (state is not (LedgerState.Accepted or LedgerState.Closed or LedgerState.FixedOnTheSpot or LedgerState.Unfounded)
            && (row.ClosedAt ?? row.AcceptedAt) is { } later
            && (row.ClosedAt is null ? LedgerField.AcceptedAt : LedgerField.ClosedAt) is var ahead)
            notes.Add(About(NoteKinds.StateBehindDates, ahead, number, reading.Text, reading.Text, Label(ahead), CellReader.Day(later)));
        if (state is LedgerState.Declared or LedgerState.Accepted or LedgerState.Closed && row.CompletedAt is null
            && columns.Any(c => c.Field == LedgerField.CompletedAt) && !cells.Any(c => c.Column.Field == LedgerField.CompletedAt))
            notes.Add(About(NoteKinds.CompletedMissing, LedgerField.CompletedAt, number, null, reading.Text));
        if (state is LedgerState.Reported or LedgerState.Assigned or LedgerState.Planned or LedgerState.Rectifying
            && row.CompletedAt is { } completed)
            notes.Add(
                About(NoteKinds.StateContradictsDates, LedgerField.State, number, reading.Text, reading.Text, CellReader.Day(completed)));
    }

    private string Label(LedgerField field) => columns.First(c => c.Field == field).Column.Label;

    private static bool IsDone(LedgerState state) => state >= LedgerState.Declared;

    private LedgerNote About(NoteKind kind, LedgerField field, int row, string? original = null, params object[] facts) =>
        RowReader.About(columns, kind, field, row, original, facts);
}
