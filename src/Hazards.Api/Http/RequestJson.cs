using System.Collections;
using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Hazards.Domain;

namespace Hazards.Api.Http;

/// <summary>
/// Reads a request's JSON into a type, strictly and once. Only what is refused is walked through again, to say exactly what is wrong and
/// where: unknown, missing and repeated members, codes that are in no list, values of the wrong type.
/// </summary>
internal static class RequestJson
{
    public static readonly JsonSerializerOptions Options = Create();

    private static readonly ConcurrentDictionary<Type, OrderedDictionary<string, JsonPropertyInfo>> Known = new();

    private static readonly ConcurrentDictionary<Type, string[]> Codes = new();

    private static readonly Words WrongType = new("值的类型不对", "it is of the wrong type");

    /// <summary>Reads one value; false where anything is, or may be, wrong with it.</summary>
    public static bool TryRead<T>(ReadOnlySpan<byte> json, [NotNullWhen(true)] out T? value) where T : class
    {
        value = null;
        // Half of a surrogate pair, which no text can hold, can only be an escape; what is kept unread would hide it.
        if (json.IndexOf("\\ud"u8) >= 0 || json.IndexOf("\\uD"u8) >= 0)
            return false;
        try
        {
            value = JsonSerializer.Deserialize<T>(json, Options);
        }
        catch (JsonException)
        {
            // The walk says what is wrong.
        }

        return value is not null;
    }

    /// <summary>All that is wrong with a value; null, and the value, where nothing is.</summary>
    public static Refusal? Explain<T>(JsonElement element, out T? value) where T : class
    {
        value = null;
        try
        {
            var found = new List<Refusal>();
            Check(element, typeof(T), "", found);
            if (Refusal.All([.. found]) is { } wrong)
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
            return InputRefusals.Malformed.Because(PathOf(e), ("detail", WrongType));
        }
        catch (InvalidOperationException)
        {
            return InputRefusals.NotClean.Because(HalfPairIn(element));
        }
    }

    /// <summary>
    /// The field with half of a surrogate pair, written as an escape: no text can hold it. Null where a name has it, or none.
    /// </summary>
    public static string? HalfPairIn(JsonElement element, string? path = null)
    {
        try
        {
            return element.ValueKind switch
            {
                JsonValueKind.String => element.GetString() is null ? path : null,
                JsonValueKind.Object => First(element.EnumerateObject().Select(m => HalfPairIn(m.Value, Join(path, m.Name)))),
                JsonValueKind.Array => First(element.EnumerateArray().Select((e, i) => HalfPairIn(e, $"{path}[{i}]"))),
                _ => null,
            };
        }
        catch (InvalidOperationException)
        {
            return path;
        }

        static string? First(IEnumerable<string?> found) => found.FirstOrDefault(p => p is not null);
    }

    /// <summary>The members of a type that a request may give.</summary>
    public static IEnumerable<JsonPropertyInfo> MembersOf(Type type) =>
        Options.GetTypeInfo(type).Properties.Where(p => p.Set is not null || p.AssociatedParameter is not null);

    /// <summary>Whether a member must be given.</summary>
    public static bool IsRequired(JsonPropertyInfo member) =>
        member.IsRequired || member.AssociatedParameter is { HasDefaultValue: false };

    private const int MostMistakes = 50;

    private static void Check(JsonElement element, Type declared, string path, List<Refusal> found)
    {
        if (found.Count >= MostMistakes)
            return;
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        if (element.ValueKind == JsonValueKind.Null && (type != declared || !type.IsValueType))
            return;
        if (type.IsEnum && element.ValueKind == JsonValueKind.String)
        {
            CheckCode(element.GetString()!, type, path, found);
            return;
        }

        var info = Options.GetTypeInfo(type);
        switch (info.Kind, element.ValueKind)
        {
            case (JsonTypeInfoKind.Object, JsonValueKind.Object):
                CheckObject(element, type, path, found);
                break;
            case (JsonTypeInfoKind.Enumerable, JsonValueKind.Array):
                CheckArray(element, info.ElementType!, path, found);
                break;
            case (JsonTypeInfoKind.Dictionary, JsonValueKind.Object):
                CheckDictionary(element, info, path, found);
                break;
            default:
                CheckValue(element, type, path, found);
                break;
        }
    }

