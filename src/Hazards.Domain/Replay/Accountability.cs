using System.Collections.Immutable;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>For what a body is accountable.</summary>
public enum Charge
{
    /// <summary>核实定级.</summary>
    [Label("核实定级", "Verify and grade the report")] Verifying,

    /// <summary>交办.</summary>
    [Label("交办", "Assign the verified hazard")] Assigning,

    /// <summary>责任单位.</summary>
    [Label("整改（责任单位）", "Rectify: the body that answers for the leg")] Rectifying,

    /// <summary>改派.</summary>
    [Label("改派（责任方已退回）", "Give the returned leg to another body; it answers for the leg meanwhile")] Reassigning,

    /// <summary>督办单位.</summary>
    [Label("督办", "Supervise the leg")] Supervising,

    /// <summary>验收.</summary>
    [Label("组织复查验收", "Have the declared completion re-inspected")] Accepting,

    /// <summary>挂牌单位.</summary>
    [Label("挂牌督办", "Watch over the listed hazard")] Listing,

    /// <summary>提级督办单位.</summary>
    [Label("提级督办", "Watch over the escalated hazard")] Escalation,

    /// <summary>停产停业.</summary>
    [Label("停产停业（责令单位）", "Answer for the stop of production it ordered")] Suspension,

    /// <summary>销号.</summary>
    [Label("销号", "Close the accepted hazard")] Closing,

    /// <summary>时限.</summary>
    [Label("时限", "One duty with its due date")] Duty,
}

/// <summary>Who was accountable for what, from the event that began it to the event that ended it.</summary>
/// <param name="For">For what.</param>
/// <param name="Leg">The leg, if one.</param>
/// <param name="Duty">The duty, for <see cref="Charge.Duty"/>.</param>
/// <param name="Body">Who; null: the committee office of <paramref name="Office"/>.</param>
/// <param name="Office">The county whose committee office was accountable, where no body is named.</param>
/// <param name="AssignedBy">Who had assigned it, for a leg.</param>
/// <param name="Supervisor">Who supervised it, for a leg.</param>
/// <param name="Due">The last day, for a duty; a due date that moves begins the next interval.</param>
/// <param name="Policy">The policy version under which: in force when the duty or the charge began.</param>
/// <param name="Calendar">The edition of the working calendar by which.</param>
/// <param name="From">The event that began it.</param>
/// <param name="To">The event that ended it; null while it lasts.</param>
public sealed record Accountable(
    Charge For, Leg? Leg, ClockKind? Duty, BodyId? Body, RegionCode? Office, BodyId? AssignedBy, BodyId? Supervisor, DateOnly? Due,
    string Policy, int Calendar, EventMark From, EventMark? To)
{
    /// <summary>Whether it held at an instant, as it was recorded then.</summary>
    public bool HeldAt(DateTimeOffset instant) => From.RecordedAt <= instant && !(To?.RecordedAt <= instant);
}

/// <summary>
/// 责任: which body was accountable for what at each moment. Intervals follow the log (who had been entered as accountable
/// when); the events that bound them say when each happened, as claimed.
/// </summary>
public static class Accountability
{
    /// <summary>All intervals, in the order in which they began.</summary>
    public static ImmutableArray<Accountable> Of(CaseFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var ended = new List<Accountable>();
        var holding = new Dictionary<Held, Accountable>();
        for (var i = 0; i < file.Events.Length; i++)
        {
            var e = file.Events[i];
            var mark = EventMark.Of(e);
            var held = HeldIn(file.States[i]).ToHashSet();
            foreach (var (key, interval) in holding.Where(h => !held.Contains(h.Key)).ToArray())
            {
                ended.Add(interval with { To = mark });
                holding.Remove(key);
            }
            foreach (var key in held.Where(k => !holding.ContainsKey(k)))
                holding[key] = new Accountable(
                    key.For, key.Leg, null, key.Body, key.Office, key.AssignedBy, key.Supervisor, null,
                    file.Rules.PolicyAt(file.States[i].Region, e.Context.OccurredAt).Version, file.States[i].Calendar, mark, null);
        }
        var duties = DutyRuns.Of(file).Select(r =>
            new Accountable(
                Charge.Duty, r.Leg, r.Kind, r.Body, r.Office, null, null, r.Due, r.Rule.Policy, r.Rule.Calendar, r.Began, r.Ended));
        return [.. ended.Concat(holding.Values).Concat(duties).OrderBy(a => a.From.Version).ThenBy(a => a.For).ThenBy(a => a.Leg)
            .ThenBy(a => a.Duty).ThenBy(a => a.Due)];
    }

    private readonly record struct Held(
        Charge For, Leg? Leg, BodyId? Body, RegionCode? Office, BodyId? AssignedBy = null, BodyId? Supervisor = null,
        DateTimeOffset? Since = null);

    private static IEnumerable<Held> HeldIn(Hazard hazard)
    {
        var office = hazard.Region.At(RegionLevel.County);
        if (!hazard.IsOpen)
            return [];
        return (hazard.Stage switch
        {
            Stage.Reported => [new Held(Charge.Verifying, null, null, office)],
            Stage.Verified => [new Held(Charge.Assigning, null, null, office)],
            _ => hazard.Legs.Values.SelectMany(OfLeg),
        }).Concat(Over(hazard));
    }

    private static IEnumerable<Held> OfLeg(LegState leg)
    {
        yield return leg.Stage == LegStage.Returned
            ? new Held(Charge.Reassigning, leg.Leg, leg.AssignedBy, null, leg.AssignedBy, leg.Supervisor, leg.Since)
            : new Held(Charge.Rectifying, leg.Leg, leg.Body, null, leg.AssignedBy, leg.Supervisor, leg.AssignedAt);
        if (leg.Supervisor is { } supervisor)
            yield return new Held(Charge.Supervising, leg.Leg, supervisor, null, leg.AssignedBy);
        if (leg.Stage == LegStage.Declared)
            yield return new Held(Charge.Accepting, leg.Leg, leg.AssignedBy, null, leg.AssignedBy, Since: leg.Since);
    }

    private static IEnumerable<Held> Over(Hazard hazard)
    {
        if (hazard.Stage == Stage.AwaitingClosure)
            yield return new Held(Charge.Closing, null, hazard.AssignedBy, null);
        if (hazard.Listing is { } listing)
            yield return new Held(Charge.Listing, null, listing.By, null, Since: listing.At);
        if (hazard.EscalatedTo is { } above)
            yield return new Held(Charge.Escalation, null, above, null);
        if (hazard.Suspension is { } suspension)
            yield return new Held(Charge.Suspension, null, suspension.Reviewer, null, Since: suspension.Since);
    }
}
