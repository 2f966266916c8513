using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Api.Administration.Registry;

/// <summary>系统名归属 by REST.</summary>
internal static class SystemNameEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.Get(
            "/system-names",
            new Operation(
                Tag.Registry, "系统名归属（系统管理）：辖区内谁独用哪个来源系统名", "Whose the names of systems are within the jurisdiction (administrators only)")
        {
            Answer = typeof(SystemNameList),
        }, ListAsync);
        api.Post("/system-names", Act<GrantSystemName>(
            "确定系统名归属（系统管理）：在本辖区内，只有该单位的该系统可以用这个来源系统名上报",
            "Give the name of a system to a client (administrators only): within the jurisdiction nobody else reports under it") with { Success = 201 },
            async (Call call, SystemNameStore store) => await ExecuteAsync<GrantSystemName>(call, 201, store.GrantAsync));
        api.Post(
            "/system-names/releases",
            Act<ReleaseSystemName>("解除系统名归属（系统管理）", "Take the name of a system from its client (administrators only)"),
            async (Call call, SystemNameStore store) => await ExecuteAsync<ReleaseSystemName>(call, 200, store.ReleaseAsync));
    }

    private static Operation Act<T>(string chinese, string english) => new(Tag.Registry, chinese, english)
    {
        Body = typeof(T), IsAct = true, Answer = typeof(SystemNameList), Forbids = NoAdministrator,
    };

    private static Refusal? NoAdministrator(Caller caller) =>
        caller.Key.Roles.Contains(Role.Administrator) ? null : SystemNameRefusals.Forbidden.Because();

    private static async Task<IResult> ListAsync(Call call, SystemNameStore store) =>
        call.Query.Refusal is { } wrong ? Call.Refuse(wrong)
        : NoAdministrator(call.Caller) is { } refusal ? Call.Refuse(refusal)
        : Call.Json(SystemNameList.Of(await store.NowAsync(call.Stop), call.Caller.Jurisdiction));

    private static async Task<IResult> ExecuteAsync<T>(
        Call call, int status, Func<T, Given, Terms, CancellationToken, Task<Outcome<SystemNames>>> execute) where T : class
    {
        var order = await call.ReadAsync<T>();
        if (order.Refusal is { } refusal)
            return Call.Refuse(refusal);
        return await execute(order.Command!, order.Given!, order.Terms, call.Stop) switch
        {
            Outcome<SystemNames>.Refused refused => Call.Refuse(refused.Refusal),
            Outcome<SystemNames>.Done done => Call.Json(SystemNameList.Of(done.After, call.Caller.Jurisdiction), status),
            _ => throw new InvalidOperationException(),
        };
    }
}

/// <summary>Names of systems that belong to somebody.</summary>
/// <param name="Items">Those of the caller's jurisdiction, by name.</param>
internal sealed record SystemNameList(ImmutableArray<SystemNameGranted> Items)
{
    public static SystemNameList Of(SystemNames names, RegionCode jurisdiction) =>
        new([.. names.All.Where(g => jurisdiction.Contains(g.Region))]);
}
