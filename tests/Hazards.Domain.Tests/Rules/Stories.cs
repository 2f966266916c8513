using Hazards.Domain.Codes;
using static Hazards.Domain.Tests.Rules.World;

namespace Hazards.Domain.Tests.Rules;

/// <summary>How far a hazard has come: the beginnings from which the rules are tested.</summary>
internal static class Stories
{
    public static readonly HazardReported Report = new(
        ReportSource.Hotline, HazardKind.Safety, Wudu, Gas, null, "调压箱漏气", "小区调压箱有明显漏气", new Enterprise("武都燃气公司"), new Place("东江镇"), null,
        "李某", "一般");

    public static Story Reported => Story.Given(Report);

    /// <summary>企业自查: reported by the enterprise itself.</summary>
    public static Story OwnReport => new Story().And(GasCompany, Report with { Source = ReportSource.SelfInspection, Reporter = null });

    public static Story FixedOnTheSpot =>
        Reported.And(Emergency, new HazardFixedOnTheSpot("当场关阀", null), new HazardClosed(ClosureGround.FixedOnTheSpot, null));

    public static Story Verified => Reported.And(new HazardVerified(Level.General, null, "属实"));

    public static Story VerifiedMajor => Reported.And(new HazardVerified(Level.Major, "城镇燃气判定标准第五条", "属实"));

    public static Story Assigned => Verified.And(new HazardAssigned([Sole()]));

    public static Story Rectifying => Assigned.And(GasCompany, new AssignmentAcknowledged(Leg.Sole, "王某"));

    public static Story Declared => Rectifying.And(GasCompany, new CompletionDeclared(Leg.Sole, "已更换", 12.5m));

    public static Story Accepted => Declared.And(Emergency, new LegAccepted(Leg.Sole, "合格", null));

    public static Story Closed => Accepted.And(new HazardClosed(ClosureGround.Rectified, null));

    public static Story Rejected => Reported.And(new HazardRejected("现场无此设施"));

    public static Story Merged => Reported.And(new HazardMerged(OtherId, "同一处"));

    /// <summary>双重交办: both legs named, neither has answered.</summary>
    public static Story Dual => Verified.And(new HazardAssigned([Territorial(), Sectoral()]));

    /// <summary>双重交办 in which the territorial leg is accepted and the sectoral one has not answered.</summary>
    public static Story DualOneAccepted => Dual
        .And(CountyGovernment, new AssignmentAcknowledged(Leg.Territorial, null), new CompletionDeclared(Leg.Territorial, "已督促整改", null))
        .And(Emergency, new LegAccepted(Leg.Territorial, "合格", null));

    /// <summary>双重交办 in which both legs have declared completion.</summary>
    public static Story DualDeclared => Dual
        .And(CountyGovernment, new AssignmentAcknowledged(Leg.Territorial, null), new CompletionDeclared(Leg.Territorial, "已督促整改", null))
        .And(GasRegulator, new AssignmentAcknowledged(Leg.Sectoral, null), new CompletionDeclared(Leg.Sectoral, "已监督更换", null));

    /// <summary>A major hazard that its leg is rectifying, without a plan yet.</summary>
    public static Story MajorRectifying =>
        VerifiedMajor.And(new HazardAssigned([Sole()])).And(GasCompany, new AssignmentAcknowledged(Leg.Sole, null));

    /// <summary>The same with a plan that waits for its review.</summary>
    public static Story MajorPlanned => MajorRectifying.And(GasCompany, new PlanSubmitted(Leg.Sole, SixParts, 30m, null));

    public static readonly HazardListed CityListing = new(ListingLevel.Prefecture, Deadline, "限期整改", "陇南日报");

    /// <summary>Listed by the city's committee office.</summary>
    public static Story Listed => Rectifying.And(CityOffice, CityListing);

    /// <summary>Listed, and not made public yet.</summary>
    public static Story ListedQuietly => Rectifying.And(CityOffice, CityListing with { PublishedIn = null });

    /// <summary>Listed, and delisted again.</summary>
    public static Story Delisted =>
        Listed.And(CityOffice, new HazardDelisted(ListingLevel.Prefecture, DelistingGround.ListedInError, "挂牌有误"));

    /// <summary>Rectifying, and sent a notice that is to be replied to by a day.</summary>
    public static Story Noticed =>
        Rectifying.And(Supervision, new SupervisionNoticeIssued(Leg.Sole, "五日内书面回复", ReplyBy) { ReplyOwed = true });

    public static DateOnly ReplyBy => ChinaTime.DateAt(Start).AddDays(5);

    /// <summary>Overdue, and an interview proposed to the county's committee office.</summary>
    public static Story Proposed => Rectifying.AfterDays(70)
        .And(
            Clockwork.Body,
            new DeadlineMissed(
                ClockKind.Rectify, Leg.Sole, GasCompany.Id, Assigned.Then.Legs[Leg.Sole].AssignedAt, Deadline, Start.AddDays(70)))
        .And(Clockwork.Body, new StepProposed(SupervisionStep.Interview, ClockKind.Rectify, Leg.Sole, Deadline, 11, CountyOffice.Id));

    /// <summary>One story for each stage.</summary>
    public static Story At(Stage stage) => stage switch
    {
        Stage.Reported => Reported,
        Stage.Verified => Verified,
        Stage.Assigned => Assigned,
        Stage.Rectifying => Rectifying,
        Stage.AwaitingAcceptance => Declared,
        Stage.AwaitingClosure => Accepted,
        Stage.Closed => Closed,
        Stage.Rejected => Rejected,
        Stage.Merged => Merged,
        _ => throw new ArgumentOutOfRangeException(nameof(stage)),
    };
}
