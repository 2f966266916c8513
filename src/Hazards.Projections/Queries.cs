using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections.Writing;

namespace Hazards.Projections;

/// <summary>Whose eyes look, and at which instant: every query takes one.</summary>
/// <param name="Jurisdiction">Nothing outside it is found.</param>
/// <param name="AsOf">The recorded instant to look from; null for now.</param>
/// <param name="Today">The date in China that overdue is judged by: of <paramref name="AsOf"/>, or today.</param>
public sealed record Scope(RegionCode Jurisdiction, DateTimeOffset? AsOf, DateOnly Today)
{
    /// <summary>
    /// An enterprise: of the hazards within the jurisdiction only its own are found (<see cref="Hazard.Concerns"/>). Null: all.
    /// </summary>
    public Body? Own { get; init; }
}

/// <summary>A page of a list.</summary>
/// <param name="Items">The items, in order.</param>
/// <param name="Next">Opaque cursor of the next page; null on the last.</param>
public sealed record Page<T>(ImmutableArray<T> Items, string? Next);

/// <summary>What the lists can be narrowed by; all that is given must hold.</summary>
public sealed record HazardFilter
{
    /// <summary>Hazards in this region.</summary>
    public RegionCode? Region { get; init; }

    /// <summary>In one of these sectors.</summary>
    public ImmutableArray<SectorCode> Sectors { get; init; } = [];

    /// <summary>At one of these stages.</summary>
    public ImmutableArray<Stage> Stages { get; init; } = [];

    /// <summary>Of this level.</summary>
    public Level? Level { get; init; }

    /// <summary>Safety or natural disaster.</summary>
    public HazardKind? Kind { get; init; }

    /// <summary>From one of these sources.</summary>
    public ImmutableArray<ReportSource> Sources { get; init; } = [];

    /// <summary>Listed (at any level) or not.</summary>
    public bool? Listed { get; init; }

    /// <summary>Listed at this level.</summary>
    public ListingLevel? ListingLevel { get; init; }

    /// <summary>This body answers for a leg.</summary>
    public BodyId? Body { get; init; }

    /// <summary>This body must act next: an open clock is its own.</summary>
    public BodyId? Owes { get; init; }

    /// <summary>With <see cref="Owes"/>: or nobody is named yet, and the committee office of this region must act.</summary>
    public ImmutableArray<RegionCode> OwesAsOffice { get; init; } = [];

    /// <summary>Whether a clock is one of those that <see cref="Owes"/> asks for; all are where it does not.</summary>
    /// <param name="body">Who must act; null: the committee office.</param>
    /// <param name="region">Where the hazard is.</param>
    public bool IsOwed(BodyId? body, RegionCode region) => Owes is not { } owes || Clocks.IsOwedBy(body, region, owes, OwesAsOffice);

    /// <summary>An open clock is of this kind; of the body in <see cref="Owes"/>, where both are given.</summary>
    public ClockKind? Duty { get; init; }

    /// <summary>And due on this date or earlier.</summary>
    public DateOnly? DueBy { get; init; }

    /// <summary>And due on this date or later.</summary>
    public DateOnly? DueFrom { get; init; }

    /// <summary>One of these bodies answers for a leg; any when empty.</summary>
    public ImmutableArray<BodyId> Bodies { get; init; } = [];

    /// <summary>One of these bodies must act next; any when empty.</summary>
    public ImmutableArray<BodyId> Owing { get; init; } = [];

    /// <summary>Whether no duty and nobody who owes one is asked for: then the earliest of all duties says when a hazard is due.</summary>
    [JsonIgnore]
    public bool AnyDuty => this is { Duty: null, Owes: null, Owing.IsEmpty: true };

    /// <summary>Reported by a system of this name under a number of its own.</summary>
    public string? System { get; init; }

    /// <summary>Reported under this number of the reporting system.</summary>
    public string? Reference { get; init; }

    /// <summary>Listed by this body.</summary>
    public BodyId? ListedBy { get; init; }

    /// <summary>The listing's own deadline has passed, or not.</summary>
    public bool? ListingOverdue { get; init; }

    /// <summary>Belongs to the enterprise with this credit code.</summary>
    public CreditCode? Enterprise { get; init; }

    /// <summary>In one of these regions; anywhere when empty.</summary>
    public ImmutableArray<RegionCode> Regions { get; init; } = [];

    /// <summary>Found in this inspection.</summary>
    public Guid? Inspection { get; init; }

    /// <summary>Found in this campaign.</summary>
    public Guid? Campaign { get; init; }

