using System.Collections.Immutable;
using Hazards.Api.Lists;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;

namespace Hazards.Api.Supervision;

/// <summary>A hazard in a line.</summary>
/// <param name="Id">The hazard.</param>
/// <param name="Title">Its title.</param>
/// <param name="Region">Where it is.</param>
/// <param name="Sector">Its sector.</param>
/// <param name="Level">Its level.</param>
/// <param name="Stage">Where it stands.</param>
/// <param name="Link">Where it is found.</param>
internal sealed record HazardBrief(
    HazardId Id, string Title, RegionCode Region, SectorCode Sector, CodeEntry? Level, CodeEntry Stage, string Link)
{
    public static HazardBrief Of(HazardItem item) =>
        new(item.Id, item.Title, item.Region, item.Sector, Labels.Of(item.Level), Labels.Of(item.Stage), Links.Hazard(item.Id));
}

/// <summary>A page of open duties; a page holds the duties of so many hazards.</summary>
internal sealed record DutyPage(ImmutableArray<OpenDuty> Items, string? Next, DateTimeOffset? AsOf, DateOnly Today, Names Names)
{
    /// <summary>Of a first page as of an instant: how many such hazards had been found by then and were put on record later.</summary>
    public int? KnownLater { get; init; }
}

/// <summary>An open duty.</summary>
internal sealed record OpenDuty : Duty
{
    private OpenDuty(HazardBrief hazard, Duty duty) : base(duty) => Hazard = hazard;

    /// <summary>The hazard.</summary>
    public HazardBrief Hazard { get; }

    public static OpenDuty Of(HazardItem item, ClockItem clock, Names names, Rulebook rules) =>
        new(HazardBrief.Of(item), Of(clock, item, names, rules));
}

/// <summary>A duty that is open on a day, as every list shows it.</summary>
/// <param name="Clock">Which duty.</param>
/// <param name="Leg">The leg, if one.</param>
/// <param name="Body">Who must act.</param>
/// <param name="Since">When it began.</param>
/// <param name="Due">The last day for it.</param>
/// <param name="DaysOverdue">Days since; 0 or less when it has not passed.</param>
/// <param name="DaysLeft">Days left; negative when it is overdue.</param>
/// <param name="Provisional">Counted through a year whose working days are not announced.</param>
/// <param name="Next">The supervision step that the ladder asks for next.</param>
/// <param name="Light">红黄绿.</param>
/// <param name="Warning">The warning its light goes by.</param>
/// <param name="Rule">The rule it is counted by.</param>
internal record Duty(
    CodeEntry Clock, CodeEntry? Leg, NamedBody Body, DateTimeOffset Since, DateOnly Due, int DaysOverdue, int DaysLeft, bool Provisional,
    CodeEntry? Next, CodeEntry Light, WarningCited? Warning, DutyRule Rule)
{
    public static Duty Of(ClockItem clock, HazardItem item, Names names, Rulebook rules) => new(
        Labels.OfDuty(clock.Kind, item.Legs.FirstOrDefault(l => l.Leg == clock.Leg)?.Stage), Labels.Of(clock.Leg),
        NamedBody.Of(clock.Body, names.Bodies), clock.Since, clock.Due,
        clock.DaysOverdue, -clock.DaysOverdue, clock.Provisional, Labels.Of(clock.Next), Labels.Of(clock.Light), clock.Warning,
        DutyRule.Of(clock.ToClock(), item.Region, item.Level, rules));
}

/// <summary>A page of missed deadlines.</summary>
internal sealed record MissedPage(ImmutableArray<MissedDuty> Items, string? Next, DateTimeOffset? AsOf, DateOnly Today, Names Names)
{
    /// <summary>Of a first page as of an instant: how many such hazards had been found by then and were put on record later.</summary>
    public int? KnownLater { get; init; }
}

/// <summary>A missed deadline.</summary>
/// <param name="Hazard">The hazard.</param>
/// <param name="Clock">The duty.</param>
/// <param name="Leg">The leg, if one.</param>
/// <param name="Body">Who owed it.</param>
/// <param name="Since">When the duty began.</param>
/// <param name="Due">Its last day.</param>
/// <param name="NoticedAt">When the service noticed.</param>
/// <param name="RecordedAt">When that was recorded.</param>
/// <param name="Office">Where nobody was named: the committee office that it fell to then, whoever is the office since.</param>
internal sealed record MissedDuty(
    HazardBrief Hazard, CodeEntry Clock, CodeEntry? Leg, NamedBody Body, DateTimeOffset Since, DateOnly Due, DateTimeOffset NoticedAt,
    DateTimeOffset RecordedAt, NamedBody? Office)
{
    public static MissedDuty Of(MissedItem item, Names names) => new(
        HazardBrief.Of(item.Hazard), Labels.Of(item.Clock), Labels.Of(item.Leg), NamedBody.Of(item.Body, names.Bodies), item.Since,
        item.Due, item.NoticedAt, item.RecordedAt, item.Office is { } office ? NamedBody.Of(office, names.Bodies) : null);
}

