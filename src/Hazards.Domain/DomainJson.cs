using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Hazards.Domain;

/// <summary>How facts are written as JSON, for ever: camelCase, enums as camelCase strings, nothing for null, Chinese as itself.</summary>
public static class DomainJson
{
    /// <summary>For events and their headers. Unknown members are skipped: newer writers may know more.</summary>
    public static readonly JsonSerializerOptions Options = Create(JsonUnmappedMemberHandling.Skip);

    /// <summary>For requests: an unknown member is a mistake and is refused.</summary>
    public static readonly JsonSerializerOptions Strict = Create(JsonUnmappedMemberHandling.Disallow);

    /// <summary>The UTF-8 JSON of a value by its own type.</summary>
    public static byte[] Write(object value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return JsonSerializer.SerializeToUtf8Bytes(value, value.GetType(), Options);
    }

    /// <summary>
    /// Reads the facts of an event, in today's shape or an older one; throws <see cref="JsonException"/> when they are not
    /// readable.
    /// </summary>
    public static IDomainEvent ReadEvent(string type, ReadOnlySpan<byte> data) => ReadEvent(type, data, Upcasters.Product);

    internal static IDomainEvent ReadEvent(string type, ReadOnlySpan<byte> data, Upcasters upcasters)
    {
        if (upcasters.Knows(type))
        {
            var (newest, facts) = upcasters.Upcast(
                type, JsonNode.Parse(data) as JsonObject ?? throw new JsonException($"{type} is not an object"));
            return ReadEvent(newest, JsonSerializer.SerializeToUtf8Bytes(facts, Options), upcasters);
        }
        var clr = EventTypes.Find(type) ?? throw new JsonException($"unknown event type {type}");
        return (IDomainEvent)(JsonSerializer.Deserialize(data, clr, Options) ?? throw new JsonException($"{type} is null"));
    }

    /// <summary>Reads the circumstances of an event.</summary>
    public static EventContext ReadContext(ReadOnlySpan<byte> headers) =>
        JsonSerializer.Deserialize<EventContext>(headers, Options) ?? throw new JsonException("headers are null");

    private static JsonSerializerOptions Create(JsonUnmappedMemberHandling unmapped)
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            UnmappedMemberHandling = unmapped,
            NumberHandling = JsonNumberHandling.Strict,
            AllowDuplicateProperties = unmapped == JsonUnmappedMemberHandling.Skip,
            RespectNullableAnnotations = true,
            // Facts leave out what is null, and older facts lack what came later; a request must be complete.
            RespectRequiredConstructorParameters = unmapped == JsonUnmappedMemberHandling.Disallow,
        };
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
