using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Text;
using Hazards.Api.Administration.Jobs;
using Hazards.Api.Investigation;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;
using Npgsql;

namespace Hazards.Api.Reports;

/// <summary>Figures, reports and their duties, by REST and by the command line.</summary>
internal sealed class FigureModule : IModule
{
    private static readonly QueryParameter Span = new(
        "span", typeof(TableSpan), "month：当期（默认）；year：自本年1月1日累计",
        "period: the period alone (when left out); year: cumulated since 1 January");
    private static readonly QueryParameter PeriodOf = new(
        "period", typeof(Period), "报表期（必填）：2026、2026Q3、2026-07、2026-07a、2026-07b",
        "The period (required): 2026, 2026Q3, 2026-07, 2026-07a, 2026-07b");
    private static readonly QueryParameter Provisional = new(
        "provisional", typeof(bool), "true：期未结束时查看期内数", "true: figures so far, while the period has not ended");
    private static readonly QueryParameter By = new(
        "breakdown", typeof(Breakdown), "按行业（默认）或下一级区划", "By sector (when left out), or by region one level below");
    private static readonly QueryParameter Kind = new("kind", typeof(HazardKind), "安全生产或自然灾害", "Work safety or natural disaster");
    private static readonly QueryParameter Campaign = new(
        "campaign", typeof(string), "专项行动编号：只计其中发现的", "A campaign: only what was found in it") { Longest = 40 };
    private static readonly QueryParameter Named = new(
        "named", typeof(int), $"点名至多几项，1–{ReportMaker.MostNamed}；默认 {ReportMaker.MostNamed}",
        $"How many overdue duties are named at most, 1 to {ReportMaker.MostNamed}; {ReportMaker.MostNamed} when left out")
        {
            Least = 1, Most = ReportMaker.MostNamed,
        };
    private static readonly ImmutableArray<QueryParameter> Common = [
        Parameters.Region, PeriodOf, Kind, Campaign, Provisional, Parameters.AsOf];

    /// <summary>The address of each report.</summary>
    private static readonly ImmutableArray<(ReportKind Kind, string Path)> Paths =
    [
        (ReportKind.MonthlyTable, "monthly-table"), (ReportKind.QuarterlyReport, "quarterly-report"),
        (ReportKind.AnnualReport, "annual-report"),
        (ReportKind.TwoLists, "two-lists"), (ReportKind.FourRegimes, "four-regimes"), (ReportKind.Bulletin, "bulletin"),
        (ReportKind.BodyRanking, "body-ranking"), (ReportKind.CountyRanking, "county-ranking"), (ReportKind.Quotas, "quotas"),
    ];

    public void AddServices(IServiceCollection services)
    {
        AddFigures(services);
        services.AddScheduled(
            JobKind.NoticeOverdueReports, o => o.RingEvery, (s, stop) => s.GetRequiredService<ReportDuties>().NoticeMissedAsync(stop));
    }

    /// <summary>What the commands need as well.</summary>
    public static void AddFigures(IServiceCollection services)
    {
        services.AddSingleton(s => new FigureQueries(s.GetRequiredService<NpgsqlDataSource>()));
        services.AddSingleton<HazardFiles>();
        services.AddSingleton<ReportMaker>();
        services.AddSingleton<ReportStore>();
        services.AddSingleton<ReportDuties>();
    }

    public IEnumerable<Command> Commands() => [ReportCommand.Create()];

