using System.Text.Json.Nodes;
using Hazards.Api.Http.Pages;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Api.Reports.Pages;

/// <summary>统计.</summary>
internal static class FigurePages
{
    public static void Map(IEndpointRouteBuilder pages)
    {
        pages.Page<MonthlyPage>("/figures");
        pages.Page<CellPage>("/figures/rows");
        pages.Page<DifferencePage>("/figures/difference");
        pages.Page<HeatPage>("/figures/heat");
        pages.Page<RankingPage>("/figures/rankings");
        pages.Page<QuotaPage>("/figures/quotas");
        pages.Page<BulletinView>("/figures/bulletin");
        pages.Page<ReportsPage>("/figures/reports", FreezeAsync);
        pages.Page<ReportPage>("/figures/reports/{id}", VerifyAsync);
        pages.Page<CampaignsPage>("/figures/campaigns");
        pages.Page<CampaignView>("/figures/campaigns/{id}");
    }

    private static async Task<IResult?> FreezeAsync(PageCall page)
    {
        var form = page.Form!;
        var body = new JsonObject
        {
            ["kind"] = (string?)form["kind"], ["region"] = (string?)form["region"], ["period"] = (string?)form["period"],
        };
        if (form["reason"] is [{ Length: > 0 } reason])
            body["reason"] = reason;
        var answer = await page.PostAsync<ReportFile>("/reports", body, form["_key"]);
        if (answer.Value is { } report)
            return page.Go(page.Link($"/figures/reports/{report.Id}"), page.T("已定稿。", "The report is frozen."));
        page.Problem = answer.Refusal;
        return null;
    }

    /// <summary>Counts again; what came of it is shown by the page itself.</summary>
    private static async Task<IResult?> VerifyAsync(PageCall page)
    {
        var answer = await page.PostAsync<Verification>(new Asked("POST", "/reports/{id}/verification")
        {
            Route = new Dictionary<string, string> { ["id"] = page.Route("id") },
            Query = [KeyValuePair.Create<string, string?>("edition", page.Form!["edition"])],
            Body = new MemoryStream("{}"u8.ToArray()),
        });
        page.Problem = answer.Refusal;
        page.Http.Items[nameof(Verification)] = answer.Value;
        return null;
    }
}

/// <summary>What the pages of figures share: which region, which period, and the addresses of what they count.</summary>
internal static class FigureQuery
{
    /// <summary>Stages in which a hazard is open.</summary>
    public static readonly Stage[] Open = [
        Stage.Reported, Stage.Verified, Stage.Assigned, Stage.Rectifying, Stage.AwaitingAcceptance, Stage.AwaitingClosure];

    /// <summary>The region asked for; one's own when none is.</summary>
    /// <exception cref="PageRefusedException">What is asked is no region.</exception>
    public static RegionCode Region(PageCall p) => Value<RegionCode>(p, "region") ?? p.Caller.Jurisdiction;

    /// <summary>The period asked for; that of a kind before the current one when none is, or the current one.</summary>
    /// <exception cref="PageRefusedException">What is asked is no period.</exception>
    public static Period Period(PageCall p, PeriodKind usual = PeriodKind.Month, bool current = false) =>
        Value<Period>(p, "period") ?? (Domain.Period.Of(usual, p.Today) is var now && current ? now : now.Previous);

    /// <summary>What of it is counted, as the address says it: of one kind, of one campaign.</summary>
    public static (string, object?)[] Part(PageCall p) => [.. PartOf.Select(name => (name, (object?)p.Query(name)))];

    /// <summary>What a report of a region and a period is asked for by.</summary>
    public static (string, object?)[] Asked(PageCall p, RegionCode region, Period period) =>
        [("region", region.Value), ("period", period.Value), ("provisional", true), .. Part(p)];

    /// <summary>The names of what <see cref="Part"/> says.</summary>
    public static readonly string[] PartOf = ["kind", "campaign"];

    private static T? Value<T>(PageCall p, string name) where T : struct, IValue<T> =>
        p.Query(name) is not { } text ? null
        : T.TryParse(text, out var value, out var refusal) ? value
        : throw new PageRefusedException(refusal with { Field = name });

    /// <summary>The period in words.</summary>
    public static string Name(PageCall p, Period period) => p.English ? period.Value : period.Chinese;

    /// <summary>One's own region, those one level below, and the one that is looked at.</summary>
    public static IEnumerable<NamedRegion> Regions(PageCall p, RegionCode chosen)
    {
        var own = p.Caller.Jurisdiction;
        var below = own.Level switch { RegionLevel.Nation => RegionLevel.Province, RegionLevel.Province => RegionLevel.Prefecture,
            _ => RegionLevel.County };
        return Domain.Regions.All.Where(r => r.Code.Level == below && r.Code != own && own.Contains(r.Code))
            .Prepend(new NamedRegion(own, Domain.Regions.NameOf(own)))
            .Concat([new NamedRegion(chosen, Domain.Regions.NameOf(chosen))]).DistinctBy(r => r.Code);
    }

    /// <summary>The newest periods of a kind, the current one first where it may be asked for.</summary>
    public static IEnumerable<Period> Newest(PageCall p, PeriodKind kind, int count, bool current)
    {
        var period = Domain.Period.Of(kind, p.Today);
        if (!current)
            period = period.Previous;
        for (var i = 0; i < count; i++, period = period.Previous)
            yield return period;
    }

    /// <summary>The address of the ledger with these hazards.</summary>
    public static string Ledger(PageCall p, IEnumerable<Stage> stages, params (string Name, object? Value)[] filter) =>
        p.Link("/hazards", [.. filter, .. stages.Select(s => ("stage", (object?)CodeList.Code(s)))]);
}
