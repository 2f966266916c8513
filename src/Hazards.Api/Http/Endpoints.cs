using Hazards.Api.Http.Pages;
using Hazards.Api.Investigation;
using Hazards.Api.Lists;
using Hazards.Api.Reports;
using Hazards.Domain;

namespace Hazards.Api.Http;

/// <summary>How endpoints are added: always with what they say about themselves.</summary>
internal static class Endpoints
{
    public static RouteHandlerBuilder Get(this IEndpointRouteBuilder routes, string pattern, Operation operation, Delegate handler)
    {
        operation = TableFiles.Listing(operation, pattern);
        if (!ListFiles.IsList(operation))
            return Describe(routes.MapLazily(HttpMethods.Get, pattern, handler), operation)
                .AddEndpointFilter(Looking.RecordAsync).AddEndpointFilter(RefuseAsync);
        // The same list as a file, by an address that says so.
        foreach (var (ending, mediaType) in ((string, string)[])[("csv", ListFiles.Csv), ("xlsx", ReportSheets.MediaType)])
            List(
                routes, $"{pattern}.{ending}",
                operation with
                {
                    FileOnly = true, Files = [mediaType], Query = [.. operation.Query.Where(q => q != ListFiles.Format)],
                }, handler);
        return List(routes, pattern, operation, handler);
    }

    private static RouteHandlerBuilder List(IEndpointRouteBuilder routes, string pattern, Operation operation, Delegate handler) =>
        Describe(routes.MapLazily(HttpMethods.Get, pattern, handler), operation).AddEndpointFilter(Looking.RecordAsync)
            .AddEndpointFilter(TableFiles.AnswerAsync).AddEndpointFilter(RefuseAsync);

    public static RouteHandlerBuilder Post(this IEndpointRouteBuilder routes, string pattern, Operation operation, Delegate handler) =>
        Describe(routes.MapLazily(HttpMethods.Post, pattern, handler), operation).AddEndpointFilter(PlainAsync);

    /// <summary>
    /// As the framework's own, but for what binds a request to the handler, which is made when the first request comes and not for
    /// all endpoints at once. Measured with 350 of them: the first request of a process waits two seconds less. What an endpoint says
    /// of itself it says by <see cref="Operation"/>; nothing is read from the handler.
    /// </summary>
    public static RouteHandlerBuilder MapLazily(this IEndpointRouteBuilder routes, string method, string pattern, Delegate handler) =>
        RouteHandlerServices.Map(
            routes, pattern, handler, [method],
            static (_, _) => new RequestDelegateMetadataResult { EndpointMetadata = [] },
            static (given, options, _) =>
            {
                var made = new Lazy<RequestDelegate>(() => RequestDelegateFactory.Create(given, options).RequestDelegate);
                return new RequestDelegateResult(http => made.Value(http), []);
            });

    /// <summary>A body is read as it is sent: one that was compressed would be taken for one that is broken.</summary>
    private static ValueTask<object?> PlainAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var encoding = context.HttpContext.Request.Headers.ContentEncoding.ToString();
        return encoding.Length == 0 || encoding.Equals("identity", StringComparison.OrdinalIgnoreCase)
            ? next(context)
            : ValueTask.FromResult<object?>(Call.Refuse(
                RequestRefusals.MediaType.Because("Content-Encoding", ("value", Texts.Excerpt(encoding)), ("expected", "identity"))));
    }

    /// <summary>What is wrong with a query is refused, also where what was asked for did not depend on it.</summary>
    private static async ValueTask<object?> RefuseAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var result = await next(context);
        return context.HttpContext.Features.Get<Call>()?.Query.Refusal is { } wrong && result is not Problem ? Call.Refuse(wrong) : result;
    }

    private static RouteHandlerBuilder Describe(RouteHandlerBuilder endpoint, Operation operation)
    {
        endpoint.WithMetadata(operation).AddEndpointFilter(CapturedResult.CaptureAsync);
        return endpoint;
    }
}
