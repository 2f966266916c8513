using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Hazards.Api.Administration.Policies;
using Hazards.Api.Administration.Registry;
using Hazards.Api.Cli;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;
using Spectre.Console;

namespace Hazards.Api.Reports;

/// <summary><c>hazards report</c>: every report on the screen or into a file, duties, freezing, verifying.</summary>
internal static class ReportCommand
{
    private static readonly BodyId Office = BodyId.Parse("dev-office");

    private static readonly ImmutableArray<(string Name, ReportKind Kind)> Kinds =
    [
        ("monthly", ReportKind.MonthlyTable), ("quarterly", ReportKind.QuarterlyReport), ("annual", ReportKind.AnnualReport),
        ("two-lists", ReportKind.TwoLists),
        ("four-regimes", ReportKind.FourRegimes), ("bulletin", ReportKind.Bulletin), ("body-ranking", ReportKind.BodyRanking),
        ("county-ranking", ReportKind.CountyRanking), ("quotas", ReportKind.Quotas),
    ];

    public static Command Create()
    {
        var command = new Command("report", "报表：查看、导出、定稿、核验 · reports: show, export, freeze, verify");
        foreach (var (name, kind) in Kinds)
            command.Add(Show(name, kind));
        command.Add(Duties());
        command.Add(Freeze());
        command.Add(Verify());
        return command;
    }

    private static Command Show(string name, ReportKind kind)
    {
        var given = new Options();
        var year = new Option<bool>("--year-to-date") { Description = "自本年1月1日累计 cumulated since 1 January" };
        var byRegion = new Option<bool>("--by-region") { Description = "按下一级区划 by region one level below" };
        var file = new Option<string?>("--out") { Description = "写入文件：.xlsx、.json，通报还可 .html · into a file" };
        var command = new Command(name, CodeList.Chinese(kind) + " · " + CodeList.English(kind)) { year, byRegion, file };
        given.AddTo(command);
        command.SetAction((parsed, stop) => given.RunAsync(parsed, async (services, region, period, asOf) =>
        {
            var today = ChinaTime.DateAt(asOf ?? services.GetRequiredService<TimeProvider>().GetUtcNow());
            var request = new ReportRequest(kind, region, period, asOf, today)
            {
                Cumulated = parsed.GetValue(year), Breakdown = parsed.GetValue(byRegion) ? Breakdown.Region : Breakdown.Sector,
            };
            if (kind != ReportKind.MonthlyTable && ReportStore.CheckPeriod(kind, period) is { } wrong)
                return Fail(wrong);
            var (answer, refusal) = await services.GetRequiredService<ReportMaker>().MakeAsync(request, stop);
            if (answer is null)
                return Fail(refusal!);
            if (parsed.GetValue(file) is not { } path)
            {
                Screen.Show(answer);
                return 0;
            }
            var bytes = Path.GetExtension(path).ToLowerInvariant() switch
            {
                ".json" => DomainJson.Write(answer),
                ".html" when kind == ReportKind.Bulletin => System.Text.Encoding.UTF8.GetBytes(BulletinPage.Of(answer)),
                ".xlsx" => ReportSheets.Of(answer),
                var other => throw new ArgumentException(
                    $"--out：不支持“{other}”，可用 .xlsx .json{(kind == ReportKind.Bulletin ? " .html" : "")} · no such form"),
            };
            await File.WriteAllBytesAsync(path, bytes, stop);
            Console.WriteLine($"{path}  {bytes.Length:N0} bytes  SHA-256 {Sha256Digest.Of(bytes).Value}");
            return 0;
        }, stop));
        return command;
    }

