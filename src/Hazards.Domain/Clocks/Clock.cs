using System.Collections.Immutable;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>A duty that is open now: who must do what until when. Derived from state and policy; overdue is a matter of the date, never a stored flag.</summary>
/// <param name="Kind">The duty.</param>
/// <param name="Leg">The leg it concerns, if one.</param>
/// <param name="Body">The body that must act; null where it is the committee office of the region and none is named yet.</param>
/// <param name="Since">When the duty began.</param>
/// <param name="Due">The last day for it, in China.</param>
/// <param name="Provisional">True while it is counted through a year whose working days are not announced.</param>
public record Clock(ClockKind Kind, Leg? Leg, BodyId? Body, DateTimeOffset Since, DateOnly Due, bool Provisional = false)
{
    /// <summary>Whether it is counted in working days, so that a change of the calendar may move it.</summary>
    public bool Working { get; init; }

    /// <summary>Days by which it is overdue on a date; 0 or less when it is not.</summary>
    public int DaysOverdue(DateOnly today) => today.DayNumber - Due.DayNumber;
}

/// <summary>The clocks of a hazard.</summary>
public static class Clocks
{
    /// <summary>All open clocks, the earliest due first. Each is counted by the policy in force when its duty began, and by the calendar of the hazard's newest event.</summary>
    public static ImmutableArray<Clock> Open(Hazard hazard, Rulebook rules)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        ArgumentNullException.ThrowIfNull(rules);
        return Open(hazard, rules, rules.Calendar.At(hazard.Calendar));
    }

    /// <summary>All open clocks, counted by a given edition of the calendar.</summary>
    public static ImmutableArray<Clock> Open(Hazard hazard, Rulebook rules, WorkCalendar calendar)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        ArgumentNullException.ThrowIfNull(rules);
        return [.. new Finder(hazard, rules, calendar).Find().OfType<Clock>().OrderBy(c => c.Due).ThenBy(c => c.Kind).ThenBy(c => c.Leg)];
    }

    private readonly struct Finder(Hazard hazard, Rulebook rules, WorkCalendar calendar)
    {
        public IEnumerable<Clock?> Find()
        {
            var found = hazard.Stage switch
            {
                Stage.Reported => [After(ClockKind.Verify, null, null, hazard.OpenSince)],
                Stage.Verified => [After(ClockKind.Assign, null, null, Later(hazard.VerifiedAt, hazard.OpenSince))],
                Stage.Closed => [AfterClosure()],
                Stage.Rejected or Stage.Merged => [],
                Stage.AwaitingClosure => [After(ClockKind.Close, null, hazard.AssignedBy, hazard.Legs.Values.Max(l => l.Since))],
                _ => hazard.Legs.Values.SelectMany(OfLeg),
            };
            return found.Concat(Aside());
        }

        /// <summary>Duties that do not depend on the stage.</summary>
        private IEnumerable<Clock?> Aside()
        {
            if (hazard.IsOpen)
                foreach (var reply in hazard.Legs.Values.SelectMany(Replies))
                    yield return reply;
            if (hazard.IsOpen && hazard.Suspension is { RequestedAt: { } requested } suspension)
                yield return After(ClockKind.ReviewResumption, null, suspension.By, requested);
            if (hazard.Listing is { } listing)
            {
                if (listing.PublishedAt is null && PolicyAt(listing.At).Publication is not null)
                    yield return After(ClockKind.Publish, null, listing.By, listing.At);
                if (listing.FiledAt is null)
                    yield return After(ClockKind.File, null, listing.By, listing.At);
            }
            if (hazard.Delisting is { PublishedAt: null } delisting && PolicyAt(delisting.At).Publication is not null)
                yield return After(ClockKind.PublishDelisting, null, delisting.By, delisting.At);
        }

        /// <summary>
        /// 回复督办通知: whatever else the leg's body does. One clock for all that are due on a day: a clock is known by leg, duty and day.
        /// </summary>
        private static IEnumerable<Clock> Replies(LegState leg) =>
            from notice in leg.Notices
            where notice.ReplyBy is not null
            group notice by notice.ReplyBy!.Value into due
            select new Clock(ClockKind.Reply, leg.Leg, leg.Body, due.Min(n => n.At), due.Key);

        private Clock? AfterClosure()
        {
            if (hazard.Closure is not { } closure || hazard.Level is not { } level)
                return null;
            var policy = PolicyAt(closure.At);
            if (policy.Lookbacks.FirstOrDefault(l => l.Level == level) is { } rule)
                return closure.Lookbacks < rule.Days.Length
                    ? new Clock(ClockKind.Lookback, null, closure.By, closure.At, ChinaTime.DateAt(closure.At).AddDays(rule.Days[closure.Lookbacks]))
                    : null;
            return closure.LookedBackAt is null && policy.Lookback.Contains(level) ? After(ClockKind.Lookback, null, closure.By, closure.At) : null;
        }

        private IEnumerable<Clock?> OfLeg(LegState leg)
        {
            var rectify = new Clock(ClockKind.Rectify, leg.Leg, leg.Body, leg.AssignedAt, hazard.DeadlineOf(leg));
            switch (leg.Stage)
            {
                case LegStage.Returned:
                    yield return After(ClockKind.Reassign, leg.Leg, leg.AssignedBy, leg.Since);
                    yield return rectify with { Body = leg.AssignedBy };
                    break;
                case LegStage.Assigned:
                    yield return After(ClockKind.Acknowledge, leg.Leg, leg.Body, leg.AssignedAt);
                    yield return rectify;
                    break;
                case LegStage.Rectifying:
                    yield return rectify;
                    if (leg.Request is { } request)
                        yield return After(ClockKind.DecideExtension, leg.Leg, hazard.Listing?.By ?? leg.AssignedBy, request.At);
                    if (leg.Plan is { Verdict: null } plan)
                        yield return After(ClockKind.ReviewPlan, leg.Leg, leg.AssignedBy, plan.Since);
                    else if (leg.Plan is not { Verdict: Verdict.Pass } && hazard.Level is { } level)
                    {
                        var since = Later(hazard.GradedAt, leg.Plan?.Since ?? leg.Since);
                        if (PolicyAt(since).PlanRequired.Contains(level))
                            yield return After(ClockKind.Plan, leg.Leg, leg.Body, since);
                    }
                    break;
                case LegStage.Declared:
                    yield return After(ClockKind.Reinspect, leg.Leg, leg.AssignedBy, leg.Since);
                    break;
                default:
                    break;
            }
            if (leg.Stage < LegStage.Accepted)
                yield return Supervise(leg);
        }

        /// <summary>双重督办: the leg's supervisor may not be silent either.</summary>
        private Clock? Supervise(LegState leg)
        {
            if (leg.Supervisor is not { } supervisor)
                return null;
            // What it did about the hazard before this assignment, entered late, does not begin the interval before the assignment.
            var since = Later(leg.SupervisedAt, leg.AssignedAt);
            var level = hazard.Level;
            if (PolicyAt(since).Supervision.FirstOrDefault(s => s.Level == level) is not { } rule)
                return null;
            var due = calendar.Add(ChinaTime.DateAt(since), rule.Days, rule.Count);
            return new Clock(ClockKind.Supervise, leg.Leg, supervisor, since, due.Date, due.Provisional) { Working = rule.Count == DayCount.Working };
        }

        private Clock? After(ClockKind kind, Leg? leg, BodyId? body, DateTimeOffset since)
        {
            var policy = PolicyAt(since);
            return policy.Due(kind, hazard.Level, since, calendar) is { } due
                ? new Clock(kind, leg, body, since, due.Date, due.Provisional) { Working = policy.Clock(kind, hazard.Level)!.Count == DayCount.Working }
                : null;
        }

        private Policy PolicyAt(DateTimeOffset since) => rules.PolicyAt(hazard.Region, since);
    }

    private static DateTimeOffset Later(DateTimeOffset? one, DateTimeOffset other) => one > other ? one.Value : other;
}
