using System.Text.Json.Serialization;

namespace Hazards.Ledgers;

/// <summary>What became of a row.</summary>
[JsonConverter(typeof(LedgerEnumConverter<RowVerdict>))]
public enum RowVerdict
{
    /// <summary>Every cell that means something was understood.</summary>
    Understood,
    /// <summary>It describes a hazard, but some cell was not understood or contradicts another.</summary>
    Partly,
    /// <summary>It cannot become a hazard (no description, or the columns cannot be told apart); its cells are kept.</summary>
    Kept,
    /// <summary>It is not a record: title, header, blank, footer.</summary>
    Skipped,
}

/// <summary>A cell of a row with the header it stands under.</summary>
/// <param name="Header">The header path; null outside the table.</param>
/// <param name="Address">The cell's address in the file.</param>
/// <param name="Text">The text exactly as the file has it.</param>
/// <param name="ShownAs">For a date stored as a number, the date it shows; null otherwise.</param>
public sealed record LedgerRowCell(string? Header, string Address, string Text, string? ShownAs);

/// <summary>A row of a ledger: what it says, what was understood of it, and what was not.</summary>
public sealed record LedgerRow
{
    /// <summary>The sheet; empty for a csv.</summary>
    public required string Sheet { get; init; }

    /// <summary>Row number in the sheet, from 1.</summary>
    public required int Number { get; init; }

    /// <summary>What became of it.</summary>
    public required RowVerdict Verdict { get; init; }

    /// <summary>Why it is no record; null when it is one.</summary>
    public LedgerSkip? Skip { get; init; }

    /// <summary>Whether the row is hidden in the file.</summary>
    public bool Hidden { get; init; }

    /// <summary>Its pictures: of WPS (DISPIMG), those that Excel places in cells, and those that float over it.</summary>
    public IReadOnlyList<LedgerPicture> Images { get; init; } = [];

    /// <summary>How many they are.</summary>
    public int Pictures => Images.Count;

    /// <summary>Every cell with content, whether it means something or not.</summary>
    public required IReadOnlyList<LedgerRowCell> Cells { get; init; }

    /// <summary>
    /// The row's name within its ledger, the same when the file is imported again: the sheet (xlsx) and the number if no
    /// other row has it, otherwise number and <see cref="Identity"/>. Null for skipped rows.
    /// </summary>
    public string? Key { get; init; }

    /// <summary>
    /// A digest (32 hex digits) of what does not change while a hazard is worked on: when and where it was found and
    /// its description. Finds the row again when its number has changed. Null for skipped rows.
    /// </summary>
    public string? Identity { get; init; }

    /// <summary>SHA-256 (64 hex digits) of all cells with their headers: differs as soon as anything in the row differs.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>What was understood; null for kept rows without a table to read and for skipped rows.</summary>
    public UnderstoodRow? Understood { get; init; }

    /// <summary>Everything to know about the row, in column order.</summary>
    public IReadOnlyList<LedgerNote> Notes { get; init; } = [];
}

/// <summary>A text and what it was read as; the text is kept whether or not it was understood.</summary>
/// <typeparam name="T">The kind of value.</typeparam>
/// <param name="Text">As written.</param>
/// <param name="Value">As understood; null when it was not.</param>
public sealed record Reading<T>(string Text, T? Value) where T : struct;

/// <summary>A body that must act.</summary>
/// <param name="Role">施工, 建设, 监理, 设计 …; null where the ledger has one column without a role.</param>
/// <param name="Name">The body as written.</param>
public sealed record ResponsibleUnit(string? Role, string Name);

/// <summary>What was understood of a row. Texts are trimmed at the ends, never split or corrected.</summary>
public sealed record UnderstoodRow
{
    /// <summary>序号、编号.</summary>
    public string? ExternalId { get; init; }
    /// <summary>When it was found.</summary>
    public LedgerDate? FoundAt { get; init; }
    /// <summary>The body that found it.</summary>
    public string? InspectionBody { get; init; }
    /// <summary>The persons who found it, as written: 人员甲、人员乙.</summary>
    public string? Inspectors { get; init; }
    /// <summary>Where it comes from.</summary>
    public string? Source { get; init; }
    /// <summary>The project inspected.</summary>
    public string? Project { get; init; }
    /// <summary>The place.</summary>
    public string? Place { get; init; }
    /// <summary>The region as written.</summary>
    public string? Region { get; init; }
    /// <summary>The sector as written, or the mapping's default.</summary>
    public string? Sector { get; init; }
    /// <summary>The mapping's default region, a GB/T 2260 code.</summary>
    public string? RegionCode { get; init; }
    /// <summary>The enterprise.</summary>
    public string? Enterprise { get; init; }
    /// <summary>18 characters of the right form; the check character is not verified here.</summary>
    public string? CreditCode { get; init; }
    /// <summary>What is wrong.</summary>
    public string? Description { get; init; }
    /// <summary>Whether the description has numbered items, each of which may be a hazard of its own. It is never split.</summary>
    public bool MayHoldSeveral { get; init; }
    /// <summary>Numbered items in the description; 1 when it has none, 0 without a description.</summary>
    public int ItemCount { get; init; }
    /// <summary>The kind of hazard.</summary>
    public string? Category { get; init; }
    /// <summary>The level.</summary>
    public Reading<LedgerLevel>? Level { get; init; }
    /// <summary>Whether a column beside the level calls it major; null where there is none, or nothing in it.</summary>
    public bool? IsMajor { get; init; }
    /// <summary>The clause it offends.</summary>
    public string? Basis { get; init; }
    /// <summary>What is to be done.</summary>
    public string? Measures { get; init; }
    /// <summary>Money for it, in 万元.</summary>
    public decimal? Funds { get; init; }
    /// <summary>The date by which it must be done.</summary>
    public LedgerDate? Deadline { get; init; }
    /// <summary>
    /// What stands there instead of a date and says no day: 长期坚持, 5个工作日, 2026年3月32日. A question, never the same as nothing.
    /// </summary>
    public string? DeadlineText { get; init; }
    /// <summary>Every body named, in column order.</summary>
    public IReadOnlyList<ResponsibleUnit> ResponsibleUnits { get; init; } = [];
    /// <summary>The answerable one of them by the mapping's preference.</summary>
    public ResponsibleUnit? ResponsibleUnit { get; init; }
    /// <summary>The person responsible, as written.</summary>
    public string? ResponsiblePerson { get; init; }
    /// <summary>What was done, in words.</summary>
    public string? Result { get; init; }
    /// <summary>When the unit says it was done.</summary>
    public LedgerDate? CompletedAt { get; init; }
    /// <summary>The telephone number that stood with the person's name; never kept in the open.</summary>
    [JsonIgnore]
    public string? ResponsiblePhone { get; init; }
    /// <summary>When it was inspected again.</summary>
    public LedgerDate? ReinspectedAt { get; init; }
    /// <summary>Who inspected again.</summary>
    public string? ReinspectedBy { get; init; }
    /// <summary>When it was accepted.</summary>
    public LedgerDate? AcceptedAt { get; init; }
    /// <summary>Who accepted it.</summary>
    public string? AcceptedBy { get; init; }
    /// <summary>When it was written off.</summary>
    public LedgerDate? ClosedAt { get; init; }
    /// <summary>How far it has got.</summary>
    public Reading<LedgerState>? State { get; init; }
    /// <summary>The shift.</summary>
    public string? Shift { get; init; }
    /// <summary>Remarks.</summary>
    public string? Remark { get; init; }
}
