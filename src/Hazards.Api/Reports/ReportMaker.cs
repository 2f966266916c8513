using System.Collections.Frozen;
using System.Collections.Immutable;
using Hazards.Api.Administration.Policies;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;

namespace Hazards.Api.Reports;

/// <summary>What report is wanted.</summary>
internal sealed record ReportRequest(ReportKind Kind, RegionCode Region, Period Period, DateTimeOffset? KnownAt, DateOnly Today)
{
    public bool Cumulated { get; init; }

    /// <summary>By which version of the layouts.</summary>
    public int Template { get; init; } = ReportMaker.Template;

    public Breakdown Breakdown { get; init; }

    public HazardKind? HazardKind { get; init; }

    public Guid? Campaign { get; init; }

    /// <summary>The name of the campaign.</summary>
    public string? CampaignName { get; init; }

    public string? Cursor { get; init; }

    /// <summary>Items a page; null for all, up to a bound.</summary>
    public int? Limit { get; init; }

    /// <summary>How many overdue duties a bulletin names at most; null: as many as it names.</summary>
    public int? Named { get; init; }

    public FigureScope Scope
    {
        get
        {
            var scope = new FigureScope(Region, Period, KnownAt, Today, HazardKind, Campaign)
            {
                InForceAlone = Template < ReportMaker.ClosedAsItWas,
            };
            return Cumulated ? scope.Cumulated() : scope;
        }
    }

    /// <summary>Whether the period has not ended on the day looked from.</summary>
    public bool Provisional => Today <= Period.Last;
}

/// <summary>
/// Makes reports from figures. The same request as known at the same instant gives the same answer for ever: nothing but the
/// rows, the policy in force on the period's last day and the names of that instant go into it.
/// </summary>
internal sealed class ReportMaker(FigureQueries figures, HazardFiles files, RulebookSource rules, SectorCatalogue sectors)
{
    /// <summary>
    /// The version of the layouts: raised whenever what is written for the same figures changes. What was frozen by an earlier one is
    /// made again by that.
    /// </summary>
    /// <remarks>
    /// 2: 自查自改 is counted apart from 立行立改. 3: a deadline is the end of its day in bulletins too, and quotas count hazards and not
    /// listings. 4: what had been missed or closed counts in its own period although a later deadline was set or the hazard reopened since,
    /// and a delisting gives nobody days. 5: the days that a bulletin names are the body's, as in rankings. 6: so it is in the table, too,
    /// and with plans; and what had been rejected or merged, and was reopened, was open.
    /// </remarks>
    public const int Template = 6;

    /// <summary>The first that counts 自查自改 apart.</summary>
    public const int OwnChecksApart = 2;

    /// <summary>The first whose bulletins name what is overdue as the overdue list does, and whose quotas count each hazard once.</summary>
    public const int DaysAsListed = 3;

    /// <summary>The first that goes by the deadlines and closures that stood in the period.</summary>
    public const int DaysAsTheyWere = 4;

    /// <summary>The first whose bulletins count the days as rankings do: from when the body was told, or owed it again.</summary>
    public const int DaysOfTheBody = 5;

    /// <summary>The first whose tables count what was closed or planned by the end, though it was reopened or reassigned since.</summary>
    public const int ClosedAsItWas = 6;

    /// <summary>How many overdue duties a bulletin names at most.</summary>
    public const int MostNamed = 300;

    private const int MostRows = 5000;
    private const int RowsOfPage = 200;
    private const int MostRanked = 3000;

    /// <summary>The periods a report may be frozen for; figures may be asked for any.</summary>
    public static PeriodKind? PeriodOf(ReportKind kind) => kind switch
    {
        ReportKind.MonthlyTable => PeriodKind.Month,
        ReportKind.QuarterlyReport => PeriodKind.Quarter,
        ReportKind.AnnualReport => PeriodKind.Year,
        _ => null,
    };

