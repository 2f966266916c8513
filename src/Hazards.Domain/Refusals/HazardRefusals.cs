using static Hazards.Domain.RefusalKind;

namespace Hazards.Domain;

/// <summary>Refusals that come from the rules of the field and the state of the hazard.</summary>
public static class HazardRefusals
{
#pragma warning disable CS1591 // each code says in both languages what it means
    // Who
    public static readonly RefusalCode NotFound = new(
        "hazard.not_found", RefusalKind.NotFound, "没有这条隐患，或不在您的管辖范围内", "There is no such hazard, or it lies outside your jurisdiction");
    public static readonly RefusalCode Role = new(
        "role.forbidden", Forbidden, "您的角色不能“{command}”，需要以下角色之一：{roles}",
        "Your role may not do this ({command}); one of these roles is needed: {roles}");
    public static readonly RefusalCode OutsideRegion = new(
        "body.outside_region", Forbidden, "隐患位于 {hazardRegion}，不在单位 {body} 的行政区划 {region} 内",
        "The hazard is in {hazardRegion}, outside the region {region} of the body {body}");
    public static readonly RefusalCode NotYourLeg = new(
        "leg.not_yours", Forbidden, "“{leg}”的责任单位是 {body}，{caller} 不能代为办理",
        "{body} answers for this leg ({leg}); {caller} cannot answer for it");
    public static readonly RefusalCode OwnLeg = new(
        "leg.own", Forbidden, "{body} 是“{leg}”的责任单位，不能审查或验收本隐患的整改",
        "{body} answers for a leg of this hazard ({leg}) and cannot review or accept work on it");
    public static readonly RefusalCode NotAssigner = new(
        "assignment.not_yours", Forbidden, "只有交办单位 {body}、挂牌单位或其上级可以办理，{caller} 不是",
        "Only the assigning body {body}, the listing body or one above them may do this; {caller} is none of them");
    public static readonly RefusalCode NotLister = new(
        "listing.not_yours", Forbidden, "只有挂牌单位 {body} 或其上级可以摘牌，{caller} 不是",
        "Only the listing body {body} or one above it may delist; {caller} is not");
    public static readonly RefusalCode MayNotList = new(
        "listing.body_may_not", Forbidden, "{body} 不能作出“{level}”：{source}", "{body} may not list at this level ({level}): {source}");

    // When
    public static readonly RefusalCode Future = new(
        "occurred_at.future", Unprocessable, "发生时间 {value} 晚于当前时间 {now}", "occurredAt {value} lies after the present time {now}");
    public static readonly RefusalCode TooEarly = new(
        "occurred_at.too_early", Unprocessable, "发生时间 {value} 早于 {earliest}，请核对", "occurredAt {value} lies before {earliest}; check it");
    public static readonly RefusalCode BeforeFound = new(
        "occurred_at.before_found", Unprocessable, "发生时间 {value} 早于隐患发现时间 {found}",
        "occurredAt {value} lies before the hazard was found ({found})");
    public static readonly RefusalCode BeforePrevious = new(
        "occurred_at.before_previous", Unprocessable, "发生时间 {value} 早于上一步（{step}）的时间 {previous}",
        "occurredAt {value} lies before the step it follows ({step}, {previous})");
    public static readonly RefusalCode DeadlinePast = new(
        "deadline.past", Unprocessable, "期限 {value} 早于办理日期 {date}", "The deadline {value} lies before the date of the act, {date}");
    public static readonly RefusalCode DeadlineFar = new(
        "deadline.too_far", Unprocessable, "期限 {value} 过远：不得晚于 {latest}", "The deadline {value} is too far: {latest} at the latest");

