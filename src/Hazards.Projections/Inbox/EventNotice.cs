using System.Collections.Immutable;
using Hazards.Domain;

namespace Hazards.Projections;

/// <summary>
/// What one event of a hazard tells, and which files it names. Other than the hazard's own row, nothing here is merged with
/// what was recorded together.
/// </summary>
/// <param name="EventId">The event.</param>
/// <param name="Hazard">The hazard.</param>
/// <param name="Version">The event's version in the hazard's stream.</param>
/// <param name="Region">The hazard's region after it.</param>
/// <param name="Told">Whom it was told.</param>
/// <param name="Files">The files it names.</param>
public sealed record EventNotice(
    Guid EventId, HazardId Hazard, long Version, RegionCode Region, ImmutableArray<Told> Told, ImmutableArray<Attachment> Files)
{
    /// <summary>督办单: what it means for notices; null for most events.</summary>
    public NoticeMark? Mark { get; init; }

    /// <summary>Made from the event's own circumstances, as the log keeps them: live and in a rebuild.</summary>
    public static EventNotice Of(Guid eventId, IHazardEvent happened, Hazard after, EventContext context)
    {
        ArgumentNullException.ThrowIfNull(after);
        ArgumentNullException.ThrowIfNull(context);
        return new EventNotice(eventId, after.Id, after.Version, after.Region, context.Told, context.Attachments)
        {
            Mark = NoticeMark.Of(happened, after, context),
        };
    }
}

/// <summary>A person opened a message.</summary>
/// <param name="EventId">The event that says so.</param>
/// <param name="Message">The message: its stream.</param>
/// <param name="Version">The event's version there.</param>
/// <param name="Body">The person's body.</param>
/// <param name="Actor">The person.</param>
public sealed record Opening(Guid EventId, Guid Message, long Version, BodyId Body, string Actor);
