using System.CommandLine;
using System.Security.Cryptography;
using Hazards.Api.Administration.Jobs;
using Hazards.Api.Investigation;
using Hazards.Api.LifeCycle.Papers;
using Hazards.Domain;
using Hazards.Projections;
using Microsoft.Net.Http.Headers;

namespace Hazards.Api.LifeCycle.Files;

/// <summary>Files in and out: attachments that acts name by digest, papers, reports.</summary>
internal sealed class FileModule : IModule
{
    /// <summary>The largest file.</summary>
    public const int MostBytes = 50 * 1024 * 1024;

    private static readonly TimeSpan LongestTransfer = TimeSpan.FromMinutes(5);

    /// <summary>A file that nothing refers to after so long was put in for nothing.</summary>
    private static readonly TimeSpan Unreferred = TimeSpan.FromDays(30);

    private static readonly TimeSpan PurgeEvery = TimeSpan.FromDays(1);

    private static readonly string Allowed = string.Join(", ", FileKinds.All.Select(k => k.MediaType));

    public void AddServices(IServiceCollection services)
    {
        services.AddSingleton<Pictures>();
        services.AddScheduled(
            JobKind.PurgeFiles, _ => PurgeEvery, (s, stop) => s.GetRequiredService<FileStore>().PurgeAsync(Unreferred, stop));
    }

    public void Map(IEndpointRouteBuilder api)
    {
        api.Post("/files", new Operation(Tag.Papers, "上传附件：以返回的 SHA-256 在办理时引用，最大 50 MB；内容须与所称类型相符",
            "Put a file in: acts name it by the SHA-256 returned; 50 MB at most; it must be what it is said to be")
        {
            Query = [new("name", typeof(string), "文件名；给了的，扩展名须与类型相符", "The file's name; its ending must fit the type, where it is given") { Longest = Texts.NameLength }],
            BodyMediaType = "application/octet-stream", Answer = typeof(FileAnswer), Success = 201,
        }, PutAsync).WithRequestTimeout(LongestTransfer);
        PhotoEndpoints.Map(api);
        api.Get(
            "/files/{digest}",
            new Operation(Tag.Papers, "下载附件或文书", "A file by its SHA-256: an attachment or a paper")
            {
                Also = [409], Files = ["*/*"],
            }, GetAsync)
            .WithRequestTimeout(LongestTransfer);
    }

    public IEnumerable<Command> Commands() => [];

    private static async Task<IResult> PutAsync(Call call, FileStore files, Limits limits)
    {
        var given = call.Request.ContentType;
        var name = call.Query.Text("name", Texts.NameLength);
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        if (!MediaTypeHeaderValue.TryParse(given, out var type) || FileKinds.Find(type.MediaType.Value) is not { } kind)
            return Call.Refuse(RequestRefusals.MediaType.Because("Content-Type", ("value", Texts.Excerpt(given)), ("expected", Allowed)));
        if (call.Request.ContentLength > MostBytes)
            return Call.Refuse(RequestRefusals.TooLarge.Because(null, ("max", MostBytes)));
        var (sender, day) = (call.Caller.Sender, ChinaTime.DateAt(call.Now));
        // Before anything is read; and again when it is counted, for many may come at once.
        var (been, more) = (await files.PutInAsync(sender, day, call.Stop), call.Request.ContentLength ?? 0);
        if (been.Files >= limits.Most.UploadsADay || been.Bytes > limits.Most.UploadBytesADay - more)
            return Call.Refuse(Full(limits.Most, call.Now));
        // On disk while it comes in: fifty of them at once are no matter of memory.
        await using var kept = new FileStream(Path.GetTempFileName(), FileMode.Open, FileAccess.ReadWrite, FileShare.None, 64 * 1024,
            FileOptions.DeleteOnClose | FileOptions.Asynchronous);
        if (await CopyAsync(call.Request.Body, kept, call.Stop) is not { } digest)
            return Call.Refuse(RequestRefusals.TooLarge.Because(null, ("max", MostBytes)));
        if (kept.Length == 0)
            return Call.Refuse(FileRefusals.Empty.Because());
        if (await FileCheck.CheckAsync(kept, kind, name, call.Stop) is { } wrong)
            return Call.Refuse(wrong);
        if (!await files.CountAsync(sender, day, kept.Length, limits.Most.UploadsADay, limits.Most.UploadBytesADay, call.Stop))
            return Call.Refuse(Full(limits.Most, call.Now));
        await KeepAsync(files, digest, kept, kind.MediaType, sender, call.Stop);
        call.Response.Headers.Location = FileAnswer.LinkOf(digest);
        return Call.Json(new FileAnswer(digest, kind.MediaType, kept.Length, FileAnswer.LinksOf(digest, kind.MediaType)), 201);
    }

