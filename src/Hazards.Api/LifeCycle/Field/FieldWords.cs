using Hazards.Api.Http.Pages;
using Hazards.Api.Http.Pages.Shared;
using Hazards.Api.Lists;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;

namespace Hazards.Api.LifeCycle.Field;

/// <summary>What became of a report, in a sentence for whoever made it.</summary>
internal static class FieldWords
{
    private const int SoonDays = 3;

    public static string Of(PageCall p, HazardItem item, Names names) => item.Stage switch
    {
        Stage.Reported => p.T($"已收到，待{Next(p, item, names)}核实", $"Received; to be verified by {Next(p, item, names)}"),
        Stage.Verified => p.T($"已核实为{Graded(item)}，待{Next(p, item, names)}交办", $"Verified; to be assigned by {Next(p, item, names)}"),
        Stage.Assigned => p.T(
            $"已交办给{Units(p, item, names)}，限{Day(p, item)}前整改，待签收",
            $"Assigned to {Units(p, item, names)}, to be rectified by {Day(p, item)}"),
        Stage.Rectifying =>
            p.T($"{Units(p, item, names)}正在整改，限{Day(p, item)}前完成", $"{Units(p, item, names)} rectifying until {Day(p, item)}"),
        Stage.AwaitingAcceptance => p.T("责任单位已申报整改完成，待复查验收", "Said to be rectified; to be inspected again"),
        Stage.AwaitingClosure => p.T("验收合格，待销号", "Accepted; to be closed"),
        Stage.Closed => p.T($"{Day(p, item.ClosedAt)}已销号", $"Closed on {Day(p, item.ClosedAt)}"),
        Stage.Rejected => p.T("经核实不属实", "Found to be without ground"),
        Stage.Merged => p.T("与另一条隐患相同，已合并办理", "The same as another hazard, with which it is dealt"),
        _ => p.T(item.Stage),
    };

    /// <summary>red, amber or green.</summary>
    public static string Colour(int left) => left < 0 ? "red" : left <= SoonDays ? "amber" : "green";

    private static string Graded(HazardItem item) => item.Level == Level.Major ? "重大隐患" : "一般隐患";

    /// <summary>Who must act next.</summary>
    private static string Next(PageCall p, HazardItem item, Names names) =>
        Pieces.Name(names.Bodies, item.Clocks.MinBy(c => c.Due)?.Body, p);

    private static string Units(PageCall p, HazardItem item, Names names) =>
        string.Join(p.T("、", ", "), item.Legs.Select(l => Pieces.Name(names.Bodies, l.Body, p)).Distinct());

    private static string Day(PageCall p, HazardItem item) => item.Legs.IsEmpty ? "—" : Day(p, item.Legs.Max(l => l.Deadline));

    private static string Day(PageCall p, DateTimeOffset? instant) => instant is { } at ? Day(p, ChinaTime.DateAt(at)) : "";

    // The year is said where it is another.
    private static string Day(PageCall p, DateOnly date) =>
        p.English ? PageTimes.Day(date) : date.Year == p.Today.Year ? $"{date.Month}月{date.Day}日" : $"{date.Year}年{date.Month}月{date.Day}日";
}
