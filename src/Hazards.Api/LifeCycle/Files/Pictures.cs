using System.Globalization;
using Hazards.Domain;
using Hazards.Projections;
using MetadataExtractor;
using MetadataExtractor.Formats.Exif;
using Microsoft.Extensions.Caching.Memory;
using SkiaSharp;

namespace Hazards.Api.LifeCycle.Files;

/// <summary>What a photo says of itself. Whoever sent it may have written it: nothing of it is verified.</summary>
/// <param name="Width">Pixels across; absent where the format is not understood.</param>
/// <param name="Height">Pixels down.</param>
/// <param name="TakenAt">When it was taken, by the camera's clock; China time where the camera does not say which.</param>
/// <param name="Longitude">Degrees east, by the camera.</param>
/// <param name="Latitude">Degrees north.</param>
/// <param name="Camera">Make and model.</param>
internal sealed record PhotoSays(int? Width, int? Height, DateTimeOffset? TakenAt, double? Longitude, double? Latitude, string? Camera);

/// <summary>
/// Thumbnails and what photos say of themselves, made when they are asked for and kept in bounded memory. A picture is
/// decoded only when it is small enough: a few bytes can stand for more pixels than there is memory.
/// </summary>
internal sealed class Pictures(FileStore files) : IDisposable
{
    /// <summary>At most so many pixels are ever decoded.</summary>
    public const long MostDecoded = 20_000_000;

    /// <summary>A JPEG is decoded at a fraction of its size, so it may be larger: cameras make up to this.</summary>
    public const long MostOfJpeg = 200_000_000;

    private const int Edge = 320;
    private const int Quality = 78;
    private const long MostKept = 32 * 1024 * 1024;
    private const int WeightOfWords = 512;

    // Decoding is work of the processor, and 80 MB of memory at most each.
    private readonly SemaphoreSlim turns = new(2);
    private readonly MemoryCache kept = new(new MemoryCacheOptions { SizeLimit = MostKept });

    /// <summary>Why a picture is not taken: it cannot be read, or has too many pixels. Null when it may be.</summary>
    public static Refusal? Measure(Stream file, FileKind kind)
    {
        // No decoder for it here: it is kept and handed out, not shown small.
        if (kind.MediaType == "image/heic")
            return null;
        file.Position = 0;
        using var held = new SKManagedStream(file, disposeManagedStream: false);
        using var codec = SKCodec.Create(held);
        if (codec is null)
            return FileRefusals.BrokenPicture.Because();
        var (width, height) = (codec.Info.Width, codec.Info.Height);
        return (long)width * height > MostPixels(codec.EncodedFormat)
            ? FileRefusals.TooManyPixels.Because(null, ("width", width), ("height", height),
                ("max", MostPixels(codec.EncodedFormat) / 10_000))
            : null;
    }

    private static long MostPixels(SKEncodedImageFormat format) => format == SKEncodedImageFormat.Jpeg ? MostOfJpeg : MostDecoded;

    /// <summary>A small JPEG of a picture; null when there is none: no picture, or one that cannot be decoded.</summary>
    public Task<byte[]?> ThumbnailAsync(Sha256Digest digest, CancellationToken cancellationToken) =>
        MadeAsync(digest, "thumbnail", Shrink, bytes => (bytes?.Length ?? 0) + WeightOfWords, cancellationToken);

    /// <summary>What a photo says of itself; null when there is no such file, or it is no picture.</summary>
    public Task<PhotoSays?> SaysAsync(Sha256Digest digest, CancellationToken cancellationToken) =>
        MadeAsync(digest, "says", Read, _ => WeightOfWords, cancellationToken);

    private async Task<T?> MadeAsync<T>(Sha256Digest digest, string what, Func<byte[], T?> make, Func<T?, int> weigh,
        CancellationToken cancellationToken) where T : class
    {
        if (kept.TryGetValue((digest, what), out T? before))
            return before;
        await turns.WaitAsync(cancellationToken);
        try
        {
            if (kept.TryGetValue((digest, what), out before))
                return before;
            // A file that is not there yet may be put in later; that it is no picture stays so.
            if (await files.GetAsync(digest, cancellationToken) is not { } file)
                return null;
            var made = FileKinds.Find(file.MediaType) is { IsPicture: true }
                ? await Task.Run(() => make(file.Bytes), cancellationToken)
                : null;
            kept.Set((digest, what), made, new MemoryCacheEntryOptions { Size = weigh(made) });
            return made;
        }
        finally
        {
            turns.Release();
        }
    }

    private static byte[]? Shrink(byte[] bytes)
    {
        using var data = SKData.CreateCopy(bytes);
        using var codec = SKCodec.Create(data);
        if (codec is null || codec.Info.Width < 1 || codec.Info.Height < 1)
            return null;
        var scale = Math.Min(1f, (float)Edge / Math.Max(codec.Info.Width, codec.Info.Height));
        var size = codec.GetScaledDimensions(scale);
        if ((long)size.Width * size.Height > MostDecoded)
            return null;
        using var whole = new SKBitmap(new SKImageInfo(size.Width, size.Height, SKColorType.Rgba8888, SKAlphaType.Premul));
        if (codec.GetPixels(whole.Info, whole.GetPixels()) is not (SKCodecResult.Success or SKCodecResult.IncompleteInput))
            return null;
        return Draw(whole, codec.EncodedOrigin);
    }