    /// <summary>现场上报: reported on a phone by this account.</summary>
    public Guid? Reporter { get; init; }

    /// <summary>Found on this date or later.</summary>
    public DateOnly? FoundFrom { get; init; }

    /// <summary>Found on this date or earlier.</summary>
    public DateOnly? FoundTo { get; init; }

    /// <summary>Any open clock is overdue, or none is.</summary>
    public bool? Overdue { get; init; }

    /// <summary>Reopened at least once, or never.</summary>
    public bool? Reopened { get; init; }

    /// <summary>The report was entered late (补录), or promptly.</summary>
    public bool? Late { get; init; }

    /// <summary>Handed over to two legs, or not.</summary>
    public bool? Dual { get; init; }

    /// <summary>Full text in title, description, place, enterprise and reference: all words, in any order.</summary>
    public string? Text { get; init; }
}

/// <summary>Order of the ledger.</summary>
public enum LedgerSort
{
    /// <summary>登记时间.</summary>
    [Label("登记时间", "When it was first recorded")] Recorded,

    /// <summary>发现时间.</summary>
    [Label("发现时间", "When it was found")] Found,

    /// <summary>最近变动.</summary>
    [Label("最近变动", "When it last changed")] Changed,

    /// <summary>最近到期.</summary>
    [Label("最近到期", "The earliest due date of an open clock; hazards without one last")] Due,
}

/// <summary>Order of the list of what is overdue or due.</summary>
public enum DueSort
{
    /// <summary>最早到期.</summary>
    [Label("最早到期的在前", "The earliest due first")] Due,

    /// <summary>等级.</summary>
    [Label("重大的在前，其次最早到期", "Major hazards first; of a level, the earliest due first")] Level,

    /// <summary>区划.</summary>
    [Label("按区划，其次最早到期", "By region; in a region, the earliest due first")] Region,

    /// <summary>应办单位.</summary>
    [Label("按最早到期事项的应办单位，其次最早到期", "By the body that owes the earliest duty; of a body, the earliest due first")] Body,
}

/// <summary>A leg as lists show it.</summary>
public sealed record LegItem(
    Leg Leg, BodyId Body, LegStage Stage, DateOnly Deadline, bool DeadlineAssumed, BodyId? Supervisor, string? ResponsiblePerson,
    DateTimeOffset AssignedAt, DateTimeOffset? AcknowledgedAt, DateTimeOffset? LastHeardAt, int Percent, int Failed, int Extensions,
    bool ExtensionPending, int Urged,
    DateTimeOffset? SupervisedAt = null)
{
    /// <summary>
    /// The later day on which the assignment was entered (补录), from which the body is bound by it; null where it was not late.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateOnly? EnteredOn { get; init; }

    /// <summary>Since when nothing was heard of the body.</summary>
    [JsonIgnore]
    public DateTimeOffset SilentSince => LegSilence.Since(LastHeardAt, AssignedAt, EnteredOn);
}

/// <summary>An open clock as lists show it.</summary>
/// <param name="Kind">The duty.</param>
/// <param name="Leg">The leg, if one.</param>
/// <param name="Body">Who must act; null: the committee office of the region.</param>
/// <param name="Since">Since when.</param>
/// <param name="Due">The last day.</param>
/// <param name="DaysOverdue">Days past due at the scope's date; 0 or less when not overdue.</param>
/// <param name="Next">The supervision step the policy's ladder asks for next; null when none is due or all are taken.</param>
/// <param name="Provisional">True while the due date is counted through a year whose working days are not announced.</param>
public sealed record ClockItem(
    ClockKind Kind, Leg? Leg, BodyId? Body, DateTimeOffset Since, DateOnly Due, int DaysOverdue, SupervisionStep? Next,
    bool Provisional = false)
{
    /// <summary>红黄绿, at the scope's date.</summary>
    public Light Light { get; init; }

    /// <summary>The warning it goes by: the policy's, or 产品默认值.</summary>
    public WarningCited? Warning { get; init; }

    /// <summary>The clock itself, but for whether it is counted in working days.</summary>
    public Clock ToClock() => new(Kind, Leg, Body, Since, Due, Provisional);
}

