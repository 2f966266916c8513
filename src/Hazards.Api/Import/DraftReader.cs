using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Ledgers;

namespace Hazards.Api.Import;

/// <summary>Reads an uploaded ledger as an import would, for a person to look at.</summary>
internal sealed class DraftReader(LedgerImport import, ImportDrafts drafts)
{
    private const int MostSamples = 3;
    private const int LongestSample = 60;
    private const int TopRows = 12;
    private const int MostTopCells = 20;

    /// <summary>The draft with its sheets, its mapping and its counts.</summary>
    public async Task<ImportDraft> ReadAsync(Draft draft, Actor by, CancellationToken cancellationToken)
    {
        var self = $"{Links.Root}/imports/drafts/{draft.Id:D}";
        var links = new Dictionary<string, string>
        {
            ["self"] = self, ["rows"] = $"{self}/rows", ["import"] = draft.Import is { } id ? $"{Links.Root}/imports/{id:D}" : $"{self}/import",
        };
        var bare = new ImportDraft(
            draft.Id, draft.FileName, null, null, draft.File.Length, draft.ChangedAt + ImportDrafts.Kept, draft.Ledger, null, [], null,
            draft.Mapping is null, [], null, null, draft.Import, links);
        if (draft.Import is not null)
            return bare;
        var opened = await LedgerFile.OpenAsync(LedgerFile.Over(draft.File), draft.FileName, LedgerLimits.Default, cancellationToken);
        if (!opened.IsOk)
            return bare with { Trouble = DraftTrouble.Of(opened.Refusal) };
        using var file = opened.Value;
        bare = bare with { Format = file.Format, Encoding = file.EncodingName };
        var (mapping, trouble) = MappingOf(draft, file);
        bare = bare with
        {
            Sheets = [.. file.Sheets.Select(s => SheetOf(s, null, mapping))], Mapping = mapping,
            Trouble = trouble is null ? null : DraftTrouble.Of(trouble),
        };
        return mapping is null || trouble is not null ? bare : await ReadAsync(bare, draft, mapping, file, by, cancellationToken);
    }

    private async Task<ImportDraft> ReadAsync(
        ImportDraft bare, Draft draft, LedgerMapping mapping, LedgerFile file, Actor by, CancellationToken cancellationToken)
    {
        var (plan, refusal) = await PlanAsync(draft, by, cancellationToken);
        if (plan is null)
            return bare with { Trouble = DraftTrouble.Of(refusal!) };
        using (plan)
        {
            var counts = await CountAsync(plan, by, cancellationToken);
            var doubts = (await plan.TallyAsync(cancellationToken)).Doubts;
            var questions = await plan.QuestionsAsync(cancellationToken);
            return bare with
            {
                Ledger = plan.Ledger, Region = plan.Region, Counts = counts,
                Notes = [.. questions, .. doubts.Select(d => d.ToNote()), .. plan.Reader.Notes],
                Sheets = [.. file.Sheets.Select(s => SheetOf(s, plan.Reader.Tables.FirstOrDefault(t => t.Sheet.Name == s.Name), mapping))],
            };
        }
    }

    /// <summary>A draft opened for import; to be disposed.</summary>
    public static async Task<(LedgerPlan? Plan, Refusal? Refusal)> PlanAsync(Draft draft, Actor by, CancellationToken cancellationToken)
    {
        var opened = await LedgerFile.OpenAsync(LedgerFile.Over(draft.File), draft.FileName, LedgerLimits.Default, cancellationToken);
        if (!opened.IsOk)
            return (null, LedgerImport.Translate(opened.Refusal));
        LedgerMapping? mapping;
        using (var file = opened.Value)
        {
            (mapping, var trouble) = MappingOf(draft, file);
            if (trouble is not null)
                return (null, trouble);
        }

        var region = RegionCode.TryParse(draft.Region, out var given, out _) ? given : (RegionCode?)null;
        return await LedgerImport.OpenAsync(
            new LedgerUpload(draft.FileName, LedgerFile.Over(draft.File)) { Ledger = draft.Ledger, Mapping = mapping, Region = region },
            by, cancellationToken);
    }

