using System.Text.Json.Nodes;
using Hazards.Domain;

namespace Hazards.Api.Http.Pages.Shared;

/// <summary>What was typed, as the interface takes it. What was left empty is left out.</summary>
internal static class FormJson
{
    /// <summary>Fields of text.</summary>
    public static JsonObject Of(PageCall page, params ReadOnlySpan<string> fields)
    {
        var json = new JsonObject();
        foreach (var field in fields)
            if (Text(page, field) is { Length: > 0 } text)
                json[field] = text;
        return json;
    }

    /// <summary>And a field of which several can be chosen.</summary>
    public static JsonObject And(this JsonObject json, PageCall page, string field)
    {
        var chosen = (page.Form?[field] ?? default)
            .SelectMany(v => (v ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToArray();
        if (chosen.Length > 0)
            json[field] = new JsonArray([.. chosen.Select(c => (JsonNode)c)]);
        return json;
    }

    /// <summary>What was typed into a field, without blanks around it.</summary>
    public static string Text(PageCall page, string field) => (page.Form?[field].ToString() ?? "").Trim();

    /// <summary>A document that was typed or chosen as a file; refused when it is not JSON.</summary>
    public static async Task<(string Text, JsonNode? Json, Refusal? Refusal)> DocumentAsync(PageCall page, string field)
    {
        var text = Text(page, field);
        if (page.Form?.Files.GetFile(field + "File") is { Length: > 0 } file)
        {
            if (file.Length > RequestBody.MostJsonBytes)
                return ("", null, RequestRefusals.TooLarge.Because(field, ("max", RequestBody.MostJsonBytes)));
            using var reader = new StreamReader(file.OpenReadStream());
            text = await reader.ReadToEndAsync(page.Http.RequestAborted);
        }

        try
        {
            return (text, text.Length == 0 ? null : JsonNode.Parse(text), text.Length == 0 ? InputRefusals.Missing.Because(field) : null);
        }
        catch (System.Text.Json.JsonException e)
        {
            return (text, null, PageRefusals.NotJson.Because(field, ("line", e.LineNumber + 1), ("column", e.BytePositionInLine + 1)));
        }
    }
}
