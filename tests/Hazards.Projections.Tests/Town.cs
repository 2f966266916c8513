using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Projections.Tests;

/// <summary>The bodies that act in the stories: a prefecture with two counties.</summary>
internal static class Town
{
    public static readonly RegionCode Prefecture = RegionCode.Parse("6212");
    public static readonly RegionCode County = RegionCode.Parse("621202");
    public static readonly RegionCode OtherCounty = RegionCode.Parse("621221");

    public static readonly ImmutableArray<RegionCode> Places =
        [.. "621202,621202101,621202101201,621202102,621221,621221100,621221101".Split(',').Select(RegionCode.Parse)];

    public static readonly ImmutableArray<SectorCode> Sectors =
        [.. "city_gas,education,tailings_pond,fire_safety".Split(',').Select(SectorCode.Parse)];

    private static readonly ImmutableHashSet<Role> Office =
        [Role.Reporter, Role.Coordinator, Role.ListingAuthority, Role.Supervisor, Role.Inspector, Role.Enforcer];

    public static readonly ImmutableDictionary<BodyId, Body> Bodies = new[]
    {
        Of("prefecture-office", BodyKind.CommitteeOffice, Prefecture),
        Of("county-office", BodyKind.CommitteeOffice, County),
        Of("other-office", BodyKind.CommitteeOffice, OtherCounty),
        Of("county-government", BodyKind.Government, County),
        Of("other-government", BodyKind.Government, OtherCounty),
        Of("regulator", BodyKind.Regulator, Prefecture),
        Of("gas-company", BodyKind.Enterprise, County),
        Of("middle-school", BodyKind.Enterprise, OtherCounty),
        Of("watchers", BodyKind.SupervisionOffice, Prefecture),
    }.ToImmutableDictionary(b => b.Id);

    public static readonly ImmutableArray<BodyId> Offices = [
        BodyId.Parse("prefecture-office"), BodyId.Parse("county-office"), BodyId.Parse("other-office")];

    public static Act Act(BodyId body, DateTimeOffset occurred, DateTimeOffset now)
    {
        var actor = new Actor("tester", Bodies[body], Offices.Contains(body) ? Office : [Role.Responsible], "tests", RegionCode.Nation);
        return new Act(
            actor, occurred, now, Policy.NationalBaseline, SectorCatalogue.Usual, Bodies, DocumentNumber.Parse("测安委办〔2026〕1号"), []);
    }

    private static Body Of(string id, BodyKind kind, RegionCode region) =>
        new(BodyId.Parse(id), id, kind, region, [], null, null, false, null, 1);
}
