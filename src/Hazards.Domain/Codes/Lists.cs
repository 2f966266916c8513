namespace Hazards.Domain.Codes;

/// <summary>What kind of danger a hazard is.</summary>
public enum HazardKind
{
    /// <summary>安全生产.</summary>
    [Label("安全生产", "Work-safety hazard")] Safety,

    /// <summary>自然灾害.</summary>
    [Label("自然灾害", "Natural-disaster hazard")] NaturalDisaster,
}

/// <summary>How grave a hazard is. Bodies that number levels keep their own text beside it.</summary>
public enum Level
{
    /// <summary>一般隐患.</summary>
    [Label("一般隐患", "Small; can be put right at once")] General,

    /// <summary>重大隐患.</summary>
    [Label("重大隐患", "Needs a full or partial stop of production and time, or has outside causes the unit cannot remove")] Major,
}

/// <summary>Where a hazard stands in the closed loop. Derived from the events, never set.</summary>
public enum Stage
{
    /// <summary>待核实.</summary>
    [Label("待核实", "Reported; not yet verified and graded")] Reported,

    /// <summary>待交办.</summary>
    [Label("待交办", "Verified and graded; not yet assigned")] Verified,

    /// <summary>待签收.</summary>
    [Label("待签收", "Assigned; at least one leg has not acknowledged, or has returned it")] Assigned,

    /// <summary>整改中.</summary>
    [Label("整改中", "At least one leg is still rectifying")] Rectifying,

    /// <summary>待验收.</summary>
    [Label("待验收", "Completion declared; at least one leg awaits re-inspection")] AwaitingAcceptance,

    /// <summary>待销号.</summary>
    [Label("待销号", "Every leg accepted; not yet written off")] AwaitingClosure,

    /// <summary>已销号.</summary>
    [Label("已销号", "Closed after acceptance")] Closed,

    /// <summary>不属实.</summary>
    [Label("不属实", "Rejected as unfounded")] Rejected,

    /// <summary>已并案.</summary>
    [Label("已并案", "Merged into another hazard, whose fate it shares")] Merged,
}

/// <summary>A line of accountability in an assignment.</summary>
public enum Leg
{
    /// <summary>单独交办.</summary>
    [Label("单独交办", "The only leg of a single assignment")] Sole,

    /// <summary>属地.</summary>
    [Label("属地", "The territorial government's leg of a double assignment")] Territorial,

    /// <summary>行业.</summary>
    [Label("行业主管部门", "The sector regulator's leg of a double assignment")] Sectoral,
}

/// <summary>Where one leg stands. Declared from least to most progressed: the hazard stands where its slowest leg stands.</summary>
public enum LegStage
{
    /// <summary>已退回.</summary>
    [Label("已退回", "Returned with a reason; must be reassigned")] Returned,

    /// <summary>待签收.</summary>
    [Label("待签收", "Assigned, not acknowledged")] Assigned,

    /// <summary>整改中.</summary>
    [Label("整改中", "Acknowledged, rectifying")] Rectifying,

    /// <summary>待验收.</summary>
    [Label("待验收", "Completion declared, awaiting re-inspection")] Declared,

    /// <summary>已验收.</summary>
    [Label("已验收", "Re-inspected and accepted")] Accepted,
}

/// <summary>The level at which a hazard is listed for 挂牌督办, lowest first.</summary>
public enum ListingLevel
{
    /// <summary>县级.</summary>
    [Label("县级挂牌", "Listed by a county")] County,

    /// <summary>市级.</summary>
    [Label("市（州）级挂牌", "Listed by a prefecture")] Prefecture,

    /// <summary>省级.</summary>
    [Label("省级挂牌", "Listed by a province")] Province,

    /// <summary>国家级.</summary>
    [Label("国家级挂牌", "Listed by the State")] Nation,
}

/// <summary>Who or what found the hazard.</summary>
public enum ReportSource
{
    /// <summary>12345.</summary>
    [Label("12345热线", "The 12345 hotline")] Hotline,

    /// <summary>执法检查.</summary>
    [Label("执法检查", "An enforcement inspection")] Enforcement,

    /// <summary>企业自查.</summary>
    [Label("企业自查", "The enterprise's own inspection")] SelfInspection,

    /// <summary>督查检查.</summary>
    [Label("督查检查", "A supervision or safety inspection by a public body")] Inspection,

    /// <summary>网格员.</summary>
    [Label("网格员上报", "A grid worker")] GridWorker,

    /// <summary>专家会诊.</summary>
    [Label("专家会诊", "Hired experts")] Expert,

