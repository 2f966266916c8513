using System.Collections.Immutable;
using System.CommandLine;
using Hazards.Api.Administration.Jobs;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;
using Hazards.Projections.Store;

namespace Hazards.Api.Administration.Webhooks;

/// <summary>推送: other systems are told by HTTP what happens, by REST for administrators.</summary>
internal sealed class WebhookModule : IModule
{
    public void AddServices(IServiceCollection services)
    {
        services.AddSingleton<WebhookAddresses>();
        services.AddSingleton<WebhookSecrets>();
        services.AddSingleton<WebhookSender>();
        services.AddSingleton<WebhookProgress>();
        services.AddSingleton<WebhookStore>();
        services.AddSingleton<WebhookWorker>();
        services.AddScheduled(
            JobKind.SendWebhooks, o => o.Webhooks.Every, (s, stop) => s.GetRequiredService<WebhookWorker>().RunAsync(stop));
    }

    public IEnumerable<Command> Commands() => [];

    public void Map(IEndpointRouteBuilder api)
    {
        api.Get("/webhooks", new Operation(Tag.Registry, "推送列表（系统管理）", "Webhooks (administrators only)")
        {
            Query = [new("removed", typeof(bool), "是否包括已注销的，默认否", "Whether removed ones are included; not when left out")],
            Answer = typeof(WebhookList),
        }, ListAsync);
        api.Get("/webhooks/{id}", Look<WebhookView>("推送（系统管理）", "One webhook (administrators only)") with { Versioned = true }, FindAsync);
        api.Get("/webhooks/{id}/deliveries", Look<WebhookDeliveries>(
            $"推送进度和最近 {WebhookProgress.Kept} 次推送（系统管理）",
            $"How far a webhook has got, and its newest {WebhookProgress.Kept} deliveries (administrators only)"), DeliveriesAsync);
        api.Get("/webhooks/{id}/events", Look<WebhookHistory>(
            "推送履历：登记、变更、暂停、恢复（系统管理）", "A webhook's history: registered, changed, paused, resumed (administrators only)")
            with { Versioned = true }, HistoryAsync);
        api.Post("/webhooks", Act<RegisterWebhook>(
            "登记推送（系统管理）：密钥只显示一次", "Register a webhook (administrators only): its secret is shown once")
            with { Success = 201 }, RegisterAsync);
        api.Post("/webhooks/{id}/changes", Act<ChangeWebhook>("变更推送（系统管理）", "Change a webhook (administrators only)"),
            (Call call, string id, WebhookStore store) => ActAsync<ChangeWebhook>(call, id, (webhook, order) =>
                store.ChangeAsync(webhook, order.Command!, order.Given!, order.Terms, call.Stop)));
        api.Post("/webhooks/{id}/pause", Act<PauseWebhook>("暂停推送（系统管理）", "Pause a webhook (administrators only)"),
            (Call call, string id, WebhookStore store) => ActAsync<PauseWebhook>(call, id, (webhook, order) =>
                store.PauseAsync(webhook, order.Command!, order.Given!, order.Terms, call.Stop)));
        api.Post("/webhooks/{id}/resumption", Act<ResumeWebhook>(
            "恢复推送（系统管理）：从停下处继续", "Resume a webhook (administrators only): it goes on where it stopped"),
            (Call call, string id, WebhookStore store) => ActAsync<ResumeWebhook>(call, id, (webhook, order) =>
                store.ResumeAsync(webhook, order.Given!, order.Terms, call.Stop)));
        api.Post("/webhooks/{id}/secret-rotation", Act<RotateWebhookSecret>(
            "更换推送密钥（系统管理）：新密钥只显示一次", "Rotate a webhook's secret (administrators only): the new one is shown once"),
            (Call call, string id, WebhookStore store) => ActAsync<RotateWebhookSecret>(call, id, (webhook, order) =>
                store.RotateAsync(webhook, order.Given!, order.Terms, call.Stop)));
        api.Post("/webhooks/{id}/removal", Act<RemoveWebhook>("注销推送（系统管理）", "Remove a webhook (administrators only)"),
            (Call call, string id, WebhookStore store) => ActAsync<RemoveWebhook>(call, id, (webhook, order) =>
                store.RemoveAsync(webhook, order.Command!, order.Given!, order.Terms, call.Stop)));
        api.Post("/webhooks/{id}/test", new Operation(Tag.Registry,
            "试推送（系统管理）：立即发送一条 ping，答复对方的状态码和用时",
            "Try a webhook (administrators only): sends a ping now, and says the status and how long it took")
        {
            Answer = typeof(WebhookTest), HoldsNoRecords = true,
        }, TestAsync);
    }

