using System.Collections.Immutable;
using System.Globalization;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>A paper's words, before they are set: the same for print and for screen.</summary>
/// <param name="Kind">The paper.</param>
/// <param name="Letterhead">Whose.</param>
/// <param name="Number">文号.</param>
/// <param name="Title">标题.</param>
/// <param name="To">主送机关, each by its name.</param>
/// <param name="Body">正文.</param>
/// <param name="Annexes">附件说明.</param>
/// <param name="Date">成文日期.</param>
/// <param name="CopyTo">抄送, each by its name.</param>
public sealed record PaperText(
    PaperKind Kind, Letterhead Letterhead, DocumentNumber Number, string Title, ImmutableArray<string> To, ImmutableArray<PaperLine> Body,
    ImmutableArray<string> Annexes, DateOnly Date, ImmutableArray<string> CopyTo)
{
    /// <summary>A date as papers write it.</summary>
    public static string Day(DateOnly date) => date.ToString("yyyy'年'M'月'd'日'", CultureInfo.InvariantCulture);
}

/// <summary>A paragraph of a paper.</summary>
/// <param name="Heading">0: text; 1: 一、 in 黑体; 2: （一） in 楷体.</param>
/// <param name="Text">The words.</param>
public readonly record struct PaperLine(int Heading, string Text);

