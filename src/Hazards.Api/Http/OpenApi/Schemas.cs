using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Microsoft.OpenApi;

namespace Hazards.Api.Http.OpenApi;

/// <summary>
/// The schemas of one document, read from what the serializer does: every code list, value and object stands once among the
/// components and is referred to. What is null is left out of an answer, so nothing is of the type null and what may be left
/// out is not required.
/// </summary>
internal sealed class Schemas(OpenApiDocument document)
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
        [typeof(Period)] = new("^20[0-9]{2}(Q[1-4]|-(0[1-9]|1[0-2])[ab]?)?$", "2026Q3", "报表期：年、季、月、半月 · a span of the calendar: 2026, 2026Q3, 2026-07, 2026-07a and 2026-07b for the halves of a month"),
        [typeof(PolicyVersion)] = new("^[a-z][a-z0-9-]{0,58}[a-z0-9]@[1-9][0-9]{0,4}$", "xiangxi-one-list@1", "制度名称和版次 · a policy's name and its number in the row of its versions"),
        [typeof(Sha256Digest)] = new("^[0-9a-f]{64}$", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "文件的 SHA-256 · SHA-256 of a file"),
        [typeof(DateTimeOffset)] = new(null, "2026-03-01T09:30:00+08:00", "RFC 3339 时间，须带时区 · instant with its offset", "date-time"),
        [typeof(DateOnly)] = new(null, "2026-03-31", "日期，期限为当日终了（中国时间）· date; a deadline is the end of its day in China", "date"),
    }.ToFrozenDictionary();

    private readonly Dictionary<string, Type> named = [];
    private readonly Dictionary<string, (Type, string?, bool)> bodies = [];
    private readonly HashSet<Type> given = [];
    private readonly HashSet<Type> answered = [];

    /// <summary>A policy is read and checked by a reader of its own; its texts are as long as the document may be.</summary>
    private static readonly Lazy<HashSet<Type>> ofItsOwn = new(() =>
    {
        var reached = new HashSet<Type>();
        Reach(typeof(Policy), reached, DomainJson.Options);
        Reach(typeof(PolicyDocument), reached, DomainJson.Options);
        return reached;
    });

    /// <summary>Says which types requests hold and which answers do; before anything is asked for.</summary>
    public void Learn(IEnumerable<Type> bodies, IEnumerable<Type> answers)
    {
        foreach (var body in bodies)
            Reach(body, given, RequestJson.Options);
        foreach (var answer in answers)
            Reach(answer, answered, DomainJson.Options);
    }

    /// <summary>The schema of a type: of its own where it is a number or a text, else a reference.</summary>
    public IOpenApiSchema Of(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(JsonElement) || type == typeof(object) || typeof(JsonNode).IsAssignableFrom(type))
            return new OpenApiSchema { Description = "任意 JSON · any JSON" };
        if (Plain(type) is { } plain)
            return plain;
        if (Values.ContainsKey(type) || type.IsEnum)
            return Component(NameOf(type), type, Values.TryGetValue(type, out var text) ? () => Value(text) : () => Codes(type));
        var info = DomainJson.Options.GetTypeInfo(type);
        return info.Kind switch
        {
            JsonTypeInfoKind.Enumerable => new OpenApiSchema { Type = JsonSchemaType.Array, Items = Of(info.ElementType!) },
            JsonTypeInfoKind.Dictionary => new OpenApiSchema { Type = JsonSchemaType.Object, AdditionalProperties = Of(info.ElementType!) },
            JsonTypeInfoKind.Object => Component(NameOf(type), type, () => Object(info)),
            _ => throw new InvalidOperationException($"{type} is written by a converter of its own, and nothing says how"),
        };
    }

    /// <summary>The schema of a request's body: the members of the command and, of an act, its circumstances.</summary>
    public OpenApiSchemaReference OfBody(Type type, string? left, bool isAct)
    {
        var suffix = (left is null ? "" : "OfLeg") + (isAct ? "" : "Alone");
        var name = NameOf(type) + (type.Name.EndsWith("Request", StringComparison.Ordinal) ? "" : "Request");
        // One command may be given on paths with and without the leg, and with and without what an act has.
        if (named.TryGetValue(name, out var other) && bodies.GetValueOrDefault(name) != (type, left, isAct))
            name = other == type ? name + suffix : throw Twice(name, type, other);
        bodies[name] = (type, left, isAct);
        return Component(name, type, () => Body(type, left, isAct));
    }

    /// <summary>Whether a body has members that must be given.</summary>
    public bool MustBeGiven(OpenApiSchemaReference body) => document.Components!.Schemas![body.Reference.Id!].Required is { Count: > 0 };


    private OpenApiSchemaReference Component(string name, Type type, Func<OpenApiSchema> make)
    {
        if (named.TryAdd(name, type))
        {
            document.Components!.Schemas ??= new Dictionary<string, IOpenApiSchema>();
            // Its place is taken first: a type may hold itself.
            document.Components.Schemas[name] = new OpenApiSchema();
            document.Components.Schemas[name] = make();
        }

        return new OpenApiSchemaReference(name, document);
    }

    private string NameOf(Type type)
    {
        var name = type.Name.Split('`')[0];
        if (type.IsGenericType)
            name += "Of" + string.Concat(type.GetGenericArguments().Select(a => a.Name));
        return named.TryGetValue(name, out var other) && other != type ? throw Twice(name, type, other) : name;
    }

    private static InvalidOperationException Twice(string name, Type one, Type other) =>
        new($"{one} and {other} are both named {name} in the contract");

    private OpenApiSchema Body(Type type, string? left, bool isAct)
    {
        var schema = Empty(XmlTexts.Of(type));
        schema.AdditionalPropertiesAllowed = false;
        foreach (var (owner, member) in MembersOf(type, left).Concat(isAct ? MembersOf(typeof(ActFields), null) : []))
            Add(schema, owner, member, RequestJson.IsRequired(member), stated: !ofItsOwn.Value.Contains(type));
        return schema;
    }

    private static IEnumerable<(Type Owner, JsonPropertyInfo Member)> MembersOf(Type type, string? left) =>
        RequestJson.MembersOf(type).Where(m => m.Name != left).Select(m => (type, m));

    private OpenApiSchema Object(JsonTypeInfo info)
    {
        var schema = Empty(XmlTexts.Of(info.Type));
        var stated = given.Contains(info.Type) && !ofItsOwn.Value.Contains(info.Type);
        if (given.Contains(info.Type) && !answered.Contains(info.Type))
            foreach (var (owner, member) in MembersOf(info.Type, null))
                Add(schema, owner, member, RequestJson.IsRequired(member), stated);
        else
            foreach (var member in info.Properties.Where(p => p.Get is not null))
                Add(
                    schema, info.Type, member,
                    !MayBeLeftOut(member) && (!given.Contains(info.Type) || IsComputed(member) || RequestJson.IsRequired(member)), stated);
        return schema;
    }

    /// <summary>Null is left out, and so is what says that it may be.</summary>
    private static bool MayBeLeftOut(JsonPropertyInfo member) =>
        IsNullable(member)
            || member.AttributeProvider?.GetCustomAttributes(typeof(JsonIgnoreAttribute), true) is [
                JsonIgnoreAttribute { Condition: not JsonIgnoreCondition.Never }];

    private static bool IsNullable(JsonPropertyInfo member) =>
        member.PropertyType.IsValueType ? Nullable.GetUnderlyingType(member.PropertyType) is not null : member.IsGetNullable;

    /// <summary>Answered, and never given.</summary>
    private static bool IsComputed(JsonPropertyInfo member) => member.Set is null && member.AssociatedParameter is null;

    private void Add(OpenApiSchema target, Type owner, JsonPropertyInfo member, bool required, bool stated)
    {
        var schema = Of(member.PropertyType);
        MayHoldNull(schema, member);
        if (stated && RequestJson.HoldsText(member) && schema is OpenApiSchema text)
            foreach (var held in new[] { text, text.Items, text.AdditionalProperties }.OfType<OpenApiSchema>().Where(
                h => h.Type?.HasFlag(JsonSchemaType.String) ?? false))
                held.MaxLength = RequestJson.LongestOf(member);
        var said = XmlTexts.OfMember(owner, member.Name);
        if (schema is OpenApiSchema own)
        {
            own.Description = said ?? own.Description;
            own.ReadOnly = given.Contains(owner) && IsComputed(member);
        }
        else if (said is not null)
        {
            ((OpenApiSchemaReference)schema).Description = said;
        }

        target.Properties![member.Name] = schema;
        if (required)
            target.Required!.Add(member.Name);
    }

    /// <summary>A table's values may be null, and are written; so may an array's.</summary>
    private void MayHoldNull(IOpenApiSchema schema, JsonPropertyInfo member)
    {
        if (schema is not OpenApiSchema own || member.AttributeProvider is not PropertyInfo property)
            return;
        if (own.AdditionalProperties is OpenApiSchema values && Allows(property))
            values.Type |= JsonSchemaType.Null;
        if (own.Items is { } items && Allows(property))
            own.Items = items is OpenApiSchema plain
                ? new OpenApiSchema { Type = plain.Type | JsonSchemaType.Null, Format = plain.Format }
                : new OpenApiSchema { OneOf = [new OpenApiSchema { Type = JsonSchemaType.Null }, items] };
    }

    private readonly NullabilityInfoContext nullability = new();

    private bool Allows(PropertyInfo property)
    {
        var held = nullability.Create(property) is { } info && info.ElementType is { } element
            ? element
            : nullability.Create(property).GenericTypeArguments.LastOrDefault();
        return held?.ReadState == NullabilityState.Nullable;
    }

    private static OpenApiSchema Empty(string? text) => new()
    {
        Type = JsonSchemaType.Object, Description = text, Properties = new Dictionary<string, IOpenApiSchema>(),
        Required = new HashSet<string>(),
    };

    private static OpenApiSchema? Plain(Type type)
    {
        if (type == typeof(string) || type == typeof(Uri))
            return new OpenApiSchema { Type = JsonSchemaType.String };
        if (type == typeof(char))
            return new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = 1 };
        if (type == typeof(bool))
            return new OpenApiSchema { Type = JsonSchemaType.Boolean };
        if (type == typeof(int) || type == typeof(short) || type == typeof(byte))
            return new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32" };
        if (type == typeof(long) || type == typeof(ulong) || type == typeof(uint))
            return new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int64" };
        if (type == typeof(decimal) || type == typeof(double))
            return new OpenApiSchema { Type = JsonSchemaType.Number, Format = "double" };
        if (type == typeof(Guid))
            return new OpenApiSchema { Type = JsonSchemaType.String, Format = "uuid" };
        if (type == typeof(byte[]) || type == typeof(ReadOnlyMemory<byte>))
            return new OpenApiSchema { Type = JsonSchemaType.String, Format = "byte" };
        return type == typeof(TimeSpan) ? new OpenApiSchema
        {
            Type = JsonSchemaType.String, Description = "时长 · a span of time, d.hh:mm:ss",
        } : null;
    }

    private static OpenApiSchema Value(ValueText text) => new()
    {
        Type = JsonSchemaType.String, Pattern = text.Pattern, Format = text.Format, Examples = [(JsonNode)text.Example],
        Description = text.Text,
    };

    private static OpenApiSchema Codes(Type type)
    {
        var codes = type.GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(f => (Code: JsonNamingPolicy.CamelCase.ConvertName(f.Name), Label: f.GetCustomAttribute<LabelAttribute>())).ToArray();
        return new OpenApiSchema
        {
            Type = JsonSchemaType.String,
            Enum = [.. codes.Select(c => (JsonNode)c.Code)],
            Description = string.Join(
                '\n', codes.Select(c => c.Label is null ? $"- `{c.Code}`" : $"- `{c.Code}` {c.Label.Chinese} · {c.Label.English}")),
        };
    }

    private static void Reach(Type type, HashSet<Type> reached, JsonSerializerOptions options)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (Plain(type) is not null || Values.ContainsKey(type) || type.IsEnum || type == typeof(object) || !reached.Add(type))
            return;
        var info = options.GetTypeInfo(type);
        if (info.ElementType is { } element)
            Reach(element, reached, options);
        if (info.Kind == JsonTypeInfoKind.Object)
            foreach (var member in info.Properties)
                Reach(member.PropertyType, reached, options);
    }
}
