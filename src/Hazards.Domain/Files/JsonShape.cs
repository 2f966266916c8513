using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Hazards.Domain;

/// <summary>
/// Whether a part of a file has the shape of a type: every unknown, missing or mistyped member is told, not the first
/// alone. What passes can be read as that type.
/// </summary>
internal sealed class JsonShape(Findings findings)
{
    /// <summary>Longest text in such a file, in UTF-16 units.</summary>
    private const int LongestText = 2000;

    /// <summary>Most items in a list of such a file.</summary>
    internal const int MostItems = 500;

    private static readonly ConcurrentDictionary<Type, OrderedDictionary<string, JsonPropertyInfo>> KnownMembers = new();

    private static readonly ConcurrentDictionary<Type, ImmutableArray<string>> KnownCodes = new();

    private static readonly ConcurrentDictionary<Type, Func<string, Refusal?>> Parsers = new();

    /// <summary>Reads the part, or tells all that is wrong with it.</summary>
    public T? Read<T>(JsonPart part) where T : class
    {
        var before = findings.Count;
        Check(part, typeof(T), false);
        return findings.Count == before && !part.Broken ? JsonSerializer.Deserialize<T>(part.Raw.Span, DomainJson.Strict) : null;
    }

    /// <summary>Reads every item of a list that can be read, and tells what is wrong with the others.</summary>
    public ImmutableArray<(JsonPart At, T Rule)> Each<T>(JsonPart? list) where T : class
    {
        if (list is null)
            return [];
        if (list.Kind != JsonTokenType.StartArray)
        {
            Wrong(list, "列表 […]", "a list […]");
            return [];
        }
        if (!Few(list))
            return [];
        return [.. list.Items.Select(i => (i, Read<T>(i))).Where(r => r.Item2 is not null).Select(r => (r.i, r.Item2!))];
    }

    /// <summary>Tells what is wrong with the members of an object; those in <paramref name="apart"/> are looked at by the caller.</summary>
    public void CheckMembers(JsonPart part, Type type, ImmutableArray<string> apart)
    {
        var members = KnownMembers.GetOrAdd(type, static t => new(
            Options.GetTypeInfo(t).Properties.Where(p => p.Set is not null || p.AssociatedParameter is not null)
                .Select(p => KeyValuePair.Create(p.Name, p)),
            StringComparer.Ordinal));
        foreach (var member in part.Members)
            if (!members.TryGetValue(member.Name, out var known))
                findings.Add(
                    member.At, FileRefusals.UnknownMember, ("name", Texts.Excerpt(member.Name)), ("known", string.Join("、", members.Keys)));
            else if (!apart.Contains(member.Name))
                Check(member.Value, known.PropertyType, known.IsSetNullable);
        foreach (var missing in members.Values.Where(m => m.AssociatedParameter is { HasDefaultValue: false } && part[m.Name] is null))
            findings.Add(part, FileRefusals.Missing, ("name", missing.Name));
    }

    private static JsonSerializerOptions Options => DomainJson.Strict;

    private void Check(JsonPart part, Type type, bool nullable)
    {
        var real = Nullable.GetUnderlyingType(type) ?? type;
        if (part.Kind == JsonTokenType.Null && (nullable || real != type))
            return;
        if (real.IsEnum)
            CheckCode(part, part.Text, real);
        else if (real == typeof(string))
            CheckText(part);
        else if (real == typeof(int) || real == typeof(decimal))
            CheckNumber(part, real);
        else if (real == typeof(bool))
            Expect(part, part.Kind is JsonTokenType.True or JsonTokenType.False, "true 或 false", "true or false");
        else if (real == typeof(DateOnly))
            CheckDate(part);
        else if (IsValue(real))
            CheckValue(part, real);
        else
            CheckWhole(part, real);
    }

