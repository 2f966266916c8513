using System.Collections.Immutable;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>催办: one leg, or all when none is named.</summary>
public sealed record Urge(string Message, Leg? Leg = null) : IHazardCommand
{
    /// <inheritdoc />
    public CommandRule Rule => CommandRules.Urge;

    /// <inheritdoc />
    public Leg? ConcernedLeg => Leg;

    /// <inheritdoc />
    public Decision Decide(Hazard hazard, Act act)
    {
        var (duties, against) = Aim.Of(hazard, Leg);
        return Texts.Required("message", Message) is { } wrong
            ? wrong
            : Decision.Of(new LegUrged(Leg, Message) { Duties = duties, Against = against });
    }
}

/// <summary>
/// 退回后改派之前: what is put to a leg that was given back is put to who has to reassign it, and not to who gave it back; and so what is put
/// to the whole hazard when every leg was.
/// </summary>
internal static class Aim
{
    /// <summary>For which duties, and against whom; nothing where it is for whatever the leg's own body owes.</summary>
    public static (ImmutableArray<ClockKind>? Duties, BodyId? Against) Of(Hazard hazard, Leg? leg) =>
        hazard.Legs.Values.Where(l => leg is null || l.Leg == leg).ToArray() is [var first, ..] aimed
            && aimed.All(l => l.Stage == LegStage.Returned && l.AssignedBy == first.AssignedBy)
            ? ([ClockKind.Reassign], first.AssignedBy)
            : default;

    /// <summary>Whether a leg that it is put to has a body that answers for it.</summary>
    public static bool Anybody(Hazard hazard, Leg? leg) =>
        hazard.Legs.Values.Any(l => (leg is null || l.Leg == leg) && l.Stage != LegStage.Returned);
}

/// <summary>下达督办通知书, with its 文号.</summary>
public sealed record IssueNotice(string Requirements, Leg? Leg = null, DateOnly? ReplyBy = null) : IHazardCommand
{
    /// <inheritdoc />
    public CommandRule Rule => CommandRules.IssueNotice;

    /// <inheritdoc />
    public Leg? ConcernedLeg => Leg;

    /// <inheritdoc />
    public Decision Decide(Hazard hazard, Act act)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        ArgumentNullException.ThrowIfNull(act);
        var (duties, against) = Aim.Of(hazard, Leg);
        return Refusal.All(Checks.Document(act, Rule),
            Texts.Required("requirements", Requirements),
            Waiting(hazard, act.Document),
            ReplyBy is not { } date ? null
                : hazard.Legs.IsEmpty ? HazardRefusals.NoticeNobody.Because("replyBy") : Checks.Deadline("replyBy", date, act)) is { } wrong
            ? wrong
            : Decision.Of(new SupervisionNoticeIssued(Leg, Requirements, ReplyBy)
            {
                Duties = duties, Against = against, ReplyOwed = ReplyBy >= act.RecordedOn && Aim.Anybody(hazard, Leg) ? true : null,
            });
    }

    // A reply names the notice that it answers by its number.
    private static Refusal? Waiting(Hazard hazard, DocumentNumber? number) =>
        number is { } used && hazard.Legs.Values.Any(l => l.Notices.Any(n => n.Number == used))
            ? HazardRefusals.NoticeNumberWaits.Because("documentNumber", ("number", used))
            : null;
}

/// <summary>回复督办通知: by the leg's body, to a notice that it was sent and has not replied to.</summary>
/// <param name="Leg">Which leg.</param>
/// <param name="Text">The reply.</param>
/// <param name="Notice">The notice's 文号; may be left out where only one waits for a reply.</param>
public sealed record AnswerNotice(Leg Leg, string Text, DocumentNumber? Notice = null) : IHazardCommand
{
    /// <inheritdoc />
    public CommandRule Rule => CommandRules.AnswerNotice;

    /// <inheritdoc />
    public Leg? ConcernedLeg => Leg;

    /// <inheritdoc />
    public Decision Decide(Hazard hazard, Act act)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        ArgumentNullException.ThrowIfNull(act);
        var waiting = hazard.Legs[Leg].Notices;
        var numbers = waiting.Select(n => n.Number).Distinct().ToArray();
        if (Notice is null && numbers.Length > 1)
            return HazardRefusals.NoticeWhich.Because("notice", ("notices", string.Join(", ", numbers)));
        var number = Notice ?? numbers[0];
        return waiting.FirstOrDefault(n => n.Number == number) is not { } notice
            ? HazardRefusals.NoticeUnknown.Because("notice", ("value", number), ("notices", string.Join(", ", numbers)))
            : (Texts.Required("text", Text) ?? Checks.After(act, notice.At, Words.Of(CommandRules.IssueNotice))) is { } wrong
                ? wrong
                : Decision.Of(new SupervisionNoticeAnswered(Leg, number, Text));
    }
}

/// <summary>现场督查.</summary>
public sealed record RecordVisit(string Findings, Leg? Leg = null, [property: Longest(400)] string? Visitors = null) : IHazardCommand
{
    /// <inheritdoc />
    public CommandRule Rule => CommandRules.Visit;