/// <summary>A hazard as lists show it.</summary>
public sealed record HazardItem(
    HazardId Id, long Version, long Position, DateTimeOffset FirstRecordedAt, DateTimeOffset RecordedAt, DateTimeOffset FoundAt, bool Late,
    RegionCode Region, SectorCode Sector, HazardKind Kind, ReportSource Source, string? Category, string Title, string? Place,
    string? EnterpriseName, CreditCode? EnterpriseCode, ExternalReference? Reference, string? ReportedLevel, string? LedgerState,
    Level? Level, Stage Stage, ListingLevel? ListingLevel, BodyId? ListedBy, DateTimeOffset? ListedAt, DateOnly? ListingDeadline,
    DocumentNumber? ListingDocument,
    BodyId ReportedBy, BodyId? AssignedBy, ImmutableArray<LegItem> Legs, ImmutableArray<ClockItem> Clocks,
    bool Suspended, BodyId? EscalatedTo, ClosureGround? ClosureGround, DateTimeOffset? ClosedAt, LookbackResult? Lookback, int Reopened, HazardId? MergedInto)
{
    /// <summary>The listing in force with its publication and filing; the register of listed hazards shows them.</summary>
    [JsonIgnore]
    public Listing? Listing { get; init; }
}

/// <summary>One count of the closed-loop board.</summary>
/// <param name="Region">The region the hazards are gathered under (one administrative level below the board's own).</param>
/// <param name="Sector">The sector.</param>
/// <param name="Stage">The stage.</param>
/// <param name="Level">The level; null while not graded.</param>
/// <param name="Count">Hazards.</param>
/// <param name="Overdue">Of those, with an overdue clock.</param>
/// <param name="DueSoon">Of those, with no overdue clock but one due within the policy's warning days.</param>
public sealed record BoardCell(RegionCode Region, SectorCode Sector, Stage Stage, Level? Level, int Count, int Overdue, int DueSoon);

/// <summary>The closed-loop status board.</summary>
public sealed record Board(RegionCode Region, DateTimeOffset? AsOf, DateOnly Today, long Position, ImmutableArray<BoardCell> Cells);

/// <summary>One level of the 挂牌督办 list in figures.</summary>
/// <param name="Level">The level.</param>
/// <param name="Count">Hazards listed at it.</param>
/// <param name="Overdue">Of those, with the listing's own deadline passed.</param>
public sealed record ListedCount(ListingLevel Level, int Count, int Overdue);

/// <summary>How many hazards are overdue, or due soon; each counted up to <see cref="Most"/>.</summary>
/// <param name="Overdue">With an overdue duty.</param>
/// <param name="Within3">With none overdue, and one due today or within three days.</param>
/// <param name="Within7">The same within seven days.</param>
/// <param name="All">With any duty.</param>
public sealed record DueCounts(int Overdue, int Within3, int Within7, int All)
{
    /// <summary>Counting ends here: whoever has so many before him needs no exact number.</summary>
    public const int Most = 1000;
}

/// <summary>Listed hazards by level, lister and county.</summary>
/// <param name="Level">The level.</param>
/// <param name="By">Who listed them.</param>
/// <param name="County">Where: the county, or the wider region of a hazard that lies in none.</param>
/// <param name="Count">Hazards.</param>
/// <param name="Overdue">Of those, with the listing's own deadline passed.</param>
/// <param name="Ready">Of those, accepted by every leg: ready to be delisted.</param>
public sealed record ListedGroup(ListingLevel Level, BodyId By, RegionCode County, int Count, int Overdue, int Ready);

/// <summary>Overdue clocks by body and duty.</summary>
/// <param name="Body">Who must act; null: the committee office of the region.</param>
/// <param name="Kind">The duty.</param>
/// <param name="Count">Clocks: a hazard whose two legs are both late counts twice.</param>
/// <param name="MostDays">Days by which the longest is overdue.</param>
public sealed record OverdueCount(BodyId? Body, ClockKind Kind, int Count, int MostDays);

/// <summary>The read side of hazards.</summary>
public interface IHazardQueries
{
    /// <summary>台账: filtered, sorted, a page at a time (1 to 200).</summary>
    Task<Page<HazardItem>> LedgerAsync(
        Scope scope, HazardFilter filter, LedgerSort sort, bool descending, string? cursor, int limit,
        CancellationToken cancellationToken = default);

    /// <summary>One hazard's row; null when there is none in the jurisdiction at that instant.</summary>
    Task<HazardItem?> FindAsync(Scope scope, HazardId id, CancellationToken cancellationToken = default);

    /// <summary>闭环看板: stage × region × sector.</summary>
    Task<Board> BoardAsync(Scope scope, RegionCode region, int dueSoonDays, CancellationToken cancellationToken = default);

    /// <summary>挂牌督办清单: listed hazards, those with the fewest days left first.</summary>
    Task<Page<HazardItem>> ListedAsync(
        Scope scope, HazardFilter filter, string? cursor, int limit, CancellationToken cancellationToken = default);

