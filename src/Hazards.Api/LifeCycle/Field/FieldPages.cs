using Hazards.Api.Http.Pages;
using Hazards.Domain;

namespace Hazards.Api.LifeCycle.Field;

/// <summary>现场上报: the phone page, what keeps reports while there is no network, and where they are sent.</summary>
internal static class FieldPages
{
    // A few photos over the network of a mountain village.
    private static readonly TimeSpan LongestTransfer = TimeSpan.FromMinutes(5);

    public static void Map(IEndpointRouteBuilder pages)
    {
        pages.Page<FieldPage>("/field");
        pages.PagePost("/field", async page => await FieldSending.OfFormAsync(page) ?? PageRoutes.Show<FieldPage>(page))
            .WithRequestTimeout(LongestTransfer);
        pages.PagePost("/field/photos", FieldSending.PhotoAsync).WithRequestTimeout(LongestTransfer);
        pages.PagePost("/field/reports", FieldSending.OfPhoneAsync);
        pages.PageGet("/field/token", page => Task.FromResult(Token(page)));
        pages.PageGet("/field/shell", page =>
        {
            page.Http.Response.Headers["X-Field-Version"] = FieldWorker.Version;
            return Task.FromResult(PageRoutes.Show<FieldPage>(page));
        });
        pages.MapGet("/field/worker.js", FieldWorker.Script).ExcludeFromDescription();
        pages.MapGet("/field/manifest.webmanifest", FieldWorker.Manifest).ExcludeFromDescription();
    }

    /// <summary>What a phone asks for before it sends what it kept: who is signed in, a form's token, and what time it is here.</summary>
    private static IResult Token(PageCall page) =>
        Call.Json(new FieldToken(page.Who.Account.Id, page.AntiForgery().Value, page.Now));
}

/// <summary>What a phone needs for sending.</summary>
/// <param name="Account">Whose session it is: what another wrote is not sent in it.</param>
/// <param name="Token">Proves that what is sent comes from a page of ours.</param>
/// <param name="Now">The service's time: a phone's clock may be wrong.</param>
internal sealed record FieldToken(Guid Account, string Token, DateTimeOffset Now);

/// <summary>Refusals of reports from the field.</summary>
internal static class FieldRefusals
{
#pragma warning disable CS1591 // each code says in both languages what it means
    public static readonly RefusalCode OtherAccount = new(
        "field.other_account", RefusalKind.Forbidden, "这条上报由另一账号填写，须由其本人登录后发送",
        "Another account wrote this report; it is sent when that person has signed in");
    public static readonly RefusalCode Number = new(
        "field.number", RefusalKind.Invalid, "上报缺少自己的编号，请刷新页面重填",
        "The report lacks a number of its own: reload the page and write it again");
    public static readonly RefusalCode PhotoTooLarge = new(
        "field.photo_too_large", RefusalKind.TooLarge, "照片 {name} 过大，每张最多 {max} MB", "Photo {name} is too large: {max} MB at most");
#pragma warning restore CS1591
}
