using System.Collections.Immutable;
using Hazards.Api.LifeCycle.Files;
using Hazards.Domain;
using Hazards.Ledgers;
using Hazards.Projections;

namespace Hazards.Api.Import;

/// <summary>A picture of a row, taken out of the file.</summary>
/// <param name="Picture">Where it stands.</param>
/// <param name="Bytes">Its bytes; null where it is not taken.</param>
/// <param name="WhyNot">Why it is not; null where it is.</param>
internal sealed record TakenPicture(LedgerPicture Picture, byte[]? Bytes, string? WhyNot);

/// <summary>
/// 整改前、整改后的照片: the pictures of a ledger become attachments of its rows, byte for byte, as many and as large as an import
/// may bring; the others are counted aloud.
/// </summary>
internal sealed class RowPictures(FileStore files)
{
    /// <summary>What stands before the name of a picture of the repair.</summary>
    public const string After = "整改后";

    private const string Before = "整改前";
    private const int MostOfRow = 10;
    private const int MostOfAll = 2_000;
    private const int MostBytes = 8 << 20;
    private const long MostBytesOfAll = 128L << 20;

    private int _all;
    private int _attached;
    private int _known;
    private int _taken;
    private long _bytes;

    /// <summary>Takes a row's pictures out of the file; the reader must stand still meanwhile.</summary>
    public ImmutableArray<TakenPicture> Take(LedgerRow row)
    {
        if (row.Pictures == 0)
            return [];
        var taken = ImmutableArray.CreateBuilder<TakenPicture>(row.Pictures);
        foreach (var picture in row.Images)
            taken.Add(taken.Count >= MostOfRow ? new TakenPicture(picture, null, $"每行最多 {MostOfRow} 张") : Take(picture));
        return taken.MoveToImmutable();
    }

    private TakenPicture Take(LedgerPicture picture)
    {
        if (_taken >= MostOfAll || _bytes >= MostBytesOfAll)
            return new TakenPicture(picture, null, $"一次导入最多 {MostOfAll} 张、{MostBytesOfAll >> 20} MB");
        if (picture.Read() is not { } bytes)
            return new TakenPicture(picture, null, "文件里没有这张图片");
        if (bytes.Length > MostBytes)
            return new TakenPicture(picture, null, $"超过 {MostBytes >> 20} MB");
        (_taken, _bytes) = (_taken + 1, _bytes + bytes.Length);
        return new TakenPicture(picture, bytes, null);
    }

    /// <summary>Stores what a row brings, unless it is a trial, and says what became of each.</summary>
    public async Task<ImmutableArray<Attachment>> StoreAsync(
        ImmutableArray<TakenPicture> taken, LedgerStory story, bool trial, CancellationToken cancellationToken)
    {
        var attachments = ImmutableArray.CreateBuilder<Attachment>(taken.Length);
        foreach (var one in taken)
        {
            var (attachment, whyNot) = await StoreAsync(one, trial, cancellationToken);
            if (attachment is not null)
                attachments.Add(attachment);
            else
                story.Doubt($"import.picture_left: {one.Picture.Address} 的图片未导入：{whyNot}；请登记后作为附件上传");
        }

        var after = attachments.Count(a => a.Name!.StartsWith(After, StringComparison.Ordinal));
        if (attachments.Count > 0)
            story.Remark($"import.pictures_attached: {attachments.Count} 张图片作为附件（整改后 {after} 张）");
        Interlocked.Add(ref _attached, attachments.Count);
        return attachments.DrainToImmutable();
    }

    private async Task<(Attachment? Attachment, string? WhyNot)> StoreAsync(
        TakenPicture taken, bool trial, CancellationToken cancellationToken)
    {
        if (taken.Bytes is not { } bytes)
            return (null, taken.WhyNot);
        var head = Math.Min(bytes.Length, FileKinds.HeadLength);
        if (FileKinds.All.FirstOrDefault(k => k.IsPicture && k.Begins(bytes.AsSpan(0, head))) is not { } kind)
            return (null, "不是 jpeg、png、gif、webp、heic 图片");
        await using var content = new MemoryStream(bytes, writable: false);
        if (await FileCheck.CheckAsync(content, kind, null, cancellationToken) is { } wrong)
            return (null, $"{wrong.Code} {wrong.Chinese}");
        var digest = Sha256Digest.Of(bytes);
        if (!trial)
        {
            content.Position = 0;
            await files.PutAsync(digest, content, kind.MediaType, null, cancellationToken);
        }

        var name = $"{(taken.Picture.IsAfter ? After : Before)}-{taken.Picture.Address}{kind.Endings[0]}";
        return (new Attachment(digest, name, kind.MediaType, bytes.Length), null);
    }

    /// <summary>Counts a row's pictures; those of a row that has not changed are on record.</summary>
    public void Count(LedgerRow row, bool unchanged)
    {
        Interlocked.Add(ref _all, row.Pictures);
        if (unchanged)
            Interlocked.Add(ref _known, row.Pictures);
    }

    /// <summary>What became of them in all; null where there are none.</summary>
    public string? Told(LedgerReader reader)
    {
        var cells = _all;
        var floating = reader.Tables.Sum(t => t.Sheet.Pictures);
        if (cells == 0 && floating == 0)
            return null;
        var known = _known == 0 ? "" : $"，未变化的行上 {_known} 张此前已处理";
        return $"import.pictures: 隐患行上有 {cells} 张图片（文件里的浮动图片共 {floating} 张），{_attached} 张已作为整改前、整改后的附件{known}，"
            + $"{cells - _attached - _known} 张未导入（原因见各行）；不在隐患行上的图片不导入";
    }
}
