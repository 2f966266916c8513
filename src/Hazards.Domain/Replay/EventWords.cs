using System.Globalization;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>
/// What an event says, in Chinese: in a line of a timeline, and as a sentence of a report. Who did it and when stand beside it.
/// Whoever changes a sentence gives the report's form a new number (ReportForm): a verifier makes a report again word for word.
/// </summary>
public static class EventWords
{
    private const int LongestLine = 80;

    /// <summary>In one line; the facts themselves are in the event's data.</summary>
    /// <param name="happened">The event.</param>
    /// <param name="nameOf">The name of a body.</param>
    public static string Line(IHazardEvent happened, Func<BodyId, string> nameOf) =>
        Short(new Saying(nameOf, line: true).Of(happened), LongestLine);

    /// <summary>A saying on one line, cut where it is too long.</summary>
    internal static string Short(string said, int longest)
    {
        var line = said.ReplaceLineEndings(" ").Trim();
        return line.Length <= longest ? line : line[..(longest - 1)] + "…";
    }

    /// <summary>As a sentence of the field.</summary>
    /// <param name="happened">The event.</param>
    /// <param name="nameOf">The name of a body.</param>
    public static string Sentence(IHazardEvent happened, Func<BodyId, string> nameOf) => new Saying(nameOf, line: false).Of(happened);

    private sealed class Saying(Func<BodyId, string> nameOf, bool line)
    {
        public string Of(IHazardEvent happened) => happened switch
        {
            HazardReported e => line
                ? $"{e.Title}{With("，", e.Enterprise?.Name)}{With("，", e.Place?.Text)}"
                : $"上报：{Flat(e.Title)}{Flat(e.Description)}来源：{CodeList.Chinese(e.Source)}{If("，发现人：", e.FoundBy)}。",
            LedgerRowRecorded e => line
                ? $"《{e.Ledger}》第{e.Row}行{With("，状态：", e.State)}"
                : $"登记台账“{e.Ledger}”第 {Number(e.Row)} 行原文（文件摘要 {e.File.Value[..12]}…）{If("，台账状态：", e.State)}。",
            HazardWithdrawn e => line
                ? e.Reason
                : $"所属的台账导入（{e.Import}）被撤销：{Flat(e.Reason)}",
            HazardVerified e => line
                ? $"{CodeList.Chinese(e.Level)}{With("，依据：", e.Basis)}"
                : $"核实属实，定为{CodeList.Chinese(e.Level)}{If("，判定依据：", e.Basis)}。{Flat(e.Findings)}",
            HazardRegraded e => line
                ? $"{CodeList.Chinese(e.From)}→{CodeList.Chinese(e.To)}：{e.Reason}"
                : $"由{CodeList.Chinese(e.From)}改定为{CodeList.Chinese(e.To)}{If("，判定依据：", e.Basis)}。原因：{Flat(e.Reason)}",
            HazardRejected e => line
                ? e.Reason
                : $"认定不属实：{Flat(e.Reason)}",
            HazardMerged e => line
                ? $"并入 {e.Into}：{e.Reason}"
                : $"并入隐患 {e.Into}：{Flat(e.Reason)}",
            DuplicateAbsorbed e => line
                ? $"{e.From}：{e.Reason}"
                : $"并入重复隐患 {e.From}：{Flat(e.Reason)}",
            HazardFixedOnTheSpot e => line
                ? e.Measures
                : $"立行立改：{Flat(e.Measures)}{If("整改人：", e.FixedBy)}",
            HazardFixedByOwnCheck e => line
                ? e.Measures
                : $"自查自改：{Flat(e.Measures)}{If("整改人：", e.FixedBy)}",
            FixWithdrawn e => line
                ? e.Reason
                : $"撤销立行立改的登记：{Flat(e.Reason)}",
            HazardAssigned e => line
                ? string.Join('；', e.Legs.Select(o => Short(o)))
                : (e.Legs.Length > 1 ? "双重交办：" : "交办：") + string.Join("；", e.Legs.Select(Full)) + "。",
            AssignmentAcknowledged e => line
                ? $"{Tag(e.Leg)}签收{With("，责任人", e.ResponsiblePerson)}"
                : $"签收（{CodeList.Chinese(e.Leg)}）{If("，责任人：", e.ResponsiblePerson)}。",
            AssignmentReturned e => line
                ? $"{Tag(e.Leg)}退回：{e.Reason}"
                : $"退回（{CodeList.Chinese(e.Leg)}）：{Flat(e.Reason)}",
            LegVacated e => line
                ? $"{Tag(e.Leg)}{nameOf(e.From)}：{CodeList.Chinese(e.Cause)}{Heir(e.Successor)}"
                : $"责任单位不在（{CodeList.Chinese(e.Leg)}）：{nameOf(e.From)}，{CodeList.Chinese(e.Cause)}{Heir(e.Successor)}。",
            DutiesPassed e => line
                ? $"{nameOf(e.From)}→{nameOf(e.To)}：{CodeList.Chinese(e.Cause)}"
                : $"{nameOf(e.From)}应办的移交{nameOf(e.To)}。原因：{CodeList.Chinese(e.Cause)}。",
            LegReassigned e => line
                ? $"{nameOf(e.From)}→{Short(e.Order)}：{e.Reason}"
                : $"由{nameOf(e.From)}改派：{Full(e.Order)}。原因：{Flat(e.Reason)}",
            _ => OfRectification(happened),
        };

