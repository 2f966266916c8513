using System.Collections.Frozen;
using System.Text.Json.Nodes;

namespace Hazards.Domain;

/// <summary>How facts kept under an old alias are read as the newer event.</summary>
/// <param name="From">The old alias, such as <c>hazard_assigned</c>. No class bears it any more; its golden files stay.</param>
/// <param name="To">The newer alias, such as <c>hazard_assigned_v2</c>: a class of today, or the next link of the chain.</param>
/// <param name="Transform">The old facts in, the newer facts out. Pure: the same facts always give the same.</param>
public sealed record Upcaster(string From, string To, Func<JsonObject, JsonObject> Transform);

/// <summary>
/// The way from every old shape of an event to today's. To change a shape: give the class the next alias
/// (<c>[EventType("…_v2")]</c>), add a line here that turns the old facts into the new, keep the old golden files.
/// The log is never rewritten.
/// </summary>
public sealed class Upcasters
{
    /// <summary>Those of the product. None yet: every event still has its first shape.</summary>
    public static readonly Upcasters Product = new();

    private readonly FrozenDictionary<string, Upcaster> _byAlias;

    /// <summary>Creates a table; throws when an alias is still in use, is changed twice, or leads nowhere.</summary>
    internal Upcasters(params ReadOnlySpan<Upcaster> upcasters)
    {
        _byAlias = upcasters.ToArray().ToFrozenDictionary(u => u.From, StringComparer.Ordinal);
        foreach (var alias in _byAlias.Keys)
        {
            if (EventTypes.Find(alias) is not null)
                throw new ArgumentException($"{alias} is the alias of an event of today", nameof(upcasters));
            Newest(alias);
        }
    }

    /// <summary>The old aliases.</summary>
    public IEnumerable<string> Aliases => _byAlias.Keys;

    /// <summary>The alias of today, and the facts in today's shape.</summary>
    /// <param name="alias">An old alias.</param>
    /// <param name="facts">The facts as they were written.</param>
    internal (string Alias, JsonObject Facts) Upcast(string alias, JsonObject facts)
    {
        while (_byAlias.TryGetValue(alias, out var upcaster))
            (alias, facts) = (upcaster.To, upcaster.Transform(facts));
        return (alias, facts);
    }

    /// <summary>The event of today that an old alias leads to.</summary>
    public Type TypeOf(string alias)
    {
        while (_byAlias.TryGetValue(alias, out var upcaster))
            alias = upcaster.To;
        return EventTypes.Find(alias) ?? throw new ArgumentException($"{alias} is no event", nameof(alias));
    }

    /// <summary>Whether the alias is an old one.</summary>
    internal bool Knows(string alias) => _byAlias.ContainsKey(alias);

    private void Newest(string alias)
    {
        var to = alias;
        for (var links = 0; _byAlias.TryGetValue(to, out var next); links++)
        {
            if (links > _byAlias.Count)
                throw new ArgumentException($"{alias} leads in a circle", nameof(alias));
            to = next.To;
        }
        if (EventTypes.Find(to) is null)
            throw new ArgumentException($"{alias} leads to {to}, which is no event", nameof(alias));
    }
}