    private static Operation Look<T>(string chinese, string english) => new(Tag.Registry, chinese, english) { Answer = typeof(T) };

    private static Operation Act<T>(string chinese, string english) =>
        new(Tag.Registry, chinese, english)
        {
            Body = typeof(T), IsAct = true, Answer = typeof(WebhookAnswer), Versioned = true, Forbids = NoAdministrator,
        };

    private static Refusal? NoAdministrator(Caller caller) =>
        caller.Key.Roles.Contains(Role.Administrator) ? null : WebhookRefusals.Forbidden.Because();

    private static async Task<IResult> ListAsync(Call call, IRegistryQueries registry)
    {
        var removed = call.Query.Flag("removed") ?? false;
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        if (!IsAdministrator(call))
            return Call.Refuse(WebhookRefusals.Forbidden.Because());
        var found = await registry.ListWebhooksAsync(call.Caller.Jurisdiction, removed, call.Stop);
        return Call.Json(new WebhookList([.. found.Select(WebhookView.Of)]));
    }

    private static async Task<IResult> FindAsync(Call call, string id, WebhookStore store)
    {
        var (webhook, refusal) = await ReadAsync(call, id, store);
        return webhook is null ? Call.Refuse(refusal!) : call.Versioned(WebhookView.Of(webhook), webhook.Version);
    }

    private static async Task<IResult> DeliveriesAsync(Call call, string id, WebhookStore store, WebhookProgress progress)
    {
        var (webhook, refusal) = await ReadAsync(call, id, store);
        return webhook is null ? Call.Refuse(refusal!) : Call.Json(await progress.ReadAsync(webhook, call.Stop));
    }

    private static async Task<IResult> HistoryAsync(Call call, string id, WebhookStore store, IEventLog log)
    {
        var (webhook, refusal) = await ReadAsync(call, id, store);
        if (webhook is null)
            return Call.Refuse(refusal!);
        var events = await log.FetchAsync(webhook.Id, webhook.Version, cancellationToken: call.Stop);
        return call.Versioned(new WebhookHistory(webhook.Id, webhook.Version, [.. events.Select(HistoryEvent.Of)]), webhook.Version);
    }

    private static async Task<IResult> RegisterAsync(Call call, WebhookStore store)
    {
        var order = await call.ReadAsync<RegisterWebhook>();
        if (order.Refusal is { } refusal)
            return Call.Refuse(refusal);
        var outcome = await store.RegisterAsync(order.Command!, order.Given!, order.Terms, call.Stop);
        if (outcome is Outcome<KeptWebhook>.Done done)
            call.Response.Headers.Location = WebhookAnswer.LinkOf(done.After.Webhook.Id);
        return Answer(call, outcome, 201);
    }

    private static async Task<IResult> ActAsync<T>(
        Call call, string id, Func<Guid, Order<T>, Task<Outcome<KeptWebhook>>> act) where T : class
    {
        if (!Guid.TryParseExact(id, "D", out var webhook))
            return Call.Refuse(WebhookRefusals.NotFound.Because("id"));
        var order = await call.ReadAsync<T>();
        return order.Refusal is { } refusal ? Call.Refuse(refusal) : Answer(call, await act(webhook, order), 200);
    }

    private static async Task<IResult> TestAsync(Call call, string id, WebhookStore store, WebhookSender sender)
    {
        if (call.Query.Refusal is { } wrong)
            return Call.Refuse(wrong);
        var (webhook, refusal) = await ReadAsync(call, id, store);
        if (webhook is null)
            return Call.Refuse(refusal!);
        if (await store.UntestableAsync(webhook, call.Caller.As(null), call.Stop) is { } untestable)
            return Call.Refuse(untestable);
        var attempt = await sender.SendAsync(webhook, WebhookMessage.Try(webhook, call.Now), call.Stop);
        return Call.Json(new WebhookTest(Labels.Of(attempt.Outcome), attempt.Status, attempt.Milliseconds));
    }