    /// <summary>Makes one.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="stop">Stops.</param>
    /// <param name="kept">Figures that were counted for somebody else are good enough; null: everything is counted, as a report
    /// that is frozen or verified must be.</param>
    public async Task<(ReportAnswer? Answer, Refusal? Refusal)> MakeAsync(
        ReportRequest request, CancellationToken stop, KeptAnswers? kept = null)
    {
        var policy = rules.Current.PolicyOn(request.Region, request.Period.Last);
        var scope = request.Scope;
        var name = Regions.FullNameOf(request.Region);
        var answer = new ReportAnswer(
            Labels.Of(request.Kind), $"{name}{request.Period.Chinese}{CodeList.Chinese(request.Kind)}", request.Region, name,
            request.Period, request.Period.Chinese,
            scope.First, scope.Last, request.KnownAt, await figures.PositionAsync(request.KnownAt, stop), request.Provisional, policy.Version)
        {
            Notes = FigureNotes.Of(request.Kind, request.Template), Narrowed = Narrowed(request),
        };
        if (answer.Narrowed is { } part)
            answer = answer with { Title = $"{answer.Title}（{part}）" };
        return request.Kind switch
        {
            ReportKind.MonthlyTable => (await WithTableAsync(answer, request, kept, stop), null),
            ReportKind.QuarterlyReport or ReportKind.AnnualReport => await PeriodicAsync(answer, request, kept, stop),
            ReportKind.TwoLists => await ListsAsync(answer, request, new ListChoice(null, FoundInPeriod: false, OpenAtEnd: false), stop),
            ReportKind.FourRegimes =>
                await ListsAsync(answer, request, new ListChoice(Level.Major, FoundInPeriod: false, OpenAtEnd: false), stop),
            ReportKind.Bulletin => (await BulletinAsync(answer, request, kept, stop), null),
            ReportKind.Quotas => (answer with { Quotas = await QuotasAsync(request, stop) }, null),
            _ => await RankAsync(answer, request, policy, kept, stop),
        };
    }

    // A part is never taken for the whole, on paper either.
    private static string? Narrowed(ReportRequest request)
    {
        var parts = new[]
        {
            request.Campaign is { } id ? $"只计专项行动“{request.CampaignName ?? id.ToString()}”中发现的" : null,
            request.HazardKind is { } kind ? $"只计{CodeList.Chinese(kind)}隐患" : null,
            // A visit is of no kind.
            request.HazardKind is null ? null : request.Kind switch
            {
                ReportKind.MonthlyTable or ReportKind.QuarterlyReport or ReportKind.AnnualReport or ReportKind.Bulletin => "检查单位不分种类",
                _ => null,
            },
        };
        return string.Join("，", parts.OfType<string>()) is { Length: > 0 } text ? text : null;
    }

    private async Task<ReportAnswer> WithTableAsync(ReportAnswer answer, ReportRequest request, KeptAnswers? kept, CancellationToken stop)
    {
        var table = await TableAsync(request.Scope, request.Breakdown, kept, stop);
        return answer with { Position = table.Position, Table = Section(request.Period, request, table) };
    }

    private Task<MonthlyTable> TableAsync(FigureScope scope, Breakdown breakdown, KeptAnswers? kept, CancellationToken stop) =>
        CountAsync(scope, breakdown, s => figures.MonthlyTableAsync(scope, breakdown, s), t => t.Lines.Length, kept, stop);

    /// <summary>Counts, or takes what was counted for somebody else where that is good enough.</summary>
    private static Task<T> CountAsync<T>(
        FigureScope scope, object besides, Func<CancellationToken, Task<T>> count, Func<T, int> sizeOf, KeptAnswers? kept, CancellationToken stop) where T : notnull =>
        kept is null
            ? count(stop)
            : kept.GetAsync((scope with { KnownAt = null }, besides), scope.KnownAt, scope.Region, count, sizeOf, stop);

