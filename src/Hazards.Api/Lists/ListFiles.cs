using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Hazards.Api.Figures;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;
using Microsoft.Net.Http.Headers;

namespace Hazards.Api;

/// <summary>In which form a list goes out.</summary>
internal enum ListFormat
{
    /// <summary>json.</summary>
    [Label("数据", "JSON")] Json,

    /// <summary>csv.</summary>
    [Label("逗号分隔", "CSV, UTF-8 with a byte order mark")] Csv,

    /// <summary>xlsx.</summary>
    [Label("电子表格", "xlsx")] Xlsx,
}

/// <summary>A page of a list's rows, for a file.</summary>
internal sealed record ListRows<T>(IReadOnlyList<T> Items, string? Next, Names Names);

/// <summary>
/// Lists as files: the same rows in the same order and the same columns as JSON and the pages show, up to
/// <see cref="MostRows"/>, by <c>Accept</c> or, for a plain link, by <c>format</c>.
/// </summary>
internal static class ListFiles
{
    public const int MostRows = 10_000;
    private const string Csv = "text/csv";

    /// <summary>What a list goes out as beside JSON.</summary>
    public static readonly ImmutableArray<string> MediaTypes = [Csv, ReportSheets.MediaType];

    /// <summary>The parameters of every list that goes out as a file.</summary>
    public static ImmutableArray<QueryParameter> Parameters(IEnumerable<string> columns) =>
    [
        new("format", typeof(ListFormat), $"json（默认）、csv、xlsx；也可用 Accept 指定。文件按同样的筛选、排序和列给出全部行，最多 {MostRows} 行",
            $"json (when left out), csv or xlsx; Accept says the same. A file has all rows, filtered, sorted and with the columns as shown, up to {MostRows}"),
        new("columns", typeof(string), $"文件的列及其次序：{string.Join(",", columns)}", "The file's columns, in this order", Many: true),
        new("lang", typeof(FileLanguage), "文件的语言，默认按 Accept-Language", "The file's language; by Accept-Language when left out"),
    ];

    /// <summary>Reads what is asked for; <see cref="ListFormat.Json"/> for no file.</summary>
    public static ListAsked<T> Read<T>(Call call, ImmutableArray<ListColumn<T>> columns)
    {
        var format = call.Query.Code<ListFormat>("format") ?? ByAccept(call.Request);
        var named = call.Query.Names("columns", [.. columns.Select(c => c.Name)]);
        var english = call.Query.Code<FileLanguage>("lang") is { } language ? language == FileLanguage.En : Language.IsEnglish(call.Request);
        return new ListAsked<T>(format, ColumnsOf(columns, named), english);
    }

    /// <summary>The columns named, in that order; the usual ones where none is.</summary>
    public static ImmutableArray<ListColumn<T>> ColumnsOf<T>(ImmutableArray<ListColumn<T>> all, ImmutableArray<string> named) =>
        named.IsEmpty ? [.. all.Where(c => c.Usual)] : [.. named.Select(n => all.FirstOrDefault(c => c.Name == n)).OfType<ListColumn<T>>()];

    private static ListFormat ByAccept(HttpRequest request)
    {
        var best = (Format: ListFormat.Json, Quality: 0d);
        foreach (var accepted in MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var list) ? list : [])
        {
            var quality = accepted.Quality ?? 1;
            var format = accepted.MediaType.Value switch
            {
                Csv => ListFormat.Csv,
                ReportSheets.MediaType => ListFormat.Xlsx,
                _ => ListFormat.Json,
            };
            if (quality > best.Quality)
                best = (format, quality);
        }

