using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Hazards.Domain;

namespace Hazards.Api;

/// <summary>
/// Reads a request's JSON into a type and says exactly what is wrong and where: unknown, missing and repeated members,
/// codes that are in no list, values of the wrong type.
/// </summary>
internal static class RequestJson
{
    public static readonly JsonSerializerOptions Options = Create();

    private static readonly ConcurrentDictionary<Type, OrderedDictionary<string, JsonPropertyInfo>> Known = new();

    private static readonly ConcurrentDictionary<Type, string[]> Codes = new();

    /// <summary>Reads one value, or says why not.</summary>
    public static Refusal? TryRead<T>(JsonElement element, out T? value)
    {
        value = default;
        try
        {
            if (Check(element, typeof(T), "") is { } wrong)
                return wrong;
            value = element.Deserialize<T>(Options);
            return value is null ? RequestRefusals.NotObject.Because() : null;
        }
        catch (MalformedValueException e)
        {
            return e.Refusal with { Field = Join(PathOf(e), e.Refusal.Field) };
        }
        catch (JsonException e)
        {
            return InputRefusals.Malformed.Because(PathOf(e), ("detail", "值的类型不对 wrong type"));
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, written as an escape: no text can hold it.
            return InputRefusals.NotClean.Because();
        }
    }

    /// <summary>The members of a type that a request may give.</summary>
    public static IEnumerable<JsonPropertyInfo> MembersOf(Type type) =>
        Options.GetTypeInfo(type).Properties.Where(p => p.Set is not null || p.AssociatedParameter is not null);

    /// <summary>Whether a member must be given.</summary>
    public static bool IsRequired(JsonPropertyInfo member) =>
        member.IsRequired || member.AssociatedParameter is { HasDefaultValue: false };

