using System.Text;
using System.Text.Json.Nodes;
using Hazards.Api.Administration.Accounts;
using Hazards.Api.Administration.Jobs;
using Hazards.Api.Administration.Policies;
using Hazards.Api.Administration.Registry;
using Hazards.Api.Administration.Webhooks;
using Hazards.Api.Http.Pages;
using Hazards.Api.Http.Pages.Shared;
using Hazards.Api.Supervision;
using Hazards.Domain;

namespace Hazards.Api.Administration.Pages;

/// <summary>
/// 系统管理: people, bodies, keys, webhooks, policies, calendar, letterheads, jobs. Every change is an event with who and when.
/// </summary>
internal static class AdminPages
{
    public static void Map(IEndpointRouteBuilder pages)
    {
        pages.PageGet("/admin", page => Task.FromResult(Results.Redirect("/admin/accounts")));
        pages.Page<AccountsPage>("/admin/accounts", OpenAsync);
        pages.Page<AccountEditPage>("/admin/accounts/{id}", ChangeAccountAsync);
        pages.Page<BodiesPage>("/admin/bodies", page => DoneAsync<BodyAnswer>(
            page, "/bodies", FormJson.Of(page, "id", "name", "kind", "region", "creditCode", "parent", "keeper").And(page, "sectors"),
            "/admin/bodies", page.T("单位已登记。", "The body is registered.")));
        pages.Page<BodyEditPage>("/admin/bodies/{id}", ChangeBodyAsync);
        pages.Page<KeysPage>("/admin/keys", IssueAsync);
        pages.PagePost("/admin/keys/{id}/revocation", RevokeAsync);
        pages.Page<AuthorityPageView>("/admin/authority");
        pages.PagePost("/admin/authority/{position}/opening", OpenChangeAsync);
        pages.Page<WebhooksPage>("/admin/webhooks", RegisterAsync);
        pages.Page<WebhookPage>("/admin/webhooks/{id}", ChangeWebhookAsync);
        pages.Page<PoliciesPage>("/admin/policies", PolicyAsync);
        pages.Page<PolicyPage>("/admin/policies/{version}", WithdrawAsync);
        pages.Page<CalendarPage>("/admin/calendar", CalendarAsync);
        pages.Page<JobsPage>("/admin/jobs");
        pages.PagePost("/admin/jobs/{id}/replay", ReplayAsync);
    }

    /// <summary>Gives a command and goes on; or keeps the refusal for the form.</summary>
    private static async Task<IResult?> DoneAsync<T>(PageCall page, string pattern, JsonObject body, string to, string said, params (string, string)[] route) where T : class
    {
        var answered = await page.PostAsync<T>(pattern, body, FormJson.Text(page, "_key"), VersionOf(page), route);
        page.Problem = answered.Refusal;
        return answered.Refusal is null ? page.Go(to, said) : null;
    }

    private static async Task<IResult> OpenChangeAsync(PageCall page)
    {
        var opened = await page.PostAsync<OpeningAnswer>(
            "/authority/changes/{position}/opening", [], null, null, ("position", page.Route("position")));
        if (opened.Refusal is { } refusal)
        {
            page.Refusal = refusal;
            return PageRoutes.Show<ErrorPage>(page);
        }

        return page.Go(PageRoutes.Safe(page.Form!["to"]));
    }

    private static long? VersionOf(PageCall page) => long.TryParse(FormJson.Text(page, "_version"), out var version) ? version : null;

    private static async Task<IResult?> OpenAsync(PageCall page)
    {
        var answered = await page.PostAsync<AccountAnswer>(
            "/accounts", FormJson.Of(page, "login", "name", "body", "region").And(page, "roles"), FormJson.Text(page, "_key"));
        Show(page, answered, answered.Value?.FirstPassword);
        return null;
    }

    // What is shown once cannot go into an address: the page itself shows it.
    private static void Show<T>(PageCall page, Answered<T> answered, string? once) where T : class
    {
        page.Problem = answered.Refusal;
        page.Done = answered.Value;
        page.ShownOnce = once;
    }

