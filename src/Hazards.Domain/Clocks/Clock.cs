using System.Collections.Immutable;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>
/// A duty that is open now: who must do what until when. Derived from state and policy; overdue is a matter of the date, never
/// a stored flag.
/// </summary>
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
    /// <summary>
    /// All open clocks, the earliest due first. Each is counted by the policy in force when its duty began, and by the calendar
    /// of the hazard's newest event.
    /// </summary>
    public static ImmutableArray<Clock> Open(Hazard hazard, Rulebook rules)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        ArgumentNullException.ThrowIfNull(rules);
        return Open(hazard, rules, rules.Calendar.At(hazard.Calendar));
    }

    /// <summary>By when a leg's assignment is, or was, to be acknowledged; null where the policy does not say.</summary>
    /// <param name="leg">The leg, as it is or was.</param>
    /// <param name="hazard">The hazard.</param>
    /// <param name="rules">The policies and the calendar.</param>
    public static DateOnly? AcknowledgeBy(LegState leg, Hazard hazard, Rulebook rules)
    {
        ArgumentNullException.ThrowIfNull(leg);
        ArgumentNullException.ThrowIfNull(hazard);
        ArgumentNullException.ThrowIfNull(rules);
        var (since, calendar) = (leg.AssignmentBinds, rules.Calendar.At(leg.AcknowledgeEdition ?? hazard.Calendar));
        return rules.PolicyAt(hazard.Region, since).Due(ClockKind.Acknowledge, hazard.Level, since, calendar) is { } due
            ? hazard.DueAsKept(ClockKind.Acknowledge, leg.Leg, since, due.Date)
            : null;
    }

    /// <summary>
    /// 退回的由交办单位改派: whether it is the rectification of a leg that was given back. To reassign it is a duty of its own, and nobody owes
    /// the rectification meanwhile.
    /// </summary>
    internal static bool IsGivenBack(ClockKind kind, Leg? leg, Hazard hazard) =>
        kind == ClockKind.Rectify && leg is { } name && hazard.Legs.GetValueOrDefault(name)?.Stage == LegStage.Returned;

    /// <summary>The one who owes a duty; null: the committee office of the region.</summary>
    internal static BodyId? OwnerOf(ClockKind kind, Leg? leg, Hazard hazard)
    {
        var of = leg is { } name ? hazard.Legs.GetValueOrDefault(name) : null;
        return kind switch
        {
            ClockKind.Verify or ClockKind.Assign => null,
            ClockKind.Acknowledge or ClockKind.Plan or ClockKind.Reply => of?.Body,
            ClockKind.Rectify => of?.Stage == LegStage.Returned ? of.AssignedBy : of?.Body,
            ClockKind.Reassign or ClockKind.ReviewPlan or ClockKind.Reinspect => of?.AssignedBy,
            ClockKind.DecideExtension => hazard.Listing?.By ?? of?.AssignedBy,
            ClockKind.Supervise => of?.Supervisor,
            ClockKind.ReviewResumption => hazard.Suspension?.Reviewer,
            ClockKind.Publish or ClockKind.File => hazard.Listing?.By,
            ClockKind.PublishDelisting => hazard.Delisting?.By,
            // 挂牌的由挂牌单位摘牌，或由其销号时一并摘牌: nobody else can close it.
            ClockKind.Close => hazard.Listing?.By ?? hazard.AssignedBy,
            ClockKind.Lookback => hazard.Closure?.Watcher,
            _ => throw new NotSupportedException($"who owes {kind} was not said"),
        };
    }

    /// <summary>
    /// Whether a duty is a body's own. One that names nobody is that of the committee office of the county, or of the wider region that the
    /// hazard lies in; where that has none, of the next wider region that has. The queries of duties ask the same (Conditions.IsOf).
    /// </summary>
    /// <param name="owner">Who owes it, as a clock says.</param>
    /// <param name="region">Where the hazard is.</param>
    /// <param name="body">The body.</param>
    /// <param name="offices">The regions whose committee office it is (<see cref="Body.Offices"/>).</param>
    public static bool IsOwedBy(BodyId? owner, RegionCode region, BodyId body, ImmutableArray<RegionCode> offices) =>
        owner is { } named ? named == body : offices.Contains(region.At(RegionLevel.County));

    /// <summary>The legs whose own bodies owe duties: what who assigned or supervises a leg owes of it is not the leg's.</summary>
    /// <param name="clocks">The duties.</param>
    /// <param name="hazard">The hazard.</param>
    public static ImmutableArray<Leg> LegsOwing(IEnumerable<Clock> clocks, Hazard hazard)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        return [.. clocks.Where(c => c.Leg is { } leg && hazard.Legs[leg].Body == c.Body).Select(c => c.Leg!.Value).Distinct().Order()];
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
                Stage.Reported => [After(ClockKind.Verify, null, hazard.OpeningBinds)],
                Stage.Verified => [After(ClockKind.Assign, null, Later(hazard.VerificationBinds, hazard.OpeningBinds))],
                Stage.Closed => [AfterClosure()],
                Stage.Rejected or Stage.Merged => [],
                // 停产停业的先复产: until then nobody could close it.
                Stage.AwaitingClosure when hazard.Suspension is not null => [],
                Stage.AwaitingClosure => [After(ClockKind.Close, null, CloseFrom())],
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
            if (hazard.IsOpen && hazard.ResumptionOwedSince is { } stopped)
                yield return After(ClockKind.ReviewResumption, null, stopped);
            if (hazard.Listing is { } listing)
            {
                if (listing.PublishedAt is null && PolicyAt(listing.PublishFrom).Publication is not null)
                    yield return After(ClockKind.Publish, null, listing.PublishFrom);
                if (listing.FiledAt is null)
                    yield return After(ClockKind.File, null, listing.At);
            }
            if (hazard.Delisting is { PublishedAt: null } delisting && PolicyAt(delisting.PublishFrom).Publication is not null)
                yield return After(ClockKind.PublishDelisting, null, delisting.PublishFrom);
        }

        /// <summary>
        /// 回复督办通知: whatever else the leg's body does. One clock for all that are due on a day: a clock is known by leg, duty and day.
        /// </summary>
        private IEnumerable<Clock> Replies(LegState leg)
        {
            foreach (var due in leg.Notices.Where(n => n.ReplyBy is not null).GroupBy(n => n.ReplyBy!.Value))
                yield return Until(ClockKind.Reply, leg.Leg, due.Min(n => n.At), due.Key);
        }

        private Clock? AfterClosure()
        {
            if (hazard.Closure is not { } closure || hazard.Level is not { } level)
                return null;
            var policy = PolicyAt(closure.At);
            if (policy.Lookbacks.FirstOrDefault(l => l.Level == level) is { } rule)
                return closure.Lookbacks < rule.Days.Length
                    ? Until(ClockKind.Lookback, null, closure.At, ChinaTime.DateAt(closure.At).AddDays(rule.Days[closure.Lookbacks]))
                    : null;
            return closure.LookedBackAt is null && policy.Lookback.Contains(level) ? After(ClockKind.Lookback, null, closure.At) : null;
        }

        private IEnumerable<Clock?> OfLeg(LegState leg)
        {
            var rectify = Until(ClockKind.Rectify, leg.Leg, leg.AssignedAt, hazard.DeadlineOf(leg));
            switch (leg.Stage)
            {
                case LegStage.Returned:
                    yield return After(ClockKind.Reassign, leg.Leg, leg.Binds);
                    yield return rectify;
                    break;
                case LegStage.Assigned:
                    yield return After(ClockKind.Acknowledge, leg.Leg, leg.AssignmentBinds);
                    yield return rectify;
                    break;
                case LegStage.Rectifying:
                    yield return rectify;
                    if (leg.Request is { } request)
                        yield return After(
                            ClockKind.DecideExtension, leg.Leg, ListersFrom(ClockKind.DecideExtension, leg.AssignedBy, request.Binds));
                    if (leg.Plan is { Verdict: null } plan)
                        yield return After(ClockKind.ReviewPlan, leg.Leg, plan.Binds);
                    else if (leg.Plan is not { Verdict: Verdict.Pass } && hazard.Level is { } level)
                    {
                        var since = Later(hazard.GradingBinds, leg.Plan?.Binds ?? RectifyingFrom(leg));
                        if (PolicyAt(since).PlanRequired.Contains(level))
                            yield return After(ClockKind.Plan, leg.Leg, since);
                    }
                    break;
                case LegStage.Declared:
                    yield return After(ClockKind.Reinspect, leg.Leg, leg.Binds);
                    break;
                default:
                    break;
            }
            if (leg.Stage < LegStage.Accepted)
                yield return Supervise(leg);
        }

        // 补录不追责: nobody owes what nobody told him. An act of others that is entered late asks something of a body from the day of its
        // entry; its own act, from when it says that it acted.
        private static DateTimeOffset RectifyingFrom(LegState leg) =>
            leg.Since == leg.AcknowledgedAt ? Later(leg.AssignmentBinds, leg.Since) : leg.Binds;

        // Nobody could close it before production went on.
        private DateTimeOffset CloseFrom()
        {
            var owner = OwnerOf(ClockKind.Close, null, hazard);
            var resumed = hazard.Resumption.By == owner ? hazard.ResumedAt : hazard.Resumption.Binds;
            var accepted = Later(resumed, hazard.Legs.Values.Max(l => l.AcceptanceBinds(owner)));
            return ListersFrom(ClockKind.Close, hazard.AssignedBy, accepted);
        }

        // What is the lister's alone while it is listed, and another's else. The lister owes it from when he listed it, the other from when
        // the listing was over; who was late with it before the listing is late as before, when it is over.
        private DateTimeOffset ListersFrom(ClockKind kind, BodyId? usual, DateTimeOffset since)
        {
            if (hazard.Listing is { } listing)
                return listing.By == usual ? since : Later(listing.At, since);
            if (hazard.Delisting is not { } ended || ended.By == usual)
                return since;
            return After(kind, null, since)?.Due < ChinaTime.DateAt(hazard.Listings[^1].At) ? since : Later(ended.Binds, since);
        }

        /// <summary>双重督办: the leg's supervisor may not be silent either.</summary>
        private Clock? Supervise(LegState leg)
        {
            if (leg.Supervisor is null)
                return null;
            // What it did about the hazard before this assignment, entered late, does not begin the interval before the assignment.
            var since = Later(leg.SupervisedAt, leg.SupervisorBound);
            var level = hazard.Level;
            if (PolicyAt(since).Supervision.FirstOrDefault(s => s.Level == level) is not { } rule)
                return null;
            var due = calendar.Add(ChinaTime.DateAt(since), rule.Days, rule.Count);
            return Until(ClockKind.Supervise, leg.Leg, since, due, rule.Count);
        }

        private Clock? After(ClockKind kind, Leg? leg, DateTimeOffset since)
        {
            var policy = PolicyAt(since);
            return policy.Due(kind, hazard.Level, since, calendar) is { } due
                ? Until(kind, leg, since, due, policy.Clock(kind, hazard.Level)!.Count)
                : null;
        }

        private Clock Until(ClockKind kind, Leg? leg, DateTimeOffset since, DueDate due, DayCount count) =>
            Until(kind, leg, since, hazard.DueAsKept(kind, leg, since, due.Date)) with
            {
                Provisional = due.Provisional, Working = count == DayCount.Working,
            };

        private Clock Until(ClockKind kind, Leg? leg, DateTimeOffset since, DateOnly due) =>
            new(kind, leg, OwnerOf(kind, leg, hazard), since, due);

        private Policy PolicyAt(DateTimeOffset since) => rules.PolicyAt(hazard.Region, since);
    }

    private static DateTimeOffset Later(DateTimeOffset? one, DateTimeOffset other) => one > other ? one.Value : other;
}
