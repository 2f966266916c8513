using System.Collections.Immutable;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>What binds the caller's body to the hazard before a command is even looked at.</summary>
public enum Relation
{
    /// <summary>管辖范围内.</summary>
    [Label("隐患在调用方的管辖范围内", "The hazard lies in the caller's jurisdiction")] Jurisdiction,

    /// <summary>辖区机关.</summary>
    [Label("隐患在本单位的行政区划内", "The hazard lies in the body's own region")] OwnRegion,

    /// <summary>责任单位本身.</summary>
    [Label("本单位就是该责任方的责任单位", "The body is the one that answers for the leg")] LegBody,

    /// <summary>交办或挂牌单位.</summary>
    [Label("本单位是交办单位、挂牌单位或其上级", "The body assigned or listed the hazard, or stands above the one that did")] Assigner,

    /// <summary>非责任单位.</summary>
    [Label("隐患在本单位的行政区划内，且本单位不是任何一方的责任单位", "The hazard lies in the body's own region, and the body answers for none of its legs")] Independent,

    /// <summary>挂牌单位.</summary>
    [Label("本单位是挂牌单位或其上级", "The body listed the hazard, or stands above the one that did")] Lister,

    /// <summary>组织单位的资格.</summary>
    [Label("本单位是安委办、人民政府或行业主管部门，行动的全部区划在本单位的行政区划内", "The body is a committee office, government or regulator, and every region of the campaign lies in its own")] OrganiserAbove,

    /// <summary>组织单位.</summary>
    [Label("本单位是组织单位，或是行政区划包含行动全部区划的安委办、人民政府", "The body organises the campaign, or is a committee office or government whose region holds all of the campaign's")] Organiser,

    /// <summary>检查地.</summary>
    [Label("被检查单位在调用方的管辖范围内", "The inspected unit lies in the caller's jurisdiction")] VisitedRegion,

    /// <summary>登记检查的单位.</summary>
    [Label("本单位登记了该次检查，或是行政区划包含检查地的安委办、人民政府", "The body entered the inspection, or is a committee office or government whose region holds the place")] Visitor,

    /// <summary>封存地.</summary>
    [Label("封存的区划在调用方的管辖范围内", "The sealed region lies in the caller's jurisdiction")] SealedRegion,

    /// <summary>决定封存的单位.</summary>
    [Label("本单位决定了封存，或是行政区划更大、包含其区划的安委办、人民政府、调查组", "The body sealed, or is a committee office, government or investigation group of a wider region that holds its own")] Sealer,
}

/// <summary>Who may give a command, and when: one line of the table below.</summary>
/// <param name="Name">Stable name of the command, as in events' causes and in the API.</param>
/// <param name="Chinese">The act in Chinese.</param>
/// <param name="English">The act in English.</param>
/// <param name="Roles">Any one of these roles.</param>
/// <param name="Relation">What binds the body to the hazard.</param>
/// <param name="Stages">The stages in which it may be given; empty for a command that begins a hazard.</param>
/// <param name="LegStages">For a command on a leg, the stages of the leg in which it may be given.</param>
public sealed record CommandRule(
    string Name, string Chinese, string English,
    ImmutableArray<Role> Roles, Relation Relation, ImmutableArray<Stage> Stages, ImmutableArray<LegStage> LegStages)
{
    /// <summary>What becomes of it while the records it is about are sealed (封存).</summary>
    public WhenSealed WhenSealed { get; init; }

    /// <summary>The stages in which it may be given besides, to a hazard that a ledger was imported as.</summary>
    public ImmutableArray<Stage> StagesOfImported { get; init; } = [];

    /// <summary>Whether those are open only as long as nobody but imports has written of the hazard.</summary>
    public bool OnlyUntouched { get; init; }

    /// <summary>Whether it may be given at the stage at which the hazard stands.</summary>
    public bool IsOpenTo(Hazard hazard)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        return Stages.Contains(hazard.Stage)
            || StagesOfImported.Contains(hazard.Stage) && hazard.LedgerRow is not null && !(OnlyUntouched && hazard.ActedOn);
    }
}

/// <summary>The table of who may do what, when. Documentation and OpenAPI are made from it.</summary>
public static class CommandRules
{
#pragma warning disable CS1591 // each line says what it is
    private static readonly ImmutableArray<Stage> Open = [
        Stage.Reported, Stage.Verified, Stage.Assigned, Stage.Rectifying, Stage.AwaitingAcceptance, Stage.AwaitingClosure];
    private static readonly ImmutableArray<Stage> Graded = [
        Stage.Verified, Stage.Assigned, Stage.Rectifying, Stage.AwaitingAcceptance, Stage.AwaitingClosure];
    private static readonly ImmutableArray<Stage> HandedOver = [
        Stage.Assigned, Stage.Rectifying, Stage.AwaitingAcceptance, Stage.AwaitingClosure];
    private static readonly ImmutableArray<Stage> Any = [.. Enum.GetValues<Stage>()];

