using System.Collections.Immutable;

namespace Hazards.Domain;

/// <summary>登记台账原文: keeps every cell of the row a hazard was entered from.</summary>
public sealed record RecordLedgerRow(string Ledger, Sha256Digest File, string Sheet, int Row, Sha256Digest Fingerprint, string? State, ImmutableArray<LedgerCell> Cells, ImmutableArray<string> NotUnderstood) : IHazardCommand
{
    // The widest row and the longest cell that a workbook can hold are 16,384 and 32,767; a ledger with more columns than this is none.
    private const int MostCells = 1000;
    private const int LongestCell = 32_767;

    /// <inheritdoc />
    public CommandRule Rule => CommandRules.RecordLedgerRow;

    /// <inheritdoc />
    public bool FrozenWhenSealed(Hazard hazard)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        return hazard.LedgerRow is not null;
    }

    /// <inheritdoc />
    public Decision Decide(Hazard hazard, Act act)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        if (Check() is { } wrong)
            return wrong;
        if (hazard.LedgerRow?.Fingerprint == Fingerprint)
            return HazardRefusals.NothingChanges.Because("fingerprint");
        return Decision.Of(new LedgerRowRecorded(Ledger, File, Sheet, Row, Fingerprint, State, Cells.IsDefault ? [] : Cells, NotUnderstood.IsDefault ? [] : NotUnderstood));
    }

    private Refusal? Check()
    {
        if (File.Value.Length == 0 || Fingerprint.Value.Length == 0)
            return InputRefusals.Missing.Because(File.Value.Length == 0 ? "file" : "fingerprint");
        if (Row < 1)
            return InputRefusals.OutOfRange.Because("row", ("value", Row), ("min", 1), ("max", int.MaxValue));
        if (Refusal.All(Texts.Name("ledger", Ledger),
            Texts.Name("sheet", Sheet),
            Texts.Check("state", State, 0, Texts.NameLength)) is { } wrong)
            return wrong;
        if (!Cells.IsDefault && Cells.Length > MostCells)
            return InputRefusals.TooMany.Because("cells", ("count", Cells.Length), ("max", MostCells));
        return (Cells.IsDefault ? [] : Cells).SelectMany((cell, i) => new[]
        {
            Keepable($"cells[{i}].header", cell.Header), Keepable($"cells[{i}].address", cell.Address), Keepable($"cells[{i}].text", cell.Text),
        }).Concat((NotUnderstood.IsDefault ? [] : NotUnderstood).Select((text, i) => Keepable($"notUnderstood[{i}]", text))).FirstOrDefault(r => r is not null);
    }

    // A cell is kept as it was, whatever it holds, but for what PostgreSQL's jsonb cannot hold: NUL and broken surrogates.
    private static Refusal? Keepable(string field, string? text)
    {
        if (text is null)
            return InputRefusals.Missing.Because(field);
        if (text.Length > LongestCell)
            return InputRefusals.TooLong.Because(field, ("length", text.Length), ("max", LongestCell));
        return Texts.IsKeepable(text) ? null : InputRefusals.NotClean.Because(field);
    }
}
