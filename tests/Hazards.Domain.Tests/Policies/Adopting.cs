using System.Text;
using Hazards.Domain.Codes;
using Hazards.Domain.Tests.Rules;
using static Hazards.Domain.Tests.Rules.World;

namespace Hazards.Domain.Tests.Policies;

/// <summary>A policy applies from a day to come, and what has applied never changes.</summary>
public sealed class Adopting
{
    private static readonly Actor Administrator = As(CountyOffice, Role.Administrator);
    private static readonly DateTimeOffset Now = Start;

    [Fact]
    public void A_policy_is_adopted_for_days_to_come()
    {
        var register = Adopt(PolicyRegister.Empty, Text(from: "2026-03-03"));
        var rules = new Rulebook(register.Adopted, WorkCalendar.Shipped);
        rules.PolicyOn(Wudu, new DateOnly(2026, 3, 2)).ShouldBe(Policy.NationalBaseline);
        rules.PolicyOn(Wudu, new DateOnly(2026, 3, 3)).Version.ShouldBe("wudu-rules@1");
        rules.PolicyOn(RegionCode.Parse("621202101"), new DateOnly(2026, 3, 3)).Version.ShouldBe("wudu-rules@1");
        rules.PolicyOn(Wenxian, new DateOnly(2026, 3, 3)).ShouldBe(Policy.NationalBaseline);
        Refused(PolicyRegister.Empty, new AdoptPolicy(Text(from: "2026-03-02")), PolicyRefusals.TooSoon);
        Refused(PolicyRegister.Empty, new AdoptPolicy(Text(from: "2026-03-01")), PolicyRefusals.TooSoon);
    }

    [Fact]
    public void Ten_minutes_before_midnight_tomorrow_is_too_soon()
    {
        var late = new DateTimeOffset(2026, 3, 2, 23, 50, 0, ChinaTime.Offset);
        new AdoptPolicy(Text(from: "2026-03-03")).Decide(PolicyRegister.Empty, Administrator, late.AddSeconds(-1)).Refusal.ShouldBeNull();
        new AdoptPolicy(Text(from: "2026-03-03"))
            .Decide(PolicyRegister.Empty, Administrator, late).Refusal!.Reason.ShouldBe(PolicyRefusals.TooSoon);
    }

    [Fact]
    public void A_new_version_ends_the_old_the_day_before()
    {
        var register = Adopt(Adopt(PolicyRegister.Empty, Text(from: "2026-04-01")), Text("wudu-rules@2", "2026-06-01", days: 9));
        register.Find(PolicyVersion.Parse("wudu-rules@1"))!.To.ShouldBe(new DateOnly(2026, 5, 31));
        var rules = new Rulebook(register.Adopted, WorkCalendar.Shipped);
        rules.PolicyOn(Wudu, new DateOnly(2026, 5, 31)).DueSoonDays.ShouldBe(5);
        rules.PolicyOn(Wudu, new DateOnly(2026, 6, 1)).DueSoonDays.ShouldBe(9);
    }

    [Fact]
    public void A_version_is_for_ever()
    {
        var register = Adopt(PolicyRegister.Empty, Text(from: "2026-04-01"));
        Refused(register, new AdoptPolicy(Text(from: "2026-04-01")), PolicyRefusals.Adopted);
        Refused(register, new AdoptPolicy(Text(from: "2026-04-01", days: 9)), PolicyRefusals.Reused).Facts["next"].ShouldBe("wudu-rules@2");
        Refused(register, new AdoptPolicy(Text("wudu-rules@3", "2026-06-01")), PolicyRefusals.Number).Facts["next"]
            .ShouldBe("wudu-rules@2");
        Refused(register, new AdoptPolicy(Text("wudu-rules@2", "2026-04-01")), PolicyRefusals.NotAfter);
        Refused(register, new AdoptPolicy(Text("wudu-rules@2", "2026-06-01", region: "6212")), PolicyRefusals.OtherRegion);
    }

    [Fact]
    public void A_jurisdiction_has_one_policy_at_a_time()
    {
        var register = Adopt(PolicyRegister.Empty, Text(from: "2026-04-01", to: "2026-12-31"));
        var refusal = Refused(register, new AdoptPolicy(Text("wudu-other@1", "2026-12-31")), PolicyRefusals.Overlaps);
        (refusal.Facts["other"], refusal.Facts["from"], refusal.Facts["to"]).ShouldBe(("wudu-rules@1", "2026-04-01", "2026-12-31"));
        Adopt(register, Text("wudu-other@1", "2027-01-01"));
        Adopt(register, Text("wudu-other@1", "2026-03-03", to: "2026-03-31"));
        // A wider or a narrower jurisdiction is another one; the narrower prevails.
        var both = Adopt(register, Text("longnan-rules@1", "2026-04-01", region: "6212", days: 8));
        var rules = new Rulebook(both.Adopted, WorkCalendar.Shipped);
        rules.PolicyOn(Wudu, new DateOnly(2026, 5, 1)).Version.ShouldBe("wudu-rules@1");
        rules.PolicyOn(Wenxian, new DateOnly(2026, 5, 1)).Version.ShouldBe("longnan-rules@1");
        rules.PolicyOn(Wudu, new DateOnly(2027, 1, 1)).Version.ShouldBe("longnan-rules@1");
    }