    private TableSection Section(Period period, ReportRequest request, MonthlyTable table)
    {
        var (breakdown, apart) = (request.Breakdown, request.Template >= OwnChecksApart);
        var order = sectors.Entries.Select((e, i) => (e.Code, i)).ToDictionary(p => p.Code, p => p.i, StringComparer.Ordinal);
        var lines = table.Lines
            .OrderBy(l => breakdown == Breakdown.Sector ? order.GetValueOrDefault(l.Key, int.MaxValue) : 0)
            .ThenBy(l => l.Key, StringComparer.Ordinal)
            .Select(l => TableLine.Of(l, apart, breakdown == Breakdown.Sector ? sectors.Find(SectorCode.Parse(l.Key)).Chinese : Regions.NameOf(RegionCode.Parse(l.Key))));
        return new TableSection(period.Value, Labels.Of(breakdown), [.. lines], TableLine.Of(table.Total, apart, "合计"));
    }

    private async Task<(ReportAnswer?, Refusal?)> PeriodicAsync(
        ReportAnswer answer, ReportRequest request, KeptAnswers? kept, CancellationToken stop)
    {
        var previous = request.Scope with { Period = request.Period.Previous, First = request.Period.Previous.First };
        var before = await TableAsync(previous, request.Breakdown, kept, stop);
        answer = await WithTableAsync(answer, request, kept, stop) with { Previous = Section(previous.Period, request, before) };
        var (cards, next, refusal) = await CardsAsync(request, new ListChoice(Level.Major, FoundInPeriod: false, OpenAtEnd: true), stop);
        return refusal is null ? (answer with { OpenMajor = cards, Next = next }, null) : (null, refusal);
    }

    private async Task<(ReportAnswer?, Refusal?)> ListsAsync(
        ReportAnswer answer, ReportRequest request, ListChoice choice, CancellationToken stop)
    {
        var (cards, next, refusal) = await CardsAsync(request, choice, stop);
        if (refusal is not null)
            return (null, refusal);
        answer = answer with { Hazards = cards, Next = next };
        return (request.Kind == ReportKind.TwoLists ? answer with { Measures = [.. cards!.SelectMany(c => c.Plans)] } : answer, null);
    }

    private async Task<(IReadOnlyList<HazardCard>? Cards, string? Next, Refusal? Refusal)> CardsAsync(
        ReportRequest request, ListChoice choice, CancellationToken stop)
    {
        var cards = new List<HazardCard>();
        var cursor = request.Cursor;
        choice = choice with { AsNow = request.Template < DaysAsTheyWere };
        do
        {
            var page = await figures.HazardsAsync(request.Scope, choice, cursor, request.Limit ?? RowsOfPage, stop);
            cards.AddRange(await CardsOfAsync(page.Items, request, stop));
            cursor = page.Next;
            if (cards.Count > MostRows)
                return (null, null, FigureRefusals.TooLong.Because(null, ("max", MostRows)));
        }
        while (cursor is not null && request.Limit is null);
        return (cards, cursor, null);
    }

    /// <summary>A page of the hazards that a cell of the monthly table counts.</summary>
    public async Task<(IReadOnlyList<HazardCard> Cards, string? Next)> CellAsync(
        ReportRequest request, MonthlyColumn column, string? line, CancellationToken stop)
    {
        var page = await figures.CountedAsync(
            request.Scope, request.Breakdown, column, line, request.Cursor, request.Limit ?? RowsOfPage, stop);
        return (await CardsOfAsync(page.Items, request, stop), page.Next);
    }

    /// <summary>Why a table can have no such line; null where it can.</summary>
    public Refusal? NoSuchLine(string? line, Breakdown breakdown, RegionCode region)
    {
        var can = line is null || (breakdown == Breakdown.Sector
            ? SectorCode.TryParse(line, out var sector, out _) && sectors.Knows(sector)
            : RegionCode.TryParse(line, out var below, out _) && below.Value == line && region.Contains(below) && Regions.Exists(below));
        return can ? null : FigureRefusals.NoSuchLine.Because("line", ("value", Texts.Excerpt(line)), ("region", region.Value));
    }

    private async Task<IReadOnlyList<HazardCard>> CardsOfAsync(
        IReadOnlyCollection<HazardId> hazards, ReportRequest request, CancellationToken stop)
    {
        var read = await files.ReadAsync(hazards, request.KnownAt, stop);
        var names = await figures.NamesAsync(read.SelectMany(f => HazardCards.BodiesOf(f.Hazard)), request.KnownAt, stop);
        var cards = new HazardCards(names, sectors, inForce: request.Template < DaysAsTheyWere);
        return [.. read.Select(cards.Of)];
    }

