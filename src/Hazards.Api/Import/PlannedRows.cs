using System.Globalization;
using System.Text.RegularExpressions;
using Hazards.Ledgers;

namespace Hazards.Api.Import;

/// <summary>A row of a plan, before anything is looked up.</summary>
/// <param name="Sheet">Its sheet.</param>
/// <param name="Number">Its number.</param>
/// <param name="Reference">What it is known as within its ledger; null where it cannot become a hazard.</param>
/// <param name="Fingerprint">Digest of its cells.</param>
/// <param name="Likeness">What it is recognised by when it was edited.</param>
internal sealed record PlannedRow(string Sheet, int Number, string? Reference, string Fingerprint, RowLikeness? Likeness)
{
    /// <summary>Whether it says that something is still to be done.</summary>
    public bool IsOpen { get; init; }

    /// <summary>What it says of the hazard's progress, to be compared with the same hazard on another sheet.</summary>
    public IReadOnlyList<(string What, string? Says, string? Means)> Says { get; init; } = [];

    /// <summary>The row before it that says the same in its words, and is a hazard of its own all the same.</summary>
    public PlannedRow? SameAs { get; init; }

    /// <summary>Whether it says where it belongs.</summary>
    public bool NamesRegion { get; init; }

    /// <summary>The same hazard on a sheet that was read before: 总表 beside the year's own.</summary>
    public PlannedRow? Repeats { get; init; }
}

/// <summary>
/// Reads a file through once and says what each row is known as: rows that are alike to the letter on one sheet are as many
/// hazards; the same on another sheet is the same hazard, entered once, where something besides a standard phrase says so.
/// </summary>
internal sealed partial class PlannedRows
{
    private readonly HashSet<(string Sheet, string Reference)> _repeated = [];
    private readonly Dictionary<string, PlannedRow> _byReference = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<PlannedRow>> _byDescription = new(StringComparer.Ordinal);

    private PlannedRows() { }

    public static async Task<(IReadOnlyList<PlannedRow> Rows, RowTally Tally)> ReadAsync(
        LedgerReader reader, CancellationToken cancellationToken)
    {
        var (planned, rows, tally) = (new PlannedRows(), new List<PlannedRow>(), new RowTally());
        await foreach (var row in reader.ReadAsync(cancellationToken))
        {
            tally.Add(row);
            rows.Add(planned.Plan(row));
        }
        return (rows, tally);
    }

    private PlannedRow Plan(LedgerRow row)
    {
        if (row.Verdict is RowVerdict.Kept or RowVerdict.Skipped || row.Understood is not { Description: not null } understood
            || row.Identity is not { } identity)
            return new PlannedRow(row.Sheet, row.Number, null, row.Fingerprint, null);
        var plan = new PlannedRow(row.Sheet, row.Number, identity, row.Fingerprint, RowLikeness.Of(understood))
        {
            IsOpen = !(understood.State?.Value >= LedgerState.Accepted),
            Says = SaysOf(understood), NamesRegion = !string.IsNullOrWhiteSpace(understood.Region),
        };
        if (Earlier(plan) is { } first)
        {
            _repeated.Add((plan.Sheet, first.Reference!));
            return plan with { Repeats = first, Reference = first.Reference };
        }

        var alike = OfIdentity(identity).ToArray();
        plan = plan with
        {
            Reference = Reference(identity, alike.Length + 1),
            SameAs = alike.FirstOrDefault(
                r => r.Likeness!.SameUnit(plan.Likeness!) != false && r.Likeness.SameAnswer(plan.Likeness!) != false),
        };
        _byReference[plan.Reference!] = plan;
        if (!_byDescription.TryGetValue(plan.Likeness!.Description, out var same))
            _byDescription[plan.Likeness.Description] = same = [];
        same.Add(plan);
        return plan;
    }

    private static string Reference(string identity, int n) => n == 1 ? identity : $"{identity}-{n}";

    private IEnumerable<PlannedRow> OfIdentity(string identity)
    {
        for (var n = 1; _byReference.TryGetValue(Reference(identity, n), out var row); n++)
            yield return row;
    }

    /// <summary>The row of another sheet that this one repeats, and no row of its own sheet has repeated before.</summary>
    private PlannedRow? Earlier(PlannedRow row)
    {
        if (OfIdentity(row.Reference!).FirstOrDefault(r => IsFree(r) && IsSame(r, row)) is { } same)
            return same;
        var likeness = row.Likeness!;
        return _byDescription.TryGetValue(likeness.Description, out var alike)
            && alike.FindAll(r => IsFree(r) && r.Likeness!.Day is not null && r.Likeness.Day == likeness.Day
                && Compatible(r.Likeness.Where, likeness.Where) && IsSame(r, row)) is [var only]
                ? only
                : null;

        bool IsFree(PlannedRow r) => r.Sheet != row.Sheet && !_repeated.Contains((row.Sheet, r.Reference!));
    }

