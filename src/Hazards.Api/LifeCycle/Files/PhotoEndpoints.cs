using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Hazards.Api.Import;
using Hazards.Api.Investigation;
using Hazards.Api.Lists;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;

namespace Hazards.Api.LifeCycle.Files;

/// <summary>照片: small ones, what they say of themselves, and those of a hazard before and after.</summary>
internal static class PhotoEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.Get("/files/{digest}/thumbnail", new Operation(Tag.Papers, "照片的缩略图（JPEG，最长边 320 像素）",
            "A photo's thumbnail: JPEG, 320 pixels at its longest side") { Also = [409], Files = ["image/jpeg"] }, ThumbnailAsync);
        api.Get("/files/{digest}/details", new Operation(Tag.Papers, "附件的类型、大小；照片自带的拍摄时间、地点（未核实）",
            "A file's type and size; the time and place a photo says it was taken (not verified)")
        {
            Answer = typeof(FileDetails),
        }, DetailsAsync);
        api.Get("/hazards/{id}/photos", new Operation(Tag.Papers, "隐患的照片：整改前、整改中、整改后，及照片自带的时间、地点",
            "A hazard's photos: before, during and after rectification, with the time and place they say")
        {
            Query = [Parameters.AsOf], Answer = typeof(PhotoList),
        }, PhotosAsync);
    }

    private static async Task<IResult> ThumbnailAsync(Call call, string digest, FileStore files, Pictures pictures)
    {
        if (!Sha256Digest.TryParse(digest, out var known, out var wrong))
            return Call.Refuse(wrong with { Field = "digest" });
        if (!await files.MaySeeAsync(known, call.FileReader, call.Stop))
            return Call.Refuse(FileRefusals.NotFound.Because());
        return await pictures.ThumbnailAsync(known, call.Stop) is { } small
            ? new Thumbnail(known, small, Looking.Records(call) ? await files.HazardsAsync(known, call.FileReader.Scope, call.Stop) : [])
            : Call.Refuse(FileRefusals.NoThumbnail.Because());
    }

    private static async Task<IResult> DetailsAsync(Call call, string digest, FileStore files, Pictures pictures)
    {
        if (!Sha256Digest.TryParse(digest, out var known, out var wrong))
            return Call.Refuse(wrong with { Field = "digest" });
        if (!await files.MaySeeAsync(known, call.FileReader, call.Stop)
            || await files.HeadAsync(known, call.Stop) is not var (mediaType, size))
            return Call.Refuse(FileRefusals.NotFound.Because());
        return Call.Json(new FileDetails(known, mediaType, size, await pictures.SaysAsync(known, call.Stop), 
            FileAnswer.LinksOf(known, mediaType))
        {
            Hazards = Looking.Records(call) ? await files.HazardsAsync(known, call.FileReader.Scope, call.Stop) : [],
        });
    }

    private static async Task<IResult> PhotosAsync(Call call, string id, HazardStore store, Pictures pictures, Naming naming)
    {
        var asOf = call.AsOf();
        if (!HazardId.TryParse(id, out var hazardId, out var wrongId))
            return Call.Refuse(wrongId with { Field = "id" });
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        Hazard? hazard = null;
        var photos = new List<Photo>();
        await foreach (var lived in store.LifeAsync(hazardId, asOf, call.Stop))
        {
            hazard = lived.After;
            // A row that changed is recorded again, with the pictures that it had.
            photos.AddRange(lived.Recorded.Data is LedgerRowRecorded
                ? Photo.Of(lived).Where(p => !photos.Exists(known => known.Digest == p.Digest && known.Phase.Code == p.Phase.Code))
                : Photo.Of(lived));
        }

        if (hazard is null || !call.Caller.Sees(hazard))
            return Call.Refuse(HazardRefusals.NotFound.Because());
        var said = new List<Photo>(photos.Count);
        foreach (var photo in photos)
            said.Add(photo with { Says = await pictures.SaysAsync(photo.Digest, call.Stop) });
        return Call.Json(new PhotoList(hazardId, asOf, [.. said], await naming.OfBodiesAsync(said.Select(p => p.By), asOf, call.Stop)));
    }
}

