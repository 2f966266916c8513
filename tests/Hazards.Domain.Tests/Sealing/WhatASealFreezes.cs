using System.Collections.Immutable;
using Hazards.Domain.Codes;
using Hazards.Domain.Tests.Rules;
using static Hazards.Domain.Tests.Rules.World;

namespace Hazards.Domain.Tests.Sealing;

/// <summary>封存: what the record says stays as the accident found it, and nothing stops a hazard from being fixed.</summary>
public sealed class WhatASealFreezes
{
    private static readonly CreditCode Code = CreditCode.Parse("91350100M000100Y43");
    private static readonly Enterprise Company = new("武都燃气公司", Code);

    public static TheoryData<string> Commands => Examples.Names;

    [Theory, MemberData(nameof(Commands))]
    public void Every_command_goes_on_or_is_refused_as_its_line_says(string name)
    {
        var (given, by, command) = Examples.ByRule[name];
        var decision = Decide(given, by, command, given.Now);
        if (command.Rule.WhenSealed == WhenSealed.Frozen)
            Refused(decision, SealRefusals.Sealed);
        else if (command.Rule.WhenSealed == WhenSealed.GoesOn)
            decision.Refusal?.English.ShouldBeNull();
    }

    [Fact]
    public void What_fixes_a_hazard_goes_on() =>
        CommandRules.All.Where(r => r.WhenSealed != WhenSealed.GoesOn).Select(r => r.Name)
            .ShouldBe(["record_ledger_row", "withdraw_imported", "regrade", "reject", "merge", "delist", "correct"]);

    [Theory, MemberData(nameof(Commands))]
    public void Nothing_dated_before_the_sealing_is_entered_any_more(string name)
    {
        var (given, by, command) = Examples.ByRule[name];
        var story = given.AfterDays(3);
        var before = Decide(story, by, command, story.Now.AddDays(-2), sealedAt: story.Now.AddDays(-1));
        Refused(before, command.FrozenWhenSealed(story.Then) ? SealRefusals.Sealed : SealRefusals.SealedPast);
        if (!command.FrozenWhenSealed(story.Then))
            Decide(story, by, command, story.Now.AddHours(-2), sealedAt: story.Now.AddDays(-1)).Refusal?.English.ShouldBeNull(
                "it lies after the sealing");
    }

    [Fact]
    public void What_happens_now_is_not_held_up_by_a_clock_that_is_slow()
    {
        var story = Stories.Assigned;
        Decide(story, GasCompany, new AcknowledgeAssignment(Leg.Sole), story.Now - Decider.ClockTolerance,
            sealedAt: story.Now).Refusal?.English.ShouldBeNull();
        Refused(Decide(story, GasCompany, new AcknowledgeAssignment(Leg.Sole), story.Now - Decider.ClockTolerance - TimeSpan.FromSeconds(1), sealedAt: story.Now), SealRefusals.SealedPast);
    }

    [Fact]
    public void A_ledger_row_is_recorded_once_and_not_again()
    {
        var first = new RecordLedgerRow("台账", Sha256Digest.Of("a"u8), "表一", 3, Sha256Digest.Of("b"u8), null, [], []);
        Decide(Stories.At(Stage.Reported), As(CityOffice, Role.Importer), first, null).Refusal?.English.ShouldBeNull();
        var recorded = Stories.At(Stage.Reported).When(As(CityOffice, Role.Importer), first).ThenItHappens();
        Refused(
            Decide(recorded, As(CityOffice, Role.Importer), first with { Fingerprint = Sha256Digest.Of("c"u8) }, null),
            SealRefusals.Sealed);
    }

    [Fact]
    public void A_level_may_be_raised_and_not_lowered()
    {
        var general = Stories.At(Stage.Verified);
        Decide(general, CountyOffice, new RegradeHazard(Level.Major, "专家复核", "判定标准第五条"), null).Refusal?.English.ShouldBeNull();
        var major = general.When(CountyOffice, new RegradeHazard(Level.Major, "专家复核", "判定标准第五条")).ThenItHappens();
        Refused(Decide(major, CountyOffice, new RegradeHazard(Level.General, "降级"), null), SealRefusals.Sealed);
    }

    [Fact]
    public void A_listing_ends_with_acceptance_and_is_not_said_to_have_been_an_error()
    {
        new DelistHazard(DelistingGround.ListedInError, "误挂").FrozenWhenSealed(Stories.Assigned.Then).ShouldBeTrue();
        new DelistHazard(DelistingGround.Accepted, "验收合格").FrozenWhenSealed(Stories.Assigned.Then).ShouldBeFalse();
        new DelistHazard(DelistingGround.LevelChanged, "提级").FrozenWhenSealed(Stories.Assigned.Then).ShouldBeFalse();
    }

