using System.Collections.Immutable;

namespace Hazards.Domain;

/// <summary>登记台账原文: keeps every cell of the row a hazard was entered from.</summary>
public sealed record RecordLedgerRow(string Ledger, Sha256Digest File, string Sheet, int Row, Sha256Digest Fingerprint, string? State, ImmutableArray<LedgerCell> Cells, ImmutableArray<string> NotUnderstood) : IHazardCommand
{
    /// <inheritdoc />
    public CommandRule Rule => CommandRules.RecordLedgerRow;

    /// <inheritdoc />
    public Decision Decide(Hazard hazard, Act act)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        if (hazard.LedgerRow?.Fingerprint == Fingerprint)
            return HazardRefusals.NothingChanges.Because("fingerprint");
        return Decision.Of(new LedgerRowRecorded(Ledger, File, Sheet, Row, Fingerprint, State, Cells, NotUnderstood));
    }
}
