using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>A hazard as its events leave it. Every part of it is reachable only by folding events; nothing sets it.</summary>
public sealed record Hazard
{
    /// <summary>Identity.</summary>
    public required HazardId Id { get; init; }

    /// <summary>Number of events folded: the stream's version.</summary>
    public long Version { get; init; }

    /// <summary>Whether anybody but imports and the service's own clock has written of it.</summary>
    [JsonIgnore]
    public bool ActedOn { get; init; }

    /// <summary>Whether its level is what a ledger said, and nobody's decision since.</summary>
    [JsonIgnore]
    public bool GradedByLedger { get; init; }

    /// <summary>Whose number its reference is (<see cref="Actor.Sender"/>).</summary>
    [JsonIgnore]
    public string Sender => Actor.SenderOf(ReportedBy, Client);

    /// <summary>
    /// Whether it is an enterprise's own: it belongs to it, by the credit code where both have one and else by the name; or it
    /// reported it, or answers for a leg. The lists of hazards go by the same (Conditions.Own).
    /// </summary>
    public bool Concerns(Body body)
    {
        ArgumentNullException.ThrowIfNull(body);
        return ReportedBy == body.Id || Legs.Values.Any(l => l.Body == body.Id) || IsOf(body);
    }

    /// <summary>Whether it belongs to a body: by the credit code where both have one and else by the name.</summary>
    internal bool IsOf(Body body) =>
        Enterprise is { } unit && (unit.CreditCode is { } code && body.CreditCode is { } own ? code == own : unit.Name == body.Name);

    /// <summary>When it was found, as claimed.</summary>
    public required DateTimeOffset FoundAt { get; init; }

    /// <summary>Whether the report itself was entered late (补录).</summary>
    public required bool LateEntry { get; init; }

    /// <summary>The body that reported it.</summary>
    public required BodyId ReportedBy { get; init; }

    /// <summary>Through which client.</summary>
    public required string Client { get; init; }

    /// <summary>Who or what found it.</summary>
    public required ReportSource Source { get; init; }

    /// <summary>Safety or natural disaster.</summary>
    public required HazardKind Kind { get; init; }

    /// <summary>Where, by GB/T 2260.</summary>
    public required RegionCode Region { get; init; }

    /// <summary>行业领域.</summary>
    public required SectorCode Sector { get; init; }

    /// <summary>隐患类别, in the reporter's words.</summary>
    public string? Category { get; init; }

    /// <summary>One line.</summary>
    public required string Title { get; init; }

    /// <summary>All that is known.</summary>
    public required string Description { get; init; }

    /// <summary>The unit it belongs to.</summary>
    public Enterprise? Enterprise { get; init; }

    /// <summary>The place.</summary>
    public Place? Place { get; init; }

    /// <summary>The reporting system's number.</summary>
    public ExternalReference? Reference { get; init; }

    /// <summary>Who found it, in words.</summary>
    public string? FoundBy { get; init; }

    /// <summary>Who reported it, sealed. Not part of the state's JSON: what shows a state shows no sealed data.</summary>
    [JsonIgnore]
    public SealedPerson? Reporter { get; init; }

    /// <summary>The witnesses, sealed, with what they said. Not part of the state's JSON either.</summary>
    [JsonIgnore]
    public ImmutableArray<WitnessRecorded> Witnesses { get; init; } = [];

    /// <summary>Contacts of the ledger rows that it was entered from, sealed. Not part of the state's JSON either.</summary>
    [JsonIgnore]
    public ImmutableArray<SealedContact> Contacts { get; init; } = [];

    /// <summary>The level in the reporter's words.</summary>
    public string? ReportedLevel { get; init; }

    /// <summary>Whether the reporter says that it is a major hazard.</summary>
    [JsonIgnore]
    public bool IsReportedMajor => ReportedLevels.SaysMajor(ReportedLevel);

    /// <summary>Whether it may be major by what was reported: not one to be ended before somebody has graded it.</summary>
    [JsonIgnore]
    public bool MayBeMajor => ReportedLevels.MayBeMajor(ReportedLevel, Title, Description);

    /// <summary>Whether it is a major hazard: graded so, or not graded and reported so.</summary>
    [JsonIgnore]
    public bool IsMajor => Level is { } level ? level == Codes.Level.Major : IsReportedMajor;

    /// <summary>The level; null until graded.</summary>
    public Level? Level { get; init; }

    /// <summary>The place's own grade, where its policy has grades.</summary>
    public int? Grade { get; init; }

    /// <summary>The inspection visit that found it.</summary>
    public Guid? Inspection { get; init; }

    /// <summary>The campaign it was found in.</summary>
    public Guid? Campaign { get; init; }

    /// <summary>判定依据.</summary>
    public string? GradingBasis { get; init; }

    /// <summary>When it was verified.</summary>
    public DateTimeOffset? VerifiedAt { get; init; }

    /// <summary>From when the committee office owes what comes next (<see cref="EventContext.BindsOffice"/>).</summary>
    internal DateTimeOffset? VerificationBinds { get; init; }

    /// <summary>When it was given its present level.</summary>
    public DateTimeOffset? GradedAt { get; init; }

    /// <summary>From when that binds who answers for it (<see cref="EventContext.Binds"/>).</summary>
    internal DateTimeOffset? GradingBinds { get; init; }

    /// <summary>Whether it has its level only because it was entered as fixed at once.</summary>
    internal bool GradedByFix { get; init; }

    /// <summary>The legs that answer for it; empty until assigned.</summary>
    public ImmutableSortedDictionary<Leg, LegState> Legs { get; init; } = ImmutableSortedDictionary<Leg, LegState>.Empty;

    /// <summary>The body that assigned it.</summary>
    public BodyId? AssignedBy { get; init; }

    /// <summary>The listing in force.</summary>
    public Listing? Listing { get; init; }

    /// <summary>Whether it was ever listed.</summary>
    public bool EverListed { get; init; }

    /// <summary>The newest end of a listing.</summary>
    public Delisting? Delisting { get; init; }

    /// <summary>Every listing there was, in order; the one without an end is <see cref="Listing"/>.</summary>
    public ImmutableArray<ListingTerm> Listings { get; init; } = [];

    /// <summary>Bodies' terms on legs that are over: given back and reassigned, or ended by a reopening.</summary>
    public ImmutableArray<PastLeg> PastLegs { get; init; } = [];

    /// <summary>When it was looked back at since its legs began.</summary>
    public ImmutableArray<DateTimeOffset> LookedBack { get; init; } = [];

    /// <summary>The deadlines noticed as missed since it was last (re)opened, in order; and those before of duties that go on.</summary>
    public ImmutableArray<MissedClock> Missed { get; init; } = [];

    /// <summary>The edition of the working calendar that its deadlines are counted by.</summary>
    public int Calendar { get; init; }

    /// <summary>What it ever went on as, in order, and until when.</summary>
    [JsonIgnore]
    public ImmutableArray<Merger> Mergers { get; init; } = [];

    /// <summary>The stop of production in force.</summary>
    public Suspension? Suspension { get; init; }

    /// <summary>When production was last allowed to go on.</summary>
    [JsonIgnore]
    public DateTimeOffset? ResumedAt { get; init; }

    /// <summary>By whom, and from when that binds others.</summary>
    internal (BodyId By, DateTimeOffset Binds) Resumption { get; init; }

    /// <summary>
    /// Since when it is owed to look whether production may go on: applied for, or all is accepted and nobody applied (验收合格不久停);
    /// null while neither is so.
    /// </summary>
    internal DateTimeOffset? ResumptionOwedSince => Suspension switch
    {
        null => null,
        { RequestedAt: not null } asked => asked.RequestBinds,
        var stop when Stage == Stage.AwaitingClosure =>
            new[] { stop.Since, stop.ReviewedAt ?? stop.Since, Legs.Values.Max(l => l.AcceptanceBinds(stop.Reviewer)) }.Max(),
        _ => null,
    };