    /// <summary>The picture at its small size, the way up that the camera says, on white where it is transparent.</summary>
    private static byte[] Draw(SKBitmap whole, SKEncodedOrigin origin)
    {
        var scale = Math.Min(1f, (float)Edge / Math.Max(whole.Width, whole.Height));
        var (width, height) = (Math.Max(1, (int)(whole.Width * scale)), Math.Max(1, (int)(whole.Height * scale)));
        var turned = origin >= SKEncodedOrigin.LeftTop;
        var (across, down) = turned ? (height, width) : (width, height);
        using var surface = SKSurface.Create(new SKImageInfo(across, down, SKColorType.Rgba8888, SKAlphaType.Premul));
        surface.Canvas.Clear(SKColors.White);
        surface.Canvas.SetMatrix(Upright(origin, across, down));
        using var image = SKImage.FromBitmap(whole);
        surface.Canvas.DrawImage(image, new SKRect(0, 0, width, height), new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        using var small = surface.Snapshot();
        using var encoded = small.Encode(SKEncodedImageFormat.Jpeg, Quality);
        return encoded.ToArray();
    }

    // EXIF 2.3, tag 0x0112: where the first row and column of the picture lie.
    private static SKMatrix Upright(SKEncodedOrigin origin, float w, float h) => origin switch
    {
        SKEncodedOrigin.TopRight => Matrix(-1, 0, w, 0, 1, 0),
        SKEncodedOrigin.BottomRight => Matrix(-1, 0, w, 0, -1, h),
        SKEncodedOrigin.BottomLeft => Matrix(1, 0, 0, 0, -1, h),
        SKEncodedOrigin.LeftTop => Matrix(0, 1, 0, 1, 0, 0),
        SKEncodedOrigin.RightTop => Matrix(0, -1, w, 1, 0, 0),
        SKEncodedOrigin.RightBottom => Matrix(0, -1, w, -1, 0, h),
        SKEncodedOrigin.LeftBottom => Matrix(0, 1, 0, -1, 0, h),
        _ => SKMatrix.Identity,
    };

    private static SKMatrix Matrix(float scaleX, float skewX, float x, float skewY, float scaleY, float y) =>
        new(scaleX, skewX, x, skewY, scaleY, y, 0, 0, 1);

    private static PhotoSays? Read(byte[] bytes)
    {
        int? width = null, height = null;
        using (var data = SKData.CreateCopy(bytes))
        using (var codec = SKCodec.Create(data))
            if (codec is not null)
                (width, height) = (codec.Info.Width, codec.Info.Height);
        try
        {
            var found = ImageMetadataReader.ReadMetadata(new MemoryStream(bytes, writable: false));
            var place = found.OfType<GpsDirectory>().Select(g => g.GetGeoLocation()).FirstOrDefault(
                l => l is { IsZero: false, Latitude: >= -90 and <= 90, Longitude: >= -180 and <= 180 });
            var main = found.OfType<ExifIfd0Directory>().FirstOrDefault();
            var camera = Clean($"{main?.GetDescription(ExifDirectoryBase.TagMake)} {main?.GetDescription(ExifDirectoryBase.TagModel)}");
            var taken = TakenAt(found.OfType<ExifSubIfdDirectory>().FirstOrDefault());
            return new PhotoSays(width, height, taken, Degrees(place?.Longitude), Degrees(place?.Latitude), camera);
        }
        catch (Exception e) when (e is ImageProcessingException or MetadataException or IOException or ArgumentException or OverflowException)
        {
            return new PhotoSays(width, height, null, null, null, null);
        }
    }

    private static DateTimeOffset? TakenAt(ExifSubIfdDirectory? exif)
    {
        if (exif is null || !exif.TryGetDateTime(ExifDirectoryBase.TagDateTimeOriginal, out var taken))
            return null;
        var offset = TimeSpan.TryParse(
                exif.GetString(ExifDirectoryBase.TagTimeZoneOriginal)?.TrimStart('+'), CultureInfo.InvariantCulture, out var own)
            && own.Duration() <= TimeSpan.FromHours(14) && own.Ticks % TimeSpan.TicksPerMinute == 0 ? own : ChinaTime.Offset;
        return taken.Year is > 1990 and < 2200 ? new DateTimeOffset(DateTime.SpecifyKind(taken, DateTimeKind.Unspecified), offset) : null;
    }

    private static double? Degrees(double? value) => value is { } known ? Math.Round(known, 6) : null;

    private static string? Clean(string text)
    {
        var clean = new string([.. text.Where(c => !char.IsControl(c) && !char.IsSurrogate(c))]).Trim();
        return clean.Length == 0 ? null : clean.Length > 100 ? clean[..100] : clean;
    }

    public void Dispose()
    {
        turns.Dispose();
        kept.Dispose();
    }
}