    [Fact]
    public void A_withdrawn_policy_applied_while_it_applied()
    {
        var register = Adopt(PolicyRegister.Empty, Text(from: "2026-03-03"));
        var after = new DateTimeOffset(2026, 5, 5, 9, 0, 0, ChinaTime.Offset);
        Refused(register, new WithdrawPolicy(Version1, "机构改革", new DateOnly(2026, 5, 4)), PolicyRefusals.LastDay, after);
        Refused(register, new WithdrawPolicy(Version1, " "), InputRefusals.Missing, after);
        Refused(register, new WithdrawPolicy(PolicyVersion.Parse("nothing@1"), "x"), PolicyRefusals.NotFound, after);
        register = Order(register, new WithdrawPolicy(Version1, "机构改革"), after);
        var rules = new Rulebook(register.Adopted, WorkCalendar.Shipped);
        rules.PolicyOn(Wudu, new DateOnly(2026, 5, 5)).Version.ShouldBe("wudu-rules@1");
        rules.PolicyOn(Wudu, new DateOnly(2026, 5, 6)).ShouldBe(Policy.NationalBaseline);
        Refused(register, new WithdrawPolicy(Version1, "再次"), PolicyRefusals.Ended, after.AddDays(1));
    }

    [Fact]
    public void A_policy_withdrawn_before_it_begins_never_applies()
    {
        var register = Order(Adopt(PolicyRegister.Empty, Text(from: "2026-06-01")), new WithdrawPolicy(Version1, "文件有误"), Now);
        new Rulebook(register.Adopted, WorkCalendar.Shipped).PolicyOn(Wudu, new DateOnly(2026, 7, 1)).ShouldBe(Policy.NationalBaseline);
        Adopt(register, Text("wudu-other@1", "2026-06-01"));
        Adopt(register, Text("wudu-rules@2", "2026-05-01"));
    }

    [Fact]
    public void Only_an_administrator_of_the_place_may()
    {
        new AdoptPolicy(Text())
            .Decide(PolicyRegister.Empty, As(CountyOffice, Role.Coordinator), Now).Refusal!.Reason.ShouldBe(PolicyRefusals.Forbidden);
        var neighbour = Administrator with { Jurisdiction = Wenxian };
        new AdoptPolicy(Text()).Decide(PolicyRegister.Empty, neighbour, Now).Refusal!.Reason.ShouldBe(PolicyRefusals.Forbidden);
        new WithdrawPolicy(Version1, "x").Decide(Adopt(PolicyRegister.Empty, Text()), neighbour, Now).Refusal!.Reason
            .ShouldBe(PolicyRefusals.NotFound, "a neighbour's policy is as unknown as one that nobody adopted");
    }

    [Fact]
    public void A_document_with_mistakes_is_not_adopted()
    {
        var refusal = Refused(
            PolicyRegister.Empty, new AdoptPolicy(WhatTheCheckerFinds.Document("\"dueSoonDay\": 5")), PolicyRefusals.Wrong);
        (refusal.Facts["count"], refusal.Facts["line"], refusal.Facts["column"]).ShouldBe(("1", "9", "3"));
    }

    /// <summary>The event alone tells the whole policy, whatever the shipped documents say later.</summary>
    [Fact]
    public void A_policy_may_rest_on_an_adopted_one_and_its_event_holds_them_all()
    {
        var register = Adopt(PolicyRegister.Empty, Text("longnan-rules@1", "2026-04-01", region: "6212", days: 8));
        var above = WhatTheCheckerFinds.Document("\"promptEntryHours\": 48", from: "2026-04-01")
            .Replace("national-baseline@2", "longnan-rules@1", StringComparison.Ordinal);
        var both = Adopt(register, above);
        var policy = both.All[^1];
        (policy.Policy.DueSoonDays, policy.Policy.PromptEntryHours).ShouldBe((8, 48));
        policy.Event.Under.Select(u => u.Version.Value).ShouldBe(["longnan-rules@1", "national-baseline@2"]);
        var read = (PolicyAdopted)DomainJson.ReadEvent("policy_adopted", DomainJson.Write(policy.Event));
        PolicyRegister.Empty.Apply(read).All[0].Policy.DueSoonDays.ShouldBe(8);
    }

    private static PolicyVersion Version1 => PolicyVersion.Parse("wudu-rules@1");

    private static string Text(string version = "wudu-rules@1", string from = "2026-04-01", string? to = null, string region = "621202", int days = 5) =>
        WhatTheCheckerFinds.Document($"\"dueSoonDays\": {days}", to is null ? "" : $" \"effectiveTo\": \"{to}\",", version, from, region);

    private static PolicyRegister Adopt(PolicyRegister register, string text) => Order(register, new AdoptPolicy(text), Now);

    private static PolicyRegister Order(PolicyRegister register, IPolicyCommand command, DateTimeOffset now)
    {
        var decision = command.Decide(register, Administrator, now);
        decision.Refusal?.English.ShouldBeNull();
        return register.Apply(decision.Event!);
    }

    private static Refusal Refused(PolicyRegister register, IPolicyCommand command, RefusalCode code, DateTimeOffset? now = null)
    {
        var refusal = command.Decide(register, Administrator, now ?? Now).Refusal.ShouldNotBeNull();
        refusal.Reason.ShouldBe(code);
        refusal.Chinese.ShouldNotContain("{");
        return refusal;
    }
}
