using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hazards.Api.Administration;
using Hazards.Api.Administration.Policies;
using Hazards.Api.Lists;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;

namespace Hazards.Api.Investigation;

/// <summary>谁看过: the record of looks by REST.</summary>
internal sealed class AccessModule : IModule
{
    // Before the filter, which is made from it.
    private static readonly string[] Kinds =
        [.. EventTypes.All.Where(t => t.Value.IsAssignableTo(typeof(IAccessEvent))).Select(t => t.Key).Order(StringComparer.Ordinal)];

    private static readonly ImmutableArray<QueryParameter> Filter =
    [
        new("body", typeof(BodyId), "查阅单位", "Callers of this body"),
        new("client", typeof(string), "查阅的系统", "Through this client") { Longest = Texts.NameLength },
        new("kind", typeof(string), $"事件类型：{string.Join("、", Kinds)}", $"The kind: {string.Join(", ", Kinds)}") { Longest = 60 },
        new("from", typeof(DateTimeOffset), "不早于此时登记", "Recorded at this instant or later"),
        new("to", typeof(DateTimeOffset), "早于此时登记", "Recorded before this instant"),
        .. Parameters.Page,
    ];

    public void AddServices(IServiceCollection services)
    {
        services.AddSingleton<AccessQueries>();
        services.AddSingleton<AuthorityQueries>();
    }

    public IEnumerable<Command> Commands() => [];

    public void Map(IEndpointRouteBuilder api)
    {
        api.Get(
            "/access",
            new Operation(
                Tag.Access, "查阅记录：谁在何时因何看过、导出过什么（系统管理、调查、督查）",
                "Who looked at what, when and why; the newest first (administrators, investigators, supervisors)")
        {
            Query =
            [
                Parameters.Region,
                new("hazard", typeof(HazardId), "看过这条隐患的", "At this hazard"),
                new("enterprise", typeof(CreditCode), "看过这个单位的：统一社会信用代码", "At this enterprise or its hazards: its credit code"),
                new("asked", typeof(BodyId), "看过这个单位的（收件箱、应办事项）", "At this body: its inbox, its duties"),
                .. Filter,
            ],
            Answer = typeof(AccessPage),
        }, ListAsync);
        api.Get(
            "/hazards/{id}/access",
            new Operation(
                Tag.Access, "谁看过这条隐患：查阅、导出、证据包、个人信息、封存期间的变更尝试（系统管理、调查、督查）",
                "Who looked at a hazard: readings, exports, evidence, personal data, attempts on sealed records (administrators, investigators, supervisors)")
        {
            Query = Filter, Answer = typeof(AccessPage),
        }, OfHazardAsync);
        AuthorityEndpoint.Map(api);
    }

    private static async Task<IResult> ListAsync(
        Call call, AccessQueries access, IHazardQueries hazards, IRegistryQueries registry, RulebookSource rules, Naming naming)
    {
        var filter = Read(call) with
        {
            Region = call.Query.Region(), Enterprise = call.Query.Value<CreditCode>("enterprise"),
            AskedBody = call.Query.Value<BodyId>("asked"),
        };
        var hazard = call.Query.Value<HazardId>("hazard");
        if (Forbidden(call) is { } refusal)
            return Call.Refuse(refusal);
        if (hazard is { } asked && await hazards.FindAsync(call.Scope(), asked, call.Stop) is null)
            return Call.Refuse(HazardRefusals.NotFound.Because("hazard"));
        return await AnswerAsync(call, filter with { Hazard = hazard }, access, registry, rules, naming);
    }

    private static async Task<IResult> OfHazardAsync(
        Call call, string id, AccessQueries access, HazardStore store, IRegistryQueries registry, RulebookSource rules, Naming naming)
    {
        if (!HazardId.TryParse(id, out var hazard, out var wrongId))
            return Call.Refuse(wrongId with { Field = "id" });
        var filter = Read(call) with { Hazard = hazard };
        if (Forbidden(call) is { } refusal)
            return Call.Refuse(refusal);
        if (await store.LoadAsync(hazard, call.AsOf(), call.Stop) is not { } state || !call.Caller.Sees(state))
            return Call.Refuse(HazardRefusals.NotFound.Because());
        return await AnswerAsync(call, filter, access, registry, rules, naming);
    }

    private static AccessFilter Read(Call call)
    {
        var kind = call.Query.Text("kind", 60);
        if (kind is not null && !Kinds.Contains(kind))
            call.Query.Refuse(
                RequestRefusals.UnknownCode.Because("kind", ("value", Texts.Excerpt(kind)), ("allowed", string.Join(", ", Kinds))));
        var (from, to) = call.Query.InstantPair("from", "to");
        return new AccessFilter
        {
            Body = call.Query.Value<BodyId>("body"), Client = call.Query.Text("client", Texts.NameLength), Kind = kind,
            From = from, To = to,
        };
    }

