using System.Collections.Immutable;
using System.Globalization;
using Hazards.Api.Http.Pages;
using Hazards.Api.Supervision;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Api.Lists;

/// <summary>A column of a list, the same on the page, in xlsx and in csv.</summary>
/// <param name="Name">Its name in addresses.</param>
/// <param name="Chinese">Its heading.</param>
/// <param name="English">Its heading.</param>
/// <param name="Width">Its width in xlsx, in characters.</param>
/// <param name="Value">What it says of a row: a text, a number, a date or nothing.</param>
/// <param name="Usual">Whether it is shown when no columns are asked for.</param>
internal sealed record ListColumn<T>(
    string Name, string Chinese, string English, double Width, Func<T, ListWords, object?> Value, bool Usual = true);

/// <summary>The words of a list in a language, with the names that its rows mention.</summary>
internal sealed class ListWords(bool english, DateOnly today, Names names)
{
    public DateOnly Today => today;

    public string T(string chinese, string englishText) => english ? englishText : chinese;

    public string? T(CodeEntry? term) => term is null ? null : english ? PageWords.Of(term.Code) : term.Chinese;

    public string T<T1>(T1 value) where T1 : struct, Enum => english ? PageWords.Of(CodeList.Code(value)) : CodeList.Chinese(value);

    /// <summary>重大, 一般.</summary>
    public string Level(Level? level) => level switch
    {
        Domain.Codes.Level.Major => T("重大", "Major"),
        Domain.Codes.Level.General => T("一般", "General"),
        _ => T("未定级", "Ungraded"),
    };

    public string Body(BodyId? id) =>
        id is { } known ? names.Bodies.GetValueOrDefault(known.Value, known.Value) : T("安委办", "Committee office");

    public string? BodyIf(BodyId? id) => id is null ? null : Body(id);

    public static string Region(RegionCode region) => Regions.NameOf(region);

    public string? Sector(SectorCode sector) => names.Sectors.TryGetValue(sector.Value, out var term) ? T(term) : sector.Value;

    /// <summary>Days left or over.</summary>
    public string Days(int left) => left switch
    {
        < 0 => T($"超期 {-left} 天", $"{-left} d over"),
        0 => T("今日到期", "Due today"),
        _ => T($"剩 {left} 天", $"{left} d left"),
    };

    /// <summary>属地, 行业; nothing for the only leg.</summary>
    public string? Leg(CodeEntry? leg) => leg is null || leg.Code == "sole" ? null : T(leg);

    /// <summary>A leg in a line: who, where it stands, its last sign of life.</summary>
    public string Leg(LegLine leg)
    {
        var name = Leg(leg.Leg) is { } which ? $"{which} · " : "";
        var heard = leg.LastHeardAt is { } at ? $"{PageTimes.Day(at)} " : T("从未有动静，", "never heard, ");
        var silent = leg.Silent ? T($"（沉默 {leg.DaysSilent} 天）", $" (silent {leg.DaysSilent} d)") : "";
        return $"{name}{leg.Body.Name}：{T(leg.Stage)} {leg.Percent.ToString(CultureInfo.InvariantCulture)}%，{heard}{silent}".TrimEnd();
    }

    /// <summary>The rule of a duty: policy, clause, days.</summary>
    public string Why(Duty duty)
    {
        var days = duty.Rule.Days is { } d
            ? T(
                $"，{d} 个{(duty.Rule.Count == DayCount.Working ? "工作日" : "自然日")}",
                $", {d} {(duty.Rule.Count == DayCount.Working ? "working" : "calendar")} days")
            : "";
        return $"{duty.Rule.Policy}：{duty.Rule.Clause}{days}";
    }
}

/// <summary>The columns of the ledger.</summary>
internal static class LedgerColumns
{
    public static readonly ImmutableArray<ListColumn<Projections.HazardItem>> All =
    [
        new("title", "隐患", "Hazard", 40, (h, _) => h.Title),
        new("level", "等级", "Level", 8, (h, w) => w.Level(h.Level)),
        new("region", "区划", "Region", 14, (h, _) => ListWords.Region(h.Region)),
        new("sector", "行业领域", "Sector", 14, (h, w) => w.Sector(h.Sector)),
        new("stage", "环节", "Stage", 12, (h, w) => w.T(h.Stage)),
        new("enterprise", "单位", "Enterprise", 28, (h, _) => h.EnterpriseName),
        new("place", "地点", "Place", 28, (h, _) => h.Place, Usual: false),
        new("legs", "责任单位", "Responsible", 30, (h, w) => string.Join('；', h.Legs.Select(l => w.Body(l.Body)))),
        new("deadline", "整改期限", "Deadline", 12, (h, _) => h.Legs.IsEmpty ? null : h.Legs.Min(l => l.Deadline)),
        new("due", "最近到期", "Next due", 12, (h, _) => h.Clocks.IsEmpty ? null : h.Clocks.Min(c => c.Due)),
        new("listing", "挂牌层级", "Listed at", 12, (h, w) => h.ListingLevel is { } level ? w.T(level) : null),
        new("source", "来源", "Source", 14, (h, w) => w.T(h.Source), Usual: false),
        new("found", "发现日期", "Found", 12, (h, _) => ChinaTime.DateAt(h.FoundAt)),
        new("recorded", "登记时间", "Recorded", 18, (h, _) => PageTimes.Minute(h.FirstRecordedAt), Usual: false),
        new("late", "补录", "Entered late", 8, (h, w) => h.Late ? w.T("补录", "late") : null, Usual: false),
        new("closed", "销号日期", "Closed", 12, (h, _) => h.ClosedAt is { } at ? ChinaTime.DateAt(at) : null, Usual: false),
        new("reference", "来源编号", "Reference", 20, (h, _) => h.Reference?.Id, Usual: false),
        new("id", "编号", "Id", 38, (h, _) => h.Id.ToString(), Usual: false),
    ];
}
