using System.Globalization;
using Hazards.Domain;
using static Hazards.Api.Investigation.Replay.ConsoleScreen;

namespace Hazards.Api.Investigation.Replay;

/// <summary>A body's, person's, enterprise's or region's record on the screen, page after page up to a number of lines.</summary>
internal sealed class ReplayScreens(SubjectFiles files, int most)
{
    public async Task TimelineAsync(SubjectQuestion question, CancellationToken stop)
    {
        Heading($"时间线 timeline{PeriodOf(question)}");
        await PagesAsync(question, async q =>
        {
            var page = await files.TimelineAsync(q, stop);
            return (page.Next, page.Items.Select(i => new Row(
                Time(i.Opening?.OpenedAt ?? i.Event.OccurredAt), Time(i.Opening?.OpenedAt ?? i.Event.RecordedAt), i.How.Chinese,
                i.Event.Event.Chinese, Name(page.Names, i.Event.By), i.Event.Actor,
                $"{i.Title}：{i.Event.Words} {Cite(i.Position)}")
            {
                Paint = i.Event.Late is not null ? Yellow : text => text,
                Under = [.. Under(i)],
            }));
        }, "发生 occurred", "登记 recorded", "方式 how", "事项 event", "单位 body", "人员 actor", "隐患与内容");
    }

    public async Task SilencesAsync(SubjectQuestion question, CancellationToken stop)
    {
        Heading($"沉默 silences{PeriodOf(question)}");
        await PagesAsync(question, async q =>
        {
            var page = await files.SilencesAsync(q, stop);
            return (page.Next, page.Items.Select(s => ReplayPage.SilenceOf(
                s.Kind.Chinese, s.Body is { } body ? Name(page.Names, body) : $"{Regions.FullNameOf(s.Office!.Value)}安委办",
                s.Leg?.Chinese ?? "", s.Duty?.Chinese ?? s.As?.Chinese ?? "",
                s.Due, s.From, s.Until, s.Days, s.Rule, s.Positions, s.Ended?.LateEntry)));
        }, "类别 kind", "单位 body", "事项 duty", "到期 due", "自 from", "至 until", "天 days", "依据 rule");
    }

    public async Task AccountableAsync(SubjectQuestion question, DateTimeOffset at, CancellationToken stop)
    {
        Heading($"{Time(at)} 负责事项 accountable for");
        await PagesAsync(question, async q =>
        {
            var page = await files.AccountabilityAsync(q, at, stop);
            return (page.Next, page.Items.Select(a => new Row(
                a.Hazard.Value, a.Duty is { } duty ? $"时限·{duty.Chinese}" : a.For.Chinese, a.Leg?.Chinese ?? "",
                a.Body is { } body ? Name(page.Names, body) : $"{Regions.FullNameOf(a.Office!.Value)}安委办",
                $"{Time(a.From.RecordedAt)} {Cite(a.From.Position)}", a.Due?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "", a.Policy)
            {
                Paint = a.Due < ChinaTime.DateAt(at) ? Red : text => text,
            }));
        }, "隐患 hazard", "事项 for", "责任方 leg", "单位 body", "自 from", "期限 due", "制度 policy");
    }

    public async Task ChangesAsync(SubjectQuestion question, CancellationToken stop)
    {
        var first = await files.ChangesAsync(question, stop);
        Heading($"变动 changes {Time(first.From)} → {Time(first.To)}");
        if (first is { CountsFrom: { } before, CountsTo: { } after })
            Table(["项目", "原 from", "现 to"],
            [
                new Row("隐患 hazards", Number(before.Hazards), Number(after.Hazards)),
                .. Codes<Domain.Codes.Stage>()
                .Select(c => new Row($"环节·{c.Chinese}", Number(before.Stages.GetValueOrDefault(c.Code)), Number(after.Stages.GetValueOrDefault(c.Code)))),
                .. Codes<ReplayList>()
                .Select(c => new Row($"清单·{c.Chinese}", Number(before.Lists.GetValueOrDefault(c.Code)), Number(after.Lists.GetValueOrDefault(c.Code)))),
            ]);
        await PagesAsync(question, async q =>
        {
            var page = q.Cursor is null ? first : await files.ChangesAsync(q, stop);
            return (page.Next, page.Items.Select(m => new Row(
                m.Hazard.Value, m.Title, $"{m.StageFrom?.Chinese ?? "（无）"} → {m.StageTo?.Chinese ?? "（无）"}",
                string.Join('、', m.Entered.Select(l => l.Chinese)), string.Join('、', m.Left.Select(l => l.Chinese)), Cite(m.Positions))
            {
                Paint = m.Entered.Any(l => l.Code == "overdue") ? Red : text => text,
            }));
        }, "隐患 hazard", "标题 title", "环节 stage", "进入 entered", "退出 left", "依据 events");
    }

