using System.Globalization;
using System.Text.Json.Nodes;
using Hazards.Api.Http.Pages;
using Hazards.Api.LifeCycle.Files;
using Hazards.Domain;

namespace Hazards.Api.LifeCycle.Pages;

/// <summary>A step's form as it was sent: read into the body that the interface takes.</summary>
/// <param name="form">What was sent.</param>
/// <param name="fields">The fields of the step.</param>
internal sealed class StepForm(IFormCollection form, IEnumerable<StepField> fields)
{
    // Where an object of a list came from: the interface says legs[1], the form legs.sectoral.
    private readonly List<string> legs = [];

    /// <summary>The body; what was left empty is left out.</summary>
    public JsonObject Read()
    {
        var body = new JsonObject();
        foreach (var field in fields)
            if (field.Kind != StepFieldKind.Files && Value(field, field.Name) is { } value)
                body[field.Name] = value;
        return body;
    }

    /// <summary>A refusal, said of the form's own field.</summary>
    public Refusal Place(Refusal refusal)
    {
        if (refusal.Field is not { } at)
            return refusal;
        for (var i = 0; i < legs.Count; i++)
            at = at.Replace(string.Create(CultureInfo.InvariantCulture, $"legs[{i}]"), $"legs.{legs[i]}", StringComparison.Ordinal);
        return refusal with { Field = at.StartsWith("attachments", StringComparison.Ordinal) ? "attachments" : at };
    }

    private JsonNode? Value(StepField field, string name) => field.Kind switch
    {
        StepFieldKind.Legs => Legs(field, name),
        StepFieldKind.Parts => Parts(field, name),
        StepFieldKind.Flag => Text(name) is { } flag ? flag == "true" : null,
        StepFieldKind.Body => Text($"{name}.other") ?? Text(name),
        StepFieldKind.Whole => Text(name) is { } whole
            ? int.TryParse(whole, NumberStyles.Integer, CultureInfo.InvariantCulture, out var n) ? n : whole : null,
        StepFieldKind.Money => Text(name) is { } sum
            ? decimal.TryParse(sum, NumberStyles.Number, CultureInfo.InvariantCulture, out var m) ? m : sum : null,
        StepFieldKind.Instant => Text(name) is { } at ? Instant(at) : null,
        _ => Text(name),
    };

    private JsonArray? Legs(StepField field, string name)
    {
        var list = new JsonArray();
        foreach (var leg in field.Fields ?? [])
        {
            var order = new JsonObject { ["leg"] = leg.Name };
            foreach (var own in leg.Fields ?? [])
                if (Value(own, $"{name}.{leg.Name}.{own.Name}") is { } value)
                    order[own.Name] = value;
            // A leg without a body is none; the dates and texts proposed for it mean nothing.
            if (!order.ContainsKey("body"))
                continue;
            list.Add(order);
            legs.Add(leg.Name);
        }

        return list.Count == 0 ? null : list;
    }

    private JsonObject? Parts(StepField field, string name)
    {
        var parts = new JsonObject();
        foreach (var part in field.Codes ?? [])
            if (Text($"{name}.{part.Code}") is { } text)
                parts[part.Code] = text;
        return parts.Count == 0 ? null : parts;
    }

    private string? Text(string name) => form[name] is [.., { } text] && !string.IsNullOrWhiteSpace(text)
        ? text.ReplaceLineEndings("\n").Trim() : null;

    // A date and time as a browser gives it: China's.
    private static string Instant(string text) =>
        DateTime.TryParseExact(text, ["yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss"], CultureInfo.InvariantCulture,
            DateTimeStyles.None, out var local)
            ? ChinaTime.Format(new DateTimeOffset(local, ChinaTime.Offset))
            : text;
}

/// <summary>Photos and files that go with a step: put in first, then named by their digests.</summary>
internal static class StepFiles
{
    /// <summary>The form's field with what was put in already; a form that was refused sends it along.</summary>
    public const string Attached = "_attached";

    /// <summary>Puts the form's files in; null with the page's problem set where one was refused.</summary>
    public static async Task<JsonArray?> PutAsync(PageCall page, List<string> attached)
    {
        attached.AddRange(page.Form![Attached].OfType<string>().Where(a => a.Split('|') is [{ Length: 64 }, _, _, _]));
        foreach (var file in page.Form.Files.Where(f => f.Length > 0))
        {
            await using var content = file.OpenReadStream();
            var name = Path.GetFileName(file.FileName);
            var put = await page.PostAsync<FileAnswer>(new Asked("POST", "/files")
            {
                Body = content, MediaType = string.IsNullOrEmpty(file.ContentType) ? "application/octet-stream" : file.ContentType,
                Query = [KeyValuePair.Create("name", (string?)name)],
            });
            if (put.Refusal is { } refusal)
            {
                page.Problem = refusal with { Field = "attachments" };
                return null;
            }

            attached.Add(string.Create(CultureInfo.InvariantCulture,
                $"{put.Value!.Digest}|{put.Value.MediaType}|{put.Value.Size}|{name.Replace('|', '_')}"));
        }

        return [.. attached.Distinct().Select(a => (JsonNode)Of(a))];
    }

    /// <summary>An attachment as the interface takes it.</summary>
    private static JsonObject Of(string attached)
    {
        var parts = attached.Split('|', 4);
        return new JsonObject
        {
            ["digest"] = parts[0], ["mediaType"] = parts[1], ["name"] = parts[3],
            ["size"] = long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : null,
        };
    }
}