    /// <summary>The body it was escalated to.</summary>
    public BodyId? EscalatedTo { get; init; }

    /// <summary>The closure in force.</summary>
    public Closure? Closure { get; init; }

    /// <summary>Why and when it was rejected.</summary>
    public Ending? Rejection { get; init; }

    /// <summary>撤销: the import that entered it, where that was undone; it stands with the unfounded ones then.</summary>
    public Guid? Withdrawn { get; init; }

    /// <summary>The hazard it was merged into.</summary>
    public HazardId? MergedInto { get; init; }

    /// <summary>When it was merged, if it is.</summary>
    internal DateTimeOffset? MergedAt { get; init; }

    /// <summary>When nothing was to be done about it: closed, rejected or merged, until it was reopened.</summary>
    [JsonIgnore]
    public ImmutableArray<Rest> Rests { get; init; } = [];

    /// <summary>The hazards merged into this one.</summary>
    public ImmutableArray<HazardId> Absorbed { get; init; } = [];

    /// <summary>How often each supervision step was taken since it was last (re)opened or assigned.</summary>
    public ImmutableSortedDictionary<SupervisionStep, int> Steps { get; init; } = ImmutableSortedDictionary<SupervisionStep, int>.Empty;

    /// <summary>Whether a notice (督办通知书) was ever issued about it, whatever it has been assigned or reopened since.</summary>
    [JsonIgnore]
    public bool WasNoticed { get; init; }

    /// <summary>How often it was reopened.</summary>
    public int Reopened { get; init; }

    /// <summary>Since when it has been open: found, or reopened.</summary>
    public required DateTimeOffset OpenSince { get; init; }

    /// <summary>From when somebody owes something of it for that (<see cref="EventContext.Binds"/>).</summary>
    internal DateTimeOffset OpeningBinds { get; init; }

    /// <summary>Counties that had it to verify or assign and gave it to another county since it was (re)opened.</summary>
    private ImmutableArray<HeldBefore> Held { get; init; } = [];

    /// <summary>Number of comments.</summary>
    public int Comments { get; init; }

    /// <summary>Number of corrections.</summary>
    public int Corrections { get; init; }

    /// <summary>The latest ledger row it was entered from, every cell as it was.</summary>
    public LedgerRowRecorded? LedgerRow { get; init; }

    /// <summary>The ledger's own word for its state.</summary>
    public string? LedgerState => LedgerRow?.State;

    /// <summary>When the newest event occurred, as claimed.</summary>
    public required DateTimeOffset LastOccurredAt { get; init; }

    /// <summary>
    /// The latest instant at which any of its events occurred, as claimed. What is said to happen now does not lie before it.
    /// </summary>
    [JsonIgnore]
    public DateTimeOffset LatestOccurredAt { get; init; }

    /// <summary>Due dates that a recount left later than the calendar says.</summary>
    private ImmutableArray<DueMoved> Kept { get; init; } = [];

    /// <summary>When a duty is due that the calendar says to be due on a day: later, where a recount left it so.</summary>
    internal DateOnly DueAsKept(ClockKind kind, Leg? leg, DateTimeOffset since, DateOnly counted)
    {
        foreach (var kept in Kept)
            if (IsOf(kept, kind, leg, since) && kept.To > counted)
                return kept.To;
        return counted;
    }

    private static bool IsOf(DueMoved due, ClockKind kind, Leg? leg, DateTimeOffset since) =>
        due.Clock == kind && due.Leg == leg && due.Since == since;

    /// <summary>The latest day on which something of it was entered, as far as its events say; not what the service noticed.</summary>
    [JsonIgnore]
    public DateOnly EnteredOn { get; init; }

    /// <summary>Where it stands: as far as its slowest leg.</summary>
    public Stage Stage => this switch
    {
        { MergedInto: not null } => Stage.Merged,
        { Rejection: not null } => Stage.Rejected,
        { Closure: not null } => Stage.Closed,
        { Level: null } => Stage.Reported,
        { Legs.IsEmpty: true } => Stage.Verified,
        _ => StageOf(Legs.Values.Min(l => l.Stage)),
    };

    /// <summary>Where a hazard stands whose slowest leg stands there.</summary>
    internal static Stage StageOf(LegStage slowest) => slowest switch
    {
        LegStage.Returned or LegStage.Assigned => Stage.Assigned,
        LegStage.Rectifying => Stage.Rectifying,
        LegStage.Declared => Stage.AwaitingAcceptance,
        _ => Stage.AwaitingClosure,
    };

    /// <summary>Whether anything is still to be done about it.</summary>
    public bool IsOpen => IsOpenAt(Stage);

    /// <summary>Whether a hazard at a stage is open: neither closed, nor rejected, nor merged.</summary>
    public static bool IsOpenAt(Stage stage) => stage is not (Stage.Closed or Stage.Rejected or Stage.Merged);

    /// <summary>Whether it was handed over to two legs.</summary>
    public bool IsDual => Legs.ContainsKey(Codes.Leg.Territorial) && Legs.ContainsKey(Codes.Leg.Sectoral);

    /// <summary>
    /// The deadline that binds a leg: its own, or that of the newest listing of its time where that is earlier. Only an extension granted
    /// after the listing goes beyond the listing's: a delisting gives nobody days, unless the listing was an error.
    /// </summary>
    /// <param name="leg">The leg, of now or of the past.</param>
    /// <param name="ended">When its body's term on it ended; null while it lasts.</param>
    public DateOnly DeadlineOf(LegState leg, DateTimeOffset? ended = null)
    {
        ArgumentNullException.ThrowIfNull(leg);
        for (var i = Listings.Length - 1; i >= 0; i--)
            if (Listings[i] is { Counts: true } listing && !(listing.EndedAt < leg.AssignedAt) && !(listing.At > ended))
                return listing.Deadline < leg.Deadline && !(leg.ExtendedAt >= listing.At) ? listing.Deadline : leg.Deadline;
        return leg.Deadline;
    }

    /// <summary>Folds a whole story; null when there is none.</summary>
    public static Hazard? Fold(HazardId id, IEnumerable<Happening> story)
    {
        ArgumentNullException.ThrowIfNull(story);
        Hazard? hazard = null;
        foreach (var happening in story)
            hazard = Apply(id, hazard, happening);
        return hazard;
    }

    /// <summary>Folds one event onto the state before it.</summary>
    public static Hazard Apply(HazardId id, Hazard? before, Happening happening)
    {
        var (happened, context) = happening;
        if (happened is HazardReported report)
            return before is null ? Begin(id, report, context) : throw Impossible(happened);
        var hazard = before ?? throw Impossible(happened);
        return hazard.With(happened, context) with
        {
            Version = hazard.Version + 1,
            ActedOn = hazard.ActedOn || !IsImported(context) && context.Role != Role.Clock,
            WasNoticed = hazard.WasNoticed || happened is SupervisionNoticeIssued,
            LastOccurredAt = happened is DeadlineMissed or DeadlinesRecounted ? hazard.LastOccurredAt : context.OccurredAt,
            LatestOccurredAt = context.OccurredAt > hazard.LatestOccurredAt ? context.OccurredAt : hazard.LatestOccurredAt,
            EnteredOn = context.Role != Role.Clock && context.CountsOn > hazard.EnteredOn ? context.CountsOn : hazard.EnteredOn,
            Calendar = Math.Max(hazard.Calendar, context.Calendar),
        };
    }

