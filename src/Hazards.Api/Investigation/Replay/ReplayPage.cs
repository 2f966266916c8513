using System.Globalization;
using Hazards.Domain;
using Hazards.Domain.Codes;
using static Hazards.Api.Investigation.Replay.ConsoleScreen;

namespace Hazards.Api.Investigation.Replay;

/// <summary>One hazard's record on the screen.</summary>
internal sealed class ReplayPage(CaseFile file)
{
    private readonly string[] timelineHeads = ["发生 occurred", "登记 recorded", "事项 event", "单位 body", "人员 actor", "内容"];

    /// <summary>Timeline, silences, accountability.</summary>
    public void Whole()
    {
        Head($"现在 now（{Time(file.AsOf)}）");
        Heading("一、时间线 timeline");
        Table(timelineHeads, Timeline.Of(file).Select(Of));
        Heading("二、沉默 silences");
        Table(["类别 kind", "单位 body", "事项 duty", "到期 due", "自 from", "至 until", "天 days", "依据 rule"], Silences.Of(file).Select(Of));
        Heading("三、责任 accountability");
        Table(["事项 for", "责任方 leg", "单位 body", "自 from", "至 to", "期限 due", "制度 policy"], Accountability.Of(file).Select(Of));
        Heading("四、现状 state");
        Fields(file.Events.Length);
    }

    /// <summary>As it was recorded at an instant.</summary>
    public void State(DateTimeOffset at)
    {
        var known = Knowledge.At(file, at);
        Head($"{Time(at)} 登记在案 as recorded（第 {known.Version} / {file.Events.Length} 个事件之后）");
        if (known.Version == 0)
            Console.WriteLine("当时没有任何登记 · nothing was on record");
        else
            Fields(known.Version);
        Heading("谁负责 accountable");
        Table(
            ["事项 for", "责任方 leg", "单位 body", "自 from", "至 to", "期限 due", "制度 policy"],
            Accountability.Of(file).Where(a => a.HeldAt(at)).Select(Of));
        Heading("谁知情 who knew");
        Table(["单位 body", "最早可证知情 since", "首次告知 told", "首次打开 opened", "首次行动 acted"], known.Who.Select(Of));
        Heading("当时已发生、尚未登记 had happened, not yet recorded");
        Table(timelineHeads, Timeline.Of(file).Where(r => known.NotYetRecorded.Contains(r.Event)).Select(Of));
    }

    /// <summary>What is different between two instants.</summary>
    public void Changes(DateTimeOffset from, DateTimeOffset to)
    {
        var begin = from == DateTimeOffset.MinValue ? "最初 the beginning" : Time(from);
        Head($"{begin} → {Time(to)}");
        Heading("期间登记的事件 recorded between");
        Table(timelineHeads, Timeline.Of(file).Where(r => r.Event.RecordedAt > from && r.Event.RecordedAt <= to).Select(Of));
        Heading("变动 changes");
        Differences(StateChanges.Between(file, from, to));
    }

    /// <summary>Event by event: with keys where somebody looks, else all of them.</summary>
    public int Step(bool interactive)
    {
        if (!interactive)
        {
            for (var v = 1; v <= file.Events.Length; v++)
                After(v);
            return 0;
        }
        var version = 1;
        while (true)
        {
            Console.Clear();
            After(version);
            Console.WriteLine(Dim("\n← 上一个 previous   → 下一个 next   Home/End 首末 first/last   q 退出 quit"));
            switch (Console.ReadKey(intercept: true))
            {
                case { Key: ConsoleKey.LeftArrow or ConsoleKey.UpArrow or ConsoleKey.PageUp or ConsoleKey.P }:
                    version = Math.Max(1, version - 1);
                    break;
                case { Key: ConsoleKey.RightArrow or ConsoleKey.DownArrow or ConsoleKey.PageDown or ConsoleKey.N or ConsoleKey.Spacebar or ConsoleKey.Enter }:
                    version = Math.Min(file.Events.Length, version + 1);
                    break;
                case { Key: ConsoleKey.Home }:
                    version = 1;
                    break;
                case { Key: ConsoleKey.End }:
                    version = file.Events.Length;
                    break;
                case { Key: ConsoleKey.Q or ConsoleKey.Escape }:
                    return 0;
                default:
                    break;
            }
        }
    }

    private void After(int version)
    {
        var row = Timeline.Of(file)[version - 1];
        Heading($"第 {version} / {file.Events.Length} 个事件  {EventLabels.Of(EventTypes.NameOf(row.Event.Event)).Chinese}  {CodeList.Chinese(row.Stage)}");
        Table(timelineHeads, [Of(row)]);
        Differences(StateChanges.By(file, version));
    }

    private void Head(string when)
    {
        var hazard = file.Newest;
        Console.WriteLine(Bold($"{hazard.Title}  {CodeList.Chinese(hazard.Stage)}"));
        Console.WriteLine($"{file.Id}  {Regions.FullNameOf(hazard.Region)}  {hazard.Enterprise?.Name}  {hazard.Place?.Text}");
        Console.WriteLine($"{when}  {Cite(file.Events[0].Position, file.Events[^1].Position)}");
    }

    private void Fields(int version)
    {
        var hazard = file.States[version - 1];
        foreach (var field in StateFields.Of(hazard, Clocks.Open(hazard, file.Rules)))
            Console.WriteLine($"  {Pad(field.Chinese, 26)}{file.Show(field, field.Shown)?.ReplaceLineEndings(" ")}");
        Console.WriteLine(Dim($"  {Cite(file.Events[version - 1].Position)}"));
    }

