namespace Hazards.Ledgers;

/// <summary>A column of the table together with what the mapping says it means.</summary>
internal sealed record ResolvedColumn(LedgerColumn Column, LedgerField Field, string? Role);

/// <summary>Finds the mapping's columns in a table.</summary>
internal static class ColumnResolver
{
    /// <summary>Whether the mapping's column is this one: same letter, or same header whatever its spacing and punctuation.</summary>
    public static bool Names(ColumnMapping mapped, LedgerColumn column)
    {
        if (mapped.Column is { } letter) return string.Equals(letter, column.Letter, StringComparison.OrdinalIgnoreCase);
        var wanted = Words.Normalise(mapped.Header ?? "");
        return wanted.Length > 0 && column.Path.Count > 0
            && (wanted == Words.Normalise(column.Header) || wanted == Words.Normalise(column.Path[^1]));
    }

    /// <summary>
    /// The columns found, those missing, and those whose header stands over more than one column (the leftmost is taken).
    /// </summary>
    public static (List<ResolvedColumn> Found, List<ColumnMapping> Missing, List<(ColumnMapping Mapped, LedgerColumn Other)> Ambiguous) Resolve(
        LedgerTable table, LedgerMapping mapping)
    {
        List<ResolvedColumn> found = [];
        List<ColumnMapping> missing = [];
        List<(ColumnMapping, LedgerColumn)> ambiguous = [];
        foreach (var mapped in mapping.Columns)
        {
            var columns = Candidates(table, mapped);
            if (columns.Count == 0) missing.Add(mapped);
            else found.Add(new(columns[0], mapped.Field, mapped.Role));
            ambiguous.AddRange(columns.Skip(1).Select(other => (mapped, other)));
        }
        found.Sort((a, b) => a.Column.Number.CompareTo(b.Column.Number));
        return (found, missing, ambiguous);
    }

    private static List<LedgerColumn> Candidates(LedgerTable table, ColumnMapping mapped)
    {
        var whole = Words.Normalise(mapped.Header ?? "");
        var columns = table.Columns.Where(c => Names(mapped, c)).ToList();
        // The full path is surer than the last word of it: 责任单位 and 监管/责任单位 are two columns.
        if (mapped.Column is null && columns.Count > 1 && columns.Exists(c => Words.Normalise(c.Header) == whole))
            columns.RemoveAll(c => Words.Normalise(c.Header) != whole);
        if (columns.Count == 0 && mapped.Column is { } letter && CellAddress.TryParse(letter, out var number, out _))
            columns.Add(new(number, [], false));
        return columns;
    }
}