    // State
    public static readonly RefusalCode ReportedBefore = new(
        "hazard.reported_before", Conflict, "来源系统 {system} 的编号 {number} 已上报，对应隐患 {id}",
        "{system} has reported its number {number} before: hazard {id}");
    public static readonly RefusalCode StageForbids = new(
        "hazard.stage_forbids", Conflict, "隐患处于“{stage}”环节，不能“{command}”；可在以下环节办理：{allowed}",
        "The hazard is at “{stage}” and this ({command}) cannot be done; it can be at: {allowed}");
    public static readonly RefusalCode NotOpen = new(
        "hazard.not_open", Conflict, "隐患{stage}，不能“{command}”；已办结的隐患只能回头看、重新开案、批注或更正",
        "The hazard is ended ({stage}) and this ({command}) cannot be done: only look-back, reopening, comment and correction");
    public static readonly RefusalCode NoSuchLeg = new(
        "leg.not_found", Unprocessable, "这次交办没有“{leg}”这一方，现有：{legs}", "The assignment has no such leg ({leg}); it has: {legs}");
    public static readonly RefusalCode LegStageForbids = new(
        "leg.stage_forbids", Conflict, "“{leg}”处于“{stage}”，不能“{command}”；可在以下状态办理：{allowed}",
        "The leg ({leg}) is at “{stage}” and this ({command}) cannot be done; it can be at: {allowed}");
    public static readonly RefusalCode NotImported = new(
        "hazard.not_imported", Unprocessable, "该隐患不是由台账导入的，不能随导入撤销",
        "The hazard was not entered from a ledger and cannot be withdrawn with an import");
    public static readonly RefusalCode NothingChanges = new(
        "hazard.nothing_changes", Unprocessable, "内容与现状相同，没有任何变更", "Nothing would change");

    // Discovery
    public static readonly RefusalCode BasisRequired = new(
        "grading.basis_required", Unprocessable, "定为重大隐患必须写明判定依据（重大事故隐患判定标准的条款）",
        "A major hazard needs its grading basis: the clause of the standard that makes it major");
    public static readonly RefusalCode ProbableDouble = new(
        "hazard.probable_double", Conflict, "同一系统当日已以同样的地点和文字上报过：{title}（{stage}），编号 {id}。确属另一处隐患的，加查询参数 anew=true 再报",
        "This system reported the same words of the same place today: {title} ({stage}), id {id}. If it is another hazard, send it again with the query parameter anew=true");
    public static readonly RefusalCode NotOwnCheck = new(
        "own_check.not_own", Forbidden, "自查自改只由企业登记它自己上报的、自己的隐患，{caller} 不能登记这一项",
        "An own check is recorded by the enterprise whose hazard it is and which reported it; {caller} cannot record that of this one");
    public static readonly RefusalCode NoFix = new(
        "fix.none", Conflict, "该隐患不是以立行立改、自查自改销号的，没有可撤销的登记",
        "It was not closed as fixed on the spot or by an own check: there is no such entry to withdraw");
    public static readonly RefusalCode LevelRaised = new(
        "closure.level_raised", Conflict, "“{leg}”按{before}验收，现为{level}，还不能销号：{lacking}。请撤销该方验收，补办后重新验收",
        "The leg ({leg}) was accepted at the level {before} and the hazard is at {level} now; it cannot be closed yet: {lacking}. Withdraw the acceptance, make up for it and accept it again");
    public static readonly RefusalCode NotOnTheSpot = new(
        "on_the_spot.level", Unprocessable, "{level}不能立行立改，须交办整改",
        "A hazard of this level ({level}) cannot be fixed on the spot; it must be assigned");
    public static readonly RefusalCode NoGrades = new(
        "grading.no_grades", Unprocessable, "本地制度 {policy} 没有分级，不能填写级别", "The policy {policy} has no grades; leave the grade out");
    public static readonly RefusalCode UnknownGrade = new(
        "grading.unknown_grade", Unprocessable, "制度 {policy} 没有 {grade} 级，可用：{grades}",
        "The policy {policy} has no grade {grade}; it has: {grades}");
    public static readonly RefusalCode GradeLevel = new(
        "grading.grade_level", Unprocessable, "{title}属于{expected}，不是{level}（{source}）",
        "Grade {title} stands for another level ({expected}), not this one ({level}): {source}");
    public static readonly RefusalCode RejectionMerged = new(
        "rejection.merged", Conflict,
        "有 {count} 件隐患并入了它（{hazards}）：不属实的只是这一件的，先恢复办理它们；一并不属实的，注明 withMerged",
        "{count} hazards were merged into it ({hazards}): reopen them first if only this one is unfounded; if they are too, "
        + "say withMerged");
    public static readonly RefusalCode OwnCheckMerged = new(
        "fix.merged", Conflict, "并入了其他单位发现的隐患，不能以自查自改销号：须由所在地安委办核实办理",
        "What others found was merged into it, so an own check does not end it: it is for the committee office of the place to verify");
    public static readonly RefusalCode GradingMerged = new(
        "grading.merged", Conflict,
        "有 {count} 件重大隐患并入了它（{hazards}）：仍是重大的，先恢复办理它们；一并不是重大的，注明 withMerged",
        "{count} major hazards were merged into it ({hazards}): reopen them first if they are major still; if not, say withMerged");
    public static readonly RefusalCode MergeItself = new("merge.itself", Unprocessable, "不能与自身并案", "A hazard cannot be merged into itself");
    public static readonly RefusalCode MergeTarget = new(
        "merge.target", Unprocessable, "目标隐患 {id} 不存在或不在管辖范围内", "The target hazard {id} does not exist or lies outside your jurisdiction");
    public static readonly RefusalCode MergeTargetEnded = new(
        "merge.target_ended", Conflict, "目标隐患 {id} 已办结（{stage}），不能并入", "The target hazard {id} is ended ({stage}) and can take nothing in");
    public static readonly RefusalCode MergeLower = new(
        "merge.level_lower", Unprocessable, "重大（或上报为重大）的隐患不能并入非重大的 {id}：请先将 {id} 定为重大，或反过来并案",
        "A major hazard, or one reported as major, cannot go into {id}, which is not: "
        + "grade {id} as major first, or merge it the other way round");
    public static readonly RefusalCode MergeRegion = new(
        "merge.region", Conflict,
        "目标隐患 {id} 在 {region}，并案后 {own} 的清单上不再有这一件：确属同一处的，注明 inOtherRegion",
        "The target hazard {id} is in {region}: after the merger no list of {own} has this one. Say inOtherRegion if they are the same");
    public static readonly RefusalCode MergeOverdue = new(
        "merge.overdue", Unprocessable,
        "{duty}应于 {due} 前办理，已超期；并入 {id} 后不再有人承担：请先办理，或反过来并案",
        "{duty} was due by {due} and is overdue; nobody would owe it in {id}: do it first, or merge it the other way round");

