using System.Collections.Frozen;
using Hazards.Domain.Codes;

namespace Hazards.Api;

/// <summary>The field's own word for each event.</summary>
internal static class EventLabels
{
    private static readonly FrozenDictionary<string, CodeEntry> ByType = new CodeEntry[]
    {
        new("hazard_reported", "隐患上报", "Reported"),
        new("ledger_row_recorded", "登记台账原文", "Ledger row recorded"),
        new("hazard_verified", "核实定级", "Verified and graded"),
        new("hazard_regraded", "重新定级", "Regraded"),
        new("hazard_rejected", "认定不属实", "Rejected as unfounded"),
        new("hazard_merged", "并案", "Merged into another"),
        new("duplicate_absorbed", "并入重复隐患", "Took in a duplicate"),
        new("hazard_fixed_on_the_spot", "立行立改", "Fixed on the spot"),
        new("hazard_assigned", "交办", "Assigned"),
        new("assignment_acknowledged", "签收", "Acknowledged"),
        new("assignment_returned", "退回", "Returned"),
        new("leg_reassigned", "改派", "Reassigned"),
        new("plan_submitted", "报整改方案", "Plan submitted"),
        new("plan_reviewed", "审查整改方案", "Plan reviewed"),
        new("interim_measures_taken", "落实临时防范措施", "Interim measures taken"),
        new("production_suspended", "责令停产停业", "Production suspended"),
        new("resumption_requested", "申请恢复生产", "Resumption requested"),
        new("resumption_reviewed", "复产审查", "Resumption reviewed"),
        new("progress_reported", "报整改进度", "Progress reported"),
        new("extension_requested", "申请延期", "Extension requested"),
        new("extension_granted", "批准延期", "Extension granted"),
        new("extension_refused", "不批准延期", "Extension refused"),
        new("completion_declared", "申报整改完成", "Completion declared"),
        new("leg_accepted", "验收合格", "Leg accepted"),
        new("reinspection_failed", "复查不合格", "Re-inspection failed"),
        new("hazard_listed", "挂牌督办", "Listed"),
        new("hazard_delisted", "摘牌", "Delisted"),
        new("leg_urged", "催办", "Urged"),
        new("supervision_notice_issued", "下达督办通知书", "Supervision notice issued"),
        new("supervision_visit_made", "现场督查", "Supervision visit made"),
        new("supervision_escalated", "提级督办", "Escalated"),
        new("interview_held", "约谈", "Interview held"),
        new("criticism_circulated", "通报批评", "Criticism circulated"),
        new("hazard_exposed", "公开曝光", "Exposed publicly"),
        new("penalty_imposed", "行政处罚", "Penalty imposed"),
        new("judicial_referral_made", "行刑衔接移送", "Referred to justice"),
        new("hazard_closed", "销号", "Closed"),
        new("lookback_made", "回头看", "Looked back"),
        new("hazard_reopened", "重新开案", "Reopened"),
        new("hazard_corrected", "更正", "Corrected"),
        new("comment_added", "批注", "Comment added"),
        new("listing_published", "挂牌公布", "Listing published"),
        new("listing_filed", "挂牌备案", "Listing filed"),
        new("delisting_published", "摘牌公布", "Delisting published"),
        new("supervisor_named", "指定督办单位", "Supervisor named"),
        new("deadline_missed", "逾期", "Deadline missed"),
        new("step_proposed", "督办建议", "Supervision step proposed"),
        new("step_declined", "不采纳督办建议", "Proposed step declined"),
        new("deadlines_recounted", "期限重算", "Deadlines recounted"),
        new("deadline_moved", "期限顺延", "Deadline moved"),
        new("paper_issued", "制发文书", "Paper issued"),
        new("letterhead_set", "设定文书版头", "Letterhead set"),
        new("paper_numbered", "文书编号", "Paper numbered"),
        new("message_opened", "打开告知", "Message opened"),
        new("body_registered", "单位登记", "Body registered"),
        new("body_renamed", "单位更名", "Body renamed"),
        new("body_changed", "单位变更", "Body changed"),
        new("body_dissolved", "单位撤销", "Body dissolved"),
        new("ledger_import_started", "开始导入台账", "Ledger import started"),
        new("ledger_rows_imported", "导入台账行", "Ledger rows imported"),
        new("ledger_import_finished", "完成导入台账", "Ledger import finished"),
        new("campaign_opened", "部署专项行动", "Campaign opened"),
        new("campaign_changed", "调整专项行动", "Campaign changed"),
        new("campaign_ended", "结束专项行动", "Campaign ended"),
        new("inspection_made", "登记检查", "Inspection entered"),
        new("inspection_corrected", "更正检查", "Inspection corrected"),
        new("inspection_voided", "作废检查", "Inspection voided"),
        new("report_frozen", "报表定稿", "Report frozen"),
        new("report_deadline_missed", "报表逾期", "Report overdue"),
        new("policy_adopted", "采用制度", "Policy adopted"),
        new("policy_withdrawn", "停用制度", "Policy withdrawn"),
        new("calendar_year_added", "公布年度放假安排", "Calendar year added"),
        new("calendar_year_amended", "调整年度放假安排", "Calendar year amended"),
        new("api_key_issued", "密钥签发", "API key issued"),
        new("api_key_revoked", "密钥吊销", "API key revoked"),
    }.ToFrozenDictionary(e => e.Code, StringComparer.Ordinal);

    /// <summary>Every label.</summary>
    public static IEnumerable<CodeEntry> All => ByType.Values.OrderBy(e => e.Code, StringComparer.Ordinal);

    /// <summary>The label of an event; its alias where a newer program wrote a type this one does not know.</summary>
    public static CodeEntry Of(string type) => ByType.TryGetValue(type, out var entry) ? entry : new CodeEntry(type, type, type);
}
