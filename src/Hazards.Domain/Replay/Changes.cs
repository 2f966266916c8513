using System.Collections.Immutable;

namespace Hazards.Domain;

/// <summary>A field of the state that is another at a later instant than at an earlier one.</summary>
/// <param name="Field">The field, with its value at the later instant; its value is null where it has none any more.</param>
/// <param name="From">Its value at the earlier instant; null where it had none.</param>
/// <param name="FromShown">The same as the field says it.</param>
/// <param name="Events">The events between that changed it, in order: the first to the last. Together they made the difference.</param>
public sealed record StateChange(StateField Field, string? From, string? FromShown, ImmutableArray<EventMark> Events);

/// <summary>变动: what is different between two instants, field by field, and by which events.</summary>
public static class StateChanges
{
    /// <summary>What changed after <paramref name="from"/> and up to <paramref name="to"/>, as recorded.</summary>
    public static ImmutableArray<StateChange> Between(CaseFile file, DateTimeOffset from, DateTimeOffset to)
    {
        ArgumentNullException.ThrowIfNull(file);
        return Between(file, file.VersionAt(from), file.VersionAt(to));
    }

    /// <summary>What changed after one version (0: before the report) and up to another.</summary>
    public static ImmutableArray<StateChange> Between(CaseFile file, int after, int upTo)
    {
        ArgumentNullException.ThrowIfNull(file);
        var before = FieldsAt(file, after);
        var touched = new Dictionary<string, List<EventMark>>(StringComparer.Ordinal);
        var last = before;
        for (var version = after + 1; version <= upTo; version++)
        {
            var now = FieldsAt(file, version);
            foreach (var name in now.Keys.Union(last.Keys).Where(n => now.GetValueOrDefault(n)?.Value != last.GetValueOrDefault(n)?.Value))
                (touched.TryGetValue(name, out var events) ? events : touched[name] = []).Add(EventMark.Of(file.Events[version - 1]));
            last = now;
        }
        var names = last.Keys.Concat(before.Keys.Where(n => !last.ContainsKey(n)));
        return
        [
            .. from name in names
               let was = before.GetValueOrDefault(name)
               let becomes = last.GetValueOrDefault(name)
               where was?.Value != becomes?.Value
               select new StateChange(becomes ?? was! with { Value = null, Shown = null }, was?.Value, was?.Shown, [.. touched[name]]),
        ];
    }

    /// <summary>What one event changed.</summary>
    public static ImmutableArray<StateChange> By(CaseFile file, int version) => Between(file, version - 1, version);

    private static OrderedDictionary<string, StateField> FieldsAt(CaseFile file, int version)
    {
        var fields = new OrderedDictionary<string, StateField>(StringComparer.Ordinal);
        if (version > 0)
            foreach (var field in StateFields.Of(file.States[version - 1], file.ClocksAfter(version - 1)))
                fields[field.Name] = field;
        return fields;
    }
}
