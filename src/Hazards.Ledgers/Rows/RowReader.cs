using System.Text.RegularExpressions;

namespace Hazards.Ledgers;

/// <summary>Understands a whole row: its cells one by one, then what they say together.</summary>
internal sealed partial class RowReader(LedgerMapping mapping, IReadOnlyList<ResolvedColumn> columns, DateContext dates = default)
{
    private static readonly string?[] Supervising = ["监管", "监督", "督办", "督导", "主管", "行业", "配合", "包抓", "检查"];

    /// <summary>属地, 牵头: answerable at most where nobody else is, and then said.</summary>
    private static readonly string?[] Leading = ["属地", "牵头"];

    private readonly CellReader _cells = new(mapping, dates);

    public CellReader Cells => _cells;

    public UnderstoodRow Read(IReadOnlyList<MeantCell> cells, int number, List<LedgerNote> notes)
    {
        var row = new UnderstoodRow { Sector = mapping.DefaultSector, RegionCode = mapping.DefaultRegion };
        foreach (var cell in cells) row = _cells.Read(row, cell, notes);
        if (row.Deadline is null && cells.FirstOrDefault(c => c.Column.Field == LedgerField.Deadline) is { Column: not null } words)
        {
            var day = _cells.InWords(words, row.FoundAt, notes);
            row = row with { Deadline = day, DeadlineText = day is null ? words.Text : null };
        }
        row = FillUnit(NameTheInspected(row, number, notes), number, notes);
        row = FillLevel(row, cells, number, notes);
        row = TakeDateOfState(row, cells, notes);
        row = FillState(row, number, notes);
        if (row.Description is { } counted && IsNumber(counted)) notes.Add(About(NoteKinds.DescriptionIsNumber, LedgerField.Description, number, counted, counted));
        if (row.Description is null) notes.Add(About(NoteKinds.DescriptionMissing, LedgerField.Description, number));
        if (row.FoundAt is null && IsBlank(LedgerField.FoundAt, cells)) notes.Add(About(NoteKinds.FoundAtMissing, LedgerField.FoundAt, number));
        if (row.ResponsibleUnit is null && IsBlank(LedgerField.ResponsibleUnit, cells)) notes.Add(About(NoteKinds.UnitMissing, LedgerField.ResponsibleUnit, number));
        if (row.ResponsibleUnit is { } unit && unit.Name == row.InspectionBody) notes.Add(About(NoteKinds.UnitIsInspector, LedgerField.ResponsibleUnit, number, unit.Name, unit.Name));
        CompareDates(row, cells, notes);
        CompareWithState(row, cells, number, notes);
        return row;
    }

    /// <summary>Who is answerable. A ledger of inspections that has no column for it means the unit that was inspected.</summary>
    private UnderstoodRow FillUnit(UnderstoodRow row, int number, List<LedgerNote> notes)
    {
        if (row.Enterprise is { } enterprise && row.ResponsibleUnits.All(u => !Answers(u)) && !columns.Any(c => c.Field == LedgerField.ResponsibleUnit && Answers(new(c.Role, ""))))
        {
            if (UnitTexts.NamesNobody(enterprise))
            {
                notes.Add(About(NoteKinds.UnitUnnamed, LedgerField.Enterprise, number, enterprise, enterprise));
                return row;
            }
            notes.Add(About(NoteKinds.UnitIsEnterprise, LedgerField.Enterprise, number, enterprise, enterprise));
            return row with { ResponsibleUnits = [.. row.ResponsibleUnits, new(null, enterprise)], ResponsibleUnit = new(null, enterprise) };
        }
        if (Preferred(row.ResponsibleUnits) is { } unit) return row with { ResponsibleUnit = unit };
        if (row.ResponsibleUnits.FirstOrDefault(u => Leading.Contains(u.Role)) is { } leading)
        {
            notes.Add(About(NoteKinds.UnitTaken, LedgerField.ResponsibleUnit, number, leading.Name, leading.Role!, leading.Name));
            return row with { ResponsibleUnit = leading };
        }
        if (row.ResponsibleUnits.Count > 0) notes.Add(About(NoteKinds.UnitOnlySupervises, LedgerField.ResponsibleUnit, number, row.ResponsibleUnits[0].Name, row.ResponsibleUnits[0].Name));
        return row;
    }

    /// <summary>本单位, 同被检查单位: the one that was inspected, where the row says which; nobody otherwise.</summary>
    private UnderstoodRow NameTheInspected(UnderstoodRow row, int number, List<LedgerNote> notes)
    {
        if (!row.ResponsibleUnits.Any(IsInspected)) return row;
        List<ResponsibleUnit> units = [];
        foreach (var unit in row.ResponsibleUnits)
        {
            if (!IsInspected(unit)) units.Add(unit);
            else if (row.Enterprise is not { } enterprise) notes.Add(About(NoteKinds.UnitUnnamed, LedgerField.ResponsibleUnit, number, unit.Name, unit.Name));
            else
            {
                notes.Add(About(NoteKinds.UnitIsTheInspected, LedgerField.ResponsibleUnit, number, unit.Name, unit.Name, enterprise));
                units.Add(unit with { Name = enterprise });
            }
        }
        return row with { ResponsibleUnits = units };
    }