        return best.Format;
    }

    /// <summary>The file: all rows, read a page at a time.</summary>
    public static async Task<IResult> OfAsync<T>(
        Call call, ListAsked<T> asked, (string Name, string Chinese, string English) list, Scope scope, RegionCode region, Func<T, HazardId> hazard,
        Func<string?, Task<ListRows<T>>> read)
    {
        var lines = new List<object?[]>();
        var shown = ImmutableArray.CreateBuilder<HazardId>();
        string? cursor = null;
        do
        {
            var page = await read(cursor);
            var words = new ListWords(asked.English, scope.Today, page.Names);
            foreach (var item in page.Items)
            {
                lines.Add([.. asked.Columns.Select(c => c.Value(item, words))]);
                shown.Add(hazard(item));
            }

            cursor = page.Next;
        }
        while (cursor is not null && lines.Count < MostRows);
        var more = cursor is not null || lines.Count > MostRows;
        if (lines.Count > MostRows)
            lines.RemoveRange(MostRows, lines.Count - MostRows);
        var title = asked.English ? list.English : list.Chinese;
        string[] heads = [.. asked.Columns.Select(c => asked.English ? c.English : c.Chinese)];
        var caption = Caption(asked.English, scope, region, lines.Count, more);
        var name = $"{title}-{region.Value}-{scope.Today.ToString("yyyyMMdd", CultureInfo.InvariantCulture)}";
        return asked.Format == ListFormat.Csv
            ? new ListFile(CsvOf(heads, lines), Csv + "; charset=utf-8", $"{name}.csv", shown.ToImmutable())
            : new ListFile(XlsxOf(title, caption, heads, [.. asked.Columns.Select(c => c.Width)], lines), ReportSheets.MediaType, $"{name}.xlsx", shown.ToImmutable());
    }

    private static string Caption(bool english, Scope scope, RegionCode region, int rows, bool more)
    {
        var at = scope.AsOf is { } asOf ? ChinaTime.Format(asOf) : scope.Today.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var first = more ? english ? $"; the first {MostRows} only" : $"，只列前 {MostRows} 行" : "";
        return english ? $"{Regions.FullNameOf(region)}, as known at {at}, {rows} rows{first}" : $"{Regions.FullNameOf(region)}，截至 {at} 登记的情况，共 {rows} 行{first}";
    }

    private static byte[] CsvOf(string[] heads, List<object?[]> lines)
    {
        var text = new StringBuilder("\uFEFF");
        Line(heads);
        foreach (var line in lines)
            Line(line);
        return Encoding.UTF8.GetBytes(text.ToString());

        void Line(IReadOnlyList<object?> cells)
        {
            for (var i = 0; i < cells.Count; i++)
                text.Append(i == 0 ? "" : ",").Append(Field(cells[i]));
            text.Append("\r\n");
        }
    }

    /// <summary>A field by RFC 4180; a text that a spreadsheet would take for a formula is made plain text.</summary>
    internal static string Field(object? value) => value switch
    {
        null => "",
        string text => Quoted(Plain(text)),
        DateOnly date => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => Quoted(Plain(value.ToString() ?? "")),
    };

    /// <summary>An apostrophe before what begins like a formula (CSV injection): = + - @, and the blanks that are skipped before them.</summary>
    internal static string Plain(string text) => text is ['=' or '+' or '-' or '@' or '\t' or '\r' or '\n' or '＝' or '＋' or '－' or '＠', ..] ? "'" + text : text;

    private static string Quoted(string text) => text.AsSpan().ContainsAny(",\"\r\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;

    private static byte[] XlsxOf(string title, string caption, string[] heads, double[] widths, List<object?[]> lines)
    {
        var workbook = new Workbook();
        var sheet = workbook.Add(title, widths);
        sheet.Across(CellStyle.Title, title, 28).Across(CellStyle.Caption, caption, 18).Row(CellStyle.Head, [.. heads]);
        foreach (var line in lines)
            // Texts are cells of text and never formulas; the apostrophe is for those who save the sheet as csv.
            sheet.Row(CellStyle.Text, [.. line.Select(v => v is string text ? Plain(text) : v)]);
        return workbook.ToBytes();
    }
}

/// <summary>The language of a file.</summary>
internal enum FileLanguage
{
    /// <summary>zh.</summary>
    [Label("中文", "Chinese")] Zh,

    /// <summary>en.</summary>
    [Label("英文", "English")] En,
}

/// <summary>In which form a list is asked for.</summary>
internal sealed record ListAsked<T>(ListFormat Format, ImmutableArray<ListColumn<T>> Columns, bool English)
{
    public bool IsFile => Format != ListFormat.Json;
}

/// <summary>A list as a file; the record of who looked says which hazards it shows.</summary>
internal sealed class ListFile(byte[] bytes, string mediaType, string name, ImmutableArray<HazardId> hazards) : IResult, IFileHttpResult, IShowsHazards
{
    public byte[] Bytes => bytes;

    public ImmutableArray<HazardId> Hazards => hazards;

    public string ContentType => mediaType;

    public string FileDownloadName => name;

    IEnumerable<HazardId> IShowsHazards.Shown => hazards;

    public Task ExecuteAsync(HttpContext httpContext) => Results.File(bytes, mediaType, name).ExecuteAsync(httpContext);
}