    /// <summary>群众举报.</summary>
    [Label("群众举报", "A member of the public")] Public,

    /// <summary>上级交办.</summary>
    [Label("上级交办", "Handed down by a higher platform or body")] HigherAuthority,

    /// <summary>其他.</summary>
    [Label("其他", "Another source")] Other,
}

/// <summary>What kind of organisation a body is.</summary>
public enum BodyKind
{
    /// <summary>安委办.</summary>
    [Label("安委办", "Safety committee office")] CommitteeOffice,

    /// <summary>人民政府.</summary>
    [Label("人民政府", "Territorial government (province to township)")] Government,

    /// <summary>行业主管部门.</summary>
    [Label("行业主管部门", "Sector regulator")] Regulator,

    /// <summary>督查室.</summary>
    [Label("督查机构", "Supervision office of a government")] SupervisionOffice,

    /// <summary>生产经营单位.</summary>
    [Label("生产经营单位", "Enterprise or institution that owns the hazard")] Enterprise,

    /// <summary>内设机构.</summary>
    [Label("内设机构", "Unit inside another body, such as a team of a mine")] Unit,

    /// <summary>业务系统.</summary>
    [Label("业务系统", "Another government system, such as the 12345 hotline")] System,

    /// <summary>专家组.</summary>
    [Label("专家组", "Group of hired experts")] Experts,

    /// <summary>调查组.</summary>
    [Label("事故调查组", "Accident investigation group or auditor")] Investigation,
}

/// <summary>What a caller may do. Which commands a role may give stands in <see cref="CommandRules"/>.</summary>
public enum Role
{
    /// <summary>报告.</summary>
    [Label("报告人", "Reports hazards")] Reporter,

    /// <summary>经办.</summary>
    [Label("安委办经办", "Verifies, grades, assigns, closes")] Coordinator,

    /// <summary>责任.</summary>
    [Label("责任单位", "Answers for a leg")] Responsible,

    /// <summary>复查.</summary>
    [Label("复查验收", "Re-inspects, accepts, looks back")] Inspector,

    /// <summary>督查.</summary>
    [Label("督查", "Urges, visits, escalates")] Supervisor,

    /// <summary>挂牌.</summary>
    [Label("挂牌机关", "Lists and delists")] ListingAuthority,

    /// <summary>执法.</summary>
    [Label("行政执法", "Suspends production, penalises, refers")] Enforcer,

    /// <summary>导入.</summary>
    [Label("台账导入", "Enters ledgers on behalf of the bodies named in them")] Importer,

    /// <summary>调查.</summary>
    [Label("调查审计", "Reads everything within the jurisdiction, changes nothing")] Investigator,

    /// <summary>管理.</summary>
    [Label("系统管理", "Keeps the registry of bodies and the keys")] Administrator,

    /// <summary>时钟.</summary>
    [Label("系统时钟", "The service's own clock: notices passed deadlines and climbs the ladder; no key has this role")] Clock,
}

/// <summary>Duties with a due date. Which apply, and for how long, stands in the policy.</summary>
public enum ClockKind
{
    /// <summary>核实.</summary>
    [Label("核实定级", "Verify and grade the report")] Verify,

    /// <summary>交办.</summary>
    [Label("交办", "Assign the hazard")] Assign,

    /// <summary>改派.</summary>
    [Label("改派", "Reassign a returned leg")] Reassign,

    /// <summary>签收.</summary>
    [Label("签收", "Acknowledge the assignment")] Acknowledge,

    /// <summary>方案.</summary>
    [Label("报整改方案", "Submit the rectification plan")] Plan,

    /// <summary>方案审查.</summary>
    [Label("审查整改方案", "Review the rectification plan")] ReviewPlan,

    /// <summary>整改.</summary>
    [Label("完成整改", "Rectify and declare completion")] Rectify,

    /// <summary>延期决定.</summary>
    [Label("延期审批", "Decide the requested extension")] DecideExtension,

    /// <summary>复查.</summary>
    [Label("复查验收", "Re-inspect the declared completion")] Reinspect,

    /// <summary>复产审查.</summary>
    [Label("复产审查", "Review the application to resume production")] ReviewResumption,

    /// <summary>销号.</summary>
    [Label("销号", "Close the accepted hazard")] Close,

    /// <summary>回头看.</summary>
    [Label("回头看", "Look back at the closed hazard")] Lookback,

    /// <summary>挂牌公布.</summary>
    [Label("挂牌公布", "Publish the listing")] Publish,

