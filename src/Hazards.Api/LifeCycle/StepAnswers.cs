using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Hazards.Api.Lists;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Api.LifeCycle;

/// <summary>What may be done about a hazard, and what is due.</summary>
/// <param name="Hazard">The hazard.</param>
/// <param name="Version">Its version: give it as If-Match with a step.</param>
/// <param name="AsOf">The instant looked from; absent for now. Of the past there are no steps.</param>
/// <param name="Today">The date that due dates are judged by.</param>
/// <param name="Duties">Who must do what until when, under which clause; the earliest due first.</param>
/// <param name="Steps">What the caller may do now; what is due first.</param>
/// <param name="Names">Names of the bodies mentioned.</param>
internal sealed record StepsAnswer(
    HazardId Hazard, long Version, DateTimeOffset? AsOf, DateOnly Today, ImmutableArray<DutyAnswer> Duties,
        ImmutableArray<StepAnswer> Steps, IReadOnlyDictionary<string, string> Names);

/// <summary>How near a due date is.</summary>
internal enum DueColour
{
    /// <summary>已超期.</summary>
    [Label("已超期", "Overdue")] Red,

    /// <summary>临期.</summary>
    [Label("临期", "Due soon, within the policy's warning days")] Amber,

    /// <summary>正常.</summary>
    [Label("正常", "In time")] Green,
}

/// <summary>An open duty.</summary>
/// <param name="Clock">The duty.</param>
/// <param name="Leg">The leg, if one.</param>
/// <param name="Body">Who owes it.</param>
/// <param name="Own">Whether that is the caller's own body.</param>
/// <param name="Since">When it began.</param>
/// <param name="Due">The last day for it.</param>
/// <param name="DaysLeft">Days left; 0 is the last day, negative when it has passed.</param>
/// <param name="Colour">How near it is.</param>
/// <param name="Provisional">Counted through a year whose working days are not announced.</param>
/// <param name="Rule">The policy and the clause.</param>
/// <param name="Next">The ladder's next step.</param>
internal sealed record DutyAnswer(
    CodeEntry Clock, CodeEntry? Leg, NamedBody Body, bool Own, DateTimeOffset Since, DateOnly Due, int DaysLeft, DueColour Colour,
        bool Provisional, RuleCited Rule, CodeEntry? Next)
{
    public static DutyAnswer Of(StepDuty d, Hazard hazard, DateOnly today, IReadOnlyDictionary<string, string> names)
    {
        var left = -d.Clock.DaysOverdue(today);
        var colour = left < 0 ? DueColour.Red : left <= d.SoonDays ? DueColour.Amber : DueColour.Green;
        return new DutyAnswer(
            Labels.OfDuty(d.Clock.Kind, d.Clock.Leg is { } leg ? hazard.Legs[leg].Stage : null), Labels.Of(d.Clock.Leg),
            NamedBody.Of(d.Clock.Body, names), d.Own, d.Clock.Since, d.Clock.Due, left, colour,
            d.Clock.Provisional, d.Rule, Labels.Of(d.Next));
    }
}

/// <summary>Something the caller may do now.</summary>
/// <param name="Name">The command.</param>
/// <param name="Chinese">Its name.</param>
/// <param name="English">Its name.</param>
/// <param name="Leg">The leg it is given on, where its address has one.</param>
/// <param name="Address">Where it is POSTed.</param>
/// <param name="Urgency">How much it is asked for.</param>
/// <param name="Why">What asks for it; absent when nothing does.</param>
/// <param name="Role">The role under which it would be allowed.</param>
/// <param name="Fields">What it is asked to say.</param>
internal sealed record StepAnswer(
    string Name, string Chinese, string English, Leg? Leg, string Address, CodeEntry Urgency, StepWhy? Why, CodeEntry Role,
        ImmutableArray<StepField> Fields)
{
    public static StepAnswer Of(OpenStep step, StepEntry entry, HazardId id, DateOnly today, IReadOnlyDictionary<string, string> names,
        StepDefaults defaults) => new(
        step.Rule.Name, step.Rule.Chinese, step.Rule.English, step.Leg,
        entry.AddressOf(id, step.Leg),
        Labels.Of(step.Urgency), StepWhy.Of(step, today, names), Labels.Of(step.Role), defaults.Fill(step, StepFields.Of(entry)));
}

