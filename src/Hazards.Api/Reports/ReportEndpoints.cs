using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;

namespace Hazards.Api.Reports;

/// <summary>Frozen reports, and which reports are due.</summary>
internal static class ReportEndpoints
{
    private static readonly QueryParameter Edition = new("edition", typeof(int), "第几版，默认最新",
        "Which edition; the newest when left out") { Least = 1 };

    public static void Map(IEndpointRouteBuilder api)
    {
        api.Get(
            "/reports/duties", new Operation(Tag.Figures, "报表任务：应报、待报、逾期、已定稿", "Which reports are due when: coming, due, overdue, frozen")
        {
            Query = [Parameters.Region, new("on", typeof(DateOnly), "看哪一天，默认今天", "On which day; today when left out"), Parameters.AsOf],
            Answer = typeof(DutyList),
        }, DutiesAsync);
        api.Get("/reports", new Operation(Tag.Figures, "定稿报表和逾期记录", "Frozen reports, and those noticed as overdue")
        {
            Query = [
                Parameters.Region, new("from", typeof(DateOnly), "报表期末不早于", "Periods that ended on this day or later"),
                new("to", typeof(DateOnly), "报表期末不晚于", "Or earlier"), Parameters.AsOf], Answer = typeof(ReportList),
        }, ListAsync);
        api.Post(
            "/reports",
            new Operation(
                Tag.Figures, "报表定稿：此后逐字节可复现（安委办经办、督查）",
                "Freeze a report: from then on reproducible byte for byte (coordinators, supervisors)")
        {
            Body = typeof(FreezeReport), IsAct = true, Answer = typeof(ReportFile), Success = 201,
        }, FreezeAsync);
        api.Get(
            "/reports/{id}",
            new Operation(Tag.Figures, "一份报表：各版、摘要、逾期记录", "One report: its editions, their digests")
            {
                Query = [Parameters.AsOf], Answer = typeof(ReportFile),
            }, FindAsync);
        api.Get(
            "/reports/{id}/file",
            new Operation(Tag.Figures, "定稿文件", "A frozen file")
            {
                Also = [409], Query = [new("form", typeof(ReportForm), "xlsx（默认）或 json", "xlsx (when left out) or json"), Edition],
                Answer = typeof(ReportAnswer), Files = [ReportSheets.MediaType],
            }, FileAsync);
        api.Post(
            "/reports/{id}/verification",
            new Operation(Tag.Figures, "核验：按定稿时所知重算并逐字节比对", "Verify: count again as known then, and compare byte for byte")
        {
            Query = [Edition], Answer = typeof(Verification),
        }, VerifyAsync);
    }

    private static async Task<IResult> DutiesAsync(Call call, ReportDuties duties)
    {
        var (scope, region) = (call.Scope(), call.Query.Region(FigureRefusals.Outside) ?? call.Caller.Jurisdiction);
        var day = call.Query.Date("on") ?? scope.Today;
        if (day.Year is < 2000 or > 2098)
            call.Query.Refuse(InputRefusals.OutOfRange.Because("on", ("value", day), ("min", new DateOnly(2000, 1, 1)), ("max", new DateOnly(2098, 12, 31))));
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        return Call.Json(new DutyList(region, day, scope.AsOf, await duties.OnAsync(region, day, scope.AsOf, call.Stop)));
    }

    private static async Task<IResult> ListAsync(Call call, FigureQueries figures)
    {
        var (scope, region) = (call.Scope(), call.Query.Region(FigureRefusals.Outside) ?? call.Caller.Jurisdiction);
        var (begin, end) = call.Query.DatePair("from", "to");
        // A year, up to today or to what is asked for; and from what is asked for, however far ahead it lies.
        var to = end ?? (begin > scope.Today ? begin.Value : scope.Today);
        var from = begin ?? to.AddYears(-1);
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        var entries = await figures.ReportsAsync(region, from, to, scope.AsOf, 5000, call.Stop);
        return Call.Json(new ReportList(region, from, to, [.. entries.Select(e => e.Id).Distinct()
            .Select(id => ReportFile.Of(id, [.. entries.Where(e => e.Id == id)]))]));
    }

    private static async Task<IResult> FreezeAsync(Call call, ReportStore store, FigureQueries figures)
    {
        var order = await call.ReadAsync<FreezeReport>();
        if (order.Refusal is { } wrong)
            return Call.Refuse(wrong);
        var (report, refusal) = await store.FreezeAsync(order.Command!, order.Given!, order.Terms, call.Stop);
        if (report is null)
            return Call.Refuse(refusal!);
        var id = Report.StreamOf(report.Kind, report.Region, report.Period);
        call.Response.Headers.Location = $"{Links.Root}/reports/{id}";
        return Call.Json(ReportFile.Of(id, await figures.ReportAsync(id, call.Stop)), 201);
    }

    private static async Task<IResult> FindAsync(Call call, string id, FigureQueries figures)
    {
        var asOf = call.AsOf();
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        var known = (await OpenAsync(call, id, figures))?.Where(e => !(e.RecordedAt > asOf)).ToArray();
        return known is { Length: > 0 } ? Call.Json(ReportFile.Of(known[0].Id, known)) : Call.Refuse(FigureRefusals.Unknown.Because());
    }