    private async Task<ReportAnswer> BulletinAsync(ReportAnswer answer, ReportRequest request, KeptAnswers? kept, CancellationToken stop)
    {
        answer = await WithTableAsync(answer, request, kept, stop);
        var named = request.Named ?? MostNamed;
        // Which legs, and no words of theirs: those are read each time.
        var (before, present, fromLastDay) =
            (request.Template < DaysAsListed, request.Template < DaysAsTheyWere, request.Template < DaysOfTheBody);
        var (longest, all) = await CountAsync(
            request.Scope, (named, before, present, fromLastDay),
            s => figures.OverdueAsync(request.Scope, named, before, present, fromLastDay, s),
            o => o.Longest.Length, kept, stop);
        var read = (await files.ReadAsync([.. longest.Select(o => o.Hazard).Distinct()], request.KnownAt, stop))
            .ToDictionary(f => f.Hazard.Id, f => f.Hazard);
        var names = await figures.NamesAsync(longest.Select(o => o.Body), request.KnownAt, stop);
        return answer with { Overdue = new OverdueSection(all, [.. longest.Select(o => Line(o, read[o.Hazard], names))]) };
    }

    private static OverdueLine Line(OverdueLeg overdue, Hazard hazard, IReadOnlyDictionary<string, string> names)
    {
        var steps = hazard.Legs.TryGetValue(overdue.Leg, out var leg) && leg.Body == overdue.Body ? leg.Steps : hazard.Steps;
        return new OverdueLine(
            overdue.Body, names.GetValueOrDefault(overdue.Body.Value, overdue.Body.Value), overdue.Hazard, hazard.Title,
            hazard.Level is { } level ? CodeList.Chinese(level) : null,
            CodeList.Chinese(overdue.Leg), Labels.Of(overdue.Duty), overdue.Due, overdue.Days,
            steps.GetValueOrDefault(SupervisionStep.Urge), steps.GetValueOrDefault(SupervisionStep.Notice),
            steps.GetValueOrDefault(SupervisionStep.Criticism));
    }

    private async Task<(ReportAnswer?, Refusal?)> RankAsync(
        ReportAnswer answer, ReportRequest request, Policy policy, KeptAnswers? kept, CancellationToken stop)
    {
        // A policy that has such a ranking for another period has decided so.
        var rule = policy.Rankings.FirstOrDefault(r => r.Kind == request.Kind && r.Every == request.Period.Kind)
            ?? (policy.Rankings.All(r => r.Kind != request.Kind) ? RankingRule.Default(request.Kind, request.Period.Kind) : null);
        if (rule is null)
            return (null, FigureRefusals.NotRanked.Because(
                "period", ("region", request.Region.Value), ("period", request.Period.Value), ("policy", policy.Version)));
        var bodies = request.Kind == ReportKind.BodyRanking;
        var present = request.Template < DaysAsTheyWere;
        var tallies = await CountAsync(
            request.Scope, (bodies, present), s => figures.TalliesAsync(request.Scope, bodies, present, s), t => 6 * t.Count, kept, stop);
        var names = bodies
            ? (await figures.BodiesAsync(request.Region, rule.Bodies, request.KnownAt, MostRanked, stop))
                .ToDictionary(b => b.Id.Value, b => b.Name, StringComparer.Ordinal)
            : Regions.All.Where(r => r.Code.Level == RegionLevel.County && request.Region.Contains(r.Code))
                .ToDictionary(r => r.Code.Value, r => r.Name, StringComparer.Ordinal);
        var participants = names.Keys.Select(
            k => tallies.TryGetValue(k, out var found) ? (k, found.Legs, (IReadOnlyCollection<Tally>)found.Tallies) : (k, 0L, []));
        var lines = Ranking.Rank(rule, participants);
        return (answer with
        {
            Ranking = new RankingSection(
                [.. rule.Weights.Select(w => new FormulaPart(Labels.Of(w.Key)!, w.Value))], rule.Source, rule.LeastLegs,
                [.. lines.Select(l => new RankingLine(l.Rank, l.Key, names[l.Key], l.Score, l.Legs, l.Measures))]),
        }, null);
    }