    [Fact]
    public void Nobody_is_told_of_a_seal_who_could_not_do_it_anyway() =>
        Decide(Stories.At(Stage.Reported), As(GasCompany, Role.Responsible), new RejectHazard("不属实"),
            null).Refusal!.Code.ShouldBe(HazardRefusals.Role.Code);

    [Fact]
    public void A_hazard_found_gets_in_and_only_a_late_report_from_before_does_not()
    {
        var report = new ReportHazard(ReportSource.Hotline, Wudu, Gas, "漏气", "调压箱漏气", Enterprise: Company);
        var story = new Story();
        var act = story.Act(As(Hotline), story.Now.AddHours(-3), paper: false) with { Seals = [Made(story.Now)] };
        Decider.Decide(report, null, act).Refusal?.English.ShouldBeNull("a prompt report, though from before");
        var late = act with { OccurredAt = story.Now.AddDays(-20) };
        late.Entry.ShouldBe(Entry.Late);
        Refused(Decider.Decide(report, null, late), SealRefusals.SealedPast);
    }

    [Fact]
    public void An_inspection_of_the_enterprise_is_neither_corrected_nor_voided()
    {
        CampaignRules.CorrectInspection.WhenSealed.ShouldBe(WhenSealed.Frozen);
        CampaignRules.VoidInspection.WhenSealed.ShouldBe(WhenSealed.Frozen);
        CampaignRules.Inspect.WhenSealed.ShouldBe(WhenSealed.InPart, "one of before is not entered late");
    }

    [Theory]
    [InlineData("武都燃气公司", "91350100M000100Y43", "621202", true)]
    [InlineData("改了名的公司", "91350100M000100Y43", "621202", true)]
    [InlineData("武都燃气公司", null, "621202", true)]
    [InlineData(" 武都燃气 公司", null, "621202101", true)]
    [InlineData("武都燃气公司", "91350211M000100Y44", "621202", false)]
    [InlineData("武都燃气有限公司", null, "621202", false)]
    [InlineData("武都燃气公司", "91350100M000100Y43", "621222", false)]
    [InlineData("武都燃气公司", "91350100M000100Y43", "6212", false)]
    public void An_enterprise_is_known_by_its_code_and_without_one_by_its_exact_name(string name, string? code, string region, bool covered)
    {
        var enterprise = new Enterprise(name, code is null ? null : Parse(code));
        Made(Start).Covers(enterprise, RegionCode.Parse(region)).ShouldBe(covered);
        Made(Start).Covers(null, Wudu).ShouldBeFalse();
    }

    [Fact]
    public void A_seal_by_name_alone_covers_whoever_has_the_name() =>
        (Made(Start) with { Enterprise = new Enterprise("武都燃气公司") }).Covers(Company, Wudu).ShouldBeTrue();

    // A code whose check character is right, whatever it ends in.
    private static CreditCode Parse(string text) =>
        CreditCode.TryParse(text, out var code, out var refusal) ? code : CreditCode.Parse(text[..17] + refusal.Facts["expected"]);

    private static Decision Decide(Story story, Body by, IHazardCommand command, DateTimeOffset? at, DateTimeOffset? sealedAt = null) =>
        Decide(story, command.Rule.Roles is [Role.Importer] ? As(by, Role.Importer) : As(by), command, at, sealedAt);

    private static Decision Decide(Story story, Actor by, IHazardCommand command, DateTimeOffset? at, DateTimeOffset? sealedAt = null) =>
        Decider.Decide(command, story.Hazard, story.Act(by, at) with { Seals = [Made(sealedAt ?? story.Now.AddHours(-1))] });

    private static Seal Made(DateTimeOffset at) =>
        new(Guid.Empty, Company, Wudu, "事故调查", "武都区事故调查组", at, at, CountyOffice.Id, "张工", Paper, null, 1);

    private static void Refused(Decision decision, RefusalCode code)
    {
        decision.Refusal.ShouldNotBeNull().Code.ShouldBe(code.Code);
        decision.Refusal!.ShouldSpeak();
        decision.Events.ShouldBeEmpty();
        decision.Refusal!.Chinese.ShouldContain("武都区事故调查组");
        decision.Refusal!.Chinese.ShouldContain(Paper.Value);
    }
}