/// <summary>A small picture on its way to the caller.</summary>
internal sealed class Thumbnail(Sha256Digest digest, byte[] bytes, IReadOnlyList<HazardId> hazards) : IResult, IShowsHazards
{
    public IEnumerable<HazardId> Shown => hazards;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        FileSending.Protect(httpContext.Response.Headers, $"{digest}-small");
        httpContext.Response.ContentType = "image/jpeg";
        httpContext.Response.ContentLength = bytes.Length;
        await httpContext.Response.Body.WriteAsync(bytes, httpContext.RequestAborted);
    }
}

/// <summary>What is known of a file.</summary>
/// <param name="Digest">SHA-256 of its bytes.</param>
/// <param name="MediaType">Its media type.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="Says">What a photo says of itself, not verified; absent for what is none.</param>
/// <param name="Links">Where it is.</param>
internal sealed record FileDetails(Sha256Digest Digest, string MediaType, long Size, PhotoSays? Says,
    IReadOnlyDictionary<string, string> Links) : IShowsHazards
{
    /// <summary>The hazards that name it, where the look is put on record.</summary>
    [JsonIgnore]
    public IReadOnlyList<HazardId> Hazards { get; init; } = [];

    IEnumerable<HazardId> IShowsHazards.Shown => Hazards;
}

/// <summary>The photos of a hazard, in the order in which they came.</summary>
internal sealed record PhotoList(HazardId Hazard, DateTimeOffset? AsOf, ImmutableArray<Photo> Items,
    IReadOnlyDictionary<string, string> Names);

/// <summary>When in a hazard's life a photo came.</summary>
internal enum PhotoPhase
{
    /// <summary>整改前.</summary>
    [Label("整改前", "Before: with the report, the verification, the assignment, a supervision visit")] Before,

    /// <summary>整改中.</summary>
    [Label("整改中", "During: with the plan, interim measures, progress")] During,

    /// <summary>整改后.</summary>
    [Label("整改后", "After: with the declared completion, the re-inspection, the closure, a look-back")] After,
}

/// <summary>A photo that an act brought.</summary>
/// <param name="Digest">SHA-256 of its bytes.</param>
/// <param name="Name">Its name.</param>
/// <param name="Phase">When in the hazard's life.</param>
/// <param name="Event">The act.</param>
/// <param name="Version">The act's version in the hazard's stream.</param>
/// <param name="Leg">The leg, if one.</param>
/// <param name="By">The body that acted.</param>
/// <param name="OccurredAt">When the act happened, as claimed.</param>
/// <param name="RecordedAt">When it was recorded.</param>
/// <param name="Says">What the photo says of itself, not verified; absent when its bytes are not here.</param>
/// <param name="Links">The file and its thumbnail.</param>
internal sealed record Photo(
    Sha256Digest Digest, string? Name, CodeEntry Phase, CodeEntry Event, long Version, CodeEntry? Leg, BodyId By,
    DateTimeOffset OccurredAt, DateTimeOffset RecordedAt, PhotoSays? Says, IReadOnlyDictionary<string, string> Links)
{
    public static IEnumerable<Photo> Of(LivedEvent lived)
    {
        var (e, (happened, context), _) = lived;
        return context.Attachments.Where(IsPhoto).Select(a => new Photo(
            a.Digest, a.Name, Labels.Of(PhaseOf(happened, a)), EventLabels.Of(e.EventTypeName), e.Version,
            Labels.Of(Deeds.LegOf(happened)), context.Body,
            context.OccurredAt, e.Timestamp, null, FileAnswer.LinksOf(a.Digest, a.MediaType!)));
    }

    /// <summary>Whether an attachment is said to be a picture.</summary>
    public static bool IsPhoto(Attachment attachment) => FileKinds.Find(attachment.MediaType) is { IsPicture: true };

    private static PhotoPhase PhaseOf(IHazardEvent happened, Attachment attachment) => happened switch
    {
        // A ledger says so in the column's header.
        LedgerRowRecorded when attachment.Name?.StartsWith(RowPictures.After, StringComparison.Ordinal) == true => PhotoPhase.After,
        PlanSubmitted or PlanReviewed or InterimMeasuresTaken or ProgressReported or ExtensionRequested or ResumptionRequested
            or SupervisionNoticeAnswered =>
            PhotoPhase.During,
        CompletionDeclared or LegAccepted or ReinspectionFailed or HazardClosed or LookbackMade or HazardFixedOnTheSpot or HazardFixedByOwnCheck or ResumptionReviewed => PhotoPhase.After,
        // Whatever else is photographed is still to be put right.
        _ => PhotoPhase.Before,
    };
}
