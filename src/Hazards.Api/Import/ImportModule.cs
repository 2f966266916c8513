using System.Collections.Immutable;
using System.CommandLine;
using Hazards.Api.Administration.Jobs;
using Hazards.Api.Lists;
using Hazards.Api.Reports;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Ledgers;
using Hazards.Projections.Reading;

namespace Hazards.Api.Import;

/// <summary>Ledgers in, by REST and by the command line.</summary>
internal sealed class ImportModule : IModule
{
    private const int MostPreviewed = 20;

    private static readonly TimeSpan LongestImport = TimeSpan.FromMinutes(20);

    private static readonly QueryParameter InBackground =
        new(
            "background", typeof(bool), "true：立即以 202 应答，后台导入，按 Location 查询进度和报告",
            "true: answered with 202 at once and imported in the background; Location has its progress and report");

    private static readonly ImmutableArray<QueryParameter> Parameters =
    [
        new("fileName", typeof(string), "文件名（直接上传文件时）", "The file's name, when the body is the file itself") { Longest = 200 },
        new("ledger", typeof(string), "台账名称：再次导入时按它认出同一行",
            "Name of the ledger: its rows are known by it when it is imported again") { Longest = 50 },
        new("region", typeof(RegionCode), "未载明地区的行所属的行政区划", "The region of rows that name none"),
        new("mapping", typeof(string), "随附映射的名称；不给则按表头猜测",
            "Name of a mapping that ships; guessed from the headers when left out") { Longest = 100 },
    ];

    public void AddServices(IServiceCollection services)
    {
        services.AddSingleton<LedgerImport>();
        services.AddSingleton<EarlierLedgers>();
        services.AddSingleton<ImportDrafts>();
        services.AddSingleton<DraftReader>();
        services.AddSingleton<ImportHistory>();
        services.AddSingleton<ImportUndo>();
        services.AddJob<ImportLedger>((s, message, stop) => s.GetRequiredService<LedgerImport>().ContinueAsync(message, stop));
        services.AddSingleton<IFirstStart, SampleLedgers>();
    }

    public void Map(IEndpointRouteBuilder api)
    {
        api.Post(
            "/imports",
            Upload(
                "导入台账（xlsx、csv）：逐行报告；可重复导入而不重复登记",
                "Import a ledger (xlsx, csv): reports row by row; can be repeated without doubling") with
                {
                    Query = [.. Parameters, InBackground], Answer = typeof(ImportReport), Success = 201, MayTakeLonger = true,
                }, RunAsync)
            .WithRequestTimeout(LongestImport);
        api.Post(
            "/imports/preview",
            Upload(
                "预览台账：猜测的映射与前若干行的理解，未载明地区的行登记在哪里；不写入任何内容",
                "Preview a ledger: the mapping guessed, the first rows as understood, where rows that name no region would go; nothing is written") with { Answer = typeof(LedgerPreview) }, PreviewAsync);
        DraftEndpoints.Map(api, Upload("", ""));
        api.Get(
            "/imports",
            new Operation(Tag.Import, "历次导入，最近的在前", "Imports, the newest first")
            {
                Query = [.. Projected], Answer = typeof(ImportPage),
            }, ListAsync);
        api.Get("/imports/{id}", new Operation(Tag.Import, "导入报告：500 行以内的台账列出每一行，更大的只列可疑的行，其余见 rows",
            "The report of an import: every row of a ledger of 500 rows at most; of a larger one the doubtful rows, the others are at rows")
            {
                Answer = typeof(ImportReport),
            }, FindAsync);
        api.Get("/imports/{id}/rows", new Operation(Tag.Import, "导入报告的各行，可按结果筛选", "The rows of a report, by outcome")
        {
            Query = [Outcome, Doubtful, Http.Parameters.Cursor, Http.Parameters.Limit], Answer = typeof(ImportRows),
        }, RowsAsync);
        api.Get(
            "/imports/{id}/kept",
            new Operation(Tag.Import, "未读懂的行：原单元格与原因，xlsx", "The rows that were not understood: their cells and why, xlsx")
            {
                Files = [ReportSheets.MediaType],
            }, KeptAsync);
        api.Post(
            "/imports/{id}/undoing", new Operation(Tag.Import, CommandRules.WithdrawImported.Chinese, CommandRules.WithdrawImported.English)
        {
            Rule = CommandRules.WithdrawImported, Body = typeof(UndoImport), IsAct = true, Answer = typeof(ImportReport),
        }, UndoAsync).WithRequestTimeout(LongestImport);
        api.Get(
            "/imports/mappings",
            new Operation(Tag.Import, "随附的映射", "The mappings that ship") { Answer = typeof(IReadOnlyDictionary<string, LedgerMapping>) },
            (Call call) => Call.Json(LedgerMapping.ShippedNames.ToDictionary(n => n, LedgerMapping.Shipped)));
    }