    private static async Task<IResult> FileAsync(Call call, string id, FigureQueries figures, FileStore files)
    {
        var form = call.Query.Code<ReportForm>("form") ?? ReportForm.Xlsx;
        var number = call.Query.Number("edition", 1, int.MaxValue);
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        if (await EditionAsync(call, id, number, figures) is not { } frozen)
            return Call.Refuse(FigureRefusals.Unknown.Because());
        var digest = form == ReportForm.Json ? frozen.Json : frozen.Sheet;
        if (digest is not { } known || await files.GetAsync(known, call.Stop) is not { } file)
            return Call.Refuse(FigureRefusals.NoSheet.Because("form", ("value", CodeList.Code(form))));
        return Results.File(
            file.Bytes, file.MediaType,
            $"{CodeList.Code(frozen.Kind)}-{frozen.Region.Value}-{frozen.Period.Value}-{frozen.Edition}.{CodeList.Code(form)}");
    }

    private static async Task<IResult> VerifyAsync(Call call, string id, FigureQueries figures, ReportStore store)
    {
        var number = call.Query.Number("edition", 1, int.MaxValue);
        if (call.Query.Refusal is { } wrong)
            return Call.Refuse(wrong);
        if (await EditionAsync(call, id, number, figures) is not { } frozen)
            return Call.Refuse(FigureRefusals.Unknown.Because());
        var (verification, refusal) = await store.VerifyAsync(
            Report.StreamOf(frozen.Kind, frozen.Region, frozen.Period), frozen, call.Stop);
        return verification is null ? Call.Refuse(refusal!) : Call.Json(verification);
    }

    private static async Task<ReportFrozen?> EditionAsync(Call call, string id, long? number, FigureQueries figures) =>
        (await OpenAsync(call, id, figures))?.Select(e => e.Event).OfType<ReportFrozen>()
            .LastOrDefault(f => number is null || f.Edition == number);

    private static async Task<IReadOnlyList<ReportEntry>?> OpenAsync(Call call, string id, FigureQueries figures)
    {
        if (!Guid.TryParseExact(id, "D", out var report))
            return null;
        var entries = await figures.ReportAsync(report, call.Stop);
        return entries.IsEmpty || !call.Caller.Jurisdiction.Contains(entries[0].Event.Region) ? null : entries;
    }
}

/// <summary>The forms of a frozen report.</summary>
internal enum ReportForm
{
    /// <summary>xlsx.</summary>
    [Label("电子表格", "xlsx")] Xlsx,

    /// <summary>json.</summary>
    [Label("数据", "JSON")] Json,
}

/// <summary>Reports that are owed.</summary>
internal sealed record DutyList(RegionCode Region, DateOnly On, DateTimeOffset? AsOf, IReadOnlyList<ReportDuty> Duties);

/// <summary>Reports to which something happened.</summary>
internal sealed record ReportList(RegionCode Region, DateOnly From, DateOnly To, IReadOnlyList<ReportFile> Reports);

/// <summary>A report of a region for a period.</summary>
/// <param name="Id">Its identity: the same on every node and in every deployment.</param>
/// <param name="Kind">Which report.</param>
/// <param name="Region">Whose.</param>
/// <param name="RegionName">Its name.</param>
/// <param name="Period">For which time.</param>
/// <param name="PeriodName">Its name.</param>
/// <param name="Missed">The last day it had, when it was noticed as overdue.</param>
/// <param name="Editions">Its editions, the newest last.</param>
/// <param name="Links">Where its files are, and how to verify them.</param>
internal sealed record ReportFile(
    Guid Id, CodeEntry Kind, RegionCode Region, string RegionName, Period Period, string PeriodName, DateOnly? Missed, IReadOnlyList<FrozenEdition> Editions, IReadOnlyDictionary<string, string> Links)
{
    public static ReportFile Of(Guid id, IReadOnlyList<ReportEntry> entries)
    {
        var e = entries[0].Event;
        return new ReportFile(
            id, Labels.Of(e.Kind), e.Region, Regions.FullNameOf(e.Region), e.Period, e.Period.Chinese,
            entries.Select(x => x.Event).OfType<ReportDeadlineMissed>().FirstOrDefault()?.Due,
            [.. entries.Where(x => x.Event is ReportFrozen).Select(x => FrozenEdition.Of(x, (ReportFrozen)x.Event))],
            new Dictionary<string, string>
            {
                ["self"] = $"{Root}/{id}", ["file"] = $"{Root}/{id}/file", ["verification"] = $"{Root}/{id}/verification",
            });
    }

    private static string Root => $"{LifeCycle.Links.Root}/reports";
}

/// <summary>A frozen edition.</summary>
internal sealed record FrozenEdition(
    int Edition, DateTimeOffset FrozenAt, DateTimeOffset KnownAt, long Position, string Policy, int Template, Sha256Digest Json,
    Sha256Digest? Sheet, string? Reason)
{
    public static FrozenEdition Of(ReportEntry entry, ReportFrozen f) =>
        new(f.Edition, entry.RecordedAt, f.KnownAt, f.Position, f.Policy, f.Template, f.Json, f.Sheet, f.Reason);
}
