using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Api.Administration.Policies;

/// <summary>制度 by REST: check, adopt, withdraw, look up.</summary>
internal static class PolicyEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.Get(
            "/policy",
            new Operation(
                Tag.Codes, "某地某日适用的制度：时限、挂牌权限、方案内容等",
                "The policy that applies in a region on a day: clocks, who may list, what a plan must hold, …")
        {
            Query = [Parameters.Region, new("on", typeof(DateOnly), "日期，默认今天", "The day; today when left out")],
            Answer = typeof(Policy),
        }, InForceAsync);
        api.Get(
            "/policies",
            new Operation(Tag.Codes, "采用过的制度：现行、待生效、已失效", "The policies adopted: in force, to come, past")
            {
                Query = [Parameters.AsOf], Answer = typeof(PolicyList), Versioned = true,
            }, ListAsync);
        api.Get(
            "/policies/shipped",
            new Operation(Tag.Codes, "随产品提供的制度", "The policies that come with the product") { Answer = typeof(ShippedList) },
            () => Call.Json(new ShippedList([.. ShippedPolicies.All.Select(Shipped.Of)])));
        api.Get(
            "/policies/{version}",
            new Operation(Tag.Codes, "一个制度：原文和完整内容", "One policy: its document, and the whole with what its bases say")
            {
                Query = [Parameters.AsOf], Answer = typeof(PolicyView),
            }, FindAsync);
        api.Post(
            "/policies/check",
            new Operation(
                Tag.Codes, "检查制度文件（系统管理）：列出全部错误及行列", "Check a policy document (administrators): every mistake with its line and column")
        {
            Body = typeof(PolicyDocument), Answer = typeof(CheckAnswer), Forbids = NoAdministrator,
        }, CheckAsync);
        api.Post(
            "/policies",
            Act<PolicyOrder>("采用制度（系统管理）：从今后某日起适用", "Adopt a policy (administrators): from a day to come on") with { Success = 201 },
            AdoptAsync);
        api.Post("/policies/{version}/withdrawal", Act<WithdrawalOrder>("停用制度（系统管理）", "Withdraw a policy (administrators)")
            // A policy that is not there for the caller is not found, whatever its roles.
            with { Forbids = null }, WithdrawAsync);
    }

    private static Operation Act<T>(string chinese, string english) =>
        new(Tag.Codes, chinese, english)
        {
            Body = typeof(T), IsAct = true, Answer = typeof(PolicyAnswer), Versioned = true, Forbids = NoAdministrator,
        };

    private static Refusal? NoAdministrator(Caller caller) =>
        caller.Key.Roles.Contains(Role.Administrator) ? null : PolicyRefusals.Forbidden.Because(null, ("region", caller.Jurisdiction));

    private static async Task<IResult> InForceAsync(Call call, RulebookSource rules, TimeProvider clock)
    {
        var region = call.Query.AnyRegion() ?? call.Caller.Body.Region;
        var on = call.Query.Date("on") ?? ChinaTime.DateAt(clock.GetUtcNow());
        return call.Query.Refusal is { } refusal
            ? Call.Refuse(refusal)
            : Call.Json((await rules.NowAsync(0, call.Stop)).PolicyOn(region, on));
    }

    private static async Task<IResult> ListAsync(Call call, PolicyStore store, TimeProvider clock)
    {
        var asOf = call.AsOf();
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        var register = await store.LoadAsync(asOf, call.Stop);
        var today = ChinaTime.DateAt(asOf ?? clock.GetUtcNow());
        var seen = register.All.Where(p => Sees(call, p)).Select(p => AdoptionView.Of(p, today));
        return call.Shown(new PolicyList([.. seen], asOf, today), register.Stream);
    }

    private static async Task<IResult> FindAsync(Call call, string version, PolicyStore store, TimeProvider clock)
    {
        var asOf = call.AsOf();
        if (Read(version, out var wanted) is { } wrong)
            return Call.Refuse(wrong);
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        var register = await store.LoadAsync(asOf, call.Stop);
        var today = ChinaTime.DateAt(asOf ?? clock.GetUtcNow());
        if (register.Find(wanted) is { } adopted && Sees(call, adopted))
            return Call.Json(PolicyView.Of(adopted.Event.Policy, adopted.Policy, AdoptionView.Of(adopted, today)));
        return ShippedPolicies.Find(wanted) is { } shipped
            ? Call.Json(PolicyView.Of(shipped, PolicyShelf.Shipped.Resolve(PolicyDocument.Read(shipped.Json)), null))
            : Call.Refuse(PolicyRefusals.NotFound.Because("version", ("version", wanted)));
    }

    private static async Task<IResult> CheckAsync(Call call, PolicyStore store)
    {
        var (bytes, refusal) = await RequestBody.ReadAsync(call.Request, PolicyCheck.MostBytes, call.Stop);
        if (refusal is not null)
            return Call.Refuse(refusal);
        var check = PolicyCheck.Of(bytes, (await store.LoadAsync(null, call.Stop)).Shelf, call.Stop);
        return Call.Json(CheckAnswer.Of(check));
    }

    private static async Task<IResult> AdoptAsync(Call call, PolicyStore store)
    {
        var order = await call.ReadAsync<PolicyOrder>();
        if (order.Refusal is { } refusal)
            return Call.Refuse(refusal);
        var (text, wrong) = order.Command!.Text();
        return text is null
            ? Call.Refuse(wrong!)
            : Answer(call, await store.ExecuteAsync(new AdoptPolicy(text), order.Given!, order.Terms, call.Stop), null, 201);
    }

    private static async Task<IResult> WithdrawAsync(Call call, string version, PolicyStore store)
    {
        if (Read(version, out var wanted) is { } wrong)
            return Call.Refuse(wrong);
        var order = await call.ReadAsync<WithdrawalOrder>();
        return order.Refusal is { } refusal
            ? Call.Refuse(refusal)
            : Answer(
                call,
                await store.ExecuteAsync(
                    new WithdrawPolicy(wanted, order.Command!.Reason, order.Command.LastDay), order.Given!, order.Terms,
                    call.Stop), wanted, 200);
    }

    private static IResult Answer(Call call, Outcome<PolicyRegister> outcome, PolicyVersion? version, int status)
    {
        if (outcome is not Outcome<PolicyRegister>.Done done)
            return Call.Refuse(((Outcome<PolicyRegister>.Refused)outcome).Refusal);
        var policy = version is { } wanted ? done.After.Find(wanted)! : done.After.All[^1];
        call.Mark(done.After.Stream, done.Repeated);
        if (status == 201)
            call.Response.Headers.Location = $"{Links.Root}/policies/{policy.Version}";
        return Call.Json(
            new PolicyAnswer(AdoptionView.Of(policy, ChinaTime.DateAt(done.RecordedAt)), EventAnswer.Of(done.Events), done.RecordedAt),
            status);
    }

    private static Refusal? Read(string text, out PolicyVersion version) =>
        PolicyVersion.TryParse(text, out version, out var refusal) ? null : refusal with { Field = "version" };

    private static bool Sees(Call call, AdoptedPolicy policy) =>
        call.Caller.Jurisdiction.Contains(policy.Event.Jurisdiction) || policy.Event.Jurisdiction.Contains(call.Caller.Jurisdiction);
}

