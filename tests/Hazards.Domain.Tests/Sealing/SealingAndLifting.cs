using Hazards.Domain.Codes;
using Hazards.Domain.Tests.Rules;
using static Hazards.Domain.Tests.Rules.World;

namespace Hazards.Domain.Tests.Sealing;

/// <summary>Who seals, by which order, and who lifts.</summary>
public sealed class SealingAndLifting
{
    private static readonly SealRecords Order = new(new Enterprise("武都燃气公司"), Wudu, "“3·2”燃气爆炸事故调查");
    private static readonly Body Group = Emergency with
    {
        Id = BodyId.Parse("accident-group"), Name = "“3·2”事故调查组", Kind = BodyKind.Investigation,
    };

    [Theory]
    [InlineData(Role.Investigator, true)]
    [InlineData(Role.Administrator, true)]
    [InlineData(Role.Coordinator, false)]
    [InlineData(Role.Supervisor, false)]
    [InlineData(Role.Enforcer, false)]
    public void Investigators_and_administrators_seal(Role role, bool may)
    {
        var decision = Order.Decide(null, Act(As(Group, role)));
        if (may)
            decision.Role.ShouldBe(role);
        else
            decision.Refusal!.Code.ShouldBe(HazardRefusals.Role.Code);
    }

    [Fact]
    public void A_seal_says_who_decided_it_since_when_and_by_which_order()
    {
        var seal = Sealed();
        seal.Authority.ShouldBe("“3·2”事故调查组");
        seal.Since.ShouldBe(Start);
        seal.Document.ShouldBe(Paper);
        seal.By.ShouldBe(Group.Id);
        seal.Lifting.ShouldBeNull();
    }

    [Fact]
    public void A_seal_needs_an_order_a_reason_and_a_region_of_one_s_own()
    {
        Refused(
            Order.Decide(null, Act(As(Group, Role.Investigator)) with { Document = null }), HazardRefusals.DocumentRequired,
            "documentNumber");
        Refused((Order with { Reason = " " }).Decide(null, Act(As(Group, Role.Investigator))), InputRefusals.Missing, "reason");
        Refused(
            (Order with { Enterprise = new Enterprise("") }).Decide(null, Act(As(Group, Role.Investigator))), InputRefusals.Missing,
            "enterprise.name");
        Refused((Order with { Since = Start.AddDays(1) }).Decide(null, Act(As(Group, Role.Investigator))), HazardRefusals.Future, "since");
        Refused(
            Order.Decide(null, Act(As(Group, Role.Investigator) with { Jurisdiction = Wenxian })), DiscoveryRefusals.OutsideJurisdiction,
            "region");
        Refused(Order.Decide(null, Act(As(Gone, Role.Investigator))), BodyRefusals.Dissolved);
    }

    [Fact]
    public void One_order_seals_once()
    {
        Refused(Order.Decide(Sealed(), Act(As(Group, Role.Investigator))), SealRefusals.SealedBefore, "documentNumber");
        Seal.IdOf(Order.Enterprise, Wudu, Group.Id, Paper).ShouldBe(Sealed().Id);
        Seal.IdOf(Order.Enterprise, Wudu, Group.Id, DocumentNumber.Parse("另一文号")).ShouldNotBe(Sealed().Id);
    }

    [Fact]
    public void Who_sealed_lifts_or_one_above()
    {
        var lift = new LiftSeal("调查结束");
        Lifted(lift.Decide(Sealed(), Act(As(Group, Role.Investigator))));
        Lifted(lift.Decide(Sealed(), Act(As(CityGovernment, Role.Administrator))));
        Lifted(lift.Decide(Sealed(), Act(As(Group with { Id = BodyId.Parse("province-group"), Region = Gansu }, Role.Investigator))));
        Refused(lift.Decide(Sealed(), Act(As(CountyOffice, Role.Administrator))), SealRefusals.NotYours);
        Refused(lift.Decide(Sealed(), Act(As(CitySupervision, Role.Administrator))), SealRefusals.NotYours);
        Refused(lift.Decide(Sealed(), Act(As(CityGovernment, Role.Supervisor))), HazardRefusals.Role);
        Refused(lift.Decide(Sealed(), Act(As(Group, Role.Investigator) with { Jurisdiction = Wenxian })), SealRefusals.NotFound);
        Refused(lift.Decide(null, Act(As(Group, Role.Investigator))), SealRefusals.NotFound);
    }

    [Fact]
    public void A_prefecture_does_not_lift_what_a_group_of_its_province_sealed_in_the_county()
    {
        var lift = new LiftSeal("调查结束");
        Act Act(Actor by) => new Story().Act(by) with { Bodies = Bodies.Add(Group.Id, Group with { Keeper = Gansu }) };
        var city = As(CityGovernment, Role.Administrator) with { Jurisdiction = Longnan };
        Refused(lift.Decide(Sealed(), Act(city)), AuthorityRefusals.BodyAbove);
        Lifted(lift.Decide(Sealed(), Act(As(ProvinceOffice, Role.Administrator) with { Jurisdiction = Gansu })));
    }

    [Fact]
    public void Lifting_needs_a_paper_and_a_reason_and_happens_once()
    {
        Refused(
            new LiftSeal("调查结束").Decide(Sealed(), Act(As(Group, Role.Investigator)) with { Document = null }),
            HazardRefusals.DocumentRequired, "documentNumber");
        Refused(new LiftSeal("").Decide(Sealed(), Act(As(Group, Role.Investigator))), InputRefusals.Missing, "reason");
        var act = Act(As(Group, Role.Investigator));
        var lifted = Seal.Apply(Sealed(), new LiftSeal("调查结束").Decide(Sealed(), act).Events.Single(), act.Context(Role.Investigator));
        lifted.Lifting!.Reason.ShouldBe("调查结束");
        lifted.Version.ShouldBe(2);
        Refused(new LiftSeal("再次").Decide(lifted, act), SealRefusals.Lifted);
    }

    private static Seal Sealed()
    {
        var act = Act(As(Group, Role.Investigator));
        return Seal.Apply(null, Order.Decide(null, act).Events.Single(), act.Context(Role.Investigator));
    }

    private static Act Act(Actor by) => new Story().Act(by) with { Bodies = Bodies.Add(Group.Id, Group) };

    private static void Lifted(Decision<ISealEvent> decision)
    {
        decision.Refusal?.English.ShouldBeNull();
        decision.Events.Single().ShouldBe(new RecordsUnsealed("调查结束"));
    }

    private static void Refused(Decision<ISealEvent> decision, RefusalCode code, string? field = null)
    {
        decision.Refusal.ShouldNotBeNull().Code.ShouldBe(code.Code);
        if (field is not null)
            decision.Refusal!.Field.ShouldBe(field);
        decision.Refusal!.ShouldSpeak();
        decision.Events.ShouldBeEmpty();
    }
}
