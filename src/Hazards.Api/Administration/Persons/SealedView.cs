using System.Text.Json;
using System.Text.Json.Nodes;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Api.Administration.Persons;

/// <summary>
/// Facts as they are shown to whoever may see the event: sealed data stay out of every answer. A whistle-blower is not
/// shown at all; a report of hers looks like one that nobody signed. (Packages hold events byte for byte, sealed values
/// among them, because their leaves are proved.)
/// </summary>
internal static class SealedView
{
    /// <summary>What stands for sealed data.</summary>
    public const string Said = "个人信息已封存";

    /// <summary>The facts of an event, to be shown.</summary>
    public static JsonElement Of(string type, ReadOnlyMemory<byte> data)
    {
        if (type is not ("hazard_reported" or "witness_recorded" or "ledger_row_recorded"))
            return JsonSerializer.Deserialize<JsonElement>(data.Span);
        var facts = JsonNode.Parse(data.Span)!.AsObject();
        if (facts["reporter"] is JsonObject reporter)
            if (reporter["kind"]?.GetValue<string>() == CodeList.Code(PersonKind.WhistleBlower))
                facts.Remove("reporter");
            else
                reporter["sealed"] = Said;
        if (facts["witness"] is JsonObject witness)
            witness["sealed"] = Said;
        if (facts["contact"] is JsonObject contact)
            contact["sealed"] = Said;
        foreach (var said in new[] { "statement", "sealedCells" })
            if (facts.ContainsKey(said))
                facts[said] = Said;
        return JsonSerializer.SerializeToElement(facts, DomainJson.Options);
    }
}
