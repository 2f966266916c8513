namespace Hazards.Ledgers;

/// <summary>
/// Guesses a mapping: the headers say what a column means, its contents support or contradict them. A column is never
/// given a meaning by its contents alone.
/// </summary>
public static class MappingGuesser
{
    private const double LeastConfidence = 0.4;

    /// <summary>Contents count only when there are this many.</summary>
    private const int FewestValues = 3;

    /// <summary>Guesses from the first sheet of a file that has a table.</summary>
    /// <returns>The guess, or <c>header.missing</c>.</returns>
    public static LedgerResult<MappingGuess> Guess(LedgerFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        MappingGuess? summary = null;
        foreach (var sheet in file.Sheets.OrderBy(s => s.Hidden))
        {
            if (LedgerTable.Find(sheet).Value is not { } table) continue;
            var guess = sheet.Hidden ? Named(Guess(table), sheet) : Guess(table);
            if (!IsSummary(table, guess)) return guess;
            summary ??= guess;
        }
        if (summary is not null) return summary;
        return Refusals.HeaderMissing.At(null, TableFinder.RowsLookedAt);
    }

    /// <summary>A table whose 隐患 are numbers counts hazards; it lists none.</summary>
    private static bool IsSummary(LedgerTable table, MappingGuess guess) =>
        guess.Columns.FirstOrDefault(g => g.Field == LedgerField.Description) is { } description
        && table.Samples.Select(r => r.At(description.Column.Number)).OfType<SheetCell>().Where(c => !c.IsBlank).ToList() is { Count: > 0 } values
        && values.TrueForAll(v => decimal.TryParse(v.Text.Trim(), System.Globalization.NumberStyles.Number, System.Globalization.CultureInfo.InvariantCulture, out _));

    /// <summary>Guesses from a table.</summary>
    public static MappingGuess Guess(LedgerTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        var contents = new CellReader(new LedgerMapping { Columns = [] });
        var guesses = table.Columns.Select(c => Guess(table, c, contents)).ToList();
        var contests = Settle(guesses);
        var mapped = guesses.Where(g => g.Field is not null).ToList();
        var mapping = new LedgerMapping
        {
            Name = table.Titles.Count > 0 ? table.Titles[0].Trim() : null,
            Columns = [.. mapped.Select(g => Column(g, table))],
            States = YesAndNoStates(mapped),
            Levels = YesAndNoLevels(mapped),
        };
        return new(mapping, guesses, [.. guesses.Where(g => g.Field is null).Select(g => g.Column)], contests);
    }

    private static MappingGuess Named(MappingGuess guess, LedgerSheet sheet) =>
        guess with { Mapping = guess.Mapping with { Sheet = sheet.Name } };

    private static ColumnGuess Guess(LedgerTable table, LedgerColumn column, CellReader contents)
    {
        if (HeaderWords.Find(column.Path) is not { } match) return new(column, null, null, 0);
        var values = table.Samples.Select(r => r.At(column.Number)).OfType<SheetCell>().Where(c => !c.IsBlank).ToList();
        var field = StateOrResult(match.Field, column, values, contents);
        var confidence = Math.Round(Math.Clamp(match.Confidence + Support(field, values, contents), 0, 1), 2);
        return confidence >= LeastConfidence || field == LedgerField.Description
            ? new(column, field, match.Role, confidence)
            : new(column, null, null, confidence);
    }

    /// <summary>整改情况 may hold 已整改 or the story of the repair; the cells tell.</summary>
    private static LedgerField StateOrResult(LedgerField field, LedgerColumn column, List<SheetCell> values, CellReader contents) =>
        field == LedgerField.State && values.Count > 0 && HeaderWords.MayBeStateOrResult(column.Path[^1])
        && values.Count(v => CellReader.Fit(LedgerField.State, contents.LookAt(v)) > 0) * 2 < values.Count
            ? LedgerField.Result
            : field;

    /// <summary>Up to 0.05 more when all contents fit, up to 0.5 less when none does.</summary>
    private static double Support(LedgerField field, List<SheetCell> values, CellReader contents)
    {
        if (values.Count < FewestValues || YesOrNo(values)) return 0;
        var fits = values.Select(v => CellReader.Fit(field, contents.LookAt(v))).ToList();
        return 0.05 * fits.Count(f => f > 0) / fits.Count - 0.5 * fits.Count(f => f < 0) / fits.Count;
    }

    /// <summary>Leaves each field to its likeliest column, the leftmost of equals. Units may have as many as there are.</summary>
    private static List<FieldContest> Settle(List<ColumnGuess> guesses)
    {
        List<FieldContest> contests = [];
        var contested = guesses.Where(g => g.Field is not null and not LedgerField.ResponsibleUnit).GroupBy(g => g.Field!.Value).Where(g => g.Count() > 1);
        foreach (var contest in contested.ToList())
        {
            var ranked = contest.OrderByDescending(g => g.Confidence).ThenBy(g => g.Column.Number).ToList();
            foreach (var loser in ranked.Skip(1))
                guesses[guesses.IndexOf(loser)] = loser with { Field = SaysWhetherMajor(loser) ? LedgerField.IsMajor : null, Role = null };
            contests.Add(new(contest.Key, ranked[0].Column, [.. ranked.Skip(1).Select(g => g.Column)]));
        }
        return contests;
    }

    /// <summary>是否重大隐患 beside 隐患等级 says what it says, and may contradict it.</summary>
    private static bool SaysWhetherMajor(ColumnGuess guess) => guess.Field == LedgerField.Level && guess.Column.Header.Contains("是否重大", StringComparison.Ordinal);

    private static ColumnMapping Column(ColumnGuess guess, LedgerTable table)
    {
        var header = guess.Column.Header;
        var ambiguous = table.Columns.Count(c => Words.Normalise(c.Header) == Words.Normalise(header)) > 1;
        return new(guess.Field!.Value) { Header = header, Column = ambiguous ? guess.Column.Letter : null, Role = guess.Role };
    }

    private static bool YesOrNo(List<SheetCell> values) => values.TrueForAll(v => v.Text.Trim() is "是" or "否" or "√" or "×" or "Y" or "N");

    /// <summary>是 under 是否销号 is closed, under 是否整改 it is declared.</summary>
    private static Dictionary<string, LedgerState> YesAndNoStates(List<ColumnGuess> mapped)
    {
        var column = mapped.Find(g => g.Field == LedgerField.State)?.Column;
        if (column is null || !column.Header.Contains("是否", StringComparison.Ordinal)) return [];
        var closes = column.Header.Contains("销号", StringComparison.Ordinal) || column.Header.Contains("闭环", StringComparison.Ordinal);
        return new()
        {
            ["是"] = closes ? LedgerState.Closed : LedgerState.Declared,
            ["否"] = closes ? LedgerState.Rectifying : LedgerState.Assigned,
        };
    }

    private static Dictionary<string, LedgerLevel> YesAndNoLevels(List<ColumnGuess> mapped) =>
        mapped.Find(g => g.Field == LedgerField.Level)?.Column.Header.Contains("是否重大", StringComparison.Ordinal) == true
            ? new() { ["是"] = LedgerLevel.Major, ["否"] = LedgerLevel.General }
            : [];
}
