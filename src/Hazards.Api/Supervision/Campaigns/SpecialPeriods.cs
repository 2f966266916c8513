using System.Collections.Immutable;
using Hazards.Api.Administration.Policies;
using Hazards.Api.Lists;
using Hazards.Domain;
using Hazards.Projections;

namespace Hazards.Api.Supervision.Campaigns;

/// <summary>特殊时段: a time whose hazards are watched apart.</summary>
/// <param name="Id">A campaign's id; of a policy's period its name and first day.</param>
/// <param name="Name">Its name.</param>
/// <param name="From">Its first day.</param>
/// <param name="To">Its last day.</param>
/// <param name="Regions">Its regions.</param>
/// <param name="Sectors">Its sectors; empty means all.</param>
/// <param name="Source">The policy's clause, or the campaign's 文号.</param>
/// <param name="Policy">The policy that sets it; null for a campaign.</param>
internal sealed record SpecialPeriod(
    string Id, string Name, DateOnly From, DateOnly To, ImmutableArray<RegionCode> Regions, ImmutableArray<SectorCode> Sectors, string? Source, string? Policy)
{
    /// <summary>The hazards found in it.</summary>
    public HazardFilter Narrow(HazardFilter filter) => filter with
    {
        Regions = Regions, FoundFrom = From, FoundTo = To,
        // Empty would mean all: a sector asked for that is not in the period finds nothing.
        Sectors = Sectors.IsEmpty ? filter.Sectors : filter.Sectors.IsEmpty ? Sectors : [.. filter.Sectors.Where(Sectors.Contains)],
    };

    /// <summary>Whether the filter asks for sectors that the period has none of.</summary>
    public bool Excludes(HazardFilter filter) => !Sectors.IsEmpty && !filter.Sectors.IsEmpty && !filter.Sectors.Any(Sectors.Contains);
}

/// <summary>The special periods of a region: those its policies set and those declared as campaigns.</summary>
internal sealed class SpecialPeriods(RulebookSource rules, InspectionQueries queries)
{
    private const int MostDeclared = 200;

    /// <summary>Those that touch a region, the newest first.</summary>
    public async Task<ImmutableArray<SpecialPeriod>> OfAsync(Scope scope, RegionCode region, CancellationToken cancellationToken)
    {
        var declared = await queries.CampaignsAsync(scope, region, CampaignKind.SpecialPeriod, null, null, MostDeclared, cancellationToken);
        return [.. OfPolicies(region).Concat(declared.Items.Select(Of)).OrderByDescending(p => p.From)
            .ThenBy(p => p.Id, StringComparer.Ordinal)];
    }

    /// <summary>One by its id, or by its name where only one has it; else why not.</summary>
    public async Task<(SpecialPeriod? Period, Refusal? Refusal)> FindAsync(
        Scope scope, RegionCode region, string id, CancellationToken cancellationToken)
    {
        if (Guid.TryParseExact(id, "D", out var campaign))
            return await queries.CampaignAsync(scope, campaign, cancellationToken) is { Kind: CampaignKind.SpecialPeriod } declared
                ? (Of(declared), null)
                : (null, SpecialPeriodRefusals.NotFound.Because("id", ("value", Texts.Excerpt(id))));
        var all = await OfAsync(scope, region, cancellationToken);
        var found = all.Where(p => p.Id == id).ToArray();
        if (found.Length == 0)
            found = [.. all.Where(p => p.Name == id)];
        return found switch
        {
            [var one] => (one, null),
            [] => (null, SpecialPeriodRefusals.NotFound.Because("id", ("value", Texts.Excerpt(id)))),
            _ => (null, SpecialPeriodRefusals.Ambiguous.Because(
                "id", ("value", Texts.Excerpt(id)), ("ids", string.Join(", ", found.Select(p => p.Id))))),
        };
    }

    /// <summary>
    /// A policy's period counts where the policy is in force on one of its days; a later version that repeats it says nothing
    /// new.
    /// </summary>
    private IEnumerable<SpecialPeriod> OfPolicies(RegionCode region)
    {
        var rulebook = rules.Current;
        var adopted = rulebook.Adopted.Where(a => a.Jurisdiction.Contains(region) || region.Contains(a.Jurisdiction))
            .SelectMany(a => a.Policy.SpecialPeriods.Where(p => p.From <= (a.To ?? DateOnly.MaxValue) && p.To >= a.From)
                .Select(p => (a.Policy, Period: p, a.Jurisdiction)));
        var baseline = Policy.NationalBaseline.SpecialPeriods.Select(
            p => (Policy: Policy.NationalBaseline, Period: p, Jurisdiction: RegionCode.Nation));
        return adopted.Concat(baseline)
            .DistinctBy(p => (p.Period.Name, p.Period.From, p.Period.To, p.Jurisdiction))
            .Select(p => new SpecialPeriod(
                FormattableString.Invariant($"{p.Period.Name}@{p.Period.From:yyyy-MM-dd}"), p.Period.Name, p.Period.From, p.Period.To,
                [p.Jurisdiction], [], p.Period.Source, p.Policy.Version));
    }

    private static SpecialPeriod Of(Campaign c) =>
        new(c.Id.ToString("D"), c.Name, c.From, c.Last, c.Regions, c.Sectors, c.Document?.Value, null);
}

