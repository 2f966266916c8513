using Hazards.Domain.Codes;
using static Hazards.Domain.Tests.Rules.World;

namespace Hazards.Domain.Tests.Access;

/// <summary>系统名归属: a system's name may belong to one client of one body; then nobody else within the region reports under it.</summary>
public sealed class WhoseSystemName
{
    private static readonly Body Line = Hotline with { Id = BodyId.Parse("wudu-hotline"), Name = "武都区12345热线", Region = Wudu };

    private static readonly ExternalReference Number = new("12345热线", "LN-1");

    private static readonly Actor Owner = By(Line, Wudu, "热线平台");

    [Fact]
    public void Under_a_name_that_belongs_to_nobody_everybody_reports()
    {
        SystemNames.None.WhyNot(Number, Owner).ShouldBeNull();
        SystemNames.None.WhyNot(null, Owner).ShouldBeNull();
    }

    [Fact]
    public void Under_a_name_that_belongs_to_a_client_only_that_client_reports_whatever_the_number()
    {
        var names = Granted(SystemNames.None, By(CountyOffice, Wudu, "台账"));
        names.WhyNot(Number, Owner).ShouldBeNull();
        names.WhyNot(Number with { System = "互联网+执法" }, By(Emergency, Wudu, "执法")).ShouldBeNull("another name");
        foreach (var other in (Actor[])[By(Line, Wudu, "另一系统"), By(Emergency, Wudu, "热线平台")])
            foreach (var number in new[] { "LN-1", "LN-2" })
                names.WhyNot(Number with { Id = number }, other)!.Code.ShouldBe("reference.system_owned");
        names.WhyNot(Number, By(CityOffice, Longnan, "市平台")).ShouldBeNull("the county's word does not bind the city");
    }

    [Fact]
    public void The_level_above_prevails()
    {
        var county = Granted(SystemNames.None, By(CountyOffice, Wudu, "台账"));
        var both = county.Apply(new SystemNameGranted("12345热线", Longnan, CityOffice.Id, "市平台"));
        both.WhyNot(Number, Owner)!.Code.ShouldBe("reference.system_owned");
        both.WhyNot(Number, By(CityOffice, Longnan, "市平台")).ShouldBeNull();
        var released = new ReleaseSystemName("12345热线", "停用").Decide(both, Admin(CityOffice, Longnan)).Event!;
        both.Apply(released).WhyNot(Number, Owner).ShouldBeNull();
    }

    [Fact]
    public void An_administrator_gives_and_takes_it_within_the_jurisdiction()
    {
        var order = new GrantSystemName("12345热线", Line.Id, "热线平台");
        order.Decide(SystemNames.None, By(CountyOffice, Wudu, "x"), Line).Refusal!.Code.ShouldBe("system_name.forbidden");
        order.Decide(SystemNames.None, Admin(CountyOffice, Wudu), CityOffice).Refusal!.Code.ShouldBe("body.unknown", "outside");
        order.Decide(SystemNames.None, Admin(CountyOffice, Wudu), null).Refusal!.Code.ShouldBe("body.unknown");
        foreach (var own in new[] { "field", "台账:隐患台账" })
            (order with { System = own })
                .Decide(SystemNames.None, Admin(CountyOffice, Wudu), Line).Refusal!.Code.ShouldBe("system_name.reserved");
        var names = Granted(SystemNames.None, By(CountyOffice, Wudu, "台账"));
        order.Decide(names, Admin(CountyOffice, Wudu), Line).Refusal!.Code.ShouldBe("system_name.taken");
        order.Decide(names, Admin(CityOffice, Longnan), Line).Event.ShouldNotBeNull("the level above may say otherwise");
        new ReleaseSystemName("无人", "停用").Decide(names, Admin(CountyOffice, Wudu)).Refusal!.Code.ShouldBe("system_name.not_found");
        new ReleaseSystemName("12345热线", "停用", Wudu).Decide(names, Admin(CityOffice, Longnan)).Event.ShouldNotBeNull();
        new ReleaseSystemName("12345热线", "停用", Wudu)
            .Decide(names, Admin(CountyOffice, Wenxian)).Refusal!.Code.ShouldBe("system_name.not_found");
    }

    private static SystemNames Granted(SystemNames names, Actor by) => names.Apply(
        new GrantSystemName("12345热线", Line.Id, "热线平台").Decide(names, by with { Roles = [Role.Administrator] }, Line).Event!);

    private static Actor Admin(Body body, RegionCode region) => By(body, region, "管理") with { Roles = [Role.Administrator] };

    private static Actor By(Body body, RegionCode region, string client) => new("张工", body, [Role.Reporter], client, region);
}
