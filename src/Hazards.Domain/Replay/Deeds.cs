using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>Whose deed an event is, which leg it concerns, and what it answers.</summary>
public static class Deeds
{
    /// <summary>The leg an event concerns, if it concerns one only.</summary>
    public static Leg? LegOf(IHazardEvent happened) => happened switch
    {
        AssignmentAcknowledged e => e.Leg,
        AssignmentReturned e => e.Leg,
        LegReassigned e => e.Order.Leg,
        PlanSubmitted e => e.Leg,
        PlanReviewed e => e.Leg,
        InterimMeasuresTaken e => e.Leg,
        ResumptionRequested e => e.Leg,
        ProgressReported e => e.Leg,
        ExtensionRequested e => e.Leg,
        ExtensionGranted e => e.Leg,
        ExtensionRefused e => e.Leg,
        CompletionDeclared e => e.Leg,
        LegAccepted e => e.Leg,
        AcceptanceWithdrawn e => e.Leg,
        ReinspectionFailed e => e.Leg,
        SupervisorNamed e => e.Leg,
        LegUrged e => e.Leg,
        SupervisionNoticeIssued e => e.Leg,
        SupervisionNoticeAnswered e => e.Leg,
        SupervisionVisitMade e => e.Leg,
        InterviewHeld e => e.Leg,
        CriticismCirculated e => e.Leg,
        DeadlineMissed e => e.Leg,
        StepProposed e => e.Leg,
        StepDeclined e => e.Leg,
        DeadlineMoved e => e.Leg,
        PaperIssued e => e.Leg,
        HazardAssigned { Legs: [var only] } => only.Leg,
        _ => null,
    };

    /// <summary>Whether it is an act of the leg's own body.</summary>
    public static bool IsLegsOwn(IHazardEvent happened) => happened is
        AssignmentAcknowledged or AssignmentReturned or PlanSubmitted or InterimMeasuresTaken or ResumptionRequested
        or ProgressReported or ExtensionRequested or CompletionDeclared or SupervisionNoticeAnswered;

    /// <summary>
    /// Whose act it is: the body in the event's circumstances. What a ledger's importer enters of a leg's own acts is the
    /// act of the leg's body.
    /// </summary>
    public static BodyId By(Happening happening, Hazard? before) =>
        happening.Context.Role == Role.Importer && IsLegsOwn(happening.Event) && LegOf(happening.Event) is { } leg && before?.Legs.GetValueOrDefault(leg) is { } state
            ? state.Body
            : happening.Context.Body;

    /// <summary>Whether a later event is an answer to an earlier one, when it is the act of somebody who was told of it.</summary>
    /// <param name="told">The event that was told.</param>
    /// <param name="as">As what. What is for information only asks for no answer.</param>
    /// <param name="later">The later event.</param>
    public static bool Answers(IHazardEvent told, TellAs @as, IHazardEvent later)
    {
        if (@as == TellAs.Notice || later is CommentAdded or WitnessRecorded or HazardCorrected or LedgerRowRecorded or PaperIssued or DeadlinesRecounted or DeadlineMissed or StepProposed)
            return false;
        var sameLeg = LegOf(told) is not { } one || LegOf(later) is not { } other || one == other;
        return sameLeg && told switch
        {
            HazardReported => later is HazardVerified or HazardRejected or HazardWithdrawn or HazardMerged or HazardFixedOnTheSpot or HazardFixedByOwnCheck,
            FixWithdrawn => later is HazardVerified or HazardRejected or HazardMerged or HazardFixedOnTheSpot or HazardAssigned,
            HazardAssigned or LegReassigned or HazardReopened { Legs.IsEmpty: false } => later is AssignmentAcknowledged or AssignmentReturned,
            HazardReopened => later is HazardVerified or HazardRejected or HazardMerged or HazardFixedOnTheSpot or HazardAssigned,
            AssignmentReturned => later is LegReassigned,
            PlanSubmitted => later is PlanReviewed,
            PlanReviewed => later is PlanSubmitted,
            ResumptionRequested => later is ResumptionReviewed,
            ExtensionRequested => later is ExtensionGranted or ExtensionRefused,
            CompletionDeclared => later is LegAccepted or ReinspectionFailed,
            LegAccepted => later is HazardClosed or AcceptanceWithdrawn,
            ReinspectionFailed or AcceptanceWithdrawn => later is CompletionDeclared or ProgressReported or ExtensionRequested or InterimMeasuresTaken,
            StepProposed e => later is StepDeclined d ? d.Step == e.Step && d.Clock == e.Clock && d.Due == e.Due : StepOf(later) == e.Step,
            SupervisionNoticeIssued { ReplyOwed: true } when @as == TellAs.Todo => later is SupervisionNoticeAnswered,
            // What is put before a supervisor or a leg as a warning is answered by whatever it does next.
            _ => true,
        };
    }

    /// <summary>The supervision step that an event is, if it is one.</summary>
    public static SupervisionStep? StepOf(IHazardEvent happened) => happened switch
    {
        LegUrged => SupervisionStep.Urge,
        SupervisionNoticeIssued => SupervisionStep.Notice,
        SupervisionVisitMade => SupervisionStep.Visit,
        InterviewHeld => SupervisionStep.Interview,
        CriticismCirculated => SupervisionStep.Criticism,
        HazardExposed => SupervisionStep.Exposure,
        SupervisionEscalated => SupervisionStep.Escalation,
        PenaltyImposed => SupervisionStep.Penalty,
        JudicialReferralMade => SupervisionStep.Referral,
        _ => null,
    };
}
