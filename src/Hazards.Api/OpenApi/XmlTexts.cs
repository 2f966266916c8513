using System.Collections.Concurrent;
using System.Reflection;
using System.Xml.Linq;

namespace Hazards.Api;

/// <summary>What the code's own documentation says of a record's parameters.</summary>
internal static class XmlTexts
{
    private static readonly ConcurrentDictionary<Assembly, IReadOnlyDictionary<string, string>> Files = new();

    /// <summary>The text of a parameter by its JSON name; null where there is none.</summary>
    public static string? OfParameter(Type type, string name) =>
        Files.GetOrAdd(type.Assembly, Read).GetValueOrDefault($"{type.FullName}.{name}");

    private static IReadOnlyDictionary<string, string> Read(Assembly assembly)
    {
        var file = Path.Combine(AppContext.BaseDirectory, $"{assembly.GetName().Name}.xml");
        var texts = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (!File.Exists(file))
            return texts;
        foreach (var member in XDocument.Load(file).Descendants("member"))
            if (member.Attribute("name")?.Value is ['T', ':', .. var type])
                foreach (var parameter in member.Elements("param"))
                    texts[$"{type}.{parameter.Attribute("name")?.Value}"] = Words(parameter);
        return texts;
    }

    private static string Words(XElement element) =>
        string.Join(' ', element.Value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
