using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hazards.Api.Http.Pages;
using Hazards.Api.LifeCycle.Files;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Api.LifeCycle.Field;

/// <summary>What became of a report that a phone sent.</summary>
/// <param name="Id">The hazard.</param>
/// <param name="Address">Its page.</param>
internal sealed record FieldAnswer(HazardId Id, string Address);

/// <summary>Why a report was not taken: shown beside it on the phone until the person has mended it.</summary>
internal sealed record FieldRefused(string Code, string Message, string? Field);

/// <summary>Takes reports: of the form itself, and of a phone that kept them.</summary>
internal static class FieldSending
{
    public const int MostPhotos = 5;
    public const int MostPhotoBytes = 12 * 1024 * 1024;
    private const int LongestTitle = 60;
    private static readonly SearchValues<char> SentenceEnds = SearchValues.Create("。！？!?；;\n");

    /// <summary>The form, sent whole with its photos; null: it is shown again.</summary>
    public static async Task<IResult?> OfFormAsync(PageCall page)
    {
        var (attachments, wrong) = await PutAllAsync(page);
        if (wrong is null && NumberOf(page.Form!["_key"]) is { } number)
        {
            var (id, refusal, _) = await ReportAsync(page, number, null, attachments);
            if (id is not null)
                return page.Go("/field", page.T("已上报，办理情况见下方“我的上报”", "Reported. What becomes of it stands below"));
            wrong = refusal;
        }

        page.Problem = wrong ?? FieldRefusals.Number.Because();
        return null;
    }

    /// <summary>One photo of a report that follows: named by its content, so that sending it again changes nothing.</summary>
    public static async Task<IResult> PhotoAsync(PageCall page)
    {
        if (page.Form!.Files.GetFile("photo") is not { } photo)
            return Refuse(page, InputRefusals.Missing.Because("photos"));
        var answered = await PutAsync(page, photo);
        return answered.Value is { } file ? Call.Json(file, 201) : Refuse(page, answered.Refusal!);
    }

    /// <summary>A report that a phone wrote then and sends now; sent again, it is answered as before.</summary>
    public static async Task<IResult> OfPhoneAsync(PageCall page)
    {
        var form = page.Form!;
        if (form["account"] != page.Who.Account.Id.ToString())
            return Refuse(page, FieldRefusals.OtherAccount.Because());
        if (NumberOf(form["report"]) is not { } number)
            return Refuse(page, FieldRefusals.Number.Because());
        if (!Instants.TryParse(form["writtenAt"].ToString(), out var written))
            return Refuse(page, RequestRefusals.Instant.Because("writtenAt", ("value", Texts.Excerpt(form["writtenAt"]))));
        if (Parse(form["attachments"]) is not { } attachments)
            return Refuse(page, InputRefusals.Malformed.Because("photos", ("detail", "JSON")));
        var (id, refusal, repeated) = await ReportAsync(page, number, written, attachments);
        return id is { } hazard ? Call.Json(new FieldAnswer(hazard, $"/hazards/{hazard}"), repeated ? 200 : 201) : Refuse(page, refusal!);
    }

    private static async Task<(HazardId? Id, Refusal? Refusal, bool Repeated)> ReportAsync(
        PageCall page, Guid number, DateTimeOffset? written, JsonArray attachments)
    {
        var reference = FieldReport.ReferenceOf(page.Who.Account.Id, number);
        var report = Report(page, reference, written, attachments);
        var answered = await page.PostAsync<CommandAnswer>("/hazards", report, $"field-{number:N}");
        return answered switch
        {
            { Value: { } done } => (done.Id, null, false),
            // The same words, though the account has another name or region by now.
            { Refusal: { } refusal } when refusal.Reason == PageRefusals.SentBefore && await StandsAsync(page, report) is { } stands =>
                (stands, null, true),
            // It came before, and the answer did not reach the phone.
            { Refusal: { } refusal } when refusal.Reason == HazardRefusals.ReportedBefore =>
                (HazardId.Parse(refusal.Facts["id"]!), null, true),
            { Refusal: { } refusal } => (null, refusal with { Field = FieldOf(refusal.Field) }, false),
            _ => throw new InvalidOperationException("POST /hazards answered neither way."),
        };
    }

    /// <summary>The hazard that a report with this number became, where it says what is written now; null where it does not.</summary>
    private static async Task<HazardId?> StandsAsync(PageCall page, JsonObject report)
    {
        var answered = await page.PostAsync<CommandAnswer>("/hazards", report, null);
        if (answered.Refusal is not { } refusal || refusal.Reason != HazardRefusals.ReportedBefore)
            return answered.Value?.Id;
        var hazard = (await page.GetAsync<HazardDetails>("/hazards/{id}", null, ("id", refusal.Facts["id"]!))).Hazard;
        return hazard.Description == report["description"]!.ToString() && hazard.Place?.Text == report["place"]?["text"]?.ToString()
            && hazard.Enterprise?.Name == report["enterprise"]?["name"]?.ToString()
            && (report["occurredAt"] is not { } at || at.ToString() == ChinaTime.Format(hazard.FoundAt))
                ? hazard.Id
                : null;
    }

