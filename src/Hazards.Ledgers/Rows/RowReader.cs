using System.Text.RegularExpressions;

namespace Hazards.Ledgers;

/// <summary>Understands a whole row: its cells one by one, then what they say together.</summary>
internal sealed partial class RowReader(LedgerMapping mapping, IReadOnlyList<ResolvedColumn> columns)
{
    private static readonly string?[] Supervising = ["监管", "督办", "主管", "行业", "属地", "配合"];

    private readonly CellReader _cells = new(mapping);

    public CellReader Cells => _cells;

    public UnderstoodRow Read(IReadOnlyList<MeantCell> cells, int number, List<LedgerNote> notes)
    {
        var row = new UnderstoodRow { Sector = mapping.DefaultSector, RegionCode = mapping.DefaultRegion };
        foreach (var cell in cells) row = _cells.Read(row, cell, notes);
        row = FillUnit(row, number, notes);
        row = FillLevel(row, number, notes);
        row = FillState(row, number, notes);
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
        if (row.ResponsibleUnits.Count == 0 && row.Enterprise is { } enterprise && !columns.Any(c => c.Field == LedgerField.ResponsibleUnit))
        {
            notes.Add(About(NoteKinds.UnitIsEnterprise, LedgerField.Enterprise, number, enterprise, enterprise));
            row = row with { ResponsibleUnits = [new(null, enterprise)] };
        }
        return row with { ResponsibleUnit = Preferred(row.ResponsibleUnits) };
    }

    /// <summary>
    /// The first role of the mapping's preference that names a body; else a body without a role, which is the one that must act;
    /// whoever supervises (监管责任单位) only where nobody else is named.
    /// </summary>
    private ResponsibleUnit? Preferred(IReadOnlyList<ResponsibleUnit> units)
    {
        foreach (var role in mapping.UnitPreference)
            if (units.FirstOrDefault(u => u.Role == role) is { } unit)
                return unit;
        return units.FirstOrDefault(u => u.Role is null or "整改" or "主体") ?? units.FirstOrDefault(u => !Supervising.Contains(u.Role)) ?? (units.Count > 0 ? units[0] : null);
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

    private UnderstoodRow FillLevel(UnderstoodRow row, int number, List<LedgerNote> notes)
    {
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

    private UnderstoodRow FillState(UnderstoodRow row, int number, List<LedgerNote> notes)
    {
        if (row.State is not null) return row;
        notes.Add(About(mapping.DefaultState is null ? NoteKinds.StateMissing : NoteKinds.StateDefaulted, LedgerField.State, number));
        return row with { State = mapping.DefaultState is { } state ? new("", state) : null };
    }

    private static void CompareDates(UnderstoodRow row, IReadOnlyList<MeantCell> cells, List<LedgerNote> notes)
    {
        if (row.FoundAt is not { } found) return;
        Compare(row.Deadline, LedgerField.Deadline, NoteKinds.DeadlineBeforeFound);
        Compare(row.CompletedAt, LedgerField.CompletedAt, NoteKinds.CompletedBeforeFound);

        void Compare(LedgerDate? date, LedgerField field, NoteKind kind)
        {
            if (date is not { } later || later.Day >= found.Day) return;
            var cell = cells.First(c => c.Column.Field == field);
            notes.Add(kind.About(cell.Label, cell.Cell.SourceAddress, cell.Cell.Text, CellReader.Day(later), CellReader.Day(found)));
        }
    }

    private void CompareWithState(UnderstoodRow row, IReadOnlyList<MeantCell> cells, int number, List<LedgerNote> notes)
    {
        if (row.State is not { Value: { } state } reading) return;
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
    private static bool SaysMajor(string description) => Major().IsMatch(Title().Replace(description, ""));

    [GeneratedRegex("《[^》]*》", RegexOptions.CultureInvariant)]
    private static partial Regex Title();

    [GeneratedRegex(@"(?<!不属于?|不构成|非|不是|无|未发现)(生产安全)?重大(事故|安全|生产安全)?隐患(?!判定|标准|排查|治理|库)", RegexOptions.CultureInvariant)]
    private static partial Regex Major();
}