    private static Hazard Begin(HazardId id, HazardReported e, EventContext context) => new()
    {
        Id = id,
        Version = 1,
        ActedOn = !IsImported(context),
        FoundAt = context.OccurredAt,
        OpenSince = context.OccurredAt,
        OpeningBinds = context.BindsOffice,
        LastOccurredAt = context.OccurredAt,
        LatestOccurredAt = context.OccurredAt,
        EnteredOn = context.CountsOn,
        LateEntry = context.Entry == Entry.Late,
        ReportedBy = context.Body,
        Client = context.Client,
        Calendar = context.Calendar,
        Inspection = e.Inspection,
        Campaign = e.Campaign,
        Source = e.Source,
        Kind = e.Kind,
        Region = e.Region,
        Sector = e.Sector,
        Category = e.Category,
        Title = e.Title,
        Description = e.Description,
        Enterprise = e.Enterprise,
        Place = e.Place,
        Reference = e.Reference,
        FoundBy = e.FoundBy,
        Reporter = e.Reporter,
        ReportedLevel = e.ReportedLevel,
    };

    private Hazard With(IHazardEvent happened, EventContext context) => happened switch
    {
        LedgerRowRecorded { Contact: { } contact } e => this with
        {
            LedgerRow = e with { Contact = null, SealedCells = null }, Contacts = Contacts.Add(new SealedContact(contact, e.SealedCells)),
        },
        LedgerRowRecorded e => this with { LedgerRow = e },
        HazardVerified e => this with
        {
            Level = e.Level, Grade = e.Grade, GradingBasis = e.Basis, VerifiedAt = context.OccurredAt, GradedAt = context.OccurredAt,
            VerificationBinds = context.BindsOffice, GradingBinds = context.Binds, GradedByLedger = IsImported(context),
        },
        HazardRegraded e => this with
        {
            Level = e.To, Grade = e.Grade, GradingBasis = e.Basis, GradedAt = context.OccurredAt, GradingBinds = context.Binds,
            GradedByLedger = IsImported(context),
        },
        HazardRejected e => this with { Rejection = new Ending(context.OccurredAt, context.Body, e.Reason) },
        HazardWithdrawn e => this with { Rejection = new Ending(context.OccurredAt, context.Body, e.Reason), Withdrawn = e.Import },
        HazardMerged e => this with
        {
            MergedInto = e.Into, MergedAt = context.OccurredAt, Mergers = Mergers.Add(new Merger(e.Into, null)),
        },
        DuplicateAbsorbed e => Absorbed.Contains(e.From) ? this : this with { Absorbed = Absorbed.Add(e.From) },
        HazardFixedOnTheSpot or HazardFixedByOwnCheck =>
            this with
            {
                GradedByFix = Level is null, GradedByLedger = Level is null ? IsImported(context) : GradedByLedger,
                Level = Level ?? Codes.Level.General, VerifiedAt = VerifiedAt ?? context.OccurredAt,
                VerificationBinds = VerificationBinds ?? context.BindsOffice,
                GradedAt = GradedAt ?? context.OccurredAt, GradingBinds = GradingBinds ?? context.Binds,
            },
        FixWithdrawn => WithoutFix(context),

        HazardAssigned e => Past(context, recurred: false) with
        {
            AssignedBy = context.Body, Legs = Begin(e.Legs, context), Steps = Steps.Clear(), Missed = StillMissed(context),
        },
        AssignmentAcknowledged e =>
            With(
                e.Leg, context,
                l => l with
                {
                    Stage = LegStage.Rectifying, AcknowledgedAt = context.OccurredAt, AcknowledgedOn = context.CountsOn,
                    AcknowledgeEdition = CalendarAt(context),
                    ResponsiblePerson = e.ResponsiblePerson ?? l.ResponsiblePerson,
                }),
        AssignmentReturned e => GivenBack(e.Leg).With(
            e.Leg, context,
            l => l with
            {
                Stage = LegStage.Returned, ReturnReason = e.Reason, ReturnedOn = context.CountsOn, Request = null,
                AcknowledgeEdition = l.AcknowledgeEdition ?? CalendarAt(context),
            }),
        LegVacated e => (Legs[e.Leg].Stage is LegStage.Assigned or LegStage.Rectifying ? GivenBack(e.Leg) : this).With(
            e.Leg, context,
            l => l.Stage is LegStage.Assigned or LegStage.Rectifying
                ? l with
                {
                    Stage = LegStage.Returned, ReturnReason = CodeList.Chinese(e.Cause), ReturnedOn = context.CountsOn, Notices = [],
                    Request = null, AcknowledgeEdition = l.AcknowledgeEdition ?? CalendarAt(context),
                }
                : l with { Notices = [] },
            own: false),
        DutiesPassed e => PassedOn(e),
        LegReassigned e => (this with
        {
            PastLegs = PastLegs.Add(Ended(Legs[e.Order.Leg], context, recurred: false)),
            Legs = Legs.SetItem(e.Order.Leg, LegState.Begin(e.Order, context)),
        }).ListedAgain(context),

        PlanSubmitted e => With(
            e.Leg, context,
            l => (l with
            {
                Plan = new PlanState(context.OccurredAt, e.Funds, null, context.OccurredAt, PlanState.IsFiveInPlace(e))
                {
                    Binds = context.Binds,
                },
                Funds = e.Funds ?? l.Funds,
            }).Planned(e, context)),
        PlanReviewed e => With(
            e.Leg, context,
            l => (e.Verdict == Verdict.Pass ? l : l.WithoutPlan(context.OccurredAt)) with
            {
                Plan = l.Plan! with { Verdict = e.Verdict, Since = context.OccurredAt, Binds = context.Binds },
            }, own: false),
        InterimMeasuresTaken e => With(e.Leg, context, l => l with { InterimMeasures = l.InterimMeasures + 1 }),
        ProductionSuspended e =>
            this with
            {
                Suspension = new Suspension(context.OccurredAt, context.Body, e.Whole, e.Scope, null) { CountsFrom = context.CountsOn },
            },
        ResumptionRequested e => With(e.Leg, context, l => l) with
        {
            Suspension = Suspension! with { RequestedAt = context.OccurredAt, RequestBinds = context.Binds },
        },
        ResumptionReviewed { Verdict: Verdict.Pass } => this with
        {
            Suspension = null, ResumedAt = context.OccurredAt, Resumption = (context.Body, context.Binds),
        },
        ResumptionReviewed => this with { Suspension = Suspension! with { RequestedAt = null, ReviewedAt = context.OccurredAt } },
        ProgressReported e => With(
            e.Leg, context,
            l => l with { Percent = e.Percent, ProgressedAt = Later(l.ProgressedAt, context.OccurredAt), Spent = e.Spent ?? l.Spent }),
        ExtensionRequested e => With(
            e.Leg, context,
            l => l with { Request = new ExtensionRequest(context.OccurredAt, e.From, e.To) { Binds = context.Binds } }),
        ExtensionGranted e => With(
            e.Leg, context,
            l => l with
            {
                Request = null, Deadline = e.To, Extensions = l.Extensions + 1, ExtendedAt = context.OccurredAt,
                ExtensionDecidedAt = context.OccurredAt, DeadlineByLedger = IsImported(context),
            }, own: false),
        ExtensionRefused e => With(
            e.Leg, context, l => l with { Request = null, ExtensionDecidedAt = context.OccurredAt }, own: false),
        CompletionDeclared e => With(
            e.Leg, context,
            l => l with
            {
                Stage = LegStage.Declared, DeclaredAt = context.OccurredAt, DeclaredOn = context.CountsOn, Percent = LegState.Whole,
                Reported = l.Percent, Spent = e.Spent ?? l.Spent, Request = null,
            }),

        LegAccepted e => With(
            e.Leg, context,
            l => l with
            {
                Stage = LegStage.Accepted, AcceptedAt = context.OccurredAt, AcceptedBy = context.Body,
                Acceptance = Acceptance.Of(e, Level, context), Notices = [],
            }, own: false),
        AcceptanceWithdrawn e =>
            WithLateness(
                With(
                    e.Leg, context,
                    l => l.Undone(e.Deadline) with
                    {
                        AcceptedAt = null, AcceptedBy = null, Acceptance = null,
                        DeadlineByLedger = e.Deadline == l.Deadline && l.DeadlineByLedger,
                    }, own: false).ListedAgain(context), context),
        ReinspectionFailed e => WithLateness(
            With(e.Leg, context, l => l.Undone(e.Deadline) with { DeadlineByLedger = IsImported(context) }, own: false), context),

        HazardListed e => WithLateness(
            this with
            {
                Listing = new Listing(e.Level, context.Body, context.OccurredAt, e.Deadline, context.Document)
                {
                    PublishedIn = e.PublishedIn, PublishedAt = e.PublishedIn is null ? null : context.OccurredAt,
                    Requirements = e.Requirements,
                },
                EverListed = true, Delisting = null,
                Listings = Listings.Add(new ListingTerm(e.Level, context.Body, context.OccurredAt, e.Deadline, null, null)),
            }, context),
        HazardDelisted e => (this with
        {
            Listings = [.. Listings.Select(
                l => l.EndedAt is null ? l with { EndedAt = context.OccurredAt, Ground = e.Ground, Whole = Listing } : l)],
            Listing = null, Delisting = new Delisting(e.Level, Listing!.By, context.OccurredAt, Listing.PublishedIn, null)
            {
                Ground = e.Ground, Reason = e.Reason, Binds = context.Binds,
                PublishFrom = context.BindsFor(Listing.By),
            },
        }).ListedAgain(context),
        ListingPublished e => this with { Listing = Listing! with { PublishedIn = e.Medium, PublishedAt = context.OccurredAt } },
        ListingFiled e => this with { Listing = Listing! with { FiledWith = e.With, FiledAt = context.OccurredAt } },
        DelistingPublished => this with
        {
            Delisting = Delisting! with { PublishedAt = context.OccurredAt },
            Listings = [.. Listings.Select(l => l.EndedAt == Delisting.At ? l with { EndPublished = true } : l)],
        },
        SupervisorNamed e => With(
            e.Leg, context,
            l => l with { Supervisor = e.To, SupervisedAt = context.OccurredAt, SupervisorBound = context.BindsFor(e.To) }, own: false),
        SupervisionNoticeIssued e => Took(e, context).Noticed(e, context),
        SupervisionEscalated e => Took(e, context) with { EscalatedTo = e.To },
        ISupervisionStep e => Took(e, context),
        SupervisionNoticeAnswered e => With(e.Leg, context, l => l with { Notices = [.. l.Notices.Where(n => n.Number != e.Notice)] }),

        DeadlineMissed e =>
            this with
            {
                Missed = Missed.Add(new MissedClock(e.Clock, e.Leg, e.Since, e.Due, e.NoticedAt) { Body = e.Body, Region = Region }),
            },
        StepProposed e => WithMissed(
            e.Clock, e.Leg, e.Due,
            m => m with
            {
                Proposed = m.Proposed.Add(e.Step), Asked = e.To is { } asked ? m.Asked.SetItem(e.Step, asked) : m.Asked.Remove(e.Step),
            }),
        StepDeclined e =>
            WithMissed(e.Clock, e.Leg, e.Due, m => m with { Proposed = m.Proposed.Remove(e.Step), Rungs = m.Rungs.Add(e.Step) }),
        DeadlinesRecounted e => this with
        {
            Kept = [.. Kept.Where(k => !e.Moved.Any(m => IsOf(m, k.Clock, k.Leg, k.Since))), .. e.Moved.Where(m => m.Kept == true)],
        },
        DeadlineMoved e =>
            With(e.Leg, context, l => l with { Deadline = e.To, ExtendedAt = context.OccurredAt, DeadlineByLedger = false }, own: false),
        PaperIssued => this,

        HazardClosed e => this with { Closure = new Closure(context.OccurredAt, context.Body, e.Ground, null, null) },
        LookbackMade e => this with
        {
            LookedBack = LookedBack.Add(context.OccurredAt), Closure = Closure! with
            {
                LookedBackAt = context.OccurredAt, Result = e.Result, Lookbacks = Closure.Lookbacks + 1,
            },
        },
        HazardReopened e => Reopen(e, context),

        HazardCorrected e => (e.TakesOver == true ? TakenOver(context) : this).Correct(e).Moved(this, context) with
        {
            Corrections = Corrections + 1,
        },
        WitnessRecorded e => this with { Witnesses = Witnesses.Add(e) },
        CommentAdded => this with { Comments = Comments + 1 },
        _ => throw Impossible(happened),
    };