    /// <summary>No more is taken of a sender today.</summary>
    private static Refusal Full(LimitOptions most, DateTimeOffset now)
    {
        var tomorrow = ChinaTime.StartOf(ChinaTime.DateAt(now).AddDays(1));
        return LimitRefusals.Uploads.Because(
            null, ("files", most.UploadsADay), ("bytes", most.UploadBytesADay), ("seconds", Limits.Seconds(tomorrow - now)));
    }

    private static async Task KeepAsync(
        FileStore files, Sha256Digest digest, Stream kept, string mediaType, string sender, CancellationToken stop)
    {
        try
        {
            await PutAndNoteAsync();
        }
        catch (Npgsql.PostgresException e) when (e.SqlState == Npgsql.PostgresErrorCodes.ForeignKeyViolation)
        {
            // It was there, and was taken away between the two, since nothing had referred to it for long.
            await PutAndNoteAsync();
        }

        async Task PutAndNoteAsync()
        {
            kept.Position = 0;
            await files.PutAsync(digest, kept, mediaType, null, stop);
            await files.NoteUploadAsync(digest, sender, stop);
        }
    }

    private static async Task<Sha256Digest?> CopyAsync(Stream from, FileStream to, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await from.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (to.Length + read > MostBytes)
                return null;
            hash.AppendData(buffer, 0, read);
            await to.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }

        await to.FlushAsync(cancellationToken);
        return Sha256Digest.TryParse(Convert.ToHexStringLower(hash.GetHashAndReset()), out var digest, out _) ? digest : null;
    }

    private static async Task<IResult> GetAsync(Call call, string digest, FileStore files)
    {
        if (!Sha256Digest.TryParse(digest, out var known, out var wrong))
            return Call.Refuse(wrong with { Field = "digest" });
        if (!await files.MaySeeAsync(known, call.FileReader, call.Stop) || await files.OpenAsync(known, call.Stop) is not { } file)
            return Call.Refuse(FileRefusals.NotFound.Because());
        return new FileSending(known, file, Looking.Records(call)
            ? await files.HazardsAsync(known, call.FileReader.Scope, call.Stop) : []);
    }
}

/// <summary>A file on its way to the caller.</summary>
internal sealed class FileSending(Sha256Digest digest, FileReading file, IReadOnlyList<HazardId> hazards)
    : IResult, IShowsHazards, IAsyncDisposable
{
    public IEnumerable<HazardId> Shown => hazards;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        await using (file)
        {
            var head = new byte[FileKinds.HeadLength];
            var read = await file.Content.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, httpContext.RequestAborted);
            var response = httpContext.Response;
            Protect(response.Headers, digest.Value);
            response.ContentLength = file.Size;
            response.ContentType = TypeOf(file.MediaType, head.AsSpan(0, read));
            // Pictures are shown; so are the service's own papers to print, the only pages there are. The rest is downloaded.
            if (!response.ContentType.StartsWith("image/", StringComparison.Ordinal) && file.MediaType != PaperDesk.Html)
                response.Headers.ContentDisposition = "attachment";
            await response.Body.WriteAsync(head.AsMemory(0, read), httpContext.RequestAborted);
            await file.Content.CopyToAsync(httpContext.Response.Body, httpContext.RequestAborted);
        }
    }

    /// <summary>
    /// The name of the file is its content, so it never goes stale. It comes from a stranger: the browser must not run it.
    /// </summary>
    public static void Protect(IHeaderDictionary headers, string tag)
    {
        headers.ETag = $"\"{tag}\"";
        headers.CacheControl = "private, max-age=31536000, immutable";
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:";
    }

    // Files that came before their content was looked at may be other than they were said to be.
    private static string TypeOf(string mediaType, ReadOnlySpan<byte> head)
    {
        if (FileKinds.Find(mediaType) is { } kind && !kind.Begins(head))
            return "application/octet-stream";
        return mediaType.StartsWith("text/", StringComparison.Ordinal) ? $"{mediaType}; charset=utf-8" : mediaType;
    }

    public ValueTask DisposeAsync() => file.DisposeAsync();
}

