using System.CommandLine;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Hazards.Api.Administration.Policies;
using Hazards.Api.Administration.Registry;
using Hazards.Api.Cli;
using Hazards.Api.Import.Pages;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Ledgers;
using Spectre.Console;

namespace Hazards.Api.Import;

/// <summary>
/// <c>hazards import FILE</c>: hands the ledger to the running service when there is one, else opens the database
/// itself; then shows the report.
/// </summary>
internal static class ImportCommand
{
    private static readonly BodyId DevOffice = BodyId.Parse("dev-office");

    public static Command Create()
    {
        var file = new Argument<FileInfo>("FILE") { Description = "台账文件 the ledger (xlsx, xls, csv)" };
        var mapping = new Option<string?>("--mapping")
        {
            Description = "映射：coal-mine、construction 或 JSON 文件；不给则猜测 a mapping that ships, or a JSON file; guessed when left out",
        };
        var ledger = new Option<string?>("--ledger") { Description = "台账名称 name of the ledger" };
        var region = new Option<string?>("--region") { Description = "未载明地区的行所属的行政区划代码 the region of rows that name none (GB/T 2260)" };
        var preview = new Option<bool>("--preview")
        {
            Description = "只预览：怎样读列、哪些行可疑，不写入任何内容 only look: how columns are read and which rows are doubtful; nothing is written",
        };
        var all = new Option<bool>("--all") { Description = "报告列出每一行，而不只是可疑的行 list every row, not the doubtful ones alone" };
        var url = new Option<string?>("--url")
        {
            Description = "运行中的服务；默认为该数据目录的 run 所用地址 the running service; where run serves the data folder when left out"
                + $" ({ServedAddress.Usual})",
        };
        var key = new Option<string?>("--key") { Description = "密钥 the key (HAZARDS_KEY, DATA/dev-key)" };
        var database = new DatabaseOptions();
        var command = new Command("import", "导入台账 · import a ledger") { file, mapping, ledger, region, preview, all, url, key };
        database.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            var upload = new ImportOrder(
                parsed.GetRequiredValue(file), await MappingTextAsync(parsed.GetValue(mapping), stop), parsed.GetValue(ledger),
                parsed.GetValue(region));
            if (!upload.File.Exists)
                return Say($"没有这个文件 no such file: {upload.File}");
            var data = database.DataOf(parsed);
            var address = parsed.GetValue(url)?.TrimEnd('/') ?? ServedAddress.Of(data);
            var secret = parsed.GetValue(key) ?? Environment.GetEnvironmentVariable("HAZARDS_KEY") ?? await DevKeyAsync(data, stop);
            if (parsed.GetValue(preview))
                return await PreviewAsync(
                    upload, parsed.GetValue(all), await JurisdictionAsync(address, secret, stop), address, secret, stop);
            var report = await AnswersAsync(address, stop)
                ? await SendAsync(upload, address, secret, parsed.GetValue(all), stop)
                : parsed.GetValue(url) is null
                    ? await ImportHereAsync(upload, database, parsed, data, stop)
                    : Fail($"{address} 没有应答 does not answer");
            if (report is null)
                return 1;
            Show(report, parsed.GetValue(all));
            return 0;
        });
        return command;
    }

    private sealed record ImportOrder(FileInfo File, string? Mapping, string? Ledger, string? Region)
    {
        public (LedgerUpload? Upload, Refusal? Refusal) Read(Stream content)
        {
            var (mapping, refusal) = ImportRequest.ReadMapping(Mapping);
            RegionCode? region = null;
            if (refusal is null && Region is not null)
                region = RegionCode.TryParse(Region.Trim(), out var code, out refusal) ? code : null;
            return refusal is null
                ? (new LedgerUpload(File.Name, content) { Ledger = Ledger, Mapping = mapping, Region = region }, null)
                : (null, refusal);
        }
    }

    private static async Task<string?> MappingTextAsync(string? mapping, CancellationToken stop) =>
        mapping is not null && File.Exists(mapping) ? await File.ReadAllTextAsync(mapping, stop) : mapping;

    private static async Task<bool> AnswersAsync(string address, CancellationToken stop)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        try
        {
            using var answer = await client.GetAsync(new Uri($"{address}/health/live"), stop);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    private static async Task<string?> DevKeyAsync(string data, CancellationToken stop)
    {
        var file = Path.Combine(data, "dev-key");
        return File.Exists(file) ? (await File.ReadAllTextAsync(file, stop)).Trim() : null;
    }

    private static async Task<ImportReport?> SendAsync(ImportOrder order, string address, string? key, bool all, CancellationToken stop)
    {
        if (key is null)
            return Fail("缺少密钥：--key 或 HAZARDS_KEY · a key is needed");
        using var client = ClientOf(key, TimeSpan.FromMinutes(20));
        await using var content = order.File.OpenRead();
        using var form = FormOf(order, content);
        using var answer = await client.PostAsync(new Uri($"{address}{Links.Root}/imports"), form, stop);
        var text = await answer.Content.ReadAsStringAsync(stop);
        if (answer.IsSuccessStatusCode)
            return await WithRowsAsync(client, JsonSerializer.Deserialize<ImportReport>(text, DomainJson.Options)!, address, all, stop);
        using var problem = JsonDocument.Parse(text);
        return Fail(Sentence(problem.RootElement));
    }

    /// <summary>With the rows that the answer left out, where every row is asked for.</summary>
    private static async Task<ImportReport> WithRowsAsync(
        HttpClient client, ImportReport report, string address, bool all, CancellationToken stop)
    {
        if (!all || report.RowsLeftOut is null)
            return report;
        var rows = new List<ImportedRow>();
        for (string? cursor = ""; cursor is not null;)
        {
            var after = cursor.Length == 0 ? "" : $"&cursor={cursor}";
            var uri = new Uri($"{address}{Links.Root}/imports/{report.Id}/rows?limit={Parameters.LongestPage}{after}");
            var page = await client.GetStringAsync(uri, stop);
            var some = JsonSerializer.Deserialize<ImportRows>(page, DomainJson.Options)!;
            rows.AddRange(some.Items);
            cursor = some.Next;
        }

        return report with { Rows = [.. rows], RowsLeftOut = null };
    }

    private static async Task<ImportReport?> ImportHereAsync(
        ImportOrder order, DatabaseOptions database, ParseResult parsed, string data, CancellationToken stop)
    {
        await using var opened = await database.OpenAsync(parsed, stop);
        var services = new ServiceCollection();
        HazardsService.AddCore(services, new ServiceOptions(opened.ConnectionString) { Keys = opened.Keys });
        services.AddSingleton<LedgerImport>();
        services.AddSingleton<EarlierLedgers>();
        await using var provider = services.BuildServiceProvider();
        await opened.PrepareAsync(stop);
        await provider.GetRequiredService<RulebookSource>().RefreshAsync(stop);
        await ActivatorUtilities.CreateInstance<FirstKey>(provider)
            .EnsureAsync(Path.Combine(data, "dev-key"), DevOffice, "安委办（开发）", "dev", stop);
        var office = await provider.GetRequiredService<BodyStore>().LoadAsync(DevOffice, null, stop);
        var by = new Actor(Environment.UserName, office!, [Role.Importer], "hazards import", RegionCode.Nation);

        await using var content = order.File.OpenRead();
        var (upload, badOrder) = order.Read(content);
        if (upload is null)
            return Fail(Sentence(badOrder!));
        var (plan, refusal) = await LedgerImport.OpenAsync(upload, by, stop);
        if (plan is null)
            return Fail(Sentence(refusal!));
        using (plan)
            return await WithProgressAsync(provider.GetRequiredService<LedgerImport>(), plan, by, stop);
    }

    private static Task<ImportReport?> WithProgressAsync(LedgerImport import, LedgerPlan plan, Actor by, CancellationToken stop)
    {
        var total = plan.Reader.Tables.Sum(t => t.Sheet.RowCount);
        return AnsiConsole.Progress().StartAsync(async progress =>
        {
            var task = progress.AddTask("导入 importing", maxValue: Math.Max(1, total));
            var (report, refusal) = await import.RunAsync(plan, by, null, new Into(task), stop);
            task.Value = task.MaxValue;
            return report ?? Fail(Sentence(refusal!));
        });
    }

    private sealed class Into(ProgressTask task) : IProgress<ImportProgress>
    {
        public void Report(ImportProgress value) => task.Value = value.Rows;
    }

    /// <summary>Rows that a screen holds; the others are in the report.</summary>
    private const int MostShown = 50;

    /// <summary>
    /// How a ledger would be read, and whither it would go; and where the service runs, what it would ask of the first rows. Nothing
    /// is written.
    /// </summary>
    private static async Task<int> PreviewAsync(
        ImportOrder order, bool all, RegionCode jurisdiction, string address, string? key, CancellationToken stop)
    {
        await using var content = order.File.OpenRead();
        var (upload, badOrder) = order.Read(content);
        if (upload is null)
            return Say(Sentence(badOrder!));
        var (plan, refusal) = await LedgerImport.OpenAsync(upload, jurisdiction, stop);
        if (plan is null)
            return Say(Sentence(refusal!));
        using var read = plan;
        var made = await plan.PreviewAsync(int.MaxValue, stop);
        if (!made.IsOk)
            return Say(Sentence(LedgerImport.Translate(made.Refusal)));
        var preview = made.Value;
        foreach (var sheet in preview.Sheets)
            AnsiConsole.WriteLine($"{(sheet.Name.Length > 0 ? sheet.Name : order.File.Name)}：{(sheet.HeaderFirst is { } first ? $"表头第 {first}–{sheet.HeaderLast} 行 header" : "未读 not read")}，{sheet.RowsWithContent} 行 rows");
        foreach (var column in preview.Mapping.Columns)
            AnsiConsole.WriteLine($"  {column.Header ?? column.Column} → {LedgerChinese.Of(column.Field)} {LedgerWords.Code(column.Field)}{(column.Role is null ? "" : $"（{column.Role}）")}");
        foreach (var note in preview.Notes)
            AnsiConsole.WriteLine(Sentence(note.Code, note.Zh));
        var doubtful = preview.Rows.Where(r => all || r.Verdict != RowVerdict.Understood).ToArray();
        foreach (var row in doubtful.Take(all ? int.MaxValue : MostShown))
            AnsiConsole.WriteLine($"{row.Sheet} {row.Number} {LedgerChinese.Of(row.Verdict)} {LedgerWords.Code(row.Verdict)}: "
                + string.Join(
                    "；",
                    row.Notes.Where(n => all || n.Severity != NoteSeverity.Info)
                        .Select(n => $"{(n.Column is null ? "" : $"[{n.Column}] ")}{n.Zh}")));
        AnsiConsole.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"全懂 understood {preview.Verdicts[RowVerdict.Understood]} · 部分 partly {preview.Verdicts[RowVerdict.Partly]} · 原文保留 kept {preview.Verdicts[RowVerdict.Kept]} · 非数据行 skipped {preview.Verdicts[RowVerdict.Skipped]}；未写入 nothing was written"));
        await AskAsync(order, preview, address, key, stop);
        return 0;
    }

    /// <summary>What only the service knows: which ledger imported before it seems to be, and what becomes of its first rows.</summary>
    private static async Task AskAsync(ImportOrder order, LedgerPreview read, string address, string? key, CancellationToken stop)
    {
        if (key is null || !await AnswersAsync(address, stop))
        {
            AnsiConsole.WriteLine("服务没有运行（或没有密钥）：没有与此前的台账、单位名录核对 no service was asked: earlier ledgers and bodies were not looked at");
            return;
        }

        using var client = ClientOf(key, TimeSpan.FromMinutes(2));
        await using var content = order.File.OpenRead();
        using var form = FormOf(order, content);
        using var answer = await client.PostAsync(new Uri($"{address}{Links.Root}/imports/preview"), form, stop);
        using var said = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(stop));
        if (!answer.IsSuccessStatusCode)
        {
            AnsiConsole.WriteLine(Sentence(said.RootElement));
            return;
        }

        var notes = said.RootElement.GetProperty("notes").EnumerateArray();
        foreach (var note in notes.Where(n => read.Notes.All(r => r.Code != Text(n, "code"))))
            AnsiConsole.WriteLine(Sentence(Text(note, "code"), Text(note, "zh")));
        var told = read.Rows.ToLookup(r => (r.Sheet, r.Number), r => r.Notes.Select(n => n.Code));
        foreach (var row in said.RootElement.GetProperty("rows").EnumerateArray())
        {
            var (sheet, number) = (Text(row, "sheet"), row.GetProperty("number").GetInt32());
            var known = told[(sheet, number)].SelectMany(codes => codes).ToHashSet(StringComparer.Ordinal);
            string[] asked = [.. row.GetProperty("notes").EnumerateArray()
                .Where(n => Text(n, "severity") != "info" && !known.Contains(Text(n, "code")))
                .Select(n => $"{Text(n, "code")}: {Text(n, "zh")}")];
            if (asked.Length > 0)
                AnsiConsole.WriteLine($"{sheet} {number} 导入时 when imported: {string.Join('；', asked)}");
        }

        static string Text(JsonElement of, string name) => of.GetProperty(name).GetString() ?? "";
    }

    private static MultipartFormDataContent FormOf(ImportOrder order, Stream content)
    {
        var form = new MultipartFormDataContent { { new StreamContent(content), "file", order.File.Name } };
        foreach (var (name, value) in new[] { ("mapping", order.Mapping), ("ledger", order.Ledger), ("region", order.Region) })
            if (value is not null)
                form.Add(new StringContent(value), name);
        return form;
    }

    /// <summary>
    /// Where whoever has the key may enter hazards; the whole nation where no service says so, as for an import without one.
    /// </summary>
    private static async Task<RegionCode> JurisdictionAsync(string address, string? key, CancellationToken stop)
    {
        if (key is null)
            return RegionCode.Nation;
        using var client = ClientOf(key, TimeSpan.FromSeconds(5));
        try
        {
            using var me = JsonDocument.Parse(await client.GetStringAsync(new Uri($"{address}{Links.Root}/me"), stop));
            return RegionCode.Parse(me.RootElement.GetProperty("region").GetString()!);
        }
        catch (Exception e) when (
            !stop.IsCancellationRequested && e is HttpRequestException or TaskCanceledException or JsonException or UriFormatException)
        {
            return RegionCode.Nation;
        }
    }

    private static HttpClient ClientOf(string key, TimeSpan patience)
    {
        var client = new HttpClient { Timeout = patience };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        client.DefaultRequestHeaders.AcceptLanguage.ParseAdd("zh");
        return client;
    }

    private static string Sentence(JsonElement problem) =>
        Sentence(problem.GetProperty("code").GetString()!, problem.GetProperty("detail").GetString()!);

    private static string Sentence(Refusal refusal) =>
        Sentence(refusal.Code, $"{refusal.Chinese}{(refusal.Field is null ? "" : $"（{refusal.Field}）")} · {refusal.English}");

    /// <summary>What was found, and how the question that it asks is answered here.</summary>
    private static string Sentence(string code, string chinese) => code == ImportRefusals.RegionNeeded.Code
        ? $"{code}: {chinese}\n  → 加上 --region 代码 回答 · answer with --region CODE"
        : $"{code}: {chinese}";

    private static void Show(ImportReport report, bool all)
    {
        var shown = report.Rows.Where(r => all || !r.NotUnderstood.IsEmpty || r.Outcome == RowOutcome.Kept).ToArray();
        foreach (var note in report.Notes)
            AnsiConsole.MarkupLineInterpolated($"[grey]{note}[/]");
        var rows = new Table().AddColumns("表 sheet", "行 row", "结果 outcome", "环节 stage", "事件 events", "未理解 / 说明 not understood / remarks");
        foreach (var row in shown.Take(all ? int.MaxValue : MostShown))
            rows.AddRow(
                Markup.Escape(row.Sheet), row.Row.ToString(CultureInfo.InvariantCulture), CodeList.Chinese(row.Outcome),
                row.Stage is { } stage ? CodeList.Chinese(stage) : "", row.Events.ToString(CultureInfo.InvariantCulture),
                Markup.Escape(string.Join('\n', row.NotUnderstood.Select(n => $"✗ {n}").Concat(row.Remarks.Select(r => $"· {r}")))));
        if (shown.Length > 0)
            AnsiConsole.Write(rows);
        if (!all && report.Rows.Length + (report.RowsLeftOut ?? 0) > shown.Take(MostShown).Count())
        {
            var doubtful = report.RowsLeftOut is null ? shown.Length : report.Finished!.Partly + report.Finished.Kept;
            AnsiConsole.WriteLine(
                $"可疑的行 doubtful rows: {doubtful}；其余各行见 the rest: {Links.Root}/imports/{report.Id}/rows，--all 全部列出 lists them all");
        }

        if (report.Finished is { } f)
            AnsiConsole.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{report.Ledger}：行 rows {f.Rows} · 新登记 entered {f.Entered} · 更新 updated {f.Updated} · 无变化 unchanged {f.Unchanged} · 原文保留 kept {f.Kept} · 非数据行 skipped {f.Skipped} · 部分理解 partly {f.Partly} · 事件 events {f.Events} · 新登记单位 bodies {f.BodiesRegistered}"));
        AnsiConsole.WriteLine($"导入编号 import {report.Id}");
    }

    private static ImportReport? Fail(string sentence)
    {
        Say(sentence);
        return null;
    }

    private static int Say(string sentence)
    {
        Console.Error.WriteLine(sentence);
        return 1;
    }
}
