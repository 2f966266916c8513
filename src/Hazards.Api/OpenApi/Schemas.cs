using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Hazards.Api;

/// <summary>Schemas of the domain's values and codes: strings with a pattern, an example and the field's own words.</summary>
internal sealed class Schemas : IOpenApiSchemaTransformer
{
    private sealed record ValueText(string? Pattern, string Example, string Text, string? Format = null);

    private static readonly FrozenDictionary<Type, ValueText> Values = new Dictionary<Type, ValueText>
    {
        [typeof(HazardId)] = new(null, "01a1ff0e-6f8a-7c3e-9d51-0f6f3c1a2b3c", "隐患编号 · identity of a hazard", "uuid"),
        [typeof(BodyId)] = new("^[a-z0-9][a-z0-9-]{0,38}[a-z0-9]$", "weishan-awb", "单位编号 · identity of a body"),
        [typeof(RegionCode)] = new("^(0|[1-9][0-9]|[1-9][0-9]{3}|[1-9][0-9]{5}|[1-9][0-9]{8}|[1-9][0-9]{11})$", "532927", "行政区划代码 GB/T 2260：省2位、市4位、县6位、乡9位、村12位；全国为 0 · region code; the country is 0"),
        [typeof(CreditCode)] = new("^[0-9A-HJ-NPQRTUWXY]{18}$", "91110000100000563A", "统一社会信用代码 GB 32100-2015，含校验码 · credit code with its check character"),
        [typeof(SectorCode)] = new("^[a-z0-9_]{2,40}$", "city_gas", "行业领域，见 /codes/sectors · sector, see /codes/sectors"),
        [typeof(DocumentNumber)] = new(null, "大安委办督〔2026〕12号", "文号 · document number"),
        [typeof(MonthDay)] = new("^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$", "05-31", "每年的某一天 MM-dd · a day of every year"),
        [typeof(Sha256Digest)] = new("^[0-9a-f]{64}$", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "文件的 SHA-256 · SHA-256 of a file"),
        [typeof(DateTimeOffset)] = new(null, "2026-03-01T09:30:00+08:00", "RFC 3339 时间，须带时区 · instant with its offset", "date-time"),
        [typeof(DateOnly)] = new(null, "2026-03-31", "日期，期限为当日终了（中国时间）· date; a deadline is the end of its day in China", "date"),
    }.ToFrozenDictionary();

    /// <summary>The schema of a parameter's type.</summary>
    public static OpenApiSchema Of(Type type)
    {
        var schema = new OpenApiSchema
        {
            Type = type == typeof(int) || type == typeof(long) ? JsonSchemaType.Integer : type == typeof(bool) ? JsonSchemaType.Boolean : JsonSchemaType.String,
            Format = type == typeof(long) ? "int64" : type == typeof(int) ? "int32" : type == typeof(Guid) ? "uuid" : null,
        };
        if (type.IsEnum)
            schema.Enum = [.. Enum.GetNames(type).Select(n => (JsonNode)JsonNamingPolicy.CamelCase.ConvertName(n))];
        Describe(schema, type);
        return schema;
    }

    public Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var type = context.JsonTypeInfo.Type;
        var value = Nullable.GetUnderlyingType(type) ?? type;
        if (Values.ContainsKey(value))
        {
            // Never null here: a type's component is shared, and where null is allowed its user says so.
            schema.Type = JsonSchemaType.String;
            schema.Properties = null;
            schema.Required = null;
        }

        Describe(schema, value);
        return Task.CompletedTask;
    }

    private static void Describe(OpenApiSchema schema, Type type)
    {
        if (Values.TryGetValue(type, out var text))
        {
            schema.Pattern = text.Pattern;
            schema.Format = text.Format;
            schema.Examples = [(JsonNode)text.Example];
            schema.Description = text.Text;
        }
        else if (type.IsEnum)
        {
            schema.Type = JsonSchemaType.String;
            schema.Enum = schema.Enum?.Where(e => e is not null).ToList();
            schema.Description = string.Join('\n', type.GetFields(BindingFlags.Public | BindingFlags.Static)
                .Select(f => (Code: JsonNamingPolicy.CamelCase.ConvertName(f.Name), Label: f.GetCustomAttribute<LabelAttribute>()))
                .Select(p => p.Label is null ? $"- `{p.Code}`" : $"- `{p.Code}` {p.Label.Chinese} · {p.Label.English}"));
        }
    }
}