    // Discovery
    public static readonly CommandRule Report = Rule(
        "report", "上报隐患", "Report a hazard",
        [Role.Reporter, Role.Coordinator, Role.Inspector, Role.Supervisor, Role.Enforcer, Role.Importer], Relation.Jurisdiction, []);
    // 封存: the first row says where a new hazard comes from; a row recorded again would say otherwise than the first.
    public static readonly CommandRule RecordLedgerRow = Rule(
        "record_ledger_row", "登记台账原文", "Record the ledger row", [Role.Importer], Relation.Jurisdiction,
        Any) with { WhenSealed = WhenSealed.InPart };
    // 封存: hazards of the enterprise would be said never to have been.
    public static readonly CommandRule WithdrawImported = Rule(
        "withdraw_imported", "撤销导入", "Undo an import", [Role.Importer], Relation.Jurisdiction,
        [.. Any.Where(s => s != Stage.Merged)]) with { WhenSealed = WhenSealed.Frozen };
    public static readonly CommandRule Verify = Rule(
        "verify", "核实定级", "Verify and grade", [Role.Coordinator, Role.Importer], Relation.OwnRegion, [Stage.Reported]);
    // 封存: a graver level brings more supervision and is never held up; a milder one would lessen what was owed.
    public static readonly CommandRule Regrade = Rule(
        "regrade", "重新定级", "Change the level", [Role.Coordinator, Role.Importer], Relation.OwnRegion,
        Graded) with { WhenSealed = WhenSealed.InPart };
    // 封存: a hazard of the enterprise would be said never to have been. 录入错误: a wrong row of a ledger stands where the row says,
    // assigned or closed.
    public static readonly CommandRule Reject = Rule("reject", "认定不属实", "Reject as unfounded", [Role.Coordinator, Role.Importer], Relation.OwnRegion, [Stage.Reported, Stage.Verified]) with
    {
        WhenSealed = WhenSealed.Frozen, StagesOfImported = [.. HandedOver, Stage.Closed],
    };
    // 封存: a hazard of the enterprise would vanish into another. Taking a duplicate in takes nothing away and goes on.
    public static readonly CommandRule Merge = Rule("merge", "并案", "Merge a duplicate", [Role.Coordinator], Relation.OwnRegion, [Stage.Reported, Stage.Verified]) with
    {
        WhenSealed = WhenSealed.Frozen, StagesOfImported = [.. HandedOver, Stage.Closed], OnlyUntouched = true,
    };
    public static readonly CommandRule FixOnTheSpot = Rule(
        "fix_on_the_spot", "立行立改", "Record as fixed on the spot",
        [Role.Inspector, Role.Enforcer, Role.Supervisor, Role.Coordinator, Role.Importer], Relation.Jurisdiction, [Stage.Reported, Stage.Verified]);
    public static readonly CommandRule FixByOwnCheck = Rule(
        "fix_by_own_check", "自查自改", "Record as found and fixed by the enterprise itself", [Role.Reporter, Role.Responsible],
        Relation.Jurisdiction, [Stage.Reported]);
    public static readonly CommandRule WithdrawFix = Rule(
        "withdraw_fix", "撤销立行立改", "Withdraw an entry as fixed at once", [Role.Coordinator, Role.Inspector, Role.Enforcer, Role.Supervisor],
        Relation.OwnRegion, [Stage.Closed]);

    // Assignment
    public static readonly CommandRule Assign = Rule(
        "assign", "交办 / 双重交办", "Assign, to one leg or to two", [Role.Coordinator, Role.Importer], Relation.OwnRegion, [Stage.Verified]);
    public static readonly CommandRule Acknowledge = Rule(
        "acknowledge", "签收", "Acknowledge", [Role.Responsible, Role.Importer], Relation.LegBody, HandedOver, [LegStage.Assigned]);
    public static readonly CommandRule Return = Rule(
        "return", "退回", "Return", [Role.Responsible], Relation.LegBody, HandedOver, [LegStage.Assigned, LegStage.Rectifying]);
    public static readonly CommandRule Reassign = Rule(
        "reassign", "改派", "Reassign", [Role.Coordinator, Role.Importer], Relation.Assigner, HandedOver,
        [LegStage.Returned, LegStage.Assigned, LegStage.Rectifying, LegStage.Declared]);

