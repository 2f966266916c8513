using System.Diagnostics;
using System.Text.Json;
using Hazards.Api.Http.Pages;
using Hazards.Api.Investigation.Packages;
using Hazards.Domain;
using Microsoft.Net.Http.Headers;

namespace Hazards.Api.Http;

/// <summary>What every error looks like (RFC 9457).</summary>
/// <param name="Type">Where the code is explained.</param>
/// <param name="Title">The sort of problem.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Detail">What is wrong and how to mend it; Chinese, or English by Accept-Language.</param>
/// <param name="Code">Stable: programs act on it.</param>
/// <param name="Field">The field, parameter or header at fault.</param>
/// <param name="Facts">What the detail was filled with.</param>
/// <param name="TraceId">Names the request in logs and traces.</param>
internal sealed record ProblemDetails(
    string Type, string Title, int Status, string Detail, string Code, string? Field, IReadOnlyDictionary<string, string?>? Facts, string TraceId)
{
    /// <summary>All that is wrong, this first, where it is more than one thing.</summary>
    public System.Collections.Immutable.ImmutableArray<Mistake>? Errors { get; init; }
}

/// <summary>One of several things that are wrong.</summary>
/// <param name="Code">The stable code.</param>
/// <param name="Field">The field, parameter or header at fault.</param>
/// <param name="Detail">What is wrong and how to mend it.</param>
/// <param name="Facts">What the detail was filled with.</param>
internal sealed record Mistake(string Code, string? Field, string Detail, IReadOnlyDictionary<string, string?>? Facts)
{
    /// <summary>All that is wrong; null where it is one thing.</summary>
    internal static System.Collections.Immutable.ImmutableArray<Mistake>? AllOf(Refusal refusal, bool english) =>
        refusal.Others.IsEmpty ? null : [.. refusal.Others.Prepend(refusal).Select(r => Of(r, english))];

    private static Mistake Of(Refusal refusal, bool english) => new(
        refusal.Code, refusal.Field, english ? refusal.English : refusal.Chinese,
        refusal.Facts.IsEmpty ? null : english ? refusal.EnglishFacts : refusal.Facts);
}

/// <summary>A refusal on its way to the caller.</summary>
internal sealed class Problem(Refusal refusal, int? status = null) : IResult
{
    public const string MediaType = "application/problem+json";

    public Refusal Refusal => refusal;

    public static int StatusOf(RefusalCode code) => code.Kind switch
    {
        _ when code == RequestRefusals.Failed => 500,
        _ when code == RequestRefusals.Method => 405,
        _ when code == RequestRefusals.NotAcceptable => 406,
        _ when code == RequestRefusals.NotReceived => 408,
        _ when code == RequestRefusals.AddressTooLong => 414,
        _ when code == RequestRefusals.HeadersTooLarge => 431,
        _ when code == EvidenceRefusals.Range => 416,
        RefusalKind.Invalid => 400,
        RefusalKind.Unauthenticated => 401,
        RefusalKind.Forbidden => 403,
        RefusalKind.NotFound => 404,
        RefusalKind.Conflict => 409,
        RefusalKind.Gone => 410,
        RefusalKind.Stale => 412,
        RefusalKind.TooLarge => 413,
        RefusalKind.Unsupported => 415,
        RefusalKind.Unprocessable => 422,
        RefusalKind.Locked => 423,
        RefusalKind.TooMany => 429,
        _ => 503,
    };

    public static string TypeOf(RefusalCode code) => $"/problems/{code.Code}";

    public static string TraceIdOf(HttpContext http) => Activity.Current?.TraceId.ToHexString() ?? http.TraceIdentifier;

