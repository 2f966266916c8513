using Hazards.Domain;

namespace Hazards.Api.Http;

/// <summary>What every request passes once it is known who calls, by whatever way it came.</summary>
internal static class Admission
{
    /// <summary>Makes the call of a request from outside, or refuses its query.</summary>
    public static async Task EnterAsync(HttpContext http, RequestDelegate next)
    {
        if (Operation.Of(http) is { } operation && await EnterAsync(http, operation) is { } refusal)
            await Problem.AnswerAsync(http, refusal);
        else
            await next(http);
    }

    private static async ValueTask<Refusal?> EnterAsync(HttpContext http, Operation operation)
    {
        if (Query.Broken(http.Request.QueryString) is { } broken)
            return broken;
        if (Caller.Of(http) is not { } caller)
            return Query.Unknown(http.Request.Query, operation.Query);
        if (!operation.Query.IsEmpty && http.Request.Query.Count > 0)
            await ReadWordsAsync(http, caller, operation);
        return Begin(http, caller, operation);
    }

    /// <summary>Words among the parameters that mean nothing are told with whatever else is wrong with the query.</summary>
    private static async Task ReadWordsAsync(HttpContext http, Caller caller, Operation operation)
    {
        (http.Request.Query, var wrong) = await http.RequestServices.GetRequiredService<SaidInWords>()
            .ReadAsync(http.Request.Query, operation.Query, caller, http.RequestAborted);
        if (wrong is not null)
            http.Items[Query.WrongWords] = wrong;
    }

    /// <summary>Makes the call of a request; why its headers or its query are refused, null where it may go on.</summary>
    public static Refusal? Begin(HttpContext http, Caller caller, Operation operation)
    {
        var call = new Call(http, caller, http.RequestServices.GetRequiredService<TimeProvider>()) { Credential = new Credential(caller) };
        http.Features.Set(call);
        if (HttpMethods.IsGet(http.Request.Method) && call.ReadReader() is { } wrong)
            return wrong;
        var unknown = Query.Unknown(http.Request.Query, operation.Query);
        if (unknown is null || operation.Query.IsEmpty || !HttpMethods.IsGet(http.Request.Method))
            return unknown;
        // It is told with whatever else is wrong with the query.
        call.Query.Refuse(unknown);
        return null;
    }
}
