using System.Collections.Immutable;
using Hazards.Api.Administration.Policies;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;

namespace Hazards.Api.Administration.Registry;

/// <summary>What a refused grant is called where keys are given, and where accounts are.</summary>
/// <param name="ClockRole">The role of the service's own clock.</param>
/// <param name="Region">Outside the caller's jurisdiction.</param>
/// <param name="BodyOutside">The same of the body.</param>
internal sealed record GrantCodes(RefusalCode ClockRole, RefusalCode Region, RefusalCode BodyOutside)
{
    public static readonly GrantCodes OfKeys = new(KeyRefusals.ClockRole, KeyRefusals.Region, KeyRefusals.BodyOutside);

    public static readonly GrantCodes OfAccounts = new(AccountRefusals.ClockRole, AccountRefusals.Region, AccountRefusals.BodyOutside);
}

/// <summary>What keys and accounts share: may this caller give this body these roles for this region (<see cref="Authority"/>)?</summary>
internal sealed class Granting(IRegistryQueries registry, RulebookSource rules, TimeProvider clock)
{
    /// <summary>What can be said without looking anything up.</summary>
    public static Refusal? CheckShape(Actor by, ImmutableArray<Role> roles, RegionCode region, GrantCodes codes)
    {
        if (roles.IsDefaultOrEmpty)
            return InputRefusals.Missing.Because("roles");
        if (roles.Distinct().Count() != roles.Length)
            return InputRefusals.Duplicate.Because("roles", ("value", string.Join(',', roles.Select(CodeList.Code))));
        if (roles.Contains(Role.Clock))
            return codes.ClockRole.Because("roles");
        if (!by.Jurisdiction.Contains(region))
            return codes.Region.Because("region", ("value", region), ("jurisdiction", by.Jurisdiction));
        return Regions.Exists(region)
            ? null
            : InputRefusals.RegionUnknown.Because("region", ("value", region), ("county", region.At(RegionLevel.County)));
    }

    /// <summary>The rest: the body, and what the caller may give it.</summary>
    /// <param name="by">Who gives.</param>
    /// <param name="id">The body.</param>
    /// <param name="roles">The roles.</param>
    /// <param name="region">The jurisdiction.</param>
    /// <param name="before">The roles it had before; empty for a new one.</param>
    /// <param name="codes">What refusals are called.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task<Refusal?> CheckAsync(
        Actor by, BodyId id, ImmutableArray<Role> roles, RegionCode region, ImmutableArray<Role> before, GrantCodes codes,
        CancellationToken cancellationToken)
    {
        if (!(await registry.BodiesAsync([id], cancellationToken)).TryGetValue(id, out var body) || !by.Sees(body))
            return BodyRefusals.Unknown.Because("body", ("id", id));
        if (body.Dissolved)
            return BodyRefusals.Dissolved.Because("body", ("id", body.Id), ("name", body.Name));
        if (!by.Jurisdiction.Contains(body.Region))
            return codes.BodyOutside.Because("body", ("body", body.Id), ("jurisdiction", by.Jurisdiction));
        var reached = await registry.WithReachAsync(body, clock, cancellationToken);
        var policy = (await rules.NowAsync(0, cancellationToken)).PolicyAt(region, clock.GetUtcNow());
        return Authority.OverGrant(by, new Grant(reached, roles, region), before, policy);
    }
}

/// <summary>Looks up what <see cref="Authority"/> decides by, and says whom its events tell.</summary>
internal static class AuthorityFacts
{
    /// <summary>A body with what its open keys and accounts reach.</summary>
    public static async Task<Body> WithReachAsync(
        this IRegistryQueries registry, Body body, TimeProvider clock, CancellationToken cancellationToken) =>
        body with { Reach = await registry.ReachAsync(body.Id, clock.GetUtcNow(), cancellationToken) };

    /// <summary>A body with what it belongs to (<see cref="Body.InsideEnterprise"/>); null when there is none.</summary>
    public static async Task<Body?> PlacedAsync(this IRegistryQueries registry, BodyId id, CancellationToken cancellationToken)
    {
        return await FindAsync(id) is { } body ? await body.PlacedAsync(FindAsync) : null;

        async Task<Body?> FindAsync(BodyId one) => (await registry.BodiesAsync([one], cancellationToken)).GetValueOrDefault(one);
    }

    /// <summary>Why a caller may not keep the keys and accounts of a body; null when it may.</summary>
    public static async Task<Refusal?> OverBodyAsync(
        this IRegistryQueries registry, Actor by, BodyId id, TimeProvider clock, CancellationToken cancellationToken) =>
        (await registry.BodiesAsync([id], cancellationToken)).TryGetValue(id, out var body)
            ? Authority.OverBody(by, await registry.WithReachAsync(body, clock, cancellationToken))
            : null;

    /// <summary>The event tells the committee office of the level above (<see cref="Authority.Told"/>).</summary>
    public static async Task<EventContext> TellAboveAsync(
        this IRegistryQueries registry, EventContext context, Actor by, RegionCode region, CancellationToken cancellationToken)
    {
        var offices = await registry.OfficesAsync([.. Authority.Wider(region)], cancellationToken);
        return Authority.Told(region, by.Body, offices) is { } above ? context with
        {
            Told = [new Told(null, above, TellAs.Notice)],
        } : context;
    }
}
