using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>Whose deed an event is, which leg it concerns, and what it answers.</summary>
public static class Deeds
{
    /// <summary>The leg an event concerns, if it concerns one only.</summary>
    public static Leg? LegOf(IHazardEvent happened) => (happened as IConcernsLeg)?.Leg;

    /// <summary>
    /// Whose act it is: the body in the event's circumstances. What a ledger's importer enters of a leg's own acts is the
    /// act of the leg's body.
    /// </summary>
    public static BodyId By(Happening happening, Hazard? before) =>
        happening is { Context.Role: Role.Importer, Event: ILegsOwn own } && before?.Legs.GetValueOrDefault(own.Leg) is { } state
            ? state.Body
            : happening.Context.Body;

    /// <summary>Whether a later event is an answer to an earlier one, when it is the act of somebody who was told of it.</summary>
    /// <param name="told">The event that was told.</param>
    /// <param name="as">As what. What is for information only asks for no answer.</param>
    /// <param name="later">The later event.</param>
    public static bool Answers(IHazardEvent told, TellAs @as, IHazardEvent later)
    {
        if (@as == TellAs.Notice || later is CommentAdded or WitnessRecorded or HazardCorrected or LedgerRowRecorded
            or PaperIssued or DeadlinesRecounted or DeadlineMissed or StepProposed)
            return false;
        var sameLeg = LegOf(told) is not { } one || LegOf(later) is not { } other || one == other;
        return sameLeg && told switch
        {
            HazardReported => later is HazardVerified or HazardRejected or HazardWithdrawn or HazardMerged or HazardFixedOnTheSpot or HazardFixedByOwnCheck,
            FixWithdrawn => later is HazardVerified or HazardRejected or HazardMerged or HazardFixedOnTheSpot or HazardAssigned,
            HazardAssigned or LegReassigned or HazardReopened { Legs.IsEmpty: false } => later is AssignmentAcknowledged or AssignmentReturned,
            HazardReopened => later is HazardVerified or HazardRejected or HazardMerged or HazardFixedOnTheSpot or HazardAssigned,
            AssignmentReturned or LegVacated => later is LegReassigned,
            PlanSubmitted => later is PlanReviewed,
            PlanReviewed => later is PlanSubmitted,
            ResumptionRequested => later is ResumptionReviewed,
            ExtensionRequested => later is ExtensionGranted or ExtensionRefused,
            CompletionDeclared => later is LegAccepted or ReinspectionFailed,
            LegAccepted => later is HazardClosed or AcceptanceWithdrawn,
            ReinspectionFailed or AcceptanceWithdrawn =>
                later is CompletionDeclared or ProgressReported or ExtensionRequested or InterimMeasuresTaken,
            StepProposed e => later is StepDeclined d
                ? d.Step == e.Step && d.Clock == e.Clock && d.Due == e.Due : later is ISupervisionStep taken && taken.Step == e.Step,
            SupervisionNoticeIssued { ReplyOwed: true } when @as == TellAs.Todo => later is SupervisionNoticeAnswered,
            // What is put before a supervisor or a leg as a warning is answered by whatever it does next.
            ISupervisionStep or ILegsOwn or SupervisorNamed or StepDeclined or DeadlineMissed or DeadlinesRecounted or DeadlineMoved
                or DutiesPassed or HazardListed or HazardDelisted or ListingPublished or ListingFiled or DelistingPublished or PaperIssued
                or HazardVerified or HazardRegraded or HazardRejected or HazardWithdrawn or HazardMerged or DuplicateAbsorbed
                or ProductionSuspended or ResumptionReviewed or ExtensionGranted or ExtensionRefused
                or HazardFixedOnTheSpot or HazardFixedByOwnCheck or HazardClosed or LookbackMade
                or HazardCorrected or LedgerRowRecorded or WitnessRecorded or CommentAdded => true,
            _ => throw new NotSupportedException($"what answers {told.GetType().Name} was not said"),
        };
    }
}