        private string OfRectification(IHazardEvent happened) => happened switch
        {
            PlanSubmitted e => line
                ? $"{Tag(e.Leg)}方案{e.Parts.Count}项{With("，资金万元：", e.Funds)}"
                : $"报整改方案（{CodeList.Chinese(e.Leg)}）：{string.Join("；", e.Parts.Select(p => $"{CodeList.Chinese(p.Key)}：{p.Value}"))}"
                    + $"{Money("，落实资金 ", e.Funds)}{If("，方案存于：", e.KeptElsewhere)}。",
            PlanReviewed e => line
                ? $"{Tag(e.Leg)}{CodeList.Chinese(e.Verdict)}{With("：", e.Comments)}"
                : $"整改方案审查{CodeList.Chinese(e.Verdict)}（{CodeList.Chinese(e.Leg)}）。{Flat(e.Comments)}",
            InterimMeasuresTaken e => line
                ? $"{Tag(e.Leg)}{e.Measures}"
                : $"落实临时防范措施（{CodeList.Chinese(e.Leg)}）：{Flat(e.Measures)}",
            ProductionSuspended e => line
                ? $"{(e.Whole ? "全部" : "部分")}：{e.Scope}"
                : $"责令{(e.Whole ? "全部" : "局部")}停产停业：{Flat(e.Scope)}",
            ResumptionRequested e => line
                ? $"{Tag(e.Leg)}{e.Grounds}"
                : $"申请恢复生产（{CodeList.Chinese(e.Leg)}）：{Flat(e.Grounds)}",
            ResumptionReviewed e => line
                ? $"{CodeList.Chinese(e.Verdict)}：{e.Findings}"
                : $"复产审查{CodeList.Chinese(e.Verdict)}。{Flat(e.Findings)}",
            ProgressReported e => line
                ? $"{Tag(e.Leg)}{e.Percent}%：{e.Note}"
                : $"报进度（{CodeList.Chinese(e.Leg)}）：{Number(e.Percent)}%{Money("，已用资金 ", e.Spent)}。{Flat(e.Note)}",
            ExtensionRequested e => line
                ? $"{Tag(e.Leg)}{Day(e.From)}→{Day(e.To)}：{e.Reason}"
                : $"申请延期（{CodeList.Chinese(e.Leg)}）：由 {Day(e.From)} 延至 {Day(e.To)}。理由：{Flat(e.Reason)}",
            ExtensionGranted e => line
                ? $"{Tag(e.Leg)}{Day(e.From)}→{Day(e.To)}{With("：", e.Comments)}"
                : $"批准延期（{CodeList.Chinese(e.Leg)}）：由 {Day(e.From)} 延至 {Day(e.To)}。{Flat(e.Comments)}",
            ExtensionRefused e => line
                ? $"{Tag(e.Leg)}{e.Reason}"
                : $"不批准延期（{CodeList.Chinese(e.Leg)}）：{Flat(e.Reason)}",
            CompletionDeclared e => line
                ? $"{Tag(e.Leg)}{e.Results}"
                : $"申报整改完成（{CodeList.Chinese(e.Leg)}）：{Flat(e.Results)}{Money("已用资金 ", e.Spent)}",
            LegAccepted e => line
                ? $"{Tag(e.Leg)}{e.Findings}{With("，复查人", e.Inspectors)}"
                : $"复查验收合格（{CodeList.Chinese(e.Leg)}）：{Flat(e.Findings)}{If("复查人：", e.Inspectors)}",
            AcceptanceWithdrawn e => line
                ? $"{Tag(e.Leg)}{e.Reason}，限{Day(e.Deadline)}"
                : $"撤销验收（{CodeList.Chinese(e.Leg)}），限 {Day(e.Deadline)} 前整改：{Flat(e.Reason)}",
            ReinspectionFailed e => line
                ? $"{Tag(e.Leg)}{e.Findings}，限{Day(e.Deadline)}"
                : $"复查不合格（{CodeList.Chinese(e.Leg)}），限 {Day(e.Deadline)} 前整改：{Flat(e.Findings)}{If("复查人：", e.Inspectors)}",
            _ => OfSupervision(happened),
        };

