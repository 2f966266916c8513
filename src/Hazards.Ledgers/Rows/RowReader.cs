using System.Text.RegularExpressions;

namespace Hazards.Ledgers;

/// <summary>Understands a whole row: its cells one by one, then what they say together.</summary>
internal sealed partial class RowReader
{
    private static readonly string?[] Supervising = ["监管", "监督", "督办", "督导", "主管", "行业", "配合", "包抓", "检查"];

    /// <summary>属地, 牵头: answerable at most where nobody else is, and then said.</summary>
    private static readonly string?[] Leading = ["属地", "牵头"];

    private readonly LedgerMapping _mapping;
    private readonly IReadOnlyList<ResolvedColumn> _columns;
    private readonly CellReader _cells;
    private readonly RowDeadlines _deadlines;
    private readonly RowStates _states;

    /// <summary>Columns without a meaning in which something may be said against the others: 复查情况, 情况说明.</summary>
    private readonly Dictionary<int, ResolvedColumn> _remarks;

    public RowReader(
        LedgerMapping mapping, IReadOnlyList<ResolvedColumn> columns, IReadOnlyList<LedgerColumn> all, DateContext dates = default)
    {
        (_mapping, _columns, _cells) = (mapping, columns, new(mapping, dates));
        var unmapped = all.Where(column => !columns.Any(c => c.Column.Number == column.Number)).ToList();
        _remarks = unmapped.Where(c => Remarks().IsMatch(c.Path[^1]))
            .ToDictionary(c => c.Number, c => new ResolvedColumn(c, LedgerField.Remark, null));
        _deadlines = new(_cells, columns, unmapped);
        _states = new(mapping, _cells, columns, _deadlines);
    }

    public CellReader Cells => _cells;

    [GeneratedRegex("(?:备注|说明|意见|批示|复查|复核|验收|核查|进展|结果|情况|记录|跟踪|回头看|其他).{0,4}$(?<!人|人员|单位|部门|时间|日期)", RegexOptions.CultureInvariant)]
    private static partial Regex Remarks();

    /// <summary>Understands a row: the cells that mean something, and the row they stand in.</summary>
    public UnderstoodRow Read(IReadOnlyList<MeantCell> cells, SheetRow all, List<LedgerNote> notes)
    {
        var number = all.Number;
        var row = new UnderstoodRow { Sector = _mapping.DefaultSector, RegionCode = _mapping.DefaultRegion };
        foreach (var cell in cells) row = _cells.Read(row, cell, notes);
        row = _deadlines.Read(row, cells, notes);
        row = FillUnit(NameTheInspected(row, number, notes), number, notes);
        row = FillLevel(row, cells, number, notes);
        var said = _remarks.Count == 0 ? cells
            : [.. cells, .. all.Cells.Where(c => !c.IsBlank && _remarks.ContainsKey(c.Column)).Select(
                c => new MeantCell(_remarks[c.Column], c))];
        row = _deadlines.Ask(_states.Read(row, said, number, notes), said, all, notes);
        row = CompareWithWords(row, said, number, notes);
        if (row.Description is { } counted && IsNumber(counted)) notes.Add(
            About(NoteKinds.DescriptionIsNumber, LedgerField.Description, number, counted, counted));
        if (row.Description is null) notes.Add(About(NoteKinds.DescriptionMissing, LedgerField.Description, number));
        if (row.FoundAt is null && IsBlank(LedgerField.FoundAt, cells)) notes.Add(
            About(NoteKinds.FoundAtMissing, LedgerField.FoundAt, number));
        if (row.ResponsibleUnit is null && IsBlank(LedgerField.ResponsibleUnit, cells)) notes.Add(
            About(NoteKinds.UnitMissing, LedgerField.ResponsibleUnit, number));
        if (row.ResponsibleUnit is { } unit && unit.Name == row.InspectionBody) notes.Add(
            About(NoteKinds.UnitIsInspector, LedgerField.ResponsibleUnit, number, unit.Name, unit.Name));
        CompareDates(row, cells, number, notes);
        _states.Compare(row, cells, number, notes);
        return row;
    }

