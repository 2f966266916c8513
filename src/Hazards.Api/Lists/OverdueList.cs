using System.Collections.Immutable;
using System.Text.Json;
using Hazards.Api.Administration.Policies;
using Hazards.Api.Supervision;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;

namespace Hazards.Api.Lists;

/// <summary>超期和临期清单: which duty of whom, days left or over, by which rule; both legs side by side, and who is silent.</summary>
internal static class OverdueList
{
    private const int FurthestDays = 3660;

    /// <summary>Its columns.</summary>
    public static readonly ImmutableArray<ListColumn<OverdueItem>> Columns =
    [
        new("days", "期限", "Days", 12, (i, w) => First(i) is { } d ? w.Days(d.DaysLeft) : null),
        new("light", "预警", "Light", 10, (i, w) => w.T(First(i)?.Light), Usual: false),
        new("title", "隐患", "Hazard", 40, (i, _) => i.Hazard.Title),
        new("level", "等级", "Level", 8, (i, w) => w.Level(i.Hazard.Level)),
        new("region", "区划", "Region", 14, (i, _) => ListWords.Region(i.Hazard.Region)),
        new("sector", "行业领域", "Sector", 14, (i, w) => w.Sector(i.Hazard.Sector), Usual: false),
        new("stage", "环节", "Stage", 12, (i, w) => w.T(i.Hazard.Stage), Usual: false),
        new("enterprise", "单位", "Enterprise", 28, (i, _) => i.Hazard.EnterpriseName, Usual: false),
        new("duty", "应办事项", "Duty", 24, (i, w) => Each(i, d => $"{w.T(d.Clock)}{(w.Leg(d.Leg) is { } leg ? $"（{leg}）" : "")}")),
        new("body", "应办单位", "Who must act", 26, (i, w) => Each(i, d => w.T(d.Body.Name, d.Body.NameInEnglish))),
        new("due", "到期日", "Due", 12, (i, _) => First(i)?.Due),
        new("legs", "双方进展", "Legs", 50, (i, w) => i.Legs.IsEmpty ? null : string.Join('\n', i.Legs.Select(w.Leg))),
        new(
            "silent", "沉默单位", "Silent", 26,
            (i, w) => Lines(i.Legs.Where(l => l.Silent)
                .Select(l => w.T($"{l.Body.Name}（{l.DaysSilent} 天）", $"{l.Body.Name} ({l.DaysSilent} d)"))), Usual: false),
        new("next", "下一步督办", "Next step", 14, (i, w) => First(i) is { Next: { } next } ? w.T(next) : null),
        new("why", "依据", "Rule", 44, (i, w) => Each(i, w.Why), Usual: false),
        new("listing", "挂牌层级", "Listed at", 12, (i, w) => i.Hazard.ListingLevel is { } level ? w.T(level) : null, Usual: false),
        new("found", "发现日期", "Found", 12, (i, _) => ChinaTime.DateAt(i.Hazard.FoundAt), Usual: false),
        new("id", "编号", "Id", 38, (i, _) => i.Hazard.Id.ToString(), Usual: false),
    ];

    private static readonly QueryParameter Duty = new(
        "duty", typeof(ClockKind), "哪项时限，即超期原因；与 owes 同给时指该单位的这项时限", "Which duty: the cause; of the body in owes, where both are given");

