using System.Collections.Immutable;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>
/// Who must be told of an event. Who asks for a decision tells the one who decides; who decides tells the one who asked
/// and who watches; whatever bears on a leg is put before its body and its supervisor, so that neither can say later
/// that it did not know. The body that acted is never told what it did itself.
/// </summary>
public static class Telling
{
    /// <summary>Whom an event is put before.</summary>
    /// <param name="happened">The event.</param>
    /// <param name="before">The hazard before it; null when it begins here.</param>
    /// <param name="after">The hazard after it.</param>
    /// <param name="context">Who acted. A ledger entered afterwards tells for information only: what is owed now stands in the
    /// clocks.</param>
    /// <param name="by">The body that acted, if known: a committee office is not told by way of its region either.</param>
    public static ImmutableArray<Told> Of(IHazardEvent happened, Hazard? before, Hazard after, EventContext context, Body? by = null)
    {
        ArgumentNullException.ThrowIfNull(after);
        ArgumentNullException.ThrowIfNull(context);
        var list = new List(before ?? after, after, context.Body, by);
        list.Tell(happened);
        return list.ToImmutable(context.Role == Role.Importer);
    }

    /// <summary>Collects addressees; who is named twice is told once, as the weightiest.</summary>
    private sealed class List(Hazard before, Hazard after, BodyId acted, Body? by)
    {
        private readonly Dictionary<string, Told> told = new(StringComparer.Ordinal);

        public ImmutableArray<Told> ToImmutable(bool forInformation) =>
            [.. told.Values.Select(t => forInformation ? t with { As = TellAs.Notice } : t).OrderBy(t => t.As).ThenBy(t => t.Address, StringComparer.Ordinal)];

        public void Tell(IHazardEvent happened)
        {
            switch (happened)
            {
                case HazardReported:
                    Office(TellAs.Todo);
                    break;
                case HazardVerified:
                    Tell(TellAs.Notice, before.ReportedBy);
                    break;
                // What its place has no longer on its lists is put before its office when another did it.
                case HazardRejected or HazardMerged:
                    Tell(TellAs.Notice, before.ReportedBy);
                    Office(TellAs.Notice);
                    break;
                case HazardWithdrawn:
                    Concerned(null, TellAs.Notice);
                    Tell(TellAs.Notice, before.ReportedBy, after.AssignedBy);
                    break;
                case DuplicateAbsorbed:
                    Tell(TellAs.Notice, after.AssignedBy);
                    break;
                case HazardRegraded:
                    Concerned(null, TellAs.Notice);
                    Tell(TellAs.Notice, after.AssignedBy, after.Listing?.By);
                    break;
                default:
                    TellOfAssignment(happened);
                    break;
            }
        }

        private void TellOfAssignment(IHazardEvent happened)
        {
            switch (happened)
            {
                case HazardAssigned:
                    Concerned(null, TellAs.Todo);
                    break;
                case AssignmentAcknowledged e:
                    Tell(TellAs.Notice, after.Legs[e.Leg].AssignedBy, after.Legs[e.Leg].Supervisor);
                    break;
                case AssignmentReturned e:
                    Asked(e.Leg, after.Legs[e.Leg].AssignedBy);
                    break;
                case LegVacated e:
                    Tell(
                        after.Legs[e.Leg].Stage != before.Legs[e.Leg].Stage ? TellAs.Todo : TellAs.Notice, after.Legs[e.Leg].AssignedBy);
                    Tell(TellAs.Notice, after.Listing?.By, after.Legs[e.Leg].Supervisor, e.From, e.Successor);
                    break;
                case DutiesPassed e:
                    Tell(TellAs.Todo, e.To);
                    Tell(TellAs.Notice, e.From);
                    break;
                case LegReassigned e:
                    Concerned(e.Order.Leg, TellAs.Todo);
                    Tell(TellAs.Notice, e.From, before.Legs[e.Order.Leg].Supervisor);
                    break;
                case SupervisorNamed e:
                    Concerned(e.Leg, TellAs.Notice);
                    Tell(TellAs.Notice, e.From);
                    break;
                default:
                    TellOfRectification(happened);
                    break;
            }
        }

