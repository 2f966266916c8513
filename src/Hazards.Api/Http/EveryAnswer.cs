using Microsoft.AspNetCore.Diagnostics;

namespace Hazards.Api.Http;

/// <summary>
/// What every answer carries, whoever makes it: a page, a file, a problem, what nobody answered. Set at the last moment and only
/// where nothing more particular was said, so that it outlives an answer that was begun anew. And HEAD, which is GET without the body.
/// </summary>
internal static class EveryAnswer
{
    /// <summary>Names the request in answers, logs and traces.</summary>
    public const string RequestId = "X-Request-Id";

    // Data: nothing of it is a document that may do anything.
    private const string OfData = "default-src 'none'; frame-ancestors 'none'";

    // Nothing from elsewhere, nothing inline; pictures of a phone's camera are shown before they are sent (blob:), and the
    // style sheet has small ones in itself (data:).
    private const string OfPages =
        "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    // The pages to read the interface with come with scripts and styles of their own.
    private const string OfDocuments =
        "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; "
        + "base-uri 'self'; frame-ancestors 'none'";

    public static void Use(WebApplication app) => app.Use((http, next) =>
    {
        var (path, id) = (http.Request.Path, Problem.TraceIdOf(http));
        http.Response.OnStarting(() =>
        {
            if (http.Features.Get<IExceptionHandlerFeature>() is not null)
                ForgetCaches(http.Response);
            Complete(http.Response.Headers, path, id);
            return Task.CompletedTask;
        });
        // The server still knows that it was asked for no body.
        if (HttpMethods.IsHead(http.Request.Method))
            http.Request.Method = HttpMethods.Get;
        return next(http);
    });

    /// <summary>What the framework says of an answer to an exception, for caches of HTTP/1.0, adds nothing to what problems say.</summary>
    private static void ForgetCaches(HttpResponse response)
    {
        (response.Headers.Pragma, response.Headers.Expires) = (default, default);
        response.Headers.CacheControl = response.ContentType == Problem.MediaType ? "no-store" : default;
    }

    private static void Complete(IHeaderDictionary headers, PathString path, string id)
    {
        headers.TryAdd(RequestId, id);
        headers.TryAdd("X-Content-Type-Options", "nosniff");
        headers.TryAdd("Referrer-Policy", "same-origin");
        headers.TryAdd("Cross-Origin-Opener-Policy", "same-origin");
        headers.TryAdd("Permissions-Policy", "camera=(self), geolocation=(self), microphone=()");
        headers.TryAdd("Content-Security-Policy", IsOfData(path) ? OfData : IsOfDocuments(path) ? OfDocuments : OfPages);
        // What may be kept says so itself.
        headers.TryAdd("Cache-Control", "no-cache, no-store");
    }

    private static bool IsOfData(PathString path) =>
        path.StartsWithSegments("/api", StringComparison.Ordinal) || path.StartsWithSegments("/openapi", StringComparison.Ordinal)
        || path.StartsWithSegments("/health", StringComparison.Ordinal) || path.StartsWithSegments("/problems", StringComparison.Ordinal);

    private static bool IsOfDocuments(PathString path) => path.StartsWithSegments("/docs", StringComparison.Ordinal);
}
