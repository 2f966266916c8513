using System.Diagnostics;
using Microsoft.AspNetCore.Http.Features;

namespace Hazards.Api.Http;

/// <summary>Names a request's span by its route, with the usual attributes; never by the path, which holds identities.</summary>
internal static class Spans
{
    public static Task NameAsync(HttpContext http, RequestDelegate next) =>
        http.Features.Get<IHttpActivityFeature>()?.Activity is { IsAllDataRequested: true } span ? NameAsync(span, http, next) : next(http);

    private static async Task NameAsync(Activity span, HttpContext http, RequestDelegate next)
    {
        // Whatever goes wrong begins the answer anew, without the endpoint.
        var route = RouteOf(http.GetEndpoint());
        await next(http);
        span.DisplayName = $"{http.Request.Method} {route}";
        span.SetTag("http.request.method", http.Request.Method);
        span.SetTag("http.route", route);
        span.SetTag("http.response.status_code", http.Response.StatusCode);
    }

    public static string RouteOf(Endpoint? endpoint) => (endpoint as RouteEndpoint)?.RoutePattern.RawText ?? "—";
}