        private void TellOfRectification(IHazardEvent happened)
        {
            switch (happened)
            {
                case PlanSubmitted e:
                    Asked(e.Leg, after.Legs[e.Leg].AssignedBy);
                    break;
                case PlanReviewed e:
                    Concerned(e.Leg, e.Verdict == Verdict.Fail ? TellAs.Todo : TellAs.Notice);
                    break;
                case InterimMeasuresTaken e:
                    Tell(TellAs.Notice, after.Legs[e.Leg].AssignedBy, after.Legs[e.Leg].Supervisor);
                    break;
                case ProductionSuspended:
                    Concerned(null, TellAs.Warning);
                    Tell(TellAs.Notice, after.AssignedBy, after.Listing?.By);
                    break;
                case ResumptionRequested e:
                    Asked(e.Leg, before.Suspension?.Reviewer);
                    Tell(TellAs.Notice, after.Legs[e.Leg].AssignedBy);
                    break;
                case ResumptionReviewed e:
                    Concerned(null, e.Verdict == Verdict.Fail ? TellAs.Todo : TellAs.Notice);
                    Closable();
                    Tell(TellAs.Notice, after.AssignedBy, after.Listing?.By);
                    break;
                case ExtensionRequested e:
                    Asked(e.Leg, after.Listing?.By ?? after.Legs[e.Leg].AssignedBy);
                    Tell(TellAs.Notice, after.Legs[e.Leg].AssignedBy);
                    break;
                // 挂牌的: whose it was to decide, and whose deadline may be passed, is told when another decided.
                case ExtensionGranted or ExtensionRefused when happened is IOfLeg e:
                    Concerned(e.Leg, TellAs.Notice);
                    Tell(TellAs.Notice, after.Legs[e.Leg].AssignedBy, after.Listing?.By);
                    break;
                case CompletionDeclared e:
                    Asked(e.Leg, after.Legs[e.Leg].AssignedBy);
                    break;
                case LegAccepted e:
                    Concerned(e.Leg, TellAs.Notice);
                    Closable();
                    Tell(TellAs.Notice, after.AssignedBy, after.Listing?.By);
                    break;
                case AcceptanceWithdrawn e:
                    Concerned(e.Leg, TellAs.Todo);
                    Tell(TellAs.Notice, after.AssignedBy, after.Listing?.By, before.Legs[e.Leg].AcceptedBy);
                    break;
                case ReinspectionFailed e:
                    Concerned(e.Leg, TellAs.Todo);
                    Tell(TellAs.Notice, after.AssignedBy, after.Listing?.By);
                    break;
                case DeadlineMoved e:
                    Concerned(e.Leg, TellAs.Notice);
                    break;
                default:
                    TellOfSupervision(happened);
                    break;
            }
        }

        private void TellOfSupervision(IHazardEvent happened)
        {
            switch (happened)
            {
                case HazardListed:
                    Concerned(null, TellAs.Todo);
                    Tell(TellAs.Notice, after.AssignedBy, after.ReportedBy);
                    break;
                case HazardDelisted:
                    Concerned(null, TellAs.Notice);
                    Tell(TellAs.Notice, before.Listing?.By, after.AssignedBy, after.ReportedBy);
                    break;
                case ListingFiled e:
                    Tell(TellAs.Notice, e.With);
                    break;
                case ListingPublished or DelistingPublished:
                    Concerned(null, TellAs.Notice);
                    break;
                case LegUrged e:
                    Watched(e.Leg, TellAs.Todo, e.Duties);
                    break;
                case SupervisionNoticeIssued e:
                    Watched(e.Leg, TellAs.Todo, e.Duties);
                    break;
                case SupervisionNoticeAnswered e:
                    foreach (var notice in before.Legs[e.Leg].Notices.Where(n => n.Number == e.Notice))
                        Tell(TellAs.Notice, notice.By);
                    Watching(e.Leg);
                    break;
                case SupervisionVisitMade e:
                    Watched(e.Leg, TellAs.Notice);
                    break;
                case InterviewHeld e:
                    Watched(e.Leg, TellAs.Warning);
                    break;
                case CriticismCirculated e:
                    Watched(e.Leg, TellAs.Warning, e.Duties);
                    break;
                case SupervisionEscalated e:
                    Tell(TellAs.Todo, e.To);
                    Tell(TellAs.Warning, e.Against);
                    Watched(null, e.Against is null ? TellAs.Warning : TellAs.Notice);
                    break;
                case HazardExposed or PenaltyImposed or JudicialReferralMade:
                    Watched(null, TellAs.Warning);
                    break;
                default:
                    TellOfClocks(happened);
                    break;
            }
        }

        private void TellOfClocks(IHazardEvent happened)
        {
            switch (happened)
            {
                case DeadlineMissed e:
                    Owner(e.Body, TellAs.Warning);
                    Watching(e.Leg);
                    break;
                case StepProposed e:
                    Owner(e.To, TellAs.Todo);
                    break;
                case StepDeclined e:
                    Watching(e.Leg);
                    break;
                case DeadlinesRecounted e:
                    foreach (var moved in e.Moved)
                        Owner(Clocks.OwnerOf(moved.Clock, moved.Leg, after), TellAs.Notice);
                    break;
                default:
                    TellOfTheEnd(happened);
                    break;
            }
        }

