namespace Hazards.Ledgers;

/// <summary>A column of a table with the header over it.</summary>
/// <param name="Number">Column number from 1.</param>
/// <param name="Path">The headers from top to bottom: 整改责任单位, 施工. Empty for a column without a header.</param>
/// <param name="Hidden">Whether the column is hidden in the file. Hidden columns are read like any other.</param>
public sealed record LedgerColumn(int Number, IReadOnlyList<string> Path, bool Hidden)
{
    /// <summary>The column's letter.</summary>
    public string Letter => CellAddress.Letters(Number);

    /// <summary>The path with slashes: 整改责任单位/施工.</summary>
    public string Header => string.Join('/', Path);

    /// <summary>The header, or the letter where there is none.</summary>
    public string Label => Path.Count > 0 ? Header : Letter;
}

/// <summary>The table found in a sheet: where its header is and what stands above it.</summary>
public sealed class LedgerTable
{
    internal LedgerTable(LedgerSheet sheet, int headerFirst, int headerLast, int headerWidth, IReadOnlyList<LedgerColumn> columns,
        IReadOnlyList<string> titles, IReadOnlyList<IReadOnlySet<string>> headerRows, IReadOnlyList<SheetRow> samples,
        IReadOnlyList<LedgerColumn> beside)
    {
        Beside = beside;
        Sheet = sheet;
        HeaderFirst = headerFirst;
        HeaderLast = headerLast;
        HeaderWidth = headerWidth;
        Columns = columns;
        Titles = titles;
        HeaderRows = headerRows;
        Samples = samples;
        Width = columns.Count == 0 ? 0 : columns[^1].Number;
    }

    /// <summary>The sheet it is in.</summary>
    public LedgerSheet Sheet { get; }

    /// <summary>First row of the header.</summary>
    public int HeaderFirst { get; }

    /// <summary>Last row of the header; the same as <see cref="HeaderFirst"/> for a one-row header.</summary>
    public int HeaderLast { get; }

    /// <summary>The columns that have a header, from left to right.</summary>
    public IReadOnlyList<LedgerColumn> Columns { get; }

    /// <summary>What the rows above the header say.</summary>
    public IReadOnlyList<string> Titles { get; }

    /// <summary>Number of the last column that has a header.</summary>
    public int Width { get; }

    /// <summary>The columns of a second table to the right, which repeats this one's headers; it is not read.</summary>
    internal IReadOnlyList<LedgerColumn> Beside { get; }

    /// <summary>Fields on the header's lines in a csv, unnamed ones included.</summary>
    internal int HeaderWidth { get; }

    /// <summary>The first rows below the header, from which a guess can look at contents.</summary>
    internal IReadOnlyList<SheetRow> Samples { get; }

    /// <summary>The words of each header row, to recognise the header when it is repeated further down.</summary>
    internal IReadOnlyList<IReadOnlySet<string>> HeaderRows { get; }

    /// <summary>Finds the table of a sheet. With a mapping, its header row and its own headers are taken into account.</summary>
    /// <returns>The table, or <c>header.missing</c>.</returns>
    public static LedgerResult<LedgerTable> Find(LedgerSheet sheet, LedgerMapping? mapping = null)
    {
        ArgumentNullException.ThrowIfNull(sheet);
        return new TableFinder(sheet, mapping).Find() is { } table
            ? table
            : Refusals.HeaderMissing.At(sheet.Name.Length > 0 ? sheet.Name : null, TableFinder.RowsLookedAt);
    }
}
