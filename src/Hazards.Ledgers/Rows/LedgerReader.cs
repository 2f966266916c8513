using System.Runtime.CompilerServices;

namespace Hazards.Ledgers;

/// <summary>
/// Reads a ledger row by row with a mapping. Opening it finds the tables and says what the mapping does not fit; after
/// that nothing is refused any more: every row comes out, understood or not.
/// </summary>
public sealed class LedgerReader
{
    private readonly LedgerFile _file;
    private readonly IReadOnlyList<MappedTable> _tables;

    private LedgerReader(LedgerFile file, IReadOnlyList<MappedTable> tables, IReadOnlyList<LedgerNote> notes)
    {
        _file = file;
        _tables = tables;
        Tables = [.. tables.Select(t => t.Table)];
        Notes = notes;
    }

    /// <summary>A table and how it is read: by the mapping, or by its own headers where the mapping does not fit it.</summary>
    private sealed record MappedTable(LedgerTable Table, LedgerMapping Mapping);

    /// <summary>The tables that will be read, one a sheet.</summary>
    public IReadOnlyList<LedgerTable> Tables { get; }

    /// <summary>What is to be known of sheets and columns: those missing, ambiguous, not mapped, not read.</summary>
    public IReadOnlyList<LedgerNote> Notes { get; }

    /// <summary>Finds the mapping's tables in a file.</summary>
    /// <param name="file">The file; it must stay open while rows are read.</param>
    /// <param name="mapping">What the columns mean.</param>
    /// <returns>
    /// The reader, or why there is none: <c>mapping.*</c> when the mapping is wrong or names a sheet that is not there,
    /// <c>header.missing</c> when no sheet has the table.
    /// </returns>
    public static LedgerResult<LedgerReader> Open(LedgerFile file, LedgerMapping mapping)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(mapping);
        if (mapping.Check() is { } refusal) return refusal;
        if (mapping.Sheet is { } name && !file.Sheets.Any(s => s.Name == name)) return Refusals.SheetMissing.At("$.sheet", name);

        List<MappedTable> tables = [];
        List<LedgerNote> notes = [];
        foreach (var sheet in file.Sheets)
        {
            if (mapping.Sheet is { } wanted && sheet.Name != wanted) continue;
            if (FindTable(sheet, mapping, notes) is { } table) tables.Add(table);
        }
        if (tables.Count == 0) return Refusals.HeaderMissing.At(mapping.Sheet, TableFinder.RowsLookedAt);
        return new LedgerReader(file, tables, notes);
    }

    /// <summary>
    /// Every row in the order of the file: records, and rows skipped with the reason. Two passes: the first counts the
    /// numbers so that keys are right, the second yields rows one by one without keeping any.
    /// </summary>
    public async IAsyncEnumerable<LedgerRow> ReadAsync([EnumeratorCancellation] CancellationToken ct = default)
    {
        var count = 0;
        foreach (var (table, mapping) in _tables)
        {
            foreach (var row in new TableReader(table, mapping, _file.Delimiter, _file.Name).Rows())
            {
                ct.ThrowIfCancellationRequested();
                yield return row;
                // Reading is computing; a long file must not keep a thread of the pool to itself.
                if ((++count & 255) == 0) await Task.Yield();
            }
        }
    }

    private static MappedTable? FindTable(LedgerSheet sheet, LedgerMapping mapping, List<LedgerNote> notes)
    {
        if (sheet.RowCount == 0) return null;
        var where = sheet.Name.Length > 0 ? sheet.Name : null;
        if (sheet.Hidden && mapping.Sheet is null)
        {
            notes.Add(NoteKinds.SheetHidden.About(null, where, null, sheet.Name, sheet.RowCount));
            return null;
        }
        if (sheet.Pictures > 0) notes.Add(NoteKinds.PicturesInSheet.About(null, where, null, sheet.Name, sheet.Pictures));
        var table = LedgerTable.Find(sheet, mapping).Value;
        if (table is not null && mapping.Sheet is null && MappingGuesser.CountsHazards(table, mapping))
        {
            notes.Add(NoteKinds.SheetStatistics.About(null, where, null, sheet.Name, sheet.RowCount));
            return null;
        }
        if (table is not null && Read(table, mapping, notes) is { } read) return read;
        // Another sheet of the same workbook, whose columns go by other names.
        if (mapping.Sheet is null && mapping.HeaderRow is null && LedgerTable.Find(sheet).Value is { } own)
        {
            var guess = MappingGuesser.Guess(own);
            if (MappingGuesser.IsSummary(own, guess))
            {
                notes.Add(NoteKinds.SheetStatistics.About(null, where, null, sheet.Name, sheet.RowCount));
                return null;
            }
            var mapped = guess.Mapping with
            {
                DefaultRegion = mapping.DefaultRegion, DefaultSector = mapping.DefaultSector, DefaultLevel = mapping.DefaultLevel,
                DefaultState = mapping.DefaultState,
                UnitPreference = mapping.UnitPreference, DateFormats = mapping.DateFormats,
                Levels = guess.Mapping.Levels.Count > 0 ? guess.Mapping.Levels : mapping.Levels,
                States = guess.Mapping.States.Count > 0 ? guess.Mapping.States : mapping.States,
            };
            if (Read(own, mapped, notes) is { } other)
            {
                notes.Add(NoteKinds.SheetOwnColumns.About(null, where, null, sheet.Name));
                return other;
            }
        }
        notes.Add(NoteKinds.SheetWithoutTable.About(null, where, null, sheet.Name, sheet.RowCount));
        return null;
    }

    private static MappedTable? Read(LedgerTable table, LedgerMapping mapping, List<LedgerNote> notes)
    {
        var (found, missing, ambiguous) = ColumnResolver.Resolve(table, mapping);
        if (!found.Exists(c => c.Field == LedgerField.Description)) return null;
        AddColumnNotes(table, found, missing, ambiguous, notes);
        return new(table, mapping);
    }

    private static void AddColumnNotes(LedgerTable table, List<ResolvedColumn> found, List<ColumnMapping> missing,
        List<(ColumnMapping Mapped, LedgerColumn Other)> ambiguous, List<LedgerNote> notes)
    {
        foreach (var mapped in missing)
            notes.Add(NoteKinds.ColumnMissing.About(mapped.Header ?? mapped.Column, null, null, mapped.Header ?? mapped.Column!));
        foreach (var (mapped, other) in ambiguous)
            notes.Add(NoteKinds.ColumnAmbiguous.About(mapped.Header, At(other), null, mapped.Header!, other.Letter));
        foreach (var column in table.Columns.Where(c => c.Hidden))
            notes.Add(NoteKinds.ColumnHidden.About(column.Header, At(column), null, column.Header));
        if (table.Beside is [var beside, ..] && !found.Exists(f => f.Column.Number >= beside.Number))
            notes.Add(NoteKinds.TableBeside.About(beside.Header, At(beside), null, beside.Letter));
        foreach (var column in table.Columns.Where(c => !found.Exists(f => f.Column.Number == c.Number)))
            notes.Add(NoteKinds.ColumnUnmapped.About(column.Header, At(column), column.Path[^1], column.Header));

        string At(LedgerColumn column) => CellAddress.Of(column.Number, table.HeaderFirst);
    }
}