    private static bool IsInspected(ResponsibleUnit unit) => CellReader.MeansTheInspected(unit.Name);

    private static bool Answers(ResponsibleUnit unit) => !Supervising.Contains(unit.Role) && !Leading.Contains(unit.Role);

    /// <summary>
    /// The first role of the mapping's preference that names a body; else a body without a role, which is the one that must act;
    /// whoever supervises (监管责任单位) only where nobody else is named.
    /// </summary>
    private ResponsibleUnit? Preferred(IReadOnlyList<ResponsibleUnit> units)
    {
        foreach (var role in mapping.UnitPreference)
            if (units.FirstOrDefault(u => u.Role == role) is { } unit)
                return unit;
        return units.FirstOrDefault(u => u.Role is null or "整改" or "主体") ?? units.FirstOrDefault(Answers);
    }

    /// <summary>两列并存: the level, and whether it is major. Where they contradict each other a person grades.</summary>
    private UnderstoodRow CompareLevels(UnderstoodRow row, bool isMajor, int number, List<LedgerNote> notes)
    {
        if (row.Level is not { } reading) return row with { Level = new(isMajor ? "重大" : "一般", isMajor ? LedgerLevel.Major : LedgerLevel.General) };
        if (reading.Value is not { } level || level == LedgerLevel.Major == isMajor) return row;
        var both = $"{reading.Text}，是否重大：{(isMajor ? "是" : "否")}";
        notes.Add(About(NoteKinds.LevelContradictory, LedgerField.Level, number, both, both));
        return row with { Level = reading with { Value = null } };
    }

    private UnderstoodRow FillLevel(UnderstoodRow row, IReadOnlyList<MeantCell> cells, int number, List<LedgerNote> notes)
    {
        // An answer to 是否重大 that is not understood leaves the level open, whatever stands beside it.
        if (row.IsMajor is null && cells.FirstOrDefault(c => c.Column.Field == LedgerField.IsMajor) is { Column: not null } open)
            return row with { Level = new(row.Level?.Text ?? open.Text, null) };
        row = FillMark(row, number, notes);
        if (row.IsMajor is { } isMajor) row = CompareLevels(row, isMajor, number, notes);
        if (row.Level is not null)
        {
            if (row.Level.Value == LedgerLevel.General && row.Description is { } text && SaysMajor(text))
                notes.Add(About(NoteKinds.LevelDescriptionSaysMajor, LedgerField.Level, number, row.Level.Text, row.Level.Text));
            return row;
        }
        notes.Add(About(mapping.DefaultLevel is null ? NoteKinds.LevelMissing : NoteKinds.LevelDefaulted, LedgerField.Level, number));
        return row with { Level = mapping.DefaultLevel is { } level ? new("", level) : null };
    }

    /// <summary>重大事故隐患 with a √ beside the major ones, and no column for the level: what has no mark is general.</summary>
    private UnderstoodRow FillMark(UnderstoodRow row, int number, List<LedgerNote> notes)
    {
        var column = columns.FirstOrDefault(c => c.Field == LedgerField.IsMajor)?.Column;
        if (column is null || row.IsMajor is not null || row.Level is not null || mapping.DefaultLevel is not null || columns.Any(c => c.Field == LedgerField.Level)) return row;
        if (notes.Exists(n => n.Code == NoteKinds.LevelUnknown.Code)) return row;
        notes.Add(About(NoteKinds.LevelUnmarked, LedgerField.IsMajor, number, null, column.Label));
        return row with { IsMajor = false };
    }

    /// <summary>已销号（3月20日） is its day of closure, 已整改（3月15日） that of completion, unless a column says so or the words say something else.</summary>
    private UnderstoodRow TakeDateOfState(UnderstoodRow row, IReadOnlyList<MeantCell> cells, List<LedgerNote> notes)
    {
        if (row.State?.Value is not { } state || cells.FirstOrDefault(c => c.Column.Field == LedgerField.State) is not { Column: not null } cell) return row;
        if (_cells.DateBeside(cell) is not var (text, date, besides)) return row;
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
            notes.Add(NoteKinds.StateDateUnused.About(cell.Label, cell.Cell.SourceAddress, cell.Cell.Text, cell.Text, text));
            return row;
        }
        notes.Add(NoteKinds.StateDateTaken.About(cell.Label, cell.Cell.SourceAddress, cell.Cell.Text, cell.Text, CellReader.Day(day), field));
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

    private UnderstoodRow FillState(UnderstoodRow row, int number, List<LedgerNote> notes)
    {
        if (row.State is not null) return row;
        if (row.Result is { Length: <= 40 } result && _cells.StateOf(result) is { } told)
        {
            notes.Add(About(NoteKinds.StateFromResult, LedgerField.Result, number, result, result));
            return row with { State = new(result, told) };
        }
        if (mapping.DefaultState is null && ByDates(row) is var (field, date, reached, word))
        {
            notes.Add(About(NoteKinds.StateFromDates, field, number, null, columns.First(c => c.Field == field).Column.Label, CellReader.Day(date), word));
            return row with { State = new("", reached) };
        }
        notes.Add(About(mapping.DefaultState is null ? NoteKinds.StateMissing : NoteKinds.StateDefaulted, LedgerField.State, number));
        return row with { State = mapping.DefaultState is { } state ? new("", state) : null };
    }

