using System.Globalization;
using System.Text.Json.Serialization;

namespace Hazards.Ledgers;

/// <summary>What the file says a cell is; what it means for a ledger is the mapping's business.</summary>
[JsonConverter(typeof(LedgerEnumConverter<CellKind>))]
public enum CellKind
{
    /// <summary>Text, including every cell of a csv.</summary>
    Text,

    /// <summary>A number that is not formatted as a date.</summary>
    Number,

    /// <summary>A number formatted as a date, or an ISO 8601 cell.</summary>
    Date,

    /// <summary>TRUE or FALSE.</summary>
    Boolean,

    /// <summary>An Excel error such as #REF!.</summary>
    Error,
}

/// <summary>A cell with content. Nothing is trimmed: <see cref="Text"/> is what the file holds.</summary>
/// <param name="Row">Row number from 1, as a spreadsheet program shows it (for csv: the record's number).</param>
/// <param name="Column">Column number from 1.</param>
/// <param name="Text">The text as stored. A date in an xlsx is stored as a serial, for example 45660; see <see cref="Date"/>.</param>
/// <param name="Kind">What the file says it is.</param>
public sealed record SheetCell(int Row, int Column, string Text, CellKind Kind)
{
    /// <summary>The date and time of a <see cref="CellKind.Date"/> cell: a wall clock reading, without an offset.</summary>
    public DateTime? Date { get; init; }

    /// <summary>Whether the workbook counts its days from 1904, for a serial in a cell without a date format.</summary>
    internal bool Date1904 { get; init; }

    /// <summary>Whether the cell holds a picture.</summary>
    internal bool IsPicture => ImageValue is not null || (Formula ?? Text).Contains("DISPIMG", StringComparison.OrdinalIgnoreCase);

    /// <summary>Which value of the workbook's metadata the picture is, where Excel has placed it; 0 for none that can be found.</summary>
    internal int? ImageValue { get; init; }

    /// <summary>The formula whose cached result <see cref="Text"/> is; null for a plain cell.</summary>
    public string? Formula { get; init; }

    /// <summary>The address as a spreadsheet program writes it, for example G17.</summary>
    public string Address => CellAddress.Of(Column, Row);

    /// <summary>Where the cell stands in the file, when a csv row was aligned and <see cref="Column"/> says where it belongs.</summary>
    internal string SourceAddress => Source ?? Address;

    internal string? Source { get; init; }

    /// <summary>Whether there is nothing to see in the cell.</summary>
    public bool IsBlank => string.IsNullOrWhiteSpace(Text) && Formula is null;

    /// <summary>The text for people: a date as a date, anything else as stored.</summary>
    public string Display => Date is { } date
        ? date.ToString(date.TimeOfDay == default ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)
        : Text;
}

/// <summary>A row of a sheet, with the cells that have content, from left to right.</summary>
/// <param name="Number">Row number from 1.</param>
/// <param name="Cells">The cells that are not empty; white space counts as content here.</param>
/// <param name="Width">Fields on the line of a csv, empty ones included; for xlsx the rightmost cell's column.</param>
/// <param name="Hidden">Whether the row is hidden, for example by a filter. Hidden rows are read like any other.</param>
public sealed record SheetRow(int Number, IReadOnlyList<SheetCell> Cells, int Width, bool Hidden)
{
    /// <summary>Whether no cell has anything to see.</summary>
    public bool IsBlank => Cells.All(c => c.IsBlank);

    internal SheetCell? At(int column)
    {
        foreach (var cell in Cells)
            if (cell.Column == column)
                return cell;
        return null;
    }
}

/// <summary>A merged range, all four corners included and counted from 1.</summary>
/// <param name="Top">First row.</param>
/// <param name="Left">First column.</param>
/// <param name="Bottom">Last row.</param>
/// <param name="Right">Last column.</param>
public readonly record struct MergedRange(int Top, int Left, int Bottom, int Right)
{
    /// <summary>Columns covered.</summary>
    public int Width => Right - Left + 1;

    /// <summary>Rows covered.</summary>
    public int Height => Bottom - Top + 1;

    /// <summary>Whether the cell lies within the range.</summary>
    public bool Covers(int row, int column) => row >= Top && row <= Bottom && column >= Left && column <= Right;

    /// <summary>The range as a spreadsheet program writes it, for example L1:O1.</summary>
    public override string ToString() => $"{CellAddress.Of(Left, Top)}:{CellAddress.Of(Right, Bottom)}";
}

/// <summary>Column letters and addresses.</summary>
internal static class CellAddress
{
    /// <summary>Excel's last column, XFD, and last row.</summary>
    private const int LastColumn = 16_384, LastRow = 1_048_576;

    public static string Of(int column, int row) => Letters(column) + row.ToString(CultureInfo.InvariantCulture);

    public static string Letters(int column)
    {
        Span<char> letters = stackalloc char[8];
        var start = letters.Length;
        for (var rest = column; rest > 0; rest = (rest - 1) / 26)
            letters[--start] = (char)('A' + (rest - 1) % 26);
        return new string(letters[start..]);
    }

    /// <summary>Reads "G17" or, for a column alone, "G" (row 0). Dollar signs are not expected in a file.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out int column, out int row)
    {
        (column, row) = (0, 0);
        var at = 0;
        for (; at < text.Length && char.IsAsciiLetter(text[at]); at++)
        {
            column = column * 26 + (text[at] & ~0x20) - 'A' + 1;
            if (column > LastColumn) return false;
        }
        if (at == text.Length) return column > 0;
        return column > 0
            && int.TryParse(text[at..], NumberStyles.None, CultureInfo.InvariantCulture, out row)
            && row is > 0 and <= LastRow;
    }

    public static bool TryParseRange(ReadOnlySpan<char> text, out MergedRange range)
    {
        range = default;
        var colon = text.IndexOf(':');
        var last = colon < 0 ? text : text[(colon + 1)..];
        var first = colon < 0 ? text : text[..colon];
        if (!TryParse(first, out var left, out var top) || top == 0) return false;
        if (!TryParse(last, out var right, out var bottom) || bottom == 0) return false;
        range = new(Math.Min(top, bottom), Math.Min(left, right), Math.Max(top, bottom), Math.Max(left, right));
        return true;
    }
}
