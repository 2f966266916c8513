using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Hazards.Domain;
using Hazards.Evidence.Proof;

namespace Hazards.Evidence;

/// <summary>
/// How a package's own JSON is written: canonical (RFC 8785), camelCase, null for what there is not, instants in UTC, roots and
/// leaves as base64.
/// </summary>
internal static class EvidenceJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.Strict,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        MaxDepth = 16,
        Converters = { new Base64Digest(), new UtcInstant() },
    };

    public static byte[] Write<T>(T value) => Canonical(JsonSerializer.SerializeToUtf8Bytes(value, Options));

    /// <exception cref="JsonException">It is no such value, or not in canonical form.</exception>
    public static T Read<T>(ReadOnlySpan<byte> json) where T : class
    {
        var value = JsonSerializer.Deserialize<T>(json, Options) ?? throw new JsonException("null");
        return Canonical(json.ToArray()).AsSpan().SequenceEqual(json) ? value : throw new JsonException("not canonical (RFC 8785)");
    }

    public static byte[] Canonical(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        return CanonicalJson.Write(document.RootElement);
    }

    private sealed class Base64Digest : JsonConverter<Digest>
    {
        public override Digest Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String && Digest.TryParse(reader.GetString(), out var digest)
                ? digest
                : throw new JsonException("not base64 of 32 bytes");

        public override void Write(Utf8JsonWriter writer, Digest value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString());
    }

    private sealed class UtcInstant : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TryGetDateTimeOffset(out var instant) ? instant : throw new JsonException("not an instant");

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture));
    }
}

/// <summary>How what follows from events is written, so that whoever replays them gets the same bytes: canonical JSON (RFC 8785).</summary>
public static class StateText
{
    /// <summary>A hazard as its events leave it.</summary>
    public static byte[] Of(Hazard hazard)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        return EvidenceJson.Canonical(DomainJson.Write(hazard));
    }

    /// <summary>An edition of the working calendar: its number and every year it knows.</summary>
    public static byte[] Of(WorkCalendar calendar)
    {
        ArgumentNullException.ThrowIfNull(calendar);
        return EvidenceJson.Canonical(DomainJson.Write(new { calendar.Edition, Years = calendar.Years.Values }));
    }
}