/// <summary>What asks for a step: a duty, or a proposal of the ladder.</summary>
/// <param name="Clock">The duty.</param>
/// <param name="Due">Its last day.</param>
/// <param name="DaysLeft">Days left; negative when it has passed.</param>
/// <param name="Body">Who owes it; for a proposal, who is asked.</param>
/// <param name="Step">The ladder's step, where that asks for it.</param>
/// <param name="Rule">The policy and the clause.</param>
/// <param name="Chinese">The same in a sentence.</param>
/// <param name="English">The same in a sentence.</param>
internal sealed record StepWhy(CodeEntry Clock, DateOnly Due, int DaysLeft, NamedBody Body, CodeEntry? Step, RuleCited Rule,
    string Chinese, string English)
{
    public static StepWhy? Of(OpenStep step, DateOnly today, IReadOnlyDictionary<string, string> names)
    {
        if (step.Proposed is { Missed: var missed } proposed)
            return Say(missed.Kind, missed.Due, today, NamedBody.Of(proposed.Asked, names), step.Ladder, proposed.Rule);
        return step.Duty is { Clock: var clock } duty
            ? Say(clock.Kind, clock.Due, today, NamedBody.Of(clock.Body, names), step.Ladder, duty.Rule)
            : null;
    }

    private static StepWhy Say(ClockKind clock, DateOnly due, DateOnly today, NamedBody body, SupervisionStep? next, RuleCited rule)
    {
        var left = due.DayNumber - today.DayNumber;
        var day = due.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var (chinese, english) = next is { } step
            ? ($"督办阶梯：“{CodeList.Chinese(clock)}”超期{-left}天，应{CodeList.Chinese(step)}",
                $"Ladder: “{CodeList.English(clock)}” is {-left} days over; next: {CodeList.English(step)}")
            : ($"{body.Name}应于{day}前完成“{CodeList.Chinese(clock)}”",
                $"{body.NameInEnglish} must do this by {day}: {CodeList.English(clock)}");
        return new StepWhy(Labels.Of(clock), due, left, body, Labels.Of(next), rule, chinese, english);
    }
}

/// <summary>What a field of a form holds.</summary>
internal enum StepFieldKind
{
    /// <summary>单行文字.</summary>
    [Label("单行文字", "A line of text")] Text,

    /// <summary>多行文字.</summary>
    [Label("多行文字", "Text of many lines")] Paragraph,

    /// <summary>代码.</summary>
    [Label("代码", "One of the codes listed")] Code,

    /// <summary>日期.</summary>
    [Label("日期", "A date, yyyy-MM-dd")] Date,

    /// <summary>时间.</summary>
    [Label("时间", "An instant, RFC 3339 with its offset")] Instant,

    /// <summary>整数.</summary>
    [Label("整数", "A whole number")] Whole,

    /// <summary>万元.</summary>
    [Label("金额，万元", "A sum in 10,000 yuan")] Money,

    /// <summary>是否.</summary>
    [Label("是否", "Yes or no")] Flag,

    /// <summary>单位.</summary>
    [Label("单位编号", "The identity of a body")] Body,

    /// <summary>隐患.</summary>
    [Label("隐患编号", "The identity of a hazard")] Hazard,

    /// <summary>责任方.</summary>
    [Label("责任方：数组，每方一项", "A list: one object for each leg that is named")] Legs,

    /// <summary>一个责任方.</summary>
    [Label("一个责任方：对象，leg 为字段名", "One leg: an object whose member leg is the field's name")] Leg,

    /// <summary>方案各项.</summary>
    [Label("方案各项，以代码为名", "An object: a text for each of the codes")] Parts,

    /// <summary>附件.</summary>
    [Label("附件，以 SHA-256 引用已上传的文件", "A list of files put in before, by their SHA-256")] Files,
}

/// <summary>A field of a step's body.</summary>
/// <param name="Name">Its name in the body.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="Required">Whether it must be given, here and now.</param>
/// <param name="Label">Its name for people.</param>
/// <param name="Hint">What to know when filling it in.</param>
/// <param name="Codes">The codes it may hold.</param>
/// <param name="Bodies">Bodies that it may name, the likely ones; any other identity may be given.</param>
/// <param name="Default">What stands there when nobody says otherwise.</param>
/// <param name="Fields">For legs: a field for each leg there may be; for a leg: its own fields.</param>
internal sealed record StepField(
    string Name, StepFieldKind Kind, bool Required, FieldLabel Label, FieldLabel? Hint = null,
    ImmutableArray<CodeEntry>? Codes = null, ImmutableArray<NamedBody>? Bodies = null, JsonNode? Default = null,
        ImmutableArray<StepField>? Fields = null);

/// <summary>A text in both languages.</summary>
internal sealed record FieldLabel(string Chinese, string English);