    // Rectification
    public static readonly CommandRule SubmitPlan = Rule(
        "submit_plan", "报整改方案", "Submit the plan", [Role.Responsible, Role.Importer], Relation.LegBody, HandedOver, [LegStage.Rectifying]);
    public static readonly CommandRule ReviewPlan = Rule(
        "review_plan", "审查整改方案", "Review the plan", [Role.Coordinator, Role.Inspector], Relation.Independent, HandedOver,
        [LegStage.Rectifying]);
    public static readonly CommandRule TakeInterimMeasures = Rule(
        "take_interim_measures", "落实临时防范措施", "Take interim measures", [Role.Responsible], Relation.LegBody, HandedOver,
        [LegStage.Assigned, LegStage.Rectifying, LegStage.Declared]);
    public static readonly CommandRule SuspendProduction = Rule(
        "suspend_production", "责令停产停业", "Suspend production", [Role.Enforcer], Relation.OwnRegion, Open);
    public static readonly CommandRule RequestResumption = Rule(
        "request_resumption", "申请恢复生产", "Apply to resume production", [Role.Responsible], Relation.LegBody, HandedOver,
        [LegStage.Assigned, LegStage.Rectifying, LegStage.Declared, LegStage.Accepted]);
    public static readonly CommandRule ReviewResumption = Rule(
        "review_resumption", "复产审查", "Review the application to resume", [Role.Enforcer, Role.Inspector], Relation.OwnRegion, Open);
    public static readonly CommandRule ReportProgress = Rule(
        "report_progress", "报整改进度", "Report progress", [Role.Responsible, Role.Importer], Relation.LegBody, HandedOver,
        [LegStage.Rectifying]);
    public static readonly CommandRule RequestExtension = Rule(
        "request_extension", "申请延期", "Ask for an extension", [Role.Responsible, Role.Importer], Relation.LegBody, HandedOver,
        [LegStage.Rectifying]);
    public static readonly CommandRule DecideExtension = Rule(
        "decide_extension", "审批延期", "Decide the extension", [Role.Coordinator, Role.ListingAuthority, Role.Importer], Relation.Assigner,
        HandedOver, [LegStage.Rectifying]);
    public static readonly CommandRule DeclareCompletion = Rule(
        "declare_completion", "申报整改完成", "Declare completion", [Role.Responsible, Role.Importer], Relation.LegBody, HandedOver,
        [LegStage.Rectifying]);

    // Acceptance
    public static readonly CommandRule Reinspect = Rule(
        "reinspect", "复查验收", "Re-inspect", [Role.Inspector, Role.Coordinator, Role.Importer], Relation.Independent, HandedOver,
        [LegStage.Declared]);
    public static readonly CommandRule WithdrawAcceptance = Rule(
        "withdraw_acceptance", "撤销验收", "Withdraw an acceptance", [Role.Inspector, Role.Coordinator], Relation.Independent, HandedOver,
        [LegStage.Accepted]);

    // Supervision
    public static readonly CommandRule List = Rule(
        "list", "挂牌督办", "List for supervision", [Role.ListingAuthority], Relation.OwnRegion, Graded);
    // 封存: a listing “in error” would count as never made; delisting what is accepted goes on.
    public static readonly CommandRule Delist = Rule("delist", "摘牌", "Delist", [Role.ListingAuthority], Relation.Lister, Graded) with
    {
        WhenSealed = WhenSealed.InPart,
    };
    public static readonly CommandRule PublishListing = Rule(
        "publish_listing", "公布挂牌", "Record that the listing was made public", [Role.ListingAuthority], Relation.Lister, Graded);
    public static readonly CommandRule FileListing = Rule(
        "file_listing", "挂牌备案", "Record that the listing was filed with the office above", [Role.ListingAuthority], Relation.Lister,
        Graded);
    // However it ended: what was made public of it is to be taken back.
    public static readonly CommandRule PublishDelisting = Rule(
        "publish_delisting", "公布摘牌", "Record that the end of the listing was made public", [Role.ListingAuthority], Relation.Lister,
        [.. Graded, Stage.Closed, Stage.Rejected, Stage.Merged]);
    public static readonly CommandRule NameSupervisor = Rule(
        "name_supervisor", "指定督办单位", "Name the supervisor of a leg", [Role.Coordinator], Relation.Assigner, HandedOver,
        [LegStage.Returned, LegStage.Assigned, LegStage.Rectifying, LegStage.Declared, LegStage.Accepted]);
    public static readonly CommandRule Urge = Rule(
        "urge", "催办", "Urge", [Role.Supervisor, Role.Coordinator, Role.ListingAuthority], Relation.OwnRegion, [.. Open, Stage.Closed]);
    public static readonly CommandRule IssueNotice = Rule(
        "issue_notice", "下达督办通知书", "Issue a supervision notice", [Role.Supervisor, Role.ListingAuthority], Relation.OwnRegion, Open);
    public static readonly CommandRule AnswerNotice = Rule(
        "answer_notice", "回复督办通知", "Reply to a supervision notice", [Role.Responsible], Relation.LegBody, HandedOver,
        [.. Enum.GetValues<LegStage>()]);
    public static readonly CommandRule Visit = Rule(
        "visit", "现场督查", "Record a supervision visit", [Role.Supervisor, Role.ListingAuthority, Role.Coordinator], Relation.OwnRegion,
        Open);
    public static readonly CommandRule Escalate = Rule(
        "escalate", "提级督办", "Escalate", [Role.Supervisor, Role.Coordinator, Role.ListingAuthority], Relation.OwnRegion, Open);
    public static readonly CommandRule Interview = Rule(
        "interview", "约谈", "Record an interview", [Role.Supervisor, Role.ListingAuthority], Relation.OwnRegion, Open);
    public static readonly CommandRule Criticise = Rule(
        "criticise", "通报批评", "Circulate criticism", [Role.Supervisor, Role.ListingAuthority, Role.Coordinator], Relation.OwnRegion, Open);
    public static readonly CommandRule Expose = Rule(
        "expose", "公开曝光", "Expose publicly", [Role.Supervisor, Role.ListingAuthority, Role.Coordinator], Relation.OwnRegion, Graded);
    public static readonly CommandRule Penalise = Rule("penalise", "行政处罚", "Impose a penalty", [Role.Enforcer], Relation.OwnRegion, Graded);
    public static readonly CommandRule Refer = Rule(
        "refer", "行刑衔接移送", "Refer to the organs of justice", [Role.Enforcer], Relation.OwnRegion, Graded);

