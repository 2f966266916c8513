using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>红黄绿: how near the last day of a duty is. By the day and the policy's warning of that duty; never stored.</summary>
public enum Light
{
    /// <summary>绿: more days are left than the yellow warning.</summary>
    [Label("正常", "More days are left than the yellow warning")] Green,

    /// <summary>黄: as many days are left as the yellow warning, or fewer.</summary>
    [Label("黄色预警", "As many days are left as the yellow warning, or fewer")] Yellow,

    /// <summary>红: as many days are left as the red warning, or fewer.</summary>
    [Label("红色预警", "As many days are left as the red warning, or fewer")] Red,

    /// <summary>超期: the last day has passed.</summary>
    [Label("超期", "The last day has passed")] Overdue,
}

/// <summary>The light of a duty on a day.</summary>
public static class Lights
{
    /// <summary>The light when so many days are left.</summary>
    /// <param name="daysLeft">0 on the last day, negative when it has passed.</param>
    /// <param name="warning">The policy's warning of the duty.</param>
    public static Light Of(int daysLeft, WarningRule warning)
    {
        ArgumentNullException.ThrowIfNull(warning);
        return daysLeft < 0 ? Light.Overdue
            : daysLeft <= warning.RedDays ? Light.Red
            : daysLeft <= warning.YellowDays ? Light.Yellow
            : Light.Green;
    }

    /// <summary>The light of a duty, and the warning that it goes by.</summary>
    /// <param name="kind">The duty.</param>
    /// <param name="daysLeft">0 on the last day, negative when it has passed.</param>
    /// <param name="policy">The policy in force when it began.</param>
    public static (Light Light, WarningCited Warning) Of(ClockKind kind, int daysLeft, Policy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return (Of(daysLeft, policy.Warning(kind)), WarningCited.Of(policy, kind));
    }
}

/// <summary>The warning that a duty's light goes by.</summary>
/// <param name="YellowDays">Yellow when so many days are left, or fewer.</param>
/// <param name="RedDays">Red when so many days are left, or fewer.</param>
/// <param name="Policy">The policy that says so; absent where none does.</param>
/// <param name="ProductDefault">产品默认值: no policy says so.</param>
/// <param name="Source">Where the figures come from.</param>
public sealed record WarningCited(int YellowDays, int RedDays, string? Policy, bool ProductDefault, string Source)
{
    /// <summary>What a policy says of a duty, or the product where it says nothing.</summary>
    public static WarningCited Of(Policy policy, ClockKind kind)
    {
        ArgumentNullException.ThrowIfNull(policy);
        var rule = policy.Warning(kind);
        var isDefault = ReferenceEquals(rule, WarningRule.ProductDefault);
        return new WarningCited(rule.YellowDays, rule.RedDays, isDefault ? null : policy.Version, isDefault, rule.Source);
    }
}
