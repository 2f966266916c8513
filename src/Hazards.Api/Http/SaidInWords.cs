using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;
using Microsoft.Extensions.Primitives;

namespace Hazards.Api.Http;

/// <summary>
/// 词与代码并用: where a code stands in a request, its word may stand as well (一般, 合格, 文县, 道路交通, a body's name). A word that
/// means two things is refused with what it may mean; one that means nothing stays, and is refused as the code it is not.
/// </summary>
/// <param name="registry">Knows the bodies.</param>
/// <param name="sectors">Knows the sectors.</param>
internal sealed class SaidInWords(IRegistryQueries registry, SectorCatalogue sectors)
{
    private const int MostNamesakes = 200;

    // What people write for a code beside its own term.
    private static readonly FrozenDictionary<(Type, string), string> Also = new Dictionary<(Type, string), string>
    {
        [(typeof(Verdict), "合格")] = "pass", [(typeof(Verdict), "不合格")] = "fail", [(typeof(Verdict), "同意")] = "pass",
        [(typeof(Verdict), "不同意")] = "fail", [(typeof(Leg), "属地")] = "territorial", [(typeof(Leg), "行业")] = "sectoral", [(typeof(Leg), "单独")] = "sole",
        [(typeof(ReportSource), "12345")] = "hotline", [(typeof(ReportSource), "热线")] = "hotline", [(typeof(ReportSource), "网格员")] = "gridWorker",
        [(typeof(ReportSource), "自查")] = "selfInspection", [(typeof(ReportSource), "举报")] = "public",
    }.ToFrozenDictionary();

    private static readonly ConcurrentDictionary<Type, FrozenDictionary<string, string>> Terms = new();

    /// <summary>A body with its words read as codes; the same where it says none.</summary>
    public async Task<(JsonElement Body, Refusal? Refusal)> ReadAsync(
        JsonElement body, ImmutableArray<Type> types, Caller caller, CancellationToken cancellationToken)
    {
        var said = new List<Said>();
        try
        {
            foreach (var type in types)
                Collect(body, type, "", said);
            if (said.Count == 0)
                return (body, null);
            Refusal? wrong = null;
            var codes = new Dictionary<(string, bool), string>();
            foreach (var (path, isName, type, word) in said)
            {
                var (code, refusal) = await CodeOfAsync(type, word, caller, cancellationToken);
                if (refusal is not null)
                    wrong = Refusal.All(wrong, refusal with { Field = path });
                else if (code is not null)
                    codes[(path, isName)] = code;
            }

            return (Written(body, codes), wrong);
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, written as an escape, is no word; it is refused where it is read.
            return (body, null);
        }
    }

    /// <summary>A word where a code is expected: a value, or the name of a member of a table.</summary>
    private readonly record struct Said(string Path, bool IsName, Type Type, string Word);

    /// <summary>The body with codes for its words; else as it was, a member that is there twice too.</summary>
    private static JsonElement Written(JsonElement body, Dictionary<(string, bool), string> codes)
    {
        using var whole = new MemoryStream();
        using (var writer = new Utf8JsonWriter(whole))
            Write(writer, body, "", codes);
        using var document = JsonDocument.Parse(whole.ToArray());
        return document.RootElement.Clone();
    }

