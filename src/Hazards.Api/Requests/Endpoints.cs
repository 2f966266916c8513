namespace Hazards.Api;

/// <summary>How endpoints are added: always with what they say about themselves.</summary>
internal static class Endpoints
{
    public static RouteHandlerBuilder Get(this IEndpointRouteBuilder routes, string pattern, Operation operation, Delegate handler) =>
        Describe(routes.MapGet(pattern, handler), operation).AddEndpointFilter(Looking.RecordAsync);

    public static RouteHandlerBuilder Post(this IEndpointRouteBuilder routes, string pattern, Operation operation, Delegate handler) =>
        Describe(routes.MapPost(pattern, handler), operation);

    private static RouteHandlerBuilder Describe(RouteHandlerBuilder endpoint, Operation operation)
    {
        endpoint.WithMetadata(operation).AddEndpointFilter(Pages.CapturedResult.CaptureAsync);
        if (operation.Answer is { } answer)
            endpoint.Produces(operation.Success, answer);
        endpoint.Add(builder =>
        {
            var pattern = (builder as RouteEndpointBuilder)?.RoutePattern.RawText ?? "";
            foreach (var status in Errors.Of(operation, pattern))
                builder.Metadata.Add(new ProducesResponseTypeMetadata(status, typeof(ProblemDetails), ["application/problem+json"]));
        });
        return endpoint;
    }
}
