using System.Collections.Immutable;
using System.CommandLine;
using Hazards.Api.Lists;
using Hazards.Domain;
using Hazards.Projections;

namespace Hazards.Api.Supervision.Campaigns;

/// <summary>专项行动、检查、特殊时段 by REST.</summary>
internal sealed class CampaignModule : IModule
{
    public void AddServices(IServiceCollection services)
    {
        services.AddSingleton<Circumstances>();
        services.AddSingleton<CampaignStore>();
        services.AddSingleton<InspectionStore>();
        services.AddSingleton<SpecialPeriods>();
    }

    public IEnumerable<Command> Commands() => [];

    public void Map(IEndpointRouteBuilder api)
    {
        MapCampaigns(api);
        InspectionEndpoints.Map(api);
        SpecialPeriodEndpoints.Map(api);
    }

    private static void MapCampaigns(IEndpointRouteBuilder api)
    {
        api.Get("/campaigns", new Operation(Tag.Campaigns, "专项行动和特殊时段", "Campaigns and special periods, the newest first")
        {
            Query =
            [
                Parameters.Region,
                new("kind", typeof(CampaignKind), "专项行动或特殊时段", "A drive or a special period"),
                new("on", typeof(DateOnly), "在这一天进行的", "Going on on this day"),
                .. Parameters.Page,
            ],
            Answer = typeof(CampaignPage),
        }, ListAsync);
        api.Get(
            "/campaigns/figures",
            new Operation(Tag.Campaigns, "专项行动一览：各行动的户次、查出、整改合计", "Campaigns in sum: visits, found, rectified; the newest first")
        {
            Query =
            [
                Parameters.Region,
                new("kind", typeof(CampaignKind), "专项行动或特殊时段", "A drive or a special period"),
                .. Parameters.Page,
            ],
            Answer = typeof(CampaignSums),
        }, SumsAsync);
        api.Get(
            "/campaigns/{id}",
            new Operation(Tag.Campaigns, "专项行动", "One campaign")
            {
                Query = [Parameters.AsOf], Answer = typeof(Campaign), Versioned = true,
            }, FindAsync);
        api.Get(
            "/campaigns/{id}/events",
            new Operation(Tag.Campaigns, "专项行动履历", "A campaign's history")
            {
                Query = [Parameters.AsOf], Answer = typeof(RecordHistory), Versioned = true,
            }, HistoryAsync);
        api.Get(
            "/campaigns/{id}/figures",
            new Operation(
                Tag.Campaigns, "专项行动统计：户次、家数、查出、立行立改、限期整改、整改率",
                "A campaign in figures: visits, units, found, fixed on the spot, by deadline, rectified, rate")
        {
            Query = [Parameters.AsOf], Answer = typeof(CampaignFigures),
        }, FiguresAsync);
        api.Post("/campaigns", Act<OpenCampaign>(CampaignRules.Open) with { Success = 201 }, OpenAsync);
        api.Post(
            "/campaigns/{id}/changes", Act<ChangeCampaign>(CampaignRules.Change),
            (Call call, string id, CampaignStore store) => ExecuteAsync<ChangeCampaign>(call, id, store));
        api.Post(
            "/campaigns/{id}/end", Act<EndCampaign>(CampaignRules.End),
            (Call call, string id, CampaignStore store) => ExecuteAsync<EndCampaign>(call, id, store));
    }

    private static Operation Act<T>(CommandRule rule) =>
        new(Tag.Campaigns, rule.Chinese, rule.English)
        {
            Rule = rule, Body = typeof(T), IsAct = true, Answer = typeof(RecordAnswer<Campaign>), Versioned = true,
        };

    private static async Task<IResult> ListAsync(Call call, InspectionQueries queries)
    {
        var (region, kind, on) = (call.Query.Region(), call.Query.Code<CampaignKind>("kind"), call.Query.Date("on"));
        var (cursor, limit) = Parameters.ReadPage(call.Query);
        var scope = call.Scope();
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        var page = await queries.CampaignsAsync(scope, region, kind, on, cursor, limit, call.Stop);
        return Call.Json(new CampaignPage(page.Items, page.Next, scope.AsOf, Naming.Regions(page.Items.SelectMany(c => c.Regions))));
    }

    private static async Task<IResult> SumsAsync(Call call, InspectionQueries queries)
    {
        var (region, kind) = (call.Query.Region(), call.Query.Code<CampaignKind>("kind"));
        var (cursor, limit) = Parameters.ReadPage(call.Query);
        var scope = call.Scope();
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        var page = await queries.CampaignsAsync(scope, region, kind, null, cursor, limit, call.Stop);
        var sums = await queries.SumsAsync(scope, [.. page.Items.Select(c => c.Id)], call.Stop);
        return Call.Json(new CampaignSums(
            [.. page.Items.Select(c => new CampaignSum(c, sums[c.Id]))], page.Next, scope.AsOf, scope.Today, Naming.Regions(page.Items.SelectMany(c => c.Regions))));
    }

    private static async Task<IResult> FindAsync(Call call, string id, InspectionQueries queries)
    {
        var (campaign, refusal) = await ReadAsync(call, id, call.Scope(), queries);
        return campaign is null ? Call.Refuse(refusal!) : call.Versioned(campaign, campaign.Version);
    }