    /// <summary>Every region of the level that a rule names owes it, by the policy in force for that region.</summary>
    private async Task<IReadOnlyList<QuotaLine>> QuotasAsync(ReportRequest request, CancellationToken stop)
    {
        var made = await figures.ListingsAsync(request.Scope, request.Template < DaysAsListed, stop);
        var lines = new List<QuotaLine>();
        foreach (var region in Owing(request.Region))
            foreach (var quota in rules.Current.PolicyOn(region.Code, request.Period.Last).Quotas.Where(q => q.Of == region.Code.Level && q.Every == request.Period.Kind))
            {
                var counted = made.Where(m => region.Code.Contains(m.County) && m.Level >= quota.Listing
                    && (quota.Kind is null || m.Kind == quota.Kind)).ToArray();
                var listed = quota.DifferentSectors ? counted.Select(m => m.Sector).Distinct().Count() : counted.Sum(m => m.Count);
                lines.Add(new QuotaLine(
                    region.Code, region.Name, Labels.Of(quota.Listing)!, Labels.Of(quota.Kind), quota.DifferentSectors, quota.AtLeast,
                    listed, listed >= quota.AtLeast, quota.Source));
            }
        return lines;
    }

    /// <summary>A region and the named ones in it.</summary>
    public static IEnumerable<NamedRegion> Owing(RegionCode region) =>
        region.IsNation || Regions.All.Any(r => r.Code == region)
            ? Regions.All.Where(r => region.Contains(r.Code))
            : [new NamedRegion(region, Regions.NameOf(region))];
}

/// <summary>Makes cards of hazards.</summary>
/// <param name="names">Of the bodies.</param>
/// <param name="sectors">Their names.</param>
/// <param name="inForce">Whether only the listing in force binds: as was done before.</param>
internal sealed class HazardCards(IReadOnlyDictionary<string, string> names, SectorCatalogue sectors, bool inForce)
{
    public static IEnumerable<BodyId> BodiesOf(Hazard hazard) =>
        hazard.Legs.Values.SelectMany(l => new[] { l.Body, l.Supervisor, l.AssignedBy, l.OrderedBy }).Append(hazard.AssignedBy)
            .OfType<BodyId>();

    private string Name(BodyId id) => names.GetValueOrDefault(id.Value, id.Value);

    private DateOnly DeadlineOf(Hazard hazard, LegState leg)
    {
        if (!inForce)
            return hazard.DeadlineOf(leg);
        return hazard.Listing is { } listing && listing.Deadline < leg.Deadline && !(leg.ExtendedAt >= listing.At)
            ? listing.Deadline
            : leg.Deadline;
    }

    public HazardCard Of(HazardFile file)
    {
        var hazard = file.Hazard;
        var verified = file.Story.Select(s => s.Event).OfType<HazardVerified>().LastOrDefault();
        var harm = string.Join("；", new[] { hazard.GradingBasis, verified?.Findings }.Where(t => !string.IsNullOrWhiteSpace(t)));
        return new HazardCard(
            hazard.Id, Regions.NameOf(hazard.Region), sectors.Find(hazard.Sector).Chinese,
            hazard.Level is { } level ? CodeList.Chinese(level) : null,
            ChinaTime.DateAt(hazard.FoundAt), hazard.Title, hazard.Description, harm.Length == 0 ? null : harm, hazard.Enterprise?.Name,
            hazard.Place?.Text,
            CodeList.Chinese(hazard.Stage), CodeList.Chinese(hazard.Source),
            hazard.Legs.IsEmpty ? null : Assigned(hazard), Ledger(hazard), Closed(hazard), Circulated(file), Plans(file));
    }

    private AssignmentColumn Assigned(Hazard hazard) => new(
        ChinaTime.DateAt(hazard.Legs.Values.Min(l => l.AssignedAt)),
        Name(hazard.Legs.Values.First().OrderedBy ?? hazard.AssignedBy ?? hazard.Legs.Values.First().AssignedBy),
        [
            .. hazard.Legs.Values.Select(l => new AssignedLeg(
                CodeList.Chinese(l.Leg), Name(l.Body), l.Supervisor is { } s ? Name(s) : null, Day(l.AcknowledgedAt),
                DeadlineOf(hazard, l))),
        ]);