    // Assignment
    public static readonly RefusalCode Legs = new(
        "assignment.legs", Unprocessable, "交办方不对：单独交办只有一方（sole），双重交办必须同时有属地（territorial）和行业（sectoral）两方，且各出现一次",
        "The legs are wrong: one leg (sole) for a single assignment, exactly territorial and sectoral for a double one");
    public static readonly RefusalCode SameBody = new(
        "assignment.same_body", Unprocessable, "双重交办的两方不能是同一单位 {body}",
        "The two legs of a double assignment cannot be the same body, {body}");
    public static readonly RefusalCode NotTerritorial = new(
        "assignment.not_territorial", Unprocessable, "属地一方应是隐患所在地（{region}）的人民政府，{body} 不是",
        "The territorial leg must be a government whose region holds {region}; {body} is not");
    public static readonly RefusalCode NotSectoral = new(
        "assignment.not_sectoral", Unprocessable, "行业一方应是主管“{sector}”且辖区包含 {region} 的行业主管部门，{body} 不是",
        "The sectoral leg must be the regulator of “{sector}” whose region holds {region}; {body} is not");
    public static readonly RefusalCode SupervisorIsLeg = new(
        "assignment.supervisor_is_leg", Unprocessable, "督办单位 {body} 不能同时是责任单位",
        "The supervisor {body} cannot answer for a leg of the same hazard");
    public static readonly RefusalCode SameSupervisor = new(
        "assignment.same_supervisor", Unprocessable, "双重督办的两个督办单位不能相同：{body}",
        "The two supervisors of a double supervision cannot be the same: {body}");
    public static readonly RefusalCode LegMismatch = new(
        "reassign.leg_mismatch", Invalid, "改派内容中的责任方与路径不一致", "The leg in the order is not the leg in the path");

