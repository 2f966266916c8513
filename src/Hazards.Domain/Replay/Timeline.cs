using System.Collections.Immutable;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>补录: how late an event was recorded.</summary>
/// <param name="After">From the instant it happened, as claimed, until it was recorded.</param>
/// <param name="AllowedHours">What the policy allows for a prompt entry.</param>
/// <param name="Policy">That policy.</param>
public sealed record LateEntry(TimeSpan After, int AllowedHours, string Policy)
{
    /// <summary>By how much it is later than allowed.</summary>
    public TimeSpan By => After - TimeSpan.FromHours(AllowedHours);
}

/// <summary>更正: what a correction changed.</summary>
public sealed record CorrectionMade(CorrectableField Field, string? From, string? To, string Reason);

/// <summary>The next act of someone who was told that answers what it was told.</summary>
/// <param name="Event">The answering event.</param>
/// <param name="Actor">The person who acted.</param>
public sealed record AnswerGiven(EventMark Event, string Actor);

/// <summary>One who was told of an event: when, when it was opened and by whom, and what followed.</summary>
/// <param name="To">Whom, and as what.</param>
/// <param name="Message">The message.</param>
/// <param name="ToldAt">When: as the event was recorded.</param>
/// <param name="Openings">Who opened it, the first first; empty: nobody did up to the instant looked from.</param>
/// <param name="Acted">Its next own act that answers it; null when there was none, or none was asked for.</param>
/// <param name="Asked">Whether an answer was asked for: it was told to act, or warned.</param>
public sealed record TimelineTelling(
    Told To, Guid Message, DateTimeOffset ToldAt, ImmutableArray<RecordedOpening> Openings, AnswerGiven? Acted, bool Asked);

/// <summary>One event of the timeline: occurred, recorded, told, opened and acted side by side.</summary>
/// <param name="Event">The event.</param>
/// <param name="Leg">The leg it concerns, if one.</param>
/// <param name="By">Whose act it is; an importer's entry of a leg's own act is the leg's.</param>
/// <param name="Stage">The hazard's stage after it.</param>
/// <param name="Told">Whom it was told.</param>
/// <param name="Late">By how much it was entered late; null when it was prompt.</param>
/// <param name="Correction">What it corrects, if it is a correction.</param>
/// <param name="OccurredBefore">Out of order: the first event recorded earlier that occurred later; null when in order.</param>
/// <param name="ByClock">Whether the service's own clock noticed or did it.</param>
public sealed record TimelineRow(
    RecordedHappening Event, Leg? Leg, BodyId By, Stage Stage, ImmutableArray<TimelineTelling> Told,
    LateEntry? Late, CorrectionMade? Correction, EventMark? OccurredBefore, bool ByClock);

/// <summary>时间线: every event exactly once, in the order of the log.</summary>
public static class Timeline
{
    /// <summary>The timeline of a case file.</summary>
    public static ImmutableArray<TimelineRow> Of(CaseFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var rows = ImmutableArray.CreateBuilder<TimelineRow>(file.Events.Length);
        for (var i = 0; i < file.Events.Length; i++)
        {
            var e = file.Events[i];
            rows.Add(new TimelineRow(
                e, Deeds.LegOf(e.Event), Deeds.By(e.Happening, file.Before(i)), file.States[i].Stage, Tellings(file, i), LateOf(file, i),
                e.Event is HazardCorrected c ? new CorrectionMade(c.Field, c.From, c.To, c.Reason) : null,
                Overtaken(file, i), e.Context.Role == Role.Clock));
        }
        return rows.MoveToImmutable();
    }

    internal static ImmutableArray<TimelineTelling> Tellings(CaseFile file, int index)
    {
        var e = file.Events[index];
        return [.. e.Context.Told.Select(told =>
        {
            var message = Messages.IdOf(e.Id, told.Address);
            return new TimelineTelling(
                told, message, e.RecordedAt, [.. file.Openings[message]], Answer(file, index, told), told.As != TellAs.Notice);
        })];
    }

    private static AnswerGiven? Answer(CaseFile file, int index, Told told)
    {
        for (var i = index + 1; i < file.Events.Length; i++)
        {
            var later = file.Events[i];
            if (Deeds.Answers(file.Events[index].Event, told.As, later.Event) && file.Reads(
                Deeds.By(later.Happening, file.Before(i)), told))
                return new AnswerGiven(EventMark.Of(later), later.Context.Actor);
        }
        return null;
    }

    // Whether an entry is late was decided when it was recorded and stands in its circumstances; by how much follows from
    // the policy that was in force when it happened.
    private static LateEntry? LateOf(CaseFile file, int index)
    {
        var e = file.Events[index];
        if (e.Context.Entry != Entry.Late)
            return null;
        var policy = file.Rules.PolicyAt((file.Before(index) ?? file.States[index]).Region, e.Context.OccurredAt);
        return new LateEntry(e.RecordedAt - e.Context.OccurredAt, policy.PromptEntryHours, policy.Version);
    }

    private static EventMark? Overtaken(CaseFile file, int index)
    {
        for (var i = 0; i < index; i++)
            if (file.Events[i].Context.OccurredAt > file.Events[index].Context.OccurredAt)
                return EventMark.Of(file.Events[i]);
        return null;
    }
}
