using System.Text;
using Hazards.Domain.Codes;

namespace Hazards.Domain.Tests.Policies;

/// <summary>Every mistake in a policy is told, with its place; none hides another.</summary>
public sealed class WhatTheCheckerFinds
{
    /// <summary>A policy without a mistake, resting on the baseline; line 9 is where rules are put.</summary>
    internal static string Document(string rules = "\"dueSoonDays\": 5", string head = "", string version = "wudu-rules@1", string from = "2027-01-01", string region = "621202") => $$"""
        {
          "version": "{{version}}",
          "title": "武都区隐患闭环制度",
          "jurisdiction": "{{region}}",
          "effectiveFrom": "{{from}}",{{head}}
          "base": "national-baseline@2",
          "sources": [{ "title": "武都区安委会文件", "number": "武安委〔2026〕3号", "clause": "第二条" }],

          {{rules}}
        }
        """;

    [Fact]
    public void A_document_without_a_mistake_is_a_policy()
    {
        var check = Check(Document());
        check.Findings.ShouldBeEmpty();
        check.Policy!.DueSoonDays.ShouldBe(5);
        check.Policy.Clocks.ShouldBe(Policy.NationalBaseline.Clocks);
        check.Text!.Digest.ShouldBe(Sha256Digest.Of(Encoding.UTF8.GetBytes(check.Text.Json)));
    }

