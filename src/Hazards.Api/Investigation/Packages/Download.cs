using System.Globalization;
using Hazards.Api.Administration.Persons;
using Hazards.Domain;
using Hazards.Projections.Store;
using Microsoft.Net.Http.Headers;

namespace Hazards.Api.Investigation.Packages;

/// <summary>Sends a package, whole or from where a download broke off (RFC 9110, section 14), after the download is on record.</summary>
internal static class Download
{
    public static async Task<IResult> SendAsync(
        Call call, string id, PackageShelf shelf, EvidenceDesk desk, EvidenceStore store, AccessRecorder looks, PackageCheck check)
    {
        var (package, refusal) = await EvidenceModule.OpenAsync(call, id, shelf, desk);
        if (package is null)
            return Call.Refuse(refusal!);
        if (await desk.ErasedAsync(package, call.Stop) is { } erased)
            return Call.Refuse(erased);
        if (await store.LoadAsync(package.Id, call.Stop) is not { Made: { } made } known)
            return Call.Refuse(package.Failure is { } why
                ? EvidenceRefusals.FailedBefore.Because(null, ("error", why))
                : EvidenceRefusals.NotReady.Because(
                    null, ("state", Words.Of(EvidenceAnswer.Of(package).State)), ("done", package.Done),
                    ("total", package.Request.Hazards.Length)));
        var tag = new EntityTagHeaderValue($"\"{made.Digest}\"");
        Describe(call.Response, package.Id, made, tag);
        if (EntityTagHeaderValue.TryParseList(call.Request.Headers.IfNoneMatch, out var had) && had.Any(
            t => t.Compare(tag, useStrongComparison: false)))
            return Results.StatusCode(304);
        var asked = call.Request.Headers.Range.ToString();
        var (from, length) = RangeOf(call.Request, made.Size, tag) is not { } range ? (0, made.Size) : range;
        if (length == 0)
        {
            call.Response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes */{made.Size}");
            return Call.Refuse(EvidenceRefusals.Range.Because("Range", ("value", Texts.Excerpt(asked)), ("size", made.Size)));
        }

        var layout = await new PackageBytes(shelf, package.Id).LayOutAsync(call.Stop);
        if ((layout.Size != made.Size ? "zip" : await check.AlteredAsync(package.Id, layout, made.Digest, call.Stop)) is { } altered)
            return Withhold(call, EvidenceRefusals.Altered.Because(null, ("name", altered), ("digest", made.Digest)));
        if (await RecordAsync(call, desk, store, looks, package, known, from, length) is { } forbidden)
            return Withhold(call, forbidden);
        // RFC 9530: the digest of the whole, whatever part is sent; the bytes were compared with it.
        call.Response.Headers["Repr-Digest"] = $"sha-256=:{Convert.ToBase64String(Convert.FromHexString(made.Digest.Value))}:";
        if (length < made.Size)
        {
            call.Response.StatusCode = 206;
            call.Response.Headers.ContentRange = string.Create(
                CultureInfo.InvariantCulture, $"bytes {from}-{from + length - 1}/{made.Size}");
        }

        call.Response.ContentLength = length;
        if (length < made.Size)
            await layout.WriteAsync(call.Response.Body, from, from + length, call.Stop);
        else if (!await PackageCheck.SendAsync(layout, made.Digest, call.Response.Body, call.Stop))
            call.Request.HttpContext.Abort();
        return Results.Empty;
    }

    private static IResult Withhold(Call call, Refusal why)
    {
        call.Response.Headers.Remove(HeaderNames.ETag);
        call.Response.Headers.Remove(HeaderNames.ContentDisposition);
        return Call.Refuse(why);
    }

    private static void Describe(HttpResponse response, Guid id, EvidenceMade made, EntityTagHeaderValue tag)
    {
        response.ContentType = "application/zip";
        response.Headers.ETag = tag.ToString();
        response.Headers.AcceptRanges = "bytes";
        response.Headers.CacheControl = "private, no-cache";
        response.Headers.ContentDisposition = $"attachment; filename=\"evidence-{id:D}.zip\"";
    }

    /// <summary>The bytes asked for; null: all of them; a length of 0: none that there are.</summary>
    private static (long From, long Length)? RangeOf(HttpRequest request, long size, EntityTagHeaderValue tag)
    {
        // What is no single range of bytes is not understood, and then the whole is sent.
        if (!RangeHeaderValue.TryParse(request.Headers.Range.ToString(), out var range)
            || range is not { Unit.Value: "bytes", Ranges: { Count: 1 } ranges })
            return null;
        if (request.Headers.IfRange is { Count: > 0 } condition
            && !(EntityTagHeaderValue.TryParse(condition.ToString(), out var had) && had.Compare(tag, useStrongComparison: true)))
            return null;
        var (from, to) = ranges.First() is { From: { } first } one
            ? (first, Math.Min(one.To ?? long.MaxValue, size - 1))
            : (Math.Max(size - ranges.First().To!.Value, 0), size - 1);
        return from <= to && from < size ? (from, to - from + 1) : (0, 0);
    }

    /// <summary>
    /// Before the first byte goes out. Every part that is sent stands in the package's own stream; among the looks at its
    /// hazards each person's taking stands once for every beginning, and not again for every piece.
    /// </summary>
    private static async Task<Refusal?> RecordAsync(
        Call call, EvidenceDesk desk, EvidenceStore store, AccessRecorder looks, ShelvedPackage package, EvidencePackage known, long from,
        long length)
    {
        var by = call.Caller.As(null);
        var (asked, _) = call.Terms([]);
        var terms = asked with { Key = null, IfVersion = null };
        if (from == 0 || !known.TakenBy.Contains((by.Body.Id, by.Name)))
        {
            var request = new AskedFor(
                "GET", $"{Links.Root}/evidence/{{id}}/package", call.Request.Path, length < known.Made!.Size ? 206 : 200);
            var asking = new PersonAsked(by, package.Request.Reason, call.Caller.Key.Id, request);
            if (await desk.RecordLooksAsync(package, asking, call.Stop) is { } refusal)
                return refusal;
            var looked = new Looked(package.Request.Jurisdiction, package.Request.Hazards)
            {
                Enterprise = package.Request.Filter?.Enterprise, Purpose = package.Request.Reason, Key = call.Caller.Key.Id,
                Asked = request,
            };
            await looks.RecordAsync(new EvidenceTaken(looked, package.Id, from, length), by, terms, call.Stop);
        }

        var outcome = await store.AddAsync(
            package.Id, store.Context(by, EvidenceDesk.RoleOf(by)!.Value), terms,
            p => new EvidenceDownloaded(p.Made!.Digest, from, length), call.Stop);
        if (outcome is Outcome<EvidencePackage>.Refused refused)
            throw new LogUnavailableException($"The download could not be recorded: {refused.Refusal.English}");
        return null;
    }
}