    public static void Show(LookAlikesAnswer answer)
    {
        Console.WriteLine($"此前相似隐患 {answer.Items.Length} 条：已销号 {answer.Closed}，反弹重开 {answer.Reopened}，销号后又发现 {answer.Repeated}{(answer.Complete ? "" : "（候选过多，未全部比对 not all compared）")}");
        Table(["隐患 hazard", "标题 title", "环节 stage", "发现 found", "相似 alike", "同", "销号 closed"], answer.Items.Select(i => new Row(
            i.Hazard.Value, i.Title, i.Stage.Chinese, Time(i.FoundAt), i.Likeness.ToString("0.00", CultureInfo.InvariantCulture),
            string.Join(
                '、',
                new[] { (i.SameEnterprise, "单位"), (i.SamePlace, "地点"), (i.SameSector, "行业"), (i.SameCategory, "类别") }.Where(s => s.Item1)
                    .Select(s => s.Item2)),
            i.Closed is { } closed ? $"{Time(closed.OccurredAt)} {i.Ground?.Chinese} {Cite(closed.Position)}" : "")
        {
            Paint = !i.Reopened.IsEmpty || !i.RepeatedBy.IsEmpty ? Red : text => text,
            Under =
            [
                .. i.Accepted.Select(a => $"验收（{a.Leg.Chinese}）：{Name(answer.Names, a.By)} {a.Actor} {(a.Inspectors is { } people ? $"复查人 {people} " : "")}“{a.Findings}”附件 {a.Attachments} {Cite(a.Event.Position)}"),
                .. i.Reopened.Select(r => Red($"反弹重开 {Time(r.OccurredAt)}：{i.Reason} {Cite(r.Position)}")),
                .. i.RepeatedBy.Select(r => Red($"销号后又发现 found again: {r}")),
            ],
        }));
    }

    private async Task PagesAsync(
        SubjectQuestion question, Func<SubjectQuestion, Task<(string? Next, IEnumerable<Row> Rows)>> read, params string[] heads)
    {
        var rows = new List<Row>();
        string? cursor = null;
        do
        {
            var (next, page) = await read(question with { Cursor = cursor });
            rows.AddRange(page);
            cursor = next;
        }
        while (cursor is not null && rows.Count < most);
        Table(heads, rows.Take(most));
        if (cursor is not null || rows.Count > most)
            Console.WriteLine(Dim($"… 只列前 {most} 条；用 --limit 或缩短期间 · only the first {most}; use --limit or a shorter period"));
    }

    private static IEnumerable<string> Under(SubjectEntry entry)
    {
        if (entry.Opening is { } opening)
            yield return $"打开的事项登记于 {Time(entry.Event.RecordedAt)} {Cite(entry.Event.Position)}，打开人 {opening.Actor}";
        if (entry.Event.Late is { } late)
            yield return Yellow(string.Create(CultureInfo.InvariantCulture, $"补录：晚于规定 {late.HoursLate} 小时 late entry"));
    }

    private static string PeriodOf(SubjectQuestion q) => (q.From, q.To) switch
    {
        (null, null) => "",
        var (from, to) => $" {(from is { } f ? Time(f) : "…")} → {(to is { } t ? Time(t) : "现在")}",
    };

    private static System.Collections.Immutable.ImmutableArray<Domain.Codes.CodeEntry> Codes<T>() where T : struct,
    Enum => Domain.Codes.CodeList.Of<T>();

    private static string Name(IReadOnlyDictionary<string, string> names, BodyId body) => names.GetValueOrDefault(body.Value, body.Value);

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
