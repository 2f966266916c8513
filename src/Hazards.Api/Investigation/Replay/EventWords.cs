using System.Globalization;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Api.Investigation.Replay;

/// <summary>What an event says, in one line of Chinese, as a reader of a timeline needs it; the facts themselves are in its data.</summary>
internal static class EventWords
{
    private const int Longest = 80;

    /// <param name="happened">The event.</param>
    /// <param name="name">The name of a body.</param>
    public static string Of(IHazardEvent happened, Func<BodyId?, string> name)
    {
        var said = Say(happened, name).ReplaceLineEndings(" ").Trim();
        return said.Length <= Longest ? said : said[..(Longest - 1)] + "…";
    }

    private static string Say(IHazardEvent happened, Func<BodyId?, string> name) => happened switch
    {
        HazardReported e => $"{e.Title}{Of("，", e.Enterprise?.Name)}{Of("，", e.Place?.Text)}",
        LedgerRowRecorded e => $"《{e.Ledger}》第{e.Row}行{Of("，状态：", e.State)}",
        HazardVerified e => $"{CodeList.Chinese(e.Level)}{Of("，依据：", e.Basis)}",
        HazardRegraded e => $"{CodeList.Chinese(e.From)}→{CodeList.Chinese(e.To)}：{e.Reason}",
        HazardRejected e => e.Reason,
        HazardWithdrawn e => e.Reason,
        HazardMerged e => $"并入 {e.Into}：{e.Reason}",
        DuplicateAbsorbed e => $"{e.From}：{e.Reason}",
        HazardFixedOnTheSpot e => e.Measures,
        HazardFixedByOwnCheck e => e.Measures,
        FixWithdrawn e => e.Reason,
        HazardAssigned e => string.Join('；', e.Legs.Select(o => Order(o, name))),
        AssignmentAcknowledged e => $"{Leg(e.Leg)}签收{Of("，责任人", e.ResponsiblePerson)}",
        AssignmentReturned e => $"{Leg(e.Leg)}退回：{e.Reason}",
        LegReassigned e => $"{name(e.From)}→{Order(e.Order, name)}：{e.Reason}",
        PlanSubmitted e => $"{Leg(e.Leg)}方案{e.Parts.Count}项{Of("，资金万元：", e.Funds)}",
        PlanReviewed e => $"{Leg(e.Leg)}{CodeList.Chinese(e.Verdict)}{Of("：", e.Comments)}",
        InterimMeasuresTaken e => $"{Leg(e.Leg)}{e.Measures}",
        ProductionSuspended e => $"{(e.Whole ? "全部" : "部分")}：{e.Scope}",
        ResumptionRequested e => $"{Leg(e.Leg)}{e.Grounds}",
        ResumptionReviewed e => $"{CodeList.Chinese(e.Verdict)}：{e.Findings}",
        ProgressReported e => $"{Leg(e.Leg)}{e.Percent}%：{e.Note}",
        ExtensionRequested e => $"{Leg(e.Leg)}{Day(e.From)}→{Day(e.To)}：{e.Reason}",
        ExtensionGranted e => $"{Leg(e.Leg)}{Day(e.From)}→{Day(e.To)}{Of("：", e.Comments)}",
        ExtensionRefused e => $"{Leg(e.Leg)}{e.Reason}",
        CompletionDeclared e => $"{Leg(e.Leg)}{e.Results}",
        LegAccepted e => $"{Leg(e.Leg)}{e.Findings}{Of("，复查人", e.Inspectors)}",
        AcceptanceWithdrawn e => $"{Leg(e.Leg)}{e.Reason}，限{Day(e.Deadline)}",
        ReinspectionFailed e => $"{Leg(e.Leg)}{e.Findings}，限{Day(e.Deadline)}",
        _ => SayOfSupervision(happened, name),
    };

    private static string SayOfSupervision(IHazardEvent happened, Func<BodyId?, string> name) => happened switch
    {
        HazardListed e => $"{CodeList.Chinese(e.Level)}，限{Day(e.Deadline)}：{e.Requirements}",
        HazardDelisted e => $"{CodeList.Chinese(e.Ground)}：{e.Reason}",
        ListingPublished e => $"{e.Medium}（{Day(e.On)}）",
        ListingFiled e => $"向{name(e.With)}备案（{Day(e.On)}）",
        DelistingPublished e => $"{e.Medium}（{Day(e.On)}）",
        SupervisorNamed e => $"{Leg(e.Leg)}{name(e.To)}：{e.Reason}",
        LegUrged e => $"{Leg(e.Leg)}{e.Message}",
        SupervisionNoticeIssued e => $"{Leg(e.Leg)}{e.Requirements}",
        SupervisionNoticeAnswered e => $"{Leg(e.Leg)}{e.Notice}：{e.Text}",
        SupervisionVisitMade e => $"{Leg(e.Leg)}{e.Findings}",
        SupervisionEscalated e => $"提级至{name(e.To)}：{e.Reason}",
        InterviewHeld e => $"{Leg(e.Leg)}约谈{e.Interviewed}：{e.Summary}",
        CriticismCirculated e => $"{Leg(e.Leg)}{e.Text}",
        HazardExposed e => $"{e.Medium}：{e.Text}",
        PenaltyImposed e => $"{e.Penalised}：{e.Measure}{Of("，万元：", e.Fine)}",
        JudicialReferralMade e => $"移送{e.To}：{e.Grounds}",
        DeadlineMissed e => $"{name(e.Body)}{Leg(e.Leg)}“{CodeList.Chinese(e.Clock)}”{Day(e.Due)}到期未办",
        StepProposed e => $"提请{name(e.To)}决定：{CodeList.Chinese(e.Step)}（{CodeList.Chinese(e.Clock)}超期{e.DaysOverdue}天）",
        StepDeclined e => $"不采纳{CodeList.Chinese(e.Step)}：{e.Reason}",
        DeadlinesRecounted e => string.Join('；', e.Moved.Select(m => $"{CodeList.Chinese(m.Clock)} {Day(m.From)}→{Day(m.To)}")),
        DeadlineMoved e => $"{Leg(e.Leg)}{Day(e.From)}→{Day(e.To)}：{e.Reason}",
        PaperIssued e => $"{CodeList.Chinese(e.Paper)}，致{string.Join('、', e.To.Select(b => name(b)))}",
        HazardClosed e => $"{CodeList.Chinese(e.Ground)}{Of("：", e.Remarks)}",
        LookbackMade e => $"{CodeList.Chinese(e.Result)}：{e.Findings}",
        HazardReopened e => $"{e.Reason}{Of("；", e.Legs.IsEmpty ? null : string.Join('；', e.Legs.Select(o => Order(o, name))))}",
        HazardCorrected e => $"{CodeList.Chinese(e.Field)}：{e.From ?? "（空）"}→{e.To ?? "（空）"}，{e.Reason}",
        WitnessRecorded => "证人身份和陈述已加密封存",
        CommentAdded e => e.Text,
        _ => "",
    };

    private static string Order(LegOrder o, Func<BodyId?, string> name) => $"{Leg(o.Leg)}{name(o.Body)}（限{Day(o.Deadline)}{(o.Supervisor is { } s ? $"，督办：{name(s)}" : "")}）";

    private static string Leg(Leg? leg) => leg switch { null or Domain.Codes.Leg.Sole => "", { } one => $"[{CodeList.Chinese(one)}]" };

    private static string Of(string before, object? value) => value is null or "" ? "" : string.Create(CultureInfo.InvariantCulture, $"{before}{value}");

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
