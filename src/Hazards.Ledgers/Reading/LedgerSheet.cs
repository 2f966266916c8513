namespace Hazards.Ledgers;

/// <summary>A sheet of an opened file: its layout, and its rows as often as they are asked for.</summary>
public sealed class LedgerSheet
{
    private readonly Func<IEnumerable<SheetRow>> _rows;
    private readonly SheetLayout _layout;

    internal LedgerSheet(string name, bool hidden, SheetLayout layout, Func<IEnumerable<SheetRow>> rows)
    {
        Name = name;
        Hidden = hidden;
        Merges = layout.Merges;
        HiddenColumns = layout.HiddenColumns;
        RowCount = layout.Rows;
        Pictures = layout.Pictures;
        _layout = layout;
        _rows = rows;
    }

    /// <summary>The sheet's name; empty for a csv.</summary>
    public string Name { get; }

    /// <summary>Whether the sheet is hidden. Such sheets often hold the choices of drop-down lists.</summary>
    public bool Hidden { get; }

    /// <summary>The merged ranges, by top row.</summary>
    public IReadOnlyList<MergedRange> Merges { get; }

    /// <summary>Hidden columns, as ranges of column numbers.</summary>
    public IReadOnlyList<(int First, int Last)> HiddenColumns { get; }

    /// <summary>Rows that have content.</summary>
    public int RowCount { get; }

    /// <summary>Pictures that float over the sheet; those within cells are cells.</summary>
    public int Pictures { get; }

    /// <summary>Pictures that float over a row, by the column of their upper left corner.</summary>
    internal IEnumerable<(int Column, SheetImage Image)> FloatingAt(int row) => _layout.Floating?[row] ?? [];

    /// <summary>The picture within a cell.</summary>
    internal SheetImage? ImageIn(SheetCell cell) => _layout.InCell?.Invoke(cell);

    /// <summary>
    /// The rows in the order of the file, blank ones included where the file has them. Each call inflates and parses
    /// the sheet anew, so that no more than one row is in memory; all limits were checked when the file was opened.
    /// </summary>
    public IEnumerable<SheetRow> ReadRows() => _rows();
}

/// <summary>What is known of a sheet once all of it has been read.</summary>
internal sealed class SheetLayout
{
    public List<MergedRange> Merges { get; } = [];
    public List<(int First, int Last)> HiddenColumns { get; } = [];
    public int Rows { get; set; }
    public int Pictures { get; set; }
    public ILookup<int, (int Column, SheetImage Image)>? Floating { get; set; }
    public Func<SheetCell, SheetImage?>? InCell { get; set; }
}

/// <summary>Counts what is read against the limits; one for all sheets of a file.</summary>
internal sealed class Quota(LedgerLimits limits)
{
    private int _cells;

    public LedgerLimits Limits => limits;

    public void Row(SheetLayout layout, string where)
    {
        if (++layout.Rows > limits.Rows) throw new RefusedException(Refusals.TooManyRows.At(where, limits.Rows));
    }

    public void Cell(int column, int row, int length)
    {
        if (column > limits.Columns) throw new RefusedException(Refusals.TooManyColumns.At(CellAddress.Of(column, row), limits.Columns));
        if (length > limits.CellCharacters) throw new RefusedException(
            Refusals.CellTooLong.At(CellAddress.Of(column, row), limits.CellCharacters));
        if (++_cells > limits.Cells) throw new RefusedException(Refusals.TooManyCells.At(CellAddress.Of(column, row), limits.Cells));
    }
}