    private static async Task<IResult> FiguresAsync(Call call, string id, InspectionQueries queries)
    {
        var scope = call.Scope();
        var (campaign, refusal) = await ReadAsync(call, id, scope, queries);
        if (campaign is null)
            return Call.Refuse(refusal!);
        var figures = await queries.FiguresAsync(scope, campaign, call.Stop);
        return Call.Json(
            new CampaignFigures(campaign, scope.AsOf, scope.Today, figures, Naming.Regions(figures.ByRegion.Select(l => l.Region!.Value))));
    }

    private static async Task<IResult> HistoryAsync(Call call, string id, InspectionQueries queries, CampaignStore store)
    {
        var scope = call.Scope();
        var (campaign, refusal) = await ReadAsync(call, id, scope, queries);
        if (campaign is null)
            return Call.Refuse(refusal!);
        var (_, events) = (await store.HistoryAsync(campaign.Id, scope.AsOf, call.Stop))!.Value;
        return call.Versioned(new RecordHistory(campaign.Id, events.Count, scope.AsOf, [.. events]), events.Count);
    }

    private static async Task<(Campaign? Campaign, Refusal? Refusal)> ReadAsync(
        Call call, string id, Scope scope, InspectionQueries queries)
    {
        if (call.Query.Refusal is { } refusal)
            return (null, refusal);
        var campaign = Guid.TryParseExact(id, "D", out var known) ? await queries.CampaignAsync(scope, known, call.Stop) : null;
        return (campaign, campaign is null ? CampaignRefusals.NotFound.Because("id") : null);
    }

    private static async Task<IResult> OpenAsync(Call call, CampaignStore store)
    {
        var order = await call.ReadAsync<OpenCampaign>();
        if (order.Refusal is { } refusal)
            return Call.Refuse(refusal);
        var outcome = await store.OpenAsync(order.Command!, order.Given!, order.Terms, call.Stop);
        if (outcome is Outcome<Campaign>.Done done)
            call.Response.Headers.Location = $"{Links.Root}/campaigns/{done.After.Id}";
        return Answer(call, outcome, 201);
    }

    private static async Task<IResult> ExecuteAsync<T>(Call call, string id, CampaignStore store) where T : class, ICampaignCommand
    {
        if (!Guid.TryParseExact(id, "D", out var campaign))
            return Call.Refuse(CampaignRefusals.NotFound.Because("id"));
        var order = await call.ReadAsync<T>();
        return order.Refusal is { } refusal
            ? Call.Refuse(refusal)
            : Answer(call, await store.ExecuteAsync(campaign, order.Command!, order.Given!, order.Terms, call.Stop), 200);
    }

    private static IResult Answer(Call call, Outcome<Campaign> outcome, int status) =>
        outcome is Outcome<Campaign>.Done done
            ? RecordAnswer.Json(call, done, done.After.Id, done.After.Version, $"{Links.Root}/campaigns/{done.After.Id}", status)
            : Call.Refuse(((Outcome<Campaign>.Refused)outcome).Refusal);
}

/// <summary>A page of campaigns.</summary>
internal sealed record CampaignPage(
    ImmutableArray<Campaign> Items, string? Next, DateTimeOffset? AsOf, IReadOnlyDictionary<string, string> Regions);

/// <summary>A page of campaigns in sum.</summary>
internal sealed record CampaignSums(
    ImmutableArray<CampaignSum> Items, string? Next, DateTimeOffset? AsOf, DateOnly Today, IReadOnlyDictionary<string, string> Regions);

/// <summary>A campaign in sum.</summary>
internal sealed record CampaignSum(Campaign Campaign, FigureLine Total);

/// <summary>A campaign in figures.</summary>
/// <param name="Campaign">The campaign.</param>
/// <param name="AsOf">The instant looked from; absent for now.</param>
/// <param name="Today">The date overdue is judged by.</param>
/// <param name="Figures">The figures.</param>
/// <param name="Regions">Names of the regions.</param>
internal sealed record CampaignFigures(
    Campaign Campaign, DateTimeOffset? AsOf, DateOnly Today, InspectionFigures Figures, IReadOnlyDictionary<string, string> Regions);

/// <summary>A record's history.</summary>
internal sealed record RecordHistory(Guid Id, long Version, DateTimeOffset? AsOf, ImmutableArray<HistoryEvent> Events);

/// <summary>What a command on a campaign or an inspection answers.</summary>
internal sealed record RecordAnswer<T>(
    Guid Id, long Version, T Record, ImmutableArray<EventAnswer> Events, DateTimeOffset RecordedAt,
    IReadOnlyDictionary<string, string> Links);

/// <summary>Makes the answers.</summary>
internal static class RecordAnswer
{
    public static IResult Json<T>(Call call, Outcome<T>.Done done, Guid id, long version, string self, int status)
    {
        call.Mark(version, done.Repeated);
        return Call.Json(new RecordAnswer<T>(id, version, done.After, EventAnswer.Of(done.Events), done.RecordedAt,
            new Dictionary<string, string> { ["self"] = self, ["events"] = $"{self}/events" }), status);
    }
}