        private string OfSupervision(IHazardEvent happened) => happened switch
        {
            HazardListed e => line
                ? $"{CodeList.Chinese(e.Level)}，限{Day(e.Deadline)}：{e.Requirements}"
                : $"{CodeList.Chinese(e.Level)}督办，限 {Day(e.Deadline)} 前整改：{Flat(e.Requirements)}{If("公布于：", e.PublishedIn)}",
            HazardDelisted e => line
                ? $"{CodeList.Chinese(e.Ground)}：{e.Reason}"
                : $"摘牌（{CodeList.Chinese(e.Level)}），依据：{CodeList.Chinese(e.Ground)}。{Flat(e.Reason)}",
            ListingPublished e => line
                ? $"{e.Medium}（{Day(e.On)}）"
                : $"挂牌公布：{Day(e.On)}，{e.Medium}。",
            ListingFiled e => line
                ? $"向{nameOf(e.With)}备案（{Day(e.On)}）"
                : $"挂牌备案：{Day(e.On)}，报{nameOf(e.With)}。",
            DelistingPublished e => line
                ? $"{e.Medium}（{Day(e.On)}）"
                : $"摘牌公布：{Day(e.On)}，{e.Medium}。",
            SupervisorNamed e => line
                ? $"{Tag(e.Leg)}{nameOf(e.To)}：{e.Reason}"
                : $"指定{nameOf(e.To)}为督办单位（{CodeList.Chinese(e.Leg)}）：{Flat(e.Reason)}",
            LegUrged e => line
                ? $"{Tag(e.Leg)}{e.Message}"
                : $"催办{Beside(e.Leg)}：{Flat(e.Message)}",
            SupervisionNoticeIssued e => line
                ? $"{Tag(e.Leg)}{e.Requirements}"
                : $"下达督办通知书{Beside(e.Leg)}：{Flat(e.Requirements)}{(e.ReplyBy is { } reply ? $"限 {Day(reply)} 前回复。" : "")}",
            SupervisionNoticeAnswered e => line
                ? $"{Tag(e.Leg)}{e.Notice}：{e.Text}"
                : $"回复督办通知（{CodeList.Chinese(e.Leg)}，{e.Notice}）：{Flat(e.Text)}",
            SupervisionVisitMade e => line
                ? $"{Tag(e.Leg)}{e.Findings}"
                : $"现场督查{Beside(e.Leg)}：{Flat(e.Findings)}{If("督查人：", e.Visitors)}",
            SupervisionEscalated e => line
                ? $"提级至{nameOf(e.To)}：{e.Reason}"
                : $"提级督办，由{nameOf(e.To)}督办：{Flat(e.Reason)}",
            InterviewHeld e => line
                ? $"{Tag(e.Leg)}约谈{e.Interviewed}：{e.Summary}"
                : $"约谈{Beside(e.Leg)} {e.Interviewed}：{Flat(e.Summary)}",
            CriticismCirculated e => line
                ? $"{Tag(e.Leg)}{e.Text}"
                : $"通报批评{Beside(e.Leg)}：{Flat(e.Text)}",
            HazardExposed e => line
                ? $"{e.Medium}：{e.Text}"
                : $"公开曝光（{e.Medium}）：{Flat(e.Text)}",
            PenaltyImposed e => line
                ? $"{e.Penalised}：{e.Measure}{With("，万元：", e.Fine)}"
                : $"行政处罚 {e.Penalised}：{Flat(e.Measure)}{Money("罚款 ", e.Fine)}",
            JudicialReferralMade e => line
                ? $"移送{e.To}：{e.Grounds}"
                : $"移送{e.To}：{Flat(e.Grounds)}",
            _ => OfTheRest(happened),
        };

        // Nobody is late on days that had been announced as free.
        private static string Moved(DueMoved due) =>
            (due.From == due.To ? $"仍为 {Day(due.To)}" : $"由 {Day(due.From)} 改为 {Day(due.To)}")
            + (due.Kept == true ? "（按新日历更早，不追究已过之日）" : "");

