using System.Collections.Immutable;
using System.Reflection;
using System.Text;
using System.Text.Json;

namespace Hazards.Domain.Codes;

/// <summary>The field's own word for a code, and what it means in English. Screens, documents and OpenAPI derive from it.</summary>
[AttributeUsage(AttributeTargets.Field)]
public sealed class LabelAttribute(string chinese, string english) : Attribute
{
    /// <summary>The Chinese term, as the field uses it.</summary>
    public string Chinese { get; } = chinese;

    /// <summary>The meaning in English.</summary>
    public string English { get; } = english;
}

/// <summary>One entry of a code list.</summary>
/// <param name="Code">The code in JSON and SQL.</param>
/// <param name="Chinese">The term in Chinese.</param>
/// <param name="English">The meaning in English.</param>
public sealed record CodeEntry(string Code, string Chinese, string English);

/// <summary>Code lists made from labelled enums: each code is defined once.</summary>
public static class CodeList
{
    /// <summary>All entries of <typeparamref name="T"/> in order of declaration.</summary>
    public static ImmutableArray<CodeEntry> Of<T>() where T : struct, Enum => Cache<T>.Entries;

    /// <summary>The code of a value as written in JSON and SQL (camelCase).</summary>
    public static string Code<T>(T value) where T : struct, Enum => Entry(value).Code;

    /// <summary>The Chinese term of a value.</summary>
    public static string Chinese<T>(T value) where T : struct, Enum => Entry(value).Chinese;

    /// <summary>The English meaning of a value.</summary>
    public static string English<T>(T value) where T : struct, Enum => Entry(value).English;

    /// <summary>A code in words: <c>awaitingAcceptance</c>, <c>fire_safety</c> → awaiting acceptance, fire safety.</summary>
    public static string InWords(string code)
    {
        ArgumentNullException.ThrowIfNull(code);
        var words = new StringBuilder(code.Length + 8);
        foreach (var c in code)
            if (c == '_')
                words.Append(' ');
            else if (char.IsUpper(c) && words.Length > 0)
                words.Append(' ').Append(char.ToLowerInvariant(c));
            else
                words.Append(c);
        return words.ToString();
    }

    /// <summary>Finds the value of a code; false when there is none.</summary>
    public static bool TryParse<T>(string? code, out T value) where T : struct, Enum
    {
        value = default;
        return code is not null && Cache<T>.ByCode.TryGetValue(code, out value);
    }

    private static CodeEntry Entry<T>(T value) where T : struct, Enum =>
        Cache<T>.ByValue.TryGetValue(value, out var entry)
            ? entry
            : throw new ArgumentOutOfRangeException(nameof(value), value, "not in the code list");

    private static class Cache<T> where T : struct, Enum
    {
        public static readonly ImmutableArray<CodeEntry> Entries = [.. Enum.GetValues<T>().Select(Describe)];
        public static readonly ImmutableDictionary<T, CodeEntry> ByValue = Enum.GetValues<T>().ToImmutableDictionary(v => v, Describe);
        public static readonly ImmutableDictionary<string, T> ByCode = Enum.GetValues<T>()
            .ToImmutableDictionary(v => Describe(v).Code, StringComparer.Ordinal);

        private static CodeEntry Describe(T value)
        {
            var name = Enum.GetName(value)!;
            var label = typeof(T).GetField(name)!.GetCustomAttribute<LabelAttribute>()
                ?? throw new InvalidOperationException($"{typeof(T).Name}.{name} has no label");
            return new CodeEntry(JsonNamingPolicy.CamelCase.ConvertName(name), label.Chinese, label.English);
        }
    }
}
