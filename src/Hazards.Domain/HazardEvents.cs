using System.Collections.Immutable;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>
/// A fact of a hazard's life. Read this file from top to bottom as the story; who, when and under which policy stand in the
/// <see cref="EventContext"/>.
/// </summary>
public interface IHazardEvent : IDomainEvent;

/// <summary>It concerns a leg; all of them, or the hazard as a whole, where none is named.</summary>
public interface IConcernsLeg : IHazardEvent
{
    /// <summary>The leg.</summary>
    Leg? Leg { get; }
}

/// <summary>It concerns one leg.</summary>
public interface IOfLeg : IConcernsLeg
{
    /// <summary>The leg.</summary>
    new Leg Leg { get; }

    Leg? IConcernsLeg.Leg => Leg;
}

/// <summary>An act of the leg's own body.</summary>
public interface ILegsOwn : IOfLeg;

/// <summary>督办措施: a step of supervision against a leg, or all.</summary>
public interface ISupervisionStep : IConcernsLeg
{
    /// <summary>Which.</summary>
    SupervisionStep Step { get; }

    /// <summary>The duties it was for, when the service's own clock took it or the leg had been given back; otherwise all.</summary>
    ImmutableArray<ClockKind>? Duties => null;

    /// <summary>Whom it was against, where that is not the leg's own body; the service's own clock says so since 2026-12.</summary>
    BodyId? Against => null;

    Leg? IConcernsLeg.Leg => null;
}

/// <summary>It names bodies besides the one that acted and those that were told.</summary>
public interface INamesBodies : IHazardEvent
{
    /// <summary>Those; with nulls where it could have named one and did not.</summary>
    IEnumerable<BodyId?> Bodies { get; }
}

// ---- Discovery 发现 ----

/// <summary>The unit a hazard belongs to.</summary>
/// <param name="Name">Its name, as reported.</param>
/// <param name="CreditCode">统一社会信用代码, if known.</param>
public sealed record Enterprise([property: Longest(Texts.NameLength)] string Name, CreditCode? CreditCode = null);

/// <summary>Where a hazard is.</summary>
/// <param name="Text">The place in words.</param>
/// <param name="Longitude">Degrees east (CGCS2000), if known.</param>
/// <param name="Latitude">Degrees north, if known.</param>
public sealed record Place([property: Longest(500)] string Text, decimal? Longitude = null, decimal? Latitude = null);

/// <summary>隐患上报: a hazard was found and reported. When it was found is the event's own occurredAt.</summary>
/// <param name="Source">Who or what found it.</param>
/// <param name="Kind">Safety or natural disaster.</param>
/// <param name="Region">Where, by GB/T 2260.</param>
/// <param name="Sector">行业领域.</param>
/// <param name="Category">隐患类别 in the reporter's own words, if given.</param>
/// <param name="Title">One line.</param>
/// <param name="Description">All that is known.</param>
/// <param name="Enterprise">The unit it belongs to, if any.</param>
/// <param name="Place">The place, if given.</param>
/// <param name="Reference">The reporting system's number, if any.</param>
/// <param name="FoundBy">Who found it, in words, if given. Never given where the public reports: see <see cref="Reporter"/>.</param>
/// <param name="ReportedLevel">The level in the reporter's own words, kept as written.</param>
[EventType("hazard_reported", "隐患上报", "Reported")]
public sealed record HazardReported(
    ReportSource Source, HazardKind Kind, RegionCode Region, SectorCode Sector, string? Category, string Title, string Description,
    Enterprise? Enterprise, Place? Place, ExternalReference? Reference, string? FoundBy, string? ReportedLevel) : IHazardEvent
{
    /// <summary>检查: the inspection visit that found it, if one is on record.</summary>
    public Guid? Inspection { get; init; }

    /// <summary>专项行动: the campaign it was found in, if one.</summary>
    public Guid? Campaign { get; init; }

    /// <summary>报告人、举报人: who reported it, sealed; if a person did and is known.</summary>
    public SealedPerson? Reporter { get; init; }
}

/// <summary>A cell of a ledger: its header, address and text exactly as found.</summary>
public sealed record LedgerCell(string Header, string Address, string Text);

