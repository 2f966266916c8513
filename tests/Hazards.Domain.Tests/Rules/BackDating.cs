using Hazards.Domain.Codes;
using static Hazards.Domain.Tests.Rules.World;

namespace Hazards.Domain.Tests.Rules;

/// <summary>补录: entering late with an earlier date is legal, and never buys what was too late.</summary>
public sealed class BackDating
{
    // What is judged by the date on the paper, and is no time limit: a deadline or a listing that had been set when it had yet to pass.
    private static readonly string[] OfThePaper = [HazardRefusals.DeadlinePast.Code];

    public static TheoryData<string> Commands => Examples.Names;

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(60)]
    public void An_extension_asked_for_too_late_is_refused_whatever_date_is_claimed(int late)
    {
        var ask = new RequestExtension(Leg.Sole, Deadline.AddDays(20), "材料未到");
        var story = Stories.Rectifying with { Now = ChinaTime.EndOf(Deadline).AddDays(late - 1) };
        story.When(GasCompany, ask).ThenRefused(HazardRefusals.ExtensionLate);
        for (var at = story.Now; at > Stories.Rectifying.Now; at = at.AddDays(-1))
            story.When(As(GasCompany), ask, at).ThenRefused(HazardRefusals.ExtensionLate);
        // In time, an hour or a day ago is as good as now.
        var lastDay = Stories.Rectifying with { Now = ChinaTime.EndOf(Deadline).AddTicks(-1) };
        lastDay.When(As(GasCompany), ask, lastDay.Now.AddDays(-1)).ThenItHappens();
    }

    [Fact]
    public void Days_of_notice_that_the_policy_asks_for_are_counted_from_when_it_is_entered()
    {
        var early = Policy.NationalBaseline with { Extension = Policy.NationalBaseline.Extension with { RequestDaysBefore = 5 } };
        var ask = new RequestExtension(Leg.Sole, Deadline.AddDays(20), "材料未到");
        var last = (Stories.Rectifying with { Now = ChinaTime.EndOf(Deadline.AddDays(-5)).AddTicks(-1) }).Under(early);
        last.When(GasCompany, ask).ThenItHappens();
        var late = last with { Now = last.Now.AddTicks(1) };
        late.When(As(GasCompany), ask, last.Now.AddDays(-7)).ThenRefused(HazardRefusals.ExtensionLate);
    }

    /// <summary>Of every command, however late: what is refused now is refused with any earlier date as well.</summary>
    [Theory, MemberData(nameof(Commands))]
    public void What_is_refused_now_is_refused_with_an_earlier_date(string name)
    {
        var (given, by, command) = Examples.ByRule[name];
        foreach (var late in new[] { 0, 1, 10, 30, 100, 400 })
        {
            var story = given.AfterDays(late);
            if (story.When(by, command).Decision.Refusal is not { } refused || OfThePaper.Contains(refused.Code))
                continue;
            for (var at = story.Now; at > given.Now; at = at.AddDays(-1))
                story.When(As(by), command, at).Decision.Refusal
                    .ShouldNotBeNull($"{name} {late} days late: {refused.Code}, but not as of {at:O}");
        }
    }
}