/// <summary>What a paper is made from.</summary>
/// <param name="Kind">The paper.</param>
/// <param name="Event">The event it goes with.</param>
/// <param name="Hazard">The hazard after it.</param>
/// <param name="Letterhead">Whose paper it is.</param>
/// <param name="Number">文号.</param>
/// <param name="Date">成文日期.</param>
/// <param name="Policy">The policy in force: the paper cites its sources.</param>
/// <param name="Sectors">Names of sectors.</param>
/// <param name="Bodies">Names of bodies.</param>
/// <param name="Calendar">The working days.</param>
/// <param name="Attachments">What the act was given with.</param>
public sealed record PaperFacts(
    PaperKind Kind, IHazardEvent Event, Hazard Hazard, Letterhead Letterhead, DocumentNumber Number, DateOnly Date, Policy Policy,
    SectorCatalogue Sectors, IReadOnlyDictionary<BodyId, Body> Bodies, WorkCalendar Calendar, ImmutableArray<Attachment> Attachments)
{
    private static readonly string[] Ordinals = ["一", "二", "三", "四", "五", "六", "七", "八"];

    private Leg? Leg => Papers.LegOf(Event);

    private IEnumerable<LegState> Legs => Papers.LegsOf(Kind, Hazard, Leg);

    /// <summary>The paper in words.</summary>
    public PaperText ToText() => new(Kind, Letterhead, Number, Title, MainTo(), Lines(), Annexes(), Date, CopyTo());

    private string Title => Kind switch
    {
        PaperKind.AssignmentOrder => $"关于“{Hazard.Title}”隐患的交办单",
        PaperKind.SupervisionNotice => $"关于“{Hazard.Title}”隐患整改的督办通知书",
        PaperKind.RectificationDirective => $"关于“{Hazard.Title}”隐患的限期整改指令书",
        PaperKind.ListingNotice => $"关于对“{Hazard.Title}”隐患实行{ListingName(Hazard.Listing?.Level)}督办的通知书",
        PaperKind.DelistingNotice => $"关于“{Hazard.Title}”隐患摘牌的通知书",
        PaperKind.ClosureNotice => $"关于“{Hazard.Title}”隐患销号的通知书",
        _ => $"关于“{Hazard.Title}”隐患整改情况的通报",
    };

    private ImmutableArray<string> MainTo()
    {
        if (Event is ISupervisionStep { Against: { } against })
            return [NameOf(against)];
        var bodies = Legs.Select(l => NameOf(l.Body)).Distinct().ToImmutableArray();
        if (!bodies.IsEmpty)
            return bodies;
        // What was assigned to nobody is the committee office's to see to.
        return Kind is PaperKind.SupervisionNotice or PaperKind.Criticism
            ? [Hazard.AssignedBy is { } by ? NameOf(by) : Regions.FullNameOf(Hazard.Region.At(RegionLevel.County)) + "安委办"]
            : [Hazard.Enterprise?.Name ?? Regions.FullNameOf(Hazard.Region) + "有关单位"];
    }

    private ImmutableArray<PaperLine> Lines()
    {
        var lines = ImmutableArray.CreateBuilder<PaperLine>();
        lines.Add(new PaperLine(0, Opening()));
        var section = 0;
        void Section(string title, IEnumerable<PaperLine> paragraphs)
        {
            var before = lines.Count;
            lines.AddRange(paragraphs);
            if (lines.Count > before)
                lines.Insert(before, new PaperLine(1, $"{Ordinals[section++]}、{title}"));
        }

        Section("隐患基本情况", About());
        Section(Kind == PaperKind.ClosureNotice ? "责任单位与验收情况" : "责任单位与整改期限", AboutLegs());
        Section(Kind is PaperKind.DelistingNotice or PaperKind.ClosureNotice ? "有关事项" : "工作要求", Requirements());
        Section("依据", Grounds());
        lines.Add(new PaperLine(0, Kind == PaperKind.Criticism ? "特此通报。" : "特此通知。"));
        if (Letterhead.Contact is { } contact)
            lines.Add(new PaperLine(0, $"（联系人及电话：{contact}）"));
        return lines.ToImmutable();
    }

    private string Opening() => Kind switch
    {
        PaperKind.AssignmentOrder => "经核实，下列事故隐患由你单位负责整改，现予交办。",
        PaperKind.SupervisionNotice => "下列事故隐患的整改工作，现予督办。",
        PaperKind.RectificationDirective => "下列事故隐患，责令限期整改。",
        PaperKind.ListingNotice => $"经研究，决定对下列事故隐患实行{ListingName(Hazard.Listing?.Level)}督办。",
        // From the day on which it was, whenever the paper is made.
        PaperKind.DelistingNotice => $"下列事故隐患，自{Since(Hazard.Delisting?.At)}起予以摘牌。",
        PaperKind.ClosureNotice => $"下列事故隐患，自{Since(Hazard.Closure?.At)}起予以销号。",
        _ => "下列事故隐患整改不力，现予通报批评。",
    };

    private string Since(DateTimeOffset? at) => PaperText.Day(at is { } then ? ChinaTime.DateAt(then) : Date);

    private IEnumerable<PaperLine> About()
    {
        var level = Hazard.Level is { } known
            ? $"{CodeList.Chinese(known)}{(Hazard.GradingBasis is { } basis ? $"（判定依据：{basis}）" : "")}"
            : "尚未定级";
        var unit = Hazard.Enterprise is { } e ? $"隐患单位：{e.Name}{(e.CreditCode is { } code ? $"（统一社会信用代码{code}）" : "")}。" : "";
        yield return Text($"隐患名称：{Hazard.Title}。{unit}地点：{Regions.FullNameOf(Hazard.Region)}{Hazard.Place?.Text}。行业领域：{Sectors.Find(Hazard.Sector).Chinese}。隐患等级：{level}。发现时间：{PaperText.Day(ChinaTime.DateAt(Hazard.FoundAt))}。");
        yield return Text($"隐患描述：{Flat(Hazard.Description)}。隐患编号：{Hazard.Id}。");
    }

    private IEnumerable<PaperLine> AboutLegs()
    {
        var number = 0;
        foreach (var leg in Legs)
        {
            var name = leg.Leg == Codes.Leg.Sole ? "责任单位" : $"{CodeList.Chinese(leg.Leg)}责任单位";
            yield return new PaperLine(2, $"（{Ordinals[number++]}）{name}：{NameOf(leg.Body)}");
            yield return Text(Kind == PaperKind.ClosureNotice && leg.AcceptedAt is { } accepted
                ? $"验收：{(leg.AcceptedBy is { } by ? NameOf(by) : "")}于{PaperText.Day(ChinaTime.DateAt(accepted))}验收合格。"
                : $"整改期限：{PaperText.Day(Hazard.DeadlineOf(leg))}。整改要求：{Flat(leg.Instructions)}。"
                    + (leg.ResponsiblePerson is { } person ? $"整改责任人：{person}。" : "")
                    + (leg.Supervisor is { } supervisor ? $"督办单位：{NameOf(supervisor)}。" : ""));
        }
    }

    private IEnumerable<PaperLine> Requirements()
    {
        switch (Event)
        {
            case SupervisionNoticeIssued e:
                foreach (var line in Lines(e.Requirements))
                    yield return line;
                if (e.ReplyBy is { } reply)
                    yield return Text($"请于{PaperText.Day(reply)}前书面报告办理情况。");
                break;
            case CriticismCirculated e:
                foreach (var line in Lines(e.Text))
                    yield return line;
                break;
            case HazardDelisted e:
                yield return Text($"摘牌原因：{CodeList.Chinese(e.Ground)}。{End(Flat(e.Reason))}");
                break;
            case HazardClosed e:
                yield return Text($"销号原因：{CodeList.Chinese(e.Ground)}。{(e.Remarks is { } remarks ? End(Flat(remarks)) : "")}");
                yield return Text("请举一反三，防止隐患反弹。");
                break;
            default:
                foreach (var text in Standing())
                    yield return text;
                break;
        }
    }

    /// <summary>What a paper on request asks for: it follows from the state.</summary>
    private IEnumerable<PaperLine> Standing()
    {
        switch (Kind)
        {
            case PaperKind.AssignmentOrder:
                if (Legs.Where(l => l.Stage == LegStage.Assigned).Select(l => (DateTimeOffset?)l.AssignmentBinds).Max() is { } since
                    && Policy.Due(ClockKind.Acknowledge, Hazard.Level, since, Calendar) is { } due && due.Date >= Date)
                    yield return Text($"请于{PaperText.Day(due.Date)}前签收；不属本单位职责的，请及时退回并说明理由。");
                yield return Text("请落实整改措施、责任人、资金、时限和预案；整改完成前落实临时防范措施，确保安全。整改完成后及时申报复查。");
                break;
            case PaperKind.RectificationDirective:
                yield return Text("逾期不整改或整改不到位的，将依法依规严肃处理；隐患排除前或者排除过程中无法保证安全的，应当停产停业或者停止使用相关设施、设备。");
                break;
            case PaperKind.ListingNotice when Hazard.Listing is { } listing:
                foreach (var line in Lines(listing.Requirements))
                    yield return line;
                yield return Text($"务于{PaperText.Day(listing.Deadline)}前整改到位。");
                break;
            case PaperKind.DelistingNotice when Hazard.Delisting is { } delisting:
                yield return Text($"摘牌原因：{CodeList.Chinese(delisting.Ground)}。{End(Flat(delisting.Reason))}");
                yield return Text("摘牌后仍须落实安全生产主体责任，防止隐患反弹。");
                break;
            case PaperKind.ClosureNotice when Hazard.Closure is { } closure:
                yield return Text($"销号原因：{CodeList.Chinese(closure.Ground)}。请举一反三，防止隐患反弹。");
                break;
            default:
                break;
        }
    }

    private IEnumerable<PaperLine> Grounds()
    {
        var rule = Policy.Papers.FirstOrDefault(p => p.Paper == Kind)?.Source;
        var laws = Policy.Sources.Where(s => s.Number is not null || Policy.Sources.Length == 1)
            .Select(s => $"《{s.Title}》{(s.Number is { } number ? $"（{number}）" : "")}{s.Clause}");
        var all = laws.Append(rule).Where(s => !string.IsNullOrWhiteSpace(s)).ToArray();
        if (all.Length > 0)
            yield return Text($"{string.Join("；", all)}。");
    }

    private ImmutableArray<string> Annexes() => [.. Attachments.Where(a => a.Name is not null).Select(a => a.Name!)];

    private ImmutableArray<string> CopyTo() =>
        [.. Legs.Select(l => l.Supervisor).Append(Hazard.AssignedBy).Append(Hazard.Listing?.By).OfType<BodyId>().Distinct()
            .Where(b => b != Letterhead.Body).Select(NameOf).Except(MainTo())];

    private string NameOf(BodyId id) => Bodies.TryGetValue(id, out var body) ? body.Name : id.Value;

    private static PaperLine Text(string text) => new(0, text);

    /// <summary>What a person wrote, a paragraph a line.</summary>
    private static IEnumerable<PaperLine> Lines(string text) =>
        text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(l => Text(End(l)));

    private static string ListingName(ListingLevel? level) => level is { } known ? CodeList.Chinese(known) : "挂牌";

    private static string Flat(string text) =>
        string.Join('　', text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).TrimEnd('。');

    private static string End(string text) => text.Length > 0 && "。！？）".Contains(text[^1], StringComparison.Ordinal) ? text : text + "。";
}
