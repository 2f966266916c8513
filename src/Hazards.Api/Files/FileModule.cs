using System.CommandLine;
using System.Security.Cryptography;
using Hazards.Domain;
using Hazards.Projections;
using Microsoft.Net.Http.Headers;

namespace Hazards.Api.Files;

/// <summary>Files in and out: attachments that acts name by digest, papers, reports.</summary>
internal sealed class FileModule : IModule
{
    /// <summary>The largest file.</summary>
    public const int MostBytes = 50 * 1024 * 1024;

    private static readonly TimeSpan LongestTransfer = TimeSpan.FromMinutes(5);

    /// <summary>What may be put in: photos, films, documents. Nothing that a browser would run.</summary>
    private static readonly string[] Allowed =
    [
        "image/jpeg", "image/png", "image/gif", "image/webp", "image/heic", "video/mp4", "audio/mpeg", "audio/mp4",
        "application/pdf", "application/ofd", "text/plain", "text/csv", "application/msword", "application/vnd.ms-excel",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ];

    /// <inheritdoc />
    public void AddServices(IServiceCollection services) { }

    /// <inheritdoc />
    public void Map(IEndpointRouteBuilder api)
    {
        api.Post("/files", new Operation(Tag.Papers, "上传附件：以返回的 SHA-256 在办理时引用，最大 50 MB", "Put a file in: acts name it by the SHA-256 returned; 50 MB at most")
        {
            BodyMediaType = "application/octet-stream", Answer = typeof(FileAnswer), Success = 201,
        }, PutAsync).WithRequestTimeout(LongestTransfer);
        api.Get("/files/{digest}", new Operation(Tag.Papers, "下载附件或文书", "A file by its SHA-256: an attachment or a paper"), GetAsync).WithRequestTimeout(LongestTransfer);
    }

    /// <inheritdoc />
    public IEnumerable<Command> Commands() => [];

    private static async Task<IResult> PutAsync(Call call, FileStore files)
    {
        var given = call.Request.ContentType;
        if (!MediaTypeHeaderValue.TryParse(given, out var type) || Array.Find(Allowed, a => type.MediaType.Equals(a, StringComparison.OrdinalIgnoreCase)) is not { } mediaType)
            return Call.Refuse(RequestRefusals.MediaType.Because("Content-Type", ("value", Texts.Excerpt(given)), ("expected", string.Join(", ", Allowed))));
        if (call.Request.ContentLength > MostBytes)
            return Call.Refuse(RequestRefusals.TooLarge.Because(null, ("max", MostBytes)));
        // On disk while it comes in: fifty of them at once are no matter of memory.
        await using var kept = new FileStream(Path.GetTempFileName(), FileMode.Open, FileAccess.ReadWrite, FileShare.None, 64 * 1024, FileOptions.DeleteOnClose | FileOptions.Asynchronous);
        if (await CopyAsync(call.Request.Body, kept, call.Stop) is not { } digest)
            return Call.Refuse(RequestRefusals.TooLarge.Because(null, ("max", MostBytes)));
        if (kept.Length == 0)
            return Call.Refuse(FileRefusals.Empty.Because());
        kept.Position = 0;
        await files.PutAsync(digest, kept, mediaType, call.Caller.Jurisdiction, call.Stop);
        call.Response.Headers.Location = FileAnswer.LinkOf(digest);
        return Call.Json(new FileAnswer(digest, mediaType, kept.Length, new Dictionary<string, string> { ["self"] = FileAnswer.LinkOf(digest) }), 201);
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
        if (!await files.MaySeeAsync(known, call.Caller.Jurisdiction, call.Stop) || await files.OpenAsync(known, call.Stop) is not { } file)
            return Call.Refuse(FileRefusals.NotFound.Because());
        return new FileSending(known, file, Looking.Records(call) ? await files.HazardsAsync(known, call.Caller.Jurisdiction, call.Stop) : []);
    }
}

/// <summary>A file on its way to the caller.</summary>
internal sealed class FileSending(Sha256Digest digest, FileReading file, IReadOnlyList<HazardId> hazards) : IResult, IShowsHazards, IAsyncDisposable
{
    public IEnumerable<HazardId> Shown => hazards;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        await using (file)
        {
            // The name of the file is its content, so it never goes stale. It comes from a stranger: the browser must not run it.
            var headers = httpContext.Response.Headers;
            headers.ETag = $"\"{digest}\"";
            headers.CacheControl = "private, max-age=31536000, immutable";
            headers.XContentTypeOptions = "nosniff";
            headers.ContentSecurityPolicy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:";
            headers.ContentLength = file.Size;
            httpContext.Response.ContentType = file.MediaType.StartsWith("text/", StringComparison.Ordinal) ? $"{file.MediaType}; charset=utf-8" : file.MediaType;
            await file.Content.CopyToAsync(httpContext.Response.Body, httpContext.RequestAborted);
        }
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
    public static string LinkOf(Sha256Digest digest) => $"{Api.Links.Root}/files/{digest}";
}

/// <summary>Refusals about files.</summary>
public static class FileRefusals
{
#pragma warning disable CS1591 // each code says in both languages what it means
    public static readonly RefusalCode NotFound = new("file.not_found", RefusalKind.NotFound, "没有这个文件，或不在您的管辖范围内", "There is no such file, or it lies outside your jurisdiction");
    public static readonly RefusalCode Empty = new("file.empty", RefusalKind.Invalid, "文件是空的", "The file is empty");
#pragma warning restore CS1591
}
