using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;
using Hazards.Projections.Store;

namespace Hazards.Api.Administration.Registry;

/// <summary>Bodies and keys.</summary>
internal static class RegistryEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        MapBodies(api);
        MapKeys(api);
        SystemNameEndpoints.Map(api);
        api.Get(
            "/me",
            new Operation(Tag.Registry, "当前密钥：单位、角色、管辖范围", "The key in use: body, roles, jurisdiction")
            {
                Answer = typeof(Me), HoldsNoRecords = true,
            },
            (Call call) => Call.Json(Me.Of(call.Caller)));
    }

    private static void MapBodies(IEndpointRouteBuilder api)
    {
        api.Get("/bodies", new Operation(Tag.Registry, "单位名录", "The registry of bodies")
        {
            Query =
            [
                Parameters.Region,
                new("kind", typeof(BodyKind), "单位类型", "The kind of body"),
                new("sector", typeof(SectorCode), "行业领域", "A sector it answers for"),
                new("name", typeof(string), "名称中的文字", "Part of its name") { Longest = Texts.NameLength },
                new("dissolved", typeof(bool), "是否包括已撤销的，默认否", "Whether dissolved ones are included; not when left out"),
                .. Parameters.Page,
            ],
            Answer = typeof(BodyPage),
        }, ListAsync);
        api.Get(
            "/bodies/{id}",
            new Operation(Tag.Registry, "单位", "One body")
            {
                Query = [Parameters.AsOf], Answer = typeof(Body), Versioned = true,
            }, FindAsync);
        api.Get(
            "/bodies/{id}/events",
            new Operation(Tag.Registry, "单位履历", "A body's history")
            {
                Query = [Parameters.AsOf], Answer = typeof(BodyHistory), Versioned = true,
            }, HistoryAsync);
        api.Post("/bodies", Act<RegisterBody>("登记单位", "Register a body") with { Success = 201 }, RegisterAsync);
        api.Post(
            "/bodies/{id}/renaming", Act<RenameBody>("单位更名", "Rename a body"),
            (Call call, string id, BodyStore store) => ExecuteAsync<RenameBody>(call, id, store));
        api.Post(
            "/bodies/{id}/changes", Act<ChangeBody>("变更单位", "Change a body"),
            (Call call, string id, BodyStore store) => ExecuteAsync<ChangeBody>(call, id, store));
        api.Post(
            "/bodies/{id}/dissolution", Act<DissolveBody>("撤销单位", "Dissolve a body"),
            (Call call, string id, BodyStore store) => ExecuteAsync<DissolveBody>(call, id, store));
    }

    private static void MapKeys(IEndpointRouteBuilder api)
    {
        api.Get(
            "/api-keys", new Operation(Tag.Registry, "密钥列表（系统管理）", "Keys (administrators only)") { Answer = typeof(KeyList) },
            ListKeysAsync);
        api.Post(
            "/api-keys",
            Act<IssueKey>("签发密钥（系统管理）：密钥只显示一次", "Issue a key (administrators only): the key is shown once") with
            {
                Forbids = NoAdministrator, Answer = typeof(KeyAnswer), Success = 201,
            }, IssueAsync);
        api.Post(
            "/api-keys/{id}/revocation",
            Act<RevokeKey>("吊销密钥（系统管理）", "Revoke a key (administrators only)") with
            {
                Forbids = NoAdministrator, Answer = typeof(KeyAnswer),
            }, RevokeAsync);
    }

    private static Refusal? NoAdministrator(Caller caller) =>
        caller.Key.Roles.Contains(Role.Administrator) ? null : KeyRefusals.Forbidden.Because();

    private static Operation Act<T>(string chinese, string english) =>
        new(Tag.Registry, chinese, english) { Body = typeof(T), IsAct = true, Answer = typeof(BodyAnswer), Versioned = true };

    private static async Task<IResult> ListAsync(Call call, IRegistryQueries registry)
    {
        var query = call.Query;
        var region = query.Region() ?? call.Caller.Jurisdiction;
        var (kind, sector) = (query.Code<BodyKind>("kind"), query.Value<SectorCode>("sector"));
        var (name, dissolved) = (query.Text("name", Texts.NameLength), query.Flag("dissolved") ?? false);
        var (cursor, limit) = Parameters.ReadPage(query);
        var asOf = call.AsOf();
        if (query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        var page = await registry.ListBodiesAsync(region, kind, sector, name, dissolved, asOf, cursor, limit, call.Stop);
        return Call.Json(new BodyPage(page.Items, page.Next, asOf));
    }

    private static async Task<IResult> FindAsync(Call call, string id, IRegistryQueries registry)
    {
        var asOf = call.AsOf();
        if (Read(call, id, out var bodyId) is { } refusal)
            return Call.Refuse(refusal);
        var body = await registry.BodyAsync(bodyId, asOf, call.Stop);
        return body is not null && Sees(call, body)
            ? call.Versioned(body, body.Version)
            : Call.Refuse(BodyRefusals.NotFound.Because("id", ("id", bodyId)));
    }

    private static async Task<IResult> HistoryAsync(Call call, string id, IEventLog log)
    {
        var asOf = call.AsOf();
        if (Read(call, id, out var bodyId) is { } refusal)
            return Call.Refuse(refusal);
        Body? body = null;
        var events = ImmutableArray.CreateBuilder<HistoryEvent>();
        foreach (var e in await log.FetchAsync(bodyId.StreamId, 0, asOf, cancellationToken: call.Stop))
        {
            body = Body.Apply(body, (IBodyEvent)e.Data);
            events.Add(HistoryEvent.Of(e));
        }

        return body is not null && Sees(call, body)
            ? call.Shown(new BodyHistory(bodyId, body.Version, asOf, events.ToImmutable()), body.Version)
            : Call.Refuse(BodyRefusals.NotFound.Because("id", ("id", bodyId)));
    }

    /// <summary>Bodies within the jurisdiction, and those above it, which the caller has to deal with.</summary>
    private static bool Sees(Call call, Body body) =>
        call.Caller.Sees(body);

    private static Refusal? Read(Call call, string id, out BodyId bodyId) =>
        BodyId.TryParse(id, out bodyId, out var wrong) ? call.Query.Refusal : wrong with { Field = "id" };

    private static async Task<IResult> RegisterAsync(Call call, BodyStore store)
    {
        var order = await call.ReadAsync<RegisterBody>();
        if (order.Refusal is { } refusal)
            return Call.Refuse(refusal);
        var outcome = await store.ExecuteAsync(order.Command!.Id, order.Command, order.Given!, order.Terms, call.Stop);
        if (outcome is Outcome<Body>.Done done)
            call.Response.Headers.Location = Links.Body(done.After.Id);
        return Answer(call, outcome, 201);
    }

    private static async Task<IResult> ExecuteAsync<T>(Call call, string id, BodyStore store) where T : class, IBodyCommand
    {
        if (Read(call, id, out var bodyId) is { } wrong)
            return Call.Refuse(wrong);
        var order = await call.ReadAsync<T>();
        return order.Refusal is { } refusal
            ? Call.Refuse(refusal)
            : Answer(call, await store.ExecuteAsync(bodyId, order.Command!, order.Given!, order.Terms, call.Stop), 200);
    }

    private static IResult Answer(Call call, Outcome<Body> outcome, int status)
    {
        if (outcome is not Outcome<Body>.Done done)
            return Call.Refuse(((Outcome<Body>.Refused)outcome).Refusal);
        call.Mark(done.After.Version, done.Repeated);
        return Call.Json(new BodyAnswer(done.After.Id, done.After.Version, done.After, EventAnswer.Of(done.Events), done.RecordedAt,
            new Dictionary<string, string>
            {
                ["self"] = Links.Body(done.After.Id), ["events"] = $"{Links.Body(done.After.Id)}/events",
            }), status);
    }

    private static async Task<IResult> ListKeysAsync(Call call, IRegistryQueries registry) =>
        call.Caller.Key.Roles.Contains(Role.Administrator)
            ? Call.Json(new KeyList([.. (await registry.ListKeysAsync(call.Caller.Jurisdiction, call.Stop)).Select(KeyView.Of)]))
            : Call.Refuse(KeyRefusals.Forbidden.Because());

    private static async Task<IResult> IssueAsync(Call call, KeyStore store)
    {
        var order = await call.ReadAsync<IssueKey>();
        if (order.Refusal is { } refusal)
            return Call.Refuse(refusal);
        var outcome = await store.IssueAsync(order.Command!, order.Given!, order.Terms, call.Stop);
        if (outcome is not Outcome<IssuedKey>.Done done)
            return Call.Refuse(((Outcome<IssuedKey>.Refused)outcome).Refusal);
        call.Mark(done.After.Key.Version, done.Repeated);
        call.Response.Headers.Location = $"{Links.Root}/api-keys";
        call.Response.Headers.CacheControl = "no-store";
        return Call.Json(new KeyAnswer(done.After.Key.Id, done.After.Key.Version, KeyView.Of(done.After.Key), done.After.Secret, EventAnswer.Of(done.Events), done.RecordedAt), 201);
    }

    private static async Task<IResult> RevokeAsync(Call call, string id, KeyStore store)
    {
        if (!Guid.TryParseExact(id, "D", out var keyId))
            return Call.Refuse(KeyRefusals.NotFound.Because("id"));
        var order = await call.ReadAsync<RevokeKey>();
        if (order.Refusal is { } refusal)
            return Call.Refuse(refusal);
        var outcome = await store.RevokeAsync(keyId, order.Command!, order.Given!, order.Terms, call.Stop);
        if (outcome is not Outcome<ApiKey>.Done done)
            return Call.Refuse(((Outcome<ApiKey>.Refused)outcome).Refusal);
        call.Mark(done.After.Version, done.Repeated);
        return Call.Json(
            new KeyAnswer(done.After.Id, done.After.Version, KeyView.Of(done.After), null, EventAnswer.Of(done.Events), done.RecordedAt));
    }
}