/// <summary>
/// 台账原文: the row of a ledger this hazard was entered from, every cell as it was, but for telephone numbers, which are sealed.
/// A changed row is recorded again.
/// </summary>
/// <param name="Ledger">Name of the ledger.</param>
/// <param name="File">SHA-256 of the file.</param>
/// <param name="Sheet">Name of the sheet.</param>
/// <param name="Row">Number of the row in the sheet, from 1.</param>
/// <param name="Fingerprint">SHA-256 of the cells, to notice a change.</param>
/// <param name="State">The row's state as written.</param>
/// <param name="Cells">Every cell.</param>
/// <param name="NotUnderstood">What the import could not make sense of, in words.</param>
[EventType("ledger_row_recorded", "登记台账原文", "Ledger row recorded")]
public sealed record LedgerRowRecorded(string Ledger, Sha256Digest File, string Sheet, int Row, Sha256Digest Fingerprint, string? State, ImmutableArray<LedgerCell> Cells, ImmutableArray<string> NotUnderstood) : IHazardEvent
{
    /// <summary>Whose telephone numbers stood in the row, sealed; absent where none did.</summary>
    public SealedPerson? Contact { get; init; }

    /// <summary>The cells that held them, as they stood, sealed under the same key.</summary>
    public string? SealedCells { get; init; }
}

/// <summary>导入撤销: the import that entered it was undone. It stays on record and counts no more.</summary>
/// <param name="Import">The import.</param>
/// <param name="Reason">Why.</param>
[EventType("hazard_withdrawn", "导入撤销", "Withdrawn: its import was undone")]
public sealed record HazardWithdrawn(Guid Import, string Reason) : IHazardEvent;

/// <summary>核实定级: the hazard is real, and this is its level.</summary>
/// <param name="Level">The level.</param>
/// <param name="Basis">判定依据: the clause that makes it major; required for a major hazard.</param>
/// <param name="Findings">What the verification found.</param>
[EventType("hazard_verified", "核实定级", "Verified and graded")]
public sealed record HazardVerified(Level Level, string? Basis, string? Findings) : IHazardEvent
{
    /// <summary>The place's own grade, where its policy has grades.</summary>
    public int? Grade { get; init; }
}

/// <summary>重新定级: the level was changed.</summary>
[EventType("hazard_regraded", "重新定级", "Regraded")]
public sealed record HazardRegraded(Level From, Level To, string? Basis, string Reason) : IHazardEvent
{
    /// <summary>The place's own grade from now on, where its policy has grades.</summary>
    public int? Grade { get; init; }
}

/// <summary>不属实: rejected as unfounded.</summary>
[EventType("hazard_rejected", "认定不属实", "Rejected as unfounded")]
public sealed record HazardRejected(string Reason) : IHazardEvent;

/// <summary>并案: found to be the same as another hazard, whose fate it shares from now on.</summary>
[EventType("hazard_merged", "并案", "Merged into another")]
public sealed record HazardMerged(HazardId Into, string Reason) : IHazardEvent;

/// <summary>并入: another hazard was found to be the same as this one.</summary>
[EventType("duplicate_absorbed", "并入重复隐患", "Took in a duplicate")]
public sealed record DuplicateAbsorbed(HazardId From, string Reason) : IHazardEvent;

/// <summary>立行立改: fixed during the inspection, before the inspector's eyes.</summary>
[EventType("hazard_fixed_on_the_spot", "立行立改", "Fixed on the spot")]
public sealed record HazardFixedOnTheSpot(string Measures, string? FixedBy) : IHazardEvent;

/// <summary>自查自改: an enterprise found it itself and fixed it itself.</summary>
[EventType("hazard_fixed_by_own_check", "自查自改", "Found and fixed by the enterprise itself")]
public sealed record HazardFixedByOwnCheck(string Measures, string? FixedBy) : IHazardEvent;

/// <summary>撤销立行立改: what was said to be fixed at once was not; the hazard goes on as it stood before that was entered.</summary>
[EventType("fix_withdrawn", "撤销立行立改", "On-the-spot fix withdrawn")]
public sealed record FixWithdrawn(string Reason) : IHazardEvent;

// ---- Assignment 交办 ----

