using System.Collections.Concurrent;
using System.Reflection;
using System.Xml.Linq;

namespace Hazards.Api.Http.OpenApi;

/// <summary>What the code's own documentation says of a type and its members.</summary>
internal static class XmlTexts
{
    private static readonly ConcurrentDictionary<Assembly, IReadOnlyDictionary<string, string>> Files = new();

    /// <summary>The text of a type; null where there is none.</summary>
    public static string? Of(Type type) => Find(type, NameOf(type));

    /// <summary>
    /// The text of a record's parameter or a property, or of one it inherits, by its JSON name; null where there is none.
    /// </summary>
    public static string? OfMember(Type type, string name) =>
        Find(type, $"{NameOf(type)}.{name}") ?? (type.BaseType is { } under ? OfMember(under, name) : null);

    private static string? Find(Type type, string name) => Files.GetOrAdd(type.Assembly, Read).GetValueOrDefault(name);

    private static string NameOf(Type type) => (type.IsGenericType ? type.GetGenericTypeDefinition() : type).FullName!.Replace('+', '.');

    private static IReadOnlyDictionary<string, string> Read(Assembly assembly)
    {
        var file = Path.Combine(AppContext.BaseDirectory, $"{assembly.GetName().Name}.xml");
        var texts = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (!File.Exists(file))
            return texts;
        foreach (var member in XDocument.Load(file).Descendants("member"))
        {
            if (member.Attribute("name")?.Value is not ['T' or 'P', ':', .. var name])
                continue;
            if (member.Element("summary") is { } summary && Words(summary) is { Length: > 0 } text)
                texts[name] = text;
            foreach (var parameter in member.Elements("param"))
                texts[$"{name}.{parameter.Attribute("name")?.Value}"] = Words(parameter);
        }

        return texts;
    }

    private static string Words(XElement element)
    {
        var text = string.Concat(element.DescendantNodes().Select(n => n switch
        {
            XText own => own.Value,
            XElement { IsEmpty: true } see =>
                (see.Attribute("cref") ?? see.Attribute("name") ?? see.Attribute("langword"))?.Value.Split('.')[^1] ?? "",
            _ => "",
        }));
        return string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }
}
