using System.Collections.Immutable;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>In what way somebody was silent.</summary>
public enum SilenceKind
{
    /// <summary>到期未办.</summary>
    [Label("到期未办", "A duty ran and its last day passed without the act")] DutyMissed,

    /// <summary>督办单位逾期未督查.</summary>
    [Label("督办单位逾期未督查", "The leg's supervisor did not act within the interval that the policy sets")] SupervisorSilent,

    /// <summary>一方沉默.</summary>
    [Label("一方沉默而另一方已有行动", "One leg of a double assignment was overdue while the other acted")] LegSilent,

    /// <summary>告知后从未打开.</summary>
    [Label("告知后从未打开、也未行动", "It was told, and neither opened the message nor acted afterwards")] NeverOpened,

    /// <summary>补录称此前已办.</summary>
    [Label("到期时无记录，事后补录称此前已办理或已变更",
        "On record nothing had been done when it was due; what was entered afterwards claims that it was done, or moved, before then")]
    EnteredAfterwards,
}

/// <summary>A silence longer than a rule allows.</summary>
/// <param name="Kind">In what way.</param>
/// <param name="Body">Who was silent; null: the committee office of <paramref name="Office"/>.</param>
/// <param name="Office">The county whose committee office was silent, where no body is named.</param>
/// <param name="Leg">The leg it concerns, if one.</param>
/// <param name="Duty">The duty that ran, if one.</param>
/// <param name="Due">The duty's last day.</param>
/// <param name="As">As what it was told, where it was told.</param>
/// <param name="From">
/// When the silence began to be longer than allowed: the end of the last day, or when the duty came to be due on a day that had
/// passed already;
/// or when it was told.
/// </param>
/// <param name="Until">When it ended; null while it lasts, at the instant looked from.</param>
/// <param name="Days">How long, in days of China begun, to its end or to the instant looked from.</param>
/// <param name="Rule">The rule that sets the bound; null for a message that was never opened, which no rule dates.</param>
/// <param name="Began">The event that began the duty, or told.</param>
/// <param name="Ended">The event that ended the silence.</param>
/// <param name="Noticed">The event with which the service noticed.</param>
/// <param name="Positions">Every event that is cited, in order: these, and what the other leg did meanwhile.</param>
public sealed record Silence(
    SilenceKind Kind, BodyId? Body, RegionCode? Office, Leg? Leg, ClockKind? Duty, DateOnly? Due, TellAs? As,
    DateTimeOffset From, DateTimeOffset? Until, int Days, RuleCited? Rule,
    EventMark Began, EventMark? Ended, EventMark? Noticed, ImmutableArray<long> Positions)
{
    /// <summary>
    /// What of a silence that names nobody is that of a body that was the office of the region for a time; null: nothing. What was missed
    /// is whose it was then, until it fell to another; what was never opened is of those that were told in its time.
    /// </summary>
    /// <param name="term">Its time.</param>
    /// <param name="file">The hazard.</param>
    public Silence? In(OfficeTerm term, CaseFile file)
    {
        ArgumentNullException.ThrowIfNull(term);
        ArgumentNullException.ThrowIfNull(file);
        var silence = this;
        if (Kind == SilenceKind.NeverOpened)
        {
            var told = file.Events.Where(e => Positions.Contains(e.Position) && term.Holds(e.RecordedAt)).ToArray();
            if (told.Length == 0)
                return null;
            silence = this with { Began = EventMark.Of(told[0]), From = told[0].RecordedAt, Positions = [.. told.Select(e => e.Position)] };
        }
        else if (!term.Holds(From))
            return null;
        var end = Until ?? file.AsOf;
        return term.To < end
            ? silence with { Until = term.To, Ended = null, Days = Silences.DaysBetween(silence.From, term.To.Value) }
            : silence with { Days = Silences.DaysBetween(silence.From, end) };
    }
}

/// <summary>沉默: who did not act although a duty ran, or was told and never looked; in the order in which the silences began.</summary>
public static class Silences
{
    /// <summary>All silences on record, up to the instant the file is looked at.</summary>
    public static ImmutableArray<Silence> Of(CaseFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var missed = DutyRuns.Of(file).Select(r => OfDuty(file, r)).OfType<Silence>().ToImmutableArray();
        return [.. missed.Concat(OfLegs(file, missed)).Concat(NeverOpened(file)).OrderBy(s => s.From).ThenBy(s => s.Kind).ThenBy(s => s.Leg)
            .ThenBy(s => s.Began.Position)];
    }

    // A duty can come to be due on a day that has passed already: a regrading or a recount moves what is due also into the
    // past. And what ends it may have been entered long afterwards and claim any time before. Whatever it claims: what stood
    // undone on record past its day, and what the service noticed, is a silence.
    private static Silence? OfDuty(CaseFile file, DutyRun run)
    {
        var (passed, noticed) = (ChinaTime.EndOf(run.Due), run.Noticed is not null);
        // What the leg's body was late with when it gave the leg back is that one's silence; its assigner owes the reassignment.
        if (run.GivenBack && !noticed)
            return null;
        var missed = run.Kind == ClockKind.Supervise ? SilenceKind.SupervisorSilent : SilenceKind.DutyMissed;
        // A caller's clock may be fast by the minutes that are tolerated.
        // A deadline that had passed when somebody entered it was not missed by who owes it before.
        var began = run.Kind == ClockKind.Rectify && run.Began.BindsLate
            ? run.Began.RecordedAt
            : Earlier(run.Began.OccurredAt, run.Began.RecordedAt);
        var overdue = Later(passed, began);
        if (run.Ended is not { } ended)
            return noticed || overdue < file.AsOf ? Make(file, run, missed, overdue, null) : null;
        if (ended.OccurredAt < passed || ended.OccurredAt <= began)
        {
            // By its claim nobody was silent at all; on record somebody was, unless all was entered at once, as a ledger is.
            var onRecord = Later(passed, run.Began.RecordedAt);
            return noticed || onRecord < ended.RecordedAt
                ? Make(file, run, SilenceKind.EnteredAfterwards, onRecord, ended.RecordedAt)
                : null;
        }
        // The first instant of the next day is too late already: so a ledger's act of that day, which has no hour, is late.
        return noticed || ended.RecordedAt >= passed ? Make(file, run, missed, overdue, ended.OccurredAt) : null;
    }

