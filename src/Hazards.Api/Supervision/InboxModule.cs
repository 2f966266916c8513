using System.Collections.Immutable;
using System.CommandLine;
using Hazards.Api.Administration;
using Hazards.Api.Investigation.Replay;
using Hazards.Api.Lists;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;

namespace Hazards.Api.Supervision;

/// <summary>收件箱: what a body was told, what it owes, and for those who look into it who was told what and who opened it.</summary>
internal sealed class InboxModule : IModule
{
    private static readonly QueryParameter Body = new(
        "body", typeof(BodyId), "查看该单位的收件箱（督查、调查）；默认为本单位", "The inbox of this body (supervisors, investigators); one's own when left out");

    private static readonly ImmutableArray<QueryParameter> Filter =
    [
        Body,
        new("unread", typeof(bool), "是否未打开", "Whether nobody has opened it"),
        new("as", typeof(TellAs), "待办、警示或知悉", "To be acted on, a warning, or for information"),
        new("hazard", typeof(HazardId), "只看某一隐患", "About this hazard"),
        .. Parameters.Page,
    ];

    public void AddServices(IServiceCollection services)
    {
        services.AddSingleton(s => new InboxQueries(s.GetRequiredService<Npgsql.NpgsqlDataSource>()));
        services.AddSingleton<MessageStore>();
    }

    public void Map(IEndpointRouteBuilder api)
    {
        api.Get(
            "/inbox",
            new Operation(
                Tag.Inbox, "收件箱：本单位被告知的事项，新的在前；查看列表不算打开", "The inbox: what the body was told, the newest first; listing opens nothing")
        {
            Query = Filter, Answer = typeof(InboxPage),
        }, ListAsync);
        api.Get(
            "/inbox/duties",
            new Operation(Tag.Inbox, "应办事项：本单位现在应办的各项时限，先到期的在前", "What the body owes now: its open clocks, the earliest due first")
        {
            Query = [Body, .. Parameters.Page], Answer = typeof(InboxDuties),
        }, DutiesAsync);
        api.Get(
            "/inbox/{id}",
            new Operation(Tag.Inbox, "一条告知；查看不算打开", "One message; looking opens nothing")
            {
                Query = [Parameters.AsOf], Answer = typeof(MessageView),
            }, FindAsync);
        api.Post(
            "/inbox/{id}/opening",
            new Operation(Tag.Inbox, "打开告知：每人首次打开记入履历，重复打开不再记录", "Open a message: the first time of each person is recorded, no other")
        {
            Body = typeof(OpenMessage), IsAct = true, Answer = typeof(OpeningAnswer),
        }, OpenAsync);
        api.Get(
            "/hazards/{id}/told",
            new Operation(
                Tag.Inbox, "告知情况：每个事项告知了谁、何时告知、谁在何时打开、谁从未打开",
                "Who was told what of a hazard, when, who opened it and when, and who never did")
        {
            Query = [Parameters.AsOf], Answer = typeof(ToldAnswer),
        }, ToldAsync);
    }

    public IEnumerable<Command> Commands() => [];

    private static async Task<IResult> ListAsync(
        Call call, InboxQueries inbox, AuthorityQueries authority, IRegistryQueries registry, Naming naming)
    {
        var filter = new InboxFilter
        {
            Unread = call.Query.Flag("unread"), As = call.Query.Code<TellAs>("as"), Hazard = call.Query.Value<HazardId>("hazard"),
        };
        var (cursor, limit) = Parameters.ReadPage(call.Query);
        var scope = call.Scope();
        var (body, refusal) = await WhoseAsync(call, registry, scope.AsOf);
        if ((call.Query.Refusal ?? refusal) is { } wrong)
            return Call.Refuse(wrong);
        var addresses = Told.AddressesOf(body!);
        var page = await inbox.ListAsync(scope, addresses, filter, cursor, limit, call.Stop);
        if (await Parameters.NobodyAsync(call, cursor, page.Items.IsEmpty, registry) is { } nobody)
            return Call.Refuse(nobody);
        var counts = await inbox.CountAsync(scope, addresses, call.Stop);
        var changes = AuthorityEndpoint.IsFor(call.Caller) && scope.AsOf is null
            ? await authority.UnseenAsync(scope, [.. addresses], call.Stop)
            : 0;
        var names = await naming.OfBodiesAsync(page.Items.SelectMany(BodiesOf).Append(body!.Id), scope.AsOf, call.Stop);
        return Call.Json(
            new InboxPage(body.Id, [.. page.Items.Select(i => MessageView.Of(i))], page.Next, scope.AsOf, counts, changes, names));
    }

    private static async Task<IResult> DutiesAsync(
        Call call, IHazardQueries hazards, IRegistryQueries registry, Naming naming, Discretion discretion)
    {
        var (cursor, limit) = Parameters.ReadPage(call.Query);
        var scope = call.Scope();
        var (body, refusal) = await WhoseAsync(call, registry, scope.AsOf);
        if ((call.Query.Refusal ?? refusal) is { } wrong)
            return Call.Refuse(wrong);
        var filter = new HazardFilter { Owes = body!.Id, OwesAsOffice = body.Offices };
        var page = await hazards.LedgerAsync(scope, filter, LedgerSort.Due, false, cursor, limit, call.Stop);
        var items = await discretion.ShownAsync(page.Items, call.Caller, call.Stop);
        return Call.Json(new InboxDuties(
            body.Id, [.. items.Select(i => InboxDuty.Of(i, body))], page.Next, scope.AsOf, scope.Today,
            await naming.OfAsync(items, scope.AsOf, call.Stop)));
    }

