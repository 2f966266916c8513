using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hazards.Domain.Codes;
using static Hazards.Domain.Tests.Rules.World;

namespace Hazards.Domain.Tests.Rules;

/// <summary>Which duty runs when, until when; and the policy that says so.</summary>
public sealed class ClocksAndPolicy
{
    private static readonly DateOnly Today = new(2026, 3, 2);

    [Fact]
    public void Each_state_has_its_duties()
    {
        Kinds(Stories.Reported).ShouldBe([(ClockKind.Verify, Today.AddDays(3))]);
        Kinds(Stories.Verified).ShouldBe([(ClockKind.Assign, Today.AddDays(2))]);
        Kinds(Stories.Assigned).ShouldBe([(ClockKind.Acknowledge, Today.AddDays(1)), (ClockKind.Rectify, Deadline)]);
        Kinds(Stories.Rectifying).ShouldBe([(ClockKind.Rectify, Deadline)]);
        Kinds(Stories.MajorRectifying).ShouldBe([(ClockKind.Plan, Today.AddDays(7)), (ClockKind.Rectify, Deadline)]);
        Kinds(Stories.MajorPlanned).ShouldBe([(ClockKind.ReviewPlan, Today.AddDays(5)), (ClockKind.Rectify, Deadline)]);
        Kinds(Stories.MajorPlanned.And(new PlanReviewed(Leg.Sole, Verdict.Fail, "x")))
            .ShouldBe([(ClockKind.Plan, Today.AddDays(7)), (ClockKind.Rectify, Deadline)]);
        Kinds(Stories.MajorPlanned.And(new PlanReviewed(Leg.Sole, Verdict.Pass, null))).ShouldBe([(ClockKind.Rectify, Deadline)]);
        Kinds(Stories.Declared).ShouldBe([(ClockKind.Reinspect, Today.AddDays(10))]);
        Kinds(Stories.Accepted).ShouldBe([(ClockKind.Close, Today.AddDays(3))]);
        Kinds(Stories.Closed).ShouldBeEmpty();
        Kinds(Stories.Rejected).ShouldBeEmpty();
        Kinds(Stories.Merged).ShouldBeEmpty();
    }

    [Fact]
    public void A_hazard_found_to_be_major_has_its_plans_time_from_then_on()
    {
        var regraded = Stories.Rectifying.AfterDays(40).And(new HazardRegraded(Level.General, Level.Major, "第五条", "复核"));
        regraded.Clocks.Single(c => c.Kind == ClockKind.Plan).Due.ShouldBe(Today.AddDays(47));
    }

    [Fact]
    public void A_duty_is_overdue_from_the_day_after_its_due_date()
    {
        var clock = new Clock(ClockKind.Verify, null, null, Start, Today);
        clock.DaysOverdue(Today).ShouldBe(0);
        clock.DaysOverdue(Today.AddDays(1)).ShouldBe(1);
        clock.DaysOverdue(Today.AddDays(-5)).ShouldBe(-5);
    }

    [Fact]
    public void The_ladder_is_climbed_mildest_first()
    {
        var policy = Policy.NationalBaseline;
        SupervisionStep? Next(int days, HashSet<SupervisionStep> taken) =>
            policy.NextStep(ClockKind.Rectify, Level.General, Today, Today.AddDays(days), WorkCalendar.Shipped, taken);
        Next(0, new HashSet<SupervisionStep>()).ShouldBeNull();
        Next(1, new HashSet<SupervisionStep>()).ShouldBe(SupervisionStep.Urge);
        Next(1, new HashSet<SupervisionStep> { SupervisionStep.Urge }).ShouldBeNull();
        Next(40, new HashSet<SupervisionStep> { SupervisionStep.Urge, SupervisionStep.Notice }).ShouldBe(SupervisionStep.Interview);
        Next(40, Enum.GetValues<SupervisionStep>().ToHashSet()).ShouldBeNull();
        policy.Ladder.Select(s => s.DaysOverdue).ShouldBeInOrder();
    }

