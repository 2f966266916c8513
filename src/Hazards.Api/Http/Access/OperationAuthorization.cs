using Hazards.Domain;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;

namespace Hazards.Api.Http.Access;

/// <summary>Whether a caller may ask for what an operation says of itself.</summary>
internal sealed class OperationAuthorization : AuthorizationHandler<Operation>
{
    /// <summary>Why a caller may not; null where he may.</summary>
    public static Refusal? Forbids(Operation operation, Caller caller, string method)
    {
        if (HttpMethods.IsPost(method) && Dissolved(caller) is { } dissolved)
            return dissolved;
        if (caller.Body.SeesOnlyItsOwn && !operation.ForEnterprises && !operation.HoldsNoRecords)
            return AccessRefusals.Enterprise.Because();
        return (operation.Rule is { } rule ? Decider.CheckRole(rule, caller.As(null)) : null) ?? operation.Forbids?.Invoke(caller);
    }

    /// <summary>Why a caller may do nothing but read: its body is no more. Null where it is.</summary>
    public static Refusal? Dissolved(Caller caller) =>
        caller.Body.Dissolved ? AccessRefusals.BodyDissolved.Because(null, ("body", caller.Body.Id), ("name", caller.Body.Name)) : null;

    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, Operation requirement)
    {
        if (requirement.Open)
            context.Succeed(requirement);
        else if (context.Resource is HttpContext http && Caller.Of(http) is { } caller)
            if (Forbids(requirement, caller, http.Request.Method) is { } refusal)
                context.Fail(new Forbidden(this, refusal));
            else
                context.Succeed(requirement);
        return Task.CompletedTask;
    }

    /// <summary>A refusal on its way through the framework.</summary>
    internal sealed class Forbidden(IAuthorizationHandler handler, Refusal refusal) : AuthorizationFailureReason(handler, refusal.Code)
    {
        public Refusal Refusal => refusal;
    }
}

/// <summary>
/// Says why somebody may not come in, in the words of the refusal: who he is, before in which form he wants his answer, before what he
/// may not do.
/// </summary>
internal sealed class AuthorizationAnswer : IAuthorizationMiddlewareResultHandler
{
    public Task HandleAsync(
        RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult) =>
        authorizeResult.Challenged ? ChallengeAsync(context)
        : (Acceptable.Check(context.Request, Operation.Of(context)!) ?? ForbiddenBy(authorizeResult)) is { } refusal
            ? Problem.AnswerAsync(context, refusal)
        : next(context);

    private static async Task ChallengeAsync(HttpContext http) => await Problem.AnswerAsync(http, await Unauthenticated.OfAsync(http));

    private static Refusal? ForbiddenBy(PolicyAuthorizationResult result) =>
        result.AuthorizationFailure?.FailureReasons.OfType<OperationAuthorization.Forbidden>().First().Refusal;
}
