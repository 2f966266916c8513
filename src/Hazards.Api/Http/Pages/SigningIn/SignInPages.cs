using Hazards.Api.Administration.Accounts;
using Hazards.Domain;

namespace Hazards.Api.Http.Pages.SigningIn;

/// <summary>登录、退出、我的账号: the only pages that do not go through the interface, which knows no passwords.</summary>
internal static class SignInPages
{
    public static void Map(IEndpointRouteBuilder pages)
    {
        pages.OpenPage<SignInPage>("/sign-in", PasswordAsync);
        pages.OpenPage<NextStepPage>("/sign-in/next", NextAsync);
        pages.OpenPage<SignedOutPage>("/sign-out", SignOutAsync);
        pages.Page<AccountPage>("/account", ChangeAsync);
        pages.PagePost("/account/sessions/{session}/end", EndAsync);
    }

    private static SignIn SignInOf(PageCall page) => page.Http.RequestServices.GetRequiredService<SignIn>();

    private static string Field(PageCall page, string name) => page.Form?[name].ToString() ?? "";

    private static async Task<IResult?> PasswordAsync(PageCall page)
    {
        var (opened, refusal) = await SignInOf(page)
            .PasswordAsync(
                Field(page, "login"), Field(page, "password"), AddressOf(page.Http), AgentOf(page.Http), page.Http.RequestAborted);
        if (opened is null)
        {
            page.Problem = refusal;
            return null;
        }

        SetCookie(page.Http, opened.Token);
        var to = PageRoutes.Safe(page.Query("to"));
        return page.Go(opened.Session.Step == SessionStep.Full ? to : $"/sign-in/next?to={Uri.EscapeDataString(to)}");
    }

    private static async Task<IResult?> NextAsync(PageCall page)
    {
        if (!page.IsSignedIn)
            return page.Go("/sign-in");
        var signIn = SignInOf(page);
        var stop = page.Http.RequestAborted;
        page.Problem = page.Who.Session.Step switch
        {
            SessionStep.GiveFactor => await signIn.FactorAsync(page.Who, Field(page, "code"), stop),
            SessionStep.ChangePassword =>
                Differ(page) ?? await signIn.ChangePasswordAsync(page.Who, Field(page, "old"), Field(page, "new"), stop),
            SessionStep.SetFactor => await signIn.ConfirmFactorAsync(page.Who, Field(page, "code"), stop),
            _ => null,
        };
        // The next step, or where the person wanted to go: the page itself sees which.
        return page.Problem is null ? page.Go($"/sign-in/next?to={Uri.EscapeDataString(PageRoutes.Safe(page.Query("to")))}") : null;
    }

    private static async Task<IResult?> SignOutAsync(PageCall page)
    {
        if (page.IsSignedIn)
            await SignInOf(page).SignOutAsync(page.Who, page.Http.RequestAborted);
        page.Http.Response.Cookies.Delete(SessionCookie.Name, PageCookies.Options(page.Http));
        // What the browser kept of the pages goes as well: several people may use one machine.
        page.Http.Response.Headers["Clear-Site-Data"] = "\"cache\"";
        return page.Go("/sign-out");
    }

    private static async Task<IResult?> ChangeAsync(PageCall page)
    {
        var signIn = SignInOf(page);
        var stop = page.Http.RequestAborted;
        var (problem, said) = Field(page, "what") switch
        {
            "password" => (Differ(page) ?? await signIn.ChangePasswordAsync(page.Who, Field(page, "old"), Field(page, "new"), stop), page.T(
                "密码已更改，其他登录已退出。", "The password was changed; all other sessions have ended.")),
            "factor" => (await signIn.ConfirmFactorAsync(page.Who, Field(page, "code"), stop), page.T(
                "动态口令已启用。", "The second factor is set.")),
            _ => (null, null),
        };
        page.Problem = problem;
        return problem is null ? page.Go("/account", said) : null;
    }

    private static async Task<IResult> EndAsync(PageCall page)
    {
        if (Guid.TryParseExact(page.Route("session"), "D", out var session))
            await page.Http.RequestServices.GetRequiredService<Sessions>().EndAsync(page.Who, session, page.Http.RequestAborted);
        return page.Go("/account", page.T("该登录已退出。", "That session has ended."));
    }

    private static Refusal? Differ(PageCall page) =>
        Field(page, "new") == Field(page, "again") ? null : PageRefusals.Differ.Because("again");

    /// <summary>Keeps the session's token in the browser.</summary>
    public static void SetCookie(HttpContext http, string token) =>
        http.Response.Cookies.Append(SessionCookie.Name, token, PageCookies.Options(http));

    /// <summary>Where a request comes from.</summary>
    public static string? AddressOf(HttpContext http) => http.Connection.RemoteIpAddress?.ToString();

    /// <summary>What the browser says of itself.</summary>
    public static string? AgentOf(HttpContext http) => http.Request.Headers.UserAgent.ToString();
}