    public static readonly CommandRule DeclineStep = Rule(
        "decline_step", "不采纳督办建议", "Decline a proposed step", [Role.Supervisor, Role.Coordinator, Role.ListingAuthority],
        Relation.OwnRegion, [.. Open, Stage.Closed]);

    // Papers
    public static readonly CommandRule IssuePaper = Rule(
        "issue_paper", "制发文书", "Issue a paper", [Role.Coordinator, Role.Supervisor, Role.ListingAuthority, Role.Enforcer],
        Relation.OwnRegion, [.. Graded, Stage.Closed]);

    // Closure
    public static readonly CommandRule Close = Rule(
        "close", "销号", "Close", [Role.Coordinator, Role.Importer], Relation.OwnRegion, [Stage.AwaitingClosure]);
    public static readonly CommandRule Lookback = Rule(
        "look_back", "回头看", "Look back", [Role.Inspector, Role.Supervisor, Role.Coordinator], Relation.OwnRegion, [Stage.Closed]);
    public static readonly CommandRule Reopen = Rule(
        "reopen", "重新开案", "Reopen", [Role.Coordinator, Role.Supervisor], Relation.OwnRegion, [Stage.Closed, Stage.Rejected, Stage.Merged]);

    // Record
    // 封存: it is what a seal is for.
    public static readonly CommandRule Correct = Rule(
        "correct", "更正", "Correct a fact", [Role.Coordinator, Role.Importer], Relation.OwnRegion,
        Any) with { WhenSealed = WhenSealed.Frozen };
    public static readonly CommandRule RecordWitness = Rule(
        "record_witness", "登记证人", "Record a witness", [Role.Enforcer, Role.Supervisor, Role.Coordinator], Relation.OwnRegion, Any);
    public static readonly CommandRule Comment = Rule(
        "comment", "批注", "Comment",
        [Role.Reporter, Role.Coordinator, Role.Responsible, Role.Inspector, Role.Supervisor, Role.ListingAuthority, Role.Enforcer, Role.Importer], Relation.Jurisdiction, Any);
#pragma warning restore CS1591

    /// <summary>Every rule, in the order of the life cycle.</summary>
    public static ImmutableArray<CommandRule> All { get; } =
    [
        Report, RecordLedgerRow, WithdrawImported, Verify, Regrade, Reject, Merge, FixOnTheSpot, FixByOwnCheck, WithdrawFix,
        Assign, Acknowledge, Return, Reassign,
        SubmitPlan, ReviewPlan, TakeInterimMeasures, SuspendProduction, RequestResumption, ReviewResumption, ReportProgress,
        RequestExtension, DecideExtension, DeclareCompletion,
        Reinspect, WithdrawAcceptance,
        List, PublishListing, FileListing, Delist, PublishDelisting, NameSupervisor, Urge, IssueNotice, AnswerNotice, Visit, Escalate,
        Interview, Criticise, Expose, Penalise, Refer, DeclineStep,
        IssuePaper,
        Close, Lookback, Reopen,
        Correct, RecordWitness, Comment,
    ];

    private static CommandRule Rule(string name, string chinese, string english, ImmutableArray<Role> roles, Relation relation, ImmutableArray<Stage> stages, ImmutableArray<LegStage> legStages = default) =>
        new(name, chinese, english, roles, relation, stages, legStages.IsDefault ? [] : legStages);
}