/// <summary>The key in use.</summary>
internal sealed record Me(KeyView Key, Body Body, ImmutableArray<CodeEntry> Roles, RegionCode Region, string RegionName)
{
    public static Me Of(Caller caller) => new(
        KeyView.Of(caller.Key), caller.Body, [.. caller.Key.Roles.Select(r => Labels.Of(r))], caller.Key.Region,
        Regions.FullNameOf(caller.Key.Region));
}

/// <summary>A page of bodies.</summary>
internal sealed record BodyPage(ImmutableArray<Body> Items, string? Next, DateTimeOffset? AsOf);

/// <summary>A body's history.</summary>
internal sealed record BodyHistory(BodyId Id, long Version, DateTimeOffset? AsOf, ImmutableArray<HistoryEvent> Events);

/// <summary>What a command on a body answers.</summary>
internal sealed record BodyAnswer(
    BodyId Id, long Version, Body Body, ImmutableArray<EventAnswer> Events, DateTimeOffset RecordedAt,
    IReadOnlyDictionary<string, string> Links);

/// <summary>A key without what opens it.</summary>
internal sealed record KeyView(
    Guid Id, string Client, BodyId Body, ImmutableArray<Role> Roles, RegionCode Region, DateTimeOffset? ExpiresAt, bool Revoked,
    long Version)
{
    public static KeyView Of(ApiKey key) =>
        new(key.Id, key.Client, key.Body, key.Roles, key.Region, key.ExpiresAt, key.Revoked, key.Version);
}

/// <summary>Keys.</summary>
internal sealed record KeyList(ImmutableArray<KeyView> Items);

/// <summary>What a command on a key answers.</summary>
/// <param name="Id">The key's identity.</param>
/// <param name="Version">Its version.</param>
/// <param name="Key">The key without what opens it.</param>
/// <param name="Secret">What opens it: shown this once, absent when a request is repeated.</param>
/// <param name="Events">What was written.</param>
/// <param name="RecordedAt">When.</param>
internal sealed record KeyAnswer(
    Guid Id, long Version, KeyView Key, string? Secret, ImmutableArray<EventAnswer> Events, DateTimeOffset RecordedAt);
