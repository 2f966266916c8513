using System.Text;
using Hazards.Domain;
using Hazards.Ledgers;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Hazards.Api.Import;

/// <summary>
/// An upload as it came: <c>multipart/form-data</c> with a part <c>file</c> and, if wanted, <c>mapping</c> (the name of
/// a mapping that ships, or a mapping as JSON), <c>ledger</c> and <c>region</c>; or the file itself as the body with the
/// same names in the query.
/// </summary>
/// <param name="Bytes">The body.</param>
/// <param name="File">The ledger without the form around it; without a form, the body itself.</param>
/// <param name="Upload">What is asked of it.</param>
internal sealed record ImportRequest(byte[] Bytes, byte[] File, LedgerUpload Upload)
{
    /// <summary>The largest upload, the form around the file included.</summary>
    public const int MostBytes = 16 * 1024 * 1024;

    private const int MostFieldBytes = 256 * 1024;

    public static async Task<(ImportRequest? Request, Refusal? Refusal)> ReadAsync(Call call)
    {
        var (bytes, tooLarge) = await RequestBody.ReadAsync(call.Request, MostBytes, call.Stop);
        if (tooLarge is not null)
            return (null, tooLarge);
        var query = call.Query;
        var form = new Form
        {
            FileName = query.Text("fileName", 200) ?? "upload",
            Ledger = query.Text("ledger", 50),
            Region = query.Text("region", 12),
            Mapping = query.Text("mapping", 100),
            Content = bytes,
        };
        if (MediaTypeHeaderValue.TryParse(call.Request.ContentType, out var type) && type.MediaType.Equals(
            "multipart/form-data", StringComparison.OrdinalIgnoreCase)
            && await form.ReadAsync(bytes, type, call.Stop) is { } badForm)
            return (null, Refusal.All(query.Refusal, badForm));
        var (upload, refusal) = form.ToUpload();
        // What is wrong in the query and in the form is said at once.
        return upload is null || query.Refusal is not null
            ? (null, Refusal.All(query.Refusal, refusal))
            : (new ImportRequest(bytes, form.Content, upload), null);
    }

    /// <summary>The named values of an upload, wherever they stood.</summary>
    private sealed class Form
    {
        public required string FileName { get; set; }

        public string? Ledger { get; set; }

        public string? Region { get; set; }

        public string? Mapping { get; set; }

        public required byte[] Content { get; set; }

        private bool hasFile;

        public async Task<Refusal?> ReadAsync(byte[] body, MediaTypeHeaderValue type, CancellationToken cancellationToken)
        {
            Content = [];
            try
            {
                var reader = new MultipartReader(HeaderUtilities.RemoveQuotes(type.Boundary).Value ?? "", new MemoryStream(body));
                while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
                    if (await TakeAsync(section, cancellationToken) is { } refusal)
                        return refusal;
            }
            catch (Exception e) when (e is IOException or InvalidDataException or ArgumentException)
            {
                return ImportRefusals.BrokenForm.Because();
            }
            return hasFile ? null : InputRefusals.Missing.Because("file");
        }

        public (LedgerUpload? Upload, Refusal? Refusal) ToUpload()
        {
            var (mapping, badMapping) = ReadMapping(Mapping);
            RegionCode? region = null;
            Refusal? badRegion = null;
            if (Region is not null)
                region = RegionCode.TryParse(Region, out var parsed, out badRegion) ? parsed : null;
            var wrong = Refusal.All(
                badMapping, badRegion is null ? null : badRegion with { Field = "region" },
                Texts.Check("fileName", FileName, 1, 200, multiline: false), Texts.Check("ledger", Ledger, 0, 50, multiline: false));
            if (wrong is not null)
                return (null, wrong);
            var file = LedgerFile.Over(Content);
            return (new LedgerUpload(Path.GetFileName(FileName), file) { Ledger = Ledger, Mapping = mapping, Region = region }, null);
        }

        private async Task<Refusal?> TakeAsync(MultipartSection section, CancellationToken cancellationToken)
        {
            if (section.GetContentDispositionHeader() is not { } disposition)
                return ImportRefusals.BrokenForm.Because();
            var name = HeaderUtilities.RemoveQuotes(disposition.Name).Value;
            using var content = new MemoryStream();
            await section.Body.CopyToAsync(content, cancellationToken);
            if (name == "file")
            {
                (Content, hasFile) = (content.ToArray(), true);
                var given = disposition.FileNameStar.HasValue
                    ? disposition.FileNameStar
                    : HeaderUtilities.RemoveQuotes(disposition.FileName);
                FileName = given.HasValue && given.Length > 0 ? given.Value! : FileName;
                return null;
            }
            if (content.Length > MostFieldBytes)
                return RequestRefusals.TooLarge.Because(name, ("max", MostFieldBytes));
            var text = Encoding.UTF8.GetString(content.GetBuffer(), 0, (int)content.Length);
            switch (name)
            {
                case "ledger":
                    Ledger = text;
                    return null;
                case "region":
                    Region = text.Trim();
                    return null;
                case "mapping":
                    Mapping = text;
                    return null;
                default:
                    return RequestRefusals.UnknownField.Because(Texts.Excerpt(name), ("known", "file, mapping, ledger, region"));
            }
        }
    }