    public void Map(IEndpointRouteBuilder api)
    {
        foreach (var (kind, path) in Paths)
        {
            var (chinese, english) = (CodeList.Chinese(kind), CodeList.English(kind));
            var table = kind is ReportKind.MonthlyTable or ReportKind.QuarterlyReport or ReportKind.AnnualReport or ReportKind.Bulletin;
            var list = kind is ReportKind.TwoLists or ReportKind.FourRegimes or ReportKind.QuarterlyReport or ReportKind.AnnualReport;
            ImmutableArray<QueryParameter> own = [
                .. Common, .. kind == ReportKind.MonthlyTable ? [Span] : Array.Empty<QueryParameter>(),
                .. table ? [By] : Array.Empty<QueryParameter>()];
            api.Get($"/figures/{path}", new Operation(Tag.Figures, chinese, english)
            {
                Query = list ? [.. own, Parameters.Cursor, Parameters.Limit] : kind == ReportKind.Bulletin ? [.. own, Named] : own,
                Answer = typeof(ReportAnswer),
            }, (Call call, ReportMaker maker, KeptAnswers kept, IRegistryQueries registry) =>
                AnswerAsync(call, kind, list, maker, kept, registry));
            api.Get(
                $"/figures/{path}/file",
                new Operation(Tag.Figures, $"{chinese}：xlsx", $"{english}, as xlsx") { Query = own, Files = [ReportSheets.MediaType] },
                (Call call, ReportMaker maker, IRegistryQueries registry) => FileAsync(call, kind, path, maker, registry));
        }
        api.Get(
            "/figures/bulletin/page",
            new Operation(Tag.Figures, "通报：可打印的网页", "The bulletin as a page to print")
            {
                Query = [.. Common, By], Files = ["text/html"],
            }, PageAsync);
        api.Get(
            "/figures/monthly-table/difference",
            new Operation(
                Tag.Figures, "月报表两个时刻所知之差，逐项说明原因",
                "Why the table as known at one instant is not the table as known at another, hazard by hazard")
        {
            Query =
            [
                Parameters.Region, PeriodOf, Kind, Campaign, Span, By,
                new("from", typeof(DateTimeOffset), "先前所知的时刻（必填）", "As known at this instant (required)"),
                new("to", typeof(DateTimeOffset), "后来所知的时刻，默认现在", "As known at this later one; now when left out"),
                new("column", typeof(MonthlyColumn), "只看这一栏", "This column only"),
                new("line", typeof(string), "只看这一行（行业或区划代码）", "This line only (the code of a sector or region)") { Longest = 40 },
                Parameters.Cursor, Parameters.Limit,
            ],
            Answer = typeof(DifferenceAnswer),
        }, DifferenceAsync);
        api.Get(
            "/figures/monthly-table/hazards",
            new Operation(Tag.Figures, "月报表一格所计的隐患", "The hazards that a cell of the monthly table counts")
        {
            Query =
            [
                .. Common, Span, By,
                new(
                    "column", typeof(MonthlyColumn), "哪一栏（必填；检查单位、资金两栏不按隐患计）",
                    "Which column (required); units and funds do not count hazards"),
                new("line", typeof(string), "哪一行（行业或区划代码）；默认合计",
                    "Which line (the code of a sector or region); the sum when left out") { Longest = 40 },
                Parameters.Cursor, Parameters.Limit,
            ],
            Answer = typeof(CellAnswer),
        }, CellAsync);
        ReportEndpoints.Map(api);
    }

    private static async Task<(ReportRequest? Request, Refusal? Wrong)> ReadAsync(
        Call call, ReportKind kind, bool paged, IRegistryQueries registry) =>
        Read(call, kind, paged) is not { } request ? (null, call.Query.Refusal)
        : await Parameters.NobodyAsync(call, registry) is { } nobody ? (null, nobody)
        : (request with { CampaignName = await CampaignNameAsync(call, request.Campaign) }, null);

    private static async Task<string?> CampaignNameAsync(Call call, Guid? campaign) => campaign is not { } id ? null
        : (await call.Request.HttpContext.RequestServices.GetRequiredService<InspectionQueries>()
            .CampaignAsync(call.Scope(), id, call.Stop))?.Name;

