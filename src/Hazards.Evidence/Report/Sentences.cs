using System.Globalization;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Evidence.Report;

/// <summary>What an event says, as a sentence of the field. Who did it and when stand beside it.</summary>
internal sealed class Sentences(Func<BodyId, string> nameOf)
{
    public string Of(IHazardEvent happened) => happened switch
    {
        HazardReported e => $"上报：{Flat(e.Title)}{Flat(e.Description)}来源：{CodeList.Chinese(e.Source)}{If("，发现人：", e.FoundBy)}。",
        LedgerRowRecorded e => $"登记台账“{e.Ledger}”第 {Number(e.Row)} 行原文（文件摘要 {e.File.Value[..12]}…）{If("，台账状态：", e.State)}。",
        HazardVerified e => $"核实属实，定为{CodeList.Chinese(e.Level)}{If("，判定依据：", e.Basis)}。{Flat(e.Findings)}",
        HazardRegraded e => $"由{CodeList.Chinese(e.From)}改定为{CodeList.Chinese(e.To)}{If("，判定依据：", e.Basis)}。原因：{Flat(e.Reason)}",
        HazardWithdrawn e => $"所属的台账导入（{e.Import}）被撤销：{Flat(e.Reason)}",
        HazardRejected e => $"认定不属实：{Flat(e.Reason)}",
        HazardMerged e => $"并入隐患 {e.Into}：{Flat(e.Reason)}",
        DuplicateAbsorbed e => $"并入重复隐患 {e.From}：{Flat(e.Reason)}",
        HazardFixedByOwnCheck e => $"自查自改：{Flat(e.Measures)}{If("整改人：", e.FixedBy)}",
        FixWithdrawn e => $"撤销立行立改的登记：{Flat(e.Reason)}",
        HazardFixedOnTheSpot e => $"立行立改：{Flat(e.Measures)}{If("整改人：", e.FixedBy)}",
        HazardAssigned e => (e.Legs.Length > 1 ? "双重交办：" : "交办：") + string.Join("；", e.Legs.Select(Order)) + "。",
        AssignmentAcknowledged e => $"签收（{CodeList.Chinese(e.Leg)}）{If("，责任人：", e.ResponsiblePerson)}。",
        AssignmentReturned e => $"退回（{CodeList.Chinese(e.Leg)}）：{Flat(e.Reason)}",
        LegReassigned e => $"由{nameOf(e.From)}改派：{Order(e.Order)}。原因：{Flat(e.Reason)}",
        SupervisorNamed e => $"指定{nameOf(e.To)}为督办单位（{CodeList.Chinese(e.Leg)}）：{Flat(e.Reason)}",
        HazardClosed e => $"销号，依据：{CodeList.Chinese(e.Ground)}。{Flat(e.Remarks)}",
        LookbackMade e => $"回头看：{CodeList.Chinese(e.Result)}。{Flat(e.Findings)}",
        HazardReopened e => $"重新开案：{Flat(e.Reason)}{(e.Legs.IsEmpty ? "" : string.Join("；", e.Legs.Select(Order)) + "。")}",
        HazardCorrected e => $"更正{CodeList.Chinese(e.Field)}：“{e.From ?? "（空）"}”改为“{e.To ?? "（空）"}”。原因：{Flat(e.Reason)}",
        CommentAdded e => $"批注：{Flat(e.Text)}",
        _ => OfRectification(happened),
    };

    private string OfRectification(IHazardEvent happened) => happened switch
    {
        PlanSubmitted e => $"报整改方案（{CodeList.Chinese(e.Leg)}）：{string.Join("；", e.Parts.Select(p => $"{CodeList.Chinese(p.Key)}：{p.Value}"))}{Money("，落实资金 ", e.Funds)}{If("，方案存于：", e.KeptElsewhere)}。",
        PlanReviewed e => $"整改方案审查{CodeList.Chinese(e.Verdict)}（{CodeList.Chinese(e.Leg)}）。{Flat(e.Comments)}",
        InterimMeasuresTaken e => $"落实临时防范措施（{CodeList.Chinese(e.Leg)}）：{Flat(e.Measures)}",
        ProductionSuspended e => $"责令{(e.Whole ? "全部" : "局部")}停产停业：{Flat(e.Scope)}",
        ResumptionRequested e => $"申请恢复生产（{CodeList.Chinese(e.Leg)}）：{Flat(e.Grounds)}",
        ResumptionReviewed e => $"复产审查{CodeList.Chinese(e.Verdict)}。{Flat(e.Findings)}",
        ProgressReported e => $"报进度（{CodeList.Chinese(e.Leg)}）：{Number(e.Percent)}%{Money("，已用资金 ", e.Spent)}。{Flat(e.Note)}",
        ExtensionRequested e => $"申请延期（{CodeList.Chinese(e.Leg)}）：由 {Day(e.From)} 延至 {Day(e.To)}。理由：{Flat(e.Reason)}",
        ExtensionGranted e => $"批准延期（{CodeList.Chinese(e.Leg)}）：由 {Day(e.From)} 延至 {Day(e.To)}。{Flat(e.Comments)}",
        ExtensionRefused e => $"不批准延期（{CodeList.Chinese(e.Leg)}）：{Flat(e.Reason)}",
        CompletionDeclared e => $"申报整改完成（{CodeList.Chinese(e.Leg)}）：{Flat(e.Results)}{Money("已用资金 ", e.Spent)}",
        LegAccepted e => $"复查验收合格（{CodeList.Chinese(e.Leg)}）：{Flat(e.Findings)}{If("复查人：", e.Inspectors)}",
        AcceptanceWithdrawn e => $"撤销验收（{CodeList.Chinese(e.Leg)}），限 {Day(e.Deadline)} 前整改：{Flat(e.Reason)}",
        ReinspectionFailed e => $"复查不合格（{CodeList.Chinese(e.Leg)}），限 {Day(e.Deadline)} 前整改：{Flat(e.Findings)}{If("复查人：", e.Inspectors)}",
        DeadlineMoved e => $"期限顺延（{CodeList.Chinese(e.Leg)}）：由 {Day(e.From)} 至 {Day(e.To)}。{Flat(e.Reason)}",
        _ => OfSupervision(happened),
    };

