namespace Hazards.Domain;

/// <summary>
/// 撤销导入: takes back a hazard that a ledger was wrongly imported as. Nothing is deleted: it stays on record with what the
/// import wrote, and counts no more from then on. Whoever undoes an import gives it for every hazard that it entered, and
/// only while nobody has built on them.
/// </summary>
/// <param name="Import">The import.</param>
/// <param name="Reason">Why.</param>
public sealed record WithdrawImported(Guid Import, string Reason) : IHazardCommand
{
    /// <inheritdoc />
    public CommandRule Rule => CommandRules.WithdrawImported;

    /// <inheritdoc />
    public Decision Decide(Hazard hazard, Act act)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        return Texts.Required("reason", Reason) is { } wrong ? wrong : Decision.Of(new HazardWithdrawn(Import, Reason));
    }
}