    private static ReportRequest? Read(Call call, ReportKind kind, bool paged)
    {
        var query = call.Query;
        var scope = call.Scope();
        var region = query.Region(FigureRefusals.Outside) ?? call.Caller.Jurisdiction;
        var period = query.Value<Period>("period");
        if (period is null)
            query.Refuse(InputRefusals.Missing.Because("period"));
        var request = new ReportRequest(kind, region, period ?? default, scope.AsOf, scope.Today)
        {
            Cumulated = query.Code<TableSpan>("span") == TableSpan.Year,
            Breakdown = query.Code<Breakdown>("breakdown") ?? Breakdown.Sector,
            HazardKind = query.Code<HazardKind>("kind"),
            Campaign = query.AnyId("campaign"),
            Named = kind == ReportKind.Bulletin ? (int?)query.Number("named", 1, ReportMaker.MostNamed) : null,
        };
        if (paged)
        {
            var (cursor, limit) = Parameters.ReadPage(query);
            request = request with { Cursor = cursor, Limit = limit };
        }
        if (query.Refusal is not null)
            return null;
        if (kind != ReportKind.MonthlyTable && ReportStore.CheckPeriod(kind, request.Period) is { } wrong)
            query.Refuse(wrong);
        else if (request.Provisional && query.Flag("provisional") != true)
            query.Refuse(FigureRefusals.PeriodOpen.Because("period", ("period", request.Period.Value), ("last", request.Period.Last)));
        return query.Refusal is null ? request : null;
    }

    private static async Task<IResult> AnswerAsync(
        Call call, ReportKind kind, bool paged, ReportMaker maker, KeptAnswers kept, IRegistryQueries registry)
    {
        var (request, wrong) = await ReadAsync(call, kind, paged, registry);
        if (request is null)
            return Call.Refuse(wrong!);
        var (answer, refusal) = await maker.MakeAsync(request, call.Stop, kept);
        return answer is null ? Call.Refuse(refusal!) : Call.Json(answer);
    }

    private static async Task<IResult> FileAsync(Call call, ReportKind kind, string path, ReportMaker maker, IRegistryQueries registry)
    {
        var (request, wrong) = await ReadAsync(call, kind, paged: false, registry);
        if (request is null)
            return Call.Refuse(wrong!);
        var (answer, refusal) = await maker.MakeAsync(request, call.Stop);
        return answer is null
            ? Call.Refuse(refusal!)
            : Results.File(ReportSheets.Of(answer), ReportSheets.MediaType,
                $"{path}-{request.Region.Value}-{request.Period.Value}{(answer.Narrowed is null ? "" : "-part")}.xlsx");
    }

    private static async Task<IResult> PageAsync(Call call, ReportMaker maker, IRegistryQueries registry)
    {
        var (request, wrong) = await ReadAsync(call, ReportKind.Bulletin, paged: false, registry);
        if (request is null)
            return Call.Refuse(wrong!);
        var (answer, refusal) = await maker.MakeAsync(request, call.Stop);
        return answer is null ? Call.Refuse(refusal!) : Results.Content(BulletinPage.Of(answer), "text/html; charset=utf-8", Encoding.UTF8);
    }

    private static async Task<IResult> CellAsync(Call call, ReportMaker maker, IRegistryQueries registry)
    {
        var (column, line) = (call.Query.Code<MonthlyColumn>("column"), call.Query.Text("line", 40));
        if (column is null)
            call.Query.Refuse(InputRefusals.Missing.Because("column"));
        if (column is MonthlyColumn.Inspected or MonthlyColumn.Funds)
            call.Query.Refuse(FigureRefusals.NotOfHazards.Because("column", ("value", CodeList.Code(column.Value))));
        var (request, wrong) = await ReadAsync(call, ReportKind.MonthlyTable, paged: true, registry);
        if (request is null)
            return Call.Refuse(wrong!);
        if (maker.NoSuchLine(line, request.Breakdown, request.Region) is { } none)
            return Call.Refuse(none);
        var (cards, next) = await maker.CellAsync(request, column!.Value, line, call.Stop);
        return Call.Json(new CellAnswer(
            request.Region, request.Period, Labels.Of(request.Breakdown), Labels.Of(column.Value), line, request.KnownAt, cards, next));
    }

