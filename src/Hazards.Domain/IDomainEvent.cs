using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Reflection;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>A fact. Once in the log it stays readable for ever: its type name and its golden file never change.</summary>
public interface IDomainEvent;

/// <summary>
/// The snake_case alias under which an event is kept, and the field's own word for it. A changed shape is a new alias (<c>…_v2</c>) with
/// an upcaster: see <see cref="Upcasters"/>.
/// </summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class EventTypeAttribute(string name, string chinese, string english) : Attribute
{
    /// <summary>The alias.</summary>
    public string Name { get; } = name;

    /// <summary>Alias and labels.</summary>
    internal CodeEntry Entry { get; } = new(name, chinese, english);
}

/// <summary>All event types there are.</summary>
public static class EventTypes
{
    private static readonly FrozenDictionary<string, Type> ByName = typeof(IDomainEvent).Assembly.GetTypes()
        .Where(t => t is { IsAbstract: false } && t.IsAssignableTo(typeof(IDomainEvent)))
        .ToFrozenDictionary(Alias, StringComparer.Ordinal);

    private static readonly ConcurrentDictionary<Type, string> ByType = new();

    /// <summary>Every alias with its type.</summary>
    public static IReadOnlyDictionary<string, Type> All => ByName;

    /// <summary>The alias of an event.</summary>
    public static string NameOf(IDomainEvent happened)
    {
        ArgumentNullException.ThrowIfNull(happened);
        return NameOf(happened.GetType());
    }

    /// <summary>The alias of a type of events.</summary>
    public static string NameOf(Type type) => ByType.GetOrAdd(type, Alias);

    private static string Alias(Type type) =>
        type.GetCustomAttribute<EventTypeAttribute>()?.Name ?? throw new InvalidOperationException($"{type.Name} has no event type");

    /// <summary>The type behind an alias, or null.</summary>
    public static Type? Find(string name) => ByName.GetValueOrDefault(name);
}
