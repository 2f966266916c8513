using System.Collections.Immutable;
using System.Globalization;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Evidence.Report;

/// <summary>A hazard's line in the summary.</summary>
/// <param name="Title">Its title.</param>
/// <param name="Region">Where, by name.</param>
/// <param name="Enterprise">Whose.</param>
/// <param name="Level">How grave.</param>
/// <param name="FoundAt">When it was found, as claimed.</param>
/// <param name="RecordedAt">When it was first recorded.</param>
/// <param name="Stage">Where it stands.</param>
/// <param name="Missed">Deadlines noticed as missed.</param>
/// <param name="Silences">Silences longer than a rule allows.</param>
/// <param name="Late">Late entries.</param>
/// <param name="Corrections">Corrections.</param>
/// <param name="Unopened">Messages that nobody opened.</param>
/// <param name="First">The position of its first event.</param>
/// <param name="Last">And of its last.</param>
internal sealed record SummaryLine(
    string Title, string Region, string? Enterprise, string? Level, DateTimeOffset FoundAt, DateTimeOffset RecordedAt, string Stage,
    int Missed, int Silences, int Late, int Corrections, int Unopened, long First, long Last)
{
    /// <summary>The form it was written in; null: an older program wrote it, and the section with it.</summary>
    public string? Form { get; init; }

    /// <summary>The event that says the title.</summary>
    public long TitleAt { get; init; }

    /// <summary>The event that says the region.</summary>
    public long RegionAt { get; init; }

    /// <summary>The event that says the enterprise.</summary>
    public long EnterpriseAt { get; init; }

    /// <summary>The event that says the level.</summary>
    public long LevelAt { get; init; }

    /// <summary>The event that made the stage.</summary>
    public long StageAt { get; init; }
}

/// <summary>A file that an event names, and what became of it.</summary>
/// <param name="Attachment">The file.</param>
/// <param name="Position">The event.</param>
/// <param name="Entry">Its entry in the package; null when it is not there.</param>
/// <param name="Reason">Why not.</param>
internal sealed record NamedFile(Attachment Attachment, long Position, string? Entry, string? Reason);