    /// <inheritdoc />
    public Leg? ConcernedLeg => Leg;

    /// <inheritdoc />
    public Decision Decide(Hazard hazard, Act act) =>
        (Texts.Required("findings", Findings) ?? Texts.Check("visitors", Visitors, 0, 400, multiline: false)) is { } wrong
            ? wrong
            : Decision.Of(new SupervisionVisitMade(Leg, Findings, Visitors));
}

/// <summary>提级督办: a higher body watches from now on.</summary>
public sealed record Escalate(BodyId To, string Reason) : IHazardCommand
{
    /// <inheritdoc />
    public CommandRule Rule => CommandRules.Escalate;

    /// <inheritdoc />
    public IEnumerable<BodyId> Names => [To];

    /// <inheritdoc />
    public Decision Decide(Hazard hazard, Act act)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        ArgumentNullException.ThrowIfNull(act);
        if (Refusal.All(Texts.Required("reason", Reason), Checks.Living("to", To, act)) is { } wrong)
            return wrong;
        var to = act.Bodies[To];
        return to.Region.Level <= act.By.Body.Region.Level || !to.Region.Contains(hazard.Region)
            ? HazardRefusals.EscalateUp.Because("to", ("body", To), ("from", act.By.Body.Id), ("region", hazard.Region))
            : Decision.Of(new SupervisionEscalated(To, Reason));
    }
}

/// <summary>约谈.</summary>
public sealed record HoldInterview(
    [property: Longest(Texts.NameLength)] string Interviewed, string Summary, Leg? Leg = null) : IHazardCommand
{
    /// <inheritdoc />
    public CommandRule Rule => CommandRules.Interview;

    /// <inheritdoc />
    public Leg? ConcernedLeg => Leg;

    /// <inheritdoc />
    public Decision Decide(Hazard hazard, Act act) =>
        (Texts.Name("interviewed", Interviewed) ?? Texts.Required("summary", Summary)) is { } wrong
            ? wrong
            : Decision.Of(new InterviewHeld(Leg, Interviewed, Summary));
}

/// <summary>通报批评, with its 文号.</summary>
public sealed record CirculateCriticism(string Text, Leg? Leg = null) : IHazardCommand
{
    /// <inheritdoc />
    public CommandRule Rule => CommandRules.Criticise;

    /// <inheritdoc />
    public Leg? ConcernedLeg => Leg;

    /// <inheritdoc />
    public Decision Decide(Hazard hazard, Act act)
    {
        ArgumentNullException.ThrowIfNull(act);
        var (duties, against) = Aim.Of(hazard, Leg);
        return Refusal.All(Checks.Document(act, Rule), Texts.Required("text", Text)) is { } wrong
            ? wrong
            : Decision.Of(new CriticismCirculated(Leg, Text) { Duties = duties, Against = against });
    }
}

/// <summary>公开曝光.</summary>
public sealed record Expose([property: Longest(Texts.NameLength)] string Medium, string Text) : IHazardCommand
{
    /// <inheritdoc />
    public CommandRule Rule => CommandRules.Expose;

    /// <inheritdoc />
    public Decision Decide(Hazard hazard, Act act) =>
        (Texts.Name("medium", Medium) ?? Texts.Required("text", Text)) is { } wrong ? wrong : Decision.Of(new HazardExposed(Medium, Text));
}

/// <summary>行政处罚, with its 文号.</summary>
/// <param name="Penalised">Who.</param>
/// <param name="Measure">What.</param>
/// <param name="Fine">万元, if a fine.</param>
public sealed record ImposePenalty(
    [property: Longest(Texts.NameLength)] string Penalised, string Measure, decimal? Fine = null) : IHazardCommand
{
    /// <inheritdoc />
    public CommandRule Rule => CommandRules.Penalise;

    /// <inheritdoc />
    public Decision Decide(Hazard hazard, Act act)
    {
        ArgumentNullException.ThrowIfNull(act);
        return Refusal.All(Checks.Document(act, Rule),
            Texts.Name("penalised", Penalised),
            Texts.Required("measure", Measure),
            Checks.Money("fine", Fine)) is { } wrong
            ? wrong
            : Decision.Of(new PenaltyImposed(Penalised, Measure, Fine));
    }
}

/// <summary>行刑衔接: handed to the organs of justice, with its 文号.</summary>
public sealed record ReferToJustice([property: Longest(Texts.NameLength)] string To, string Grounds) : IHazardCommand
{
    /// <inheritdoc />
    public CommandRule Rule => CommandRules.Refer;

    /// <inheritdoc />
    public Decision Decide(Hazard hazard, Act act)
    {
        ArgumentNullException.ThrowIfNull(act);
        return Refusal.All(Checks.Document(act, Rule), Texts.Name("to", To), Texts.Required("grounds", Grounds)) is { } wrong
            ? wrong
            : Decision.Of(new JudicialReferralMade(To, Grounds));
    }
}
