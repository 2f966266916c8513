using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Ledgers;

namespace Hazards.Api.Import;

/// <summary>An uploaded ledger as it would be read; nothing of it is on record yet.</summary>
/// <param name="Id">Its identity.</param>
/// <param name="FileName">The file's name.</param>
/// <param name="Format">What the file is.</param>
/// <param name="Encoding">The encoding of a csv.</param>
/// <param name="Size">Its bytes.</param>
/// <param name="ExpiresAt">Until when it is kept.</param>
/// <param name="Ledger">The name its rows will be known by.</param>
/// <param name="Region">The region of rows that name none.</param>
/// <param name="Sheets">Its sheets.</param>
/// <param name="Mapping">What its columns mean; absent where no table was found.</param>
/// <param name="Guessed">Whether the mapping is a guess that nobody has looked at.</param>
/// <param name="Notes">What is to be known of sheets and columns.</param>
/// <param name="Counts">Its rows; absent where they cannot be read yet.</param>
/// <param name="Trouble">Why they cannot be read yet.</param>
/// <param name="Import">The import it became.</param>
/// <param name="Links">Where to go from here.</param>
internal sealed record ImportDraft(
    Guid Id, string FileName, LedgerFormat? Format, string? Encoding, long Size, DateTimeOffset ExpiresAt, string? Ledger,
    RegionCode? Region,
    ImmutableArray<DraftSheet> Sheets, LedgerMapping? Mapping, bool Guessed, ImmutableArray<LedgerNote> Notes, DraftCounts? Counts,
    DraftTrouble? Trouble, Guid? Import,
    IReadOnlyDictionary<string, string> Links);

/// <summary>A sheet of an uploaded ledger.</summary>
/// <param name="Name">Its name; empty for a csv.</param>
/// <param name="Hidden">Whether it is hidden.</param>
/// <param name="Rows">Rows that have content.</param>
/// <param name="Read">Whether the import reads it.</param>
/// <param name="HeaderFirst">First row of the header.</param>
/// <param name="HeaderLast">Last row of the header.</param>
/// <param name="Titles">What stands above the header.</param>
/// <param name="Columns">Its columns.</param>
/// <param name="Top">Its first rows as they stand, where a header is to be chosen.</param>
internal sealed record DraftSheet(
    string Name, bool Hidden, int Rows, bool Read, int? HeaderFirst, int? HeaderLast, ImmutableArray<string> Titles,
    ImmutableArray<DraftColumn> Columns, ImmutableArray<DraftLine> Top);

/// <summary>A row as it stands.</summary>
internal sealed record DraftLine(int Row, ImmutableArray<string> Cells);

/// <summary>A column of an uploaded ledger.</summary>
/// <param name="Letter">Its letter.</param>
/// <param name="Header">Its header.</param>
/// <param name="Hidden">Whether it is hidden.</param>
/// <param name="Field">What it means by the mapping; absent: its texts are kept without a meaning.</param>
/// <param name="Role">Which of the responsible units.</param>
/// <param name="Confidence">How sure the guess is, from 0 to 1; absent where the header says nothing known.</param>
/// <param name="Samples">Values that stand in it.</param>
internal sealed record DraftColumn(
    string Letter, string Header, bool Hidden, LedgerField? Field, string? Role, double? Confidence, ImmutableArray<string> Samples);

/// <summary>The rows of an uploaded ledger.</summary>
/// <param name="Verdicts">By verdict.</param>
/// <param name="Notes">Notes by code.</param>
/// <param name="Hazards">Rows that will be hazards.</param>
/// <param name="Known">Of those, how many are on record already: they are brought up to date or left as they are.</param>
/// <param name="Levels">Words for levels that were not understood.</param>
/// <param name="States">Words for states that were not understood.</param>
internal sealed record DraftCounts(
    IReadOnlyDictionary<RowVerdict, int> Verdicts, IReadOnlyDictionary<string, int> Notes, int Hazards, int Known,
    ImmutableArray<UnknownWord> Levels, ImmutableArray<UnknownWord> States);

/// <summary>A word that was not understood.</summary>
/// <param name="Text">The word.</param>
/// <param name="Rows">In how many rows.</param>
internal sealed record UnknownWord(string Text, int Rows);

/// <summary>Why an uploaded ledger cannot be read as it is.</summary>
internal sealed record DraftTrouble(string Code, string Chinese, string English, string? Where)
{
    public static DraftTrouble Of(LedgerRefusal refusal) => new(refusal.Code, refusal.Zh, refusal.En, refusal.Where);

    public static DraftTrouble Of(Refusal refusal) => new(refusal.Code, refusal.Chinese, refusal.English, refusal.Field);
}

/// <summary>Rows of an uploaded ledger, each with what it would become.</summary>
internal sealed record DraftRows(ImmutableArray<DraftRow> Items, string? Next);

/// <summary>A row and what it would become.</summary>
/// <param name="Sheet">The sheet.</param>
/// <param name="Row">Its number.</param>
/// <param name="Verdict">How far it was understood.</param>
/// <param name="Outcome">What would become of it.</param>
/// <param name="Hazard">The hazard it is, or would be.</param>
/// <param name="Events">How many events would be written.</param>
/// <param name="Stage">Where the hazard would stand.</param>
/// <param name="NotUnderstood">What was not understood, or which rule would stop it.</param>
/// <param name="Remarks">What is worth knowing.</param>
/// <param name="Understood">What was understood.</param>
/// <param name="Cells">Its cells as they stand.</param>
internal sealed record DraftRow(
    string Sheet, int Row, RowVerdict Verdict, CodeEntry Outcome, HazardId? Hazard, int Events, CodeEntry? Stage,
    ImmutableArray<string> NotUnderstood, ImmutableArray<string> Remarks, UnderstoodRow? Understood, ImmutableArray<LedgerRowCell> Cells)
{
    public static DraftRow Of(LedgerRow row, ImportedRow becomes) => new(
        row.Sheet, row.Number, row.Verdict, Labels.Of(becomes.Outcome), becomes.Hazard, becomes.Events, Labels.Of(becomes.Stage),
        becomes.NotUnderstood, becomes.Remarks, row.Understood, [.. row.Cells]);
}

/// <summary>How an uploaded ledger is to be read.</summary>
/// <param name="Mapping">映射：随附映射的名称或 JSON；不给则重新猜测 · the name of a mapping that ships, or one as JSON; guessed anew when left out.</param>
/// <param name="Sheet">只读这张表（重新猜测时） · the only sheet to read, when it is guessed anew.</param>
/// <param name="HeaderRow">表头从第几行起（重新猜测时） · the row where the header starts, when it is guessed anew.</param>
/// <param name="HeaderRows">表头有几行（重新猜测时） · how many rows the header has, when it is guessed anew.</param>
/// <param name="Ledger">台账名称 · name of the ledger.</param>
/// <param name="Region">未载明地区的行所属的行政区划 · the region of rows that name none.</param>
internal sealed record ReadDraft(
    [property: Longest(256 * 1024)] string? Mapping = null, string? Sheet = null, int? HeaderRow = null, int? HeaderRows = null,
    [property: Longest(50)] string? Ledger = null, RegionCode? Region = null);