    /// <summary>
    /// Whether two rows of the same words on two sheets are one hazard: by who answers, else by the place; a sheet of totals may leave
    /// out both. Each town's 灭火器过期, or each school's, is its own.
    /// </summary>
    private static bool IsSame(PlannedRow one, PlannedRow other)
    {
        var (a, b) = (one.Likeness!, other.Likeness!);
        var totals = Totals().IsMatch(one.Sheet) || Totals().IsMatch(other.Sheet);
        var samePlace = a.Where.Length > 0 && b.Where.Length > 0 && Compatible(a.Where, b.Where);
        return a.SameAnswer(b) switch { true => true, false => totals && samePlace, null => totals || samePlace };
    }

    [GeneratedRegex("总|汇|合计|累计|全[年部县市区]|年", RegexOptions.CultureInvariant)]
    private static partial Regex Totals();

    private static bool Compatible(string one, string other) =>
        one.Length == 0 || other.Length == 0 || one.Contains(other, StringComparison.Ordinal)
            || other.Contains(one, StringComparison.Ordinal);

    private static List<(string, string?, string?)> SaysOf(UnderstoodRow row) =>
    [
        ("等级", row.Level?.Text, row.Level?.Value?.ToString()), ("责任单位", row.ResponsibleUnit?.Name, null), ("整改期限", Day(row.Deadline), null),
        ("状态", row.State?.Text, row.State?.Value?.ToString()), ("整改完成日期", Day(row.CompletedAt), null), ("销号日期", Day(row.ClosedAt), null),
    ];

    private static string? Day(LedgerDate? date) => date?.Day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>What a repeated row says otherwise than the first: 整改期限 2026-03-20／2026-03-31.</summary>
    public static string? Disagreement(PlannedRow row) => row.Repeats is not { } first ? null
        : string.Join('，', first.Says.Zip(row.Says)
            .Where(p => p.First.Says is not null && p.Second.Says is not null
                && (p.First.Means ?? p.First.Says) != (p.Second.Means ?? p.Second.Says))
            .Select(p => $"{p.First.What} {p.First.Says}／{p.Second.Says}")) is { Length: > 0 } text
            ? text
            : null;
}

/// <summary>Counts rows and what is to be known of them.</summary>
internal sealed class RowTally
{
    private const int MostWords = 20;

    /// <summary>Rows by verdict.</summary>
    public Dictionary<RowVerdict, int> Verdicts { get; } = Enum.GetValues<RowVerdict>().ToDictionary(v => v, _ => 0);

    /// <summary>Notes by code.</summary>
    public SortedDictionary<string, int> Notes { get; } = new(StringComparer.Ordinal);

    /// <summary>Words for levels that were not understood.</summary>
    public Dictionary<string, int> Levels { get; } = new(StringComparer.Ordinal);

    /// <summary>Words for states that were not understood.</summary>
    public Dictionary<string, int> States { get; } = new(StringComparer.Ordinal);

    /// <summary>Pictures of rows that hold hazards.</summary>
    public int Pictures { get; private set; }

    /// <summary>What is to be said of the file as a whole.</summary>
    public IEnumerable<PlanNote> Doubts => Pictures == 0 ? [] :
    [
        new("import.pictures", $"各行共有 {Pictures} 张图片，导入时作为整改前、整改后的附件；不能用的逐行写明",
            $"The rows have {Pictures} pictures, which become attachments of before and after; what cannot be used is named row by row"),
    ];

    public void Add(LedgerRow row)
    {
        Verdicts[row.Verdict]++;
        Pictures += row.Pictures;
        foreach (var note in row.Notes)
        {
            Notes[note.Code] = Notes.GetValueOrDefault(note.Code) + 1;
            if (note.Original?.Trim() is { Length: > 0 } word && note.Code is "level.unknown" or "level.code" or "state.unknown")
                Count(note.Code == "state.unknown" ? States : Levels, note.Original!.Trim());
        }
    }

    private static void Count(Dictionary<string, int> words, string word)
    {
        if (words.Count < MostWords || words.ContainsKey(word))
            words[word] = words.GetValueOrDefault(word) + 1;
    }
}
