using System.Collections.Immutable;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>登记台账原文: keeps every cell of the row a hazard was entered from, and its telephone numbers sealed.</summary>
public sealed record RecordLedgerRow(string Ledger, Sha256Digest File, string Sheet, int Row, Sha256Digest Fingerprint, string? State, ImmutableArray<LedgerCell> Cells, ImmutableArray<string> NotUnderstood) : IBringsPerson
{
    // The widest row and the longest cell that a workbook can hold are 16,384 and 32,767; a ledger with more columns than this is none.
    private const int MostCells = 1000;
    private const int LongestCell = 32_767;

    /// <summary>Whose telephone numbers stood in the row, in clear; null where none did.</summary>
    public PersonData? Contact { get; init; }

    /// <summary>The cells that held them, as they stood.</summary>
    public string? ClearCells { get; init; }

    /// <summary>What those are sealed with, given by whoever keeps the keys.</summary>
    public PersonSeal? Seal { get; init; }

    /// <inheritdoc />
    public CommandRule Rule => CommandRules.RecordLedgerRow;

    /// <inheritdoc />
    public PersonKind Kind => PersonKind.Contact;

    /// <inheritdoc />
    public bool BringsPerson => Contact is not null;

    /// <inheritdoc />
    public IBringsPerson With(PersonSeal seal) => this with { Seal = seal };

    /// <summary>Without its members, some of which may be personal data.</summary>
    public override string ToString() => "（台账原文 ledger row）";

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
        var recorded = new LedgerRowRecorded(
            Ledger, File, Sheet, Row, Fingerprint, State, Cells.IsDefault ? [] : Cells, NotUnderstood.IsDefault ? [] : NotUnderstood);
        return Decision.Of(Contact is null ? recorded : Sealed(recorded, hazard.Id, Contact));
    }

    private LedgerRowRecorded Sealed(LedgerRowRecorded recorded, HazardId hazard, PersonData contact)
    {
        var seal = PersonSeal.Needed(Seal);
        var person = seal.Close(Kind, contact.Trimmed());
        return recorded with
        {
            Contact = person, SealedCells = ClearCells is null ? null : person.SealStatement(hazard, ClearCells, seal.Key),
        };
    }

    private Refusal? Check()
    {
        if (Contact?.Check("contact") is { } notData)
            return notData;
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
            Keepable($"cells[{i}].header", cell.Header), Keepable($"cells[{i}].address", cell.Address),
            Keepable($"cells[{i}].text", cell.Text),
        }).Concat((NotUnderstood.IsDefault ? [] : NotUnderstood).Select((text, i) =>
            Keepable($"notUnderstood[{i}]", text))).FirstOrDefault(r => r is not null);
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
