using System.Collections.Frozen;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace Hazards.Api.Http.OpenApi;

/// <summary>
/// A whole body to begin with for each request: what must be given and who acts, or all where nothing must; made from its schema,
/// so that it is valid by it.
/// </summary>
internal sealed class BodyExamples(OpenApiDocument document)
{
    /// <summary>What texts say, by the member's name.</summary>
    private static readonly FrozenDictionary<string, string> Texts = new Dictionary<string, string>
    {
        ["title"] = "燃气阀井泄漏", ["description"] = "古城南门阀井有燃气味，检测浓度超标，现场已设警戒", ["text"] = "已到现场核对，情况属实",
        ["reason"] = "经现场核查确认", ["note"] = "更换阀门，已完成防护栏杆安装", ["findings"] = "现场复查，泄漏已消除，检测浓度为零",
        ["measures"] = "更换阀门及密封件，恢复警示标志", ["results"] = "三次检测均合格", ["instructions"] = "限期整改，整改期间专人值守",
        ["requirements"] = "请说明逾期原因和整改安排", ["grounds"] = "配件到货推迟，附供货方证明", ["basis"] = "城镇燃气经营安全重大隐患判定标准第五条",
        ["actor"] = "王建国", ["name"] = "巍山县安委办", ["client"] = "ws-hotline", ["system"] = "hotline-12345", ["login"] = "wang.jianguo",
        ["medium"] = "政府门户网站", ["summary"] = "隐患整改情况公示", ["message"] = "请确认收到", ["interviewed"] = "某燃气公司负责人",
        ["penalised"] = "某燃气公司", ["measure"] = "责令停产停业整顿", ["scope"] = "阀井及周边五米", ["address"] = "https://example.gov.cn/hazards",
        ["witness"] = "witness.example/审计局", ["log"] = "hazards/example", ["id"] = "weishan-gas", ["to"] = "weishan-gov",
    }.ToFrozenDictionary();

    /// <summary>Given though it need not be: who acts stands on every paper.</summary>
    private const string Actor = "actor";

    /// <param name="schema">The schema of the body.</param>
    public JsonNode Of(IOpenApiSchema schema) => Of(schema, "", []);

    private JsonNode Of(IOpenApiSchema schema, string name, HashSet<string> within)
    {
        if (schema is not OpenApiSchemaReference reference)
            return Plain(schema, name, within);
        var id = reference.Reference.Id!;
        var example = within.Add(id) ? Plain(document.Components!.Schemas![id], name, within) : new JsonObject();
        within.Remove(id);
        return example;
    }

    private JsonNode Plain(IOpenApiSchema schema, string name, HashSet<string> within) => (schema.Type & ~JsonSchemaType.Null) switch
    {
        JsonSchemaType.Object => Object(schema, within),
        JsonSchemaType.Array => new JsonArray(Of(schema.Items!, name, within)),
        JsonSchemaType.Boolean => JsonValue.Create(true),
        JsonSchemaType.Integer or JsonSchemaType.Number => JsonValue.Create(name == "percent" ? 60 : 1),
        JsonSchemaType.String => schema.Enum is [var first, ..] ? first!.DeepClone()
            : schema.Examples is [var own, ..] ? own!.DeepClone()
            : JsonValue.Create(schema.Format == "uuid" ? "01a1ff0e-6f8a-7c3e-9d51-0f6f3c1a2b3c" : Cut(Texts.GetValueOrDefault(name, "说明"), schema.MaxLength)),
        _ => new JsonObject(),
    };

    private JsonObject Object(IOpenApiSchema schema, HashSet<string> within)
    {
        var members = schema.Properties ?? new Dictionary<string, IOpenApiSchema>();
        var given = members.Where(m => schema.Required?.Contains(m.Key) == true || m.Key == Actor).ToArray();
        return new JsonObject(
            (given.Length > 0 ? given : [.. members]).Select(m => KeyValuePair.Create(m.Key, (JsonNode?)Of(m.Value, m.Key, within))));
    }

    private static string Cut(string text, int? most) => most is { } length && text.Length > length ? text[..length] : text;
}
