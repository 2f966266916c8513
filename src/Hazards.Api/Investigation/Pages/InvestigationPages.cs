using System.Text.Json.Nodes;
using Hazards.Api.Administration.Accounts;
using Hazards.Api.Http.Pages;
using Hazards.Api.Proofs;
using Hazards.Api.Proofs.Auditing;
using Hazards.Api.Supervision.Campaigns;
using Hazards.Domain;

namespace Hazards.Api.Investigation.Pages;

/// <summary>追溯: replay, evidence packages, who looked, seals, the log.</summary>
internal static class InvestigationPages
{
    private const int LongestPurpose = 500;

    public static void Map(IEndpointRouteBuilder pages)
    {
        pages.Page<InvestigationPage>("/investigation");
        pages.PagePost("/investigation/purpose", GivePurposeAsync);
        pages.Page<HazardReplayPage>("/investigation/hazard/{id}");
        pages.Page<SubjectReplayPage>("/investigation/body/{id}");
        pages.Page<SubjectReplayPage>("/investigation/enterprise/{id}");
        pages.Page<SubjectReplayPage>("/investigation/region/{id}");
        pages.Page<SubjectReplayPage>("/investigation/person");
        pages.Page<EvidenceListPage>("/investigation/evidence", EvidenceForms.RequestAsync);
        pages.Page<EvidencePackagePage>("/investigation/evidence/{id}", EvidenceForms.VerifyMadeAsync, EvidenceForms.Upload);
        pages.Page<VerificationPage>("/investigation/verification", EvidenceForms.VerifyUploadAsync, EvidenceForms.Upload);
        pages.Page<LooksPage>("/investigation/access");
        pages.Page<SealsPage>("/investigation/seals", SealAsync);
        pages.Page<SealsPage>("/investigation/seals/{id}", LiftAsync);
        pages.Page<LogPage>("/investigation/log", AskOfLogAsync);
    }

    private static async Task<IResult> GivePurposeAsync(PageCall page)
    {
        var purpose = page.Form?["purpose"].ToString().Trim() ?? "";
        var back = PageRoutes.Safe(page.Form?["back"]);
        page.Problem = Texts.Check("purpose", purpose, 1, LongestPurpose, multiline: false);
        if (page.Problem is not null)
            return PageRoutes.Show<InvestigationPage>(page);
        await page.Http.RequestServices.GetRequiredService<Sessions>()
            .SetPurposeAsync(page.Who.Session.Id, purpose, page.Http.RequestAborted);
        return page.Go(back, page.T("查阅事由已登记", "The purpose is on record"));
    }

    private static async Task<IResult?> SealAsync(PageCall page)
    {
        var enterprise = new JsonObject { ["name"] = page.Text("name") };
        if (page.Text("creditCode") is { } code)
            enterprise["creditCode"] = code;
        var body = new JsonObject
        {
            ["enterprise"] = enterprise, ["region"] = page.Text("region"), ["reason"] = page.Text("reason"),
            ["documentNumber"] = page.Text("documentNumber"), ["actor"] = page.Who.Account.Name,
        };
        if (page.Text("since") is { } since)
            body["since"] = page.InstantOf(since);
        if (page.Text("authority") is { } authority)
            body["authority"] = authority;
        var answered = await page.PostAsync<RecordAnswer<Seal>>("/seals", body, page.Form?["_key"]);
        page.Problem = answered.Refusal;
        return answered.Value is { } done ? page.Go($"/investigation/seals/{done.Id}", page.T("档案已封存", "The records are sealed")) : null;
    }

    private static async Task<IResult?> LiftAsync(PageCall page)
    {
        var body = new JsonObject
        {
            ["reason"] = page.Text("reason"), ["documentNumber"] = page.Text("documentNumber"), ["actor"] = page.Who.Account.Name,
        };
        var answered = await page.PostAsync<RecordAnswer<Seal>>(
            "/seals/{id}/lifting", body, page.Form?["_key"], page.Version(), ("id", page.Route("id")));
        page.Problem = answered.Refusal;
        return answered.Value is null ? null : page.Go($"/investigation/seals/{page.Route("id")}", page.T("封存已解除", "The seal is lifted"));
    }

    private static async Task<IResult?> AskOfLogAsync(PageCall page)
    {
        if (page.Text("what") == "audit")
        {
            var asked = await page.PostAsync<AuditAsked>("/log/audits", [], page.Form?["_key"]);
            page.Problem = asked.Refusal;
            return asked.Value is null
                ? null
                : page.Go("/investigation/log", page.T("已要求审计，稍后刷新可见结果", "The audit was asked for; its result will be here"));
        }

        var signed = await page.PostAsync<CheckpointView>(
            new Asked("POST", "/log/checkpoints") { Body = new MemoryStream(), MediaType = "text/plain" });
        page.Problem = signed.Refusal;
        return signed.Value is { } checkpoint
            ? page.Go(
                "/investigation/log", page.T($"已签发覆盖 {checkpoint.Size} 个事件的检查点", $"A checkpoint over {checkpoint.Size} events was signed"))
            : null;
    }
}

/// <summary>What forms hold.</summary>
internal static class FormFields
{
    /// <summary>A field's text; null where nothing was typed.</summary>
    public static string? Text(this PageCall page, string field) =>
        page.Form?[field].ToString().Trim() is { Length: > 0 } text ? text : null;

    /// <summary>The version the form was shown with.</summary>
    public static long? Version(this PageCall page) => long.TryParse(page.Form?["_version"], out var version) ? version : null;

    /// <summary>An instant as typed, as the interface reads it; what is no instant goes as it is, and is refused there.</summary>
    public static string InstantOf(this PageCall page, string text) =>
        PageTimes.Read(text, page.Now) is { AsOf: { } instant } ? ChinaTime.Format(instant) : text;

    /// <summary>An instant of the address: a date is its beginning, or its end.</summary>
    /// <param name="page">The request.</param>
    /// <param name="name">The parameter.</param>
    /// <param name="end">Whether a date means its end.</param>
    public static object? InstantOf(this PageCall page, string name, bool end)
    {
        if (page.Query(name) is not { } text)
            return null;
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", out var day))
            return end && ChinaTime.EndOf(day) is var last && last < page.Now ? last.AddTicks(-10) : end ? null : ChinaTime.StartOf(day);
        return PageTimes.Read(text, page.Now) is { Wrong: null, AsOf: var instant } ? instant : text;
    }

    /// <summary>What stands in a box for date and time.</summary>
    public static string Local(DateTimeOffset instant) =>
        instant.ToOffset(ChinaTime.Offset).ToString("yyyy-MM-dd'T'HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture);
}