    private FiguresLedgerColumn Ledger(Hazard hazard)
    {
        var listing = hazard.Listings.LastOrDefault(l => l.Counts);
        return new FiguresLedgerColumn(
            listing is null ? null : CodeList.Chinese(listing.Level), Day(listing?.At), hazard.Listing?.Document?.Value,
            hazard.Legs.IsEmpty ? null : hazard.Legs.Values.Min(l => l.Percent), hazard.Suspension is not null,
            hazard.Legs.IsEmpty ? null : hazard.Legs.Values.Max(l => DeadlineOf(hazard, l)));
    }

    private static ClosureColumn Closed(Hazard hazard) => new(
        hazard.Legs.IsEmpty || hazard.Legs.Values.Any(l => l.AcceptedAt is null) ? null : Day(hazard.Legs.Values.Max(l => l.AcceptedAt)),
        Day(hazard.Closure?.At), hazard.Closure is { } closure ? CodeList.Chinese(closure.Ground) : null, hazard.LookedBack.Length,
        hazard.Reopened);

    private static CirculationColumn Circulated(HazardFile file) => new(
        file.Story.Count(s => s.Event is LegUrged), file.Story.Count(s => s.Event is SupervisionNoticeIssued),
        file.Story.Count(s => s.Event is InterviewHeld), file.Story.Count(s => s.Event is CriticismCirculated),
        [.. file.Story.Where(s => s.Event is SupervisionNoticeIssued or CriticismCirculated && s.Context.Document is not null).Select(s => s.Context.Document?.Value).OfType<string>()]);

    private List<MeasureLine> Plans(HazardFile file)
    {
        var hazard = file.Hazard;
        var lines = new List<MeasureLine>();
        foreach (var leg in hazard.Legs.Values)
        {
            var plan = leg.Plan is null ? null : file.Story.Select(s => s.Event).OfType<PlanSubmitted>().Last(p => p.Leg == leg.Leg);
            lines.Add(new MeasureLine(
                hazard.Id, hazard.Title, CodeList.Chinese(leg.Leg), Name(leg.Body), leg.ResponsiblePerson,
                plan?.Parts.ToImmutableSortedDictionary(p => CodeList.Chinese(p.Key), p => p.Value,
                    StringComparer.Ordinal) ?? ImmutableSortedDictionary<string, string>.Empty, plan?.KeptElsewhere,
                leg.Funds, leg.Spent, DeadlineOf(hazard, leg), leg.Plan?.Verdict is { } verdict ? CodeList.Chinese(verdict) : null,
                leg.Percent));
        }
        return lines;
    }

    private static DateOnly? Day(DateTimeOffset? instant) => instant is { } known ? ChinaTime.DateAt(known) : null;
}

/// <summary>The definitions that go with figures, in the words of the reports.</summary>
internal static class FigureNotes
{
    private static Words[] Table(int template) =>
    [
        new(
            "排查数：发现日期在报表期内、未认定不属实或并案的隐患；立行立改、自查自改的另计，不在其内；尚未定级的另计。",
            "Found: in the period, neither unfounded nor merged; those fixed on the spot or by the enterprise's own "
            + "check, and those not graded yet, are counted apart."),
        template < ReportMaker.ClosedAsItWas
            ? new(
                "整改数：其中截至期末已验收销号的；重新开案的不计。整改率保留一位小数，期内没有排查出的不计算。",
                "Rectified: of those, accepted and closed by the period's end and not reopened. Rates have one decimal, "
                + "and none where nothing was found.")
            : new(
                "整改数：其中期末已验收销号的，期后重新开案的仍计。整改率保留一位小数，期内没有排查出的不计算。",
                "Rectified: of those, accepted and closed at the period's end, though reopened after it. Rates have one decimal, "
                + "and none where nothing was found."),
        new(
            "列入治理计划：截至期末未销号、已报整改方案且审查未退回的重大隐患；五到位：措施、责任人、资金、时限、预案俱全。",
            "In a plan: major, not closed by the end, with a plan that no review has failed; all five: measures, "
            + "persons, funds, time limits, emergency plan."),
        new(
            "挂牌督办：截至期末曾挂牌的重大隐患（挂牌有误的除外）；省级含国家级。",
            "Listed: major hazards that were listed by the end, but not in error; by the province includes the State."),
        new(
            "资金：本年1月1日至期末各整改方案落实的资金累计，万元；退回、改派的不计。检查单位按户计，同一单位多次检查计一户。",
            "Funds: committed by plans from 1 January to the end, 10,000 yuan; not of legs returned or reassigned. A "
            + "unit inspected several times is one."),
    ];

