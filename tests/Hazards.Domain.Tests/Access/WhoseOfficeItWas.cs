using Hazards.Domain.Codes;
using static Hazards.Domain.Tests.Rules.World;

namespace Hazards.Domain.Tests.Access;

/// <summary>安委办之任期: to whom fell what nobody is named for, as the registry had it at each moment.</summary>
public sealed class WhoseOfficeItWas
{
    private static readonly BodyId County = BodyId.Parse("x-county"), Next = BodyId.Parse("x-next"), City = BodyId.Parse("x-city"),
        Nation = BodyId.Parse("x-nation");

    [Fact]
    public void A_region_without_an_office_is_that_of_the_next_wider_one_that_has()
    {
        OfficeHeld[] all =
        [
            new(Nation, RegionCode.Nation, Day(0), null), new(City, Longnan, Day(1), Day(9)), new(County, Wudu, Day(3), Day(5)),
            new(Next, Wudu, Day(7), null),
        ];
        Terms(County, Wudu, all).ShouldBe([(Day(3), Day(5))]);
        Terms(Next, Wudu, all).ShouldBe([(Day(7), null)]);
        Terms(City, Wudu, all).ShouldBe([(Day(1), Day(3)), (Day(5), Day(7))]);
        Terms(Nation, Wudu, all).ShouldBe([(Day(0), Day(1))]);
        Terms(City, Wenxian, all).ShouldBe([(Day(1), Day(9))], "what happens in the county beside is none of it");
        Terms(Nation, Wenxian, all).ShouldBe([(Day(0), Day(1)), (Day(9), null)]);
        Terms(Nation, RegionCode.Parse("110101"), all).ShouldBe([(Day(0), null)]);
        OfficeTerm.Of(BodyId.Parse("x-none"), all).ShouldBeEmpty();
    }

    [Fact]
    public void Two_of_one_region_have_it_together_and_a_townships_stands_in_for_nobody()
    {
        var town = RegionCode.Parse("621202101");
        OfficeHeld[] all =
        [
            new(County, Wudu, Day(0), Day(8)), new(Next, Wudu, Day(4), null), new(City, Longnan, Day(0), null),
            new(Nation, town, Day(2), null),
        ];
        Terms(County, Wudu, all).ShouldBe([(Day(0), Day(8))]);
        Terms(Next, Wudu, all).ShouldBe([(Day(4), null)]);
        Terms(City, Wudu, all).ShouldBeEmpty();
        OfficeTerm.Of(Nation, all).ShouldBe([new OfficeTerm(town, Day(2), null)]);
    }

    /// <summary>What has changed of a body that stayed the office makes no two terms of one.</summary>
    [Fact]
    public void A_term_is_whole_whatever_else_changes()
    {
        OfficeHeld[] all =
        [
            new(County, Wudu, Day(0), Day(2)), new(County, Wudu, Day(2), Day(6)), new(County, Wudu, Day(6), null),
            new(City, Longnan, Day(1), Day(3)),
        ];
        Terms(County, Wudu, all).ShouldBe([(Day(0), null)]);
    }

    private static (DateTimeOffset, DateTimeOffset?)[] Terms(BodyId body, RegionCode region, OfficeHeld[] all) =>
        [.. OfficeTerm.Of(body, all).Where(t => t.Region == region).Select(t => (t.From, t.To))];

    private static DateTimeOffset Day(int day) => Start.AddDays(day);
}
