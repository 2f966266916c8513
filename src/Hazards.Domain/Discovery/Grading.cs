using System.Collections.Immutable;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>核实定级: the hazard is real, and this is its level.</summary>
/// <param name="Level">General or major.</param>
/// <param name="Basis">判定依据; required for a major hazard.</param>
/// <param name="Findings">What the verification found.</param>
/// <param name="Grade">The place's own grade, where its policy has grades; it must stand for the level.</param>
/// <param name="WithMerged">一并不是重大的: that the major hazards merged into it are none either.</param>
public sealed record VerifyHazard(
    Level Level, [property: Longest(1000)] string? Basis = null, string? Findings = null, int? Grade = null, bool WithMerged = false)
    : IOverMerged
{
    private ImmutableArray<Hazard> Merged { get; init; } = [];

    /// <inheritdoc />
    public IHazardCommand Over(ImmutableArray<Hazard> merged) => this with { Merged = merged };

    /// <inheritdoc />
    public CommandRule Rule => CommandRules.Verify;

    /// <inheritdoc />
    public bool FrozenWhenSealed(Hazard hazard) => Level < Level.Major && Merged.Any(m => m.IsMajor);

    /// <inheritdoc />
    public Decision Decide(Hazard hazard, Act act) =>
        (Grading.CheckBasis(Level, Basis) ?? Grading.CheckGrade(Level, Grade, act) ?? Texts.Optional("findings", Findings)
            ?? Checks.AfterReopening(act, hazard)
            ?? (Level == Level.Major ? null : Grading.CheckMerged(Merged, WithMerged, act))) is { } wrong
            ? wrong
            : Decision.Of(new HazardVerified(Level, Basis, Findings) { Grade = Grade });
}

/// <summary>重新定级: the level turns out to be another one.</summary>
/// <param name="Level">The level from now on.</param>
/// <param name="Reason">Why.</param>
/// <param name="Basis">判定依据; required for a major hazard.</param>
/// <param name="Grade">The place's own grade from now on, where its policy has grades; it must stand for the level.</param>
/// <param name="WithMerged">一并不是重大的: that the major hazards merged into it are none either.</param>
public sealed record RegradeHazard(
    Level Level, string Reason, [property: Longest(1000)] string? Basis = null, int? Grade = null, bool WithMerged = false) : IOverMerged
{
    private ImmutableArray<Hazard> Merged { get; init; } = [];

    /// <inheritdoc />
    public IHazardCommand Over(ImmutableArray<Hazard> merged) => this with { Merged = merged };

    /// <inheritdoc />
    public CommandRule Rule => CommandRules.Regrade;

    /// <inheritdoc />
    public bool FrozenWhenSealed(Hazard hazard)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        // A place's own grades are numbered from the gravest, 1.
        return Level < hazard.Level || (Level == hazard.Level && Grade > hazard.Grade);
    }

    /// <inheritdoc />
    public Decision Decide(Hazard hazard, Act act)
    {
        if (Refusal.All(Grading.CheckBasis(Level, Basis),
            Grading.CheckGrade(Level, Grade, act),
            Texts.Required("reason", Reason),
            Checks.AfterReopening(act, hazard),
            Checks.After(act, hazard.GradedAt ?? hazard.FoundAt, new Words("核实定级", "the grading"))) is { } wrong)
            return wrong;
        if (Level != Level.Major && Grading.CheckMerged(Merged, WithMerged, act) is { } lowered)
            return lowered;
        return hazard.Level is { } before && (before != Level || (Grade is not null && Grade != hazard.Grade))
            ? Decision.Of(new HazardRegraded(before, Level, Basis, Reason) { Grade = Grade })
            : HazardRefusals.NothingChanges.Because("level");
    }
}

internal static class Grading
{
    public static Refusal? CheckBasis(Level level, string? basis) =>
        level == Level.Major && string.IsNullOrWhiteSpace(basis)
            ? HazardRefusals.BasisRequired.Because("basis")
            : Texts.Check("basis", basis, 0, 1000);

    /// <summary>并案不消事: major hazards that were merged are not graded away over their heads.</summary>
    public static Refusal? CheckMerged(ImmutableArray<Hazard> merged, bool withMerged, Act act) =>
        Checks.Merged(HazardRefusals.GradingMerged, merged.Where(m => m.IsMajor), withMerged, act);

    /// <summary>A grade must be one of the policy's, and stand for the level.</summary>
    public static Refusal? CheckGrade(Level level, int? grade, Act act)
    {
        if (grade is not { } given)
            return null;
        var grades = act.Policy.Grades;
        if (grades.IsEmpty)
            return HazardRefusals.NoGrades.Because("grade", ("policy", act.Policy.Version));
        if (grades.FirstOrDefault(g => g.Grade == given) is not { } rule)
            return HazardRefusals.UnknownGrade.Because(
                "grade", ("policy", act.Policy.Version), ("grade", given), ("grades", string.Join(", ", grades.Select(g => g.Grade))));
        return rule.Level == level
            ? null
            : HazardRefusals.GradeLevel.Because(
                "grade", ("title", rule.Title), ("expected", Words.Of(rule.Level)), ("level", Words.Of(level)), ("source", rule.Source));
    }
}