    private static async Task<IResult?> ChangeAccountAsync(PageCall page)
    {
        var (to, id) = ($"/admin/accounts/{page.Route("id")}", ("id", page.Route("id")));
        switch (FormJson.Text(page, "what"))
        {
            case "change":
                return await DoneAsync<AccountAnswer>(
                    page, "/accounts/{id}/changes", FormJson.Of(page, "name", "body", "region").And(page, "roles"), to,
                    page.T("账号已变更，原登录已退出。", "The account was changed; its sessions have ended."), id);
            case "password":
                var answered = await page.PostAsync<AccountAnswer>(
                    "/accounts/{id}/password-reset", [], FormJson.Text(page, "_key"), VersionOf(page), id);
                Show(page, answered, answered.Value?.FirstPassword);
                return null;
            case "factor":
                return await DoneAsync<AccountAnswer>(
                    page, "/accounts/{id}/second-factor-removal", FormJson.Of(page, "reason"), to,
                    page.T("动态口令已移除。", "The second factor was removed."), id);
            case "close":
                return await DoneAsync<AccountAnswer>(
                    page, "/accounts/{id}/closure", FormJson.Of(page, "reason"), to, page.T("账号已停用。", "The account is closed."), id);
            case "end":
                return await DoneAsync<AccountAnswer>(
                    page, "/accounts/{id}/sessions/{session}/end", [], to, page.T("该登录已退出。", "The session has ended."), id,
                    ("session", FormJson.Text(page, "session")));
            default:
                return null;
        }
    }

    private static async Task<IResult?> ChangeBodyAsync(PageCall page)
    {
        var (to, id) = ($"/admin/bodies/{Uri.EscapeDataString(page.Route("id"))}", ("id", page.Route("id")));
        return FormJson.Text(page, "what") switch
        {
            "rename" => await DoneAsync<BodyAnswer>(
                page, "/bodies/{id}/renaming", FormJson.Of(page, "name", "reason"), to, page.T("单位已更名。", "The body was renamed."), id),
            "change" => await DoneAsync<BodyAnswer>(
                page, "/bodies/{id}/changes",
                FormJson.Of(page, "reason", "kind", "region", "creditCode", "parent", "keeper").And(page, "sectors"),
                to, page.T("单位已变更。", "The body was changed."), id),
            "dissolve" => await DoneAsync<BodyAnswer>(
                page, "/bodies/{id}/dissolution", FormJson.Of(page, "reason", "successor"), to, page.T("单位已撤销。", "The body is dissolved."),
                id),
            "letterhead" => await DoneAsync<Letterhead>(
                page, "/bodies/{id}/letterhead", FormJson.Of(page, "name", "code", "signature", "seal", "contact"), to,
                page.T("文书版头已设定。", "The letterhead is set."), id),
            _ => null,
        };
    }

    private static async Task<IResult?> IssueAsync(PageCall page)
    {
        var order = FormJson.Of(page, "client", "body", "region").And(page, "roles");
        if (FormJson.Text(page, "expires") is { Length: > 0 } day && Instants.TryParseDate(day, out var date))
            order["expiresAt"] = ChinaTime.Format(ChinaTime.EndOf(date));
        var answered = await page.PostAsync<KeyAnswer>("/api-keys", order, FormJson.Text(page, "_key"));
        Show(page, answered, answered.Value?.Secret);
        return null;
    }

    private static async Task<IResult> RevokeAsync(PageCall page) =>
        await DoneAsync<KeyAnswer>(
            page, "/api-keys/{id}/revocation", FormJson.Of(page, "reason"), "/admin/keys", page.T("密钥已吊销。", "The key is revoked."),
            ("id", page.Route("id")))
        ?? PageRoutes.Show<KeysPage>(page);

    private static async Task<IResult?> RegisterAsync(PageCall page)
    {
        var order = FormJson.Of(page, "address", "body", "region", "note").And(page, "types");
        var answered = await page.PostAsync<WebhookAnswer>("/webhooks", order, FormJson.Text(page, "_key"));
        Show(page, answered, answered.Value?.Secret);
        return null;
    }

