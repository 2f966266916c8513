using System.Buffers;
using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Evidence;
using Hazards.Evidence.Report;
using Hazards.Projections;

namespace Hazards.Api.Investigation.Packages;

/// <summary>Encloses the files that events name, each once; or notes why one is not enclosed.</summary>
internal sealed class FilePacker
{
    private readonly FileStore files;
    private readonly AttachmentChoice choice;
    private readonly Dictionary<Sha256Digest, (string? Entry, string? Reason)> known;

    private FilePacker(FileStore files, AttachmentChoice choice, Dictionary<Sha256Digest, (string? Entry, string? Reason)> known) =>
        (this.files, this.choice, this.known) = (files, choice, known);

    /// <summary>Goes on from what is on the shelf.</summary>
    public static async Task<FilePacker> BeginAsync(
        ShelvedPackage package, PackageShelf shelf, FileStore files, CancellationToken cancellationToken)
    {
        var known = (await shelf.PartsAsync(package.Id, cancellationToken)).Where(p => p.IsFile)
            .ToDictionary(p => p.Sha256, p => ((string?)p.Name, (string?)null));
        foreach (var (digest, reason) in await shelf.WithheldAsync(package.Id, cancellationToken))
            known[digest] = (null, reason);
        return new FilePacker(files, package.Request.Attachments, known);
    }

    /// <summary>Adds the files of events.</summary>
    /// <param name="batch">What they go to.</param>
    /// <param name="group">Their place among the others.</param>
    /// <param name="events">The events: position, what happened, circumstances.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>Every naming of a file, with what became of it.</returns>
    public async Task<ImmutableArray<NamedFile>> AddAsync(
        PartBatch batch, int group, IEnumerable<(long Position, IDomainEvent Event, EventContext Context)> events, CancellationToken cancellationToken)
    {
        var named = ImmutableArray.CreateBuilder<NamedFile>();
        var item = 0;
        foreach (var (position, happened, context) in events)
            foreach (var attachment in context.Attachments)
            {
                if (!known.TryGetValue(attachment.Digest, out var found))
                {
                    known[attachment.Digest] = found = await AddAsync(
                        batch, group, item++, attachment, IsPaper(happened, context, attachment), cancellationToken);
                    if (found.Reason is { } reason)
                        batch.Withheld.Add((attachment.Digest, reason));
                }

                named.Add(new NamedFile(attachment, position, found.Entry, found.Reason));
            }

        return named.ToImmutable();
    }

    private async Task<(string? Entry, string? Reason)> AddAsync(
        PartBatch batch, int group, int item, Attachment attachment, bool isPaper, CancellationToken cancellationToken)
    {
        if (choice == AttachmentChoice.Withhold)
            return (null, "按申请只列摘要 · withheld as asked");
        try
        {
            await using var file = await files.OpenAsync(attachment.Digest, cancellationToken);
            if (file is null)
                return (null, "文件未存入本系统 · not kept in this system");
            using var meter = new ContentMeter();
            await MeasureAsync(file.Content, meter, cancellationToken);
            var extension = ExtensionOf(attachment, file.MediaType);
            var name = isPaper ? PackageNames.Notice(attachment.Digest, extension) : PackageNames.Attachment(attachment.Digest, extension);
            batch.Parts.Add(new ShelvedPart(PartNumber.Of(isPaper ? PartNumber.Notices : PartNumber.Attachments, group, item), name, meter.Size, meter.Sha256, meter.Crc32, IsFile: true, null));
            return (name, null);
        }
        catch (AlteredFileException)
        {
            return (null,
                $"{LifeCycle.Files.FileRefusals.Altered.Code}：存档文件已被改动，与事件所载摘要不符 · the stored file was altered and has not the digest that the event names");
        }
    }

    private static async Task MeasureAsync(Stream content, ContentMeter meter, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(128 * 1024);
        try
        {
            while (await content.ReadAsync(buffer, cancellationToken) is > 0 and var read)
                meter.Append(buffer.AsSpan(0, read));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>文书: a file that was made as the event's own paper.</summary>
    private static bool IsPaper(IDomainEvent happened, EventContext context, Attachment attachment) =>
        happened is IHazardEvent one && Domain.Papers.Of(one) is not null && context.Document is { } number
            && (attachment.Name == $"{number}.docx" || attachment.Name == $"{number}.html");

    private static string ExtensionOf(Attachment attachment, string mediaType) => (Path.GetExtension(attachment.Name ?? "").TrimStart('.').ToLowerInvariant(), mediaType) switch
    {
        ({ Length: >= 1 and <= 8 } own, _) when own.All(char.IsAsciiLetterOrDigit) => own,
        (_, "image/jpeg") => "jpg",
        (_, "image/png") => "png",
        (_, "application/pdf") => "pdf",
        (_, "video/mp4") => "mp4",
        (_, var type) when type.StartsWith("text/", StringComparison.Ordinal) => "txt",
        _ => "bin",
    };
}
