using Hazards.Api.Http.Pages;
using Hazards.Domain;
using Hazards.Projections;
using Hazards.Projections.Store;

namespace Hazards.Api.Http;

/// <summary>
/// Every request passes here: the key opens, unknown query parameters are refused, and whatever goes wrong leaves as a
/// problem with a stable code, never as a stack trace.
/// </summary>
[LogCategory("Hazards.Api.Door")]
internal sealed partial class Door(
    RequestDelegate next, ILogger<Door> logger, NewerDatabase newer, Limits limits, TimeProvider clock, HangUps hangUps)
{
    /// <summary>How long the key is looked up: where the database does not answer, the caller hears it after this.</summary>
    private static readonly TimeSpan PatienceWithKey = TimeSpan.FromSeconds(5);

    public async Task InvokeAsync(HttpContext http, Doorkeeper doorkeeper)
    {
        // What is under way when a caller hangs up, or the time for a request is over, is cancelled from elsewhere.
        var given = http.RequestAborted;
        var (own, link) = hangUps.Follow(given);
        http.RequestAborted = own;
        await using (link)
            await ServeAsync(http, doorkeeper);
        http.RequestAborted = given;
    }

    private async Task ServeAsync(HttpContext http, Doorkeeper doorkeeper)
    {
        try
        {
            // Whatever was asked, an address that is not known here too: the newer nodes may know it.
            if (newer.Exists && http.Request.Path.StartsWithSegments(Links.Root, StringComparison.Ordinal))
                await new Problem(RequestRefusals.Outdated.Because()).ExecuteAsync(http);
            else
                await AdmitAsync(http, doorkeeper);
            if (!http.Response.HasStarted && http.Response is { StatusCode: 404 or 405 or 415, ContentLength: null, ContentType: null })
                await NobodyAnsweredAsync(http);
        }
        catch (Exception e) when (!http.Response.HasStarted)
        {
            await FailAsync(http, e);
        }

        Name(http);
    }

    /// <summary>Names the request's span by its route, with the usual attributes; never by the path, which holds identities.</summary>
    private static void Name(HttpContext http)
    {
        if (http.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpActivityFeature>()?.Activity is not { IsAllDataRequested: true } span)
            return;
        span.DisplayName = $"{http.Request.Method} {RouteOf(http)}";
        span.SetTag("http.request.method", http.Request.Method);
        span.SetTag("http.route", RouteOf(http));
        span.SetTag("http.response.status_code", http.Response.StatusCode);
    }

    /// <summary>Who calls is counted before anything is done for it, and waits for a place before the body is read.</summary>
    private async Task AdmitAsync(HttpContext http, Doorkeeper doorkeeper)
    {
        var operation = http.GetEndpoint()?.Metadata.GetMetadata<Operation>();
        var (caller, unknown) = operation is { Open: false }
            ? await hangUps.WithinAsync(PatienceWithKey, stop => doorkeeper.AdmitAsync(http.Request, stop), http.RequestAborted)
            : default;
        var refusal = limits.Count(http, caller) ?? unknown ?? (operation is null ? null : Acceptable.Check(http.Request, operation));
        if (refusal is null)
            await ReadWordsAsync(http, caller, operation);
        refusal ??= Enter(http, caller, operation);
        if (refusal is not null)
        {
            await RefuseAsync(http, refusal);
            return;
        }

        using var place = await limits.PlaceAsync(http, caller);
        if (place is null)
            await RefuseAsync(http, RequestRefusals.Busy.Because());
        else
            await next(http);
    }

    /// <summary>Words among the parameters that mean nothing are told with whatever else is wrong with the query.</summary>
    private static async Task ReadWordsAsync(HttpContext http, Caller? caller, Operation? operation)
    {
        if (operation is not { Query.IsEmpty: false } || caller is null || http.Request.Query.Count == 0)
            return;
        (http.Request.Query, var wrong) = await http.RequestServices.GetRequiredService<SaidInWords>()
            .ReadAsync(http.Request.Query, operation.Query, caller, http.RequestAborted);
        if (wrong is not null)
            http.Items[Query.WrongWords] = wrong;
    }

    private Refusal? Enter(HttpContext http, Caller? caller, Operation? operation) =>
        operation is null ? null : caller is null ? Query.Unknown(http.Request.Query, operation.Query) : Admission.Enter(
            http, caller, operation, clock, http.Request);

    private static Task RefuseAsync(HttpContext http, Refusal refusal) =>
        PageSite.IsForPeople(http) ? PageSite.ShowAsync(http, refusal) : new Problem(refusal).ExecuteAsync(http);

    private static Task NobodyAnsweredAsync(HttpContext http)
    {
        var path = Texts.Excerpt(http.Request.Path.Value);
        var refusal = http.Response.StatusCode switch
        {
            405 =>
                RequestRefusals.Method.Because(null, ("method", http.Request.Method), ("allowed", http.Response.Headers.Allow.ToString())),
            415 => RequestRefusals.MediaType.Because(
                "Content-Type", ("value", Texts.Excerpt(http.Request.ContentType)), ("expected", "application/json")),
            _ => RequestRefusals.Route.Because(null, ("path", path)),
        };
        return RefuseAsync(http, refusal);
    }

    private async Task FailAsync(HttpContext http, Exception exception)
    {
        if (exception is OperationCanceledException && http.RequestAborted.IsCancellationRequested && !TimedOut(http))
            return; // the caller has gone
        var refusal = Explain(exception, http);
        if (newer.Exists || MayBeOutdated(exception, refusal) && await newer.LookAsync(CancellationToken.None))
            refusal = RequestRefusals.Outdated.Because();
        var type = exception.GetType().Name;
        if (refusal.Reason == RequestRefusals.Failed)
            LogFailure(logger, exception, http.Request.Method, RouteOf(http));
        else if (refusal.Reason.Kind == RefusalKind.Unavailable)
            LogUnavailable(logger, http.Request.Method, RouteOf(http), refusal.Code, type, exception.Message);
        http.Response.Clear();
        await RefuseAsync(http, refusal);
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
        http.Features.Get<Microsoft.AspNetCore.Http.Timeouts.IHttpRequestTimeoutFeature>()?.RequestTimeoutToken.IsCancellationRequested == true;

    private static string RouteOf(HttpContext http) => (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "—";

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Route} failed")]
    private static partial void LogFailure(ILogger logger, Exception exception, string method, string route);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Method} {Route} answered {Code}: {Type}: {Message}")]
    private static partial void LogUnavailable(ILogger logger, string method, string route, string code, string type, string message);
}
