using System.Diagnostics.CodeAnalysis;
using Hazards.Api.Administration.Accounts;
using Hazards.Api.Investigation;
using Hazards.Domain;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Hazards.Api.Http.Pages;

/// <summary>
/// What a page does with a form that was sent to it; null: it shows itself again, with the reason in
/// <see cref="PageCall.Problem"/>.
/// </summary>
internal delegate Task<IResult?> FormHandler(PageCall page);

/// <summary>How pages are added.</summary>
internal static class PageRoutes
{
    /// <summary>A page for those who have signed in.</summary>
    public static void Page<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] T>(this IEndpointRouteBuilder routes, string pattern, FormHandler? post = null, PageUpload? upload = null) where T : PageBase =>
        Map<T>(routes, pattern, post, open: false, upload);

    /// <summary>A page for everybody.</summary>
    public static void OpenPage<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] T>(this IEndpointRouteBuilder routes, string pattern, FormHandler? post = null) where T : PageBase =>
        Map<T>(routes, pattern, post, open: true);

    /// <summary>Something else that only a page asks for: a form without a page of its own, a part, a file.</summary>
    public static RouteHandlerBuilder PageGet(this IEndpointRouteBuilder routes, string pattern, Func<PageCall, Task<IResult>> handler) =>
        On(routes, "GET", pattern, http => RunAsync(http, open: false, handler));

    /// <summary>A form that has no page of its own.</summary>
    public static RouteHandlerBuilder PagePost(this IEndpointRouteBuilder routes, string pattern, Func<PageCall, Task<IResult>> handler) =>
        On(routes, "POST", pattern, http => RunAsync(http, open: false, page => WithFormAsync(page, handler)));

    private static void Map<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] T>(IEndpointRouteBuilder routes, string pattern, FormHandler? post, bool open, PageUpload? upload = null) where T : PageBase
    {
        On(routes, "GET", pattern, http => RunAsync(http, open, page => Task.FromResult(Show<T>(page))));
        if (post is null)
            return;
        var form = On(
            routes, "POST", pattern,
            http => RunAsync(http, open, page => WithFormAsync(page, async p => await post(p) ?? Show<T>(p), upload)));
        if (upload is not null)
            form.WithMetadata(new RequestSizeLimitAttribute(upload.MostBytes)).WithRequestTimeout(upload.Longest);
    }

    private static RouteHandlerBuilder On(IEndpointRouteBuilder routes, string method, string pattern, Func<HttpContext, Task<IResult>> handler) =>
        routes.MapLazily(method, pattern, handler).WithMetadata(PageMark.Instance).ExcludeFromDescription();

    /// <summary>The page, written whole.</summary>
    public static IResult Show<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] T>(PageCall page) where T : PageBase =>
        new WholePage(new RazorComponentResult<T> { PreventStreamingRendering = true, StatusCode = page.Problem is { } problem ? Problem.StatusOf(problem.Reason) : null });

    /// <summary>
    /// A page that goes out when it is whole: what breaks while it is made is still shown as what it is, and no browser paints
    /// half a table, whose columns move when the rest comes.
    /// </summary>
    private sealed class WholePage(IResult page) : IResult
    {
        public async Task ExecuteAsync(HttpContext http)
        {
            var body = http.Response.Body;
            using var whole = new MemoryStream();
            http.Response.Body = whole;
            var looks = new LooksOfPage();
            http.Features.Set(looks);
            try
            {
                await page.ExecuteAsync(http);
                await looks.RecordAsync(http);
            }
            finally
            {
                http.Response.Body = body;
            }

            await body.WriteAsync(whole.GetBuffer().AsMemory(0, (int)whole.Length), http.RequestAborted);
        }
    }

    private static async Task<IResult> RunAsync(HttpContext http, bool open, Func<PageCall, Task<IResult>> handler)
    {
        // What is proved by a form's token is proved for this account only.
        if ((await http.AuthenticateAsync(SessionAuthentication.Name)).Principal is { } known)
            http.User = known;
        var page = http.RequestServices.GetRequiredService<PageCall>();
        page.Begin(http, Caller.Of(http));
        if (!open && Caller.Of(http)?.Session?.Step != SessionStep.Full)
            return ToSignIn(http);
        return await handler(page);
    }

    private static IResult ToSignIn(HttpContext http)
    {
        var back = HttpMethods.IsGet(http.Request.Method) ? http.Request.Path + http.Request.QueryString : BackOf(http);
        var address = $"/sign-in{(Caller.Of(http) is null ? "" : "/next")}?to={Uri.EscapeDataString(back)}";
        if (http.Request.Headers["HX-Request"].Count == 0)
            return Results.Redirect(address);
        // A part of a page cannot sign in; the whole page goes.
        http.Response.Headers["HX-Redirect"] = address;
        return Results.StatusCode(401);
    }

    /// <summary>The page a form was on: what was typed is kept there by the browser.</summary>
    private static string BackOf(HttpContext http) =>
        Uri.TryCreate(http.Request.Headers.Referer, UriKind.Absolute, out var from) && from.Host == http.Request.Host.Host
            ? from.PathAndQuery
            : "/";

    private static async Task<IResult> WithFormAsync(PageCall page, Func<PageCall, Task<IResult>> handler, PageUpload? upload = null)
    {
        if (!page.Http.Request.HasFormContentType)
            return new Problem(RequestRefusals.MediaType.Because("Content-Type", ("value", Texts.Excerpt(page.Http.Request.ContentType)), ("expected", "a form")));
        page.Form = upload is null
            ? await page.Http.Request.ReadFormAsync(page.Http.RequestAborted)
            : await page.Http.Request.ReadFormAsync(
                new FormOptions { MultipartBodyLengthLimit = upload.MostBytes }, page.Http.RequestAborted);
        if (!await page.Http.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(page.Http))
            return Show<Shared.ErrorPage>(Refused(page, PageRefusals.Forged.Because()));
        if (page.AsOf is not null)
            return Show<Shared.ErrorPage>(Refused(page, PageRefusals.Past.Because()));
        return await handler(page);
    }

    private static PageCall Refused(PageCall page, Refusal refusal)
    {
        page.Refusal = refusal;
        return page;
    }

    /// <summary>Where a link said to go after signing in, if it is a page of ours.</summary>
    public static string Safe(string? to) =>
        to is ['/', not ('/' or '\\'), ..] or "/" && !to.StartsWith("/sign-", StringComparison.Ordinal) && !to.Any(char.IsControl)
            ? to
            : "/";
}