    private static IResult Answer(Call call, Outcome<KeptWebhook> outcome, int status)
    {
        if (outcome is not Outcome<KeptWebhook>.Done done)
            return Call.Refuse(((Outcome<KeptWebhook>.Refused)outcome).Refusal);
        var webhook = done.After.Webhook;
        call.Mark(webhook.Version, done.Repeated);
        call.Response.Headers.CacheControl = "no-store";
        var own = WebhookAnswer.LinkOf(webhook.Id);
        return Call.Json(new WebhookAnswer(
            webhook.Id, webhook.Version, WebhookView.Of(webhook), done.After.Secret, EventAnswer.Of(done.Events), done.RecordedAt,
            new Dictionary<string, string> { ["self"] = own, ["deliveries"] = $"{own}/deliveries", ["events"] = $"{own}/events" }), status);
    }

    private static async Task<(Webhook? Webhook, Refusal? Refusal)> ReadAsync(Call call, string id, WebhookStore store)
    {
        if (!IsAdministrator(call))
            return (null, WebhookRefusals.Forbidden.Because());
        return Guid.TryParseExact(id, "D", out var known)
            && await store.FindAsync(known, call.Caller.Jurisdiction, call.Stop) is { } webhook
            ? (webhook, null)
            : (null, WebhookRefusals.NotFound.Because("id"));
    }

    private static bool IsAdministrator(Call call) => call.Caller.Key.Roles.Contains(Role.Administrator);
}

/// <summary>A webhook as administrators see it: without what it signs with.</summary>
/// <param name="Id">Its identity.</param>
/// <param name="Address">Where messages are sent.</param>
/// <param name="Body">The body whose system it is.</param>
/// <param name="Region">The jurisdiction; nothing outside is sent.</param>
/// <param name="Types">Which types of events; none: all there are.</param>
/// <param name="Note">What it is for.</param>
/// <param name="Paused">Why nothing is sent now; absent when it is.</param>
/// <param name="Removed">Nothing is sent any more.</param>
/// <param name="Version">Its version.</param>
internal sealed record WebhookView(
    Guid Id, string Address, BodyId Body, RegionCode Region, ImmutableArray<string> Types, string? Note,
    CodeEntry? Paused, bool Removed, long Version)
{
    public static WebhookView Of(Webhook w) => new(
        w.Id, w.Address, w.Body, w.Region, w.Types, w.Note, Labels.Of(w.Paused), w.Removed, w.Version);
}

/// <summary>Webhooks.</summary>
internal sealed record WebhookList(ImmutableArray<WebhookView> Items);

/// <summary>A webhook's history.</summary>
internal sealed record WebhookHistory(Guid Id, long Version, ImmutableArray<HistoryEvent> Events);

/// <summary>What came of trying a webhook.</summary>
/// <param name="Outcome">What became of the ping.</param>
/// <param name="Status">The answer's status; absent when there was none.</param>
/// <param name="Milliseconds">How long it took.</param>
internal sealed record WebhookTest(CodeEntry Outcome, int? Status, int Milliseconds);

/// <summary>What a command on a webhook answers.</summary>
/// <param name="Id">The webhook's identity.</param>
/// <param name="Version">Its version.</param>
/// <param name="Webhook">The webhook.</param>
/// <param name="Secret">What its messages are signed with: shown this once, absent when a request is repeated.</param>
/// <param name="Events">What was written.</param>
/// <param name="RecordedAt">When.</param>
/// <param name="Links">Where to go on.</param>
internal sealed record WebhookAnswer(
    Guid Id, long Version, WebhookView Webhook, string? Secret, ImmutableArray<EventAnswer> Events, DateTimeOffset RecordedAt,
    IReadOnlyDictionary<string, string> Links)
{
    public static string LinkOf(Guid id) => $"{LifeCycle.Links.Root}/webhooks/{id:D}";
}