    [Theory]
    [InlineData("^\"dueSoonDay\": 5", "file.unknown_member")]
    [InlineData("\"dueSoonDays\": ^\"5\"", "file.wrong_type")]
    [InlineData("\"dueSoonDays\": ^5.5", "file.wrong_type")]
    [InlineData("\"dueSoonDays\": ^999", "file.out_of_range")]
    [InlineData("\"dueSoonDays\": 5, ^\"dueSoonDays\": 6", "file.member_twice")]
    [InlineData("\"planRequired\": [^\"enormous\"]", "file.wrong_code")]
    [InlineData("\"planRequired\": [\"major\", ^\"major\"]", "policy.rule_twice")]
    [InlineData("\"clocks\": ^{}", "file.wrong_type")]
    [InlineData("\"clocks\": [^{ \"kind\": \"plan\", \"days\": 5 }]", "file.member_missing")]
    [InlineData("\"clocks\": [{ \"kind\": \"plan\", \"days\": 5, \"source\": ^\" \" }]", "file.blank")]
    [InlineData("\"clocks\": [{ \"kind\": \"plan\", \"days\": ^-1, \"source\": \"x\" }]", "file.out_of_range")]
    [InlineData("\"clocks\": [{ \"kind\": \"plan\", \"days\": 5, \"source\": \"x\" }, ^{ \"kind\": \"plan\", \"days\": 6, \"source\": \"y\" }]", "policy.rule_twice")]
    [InlineData("\"clocks\": [{ \"kind\": \"plan\", \"days\": 5, \"source\": \"x\", \"count\": \"working\", \"by\": ^\"05-31\" }]", "policy.working_and_date")]
    [InlineData("\"clocks\": [{ \"kind\": \"plan\", \"days\": 5, \"source\": \"x\", \"by\": ^\"31.5.\" }]", "month_day.malformed")]
    [InlineData("\"clocks\": [{ \"kind\": \"verify\", \"days\": 5, \"source\": \"x\", \"level\": ^\"major\" }]", "policy.clock_never_runs")]
    [InlineData("\"clocks\": [{ \"kind\": ^\"supervise\", \"days\": 5, \"source\": \"x\" }]", "policy.clock_never_runs")]
    [InlineData("\"clocks\": ^[{ \"kind\": \"publish\", \"days\": 5, \"source\": \"x\" }]", "policy.clock_never_runs")]
    [InlineData("\"clocks\": [{ \"kind\": \"publish\", \"days\": 5, \"source\": \"x\" }], \"publication\": ^{ \"sameMedia\": true, \"source\": \"x\" }", "policy.publication_without_clock")]
    [InlineData("\"planParts\": [{ \"level\": \"major\", \"parts\": ^[], \"source\": \"x\" }]", "policy.list_empty")]
    [InlineData("\"onTheSpotLevels\": ^[\"general\", \"major\"]", "policy.on_the_spot_planned")]
    [InlineData("\"listing\": [{ \"level\": \"province\", \"regions\": ^\"county\", \"kinds\": [\"government\"], \"source\": \"x\" }]", "policy.listing_region")]
    [InlineData("\"grades\": [{ \"grade\": 1, \"title\": \"一级\", \"level\": \"major\", \"listedAt\": ^\"county\", \"source\": \"x\" }, { \"grade\": 2, \"title\": \"二级\", \"level\": \"major\", \"listedAt\": \"province\", \"source\": \"x\" }]", "policy.grade_not_rising")]
    [InlineData("\"assignment\": ^[{ \"level\": \"major\", \"dual\": true, \"supervised\": true, \"source\": \"x\" }]", "policy.supervision_missing")]
    [InlineData("\"warnings\": [{ \"yellowDays\": 3, \"redDays\": ^5, \"source\": \"x\" }]", "policy.warning_order")]
    [InlineData("\"warnings\": [{ \"yellowDays\": ^999, \"redDays\": 3, \"source\": \"x\" }]", "file.out_of_range")]
    [InlineData("\"warnings\": [{ \"yellowDays\": 7, \"redDays\": 3, \"source\": \"x\" }, ^{ \"yellowDays\": 9, \"redDays\": 3, \"source\": \"y\" }]", "policy.rule_twice")]
    [InlineData("\"warnings\": [^{ \"yellowDays\": 7, \"source\": \"x\" }]", "file.member_missing")]
    [InlineData("\"warnings\": [{ \"yellowDays\": 7, \"redDays\": 3, \"source\": \"x\", \"clock\": ^\"nap\" }]", "file.wrong_code")]
    [InlineData("\"privacy\": { \"reporter\": [\"enforcer\"], \"whistleBlower\": ^[], \"witness\": [\"enforcer\"], \"erase\": [\"administrator\"], \"source\": \"x\" }", "policy.list_empty")]
    [InlineData("\"privacy\": { \"reporter\": [\"enforcer\"], \"whistleBlower\": [\"enforcer\"], \"witness\": [^\"responsible\"], \"erase\": [\"administrator\"], \"source\": \"x\" }", "policy.privacy_role")]
    [InlineData("\"privacy\": { \"reporter\": [\"enforcer\"], \"whistleBlower\": [^\"investigator\"], \"witness\": [\"enforcer\"], \"erase\": [\"administrator\"], \"source\": \"x\" }", "policy.privacy_wider")]
    [InlineData("\"privacy\": { \"reporter\": [\"enforcer\", ^\"enforcer\"], \"whistleBlower\": [\"enforcer\"], \"witness\": [\"enforcer\"], \"erase\": [\"administrator\"], \"source\": \"x\" }", "policy.rule_twice")]
    [InlineData("\"privacy\": ^{ \"reporter\": [\"enforcer\"], \"whistleBlower\": [\"enforcer\"], \"witness\": [\"enforcer\"], \"erase\": [\"administrator\"] }", "file.member_missing")]
    [InlineData("\"lateEntry\": { \"roles\": [\"responsible\"], \"hours\": ^0, \"source\": \"x\" }", "file.out_of_range")]
    [InlineData("\"lateEntry\": { \"roles\": ^[], \"hours\": 24, \"source\": \"x\" }", "policy.list_empty")]
    [InlineData("\"lateEntry\": { \"roles\": [^\"clock\"], \"hours\": 24, \"source\": \"x\" }", "policy.late_entry_role")]
    [InlineData("\"clocks\": [{ \"kind\": ^\"reply\", \"days\": 3, \"source\": \"x\" }]", "policy.clock_never_runs")]
    [InlineData("\"rolesTogether\": [{ \"role\": \"coordinator\", \"with\": ^\"inspector\", \"source\": \"x\" }]", "policy.roles_together_anyway")]
    [InlineData("\"rolesTogether\": [{ \"role\": \"coordinator\", \"with\": \"responsible\", \"source\": \"x\" }, ^{ \"role\": \"responsible\", \"with\": \"coordinator\", \"source\": \"x\" }]", "policy.rule_twice")]
    [InlineData("\"supervision\": [{ \"level\": \"major\", \"days\": ^0, \"source\": \"x\" }]", "file.out_of_range")]
    [InlineData("\"extension\": { \"requestDaysBefore\": ^-1, \"mostTimes\": 1, \"mostDays\": 30, \"source\": \"x\" }", "policy.extension_after_deadline")]
    [InlineData("\"extension\": { \"requestDaysBefore\": 1, \"mostTimes\": 1, \"mostDays\": ^0, \"source\": \"x\" }", "policy.extension_of_nothing")]
    [InlineData("\"lookbacks\": [{ \"level\": \"major\", \"days\": [30, ^30], \"source\": \"x\" }]", "policy.lookback_not_rising")]
    [InlineData("\"acceptance\": [{ \"source\": \"x\" }, ^{ \"source\": \"y\" }]", "policy.rule_twice")]
    [InlineData("\"ladder\": [{ \"daysOverdue\": 7, \"step\": \"urge\" }, { \"daysOverdue\": ^3, \"step\": \"notice\" }]", "policy.ladder_not_rising")]
    [InlineData("\"ladder\": [{ \"daysOverdue\": ^0, \"step\": \"urge\" }]", "policy.ladder_before_due")]
    [InlineData("\"ladder\": [{ \"daysOverdue\": 7, \"step\": \"interview\", \"mode\": ^\"automatic\" }]", "policy.step_not_automatic")]
    [InlineData("\"ladder\": [{ \"daysOverdue\": 7, \"step\": \"visit\", \"mode\": ^\"automatic\" }]", "policy.step_not_automatic")]
    [InlineData("\"ladder\": [{ \"daysOverdue\": 7, \"step\": \"urge\" }, { \"daysOverdue\": 8, \"step\": ^\"urge\", \"level\": \"major\" }]", "policy.rule_twice")]
    [InlineData("\"quotas\": [{ \"of\": \"county\", \"every\": \"quarter\", \"listing\": \"county\", \"atLeast\": ^0, \"source\": \"x\" }]", "policy.quota_of_nothing")]
    [InlineData("\"quotas\": [{ \"of\": ^\"village\", \"every\": \"quarter\", \"listing\": \"county\", \"atLeast\": 1, \"source\": \"x\" }]", "policy.quota_of_region")]
    [InlineData("\"reports\": [{ \"kind\": \"quarterlyReport\", \"every\": \"quarter\", \"dueDays\": ^0, \"source\": \"x\" }]", "policy.report_before_period_ends")]
    [InlineData("\"reports\": [{ \"kind\": ^\"bodyRanking\", \"every\": \"quarter\", \"dueDays\": 5, \"source\": \"x\" }]", "policy.report_kind")]
    [InlineData("\"rankings\": [{ \"kind\": \"bodyRanking\", \"every\": \"quarter\", \"weights\": ^{ \"onTimeRate\": 60, \"overdueDays\": 30 }, \"source\": \"x\" }]", "policy.weights")]
    [InlineData("\"rankings\": [{ \"kind\": \"bodyRanking\", \"every\": \"quarter\", \"weights\": { \"onTimeRate\": 100, \"overdueDays\": ^0 }, \"source\": \"x\" }]", "policy.weight_of_nothing")]
    [InlineData("\"rankings\": [{ \"kind\": \"bodyRanking\", \"every\": \"quarter\", \"weights\": { ^\"onTime\": 100 }, \"source\": \"x\" }]", "file.wrong_code")]
    [InlineData("\"rankings\": [{ \"kind\": ^\"bulletin\", \"every\": \"quarter\", \"weights\": { \"onTimeRate\": 100 }, \"source\": \"x\" }]", "policy.ranking_kind")]
    [InlineData("\"specialPeriods\": [{ \"name\": \"春节\", \"from\": \"2027-02-10\", \"to\": ^\"2027-02-04\", \"source\": \"x\" }]", "policy.special_period_backwards")]
    [InlineData("\"specialPeriods\": [{ \"name\": \"春节\", \"from\": ^\"2027-02-30\", \"to\": \"2027-02-04\", \"source\": \"x\" }]", "file.date")]
    public void Each_mistake_has_its_code_and_its_place(string rules, string code)
    {
        var column = rules.IndexOf('^', StringComparison.Ordinal) + 3;
        var check = Check(Document(rules.Replace("^", "", StringComparison.Ordinal)));
        var finding = check.Findings.ShouldHaveSingleItem();
        (finding.Code, finding.Line, finding.Column).ShouldBe((code, 9, column), finding.Say("x.json"));
        finding.Refusal.Chinese.ShouldNotContain("{");
        finding.Refusal.English.ShouldNotContain("{");
        Rules.Speech.ShouldBeEnglish(finding.Refusal);
        check.Policy.ShouldBeNull();
    }