/// <summary>One leg of an assignment.</summary>
/// <param name="Leg">Which leg.</param>
/// <param name="Body">The body that answers for it.</param>
/// <param name="Deadline">整改期限: the end of this day in China.</param>
/// <param name="Instructions">What is to be done.</param>
/// <param name="Supervisor">督办单位 of this leg, if one is named.</param>
/// <param name="ResponsiblePerson">整改责任人 in words, if named.</param>
/// <param name="DeadlineAssumed">True where the ledger a late entry came from gives no deadline and the policy's default stands in.</param>
public sealed record LegOrder(
    Leg Leg, BodyId Body, DateOnly Deadline, string Instructions, BodyId? Supervisor = null,
    [property: Longest(Texts.NameLength)] string? ResponsiblePerson = null, bool DeadlineAssumed = false)
{
    /// <summary>The bodies that it names.</summary>
    internal IEnumerable<BodyId?> Bodies => [Body, Supervisor];
}

/// <summary>交办 / 双重交办: handed over, in one act, to one leg or to two.</summary>
[EventType("hazard_assigned", "交办", "Assigned")]
public sealed record HazardAssigned(ImmutableArray<LegOrder> Legs) : IConcernsLeg, INamesBodies
{
    Leg? IConcernsLeg.Leg => Legs is [var only] ? only.Leg : null;

    IEnumerable<BodyId?> INamesBodies.Bodies => Legs.SelectMany(o => o.Bodies);
}

/// <summary>签收: the leg's body has taken it on.</summary>
[EventType("assignment_acknowledged", "签收", "Acknowledged")]
public sealed record AssignmentAcknowledged(Leg Leg, string? ResponsiblePerson) : ILegsOwn;

/// <summary>退回: the leg's body gave it back.</summary>
[EventType("assignment_returned", "退回", "Returned")]
public sealed record AssignmentReturned(Leg Leg, string Reason) : ILegsOwn;

/// <summary>改派: the leg was given to another body; it begins anew there.</summary>
[EventType("leg_reassigned", "改派", "Reassigned")]
public sealed record LegReassigned(BodyId From, LegOrder Order, string Reason) : IOfLeg, INamesBodies
{
    Leg IOfLeg.Leg => Order.Leg;

    IEnumerable<BodyId?> INamesBodies.Bodies => [From, .. Order.Bodies];
}

// ---- Rectification 整改 ----

/// <summary>整改方案: the plan, part by part (五落实; six parts for a major hazard).</summary>
/// <param name="Leg">The leg.</param>
/// <param name="Parts">What it says on each part.</param>
/// <param name="Funds">Funds committed, 万元.</param>
/// <param name="KeptElsewhere">Where the plan is kept when a late entry only says that there is one.</param>
[EventType("plan_submitted", "报整改方案", "Plan submitted")]
public sealed record PlanSubmitted(Leg Leg, ImmutableSortedDictionary<PlanPart, string> Parts, decimal? Funds, string? KeptElsewhere)
    : ILegsOwn;

/// <summary>方案审查: the plan passed or failed its review.</summary>
[EventType("plan_reviewed", "审查整改方案", "Plan reviewed")]
public sealed record PlanReviewed(Leg Leg, Verdict Verdict, string? Comments) : IOfLeg;

/// <summary>临时防范措施: what keeps people safe until the hazard is gone.</summary>
[EventType("interim_measures_taken", "落实临时防范措施", "Interim measures taken")]
public sealed record InterimMeasuresTaken(Leg Leg, string Measures) : ILegsOwn;

/// <summary>责令停产停业.</summary>
/// <param name="Whole">Whole (true) or partial stop.</param>
/// <param name="Scope">What is stopped.</param>
[EventType("production_suspended", "责令停产停业", "Production suspended")]
public sealed record ProductionSuspended(bool Whole, string Scope) : IHazardEvent;

/// <summary>恢复生产申请: a written application to resume.</summary>
[EventType("resumption_requested", "申请恢复生产", "Resumption requested")]
public sealed record ResumptionRequested(Leg Leg, string Grounds) : ILegsOwn;

/// <summary>复产审查: decided after a review on site.</summary>
[EventType("resumption_reviewed", "复产审查", "Resumption reviewed")]
public sealed record ResumptionReviewed(Verdict Verdict, string Findings) : IHazardEvent;

/// <summary>整改进度.</summary>
/// <param name="Leg">The leg.</param>
/// <param name="Percent">0 to 100, in all.</param>
/// <param name="Spent">Spent so far, 万元, in all.</param>
/// <param name="Note">In words.</param>
[EventType("progress_reported", "报整改进度", "Progress reported")]
public sealed record ProgressReported(Leg Leg, int Percent, decimal? Spent, string Note) : ILegsOwn;