/// <summary>Adopts a document of the caller's own, or one that comes with the product.</summary>
/// <param name="Document">The policy document.</param>
/// <param name="Shipped">The version of a shipped one.</param>
/// <param name="EffectiveFrom">For a shipped one: the first day it applies here.</param>
/// <param name="Jurisdiction">For a shipped one: where it applies; as it says when left out.</param>
internal sealed record PolicyOrder(
    JsonElement? Document = null, PolicyVersion? Shipped = null, DateOnly? EffectiveFrom = null, RegionCode? Jurisdiction = null)
{
    /// <summary>The document to adopt.</summary>
    public (string? Text, Refusal? Refusal) Text()
    {
        if (Document is { } given)
            return Shipped is null && EffectiveFrom is null && Jurisdiction is null
                ? (given.GetRawText(), null)
                : (null, PolicyRefusals.NothingGiven.Because());
        if (Shipped is not { } version)
            return (null, PolicyRefusals.NothingGiven.Because());
        return ShippedPolicies.Find(version) is { } shipped
            ? (Copy(shipped, EffectiveFrom, Jurisdiction), null)
            : (null, PolicyRefusals.NotFound.Because("shipped", ("version", version)));
    }

    /// <summary>A shipped document with days and region of the place that adopts it.</summary>
    internal static string Copy(PolicyText shipped, DateOnly? from, RegionCode? jurisdiction)
    {
        var copy = JsonNode.Parse(shipped.Json)!.AsObject();
        if (from is { } day)
            copy["effectiveFrom"] = day.ToString("yyyy-MM-dd", null);
        if (jurisdiction is { } region)
            copy["jurisdiction"] = region.Value;
        return copy.ToJsonString(DomainJson.Options);
    }
}

