using System.Globalization;
using System.Text.Json.Nodes;

namespace Hazards.Api.Tests;

/// <summary>What a newer contract takes from those who build on an older one.</summary>
internal sealed class ContractChange
{
    private readonly JsonNode before;
    private readonly JsonNode after;
    private readonly List<string> found = [];
    private readonly HashSet<(string?, string?, bool)> compared = [];

    private ContractChange(JsonNode before, JsonNode after) => (this.before, this.after) = (before, after);

    /// <summary>Names each change that breaks a caller; empty when what there is only grew.</summary>
    /// <remarks>An error that was not listed, a member that an answer has beside the others, a code that is new: callers must
    /// bear these.</remarks>
    public static IReadOnlyList<string> Breaking(JsonNode before, JsonNode after)
    {
        var change = new ContractChange(before, after);
        foreach (var (path, item) in before["paths"]!.AsObject())
            foreach (var (method, operation) in item!.AsObject())
                change.Operation($"{method.ToUpperInvariant()} {path}", operation!, after["paths"]![path]?[method]);
        return change.found;
    }

    private void Operation(string name, JsonNode old, JsonNode? now)
    {
        if (now is null)
        {
            found.Add($"{name} was removed");
            return;
        }

        if ($"{old["operationId"]}" != $"{now["operationId"]}")
            found.Add($"{name}: operationId {old["operationId"]} became {now["operationId"]}");
        Parameters(name, old, now);
        Body(name, old["requestBody"], now["requestBody"]);
        foreach (var (status, answer) in old["responses"]!.AsObject().Where(r => r.Key[0] == '2'))
            Content(
                $"{name} {status}", Found(before, answer)!["content"], Found(after, now["responses"]![status])?["content"], given: false);
    }

    private void Parameters(string name, JsonNode old, JsonNode now)
    {
        var known = ParametersOf(before, old);
        var today = ParametersOf(after, now);
        foreach (var (key, parameter) in known)
            if (!today.TryGetValue(key, out var other))
                found.Add($"{name}: the parameter {key} was removed");
            else
                Schema($"{name}: {key}", parameter["schema"], other["schema"], given: true);
        foreach (var (key, parameter) in today)
            if (IsTrue(parameter["required"]) && !(known.TryGetValue(key, out var other) && IsTrue(other["required"])))
                found.Add($"{name}: the parameter {key} became required");
    }

    private static Dictionary<string, JsonNode> ParametersOf(JsonNode document, JsonNode operation) =>
        (operation["parameters"]?.AsArray() ?? []).Select(p => Found(document, p)!).ToDictionary(p => $"{p["in"]} {p["name"]}");

    private void Body(string name, JsonNode? old, JsonNode? now)
    {
        if (IsTrue(now?["required"]) && !IsTrue(old?["required"]))
            found.Add($"{name}: a body became required");
        if (old is not null)
            Content($"{name} body", old["content"], now?["content"], given: true);
    }

    private void Content(string name, JsonNode? old, JsonNode? now, bool given)
    {
        foreach (var (mediaType, content) in old?.AsObject() ?? [])
            if (now?[mediaType] is not { } other)
                found.Add($"{name}: {mediaType} was removed");
            else
                Schema(name, content!["schema"], other["schema"], given);
    }

    private void Schema(string name, JsonNode? old, JsonNode? now, bool given)
    {
        if (old is null || now is null || !compared.Add((Key(old), Key(now), given)))
            return;
        (old, now) = (Found(before, old)!, Found(after, now)!);
        Limits(name, old, now, given);
        var (members, others) = (old["properties"]?.AsObject() ?? [], now["properties"]?.AsObject() ?? []);
        foreach (var (member, schema) in members)
            if (others[member] is { } other)
                Schema($"{name}.{member}", schema, other, given);
            else
                found.Add($"{name}: the member {member} was removed");
        var (must, mustNow) = (Texts(old["required"]), Texts(now["required"]));
        foreach (var member in given ? mustNow.Except(must) : must.Except(mustNow).Where(m => others[m] is not null))
            found.Add(given ? $"{name}: the member {member} became required" : $"{name}: the member {member} may now be left out");
        Schema($"{name}[]", old["items"], now["items"], given);
        if (old["additionalProperties"] is JsonObject values)
            Schema($"{name}.*", values, now["additionalProperties"], given);
    }

    private void Limits(string name, JsonNode old, JsonNode now, bool given)
    {
        if ($"{old["type"]}" != $"{now["type"]}" || $"{old["format"]}" != $"{now["format"]}")
            found.Add($"{name}: {old["type"]} {old["format"]} became {now["type"]} {now["format"]}");
        foreach (var code in Texts(old["enum"]).Except(Texts(now["enum"])))
            found.Add($"{name}: the code {code} was removed");
        if (!given)
            return;
        if (now["pattern"] is { } pattern && $"{old["pattern"]}" != $"{pattern}")
            found.Add($"{name}: the pattern became {pattern}");
        foreach (var (limit, narrows) in Narrows)
            if (Number(now[limit]) is { } bound && (Number(old[limit]) is not { } known || narrows(known, bound)))
                found.Add($"{name}: {limit} became {bound}");
    }

    private static readonly (string Limit, Func<decimal, decimal, bool> Narrows)[] Narrows =
    [
        ("maximum", (known, bound) => bound < known), ("maxLength", (known, bound) => bound < known),
        ("maxItems", (known, bound) => bound < known),
        ("minimum", (known, bound) => bound > known), ("minLength", (known, bound) => bound > known),
        ("minItems", (known, bound) => bound > known),
    ];

    private static decimal? Number(JsonNode? node) => node is null ? null : decimal.Parse($"{node}", CultureInfo.InvariantCulture);

    private static string Key(JsonNode schema) => schema["$ref"]?.ToString() ?? schema.GetPath();

    private static IEnumerable<string> Texts(JsonNode? list) => list?.AsArray().Select(i => $"{i}") ?? [];

    private static bool IsTrue(JsonNode? node) => node?.GetValue<bool>() == true;

    private static JsonNode? Found(JsonNode document, JsonNode? node)
    {
        while (node?["$ref"]?.ToString() is { } reference)
            node = reference.Split('/').Skip(1).Aggregate(document, (n, part) => n[part]!);
        return node;
    }
}
