using System.Collections.Immutable;
using System.Globalization;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>One field of a hazard's state, as text.</summary>
/// <param name="Name">Its stable path (<c>legs.territorial.deadline</c>).</param>
/// <param name="Chinese">Its name.</param>
/// <param name="English">Its name.</param>
/// <param name="Value">Its value: a code, an identity, a date or words; null when it has none.</param>
/// <param name="Shown">The value as the field says it: the Chinese term of a code; a body's id stays as it is.</param>
public sealed record StateField(string Name, string Chinese, string English, string? Value, string? Shown)
{
    /// <summary>Whether the value is the identity of a body, for which there is a name.</summary>
    public bool IsBody { get; init; }
}

/// <summary>The state of a hazard field by field: what two instants are compared by, and what a reader is shown.</summary>
public static class StateFields
{
    /// <summary>The fields that have a value, in the order of a paper.</summary>
    public static ImmutableArray<StateField> Of(Hazard hazard, ImmutableArray<Clock> clocks)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        return [.. About(hazard).Concat(hazard.Legs.Values.SelectMany(OfLeg)).Concat(Over(hazard)).Concat(clocks.Select(OfClock))
            .Where(f => f.Value is not null)];
    }

    private static IEnumerable<StateField> About(Hazard h) =>
    [
        Code("stage", "环节", "Stage", (Stage?)h.Stage),
        Code("level", "隐患等级", "Level", h.Level),
        Text("grade", "本地等级", "The place's own grade", h.Grade?.ToString(CultureInfo.InvariantCulture)),
        Text("gradingBasis", "判定依据", "Grading basis", h.GradingBasis),
        Text("title", "标题", "Title", h.Title),
        Text("description", "隐患描述", "Description", h.Description),
        Text("place", "地点", "Place", h.Place?.Text),
        Text("enterprise", "单位名称", "Enterprise", h.Enterprise?.Name),
        Text("enterpriseCode", "统一社会信用代码", "Credit code", h.Enterprise?.CreditCode?.Value),
        Text("region", "行政区划", "Region", h.Region.Value),
        Text("sector", "行业领域", "Sector", h.Sector.Value),
        Text("category", "隐患类别", "Category", h.Category),
        Body("assignedBy", "交办单位", "Assigned by", h.AssignedBy),
        Text("ledgerState", "台账所载状态", "State in the ledger", h.LedgerState),
    ];

    private static IEnumerable<StateField> OfLeg(LegState l)
    {
        var (path, leg, english) = ($"legs.{CodeList.Code(l.Leg)}", CodeList.Chinese(l.Leg), CodeList.Code(l.Leg));
        return
        [
            Body($"{path}.body", $"{leg}·责任单位", $"{english}: body", l.Body),
            Code($"{path}.stage", $"{leg}·环节", $"{english}: stage", (LegStage?)l.Stage),
            Date($"{path}.deadline", $"{leg}·整改期限", $"{english}: deadline", l.Deadline),
            Body($"{path}.supervisor", $"{leg}·督办单位", $"{english}: supervisor", l.Supervisor),
            Text($"{path}.responsiblePerson", $"{leg}·整改责任人", $"{english}: person responsible", l.ResponsiblePerson),
            Text(
                $"{path}.plan", $"{leg}·整改方案", $"{english}: plan",
                l.Plan is { } plan ? plan.Verdict is { } v ? CodeList.Code(v) : "submitted" : null,
                l.Plan is { } p ? p.Verdict is { } w ? CodeList.Chinese(w) : "已报送，待审查" : null),
            Text($"{path}.percent", $"{leg}·整改进度", $"{english}: progress", l.Percent == 0 ? null : $"{l.Percent}%"),
            Number($"{path}.funds", $"{leg}·落实资金（万元）", $"{english}: funds (10,000 yuan)", l.Funds),
            Number($"{path}.spent", $"{leg}·已用资金（万元）", $"{english}: spent (10,000 yuan)", l.Spent),
            Count($"{path}.interimMeasures", $"{leg}·临时防范措施（次）", $"{english}: interim measures", l.InterimMeasures),
            Date($"{path}.extensionTo", $"{leg}·申请延期至", $"{english}: extension asked for", l.Request?.To),
            Count($"{path}.extensions", $"{leg}·已批延期（次）", $"{english}: extensions granted", l.Extensions),
            Count($"{path}.failed", $"{leg}·复查不合格（次）", $"{english}: failed re-inspections", l.Failed),
            Body($"{path}.acceptedBy", $"{leg}·验收单位", $"{english}: accepted by", l.AcceptedBy),
            Text(
                $"{path}.returnReason", $"{leg}·退回理由", $"{english}: reason of return",
                l.Stage == LegStage.Returned ? l.ReturnReason : null),
            .. l.Steps.Select(s => Count($"{path}.steps.{CodeList.Code(s.Key)}", $"{leg}·{CodeList.Chinese(s.Key)}（次）", $"{english}: {CodeList.Code(s.Key)}", s.Value)),
        ];
    }

    private static IEnumerable<StateField> Over(Hazard h) =>
    [
        Code("listing.level", "挂牌层级", "Listing level", h.Listing?.Level),
        Body("listing.by", "挂牌单位", "Listed by", h.Listing?.By),
        Date("listing.deadline", "挂牌整改期限", "Listing deadline", h.Listing?.Deadline),
        Text("listing.publishedIn", "挂牌公布", "Listing published in", h.Listing?.PublishedIn),
        Body("listing.filedWith", "挂牌备案", "Listing filed with", h.Listing?.FiledWith),
        Text("suspension", "停产停业", "Production suspended", h.Suspension?.Scope),
        Body("escalatedTo", "提级督办单位", "Escalated to", h.EscalatedTo),
        Code("closure.ground", "销号依据", "Ground of closure", h.Closure?.Ground),
        Body("closure.by", "销号单位", "Closed by", h.Closure?.By),
        Code("closure.lookback", "回头看结果", "Look-back", h.Closure?.Result),
        Text("rejection", "不属实理由", "Rejected because", h.Rejection?.Reason),
        Text("withdrawn", "已撤销的导入", "Withdrawn with import", h.Withdrawn?.ToString()),
        Text("mergedInto", "并入的隐患", "Merged into", h.MergedInto?.Value),
        Count("reopened", "重新开案（次）", "Reopened", h.Reopened),
        Count("absorbed", "并入的重复隐患", "Duplicates taken in", h.Absorbed.Length),
        Count("comments", "批注（条）", "Comments", h.Comments),
        Count("corrections", "更正（次）", "Corrections", h.Corrections),
        Count("calendar", "日历版次", "Calendar edition", h.Calendar),
        .. h.Missed.GroupBy(m => (m.Kind, m.Leg)).Select(m => Count(
            $"missed.{CodeList.Code(m.Key.Kind)}{Suffix(m.Key.Leg)}", $"逾期·{CodeList.Chinese(m.Key.Kind)}{Aside(m.Key.Leg)}（次）",
            $"Missed: {CodeList.Code(m.Key.Kind)}{Suffix(m.Key.Leg)}", m.Count())),
    ];

    private static StateField OfClock(Clock c) =>
        Date(
            $"clocks.{CodeList.Code(c.Kind)}{Suffix(c.Leg)}", $"时限·{CodeList.Chinese(c.Kind)}{Aside(c.Leg)}",
            $"Due: {CodeList.Code(c.Kind)}{Suffix(c.Leg)}", c.Due);

    private static string Suffix(Leg? leg) => leg is { } one ? $".{CodeList.Code(one)}" : "";

    private static string Aside(Leg? leg) => leg is { } one and not Leg.Sole ? $"（{CodeList.Chinese(one)}）" : "";

    private static StateField Text(string name, string chinese, string english, string? value, string? shown = null) =>
        new(name, chinese, english, value, shown ?? value);

    private static StateField Code<T>(string name, string chinese, string english, T? value) where T : struct, Enum =>
        new(name, chinese, english, value is { } known ? CodeList.Code(known) : null, value is { } shown ? CodeList.Chinese(shown) : null);

    private static StateField Body(string name, string chinese, string english, BodyId? value) =>
        Text(name, chinese, english, value?.Value) with { IsBody = true };

    private static StateField Date(string name, string chinese, string english, DateOnly? value) =>
        Text(name, chinese, english, value?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));

    private static StateField Number(string name, string chinese, string english, decimal? value) =>
        Text(name, chinese, english, value?.ToString("0.##", CultureInfo.InvariantCulture));

    private static StateField Count(string name, string chinese, string english, int value) =>
        Text(name, chinese, english, value == 0 ? null : value.ToString(CultureInfo.InvariantCulture));
}