    private static Command Duties()
    {
        var given = new Options(withPeriod: false);
        var on = new Option<string?>("--on") { Description = "看哪一天 on which day (yyyy-MM-dd); 今天 today when left out" };
        var command = new Command("duties", "报表任务 · which reports are due when") { on };
        given.AddTo(command);
        command.SetAction((parsed, stop) => given.RunAsync(parsed, async (services, region, _, asOf) =>
        {
            var day = ChinaTime.DateAt(asOf ?? services.GetRequiredService<TimeProvider>().GetUtcNow());
            if (parsed.GetValue(on) is { } text && !Instants.TryParseDate(text, out day))
                return Fail(RequestRefusals.Parameter.Because("--on", ("value", Texts.Excerpt(text)), ("expected", "yyyy-MM-dd")));
            var duties = await services.GetRequiredService<ReportDuties>().OnAsync(region, day, asOf, stop);
            Screen.Widen();
            var table = new Table().AddColumns("报表 report", "区划 region", "报表期 period", "期限 due", "状态 state", "超期（天）");
            foreach (var d in duties)
                table.AddRow(
                    d.Kind.Chinese, Markup.Escape(d.RegionName), d.Period.Value, $"{d.Due:yyyy-MM-dd}{(d.Provisional ? "（暂定）" : "")}",
                    d.State.Chinese, Number(d.DaysOverdue));
            AnsiConsole.Write(table);
            return 0;
        }, stop));
        return command;
    }

    private static Command Freeze()
    {
        var given = new Options();
        var kind = KindArgument();
        var reason = new Option<string?>("--reason") { Description = "出新版的原因 why there is a further edition" };
        var command = new Command("freeze", "定稿 · freeze a report") { kind, reason };
        given.AddTo(command);
        command.SetAction((parsed, stop) => given.RunAsync(parsed, async (services, region, period, _) =>
        {
            var body = await services.GetRequiredService<BodyStore>().LoadAsync(Office, null, stop)
                ?? throw new ArgumentException("此数据库还没有开发单位：请先运行 hazards run · run the service once first");
            var by = new Actor(Environment.UserName, body, [Role.Coordinator], "hazards report", RegionCode.Nation);
            var (report, refusal) = await services.GetRequiredService<ReportStore>().FreezeAsync(
                new FreezeReport(KindOf(parsed.GetRequiredValue(kind)), region, period, parsed.GetValue(reason)), new Given(by), Terms.None,
                stop);
            if (report is null)
                return Fail(refusal!);
            var edition = report.Editions.Last();
            Console.WriteLine($"{CodeList.Chinese(report.Kind)} {Regions.FullNameOf(region)} {period.Chinese} 第 {edition.Edition} 版，截至事件 {edition.Position}");
            Console.WriteLine(
                $"  {Report.StreamOf(report.Kind, region, period)}\n  json {edition.Json.Value}\n  xlsx {edition.Sheet?.Value}");
            return 0;
        }, stop));
        return command;
    }

    private static Command Verify()
    {
        var given = new Options();
        var kind = KindArgument();
        var command = new Command("verify", "核验定稿：重算并逐字节比对 · count a frozen report again and compare byte for byte") { kind };
        given.AddTo(command);
        command.SetAction((parsed, stop) => given.RunAsync(parsed, async (services, region, period, _) =>
        {
            var store = services.GetRequiredService<ReportStore>();
            var id = Report.StreamOf(KindOf(parsed.GetRequiredValue(kind)), region, period);
            if (await store.LoadAsync(id, stop) is not { } report || !report.Editions.Any())
                return Fail(FigureRefusals.Unknown.Because());
            var same = true;
            foreach (var frozen in report.Editions)
            {
                var (verification, refusal) = await store.VerifyAsync(id, frozen, stop);
                if (verification is null)
                    return Fail(refusal!);
                same &= verification.Same;
                foreach (var f in verification.Files)
                    Console.WriteLine($"第 {frozen.Edition} 版 {f.Form}: {(f.Same ? "一致 the same" : "不一致 DIFFERENT")}  {f.Frozen.Value} {(f.Recomputed == f.Frozen ? "=" : "≠")} {f.Recomputed.Value}{(f.Stored ? "" : "  存档缺失或被改动 stored file missing or altered")}");
            }
            return same ? 0 : 1;
        }, stop));
        return command;
    }

