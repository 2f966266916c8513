using System.Collections.Immutable;
using System.CommandLine;
using Hazards.Api.Lists;
using Hazards.Api.Supervision.Campaigns;
using Hazards.Domain;
using Hazards.Projections;

namespace Hazards.Api.Investigation;

/// <summary>封存 by REST.</summary>
internal sealed class SealModule : IModule
{
    public void AddServices(IServiceCollection services) => services.AddSingleton<SealStore>();

    public IEnumerable<Command> Commands() => [];

    public void Map(IEndpointRouteBuilder api)
    {
        api.Get(
            "/seals",
            new Operation(
                Tag.Access, "封存清单：哪些单位的档案被封存、由谁、依据什么文号", "Seals: whose records are sealed, by whom, by which order; the newest first")
        {
            Query =
            [
                Parameters.Region,
                new("enterprise", typeof(CreditCode), "单位的统一社会信用代码", "Credit code of the enterprise"),
                new("active", typeof(bool), "是否仍在封存", "Whether it is in force"),
                .. Parameters.Page,
            ],
            Answer = typeof(SealPage),
        }, ListAsync);
        api.Get(
            "/seals/{id}",
            new Operation(Tag.Access, "一项封存", "One seal")
            {
                Query = [Parameters.AsOf], Answer = typeof(Seal), Versioned = true,
            }, FindAsync);
        api.Get(
            "/seals/{id}/events",
            new Operation(Tag.Access, "封存履历", "A seal's history")
            {
                Query = [Parameters.AsOf], Answer = typeof(RecordHistory), Versioned = true,
            }, HistoryAsync);
        api.Post("/seals", Act<SealRecords>(SealRules.Seal) with { Success = 201 }, SealAsync);
        api.Post("/seals/{id}/lifting", Act<LiftSeal>(SealRules.Lift), LiftAsync);
    }

    private static Operation Act<T>(CommandRule rule) =>
        new(Tag.Access, rule.Chinese, rule.English)
        {
            Rule = rule, Body = typeof(T), IsAct = true, Answer = typeof(RecordAnswer<Seal>), Versioned = true,
        };

    private static async Task<IResult> ListAsync(Call call, SealQueries seals, Naming naming)
    {
        var (region, enterprise, active) = (call.Query.Region(), call.Query.Value<CreditCode>("enterprise"), call.Query.Flag("active"));
        var (cursor, limit) = Parameters.ReadPage(call.Query);
        var scope = call.Scope();
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        var page = await seals.ListAsync(scope, region, active, enterprise, cursor, limit, call.Stop);
        var names = await naming.OfBodiesAsync(page.Items.SelectMany(s => new[] { (BodyId?)s.By, s.Lifting?.By }), scope.AsOf, call.Stop);
        return Call.Json(new SealPage(page.Items, page.Next, scope.AsOf, names, Naming.Regions(page.Items.Select(s => s.Region))));
    }

    private static async Task<IResult> FindAsync(Call call, string id, SealQueries seals) =>
        await ReadAsync(call, id, seals) is var (seal, refusal) && seal is not null
            ? call.Versioned(seal, seal.Version)
            : Call.Refuse(refusal!);

    private static async Task<IResult> HistoryAsync(Call call, string id, SealQueries seals, SealStore store)
    {
        var (seal, refusal) = await ReadAsync(call, id, seals);
        if (seal is null)
            return Call.Refuse(refusal!);
        var asOf = call.AsOf();
        var (_, events) = (await store.HistoryAsync(seal.Id, asOf, call.Stop))!.Value;
        return call.Versioned(new RecordHistory(seal.Id, events.Count, asOf, [.. events]), events.Count);
    }

    private static async Task<(Seal? Seal, Refusal? Refusal)> ReadAsync(Call call, string id, SealQueries seals)
    {
        var scope = call.Scope();
        if (call.Query.Refusal is { } refusal)
            return (null, refusal);
        var seal = Guid.TryParseExact(id, "D", out var known) ? await seals.FindAsync(scope, known, call.Stop) : null;
        return (seal, seal is null ? SealRefusals.NotFound.Because("id") : null);
    }

    private static async Task<IResult> SealAsync(Call call, SealStore store)
    {
        var order = await call.ReadAsync<SealRecords>();
        if (order.Refusal is { } refusal)
            return Call.Refuse(refusal);
        var outcome = await store.SealAsync(order.Command!, order.Given!, order.Terms, call.Stop);
        if (outcome is Outcome<Seal>.Done done)
            call.Response.Headers.Location = $"{Links.Root}/seals/{done.After.Id}";
        return Answer(call, outcome, 201);
    }

    private static async Task<IResult> LiftAsync(Call call, string id, SealStore store)
    {
        if (!Guid.TryParseExact(id, "D", out var seal))
            return Call.Refuse(SealRefusals.NotFound.Because("id"));
        var order = await call.ReadAsync<LiftSeal>();
        return order.Refusal is { } refusal
            ? Call.Refuse(refusal)
            : Answer(call, await store.LiftAsync(seal, order.Command!, order.Given!, order.Terms, call.Stop), 200);
    }

    private static IResult Answer(Call call, Outcome<Seal> outcome, int status) =>
        outcome is Outcome<Seal>.Done done
            ? RecordAnswer.Json(call, done, done.After.Id, done.After.Version, $"{Links.Root}/seals/{done.After.Id}", status)
            : Call.Refuse(((Outcome<Seal>.Refused)outcome).Refusal);
}

/// <summary>A page of seals.</summary>
/// <param name="Items">The seals.</param>
/// <param name="Next">Cursor of the next page; absent on the last.</param>
/// <param name="AsOf">The instant looked from; absent for now.</param>
/// <param name="Bodies">Names of the bodies.</param>
/// <param name="Regions">Names of the regions.</param>
internal sealed record SealPage(
    ImmutableArray<Seal> Items, string? Next, DateTimeOffset? AsOf, IReadOnlyDictionary<string, string> Bodies,
    IReadOnlyDictionary<string, string> Regions);

/// <summary>封存 as a hazard's readers are told of it.</summary>
/// <param name="Id">The seal.</param>
/// <param name="Authority">Who decided it: whom to ask.</param>
/// <param name="Since">Since when.</param>
/// <param name="Document">By which order.</param>
/// <param name="Reason">Why.</param>
/// <param name="Note">What it means, in both languages.</param>
internal sealed record SealNotice(Guid Id, string Authority, DateTimeOffset Since, DocumentNumber? Document, string Reason, string Note)
{
    private const string Meaning = "档案已封存：不得更正、并案、认定不属实或补录封存以前的事项；整改、督办、验收、销号照常办理 · sealed: no corrections, no merging away, no rejection, nothing dated before; rectification, supervision, acceptance and closure go on";

    public static ImmutableArray<SealNotice>? Of(IEnumerable<Seal> seals)
    {
        var notices = seals.Where(s => s.Lifting is null)
            .Select(s => new SealNotice(s.Id, s.Authority, s.Since, s.Document, s.Reason, Meaning)).ToImmutableArray();
        return notices.IsEmpty ? null : notices;
    }
}
