namespace Hazards.Domain;

/// <summary>The bodies of what happened to a hazard.</summary>
public static class NamedBodies
{
    /// <summary>Those that the event itself names (<see cref="INamesBodies"/>), the one that acted, and those that were told.</summary>
    public static IEnumerable<BodyId> In(Happening happening) =>
        ((happening.Event as INamesBodies)?.Bodies ?? [])
            .Append(happening.Context.Body).Concat(happening.Context.Told.Select(t => t.Body)).OfType<BodyId>();
}
