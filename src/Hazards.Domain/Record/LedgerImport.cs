using System.Collections.Immutable;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>A fact about the import of a ledger.</summary>
public interface IImportEvent : IDomainEvent;

/// <summary>What became of a row of a ledger.</summary>
public enum RowOutcome
{
    /// <summary>新登记.</summary>
    [Label("新登记", "A hazard was entered from it")] Entered,

    /// <summary>已更新.</summary>
    [Label("已更新", "The row had changed since the last import; its hazard was brought up to date")] Updated,

    /// <summary>无变化.</summary>
    [Label("无变化", "The row is as it was at the last import; nothing was written")] Unchanged,

    /// <summary>原文保留.</summary>
    [Label("原文保留", "Nothing could be made of it; its cells are kept here")] Kept,

    /// <summary>非数据行.</summary>
    [Label("非数据行", "Title, header, blank or footer; its text is kept here")] Skipped,
}

/// <summary>One row in an import's report.</summary>
/// <param name="Sheet">The sheet.</param>
/// <param name="Row">Its number in the sheet, from 1.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Hazard">The hazard, if one.</param>
/// <param name="Events">Events written for it now.</param>
/// <param name="Stage">Where the hazard stands after the import.</param>
/// <param name="NotUnderstood">Every cell that was not understood, or rule that stopped the row, as <c>code: text</c>.</param>
/// <param name="Remarks">Things worth knowing, as <c>code: text</c>.</param>
/// <param name="Cells">The cells of a kept or skipped row; those of an entered row are kept with its hazard.</param>
public sealed record ImportedRow(
    string Sheet, int Row, RowOutcome Outcome, HazardId? Hazard, int Events, Stage? Stage,
    ImmutableArray<string> NotUnderstood, ImmutableArray<string> Remarks, ImmutableArray<LedgerCell> Cells);

/// <summary>台账导入开始.</summary>
/// <param name="FileName">The file's name as it came.</param>
/// <param name="File">Its SHA-256.</param>
/// <param name="Ledger">Name of the ledger: rows are known by it when it is imported again.</param>
/// <param name="Mapping">The mapping used, as JSON text.</param>
/// <param name="Region">The region of rows that name none.</param>
[EventType("ledger_import_started", "开始导入台账", "Ledger import started")]
public sealed record LedgerImportStarted(string FileName, Sha256Digest File, string Ledger, string Mapping,
    RegionCode Region) : IImportEvent
{
    /// <summary>
    /// What the file is called by itself, where it was recognised as another ledger's; files of that name are that one's. Null elsewhere.
    /// </summary>
    public string? Called { get; init; }
}

/// <summary>台账导入明细: a part of the report, rows in the order of the file.</summary>
[EventType("ledger_rows_imported", "导入台账行", "Ledger rows imported")]
public sealed record LedgerRowsImported(ImmutableArray<ImportedRow> Rows) : IImportEvent;

/// <summary>台账导入撤销: the import was taken back as a whole; its hazards were withdrawn with it.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Hazards">How many hazards were withdrawn.</param>
[EventType("ledger_import_undone", "撤销台账导入", "Ledger import undone")]
public sealed record LedgerImportUndone(string Reason, int Hazards) : IImportEvent;

/// <summary>台账导入完成: the whole file was read.</summary>
/// <param name="Rows">Rows of the file, with title, header and footer.</param>
/// <param name="Entered">New hazards.</param>
/// <param name="Updated">Hazards brought up to date.</param>
/// <param name="Unchanged">Rows as before.</param>
/// <param name="Kept">Rows kept but not understood.</param>
/// <param name="Skipped">Rows that are no data.</param>
/// <param name="Partly">Of the data rows, those with cells not understood.</param>
/// <param name="Events">Events written for hazards.</param>
/// <param name="BodiesRegistered">Bodies entered into the registry because the ledger names them.</param>
/// <param name="Notes">What is to be known of the file, its sheets and columns, a line each as <c>code: text</c>; absent where
/// there is nothing.</param>
[EventType("ledger_import_finished", "完成导入台账", "Ledger import finished")]
public sealed record LedgerImportFinished(
    int Rows, int Entered, int Updated, int Unchanged, int Kept, int Skipped, int Partly, int Events, int BodiesRegistered,
    string? Notes = null) : IImportEvent;
