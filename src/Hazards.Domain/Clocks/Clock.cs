using System.Collections.Immutable;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>A duty that is open now: who must do what until when. Derived from state and policy; overdue is a matter of the date, never a stored flag.</summary>
/// <param name="Kind">The duty.</param>
/// <param name="Leg">The leg it concerns, if one.</param>
/// <param name="Body">The body that must act; null where it is the committee office of the region and none is named yet.</param>
/// <param name="Since">When the duty began.</param>
/// <param name="Due">The last day for it, in China.</param>
public sealed record Clock(ClockKind Kind, Leg? Leg, BodyId? Body, DateTimeOffset Since, DateOnly Due)
{
    /// <summary>Days by which it is overdue on a date; 0 or less when it is not.</summary>
    public int DaysOverdue(DateOnly today) => today.DayNumber - Due.DayNumber;
}

/// <summary>The clocks of a hazard.</summary>
public static class Clocks
{
    /// <summary>All open clocks, the earliest due first.</summary>
    public static ImmutableArray<Clock> Open(Hazard hazard, Policy policy)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        ArgumentNullException.ThrowIfNull(policy);
        return [.. Find(hazard, policy).OrderBy(c => c.Due).ThenBy(c => c.Kind).ThenBy(c => c.Leg)];
    }

    private static IEnumerable<Clock> Find(Hazard hazard, Policy policy)
    {
        Clock? After(ClockKind kind, Leg? leg, BodyId? body, DateTimeOffset since) =>
            policy.Due(kind, hazard.Level, since) is { } due ? new Clock(kind, leg, body, since, due) : null;

        IEnumerable<Clock?> found = hazard.Stage switch
        {
            Stage.Reported => [After(ClockKind.Verify, null, null, hazard.OpenSince)],
            Stage.Verified => [After(ClockKind.Assign, null, null, Later(hazard.VerifiedAt, hazard.OpenSince))],
            Stage.Closed => [AfterClosure(hazard, policy, After)],
            Stage.Rejected or Stage.Merged => [],
            Stage.AwaitingClosure => [After(ClockKind.Close, null, hazard.AssignedBy, hazard.Legs.Values.Max(l => l.Since))],
            _ => hazard.Legs.Values.SelectMany(leg => OfLeg(hazard, leg, policy, After)),
        };
        if (hazard.IsOpen && hazard.Suspension is { RequestedAt: { } requested } suspension)
            found = found.Append(After(ClockKind.ReviewResumption, null, suspension.By, requested));
        return found.OfType<Clock>();
    }

    private static Clock? AfterClosure(Hazard hazard, Policy policy, Func<ClockKind, Leg?, BodyId?, DateTimeOffset, Clock?> after) =>
        hazard.Closure is { LookedBackAt: null } closure && hazard.Level is { } level && policy.Lookback.Contains(level)
            ? after(ClockKind.Lookback, null, closure.By, closure.At)
            : null;

    private static IEnumerable<Clock?> OfLeg(Hazard hazard, LegState leg, Policy policy, Func<ClockKind, Leg?, BodyId?, DateTimeOffset, Clock?> after)
    {
        var rectify = new Clock(ClockKind.Rectify, leg.Leg, leg.Body, leg.AssignedAt, hazard.DeadlineOf(leg));
        switch (leg.Stage)
        {
            case LegStage.Returned:
                yield return after(ClockKind.Reassign, leg.Leg, leg.AssignedBy, leg.Since);
                yield return rectify with { Body = leg.AssignedBy };
                break;
            case LegStage.Assigned:
                yield return after(ClockKind.Acknowledge, leg.Leg, leg.Body, leg.AssignedAt);
                yield return rectify;
                break;
            case LegStage.Rectifying:
                yield return rectify;
                if (leg.Request is { } request)
                    yield return after(ClockKind.DecideExtension, leg.Leg, hazard.Listing?.By ?? leg.AssignedBy, request.At);
                if (leg.Plan is { Verdict: null } plan)
                    yield return after(ClockKind.ReviewPlan, leg.Leg, leg.AssignedBy, plan.Since);
                else if (leg.Plan is not { Verdict: Verdict.Pass } && hazard.Level is { } level && policy.PlanRequired.Contains(level))
                    yield return after(ClockKind.Plan, leg.Leg, leg.Body, Later(hazard.GradedAt, leg.Plan?.Since ?? leg.Since));
                break;
            case LegStage.Declared:
                yield return after(ClockKind.Reinspect, leg.Leg, leg.AssignedBy, leg.Since);
                break;
            default:
                break;
        }
    }

    private static DateTimeOffset Later(DateTimeOffset? one, DateTimeOffset other) => one > other ? one.Value : other;
}