        private void TellOfTheEnd(IHazardEvent happened)
        {
            switch (happened)
            {
                case PaperIssued e:
                    foreach (var to in e.To)
                        Tell(TellAs.Notice, to);
                    break;
                case HazardClosed:
                    Concerned(null, TellAs.Notice);
                    Tell(TellAs.Notice, after.AssignedBy, before.Listing?.By, after.ReportedBy);
                    break;
                case LookbackMade e:
                    Concerned(null, e.Result == LookbackResult.Recurred ? TellAs.Warning : TellAs.Notice);
                    Tell(TellAs.Notice, after.AssignedBy, after.Closure?.Watcher);
                    break;
                case FixWithdrawn:
                    Office(TellAs.Todo);
                    Tell(TellAs.Notice, before.Closure?.By, after.ReportedBy);
                    break;
                case HazardReopened:
                    Concerned(null, TellAs.Todo);
                    foreach (var leg in before.Legs.Values)
                        Tell(TellAs.Notice, leg.Body, leg.Supervisor, leg.AssignedBy);
                    if (after.Legs.IsEmpty)
                        Office(TellAs.Todo);
                    Tell(TellAs.Notice, after.Listing?.By, after.ReportedBy);
                    break;
                case HazardCorrected when after.Region.At(RegionLevel.County) != before.Region.At(RegionLevel.County):
                    Office(after.IsOpen && after.Legs.IsEmpty ? TellAs.Todo : TellAs.Notice);
                    Office(TellAs.Notice, before.Region);
                    break;
                // What goes with them is told (the closure), or nobody owes or expects anything because of them.
                case HazardFixedOnTheSpot or HazardFixedByOwnCheck or HazardCorrected or LedgerRowRecorded or CommentAdded or WitnessRecorded or ProgressReported:
                    break;
                default:
                    throw new NotSupportedException($"whom {happened.GetType().Name} is put before was not said");
            }
        }

        /// <summary>
        /// The bodies of a leg, or of all; their supervisors for information. 退回的由交办单位改派: what is put to a leg that was given back is
        /// put to who has to reassign it, and told who gave it back for information.
        /// </summary>
        private void Concerned(Leg? leg, TellAs @as, bool put = false)
        {
            foreach (var state in after.Legs.Values)
                if (leg is null || leg == state.Leg)
                {
                    var back = put && state.Stage == LegStage.Returned;
                    Tell(back ? TellAs.Notice : @as, state.Body);
                    if (back)
                        Owner(state.AssignedBy, @as);
                    Tell(TellAs.Notice, state.Supervisor);
                }
        }

        /// <summary>
        /// What is done against a leg, or all: its body, and all who watch. For duties that were missed: whoever owes those, too. What
        /// was assigned to nobody is the office's.
        /// </summary>
        private void Watched(Leg? leg, TellAs @as, ImmutableArray<ClockKind>? duties = null)
        {
            var owners = (duties ?? []).Where(d => leg is not null || d != ClockKind.Reassign).Select(d => Clocks.OwnerOf(d, leg, after))
                .ToArray();
            foreach (var owner in owners)
                Owner(owner, @as);
            if (after.Legs.IsEmpty)
                Office(@as);
            var itsOwn = owners.Length == 0 || after.Legs.Values.Any(l => (leg ?? l.Leg) == l.Leg && owners.Contains(l.Body));
            Concerned(leg, itsOwn ? @as : TellAs.Notice, put: true);
            Watching(leg);
        }

        private void Watching(Leg? leg)
        {
            foreach (var state in after.Legs.Values)
                if (leg is null || leg == state.Leg)
                    Tell(TellAs.Notice, state.Supervisor, state.AssignedBy);
            Tell(TellAs.Notice, after.AssignedBy, after.Listing?.By, after.EscalatedTo);
        }

        /// <summary>A leg asks for something: the one who decides, and for information the lister and the supervisor.</summary>
        private void Asked(Leg leg, BodyId? decides)
        {
            Tell(TellAs.Todo, decides);
            Tell(TellAs.Notice, after.Listing?.By, after.Legs[leg].Supervisor);
        }

        /// <summary>All is accepted: to who looks whether production may go on, where it is stopped, else to who closes it.</summary>
        private void Closable()
        {
            if (after.Stage == Stage.AwaitingClosure)
                Tell(TellAs.Todo, after.Suspension?.Reviewer ?? Clocks.OwnerOf(ClockKind.Close, null, after));
        }

        private void Owner(BodyId? body, TellAs @as)
        {
            if (body is null)
                Office(@as);
            else
                Tell(@as, body);
        }

        private void Office(TellAs @as, RegionCode? of = null)
        {
            var region = (of ?? after.Region).At(RegionLevel.County);
            if (by is not { Kind: BodyKind.CommitteeOffice } office || office.Region != region)
                Add(new Told(null, region, @as));
        }

        private void Tell(TellAs @as, params ReadOnlySpan<BodyId?> bodies)
        {
            foreach (var body in bodies)
                if (body is { } known && known != acted && known != Clockwork.Body.Id)
                    Add(new Told(known, null, @as));
        }

        private void Add(Told one)
        {
            if (!told.TryGetValue(one.Address, out var other) || one.As < other.As)
                told[one.Address] = one;
        }
    }
}
