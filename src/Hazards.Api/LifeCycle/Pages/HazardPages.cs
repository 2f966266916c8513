using System.Globalization;
using Hazards.Api.Http.Pages;
using Hazards.Domain.Codes;

namespace Hazards.Api.LifeCycle.Pages;

/// <summary>隐患: its page, its photos, and the steps taken on it.</summary>
internal static class HazardPages
{
    public static void Map(IEndpointRouteBuilder pages)
    {
        pages.Page<HazardDetailPage>("/hazards/{id}", DoAsync);
        pages.Page<PhotosPage>("/hazards/{id}/photos");
    }

    /// <summary>Takes a step: the form's files first, then the command, on the version that the form was shown with.</summary>
    private static async Task<IResult?> DoAsync(PageCall page)
    {
        var form = page.Form!;
        if (page.Http.RequestServices.GetRequiredService<StepCatalogue>().Find(form["_step"]) is not { } entry)
        {
            page.Problem = PageRefusals.NotFound.Because();
            return null;
        }

        var id = page.Route("id");
        var leg = form["_leg"].ToString();
        var sent = new StepForm(form, Fields(entry));
        var attached = new List<string>();
        var attachments = await StepFiles.PutAsync(page, attached);
        page.Http.Items[StepFiles.Attached] = attached;
        if (attachments is null)
            return null;
        var body = sent.Read();
        if (attachments.Count > 0)
            body["attachments"] = attachments;
        (string, string)[] route = entry.OnLeg ? [("id", id), ("leg", leg)] : [("id", id)];
        var version = long.TryParse(form["_version"], NumberStyles.None, CultureInfo.InvariantCulture, out var seen) ? seen : (long?)null;
        var done = await page.PostAsync<CommandAnswer>(entry.Pattern, body, form["_key"], version, route);
        if (done.Refusal is { } refusal)
        {
            page.Problem = sent.Place(refusal);
            return null;
        }

        var what = page.T(entry.Rule.Chinese, entry.Rule.English);
        var on = entry.OnLeg && CodeList.TryParse<Leg>(leg, out var known) && known != Leg.Sole
            ? page.T($"（{CodeList.Chinese(known)}）", $" ({PageWords.Of(leg)})") : "";
        var at = PageTimes.Minute(done.Value!.RecordedAt);
        return page.Go($"/hazards/{id}", page.T($"已办理：{what}{on}，{at} 登记；现在环节：{done.Value.Stage.Chinese}",
            $"Done: {what}{on}, recorded {at}; the hazard is now: {page.T(done.Value.Stage)}"));
    }

    /// <summary>The fields of a command as a form may send them: every leg and every part of a plan.</summary>
    private static IEnumerable<StepField> Fields(StepEntry entry) => StepFields.Of(entry).Select(f => f.Kind switch
    {
        StepFieldKind.Legs => f with
        {
            Fields = [.. Enum.GetValues<Leg>().OrderBy(l => l == Leg.Sole)
                .Select(l => f with { Name = CodeList.Code(l), Kind = StepFieldKind.Leg })],
        },
        _ => f,
    });
}