/// <summary>延期申请.</summary>
[EventType("extension_requested", "申请延期", "Extension requested")]
public sealed record ExtensionRequested(Leg Leg, DateOnly From, DateOnly To, string Reason) : ILegsOwn;

/// <summary>延期批准: the deadline moves.</summary>
[EventType("extension_granted", "批准延期", "Extension granted")]
public sealed record ExtensionGranted(Leg Leg, DateOnly From, DateOnly To, string? Comments) : IOfLeg;

/// <summary>延期不批: the deadline stands.</summary>
[EventType("extension_refused", "不批准延期", "Extension refused")]
public sealed record ExtensionRefused(Leg Leg, string Reason) : IOfLeg;

/// <summary>整改完成申报.</summary>
[EventType("completion_declared", "申报整改完成", "Completion declared")]
public sealed record CompletionDeclared(Leg Leg, string Results, decimal? Spent) : ILegsOwn;

// ---- Acceptance 验收 ----

/// <summary>复查合格: the leg is accepted.</summary>
[EventType("leg_accepted", "验收合格", "Leg accepted")]
public sealed record LegAccepted(Leg Leg, string Findings, string? Inspectors) : IOfLeg;

/// <summary>撤销验收: an accepted leg went bad, or was accepted in error, before the closure; back to rectification.</summary>
/// <param name="Leg">The leg.</param>
/// <param name="Reason">Why.</param>
/// <param name="Deadline">The deadline from now on.</param>
[EventType("acceptance_withdrawn", "撤销验收", "Acceptance withdrawn")]
public sealed record AcceptanceWithdrawn(Leg Leg, string Reason, DateOnly Deadline) : IOfLeg;

/// <summary>复查不合格: back to rectification.</summary>
/// <param name="Leg">The leg.</param>
/// <param name="Findings">What is still wrong.</param>
/// <param name="Inspectors">Who looked, in words.</param>
/// <param name="Deadline">The deadline from now on.</param>
[EventType("reinspection_failed", "复查不合格", "Re-inspection failed")]
public sealed record ReinspectionFailed(Leg Leg, string Findings, string? Inspectors, DateOnly Deadline) : IOfLeg;

// ---- Supervision 督办 ----

/// <summary>挂牌督办.</summary>
/// <param name="Level">The level.</param>
/// <param name="Deadline">To be rectified by the end of this day.</param>
/// <param name="Requirements">What is required.</param>
/// <param name="PublishedIn">Where it was made public, if it was.</param>
[EventType("hazard_listed", "挂牌督办", "Listed")]
public sealed record HazardListed(ListingLevel Level, DateOnly Deadline, string Requirements, string? PublishedIn) : IHazardEvent;

/// <summary>摘牌.</summary>
[EventType("hazard_delisted", "摘牌", "Delisted")]
public sealed record HazardDelisted(ListingLevel Level, DelistingGround Ground, string Reason) : IHazardEvent;

/// <summary>挂牌公布: the listing was made public.</summary>
[EventType("listing_published", "挂牌公布", "Listing published")]
public sealed record ListingPublished(ListingLevel Level, string Medium, DateOnly On) : IHazardEvent;

/// <summary>挂牌备案: the listing was filed with the office above.</summary>
[EventType("listing_filed", "挂牌备案", "Listing filed")]
public sealed record ListingFiled(ListingLevel Level, BodyId With, DateOnly On) : INamesBodies
{
    IEnumerable<BodyId?> INamesBodies.Bodies => [With];
}

/// <summary>摘牌公布: the end of the listing was made public.</summary>
[EventType("delisting_published", "摘牌公布", "Delisting published")]
public sealed record DelistingPublished(ListingLevel Level, string Medium, DateOnly On) : IHazardEvent;

/// <summary>指定督办单位: a leg has this supervisor from now on.</summary>
[EventType("supervisor_named", "指定督办单位", "Supervisor named")]
public sealed record SupervisorNamed(Leg Leg, BodyId? From, BodyId To, string Reason) : IOfLeg, INamesBodies
{
    IEnumerable<BodyId?> INamesBodies.Bodies => [From, To];
}