    /// <summary>挂牌备案.</summary>
    [Label("挂牌备案", "File the listing with the office above")] File,

    /// <summary>摘牌公布.</summary>
    [Label("摘牌公布", "Publish the delisting")] PublishDelisting,

    /// <summary>督办.</summary>
    [Label("督办单位督查", "The leg's supervisor acts on it")] Supervise,

    /// <summary>回复督办通知.</summary>
    [Label("回复督办通知", "Reply to the supervision notice")] Reply,
}

/// <summary>How days are counted.</summary>
public enum DayCount
{
    /// <summary>自然日.</summary>
    [Label("自然日", "Calendar days")] Calendar,

    /// <summary>工作日.</summary>
    [Label("工作日", "Working days: without public holidays, with the weekend days worked in exchange")] Working,
}

/// <summary>Whether a rung of the ladder of supervision is climbed by the service or put to a person.</summary>
public enum StepMode
{
    /// <summary>建议.</summary>
    [Label("提请人工决定", "Proposed to a person")] Proposed,

    /// <summary>自动.</summary>
    [Label("自动执行", "Taken by the service itself")] Automatic,
}

/// <summary>A span of the calendar that figures are made for.</summary>
public enum PeriodKind
{
    /// <summary>半月.</summary>
    [Label("半月", "Half a month: 1st to 15th, 16th to the last")] HalfMonth,

    /// <summary>月.</summary>
    [Label("月", "Month")] Month,

    /// <summary>季度.</summary>
    [Label("季度", "Quarter")] Quarter,

    /// <summary>年.</summary>
    [Label("年", "Year")] Year,
}

/// <summary>An official report, table or list made from the figures.</summary>
public enum ReportKind
{
    /// <summary>月报表.</summary>
    [Label("事故隐患排查治理情况月报表", "Official monthly table by sector")] MonthlyTable,

    /// <summary>季报.</summary>
    [Label("事故隐患排查治理情况季报", "Quarterly report")] QuarterlyReport,

    /// <summary>年报.</summary>
    [Label("事故隐患排查治理情况年报", "Annual report")] AnnualReport,

    /// <summary>两个清单.</summary>
    [Label("两个清单", "The list of hazards and the list of measures")] TwoLists,

    /// <summary>一单四制台账.</summary>
    [Label("一单四制台账", "Ledger of major hazards under the four regimes")] FourRegimes,

    /// <summary>通报.</summary>
    [Label("整改情况通报", "Bulletin, naming the overdue")] Bulletin,

    /// <summary>部门排名.</summary>
    [Label("部门排名通报", "Ranking of bodies")] BodyRanking,

    /// <summary>县市区排名.</summary>
    [Label("县市区排名通报", "Ranking of counties")] CountyRanking,

    /// <summary>挂牌指标.</summary>
    [Label("挂牌任务完成情况", "Listing quotas")] Quotas,
}

/// <summary>A paper that goes with an act and carries a document number.</summary>
public enum PaperKind
{
    /// <summary>交办单.</summary>
    [Label("隐患交办单", "Assignment order")] AssignmentOrder,

    /// <summary>督办通知书.</summary>
    [Label("督办通知书", "Supervision notice")] SupervisionNotice,

    /// <summary>限期整改指令书.</summary>
    [Label("限期整改指令书", "Directive to rectify by a deadline")] RectificationDirective,

    /// <summary>挂牌通知.</summary>
    [Label("挂牌督办通知书", "Listing notice")] ListingNotice,

    /// <summary>摘牌通知.</summary>
    [Label("摘牌通知书", "Delisting notice")] DelistingNotice,

    /// <summary>销号通知.</summary>
    [Label("销号通知书", "Closure notice")] ClosureNotice,

    /// <summary>通报批评.</summary>
    [Label("通报批评", "Circulated criticism")] Criticism,
}

/// <summary>Steps a supervisor may take, mildest first.</summary>
public enum SupervisionStep
{
    /// <summary>催办.</summary>
    [Label("催办", "Urge")] Urge,

    /// <summary>督办通知书.</summary>
    [Label("督办通知书", "Supervision notice with a document number")] Notice,

    /// <summary>现场督查.</summary>
    [Label("现场督查", "Supervision visit")] Visit,

    /// <summary>约谈.</summary>
    [Label("约谈", "Interview")] Interview,

    /// <summary>通报批评.</summary>
    [Label("通报批评", "Circulated criticism")] Criticism,

    /// <summary>公开曝光.</summary>
    [Label("公开曝光", "Public exposure")] Exposure,

