using System.Runtime.CompilerServices;

namespace Hazards.Ledgers;

/// <summary>
/// Reads a ledger row by row with a mapping. Opening it finds the tables and says what the mapping does not fit; after
/// that nothing is refused any more: every row comes out, understood or not.
/// </summary>
public sealed class LedgerReader
{
    private readonly LedgerFile _file;
    private readonly LedgerMapping _mapping;

    private LedgerReader(LedgerFile file, LedgerMapping mapping, IReadOnlyList<LedgerTable> tables, IReadOnlyList<LedgerNote> notes)
    {
        _file = file;
        _mapping = mapping;
        Tables = tables;
        Notes = notes;
    }

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

        List<LedgerTable> tables = [];
        List<LedgerNote> notes = [];
        foreach (var sheet in file.Sheets)
        {
            if (mapping.Sheet is { } wanted && sheet.Name != wanted) continue;
            if (FindTable(sheet, mapping, notes) is { } table) tables.Add(table);
        }
        if (tables.Count == 0) return Refusals.HeaderMissing.At(mapping.Sheet, TableFinder.RowsLookedAt);
        return new LedgerReader(file, mapping, tables, notes);
    }

    /// <summary>
    /// Every row in the order of the file: records, and rows skipped with the reason. Two passes: the first counts the
    /// numbers so that keys are right, the second yields rows one by one without keeping any.
    /// </summary>
    public async IAsyncEnumerable<LedgerRow> ReadAsync([EnumeratorCancellation] CancellationToken ct = default)
    {
        var count = 0;
        foreach (var table in Tables)
        {
            foreach (var row in new TableReader(table, _mapping, _file.Delimiter).Rows())
            {
                ct.ThrowIfCancellationRequested();
                yield return row;
                // Reading is computing; a long file must not keep a thread of the pool to itself.
                if ((++count & 255) == 0) await Task.Yield();
            }
        }
    }

    private static LedgerTable? FindTable(LedgerSheet sheet, LedgerMapping mapping, List<LedgerNote> notes)
    {
        if (sheet.RowCount == 0) return null;
        var where = sheet.Name.Length > 0 ? sheet.Name : null;
        if (sheet.Hidden && mapping.Sheet is null)
        {
            notes.Add(NoteKinds.SheetHidden.About(null, where, null, sheet.Name, sheet.RowCount));
            return null;
        }
        var table = LedgerTable.Find(sheet, mapping).Value;
        if (table is not null)
        {
            var (found, missing, ambiguous) = ColumnResolver.Resolve(table, mapping);
            if (found.Exists(c => c.Field == LedgerField.Description))
            {
                AddColumnNotes(table, found, missing, ambiguous, notes);
                return table;
            }
        }
        notes.Add(NoteKinds.SheetWithoutTable.About(null, where, null, sheet.Name, sheet.RowCount));
        return null;
    }

    private static void AddColumnNotes(LedgerTable table, List<ResolvedColumn> found, List<ColumnMapping> missing,
        List<(ColumnMapping Mapped, LedgerColumn Other)> ambiguous, List<LedgerNote> notes)
    {
        foreach (var mapped in missing)
            notes.Add(NoteKinds.ColumnMissing.About(mapped.Header ?? mapped.Column, null, null, mapped.Header ?? mapped.Column!));
        foreach (var (mapped, other) in ambiguous)
            notes.Add(NoteKinds.ColumnAmbiguous.About(mapped.Header, At(other), null, mapped.Header!, other.Letter));
        foreach (var column in table.Columns.Where(c => !found.Exists(f => f.Column.Number == c.Number)))
            notes.Add(NoteKinds.ColumnUnmapped.About(column.Header, At(column), column.Path[^1], column.Header));

        string At(LedgerColumn column) => CellAddress.Of(column.Number, table.HeaderFirst);
    }
}