    // Duties that go on through an assignment or a reopening were missed already: they are not missed again. So do those that
    // began no earlier than it, as claimed: what ended the hazard may be entered late, as before its verification.
    private ImmutableArray<MissedClock> StillMissed(EventContext context) =>
        [.. Missed.Where(m => m.Kind is ClockKind.Publish or ClockKind.File or ClockKind.PublishDelisting or ClockKind.ReviewResumption
            || m.Since >= context.OccurredAt)];

    // What its body was late with stays missed; the steps asked for against it are not for whom it goes back to.
    private Hazard GivenBack(Leg leg) => this with
    {
        Missed =
        [
            .. Missed.Select(m => m.Leg == leg && m.Body == Legs[leg].Body && m.Kind != ClockKind.Reply
                ? m with { Proposed = m.Proposed.Clear(), Asked = m.Asked.Clear() }
                : m),
        ],
    };

    /// <summary>The legs there are become past: what follows begins anew.</summary>
    private Hazard Past(EventContext context, bool recurred) =>
        this with { PastLegs = [.. PastLegs, .. Legs.Values.Select(l => Ended(l, context, recurred))], LookedBack = [] };

    private PastLeg Ended(LegState leg, EventContext context, bool recurred) =>
        new(
            leg with { AcknowledgeEdition = leg.AcknowledgeEdition ?? CalendarAt(context) },
            leg.Stage == LegStage.Returned ? leg.Since : context.OccurredAt, recurred, LookedBack)
        {
            CountsOn = leg.ReturnedOn ?? context.CountsOn,
        };

    private int CalendarAt(EventContext context) => Math.Max(Calendar, context.Calendar);

    private Hazard Reopen(HazardReopened e, EventContext context) => Past(context, recurred: Closure is not null) with
    {
        Rejection = null,
        Withdrawn = null,
        MergedInto = null,
        MergedAt = null,
        Mergers = [.. Mergers.Select(m => m.Until is null ? m with { Until = context.OccurredAt } : m)],
        Closure = null,
        Rests = (Closure?.At ?? Rejection?.At ?? MergedAt) is { } since
            ? Rests.Add(new Rest(since, context.OccurredAt, Closure is not null))
            : Rests,
        Reopened = Reopened + 1,
        OpenSince = context.OccurredAt,
        OpeningBinds = context.BindsOffice,
        Held = [],
        Steps = Steps.Clear(),
        Missed = StillMissed(context),
        AssignedBy = e.Legs.IsEmpty ? null : context.Body,
        Legs = Begin(e.Legs, context),
    };

    /// <summary>
    /// 逾期不因另定期限而消失: what had been missed stays missed, until completion was declared or a later deadline set, and what was declared
    /// was not owed until it came back. A later deadline by extension is another matter: it is the deadline there was.
    /// </summary>
    private Hazard WithLateness(Hazard after, EventContext context)
    {
        foreach (var leg in Legs.Values)
        {
            var (due, now) = (DeadlineOf(leg), after.Legs[leg.Leg]);
            var undone = leg.DeclaredOn is not null && now.DeclaredOn is null;
            if (!undone && due >= after.DeadlineOf(now))
            {
                // An earlier deadline that had passed when it was entered: who was not told was not late.
                if (context.CountsFrom is { } told && after.DeadlineOf(now) < due && after.DeadlineOf(now) < told)
                    after = after with { Legs = after.Legs.SetItem(leg.Leg, now with { Resumed = told.AddDays(1) }) };
                continue;
            }
            var (first, until) = (leg.FirstLate(due), leg.DeclaredOn ?? context.CountsOn);
            if (first <= until)
                now = now with { Late = leg.Late.Add(new Lateness(due, first, until)) };
            if (undone || first <= until)
                now = now with { Resumed = undone ? context.CountsOn : until.AddDays(1) };
            after = after with { Legs = after.Legs.SetItem(leg.Leg, now) };
        }
        return after;
    }

