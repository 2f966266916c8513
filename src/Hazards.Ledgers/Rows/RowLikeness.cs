using System.Globalization;

namespace Hazards.Ledgers;

/// <summary>What a row is recognised by when it has been edited a little: without punctuation, white space and the time of day.</summary>
/// <param name="Number">The ledger's own number.</param>
/// <param name="Day">The day of discovery, if it was read.</param>
/// <param name="Where">Enterprise, project and place.</param>
/// <param name="Description">What is wrong.</param>
public sealed record RowLikeness(string? Number, DateOnly? Day, string Where, string Description)
{
    private const int ShortestTellingNumber = 5;

    private const double HalfAlike = 0.5;

    /// <summary>Who answers: the responsible units, else the enterprise; empty where the row names nobody.</summary>
    public string Unit { get; init; } = "";

    /// <summary>The person responsible; empty where the row names none.</summary>
    public string Person { get; init; } = "";

    /// <summary>Of a row that was read.</summary>
    public static RowLikeness Of(UnderstoodRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return new(
            row.ExternalId?.Trim(), row.FoundAt?.Day, Words.Normalise($"{row.Enterprise}{row.Project}{row.Place}"),
            Words.Normalise(row.Description ?? ""))
        {
            Unit = Words.Normalise(row.ResponsibleUnit?.Name ?? row.Enterprise ?? ""),
            Person = Words.Normalise(row.ResponsiblePerson ?? ""),
        };
    }

    /// <summary>Of the cells of a row as an import kept them, by today's mapping or else by what their headers say.</summary>
    public static RowLikeness Of(IEnumerable<(string Header, string Text)> cells, LedgerMapping mapping)
    {
        ArgumentNullException.ThrowIfNull(cells);
        ArgumentNullException.ThrowIfNull(mapping);
        var (byField, units) = (new Dictionary<LedgerField, string>(), new List<string>());
        foreach (var (header, text) in cells)
            if (FieldOf(header, mapping) is { } field)
            {
                byField.TryAdd(field, text);
                if (field is LedgerField.ResponsibleUnit or LedgerField.Enterprise && !Words.IsPlaceholder(text)) units.Add(text);
            }
        return new(
            Text(LedgerField.ExternalId).Trim() is { Length: > 0 } number ? number : null, DayOf(Text(LedgerField.FoundAt)),
            Words.Normalise(Text(LedgerField.Enterprise) + Text(LedgerField.Project) + Text(LedgerField.Place)),
            Words.Normalise(Text(LedgerField.Description)))
        {
            // 同上 is whoever stood above it then.
            Unit = units.Exists(Words.IsDitto) ? "" : Words.Normalise(string.Concat(units)),
            Person = Words.IsDitto(Text(LedgerField.ResponsiblePerson)) ? "" : Words.Normalise(Text(LedgerField.ResponsiblePerson)),
        };

        string Text(LedgerField field) => byField.GetValueOrDefault(field, "");
    }

    /// <summary>Whether a number names its row by itself (YL-2026-003), and does not merely count the rows of one file (3).</summary>
    public bool HasTellingNumber =>
        Number is { } number && (number.Length >= ShortestTellingNumber || number.Any(c => !char.IsAsciiDigit(c) && c != '.'));

    /// <summary>Whether both say the same but for how it is typed; a day that was not read contradicts none.</summary>
    public bool Equivalent(RowLikeness other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Description.Length > 0 && Description == other.Description && Where == other.Where && SameDay(other);
    }

    /// <summary>
    /// Whether both name the same body that answers; null where either names none. One that names several names each of them.
    /// </summary>
    public bool? SameUnit(RowLikeness other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Same(Unit, other.Unit);
    }

    /// <summary>
    /// Whether the same persons answer, by their own number, the unit or else the person; null where either does not say.
    /// </summary>
    public bool? SameAnswer(RowLikeness other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return HasTellingNumber && Number == other.Number ? true : SameUnit(other) ?? Same(Person, other.Person);
    }

    private static bool? Same(string one, string other) => one.Length == 0 || other.Length == 0 ? null
        : one.Contains(other, StringComparison.Ordinal) || other.Contains(one, StringComparison.Ordinal);

