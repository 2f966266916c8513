using System.Text;
using System.Text.Json;
using Hazards.Domain.Codes;
using Hazards.Domain.Tests.Policies;

namespace Hazards.Domain.Tests.Rules;

/// <summary>Red, yellow and green by the days left and the policy; and which leg a list calls silent.</summary>
public sealed class LightsAndSilence
{
    private static readonly DateOnly Today = new(2026, 3, 20);
    private static readonly DateTimeOffset Assigned = ChinaTime.StartOf(new DateOnly(2026, 3, 1));

    [Theory]
    [InlineData(8, Light.Green)]
    [InlineData(7, Light.Yellow)]
    [InlineData(4, Light.Yellow)]
    [InlineData(3, Light.Red)]
    [InlineData(0, Light.Red)]
    [InlineData(-1, Light.Overdue)]
    public void Where_no_policy_says_otherwise_seven_days_are_yellow_and_three_red(int left, Light light) =>
        Lights.Of(left, Policy.NationalBaseline.Warning(ClockKind.Rectify)).ShouldBe(light);

    [Fact]
    public void What_the_product_sets_says_so()
    {
        var cited = WarningCited.Of(Policy.NationalBaseline, ClockKind.Close);
        cited.ShouldBe(new WarningCited(7, 3, null, true, "产品默认值"));
        JsonSerializer.Serialize(cited, DomainJson.Options).ShouldContain("\"productDefault\":true");
        JsonSerializer.Serialize(Light.Overdue, DomainJson.Options).ShouldBe("\"overdue\"");
    }

    [Fact]
    public void A_policy_warns_by_duty()
    {
        var policy = Read("""
            "warnings": [{ "yellowDays": 10, "redDays": 5, "source": "第三条" }, { "yellowDays": 1, "redDays": 0, "source": "第四条", "clock": "acknowledge" }]
            """);
        policy.Warning(ClockKind.Rectify).ShouldBe(new WarningRule(10, 5, "第三条"));
        WarningCited.Of(policy, ClockKind.Acknowledge).ShouldBe(new WarningCited(1, 0, "wudu-rules@1", false, "第四条"));
        Lights.Of(1, policy.Warning(ClockKind.Acknowledge)).ShouldBe(Light.Yellow);
    }

    [Fact]
    public void A_warning_for_all_duties_takes_the_place_of_every_one_of_the_base()
    {
        var under = Policy.NationalBaseline with { Warnings = [new(10, 5, "x"), new(1, 0, "x", ClockKind.Acknowledge)] };
        PolicyDocument.Read(WhatTheCheckerFinds.Document()).On(under).Warnings.ShouldBe(under.Warnings);
        var one = PolicyDocument.Read(WhatTheCheckerFinds.Document("\"warnings\": [{ \"yellowDays\": 4, \"redDays\": 2, \"source\": \"y\", \"clock\": \"acknowledge\" }]")).On(under);
        one.Warning(ClockKind.Acknowledge).YellowDays.ShouldBe(4);
        one.Warning(ClockKind.Rectify).YellowDays.ShouldBe(10);
        var all = PolicyDocument.Read(
            WhatTheCheckerFinds.Document("\"warnings\": [{ \"yellowDays\": 6, \"redDays\": 2, \"source\": \"y\" }]")).On(under);
        all.Warning(ClockKind.Acknowledge).YellowDays.ShouldBe(6);
    }

    [Fact]
    public void A_leg_is_silent_when_longer_unheard_than_its_supervisor_may_be()
    {
        Silence(LegStage.Rectifying, heard: 12).ShouldBe(new LegSilence(8, 7, true, true));
        Silence(LegStage.Rectifying, heard: 13).Silent.ShouldBeFalse();
        Silence(LegStage.Assigned, heard: null).Days.ShouldBe(19);
        Silence(LegStage.Rectifying, heard: 12, rule: new SupervisionRule(Level.Major, 30, "x"))
            .ShouldBe(new LegSilence(8, 30, false, false));
    }

    [Fact]
    public void Or_when_it_has_not_answered_its_supervisor_by_the_next_day()
    {
        Silence(LegStage.Rectifying, heard: 18, supervised: 19).Silent.ShouldBeTrue();
        Silence(LegStage.Rectifying, heard: 18, supervised: 20).Silent.ShouldBeFalse("today is not over");
        Silence(LegStage.Rectifying, heard: 19, supervised: 18).Silent.ShouldBeFalse();
    }

    [Theory]
    [InlineData(LegStage.Returned)]
    [InlineData(LegStage.Declared)]
    [InlineData(LegStage.Accepted)]
    public void Who_waits_for_others_is_not_silent(LegStage stage) => Silence(stage, heard: 2).Silent.ShouldBeFalse();

    private static LegSilence Silence(LegStage stage, int? heard, int? supervised = null, SupervisionRule? rule = null) =>
        LegSilence.Of(stage, At(heard) ?? Assigned, At(supervised), Today, rule);

    private static DateTimeOffset? At(int? day) => day is { } d ? ChinaTime.StartOf(new DateOnly(2026, 3, d)) : null;

    private static Policy Read(string rules)
    {
        var check = PolicyCheck.Of(Encoding.UTF8.GetBytes(WhatTheCheckerFinds.Document(rules)));
        check.Findings.ShouldBeEmpty();
        return check.Policy!;
    }
}