    /// <summary>
    /// The listing that is in force again when an acceptance does not last: the newest that was no error, delisted as accepted. One before
    /// a closure stood on what was accepted then.
    /// </summary>
    internal ListingTerm? OnAcceptance =>
        Listing is null && Listings.LastOrDefault(l => l.Counts) is { Ground: DelistingGround.Accepted } term && term.EndedAt >= OpenSince
            ? term
            : null;

    // 摘牌以验收合格为据: the delisting falls with the acceptance that it stood on, and what was said in public of it is to be taken back.
    private Hazard ListedAgain(EventContext context)
    {
        if (OnAcceptance is not { Whole: { } listing } term || Legs.Values.All(l => l.Stage == LegStage.Accepted))
            return this;
        return this with
        {
            Listings = Listings.Replace(term, term with { EndedAt = null, Ground = null, Whole = null, EndPublished = false }),
            Listing = term.EndPublished
                ? listing with { PublishedIn = null, PublishedAt = null, PublishFrom = context.BindsFor(listing.By) }
                : listing,
            Delisting = Delisting?.At == term.EndedAt ? null : Delisting,
        };
    }

    // Nobody could verify it while it stood as closed: that duty begins now.
    private Hazard WithoutFix(EventContext context) => (GradedByFix
        ? this with { Level = null, VerifiedAt = null, VerificationBinds = null, GradedAt = null, GradingBinds = null }
        : this) with
    {
        Closure = null,
        GradedByFix = false,
        OpenSince = context.OccurredAt,
        OpeningBinds = context.BindsOffice,
        Held = [],
        Missed = StillMissed(context),
    };

    // Steps that were proposed to who does not see it any more are for the committee office of the place to decide.
    private Hazard TakenOver(EventContext context) => this with
    {
        AssignedBy = AssignedBy is null ? null : context.Body,
        Legs = Legs.SetItems(Legs.Values.Select(l => KeyValuePair.Create(l.Leg, l with { AssignedBy = context.Body }))),
        Suspension = Suspension is { } suspension ? suspension with { Reviewer = context.Body } : null,
        Closure = Closure is { } closure ? closure with { Watcher = context.Body } : null,
        Missed = [.. Missed.Select(m => m with { Asked = m.Asked.Clear() })],
    };

    // Who listed, and who missed what, is what it was; and what is owed, is owed by the same day.
    private Hazard PassedOn(DutiesPassed e)
    {
        var judged = this with
        {
            Legs = Legs.SetItems(Legs.Values.Where(l => l.AssignedBy == e.From).Select(
                l => KeyValuePair.Create(l.Leg, l with { AssignedBy = e.To, OrderedBy = l.OrderedBy ?? e.From }))),
            Suspension = Suspension?.Reviewer == e.From ? Suspension with { Reviewer = e.To } : Suspension,
            Closure = Closure?.Watcher == e.From ? Closure with { Watcher = e.To } : Closure,
        };
        return e.Cause == PassingCause.OwnLeg ? judged : judged with
        {
            AssignedBy = AssignedBy == e.From ? e.To : AssignedBy,
            Legs = judged.Legs.SetItems(judged.Legs.Values.Where(l => l.Supervisor == e.From).Select(
                l => KeyValuePair.Create(l.Leg, l with { Supervisor = e.To }))),
            Listing = Listing?.By == e.From ? Listing with { By = e.To } : Listing,
            Delisting = Delisting?.By == e.From ? Delisting with { By = e.To } : Delisting,
            Missed =
            [
                .. Missed.Select(m => m with
                {
                    Asked = m.Asked.SetItems(m.Asked.Where(a => a.Value == e.From).Select(a => KeyValuePair.Create(a.Key, e.To))),
                }),
            ],
        };
    }

    /// <summary>The bodies that owe something of it, or would once it comes to that.</summary>
    /// <param name="legs">Whether those count that owe it as a leg's body or supervisor.</param>
    internal IEnumerable<BodyId> Parties(bool legs = true)
    {
        foreach (var one in new[]
        {
            AssignedBy, Listing?.By, Delisting?.By, OnAcceptance?.Whole?.By, Suspension?.Reviewer, Closure?.Watcher,
        })
            if (one is { } body)
                yield return body;
        foreach (var asked in Missed.SelectMany(m => m.Asked.Values))
            yield return asked;
        foreach (var leg in Legs.Values)
        {
            yield return leg.AssignedBy;
            if (!legs)
                continue;
            yield return leg.Body;
            if (leg.Supervisor is { } supervisor)
                yield return supervisor;
        }
    }

    /// <summary>The bodies that a decision on it may have to know.</summary>
    public IEnumerable<BodyId> Known() => Parties().Concat(Legs.Values.Select(l => l.AcceptedBy).OfType<BodyId>());

    private Hazard Correct(HazardCorrected e) => e.Field switch
    {
        CorrectableField.Title => this with { Title = e.To! },
        CorrectableField.Description => this with { Description = e.To! },
        CorrectableField.Place => this with { Place = e.To is null ? null : new Place(e.To) },
        CorrectableField.EnterpriseName => this with { Enterprise = new Enterprise(e.To!, Enterprise?.CreditCode) },
        CorrectableField.EnterpriseCreditCode =>
            this with { Enterprise = Enterprise! with { CreditCode = e.To is null ? null : CreditCode.Parse(e.To) } },
        CorrectableField.Region => this with { Region = RegionCode.Parse(e.To!) },
        CorrectableField.Sector => this with { Sector = SectorCode.Parse(e.To!) },
        CorrectableField.Category => this with { Category = e.To },
        _ => throw Impossible(e),
    };

    // 移送他县的从移送起算: the office of another county owes what nobody is named for from when it was given it. To whom it comes back, it
    // is what it was, but for the days that it was away; who had missed it by then has missed it, and owes it anew.
    private Hazard Moved(Hazard from, EventContext context)
    {
        var (before, now) = (from.Region.At(RegionLevel.County), Region.At(RegionLevel.County));
        if (before == now || context.Binds < OpeningBinds)
            return this;
        var since = VerificationBinds > OpeningBinds ? VerificationBinds.Value : OpeningBinds;
        var left = new HeldBefore(before, VerificationBinds, since, context.Binds);
        var binds = Held.FirstOrDefault(h => h.County == now && h.Verified == VerificationBinds) is { } again
            && !Missed.Any(m => m.Since == again.Since && m.Kind is ClockKind.Verify or ClockKind.Assign)
            ? again.Since.AddDays(ChinaTime.DateAt(context.Binds).DayNumber - ChinaTime.DateAt(again.Left).DayNumber)
            : context.Binds;
        return this with { OpeningBinds = binds, Held = [.. Held.Where(h => h.County != before && h.County != now), left] };
    }

    private sealed record HeldBefore(RegionCode County, DateTimeOffset? Verified, DateTimeOffset Since, DateTimeOffset Left);

    internal static bool IsImported(EventContext context) => context.Role == Role.Importer;

    private static ImmutableSortedDictionary<Leg, LegState> Begin(ImmutableArray<LegOrder> orders, EventContext context) =>
        orders.ToImmutableSortedDictionary(o => o.Leg, o => LegState.Begin(o, context));

    private Hazard With(Leg leg, EventContext context, Func<LegState, LegState> change, bool own = true)
    {
        var before = Legs[leg];
        var after = change(before);
        if (after.Stage != before.Stage)
            after = after with { Since = context.OccurredAt, Binds = context.Binds };
        return this with
        {
            Legs = Legs.SetItem(leg, own ? after with { LastHeardAt = Later(after.LastHeardAt, context.OccurredAt) } : after),
        };
    }