    /// <summary>The same in figures by level.</summary>
    Task<ImmutableArray<ListedCount>> ListedCountsAsync(Scope scope, RegionCode region, CancellationToken cancellationToken = default);

    /// <summary>The same by level, lister and county, with those that are ready to be delisted.</summary>
    Task<ImmutableArray<ListedGroup>> ListedGroupsAsync(Scope scope, RegionCode region, CancellationToken cancellationToken = default);

    /// <summary>超期清单: hazards with an overdue clock, the longest overdue first.</summary>
    Task<Page<HazardItem>> OverdueAsync(
        Scope scope, HazardFilter filter, string? cursor, int limit, CancellationToken cancellationToken = default);

    /// <summary>超期和临期清单: hazards with a duty that is due by the filter's <see cref="HazardFilter.DueBy"/>, in an order.</summary>
    Task<Page<HazardItem>> DueAsync(
        Scope scope, HazardFilter filter, DueSort sort, string? cursor, int limit, CancellationToken cancellationToken = default);

    /// <summary>How many of the filter's hazards are overdue, or due soon.</summary>
    Task<DueCounts> DueCountsAsync(Scope scope, HazardFilter filter, CancellationToken cancellationToken = default);

    /// <summary>
    /// 事后补知: how many of the filter's hazards were found by the scope's instant and not on record then, but are now. What was
    /// due is not asked.
    /// </summary>
    Task<int> KnownLaterAsync(Scope scope, HazardFilter filter, CancellationToken cancellationToken = default);

    /// <summary>The same in figures: which body, which duty, how many, how long.</summary>
    Task<ImmutableArray<OverdueCount>> OverdueCountsAsync(Scope scope, RegionCode region, CancellationToken cancellationToken = default);
}

/// <summary>The read side of bodies, keys, accounts and webhooks.</summary>
public interface IRegistryQueries
{
    /// <summary>The bodies with these ids, as they are now; unknown ids are left out.</summary>
    Task<IReadOnlyDictionary<BodyId, Body>> BodiesAsync(IReadOnlyCollection<BodyId> ids, CancellationToken cancellationToken = default) =>
        BodiesAsync(ids, null, cancellationToken);

    /// <summary>The same, as they were known at an instant.</summary>
    Task<IReadOnlyDictionary<BodyId, Body>> BodiesAsync(
        IReadOnlyCollection<BodyId> ids, DateTimeOffset? asOf, CancellationToken cancellationToken = default);

    /// <summary>Their names alone, as every list says them; as of an instant, those that they had then.</summary>
    Task<SortedDictionary<string, string>> NamesOfBodiesAsync(
        IReadOnlyCollection<BodyId> ids, DateTimeOffset? asOf, CancellationToken cancellationToken = default);

    /// <summary>安委办 of exactly these regions, those that are not dissolved.</summary>
    Task<ImmutableArray<Body>> OfficesAsync(IReadOnlyCollection<RegionCode> regions, CancellationToken cancellationToken = default) =>
        OfficesAsync(regions, null, cancellationToken);

    /// <summary>The same, as they were known at an instant.</summary>
    Task<ImmutableArray<Body>> OfficesAsync(
        IReadOnlyCollection<RegionCode> regions, DateTimeOffset? asOf, CancellationToken cancellationToken = default);

    /// <summary>
    /// Every committee office that there ever was of the regions of a body that was one, of those within and of wider ones; none, where it
    /// never was one.
    /// </summary>
    Task<ImmutableArray<OfficeHeld>> OfficesHeldAsync(BodyId body, CancellationToken cancellationToken = default);

    /// <summary>
    /// Bodies of these kinds that have to do with a place: in its county, or of a region that holds it; the wider first, at
    /// most 300.
    /// </summary>
    Task<ImmutableArray<Body>> NearAsync(
        RegionCode place, IReadOnlyCollection<BodyKind> kinds, CancellationToken cancellationToken = default);

    /// <summary>下属单位: a body and all that belong to it, directly or by others, as they are now.</summary>
    Task<ImmutableArray<BodyId>> WithSubordinatesAsync(BodyId body, CancellationToken cancellationToken = default);

    /// <summary>One body as of an instant; null when there was none.</summary>
    Task<Body?> BodyAsync(BodyId id, DateTimeOffset? asOf, CancellationToken cancellationToken = default);

    /// <summary>The regions of the committee offices within any of these that were there at an instant, or are now.</summary>
    Task<IReadOnlySet<RegionCode>> OfficeRegionsAsync(
        IReadOnlyCollection<RegionCode> within, DateTimeOffset? asOf, CancellationToken cancellationToken = default);