    [Theory]
    [InlineData("wudu-rules@1", "wudu rules", "policy.version_malformed")]
    [InlineData("621202", "6212", null)]
    [InlineData("621202", "999999", "policy.region_unknown")]
    [InlineData("621202", "62120", "region.malformed")]
    [InlineData("national-baseline@2", "national-baseline@9", "policy.base_unknown")]
    [InlineData("national-baseline@2", "wudu-rules@1", "policy.base_itself")]
    [InlineData("[{ \"title\": \"武都区安委会文件\", \"number\": \"武安委〔2026〕3号\", \"clause\": \"第二条\" }]", "[]", "policy.no_source")]
    [InlineData("\"2027-01-01\",", "\"2027-01-01\", \"effectiveTo\": \"2026-12-31\",", "policy.dates_backwards")]
    [InlineData("  \"title\": \"武都区隐患闭环制度\",\n", "", "file.member_missing")]
    public void The_head_is_checked_too(string was, string now, string? code)
    {
        var text = Document();
        text.ShouldContain(was);
        Check(text.Replace(was, now, StringComparison.Ordinal)).Findings.Select(f => f.Code).ShouldBe(code is null ? [] : [code]);
    }

    [Fact]
    public void One_mistake_hides_none_of_the_others()
    {
        var check = Check(Document("""
            "dueSoonDay": 5,
            "clocks": [
              { "kind": "plans", "days": "5", "source": "x" },
              { "kind": "file", "days": 9999, "source": "x" }
            ],
            "quotas": [{ "of": "county", "every": "quarter", "listing": "county", "atLeast": 0, "source": "x" }],
            "ladder": [{ "daysOverdue": 9, "step": "urge" }, { "daysOverdue": 3, "step": "penalty", "mode": "automatic" }]
            """).Replace("national-baseline@2", "nothing@7", StringComparison.Ordinal));
        check.Findings.Select(f => (f.Line, f.Code)).ShouldBe(
            [(6, "policy.base_unknown"), (9, "file.unknown_member"), (11, "file.wrong_code"), (11, "file.wrong_type"), (12, "file.out_of_range"), (14, "policy.quota_of_nothing"), (15, "policy.ladder_not_rising"), (15, "policy.step_not_automatic")]);
    }