    private void Differences(IEnumerable<StateChange> changes) => Table(
        ["项目 field", "原 from", "现 to", "依据 events"],
        changes.Select(c => new Row(c.Field.Chinese, Short(file.Show(c.Field, c.FromShown)), Short(file.Show(c.Field, c.Field.Shown)), Cite(c.Events.Select(e => e.Position)))));

    internal Row Of(TimelineRow r) => TimelineOf(file, r);

    internal static Row TimelineOf(CaseFile file, TimelineRow r)
    {
        var e = r.Event;
        return new Row(
            Time(e.Context.OccurredAt), Time(e.RecordedAt), EventLabels.Of(EventTypes.NameOf(e.Event)).Chinese, file.NameOf(r.By),
            e.Context.Actor,
            $"{EventWords.Line(e.Event, b => file.NameOf(b))}{(e.Context.Document is { } number ? $"（{number}）" : "")} {Cite(e.Position)}")
        {
            Paint = r.Late is not null || r.OccurredBefore is not null ? Yellow : r.ByClock ? Dim : text => text,
            Under = [.. Flags(r), .. r.Told.Select(t => Of(file, t))],
        };
    }

    private static IEnumerable<string> Flags(TimelineRow r)
    {
        if (r.Late is { } late)
            yield return Yellow(string.Create(CultureInfo.InvariantCulture, $"补录：发生后 {late.After.TotalHours:0.#} 小时才登记，超出规定的 {late.AllowedHours} 小时（{late.Policy}） late entry"));
        if (r.Event.Context.LateEntry is { } allowed)
            yield return Yellow($"{allowed.Say()} late entry that counts");
        if (r.OccurredBefore is { } later)
            yield return Yellow($"次序：发生在先登记的{EventLabels.Of(later.Type).Chinese}之前 out of order {Cite(later.Position)}");
        if (r.Correction is { } c)
            yield return Yellow($"更正：{CodeList.Chinese(c.Field)} “{c.From}”→“{c.To}” correction");
    }

    private static string Of(CaseFile file, TimelineTelling t)
    {
        var line = $"{CodeList.Chinese(t.To.As)} → {file.NameOf(t.To.Body, t.To.Office)}：";
        line += t.Openings.IsEmpty
            ? Red("未打开 never opened")
            : $"{Time(t.Openings[0].OpenedAt)} {t.Openings[0].Actor} 打开 {Cite(t.Openings[0].Position)}";
        if (t.Acted is { } a)
            line += $"；{Time(a.Event.OccurredAt)} {a.Actor} {EventLabels.Of(a.Event.Type).Chinese} {Cite(a.Event.Position)}";
        else if (t.Asked)
            line += Red("；未见回应 no answer");
        return line;
    }

    private Row Of(Silence s) => SilenceOf(
        CodeList.Chinese(s.Kind), file.NameOf(s.Body, s.Office), s.Leg is { } leg ? CodeList.Chinese(leg) : "",
        s.Duty is { } duty ? CodeList.Chinese(duty) : s.As is { } told ? CodeList.Chinese(told) : "",
        s.Due, s.From, s.Until, s.Days, s.Rule, s.Positions, s.Ended?.LateEntry);

    internal static Row SilenceOf(
        string kind, string body, string leg, string duty, DateOnly? due, DateTimeOffset from, DateTimeOffset? until, int days,
        RuleCited? rule, IEnumerable<long> positions,
        LateEntryAllowed? allowed = null) => new(
        kind, body, leg.Length == 0 || leg == CodeList.Chinese(Leg.Sole) ? duty : $"{duty}（{leg}）",
        due?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "", Time(from), until is { } end ? Time(end) : "至今 still",
        days.ToString(CultureInfo.InvariantCulture), rule is null ? "" : $"{rule.Policy} {rule.Clause}{(rule.Days is { } d ? $"（{d}{(rule.Count is { } count ? CodeList.Chinese(count) : "日")}）" : "")}")
    {
        Paint = until is null ? Red : Yellow,
        Under = allowed is null ? [Cite(positions)] : [Cite(positions), allowed.Say()],
    };

    private Row Of(Accountable a) => new(
        a.Duty is { } duty ? $"时限·{CodeList.Chinese(duty)}" : CodeList.Chinese(a.For), a.Leg is { } leg ? CodeList.Chinese(leg) : "",
        file.NameOf(a.Body, a.Office),
        $"{Time(a.From.RecordedAt)} {Cite(a.From.Position)}", a.To is { } to ? $"{Time(to.RecordedAt)} {Cite(to.Position)}" : "至今",
        a.Due?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "", $"{a.Policy}{(a.Calendar > 0 ? $" 日历{a.Calendar}" : "")}");

    private Row Of(WhoKnew w) => new(
        BodyId.TryParse(w.Address, out var body, out _) ? file.NameOf(body) : file.Names().GetValueOrDefault(w.Address, w.Address),
        w.Since is { } since ? Time(since) : "仅知已告知 only told",
        w.Told is { } told ? $"{Time(told.RecordedAt)} {Cite(told.Position)}" : "", w.Opened is { } o ? $"{Time(o.OpenedAt)} {o.Actor} {Cite(o.Position)}" : "从未 never", w.Acted is { } a ? $"{Time(a.OccurredAt)} {Cite(a.Position)}" : "")
    {
        Paint = w.Since is null ? Red : text => text,
    };

    private static string Short(string? text) =>
        text is null ? "—" : text.Length <= 40 ? text.ReplaceLineEndings(" ") : text.ReplaceLineEndings(" ")[..39] + "…";

    private static string Pad(string text, int width) => text + new string(' ', Math.Max(1, width - WidthOf(text)));
}
