using Hazards.Domain;
using Hazards.Projections;
using Hazards.Projections.Store;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Timeouts;

namespace Hazards.Api.Http;

/// <summary>Whatever goes wrong leaves as a problem with a stable code, never as a stack trace; people see a page.</summary>
[LogCategory("Hazards.Api.Door")]
internal sealed partial class ErrorHandling(ILogger<ErrorHandling> logger, NewerDatabase newer) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        var refusal = Explain(exception, httpContext);
        if (newer.Exists || MayBeOutdated(exception, refusal) && await newer.LookAsync(CancellationToken.None))
            refusal = RequestRefusals.Outdated.Because();
        var (method, route) = (httpContext.Request.Method, Spans.RouteOf(httpContext.Features.Get<IExceptionHandlerFeature>()?.Endpoint));
        if (refusal.Reason == RequestRefusals.Failed)
            LogFailure(logger, exception, method, route);
        else if (refusal.Reason.Kind == RefusalKind.Unavailable)
            LogUnavailable(logger, method, route, refusal.Code, exception.GetType().Name, exception.Message);
        await Problem.AnswerAsync(httpContext, refusal);
        return true;
    }

    /// <summary>What was answered by a status and nothing else gets its code and its words.</summary>
    public static Task ExplainAsync(StatusCodeContext context)
    {
        var http = context.HttpContext;
        var services = http.RequestServices;
        Refusal? refusal = http.Response.StatusCode switch
        {
            404 => RequestRefusals.Route.Because(null, ("path", Texts.Excerpt(http.Request.Path.Value))),
            405 =>
                RequestRefusals.Method.Because(null, ("method", http.Request.Method), ("allowed", http.Response.Headers.Allow.ToString())),
            415 => RequestRefusals.MediaType.Because(
                "Content-Type", ("value", Texts.Excerpt(http.Request.ContentType)), ("expected", "application/json")),
            // The framework's own, where the time for a request is over.
            504 when services.GetRequiredService<NewerDatabase>().Exists => RequestRefusals.Outdated.Because(),
            504 => RequestRefusals.Timeout.Because(),
            _ => null,
        };
        if (refusal?.Reason.Kind == RefusalKind.Unavailable)
            LogUnavailable(
                services.GetRequiredService<ILogger<ErrorHandling>>(), http.Request.Method, Spans.RouteOf(http.GetEndpoint()), refusal.Code,
                nameof(OperationCanceledException), "the time for a request is over");
        return refusal is null ? Task.CompletedTask : Problem.AnswerAsync(http, refusal);
    }

    /// <summary>
    /// What failed in a way that a newer database would explain: statements that it does not take, rows that it refuses, what
    /// nobody foresaw.
    /// </summary>
    private static bool MayBeOutdated(Exception exception, Refusal refusal) =>
        refusal.Reason == RequestRefusals.Failed || exception is AppendRejectedException || DatabaseTrouble.IsOfTheSchema(exception);

    internal static Refusal Explain(Exception exception, HttpContext http) => exception switch
    {
        LogUnavailableException => RequestRefusals.LogUnavailable.Because(),
        KeyFolderException e => e.Refusal,
        AlteredFileException e => LifeCycle.Files.FileRefusals.Altered.Because(null, ("digest", e.Digest)),
        BadCursorException => BadCursorException.Code.Because(Parameters.Cursor.Name),
        AppendRejectedException e => AppendRefusals.NotStorable.Because(null, ("detail", e.SqlState ?? "too large")),
        OperationCanceledException when TimedOut(http) => RequestRefusals.Timeout.Because(),
        BadHttpRequestException { StatusCode: 413 } => RequestRefusals.TooLarge.Because(null, ("max", RequestBody.MostJsonBytes)),
        BadHttpRequestException { StatusCode: 408 } => RequestRefusals.NotReceived.Because(),
        BadHttpRequestException => RequestRefusals.Malformed.Because(),
        // A chunk that says it is larger than any number the server reads sizes with.
        IOException { InnerException: OverflowException } => RequestRefusals.Malformed.Because(),
        _ when DatabaseTrouble.IsUnwell(exception) => RequestRefusals.LogUnavailable.Because(),
        _ => RequestRefusals.Failed.Because(),
    };

    private static bool TimedOut(HttpContext http) =>
        http.Features.Get<IHttpRequestTimeoutFeature>()?.RequestTimeoutToken.IsCancellationRequested == true;

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Route} failed")]
    private static partial void LogFailure(ILogger logger, Exception exception, string method, string route);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Method} {Route} answered {Code}: {Type}: {Message}")]
    private static partial void LogUnavailable(ILogger logger, string method, string route, string code, string type, string message);
}