/// <summary>Withdraws a policy.</summary>
/// <param name="Reason">Why.</param>
/// <param name="LastDay">The last day it applies; today when left out.</param>
internal sealed record WithdrawalOrder(string Reason, DateOnly? LastDay = null);

/// <summary>Where an adopted policy stands on a day.</summary>
internal enum PolicyState
{
    /// <summary>待生效.</summary>
    [Label("待生效", "To come")] Coming,

    /// <summary>现行.</summary>
    [Label("现行", "In force")] InForce,

    /// <summary>已失效.</summary>
    [Label("已失效", "Past, or withdrawn before it began")] Past,
}

/// <summary>An adopted policy.</summary>
internal sealed record AdoptionView(
    PolicyVersion Version, string Title, RegionCode Jurisdiction, string JurisdictionName, DateOnly From, DateOnly? To, PolicyState State,
    string? Withdrawn,
    Sha256Digest Digest, ImmutableArray<PolicySource> Sources)
{
    public static AdoptionView Of(AdoptedPolicy p, DateOnly today) => new(
        p.Version, p.Policy.Title, p.Event.Jurisdiction, Regions.FullNameOf(p.Event.Jurisdiction), p.Event.From, p.To,
        p.To < today || p.To < p.Event.From ? PolicyState.Past : p.Event.From > today ? PolicyState.Coming : PolicyState.InForce,
        p.Withdrawn, p.Event.Policy.Digest, p.Policy.Sources);
}

/// <summary>The policies adopted.</summary>
internal sealed record PolicyList(ImmutableArray<AdoptionView> Items, DateTimeOffset? AsOf, DateOnly Today);

/// <summary>A policy that comes with the product.</summary>
internal sealed record Shipped(
    PolicyVersion Version, string Title, RegionCode Jurisdiction, string JurisdictionName, PolicyVersion? Base,
    ImmutableArray<PolicySource> Sources)
{
    public static Shipped Of(PolicyText text)
    {
        var document = PolicyDocument.Read(text.Json);
        return new Shipped(
            document.Version, document.Title, document.Jurisdiction, Regions.FullNameOf(document.Jurisdiction), document.Base,
            document.Sources);
    }
}

/// <summary>The policies that come with the product.</summary>
internal sealed record ShippedList(ImmutableArray<Shipped> Items);

/// <summary>A policy, whole.</summary>
/// <param name="Version">Name and number.</param>
/// <param name="Digest">SHA-256 of the document.</param>
/// <param name="Document">The document.</param>
/// <param name="Policy">The whole policy, with what its bases say.</param>
/// <param name="Adoption">Where and when it applies; absent for one that only ships.</param>
internal sealed record PolicyView(PolicyVersion Version, Sha256Digest Digest, JsonElement Document, Policy Policy, AdoptionView? Adoption)
{
    public static PolicyView Of(PolicyText text, Policy policy, AdoptionView? adoption)
    {
        using var json = JsonDocument.Parse(text.Json);
        return new PolicyView(text.Version, text.Digest, json.RootElement.Clone(), policy, adoption);
    }
}

/// <summary>What a command on a policy answers.</summary>
internal sealed record PolicyAnswer(AdoptionView Policy, ImmutableArray<EventAnswer> Events, DateTimeOffset RecordedAt);

/// <summary>A mistake in a document.</summary>
internal sealed record FindingView(int Line, int Column, string? Path, string Code, string Chinese, string English)
{
    public static FindingView Of(Finding f) => new(f.Line, f.Column, f.Refusal.Field, f.Code, f.Refusal.Chinese, f.Refusal.English);
}

/// <summary>What was found; and the whole policy when nothing was.</summary>
internal sealed record CheckAnswer(ImmutableArray<FindingView> Findings, Policy? Policy)
{
    public static CheckAnswer Of(PolicyCheck check) => new([.. check.Findings.Select(FindingView.Of)], check.Policy);
}