    [Fact]
    public void A_document_without_a_base_says_everything()
    {
        var alone = Document().Replace("  \"base\": \"national-baseline@2\",\n", "", StringComparison.Ordinal);
        Check(alone).Findings.Select(f => f.Refusal.Facts["name"])
            .ShouldBe(PolicyDocument.Indispensable.Remove("dueSoonDays"), ignoreOrder: true);
    }

    [Theory]
    [InlineData("", "file.syntax", 1, 1)]
    [InlineData("{\n  \"version\": \"a@1\",,\n}", "file.syntax", 2, 20)]
    [InlineData("{} x", "file.syntax", 1, 4)]
    [InlineData("[]", "file.not_object", 1, 1)]
    [InlineData("{ // note\n}", "file.syntax", 1, 3)]
    public void What_is_no_JSON_is_told_at_its_place(string text, string code, int line, int column)
    {
        var finding = Check(text).Findings.ShouldHaveSingleItem();
        (finding.Code, finding.Line).ShouldBe((code, line));
        finding.Column.ShouldBeInRange(column, column + 1);
    }

    [Fact]
    public void Wrong_bytes_are_told()
    {
        PolicyCheck.Of(new byte[] { 0xC4, 0xE3, 0xBA, 0xC3 }).Findings.ShouldHaveSingleItem().Code.ShouldBe("file.encoding");
        PolicyCheck.Of(new byte[PolicyCheck.MostBytes + 1]).Findings.ShouldHaveSingleItem().Code.ShouldBe("file.too_large");
        Check("{ \"title\": \"\\ud800\" }").Findings.ShouldContain(f => f.Code == "file.encoding" || f.Code == "file.blank");
        Check(new string('[', 200)).Findings.ShouldHaveSingleItem().Code.ShouldBe("file.syntax");
    }

    /// <summary>Whatever is cut out of a document or put into it, the checker answers with findings.</summary>
    [Fact]
    public void Nothing_breaks_the_checker()
    {
        var text = ShippedPolicies.Find(PolicyVersion.Parse("qingdao-3x@1"))!.Json;
        var random = new Random(7);
        string[] pieces = ["null", "\"x\"", "-1", "[]", "{}", "true", "1e999", "9999999999999", "\"\"", ","];
        for (var i = 0; i < 3000; i++)
        {
            var from = random.Next(text.Length);
            var length = random.Next(Math.Min(30, text.Length - from));
            var broken = text.Remove(from, length).Insert(from, random.Next(3) == 0 ? "" : pieces[random.Next(pieces.Length)]);
            var check = Check(broken);
            (check.Policy is null).ShouldBe(check.Findings.Length > 0, broken);
        }
    }

    /// <summary>Every value of a document in turn is replaced by every kind of other value.</summary>
    [Fact]
    public void Every_value_may_be_of_any_type()
    {
        var text = ShippedPolicies.Find(PolicyVersion.Parse("xiangxi-one-list@1"))!.Json;
        foreach (System.Text.RegularExpressions.Match value in System.Text.RegularExpressions.Regex.Matches(
            text, @"(?<=: |\[)(""[^""]*""|\d+|true|\[\d[^\]]*\])"))
            foreach (var other in (string[])["null", "7", "\"x\"", "[]", "{}", "false", "[null]", "[{}]"])
            {
                var check = Check(text.Remove(value.Index, value.Length).Insert(value.Index, other));
                (check.Policy is null).ShouldBe(check.Findings.Length > 0, $"{value.Value} → {other}");
            }
    }

    internal static PolicyCheck Check(string text) => PolicyCheck.Of(Encoding.UTF8.GetBytes(text));
}
