using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;

namespace Hazards.Api.Investigation;

/// <summary>
/// 封存, as one try at a decision sees it: which seals it looked up, what the append must be guarded by so that no newer
/// seal is passed, and what was refused because of one. Nothing is looked up for what no seal has a say in.
/// </summary>
/// <param name="known">The seals.</param>
/// <param name="anew">They are read now, and not remembered.</param>
/// <param name="matterOf">A hazard with what shares its fate (<see cref="HazardStore.MatterAsync"/>).</param>
internal sealed class SealWatch(KnownSeals known, bool anew, Func<Hazard, CancellationToken, Task<Matter>> matterOf)
{
    private readonly Dictionary<(Enterprise Enterprise, RegionCode Region), SealsFound> found = [];

    /// <summary>What the append was decided without.</summary>
    public ImmutableArray<SealGuard> Guards => [.. found.Select(f => new SealGuard(f.Key.Enterprise, f.Key.Region, f.Value.Seen))];

    /// <summary>The attempt that a seal refused, if one did.</summary>
    public (SealedAttemptRefused Attempt, Actor By)? Refused { get; private set; }

    /// <summary>The act with the seals a command on a hazard must know.</summary>
    public async ValueTask<Act> LookAsync(IHazardCommand command, Hazard hazard, Act act, CancellationToken cancellationToken)
    {
        if (!Domain.Sealing.Concerns(command, hazard, act))
            return act;
        var seals = await OnAsync(hazard, cancellationToken);
        // What an enterprise reported without saying whose it is may be its own: what is sealed of it is not written anew through that.
        if (hazard.Enterprise is null && hazard.ReportedBy == act.By.Body.Id)
            seals = [.. seals.Union(await InForceAsync(act.By.Body.OfEnterprise, hazard.Region, cancellationToken))];
        // What is moved into sealed records changes them as well.
        if (command is CorrectHazard correction && correction.Moves(hazard) is var (enterprise, region)
            && (enterprise, region) != (hazard.Enterprise, hazard.Region))
            seals = [.. seals.Union(await InForceAsync(enterprise, region, cancellationToken))];
        return act with { Seals = seals };
    }

    /// <summary>Every seal in force on the records of a hazard, or of what shares its fate.</summary>
    public async ValueTask<ImmutableArray<Seal>> OnAsync(Hazard hazard, CancellationToken cancellationToken)
    {
        ImmutableArray<Seal> seals = [];
        foreach (var (one, until) in (await matterOf(hazard, cancellationToken)).All)
            seals =
            [
                .. seals.Union((await InForceAsync(one.Enterprise, one.Region, cancellationToken)).Where(s => !(s.SealedAt >= until))),
            ];
        return seals;
    }

    /// <summary>The act with the seals a report must know.</summary>
    public async ValueTask<Act> LookAsync(ReportHazard report, Act act, CancellationToken cancellationToken) =>
        Domain.Sealing.Concerns(act)
            ? act with { Seals = await InForceAsync(report.Enterprise ?? act.By.Body.OfEnterprise, report.Region, cancellationToken) }
            : act;

    /// <summary>The act with the seals a command on an inspection must know.</summary>
    public async ValueTask<Act> LookAsync(IInspectionCommand command, Inspection? inspection, Act act, CancellationToken cancellationToken)
    {
        if (command is MakeInspection made)
            return Domain.Sealing.Concerns(act) ? act with { Seals = await InForceAsync(made.Unit, made.Region, cancellationToken) } : act;
        if (inspection is null || command.Rule.WhenSealed == WhenSealed.GoesOn)
            return act;
        var seals = await InForceAsync(inspection.Unit, inspection.Region, cancellationToken);
        if (command is CorrectInspection { Unit: not null } or CorrectInspection { Region: not null })
        {
            var c = (CorrectInspection)command;
            seals = seals.Union(await InForceAsync(c.Unit ?? inspection.Unit, c.Region ?? inspection.Region, cancellationToken))
                .ToImmutableArray();
        }

        return act with { Seals = seals };
    }

    /// <summary>Remembers an attempt that was refused, if it was because of a seal.</summary>
    public void Note(Refusal refusal, IHazardCommand command, Hazard hazard, Act act)
    {
        var attempt = command is CorrectHazard c ? Invariant($"{CodeList.Code(c.Field)}: {c.To}") : null;
        Note(refusal, command.Rule, new Looked(hazard.Region, [hazard.Id]) { Enterprise = hazard.Enterprise?.CreditCode }, act, attempt);
    }

    /// <summary>The same for a report.</summary>
    public void Note(Refusal refusal, ReportHazard report, Act act) =>
        Note(
            refusal, CommandRules.Report, new Looked(report.Region, []) { Enterprise = report.Enterprise?.CreditCode }, act,
            report.Reference is { } r ? Invariant($"{r.System} {r.Id}") : null);

    /// <summary>The same for an inspection.</summary>
    public void Note(Refusal refusal, IInspectionCommand command, Inspection? inspection, Act act)
    {
        if (inspection is not null)
            Note(
                refusal, command.Rule, new Looked(inspection.Region, []) { Enterprise = inspection.Unit.CreditCode }, act,
                Invariant($"inspection: {inspection.Id}"));
        else if (command is MakeInspection made)
            Note(
                refusal, command.Rule, new Looked(made.Region, []) { Enterprise = made.Unit.CreditCode }, act,
                Invariant($"inspection on {made.On:yyyy-MM-dd}"));
    }

    private void Note(Refusal refusal, CommandRule rule, Looked looked, Act act, string? attempt)
    {
        if (SealRefusals.Tells(refusal))
            Refused = (new SealedAttemptRefused(
                looked, rule.Name, refusal.Code, [.. act.Seals.Select(s => s.Id)], act.OccurredAt,
                attempt is { Length: > 500 } ? Texts.Excerpt(attempt) : attempt), act.By);
    }

    private async ValueTask<ImmutableArray<Seal>> InForceAsync(
        Enterprise? enterprise, RegionCode region, CancellationToken cancellationToken)
    {
        if (enterprise is null)
            return [];
        if (!found.TryGetValue((enterprise, region), out var seals))
            found[(enterprise, region)] = seals = await known.InForceAsync(enterprise, region, anew, cancellationToken);
        return seals.Seals;
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