    private static Argument<string> KindArgument() => new("report") { Description = string.Join(" | ", Kinds.Select(k => k.Name)) };

    private static ReportKind KindOf(string name) =>
        Kinds.FirstOrDefault(k => k.Name == name) is { Name: not null } found
            ? found.Kind
            : throw new ArgumentException($"没有报表“{name}”，可用：{string.Join("、", Kinds.Select(k => k.Name))} · no such report");

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static int Fail(Refusal refusal)
    {
        Console.Error.WriteLine($"{refusal.Code}: {refusal.Chinese} · {refusal.English}");
        return 1;
    }

    /// <summary>What all of them take.</summary>
    private sealed class Options(bool withPeriod = true)
    {
        private readonly DatabaseOptions database = new();
        private readonly Option<string> region = new("--region") { Description = "行政区划 the region", DefaultValueFactory = _ => "0" };
        private readonly Option<string?> period = new("--period")
        {
            Description = "报表期 2026 | 2026Q3 | 2026-07 | 2026-07a", Required = withPeriod,
        };
        private readonly Option<string?> asOf = new("--as-of") { Description = "按此时刻所知 as known at this instant (RFC 3339)" };

        public void AddTo(Command command)
        {
            command.Add(region);
            if (withPeriod)
                command.Add(period);
            command.Add(asOf);
            database.AddTo(command);
        }

        public async Task<int> RunAsync(
            ParseResult parsed, Func<IServiceProvider, RegionCode, Period, DateTimeOffset?, Task<int>> run, CancellationToken stop)
        {
            if (!RegionCode.TryParse(parsed.GetValue(region), out var code, out var wrong))
                return Fail(wrong);
            Period known = default;
            if (withPeriod && !Period.TryParse(parsed.GetValue(period), out known, out wrong))
                return Fail(wrong);
            DateTimeOffset? instant = null;
            if (parsed.GetValue(asOf) is { } text)
            {
                if (!Instants.TryParse(text, out var at))
                    return Fail(RequestRefusals.Instant.Because("--as-of", ("value", Texts.Excerpt(text))));
                instant = at;
            }
            await using var opened = await database.OpenAsync(parsed, stop);
            var services = new ServiceCollection();
            HazardsService.AddCore(services, new ServiceOptions(opened.ConnectionString) { Keys = opened.Keys });
            FigureModule.AddFigures(services);
            await using var provider = services.BuildServiceProvider();
            await opened.PrepareAsync(stop);
            await provider.GetRequiredService<RulebookSource>().RefreshAsync(stop);
            return await run(provider, code, known, instant);
        }
    }

    /// <summary>Reports on the screen.</summary>
    private static class Screen
    {
        // Columns too narrow for one Chinese character would be wrapped for ever.
        private const int LeastWidth = 220;

        public static void Widen() => AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, LeastWidth);

        public static void Show(ReportAnswer report)
        {
            Widen();
            AnsiConsole.WriteLine(
                $"{report.Title}（{report.From:yyyy-MM-dd} 至 {report.To:yyyy-MM-dd}）{(report.Provisional ? " 期内数 provisional" : "")}");
            if (report.Table is { } table)
                Write(table);
            if (report.Hazards is { } hazards)
                Write(hazards);
            if (report.OpenMajor is { } open)
                Write(open);
            if (report.Overdue is { } overdue)
                Write(overdue);
            if (report.Ranking is { } ranking)
                Write(ranking);
            if (report.Quotas is { } quotas)
                Write(quotas);
            AnsiConsole.WriteLine($"截至事件 position {report.Position} · 制度 policy {report.Policy}");
        }