    public static readonly RefusalCode DualRequired = new(
        "assignment.dual_required", Unprocessable, "{level}须双重交办：属地和行业两方（{source}）",
        "A hazard of this level ({level}) must be assigned to two legs, territorial and sectoral: {source}");
    public static readonly RefusalCode SupervisorRequired = new(
        "assignment.supervisor_required", Unprocessable, "{level}的“{leg}”须指定督办单位（{source}）",
        "Each leg of a hazard of this level ({level}) needs a supervisor, and this one ({leg}) has none: {source}");

    // Rectification
    public static readonly RefusalCode PlanParts = new(
        "plan.parts_missing", Unprocessable, "整改方案缺少：{missing}（{source}）", "The plan lacks: {missing} ({source})");
    public static readonly RefusalCode PlanKeptElsewhere = new(
        "plan.kept_elsewhere", Unprocessable, "重大隐患的整改方案必须逐项填写", "The plan of a major hazard must be given part by part");
    public static readonly RefusalCode NoPlan = new("plan.none", Conflict, "没有待审查的整改方案", "There is no plan waiting for a review");
    public static readonly RefusalCode PlanRequired = new(
        "plan.required", Conflict, "重大隐患须先有审查通过的整改方案，才能申报整改完成",
        "A hazard of this level needs a plan that passed its review before completion is declared");
    public static readonly RefusalCode AlreadySuspended = new(
        "production.already_suspended", Conflict, "已责令停产停业，尚未恢复", "Production is already suspended");
    public static readonly RefusalCode NotSuspended = new("production.not_suspended", Conflict, "没有停产停业令", "Production is not suspended");
    public static readonly RefusalCode NotRequested = new(
        "production.not_requested", Conflict, "尚未收到恢复生产的书面申请", "There is no application to resume production");
    public static readonly RefusalCode AlreadyRequested = new(
        "production.already_requested", Conflict, "恢复生产的申请正在审查", "An application to resume is already under review");
    public static readonly RefusalCode ProgressBackwards = new(
        "progress.backwards", Unprocessable, "整改进度不能从 {before}% 退到 {after}%", "Progress cannot go back from {before}% to {after}%");
    public static readonly RefusalCode ExtensionPending = new(
        "extension.pending", Conflict, "已有延期申请待审批", "An extension is already waiting for a decision");
    public static readonly RefusalCode ExtensionNone = new(
        "extension.none", Conflict, "没有待审批的延期申请", "No extension is waiting for a decision");
    public static readonly RefusalCode ExtensionLate = new("extension.too_late", Unprocessable,
        "延期申请最迟应在 {latest} 提出并登记，补录不算（{source}）",
        "An extension had to be asked for, and entered, by {latest}; entering it late with an earlier date does not help ({source})");
    public static readonly RefusalCode ExtensionNotLater = new(
        "extension.not_later", Unprocessable, "新期限 {value} 应晚于现期限 {deadline}",
        "The new deadline {value} must lie after the present one, {deadline}");
    public static readonly RefusalCode ExtensionTooMany = new(
        "extension.too_many", Unprocessable, "已批准延期 {count} 次，最多 {max} 次（{source}）",
        "{count} extensions were granted already; {max} at most ({source})");

    // Acceptance
    public static readonly RefusalCode AcceptanceBody = new(
        "acceptance.body_kind", Forbidden, "“{leg}”应由以下单位验收：{kinds}，{body} 不是（{source}）",
        "This leg ({leg}) must be accepted by one of these ({kinds}); {body} is none: {source}");
    public static readonly RefusalCode AcceptanceAttachments = new(
        "acceptance.attachments", Unprocessable, "验收至少要有 {least} 个附件，现有 {count} 个（{source}）",
        "An acceptance needs at least {least} attachments, and has {count}: {source}");
    public static readonly RefusalCode AcceptanceInspectors = new(
        "acceptance.inspectors", Unprocessable, "验收须写明复查人员（{source}）", "An acceptance must name its inspectors: {source}");
    public static readonly RefusalCode AcceptanceDocument = new(
        "acceptance.document", Unprocessable, "验收须有文号（{source}）", "An acceptance needs a document number: {source}");
    public static readonly RefusalCode DeadlineWithPass = new(
        "reinspection.deadline_with_pass", Unprocessable, "复查合格时不能另定期限", "A re-inspection that passes sets no deadline");