    /// <summary>Who is answerable. A ledger of inspections that has no column for it means the unit that was inspected.</summary>
    private UnderstoodRow FillUnit(UnderstoodRow row, int number, List<LedgerNote> notes)
    {
        if (row.Enterprise is { } enterprise && row.ResponsibleUnits.All(u => !Answers(u)) && !_columns.Any(
            c => c.Field == LedgerField.ResponsibleUnit && Answers(new(c.Role, ""))))
        {
            if (UnitTexts.NamesNobody(enterprise))
            {
                notes.Add(About(NoteKinds.UnitUnnamed, LedgerField.Enterprise, number, enterprise, enterprise));
                return row;
            }
            notes.Add(About(NoteKinds.UnitIsEnterprise, LedgerField.Enterprise, number, enterprise, enterprise));
            return row with
            {
                ResponsibleUnits = [.. row.ResponsibleUnits, new(null, enterprise)], ResponsibleUnit = new(null, enterprise),
            };
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
            else if (row.Enterprise is not { } enterprise) notes.Add(
                About(NoteKinds.UnitUnnamed, LedgerField.ResponsibleUnit, number, unit.Name, unit.Name));
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
        foreach (var role in _mapping.UnitPreference)
            if (units.FirstOrDefault(u => u.Role == role) is { } unit)
                return unit;
        return units.FirstOrDefault(u => u.Role is null or "整改" or "主体") ?? units.FirstOrDefault(Answers);
    }

    /// <summary>两列并存: the level, and whether it is major. Where they contradict each other a person grades.</summary>
    private UnderstoodRow CompareLevels(UnderstoodRow row, bool isMajor, int number, List<LedgerNote> notes)
    {
        if (row.Level is not { } reading) return row with
        {
            Level = new(isMajor ? "重大" : "一般", isMajor ? LedgerLevel.Major : LedgerLevel.General),
        };
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
            return row;
        }
        notes.Add(About(_mapping.DefaultLevel is null ? NoteKinds.LevelMissing : NoteKinds.LevelDefaulted, LedgerField.Level, number));
        return row with { Level = _mapping.DefaultLevel is { } level ? new("", level) : null };
    }

    /// <summary>
    /// 一般, and the description or a remark says that it is major. What a remark says came later, and a person grades; so does one where a
    /// hazard that may be major would be closed.
    /// </summary>
    private UnderstoodRow CompareWithWords(UnderstoodRow row, IReadOnlyList<MeantCell> cells, int number, List<LedgerNote> notes)
    {
        if (row.Level is not { Value: LedgerLevel.General } level) return row;
        var doubted = false;
        if (row.Description is { } text && RemarkWords.SaysMajor(text))
        {
            notes.Add(About(NoteKinds.LevelDescriptionSaysMajor, LedgerField.Level, number, level.Text, level.Text));
            doubted = row.State?.Value is LedgerState.Accepted or LedgerState.Closed or LedgerState.FixedOnTheSpot;
        }
        foreach (var cell in cells.Where(c => c.Column.Field is LedgerField.Remark or LedgerField.Result && RemarkWords.SaysMajor(c.Text)))
        {
            notes.Add(CellReader.About(NoteKinds.LevelRemarkSaysMajor, cell, level.Text, cell.Label, cell.Text));
            doubted = true;
        }
        return doubted ? row with { Level = level with { Value = null } } : row;
    }

    /// <summary>重大事故隐患 with a √ beside the major ones, and no column for the level: what has no mark is general.</summary>
    private UnderstoodRow FillMark(UnderstoodRow row, int number, List<LedgerNote> notes)
    {
        var column = _columns.FirstOrDefault(c => c.Field == LedgerField.IsMajor)?.Column;
        if (column is null || row.IsMajor is not null || row.Level is not null || _mapping.DefaultLevel is not null || _columns.Any(
            c => c.Field == LedgerField.Level)) return row;
        if (notes.Exists(n => n.Code == NoteKinds.LevelUnknown.Code)) return row;
        notes.Add(About(NoteKinds.LevelUnmarked, LedgerField.IsMajor, number, null, column.Label));
        return row with { IsMajor = false };
    }

    private static bool IsNumber(string text) =>
        decimal.TryParse(
            Words.HalfWidth(text).TrimEnd('条', '项', '个', '处', '起').Trim(), System.Globalization.NumberStyles.Number,
            System.Globalization.CultureInfo.InvariantCulture, out _);

    private void CompareDates(UnderstoodRow row, IReadOnlyList<MeantCell> cells, int number, List<LedgerNote> notes)
    {
        if (row.FoundAt is not { } found) return;
        Compare(row.Deadline, LedgerField.Deadline, NoteKinds.DeadlineBeforeFound);
        Compare(row.CompletedAt, LedgerField.CompletedAt, NoteKinds.CompletedBeforeFound);

        void Compare(LedgerDate? date, LedgerField field, NoteKind kind)
        {
            if (date is not { } later || later.Day >= found.Day) return;
            var (said, day) = (CellReader.Day(later), CellReader.Day(found));
            // Where it was written beside a state, or in a remark, the field's own column is blank.
            notes.Add(cells.FirstOrDefault(c => c.Column.Field == field) is { Column: not null } cell
                ? CellReader.About(kind, cell, said, day) : About(kind, field, number, null, said, day));
        }
    }

    private static bool IsBlank(LedgerField field, IReadOnlyList<MeantCell> cells) => !cells.Any(c => c.Column.Field == field);

    private LedgerNote About(NoteKind kind, LedgerField field, int row, string? original = null, params object[] facts) =>
        About(_columns, kind, field, row, original, facts);

    /// <summary>A note about a field of the row, at its column if the table has one.</summary>
    internal static LedgerNote About(
        IReadOnlyList<ResolvedColumn> columns, NoteKind kind, LedgerField field, int row, string? original, object[] facts)
    {
        var column = columns.FirstOrDefault(c => c.Field == field)?.Column;
        return kind.About(column?.Label, CellAddress.Of(column?.Number ?? 1, row), original, facts);
    }
}