    private static Refusal? Check(JsonElement element, Type type, string path)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsEnum)
            return element.ValueKind == JsonValueKind.String ? CheckCode(element.GetString()!, type, path) : null;
        var info = Options.GetTypeInfo(type);
        return (info.Kind, element.ValueKind) switch
        {
            (JsonTypeInfoKind.Object, JsonValueKind.Object) => CheckObject(element, type, path),
            (JsonTypeInfoKind.Enumerable, JsonValueKind.Array) => CheckArray(element, info.ElementType!, path),
            (JsonTypeInfoKind.Dictionary, JsonValueKind.Object) => CheckDictionary(element, info, path),
            _ => null,
        };
    }

    private static Refusal? CheckObject(JsonElement element, Type type, string path)
    {
        var members = Known.GetOrAdd(type, static t => new(MembersOf(t).Select(m => KeyValuePair.Create(m.Name, m)), StringComparer.Ordinal));
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var given in element.EnumerateObject())
        {
            var field = Join(path, given.Name);
            if (!members.TryGetValue(given.Name, out var member))
                return RequestRefusals.UnknownField.Because(Texts.Excerpt(field), ("known", string.Join(", ", members.Keys)));
            if (!seen.Add(given.Name))
                return RequestRefusals.DuplicateField.Because(field);
            if ((Check(given.Value, member.PropertyType, field!) ?? CheckLength(given.Value, member, field!)) is { } wrong)
                return wrong;
        }

        return members.Values.FirstOrDefault(m => IsRequired(m) && !seen.Contains(m.Name)) is { } missing
            ? InputRefusals.Missing.Because(Join(path, missing.Name))
            : null;
    }

    /// <summary>The longest text that a member may hold, itself or in an array or a table.</summary>
    public static int LongestOf(JsonPropertyInfo member) =>
        member.AttributeProvider?.GetCustomAttributes(typeof(LongestAttribute), false) is [LongestAttribute longest] ? longest.Length : Texts.LongLength;

    /// <summary>Whether a member is a text, or an array or a table of texts.</summary>
    public static bool HoldsText(JsonPropertyInfo member) =>
        member.PropertyType == typeof(string)
        || Options.GetTypeInfo(Nullable.GetUnderlyingType(member.PropertyType) ?? member.PropertyType).ElementType == typeof(string);

    private static Refusal? CheckLength(JsonElement element, JsonPropertyInfo member, string path)
    {
        if (!HoldsText(member))
            return null;
        var most = LongestOf(member);
        return element.ValueKind switch
        {
            JsonValueKind.Array => element.EnumerateArray().Select((held, i) => TooLong(held, most, $"{path}[{i}]")).FirstOrDefault(w => w is not null),
            JsonValueKind.Object => element.EnumerateObject().Select(held => TooLong(held.Value, most, $"{path}.{Texts.Excerpt(held.Name)}"))
                .FirstOrDefault(w => w is not null),
            _ => TooLong(element, most, path),
        };
    }

    private static Refusal? TooLong(JsonElement text, int most, string path) =>
        text.ValueKind == JsonValueKind.String && text.GetString()!.Length is var length && length > most
            ? InputRefusals.TooLong.Because(path, ("length", length), ("max", most))
            : null;

    private static Refusal? CheckArray(JsonElement element, Type type, string path)
    {
        var i = 0;
        foreach (var item in element.EnumerateArray())
            if (CheckHeld(item, type, string.Create(CultureInfo.InvariantCulture, $"{path}[{i++}]")) is { } wrong)
                return wrong;
        return null;
    }

    private static Refusal? CheckDictionary(JsonElement element, JsonTypeInfo info, string path)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var given in element.EnumerateObject())
        {
            var field = Join(path, Texts.Excerpt(given.Name))!;
            if (!seen.Add(given.Name))
                return RequestRefusals.DuplicateField.Because(field);
            if (info.KeyType is { IsEnum: true } key && CheckCode(given.Name, key, field) is { } unknown)
                return unknown;
            if (CheckHeld(given.Value, info.ElementType!, field) is { } wrong)
                return wrong;
        }

        return null;
    }

    /// <summary>What an array or a table holds is never null: the serializer would let it pass where a reference is held.</summary>
    private static Refusal? CheckHeld(JsonElement element, Type type, string path) => element.ValueKind == JsonValueKind.Null
        ? InputRefusals.Malformed.Because(path, ("detail", "不能为 null must not be null"))
        : Check(element, type, path);

    private static Refusal? CheckCode(string code, Type type, string path)
    {
        var allowed = Codes.GetOrAdd(type, static t => [.. Enum.GetNames(t).Select(JsonNamingPolicy.CamelCase.ConvertName)]);
        return allowed.Contains(code, StringComparer.Ordinal)
            ? null
            : RequestRefusals.UnknownCode.Because(path, ("value", Texts.Excerpt(code)), ("allowed", string.Join(", ", allowed)));
    }

    private static string? PathOf(JsonException e) =>
        e.Path is { Length: > 1 } path ? path.TrimStart('$').TrimStart('.') : null;

    private static string? Join(string? outer, string? inner) =>
        string.IsNullOrEmpty(outer) ? inner : string.IsNullOrEmpty(inner) ? outer : inner[0] == '[' ? outer + inner : $"{outer}.{inner}";

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions(DomainJson.Strict) { PropertyNameCaseInsensitive = false };
        options.Converters.Add(new InstantConverter());
        options.Converters.Add(new DateConverter());
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    private sealed class InstantConverter : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            return Instants.TryParse(text, out var instant)
                ? instant
                : throw new MalformedValueException(RequestRefusals.Instant.Because(null, ("value", Texts.Excerpt(text))));
        }

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(value);
    }

    private sealed class DateConverter : JsonConverter<DateOnly>
    {
        public override DateOnly Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            return Instants.TryParseDate(text, out var date)
                ? date
                : throw new MalformedValueException(InputRefusals.Malformed.Because(null, ("detail", $"日期应为 yyyy-MM-dd a date is yyyy-MM-dd (“{Texts.Excerpt(text)}”)")));
        }

        public override void Write(Utf8JsonWriter writer, DateOnly value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
    }
}

/// <summary>Instants and dates as requests give them.</summary>
internal static class Instants
{
    private static readonly string[] Formats = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    /// <summary>RFC 3339; the offset is required, since a time without one is a different instant in every place.</summary>
    public static bool TryParse(string? text, out DateTimeOffset instant)
    {
        instant = default;
        return text is { Length: >= 20 and <= 40 }
            && (text[^1] is 'Z' || (text[^3] == ':' && text[^6] is '+' or '-'))
            && DateTimeOffset.TryParseExact(text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out instant);
    }

    public static bool TryParseDate(string? text, out DateOnly date) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out date);
}