    /// <summary>Whether the days do not contradict each other.</summary>
    public bool SameDay(RowLikeness other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Day is null || other.Day is null || Day == other.Day;
    }

    /// <summary>Whether both name the same numbers: the fire door of room 5 is not that of room 3, however alike the words.</summary>
    public bool SameNumbers(RowLikeness other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return SameNumbers(Description, other.Description);
    }

    private static bool SameNumbers(string one, string other) =>
        string.Concat(one.Where(char.IsDigit)) == string.Concat(other.Where(char.IsDigit));

    /// <summary>
    /// Whether both name the same numbers and neither says one thing where the other says another: east and west, the first and the
    /// second, A and B. What one says besides is no other thing.
    /// </summary>
    public bool SaysTheSameOf(RowLikeness other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return SaysTheSameOf(Description, other.Description);
    }

    private static bool SaysTheSameOf(string one, string other) =>
        SameNumbers(one, other) && !(Without(one, other).Length > 0 && Without(other, one).Length > 0);

    private static char[] Without(string one, string other)
    {
        var there = other.Where(IsTelling).ToList();
        return one.Where(c => IsTelling(c) && !there.Remove(c)).ToArray();
    }

    private static bool IsTelling(char c) =>
        char.IsAsciiLetter(c)
        || "东南西北左右上下前后内外里进出主副一二三四五六七八九十百零两〇甲乙丙丁戊己庚辛正反大小高低".Contains(c, StringComparison.Ordinal);

    /// <summary>Whether it begins with a title that was made of its words, which ends in … where it was cut.</summary>
    public bool BeginsWith(string title)
    {
        ArgumentNullException.ThrowIfNull(title);
        return Words.Normalise(title) is { Length: > 0 } plain
            && (title.EndsWith('…') ? Description.StartsWith(plain, StringComparison.Ordinal) : Description == plain);
    }

    /// <summary>Whether both may lie at one place that is called otherwise: one does not say, says more, or much the same.</summary>
    public bool NearPlace(RowLikeness other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Same(Where, other.Where) != false
            || Alike(Where, other.Where) > HalfAlike && SameUnit(other) == true && SaysTheSameOf(Where, other.Where);
    }

    /// <summary>How alike two descriptions are, from 0 to 1: the share of neighbouring pairs of characters that both have (Dice).</summary>
    public double Alike(RowLikeness other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Alike(Description, other.Description);
    }

    private static double Alike(string one, string other)
    {
        if (one.Length < 2 || other.Length < 2) return one == other ? 1 : 0;
        var pairs = new Dictionary<(char, char), int>();
        for (var i = 1; i < one.Length; i++)
            pairs[(one[i - 1], one[i])] = pairs.GetValueOrDefault((one[i - 1], one[i])) + 1;
        var shared = 0;
        for (var i = 1; i < other.Length; i++)
        {
            var pair = (other[i - 1], other[i]);
            if (pairs.GetValueOrDefault(pair) is var left and > 0)
            {
                pairs[pair] = left - 1;
                shared++;
            }
        }
        return 2.0 * shared / (one.Length + other.Length - 2);
    }

    /// <summary>What the cells under a header mean, by a mapping or else by the header's own words; null where neither knows.</summary>
    public static LedgerField? FieldOf(string header, LedgerMapping mapping)
    {
        ArgumentNullException.ThrowIfNull(header);
        ArgumentNullException.ThrowIfNull(mapping);
        var plain = Words.Normalise(header);
        return mapping.Columns.FirstOrDefault(c => c.Header is { } h && Words.Normalise(h) == plain)?.Field
            ?? HeaderWords.Find(header.Split('/'))?.Field;
    }

    private static DateOnly? DayOf(string text)
    {
        var cell = new SheetCell(
            1, 1, text,
            double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _) ? CellKind.Number : CellKind.Text);
        return DateTexts.TryRead(cell, [], out var date) || DateTexts.TryReadSerial(cell, out date)
            || DateTexts.TryReadShort(cell, default, false, out date)
            ? date.Day
            : null;
    }
}