    public IEnumerable<Command> Commands() => [ImportCommand.Create()];

    private static readonly ImmutableArray<QueryParameter> Projected = Http.Parameters.Page;

    private static readonly QueryParameter Outcome = new("outcome", typeof(RowOutcome), "只看这一结果的行", "Only rows with this outcome");

    private static readonly QueryParameter Doubtful = new(
        "doubtful", typeof(bool), "true：只看有未读懂之处的行", "true: only rows with something not understood");

    private static Operation Upload(string chinese, string english) => new(Tag.Import, chinese, english)
    {
        Query = Parameters,
        BodyMediaType = "multipart/form-data",
        Rule = CommandRules.RecordLedgerRow,
    };

    private static async Task<IResult> RunAsync(Call call, LedgerImport import, JobTrouble jobs)
    {
        var background = call.Query.Flag(InBackground.Name) == true;
        var (request, refusal) = await ImportRequest.ReadAsync(call);
        if (request is null)
            return Call.Refuse(refusal!);
        var (terms, badTerms) = call.Terms(request.Bytes);
        if (badTerms is not null)
            return Call.Refuse(badTerms);
        var by = call.Caller.As(null);
        var (plan, notOpened) = await LedgerImport.OpenAsync(request.Upload, by, call.Stop);
        if (plan is null)
            return Call.Refuse(notOpened!);
        using (plan)
        {
            var (report, notRun) = background
                ? await import.BeginAsync(plan, request.File, by, terms ?? Terms.None, call.Stop)
                : await import.RunAsync(plan, by, terms, null, call.Stop);
            if (report is null)
                return Call.Refuse(notRun!);
            call.Response.Headers.Location = $"{Links.Root}/imports/{report.Id}";
            return background ? Call.Json(await WithProgressAsync(report, import, jobs, call.Stop), 202) : Call.Json(report.Shown(), 201);
        }
    }

    /// <summary>One that has not finished, with how far it is and why it does not go on.</summary>
    internal static async Task<ImportReport> WithProgressAsync(
        ImportReport report, LedgerImport import, JobTrouble jobs, CancellationToken stop) => report.Finished is not null
        ? report.Shown()
        : report.Shown() with
        {
            Progress = await import.ProgressAsync(report, stop), Trouble = await jobs.WhyAsync(nameof(ImportLedger), report.Id, stop),
        };

    private static async Task<IResult> PreviewAsync(Call call, LedgerImport import)
    {
        var (request, refusal) = await ImportRequest.ReadAsync(call);
        if (request is null)
            return Call.Refuse(refusal!);
        var by = call.Caller.As(null);
        var (plan, notOpened) = await LedgerImport.OpenAsync(request.Upload, by, call.Stop);
        if (plan is null)
            return Call.Refuse(notOpened!);
        using (plan)
        {
            // First what the import would ask: only then is known which ledger it is.
            var tried = await import.TryAsync(plan, by, r => r.Verdict != RowVerdict.Skipped, 0, MostPreviewed, call.Stop);
            var preview = await plan.PreviewAsync(MostPreviewed, call.Stop);
            return preview.IsOk ? Call.Json(TriedRows.Of(preview.Value, tried)) : Call.Refuse(LedgerImport.Translate(preview.Refusal!));
        }
    }

    private static async Task<IResult> ListAsync(Call call, ImportHistory history, Naming naming)
    {
        var asOf = call.AsOf();
        var (cursor, limit) = Http.Parameters.ReadPage(call.Query);
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        var page = await history.ListAsync(call.Caller.Jurisdiction, asOf, cursor, limit, call.Stop);
        return Call.Json(page with { Bodies = await naming.OfBodiesAsync(page.Items.Select(i => i.Body), asOf, call.Stop) });
    }

