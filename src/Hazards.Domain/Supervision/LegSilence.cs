using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>
/// 沉默: whether a leg that has something to do is silent, as lists say it: nothing was heard of its body since its supervisor
/// last acted on it, or for longer than the interval that the policy gives the supervisor. Whose silence broke which rule is
/// told by <see cref="Silences"/>, from the whole history.
/// </summary>
/// <param name="Days">Days since its body last acted, or since the assignment.</param>
/// <param name="Allowed">So many days may pass.</param>
/// <param name="Silent">Whether it is silent.</param>
/// <param name="ProductDefault">产品默认值: no policy says how many days.</param>
public readonly record struct LegSilence(int Days, int Allowed, bool Silent, bool ProductDefault)
{
    /// <summary>What may pass where no policy says how often a supervisor must act: a week.</summary>
    public const int UsualDays = 7;

    /// <summary>Since when nothing was heard of a leg's body: since it last acted, else since it was told.</summary>
    /// <param name="heardAt">When it last acted.</param>
    /// <param name="assignedAt">When the leg was assigned to it, as claimed.</param>
    /// <param name="enteredOn">The later day on which that was entered, if it was late.</param>
    public static DateTimeOffset Since(DateTimeOffset? heardAt, DateTimeOffset assignedAt, DateOnly? enteredOn) =>
        heardAt ?? (enteredOn is { } day ? ChinaTime.StartOf(day) : assignedAt);

    /// <summary>The silence of a leg on a day.</summary>
    /// <param name="stage">Where the leg stands: what is declared, accepted or given back waits for others.</param>
    /// <param name="last">Since when nothing was heard of its body (<see cref="Since"/>).</param>
    /// <param name="supervisedAt">When its supervisor last acted on it.</param>
    /// <param name="today">The day.</param>
    /// <param name="rule">How often the supervisor must act, where a policy says so.</param>
    public static LegSilence Of(
        LegStage stage, DateTimeOffset last, DateTimeOffset? supervisedAt, DateOnly today, SupervisionRule? rule)
    {
        var days = Math.Max(0, today.DayNumber - ChinaTime.DateAt(last).DayNumber);
        var allowed = rule?.Days ?? UsualDays;
        var owes = stage is LegStage.Assigned or LegStage.Rectifying;
        var unanswered = supervisedAt > last && today > ChinaTime.DateAt(supervisedAt.Value);
        return new LegSilence(days, allowed, owes && (days > allowed || unanswered), rule is null);
    }
}