/// <summary>催办. Without a leg: all of them.</summary>
[EventType("leg_urged", "催办", "Urged")]
public sealed record LegUrged(Leg? Leg, string Message) : ISupervisionStep, INamesBodies
{
    SupervisionStep ISupervisionStep.Step => SupervisionStep.Urge;

    /// <summary>The duties it was for, when the service's own clock took it or the leg had been given back; otherwise all.</summary>
    public ImmutableArray<ClockKind>? Duties { get; init; }

    /// <summary>Whom it was against, where no leg's body owed what was missed: who assigned it, supervises it or listed it.</summary>
    public BodyId? Against { get; init; }

    IEnumerable<BodyId?> INamesBodies.Bodies => [Against];
}

/// <summary>督办通知书; its 文号 stands in the context.</summary>
[EventType("supervision_notice_issued", "下达督办通知书", "Supervision notice issued")]
public sealed record SupervisionNoticeIssued(Leg? Leg, string Requirements, DateOnly? ReplyBy) : ISupervisionStep, INamesBodies
{
    SupervisionStep ISupervisionStep.Step => SupervisionStep.Notice;

    /// <summary>
    /// Whether each body it addresses owes a reply by that day: then it is a clock. Not where the day had passed when the notice was
    /// entered; and absent from notices of before there were replies: they asked for one in words, and any act of the body answered.
    /// </summary>
    public bool? ReplyOwed { get; init; }

    /// <summary>The duties it was for, when the service's own clock took it or the leg had been given back; otherwise all.</summary>
    public ImmutableArray<ClockKind>? Duties { get; init; }

    /// <summary>Whom it was against, where no leg's body owed what was missed: who assigned it, supervises it or listed it.</summary>
    public BodyId? Against { get; init; }

    IEnumerable<BodyId?> INamesBodies.Bodies => [Against];
}

/// <summary>回复督办通知: the leg's body replies to a notice.</summary>
/// <param name="Leg">Which leg.</param>
/// <param name="Notice">The notice's 文号.</param>
/// <param name="Text">The reply.</param>
[EventType("supervision_notice_answered", "回复督办通知", "Supervision notice answered")]
public sealed record SupervisionNoticeAnswered(Leg Leg, DocumentNumber Notice, string Text) : ILegsOwn;

/// <summary>现场督查.</summary>
[EventType("supervision_visit_made", "现场督查", "Supervision visit made")]
public sealed record SupervisionVisitMade(Leg? Leg, string Findings, string? Visitors) : ISupervisionStep
{
    SupervisionStep ISupervisionStep.Step => SupervisionStep.Visit;
}

/// <summary>提级督办: watched by a higher body from now on.</summary>
[EventType("supervision_escalated", "提级督办", "Escalated")]
public sealed record SupervisionEscalated(BodyId To, string Reason) : ISupervisionStep, INamesBodies
{
    SupervisionStep ISupervisionStep.Step => SupervisionStep.Escalation;

    /// <summary>Whom the service's own clock escalated it against, where no leg's body owed what was missed.</summary>
    public BodyId? Against { get; init; }

    IEnumerable<BodyId?> INamesBodies.Bodies => [To, Against];
}

/// <summary>约谈.</summary>
[EventType("interview_held", "约谈", "Interview held")]
public sealed record InterviewHeld(Leg? Leg, string Interviewed, string Summary) : ISupervisionStep
{
    SupervisionStep ISupervisionStep.Step => SupervisionStep.Interview;
}

/// <summary>通报批评.</summary>
[EventType("criticism_circulated", "通报批评", "Criticism circulated")]
public sealed record CriticismCirculated(Leg? Leg, string Text) : ISupervisionStep, INamesBodies
{
    SupervisionStep ISupervisionStep.Step => SupervisionStep.Criticism;

    /// <summary>The duties it was for, when the service's own clock took it or the leg had been given back; otherwise all.</summary>
    public ImmutableArray<ClockKind>? Duties { get; init; }

    /// <summary>Whom it was against, where no leg's body owed what was missed: who assigned it, supervises it or listed it.</summary>
    public BodyId? Against { get; init; }

    IEnumerable<BodyId?> INamesBodies.Bodies => [Against];
}

