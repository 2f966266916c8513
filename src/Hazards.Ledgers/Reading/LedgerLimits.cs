namespace Hazards.Ledgers;

/// <summary>
/// How much of a file is read before it is refused. The defaults take the ledger of a prefecture for some years;
/// they bound memory to the compressed file plus its shared strings plus one row.
/// </summary>
public sealed record LedgerLimits
{
    /// <summary>The defaults.</summary>
    public static LedgerLimits Default { get; } = new();

    /// <summary>Bytes of the file as sent. It is held in memory while it is read.</summary>
    public long FileBytes { get; init; } = 32L << 20;

    /// <summary>Bytes of all parts of an xlsx together, counted while inflating.</summary>
    public long InflatedBytes { get; init; } = 256L << 20;

    /// <summary>Bytes of one part of an xlsx, counted while inflating.</summary>
    public long PartBytes { get; init; } = 128L << 20;

    /// <summary>
    /// Inflated over compressed size of one part; looked at from one mebibyte on, as small parts legitimately shrink a lot.
    /// </summary>
    public int InflationRatio { get; init; } = 200;

    /// <summary>Parts in an xlsx (photographs count).</summary>
    public int Parts { get; init; } = 10_000;

    /// <summary>Sheets in a workbook.</summary>
    public int Sheets { get; init; } = 100;

    /// <summary>Rows with content in one sheet.</summary>
    public int Rows { get; init; } = 200_000;

    /// <summary>The rightmost column that may have content, counted from 1.</summary>
    public int Columns { get; init; } = 256;

    /// <summary>Cells with content in the file.</summary>
    public int Cells { get; init; } = 5_000_000;

    /// <summary>Characters (UTF-16 units) in a cell; Excel's own limit.</summary>
    public int CellCharacters { get; init; } = 32_767;

    /// <summary>Characters of all shared strings of a workbook, which are held in memory.</summary>
    public int SharedCharacters { get; init; } = 32 << 20;

    /// <summary>Merged ranges in one sheet.</summary>
    public int MergedRanges { get; init; } = 100_000;
}
