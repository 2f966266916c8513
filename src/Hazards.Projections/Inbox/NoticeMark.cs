using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Projections;

/// <summary>What an event means for 督办通知书: to whom one was sent, or whose silence after one it ends.</summary>
/// <param name="Sent">The legs a notice was sent to, with their bodies; empty where the event is none.</param>
/// <param name="ReplyBy">When an answer is asked for.</param>
/// <param name="Sender">Who acted.</param>
/// <param name="Sector">The hazard's sector.</param>
/// <param name="Ends">The leg whose silence it ends; every one's for <see cref="EveryLeg"/>; null where it ends none.</param>
/// <param name="Answers">Whether the leg's own body acted; otherwise what was asked for is over.</param>
/// <param name="Number">Of a notice, its 文号 where a reply is owed; of a reply, that of the notice replied to.</param>
public sealed record NoticeMark(
    ImmutableArray<(string Leg, BodyId? Body)> Sent, DateOnly? ReplyBy, BodyId Sender, SectorCode Sector, string? Ends, bool Answers, DocumentNumber? Number = null)
{
    /// <summary>Every leg.</summary>
    public const string EveryLeg = "*";

    /// <summary>No leg: what was assigned to nobody yet, or what the service's own clock asked about a duty of no leg.</summary>
    public const string NoLeg = "";

    /// <summary>Of no leg and nobody in particular: what was asked of the committee office before anything was assigned.</summary>
    public const string Nobodys = "?";

    /// <summary>Before a leg and a duty: what was asked of a body that decides on the leg, watches over it or listed the hazard.</summary>
    public const string Against = "~";

    /// <summary>No leg's silence: only what was asked about a duty.</summary>
    public const string Nothing = "-";

    /// <summary>The duty that it does, where that is no leg's own: what was asked about it is answered.</summary>
    public string? Duty { get; init; }

    /// <summary>Null for events that neither are a notice nor come after one.</summary>
    public static NoticeMark? Of(IHazardEvent happened, Hazard after, EventContext context)
    {
        ArgumentNullException.ThrowIfNull(after);
        ArgumentNullException.ThrowIfNull(context);
        if (happened is SupervisionNoticeIssued notice)
            return new NoticeMark(
                SentTo(notice, after), notice.ReplyBy, context.Body, after.Sector, null, false,
                notice.ReplyOwed == true ? context.Document : null);
        if (!after.WasNoticed)
            return null;
        var (leg, answers) = happened switch
        {
            ILegsOwn e => (CodeList.Code(e.Leg), true),
            LegAccepted e => (CodeList.Code(e.Leg), false),
            LegReassigned e => (CodeList.Code(e.Order.Leg), false),
            LegVacated e => (CodeList.Code(e.Leg), false),
            HazardClosed or HazardRejected or HazardMerged => (EveryLeg, false),
            // What was asked of a body that answers for no leg is answered by whatever it does next.
            ListingPublished or ListingFiled or DelistingPublished or HazardDelisted => (NoLeg, true),
            HazardVerified or HazardAssigned => (Nobodys, true),
            // Whatever else happens ends no silence.
            _ => (null, false),
        };
        var duty = DutyOf(happened);
        return leg is null && duty is null
            ? null
            : new NoticeMark([], null, context.Body, after.Sector, leg ?? Nothing, answers, (happened as SupervisionNoticeAnswered)?.Notice)
            {
                Duty = duty,
            };
    }

    private static string KeyOf(Leg? leg, ClockKind duty) => $"{Against}{(leg is { } on ? CodeList.Code(on) : "")}:{CodeList.Code(duty)}";

    private static string? DutyOf(IHazardEvent happened) => happened switch
    {
        PlanReviewed e => KeyOf(e.Leg, ClockKind.ReviewPlan),
        LegAccepted e => KeyOf(e.Leg, ClockKind.Reinspect),
        ReinspectionFailed e => KeyOf(e.Leg, ClockKind.Reinspect),
        ExtensionGranted e => KeyOf(e.Leg, ClockKind.DecideExtension),
        ExtensionRefused e => KeyOf(e.Leg, ClockKind.DecideExtension),
        LegReassigned e => KeyOf(e.Order.Leg, ClockKind.Reassign),
        ResumptionReviewed => KeyOf(null, ClockKind.ReviewResumption),
        ListingPublished or HazardDelisted => KeyOf(null, ClockKind.Publish),
        ListingFiled => KeyOf(null, ClockKind.File),
        DelistingPublished => KeyOf(null, ClockKind.PublishDelisting),
        LookbackMade => KeyOf(null, ClockKind.Lookback),
        LegUrged { Leg: { } leg, Duties: null } => KeyOf(leg, ClockKind.Supervise),
        SupervisionVisitMade { Leg: { } leg } => KeyOf(leg, ClockKind.Supervise),
        _ => null,
    };

    // 退回的由交办单位改派: what is put to all is put, for a leg that was given back, to who has to reassign it.
    private static ImmutableArray<(string Leg, BodyId? Body)> SentTo(SupervisionNoticeIssued notice, Hazard after) =>
        notice is { Against: { } against, Duties: [var first, ..] } && !(notice.Leg is null && first == ClockKind.Reassign)
            ? [(KeyOf(notice.Leg, first), against)]
            : notice is { Leg: null, Duties: [not ClockKind.Reassign, ..] } || after.Legs.IsEmpty
            ? [(NoLeg, after.Listing?.By ?? after.Delisting?.By ?? after.AssignedBy)]
            : [.. after.Legs.Values.Where(l => notice.Leg is null || l.Leg == notice.Leg).Select(l => SentTo(l, notice.Leg is null))];

    private static (string Leg, BodyId? Body) SentTo(LegState leg, bool all) => all && leg.Stage == LegStage.Returned
        ? (KeyOf(leg.Leg, ClockKind.Reassign), leg.AssignedBy)
        : (CodeList.Code(leg.Leg), leg.Body);
}