    public static void Map(IEndpointRouteBuilder api)
    {
        api.Get("/lists/overdue", new Operation(Tag.Lists,
            "超期和临期清单：哪项时限、哪个单位、超期或剩余几天、依据、双方进展、下一步；可按 Accept 或 format 给出 csv、xlsx",
            "Overdue and due soon: which clock, which body, how many days, by which rule, both legs, what next; as csv or xlsx by Accept or format")
        {
            Query =
            [
                .. Parameters.Filter.Where(p => p.Name != Duty.Name), Duty,
                new("within", typeof(int), $"也列出多少天内到期的，0–{FurthestDays}；不给时只列超期的。overdue=false 时只列尚未超期的",
                    $"Also what falls due within so many days, 0 to {FurthestDays}; only what is overdue when left out. With overdue=false only what is not overdue yet"),
                new("daysOverLeast", typeof(int), "至少超期多少天", "Overdue by so many days at least") { Least = 1, Most = FurthestDays },
                new("daysOverMost", typeof(int), "至多超期多少天", "Overdue by so many days at most") { Least = 1, Most = FurthestDays },
                new("sort", typeof(DueSort), "排序依据，默认 due", "What it is sorted by; due when left out"),
                .. ListFiles.Parameters(Columns.Select(c => c.Name)), .. Parameters.Page,
            ],
            Answer = typeof(OverduePage),
        }, ListAsync);
        api.Get(
            "/lists/overdue/windows",
            new Operation(
                Tag.Lists, "超期、3日内、7日内到期、全部有时限的隐患数（含销号后待回头看的），各数到1000为止",
                "How many are overdue, due within 3 and 7 days, and have any duty (closed ones to be looked back at too); each up to 1000")
        {
            Query = [.. Parameters.Filter.Where(p => p.Name != Duty.Name), Duty, Parameters.AsOf], Answer = typeof(DueWindows),
        }, WindowsAsync);
    }

    private static DateOnly Later(DateOnly? one, DateOnly other) => one > other ? one.Value : other;

    private static Duty? First(OverdueItem item) => item.Duties.IsEmpty ? null : item.Duties[0];

    private static string? Each(OverdueItem item, Func<Duty, string> say) => Lines(item.Duties.Select(say));

    private static string? Lines(IEnumerable<string> lines) => string.Join('\n', lines) is { Length: > 0 } text ? text : null;

    private static async Task<IResult> ListAsync(
        Call call, IHazardQueries hazards, IRegistryQueries registry, RulebookSource rules, Naming naming, KeptPages pages)
    {
        var scope = call.Scope();
        var filter = Parameters.ReadFilter(call.Query) with { Duty = call.Query.Code<ClockKind>("duty") };
        var within = (int?)call.Query.Number("within", 0, FurthestDays);
        var least = (int?)call.Query.Number("daysOverLeast", 1, FurthestDays);
        var most = (int?)call.Query.Number("daysOverMost", 1, FurthestDays);
        if (least > most)
            call.Query.Refuse(InputRefusals.OutOfRange.Because("daysOverLeast", ("value", least), ("min", 1), ("max", most)));
        var sort = call.Query.Code<DueSort>("sort") ?? DueSort.Due;
        filter = await Parameters.WithSubordinatesAsync(filter, call.Query, registry, call.Stop);
        var asked = ListFiles.Read(call, Columns);
        var (cursor, limit) = Parameters.ReadPage(call.Query);
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        var until = scope.Today.AddDays(within ?? -1);
        if (most is { } longest)
            filter = filter with { DueFrom = Later(filter.DueFrom, scope.Today.AddDays(-longest)) };
        if (least is { } days)
        {
            if (within is not null)
                return Call.Refuse(RequestRefusals.Parameter.Because("within", ("value", within), ("expected", new Words("不能与 daysOverLeast 同给", "not together with daysOverLeast"))));
            until = scope.Today.AddDays(-days);
        }
        if (within is not null || least is not null || !filter.AnyDuty)
            filter = filter with { DueBy = filter.DueBy < until ? filter.DueBy : until };
        if (within is null && filter.Overdue == false)
            // What is overdue and is not.
            return asked.IsFile
                ? await FileAsync(_ => Task.FromResult(new Page<HazardItem>([], null)))
                : await Parameters.NobodyAsync(call, registry) is { } nobody ? Call.Refuse(nobody)
                : Call.Json(new OverduePage([], null, scope.AsOf, scope.Today, await naming.OfAsync([], scope.AsOf, call.Stop)));
        if (within is null)
            filter = filter with { Overdue = true };
        if (asked.IsFile)
            return await FileAsync(c => hazards.DueAsync(scope, filter, sort, c, Parameters.FilePage, call.Stop));
        return await pages.JsonAsync(call, scope, filter.Region, async stop =>
        {
            var page = await RowsAsync(await hazards.DueAsync(scope, filter, sort, cursor, limit, stop), stop);
            return new OverduePage([.. page.Items], page.Next, scope.AsOf, scope.Today, page.Names)
            {
                KnownLater = await KnownLater.OfAsync(hazards, scope, filter, cursor, stop),
            };
        }, page => Parameters.NobodyAsync(call, cursor, page.Items.IsEmpty, registry));

        async Task<ListRows<OverdueItem>> RowsAsync(Page<HazardItem> found, CancellationToken stop)
        {
            var names = await naming.OfAsync(found.Items, scope.AsOf, stop);
            return new ListRows<OverdueItem>(
                [.. found.Items.Select(i => OverdueItem.Of(i, until, scope.Today, names, rules.Current))], found.Next, names);
        }

        Task<IResult> FileAsync(Func<string?, Task<Page<HazardItem>>> read) => ListFiles.OfAsync(
            call, registry, asked, ("overdue", within is null ? "超期清单" : "超期和临期清单", within is null ? "Overdue" : "Overdue and due"), scope,
            filter.Region ?? call.Caller.Jurisdiction, i => i.Hazard.Id, async c => await RowsAsync(await read(c), call.Stop));
    }