    private static async Task<IResult> DifferenceAsync(
        Call call, FigureQueries figures, HazardFiles files, ReportMaker maker, IRegistryQueries registry)
    {
        var query = call.Query;
        var to = query.Instant("to");
        var from = query.Instant("from");
        var (column, line) = (query.Code<MonthlyColumn>("column"), query.Text("line", 40));
        var (cursor, limit) = Parameters.ReadPage(query);
        if (from is null)
            query.Refuse(InputRefusals.Missing.Because("from"));
        var region = query.Region(FigureRefusals.Outside) ?? call.Caller.Jurisdiction;
        if (query.Value<Period>("period") is not { } period)
        {
            query.Refuse(InputRefusals.Missing.Because("period"));
            return Call.Refuse(query.Refusal!);
        }
        var (breakdown, kind, span) = (query.Code<Breakdown>("breakdown") ?? Breakdown.Sector, query.Code<HazardKind>("kind"),
            query.Code<TableSpan>("span"));
        var campaign = query.AnyId("campaign");
        var until = to ?? (await figures.NewestAsync(call.Stop));
        if (query.Refusal is null && !(from < until))
            query.Refuse(FigureRefusals.Order.Because("from"));
        if (query.Refusal is null && maker.NoSuchLine(line, breakdown, region) is { } none)
            query.Refuse(none);
        if ((query.Refusal ?? await Parameters.NobodyAsync(call, registry)) is { } refusal)
            return Call.Refuse(refusal);
        var scope = new FigureScope(region, period, until, ChinaTime.DateAt(until), kind, campaign);
        if (span == TableSpan.Year)
            scope = scope.Cumulated();
        var sums = await figures.DifferenceAsync(scope, breakdown, from!.Value, until, call.Stop);
        var page = await figures.ChangesAsync(scope, breakdown, from.Value, until, column, line, cursor, limit, call.Stop);
        var stories = (await files.ReadAsync([.. page.Items.Select(i => i.Hazard)], until, call.Stop)).ToDictionary(f => f.Hazard.Id);
        return Call.Json(new DifferenceAnswer(region, period, Labels.Of(breakdown), from.Value, until, sums, [.. page.Items.Select(i => ChangeItem.Of(i, stories[i.Hazard], from.Value))], page.Next));
    }
}

/// <summary>What a table covers.</summary>
internal enum TableSpan
{
    /// <summary>当期.</summary>
    [Label("当期", "The period alone")] Month,

    /// <summary>累计.</summary>
    [Label("本年累计", "Since 1 January")] Year,
}

/// <summary>The hazards of a cell.</summary>
/// <param name="Region">The region.</param>
/// <param name="Period">The period.</param>
/// <param name="Breakdown">What a line stands for.</param>
/// <param name="Column">The column.</param>
/// <param name="Line">The line; absent for the sum.</param>
/// <param name="KnownAt">As it was recorded at this instant; absent for now.</param>
/// <param name="Hazards">The hazards, in the order in which they were found.</param>
/// <param name="Next">Cursor of the next page.</param>
internal sealed record CellAnswer(
    RegionCode Region, Period Period, CodeEntry Breakdown, CodeEntry Column, string? Line, DateTimeOffset? KnownAt, IReadOnlyList<HazardCard> Hazards, string? Next) : IShowsHazards
{
    IEnumerable<HazardId> IShowsHazards.Shown => Hazards.Select(h => h.Id);
}

/// <summary>A difference between two states of knowledge.</summary>
/// <param name="Region">The region.</param>
/// <param name="Period">The period.</param>
/// <param name="Breakdown">What a line stands for.</param>
/// <param name="From">As known at this instant.</param>
/// <param name="To">As known at this one.</param>
/// <param name="Cells">The change of every cell that changed, in sum.</param>
/// <param name="Hazards">The hazards behind it.</param>
/// <param name="Next">Cursor of the next page.</param>
internal sealed record DifferenceAnswer(
    RegionCode Region, Period Period, CodeEntry Breakdown, DateTimeOffset From, DateTimeOffset To, IReadOnlyList<CellChange> Cells,
    IReadOnlyList<ChangeItem> Hazards, string? Next);