    private static async Task<IResult?> ChangeWebhookAsync(PageCall page)
    {
        var (to, id) = ($"/admin/webhooks/{page.Route("id")}", ("id", page.Route("id")));
        switch (FormJson.Text(page, "what"))
        {
            case "change":
                var order = FormJson.Of(page, "address", "body", "region").And(page, "types");
                order.TryAdd("types", new JsonArray());
                order["note"] = FormJson.Text(page, "note");
                return await DoneAsync<WebhookAnswer>(
                    page, "/webhooks/{id}/changes", order, to, page.T("推送已变更。", "The webhook was changed."), id);
            case "pause":
                return await DoneAsync<WebhookAnswer>(
                    page, "/webhooks/{id}/pause", FormJson.Of(page, "reason"), to, page.T("推送已暂停。", "The webhook is paused."), id);
            case "resume":
                return await DoneAsync<WebhookAnswer>(
                    page, "/webhooks/{id}/resumption", [], to, page.T("推送已恢复，从停下处继续。", "The webhook goes on where it stopped."), id);
            case "rotate":
                var answered = await page.PostAsync<WebhookAnswer>(
                    "/webhooks/{id}/secret-rotation", [], FormJson.Text(page, "_key"), VersionOf(page), id);
                Show(page, answered, answered.Value?.Secret);
                return null;
            case "remove":
                return await DoneAsync<WebhookAnswer>(
                    page, "/webhooks/{id}/removal", FormJson.Of(page, "reason"), to, page.T("推送已注销。", "The webhook is removed."), id);
            case "test":
                var tried = await page.PostAsync<WebhookTest>("/webhooks/{id}/test", [], null, null, id);
                page.Problem = tried.Refusal;
                return tried.Value is { } test ? page.Go(to, Tried(page, test)) : null;
            default:
                return null;
        }
    }

    private static string Tried(PageCall page, WebhookTest test) => page.T(
        $"试推送：{test.Outcome.Chinese}{(test.Status is { } status ? $"（{status}）" : "")}，{test.Milliseconds} 毫秒。",
        $"Ping: {test.Outcome.English}{(test.Status is { } code ? $" ({code})" : "")}, {test.Milliseconds} ms.");

    private static async Task<IResult?> PolicyAsync(PageCall page)
    {
        if (FormJson.Text(page, "what") == "shipped")
            return await DoneAsync<PolicyAnswer>(
                page, "/policies", FormJson.Of(page, "shipped", "effectiveFrom", "jurisdiction"), "/admin/policies",
                page.T("制度已采用。", "The policy is adopted."));
        var (text, json, refusal) = await FormJson.DocumentAsync(page, "document");
        if (FormJson.Text(page, "what") == "adopt" && json is not null)
            return await DoneAsync<PolicyAnswer>(
                page, "/policies", new JsonObject { ["document"] = json }, "/admin/policies", page.T("制度已采用。", "The policy is adopted."));
        // The checker says what is wrong even where it is no JSON at all.
        var check = await page.PostAsync<CheckAnswer>(
            new Asked("POST", "/policies/check") { Body = new MemoryStream(Encoding.UTF8.GetBytes(text)) });
        (page.Problem, page.Done) = (check.Refusal ?? (text.Length == 0 ? refusal : null), check.Value);
        return null;
    }

    private static Task<IResult?> WithdrawAsync(PageCall page) =>
        DoneAsync<PolicyAnswer>(
            page, "/policies/{version}/withdrawal", FormJson.Of(page, "reason", "lastDay"), "/admin/policies",
            page.T("制度已停用。", "The policy is withdrawn."), ("version", page.Route("version")));

    private static async Task<IResult?> CalendarAsync(PageCall page)
    {
        var (_, json, refusal) = await FormJson.DocumentAsync(page, "document");
        page.Problem = refusal;
        if (json is null)
            return null;
        var order = FormJson.Of(page, "reason");
        order["document"] = json;
        return await DoneAsync<YearAnswer>(
            page, "/calendar/years", order, "/admin/calendar",
            page.T("放假安排已登记，期限在后台重新计算。", "The year is on record; due dates are counted anew in the background."));
    }

    private static async Task<IResult> ReplayAsync(PageCall page) =>
        await DoneAsync<JobsReplayAnswer>(
            page, "/jobs/dead-letters/{id}/replay", [], "/admin/jobs", page.T("任务将重新执行。", "The job will be done again."),
            ("id", page.Route("id")))
        ?? PageRoutes.Show<JobsPage>(page);
}