    // A step that the clock took for a duty of no leg (publishing a listing, say), or of another than the leg's body, was not taken against
    // the legs.
    private Hazard Took(ISupervisionStep taken, EventContext context)
    {
        var (step, leg, duties) = (taken.Step, taken.Leg, taken.Duties);
        var hazard = this with
        {
            Steps = Steps.SetItem(step, Steps.GetValueOrDefault(step) + 1),
            Missed = [.. Missed.Select(m => Concerns(m) ? m with { Rungs = m.Rungs.Add(step), Proposed = m.Proposed.Remove(step) } : m)],
        };
        if ((leg is null && duties is not null) || (taken.Against is not null && context.Role == Role.Clock))
            return hazard;
        foreach (var (name, state) in Legs)
            if (leg is null || leg == name)
                hazard = hazard with
                {
                    Legs = hazard.Legs.SetItem(name, state with
                    {
                        // Against another than the leg's body it is not counted as against the leg; who took it has acted all the same.
                        Steps = taken.Against is null ? state.Steps.SetItem(step, state.Steps.GetValueOrDefault(step) + 1) : state.Steps,
                        SupervisedAt = context.Body == state.Supervisor
                            ? Later(state.SupervisedAt, context.OccurredAt)
                            : state.SupervisedAt,
                    }),
                };
        return hazard;

        bool Concerns(MissedClock missed) =>
            duties is { } only ? missed.Leg == leg && only.Contains(missed.Kind) : leg is null || missed.Leg == leg;
    }

    // What the service's own clock asks for has no number, and asks for the duty that was missed and for no reply. Who gave its leg back is
    // not asked for what is asked of all.
    private Hazard Noticed(SupervisionNoticeIssued e, EventContext context)
    {
        if (e.Duties is not null || context.Document is not { } number)
            return this;
        var notice = new NoticeToAnswer(number, context.OccurredAt, context.Body, e.ReplyOwed == true ? e.ReplyBy : null);
        return this with
        {
            Legs = Legs.SetItems(Legs.Values.Where(l => e.Leg is null ? l.Stage != LegStage.Returned : e.Leg == l.Leg)
                .Select(l => KeyValuePair.Create(l.Leg, l with { Notices = l.Notices.Add(notice) }))),
        };
    }

    private Hazard WithMissed(ClockKind clock, Leg? leg, DateOnly due, Func<MissedClock, MissedClock> change) =>
        this with { Missed = [.. Missed.Select(m => m.Kind == clock && m.Leg == leg && m.Due == due ? change(m) : m)] };

    /// <summary>The record of a clock's deadline having been noticed as missed; null when it was not.</summary>
    public MissedClock? MissedOf(Clock clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        foreach (var missed in Missed)
            if (missed.Kind == clock.Kind && missed.Leg == clock.Leg && missed.Due == clock.Due && missed.Since == clock.Since)
                return missed;
        return null;
    }

    // An older act that is entered late does not undo that the body has acted since.
    private static DateTimeOffset Later(DateTimeOffset? before, DateTimeOffset now) => before > now ? before.Value : now;

    private static InvalidOperationException Impossible(IHazardEvent happened) =>
        new($"{happened.GetType().Name} cannot happen here: the stream is damaged");
}

/// <summary>One leg as its events leave it.</summary>
public sealed record LegState
{
    /// <summary>Which leg.</summary>
    public required Leg Leg { get; init; }

    /// <summary>The body that answers for it.</summary>
    public required BodyId Body { get; init; }

    /// <summary>The body that assigned it.</summary>
    public required BodyId AssignedBy { get; init; }

    /// <summary>The body that did assign it, where that could not see to it any more and another stands for it now (责任移交).</summary>
    public BodyId? OrderedBy { get; init; }

    /// <summary>督办单位 of this leg.</summary>
    public BodyId? Supervisor { get; init; }

    /// <summary>What is to be done.</summary>
    public required string Instructions { get; init; }

    /// <summary>整改责任人, in words.</summary>
    public string? ResponsiblePerson { get; init; }

    /// <summary>整改期限 now.</summary>
    public required DateOnly Deadline { get; init; }

    /// <summary>整改期限 at first.</summary>
    public required DateOnly FirstDeadline { get; init; }

    /// <summary>True where the deadline is the policy's default and not a person's decision.</summary>
    public bool DeadlineAssumed { get; init; }

    /// <summary>Whether its deadline is what a ledger said, or the default for what it did not say, and nobody's decision since.</summary>
    [JsonIgnore]
    public bool DeadlineByLedger { get; init; }

    /// <summary>Whether it is this body's because a ledger names it.</summary>
    [JsonIgnore]
    public bool NamedByLedger { get; init; }

    /// <summary>Where it stands.</summary>
    public LegStage Stage { get; init; }

    /// <summary>Since when it stands there.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>From when somebody else than who brought it there owes something for that (<see cref="EventContext.Binds"/>).</summary>
    internal DateTimeOffset Binds { get; init; }

    /// <summary>From when a body owes something for the acceptance: its own counts from when it says that it accepted.</summary>
    internal DateTimeOffset AcceptanceBinds(BodyId? owner) => AcceptedBy == owner ? Since : Binds;

    /// <summary>When it was assigned to this body.</summary>
    public required DateTimeOffset AssignedAt { get; init; }

    /// <summary>From when the body is bound by that: an assignment that is entered late tells it on the day of its entry.</summary>
    [JsonIgnore]
    public DateTimeOffset AssignmentBinds { get; init; }

    /// <summary>The day on which it became the body's, where it is asked what the body missed: of a ledger, what the ledger says.</summary>
    [JsonIgnore]
    public DateOnly AssignedOn => ChinaTime.DateAt(NamedByLedger ? AssignedAt : AssignmentBinds);

    /// <summary>
    /// The later day on which the assignment was entered (补录), from which the body is bound by it; null where it was not late.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateOnly? EnteredOn => ChinaTime.DateAt(AssignedAt) < AssignedOn ? AssignedOn : null;

    /// <summary>Since when nothing was heard of the body.</summary>
    [JsonIgnore]
    public DateTimeOffset SilentSince => LegSilence.Since(LastHeardAt, AssignedAt, EnteredOn);

    /// <summary>From when its supervisor is bound by being named.</summary>
    internal DateTimeOffset SupervisorBound { get; init; }

    /// <summary>When it was acknowledged.</summary>
    public DateTimeOffset? AcknowledgedAt { get; init; }

    /// <summary>The day on which that counts, where it is asked whether it was in time.</summary>
    public DateOnly? AcknowledgedOn { get; init; }

    /// <summary>Why it was returned, if it was.</summary>
    public string? ReturnReason { get; init; }

    /// <summary>The newest plan.</summary>
    public PlanState? Plan { get; init; }

    /// <summary>Funds committed, 万元.</summary>
    public decimal? Funds { get; init; }

    /// <summary>When funds were first committed.</summary>
    public DateTimeOffset? FundsAt { get; init; }

    /// <summary>When the first plan was submitted that no review has failed since.</summary>
    public DateTimeOffset? PlannedAt { get; init; }

    /// <summary>The edition of the calendar by which its acknowledgement was due, once that is over: no later one moves it.</summary>
    internal int? AcknowledgeEdition { get; init; }

    /// <summary>五到位: since when the plan has all five, without a break.</summary>
    public DateTimeOffset? FiveAt { get; init; }

    /// <summary>How often interim measures were reported.</summary>
    public int InterimMeasures { get; init; }

    /// <summary>All done.</summary>
    internal const int Whole = 100;

    /// <summary>What is left to be done is not all done, whatever was declared.</summary>
    internal const int MostUndone = Whole - 1;

    /// <summary>
    /// Progress, 0 to 100. A declaration says 100; where the re-inspection fails, it is what was reported before, and less than
    /// 100.
    /// </summary>
    public int Percent { get; init; }

    /// <summary>When progress was last reported.</summary>
    internal DateTimeOffset? ProgressedAt { get; init; }