/// <summary>A page of proposed steps.</summary>
internal sealed record ProposalPage(ImmutableArray<Proposed> Items, string? Next, DateTimeOffset? AsOf, DateOnly Today, Names Names)
{
    /// <summary>Of a first page as of an instant: how many such hazards had been found by then and were put on record later.</summary>
    public int? KnownLater { get; init; }
}

/// <summary>A proposed step; taken by the step's own command, or declined.</summary>
/// <param name="Hazard">The hazard.</param>
/// <param name="Step">The step.</param>
/// <param name="Clock">The missed duty.</param>
/// <param name="Leg">The leg, if one.</param>
/// <param name="Due">The duty's last day.</param>
/// <param name="DaysOverdue">Days since.</param>
/// <param name="Asked">Who is asked.</param>
/// <param name="ProposedAt">When it was proposed.</param>
internal sealed record Proposed(
    HazardBrief Hazard, CodeEntry Step, CodeEntry Clock, CodeEntry? Leg, DateOnly Due, int DaysOverdue, NamedBody Asked,
    DateTimeOffset ProposedAt);

/// <summary>A page of the watch over both legs.</summary>
internal sealed record DualPage(ImmutableArray<DualHazard> Items, string? Next, DateTimeOffset? AsOf, DateOnly Today, Names Names)
{
    /// <summary>Of a first page as of an instant: how many such hazards had been found by then and were put on record later.</summary>
    public int? KnownLater { get; init; }
}

/// <summary>A hazard with both its legs, the one that has been silent longest first.</summary>
/// <param name="Hazard">The hazard.</param>
/// <param name="DaysSilent">Days that the most silent unaccepted leg has been silent.</param>
/// <param name="Legs">Both legs.</param>
internal sealed record DualHazard(HazardBrief Hazard, int DaysSilent, ImmutableArray<DualLeg> Legs)
{
    public static DualHazard Of(DualItem dual, DateOnly today, Names names, Rulebook rules) => new(
        HazardBrief.Of(dual.Hazard), Days(dual.SilentSince, today),
        [
            .. dual.Hazard.Legs.OrderBy(l => l.Stage == LegStage.Accepted).ThenBy(l => l.SilentSince)
                .Select(l => DualLeg.Of(l, dual.Hazard, today, names, rules)),
        ]);

    public static int Days(DateTimeOffset since, DateOnly today) => Math.Max(0, today.DayNumber - ChinaTime.DateAt(since).DayNumber);
}

/// <summary>One of the two legs, with its supervisor.</summary>
/// <param name="Leg">Which leg.</param>
/// <param name="Body">The body that answers for it.</param>
/// <param name="Stage">Where it stands.</param>
/// <param name="Deadline">整改期限.</param>
/// <param name="DaysSilent">Days since its body last acted, or since the assignment.</param>
/// <param name="LastHeardAt">When its body last acted.</param>
/// <param name="Supervisor">督办单位, if one is named.</param>
/// <param name="SupervisedAt">When the supervisor last acted on it, or was named.</param>
/// <param name="SuperviseBy">When the supervisor must act next, where the policy says so.</param>
/// <param name="SupervisorOverdue">Days by which the supervisor is late; 0 when it is not.</param>
internal sealed record DualLeg(
    CodeEntry Leg, NamedBody Body, CodeEntry Stage, DateOnly Deadline, int DaysSilent, DateTimeOffset? LastHeardAt,
    NamedBody? Supervisor, DateTimeOffset? SupervisedAt, DateOnly? SuperviseBy, int SupervisorOverdue)
{
    /// <summary>沉默: silent for longer than its policy lets pass, or since its supervisor last acted.</summary>
    public bool Silent { get; init; }

    /// <summary>So many days may pass.</summary>
    public int SilentAfter { get; init; }

    /// <summary>整改进度, 0 to 100.</summary>
    public int Percent { get; init; }

    /// <summary>催办: how often it was urged.</summary>
    public int Urged { get; init; }

    public static DualLeg Of(LegItem leg, HazardItem hazard, DateOnly today, Names names, Rulebook rules)
    {
        var silence = LegLine.SilenceOf(leg, hazard, today, rules);
        var duty = hazard.Clocks.FirstOrDefault(c => c.Kind == ClockKind.Supervise && c.Leg == leg.Leg);
        return new DualLeg(
            Labels.Of(leg.Leg), NamedBody.Of(leg.Body, names.Bodies), Labels.Of(leg.Stage), leg.Deadline,
            DualHazard.Days(leg.SilentSince, today), leg.LastHeardAt,
            leg.Supervisor is { } supervisor ? NamedBody.Of(supervisor, names.Bodies) : null, leg.SupervisedAt, duty?.Due, Math.Max(0, duty?.DaysOverdue ?? 0))
        {
            Silent = silence.Silent, SilentAfter = silence.Allowed, Percent = leg.Percent, Urged = leg.Urged,
        };
    }
}
