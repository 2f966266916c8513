using System.Collections.Frozen;
using System.Collections.Immutable;
using Hazards.Api.Investigation;
using Hazards.Domain;

namespace Hazards.Api.Http.Pages;

/// <summary>Where an endpoint's result goes when a page asked, and not a connection.</summary>
internal sealed class CapturedResult
{
    public object? Result { get; set; }

    /// <summary>Keeps the result instead of writing it, where a page asked.</summary>
    public static async ValueTask<object?> CaptureAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var result = await next(context);
        if (context.HttpContext.Features.Get<CapturedResult>() is not { } captured)
            return result;
        captured.Result = result;
        return Results.Empty;
    }
}

/// <summary>What an endpoint answered a page.</summary>
/// <param name="Value">The answer; null when it refused.</param>
/// <param name="Refusal">Why it refused.</param>
/// <param name="Version">The version of what was answered, where it has one.</param>
internal sealed record Answered<T>(T? Value, Refusal? Refusal, long? Version) where T : class;

/// <summary>
/// The pages' way to the service: the endpoints of the REST interface, called within the process. Whatever a page shows or
/// does, another system can ask for; roles, jurisdiction, refusals and the record of who looked are those of the interface.
/// </summary>
internal sealed class InProcess(EndpointDataSource endpoints)
{
    private readonly Lazy<FrozenDictionary<(string Method, string Pattern), RouteEndpoint>> known = new(() => endpoints.Endpoints
        .OfType<RouteEndpoint>()
        .Where(e => e.Metadata.GetMetadata<Operation>() is not null)
        .ToFrozenDictionary(e => (e.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods[0], e.RoutePattern.RawText!)));

    /// <summary>What an endpoint says about itself.</summary>
    public Operation OperationOf(string method, string pattern) => EndpointOf(method, pattern).Metadata.GetRequiredMetadata<Operation>();

    /// <summary>Calls an endpoint as the caller of a page.</summary>
    /// <param name="page">The page's request.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="asked">What is asked.</param>
    /// <exception cref="InvalidOperationException">There is no such endpoint.</exception>
    public async Task<(IResult? Result, Refusal? Refusal, long? Version)> SendAsync(HttpContext page, Caller caller, Asked asked)
    {
        var endpoint = EndpointOf(asked.Method, asked.Pattern);
        var http = new DefaultHttpContext
        {
            RequestServices = page.RequestServices, RequestAborted = page.RequestAborted, TraceIdentifier = page.TraceIdentifier,
        };
        Fill(http.Request, page.Request, asked);
        http.SetEndpoint(endpoint);
        var captured = new CapturedResult();
        http.Features.Set(captured);
        http.Features.Set(page.Features.Get<LooksOfPage>());
        var operation = endpoint.Metadata.GetRequiredMetadata<Operation>();
        if ((OperationAuthorization.Forbids(operation, caller, asked.Method) ?? Admission.Begin(http, caller, operation)) is { } refusal)
            return (null, refusal, null);
        await endpoint.RequestDelegate!(http);
        var version = ETag.TryReadIfMatch(http.Response.Headers.ETag, out var versions) && versions is [var one, ..] ? one : (long?)null;
        return captured.Result is Problem problem ? (null, problem.Refusal, version) : (captured.Result as IResult, null, version);
    }

    private static void Fill(HttpRequest request, HttpRequest page, Asked asked)
    {
        request.Method = asked.Method;
        (request.Scheme, request.Host, request.Path) = (page.Scheme, page.Host, Path(asked));
        request.QueryString = QueryString.Create(
            asked.Query.Where(q => !string.IsNullOrEmpty(q.Value)).Select(q => KeyValuePair.Create(q.Key, q.Value)));
        foreach (var (name, value) in asked.Route)
            request.RouteValues[name] = value;
        foreach (var (name, value) in asked.Headers)
            request.Headers[name] = value;
        if (asked.Body is not { } body)
            return;
        request.Body = body;
        request.ContentType = asked.MediaType;
        request.ContentLength = body.CanSeek ? body.Length : null;
    }

    private static string Path(Asked asked) =>
        asked.Route.Aggregate(
            Links.Root + asked.Pattern, (path, value) => path.Replace($"{{{value.Key}}}", value.Value, StringComparison.Ordinal));

    private RouteEndpoint EndpointOf(string method, string pattern) =>
        known.Value.GetValueOrDefault((method, Links.Root + pattern))
        ?? throw new InvalidOperationException($"The interface has no {method} {pattern}.");
}

/// <summary>A request that a page makes of the interface.</summary>
/// <param name="Method">GET or POST.</param>
/// <param name="Pattern">The endpoint's pattern below <c>/api/v1</c>, with its variables.</param>
internal sealed record Asked(string Method, string Pattern)
{
    /// <summary>Values of the pattern's variables.</summary>
    public IReadOnlyDictionary<string, string> Route { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Query parameters; empty ones are left out.</summary>
    public ImmutableArray<KeyValuePair<string, string?>> Query { get; init; } = [];

    /// <summary>Headers.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>The body.</summary>
    public Stream? Body { get; init; }

    /// <summary>The body's media type.</summary>
    public string MediaType { get; init; } = "application/json";
}