    /// <summary>提级督办.</summary>
    [Label("提级督办", "Escalation to a higher level")] Escalation,

    /// <summary>行政处罚.</summary>
    [Label("行政处罚", "Administrative penalty")] Penalty,

    /// <summary>行刑衔接.</summary>
    [Label("行刑衔接", "Judicial referral")] Referral,
}

/// <summary>On what ground a hazard was closed.</summary>
public enum ClosureGround
{
    /// <summary>整改销号.</summary>
    [Label("整改验收合格", "Rectified and accepted by every leg")] Rectified,

    /// <summary>立行立改.</summary>
    [Label("立行立改", "Fixed on the spot during the inspection")] FixedOnTheSpot,

    /// <summary>关闭.</summary>
    [Label("关闭取缔", "The unit was closed down and every leg accepted that")] UnitClosed,

    /// <summary>自查自改.</summary>
    [Label("自查自改", "Found and fixed by the enterprise itself")] OwnCheck,
}

/// <summary>What a look-back found.</summary>
public enum LookbackResult
{
    /// <summary>未反弹.</summary>
    [Label("未反弹", "The rectification holds")] Holding,

    /// <summary>反弹.</summary>
    [Label("反弹", "The hazard has come back")] Recurred,
}

/// <summary>Verdict of a review or re-inspection.</summary>
public enum Verdict
{
    /// <summary>通过.</summary>
    [Label("通过", "Passed")] Pass,

    /// <summary>不通过.</summary>
    [Label("不通过", "Failed")] Fail,
}

/// <summary>Why a hazard was delisted.</summary>
public enum DelistingGround
{
    /// <summary>验收合格.</summary>
    [Label("验收合格摘牌", "Every leg was accepted")] Accepted,

    /// <summary>挂牌有误.</summary>
    [Label("挂牌有误", "Listed in error; the hazard itself goes on")] ListedInError,

    /// <summary>调整层级.</summary>
    [Label("调整挂牌层级", "Moved to another listing level")] LevelChanged,
}

/// <summary>Why a body cannot do what it owes of a hazard.</summary>
public enum PassingCause
{
    /// <summary>已撤销.</summary>
    [Label("原单位已撤销", "The body is dissolved")] Dissolved,

    /// <summary>不在区划内.</summary>
    [Label("隐患不在原单位的行政区划内", "The hazard does not lie in the body's region")] Elsewhere,

    /// <summary>看不到.</summary>
    [Label("原单位现为企业或其内设单位，看不到该隐患", "The body is an enterprise or part of one now and does not see the hazard")] Blind,

    /// <summary>自己是责任单位.</summary>
    [Label("原单位是责任单位，不能审查、验收自己的整改", "The body answers for a leg and cannot review or accept its own work")] OwnLeg,
}

/// <summary>A descriptive fact that may be corrected after the report.</summary>
public enum CorrectableField
{
    /// <summary>标题.</summary>
    [Label("标题", "Title")] Title,

    /// <summary>描述.</summary>
    [Label("隐患描述", "Description")] Description,

    /// <summary>地点.</summary>
    [Label("地点", "Place")] Place,

    /// <summary>单位名称.</summary>
    [Label("单位名称", "Name of the enterprise")] EnterpriseName,

    /// <summary>信用代码.</summary>
    [Label("统一社会信用代码", "Credit code of the enterprise")] EnterpriseCreditCode,

    /// <summary>行政区划.</summary>
    [Label("行政区划", "Region")] Region,

    /// <summary>行业.</summary>
    [Label("行业领域", "Sector")] Sector,

    /// <summary>类别.</summary>
    [Label("隐患类别", "Category")] Category,
}

/// <summary>In what capacity a person's data are kept.</summary>
public enum PersonKind
{
    /// <summary>报告人.</summary>
    [Label("报告人", "Reported the hazard")] Reporter,

    /// <summary>举报人.</summary>
    [Label("举报人（身份保密）", "Whistle-blower: reported the hazard and must not be known")] WhistleBlower,

    /// <summary>证人、知情人.</summary>
    [Label("证人、知情人", "Witness")] Witness,

    /// <summary>台账所载联系人.</summary>
    [Label("台账所载联系人", "Contact whose telephone number a ledger's row gave")] Contact,
}

/// <summary>How an event came into the log.</summary>
public enum Entry
{
    /// <summary>即时.</summary>
    [Label("即时登记", "Recorded when it happened")] Prompt,

    /// <summary>补录.</summary>
    [Label("补录", "Recorded later than the policy allows for a prompt entry")] Late,
}
