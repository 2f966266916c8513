using System.Collections.Frozen;
using System.Reflection;

namespace Hazards.Domain.Codes;

/// <summary>The field's own word for each event, as its record says it (<see cref="EventTypeAttribute"/>).</summary>
public static class EventLabels
{
    private static readonly FrozenDictionary<string, CodeEntry> ByType =
        EventTypes.All.ToFrozenDictionary(t => t.Key, t => t.Value.GetCustomAttribute<EventTypeAttribute>()!.Entry, StringComparer.Ordinal);

    /// <summary>Every label.</summary>
    public static IEnumerable<CodeEntry> All => ByType.Values.OrderBy(e => e.Code, StringComparer.Ordinal);

    /// <summary>The label of an event; its alias where a newer program wrote a type this one does not know.</summary>
    public static CodeEntry Of(string type) => ByType.TryGetValue(type, out var entry) ? entry : new CodeEntry(type, type, type);
}