    private static async Task<IResult> WindowsAsync(Call call, IHazardQueries hazards, IRegistryQueries registry, KeptAnswers kept)
    {
        var scope = call.Scope();
        var filter = Parameters.ReadFilter(call.Query) with { Duty = call.Query.Code<ClockKind>("duty") };
        filter = await Parameters.WithSubordinatesAsync(filter, call.Query, registry, call.Stop);
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        // An enterprise's are its own; what words find changes when personal data are erased.
        var counts = scope.Own is not null || filter.Text is not null
            ? await hazards.DueCountsAsync(scope, filter, call.Stop)
            : await kept.GetAsync(
                (scope with { AsOf = null }, JsonSerializer.Serialize(filter, DomainJson.Options)), scope.AsOf,
                filter.Region ?? scope.Jurisdiction,
                stop => hazards.DueCountsAsync(scope, filter, stop), _ => 1, call.Stop);
        if (counts.All == 0 && await Parameters.NobodyAsync(call, registry) is { } nobody)
            return Call.Refuse(nobody);
        return Call.Json(
            new DueWindows(scope.AsOf, scope.Today, counts.Overdue, counts.Within3, counts.Within7, counts.All, DueCounts.Most));
    }
}

/// <summary>How many hazards are overdue, or due soon.</summary>
/// <param name="AsOf">The instant looked from; absent for now.</param>
/// <param name="Today">The date it is judged by.</param>
/// <param name="Overdue">With an overdue duty.</param>
/// <param name="Within3">With none overdue, and one due within three days.</param>
/// <param name="Within7">The same within seven days.</param>
/// <param name="All">With any duty; also closed ones that are to be looked back at.</param>
/// <param name="Most">Counting ends here.</param>
internal sealed record DueWindows(DateTimeOffset? AsOf, DateOnly Today, int Overdue, int Within3, int Within7, int All, int Most);

/// <summary>A page of overdue hazards, or of those due as well.</summary>
internal sealed record OverduePage(ImmutableArray<OverdueItem> Items, string? Next, DateTimeOffset? AsOf, DateOnly Today, Names Names)
{
    /// <summary>
    /// Of a first page as of an instant: how many such hazards, overdue or not, had been found by then and were put on record
    /// later.
    /// </summary>
    public int? KnownLater { get; init; }
}

/// <summary>A hazard and its overdue duties, the longest overdue first.</summary>
/// <param name="Hazard">The hazard.</param>
/// <param name="Overdue">Its overdue duties.</param>
internal sealed record OverdueItem(HazardItem Hazard, ImmutableArray<Duty> Overdue)
{
    /// <summary>Its duties that are overdue or due within the days asked for, the earliest due first.</summary>
    public required ImmutableArray<Duty> Duties { get; init; }

    /// <summary>Its legs side by side.</summary>
    public required ImmutableArray<LegLine> Legs { get; init; }