/// <summary>A file that was put in.</summary>
/// <param name="Digest">SHA-256 of its bytes: what attachments name it by.</param>
/// <param name="MediaType">Its media type.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="Links">Where it is.</param>
internal sealed record FileAnswer(Sha256Digest Digest, string MediaType, long Size, IReadOnlyDictionary<string, string> Links)
{
    public static string LinkOf(Sha256Digest digest) => $"{LifeCycle.Links.Root}/files/{digest}";

    public static IReadOnlyDictionary<string, string> LinksOf(Sha256Digest digest, string mediaType)
    {
        var links = new Dictionary<string, string> { ["self"] = LinkOf(digest), ["details"] = $"{LinkOf(digest)}/details" };
        if (FileKinds.Find(mediaType) is { IsPicture: true })
            links["thumbnail"] = $"{LinkOf(digest)}/thumbnail";
        return links;
    }
}

/// <summary>Refusals about files.</summary>
internal static class FileRefusals
{
#pragma warning disable CS1591 // each code says in both languages what it means
    public static readonly RefusalCode NotFound = new("file.not_found", RefusalKind.NotFound, "没有这个文件，或不在您的管辖范围内",
        "There is no such file, or it lies outside your jurisdiction");
    public static readonly RefusalCode NotYours = new("file.not_attachable", RefusalKind.Unprocessable,
        "附件 {digest} 没有上传过，或不是您上传的、也不在您可以查看的记录中：请先上传，再引用",
        "The file {digest} was never put in, or neither by you nor is it in a record you may see: put it in first, then name it");
    public static readonly RefusalCode Altered = new("file.altered", RefusalKind.Conflict,
        "存档的文件 {digest} 已被改动，与登记的摘要不符，不再提供；请运行 audit 查明，原文件可由备份取回",
        "The stored file {digest} was altered and has not the digest on record any more; it is not handed out: run audit, and get the file back from a backup");
    public static readonly RefusalCode OtherContent = new("file.content_differs", RefusalKind.Unsupported,
        "文件内容不是 {declared}：请上传原文件，不要改扩展名", "The content of the file is not {declared}: send the file itself, not a renamed one");
    public static readonly RefusalCode Name = new("file.bad_name", RefusalKind.Invalid,
        "文件名“{value}”不合适：{declared} 的文件名应以 {endings} 结尾，不含路径",
        "The file name “{value}” will not do: that of {declared} ends in {endings} and has no path");
    public static readonly RefusalCode Active = new("file.active_content", RefusalKind.Unsupported, "文件中含有程序或脚本（{found}），不予接收",
        "The file holds a program or a script ({found}) and is not taken");
    public static readonly RefusalCode BrokenPicture = new("file.broken_picture", RefusalKind.Unsupported, "图片无法识别，请重新拍照或另存后上传",
        "The picture cannot be read; take or save it anew");
    public static readonly RefusalCode TooManyPixels = new("file.too_many_pixels", RefusalKind.TooLarge,
        "图片有 {width}×{height} 像素，最多 {max} 万像素", "The picture has {width}×{height} pixels; {max}0,000 at most");
    public static readonly RefusalCode NoThumbnail = new("file.no_thumbnail", RefusalKind.NotFound, "此文件没有缩略图",
        "There is no thumbnail of this file");
    public static readonly RefusalCode Empty = new("file.empty", RefusalKind.Invalid, "文件是空的", "The file is empty");
#pragma warning restore CS1591
}
