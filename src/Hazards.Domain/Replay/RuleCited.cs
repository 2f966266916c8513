using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>The rule that a duty is judged by.</summary>
/// <param name="Policy">The policy version in force when the duty began.</param>
/// <param name="Title">The policy's title.</param>
/// <param name="Clause">Where its figure comes from, as the policy document cites it.</param>
/// <param name="Days">The days it gives; null where the due date was set by a person (整改期限).</param>
/// <param name="Count">How they are counted.</param>
/// <param name="Calendar">The edition of the working calendar it was counted by.</param>
public sealed record RuleCited(string Policy, string Title, string Clause, int? Days, DayCount? Count, int Calendar)
{
    private const string SetByOrder = "整改期限以交办、改派、延期、复查或挂牌所定为准";
    private const string SetByNotice = "回复期限以督办通知书写明的为准";

    private const string OfItself = "；验收合格而仍停产停业、无人申请的，自验收合格之日起同此期限（产品默认值）";

    internal static RuleCited Of(Clock clock, Hazard hazard, Rulebook rules) =>
        Of(clock, hazard.Region, hazard.Level, hazard.Calendar, rules);

    /// <summary>The rule of a duty of a hazard in a region, of a level, counted by an edition of the calendar.</summary>
    public static RuleCited Of(Clock clock, RegionCode region, Level? level, int calendar, Rulebook rules)
    {
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentNullException.ThrowIfNull(rules);
        var policy = rules.PolicyAt(region, clock.Since);
        RuleCited Cite(string clause, int? days = null, DayCount? count = null) =>
            new(policy.Version, policy.Title, clause, days, count, calendar);
        if (clock.Kind == ClockKind.Rectify)
            return Cite(SetByOrder);
        if (clock.Kind == ClockKind.Reply)
            return Cite(SetByNotice);
        if (clock.Kind == ClockKind.Supervise && policy.Supervision.FirstOrDefault(s => s.Level == level) is { } supervision)
            return Cite(supervision.Source, supervision.Days, supervision.Count);
        if (clock.Kind == ClockKind.Lookback && policy.Lookbacks.FirstOrDefault(l => l.Level == level) is { } lookback)
            return Cite(lookback.Source, clock.Due.DayNumber - ChinaTime.DateAt(clock.Since).DayNumber, DayCount.Calendar);
        return policy.Clock(clock.Kind, level) is { } rule
            ? Cite(clock.Kind == ClockKind.ReviewResumption ? rule.Source + OfItself : rule.Source, rule.Days, rule.Count)
            : Cite(policy.Title);
    }
}