/// <summary>公开曝光.</summary>
[EventType("hazard_exposed", "公开曝光", "Exposed publicly")]
public sealed record HazardExposed(string Medium, string Text) : ISupervisionStep
{
    SupervisionStep ISupervisionStep.Step => SupervisionStep.Exposure;
}

/// <summary>行政处罚.</summary>
/// <param name="Penalised">Who.</param>
/// <param name="Measure">What.</param>
/// <param name="Fine">万元, if a fine.</param>
[EventType("penalty_imposed", "行政处罚", "Penalty imposed")]
public sealed record PenaltyImposed(string Penalised, string Measure, decimal? Fine) : ISupervisionStep
{
    SupervisionStep ISupervisionStep.Step => SupervisionStep.Penalty;
}

/// <summary>行刑衔接: handed to the organs of justice.</summary>
[EventType("judicial_referral_made", "行刑衔接移送", "Referred to justice")]
public sealed record JudicialReferralMade(string To, string Grounds) : ISupervisionStep
{
    SupervisionStep ISupervisionStep.Step => SupervisionStep.Referral;
}

// ---- Clocks 时钟 ----

/// <summary>
/// 逾期: a deadline passed with its duty undone. Once for every clock; it occurred when the day ended, however late it was
/// noticed.
/// </summary>
/// <param name="Clock">The duty.</param>
/// <param name="Leg">The leg it concerns, if one.</param>
/// <param name="Body">Who owed it; null: the committee office of the region.</param>
/// <param name="Since">When the duty began.</param>
/// <param name="Due">The last day for it.</param>
/// <param name="NoticedAt">When the service noticed.</param>
[EventType("deadline_missed", "逾期", "Deadline missed")]
public sealed record DeadlineMissed(ClockKind Clock, Leg? Leg, BodyId? Body, DateTimeOffset Since, DateOnly Due, DateTimeOffset NoticedAt)
    : IConcernsLeg, INamesBodies
{
    IEnumerable<BodyId?> INamesBodies.Bodies => [Body];
}

/// <summary>督办建议: the ladder asks a person for this step.</summary>
/// <param name="Step">The step.</param>
/// <param name="Clock">The missed duty.</param>
/// <param name="Leg">The leg it concerns, if one.</param>
/// <param name="Due">The duty's last day.</param>
/// <param name="DaysOverdue">Days since, when it was proposed.</param>
/// <param name="To">Who is asked; null: the committee office of the region.</param>
[EventType("step_proposed", "督办建议", "Supervision step proposed")]
public sealed record StepProposed(SupervisionStep Step, ClockKind Clock, Leg? Leg, DateOnly Due, int DaysOverdue, BodyId? To)
    : IConcernsLeg, INamesBodies
{
    IEnumerable<BodyId?> INamesBodies.Bodies => [To];
}

/// <summary>不采纳督办建议: a person decided against a proposed step. Taking it is the step's own event.</summary>
[EventType("step_declined", "不采纳督办建议", "Proposed step declined")]
public sealed record StepDeclined(SupervisionStep Step, ClockKind Clock, Leg? Leg, DateOnly Due, string Reason) : IConcernsLeg;

/// <summary>A due date counted anew.</summary>
/// <param name="Clock">The duty.</param>
/// <param name="Leg">The leg it concerns, if one.</param>
/// <param name="Since">When the duty began.</param>
/// <param name="From">The day it was due.</param>
/// <param name="To">The day it is due now.</param>
/// <param name="Provisional">Whether it still runs into a year that is not announced.</param>
public sealed record DueMoved(ClockKind Clock, Leg? Leg, DateTimeOffset Since, DateOnly From, DateOnly To, bool Provisional)
{
    /// <summary>
    /// Whether the calendar says an earlier day: nobody is late on a day that had been announced as free, so it is due no earlier than the
    /// day after the recount (the next working day, where it is counted in those), or stays as it was where that comes first.
    /// </summary>
    public bool? Kept { get; init; }
}

/// <summary>期限重算: the working calendar was extended or amended, and these due dates with it. The edition stands in the context.</summary>
/// <param name="FromEdition">The edition they were counted by before.</param>
/// <param name="Moved">Every due date that is another now, or no longer provisional.</param>
[EventType("deadlines_recounted", "期限重算", "Deadlines recounted")]
public sealed record DeadlinesRecounted(int FromEdition, ImmutableArray<DueMoved> Moved) : IHazardEvent;