    private static JsonObject Report(PageCall page, ExternalReference reference, DateTimeOffset? written, JsonArray attachments)
    {
        var form = page.Form!;
        var said = form["what"].ToString().ReplaceLineEndings("\n").Trim();
        var report = new JsonObject
        {
            ["source"] = Given(form["source"]) ?? CodeList.Code(ReportSource.GridWorker),
            ["region"] = Given(form["region"]) ?? page.Who.Account.Region.Value,
            ["sector"] = Given(form["sector"]) ?? "other",
            ["title"] = TitleOf(said),
            ["description"] = said,
            ["reference"] = new JsonObject { ["system"] = reference.System, ["id"] = reference.Id },
            ["foundBy"] = page.Who.Account.Name,
            ["actor"] = page.Who.Account.Name,
            ["attachments"] = attachments,
        };
        if (written is { } at)
            report["occurredAt"] = ChinaTime.Format(at);
        if (PlaceOf(form) is { } place)
            report["place"] = place;
        if (Given(form["enterprise"]) is { } enterprise)
            report["enterprise"] = new JsonObject { ["name"] = enterprise };
        return report;
    }

    // A phone's own position is WGS 84, which differs from CGCS2000 by centimetres.
    private static JsonObject? PlaceOf(IFormCollection form)
    {
        var (longitude, latitude) = (Degrees(form["longitude"]), Degrees(form["latitude"]));
        var located = longitude is not null && latitude is not null;
        if ((Given(form["place"]) ?? (located ? "手机定位" : null)) is not { } text)
            return null;
        return located ? new JsonObject
        {
            ["text"] = text, ["longitude"] = longitude, ["latitude"] = latitude,
        } : new JsonObject { ["text"] = text };
    }

    private static decimal? Degrees(string? text) =>
        decimal.TryParse(
            text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var degrees)
            ? degrees
            : null;

    /// <summary>The beginning of what was said: its first sentence, or as much of it as a list shows.</summary>
    internal static string TitleOf(string said)
    {
        var end = said.AsSpan().IndexOfAny(SentenceEnds);
        var first = end > 0 ? said[..end] : said;
        var text = new StringInfo(first.Trim());
        return text.LengthInTextElements <= LongestTitle ? text.String : text.SubstringByTextElements(0, LongestTitle - 1) + "…";
    }

    private static async Task<(JsonArray Attachments, Refusal? Wrong)> PutAllAsync(PageCall page)
    {
        var photos = page.Form!.Files.GetFiles("photos").Where(f => f.Length > 0).ToArray();
        var attachments = new JsonArray();
        if (photos.Length > MostPhotos)
            return (attachments, InputRefusals.TooMany.Because("photos", ("count", photos.Length), ("max", MostPhotos)));
        foreach (var photo in photos)
        {
            var answered = await PutAsync(page, photo);
            if (answered.Value is not { } file)
                return (attachments, answered.Refusal! with { Field = "photos" });
            attachments.Add(new JsonObject
            {
                ["digest"] = file.Digest.Value, ["name"] = NameOf(photo), ["mediaType"] = file.MediaType, ["size"] = file.Size,
            });
        }

        return (attachments, null);
    }

    private static async Task<Answered<FileAnswer>> PutAsync(PageCall page, IFormFile photo)
    {
        if (photo.Length > MostPhotoBytes)
            return new Answered<FileAnswer>(
                null, FieldRefusals.PhotoTooLarge.Because("photos", ("name", NameOf(photo)), ("max", MostPhotoBytes / 1024 / 1024)), null);
        await using var content = photo.OpenReadStream();
        return await page.PostAsync<FileAnswer>(new Asked("POST", "/files") { Body = content, MediaType = photo.ContentType });
    }

    private static string NameOf(IFormFile photo)
    {
        var name = Path.GetFileName(photo.FileName.Replace('\\', '/'));
        return name.Length is > 0 and <= 100 && Texts.IsClean(name, multiline: false) ? name : "photo";
    }

    /// <summary>The form's field that a member of the report came from.</summary>
    private static string? FieldOf(string? member) => member switch
    {
        "title" or "description" => "what",
        ['p', 'l', 'a', 'c', 'e', ..] => "place",
        ['e', 'n', 't', 'e', 'r', ..] => "enterprise",
        ['a', 't', 't', 'a', 'c', 'h', ..] => "photos",
        _ => member,
    };

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    /// <summary>The number of a report; a form's own token ends with one.</summary>
    private static Guid? NumberOf(string? text) =>
        Guid.TryParse(
            text is not null && text.StartsWith("page-", StringComparison.Ordinal) ? text["page-".Length..] : text, out var number)
            ? number
            : null;

    private static JsonArray? Parse(string? text)
    {
        try
        {
            return string.IsNullOrEmpty(text) ? [] : JsonNode.Parse(text) as JsonArray;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static IResult Refuse(PageCall page, Refusal refusal) =>
        Call.Json(new FieldRefused(refusal.Code, page.T(refusal), refusal.Field), Problem.StatusOf(refusal.Reason));
}
