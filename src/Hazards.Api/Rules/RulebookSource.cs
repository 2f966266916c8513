using Hazards.Domain;

namespace Hazards.Api;

/// <summary>The policies and the calendar as this process knows them.</summary>
public sealed class RulebookSource(ServiceOptions options)
{
    /// <summary>What applies now, and what applied before.</summary>
    public Rulebook Current { get; } = options.Rules;
}