    private static void Write(Utf8JsonWriter writer, JsonElement element, string path, Dictionary<(string, bool), string> codes)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in element.EnumerateObject())
                {
                    var at = Member(path, member.Name);
                    writer.WritePropertyName(codes.GetValueOrDefault((at, true), member.Name));
                    Write(writer, member.Value, at, codes);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var (i, item) in element.EnumerateArray().Index())
                    Write(writer, item, Item(path, i), codes);
                writer.WriteEndArray();
                break;
            case JsonValueKind.String when codes.TryGetValue((path, false), out var code):
                writer.WriteStringValue(code);
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }

    private static string Member(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static string Item(string path, int index) => string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]");

    /// <summary>A leg that the address names.</summary>
    public static string LegOf(string text) =>
        Also.GetValueOrDefault((typeof(Leg), text)) ?? Terms.GetOrAdd(typeof(Leg), TermsOf).GetValueOrDefault(text, text);

    /// <summary>The same of query parameters.</summary>
    public async Task<(IQueryCollection Query, Refusal? Refusal)> ReadAsync(
        IQueryCollection query, ImmutableArray<QueryParameter> known, Caller caller, CancellationToken cancellationToken)
    {
        Dictionary<string, StringValues>? read = null;
        Refusal? wrong = null;
        foreach (var parameter in known)
        {
            if (!query.TryGetValue(parameter.Name, out var given) || Nullable.GetUnderlyingType(parameter.Type) is not null)
                continue;
            var codes = new List<string?>();
            foreach (var text in parameter.Many ? given.SelectMany(v => (v ?? "").Split(',')) : given)
            {
                var (code, refusal) = text is not null && IsWord(parameter.Type, text)
                    ? await CodeOfAsync(parameter.Type, text, caller, cancellationToken)
                    : (null, null);
                // A list of what does not exist is no empty list.
                if (parameter.Type == typeof(SectorCode)
                    && SectorCode.TryParse(code ?? text, out var sector, out _) && !sectors.Knows(sector))
                    refusal = InputRefusals.SectorUnknown.Because(null, ("value", sector));
                wrong = Refusal.All(wrong, refusal is null ? null : refusal with { Field = parameter.Name });
                codes.Add(code ?? text);
            }

            if (!codes.SequenceEqual(given))
                (read ??= query.ToDictionary(StringComparer.Ordinal))[parameter.Name] = new StringValues([.. codes]);
        }

        return (read is null ? query : new QueryCollection(read), wrong);
    }

    private static void Collect(JsonElement element, Type type, string path, List<Said> said)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (element.ValueKind == JsonValueKind.String)
        {
            if (HasWords(type) && element.GetString() is { } word && IsWord(type, word))
                said.Add(new Said(path, false, type, word));
            return;
        }

        if (element.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array) || type.IsEnum)
            return;
        var info = RequestJson.Options.GetTypeInfo(type);
        if (info.Kind == JsonTypeInfoKind.Enumerable && element.ValueKind == JsonValueKind.Array)
        {
            var i = 0;
            foreach (var item in element.EnumerateArray())
                Collect(item, info.ElementType!, Item(path, i++), said);
        }
        else if (info.Kind == JsonTypeInfoKind.Dictionary && element.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in element.EnumerateObject())
            {
                var at = Member(path, member.Name);
                if (info.KeyType is { } key && IsWord(key, member.Name))
                    said.Add(new Said(at, true, key, member.Name));
                Collect(member.Value, info.ElementType!, at, said);
            }
        }
        else if (info.Kind == JsonTypeInfoKind.Object && element.ValueKind == JsonValueKind.Object)
        {
            var members = RequestJson.MembersOf(type).ToDictionary(m => m.Name, m => m.PropertyType, StringComparer.Ordinal);
            if (Corrected(type, element) is { } corrected)
                members["to"] = corrected;
            foreach (var member in element.EnumerateObject())
                if (members.TryGetValue(member.Name, out var held))
                    Collect(member.Value, held, Member(path, member.Name), said);
        }
    }

    /// <summary>What a correction's text is, where it corrects what has a code: a region or a sector; null of anything else.</summary>
    public static Type? Corrected(Type type, JsonElement item)
    {
        if (type != typeof(CorrectHazard) || !item.TryGetProperty("field", out var field) || field.ValueKind != JsonValueKind.String
            || field.GetString() is not { } said)
            return null;
        return Terms.GetOrAdd(typeof(CorrectableField), TermsOf).GetValueOrDefault(said, said) switch
        {
            "region" => typeof(RegionCode),
            "sector" => typeof(SectorCode),
            _ => null,
        };
    }

    private static bool HasWords(Type type) =>
        type.IsEnum || type == typeof(RegionCode) || type == typeof(SectorCode) || type == typeof(BodyId);

    /// <summary>Whether a text where a code is expected may be a word: a code of any list is plain ASCII.</summary>
    private static bool IsWord(Type type, string text) =>
        HasWords(type) && text.Length is > 0 and <= Texts.NameLength && (text.Any(c => c > 127) || Also.ContainsKey((type, text)));

    private async Task<(string? Code, Refusal? Refusal)> CodeOfAsync(
        Type type, string word, Caller caller, CancellationToken cancellationToken)
    {
        word = word.Trim();
        if (type.IsEnum)
            return (Also.GetValueOrDefault((type, word)) ?? Terms.GetOrAdd(type, TermsOf).GetValueOrDefault(word), null);
        if (type == typeof(SectorCode))
            return (sectors.Entries.FirstOrDefault(e => e.Chinese == word || e.Chinese.Split('（')[0] == word)?.Code, null);
        return type == typeof(RegionCode) ? RegionOf(word, caller.Jurisdiction) : await BodyOfAsync(word, caller, cancellationToken);
    }

    /// <summary>The terms of a code list; of 一般隐患 and 重大隐患 also without what all of them end in.</summary>
    private static FrozenDictionary<string, string> TermsOf(Type type)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var field in type.GetFields(BindingFlags.Public | BindingFlags.Static))
            if (field.GetCustomAttribute<LabelAttribute>() is { } label)
            {
                var code = JsonNamingPolicy.CamelCase.ConvertName(field.Name);
                found.TryAdd(label.Chinese, code);
                if (type == typeof(Level))
                    found.TryAdd(label.Chinese.Replace("隐患", "", StringComparison.Ordinal), code);
            }

        return found.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>
    /// A region by its own or its full name: that of the jurisdiction; where it has none of the name, the only one in the
    /// country.
    /// </summary>
    private static (string? Code, Refusal? Refusal) RegionOf(string word, RegionCode jurisdiction)
    {
        if (word == "全国")
            return (RegionCode.Nation.Value, null);
        var found = Regions.All.Where(r => r.Name == word || word.EndsWith(r.Name, StringComparison.Ordinal) && Regions.FullNameOf(r.Code)
            .EndsWith(word, StringComparison.Ordinal)).ToArray();
        var own = found.Where(r => jurisdiction.Contains(r.Code)).ToArray();
        return (own.Length > 0 ? own : found) switch
        {
            [] => (null, InputRefusals.RegionName.Because(null, ("value", Texts.Excerpt(word)))),
            [var only] => (only.Code.Value, null),
            var many => (null, InputRefusals.Ambiguous.Because(
                null, ("value", Texts.Excerpt(word)), ("choices", Choices(many.Select(r => (r.Code.Value, Regions.FullNameOf(r.Code))))))),
        };
    }

    private async Task<(string? Code, Refusal? Refusal)> BodyOfAsync(string word, Caller caller, CancellationToken cancellationToken)
    {
        var page = await registry.ListBodiesAsync(RegionCode.Nation, null, null, word, false, null, null, MostNamesakes, cancellationToken);
        var found = page.Items.Where(b => b.Name == word && caller.Sees(b)).ToArray();
        return found switch
        {
            [] => (null, InputRefusals.BodyName.Because(null, ("value", Texts.Excerpt(word)))),
            [var only] => (only.Id.Value, null),
            var many => (null, InputRefusals.Ambiguous.Because(
                null, ("value", Texts.Excerpt(word)), ("choices", Choices(many.Select(b => (b.Id.Value, Regions.FullNameOf(b.Region))))))),
        };
    }

    private static Words Choices(IEnumerable<(string Code, string Name)> all)
    {
        var choices = all.Take(10).ToArray();
        return new Words(string.Join("、", choices.Select(c => $"{c.Code}（{c.Name}）")), string.Join(", ", choices.Select(c => c.Code)));
    }
}