    /// <summary>Progress as it was before completion was declared.</summary>
    internal int Reported { get; init; }

    /// <summary>Spent so far, 万元.</summary>
    public decimal? Spent { get; init; }

    /// <summary>The extension asked for and not yet decided.</summary>
    public ExtensionRequest? Request { get; init; }

    /// <summary>How many extensions were granted.</summary>
    public int Extensions { get; init; }

    /// <summary>When an extension was last granted or refused.</summary>
    [JsonIgnore]
    public DateTimeOffset? ExtensionDecidedAt { get; init; }

    /// <summary>When its deadline was last put off: by an extension, or for the days that production stood still.</summary>
    public DateTimeOffset? ExtendedAt { get; init; }

    /// <summary>When completion was declared, if it stands.</summary>
    public DateTimeOffset? DeclaredAt { get; init; }

    /// <summary>The day on which that counts, where it is asked whether it was in time.</summary>
    public DateOnly? DeclaredOn { get; init; }

    /// <summary>How often re-inspection failed.</summary>
    public int Failed { get; init; }

    /// <summary>Deadlines that were missed before the present one was set, in order.</summary>
    [JsonIgnore]
    public ImmutableArray<Lateness> Late { get; init; } = [];

    /// <summary>
    /// Since when it is owed again: completion that was declared did not last, or a later deadline was set after one was missed.
    /// </summary>
    [JsonIgnore]
    public DateOnly? Resumed { get; init; }

    /// <summary>The day on which its return counts, if it was returned.</summary>
    [JsonIgnore]
    public DateOnly? ReturnedOn { get; init; }

    /// <summary>The first day on which it is late, as far as it is not done by then.</summary>
    /// <param name="due">The deadline that binds it.</param>
    internal DateOnly FirstLate(DateOnly due)
    {
        var (first, assigned) = (due.AddDays(1), AssignedOn.AddDays(1));
        first = first < assigned ? assigned : first;
        first = Resumed > first ? Resumed.Value : first;
        return Late is [.., var last] && last.Until >= first ? last.Until.AddDays(1) : first;
    }

    /// <summary>When it was accepted.</summary>
    public DateTimeOffset? AcceptedAt { get; init; }

    /// <summary>Who accepted it.</summary>
    public BodyId? AcceptedBy { get; init; }

    /// <summary>What the acceptance in force had with it.</summary>
    internal Acceptance? Acceptance { get; init; }

    /// <summary>The notices it was sent and has not replied to, in order. Acceptance ends what they asked for.</summary>
    public ImmutableArray<NoticeToAnswer> Notices { get; init; } = [];

    /// <summary>When the leg's own body last acted; null while it has been silent since the assignment.</summary>
    public DateTimeOffset? LastHeardAt { get; init; }

    /// <summary>When the leg's supervisor last acted on it, or was named.</summary>
    public DateTimeOffset? SupervisedAt { get; init; }

    /// <summary>How often each supervision step was taken against this leg.</summary>
    public ImmutableSortedDictionary<SupervisionStep, int> Steps { get; init; } = ImmutableSortedDictionary<SupervisionStep, int>.Empty;

    /// <summary>Back to rectification. An acceptance that did not last is none at the first attempt.</summary>
    internal LegState Undone(DateOnly deadline) => this with
    {
        Stage = LegStage.Rectifying,
        Failed = Failed + 1,
        Deadline = deadline,
        DeclaredAt = null,
        DeclaredOn = null,
        Percent = Math.Min(Reported, MostUndone),
    };

    internal LegState Planned(PlanSubmitted plan, EventContext context)
    {
        var five = PlanState.IsFiveInPlace(plan);
        return this with
        {
            FundsAt = plan.Funds is null ? FundsAt : FundsAt ?? context.OccurredAt,
            PlannedAt = PlannedAt ?? context.OccurredAt,
            FiveAt = five ? FiveAt ?? context.OccurredAt : null,
            PlansBefore = five || FiveAt is null ? PlansBefore : PlansBefore.Add(PlanUntil(context.OccurredAt)!),
        };
    }

    internal LegState WithoutPlan(DateTimeOffset failed) => this with
    {
        PlansBefore = PlanUntil(failed) is { } plan ? PlansBefore.Add(plan) : PlansBefore, PlannedAt = null, FiveAt = null,
    };

    /// <summary>
    /// Plans there were, each as long as it was in force with what it had: until a review failed it, or one with less followed.
    /// </summary>
    [JsonIgnore]
    public ImmutableArray<PlanTerm> PlansBefore { get; init; } = [];

    /// <summary>The plan in force as one that ends then; null without one.</summary>
    /// <param name="end">When; the end of time, where it goes on.</param>
    public PlanTerm? PlanUntil(DateTimeOffset end) => PlannedAt is not { } planned ? null
        : new PlanTerm(PlansBefore is [.., var last] && last.Until > planned ? last.Until : planned, FiveAt, end);

    internal static LegState Begin(LegOrder order, EventContext context) => new()
    {
        Leg = order.Leg,
        Body = order.Body,
        AssignedBy = context.Body,
        Supervisor = order.Supervisor,
        Instructions = order.Instructions,
        ResponsiblePerson = order.ResponsiblePerson,
        Deadline = order.Deadline,
        FirstDeadline = order.Deadline,
        DeadlineAssumed = order.DeadlineAssumed,
        DeadlineByLedger = Hazard.IsImported(context),
        NamedByLedger = Hazard.IsImported(context),
        Stage = LegStage.Assigned,
        Since = context.OccurredAt,
        AssignedAt = context.OccurredAt,
        Binds = context.BindsFor(order.Body),
        AssignmentBinds = context.BindsFor(order.Body),
        SupervisorBound = context.BindsFor(order.Supervisor),
    };
}

/// <summary>What an acceptance had with it, by which a graver level is judged later.</summary>
/// <param name="Level">The hazard's level then.</param>
/// <param name="Attachments">How many photos and papers.</param>
/// <param name="Inspectors">Whether the inspectors were named.</param>
/// <param name="Document">Whether it had a document number.</param>
internal sealed record Acceptance(Level? Level, int Attachments, bool Inspectors, bool Document)
{
    public static Acceptance Of(LegAccepted e, Level? level, EventContext context) => new(
        level, context.Attachments.IsDefault ? 0 : context.Attachments.Length, !string.IsNullOrWhiteSpace(e.Inspectors),
        context.Document is not null);
}

/// <summary>A plan as long as it was in force.</summary>
/// <param name="Planned">Since when there was one.</param>
/// <param name="Five">Since when it had all five; null: never.</param>
/// <param name="Until">Until when.</param>
public sealed record PlanTerm(DateTimeOffset Planned, DateTimeOffset? Five, DateTimeOffset Until);

/// <summary>A leg's newest plan.</summary>
/// <param name="Since">When it was submitted, or reviewed.</param>
/// <param name="Funds">万元.</param>
/// <param name="Verdict">Of the review; null until reviewed.</param>
/// <param name="SubmittedAt">When it was submitted.</param>
/// <param name="FiveInPlace">五到位: it says something on measures, responsible persons, funds, time limits and the emergency plan.</param>
public sealed record PlanState(DateTimeOffset Since, decimal? Funds, Verdict? Verdict, DateTimeOffset SubmittedAt, bool FiveInPlace)
{
    /// <summary>From when the other one owes what comes next.</summary>
    internal DateTimeOffset Binds { get; init; } = Since;

    internal static bool IsFiveInPlace(PlanSubmitted plan) =>
        (plan.Parts.ContainsKey(PlanPart.Funds) || plan.Funds is not null)
        && plan.Parts.ContainsKey(PlanPart.Measures) && plan.Parts.ContainsKey(PlanPart.Responsible)
        && plan.Parts.ContainsKey(PlanPart.TimeLimits) && plan.Parts.ContainsKey(PlanPart.Emergency);
}