    // Supervision
    public static readonly RefusalCode ListingTooLong = new(
        "listing.too_long", Unprocessable, "挂牌整改期限 {value} 过远，最迟 {latest}（{source}）",
        "The listing's deadline {value} is too far: {latest} at the latest ({source})");
    public static readonly RefusalCode ListingBelowGrade = new(
        "listing.below_grade", Unprocessable, "{title}应由“{least}”或更高层级挂牌（{source}）",
        "Hazards of {title} are listed at this level or a wider one ({least}): {source}");
    public static readonly RefusalCode AlreadyPublished = new(
        "publication.already", Conflict, "已于 {medium} 公布", "It was published already, in {medium}");
    public static readonly RefusalCode NoticeNone = new("notice.none", Conflict, "没有待回复的督办通知书", "No supervision notice waits for a reply");
    public static readonly RefusalCode NoticeUnknown = new(
        "notice.unknown", Unprocessable, "没有文号为 {value} 的待回复督办通知书；待回复的有：{notices}",
        "No notice with the number {value} waits for a reply; these do: {notices}");
    public static readonly RefusalCode NoticeWhich = new(
        "notice.which", Unprocessable, "待回复的督办通知书不止一份，须写明回复哪一份：{notices}",
        "More than one notice waits for a reply; say which is replied to: {notices}");
    public static readonly RefusalCode NothingToPublish = new(
        "publication.no_delisting", Conflict, "没有摘牌，无需公布摘牌", "It was not delisted; there is no end of a listing to publish");
    public static readonly RefusalCode OtherMedium = new(
        "publication.other_medium", Unprocessable, "摘牌应在公布挂牌的同一媒体公布：{medium}（{source}）",
        "A delisting is published where the listing was ({medium}): {source}");
    public static readonly RefusalCode ActDate = new(
        "act.date", Unprocessable, "日期 {value} 应在 {earliest} 与 {latest} 之间", "The date {value} must lie between {earliest} and {latest}");
    public static readonly RefusalCode AlreadyFiled = new("filing.already", Conflict, "已向 {body} 备案", "It was filed with {body} already");
    public static readonly RefusalCode FileUp = new(
        "filing.not_higher", Unprocessable, "应向比挂牌单位层级更高、辖区包含 {region} 的单位备案，{body} 不是",
        "A listing is filed with a body of a wider region that holds {region}; {body} is not one");
    public static readonly RefusalCode NotProposed = new(
        "step.not_proposed", Conflict, "没有这项督办建议：“{step}”（{clock}，{due} 到期）",
        "This step ({step}) was not proposed for this duty ({clock}, due {due})");
    public static readonly RefusalCode SupervisorBlind = new(
        "assignment.supervisor_blind", Unprocessable, "{body} 是企业或其内设单位，只看得到自己的隐患，不能作督办单位",
        "{body} is an enterprise or part of one and sees no hazards but its own: it cannot be the supervisor");
    public static readonly RefusalCode OwnMiss = new(
        "step.own_miss", Conflict, "{clock}应由本单位 {caller} 办理而未办，督办建议采纳与否由上级决定",
        "What was missed ({clock}) was for {caller} to do; whether the proposed step is taken is for who stands above it");
    public static readonly RefusalCode NoticeNobody = new(
        "notice.nobody_to_reply", Unprocessable, "尚未交办，没有责任单位可以回复：不要填写 replyBy，时限写在督办要求里",
        "It was assigned to nobody yet, so nobody could reply: leave replyBy out and say until when in the requirements");
    public static readonly RefusalCode NoticeNumberWaits = new(
        "notice.number_waits", Conflict, "本隐患已有文号为 {number} 的督办通知书尚待回复，回复以文号认定，请另编文号",
        "A notice numbered {number} is waiting for an answer already, and answers go by the number: give this one another");
    public static readonly RefusalCode NotAsked = new(
        "step.not_asked", Forbidden, "这项督办建议提请 {body} 决定，{caller} 不是该单位或其上级",
        "The step was proposed to {body}; {caller} is neither it nor above it");
    public static readonly RefusalCode AlreadyListed = new(
        "listing.already_listed", Conflict, "已挂牌（{level}），请先摘牌", "It is listed already ({level}); delist it first");
    public static readonly RefusalCode NotListed = new("listing.not_listed", Conflict, "没有挂牌", "It is not listed");
    public static readonly RefusalCode DelistUnaccepted = new(
        "listing.delist_unaccepted", Conflict, "尚有责任方未验收，不能以验收合格摘牌：{legs}",
        "Not every leg is accepted, so it cannot be delisted as accepted: {legs}");
    public static readonly RefusalCode DocumentRequired = new(
        "document_number.required", Unprocessable, "“{command}”必须有文号", "This ({command}) needs a document number");
    public static readonly RefusalCode EscalateUp = new(
        "escalation.not_higher", Unprocessable, "提级督办的单位 {body} 应比 {from} 的层级更高，且辖区包含 {region}",
        "{body} must stand above {from}, and its region must hold {region}");