    /// <summary>What has no members is read as it will be.</summary>
    private static void CheckValue(JsonElement element, Type type, string path, List<Refusal> found)
    {
        try
        {
            element.Deserialize(type, Options);
        }
        catch (MalformedValueException e)
        {
            found.Add(e.Refusal with { Field = Join(path, Join(PathOf(e), e.Refusal.Field)) });
        }
        catch (JsonException e) when (element.ValueKind != JsonValueKind.String || e.InnerException is not InvalidOperationException)
        {
            found.Add(InputRefusals.Malformed.Because(Join(path, PathOf(e)), ("detail", WrongType)));
        }
    }

    private static void CheckObject(JsonElement element, Type type, string path, List<Refusal> found)
    {
        var members = Known.GetOrAdd(
            type, static t => new(MembersOf(t).Select(m => KeyValuePair.Create(m.Name, m)), StringComparer.Ordinal));
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var given in element.EnumerateObject())
        {
            var field = Join(path, given.Name);
            if (!members.TryGetValue(given.Name, out var member))
                found.Add(RequestRefusals.UnknownField.Because(Texts.Excerpt(field), ("known", string.Join(", ", members.Keys))));
            else if (!seen.Add(given.Name))
                found.Add(RequestRefusals.DuplicateField.Because(field));
            else
            {
                Check(given.Value, member.PropertyType, field!, found);
                found.AddRange(TooLong(given.Value, member, field!));
                if (IsBlank(given.Value, member))
                    found.Add(InputRefusals.Missing.Because(field));
            }
        }