/// <summary>A 督办通知书 that waits for its reply.</summary>
/// <param name="Number">Its 文号.</param>
/// <param name="At">When it was issued.</param>
/// <param name="By">By whom.</param>
/// <param name="ReplyBy">The last day for the reply; null where none is owed by a day.</param>
public sealed record NoticeToAnswer(DocumentNumber Number, DateTimeOffset At, BodyId By, DateOnly? ReplyBy);

/// <summary>A deadline that was missed before a later one was set.</summary>
/// <param name="Due">Its last day.</param>
/// <param name="First">The first day on which it was late.</param>
/// <param name="Until">When completion was declared, or the later deadline set.</param>
public readonly record struct Lateness(DateOnly Due, DateOnly First, DateOnly Until);

/// <summary>A merger of a hazard.</summary>
/// <param name="Into">What it went on as.</param>
/// <param name="Until">When it was reopened; null while it is merged.</param>
public readonly record struct Merger(HazardId Into, DateTimeOffset? Until);

/// <summary>A time when nothing was to be done about a hazard.</summary>
/// <param name="Since">Closed, rejected or merged.</param>
/// <param name="Until">Reopened.</param>
/// <param name="Closed">Whether it was closed, and neither rejected nor merged.</param>
public readonly record struct Rest(DateTimeOffset Since, DateTimeOffset Until, bool Closed);

/// <summary>An extension asked for.</summary>
public sealed record ExtensionRequest(DateTimeOffset At, DateOnly From, DateOnly To)
{
    /// <summary>From when it is owed to decide on it.</summary>
    internal DateTimeOffset Binds { get; init; } = At;
}

/// <summary>The listing in force.</summary>
public sealed record Listing(ListingLevel Level, BodyId By, DateTimeOffset At, DateOnly Deadline, DocumentNumber? Document)
{
    /// <summary>Where it was made public.</summary>
    public string? PublishedIn { get; init; }

    /// <summary>When.</summary>
    public DateTimeOffset? PublishedAt { get; init; }

    /// <summary>Since when it is to be made public: that it was listed, or that it still is although its end was made public.</summary>
    internal DateTimeOffset PublishFrom { get; init; } = At;

    /// <summary>What is required.</summary>
    [JsonIgnore]
    public string Requirements { get; init; } = "";

    /// <summary>With whom it was filed.</summary>
    public BodyId? FiledWith { get; init; }

    /// <summary>When.</summary>
    public DateTimeOffset? FiledAt { get; init; }
}

/// <summary>The newest end of a listing.</summary>
/// <param name="Level">The level it was listed at.</param>
/// <param name="By">The body that had listed it: it must make the end public.</param>
/// <param name="At">When it was delisted.</param>
/// <param name="Medium">Where the listing had been made public.</param>
/// <param name="PublishedAt">When the end was.</param>
public sealed record Delisting(ListingLevel Level, BodyId By, DateTimeOffset At, string? Medium, DateTimeOffset? PublishedAt)
{
    /// <summary>From when others owe what was the lister's alone to do.</summary>
    internal DateTimeOffset Binds { get; init; } = At;

    /// <summary>From when the one that had listed it owes to make the end public.</summary>
    internal DateTimeOffset PublishFrom { get; init; } = At;

    /// <summary>Why.</summary>
    [JsonIgnore]
    public DelistingGround Ground { get; init; }

    /// <summary>In words.</summary>
    [JsonIgnore]
    public string Reason { get; init; } = "";
}

/// <summary>One listing from its beginning to its end.</summary>
/// <param name="Level">The level.</param>
/// <param name="By">Who listed.</param>
/// <param name="At">When.</param>
/// <param name="Deadline">To be rectified by the end of this day.</param>
/// <param name="EndedAt">When it was delisted; null while in force.</param>
/// <param name="Ground">Why it was delisted.</param>
public sealed record ListingTerm(
    ListingLevel Level, BodyId By, DateTimeOffset At, DateOnly Deadline, DateTimeOffset? EndedAt, DelistingGround? Ground)
{
    /// <summary>Whether it counts as a listing: one made in error never was one.</summary>
    public bool Counts => Ground != DelistingGround.ListedInError;

    /// <summary>The listing as it was when it ended, where it may be in force again.</summary>
    internal Listing? Whole { get; init; }

    /// <summary>Whether its end was made public.</summary>
    internal bool EndPublished { get; init; }
}

/// <summary>A body's term on a leg that is over.</summary>
/// <param name="Leg">The leg as the body left it.</param>
/// <param name="EndedAt">When it was given back, reassigned or reopened.</param>
/// <param name="Recurred">Whether a closed hazard came back and ended it.</param>
/// <param name="LookedBack">When the hazard was looked back at during it.</param>
public sealed record PastLeg(LegState Leg, DateTimeOffset EndedAt, bool Recurred, ImmutableArray<DateTimeOffset> LookedBack)
{
    /// <summary>The day on which its end counts, where it is asked until when it was owed.</summary>
    [JsonIgnore]
    public DateOnly CountsOn { get; init; } = ChinaTime.DateAt(EndedAt);
}

/// <summary>A deadline that was noticed as missed, and the rungs of the ladder climbed since.</summary>
/// <param name="Kind">The duty.</param>
/// <param name="Leg">The leg, if one.</param>
/// <param name="Since">When the duty began.</param>
/// <param name="Due">The last day it had.</param>
/// <param name="NoticedAt">When the service noticed.</param>
public sealed record MissedClock(ClockKind Kind, Leg? Leg, DateTimeOffset Since, DateOnly Due, DateTimeOffset NoticedAt)
{
    /// <summary>Who owed the duty; null: the committee office of the region.</summary>
    public BodyId? Body { get; init; }

    /// <summary>Where the hazard was then: the committee office of another place has missed nothing.</summary>
    [JsonIgnore]
    public RegionCode Region { get; init; }

    /// <summary>Steps taken since, or declined.</summary>
    public ImmutableSortedSet<SupervisionStep> Rungs { get; init; } = [];

    /// <summary>Steps proposed and not yet decided.</summary>
    public ImmutableSortedSet<SupervisionStep> Proposed { get; init; } = [];

    /// <summary>The bodies asked to decide them; the committee office of the region for a step that is not here.</summary>
    public ImmutableSortedDictionary<SupervisionStep, BodyId> Asked { get; init; } =
        ImmutableSortedDictionary<SupervisionStep, BodyId>.Empty;

    /// <summary>The body asked to decide a step; null: the committee office of the region.</summary>
    internal BodyId? AskedFor(SupervisionStep step) => Asked.TryGetValue(step, out var body) ? body : null;
}

/// <summary>The stop of production in force.</summary>
public sealed record Suspension(DateTimeOffset Since, BodyId By, bool Whole, string Scope, DateTimeOffset? RequestedAt)
{
    /// <summary>The day from which it puts off deadlines: an order with an earlier date gives nobody days.</summary>
    public DateOnly CountsFrom { get; init; } = ChinaTime.DateAt(Since);

    /// <summary>From when it is owed to look, for the application.</summary>
    internal DateTimeOffset RequestBinds { get; init; }

    /// <summary>When it was last looked whether production may go on, and it might not.</summary>
    [JsonIgnore]
    public DateTimeOffset? ReviewedAt { get; init; }

    /// <summary>Who looks whether production may go on.</summary>
    [JsonIgnore]
    public BodyId Reviewer { get; init; } = By;
}

/// <summary>The closure in force, and the newest look-back since.</summary>
public sealed record Closure(
    DateTimeOffset At, BodyId By, ClosureGround Ground, DateTimeOffset? LookedBackAt, LookbackResult? Result, int Lookbacks = 0)
{
    /// <summary>Who looks back.</summary>
    [JsonIgnore]
    public BodyId Watcher { get; init; } = By;
}

/// <summary>Another ending.</summary>
public sealed record Ending(DateTimeOffset At, BodyId By, string Reason);
