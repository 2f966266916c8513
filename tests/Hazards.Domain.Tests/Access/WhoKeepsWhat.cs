using System.Collections.Immutable;
using Hazards.Domain.Codes;
using static Hazards.Domain.Tests.Rules.World;

namespace Hazards.Domain.Tests.Access;

/// <summary>Authority comes from above: a body belongs to the level that registered it, and a level gives no more than it holds.</summary>
public sealed class WhoKeepsWhat
{
    private static readonly Body Group = Emergency with { Id = BodyId.Parse("province-group"), Name = "省事故调查组", Keeper = Gansu };

    [Fact]
    public void A_body_belongs_to_the_level_that_registered_it()
    {
        Registered(Administrator(Wudu)).KeptBy.ShouldBe(Wudu);
        Registered(Administrator(Longnan)).KeptBy.ShouldBe(Longnan);
        Registered(Administrator(Gansu)).KeptBy.ShouldBe(Gansu);
        Registered(Administrator(Longnan), keeper: Wudu).KeptBy.ShouldBe(Wudu, "a level may leave a body to the place");
    }

    [Fact]
    public void The_deployment_s_own_administrator_registers_for_the_place_but_leaves_it_no_investigators()
    {
        Registered(Administrator(RegionCode.Nation)).KeptBy.ShouldBe(Wudu);
        Registered(Administrator(RegionCode.Nation), BodyKind.Investigation).KeptBy.ShouldBe(RegionCode.Nation);
        Registered(Administrator(RegionCode.Nation), BodyKind.Investigation, Gansu).KeptBy.ShouldBe(Gansu);
    }

    [Fact]
    public void A_body_of_which_no_keeper_is_known_belongs_to_its_own_region()
    {
        Body.Apply(null, new BodyRegistered(Emergency.Id, "应急局", BodyKind.Regulator, Wudu, [], null, null)).KeptBy.ShouldBe(Wudu);
        Emergency.KeptBy.ShouldBe(Wudu);
    }

    /// <summary>下级只能收窄: also where the level above has narrowed since what the level below once adopted by it.</summary>
    [Fact]
    public void Persons_are_seen_by_whom_every_level_names_at_the_moment()
    {
        var (first, later) = (new DateOnly(2026, 3, 1), new DateOnly(2026, 6, 1));
        PrivacyRule Of(params Role[] reporters) => PrivacyRule.ProductDefault with { Reporter = [.. reporters] };
        Adopted In(RegionCode place, DateOnly from, PrivacyRule privacy) =>
            new(Policy.NationalBaseline with { Privacy = privacy }, place, from, null);
        var rules = new Rulebook(
            [
                In(Wudu, first, Of(Role.Coordinator, Role.Investigator)),
                In(Longnan, later, Of(Role.Investigator, Role.Enforcer)),
                In(RegionCode.Nation, later.AddDays(1), Of(Role.Investigator, Role.Enforcer) with { Erase = [Role.Investigator] }),
            ], WorkCalendar.Shipped);
        PrivacyRule At(RegionCode place, DateOnly day) => rules.PrivacyAt(place, ChinaTime.StartOf(day));
        At(Wudu, first).Reporter.ShouldBe([Role.Coordinator, Role.Investigator]);
        At(Wudu, later).Reporter.ShouldBe([Role.Investigator]);
        At(Wenxian, later).Reporter.ShouldBe([Role.Investigator, Role.Enforcer]);
        At(Wenxian, first).Reporter.ShouldBe(PrivacyRule.ProductDefault.Reporter);
        At(Wudu, later).Erase.ShouldBe([Role.Administrator]);
        At(Wudu, later.AddDays(1)).Erase.ShouldBe([Role.Investigator], "somebody may, whom the level above names");
    }

    [Fact]
    public void A_keeper_holds_the_region_and_lies_within_the_caller_s()
    {
        Refused(Authority.OverKeeper(Administrator(Longnan), Gansu, Wudu), AuthorityRefusals.Keeper);
        Refused(Authority.OverKeeper(Administrator(Longnan), Wenxian, Wudu), AuthorityRefusals.Keeper);
        Authority.OverKeeper(Administrator(Longnan), Longnan, Wudu).ShouldBeNull();
    }

    [Fact]
    public void A_body_kept_by_its_own_level_moves_with_its_region_and_any_other_stays_where_it_is_kept()
    {
        var moved = new BodyChanged(BodyKind.Regulator, Wenxian, [], null, null, "区划调整");
        Body.Apply(Emergency with { Keeper = Wudu }, moved).KeptBy.ShouldBe(Wenxian);
        Body.Apply(Group, moved).KeptBy.ShouldBe(Gansu);
        Body.Apply(Group, moved with { Keeper = Longnan }).KeptBy.ShouldBe(Longnan);
    }