    /// <summary>A mapping by the name it ships under, or as JSON.</summary>
    internal static (LedgerMapping? Mapping, Refusal? Refusal) ReadMapping(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return (null, null);
        text = text.Trim();
        if (text.StartsWith('{'))
        {
            var parsed = LedgerMapping.Parse(text);
            return parsed.IsOk ? (parsed.Value, null) : (null, LedgerImport.Translate(parsed.Refusal!));
        }
        return LedgerMapping.ShippedNames.Contains(text)
            ? (LedgerMapping.Shipped(text), null)
            : (null, ImportRefusals.MappingUnknown.Because(
                "mapping", ("value", Texts.Excerpt(text)), ("known", string.Join(", ", LedgerMapping.ShippedNames))));
    }
}

/// <summary>Refusals of an import, beside those of the ledger itself.</summary>
internal static class ImportRefusals
{
#pragma warning disable CS1591 // each code says in both languages what it means
    public static readonly RefusalCode BrokenForm = new(
        "import.broken_form", RefusalKind.Invalid, "上传的表单不完整：应为 multipart/form-data，含 file 部分",
        "The form is broken: multipart/form-data with a part named file is needed");
    public static readonly RefusalCode MappingUnknown = new(
        "import.mapping_unknown", RefusalKind.Unprocessable, "没有名为“{value}”的映射，可用：{known}；也可以直接给出 JSON",
        "There is no mapping named “{value}”; there are {known}, or give one as JSON");
    public static readonly RefusalCode RegionNeeded = new(
        "import.region_needed", RefusalKind.Unprocessable,
        "有 {rows} 行没有写明地区，没有指定行政区划，而您的管辖范围 {name}（{jurisdiction}）不止一个县区，无从知道登记在哪里；请用 region 指定其中之一：{regions}；确属其本级的，请明确指定 {jurisdiction}",
        "{rows} rows do not say where they belong, no region was given, and your jurisdiction ({jurisdiction}) is more than one county: give one of these as region: {regions}; or {jurisdiction} itself where it is meant");
    public static readonly RefusalCode NotFinished = new(
        "import.not_finished", RefusalKind.Conflict, "导入尚未完成，完成后才能撤销", "The import has not finished; it can be undone when it has");
    public static readonly RefusalCode UndoneBefore = new(
        "import.undone_before", RefusalKind.Conflict, "这次导入已于 {at} 撤销", "This import was undone at {at}");
    public static readonly RefusalCode NothingEntered = new(
        "import.nothing_entered", RefusalKind.Conflict, "这次导入没有登记新的隐患，没有可撤销的", "This import entered no hazard: there is nothing to undo");
    public static readonly RefusalCode UpdatedOthers = new(
        "import.updated_others", RefusalKind.Conflict,
        "这次导入更新了 {count} 条此前已登记的隐患，不能整体撤销：{hazards}。出路：在 hazards 里列出它新登记的 {entered} 条，逐条撤销；更新的各条在其页面上更正、改派，或以“录入错误”认定不属实，也可以把改正后的台账以同一名称再导入", "This import brought {count} hazards up to date that had been on record before, and cannot be undone as a whole: {hazards}. The way out: name the {entered} that it entered in hazards, which are withdrawn one by one; correct, reassign or reject the updated ones, or import the mended ledger under the same name");
    public static readonly RefusalCode NotOfImport = new(
        "import.not_of_import", RefusalKind.Unprocessable, "这些隐患不是这次导入登记的：{hazards}",
        "These hazards were not entered by this import: {hazards}");
    public static readonly RefusalCode BuiltUpon = new(
        "import.built_upon", RefusalKind.Conflict,
        "导入后已有 {count} 条隐患被办理（或由此后的导入更新），不能撤销：{hazards}。出路：在 hazards 里列出其余各条逐条撤销；这几条以“录入错误”认定不属实（POST /hazards/…/rejection）",
        "Since the import, {count} of these hazards have been acted on, or brought up to date by a later import, and cannot be withdrawn: {hazards}. The way out: name the others in hazards; reject these as wrong entries (POST /hazards/…/rejection)");
    public static readonly RefusalCode TooManyToUndo = new(
        "import.too_many_to_undo", RefusalKind.Unprocessable, "这次导入登记了 {count} 条隐患，一次最多撤销 {max} 条",
        "This import entered {count} hazards; {max} can be withdrawn at once");
    public static readonly RefusalCode Contended = new(
        "import.contended", RefusalKind.Unavailable, "这些隐患正有人办理，请稍后再试", "Others are acting on these hazards right now; try again");
    public static readonly RefusalCode AnotherRunning = new(
        "import.another_running", RefusalKind.Conflict, "{name}另有一次导入正在进行{import}：完成之前认不出是不是同一本台账，请稍后再试；或给出台账名称（ledger）",
        "Another import of {region} is going on{import}: until it has finished it cannot be told whether this is the same ledger. Try again in a moment, or name the ledger");
    public static readonly RefusalCode SheetUnknown = new(
        "import.sheet_unknown", RefusalKind.Unprocessable, "文件里没有名为“{value}”的可读工作表", "The file has no sheet “{value}” that can be read");
    public static readonly RefusalCode DraftNotFound = new(
        "import.draft_not_found", RefusalKind.NotFound, "没有这份待导入的台账：上传后保留一天，只有上传者可见，请重新上传",
        "There is no such uploaded ledger: one is kept for a day, for whoever uploaded it. Upload it again");
    public static readonly RefusalCode DraftUsed = new(
        "import.draft_used", RefusalKind.Conflict, "这份台账已开始导入：{import}", "The import of this ledger has begun: {import}");
    public static readonly RefusalCode NotFound = new(
        "import.not_found", RefusalKind.NotFound, "没有这次导入，或不在您的管辖范围内", "There is no such import, or it lies outside your jurisdiction");
#pragma warning restore CS1591
}