    private void CheckWhole(JsonPart part, Type type)
    {
        var info = Options.GetTypeInfo(type);
        if (info.Kind == JsonTypeInfoKind.Enumerable)
        {
            if (Expect(part, part.Kind == JsonTokenType.StartArray, "列表 […]", "a list […]") && Few(part))
                foreach (var item in part.Items)
                    Check(item, info.ElementType!, false);
        }
        else if (!Expect(part, part.Kind == JsonTokenType.StartObject, "对象 {…}", "an object {…}"))
            return;
        else if (info.Kind == JsonTypeInfoKind.Dictionary)
            foreach (var member in part.Members)
            {
                CheckCode(member.At, member.Name, info.KeyType!);
                Check(member.Value, info.ElementType!, false);
            }
        else
            CheckMembers(part, type, []);
    }

    /// <summary>Whether a list has no more items than a person writes: rules are compared with each other.</summary>
    private bool Few(JsonPart list)
    {
        if (list.Items.Count > MostItems)
            findings.Add(list, FileRefusals.TooManyItems, ("count", list.Items.Count), ("max", MostItems));
        return list.Items.Count <= MostItems;
    }

    private void CheckCode(JsonPart part, string? code, Type type)
    {
        if (!Expect(part, code is not null && part.Kind is JsonTokenType.String or JsonTokenType.None, "代码（文本）", "a code (text)"))
            return;
        var allowed = KnownCodes.GetOrAdd(type, static t => [.. Enum.GetNames(t).Select(JsonNamingPolicy.CamelCase.ConvertName)]);
        if (!allowed.Contains(code!, StringComparer.Ordinal))
            findings.Add(part, FileRefusals.WrongCode, ("value", Texts.Excerpt(code)), ("allowed", string.Join("、", allowed)));
    }

    private void CheckText(JsonPart part)
    {
        if (Expect(part, part.Kind == JsonTokenType.String, "文本", "text")
            && (string.IsNullOrWhiteSpace(part.Text) || part.Text.Length > LongestText || !Texts.IsClean(part.Text, multiline: true)))
            findings.Add(part, FileRefusals.Blank, ("max", LongestText));
    }

    private void CheckNumber(JsonPart part, Type type)
    {
        if (!Expect(part, part.Kind == JsonTokenType.Number, "数字", "a number"))
            return;
        var read = type == typeof(int)
            ? int.TryParse(part.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)
            : decimal.TryParse(
                part.Text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _);
        Expect(part, read, type == typeof(int) ? "整数" : "小数", type == typeof(int) ? "a whole number" : "a decimal number");
    }

    private void CheckDate(JsonPart part)
    {
        if (Expect(part, part.Kind == JsonTokenType.String, "日期（文本）", "a date (text)")
            && !DateOnly.TryParseExact(part.Text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
            findings.Add(part, FileRefusals.Date, ("value", Texts.Excerpt(part.Text)));
    }

    private void CheckValue(JsonPart part, Type type)
    {
        if (Expect(part, part.Kind == JsonTokenType.String, "文本", "text") && Parsers.GetOrAdd(type, ParserOf)(part.Text!) is { } refusal)
            findings.Add(part, refusal);
    }

    private static bool IsValue(Type type) =>
        type.IsValueType && type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IValue<>));

    private static Func<string, Refusal?> ParserOf(Type type) =>
        typeof(JsonShape).GetMethod(nameof(Parse), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type)
            .CreateDelegate<Func<string, Refusal?>>();

    private static Refusal? Parse<T>(string text) where T : struct, IValue<T> => T.TryParse(text, out _, out var refusal) ? null : refusal;

    private bool Expect(JsonPart part, bool holds, string chinese, string english)
    {
        if (!holds)
            Wrong(part, chinese, english);
        return holds;
    }

    private void Wrong(JsonPart part, string chinese, string english) =>
        findings.Add(part, FileRefusals.WrongType, ("expected", $"{chinese} {english}"), ("found", part.Kind switch
        {
            JsonTokenType.StartObject => "对象 an object",
            JsonTokenType.StartArray => "列表 a list",
            JsonTokenType.Null => "null",
            _ => $"“{Texts.Excerpt(part.Text ?? (part.Kind == JsonTokenType.True ? "true" : "false"))}”",
        }));
}