        found.AddRange(members.Values.Where(m => IsRequired(m) && !seen.Contains(m.Name))
            .Select(m => InputRefusals.Missing.Because(Join(path, m.Name))));
    }

    /// <summary>A text that must be given is not given by blanks.</summary>
    private static bool IsBlank(JsonElement element, JsonPropertyInfo member) =>
        member.PropertyType == typeof(string) && IsRequired(member) && !member.IsSetNullable
        && element.ValueKind == JsonValueKind.String && string.IsNullOrWhiteSpace(element.GetString());

    /// <summary>The longest text that a member may hold, itself or in an array or a table.</summary>
    public static int LongestOf(JsonPropertyInfo member) =>
        member.AttributeProvider?.GetCustomAttributes(typeof(LongestAttribute), false) is [LongestAttribute longest]
            ? longest.Length
            : Texts.LongLength;

    /// <summary>Whether a member is a text, or an array or a table of texts.</summary>
    public static bool HoldsText(JsonPropertyInfo member) =>
        member.PropertyType == typeof(string)
        || Options.GetTypeInfo(Nullable.GetUnderlyingType(member.PropertyType) ?? member.PropertyType).ElementType == typeof(string);

    private static IEnumerable<Refusal> TooLong(JsonElement element, JsonPropertyInfo member, string path)
    {
        if (!HoldsText(member))
            return [];
        var most = LongestOf(member);
        IEnumerable<(JsonElement Text, string Path)> texts = element.ValueKind switch
        {
            JsonValueKind.Array => element.EnumerateArray().Select((held, i) => (held, $"{path}[{i}]")),
            JsonValueKind.Object => element.EnumerateObject().Select(held => (held.Value, $"{path}.{Texts.Excerpt(held.Name)}")),
            _ => [(element, path)],
        };
        return from held in texts
               where held.Text.ValueKind == JsonValueKind.String && held.Text.GetString()!.Length > most
               select InputRefusals.TooLong.Because(held.Path, ("length", held.Text.GetString()!.Length), ("max", most));
    }

    private static void CheckArray(JsonElement element, Type type, string path, List<Refusal> found)
    {
        var i = 0;
        foreach (var item in element.EnumerateArray())
            CheckHeld(item, type, string.Create(CultureInfo.InvariantCulture, $"{path}[{i++}]"), found);
    }

    private static void CheckDictionary(JsonElement element, JsonTypeInfo info, string path, List<Refusal> found)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var given in element.EnumerateObject())
        {
            var field = Join(path, Texts.Excerpt(given.Name))!;
            if (!seen.Add(given.Name))
                found.Add(RequestRefusals.DuplicateField.Because(field));
            else if (info.KeyType is not { IsEnum: true } key || CheckCode(given.Name, key, field, found))
                CheckHeld(given.Value, info.ElementType!, field, found);
        }
    }

    /// <summary>What an array or a table holds is never null: the serializer would let it pass where a reference is held.</summary>
    private static void CheckHeld(JsonElement element, Type type, string path, List<Refusal> found)
    {
        if (element.ValueKind == JsonValueKind.Null)
            found.Add(InputRefusals.Malformed.Because(path, ("detail", new Words("不能为 null", "it must not be null"))));
        else
            Check(element, type, path, found);
    }

    private static bool CheckCode(string code, Type type, string path, List<Refusal> found)
    {
        var allowed = Codes.GetOrAdd(type, static t => [.. Enum.GetNames(t).Select(JsonNamingPolicy.CamelCase.ConvertName)]);
        if (allowed.Contains(code, StringComparer.Ordinal))
            return true;
        found.Add(RequestRefusals.UnknownCode.Because(path, ("value", Texts.Excerpt(code)), ("allowed", string.Join(", ", allowed))));
        return false;
    }

    private static string? PathOf(JsonException e) =>
        e.Path is { Length: > 1 } path ? path.TrimStart('$').TrimStart('.') : null;

    private static string? Join(string? outer, string? inner) =>
        string.IsNullOrEmpty(outer) ? inner : string.IsNullOrEmpty(inner) ? outer : inner[0] == '[' ? outer + inner : $"{outer}.{inner}";

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions(DomainJson.Strict)
        {
            PropertyNameCaseInsensitive = false, TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { RefuseUnsound } },
        };
        options.Converters.Insert(0, new ExactCodes());
        options.Converters.Add(new InstantConverter());
        options.Converters.Add(new DateConverter());
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    /// <summary>What the serializer would let pass: texts that are too long or blank, and nothing where something is held.</summary>
    private static void RefuseUnsound(JsonTypeInfo type)
    {
        if (type.Kind != JsonTypeInfoKind.Object)
            return;
        // Members are known once all types are.
        var checks = new Lazy<Func<object, bool>[]>(() => [.. MembersOf(type.Type).Select(SoundnessOf).OfType<Func<object, bool>>()]);
        type.OnDeserialized = read =>
        {
            foreach (var isSound in checks.Value)
                if (!isSound(read))
                    throw new JsonException();
        };
    }

    private static Func<object, bool>? SoundnessOf(JsonPropertyInfo member)
    {
        var (most, get) = (LongestOf(member), member.Get!);
        if (member.PropertyType == typeof(string))
        {
            var mayBeBlank = !IsRequired(member) || member.IsSetNullable;
            return read => get(read) is not string text || text.Length <= most && (mayBeBlank || !string.IsNullOrWhiteSpace(text));
        }

        var type = Nullable.GetUnderlyingType(member.PropertyType) ?? member.PropertyType;
        if (Options.GetTypeInfo(type).ElementType is not { IsValueType: false })
            return null;
        // An array that was left out cannot be asked for anything.
        var none = type.IsValueType ? Activator.CreateInstance(type) : null;
        return read => get(read) is not { } held || held.Equals(none) || AreSound(held, most);
    }

    private static bool AreSound(object held, int most)
    {
        foreach (var one in held is IDictionary table ? table.Values : (IEnumerable)held)
            if (one is null || one is string text && text.Length > most)
                return false;
        return true;
    }

    /// <summary>A code is read as it is written, and in no other case.</summary>
    private sealed class ExactCodes : JsonConverterFactory
    {
        public override bool CanConvert(Type typeToConvert) => typeToConvert.IsEnum;

        public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
            (JsonConverter)Activator.CreateInstance(typeof(Exact<>).MakeGenericType(typeToConvert))!;

        private sealed class Exact<T> : JsonConverter<T> where T : struct, Enum
        {
            private static readonly FrozenDictionary<string, T> Known =
                Enum.GetValues<T>().ToFrozenDictionary(v => JsonNamingPolicy.CamelCase.ConvertName(v.ToString()), StringComparer.Ordinal);

            public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
                reader.TokenType == JsonTokenType.String && Known.TryGetValue(reader.GetString()!, out var value)
                    ? value
                    : throw new JsonException();

            public override T ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
                Known.TryGetValue(reader.GetString()!, out var value) ? value : throw new JsonException();

            public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
                writer.WriteStringValue(JsonNamingPolicy.CamelCase.ConvertName(value.ToString()));

            public override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
                writer.WritePropertyName(JsonNamingPolicy.CamelCase.ConvertName(value.ToString()));
        }
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

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value);
    }

    private sealed class DateConverter : JsonConverter<DateOnly>
    {
        public override DateOnly Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            return Instants.TryParseDate(text, out var date)
                ? date
                : throw new MalformedValueException(InputRefusals.Malformed.Because(null, ("detail", new Words(
                    $"日期应为 yyyy-MM-dd（“{Texts.Excerpt(text)}”）", $"a date is yyyy-MM-dd (“{Texts.Excerpt(text)}”)"))));
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