    /// <summary>Answers with a refusal, to people as a page.</summary>
    public static Task AnswerAsync(HttpContext http, Refusal refusal) =>
        PageSite.IsForPeople(http) ? PageSite.ShowAsync(http, refusal) : new Problem(refusal).ExecuteAsync(http);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var english = Language.IsEnglish(httpContext.Request);
        var code = status ?? StatusOf(refusal.Reason);
        var response = httpContext.Response;
        response.StatusCode = code;
        response.ContentType = MediaType;
        response.Headers.ContentLanguage = english ? "en" : "zh-CN";
        response.Headers.CacheControl = "no-store";
        if (code == 401)
            response.Headers.WWWAuthenticate = "Bearer realm=\"hazards\"";
        if (code == 503)
            response.Headers.RetryAfter = "2";
        if (code == 429)
            response.Headers.RetryAfter = refusal.Facts.GetValueOrDefault("seconds") ?? "60";
        if (refusal.Reason == HazardRefusals.ReportedBefore && refusal.Facts.GetValueOrDefault("id") is { } id)
            response.Headers.Location = $"/api/v1/hazards/{id}";
        if (refusal.Reason == HazardRefusals.ProbableDouble && refusal.Facts.GetValueOrDefault("id") is { } other)
            response.Headers.Location = $"/api/v1/hazards/{other}";
        if (refusal.Reason == InspectionRefusals.EnteredBefore && refusal.Facts.GetValueOrDefault("id") is { } inspection)
            response.Headers.Location = $"/api/v1/inspections/{inspection}";
        var details = Details(httpContext, code, english);
        // Not the request's own token: a request that timed out is cancelled, and must hear that it was.
        await JsonSerializer.SerializeAsync(response.Body, details, DomainJson.Options, CancellationToken.None);
    }

    /// <summary>The same as part of a larger answer.</summary>
    public ProblemDetails DetailsFor(HttpRequest request) =>
        Details(request.HttpContext, status ?? StatusOf(refusal.Reason), Language.IsEnglish(request));

    /// <summary>The same where there is no request to speak of.</summary>
    public ProblemDetails DetailsFor(int code, string traceId) => Details(code, false, traceId);

    private ProblemDetails Details(HttpContext http, int code, bool english) => Details(code, english, TraceIdOf(http));

    private ProblemDetails Details(int code, bool english, string traceId) => new(
        TypeOf(refusal.Reason), Title(code, english), code, english ? refusal.English : refusal.Chinese,
        refusal.Code, refusal.Field, refusal.Facts.IsEmpty ? null : english ? refusal.EnglishFacts : refusal.Facts, traceId)
    {
        Errors = Mistake.AllOf(refusal, english),
    };

    private static string Title(int status, bool english) => status switch
    {
        400 => english ? "The request is wrong" : "请求有误",
        401 => english ? "Not authenticated" : "未通过身份验证",
        403 => english ? "Not allowed" : "没有权限",
        404 => english ? "Not found" : "未找到",
        405 => english ? "Method not allowed" : "不支持此方法",
        406 => english ? "Not acceptable" : "没有所要的格式",
        408 => english ? "Not received in time" : "未按时送达",
        410 => english ? "Erased for good" : "已永久删除",
        409 => english ? "Not possible in the present state" : "与现状冲突",
        412 => english ? "Outdated" : "版本已过期",
        413 => english ? "Too large" : "内容过大",
        414 => english ? "Address too long" : "地址过长",
        415 => english ? "Unsupported media type" : "不支持的内容类型",
        416 => english ? "Range not satisfiable" : "字节范围无效",
        422 => english ? "A rule forbids it" : "不符合规则",
        423 => english ? "The records are sealed" : "档案已封存",
        429 => english ? "Too many requests" : "请求过多",
        431 => english ? "Headers too large" : "请求头过大",
        505 => english ? "Version of HTTP not supported" : "不支持的 HTTP 版本",
        500 => english ? "Internal error" : "内部错误",
        _ => english ? "Temporarily unavailable" : "暂时不可用",
    };
}

/// <summary>Chinese unless the caller prefers English.</summary>
internal static class Language
{
    public static bool IsEnglish(HttpRequest request)
    {
        var (chinese, english) = (-1d, -1d);
        foreach (var wanted in StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptLanguage, out var list) ? list : [])
        {
            var quality = wanted.Quality ?? 1;
            if (wanted.Value.StartsWith("zh", StringComparison.OrdinalIgnoreCase))
                chinese = Math.Max(chinese, quality);
            else if (wanted.Value.StartsWith("en", StringComparison.OrdinalIgnoreCase))
                english = Math.Max(english, quality);
        }

        return english > 0 && english > chinese;
    }
}