    // What the service noticed is a silence however short: its clock and the log's may differ at midnight.
    private static Silence Make(CaseFile file, DutyRun run, SilenceKind kind, DateTimeOffset from, DateTimeOffset? until)
    {
        var end = until ?? file.AsOf;
        from = Earlier(from, end);
        return new Silence(
            kind, run.Body, run.Office, run.Leg, run.Kind, run.Due, null, from, until, DaysBetween(from, end), run.Rule,
            run.Began, run.Ended, run.Noticed, Cite([run.Began, run.Noticed, run.Ended]));
    }

    /// <summary>双重交办: a leg that owed something while the other one acted, however many duties it owed.</summary>
    private static IEnumerable<Silence> OfLegs(CaseFile file, ImmutableArray<Silence> missed)
    {
        foreach (var duties in missed.Where(
            s => s.Kind == SilenceKind.DutyMissed && s.Leg is Leg.Territorial or Leg.Sectoral && IsLegs(s)).GroupBy(s => (s.Leg, s.Body)))
        {
            Silence? longest = null;
            foreach (var duty in duties.OrderBy(d => d.From))
                if (longest is { } before && duty.From <= (before.Until ?? DateTimeOffset.MaxValue))
                    longest = Joined(before, duty);
                else
                {
                    if (longest is not null && WithOthers(file, longest) is { } found)
                        yield return found;
                    longest = duty;
                }
            if (longest is not null && WithOthers(file, longest) is { } last)
                yield return last;
        }
    }

    /// <summary>Two that overlap, as one: it lasts, and is ended, as the one that ends later.</summary>
    private static Silence Joined(Silence one, Silence other)
    {
        var last = one.Until is { } until && !(other.Until <= until) ? other : one;
        return one with { Until = last.Until, Ended = last.Ended, Positions = [.. one.Positions.Union(other.Positions).Order()] };
    }

    private static bool IsLegs(Silence duty) => duty.Duty is ClockKind.Acknowledge or ClockKind.Plan or ClockKind.Rectify;

    /// <summary>The silence of the leg, when it did nothing at all in it and the other leg did something; null otherwise.</summary>
    private static Silence? WithOthers(CaseFile file, Silence silence)
    {
        var until = silence.Until ?? file.AsOf;
        var others = new List<long>();
        for (var i = 0; i < file.Events.Length; i++)
        {
            var e = file.Events[i];
            if (e.Event is not ILegsOwn own || e.Context.OccurredAt < silence.From || e.Context.OccurredAt >= until)
                continue;
            if (own.Leg == silence.Leg)
            {
                // It did something else meanwhile: from then on it was not silent, though still overdue.
                until = e.Context.OccurredAt;
                silence = silence with
                {
                    Until = until, Ended = EventMark.Of(e), Positions = [.. silence.Positions.Append(e.Position).Distinct().Order()],
                };
            }
            else
                others.Add(e.Position);
        }
        var heard = file.Events.Where(e => others.Contains(e.Position) && e.Context.OccurredAt < until).Select(e => e.Position).ToArray();
        return heard.Length == 0
            ? null
            : silence with
            {
                Kind = SilenceKind.LegSilent, Days = DaysBetween(silence.From, until), Noticed = null,
                Positions = [.. silence.Positions.Union(heard).Order()],
            };
    }

    /// <summary>Told, and neither opened nor followed by any act of its own: one silence for each addressee and manner.</summary>
    private static IEnumerable<Silence> NeverOpened(CaseFile file)
    {
        var unopened = new List<(Told To, EventMark Event)>();
        for (var i = 0; i < file.Events.Length; i++)
        {
            var e = file.Events[i];
            foreach (var told in e.Context.Told)
                if (!file.Openings[Messages.IdOf(e.Id, told.Address)].Any() && !ActedAfter(file, i, told))
                    unopened.Add((told, EventMark.Of(e)));
        }
        foreach (var group in unopened.GroupBy(u => (u.To.Address, u.To.As)))
        {
            var (to, first) = group.First();
            yield return new Silence(
                SilenceKind.NeverOpened, to.Body, to.Office, null, null, null, to.As, first.RecordedAt, null,
                DaysBetween(first.RecordedAt, file.AsOf), null,
                first, null, null, Cite(group.Select(g => (EventMark?)g.Event)));
        }
    }

    // Who acts afterwards has heard of it, whether or not it opened the message.
    private static bool ActedAfter(CaseFile file, int index, Told told)
    {
        for (var i = index + 1; i < file.Events.Length; i++)
            if (file.Events[i].Context.Role != Role.Clock && file.Reads(Deeds.By(file.Events[i].Happening, file.Before(i)), told))
                return true;
        return false;
    }

    private static ImmutableArray<long> Cite(IEnumerable<EventMark?> marks) =>
        [.. marks.OfType<EventMark>().Select(m => m.Position).Distinct().Order()];

    internal static int DaysBetween(DateTimeOffset from, DateTimeOffset until) => Math.Max(1, (int)Math.Ceiling((until - from).TotalDays));

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