        private static void Write(TableSection section)
        {
            var table = new Table()
                .AddColumns(
                    section.Breakdown.Chinese, "检查单位", "一般排查", "整改", "率%", "重大排查", "整改销号", "率%", "治理计划", "五到位", "挂牌", "省级", "资金万元", "立行立改",
                    "自查自改", "未定级");
            foreach (var l in section.Lines.Append(section.Total))
                table.AddRow(
                    l.Name, Number(l.Inspected), Number(l.FoundGeneral), Number(l.RectifiedGeneral), Rate(l.GeneralRate),
                    Number(l.FoundMajor), Number(l.RectifiedMajor), Rate(l.MajorRate),
                    Number(l.Planned), Number(l.FiveInPlace), Number(l.Listed), Number(l.ListedByProvince),
                    l.Funds.ToString("0.00", CultureInfo.InvariantCulture),
                    Number(l.OnTheSpot), Number(l.OwnChecks ?? 0), Number(l.Ungraded));
            AnsiConsole.Write(table);
        }

        private static void Write(IReadOnlyList<HazardCard> cards)
        {
            var table = new Table().AddColumns("发现", "隐患", "区划", "行业", "等级", "环节", "责任单位", "期限", "销号");
            foreach (var c in cards.Take(200))
                table.AddRow(new[]
                {
                    $"{c.FoundOn:yyyy-MM-dd}", c.Title, c.Region, c.Sector, c.Level ?? "", c.Stage,
                    c.Assigned is null ? "" : string.Join('、', c.Assigned.Legs.Select(l => l.Body)),
                    c.Ledger.Deadline is { } due ? $"{due:yyyy-MM-dd}" : "", c.Closed.ClosedOn is { } closed ? $"{closed:yyyy-MM-dd}" : "",
                }.Select(Markup.Escape).ToArray());
            AnsiConsole.Write(table);
            if (cards.Count > 200)
                AnsiConsole.WriteLine($"… {cards.Count} 条，全部请用 --out · all of them with --out");
        }

        private static void Write(OverdueSection overdue)
        {
            var table = new Table().Title($"超期点名 overdue: {overdue.All}").AddColumns("责任单位", "隐患", "事项", "期限", "超期（天）", "催办", "通知", "通报");
            foreach (var o in overdue.Named.Take(100))
                table.AddRow(
                    Markup.Escape(o.BodyName), Markup.Escape(o.Title), o.Duty.Chinese, $"{o.Due:yyyy-MM-dd}", Number(o.Days),
                    Number(o.Urged), Number(o.Notices), Number(o.Criticisms));
            AnsiConsole.Write(table);
        }

        private static void Write(RankingSection ranking)
        {
            var table = new Table()
                .AddColumns(["名次", "单位", "得分", "在办", .. ranking.Formula.Select(f => $"{f.Measure.Chinese}×{f.Weight.ToString("0.##", CultureInfo.InvariantCulture)}")]);
            foreach (var l in ranking.Lines)
                table.AddRow([l.Rank is { } r ? Number(r) : "—", Markup.Escape(l.Name), l.Score?.ToString("0.00", CultureInfo.InvariantCulture) ?? "—", Number(l.Legs),
                    .. l.Measures.Select(m => m.Value is { } v ? string.Create(CultureInfo.InvariantCulture, $"{v:0.00} ({m.Numerator}/{m.Denominator})") : "—")]);
            AnsiConsole.Write(table);
        }

        private static void Write(IReadOnlyList<QuotaLine> quotas)
        {
            var table = new Table().AddColumns("区划", "层级", "类别", "应挂", "已挂", "完成");
            foreach (var q in quotas)
                table.AddRow(
                    Markup.Escape(q.RegionName), q.Listing.Chinese, q.HazardKind?.Chinese ?? "不限", Number(q.Required), Number(q.Listed),
                    q.Met ? "是" : "否");
            AnsiConsole.Write(table);
        }

        private static string Rate(decimal? rate) => rate?.ToString("0.0", CultureInfo.InvariantCulture) ?? "—";
    }
}
