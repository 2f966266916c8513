namespace Hazards.Ledgers;

/// <summary>A sheet as the preview shows it.</summary>
/// <param name="Name">Its name; empty for a csv.</param>
/// <param name="Hidden">Whether it is hidden.</param>
/// <param name="RowsWithContent">Rows that have content.</param>
/// <param name="HeaderFirst">First row of the header; null when no table was found.</param>
/// <param name="HeaderLast">Last row of the header.</param>
/// <param name="Titles">What stands above the header.</param>
/// <param name="Columns">The headers, from left to right.</param>
public sealed record SheetPreview(string Name, bool Hidden, int RowsWithContent, int? HeaderFirst, int? HeaderLast,
    IReadOnlyList<string> Titles, IReadOnlyList<LedgerColumn> Columns);

/// <summary>What an import would understand: for a person to look at before anything is written.</summary>
public sealed record LedgerPreview
{
    /// <summary>The file's name.</summary>
    public required string FileName { get; init; }
    /// <summary>What the file is.</summary>
    public required LedgerFormat Format { get; init; }
    /// <summary>The encoding of a csv.</summary>
    public string? EncodingName { get; init; }
    /// <summary>The delimiter of a csv.</summary>
    public char? Delimiter { get; init; }
    /// <summary>The sheets.</summary>
    public required IReadOnlyList<SheetPreview> Sheets { get; init; }
    /// <summary>The mapping used.</summary>
    public required LedgerMapping Mapping { get; init; }
    /// <summary>How it was guessed; null when it was given.</summary>
    public MappingGuess? Guess { get; init; }
    /// <summary>Notes on sheets and columns.</summary>
    public required IReadOnlyList<LedgerNote> Notes { get; init; }
    /// <summary>The first records.</summary>
    public required IReadOnlyList<LedgerRow> Rows { get; init; }
    /// <summary>Titles, sections and footers, which may hold instructions worth reading.</summary>
    public required IReadOnlyList<LedgerRow> Skipped { get; init; }
    /// <summary>Rows by verdict, over the whole file.</summary>
    public required IReadOnlyDictionary<RowVerdict, int> Verdicts { get; init; }
    /// <summary>Notes by code, over the whole file.</summary>
    public required IReadOnlyDictionary<string, int> NoteCounts { get; init; }

    /// <summary>Reads the whole file and keeps the first records.</summary>
    /// <param name="file">The file.</param>
    /// <param name="mapping">How to read it; guessed from the headers when null.</param>
    /// <param name="rows">How many records to keep.</param>
    /// <param name="ct">Stops the reading.</param>
    /// <returns>The preview, or the refusal of <see cref="LedgerReader.Open"/>.</returns>
    public static async Task<LedgerResult<LedgerPreview>> CreateAsync(
        LedgerFile file, LedgerMapping? mapping = null, int rows = 20, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        MappingGuess? guess = null;
        if (mapping is null)
        {
            var guessed = MappingGuesser.Guess(file);
            if (!guessed.IsOk) return guessed.Refusal;
            guess = guessed.Value;
            mapping = guess.Mapping;
        }
        var opened = LedgerReader.Open(file, mapping);
        if (!opened.IsOk) return opened.Refusal;
        var tally = new Tally(rows);
        await foreach (var row in opened.Value.ReadAsync(ct)) tally.Add(row);
        return new LedgerPreview
        {
            FileName = file.Name,
            Format = file.Format,
            EncodingName = file.EncodingName,
            Delimiter = file.Delimiter,
            Sheets = [.. file.Sheets.Select(s => Describe(s, opened.Value.Tables.FirstOrDefault(t => t.Sheet == s)))],
            Mapping = mapping,
            Guess = guess,
            Notes = opened.Value.Notes,
            Rows = tally.Rows,
            Skipped = tally.Skipped,
            Verdicts = tally.Verdicts,
            NoteCounts = tally.Notes,
        };
    }

    private static SheetPreview Describe(LedgerSheet sheet, LedgerTable? table) => new(
        sheet.Name, sheet.Hidden, sheet.RowCount, table?.HeaderFirst, table?.HeaderLast, table?.Titles ?? [], table?.Columns ?? []);

    private sealed class Tally(int most)
    {
        private const int MostSkipped = 100;

        public List<LedgerRow> Rows { get; } = [];
        public List<LedgerRow> Skipped { get; } = [];
        public Dictionary<RowVerdict, int> Verdicts { get; } = Enum.GetValues<RowVerdict>().ToDictionary(v => v, _ => 0);
        public SortedDictionary<string, int> Notes { get; } = new(StringComparer.Ordinal);

        public void Add(LedgerRow row)
        {
            Verdicts[row.Verdict]++;
            foreach (var note in row.Notes) Notes[note.Code] = Notes.GetValueOrDefault(note.Code) + 1;
            if (row.Verdict != RowVerdict.Skipped && Rows.Count < most) Rows.Add(row);
            if (row.Skip is LedgerSkip.Title or LedgerSkip.Section or LedgerSkip.Footer && Skipped.Count < MostSkipped) Skipped.Add(row);
        }
    }
}