    private static Refusal? Forbidden(Call call)
    {
        call.AsOf();
        return call.Query.Refusal
            ?? (call.Caller.Key.Roles.Any(r => r is Role.Administrator or Role.Investigator or Role.Supervisor) ? null : LookRefusals.Forbidden.Because());
    }

    private static async Task<IResult> AnswerAsync(
        Call call, AccessFilter filter, AccessQueries access, IRegistryQueries registry, RulebookSource rules, Naming naming)
    {
        var (cursor, limit) = Parameters.ReadPage(call.Query);
        var scope = call.Scope();
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        var page = await access.ListAsync(scope, filter, cursor, limit, call.Stop);
        if (await Parameters.NobodyAsync(call, cursor, page.Items.IsEmpty, registry) is { } nobody)
            return Call.Refuse(nobody);
        var names = await naming.OfBodiesAsync(page.Items.Select(i => i.Context.Body), scope.AsOf, call.Stop);
        return Call.Json(
            new AccessPage([.. page.Items.Select(i => LookView.Of(i, filter.Hazard, MayKnow(i)))], page.Next, scope.AsOf, names));

        // As the persons themselves: whose data were seen, and that it may be a whistle-blower, is for the roles that the policy names.
        bool MayKnow(AccessEntry look) =>
            look.Happened is not PersonalDataViewed
            || rules.Current.PrivacyAt(look.Happened.Looked.Region, look.RecordedAt).WhistleBlower.Any(call.Caller.Key.Roles.Contains);
    }
}

/// <summary>A page of looks.</summary>
/// <param name="Items">The looks.</param>
/// <param name="Next">Cursor of the next page; absent on the last.</param>
/// <param name="AsOf">The instant looked from; absent for now.</param>
/// <param name="Bodies">Names of the bodies that looked.</param>
internal sealed record AccessPage(
    ImmutableArray<LookView> Items, string? Next, DateTimeOffset? AsOf, IReadOnlyDictionary<string, string> Bodies);

/// <summary>A look.</summary>
/// <param name="Position">Its position in the log.</param>
/// <param name="Event">What it was.</param>
/// <param name="RecordedAt">When.</param>
/// <param name="Body">Who looked: the body.</param>
/// <param name="Actor">The person, as the calling system names it.</param>
/// <param name="Client">The calling system.</param>
/// <param name="Role">The role.</param>
/// <param name="Purpose">Why, or the case.</param>
/// <param name="Region">The region looked at.</param>
/// <param name="Hazards">How many hazards were looked at.</param>
/// <param name="Refused">Whether nothing was handed out.</param>
/// <param name="Data">The facts. Where one hazard's looks are asked for, the others are left out; whose personal data were
/// seen, for those who may not know the person.</param>
internal sealed record LookView(
    long Position, CodeEntry Event, DateTimeOffset RecordedAt, BodyId Body, string Actor, string Client, CodeEntry Role, string? Purpose,
    RegionCode Region, int Hazards, bool Refused, JsonElement Data)
{
    public static LookView Of(AccessEntry e, HazardId? only, bool whole)
    {
        var (happened, looked) = (e.Happened, e.Happened.Looked);
        var data = JsonSerializer.SerializeToNode(happened, happened.GetType(), DomainJson.Options)!;
        if (!whole)
        {
            data.AsObject().Remove("person");
            data["parts"] = new JsonArray();
            if (data["looked"]!["asked"] is { } asked)
                asked["path"] = looked.Asked!.Route;
        }

        if (only is { } hazard)
            data["looked"]!["hazards"] = JsonSerializer.SerializeToNode(new[] { hazard }, DomainJson.Options);
        return new LookView(
            e.Position, EventLabels.Of(EventTypes.NameOf(happened)), e.RecordedAt, e.Context.Body, e.Context.Actor, e.Context.Client,
            Labels.Of(e.Context.Role), looked.Purpose,
            looked.Region, looked.Hazards.Length,
            happened is SealedAttemptRefused or PersonalDataViewed { Parts.IsDefaultOrEmpty: true } || looked.Asked is { Refused: true },
            JsonSerializer.SerializeToElement(data, DomainJson.Options));
    }
}

/// <summary>Refusals about the record of looks.</summary>
internal static class LookRefusals
{
#pragma warning disable CS1591 // each code says in both languages what it means
    public static readonly RefusalCode Forbidden = new(
        "access.forbidden", RefusalKind.Forbidden, "只有系统管理、调查审计和督查可以查看查阅记录",
        "Only administrators, investigators and supervisors may see who looked");
#pragma warning restore CS1591
}