    /// <summary>Bodies within a region, by id; filtered by kind, sector, part of the name; dissolved ones only when asked for.</summary>
    Task<Page<Body>> ListBodiesAsync(
        RegionCode region, BodyKind? kind, SectorCode? sector, string? name, bool dissolved, DateTimeOffset? asOf, string? cursor,
        int limit, CancellationToken cancellationToken = default);

    /// <summary>
    /// The key with this digest; null when there is none. Revoked and expired ones are found too: the caller says why it does
    /// not open.
    /// </summary>
    Task<ApiKey?> KeyAsync(Sha256Digest digest, CancellationToken cancellationToken = default);

    /// <summary>Keys within a region, by id.</summary>
    Task<ImmutableArray<ApiKey>> ListKeysAsync(RegionCode region, CancellationToken cancellationToken = default);

    /// <summary>The jurisdictions of a body's keys and accounts that are open at an instant.</summary>
    Task<ImmutableArray<RegionCode>> ReachAsync(BodyId body, DateTimeOffset now, CancellationToken cancellationToken = default);

    /// <summary>
    /// The account with this login, as it is kept (<see cref="Logins"/>); null when there is none. Closed ones are found too.
    /// </summary>
    Task<Account?> AccountAsync(string login, CancellationToken cancellationToken = default);

    /// <summary>An account; null when there is none.</summary>
    Task<Account?> AccountAsync(Guid id, CancellationToken cancellationToken = default);

    /// <summary>Accounts within a region, by login; filtered by body; closed ones only when asked for.</summary>
    Task<Page<Account>> ListAccountsAsync(
        RegionCode region, BodyId? body, bool closed, string? cursor, int limit, CancellationToken cancellationToken = default);

    /// <summary>A webhook; null when there is none. Removed ones are found too.</summary>
    Task<Webhook?> WebhookAsync(Guid id, CancellationToken cancellationToken = default);

    /// <summary>Webhooks within a region, in the order they were registered; removed ones only when asked for.</summary>
    Task<ImmutableArray<Webhook>> ListWebhooksAsync(RegionCode region, bool removed, CancellationToken cancellationToken = default);
}

/// <summary>
/// What is handed to the log as <c>StreamAppend.Row</c>: the state after the append, to be written as a row with its events.
/// </summary>
public abstract record PendingState
{
    private PendingState() { }

    /// <summary>封存: what the change was decided without; never of a rebuild, which repeats what has passed already.</summary>
    public ImmutableArray<SealGuard> Guards { get; init; } = [];

    /// <summary>A hazard before (null when new) and after the append.</summary>
    public sealed record OfHazard(Hazard? Before, Hazard After, Rulebook Rules) : PendingState
    {
        // Made where the state is made, by whoever appends: the log's one writer only sends it. While a batch is being
        // committed, the callers of the next are making theirs.
        internal HazardRow Row { get; } = HazardRow.From(After, Rules);

        /// <summary>What its events tell, one by one.</summary>
        public ImmutableArray<EventNotice> Notices { get; init; } = [];

        internal ChangedFacts Facts { get; } = ChangedFacts.Between(Before, After, Rules);
    }

    /// <summary>Openings of a message by the append.</summary>
    public sealed record OfOpenings(ImmutableArray<Opening> Openings) : PendingState;

    /// <summary>A body after the append.</summary>
    public sealed record OfBody(Body After) : PendingState;

    /// <summary>A report after the append.</summary>
    public sealed record OfReport(Report After) : PendingState;

    /// <summary>A key after the append.</summary>
    public sealed record OfKey(ApiKey After) : PendingState;

    /// <summary>An account after the append.</summary>
    public sealed record OfAccount(Account After) : PendingState;

    /// <summary>A webhook after the append.</summary>
    public sealed record OfWebhook(Webhook After) : PendingState;

    /// <summary>A campaign after the append.</summary>
    public sealed record OfCampaign(Campaign After) : PendingState;

    /// <summary>An inspection after the append.</summary>
    public sealed record OfInspection(Inspection After) : PendingState;

    /// <summary>A look: the only event of its stream.</summary>
    public sealed record OfLook(IAccessEvent Happened, EventContext Context) : PendingState;

    /// <summary>The erasure of a person: it has no row, but a seal may stop it.</summary>
    public sealed record OfErasure : PendingState;

    /// <summary>A seal after the append.</summary>
    public sealed record OfSeal(Seal After) : PendingState;
}