/// <summary>A hazard that entered or left a cell.</summary>
/// <param name="Id">The hazard.</param>
/// <param name="Title">Its title.</param>
/// <param name="Causes">Why.</param>
/// <param name="Cells">Which cells it entered or left.</param>
/// <param name="Before">What was known of it before; absent when nothing was.</param>
/// <param name="After">What was known of it later.</param>
/// <param name="Events">What was recorded of it in between.</param>
internal sealed record ChangeItem(
    HazardId Id, string Title, IReadOnlyList<CodeEntry> Causes, IReadOnlyList<CellChange> Cells, KnownFacts? Before, KnownFacts? After,
    IReadOnlyList<ChangeEvent> Events)
{
    public static ChangeItem Of(HazardChange change, HazardFile file, DateTimeOffset from) => new(
        change.Hazard, file.Hazard.Title, [.. change.Causes.Select(c => Labels.Of(c))], change.Cells, change.Before, change.After,
        [.. file.Story.Where(s => s.RecordedAt > from).Select(s => new ChangeEvent(s.Position, EventLabels.Of(s.Type), s.Context.OccurredAt, s.RecordedAt, s.Context.Entry == Entry.Late, s.Context.Actor))]);
}

/// <summary>An event recorded between the two instants.</summary>
internal sealed record ChangeEvent(
    long Position, CodeEntry Type, DateTimeOffset OccurredAt, DateTimeOffset RecordedAt, bool Late, string Actor);

/// <summary>The bulletin as a page to print.</summary>
internal static class BulletinPage
{
    public static string Of(ReportAnswer report)
    {
        var text = new StringBuilder();
        var total = report.Table!.Total;
        text.Append(CultureInfo.InvariantCulture, $$"""
            <!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{{E(report.Title)}}</title>
            <style>body{font-family:SimSun,"Noto Serif CJK SC",serif;max-width:50em;margin:2em auto;line-height:1.7}h1{text-align:center;font-size:1.5em}table{border-collapse:collapse;width:100%;font-size:.85em}td,th{border:1px solid #333;padding:.2em .5em;text-align:left}.n{text-align:right}@media print{body{margin:0} }</style></head><body>
            <h1>{{E(report.Title)}}</h1>
            <p>{{E(report.PeriodName)}}，{{E(report.RegionName)}}排查一般隐患 {{total.FoundGeneral}} 项，整改 {{total.RectifiedGeneral}} 项，整改率 {{Rate(total.GeneralRate)}}；排查重大隐患 {{total.FoundMajor}} 项，整改销号 {{total.RectifiedMajor}} 项，整改率 {{Rate(total.MajorRate)}}；挂牌督办 {{total.Listed}} 项。另有立行立改 {{total.OnTheSpot}} 项、企业自查自改 {{total.OwnChecks}} 项。本年累计落实治理资金 {{total.Funds}} 万元。</p>
            """);
        var overdue = report.Overdue!;
        text.Append(
            CultureInfo.InvariantCulture,
            $"<h2>超期点名</h2><p>截至期末超期 {overdue.All} 项{(overdue.All > overdue.Named.Count ? string.Create(CultureInfo.InvariantCulture, $"，以下列出超期最久的 {overdue.Named.Count} 项") : "")}。</p><table><tr><th>责任单位</th><th>隐患</th><th>事项</th><th>期限</th><th>超期（天）</th><th>已采取督办</th></tr>");
        foreach (var o in overdue.Named)
            text.Append(
                CultureInfo.InvariantCulture,
                $"<tr><td>{E(o.BodyName)}</td><td>{E(o.Title)}</td><td>{E(o.Duty.Chinese)}（{E(o.Leg)}）</td><td>{o.Due:yyyy-MM-dd}</td><td class=\"n\">{o.Days}</td><td>催办 {o.Urged}、通知书 {o.Notices}、通报 {o.Criticisms}</td></tr>");
        text.Append(
            CultureInfo.InvariantCulture,
            $"</table><p>数据截至 {(report.KnownAt is { } at ? ChinaTime.Format(at) : "即时")}（事件 {report.Position}）{(report.Provisional ? "，期内数" : "")}。</p></body></html>");
        return text.ToString();
    }

    private static string Rate(decimal? rate) => rate is { } known ? string.Create(CultureInfo.InvariantCulture, $"{known:0.0}%") : "—";

    private static string E(string text) => Workbook.Escape(text);
}
