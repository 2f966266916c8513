namespace Hazards.Api;

/// <summary>How endpoints are added: always with what they say about themselves.</summary>
internal static class Endpoints
{
    public static RouteHandlerBuilder Get(this IEndpointRouteBuilder routes, string pattern, Operation operation, Delegate handler) =>
        routes.MapGet(pattern, handler).WithMetadata(operation);

    public static RouteHandlerBuilder Post(this IEndpointRouteBuilder routes, string pattern, Operation operation, Delegate handler) =>
        routes.MapPost(pattern, handler).WithMetadata(operation);
}