    public static OverdueItem Of(HazardItem item, DateOnly until, DateOnly today, Names names, Rulebook rules)
    {
        var duties = item.Clocks.Where(c => c.Due <= until || c.DaysOverdue > 0).OrderBy(c => c.Due)
            .Select(c => Duty.Of(c, item, names, rules)).ToImmutableArray();
        return new OverdueItem(item, [.. duties.Where(d => d.DaysOverdue > 0)])
        {
            Duties = duties, Legs = [.. item.Legs.Select(l => LegLine.Of(l, item, today, names, rules))],
        };
    }
}

/// <summary>依据: the rule a duty is counted by.</summary>
/// <param name="Policy">The policy version in force when it began.</param>
/// <param name="Title">The policy's title.</param>
/// <param name="Clause">Where its figure comes from, as the policy cites it.</param>
/// <param name="Days">The days it gives; absent where a person set the due date.</param>
/// <param name="Count">How they are counted.</param>
/// <param name="Link">The policy in full.</param>
internal sealed record DutyRule(string Policy, string Title, string Clause, int? Days, DayCount? Count, string Link)
{
    public static DutyRule Of(Clock clock, RegionCode region, Level? level, Rulebook rules)
    {
        var cited = RuleCited.Of(clock, region, level, rules.Calendar.Edition, rules);
        return new DutyRule(cited.Policy, cited.Title, cited.Clause, cited.Days, cited.Count, $"{Links.Root}/policies/{cited.Policy}");
    }
}

/// <summary>A leg as lists set it beside the other.</summary>
/// <param name="Leg">Which leg.</param>
/// <param name="Body">The body that answers for it.</param>
/// <param name="Stage">Where it stands.</param>
/// <param name="Deadline">整改期限.</param>
/// <param name="Percent">整改进度, 0 to 100.</param>
/// <param name="AssignedAt">When it was assigned.</param>
/// <param name="LastHeardAt">When its body last acted; absent when it never did.</param>
/// <param name="DaysSilent">Days since it last acted, or since the assignment.</param>
/// <param name="SilentAfter">So many may pass.</param>
/// <param name="Silent">沉默: longer, or since its supervisor last acted.</param>
/// <param name="Urged">催办: how often it was urged.</param>
/// <param name="Supervisor">督办单位, if one is named.</param>
/// <param name="SupervisedAt">When the supervisor last acted on it, or was named.</param>
internal sealed record LegLine(
    CodeEntry Leg, NamedBody Body, CodeEntry Stage, DateOnly Deadline, int Percent, DateTimeOffset AssignedAt, DateTimeOffset? LastHeardAt,
    int DaysSilent, int SilentAfter, bool Silent, int Urged, NamedBody? Supervisor, DateTimeOffset? SupervisedAt)
{
    /// <summary>
    /// The later day on which the assignment was entered (补录), from which the body is bound by it; absent where it was not late.
    /// </summary>
    public DateOnly? EnteredOn { get; init; }

    public static LegLine Of(LegItem leg, HazardItem hazard, DateOnly today, Names names, Rulebook rules)
    {
        var silence = SilenceOf(leg, hazard, today, rules);
        return new LegLine(
            Labels.Of(leg.Leg), NamedBody.Of(leg.Body, names.Bodies), Labels.Of(leg.Stage), leg.Deadline, leg.Percent, leg.AssignedAt,
            leg.LastHeardAt,
            silence.Days, silence.Allowed, silence.Silent, leg.Urged, leg.Supervisor is { } s ? NamedBody.Of(s, names.Bodies) : null,
            leg.SupervisedAt) { EnteredOn = leg.EnteredOn };
    }

    public static LegSilence SilenceOf(LegItem leg, HazardItem hazard, DateOnly today, Rulebook rules) => LegSilence.Of(
        leg.Stage, leg.SilentSince, leg.SupervisedAt, today,
        rules.PolicyAt(hazard.Region, leg.AssignedAt).Supervision.FirstOrDefault(s => s.Level == hazard.Level));
}
