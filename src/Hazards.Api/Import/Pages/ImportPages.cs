using System.Text.Json.Nodes;
using Hazards.Api.Http.Pages;
using Hazards.Api.Investigation.Pages;
using Hazards.Domain;
using Hazards.Ledgers;

namespace Hazards.Api.Import.Pages;

/// <summary>台账导入，看清楚再导: upload, sheets and mapping, every row previewed, import, report, undo.</summary>
internal static class ImportPages
{
    private static readonly PageUpload Upload = new(ImportRequest.MostBytes + 64 * 1024, TimeSpan.FromMinutes(2));

    public static void Map(IEndpointRouteBuilder pages)
    {
        pages.Page<ImportsPage>("/imports", UploadAsync, Upload);
        pages.Page<DraftPage>("/imports/drafts/{id}", ReadAsync, Upload);
        pages.Page<DraftRowsPage>("/imports/drafts/{id}/rows", BeginAsync, Upload);
        pages.Page<ImportReportPage>("/imports/{id}", UndoAsync, Upload);
    }

    private static async Task<IResult?> UploadAsync(PageCall page)
    {
        if (page.Form!.Files["file"] is not { Length: > 0 } file)
        {
            page.Problem = InputRefusals.Missing.Because("file");
            return null;
        }

        await using var content = file.OpenReadStream();
        var answered = await page.PostAsync<ImportDraft>(new Asked("POST", "/imports/drafts")
        {
            Body = content, MediaType = "application/octet-stream",
            Query = [
                KeyValuePair.Create("fileName", (string?)Path.GetFileName(file.FileName)),
                KeyValuePair.Create("region", page.Text("region"))],
        });
        page.Problem = answered.Refusal;
        return answered.Value is { } draft ? page.Go($"/imports/drafts/{draft.Id}") : null;
    }

    /// <summary>The mapping as corrected; or guessed anew from the sheet and header that were pointed at.</summary>
    private static async Task<IResult?> ReadAsync(PageCall page)
    {
        var body = new JsonObject();
        foreach (var name in new[] { "ledger", "region" })
            if (page.Text(name) is { } text)
                body[name] = text;
        var again = page.Text("what") == "guess";
        if (again)
            foreach (var name in new[] { "sheet", "headerRow", "headerRows" })
            {
                if (page.Text(name) is { } text)
                    body[name] = name == "sheet" ? text : int.TryParse(text, out var number) ? number : text;
            }
        else
            body["mapping"] = page.Text("shipped") ?? MappingForm.Read(page.Form!).ToJson();
        var answered = await page.PostAsync<ImportDraft>(
            "/imports/drafts/{id}/mapping", body, page.Form?["_key"], null, ("id", page.Route("id")));
        page.Problem = answered.Refusal;
        if (answered.Value is null)
            return null;
        return again || page.Text("what") == "keep" || answered.Value.Trouble is not null
            ? page.Go(
                $"/imports/drafts/{page.Route("id")}",
                again ? page.T("已按所指的表头重新识别", "Guessed anew") : page.T("列映射已保存", "The mapping is kept"))
            : page.Go($"/imports/drafts/{page.Route("id")}/rows");
    }

    private static async Task<IResult?> BeginAsync(PageCall page)
    {
        var answered = await page.PostAsync<ImportReport>(
            "/imports/drafts/{id}/import", [], page.Form?["_key"], null, ("id", page.Route("id")));
        page.Problem = answered.Refusal;
        return answered.Value is { } report ? page.Go($"/imports/{report.Id}") : null;
    }

    private static async Task<IResult?> UndoAsync(PageCall page)
    {
        var body = new JsonObject { ["reason"] = page.Text("reason"), ["actor"] = page.Who.Account.Name };
        var answered = await page.PostAsync<ImportReport>(
            "/imports/{id}/undoing", body, page.Form?["_key"], null, ("id", page.Route("id")));
        page.Problem = answered.Refusal;
        return answered.Value is { Undone: { } undone }
            ? page.Go(
                $"/imports/{page.Route("id")}", page.T($"已撤销：{undone.Hazards} 条隐患不再计入", $"Undone: {undone.Hazards} hazards count no more"))
            : null;
    }
}

/// <summary>A mapping as the form holds it.</summary>
internal static class MappingForm
{
    private static readonly char[] Between = [' ', ',', '，', '、', '\n', '\r', '\t'];

    public static LedgerMapping Read(IFormCollection form)
    {
        var units = Words(form["unitPreference"]);
        return new LedgerMapping
        {
            Name = One(form["name"]),
            Sheet = One(form["sheet"]),
            HeaderRow = Number(form["headerRow"]),
            HeaderRows = Number(form["headerRows"]),
            Columns = [.. Columns(form)],
            UnitPreference = units.Length > 0 ? units : new LedgerMapping { Columns = [] }.UnitPreference,
            DefaultSector = One(form["defaultSector"]),
            DefaultLevel = Code<LedgerLevel>(form["defaultLevel"]),
            DefaultState = Code<LedgerState>(form["defaultState"]),
            Levels = Meanings<LedgerLevel>(form, "level"),
            States = Meanings<LedgerState>(form, "state"),
            DateFormats = Words(form["dateFormats"]),
        };
    }

    // A column is named by its letter and its header: by the letter where the header alone would not do.
    private static IEnumerable<ColumnMapping> Columns(IFormCollection form)
    {
        foreach (var letter in form["columns"].OfType<string>())
            if (Code<LedgerField>(form[$"field.{letter}"]) is { } field)
                yield return new ColumnMapping(field)
                {
                    Header = One(form[$"header.{letter}"]),
                    Column = One(form[$"header.{letter}"]) is null || form[$"ambiguous.{letter}"] == "1" ? letter : null,
                    Role = field == LedgerField.ResponsibleUnit ? One(form[$"role.{letter}"]) : null,
                };
    }

    private static Dictionary<string, T> Meanings<T>(IFormCollection form, string kind) where T : struct, Enum
    {
        var meanings = new Dictionary<string, T>(StringComparer.Ordinal);
        for (var i = 0; form.TryGetValue($"{kind}.word.{i}", out var word); i++)
            if (One(word) is { } text && Code<T>(form[$"{kind}.means.{i}"]) is { } meaning)
                meanings[text] = meaning;
        return meanings;
    }

    private static T? Code<T>(string? text) where T : struct,
    Enum => Enum.TryParse<T>(text, ignoreCase: true, out var value) && Enum.IsDefined(value) && !char.IsDigit(text![0]) ? value : null;

    private static int? Number(string? text) => int.TryParse(text, out var number) ? number : null;

    private static string? One(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private static string[] Words(string? text) =>
        (text ?? "").Split(Between, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
