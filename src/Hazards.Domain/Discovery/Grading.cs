using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>核实定级: the hazard is real, and this is its level.</summary>
/// <param name="Level">General or major.</param>
/// <param name="Basis">判定依据; required for a major hazard.</param>
/// <param name="Findings">What the verification found.</param>
public sealed record VerifyHazard(Level Level, string? Basis = null, string? Findings = null) : IHazardCommand
{
    /// <inheritdoc />
    public CommandRule Rule => CommandRules.Verify;

    /// <inheritdoc />
    public Decision Decide(Hazard hazard, Act act) =>
        (Grading.CheckBasis(Level, Basis) ?? Texts.Optional("findings", Findings) ?? Checks.AfterReopening(act, hazard)) is { } wrong
            ? wrong
            : Decision.Of(new HazardVerified(Level, Basis, Findings));
}

/// <summary>重新定级: the level turns out to be another one.</summary>
/// <param name="Level">The level from now on.</param>
/// <param name="Reason">Why.</param>
/// <param name="Basis">判定依据; required for a major hazard.</param>
public sealed record RegradeHazard(Level Level, string Reason, string? Basis = null) : IHazardCommand
{
    /// <inheritdoc />
    public CommandRule Rule => CommandRules.Regrade;

    /// <inheritdoc />
    public Decision Decide(Hazard hazard, Act act)
    {
        if ((Grading.CheckBasis(Level, Basis) ?? Texts.Required("reason", Reason) ?? Checks.After(act, hazard.GradedAt ?? hazard.FoundAt, "核实定级")) is { } wrong)
            return wrong;
        return hazard.Level is { } before && before != Level
            ? Decision.Of(new HazardRegraded(before, Level, Basis, Reason))
            : HazardRefusals.NothingChanges.Because("level");
    }
}

internal static class Grading
{
    public static Refusal? CheckBasis(Level level, string? basis) =>
        level == Level.Major && string.IsNullOrWhiteSpace(basis)
            ? HazardRefusals.BasisRequired.Because("basis")
            : Texts.Check("basis", basis, 0, 1000);
}