    [Theory]
    [InlineData("621202", false)]
    [InlineData("6212", false)]
    [InlineData("621222", false)]
    [InlineData("62", true)]
    [InlineData("0", true)]
    public void Only_its_own_level_or_above_keeps_a_body(string jurisdiction, bool may)
    {
        var by = Administrator(RegionCode.Parse(jurisdiction));
        var refusal = Authority.OverBody(by, Group);
        if (may)
            refusal.ShouldBeNull();
        else
            Refused(refusal, AuthorityRefusals.BodyAbove).Facts["keeper"].ShouldBe("62");
    }

    [Fact]
    public void A_body_whose_keys_reach_above_the_caller_stands_for_more_than_its_place()
    {
        Refused(Authority.OverBody(Administrator(Wudu), Emergency with { Reach = [Wudu, Longnan] }), AuthorityRefusals.BodyAbove);
        Authority.OverBody(Administrator(Longnan), Emergency with { Reach = [Wudu, Longnan] }).ShouldBeNull();
    }

    [Fact]
    public void A_county_s_administrator_neither_renames_nor_changes_nor_dissolves_what_the_province_registered()
    {
        IBodyCommand[] commands = [new RenameBody("县调查组", "x"), new ChangeBody("x", Keeper: Wudu), new DissolveBody("x")];
        foreach (var command in commands)
        {
            Refused(Decide(command, Group, Administrator(Wudu)).Refusal, AuthorityRefusals.BodyAbove);
            Decide(command, Group, Administrator(Gansu)).Refusal.ShouldBeNull();
        }
    }

    [Theory]
    [InlineData(Role.Reporter)]
    [InlineData(Role.Coordinator)]
    [InlineData(Role.Responsible)]
    [InlineData(Role.Inspector)]
    [InlineData(Role.Supervisor)]
    [InlineData(Role.ListingAuthority)]
    [InlineData(Role.Enforcer)]
    [InlineData(Role.Importer)]
    [InlineData(Role.Investigator)]
    [InlineData(Role.Administrator)]
    public void An_administrator_gives_any_one_role_within_its_own_level(Role role) =>
        Grant(Administrator(Wudu), Emergency, Wudu, role).ShouldBeNull();

    [Theory]
    [InlineData(Role.Investigator)]
    [InlineData(Role.Administrator)]
    public void No_body_commands_above_the_level_that_keeps_it(Role role)
    {
        Refused(Grant(Administrator(Longnan), Emergency, Longnan, role), AuthorityRefusals.RoleAbove);
        Grant(Administrator(Longnan), Emergency, Longnan, Role.Reporter).ShouldBeNull();
        Grant(Administrator(Gansu), Group, Gansu, role).ShouldBeNull();
        Grant(Administrator(RegionCode.Nation), Emergency, Longnan, role).ShouldBeNull("the deployment's own");
    }

    [Theory]
    [InlineData(Role.Administrator, Role.Investigator)]
    [InlineData(Role.Coordinator, Role.Responsible)]
    public void Roles_that_do_not_go_together_are_not_given_together(Role one, Role other)
    {
        Refused(Grant(Administrator(Wudu), Emergency, Wudu, one, other), AuthorityRefusals.Incompatible);
        Refused(Grant(Administrator(Wudu), Emergency, Wudu, [.. AllRoles.Remove(Role.Clock)]), AuthorityRefusals.Incompatible);
        var grant = new Grant(Emergency, [other, one], Wudu);
        Authority.OverGrant(Administrator(Wudu), grant, [one, other], Policy.NationalBaseline).ShouldBeNull("they were together before");
        Refused(Authority.OverGrant(Administrator(Wudu), grant, [one], Policy.NationalBaseline), AuthorityRefusals.Incompatible);
        Authority.OverGrant(Administrator(Wudu), grant, [], Allowing(one, other)).ShouldBeNull("the policy says so");
        Authority.OverGrant(Administrator(Wudu), grant, [], Allowing(other, one)).ShouldBeNull("either way round");
    }