    // Closure
    public static readonly RefusalCode StillListed = new(
        "closure.still_listed", Conflict, "仍在挂牌督办，不能办结：须先由挂牌单位 {body} 摘牌，或由其销号",
        "It is still listed and cannot be ended: {body} must delist it first, or close it itself");
    public static readonly RefusalCode StillSuspended = new(
        "closure.still_suspended", Conflict, "停产停业令尚未解除，不能办结", "Production is still suspended; it cannot be ended");

    public static readonly RefusalCode LegsWithHolding = new(
        "lookback.legs_with_holding", Unprocessable, "未反弹时不能重新交办", "A look-back that finds the hazard gone assigns nothing");

    // Papers
    public static readonly RefusalCode PaperWithAct = new(
        "paper.with_act", Unprocessable, "{paper}随该项督办行为制发，不能单独制发",
        "A paper of this kind ({paper}) is made with its own act, not by itself");
    public static readonly RefusalCode PaperTooEarly = new(
        "paper.too_early", Conflict, "尚未{act}，不能制发{paper}", "This paper ({paper}) needs an act that has not been done: {act}");
    public static readonly RefusalCode PaperNotYours = new(
        "paper.not_yours", Forbidden, "{paper}由作出决定的单位（{body}）制发，{caller} 不是",
        "This paper ({paper}) is of the body that decided ({body}); {caller} is not");

    // Record
    public static readonly RefusalCode CorrectionEnterprise = new(
        "correction.no_enterprise", Unprocessable, "隐患没有登记单位，请先更正单位名称", "The hazard has no enterprise; correct its name first");
    public static readonly RefusalCode CorrectionRequired = new(
        "correction.required_value", Invalid, "{field} 不能为空", "{field} cannot be empty");
    public static readonly RefusalCode CorrectionRegion = new(
        "correction.region_outside", Forbidden, "不能把隐患改到管辖范围之外的 {region}",
        "The hazard cannot be moved to {region}, outside your jurisdiction");
    public static readonly RefusalCode CorrectionLegs = new(
        "correction.legs", Unprocessable,
        "更正为 {to} 后，责任单位或督办单位看不到该隐患、或不分管其行业领域的责任方：{legs}。须在 legs 中为这些责任方另派单位，且只为这些",
        "Corrected to {to}, it is out of sight or outside the sector of the bodies of these legs: {legs}. Name others for them in legs, "
        + "and for no other leg");
    public static readonly RefusalCode CorrectionListed = new(
        "correction.listed", Conflict, "隐患由 {body} 挂牌，改到 {region} 后其看不到该隐患：须先由其摘牌并办完公布；已验收摘牌的，先销号再更正",
        "It was listed by {body}, which could not see it in {region}: it delists it first, and makes that public; or it is closed first");
    public static readonly RefusalCode CorrectionMerged = new(
        "correction.merged", Conflict,
        "有 {count} 件其所在地的隐患并入了它（{hazards}），更正后当地的清单上不再有：不在新地区的，先恢复办理；都在新地区的，注明 withMerged",
        "{count} hazards of a place that it leaves were merged into it ({hazards}); no list there would have them. "
        + "Reopen first what is not in the new region; if all are, say withMerged");
#pragma warning restore CS1591
}