    private string OfSupervision(IHazardEvent happened) => happened switch
    {
        HazardListed e => $"{CodeList.Chinese(e.Level)}督办，限 {Day(e.Deadline)} 前整改：{Flat(e.Requirements)}{If("公布于：", e.PublishedIn)}",
        HazardDelisted e => $"摘牌（{CodeList.Chinese(e.Level)}），依据：{CodeList.Chinese(e.Ground)}。{Flat(e.Reason)}",
        ListingPublished e => $"挂牌公布：{Day(e.On)}，{e.Medium}。",
        ListingFiled e => $"挂牌备案：{Day(e.On)}，报{nameOf(e.With)}。",
        DelistingPublished e => $"摘牌公布：{Day(e.On)}，{e.Medium}。",
        LegUrged e => $"催办{Of(e.Leg)}：{Flat(e.Message)}",
        SupervisionNoticeIssued e => $"下达督办通知书{Of(e.Leg)}：{Flat(e.Requirements)}{(e.ReplyBy is { } reply ? $"限 {Day(reply)} 前回复。" : "")}",
        SupervisionNoticeAnswered e => $"回复督办通知（{CodeList.Chinese(e.Leg)}，{e.Notice}）：{Flat(e.Text)}",
        SupervisionVisitMade e => $"现场督查{Of(e.Leg)}：{Flat(e.Findings)}{If("督查人：", e.Visitors)}",
        SupervisionEscalated e => $"提级督办，由{nameOf(e.To)}督办：{Flat(e.Reason)}",
        InterviewHeld e => $"约谈{Of(e.Leg)} {e.Interviewed}：{Flat(e.Summary)}",
        CriticismCirculated e => $"通报批评{Of(e.Leg)}：{Flat(e.Text)}",
        HazardExposed e => $"公开曝光（{e.Medium}）：{Flat(e.Text)}",
        PenaltyImposed e => $"行政处罚 {e.Penalised}：{Flat(e.Measure)}{Money("罚款 ", e.Fine)}",
        JudicialReferralMade e => $"移送{e.To}：{Flat(e.Grounds)}",
        DeadlineMissed e => $"逾期：{CodeList.Chinese(e.Clock)}{Of(e.Leg)}，{(e.Body is { } body ? nameOf(body) : "所在地安委办")}应于 {Day(e.Due)} 前办理。",
        StepProposed e => $"建议{CodeList.Chinese(e.Step)}{Of(e.Leg)}：{CodeList.Chinese(e.Clock)}已逾期 {Number(e.DaysOverdue)} 天，提请{(e.To is { } to ? nameOf(to) : "所在地安委办")}决定。",
        StepDeclined e => $"不采纳“{CodeList.Chinese(e.Step)}”的建议{Of(e.Leg)}：{Flat(e.Reason)}",
        DeadlinesRecounted e => $"工作日历变更，期限重算：{string.Join("；", e.Moved.Select(m => $"{CodeList.Chinese(m.Clock)}{Of(m.Leg)}由 {Day(m.From)} 改为 {Day(m.To)}"))}。",
        PaperIssued e => $"制发{CodeList.Chinese(e.Paper)}{Of(e.Leg)}，主送{string.Join("、", e.To.Select(nameOf))}。",
        _ => EventLabels.Of(EventTypes.NameOf(happened)).Chinese + "。",
    };

    private string Order(LegOrder order) =>
        $"{CodeList.Chinese(order.Leg)} {nameOf(order.Body)}，限 {Day(order.Deadline)} 前：{Bare(order.Instructions)}{(order.Supervisor is { } by ? $"，督办单位{nameOf(by)}" : "")}{If("，责任人", order.ResponsiblePerson)}";

    private static string Of(Leg? leg) => leg is { } one and not Leg.Sole ? $"（{CodeList.Chinese(one)}）" : "";

    private static string If(string before, string? text) => string.IsNullOrWhiteSpace(text) ? "" : before + text.Trim();

    private static string Money(string before, decimal? sum) => sum is { } known ? string.Create(CultureInfo.InvariantCulture, $"{before}{known:0.######} 万元") : "";

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    public static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>Where the sentence goes on after it.</summary>
    private static string Bare(string? text) => Flat(text).TrimEnd('。', '；');

    private static string Flat(string? text)
    {
        var flat = string.Join('　', (text ?? "").Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        return flat.Length == 0 || "。！？；".Contains(flat[^1], StringComparison.Ordinal) ? flat : flat + "。";
    }
}