    /// <summary>
    /// The mapping that was given, or a guess, from where somebody has pointed at if he has; with why it cannot be used as it
    /// is.
    /// </summary>
    public static (LedgerMapping? Mapping, Refusal? Trouble) MappingOf(Draft draft, LedgerFile file)
    {
        if (draft.Mapping is not null)
            return ImportRequest.ReadMapping(draft.Mapping);
        if (draft.Header.IsAnywhere)
            return MappingGuesser.Guess(file) is { IsOk: true } guessed
                ? (guessed.Value.Mapping, null)
                : (null, LedgerImport.Translate(MappingGuesser.Guess(file).Refusal!));
        var (sheet, row, rows) = draft.Header;
        var hint = new LedgerMapping { Columns = [], Sheet = sheet, HeaderRow = row, HeaderRows = rows };
        var found = file.Sheets.Where(s => sheet is null ? !s.Hidden : s.Name == sheet).Select(s => LedgerTable.Find(s, hint)).ToArray();
        if (found.FirstOrDefault(f => f.IsOk)?.Value is not { } table)
            return (null, found is [{ Refusal: { } why }, ..] ? LedgerImport.Translate(why) : ImportRefusals.SheetUnknown.Because(
                "sheet", ("value", Texts.Excerpt(sheet))));
        var mapping = MappingGuesser.Guess(table).Mapping with { Sheet = sheet, HeaderRow = row, HeaderRows = rows };
        return (mapping, mapping.Check() is { } wrong ? LedgerImport.Translate(wrong) : null);
    }

    private async Task<DraftCounts> CountAsync(LedgerPlan plan, Actor by, CancellationToken cancellationToken)
    {
        var references = await import.ReferencesAsync(plan, by, cancellationToken);
        var tally = await plan.TallyAsync(cancellationToken);
        return new DraftCounts(
            tally.Verdicts, tally.Notes, references.Count, await drafts.KnownAsync(references, cancellationToken), Words(tally.Levels),
            Words(tally.States));
    }

    private static ImmutableArray<UnknownWord> Words(Dictionary<string, int> words) =>
        [.. words.OrderByDescending(w => w.Value).Select(w => new UnknownWord(w.Key, w.Value))];

    private static DraftSheet SheetOf(LedgerSheet sheet, LedgerTable? read, LedgerMapping? mapping)
    {
        var table = read ?? (mapping?.Sheet is { } only && only != sheet.Name ? null : LedgerTable.Find(sheet, mapping).Value);
        var top = sheet.ReadRows().Where(r => !r.IsBlank).Take(TopRows).ToArray();
        return new DraftSheet(
            sheet.Name, sheet.Hidden, sheet.RowCount, read is not null, table?.HeaderFirst, table?.HeaderLast, [.. table?.Titles ?? []],
            table is null ? [] : [.. Columns(sheet, table, mapping)],
            [.. top.Select(r => new DraftLine(r.Number, [.. r.Cells.Take(MostTopCells).Select(c => Short(c.Display))]))]);
    }

    private static IEnumerable<DraftColumn> Columns(LedgerSheet sheet, LedgerTable table, LedgerMapping? mapping)
    {
        var samples = sheet.ReadRows().Where(r => r.Number > table.HeaderLast && !r.IsBlank).Take(40).ToArray();
        var own = MappingGuesser.Guess(table);
        foreach (var column in table.Columns)
        {
            var mapped = mapping?.Columns.FirstOrDefault(m => IsMeant(m, column, table));
            var guessed = own.Columns.FirstOrDefault(g => g.Column.Number == column.Number);
            var values = samples.SelectMany(r => r.Cells).Where(c => c.Column == column.Number && !c.IsBlank).Select(c => Short(c.Display))
                .Distinct(StringComparer.Ordinal).Take(MostSamples);
            yield return new DraftColumn(
                column.Letter, column.Header, column.Hidden, mapped?.Field, mapped?.Role,
                guessed is { Confidence: > 0 } g ? g.Confidence : null, [.. values]);
        }
    }

    // As the reader resolves it: the letter wins; of columns with one header the leftmost is taken.
    private static bool IsMeant(ColumnMapping mapped, LedgerColumn column, LedgerTable table) =>
        mapped.Column is { } letter
            ? string.Equals(letter, column.Letter, StringComparison.OrdinalIgnoreCase)
            : Plain(mapped.Header) == Plain(column.Header)
                && table.Columns.First(c => Plain(c.Header) == Plain(column.Header)).Number == column.Number;

    private static string Plain(string? header) => string.Concat((header ?? "").Where(c => char.IsLetterOrDigit(c) || c == '/'));

    private static string Short(string text)
    {
        var line = text.ReplaceLineEndings(" ").Trim();
        return line.Length <= LongestSample ? line : line[..(LongestSample - 1)] + "…";
    }
}
