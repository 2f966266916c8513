using System.Text.RegularExpressions;

namespace Hazards.Ledgers;

/// <summary>
/// Guesses a mapping: the headers say what a column means, its contents support or contradict them. A column is never
/// given a meaning by its contents alone.
/// </summary>
public static partial class MappingGuesser
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
    internal static bool IsSummary(LedgerTable table, MappingGuess guess) => CountsHazards(table, guess.Mapping);

    /// <summary>The same of a table that is read by a mapping.</summary>
    internal static bool CountsHazards(LedgerTable table, LedgerMapping mapping) =>
        ColumnResolver.Resolve(table, mapping).Found.Find(c => c.Field == LedgerField.Description) is { } description
        && table.Samples.Select(r => r.At(description.Column.Number)).OfType<SheetCell>().Where(c => !c.IsBlank)
            .ToList() is { Count: > 0 } values
        && values.TrueForAll(v => decimal.TryParse(v.Text.Trim(), System.Globalization.NumberStyles.Number, System.Globalization.CultureInfo.InvariantCulture, out _));

    /// <summary>Guesses from a table.</summary>
    public static MappingGuess Guess(LedgerTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        var contents = new CellReader(new LedgerMapping { Columns = [] });
        var guesses = table.Columns.Select(c => Guess(table, c, contents)).ToList();
        var contests = Settle(guesses, table);
        var mapped = guesses.Where(g => g.Field is not null).ToList();
        var mapping = new LedgerMapping
        {
            Name = table.Titles.Count > 0 ? table.Titles[0].Trim() : null,
            Columns = [.. mapped.Select(g => Column(g, table))],
            States = YesAndNoStates(mapped),
            Levels = LegendLevels(mapped),
        };
        return new(mapping, guesses, [.. guesses.Where(g => g.Field is null).Select(g => g.Column)], contests);
    }

    private static MappingGuess Named(MappingGuess guess, LedgerSheet sheet) =>
        guess with { Mapping = guess.Mapping with { Sheet = sheet.Name } };

    private static ColumnGuess Guess(LedgerTable table, LedgerColumn column, CellReader contents)
    {
        var values = table.Samples.Select(r => r.At(column.Number)).OfType<SheetCell>().Where(c => !c.IsBlank).ToList();
        if (HeaderWords.Find(column.Path) is not { } match) return new(
            column, Inspected(table, column, values), null, IsSpotCheck(column) ? 0.6 : 0);
        var field = TickOrDescription(StateOrResult(match.Field, column, values, contents), column, values);
        var confidence = Math.Round(Math.Clamp(match.Confidence + Support(field, values, contents), 0, 1), 2);
        return confidence >= LeastConfidence || field == LedgerField.Description || field == LedgerField.Deadline && IsKnown(column)
            ? new(column, field, match.Role, confidence)
            : new(column, null, null, confidence);
    }

    private static bool IsKnown(LedgerColumn column) =>
        HeaderWords.IsKnown(column.Path[^1]) || HeaderWords.IsKnown(string.Concat(column.Path));

    /// <summary>整改情况 may hold 已整改 or the story of the repair; the cells tell.</summary>
    private static LedgerField StateOrResult(LedgerField field, LedgerColumn column, List<SheetCell> values, CellReader contents) =>
        field == LedgerField.State && values.Count > 0 && HeaderWords.MayBeStateOrResult(column.Path[^1])
        && values.Count(v => CellReader.Fit(LedgerField.State, contents.LookAt(v)) > 0
            || CellReader.YesOrNo(v.Text) is not null) * 2 < values.Count
            ? LedgerField.Result
            : field;

    /// <summary>重大事故隐患 over √ says which are major, 一般隐患 which are not; over sentences, what is wrong.</summary>
    private static LedgerField TickOrDescription(LedgerField field, LedgerColumn column, List<SheetCell> values) =>
        (field == LedgerField.IsMajor || field == LedgerField.Level && HeaderWords.IsGeneralTick(column))
            && !column.Path[^1].Contains("是否", StringComparison.Ordinal)
        && values.Count > 0 && values.Count(v => v.Text.Trim().Length >= 6) * 2 > values.Count
            ? LedgerField.Description
            : field;

    /// <summary>抽查单位 may be who inspects or who is inspected; where nothing else says either, the names tell.</summary>
    private static LedgerField? Inspected(LedgerTable table, LedgerColumn column, List<SheetCell> values)
    {
        if (!IsSpotCheck(column) || values.Count == 0) return null;
        var others = table.Columns.Where(c => c.Number != column.Number).Select(c => HeaderWords.Find(c.Path)?.Field).ToList();
        var inspects = values.Count(v => CellReader.IsAuthority(v.Text)) * 2 > values.Count;
        return inspects && !others.Contains(LedgerField.InspectionBody) ? LedgerField.InspectionBody
            : !inspects && !others.Contains(LedgerField.Enterprise) ? LedgerField.Enterprise
            : null;
    }

    private static bool IsSpotCheck(LedgerColumn column) =>
        column.Path.Count > 0 && Words.Normalise(column.Path[^1]) is "抽查单位" or "督查抽查单位" or "抽检单位";

    /// <summary>Up to 0.05 more when all contents fit, up to 0.5 less when none does.</summary>
    private static double Support(LedgerField field, List<SheetCell> values, CellReader contents)
    {
        if (values.Count < FewestValues || YesOrNo(values)) return 0;
        var fits = values.Select(v => CellReader.Fit(field, contents.LookAt(v))).ToList();
        return 0.05 * fits.Count(f => f > 0) / fits.Count - 0.5 * fits.Count(f => f < 0) / fits.Count;
    }

    /// <summary>编号 beside 序号 names the hazard, unless its cells are blank or repeat; 序号 only counts the lines.</summary>
    private static bool OnlyCounts(ColumnGuess guess, LedgerTable table) => guess.Field == LedgerField.ExternalId
        && (HeaderWords.IsCounter(guess.Column) || !HeaderWords.IsKnown(guess.Column.Path[^1]) || !IsUnique(guess.Column, table));

    private static bool IsUnique(LedgerColumn column, LedgerTable table)
    {
        var values = table.Samples.Select(r => r.At(column.Number)).OfType<SheetCell>().Where(c => !c.IsBlank).Select(c => c.Text.Trim())
            .ToList();
        return values.Count > 0 && values.Distinct(StringComparer.Ordinal).Count() * 2 > values.Count;
    }

    /// <summary>Leaves each field to its likeliest column, the leftmost of equals. Units may have as many as there are.</summary>
    private static List<FieldContest> Settle(List<ColumnGuess> guesses, LedgerTable table)
    {
        List<FieldContest> contests = [];
        if (guesses.Find(g => g.Field == LedgerField.State && KeepsBeside(g)) is { } state && guesses.FindAll(
            g => g.Field == LedgerField.State && !KeepsBeside(g)) is { Count: > 0 } vague)
        {
            foreach (var loser in vague) guesses[guesses.IndexOf(loser)] = loser with { Field = null };
            contests.Add(new(LedgerField.State, state.Column, [.. vague.Select(g => g.Column)]));
        }
        var contested = guesses.Where(g => g.Field is not null && !KeepsBeside(g)).GroupBy(g => g.Field!.Value).Where(g => g.Count() > 1);
        foreach (var contest in contested.ToList())
        {
            var ranked = contest.OrderBy(g => OnlyCounts(g, table)).ThenByDescending(g => g.Confidence).ThenBy(g => g.Column.Number)
                .ToList();
            foreach (var loser in ranked.Skip(1))
                guesses[guesses.IndexOf(loser)] = loser with { Field = null, Role = null };
            contests.Add(new(contest.Key, ranked[0].Column, [.. ranked.Skip(1).Select(g => g.Column)]));
        }
        return contests;
    }

    /// <summary>Whether a column may share its meaning: a unit, an extended deadline, a state that its header says (是否整改, 是否销号).</summary>
    private static bool KeepsBeside(ColumnGuess guess) => guess.Field switch
    {
        LedgerField.ResponsibleUnit => true,
        LedgerField.Deadline => HeaderWords.IsExtension(guess.Column),
        LedgerField.State => HeaderWords.SaysState(guess.Column),
        _ => false,
    };

    private static ColumnMapping Column(ColumnGuess guess, LedgerTable table)
    {
        var header = guess.Column.Header;
        var ambiguous = table.Columns.Count(c => Words.Normalise(c.Header) == Words.Normalise(header)) > 1;
        return new(guess.Field!.Value) { Header = header, Column = ambiguous ? guess.Column.Letter : null, Role = guess.Role };
    }

    private static bool YesOrNo(List<SheetCell> values) => values.TrueForAll(v => CellReader.YesOrNo(v.Text) is not null);

    /// <summary>是, √ under 是否销号 is closed, under 验收合格 accepted, under 是否整改 declared. Several such columns answer each for itself.</summary>
    private static Dictionary<string, LedgerState> YesAndNoStates(List<ColumnGuess> mapped) =>
        mapped.FindAll(g => g.Field == LedgerField.State) is not [var only] ? []
        : CellReader.YesWords.Select(w => (w, HeaderWords.AnswerOf(only.Column, true)))
            .Concat(CellReader.NoWords.Select(w => (w, HeaderWords.AnswerOf(only.Column, false)))).ToDictionary(w => w.w, w => w.Item2);

    /// <summary>隐患等级（1重大 2一般）: the header says what its codes mean; a √ under 等级/一般 says general.</summary>
    private static Dictionary<string, LedgerLevel> LegendLevels(List<ColumnGuess> mapped)
    {
        var levels = new Dictionary<string, LedgerLevel>(StringComparer.Ordinal);
        if (mapped.Find(g => g.Field == LedgerField.Level)?.Column is not { } column) return levels;
        if (HeaderWords.IsGeneralTick(column))
            foreach (var word in CellReader.YesWords) levels[word] = LedgerLevel.General;
        foreach (Match match in Legend().Matches(Words.HalfWidth(column.Header)))
            levels.TryAdd(match.Groups["code"].Value, match.Groups["level"].Value == "重大" ? LedgerLevel.Major : LedgerLevel.General);
        return levels;
    }

    [GeneratedRegex(@"(?<code>[0-9A-Z])\s*(?:[.:、=-]|为|代表|表示)?\s*(?<level>一般|重大)", RegexOptions.CultureInvariant)]
    private static partial Regex Legend();
}