/// <summary>期限顺延: the rectification deadline moved by the days that production stood still.</summary>
[EventType("deadline_moved", "期限顺延", "Deadline moved")]
public sealed record DeadlineMoved(Leg Leg, DateOnly From, DateOnly To, string Reason) : IOfLeg;

// ---- Succession 承继 ----

/// <summary>
/// 责任单位不在: the leg's body can do nothing about the hazard any more. Where it had not declared completion, the leg is to be given to
/// another; notices that it has not replied to ask for nothing any more.
/// </summary>
/// <param name="Leg">The leg.</param>
/// <param name="From">Its body.</param>
/// <param name="Cause">Why it cannot.</param>
/// <param name="Successor">The body that took over what it was for, where one did.</param>
[EventType("leg_vacated", "责任单位不在", "Leg left by its body")]
public sealed record LegVacated(Leg Leg, BodyId From, PassingCause Cause, BodyId? Successor) : IOfLeg, INamesBodies
{
    IEnumerable<BodyId?> INamesBodies.Bodies => [From, Successor];
}

/// <summary>
/// 责任移交: whatever a body owes of the hazard besides a leg, another owes from now on; where the cause is that it answers for a leg, its
/// verdicts on that alone.
/// </summary>
/// <param name="From">The body that cannot do it.</param>
/// <param name="To">The body that owes it from now on.</param>
/// <param name="Cause">Why it cannot.</param>
[EventType("duties_passed", "责任移交", "Duties passed on")]
public sealed record DutiesPassed(BodyId From, BodyId To, PassingCause Cause) : INamesBodies
{
    IEnumerable<BodyId?> INamesBodies.Bodies => [From, To];
}

// ---- Papers 文书 ----

/// <summary>
/// 制发文书: a paper with a number of the body's own series was made. Its number stands in the context, its files among the
/// attachments.
/// </summary>
/// <param name="Paper">The paper.</param>
/// <param name="Leg">The leg it concerns, if one.</param>
/// <param name="To">Whom it goes to.</param>
[EventType("paper_issued", "制发文书", "Paper issued")]
public sealed record PaperIssued(PaperKind Paper, Leg? Leg, ImmutableArray<BodyId> To) : IConcernsLeg, INamesBodies
{
    IEnumerable<BodyId?> INamesBodies.Bodies => To.Select(b => (BodyId?)b);
}

// ---- Closure 销号 ----

/// <summary>销号.</summary>
[EventType("hazard_closed", "销号", "Closed")]
public sealed record HazardClosed(ClosureGround Ground, string? Remarks) : IHazardEvent;

/// <summary>回头看.</summary>
[EventType("lookback_made", "回头看", "Looked back")]
public sealed record LookbackMade(LookbackResult Result, string Findings, string? Inspectors) : IHazardEvent;

/// <summary>
/// 反弹重开 / 恢复办理: the hazard is open again. Legs named here begin anew; without any it must be assigned (or verified) again.
/// </summary>
[EventType("hazard_reopened", "重新开案", "Reopened")]
public sealed record HazardReopened(string Reason, ImmutableArray<LegOrder> Legs) : INamesBodies
{
    IEnumerable<BodyId?> INamesBodies.Bodies => Legs.SelectMany(o => o.Bodies);
}

// ---- Record 记录 ----

/// <summary>更正: a descriptive fact was wrong. What stood before stays in the log.</summary>
[EventType("hazard_corrected", "更正", "Corrected")]
public sealed record HazardCorrected(CorrectableField Field, string? From, string? To, string Reason) : IHazardEvent
{
    /// <summary>
    /// 接手: with its new region it lies outside that of a body that assigned, closed or stopped it; what that body owed is owed by the one
    /// that corrects it.
    /// </summary>
    public bool? TakesOver { get; init; }
}

/// <summary>登记证人: somebody knows something of the hazard.</summary>
/// <param name="Witness">Who, sealed.</param>
/// <param name="Statement">What the witness said, sealed under the same key, if it was taken down.</param>
[EventType("witness_recorded", "登记证人", "Witness recorded")]
public sealed record WitnessRecorded(SealedPerson Witness, string? Statement) : IHazardEvent;

/// <summary>批注.</summary>
[EventType("comment_added", "批注", "Comment added")]
public sealed record CommentAdded(string Text) : IHazardEvent;