    [Fact]
    public void A_lower_level_shows_persons_to_fewer_never_to_more()
    {
        var baseline = Policy.NationalBaseline;
        Policy Showing(ImmutableArray<Role> to) => baseline with { Privacy = baseline.Privacy with { WhistleBlower = to } };
        var opened = Showing([Role.Enforcer, Role.Reporter]);
        var erasing = baseline with { Privacy = baseline.Privacy with { Erase = [Role.Coordinator] } };
        Refused(Authority.OverPolicy(opened, baseline), PolicyRefusals.PrivacyAbove).Field.ShouldBe("document.privacy.whistleBlower");
        Refused(Authority.OverPolicy(erasing, baseline), PolicyRefusals.PrivacyAbove);
        Authority.OverPolicy(Showing([Role.Investigator]), baseline).ShouldBeNull();
        Authority.OverPolicy(baseline, baseline).ShouldBeNull();
        Authority.OverPolicy(opened, null).ShouldBeNull("there is nobody above");
        Refused(Authority.OverPolicy(Allowing(Role.Administrator, Role.Investigator), baseline), PolicyRefusals.TogetherAbove);
        Authority.OverPolicy(Allowing(Role.Coordinator, Role.Responsible), Allowing(Role.Responsible, Role.Coordinator)).ShouldBeNull();
    }

    [Fact]
    public void Above_a_county_s_policy_is_that_of_its_prefecture()
    {
        var city = Policy.NationalBaseline with { Version = "longnan-rules@1" };
        var county = Policy.NationalBaseline with { Version = "wudu-rules@1" };
        var day = new DateOnly(2026, 4, 1);
        var rules = new Rulebook([new Adopted(city, Longnan, day, null), new Adopted(county, Wudu, day, null)], WorkCalendar.Shipped);
        Authority.PolicyAbove(rules, Wudu, day).ShouldBe(city);
        Authority.PolicyAbove(rules, Wudu, day.AddDays(-1)).ShouldBe(Policy.NationalBaseline);
        Authority.PolicyAbove(rules, Longnan, day).ShouldBe(Policy.NationalBaseline);
        Authority.PolicyAbove(rules, RegionCode.Nation, day).ShouldBeNull();
    }

    [Fact]
    public void What_a_level_adopted_for_a_place_the_place_does_not_end()
    {
        var policy = PolicyText.Of(PolicyVersion.Parse("wudu-rules@1"), "{}");
        var adopted = new PolicyAdopted(policy, Wudu, new DateOnly(2026, 4, 1), null, [], Longnan);
        Refused(Authority.OverPolicy(Administrator(Wudu), adopted), AuthorityRefusals.PolicyAbove);
        Authority.OverPolicy(Administrator(Longnan), adopted).ShouldBeNull();
        Authority.OverPolicy(Administrator(Wudu), adopted with { Keeper = null }).ShouldBeNull();
    }

    private static Actor Administrator(RegionCode jurisdiction) =>
        As(CountyOffice, Role.Administrator) with { Jurisdiction = jurisdiction };

    private static Policy Allowing(Role one, Role other) =>
        Policy.NationalBaseline with { RolesTogether = [new TogetherRule(one, other, "测试")] };

    private static Refusal? Grant(Actor by, Body body, RegionCode region, params ImmutableArray<Role> roles) =>
        Authority.OverGrant(by, new Grant(body, roles, region), [], Policy.NationalBaseline);

    private static Body Registered(Actor by, BodyKind kind = BodyKind.Regulator, RegionCode? keeper = null)
    {
        var decision = Decide(new RegisterBody(BodyId.Parse("new-body"), "新单位", kind, Wudu, Keeper: keeper), null, by);
        decision.Refusal?.English.ShouldBeNull();
        return Body.Apply(null, decision.Events.Single());
    }

    private static BodyDecision Decide(IBodyCommand command, Body? body, Actor by) =>
        command.Decide(body, new BodyAct(by, SectorCatalogue.Usual, Bodies));

    private static Refusal Refused(Refusal? refusal, RefusalCode code)
    {
        refusal.ShouldNotBeNull().Reason.ShouldBe(code);
        return refusal;
    }

    /// <summary>The next committee office above that is there, and did not do it itself.</summary>
    [Fact]
    public void What_is_granted_is_told_to_the_office_above_that_there_is()
    {
        Authority.Told(Wudu, CountyOffice, [CityOffice, ProvinceOffice]).ShouldBe(Longnan);
        Authority.Told(Wudu, CountyOffice, [ProvinceOffice]).ShouldBe(ProvinceOffice.Region, "the city has none");
        Authority.Told(Wudu, CityOffice, [CityOffice, ProvinceOffice]).ShouldBe(ProvinceOffice.Region, "the city did it itself");
        Authority.Told(Wudu, CountyOffice, []).ShouldBe(Longnan, "whoever comes to be there later");
        Authority.Told(RegionCode.Nation, StateOffice, []).ShouldBeNull();
    }
}
