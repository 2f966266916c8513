using System.Globalization;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>What an event says, in a line of English: what people wrote stands as they wrote it.</summary>
public static class EnglishWords
{
    // English takes more letters to say the same.
    private const int LongestLine = 160;

    /// <summary>In one line; the facts themselves are in the event's data.</summary>
    /// <param name="happened">The event.</param>
    /// <param name="nameOf">The name of a body.</param>
    public static string Line(IHazardEvent happened, Func<BodyId, string> nameOf)
    {
        var tag = happened is IConcernsLeg { Leg: { } leg } and not (HazardAssigned or LegReassigned) ? Tag(leg) : "";
        return EventWords.Short(tag + new Saying(nameOf).Of(happened), LongestLine);
    }

    private sealed class Saying(Func<BodyId, string> nameOf)
    {
        public string Of(IHazardEvent happened) => happened switch
        {
            HazardReported e => $"{e.Title}{With(", ", e.Enterprise?.Name)}{With(", ", e.Place?.Text)}",
            LedgerRowRecorded e => $"{e.Ledger}, row {Number(e.Row)}{With(", state: ", e.State)}",
            HazardVerified e => $"{Word(e.Level)}{With(", grounds: ", e.Basis)}",
            HazardRegraded e => $"{Word(e.From)} → {Word(e.To)}: {e.Reason}",
            HazardMerged e => $"into {e.Into}: {e.Reason}",
            DuplicateAbsorbed e => $"{e.From}: {e.Reason}",
            HazardFixedOnTheSpot e => e.Measures,
            HazardFixedByOwnCheck e => e.Measures,
            HazardAssigned e => string.Join("; ", e.Legs.Select(Order)),
            AssignmentAcknowledged e => $"acknowledged{With(", responsible: ", e.ResponsiblePerson)}",
            AssignmentReturned e => $"returned: {e.Reason}",
            LegVacated e =>
                $"{nameOf(e.From)}: {CodeList.English(e.Cause)}{(e.Successor is { } heir ? $"; successor: {nameOf(heir)}" : "")}",
            DutiesPassed e => $"{nameOf(e.From)} → {nameOf(e.To)}: {CodeList.English(e.Cause)}",
            LegReassigned e => $"{nameOf(e.From)} → {Order(e.Order)}: {e.Reason}",
            PlanSubmitted e => $"plan of {Number(e.Parts.Count)} parts{With(", funds in 10,000 yuan: ", e.Funds)}",
            PlanReviewed e => $"{Word(e.Verdict)}{With(": ", e.Comments)}",
            InterimMeasuresTaken e => e.Measures,
            ProductionSuspended e => $"{(e.Whole ? "whole" : "in part")}: {e.Scope}",
            ResumptionRequested e => e.Grounds,
            ResumptionReviewed e => $"{Word(e.Verdict)}: {e.Findings}",
            ProgressReported e => $"{Number(e.Percent)}%: {e.Note}",
            ExtensionRequested e => $"{Day(e.From)} → {Day(e.To)}: {e.Reason}",
            ExtensionGranted e => $"{Day(e.From)} → {Day(e.To)}{With(": ", e.Comments)}",
            CompletionDeclared e => e.Results,
            LegAccepted e => $"{e.Findings}{With(", inspectors: ", e.Inspectors)}",
            AcceptanceWithdrawn e => $"{e.Reason}, due {Day(e.Deadline)}",
            ReinspectionFailed e => $"{e.Findings}, due {Day(e.Deadline)}",
            DeadlineMoved e => $"{Day(e.From)} → {Day(e.To)}: {e.Reason}",
            _ => OfSupervision(happened),
        };

        private string OfSupervision(IHazardEvent happened) => happened switch
        {
            HazardListed e => $"{Word(e.Level)}, due {Day(e.Deadline)}: {e.Requirements}",
            HazardDelisted e => $"{Word(e.Ground)}: {e.Reason}",
            ListingPublished e => $"{e.Medium} ({Day(e.On)})",
            ListingFiled e => $"filed with {nameOf(e.With)} ({Day(e.On)})",
            DelistingPublished e => $"{e.Medium} ({Day(e.On)})",
            SupervisorNamed e => $"{nameOf(e.To)}: {e.Reason}",
            LegUrged e => e.Message,
            SupervisionNoticeIssued e => e.Requirements,
            SupervisionNoticeAnswered e => $"{e.Notice}: {e.Text}",
            SupervisionVisitMade e => e.Findings,
            SupervisionEscalated e => $"to {nameOf(e.To)}: {e.Reason}",
            InterviewHeld e => $"interviewed {e.Interviewed}: {e.Summary}",
            CriticismCirculated e => e.Text,
            HazardExposed e => $"{e.Medium}: {e.Text}",
            PenaltyImposed e => $"{e.Penalised}: {e.Measure}{With(", fine in 10,000 yuan: ", e.Fine)}",
            JudicialReferralMade e => $"referred to {e.To}: {e.Grounds}",
            DeadlineMissed e => $"{Owner(e.Body)}: {Word(e.Clock)} was due {Day(e.Due)}",
            StepProposed e => $"{Owner(e.To)} is to decide on: {Word(e.Step)} ({Word(e.Clock)}, {Number(e.DaysOverdue)} d overdue)",
            StepDeclined e => $"no {Word(e.Step)}: {e.Reason}",
            DeadlinesRecounted e => string.Join("; ", e.Moved.Select(m => $"{Word(m.Clock)} {Day(m.From)} → {Day(m.To)}")),
            PaperIssued e => $"{CodeList.English(e.Paper)}, to {string.Join(", ", e.To.Select(nameOf))}",
            HazardClosed e => $"{Word(e.Ground)}{With(": ", e.Remarks)}",
            LookbackMade e => $"{Word(e.Result)}: {e.Findings}",
            HazardReopened e => string.Join("; ", e.Legs.Select(Order).Prepend(e.Reason)),
            HazardCorrected e => $"{Word(e.Field)}: {e.From ?? "(none)"} → {e.To ?? "(none)"}, {e.Reason}",
            WitnessRecorded => "the witness's identity and statement are kept sealed",
            CommentAdded e => e.Text,
            HazardWithdrawn { Reason: var reason } => reason,
            HazardRejected { Reason: var reason } => reason,
            FixWithdrawn { Reason: var reason } => reason,
            ExtensionRefused { Reason: var reason } => reason,
            _ => throw new NotSupportedException($"what {happened.GetType().Name} says was not said"),
        };

        private string Owner(BodyId? body) => body is { } known ? nameOf(known) : "Committee office";

        private string Order(LegOrder o) =>
            $"{Tag(o.Leg)}{nameOf(o.Body)} (due {Day(o.Deadline)}{(o.Supervisor is { } by ? $", supervisor: {nameOf(by)}" : "")})";
    }

    private static string Tag(Leg leg) => leg == Leg.Sole ? "" : $"[{Word(leg)}] ";

    private static string With(string before, object? value) =>
        value is null or "" ? "" : string.Create(CultureInfo.InvariantCulture, $"{before}{value}");

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Word<T>(T value) where T : struct, Enum => CodeList.InWords(CodeList.Code(value));
}