/// <summary>A form that sends a file.</summary>
/// <param name="MostBytes">The largest, the form around it included.</param>
/// <param name="Longest">How long it may take.</param>
internal sealed record PageUpload(long MostBytes, TimeSpan Longest);

/// <summary>Marks an endpoint as a page: what goes wrong there is shown as one.</summary>
internal sealed class PageMark
{
    public static readonly PageMark Instance = new();
}

/// <summary>Refusals of the pages themselves.</summary>
internal static class PageRefusals
{
#pragma warning disable CS1591 // each code says in both languages what it means
    public static readonly RefusalCode Forged = new(
        "page.form_not_ours", RefusalKind.Forbidden, "表单已失效：请返回上一页刷新后再提交，填写的内容会保留",
        "The form is no longer valid: go back, reload the page and send it again; what you typed is kept");
    public static readonly RefusalCode Past = new(
        "page.past_is_read_only", RefusalKind.Conflict, "正在查看过去的情况，只能看不能办理：请先回到现在",
        "This is the past: it can be read, not changed. Go back to the present first");
    public static readonly RefusalCode SentBefore = new(
        "page.sent_before", RefusalKind.Conflict,
        "这张表单已经提交并办理过，那次填写的内容与现在的不同，这次没有办理：请先核对已登记的内容；确需另办一次的，请再次提交",
        "This form was sent and done before, saying something else than now; nothing was done this time. Look at what is on record "
        + "first; if this is meant as well, send it again");
    public static readonly RefusalCode Differ = new(
        "page.passwords_differ", RefusalKind.Invalid, "两次输入的新密码不一致", "The two new passwords differ");
    public static readonly RefusalCode SiteSignOn = new(
        "page.site_sign_on", RefusalKind.Unauthenticated, "统一身份认证没有成功（{detail}）：请重新登录，仍不成功请联系管理员",
        "Your organisation's sign-on did not succeed ({detail}): sign in again, or ask your administrator");
    public static readonly RefusalCode NotJson = new(
        "page.not_json", RefusalKind.Invalid, "不是正确的 JSON：第 {line} 行第 {column} 列", "This is not JSON: line {line}, column {column}");
    public static readonly RefusalCode NotFound = new(
        "page.not_found", RefusalKind.NotFound, "没有这个页面，或您无权查看", "There is no such page, or you may not see it");
#pragma warning restore CS1591
}