    /// <summary>Where no state is written: a date of closure, acceptance or completion says how far it has got, and no further.</summary>
    private static (LedgerField Field, LedgerDate Date, LedgerState State, string Word)? ByDates(UnderstoodRow row) =>
        row.ClosedAt is { } closed ? (LedgerField.ClosedAt, closed, LedgerState.Closed, "已销号")
        : row.AcceptedAt is { } accepted ? (LedgerField.AcceptedAt, accepted, LedgerState.Accepted, "已验收")
        : row.CompletedAt is { } completed ? (LedgerField.CompletedAt, completed, LedgerState.Declared, "已整改")
        : null;

    private static bool IsNumber(string text) =>
        decimal.TryParse(Words.HalfWidth(text).TrimEnd('条', '项', '个', '处', '起').Trim(), System.Globalization.NumberStyles.Number, System.Globalization.CultureInfo.InvariantCulture, out _);

    private static void CompareDates(UnderstoodRow row, IReadOnlyList<MeantCell> cells, List<LedgerNote> notes)
    {
        if (row.FoundAt is not { } found) return;
        Compare(row.Deadline, LedgerField.Deadline, NoteKinds.DeadlineBeforeFound);
        Compare(row.CompletedAt, LedgerField.CompletedAt, NoteKinds.CompletedBeforeFound);

        void Compare(LedgerDate? date, LedgerField field, NoteKind kind)
        {
            if (date is not { } later || later.Day >= found.Day) return;
            var cell = cells.FirstOrDefault(c => c.Column.Field == field) is { Column: not null } own ? own : cells.First(c => c.Column.Field == LedgerField.State);
            notes.Add(kind.About(cell.Label, cell.Cell.SourceAddress, cell.Cell.Text, CellReader.Day(later), CellReader.Day(found)));
        }
    }

    private void CompareWithState(UnderstoodRow row, IReadOnlyList<MeantCell> cells, int number, List<LedgerNote> notes)
    {
        if (row.State is not { Value: { } state } reading)
        {
            if (row.State is not null && ByDates(row) is var (dropped, day, _, _))
                notes.Add(About(NoteKinds.DateWithoutState, dropped, number, null, columns.First(c => c.Field == dropped).Column.Label, CellReader.Day(day)));
            return;
        }
        if (state is not (LedgerState.Accepted or LedgerState.Closed or LedgerState.FixedOnTheSpot or LedgerState.Unfounded)
            && (row.ClosedAt ?? row.AcceptedAt) is { } later && (row.ClosedAt is null ? LedgerField.AcceptedAt : LedgerField.ClosedAt) is var ahead)
            notes.Add(About(NoteKinds.StateBehindDates, ahead, number, reading.Text, reading.Text, columns.First(c => c.Field == ahead).Column.Label, CellReader.Day(later)));
        if (state is LedgerState.Declared or LedgerState.Accepted or LedgerState.Closed && row.CompletedAt is null
            && columns.Any(c => c.Field == LedgerField.CompletedAt) && IsBlank(LedgerField.CompletedAt, cells))
            notes.Add(About(NoteKinds.CompletedMissing, LedgerField.CompletedAt, number, null, reading.Text));
        if (state is LedgerState.Reported or LedgerState.Assigned or LedgerState.Planned or LedgerState.Rectifying && row.CompletedAt is { } completed)
            notes.Add(About(NoteKinds.StateContradictsDates, LedgerField.State, number, reading.Text, reading.Text, CellReader.Day(completed)));
    }

    private static bool IsBlank(LedgerField field, IReadOnlyList<MeantCell> cells) => !cells.Any(c => c.Column.Field == field);

    /// <summary>A note about a field of the row, at its column if the table has one.</summary>
    private LedgerNote About(NoteKind kind, LedgerField field, int row, string? original = null, params object[] facts)
    {
        var column = columns.FirstOrDefault(c => c.Field == field)?.Column;
        return kind.About(column?.Label, CellAddress.Of(column?.Number ?? 1, row), original, facts);
    }

    /// <summary>Whether a text calls its hazard major. The names of standards in 《》 (重大事故隐患判定标准) do not.</summary>
    private static bool SaysMajor(string description) => description.Contains("重大", StringComparison.Ordinal) && Major().IsMatch(Title().Replace(description, ""));

    [GeneratedRegex("《[^》]*》", RegexOptions.CultureInvariant)]
    private static partial Regex Title();

    [GeneratedRegex(@"(?<!不属于?|不构成|非|不是|无|未发现)(生产安全)?重大(事故|安全|生产安全)?隐患(?!判定|标准|排查|治理|库)", RegexOptions.CultureInvariant)]
    private static partial Regex Major();
}
