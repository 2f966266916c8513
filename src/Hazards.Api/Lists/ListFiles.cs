using System.Collections.Immutable;
using System.Globalization;
using Hazards.Api.Investigation;
using Hazards.Api.Reports;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;
using Microsoft.Net.Http.Headers;

namespace Hazards.Api.Lists;

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
/// Lists as files: the same rows in the same order and the same columns as JSON and the pages show, all of them, by <c>Accept</c> or,
/// for a plain link, by <c>format</c> or an address that ends in <c>.csv</c> or <c>.xlsx</c>.
/// </summary>
internal static class ListFiles
{
    public const string Csv = "text/csv";

    /// <summary>What a list goes out as beside JSON.</summary>
    public static readonly ImmutableArray<string> MediaTypes = [Csv, ReportSheets.MediaType];

    /// <summary>Whether an operation answers with a list, which goes out as a file as well.</summary>
    public static bool IsList(Operation operation) => operation.Query.Any(q => q.Type == typeof(ListFormat));

    /// <summary>Which form is asked for: by the end of the address, else by <c>format</c>, else by <c>Accept</c>.</summary>
    public static ListFormat FormatOf(Call call) => ((RouteEndpoint)call.Request.HttpContext.GetEndpoint()!).RoutePattern.RawText switch
    {
        // By the pattern: an identity that ends so asks for nothing.
        { } pattern when pattern.EndsWith(".csv", StringComparison.Ordinal) => ListFormat.Csv,
        { } pattern when pattern.EndsWith(".xlsx", StringComparison.Ordinal) => ListFormat.Xlsx,
        _ => call.Query.Code<ListFormat>(Format.Name) ?? ByAccept(call.Request),
    };

    /// <summary>In which form.</summary>
    public static readonly QueryParameter Format = new("format", typeof(ListFormat),
        "json（默认）、csv、xlsx；也可用 Accept 指定，或在地址后加 .csv、.xlsx。文件按同样的筛选、排序给出全部行",
        "json (when left out), csv or xlsx; Accept says the same, and so does .csv or .xlsx behind the address. A file has all rows, filtered and sorted as shown");

    /// <summary>The parameters of every list that goes out as a file.</summary>
    public static ImmutableArray<QueryParameter> Parameters(IEnumerable<string> columns) =>
    [
        Format,
        new("columns", typeof(string), $"文件的列及其次序：{string.Join(",", columns)}", "The file's columns, in this order", Many: true),
        new("lang", typeof(FileLanguage), "文件的语言，默认按 Accept-Language", "The file's language; by Accept-Language when left out"),
    ];

    private static readonly string[] OnlyOfFiles = ["columns", "lang"];

    /// <summary>Reads what is asked for; <see cref="ListFormat.Json"/> for no file.</summary>
    public static ListAsked<T> Read<T>(Call call, ImmutableArray<ListColumn<T>> columns)
    {
        var format = FormatOf(call);
        var named = call.Query.Names("columns", [.. columns.Select(c => c.Name)]);
        var english = call.Query.Code<FileLanguage>("lang") is { } language
            ? language == FileLanguage.En
            : Language.IsEnglish(call.Request);
        if (format == ListFormat.Json)
            foreach (var name in OnlyOfFiles.Where(call.Query.Has))
                call.Query.Refuse(RequestRefusals.OnlyOfFiles.Because(name));
        else if (call.Query.Has(Http.Parameters.Cursor.Name))
            call.Query.Refuse(RequestRefusals.NotOfFiles.Because(Http.Parameters.Cursor.Name));
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
            ListFormat? format = accepted.MediaType.Value switch
            {
                Csv or "text/*" => ListFormat.Csv,
                ReportSheets.MediaType => ListFormat.Xlsx,
                "application/json" or "application/problem+json" or "application/*" or "*/*" => ListFormat.Json,
                // Something that no list is: the next best counts.
                _ => null,
            };
            if (format is { } served && quality > best.Quality)
                best = (served, quality);
        }

        return best.Format;
    }

    /// <summary>The file: all rows, read a page at a time; no more than a page of them is held.</summary>
    public static async Task<IResult> OfAsync<T>(
        Call call, IRegistryQueries registry, ListAsked<T> asked, (string Name, string Chinese, string English) list, Scope scope,
        RegionCode region, Func<T, HazardId> hazard, Func<string?, Task<ListRows<T>>> read)
    {
        if (await Http.Parameters.NobodyAsync(call, registry) is { } nobody)
            return Call.Refuse(nobody);
        call.TakeAsLongAsNeeded();
        var file = new ListWriter(
            asked.Format, asked.English ? list.English : list.Chinese,
            [.. asked.Columns.Select(c => (asked.English ? c.English : c.Chinese, c.Width))]);
        try
        {
            var shown = ImmutableArray.CreateBuilder<HazardId>();
            string? cursor = null;
            do
            {
                var page = await read(cursor);
                var words = new ListWords(asked.English, scope.Today, page.Names);
                foreach (var item in page.Items)
                    if (file.Add([.. asked.Columns.Select(c => c.Value(item, words))]))
                        shown.Add(hazard(item));
                await file.FlushAsync(call.Stop);
                cursor = page.Next;
            }
            while (cursor is not null && !file.IsFull);
            var name = $"{file.Title}-{region.Value}-{scope.Today.ToString("yyyyMMdd", CultureInfo.InvariantCulture)}";
            return await file.FinishAsync(
                name, Caption(asked.English, scope, region, file.Count, file.IsFull), shown.ToImmutable(), call.Stop);
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    private static string Caption(bool english, Scope scope, RegionCode region, int rows, bool more)
    {
        var at = scope.AsOf is { } asOf ? ChinaTime.Format(asOf) : scope.Today.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var first = more ? english ? "; a sheet holds no more" : "，一张工作表只能放这些" : "";
        return english
            ? $"{Regions.FullNameOf(region)}, as known at {at}, {rows} rows{first}"
            : $"{Regions.FullNameOf(region)}，截至 {at} 登记的情况，共 {rows} 行{first}";
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

    /// <summary>
    /// An apostrophe before what begins like a formula (CSV injection): = + - @, and the blanks that are skipped before them.
    /// </summary>
    internal static string Plain(string text) =>
        text is ['=' or '+' or '-' or '@' or '\t' or '\r' or '\n' or '＝' or '＋' or '－' or '＠', ..] ? "'" + text : text;

    private static string Quoted(string text) =>
        text.AsSpan().ContainsAny(",\"\r\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
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

/// <summary>
/// A list as a file, kept whole on disk until it is sent: one that breaks off while it is made is an error, and never a list that
/// lacks its end. The record of who looked says which hazards it shows.
/// </summary>
internal sealed class ListFile(FileStream content, Sha256Digest digest, string mediaType, string name, ImmutableArray<HazardId> hazards)
    : IResult, IFileHttpResult, IShowsHazards, IAsyncDisposable
{
    public Sha256Digest Digest => digest;

    public string ContentType => mediaType;

    public string FileDownloadName => name;

    public long? FileLength => content.Length;

    IEnumerable<HazardId> IShowsHazards.Shown => hazards;

    /// <summary>The whole of it.</summary>
    public async Task<byte[]> ReadAsync(CancellationToken cancellationToken)
    {
        content.Position = 0;
        var bytes = new byte[content.Length];
        await content.ReadExactlyAsync(bytes, cancellationToken);
        return bytes;
    }

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        await using (content)
        {
            content.Position = 0;
            await Results.File(content, mediaType, name).ExecuteAsync(httpContext);
        }
    }

    public ValueTask DisposeAsync() => content.DisposeAsync();
}