/// <summary>
/// One hazard in the report. Every statement is made from the event that it cites: what was reported as it was reported, a
/// correction as one, what stands at the end with the event that made it so.
/// </summary>
/// <param name="Ordinal">Its number in the package, from 0.</param>
/// <param name="File">All that is on record of it.</param>
/// <param name="Instants">The instants whose states are shown.</param>
/// <param name="Period">The period looked into.</param>
/// <param name="Files">The files its events name.</param>
internal sealed record HazardSection(
    int Ordinal, CaseFile File, ImmutableArray<DateTimeOffset> Instants, (DateOnly? From, DateOnly? To) Period, ImmutableArray<NamedFile> Files)
{
    private ImmutableArray<TimelineRow>? timeline;
    private ImmutableArray<Silence>? silences;

    private ImmutableArray<TimelineRow> Rows => timeline ??= Timeline.Of(File);

    private ImmutableArray<Silence> Silent => silences ??= Silences.Of(File);

    private Hazard Hazard => File.Newest;

    /// <summary>Its anchor in the page.</summary>
    public static string Anchor(int ordinal) => string.Create(CultureInfo.InvariantCulture, $"h{ordinal + 1}");

    /// <summary>Its line in the summary.</summary>
    public SummaryLine Summary() => new(
        Hazard.Title, Regions.FullNameOf(Hazard.Region), Hazard.Enterprise?.Name,
        Hazard.Level is { } level ? CodeList.Chinese(level) : null,
        Hazard.FoundAt, File.Events[0].RecordedAt, CodeList.Chinese(Hazard.Stage),
        File.Events.Count(e => e.Event is DeadlineMissed), Silent.Length, Rows.Count(r => r.Late is not null),
        Rows.Count(r => r.Correction is not null),
        Rows.Sum(r => r.Told.Count(t => t.Openings.IsEmpty)), File.Events[0].Position, File.Events[^1].Position)
    {
        Form = ReportForm.Now, TitleAt = SaidAt(h => h.Title), RegionAt = SaidAt(h => h.Region),
        EnterpriseAt = SaidAt(h => h.Enterprise?.Name),
        LevelAt = SaidAt(h => h.Level), StageAt = SaidAt(h => h.Stage),
    };

    /// <summary>The section.</summary>
    public IEnumerable<Block> Blocks()
    {
        yield return new Block.Heading(
            2, string.Create(CultureInfo.InvariantCulture, $"隐患 {Ordinal + 1}：{File.States[0].Title}{Cite(File.Events[0].Position)}"),
            Anchor(Ordinal));
        yield return About();
        yield return new Block.Heading(3, "经过（发生、登记、告知、打开、办理并列）");
        yield return Course();
        foreach (var block in Section("责任单位与责任期间", Accountable()).Concat(Section("逾期与沉默", SilencesTable())).Concat(
            Section("所选时点的状态", States()))
            .Concat(Section("告知与打开", Told())).Concat(Section("文书与附件", FilesTable())))
            yield return block;
    }

    private static IEnumerable<Block> Section(string title, Block? content) =>
        content is null ? [] : [new Block.Heading(3, title), content];

    private Block.Table About()
    {
        var (first, reported) = (File.Events[0], File.States[0]);
        var cite = Cite(first.Position);
        (string, string)[] rows =
        [
            ("隐患编号", Hazard.Id.Value),
            ("标题", $"{reported.Title}{cite}{Corrected(CorrectableField.Title)}"),
            ("隐患描述", $"{reported.Description}{cite}{Corrected(CorrectableField.Description)}"),
            ("单位",
                $"{reported.Enterprise?.Name ?? "（未登记）"}{(reported.Enterprise?.CreditCode is { } code ? $"（{code}）" : "")}{cite}{Corrected(CorrectableField.EnterpriseName, CorrectableField.EnterpriseCreditCode)}"),
            ("地点",
                $"{Regions.FullNameOf(reported.Region)}{reported.Place?.Text}{cite}{Corrected(CorrectableField.Region, CorrectableField.Place)}"),
            ("行业、类别",
                $"{SectorCatalogue.Usual.Find(reported.Sector).Chinese}，{CodeList.Chinese(reported.Kind)}{cite}{Corrected(CorrectableField.Sector, CorrectableField.Category)}"),
            ("发现与登记",
                $"{Time(reported.FoundAt)} 发现，{Time(first.RecordedAt)} 登记，{NameOf(reported.ReportedBy)}上报{(reported.LateEntry ? "【补录】" : "")}{cite}"),
            ("等级", Hazard.Level is { } level ? $"{CodeList.Chinese(level)}{Cite(SaidAt(h => h.Level))}{Basis()}" : "尚未定级"),
            ("截止时的环节", $"{CodeList.Chinese(Hazard.Stage)}{Cite(SaidAt(h => h.Stage))}"),
        ];
        return new Block.Table(["项目", "内容与依据"], [2, 14], [.. rows.Select(r => ImmutableArray.Create<Cell>(r.Item1, r.Item2))]);
    }

    private string Basis() => Hazard.GradingBasis is { } basis ? $"，判定依据：{basis}{Cite(SaidAt(h => h.GradingBasis))}" : "";

    /// <summary>The corrections of fields, each as its own event says it.</summary>
    private string Corrected(params ReadOnlySpan<CorrectableField> fields)
    {
        var lines = "";
        foreach (var e in File.Events)
            if (e.Event is HazardCorrected c && fields.Contains(c.Field))
                lines += $"\n更正{CodeList.Chinese(c.Field)}：“{c.From ?? "（空）"}”改为“{c.To ?? "（空）"}”{Cite(e.Position)}";
        return lines;
    }

    /// <summary>The position of the event since which something has been as it is at the end.</summary>
    private long SaidAt<T>(Func<Hazard, T> what)
    {
        var at = File.States.Length - 1;
        while (at > 0 && EqualityComparer<T>.Default.Equals(what(File.States[at - 1]), what(File.States[at])))
            at--;
        return File.Events[at].Position;
    }

    private Block.Table Course()
    {
        return new Block.Table(
            ["事件", "发生（所称）", "登记", "事项与内容", "办理人", "告知 → 打开 → 办理"], [3, 5, 5, 18, 7, 14],
            [.. Rows.Select(r => ImmutableArray.Create<Cell>(
                Number(r.Event.Position), Time(r.Event.Context.OccurredAt), Recorded(r),
                new Cell(
                    $"【{EventLabels.Of(EventTypes.NameOf(r.Event.Event)).Chinese}】{EventWords.Sentence(r.Event.Event, NameOf)}{Marks(r)}",
                    r.Late is not null || r.Correction is not null || r.Event.Event is DeadlineMissed),
                $"{NameOf(r.By)}\n{r.Event.Context.Actor}{(r.Event.Context.Document is { } number ? $"\n{number}" : "")}",
                string.Join('\n', r.Told.Select(OneTold))))]);
    }

    private string Marks(TimelineRow row)
    {
        var marks = "";
        if (row.Late is { } late)
            marks += $"【补录：事后 {Span(late.After)} 登记，{late.Policy} 规定 {late.AllowedHours} 小时内】";
        if (row.Event.Context.LateEntry is { } allowed)
            marks += $"【{allowed.Say()}】";
        if (row.Correction is not null)
            marks += "【更正：更正前的记录仍在】";
        if (row.OccurredBefore is { } other)
            marks += $"【登记次序与发生次序不同：{Cite(other.Position)} 发生在后而登记在先】";
        if (row.Leg is null && row.ByClock)
            marks += "【系统时钟】";
        if (Outside(row))
            marks += "【期间之外】";
        return marks;
    }

    private bool Outside(TimelineRow row)
    {
        var day = ChinaTime.DateAt(row.Event.Context.OccurredAt);
        return day < Period.From || day > Period.To;
    }

    private static string Recorded(TimelineRow row) => Time(row.Event.RecordedAt);

    private string OneTold(TimelineTelling t)
    {
        var opened = t.Openings.IsEmpty
            ? "未打开"
            : string.Join("、", t.Openings.Select(o => $"{o.Actor} {Time(o.OpenedAt)} 打开{Cite(o.Position)}"));
        var acted = t.Acted is { } answer ? $" → {Time(answer.Event.OccurredAt)} 办理{Cite(answer.Event.Position)}" : t.Asked ? " → 未办理" : "";
        return $"{AddressOf(t.To)}（{CodeList.Chinese(t.To.As)}）→ {opened}{acted}";
    }

    private Block.Table? Accountable()
    {
        var held = Accountability.Of(File).Where(a => a.For != Charge.Duty).ToArray();
        return held.Length == 0 ? null : new Block.Table(
            ["责任", "单位", "自", "至", "适用制度", "说明"], [5, 10, 8, 8, 6, 10],
            [.. held.Select(a => ImmutableArray.Create<Cell>(
                $"{CodeList.Chinese(a.For)}{(a.Leg is { } leg and not Leg.Sole ? $"（{CodeList.Chinese(leg)}）" : "")}",
                a.Body is { } body ? NameOf(body) : $"{Regions.FullNameOf(a.Office!.Value)}安委办",
                $"{Time(a.From.OccurredAt)}{Cite(a.From.Position)}",
                a.To is { } to ? $"{Time(to.OccurredAt)}{Cite(to.Position)}" : "截止时仍负责",
                $"{a.Policy}\n日历第 {a.Calendar} 版",
                string.Join(
                    "，",
                    new[] { a.AssignedBy is { } by ? $"交办：{NameOf(by)}" : null,
                        a.Supervisor is { } s ? $"督办：{NameOf(s)}" : null }.OfType<string>())))]);
    }

    private Block.Table? SilencesTable() => Silent.IsEmpty ? null : new Block.Table(
        ["情形", "单位", "事项与期限", "自", "至", "天数", "规定", "依据"], [6, 8, 7, 6, 6, 3, 8, 7],
        [.. Silent.Select(s => ImmutableArray.Create<Cell>(
            new Cell(CodeList.Chinese(s.Kind), Grave: true),
            s.Body is { } body ? NameOf(body) : $"{Regions.FullNameOf(s.Office!.Value)}安委办",
            $"{(s.Duty is { } duty ? CodeList.Chinese(duty) : s.As is { } told ? CodeList.Chinese(told) : "")}"
                + $"{(s.Leg is { } leg and not Leg.Sole ? $"（{CodeList.Chinese(leg)}）" : "")}"
                + $"{(s.Due is { } due ? $"，限 {Day(due)}" : "")}",
            Time(s.From),
            s.Until is { } until ? $"{Time(until)}{(s.Ended?.LateEntry is { } allowed ? $"（{allowed.Say()}）" : "")}" : "截止时仍未办",
            Number(s.Days),
            s.Rule is { } rule
                ? $"{rule.Policy} {rule.Clause}{(rule.Days is { } days ? $"（{days} {(rule.Count == DayCount.Working ? "个工作日" : "日")}）" : "")}"
                : "—",
            Cite([.. s.Positions])))]);

    private Block.Table? States()
    {
        var rows = new List<ImmutableArray<Cell>>();
        foreach (var instant in Instants)
        {
            var version = File.VersionAt(instant);
            rows.Add(version == 0
                ? [Time(instant), "尚未登记，没有任何记录", "", ""]
                : [Time(instant), CodeList.Chinese(File.States[version - 1].Stage), Known(File.States[version - 1]),
                    $"第 1 至 {version} 个事件，最后为{Cite(File.Events[version - 1].Position)}"]);
        }

        return rows.Count == 0 ? null : new Block.Table(["时点", "环节", "各责任方", "依据"], [6, 4, 16, 8], [.. rows]);
    }

    private string Known(Hazard hazard)
    {
        var legs = hazard.Legs.Values.Select(
            l => $"{CodeList.Chinese(l.Leg)} {NameOf(l.Body)}：{CodeList.Chinese(l.Stage)}，期限 {Day(hazard.DeadlineOf(l))}，进度 {l.Percent}%");
        var above = new[]
        {
            hazard.Level is { } level ? CodeList.Chinese(level) : "未定级",
            hazard.Listing is { } listing ? $"{CodeList.Chinese(listing.Level)}（{NameOf(listing.By)}）" : null,
            hazard.Suspension is { } stop ? $"停产停业：{stop.Scope}" : null,
        }.OfType<string>();
        return string.Join('\n', legs.Prepend(string.Join("，", above)));
    }

    private Block.Table? Told()
    {
        var told = Rows.SelectMany(r => r.Told.Select(t => (Row: r, Told: t))).GroupBy(t => t.Told.To.Address).ToArray();
        return told.Length == 0 ? null : new Block.Table(
            ["告知对象", "告知次数", "打开次数", "从未打开的事件", "首次打开"], [10, 4, 4, 16, 12],
            [.. told.Select(g =>
            {
                var unopened = g.Where(t => t.Told.Openings.IsEmpty).Select(t => t.Row.Event.Position).ToArray();
                var first = g.SelectMany(t => t.Told.Openings).MinBy(o => o.Position);
                return ImmutableArray.Create<Cell>(
                    AddressOf(g.First().Told.To), Number(g.Count()), Number(g.Count() - unopened.Length),
                    new Cell(unopened.Length == 0 ? "无" : Cite(unopened), unopened.Length > 0),
                    first is null ? new Cell("从未打开", Grave: true) : $"{first.Actor} {Time(first.OpenedAt)}{Cite(first.Position)}");
            })]);
    }

    private Block.Table? FilesTable() => Files.IsEmpty ? null : new Block.Table(
        ["名称", "SHA-256", "包内位置", "依据"], [8, 14, 14, 4],
        [.. Files.Select(f => ImmutableArray.Create<Cell>(
            f.Attachment.Name ?? "（未命名）", f.Attachment.Digest.Value, new Cell(f.Entry ?? $"不在包内：{f.Reason}", f.Entry is null),
            Cite(f.Position)))]);

    private string NameOf(BodyId id) =>
        id == Clockwork.Body.Id ? Clockwork.Body.Name : File.Bodies.TryGetValue(id, out var body) ? body.Name : id.Value;

    private string AddressOf(Told to) => to.Body is { } body ? NameOf(body) : $"{Regions.FullNameOf(to.Office!.Value)}安委办";

    internal static string Cite(params ReadOnlySpan<long> positions)
    {
        const int Most = 12;
        var shown = string.Join(
            "、", positions[..Math.Min(positions.Length, Most)].ToArray().Select(p => p.ToString(CultureInfo.InvariantCulture)));
        return positions.IsEmpty ? "" : $"〔事件 {shown}{(positions.Length > Most ? $" 等 {positions.Length} 个" : "")}〕";
    }

    internal static string Time(DateTimeOffset instant) =>
        instant.ToOffset(ChinaTime.Offset).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    internal static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Span(TimeSpan span) =>
        span.TotalDays >= 2
            ? string.Create(CultureInfo.InvariantCulture, $"{span.TotalDays:0.#} 天")
            : string.Create(CultureInfo.InvariantCulture, $"{span.TotalHours:0.#} 小时");

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
