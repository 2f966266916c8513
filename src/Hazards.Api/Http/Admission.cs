using Hazards.Domain;

namespace Hazards.Api.Http;

/// <summary>What every request passes once it is known who calls, by whatever way it came.</summary>
internal static class Admission
{
    /// <summary>Makes the call of a request; null when it may go on.</summary>
    /// <param name="http">The request.</param>
    /// <param name="caller">Who calls.</param>
    /// <param name="operation">What is asked.</param>
    /// <param name="clock">Tells when it is.</param>
    /// <param name="sent">The request that came from outside, by which the caller was known.</param>
    public static Refusal? Enter(HttpContext http, Caller caller, Operation operation, TimeProvider clock, HttpRequest sent)
    {
        if (HttpMethods.IsPost(http.Request.Method) && Dissolved(caller) is { } dissolved)
            return dissolved;
        if (caller.Body.SeesOnlyItsOwn && !operation.ForEnterprises && !operation.HoldsNoRecords)
            return AccessRefusals.Enterprise.Because();
        if (operation.Rule is { } rule && !caller.Key.Roles.Any(rule.Roles.Contains))
            return HazardRefusals.Role.Because(null, ("command", Words.Of(rule)), ("roles", Words.Of(rule.Roles)));
        if (operation.Forbids?.Invoke(caller) is { } forbidden)
            return forbidden;
        var call = new Call(http, caller, clock)
        {
            Credential = new Credential(caller, stop => http.RequestServices.GetRequiredService<Doorkeeper>().AgainAsync(sent, stop)),
        };
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

    /// <summary>Why a caller may do nothing but read: its body is no more. Null where it is.</summary>
    public static Refusal? Dissolved(Caller caller) =>
        caller.Body.Dissolved ? AccessRefusals.BodyDissolved.Because(null, ("body", caller.Body.Id), ("name", caller.Body.Name)) : null;
}