    private static async Task<IResult> FindAsync(Call call, string id, InboxQueries inbox, IRegistryQueries registry)
    {
        var scope = call.Scope();
        if (call.Query.Refusal is { } wrong)
            return Call.Refuse(wrong);
        if (!Guid.TryParseExact(id, "D", out var message) || await inbox.FindAsync(scope, message, call.Stop) is not { } item)
            return Call.Refuse(InboxRefusals.NotFound.Because());
        return await IsOwnAsync(call, item, registry) || (MayLook(call) && await InJurisdictionAsync(call, item, registry))
            ? Call.Json(MessageView.Of(item))
            : Call.Refuse(InboxRefusals.NotFound.Because());
    }

    private static async Task<IResult> OpenAsync(
        Call call, string id, InboxQueries inbox, MessageStore messages, IRegistryQueries registry)
    {
        var order = await call.ReadAsync<OpenMessage>();
        if (order.Refusal is { } refusal)
            return Call.Refuse(refusal);
        var scope = new Scope(call.Caller.Jurisdiction, null, DateOnly.MinValue);
        if (!Guid.TryParseExact(id, "D", out var message) || await inbox.FindAsync(scope, message, call.Stop) is not { } item
            || !await IsOwnAsync(call, item, registry))
            return Call.Refuse(InboxRefusals.NotFound.Because());
        if (Texts.Name("actor", order.Given!.By.Name) is { } nameless)
            return Call.Refuse(nameless);
        var (at, now, contended) = await messages.OpenAsync(item, order.Given.By, order.Terms, call.Stop);
        return contended is not null
            ? Call.Refuse(contended)
            : Call.Json(new OpeningAnswer(item.Id, order.Given.By.Name, call.Caller.Body.Id, at, now));
    }

    private static async Task<IResult> ToldAsync(Call call, string id, CaseFiles files, Naming naming, Discretion discretion)
    {
        var scope = call.Scope();
        if (!HazardId.TryParse(id, out var hazard, out var wrongId))
            return Call.Refuse(wrongId with { Field = "id" });
        if (call.Query.Refusal is { } wrong)
            return Call.Refuse(wrong);
        if (await files.OpenAsync(hazard, scope.AsOf, call.Stop) is not { } file || !call.Caller.Sees(file.Newest))
            return Call.Refuse(HazardRefusals.NotFound.Because());
        var answer = ToldAnswer.Of(await discretion.ShownAsync(file, call.Caller, call.Stop), scope.AsOf);
        return Call.Json(answer with { Names = await naming.OfBodiesAsync(answer.Mentioned, scope.AsOf, call.Stop) });
    }

    /// <summary>
    /// The body whose inbox is asked for; another's only for those who watch over it. As of an instant it is whose office it was then.
    /// </summary>
    private static async Task<(Body? Body, Refusal? Refusal)> WhoseAsync(Call call, IRegistryQueries registry, DateTimeOffset? asOf)
    {
        var own = call.Caller.Body;
        if (call.Query.Value<BodyId>(Body.Name) is not { } asked || asked == own.Id)
            return (await ThenAsync(own), null);
        if (!MayLook(call))
            return (null, InboxRefusals.NotYours.Because(Body.Name, ("body", asked)));
        return (await registry.BodiesAsync([asked], call.Stop)).GetValueOrDefault(asked) is { } body
            && call.Caller.Jurisdiction.Contains(body.Region)
            ? (await ThenAsync(body), null)
            : (null, BodyRefusals.NotFound.Because(Body.Name));

        // Who was not there yet was nobody's office.
        async Task<Body> ThenAsync(Body body) =>
            asOf is null ? await registry.WithOfficesAsync(body, null, call.Stop)
            : await registry.BodyAsync(body.Id, asOf, call.Stop) is { } then ? await registry.WithOfficesAsync(then, asOf, call.Stop)
            : body with { Kind = BodyKind.Unit, OfficeFor = [] };
    }

    private static bool MayLook(Call call) =>
        !call.Caller.Body.SeesOnlyItsOwn
            && call.Caller.Key.Roles.Any(r => r is Role.Supervisor or Role.Investigator or Role.ListingAuthority);

    private static async Task<bool> IsOwnAsync(Call call, InboxItem item, IRegistryQueries registry) =>
        Told.AddressesOf(await registry.WithOfficesAsync(call.Caller.Body, null, call.Stop)).Contains(item.Address);

    private static async Task<bool> InJurisdictionAsync(Call call, InboxItem item, IRegistryQueries registry) =>
        !BodyId.TryParse(item.Address, out var id, out _)
        || ((await registry.BodiesAsync([id], call.Stop)).GetValueOrDefault(id) is { } body
            && call.Caller.Jurisdiction.Contains(body.Region));

    private static IEnumerable<BodyId> BodiesOf(InboxItem item)
    {
        yield return item.Context.Body;
        if (BodyId.TryParse(item.Address, out var body, out _))
            yield return body;
        foreach (var opening in item.Openings)
            yield return opening.Body;
    }
}

/// <summary>Nothing need be said; who opens it is the act's <c>actor</c>.</summary>
internal sealed record OpenMessage;

/// <summary>Refusals about the inbox.</summary>
internal static class InboxRefusals
{
#pragma warning disable CS1591 // each code says in both languages what it means
    public static readonly RefusalCode NotFound = new(
        "message.not_found", RefusalKind.NotFound, "没有这条告知，或不是告知您单位的", "There is no such message, or it was not told to your body");
    public static readonly RefusalCode NotYours = new(
        "inbox.not_yours", RefusalKind.Forbidden, "只有督查、挂牌机关和调查审计可以查看其他单位 {body} 的收件箱",
        "Only supervisors, listing authorities and investigators may look into the inbox of another body, {body}");
#pragma warning restore CS1591
}