    [Fact]
    public void A_rung_counts_working_days_where_it_says_so()
    {
        var policy = Policy.NationalBaseline with { Ladder = [new LadderStep(3, SupervisionStep.Notice, Count: DayCount.Working)] };
        var friday = new DateOnly(2026, 3, 6);
        SupervisionStep? On(int days) =>
            policy.NextStep(
                ClockKind.Rectify, Level.General, friday, friday.AddDays(days), WorkCalendar.Shipped, new HashSet<SupervisionStep>());
        On(4).ShouldBeNull("Monday and Tuesday only");
        On(5).ShouldBe(SupervisionStep.Notice);
        On(0).ShouldBeNull();
    }

    [Fact]
    public void The_national_baseline_names_its_sources()
    {
        var policy = Policy.NationalBaseline;
        policy.Version.ShouldBe("national-baseline@2");
        policy.Sources.ShouldContain(s => s.Number!.Contains("第16号") && s.Clause != null);
        policy.Clocks.ShouldAllBe(c => c.Source.Length > 0 && c.Days >= 0);
        policy.PlanParts.ShouldAllBe(p => p.Source.Length > 0);
        policy.Listing.ShouldAllBe(l => l.Source.Length > 0);
        policy.Extension.Source.ShouldNotBeEmpty();
        policy.PartsFor(Level.Major).Length.ShouldBe(6);
        policy.PartsFor(Level.General).Length.ShouldBe(5);
        policy.Clock(ClockKind.Plan, Level.Major)!.Days.ShouldBe(7);
        policy.Clock(ClockKind.Plan, Level.General).ShouldBeNull();
        policy.Due(ClockKind.Reinspect, Level.General, new DateTimeOffset(2026, 3, 2, 16, 0, 0, TimeSpan.Zero), WorkCalendar.Shipped)
            .ShouldBe(new DueDate(new DateOnly(2026, 3, 13), false));
    }

    [Fact]
    public void A_policy_is_read_strictly()
    {
        Read(p => { }).Version.ShouldBe("national-baseline@2");
        Should.Throw<JsonException>(() => Read(p => p["promptEntryHour"] = 3));
        Should.Throw<JsonException>(() => Read(p => p.Remove("ladder")));
        Should.Throw<JsonException>(() => Read(p => p["dueSoonDays"] = "7"));
        Should.Throw<JsonException>(() => Read(p => p["lookback"] = new JsonArray("enormous")));
        Should.Throw<JsonException>(() => Read(p => p["clocks"]![0]!["days"] = -1)).Message.ShouldContain("clocks[0].days");
        Should.Throw<JsonException>(() => Policy.Read(new MemoryStream("null"u8.ToArray())));
    }

    [Theory, InlineData("verify"), InlineData("assign"), InlineData("reassign"), InlineData("acknowledge"), InlineData("reinspect")]
    [InlineData("close")]
    public void A_policy_that_would_let_a_hazard_drop_off_the_lists_is_no_policy(string kind)
    {
        void Without(JsonObject policy)
        {
            var clocks = policy["clocks"]!.AsArray();
            clocks.Remove(clocks.First(c => (string?)c!["kind"] == kind));
        }
        Should.Throw<JsonException>(() => Read(Without)).Message.ShouldContain(kind);
        Should.Throw<JsonException>(() => Read(p => p["clocks"]!.AsArray()
            .First(c => (string?)c!["kind"] == kind)!["level"] = "major")).Message.ShouldContain(kind);
    }

    private static Policy Read(Action<JsonObject> change)
    {
        using var original = typeof(Policy).Assembly.GetManifestResourceStream("Hazards.Domain.Policies.national-baseline.json")!;
        var policy = JsonNode.Parse(original)!.AsObject();
        change(policy);
        return Policy.Read(new MemoryStream(Encoding.UTF8.GetBytes(policy.ToJsonString())));
    }

    private static (ClockKind, DateOnly)[] Kinds(Story story) => [.. story.Clocks.Select(c => (c.Kind, c.Due))];
}