    private static async Task<IResult> RowsAsync(Call call, string id, LedgerImport import)
    {
        var outcome = call.Query.Code<RowOutcome>(Outcome.Name);
        var doubtful = call.Query.Flag(Doubtful.Name) == true;
        var (cursor, limit) = Http.Parameters.ReadPage(call.Query);
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        var skip = (int)(PositionCursor.Read(cursor, "import rows", id, outcome, doubtful) ?? 0);
        if (!Guid.TryParseExact(id, "D", out var guid)
            || await import.FindAsync(guid, call.Caller.Jurisdiction, call.Stop) is not { } report)
            return Call.Refuse(ImportRefusals.NotFound.Because("id"));
        var rows = report.To(call.Caller).Rows
            .Where(r => (outcome is null || r.Outcome == outcome) && (!doubtful || !r.NotUnderstood.IsEmpty)).Skip(skip).Take(limit + 1)
            .ToArray();
        return Call.Json(
            new ImportRows(
                [.. rows.Take(limit)],
                rows.Length > limit ? PositionCursor.Write(skip + limit, "import rows", id, outcome, doubtful) : null));
    }

    private static async Task<IResult> KeptAsync(Call call, string id, LedgerImport import) =>
        Guid.TryParseExact(id, "D", out var guid) && await import.FindAsync(guid, call.Caller.Jurisdiction, call.Stop) is { } report
            ? Results.File(KeptRows.Write(report.To(call.Caller)), ReportSheets.MediaType, $"kept-{guid:N}.xlsx")
            : Call.Refuse(ImportRefusals.NotFound.Because("id"));

    private static async Task<IResult> UndoAsync(Call call, string id, LedgerImport import, ImportUndo undo)
    {
        var order = await call.ReadAsync<UndoImport>();
        if ((order.Refusal ?? DraftEndpoints.MayNot(call)) is { } refusal)
            return Call.Refuse(refusal);
        if (!Guid.TryParseExact(id, "D", out var guid)
            || await import.FindAsync(guid, call.Caller.Jurisdiction, call.Stop) is not { } report)
            return Call.Refuse(ImportRefusals.NotFound.Because("id"));
        return await undo.UndoAsync(report, order.Command!, order.Given!, order.Terms, call.Stop) is { } why
            ? Call.Refuse(why)
            : Call.Json((await import.FindAsync(guid, call.Caller.Jurisdiction, call.Stop))!.Shown());
    }

    private static async Task<IResult> FindAsync(Call call, string id, LedgerImport import, JobTrouble jobs) =>
        Guid.TryParseExact(id, "D", out var guid) && await import.FindAsync(guid, call.Caller.Jurisdiction, call.Stop) is { } report
            ? Call.Json(await WithProgressAsync(report.To(call.Caller), import, jobs, call.Stop))
            : Call.Refuse(ImportRefusals.NotFound.Because("id"));
}

/// <summary>The two sample ledgers that ship with the product, entered when the service starts for the first time.</summary>
internal sealed class SampleLedgers(LedgerImport import, Projections.IRegistryQueries registry) : IFirstStart
{
    private static readonly (string File, string Mapping, string Region)[] Samples =
    [
        ("coal-mine-2026.csv", "coal-mine", "140781"),
        ("construction-2026.xlsx", "construction", "45"),
    ];

    public string Description => "正在导入示例台账 loading the sample ledgers…";

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (await registry.BodyAsync(BodyId.Parse("dev-office"), null, cancellationToken) is not { } office)
            return;
        var by = new Actor("示例数据", office, [Role.Importer], "sample-ledgers", RegionCode.Nation);
        foreach (var (name, mapping, region) in Samples)
        {
            await using var content = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "samples", name));
            var upload = new LedgerUpload(name, content) { Mapping = LedgerMapping.Shipped(mapping), Region = RegionCode.Parse(region) };
            var (plan, refusal) = await LedgerImport.OpenAsync(upload, by, cancellationToken);
            if (plan is null)
                throw new InvalidOperationException($"{name}: {refusal!.English}");
            using (plan)
                await import.RunAsync(plan, by, null, null, cancellationToken);
        }
    }
}