        private string OfTheRest(IHazardEvent happened) => happened switch
        {
            DeadlineMissed e => line
                ? $"{(e.Body is { } ower ? nameOf(ower) : "安委办")}{Tag(e.Leg)}“{CodeList.Chinese(e.Clock)}”{Day(e.Due)}到期未办"
                : $"逾期：{CodeList.Chinese(e.Clock)}{Beside(e.Leg)}，{(e.Body is { } body ? nameOf(body) : "所在地安委办")}"
                    + $"应于 {Day(e.Due)} 前办理。",
            StepProposed e => line
                ? $"提请{(e.To is { } asked ? nameOf(asked) : "安委办")}决定："
                    + $"{CodeList.Chinese(e.Step)}（{CodeList.Chinese(e.Clock)}超期{e.DaysOverdue}天）"
                : $"建议{CodeList.Chinese(e.Step)}{Beside(e.Leg)}：{CodeList.Chinese(e.Clock)}已逾期 {Number(e.DaysOverdue)} 天"
                    + $"，提请{(e.To is { } to ? nameOf(to) : "所在地安委办")}决定。",
            StepDeclined e => line
                ? $"不采纳{CodeList.Chinese(e.Step)}：{e.Reason}"
                : $"不采纳“{CodeList.Chinese(e.Step)}”的建议{Beside(e.Leg)}：{Flat(e.Reason)}",
            DeadlinesRecounted e => line
                ? string.Join('；', e.Moved.Select(m => $"{CodeList.Chinese(m.Clock)} {Day(m.From)}→{Day(m.To)}"))
                : $"工作日历变更，期限重算："
                    + string.Join("；", e.Moved.Select(m => $"{CodeList.Chinese(m.Clock)}{Beside(m.Leg)}{Moved(m)}"))
                    + "。",
            DeadlineMoved e => line
                ? $"{Tag(e.Leg)}{Day(e.From)}→{Day(e.To)}：{e.Reason}"
                : $"期限顺延（{CodeList.Chinese(e.Leg)}）：由 {Day(e.From)} 至 {Day(e.To)}。{Flat(e.Reason)}",
            PaperIssued e => line
                ? $"{CodeList.Chinese(e.Paper)}，致{string.Join('、', e.To.Select(b => nameOf(b)))}"
                : $"制发{CodeList.Chinese(e.Paper)}{Beside(e.Leg)}，主送{string.Join("、", e.To.Select(nameOf))}。",
            HazardClosed e => line
                ? $"{CodeList.Chinese(e.Ground)}{With("：", e.Remarks)}"
                : $"销号，依据：{CodeList.Chinese(e.Ground)}。{Flat(e.Remarks)}",
            LookbackMade e => line
                ? $"{CodeList.Chinese(e.Result)}：{e.Findings}"
                : $"回头看：{CodeList.Chinese(e.Result)}。{Flat(e.Findings)}",
            HazardReopened e => line
                ? $"{e.Reason}{With("；", e.Legs.IsEmpty ? null : string.Join('；', e.Legs.Select(o => Short(o))))}"
                : $"重新开案：{Flat(e.Reason)}{(e.Legs.IsEmpty ? "" : string.Join("；", e.Legs.Select(Full)) + "。")}",
            HazardCorrected e => line
                ? $"{CodeList.Chinese(e.Field)}：{e.From ?? "（空）"}→{e.To ?? "（空）"}，{e.Reason}"
                : $"更正{CodeList.Chinese(e.Field)}：“{e.From ?? "（空）"}”改为“{e.To ?? "（空）"}”。原因：{Flat(e.Reason)}",
            WitnessRecorded => line
                ? "证人身份和陈述已加密封存"
                : "登记证人。",
            CommentAdded e => line
                ? e.Text
                : $"批注：{Flat(e.Text)}",
            _ => throw new NotSupportedException($"what {happened.GetType().Name} says was not said"),
        };

        private string Heir(BodyId? successor) => successor is { } body ? $"，承继单位{nameOf(body)}" : "";

        private string Short(LegOrder o) =>
            $"{Tag(o.Leg)}{nameOf(o.Body)}（限{Day(o.Deadline)}{(o.Supervisor is { } by ? $"，督办：{nameOf(by)}" : "")}）";

        private string Full(LegOrder o) =>
            $"{CodeList.Chinese(o.Leg)} {nameOf(o.Body)}，限 {Day(o.Deadline)} 前：{Flat(o.Instructions).TrimEnd('。', '；')}"
                + $"{(o.Supervisor is { } by ? $"，督办单位{nameOf(by)}" : "")}{If("，责任人", o.ResponsiblePerson)}";

        private static string Tag(Leg? leg) => leg is { } one and not Leg.Sole ? $"[{CodeList.Chinese(one)}]" : "";

        private static string Beside(Leg? leg) => leg is { } one and not Leg.Sole ? $"（{CodeList.Chinese(one)}）" : "";

        private static string With(string before, object? value) =>
            value is null or "" ? "" : string.Create(CultureInfo.InvariantCulture, $"{before}{value}");

        private static string If(string before, string? text) => string.IsNullOrWhiteSpace(text) ? "" : before + text.Trim();

        private static string Money(string before, decimal? sum) =>
            sum is { } known ? string.Create(CultureInfo.InvariantCulture, $"{before}{known:0.######} 万元") : "";

        private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

        private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

        private static string Flat(string? text)
        {
            var flat = string.Join('　', (text ?? "").Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
            return flat.Length == 0 || "。！？；".Contains(flat[^1], StringComparison.Ordinal) ? flat : flat + "。";
        }
    }
}