/// <summary>Refusals about special periods.</summary>
internal static class SpecialPeriodRefusals
{
#pragma warning disable CS1591 // each code says in both languages what it means
    public static readonly RefusalCode NotFound = new(
        "special_period.not_found", RefusalKind.NotFound, "没有特殊时段“{value}”，可用的见 /api/v1/special-periods",
        "There is no special period “{value}”; see /api/v1/special-periods");
    public static readonly RefusalCode Ambiguous = new(
        "special_period.ambiguous", RefusalKind.Unprocessable, "有几个特殊时段叫“{value}”，请用编号：{ids}",
        "Several special periods are called “{value}”; use an id: {ids}");
#pragma warning restore CS1591
}

/// <summary>特殊时段 by REST.</summary>
internal static class SpecialPeriodEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.Get("/special-periods", new Operation(Tag.Campaigns, "特殊时段：制度规定的和部署的", "Special periods, those of policies and those declared")
        {
            Query = [Parameters.Region, Parameters.AsOf], Answer = typeof(SpecialPeriodList),
        }, ListAsync);
        api.Get(
            "/special-periods/{period}/hazards",
            new Operation(Tag.Campaigns, "特殊时段内发现的隐患，单独盯办", "The hazards found in a special period, watched apart")
        {
            Query = [.. Parameters.Filter.Where(p => p.Name is not ("foundFrom" or "foundTo")), .. Parameters.Page],
            Answer = typeof(HazardPage),
        }, HazardsAsync);
        api.Get(
            "/special-periods/{period}/figures",
            new Operation(
                Tag.Campaigns, "特殊时段统计：查出、立行立改、限期整改、在办、超期、整改率",
                "A special period in figures: found, fixed on the spot, by deadline, open, overdue, rate")
        {
            Query = [Parameters.Region, Parameters.AsOf], Answer = typeof(SpecialPeriodFigures),
        }, FiguresAsync);
    }

    private static async Task<IResult> ListAsync(Call call, SpecialPeriods periods)
    {
        var (scope, region) = (call.Scope(), call.Query.Region() ?? call.Caller.Jurisdiction);
        return call.Query.Refusal is { } refusal
            ? Call.Refuse(refusal)
            : Call.Json(new SpecialPeriodList(region, scope.AsOf, await periods.OfAsync(scope, region, call.Stop)));
    }

    private static async Task<IResult> HazardsAsync(
        Call call, string period, SpecialPeriods periods, IHazardQueries hazards, IRegistryQueries registry, Naming naming)
    {
        var filter = await Parameters.WithSubordinatesAsync(Parameters.ReadFilter(call.Query), call.Query, registry, call.Stop);
        var (cursor, limit) = Parameters.ReadPage(call.Query);
        var scope = call.Scope();
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        var (found, none) = await periods.FindAsync(scope, filter.Region ?? call.Caller.Jurisdiction, period, call.Stop);
        if (found is null)
            return Call.Refuse(none!);
        var page = found.Excludes(filter)
            ? new Page<HazardItem>([], null)
            : await hazards.LedgerAsync(scope, found.Narrow(filter), LedgerSort.Found, true, cursor, limit, call.Stop);
        var names = await naming.OfAsync(page.Items, scope.AsOf, call.Stop);
        return Call.Json(new HazardPage(page.Items, page.Next, scope.AsOf, scope.Today, names)
        {
            KnownLater = found.Excludes(filter) ? null : await KnownLater.OfAsync(hazards, scope, found.Narrow(filter), cursor, call.Stop),
        });
    }

    private static async Task<IResult> FiguresAsync(Call call, string period, SpecialPeriods periods, InspectionQueries queries)
    {
        var (scope, asked) = (call.Scope(), call.Query.Region());
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        var (found, none) = await periods.FindAsync(scope, asked ?? call.Caller.Jurisdiction, period, call.Stop);
        if (found is null)
            return Call.Refuse(none!);
        var regions = found.Regions.Append(asked ?? call.Caller.Jurisdiction).Append(call.Caller.Jurisdiction);
        var widest = regions.MaxBy(r => r.IsNation ? 0 : r.Value.Length);
        var figures = await queries.FiguresAsync(scope, found.Narrow(new HazardFilter { Region = asked }), widest, call.Stop);
        return Call.Json(new SpecialPeriodFigures(found, scope.AsOf, scope.Today, figures, Naming.Regions(figures.ByRegion.Select(l => l.Region!.Value))));
    }
}

/// <summary>Special periods.</summary>
internal sealed record SpecialPeriodList(RegionCode Region, DateTimeOffset? AsOf, ImmutableArray<SpecialPeriod> Items);

/// <summary>A special period in figures.</summary>
/// <param name="Period">The period.</param>
/// <param name="AsOf">The instant looked from; absent for now.</param>
/// <param name="Today">The date overdue is judged by.</param>
/// <param name="Figures">What was found in it.</param>
/// <param name="Regions">Names of the regions.</param>
internal sealed record SpecialPeriodFigures(
    SpecialPeriod Period, DateTimeOffset? AsOf, DateOnly Today, InspectionFigures Figures, IReadOnlyDictionary<string, string> Regions);