    private static readonly FrozenDictionary<string, string> InEnglish = Enum.GetValues<ReportKind>()
        .SelectMany(k => Notes(k, ReportMaker.Template)).Distinct()
        .ToFrozenDictionary(n => n.Chinese, n => n.English, StringComparer.Ordinal);

    public static IReadOnlyList<string> Of(ReportKind kind, int template)
    {
        var notes = Notes(kind, template).Select(n => n.Chinese);
        return [.. template >= ReportMaker.OwnChecksApart ? notes : notes.Select(n => n.Replace("、自查自改", "", StringComparison.Ordinal))];
    }

    /// <summary>A note in English, for pages in it; as it is where it is one of an older layout.</summary>
    public static string English(string note) => InEnglish.GetValueOrDefault(note, note);

    private static Words[] Notes(ReportKind kind, int template) => kind switch
    {
        ReportKind.MonthlyTable or ReportKind.QuarterlyReport or ReportKind.AnnualReport => Table(template),
        ReportKind.Bulletin =>
        [
            .. Table(template),
            template < ReportMaker.DaysOfTheBody
                ? new(
                    "超期：截至期末应签收未签收、应完成整改未申报的事项，天数自到期次日起算至期末。",
                    "Overdue: what should have been acknowledged, or declared complete, by the period's end; days from the "
                    + "day after the due day to the end.")
                : new(
                    "超期：截至期末应签收未签收、应完成整改未申报的事项，天数自到期次日起算至期末；到期后才登记交办或期限的、"
                    + "申报后被退回的，自登记次日、退回之日起算。",
                    "Overdue: what should have been acknowledged, or declared complete, by the period's end; days from the "
                    + "day after the due day to the end, or, where the assignment or the deadline was entered after it had passed, "
                    + "from the day after the entry, and where what was declared was refused, from the refusal."),
        ],
        ReportKind.BodyRanking or ReportKind.CountyRanking =>
        [
            new(
                "各指标0至100分，按制度规定的权重加权；没有事项的指标不计，其权重按比例分给其他指标；得分相同名次并列。",
                "Each measure is 0 to 100, weighted as the policy says; one without a case leaves its weight to the "
                + "others; equal scores share a rank."),
            new(
                "每项均列出分子、分母，可逐项核对。在办不足规定数的列出但不排名。",
                "Every measure shows its numerator and denominator. Who had fewer legs in hand than required is shown and "
                + "not ranked."),
        ],
        ReportKind.Quotas when template < ReportMaker.DaysAsListed =>
            [new("按挂牌日期计入所在期，摘牌后仍计；挂牌有误的不计。", "Counted by the day of listing, also after a delisting; not those listed in error.")],
        ReportKind.Quotas =>
        [
            new(
                "期内挂牌的重大隐患，每项计一次，摘牌后仍计；挂牌有误、不属实和并案的不计。",
                "Major hazards listed in the period, each once, also after a delisting; not those listed in error, "
                + "unfounded or merged."),
        ],
        ReportKind.TwoLists or ReportKind.FourRegimes =>
        [
            new(
                "清单为报表期内任一日尚未销号的隐患，按发现日期排列；不含立行立改、自查自改、不属实和并案的。",
                "Hazards that were not closed on some day of the period, by the day found; not those fixed on the spot or "
                + "by own checks, unfounded or merged."),
        ],
        _ => [],
    };
}
