using System.Text.Json.Nodes;
using Hazards.Api.Http.Pages;
using Hazards.Api.Investigation.Packages;
using Hazards.Domain;

namespace Hazards.Api.Investigation.Pages;

/// <summary>Forms about packages of evidence.</summary>
internal static class EvidenceForms
{
    /// <summary>Under which the result of a check is kept for the page that shows it.</summary>
    public const string Result = "verification";

    /// <summary>A package as large as is checked, and the form around it.</summary>
    public static readonly PageUpload Upload = new(VerificationDesk.MostBytes + 64 * 1024, VerificationDesk.Longest);

    private static readonly string[] Conditions = ["enterprise", "region", "body", "foundFrom", "foundTo", "recordedFrom", "recordedTo"];
    private static readonly char[] Between = [' ', '\t', '\r', '\n', ',', '，', '、', ';', '；'];

    /// <summary>申请证据包.</summary>
    public static async Task<IResult?> RequestAsync(PageCall page)
    {
        var body = new JsonObject { ["reason"] = page.Text("reason"), ["actor"] = page.Who.Account.Name };
        if (page.Text("hazards")?.Split(Between, StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } ids)
            body["hazards"] = new JsonArray([.. ids.Select(i => (JsonNode)i)]);
        var filter = new JsonObject();
        foreach (var name in Conditions)
            if (page.Text(name) is { } value)
                filter[name] = value;
        if (filter.Count > 0)
            body["filter"] = filter;
        foreach (var name in new[] { "from", "to", "files", "hash", "documentNumber" })
            if (page.Text(name) is { } value)
                body[name] = value;
        if (page.Text("instant") is { } instant)
            body["instants"] = new JsonArray(page.InstantOf(instant));
        var answered = await page.PostAsync<EvidenceAnswer>("/evidence", body, page.Form?["_key"]);
        page.Problem = answered.Refusal;
        return answered.Value is { } asked
            ? page.Go($"/investigation/evidence/{asked.Id}", page.T("已申请，正在后台制作", "Asked for; it is being made"))
            : null;
    }

    /// <summary>核验一个已制成的包.</summary>
    public static async Task<IResult?> VerifyMadeAsync(PageCall page)
    {
        var answered = await page.PostAsync<VerificationAnswer>("/evidence/{id}/verification", [], null, null, ("id", page.Route("id")));
        (page.Problem, page.Http.Items[Result]) = (answered.Refusal, answered.Value);
        return null;
    }

    /// <summary>核验上传的包.</summary>
    public static async Task<IResult?> VerifyUploadAsync(PageCall page)
    {
        if (page.Form!.Files["package"] is not { Length: > 0 } file)
        {
            page.Problem = InputRefusals.Missing.Because("package");
            return null;
        }

        await using var content = file.OpenReadStream();
        var trusted = page.Text("key")?.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
        var answered = await page.PostAsync<VerificationAnswer>(new Asked("POST", "/evidence/verification")
        {
            Body = content, MediaType = "application/zip", Query = [.. trusted.Select(k => KeyValuePair.Create("key", (string?)k))],
        });
        (page.Problem, page.Http.Items[Result]) = (answered.Refusal, answered.Value);
        return null;
    }
}
